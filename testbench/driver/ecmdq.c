/* SPDX-License-Identifier: Apache-2.0 */
/* Enhanced command queues (3.5.6): bringing them up, and what PROD and CONS have beside positions.
 */
#include "driver/driver_impl.h"
#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

static uint64_t line_of_prod(const struct drv_cmdq *q)
{
    return drv_line(DRV_LINE_OF_PROD, q->number, 0);
}

static void write_flags_and_position(struct drv *drv, const struct drv_cmdq *q)
{
    drv->ops.write32(drv->ops.ctx, q->prod_reg, q->flags | q->prod);
}

void drv_cmdq_write_prod(struct drv *drv, struct drv_cmdq *q, uint32_t position)
{
    if (q->number == 0) {
        drv->ops.write32(drv->ops.ctx, q->prod_reg, position);
        return;
    }
    drv_spin_lock(drv, &q->prod_lock, line_of_prod(q));
    q->prod = position;
    write_flags_and_position(drv, q);
    drv_spin_unlock(drv, &q->prod_lock, line_of_prod(q));
}

bool drv_ecmdq_error(struct drv *drv, struct drv_cmdq *q, uint32_t *cons)
{
    *cons = drv->ops.read32(drv->ops.ctx, q->cons_reg);
    return REF_FIELD(ECMDQ_CONS_ERR, *cons) != REF_FIELD(ECMDQ_PROD_ERRACK, q->flags);
}

void drv_ecmdq_acknowledge(struct drv *drv, struct drv_cmdq *q)
{
    drv_spin_lock(drv, &q->prod_lock, line_of_prod(q));
    q->flags ^= (uint32_t)REF_MASK(ECMDQ_PROD_ERRACK);
    write_flags_and_position(drv, q);
    drv_spin_unlock(drv, &q->prod_lock, line_of_prod(q));
}

/* ---- bringing them up */

void drv_cmdq_init(struct drv_cmdq *q)
{
    atomic_init(&q->prod_lock, 0);
    atomic_init(&q->tickets, 0);
    atomic_init(&q->served, 0);
    drv_producers_init(&q->producers, q->log2size);
}

/* Where the registers of an ECMDQ are; 0: there are not so many. */
static uint32_t place_of(struct drv *drv, unsigned index)
{
    const uint32_t idr6 = drv->ops.read32(drv->ops.ctx, REF_REG_IDR6);
    const unsigned log2_queues = (unsigned)REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMQ, idr6);
    const unsigned pages = 1U << REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMP, idr6);
    const unsigned page = index >> log2_queues, in_page = index & ((1U << log2_queues) - 1);
    uint64_t base;

    if (!REF_FIELD(IDR1_ECMDQ, drv->features.idr1) || page >= pages)
        return 0;
    base = drv->ops.read64(drv->ops.ctx,
                           REF_REG_CMDQ_CONTROL_PAGE_BASE + page * REF_CMDQ_CONTROL_PAGE_STRIDE);
    return (uint32_t)(base & REF_MASK(CMDQ_CONTROL_PAGE_BASE_ADDR)) +
           in_page * (REF_ECMDQ_PAGE_BYTES >> log2_queues);
}

static bool await_enable_ack(struct drv *drv, const struct drv_cmdq *q, uint64_t wanted)
{
    const uint64_t started = drv->ops.now(drv->ops.ctx);

    while (REF_FIELD(ECMDQ_CONS_ENACK, drv->ops.read32(drv->ops.ctx, q->cons_reg)) != wanted) {
        if (drv->ops.now(drv->ops.ctx) - started >= drv->config.timeout_cycles) {
            drv->stats.timeouts++;
            return false;
        }
        drv->ops.wait(drv->ops.ctx, drv->config.delay_cycles);
    }
    return true;
}

static bool disable(struct drv *drv, struct drv_cmdq *q)
{
    drv->ops.write32(drv->ops.ctx, q->prod_reg, 0);
    return await_enable_ack(drv, q, 0);
}

/* ERR and ERRACK are equal at first: both are 0 once the queue is disabled and written. */
static bool start(struct drv *drv, struct drv_cmdq *q, unsigned index)
{
    const uint64_t size = (uint64_t)REF_COMMAND_BYTES << drv->config.ecmdq_log2;
    const uint32_t place = place_of(drv, index);

    if (place == 0)
        return false;
    if (q->base == 0 || q->log2size != drv->config.ecmdq_log2)
        q->base = tbl_region_take(&drv->region, size, size);
    if (q->base == 0)
        return false;
    q->log2size = drv->config.ecmdq_log2;
    q->prod_reg = place + REF_REG_ECMDQ_PROD;
    q->cons_reg = place + REF_REG_ECMDQ_CONS;
    q->number = index + 1;
    q->prod = 0;
    q->flags = (uint32_t)REF_MASK(ECMDQ_PROD_EN);
    drv_cmdq_init(q);
    if (!disable(drv, q))
        return false;
    drv->ops.write64(drv->ops.ctx, place + REF_REG_ECMDQ_BASE,
                     REF_PREP(ECMDQ_BASE_RA, 1) | (q->base & REF_MASK(ECMDQ_BASE_ADDR)) |
                         REF_PREP(ECMDQ_BASE_LOG2SIZE, q->log2size));
    drv->ops.write32(drv->ops.ctx, q->cons_reg, 0);
    write_flags_and_position(drv, q);
    return await_enable_ack(drv, q, 1);
}

int drv_start_ecmdqs(struct drv *drv)
{
    unsigned n = 0;

    drv->ecmdqs = 0;
    while (n < drv->config.ecmdqs && start(drv, &drv->config.ecmdq[n], n))
        n++;
    if (n == drv->config.ecmdqs) {
        drv->ecmdqs = n;
        return 0;
    }
    drv_log(drv, "ECMDQ %u cannot be had: all commands go through the main queue", n);
    while (n--)
        disable(drv, &drv->config.ecmdq[n]);
    return 0;
}
