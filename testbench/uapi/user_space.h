/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A caller's memory for simulations and tests: one stretch of addresses, in which any byte can be
 * made unreachable, and in which others can be at work while it is copied.
 */
#ifndef SMMUSIM_UAPI_USER_SPACE_H
#define SMMUSIM_UAPI_USER_SPACE_H

#include <stdbool.h>

#include "uapi/user_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { USER_SPACE_HOLES = 4 };

/* Bytes that fault, from the first up to the one before 'end'. */
struct user_space_hole {
    uint64_t first, end;
    bool readable, writable; /* neither: unmapped */
};

struct user_space_copies {
    uint64_t reads, writes, bytes_read, bytes_written;
};

struct user_space {
    uint64_t base;
    size_t size;
    unsigned char *bytes;

    struct user_space_hole hole[USER_SPACE_HOLES];
    unsigned holes;
    uint64_t faults_after; /* this many more bytes can be copied; UINT64_MAX: all */

    /* Before a copy, if not NULL: what another thread does meanwhile, or the time that it takes. */
    void (*before)(void *ctx, uint64_t at, size_t bytes, bool write);
    void *before_ctx;

    struct user_space_copies copies;
};

/* 'bytes' stays the caller's. */
void user_space_init(struct user_space *space, uint64_t base, void *bytes, size_t size);
struct uapi_user_memory user_space_memory(struct user_space *space);

/* The caller's own view: NULL if it is not all within. */
void *user_space_at(struct user_space *space, uint64_t at, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
