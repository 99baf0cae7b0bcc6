/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 982: page requests through the module (chapter 8): into the PRI queue in memory, with an
 * interrupt; automatic responses where there is no place; CMD_PRI_RESP to the device.
 */
#include "module_bench.h"

namespace {

constexpr uint64_t kQueue = 0x400000;

struct root_complex : smmusim::device_if {
    std::vector<smmu_out_prg_response_t> responses;

    void atc_inv(const smmu_out_atc_inv_t &) override {}
    void prg_response(const smmu_out_prg_response_t &r) override { responses.push_back(r); }
};

int request(module_bench &b, uint16_t group, unsigned flags)
{
    smmu_page_request_t r{};
    r.addr = module_bench::va;
    r.streamid = module_bench::stream;
    r.substreamid = 0x54321;
    r.prg_index = group;
    r.flags = static_cast<uint8_t>(flags);
    r.sec_sid = SMMU_PAS_NS;
    int verdict = b.smmu.page_request(r);
    sc_core::wait(2, sc_core::SC_US);
    return verdict;
}

void enable(module_bench &b)
{
    b.write(REF_REG_PRIQ_BASE, kQueue | REF_PREP(PRIQ_BASE_LOG2SIZE, 1), 8);
    b.write(REF_REG_PRIQ_PROD, 0);
    b.write(REF_REG_PRIQ_CONS, 0);
    b.write(REF_REG_PRIQ_IRQ_CFG0, 0, 8);
    b.write(REF_REG_PRIQ_IRQ_CFG2, 0);
    b.write(REF_REG_IRQ_CTRL, REF_MASK(IRQ_CTRL_PRIQ_IRQEN));
    b.enable();
    b.write(REF_REG_CR0, REF_MASK(CR0_SMMUEN) | REF_MASK(CR0_CMDQEN) | REF_MASK(CR0_PRIQEN));
    sc_core::wait(1, sc_core::SC_US);
}

} // namespace

int sc_main(int, char *[])
{
    unsigned interrupts = 0;
    smmusim::smmu_module_config config;
    config.on_interrupt = [&](smmu_irq_source_t source) { interrupts += source == SMMU_IRQ_PRIQ; };
    module_bench b("bench", config);
    root_complex devices;
    b.smmu.devices.bind(devices);
    return module_bench::run(b, [&] {
        sim_memory *memory = b.memory.store.get();
        const unsigned last = SMMU_PPR_READ | SMMU_PPR_LAST;

        /* Disabled: refused (8.2), and without its PASID. */
        CHECK(request(b, 1, last | SMMU_PPR_SSV) == SMMU_DONE);
        CHECK(devices.responses.size() == 1 && devices.responses[0].code == SMMU_PRG_FAILURE &&
              devices.responses[0].prg_index == 1 && !devices.responses[0].ssv);

        enable(b);
        CHECK(request(b, 0x155, last | SMMU_PPR_SSV) == SMMU_DONE);
        CHECK(b.read(REF_REG_PRIQ_PROD) == 1 && interrupts == 1 && devices.responses.size() == 1);
        CHECK(uint32_t(memory_load64(memory, kQueue)) == module_bench::stream);
        CHECK((memory_load64(memory, kQueue) >> 32 & 0xFFFFF) == 0x54321);
        CHECK(memory_load64(memory, kQueue + 8) == (module_bench::va | 0x155));

        /* Full; the next one overflows, and the last of its group is answered (8.1). */
        CHECK(request(b, 2, SMMU_PPR_READ) == SMMU_DONE);
        CHECK(b.read(REF_REG_PRIQ_PROD) == 2 && interrupts == 1);
        CHECK(request(b, 3, SMMU_PPR_READ) == SMMU_DONE && devices.responses.size() == 1);
        CHECK(request(b, 3, last | SMMU_PPR_SSV) == SMMU_DONE && devices.responses.size() == 2);
        CHECK(devices.responses[1].code == SMMU_PRG_SUCCESS && devices.responses[1].ssv &&
              devices.responses[1].substreamid == 0x54321);
        CHECK(b.read(REF_REG_PRIQ_PROD) == (2 | uint64_t{1} << 31));
        b.write(REF_REG_PRIQ_CONS, 2 | uint64_t{1} << 31);
        CHECK(request(b, 4, last) == SMMU_DONE && interrupts == 2);
        CHECK(b.read(REF_REG_PRIQ_PROD) == (3 | uint64_t{1} << 31));

        /* Software's answer (4.5.2). */
        uint64_t words[2] = {0, 0};
        REF_SET(CMD_PRI_RESP_OPCODE, words, REF_CMD_PRI_RESP);
        REF_SET(CMD_PRI_RESP_STREAMID, words, module_bench::stream);
        REF_SET(CMD_PRI_RESP_PRGINDEX, words, 4);
        REF_SET(CMD_PRI_RESP_RESP, words, 1);
        b.command(words[0], words[1]);
        sc_core::wait(2, sc_core::SC_US);
        CHECK(b.all_consumed() && devices.responses.size() == 3);
        CHECK(devices.responses[2].code == SMMU_PRG_INVALID &&
              devices.responses[2].prg_index == 4 && !devices.responses[2].ssv);

        /* What no device can say. */
        smmu_page_request_t wrong{};
        wrong.prg_index = 512;
        CHECK(b.smmu.page_request(wrong) == SMMU_E_ARGUMENT);
        CHECK(b.smmu.idle());
    });
}
