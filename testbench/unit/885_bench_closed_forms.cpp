/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 885 to 889: what `smmusim bench` measures obeys the closed forms of docs/timing.md, to the cycle
 * where these are exact.
 */
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "unit/bench_plan.h"

namespace {

/* The values that the closed forms name, and the forms themselves; letters as in docs/timing.md. */
struct Values {
    uint64_t M = 100, A = 1, F = 1, T = 1, D = 2, S = 1, N = 4;
    uint64_t read_bytes = 32, port_bytes = 20, message_bytes = 20;
    uint64_t tcu_va = 4, tbu_va = 3, req = 8, ack = 8, one_at_a_time = 0;
    uint64_t tbu_scan = 1, tcu_scan = 4, mtlb_entries = 512, mtlb_ways = 4, wc_entries = 1024,
             wc_ways = 8;

    std::vector<std::string> axes() const
    {
        const std::pair<const char *, uint64_t> all[] = {{"mem_read_lat", M},
                                                         {"qtw_ar_lat", A},
                                                         {"cmdq_reads_in_flight", F},
                                                         {"dti_inv_tokens", T},
                                                         {"cmd_decode_lat", D},
                                                         {"sync_signal_lat", S},
                                                         {"tbus", N},
                                                         {"qtw_read_bytes", read_bytes},
                                                         {"dti_tcu_bytes", port_bytes},
                                                         {"dti_msg_bytes", message_bytes},
                                                         {"inv_tcu_va_lat", tcu_va},
                                                         {"inv_tbu_va_lat", tbu_va},
                                                         {"dti_inv_req_lat", req},
                                                         {"dti_inv_ack_lat", ack},
                                                         {"inv_fanout", one_at_a_time},
                                                         {"inv_tbu_scan", tbu_scan},
                                                         {"inv_tcu_scan", tcu_scan},
                                                         {"mtlb_entries", mtlb_entries},
                                                         {"mtlb_ways", mtlb_ways},
                                                         {"wc_split", 0},
                                                         {"wc_entries", wc_entries},
                                                         {"wc_ways", wc_ways},
                                                         {"tcu_xlate_slots", 4096},
                                                         {"cmdq_start_lat", 0},
                                                         {"inv_range_probes", 1},
                                                         {"cmds_per_read", 1}};
        std::vector<std::string> list;
        for (const auto &[name, value] : all)
            list.push_back(axis_text(std::string("timing.") + name, value));
        return list;
    }
    static uint64_t ceil(uint64_t a, uint64_t b) { return (a + b - 1) / b; }
    uint64_t R() const { return A + M + ceil(16, read_bytes) - 1; }
    uint64_t reach_tbus(uint64_t t_tcu, uint64_t t_tbu) const
    {
        const uint64_t there_and_back = req + ack + t_tbu, beats = ceil(message_bytes, port_bytes);
        return std::max(t_tcu,
                        one_at_a_time ? N * there_and_back : there_and_back + (N - 1) * beats);
    }
    uint64_t I_pages(uint64_t pages) const
    {
        return reach_tbus(tcu_va, tbu_va + std::min(pages, mtlb_entries / mtlb_ways) - 1);
    }
    uint64_t I_asid() const
    {
        return reach_tbus(ceil(wc_entries / wc_ways, tcu_scan),
                          ceil(mtlb_entries / mtlb_ways, tbu_scan));
    }
    /* One command and a CMD_SYNC, with one read in flight: the second read follows the first. */
    uint64_t one_and_sync(uint64_t I) const { return std::max(R() + D + I, 2 * R() + D) + S; }
};

exp_result measure(const Values &v, const char *form, uint64_t pages, uint64_t operations = 4)
{
    std::vector<std::string> axes = v.axes();
    axes.push_back(std::string("form=") + form);
    axes.push_back(axis_text("pages", pages));
    axes.push_back(axis_text("operations", operations));
    return BenchPlan("forms", axes).measure();
}

/* Each term of max(R / F, D, I / T) in its turn is the largest. */
TEST(BenchClosedForms, 885_a_page_costs_the_slowest_of_read_decode_and_invalidation)
{
    struct {
        const char *what;
        uint64_t Values::*value;
        uint64_t is;
        uint64_t Values::*other;
        uint64_t other_is;
    } const cases[] = {{"reads", &Values::M, 300, &Values::F, 1},
                       {"reads in flight", &Values::M, 400, &Values::F, 4},
                       {"decoding", &Values::D, 150, &Values::F, 4},
                       {"invalidation", &Values::tbu_va, 400, &Values::T, 1},
                       {"invalidations in flight", &Values::tbu_va, 400, &Values::T, 2},
                       {"TBUs", &Values::one_at_a_time, 1, &Values::N, 16}};
    for (const auto &c : cases) {
        Values v;
        v.*c.value = c.is;
        v.*c.other = c.other_is;
        const double each = std::max(
            {static_cast<double>(v.R()) / static_cast<double>(v.F), static_cast<double>(v.D),
             static_cast<double>(v.I_pages(1)) / static_cast<double>(v.T)});
        /* What is not steady is the same in both, so that the slope is exact. */
        const double slope =
            (measure(v, "page", 448).op_p50 - measure(v, "page", 192).op_p50) / 256;
        EXPECT_NEAR(slope, each, each / 200) << c.what;
    }
}

TEST(BenchClosedForms, 886_one_command_and_its_sync_to_the_cycle)
{
    for (uint64_t N : {1, 4, 16})
        for (uint64_t one_at_a_time : {0, 1})
            for (uint64_t M : {0, 100, 250}) {
                Values v;
                v.N = N;
                v.one_at_a_time = one_at_a_time;
                v.M = M;
                for (const char *form : {"asid", "all"})
                    EXPECT_EQ(measure(v, form, 1).sync_p50,
                              static_cast<double>(v.one_and_sync(v.I_asid())))
                        << form << " N=" << N << " M=" << M << " fanout " << one_at_a_time;
                for (uint64_t pages : {1, 16, 64, 512})
                    EXPECT_EQ(measure(v, pages == 1 ? "page" : "range", pages).sync_p50,
                              static_cast<double>(v.one_and_sync(v.I_pages(pages))))
                        << pages << " N=" << N << " M=" << M << " fanout " << one_at_a_time;
            }
}

/* A range of n pages is one command, and so cheaper than pages from two on, but never free. */
TEST(BenchClosedForms, 887_a_range_is_worth_it_where_arithmetic_says_so)
{
    for (uint64_t tbu_va : {3, 2000}) {
        Values v;
        v.tbu_va = tbu_va;
        for (uint64_t pages : {2, 8, 512}) {
            const double range = measure(v, "range", pages).op_p50,
                         page = measure(v, "page", pages).op_p50;
            EXPECT_LT(range, page) << pages;
            EXPECT_GE(range, static_cast<double>(2 * v.R() + v.D + v.S)) << pages;
        }
    }
}

/* An unloaded request: its way through the TBU, to the TCU and back, and one read for the leaf. */
TEST(BenchClosedForms, 885_hits_and_misses_of_clients_take_what_the_stages_take)
{
    const std::vector<std::string> stages = {
        "timing.tbu_front_lat=2",  "timing.tbu_slice_lat=1",   "timing.utlb_lat=1",
        "timing.mtlb_lat=5",       "timing.tbu_back_lat=3",    "timing.dti_req_lat=7",
        "timing.dti_rsp_lat=9",    "timing.dti_link_bytes=20", "timing.dti_msg_bytes=20",
        "timing.dti_tcu_bytes=20", "timing.cc_lat=4",          "timing.wc_lat=6",
        "timing.wc_serial=0",      "timing.walk_start_lat=2",  "timing.walk_step_lat=3",
        "timing.mem_read_lat=80",  "timing.qtw_ar_lat=1",      "timing.qtw_read_bytes=32",
        "timing.tbus=1",           "timing.utlb_entries=1"};
    const double front = 2 + 1 + 1 + 5, back = 3, hit = front + back;
    const double leaf = front + (7 + 9) + 4 + 6 + 2 + (1 + 80 + 3) + back;
    std::vector<std::string> axes = stages;
    for (const char *more : {"form=none", "rate=2", "set=64", "window=50000"})
        axes.push_back(more);
    exp_result r = BenchPlan("load", axes).measure();
    EXPECT_EQ(r.hit_rate, 100);
    EXPECT_EQ(r.client_p50, hit);
    EXPECT_LE(r.client_mean, hit) << "some pages are still in the micro-TLB";
    EXPECT_GE(r.client_mean, hit - 5) << "which saves the main one's time";
    /* So many pages that neither TLB nor the walk cache of level 3 has them, but level 2 has. */
    axes = stages;
    for (const char *more : {"loop=closed", "outstanding=1", "set=16384", "window=100000",
                             "timing.mtlb_entries=64", "timing.wc_levels=7"})
        axes.push_back(more);
    r = BenchPlan("walkers", axes).measure();
    EXPECT_EQ(r.client_p50, leaf);
}

/* P walkers, each W cycles a walk, while enough requests wait for them. */
TEST(BenchClosedForms, 889_walkers_sustain_a_walk_each_in_its_time)
{
    for (uint64_t walkers : {1, 2, 4})
        for (uint64_t M : {100, 300}) {
            const double W = 4 + static_cast<double>(1 + M + 1);
            exp_result r = BenchPlan("walkers", {axis_text("timing.ptw_slots", walkers),
                                                 axis_text("timing.mem_read_lat", M),
                                                 "timing.wc_lat=4", "timing.walk_start_lat=0",
                                                 "timing.walk_step_lat=1", "timing.qtw_ar_lat=1",
                                                 "timing.qtw_read_bytes=32", "timing.wc_levels=7",
                                                 "timing.wc_serial=0", "timing.mtlb_entries=64",
                                                 "outstanding=64", "set=16384", "window=60000"})
                               .measure();
            const double expected = 1000 * static_cast<double>(walkers) / W;
            EXPECT_NEAR(r.walks, expected, expected / 100) << walkers << " walkers, M=" << M;
        }
}

} // namespace
