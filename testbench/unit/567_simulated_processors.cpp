/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 567: the driver on simulated processors: what accesses cost, that lines move as driver/cpus.h
 * says, that nothing but simulated time decides.
 */
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "unit/processors.h"

namespace {

const drv_cpu_costs costs = Processors::costs;

TEST_F(Processors, 567_a_line_is_moved_once_and_then_here)
{
    build(2);
    std::vector<uint64_t> took;
    start(0, [&](unsigned cpu) {
        drv_ops o = ops(cpu);
        for (int i = 0; i < 3; i++) {
            const uint64_t begun = now();
            o.mem_write64(o.ctx, memory_base + 8 * static_cast<uint64_t>(i), 7);
            took.push_back(now() - begun);
        }
        const uint64_t begun = now();
        EXPECT_EQ(o.mem_read64(o.ctx, memory_base + 8), 7U);
        took.push_back(now() - begun);
    });
    run();
    EXPECT_EQ(took, (std::vector<uint64_t>{costs.line_move, 1, 1, 1}));
}

/* Two read it at once, one right behind the other; who writes it takes it from both. */
TEST_F(Processors, 567_readers_share_a_line_and_a_writer_takes_it_from_all)
{
    build(3);
    uint64_t read_at[2], again[2];
    for (unsigned reader : {0U, 1U})
        start(reader, [&, reader](unsigned cpu) {
            drv_ops o = ops(cpu);
            o.mem_read64(o.ctx, memory_base);
            read_at[reader] = now();
            o.wait(o.ctx, 1000 - now());
            o.mem_read64(o.ctx, memory_base);
            again[reader] = now();
        });
    start(2, [&](unsigned cpu) {
        drv_ops o = ops(cpu);
        o.wait(o.ctx, 500);
        o.mem_write64(o.ctx, memory_base, 1);
        EXPECT_EQ(now(), 500 + costs.line_move);
    });
    run();
    EXPECT_EQ(read_at[0], costs.line_move);
    EXPECT_EQ(read_at[1], costs.line_move + costs.line_share);
    EXPECT_EQ(again[0], 1000 + costs.line_move);
    EXPECT_EQ(again[1], 1000 + costs.line_move + costs.line_share);
}

/* In the order in which it was asked for; its holder has to ask again once others do. */
TEST_F(Processors, 567_writers_get_a_line_in_turn)
{
    build(3);
    std::vector<std::pair<unsigned, uint64_t>> got;
    for (unsigned writer : {0U, 1U, 2U})
        start(writer, [&](unsigned cpu) {
            drv_ops o = ops(cpu);
            for (int i = 0; i < 2; i++) {
                o.reach(o.ctx, 5, DRV_ACCESS_WRITE);
                got.emplace_back(cpu, now());
            }
        });
    run();
    using P = std::pair<unsigned, uint64_t>;
    EXPECT_EQ(got, (std::vector<P>{{0, 40}, {1, 60}, {2, 80}, {0, 100}, {1, 120}, {2, 140}}));
}

TEST_F(Processors, 567_who_dozes_goes_on_when_the_line_is_written)
{
    build(2);
    uint64_t woke = 0, slept = 0;
    start(0, [&](unsigned cpu) {
        drv_ops o = ops(cpu);
        o.mem_read64(o.ctx, memory_base);
        o.doze(o.ctx, 100000);
        woke = now();
        o.mem_read64(o.ctx, memory_base);
        o.doze(o.ctx, 300);
        slept = now();
    });
    start(1, [&](unsigned cpu) {
        drv_ops o = ops(cpu);
        o.wait(o.ctx, 1000);
        o.mem_write64(o.ctx, memory_base, 1);
    });
    run();
    EXPECT_EQ(woke, 1000 + costs.line_move);
    EXPECT_EQ(slept, woke + costs.line_move + 300);
}

TEST_F(Processors, 567_registers_are_reached_one_after_the_other)
{
    build(2);
    uint64_t done[2];
    for (unsigned cpu : {0U, 1U})
        start(cpu, [&](unsigned me) {
            drv_ops o = ops(me);
            o.read32(o.ctx, REF_REG_IDR0);
            done[me] = now();
        });
    run();
    EXPECT_EQ(done[0], costs.reg_read);
    EXPECT_EQ(done[1], costs.reg_read + costs.reg_port);
}

/* ---- the driver */

struct Outcome {
    uint64_t end;
    std::vector<uint64_t> finished; // operations, in the order in which they end: cpu, cycle
    drv_stats stats[8];
};

constexpr unsigned cpus = 8;

class DriverOnProcessors : public Processors, public testing::WithParamInterface<drv_sync_mode> {
protected:
    Outcome outcome()
    {
        Outcome result = {};
        drv_config config = {};
        config.sync_mode = GetParam();
        bring_up(cpus, config);
        for (unsigned p = 0; p < cpus; p++)
            start(p, [&](unsigned cpu) {
                for (unsigned n = 1; n <= 20; n++) {
                    std::vector<drv_cmd> list(n, drv_cmd_tlbi_nh_asid(0, 1));
                    if (n == 10)
                        list[4] = drv_cmd{{0xff, 0}}; // illegal
                    EXPECT_EQ(drv_cmdq_issue(&thread[cpu], list.data(), n, true), 0);
                    result.finished.push_back(cpu);
                    result.finished.push_back(now());
                }
            });
        run();
        result.end = now();
        for (unsigned p = 0; p < cpus; p++)
            result.stats[p] = thread[p].stats;
        EXPECT_EQ(root.stats.cmdq_errors[REF_CERROR_ILL], cpus);
        return result;
    }
};

TEST_P(DriverOnProcessors, 567_every_run_is_the_same)
{
    const Outcome a = outcome();
    TearDown();
    const Outcome b = outcome();
    EXPECT_EQ(a.end, b.end);
    EXPECT_EQ(a.finished, b.finished);
    for (unsigned p = 0; p < cpus; p++) {
        EXPECT_EQ(a.stats[p].commands, 210U);
        EXPECT_EQ(a.stats[p].syncs, 20U);
        EXPECT_EQ(a.stats[p].timeouts, 0U);
        EXPECT_EQ(a.stats[p].attempts, b.stats[p].attempts);
    }
}

INSTANTIATE_TEST_SUITE_P(Syncs, DriverOnProcessors,
                         testing::Values(DRV_SYNC_MSI, DRV_SYNC_CONS, DRV_SYNC_NONE),
                         [](const auto &mode) {
                             return mode.param == DRV_SYNC_MSI    ? "msi"
                                    : mode.param == DRV_SYNC_CONS ? "cons"
                                                                  : "none";
                         });

} // namespace
