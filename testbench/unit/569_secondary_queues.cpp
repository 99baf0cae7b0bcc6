/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 569: the driver with ECMDQs (3.5.6) as secondary queues, and errors that another thread than the
 * issuer's repairs (7.1).
 */
#include <gtest/gtest.h>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "unit/processors.h"

namespace {

constexpr drv_cmd illegal = {{0xff, 0}};

class SecondaryQueues : public Processors {
protected:
    std::unique_ptr<drv_cmdq[]> queue;

    drv_config with_ecmdqs(unsigned n)
    {
        queue = std::make_unique<drv_cmdq[]>(n);
        drv_config config = {};
        config.ecmdq = queue.get();
        config.ecmdqs = n;
        config.ecmdq_log2 = DRV_CMDQ_LOG2_MIN;
        return config;
    }
    /* Positions that have been reserved. */
    uint32_t used(const drv_cmdq &q) { return drv_producers_next(&q.producers); }
    uint32_t reg(uint32_t offset)
    {
        return static_cast<uint32_t>(host_reg_read(host, SMMU_PAS_NS, offset, 4));
    }
};

TEST_F(SecondaryQueues, 569_each_processor_has_the_queue_that_is_its_in_turn)
{
    bring_up(3, with_ecmdqs(2));
    ASSERT_EQ(root.ecmdqs, 2U);
    const uint32_t main_before = used(root.cmdq);
    for (unsigned p = 0; p < 3; p++)
        start(p, [&](unsigned cpu) {
            drv_use_ecmdq_of(&thread[cpu], cpu);
            const drv_cmd cmd = drv_cmd_tlbi_nh_asid(0, 1);
            EXPECT_EQ(drv_cmdq_issue(&thread[cpu], &cmd, 1, true), 0);
        });
    run();
    EXPECT_EQ(used(queue[0]), 4U) << "processors 0 and 2: a command and a CMD_SYNC each";
    EXPECT_EQ(used(queue[1]), 2U);
    EXPECT_EQ(used(root.cmdq), main_before);
    for (unsigned q = 0; q < 2; q++)
        EXPECT_EQ(REF_FIELD(ECMDQ_CONS_RD, reg(queue[q].cons_reg)), used(queue[q]));
}

TEST_F(SecondaryQueues, 569_without_ecmdqs_everything_goes_through_the_main_queue)
{
    settings = {{"IDR1.ECMDQ", 0}};
    bring_up(1, with_ecmdqs(2));
    EXPECT_EQ(root.ecmdqs, 0U);
    const uint32_t before = used(root.cmdq);
    start(0, [&](unsigned cpu) {
        drv_use_ecmdq_of(&thread[0], cpu);
        const drv_cmd cmd = drv_cmd_tlbi_nh_asid(0, 1);
        EXPECT_EQ(drv_cmdq_issue(&thread[0], &cmd, 1, true), 0);
    });
    run();
    EXPECT_EQ(used(root.cmdq), before + 2);
}

TEST_F(SecondaryQueues, 569_if_one_cannot_be_had_none_is)
{
    settings = {{"IDR6.CMDQ_CONTROL_PAGE_LOG2NUMP", 0}, {"IDR6.CMDQ_CONTROL_PAGE_LOG2NUMQ", 1}};
    bring_up(1, with_ecmdqs(3));
    EXPECT_EQ(root.ecmdqs, 0U);
    for (unsigned q = 0; q < 2; q++)
        EXPECT_EQ(REF_FIELD(ECMDQ_CONS_ENACK, reg(queue[q].cons_reg)), 0U);
    start(0, [](unsigned) {});
    run();
}

/* A CMD_SYNC covers its own queue: what has begun on one is closed there before it goes on on the
 * other. */
TEST_F(SecondaryQueues, 569_a_batch_leaves_an_ecmdq_with_a_sync_for_a_command_it_does_not_take)
{
    drv_config config = with_ecmdqs(1);
    config.ecmdq_takes = drv_vcmdq_takes;
    bring_up(1, config);
    const uint32_t before = used(root.cmdq);
    start(0, [&](unsigned) {
        drv *d = &thread[0];
        drv_use_ecmdq_of(d, 0);
        drv_batch batch = {};
        const drv_cmd taken = drv_cmd_tlbi_nh_asid(0, 1), not_taken = drv_cmd_cfgi_cd_all(0);
        EXPECT_EQ(drv_batch_add(d, &batch, &taken), 0);
        EXPECT_EQ(drv_batch_add(d, &batch, &taken), 0);
        EXPECT_EQ(d->stats.syncs, 0U);
        EXPECT_EQ(drv_batch_add(d, &batch, &not_taken), 0);
        EXPECT_EQ(d->stats.syncs, 1U);
        EXPECT_EQ(used(queue[0]), 3U);
        EXPECT_EQ(drv_batch_add(d, &batch, &taken), 0);
        EXPECT_EQ(drv_batch_submit(d, &batch), 0);
    });
    run();
    EXPECT_EQ(used(queue[0]), 3U);
    EXPECT_EQ(used(root.cmdq), before + 3);
}

/* Each thread has illegal commands among its own, on its own queue or on one that it shares; two
 * queues fail at the same time. */
TEST_F(SecondaryQueues, 569_errors_of_ecmdqs_are_repaired_while_their_owners_go_on)
{
    for (const unsigned queues : {1U, 2U, 4U}) {
        bring_up(4, with_ecmdqs(queues));
        for (unsigned p = 0; p < 4; p++)
            start(p, [&](unsigned cpu) {
                drv_use_ecmdq_of(&thread[cpu], cpu);
                for (unsigned i = 0; i < 50; i++) {
                    std::vector<drv_cmd> list(1 + i % 7, drv_cmd_tlbi_nh_asid(0, 1));
                    list[i % list.size()] = illegal;
                    EXPECT_EQ(drv_cmdq_issue(&thread[cpu], list.data(),
                                             static_cast<unsigned>(list.size()), i % 3 == 0),
                              0);
                }
                EXPECT_EQ(drv_cmdq_issue(&thread[cpu], nullptr, 0, true), 0);
            });
        run();
        EXPECT_EQ(root.stats.cmdq_errors[REF_CERROR_ILL], 4U * 50) << queues;
        for (unsigned q = 0; q < queues; q++)
            EXPECT_EQ(REF_FIELD(ECMDQ_CONS_RD, reg(queue[q].cons_reg)), used(queue[q]));
        EXPECT_EQ(reg(REF_REG_GERROR), reg(REF_REG_GERRORN));
        for (unsigned p = 0; p < 4; p++)
            EXPECT_EQ(thread[p].stats.timeouts, 0U);
        TearDown();
        host = nullptr;
        machine = nullptr;
    }
}

/* Who issues is told, though another processor serves the interrupt; the others see nothing. */
TEST_F(SecondaryQueues, 569_an_issuer_is_told_of_its_own_error_whoever_repairs_it)
{
    for (const unsigned queues : {0U, 2U}) {
        bring_up(4, with_ecmdqs(queues));
        for (unsigned p = 0; p < 4; p++)
            start(p, [&](unsigned cpu) {
                drv_use_ecmdq_of(&thread[cpu], cpu);
                for (unsigned i = 0; i < 20; i++) {
                    std::vector<drv_cmd> list(6, drv_cmd_tlbi_nh_asid(0, 1));
                    drv_cmd_error error = {};
                    const bool bad = (i + cpu) % 3 == 0;
                    const unsigned at = (i + cpu) % 6;
                    if (bad)
                        list[at] = illegal;
                    EXPECT_EQ(drv_cmdq_issue_checked(&thread[cpu], list.data(), 6, &error),
                              bad ? -EIO : 0);
                    EXPECT_EQ(error.valid, bad);
                    EXPECT_EQ(error.complete, bad ? at : 6U);
                    if (bad) {
                        EXPECT_EQ(error.code, REF_CERROR_ILL);
                        EXPECT_EQ(error.first, at);
                        EXPECT_EQ(error.last, at);
                        EXPECT_EQ(error.cmd.word[0], illegal.word[0]);
                    }
                }
            });
        run();
        EXPECT_EQ(root.stats.cmdq_errors[REF_CERROR_ILL], 27U) << "of 80 lists";
        TearDown();
        host = nullptr;
        machine = nullptr;
    }
}

} // namespace
