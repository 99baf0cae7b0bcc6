/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 1 permission indirection (3.26.1, 5.4 PIE, PIIP, PIIU, 5.4.2; Arm ARM D8.4.1.3, D8.5.2),
 * the attribute index extension (5.4 MAIR0) and the Protected attribute (3.27.1).
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

/* No access, R, X, RX, -, RW, -, RWX */
constexpr unsigned reads = 1, executes = 2, writes = 4;
constexpr unsigned codes[] = {0, 1, 2, 3, 5, 7};

class Indirection : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        cfg.value[SMMU_CFG_IDR3_S1PI] = 1;
        locator.s1pie = true;
        REF_SET(CD_V, cd, 1);
        REF_SET(CD_AA64, cd, 1);
        REF_SET(CD_A, cd, 1);
        REF_SET(CD_R, cd, 1);
        REF_SET(CD_IPS, cd, 5);
        REF_SET(CD_T0SZ, cd, 43); /* level 3 alone */
        REF_SET(CD_TG0, cd, REF_TG0_4K);
        REF_SET(CD_TTB0, cd, 0x8000'0000 >> 4);
        REF_SET(CD_EPD1, cd, 1);
        REF_SET(CD_PIE, cd, 1);
        cd[3] = UINT64_C(0xBBAA'9988'7766'5544);
    }

    void entry(unsigned index, unsigned priv, unsigned unpriv)
    {
        cd[REF_CD_PIIP_DW] &= ~(UINT64_C(7) << index * REF_PII_BITS);
        cd[REF_CD_PIIU_DW] &= ~(UINT64_C(7) << index * REF_PII_BITS);
        cd[REF_CD_PIIP_DW] |= uint64_t{priv} << index * REF_PII_BITS;
        cd[REF_CD_PIIU_DW] |= uint64_t{unpriv} << index * REF_PII_BITS;
    }

    bool legal(uint8_t world = WORLD_NS_EL1)
    {
        return smmu__cd_illegal(&cfg, &locator, world, cd) == nullptr;
    }

    void walk_to(uint64_t descriptor, uint8_t world = WORLD_NS_EL1)
    {
        x = {};
        x.world = world;
        ASSERT_TRUE(smmu__cd_decode(&cfg, &locator, cd, &x));
        walk w = {};
        ASSERT_EQ(smmu__walk_start(&x, 0x1000, false, &w), WALK_NEXT);
        ASSERT_EQ(smmu__walk_step(&x, &w, descriptor, &found), WALK_LEAF);
    }

    static uint64_t page(unsigned index, bool clean = false)
    {
        return 0x4000'0403 | uint64_t{index & 1} << 6 | uint64_t{clean} << 7 |
               uint64_t{index >> 1 & 1} << 51 | uint64_t{index >> 2 & 1} << 53 |
               uint64_t{index >> 3 & 1} << 54;
    }

    bool may(bool priv, unsigned what) const
    {
        return found.perms & leaf_permission(priv, what == executes, what == writes);
    }

    smmu_config_t cfg;
    cd_locator locator = {};
    uint64_t cd[8] = {};
    xctx x;
    leaf found = {};
};

/* rule: PRM-035 */
TEST_F(Indirection, 325_each_index_has_the_permissions_of_its_entries)
{
    for (unsigned pan = 0; pan < 2; ++pan)
        for (unsigned index = 0; index < 16; ++index)
            for (unsigned p : codes)
                for (unsigned u : codes) {
                    if (p & executes && u & writes)
                        continue;
                    REF_SET(CD_PAN, cd, pan);
                    REF_SET(CD_WXN, cd, 1);  /* no effect */
                    REF_SET(CD_EPAN, cd, 0); /* likewise */
                    cd[REF_CD_PIIP_DW] = cd[REF_CD_PIIU_DW] = 0;
                    entry(index, p, u);
                    walk_to(page(index));
                    for (unsigned what : {reads, executes, writes}) {
                        bool barred = pan && u && what != executes;
                        EXPECT_EQ(may(true, what), (p & what) && !barred) << p << u << what;
                        EXPECT_EQ(may(false, what), !!(u & what)) << p << u << what;
                    }
                    walk_to(page(index ^ 5));
                    EXPECT_EQ(found.perms, 0) << "another index";
                }
}

/* rule: PRM-035 */
TEST_F(Indirection, 326_a_clean_page_is_not_written)
{
    for (unsigned p : codes)
        for (unsigned u : codes) {
            if (p & executes && u & writes)
                continue;
            entry(9, p, u);
            walk_to(page(9, true));
            for (bool priv : {false, true}) {
                unsigned granted = priv ? p : u;
                EXPECT_FALSE(may(priv, writes));
                EXPECT_EQ(leaf_is_clean(&found, priv), !!(granted & writes)) << p << u;
                EXPECT_EQ(may(priv, reads), !!(granted & reads));
                EXPECT_EQ(may(priv, executes), !!(granted & executes));
            }
            walk_to(page(9, false));
            EXPECT_FALSE(leaf_is_clean(&found, true) || leaf_is_clean(&found, false));
        }
}

/* rule: CD-037 PRM-035 */
TEST_F(Indirection, 327_only_where_idr3_ste_and_cd_agree)
{
    entry(0, 7, 3);
    for (unsigned bits = 0; bits < 8; ++bits) {
        cfg.value[SMMU_CFG_IDR3_S1PI] = bits & 1;
        locator.s1pie = bits & 2;
        REF_SET(CD_PIE, cd, bits >> 2 & 1);
        walk_to(page(0)); /* AP=00, neither UXN nor PXN: no unprivileged data access */
        EXPECT_EQ(may(false, reads), bits == 7) << bits;
    }
}

/* rule: CD-034 CD-035 */
TEST_F(Indirection, 328_reserved_entries_and_those_that_are_not_safe)
{
    for (unsigned index = 0; index < 16; ++index)
        for (unsigned p = 0; p < 8; ++p)
            for (unsigned u = 0; u < 8; ++u) {
                cd[REF_CD_PIIP_DW] = cd[REF_CD_PIIU_DW] = 0;
                entry(index, p, u);
                bool p_ok = p != 4 && p != 6, u_ok = u != 4 && u != 6;
                bool unsafe = p & executes && u & writes;
                EXPECT_EQ(legal(), p_ok && u_ok && !unsafe) << index << p << u;
                EXPECT_EQ(legal(WORLD_NS_EL2_E2H), p_ok && u_ok && !unsafe) << index << p << u;
                EXPECT_EQ(legal(WORLD_NS_EL2), p_ok) << "PIIU is RES0 " << index << p << u;
            }
    locator.s1pie = false;
    cd[REF_CD_PIIP_DW] = cd[REF_CD_PIIU_DW] = ~UINT64_C(0);
    EXPECT_TRUE(legal());
}

/* rule: PRM-035 PRM-005 */
TEST_F(Indirection, 329_el2_has_the_privileged_entries_alone)
{
    REF_SET(CD_PAN, cd, 1);
    for (unsigned p : codes) {
        entry(3, p, 7);
        walk_to(page(3), WORLD_NS_EL2);
        for (bool priv : {false, true})
            for (unsigned what : {reads, executes, writes})
                EXPECT_EQ(may(priv, what), !!(p & what)) << p << what;
    }
}

/* rule: S1W-030 */
TEST_F(Indirection, 332_attributes_8_to_15_are_the_last_one)
{
    REF_SET(CD_PIE, cd, 0);
    for (unsigned idr : {0U, 1U})
        for (unsigned aie : {0U, 1U})
            for (unsigned index = 0; index < 16; ++index) {
                cfg.value[SMMU_CFG_IDR3_AIE] = idr;
                REF_SET(CD_AIE, cd, aie);
                uint64_t d = page(0) | (index & 7) << 2 | uint64_t{index >> 3} << 59;
                walk_to(d);
                unsigned expected = idr && aie && index > 7 ? 7 : index & 7;
                EXPECT_EQ(found.memattr, 0x44 + 0x11 * expected) << index;
            }
}

/* rule: 3.27.1 bit 52 is Protected where PnCH says so */
TEST_F(Indirection, 333_with_pnch_nothing_is_contiguous)
{
    REF_SET(CD_PIE, cd, 0);
    const uint64_t run = 0x4000'0403 | UINT64_C(1) << 52; /* the second of 16 pages */
    for (unsigned the : {0U, 1U})
        for (unsigned pnch : {0U, 1U}) {
            cfg.value[SMMU_CFG_IDR3_THE] = the;
            REF_SET(CD_PNCH, cd, pnch);
            walk_to(run | 0x1000);
            EXPECT_EQ(found.region_log2, the && pnch ? 12 : 16);
            EXPECT_EQ(found.pa, the && pnch ? 0x4000'1000U : 0x4000'0000U);
        }
}

} // namespace
