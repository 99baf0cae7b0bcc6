/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 844: a cold reset (3.11) ends everything that takes time. A machine that was reset in the midst of
 * it answers in the cycle in which a new one does.
 */
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;
constexpr uint64_t kLong = 20000;

/* The first access of a machine, whose caches are empty. */
uint64_t first_access(TimedMachine &m)
{
    const client_result result = m.access(kVa);
    EXPECT_EQ(result.result, SMMU_RESULT_FORWARD);
    return result.cycles;
}

uint64_t first_access_of_a_new_machine(const Timing &t)
{
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    return first_access(m);
}

TEST(Reset, 844_an_invalidation_that_a_reset_ended_blocks_no_look_up)
{
    const Timing t =
        telling_timing().set({{"inv_tbu_va_lat", kLong}, {"inv_blocks_lookup", 1}});
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.push_tlbi_va(kVa);
    m.expect_consumed(m.ring(), m.now() + forms::read(t, 16) + t["cmd_decode_lat"]);
    m.until(m.now() + 100);
    m.reset();
    EXPECT_EQ(first_access(m), first_access_of_a_new_machine(t));
}

TEST(Reset, 844_a_walk_cache_bank_that_was_busy_at_a_reset_is_free_after_it)
{
    const Timing t = telling_timing().set({{"wc_probe_interval", 1000}, {"wc_banks", 1}});
    TimedMachine m(t);
    m.map_pages(kVa, 20);
    for (unsigned n = 0; n < 20; n++)
        m.start(TimedMachine::page(n));
    m.until(m.now() + 1500);
    m.reset();
    EXPECT_EQ(first_access(m), first_access_of_a_new_machine(t));
}

} // namespace
