/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See timeline.h: the ring of records, and the descriptions of their kinds. */
#include "state.h"

static const smmu_timeline_info_t infos[SMMU_TIMELINE_KINDS] = {
#define INFO(kind, unit, name, meaning) {name, meaning, SMMU_UNIT_##unit},
    SMMU_TIMELINE_LIST(INFO)
#undef INFO
};

static const char *const unit_names[SMMU_UNIT_COUNT] = {
#define NAME(unit, name) name,
    SMMU_UNIT_LIST(NAME)
#undef NAME
};

const smmu_timeline_info_t *smmu_timeline_info(size_t i)
{
    return i < SMMU_TIMELINE_KINDS ? &infos[i] : NULL;
}

const char *smmu_unit_name(smmu_unit_t unit)
{
    return unit < SMMU_UNIT_COUNT ? unit_names[unit] : NULL;
}

void smmu__timeline_note(struct smmu *s, uint64_t cycle, smmu_timeline_phase_t phase,
                         smmu_timeline_kind_t kind, unsigned index, uint64_t id, uint64_t first,
                         uint64_t second)
{
    struct timeline *t = &s->timeline;
    t->record[(t->head + t->count) % t->capacity] =
        (smmu_timeline_record_t){.cycle = cycle,
                                 .id = id,
                                 .number = {first, second},
                                 .kind = (uint8_t)kind,
                                 .phase = (uint8_t)phase,
                                 .unit = (uint8_t)infos[kind].unit,
                                 .index = (uint16_t)index};
    if (t->count < t->capacity) {
        t->count++;
    } else { /* over the oldest one */
        t->head = (t->head + 1) % t->capacity;
        t->lost++;
    }
}

size_t smmu_timeline_read(smmu_t *s, smmu_timeline_record_t *records, size_t max)
{
    if (!s || !records)
        return 0;
    struct timeline *t = &s->timeline;
    size_t taken = 0;
    for (; taken < max && t->count; taken++) {
        records[taken] = t->record[t->head];
        t->head = (t->head + 1) % t->capacity;
        t->count--;
    }
    return taken;
}

uint64_t smmu_timeline_lost(const smmu_t *s)
{
    return s ? s->timeline.lost : 0;
}

/* -------------------------------------------------------------- requests in slots */

static uint64_t stream_of(const smmu_request_t *r)
{
    return (uint64_t)r->streamid | (uint64_t)(r->substreamid & 0xFFFFF) << 32 |
           (uint64_t)(r->flags & 0xFF) << 52;
}

static uint64_t result_of(const smmu_response_t *a)
{
    return (uint64_t)a->result | (uint64_t)a->flags << 8;
}

/* Requests have a clock of their own in the modes lt and functional. */
static uint64_t request_now(const struct smmu *s)
{
    return s->mode == SMMU_MODE_AT ? s->sched.now : s->timeline.owner_now;
}

/* Never before what was noted last: whose turn came through another's input has that one's clock.
 */
static uint64_t slot_now(const struct smmu *s, struct slot *slot, uint64_t in)
{
    struct slot_timeline *t = &slot->timeline;
    uint64_t now = request_now(s) + (s->mode == SMMU_MODE_AT ? 0 : slot->latency) + in;
    if (now > t->noted)
        t->noted = now;
    return t->noted;
}

static void note_slot(struct smmu *s, struct slot *slot, uint64_t cycle,
                      smmu_timeline_phase_t phase, unsigned kind, uint64_t first, uint64_t second)
{
    if (kind != TIMELINE_NONE)
        smmu__timeline_note(s, cycle, phase, (smmu_timeline_kind_t)kind, slot->request.tbu,
                            slot->timeline.id, first, second);
}

void smmu__timeline_access(struct smmu *s, uint64_t cycle, smmu_timeline_phase_t phase,
                           uint64_t tag, uint64_t first, uint64_t second)
{
    const struct access *a = &s->outbox.access[(uint32_t)tag];
    if (a->owner == OWNER_SLOT && s->mode != SMMU_MODE_AT)
        cycle = slot_now(s, &s->slots.slot[a->index], 0);
    smmu__timeline_note(s, cycle, phase, SMMU_TIMELINE_ACCESS, 0, tag, first, second);
}

void smmu__timeline_take_off(struct smmu *s, struct slot *slot, smmu_timeline_kind_t whole)
{
    slot->timeline = (struct slot_timeline){
        .id = s->timeline.requests++, .stage = TIMELINE_NONE, .group = TIMELINE_NONE};
    note_slot(s, slot, slot_now(s, slot, 0), SMMU_TIMELINE_BEGIN, whole, slot->request.addr,
              stream_of(&slot->request));
}

static unsigned group_of(smmu_timeline_kind_t kind)
{
    switch (kind) {
    case SMMU_TIMELINE_CONFIG_LOOKUP:
    case SMMU_TIMELINE_CTW_WAIT:
    case SMMU_TIMELINE_CONFIG_READ:
        return SMMU_TIMELINE_CONFIG;
    case SMMU_TIMELINE_WALK_LOOKUP:
    case SMMU_TIMELINE_WALK_READ:
    case SMMU_TIMELINE_WALK_STEP:
        return SMMU_TIMELINE_WALK;
    default:
        return TIMELINE_NONE;
    }
}

void smmu__timeline_stage(struct smmu *s, struct slot *slot, uint64_t in, smmu_timeline_kind_t kind,
                          uint64_t first, uint64_t second)
{
    struct slot_timeline *t = &slot->timeline;
    uint64_t cycle = slot_now(s, slot, in);
    unsigned group = group_of(kind);
    note_slot(s, slot, cycle, SMMU_TIMELINE_END, t->stage, 0, 0);
    if (group != t->group) {
        note_slot(s, slot, cycle, SMMU_TIMELINE_END, t->group, 0, 0);
        note_slot(s, slot, cycle, SMMU_TIMELINE_BEGIN, group, 0, 0);
    }
    note_slot(s, slot, cycle, SMMU_TIMELINE_BEGIN, kind, first, second);
    t->stage = (uint8_t)kind;
    t->group = (uint8_t)group;
}

void smmu__timeline_land(struct smmu *s, struct slot *slot, smmu_timeline_kind_t whole)
{
    uint64_t cycle = slot_now(s, slot, 0);
    note_slot(s, slot, cycle, SMMU_TIMELINE_END, slot->timeline.stage, 0, 0);
    note_slot(s, slot, cycle, SMMU_TIMELINE_END, slot->timeline.group, 0, 0);
    note_slot(s, slot, cycle, SMMU_TIMELINE_END, whole, slot->response.pa,
              result_of(&slot->response));
}

void smmu__timeline_hit(struct smmu *s, const smmu_request_t *r, uint64_t looked_up_in,
                        const smmu_response_t *a)
{
    uint64_t now = request_now(s), id = s->timeline.requests++;
    uint64_t looked_up = now + looked_up_in, out = now + a->latency;
    TIMELINE_AT(s, now, BEGIN, REQUEST, r->tbu, id, r->addr, stream_of(r));
    TIMELINE_AT(s, now, BEGIN, LOOKUP, r->tbu, id, 0, 0);
    TIMELINE_AT(s, looked_up, END, LOOKUP, r->tbu, id, 0, 0);
    if (out > looked_up)
        TIMELINE_AT(s, looked_up, BEGIN, LEAVE, r->tbu, id, 0, 0);
    if (out > looked_up)
        TIMELINE_AT(s, out, END, LEAVE, r->tbu, id, 0, 0);
    TIMELINE_AT(s, out, END, REQUEST, r->tbu, id, a->pa, result_of(a));
}
