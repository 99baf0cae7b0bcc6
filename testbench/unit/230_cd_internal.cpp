/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a SubstreamID to its CD, its legality and its meaning (3.3.2, 5.3, 5.4, 5.4.2): from a legal
 * one, one change at a time. Numbers of configurations that this build cannot serve are put in
 * directly.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

extern "C" {
#include "context.h"
#include "state.h"
}

namespace {

class Cd : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        REF_SET(CD_V, cd, 1);
        REF_SET(CD_AA64, cd, 1);
        REF_SET(CD_A, cd, 1);
        REF_SET(CD_R, cd, 1);
        REF_SET(CD_IPS, cd, 5);
        REF_SET(CD_T0SZ, cd, 16);
        REF_SET(CD_TG0, cd, REF_TG0_4K);
        REF_SET(CD_TTB0, cd, 0x8000'0000 >> 4);
        REF_SET(CD_T1SZ, cd, 16);
        REF_SET(CD_TG1, cd, REF_TG1_4K);
        REF_SET(CD_TTB1, cd, 0x9000'0000 >> 4);
        ASSERT_TRUE(legal());
    }

    bool legal() const { return smmu__cd_illegal(&cfg, &locator, x.world, cd) == nullptr; }
    bool decode()
    {
        x = {};
        return smmu__cd_decode(&cfg, &locator, cd, &x);
    }

    smmu_config_t cfg;
    cd_locator locator = {};
    uint64_t cd[8] = {};
    xctx x;
};

#define VALUE(id) cfg.value[SMMU_CFG_##id]

/* ------------------------------------------------------------------ look-up */

/* rule: CDF-001 CDF-002 */
TEST_F(Cd, 250_linear_cd_of_n_is_64n_behind_the_base)
{
    locator.base = 0x4000'0000;
    locator.cd_max = 10;
    for (uint32_t n = 0; n < 1024; ++n) {
        uint64_t addr = 0;
        ASSERT_EQ(smmu__context_locate(&locator, n, &addr), CD_HERE);
        EXPECT_EQ(addr, 0x4000'0000U + 64 * n);
    }
}

/* rule: CDF-003 CDF-004 CDF-005 */
TEST_F(Cd, 251_two_level_by_64_or_1024)
{
    locator.base = 0x4000'0000;
    locator.cd_max = 20;
    for (unsigned format : {1U, 2U}) {
        uint32_t leaf = format == 1 ? 64 : 1024;
        locator.format = static_cast<uint8_t>(format);
        for (uint32_t n = 0; n < 1U << 20; n += 997) {
            uint64_t addr = 0;
            ASSERT_EQ(smmu__context_locate(&locator, n, &addr), CD_L1CD);
            EXPECT_EQ(addr, 0x4000'0000U + 8 * (n / leaf));
            ASSERT_EQ(smmu__context_from_l1cd(&cfg, &locator, n, 0x7'0000'0001, &addr), CD_HERE);
            EXPECT_EQ(addr, 0x7'0000'0000U + 64 * (n % leaf));
        }
    }
}

/* rule: CDF-006 CFG-023 */
TEST_F(Cd, 252_l1cd_bits_around_v_and_l2ptr_do_not_count)
{
    uint64_t addr = 0;
    locator.format = 1;
    EXPECT_EQ(smmu__context_from_l1cd(&cfg, &locator, 3, 0xFF00'0000'1234'5FFF, &addr), CD_HERE);
    EXPECT_EQ(addr, 0x1234'5000U + 3 * 64);
    EXPECT_EQ(smmu__context_from_l1cd(&cfg, &locator, 3, 0xFF00'0000'1234'5FFE, &addr), CD_OUT);
    locator.format = 2;
    EXPECT_EQ(smmu__context_from_l1cd(&cfg, &locator, 3, 0x1234'5001, &addr), CD_HERE);
    EXPECT_EQ(addr, 0x1234'0000U + 3 * 64) << "64 KiB tables: [15:12] are RES0";
}

/* rule: CDF-007 */
TEST_F(Cd, 253_l2ptr_beyond_the_output_address_size_leads_nowhere)
{
    static const unsigned oas[] = {32, 36, 40, 42, 44, 48};
    locator.format = 1;
    for (unsigned code = 0; code < 6; ++code)
        for (unsigned bit = 12; bit < 56; ++bit) {
            uint64_t addr = 0;
            VALUE(IDR5_OAS) = code;
            cd_where where =
                smmu__context_from_l1cd(&cfg, &locator, 0, UINT64_C(1) << bit | 1, &addr);
            EXPECT_EQ(where, bit < oas[code] ? CD_HERE : CD_OUT) << oas[code] << " " << bit;
        }
}

/* ----------------------------------------------------------------- legality */

/* rule: CD-001 */
TEST_F(Cd, 254_v_0_is_illegal)
{
    REF_SET(CD_V, cd, 0);
    EXPECT_FALSE(legal());
}

/* rule: CD-002 CD-003 CD-004 CD-005 */
TEST_F(Cd, 255_a_and_s_against_stall_and_termination_models)
{
    for (unsigned stall_model = 0; stall_model < 3; ++stall_model)
        for (unsigned term_model = 0; term_model < 2; ++term_model)
            for (unsigned stalld = 0; stalld < 2; ++stalld)
                for (unsigned ars = 0; ars < 8; ++ars) {
                    VALUE(IDR0_STALL_MODEL) = stall_model;
                    VALUE(IDR0_TERM_MODEL) = term_model;
                    locator.stalld = stalld;
                    unsigned a = ars >> 2, r = ars >> 1 & 1, s = ars & 1;
                    REF_SET(CD_A, cd, a);
                    REF_SET(CD_R, cd, r);
                    REF_SET(CD_S, cd, s);
                    bool expected = (a || !term_model) && !(s && stalld) &&
                                    (stall_model == 0 || s == (stall_model == 2));
                    EXPECT_EQ(legal(), expected) << stall_model << term_model << stalld << ars;
                }
}

/* rule: CD-006 CD-007 */
TEST_F(Cd, 256_endi_needs_that_endianness_unless_nothing_is_walked)
{
    for (unsigned ttendian : {0U, 2U, 3U})
        for (unsigned endi = 0; endi < 2; ++endi)
            for (unsigned epd = 0; epd < 4; ++epd) {
                VALUE(IDR0_TTENDIAN) = ttendian;
                REF_SET(CD_ENDI, cd, endi);
                REF_SET(CD_EPD0, cd, epd & 1);
                REF_SET(CD_EPD1, cd, epd >> 1);
                bool expected = epd == 3 || ttendian == 0 || endi == (ttendian == 3);
                EXPECT_EQ(legal(), expected) << ttendian << endi << epd;
            }
}

/* rule: CD-008 CD-011 */
TEST_F(Cd, 257_table_format_must_be_there)
{
    for (unsigned ttf = 1; ttf < 4; ++ttf)
        for (unsigned aa64 = 0; aa64 < 2; ++aa64) {
            VALUE(IDR0_TTF) = ttf;
            REF_SET(CD_AA64, cd, aa64);
            EXPECT_EQ(legal(), (ttf >> aa64 & 1) != 0) << ttf << aa64;
        }
}

/* rule: CD-012 */
TEST_F(Cd, 257_no_vmsav8_64_over_a_stage_2_of_vmsav8_32)
{
    for (bool s2_vmsav8_32 : {false, true})
        for (bool aa64 : {false, true}) {
            locator.nested = true;
            locator.s2_vmsav8_32 = s2_vmsav8_32;
            REF_SET(CD_AA64, cd, aa64);
            EXPECT_EQ(legal(), !(aa64 && s2_vmsav8_32)) << aa64 << s2_vmsav8_32;
        }
}

/* rule: CD-013 CD-014 CD-015 CD-016 */
TEST_F(Cd, 264_ha_hd_and_haft_need_their_httu)
{
    for (unsigned httu = 0; httu < 4; ++httu)
        for (unsigned bits = 0; bits < 8; ++bits) {
            bool ha = bits & 1, hd = bits & 2, haft = bits & 4;
            VALUE(IDR0_HTTU) = httu;
            REF_SET(CD_HA, cd, ha);
            REF_SET(CD_HD, cd, hd);
            REF_SET(CD_HAFT, cd, haft);
            bool expected = !(ha && httu == 0) && !(hd && httu < 2) && !(httu == 3 && haft && !ha);
            EXPECT_EQ(legal(), expected) << httu << " " << bits;
        }
}

/* rule: CD-018 */
TEST_F(Cd, 265_sixteen_bit_asids_need_asid16)
{
    for (unsigned asid16 = 0; asid16 < 2; ++asid16)
        for (unsigned bit = 0; bit < 16; ++bit) {
            VALUE(IDR0_ASID16) = asid16;
            REF_SET(CD_ASID, cd, 1U << bit);
            EXPECT_EQ(legal(), asid16 || bit < 8) << asid16 << bit;
        }
}

/* Codes of a half's granule: TG0 and TG1 differ (5.4). */
struct Granule {
    unsigned log2, tg0, tg1;
};
const Granule granules[] = {
    {12, REF_TG0_4K, REF_TG1_4K}, {14, REF_TG0_16K, REF_TG1_16K}, {16, REF_TG0_64K, REF_TG1_64K}};

/* rule: CD-020 CD-021 CD-023 CD-026 */
TEST_F(Cd, 266_txsz_of_either_half_by_granule_and_stt)
{
    VALUE(IDR5_VAX) = 0;
    for (unsigned stt = 0; stt < 2; ++stt)
        for (const Granule &g : granules)
            for (unsigned half = 0; half < 2; ++half)
                for (unsigned txsz = 0; txsz < 64; ++txsz) {
                    VALUE(IDR3_STT) = stt;
                    REF_SET(CD_TG0, cd, g.tg0);
                    REF_SET(CD_TG1, cd, g.tg1);
                    REF_SET(CD_T0SZ, cd, half ? 20 : txsz);
                    REF_SET(CD_T1SZ, cd, half ? txsz : 20);
                    unsigned max = !stt ? 39 : g.log2 == 16 ? 47 : 48;
                    bool expected = txsz >= 16 && txsz <= max;
                    REF_SET(CD_EPD0, cd, 0);
                    REF_SET(CD_EPD1, cd, 0);
                    EXPECT_EQ(legal(), expected) << stt << g.log2 << half << txsz;
                    REF_SET(CD_EPD0, cd, !half);
                    REF_SET(CD_EPD1, cd, half);
                    EXPECT_TRUE(legal()) << "disabled " << half << txsz;
                }
}

/* rule: CD-021 ADR-011 */
TEST_F(Cd, 267_txsz_down_to_12_with_52_bit_addresses)
{
    for (unsigned vax = 0; vax < 2; ++vax)
        for (unsigned ds = 0; ds < 4; ++ds)
            for (const Granule &g : granules)
                for (unsigned txsz = 11; txsz < 17; ++txsz) {
                    VALUE(IDR5_VAX) = vax;
                    VALUE(IDR5_DS) = ds & 1;
                    REF_SET(CD_DS, cd, ds >> 1);
                    REF_SET(CD_TG0, cd, g.tg0);
                    REF_SET(CD_T0SZ, cd, txsz);
                    bool wide = vax && (g.log2 == 16 || ds == 3);
                    EXPECT_EQ(legal(), txsz >= (wide ? 12U : 16U)) << vax << ds << g.log2 << txsz;
                }
}

/* rule: CD-024 CD-025 CD-026 */
TEST_F(Cd, 268_granule_must_be_there)
{
    static const unsigned tg0_log2[4] = {12, 16, 14, 0}, tg1_log2[4] = {0, 14, 12, 16};
    for (unsigned supported = 1; supported < 8; ++supported)
        for (unsigned tg = 0; tg < 4; ++tg) {
            VALUE(IDR5_GRAN4K) = supported & 1;
            VALUE(IDR5_GRAN16K) = supported >> 1 & 1;
            VALUE(IDR5_GRAN64K) = supported >> 2;
            auto there = [&](unsigned log2) {
                return (log2 == 12 && supported & 1) || (log2 == 14 && supported & 2) ||
                       (log2 == 16 && supported & 4);
            };
            REF_SET(CD_TG0, cd, tg);
            REF_SET(CD_TG1, cd, tg);
            REF_SET(CD_EPD0, cd, 0);
            REF_SET(CD_EPD1, cd, 1);
            EXPECT_EQ(legal(), there(tg0_log2[tg])) << "TG0 " << tg << " of " << supported;
            REF_SET(CD_EPD0, cd, 1);
            REF_SET(CD_EPD1, cd, 0);
            EXPECT_EQ(legal(), there(tg1_log2[tg])) << "TG1 " << tg << " of " << supported;
        }
}

/* rule: CD-029 CD-032 ADR-023 */
TEST_F(Cd, 269_table_base_within_the_effective_output_size)
{
    static const unsigned sizes[] = {32, 36, 40, 42, 44, 48};
    for (unsigned oas = 0; oas < 6; ++oas)
        for (unsigned ips = 0; ips < 8; ++ips)
            for (unsigned bit = 4; bit < 52; ++bit)
                for (unsigned half = 0; half < 2; ++half) {
                    unsigned size = ips < 6 && sizes[ips] < sizes[oas] ? sizes[ips] : sizes[oas];
                    VALUE(IDR5_OAS) = oas;
                    REF_SET(CD_IPS, cd, ips);
                    REF_SET(CD_TTB0, cd, half ? 0 : UINT64_C(1) << (bit - 4));
                    REF_SET(CD_TTB1, cd, half ? UINT64_C(1) << (bit - 4) : 0);
                    REF_SET(CD_EPD0, cd, 0);
                    REF_SET(CD_EPD1, cd, 0);
                    ASSERT_EQ(legal(), bit < size) << oas << ips << " bit " << bit;
                    REF_SET(CD_EPD0, cd, !half);
                    REF_SET(CD_EPD1, cd, half);
                    ASSERT_TRUE(legal()) << "disabled";
                }
}

/* rule: CD-030 */
TEST_F(Cd, 270_small_granules_have_48_bit_table_bases_without_ds)
{
    VALUE(IDR5_OAS) = 6;
    REF_SET(CD_IPS, cd, 6);
    REF_SET(CD_TTB0, cd, UINT64_C(1) << (50 - 4));
    for (unsigned ds = 0; ds < 2; ++ds)
        for (const Granule &g : granules) {
            VALUE(IDR5_DS) = 1;
            REF_SET(CD_DS, cd, ds);
            REF_SET(CD_TG0, cd, g.tg0);
            EXPECT_EQ(legal(), g.log2 == 16 || ds) << g.log2 << ds;
        }
}

/* rule: CD-036 */
TEST_F(Cd, 271_with_both_halves_off_no_walk_field_counts)
{
    uint64_t keep_w0 = REF_MASK(CD_V) | REF_MASK(CD_AA64) | REF_MASK(CD_A) | REF_MASK(CD_EPD0) |
                       REF_MASK(CD_EPD1) | REF_MASK(CD_T0SZ) | REF_MASK(CD_TG0) | REF_MASK(CD_T1SZ);
    cd[0] = keep_w0;
    cd[1] = cd[2] = UINT64_MAX;
    VALUE(IDR0_TTENDIAN) = 3;
    EXPECT_TRUE(legal());
}

/* rule: CD-038 */
TEST_F(Cd, 272_reserved_attributes_never_make_it_illegal)
{
    REF_SET(CD_SH0, cd, 1);
    REF_SET(CD_SH1, cd, 1);
    cd[3] = 0xF001'0F10'2030'4050;
    EXPECT_TRUE(legal());
}

/* --------------------------------------------------------------- what it says */

/* rule: S1W-001 S1W-002 CD-031 */
TEST_F(Cd, 280_start_level_and_base_alignment_of_every_input_size)
{
    /* The Arm ARM's tables of D8.2: the smallest TxSZ of each start level, 48-bit addresses. */
    struct {
        unsigned log2;
        struct {
            int level;
            unsigned first, last,
                lowest_bit; /* TxSZ from, to; lowest input bit the level resolves */
        } rows[4];
    } const tables[] = {
        {12, {{0, 16, 24, 39}, {1, 25, 33, 30}, {2, 34, 42, 21}, {3, 43, 48, 12}}},
        {14, {{0, 16, 16, 47}, {1, 17, 27, 36}, {2, 28, 38, 25}, {3, 39, 48, 14}}},
        {16, {{1, 16, 21, 42}, {2, 22, 34, 29}, {3, 35, 47, 16}, {-9, 1, 0, 0}}},
    };
    REF_SET(CD_TTB0, cd, 0xFFFF'FFFF'FFF);
    REF_SET(CD_TTB1, cd, 0xFFFF'FFFF'FFF);
    for (unsigned g = 0; g < 3; ++g) {
        REF_SET(CD_TG0, cd, granules[g].tg0);
        REF_SET(CD_TG1, cd, granules[g].tg1);
        for (const auto &row : tables[g].rows)
            for (unsigned txsz = row.first; txsz <= row.last; ++txsz) {
                REF_SET(CD_T0SZ, cd, txsz);
                REF_SET(CD_T1SZ, cd, txsz);
                ASSERT_TRUE(decode()) << txsz;
                uint64_t entries = UINT64_C(1) << (64 - txsz - row.lowest_bit);
                for (const ttb &t : {x.ttb[0], x.ttb[1]}) {
                    EXPECT_EQ(t.granule_log2, tables[g].log2);
                    EXPECT_EQ(t.start_level, row.level) << tables[g].log2 << " " << txsz;
                    EXPECT_EQ(t.input_bits, 64 - txsz);
                    EXPECT_EQ(t.base, 0xFFFF'FFFF'FFF0 / (8 * entries) * (8 * entries))
                        << tables[g].log2 << " " << txsz;
                }
            }
    }
}

/* rule: CD-031 */
TEST_F(Cd, 281_table_base_is_aligned_to_64_bytes_with_52_bit_output)
{
    VALUE(IDR5_OAS) = 6;
    REF_SET(CD_IPS, cd, 6);
    REF_SET(CD_T0SZ, cd, 24); /* 4 KiB: two entries of level 0, 16 bytes */
    REF_SET(CD_TTB0, cd, 0xFFF'FFFF'FFFF);
    ASSERT_TRUE(decode());
    EXPECT_EQ(x.ttb[0].base & 0xFF, 0xC0U);
    VALUE(IDR5_OAS) = 5;
    ASSERT_TRUE(decode());
    EXPECT_EQ(x.ttb[0].base & 0xFF, 0xF0U);
}

/* rule: ADR-013 */
TEST_F(Cd, 282_output_size_is_the_smaller_of_ips_and_oas)
{
    static const unsigned sizes[] = {32, 36, 40, 42, 44, 48};
    REF_SET(CD_TTB0, cd, 0);
    REF_SET(CD_TTB1, cd, 0);
    for (unsigned oas = 0; oas < 6; ++oas)
        for (unsigned ips = 0; ips < 8; ++ips) {
            VALUE(IDR5_OAS) = oas;
            REF_SET(CD_IPS, cd, ips);
            ASSERT_TRUE(decode());
            EXPECT_EQ(x.ttb[0].output_bits, ips < oas ? sizes[ips] : sizes[oas]);
        }
}

/* rule: S1W-023 */
TEST_F(Cd, 283_attributes_of_descriptor_fetches)
{
    /* NC, WB RA WA, WT RA, WB RA no-WA as MAIR nibbles */
    static const unsigned nibble[4] = {0x4, 0xF, 0xA, 0xE};
    for (unsigned ir = 0; ir < 4; ++ir)
        for (unsigned outer = 0; outer < 4; ++outer)
            for (unsigned sh = 0; sh < 4; ++sh) {
                REF_SET(CD_IR0, cd, ir);
                REF_SET(CD_OR0, cd, outer);
                REF_SET(CD_SH0, cd, sh);
                REF_SET(CD_IR1, cd, outer);
                REF_SET(CD_OR1, cd, ir);
                REF_SET(CD_SH1, cd, sh);
                ASSERT_TRUE(decode());
                unsigned expected = !ir && !outer ? 2 : sh == 1 ? 0 : sh;
                EXPECT_EQ(x.ttb[0].walk_memattr, nibble[outer] << 4 | nibble[ir]);
                EXPECT_EQ(x.ttb[1].walk_memattr, nibble[ir] << 4 | nibble[outer]);
                EXPECT_EQ(x.ttb[0].walk_sh, expected);
                EXPECT_EQ(x.ttb[1].walk_sh, expected);
            }
}

/* rule: S1W-016 S1W-017 */
TEST_F(Cd, 284_had_e0pd_and_epan_count_only_where_idr3_has_them)
{
    REF_SET(CD_HAD0, cd, 1);
    REF_SET(CD_E0PD1, cd, 1);
    REF_SET(CD_EPAN, cd, 1);
    VALUE(IDR3_EPAN) = 0;
    ASSERT_TRUE(decode());
    EXPECT_TRUE(x.ttb[0].hpd);
    EXPECT_FALSE(x.ttb[1].hpd);
    EXPECT_FALSE(x.ttb[0].e0pd);
    EXPECT_TRUE(x.ttb[1].e0pd);
    EXPECT_FALSE(x.epan) << "IDR3.EPAN=0";
    VALUE(IDR3_HAD) = VALUE(IDR3_E0PD) = 0;
    VALUE(IDR3_EPAN) = 1;
    ASSERT_TRUE(decode());
    EXPECT_FALSE(x.ttb[0].hpd);
    EXPECT_FALSE(x.ttb[1].e0pd);
    EXPECT_TRUE(x.epan);
}

TEST_F(Cd, 285_the_rest_lands_where_it_belongs)
{
    struct {
        const char *name;
        unsigned word, bit;
        bool (*member)(const xctx &);
    } const flags[] = {
        {"ASET", REF_CD_ASET_DW, REF_CD_ASET_LSB, [](const xctx &c) { return c.aset; }},
        {"A", REF_CD_A_DW, REF_CD_A_LSB, [](const xctx &c) { return c.a; }},
        {"R", REF_CD_R_DW, REF_CD_R_LSB, [](const xctx &c) { return c.r; }},
        {"WXN", REF_CD_WXN_DW, REF_CD_WXN_LSB, [](const xctx &c) { return c.wxn; }},
        {"PAN", REF_CD_PAN_DW, REF_CD_PAN_LSB, [](const xctx &c) { return c.pan; }},
        {"AFFD", REF_CD_AFFD_DW, REF_CD_AFFD_LSB, [](const xctx &c) { return c.ttb[0].affd; }},
        {"ENDI", REF_CD_ENDI_DW, REF_CD_ENDI_LSB,
         [](const xctx &c) { return c.ttb[0].big_endian; }},
    };
    REF_SET(CD_ASID, cd, 0xA51D);
    REF_SET(CD_R, cd, 0);
    REF_SET(CD_A, cd, 0);
    for (const auto &flag : flags) {
        cd[flag.word] |= UINT64_C(1) << flag.bit;
        ASSERT_TRUE(decode());
        EXPECT_EQ(x.asid, 0xA51D);
        for (const auto &other : flags)
            EXPECT_EQ(other.member(x), &other == &flag) << flag.name << " " << other.name;
        cd[flag.word] &= ~(UINT64_C(1) << flag.bit);
    }
}

/* rule: S1W-031 */
TEST_F(Cd, 286_mair_with_its_reserved_encodings_resolved)
{
    for (unsigned value = 0; value < 256; value += 1) {
        for (unsigned i = 0; i < 8; ++i)
            cd[3] = (cd[3] & ~(UINT64_C(0xFF) << (8 * i))) |
                    static_cast<uint64_t>((value + 31 * i) & 0xFF) << (8 * i);
        ASSERT_TRUE(decode());
        for (unsigned i = 0; i < 8; ++i) {
            unsigned attr = (value + 31 * i) & 0xFF, expected = attr;
            if (attr >> 4 == 0)
                expected = attr & 0xC; /* nGnRnE, nGnRE, nGRE, GRE */
            else if ((attr & 0xF) == 0)
                expected = attr | 3; /* inner write-through transient, RW = 0b11 */
            EXPECT_EQ(x.mair >> (8 * i) & 0xFF, expected) << attr;
        }
    }
}

} // namespace
