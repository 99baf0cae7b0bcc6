/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. Arrays of translations: a TBU's micro-TLB and main TLB, the TCU's walk caches. Entries carry
 * tags, never StreamIDs (3.17); only what was valid is ever inserted (3.21.1). tlb.c keeps the
 * arrays, walk_cache.c the walk caches; tbu.c knows which TLB is looked up when.
 */
#ifndef SMMUSIM_TLB_H
#define SMMUSIM_TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "bits.h"
#include "inval.h"
#include "repl.h"
#include "tags.h"
#include "walk.h"
#include "xctx.h"

struct smmu;

struct tlb_entry {
    uint64_t key;    /* region number << 6 | log2 of the region; 0: empty */
    uint64_t data;   /* packed leaf, or next table and restrictions */
    uint32_t serial; /* of its tag when inserted */
    uint16_t tag;
    uint8_t geometry; /* granule log2 << 3 | level + 1 */
    uint8_t kind;     /* enum tlb_kind */
};

/* A splinter is a part of a stage 1 leaf that stage 2 has in smaller pieces: it goes with any
 * invalidation that names an address of the whole (Arm ARM D8.17). */
enum tlb_kind { TLB_LEAF, TLB_TABLE, TLB_SPLINTER, TLB_KINDS };

/* Of any kind; leaves and splinters alone: indexed by whether a scope spares tables. */
enum tlb_sizes { SIZES_LIVE, SIZES_OF_LEAVES, SIZES_KINDS };

struct tlb {
    uint32_t sets, ways;
    uint32_t set_mask;   /* sets - 1, or NO_SET_MASK */
    uint32_t entries;    /* in use, alive or dead */
    uint32_t all_alive_at; /* of one set: tags.next_serial when every entry was found alive */
    uint64_t sizes[SIZES_KINDS]; /* bit n: some entry of 2^n bytes may be present */
    uint32_t of_size[TLB_KINDS][64];
    uint32_t splinters;
    struct tlb_entry *entry; /* [sets][ways] */
    struct repl repl;
    uint8_t *holders; /* [TLB_BUCKETS]: of one set: how many keys fall into a bucket */
    /* Counted; from an instance's creation on: inserted = evicted + invalidated + those
     * in place. */
    uint64_t inserted, evicted, invalidated;
};

enum { TLB_BUCKETS_LOG2 = 8, TLB_BUCKETS = 1 << TLB_BUCKETS_LOG2 };

#define NO_SET_MASK UINT32_MAX /* the number of sets is no power of two */

/* It was used. */
void smmu__tlb_used(struct tlb *t, const struct tlb_entry *e);
void smmu__tlb_insert(struct smmu *s, struct tlb *t, const struct tlb_entry *entry);
/* The same if it is known that no entry has its key and serial. */
void smmu__tlb_insert_new(struct smmu *s, struct tlb *t, const struct tlb_entry *entry);

static inline uint32_t smmu__tlb_set(const struct tlb *t, uint64_t region)
{
    return (uint32_t)(t->set_mask != NO_SET_MASK ? region & t->set_mask : region % t->sets);
}

static inline uint8_t *tlb_holders(const struct tlb *t, uint64_t key)
{
    return &t->holders[(key * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - TLB_BUCKETS_LOG2)];
}

/* May the key be there? Misses are common, and a large set is long to search. */
static inline bool tlb_any_candidate(const struct tlb *t, uint64_t key)
{
    return !t->holders || *tlb_holders(t, key);
}

static inline bool tlb_entry_is(const struct tlb_entry *e, uint64_t key, uint32_t serial,
                                uint32_t other_serial)
{
    return e->key == key && (e->serial == serial || e->serial == other_serial);
}

/* The entry for va among those with one of the two serials; NULL: absent. */
static inline struct tlb_entry *smmu__tlb_find(const struct tlb *t, uint64_t va, unsigned log2,
                                               uint32_t serial, uint32_t other_serial)
{
    uint64_t region = va >> log2, key = region << 6 | log2;
    if (!tlb_any_candidate(t, key))
        return NULL;
    struct tlb_entry *e = &t->entry[(size_t)smmu__tlb_set(t, region) * t->ways];
    struct tlb_entry *const end = e + t->ways;
    for (; e < end; e++)
        if (tlb_entry_is(e, key, serial, other_serial))
            return e;
    return NULL;
}

/* An entry is alive while its serial is its tag's current one. */
bool smmu__tlb_alive(const struct smmu *s, const struct tlb_entry *e);
/* Entries in place that invalidations by tag have killed, and those that are alive. */
void smmu__tlb_census(const struct smmu *s, const struct tlb *t, uint32_t *alive, uint32_t *dead);
/* What a scope by address names: its addresses as entries have them. */
struct tlb_range {
    const struct inval_tlb *scope;
    uint64_t first, last;
};
struct tlb_range smmu__tlb_range(const struct inval_tlb *scope);
void smmu__tlb_drop_range(struct smmu *s, struct tlb *t, const struct tlb_range *range,
                          uint64_t sizes);

/* Most arrays of an instance have nothing that an invalidation could name. */
static inline void smmu__tlb_drop(struct smmu *s, struct tlb *t, const struct tlb_range *range)
{
    uint64_t sizes = t->sizes[range->scope->leaf_only];
    if (sizes)
        smmu__tlb_drop_range(s, t, range, sizes);
}
void smmu__tlb_reset(struct tlb *t, uint64_t seed);

/* Where an entry's data has a leaf's permissions. */
enum { TLB_LEAF_PERMS = 40 };

static inline bool tlb_entry_permits(const struct tlb_entry *e, uint8_t need)
{
    return e->data >> TLB_LEAF_PERMS & need;
}

/* Leaves as data of an entry. */
struct tlb_entry smmu__tlb_leaf_entry(const struct smmu *s, uint16_t tag, unsigned granule_log2,
                                      uint64_t va, const struct leaf *leaf);
void smmu__tlb_leaf(const struct tlb_entry *e, struct leaf *leaf);

#endif
