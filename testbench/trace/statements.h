/* SPDX-License-Identifier: Apache-2.0 */
/* The groups of statements, one a file stmt_*.c. */
#ifndef SMMUSIM_TRACE_STATEMENTS_H
#define SMMUSIM_TRACE_STATEMENTS_H

#include "trace/program_impl.h"

struct statement_group {
    const struct statement_row *rows;
    size_t count;
};

#define STATEMENT_GROUP(name, table)                                                               \
    const struct statement_group name = {(table), sizeof(table) / sizeof((table)[0])}

extern const struct statement_group setup_statements;
extern const struct statement_group memory_statements;
extern const struct statement_group register_statements;
extern const struct statement_group command_statements;
extern const struct statement_group access_statements;
extern const struct statement_group event_statements;
extern const struct statement_group irq_statements;
extern const struct statement_group time_statements;
extern const struct statement_group ats_statements;
extern const struct statement_group pri_statements;
extern const struct statement_group broadcast_statements;
extern const struct statement_group own_access_statements;

#endif
