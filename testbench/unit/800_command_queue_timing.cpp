/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time that a command queue takes, against the closed form of docs/timing.md, to the cycle: one
 * cycle earlier the work is not done, at the cycle it is. M: a memory read; F: reads in flight; D:
 * decoding a command; I: an invalidation; S: the signal of a CMD_SYNC.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "mem/host.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

namespace {

constexpr uint64_t queue_at = 0x100000;

struct Timing {
    uint64_t M, F, D, I, S;
};

struct HostDeleter {
    void operator()(sim_host *host) const { host_destroy(host); }
};

class CommandQueueTime {
public:
    explicit CommandQueueTime(const Timing &t)
    {
        smmu_config_t config;
        char why[200] = "";
        smmu_config_init(&config, "mmu-700-like");
        const std::pair<const char *, uint64_t> settings[] = {{"timing.mem_read_lat", t.M},
                                                              {"timing.cmdq_reads_in_flight", t.F},
                                                              {"timing.cmd_decode_lat", t.D},
                                                              {"timing.inv_tcu_va_lat", t.I},
                                                              {"timing.sync_signal_lat", t.S}};
        for (const auto &[key, value] : settings)
            EXPECT_EQ(smmu_config_set(&config, key, value, why, sizeof why), SMMU_OK) << why;
        host.reset(host_create(&config, why, sizeof why));
        EXPECT_NE(host, nullptr) << why;
        write(REF_REG_CMDQ_BASE, 8, queue_at | 10);
        write(REF_REG_CR0, 4, REF_MASK(CR0_CMDQEN));
    }

    /* N invalidations and, if asked for, a CMD_SYNC behind them. */
    void fill(unsigned commands, bool sync)
    {
        for (unsigned i = 0; i < commands + sync; i++) {
            const uint64_t opcode = i < commands ? REF_CMD_TLBI_NSNH_ALL : REF_CMD_SYNC;
            memory_store64(host_memory(host.get()), queue_at + 16 * i, opcode);
            memory_store64(host_memory(host.get()), queue_at + 16 * i + 8, 0);
        }
        start = host_now(host.get());
        write(REF_REG_CMDQ_PROD, 4, commands + sync);
    }

    /* CONS reaches 'index' at 'cycles' after the write of PROD, and not before. */
    void expect_consumed_at(uint64_t cycles, uint32_t index, const std::string &what)
    {
        if (cycles > 0) {
            host_run_until(host.get(), start + cycles - 1);
            EXPECT_LT(cons(), index) << what << ": one cycle before " << cycles;
        }
        host_run_until(host.get(), start + cycles);
        EXPECT_EQ(cons(), index) << what << ": at " << cycles;
    }

private:
    std::unique_ptr<sim_host, HostDeleter> host;
    uint64_t start = 0;

    void write(uint32_t offset, unsigned size, uint64_t value)
    {
        host_reg_write(host.get(), SMMU_PAS_NS, offset, size, value);
    }
    uint32_t cons()
    {
        return static_cast<uint32_t>(host_reg_read(host.get(), SMMU_PAS_NS, REF_REG_CMDQ_CONS, 4));
    }
};

/* docs/timing.md: N commands of one kind, each of which takes d. */
uint64_t closed_form(const Timing &t, uint64_t N, uint64_t d)
{
    if (t.F * d >= t.M)
        return t.M + N * d;
    return (N + t.F - 1) / t.F * t.M + ((N - 1) % t.F + 1) * d;
}

/* And a CMD_SYNC behind them that has nothing to wait for. */
uint64_t closed_form_with_sync(const Timing &t, uint64_t N, uint64_t d)
{
    if (t.F * d >= t.M)
        return t.M + N * d + t.D + t.S;
    return (N / t.F + 1) * t.M + N % t.F * d + t.D + t.S;
}

std::string describe(const Timing &t, unsigned N)
{
    char text[120];
    snprintf(text, sizeof text, "M=%u F=%u D=%u I=%u S=%u N=%u", unsigned(t.M), unsigned(t.F),
             unsigned(t.D), unsigned(t.I), unsigned(t.S), N);
    return text;
}

const Timing timings[] = {
    {100, 1, 2, 4, 1},   {100, 2, 2, 4, 1},   {100, 4, 2, 4, 1},   {100, 16, 2, 4, 1},
    {100, 1, 90, 30, 7}, {100, 2, 40, 30, 7}, {100, 4, 10, 15, 7}, /* decoding is what takes time */
    {100, 4, 20, 5, 3},                                            /* both take the same time */
    {64, 16, 4, 0, 0},   {64, 16, 3, 0, 0},   {65, 16, 4, 0, 0},   {0, 1, 3, 2, 1},
    {0, 4, 0, 0, 0},     {7, 1, 0, 0, 0},     {7, 4, 0, 0, 5},
};

TEST(CommandQueueTiming, 800_invalidations_take_what_the_closed_form_says)
{
    for (const Timing &t : timings)
        for (unsigned N : {1U, 2U, 3U, 4U, 5U, 8U, 31U, 64U, 100U}) {
            CommandQueueTime queue(t);
            queue.fill(N, false);
            queue.expect_consumed_at(closed_form(t, N, t.D + t.I), N, describe(t, N));
        }
}

TEST(CommandQueueTiming, 801_invalidations_and_a_sync_take_what_the_closed_form_says)
{
    for (const Timing &t : timings)
        for (unsigned N : {1U, 2U, 3U, 4U, 7U, 16U, 33U, 64U}) {
            CommandQueueTime queue(t);
            queue.fill(N, true);
            queue.expect_consumed_at(closed_form_with_sync(t, N, t.D + t.I), N + 1, describe(t, N));
        }
}

/* More reads in flight help until decoding is the limit, and no further. */
TEST(CommandQueueTiming, 802_throughput_is_the_slower_of_reading_and_executing)
{
    const unsigned N = 640;
    for (uint64_t F : {1U, 2U, 4U, 8U, 16U}) {
        const Timing t = {96, F, 8, 4, 0};
        const uint64_t per_command = t.F * (t.D + t.I) < t.M ? t.M / t.F : t.D + t.I;
        CommandQueueTime queue(t);
        queue.fill(N, false);
        /* In the steady state; the first read and the last commands are what is left over. */
        const uint64_t steady = N * per_command;
        const uint64_t exact = closed_form(t, N, t.D + t.I);
        EXPECT_GE(exact, steady);
        EXPECT_LE(exact, steady + t.M + t.F * (t.D + t.I));
        queue.expect_consumed_at(exact, N, describe(t, N));
    }
}

} // namespace
