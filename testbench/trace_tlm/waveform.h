/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMU's state as signals of a VCD, through SystemC's sc_trace: indexes and engine state of the
 * queues, what is busy, interrupt edges. It follows the records of the timeline and makes nothing
 * happen: no process, no notification that would let time pass.
 */
#ifndef SMMUSIM_TRACE_TLM_WAVEFORM_H
#define SMMUSIM_TRACE_TLM_WAVEFORM_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <systemc>

#include "smmusim/smmu_timeline.h"

namespace smmusim {

class waveform : public sc_core::sc_module {
public:
    waveform(const sc_core::sc_module_name &name, unsigned tbus);
    ~waveform() override;

    /* Begins to write; path ends in ".vcd". Throws std::runtime_error if it cannot. */
    void open(const std::string &path);
    /* Leaves no file if no time has passed since. */
    void close();
    bool is_open() const { return file_ != nullptr; }

    void take(const smmu_timeline_record_t &record);

    /* What the command engine does with the command at CONS. */
    enum engine_state : uint8_t {
        idle,
        execute,
        wait_for_owner,
        sync_wait,
        sync_signal,
        wait_for_invalidations
    };

private:
    std::string path_;
    sc_core::sc_trace_file *file_ = nullptr;
    uint32_t cmdq_prod_ = 0, cmdq_cons_ = 0, cmdq_waiting_ = 0;
    uint8_t cmdq_state_ = idle, cmdq_opcode_ = 0;
    uint64_t cmdq_running_ = 0;                   /* id of the command that these are about */
    std::map<uint64_t, uint8_t> cmdq_read_ahead_; /* opcodes by id */
    struct tbu {
        uint32_t slots = 0, tokens = 0;
    };
    std::vector<tbu> tbu_;
    uint32_t tcu_slots_ = 0, ptw_ = 0, ctw_ = 0;
    uint32_t eventq_prod_ = 0, eventq_cons_ = 0;
    uint32_t gerror_ = 0;
    sc_core::sc_event irq_eventq_, irq_priq_, irq_cmd_sync_, irq_gerror_, sev_, irq_pmcg_;

    /* The variable that follows a counter; nullptr: none does. */
    uint32_t *counted(const smmu_timeline_record_t &record);
    void add_signals();
    void command(const smmu_timeline_record_t &record);
    void edge(smmu_irq_source_t source);
    void reset();
};

} // namespace smmusim

#endif
