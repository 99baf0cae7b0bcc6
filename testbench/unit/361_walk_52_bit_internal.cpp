/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks over addresses of up to 52 bits: the 64 KiB granule with large addresses, the 4 KiB and
 * 16 KiB granules with CD.DS (Arm ARM D8.2, D8.3, D8.7; 3.4, 5.4 DS, TTB0).
 */
#include <gtest/gtest.h>

#include <cstdint>

#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

extern "C" {
#include "context.h"
#include "state.h"
#include "walk.h"
}

namespace {

constexpr uint64_t valid = 1, table_or_page = 2, af = UINT64_C(1) << 10;
constexpr uint64_t contiguous = UINT64_C(1) << 52;

uint64_t mask(unsigned bits)
{
    return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* Lookup levels from -1 on, their lowest address bit, where a block may stand, runs (D8.2, D8.7).
 */
struct Granule {
    unsigned log2, tg0, tg1, max_txsz;
    unsigned lsb[5];
    bool blocks[5];
    unsigned run[5];
    bool ds;
};
const Granule granules[] = {
    {12,
     REF_TG0_4K,
     REF_TG1_4K,
     48,
     {48, 39, 30, 21, 12},
     {false, true, true, true, false},
     {1, 1, 16, 16, 16},
     true},
    {14,
     REF_TG0_16K,
     REF_TG1_16K,
     48,
     {0, 47, 36, 25, 14},
     {false, false, true, true, false},
     {1, 1, 1, 32, 128},
     true},
    {16,
     REF_TG0_64K,
     REF_TG1_64K,
     47,
     {0, 0, 42, 29, 16},
     {false, false, true, true, false},
     {1, 1, 1, 32, 32},
     false},
};

/* Descriptor bits that hold an address (D8.3). */
uint64_t address_bits(const Granule &g, uint64_t address)
{
    uint64_t d = address & mask(48) & ~mask(g.log2);
    if (g.ds)
        return d | (address >> 48 & 3) << 48 | (address >> 50 & 3) << 8;
    return d | (address >> 48 & 15) << 12;
}

class Walk52 : public testing::Test {
protected:
    static constexpr uint64_t root0 = 0x9'0010'0000'0000, root1 = 0x6'0020'0000'0000;

    void SetUp() override
    {
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        cfg.value[SMMU_CFG_IDR5_OAS] = 6;
        cfg.value[SMMU_CFG_IDR5_DS] = cfg.value[SMMU_CFG_IDR5_VAX] = 1;
        REF_SET(CD_V, cd, 1);
        REF_SET(CD_AA64, cd, 1);
        REF_SET(CD_A, cd, 1);
        REF_SET(CD_R, cd, 1);
        REF_SET(CD_IPS, cd, 6);
        REF_SET(CD_TTB0, cd, root0 >> 4);
        REF_SET(CD_TTB1, cd, root1 >> 4);
        cd[3] = 0xFF;
    }

    void use(const Granule &g, unsigned txsz)
    {
        REF_SET(CD_TG0, cd, g.tg0);
        REF_SET(CD_TG1, cd, g.tg1);
        REF_SET(CD_T0SZ, cd, txsz);
        REF_SET(CD_T1SZ, cd, txsz);
        REF_SET(CD_DS, cd, g.ds);
        decode();
    }

    void decode()
    {
        x = {};
        ASSERT_TRUE(smmu__cd_decode(&cfg, &locator, cd, &x));
    }

    walk_outcome start(uint64_t va) { return smmu__walk_start(&x, va, false, &w); }
    walk_outcome step(uint64_t descriptor)
    {
        leaf = {};
        return smmu__walk_step(&x, &w, descriptor, &leaf);
    }
    walk_outcome at_level(uint64_t va, int level, uint64_t descriptor)
    {
        EXPECT_EQ(start(va), WALK_NEXT);
        while (w.level < level)
            EXPECT_EQ(step(0x8000'0000 | valid | table_or_page), WALK_NEXT);
        return step(descriptor);
    }

    smmu_config_t cfg;
    cd_locator locator = {};
    uint64_t cd[8] = {};
    xctx x;
    walk w = {};
    struct leaf leaf = {};
};

/* rule: S1W-001 S1W-002 S1W-003 S1W-008 S1W-009 ADR-011 */
TEST_F(Walk52, 361_descriptor_addresses_of_every_granule_and_input_size)
{
    const uint64_t address = 0xD'A5A5'5A5A'3C3C;
    for (const Granule &g : granules)
        for (unsigned txsz = 12; txsz <= g.max_txsz; ++txsz)
            for (unsigned half = 0; half < 2; ++half) {
                use(g, txsz);
                uint64_t low = address & mask(64 - txsz);
                ASSERT_EQ(start(half ? low | ~mask(64 - txsz) : low), WALK_NEXT);
                uint64_t at = half ? root1 : root0;
                int first = w.level;
                ASSERT_LT(64 - txsz, g.lsb[first + 1] + g.log2 - 3 + 1) << g.log2 << " " << txsz;
                ASSERT_TRUE(first == 3 || 64 - txsz > g.lsb[first + 1]) << g.log2 << " " << txsz;
                for (int level = first; level < 4; ++level) {
                    unsigned lsb = g.lsb[level + 1];
                    uint64_t index = low >> lsb;
                    if (level > first)
                        index &= mask(g.log2 - 3);
                    ASSERT_EQ(smmu__walk_address(&x, &w), at + 8 * index)
                        << g.log2 << " " << txsz << " level " << level;
                    if (level == 3)
                        break;
                    at = 0xB'1111'0000'0000 + (static_cast<uint64_t>(level + 1) << 20);
                    ASSERT_EQ(step(address_bits(g, at) | valid | table_or_page), WALK_NEXT);
                }
                const uint64_t out = 0xE'2222'3333'0000;
                ASSERT_EQ(step(address_bits(g, out) | valid | table_or_page | af), WALK_LEAF);
                EXPECT_EQ(leaf.pa, out);
                EXPECT_EQ(leaf.region_log2, g.log2);
            }
}

/* rule: S1W-006 S1W-007 S1W-011 */
TEST_F(Walk52, 362_blocks_by_level_and_their_runs)
{
    for (const Granule &g : granules) {
        use(g, 12);
        for (int level = x.ttb[0].start_level; level < 3; ++level) {
            unsigned lsb = g.lsb[level + 1];
            uint64_t out = UINT64_C(0xA) << 48, dirty = mask(lsb) & mask(48) & ~mask(16);
            uint64_t descriptor = address_bits(g, out) | dirty | valid | af;
            ASSERT_EQ(at_level(0x1000, level, descriptor),
                      g.blocks[level + 1] ? WALK_LEAF : WALK_TRANSLATION)
                << g.log2 << " " << level;
            if (!g.blocks[level + 1])
                continue;
            EXPECT_EQ(leaf.pa, out) << g.log2 << " " << level;
            EXPECT_EQ(leaf.region_log2, lsb);
            ASSERT_EQ(at_level(0x1000, level, descriptor | contiguous), WALK_LEAF);
            EXPECT_EQ(UINT64_C(1) << leaf.region_log2, g.run[level + 1] * (UINT64_C(1) << lsb))
                << g.log2 << " " << level;
        }
    }
}

/* rule: ADR-012 ADR-013 ADR-019 CD-029 CD-030 */
TEST_F(Walk52, 363_outputs_above_the_effective_ips)
{
    static const unsigned ips_bits[] = {32, 36, 40, 42, 44, 48, 52, 52};
    REF_SET(CD_TTB0, cd, 0x8000'0000 >> 4);
    REF_SET(CD_TTB1, cd, 0x8000'0000 >> 4);
    for (const Granule &g : granules)
        for (unsigned ips = 0; ips < 8; ++ips)
            for (unsigned bit = 32; bit < 52; ++bit) {
                REF_SET(CD_IPS, cd, ips);
                use(g, 12);
                bool fits = bit < ips_bits[ips];
                uint64_t d = address_bits(g, UINT64_C(1) << bit) | valid | table_or_page | af;
                EXPECT_EQ(at_level(0, 2, d), fits ? WALK_NEXT : WALK_ADDR_SIZE)
                    << ips << " " << bit;
                EXPECT_EQ(at_level(0, 3, d), fits ? WALK_LEAF : WALK_ADDR_SIZE)
                    << ips << " " << bit;
            }
    /* 4 KiB and 16 KiB without DS cannot say more than 48 bits */
    REF_SET(CD_IPS, cd, 6);
    for (unsigned i = 0; i < 2; ++i) {
        use(granules[i], 16);
        REF_SET(CD_DS, cd, 0);
        decode();
        ASSERT_EQ(at_level(0, 3, 0x3'0000'0000'0300 | valid | table_or_page | af), WALK_LEAF);
        EXPECT_EQ(leaf.pa, 0U);
    }
}

/* rule: S1W-009 S1W-032 */
TEST_F(Walk52, 364_shareability_with_ds_is_of_the_half)
{
    REF_SET(CD_SH0, cd, 3);
    REF_SET(CD_SH1, cd, 2);
    REF_SET(CD_IR0, cd, 1);
    REF_SET(CD_IR1, cd, 1);
    for (const Granule &g : granules)
        for (unsigned sh : {0U, 2U, 3U})
            for (unsigned half = 0; half < 2; ++half) {
                use(g, 12);
                REF_SET(CD_DS, cd, 1); /* also where both granules are 64 KiB */
                decode();
                uint64_t d = 0x4000'0000 | sh << 8 | valid | table_or_page | af;
                uint64_t va = half ? ~mask(52) : 0;
                ASSERT_EQ(at_level(va, 3, d), WALK_LEAF);
                EXPECT_EQ(leaf.sh, !g.ds ? sh : half ? 2U : 3U) << g.log2 << " " << sh;
                EXPECT_EQ(leaf.pa, 0x4000'0000U | (g.ds ? uint64_t{sh} << 50 : 0));
            }
}

} // namespace
