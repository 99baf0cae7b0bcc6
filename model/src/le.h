/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Explicit little-endian loads and stores (structures: 5, queues: 3.5). Written out, because
 * compilers make one access of this and not of a loop.
 */
#ifndef SMMUSIM_LE_H
#define SMMUSIM_LE_H

#include <stdint.h>

static inline uint64_t load_le64(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* The 64 bytes of an STE or CD. */
static inline void load_structure(uint64_t words[8], const uint8_t *p)
{
    for (unsigned i = 0; i < 8; i++)
        words[i] = load_le64(p + 8 * i);
}

static inline void store_le32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

static inline void store_le64(uint8_t *p, uint64_t v)
{
    store_le32(p, (uint32_t)v);
    store_le32(p + 4, (uint32_t)(v >> 32));
}

#endif
