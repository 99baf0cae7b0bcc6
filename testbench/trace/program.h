/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace that was read: the configuration that it asks for and its statements, all of them
 * checked before the first is played. docs/trace-format.md is the reference of the language.
 */
#ifndef SMMUSIM_TRACE_PROGRAM_H
#define SMMUSIM_TRACE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smmusim/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PROGRAM_MAX_STATEMENTS = 1 << 22,
    PROGRAM_ERROR_SIZE = 1024 /* "FILE:LINE: what and why" */
};

struct trace_program;

/* What the configuration is made of besides the trace's own `config` statements. */
struct trace_settings {
    const char *preset;      /* in place of the trace's preset; NULL: the trace's or the default */
    const char *config_file; /* lines of KEY=VALUE that have the last word; NULL: none */
};

/*
 * NULL if it is not a trace that can be played; error (PROGRAM_ERROR_SIZE bytes) says where and
 * why. settings may be NULL.
 */
struct trace_program *trace_read(const char *path, const struct trace_settings *settings,
                                 char *error);
/* The same from a text; name stands in messages. */
struct trace_program *trace_read_text(const char *name, const char *text,
                                      const struct trace_settings *settings, char *error);
void trace_free(struct trace_program *program);

const char *trace_path(const struct trace_program *program);
size_t trace_statements(const struct trace_program *program);
const smmu_config_t *trace_config(const struct trace_program *program);

/* Sets the keys of a configuration file. False: error (PROGRAM_ERROR_SIZE bytes) says why. */
bool trace_config_file(const char *path, smmu_config_t *cfg, char *error);

#ifdef __cplusplus
}
#endif

#endif
