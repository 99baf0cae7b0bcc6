/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 832: how often a TLB of N entries hits (experiment 3 of docs/timing.md). Which TLB hit is read
 * off the latency.
 */
#include <cmath>
#include <random>

#include "unit/timed_machine.h"

namespace {

constexpr unsigned kAccesses = 8000;
constexpr uint64_t kSeed = 20240601; /* printed with every failure */

/* Everything but the look-ups is free, so that thousands of accesses take little time. */
Timing quick_timing()
{
    return Timing(
        "ideal",
        {{"tbu_front_lat", 1}, {"utlb_lat", 1}, {"mtlb_lat", 3}, {"dti_req_lat", 8}, {"tbus", 1}});
}

struct Hits {
    double utlb = 0, mtlb = 0; /* share of the accesses */
};

/* Next says which page, of W, is accessed next; every page has been accessed once before. */
template <typename Next>
Hits hits(const Timing &t, unsigned W, Next next)
{
    TimedMachine m(t);
    m.map_pages(TimedMachine::kVa, W);
    for (unsigned i = 0; i < W; i++)
        m.access(TimedMachine::page(i));
    unsigned in_utlb = 0, in_mtlb = 0;
    for (unsigned i = 0; i < kAccesses; i++) {
        const uint64_t cycles = m.access(TimedMachine::page(next(i))).cycles;
        in_utlb += cycles == forms::utlb_hit(t);
        in_mtlb += cycles == forms::mtlb_hit(t);
    }
    return {in_utlb / double(kAccesses), in_mtlb / double(kAccesses)};
}

/* 4 standard deviations of the share of independent hits. */
double sampling_error(double share)
{
    return 4 * std::sqrt(share * (1 - share) / kAccesses);
}

/* A full main TLB hits N times in W accesses, in whatever way it replaces, if every set has at
 * least as many pages as ways. W neighbouring pages fill the sets evenly. */
TEST(Capacity, 832_uniform_references_hit_n_in_w)
{
    constexpr unsigned N = 64;
    for (uint64_t replacement : {0, 1, 2, 3, 4})
        for (uint64_t ways : {1, 4, 16})
            for (unsigned W : {64, 96, 256}) {
                const Timing t = quick_timing().set({{"mtlb_entries", N},
                                                     {"mtlb_ways", ways},
                                                     {"mtlb_repl", replacement},
                                                     {"utlb_entries", 1}});
                std::mt19937 random(kSeed);
                const Hits found =
                    hits(t, W, [&](unsigned) { return static_cast<unsigned>(random() % W); });
                const double expected = std::min(1.0, double(N) / W);
                EXPECT_NEAR(found.utlb + found.mtlb, expected, sampling_error(expected))
                    << "replacement " << replacement << ", ways " << ways << ", W " << W
                    << ", seed " << kSeed;
            }
}

TEST(Capacity, 832_cyclic_references_beyond_the_capacity_never_hit_lru)
{
    for (unsigned W : {64, 65, 80, 128}) {
        const Timing t = quick_timing().set(
            {{"utlb_entries", 64}, {"utlb_repl", 2}, {"mtlb_entries", 4}, {"mtlb_ways", 4}});
        EXPECT_EQ(hits(t, W, [&](unsigned i) { return i % W; }).utlb, W > 64 ? 0.0 : 1.0) << W;
    }
}

/* A hit survives the (1 - h)(W - 1) replacements since the last reference, each of one victim in N:
 * h = (1 - 1/N)^((1 - h)(W - 1)), for a fully associative array. */
double random_replacement_of_cycle(double N, double W)
{
    double h = 0.5;
    for (unsigned i = 0; i < 1000; i++)
        h = std::pow(1 - 1 / N, (1 - h) * (W - 1));
    return h;
}

TEST(Capacity, 832_cyclic_references_hit_random_replacement_as_its_formula_says)
{
    for (unsigned W : {80, 128}) {
        const double expected = random_replacement_of_cycle(64, W);
        double sum = 0;
        constexpr unsigned kSeeds = 4;
        for (uint64_t seed = 1; seed <= kSeeds; seed++) {
            const Timing t = quick_timing().set({{"utlb_entries", 64},
                                                 {"utlb_repl", 4},
                                                 {"mtlb_entries", 4},
                                                 {"mtlb_ways", 4},
                                                 {"seed", seed}});
            sum += hits(t, W, [&](unsigned i) { return i % W; }).utlb;
        }
        EXPECT_NEAR(sum / kSeeds, expected, 0.02) << "W " << W << ", seeds 1 to " << kSeeds;
    }
}

} // namespace
