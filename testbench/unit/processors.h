/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated processors on a fresh SMMU, and the driver brought up on them. */
#ifndef SMMUSIM_UNIT_PROCESSORS_H
#define SMMUSIM_UNIT_PROCESSORS_H

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "driver/cpus.h"
#include "driver/driver.h"

class Processors : public testing::Test {
public:
    static constexpr drv_cpu_costs costs = {
        /* line_hit */ 1,      /* line_move */ 40,    /* line_turn */ 20,
        /* line_share */ 10,   /* reg_read */ 100,
        /* reg_write */ 50,    /* reg_port */ 4,
        /* irq_latency */ 500, /* event_latency */ 20};
    static constexpr uint64_t memory_base = 0x80000000, memory_bytes = 1 << 22;

protected:
    using Job = std::function<void(unsigned)>;

    sim_host *host = nullptr;
    drv_cpus *machine = nullptr;
    std::vector<std::unique_ptr<Job>> jobs;

    void build(unsigned processors)
    {
        smmu_config_t cfg;
        char why[200] = "";
        ASSERT_EQ(smmu_config_init(&cfg, "mmu-600-like"), SMMU_OK);
        ASSERT_EQ(smmu_config_set(&cfg, "mode", SMMU_MODE_AT, why, sizeof why), SMMU_OK) << why;
        for (const auto &[key, value] : settings)
            ASSERT_EQ(smmu_config_set(&cfg, key, value, why, sizeof why), SMMU_OK) << why;
        host = host_create(&cfg, why, sizeof why);
        ASSERT_NE(host, nullptr) << why;
        machine = drv_cpus_create(host, processors, &costs);
        ASSERT_NE(machine, nullptr);
    }
    std::vector<std::pair<const char *, uint64_t>> settings;

    void TearDown() override
    {
        drv_cpus_destroy(machine);
        host_destroy(host);
    }

    void start(unsigned cpu, Job job, bool server = false)
    {
        jobs.push_back(std::make_unique<Job>(std::move(job)));
        drv_cpus_start(
            machine, cpu, server, host_now(host),
            [](void *ctx, unsigned me) { (*static_cast<Job *>(ctx))(me); }, jobs.back().get());
    }
    void run() { ASSERT_TRUE(drv_cpus_run(machine)) << host_error(host); }
    drv_ops ops(unsigned cpu) { return drv_cpu_ops(machine, cpu); }
    uint64_t now() const { return host_now(host); }

    /* A driver on one processor more than there are threads of it; that one takes interrupts. */
    drv root = {};
    std::unique_ptr<drv[]> thread;

    void bring_up(unsigned threads, drv_config config)
    {
        build(threads + 1);
        config.memory_base = memory_base;
        config.memory_size = memory_bytes;
        config.cmdq_log2 = DRV_CMDQ_LOG2_MIN;
        root = {};
        drv_cpus_route(machine, threads, DRV_IRQ_GERROR);
        start(threads, [&](unsigned cpu) {
            const drv_ops o = ops(cpu);
            ASSERT_EQ(drv_probe(&root, &o, &config), 0);
            ASSERT_EQ(drv_reset(&root), 0);
        });
        run();
        start(
            threads,
            [&](unsigned) {
                while (!drv_cpus_finished(machine))
                    drv_relax(&root, 100000);
            },
            true);
        thread = std::make_unique<drv[]>(threads);
        for (unsigned p = 0; p < threads; p++) {
            const drv_ops o = ops(p);
            drv_join(&thread[p], &root, &o);
        }
    }
};

#endif
