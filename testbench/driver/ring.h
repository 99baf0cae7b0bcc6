/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Index arithmetic of mirrored rings (3.5.1): a position is an index and, above it, a wrap bit.
 *
 * Positions are taken modulo 2^(log2size + 1), so that all 2^log2size entries can be in use.
 */
#ifndef SMMUSIM_DRIVER_RING_H
#define SMMUSIM_DRIVER_RING_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t drv_ring_size(unsigned log2size)
{
    return UINT64_C(1) << log2size;
}

static inline uint32_t drv_ring_position(unsigned log2size, uint64_t value)
{
    return (uint32_t)(value & (2 * drv_ring_size(log2size) - 1));
}

static inline uint32_t drv_ring_index(unsigned log2size, uint32_t position)
{
    return (uint32_t)(position & (drv_ring_size(log2size) - 1));
}

static inline uint32_t drv_ring_advance(unsigned log2size, uint32_t position, uint64_t n)
{
    return drv_ring_position(log2size, position + n);
}

/* Where the entry at a position lies in memory. */
static inline uint64_t drv_ring_address(uint64_t base, unsigned log2size, uint32_t position,
                                        unsigned entry_bytes)
{
    return base + (uint64_t)entry_bytes * drv_ring_index(log2size, position);
}

/* Entries from cons up to prod: more than the ring holds means that the two do not belong together.
 */
static inline uint64_t drv_ring_used(unsigned log2size, uint32_t prod, uint32_t cons)
{
    return drv_ring_position(log2size, (uint64_t)prod - cons);
}

static inline uint64_t drv_ring_free(unsigned log2size, uint32_t prod, uint32_t cons)
{
    const uint64_t used = drv_ring_used(log2size, prod, cons);

    return used > drv_ring_size(log2size) ? 0 : drv_ring_size(log2size) - used;
}

/* Has a consumer at cons left the entry at 'position' behind? Holds as long as the entry's slot is
 * not reused. */
static inline bool drv_ring_passed(unsigned log2size, uint32_t cons, uint32_t position)
{
    const uint64_t ahead = drv_ring_position(log2size, (uint64_t)cons - position);

    return ahead >= 1 && ahead <= drv_ring_size(log2size);
}

#endif
