/* SPDX-License-Identifier: Apache-2.0 */
/* L1. Masks and ranges. */
#ifndef SMMUSIM_BITS_H
#define SMMUSIM_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* The n low bits; n from 0 to 64. */
static inline uint64_t low_mask(unsigned n) { return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1; }

static inline uint64_t align_down(uint64_t value, unsigned log2) { return value & ~low_mask(log2); }

static inline uint64_t bits_of(uint64_t value, unsigned msb, unsigned lsb) {
    return (value >> lsb) & low_mask(msb - lsb + 1);
}

static inline bool bit_of(uint64_t value, unsigned bit) { return (value >> bit) & 1; }

#endif
