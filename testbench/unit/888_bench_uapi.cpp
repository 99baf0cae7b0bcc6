/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 888: what the experiments with a guest's commands must give, whatever the SMMU takes: bytes,
 * calls and the time of both, and the price of attribution.
 */
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "unit/bench_plan.h"

namespace {

exp_result measured(const std::string &kind, std::vector<std::string> axes)
{
    return BenchPlan(kind.c_str(), axes).measure();
}

exp_result guest(const std::string &call, uint64_t batch, std::vector<std::string> more = {})
{
    more.push_back("call=" + call);
    more.push_back(axis_text("batch", batch));
    more.push_back(axis_text("commands", 12 * batch));
    return measured("uapi", more);
}

/* Of the ring: the structure and its size before, the consumer index there and twice back, each
 * command once. Of the array: the structure, its size before, and back; each
 * command once by the caller and once by the kernel. In place only by the kernel. Of a gather list
 * its structure, size and back, and 16 bytes for each piece. */
TEST(BenchUapi, 888_bytes_that_are_copied)
{
    for (uint64_t n : {1U, 7U, 64U, 200U}) {
        const double d = static_cast<double>(n);
        EXPECT_DOUBLE_EQ(guest("ring", n).copied, 16 + (4 + 40 + 3 * 4) / d) << n;
        EXPECT_DOUBLE_EQ(guest("array", n).copied, 2 * 16 + (4 + 32 + 32) / d) << n;
        EXPECT_DOUBLE_EQ(guest("pieces", n, {"entries=1024"}).copied * d,
                         16 * d + 68 * guest("pieces", n, {"entries=1024"}).calls / 12)
            << n;
        const exp_result gathered = guest("gather", n);
        EXPECT_DOUBLE_EQ(gathered.copied * d, 16 * d + 84 + 16 * (1 + gathered.wrapped / 100)) << n;
        EXPECT_EQ(guest("queue", n).copied, 0);
    }
}

TEST(BenchUapi, 888_wrap_costs_an_array_in_place_another_call)
{
    const struct {
        uint64_t batch, entries;
        double wrapped; /* of 100 */
    } cases[] = {{12, 16, 50}, {12, 32, 25}, {12, 64, 12.5}, {16, 64, 0}, {16, 16, 0}, {1, 16, 0}};
    for (const auto &c : cases)
        for (const char *call : {"ring", "array", "pieces", "gather"}) {
            const exp_result r =
                measured("uapi-wrap",
                         {std::string("call=") + call, axis_text("batch", c.batch),
                          axis_text("entries", c.entries), axis_text("commands", 64 * c.batch)});
            EXPECT_EQ(r.wrapped, c.wrapped) << c.batch << " in " << c.entries;
            EXPECT_EQ(r.operations, 64);
            EXPECT_EQ(r.calls, call[0] == 'p' ? 64 + 64 * c.wrapped / 100 : 64) << call;
        }
}

/* Each system call, each trap and each copy once: to the cycle. */
TEST(BenchUapi, 888_calls_traps_and_copies_take_the_time_that_they_are_given)
{
    for (const char *call : {"ring", "array", "pieces", "gather", "queue"}) {
        const bool kernel = call[0] != 'q';
        const exp_result base = guest(call, 20, {"syscall=0", "trap=0", "copy=0", "entries=1024"});
        const exp_result calls =
            guest(call, 20, {"syscall=700", "trap=0", "copy=0", "entries=1024"});
        const exp_result traps =
            guest(call, 20, {"syscall=0", "trap=5000", "copy=0", "entries=1024"});
        EXPECT_EQ(calls.cycles, base.cycles + 700 * base.calls) << call;
        EXPECT_EQ(traps.cycles, base.cycles + (kernel ? 5000 * 12 : 0)) << call;
        EXPECT_EQ(base.calls, kernel ? 12 : 0) << call;
    }
    /* The structure and its size, three times the index, and 200 entries in four
     * chunks; the caller's one, the structure, its size and back, and four. */
    const auto copies = [](const char *call) {
        const std::vector<std::string> dear = {"copy=100", "entries=1024"},
                                       cheap = {"copy=0", "entries=1024"};
        return (guest(call, 200, dear).cycles - guest(call, 200, cheap).cycles) / 1200;
    };
    EXPECT_NEAR(copies("ring"), 2 + 3 + 4, 1) << "a run more where the queue wraps";
    EXPECT_NEAR(copies("array"), 1 + 3 + 4, 1);
    EXPECT_DOUBLE_EQ(copies("queue"), 0);
}

TEST(BenchUapi, 888_kernel_puts_a_sync_behind_each_chunk)
{
    for (const char *call : {"ring", "array", "gather", "queue"})
        for (uint64_t chunk : {1U, 16U, 63U, 64U}) {
            const exp_result r = guest(call, 100, {axis_text("sync_every", chunk)});
            EXPECT_EQ(r.syncs, 12 * std::ceil(100.0 / static_cast<double>(chunk))) << call;
        }
}

TEST(BenchUapi, 888_no_queue_of_its_own_where_the_hardware_has_none_or_refuses_the_command)
{
    for (const char *why_not : {"IDR1.ECMDQ=0", "form=all"}) {
        BenchPlan plan("uapi", {"call=queue", "batch=4", "commands=16", why_not});
        exp_result result;
        char why[EXP_WHY_SIZE] = "";
        EXPECT_EQ(exp_plan_measure(plan.plan.get(), 0, &result, why), EXP_DOES_NOT_APPLY) << why;
    }
}

TEST(BenchUapi, 888_price_of_knowing_who_is_to_blame)
{
    const struct {
        const char *way;
        uint64_t dead;
        double syncs, reissued, suspects, timeouts;
    } cases[] = {
        /* 16 commands, 4 devices, of which number 2 does not answer: commands 8 to 11 */
        {"chunk", 0, 1, 0, 0, 0},   {"device", 0, 4, 0, 0, 0},  {"command", 0, 16, 0, 0, 0},
        {"halves", 0, 1, 0, 0, 0},  {"singly", 0, 1, 0, 0, 0},  {"chunk", 1, 1, 0, 16, 1},
        {"device", 1, 3, 0, 4, 1},  {"command", 1, 9, 0, 1, 1}, {"halves", 1, 5, 15, 1, 4},
        {"singly", 1, 10, 9, 1, 2},
    };
    for (const auto &c : cases) {
        const exp_result r =
            measured("blame", {std::string("blame=") + c.way, axis_text("dead", c.dead), "batch=16",
                               "devices=4"});
        EXPECT_EQ(r.syncs, c.syncs) << c.way << c.dead;
        EXPECT_EQ(r.reissued, c.reissued) << c.way << c.dead;
        EXPECT_EQ(r.suspects, c.suspects) << c.way << c.dead;
        EXPECT_GE(r.timeouts, c.timeouts) << c.way << c.dead;
        EXPECT_LT(r.timeouts, c.timeouts + 0.2) << c.way << c.dead;
    }
}

} // namespace
