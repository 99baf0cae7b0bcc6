/* SPDX-License-Identifier: Apache-2.0 */
/* 910: the register socket: accesses that a bus carries, shapes that none would, debug reads, time.
 */
#include "module_bench.h"

int sc_main(int, char *[])
{
    module_bench b("bench");
    return module_bench::run(b, [&] {
        CHECK(REF_FIELD(IDR0_S1P, b.read(REF_REG_IDR0)) == 1);
        b.write(REF_REG_STRTAB_BASE, 0x12345640, 8);
        CHECK(b.read(REF_REG_STRTAB_BASE, 8) == 0x12345640);
        CHECK(b.read(REF_REG_STRTAB_BASE + 4) == 0);

        const sc_time before = sc_core::sc_time_stamp();
        b.read(REF_REG_CR0ACK);
        CHECK(sc_core::sc_time_stamp() == before + sc_time(1, SC_NS)); /* a poll costs time */

        b.ctrl_checker.tolerate_bad_requests = true;
        uint64_t value = 0;
        CHECK(b.reg(REF_REG_CR0, &value, 2, false) == tlm::TLM_BURST_ERROR_RESPONSE);
        CHECK(b.reg(REF_REG_CR0 + 2, &value, 4, false) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        const uint32_t end = smmu_reg_span(b.smmu.model());
        CHECK(b.reg(end, &value, 4, false) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(b.reg(end - 4, &value, 8, false) == tlm::TLM_ADDRESS_ERROR_RESPONSE);

        unsigned char partly[4] = {0xFF, 0, 0xFF, 0xFF};
        tlm::tlm_generic_payload trans;
        module_bench::prepare(trans, true, REF_REG_CR0, reinterpret_cast<unsigned char *>(&value),
                              4);
        trans.set_byte_enable_ptr(partly);
        trans.set_byte_enable_length(4);
        sc_time delay = SC_ZERO_TIME;
        b.ctrl->b_transport(trans, delay);
        CHECK(trans.get_response_status() == tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);

        uint64_t idr0 = 0;
        module_bench::prepare(trans, false, REF_REG_IDR0, reinterpret_cast<unsigned char *>(&idr0),
                              4);
        CHECK(b.ctrl->transport_dbg(trans) == 4);
        CHECK(idr0 == b.read(REF_REG_IDR0));
        module_bench::prepare(trans, true, REF_REG_CR0, reinterpret_cast<unsigned char *>(&idr0),
                              4);
        CHECK(b.ctrl->transport_dbg(trans) == 0); /* a debugger does not program the SMMU */
        CHECK(b.read(REF_REG_CR0) == 0);
    });
}
