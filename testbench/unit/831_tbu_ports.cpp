/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 831: a TBU by itself: its port, its TLBs, the order in which transactions leave, and the width of
 * its link (experiments 1, 2, 15 and 24 of docs/timing.md).
 */
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t GiB = uint64_t{1} << 30;
constexpr uint64_t kVa = TimedMachine::kVa;

/* One entry in the micro-TLB: whoever alternates between two pages hits the main TLB alone. */
Timing main_tlb_timing()
{
    return telling_timing().set({{"utlb_entries", 1}, {"utlb_repl", 2}});
}

std::vector<uint64_t> alternate(uint64_t a, uint64_t b, unsigned times)
{
    std::vector<uint64_t> addresses;
    for (unsigned i = 0; i < times; i++)
        addresses.push_back(i % 2 ? b : a);
    return addresses;
}

/* The first leaves after 'first', the others one every 'apart' cycles. */
void expect_every(const std::vector<uint64_t> &left, uint64_t first, uint64_t apart,
                  const std::string &what = "")
{
    for (size_t i = 0; i < left.size(); i++)
        EXPECT_EQ(left[i], first + i * apart) << what << " transaction " << i;
}

/* ---- experiment 1 */

TEST(TbuPorts, 831_micro_tlb_hit_takes_port_look_up_and_hand_over)
{
    std::vector<Timing> timings = {telling_timing()};
    for (const char *preset : all_presets)
        timings.emplace_back(preset);
    for (const Timing &t : timings) {
        TimedMachine m(t);
        m.map_pages(kVa, 1);
        m.warm({kVa});
        EXPECT_EQ(m.access(kVa).cycles, forms::utlb_hit(t));
        EXPECT_EQ(m.access(Access(kVa).write()).cycles, forms::utlb_hit(t, 4));
    }
}

TEST(TbuPorts, 831_reads_and_writes_together_enter_one_at_a_time)
{
    for (uint64_t front : {0, 1, 3})
        for (uint64_t interval : {0, 1, 2}) {
            const Timing t =
                telling_timing().set({{"tbu_front_lat", front}, {"tbu_back_interval", interval}});
            TimedMachine m(t);
            m.map_pages(kVa, 1);
            m.warm({kVa});
            std::vector<Access> accesses;
            for (unsigned i = 0; i < 32; i++)
                accesses.push_back(i % 2 ? Access(kVa).write() : Access(kVa));
            expect_every(m.leave(accesses), forms::utlb_hit(t), std::max(front, interval),
                         "front " + std::to_string(front) + " interval " +
                             std::to_string(interval));
        }
}

TEST(TbuPorts, 831_data_of_a_write_occupies_the_port_where_it_passes_it)
{
    const Timing t = telling_timing().set("tbu_port_bytes", 16);
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.warm({kVa});
    const std::vector<uint64_t> left =
        m.leave({Access(kVa).write(64), Access(kVa), Access(kVa).write(17), Access(kVa)});
    EXPECT_EQ(left[0], forms::P(t, 64) + t["utlb_lat"] + t["tbu_back_lat"]);
    EXPECT_EQ(left[0], forms::utlb_hit(t) + 3);
    EXPECT_EQ(left[1], 4 + forms::utlb_hit(t));
    EXPECT_EQ(left[2], 5 + forms::utlb_hit(t, 17));
    EXPECT_EQ(left[3], 7 + forms::utlb_hit(t));
}

TEST(TbuPorts, 831_each_tbu_has_a_port_and_tlbs_of_its_own)
{
    const Timing t = telling_timing();
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.warm({kVa}, 0);
    const std::vector<uint64_t> left = m.leave({Access(kVa).tbu(0), Access(kVa).tbu(1)});
    EXPECT_EQ(left[0], forms::utlb_hit(t));
    EXPECT_EQ(left[1], forms::miss(t, forms::W(t, 0))) << "the TLBs of TBU 1 were empty";
    m.idle();
    for (uint64_t cycles : m.leave({Access(kVa).tbu(0), Access(kVa).tbu(1)}))
        EXPECT_EQ(cycles, forms::utlb_hit(t));
}

TEST(TbuPorts, 831_a_stream_that_bypasses_costs_a_micro_tlb_hit_once_it_is_known)
{
    const Timing t = telling_timing();
    TimedMachine m(t);
    m.add_stream(5, true);
    m.access(Access(0x5000, 5));
    const client_result result = m.access(Access(0x9000, 5));
    EXPECT_TRUE(result.bypass);
    EXPECT_EQ(result.cycles, forms::utlb_hit(t));
    m.w32(REF_REG_CR0, 0);
    m.idle();
    EXPECT_EQ(m.access(kVa).cycles, forms::utlb_hit(t)) << "SMMU disabled";
}

/* ---- experiment 2 */

TEST(TbuPorts, 831_main_tlb_hit_takes_its_look_up_more_and_sustains_one_a_cycle)
{
    const Timing t = main_tlb_timing();
    TimedMachine m(t);
    m.map_pages(kVa, 2);
    m.warm({kVa, kVa + 0x1000});
    expect_every(m.leave(alternate(kVa, kVa + 0x1000, 64)), forms::mtlb_hit(t), 1);
    m.idle();
    EXPECT_EQ(m.access(kVa).cycles, forms::mtlb_hit(t)) << "was replaced in the micro-TLB";
    EXPECT_EQ(m.access(kVa).cycles, forms::utlb_hit(t)) << "a hit is copied there at once";
}

TEST(TbuPorts, 831_without_a_micro_tlb_its_look_up_takes_no_time)
{
    const Timing t = telling_timing().set("utlb_entries", 0);
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.warm({kVa});
    EXPECT_EQ(m.access(kVa).cycles, forms::P(t) + t["mtlb_lat"] + t["tbu_back_lat"]);
}

/* Pages, 2 MiB and 1 GiB blocks; only what is live is probed, the smallest first. */
TEST(TbuPorts, 831_hits_at_the_last_of_s_probes_sustain_one_in_s_cycles)
{
    const Timing t = main_tlb_timing();
    const uint64_t page = kVa, block2M = kVa + 0x200000;
    const uint64_t block1G[] = {TimedMachine::far(1), TimedMachine::far(1) + GiB};
    for (uint64_t s : {1, 2, 3}) {
        TimedMachine m(t);
        m.map_pages(page, 1);
        m.map_blocks(block2M, 0x200000);
        m.map_blocks(block1G[0] & ~(GiB - 1), 2 * GiB);
        if (s >= 2)
            m.warm({block2M});
        if (s >= 3)
            m.warm({page});
        m.warm({block1G[0], block1G[1]});
        expect_every(m.leave(alternate(block1G[0], block1G[1], 32)), forms::mtlb_hit(t, s), s,
                     std::to_string(s) + " live sizes");
        m.idle();
        if (s >= 3) {
            EXPECT_EQ(m.access(page).cycles, forms::mtlb_hit(t, 1));
            EXPECT_EQ(m.access(block2M).cycles, forms::mtlb_hit(t, 2));
        }
    }
}

TEST(TbuPorts, 831_all_sizes_at_once_are_one_probe)
{
    const Timing t = main_tlb_timing().set("mtlb_sizes_serial", 0);
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.map_blocks(kVa + 0x200000, 0x400000);
    m.warm({kVa, kVa + 0x200000, kVa + 0x400000});
    expect_every(m.leave(alternate(kVa + 0x200000, kVa + 0x400000, 32)), forms::mtlb_hit(t), 1);
}

TEST(TbuPorts, 831_a_miss_takes_a_probe_for_each_live_size)
{
    const Timing t = main_tlb_timing();
    TimedMachine m(t);
    m.map_pages(kVa, 4);
    m.map_blocks(kVa + 0x200000, 0x200000);
    m.warm({kVa});
    EXPECT_EQ(m.access(kVa + 0x1000).cycles, forms::miss(t, forms::W(t, 1), 0, 1));
    m.warm({kVa + 0x200000});
    EXPECT_EQ(m.access(kVa + 0x2000).cycles, forms::miss(t, forms::W(t, 1), 0, 2));
}

/* 64 neighbouring pages fill every bank evenly, whatever else the index is made of. */
TEST(TbuPorts, 831_a_bank_takes_one_probe_in_an_interval_and_banks_work_side_by_side)
{
    constexpr uint64_t interval = 4, pages = 64;
    uint64_t last_of_one_bank = 0;
    for (uint64_t banks : {1, 2, 4}) {
        const Timing t =
            main_tlb_timing().set({{"mtlb_banks", banks}, {"mtlb_probe_interval", interval}});
        TimedMachine m(t);
        m.map_pages(kVa, pages);
        std::vector<uint64_t> addresses;
        for (uint64_t i = 0; i < pages; i++)
            addresses.push_back(TimedMachine::page(i));
        m.warm(addresses);
        const std::vector<uint64_t> left = m.leave(addresses);
        const uint64_t last = *std::max_element(left.begin(), left.end());
        if (banks == 1) {
            expect_every(left, forms::mtlb_hit(t), interval);
            last_of_one_bank = last;
        } else {
            EXPECT_LT(last, last_of_one_bank);
            EXPECT_GE(last, forms::mtlb_hit(t) + pages - 1) << "the port takes one a cycle";
            EXPECT_GE(last, forms::mtlb_hit(t) + (pages / banks - 1) * interval);
        }
    }
}

/* ---- experiment 15 */

constexpr unsigned kHits = 20;

/* A cold page, and hits behind it with the ID that 'access' gives the i-th. */
template <typename Id>
std::vector<uint64_t> hits_under_a_miss(TimedMachine &m, Id access)
{
    m.map_pages(kVa, 1);
    m.map_pages(TimedMachine::far(1), 1);
    m.warm({kVa});
    std::vector<Access> accesses = {Access(TimedMachine::far(1)).id(1)};
    for (unsigned i = 0; i < kHits; i++)
        accesses.push_back(access(Access(kVa), i));
    return m.leave(accesses);
}

TEST(TbuPorts, 831_hits_of_other_ids_pass_a_miss)
{
    const Timing t = telling_timing().set("order_by_id", 1);
    TimedMachine m(t);
    const auto left = hits_under_a_miss(m, [](Access a, unsigned) { return a.id(2); });
    EXPECT_EQ(left[0], forms::miss(t, forms::W(t, 4)));
    for (unsigned i = 1; i <= kHits; i++)
        EXPECT_EQ(left[i], i + forms::utlb_hit(t)) << i;
}

TEST(TbuPorts, 831_hits_of_the_same_id_follow_the_miss_one_a_cycle)
{
    const Timing t = telling_timing().set("order_by_id", 1);
    const uint64_t same[] = {1, 1 + t["order_ids"]};
    for (uint64_t id : same) {
        TimedMachine m(t);
        const auto left = hits_under_a_miss(m, [id](Access a, unsigned) { return a.id(id); });
        expect_every(left, forms::miss(t, forms::W(t, 4)), 1, "ID " + std::to_string(id));
    }
}

TEST(TbuPorts, 831_the_other_direction_and_the_other_tbu_do_not_wait)
{
    const Timing t = telling_timing().set("order_by_id", 1);
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.map_pages(TimedMachine::far(1), 1);
    m.warm({kVa}, 0);
    m.warm({kVa}, 1);
    const auto left = m.leave(
        {Access(TimedMachine::far(1)).id(1), Access(kVa).id(1).write(), Access(kVa).id(1).tbu(1)});
    EXPECT_EQ(left[0], forms::miss(t, forms::W(t, 4)));
    EXPECT_EQ(left[1], 1 + forms::utlb_hit(t));
    EXPECT_EQ(left[2], forms::utlb_hit(t));
}

TEST(TbuPorts, 831_without_order_nothing_waits_for_an_id)
{
    const Timing t = telling_timing();
    TimedMachine m(t);
    const auto left = hits_under_a_miss(m, [](Access a, unsigned) { return a.id(1); });
    for (unsigned i = 1; i <= kHits; i++)
        EXPECT_EQ(left[i], i + forms::utlb_hit(t)) << i;
}

/* ---- experiment 24 */

TEST(TbuPorts, 831_a_narrow_link_adds_its_beats_in_each_direction)
{
    for (uint64_t bytes : {20, 10, 4, 1}) {
        for (const char *path : {"dti_link_bytes", "dti_tcu_bytes"}) {
            const Timing t = telling_timing().set(path, bytes);
            const Timing wide = telling_timing();
            TimedMachine m(t);
            m.map_pages(kVa, 2);
            m.warm({kVa});
            const uint64_t cycles = m.access(TimedMachine::page(1)).cycles;
            EXPECT_EQ(cycles, forms::miss(t, forms::W(t, 1))) << path << bytes;
            EXPECT_EQ(cycles, forms::miss(wide, forms::W(wide, 1)) + 2 * (20 / bytes - 1))
                << path << bytes;
        }
    }
}

TEST(TbuPorts, 831_a_link_carries_one_message_in_its_beats)
{
    constexpr unsigned K = 32;
    for (uint64_t bytes : {20, 10, 4, 1}) {
        const Timing t = telling_timing().set("dti_link_bytes", bytes);
        TimedMachine m(t);
        m.map_pages(kVa, K + 1);
        m.warm({kVa});
        std::vector<uint64_t> addresses;
        for (unsigned i = 1; i <= K; i++)
            addresses.push_back(TimedMachine::page(i));
        expect_every(m.leave(addresses), forms::miss(t, forms::W(t, 1)), 20 / bytes,
                     std::to_string(bytes) + " bytes a cycle");
    }
}

/* TBUs have links of their own, and share the port of the TCU. */
TEST(TbuPorts, 831_the_port_of_the_tcu_is_shared_and_links_are_not)
{
    constexpr unsigned K = 16;
    for (bool shared_is_narrow : {false, true}) {
        const Timing t = telling_timing().set(shared_is_narrow ? "dti_tcu_bytes" : "dti_link_bytes",
                                              4); /* 5 beats */
        TimedMachine m(t);
        m.map_pages(kVa, 2 * K + 1);
        m.warm({kVa});
        std::vector<Access> accesses;
        for (unsigned i = 0; i < 2 * K; i++)
            accesses.push_back(Access(TimedMachine::page(i + 1)).tbu(i % 2));
        std::vector<uint64_t> left = m.leave(accesses);
        std::sort(left.begin(), left.end());
        /* TBU 1 never walked: no size is live there, and a miss takes at least one probe. */
        const uint64_t first = forms::miss(t, forms::W(t, 1));
        EXPECT_EQ(left.front(), first);
        if (shared_is_narrow) {
            expect_every(left, first, 5, "one port");
        } else {
            EXPECT_LE(left.back(), first + 5 * (K - 1) + 1);
            EXPECT_GE(left.back(), first + 5 * (K - 1));
        }
    }
}

} // namespace
