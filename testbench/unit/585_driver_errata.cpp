/* SPDX-License-Identifier: Apache-2.0 */
/* 585: what the driver does for parts that need a CMD_SYNC, or invalidations, more often. */
#include "unit/driver_fixture.h"

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

namespace {

using Opcodes = std::vector<unsigned>;

class DriverErrata : public DriverFixture {
protected:
    /* Of which commands there were how many, CMD_SYNCs as bars: "63 | 1 |". */
    std::string executed()
    {
        std::string text;
        unsigned n = 0;
        for (const drv_cmd &cmd : smmu.executed) {
            if (drv_cmd_opcode(&cmd) != REF_CMD_SYNC) {
                n++;
                continue;
            }
            text += std::to_string(n) + " | ";
            n = 0;
        }
        return text + (n ? std::to_string(n) : "");
    }
    void batch_of(unsigned n)
    {
        drv_batch batch = {};
        for (const drv_cmd &cmd : commands(n))
            EXPECT_EQ(drv_batch_add(&driver, &batch, &cmd), 0);
        EXPECT_EQ(drv_batch_submit(&driver, &batch), 0);
    }
};

TEST_F(DriverErrata, 585_a_forced_sync_comes_after_so_many_commands)
{
    const struct {
        unsigned every, commands;
        const char *executed;
    } cases[] = {{0, 64, "64 | "},       {0, 130, "130 | "},    {63, 62, "62 | "},
                 {63, 63, "63 | "},      {63, 64, "63 | 1 | "}, {63, 130, "63 | 63 | 4 | "},
                 {1, 3, "1 | 1 | 1 | "}, {64, 65, "64 | 1 | "}};
    for (const auto &c : cases) {
        config.force_sync_every = c.every;
        bring_up(DRV_SYNC_CONS);
        batch_of(c.commands);
        EXPECT_EQ(executed(), c.executed) << c.every << " " << c.commands;
    }
}

TEST_F(DriverErrata, 585_more_than_a_batch_cannot_be_asked_for)
{
    config.force_sync_every = DRV_BATCH_ENTRIES + 1;
    const drv_ops ops = smmu.ops();
    EXPECT_EQ(drv_probe(&driver, &ops, &config), -EINVAL);
}

TEST_F(DriverErrata, 585_invalidations_are_repeated_with_their_sync)
{
    for (const unsigned repeats : {1U, 3U}) {
        config.repeats = repeats;
        bring_up(DRV_SYNC_CONS);
        const std::vector<drv_cmd> list = commands(2);
        EXPECT_EQ(drv_cmdq_issue(&driver, list.data(), 2, true), 0);
        std::vector<unsigned> wanted;
        for (unsigned i = 0; i <= repeats; i++)
            wanted.insert(wanted.end(), {0, 1});
        EXPECT_EQ(executed_asids(), wanted);
        EXPECT_EQ(driver.stats.syncs, repeats + 1);
    }
}

/* No CMD_SYNC, no end of the first time: one is there even where nobody asked for it. */
TEST_F(DriverErrata, 585_full_batches_are_repeated_too)
{
    config.repeats = 1;
    bring_up(DRV_SYNC_CONS);
    batch_of(65);
    EXPECT_EQ(executed(), "64 | 64 | 1 | 1 | ");
}

/* A device asks the SMMU, so its cache is emptied once the SMMU's are, for good (AT-017). */
TEST_F(DriverErrata, 585_devices_are_told_again_after_the_last_repetition)
{
    config.repeats = 1;
    bring_up(DRV_SYNC_CONS);
    const drv_cmd atc_inv = {{REF_CMD_ATC_INV, 0}};
    const std::vector<drv_cmd> list = {drv_cmd_tlbi_nh_asid(0, 1), atc_inv,
                                       drv_cmd_resume(1, 2, DRV_RESUME_RETRY),
                                       drv_cmd_cfgi_ste(1, true)};
    EXPECT_EQ(drv_cmdq_issue(&driver, list.data(), 4, true), 0);
    EXPECT_EQ(drv_cmdq_issue(&driver, &atc_inv, 1, true), 0);
    Opcodes opcodes;
    for (const drv_cmd &cmd : smmu.executed)
        opcodes.push_back(drv_cmd_opcode(&cmd));
    EXPECT_EQ(opcodes,
              (Opcodes{REF_CMD_TLBI_NH_ASID, REF_CMD_ATC_INV, REF_CMD_RESUME, REF_CMD_CFGI_STE,
                       REF_CMD_SYNC, REF_CMD_TLBI_NH_ASID, REF_CMD_CFGI_STE, REF_CMD_SYNC,
                       REF_CMD_ATC_INV, REF_CMD_SYNC, REF_CMD_ATC_INV, REF_CMD_SYNC}));
}

/* Of 0, resume, 1, 2 the repetition has 0, 1, 2, and ASID 1 is illegal the second time. */
TEST_F(DriverErrata, 585_errors_of_a_repetition_are_those_of_the_list)
{
    config.repeats = 1;
    bring_up(DRV_SYNC_CONS);
    unsigned seen = 0;
    smmu.fault = [&](const drv_cmd &cmd) {
        const bool it = drv_cmd_opcode(&cmd) == REF_CMD_TLBI_NH_ASID && cmd.word[0] >> 48 == 1;
        return it && ++seen == 2 ? unsigned{REF_CERROR_ILL} : 0U;
    };
    const std::vector<drv_cmd> list = {drv_cmd_tlbi_nh_asid(0, 0),
                                       drv_cmd_resume(1, 2, DRV_RESUME_RETRY),
                                       drv_cmd_tlbi_nh_asid(0, 1), drv_cmd_tlbi_nh_asid(0, 2)};
    drv_cmd_error error = {};
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, list.data(), 4, &error), -EIO);
    EXPECT_EQ(error.code, unsigned{REF_CERROR_ILL});
    EXPECT_EQ(error.first, 2U);
    EXPECT_EQ(error.last, 2U);
    EXPECT_EQ(error.complete, 2U);
}

} // namespace
