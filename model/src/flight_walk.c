/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See flight.h: walker, walk caches, stage 1's descriptors and permission (3.21.1, 7.3.12
 * to 7.3.16, D8). */
#include "answer_leaf.h"
#include "flight.h"
#include "hardening.h"
#include "le.h"
#include "state.h"

static bool finish_untranslated(struct smmu *s, struct slot *slot)
{
    if (!smmu__answer_untranslated(s, &slot->x, &slot->request, &slot->response))
        return smmu__flight_bypass_fault(s, slot);
    smmu__walker_give(s, slot);
    return smmu__flight_answer(s, slot);
}

/* The walk has ended with slot->leaf, which permits the access: prefetch and the way back. */
bool smmu__flight_translated(struct smmu *s, struct slot *slot)
{
    const struct xctx *x = &slot->x;
    struct access_kind k = smmu__access_kind(&slot->request, &x->overrides);
    smmu__flight_walk_ended(s, slot);
    if (UNLIKELY(slot_asks(slot)))
        return smmu__flight_ats_translated(s, slot);
    if (slot->prefetch)
        return smmu__flight_prefetch_end(s, slot);
    smmu__answer_leaf(s, &slot->request, x, k, &slot->leaf, &slot->response);
    slot->fills = !xctx_uncached(x) && !slot_is_ats(slot);
    smmu__flight_prefetch(s, slot);
    smmu__walker_give(s, slot);
    return smmu__flight_answer(s, slot);
}

/* From the first level on: what caches have will not do. */
static bool walk_again(struct smmu *s, struct slot *slot)
{
    struct access_kind k = smmu__access_kind(&slot->request, &slot->x.overrides);
    smmu__walk_start(&slot->x, slot->request.addr, !k.priv, &slot->walk);
    smmu__flight_walk_begins(s, slot);
    return smmu__flight_delay(s, slot, CFG(s, TIMING_WALK_START_LAT), SLOT_WALK);
}

/* An update needs the descriptor, and with stage 2 its IPA, which caches do not keep. */
static bool update(struct smmu *s, struct slot *slot)
{
    bool cached = slot->state == SLOT_LEAF || slot->walk.physical;
    return cached ? walk_again(s, slot) : smmu__flight_update(s, slot);
}

/* Permission, flags, then stage 2 if there is one (13.4; 7.3.22). CHOICE 3.13.2: what denies the
 * access is not marked as accessed. */
static bool stage1_leaf(struct smmu *s, struct slot *slot)
{
    const struct leaf *leaf = &slot->leaf;
    uint8_t may = leaf_may_permit(&slot->x.ttb[slot->walk.half], leaf);
    if (UNLIKELY(slot_asks(slot)) && !smmu__flight_ats_grants(slot, leaf, may))
        return smmu__flight_stage1_fault(s, slot, SMMU_EVT_F_PERMISSION);
    uint8_t need = smmu__flight_need(slot);
    if (need && !(may & need))
        return smmu__flight_stage1_fault(s, slot, SMMU_EVT_F_PERMISSION);
    if (smmu__leaf_wants_update(leaf, need))
        return update(s, slot);
    if (slot->x.kind != XCTX_NESTED)
        return smmu__flight_translated(s, slot);
    if (slot->x.hardening)
        smmu__harden_step(&slot->x, &slot->walk, slot->descriptor, slot->s2.leaf.marks);
    uint64_t within = slot->request.addr & low_mask(leaf->region_log2);
    return smmu__flight_stage2_input(s, slot, leaf->pa | within);
}

bool smmu__flight_context(struct smmu *s, struct slot *slot)
{
    const struct xctx *x = &slot->x;
    uint64_t addr = slot->request.addr;
    struct access_kind k = smmu__access_kind(&slot->request, &x->overrides);
    if (UNLIKELY(slot_is_ats(slot)) && !slot->ats_checked)
        return smmu__flight_ats_context(s, slot);
    if (!xctx_translates(x))
        return finish_untranslated(s, slot);
    if (x->kind == XCTX_S2) { /* stage 1 is bypassed: the IAS limits what stage 2 is given (3.4) */
        if (addr >> s->ias_bits)
            return smmu__flight_bypass_fault(s, slot);
    } else if (smmu__walk_start(x, addr, !k.priv, &slot->walk) != WALK_NEXT) {
        return smmu__flight_stage1_fault(s, slot, SMMU_EVT_F_TRANSLATION);
    }
    slot->state = SLOT_PTW_WAIT;
    bool taken = slot->walker == WALKER_PTW || smmu__walker_take(s, &s->slots.ptw, slot);
    if (!taken)
        TIMELINE_STAGE(s, slot, PTW_WAIT);
    return taken;
}

void smmu__flight_walk_begins(struct smmu *s, struct slot *slot)
{
    if (slot->walks)
        return;
    TCU_STAT(s, walks, 1);
    slot->walks = true;
    slot->walk_begun = smmu__flight_clock(s, slot);
    /* CHOICE: 10.3: prefetches count in none of the events 1, 2 and 3. */
    smmu__pmcg_count(s, PMCG_TCU, SMMU_PMCG_EV_TLB_MISS, !slot->prefetch, slot->request.sec_sid,
                     slot->request.streamid);
}

/* Every level counts, so none is taken from a walk cache; what was read for others is not taken
 * either, because 'assured' is not taken back. */
static bool hardened_walk(struct smmu *s, struct slot *slot)
{
    smmu__harden_begin(&slot->x, &slot->walk);
    slot->no_share = true;
    smmu__flight_walk_begins(s, slot);
    return smmu__flight_delay(s, slot, CFG(s, TIMING_WALK_START_LAT), SLOT_WALK);
}

/* It has a walker. */
bool smmu__flight_walk_cache(struct smmu *s, struct slot *slot)
{
    uint64_t cycles;
    if (slot->x.kind == XCTX_S2)
        return smmu__flight_stage2_input(s, slot, slot->request.addr);
    if (slot->x.hardening)
        return hardened_walk(s, slot);
    TIMELINE_STAGE(s, slot, WALK_LOOKUP);
    smmu__tags_use(s, &slot->x);
    enum walk_cache_outcome o =
        smmu__walk_cache_lookup(s, &slot->request, &slot->x, &slot->walk, &slot->leaf, &cycles);
    if (o == WALK_CACHE_LEAF)
        return smmu__flight_delay(s, slot, cycles, SLOT_LEAF);
    smmu__flight_walk_begins(s, slot);
    return smmu__flight_delay(s, slot, cycles + CFG(s, TIMING_WALK_START_LAT), SLOT_WALK);
}

bool smmu__flight_leaf(struct smmu *s, struct slot *slot)
{
    return stage1_leaf(s, slot);
}

bool smmu__flight_walk(struct smmu *s, struct slot *slot)
{
    return smmu__flight_read_input(s, slot, SLOT_TTD, smmu__walk_address(&slot->x, &slot->walk));
}

bool smmu__flight_step(struct smmu *s, struct slot *slot, enum slot_state step)
{
    TIMELINE_STAGE(s, slot, WALK_STEP);
    uint64_t begins = smmu__turn(s, &s->walk_step, s->sched.now, CFG(s, TIMING_WALK_STEP_INTERVAL));
    uint64_t cycles = begins - s->sched.now + CFG(s, TIMING_WALK_STEP_LAT);
    return smmu__flight_delay(s, slot, cycles, step);
}

bool smmu__flight_got_ttd(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    slot->descriptor = load_le64(data);
    return smmu__flight_step(s, slot, slot->state == SLOT_TTD ? SLOT_TTD_STEP : SLOT_S2_TTD_STEP);
}

uint8_t smmu__flight_event_of(enum walk_outcome o)
{
    static const uint8_t event_of[] = {[WALK_TRANSLATION] = SMMU_EVT_F_TRANSLATION,
                                       [WALK_ADDR_SIZE] = SMMU_EVT_F_ADDR_SIZE,
                                       [WALK_ACCESS] = SMMU_EVT_F_ACCESS};
    return event_of[o];
}

bool smmu__flight_ttd_step(struct smmu *s, struct slot *slot)
{
    enum walk_outcome o = smmu__walk_step(&slot->x, &slot->walk, slot->descriptor, &slot->leaf);
    if (o == WALK_NEXT) {
        if (slot->x.hardening)
            smmu__harden_step(&slot->x, &slot->walk, slot->descriptor, slot->s2.leaf.marks);
        if (slot->x.kind != XCTX_NESTED && smmu__flight_may_fill(s, slot))
            smmu__walk_cache_fill_table(s, &slot->x, &slot->walk);
        slot->state = SLOT_WALK;
        return true;
    }
    if (o != WALK_LEAF)
        return smmu__flight_stage1_fault(s, slot, smmu__flight_event_of(o));
    if (!(slot->leaf.marks & LEAF_UNACCESSED) && smmu__flight_may_fill(s, slot))
        smmu__walk_cache_fill_leaf(s, &slot->x, &slot->walk, &slot->leaf);
    return stage1_leaf(s, slot);
}
