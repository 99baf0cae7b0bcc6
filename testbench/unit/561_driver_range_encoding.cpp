/* SPDX-License-Identifier: Apache-2.0 */
/* Commands as the builders lay them out (chapter 4) and range invalidation as Linux divides it
 * (4.4.1.1). */
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "driver/commands.h"
#include "spec_ref/ref_commands.h"

namespace {

constexpr uint64_t K = 1024, M = K * K, G = K * M;

using Steps = std::vector<std::pair<unsigned, unsigned>>; // (SCALE, NUM)

std::vector<drv_tlbi> commands_for(uint64_t addr, uint64_t size, uint64_t granule,
                                   unsigned page_bits, bool leaf, bool ranges)
{
    drv_range range = {};
    drv_tlbi tlbi;
    std::vector<drv_tlbi> list;

    range.addr = addr;
    range.size = size;
    range.granule = granule;
    range.page_bits = page_bits;
    range.leaf = leaf;
    range.ranges = ranges;
    range.asid = 7;
    drv_range_begin(&range);
    while (drv_range_next(&range, &tlbi) && list.size() < 300000)
        list.push_back(tlbi);
    return list;
}

Steps steps_for_pages(uint64_t pages, bool leaf)
{
    Steps steps;
    for (const drv_tlbi &t : commands_for(0x10000, pages * 4 * K, 4 * K, 12, leaf, true))
        steps.emplace_back(t.scale, t.num);
    return steps;
}

TEST(DriverRange, 561_leaf_ranges_of_4k_pages)
{
    EXPECT_EQ(steps_for_pages(1, true), (Steps{{0, 0}}));
    EXPECT_EQ(steps_for_pages(32, true), (Steps{{5, 0}}));
    EXPECT_EQ(steps_for_pages(33, true), (Steps{{0, 0}, {5, 0}}));
    EXPECT_EQ(steps_for_pages(513, true), (Steps{{0, 0}, {9, 0}}));
    EXPECT_EQ(steps_for_pages(4095, true), (Steps{{0, 30}, {5, 30}, {10, 2}}));
    EXPECT_EQ(steps_for_pages(262143, true), (Steps{{0, 30}, {5, 30}, {10, 30}, {15, 6}}));
    EXPECT_EQ(steps_for_pages(262144, true), (Steps{{18, 0}}));
}

TEST(DriverRange, 561_non_leaf_ranges_avoid_the_reserved_single_page_form)
{
    EXPECT_EQ(steps_for_pages(1, false), (Steps{{1, 0}}));
    EXPECT_EQ(steps_for_pages(32, false), (Steps{{5, 0}}));
    EXPECT_EQ(steps_for_pages(33, false), (Steps{{1, 16}}));
    EXPECT_EQ(steps_for_pages(513, false), (Steps{{1, 0}, {9, 0}}));
    for (uint64_t pages = 1; pages < 2000; pages++)
        for (const drv_tlbi &t : commands_for(0, pages * 4 * K, 4 * K, 12, false, true))
            EXPECT_FALSE(t.num == 0 && t.scale == 0 && t.ttl == 0) << pages;
}

TEST(DriverRange, 561_without_range_commands_there_is_one_a_leaf)
{
    EXPECT_EQ(commands_for(0, 33 * 4 * K, 4 * K, 12, true, false).size(), 33U);
    EXPECT_EQ(commands_for(0, G, 4 * K, 12, true, false).size(), 262144U);
    EXPECT_EQ(commands_for(0, G, 2 * M, 12, true, false).size(), 512U);
    EXPECT_EQ(commands_for(0, G, G, 12, true, false).size(), 1U);
    for (const drv_tlbi &t : commands_for(0, 33 * 4 * K, 4 * K, 12, true, false))
        EXPECT_EQ(t.tg | t.ttl | t.num | t.scale, 0U);
}

TEST(DriverRange, 561_level_and_granule_follow_the_leaf)
{
    struct {
        uint64_t granule;
        unsigned page_bits, tg, ttl;
    } const cases[] = {
        {4 * K, 12, 1, 3},  {2 * M, 12, 1, 2},  {G, 12, 1, 1},       {16 * K, 14, 2, 3},
        {32 * M, 14, 2, 2}, {64 * K, 16, 3, 3}, {512 * M, 16, 3, 2},
    };
    for (const auto &c : cases) {
        const auto list = commands_for(0, c.granule, c.granule, c.page_bits, true, true);

        ASSERT_EQ(list.size(), 1U);
        EXPECT_EQ(list[0].tg, c.tg) << c.granule;
        EXPECT_EQ(list[0].ttl, c.ttl) << c.granule;
    }
}

TEST(DriverRange, 561_commands_cover_every_page_once_and_in_order)
{
    for (uint64_t pages : {1ULL, 2ULL, 31ULL, 33ULL, 1000ULL, 65535ULL, (1ULL << 36) - 1}) {
        uint64_t next = 0x40000000;
        const auto list = commands_for(next, pages * 4 * K, 4 * K, 12, true, true);

        for (const drv_tlbi &t : list) {
            EXPECT_EQ(t.addr, next);
            next += uint64_t{t.num + 1} << t.scale << 12;
        }
        EXPECT_EQ(next, 0x40000000 + pages * 4 * K) << pages;
        EXPECT_LE(list.size(), 8U) << pages;
    }
}

TEST(DriverRange, 561_scale_stays_within_the_five_bits_without_ds)
{
    uint64_t covered = 0;
    for (const drv_tlbi &t : commands_for(0, UINT64_C(1) << 48, 4 * K, 12, true, true)) {
        EXPECT_LE(t.scale, 31U);
        covered += uint64_t{t.num + 1} << t.scale;
    }
    EXPECT_EQ(covered, UINT64_C(1) << 36);
}

TEST(DriverCommands, 561_fields_lie_where_the_specification_has_them)
{
    drv_tlbi t = {};
    t.vmid = 0x1234;
    t.asid = 0xabcd;
    t.addr = 0xffffabcdef123fff;
    t.leaf = true;
    t.tg = 2;
    t.ttl = 3;
    t.num = 0x1f;
    t.scale = 0x15;

    EXPECT_EQ(drv_cmd_tlbi_nh_va(&t).word[0], 0xabcd12340151f012);
    EXPECT_EQ(drv_cmd_tlbi_nh_va(&t).word[1], 0xffffabcdef123b01);
    EXPECT_EQ(drv_cmd_tlbi_nh_vaa(&t).word[0], 0x000012340151f013);
    EXPECT_EQ(drv_cmd_tlbi_el2_va(&t).word[0], 0xabcd00000151f022);
    EXPECT_EQ(drv_cmd_tlbi_el2_vaa(&t).word[0], 0x000000000151f023);
    EXPECT_EQ(drv_cmd_tlbi_nh_all(0x55).word[0], 0x0000005500000010);
    EXPECT_EQ(drv_cmd_tlbi_nh_asid(0x55, 0x66).word[0], 0x0066005500000011);
    EXPECT_EQ(drv_cmd_tlbi_el2_asid(0x66).word[0], 0x0066000000000021);
    EXPECT_EQ(drv_cmd_tlbi_el2_all().word[0], 0x20U);
    EXPECT_EQ(drv_cmd_tlbi_nsnh_all().word[0], 0x30U);

    EXPECT_EQ(drv_cmd_cfgi_ste(0x89abcdef, true).word[0], 0x89abcdef00000003);
    EXPECT_EQ(drv_cmd_cfgi_ste(0x89abcdef, true).word[1], 1U);
    EXPECT_EQ(drv_cmd_cfgi_all().word[0], 4U);
    EXPECT_EQ(drv_cmd_cfgi_all().word[1], 31U);
    EXPECT_EQ(drv_cmd_cfgi_cd(1, 0xfffff, false).word[0], 0x00000001fffff005);
    EXPECT_EQ(drv_cmd_cfgi_cd_all(2).word[0], 0x0000000200000006);

    EXPECT_EQ(drv_cmd_prefetch_config(3, -1).word[0], 0x0000000300000001);
    EXPECT_EQ(drv_cmd_prefetch_addr(3, 5, 0x7000, 4, 2).word[0], 0x0000000300005802);
    EXPECT_EQ(drv_cmd_prefetch_addr(3, 5, 0x7000, 4, 2).word[1], 0x7044U);

    EXPECT_EQ(drv_cmd_resume(9, 0xbeef, DRV_RESUME_RETRY).word[0], 0x0000000900001044);
    EXPECT_EQ(drv_cmd_resume(9, 0xbeef, DRV_RESUME_ABORT).word[0], 0x0000000900002044);
    EXPECT_EQ(drv_cmd_resume(9, 0xbeef, DRV_RESUME_TERMINATE).word[1], 0xbeefU);
    EXPECT_EQ(drv_cmd_stall_term(9).word[0], 0x0000000900000045);

    EXPECT_EQ(drv_cmd_sync(DRV_SIG_SEV).word[0], 0x2046U);
    EXPECT_EQ(drv_cmd_sync_msi(0x80001010, 0x77).word[0], 0x000000770fc01046);
    EXPECT_EQ(drv_cmd_sync_msi(0x80001010, 0x77).word[1], 0x80001010U);
}

TEST(DriverCommands, 561_single_address_invalidation_carries_no_range_fields)
{
    drv_tlbi t = {};
    t.addr = 0x1000;
    t.num = 5;
    t.scale = 5;
    t.ttl = 3;

    EXPECT_EQ(drv_cmd_tlbi_nh_va(&t).word[0], 0x12U);
    EXPECT_EQ(drv_cmd_tlbi_nh_va(&t).word[1], 0x1000U);
}

} // namespace
