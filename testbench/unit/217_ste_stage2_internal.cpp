/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Legality of an STE's stage 2 fields where it depends on what the SMMU has (5.2, 5.2.2), in
 * configurations that no trace can choose too. Fields alone: traces 5.2.2-ste-stage2.
 */
#include <gtest/gtest.h>

#include <cstdint>

extern "C" {
#include "state.h"
#include "stream.h"
}
#include "spec_ref/ref_structures.h"

namespace {

class SteStage2 : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        cfg.value[SMMU_CFG_IDR0_HTTU] = 0;
        cfg.value[SMMU_CFG_IDR5_OAS] = 5;
        pi.sec = SMMU_PAS_NS;
        REF_SET(STE_V, ste, 1);
        REF_SET(STE_S2AA64, ste, 1);
        REF_SET(STE_S2T0SZ, ste, 25);
        REF_SET(STE_S2SL0, ste, 1);
        REF_SET(STE_S2PS, ste, 5);
    }

    /* With both Configs that have a stage 2; without it nothing of it is looked at. */
    bool legal()
    {
        bool is[8];
        for (unsigned config = 4; config < 8; ++config) {
            REF_SET(STE_CONFIG, ste, config);
            is[config] = smmu__ste_illegal(&cfg, &pi, ste) == nullptr;
        }
        EXPECT_TRUE(is[4] && is[5]);
        EXPECT_EQ(is[6], is[7]);
        return is[6];
    }

    smmu_config_t cfg;
    prog_if pi = {};
    uint64_t ste[8] = {};
};

#define VALUE(id) cfg.value[SMMU_CFG_##id]

/* rule: STE-052 */
TEST_F(SteStage2, 217_s2endi_needs_tables_of_that_endianness)
{
    for (unsigned ttendian : {0u, 2u, 3u})
        for (unsigned s2endi = 0; s2endi < 2; ++s2endi) {
            VALUE(IDR0_TTENDIAN) = ttendian;
            REF_SET(STE_S2ENDI, ste, s2endi);
            EXPECT_EQ(legal(), ttendian == 0 || (ttendian == 3) == (s2endi == 1));
        }
}

/* rule: STE-031 STE-032 */
TEST_F(SteStage2, 217_s2s_follows_the_stall_model)
{
    for (unsigned model = 0; model < 3; ++model)
        for (unsigned s2s = 0; s2s < 2; ++s2s) {
            VALUE(IDR0_STALL_MODEL) = model;
            REF_SET(STE_S2S, ste, s2s);
            EXPECT_EQ(legal(), model == 0 || (model == 2) == (s2s == 1)) << model << s2s;
        }
}

/* rule: STE-035 STE-036 STE-037 STE-038 */
TEST_F(SteStage2, 217_s2ha_s2hd_and_s2haft_follow_httu)
{
    for (unsigned httu = 0; httu < 4; ++httu)
        for (unsigned flags = 0; flags < 8; ++flags) {
            bool ha = flags & 1, hd = flags & 2, haft = flags & 4;
            VALUE(IDR0_HTTU) = httu;
            REF_SET(STE_S2HA, ste, ha);
            REF_SET(STE_S2HD, ste, hd);
            REF_SET(STE_S2HAFT, ste, haft);
            bool illegal =
                ((ha || hd) && httu == 0) || (hd && httu == 1) || (httu == 3 && haft && !ha);
            EXPECT_EQ(legal(), !illegal) << httu << flags;
        }
}

/* rule: STE-033 */
TEST_F(SteStage2, 217_s2aa64_follows_ttf)
{
    for (unsigned ttf = 1; ttf < 4; ++ttf)
        for (unsigned aa64 = 0; aa64 < 2; ++aa64) {
            VALUE(IDR0_TTF) = ttf;
            REF_SET(STE_S2AA64, ste, aa64);
            /* As VMSAv8-32 nothing but S2TTB and S2FWB is in the way; S2TG is not looked at. */
            REF_SET(STE_S2TG, ste, aa64 ? 0 : 3);
            REF_SET(STE_CONFIG, ste, REF_CONFIG_S2);
            bool is = smmu__ste_illegal(&cfg, &pi, ste) == nullptr;
            EXPECT_EQ(is, aa64 ? ttf >> 1 == 1 : (ttf & 1) == 1) << ttf << aa64;
        }
}

/* rule: STE-042 ADR-001 ADR-017 */
TEST_F(SteStage2, 218_the_input_range_is_at_most_the_ias)
{
    static const unsigned bits[] = {32, 36, 40, 42, 44, 48};
    for (unsigned oas = 0; oas < 12; ++oas)
        for (unsigned t0sz = 16; t0sz < 40; ++t0sz) {
            bool vmsav8_32 = oas >= 6; /* its IPAs have 40 bits at least */
            unsigned ias = vmsav8_32 && bits[oas % 6] < 40 ? 40 : bits[oas % 6];
            VALUE(IDR0_TTF) = vmsav8_32 ? 3 : 2;
            VALUE(IDR5_OAS) = oas % 6;
            REF_SET(STE_S2PS, ste, oas % 6);
            REF_SET(STE_S2T0SZ, ste, t0sz);
            /* A start level that fits: level 0, 1 or 2 of 4 KiB tables. */
            REF_SET(STE_S2SL0, ste, t0sz <= 20 ? 2 : t0sz <= 33 ? 1 : 0);
            EXPECT_EQ(legal(), t0sz >= 64 - ias) << bits[oas % 6] << " " << t0sz;
        }
}

/* rule: STE-041 STE-046 */
TEST_F(SteStage2, 218_small_tables_need_stt)
{
    struct {
        unsigned tg, sl0, t0sz;
        bool without, with;
    } const rows[] = {
        {0, 0, 39, true, true},  {0, 0, 40, false, true},  {0, 3, 39, false, true},
        {0, 3, 48, false, true}, {0, 3, 49, false, false}, {2, 0, 39, true, true},
        {2, 0, 40, false, true}, {2, 0, 48, false, true},  {1, 0, 39, true, true},
        {1, 0, 40, false, true}, {1, 0, 47, false, true},  {1, 0, 48, false, false},
    };
    for (const auto &row : rows)
        for (bool stt : {false, true}) {
            VALUE(IDR3_STT) = stt;
            REF_SET(STE_S2TG, ste, row.tg);
            REF_SET(STE_S2SL0, ste, row.sl0);
            REF_SET(STE_S2T0SZ, ste, row.t0sz);
            EXPECT_EQ(legal(), stt ? row.with : row.without) << row.tg << row.sl0 << row.t0sz;
        }
}

/* rule: STE-039 */
TEST_F(SteStage2, 218_granules_that_the_smmu_lacks)
{
    for (unsigned have = 0; have < 8; ++have)
        for (unsigned tg = 0; tg < 4; ++tg) {
            VALUE(IDR5_GRAN4K) = have & 1;
            VALUE(IDR5_GRAN64K) = have >> 1 & 1;
            VALUE(IDR5_GRAN16K) = have >> 2 & 1;
            REF_SET(STE_S2TG, ste, tg);
            REF_SET(STE_S2T0SZ, ste, 28);
            REF_SET(STE_S2SL0, ste, 1);
            EXPECT_EQ(legal(), tg < 3 && (have >> tg & 1)) << have << tg;
        }
}

/* rule: STE-045 STE-046 STE-049: with S2DS=1 up to 52 bits; S2SL0_2 counts with it alone */
TEST_F(SteStage2, 219_with_ds_start_levels_and_sizes_reach_to_52_bits)
{
    VALUE(IDR5_OAS) = 6;
    VALUE(IDR5_DS) = VALUE(IDR5_VAX) = 1;
    REF_SET(STE_S2PS, ste, 6);
    struct {
        unsigned tg, ds, sl2, sl0, first, last; /* of S2T0SZ; first > last: none is legal */
    } const rows[] = {
        {0, 1, 1, 0, 12, 15}, {0, 1, 0, 2, 12, 24}, {0, 1, 1, 2, 1, 0},   {0, 0, 1, 2, 16, 24},
        {0, 0, 0, 2, 16, 24}, {2, 1, 0, 3, 12, 16}, {2, 1, 0, 2, 13, 27}, {2, 0, 0, 2, 16, 27},
        {2, 0, 0, 3, 1, 0},   {1, 0, 0, 2, 12, 21}, {1, 1, 1, 2, 12, 21},
    };
    for (const auto &row : rows)
        for (unsigned t0sz = 8; t0sz < 32; ++t0sz) {
            REF_SET(STE_S2TG, ste, row.tg);
            REF_SET(STE_S2DS, ste, row.ds);
            REF_SET(STE_S2SL0_2, ste, row.sl2);
            REF_SET(STE_S2SL0, ste, row.sl0);
            REF_SET(STE_S2T0SZ, ste, t0sz);
            EXPECT_EQ(legal(), row.first <= t0sz && t0sz <= row.last)
                << row.tg << row.ds << row.sl2 << row.sl0 << " " << t0sz;
        }
}

/* DDI J1.1.4.40: levels that no address of the supported size needs; S2T0SZ fits the level. */
/* rule: STE-046 */
TEST_F(SteStage2, 219_start_levels_follow_the_oas)
{
    static const unsigned bits[] = {32, 36, 40, 42, 44, 48, 52};
    struct {
        unsigned tg, ds, sl0, t0sz, least_oas;
    } const rows[] = {
        {0, 0, 2, 24, 44}, {0, 0, 2, 22, 44}, {0, 0, 1, 24, 40}, {0, 0, 1, 22, 42},
        {2, 0, 2, 24, 42}, {2, 0, 2, 22, 42}, {2, 0, 1, 24, 40}, {2, 0, 1, 28, 36},
        {2, 1, 3, 16, 52}, {2, 1, 2, 17, 48}, {1, 0, 2, 21, 44}, {1, 0, 1, 22, 42},
    };
    VALUE(IDR0_TTF) = 2; /* the IAS is the OAS */
    VALUE(IDR5_DS) = 1;
    for (const auto &row : rows)
        for (unsigned oas = 0; oas < 7; ++oas) {
            VALUE(IDR5_OAS) = oas;
            VALUE(IDR5_VAX) = oas == 6;
            REF_SET(STE_S2PS, ste, oas);
            REF_SET(STE_S2TG, ste, row.tg);
            REF_SET(STE_S2DS, ste, row.ds);
            REF_SET(STE_S2SL0, ste, row.sl0);
            REF_SET(STE_S2T0SZ, ste, row.t0sz);
            EXPECT_EQ(legal(), bits[oas] >= row.least_oas)
                << row.tg << row.sl0 << " " << row.t0sz << " " << bits[oas];
        }
}

/* rule: STE-053 */
TEST_F(SteStage2, 224_s2pie_needs_vmsav8_64)
{
    VALUE(IDR0_TTF) = 3;
    for (unsigned s2pi = 0; s2pi < 2; ++s2pi)
        for (unsigned aa64 = 0; aa64 < 2; ++aa64) {
            VALUE(IDR3_S2PI) = s2pi;
            REF_SET(STE_S2AA64, ste, aa64);
            REF_SET(STE_S2PIE, ste, 1);
            EXPECT_EQ(legal(), !s2pi || aa64) << s2pi << aa64;
        }
}

/* rule: STE-054 STE-055 */
TEST_F(SteStage2, 225_s2poe_needs_s2pie_and_leaves_nothing_to_pbha)
{
    for (unsigned bits = 0; bits < 1u << 4; ++bits)
        for (unsigned hwu = 0; hwu < 16; ++hwu) {
            bool s2po = bits & 1, pbha = bits & 2, pie = bits & 4, poe = bits & 8;
            VALUE(IDR3_S2PO) = s2po;
            VALUE(IDR3_PBHA) = pbha;
            REF_SET(STE_S2PIE, ste, pie);
            REF_SET(STE_S2POE, ste, poe);
            ste[1] = uint64_t{hwu} << REF_STE_S2HWU59_LSB;
            EXPECT_EQ(legal(), !s2po || !poe || (pie && !(pbha && hwu))) << bits << " " << hwu;
        }
}

/* rule: STE-056 */
TEST_F(SteStage2, 226_reserved_overlays_used_or_not)
{
    for (unsigned poe = 0; poe < 2; ++poe)
        for (unsigned index = 0; index < 16; ++index)
            for (unsigned entry = 0; entry < 16; ++entry) {
                REF_SET(STE_S2PIE, ste, 1);
                REF_SET(STE_S2POE, ste, poe);
                ste[7] = uint64_t{entry} << (REF_S2POI_BITS * index);
                EXPECT_EQ(legal(), !poe || (entry != 1 && entry != 5)) << index << " " << entry;
            }
}

} // namespace
