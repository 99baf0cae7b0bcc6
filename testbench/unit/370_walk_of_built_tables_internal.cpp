/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's walk over tables of the testbench's builder: whatever the granule, the input size,
 * blocks, runs and endianness, an address leads where it was mapped to, and one that was not
 * mapped leads nowhere. Builder and walk were written apart from each other.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_vmsa.h"
#include "tables/context_table.h"
#include "tables/page_table.h"
#include "tables/stream_table.h"
#include "unit/word_memory.h"

extern "C" {
#include "context.h"
#include "state.h"
#include "stream.h"
#include "walk.h"
}

namespace {

struct Mapping {
    uint64_t va, pa, size;
};

class BuiltTables : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        cfg.value[SMMU_CFG_IDR5_OAS] = REF_OAS_52;
        pi.sec = SMMU_PAS_NS;
    }

    uint64_t below(uint64_t n) { return std::uniform_int_distribution<uint64_t>(0, n - 1)(random); }

    /* A table of random shape with a few mappings of random places and sizes. */
    void build(tbl_granule granule, bool upper, bool stage2 = false)
    {
        tbl_page_table_config config = {};
        config.granule = granule;
        config.ds = granule != TBL_GRANULE_64K && below(2);
        const bool wide = granule == TBL_GRANULE_64K ? below(2) : config.ds;
        const unsigned least = wide ? 12 : 16, most = granule == TBL_GRANULE_64K ? 47 : 48;
        config.input_bits = 64 - static_cast<unsigned>(least + below(most - least + 1));
        config.output_bits = wide ? 52 : 48;
        /* 16 KiB tables of 48 bits have no level 0 at stage 2 without DS. */
        config.concatenated = stage2 && (below(2) || (granule == TBL_GRANULE_16K && !config.ds));
        config.upper = upper;
        config.big_endian = below(2);
        config.pages_only = below(4) == 0;
        config.contiguous = below(2);
        ASSERT_EQ(tbl_page_table_init(&table, &port, &region, &config), TBL_OK);
        leaf = {};
        leaf.attrindx = static_cast<unsigned>(below(8));
        leaf.sh = REF_SH_ISH;
        leaf.af = leaf.unprivileged = true;
        leaf.ng = below(2);
        leaf_bits = stage2 ? REF_PREP(S2_LEAF_AF, 1) | REF_PREP(S2_LEAF_S2AP, REF_S2AP_READ) |
                                 REF_PREP(S2_LEAF_MEMATTR, REF_MEMATTR_OWB_IWB)
                           : tbl_leaf_bits(&leaf);
        for (unsigned tries = 0; tries < 6; ++tries)
            map_somewhere(config);
    }

    void map_somewhere(const tbl_page_table_config &config)
    {
        uint64_t page = UINT64_C(1) << config.granule, span = UINT64_C(1) << config.input_bits;
        uint64_t alignment = page << below(14), size = alignment * (1 + below(40));
        if (alignment >= span || size > 2048 * page)
            return;
        uint64_t va = below(span / alignment) * alignment;
        if (va + size > span)
            return;
        Mapping m = {va | (config.upper ? ~(span - 1) : 0),
                     below((UINT64_C(1) << (config.output_bits - 1)) / alignment) * alignment,
                     size};
        if (tbl_map(&table, m.va, m.pa, m.size, leaf_bits, nullptr) == TBL_OK)
            mappings.push_back(m);
    }

    void context(bool upper)
    {
        tbl_cd_settings settings = {};
        settings.abort = settings.record = true;
        settings.mair = 0xFF;
        tbl_cd cd = tbl_cd_stage1(&settings, upper ? nullptr : &table, upper ? &table : nullptr);
        cd_locator locator = {};
        ASSERT_EQ(smmu__cd_illegal(&cfg, &locator, x.world, cd.word), nullptr);
        x = {};
        ASSERT_TRUE(smmu__cd_decode(&cfg, &locator, cd.word, &x));
    }

    void context_of_stage2()
    {
        tbl_ste_stage2_settings settings = {};
        settings.record = true;
        tbl_ste ste = tbl_ste_bypass();
        tbl_ste_add_stage2(&ste, &settings, &table);
        ASSERT_EQ(smmu__ste_illegal(&cfg, &pi, ste.word), nullptr);
        cd_locator locator = {};
        x = {};
        ASSERT_EQ(smmu__ste_decode(&cfg, &pi, ste.word, false, 0, &x, &locator), STE_DECIDED);
        ASSERT_EQ(x.kind, XCTX_S2);
    }

    walk_outcome translate(uint64_t va)
    {
        walk w = {};
        found = {};
        walk_outcome outcome = x.kind == XCTX_S2 ? smmu__walk_start_stage2(&x, va, &w)
                                                 : smmu__walk_start(&x, va, true, &w);
        while (outcome == WALK_NEXT)
            outcome = smmu__walk_step(&x, &w, memory.at(smmu__walk_address(&x, &w)), &found);
        return outcome;
    }

    void check(uint64_t va)
    {
        tbl_walk expected;
        if (!tbl_lookup(&table, va, &expected)) {
            EXPECT_EQ(translate(va), WALK_TRANSLATION) << std::hex << va;
            return;
        }
        ASSERT_EQ(translate(va), WALK_LEAF) << std::hex << va;
        EXPECT_EQ(found.pa | (va & low_mask(found.region_log2)), expected.pa) << std::hex << va;
        EXPECT_EQ(found.level, expected.level);
        EXPECT_GE(UINT64_C(1) << found.region_log2, expected.size);
        if (x.kind == XCTX_S2) {
            EXPECT_EQ(found.perms, LEAF_PR | LEAF_UR | LEAF_PX | LEAF_UX);
        } else {
            EXPECT_EQ(found.global, !leaf.ng);
            EXPECT_EQ(found.perms, LEAF_PR | LEAF_PW | LEAF_UR | LEAF_UW | LEAF_UX);
        }
        /* The whole region is one translation: its ends lead where its middle says. */
        uint64_t first = va & ~low_mask(found.region_log2), pa = found.pa;
        for (uint64_t end : {first, first + low_mask(found.region_log2)}) {
            ASSERT_EQ(translate(end), WALK_LEAF);
            EXPECT_EQ(found.pa | (end & low_mask(found.region_log2)), pa + (end - first));
        }
    }

    void check_all()
    {
        for (const Mapping &m : mappings) {
            for (uint64_t offset : {UINT64_C(0), m.size - 1, below(m.size), below(m.size)})
                check(m.va + offset);
            check(m.va - 1);
            check(m.va + m.size);
        }
    }

    void begin(unsigned seed)
    {
        random.seed(seed);
        memory.words.clear();
        mappings.clear();
        tbl_region_init(&region, 0x1'0000'0000, UINT64_C(1) << 36);
    }

    smmu_config_t cfg;
    prog_if pi = {};
    std::mt19937_64 random;
    WordMemory memory;
    tbl_port port = memory.port();
    tbl_region region = {};
    tbl_page_table table = {};
    tbl_leaf leaf = {};
    uint64_t leaf_bits = 0;
    std::vector<Mapping> mappings;
    xctx x;
    ::leaf found;
};

/* rule: S1W-001 S1W-003 S1W-006 S1W-007 S1W-011 S1W-012 S1W-022 S1W-033 */
TEST_F(BuiltTables, 370_addresses_lead_where_they_were_mapped_to)
{
    const tbl_granule granules[] = {TBL_GRANULE_4K, TBL_GRANULE_16K, TBL_GRANULE_64K};
    size_t mapped = 0;
    for (unsigned seed = 1; seed <= 40; ++seed)
        for (tbl_granule granule : granules)
            for (bool upper : {false, true}) {
                SCOPED_TRACE(testing::Message() << seed << " " << granule << " " << upper);
                begin(seed);
                build(granule, upper);
                context(upper);
                mapped += mappings.size();
                check_all();
            }
    EXPECT_GT(mapped, 500U);
}

/* rule: S2W-001 S2W-002 S2W-004 S2W-016 */
TEST_F(BuiltTables, 371_addresses_of_stage_2_lead_where_they_were_mapped_to)
{
    size_t mapped = 0;
    for (unsigned seed = 1; seed <= 60; ++seed)
        for (tbl_granule granule : {TBL_GRANULE_4K, TBL_GRANULE_16K, TBL_GRANULE_64K}) {
            SCOPED_TRACE(testing::Message() << seed << " " << granule);
            begin(seed);
            build(granule, false, true);
            context_of_stage2();
            mapped += mappings.size();
            check_all();
        }
    EXPECT_GT(mapped, 400U);
}

} // namespace
