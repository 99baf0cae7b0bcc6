/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMUv3 as a SystemC TLM-2.0 component.
 *
 *   client[i]   target     untranslated transactions of TBU i
 *   mem_out[i]  initiator  the same transactions, translated: same payload, same order, address
 * restored on return walk        initiator  what the SMMU accesses itself: structures, tables,
 * queues, MSIs ctrl        target     registers: smmu_reg_span() bytes irq_*, sev  outputs pulses
 * of one clock; any of them may stay unbound rst         input      cold reset on the rising edge;
 * may stay unbound
 *
 * Loosely timed: b_transport and transport_dbg. A client's annotated delay grows by the SMMU's
 * unloaded latency and by the measured delay of every access of its own walk; commands, events and
 * MSIs are carried out by the module's one process in simulated time. Approximately-timed transport
 * and DMI are not offered (DMI is refused).
 *
 * What guest software does never stops the simulation. A client transaction that the SMMU
 * terminates with an abort gets smmu_module_config::abort_response; one terminated as RAZ/WI gets
 * OK, and reads zero.
 */
#ifndef SMMUSIM_TLM_SMMU_MODULE_H
#define SMMUSIM_TLM_SMMU_MODULE_H

#include <functional>
#include <memory>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "smmusim/smmu.h"
#include "smmusim/smmu_stats.h"
#include "smmusim/smmu_timeline.h"
#include "smmusim_tlm/device.h"
#include "smmusim_tlm/sideband.h"

namespace smmusim {

struct smmu_module_config {
    smmu_module_config() { smmu_config_init(&model, nullptr); }

    smmu_config_t model; /* key "mode" is set by the module */
    unsigned tbus = 1;   /* 1 to 256 */
    sc_core::sc_time clock_period{1, sc_core::SC_NS};
    /* Of a register access; a poll that costs nothing would never let time pass. */
    sc_core::sc_time ctrl_latency{1, sc_core::SC_NS};
    tlm::tlm_response_status abort_response = tlm::TLM_ADDRESS_ERROR_RESPONSE;
    /*
     * How a payload without a sideband extension is identified; false refuses it (abort_response).
     * Without this function such a payload belongs to StreamID = number of its TBU, Non-secure.
     */
    std::function<bool(unsigned tbu, const tlm::tlm_generic_payload &, stream_identity &)> identify;
    /* Called for every edge that the model puts on an interrupt output, pulses that follow closely
     * included. */
    std::function<void(smmu_irq_source_t)> on_interrupt;
    /* The synchronisation of broadcast TLB maintenance with this tag is complete. */
    std::function<void(uint64_t tag)> on_broadcast_sync;
    /* Receives the model's timeline (key "timeline.records") as soon as it is there; lost: how many
     * records the model has lost so far, all of them before these. */
    std::function<void(const smmu_timeline_record_t *records, size_t count, uint64_t lost)>
        on_timeline;
};

class smmu_module : public sc_core::sc_module {
public:
    using client_socket = tlm_utils::simple_target_socket_tagged<smmu_module>;
    using memory_socket = tlm_utils::simple_initiator_socket<smmu_module>;
    using output =
        sc_core::sc_port<sc_core::sc_signal_inout_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;
    using input =
        sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

    /* Throws std::invalid_argument with the key, the value and the rule if the configuration is not
     * usable. */
    smmu_module(const sc_core::sc_module_name &name, const smmu_module_config &config = {});
    ~smmu_module() override;

    sc_core::sc_vector<client_socket> client;
    sc_core::sc_vector<memory_socket> mem_out;
    memory_socket walk;
    tlm_utils::simple_target_socket<smmu_module> ctrl;
    output irq_evtq, irq_priq, irq_cmd_sync, irq_gerror, sev;
    sc_core::sc_vector<output> irq_pmcg; /* of counter groups: the TCU's, then one a TBU of the model */
    input rst;
    /* What devices receive: see device.h. Unbound: a system without ATS, in which an invalidation of
     * devices is complete at once (4.5.1). */
    sc_core::sc_port<device_if, 1, sc_core::SC_ZERO_OR_MORE_BOUND> devices;

    void reset();
    /* The device's completion of an invalidation; also while it is being told of it. */
    void atc_inv_done(uint64_t tag, smmu_atc_inv_result_t result);
    /* What PEs broadcast (3.17); verdicts as below. The end of a synchronisation comes through
     * smmu_module_config::on_broadcast_sync. */
    int broadcast_tlbi(const smmu_broadcast_tlbi_t &tlbi);
    int broadcast_sync(uint64_t tag);
    /* A device's page request: SMMU_DONE, SMMU_BUSY (no place for it now: ask again later), or a
     * negative smmu_status_t. Returns at once. */
    int page_request(const smmu_page_request_t &request);

    /* For statistics and configuration; its inputs are the module's business alone. */
    const smmu_t *model() const;
    void clear_stats();
    /* Nothing is due, outstanding or waiting: only an input can make something happen. */
    bool idle() const;

private:
    struct impl;
    std::unique_ptr<impl> impl_;

    void end_of_elaboration() override;
    void client_b_transport(int tbu, tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);
    unsigned client_transport_dbg(int tbu, tlm::tlm_generic_payload &trans);
    bool client_get_direct_mem_ptr(int tbu, tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi);
    void ctrl_b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);
    unsigned ctrl_transport_dbg(tlm::tlm_generic_payload &trans);
};

} // namespace smmusim

#endif
