/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See flight.h: time and reads of a slot, its faults, and what moves it on. */
#include "flight.h"

#include <string.h>

#include "answer.h"
#include "hardening.h"
#include "stall.h"
#include "state.h"

/* -------------------------------------------------------- time and reads */

/* True: go on at once. Only mode at spends scheduler time; the others add the cost to the answer.
 */
bool smmu__flight_delay(struct smmu *s, struct slot *slot, uint64_t cycles, enum slot_state next)
{
    slot->state = (uint8_t)next;
    if (s->mode != SMMU_MODE_AT) {
        slot->latency += (uint32_t)cycles;
        return true;
    }
    if (!cycles)
        return true;
    smmu__timer_set(s, TIMER_SLOT, smmu__slot_number(s, slot), cycles);
    return false;
}

static bool accesses_descriptor(const struct slot *slot)
{
    return slot->state == SLOT_TTD || slot->state == SLOT_S2_TTD || slot->state == SLOT_UPDATE ||
           slot->state == SLOT_S2_UPDATE;
}

/* A configuration walk is one of its own if its first read is. */
static void count_read(struct smmu *s, struct slot *slot, bool shared)
{
    const smmu_request_t *r = &slot->request;
    if (accesses_descriptor(slot)) {
        TCU_EVENT(s, walk_reads, WALK_ACCESS, !shared, r);
        TCU_STAT(s, ptw_merged, shared);
        return;
    }
    TCU_EVENT(s, config_reads, CONFIG_ACCESS, !shared, r);
    if (slot->counts_walk) {
        slot->counts_walk = false;
        TCU_EVENT(s, config_walks, CONFIG_MISS, !shared, r);
        TCU_STAT(s, ctw_merged, shared);
    }
}

void smmu__flight_walk_ended(struct smmu *s, struct slot *slot)
{
    if (slot->walks)
        TCU_TIME(s, walk_latency, smmu__flight_clock(s, slot) - slot->walk_begun);
    slot->walks = false;
}

static void note_read(struct smmu *s, struct slot *slot, smmu_mem_source_t source, bool shared)
{
    bool walk = accesses_descriptor(slot);
    bool stage1 = slot->state == SLOT_TTD || slot->state == SLOT_UPDATE;
    const struct walk *w = stage1 ? &slot->walk : &slot->s2.walk;
    uint64_t level = walk ? (uint8_t)w->level : 0;
    if (s->timeline.capacity)
        smmu__timeline_stage(s, slot, 0, walk ? SMMU_TIMELINE_WALK_READ : SMMU_TIMELINE_CONFIG_READ,
                             slot->fetch_addr,
                             (uint64_t)source | level << 8 | (uint64_t)shared << 16 |
                                 (uint64_t)(walk && !stage1) << 17);
}

/* In the modes lt and functional reads meet no others: what the port takes is added here. */
bool smmu__flight_read(struct smmu *s, struct slot *slot, enum slot_state state,
                       smmu_mem_source_t source, uint64_t addr, unsigned size,
                       struct mem_attrs attrs)
{
    slot->state = (uint8_t)state;
    slot->fetch_addr = addr;
    bool shared = smmu__flight_share_join(s, slot);
    note_read(s, slot, source, shared);
    count_read(s, slot, shared);
    if (shared)
        return false;
    if (s->mode != SMMU_MODE_AT)
        slot->latency += (uint32_t)smmu__qtw_unloaded(s, QTW_READ, source, size);
    smmu__flight_share_offer(s, slot);
    smmu__mem_read(s, OWNER_SLOT, smmu__slot_number(s, slot), source, addr, size, attrs,
                   &slot->request);
    return false;
}

/* What it finds is its own: nothing of the slot is another's any more. */
bool smmu__flight_exchange(struct smmu *s, struct slot *slot, enum slot_state state, uint64_t addr,
                           struct mem_attrs attrs, uint64_t from, uint64_t to)
{
    slot->state = (uint8_t)state;
    slot->fetch_addr = addr;
    slot->borrowed = false;
    note_read(s, slot, SMMU_SRC_TTD, false);
    count_read(s, slot, false);
    if (s->mode != SMMU_MODE_AT)
        slot->latency += (uint32_t)smmu__qtw_unloaded(s, QTW_READ, SMMU_SRC_TTD, 8);
    smmu__mem_exchange(s, OWNER_SLOT, smmu__slot_number(s, slot), SMMU_SRC_TTD, addr, attrs, from,
                       to, &slot->request);
    return false;
}

bool smmu__flight_may_fill(struct smmu *s, struct slot *slot)
{
    if (slot->marks & SLOT_NO_TLB_FILL || slot->x.hardening)
        return false;
    smmu__tags_use(s, &slot->x);
    return true;
}

/* ----------------------------------------------------------------- faults */

static bool step_event(struct smmu *s, struct slot *slot)
{
    struct prog_if *pi = smmu__flight_interface(s, slot);
    if (!smmu__evtq_ready(s, pi)) {
        slot->state = SLOT_EVENT_WAIT;
        TIMELINE_STAGE(s, slot, EVENT_WAIT);
        smmu__slot_list_push(s, &s->slots.event_wait, slot);
        return false;
    }
    if (slot->fault.stall && !REG_FIELD(pi, CR0, SMMUEN)) {
        slot->fault.stall = false; /* nothing stalls any more (6.3.9.6) */
        smmu__answer_terminated(s, &slot->request, SMMU_RESULT_ABORT, &slot->response);
    }
    slot->stalls = slot->fault.stall;
    if (slot->stalls && !smmu__stall_admit(s, pi, slot))
        return smmu__flight_answer(s, slot);
    uint64_t recorded = pi->evtq.recorded;
    smmu__evtq_record(s, pi, &slot->fault, slot->marks != 0);
    if (!CFG(s, TIMING_EVENT_HOLDS_SLOT) || pi->evtq.recorded == recorded)
        return smmu__flight_answer(s, slot);
    slot->state = SLOT_EVENT_HELD;
    TIMELINE_STAGE(s, slot, EVENT_WAIT);
    slot->event_ticket = pi->evtq.recorded;
    smmu__slot_list_push(s, &s->slots.event_held, slot);
    return false;
}

/* What another's read brought may be older than this request: a fault is not believed. */
static bool read_oneself(struct slot *slot)
{
    slot->borrowed = false;
    slot->no_share = true;
    if (slot->state == SLOT_S2_TTD || slot->state == SLOT_S2_TTD_STEP)
        slot->state = SLOT_S2_WALK;
    else
        slot->state = slot->has_config ? SLOT_WALK : SLOT_CONFIG_WALK;
    return true;
}

/* It stalls, if its fault says so; a stall is always recorded (5.5). */
static bool terminate(struct smmu *s, struct slot *slot, smmu_result_t result, bool record)
{
    if (slot->borrowed)
        return read_oneself(slot);
    smmu__flight_walk_ended(s, slot);
    if (slot->prefetch)
        return smmu__flight_prefetch_end(s, slot);
    smmu__walker_give(s, slot);
    if (UNLIKELY(slot_is_ats(slot)))
        record = smmu__flight_ats_outcome(s, slot, &result, record);
    if (!slot->fault.stall)
        smmu__answer_terminated(s, &slot->request, result, &slot->response);
    return record || slot->fault.stall ? step_event(s, slot) : smmu__flight_answer(s, slot);
}

/* Fills what every record has; PnU and InD are those after the STE's overrides (7.3). */
static struct fault *fault_begin(struct slot *slot, uint8_t event)
{
    const smmu_request_t *r = &slot->request;
    static const struct overrides none = {0};
    bool known = slot->has_config || slot->has_ste;
    struct access_kind k = smmu__access_kind(r, known ? &slot->x.overrides : &none);
    slot->fault = (struct fault){.event = event,
                                 .class_ = CLASS_IN,
                                 .priv = k.priv,
                                 .inst = k.inst,
                                 .read = !k.write,
                                 .ssv = r->flags & SMMU_REQ_SSV,
                                 .streamid = r->streamid,
                                 .substreamid = r->flags & SMMU_REQ_SSV ? r->substreamid : 0,
                                 .input_addr = r->addr};
    return &slot->fault;
}

/* RECINVSID decides whether an unknown StreamID is recorded (7.3.3). */
bool smmu__flight_config_error(struct smmu *s, struct slot *slot, uint8_t event)
{
    const struct prog_if *pi = smmu__flight_interface(s, slot);
    fault_begin(slot, event)->fetch_addr = slot->fetch_addr;
    if (slot->counts_walk) /* it ends before its first read */
        TCU_EVENT(s, config_walks, CONFIG_MISS, 1, &slot->request);
    slot->counts_walk = false;
    bool record = event != SMMU_EVT_C_BAD_STREAMID || REG_FIELD(pi, CR2, RECINVSID) ||
                  slot->request.flags & SMMU_REQ_ATS_TRANSLATED; /* 3.9.1.3 */
    return terminate(s, slot, SMMU_RESULT_ABORT, record);
}

bool smmu__flight_stage1_fault(struct smmu *s, struct slot *slot, uint8_t event)
{
    struct fault *f = fault_begin(slot, event);
    f->stall = slot->x.s;
    if (event == SMMU_EVT_F_PERMISSION)
        f->dirty_bit = !f->read && leaf_is_clean(&slot->leaf, f->priv);
    return terminate(s, slot, slot->x.a ? SMMU_RESULT_ABORT : SMMU_RESULT_RAZ_WI, slot->x.r);
}

/* What else a record of F_PERMISSION says of stage 2 (7.3.16): the first check that failed, of the
 * top level, AssuredOnly, overlay, base and dirty state (D8.15.5.1). */
static void why_stage2(const struct slot *slot, struct fault *f)
{
    const struct leaf *leaf = &slot->s2.leaf;
    bool own_access = f->class_ != CLASS_IN, hd = slot->x.ttb[TTB_STAGE2].hd;
    uint8_t need = own_access ? LEAF_PR : leaf_permission(f->priv, f->inst, !f->read);
    f->ttrnw = f->class_ == CLASS_TT && !smmu__stage2_of_update(&slot->s2);
    f->assured_only = slot->s2.hardening == HARDENING_ASSURED_ONLY;
    if (slot->s2.hardening != HARDENING_PERMITS)
        return;
    f->overlay = slot->x.s2poe && !(leaf->overlay & need);
    f->dirty_bit = !f->read && !own_access && !f->overlay && !hd && leaf_is_clean(leaf, f->priv);
    if (!smmu__stage2_of_update(&slot->s2))
        return;
    f->overlay = smmu__walk_overlay_bars_update(&slot->x, slot->descriptor);
    f->dirty_bit = leaf->marks & LEAF_UNDIRTIED && leaf->marks & (LEAF_MRO | LEAF_CLEAN_P) &&
                   !f->overlay && !hd;
}

/* The transaction is reported, whatever the SMMU wanted to read (7.3.13). IPA bits above the OAS,
 * which VMSAv8-32 may have, are RES0; CHOICE: in 7.3.16, too, which does not say so. */
bool smmu__flight_stage2_fault(struct smmu *s, struct slot *slot, uint8_t event)
{
    struct fault *f = fault_begin(slot, event);
    f->s2 = true;
    f->class_ = slot->s2.class_;
    f->ipa = slot->s2.ipa & low_mask(s->oas_bits);
    if (event == SMMU_EVT_F_PERMISSION)
        why_stage2(slot, f);
    f->stall = slot->x.s2s;
    return terminate(s, slot, SMMU_RESULT_ABORT, slot->x.s2r);
}

/* The record of a Translation Request says what it has asked for (7.3.6). */
bool smmu__flight_ats_forbidden(struct smmu *s, struct slot *slot)
{
    bool asks = slot_asks(slot);
    struct fault *f =
        fault_begin(slot, asks ? SMMU_EVT_F_BAD_ATS_TREQ : SMMU_EVT_F_TRANSL_FORBIDDEN);
    f->priv = slot->request.flags & SMMU_REQ_PRIV;
    f->inst = slot->request.flags & SMMU_REQ_INST;
    f->ats_units = slot->request.ats_units;
    return terminate(s, slot, SMMU_RESULT_ABORT, true);
}

bool smmu__flight_end_silently(struct smmu *s, struct slot *slot, smmu_result_t result)
{
    smmu__walker_give(s, slot);
    smmu__answer_terminated(s, &slot->request, result, &slot->response);
    return smmu__flight_answer(s, slot);
}

bool smmu__flight_bypass_fault(struct smmu *s, struct slot *slot)
{
    fault_begin(slot, SMMU_EVT_F_ADDR_SIZE);
    return terminate(s, slot, SMMU_RESULT_ABORT, true);
}

/* ---------------------------------------------------------------- driving */

typedef bool (*step_fn)(struct smmu *s, struct slot *slot);

static const step_fn steps[SLOT_STATES] = {
    [SLOT_LOOKUP] = smmu__flight_lookup,
    [SLOT_MISS] = smmu__flight_miss,
    [SLOT_RELOOKUP] = smmu__flight_relookup,
    [SLOT_TOKEN_WAIT] = smmu__flight_request,
    [SLOT_PLACE_WAIT] = smmu__flight_send,
    [SLOT_CONFIG] = smmu__flight_config,
    [SLOT_CTW_WAIT] = smmu__flight_config_walk, /* it has a walker */
    [SLOT_CONFIG_WALK] = smmu__flight_config_walk,
    [SLOT_CONTEXT] = smmu__flight_context,
    [SLOT_PTW_WAIT] = smmu__flight_walk_cache, /* likewise */
    [SLOT_WALK] = smmu__flight_walk,
    [SLOT_TTD_STEP] = smmu__flight_ttd_step,
    [SLOT_LEAF] = smmu__flight_leaf,
    [SLOT_S2_LOOKUP] = smmu__flight_stage2_lookup,
    [SLOT_S2_WALK] = smmu__flight_stage2_walk,
    [SLOT_S2_TTD_STEP] = smmu__flight_stage2_ttd_step,
    [SLOT_S2_LEAF] = smmu__flight_stage2_leaf,
    [SLOT_EVENT_WAIT] = step_event,
    [SLOT_EVENT_HELD] = smmu__flight_answer,
    [SLOT_ANSWERED] = smmu__flight_answered,
    [SLOT_ORDER_WAIT] = smmu__flight_order,
    [SLOT_LEAVING] = smmu__flight_leave,
};

void smmu__flight_run(struct smmu *s, struct slot *slot)
{
    while (steps[slot->state](s, slot))
        continue;
}

void smmu__flight_due(struct smmu *s, unsigned slot)
{
    smmu__flight_run(s, &s->slots.slot[slot]);
}

struct read_kind {
    bool (*got)(struct smmu *s, struct slot *slot, const uint8_t *data);
    uint8_t abort_event;
};

static const struct read_kind reads[] = {
    [SLOT_L1STD] = {smmu__flight_got_l1std, SMMU_EVT_F_STE_FETCH},
    [SLOT_STE] = {smmu__flight_got_ste, SMMU_EVT_F_STE_FETCH},
    [SLOT_L1CD] = {smmu__flight_got_l1cd, SMMU_EVT_F_CD_FETCH},
    [SLOT_CD] = {smmu__flight_got_cd, SMMU_EVT_F_CD_FETCH},
    [SLOT_VMS] = {smmu__flight_got_vms, SMMU_EVT_F_VMS_FETCH},
    [SLOT_TTD] = {smmu__flight_got_ttd, SMMU_EVT_F_WALK_EABT},
    [SLOT_S2_TTD] = {smmu__flight_got_ttd, SMMU_EVT_F_WALK_EABT},
    [SLOT_UPDATE] = {smmu__flight_got_update, SMMU_EVT_F_WALK_EABT},
    [SLOT_S2_UPDATE] = {smmu__flight_got_update, SMMU_EVT_F_WALK_EABT},
};

static void deliver(struct smmu *s, struct slot *slot, smmu_mem_status_t status,
                    const uint8_t *data)
{
    const struct read_kind *kind = &reads[slot->state];
    bool go_on;
    if (status == SMMU_MEM_OK) {
        go_on = kind->got(s, slot, data);
    } else {
        struct fault *f = fault_begin(slot, kind->abort_event);
        /* Only F_WALK_EABT has these (7.3.12). */
        f->s2 = slot->state == SLOT_S2_TTD || slot->state == SLOT_S2_UPDATE;
        f->class_ = f->s2 ? slot->s2.class_ : (uint8_t)CLASS_TT;
        f->fetch_addr = slot->fetch_addr;
        go_on = terminate(s, slot, SMMU_RESULT_ABORT, true);
    }
    if (go_on)
        smmu__flight_run(s, slot);
}

/* Who made the read first, then those who share it. */
void smmu__flight_read_done(struct smmu *s, unsigned number, smmu_mem_status_t status,
                            const uint8_t *data)
{
    struct slot *slot = &s->slots.slot[number];
    struct slot_list sharing = slot->sharing;
    slot->sharing = (struct slot_list){SLOT_NONE, SLOT_NONE};
    smmu__flight_share_close(s, slot);
    deliver(s, slot, status, data);
    for (struct slot *w; (w = smmu__slot_list_pop(s, &sharing));)
        deliver(s, w, status, data);
}

void smmu__flight_event_room(struct smmu *s)
{
    struct slots *p = &s->slots;
    while (!smmu__slot_list_empty(&p->event_held)) {
        struct slot *first = &p->slot[p->event_held.first];
        if (smmu__flight_interface(s, first)->evtq.settled < first->event_ticket)
            break;
        smmu__flight_run(s, smmu__slot_list_pop(s, &p->event_held));
    }
    while (!smmu__slot_list_empty(&p->event_wait) &&
           smmu__evtq_ready(s, smmu__flight_interface(s, &p->slot[p->event_wait.first])))
        smmu__flight_run(s, smmu__slot_list_pop(s, &p->event_wait));
}

void smmu__flight_walkers(struct smmu *s)
{
    struct walkers *kinds[] = {&s->slots.ctw, &s->slots.ptw};
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (struct slot *slot; (slot = smmu__walker_next(s, kinds[i]));)
            smmu__flight_run(s, slot);
}

void smmu__flight_places(struct smmu *s)
{
    struct slots *p = &s->slots;
    while (smmu__pool_free(&p->tcu) && !smmu__slot_list_empty(&p->place_wait))
        smmu__flight_run(s, smmu__slot_list_pop(s, &p->place_wait));
}

/* ------------------------------------------------------------------ reset */

/* What a slot holds, it gives back. */
static void abort_slot(struct smmu *s, struct slot *slot)
{
    struct tbu *t = &s->tbu[slot->request.tbu];
    uint64_t now = s->sched.now;
    slot->walker = WALKER_NONE;
    slot->has_token = slot->has_place = false;
    if (!slot->prefetch) {
        smmu_result_t result = slot_asks(slot) ? SMMU_RESULT_ATS_CA : SMMU_RESULT_ABORT;
        smmu__outbox_put(s, SMMU_OUT_ANSWER)->u.answer =
            (smmu_response_t){.tag = slot->request.tag, .result = (uint8_t)result};
        STAT(s, aborted, !slot_asks(slot));
        if (slot->in_tbu)
            smmu__pool_give(&t->slots, now);
        for (; slot->wbuf; slot->wbuf--)
            smmu__pool_give(&t->wbuf, now);
    }
    smmu__slot_free(s, slot);
}

void smmu__flight_reset(struct smmu *s)
{
    for (uint32_t i = 0; i < s->slots.capacity; i++) {
        if (s->slots.slot[i].state == SLOT_FREE)
            continue;
        smmu__timer_clear(s, TIMER_SLOT, i);
        abort_slot(s, &s->slots.slot[i]);
    }
    smmu__pool_give_all(&s->slots.tcu, s->sched.now);
    smmu__pool_give_all(&s->slots.ctw.pool, s->sched.now);
    smmu__pool_give_all(&s->slots.ptw.pool, s->sched.now);
    smmu__slots_reset(s);
    smmu__stall_reset(s);
    for (uint32_t i = 0; i < s->tbus; i++) {
        smmu__pool_give_all(&s->tbu[i].tokens, s->sched.now);
        smmu__tbu_reset(s, &s->tbu[i]);
    }
    s->tcu_in = s->tcu_out = s->walk_step = (struct lane){0};
    memset(s->walk_cache.bank, 0, sizeof s->walk_cache.bank);
}
