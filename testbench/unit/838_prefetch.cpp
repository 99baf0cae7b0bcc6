/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 838: walks of a next page that STE[121:120] asks for (experiment 22 of docs/timing.md): what they
 * save, and when they come too late.
 */
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;
constexpr unsigned kPages = 40;

/* Walks share no reads, so that a prefetch that comes too late saves nothing. */
Timing prefetch_timing(uint64_t prefetch)
{
    return telling_timing().set({{"prefetch", prefetch}, {"tcu_hazard_entries", 0}});
}

struct Linear {
    uint64_t leaf_hits = 0;     /* misses that read no descriptor */
    uint64_t plain_misses = 0;  /* misses that read one */
    std::vector<uint64_t> left; /* counted from the first */
};

/* Pages one after the other (or downwards), one in 'period' cycles; tables are cached already. */
Linear linear(TimedMachine &m, uint64_t period, bool downwards = false)
{
    const auto page = [downwards](unsigned i) {
        return TimedMachine::page(downwards ? kPages - i : i);
    };
    m.map_pages(kVa, kPages + 1);
    m.warm({page(0)});
    const uint64_t begin = m.now() + 1000;
    std::vector<Access> accesses;
    for (unsigned i = 1; i < kPages; i++)
        accesses.push_back(Access(page(i)).at(begin + i * period));
    Linear seen;
    seen.left = m.leave(accesses);
    for (unsigned i = 1; i < kPages; i++) {
        const uint64_t cycles = seen.left[i - 1] - (1000 + i * period);
        seen.leaf_hits += cycles == forms::miss(m.t, forms::W(m.t, 0));
        seen.plain_misses += cycles == forms::miss(m.t, forms::W(m.t, 1));
    }
    m.idle();
    return seen;
}

TimedMachine::Tables asking_for(unsigned prefetch)
{
    TimedMachine::Tables tables;
    tables.prefetch = prefetch;
    return tables;
}

/* A demand that hits the leaf takes W(0), the prefetch behind it W(1). */
TEST(Prefetch, 838_misses_find_their_leaf_if_they_are_further_apart_than_walk_and_prefetch)
{
    for (uint64_t mode : {1, 2})
        for (bool downwards : {false, true}) {
            const Timing t = prefetch_timing(mode);
            const uint64_t threshold = forms::W(t, 0) + forms::W(t, 1);
            {
                TimedMachine m(t, asking_for(downwards ? 2 : 1));
                EXPECT_EQ(linear(m, threshold + t["wc_lat"] + 3, downwards).leaf_hits, kPages - 1)
                    << "mode " << mode << ", downwards " << downwards;
            }
            {
                TimedMachine m(t, asking_for(downwards ? 1 : 2));
                const Linear seen = linear(m, threshold + t["wc_lat"] + 3, downwards);
                EXPECT_EQ(seen.leaf_hits, 0u) << "the other direction, mode " << mode;
            }
        }
}

/* A page that comes before its prefetch is done reads its leaf itself. */
TEST(Prefetch, 838_below_the_threshold_misses_read_as_without)
{
    const Timing t = prefetch_timing(2);
    const uint64_t too_fast = forms::W(t, 1) - t["wc_lat"] - t["walk_step_lat"];
    TimedMachine m(t, asking_for(1));
    EXPECT_EQ(linear(m, too_fast).leaf_hits, 1u) << "the first was prefetched at leisure";
}

/* In the same slot it keeps its walker that much longer; in its own it takes turns at the port. */
TEST(Prefetch, 838_throughput_is_never_worse_than_by_the_time_of_a_slot)
{
    for (uint64_t mode : {1, 2})
        for (uint64_t period : {1, 100, 250, 400, 700}) {
            TimedMachine without(prefetch_timing(0), asking_for(1));
            TimedMachine with(prefetch_timing(mode), asking_for(1));
            const uint64_t last_without = linear(without, period).left.back();
            const uint64_t last_with = linear(with, period).left.back();
            EXPECT_LE(last_with, last_without + (mode == 1 ? forms::W(with.t, 1)
                                                           : kPages * with.t["qtw_ar_lat"]))
                << "mode " << mode << ", period " << period;
        }
}

TEST(Prefetch, 838_nobody_prefetches_unless_both_the_ste_and_the_configuration_say_so)
{
    for (uint64_t mode : {0, 1, 2})
        for (unsigned ste : {0, 1, 3}) {
            TimedMachine m(prefetch_timing(mode), asking_for(ste));
            const uint64_t hits = linear(m, 5000).leaf_hits;
            if (mode != 0 && ste == 1)
                EXPECT_EQ(hits, kPages - 1);
            else
                EXPECT_EQ(hits, 0u) << "mode " << mode << ", STE[121:120] " << ste;
        }
}

/* Nobody has asked for the page behind the last one: no TLB entry, no fault, no event. */
TEST(Prefetch, 838_a_prefetch_fills_no_tlb_and_its_faults_are_dropped)
{
    for (uint64_t mode : {1, 2}) {
        const Timing t = prefetch_timing(mode);
        TimedMachine m(t, asking_for(1));
        m.map_pages(kVa, 2);
        m.warm({kVa});
        EXPECT_EQ(m.access(TimedMachine::page(1)).cycles, forms::miss(t, forms::W(t, 0)))
            << "the leaf was cached, the TLB was not filled";
        m.idle();
        EXPECT_EQ(m.events(), 0u) << "page 2 is not mapped";
        EXPECT_EQ(m.access(TimedMachine::page(2)).result, SMMU_RESULT_ABORT);
        m.idle();
        EXPECT_EQ(m.events(), 1u);
    }
}

/* What a prefetch brings must not outlive an invalidation that it met on its way. */
TEST(Prefetch, 838_a_prefetch_that_an_invalidation_overtakes_leaves_nothing)
{
    for (uint64_t mode : {1, 2})
        for (uint64_t after = 0; after <= 700; after += 10) {
            const Timing t = prefetch_timing(mode);
            TimedMachine m(t, asking_for(1));
            m.map_pages(kVa, 3);
            m.warm({kVa});
            m.start(TimedMachine::page(1));
            m.until(m.now() + after);
            EXPECT_TRUE(tbl_leaf_update(m.pages(), TimedMachine::page(2), 0, uint64_t{1} << 40));
            m.push_tlbi_va(TimedMachine::page(2));
            m.push_sync();
            m.ring();
            m.idle();
            EXPECT_EQ(m.access(TimedMachine::page(2)).pa,
                      TimedMachine::pa_of(TimedMachine::page(2)) | uint64_t{1} << 40)
                << "mode " << mode << ", changed " << after << " cycles after the demand";
        }
}

} // namespace
