/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. See tags.h. The table is cut into buckets; a full bucket gives up the tag used longest ago
 * together with its entries. Dropping more than asked is always
 * permitted (16.2.1).
 */
#include <string.h>

#include "state.h"
#include "tbu.h"

enum { BUCKET = 8 };
#define NO_TAG UINT32_MAX

static uint64_t tag_key(uint8_t world, uint16_t vmid, uint16_t asid, bool global, bool aset)
{
    return UINT64_C(1) << 63 | (uint64_t)world_in_tags(world) << 40 | (uint64_t)vmid << 24 |
           (uint64_t)asid << 8 | (uint64_t)global << 1 | (uint64_t)aset;
}

enum { STAGE2_BIT = 2 };

static uint64_t stage2_key(const struct xctx *x)
{
    return tag_key(x->world, x->vmid, 0, false, false) | UINT64_C(1) << STAGE2_BIT;
}

static uint32_t fresh_serial(struct smmu *s)
{
    if (s->tags.next_serial ==
        0) /* wrapped after 2^32 drops: old entries could be taken for new ones */
        smmu__translations_reset(s);
    return s->tags.next_serial++;
}

void smmu__tags_reset(struct smmu *s)
{
    memset(s->tags.tag, 0, s->tags.capacity * sizeof *s->tags.tag);
    s->tags.next_serial = 1;
}

static uint32_t bucket_of(const struct tags *t, uint64_t key)
{
    uint64_t mixed = (key ^ key >> 33) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(mixed >> 40) & (t->capacity - 1) & ~(uint32_t)(BUCKET - 1);
}

/* May this tag give way sooner than that one? Unused ones first, then those used longest ago. */
static bool better_victim(const struct tags *t, const struct tag *tag, const struct tag *than)
{
    if (!tag->key != !than->key)
        return !tag->key;
    return t->clock - tag->used_at > t->clock - than->used_at;
}

/* 'keep' is not given up: the context's other tag, which has no entries yet. NO_TAG: none. */
static uint16_t tag_for(struct smmu *s, uint64_t key, uint32_t keep)
{
    struct tags *t = &s->tags;
    uint32_t first = bucket_of(t, key), victim = UINT32_MAX;
    for (uint32_t i = first; i < first + BUCKET; i++) {
        struct tag *tag = &t->tag[i];
        if (tag->key == key) {
            tag->used_at = t->clock++;
            return (uint16_t)i;
        }
        if (i != keep && (victim == UINT32_MAX || better_victim(t, tag, &t->tag[victim])))
            victim = i;
    }
    uint32_t serial = fresh_serial(s);
    t->tag[victim] = (struct tag){.key = key, .serial = serial, .used_at = t->clock++};
    return (uint16_t)victim;
}

static void bind_stage2(struct smmu *s, struct xctx *x)
{
    x->s2_tag = tag_for(s, stage2_key(x), NO_TAG);
    x->s2_serial = s->tags.tag[x->s2_tag].serial;
}

void smmu__tags_use_stage2(struct smmu *s, struct xctx *x)
{
    if (!x->s2_serial || s->tags.tag[x->s2_tag].serial != x->s2_serial)
        bind_stage2(s, x);
}

void smmu__tags_bind(struct smmu *s, struct xctx *x)
{
    struct tags *t = &s->tags;
    if (x->kind == XCTX_S2) {
        bind_stage2(s, x);
        x->tag = x->global_tag = x->s2_tag;
        x->tag_serial = x->global_serial = x->s2_serial;
        return;
    }
    uint64_t key = tag_key(x->world, x->vmid, x->asid, false, x->aset);
    do {
        x->tag = tag_for(s, key, NO_TAG);
        x->global_tag = tag_for(s, tag_key(x->world, x->vmid, 0, true, x->aset), x->tag);
    } while (t->tag[x->tag].key != key); /* serials wrapped in between: everything was dropped */
    x->tag_serial = t->tag[x->tag].serial;
    x->global_serial = t->tag[x->global_tag].serial;
}

void smmu__tags_use(struct smmu *s, struct xctx *x)
{
    if (!tags_bound(&s->tags, x))
        smmu__tags_bind(s, x);
}

bool smmu__tag_matches(uint64_t key, const struct tag_filter *f)
{
    if (!key || (uint8_t)(key >> 40) != world_in_tags(f->world))
        return false;
    if (f->by_vmid && ((uint16_t)(key >> 24) ^ f->vmid) & ~f->vmid_ignored)
        return false;
    if (bit_of(key, STAGE2_BIT))
        return !f->spare_stage2;
    if (f->spare_stage1)
        return false;
    if (f->spare_aset && bit_of(key, 0))
        return false;
    bool global = bit_of(key, 1);
    if (global)
        return !f->spare_global;
    return !f->by_asid || (uint16_t)(key >> 8) == f->asid;
}

struct tag_filter smmu__tag_filter(const struct inval_tlb *i)
{
    return (struct tag_filter){.world = i->world,
                               .by_vmid = i->by_vmid,
                               .by_asid = i->by_asid,
                               .spare_global = i->spare_global,
                               .spare_aset = i->spare_aset,
                               .spare_stage1 = i->spare_stage1,
                               .spare_stage2 = i->spare_stage2,
                               .vmid = i->vmid,
                               .vmid_ignored = i->vmid_ignored,
                               .asid = i->asid};
}

static void drop(struct smmu *s, struct tag *tag)
{
    tag->serial = fresh_serial(s);
}

static void drop_key(struct smmu *s, uint64_t key)
{
    struct tags *t = &s->tags;
    uint32_t first = bucket_of(t, key);
    for (uint32_t i = first; i < first + BUCKET; i++)
        if (t->tag[i].key == key)
            drop(s, &t->tag[i]);
}

void smmu__tags_drop(struct smmu *s, const struct tag_filter *f)
{
    struct tags *t = &s->tags;
    /* Without VMIDs every tag has VMID 0 (3.17). */
    if (f->by_asid && f->spare_global && !f->vmid_ignored) {
        uint16_t vmid = f->by_vmid ? f->vmid : 0;
        drop_key(s, tag_key(f->world, vmid, f->asid, false, false));
        if (!f->spare_aset)
            drop_key(s, tag_key(f->world, vmid, f->asid, false, true));
        return;
    }
    for (uint32_t i = 0; i < t->capacity; i++)
        if (smmu__tag_matches(t->tag[i].key, f))
            drop(s, &t->tag[i]);
}
