/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 803 to 806: what a CMD_SYNC costs, against docs/timing.md; 837 has those behind invalidations.
 * Every test asserts both sides: not a cycle earlier, and at that cycle.
 */
#include "unit/timed_machine.h"

namespace {

/* A CMD_SYNC that has nothing to wait for, from PROD to CONS. */
uint64_t idle_sync(const Timing &t)
{
    return t["cmdq_start_lat"] + forms::read(t, 16) + t["cmd_decode_lat"] + t["sync_signal_lat"];
}

TEST(Sync, 803_idle_round_trip_is_fetch_decode_and_signal)
{
    for (const char *preset : all_presets) {
        const Timing t(preset);
        TimedMachine m(t);
        m.push_sync();
        const uint64_t begin = m.now(), all = m.ring();
        m.expect_consumed(all, begin + idle_sync(t), preset);
    }
}

TEST(Sync, 804_msi_lands_one_memory_write_after_cons_passed)
{
    const Timing t("mmu-700-like", {{"mem_write_lat", 60}});
    TimedMachine m(t);
    const uint64_t target = 0x8000;
    m.push(drv_cmd_sync_msi(target, 0x5A5A));
    const uint64_t passed = m.now() + idle_sync(t), all = m.ring();
    m.until(passed);
    EXPECT_EQ(m.cons(), all) << "CONS is beyond the CMD_SYNC before its MSI is on its way (4.7.3)";
    m.until(passed + t["mem_write_lat"] - 1);
    EXPECT_EQ(memory_load32(m.memory(), target), 0u);
    m.until(passed + t["mem_write_lat"]);
    EXPECT_EQ(memory_load32(m.memory(), target), 0x5A5Au);
}

TEST(Sync, 805_next_sync_waits_for_the_msi_of_the_one_before)
{
    const Timing t("mmu-700-like", {{"mem_write_lat", 1000}, {"cmdq_reads_in_flight", 2}});
    TimedMachine m(t);
    m.push(drv_cmd_sync_msi(0x8000, 7));
    m.push_sync();
    const uint64_t begin = m.now(), all = m.ring();
    m.expect_consumed(all, begin + idle_sync(t) + t["mem_write_lat"] + t["sync_signal_lat"]);
}

TEST(Sync, 806_more_reads_in_flight_never_take_longer)
{
    uint64_t before = UINT64_MAX;
    for (uint64_t in_flight = 1; in_flight <= 16; in_flight++) {
        TimedMachine m(Timing("mmu-700-like", {{"cmdq_reads_in_flight", in_flight}}));
        for (unsigned i = 0; i < 64; i++)
            m.push_tlbi_va(TimedMachine::kVa);
        m.push_sync();
        const uint64_t begin = m.now();
        m.ring();
        m.idle();
        EXPECT_LE(m.now() - begin, before) << in_flight;
        before = m.now() - begin;
    }
}

} // namespace
