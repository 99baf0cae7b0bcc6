/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See slots.h. */
#include <assert.h>
#include <string.h>

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

static uint64_t in_use_bit(unsigned number)
{
    return UINT64_C(1) << number % 64;
}

struct slot *smmu__slot_take(struct smmu *s)
{
    struct slot *slot = smmu__slot_list_pop(s, &s->slots.free);
    if (!slot)
        return NULL;
    unsigned number = smmu__slot_number(s, slot);
    s->slots.in_use[number / 64] |= in_use_bit(number);
    s->slots.used++;
    memset(slot, 0, offsetof(struct slot, request));
    slot->merged = slot->sharing = (struct slot_list){SLOT_NONE, SLOT_NONE};
    return slot;
}

static void unmark(struct smmu *s, struct slot *slot)
{
    if (!slot->marks)
        return;
    if (--s->slots.marked[smmu__inval_epoch_of(s, slot->marks)] == 0)
        s->settle |= SETTLE_SYNC;
    slot->marks = 0;
}

void smmu__slot_rest(struct smmu *s, struct slot *slot)
{
    unsigned number = smmu__slot_number(s, slot);
    unmark(s, slot);
    s->slots.in_use[number / 64] &= ~in_use_bit(number);
    if (slot->enabled && --s->slots.enabled == 0)
        s->settle |= SETTLE_ACKS;
    slot->enabled = false;
}

/* Only what came while SMMUEN was 1 does so, and only while it is. */
void smmu__slot_start_anew(struct smmu *s, struct slot *slot)
{
    unsigned number = smmu__slot_number(s, slot);
    s->slots.in_use[number / 64] |= in_use_bit(number);
    s->slots.enabled += !slot->enabled;
    slot->enabled = true;
    slot->has_config = slot->has_ste = slot->decided = slot->fills = false;
    slot->borrowed = slot->no_merge = slot->no_share = false;
}

void smmu__slot_free(struct smmu *s, struct slot *slot)
{
    assert(slot->state != SLOT_FREE && !slot->walker && !slot->has_token && !slot->has_place);
    smmu__slot_rest(s, slot);
    slot->state = SLOT_FREE;
    s->slots.used--;
    smmu__slot_list_push(s, &s->slots.free, slot);
}

/* ---------------------------------------------------------------------------- walkers */

static void note_walkers(struct smmu *s, const struct walkers *w)
{
    if (w == &s->slots.ctw)
        TIMELINE_COUNTER(s, CTW, 0, w->pool.used);
    else
        TIMELINE_COUNTER(s, PTW, 0, w->pool.used);
}

static unsigned priority_of(const struct smmu *s, const struct slot *slot)
{
    unsigned tbu = slot->request.tbu;
    return tbu < 32 ? (unsigned)(CFG(s, TIMING_TBU_PRIORITY) >> 2 * tbu & 3) : 0;
}

static enum slot_walker kind_of(const struct smmu *s, const struct walkers *w)
{
    return w == &s->slots.ctw ? WALKER_CTW : WALKER_PTW;
}

static bool anyone_waits(const struct walkers *w)
{
    for (unsigned p = 0; p < PRIORITIES; p++)
        if (!smmu__slot_list_empty(&w->wait[p]))
            return true;
    return false;
}

bool smmu__walker_take(struct smmu *s, struct walkers *w, struct slot *slot)
{
    if (!smmu__pool_free(&w->pool) || anyone_waits(w)) {
        TCU_EVENT(s, buffered, BUFFERED, 1, &slot->request);
        smmu__slot_list_push(s, &w->wait[priority_of(s, slot)], slot);
        return false;
    }
    smmu__pool_take(&w->pool, s->sched.now);
    note_walkers(s, w);
    slot->walker = (uint8_t)kind_of(s, w);
    return true;
}

void smmu__walker_give(struct smmu *s, struct slot *slot)
{
    if (slot->walker == WALKER_NONE)
        return;
    struct walkers *w = slot->walker == WALKER_CTW ? &s->slots.ctw : &s->slots.ptw;
    smmu__pool_give(&w->pool, s->sched.now);
    note_walkers(s, w);
    slot->walker = WALKER_NONE;
    s->settle |= SETTLE_WALKERS;
}

/* The highest priority, unless a lower one has been passed over for long enough. */
static unsigned priority_to_serve(const struct smmu *s, struct walkers *w)
{
    unsigned serve = PRIORITIES;
    for (unsigned p = 0; p < PRIORITIES; p++) {
        bool patient = serve == PRIORITIES || w->passed_over[serve] < CFG(s, TIMING_QOS_PATIENCE);
        if (!smmu__slot_list_empty(&w->wait[p]) && patient)
            serve = p;
    }
    for (unsigned p = 0; p < serve && serve < PRIORITIES; p++)
        w->passed_over[p] = smmu__slot_list_empty(&w->wait[p]) ? 0 : w->passed_over[p] + 1;
    if (serve < PRIORITIES)
        w->passed_over[serve] = 0;
    return serve;
}

struct slot *smmu__walker_next(struct smmu *s, struct walkers *w)
{
    if (!smmu__pool_free(&w->pool))
        return NULL;
    unsigned priority = priority_to_serve(s, w);
    if (priority == PRIORITIES)
        return NULL;
    struct slot *slot = smmu__slot_list_pop(s, &w->wait[priority]);
    smmu__pool_take(&w->pool, s->sched.now);
    note_walkers(s, w);
    slot->walker = (uint8_t)kind_of(s, w);
    return slot;
}

void smmu__slots_reset(struct smmu *s)
{
    struct slots *p = &s->slots;
    const struct slot_list none = {SLOT_NONE, SLOT_NONE};
    p->event_wait = p->event_held = p->place_wait = none;
    for (unsigned i = 0; i < PRIORITIES; i++) {
        p->ctw.wait[i] = p->ptw.wait[i] = none;
        p->ctw.passed_over[i] = p->ptw.passed_over[i] = 0;
    }
    p->shared_reads = 0;
    for (unsigned i = 0; i < READ_BUCKETS; i++)
        p->read_bucket[i] = SLOT_NONE;
}

/* ------------------------------------------------------------------------------- marks */

/* While the CD is not known yet, it may be the one that is named. Before its STE is known, nothing
 * has been read of a VMS. */
static bool config_touches(const struct inval_config *c, const struct slot *slot)
{
    bool before = c->partid_map && !slot->has_ste && !slot->has_config;
    return !before && smmu__cfg_named(c, slot->cfg_key,
                                      slot->has_config ? slot->x.cd_index : c->substreamid, &slot->x);
}

/* While the configuration is not known yet, nothing tells which tags the walk will have: mark it
 * (3.21.1). */
static bool tlb_touches(const struct inval_tlb *t, const struct slot *slot)
{
    if (!slot->has_config)
        return true;
    if (!xctx_translates(&slot->x) || world_in_tags(slot->x.world) != world_in_tags(t->world))
        return false;
    if ((t->spare_stage1 && slot->x.kind == XCTX_S1) ||
        (t->spare_stage2 && slot->x.kind == XCTX_S2))
        return false;
    if (t->by_vmid && (slot->x.vmid ^ t->vmid) & ~t->vmid_ignored)
        return false;
    /* The leaf may turn out global, and by-address invalidations reach global leaves of any ASID
     * (4.4.2.4). */
    if (t->by_asid && !t->by_va && slot->x.asid != t->asid)
        return false;
    return true;
}

static void mark_as(struct smmu *s, struct slot *slot, uint8_t marks)
{
    if (!slot->marks) {
        s->slots.marked[s->inval.epoch]++;
        slot->marks = s->inval.epoch ? SLOT_MARKED_IN_1 : 0;
        STAT(s, slots_marked, 1);
    }
    slot->marks |= marks;
}

static void mark(struct smmu *s, const struct inval_scope *scope, struct slot *slot)
{
    bool touched = scope->kind == INVAL_CONFIG ? config_touches(&scope->u.config, slot)
                                               : tlb_touches(&scope->u.tlb, slot);
    if (!touched)
        return;
    mark_as(s, slot, scope->kind == INVAL_CONFIG ? SLOT_NO_CFG_FILL : SLOT_NO_TLB_FILL);
    /* A CD that is on its way may have been found through the stage 2 that goes. */
    if (scope->kind == INVAL_TLB && !slot->has_config && !scope->u.tlb.spare_stage2)
        slot->marks |= SLOT_NO_CFG_FILL;
}

void smmu__slots_mark(struct smmu *s, const struct inval_scope *scope)
{
    struct slots *p = &s->slots;
    if (!p->used)
        return;
    for (uint32_t word = 0; word * 64 < p->capacity; word++)
        for (uint64_t bits = p->in_use[word]; bits; bits &= bits - 1)
            mark(s, scope, &p->slot[word * 64 + lowest_bit(bits)]);
}

void smmu__slots_mark_translated(struct smmu *s)
{
    struct slots *p = &s->slots;
    if (!p->used)
        return;
    for (uint32_t word = 0; word * 64 < p->capacity; word++)
        for (uint64_t bits = p->in_use[word]; bits; bits &= bits - 1) {
            struct slot *slot = &p->slot[word * 64 + lowest_bit(bits)];
            if (slot->request.flags & SMMU_REQ_ATS_TRANSLATED)
                mark_as(s, slot, SLOT_AWAITED);
        }
}
