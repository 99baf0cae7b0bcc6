/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 803 to 806: what a CMD_SYNC costs, against docs/timing.md; 800 to 802 have the closed forms of
 * commands. Every test asserts both sides: not a cycle earlier, and at that cycle.
 */
#include "unit/timed_machine.h"

namespace {

TEST(Sync, 803_idle_round_trip_is_fetch_decode_and_signal)
{
    Timing t;
    TimedMachine m(t);
    m.push_sync();
    const uint64_t all = m.ring(),
                   end = m.now() + t.mem_read_lat + t.cmd_decode_lat + t.sync_signal_lat;
    m.until(end - 1);
    EXPECT_EQ(m.cons(), all - 1);
    m.until(end);
    EXPECT_EQ(m.cons(), all);
}

TEST(Sync, 804_msi_lands_one_memory_write_after_cons_passed)
{
    Timing t;
    TimedMachine m(t);
    const uint64_t target = 0x8000;
    uint64_t words[2] = {0, 0};
    REF_SET(CMD_SYNC_OPCODE, words, REF_CMD_SYNC);
    REF_SET(CMD_SYNC_CS, words, 1);
    REF_SET(CMD_SYNC_MSIDATA, words, 0x5A5A);
    REF_SET(CMD_SYNC_MSIADDRESS, words, target >> 2);
    m.push(words[0], words[1]);
    const uint64_t all = m.ring(),
                   passed = m.now() + t.mem_read_lat + t.cmd_decode_lat + t.sync_signal_lat;
    m.until(passed);
    EXPECT_EQ(m.cons(), all) << "CONS is beyond the CMD_SYNC before its MSI is on its way (4.7.3)";
    m.until(passed + t.mem_write_lat - 1);
    EXPECT_EQ(memory_load32(m.memory(), target), 0u);
    m.until(passed + t.mem_write_lat);
    EXPECT_EQ(memory_load32(m.memory(), target), 0x5A5Au);
}

TEST(Sync, 805_next_sync_waits_for_the_msi_of_the_one_before)
{
    Timing t;
    t.mem_write_lat = 1000;
    t.cmdq_reads_in_flight = 2;
    TimedMachine m(t);
    m.push(REF_CMD_SYNC | UINT64_C(1) << 12 | UINT64_C(7) << 32, 0x8000);
    m.push_sync();
    const uint64_t all = m.ring();
    const uint64_t first = m.now() + t.mem_read_lat + t.cmd_decode_lat + t.sync_signal_lat;
    const uint64_t second = first + t.mem_write_lat + t.sync_signal_lat;
    m.until(second - 1);
    EXPECT_EQ(m.cons(), all - 1);
    m.until(second);
    EXPECT_EQ(m.cons(), all);
}

TEST(Sync, 806_more_reads_in_flight_never_take_longer)
{
    uint64_t before = UINT64_MAX;
    for (uint64_t in_flight = 1; in_flight <= 16; in_flight++) {
        Timing t;
        t.cmdq_reads_in_flight = in_flight;
        TimedMachine m(t);
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
