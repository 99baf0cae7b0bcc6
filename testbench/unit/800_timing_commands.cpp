/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 80x: what commands cost, against the closed forms of docs/timing.md. Every test asserts both
 * sides: not a cycle earlier, and at that cycle.
 */
#include <algorithm>

#include "unit/timed_machine.h"

namespace {

/* N commands of cost c, then a CMD_SYNC of decode d and signal s; memory latency M, F reads in
 * flight (docs/timing.md). */
uint64_t commands_and_sync(uint64_t n, uint64_t c, const Timing &t)
{
    const uint64_t M = t.mem_read_lat, F = t.cmdq_reads_in_flight,
                   tail = t.cmd_decode_lat + t.sync_signal_lat;
    if (F * c <=
        M) /* memory-bound: a burst of F arrives every M cycles and is done before the next */
        return M * (n / F + 1) + n % F * c + tail;
    return M + n * c + tail; /* execution-bound: after the first arrival nothing is waited for */
}

struct CommandCase {
    uint64_t latency, in_flight, decode, invalidation, commands;
};

class Commands : public testing::TestWithParam<CommandCase> {};

TEST_P(Commands, 801_n_commands_and_a_sync_take_what_arithmetic_says)
{
    const CommandCase &p = GetParam();
    Timing t;
    t.mem_read_lat = p.latency;
    t.cmdq_reads_in_flight = p.in_flight;
    t.cmd_decode_lat = p.decode;
    t.inv_lat = p.invalidation;
    TimedMachine m(t);
    for (uint64_t i = 0; i < p.commands; i++)
        m.push_tlbi_va(TimedMachine::kVa + (i << 12));
    m.push_sync();
    const uint64_t begin = m.now(),
                   end = begin + commands_and_sync(p.commands, p.decode + p.invalidation, t);
    const uint64_t all = m.ring();
    if (end > begin) {
        m.until(end - 1);
        EXPECT_EQ(m.cons(), all - 1) << "one cycle before, the CMD_SYNC alone is left";
    }
    m.until(end);
    EXPECT_EQ(m.cons(), all);
    EXPECT_EQ(m.stat(SMMU_STAT_cmd_reads), p.commands + 1) << "each command is read once";
}

std::vector<CommandCase> command_cases()
{
    std::vector<CommandCase> cases;
    for (uint64_t in_flight : {1, 2, 4})
        for (uint64_t latency : {0, 1, 7, 50, 100})
            for (uint64_t cost : {1, 9, 60, 150}) /* on both sides of M/F */
                for (uint64_t commands : {1, 2, 3, 8, 33, 100})
                    cases.push_back({latency, in_flight, cost > 4 ? 4 : cost,
                                     cost > 4 ? cost - 4 : 0, commands});
    return cases;
}

INSTANTIATE_TEST_SUITE_P(Grid, Commands, testing::ValuesIn(command_cases()));

TEST(Sync, 802_idle_round_trip_is_fetch_decode_and_signal)
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

TEST(Sync, 803_msi_lands_one_memory_write_after_cons_passed)
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

TEST(Sync, 804_next_sync_waits_for_the_msi_of_the_one_before)
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

TEST(Commands, 805_more_reads_in_flight_never_take_longer)
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
