/* SPDX-License-Identifier: Apache-2.0 */
/* 81x: what translations cost, against the closed forms of docs/timing.md. */
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;

TEST(Walks, 811_hit_costs_acceptance_and_look_up)
{
    Timing t;
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.access(kVa);
    EXPECT_EQ(m.access(kVa).cycles, t.hit());
    EXPECT_EQ(m.stat(SMMU_STAT_tlb_hit), 1u);
}

TEST(Walks, 812_cold_walk_of_four_levels_costs_its_reads_and_steps)
{
    for (uint64_t latency : {0, 1, 50, 100, 1000}) {
        Timing t;
        t.mem_read_lat = latency;
        TimedMachine m(t);
        m.map_pages(kVa, 1);
        m.map_pages(kVa + (UINT64_C(1) << 39), 1);
        /* The first access reads STE and CD as well; the second shares no table but the root. */
        EXPECT_EQ(m.access(kVa).cycles, t.miss() + 2 * latency + t.walk(4));
        EXPECT_EQ(m.access(kVa + (UINT64_C(1) << 39)).cycles, t.miss() + t.walk(4));
    }
}

TEST(Walks, 813_cached_tables_leave_the_reads_below_them)
{
    Timing t;
    TimedMachine m(t);
    const uint64_t pages[] = {kVa, kVa + 0x1000, kVa + (1 << 21), kVa + (1 << 30)};
    for (uint64_t va : pages)
        m.map_pages(va, 1);
    m.access(pages[0]);
    EXPECT_EQ(m.access(pages[1]).cycles, t.miss() + t.walk(1)) << "same last-level table";
    EXPECT_EQ(m.access(pages[2]).cycles, t.miss() + t.walk(2)) << "same level 2 table";
    EXPECT_EQ(m.access(pages[3]).cycles, t.miss() + t.walk(3)) << "same level 1 table";
}

/* K walks of one read each, all asked for at once, over P walkers: a batch of P is done every W
 * cycles. */
TEST(Walks, 814_p_walkers_sustain_p_walks_every_w_cycles)
{
    constexpr uint64_t kWalks = 32;
    for (uint64_t walkers : {1, 2, 4, 8, 32}) {
        Timing t;
        t.ptw_slots = walkers;
        TimedMachine m(t);
        m.map_pages(kVa, kWalks + 1);
        m.access(kVa);
        m.idle();
        const uint64_t W = t.walk(1), begin = m.now();
        for (uint64_t i = 1; i <= kWalks; i++)
            m.start(kVa + (i << 12));
        for (uint64_t batch = 1; batch <= kWalks / walkers; batch++) {
            const uint64_t done_at = begin + t.miss() + batch * W;
            m.until(done_at - 1);
            EXPECT_EQ(m.stat(SMMU_STAT_tlb_fill), 1 + (batch - 1) * walkers)
                << walkers << " walkers";
            m.until(done_at);
            EXPECT_EQ(m.stat(SMMU_STAT_tlb_fill), 1 + batch * walkers) << walkers << " walkers";
        }
        EXPECT_EQ(m.stat(SMMU_STAT_walker_waits), kWalks - walkers);
    }
}

TEST(Walks, 815_a_refused_request_goes_in_when_a_slot_is_free)
{
    Timing t;
    t.tbu_xlate_slots = 4;
    t.ptw_slots = 4;
    TimedMachine m(t);
    m.map_pages(kVa, 9);
    m.access(kVa);
    m.idle();
    std::vector<uint32_t> tickets;
    for (uint64_t i = 1; i <= 8; i++)
        tickets.push_back(m.start(kVa + (i << 12)));
    EXPECT_GT(m.stat(SMMU_STAT_busy), 0u);
    const uint64_t one = t.miss() + t.walk(1);
    for (uint64_t i = 0; i < 8; i++)
        EXPECT_EQ(m.finish(tickets[i]).cycles, i < 4 ? one : 2 * one) << i;
}

TEST(Walks, 816_level_of_a_block_saves_the_reads_below_it)
{
    Timing t;
    TimedMachine m(t);
    m.pages()->config.pages_only = false;
    m.map_pages(kVa, 512); /* one 2 MiB block */
    EXPECT_EQ(m.access(kVa).cycles, t.miss() + 2 * t.mem_read_lat + t.walk(3));
    EXPECT_EQ(m.access(kVa + 0x1FF000).cycles, t.hit()) << "the whole block is one entry";
}

} // namespace
