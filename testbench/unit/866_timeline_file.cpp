/* SPDX-License-Identifier: Apache-2.0 */
/* 866 to 869: `replay --timeline`, from outside: the file, and that writing it changes nothing. */
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/wait.h>

#include "unit/temporary_file.h"
#include "unit/timeline_file.h"

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

TEST(Timeline, 866_file_is_json_whose_slices_end_and_nest)
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

TEST(Timeline, 867_writing_it_changes_no_result_no_cycle_and_no_counter)
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

} // namespace

#endif
