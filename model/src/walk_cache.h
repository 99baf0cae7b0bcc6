/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. The TCU's walk caches: descriptors of valid walks, by the stage and level they were read at;
 * a leaf's too. Stage 1 entries are by VA, and under a stage 2 a table of theirs is where that has
 * it, if it is there in one piece; stage 2 entries are by IPA. One array for each stage and level
 * or one for all (timing.wc_split); timing.wc_levels says which levels are kept. Level -1 shares
 * level 0's.
 */
#ifndef SMMUSIM_WALK_CACHE_H
#define SMMUSIM_WALK_CACHE_H

#include "lane.h"
#include "smmusim/smmu_types.h"
#include "tlb.h"

enum { WALK_LEVELS = 4, WALK_ARRAYS = 2 * WALK_LEVELS, WALK_CACHE_BANKS = 4 };

struct walk_cache {
    /* Stage 1's levels, stage 2's; the first alone, if there is one for all. */
    struct tlb array[WALK_ARRAYS];
    struct lane bank[WALK_ARRAYS][WALK_CACHE_BANKS];
    uint8_t arrays;
    uint8_t kept; /* bit n: level n's descriptors are kept */
};

enum walk_cache_outcome {
    WALK_CACHE_MISS,
    WALK_CACHE_TABLE, /* the walk was moved down to the table found */
    WALK_CACHE_LEAF   /* *leaf is what the walk would have found */
};

/*
 * The deepest descriptor that is kept on the way to w->va. *cycles: what the look-up takes from now
 * on, waiting for its banks included.
 */
enum walk_cache_outcome smmu__walk_cache_lookup(struct smmu *s, const smmu_request_t *r,
                                                const struct xctx *x,
                                                struct walk *w, struct leaf *leaf,
                                                uint64_t *cycles);
/* A table descriptor took the walk to w->table at w->level. */
void smmu__walk_cache_fill_table(struct smmu *s, const struct xctx *x, const struct walk *w);
/* The walk ended at w->level with this leaf. */
void smmu__walk_cache_fill_leaf(struct smmu *s, const struct xctx *x, const struct walk *w,
                                const struct leaf *leaf);
void smmu__walk_cache_reset(struct smmu *s);

#endif
