/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the builders reach physical memory, and where they find room in it.
 *
 * Owns nothing: the caller keeps the memory and the region. Does not free; a region is given up as
 * a whole.
 */
#ifndef SMMUSIM_TABLES_MEMORY_PORT_H
#define SMMUSIM_TABLES_MEMORY_PORT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Addresses are multiples of 8; a value is a number, which lies in memory little-endian. */
struct tbl_port {
    void *ctx;
    uint64_t (*load64)(void *ctx, uint64_t addr);
    void (*store64)(void *ctx, uint64_t addr, uint64_t value);
};

/* A region of physical memory that reads zero where nothing was stored, handed out from the bottom
 * up. */
struct tbl_region {
    uint64_t next, end;
};

static inline void tbl_region_init(struct tbl_region *region, uint64_t base, uint64_t size)
{
    region->next = base;
    region->end = base + size;
}

/* 'align' is a power of two. Address 0 is never handed out, so 0 says that there is no room. */
static inline uint64_t tbl_region_take(struct tbl_region *region, uint64_t size, uint64_t align)
{
    uint64_t at = (region->next + align - 1) & ~(align - 1);

    if (at == 0)
        at = align;
    if (at < region->next || at > region->end || size > region->end - at)
        return 0;
    region->next = at + size;
    return at;
}

#ifdef __cplusplus
}
#endif

#endif
