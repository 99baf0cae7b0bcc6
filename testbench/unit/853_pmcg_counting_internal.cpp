/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What counters make of the events that units report (10.2 to 10.4): enables, filters, wrap,
 * status and capture. The events come from here, the registers are software's.
 */
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "unit/counter_group.h"

extern "C" {
#include "dispatch.h"
#include "state.h"
}

namespace {

const uint32_t TRANSACTION = REF_PMCG_EV_TRANSACTION, TLB_MISS = REF_PMCG_EV_TLB_MISS;

void report(BareSmmu &d, unsigned group, uint32_t event, uint32_t streamid, uint64_t n = 1,
            uint8_t sec = SMMU_PAS_NS)
{
    smmu__pmcg_count(d.s, group, static_cast<smmu_pmcg_event>(event), n, sec, streamid);
}

/* rule: PMC-021 PMC-022 */
TEST(PmcgCounting, 853_a_counter_counts_only_while_its_enable_and_the_groups_are_1)
{
    BareSmmu d;
    CounterGroup g(d);
    g.set_filter(0, TRANSACTION, CounterGroup::ALL_STREAMS, true);
    const struct {
        uint64_t cnten, cr;
        bool counts;
    } cases[] = {{0, 0, false}, {1, 0, false}, {0, 1, false}, {2, 1, false}, {1, 1, true}};
    for (const auto &one : cases) {
        g.w64(REF_PMCG_CNTENCLR0, ~UINT64_C(0));
        g.w64(REF_PMCG_CNTENSET0, one.cnten);
        g.w32(REF_PMCG_CR, one.cr);
        g.set_counter(0, 100);
        report(d, 0, TRANSACTION, 1, 3);
        EXPECT_EQ(g.counter(0), one.counts ? 103U : 100U) << one.cnten << one.cr;
    }
    EXPECT_EQ(g.r32(REF_PMCG_CNTENSET0), 1U) << "CR.E does not change the enables";
}

/* rule: PMC-022 */
TEST(PmcgCounting, 853_a_disabled_counter_never_moves_whatever_is_reported)
{
    BareSmmu d;
    CounterGroup g(d);
    for (unsigned n = 0; n < 16; n++) {
        g.set_event(n, n % 6);
        g.set_counter(n, 1000 + n);
    }
    g.set_filter(0, 0, CounterGroup::ALL_STREAMS, true);
    g.enable(0xAAAA);
    for (uint32_t event = 1; event < 6; event++)
        report(d, 0, event, 3, 5);
    smmu_advance(d.s, d.now = 400);
    for (unsigned n = 0; n < 16; n += 2)
        EXPECT_EQ(g.counter(n), 1000U + n) << n;
    for (unsigned n = 1; n < 16; n += 2)
        EXPECT_GT(g.counter(n), 1000U + n) << n;
}

/* rule: PMC-023 */
TEST(PmcgCounting, 853_groups_and_events_are_apart)
{
    BareSmmu d;
    for (unsigned group : {0, 1, 2}) {
        CounterGroup g(d, group);
        g.set_filter(0, TRANSACTION, CounterGroup::ALL_STREAMS, true);
        g.set_event(1, TLB_MISS);
        g.enable(3);
    }
    report(d, 0, TRANSACTION, 1, 1);
    report(d, 1, TRANSACTION, 1, 10);
    report(d, 2, TLB_MISS, 1, 100);
    const uint64_t expected[3][2] = {{1, 0}, {10, 0}, {0, 100}};
    for (unsigned group : {0, 1, 2})
        for (unsigned n : {0, 1})
            EXPECT_EQ(CounterGroup(d, group).counter(n), expected[group][n]) << group << n;
}

/* The same number, two meanings; what a group does not count stands still.
 * rule: PMC-007 */
TEST(PmcgCounting, 853_a_counter_of_an_event_that_the_group_does_not_have_stands_still)
{
    BareSmmu d({{"IDR0.ATS", 0}});
    CounterGroup tbu(d, 1);
    for (uint32_t event : {3U, 4U, 6U, 7U, 0x42U, 0x99U, 0x1001U, 0xFFFFU}) {
        tbu.set_filter(0, event, CounterGroup::ALL_STREAMS, true);
        tbu.enable(1);
        if (event < 256)
            report(d, 1, event, 1);
        smmu_advance(d.s, d.now += 10);
        EXPECT_EQ(tbu.counter(0), 0U) << event;
    }
}

struct FilterCase {
    uint32_t streamid;
    bool span;
    uint32_t first, last; /* StreamIDs that match */
};

/* SIDSIZE 16.
 * rule: PMC-001 PMC-024 PMC-025 PMC-027 */
TEST(PmcgCounting, 854_streamid_filters)
{
    const FilterCase cases[] = {
        {0x0000, false, 0x0000, 0x0000}, {0x1234, false, 0x1234, 0x1234},
        {0xFFFF, false, 0xFFFF, 0xFFFF}, {0x1BF6, true, 0x1BF6, 0x1BF7},
        {0x1BF7, true, 0x1BF0, 0x1BFF},  {0x1BF5, true, 0x1BF4, 0x1BF7},
        {0x0000, true, 0x0000, 0x0001},  {0x3FFF, true, 0x0000, 0x7FFF},
        {0xBFFF, true, 0x8000, 0xFFFF},  {0x7FFF, true, 0x0000, 0xFFFF},
        {0xFFFF, true, 0x0000, 0xFFFF},  {0xFFFFFFFF, true, 0x0000, 0xFFFF},
    };
    for (const FilterCase &one : cases) {
        BareSmmu d;
        CounterGroup g(d);
        g.set_filter(0, TRANSACTION, one.streamid, one.span);
        g.enable(1);
        uint64_t expected = 0;
        for (uint32_t streamid = 0; streamid < 0x10000; streamid++) {
            report(d, 0, TRANSACTION, streamid);
            expected += streamid >= one.first && streamid <= one.last;
            ASSERT_EQ(d.s->pmcg[0].word[SMMU_PMCG_EVCNTR], expected)
                << std::hex << one.streamid << " " << streamid;
        }
    }
}

/* A StreamID beyond SIDSIZE is no other stream's, but one of all.
 * rule: PMC-025 */
TEST(PmcgCounting, 854_a_streamid_out_of_range_matches_no_single_stream)
{
    BareSmmu d({{"pmcg.sid_filter_type", 0}, {"IDR1.SIDSIZE", 8}});
    CounterGroup g(d);
    g.set_filter(0, TRANSACTION, 0x12, false);
    g.set_filter(1, TRANSACTION, 0x17, true);
    g.set_filter(2, TRANSACTION, CounterGroup::ALL_STREAMS, true);
    g.enable(7);
    report(d, 0, TRANSACTION, 0x112);
    EXPECT_EQ(g.counter(0), 0U);
    EXPECT_EQ(g.counter(1), 0U);
    EXPECT_EQ(g.counter(2), 1U);
}

/* rule: PMC-012 */
TEST(PmcgCounting, 854_one_filter_applies_to_all_counters)
{
    for (uint64_t global : {0, 1}) {
        BareSmmu d({{"pmcg.sid_filter_type", global}});
        CounterGroup g(d);
        g.set_filter(0, TRANSACTION, 5, false);
        g.set_filter(1, TRANSACTION, 6, false);
        g.enable(3);
        report(d, 0, TRANSACTION, 5, 1);
        report(d, 0, TRANSACTION, 6, 10);
        EXPECT_EQ(g.counter(0), 1U);
        EXPECT_EQ(g.counter(1), global ? 1U : 10U);
    }
}

/* rule: PMC-028 */
TEST(PmcgCounting, 854_events_without_a_stream_ignore_the_filter)
{
    BareSmmu d;
    CounterGroup g(d, 1);
    g.set_filter(0, REF_PMCG_EV_CYCLES, 0x1234, false);
    g.set_event(1, SMMU_PMCG_EV_SLOTS_FULL);
    g.enable(3);
    smmu__pmcg_level(d.s, 1, SMMU_PMCG_EV_SLOTS_FULL, true);
    smmu_advance(d.s, d.now = 50);
    EXPECT_EQ(g.counter(0), 50U);
    EXPECT_EQ(g.counter(1), 50U);
}

/* Disjoint filters add up to no filter; cycles do not add up: each counter has them all.
 * rule: PMC-001 PMC-029 */
TEST(PmcgCounting, 854_disjoint_filters_add_up)
{
    BareSmmu d({{"pmcg.sid_filter_type", 0}});
    CounterGroup g(d);
    const FilterCase parts[] = {{0x3FFF, true, 0, 0}, {0x8000, false, 0, 0}, {0x8001, false, 0, 0},
                                {0x8002, true, 0, 0}, {0x8005, true, 0, 0},  {0x800B, true, 0, 0}};
    unsigned n = 0;
    for (const FilterCase &part : parts)
        g.set_filter(n++, TRANSACTION, part.streamid, part.span);
    g.set_filter(n, TRANSACTION, CounterGroup::ALL_STREAMS, true);
    g.enable((2U << n) - 1);
    std::mt19937 random(7);
    for (int i = 0; i < 3000; i++) /* 0 to 0x7FFF and 0x8000 to 0x800F */
        report(d, 0, TRANSACTION, random() % 2 ? random() % 0x8000 : 0x8000 + random() % 16,
               1 + random() % 9);
    uint64_t sum = 0;
    for (unsigned part = 0; part < n; part++) {
        EXPECT_GT(g.counter(part), 0U);
        sum += g.counter(part);
    }
    EXPECT_EQ(sum, g.counter(n));
}

/* rule: PMC-030 */
TEST(PmcgCounting, 854_secure_and_realm_events_are_not_observed)
{
    BareSmmu d;
    CounterGroup g(d);
    g.set_filter(0, TRANSACTION, CounterGroup::ALL_STREAMS, true);
    g.enable(1);
    report(d, 0, TRANSACTION, 1, 1, SMMU_PAS_S);
    report(d, 0, TRANSACTION, 1, 1, SMMU_PAS_REALM);
    report(d, 0, TRANSACTION, 1, 1, SMMU_PAS_ROOT);
    EXPECT_EQ(g.counter(0), 0U);
    report(d, 0, TRANSACTION, 1, 1, SMMU_PAS_NS);
    EXPECT_EQ(g.counter(0), 1U);
}

/* rule: PMC-031 PMC-032 */
TEST(PmcgCounting, 855_overflow_wraps_sets_status_and_goes_on)
{
    for (unsigned bits : {32U, 36U, 48U, 64U}) {
        BareSmmu d({{"pmcg.counter_bits", bits}});
        CounterGroup g(d, 0, bits > 32 ? 8 : 4);
        uint64_t top = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
        g.set_filter(0, TRANSACTION, CounterGroup::ALL_STREAMS, true);
        g.set_event(3, TRANSACTION);
        g.enable(9);
        g.set_counter(0, top - 1);
        report(d, 0, TRANSACTION, 1);
        EXPECT_EQ(g.counter(0), top);
        EXPECT_EQ(g.overflows(), 0U) << "at its largest value a counter has not overflowed";
        report(d, 0, TRANSACTION, 1);
        EXPECT_EQ(g.counter(0), 0U);
        EXPECT_EQ(g.overflows(), 1U);
        EXPECT_EQ(g.counter(3), 2U);
        report(d, 0, TRANSACTION, 1, 5);
        EXPECT_EQ(g.counter(0), 5U) << "overflow does not stop it";
        g.set_counter(0, top - 2);
        report(d, 0, TRANSACTION, 1, 7);
        EXPECT_EQ(g.counter(0), 4U) << "several at once pass zero";
        g.clear_overflows(1);
        EXPECT_EQ(g.overflows(), 0U);
    }
}

/* True count = value + 2^R times the overflows that were cleared.
 * rule: PMC-031 */
TEST(PmcgCounting, 855_the_true_count_is_the_counter_and_its_overflows)
{
    BareSmmu d;
    CounterGroup g(d);
    std::mt19937 random(3);
    g.set_filter(0, TRANSACTION, CounterGroup::ALL_STREAMS, true);
    g.enable(1);
    uint64_t truth = 0, wraps = 0;
    for (int i = 0; i < 2000; i++) {
        uint64_t n = random() % UINT64_C(0xC0000000);
        report(d, 0, TRANSACTION, 1, n);
        truth += n;
        if (g.overflows()) {
            wraps++;
            g.clear_overflows(1);
        }
        ASSERT_EQ(g.counter(0) + (wraps << 32), truth);
    }
    EXPECT_GT(wraps, 300U);
}

/* rule: PMC-033 */
TEST(PmcgCounting, 855_capture_copies_all_counters_at_once)
{
    BareSmmu d;
    CounterGroup g(d);
    g.set_filter(0, TRANSACTION, CounterGroup::ALL_STREAMS, true);
    g.set_event(1, REF_PMCG_EV_CYCLES);
    g.set_counter(7, 0x777);
    g.enable(3);
    report(d, 0, TRANSACTION, 1, 5);
    smmu_advance(d.s, d.now = 30);
    for (unsigned n : {0, 1, 7})
        EXPECT_EQ(g.shadow(n), 0U);
    g.capture();
    report(d, 0, TRANSACTION, 1, 5);
    smmu_advance(d.s, d.now = 70);
    EXPECT_EQ(g.shadow(0), 5U);
    EXPECT_EQ(g.shadow(1), 30U);
    EXPECT_EQ(g.shadow(7), 0x777U);
    EXPECT_EQ(g.counter(0), 10U);
    EXPECT_EQ(g.counter(1), 70U);
}

/* The overflowing counter is captured with its new value, and every other one with what the same
 * event made of it.
 * rule: PMC-034 */
TEST(PmcgCounting, 855_overflow_captures_where_it_is_asked_for)
{
    BareSmmu d;
    CounterGroup g(d);
    g.set_filter(0, TRANSACTION, CounterGroup::ALL_STREAMS, true);
    g.set_event(1, TRANSACTION, CounterGroup::OVFCAP);
    g.set_event(2, TRANSACTION);
    g.set_event(3, REF_PMCG_EV_CYCLES);
    g.enable(0xF);
    g.set_counter(0, 0xFFFFFFFF);
    g.set_counter(1, 0xFFFFFFFE);
    smmu_advance(d.s, d.now = 11);
    report(d, 0, TRANSACTION, 1);
    EXPECT_EQ(g.overflows(), 1U);
    EXPECT_EQ(g.shadow(2), 0U) << "counter 0 does not ask for it";
    smmu_advance(d.s, d.now = 22);
    report(d, 0, TRANSACTION, 1);
    report(d, 0, TRANSACTION, 1);
    EXPECT_EQ(g.overflows(), 3U);
    EXPECT_EQ(g.shadow(1), 0U);
    EXPECT_EQ(g.shadow(0), 1U);
    EXPECT_EQ(g.shadow(2), 2U);
    EXPECT_EQ(g.shadow(3), 22U);
}

/* An overflow captures whatever its status bit is already.
 * rule: PMC-032 */
TEST(PmcgCounting, 855_an_overflow_has_its_effects_though_the_status_is_set)
{
    BareSmmu d;
    CounterGroup g(d);
    g.set_filter(0, TRANSACTION, CounterGroup::ALL_STREAMS, true);
    g.set_event(0, TRANSACTION, CounterGroup::SPAN | CounterGroup::OVFCAP);
    g.enable(1);
    g.enable_interrupts(1);
    g.set_overflows(1);
    EXPECT_EQ(g.shadow(0), 0U) << "CHOICE (10.5.2.10): setting it does nothing else";
    EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], 0U);
    g.set_counter(0, 0xFFFFFFFF);
    report(d, 0, TRANSACTION, 1, 9);
    EXPECT_EQ(g.shadow(0), 8U);
    smmu__settle(d.s);
    d.drain();
    EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], 1U);
}

/* Cycles in which something is so.
 * rule: PMC-035 */
TEST(PmcgCounting, 856_a_level_event_counts_the_cycles_during_which_it_is_so)
{
    BareSmmu d;
    CounterGroup g(d, 2);
    g.set_filter(0, SMMU_PMCG_EV_NO_TOKEN, CounterGroup::ALL_STREAMS, true);
    g.enable(1);
    smmu_advance(d.s, d.now = 10);
    EXPECT_EQ(g.counter(0), 0U);
    smmu__pmcg_level(d.s, 2, SMMU_PMCG_EV_NO_TOKEN, true);
    smmu__pmcg_level(d.s, 1, SMMU_PMCG_EV_NO_TOKEN, true);
    smmu_advance(d.s, d.now = 15);
    smmu__pmcg_level(d.s, 2, SMMU_PMCG_EV_NO_TOKEN, true);
    smmu_advance(d.s, d.now = 17);
    EXPECT_EQ(g.counter(0), 7U);
    smmu__pmcg_level(d.s, 2, SMMU_PMCG_EV_NO_TOKEN, false);
    smmu_advance(d.s, d.now = 40);
    EXPECT_EQ(g.counter(0), 7U);
    /* Enabled while it is so: it counts from then on. */
    g.w32(REF_PMCG_CR, 0);
    smmu__pmcg_level(d.s, 2, SMMU_PMCG_EV_NO_TOKEN, true);
    smmu_advance(d.s, d.now = 50);
    EXPECT_EQ(g.counter(0), 7U);
    g.w32(REF_PMCG_CR, 1);
    smmu_advance(d.s, d.now = 53);
    EXPECT_EQ(g.counter(0), 10U);
}

/* A level event interrupts in the cycle of its overflow, and not if it ends before. */
TEST(PmcgCounting, 856_a_level_event_overflows_in_its_cycle)
{
    BareSmmu d;
    CounterGroup g(d, 1);
    g.set_filter(0, SMMU_PMCG_EV_SLOTS_FULL, CounterGroup::ALL_STREAMS, true);
    g.set_counter(0, 0xFFFFFFFF - 9);
    g.enable(1);
    g.enable_interrupts(1);
    EXPECT_EQ(smmu_next_due(d.s), SMMU_NEVER);
    smmu__pmcg_level(d.s, 1, SMMU_PMCG_EV_SLOTS_FULL, true);
    EXPECT_EQ(smmu_next_due(d.s), 10U);
    smmu_advance(d.s, d.now = 4);
    smmu__pmcg_level(d.s, 1, SMMU_PMCG_EV_SLOTS_FULL, false);
    EXPECT_EQ(smmu_next_due(d.s), SMMU_NEVER);
    smmu_advance(d.s, d.now = 100);
    smmu__pmcg_level(d.s, 1, SMMU_PMCG_EV_SLOTS_FULL, true);
    smmu_advance(d.s, d.now = 105);
    d.drain();
    EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], 0U);
    smmu_advance(d.s, d.now = 106);
    d.drain();
    EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], 1U);
}

} // namespace
