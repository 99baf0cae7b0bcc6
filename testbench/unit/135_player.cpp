/* SPDX-License-Identifier: Apache-2.0 */
/* What statements of a trace do when they are played: expectations, variables, waiting, time. */
#include <gtest/gtest.h>

#include <string>

#include "unit/played_trace.h"

namespace {

TEST(Player, 135_expectation_that_holds_is_counted)
{
    PlayedTrace trace("r32 CR0 0\nr32 CR0\nmem? 0x1000 0 0\n");
    EXPECT_TRUE(trace.held()) << trace.story();
    EXPECT_EQ(trace.report.expectations, 2U);
    EXPECT_EQ(trace.report.statements, 3U);
}

TEST(Player, 135_failure_says_line_and_both_values)
{
    PlayedTrace trace("mem 0x1000 0x10\nr32 CR0 1\nmem? 0x1000 0x11\n");
    ASSERT_EQ(trace.failures.size(), 2U) << trace.story();
    EXPECT_EQ(trace.failures[0].line, 3U);
    EXPECT_EQ(trace.failures[0].expected, "CR0=1");
    EXPECT_EQ(trace.failures[0].got, "CR0=0");
    EXPECT_EQ(trace.failures[1].expected, "[0x1000]=0x11");
    EXPECT_EQ(trace.failures[1].got, "[0x1000]=0x10");
}

TEST(Player, 135_playing_stops_after_the_failures_that_are_allowed)
{
    PlayedTrace trace("r32 CR0 1\nr32 CR0 1\nr32 CR0 1\n", nullptr, 2);
    EXPECT_EQ(trace.failures.size(), 2U);
    EXPECT_TRUE(trace.report.stopped);
    EXPECT_EQ(trace.report.statements, 2U);
}

TEST(Player, 135_masks_and_alternatives)
{
    PlayedTrace good("mem 0x1000 0xff00 0x1234\n"
                     "mem? 0x1000 0x0|0xff00 0x1234\n"
                     "mem? 0x1000 0xff0f 0x1200 mask 0xff00 0xff00\n"
                     "w32 GERROR_IRQ_CFG1 0x15\n"
                     "r32 GERROR_IRQ_CFG1 0x5 0xf\n"
                     "r32 GERROR_IRQ_CFG1 0x25|0x15\n");
    EXPECT_TRUE(good.held()) << good.story();
    PlayedTrace bad("mem 0x1000 3\nmem? 0x1000 1|2\nmem32? 0x1000 1 mask 2\n");
    ASSERT_EQ(bad.failures.size(), 2U);
    EXPECT_EQ(bad.failures[0].expected, "[0x1000]=1|2");
    EXPECT_EQ(bad.failures[1].expected, "[0x1000]=1 mask 0x2");
}

/* A counter of cycles that interrupts is never done, and no wait may be as long as that. */
TEST(Player, 135_waits_end_though_a_counter_overflows_for_ever)
{
    const std::string counting = "w32 PMCG_EVCNTR0 0xFFFFFFF0\nw64 PMCG_INTENSET0 1\n"
                                 "w64 PMCG_CNTENSET0 1\nw32 PMCG_IRQ_CTRL 1\nw32 PMCG_CR 1\n";
    PlayedTrace idle(counting + "drain within=10\nno-irq\nr32 PMCG_EVCNTR0 0xFFFFFFF0\n");
    EXPECT_TRUE(idle.held()) << idle.story();
    PlayedTrace twice(counting + "irq pmcg count=1\nr32 PMCG_EVCNTR0 0\nirq pmcg count=1\n"
                                 "r32 PMCG_EVCNTR0 0\n");
    EXPECT_TRUE(twice.held()) << twice.story();
    EXPECT_EQ(twice.report.cycles, 0x10 + (uint64_t{1} << 32));
    PlayedTrace never(counting + "irq gerror\npoll32 PMCG_IRQ_CTRL 0\nirq pmcg count=4\n");
    EXPECT_EQ(never.failures.size(), 3U) << never.story();
}

TEST(Player, 136_variable_keeps_what_was_found)
{
    PlayedTrace trace("mem 0x1000 0x5000\n"
                      "mem? 0x1000 ?where\n"
                      "mem $where 7\n"
                      "mem? 0x5000 $where|7\n");
    EXPECT_TRUE(trace.held()) << trace.story();
    EXPECT_EQ(trace.report.expectations, 2U);
}

TEST(Player, 136_variable_that_nothing_set_fails_where_it_is_used)
{
    PlayedTrace trace(queues_and_tables() + "event C_BAD_STE streamid=?s\nrun $s\n");
    ASSERT_EQ(trace.failures.size(), 2U) << trace.story();
    EXPECT_EQ(trace.failures[0].got, "an empty Event queue, and nothing more is due");
    EXPECT_EQ(trace.failures[1].expected, "CYCLES from $s, at most 0x3fffffffffffffff");
}

TEST(Player, 136_variable_that_is_too_large_fails_where_it_is_used)
{
    PlayedTrace trace("mem 0x1000 0x123456789\nmem? 0x1000 ?v\nw32 CMDQ_PROD $v\n");
    ASSERT_EQ(trace.failures.size(), 1U) << trace.story();
    EXPECT_EQ(trace.failures[0].got, "0x123456789");
}

TEST(Player, 136_tbu_that_does_not_exist_is_named)
{
    PlayedTrace default_machine("w32 GBPA 0x80000000\ndma r 1 0x1000 tbu=3\ndma r 1 0x1000 tbu=4\n");
    EXPECT_EQ(default_machine.error, "t.trace:4: tbu=4: there are TBUs 0 to 3 (timing.tbus=4)");
    PlayedTrace configured("config timing.tbus=2\ndma r 1 0x1000 tbu=2\n");
    EXPECT_EQ(configured.error, "t.trace:3: tbu=2: there are TBUs 0 to 1 (timing.tbus=2)");
}

TEST(Player, 137_time_stands_still_but_in_statements_that_wait)
{
    PlayedTrace trace("mark m\n" + queues_and_tables(false) +
                      "elapsed m == 0\n"
                      "mem 0x1000 1\nr32 CR0\ncmd TLBI_NSNH_ALL\npush TLBI_NSNH_ALL\nring\n"
                      "elapsed m == 0\n"
                      "run 17\nelapsed m == 17\n"
                      "time 40\nelapsed m == 40\ntime 30\nelapsed m == 40\n");
    EXPECT_TRUE(trace.held()) << trace.story();
}

TEST(Player, 137_drain_ends_when_nothing_is_due)
{
    /* One command: the port, its read, decode: 1 + 100 + 2 cycles */
    const std::string start = queues_and_tables(false) + "mark m\ncmd TLBI_NSNH_ALL\n";
    PlayedTrace exact(start + "drain within=103\nelapsed m == 103\nr32 CMDQ_CONS 1\n");
    EXPECT_TRUE(exact.held()) << exact.story();
    PlayedTrace early(start + "drain within=102\n");
    ASSERT_EQ(early.failures.size(), 1U);
    EXPECT_EQ(early.failures[0].expected, "idle within 102 cycles");
    PlayedTrace idle("drain within=1000\nmark m\ndrain\nelapsed m == 0\n");
    EXPECT_TRUE(idle.held()) << "an idle SMMU is drained at once" << idle.story();
}

TEST(Player, 137_poll_gives_up_when_the_time_is_up)
{
    PlayedTrace trace("mark m\npoll32 CR0ACK 1 within=50\nelapsed m == 50\npoll32 CR0ACK 1\n"
                      "elapsed m == 50\n");
    ASSERT_EQ(trace.failures.size(), 2U) << trace.story();
    EXPECT_EQ(trace.failures[0].line, 3U);
    EXPECT_EQ(trace.failures[1].line, 5U);
}

TEST(Player, 138_cons_shows_an_error_only_while_it_is_active)
{
    PlayedTrace trace(queues_and_tables(false) + "cmd TLBI_NSNH_ALL\ncmd 0xff 0\n"
                                                 "cons 1 err=CERROR_ILL\n"
                                                 "irq gerror count=1\n"
                                                 "mem 0x10010 0x30 0\n" /* CMD_TLBI_NSNH_ALL */
                                                 "r32 GERROR ?g\nw32 GERRORN $g\n"
                                                 "cons 2 err=none\n"
                                                 "no-irq\n");
    EXPECT_TRUE(trace.held()) << trace.story();
}

TEST(Player, 138_commands_wrap_and_wait_for_room)
{
    std::string commands;
    for (int i = 0; i < 11; ++i)
        commands += "cmd TLBI_NSNH_ALL\n";
    PlayedTrace trace(queues_and_tables(false) + commands + "cons 0xb\n");
    EXPECT_TRUE(trace.held()) << trace.story();
    PlayedTrace stopped(queues_and_tables(false) + "cmd 0 0\ndrain\n" + commands);
    ASSERT_FALSE(stopped.failures.empty());
    EXPECT_EQ(stopped.failures[0].expected, "room in the Command queue");
    EXPECT_EQ(stopped.failures.size(), 4U) << "8 fit, one of them is the bad one";
}

TEST(Player, 138_pushed_commands_are_published_together)
{
    PlayedTrace trace(queues_and_tables(false) + "push TLBI_NSNH_ALL\npush SYNC cs=irq\n"
                                                 "r32 CMDQ_PROD 0\ncons 0\nno-irq\n"
                                                 "ring\nr32 CMDQ_PROD 2\ncons 2\nirq cmd_sync\n"
                                                 "push TLBI_NSNH_ALL\ncmd TLBI_NSNH_ALL\n"
                                                 "r32 CMDQ_PROD 4\ncons 4\n");
    EXPECT_TRUE(trace.held()) << trace.story();
}

TEST(Player, 138_event_takes_one_record_and_leaves_ovackflg)
{
    PlayedTrace trace(queues_and_tables() +
                      "w32 EVENTQ_CONS 0x80000000\n"
                      "dma r 3 0x1000 -> abort\ndma w 4 0x1000 -> abort\n"
                      "event C_BAD_STE streamid=3 ssv=0\n"
                      "r32 EVENTQ_CONS 0x80000001\n"
                      "event 0x400000004 0 0 0 mask 0xffffffff000000ff 0 0 0\n"
                      "no-event\n");
    EXPECT_TRUE(trace.held()) << trace.story();
}

TEST(Player, 138_event_names_the_fields_that_differ)
{
    PlayedTrace trace(queues_and_tables() + "dma r 3 0x1000\nevent C_BAD_STE streamid=4 ssv=0\n"
                                            "dma r 3 0x1000\nevent F_TRANSLATION streamid=3\n"
                                            "dma r 3 0x1000\nno-event\n");
    ASSERT_EQ(trace.failures.size(), 3U) << trace.story();
    EXPECT_EQ(trace.failures[0].expected, "streamid=4");
    EXPECT_EQ(trace.failures[0].got.rfind("streamid=3 in C_BAD_STE (0x0000000300000004 ", 0), 0U);
    EXPECT_EQ(trace.failures[1].expected, "F_TRANSLATION");
    EXPECT_EQ(trace.failures[2].expected, "an empty Event queue");
}

TEST(Player, 139_irq_clears_its_own_source_alone)
{
    PlayedTrace trace(queues_and_tables() + "dma r 3 0x1000\ncmd SYNC cs=irq\n"
                                            "irq eventq\nirq cmd_sync count=1\nno-irq\n"
                                            "irq cmd_sync count=0\n");
    EXPECT_TRUE(trace.held()) << trace.story();
    PlayedTrace left(queues_and_tables() + "cmd SYNC cs=irq\nno-irq\n");
    ASSERT_EQ(left.failures.size(), 1U);
    EXPECT_EQ(left.failures[0].got, "cmd_sync 1 times");
}

TEST(Player, 139_access_reads_and_writes_memory_where_it_is_let_through)
{
    PlayedTrace trace("w32 GBPA 0x80000000\n"
                      "dma w 1 0x1004 data=0xdeadbeef -> bypass pa=0x1004\n"
                      "mem? 0x1000 0xdeadbeef00000000\n"
                      "dma r 1 0x1000 len=8 -> ok pa=0x1000 data=0xdeadbeef00000000\n"
                      "dma w 1 0x2000 len=12 data=0x1122334455667788,0x99\n"
                      "dma r 1 0x2000 len=16 -> ok data=0x1122334455667788,0x99\n"
                      "dma r 1 0x2000 len=2 -> ok data=0x7788\n"
                      "dma w 1 0x2000 len=8 -> ok\n"
                      "mem? 0x2000 0 0x99\n");
    EXPECT_TRUE(trace.held()) << trace.story();
}

TEST(Player, 139_own_access_is_the_latest_to_the_address)
{
    const std::string reading = "w64 STRTAB_BASE 0x4000\nw32 CR0 1\ndma r 0 0\n";
    PlayedTrace trace("w32 GMPAM 0x8000_0003\n" + reading +
                      "own-access 0x4038 source=STE partid=3 pmg=0\n"
                      "w32 GMPAM 0x8001_0004\ndma r 0 0\nown-access 0x4000 partid=4 pmg=1\n");
    EXPECT_TRUE(trace.held()) << trace.story();
    PlayedTrace bad(reading + "own-access 0x4040\nown-access 0x4000 source=CD pmg=1\n");
    ASSERT_EQ(bad.failures.size(), 2U) << bad.story();
    EXPECT_EQ(bad.failures[0].got, "none of late");
    EXPECT_EQ(bad.failures[1].expected, "CD pmg=1");
    EXPECT_EQ(bad.failures[1].got, "STE pmg=0");
}

TEST(Player, 139_memory_may_abort_what_the_smmu_let_through)
{
    PlayedTrace trace("abort 0x1000 0x1000 w\n"
                      "dma r 1 0x1000 -> ok\n"
                      "dma w 1 0x1ffc data=1 -> abort\n"
                      "dma w 1 0x2000 -> ok\n"
                      "mem? 0x1ff8 0\n"
                      "abort-end 0x1800 0x800\n"
                      "dma w 1 0x1ffc -> ok\n"
                      "dma w 1 0x17fc -> ok\n");
    ASSERT_EQ(trace.failures.size(), 1U) << trace.story();
    EXPECT_EQ(trace.failures[0].got, "abort by memory at pa=0x17fc");
}

TEST(Player, 139_accesses_in_flight_are_joined_by_name)
{
    PlayedTrace trace("mark m\n"
                      "dma& r 1 0x1000 name=a\ndma& r 1 0x2000 name=b at=500\n"
                      "elapsed m == 0\n"
                      "join b -> bypass pa=0x2000\njoin a -> bypass pa=0x1000\n"
                      "dma& r 1 0x3000 name=a\njoin a -> bypass pa=0x3000\n"
                      "elapsed m >= 700\n");
    EXPECT_TRUE(trace.held()) << trace.story();
    PlayedTrace twice("dma& r 1 0 name=a\ndma& r 1 0 name=a\n");
    EXPECT_FALSE(twice.played);
    EXPECT_EQ(twice.error, "t.trace:3: name=a is in flight and was not joined");
    PlayedTrace gone("dma& r 1 0 name=a\njoin a\njoin a\n");
    EXPECT_EQ(gone.error, "t.trace:4: no dma with name=a is in flight");
}

TEST(Player, 139_result_that_differs_says_what_came)
{
    PlayedTrace trace("dma r 1 0x1000 -> abort\ndma r 1 0x1000 -> ok pa=0x2000 sh=0\n"
                      "dma r 1 0x1000 -> abort|raz\ndma r 1 0x1000 -> bypass cycles<0\n");
    ASSERT_EQ(trace.failures.size(), 4U) << trace.story();
    EXPECT_EQ(trace.failures[0].got, "bypass pa=0x1000");
    EXPECT_EQ(trace.failures[1].expected, "pa=0x2000");
    EXPECT_EQ(trace.failures[2].expected, "abort|raz");
    EXPECT_EQ(trace.failures[3].expected, "cycles<0");
}

TEST(Player, 139_reset_leaves_memory_and_time)
{
    PlayedTrace trace("mem 0x1000 5\nw32 CR0 8\nrun 50\nmark m\nreset\n"
                      "r32 CR0 0\nmem? 0x1000 5\nelapsed m == 0\n"
                      "stat reg_reads > 0\nstats-clear\nstat reg_reads == 0\n");
    EXPECT_TRUE(trace.held()) << trace.story();
}

} // namespace
