/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Legality and meaning of an STE (5.2, 5.2.2): from a legal one, one change at a time. What the
 * configurations of this build cannot reach through the API is asked here with the configuration's
 * numbers put in directly, so that the rules are right on the day when the feature comes.
 */
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

extern "C" {
#include "state.h"
#include "stream.h"
}

namespace {

class Ste : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        pi.sec = SMMU_PAS_NS;
        REF_SET(STE_V, ste, 1);
        REF_SET(STE_CONFIG, ste, REF_CONFIG_S1);
        ste[0] |= cds;
        REF_SET(STE_SHCFG, ste, 1);
        /* Stage 2 of 39 bits with 4 KiB granules, if it is on. */
        REF_SET(STE_S2AA64, ste, 1);
        REF_SET(STE_S2T0SZ, ste, 25);
        REF_SET(STE_S2SL0, ste, 1);
        REF_SET(STE_S2PS, ste, 5);
        ASSERT_TRUE(legal());
    }

    bool legal() const { return smmu__ste_illegal(&cfg, &pi, ste) == nullptr; }

    ste_verdict decode(bool ssv = false, uint32_t ssid = 0)
    {
        x = {};
        locator = {};
        return smmu__ste_decode(&cfg, &pi, ste, ssv, ssid, &x, &locator);
    }

    void substreams(unsigned s1cdmax, unsigned s1dss, unsigned s1fmt = 0)
    {
        REF_SET(STE_S1CDMAX, ste, s1cdmax);
        REF_SET(STE_S1DSS, ste, s1dss);
        REF_SET(STE_S1FMT, ste, s1fmt);
    }

    static constexpr uint64_t cds = 0x1234'5678'9A40;
    smmu_config_t cfg;
    prog_if pi = {};
    uint64_t ste[8] = {};
    xctx x;
    cd_locator locator;
};

#define VALUE(id) cfg.value[SMMU_CFG_##id]

/* ----------------------------------------------------------------- legality */

/* rule: STE-001 */
TEST_F(Ste, 210_v_0_is_illegal_whatever_config_says)
{
    REF_SET(STE_V, ste, 0);
    for (unsigned config = 0; config < 8; ++config) {
        REF_SET(STE_CONFIG, ste, config);
        EXPECT_FALSE(legal()) << config;
        EXPECT_EQ(decode(), STE_ILLEGAL) << config;
    }
}

/* rule: STE-002 CFG-001 */
TEST_F(Ste, 211_an_aborting_ste_is_legal_whatever_else_it_holds)
{
    for (unsigned config = 0; config < 4; ++config) {
        std::memset(ste, 0xFF, sizeof ste);
        REF_SET(STE_CONFIG, ste, config);
        for (bool ssv : {false, true}) {
            EXPECT_EQ(decode(ssv, 5), STE_DECIDED) << config;
            EXPECT_EQ(x.kind, XCTX_ABORT) << config;
        }
    }
}

/* rule: STE-003 STE-004 */
TEST_F(Ste, 212_a_stage_that_is_not_implemented_is_illegal)
{
    for (unsigned s1p = 0; s1p < 2; ++s1p)
        for (unsigned s2p = 0; s2p < 2; ++s2p)
            for (unsigned config = 4; config < 8; ++config) {
                VALUE(IDR0_S1P) = s1p;
                VALUE(IDR0_S2P) = s2p;
                REF_SET(STE_CONFIG, ste, config);
                bool expected = ((config & 1) == 0 || s1p) && ((config & 2) == 0 || s2p);
                EXPECT_EQ(legal(), expected) << s1p << s2p << config;
            }
}

/* rule: STE-060 STE-061 */
TEST_F(Ste, 213_fields_of_a_stage_that_is_off_are_ignored)
{
    /* word 0 above Config: S1Fmt, S1ContextPtr, S1CDMax */
    REF_SET(STE_CONFIG, ste, REF_CONFIG_BYPASS);
    ste[0] |= ~UINT64_C(0xF);
    substreams(31, 3, 3);
    REF_SET(STE_S1STALLD, ste, 1);
    REF_SET(STE_STRW, ste, 3);
    ste[2] = ste[3] = ste[4] = ste[5] = ste[6] = ste[7] = UINT64_MAX;
    EXPECT_TRUE(legal()) << "bypass";

    uint64_t stage1[8] = {};
    REF_SET(STE_V, stage1, 1);
    REF_SET(STE_CONFIG, stage1, REF_CONFIG_S1);
    stage1[2] = stage1[3] = stage1[4] = stage1[5] = stage1[6] = stage1[7] = UINT64_MAX;
    EXPECT_EQ(smmu__ste_illegal(&cfg, &pi, stage1), nullptr) << "stage 1";
}

/* rule: STE-063 STE-064 */
TEST_F(Ste, 214_fields_with_fallbacks_never_make_it_illegal)
{
    REF_SET(STE_S1CIR, ste, 3);
    REF_SET(STE_S1CSH, ste, 1);
    REF_SET(STE_MEMATTR, ste, 4);
    REF_SET(STE_ALLOCCFG, ste, 15);
    REF_SET(STE_NSCFG, ste, 1);
    REF_SET(STE_PRIVCFG, ste, 1);
    REF_SET(STE_INSTCFG, ste, 1);
    REF_SET(STE_S1DSS, ste, 3);
    REF_SET(STE_SW_RESERVED, ste, 15);
    REF_SET(STE_CONT, ste, 15);
    EXPECT_TRUE(legal());
}

/* rule: STE-022 */
TEST_F(Ste, 215_s1stalld_needs_a_configurable_stall_model)
{
    REF_SET(STE_S1STALLD, ste, 1);
    for (unsigned model = 0; model < 3; ++model) {
        VALUE(IDR0_STALL_MODEL) = model;
        REF_SET(STE_CONFIG, ste, REF_CONFIG_S1);
        EXPECT_EQ(legal(), model == 0) << model;
        REF_SET(STE_CONFIG, ste, REF_CONFIG_BYPASS);
        EXPECT_TRUE(legal()) << model;
    }
}

/* rule: STE-024 STE-025 */
TEST_F(Ste, 216_s1cdmax_up_to_ssidsize)
{
    for (unsigned ssidsize = 0; ssidsize <= 20; ++ssidsize)
        for (unsigned s1cdmax = 0; s1cdmax < 32; ++s1cdmax) {
            VALUE(IDR1_SSIDSIZE) = ssidsize;
            REF_SET(STE_S1CDMAX, ste, s1cdmax);
            EXPECT_EQ(legal(), ssidsize == 0 || s1cdmax <= ssidsize) << ssidsize << " " << s1cdmax;
        }
}

/* rule: STE-062 */
TEST_F(Ste, 237_a_transaction_that_bypasses_by_s1dss_is_checked_all_the_same)
{
    VALUE(IDR1_SSIDSIZE) = 4;
    substreams(5, REF_S1DSS_BYPASS);
    EXPECT_EQ(decode(false), STE_ILLEGAL);
}

/* rule: STE-026 STE-027 */
TEST_F(Ste, 238_two_level_cd_tables_need_cd2l_where_substreams_are_on)
{
    VALUE(IDR0_CD2L) = 0;
    for (unsigned fmt = 0; fmt < 4; ++fmt) {
        substreams(6, 0, fmt);
        EXPECT_EQ(legal(), fmt == 0 || fmt == 3) << fmt;
        substreams(0, 0, fmt);
        EXPECT_TRUE(legal()) << fmt;
    }
    VALUE(IDR1_SSIDSIZE) = 0;
    substreams(6, 0, 1);
    EXPECT_TRUE(legal());
}

/* rule: STE-028 */
TEST_F(Ste, 239_s1contextptr_within_the_output_address_size)
{
    static const unsigned oas[] = {32, 36, 40, 42, 44, 48};
    for (unsigned code = 0; code < 6; ++code) {
        VALUE(IDR5_OAS) = code;
        for (unsigned bit = 6; bit < 56; ++bit) {
            ste[0] = 1U | REF_CONFIG_S1 << 1 | UINT64_C(1) << bit;
            EXPECT_EQ(legal(), bit < oas[code]) << "OAS " << oas[code] << " bit " << bit;
        }
    }
}

/* rule: STE-017 STE-021 */
TEST_F(Ste, 220_strw_is_looked_at_for_stage_1_alone_and_with_el2)
{
    VALUE(IDR0_S2P) = 1;
    for (unsigned hyp = 0; hyp < 2; ++hyp)
        for (unsigned config = 4; config < 8; ++config)
            for (unsigned strw = 0; strw < 4; ++strw) {
                VALUE(IDR0_Hyp) = hyp;
                REF_SET(STE_CONFIG, ste, config);
                REF_SET(STE_STRW, ste, strw);
                bool used = hyp && config == REF_CONFIG_S1;
                EXPECT_EQ(legal(), !used || !(strw & 1)) << hyp << config << strw;
            }
}

/* rule: STE-007 STE-008 STE-009 STE-011 STE-012 STE-015 */
TEST_F(Ste, 221_eats_with_and_without_ats)
{
    VALUE(IDR0_S2P) = 1;
    for (unsigned ats = 0; ats < 2; ++ats)
        for (unsigned ns1ats = 0; ns1ats < 2; ++ns1ats)
            for (unsigned config = 4; config < 8; ++config)
                for (unsigned eats = 0; eats < 4; ++eats)
                    for (unsigned s2s = 0; s2s < 2; ++s2s) {
                        VALUE(IDR0_STALL_MODEL) = 0;
                        VALUE(IDR0_ATS) = ats;
                        VALUE(IDR0_NS1ATS) = ns1ats;
                        REF_SET(STE_CONFIG, ste, config);
                        REF_SET(STE_EATS, ste, eats);
                        REF_SET(STE_S2S, ste, s2s);
                        bool split_ok = config == REF_CONFIG_NESTED && !s2s && !ns1ats;
                        bool full_ok = !(config & 2) || !s2s;
                        bool expected = !ats || config == REF_CONFIG_BYPASS ||
                                        (eats == REF_EATS_SPLIT  ? split_ok
                                         : eats == REF_EATS_FULL ? full_ok
                                                                 : true);
                        EXPECT_EQ(legal(), expected) << ats << ns1ats << config << eats << s2s;
                    }
}

/* rule: STE-057 STE-058 */
TEST_F(Ste, 222_sixteen_bit_vmids_need_vmid16_where_a_vmid_is_used)
{
    REF_SET(STE_S2VMID, ste, 0x100);
    for (unsigned s2p = 0; s2p < 2; ++s2p)
        for (unsigned vmid16 = 0; vmid16 < 2; ++vmid16) {
            VALUE(IDR0_S2P) = s2p;
            VALUE(IDR0_VMID16) = vmid16;
            REF_SET(STE_CONFIG, ste, REF_CONFIG_S1);
            EXPECT_EQ(legal(), !s2p || vmid16);
            REF_SET(STE_CONFIG, ste, REF_CONFIG_BYPASS);
            EXPECT_TRUE(legal());
        }
}

/* --------------------------------------------------------- what it decides */

/* rule: CFG-002 CFG-006 */
TEST_F(Ste, 230_bypass_takes_no_substream)
{
    REF_SET(STE_CONFIG, ste, REF_CONFIG_BYPASS);
    EXPECT_EQ(decode(), STE_DECIDED);
    EXPECT_EQ(x.kind, XCTX_BYPASS);
    EXPECT_FALSE(x.s1dss_bypass);
    EXPECT_EQ(decode(true, 0), STE_BAD_SUBSTREAM);
}

/* rule: CFG-008 CFG-009 CFG-021 */
TEST_F(Ste, 231_without_substreams_there_is_one_cd_and_no_substream)
{
    for (unsigned s1dss = 0; s1dss < 4; ++s1dss) {
        VALUE(IDR1_SSIDSIZE) = 20;
        substreams(0, s1dss, REF_S1FMT_4K_L2);
        EXPECT_EQ(decode(), STE_NEEDS_CD) << s1dss;
        EXPECT_EQ(x.cd_index, 0U);
        EXPECT_EQ(locator.format, REF_S1FMT_LINEAR);
        EXPECT_EQ(decode(true, 0), STE_BAD_SUBSTREAM) << s1dss;

        VALUE(IDR1_SSIDSIZE) = 0;
        substreams(9, s1dss, REF_S1FMT_64K_L2);
        EXPECT_EQ(decode(), STE_NEEDS_CD) << s1dss;
        EXPECT_EQ(locator.format, REF_S1FMT_LINEAR);
        EXPECT_EQ(decode(true, 1), STE_BAD_SUBSTREAM) << s1dss;
    }
}

/* rule: CFG-010 */
TEST_F(Ste, 232_substreamids_up_to_two_to_s1cdmax)
{
    for (unsigned s1cdmax = 1; s1cdmax <= 20; ++s1cdmax) {
        substreams(s1cdmax, REF_S1DSS_TERMINATE);
        uint32_t count = 1U << s1cdmax;
        EXPECT_EQ(decode(true, count - 1), STE_NEEDS_CD) << s1cdmax;
        EXPECT_EQ(x.cd_index, count - 1);
        if (s1cdmax < 20) {
            EXPECT_EQ(decode(true, count), STE_BAD_SUBSTREAM) << s1cdmax;
        }
    }
}

/* rule: CFG-011 CFG-012 CFG-013 CFG-017 CFG-018 CFG-019 CFG-020 */
TEST_F(Ste, 233_s1dss_decides_for_whoever_brings_no_substream)
{
    struct {
        unsigned s1dss;
        ste_verdict without, with_0, with_1;
    } const rows[] = {
        {0, STE_DISABLED, STE_NEEDS_CD, STE_NEEDS_CD},
        {1, STE_DECIDED, STE_NEEDS_CD, STE_NEEDS_CD},
        {2, STE_NEEDS_CD, STE_DISABLED, STE_NEEDS_CD},
        {3, STE_DISABLED, STE_NEEDS_CD, STE_NEEDS_CD},
    };
    for (const auto &row : rows) {
        substreams(4, row.s1dss);
        EXPECT_EQ(decode(true, 0), row.with_0) << row.s1dss;
        EXPECT_EQ(decode(true, 1), row.with_1) << row.s1dss;
        EXPECT_EQ(x.cd_index, 1U);
        EXPECT_EQ(decode(), row.without) << row.s1dss;
        EXPECT_EQ(x.kind == XCTX_BYPASS, row.s1dss == 1);
        EXPECT_EQ(x.s1dss_bypass, row.s1dss == 1);
        if (row.without == STE_NEEDS_CD) {
            EXPECT_EQ(x.cd_index, 0U);
        }
    }
}

/* rule: CFG-022 */
TEST_F(Ste, 234_a_substream_out_of_range_outranks_a_disabled_stream)
{
    substreams(2, REF_S1DSS_SSID0);
    EXPECT_EQ(decode(true, 4), STE_BAD_SUBSTREAM);
    EXPECT_EQ(decode(true, 0), STE_DISABLED);
}

/* rule: CDF-002 CDF-003 CDF-004 */
TEST_F(Ste, 235_cd_table_base_is_aligned_to_the_table)
{
    const uint64_t pointer = 0x7FFF'FFFF'FFC0;
    auto base = [&](unsigned s1cdmax, unsigned fmt) {
        ste[0] = 1U | REF_CONFIG_S1 << 1 | pointer;
        substreams(s1cdmax, REF_S1DSS_SSID0, fmt);
        EXPECT_EQ(decode(), STE_NEEDS_CD);
        return locator.base;
    };
    auto aligned = [&](uint64_t size) { return pointer / size * size; };
    for (unsigned s1cdmax = 0; s1cdmax <= 20; ++s1cdmax) {
        uint64_t count = UINT64_C(1) << s1cdmax;
        EXPECT_EQ(base(s1cdmax, 0), aligned(64 * count)) << s1cdmax;
        if (s1cdmax == 0)
            continue;
        /* L1CDs of 8 bytes; S1ContextPtr itself has no bits below 64 bytes */
        uint64_t l1_4k = count > 64 ? count / 64 * 8 : 8,
                 l1_64k = count > 1024 ? count / 1024 * 8 : 8;
        EXPECT_EQ(base(s1cdmax, 1), aligned(l1_4k > 64 ? l1_4k : 64)) << s1cdmax;
        EXPECT_EQ(base(s1cdmax, 2), aligned(l1_64k > 64 ? l1_64k : 64)) << s1cdmax;
        EXPECT_EQ(base(s1cdmax, 3), aligned(64 * count)) << s1cdmax;
    }
}

/* rule: CDF-018 */
TEST_F(Ste, 236_attributes_of_cd_fetches)
{
    /* MAIR nibbles: NC, WB RA, WT RA, WB no-RA; the write hint is ours to choose (5.2 S1CIR) */
    static const unsigned with_ra[4] = {0x4, 0xE, 0xA, 0xC};
    for (unsigned ir = 0; ir < 4; ++ir)
        for (unsigned outer = 0; outer < 4; ++outer)
            for (unsigned sh = 0; sh < 4; ++sh) {
                REF_SET(STE_S1CIR, ste, ir);
                REF_SET(STE_S1COR, ste, outer);
                REF_SET(STE_S1CSH, ste, sh);
                ASSERT_EQ(decode(), STE_NEEDS_CD);
                auto matches = [&](unsigned nibble, unsigned code) {
                    return code == 0 ? nibble == 4 : (nibble & 0xE) == with_ra[code];
                };
                EXPECT_TRUE(matches(locator.memattr & 15, ir)) << ir;
                EXPECT_TRUE(matches(locator.memattr >> 4, outer)) << outer;
                unsigned expected = ir == 0 && outer == 0 ? 2 : sh == 1 ? 0 : sh;
                EXPECT_EQ(locator.sh, expected) << ir << outer << sh;
            }
}

/* rule: ATB-003 PRM-002 PRM-003 */
TEST_F(Ste, 240_overrides_count_only_where_idr1_has_them)
{
    REF_SET(STE_MTCFG, ste, 1);
    REF_SET(STE_MEMATTR, ste, REF_MEMATTR_OWB_IWB);
    REF_SET(STE_ALLOCCFG, ste, 0xE);
    REF_SET(STE_SHCFG, ste, 3);
    REF_SET(STE_PRIVCFG, ste, 2);
    REF_SET(STE_INSTCFG, ste, 3);
    decode();
    EXPECT_TRUE(x.overrides.mtcfg);
    EXPECT_EQ(x.overrides.alloccfg, 0xE);
    EXPECT_EQ(x.overrides.shcfg, 3);
    EXPECT_EQ(x.overrides.privcfg, 2);
    EXPECT_EQ(x.overrides.instcfg, 3);
    VALUE(IDR1_ATTR_TYPES_OVR) = VALUE(IDR1_ATTR_PERMS_OVR) = 0;
    decode();
    EXPECT_FALSE(x.overrides.mtcfg);
    EXPECT_EQ(x.overrides.alloccfg & 8, 0);
    EXPECT_EQ(x.overrides.shcfg, 1) << "incoming";
    EXPECT_LT(x.overrides.privcfg, 2);
    EXPECT_LT(x.overrides.instcfg, 2);
}

TEST_F(Ste, 241_vmid_tags_only_where_there_is_a_stage_2)
{
    REF_SET(STE_S2VMID, ste, 0x5A);
    VALUE(IDR0_S2P) = 0;
    decode();
    EXPECT_EQ(x.vmid, 0);
    VALUE(IDR0_S2P) = 1;
    decode();
    EXPECT_EQ(x.vmid, 0x5A);
}

} // namespace
