/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sizes of caches, the latencies and the numbers of slots change no result (16.2: caching is
 * invisible to software that invalidates as it must). Shown on the captures of Linux's driver and
 * on streams that use the same addresses in different address spaces.
 */

#include "trace/player.h"
#include "unit/temporary_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

namespace {

const char *const geometries[] = {
    "timing.mtlb_entries=4\ntiming.mtlb_ways=1\ntiming.wc_entries=8\ntiming.wc_ways=1\n"
    "timing.cc_entries=4\ntiming.cc_ways=1\n",
    "timing.mtlb_entries=16\ntiming.mtlb_ways=16\ntiming.wc_entries=16\ntiming.wc_ways=16\n",
    "timing.mtlb_entries=32\ntiming.mtlb_ways=4\ntiming.wc_entries=16\ntiming.wc_ways=2\n",
    "timing.mtlb_entries=64\ntiming.mtlb_ways=2\ntiming.tbu_xlate_slots=1\ntiming.ptw_slots=1\n",
    "timing.mtlb_entries=128\ntiming.mtlb_ways=4\ntiming.mem_read_lat=1\ntiming.mtlb_lat=0\n",
    "timing.cmdq_reads_in_flight=7\ntiming.inv_lat=50\ntiming.cmd_decode_lat=30\n"
    "timing.mem_read_lat=3\n",
    "timing.sync_signal_lat=1000\ntiming.mem_write_lat=5000\ntiming.cmdq_reads_in_flight=16\n",
};

void note_failure(void *ctx, const trace_failure *failure)
{
    std::ostringstream &failures = *static_cast<std::ostringstream *>(ctx);
    failures << failure->path << ":" << failure->line << ": expected " << failure->expected
             << ", got " << failure->got << "\n";
}

struct Freed {
    void operator()(trace_program *program) const { trace_free(program); }
    void operator()(trace_backend *backend) const { backend->ops->destroy(backend); }
};

/* Plays it in the geometry; returns how many expectations held. */
size_t play(trace_program *read, const std::string &error_of_reading)
{
    std::unique_ptr<trace_program, Freed> program(read);
    if (!program) {
        ADD_FAILURE() << error_of_reading;
        return 0;
    }
    char error[PROGRAM_ERROR_SIZE] = "";
    std::unique_ptr<trace_backend, Freed> backend(
        trace_backend_core(trace_config(program.get()), error, sizeof error));
    if (!backend) {
        ADD_FAILURE() << error;
        return 0;
    }
    std::ostringstream failures;
    player_options options = {};
    options.max_failures = 5;
    options.failed = note_failure;
    options.ctx = &failures;
    player_report report = {};
    EXPECT_TRUE(trace_play(program.get(), backend.get(), &options, &report, error)) << error;
    EXPECT_EQ(report.failures, 0U) << failures.str();
    return report.expectations - report.failures;
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
        EXPECT_GT(play(trace_read(trace, &settings_, error_), error_), 1700U);
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
    EXPECT_EQ(play(trace_read_text("asids", text.c_str(), &settings_, error_), error_),
              count * rounds + 1);
}

INSTANTIATE_TEST_SUITE_P(caches, Geometry, testing::ValuesIn(geometries));

} // namespace
