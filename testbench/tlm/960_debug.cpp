/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 960: debug accesses go where the same access would go, and nothing happens on their account: no
 * time, no traffic, no cache entry, no record, no counter.
 */
#include "module_bench.h"

#include "smmusim/smmu_stats.h"

namespace {

unsigned debug(module_bench &b, bool write, uint64_t address, void *data, unsigned length)
{
    tlm::tlm_generic_payload trans;
    smmusim::sideband side;
    side.identity.streamid = module_bench::stream;
    module_bench::prepare(trans, write, address, static_cast<unsigned char *>(data), length);
    trans.set_extension(&side);
    const unsigned reached = b.client[0]->transport_dbg(trans);
    trans.clear_extension(&side);
    CHECK(trans.get_address() == address && trans.get_data_length() == length &&
          trans.get_data_ptr() == data);
    return reached;
}

std::vector<uint64_t> counters(const smmu_t *model)
{
    std::vector<uint64_t> values;
    for (size_t i = 0; smmu_stat_info(i); i++)
        values.push_back(smmu_stat_value(model, static_cast<smmu_stat_t>(i)));
    return values;
}

} // namespace

int sc_main(int, char *[])
{
    module_bench b("bench");
    const uint64_t va = module_bench::va, pa = module_bench::pa;
    b.map(va, pa, 0x1000);
    b.map(va + 0x1000, pa + 0x5000, 0x1000);
    b.map(va + 0x3000, pa + 0x7000, 0x1000, true);
    return module_bench::run(b, [&] {
        sim_memory *memory = b.memory.store.get();
        unsigned char bytes[64], back[64] = {0};
        for (unsigned i = 0; i < 64; i++)
            bytes[i] = static_cast<unsigned char>(i + 1);
        b.enable();
        sc_core::wait(100, SC_NS);
        const std::vector<uint64_t> before = counters(b.smmu.model());
        const unsigned walks = b.walk_checker.seen, accesses = b.memory.data_accesses;
        const sc_time start = sc_core::sc_time_stamp();

        /* Written and read back across two pages that lie apart. */
        CHECK(debug(b, true, va + 0xFE0, bytes, 64) == 64);
        memory_load(memory, pa + 0xFE0, back, 32);
        memory_load(memory, pa + 0x5000, back + 32, 32);
        CHECK(std::memcmp(bytes, back, 64) == 0);
        std::memset(back, 0, sizeof back);
        CHECK(debug(b, false, va + 0xFE0, back, 64) == 64);
        CHECK(std::memcmp(bytes, back, 64) == 0);

        /* As far as the pages go; nothing that the stream may not do. */
        CHECK(debug(b, false, va + 0x1FE0, back, 64) == 32);
        CHECK(debug(b, false, va + 0x2000, back, 4) == 0);
        CHECK(debug(b, true, va + 0x3000, bytes, 4) == 0);
        CHECK(debug(b, false, va + 0x3000, back, 4) == 4);

        /* Tables that abort lead nowhere. */
        memory_abort_begin(memory, 0x1000000, 0x1000000, MEMORY_ABORT_ALL);
        CHECK(debug(b, false, va, back, 4) == 0);
        memory_abort_end(memory, 0x1000000, 0x1000000);

        CHECK(counters(b.smmu.model()) == before);
        CHECK(b.walk_checker.seen == walks && b.memory.data_accesses == accesses);
        CHECK(sc_core::sc_time_stamp() == start);
        CHECK(b.smmu.idle());

        /* It sees the tables as they are, whatever a TLB holds. */
        uint32_t word = 0;
        CHECK(b.access(false, va, &word, 4) == tlm::TLM_OK_RESPONSE);
        CHECK(tbl_unmap(&b.pages, va, 0x1000, nullptr) == TBL_OK);
        CHECK(debug(b, false, va, back, 4) == 0);
        CHECK(b.access(false, va, &word, 4) == tlm::TLM_OK_RESPONSE);
    });
}
