/* SPDX-License-Identifier: Apache-2.0 */
/* The event queue, as its interrupt thread empties it (3.5.4, 7.4). */
#include "driver/driver.h"
#include "driver/ring.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"

static void write_cons(struct drv *drv)
{
    drv->ops.write32(drv->ops.ctx, REF_REG_EVENTQ_CONS, drv->evtq_cons | drv->evtq_overflow);
}

static void take_record(struct drv *drv, uint64_t record[DRV_EVENT_WORDS])
{
    const struct drv_queue *q = &drv->evtq;
    const uint64_t at =
        q->base + (uint64_t)REF_EVENT_BYTES * drv_ring_index(q->log2size, drv->evtq_cons);

    for (unsigned i = 0; i < DRV_EVENT_WORDS; i++)
        record[i] = drv->ops.mem_read64(drv->ops.ctx, at + 8 * i);
    drv->evtq_cons = drv_ring_advance(q->log2size, drv->evtq_cons, 1);
    write_cons(drv);
}

/* Re-reads PROD; answers its overflow flag, in place. */
static uint32_t read_prod(struct drv *drv)
{
    const uint32_t prod = drv->ops.read32(drv->ops.ctx, REF_REG_EVENTQ_PROD);

    drv->evtq_prod = drv_ring_position(drv->evtq.log2size, REF_FIELD(EVENTQ_PROD_WR, prod));
    return (uint32_t)(prod & REF_MASK(EVENTQ_PROD_OVFLG));
}

unsigned drv_evtq_drain(struct drv *drv, drv_event_fn *each, void *ctx)
{
    const uint64_t capacity = drv_ring_size(drv->evtq.log2size);
    uint32_t overflow = read_prod(drv);
    unsigned taken = 0;

    drv->irqs_pending &= ~(uint32_t)DRV_IRQ_EVENTQ;
    /* A PROD that does not fit CONS would make this endless. */
    while (drv_ring_used(drv->evtq.log2size, drv->evtq_prod, drv->evtq_cons) <= capacity &&
           drv->evtq_prod != drv->evtq_cons) {
        uint64_t record[DRV_EVENT_WORDS];

        take_record(drv, record);
        taken++;
        if (each)
            each(ctx, record);
        if (drv->evtq_prod == drv->evtq_cons)
            overflow = read_prod(drv);
    }
    drv->stats.events += taken;

    if (overflow != drv->evtq_overflow) {
        drv->stats.event_overflows++;
        drv_log(drv, "EVTQ overflow detected: events lost");
        drv->evtq_overflow = overflow;
        write_cons(drv);
    }
    return taken;
}
