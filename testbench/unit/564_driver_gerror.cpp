/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver makes of global errors, command queue errors above all (7.1, 7.5). */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "unit/driver_fixture.h"

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr unsigned ILL = REF_CERROR_ILL, ABT = REF_CERROR_ABT, ATC = REF_CERROR_ATC_INV_SYNC;

class DriverGerror : public DriverFixture {
protected:
    /* Commands with this opcode are illegal. */
    void forbid(unsigned opcode, unsigned code = ILL)
    {
        smmu.fault = [=](const drv_cmd &cmd) { return drv_cmd_opcode(&cmd) == opcode ? code : 0U; };
    }

    static std::vector<drv_cmd> with_bad_at(unsigned n, unsigned at)
    {
        std::vector<drv_cmd> list = commands(n);
        list[at] = drv_cmd{{0xfe | UINT64_C(0x1234) << 32, 0x5678}};
        return list;
    }
};

TEST_F(DriverGerror, 564_illegal_command_is_replaced_by_a_sync_and_its_issuer_sees_success)
{
    for (drv_sync_mode mode : {DRV_SYNC_MSI, DRV_SYNC_CONS, DRV_SYNC_NONE}) {
        bring_up(mode);
        forbid(0xfe);
        const uint32_t first = drv_cmdq_next(&driver);

        EXPECT_EQ(drv_cmdq_issue(&driver, with_bad_at(6, 3).data(), 6, true), 0);
        EXPECT_THAT(executed_asids(), ElementsAre(0, 1, 2, 4, 5));
        EXPECT_EQ(drv_cmd_opcode(&smmu.executed[3]), unsigned{REF_CMD_SYNC});
        EXPECT_EQ(driver.stats.cmdq_errors[ILL], 1U);
        EXPECT_EQ(driver.last_error.code, ILL);
        EXPECT_EQ(driver.last_error.position, first + 3);
        EXPECT_EQ(driver.last_error.cmd.word[0], 0x1234000000feU);
        EXPECT_EQ(driver.last_error.cmd.word[1], 0x5678U);
        EXPECT_FALSE(smmu.error_active());
        EXPECT_THAT(smmu.log, Contains(HasSubstr("illegal command")));
    }
}

TEST_F(DriverGerror, 564_repair_comes_before_acknowledgement)
{
    bring_up();
    forbid(0xfe);
    const uint64_t slot = cmdq_at + 16 * drv_cmdq_next(&driver);
    static uint64_t in_slot_at_ack; // what lay in the slot when GERRORN was written
    static uint64_t watched;
    watched = slot;
    in_slot_at_ack = 0;
    driver.ops.write32 = [](void *ctx, uint32_t r, uint32_t v) {
        auto &fake = *static_cast<FakeSmmu *>(ctx);
        if (r == REF_REG_GERRORN)
            in_slot_at_ack = fake.memory[watched];
        fake.ops().write32(ctx, r, v);
    };
    EXPECT_EQ(drv_cmdq_issue(&driver, with_bad_at(1, 0).data(), 1, true), 0);
    EXPECT_EQ(in_slot_at_ack & 0xff, unsigned{REF_CMD_SYNC});
}

TEST_F(DriverGerror, 564_issuer_that_asks_is_told_the_entry_and_has_the_rest_withdrawn)
{
    bring_up();
    forbid(0xfe);
    drv_cmd_error error = {};

    for (unsigned lap = 0; lap < 60; lap++) { // over the wrap too
        const unsigned bad = lap % 6;
        smmu.executed.clear();
        EXPECT_EQ(drv_cmdq_issue_checked(&driver, with_bad_at(6, bad).data(), 6, &error), -EIO);
        EXPECT_TRUE(error.valid);
        EXPECT_EQ(error.code, ILL);
        EXPECT_EQ(error.first, bad);
        EXPECT_EQ(error.last, bad);
        EXPECT_EQ(error.complete, bad);
        EXPECT_EQ(error.cmd.word[1], 0x5678U);
        EXPECT_EQ(executed_asids().size(), bad);
    }
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, commands(6).data(), 6, &error), 0);
    EXPECT_FALSE(error.valid);
    EXPECT_EQ(error.complete, 6U);
}

TEST_F(DriverGerror, 564_first_of_several_errors_is_the_one_reported)
{
    bring_up();
    forbid(0xfe);
    auto list = with_bad_at(8, 2);
    list[5] = list[2];
    drv_cmd_error error = {};
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, list.data(), 8, &error), -EIO);
    EXPECT_EQ(error.first, 2U);
    EXPECT_EQ(driver.stats.cmdq_errors[ILL], 1U); // the second was withdrawn, not tried
}

TEST_F(DriverGerror, 564_error_in_somebody_elses_list_is_not_ours)
{
    bring_up();
    forbid(0xfe);
    drv_cmd_error error = {};
    ASSERT_EQ(drv_cmdq_issue(&driver, with_bad_at(4, 1).data(), 4, false), 0);
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, commands(4).data(), 4, &error), 0);
    EXPECT_FALSE(error.valid);
    EXPECT_EQ(driver.stats.cmdq_errors[ILL], 1U);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 2, 3, 0, 1, 2, 3));
}

TEST_F(DriverGerror, 564_illegal_sync_of_a_checked_list_does_not_make_it_wait_for_ever)
{
    bring_up(DRV_SYNC_MSI);
    bool once = true;
    smmu.fault = [&](const drv_cmd &cmd) {
        return drv_cmd_opcode(&cmd) == REF_CMD_SYNC && std::exchange(once, false) ? ILL : 0U;
    };
    drv_cmd_error error = {};
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, commands(2).data(), 2, &error), -EIO);
    EXPECT_TRUE(error.valid);
    EXPECT_EQ(error.first, 2U);
    EXPECT_LT(smmu.cycle, config.timeout_cycles);
}

TEST_F(DriverGerror, 564_aborted_fetch_is_retried)
{
    bring_up();
    unsigned times = 3;
    smmu.fault = [&](const drv_cmd &cmd) {
        return cmd.word[0] >> 48 == 1 && times ? times--, ABT : 0U;
    };
    EXPECT_EQ(drv_cmdq_issue(&driver, commands(3).data(), 3, true), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 1, 2));
    EXPECT_EQ(driver.stats.cmdq_errors[ABT], 3U);
}

TEST_F(DriverGerror, 564_persistent_abort_gives_the_issuer_up)
{
    config.cmdq_abort_retries = 5;
    bring_up();
    smmu.fault = [&](const drv_cmd &cmd) { return cmd.word[0] >> 48 == 1 ? ABT : 0U; };
    drv_cmd_error error = {};
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, commands(3).data(), 3, &error), -EIO);
    EXPECT_EQ(error.code, ABT);
    EXPECT_EQ(error.first, 1U);
    EXPECT_EQ(error.complete, 0U); // nothing vouches for the command before
    EXPECT_EQ(driver.stats.cmdq_errors[ABT], 6U);
    EXPECT_THAT(executed_asids(), ElementsAre(0));
}

TEST_F(DriverGerror, 564_atc_timeout_suspects_the_invalidations_before_the_sync_and_retries_it)
{
    bring_up();
    bool once = true;
    smmu.fault = [&](const drv_cmd &cmd) {
        return drv_cmd_opcode(&cmd) == REF_CMD_SYNC && std::exchange(once, false) ? ATC : 0U;
    };
    auto list = commands(6);
    list[2] = list[4] = drv_cmd{{REF_CMD_ATC_INV, 0}};
    drv_cmd_error error = {};
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, list.data(), 6, &error), -EIO);
    EXPECT_EQ(error.code, ATC);
    EXPECT_EQ(error.first, 2U);
    EXPECT_EQ(error.last, 4U);
    EXPECT_EQ(drv_cmd_opcode(&error.cmd), unsigned{REF_CMD_SYNC});
    EXPECT_THAT(executed_asids(), ElementsAre(0, 1, 3, 5));

    once = true; // and as Linux has it: success
    EXPECT_EQ(drv_cmdq_issue(&driver, list.data(), 6, true), 0);
    EXPECT_EQ(driver.stats.cmdq_errors[ATC], 2U);
}

/* What timed out was published before, by somebody else. */
TEST_F(DriverGerror, 564_atc_timeout_in_a_list_without_atc_invalidations_suspects_all_of_it)
{
    bring_up();
    bool once = true;
    smmu.fault = [&](const drv_cmd &cmd) {
        return drv_cmd_opcode(&cmd) == REF_CMD_SYNC && std::exchange(once, false) ? ATC : 0U;
    };
    drv_cmd_error error = {};
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, commands(6).data(), 6, &error), -EIO);
    EXPECT_EQ(error.code, ATC);
    EXPECT_EQ(error.first, 0U);
    EXPECT_EQ(error.last, 5U);
    EXPECT_EQ(error.complete, 0U);
}

TEST_F(DriverGerror, 564_unknown_code_is_handled_like_an_illegal_command)
{
    bring_up();
    forbid(0xfe, 0x55);
    EXPECT_EQ(drv_cmdq_issue(&driver, with_bad_at(3, 1).data(), 3, true), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 2));
    EXPECT_EQ(driver.last_error.code, 0x55);
    EXPECT_EQ(driver.stats.cmdq_errors[0], 1U);
}

TEST_F(DriverGerror, 564_nothing_active_is_not_ours)
{
    bring_up();
    EXPECT_FALSE(drv_gerror_handle(&driver));
    EXPECT_EQ(writes_of(REF_REG_GERRORN), 0U);
}

TEST_F(DriverGerror, 564_other_errors_are_logged_and_acknowledged_together)
{
    bring_up();
    smmu.reg[REF_REG_GERROR] = 0x0f4;
    smmu.reg[REF_REG_GERRORN] = 0x080;
    EXPECT_TRUE(drv_gerror_handle(&driver));
    EXPECT_EQ(smmu.reg[REF_REG_GERRORN], 0x0f4U);
    EXPECT_THAT(smmu.log, Contains(HasSubstr("EVENTQ write aborted")));
    EXPECT_THAT(smmu.log, Contains(HasSubstr("CMDQ MSI aborted")));
    EXPECT_THAT(smmu.log, Not(Contains(HasSubstr("GERROR MSI")))); // bit 7 was not active
}

TEST_F(DriverGerror, 564_service_failure_disables_the_smmu)
{
    bring_up();
    smmu.reg[REF_REG_GERROR] = REF_MASK(GERROR_SFM_ERR);
    EXPECT_TRUE(drv_gerror_handle(&driver));
    EXPECT_EQ(smmu.reg[REF_REG_CR0], 0U);
    EXPECT_EQ(smmu.reg[REF_REG_GERRORN], REF_MASK(GERROR_SFM_ERR));
}

class DriverEventq : public DriverFixture {
protected:
    std::vector<uint64_t> seen;

    DriverEventq() { config.evtq_log2 = 2; }

    void record_at(uint32_t index, uint64_t w0)
    {
        for (unsigned i = 0; i < 4; i++)
            smmu.memory[driver.evtq.base + 32 * index + 8 * i] = w0 + i;
    }

    unsigned drain()
    {
        return drv_evtq_drain(
            &driver,
            [](void *ctx, const uint64_t record[DRV_EVENT_WORDS]) {
                static_cast<DriverEventq *>(ctx)->seen.push_back(record[0]);
                EXPECT_EQ(record[3], record[0] + 3);
            },
            this);
    }
};

TEST_F(DriverEventq, 564_records_are_taken_in_order_over_the_wrap)
{
    bring_up();
    for (uint32_t i = 0; i < 4; i++)
        record_at(i, 0x100 * (i + 1));
    smmu.reg[REF_REG_EVENTQ_PROD] = 3;
    EXPECT_EQ(drain(), 3U);
    smmu.reg[REF_REG_EVENTQ_PROD] = 5; // wrapped: index 1
    EXPECT_EQ(drain(), 2U);
    EXPECT_THAT(seen, ElementsAre(0x100, 0x200, 0x300, 0x400, 0x100));
    EXPECT_EQ(smmu.reg[REF_REG_EVENTQ_CONS], 5U);
    EXPECT_EQ(drain(), 0U);
}

TEST_F(DriverEventq, 564_full_queue_with_overflow_is_emptied_and_acknowledged_once)
{
    const uint64_t OVFLG = UINT64_C(1) << 31;
    bring_up();
    for (uint32_t i = 0; i < 4; i++)
        record_at(i, i);
    smmu.reg[REF_REG_EVENTQ_PROD] = OVFLG | 4; // full
    EXPECT_EQ(drain(), 4U);
    EXPECT_EQ(smmu.reg[REF_REG_EVENTQ_CONS], OVFLG | 4);
    EXPECT_EQ(driver.stats.event_overflows, 1U);
    EXPECT_EQ(drain(), 0U);
    EXPECT_EQ(driver.stats.event_overflows, 1U);

    smmu.reg[REF_REG_EVENTQ_PROD] = 0; // the next overflow toggles it back, wrap bit too
    EXPECT_EQ(drain(), 4U);
    EXPECT_EQ(smmu.reg[REF_REG_EVENTQ_CONS], 0U);
    EXPECT_EQ(driver.stats.event_overflows, 2U);
}

TEST_F(DriverEventq, 564_prod_that_does_not_fit_cons_is_not_followed)
{
    bring_up();
    smmu.reg[REF_REG_EVENTQ_PROD] = 7; // 7 records in a queue of 4
    EXPECT_EQ(drain(), 0U);
}

} // namespace
