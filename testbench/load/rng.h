/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are the same everywhere: xorshift64*, one state a purpose. */
#ifndef SMMUSIM_LOAD_RNG_H
#define SMMUSIM_LOAD_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

/* Streams of one seed differ by 'purpose' (the finalizer of splitmix64 spreads the bits). */
static inline struct rng rng_begin(uint64_t seed, uint64_t purpose)
{
    uint64_t z = seed * UINT64_C(0x9E3779B97F4A7C15) + purpose + 1;

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (struct rng){z ? z : 1};
}

/* 0 to below - 1; below > 0. The bias of the remainder is below 2^-32 of what is asked for here. */
static inline uint64_t rng_below(struct rng *rng, uint32_t below)
{
    rng->state ^= rng->state >> 12;
    rng->state ^= rng->state << 25;
    rng->state ^= rng->state >> 27;
    return ((rng->state * UINT64_C(0x2545F4914F6CDD1D)) >> 32) * below >> 32;
}

#endif
