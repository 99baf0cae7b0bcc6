/* SPDX-License-Identifier: Apache-2.0 */
/* The builders of stream tables and context descriptor tables: layout and alignment (3.3, 5.1
 * to 5.4). */
#include <gtest/gtest.h>

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "tables/context_table.h"
#include "tables/stream_table.h"
#include "unit/word_memory.h"

namespace {

struct TableBuilders : testing::Test {
    WordMemory memory;
    tbl_port port = memory.port();
    tbl_region region = {};

    TableBuilders() { tbl_region_init(&region, 0x10040, UINT64_C(1) << 32); }
};

TEST_F(TableBuilders, 290_region_hands_out_aligned_room_and_says_when_it_is_full)
{
    tbl_region r;
    tbl_region_init(&r, 0x1008, 0x3000);
    EXPECT_EQ(tbl_region_take(&r, 0x100, 0x100), 0x1100U);
    EXPECT_EQ(tbl_region_take(&r, 0x1000, 0x1000), 0x2000U);
    EXPECT_EQ(tbl_region_take(&r, 0x1000, 0x1000), 0x3000U);
    EXPECT_EQ(tbl_region_take(&r, 0x10, 8), 0U);
    EXPECT_EQ(tbl_region_take(&r, 8, 8), 0x4000U);
    EXPECT_EQ(tbl_region_take(&r, 8, 8), 0U);

    tbl_region_init(&r, UINT64_MAX - 0xff, 0xf0);
    EXPECT_EQ(tbl_region_take(&r, 8, 0x1000), 0U); // alignment goes over the end of all addresses

    tbl_region_init(&r, 0, 0x1000);
    EXPECT_EQ(tbl_region_take(&r, 8, 64), 64U); // never address 0
}

TEST_F(TableBuilders, 290_linear_stream_table_is_aligned_to_its_size_and_aborts)
{
    tbl_stream_table t;
    ASSERT_TRUE(tbl_stream_table_init(&t, &port, &region, 8, 0));
    EXPECT_EQ(t.base % (64U << 8), 0U);
    EXPECT_EQ(tbl_stream_table_base_reg(&t), t.base | UINT64_C(1) << 62);
    EXPECT_EQ(tbl_stream_table_base_cfg_reg(&t), 8U);
    for (uint32_t sid = 0; sid < 256; sid++) {
        EXPECT_EQ(tbl_stream_table_find(&t, sid), t.base + 64 * sid);
        EXPECT_EQ(memory.at(t.base + 64 * sid), 1U); // V, Config 0b000
    }
    EXPECT_EQ(tbl_stream_table_entry(&t, 256), 0U);
}

TEST_F(TableBuilders, 290_two_level_stream_table_grows_by_spans)
{
    tbl_stream_table t;
    ASSERT_TRUE(tbl_stream_table_init(&t, &port, &region, 16, 8));
    EXPECT_EQ(t.base % (8U << 8), 0U);
    EXPECT_EQ(tbl_stream_table_base_cfg_reg(&t), 16U | 8U << 6 | 1U << 16);
    EXPECT_EQ(tbl_stream_table_find(&t, 0x1234), 0U);

    const uint64_t at = tbl_stream_table_entry(&t, 0x1234);
    const uint64_t l1std = memory.at(t.base + 8 * 0x12);
    ASSERT_NE(at, 0U);
    EXPECT_EQ(REF_FIELD(L1STD_SPAN, l1std), 9U); // 2^(9-1) STEs
    EXPECT_EQ(l1std & REF_MASK(L1STD_L2PTR), at - 64 * 0x34);
    EXPECT_EQ((at - 64 * 0x34) % (64U << 8), 0U);
    EXPECT_EQ(memory.at(at), 1U);
    EXPECT_EQ(tbl_stream_table_find(&t, 0x1234), at);
    EXPECT_EQ(tbl_stream_table_find(&t, 0x1334), 0U);
    EXPECT_EQ(tbl_stream_table_entry(&t, 0x10000), 0U);
}

TEST_F(TableBuilders, 290_ste_write_stores_the_word_with_v_last)
{
    tbl_ste_stage1_fields s = {};
    s.s1contextptr = 0x0034567890abcdc0;
    s.s1fmt = REF_S1FMT_64K_L2;
    s.s1cdmax = 20;
    s.s1dss = REF_S1DSS_SSID0;
    s.s1cir = s.s1cor = REF_S1C_WB_RA;
    s.s1csh = REF_SH_ISH;
    s.eats = REF_EATS_FULL;
    s.s1stalld = true;
    s.mev = true;
    const tbl_ste ste = tbl_ste_stage1(&s);

    EXPECT_EQ(ste.word[0], 0xa034567890abcdc0 | 0x20 | 0xb); // S1CDMax 20, S1Fmt 2, Config 5, V
    EXPECT_EQ(ste.word[1], UINT64_C(1) << 44 | 1U << 28 | 1U << 27 | 1U << 19 | 0xd6);
    memory.stores.clear();
    tbl_ste_write(&port, 0x40000, &ste);
    ASSERT_EQ(memory.stores.size(), 8U);
    EXPECT_EQ(memory.stores.back(), 0x40000U);
    tbl_ste_invalidate(&port, 0x40000);
    EXPECT_EQ(memory.at(0x40000), ste.word[0] - 1);
    EXPECT_EQ(tbl_ste_bypass().word[0], 9U);
    EXPECT_EQ(tbl_ste_bypass().word[1], UINT64_C(1) << 44);
}

TEST_F(TableBuilders, 290_context_tables_in_all_formats_find_their_entries)
{
    struct {
        unsigned fmt, s1cdmax, per_leaf;
    } const formats[] = {{REF_S1FMT_LINEAR, 0, 0},
                         {REF_S1FMT_LINEAR, 5, 0},
                         {REF_S1FMT_4K_L2, 12, 64},
                         {REF_S1FMT_64K_L2, 20, 1024}};

    for (const auto &f : formats) {
        tbl_context_table t;
        const uint32_t last = (1U << f.s1cdmax) - 1;
        ASSERT_TRUE(tbl_context_table_init(&t, &port, &region, f.fmt, f.s1cdmax));
        const uint64_t at = tbl_context_table_entry(&t, last);
        ASSERT_NE(at, 0U);
        if (f.per_leaf == 0) {
            EXPECT_EQ(at, t.base + 64 * last);
            EXPECT_EQ(t.base % (64U << f.s1cdmax), 0U);
        } else {
            const uint64_t l1cd = memory.at(t.base + 8 * (last / f.per_leaf));
            EXPECT_EQ(l1cd, (at - 64 * (last % f.per_leaf)) | 1U);
            EXPECT_EQ((l1cd & ~UINT64_C(1)) % (64U * f.per_leaf), 0U);
            EXPECT_EQ(tbl_context_table_find(&t, 0), 0U);
        }
        EXPECT_EQ(tbl_context_table_entry(&t, last + 1), 0U);
    }
}

TEST_F(TableBuilders, 290_cd_describes_both_tables)
{
    tbl_page_table_config low = {}, high = {};
    tbl_page_table ttb0, ttb1;
    low.granule = TBL_GRANULE_16K;
    low.input_bits = 39;
    low.output_bits = 40;
    high.granule = TBL_GRANULE_4K;
    high.input_bits = 48;
    high.output_bits = 48;
    high.upper = true;
    ASSERT_EQ(tbl_page_table_init(&ttb0, &port, &region, &low), TBL_OK);
    ASSERT_EQ(tbl_page_table_init(&ttb1, &port, &region, &high), TBL_OK);
    tbl_cd_settings s = {};
    s.asid = 0xbeef;
    s.mair = 0x1122334455667788;
    s.abort = s.record = true;
    s.had1 = true;
    const tbl_cd cd = tbl_cd_stage1(&s, &ttb0, &ttb1);

    EXPECT_EQ(REF_GET(CD_T0SZ, cd.word), 25U);
    EXPECT_EQ(REF_GET(CD_TG0, cd.word), unsigned{REF_TG0_16K});
    EXPECT_EQ(REF_GET(CD_T1SZ, cd.word), 16U);
    EXPECT_EQ(REF_GET(CD_TG1, cd.word), unsigned{REF_TG1_4K});
    EXPECT_EQ(REF_GET(CD_EPD0, cd.word) | REF_GET(CD_EPD1, cd.word), 0U);
    EXPECT_EQ(REF_GET(CD_IPS, cd.word), unsigned{REF_OAS_48});
    EXPECT_EQ(cd.word[0] >> 41 & 0x71, 0x31U); // AA64, R, A; not S, not ASET
    EXPECT_EQ(REF_GET(CD_V, cd.word), 1U);
    EXPECT_EQ(REF_GET(CD_ASID, cd.word), 0xbeefU);
    EXPECT_EQ(cd.word[1], ttb0.root);
    EXPECT_EQ(cd.word[2], ttb1.root | 2U);
    EXPECT_EQ(cd.word[3], 0x1122334455667788U);
    EXPECT_EQ(REF_GET(CD_EPD1, tbl_cd_stage1(&s, &ttb0, nullptr).word), 1U);
    EXPECT_EQ(REF_GET(CD_EPD0, tbl_cd_stage1(&s, nullptr, &ttb1).word), 1U);
}

TEST_F(TableBuilders, 290_ste_describes_stage_2)
{
    const struct {
        tbl_granule granule;
        unsigned bits;
        bool ds, concatenated;
        unsigned tg, sl0, sl0_2;
    } cases[] = {
        {TBL_GRANULE_4K, 52, true, false, REF_TG0_4K, 0, 1},
        {TBL_GRANULE_4K, 48, false, false, REF_TG0_4K, 2, 0},
        {TBL_GRANULE_4K, 39, false, false, REF_TG0_4K, 1, 0},
        {TBL_GRANULE_4K, 40, false, true, REF_TG0_4K, 1, 0},
        {TBL_GRANULE_4K, 30, false, false, REF_TG0_4K, 0, 0},
        {TBL_GRANULE_4K, 21, false, false, REF_TG0_4K, 3, 0},
        {TBL_GRANULE_16K, 52, true, false, REF_TG0_16K, 3, 0},
        {TBL_GRANULE_16K, 40, false, false, REF_TG0_16K, 2, 0},
        {TBL_GRANULE_64K, 42, false, false, REF_TG0_64K, 1, 0},
    };
    tbl_ste_stage1_fields stage1 = {};
    stage1.s1contextptr = 0x12340;
    for (const auto &c : cases) {
        tbl_page_table_config config = {};
        tbl_page_table table;
        config.granule = c.granule;
        config.input_bits = c.bits;
        config.output_bits = c.ds ? 52 : 44;
        config.ds = c.ds;
        config.concatenated = c.concatenated;
        ASSERT_EQ(tbl_page_table_init(&table, &port, &region, &config), TBL_OK);
        tbl_ste_stage2_settings s = {};
        s.vmid = 0xbeef;
        s.record = s.fwb = true;
        tbl_ste alone = tbl_ste_bypass(), both = tbl_ste_stage1(&stage1);
        for (tbl_ste *ste : {&alone, &both}) {
            tbl_ste_add_stage2(ste, &s, &table);
            EXPECT_EQ(REF_GET(STE_S2T0SZ, ste->word), 64 - c.bits);
            EXPECT_EQ(REF_GET(STE_S2TG, ste->word), c.tg) << c.bits;
            EXPECT_EQ(REF_GET(STE_S2SL0, ste->word), c.sl0) << c.bits;
            EXPECT_EQ(REF_GET(STE_S2SL0_2, ste->word), c.sl0_2) << c.bits;
            EXPECT_EQ(REF_GET(STE_S2DS, ste->word), c.ds);
            EXPECT_EQ(REF_GET(STE_S2PS, ste->word), unsigned{c.ds ? REF_OAS_52 : REF_OAS_44});
            EXPECT_EQ(REF_GET(STE_S2VMID, ste->word), 0xbeefU);
            EXPECT_EQ(ste->word[3] & ~UINT64_C(0xC), table.root);
            EXPECT_EQ(REF_GET(STE_S2R, ste->word), 1U);
            EXPECT_EQ(REF_GET(STE_S2FWB, ste->word), 1U);
            EXPECT_EQ(REF_GET(STE_S2S, ste->word) | REF_GET(STE_S2PTW, ste->word), 0U);
        }
        EXPECT_EQ(REF_GET(STE_CONFIG, alone.word), unsigned{REF_CONFIG_S2});
        EXPECT_EQ(REF_GET(STE_CONFIG, both.word), unsigned{REF_CONFIG_NESTED});
        EXPECT_EQ(both.word[0] & REF_MASK(STE_S1CONTEXTPTR), 0x12340U);
    }
}

} // namespace
