/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 880 to 884: the experiments of `smmusim bench`: what they measure, and that nothing but the seed
 * decides what is random. Arithmetic is in 885.
 */
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "unit/bench_plan.h"

namespace {

/* Linux's batches: one command a page, or one for each non-zero digit of the length to base 32. */
TEST(BenchExperiments, 880_commands_of_an_operation_follow_from_its_form)
{
    const struct {
        const char *form;
        uint64_t pages;
        double commands;
    } cases[] = {{"page", 1, 1},  {"page", 37, 37}, {"page", 512, 512}, {"range", 1, 1},
                 {"range", 8, 1}, {"range", 31, 1}, {"range", 33, 2},   {"range", 512, 1},
                 {"asid", 37, 1}, {"all", 37, 1}};
    for (const auto &c : cases) {
        const exp_result r = BenchPlan("forms", {std::string("form=") + c.form,
                                                 axis_text("pages", c.pages), "operations=3"})
                                 .measure();
        EXPECT_EQ(r.commands_per_operation, c.commands) << c.form << " " << c.pages;
        EXPECT_EQ(r.operations, 3);
        EXPECT_EQ(r.syncs, 3);
        EXPECT_EQ(std::isnan(r.cycles_per_page), c.form[0] == 'a') << "no pages are named";
    }
}

/* What the caller sees is the SMMU's time and the processor's write of PROD before it. */
TEST(BenchExperiments, 880_processor_adds_its_accesses)
{
    const exp_result free = BenchPlan("sync", {"cpu=free", "sync=sev", "pages=4"}).measure();
    const exp_result usual = BenchPlan("sync", {"cpu=usual", "sync=sev", "pages=4"}).measure();
    EXPECT_EQ(free.op_p50, free.sync_p50);
    EXPECT_EQ(usual.op_p50, usual.sync_p50 + 50) << "a posted write takes 50 cycles";
    EXPECT_GE(usual.sync_p50, free.sync_p50 + 100) << "a read of CMDQ_CONS takes 100";
    EXPECT_EQ(free.cycles_per_operation, free.op_p50) << "one after the other";
}

TEST(BenchExperiments, 881_paced_operations_start_at_their_pace)
{
    const exp_result r =
        BenchPlan("load", {"form=range", "rate=0", "period=2000", "window=50000"}).measure();
    EXPECT_EQ(r.cycles, 50000);
    EXPECT_EQ(r.operations, 25);
}

/* One after the other, at any pace that is too fast; the last may end after the window. */
TEST(BenchExperiments, 881_operations_do_not_overlap)
{
    const std::vector<std::string> axes = {"form=page", "pages=32", "rate=0", "window=50000"};
    std::vector<std::string> fast = axes;
    fast.push_back("period=100");
    std::vector<std::string> at_once = axes;
    at_once.push_back("period=0");
    const exp_result a = BenchPlan("load", fast).measure(),
                     b = BenchPlan("load", at_once).measure();
    EXPECT_EQ(a.operations, b.operations);
    EXPECT_GE(a.cycles, 50000);
    EXPECT_LT(a.cycles, 50000 + a.op_p99);
    EXPECT_EQ(a.operations, std::ceil(50000 / a.op_p50));
}

TEST(BenchExperiments, 881_clients_lose_what_is_invalidated)
{
    const std::vector<std::string> quiet = {"form=none", "rate=50", "set=64", "timing.tbus=1",
                                            "window=30000"};
    std::vector<std::string> loud = quiet;
    loud[0] = "form=asid";
    const exp_result before = BenchPlan("load", quiet).measure(),
                     after = BenchPlan("load", loud).measure();
    EXPECT_EQ(before.requests, after.requests) << "arrivals owe nothing to the answers";
    EXPECT_EQ(before.hit_rate, 100) << "a set of 64 pages fits";
    EXPECT_LT(after.hit_rate, 99);
    EXPECT_GT(after.client_mean, before.client_mean);
    EXPECT_GE(after.client_p99, after.client_p50);
    EXPECT_EQ(before.walks, 0);
    EXPECT_GT(after.walks, 0);
}

/* Load that nothing can serve has no latency to speak of, but a throughput. */
TEST(BenchExperiments, 882_saturation_is_not_reported_as_latency)
{
    const exp_result r =
        BenchPlan("load", {"form=none", "rate=1000", "set=4096", "timing.tbus=1",
                           "timing.ptw_slots=1", "window=2000", "timing.mem_read_lat=1000"})
            .measure();
    EXPECT_TRUE(std::isnan(r.client_mean));
    EXPECT_TRUE(std::isnan(r.client_p99));
    EXPECT_LT(r.served, 10);
}

TEST(BenchExperiments, 882_seed_decides)
{
    const std::vector<std::string> axes = {"form=page", "rate=100", "window=10000"};
    const exp_result a = BenchPlan("load", axes, 7).measure(),
                     b = BenchPlan("load", axes, 7).measure(),
                     c = BenchPlan("load", axes, 8).measure();
    for (int id = 0; id < EXP_MEASURE_COUNT; id++) {
        const double x = exp_measured(&a, static_cast<exp_measure_id>(id));
        const double y = exp_measured(&b, static_cast<exp_measure_id>(id));
        EXPECT_TRUE(x == y || (std::isnan(x) && std::isnan(y))) << exp_measures[id].name;
    }
    EXPECT_NE(a.requests, c.requests);
}

TEST(BenchExperiments, 883_every_kind_draws_what_it_measures)
{
    const exp_kind *kind;
    for (size_t i = 0; (kind = exp_kind_at(i)); i++) {
        BenchPlan whole(kind->name);
        std::set<std::string> names = {"kind"};
        bool x_is_axis = false;
        for (unsigned k = 0; k < kind->column_count; k++)
            EXPECT_TRUE(names.insert(exp_measures[kind->columns[k]].name).second) << kind->name;
        for (size_t a = 0; a < whole.plan->axes; a++)
            EXPECT_TRUE(names.insert(exp_axis_name(&whole.plan->axis[a])).second) << kind->name;
        for (size_t a = 0; a < whole.plan->axes; a++)
            x_is_axis |= exp_axis_name(&whole.plan->axis[a]) == std::string(kind->plot.x);
        EXPECT_TRUE(x_is_axis) << kind->name;
        for (unsigned c = 0; c < kind->plot.curves; c++) {
            bool is_column = false;
            for (unsigned k = 0; k < kind->column_count; k++)
                is_column |= kind->columns[k] == kind->plot.y[c];
            EXPECT_TRUE(is_column) << kind->name;
        }
    }
}

/* From the first point to the last, under every preset. */
TEST(BenchExperiments, 883_every_kind_runs_under_every_preset)
{
    const exp_kind *kind;
    const char *preset;
    for (size_t i = 0; (kind = exp_kind_at(i)); i++)
        for (size_t p = 0; (preset = smmu_config_preset(p)); p++) {
            std::vector<std::string> small;
            if (exp_kind_takes(kind, EXP_PARAMETER_commands))
                small = {"commands=64"};
            if (exp_kind_takes(kind, EXP_PARAMETER_set))
                small = {"operations=2", "window=2000", "set=32"};
            if (exp_kind_takes(kind, EXP_PARAMETER_cpus))
                small = {"window=2000"};
            BenchPlan plan(kind->name, small, 1, preset);
            const size_t points = exp_plan_points(plan.plan.get());
            if (kind->name == std::string("sensitivity") && preset == std::string("ideal")) {
                EXPECT_EQ(points, 0u) << "nothing is assumed";
                continue;
            }
            ASSERT_GT(points, 1u);
            for (size_t point : {size_t{0}, points - 1}) {
                exp_result result;
                char why[EXP_WHY_SIZE] = "";
                EXPECT_NE(exp_plan_measure(plan.plan.get(), point, &result, why), EXP_FAILED)
                    << kind->name << " under " << preset << " " << point << ": " << why;
            }
        }
}

TEST(BenchExperiments, 883_sensitivity_knows_what_a_value_does)
{
    uint64_t reads = 0, clock = 0;
    const smmu_config_key_t *key;
    for (size_t i = 0; (key = smmu_config_key(i)); i++) {
        reads = key->name == std::string("timing.mem_read_lat") ? i : reads;
        clock = key->name == std::string("timing.clk_mhz") ? i : clock;
    }
    const std::vector<std::string> small = {"change=more", "operations=2", "window=5000"};
    auto with = [&](const char *name) {
        std::vector<std::string> axes = small;
        axes.push_back(std::string("assumption=") + name);
        return BenchPlan("sensitivity", axes).measure();
    };
    const exp_result memory = with("timing.mem_read_lat"), mhz = with("timing.clk_mhz");
    EXPECT_EQ(memory.changed_to, 2 * memory.value);
    EXPECT_GT(memory.operation_change, 0);
    EXPECT_GT(memory.sync_change, 50) << "a CMD_SYNC is two reads and little else";
    EXPECT_GT(memory.disturbed_change, 0);
    EXPECT_EQ(mhz.operation_change, 0) << "cycles are cycles";
    EXPECT_EQ(mhz.sync_change, 0);
    EXPECT_EQ(mhz.quiet_change, 0);
    EXPECT_EQ(mhz.disturbed_change, 0);
}

TEST(BenchExperiments, 884_presets_keep_what_was_set)
{
    const std::vector<std::string> axes = {"form=range", "rate=0", "timing.mem_read_lat=300"};
    std::vector<std::string> ideal = axes;
    ideal.push_back("preset=ideal");
    const exp_result r = BenchPlan("presets", ideal).measure();
    EXPECT_GE(r.sync_p50, 300) << "ideal memory is set to be slow";
    EXPECT_LE(r.sync_p50, 600) << "and nothing else costs time: two reads at most";
}

TEST(BenchExperiments, 884_axes_are_checked)
{
    BenchPlan plan("forms");
    for (const char *bad :
         {"pages", "pages=", "pages=0", "pages=1,", "pages=,1", "pages=x", "pages=-1",
          "pages=65537", "form=sideways", "nothing=1", "timing.nothing=1", "timing.tbus=0",
          "timing.tbus=1000000", "commands=1", "assumption=timing.tbus"})
        EXPECT_NE(plan.refusal(bad), "") << bad;
    std::string many = "pages=1";
    for (int i = 0; i < EXP_MAX_VALUES; i++)
        many += ",1";
    EXPECT_NE(plan.refusal(many), "");
    for (const char *good :
         {"pages=1,2", "pages=0x10", "FORM=RANGE", "timing.TBUS=2", "IDR0.SEV=0"}) {
        char why[EXP_WHY_SIZE] = "";
        EXPECT_TRUE(exp_plan_vary(plan.plan.get(), good, why)) << why;
    }
}

} // namespace
