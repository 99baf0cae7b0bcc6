/* SPDX-License-Identifier: Apache-2.0 */
/* L1. Masks and ranges. */
#ifndef SMMUSIM_BITS_H
#define SMMUSIM_BITS_H

#include <stdbool.h>
#include <stdint.h>

#include "hints.h"

/* The n low bits; n from 0 to 64. */
static inline uint64_t low_mask(unsigned n)
{
    return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

static inline uint64_t align_down(uint64_t value, unsigned log2)
{
    return value & ~low_mask(log2);
}

static inline uint64_t bits_of(uint64_t value, unsigned msb, unsigned lsb)
{
    return (value >> lsb) & low_mask(msb - lsb + 1);
}

static inline bool bit_of(uint64_t value, unsigned bit)
{
    return (value >> bit) & 1;
}

/* Number of the lowest bit that is set; value must not be 0. An instruction where the compiler
 * offers one, else a De Bruijn multiplication. */
static inline unsigned lowest_bit(uint64_t value)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(value);
#else
    static const uint8_t place[64] = {
        0,  1,  2,  53, 3,  7,  54, 27, 4,  38, 41, 8,  34, 55, 48, 28, 62, 5,  39, 46, 44, 42,
        22, 9,  24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21,
        23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12};
    return place[((value & (~value + 1)) * UINT64_C(0x022FDD63CC95386D)) >> 58];
#endif
}

/* Number of the highest bit that is set; value must not be 0. */
static inline unsigned highest_bit(uint64_t value)
{
#if defined __GNUC__
    return 63 - (unsigned)__builtin_clzll(value);
#else
    for (unsigned by = 1; by < 64; by *= 2)
        value |= value >> by;
    return lowest_bit(value ^ value >> 1);
#endif
}

#endif
