/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See evtq.h. CHOICE: records are never merged, whatever STE.MEV (7.3.1). The record of a
 * stalled transaction, which must not be dropped, is not made before there is room for it
 * (stall.h).
 */
#include "evtq.h"

#include <string.h>

#include "state.h"

enum { RECORD_WORDS = 4, RECORD_BYTES = 32, RECORD_LOG2 = 5 };

static const struct outq_kind event_queue = {
    .enables = SMMU_FIELD_MASK(CR0, EVENTQEN),
    .base = SMMU_REG_EVENTQ_BASE,
    .prod = SMMU_REG_EVENTQ_PROD,
    .cons = SMMU_REG_EVENTQ_CONS,
    .limit = SMMU_CFG_IDR1_EVENTQS,
    .record_log2 = RECORD_LOG2,
    .owner = OWNER_EVTQ,
    .source = SMMU_SRC_EVENTQ,
    .abort_error = GERROR_EVENTQ_ABT_ERR,
};

/* -------------------------------------------------------------------------------- packing */

/* Where a field's value comes from. Fields without a source are zero: not built, or IMPLEMENTATION
 * DEFINED. */
#define FIELD_SOURCES(S)                                                                           \
    S(Type, f->event)                                                                              \
    S(StreamID, f->streamid)                                                                       \
    S(SSV, f->ssv)                                                                                 \
    S(SubstreamID, f->ssv ? f->substreamid : 0)                                                    \
    S(PnU, f->priv)                                                                                \
    S(InD, f->inst)                                                                                \
    S(RnW, f->read)                                                                                \
    S(NSIPA, f->nsipa)                                                                             \
    S(S2, f->s2)                                                                                   \
    S(CLASS, f->class_)                                                                            \
    S(Stall, f->stall)                                                                             \
    S(STAG, f->stag)                                                                               \
    S(DirtyBit, f->dirty_bit)                                                                      \
    S(AssuredOnly, f->assured_only)                                                                \
    S(Overlay, f->overlay)                                                                         \
    S(TTRnW, f->ttrnw)                                                                             \
    S(Span, 1) /* of E_PAGE_REQUEST there are none */                                              \
    S(P, f->priv)                                                                                  \
    S(X, f->inst)                                                                                  \
    S(W, !f->read)                                                                                 \
    S(R, true)                                                                                     \
    S(InputAddr, f->input_addr)                                                                    \
    S(FetchAddr, f->fetch_addr)                                                                    \
    S(IPA, f->ipa)

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

bool smmu__evtq_ready(const struct smmu *s, const struct prog_if *pi)
{
    return smmu__outq_ready(s, pi, &event_queue, &pi->evtq.out);
}

uint32_t smmu__evtq_room(const struct smmu *s, const struct prog_if *pi)
{
    const struct outq *q = &pi->evtq.out;
    struct ring ring = smmu__outq_ring(s, pi, &event_queue);
    uint32_t cons = (uint32_t)REG_OF(pi, EVENTQ_CONS);
    if (!smmu__outq_works(pi, &event_queue, q) || smmu__outq_full(s, pi, &event_queue, q))
        return 0;
    return smmu__ring_entries(&ring) - smmu__ring_used(&ring, q->write_index, cons);
}

void smmu__evtq_record(struct smmu *s, struct prog_if *pi, const struct fault *f, bool stale)
{
    struct evtq *q = &pi->evtq;
    bool writable = smmu__outq_works(pi, &event_queue, &q->out);
    if (writable && smmu__outq_full(s, pi, &event_queue, &q->out)) {
        smmu__outq_show_overflow(pi, &event_queue);
        writable = false;
    }
    if (!writable) {
        STAT(s, events_lost, 1);
        TIMELINE_INSTANT(s, EVENT_LOST, pi->number, f->event, f->streamid);
        return;
    }
    uint64_t words[RECORD_WORDS];
    smmu__evtq_pack(f, words);
    q->recorded++;
    TIMELINE_BEGIN(s, EVENT, pi->number, q->recorded, words[0], f->input_addr);
    if (stale)
        q->stale_ticket = q->recorded;
    smmu__outq_write(s, pi, &event_queue, &q->out, words);
}

/* ---------------------------------------------------------------------------- publication */

static void settled(struct smmu *s, struct prog_if *pi, bool lost)
{
    struct evtq *q = &pi->evtq;
    q->settled++;
    TIMELINE_END(s, EVENT, pi->number, q->settled, lost, 0);
}

/* The oldest record is in memory. Who waits for a first record is told (3.18). */
static void publish(struct smmu *s, struct prog_if *pi)
{
    bool was_empty = smmu__outq_publish(s, pi, &event_queue, &pi->evtq.out);
    TIMELINE_COUNTER(s, EVTQ_PROD, pi->number, REG_FIELD(pi, EVENTQ_PROD, WR));
    settled(s, pi, false);
    STAT(s, events_recorded, 1);
    if (was_empty)
        smmu__irq_raise(s, pi, SMMU_IRQ_EVENTQ);
}

static void give_up(struct smmu *s, struct prog_if *pi)
{
    struct outq *q = &pi->evtq.out;
    while (q->count) {
        smmu__outq_drop(q);
        settled(s, pi, true);
        STAT(s, events_lost, 1);
    }
    smmu__outq_give_up(s, pi, &event_queue, q);
}

void smmu__evtq_write_done(struct smmu *s, struct prog_if *pi, unsigned entry,
                           smmu_mem_status_t status)
{
    struct outq *q = &pi->evtq.out;
    smmu__outq_answered(q, entry, status);
    while (smmu__outq_written(q))
        publish(s, pi);
    if (smmu__outq_gives_up(q))
        give_up(s, pi);
    s->settle |= SETTLE_SYNC | SETTLE_EVENT_ROOM;
    if (smmu__evtq_quiet(pi) && !REG_FIELD(pi, CR0, EVENTQEN))
        s->settle |= SETTLE_ACKS;
}

/* --------------------------------------------------------------------- enable and disable */

void smmu__evtq_follow_prod(struct smmu *s, struct prog_if *pi)
{
    smmu__outq_follow_prod(s, pi, &event_queue, &pi->evtq.out);
    s->settle |= SETTLE_STALLS;
}

bool smmu__evtq_quiet(const struct prog_if *pi)
{
    return pi->evtq.out.count == 0;
}

void smmu__evtq_reset(struct prog_if *pi)
{
    memset(&pi->evtq, 0, sizeof pi->evtq);
}
