/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing, at most half full; see word_map.h. */

#include "trace/word_map.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 1024 };

struct word_map_entry {
    uint64_t key;
    uint64_t word;
    bool used;
};

void word_map_free(word_map *map)
{
    free(map->entries);
    *map = (word_map){NULL, 0, 0};
}

/* Where the key is, or where it would go. The map has room. */
static struct word_map_entry *find(const word_map *map, uint64_t key)
{
    size_t mask = map->capacity - 1;
    size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & mask;

    while (map->entries[at].used && map->entries[at].key != key)
        at = (at + 1) & mask;
    return &map->entries[at];
}

static bool grow(word_map *map)
{
    word_map larger = {NULL, map->capacity != 0 ? map->capacity * 2 : FIRST_CAPACITY, map->count};

    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    if (larger.entries == NULL)
        return false;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->entries[i].used)
            *find(&larger, map->entries[i].key) = map->entries[i];
    free(map->entries);
    *map = larger;
    return true;
}

bool word_map_set(word_map *map, uint64_t key, uint64_t word)
{
    struct word_map_entry *entry;

    if (2 * map->count >= map->capacity && !grow(map))
        return false;
    entry = find(map, key);
    if (!entry->used)
        map->count++;
    *entry = (struct word_map_entry){key, word, true};
    return true;
}

bool word_map_get(const word_map *map, uint64_t key, uint64_t *word)
{
    const struct word_map_entry *entry;

    if (map->count == 0)
        return false;
    entry = find(map, key);
    if (entry->used)
        *word = entry->word;
    return entry->used;
}
