/* SPDX-License-Identifier: Apache-2.0 */
/* 895-896: what several command queues gain in simulated time, against arithmetic: letters as in
 * docs/timing.md, n commands before each CMD_SYNC, Q queues. */

#include <gtest/gtest.h>

#include "unit/bench_plan.h"

namespace {

const uint64_t PER_SYNC = 8;

double per_command(uint64_t queues, uint64_t serial, uint64_t decode, uint64_t tokens = 1)
{
    return BenchPlan("ecmdq", {axis_text("ecmdqs", queues), axis_text("timing.cmd_serial", serial),
                               axis_text("timing.cmd_decode_lat", decode),
                               axis_text("timing.dti_inv_tokens", tokens),
                               axis_text("sync_every", PER_SYNC), "commands=1024"})
        .measure()
        .cycles_per_command;
}

TEST(EcmdqTiming, 895_one_ecmdq_is_as_fast_as_the_main_queue)
{
    for (uint64_t serial : {0, 1})
        for (uint64_t decode : {2, 200})
            EXPECT_EQ(per_command(1, serial, decode), per_command(0, serial, decode));
}

TEST(EcmdqTiming, 896_while_execution_is_serial_queues_share_it)
{
    /* D is the largest term: nothing but execution counts, D for each command, CMD_SYNCs too. */
    const double D = 400, bound = D * (PER_SYNC + 1) / PER_SYNC;
    for (uint64_t queues : {2, 4, 16})
        EXPECT_NEAR(per_command(queues, 1, 400), bound, bound / 100) << queues;
    /* It hides only what lies between two commands of one queue. */
    EXPECT_GT(per_command(1, 1, 400), bound);
}

TEST(EcmdqTiming, 896_while_execution_is_parallel_each_adds_its_own)
{
    const double alone = per_command(1, 0, 400);
    for (uint64_t queues : {2, 4, 8})
        EXPECT_NEAR(per_command(queues, 0, 400), alone / static_cast<double>(queues), alone / 200);
    /* Until one invalidation follows the other: as many at once as there are tokens. */
    const double one_token = per_command(16, 0, 2), two_tokens = per_command(16, 0, 2, 2);
    EXPECT_NEAR(two_tokens, one_token / 2, one_token / 20);
    EXPECT_NEAR(per_command(8, 0, 2), one_token, one_token / 100);
}

} // namespace
