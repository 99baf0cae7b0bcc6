/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of a trace as words, and words as numbers. Knows nothing of statements.
 */
#ifndef SMMUSIM_TRACE_LEXER_H
#define SMMUSIM_TRACE_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Cuts the line into words at white space, in place; '#' ends it. Returns the number of words, or
 * -1 if there are more than max.
 */
long lexer_split(char *line, char **words, size_t max);

/* NULL, or what is wrong with it. Decimal or 0x, single '_' between digits. */
const char *lexer_number(const char *text, uint64_t *value);

/* A letter or '_', then letters, digits, '_'. */
bool lexer_is_name(const char *text);

/* Upper and lower case are the same. */
bool lexer_equal(const char *a, const char *b);

#ifdef __cplusplus
}
#endif

#endif
