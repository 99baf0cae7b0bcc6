/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See flight.h: hardware update of access flag and dirty state (3.13, Arm ARM D8.5), at both
 * stages an exchange of the descriptor in memory for what the walk made of it. Whether it succeeds
 * or somebody else was faster, the walk goes on with the descriptor that memory has then; so a leaf
 * that is used, and cached, is never ahead of memory.
 */
#include "answer.h"
#include "flight.h"
#include "le.h"
#include "state.h"

uint8_t smmu__flight_need(const struct slot *slot)
{
    if (slot->prefetch)
        return 0;
    if (UNLIKELY(slot_asks(slot)))
        return slot->ats_need;
    return smmu__access_kind(&slot->request, &slot->x.overrides).need;
}

static bool lacks(const struct leaf *leaf, uint8_t need)
{
    return need && !(leaf->perms & need);
}

bool smmu__leaf_wants_update(const struct leaf *leaf, uint8_t need)
{
    return leaf->marks & LEAF_UNACCESSED || lacks(leaf, need);
}

/* CHOICE 5.4 IR0, 5.2 S2IR0: it is atomic whatever the attributes of the table. */
static uint64_t updated_stage1(const struct slot *slot)
{
    return smmu__walk_updated(&slot->x, &slot->walk, slot->stage1_descriptor,
                              lacks(&slot->leaf, smmu__flight_need(slot)));
}

/* What is written through stage 2 is the access itself, or an update of stage 1 (3.13.5). */
static uint64_t updated_stage2(const struct slot *slot)
{
    const struct stage2 *t = &slot->s2;
    bool dirty = t->class_ == CLASS_IN
                     ? lacks(&t->leaf, smmu__flight_need(slot))
                     : smmu__stage2_of_update(t) && smmu__stage2_update_dirties(&t->leaf);
    return smmu__walk_updated(&slot->x, &t->walk, slot->descriptor, dirty);
}

bool smmu__flight_update(struct smmu *s, struct slot *slot)
{
    slot->stage1_descriptor = slot->descriptor;
    return smmu__flight_read_input(s, slot, SLOT_UPDATE,
                                   smmu__walk_address(&slot->x, &slot->walk));
}

bool smmu__flight_update_at(struct smmu *s, struct slot *slot, uint64_t addr,
                            struct mem_attrs attrs)
{
    return smmu__flight_exchange(s, slot, SLOT_UPDATE, addr, attrs, slot->stage1_descriptor,
                                 updated_stage1(slot));
}

bool smmu__flight_update_stage2(struct smmu *s, struct slot *slot)
{
    const struct ttb *t = &slot->x.ttb[TTB_STAGE2];
    struct mem_attrs attrs = {t->walk_memattr, t->walk_sh, smmu__flight_interface(s, slot)->sec,
                              slot->x.ste_mpam};
    return smmu__flight_exchange(s, slot, SLOT_S2_UPDATE,
                                 smmu__walk_address(&slot->x, &slot->s2.walk), attrs,
                                 slot->descriptor, updated_stage2(slot));
}

bool smmu__flight_got_update(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    bool stage1 = slot->state == SLOT_UPDATE;
    uint64_t from = stage1 ? slot->stage1_descriptor : slot->descriptor, found = load_le64(data);
    uint64_t to = stage1 ? updated_stage1(slot) : updated_stage2(slot);
    slot->descriptor = found == from ? to : found;
    return smmu__flight_step(s, slot, stage1 ? SLOT_TTD_STEP : SLOT_S2_TTD_STEP);
}
