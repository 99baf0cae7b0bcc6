/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See tlb.h. A dead entry behaves in every respect like an empty place. */
#include <string.h>

#include "state.h"

/* ------------------------------------------------------------------------- finding */

static struct tlb_entry *set_of(const struct tlb *t, uint64_t region)
{
    return &t->entry[(size_t)smmu__tlb_set(t, region) * t->ways];
}

inline void smmu__tlb_used(struct tlb *t, const struct tlb_entry *e)
{
    uint32_t at = (uint32_t)(e - t->entry);
    if (t->sets == 1)
        smmu__repl_hit(&t->repl, 0, at);
    else if (t->repl.policy == REPL_PLRU || t->repl.policy == REPL_LRU ||
             t->repl.policy == REPL_RRIP)
        smmu__repl_hit(&t->repl, at / t->ways, at % t->ways);
}

bool smmu__tlb_alive(const struct smmu *s, const struct tlb_entry *e)
{
    return e->key && s->tags.tag[e->tag].serial == e->serial;
}

void smmu__tlb_census(const struct smmu *s, const struct tlb *t, uint32_t *alive, uint32_t *dead)
{
    *alive = *dead = 0;
    for (size_t i = 0; i < (size_t)t->sets * t->ways; i++)
        if (t->entry[i].key)
            ++*(smmu__tlb_alive(s, &t->entry[i]) ? alive : dead);
}

/* -------------------------------------------------------------- inserting and dropping */

static void note_sizes(struct tlb *t, unsigned log2)
{
    uint64_t bit = UINT64_C(1) << log2;
    bool leaves = t->of_size[TLB_LEAF][log2] || t->of_size[TLB_SPLINTER][log2];
    bool tables = t->of_size[TLB_TABLE][log2];
    const bool there[SIZES_KINDS] = {[SIZES_LIVE] = leaves || tables, [SIZES_OF_LEAVES] = leaves};
    for (unsigned kind = 0; kind < SIZES_KINDS; kind++)
        t->sizes[kind] = there[kind] ? t->sizes[kind] | bit : t->sizes[kind] & ~bit;
}

static void empty(struct tlb *t, struct tlb_entry *e)
{
    unsigned log2 = e->key & 63;
    if (--t->of_size[e->kind][log2] == 0)
        note_sizes(t, log2);
    t->splinters -= e->kind == TLB_SPLINTER;
    if (t->holders)
        --*tlb_holders(t, e->key);
    t->entries--;
    t->all_alive_at = 0;
    e->key = 0;
}

/* NULL: every way is alive. An array of one set remembers it until a tag dies or a way is
 * emptied. */
static struct tlb_entry *unused_way(const struct smmu *s, struct tlb *t, struct tlb_entry *set)
{
    for (uint32_t w = 0; w < t->ways; w++)
        if (!smmu__tlb_alive(s, &set[w]))
            return &set[w];
    if (t->sets == 1)
        t->all_alive_at = s->tags.next_serial;
    return NULL;
}

static void put(struct tlb *t, uint32_t set, struct tlb_entry *e, const struct tlb_entry *entry)
{
    uint32_t way = (uint32_t)(e - &t->entry[(size_t)set * t->ways]);
    *e = *entry;
    if (t->of_size[e->kind][e->key & 63]++ == 0)
        note_sizes(t, e->key & 63);
    t->splinters += e->kind == TLB_SPLINTER;
    t->entries++;
    t->inserted++;
    if (t->holders)
        ++*tlb_holders(t, e->key);
    smmu__repl_fill(&t->repl, set, way);
}

/* One alive entry gives way to another; most are of the same size. */
static inline void replace(struct tlb *t, uint32_t set, struct tlb_entry *e,
                           const struct tlb_entry *entry)
{
    bool same_size = !((e->key ^ entry->key) & 63) && e->kind == entry->kind;
    t->evicted++;
    if (!same_size) {
        empty(t, e);
        put(t, set, e, entry);
        return;
    }
    if (t->holders) {
        --*tlb_holders(t, e->key);
        ++*tlb_holders(t, entry->key);
    }
    *e = *entry;
    t->inserted++;
    smmu__repl_fill(&t->repl, set, (uint32_t)(e - &t->entry[(size_t)set * t->ways]));
}

/* The place is an empty or dead entry, or the victim. */
void smmu__tlb_insert_new(struct smmu *s, struct tlb *t, const struct tlb_entry *entry)
{
    if (LIKELY(t->all_alive_at == s->tags.next_serial)) {
        replace(t, 0, &t->entry[smmu__repl_victim(&t->repl, 0)], entry);
        return;
    }
    uint32_t set = smmu__tlb_set(t, entry->key >> 6);
    struct tlb_entry *first = &t->entry[(size_t)set * t->ways], *e = unused_way(s, t, first);
    if (!e) {
        replace(t, set, &first[smmu__repl_victim(&t->repl, set)], entry);
        return;
    }
    if (e->key) {
        t->invalidated++; /* dead since then, gone now */
        empty(t, e);
    }
    put(t, set, e, entry);
}

void smmu__tlb_insert(struct smmu *s, struct tlb *t, const struct tlb_entry *entry)
{
    unsigned log2 = entry->key & 63;
    struct tlb_entry *old =
        smmu__tlb_find(t, entry->key >> 6 << log2, log2, entry->serial, entry->serial);
    if (!old) {
        smmu__tlb_insert_new(s, t, entry);
        return;
    }
    replace(t, smmu__tlb_set(t, entry->key >> 6), old, entry); /* by its successor */
}

void smmu__tlb_reset(struct tlb *t, uint64_t seed)
{
    t->invalidated += t->entries;
    memset(t->entry, 0, (size_t)t->sets * t->ways * sizeof *t->entry);
    memset(t->of_size, 0, sizeof t->of_size);
    if (t->holders)
        memset(t->holders, 0, TLB_BUCKETS * sizeof *t->holders);
    memset(t->sizes, 0, sizeof t->sizes);
    t->splinters = 0;
    t->entries = t->all_alive_at = 0;
    smmu__repl_reset(&t->repl, t->sets, seed);
}

/* ------------------------------------------------------------------------- leaves */

enum {
    LEAF_PA_BITS = 40,
    LEAF_MEMATTR = 46,
    LEAF_SH = 54,
    LEAF_GLOBAL = 56,
    LEAF_LEVEL = 57,
    LEAF_CLEAN = 60
};

struct tlb_entry smmu__tlb_leaf_entry(const struct smmu *s, uint16_t tag, unsigned granule_log2,
                                      uint64_t va, const struct leaf *l)
{
    bool splinter = l->region_log2 < smmu__walk_level_log2(granule_log2, l->level);
    return (struct tlb_entry){
        .key = va >> l->region_log2 << 6 | l->region_log2,
        .data = (l->pa >> 12 & low_mask(LEAF_PA_BITS)) | (uint64_t)l->perms << TLB_LEAF_PERMS |
                (uint64_t)l->memattr << LEAF_MEMATTR | (uint64_t)l->sh << LEAF_SH |
                (uint64_t)l->global << LEAF_GLOBAL | (uint64_t)(l->level + 1) << LEAF_LEVEL |
                (uint64_t)(l->marks & (LEAF_CLEAN_P | LEAF_CLEAN_U)) << LEAF_CLEAN,
        .serial = s->tags.tag[tag].serial,
        .tag = tag,
        .geometry = (uint8_t)(granule_log2 << 3 | (unsigned)(l->level + 1)),
        .kind = splinter ? TLB_SPLINTER : TLB_LEAF,
    };
}

inline void smmu__tlb_leaf(const struct tlb_entry *e, struct leaf *l)
{
    uint64_t d = e->data;
    l->pa = (d & low_mask(LEAF_PA_BITS)) << 12;
    l->region_log2 = (uint8_t)(e->key & 63);
    l->perms = (uint8_t)(d >> TLB_LEAF_PERMS & 63);
    l->memattr = (uint8_t)(d >> LEAF_MEMATTR);
    l->sh = (uint8_t)(d >> LEAF_SH & 3);
    l->global = bit_of(d, LEAF_GLOBAL);
    l->level = (int8_t)((int)(d >> LEAF_LEVEL & 7) - 1);
    l->marks = (uint8_t)(d >> LEAF_CLEAN & 3);
}

/* ------------------------------------------------------------------- invalidation */

/* Table entries go whatever granule and level are hinted at: these speak of leaves (4.4.1.1). */
static OFF_PATH bool names(const struct smmu *s, const struct tlb_range *r,
                           const struct tlb_entry *e)
{
    const struct inval_tlb *scope = r->scope;
    bool table = e->kind == TLB_TABLE;
    if (!smmu__tlb_alive(s, e) || (table && scope->leaf_only))
        return false;
    unsigned log2 = e->key & 63;
    uint64_t first = e->key >> 6 << log2;
    if (e->kind == TLB_SPLINTER) {
        log2 = smmu__walk_level_log2(e->geometry >> 3, (e->geometry & 7) - 1);
        first = align_down(first, log2);
    }
    uint64_t last = first | low_mask(log2);
    if (last < r->first || first > r->last)
        return false;
    if (!table && scope->granule_log2 && e->geometry >> 3 != scope->granule_log2)
        return false;
    if (!table && scope->level_hint && (e->geometry & 7) - 1 != scope->level_hint)
        return false;
    struct tag_filter tags = smmu__tag_filter(scope);
    return smmu__tag_matches(s->tags.tag[e->tag].key, &tags);
}

static OFF_PATH void invalidate(struct tlb *t, struct tlb_entry *e)
{
    empty(t, e);
    t->invalidated++;
}

static OFF_PATH void drop_all_named(struct smmu *s, struct tlb *t, const struct tlb_range *r)
{
    for (size_t i = 0; i < (size_t)t->sets * t->ways; i++)
        if (t->entry[i].key && names(s, r, &t->entry[i]))
            invalidate(t, &t->entry[i]);
}

static inline void drop_region(struct smmu *s, struct tlb *t, const struct tlb_range *r,
                               uint64_t region, unsigned log2)
{
    uint64_t key = region << 6 | log2;
    if (!tlb_any_candidate(t, key))
        return;
    struct tlb_entry *e = set_of(t, region), *const end = e + t->ways;
    for (; e < end; e++)
        if (UNLIKELY(e->key == key) && names(s, r, e))
            invalidate(t, e);
}

/* CHOICE 4.4.2: the tag byte plays no part in entries, so none in commands either. */
struct tlb_range smmu__tlb_range(const struct inval_tlb *i)
{
    uint64_t length_less_one = i->va_last - i->va_first, first = smmu__canonical(i->va_first);
    return (struct tlb_range){
        i, first, first > UINT64_MAX - length_less_one ? UINT64_MAX : first + length_less_one};
}

/* Either the sets that the range's regions fall into, or, for a range of more regions than sets and
 * while there are splinters, every set. Most ranges are one region of each size. */
void smmu__tlb_drop_range(struct smmu *s, struct tlb *t, const struct tlb_range *r, uint64_t sizes)
{
    if (UNLIKELY(t->splinters) && !r->scope->spare_stage1) {
        drop_all_named(s, t, r);
        return;
    }
    do {
        unsigned log2 = lowest_bit(sizes);
        uint64_t region = r->first >> log2, last = r->last >> log2;
        if (UNLIKELY(last - region >= t->sets)) {
            drop_all_named(s, t, r);
            return;
        }
        do
            drop_region(s, t, r, region, log2);
        while (UNLIKELY(region++ != last));
    } while (sizes &= sizes - 1);
}
