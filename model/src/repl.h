/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Which way of a set gives way: round robin, pseudo-LRU, LRU, RRIP, random (docs/timing.md).
 * Only asked when no way of the set is empty. layout.c lays the state out: repl_uses_ways() and
 * repl_uses_sets() say what a policy needs.
 */
#ifndef SMMUSIM_REPL_H
#define SMMUSIM_REPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum repl_policy { REPL_RR, REPL_PLRU, REPL_LRU, REPL_RRIP, REPL_RANDOM };

/* A way's path from the root of the tree: its nodes, and those of them that point away from the way
 * by going right. */
struct plru_way {
    uint64_t nodes, right;
};

struct repl {
    uint8_t policy; /* enum repl_policy */
    uint32_t ways;
    uint32_t clock;   /* LRU: uses so far */
    uint64_t random;  /* state of the generator */
    uint32_t *of_way; /* [sets][ways]: LRU: clock at its last use; RRIP: re-reference prediction */
    uint64_t *of_set; /* [sets]: RR: next victim; PLRU: a tree, root: node 1; bit set: go right */
    struct plru_way *path; /* [ways]: PLRU */
};

/* RRIP: predictions of 2 bits; inserted as "long", a hit makes it "near-immediate". */
enum { RRPV_NEAR = 0, RRPV_LONG = 2, RRPV_DISTANT = 3 };

/* Does the policy keep something for each way, for each set? */
static inline bool repl_uses_ways(enum repl_policy p)
{
    return p == REPL_LRU || p == REPL_RRIP;
}

static inline bool repl_uses_sets(enum repl_policy p)
{
    return p == REPL_RR || p == REPL_PLRU;
}

/* Once, when the arrays are there. */
void smmu__repl_init(struct repl *r);
void smmu__repl_reset(struct repl *r, uint32_t sets, uint64_t seed);

/* A way was used. */
static inline void smmu__repl_hit(struct repl *r, uint32_t set, uint32_t way)
{
    if (r->policy == REPL_PLRU)
        r->of_set[set] = (r->of_set[set] & ~r->path[way].nodes) | r->path[way].right;
    else if (r->policy == REPL_LRU)
        r->of_way[(size_t)set * r->ways + way] = ++r->clock;
    else if (r->policy == REPL_RRIP)
        r->of_way[(size_t)set * r->ways + way] = RRPV_NEAR;
}

/* A way was filled. */
static inline void smmu__repl_fill(struct repl *r, uint32_t set, uint32_t way)
{
    if (r->policy == REPL_RRIP)
        r->of_way[(size_t)set * r->ways + way] = RRPV_LONG;
    else
        smmu__repl_hit(r, set, way);
}

uint32_t smmu__repl_victim_of_others(struct repl *r, uint32_t set);

/* The way to be filled next: of a pseudo-LRU tree, which default TLBs have, without a call. */
static inline uint32_t smmu__repl_victim(struct repl *r, uint32_t set)
{
    if (r->policy != REPL_PLRU)
        return smmu__repl_victim_of_others(r, set);
    uint64_t tree = r->of_set[set];
    uint32_t node = 1;
    while (node < r->ways)
        node = 2 * node + (uint32_t)(tree >> node & 1);
    return node - r->ways;
}

#endif
