/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers. Every access synchronises: a doorbell that ran ahead of time would be seen too early
 * by the engine, and a poll must let time pass. What the architecture ignores is answered OK and
 * read as zero (6.2); what no bus would carry is a payload error.
 */
#include <cstring>

#include "impl.h"

namespace smmusim {

namespace {

bool all_enabled(const tlm::tlm_generic_payload &trans)
{
    const unsigned char *enable = trans.get_byte_enable_ptr();
    for (unsigned i = 0; enable && i < trans.get_byte_enable_length(); i++)
        if (enable[i] != TLM_BYTE_ENABLED)
            return false;
    return true;
}

tlm::tlm_response_status shape_of(const smmu_t *model, const tlm::tlm_generic_payload &trans)
{
    unsigned length = trans.get_data_length();
    if (trans.get_command() == tlm::TLM_IGNORE_COMMAND)
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    if ((length != 4 && length != 8) || trans.get_streaming_width() < length ||
        !trans.get_data_ptr())
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (!all_enabled(trans))
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    if (trans.get_address() % length || trans.get_address() > smmu_reg_span(model) - length)
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    return tlm::TLM_OK_RESPONSE;
}

smmu_pas_t space_of(const tlm::tlm_generic_payload &trans)
{
    const auto *side = trans.get_extension<sideband>();
    return side ? static_cast<smmu_pas_t>(side->identity.sec_sid & 3) : SMMU_PAS_NS;
}

} // namespace

void smmu_module::ctrl_b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay)
{
    impl &m = *impl_;
    sc_core::sc_time cost = delay + m.config.ctrl_latency;
    delay = sc_core::SC_ZERO_TIME;
    if (cost != sc_core::SC_ZERO_TIME)
        sc_core::wait(cost);

    tlm::tlm_response_status status = shape_of(m.model, trans);
    trans.set_response_status(status);
    trans.set_dmi_allowed(false);
    if (status != tlm::TLM_OK_RESPONSE)
        return;
    const auto offset = static_cast<uint32_t>(trans.get_address());
    uint64_t value = 0; /* little-endian host: docs/integration.md */
    if (trans.is_read()) {
        smmu_reg_read(m.model, m.cycles(), space_of(trans), offset, trans.get_data_length(),
                      &value);
        std::memcpy(trans.get_data_ptr(), &value, trans.get_data_length());
    } else {
        std::memcpy(&value, trans.get_data_ptr(), trans.get_data_length());
        smmu_reg_write(m.model, m.cycles(), space_of(trans), offset, trans.get_data_length(),
                       value);
    }
    m.deliver();
    m.wake_engine();
}

/* Reads as they are, without letting time pass; a debugger's writes would be guest accesses:
 * refused. */
unsigned smmu_module::ctrl_transport_dbg(tlm::tlm_generic_payload &trans)
{
    impl &m = *impl_;
    uint64_t value = 0;
    if (!trans.is_read() || shape_of(m.model, trans) != tlm::TLM_OK_RESPONSE)
        return 0;
    smmu_reg_read(m.model, smmu_now(m.model), space_of(trans),
                  static_cast<uint32_t>(trans.get_address()), trans.get_data_length(), &value);
    std::memcpy(trans.get_data_ptr(), &value, trans.get_data_length());
    return trans.get_data_length();
}

} // namespace smmusim
