/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. See tlb.h. An entry is alive while its serial is its tag's current one; a dead entry behaves
 * in every respect like an empty place.
 */
#include <string.h>

#include "state.h"

/* ------------------------------------------------ arrays of entries, shared by both caches */

static bool alive(const struct smmu *s, const struct tlb_entry *e)
{
    return e->key && s->tags.tag[e->tag].serial == e->serial;
}

static struct tlb_entry *set_of(const struct tlb *t, uint64_t region)
{
    return &t->entry[(region & (t->sets - 1)) * t->ways];
}

static struct tlb_entry *find(const struct tlb *t, uint64_t va, unsigned log2, uint32_t serial,
                              uint32_t other_serial)
{
    uint64_t region = va >> log2, key = region << 6 | log2;
    struct tlb_entry *e = set_of(t, region);
    for (uint32_t w = 0; w < t->ways; w++)
        if (e[w].key == key && (e[w].serial == serial || e[w].serial == other_serial))
            return &e[w];
    return NULL;
}

static void drop(struct smmu *s, struct tlb *t, struct tlb_entry *e)
{
    unsigned log2 = e->key & 63;
    if (alive(s, e))
        s->tags.tag[e->tag].live--;
    if (--t->of_size[log2] == 0)
        t->live_sizes &= ~(UINT64_C(1) << log2);
    e->key = 0;
}

/* The place for a new entry: its own old one, an empty or dead one, or the victim of round robin.
 */
static struct tlb_entry *place(struct smmu *s, struct tlb *t, uint64_t va, unsigned log2,
                               uint32_t serial, bool *evicted)
{
    uint64_t region = va >> log2;
    struct tlb_entry *set = set_of(t, region), *e = find(t, va, log2, serial, serial);
    for (uint32_t w = 0; !e && w < t->ways; w++)
        if (!alive(s, &set[w]))
            e = &set[w];
    *evicted = !e;
    if (!e) {
        uint8_t *victim = &t->victim[region & (t->sets - 1)];
        e = &set[*victim];
        *victim = (uint8_t)(*victim + 1u == t->ways ? 0 : *victim + 1);
    }
    if (e->key)
        drop(s, t, e);
    return e;
}

static bool insert(struct smmu *s, struct tlb *t, uint64_t va, unsigned log2, uint16_t tag,
                   uint8_t geometry, uint64_t data)
{
    bool evicted;
    uint32_t serial = s->tags.tag[tag].serial;
    struct tlb_entry *e = place(s, t, va, log2, serial, &evicted);
    *e = (struct tlb_entry){.key = va >> log2 << 6 | log2,
                            .data = data,
                            .serial = serial,
                            .tag = tag,
                            .geometry = geometry};
    s->tags.tag[tag].live++;
    t->of_size[log2]++;
    t->live_sizes |= UINT64_C(1) << log2;
    return evicted;
}

/* ------------------------------------------------------------------- TLB */

enum {
    LEAF_PA_BITS = 40,
    LEAF_PERMS = 40,
    LEAF_MEMATTR = 46,
    LEAF_SH = 54,
    LEAF_GLOBAL = 56,
    LEAF_LEVEL = 57
};

static uint64_t pack_leaf(const struct leaf *l)
{
    return (l->pa >> 12 & low_mask(LEAF_PA_BITS)) | (uint64_t)l->perms << LEAF_PERMS |
           (uint64_t)l->memattr << LEAF_MEMATTR | (uint64_t)l->sh << LEAF_SH |
           (uint64_t)l->global << LEAF_GLOBAL | (uint64_t)(l->level + 1) << LEAF_LEVEL;
}

static void unpack_leaf(const struct tlb_entry *e, struct leaf *l)
{
    uint64_t d = e->data;
    l->pa = (d & low_mask(LEAF_PA_BITS)) << 12;
    l->region_log2 = (uint8_t)(e->key & 63);
    l->perms = (uint8_t)(d >> LEAF_PERMS & 63);
    l->memattr = (uint8_t)(d >> LEAF_MEMATTR);
    l->sh = (uint8_t)(d >> LEAF_SH & 3);
    l->global = bit_of(d, LEAF_GLOBAL);
    l->level = (int8_t)((int)(d >> LEAF_LEVEL & 7) - 1);
}

bool smmu__tlb_lookup(struct smmu *s, const struct xctx *x, uint64_t va, struct leaf *leaf)
{
    const struct tlb *t = &s->tlb;
    for (uint64_t sizes = t->live_sizes; sizes; sizes &= sizes - 1) {
        unsigned log2 = lowest_bit(sizes);
        const struct tlb_entry *e = find(t, va, log2, x->tag_serial, x->global_serial);
        if (e) {
            unpack_leaf(e, leaf);
            return true;
        }
    }
    return false;
}

void smmu__tlb_fill(struct smmu *s, const struct xctx *x, uint64_t va, unsigned granule_log2,
                    const struct leaf *leaf)
{
    uint8_t geometry = (uint8_t)(granule_log2 << 3 | (unsigned)(leaf->level + 1));
    if (insert(s, &s->tlb, va, leaf->region_log2, leaf->global ? x->global_tag : x->tag, geometry,
               pack_leaf(leaf)))
        STAT(s, tlb_evict, 1);
    STAT(s, tlb_fill, 1);
}

/* ------------------------------------------------------------- walk cache */

/* An entry says: the table of level n for the input region that one descriptor of level n-1 maps.
 */
static uint64_t walk_cache_va(const struct xctx *x, const struct walk *w)
{
    return w->half ? w->va | ~low_mask(x->ttb[1].input_bits) : w->va;
}

bool smmu__walk_cache_lookup(struct smmu *s, const struct xctx *x, struct walk *w)
{
    unsigned granule = x->ttb[w->half].granule_log2;
    STAT(s, wc_lookup, 1);
    for (int level = 3; level > w->level; level--) {
        unsigned log2 = smmu__walk_level_log2(granule, level - 1);
        if (!bit_of(s->walk_cache.live_sizes, log2))
            continue;
        const struct tlb_entry *e =
            find(&s->walk_cache, walk_cache_va(x, w), log2, x->tag_serial, x->tag_serial);
        if (e) {
            w->table = (e->data & low_mask(LEAF_PA_BITS)) << 12;
            w->restrictions = (uint8_t)(e->data >> LEAF_PERMS & 15);
            w->level = (int8_t)level;
            STAT(s, wc_hit, 1);
            return true;
        }
    }
    return false;
}

void smmu__walk_cache_fill(struct smmu *s, const struct xctx *x, const struct walk *w)
{
    unsigned granule = x->ttb[w->half].granule_log2;
    unsigned log2 = smmu__walk_level_log2(granule, w->level - 1);
    uint64_t data = (w->table >> 12 & low_mask(LEAF_PA_BITS)) | (uint64_t)w->restrictions
                                                                    << LEAF_PERMS;
    insert(s, &s->walk_cache, walk_cache_va(x, w), log2, x->tag, (uint8_t)(granule << 3), data);
}

/* ------------------------------------------------------------ invalidation */

struct va_scope {
    struct tag_filter tags;
    uint64_t first, last;
    uint8_t granule_log2, level_hint;
};

/* Table entries go whatever the level hint says: it speaks of leaves (4.4.1.1). */
static bool names(const struct smmu *s, const struct va_scope *v, const struct tlb_entry *e,
                  bool tables)
{
    if (!alive(s, e))
        return false;
    unsigned log2 = e->key & 63;
    uint64_t first = e->key >> 6 << log2, last = first | low_mask(log2);
    if (last < v->first || first > v->last)
        return false;
    if (!tables && v->granule_log2 && e->geometry >> 3 != v->granule_log2)
        return false;
    if (!tables && v->level_hint && (e->geometry & 7) - 1 != v->level_hint)
        return false;
    return smmu__tag_matches(s->tags.tag[e->tag].key, &v->tags);
}

static void drop_named(struct smmu *s, struct tlb *t, const struct va_scope *v, struct tlb_entry *e,
                       uint64_t count, bool tables)
{
    for (uint64_t i = 0; i < count; i++)
        if (e[i].key && names(s, v, &e[i], tables))
            drop(s, t, &e[i]);
}

static void drop_region(struct smmu *s, struct tlb *t, const struct va_scope *v, uint64_t region,
                        unsigned log2, bool tables)
{
    struct tlb_entry *e = set_of(t, region);
    uint64_t key = region << 6 | log2;
    for (uint32_t w = 0; w < t->ways; w++)
        if (e[w].key == key && names(s, v, &e[w], tables))
            drop(s, t, &e[w]);
}

/* Either the sets that the range's regions fall into, or, for a range of more regions than sets,
 * every set. */
static void drop_range(struct smmu *s, struct tlb *t, const struct va_scope *v, bool tables)
{
    for (uint64_t sizes = t->live_sizes; sizes; sizes &= sizes - 1) {
        unsigned log2 = lowest_bit(sizes);
        uint64_t region = v->first >> log2, count = (v->last >> log2) - region + 1;
        if (count >= t->sets) {
            drop_named(s, t, v, t->entry, (uint64_t)t->sets * t->ways, tables);
            return;
        }
        for (; count; count--, region++)
            drop_region(s, t, v, region, log2, tables);
    }
}

/* The tag byte plays no part in entries, so none in commands either (4.4.2: TBI may or may not
 * apply; CHOICE). */
static uint64_t canonical(uint64_t va)
{
    return (uint64_t)((int64_t)(va << 8) >> 8);
}

void smmu__tlb_invalidate(struct smmu *s, const struct inval_tlb *i)
{
    struct va_scope v = {.tags = {.world = i->world,
                                  .by_vmid = i->by_vmid,
                                  .by_asid = i->by_asid,
                                  .spare_global = i->spare_global,
                                  .vmid = i->vmid,
                                  .asid = i->asid},
                         .granule_log2 = i->granule_log2,
                         .level_hint = i->level_hint};
    if (!i->by_va) {
        smmu__tags_drop(s, &v.tags);
        return;
    }
    uint64_t length_less_one = i->va_last - i->va_first;
    v.first = canonical(i->va_first);
    v.last = v.first > UINT64_MAX - length_less_one ? UINT64_MAX : v.first + length_less_one;
    drop_range(s, &s->tlb, &v, false);
    if (!i->leaf_only)
        drop_range(s, &s->walk_cache, &v, true);
}

void smmu__tlb_reset(struct smmu *s)
{
    struct tlb *both[] = {&s->tlb, &s->walk_cache};
    for (unsigned i = 0; i < 2; i++) {
        struct tlb *t = both[i];
        memset(t->entry, 0, (size_t)t->sets * t->ways * sizeof *t->entry);
        memset(t->victim, 0, t->sets);
        memset(t->of_size, 0, sizeof t->of_size);
        t->live_sizes = 0;
    }
    memset(s->tags.tag, 0, s->tags.capacity * sizeof *s->tags.tag);
    s->tags.next_serial = 1;
}
