/* SPDX-License-Identifier: Apache-2.0 */
/* 873: statistics in traces and from the tool: stat by name, replay --stats as text and as JSON. */
#include <gtest/gtest.h>

#include <jansson.h>

#include <memory>
#include <string>

#include "unit/played_trace.h"
#include "unit/temporary_file.h"
#include "unit/tool.h"

namespace {

/* Two transactions of stream 1 and one of stream 2; the SMMU is disabled and lets them through. */
const char *const three_accesses = "dma r 1 0x1000\ndma r 1 0x2000\ndma r 2 0x3000\n";

TEST(TraceStatistics, 873_stat_takes_the_names_of_every_unit)
{
    PlayedTrace trace(three_accesses + std::string("stat requests == 3\n"
                                                   "stat tbu0.transactions == 3\n"
                                                   "stat TRANSACTIONS == 3\n"
                                                   "stat tbu1.transactions == 0\n"
                                                   "stat untranslated == 3\n"
                                                   "stat tcu.requests == 0\n"
                                                   "stat tbu0.latency.count == 3\n"
                                                   "stat tcu.ptw_slots.capacity > 0\n"
                                                   "stat stream.1.latency.count == 2\n"
                                                   "stat stream.0x2.latency.count == 1\n"
                                                   "stats-clear\n"
                                                   "stat tbu0.transactions == 0\n"
                                                   "stat stream.1.latency.count == 0\n"));
    EXPECT_TRUE(trace.held()) << trace.story();
}

TEST(TraceStatistics, 873_stat_of_what_this_smmu_does_not_have_fails)
{
    PlayedTrace trace("stat tbu250.transactions == 0\nstat stream.7.latency.count == 0\n");
    ASSERT_TRUE(trace.played);
    ASSERT_EQ(trace.failures.size(), 2u) << trace.story();
    EXPECT_EQ(trace.failures[0].expected, "tbu250.transactions");
    EXPECT_EQ(trace.failures[1].expected, "stream.7.latency.count");
}

#ifdef SMMUSIM_TOOL

struct Release {
    void operator()(json_t *json) const { json_decref(json); }
};

/* A path of keys in the statistics of the only trace. */
json_int_t value(const json_t *root, std::initializer_list<const char *> path)
{
    const json_t *at = json_object_get(json_array_get(json_object_get(root, "traces"), 0), "stats");
    for (const char *key : path)
        at = json_object_get(at, key);
    EXPECT_TRUE(json_is_integer(at)) << *(path.end() - 1);
    return json_integer_value(at);
}

TEST(TraceStatistics, 873_replay_writes_every_unit_as_json)
{
    const std::string path = temporary_file("stats.json");
    ASSERT_EQ(tool("replay --json " + path + " " + trace_file("t", three_accesses)).status, 0);
    const std::unique_ptr<json_t, Release> root(json_load_file(path.c_str(), 0, nullptr));
    ASSERT_TRUE(root);
    EXPECT_EQ(value(root.get(), {"requests"}), 3);
    EXPECT_EQ(value(root.get(), {"tbu0", "untranslated"}), 3);
    EXPECT_EQ(value(root.get(), {"tbu1", "untranslated"}), 0);
    EXPECT_EQ(value(root.get(), {"tbu0", "slots", "taken"}), 0);
    EXPECT_EQ(value(root.get(), {"tcu", "requests"}), 0);
    EXPECT_EQ(value(root.get(), {"stream.0x1", "latency", "count"}), 2);
    EXPECT_EQ(value(root.get(), {"stream.0x2", "latency", "count"}), 1);
    EXPECT_GT(value(root.get(), {"cycles"}), 0);
}

bool has_row(const std::string &text, const std::string &row)
{
    return text.find("\n  " + row + " ") != std::string::npos;
}

TEST(TraceStatistics, 873_replay_prints_what_counted_something_or_all)
{
    const std::string trace = trace_file("t", three_accesses);
    const std::string none = tool("replay " + trace).out;
    const std::string some = tool("replay --stats " + trace).out;
    const std::string all = tool("replay --stats-all " + trace).out;
    EXPECT_FALSE(has_row(none, "requests"));
    EXPECT_TRUE(has_row(some, "requests"));
    EXPECT_TRUE(has_row(some, "latency"));
    EXPECT_NE(some.find("\nstream.0x1\n"), std::string::npos);
    EXPECT_FALSE(has_row(some, "walks"));
    EXPECT_FALSE(has_row(some, "ptw_slots"));
    EXPECT_EQ(some.find("\ntcu\n"), std::string::npos);
    EXPECT_TRUE(has_row(all, "walks"));
    EXPECT_TRUE(has_row(all, "ptw_slots"));
    EXPECT_NE(all.find("\ntcu\n"), std::string::npos);
}

#endif

} // namespace
