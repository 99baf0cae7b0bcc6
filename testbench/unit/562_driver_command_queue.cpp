/* SPDX-License-Identifier: Apache-2.0 */
/* Insertion into the command queue and waiting for it, as Linux does it (3.5, 4.7.3). */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "unit/driver_fixture.h"

namespace {

using testing::ElementsAre;
using testing::Pair;

class DriverCmdq : public DriverFixture {};

TEST_F(DriverCmdq, 562_list_and_sync_are_published_by_one_write_of_prod)
{
    bring_up();
    const uint32_t before = drv_cmdq_next(&driver);

    ASSERT_EQ(drv_cmdq_issue(&driver, commands(5).data(), 5, true), 0);
    EXPECT_THAT(smmu.written, ElementsAre(Pair(REF_REG_CMDQ_PROD, before + 6)));
    EXPECT_EQ(smmu.opcodes(true),
              (std::vector<unsigned>{0x11, 0x11, 0x11, 0x11, 0x11, REF_CMD_SYNC}));
    EXPECT_EQ(driver.stats.commands, 5U);
    EXPECT_EQ(driver.stats.syncs, 1U);
}

TEST_F(DriverCmdq, 562_order_is_kept_over_many_laps_of_the_ring)
{
    bring_up();
    for (unsigned i = 0; i < 40; i++)
        ASSERT_EQ(drv_cmdq_issue(&driver, commands(37).data(), 37, i % 5 == 4), 0);
    const drv_cmd last = drv_cmd_tlbi_nsnh_all();
    ASSERT_EQ(drv_cmdq_issue(&driver, &last, 1, true), 0);

    const std::vector<unsigned> asids = executed_asids();
    ASSERT_EQ(asids.size(), 40U * 37);
    for (size_t i = 0; i < asids.size(); i++)
        ASSERT_EQ(asids[i], i % 37);
    EXPECT_GT(driver.stats.space_waits, 0U);
}

TEST_F(DriverCmdq, 562_sync_msi_goes_to_the_slot_of_the_sync_itself)
{
    bring_up();
    const uint64_t slot = cmdq_at + 16 * ((drv_cmdq_next(&driver) + 1) % 128);
    uint64_t sync_word1 = 0, sync_word0 = 0;
    smmu.fault = [&](const drv_cmd &cmd) {
        if (drv_cmd_opcode(&cmd) == REF_CMD_SYNC) {
            sync_word0 = cmd.word[0];
            sync_word1 = cmd.word[1];
        }
        return 0U;
    };

    ASSERT_EQ(drv_cmdq_issue(&driver, commands(1).data(), 1, true), 0);
    EXPECT_EQ(sync_word1, slot);
    EXPECT_EQ(sync_word0 >> 12 & 3, REF_SYNC_CS_IRQ);
    EXPECT_EQ(sync_word0 >> 22 & 3, REF_SH_ISH);
    EXPECT_EQ(sync_word0 >> 24 & 15, 15U); // oWB iWB
    EXPECT_EQ(static_cast<uint32_t>(smmu.memory[slot]), 0U);
}

TEST_F(DriverCmdq, 562_each_mode_uses_its_completion_signal)
{
    const std::pair<drv_sync_mode, unsigned> modes[] = {{DRV_SYNC_MSI, REF_SYNC_CS_IRQ},
                                                        {DRV_SYNC_CONS, REF_SYNC_CS_SEV},
                                                        {DRV_SYNC_NONE, REF_SYNC_CS_NONE}};
    for (const auto &[mode, cs] : modes) {
        bring_up(mode);
        for (unsigned i = 0; i < 300; i++) // over the wrap, in each mode
            ASSERT_EQ(drv_cmdq_issue(&driver, commands(1).data(), 1, true), 0);
        EXPECT_EQ(REF_GET(CMD_SYNC_CS, smmu.executed.back().word), cs);
        EXPECT_EQ(smmu.opcodes().size(), 300U);
    }
}

TEST_F(DriverCmdq, 562_auto_mode_polls_cons_without_msi_or_without_coherency)
{
    smmu.reg[REF_REG_IDR0] &= ~REF_MASK(IDR0_COHACC);
    bring_up();
    ASSERT_EQ(drv_cmdq_issue(&driver, nullptr, 0, true), 0);
    EXPECT_EQ(REF_GET(CMD_SYNC_CS, smmu.executed.back().word), unsigned{REF_SYNC_CS_SEV});

    smmu.reg[REF_REG_IDR0] |= REF_MASK(IDR0_COHACC);
    smmu.reg[REF_REG_IDR0] &= ~REF_MASK(IDR0_MSI);
    bring_up();
    ASSERT_EQ(drv_cmdq_issue(&driver, nullptr, 0, true), 0);
    EXPECT_EQ(REF_GET(CMD_SYNC_CS, smmu.executed.back().word), unsigned{REF_SYNC_CS_SEV});
}

TEST_F(DriverCmdq, 562_prod_never_overtakes_cons_though_the_msi_comes_before_cons_moves)
{
    smmu.msi_before_cons = true;
    bring_up(DRV_SYNC_MSI);
    for (unsigned i = 0; i < 50; i++) {
        ASSERT_EQ(drv_cmdq_issue(&driver, commands(3).data(), 3, true), 0);
        ASSERT_EQ(drv_cmdq_issue(&driver, commands(128).data(), 128, false), 0);
        const uint64_t used = (smmu.reg[REF_REG_CMDQ_PROD] - smmu.reg[REF_REG_CMDQ_CONS]) & 0xff;
        ASSERT_LE(used, 128U);
    }
}

TEST_F(DriverCmdq, 562_sync_that_never_completes_times_out_and_withdraws_nothing)
{
    for (drv_sync_mode mode : {DRV_SYNC_MSI, DRV_SYNC_CONS, DRV_SYNC_NONE}) {
        bring_up(mode);
        const uint32_t prod = drv_cmdq_next(&driver);
        const uint64_t started = smmu.cycle;
        smmu.hangs = true;

        EXPECT_EQ(drv_cmdq_issue(&driver, commands(2).data(), 2, true), -ETIMEDOUT);
        EXPECT_GE(smmu.cycle - started, config.timeout_cycles);
        EXPECT_EQ(smmu.reg[REF_REG_CMDQ_PROD], (prod + 3) % 256);
        EXPECT_EQ(driver.stats.timeouts, 1U);
        EXPECT_THAT(smmu.log, testing::Contains(testing::HasSubstr("CMD_SYNC timeout")));
        smmu.hangs = false;
    }
}

TEST_F(DriverCmdq, 562_full_queue_is_waited_for_and_given_up_in_time)
{
    bring_up();
    smmu.hangs = true;
    ASSERT_EQ(drv_cmdq_issue(&driver, commands(128).data(), 128, false), 0);
    const uint32_t prod = drv_cmdq_next(&driver);

    EXPECT_EQ(drv_cmdq_issue(&driver, commands(1).data(), 1, false), -ETIMEDOUT);
    EXPECT_EQ(drv_cmdq_next(&driver), prod);
    EXPECT_EQ(smmu.reg[REF_REG_CMDQ_PROD], prod);

    smmu.hangs = false;
    EXPECT_EQ(drv_cmdq_issue(&driver, commands(1).data(), 1, true), 0);
    EXPECT_EQ(smmu.opcodes().size(), 129U);
}

TEST_F(DriverCmdq, 562_more_than_the_ring_holds_is_refused)
{
    bring_up();
    EXPECT_EQ(drv_cmdq_issue(&driver, commands(128).data(), 128, true), -EINVAL);
    EXPECT_EQ(drv_cmdq_issue(&driver, commands(127).data(), 127, true), 0);
}

TEST_F(DriverCmdq, 562_batch_publishes_64_without_sync_when_one_more_comes)
{
    bring_up();
    drv_batch batch = {};
    const auto list = commands(65);

    for (unsigned i = 0; i < 64; i++)
        ASSERT_EQ(drv_batch_add(&driver, &batch, &list[i]), 0);
    EXPECT_EQ(writes_of(REF_REG_CMDQ_PROD), 0U);
    ASSERT_EQ(drv_batch_add(&driver, &batch, &list[64]), 0);
    EXPECT_EQ(writes_of(REF_REG_CMDQ_PROD), 1U);
    EXPECT_EQ(driver.stats.syncs, 0U);
    ASSERT_EQ(drv_batch_submit(&driver, &batch), 0);
    EXPECT_EQ(writes_of(REF_REG_CMDQ_PROD), 2U);
    EXPECT_EQ(smmu.opcodes().size(), 65U);
    EXPECT_EQ(drv_cmd_opcode(&smmu.executed.back()), unsigned{REF_CMD_SYNC});
    EXPECT_EQ(batch.n, 0U);
}

} // namespace
