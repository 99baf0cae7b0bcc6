/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Something that exists in a number: slots, tokens, walkers, accesses outstanding. It counts
 * how many are in use, and how many were in use for how long.
 */
#ifndef SMMUSIM_POOL_H
#define SMMUSIM_POOL_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

struct pool {
    uint32_t capacity, used, peak;
    uint64_t taken;    /* times that one was taken */
    uint64_t since;    /* cycle up to which the integrals are */
    uint64_t integral; /* number in use, summed over cycles */
    uint64_t full;     /* cycles with all in use */
};

static inline bool smmu__pool_free(const struct pool *p)
{
    return p->used < p->capacity;
}

static inline void smmu__pool_integrate(struct pool *p, uint64_t now)
{
    p->integral += p->used * (now - p->since);
    if (p->used >= p->capacity)
        p->full += now - p->since;
    p->since = now;
}

static inline void smmu__pool_take(struct pool *p, uint64_t now)
{
    assert(p->used < p->capacity);
    smmu__pool_integrate(p, now);
    p->taken++;
    if (++p->used > p->peak)
        p->peak = p->used;
}

static inline void smmu__pool_give(struct pool *p, uint64_t now)
{
    assert(p->used > 0);
    smmu__pool_integrate(p, now);
    p->used--;
}

static inline void smmu__pool_give_all(struct pool *p, uint64_t now)
{
    smmu__pool_integrate(p, now);
    p->used = 0;
}

#endif
