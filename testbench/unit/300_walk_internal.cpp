/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a stage 1 walk (DDI D8.2 to D8.7; 3.4, 5.4): which table, which descriptor, which
 * fault. Contexts come from CDs, descriptors are written out in bits.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

extern "C" {
#include "context.h"
#include "state.h"
#include "walk.h"
}

namespace {

constexpr uint64_t valid = 1, table_or_page = 2, af = 1U << 10, ng = 1U << 11;
constexpr uint64_t page = valid | table_or_page | af;
constexpr uint64_t table = valid | table_or_page;
constexpr uint64_t block = valid | af;
constexpr uint64_t contiguous = UINT64_C(1) << 52;

/* Input address bits that each level resolves with 48-bit addresses (D8.2), from level 0 on. */
struct Level {
    unsigned msb, lsb; /* 0, 0: the granule has no such level */
};
struct Granule {
    unsigned log2, tg0, tg1, max_txsz;
    Level level[4];
    bool blocks[4];
    unsigned run[4]; /* descriptors of a contiguous run (D8.7) */
};
const Granule granules[] = {
    {12,
     REF_TG0_4K,
     REF_TG1_4K,
     48,
     {{47, 39}, {38, 30}, {29, 21}, {20, 12}},
     {false, true, true, true},
     {1, 16, 16, 16}},
    {14,
     REF_TG0_16K,
     REF_TG1_16K,
     48,
     {{47, 47}, {46, 36}, {35, 25}, {24, 14}},
     {false, false, true, true},
     {1, 1, 32, 128}},
    {16,
     REF_TG0_64K,
     REF_TG1_64K,
     47,
     {{0, 0}, {47, 42}, {41, 29}, {28, 16}},
     {false, false, true, true},
     {1, 1, 32, 32}},
};

uint64_t mask(unsigned bits)
{
    return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

class Walk : public testing::Test {
protected:
    static constexpr uint64_t root0 = 0x10'0000'0000, root1 = 0x20'0000'0000;

    void SetUp() override
    {
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        REF_SET(CD_V, cd, 1);
        REF_SET(CD_AA64, cd, 1);
        REF_SET(CD_A, cd, 1);
        REF_SET(CD_R, cd, 1);
        REF_SET(CD_IPS, cd, 5);
        REF_SET(CD_TTB0, cd, root0 >> 4);
        REF_SET(CD_TTB1, cd, root1 >> 4);
        cd[3] = 0xFF;
        use(granules[0], 16);
    }

    void use(const Granule &g, unsigned txsz)
    {
        REF_SET(CD_TG0, cd, g.tg0);
        REF_SET(CD_TG1, cd, g.tg1);
        REF_SET(CD_T0SZ, cd, txsz);
        REF_SET(CD_T1SZ, cd, txsz);
        decode();
    }

    void decode()
    {
        x = {};
        ASSERT_TRUE(smmu__cd_decode(&cfg, &locator, cd, &x));
    }

    walk_outcome start(uint64_t va, bool unprivileged = false)
    {
        w = {};
        return smmu__walk_start(&x, va, unprivileged, &w);
    }

    walk_outcome step(uint64_t descriptor)
    {
        leaf = {};
        return smmu__walk_step(&x, &w, descriptor, &leaf);
    }

    /* Walks through table descriptors down to 'level', and returns what it says to 'descriptor'. */
    walk_outcome at_level(uint64_t va, int level, uint64_t descriptor)
    {
        EXPECT_EQ(start(va), WALK_NEXT);
        while (w.level < level)
            EXPECT_EQ(step(0x3'0000'0000 | table), WALK_NEXT);
        return step(descriptor);
    }

    smmu_config_t cfg;
    cd_locator locator = {};
    uint64_t cd[8] = {};
    xctx x;
    walk w;
    ::leaf leaf;
};

unsigned start_level(const Granule &g, unsigned txsz)
{
    for (unsigned level = 0; level < 4; ++level)
        if (g.level[level].msb && 63 - txsz >= g.level[level].lsb)
            return level;
    return 3; /* fewer input bits than level 3 can resolve: one descriptor */
}

/* rule: S1W-001 S1W-002 S1W-003 S1W-033 ADR-005 */
TEST_F(Walk, 300_descriptor_addresses_of_every_granule_and_input_size)
{
    const uint64_t address = 0x0000'A5A5'5A5A'3C3C & mask(48);
    for (const Granule &g : granules)
        for (unsigned txsz = 16; txsz <= g.max_txsz; ++txsz)
            for (unsigned half = 0; half < 2; ++half) {
                use(g, txsz);
                uint64_t low = address & mask(64 - txsz);
                uint64_t va = half ? low | ~mask(64 - txsz) : low;
                ASSERT_EQ(start(va), WALK_NEXT);
                uint64_t at = half ? root1 : root0;
                for (unsigned level = start_level(g, txsz); level < 4; ++level) {
                    ASSERT_EQ(w.level, static_cast<int>(level)) << g.log2 << " " << txsz;
                    unsigned lsb = g.level[level].lsb, msb = g.level[level].msb;
                    uint64_t index = low >> lsb & mask(msb - lsb + 1);
                    ASSERT_EQ(smmu__walk_address(&x, &w), at + 8 * index)
                        << g.log2 << " " << txsz << " level " << level;
                    if (level == 3)
                        break;
                    at = (0x1111'0000'0000 + (static_cast<uint64_t>(level) << 20)) >> 16 << 16;
                    ASSERT_EQ(step(at | table), WALK_NEXT);
                }
                ASSERT_EQ(step(0x2222'3333'0000 | page | ng), WALK_LEAF);
                EXPECT_EQ(leaf.pa, 0x2222'3333'0000U);
                EXPECT_EQ(leaf.region_log2, g.log2);
                EXPECT_EQ(leaf.level, 3);
                EXPECT_FALSE(leaf.global);
            }
}

/* rule: ADR-004 ADR-007 */
TEST_F(Walk, 301_every_bit_above_the_input_size_must_repeat_bit_55)
{
    for (unsigned txsz = 16; txsz <= 48; ++txsz)
        for (unsigned tbi = 0; tbi < 4; ++tbi)
            for (unsigned half = 0; half < 2; ++half)
                for (unsigned bit = 0; bit < 64; ++bit) {
                    REF_SET(CD_TBI0, cd, tbi & 1);
                    REF_SET(CD_TBI1, cd, tbi >> 1);
                    use(granules[0], txsz);
                    uint64_t va = half ? UINT64_MAX : 0;
                    ASSERT_EQ(start(va), WALK_NEXT);
                    va ^= UINT64_C(1) << bit;
                    /* flipping bit 55 itself selects the other half, whose bits then differ */
                    bool tag = bit >= 56 && (tbi >> half & 1);
                    bool expected = bit < 64 - txsz || tag;
                    if (bit == 55)
                        expected = false;
                    ASSERT_EQ(start(va) == WALK_NEXT, expected)
                        << txsz << " TBI " << tbi << " half " << half << " bit " << bit;
                }
}

/* rule: ADR-007 */
TEST_F(Walk, 302_a_tag_byte_does_not_reach_the_tables)
{
    REF_SET(CD_TBI0, cd, 1);
    use(granules[0], 25);
    ASSERT_EQ(start(0x5A00'0012'3456'7000), WALK_NEXT);
    EXPECT_EQ(smmu__walk_address(&x, &w), root0 + 8 * (0x12'3456'7000 >> 30));
    EXPECT_EQ(start(0x5A80'0012'3456'7000), WALK_TRANSLATION) << "bit 55 is no tag";
}

/* rule: S1W-015 CD-036 */
TEST_F(Walk, 303_a_disabled_half_does_not_walk)
{
    for (unsigned epd = 0; epd < 4; ++epd) {
        REF_SET(CD_EPD0, cd, epd & 1);
        REF_SET(CD_EPD1, cd, epd >> 1);
        decode();
        EXPECT_EQ(start(0x1000), epd & 1 ? WALK_TRANSLATION : WALK_NEXT);
        EXPECT_EQ(start(0xFFFF'FFFF'FFFF'1000), epd & 2 ? WALK_TRANSLATION : WALK_NEXT);
    }
}

/* rule: S1W-016 */
TEST_F(Walk, 304_e0pd_stops_unprivileged_accesses_to_its_half)
{
    REF_SET(CD_E0PD1, cd, 1);
    decode();
    EXPECT_EQ(start(0x1000, true), WALK_NEXT);
    EXPECT_EQ(start(0xFFFF'FFFF'FFFF'1000, true), WALK_TRANSLATION);
    EXPECT_EQ(start(0xFFFF'FFFF'FFFF'1000, false), WALK_NEXT);
}

/* rule: S1W-004 S1W-005 S1W-006 */
TEST_F(Walk, 305_descriptor_types_by_level)
{
    for (const Granule &g : granules) {
        use(g, 16);
        for (int level = x.ttb[0].start_level; level < 4; ++level)
            for (unsigned type = 0; type < 4; ++type) {
                walk_outcome expected = WALK_TRANSLATION;
                if (type == 3)
                    expected = level == 3 ? WALK_LEAF : WALK_NEXT;
                else if (type == 1 && level != 3 && g.blocks[level])
                    expected = WALK_LEAF;
                EXPECT_EQ(at_level(0x1000, level, 0x4000'0000'0000 | af | type), expected)
                    << g.log2 << " level " << level << " type " << type;
            }
        /* all other bits of an invalid descriptor mean nothing */
        EXPECT_EQ(at_level(0x1000, 3, ~UINT64_C(1)), WALK_TRANSLATION);
    }
}

/* rule: S1W-007 S1W-014 */
TEST_F(Walk, 306_blocks_take_their_low_bits_from_the_input)
{
    for (const Granule &g : granules) {
        use(g, 16);
        for (int level = 1; level < 3; ++level) {
            if (!g.blocks[level])
                continue;
            unsigned lsb = g.level[level].lsb;
            uint64_t va = 0x0000'1234'5678'9ABC;
            /* output address bits below the block's size, nT among them, are dirty */
            uint64_t dirty = mask(lsb) & ~mask(g.log2) & mask(48);
            ASSERT_EQ(at_level(va, level, (UINT64_C(0x7) << 44) | dirty | block), WALK_LEAF);
            EXPECT_EQ(leaf.pa, UINT64_C(0x7) << 44) << g.log2 << " " << level;
            EXPECT_EQ(leaf.region_log2, lsb);
            EXPECT_EQ(leaf.level, level);
        }
    }
}

/* rule: S1W-024 S1W-021 */
TEST_F(Walk, 307_ignored_bits_of_tables_and_leaves)
{
    const uint64_t table_ignored = (UINT64_C(0xFF) << 51) | 0xFFC | (UINT64_C(7) << 48);
    const uint64_t leaf_ignored = (UINT64_C(0xF) << 55) | (UINT64_C(0xF) << 59) |
                                  (UINT64_C(1) << 63) | (UINT64_C(1) << 51) | (UINT64_C(7) << 48) |
                                  (1U << 5);
    ASSERT_EQ(start(0x1000), WALK_NEXT);
    for (int level = 0; level < 3; ++level)
        ASSERT_EQ(step(0x5'0000'0000 | table | (table_ignored & ~(UINT64_C(0xF) << 59))),
                  WALK_NEXT);
    EXPECT_EQ(w.table, 0x5'0000'0000U);
    EXPECT_EQ(w.restrictions, 0);
    ASSERT_EQ(step(0x6'0000'0000 | page), WALK_LEAF);
    ::leaf plain = leaf;
    ASSERT_EQ(at_level(0x1000, 3, 0x6'0000'0000 | page | leaf_ignored), WALK_LEAF);
    EXPECT_EQ(leaf.pa, plain.pa);
    EXPECT_EQ(leaf.perms, plain.perms);
    EXPECT_EQ(leaf.memattr, plain.memattr);
    EXPECT_EQ(leaf.region_log2, plain.region_log2);
}

/* rule: ADR-012 */
TEST_F(Walk, 308_outputs_beyond_the_effective_size_fault_where_they_arise)
{
    static const unsigned sizes[] = {32, 36, 40, 42, 44, 48};
    REF_SET(CD_TTB0, cd, 0x8000'0000 >> 4);
    REF_SET(CD_TTB1, cd, 0x8000'0000 >> 4);
    for (unsigned ips = 0; ips < 6; ++ips)
        for (const Granule &g : granules) {
            REF_SET(CD_IPS, cd, ips);
            use(g, 16);
            for (int level = x.ttb[0].start_level; level < 4; ++level)
                for (unsigned bit = g.log2; bit < 48; ++bit) {
                    uint64_t out = UINT64_C(1) << bit;
                    bool fits = bit < sizes[ips];
                    auto down_to = [&] {
                        EXPECT_EQ(start(0x1000), WALK_NEXT);
                        while (w.level < level)
                            EXPECT_EQ(step(0x8000'0000 | table), WALK_NEXT);
                    };
                    down_to();
                    walk_outcome leaf_or_table = level == 3 ? WALK_LEAF : WALK_NEXT;
                    EXPECT_EQ(step(out | page), fits ? leaf_or_table : WALK_ADDR_SIZE);
                    if (level < 3 && g.blocks[level] && bit >= g.level[level].lsb) {
                        down_to();
                        EXPECT_EQ(step(out | block), fits ? WALK_LEAF : WALK_ADDR_SIZE);
                    }
                }
        }
}

/* rule: S1W-019 FLT-003 */
TEST_F(Walk, 309_without_af_a_leaf_faults_unless_affd)
{
    EXPECT_EQ(at_level(0x1000, 3, 0x6000 | (page & ~af)), WALK_ACCESS);
    EXPECT_EQ(at_level(0x1000, 2, block & ~af), WALK_ACCESS);
    REF_SET(CD_AFFD, cd, 1);
    decode();
    EXPECT_EQ(at_level(0x1000, 3, 0x6000 | (page & ~af)), WALK_LEAF);
    EXPECT_EQ(at_level(0x1000, 2, block & ~af), WALK_LEAF);
}

/* rule: PRI-009 */
TEST_F(Walk, 315_address_size_outranks_the_access_flag)
{
    REF_SET(CD_IPS, cd, 0);
    REF_SET(CD_TTB0, cd, 0x8000'0000 >> 4);
    REF_SET(CD_TTB1, cd, 0x8000'0000 >> 4);
    decode();
    ASSERT_EQ(start(0x1000), WALK_NEXT);
    for (int level = 0; level < 3; ++level)
        ASSERT_EQ(step(0x8000'0000 | table), WALK_NEXT);
    EXPECT_EQ(step(0x1'0000'0000 | valid | table_or_page), WALK_ADDR_SIZE);
}

/* rule: S1W-022 */
TEST_F(Walk, 316_descriptors_of_big_endian_tables_are_swapped)
{
    REF_SET(CD_ENDI, cd, 1);
    decode();
    ASSERT_EQ(start(0x1000), WALK_NEXT);
    /* 0x0000000300000003 in memory as a big-endian number, read as a little-endian one */
    EXPECT_EQ(step(0x0300'0000'0300'0000), WALK_NEXT);
    EXPECT_EQ(w.table, 0x3'0000'0000U);
    EXPECT_EQ(step(0x3'0000'0003), WALK_TRANSLATION);
}

/* rule: S1W-011 S1W-012 */
TEST_F(Walk, 330_a_contiguous_run_is_one_region)
{
    for (const Granule &g : granules) {
        use(g, 16);
        for (int level = 1; level < 4; ++level) {
            if (!g.blocks[level])
                continue;
            unsigned lsb = g.level[level].lsb;
            uint64_t span = (UINT64_C(1) << lsb) * g.run[level];
            uint64_t type = level == 3 ? page : block;
            for (unsigned entry = 0; entry < g.run[level]; ++entry) {
                uint64_t offset = entry * (UINT64_C(1) << lsb);
                uint64_t va = 0x4000'0000'0000 + offset;
                uint64_t out = 0x6000'0000'0000 + offset;
                ASSERT_EQ(at_level(va, level, out | type | contiguous), WALK_LEAF);
                EXPECT_EQ(UINT64_C(1) << leaf.region_log2, span) << g.log2 << level;
                EXPECT_EQ(leaf.pa, 0x6000'0000'0000U) << g.log2 << level << entry;
                ASSERT_EQ(at_level(va, level, out | type), WALK_LEAF);
                EXPECT_EQ(leaf.region_log2, lsb);
                EXPECT_EQ(leaf.pa, out);
            }
        }
    }
}

/* rule: S1W-013 */
TEST_F(Walk, 331_a_misprogrammed_run_maps_no_more_than_its_descriptor)
{
    /* entry 3 of a run, whose output belongs to entry 5: CONSTRAINED UNPREDICTABLE (D8.7.1) */
    ASSERT_EQ(at_level(0x3000, 3, 0x8'0000'5000 | page | contiguous), WALK_LEAF);
    EXPECT_EQ(leaf.pa | (0x3000 & mask(leaf.region_log2)), 0x8'0000'5000U);
    /* a run of 2 MiB in an input range of 64 KiB */
    use(granules[1], 48);
    ASSERT_EQ(at_level(0x4000, 3, 0x8'0000'4000 | page | contiguous), WALK_LEAF);
    EXPECT_LE(leaf.region_log2, 16U);
    EXPECT_EQ(leaf.pa | (0x4000 & mask(leaf.region_log2)), 0x8'0000'4000U);
}

/* rule: S1W-018 S1W-017 PRM-008 PRM-013 */
TEST_F(Walk, 334_hierarchical_bits_add_up_over_all_table_levels)
{
    constexpr uint64_t pxn_table = UINT64_C(1) << 59, uxn_table = UINT64_C(1) << 60,
                       no_unprivileged = UINT64_C(1) << 61, read_only = UINT64_C(1) << 62;
    const uint64_t open = 0x7'0000'0000 | page | REF_PREP(S1_LEAF_AP, REF_AP_PU_RW);
    struct {
        uint64_t bit;
        unsigned gone; /* of what a leaf with AP=0b01 allows */
    } const rows[] = {
        {no_unprivileged, LEAF_UR | LEAF_UW},
        {read_only, LEAF_PW | LEAF_UW},
        {uxn_table, LEAF_UX},
        {pxn_table, 0}, /* AP=0b01 is not privileged-executable anyway */
    };
    for (unsigned hpd = 0; hpd < 2; ++hpd) {
        REF_SET(CD_HAD0, cd, hpd);
        decode();
        ASSERT_EQ(at_level(0, 3, open), WALK_LEAF);
        unsigned all = leaf.perms;
        for (const auto &row : rows)
            for (int with = 0; with < 3; ++with) {
                ASSERT_EQ(start(0), WALK_NEXT);
                for (int level = 0; level < 3; ++level)
                    ASSERT_EQ(step(0x7'0000'0000 | table | (level == with ? row.bit : 0)),
                              WALK_NEXT);
                ASSERT_EQ(step(open), WALK_LEAF);
                unsigned kept = all & ~(hpd ? 0U : row.gone);
                EXPECT_EQ(leaf.perms & ~unsigned{LEAF_PX}, kept) << hpd << with << row.bit;
            }
        /* two restrictions from two levels */
        ASSERT_EQ(start(0), WALK_NEXT);
        ASSERT_EQ(step(0x7'0000'0000 | table | no_unprivileged), WALK_NEXT);
        ASSERT_EQ(step(0x7'0000'0000 | table | read_only | pxn_table), WALK_NEXT);
        ASSERT_EQ(step(0x7'0000'0000 | table), WALK_NEXT);
        ASSERT_EQ(step(open), WALK_LEAF);
        EXPECT_EQ(leaf.perms, hpd ? all : unsigned{LEAF_PR | LEAF_UX});
    }
}

/* rule: S1W-030 ATB-014 */
TEST_F(Walk, 335_attrindx_picks_its_byte_and_sh_comes_from_the_leaf)
{
    cd[3] = 0x04'0C'44'BB'FF'AA'4F'00;
    decode();
    static const unsigned expected[8] = {0x00, 0x4F, 0xAA, 0xFF, 0xBB, 0x44, 0x0C, 0x04};
    for (unsigned i = 0; i < 8; ++i)
        for (unsigned sh : {0U, 2U, 3U}) {
            uint64_t d = 0x7000 | page | REF_PREP(S1_LEAF_ATTRINDX, i) | REF_PREP(S1_LEAF_SH, sh);
            ASSERT_EQ(at_level(0x1000, 3, d), WALK_LEAF);
            EXPECT_EQ(leaf.memattr, expected[i]) << i;
            bool outer = expected[i] < 0x10 || expected[i] == 0x44;
            EXPECT_EQ(leaf.sh, outer ? 2U : sh) << i;
        }
}

/* rule: S1W-008 S1W-009 S1W-010 S1W-032 */
TEST_F(Walk, 360_address_bits_above_47)
{
    uint64_t *value = cfg.value;
    REF_SET(CD_IPS, cd, 6);
    /* 64 KiB with a 52-bit OAS: bits [15:12] */
    value[SMMU_CFG_IDR5_OAS] = 6;
    use(granules[2], 16);
    ASSERT_EQ(start(0x1000), WALK_NEXT);
    ASSERT_EQ(step(0x1234'5678'0000 | 0xA000 | table), WALK_NEXT);
    EXPECT_EQ(w.table, 0xA'1234'5678'0000U);
    ASSERT_EQ(step(0xF000 | block), WALK_LEAF);
    EXPECT_EQ(leaf.pa, 0xF'0000'0000'0000U);
    ASSERT_EQ(start(0x1000), WALK_NEXT);
    EXPECT_EQ(step(0x5'0000'0000'0000 >> 48 << 12 | 0x0400'0000'0000 | block), WALK_LEAF)
        << "4 TiB block of level 1";
    /* the same bits with a smaller IPS are out of range */
    REF_SET(CD_IPS, cd, 5);
    decode();
    ASSERT_EQ(start(0x1000), WALK_NEXT);
    EXPECT_EQ(step(0xA000 | table), WALK_ADDR_SIZE);
    /* 48-bit OAS: they mean nothing */
    value[SMMU_CFG_IDR5_OAS] = 5;
    decode();
    ASSERT_EQ(start(0x1000), WALK_NEXT);
    EXPECT_EQ(step(0xA000 | table), WALK_NEXT);
    EXPECT_EQ(w.table, 0U);
    /* 4 KiB with DS: [49:48] in place, [51:50] in [9:8]; shareability from SH0 */
    value[SMMU_CFG_IDR5_OAS] = 6;
    value[SMMU_CFG_IDR5_DS] = 1;
    REF_SET(CD_IPS, cd, 6);
    REF_SET(CD_DS, cd, 1);
    REF_SET(CD_SH0, cd, 3);
    REF_SET(CD_IR0, cd, 1);
    use(granules[0], 16);
    ASSERT_EQ(at_level(0x1000, 3, 0x3'0000'0000'7000 | 0x200 | page), WALK_LEAF);
    EXPECT_EQ(leaf.pa, 0xB'0000'0000'7000U);
    EXPECT_EQ(leaf.sh, 3);
    ASSERT_EQ(start(0x1000), WALK_NEXT);
    EXPECT_EQ(step(block), WALK_LEAF) << "512 GiB block of level 0";
}

} // namespace
