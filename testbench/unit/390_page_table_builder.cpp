/* SPDX-License-Identifier: Apache-2.0 */
/* The builder of VMSAv8-64 tables: levels, blocks, contiguous runs, attributes (DDI 0487 D8.3,
 * D8.7). */
#include <gtest/gtest.h>

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_vmsa.h"
#include "tables/page_table.h"
#include "unit/word_memory.h"

namespace {

constexpr uint64_t K = 1024, M = K * K, G = K * M;

struct PageTables : testing::Test {
    WordMemory memory;
    tbl_port port = memory.port();
    tbl_region region = {};
    tbl_page_table table = {};
    tbl_page_table_config config = {};
    uint64_t leaf = 0;
    tbl_walk walk = {};

    PageTables()
    {
        tbl_region_init(&region, 0x100000, UINT64_C(1) << 34);
        tbl_leaf l = {};
        l.attrindx = 1;
        l.sh = REF_SH_ISH;
        l.unprivileged = l.af = l.ng = true;
        leaf = tbl_leaf_bits(&l);
    }

    void start(tbl_granule granule, unsigned input_bits, unsigned output_bits = 48)
    {
        config.granule = granule;
        config.input_bits = input_bits;
        config.output_bits = output_bits;
        ASSERT_EQ(tbl_page_table_init(&table, &port, &region, &config), TBL_OK);
    }

    tbl_result map(uint64_t va, uint64_t pa, uint64_t size)
    {
        return tbl_map(&table, va, pa, size, leaf, nullptr);
    }
};

TEST_F(PageTables, 390_start_level_follows_the_input_size)
{
    struct {
        tbl_granule granule;
        unsigned bits;
        int level;
        uint64_t root_entries;
    } const cases[] = {
        {TBL_GRANULE_4K, 48, 0, 512},   {TBL_GRANULE_4K, 40, 0, 2},
        {TBL_GRANULE_4K, 39, 1, 512},   {TBL_GRANULE_4K, 30, 2, 512},
        {TBL_GRANULE_4K, 25, 2, 16},    {TBL_GRANULE_16K, 48, 0, 2},
        {TBL_GRANULE_16K, 47, 1, 2048}, {TBL_GRANULE_16K, 36, 2, 2048},
        {TBL_GRANULE_64K, 48, 1, 64},   {TBL_GRANULE_64K, 52, 1, 1024},
        {TBL_GRANULE_64K, 42, 2, 8192}, {TBL_GRANULE_64K, 29, 3, 8192},
    };
    for (const auto &c : cases) {
        start(c.granule, c.bits);
        EXPECT_EQ(table.start_level, c.level) << c.granule << " " << c.bits;
        const uint64_t size = c.root_entries * 8 < 64 ? 64 : c.root_entries * 8;
        EXPECT_EQ(table.root % size, 0U) << c.granule << " " << c.bits;
        /* The last page of the range lies in the root's last entry. */
        const uint64_t page = UINT64_C(1) << c.granule;
        ASSERT_EQ(map((UINT64_C(1) << c.bits) - page, 0, page), TBL_OK);
        EXPECT_NE(memory.at(table.root + 8 * (c.root_entries - 1)), 0U);
    }
}

TEST_F(PageTables, 390_leaf_descriptor_bits)
{
    start(TBL_GRANULE_4K, 39);
    ASSERT_EQ(map(0x1000, 0x123456000, 4 * K), TBL_OK);
    ASSERT_TRUE(tbl_lookup(&table, 0x1abc, &walk));
    EXPECT_EQ(walk.descriptor, 0x123456000U | 0xf47U); // nG AF ISH AP[1] AttrIndx 1 page
    EXPECT_EQ(walk.pa, 0x123456abcU);
    EXPECT_EQ(walk.level, 3);

    tbl_leaf l = {};
    l.read_only = l.pxn = l.uxn = l.dbm = l.ns = true;
    l.attrindx = 7;
    EXPECT_EQ(tbl_leaf_bits(&l), UINT64_C(0x68) << 48 | 0xbc);
}

TEST_F(PageTables, 390_largest_blocks_that_fit_are_used)
{
    struct {
        tbl_granule granule;
        uint64_t size;
        int level;
    } const cases[] = {{TBL_GRANULE_4K, G, 1},       {TBL_GRANULE_4K, 2 * M, 2},
                       {TBL_GRANULE_4K, 4 * K, 3},   {TBL_GRANULE_16K, 32 * M, 2},
                       {TBL_GRANULE_16K, 16 * K, 3}, {TBL_GRANULE_64K, 512 * M, 2},
                       {TBL_GRANULE_64K, 64 * K, 3}};
    for (const auto &c : cases) {
        start(c.granule, 48);
        ASSERT_EQ(map(16 * G, 32 * G, c.size), TBL_OK);
        ASSERT_TRUE(tbl_lookup(&table, 16 * G + c.size - 1, &walk));
        EXPECT_EQ(walk.level, c.level);
        EXPECT_EQ(walk.size, c.size);
        EXPECT_EQ(walk.pa, 32 * G + c.size - 1);
        EXPECT_EQ(walk.descriptor & 3, c.level == 3 ? 3U : 1U);
        EXPECT_FALSE(tbl_lookup(&table, 16 * G + c.size, &walk));
    }
}

TEST_F(PageTables, 390_unaligned_range_is_a_mix_of_pages_and_blocks)
{
    start(TBL_GRANULE_4K, 48);
    ASSERT_EQ(map(G - 2 * M - 4 * K, G - 2 * M - 4 * K, 2 * M + 4 * K + G + 4 * K), TBL_OK);
    struct {
        uint64_t va;
        int level;
    } const where[] = {{G - 2 * M - 1, 3}, {G - 1, 2}, {G, 1}, {2 * G - 1, 1}, {2 * G, 3}};
    for (const auto &w : where) {
        ASSERT_TRUE(tbl_lookup(&table, w.va, &walk));
        EXPECT_EQ(walk.level, w.level) << std::hex << w.va;
        EXPECT_EQ(walk.pa, w.va);
    }
    config.pages_only = true;
    start(TBL_GRANULE_4K, 48);
    ASSERT_EQ(map(0, 0, 2 * M), TBL_OK);
    ASSERT_TRUE(tbl_lookup(&table, 0, &walk));
    EXPECT_EQ(walk.level, 3);
}

TEST_F(PageTables, 390_aligned_runs_are_marked_contiguous)
{
    struct {
        tbl_granule granule;
        uint64_t run;
        int level;
        unsigned entries;
    } const cases[] = {{TBL_GRANULE_4K, 64 * K, 3, 16}, {TBL_GRANULE_4K, 32 * M, 2, 16},
                       {TBL_GRANULE_4K, 16 * G, 1, 16}, {TBL_GRANULE_16K, 2 * M, 3, 128},
                       {TBL_GRANULE_16K, G, 2, 32},     {TBL_GRANULE_64K, 2 * M, 3, 32},
                       {TBL_GRANULE_64K, 16 * G, 2, 32}};
    config.contiguous = true;
    for (const auto &c : cases) {
        start(c.granule, 48);
        ASSERT_EQ(map(32 * G, 48 * G, c.run), TBL_OK);
        EXPECT_EQ(tbl_contiguous_entries(c.granule, c.level), c.entries);
        for (uint64_t offset : {UINT64_C(0), c.run / 2, c.run - 1}) {
            ASSERT_TRUE(tbl_lookup(&table, 32 * G + offset, &walk));
            EXPECT_EQ(walk.level, c.level);
            EXPECT_EQ(REF_FIELD(S1_LEAF_CONTIGUOUS, walk.descriptor), 1U);
            EXPECT_EQ(walk.pa, 48 * G + offset);
        }
        /* One entry less is no run; a run may not be cut. */
        const uint64_t entry = c.run / c.entries;
        EXPECT_EQ(tbl_unmap(&table, 32 * G, entry, nullptr), TBL_SPLITS_BLOCK);
        EXPECT_EQ(tbl_unmap(&table, 32 * G, c.run, nullptr), TBL_OK);
        ASSERT_EQ(map(32 * G, 48 * G, c.run - entry), TBL_OK);
        ASSERT_TRUE(tbl_lookup(&table, 32 * G, &walk));
        if (walk.level == c.level) {
            EXPECT_EQ(REF_FIELD(S1_LEAF_CONTIGUOUS, walk.descriptor), 0U);
        }
    }
}

TEST_F(PageTables, 390_unmap_clears_what_it_covers_and_refuses_to_cut_blocks)
{
    uint64_t done = 0;
    start(TBL_GRANULE_4K, 48);
    ASSERT_EQ(map(0, 0, 4 * M + 8 * K), TBL_OK);
    EXPECT_EQ(tbl_unmap(&table, 2 * M + 4 * K, 4 * K, &done), TBL_SPLITS_BLOCK);
    EXPECT_EQ(done, 0U);
    EXPECT_EQ(tbl_unmap(&table, 2 * M, 2 * M + 4 * K, &done), TBL_OK);
    EXPECT_EQ(done, 2 * M + 4 * K);
    EXPECT_TRUE(tbl_lookup(&table, 2 * M - 1, &walk));
    EXPECT_FALSE(tbl_lookup(&table, 2 * M, &walk));
    EXPECT_FALSE(tbl_lookup(&table, 4 * M, &walk));
    EXPECT_TRUE(tbl_lookup(&table, 4 * M + 4 * K, &walk));
    EXPECT_EQ(tbl_unmap(&table, 2 * M, 4 * K, &done), TBL_NOT_MAPPED);
    EXPECT_EQ(map(0, 0, 4 * K), TBL_ALREADY_MAPPED);
    /* Over an empty table that stays, a block becomes pages. */
    EXPECT_EQ(tbl_unmap(&table, 4 * M + 4 * K, 4 * K, nullptr), TBL_OK);
    EXPECT_EQ(map(4 * M, 4 * M, 2 * M), TBL_OK);
    ASSERT_TRUE(tbl_lookup(&table, 4 * M, &walk));
    EXPECT_EQ(walk.level, 3);
}

TEST_F(PageTables, 390_upper_half_addresses_have_all_top_bits_set)
{
    config.upper = true;
    start(TBL_GRANULE_4K, 39);
    EXPECT_EQ(map(0xffffff8000000000, 0x5000, 4 * K), TBL_OK);
    EXPECT_EQ(map(0xfffffffffffff000, 0x6000, 4 * K), TBL_OK);
    EXPECT_EQ(map(0xffffff7ffffff000, 0x5000, 4 * K), TBL_BAD_ADDRESS);
    EXPECT_EQ(map(0x0000000000001000, 0x5000, 4 * K), TBL_BAD_ADDRESS);
    EXPECT_EQ(map(0xfffffffffffff000, 0x5000, 8 * K), TBL_BAD_ADDRESS);
    ASSERT_TRUE(tbl_lookup(&table, 0xffffffffffffffff, &walk));
    EXPECT_EQ(walk.pa, 0x6fffU);
}

TEST_F(PageTables, 390_addresses_out_of_range_or_alignment_are_refused)
{
    start(TBL_GRANULE_16K, 36, 40);
    EXPECT_EQ(map(0, 0, 0), TBL_BAD_ADDRESS);
    EXPECT_EQ(map(0x1000, 0, 16 * K), TBL_BAD_ADDRESS);
    EXPECT_EQ(map(0, 0x1000, 16 * K), TBL_BAD_ADDRESS);
    EXPECT_EQ(map(0, 0, 4 * K), TBL_BAD_ADDRESS);
    EXPECT_EQ(map(UINT64_C(1) << 36, 0, 16 * K), TBL_BAD_ADDRESS);
    EXPECT_EQ(map(0, UINT64_C(1) << 40, 16 * K), TBL_BAD_ADDRESS);
    EXPECT_EQ(map(0, (UINT64_C(1) << 40) - 16 * K, 32 * K), TBL_BAD_ADDRESS);
    EXPECT_EQ(map((UINT64_C(1) << 36) - 16 * K, 0, 32 * K), TBL_BAD_ADDRESS);
    EXPECT_EQ(map(0, 0, UINT64_MAX & ~(16 * K - 1)), TBL_BAD_ADDRESS);
    config.granule = TBL_GRANULE_4K;
    config.input_bits = 52;
    EXPECT_EQ(tbl_page_table_init(&table, &port, &region, &config), TBL_BAD_ADDRESS);
}

TEST_F(PageTables, 390_output_address_bits_51_to_48_lie_low_in_64k_descriptors)
{
    start(TBL_GRANULE_64K, 52, 52);
    ASSERT_EQ(map(UINT64_C(1) << 51, 0x000a123456780000, 64 * K), TBL_OK);
    ASSERT_TRUE(tbl_lookup(&table, UINT64_C(1) << 51, &walk));
    EXPECT_EQ(walk.descriptor & 0xfffffffff000, 0x12345678a000U);
    EXPECT_EQ(walk.pa, 0x000a123456780000U);
}

/* DS: bits 49:48 in their place, 51:50 where SH was; and blocks of a level more. */
TEST_F(PageTables, 390_output_address_bits_51_to_48_with_ds)
{
    const struct {
        tbl_granule granule;
        int start, block;
        uint64_t block_size;
    } cases[] = {{TBL_GRANULE_4K, -1, 0, 512 * G}, {TBL_GRANULE_16K, 0, 1, 64 * G}};
    config.ds = true;
    for (const auto &c : cases) {
        config.pages_only = true;
        start(c.granule, 52, 52);
        EXPECT_EQ(table.start_level, c.start);
        const uint64_t va = UINT64_C(1) << 51, pa = 0x000e'1234'5678'0000;
        ASSERT_EQ(map(va, pa, UINT64_C(1) << c.granule), TBL_OK);
        ASSERT_TRUE(tbl_lookup(&table, va, &walk));
        EXPECT_EQ(walk.pa, pa);
        EXPECT_EQ(walk.descriptor & 0x3'ffff'ffff'f300, 0x2'1234'5678'0300U);
        config.pages_only = false;
        start(c.granule, 52, 52);
        ASSERT_EQ(map(va, va | c.block_size, c.block_size), TBL_OK);
        ASSERT_TRUE(tbl_lookup(&table, va + 5, &walk));
        EXPECT_EQ(walk.level, c.block);
        EXPECT_EQ(walk.size, c.block_size);
        EXPECT_EQ(walk.pa, (va | c.block_size) + 5);
    }
    config.ds = false;
    EXPECT_EQ(tbl_leaf_size(&config, 0), 0U);
}

/* Stage 2: up to 16 tables side by side instead of a level above them (D8.2.4). */
TEST_F(PageTables, 390_concatenated_root_tables)
{
    const struct {
        tbl_granule granule;
        unsigned bits;
        int level;
        uint64_t root_entries;
    } cases[] = {
        {TBL_GRANULE_4K, 40, 1, 1024},       {TBL_GRANULE_4K, 43, 1, 512 * 16},
        {TBL_GRANULE_4K, 44, 0, 32},         {TBL_GRANULE_4K, 34, 2, 512 * 16},
        {TBL_GRANULE_16K, 40, 2, 2048 * 16}, {TBL_GRANULE_16K, 48, 1, 4096},
        {TBL_GRANULE_64K, 46, 2, 8192 * 16}, {TBL_GRANULE_64K, 47, 1, 32},
    };
    config.concatenated = true;
    for (const auto &c : cases) {
        start(c.granule, c.bits);
        EXPECT_EQ(table.start_level, c.level) << c.granule << " " << c.bits;
        EXPECT_EQ(table.root % (c.root_entries * 8), 0U) << c.granule << " " << c.bits;
        const uint64_t page = UINT64_C(1) << c.granule, last = (UINT64_C(1) << c.bits) - page;
        ASSERT_EQ(map(last, page, page), TBL_OK);
        EXPECT_NE(memory.at(table.root + 8 * (c.root_entries - 1)), 0U);
        ASSERT_TRUE(tbl_lookup(&table, last, &walk));
        EXPECT_EQ(walk.pa, page);
    }
}

TEST_F(PageTables, 390_big_endian_descriptors_are_byte_reversed)
{
    config.big_endian = true;
    start(TBL_GRANULE_4K, 30);
    ASSERT_EQ(map(0, 0x12345000, 4 * K), TBL_OK);
    ASSERT_TRUE(tbl_lookup(&table, 0, &walk));
    EXPECT_EQ(walk.descriptor, 0x12345f47U);
    EXPECT_EQ(memory.at(walk.descriptor_at), 0x475f341200000000U);
}

TEST_F(PageTables, 390_full_region_is_reported_and_leaves_the_tables_whole)
{
    uint64_t done = 0;
    tbl_region_init(&region, 0x100000, 4 * 4 * K);
    start(TBL_GRANULE_4K, 48);
    EXPECT_EQ(tbl_map(&table, 2 * M - 4 * K, 0, 8 * K, leaf, &done), TBL_NO_ROOM);
    EXPECT_EQ(done, 4 * K);
    EXPECT_TRUE(tbl_lookup(&table, 2 * M - 4 * K, &walk));
    EXPECT_FALSE(tbl_lookup(&table, 2 * M, &walk));
}

TEST_F(PageTables, 390_leaf_update_changes_only_the_named_bits)
{
    start(TBL_GRANULE_4K, 39);
    ASSERT_EQ(map(0x1000, 0x2000, 4 * K), TBL_OK);
    EXPECT_TRUE(tbl_leaf_update(&table, 0x1000, REF_MASK(S1_LEAF_AF), REF_MASK(S1_LEAF_DBM)));
    ASSERT_TRUE(tbl_lookup(&table, 0x1000, &walk));
    EXPECT_EQ(walk.descriptor, 0x2b47U | UINT64_C(1) << 51);
    EXPECT_FALSE(tbl_leaf_update(&table, 0x3000, 0, 0));
}

} // namespace
