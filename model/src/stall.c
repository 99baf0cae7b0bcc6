/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See stall.h. CHOICES: 3.12.2: those of its bus ID that come later pass a stalled transaction,
 * which queues up again when it is resumed. 3.12.2.1: no record is suppressed as a duplicate.
 * 3.12.2.2: nothing is retried early. 7.2.1: what could not be recorded is retried when there is
 * room, whether an invalidation concerns it or not. 6.3.6: beyond STALL_MAX transactions wait, each
 * in its TBU.
 */
#include "stall.h"

#include "answer.h"
#include "flight.h"
#include "state.h"

/* ----------------------------------------------------------------------- places and STAGs */

static struct stall_place *place_of(struct smmu *s, const struct slot *slot)
{
    return &s->stalls.place[slot->stall_place - 1];
}

/* A place's STAGs repeat only after all of them: a command with an old one finds nothing. */
static uint16_t stag_of(const struct stalls *p, unsigned number)
{
    return (uint16_t)((unsigned)p->place[number].generation << p->stag_bits | number);
}

static bool place_free(const struct stalls *p)
{
    return smmu__pool_free(&p->pool);
}

static void take_place(struct smmu *s, struct slot *slot)
{
    struct stalls *p = &s->stalls;
    slot->stall_place = p->first_free;
    p->first_free = place_of(s, slot)->slot;
    place_of(s, slot)->slot = (uint16_t)smmu__slot_number(s, slot);
    smmu__pool_take(&p->pool, s->sched.now);
}

static void give_place(struct smmu *s, struct slot *slot)
{
    struct stalls *p = &s->stalls;
    struct stall_place *place = place_of(s, slot);
    place->action = STALL_UNRECORDED;
    place->slot = p->first_free;
    p->first_free = slot->stall_place;
    slot->stall_place = 0;
    smmu__pool_give(&p->pool, s->sched.now);
    s->settle |= SETTLE_STALLS;
}

/* ----------------------------------------------------------------------------- its record */

/* Nobody has to stand back on its account any more. */
static bool end_expectation(struct smmu *s, struct slot *slot)
{
    bool expected = slot->expected;
    slot->expected = false;
    s->stalls.expected -= expected;
    if (expected)
        s->settle |= SETTLE_STALLS;
    return expected;
}

bool smmu__stall_admit(struct smmu *s, const struct prog_if *pi, struct slot *slot)
{
    struct stalls *p = &s->stalls;
    bool expected = end_expectation(s, slot);
    if (!slot->stall_place && place_free(p) && smmu__slot_list_empty(&p->placeless))
        take_place(s, slot);
    if (!slot->stall_place || smmu__evtq_room(s, pi) <= (expected ? 0 : p->expected))
        return false;
    struct stall_place *place = place_of(s, slot);
    place->generation++;
    place->action = STALL_OPEN;
    slot->fault.stag = stag_of(p, slot->stall_place - 1U);
    STAT(s, stalls, 1);
    return true;
}

/* In its place, without a record, until there is room for one. */
static void wait_for_room(struct smmu *s, struct slot *slot)
{
    smmu__flight_leave_tbu(s, slot);
    smmu__slot_list_push(s, &s->stalls.unrecorded, slot);
}

void smmu__stall_serve(struct smmu *s)
{
    struct stalls *p = &s->stalls;
    while (place_free(p) && !smmu__slot_list_empty(&p->placeless)) {
        struct slot *slot = smmu__slot_list_pop(s, &p->placeless);
        take_place(s, slot);
        wait_for_room(s, slot);
    }
    while (!smmu__slot_list_empty(&p->unrecorded)) {
        struct slot *slot = &s->slots.slot[p->unrecorded.first];
        if (smmu__evtq_room(s, smmu__flight_interface(s, slot)) <= p->expected)
            break;
        smmu__slot_list_pop(s, &p->unrecorded);
        p->stalled--;
        p->expected++;
        slot->expected = true;
        smmu__flight_retry(s, slot);
    }
}

/* ------------------------------------------------------------------- coming to rest, and on */

static void terminated(struct smmu *s, struct slot *slot, smmu_result_t result)
{
    if (slot->stall_place && place_of(s, slot)->action != STALL_UNRECORDED) {
        STAT(s, stalls_terminated, 1);
        place_of(s, slot)->action = STALL_UNRECORDED;
    }
    smmu__answer_terminated(s, &slot->request, result, &slot->response);
    slot->state = SLOT_ORDER_WAIT;
}

/* It was at rest. */
static void terminate(struct smmu *s, struct slot *slot, smmu_result_t result)
{
    s->stalls.stalled--;
    terminated(s, slot, result);
    smmu__flight_join_order(s, slot);
    smmu__flight_run(s, slot);
}

/* It is at rest, and a command has come for it. */
static void act(struct smmu *s, struct slot *slot)
{
    struct stall_place *place = place_of(s, slot);
    if (place->action != STALL_RETRY) {
        terminate(s, slot, place->action == STALL_ABORT ? SMMU_RESULT_ABORT : SMMU_RESULT_RAZ_WI);
        return;
    }
    place->action = STALL_UNRECORDED;
    s->stalls.stalled--;
    STAT(s, stalls_retried, 1);
    smmu__flight_retry(s, slot);
}

/* Without a record. */
static void begin_to_wait(struct smmu *s, struct slot *slot)
{
    slot->state = SLOT_STALL_WAIT;
    STAT(s, stall_waits, 1);
    if (slot->stall_place)
        wait_for_room(s, slot);
    else
        smmu__slot_list_push(s, &s->stalls.placeless, slot);
    s->settle |= SETTLE_STALLS; /* something may have become free meanwhile */
}

bool smmu__stall_rest(struct smmu *s, struct slot *slot)
{
    slot->stalls = false;
    if (!REG_FIELD(smmu__flight_interface(s, slot), CR0, SMMUEN)) {
        terminated(s, slot, SMMU_RESULT_ABORT);
        return true;
    }
    smmu__slot_rest(s, slot);
    s->stalls.stalled++;
    TIMELINE_STAGE(s, slot, STALL);
    smmu__flight_leave_order(s, slot);
    if (!slot->stall_place || place_of(s, slot)->action == STALL_UNRECORDED) {
        begin_to_wait(s, slot);
        return false;
    }
    slot->state = SLOT_STALLED;
    smmu__flight_leave_tbu(s, slot);
    if (place_of(s, slot)->action != STALL_OPEN)
        act(s, slot);
    return false;
}

void smmu__stall_left(struct smmu *s, struct slot *slot)
{
    (void)end_expectation(s, slot);
    if (slot->stall_place)
        give_place(s, slot);
}

/* --------------------------------------------------------------------------------- software */

static void command(struct smmu *s, struct stall_place *place, enum stall_action action)
{
    struct slot *slot = &s->slots.slot[place->slot];
    place->action = (uint8_t)action;
    if (slot->state == SLOT_STALLED)
        act(s, slot);
}

void smmu__stall_resume(struct smmu *s, const struct prog_if *pi, uint32_t streamid, uint16_t stag,
                        enum stall_action action)
{
    struct stalls *p = &s->stalls;
    unsigned number = stag & ((1U << p->stag_bits) - 1);
    if (number >= p->pool.capacity || p->place[number].action != STALL_OPEN ||
        stag_of(p, number) != stag)
        return;
    const struct slot *slot = &s->slots.slot[p->place[number].slot];
    if (slot->prog_if == pi->number && slot->request.streamid == streamid)
        command(s, &p->place[number], action);
}

struct stall_filter {
    uint8_t prog_if;
    bool all_streams;
    uint32_t streamid;
};

static bool named(const struct stall_filter *f, const struct slot *slot)
{
    return slot->prog_if == f->prog_if &&
           (f->all_streams || slot->request.streamid == f->streamid);
}

static void terminate_in(struct smmu *s, struct slot_list *list, const struct stall_filter *filter)
{
    struct slot_list all = *list;
    *list = (struct slot_list){SLOT_NONE, SLOT_NONE};
    for (struct slot *slot; (slot = smmu__slot_list_pop(s, &all));) {
        if (named(filter, slot))
            terminate(s, slot, SMMU_RESULT_ABORT);
        else
            smmu__slot_list_push(s, list, slot);
    }
}

/* CHOICE: 4.7.2: those without a record as well. */
static void terminate_named(struct smmu *s, const struct stall_filter *filter)
{
    struct stalls *p = &s->stalls;
    for (uint32_t i = 0; i < p->pool.capacity; i++)
        if (p->place[i].action == STALL_OPEN && named(filter, &s->slots.slot[p->place[i].slot]))
            command(s, &p->place[i], STALL_ABORT);
    terminate_in(s, &p->unrecorded, filter);
    terminate_in(s, &p->placeless, filter);
}

void smmu__stall_terminate_stream(struct smmu *s, const struct prog_if *pi, uint32_t streamid)
{
    terminate_named(s, &(struct stall_filter){.prog_if = pi->number, .streamid = streamid});
}

void smmu__stall_terminate_all(struct smmu *s, const struct prog_if *pi)
{
    terminate_named(s, &(struct stall_filter){.prog_if = pi->number, .all_streams = true});
}

/* ------------------------------------------------------------------------------------ owner */

bool smmu__stall_find(const struct smmu *s, uint64_t tag, smmu_stall_t *stall)
{
    for (uint32_t i = 0; i < s->slots.capacity; i++) {
        const struct slot *slot = &s->slots.slot[i];
        if (slot->request.tag != tag ||
            (slot->state != SLOT_STALLED && slot->state != SLOT_STALL_WAIT))
            continue;
        if (stall)
            *stall = (smmu_stall_t){.stag = slot->fault.stag,
                                    .recorded = slot->state == SLOT_STALLED};
        return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------------ reset */

void smmu__stall_reset(struct smmu *s)
{
    struct stalls *p = &s->stalls;
    p->placeless = p->unrecorded = (struct slot_list){SLOT_NONE, SLOT_NONE};
    p->stalled = p->expected = 0;
    p->first_free = 0;
    smmu__pool_give_all(&p->pool, s->sched.now);
    for (uint32_t i = p->pool.capacity; i-- > 0; p->first_free = (uint16_t)(i + 1)) {
        STAT(s, stalls_terminated, p->place[i].action != STALL_UNRECORDED);
        p->place[i] = (struct stall_place){.slot = p->first_free};
    }
}
