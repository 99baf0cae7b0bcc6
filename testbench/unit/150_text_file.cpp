/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing text files, plain and compressed: line numbers, bounds, damaged archives. */

#include "trace/text_file.h"
#include "unit/temporary_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

void store(const std::string &path, const std::string &bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

std::string load(const std::string &path)
{
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
}

struct Reading {
    std::vector<std::string> lines;
    std::string error; /* empty if the end was reached */
    unsigned long line_number = 0;
    bool last_ended = true;
};

Reading read_all(const std::string &path)
{
    Reading reading;
    char why[256] = "";
    text_file *file = text_file_open(path.c_str(), why, sizeof why);
    if (file == nullptr) {
        reading.error = why;
        return reading;
    }
    char *line = nullptr;
    text_file_result result;
    while ((result = text_file_next(file, &line)) == TEXT_FILE_LINE) {
        reading.lines.emplace_back(line);
        reading.last_ended = text_file_line_ended(file);
        EXPECT_EQ(text_file_line_number(file), reading.lines.size());
    }
    if (result == TEXT_FILE_ERROR) {
        reading.error = text_file_error(file);
        EXPECT_NE(reading.error, "");
        EXPECT_EQ(text_file_next(file, &line), TEXT_FILE_ERROR) << "an error stays";
    }
    reading.line_number = text_file_line_number(file);
    text_file_close(file);
    return reading;
}

std::string many_lines()
{
    std::string text;
    for (int i = 0; i < 20000; i++)
        text += "line " + std::to_string(i * 7919 % 10007) + "\n";
    return text;
}

TEST(text_file, 150_lines_end_with_lf_or_cr_lf)
{
    const std::string path = temporary_file("ends");
    store(path, "one\ntwo\r\n\nfour");
    const Reading reading = read_all(path);
    EXPECT_EQ(reading.lines, (std::vector<std::string>{"one", "two", "", "four"}));
    EXPECT_EQ(reading.error, "");
    EXPECT_FALSE(reading.last_ended);
    EXPECT_EQ(reading.line_number, 4U);
}

TEST(text_file, 150_empty_file_has_no_lines)
{
    const std::string path = temporary_file("empty");
    store(path, "");
    const Reading reading = read_all(path);
    EXPECT_TRUE(reading.lines.empty());
    EXPECT_EQ(reading.error, "");
}

TEST(text_file, 150_missing_file_and_directory_are_refused)
{
    EXPECT_NE(read_all(temporary_file("not_there")).error, "");
    EXPECT_NE(read_all(testing::TempDir()).error, "");
}

TEST(text_file, 150_longest_line_is_read_and_a_longer_one_refused)
{
    const std::string path = temporary_file("long");
    store(path, "first\n" + std::string(TEXT_FILE_MAX_LINE, 'x') + "\n");
    EXPECT_EQ(read_all(path).lines.at(1).size(), static_cast<size_t>(TEXT_FILE_MAX_LINE));

    store(path, "first\n" + std::string(TEXT_FILE_MAX_LINE + 1, 'x') + "\n");
    const Reading reading = read_all(path);
    EXPECT_EQ(reading.lines.size(), 1U);
    EXPECT_NE(reading.error.find("longer"), std::string::npos);
    EXPECT_EQ(reading.line_number, 2U);
}

TEST(text_file, 150_null_character_is_refused)
{
    const std::string path = temporary_file("null");
    store(path, std::string("good\nb\0d\n", 9));
    const Reading reading = read_all(path);
    EXPECT_EQ(reading.lines.size(), 1U);
    EXPECT_NE(reading.error, "");
}

class Compressed : public testing::TestWithParam<const char *> {
protected:
    std::string path(const std::string &name) const { return temporary_file(name + GetParam()); }

    void write(const std::string &to, const std::string &text)
    {
        char why[256] = "";
        ASSERT_TRUE(text_file_write(to.c_str(), text.data(), text.size(), why, sizeof why)) << why;
    }
};

TEST_P(Compressed, 150_written_text_reads_back_and_is_smaller)
{
    const std::string text = many_lines();
    write(path("back"), text);
    const Reading reading = read_all(path("back"));
    EXPECT_EQ(reading.error, "");
    ASSERT_EQ(reading.lines.size(), 20000U);
    EXPECT_EQ(reading.lines[0], "line 0");
    EXPECT_EQ(reading.lines[19999], "line " + std::to_string(19999 * 7919 % 10007));
    EXPECT_LT(load(path("back")).size(), text.size() / 2);
}

TEST_P(Compressed, 150_same_text_gives_same_bytes)
{
    write(path("same1"), many_lines());
    write(path("same2"), many_lines());
    EXPECT_EQ(load(path("same1")), load(path("same2")));
}

TEST_P(Compressed, 150_truncated_archive_never_passes_as_whole)
{
    write(path("whole"), many_lines());
    const std::string bytes = load(path("whole"));
    for (size_t kept : {size_t{1}, size_t{5}, size_t{20}, bytes.size() / 2, bytes.size() - 1}) {
        store(path("cut"), bytes.substr(0, kept));
        const Reading reading = read_all(path("cut"));
        /* A few bytes may not be recognised as an archive: then they are one unended line. */
        EXPECT_TRUE(reading.error != "" || (reading.lines.size() == 1 && !reading.last_ended))
            << kept << " of " << bytes.size() << " bytes";
    }
}

INSTANTIATE_TEST_SUITE_P(text_file, Compressed, testing::Values(".xz", ".gz", ".zst"));

TEST(text_file, 150_unwritable_output_is_refused)
{
    char why[256] = "";
    EXPECT_FALSE(text_file_write((temporary_file("no_such_folder") + "/file").c_str(), "x", 1, why,
                                 sizeof why));
    EXPECT_STRNE(why, "");
}

TEST(text_file, 150_failed_write_says_so)
{
    if (!std::filesystem::exists("/dev/full"))
        GTEST_SKIP() << "no device that is always full";
    char why[256] = "";
    const std::string text = many_lines();
    EXPECT_FALSE(text_file_write("/dev/full", text.data(), text.size(), why, sizeof why));
    EXPECT_STRNE(why, "");
    EXPECT_TRUE(std::filesystem::exists("/dev/full"));
}

} // namespace
