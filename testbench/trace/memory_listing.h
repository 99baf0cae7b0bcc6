/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listing of memory: "ADDRESS: WORD" a line, 64-bit little-endian words, hexadecimal with 0x;
 * empty lines and lines that start with # count for nothing. Words that are zero may be left out.
 */
#ifndef SMMUSIM_MEMORY_LISTING_H
#define SMMUSIM_MEMORY_LISTING_H

#include "trace/word_map.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* On failure 'why' is a whole message, FILE:LINE: included. */
bool memory_listing_read(const char *path, word_map *words, char *why, size_t why_size);

#ifdef __cplusplus
}
#endif
#endif
