/* SPDX-License-Identifier: Apache-2.0 */
/*
 * StreamWorlds NS-EL1, NS-EL2 and NS-EL2-E2H (3.3.3, 3.17, 5.2 STRW, 5.4, 13.4.1): which one a
 * stream has, what of a CD counts in it, what a descriptor permits, what translations are tagged
 * with. Numbers of configurations are put in directly.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

extern "C" {
#include "context.h"
#include "pte.h"
#include "state.h"
#include "walk.h"
}

namespace {

class StreamWorlds : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        cfg.value[SMMU_CFG_IDR0_S2P] = cfg.value[SMMU_CFG_IDR0_Hyp] = 1;
        pi.sec = SMMU_PAS_NS;
        REF_SET(STE_V, ste, 1);
        REF_SET(STE_CONFIG, ste, REF_CONFIG_S1);
        REF_SET(STE_S2VMID, ste, 0x5A);
        REF_SET(CD_V, cd, 1);
        REF_SET(CD_AA64, cd, 1);
        REF_SET(CD_A, cd, 1);
        REF_SET(CD_R, cd, 1);
        REF_SET(CD_IPS, cd, 5);
        REF_SET(CD_ASID, cd, 0x77);
        REF_SET(CD_ASET, cd, 1);
        REF_SET(CD_T0SZ, cd, 16);
        REF_SET(CD_TG0, cd, REF_TG0_4K);
        REF_SET(CD_TTB0, cd, 0x8000'0000 >> 4);
        REF_SET(CD_T1SZ, cd, 16);
        REF_SET(CD_TG1, cd, REF_TG1_4K);
        REF_SET(CD_TTB1, cd, 0x9000'0000 >> 4);
    }

    void world(unsigned strw, unsigned e2h)
    {
        REF_SET(STE_STRW, ste, strw);
        pi.reg[SMMU_REG_CR2] = e2h << REF_CR2_E2H_LSB;
        x = {};
        ste_verdict verdict = smmu__ste_decode(&cfg, &pi, ste, false, 0, &x, &locator);
        ASSERT_EQ(verdict, REF_GET(STE_CONFIG, ste) & 1 ? STE_NEEDS_CD : STE_DECIDED);
    }
    void el1() { world(0, 0); }
    void el2() { world(2, 0); }
    void e2h() { world(2, 1); }

    bool decode() { return smmu__cd_decode(&cfg, &locator, cd, &x); }

    walk_outcome start(uint64_t va, bool unprivileged = false)
    {
        return smmu__walk_start(&x, va, unprivileged, &w);
    }

    smmu_config_t cfg;
    prog_if pi = {};
    uint64_t ste[8] = {}, cd[8] = {};
    xctx x = {};
    cd_locator locator = {};
    walk w = {};
};

/* rule: CFG-026 CFG-027 TLB-003 TLB-005 */
TEST_F(StreamWorlds, 295_strw_and_e2h_choose_where_stage_1_is_alone)
{
    for (unsigned hyp = 0; hyp < 2; ++hyp)
        for (unsigned strw : {0U, 2U})
            for (unsigned e2h = 0; e2h < 2; ++e2h) {
                cfg.value[SMMU_CFG_IDR0_Hyp] = hyp;
                world(strw, e2h);
                bool is_el2 = hyp && strw;
                EXPECT_EQ(x.world, !is_el2 ? WORLD_NS_EL1 : e2h ? WORLD_NS_EL2_E2H : WORLD_NS_EL2);
                EXPECT_EQ(x.vmid, is_el2 ? 0 : 0x5A);
            }
}

/* rule: CD-019 CD-027 CD-028 S1W-034 */
TEST_F(StreamWorlds, 296_el2_looks_at_nothing_of_the_upper_half_and_not_at_epd)
{
    struct {
        unsigned word, msb, lsb;
        uint64_t value;
    } const wrong_in_el1[] = {
        {REF_CD_T1SZ_DW, REF_CD_T1SZ_MSB, REF_CD_T1SZ_LSB, 1},
        {REF_CD_TG1_DW, REF_CD_TG1_MSB, REF_CD_TG1_LSB, 0},
        {REF_CD_TTB1_DW, REF_CD_TTB1_MSB, REF_CD_TTB1_LSB, UINT64_C(1) << 46},
    };
    for (const auto &f : wrong_in_el1) {
        uint64_t was = cd[f.word];
        cd[f.word] &= ~(((UINT64_C(1) << (f.msb - f.lsb + 1)) - 1) << f.lsb);
        cd[f.word] |= f.value << f.lsb;
        el1();
        EXPECT_FALSE(decode()) << f.word << " " << f.lsb;
        e2h();
        EXPECT_FALSE(decode()) << f.word << " " << f.lsb;
        el2();
        EXPECT_TRUE(decode()) << f.word << " " << f.lsb;
        cd[f.word] = was;
    }
    cfg.value[SMMU_CFG_IDR0_ASID16] = 0;
    REF_SET(CD_ASID, cd, 0x177);
    e2h();
    EXPECT_FALSE(decode());
    el2();
    EXPECT_TRUE(decode());

    REF_SET(CD_EPD0, cd, 1);
    el2();
    ASSERT_TRUE(decode());
    EXPECT_EQ(start(0x1000), WALK_NEXT) << "EPD0 is IGNORED";
    REF_SET(CD_T0SZ, cd, 1);
    EXPECT_FALSE(decode()) << "so what it would disable is checked";
    REF_SET(CD_ASID, cd, 0x77);
    el1();
    EXPECT_TRUE(decode()) << "and is not in EL1";
}

/* rule: ADR-006 CFG-027 */
TEST_F(StreamWorlds, 297_el2_has_one_range_of_addresses)
{
    for (unsigned tbi = 0; tbi < 2; ++tbi) {
        REF_SET(CD_TBI0, cd, tbi);
        REF_SET(CD_TBI1, cd, tbi);
        el2();
        ASSERT_TRUE(decode());
        EXPECT_EQ(start(0x7FFF'FFFF'F000), WALK_NEXT);
        for (unsigned bit = 48; bit < 64; ++bit)
            EXPECT_EQ(start(UINT64_C(1) << bit | 0x1000),
                      tbi && bit > 55 ? WALK_NEXT : WALK_TRANSLATION)
                << bit;
        EXPECT_EQ(start(UINT64_C(0xFFFF'0000'0000'0000)), WALK_TRANSLATION);
        e2h();
        ASSERT_TRUE(decode());
        EXPECT_EQ(start(UINT64_C(0xFFFF'0000'0000'0000)), WALK_NEXT);
        EXPECT_EQ(w.half, 1);
    }
}

/* rule: PRM-007 PRM-019 S1W-016 TLB-002 TLB-007 TLB-008 */
TEST_F(StreamWorlds, 298_asid_aset_pan_and_e0pd_are_of_el1_and_e2h)
{
    REF_SET(CD_PAN, cd, 1);
    REF_SET(CD_E0PD0, cd, 1);
    REF_SET(CD_EPAN, cd, 1);
    for (unsigned which = 0; which < 3; ++which) {
        which == 0 ? el1() : which == 1 ? e2h() : el2();
        ASSERT_TRUE(decode());
        EXPECT_EQ(x.asid, which < 2 ? 0x77 : 0);
        EXPECT_EQ(x.aset, which < 2);
        EXPECT_EQ(x.pan, which < 2);
        EXPECT_EQ(start(0x1000, true), which < 2 ? WALK_TRANSLATION : WALK_NEXT);
        leaf found = {};
        for (unsigned ng = 0; ng < 2; ++ng) {
            uint64_t page = 0x4000'0403 | ng << 11;
            ASSERT_EQ(start(0x1000), WALK_NEXT);
            while (w.level < 3)
                ASSERT_EQ(smmu__walk_step(&x, &w, 0x8000'0003, &found), WALK_NEXT);
            ASSERT_EQ(smmu__walk_step(&x, &w, page, &found), WALK_LEAF);
            EXPECT_EQ(found.global, which < 2 && !ng);
        }
    }
}

/* rule: PRM-005 PRM-007 PRM-008 PRM-009 PRM-012 PRM-013 S1W-017 */
TEST_F(StreamWorlds, 299_el2_has_one_privilege)
{
    for (unsigned bits = 0; bits < 1U << 9; ++bits) {
        uint64_t page = 0x4000'0403;
        bool ap1 = bits & 1, ap2 = bits & 2, pxn = bits & 4, xn = bits & 8, wxn = bits & 16;
        bool aptable0 = bits & 32, aptable1 = bits & 64, pxntable = bits & 128,
             xntable = bits & 256;
        page |= uint64_t{ap1} << 6 | uint64_t{ap2} << 7 | uint64_t{pxn} << 53 | uint64_t{xn} << 54;
        uint64_t table = 0x8000'0003 | uint64_t{pxntable} << 59 | uint64_t{xntable} << 60 |
                         uint64_t{aptable0} << 61 | uint64_t{aptable1} << 62;
        REF_SET(CD_WXN, cd, wxn);
        for (bool had : {false, true}) {
            REF_SET(CD_HAD0, cd, had);
            el2();
            ASSERT_TRUE(decode());
            leaf found = {};
            ASSERT_EQ(start(0x1000), WALK_NEXT);
            while (w.level < 3)
                ASSERT_EQ(smmu__walk_step(&x, &w, table, &found), WALK_NEXT);
            ASSERT_EQ(smmu__walk_step(&x, &w, page, &found), WALK_LEAF);
            bool write = !ap2 && (had || !aptable1);
            bool execute = !xn && (had || !xntable) && !(wxn && write);
            for (bool privileged : {false, true}) {
                EXPECT_TRUE(found.perms & leaf_permission(privileged, false, false));
                EXPECT_EQ(!!(found.perms & leaf_permission(privileged, false, true)), write)
                    << bits;
                EXPECT_EQ(!!(found.perms & leaf_permission(privileged, true, false)), execute)
                    << bits;
            }
        }
    }
}

} // namespace
