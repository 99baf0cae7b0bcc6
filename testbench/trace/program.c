/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as it is kept; reader.c fills it. */
#include "trace/program_impl.h"

#include <stdlib.h>
#include <string.h>

void trace_free(struct trace_program *program)
{
    if (!program)
        return;
    arena_destroy(program->arena);
    free(program->statement);
    free((void *)program->variable);
    free((void *)program->mark);
    free((void *)program->access);
    free(program->path);
    free(program);
}

struct trace_program *program_create(const char *path)
{
    struct trace_program *program = calloc(1, sizeof(*program));
    if (!program)
        return NULL;
    size_t size = strlen(path) + 1;
    program->path = malloc(size);
    program->arena = arena_create();
    if (!program->path || !program->arena) {
        trace_free(program);
        return NULL;
    }
    memcpy(program->path, path, size);
    return program;
}

bool program_append(struct trace_program *program, const struct statement *statement)
{
    if (program->statements == program->capacity) {
        size_t capacity = program->capacity ? 2 * program->capacity : 256;
        struct statement *grown = capacity <= PROGRAM_MAX_STATEMENTS
                                      ? realloc(program->statement, capacity * sizeof(*grown))
                                      : NULL;
        if (!grown)
            return false;
        program->statement = grown;
        program->capacity = capacity;
    }
    program->statement[program->statements++] = *statement;
    return true;
}

const char *trace_path(const struct trace_program *program)
{
    return program->path;
}

size_t trace_statements(const struct trace_program *program)
{
    return program->statements;
}

const smmu_config_t *trace_config(const struct trace_program *program)
{
    return &program->config;
}
