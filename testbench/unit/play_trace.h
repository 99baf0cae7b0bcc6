/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that write a trace and play it: on the plain model, with caches of any size. */
#ifndef SMMUSIM_UNIT_PLAY_TRACE_H
#define SMMUSIM_UNIT_PLAY_TRACE_H

#include "trace/player.h"
#include "unit/counter_identities.h"

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

/* Configuration files: nothing in them may change a result. */
inline const char *const cache_geometries[] = {
    "timing.mtlb_entries=4\ntiming.mtlb_ways=1\ntiming.wc_entries=8\ntiming.wc_ways=1\n"
    "timing.cc_entries=4\ntiming.cc_ways=1\n",
    "timing.mtlb_entries=16\ntiming.mtlb_ways=16\ntiming.wc_entries=16\ntiming.wc_ways=16\n",
    "timing.mtlb_entries=32\ntiming.mtlb_ways=4\ntiming.wc_entries=16\ntiming.wc_ways=2\n",
    "timing.mtlb_entries=64\ntiming.mtlb_ways=2\ntiming.tbu_xlate_slots=1\ntiming.ptw_slots=1\n",
    "timing.mtlb_entries=128\ntiming.mtlb_ways=4\ntiming.mem_read_lat=1\ntiming.mtlb_lat=0\n",
    "timing.cmdq_reads_in_flight=7\ntiming.inv_tcu_va_lat=50\ntiming.cmd_decode_lat=30\n"
    "timing.mem_read_lat=3\n",
    "timing.sync_signal_lat=1000\ntiming.mem_write_lat=5000\ntiming.cmdq_reads_in_flight=16\n",
};

struct Played {
    size_t held = 0; /* expectations */
    size_t failed = 0;
    std::string failures; /* the first few */
    std::vector<unsigned long> failed_lines;
};

inline void note_failure(void *ctx, const trace_failure *failure)
{
    Played &played = *static_cast<Played *>(ctx);
    std::ostringstream text;
    text << failure->path << ":" << failure->line << ": expected " << failure->expected << ", got "
         << failure->got << "\n";
    played.failures += text.str();
    played.failed_lines.push_back(failure->line);
}

struct Freed {
    void operator()(trace_program *program) const { trace_free(program); }
    void operator()(trace_backend *backend) const { backend->ops->destroy(backend); }
};

/* What was counted fits together. Traces reset, clear statistics and disturb queues as they like. */
inline void expect_identities(trace_backend *backend)
{
    constexpr uint64_t enough = 1000000; /* a counter of cycles never comes to rest */
    const uint64_t limit = backend->ops->now(backend) + enough;
    while (backend->ops->step(backend, limit))
        ;
    RunWas any;
    any.without_reset = any.since_creation = any.commands_undisturbed = false;
    any.both_stages = true;
    EXPECT_THAT(violated_identities(backend->ops->model(backend), any), testing::IsEmpty());
}

/* Plays what trace_read() or trace_read_text() gave, and frees it; the error is what they said. A
 * trace whose expectations may fail may also end with transactions that are stalled. */
inline Played play(trace_program *read, const std::string &error_of_reading,
                   bool comes_to_rest = true)
{
    Played played;
    std::unique_ptr<trace_program, Freed> program(read);
    if (!program) {
        ADD_FAILURE() << error_of_reading;
        return played;
    }
    char error[PROGRAM_ERROR_SIZE] = "";
    std::unique_ptr<trace_backend, Freed> backend(
        trace_backend_core(trace_config(program.get()), error, sizeof error));
    if (!backend) {
        ADD_FAILURE() << error;
        return played;
    }
    player_options options = {};
    options.max_failures = 5;
    options.failed = note_failure;
    options.ctx = &played;
    player_report report = {};
    EXPECT_TRUE(trace_play(program.get(), backend.get(), &options, &report, error)) << error;
    if (comes_to_rest)
        expect_identities(backend.get());
    played.failed = report.failures;
    played.held = report.expectations - report.failures;
    return played;
}

#endif
