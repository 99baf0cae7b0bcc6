/* SPDX-License-Identifier: Apache-2.0 */
/* L1. See repl.h. */
#include "repl.h"

#include <string.h>

#include "bits.h"

void smmu__repl_reset(struct repl *r, uint32_t sets, uint64_t seed)
{
    r->clock = 0;
    r->random = seed * UINT64_C(0x9E3779B97F4A7C15) + UINT64_C(0x2545F4914F6CDD1D);
    if (!r->random) /* the one state that xorshift never leaves */
        r->random = 1;
    if (r->of_way)
        memset(r->of_way, 0, (size_t)sets * r->ways * sizeof *r->of_way);
    if (r->of_set)
        memset(r->of_set, 0, sets * sizeof *r->of_set);
}

/* On the way from the leaf to the root every node points to the other side. */
static struct plru_way path_of(uint32_t ways, uint32_t way)
{
    struct plru_way path = {0, 0};
    for (uint32_t node = ways + way; node > 1; node /= 2) {
        uint64_t bit = UINT64_C(1) << node / 2;
        path.nodes |= bit;
        path.right |= node % 2 ? 0 : bit;
    }
    return path;
}

void smmu__repl_init(struct repl *r)
{
    for (uint32_t way = 0; r->path && way < r->ways; way++)
        r->path[way] = path_of(r->ways, way);
}

/* CHOICE: uses are counted in 32 bits; after a wrap an entry unused for 2^32 uses looks young. */
static uint32_t least_recent(const struct repl *r, const uint32_t *used)
{
    uint32_t victim = 0;
    for (uint32_t w = 1; w < r->ways; w++)
        if (r->clock - used[w] > r->clock - used[victim])
            victim = w;
    return victim;
}

static uint32_t rrip_victim(const struct repl *r, uint32_t *prediction)
{
    for (;;) {
        for (uint32_t w = 0; w < r->ways; w++)
            if (prediction[w] == RRPV_DISTANT)
                return w;
        for (uint32_t w = 0; w < r->ways; w++)
            prediction[w]++;
    }
}

static uint64_t random_next(struct repl *r)
{
    r->random ^= r->random << 13;
    r->random ^= r->random >> 7;
    r->random ^= r->random << 17;
    return r->random;
}

uint32_t smmu__repl_victim_of_others(struct repl *r, uint32_t set)
{
    uint32_t victim;
    switch ((enum repl_policy)r->policy) {
    case REPL_LRU:
        return least_recent(r, &r->of_way[(size_t)set * r->ways]);
    case REPL_RRIP:
        return rrip_victim(r, &r->of_way[(size_t)set * r->ways]);
    case REPL_RANDOM: /* the high bits, scaled: no way is favoured */
        return (uint32_t)((random_next(r) >> 32) * r->ways >> 32);
    default: /* round robin */
        victim = (uint32_t)r->of_set[set];
        r->of_set[set] = victim + 1 == r->ways ? 0 : victim + 1;
        return victim;
    }
}
