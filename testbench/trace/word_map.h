/* SPDX-License-Identifier: Apache-2.0 */
/* A map from 64-bit keys (addresses, mostly) to 64-bit words. Grows; forgets nothing. */
#ifndef SMMUSIM_WORD_MAP_H
#define SMMUSIM_WORD_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct word_map {
    struct word_map_entry *entries;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
} word_map;

/* An all-zero word_map is an empty one. */
void word_map_free(word_map *map);

/* False if there is no memory for it. */
bool word_map_set(word_map *map, uint64_t key, uint64_t word);

/* False, and *word left alone, if the key is not in the map. */
bool word_map_get(const word_map *map, uint64_t key, uint64_t *word);

#ifdef __cplusplus
}
#endif
#endif
