/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 833: what the TCU's walkers cost and sustain (experiments 4, 5, 6, 8, 12 and 13 of
 * docs/timing.md), with stage 1 tables of 4 KiB.
 */
#include <cmath>
#include <deque>
#include <random>

#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;

/* ---- experiment 4 */

TEST(Walkers, 833_cold_walk_costs_its_reads_and_steps)
{
    for (uint64_t M : {0, 1, 50, 100, 1000})
        for (unsigned levels : {3, 4})
            for (uint64_t serial : {0, 1}) {
                const Timing t = telling_timing().set({{"mem_read_lat", M}, {"wc_serial", serial}});
                TimedMachine::Tables tables;
                tables.input_bits = levels == 4 ? 48 : 39;
                TimedMachine m(t, tables);
                const uint64_t va = levels == 4 ? kVa : kVa & ((uint64_t{1} << 39) - 1);
                const uint64_t other = va ^ uint64_t { 1 } << (levels == 4 ? 47 : 38);
                m.map_pages(va, 1);
                m.map_pages(other, 1);
                const uint64_t walk = forms::W(t, levels, serial ? levels : 1);
                EXPECT_EQ(m.access(va).cycles, forms::miss(t, walk, forms::C(t)));
                /* The second shares no descriptor, but the configuration. */
                EXPECT_EQ(m.access(other).cycles, forms::miss(t, walk));
            }
}

/* One level more is M + step + ar more, and a look-up more where they are serial. */
TEST(Walkers, 833_one_level_more_costs_its_read_and_its_step)
{
    for (uint64_t serial : {0, 1}) {
        const Timing t = telling_timing().set("wc_serial", serial);
        uint64_t cycles[2];
        for (unsigned levels : {3, 4}) {
            TimedMachine::Tables tables;
            tables.input_bits = levels == 4 ? 48 : 39;
            TimedMachine m(t, tables);
            m.map_pages(0x1000, 1);
            cycles[levels - 3] = m.access(0x1000).cycles;
        }
        EXPECT_EQ(cycles[1] - cycles[0],
                  t["mem_read_lat"] + t["walk_step_lat"] + t["qtw_ar_lat"] + serial * t["wc_lat"]);
    }
}

TEST(Walkers, 833_a_hit_in_the_walk_caches_leaves_the_reads_below_it)
{
    const uint64_t pages[] = {kVa, kVa + 0x1000, kVa + (1 << 21), kVa + (1 << 30)};
    for (uint64_t serial : {0, 1}) {
        const Timing t = telling_timing().set("wc_serial", serial);
        TimedMachine m(t);
        for (uint64_t va : pages)
            m.map_pages(va, 1);
        m.access(pages[0]);
        /* A miss at level 3 and a hit at level 2, and so on upwards. */
        for (uint64_t n = 1; n <= 3; n++)
            EXPECT_EQ(m.access(pages[n]).cycles, forms::miss(t, forms::W(t, n, serial ? n + 1 : 1)))
                << n << " reads, serial " << serial;
        EXPECT_EQ(m.access(Access(pages[0]).tbu(1)).cycles, forms::miss(t, forms::W(t, 0)))
            << "another TBU, the leaf is cached";
    }
}

TEST(Walkers, 833_a_block_saves_the_reads_below_it)
{
    const Timing t = telling_timing();
    TimedMachine m(t);
    m.map_blocks(kVa, 0x200000);
    EXPECT_EQ(m.access(kVa).cycles, forms::miss(t, forms::W(t, 3), forms::C(t)));
    EXPECT_EQ(m.access(kVa + 0x1FF000).cycles, forms::utlb_hit(t)) << "one entry for the block";
}

/* ---- experiments 5 and 6 */

/* Misses in K pages that share nothing (n = 4), or all but the leaf (n = 1), at once. */
std::vector<uint64_t> misses_at_once(TimedMachine &m, unsigned K, unsigned n)
{
    const auto va = [n](unsigned i) {
        return n == 4 ? TimedMachine::far(i) : TimedMachine::page(i);
    };
    std::vector<uint64_t> addresses;
    for (unsigned i = 0; i <= K; i++) {
        m.map_pages(va(i), 1);
        if (i > 0)
            addresses.push_back(va(i));
    }
    m.warm({va(0)});
    return m.leave(addresses);
}

/* Requests arrive one a cycle; the walker that was taken first is free first. */
std::vector<uint64_t> walks_of(const Timing &t, unsigned K, uint64_t P, uint64_t walk)
{
    std::vector<uint64_t> left;
    for (unsigned i = 0; i < K; i++) {
        uint64_t at = forms::miss(t, walk) + i;
        if (i >= P)
            at = std::max(at, left[i - P] + walk);
        left.push_back(at);
    }
    return left;
}

TEST(Walkers, 833_p_walkers_sustain_p_walks_in_w_cycles)
{
    for (unsigned n : {1, 4})
        for (uint64_t P : {1, 2, 4, 16}) {
            const unsigned K = 64;
            const Timing t = telling_timing().set({{"ptw_slots", P}, {"qtw_max_reads", 64}});
            TimedMachine m(t);
            const std::vector<uint64_t> left = misses_at_once(m, K, n),
                                        expected = walks_of(t, K, P, forms::W(t, n));
            for (unsigned i = 0; i < K; i++)
                EXPECT_EQ(left[i], expected[i]) << "n " << n << ", P " << P << ", walk " << i;
        }
}

/* The whole law: min(P / W, 1 / (n ar), reads / (n (M + ar))), within 2 % in the steady state; 10 %
 * where walks meet at the port and no longer end in batches. */
TEST(Walkers, 833_throughput_of_walks_is_the_least_of_three_bounds)
{
    constexpr unsigned K = 480, n = 4;
    constexpr uint64_t unlimited = 1024;
    const std::pair<uint64_t, uint64_t> walkers_and_reads[] = {
        {1, unlimited},   {4, unlimited}, {16, unlimited}, {64, unlimited},
        {128, unlimited}, {64, 8},        {64, 2}};
    for (uint64_t ar : {1, 10})
        for (const auto &[P, reads] : walkers_and_reads) {
            const Timing t = telling_timing().set({{"mem_read_lat", 100},
                                                   {"wc_lat", 5},
                                                   {"walk_start_lat", 0},
                                                   {"walk_step_lat", 1},
                                                   {"qtw_ar_lat", ar},
                                                   {"tbus", 1},
                                                   {"tbu_xlate_slots", 512},
                                                   {"tcu_xlate_slots", 512},
                                                   {"dti_trans_tokens", 512},
                                                   {"ptw_slots", P},
                                                   {"qtw_max_reads", reads}});
            TimedMachine m(t);
            std::vector<uint64_t> left = misses_at_once(m, K, n);
            std::sort(left.begin(), left.end());
            const double W = double(forms::W(t, n));
            const double bound = std::min({double(P) / W, 1.0 / double(n * ar),
                                           double(reads) / double(n * (t["mem_read_lat"] + ar))});
            /* Over whole rounds of the walkers, without the first and the last. */
            const size_t batch = std::min<size_t>(P, K / 3);
            const size_t from = batch, to = from + (K - batch - from) / batch * batch;
            const double X = double(to - from) / double(left[to] - left[from]);
            const bool in_batches = double(P) / W < 0.9 / double(n * ar);
            EXPECT_NEAR(X / bound, 1.0, in_batches ? 0.02 : 0.1)
                << "ar " << ar << ", P " << P << ", reads " << reads;
        }
}

TEST(Walkers, 833_reads_outstanding_are_bounded_to_the_cycle)
{
    constexpr unsigned K = 64;
    constexpr uint64_t reads = 4;
    const Timing t = telling_timing().set("qtw_max_reads", reads);
    TimedMachine m(t);
    const std::vector<uint64_t> left = misses_at_once(m, K, 1);
    for (unsigned i = 0; i < K; i++) {
        const uint64_t batch = i / reads;
        EXPECT_EQ(left[i], forms::miss(t, forms::W(t, 1)) + i % reads +
                               batch * (t["mem_read_lat"] + t["qtw_ar_lat"]))
            << i;
    }
}

/* ---- experiment 8 */

/* Mean wait of Poisson arrivals at one walker, whose service is fixed. */
double mean_wait(const Timing &t, double rho, unsigned arrivals, uint64_t seed)
{
    const double S = double(forms::W(t, 1));
    const uint64_t unloaded = forms::miss(t, forms::W(t, 1));
    constexpr unsigned pages = 512;
    TimedMachine m(t);
    m.map_pages(kVa, pages);
    m.warm({kVa});
    std::mt19937_64 random(seed);
    std::exponential_distribution<double> gap(rho / S);
    std::deque<uint32_t> pending;
    double at = double(m.now()), waited = 0;
    for (unsigned i = 0; i < arrivals; i++) {
        at += gap(random);
        m.until(uint64_t(at));
        pending.push_back(m.start(TimedMachine::page(1 + i % (pages - 1))));
        client_result result;
        while (!pending.empty() && host_take(m.host.get(), pending.front(), &result, nullptr)) {
            waited += double(result.cycles - unloaded);
            pending.pop_front();
        }
    }
    for (uint32_t ticket : pending)
        waited += double(m.finish(ticket).cycles - unloaded);
    return waited / arrivals;
}

TEST(Walkers, 833_poisson_arrivals_wait_as_queueing_theory_says)
{
    constexpr uint64_t seed = 7;
    /* TLBs and walk caches too small for 512 pages in turn: every walk is one read. */
    const Timing t = telling_timing().set({{"mem_read_lat", 200},
                                           {"ptw_slots", 1},
                                           {"wc_levels", 7},
                                           {"mtlb_entries", 16},
                                           {"utlb_entries", 4},
                                           {"tbus", 1},
                                           {"dti_trans_tokens", 256}});
    const double S = double(forms::W(t, 1));
    const struct {
        double rho, tolerance;
        unsigned arrivals;
    } loads[] = {{0.5, 0.05, 20000}, {0.8, 0.10, 30000}};
    for (const auto &load : loads) {
        const double expected = load.rho * S / (2 * (1 - load.rho));
        const double wait = mean_wait(t, load.rho, load.arrivals, seed);
        EXPECT_NEAR(wait / expected, 1.0, load.tolerance)
            << "rho " << load.rho << ", seed " << seed;
    }
}

/* ---- experiment 12 */

uint64_t reads_of_sequence(const Timing &t, bool blocks, unsigned pages)
{
    const uint64_t va = kVa & ~((uint64_t{1} << 30) - 1); /* begins a level 2 table */
    TimedMachine m(t);
    if (blocks)
        m.map_blocks(va, uint64_t{pages} << 12);
    else
        m.map_pages(va, pages);
    for (unsigned i = 0; i < pages; i++)
        m.access(va + (uint64_t{i} << 12));
    return m.stat(SMMU_STAT_walk_reads);
}

TEST(Walkers, 833_sequential_pages_read_each_table_entry_once)
{
    constexpr unsigned pages = 1024;
    const Timing t("ideal", {{"mtlb_entries", 64}, {"mtlb_ways", 4}});
    EXPECT_EQ(reads_of_sequence(t, false, pages), pages + pages / 512 + 1 + 1);
    EXPECT_EQ(reads_of_sequence(t, true, pages), pages / 512 + 1 + 1) << "blocks of 2 MiB";
    EXPECT_EQ(reads_of_sequence(t.with({{"wc_levels", 0}}), false, pages), 4 * pages)
        << "without walk caches";
}

/* ---- experiment 13 */

TEST(Walkers, 833_a_configuration_miss_costs_a_read_for_each_structure)
{
    for (bool two_level_streams : {false, true})
        for (bool two_level_cds : {false, true}) {
            const Timing t = telling_timing();
            TimedMachine::Tables tables;
            tables.two_level_stream_table = two_level_streams;
            tables.two_level_cds = two_level_cds;
            TimedMachine m(t, tables);
            m.map_pages(kVa, 1);
            m.add_stream(4);
            m.warm({kVa});
            EXPECT_EQ(m.access(Access(kVa, 4)).cycles,
                      forms::miss(t, forms::W(t, 0), forms::C(t, two_level_streams, two_level_cds)))
                << two_level_streams << two_level_cds;
        }
    const Timing t = telling_timing();
    TimedMachine m(t);
    m.add_stream(5, true);
    EXPECT_EQ(m.access(Access(kVa, 5)).cycles, forms::miss(t, 0, forms::C(t, false, false, false)))
        << "a stream that bypasses: one read and no walk";
}

/* Streams in turn, more of them than the configuration cache holds. */
void expect_configuration_walks(const Timing &t, uint64_t servers, uint64_t service)
{
    constexpr unsigned K = 48, first = 16;
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    for (unsigned i = 0; i < K; i++)
        m.add_stream(first + i);
    m.warm({kVa});
    std::vector<Access> accesses;
    for (unsigned i = 0; i < K; i++)
        accesses.emplace_back(kVa, first + i);
    const std::vector<uint64_t> left = m.leave(accesses);
    for (unsigned i = 0; i < K; i++) {
        uint64_t expected = forms::miss(t, forms::W(t, 0), forms::C(t)) + i;
        if (i >= servers)
            expected = std::max(expected, left[i - servers] + service);
        EXPECT_EQ(left[i], expected) << servers << " walkers, stream " << i;
    }
}

TEST(Walkers, 833_distinct_streams_share_the_configuration_walkers)
{
    for (uint64_t walkers : {1, 2, 4}) {
        const Timing t = telling_timing().set(
            {{"ctw_slots", walkers}, {"tcu_hazard_entries", 0}, {"cc_entries", 4}});
        expect_configuration_walks(t, walkers, forms::C(t));
    }
}

TEST(Walkers, 833_without_configuration_walkers_those_of_translations_do_both)
{
    for (uint64_t walkers : {1, 2, 4}) {
        const Timing t = telling_timing().set({{"ctw_slots", 0},
                                               {"ptw_slots", walkers},
                                               {"tcu_hazard_entries", 0},
                                               {"cc_entries", 4}});
        expect_configuration_walks(t, walkers, forms::C(t) + forms::W(t, 0));
    }
}

} // namespace
