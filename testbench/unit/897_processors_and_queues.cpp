/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 897 to 899: `smmusim bench smp`: the shape of its curves against what was published for Linux's
 * driver on two machines of 64 processors (mailing list, 21 August and 13 November 2020): map and
 * unmap per processor and second at 8, 16, 32 and 64 processors. Absolute figures are not compared:
 * the machines' latencies are not known.
 */
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "unit/bench_plan.h"

namespace {

exp_result processors(uint64_t cpus, const std::vector<std::string> &axes = {})
{
    std::vector<std::string> all = {"sync=msi", "sync_every=1", axis_text("cpus", cpus)};
    all.insert(all.end(), axes.begin(), axes.end());
    return BenchPlan("smp", all).measure();
}

/* By thousands a second, and processor. */
const struct {
    uint64_t cpus;
    double machine[2];
} published[] = {{8, {282, 379}}, {16, {115, 102}}, {32, {36, 41}}, {64, {11, 6}}};

/* Of all processors, relative to eight: 0.8 and 0.5, 0.5 and 0.4, 0.3 and 0.1. */
double share_of_eight(size_t row, size_t machine)
{
    return published[row].machine[machine] * static_cast<double>(published[row].cpus) /
           (published[0].machine[machine] * 8);
}

/* Between the two machines, or outside by no more than a factor that was chosen when the curve was
 * known: the costs of lines are fitted, the shape is what is tested. */
TEST(SmpBench, 897_throughput_falls_as_published_when_processors_are_added)
{
    const double factor = 1.7;
    const double eight = processors(8).operations_rate;
    double before = eight;
    for (size_t row = 1; row < 4; row++) {
        const double rate = processors(published[row].cpus).operations_rate;
        const auto [low, high] = std::minmax({share_of_eight(row, 0), share_of_eight(row, 1)});
        EXPECT_LT(rate, before) << published[row].cpus;
        EXPECT_GT(rate / eight, low / factor) << published[row].cpus;
        EXPECT_LT(rate / eight, high * factor) << published[row].cpus;
        before = rate;
    }
}

TEST(SmpBench, 897_throughput_grows_up_to_eight_processors)
{
    double before = 0;
    for (uint64_t cpus : {1, 2, 4, 8}) {
        const double rate = processors(cpus).operations_rate;
        EXPECT_GT(rate, before) << cpus;
        before = rate;
    }
}

/* The exchange is what they queue for: it takes one where nobody interferes, and many where all do.
 */
TEST(SmpBench, 897_falling_throughput_comes_with_exchanges_that_fail)
{
    EXPECT_EQ(processors(1).attempts, 1);
    EXPECT_LT(processors(8).attempts, 2);
    EXPECT_GT(processors(64).attempts, 10);
}

/* One processor: what it does itself, its lines, which come to it at most once each time the
 * SMMU's MSI has taken one away, the SMMU. */
/* What it does itself, and one operation after the other. */
TEST(SmpBench, 897_one_processor_alone_takes_its_work_and_an_operation)
{
    for (const uint64_t think : {0, 500, 2000}) {
        const exp_result r = processors(1, {axis_text("think", think)});
        EXPECT_NEAR(1000 / r.operations_rate, static_cast<double>(think) + r.op_p50,
                    0.1 * static_cast<double>(think) + 10);
    }
}

/* Batches share the exchange: the SMMU is what they wait for, not each other. */
TEST(SmpBench, 897_with_batches_the_queue_is_the_limit)
{
    const double eight = processors(8, {"sync_every=64"}).commands_rate,
                 sixteen = processors(16, {"sync_every=64"}).commands_rate;
    EXPECT_NEAR(sixteen, eight, eight / 10);
    EXPECT_GT(sixteen, 2 * processors(16).commands_rate);
}

/* Published for the same two machines with an addition instead of the exchange: 302, 193, 80, 30
 * and 420, 291, 156, 47 thousand a second and processor: at 64 the 2.7-fold and the 7.8-fold, at 8
 * hardly more. */
TEST(SmpBench, 897_an_addition_instead_of_the_exchange_helps_where_many_meet)
{
    const std::vector<std::string> addition = {"insertion=addition", "queue=8192"};
    EXPECT_NEAR(processors(8, addition).operations_rate, processors(8).operations_rate,
                0.11 * processors(8).operations_rate);
    const double gain = processors(64, addition).operations_rate / processors(64).operations_rate;
    EXPECT_GT(gain, 2.7 / 2);
    EXPECT_LT(gain, 7.8 * 2);
    EXPECT_EQ(processors(64, addition).attempts, 1);
}

TEST(SmpBench, 897_one_at_a_time_under_a_lock_each_write_of_prod_carries_one)
{
    EXPECT_EQ(processors(16, {"insertion=lock"}).gathered, 1);
    EXPECT_GT(processors(16).gathered, 1.2);
}

TEST(SmpBench, 898_every_way_to_wait_has_the_same_shape)
{
    for (const char *sync : {"sync=msi", "sync=sev", "sync=poll"}) {
        const double one = processors(1, {sync}).operations_rate,
                     eight = processors(8, {sync}).operations_rate,
                     many = processors(64, {sync}).operations_rate;
        EXPECT_GT(eight, 3 * one) << sync;
        EXPECT_LT(many, eight / 3) << sync;
    }
}

/* Published: up to 20 % less time with several queues (Grace), about 12 % more throughput (an
 * emulator), while execution is serial. Here: as much as contention costs, and no more than the
 * SMMU can do. */
TEST(SmpBench, 898_queues_of_their_own_take_contention_away_and_no_more)
{
    const double alone = processors(1).operations_rate;
    for (uint64_t cpus : {4, 16}) {
        const exp_result shared = processors(cpus),
                         own = processors(cpus, {axis_text("ecmdqs", cpus)});
        EXPECT_GT(own.operations_rate, shared.operations_rate);
        EXPECT_LE(own.operations_rate, 1.02 * static_cast<double>(cpus) * alone);
        EXPECT_EQ(own.attempts, 1);
        EXPECT_EQ(own.gathered, 1);
    }
    const exp_result one = processors(8, {"ecmdqs=1"});
    EXPECT_NEAR(one.operations_rate, processors(8).operations_rate, one.operations_rate / 10)
        << "one that all share is no better than the main queue";
}

/* The interrupt, its latency, the handler's register accesses, and for the others what queued up.
 */
TEST(SmpBench, 899_an_illegal_command_stops_everybody_until_its_handler_has_run)
{
    for (const char *how : {"opcode", "secure", "ssec", "cs"})
        for (const uint64_t irq : {100, 1000, 10000}) {
            const exp_result r =
                BenchPlan("stall", {std::string("illegal=") + how, "cpus=8", axis_text("irq", irq)})
                    .measure();
            EXPECT_GT(r.errors, 5);
            /* GERROR, GERRORN, CONS: reads; GERRORN: a write. */
            EXPECT_GE(r.stall_mean, static_cast<double>(irq) + 350);
            EXPECT_LE(r.stall_max, static_cast<double>(irq) + 2000);
            EXPECT_GT(r.caught_p50, r.spared_p50);
            EXPECT_GT(r.caught_p99, static_cast<double>(irq));
        }
}

TEST(SmpBench, 899_an_illegal_command_on_a_queue_of_its_own_stops_nobody_else)
{
    const exp_result shared =
                         BenchPlan("stall", {"illegal=opcode", "cpus=8", "irq=10000"}).measure(),
                     own = BenchPlan("stall", {"illegal=opcode", "cpus=8", "irq=10000", "ecmdqs=8"})
                               .measure();
    EXPECT_GT(shared.caught_p50, 3 * shared.spared_p50);
    EXPECT_LT(own.caught_p50, 1.2 * own.spared_p50);
}

/* An operation takes as much longer as there are repetitions. */
TEST(SmpBench, 899_repeated_invalidations_take_their_time_again)
{
    const double once = processors(1, {"sync_every=64"}).op_p50;
    for (const uint64_t repeats : {1, 3})
        EXPECT_NEAR(processors(1, {"sync_every=64", axis_text("repeats", repeats)}).op_p50,
                    once * static_cast<double>(repeats + 1), once / 20);
}

} // namespace
