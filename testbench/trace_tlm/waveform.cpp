/* SPDX-License-Identifier: Apache-2.0 */
/* See waveform.h. */
#include "trace_tlm/waveform.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <sysc/tracing/sc_tracing_ids.h>

namespace smmusim {

using namespace sc_core;

waveform::waveform(const sc_module_name &name, unsigned tbus)
    : sc_module(name), tbu_(tbus), irq_eventq_("irq_eventq"), irq_priq_("irq_priq"),
      irq_cmd_sync_("irq_cmd_sync"), irq_gerror_("irq_gerror"), sev_("sev"), irq_pmcg_("irq_pmcg")
{
}

waveform::~waveform()
{
    close();
}

void waveform::open(const std::string &path)
{
    /* SystemC would find out in the middle of the simulation. */
    std::FILE *probe = std::fopen(path.c_str(), "w");
    if (probe == nullptr)
        throw std::runtime_error(std::strerror(errno));
    std::fclose(probe);
    path_ = path;
    for (const char *chatter : {SC_ID_TRACING_TIMESCALE_UNIT_, SC_ID_TRACING_CLOSE_EMPTY_FILE_})
        sc_report_handler::set_actions(chatter, SC_DO_NOTHING);
    file_ = sc_create_vcd_trace_file(path.substr(0, path.size() - std::strlen(".vcd")).c_str());
    file_->set_time_unit(1, SC_NS);
    add_signals();
}

void waveform::add_signals()
{
    sc_trace(file_, cmdq_prod_, "cmdq.prod");
    sc_trace(file_, cmdq_cons_, "cmdq.cons");
    sc_trace(file_, cmdq_waiting_, "cmdq.waiting");
    sc_trace(file_, cmdq_state_, "cmdq.state");
    sc_trace(file_, cmdq_opcode_, "cmdq.opcode");
    for (size_t i = 0; i < tbu_.size(); i++) {
        const std::string scope = "tbu" + std::to_string(i);
        sc_trace(file_, tbu_[i].slots, scope + ".slots");
        sc_trace(file_, tbu_[i].tokens, scope + ".tokens");
    }
    sc_trace(file_, tcu_slots_, "tcu.slots");
    sc_trace(file_, ptw_, "tcu.ptw");
    sc_trace(file_, ctw_, "tcu.ctw");
    sc_trace(file_, eventq_prod_, "eventq.prod");
    sc_trace(file_, eventq_cons_, "eventq.cons");
    sc_trace(file_, gerror_, "gerror");
    sc_trace(file_, irq_eventq_, "irq.eventq");
    sc_trace(file_, irq_priq_, "irq.priq");
    sc_trace(file_, irq_cmd_sync_, "irq.cmd_sync");
    sc_trace(file_, irq_gerror_, "irq.gerror");
    sc_trace(file_, sev_, "irq.sev");
    sc_trace(file_, irq_pmcg_, "irq.pmcg");
}

/* SystemC writes nothing, not even a header, if no time has passed. */
void waveform::close()
{
    if (file_ == nullptr)
        return;
    sc_close_vcd_trace_file(file_);
    file_ = nullptr;
    std::FILE *written = std::fopen(path_.c_str(), "r");
    const bool empty = written != nullptr && std::fgetc(written) == EOF;
    if (written != nullptr)
        std::fclose(written);
    if (empty)
        std::remove(path_.c_str());
}

/* An immediate notification of an event that nobody waits for only leaves its mark in the file. */
void waveform::edge(smmu_irq_source_t source)
{
    sc_event *const events[SMMU_IRQ_COUNT] = {&irq_eventq_, &irq_priq_, &irq_cmd_sync_,
                                              &irq_gerror_, &sev_,      &irq_pmcg_};
    if (source < SMMU_IRQ_COUNT)
        events[source]->notify();
}

void waveform::command(const smmu_timeline_record_t &r)
{
    const bool begins = r.phase == SMMU_TIMELINE_BEGIN;
    switch (r.kind) {
    case SMMU_TIMELINE_COMMAND:
        if (begins) {
            cmdq_read_ahead_[r.id] = static_cast<uint8_t>(r.number[0]);
            break;
        }
        cmdq_read_ahead_.erase(r.id);
        if (r.id == cmdq_running_)
            cmdq_state_ = idle;
        break;
    case SMMU_TIMELINE_CMD_EXECUTE:
        cmdq_state_ = begins ? execute : idle;
        cmdq_running_ = r.id;
        cmdq_opcode_ = cmdq_read_ahead_[r.id];
        break;
    case SMMU_TIMELINE_CMD_ROOM_WAIT:
        cmdq_state_ = wait_for_owner;
        break;
    case SMMU_TIMELINE_CMD_INVAL_WAIT:
        cmdq_state_ = wait_for_invalidations;
        break;
    case SMMU_TIMELINE_SYNC_WAIT:
        if (begins)
            cmdq_state_ = sync_wait;
        break;
    case SMMU_TIMELINE_SYNC_SIGNAL:
        if (begins)
            cmdq_state_ = sync_signal;
        break;
    default:
        break;
    }
}

void waveform::reset()
{
    cmdq_prod_ = cmdq_cons_ = cmdq_waiting_ = eventq_prod_ = eventq_cons_ = gerror_ = 0;
    tcu_slots_ = ptw_ = ctw_ = 0;
    for (tbu &t : tbu_)
        t = {};
    cmdq_state_ = idle;
    cmdq_read_ahead_.clear();
}

uint32_t *waveform::counted(const smmu_timeline_record_t &r)
{
    if (r.kind == SMMU_TIMELINE_SLOTS || r.kind == SMMU_TIMELINE_TOKENS) {
        if (r.index >= tbu_.size())
            return nullptr;
        return r.kind == SMMU_TIMELINE_SLOTS ? &tbu_[r.index].slots : &tbu_[r.index].tokens;
    }
    if (r.index != 0) /* one of the others is drawn */
        return nullptr;
    switch (r.kind) {
    case SMMU_TIMELINE_TCU_SLOTS:
        return &tcu_slots_;
    case SMMU_TIMELINE_PTW:
        return &ptw_;
    case SMMU_TIMELINE_CTW:
        return &ctw_;
    case SMMU_TIMELINE_CMDQ_PROD:
        return &cmdq_prod_;
    case SMMU_TIMELINE_CMDQ_CONS:
        return &cmdq_cons_;
    case SMMU_TIMELINE_CMDQ_WAITING:
        return &cmdq_waiting_;
    case SMMU_TIMELINE_EVTQ_PROD:
        return &eventq_prod_;
    case SMMU_TIMELINE_EVTQ_CONS:
        return &eventq_cons_;
    default:
        return nullptr;
    }
}

void waveform::take(const smmu_timeline_record_t &r)
{
    if (r.phase == SMMU_TIMELINE_COUNTER) {
        if (uint32_t *counter = counted(r))
            *counter = static_cast<uint32_t>(r.number[0]);
    } else if (r.kind == SMMU_TIMELINE_GERROR && r.index == 0) {
        gerror_ = static_cast<uint32_t>(r.number[1]);
    } else if (r.kind == SMMU_TIMELINE_RESET) {
        reset();
    } else if (r.kind == SMMU_TIMELINE_IRQ_EDGE && r.index == 0) {
        edge(static_cast<smmu_irq_source_t>(r.number[0]));
    } else if (r.unit == SMMU_UNIT_CMDQ && r.index == 0) {
        command(r);
    }
}

} // namespace smmusim
