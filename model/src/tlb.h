/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. The TLB and the walk cache: set-associative arrays of 24-byte entries, one probe a live
 * region size. Only translations that were valid are ever inserted (3.21.1); entries carry tags,
 * never StreamIDs (3.17).
 */
#ifndef SMMUSIM_TLB_H
#define SMMUSIM_TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "walk.h"
#include "xctx.h"

struct smmu;
struct inval_tlb;

struct tlb_entry {
    uint64_t key;    /* region number << 6 | log2 of the region; 0: never used */
    uint64_t data;   /* packed leaf, or next table and restrictions */
    uint32_t serial; /* of its tag when inserted */
    uint16_t tag;
    uint8_t geometry; /* granule code << 4 | level + 1 */
    uint8_t pad;
};

struct tlb {
    uint32_t sets, ways; /* sets: power of two */
    uint64_t live_sizes; /* bit n: some entry of 2^n bytes may be present */
    uint32_t of_size[64];
    struct tlb_entry *entry; /* [sets][ways] */
    uint8_t *victim;         /* [sets], round robin */
};

/* Finds the leaf for va; false if absent. va: without tag byte and sign extension. */
bool smmu__tlb_lookup(struct smmu *s, const struct xctx *x, uint64_t va, struct leaf *leaf);
void smmu__tlb_fill(struct smmu *s, const struct xctx *x, uint64_t va, unsigned granule_log2,
                    const struct leaf *leaf);

/* The deepest cached table on the way to va: moves w down to it. False: nothing cached. */
bool smmu__walk_cache_lookup(struct smmu *s, const struct xctx *x, struct walk *w);
/* Remembers that the walk reached w->table at w->level. */
void smmu__walk_cache_fill(struct smmu *s, const struct xctx *x, const struct walk *w);

/* Drops what the scope names from both. */
void smmu__tlb_invalidate(struct smmu *s, const struct inval_tlb *scope);
void smmu__tlb_reset(struct smmu *s);

#endif
