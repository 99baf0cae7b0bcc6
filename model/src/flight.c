/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See flight.h: time and reads of a slot, its ends, and what moves it on. */
#include "flight.h"
#include "answer.h"
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

bool smmu__flight_read(struct smmu *s, struct slot *slot, enum slot_state state,
                       smmu_mem_source_t source, uint64_t addr, unsigned size,
                       struct mem_attrs attrs)
{
    slot->state = (uint8_t)state;
    slot->fetch_addr = addr;
    smmu__mem_read(s, OWNER_SLOT, smmu__slot_number(s, slot), source, addr, size, attrs,
                   &slot->request);
    return false;
}

/* ------------------------------------------------------------------ ends */

void smmu__flight_release_walker(struct smmu *s, struct slot *slot)
{
    if (slot->has_walker) {
        slot->has_walker = false;
        s->slots.walkers_busy--;
    }
}

/* A marked slot used what was invalidated: if the CMD_SYNC has begun, it waits for this access too
 * (3.21.1). */
static uint8_t epoch_of(const struct smmu *s, const struct slot *slot)
{
    return slot->marks && !s->inval.dirty ? s->inval.epoch ^ 1 : s->inval.epoch;
}

bool smmu__flight_answer(struct smmu *s, struct slot *slot)
{
    smmu_response_t *a = &slot->response;
    smmu__answer_track(s, &slot->request, epoch_of(s, slot), a);
    a->latency = slot->latency;
    smmu__outbox_put(s, SMMU_OUT_ANSWER)->u.answer = *a;
    smmu__slot_free(s, slot);
    return false;
}

static bool step_event_wait(struct smmu *s, struct slot *slot)
{
    struct prog_if *pi = smmu__flight_interface(s, slot);
    if (!smmu__evtq_ready(s, pi)) {
        slot->state = SLOT_EVENT_WAIT;
        smmu__slot_list_push(s, &s->slots.event_wait, slot);
        return false;
    }
    smmu__evtq_record(s, pi, &slot->fault, slot->marks != 0);
    return smmu__flight_answer(s, slot);
}

static bool terminate(struct smmu *s, struct slot *slot, smmu_result_t result, bool record)
{
    smmu__flight_release_walker(s, slot);
    smmu__answer_terminated(s, &slot->request, result, &slot->response);
    return record ? step_event_wait(s, slot) : smmu__flight_answer(s, slot);
}

/* Fills what every record has; PnU and InD are those after the STE's overrides (7.3). */
static struct fault *fault_begin(struct slot *slot, uint8_t event)
{
    const smmu_request_t *r = &slot->request;
    static const struct overrides none = {0};
    struct access_kind k = smmu__access_kind(r, slot->has_config ? &slot->x.overrides : &none);
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
    bool record = event != SMMU_EVT_C_BAD_STREAMID || REG_FIELD(pi, CR2, RECINVSID);
    return terminate(s, slot, SMMU_RESULT_ABORT, record);
}

bool smmu__flight_stage1_fault(struct smmu *s, struct slot *slot, uint8_t event)
{
    fault_begin(slot, event);
    return terminate(s, slot, slot->x.a ? SMMU_RESULT_ABORT : SMMU_RESULT_RAZ_WI, slot->x.r);
}

bool smmu__flight_bypass_fault(struct smmu *s, struct slot *slot)
{
    fault_begin(slot, SMMU_EVT_F_ADDR_SIZE);
    return terminate(s, slot, SMMU_RESULT_ABORT, true);
}

/* ---------------------------------------------------------------- driving */

typedef bool (*step_fn)(struct smmu *s, struct slot *slot);

static const step_fn steps[] = {
    [SLOT_CONFIG] = smmu__flight_config,           [SLOT_TLB] = smmu__flight_tlb,
    [SLOT_WALKER_WAIT] = smmu__flight_walker_wait, [SLOT_WALK] = smmu__flight_walk,
    [SLOT_TTD_STEP] = smmu__flight_ttd_step,       [SLOT_EVENT_WAIT] = step_event_wait,
};

static void run(struct smmu *s, struct slot *slot)
{
    while (steps[slot->state](s, slot))
        continue;
}

bool smmu__flight_start(struct smmu *s, const struct prog_if *pi, const smmu_request_t *request,
                        uint64_t cfg_key)
{
    struct slot *slot = smmu__outbox_has_room_for_slot(s) ? smmu__slot_take(s) : NULL;
    if (!slot)
        return false;
    slot->request = *request;
    slot->cfg_key = cfg_key;
    slot->prog_if = pi->number;
    slot->latency = 0;
    slot->has_config = slot->has_walker = false;
    slot->marks = 0;
    uint64_t look_up =
        CFG(s, TIMING_TBU_FRONT_LAT) + CFG(s, TIMING_MTLB_LAT) + CFG(s, TIMING_CC_LAT);
    if (smmu__flight_delay(s, slot, look_up, SLOT_CONFIG))
        run(s, slot);
    return true;
}

void smmu__flight_due(struct smmu *s, unsigned slot)
{
    run(s, &s->slots.slot[slot]);
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
    [SLOT_TTD] = {smmu__flight_got_ttd, SMMU_EVT_F_WALK_EABT},
};

void smmu__flight_read_done(struct smmu *s, unsigned number, smmu_mem_status_t status,
                            const uint8_t *data)
{
    struct slot *slot = &s->slots.slot[number];
    const struct read_kind *kind = &reads[slot->state];
    bool go_on;
    if (status == SMMU_MEM_OK) {
        go_on = kind->got(s, slot, data);
    } else {
        struct fault *f = fault_begin(slot, kind->abort_event);
        f->class_ = CLASS_TT; /* only F_WALK_EABT has it: a stage 1 descriptor (7.3.12) */
        f->fetch_addr = slot->fetch_addr;
        go_on = terminate(s, slot, SMMU_RESULT_ABORT, true);
    }
    if (go_on)
        run(s, slot);
}

void smmu__flight_event_room(struct smmu *s)
{
    struct slots *p = &s->slots;
    while (p->event_wait.first != SLOT_NONE &&
           smmu__evtq_ready(s, smmu__flight_interface(s, &p->slot[p->event_wait.first])))
        run(s, smmu__slot_list_pop(s, &p->event_wait));
}

bool smmu__flight_walkers(struct smmu *s)
{
    struct slots *p = &s->slots;
    if (p->walkers_busy == p->walkers || p->walker_wait.first == SLOT_NONE)
        return false;
    run(s, smmu__slot_list_pop(s, &p->walker_wait));
    return true;
}
