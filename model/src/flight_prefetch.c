/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See flight.h: after a translation, the walk of a neighbouring page into the walk caches. A
 * prefetch is a slot that nobody waits for: it ends in the TCU, and a fault of it is dropped.
 */
#include "flight.h"
#include "state.h"

enum { PREFETCH_NONE, PREFETCH_SAME_SLOT, PREFETCH_OWN_SLOT };

/* A prefetch in the demand's slot takes over its walker and its place in the TCU; one in its own
 * needs free ones. */
static bool has_room(const struct smmu *s)
{
    bool own = CFG(s, TIMING_PREFETCH) == PREFETCH_OWN_SLOT;
    return smmu__outbox_has_room_for_slot(s) && !smmu__slot_list_empty(&s->slots.free) &&
           (!own || (smmu__pool_free(&s->slots.ptw.pool) && smmu__pool_free(&s->slots.tcu)));
}

void smmu__flight_prefetch(struct smmu *s, struct slot *demand)
{
    uint8_t direction = demand->x.prefetch;
    bool wanted = direction == XCTX_PREFETCH_NEXT || direction == XCTX_PREFETCH_PREVIOUS;
    if (!CFG(s, TIMING_PREFETCH) || !wanted || demand->prefetch || demand->marks || !has_room(s))
        return;
    struct slot *slot = smmu__slot_take(s);
    uint64_t page = UINT64_C(1) << demand->leaf.region_log2;
    slot->request = demand->request;
    slot->request.addr += direction == XCTX_PREFETCH_NEXT ? page : -page;
    slot->cfg_key = demand->cfg_key;
    slot->prog_if = demand->prog_if;
    slot->x = demand->x;
    slot->has_config = slot->prefetch = slot->enabled = true;
    s->slots.enabled++;
    slot->state = SLOT_CONTEXT;
    if (CFG(s, TIMING_PREFETCH) == PREFETCH_SAME_SLOT) {
        slot->walker = demand->walker;
        demand->walker = WALKER_NONE;
        smmu__flight_give_place(s, demand);
    }
    smmu__flight_take_place(s, slot);
    if (s->timeline.capacity)
        smmu__timeline_take_off(s, slot, SMMU_TIMELINE_PREFETCH);
    TCU_EVENT(s, requests_speculative, SPECULATIVE, 1, &slot->request);
    TCU_STAT(s, prefetch, 1);
    smmu__flight_run(s, slot);
}

bool smmu__flight_prefetch_end(struct smmu *s, struct slot *slot)
{
    smmu__walker_give(s, slot);
    smmu__flight_give_place(s, slot);
    if (s->timeline.capacity)
        smmu__timeline_land(s, slot, SMMU_TIMELINE_PREFETCH);
    smmu__slot_free(s, slot);
    return false;
}
