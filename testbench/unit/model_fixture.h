/* SPDX-License-Identifier: Apache-2.0 */
/* A driver on the model: host, machine and driver, brought up with a configuration of the test's
 * choice. */
#ifndef SMMUSIM_UNIT_MODEL_FIXTURE_H
#define SMMUSIM_UNIT_MODEL_FIXTURE_H

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "driver/domain.h"
#include "driver/host_ops.h"

class DriverOnModel : public testing::Test {
protected:
    std::unique_ptr<sim_host, void (*)(sim_host *)> host{nullptr, host_destroy};
    drv_host machine = {};
    drv_config config = {};
    drv driver = {};
    std::vector<std::string> log;

    DriverOnModel()
    {
        config.memory_base = 0x80000000;
        config.memory_size = UINT64_C(1) << 30;
        config.cmdq_log2 = 8;
        config.timeout_cycles = 1000000;
    }

    void power_up(std::initializer_list<std::pair<const char *, uint64_t>> keys = {})
    {
        char why[200] = "";
        smmu_config_t cfg;
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        for (const auto &[key, value] : keys)
            ASSERT_EQ(smmu_config_set(&cfg, key, value, why, sizeof why), SMMU_OK) << why;
        host.reset(host_create(&cfg, why, sizeof why));
        ASSERT_TRUE(host) << why;
        const drv_host_costs costs = {100, 50, 0};
        drv_host_init(&machine, host.get(), &costs);
        machine.log = [](void *ctx, const char *line) {
            static_cast<DriverOnModel *>(ctx)->log.emplace_back(line);
        };
        machine.log_ctx = this;
    }

    void bring_up(std::initializer_list<std::pair<const char *, uint64_t>> keys = {})
    {
        power_up(keys);
        const drv_ops ops = drv_host_ops(&machine);
        ASSERT_EQ(drv_probe(&driver, &ops, &config), 0) << drv_refusal_text(driver.refusal);
        ASSERT_EQ(drv_reset(&driver), 0);
    }

    void TearDown() override
    {
        if (host) {
            EXPECT_EQ(host_error(host.get()), nullptr);
        }
    }

    client_result access(uint32_t sid, uint64_t addr, bool write = false)
    {
        client_access a = client_access_default();
        client_result result = {};
        a.streamid = sid;
        a.addr = addr;
        a.len = 4;
        a.write = write;
        const uint32_t ticket = host_submit(host.get(), &a);
        EXPECT_NE(ticket, 0U);
        EXPECT_TRUE(host_await(host.get(), ticket, &result, nullptr));
        return result;
    }
};

#endif
