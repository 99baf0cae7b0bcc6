/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the module's parts share: the model, the clock, the mailboxes of requests in flight, the
 * engine's work.
 *
 * Every input to the model ends in deliver(), which empties the outbox: an access that belongs to a
 * client request goes to that request's mailbox and is made by the client's own thread, all others
 * are the engine's. No iterator or lock is held while anybody calls out of the module.
 */
#ifndef SMMUSIM_TLM_IMPL_H
#define SMMUSIM_TLM_IMPL_H

#include <deque>
#include <queue>
#include <unordered_map>
#include <vector>

#include "payload_pool.h"
#include "smmusim_tlm/smmu_module.h"

namespace smmusim {

/* A client request that the model has not answered yet; lives on the stack of the client's thread.
 */
struct mailbox {
    std::deque<smmu_out_mem_t> accesses;
    smmu_response_t answer{};
    bool answered = false;
    sc_core::sc_event news;
};

/* Something that the engine brings back to the model at a later time. */
struct completion {
    enum kind_t { access, client_done } kind;
    sc_core::sc_time at;
    uint64_t order; /* equal times: first come, first served */
    uint64_t tag;   /* access: the model's tag; client_done: the epoch */
    smmu_mem_status_t status;
    unsigned char data[SMMU_MEM_MAX_BYTES];

    bool operator>(const completion &other) const
    {
        return at != other.at ? at > other.at : order > other.order;
    }
};

/* One interrupt output: pulses of one clock, one after the other, none lost. */
class pulse_output {
public:
    void attach(smmu_module::output *port, const sc_core::sc_time &width);
    void edge();

private:
    void drive();
    smmu_module::output *port_ = nullptr;
    sc_core::sc_time width_;
    sc_core::sc_event next_;
    unsigned waiting_ = 0;
    bool high_ = false;
};

struct smmu_module::impl {
    impl(smmu_module &module, const smmu_module_config &config);

    /* ---- time */
    uint64_t cycles() const;
    /* As a caller sees it that is ahead by its annotated delay. */
    uint64_t cycles_after(const sc_core::sc_time &delay) const;
    sc_core::sc_time time_of(uint64_t cycle) const;

    /* ---- model */
    void deliver();
    void deliver_timeline();
    void deliver_memory(const smmu_out_mem_t &access);
    void do_reset();

    /* ---- client_port.cpp */
    smmu_response_t translate(const smmu_request_t &request, translation_result *result,
                              sc_core::sc_time &delay);
    bool identify(unsigned tbu, const tlm::tlm_generic_payload &trans,
                  stream_identity &identity) const;
    void client_page(unsigned tbu, tlm::tlm_generic_payload &trans, const stream_identity &identity,
                     translation_result *result, sc_core::sc_time &delay);
    void client_split(unsigned tbu, tlm::tlm_generic_payload &trans,
                      const stream_identity &identity, translation_result *result,
                      sc_core::sc_time &delay);
    unsigned debug_page(unsigned tbu, tlm::tlm_generic_payload &trans,
                        const stream_identity &identity);
    void forward(unsigned tbu, tlm::tlm_generic_payload &trans, const smmu_response_t &response,
                 sc_core::sc_time &delay);

    /* ---- mem_port.cpp: carries out one access on 'walk' */
    smmu_mem_status_t exchange_memory(const smmu_out_mem_t &access, unsigned char *data,
                                      sc_core::sc_time &delay);
    smmu_mem_status_t access_memory(const smmu_out_mem_t &access, unsigned char *data,
                                    sc_core::sc_time &delay);

    /* The same for a debug access (smmu_memory_fn); ctx: the impl. */
    static smmu_mem_status_t debug_read(void *ctx, const smmu_out_mem_t *access, void *data,
                                        uint64_t *latency);

    /* ---- engine.cpp */
    void engine();
    bool engine_step();
    void complete_later(completion c, const sc_core::sc_time &delay);
    void wake_engine() { engine_wake.notify(sc_core::SC_ZERO_TIME); }

    smmu_module &module;
    smmu_module_config config;
    std::vector<uint64_t> memory; /* the model's instance lives here */
    smmu_t *model = nullptr;
    payload_pool pool;

    std::unordered_map<uint64_t, mailbox *> requests; /* by tag */
    uint64_t next_tag = 1;
    size_t stalled = 0; /* requests, when it was last looked */
    sc_core::sc_event slot_freed; /* somebody who was told BUSY may try again */

    std::deque<smmu_out_mem_t> engine_accesses;
    std::priority_queue<completion, std::vector<completion>, std::greater<completion>> completions;
    uint64_t completion_order = 0;
    bool engine_busy = false; /* it is out on an access */
    sc_core::sc_event engine_wake;
    pulse_output outputs[SMMU_IRQ_PMCG];
    std::vector<pulse_output> pmcg_outputs; /* by counter group */
};

} // namespace smmusim

#endif
