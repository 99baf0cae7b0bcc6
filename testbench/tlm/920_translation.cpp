/* SPDX-License-Identifier: Apache-2.0 */
/* 920: client transactions: translated, aborted, RAZ/WI, split at pages, repeated windows, the
 * address restored. */
#include "module_bench.h"

int sc_main(int, char *[])
{
    module_bench b("bench");
    b.map(module_bench::va, module_bench::pa, 0x1000);
    b.map(module_bench::va + 0x1000, module_bench::pa + 0x5000, 0x1000);
    b.map(module_bench::va + 0x3000, module_bench::pa + 0x7000, 0x1000, true);
    return module_bench::run(b, [&] {
        sim_memory *memory = b.memory.store.get();
        const uint64_t va = module_bench::va, pa = module_bench::pa;
        uint32_t word = 0x11223344;

        /* Disabled: addresses pass (6.3.14), and a debugger's, too. They leave with the label of GBPMPAM (6.3.43). */
        b.write(REF_REG_GBPMPAM, REF_MASK(GBPMPAM_UPDATE) | REF_PREP(GBPMPAM_GBP_PARTID, 5));
        b.write(REF_REG_GMPAM, REF_MASK(GMPAM_UPDATE) | REF_PREP(GMPAM_SO_PARTID, 6) |
                                   REF_PREP(GMPAM_SO_PMG, 1));
        CHECK(b.access(true, 0x5000, &word, 4) == tlm::TLM_OK_RESPONSE);
        CHECK(memory_load32(memory, 0x5000) == word);
        CHECK(b.memory.data_label.partid == 5 && b.memory.data_label.pmg == 0);
        uint32_t seen = 0;
        tlm::tlm_generic_payload debug;
        module_bench::prepare(debug, false, 0x5000, reinterpret_cast<unsigned char *>(&seen), 4);
        CHECK(b.client[0]->transport_dbg(debug) == 4 && seen == word);

        b.enable();
        CHECK(b.client[0]->transport_dbg(debug) == 0); /* of no stream that is configured */
        smmusim::translation_result result;
        CHECK(b.access(true, va + 8, &word, 4, &result) == tlm::TLM_OK_RESPONSE);
        CHECK(memory_load32(memory, pa + 8) == word);
        CHECK(result.valid && result.response.result == SMMU_RESULT_FORWARD &&
              result.response.pa == pa + 8);
        CHECK(b.memory.data_addresses.back() == pa + 8);
        CHECK(result.response.mpam.partid == 0 && b.memory.data_label.partid == 0); /* the STE's */
        CHECK(result.cycles > 600); /* STE, CD and four descriptors, 100 each */
        CHECK(b.access(false, va + 8, &seen, 4, &result) == tlm::TLM_OK_RESPONSE && seen == word);
        CHECK(result.cycles < 100);

        /* Across a page whose neighbour lies elsewhere. */
        unsigned char bytes[64], back[64] = {0};
        for (unsigned i = 0; i < 64; i++)
            bytes[i] = static_cast<unsigned char>(i + 1);
        CHECK(b.access(true, va + 0xFE0, bytes, 64) == tlm::TLM_OK_RESPONSE);
        memory_load(memory, pa + 0xFE0, back, 32);
        memory_load(memory, pa + 0x5000, back + 32, 32);
        CHECK(std::memcmp(bytes, back, 64) == 0);

        /* The second part faults: an error, and nothing reaches memory behind it. */
        const unsigned before = b.memory.data_accesses;
        CHECK(b.access(true, va + 0x1FE0, bytes, 64) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(b.memory.data_accesses == before + 1);

        /* Aborted: unmapped, and a write to a read-only page. */
        CHECK(b.access(false, va + 0x2000, &seen, 4, &result) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(result.response.result == SMMU_RESULT_ABORT);
        CHECK(b.access(true, va + 0x3000, &word, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(b.access(false, va + 0x3000, &seen, 4) == tlm::TLM_OK_RESPONSE);

        /* Memory's own error comes back untouched. */
        memory_abort_begin(memory, pa, 0x1000, MEMORY_ABORT_ALL);
        CHECK(b.access(false, va, &seen, 4) == tlm::TLM_GENERIC_ERROR_RESPONSE);
        memory_abort_end(memory, pa, 0x1000);

        /* RAZ/WI (CD.A = 0): OK, zeros where enabled, nothing sent on. */
        b.cd.abort = false;
        b.write_cd();
        b.command(REF_CMD_CFGI_CD_ALL | uint64_t{module_bench::stream} << 32, 0);
        b.command(REF_CMD_SYNC, 0);
        sc_core::wait(1000, SC_NS);
        CHECK(b.all_consumed());
        CHECK(b.memory.walk_label.partid == 6 && b.memory.walk_label.pmg == 1); /* commands */
        unsigned char enable[2] = {0xFF, 0};
        std::memset(back, 0xEE, sizeof back);
        tlm::tlm_generic_payload trans;
        module_bench::prepare(trans, false, va + 0x2000, back, 4);
        trans.set_byte_enable_ptr(enable);
        trans.set_byte_enable_length(2);
        sc_time delay = SC_ZERO_TIME;
        const unsigned sent = b.memory.data_accesses;
        CHECK(b.send(trans, delay) == tlm::TLM_OK_RESPONSE);
        CHECK(back[0] == 0 && back[1] == 0xEE && back[2] == 0 && back[3] == 0xEE &&
              b.memory.data_accesses == sent);

        /* Byte enables of a split transaction follow their bytes. */
        for (uint64_t at : {pa + 0xFFE, pa + 0x5000})
            memory_store(memory, at, "\0\0", 2);
        module_bench::prepare(trans, true, va + 0xFFE, bytes, 4);
        unsigned char alternate[4] = {0, 0xFF, 0xFF, 0};
        trans.set_byte_enable_ptr(alternate);
        trans.set_byte_enable_length(4);
        CHECK(b.send(trans, delay) == tlm::TLM_OK_RESPONSE);
        memory_load(memory, pa + 0xFFE, back, 2);
        memory_load(memory, pa + 0x5000, back + 2, 2);
        CHECK(back[0] == 0 && back[1] == 2 && back[2] == 3 && back[3] == 0);

        /* A streaming width below the length repeats its window. */
        module_bench::prepare(trans, true, va + 0x10, bytes, 8);
        trans.set_streaming_width(4);
        CHECK(b.send(trans, delay) == tlm::TLM_OK_RESPONSE);
        CHECK(memory_load32(memory, pa + 0x10) == 0x08070605);
    });
}
