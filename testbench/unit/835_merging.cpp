/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 835: what waits for the same thing asks for it once (experiment 14 of docs/timing.md): misses to
 * one page in a TBU, reads of one descriptor in the TCU.
 */
#include "unit/timed_machine.h"

namespace {

constexpr unsigned K = 16;
constexpr uint64_t kVa = TimedMachine::kVa;

/* The configuration is cached, no table of far(1) is. */
void warm_configuration(TimedMachine &m)
{
    m.map_pages(kVa, 1);
    m.map_pages(TimedMachine::far(1), K);
    m.warm({kVa});
}

TEST(Merging, 835_misses_to_one_page_are_one_request_and_leave_behind_it)
{
    const Timing t = telling_timing();
    TimedMachine m(t);
    warm_configuration(m);
    const uint64_t walks = m.stat(SMMU_STAT_walks), reads = m.stat(SMMU_STAT_walk_reads);
    const std::vector<uint64_t> left = m.leave(std::vector<uint64_t>(K, TimedMachine::far(1)));
    EXPECT_EQ(m.stat(SMMU_STAT_walks) - walks, 1u);
    EXPECT_EQ(m.stat(SMMU_STAT_walk_reads) - reads, 4u);
    /* The answer is there when the first could leave; the others look up the main TLB again. */
    const uint64_t first = forms::miss(t, forms::W(t, 4));
    EXPECT_EQ(left[0], first);
    for (unsigned i = 1; i < K; i++)
        EXPECT_EQ(left[i], first + t["mtlb_lat"] + i - 1) << i;
    EXPECT_LE(left[K - 1] - left[0], K + t["mtlb_lat"]);
}

/* Behind the first by so much that the answer is there when its own look-ups are over, or not. */
TEST(Merging, 835_an_answer_that_comes_during_the_look_ups_is_a_hit)
{
    const Timing t = telling_timing();
    const uint64_t answered = forms::miss(t, forms::W(t, 4)) - t["tbu_back_lat"];
    const uint64_t look_ups = forms::to_request(t);
    for (uint64_t behind = answered - look_ups - 3; behind < answered; behind++) {
        if (behind + look_ups == answered)
            continue; /* both at once: in either order */
        TimedMachine m(t);
        warm_configuration(m);
        const uint64_t begin = m.now(), va = TimedMachine::far(1);
        const std::vector<uint64_t> left = m.leave({Access(va), Access(va).at(begin + behind)});
        EXPECT_EQ(left[1], behind + look_ups < answered
                               ? answered + t["mtlb_lat"] + t["tbu_back_lat"]
                               : behind + forms::mtlb_hit(t))
            << behind << " cycles behind";
    }
}

TEST(Merging, 835_without_hazard_entries_every_miss_asks_for_itself)
{
    const Timing t = telling_timing().set({{"tbu_hazard_entries", 0}, {"tcu_hazard_entries", 0}});
    TimedMachine m(t);
    warm_configuration(m);
    const uint64_t walks = m.stat(SMMU_STAT_walks), reads = m.stat(SMMU_STAT_walk_reads);
    const std::vector<uint64_t> left = m.leave(std::vector<uint64_t>(K, TimedMachine::far(1)));
    EXPECT_EQ(m.stat(SMMU_STAT_walks) - walks, K);
    EXPECT_EQ(m.stat(SMMU_STAT_walk_reads) - reads, 4 * K);
    for (unsigned i = 0; i < K; i++)
        EXPECT_EQ(left[i], forms::miss(t, forms::W(t, 4)) + i) << i;
}

/* Two pages are tracked: the third page's misses go on by themselves. */
TEST(Merging, 835_only_as_many_pages_as_there_are_hazard_entries_are_waited_for)
{
    const Timing t = telling_timing().set("tbu_hazard_entries", 2);
    TimedMachine m(t);
    warm_configuration(m);
    std::vector<uint64_t> addresses;
    for (unsigned page = 0; page < 3; page++)
        for (unsigned i = 0; i < 4; i++)
            addresses.push_back(TimedMachine::far(1) + (uint64_t{page} << 12));
    const uint64_t walks = m.stat(SMMU_STAT_walks);
    m.leave(addresses);
    EXPECT_EQ(m.stat(SMMU_STAT_walks) - walks, 1u + 1u + 4u);
}

TEST(Merging, 835_other_streams_and_other_tbus_do_not_wait_for_one_page)
{
    const Timing t = telling_timing().set("tcu_hazard_entries", 0);
    TimedMachine m(t);
    warm_configuration(m);
    m.add_stream(4);
    m.access(Access(kVa, 4));
    m.warm({kVa}, 1);
    const uint64_t walks = m.stat(SMMU_STAT_walks);
    const uint64_t va = TimedMachine::far(1);
    m.leave({Access(va), Access(va, 4), Access(va).tbu(1)});
    EXPECT_EQ(m.stat(SMMU_STAT_walks) - walks, 3u);
}

std::vector<uint64_t> pages_of_one_table()
{
    std::vector<uint64_t> addresses;
    for (unsigned i = 0; i < K; i++)
        addresses.push_back(TimedMachine::far(1) + (uint64_t{i} << 12));
    return addresses;
}

/* They wait for the first one's reads above the leaf, then read their leaves one a cycle. */
TEST(Merging, 835_walks_of_one_table_share_what_leads_to_it)
{
    const Timing t = telling_timing();
    TimedMachine m(t);
    warm_configuration(m);
    const uint64_t reads = m.stat(SMMU_STAT_walk_reads);
    const std::vector<uint64_t> left = m.leave(pages_of_one_table());
    EXPECT_EQ(m.stat(SMMU_STAT_walk_reads) - reads, 3 + K);
    for (unsigned i = 0; i < K; i++)
        EXPECT_EQ(left[i], forms::miss(t, forms::W(t, 4)) + i) << i;
}

TEST(Merging, 835_without_sharing_each_walk_reads_for_itself)
{
    const Timing t = telling_timing().set("tcu_hazard_entries", 0);
    TimedMachine m(t);
    warm_configuration(m);
    const uint64_t reads = m.stat(SMMU_STAT_walk_reads);
    const std::vector<uint64_t> left = m.leave(pages_of_one_table());
    EXPECT_EQ(m.stat(SMMU_STAT_walk_reads) - reads, 4 * K);
    for (unsigned i = 0; i < K; i++)
        EXPECT_EQ(left[i], forms::miss(t, forms::W(t, 4)) + i) << i;
}

} // namespace
