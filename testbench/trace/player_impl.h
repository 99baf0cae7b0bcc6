/* SPDX-License-Identifier: Apache-2.0 */
/* What the statements' run functions work with. */
#ifndef SMMUSIM_TRACE_PLAYER_IMPL_H
#define SMMUSIM_TRACE_PLAYER_IMPL_H

#include <stdio.h>

#include "trace/devices.h"
#include "trace/player.h"
#include "trace/program_impl.h"

#define PRINTF_LIKE(format, first)
#if defined(__GNUC__)
#undef PRINTF_LIKE
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#endif

struct variable {
    uint64_t value;
    bool kept;
};

/* A dma& that was not joined yet, or a dma with a name that has stalled. */
struct pending_access {
    uint32_t ticket; /* 0: none */
    struct client_access access;
};

struct player {
    const struct trace_program *program;
    struct trace_backend *backend;
    const struct player_options *options;
    struct player_report *report;
    char *error;
    unsigned long line;
    unsigned long overflow_seen; /* line whose statement has waited for an overflow */
    struct variable *variable;      /* of each of the program's */
    uint64_t *mark;                 /* likewise: cycle */
    struct pending_access *pending; /* likewise: of each name of a dma */
    uint32_t *pushed;               /* of each command queue: behind PROD, not published */
    uint64_t irqs_seen[SMMU_IRQ_COUNT];
    struct trace_devices devices;
};

/* ---- the backend */

uint64_t player_now(const struct player *player);
/* See trace_backend_ops.step; false also when the backend failed. */
bool player_step(struct player *player, uint64_t limit);
/* Until nothing is due or limit; true if nothing is due. */
bool player_settle(struct player *player, uint64_t limit);
/* Until so many cycles from now, without overflow. */
uint64_t player_after(const struct player *player, uint64_t cycles);
uint32_t player_read32(struct player *player, uint32_t offset);
void player_write32(struct player *player, uint32_t offset, uint32_t value);
struct sim_memory *player_memory(struct player *player);
/* Stores behind the SMMU's back; the replay is void if memory is full. */
void player_store(struct player *player, uint64_t addr, const void *data, size_t len);

/* The replay cannot go on: not a failed expectation. */
void player_void(struct player *player, const char *format, ...) PRINTF_LIKE(2, 3);

/* ---- values */

/* Without side effects; false: a variable has no value. */
bool value_known(const struct player *player, const struct value *value, uint64_t *number);
/* False after a failure was counted: a variable has no value, or one that is too large. */
bool player_value(struct player *player, const struct value *value, uint64_t *number);
/* The same, with a default for a value that was not given. */
bool player_value_or(struct player *player, const struct value *value, uint64_t otherwise,
                     uint64_t *number);
bool op_holds(enum comparison_op op, uint64_t a, uint64_t b);
const char *op_name(enum comparison_op op);

/* ---- expectations */

/* One expectation that may have several parts; those that differ are in the message. */
struct comparison {
    struct player *player;
    bool differs;
    char expected[768];
    char got[768];
};

enum number_style { STYLE_HEX, STYLE_DECIMAL };

void compare_begin(struct comparison *comparison, struct player *player);
/* got is compared under mask. Keeps the value in a variable if that is what is expected. */
void compare_number(struct comparison *comparison, const char *name,
                    const struct expected *expected, uint64_t got, uint64_t mask,
                    enum number_style style);
void compare_limit(struct comparison *comparison, const char *name, const struct limit *limit,
                   uint64_t got);
/* A part that a number does not describe. */
void compare_text(struct comparison *comparison, bool holds, const char *expected, const char *got);
void compare_context(struct comparison *comparison, const char *text);
/* Counts it, and reports it if it failed. */
bool compare_end(struct comparison *comparison);

/* True if the number is one of the expected. Without side effects; false for unset variables. */
bool expected_holds(const struct player *player, const struct expected *expected, uint64_t got,
                    uint64_t mask);

/* A whole expectation in two sentences. */
void player_check(struct player *player, bool holds, const char *expected, const char *got);

#endif
