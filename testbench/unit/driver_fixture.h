/* SPDX-License-Identifier: Apache-2.0 */
/* A driver that has been brought up on a fake SMMU. */
#ifndef SMMUSIM_UNIT_DRIVER_FIXTURE_H
#define SMMUSIM_UNIT_DRIVER_FIXTURE_H

#include <gtest/gtest.h>

#include "unit/fake_smmu.h"

class DriverFixture : public testing::Test {
protected:
    static constexpr uint64_t region = 0x80000000;
    static constexpr uint64_t cmdq_at = region; // the first thing that is laid out

    FakeSmmu smmu;
    drv driver = {};
    drv_config config = {};

    DriverFixture()
    {
        config.memory_base = region;
        config.memory_size = UINT64_C(1) << 30;
        config.cmdq_log2 = 7;
        config.timeout_cycles = 1000000;
    }

    void bring_up(drv_sync_mode mode = DRV_SYNC_AUTO)
    {
        config.sync_mode = mode;
        const drv_ops ops = smmu.ops();
        ASSERT_EQ(drv_probe(&driver, &ops, &config), 0);
        ASSERT_EQ(drv_reset(&driver), 0);
        smmu.executed.clear();
        smmu.written.clear();
        smmu.log.clear();
        driver.stats = {};
    }

    /* Distinguishable by their ASID. */
    static std::vector<drv_cmd> commands(unsigned n)
    {
        std::vector<drv_cmd> list;
        for (unsigned i = 0; i < n; i++)
            list.push_back(drv_cmd_tlbi_nh_asid(0, static_cast<uint16_t>(i)));
        return list;
    }

    std::vector<unsigned> executed_asids() const
    {
        std::vector<unsigned> list;
        for (const drv_cmd &cmd : smmu.executed)
            if (drv_cmd_opcode(&cmd) == REF_CMD_TLBI_NH_ASID)
                list.push_back(static_cast<unsigned>(cmd.word[0] >> 48));
        return list;
    }

    unsigned writes_of(uint32_t offset) const
    {
        unsigned n = 0;
        for (const auto &[r, v] : smmu.written)
            n += r == offset;
        return n;
    }
};

#endif
