/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a trace on a backend: one statement after the other, each expectation checked where it
 * stands. The player decides when time passes; docs/trace-format.md says which statements let it.
 */
#ifndef SMMUSIM_TRACE_PLAYER_H
#define SMMUSIM_TRACE_PLAYER_H

#include "trace/backend.h"
#include "trace/program.h"
#include "trace/recorder.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trace_failure {
    const char *path;
    unsigned long line;
    const char *expected; /* without the word */
    const char *got;
};

struct player_options {
    unsigned long max_failures; /* stop after so many; 0: play on to the end */
    void (*failed)(void *ctx, const struct trace_failure *failure); /* may be NULL */
    void *ctx;
    struct recorder *recorder; /* what was played and found goes there; may be NULL */
    /* A statement was played, from cycle begin to end; may be NULL */
    void (*played)(void *played_ctx, uint64_t begin, uint64_t end, unsigned long line,
                   const char *statement);
    void *played_ctx;
};

struct player_report {
    size_t statements;   /* played */
    size_t expectations; /* checked */
    size_t failures;
    uint64_t cycles; /* simulated time at the end */
    bool stopped;    /* max_failures was reached: the rest was not played */
};

/*
 * False: the replay is void, error (PROGRAM_ERROR_SIZE bytes) says where and why. The report is
 * that of what was played.
 */
bool trace_play(const struct trace_program *program, struct trace_backend *backend,
                const struct player_options *options, struct player_report *report, char *error);

#ifdef __cplusplus
}
#endif

#endif
