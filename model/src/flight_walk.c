/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See flight.h: walker, walk caches, descriptors, permission (3.21.1, 7.3.12 to 7.3.16, D8). */
#include "answer.h"
#include "flight.h"
#include "le.h"
#include "state.h"

static bool finish_untranslated(struct smmu *s, struct slot *slot)
{
    if (!smmu__answer_untranslated(s, &slot->x, &slot->request, &slot->response))
        return smmu__flight_bypass_fault(s, slot);
    smmu__walker_give(s, slot);
    return smmu__flight_answer(s, slot);
}

/* The walk has ended with slot->leaf: permission, then prefetch and the way back. */
static bool finish_leaf(struct smmu *s, struct slot *slot)
{
    const struct xctx *x = &slot->x;
    struct access_kind k = smmu__access_kind(&slot->request, &x->overrides);
    smmu__flight_walk_ended(s, slot);
    if (slot->prefetch)
        return smmu__flight_prefetch_end(s, slot);
    if (!(slot->leaf.perms & smmu__access_need(k)))
        return smmu__flight_stage1_fault(s, slot, SMMU_EVT_F_PERMISSION);
    smmu__answer_leaf(s, &slot->request, &x->overrides, k, &slot->leaf, &slot->response);
    slot->fills = true;
    smmu__flight_prefetch(s, slot);
    smmu__walker_give(s, slot);
    return smmu__flight_answer(s, slot);
}

bool smmu__flight_context(struct smmu *s, struct slot *slot)
{
    struct xctx *x = &slot->x;
    if (x->kind != XCTX_S1)
        return finish_untranslated(s, slot);
    struct access_kind k = smmu__access_kind(&slot->request, &x->overrides);
    if (smmu__walk_start(x, slot->request.addr, !k.priv, &slot->walk) != WALK_NEXT)
        return smmu__flight_stage1_fault(s, slot, SMMU_EVT_F_TRANSLATION);
    slot->state = SLOT_PTW_WAIT;
    bool taken = slot->walker == WALKER_PTW || smmu__walker_take(s, &s->slots.ptw, slot);
    if (!taken)
        TIMELINE_STAGE(s, slot, PTW_WAIT);
    return taken;
}

/* It has a walker. */
bool smmu__flight_walk_cache(struct smmu *s, struct slot *slot)
{
    uint64_t cycles;
    TIMELINE_STAGE(s, slot, WALK_LOOKUP);
    smmu__tags_use(s, &slot->x);
    enum walk_cache_outcome o =
        smmu__walk_cache_lookup(s, &slot->request, &slot->x, &slot->walk, &slot->leaf, &cycles);
    if (o == WALK_CACHE_LEAF)
        return smmu__flight_delay(s, slot, cycles, SLOT_LEAF);
    TCU_STAT(s, walks, 1);
    slot->walks = true;
    slot->walk_begun = smmu__flight_clock(s, slot);
    /* CHOICE: 10.3: prefetches count in none of the events 1, 2 and 3. */
    smmu__pmcg_count(s, PMCG_TCU, SMMU_PMCG_EV_TLB_MISS, !slot->prefetch, slot->request.sec_sid,
                     slot->request.streamid);
    return smmu__flight_delay(s, slot, cycles + CFG(s, TIMING_WALK_START_LAT), SLOT_WALK);
}

bool smmu__flight_leaf(struct smmu *s, struct slot *slot)
{
    return finish_leaf(s, slot);
}

bool smmu__flight_walk(struct smmu *s, struct slot *slot)
{
    const struct ttb *t = &slot->x.ttb[slot->walk.half];
    struct mem_attrs attrs = {t->walk_memattr, t->walk_sh, smmu__flight_interface(s, slot)->sec};
    return smmu__flight_read(s, slot, SLOT_TTD, SMMU_SRC_TTD,
                             smmu__walk_address(&slot->x, &slot->walk), 8, attrs);
}

bool smmu__flight_got_ttd(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    slot->descriptor = load_le64(data);
    TIMELINE_STAGE(s, slot, WALK_STEP);
    uint64_t begins = smmu__turn(s, &s->walk_step, s->sched.now, CFG(s, TIMING_WALK_STEP_INTERVAL));
    uint64_t cycles = begins - s->sched.now + CFG(s, TIMING_WALK_STEP_LAT);
    return smmu__flight_delay(s, slot, cycles, SLOT_TTD_STEP);
}

bool smmu__flight_ttd_step(struct smmu *s, struct slot *slot)
{
    static const uint8_t fault_of[] = {[WALK_TRANSLATION] = SMMU_EVT_F_TRANSLATION,
                                       [WALK_ADDR_SIZE] = SMMU_EVT_F_ADDR_SIZE,
                                       [WALK_ACCESS] = SMMU_EVT_F_ACCESS};
    enum walk_outcome o = smmu__walk_step(&slot->x, &slot->walk, slot->descriptor, &slot->leaf);
    if (o == WALK_NEXT) {
        if (smmu__flight_may_fill(s, slot))
            smmu__walk_cache_fill_table(s, &slot->x, &slot->walk);
        slot->state = SLOT_WALK;
        return true;
    }
    if (o != WALK_LEAF)
        return smmu__flight_stage1_fault(s, slot, fault_of[o]);
    if (smmu__flight_may_fill(s, slot))
        smmu__walk_cache_fill_leaf(s, &slot->x, &slot->walk, &slot->leaf);
    return finish_leaf(s, slot);
}
