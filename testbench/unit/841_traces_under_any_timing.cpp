/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 841: timing never changes function. Every conformance trace and every capture holds under every
 * preset, in every mode, and under timing values drawn at random: with caches of any size, slots of
 * any number, and any latency. The few statements that are about time itself are listed.
 */
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "unit/play_trace.h"
#include "unit/random_timing.h"
#include "unit/temporary_file.h"
#include "unit/timing_forms.h"

namespace {

/*
 * What may differ under random values, which also replace those that a trace asks for, and why. One
 * statement of a trace, or the whole of those whose names begin so.
 */
struct AboutTime {
    const char *trace, *statement, *why;
};

const AboutTime about_time[] = {
    {"4.7.3-sync.trace", "r32 CMDQ_CONS 8 0xFFFFF",
     "looks at CONS while an MSI of 5000 cycles is on its way"},
    {"10", nullptr, "chapter 10: counts what a machine with two TBUs and its preset's caches does"},
    {"7.4-overflow-slow-writes.trace", nullptr,
     "lets transactions meet record writes of 1000 cycles"},
    {"4.7.3-sync-and-slow-memory.trace", "dma r 2 0x7000_0000 -> bypass data=$D",
     "a write may go out before the CMD_SYNC or after it"},
    {"3.18-interrupts.trace", "mem32? 0x7010 0x6E6E_6E6E  # and one for the others",
     "tells an MSI from the one before it by its being on its way for 1000 cycles"},
    {"3.18-interrupts.trace", "r32 IRQ_CTRLACK 0x4", "likewise: an MSI is still on its way"},
    {"4.5.1-atc-inv.trace", nullptr,
     "looks at CONS before and after devices answer and time-outs pass, by the cycle"},
    {"4.5.1-atc-inv-of-several-queues.trace", nullptr,
     "likewise, and at what other queues have done meanwhile"},
    {"17-mpam.trace", "stat tcu.walks == 0", "a cache that keeps nothing cannot show what it keeps"},
};

std::vector<std::string> traces_in(const char *directory)
{
    std::vector<std::string> files;
    for (const auto &entry : std::filesystem::directory_iterator(directory))
        if (entry.path().filename().string().find(".trace") != std::string::npos)
            files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

std::string line_of(const std::string &file, unsigned long number)
{
    std::ifstream text(file);
    std::string line;
    while (number-- > 0)
        std::getline(text, line);
    return line;
}

/* Its row, or the end. */
size_t about_time_row(const std::string &file, unsigned long line)
{
    const std::string name = std::filesystem::path(file).filename().string();
    return static_cast<size_t>(std::find_if(std::begin(about_time), std::end(about_time),
                                            [&](const AboutTime &row) {
                                                return name.rfind(row.trace, 0) == 0 &&
                                                       (row.statement == nullptr ||
                                                        line_of(file, line) == row.statement);
                                            }) -
                               std::begin(about_time));
}

Played play_with(const std::string &file, const char *preset, const std::string &config)
{
    const std::string path = temporary_file("timing");
    std::ofstream(path) << config;
    trace_settings settings = {};
    settings.preset = preset;
    settings.config_file = path.c_str();
    char error[PROGRAM_ERROR_SIZE] = "";
    const Played played = play(trace_read(file.c_str(), &settings, error), error);
    EXPECT_GT(played.held, 0U) << file;
    return played;
}

void expect_all_hold(const char *directory, const char *preset, const std::string &config)
{
    for (const std::string &file : traces_in(directory)) {
        const Played played = play_with(file, preset, config);
        EXPECT_EQ(played.failed, 0U) << (preset ? preset : "") << " " << config << "\n"
                                     << played.failures;
    }
}

/* The rows of about_time that were needed. */
std::set<size_t> expect_all_hold_in_time(const char *directory, uint64_t seed,
                                         const std::string &mode)
{
    std::set<size_t> needed;
    for (const std::string &file : traces_in(directory)) {
        const Played played = play_with(file, nullptr, random_timing_lines(seed) + mode);
        for (unsigned long line : played.failed_lines) {
            const size_t row = about_time_row(file, line);
            EXPECT_LT(row, std::size(about_time)) << "timing seed " << seed << " " << mode << "\n"
                                                  << played.failures;
            needed.insert(row);
        }
    }
    return needed;
}

TEST(TracesUnderAnyTiming, 841_conformance_traces_hold_under_every_preset)
{
    for (const char *preset : all_presets)
        expect_all_hold("traces/conformance", preset, "");
}

TEST(TracesUnderAnyTiming, 841_captures_hold_under_every_preset)
{
    for (const char *preset : all_presets)
        expect_all_hold("traces/linux", preset, "");
}

TEST(TracesUnderAnyTiming, 841_all_traces_hold_in_every_mode)
{
    for (const char *directory : {"traces/conformance", "traces/linux"})
        for (const char *mode : {"mode=0\n", "mode=1\n", "mode=2\n"})
            expect_all_hold(directory, nullptr, mode);
}

TEST(TracesUnderAnyTiming, 841_conformance_traces_hold_under_random_timing)
{
    std::set<size_t> needed;
    for (const char *mode : {"mode=0\n", "mode=1\n"})
        for (uint64_t seed = 1; seed <= 8; seed++)
            needed.merge(expect_all_hold_in_time("traces/conformance", seed, mode));
    for (size_t row = 0; row < std::size(about_time); row++)
        EXPECT_EQ(needed.count(row), 1U)
            << about_time[row].trace << " is listed for nothing: " << about_time[row].why;
}

TEST(TracesUnderAnyTiming, 841_captures_hold_under_random_timing)
{
    for (uint64_t seed = 21; seed <= 23; seed++)
        EXPECT_TRUE(expect_all_hold_in_time("traces/linux", seed, "").empty());
}

} // namespace
