/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sizes of caches, the latencies and the numbers of slots change no result (16.2: caching is
 * invisible to software that invalidates as it must). Shown on the captures of Linux's driver and
 * on streams that use the same addresses in different address spaces.
 */

#include "unit/play_trace.h"
#include "unit/temporary_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace {

void expect_all_held(const Played &played, size_t at_least)
{
    EXPECT_EQ(played.failed, 0U) << played.failures;
    EXPECT_GT(played.held, at_least);
}

class Geometry : public testing::TestWithParam<const char *> {
protected:
    void SetUp() override
    {
        path_ = temporary_file("geometry");
        std::ofstream(path_) << GetParam();
        settings_.config_file = path_.c_str();
    }

    std::string path_;
    trace_settings settings_ = {};
    char error_[PROGRAM_ERROR_SIZE] = "";
};

TEST_P(Geometry, 490_linux_sees_the_same_with_any_caches)
{
    for (const char *trace : {"traces/linux/l61-strict.trace.xz", "traces/linux/l61-lazy.trace.xz"})
        expect_all_held(play(trace_read(trace, &settings_, error_), error_), 1700);
}

/*
 * StreamID n has ASID n and maps address 0x1000 to 0x1000000 + n * 0x1000 (T0SZ 25: levels 1 to
 * 3). Linear Stream table at 0x100000, CDs at 0x200000, tables at 0x400000.
 */
std::string streams_with_their_own_asid(unsigned count, unsigned rounds)
{
    std::ostringstream trace;
    trace << std::hex << std::showbase << "smmu-trace 1\n";
    for (uint64_t n = 1; n <= count; n++) {
        const uint64_t cd = 0x200000 + n * 64, table = 0x400000 + n * 0x3000;
        const uint64_t cd_word0 = n << 48 | UINT64_C(0x620500000000) | 0xC0000019;
        trace << "mem " << 0x100000 + n * 64 << " " << (cd | 0xb) << " 0x100000000000\n"
              << "mem " << cd << " " << cd_word0 << " " << table << " 0 0xff\n"
              << "mem " << table << " " << (table + 0x1003) << "\n"
              << "mem " << table + 0x1000 << " " << (table + 0x2003) << "\n"
              << "mem " << table + 0x2008 << " " << 0x1000f43 + n * 0x1000 << "\n";
    }
    trace << "w64 STRTAB_BASE 0x100000\nw32 STRTAB_BASE_CFG 8\nw32 CR0 1\npoll32 CR0ACK 1\n";
    for (unsigned round = 0; round < rounds; round++)
        for (uint64_t n = 1; n <= count; n++)
            trace << "dma r " << n << " 0x1010 -> ok pa=" << 0x1000010 + n * 0x1000 << "\n";
    return trace.str();
}

TEST_P(Geometry, 491_asids_never_share_translations)
{
    const unsigned count = 100, rounds = 3;
    const std::string text = streams_with_their_own_asid(count, rounds);
    expect_all_held(play(trace_read_text("asids", text.c_str(), &settings_, error_), error_),
                    count * rounds);
}

INSTANTIATE_TEST_SUITE_P(caches, Geometry, testing::ValuesIn(cache_geometries));

} // namespace
