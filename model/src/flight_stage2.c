/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See flight.h: stage 2 of one address. What a slot with both stages is about to read, and what
 * its stage 1 leads to, turns aside here and comes back as a physical address (3.3.2, 7.3.12 to
 * 7.3.16, 13.4.3, 13.8). With stage 2 alone it is the input address, and that is all. What its leaf
 * permits is stage2.c's.
 */
#include "answer.h"
#include "flight.h"
#include "hardening.h"
#include "state.h"

static bool turn_aside(struct smmu *s, struct slot *slot, uint64_t ipa, enum fault_class class_)
{
    slot->s2.ipa = ipa;
    slot->s2.class_ = (uint8_t)class_;
    if (smmu__walk_start_stage2(&slot->x, ipa, &slot->s2.walk) != WALK_NEXT)
        return smmu__flight_stage2_fault(s, slot, SMMU_EVT_F_TRANSLATION);
    slot->state = SLOT_S2_LOOKUP;
    return true;
}

bool smmu__flight_stage2_input(struct smmu *s, struct slot *slot, uint64_t ipa)
{
    return turn_aside(s, slot, ipa, CLASS_IN);
}

/* -------------------------------------------------------------- what waits for an address */

static const struct {
    smmu_mem_source_t source;
    uint8_t size, class_;
} reads[] = {
    [SLOT_L1CD] = {SMMU_SRC_L1CD, 8, CLASS_CD},
    [SLOT_CD] = {SMMU_SRC_CD, 64, CLASS_CD},
    [SLOT_TTD] = {SMMU_SRC_TTD, 8, CLASS_TT},
    [SLOT_UPDATE] = {SMMU_SRC_TTD, 8, CLASS_TT},
};

static struct mem_attrs attrs_of(struct smmu *s, const struct slot *slot, enum slot_state read)
{
    const struct xctx *x = &slot->x;
    const struct ttb *t = &x->ttb[slot->walk.half];
    const struct cd_locator *l = &slot->locator;
    uint8_t sec = smmu__flight_interface(s, slot)->sec;
    if (read == SLOT_TTD && slot->walk.physical)
        return (struct mem_attrs){slot->walk.memattr, slot->walk.sh, sec, x->mpam};
    return read == SLOT_TTD || read == SLOT_UPDATE
               ? (struct mem_attrs){t->walk_memattr, t->walk_sh, sec, x->mpam}
               : (struct mem_attrs){l->memattr, l->sh, sec, x->ste_mpam};
}

static bool access_at(struct smmu *s, struct slot *slot, enum slot_state read, uint64_t pa,
                      struct mem_attrs attrs)
{
    if (read == SLOT_UPDATE)
        return smmu__flight_update_at(s, slot, pa, attrs);
    return smmu__flight_read(s, slot, read, reads[read].source, pa, reads[read].size, attrs);
}

bool smmu__flight_read_input(struct smmu *s, struct slot *slot, enum slot_state read, uint64_t addr)
{
    bool physical = read == SLOT_TTD && slot->walk.physical;
    if (slot->x.kind == XCTX_NESTED && !physical) {
        slot->s2.read = (uint8_t)read;
        slot->s2.update = read == SLOT_UPDATE;
        return turn_aside(s, slot, addr, reads[read].class_);
    }
    return access_at(s, slot, read, addr, attrs_of(s, slot, read));
}

struct mem_attrs smmu__stage2_read_attrs(const struct smmu *s, const struct stage2 *t,
                                         struct mem_attrs own)
{
    struct attrs a =
        smmu__attrs_combine((struct attrs){own.memattr, own.sh}, t->leaf.memattr, t->leaf.sh);
    if (CFG(s, IDR3_PTWNNC) && smmu__attrs_is_device(a.memattr))
        a.memattr = SMMU_MEMATTR_NC;
    return (struct mem_attrs){a.memattr, a.sh, own.pas, own.mpam};
}

/* The stage 1 table that the walk has come to is kept like any other: with its physical address,
 * unless stage 2 has it in pieces, or what let it be read must not be cached. */
static void keep_table(struct smmu *s, struct slot *slot, uint64_t pa, struct mem_attrs attrs)
{
    const struct ttb *t = &slot->x.ttb[slot->walk.half];
    struct walk found = slot->walk;
    if (found.level == t->start_level || !smmu__flight_may_fill(s, slot))
        return;
    found.physical = slot->s2.leaf.region_log2 >= t->granule_log2 && !xctx_uncached(&slot->x);
    if (found.physical)
        found.table = align_down(pa, t->granule_log2);
    found.memattr = attrs.memattr;
    found.sh = attrs.sh;
    smmu__walk_cache_fill_table(s, &slot->x, &found);
}

/* As in flight_walk.c. */
static bool walk_again(struct smmu *s, struct slot *slot)
{
    smmu__walk_start_stage2(&slot->x, slot->s2.ipa, &slot->s2.walk);
    if (slot->s2.class_ != CLASS_CD)
        smmu__flight_walk_begins(s, slot);
    return smmu__flight_delay(s, slot, CFG(s, TIMING_WALK_START_LAT), SLOT_S2_WALK);
}

static bool update(struct smmu *s, struct slot *slot)
{
    return slot->state == SLOT_S2_LEAF ? walk_again(s, slot) : smmu__flight_update_stage2(s, slot);
}

/* 7.3.16: whether it may be written is a question of its own. That a page is mostly read-only is
 * not cached. */
static bool not_updatable(struct smmu *s, struct slot *slot)
{
    return slot->state == SLOT_S2_LEAF ? walk_again(s, slot)
                                       : smmu__flight_stage2_fault(s, slot, SMMU_EVT_F_PERMISSION);
}

static bool read_at_last(struct smmu *s, struct slot *slot)
{
    struct stage2 *t = &slot->s2;
    enum slot_state read = (enum slot_state)t->read;
    if (!smmu__stage2_readable(&slot->x, &slot->walk, t))
        return smmu__flight_stage2_fault(s, slot, SMMU_EVT_F_PERMISSION);
    if (smmu__stage2_of_update(t) && !smmu__stage2_updatable(&slot->x, &t->leaf))
        return not_updatable(s, slot);
    if (smmu__stage2_wants_update(t))
        return update(s, slot);
    if (t->class_ == CLASS_CD)
        smmu__harden_cd(&slot->x, t->leaf.marks);
    uint64_t pa = smmu__stage2_output(t);
    struct mem_attrs attrs = smmu__stage2_read_attrs(s, t, attrs_of(s, slot, read));
    if (read == SLOT_TTD)
        keep_table(s, slot, pa, attrs);
    return access_at(s, slot, read, pa, attrs);
}

static bool input_translated(struct smmu *s, struct slot *slot)
{
    uint8_t granted = UNLIKELY(slot_asks(slot)) ? smmu__flight_ats_may(slot) : 0;
    if (UNLIKELY(slot_asks(slot)) && !smmu__flight_ats_grants(slot, &slot->s2.leaf, granted))
        return smmu__flight_stage2_fault(s, slot, SMMU_EVT_F_PERMISSION);
    uint8_t need = smmu__flight_need(slot);
    if (need && !smmu__stage2_permits(&slot->x, &slot->walk, &slot->s2, need))
        return smmu__flight_stage2_fault(s, slot, SMMU_EVT_F_PERMISSION);
    if (smmu__leaf_wants_update(&slot->s2.leaf, need))
        return update(s, slot);
    slot->s2.leaf.perms = smmu__stage2_permissions(&slot->x, &slot->s2.leaf);
    if (slot->x.kind == XCTX_NESTED)
        smmu__stage2_combine(&slot->leaf, &slot->s2);
    else
        slot->leaf = slot->s2.leaf;
    if (UNLIKELY(slot_asks(slot)))
        slot->leaf.perms &= granted;
    return smmu__flight_translated(s, slot);
}

/* ------------------------------------------------------------------------------- the walk */

/* Do the walk caches serve this address? */
static bool cached(const struct smmu *s, const struct slot *slot)
{
    return slot->s2.class_ == CLASS_IN || CFG(s, TIMING_WC_S2_TABLES);
}

bool smmu__flight_stage2_lookup(struct smmu *s, struct slot *slot)
{
    uint64_t cycles = 0;
    enum walk_cache_outcome o = WALK_CACHE_MISS;
    if (cached(s, slot)) {
        TIMELINE_STAGE(s, slot, WALK_LOOKUP);
        smmu__tags_use_stage2(s, &slot->x);
        o = smmu__walk_cache_lookup(s, &slot->request, &slot->x, &slot->s2.walk, &slot->s2.leaf,
                                    &cycles);
    }
    if (o == WALK_CACHE_LEAF && !xctx_uncached(&slot->x))
        return smmu__flight_delay(s, slot, cycles, SLOT_S2_LEAF);
    if (o == WALK_CACHE_LEAF) /* another stream's */
        smmu__walk_start_stage2(&slot->x, slot->s2.ipa, &slot->s2.walk);
    if (slot->s2.class_ != CLASS_CD)
        smmu__flight_walk_begins(s, slot);
    return smmu__flight_delay(s, slot, cycles + CFG(s, TIMING_WALK_START_LAT), SLOT_S2_WALK);
}

bool smmu__flight_stage2_walk(struct smmu *s, struct slot *slot)
{
    const struct ttb *t = &slot->x.ttb[TTB_STAGE2];
    struct mem_attrs attrs = {t->walk_memattr, t->walk_sh, smmu__flight_interface(s, slot)->sec,
                              slot->x.ste_mpam};
    return smmu__flight_read(s, slot, SLOT_S2_TTD, SMMU_SRC_TTD,
                             smmu__walk_address(&slot->x, &slot->s2.walk), 8, attrs);
}

static bool may_fill(struct smmu *s, struct slot *slot)
{
    if (slot->marks & SLOT_NO_TLB_FILL || !cached(s, slot))
        return false;
    smmu__tags_use_stage2(s, &slot->x);
    return true;
}

bool smmu__flight_stage2_ttd_step(struct smmu *s, struct slot *slot)
{
    struct stage2 *t = &slot->s2;
    enum walk_outcome o = smmu__walk_step(&slot->x, &t->walk, slot->descriptor, &t->leaf);
    if (o == WALK_NEXT) {
        if (may_fill(s, slot))
            smmu__walk_cache_fill_table(s, &slot->x, &t->walk);
        slot->state = SLOT_S2_WALK;
        return true;
    }
    if (o != WALK_LEAF)
        return smmu__flight_stage2_fault(s, slot, smmu__flight_event_of(o));
    bool accessed = !(t->leaf.marks & LEAF_UNACCESSED);
    if (accessed && may_fill(s, slot) && !xctx_uncached(&slot->x))
        smmu__walk_cache_fill_leaf(s, &slot->x, &t->walk, &t->leaf);
    return smmu__flight_stage2_leaf(s, slot);
}

bool smmu__flight_stage2_leaf(struct smmu *s, struct slot *slot)
{
    return slot->s2.class_ == CLASS_IN ? input_translated(s, slot) : read_at_last(s, slot);
}
