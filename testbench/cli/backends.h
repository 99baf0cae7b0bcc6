/* SPDX-License-Identifier: Apache-2.0 */
/* --via: what a trace can be played on. */
#ifndef SMMUSIM_CLI_BACKENDS_H
#define SMMUSIM_CLI_BACKENDS_H

#include "trace/backend.h"

struct backend_row {
    const char *name;
    trace_backend_create_fn create;
    bool once_a_process; /* SystemC elaborates once: each of several traces gets its process */
};

const struct backend_row *backend_named(const char *name);
/* All of them, separated by commas. */
void backend_names(char *names, size_t size);

#endif
