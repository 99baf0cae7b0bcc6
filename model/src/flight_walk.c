/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See flight.h: TLB, walker, descriptors, permission, fill (3.21.1, 7.3.12 to 7.3.16, D8). */
#include "answer.h"
#include "flight.h"
#include "le.h"
#include "state.h"

static bool finish_untranslated(struct smmu *s, struct slot *slot)
{
    if (!smmu__answer_untranslated(s, &slot->x, &slot->request, &slot->response))
        return smmu__flight_bypass_fault(s, slot);
    return smmu__flight_answer(s, slot);
}

static bool forward(struct smmu *s, struct slot *slot, const struct leaf *leaf)
{
    const struct xctx *x = &slot->x;
    smmu__answer_leaf(s, &slot->request, &x->overrides,
                      smmu__access_kind(&slot->request, &x->overrides), leaf, &slot->response);
    return smmu__flight_answer(s, slot);
}

static bool permitted(struct smmu *s, struct slot *slot, const struct leaf *leaf)
{
    smmu__flight_release_walker(s, slot);
    if (leaf->perms & smmu__access_need(smmu__access_kind(&slot->request, &slot->x.overrides)))
        return forward(s, slot, leaf);
    return smmu__flight_stage1_fault(s, slot, SMMU_EVT_F_PERMISSION);
}

bool smmu__flight_tlb(struct smmu *s, struct slot *slot)
{
    struct xctx *x = &slot->x;
    struct leaf leaf;
    if (x->kind != XCTX_S1)
        return finish_untranslated(s, slot);
    smmu__tags_use(s, x);
    struct access_kind k = smmu__access_kind(&slot->request, &x->overrides);
    if (smmu__walk_start(x, slot->request.addr, !k.priv, &slot->walk) != WALK_NEXT)
        return smmu__flight_stage1_fault(s, slot, SMMU_EVT_F_TRANSLATION);
    if (smmu__tlb_lookup(s, x, smmu__canonical(slot->request.addr), &leaf))
        return permitted(s, slot, &leaf);
    return smmu__flight_delay(s, slot, CFG(s, TIMING_WC_LAT), SLOT_WALKER_WAIT);
}

bool smmu__flight_walker_wait(struct smmu *s, struct slot *slot)
{
    struct slots *p = &s->slots;
    if (p->walkers_busy == p->walkers) {
        STAT(s, walker_waits, 1);
        smmu__slot_list_push(s, &p->walker_wait, slot);
        return false;
    }
    p->walkers_busy++;
    slot->has_walker = true;
    STAT(s, walks, 1);
    smmu__tags_use(s, &slot->x);
    smmu__walk_cache_lookup(s, &slot->x, &slot->walk);
    slot->state = SLOT_WALK;
    return true;
}

bool smmu__flight_walk(struct smmu *s, struct slot *slot)
{
    const struct ttb *t = &slot->x.ttb[slot->walk.half];
    struct mem_attrs attrs = {t->walk_memattr, t->walk_sh, smmu__flight_interface(s, slot)->sec};
    STAT(s, walk_reads, 1);
    return smmu__flight_read(s, slot, SLOT_TTD, SMMU_SRC_TTD,
                             smmu__walk_address(&slot->x, &slot->walk), 8, attrs);
}

bool smmu__flight_got_ttd(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    slot->descriptor = load_le64(data);
    return smmu__flight_delay(s, slot, CFG(s, TIMING_WALK_STEP_LAT), SLOT_TTD_STEP);
}

/* Nothing that an invalidation overtook may stay behind (3.21.1). */
static bool may_fill(struct smmu *s, struct slot *slot)
{
    if (slot->marks & SLOT_NO_TLB_FILL)
        return false;
    smmu__tags_use(s, &slot->x);
    return true;
}

bool smmu__flight_ttd_step(struct smmu *s, struct slot *slot)
{
    static const uint8_t fault_of[] = {[WALK_TRANSLATION] = SMMU_EVT_F_TRANSLATION,
                                       [WALK_ADDR_SIZE] = SMMU_EVT_F_ADDR_SIZE,
                                       [WALK_ACCESS] = SMMU_EVT_F_ACCESS};
    struct leaf leaf;
    enum walk_outcome o = smmu__walk_step(&slot->x, &slot->walk, slot->descriptor, &leaf);
    if (o == WALK_NEXT) {
        if (may_fill(s, slot))
            smmu__walk_cache_fill(s, &slot->x, &slot->walk);
        slot->state = SLOT_WALK;
        return true;
    }
    if (o != WALK_LEAF)
        return smmu__flight_stage1_fault(s, slot, fault_of[o]);
    if (may_fill(s, slot))
        smmu__tlb_fill(s, &slot->x, smmu__canonical(slot->request.addr),
                       slot->x.ttb[slot->walk.half].granule_log2, &leaf);
    else
        STAT(s, tlb_nofill, 1);
    return permitted(s, slot, &leaf);
}
