/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See slots.h. */
#include <assert.h>

#include "state.h"

unsigned smmu__slot_number(const struct smmu *s, const struct slot *slot)
{
    return (unsigned)(slot - s->slots.slot);
}

void smmu__slot_list_push(struct smmu *s, struct slot_list *list, struct slot *slot)
{
    uint16_t number = (uint16_t)smmu__slot_number(s, slot);
    slot->next = SLOT_NONE;
    if (list->first == SLOT_NONE)
        list->first = number;
    else
        s->slots.slot[list->last].next = number;
    list->last = number;
}

struct slot *smmu__slot_list_pop(struct smmu *s, struct slot_list *list)
{
    if (list->first == SLOT_NONE)
        return NULL;
    struct slot *slot = &s->slots.slot[list->first];
    list->first = slot->next;
    return slot;
}

struct slot *smmu__slot_take(struct smmu *s)
{
    struct slot *slot = smmu__slot_list_pop(s, &s->slots.free);
    if (slot)
        s->slots.used++;
    return slot;
}

void smmu__slot_free(struct smmu *s, struct slot *slot)
{
    assert(slot->state != SLOT_FREE && !slot->has_walker);
    if (slot->marks) {
        slot->marks = 0;
        if (--s->slots.marked == 0)
            s->settle |= SETTLE_SYNC;
    }
    slot->state = SLOT_FREE;
    if (--s->slots.used == 0)
        s->settle |= SETTLE_ACKS; /* CR0ACK.SMMUEN waits for all that is in flight */
    smmu__slot_list_push(s, &s->slots.free, slot);
}

/* While the CD is not known yet, it may be the one that is named. */
static bool config_touches(const struct inval_config *c, const struct slot *slot)
{
    return smmu__cfg_named(c, slot->cfg_key, slot->has_config ? slot->x.cd_index : c->substreamid);
}

/* While the configuration is not known yet, nothing tells which tags the walk will have: mark it
 * (3.21.1). */
static bool tlb_touches(const struct inval_tlb *t, const struct slot *slot)
{
    if (!slot->has_config)
        return true;
    if (slot->x.kind != XCTX_S1 || slot->x.world != t->world)
        return false;
    if (t->by_vmid && slot->x.vmid != t->vmid)
        return false;
    /* The leaf may turn out global, and by-address invalidations reach global leaves of any ASID
     * (4.4.2.4). */
    if (t->by_asid && !t->by_va && slot->x.asid != t->asid)
        return false;
    return true;
}

void smmu__slots_mark(struct smmu *s, const struct inval_scope *scope)
{
    struct slots *p = &s->slots;
    if (!p->used)
        return;
    for (uint32_t i = 0; i < p->capacity; i++) {
        struct slot *slot = &p->slot[i];
        if (slot->state == SLOT_FREE)
            continue;
        bool touched = scope->kind == INVAL_CONFIG ? config_touches(&scope->u.config, slot)
                                                   : tlb_touches(&scope->u.tlb, slot);
        if (!touched)
            continue;
        if (!slot->marks) {
            p->marked++;
            STAT(s, slots_marked, 1);
        }
        slot->marks |= scope->kind == INVAL_CONFIG ? SLOT_NO_CFG_FILL : SLOT_NO_TLB_FILL;
    }
}
