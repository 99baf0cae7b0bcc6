/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 984: broadcast TLB maintenance through the module (3.17): what a PE invalidates is gone when its
 * synchronisation ends; the end comes once, and with CR2.PTM at once.
 */
#include "module_bench.h"

namespace {

smmu_broadcast_tlbi_t by_va(uint64_t va)
{
    smmu_broadcast_tlbi_t t{};
    t.op = SMMU_TLBI_VAE1;
    t.first = va;
    t.last = va + 0xFFF;
    t.asid = module_bench::asid;
    t.sec = SMMU_PAS_NS;
    return t;
}

void map_anew(module_bench &b, uint64_t pa)
{
    CHECK(tbl_unmap(&b.pages, module_bench::va, 0x1000, nullptr) == TBL_OK);
    b.map(module_bench::va, pa, 0x1000);
}

uint32_t read(module_bench &b)
{
    uint32_t word = 0;
    CHECK(b.access(false, module_bench::va, &word, 4) == tlm::TLM_OK_RESPONSE);
    return word;
}

} // namespace

int sc_main(int, char *[])
{
    std::vector<uint64_t> ended;
    smmusim::smmu_module_config config;
    config.on_broadcast_sync = [&](uint64_t tag) { ended.push_back(tag); };
    module_bench b("bench", config);
    const uint64_t pa = module_bench::pa;
    b.map(module_bench::va, pa, 0x1000);
    for (unsigned i = 0; i < 3; i++)
        memory_store32(b.memory.store.get(), pa + 0x1000 * i, i + 1);
    return module_bench::run(b, [&] {
        b.write(REF_REG_CR2, 0);
        b.enable();
        CHECK(b.smmu.broadcast_sync(1) == SMMU_DONE); /* nothing to wait for */
        sc_core::wait(1, sc_core::SC_US);
        CHECK(ended == std::vector<uint64_t>{1});

        CHECK(read(b) == 1 && read(b) == 1);
        map_anew(b, pa + 0x1000);
        CHECK(read(b) == 1); /* cached */
        CHECK(b.smmu.broadcast_tlbi(by_va(module_bench::va)) == SMMU_DONE);
        CHECK(b.smmu.broadcast_sync(2) == SMMU_DONE);
        sc_core::wait(5, sc_core::SC_US);
        CHECK(ended == (std::vector<uint64_t>{1, 2}));
        CHECK(read(b) == 2);

        /* Another ASID's is another's. */
        map_anew(b, pa + 0x2000);
        smmu_broadcast_tlbi_t other = by_va(module_bench::va);
        other.asid++;
        CHECK(b.smmu.broadcast_tlbi(other) == SMMU_DONE);
        CHECK(b.smmu.broadcast_sync(3) == SMMU_DONE);
        sc_core::wait(5, sc_core::SC_US);
        CHECK(ended.size() == 3 && ended.back() == 3);
        const uint32_t old_or_new = read(b);
        CHECK(old_or_new == 2 || old_or_new == 3);

        /* With a client under way that walks with what memory had: it is waited for. */
        smmu_broadcast_tlbi_t all{};
        all.op = SMMU_TLBI_ALLE1;
        all.last = UINT64_MAX;
        CHECK(b.smmu.broadcast_tlbi(all) == SMMU_DONE);
        b.memory.waits = true;
        bool walked = false;
        sc_core::sc_spawn([&] {
            read(b);
            walked = true;
        });
        sc_core::wait(150, SC_NS);
        map_anew(b, pa);
        CHECK(b.smmu.broadcast_tlbi(by_va(module_bench::va)) == SMMU_DONE);
        CHECK(b.smmu.broadcast_sync(4) == SMMU_DONE);
        sc_core::wait(10, sc_core::SC_US);
        CHECK(walked && ended.size() == 4 && ended.back() == 4);
        CHECK(read(b) == 1);

        /* PTM: they are nobody's business. */
        b.write(REF_REG_CR0, REF_MASK(CR0_CMDQEN));
        sc_core::wait(1, sc_core::SC_US);
        b.write(REF_REG_CR2, REF_MASK(CR2_PTM));
        b.write(REF_REG_CR0, REF_MASK(CR0_CMDQEN) | REF_MASK(CR0_SMMUEN));
        CHECK(b.smmu.broadcast_tlbi(by_va(module_bench::va)) == SMMU_DONE);
        CHECK(b.smmu.broadcast_sync(5) == SMMU_DONE);
        sc_core::wait(1, sc_core::SC_US);
        CHECK(ended.size() == 5 && ended.back() == 5);

        /* What no PE can say. */
        smmu_broadcast_tlbi_t wrong{};
        wrong.op = SMMU_TLBI_COUNT;
        CHECK(b.smmu.broadcast_tlbi(wrong) == SMMU_E_ARGUMENT);
        CHECK(b.smmu.idle());
    });
}
