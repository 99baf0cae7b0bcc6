/* SPDX-License-Identifier: Apache-2.0 */
/* The tool from outside: exit statuses, messages, results as JSON. */
#include <gtest/gtest.h>

#include <jansson.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "unit/played_trace.h"
#include "unit/temporary_file.h"
#include "unit/timing_forms.h"
#include "unit/tool.h"

#ifdef SMMUSIM_TOOL

namespace {

long lines(const std::string &text)
{
    return std::count(text.begin(), text.end(), '\n');
}

TEST(Tool, 147_unusable_input_is_one_message_and_status_2)
{
    const std::string bad = trace_file("bad", "run\n");
    const std::string good = trace_file("good", "run 1\n");
    for (const std::string &arguments : {std::string(),
                                         std::string("frobnicate"),
                                         std::string("replay"),
                                         std::string("replay --no-such ") + good,
                                         std::string("replay -x ") + good,
                                         "replay --via carrier-pigeon " + good,
                                         "replay --preset fast " + good,
                                         "replay --config /nonexistent/file " + good,
                                         "replay --max-failures many " + good,
                                         std::string("replay --max-failures"),
                                         std::string("replay /nonexistent/file"),
                                         "replay " + bad,
                                         "replay --record /nonexistent/file " + good,
                                         "replay --timeline /nonexistent/file " + good,
                                         "replay --json /nonexistent/file " + good,
                                         "replay --record r " + good + " " + good,
                                         std::string("import"),
                                         std::string("import qemu"),
                                         std::string("import qemu --log /nonexistent/file --out x"),
                                         std::string("decode"),
                                         std::string("decode cmd"),
                                         std::string("decode cmd x"),
                                         std::string("decode cmd 1 2 3"),
                                         std::string("decode nothing 1"),
                                         std::string("decode pte 1 --level 4"),
                                         std::string("decode pte 1 --granule 8K"),
                                         std::string("decode pte 1 --stage 3"),
                                         std::string("errors --no-such"),
                                         std::string("errors something"),
                                         std::string("errors --preset fast"),
                                         std::string("bench nothing"),
                                         std::string("bench pages=1"),
                                         std::string("bench --csv /nonexistent/file"),
                                         std::string("bench --explain"),
                                         std::string("bench --preset fast batch"),
                                         std::string("bench --seed x batch"),
                                         std::string("bench batch commands=0"),
                                         std::string("bench forms rate=1001"),
                                         std::string("bench forms batch sync_every=1"),
                                         std::string("bench forms timing.nothing=1"),
                                         std::string("bench forms timing.mtlb_entries=5 --csv -"),
                                         std::string("bench forms queue=129 --csv -"),
                                         std::string("bench forms pages=1,2,3,4,5,6,7,8,9,10 "
                                                     "timing.tbus=1,2,3,4,5,6,7,8,9,10 "
                                                     "seed=1,2,3,4,5,6,7,8,9,10 "
                                                     "timing.ptw_slots=1,2,3,4,5,6,7,8,9,10 "
                                                     "set=1,2,3,4,5,6,7,8,9,10"),
                                         std::string("bench load outstanding=1024 streams=2 "
                                                     "rate=2 --csv -"),
                                         std::string("report"),
                                         std::string("report --out /nonexistent"),
                                         std::string("demo something"),
                                         std::string("demo --out /dev/null/x"),
                                         std::string("config --preset fast"),
                                         std::string("config something")}) {
        Outcome run = tool(arguments);
        EXPECT_EQ(run.status, 2) << arguments;
        EXPECT_EQ(lines(run.err), 1) << arguments << "\n" << run.err;
    }
}

TEST(Tool, 147_malformed_trace_is_refused_with_file_and_line)
{
    std::string path = trace_file("bad", "run 1\n\nrun\n");
    Outcome run = tool("replay " + path);
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.err, path + ":4: CYCLES is missing\n");
    EXPECT_EQ(run.out, "");
}

TEST(Tool, 147_failed_expectation_is_status_1_and_names_the_line)
{
    std::string path = trace_file("fails", "r32 CR0 1\n");
    Outcome run = tool("replay " + path);
    EXPECT_EQ(run.status, 1);
    EXPECT_EQ(run.out.rfind(path + ":2: expected CR0=1, got CR0=0\n", 0), 0U) << run.out;
    EXPECT_EQ(run.err, "");
}

TEST(Tool, 147_worst_of_several_traces_decides)
{
    std::string good = trace_file("good", "r32 CR0 0\n"),
                fails = trace_file("fails", "r32 CR0 1\n"), bad = trace_file("bad", "run\n");
    EXPECT_EQ(tool("replay " + good + " " + good).status, 0);
    EXPECT_EQ(tool("replay " + good + " " + fails).status, 1);
    EXPECT_EQ(tool("replay " + bad + " " + fails).status, 2);
    Outcome run = tool("replay " + bad + " " + fails);
    EXPECT_NE(run.out.find("1 failed"), std::string::npos) << "the other one was played";
}

TEST(Tool, 147_help_of_every_verb_is_status_0)
{
    for (const char *arguments :
         {"--help", "help", "replay --help", "import --help", "decode --help", "errors --help",
          "config --help", "bench --help", "report --help", "demo --help", "--version"}) {
        Outcome run = tool(arguments);
        EXPECT_EQ(run.status, 0) << arguments;
        EXPECT_NE(run.out, "") << arguments;
        EXPECT_EQ(run.err, "") << arguments;
    }
}

TEST(Tool, 148_json_has_what_was_printed)
{
    std::string path = trace_file("fails", "r32 CR0 1\nr32 CR0 0\nrun 5\n");
    std::string json = temporary_file("json");
    EXPECT_EQ(tool("replay --json " + json + " " + path).status, 1);
    json_error_t error;
    json_t *root = json_load_file(json.c_str(), 0, &error);
    ASSERT_NE(root, nullptr) << error.text;
    json_t *trace = json_array_get(json_object_get(root, "traces"), 0);
    EXPECT_EQ(json_integer_value(json_object_get(root, "status")), 1);
    EXPECT_STREQ(json_string_value(json_object_get(trace, "file")), path.c_str());
    EXPECT_EQ(json_integer_value(json_object_get(trace, "expectations")), 2);
    EXPECT_EQ(json_integer_value(json_object_get(trace, "failures")), 1);
    EXPECT_EQ(json_integer_value(json_object_get(trace, "cycles")), 5);
    json_t *mismatch = json_array_get(json_object_get(trace, "mismatches"), 0);
    EXPECT_EQ(json_integer_value(json_object_get(mismatch, "line")), 2);
    EXPECT_STREQ(json_string_value(json_object_get(mismatch, "got")), "CR0=0");
    json_decref(root);
}

TEST(Tool, 148_failures_stop_a_trace_and_that_is_said)
{
    std::string path = trace_file("t", "r32 CR0 1\nr32 CR0 1\nr32 CR0 1\n");
    Outcome run = tool("replay --max-failures 2 " + path);
    EXPECT_EQ(run.status, 1);
    EXPECT_NE(run.out.find("stopped after 2 failures: 1 of 3 statements were not played"),
              std::string::npos)
        << run.out;
}

TEST(Tool, 148_memory_is_bounded_by_an_option)
{
    std::string stores;
    for (unsigned i = 0; i < 257; ++i)
        stores += "mem " + std::to_string(i * 4096) + " 1\n";
    std::string path = trace_file("t", stores);
    Outcome run = tool("replay --max-memory 1 " + path);
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.err,
              path + ":258: physical memory is full: more pages are written than allowed\n");
    EXPECT_EQ(tool("replay --max-memory 2 " + path).status, 0);
}

TEST(Tool, 149_printed_configuration_is_a_configuration_file)
{
    std::string path = temporary_file("config"), good = trace_file("good", "r32 IDR1 ?x\n");
    Outcome run = tool("config --preset ideal");
    EXPECT_EQ(run.status, 0);
    std::ofstream(path) << run.out;
    EXPECT_EQ(tool("replay --config " + path + " " + good).status, 0);
    Outcome again = tool("config --config " + path);
    EXPECT_EQ(again.out, run.out);
}

TEST(Tool, 149_decode_names_every_field)
{
    Outcome run = tool("decode cmd 0x0001_0000_0000_0012 0x7fff_f001");
    EXPECT_EQ(run.status, 0);
    for (const char *field : {"CMD_TLBI_NH_VA\n", "NUM", "SCALE", "LEAF", "TTL", "TG", "VMID",
                              "ASID", "ADDR           [127:76]   0x7ffff000"})
        EXPECT_NE(run.out.find(field), std::string::npos) << field << "\n" << run.out;
    EXPECT_NE(tool("decode cmd 0x46 0x8000000000000000").out.find("MSI_NS"), std::string::npos);
    EXPECT_NE(tool("decode cmd 0x1_0000_0030").out.find("bits of no field in word 0"),
              std::string::npos);
    EXPECT_NE(tool("decode event 0xe5").out.find("IMPLEMENTATION DEFINED"), std::string::npos);
    EXPECT_NE(tool("decode pte 0x7000743 --level 3").out.find("page descriptor"),
              std::string::npos);
    EXPECT_NE(tool("decode pte 0x40000741 --level 2").out.find("[47:21]    0x40000000"),
              std::string::npos);
}

TEST(Tool, 149_error_table_holds_under_every_preset)
{
    for (const char *preset : all_presets) {
        Outcome run = tool(std::string("errors --preset ") + preset);
        EXPECT_EQ(run.status, 0) << run.out;
        EXPECT_EQ(run.out.find("DIFFERS"), std::string::npos);
        EXPECT_NE(run.out.find(" 0 differ"), std::string::npos);
        for (const char *queue : {"CMDQ ", "ECMDQ "})
            for (const char *code : {"CERROR_ILL ", "CERROR_ABT ", "CERROR_ATC_INV_SYNC "}) {
                std::istringstream lines(run.out);
                bool measured = false;
                for (std::string line; std::getline(lines, line);)
                    measured |= line.rfind(queue, 0) == 0 && line.find(code) != std::string::npos;
                EXPECT_TRUE(measured) << code << "on " << queue;
            }
    }
}

TEST(Tool, 149_bench_needs_what_it_measures)
{
    const std::string file = temporary_file("config");
    std::ofstream(file) << "IDR0.MSI=0\n";
    Outcome run = tool("bench --config " + file + " batch");
    EXPECT_EQ(run.status, 2);
    EXPECT_NE(run.err.find("IDR0.MSI=1"), std::string::npos) << run.err;
}

std::vector<std::string> cells_of(const std::string &line)
{
    std::vector<std::string> cells(1);
    for (char c : line) {
        if (c == ',')
            cells.emplace_back();
        else
            cells.back() += c;
    }
    return cells;
}

/* The fixed part of a CMD_SYNC is shared by the commands before it. */
TEST(Tool, 149_commands_get_cheaper_the_more_share_a_sync)
{
    Outcome run = tool("bench --csv - batch commands=256");
    ASSERT_EQ(run.status, 0) << run.err;
    std::istringstream csv(run.out);
    std::string line, wait;
    double before = 0;
    unsigned rows = 0;
    std::getline(csv, line);
    EXPECT_EQ(line, "kind,form,sync,sync_every [commands],cpu,commands [commands],syncs "
                    "[commands],cycles [cycles],cycles_per_command [cycles],cycles_per_page "
                    "[cycles]");
    while (std::getline(csv, line)) {
        const std::vector<std::string> cells = cells_of(line);
        ASSERT_EQ(cells.size(), 10U) << line;
        const double cycles = std::stod(cells[8]);
        EXPECT_EQ(std::stoul(cells[6]), 256 / std::stoul(cells[3])) << "CMD_SYNCs: " << line;
        if (cells[2] == wait && wait != "poll") { // polling waits in steps of its own
            EXPECT_LT(cycles, before) << line;
        }
        wait = cells[2];
        before = cycles;
        rows++;
    }
    EXPECT_EQ(rows, 21U);
}

TEST(Tool, 149_bench_without_a_kind_lists_all_kinds)
{
    Outcome run = tool("bench");
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.err, "");
    for (const char *kind :
         {"invalidation", "batch", "reads", "latency", "forms", "sync", "ring", "ecmdq", "tbus", "memory",
          "load", "storm", "hitrate", "walkers", "presets", "sensitivity", "all"}) {
        EXPECT_NE(run.out.find(std::string("\n  ") + kind + " "), std::string::npos) << kind;
        if (std::string("all") == kind)
            continue;
        Outcome about = tool(std::string("bench --explain ") + kind);
        EXPECT_EQ(about.status, 0);
        EXPECT_NE(about.out.find("axes"), std::string::npos) << kind;
    }
}

TEST(Tool, 149_bench_begins_no_kind_unless_it_can_do_all)
{
    Outcome run = tool("bench invalidation forms sync_every=1");
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.out, "");
    EXPECT_NE(run.err.find("'sync_every' is no parameter of forms"), std::string::npos) << run.err;
}

TEST(Tool, 149_bench_writes_the_same_everywhere_and_every_time)
{
    const std::string base = temporary_file("bench"), json = base + ".json";
    std::string first_csv, first_json;
    for (int round = 0; round < 2; round++) {
        Outcome run = tool("bench forms load rate=0,20 form=page,range pages=3 operations=2 "
                           "window=3000 --seed 5 --json " +
                           json + " --csv " + base + ".csv --plot " + base + ".svg");
        ASSERT_EQ(run.status, 0) << run.err;
        EXPECT_EQ(run.err, "");
        const std::string csv = load(base + "-load.csv"), svg = load(base + "-load.svg");
        EXPECT_NE(svg.find("</svg>"), std::string::npos);
        EXPECT_NE(svg.find("seed=5"), std::string::npos) << "the caption says what was measured";
        EXPECT_EQ(lines(load(base + "-forms.csv")), 1 + 4);
        if (round) {
            EXPECT_EQ(csv, first_csv);
            EXPECT_EQ(load(json), first_json);
        }
        first_csv = csv;
        first_json = load(json);
    }
    /* JSON says what the CSV says. */
    json_t *root = json_loads(first_json.c_str(), 0, nullptr);
    ASSERT_NE(root, nullptr);
    EXPECT_EQ(json_integer_value(json_object_get(root, "seed")), 5);
    EXPECT_STREQ(json_string_value(json_object_get(root, "preset")), "mmu-700-like");
    EXPECT_EQ(json_array_size(json_object_get(root, "kinds")), 2U);
    EXPECT_EQ(json_array_size(json_object_get(root, "plots")), 2U);
    const json_t *rows = json_object_get(root, "rows");
    ASSERT_EQ(json_array_size(rows), 8U);
    std::istringstream csv(first_csv);
    std::string line;
    std::getline(csv, line);
    const std::vector<std::string> head = cells_of(line);
    for (size_t i = 4; std::getline(csv, line); i++) {
        const std::vector<std::string> cells = cells_of(line);
        const json_t *row = json_array_get(rows, i);
        ASSERT_EQ(cells.size(), head.size());
        for (size_t c = 0; c < cells.size(); c++) {
            const std::string name = head[c].substr(0, head[c].find(" ["));
            const json_t *value = json_object_get(row, name.c_str());
            if (json_is_string(value))
                EXPECT_EQ(cells[c], json_string_value(value)) << name;
            else if (json_is_number(value))
                EXPECT_NEAR(std::stod(cells[c]), json_number_value(value), 0.005) << name;
            else
                EXPECT_TRUE(json_is_null(value) && cells[c].empty()) << name;
        }
    }
    json_decref(root);
}

TEST(Tool, 149_demo_holds_and_leaves_a_report_with_plots)
{
    const std::string dir = temporary_file("demo.d");
    Outcome run = tool("demo --out " + dir);
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_NE(run.out.find("\ndemo: all held"), std::string::npos);
    const std::string report = load(dir + "/report.html");
    unsigned plots = 0;
    for (size_t at = 0; (at = report.find("<svg", at)) != std::string::npos; at++)
        plots++;
    EXPECT_EQ(plots, 4U);
    EXPECT_EQ(report.find("class=\"bad\""), std::string::npos);
    EXPECT_NE(report.find("</html>"), std::string::npos);
}

} // namespace

#endif
