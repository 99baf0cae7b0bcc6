/* SPDX-License-Identifier: Apache-2.0 */
/* An arena of growing blocks: what a program's statements are made of. */
#include <stdalign.h>
#include <stdlib.h>

#include "trace/program_impl.h"

enum { SMALLEST_BLOCK = 1 << 16, LARGEST_BLOCK = 1 << 22, MOST_BYTES = 1 << 30 };

struct block {
    struct block *older;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *newest;
    size_t bytes;
};

struct arena *arena_create(void)
{
    return calloc(1, sizeof(struct arena));
}

void arena_destroy(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->newest) {
        struct block *block = arena->newest;
        arena->newest = block->older;
        free(block);
    }
    free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct block *block = arena->newest;
    if (!block || block->size - block->used < size) {
        size_t wanted = block ? 2 * block->size : SMALLEST_BLOCK;
        if (wanted > LARGEST_BLOCK)
            wanted = LARGEST_BLOCK;
        if (wanted < size)
            wanted = size;
        if (wanted > MOST_BYTES - arena->bytes)
            return NULL;
        block = calloc(1, sizeof(*block) + wanted);
        if (!block)
            return NULL;
        block->size = wanted;
        block->older = arena->newest;
        arena->newest = block;
        arena->bytes += wanted;
    }
    void *place = block->bytes + block->used;
    block->used += size;
    return place;
}
