/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See evtq.h. CHOICE: records are never merged, whatever STE.MEV (7.3.1). The record of a
 * stalled transaction, which must not be dropped, is not made before there is room for it
 * (stall.h).
 */
#include "evtq.h"

#include <string.h>

#include "state.h"

enum { RECORD_WORDS = 4 };

static void published(struct smmu *s, struct prog_if *pi, unsigned entry, bool was_empty);
static void lost(struct smmu *s, struct prog_if *pi, unsigned entry);

static const struct outq_kind event_queue = {
    .regs = &smmu__evtq_regs,
    .enables = SMMU_FIELD_MASK(CR0, EVENTQEN),
    .owner = OWNER_EVTQ,
    .source = SMMU_SRC_EVENTQ,
    .abort_error = GERROR_EVENTQ_ABT_ERR,
    .published = published,
    .lost = lost,
};

/* -------------------------------------------------------------------------------- packing */

/*
 * What the fields of records hold. A NUMBER is shifted to its place; an ADDRESS stands in place:
 * its low bits that a record does not carry are dropped, not shifted out.
 */
#define FIELDS(F)                                                                                  \
    F(Type, NUMBER, f->event)                                                                      \
    F(StreamID, NUMBER, f->streamid)                                                               \
    F(SSV, NUMBER, f->ssv)                                                                         \
    F(SubstreamID, NUMBER, f->ssv ? f->substreamid : 0)                                            \
    F(PnU, NUMBER, f->priv)                                                                        \
    F(InD, NUMBER, f->inst)                                                                        \
    F(RnW, NUMBER, f->read)                                                                        \
    F(NSIPA, NUMBER, f->nsipa)                                                                     \
    F(S2, NUMBER, f->s2)                                                                           \
    F(CLASS, NUMBER, f->class_)                                                                    \
    F(Stall, NUMBER, f->stall)                                                                     \
    F(STAG, NUMBER, f->stag)                                                                       \
    F(DirtyBit, NUMBER, f->dirty_bit)                                                              \
    F(AssuredOnly, NUMBER, f->assured_only)                                                        \
    F(Overlay, NUMBER, f->overlay)                                                                 \
    F(TTRnW, NUMBER, f->ttrnw)                                                                     \
    F(Span, NUMBER, f->ats_units ? f->ats_units : 1) /* of E_PAGE_REQUEST there are none */        \
    F(P, NUMBER, f->priv)                                                                          \
    F(X, NUMBER, f->inst)                                                                          \
    F(W, NUMBER, !f->read)                                                                         \
    F(R, NUMBER, true)                                                                             \
    F(InputAddr, ADDRESS, f->input_addr)                                                           \
    F(FetchAddr, ADDRESS, f->fetch_addr)                                                           \
    F(IPA, ADDRESS, f->ipa)                                                                        \
    F(Reason, NUMBER, 0) /* IMPLEMENTATION DEFINED */                                              \
    F(GPCF, NUMBER, 0)   /* not built; likewise the permissions of E_PAGE_REQUEST */               \
    F(pR, NUMBER, 0)                                                                               \
    F(pW, NUMBER, 0)                                                                               \
    F(pX, NUMBER, 0)                                                                               \
    F(uR, NUMBER, 0)                                                                               \
    F(uW, NUMBER, 0)                                                                               \
    F(uX, NUMBER, 0)

enum field_id {
#define FIELD_ID(name, form, value) FIELD_##name,
    FIELDS(FIELD_ID)
#undef FIELD_ID
};

enum field_form { NUMBER, ADDRESS };
static const uint8_t form_of[] = {
#define FIELD_FORM(name, form, value) form,
    FIELDS(FIELD_FORM)
#undef FIELD_FORM
};

static const struct record_field {
    uint8_t event, id, word, msb, lsb;
} record_fields[] = {
#define FIELD(object, name, word, msb, lsb, feature) {SMMU_##object, FIELD_##name, word, msb, lsb},
#include "fields_events.def"
#undef FIELD
};

void smmu__evtq_pack(const struct fault *f, uint64_t words[4])
{
    const uint64_t values[] = {
#define FIELD_VALUE(name, form, value) (uint64_t)(value),
        FIELDS(FIELD_VALUE)
#undef FIELD_VALUE
    };
    memset(words, 0, RECORD_WORDS * sizeof words[0]);
    for (unsigned i = 0; i < sizeof record_fields / sizeof record_fields[0]; i++) {
        const struct record_field *r = &record_fields[i];
        if (r->event != f->event)
            continue;
        uint64_t value = values[r->id];
        words[r->word] |=
            (form_of[r->id] == ADDRESS ? value : value << r->lsb) & SMMU_BITS_MASK(r->msb, r->lsb);
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
    struct ring ring = smmu__queue_ring(s, pi, &smmu__evtq_regs);
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

static void settled(struct smmu *s, struct prog_if *pi, bool is_lost)
{
    struct evtq *q = &pi->evtq;
    q->settled++;
    TIMELINE_END(s, EVENT, pi->number, q->settled, is_lost, 0);
}

/* Who waits for a first record is told (3.18). */
static void published(struct smmu *s, struct prog_if *pi, unsigned entry, bool was_empty)
{
    (void)entry;
    TIMELINE_COUNTER(s, EVTQ_PROD, pi->number, REG_FIELD(pi, EVENTQ_PROD, WR));
    settled(s, pi, false);
    STAT(s, events_recorded, 1);
    if (was_empty)
        smmu__irq_raise(s, pi, SMMU_IRQ_EVENTQ);
}

static void lost(struct smmu *s, struct prog_if *pi, unsigned entry)
{
    (void)entry;
    settled(s, pi, true);
    STAT(s, events_lost, 1);
}

void smmu__evtq_write_done(struct smmu *s, struct prog_if *pi, unsigned entry,
                           smmu_mem_status_t status)
{
    smmu__outq_write_done(s, pi, &event_queue, &pi->evtq.out, entry, status);
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
    return smmu__outq_quiet(&pi->evtq.out);
}

void smmu__evtq_reset(struct prog_if *pi)
{
    memset(&pi->evtq, 0, sizeof pi->evtq);
}
