/* SPDX-License-Identifier: Apache-2.0 */
/* An experiment of `smmusim bench` with other axes, and its points. */
#ifndef SMMUSIM_UNIT_BENCH_PLAN_H
#define SMMUSIM_UNIT_BENCH_PLAN_H

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "experiment/plan.h"

struct BenchPlan {
    explicit BenchPlan(const char *kind, const std::vector<std::string> &axes = {},
                       uint64_t seed = 1, const char *preset = nullptr)
    {
        smmu_config_t cfg;
        char why[EXP_WHY_SIZE] = "";
        EXPECT_EQ(smmu_config_init(&cfg, preset), SMMU_OK);
        const exp_kind *row = exp_kind_named(kind);
        EXPECT_NE(row, nullptr) << kind;
        EXPECT_TRUE(exp_plan_begin(plan.get(), row, &cfg, seed, why)) << why;
        for (const std::string &axis : axes)
            EXPECT_TRUE(exp_plan_vary(plan.get(), axis.c_str(), why)) << why;
    }
    exp_result measure(size_t point = 0)
    {
        exp_result result;
        char why[EXP_WHY_SIZE] = "";
        EXPECT_EQ(exp_plan_measure(plan.get(), point, &result, why), EXP_MEASURED) << why;
        return result;
    }
    std::string refusal(const std::string &axis)
    {
        char why[EXP_WHY_SIZE] = "";
        EXPECT_FALSE(exp_plan_vary(plan.get(), axis.c_str(), why)) << axis;
        return why;
    }
    std::unique_ptr<exp_plan> plan = std::make_unique<exp_plan>();
};

inline std::string axis_text(const std::string &name, uint64_t value)
{
    return name + "=" + std::to_string(value);
}

#endif
