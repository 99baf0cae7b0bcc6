/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event queue (7.4) and the PRI queue (8), as their interrupt threads empty them (3.5.4). Both
 * have their fields at the same places.
 */
#include "driver/driver.h"
#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"

enum { WORD_BYTES = 8 };

static void write_cons(struct drv *drv, const struct drv_output *q)
{
    drv->ops.write32(drv->ops.ctx, q->cons_reg, q->cons | q->overflow);
}

static void take_entry(struct drv *drv, struct drv_output *q, uint64_t *entry, unsigned words)
{
    const uint64_t at = drv_ring_address(q->base, q->log2size, q->cons, words * WORD_BYTES);

    for (unsigned i = 0; i < words; i++)
        entry[i] = drv->ops.mem_read64(drv->ops.ctx, at + WORD_BYTES * i);
    q->cons = drv_ring_advance(q->log2size, q->cons, 1);
    write_cons(drv, q);
}

/* Re-reads PROD; answers its overflow flag, in place. */
static uint32_t read_prod(struct drv *drv, struct drv_output *q)
{
    const uint32_t prod = drv->ops.read32(drv->ops.ctx, q->prod_reg);

    q->prod = drv_ring_position(q->log2size, REF_FIELD(EVENTQ_PROD_WR, prod));
    return (uint32_t)(prod & REF_MASK(EVENTQ_PROD_OVFLG));
}

/* True: one was taken. A PROD that does not fit CONS would make this endless. */
static bool take_next(struct drv *drv, struct drv_output *q, uint32_t *overflow, uint64_t *entry,
                      unsigned words)
{
    if (q->prod == q->cons)
        *overflow = read_prod(drv, q);
    if (q->prod == q->cons ||
        drv_ring_used(q->log2size, q->prod, q->cons) > drv_ring_size(q->log2size))
        return false;
    take_entry(drv, q, entry, words);
    return true;
}

/* True: entries have been lost. */
static bool acknowledge_overflow(struct drv *drv, struct drv_output *q, uint32_t overflow,
                                 const char *what)
{
    if (overflow == q->overflow)
        return false;
    drv_log(drv, "%s", what);
    q->overflow = overflow;
    write_cons(drv, q);
    return true;
}

unsigned drv_evtq_drain(struct drv *drv, drv_event_fn *each, void *ctx)
{
    struct drv_output *q = drv->joined ? &drv->joined->evtq : &drv->evtq;
    uint32_t overflow = read_prod(drv, q);
    uint64_t record[DRV_EVENT_WORDS];
    unsigned taken = 0;

    drv->irqs_pending &= ~(uint32_t)DRV_IRQ_EVENTQ;
    for (; take_next(drv, q, &overflow, record, DRV_EVENT_WORDS); taken++)
        if (each)
            each(ctx, record);
    drv->stats.events += taken;
    drv->stats.event_overflows +=
        acknowledge_overflow(drv, q, overflow, "EVTQ overflow detected: events lost");
    return taken;
}

/* Nobody waits for it: what follows in the queue comes after it anyway. */
static void answer(struct drv *drv, const uint64_t entry[DRV_PRI_WORDS], unsigned response)
{
    const bool has_substream = REF_FIELD(PRI_SSV, entry[0]);
    const struct drv_cmd cmd =
        drv_cmd_pri_resp((uint32_t)REF_FIELD(PRI_STREAMID, entry[0]),
                         has_substream ? (int32_t)REF_FIELD(PRI_SUBSTREAMID, entry[0]) : -1,
                         (unsigned)REF_FIELD(PRI_PRGINDEX, entry[1]), response);

    drv_cmdq_issue(drv, &cmd, 1, false);
}

/* A group that asks for nothing is a stop marker, which has no answer (8.1). */
static bool is_to_be_answered(const uint64_t entry[DRV_PRI_WORDS])
{
    const bool stop_marker =
        REF_FIELD(PRI_SSV, entry[0]) && !REF_FIELD(PRI_R, entry[0]) && !REF_FIELD(PRI_W, entry[0]);

    return REF_FIELD(PRI_LAST, entry[0]) && !stop_marker;
}

unsigned drv_priq_drain(struct drv *drv, drv_page_request_fn *each, void *ctx)
{
    struct drv_output *q = drv->joined ? &drv->joined->priq : &drv->priq;
    uint32_t overflow = read_prod(drv, q);
    uint64_t entry[DRV_PRI_WORDS];
    unsigned taken = 0;

    drv->irqs_pending &= ~(uint32_t)DRV_IRQ_PRIQ;
    for (; take_next(drv, q, &overflow, entry, DRV_PRI_WORDS); taken++) {
        const unsigned response = each ? each(ctx, entry) : REF_PRI_RESP_FAILURE;

        if (is_to_be_answered(entry))
            answer(drv, entry, response);
    }
    drv->stats.page_requests += taken;
    drv->stats.page_request_overflows += acknowledge_overflow(
        drv, q, overflow, "PRIQ overflow detected: requests answered by the SMMU");
    return taken;
}
