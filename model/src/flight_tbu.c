/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See flight.h: what a slot does in its TBU, before it asks the TCU and after it was answered
 * (docs/timing.md): look-ups, merging, token, link; fill, order, leaving.
 */
#include "answer_leaf.h"
#include "flight.h"
#include "stall.h"
#include "state.h"

static struct tbu *tbu_of(struct smmu *s, const struct slot *slot)
{
    return &s->tbu[slot->request.tbu];
}

static uint64_t until(const struct smmu *s, uint64_t cycle)
{
    return cycle - s->sched.now;
}

/* What the TBU's counter group counts cycle by cycle (10.3). */
static void note_levels(struct smmu *s, const struct tbu *t)
{
    unsigned group = PMCG_FIRST_TBU + t->number;
    smmu__pmcg_level(s, group, SMMU_PMCG_EV_SLOTS_FULL, !smmu__pool_free(&t->slots));
    smmu__pmcg_level(s, group, SMMU_PMCG_EV_NO_TOKEN, !smmu__slot_list_empty(&t->token_wait));
}

/* Translation Requests are in no order with transactions. */
static struct order *order_of(struct smmu *s, struct slot *slot)
{
    return slot_asks(slot) ? NULL : smmu__tbu_order(s, tbu_of(s, slot), &slot->request);
}

/* ---------------------------------------------------------------------------- outward */

static bool data_fits(const struct tbu *t, const smmu_request_t *r)
{
    return t->wbuf.used + smmu__tbu_wbuf_need(t, r) <= t->wbuf.capacity;
}

bool smmu__flight_room(const struct smmu *s, const struct tbu *t, const smmu_request_t *r)
{
    return smmu__pool_free(&t->slots) && !smmu__slot_list_empty(&s->slots.free) &&
           data_fits(t, r) && smmu__outbox_has_room_for_slot(s);
}

/* Nobody says for how long the write goes on waiting: until another's data leaves. */
void smmu__flight_refused(struct smmu *s, const struct tbu *t, const smmu_request_t *r)
{
    if (!data_fits(t, r))
        smmu__pmcg_level(s, PMCG_FIRST_TBU + t->number, SMMU_PMCG_EV_WBUF_BLOCKS, true);
}

void smmu__flight_leave_tbu(struct smmu *s, struct slot *slot)
{
    struct tbu *t = tbu_of(s, slot);
    if (!slot->in_tbu)
        return;
    slot->in_tbu = false;
    smmu__pool_give(&t->slots, s->sched.now);
    TIMELINE_COUNTER(s, SLOTS, t->number, t->slots.used);
    note_levels(s, t);
    if (!slot->wbuf)
        return;
    for (; slot->wbuf; slot->wbuf--)
        smmu__pool_give(&t->wbuf, s->sched.now);
    smmu__pmcg_level(s, PMCG_FIRST_TBU + t->number, SMMU_PMCG_EV_WBUF_BLOCKS, false);
}

void smmu__flight_join_order(struct smmu *s, struct slot *slot)
{
    struct order *o = order_of(s, slot);
    uint16_t number = (uint16_t)smmu__slot_number(s, slot);
    if (!o)
        return;
    slot->order_next = SLOT_NONE;
    if (smmu__slot_list_empty(&o->in_flight))
        o->in_flight.first = number;
    else
        s->slots.slot[o->in_flight.last].order_next = number;
    o->in_flight.last = number;
}

void smmu__flight_start(struct smmu *s, const struct prog_if *pi, struct tbu *t,
                        const smmu_request_t *r, uint64_t cfg_key, const struct tbu_lookup *found,
                        const smmu_response_t *decided)
{
    struct slot *slot = smmu__slot_take(s);
    slot->request = *r;
    slot->cfg_key = cfg_key;
    slot->prog_if = pi->number;
    slot->enabled = cfg_key;
    s->slots.enabled += slot->enabled;
    slot->submitted = smmu__flight_clock(s, slot);
    slot->decided = decided;
    if (decided)
        slot->response = *decided;
    smmu__pool_take(&t->slots, s->sched.now);
    slot->in_tbu = true;
    for (slot->wbuf = 0; slot->wbuf < smmu__tbu_wbuf_need(t, r); slot->wbuf++)
        smmu__pool_take(&t->wbuf, s->sched.now);
    note_levels(s, t);
    smmu__flight_join_order(s, slot);
    if (s->timeline.capacity)
        smmu__timeline_take_off(s, slot, SMMU_TIMELINE_REQUEST);
    TIMELINE_STAGE(s, slot, LOOKUP);
    TIMELINE_COUNTER(s, SLOTS, t->number, t->slots.used);
    uint64_t from = smmu__tbu_accept(s, t, r);
    bool asks_tlbs = !slot_is_ats(slot) || decided;
    uint64_t done =
        asks_tlbs ? smmu__tbu_lookup_done(s, t, smmu__canonical(r->addr), found, from) : from;
    slot->no_merge = !asks_tlbs;
    if (smmu__flight_delay(s, slot, until(s, done), asks_tlbs ? SLOT_LOOKUP : SLOT_MISS))
        smmu__flight_run(s, slot);
}

void smmu__flight_retry(struct smmu *s, struct slot *slot)
{
    struct tbu *t = tbu_of(s, slot);
    smmu__slot_start_anew(s, slot);
    smmu__flight_join_order(s, slot);
    TBU_EVENT(s, t, retried, TRANSACTION, 1, &slot->request);
    TIMELINE_STAGE(s, slot, LOOKUP);
    uint64_t done = smmu__tbu_relookup_done(s, t, smmu__canonical(slot->request.addr));
    if (smmu__flight_delay(s, slot, until(s, done), SLOT_LOOKUP))
        smmu__flight_run(s, slot);
}

/* The translation that the TLBs have now, if any; it is counted as the look-up of this request. */
static bool look_up(struct smmu *s, struct slot *slot, struct tbu_lookup *found)
{
    struct tbu *t = tbu_of(s, slot);
    const smmu_request_t *r = &slot->request;
    struct xctx *x = smmu__cfgcache_lookup(s, slot->cfg_key);
    struct walk unused;
    found->where = TBU_MISS;
    found->probes = 1;
    if (!x || !xctx_translates(x))
        return false;
    struct access_kind k = x->access[r->flags & XCTX_ACCESS_FLAGS];
    if (smmu__walk_start(x, r->addr, !k.priv, &unused) != WALK_NEXT)
        return false;
    smmu__tags_use(s, x);
    smmu__tbu_look_up(s, t, x, smmu__canonical(r->addr), k.need, found);
    if (found->where == TBU_MISS)
        return false;
    struct leaf leaf;
    smmu__tlb_leaf(found->entry, &leaf);
    smmu__answer_leaf(s, r, x, k, &leaf, &slot->response);
    return true;
}

bool smmu__flight_lookup(struct smmu *s, struct slot *slot)
{
    struct tbu_lookup found;
    if (slot->decided) {
        slot->state = SLOT_ORDER_WAIT;
        return true;
    }
    bool hit = look_up(s, slot, &found);
    smmu__tbu_looked_up(s, tbu_of(s, slot), &found, &slot->request);
    slot->state = hit ? SLOT_ORDER_WAIT : SLOT_MISS;
    return true;
}

/* Merged with an earlier one to the same page, or on its own way. Only mode at merges: elsewhere a
 * result depends on its request alone. */
bool smmu__flight_miss(struct smmu *s, struct slot *slot)
{
    struct tbu *t = tbu_of(s, slot);
    struct slot *leader =
        slot->no_merge || s->mode != SMMU_MODE_AT ? NULL : smmu__tbu_page_leader(s, t, slot);
    if (leader) {
        slot->state = SLOT_MERGED;
        TIMELINE_STAGE(s, slot, PAGE_WAIT);
        smmu__slot_list_push(s, &leader->merged, slot);
        return false;
    }
    if (!slot->no_merge && s->mode == SMMU_MODE_AT)
        smmu__tbu_track_page(s, t, slot);
    slot->state = SLOT_TOKEN_WAIT;
    if (smmu__slot_list_empty(&t->token_wait) && smmu__pool_free(&t->tokens))
        return true;
    TIMELINE_STAGE(s, slot, TOKEN_WAIT);
    smmu__slot_list_push(s, &t->token_wait, slot);
    note_levels(s, t);
    return false;
}

bool smmu__flight_relookup(struct smmu *s, struct slot *slot)
{
    struct tbu_lookup found;
    TBU_STAT(tbu_of(s, slot), relookup, 1);
    if (look_up(s, slot, &found)) {
        TBU_STAT(tbu_of(s, slot), merged, 1);
        slot->state = SLOT_ORDER_WAIT;
    } else {
        slot->no_merge = true; /* the other's answer was none for us: do not queue up again */
        slot->state = SLOT_MISS;
    }
    return true;
}

void smmu__flight_take_place(struct smmu *s, struct slot *slot)
{
    smmu__pool_take(&s->slots.tcu, s->sched.now);
    slot->has_place = true;
    TIMELINE_COUNTER(s, TCU_SLOTS, 0, s->slots.tcu.used);
}

/* One whose prefetch has it has none to give. */
void smmu__flight_give_place(struct smmu *s, struct slot *slot)
{
    if (!slot->has_place)
        return;
    slot->has_place = false;
    smmu__pool_give(&s->slots.tcu, s->sched.now);
    TIMELINE_COUNTER(s, TCU_SLOTS, 0, s->slots.tcu.used);
    if (!smmu__slot_list_empty(&s->slots.place_wait))
        s->settle |= SETTLE_PLACES;
}

/* It has its turn. There are as many places in the TCU as tokens, but prefetches may hold some. */
bool smmu__flight_request(struct smmu *s, struct slot *slot)
{
    smmu__pool_take(&tbu_of(s, slot)->tokens, s->sched.now);
    slot->has_token = true;
    slot->state = SLOT_PLACE_WAIT;
    if (smmu__slot_list_empty(&s->slots.place_wait) && smmu__pool_free(&s->slots.tcu))
        return true;
    TIMELINE_STAGE(s, slot, TOKEN_WAIT);
    smmu__slot_list_push(s, &s->slots.place_wait, slot);
    return false;
}

bool smmu__flight_send(struct smmu *s, struct slot *slot)
{
    struct tbu *t = tbu_of(s, slot);
    const smmu_request_t *r = &slot->request;
    smmu__flight_take_place(s, slot);
    TBU_STAT(t, requests_sent, 1);
    smmu__pmcg_count_in(s, t->pmcg, SMMU_PMCG_EV_TLB_MISS, !slot_is_ats(slot), r->sec_sid,
                        r->streamid);
    smmu__pmcg_count_in(s, t->pmcg, SMMU_PMCG_EV_TCU_REQUEST, 1, r->sec_sid, r->streamid);
    TCU_EVENT(s, requests, TRANSACTION, 1, r);
    smmu__pmcg_count(s, PMCG_TCU, SMMU_PMCG_EV_ATS_REQUEST, slot_asks(slot), r->sec_sid,
                     r->streamid);
    uint64_t there = smmu__tbu_to_tcu(s, t);
    TIMELINE_STAGE(s, slot, DTI_REQUEST);
    TIMELINE_STAGE_IN(s, slot, until(s, there), CONFIG_LOOKUP);
    TIMELINE_COUNTER(s, TOKENS, t->number, t->tokens.used);
    return smmu__flight_delay(s, slot, until(s, there) + CFG(s, TIMING_CC_LAT), SLOT_CONFIG);
}

/* --------------------------------------------------------------------------- homeward */

bool smmu__flight_answer(struct smmu *s, struct slot *slot)
{
    smmu__flight_give_place(s, slot);
    TIMELINE_STAGE(s, slot, DTI_ANSWER);
    uint64_t there = smmu__tbu_from_tcu(s, tbu_of(s, slot));
    return smmu__flight_delay(s, slot, until(s, there), SLOT_ANSWERED);
}

static void return_token(struct smmu *s, struct tbu *t, struct slot *slot)
{
    slot->has_token = false;
    smmu__pool_give(&t->tokens, s->sched.now);
    TIMELINE_COUNTER(s, TOKENS, t->number, t->tokens.used);
    if (!smmu__slot_list_empty(&t->token_wait))
        smmu__flight_run(s, smmu__slot_list_pop(s, &t->token_wait));
    note_levels(s, t);
}

/* Those who waited for this answer look for themselves. */
static void wake_merged(struct smmu *s, struct tbu *t, struct slot *slot)
{
    for (struct slot *w; (w = smmu__slot_list_pop(s, &slot->merged));) {
        TIMELINE_STAGE(s, w, LOOKUP);
        uint64_t done = smmu__tbu_relookup_done(s, t, smmu__canonical(w->request.addr));
        if (smmu__flight_delay(s, w, until(s, done), SLOT_RELOOKUP))
            smmu__flight_run(s, w);
    }
}

bool smmu__flight_answered(struct smmu *s, struct slot *slot)
{
    struct tbu *t = tbu_of(s, slot);
    if (slot->fills && smmu__flight_may_fill(s, slot)) {
        smmu__tbu_fill(s, t, &slot->x, smmu__canonical(slot->request.addr), &slot->leaf);
        STAT(s, tlb_fill, 1);
    } else if (slot->fills) {
        STAT(s, tlb_nofill, 1);
    }
    slot->state = SLOT_ORDER_WAIT;
    if (slot->tracks_page)
        smmu__tbu_forget_page(s, t, slot);
    wake_merged(s, t, slot);
    return_token(s, t, slot);
    return !slot->stalls || smmu__stall_rest(s, slot);
}

/* ------------------------------------------------------------------- order and leaving */

/* True: it may leave at once. */
static bool hand_on(struct smmu *s, struct tbu *t, struct order *o, struct slot *slot)
{
    uint64_t gone = smmu__tbu_hand_on(s, t, o, s->sched.now);
    if (gone > s->sched.now)
        TIMELINE_STAGE(s, slot, LEAVE);
    if (o)
        o->in_flight.first = slot->order_next;
    return smmu__flight_delay(s, slot, until(s, gone), SLOT_LEAVING);
}

static struct slot *next_to_leave(struct smmu *s, const struct order *o)
{
    if (!o || smmu__slot_list_empty(&o->in_flight))
        return NULL;
    struct slot *next = &s->slots.slot[o->in_flight.first];
    return next->kept_in_order ? next : NULL;
}

/* Its turn has come, and with it perhaps that of those behind it. */
static void leave_in_turn(struct smmu *s, struct tbu *t, struct order *o, struct slot *slot)
{
    do {
        slot->kept_in_order = false;
        if (hand_on(s, t, o, slot))
            smmu__flight_leave(s, slot);
    } while ((slot = next_to_leave(s, o)));
}

bool smmu__flight_order(struct smmu *s, struct slot *slot)
{
    struct tbu *t = tbu_of(s, slot);
    struct order *o = order_of(s, slot);
    if (o && o->in_flight.first != smmu__slot_number(s, slot)) {
        TBU_STAT(t, order_waits, 1);
        slot->kept_in_order = true;
        TIMELINE_STAGE(s, slot, ORDER_WAIT);
        return false;
    }
    leave_in_turn(s, t, o, slot);
    return false;
}

void smmu__flight_leave_order(struct smmu *s, struct slot *slot)
{
    struct tbu *t = tbu_of(s, slot);
    struct order *o = order_of(s, slot);
    uint16_t number = (uint16_t)smmu__slot_number(s, slot), before = SLOT_NONE;
    if (!o)
        return;
    uint16_t *link = &o->in_flight.first;
    while (*link != number) {
        before = *link;
        link = &s->slots.slot[before].order_next;
    }
    *link = slot->order_next;
    if (o->in_flight.last == number)
        o->in_flight.last = before;
    struct slot *next = next_to_leave(s, o);
    if (next)
        leave_in_turn(s, t, o, next);
}

bool smmu__flight_leave(struct smmu *s, struct slot *slot)
{
    struct tbu *t = tbu_of(s, slot);
    smmu_response_t *a = &slot->response;
    /* The CMD_SYNC that waits for a marked slot waits for its access too (3.21.1). */
    smmu__answer_track(s, &slot->request, smmu__inval_epoch_of(s, slot->marks), a);
    a->latency = slot->latency;
    if (!slot_asks(slot))
        TRANSACTION_TIME(s, t,
                         smmu__stream_number(s, slot->request.sec_sid, slot->request.streamid),
                         smmu__flight_clock(s, slot) - slot->submitted);
    smmu__outbox_put(s, SMMU_OUT_ANSWER)->u.answer = *a;
    smmu__flight_leave_tbu(s, slot);
    smmu__stall_left(s, slot);
    if (s->timeline.capacity)
        smmu__timeline_land(s, slot, SMMU_TIMELINE_REQUEST);
    smmu__slot_free(s, slot);
    return false;
}
