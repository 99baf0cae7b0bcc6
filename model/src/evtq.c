/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See evtq.h. Writes of up to EVTQ_WRITES records overlap; PROD passes them in order, each when
 * it is in memory. Write aborts are synchronous (7.2.2). CHOICE: records are never merged, whatever
 * STE.MEV (7.3.1). The record of a stalled transaction, which must not be dropped, is not made
 * before there is room for it (stall.h).
 */
#include "evtq.h"

#include <string.h>

#include "le.h"
#include "own_access.h"
#include "state.h"

enum { RECORD_WORDS = 4, RECORD_BYTES = 32, RECORD_LOG2 = 5 };

/* -------------------------------------------------------------------------------- packing */

/* Where a field's value comes from. Fields without a source are zero: not built, or IMPLEMENTATION
 * DEFINED. */
#define FIELD_SOURCES(X)                                                                           \
    X(Type, f->event)                                                                              \
    X(StreamID, f->streamid)                                                                       \
    X(SSV, f->ssv)                                                                                 \
    X(SubstreamID, f->ssv ? f->substreamid : 0)                                                    \
    X(PnU, f->priv)                                                                                \
    X(InD, f->inst)                                                                                \
    X(RnW, f->read)                                                                                \
    X(NSIPA, f->nsipa)                                                                             \
    X(S2, f->s2)                                                                                   \
    X(CLASS, f->class_)                                                                            \
    X(Stall, f->stall)                                                                             \
    X(STAG, f->stag)                                                                               \
    X(DirtyBit, f->dirty_bit)                                                                      \
    X(AssuredOnly, f->assured_only)                                                                \
    X(Overlay, f->overlay)                                                                         \
    X(TTRnW, f->ttrnw)                                                                             \
    X(InputAddr, f->input_addr)                                                                    \
    X(FetchAddr, f->fetch_addr)                                                                    \
    X(IPA, f->ipa)

static const struct record_field {
    const char *name;
    uint8_t event, word, msb, lsb;
} record_fields[] = {
#define FIELD(object, name, word, msb, lsb, feature) {#name, SMMU_##object, word, msb, lsb},
#include "fields_events.def"
#undef FIELD
};

/* Addresses stand in place: their low bits that a record does not carry are dropped, not shifted
 * out. */
static bool is_address(const char *name)
{
    return strcmp(name, "InputAddr") == 0 || strcmp(name, "FetchAddr") == 0 ||
           strcmp(name, "IPA") == 0;
}

static uint64_t value_of(const struct fault *f, const char *name)
{
#define FIELD_SOURCE(field, value)                                                                 \
    if (strcmp(name, #field) == 0)                                                                 \
        return (uint64_t)(value);
    FIELD_SOURCES(FIELD_SOURCE)
#undef FIELD_SOURCE
    return 0;
}

void smmu__evtq_pack(const struct fault *f, uint64_t words[4])
{
    memset(words, 0, RECORD_BYTES);
    for (unsigned i = 0; i < sizeof record_fields / sizeof record_fields[0]; i++) {
        const struct record_field *r = &record_fields[i];
        if (r->event != f->event)
            continue;
        uint64_t value = value_of(f, r->name);
        words[r->word] |=
            (is_address(r->name) ? value : value << r->lsb) & SMMU_BITS_MASK(r->msb, r->lsb);
    }
}

/* ------------------------------------------------------------------------------- recording */

static struct ring ring_of(const struct smmu *s, const struct prog_if *pi)
{
    return smmu__ring_of(REG_OF(pi, EVENTQ_BASE), (unsigned)CFG(s, IDR1_EVENTQS), RECORD_LOG2,
                         s->oas_bits);
}

static bool full(const struct smmu *s, const struct prog_if *pi)
{
    struct ring ring = ring_of(s, pi);
    return smmu__ring_full(&ring, pi->evtq.write_index, (uint32_t)REG_OF(pi, EVENTQ_CONS));
}

/* No record is lost for want of room before PROD shows that there is none: software may still make
 * some while the last writes are on their way (7.4). */
bool smmu__evtq_ready(const struct smmu *s, const struct prog_if *pi)
{
    unsigned writes = pi->evtq.count;
    return writes == 0 || (writes < EVTQ_WRITES && !full(s, pi));
}

/* Enabled and without an error (7.2.1); room apart. */
static bool works(const struct prog_if *pi)
{
    return REG_FIELD(pi, CR0, EVENTQEN) && !pi->evtq.aborting &&
           !smmu__gerror_active(pi, GERROR_EVENTQ_ABT_ERR);
}

uint32_t smmu__evtq_room(const struct smmu *s, const struct prog_if *pi)
{
    struct ring ring = ring_of(s, pi);
    uint32_t cons = (uint32_t)REG_OF(pi, EVENTQ_CONS);
    if (!works(pi) || full(s, pi))
        return 0;
    return smmu__ring_entries(&ring) - smmu__ring_used(&ring, pi->evtq.write_index, cons);
}

/* 7.4: a second overflow before the first is acknowledged cannot be shown. */
static void show_overflow(struct prog_if *pi)
{
    if (REG_FIELD(pi, EVENTQ_PROD, OVFLG) == REG_FIELD(pi, EVENTQ_CONS, OVACKFLG))
        REG_OF(pi, EVENTQ_PROD) ^= SMMU_FIELD_MASK(EVENTQ_PROD, OVFLG);
}

void smmu__evtq_record(struct smmu *s, struct prog_if *pi, const struct fault *f, bool stale)
{
    struct evtq *q = &pi->evtq;
    struct ring ring = ring_of(s, pi);
    bool writable = works(pi);
    if (writable && full(s, pi)) {
        show_overflow(pi);
        writable = false;
    }
    if (!writable) {
        STAT(s, events_lost, 1);
        TIMELINE_INSTANT(s, EVENT_LOST, pi->number, f->event, f->streamid);
        return;
    }
    uint64_t words[RECORD_WORDS];
    uint8_t bytes[RECORD_BYTES];
    smmu__evtq_pack(f, words);
    for (unsigned i = 0; i < RECORD_WORDS; i++)
        store_le64(bytes + sizeof words[0] * i, words[i]);
    unsigned entry = (q->head + q->count++) % EVTQ_WRITES;
    q->state[entry] = EVTQ_WRITING;
    q->recorded++;
    TIMELINE_BEGIN(s, EVENT, pi->number, q->recorded, words[0], f->input_addr);
    if (stale)
        q->stale_ticket = q->recorded;
    smmu__mem_write(s, OWNER_EVTQ, (unsigned)pi->number << 8 | entry, SMMU_SRC_EVENTQ,
                    smmu__ring_address(&ring, q->write_index), RECORD_BYTES,
                    smmu__queue_attrs(pi, REG_FIELD(pi, EVENTQ_BASE, WA) != 0), bytes);
    q->write_index = smmu__ring_next(&ring, q->write_index);
}

/* ---------------------------------------------------------------------------- publication */

static void retire(struct smmu *s, struct prog_if *pi, bool lost)
{
    struct evtq *q = &pi->evtq;
    q->state[q->head] = EVTQ_FREE;
    q->head = (uint8_t)((q->head + 1) % EVTQ_WRITES);
    q->count--;
    q->settled++;
    TIMELINE_END(s, EVENT, pi->number, q->settled, lost, 0);
}

/* The oldest record is in memory: PROD passes it. Who waits for a first record is told (3.18). */
static void publish(struct smmu *s, struct prog_if *pi)
{
    struct ring ring = ring_of(s, pi);
    uint32_t prod = smmu__ring_index(&ring, REG_OF(pi, EVENTQ_PROD));
    uint32_t cons = smmu__ring_index(&ring, REG_OF(pi, EVENTQ_CONS));
    uint64_t overflow_flag = REG_OF(pi, EVENTQ_PROD) & SMMU_FIELD_MASK(EVENTQ_PROD, OVFLG);
    bool was_empty = smmu__ring_empty(&ring, prod, cons);
    REG_OF(pi, EVENTQ_PROD) = overflow_flag | smmu__ring_next(&ring, prod);
    TIMELINE_COUNTER(s, EVTQ_PROD, pi->number, REG_FIELD(pi, EVENTQ_PROD, WR));
    retire(s, pi, false);
    STAT(s, events_recorded, 1);
    if (was_empty)
        smmu__irq_raise(s, pi, SMMU_IRQ_EVENTQ);
}

/* 7.2.2: records at and beyond the aborted one are lost, even if their writes went well. */
static void give_up(struct smmu *s, struct prog_if *pi)
{
    struct evtq *q = &pi->evtq;
    struct ring ring = ring_of(s, pi);
    while (q->count) {
        retire(s, pi, true);
        STAT(s, events_lost, 1);
    }
    q->write_index = smmu__ring_index(&ring, REG_OF(pi, EVENTQ_PROD));
    q->aborting = false;
    smmu__gerror_raise(s, pi, GERROR_EVENTQ_ABT_ERR);
}

static bool all_answered(const struct evtq *q)
{
    for (unsigned i = 0; i < EVTQ_WRITES; i++)
        if (q->state[i] == EVTQ_WRITING)
            return false;
    return true;
}

void smmu__evtq_write_done(struct smmu *s, struct prog_if *pi, unsigned entry,
                           smmu_mem_status_t status)
{
    struct evtq *q = &pi->evtq;
    q->state[entry] = status == SMMU_MEM_OK ? EVTQ_WRITTEN : EVTQ_ABORTED;
    q->aborting |= status != SMMU_MEM_OK;
    while (q->count && q->state[q->head] == EVTQ_WRITTEN)
        publish(s, pi);
    if (q->aborting && all_answered(q))
        give_up(s, pi);
    s->settle |= SETTLE_SYNC | SETTLE_EVENT_ROOM;
    if (smmu__evtq_quiet(pi) && !REG_FIELD(pi, CR0, EVENTQEN))
        s->settle |= SETTLE_ACKS;
}

/* --------------------------------------------------------------------- enable and disable */

/* Records that were on their way when EVENTQEN was cleared still come first (6.3.9.4). */
void smmu__evtq_follow_prod(struct smmu *s, struct prog_if *pi)
{
    struct ring ring = ring_of(s, pi);
    if (pi->evtq.count == 0)
        pi->evtq.write_index = smmu__ring_index(&ring, REG_OF(pi, EVENTQ_PROD));
    s->settle |= SETTLE_STALLS;
}

bool smmu__evtq_quiet(const struct prog_if *pi)
{
    return pi->evtq.count == 0;
}

void smmu__evtq_reset(struct prog_if *pi)
{
    memset(&pi->evtq, 0, sizeof pi->evtq);
}
