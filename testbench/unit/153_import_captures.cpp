/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The traces in traces/linux are what the importer makes of the captures beside them, and have
 * a statement for every access, command and translation of the log.
 */

#include "trace/import_qemu.h"
#include "trace/text_file.h"
#include "unit/import_log.h"
#include "unit/temporary_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

std::vector<std::string> lines_of(const std::string &path)
{
    std::vector<std::string> lines;
    char why[256] = "", *line = nullptr;
    text_file *file = text_file_open(path.c_str(), why, sizeof why);
    if (file == nullptr) {
        ADD_FAILURE() << path << ": " << why;
        return lines;
    }
    text_file_result result;
    while ((result = text_file_next(file, &line)) == TEXT_FILE_LINE)
        lines.emplace_back(line);
    EXPECT_EQ(result, TEXT_FILE_END) << path << ": " << text_file_error(file);
    text_file_close(file);
    return lines;
}

/* How many lines start with each first word. */
std::map<std::string, size_t> first_words(const std::vector<std::string> &lines)
{
    std::map<std::string, size_t> counts;
    for (const std::string &line : lines)
        counts[line.substr(0, line.find(' '))]++;
    return counts;
}

class Captures : public testing::TestWithParam<const char *> {
protected:
    std::string folder() const { return std::string("traces/linux/captures/") + GetParam() + "/"; }
    std::string committed() const
    {
        return std::string("traces/linux/") + GetParam() + ".trace.xz";
    }
};

TEST_P(Captures, 153_committed_trace_is_the_import_of_its_capture)
{
    const std::string log = folder() + "qemu-trace.log.xz", memory = folder() + "memory.txt";
    const std::string out = temporary_file("capture.trace");
    const trace_import_qemu_options options = {log.c_str(), memory.c_str(), out.c_str()};
    std::FILE *said = std::tmpfile();
    ASSERT_EQ(trace_import_qemu(&options, said), 0);
    std::fclose(said);

    const std::vector<std::string> now = lines_of(out), before = lines_of(committed());
    ASSERT_EQ(now.size(), before.size());
    for (size_t i = 0; i < now.size(); i++)
        ASSERT_EQ(now[i], before[i]) << "line " << i + 1;
}

TEST_P(Captures, 153_every_access_command_and_translation_is_a_statement)
{
    const std::vector<std::string> log = lines_of(folder() + "qemu-trace.log.xz");
    const std::vector<std::string> trace = lines_of(committed());
    std::map<std::string, size_t> events = first_words(log), statements = first_words(trace);

    EXPECT_EQ(statements["r32"] + statements["r64"], events["smmuv3_read_mmio"]);
    EXPECT_EQ(statements["w32"] + statements["w64"], events["smmuv3_write_mmio"]);
    EXPECT_EQ(statements["dma"], events["smmuv3_translate_success"]);
    EXPECT_EQ(statements["cons"], events["smmuv3_cmdq_consume_out"]);
    size_t commands = 0, expected = 0, fetched = 0;
    for (const std::string &line : trace) {
        commands += line.find("# CMD_") != std::string::npos;
        expected += line.find(" -> ok pa=") != std::string::npos;
        fetched += line.rfind("mem? ", 0) == 0;
    }
    EXPECT_EQ(commands, events["smmuv3_cmdq_consume"]);
    EXPECT_EQ(expected, events["smmuv3_translate_success"]);
    EXPECT_EQ(fetched,
              events["smmuv3_find_ste_2lvl"] + events["smmuv3_get_ste"] + events["smmuv3_get_cd"]);
}

std::string text_of(const std::string &path)
{
    std::string text;
    for (const std::string &line : lines_of(path))
        text += line + "\n";
    return text;
}

TEST_P(Captures, 153_log_that_is_cut_anywhere_is_refused)
{
    const std::string log = text_of(folder() + "qemu-trace.log.xz").substr(0, 200000);
    const std::string memory = text_of(folder() + "memory.txt");
    for (size_t part = 1; part < 25; part++) {
        std::string cut = log.substr(0, log.size() * part / 25);
        while (cut.back() == '\n')
            cut.pop_back();
        const import_log::Import result = import_log::import(cut, memory);
        EXPECT_EQ(result.status, 2) << cut.size() << " bytes";
        EXPECT_THAT(result.said, testing::HasSubstr("qemu.log:"));
    }
}

TEST_P(Captures, 153_damaged_log_is_refused_or_imported_but_never_worse)
{
    const std::string log = text_of(folder() + "qemu-trace.log.xz").substr(0, 60000);
    const std::string memory = text_of(folder() + "memory.txt");
    std::mt19937 random(1);
    for (int i = 0; i < 100; i++) {
        std::string damaged = log;
        for (int changes = 0; changes < 3; changes++)
            damaged[random() % damaged.size()] = static_cast<char>(' ' + random() % 95);
        damaged += "\n";
        const import_log::Import result = import_log::import(damaged, memory);
        EXPECT_TRUE(result.status == 0 || result.status == 2);
        EXPECT_TRUE(result.status == 0 ||
                    std::count(result.said.begin(), result.said.end(), '\n') == 1)
            << result.said;
    }
}

INSTANTIATE_TEST_SUITE_P(linux_, Captures, testing::Values("l61-strict", "l61-lazy"));

} // namespace
