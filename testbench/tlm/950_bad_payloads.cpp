/* SPDX-License-Identifier: Apache-2.0 */
/* 950: a master that breaks the protocol gets an error response; identification by hook, and its
 * refusal. */
#include "module_bench.h"

int sc_main(int, char *[])
{
    smmusim::smmu_module_config config;
    smmu_config_set(&config.model, "IDR0.ATS", 0, nullptr, 0);
    uint32_t identified_as = 3;
    config.identify = [&](unsigned, const tlm::tlm_generic_payload &,
                          smmusim::stream_identity &identity) {
        identity.streamid = identified_as;
        return identified_as != 0;
    };
    config.abort_response = tlm::TLM_GENERIC_ERROR_RESPONSE;
    module_bench b("bench", config);
    b.map(module_bench::va, module_bench::pa, 0x2000);
    b.client_checker[0].tolerate_bad_requests = true;
    return module_bench::run(b, [&] {
        b.enable();
        const uint64_t va = module_bench::va;
        unsigned char bytes[16] = {0};
        tlm::tlm_generic_payload trans;
        sc_time delay = SC_ZERO_TIME;
        auto sent = [&] {
            trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
            return b.send(trans, delay);
        };
        module_bench::prepare(trans, false, va, bytes, 0);
        CHECK(sent() == tlm::TLM_BURST_ERROR_RESPONSE);
        module_bench::prepare(trans, false, va, nullptr, 4);
        CHECK(sent() == tlm::TLM_BURST_ERROR_RESPONSE);
        module_bench::prepare(trans, false, va, bytes, 4);
        trans.set_streaming_width(0);
        CHECK(sent() == tlm::TLM_BURST_ERROR_RESPONSE);
        module_bench::prepare(trans, false, va, bytes, 4);
        trans.set_byte_enable_ptr(bytes);
        trans.set_byte_enable_length(0);
        CHECK(sent() == tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
        module_bench::prepare(trans, true, va + 0xFFE, bytes, 16);
        trans.set_streaming_width(4); /* a repeated window across two pages */
        CHECK(sent() == tlm::TLM_BURST_ERROR_RESPONSE);
        CHECK(b.memory.data_accesses == 0);

        /* No extension: the hook decides. */
        module_bench::prepare(trans, false, va, bytes, 4);
        b.client[0]->b_transport(trans, delay);
        CHECK(trans.is_response_ok() && b.memory.data_addresses.back() == module_bench::pa);
        identified_as = 0;
        module_bench::prepare(trans, false, va, bytes, 4);
        b.client[0]->b_transport(trans, delay);
        CHECK(trans.get_response_status() == tlm::TLM_GENERIC_ERROR_RESPONSE);

        /* ATS on an SMMU without ATS, and a Secure stream on one without Secure state. */
        for (unsigned which = 0; which < 2; which++) {
            smmusim::sideband side;
            side.identity.streamid = module_bench::stream;
            if (which == 0)
                side.identity.ats = smmusim::ats_state::translated;
            else
                side.identity.sec_sid = SMMU_PAS_S;
            module_bench::prepare(trans, false, va, bytes, 4);
            trans.set_extension(&side);
            b.client[0]->b_transport(trans, delay);
            trans.clear_extension(&side);
            CHECK(trans.get_response_status() == tlm::TLM_GENERIC_ERROR_RESPONSE);
        }

        /* DMI is refused for the page asked for, and for no other. */
        tlm::tlm_dmi dmi;
        module_bench::prepare(trans, false, va + 0x123, bytes, 4);
        CHECK(!b.client[0]->get_direct_mem_ptr(trans, dmi));
        CHECK(dmi.get_start_address() == va && dmi.get_end_address() == va + 0xFFF &&
              dmi.is_none_allowed());
    });
}
