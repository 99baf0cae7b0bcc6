/* SPDX-License-Identifier: Apache-2.0 */
/* What a program is made of, shared by the parser, the player and the statements. */
#ifndef SMMUSIM_TRACE_PROGRAM_IMPL_H
#define SMMUSIM_TRACE_PROGRAM_IMPL_H

#include "trace/program.h"

struct parser;
struct player;
struct statement;

/* One kind of statement. */
struct statement_row {
    const char *name;
    /* Reads the rest of the line into statement->args. */
    bool (*parse)(struct parser *parser, struct statement *statement);
    void (*run)(struct player *player, const void *args);
};

struct statement {
    const struct statement_row *row;
    const void *args;
    unsigned long line;
};

/* A number that is given, or that a variable will have. */
struct value {
    uint64_t literal;
    uint64_t max;      /* checked again when a variable gives it */
    const char *what;  /* what it is, for messages; NULL: it was not given */
    uint32_t variable; /* index + 1; 0: literal */
};

static inline bool is_given(const struct value *value)
{
    return value->what != NULL;
}

/* A number that is expected: one of several, or any, kept in a variable. */
struct expected {
    const struct value *alternative;
    uint32_t count;
    uint32_t keep; /* variable's index + 1; 0: none */
};

static inline bool is_expected(const struct expected *expected)
{
    return expected->count || expected->keep;
}

enum comparison_op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE };

struct limit {
    enum comparison_op op;
    struct value value;
};

/* Memory that lives as long as the program. */
struct arena;
struct arena *arena_create(void);
void arena_destroy(struct arena *arena);
/* Zeroed; NULL if there is none, or if the arena has its share, 1 GiB. */
void *arena_alloc(struct arena *arena, size_t size);

struct trace_program {
    char *path;
    struct arena *arena;
    smmu_config_t config;
    struct statement *statement;
    size_t statements, capacity;
    const char **variable; /* names */
    uint32_t variables, variable_capacity;
    const char **mark;
    uint32_t marks, mark_capacity;
    const char **access; /* names of dma& */
    uint32_t accesses, access_capacity;
    uint32_t command_queues; /* the largest number of one that is named, plus 1 */
};

struct trace_program *program_create(const char *path); /* NULL: no memory */
/* False: no memory, or PROGRAM_MAX_STATEMENTS. */
bool program_append(struct trace_program *program, const struct statement *statement);

#endif
