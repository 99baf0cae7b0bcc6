/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 980: PCIe ATS through the module (3.9.1): Translation Requests and translated transactions on the
 * client sockets, invalidations on the port of the devices, with completions now, later and never.
 */
#include "module_bench.h"
#include "spec_ref/ref_structures.h"

namespace {

using smmusim::ats_state;
using smmusim::translation_result;

/* Answers at once, or leaves it to the test. */
struct root_complex : smmusim::device_if {
    smmusim::smmu_module *smmu = nullptr;
    bool answers = true;
    std::vector<smmu_out_atc_inv_t> invalidations;

    void atc_inv(const smmu_out_atc_inv_t &inv) override
    {
        invalidations.push_back(inv);
        if (answers)
            smmu->atc_inv_done(inv.tag, SMMU_ATC_INV_COMPLETED);
    }
};

tlm::tlm_response_status send(module_bench &b, ats_state ats, uint32_t stream, bool write,
                              uint64_t address, uint32_t &word, translation_result &result)
{
    smmusim::sideband side;
    side.identity.streamid = stream;
    side.identity.ats = ats;
    side.result = &result;
    result = {};
    tlm::tlm_generic_payload trans;
    module_bench::prepare(trans, write, address, reinterpret_cast<unsigned char *>(&word), 4);
    trans.set_extension(&side);
    sc_time delay = SC_ZERO_TIME;
    b.client[0]->b_transport(trans, delay);
    trans.clear_extension(&side);
    sc_core::wait(delay);
    return trans.get_response_status();
}

/* A Translation Request is answered, whatever comes of it; no access is made. */
smmu_response_t ask(module_bench &b, uint32_t stream, bool write, uint64_t address)
{
    uint32_t word = 0;
    translation_result result;
    const unsigned before = b.memory.data_accesses;
    CHECK(send(b, ats_state::translation_request, stream, write, address, word, result) ==
          tlm::TLM_OK_RESPONSE);
    CHECK(result.valid && b.memory.data_accesses == before);
    return result.response;
}

void atc_inv_and_sync(module_bench &b, uint64_t address, unsigned size)
{
    uint64_t words[2] = {0, 0};
    REF_SET(CMD_ATC_INV_OPCODE, words, REF_CMD_ATC_INV);
    REF_SET(CMD_ATC_INV_STREAMID, words, module_bench::stream);
    REF_SET(CMD_ATC_INV_SIZE, words, size);
    REF_SET(CMD_ATC_INV_ADDR, words, address >> 12);
    b.command(words[0], words[1]);
    b.command(REF_CMD_SYNC, 0);
    sc_core::wait(3, sc_core::SC_US);
}

void permit_ats(module_bench &b)
{
    sim_memory *memory = b.memory.store.get();
    const uint64_t ste = tbl_stream_table_entry(&b.streams, module_bench::stream);
    uint64_t words[2] = {memory_load64(memory, ste), memory_load64(memory, ste + 8)};
    REF_SET(STE_EATS, words, 1);
    memory_store64(memory, ste + 8, words[1]);
}

void requests(module_bench &b)
{
    const uint64_t va = module_bench::va, pa = module_bench::pa;
    CHECK(ask(b, module_bench::stream, false, va).result == SMMU_RESULT_ATS_UR); /* SMMUEN=0 */
    b.enable();
    smmu_response_t got = ask(b, module_bench::stream, true, va + 0x123);
    CHECK(got.result == SMMU_RESULT_ATS_SUCCESS && got.pa == pa && got.region_log2 == 12);
    CHECK(got.perms == (SMMU_PERM_R | SMMU_PERM_W));
    got = ask(b, module_bench::stream, true, va + 0x1000);
    CHECK(got.result == SMMU_RESULT_ATS_SUCCESS && got.perms == SMMU_PERM_R);
    got = ask(b, module_bench::stream, false, va + 0x2000);
    CHECK(got.result == SMMU_RESULT_ATS_SUCCESS && got.perms == 0 && got.region_log2 == 12);
    CHECK(ask(b, 2, false, va).result == SMMU_RESULT_ATS_UR);   /* its STE aborts */
    CHECK(ask(b, 100, false, va).result == SMMU_RESULT_ATS_CA); /* it has none */
}

void translated(module_bench &b)
{
    const uint64_t pa = module_bench::pa;
    uint32_t word = 0x600DF00D, seen = 0;
    translation_result result;
    CHECK(send(b, ats_state::translated, module_bench::stream, true, pa + 8, word, result) ==
          tlm::TLM_OK_RESPONSE);
    CHECK(memory_load32(b.memory.store.get(), pa + 8) == word && result.response.pa == pa + 8);
    /* ATSCHK=0: nobody asks whose it is. */
    CHECK(send(b, ats_state::translated, 2, false, pa + 8, seen, result) == tlm::TLM_OK_RESPONSE);
    CHECK(seen == word);
    b.write(REF_REG_CR0, REF_MASK(CR0_SMMUEN) | REF_MASK(CR0_CMDQEN) | REF_MASK(CR0_ATSCHK));
    sc_core::wait(1, sc_core::SC_US);
    CHECK(send(b, ats_state::translated, 2, false, pa + 8, seen, result) ==
          tlm::TLM_ADDRESS_ERROR_RESPONSE);
    CHECK(send(b, ats_state::translated, module_bench::stream, false, pa + 8, seen, result) ==
          tlm::TLM_OK_RESPONSE);
}

void invalidations(module_bench &b, root_complex &devices)
{
    atc_inv_and_sync(b, module_bench::va + 0x3000, 2);
    CHECK(devices.invalidations.size() == 1 && b.all_consumed());
    const smmu_out_atc_inv_t &inv = devices.invalidations.back();
    CHECK(inv.streamid == module_bench::stream && inv.span_log2 == 14 && !inv.ssv);
    CHECK(inv.addr == ((module_bench::va + 0x3000) & ~uint64_t{0x3FFF}));

    /* CMD_SYNC waits for the device, however long that takes. */
    devices.answers = false;
    atc_inv_and_sync(b, module_bench::va, 0);
    sc_core::wait(20, sc_core::SC_US);
    CHECK(devices.invalidations.size() == 2 && !b.all_consumed());
    b.smmu.atc_inv_done(devices.invalidations.back().tag, SMMU_ATC_INV_UNSUPPORTED);
    sc_core::wait(1, sc_core::SC_US);
    CHECK(b.all_consumed() && b.read(REF_REG_GERROR) == 0);

    /* One that fails is an error of the CMD_SYNC (3.9.1.4, 7.1). */
    atc_inv_and_sync(b, module_bench::va, 0);
    b.smmu.atc_inv_done(devices.invalidations.back().tag, SMMU_ATC_INV_FAILED);
    sc_core::wait(1, sc_core::SC_US);
    CHECK(REF_FIELD(CMDQ_CONS_ERR, b.read(REF_REG_CMDQ_CONS)) == 3);
    CHECK((b.read(REF_REG_CMDQ_CONS) & 511) == ((b.prod - 1) & 511));
    CHECK(b.read(REF_REG_GERROR) == 1);
    b.write(REF_REG_GERRORN, 1);
    sc_core::wait(1, sc_core::SC_US);
    CHECK(b.all_consumed());
    /* It is nobody's any more. */
    b.smmu.atc_inv_done(devices.invalidations.back().tag, SMMU_ATC_INV_COMPLETED);
    CHECK(b.smmu.idle());
}

} // namespace

int sc_main(int, char *[])
{
    module_bench b("bench");
    root_complex devices;
    devices.smmu = &b.smmu;
    b.smmu.devices.bind(devices);
    b.map(module_bench::va, module_bench::pa, 0x1000);
    b.map(module_bench::va + 0x1000, module_bench::pa + 0x1000, 0x1000, true);
    permit_ats(b);
    return module_bench::run(b, [&] {
        requests(b);
        translated(b);
        invalidations(b, devices);
    });
}
