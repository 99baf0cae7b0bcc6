/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See walk_cache.h. */
#include "walk_cache.h"

#include <assert.h>

#include "pte.h"
#include "state.h"

enum {
    TABLE_PA_BITS = 40,
    TABLE_RESTRICTIONS = 40,
    TABLE_PHYSICAL = 44,
    TABLE_MEMATTR = 45,
    TABLE_SH = 53
};

static unsigned column(int level)
{
    return level < 0 ? 0 : (unsigned)level;
}

static bool kept(const struct smmu *s, int level)
{
    return bit_of(s->walk_cache.kept, column(level));
}

/* The input address as entries know it. */
static uint64_t va_of(const struct xctx *x, const struct walk *w)
{
    const struct ttb *high = &x->ttb[TTB_HIGH];
    if (LIKELY(w->half != TTB_HIGH))
        return w->va;
    return w->va | (low_mask(high->vmsav8_32 ? 32 : 64) & ~low_mask(high->input_bits));
}

static bool of_stage2(const struct walk *w)
{
    return w->half == TTB_STAGE2;
}

static unsigned array_of(const struct smmu *s, const struct walk *w, int level)
{
    if (s->walk_cache.arrays == 1)
        return 0;
    return column(level) + (of_stage2(w) ? (unsigned)WALK_LEVELS : 0);
}

/* ------------------------------------------------------------------------ look-up */

static inline const struct tlb_entry *find(struct smmu *s, const smmu_request_t *r,
                                           const struct xctx *x, const struct walk *w, uint64_t va,
                                           int level)
{
    struct tlb *t = &s->walk_cache.array[array_of(s, w, level)];
    unsigned granule = x->ttb[w->half].granule_log2;
    uint32_t serial = of_stage2(w) ? x->s2_serial : x->tag_serial;
    uint32_t other_serial = of_stage2(w) ? x->s2_serial : x->global_serial;
    unsigned log2 = smmu__walk_level_log2(granule, level);
    unsigned run_log2 = log2 + smmu__pte_contiguous_log2(granule, level);
    uint64_t sizes = (UINT64_C(1) << log2 | UINT64_C(1) << run_log2) & t->sizes[SIZES_LIVE];
    const struct tlb_entry *found = NULL;
    unsigned reads = 0;
    for (; sizes && !found; sizes &= sizes - 1) {
        reads++;
        found = smmu__tlb_find(t, va, lowest_bit(sizes), serial, other_serial);
        if (found && (found->geometry & 7) - 1 != level)
            found = NULL; /* the same size, of another granule's level */
    }
    TCU_EVENT(s, wc_reads, WC_READ, reads ? reads : 1, r);
    return found;
}

/* When the look-up of a level that begins at 'from' has its result. */
static uint64_t lookup_done(struct smmu *s, const struct xctx *x, const struct walk *w, uint64_t va,
                            int level, uint64_t from)
{
    unsigned array = array_of(s, w, level);
    unsigned granule = x->ttb[w->half].granule_log2;
    uint64_t region = va >> smmu__walk_level_log2(granule, level);
    uint32_t bank = smmu__tlb_set(&s->walk_cache.array[array], region) &
                    (uint32_t)(CFG(s, TIMING_WC_BANKS) - 1);
    return smmu__turn(s, &s->walk_cache.bank[array][bank], from, CFG(s, TIMING_WC_PROBE_INTERVAL)) +
           CFG(s, TIMING_WC_LAT);
}

static enum walk_cache_outcome take(struct smmu *s, const struct tlb_entry *e, int level,
                                    struct walk *w, struct leaf *leaf)
{
    smmu__tlb_used(&s->walk_cache.array[array_of(s, w, level)], e);
    if (e->kind != TLB_TABLE) {
        smmu__tlb_leaf(e, leaf);
        w->level = (int8_t)level;
        return WALK_CACHE_LEAF;
    }
    w->table = (e->data & low_mask(TABLE_PA_BITS)) << 12;
    w->restrictions = (uint8_t)(e->data >> TABLE_RESTRICTIONS & 15);
    w->physical = bit_of(e->data, TABLE_PHYSICAL);
    w->memattr = (uint8_t)(e->data >> TABLE_MEMATTR);
    w->sh = (uint8_t)(e->data >> TABLE_SH & 3);
    w->level = (int8_t)(level + 1);
    return WALK_CACHE_TABLE;
}

/* What a look-up of a level counts as, by stage, for statistics and the monitor. */
static const struct level_counts {
    uint8_t lookup, miss;
    enum smmu_pmcg_event lookup_event, miss_event;
} counts[WALK_ARRAYS] = {
#define OF_LEVEL(level, EVENT)                                                                     \
    {                                                                                              \
        SMMU_TCU_STAT_wc_##level##_lookup, SMMU_TCU_STAT_wc_##level##_miss,                        \
            SMMU_PMCG_EV_WC_##EVENT##_LOOKUP, SMMU_PMCG_EV_WC_##EVENT##_MISS                       \
    }
    OF_LEVEL(l0, S1L0),   OF_LEVEL(l1, S1L1),   OF_LEVEL(l2, S1L2),   OF_LEVEL(l3, S1L3),
    OF_LEVEL(s2l0, S2L0), OF_LEVEL(s2l1, S2L1), OF_LEVEL(s2l2, S2L2), OF_LEVEL(s2l3, S2L3),
#undef OF_LEVEL
};
static_assert(SMMU_TCU_STAT_COUNT <= UINT8_MAX, "a statistic's number is too large for its table");

static inline void count(struct smmu *s, const smmu_request_t *r, bool stage2, int level, bool miss)
{
    const struct level_counts *c = &counts[column(level) + (stage2 ? (unsigned)WALK_LEVELS : 0)];
    s->tcu_stat[c->lookup]++;
    s->tcu_stat[c->miss] += miss;
    smmu__pmcg_count(s, PMCG_TCU, c->lookup_event, 1, r->sec_sid, r->streamid);
    smmu__pmcg_count(s, PMCG_TCU, c->miss_event, miss, r->sec_sid, r->streamid);
}

enum walk_cache_outcome smmu__walk_cache_lookup(struct smmu *s, const smmu_request_t *r,
                                                const struct xctx *x, struct walk *w,
                                                struct leaf *leaf, uint64_t *cycles)
{
    const uint64_t now = s->sched.now, va = va_of(x, w);
    const bool serial = CFG(s, TIMING_WC_SERIAL);
    const struct tlb_entry *deepest = NULL;
    uint64_t done = now;
    int deepest_level = 0;
    bool begun = false;
    for (int level = 3; level >= w->level; level--) {
        if (!kept(s, level))
            continue;
        const struct tlb_entry *e = find(s, r, x, w, va, level);
        count(s, r, of_stage2(w), level, !e);
        if (serial || !begun)
            done = lookup_done(s, x, w, va, level, done);
        begun = true;
        if (!e || deepest)
            continue;
        deepest = e;
        deepest_level = level;
        if (serial)
            break;
    }
    *cycles = done - now;
    STAT(s, wc_lookup, 1);
    STAT(s, wc_hit, deepest != NULL);
    return deepest ? take(s, deepest, deepest_level, w, leaf) : WALK_CACHE_MISS;
}

/* ------------------------------------------------------------------------ filling */

void smmu__walk_cache_fill_table(struct smmu *s, const struct xctx *x, const struct walk *w)
{
    int level = w->level - 1;
    if (!kept(s, level))
        return;
    unsigned granule = x->ttb[w->half].granule_log2;
    unsigned log2 = smmu__walk_level_log2(granule, level);
    uint16_t tag = of_stage2(w) ? x->s2_tag : x->tag;
    struct tlb_entry e = {.key = va_of(x, w) >> log2 << 6 | log2,
                          .data = (w->table >> 12 & low_mask(TABLE_PA_BITS)) |
                                  (uint64_t)w->restrictions << TABLE_RESTRICTIONS,
                          .serial = s->tags.tag[tag].serial,
                          .tag = tag,
                          .geometry = (uint8_t)(granule << 3 | (unsigned)(level + 1)),
                          .kind = TLB_TABLE};
    if (w->physical)
        e.data |= UINT64_C(1) << TABLE_PHYSICAL | (uint64_t)w->memattr << TABLE_MEMATTR |
                  (uint64_t)w->sh << TABLE_SH;
    smmu__tlb_insert(s, &s->walk_cache.array[array_of(s, w, level)], &e);
}

void smmu__walk_cache_fill_leaf(struct smmu *s, const struct xctx *x, const struct walk *w,
                                const struct leaf *leaf)
{
    if (!kept(s, w->level))
        return;
    uint16_t tag = of_stage2(w) ? x->s2_tag : leaf->global ? x->global_tag : x->tag;
    struct tlb_entry e =
        smmu__tlb_leaf_entry(s, tag, x->ttb[w->half].granule_log2, va_of(x, w), leaf);
    smmu__tlb_insert(s, &s->walk_cache.array[array_of(s, w, w->level)], &e);
}

void smmu__walk_cache_reset(struct smmu *s)
{
    for (unsigned i = 0; i < s->walk_cache.arrays; i++)
        smmu__tlb_reset(&s->walk_cache.array[i], CFG(s, TIMING_SEED) + i);
}
