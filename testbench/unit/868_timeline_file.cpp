/* SPDX-License-Identifier: Apache-2.0 */
/* 868, 869: `replay --timeline`, from outside: the file, and that writing it changes nothing. */
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/wait.h>

#include "unit/temporary_file.h"
#include "unit/timeline_file.h"
#include "unit/vcd_file.h"

#ifdef SMMUSIM_TOOL

namespace {

const char *const kTraces[] = {
    "traces/conformance/4.1.4-consumption.trace",
    "traces/conformance/3.18-interrupts.trace",
    "traces/conformance/3.21-invalidation-races.trace",
    "traces/linux/l61-strict.trace.xz",
};

int tool(const std::string &arguments, const std::string &err = "/dev/null")
{
    const std::string command = SMMUSIM_TOOL " " + arguments + " >/dev/null 2>" + err;
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string load(const std::string &path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

TEST(Timeline, 868_file_is_json_whose_slices_end_and_nest)
{
    const std::string file = temporary_file("json");
    for (const char *trace : kTraces) {
        ASSERT_EQ(tool("replay --timeline " + file + " " + trace), 0) << trace;
        TimelineFile timeline(file);
        EXPECT_TRUE(timeline.complaints.empty()) << trace << "\n" << timeline.story();
        EXPECT_GT(timeline.count("CMD_SYNC"), 0u) << trace;
        EXPECT_GT(timeline.counters["command queue CONS"], 0u) << trace;
        EXPECT_EQ(timeline.instants.count("lost records"), 0u) << trace;
    }
}

TEST(Timeline, 868_writing_it_changes_no_result_no_cycle_and_no_counter)
{
    const std::string file = temporary_file("json"), seen = temporary_file("seen"),
                      unseen = temporary_file("unseen");
    for (const char *trace : kTraces) {
        ASSERT_EQ(tool(std::string("replay --record ") + unseen + ".trace --json " + unseen + " " +
                       trace),
                  0);
        ASSERT_EQ(tool("replay --timeline " + file + " --record " + seen + ".trace --json " + seen +
                       " " + trace),
                  0);
        EXPECT_EQ(load(seen + ".trace"), load(unseen + ".trace")) << trace;
        std::string with = load(seen), key = "\"timeline_lost\": 0";
        const size_t at = with.find(key);
        ASSERT_NE(at, std::string::npos);
        json_t *a = json_loads(with.c_str(), 0, nullptr);
        json_t *b = json_loads(load(unseen).c_str(), 0, nullptr);
        json_object_del(json_array_get(json_object_get(a, "traces"), 0), "timeline_lost");
        EXPECT_TRUE(json_equal(a, b)) << trace;
        json_decref(a);
        json_decref(b);
        std::remove((seen + ".trace").c_str());
        std::remove((unseen + ".trace").c_str());
    }
}

TEST(Timeline, 868_lost_records_are_said_and_leave_a_file_that_is_whole)
{
    const std::string file = temporary_file("json"), config = temporary_file("config"),
                      err = temporary_file("stderr");
    std::ofstream(config) << "timeline.records=2\ntiming.cmdq_reads_in_flight=8\n";
    ASSERT_EQ(tool("replay --config " + config + " --timeline " + file + " " + kTraces[1], err), 0);
    EXPECT_NE(load(err).find("records were lost"), std::string::npos) << load(err);
    TimelineFile timeline(file);
    EXPECT_TRUE(timeline.complaints.empty()) << timeline.story();
    EXPECT_GT(timeline.instants["lost records"], 0u);
}

TEST(Timeline, 869_file_may_be_compressed)
{
    const std::string plain = temporary_file("json"), packed = temporary_file("json.gz");
    ASSERT_EQ(tool("replay --timeline " + plain + " " + kTraces[0]), 0);
    ASSERT_EQ(tool("replay --timeline " + packed + " " + kTraces[0]), 0);
    EXPECT_EQ(load(packed).substr(0, 2), "\x1f\x8b");
    TimelineFile a(plain), b(packed);
    EXPECT_TRUE(b.complaints.empty()) << b.story();
    EXPECT_EQ(a.slices.size(), b.slices.size());
}

TEST(Timeline, 869_file_that_cannot_be_written_is_status_2_and_leaves_nothing)
{
    EXPECT_EQ(tool(std::string("replay --timeline /nonexistent/file ") + kTraces[0]), 2);
    EXPECT_EQ(tool(std::string("replay --timeline /dev/full ") + kTraces[0]), 2);
}

/* A CMD_SYNC behind one TLBI: two reads of 100 cycles, decoding and execution by docs/timing.md. */
TEST(Timeline, 869_signals_of_the_systemc_module_change_when_the_queue_moves)
{
    const std::string trace = temporary_file("trace"), vcd = temporary_file("x.vcd"),
                      json = temporary_file("x.json");
    std::ofstream(trace) << "smmu-trace 1\n"
                            "w64 CMDQ_BASE 0x10003\nw32 CMDQ_PROD 0\nw32 CMDQ_CONS 0\n"
                            "w32 CR0 8\npoll32 CR0ACK 8\n"
                            "push TLBI_NSNH_ALL\npush SYNC cs=1\nring\nirq cmd_sync\ncons 2\n"
                            "run 1000\n";
    if (tool("replay --via tlm-lt " + trace) != 0)
        GTEST_SKIP() << "this build has no SystemC";
    ASSERT_EQ(tool("replay --via tlm-lt --timeline " + json + " --vcd " + vcd + " " + trace), 0);
    VcdFile signals(vcd);
    TimelineFile timeline(json);
    ASSERT_TRUE(signals.read);
    EXPECT_EQ(signals.timescale, "1 ns");
    const auto &prod = signals.signal["cmdq.prod"], &cons = signals.signal["cmdq.cons"];
    EXPECT_EQ(prod.back().value, 2u);
    ASSERT_EQ(cons.size(), 3u);
    EXPECT_EQ(cons[1].value, 1u);
    EXPECT_EQ(cons[2].value, 2u);
    EXPECT_EQ(cons[2].time, signals.signal["irq.cmd_sync"].back().time);
    EXPECT_EQ(signals.signal["irq.cmd_sync"].size(), 1u);
    EXPECT_EQ(signals.last("cmdq.opcode"), 0x46u);
    EXPECT_EQ(signals.last("cmdq.state"), 0u);
    EXPECT_EQ(signals.last("cmdq.waiting"), 0u);
    /* 1 ns of the VCD is a cycle. */
    for (const TimelineFile::Slice &slice : timeline.slices) {
        if (slice.name == "CMD_TLBI_NSNH_ALL") {
            EXPECT_EQ(slice.end, cons[1].time);
        }
        if (slice.name == "CMD_SYNC") {
            EXPECT_EQ(slice.end, cons[2].time);
        }
    }
    EXPECT_EQ(timeline.count("CMD_SYNC"), 1u);
}

TEST(Timeline, 869_signals_stand_beside_the_timeline_and_change_nothing)
{
    const std::string json = temporary_file("y.json.gz"), seen = temporary_file("seen"),
                      unseen = temporary_file("unseen");
    const std::string vcd = json.substr(0, json.size() - std::string(".json.gz").size()) + ".vcd";
    for (const char *trace : {kTraces[0], kTraces[3]}) {
        const std::string with = temporary_file("with.trace"), without = temporary_file("without");
        if (tool("replay --via tlm-lt --record " + without + " " + trace) != 0)
            GTEST_SKIP() << "this build has no SystemC";
        ASSERT_EQ(
            tool("replay --via tlm-lt --timeline " + json + " --record " + with + " " + trace), 0);
        EXPECT_EQ(load(with), load(without)) << trace;
        VcdFile signals(vcd);
        EXPECT_TRUE(signals.read) << trace;
        EXPECT_GT(signals.signal["cmdq.cons"].size(), 2u) << trace;
        TimelineFile timeline(json);
        EXPECT_TRUE(timeline.complaints.empty()) << trace << "\n" << timeline.story();
    }
    std::remove(vcd.c_str());
}

TEST(Timeline, 869_signals_need_systemc_and_a_name_that_says_so)
{
    EXPECT_EQ(tool(std::string("replay --vcd x.vcd ") + kTraces[0]), 2);
    EXPECT_EQ(tool(std::string("replay --via tlm-lt --vcd x.json ") + kTraces[0]), 2);
    EXPECT_EQ(tool(std::string("replay --via tlm-lt --vcd /nonexistent/x.vcd ") + kTraces[0]), 2);
}

} // namespace

#endif
