/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See priq.h. CHOICE 8.2: with an aborted record those behind it are lost, too; all of them are
 * answered. Requests are recorded in the order in which they came.
 */
#include "priq.h"

#include <assert.h>
#include <string.h>

#include "state.h"

enum { ENTRY_WORDS = 2 };

static void published(struct smmu *s, struct prog_if *pi, unsigned entry, bool was_empty);
static void lost(struct smmu *s, struct prog_if *pi, unsigned entry);

static const struct outq_kind pri_queue = {
    .regs = &smmu__priq_regs,
    .enables = SMMU_FIELD_MASK(CR0, PRIQEN) | SMMU_FIELD_MASK(CR0, SMMUEN),
    .owner = OWNER_PRIQ,
    .source = SMMU_SRC_PRIQ,
    .abort_error = GERROR_PRIQ_ABT_ERR,
    .published = published,
    .lost = lost,
};

static_assert(IRQ_OUTBOX_EDGES(PROG_IF_COUNT) + IRQ_MSIS_MAX * PROG_IF_COUNT +
                      PRIQ_RESPONSES_MAX * PROG_IF_COUNT + BROADCAST_SYNCS <=
                  OUTBOX_FOR_OTHERS / 2,
              "the outbox has too few places for automatic responses");

/* ------------------------------------------------------------------------------- responses */

void smmu__priq_respond(struct smmu *s, const smmu_page_request_t *request, uint8_t code,
                        bool with_pasid)
{
    STAT(s, prg_responses, 1);
    smmu__outbox_put(s, SMMU_OUT_PRG_RESPONSE)->u.prg_response =
        (smmu_out_prg_response_t){.streamid = request->streamid,
                                  .substreamid = with_pasid ? request->substreamid : 0,
                                  .prg_index = request->prg_index,
                                  .sec_sid = request->sec_sid,
                                  .code = code,
                                  .ssv = with_pasid};
}

/* Responses that wait for the owner, and those that requests accepted so far may still lead to. */
static bool has_room_for_response(const struct smmu *s, const struct prog_if *pi)
{
    unsigned responses = pi ? pi->priq.out.count + 1U : 0U;
    return responses + smmu__outbox_count(s, SMMU_OUT_PRG_RESPONSE) < PRIQ_RESPONSES_MAX;
}

/* Chapter 8: it asks for nothing and is answered by nobody. */
static bool is_stop_marker(const smmu_page_request_t *r)
{
    const unsigned lwr = SMMU_PPR_LAST | SMMU_PPR_WRITE | SMMU_PPR_READ;
    return (r->flags & SMMU_PPR_SSV) && (r->flags & lwr) == SMMU_PPR_LAST;
}

static void discard(struct smmu *s, const smmu_page_request_t *r)
{
    STAT(s, page_requests_lost, 1);
    if (!is_stop_marker(r))
        smmu__priq_respond(s, r, SMMU_PRG_FAILURE, false);
}

/* --------------------------------------------------------------------------------- overflow */

/* 6.3.36: LO, of wired interrupts too. */
static bool last_only(const struct prog_if *pi)
{
    return REG_FIELD(pi, PRIQ_IRQ_CFG2, LO);
}

/* Would its automatic response depend on STE.PPAR (8.1)? CHOICE: without PASIDs no STE is read. */
static bool needs_check(const struct smmu *s, const smmu_page_request_t *r)
{
    return (r->flags & SMMU_PPR_LAST) && !is_stop_marker(r) && (r->flags & SMMU_PPR_SSV) &&
           CFG(s, IDR1_SSIDSIZE) && !CFG(s, IDR3_PPS);
}

static void overflow(struct smmu *s, struct prog_if *pi, const smmu_page_request_t *r)
{
    STAT(s, page_requests_lost, 1);
    smmu__outq_show_overflow(pi, &pri_queue);
    if (!(r->flags & SMMU_PPR_LAST))
        return;
    if (last_only(pi))
        smmu__irq_raise(s, pi, SMMU_IRQ_PRIQ);
    if (is_stop_marker(r))
        return;
    if (needs_check(s, r))
        smmu__ppar_begin(s, pi, r);
    else
        smmu__priq_respond(s, r, SMMU_PRG_SUCCESS,
                           (r->flags & SMMU_PPR_SSV) && CFG(s, IDR1_SSIDSIZE));
}

/* --------------------------------------------------------------------------------- recording */

/* Without a PASID nothing asks to execute or is privileged; without PASIDs at all there is none. */
static void pack(const struct smmu *s, const smmu_page_request_t *r,
                 uint64_t words[ENTRY_WORDS])
{
    bool ssv = (r->flags & SMMU_PPR_SSV) && CFG(s, IDR1_SSIDSIZE);
    words[0] = SMMU_FIELD_PUT(PRI, StreamID, r->streamid) |
               SMMU_FIELD_PUT(PRI, SubstreamID, ssv ? r->substreamid : 0) |
               SMMU_FIELD_PUT(PRI, Priv, ssv && (r->flags & SMMU_PPR_PRIV)) |
               SMMU_FIELD_PUT(PRI, X, ssv && (r->flags & SMMU_PPR_EXEC)) |
               SMMU_FIELD_PUT(PRI, R, (r->flags & SMMU_PPR_READ) != 0) |
               SMMU_FIELD_PUT(PRI, W, (r->flags & SMMU_PPR_WRITE) != 0) |
               SMMU_FIELD_PUT(PRI, Last, (r->flags & SMMU_PPR_LAST) != 0) |
               SMMU_FIELD_PUT(PRI, SSV, ssv);
    words[1] = SMMU_FIELD_PUT(PRI, PRGIndex, r->prg_index) |
               (r->addr & SMMU_FIELD_MASK(PRI, Addr));
}

static void record(struct smmu *s, struct prog_if *pi, const smmu_page_request_t *r)
{
    uint64_t words[ENTRY_WORDS];
    pack(s, r, words);
    unsigned entry = smmu__outq_write(s, pi, &pri_queue, &pi->priq.out, words);
    pi->priq.request[entry] = *r;
}

int smmu__priq_take(struct smmu *s, struct prog_if *pi, const smmu_page_request_t *r)
{
    if (!has_room_for_response(s, pi))
        return SMMU_BUSY;
    bool works = pi && smmu__outq_works(pi, &pri_queue, &pi->priq.out);
    bool overflows = works && smmu__outq_overflows(pi, &pri_queue);
    if (works && !overflows) {
        if (!smmu__outq_ready(s, pi, &pri_queue, &pi->priq.out))
            return SMMU_BUSY;
        overflows = smmu__outq_full(s, pi, &pri_queue, &pi->priq.out);
    }
    if (overflows && needs_check(s, r) && pi->priq.check.state != PPAR_IDLE)
        return SMMU_BUSY;
    STAT(s, page_requests, 1);
    if (overflows)
        overflow(s, pi, r);
    else if (works)
        record(s, pi, r);
    else
        discard(s, r);
    return SMMU_DONE;
}

/* -------------------------------------------------------------------------------- publication */

static void published(struct smmu *s, struct prog_if *pi, unsigned entry, bool was_empty)
{
    bool last = pi->priq.request[entry].flags & SMMU_PPR_LAST;
    STAT(s, page_requests_recorded, 1);
    if (last_only(pi) ? last : was_empty)
        smmu__irq_raise(s, pi, SMMU_IRQ_PRIQ);
}

static void lost(struct smmu *s, struct prog_if *pi, unsigned entry)
{
    discard(s, &pi->priq.request[entry]);
}

void smmu__priq_write_done(struct smmu *s, struct prog_if *pi, unsigned entry,
                           smmu_mem_status_t status)
{
    smmu__outq_write_done(s, pi, &pri_queue, &pi->priq.out, entry, status);
    if (smmu__priq_quiet(pi))
        s->settle |= SETTLE_ACKS;
}

/* --------------------------------------------------------------------- enable and disable */

void smmu__priq_follow_prod(const struct smmu *s, struct prog_if *pi)
{
    smmu__outq_follow_prod(s, pi, &pri_queue, &pi->priq.out);
}

bool smmu__priq_quiet(const struct prog_if *pi)
{
    return smmu__outq_quiet(&pi->priq.out);
}

void smmu__priq_reset(struct prog_if *pi)
{
    memset(&pi->priq.out, 0, sizeof pi->priq.out);
    smmu__ppar_reset(pi);
}
