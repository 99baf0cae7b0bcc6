/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 839: event records and MSIs as memory writes of the SMMU, and how they are in each other's way
 * (experiment 23 of docs/timing.md).
 */
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;
constexpr uint64_t kTarget = 0x8000;

Timing writes_timing(bool one_in_all)
{
    return telling_timing().set(
        {{"wr_one_in_all", one_in_all}, {"mem_write_lat", 400}, {"sync_signal_lat", 2110}});
}

/* The table is cached, so that an access to page n > 0 reads one descriptor, which is invalid. */
void warm(TimedMachine &m)
{
    m.map_pages(kVa, 1);
    m.warm({kVa});
}

uint64_t faulting(unsigned n)
{
    return TimedMachine::page(1 + n);
}

/* Cycles from a faulting access until its record is in memory, on a machine at rest. */
uint64_t time_of_a_record(const Timing &t)
{
    TimedMachine m(t);
    warm(m);
    const uint64_t begin = m.now();
    m.start(faulting(0));
    while (m.events() == 0)
        host_step(m.host.get(), SMMU_NEVER);
    return m.now() - begin;
}

/*
 * The CMD_SYNC's MSI is sent at 'sent'; a record's write has begun 'age' cycles before. With one
 * write in all the MSI waits for what is left of it, else for nothing.
 */
TEST(Writes, 839_an_msi_waits_for_a_record_only_where_they_share_one_write)
{
    for (bool one_in_all : {false, true})
        for (uint64_t age : {1, 100, 399, 400, 500}) {
            const Timing t = writes_timing(one_in_all);
            const uint64_t Mw = t["mem_write_lat"];
            TimedMachine m(t);
            warm(m);
            m.push(drv_cmd_sync_msi(kTarget, 0x5A5A));
            const uint64_t sent =
                m.now() + forms::read(t, 16) + t["cmd_decode_lat"] + t["sync_signal_lat"];
            m.ring();
            m.start(Access(faulting(0)).at(sent - age - (time_of_a_record(t) - Mw)));
            const uint64_t lands = sent + Mw + (one_in_all && age < Mw ? Mw - age : 0);
            m.until(lands - 1);
            EXPECT_EQ(memory_load32(m.memory(), kTarget), 0u)
                << "one in all " << one_in_all << ", age " << age;
            m.until(lands);
            EXPECT_EQ(memory_load32(m.memory(), kTarget), 0x5A5Au)
                << "one in all " << one_in_all << ", age " << age;
            EXPECT_EQ(m.events(), 1u);
        }
}

/* Faults every E cycles, all the time: when the MSI of a CMD_SYNC lands, from its write to PROD. */
uint64_t msi_in_a_storm(bool one_in_all, uint64_t phase)
{
    constexpr unsigned faults = 16;
    const Timing t = writes_timing(one_in_all);
    const uint64_t E = t["mem_write_lat"] + 100;
    TimedMachine m(t);
    warm(m);
    const uint64_t begin = m.now();
    for (unsigned i = 0; i < faults; i++)
        m.start(Access(faulting(i)).at(begin + i * E));
    m.until(begin + 4 * E + phase);
    m.push(drv_cmd_sync_msi(kTarget, 0x5A5A));
    m.ring();
    while (memory_load32(m.memory(), kTarget) == 0)
        host_step(m.host.get(), SMMU_NEVER);
    const uint64_t landed = m.now();
    m.idle();
    EXPECT_EQ(m.events(), faults) << "no record is lost";
    return landed - begin - 4 * E - phase;
}

TEST(Writes, 839_in_an_event_storm_msis_are_late_by_at_most_one_write)
{
    uint64_t latest = 0;
    for (uint64_t phase = 0; phase < 500; phase += 20) {
        const uint64_t apart = msi_in_a_storm(false, phase), shared = msi_in_a_storm(true, phase);
        EXPECT_GE(shared, apart) << phase;
        latest = std::max(latest, shared - apart);
    }
    EXPECT_GT(latest, 300u) << "nearly a whole write, for one of the phases";
    EXPECT_LE(latest, writes_timing(true)["mem_write_lat"]);
}

TEST(Writes, 839_records_are_written_as_many_at_a_time_as_the_configuration_says)
{
    constexpr unsigned K = 12;
    for (bool one_in_all : {false, true})
        for (uint64_t events : {1, 2, 8}) {
            const Timing t = writes_timing(one_in_all).set("wr_events", events);
            const uint64_t first = time_of_a_record(t), Mw = t["mem_write_lat"];
            const uint64_t at_a_time = one_in_all ? 1 : events;
            TimedMachine m(t);
            warm(m);
            const uint64_t begin = m.now();
            for (unsigned i = 0; i < K; i++)
                m.start(faulting(i));
            std::vector<uint64_t> landed;
            for (unsigned i = 0; i < K; i++) {
                /* Requests, and so faults, follow one another by a cycle. */
                uint64_t at = first + i;
                if (i >= at_a_time)
                    at = std::max(at, landed[i - at_a_time] + Mw);
                landed.push_back(at);
                m.until(begin + at - 1);
                EXPECT_EQ(m.events(), i) << "record " << i << ", " << at_a_time << " at a time";
                m.until(begin + at);
                EXPECT_EQ(m.events(), i + 1) << "record " << i << ", " << at_a_time << " at a time";
            }
        }
}

TEST(Writes, 839_a_fault_is_answered_behind_its_record_if_that_holds_its_slot)
{
    uint64_t cycles[2];
    for (uint64_t holds : {0, 1}) {
        const Timing t = writes_timing(false).set("event_holds_slot", holds);
        TimedMachine m(t);
        warm(m);
        const client_result result = m.access(faulting(0));
        EXPECT_EQ(result.result, SMMU_RESULT_ABORT);
        cycles[holds] = result.cycles;
        EXPECT_EQ(cycles[0], forms::miss(t, forms::W(t, 1)));
    }
    EXPECT_EQ(cycles[1] - cycles[0], writes_timing(false)["mem_write_lat"]);
}

/* 100 cycles apart, into an event queue that has room for these two and no more. */
TEST(Writes, 839_a_fault_is_answered_behind_its_own_record_though_the_queue_is_full)
{
    constexpr uint32_t entries = 1u << TimedMachine::kEventsLog2;
    const Timing t = writes_timing(false).set({{"event_holds_slot", 1}, {"wr_events", 8}});
    TimedMachine m(t);
    warm(m);
    ASSERT_EQ(m.events(), 0u);
    m.w32(REF_REG_EVENTQ_CONS, entries + 2);
    const uint64_t alone = forms::miss(t, forms::W(t, 1)) + t["mem_write_lat"];
    const uint32_t first = m.start(faulting(0));
    const uint32_t second = m.start(Access(faulting(1)).at(m.now() + 100));
    EXPECT_EQ(m.finish(first).cycles, alone);
    EXPECT_EQ(m.finish(second).cycles, alone);
    EXPECT_EQ(m.stat(SMMU_STAT_events_recorded), 2u);
}

} // namespace
