/* SPDX-License-Identifier: Apache-2.0 */
/* See user_space.h. */
#include "uapi/user_space.h"

#include <string.h>

void *user_space_at(struct user_space *space, uint64_t at, size_t bytes)
{
    if (at < space->base || at - space->base > space->size ||
        bytes > space->size - (at - space->base))
        return NULL;
    return space->bytes + (at - space->base);
}

/* Bytes from 'at' on that can be reached. */
static size_t reachable(const struct user_space *space, uint64_t at, size_t bytes, bool write)
{
    size_t n = bytes;

    if (at < space->base || at - space->base >= space->size)
        return 0;
    if (n > space->size - (at - space->base))
        n = (size_t)(space->size - (at - space->base));
    for (unsigned i = 0; i < space->holes; i++) {
        const struct user_space_hole *hole = &space->hole[i];

        if ((write ? hole->writable : hole->readable) || at >= hole->end || at + n <= hole->first)
            continue;
        n = at >= hole->first ? 0 : (size_t)(hole->first - at);
    }
    return n < space->faults_after ? n : (size_t)space->faults_after;
}

static size_t prepare(struct user_space *space, uint64_t at, size_t bytes, bool write)
{
    size_t n;

    if (space->before)
        space->before(space->before_ctx, at, bytes, write);
    n = reachable(space, at, bytes, write);
    if (space->faults_after != UINT64_MAX)
        space->faults_after -= n;
    return n;
}

static size_t read_bytes(void *ctx, void *to, uint64_t from, size_t bytes)
{
    struct user_space *space = ctx;
    const size_t n = prepare(space, from, bytes, false);

    space->copies.reads++;
    space->copies.bytes_read += n;
    if (n)
        memcpy(to, space->bytes + (from - space->base), n);
    return n;
}

static size_t write_bytes(void *ctx, uint64_t to, const void *from, size_t bytes)
{
    struct user_space *space = ctx;
    const size_t n = prepare(space, to, bytes, true);

    space->copies.writes++;
    space->copies.bytes_written += n;
    if (n)
        memcpy(space->bytes + (to - space->base), from, n);
    return n;
}

void user_space_init(struct user_space *space, uint64_t base, void *bytes, size_t size)
{
    *space =
        (struct user_space){.base = base, .size = size, .bytes = bytes, .faults_after = UINT64_MAX};
}

struct uapi_user_memory user_space_memory(struct user_space *space)
{
    return (struct uapi_user_memory){.ctx = space, .read = read_bytes, .write = write_bytes};
}
