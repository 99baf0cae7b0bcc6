/* SPDX-License-Identifier: Apache-2.0 */
/* Plays a trace that a test has as text, on the plain model, and keeps what came of it. */
#ifndef SMMUSIM_UNIT_PLAYED_TRACE_H
#define SMMUSIM_UNIT_PLAYED_TRACE_H

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "trace/player.h"

struct PlayedTrace {
    struct Failure {
        unsigned long line;
        std::string expected, got;
    };

    bool read = false;   /* it is a trace */
    bool played = false; /* and the replay is not void */
    std::string error;   /* of whichever of the two failed */
    player_report report = {};
    std::vector<Failure> failures;

    /* The statements after 'smmu-trace 1', which is line 1. */
    explicit PlayedTrace(const std::string &statements, recorder *record = nullptr,
                         unsigned long max_failures = 0)
    {
        char text[PROGRAM_ERROR_SIZE] = "";
        trace_program *program =
            trace_read_text("t.trace", ("smmu-trace 1\n" + statements).c_str(), nullptr, text);
        error = text;
        read = program != nullptr;
        if (!read)
            return;
        trace_backend *backend = trace_backend_core(trace_config(program), text, sizeof text);
        error = text;
        if (backend != nullptr) {
            player_options options = {};
            options.max_failures = max_failures;
            options.failed = keep;
            options.ctx = this;
            options.recorder = record;
            played = trace_play(program, backend, &options, &report, text);
            error = text;
            backend->ops->destroy(backend);
        }
        trace_free(program);
    }

    bool held() const { return played && failures.empty(); }

    /* For EXPECT_TRUE(trace.held()) << trace.story(); */
    std::string story() const
    {
        std::string all = error;
        for (const Failure &failure : failures)
            all += "\nline " + std::to_string(failure.line) + ": expected " + failure.expected +
                   ", got " + failure.got;
        return all;
    }

private:
    static void keep(void *ctx, const trace_failure *failure)
    {
        static_cast<PlayedTrace *>(ctx)->failures.push_back(
            {failure->line, failure->expected, failure->got});
    }
};

/* An SMMU with a command queue of 8 at 0x10000, an event queue of 8 at 0x20000, both enabled with
   their interrupts, and a linear stream table of 16 STEs at 0x30000, all of them zero. */
inline std::string queues_and_tables(bool smmuen = true)
{
    return "w64 CMDQ_BASE 0x10003\nw32 CMDQ_PROD 0\nw32 CMDQ_CONS 0\n"
           "w64 EVENTQ_BASE 0x20003\nw32 EVENTQ_PROD 0\nw32 EVENTQ_CONS 0\n"
           "w64 STRTAB_BASE 0x30000\nw32 STRTAB_BASE_CFG 4\nw32 CR2 2\nw32 IRQ_CTRL 5\n" +
           std::string(smmuen ? "w32 CR0 0xd\npoll32 CR0ACK 0xd\n"
                              : "w32 CR0 0xc\npoll32 CR0ACK 0xc\n");
}

#endif
