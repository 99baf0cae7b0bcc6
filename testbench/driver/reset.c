/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing the SMMU up, in Linux's order, with every acknowledge awaited (6.3.9, 6.3.18). */
#include <errno.h>
#include <inttypes.h>

#include "driver/driver_impl.h"
#include "driver/ring.h"
#include "spec_ref/ref_registers.h"

/* Linux compares the whole acknowledge register, not only the bits it has changed. */
static int write_acked(struct drv *drv, uint32_t reg, uint32_t ack_reg, uint32_t value)
{
    const uint64_t started = drv->ops.now(drv->ops.ctx);

    drv->ops.write32(drv->ops.ctx, reg, value);
    while (drv->ops.read32(drv->ops.ctx, ack_reg) != value) {
        if (drv->ops.now(drv->ops.ctx) - started >= drv->config.timeout_cycles) {
            drv->stats.timeouts++;
            drv_log(drv, "no acknowledge in 0x%" PRIx32 " of 0x%" PRIx32, ack_reg, value);
            return -ETIMEDOUT;
        }
        drv->ops.wait(drv->ops.ctx, drv->config.delay_cycles);
    }
    return 0;
}

static int write_cr0(struct drv *drv, uint32_t value)
{
    return write_acked(drv, REF_REG_CR0, REF_REG_CR0ACK, value);
}

static int await_gbpa_update(struct drv *drv, uint32_t *gbpa)
{
    const uint64_t started = drv->ops.now(drv->ops.ctx);

    while ((*gbpa = drv->ops.read32(drv->ops.ctx, REF_REG_GBPA)) & REF_MASK(GBPA_UPDATE)) {
        if (drv->ops.now(drv->ops.ctx) - started >= drv->config.timeout_cycles) {
            drv->stats.timeouts++;
            drv_log(drv, "GBPA not responding to update");
            return -ETIMEDOUT;
        }
        drv->ops.wait(drv->ops.ctx, drv->config.delay_cycles);
    }
    return 0;
}

static int abort_while_disabled(struct drv *drv)
{
    uint32_t gbpa;
    const int rc = await_gbpa_update(drv, &gbpa);

    if (rc)
        return rc;
    gbpa |= (uint32_t)(REF_MASK(GBPA_ABORT) | REF_MASK(GBPA_UPDATE));
    drv->ops.write32(drv->ops.ctx, REF_REG_GBPA, gbpa);
    return await_gbpa_update(drv, &gbpa);
}

static uint32_t cr1_value(void)
{
    return (
        uint32_t)(REF_PREP(CR1_TABLE_SH, REF_SH_ISH) | REF_PREP(CR1_TABLE_OC, REF_CR1_CACHE_WB) |
                  REF_PREP(CR1_TABLE_IC, REF_CR1_CACHE_WB) | REF_PREP(CR1_QUEUE_SH, REF_SH_ISH) |
                  REF_PREP(CR1_QUEUE_OC, REF_CR1_CACHE_WB) |
                  REF_PREP(CR1_QUEUE_IC, REF_CR1_CACHE_WB));
}

static uint32_t cr2_value(const struct drv *drv)
{
    return (uint32_t)(REF_PREP(CR2_PTM, 1) | REF_PREP(CR2_RECINVSID, 1) |
                      REF_PREP(CR2_E2H, drv->config.e2h && drv->features.hyp));
}

static int start_cmdq(struct drv *drv, uint32_t *cr0)
{
    struct drv_cmdq *q = &drv->cmdq;

    drv_cmdq_init(q);
    drv->ops.write64(drv->ops.ctx, REF_REG_CMDQ_BASE,
                     REF_PREP(CMDQ_BASE_RA, 1) | (q->base & REF_MASK(CMDQ_BASE_ADDR)) |
                         REF_PREP(CMDQ_BASE_LOG2SIZE, q->log2size));
    drv->ops.write32(drv->ops.ctx, REF_REG_CMDQ_PROD, 0);
    drv->ops.write32(drv->ops.ctx, REF_REG_CMDQ_CONS, 0);
    *cr0 |= (uint32_t)REF_MASK(CR0_CMDQEN);
    return write_cr0(drv, *cr0);
}

static int invalidate_everything(struct drv *drv)
{
    struct drv_cmd cmd = drv_cmd_cfgi_all();
    int rc = drv_cmdq_issue(drv, &cmd, 1, true);

    if (rc == 0 && drv->features.hyp) {
        cmd = drv_cmd_tlbi_el2_all();
        rc = drv_cmdq_issue(drv, &cmd, 1, true);
    }
    if (rc == 0) {
        cmd = drv_cmd_tlbi_nsnh_all();
        rc = drv_cmdq_issue(drv, &cmd, 1, true);
    }
    return rc;
}

/* BASE and its fields are at the same places for both. */
static int start_output(struct drv *drv, struct drv_output *q, uint32_t base_reg, uint64_t enable,
                        uint32_t *cr0)
{
    q->prod = q->cons = q->overflow = 0;
    drv->ops.write64(drv->ops.ctx, base_reg,
                     REF_PREP(EVENTQ_BASE_WA, 1) | (q->base & REF_MASK(EVENTQ_BASE_ADDR)) |
                         REF_PREP(EVENTQ_BASE_LOG2SIZE, q->log2size));
    drv->ops.write32(drv->ops.ctx, q->prod_reg, q->prod);
    drv->ops.write32(drv->ops.ctx, q->cons_reg, q->cons);
    *cr0 |= (uint32_t)enable;
    return write_cr0(drv, *cr0);
}

static int start_evtq(struct drv *drv, uint32_t *cr0)
{
    return start_output(drv, &drv->evtq, REF_REG_EVENTQ_BASE, REF_MASK(CR0_EVENTQEN), cr0);
}

static int start_page_requests(struct drv *drv, uint32_t *cr0)
{
    int rc;

    if (!drv->config.page_requests)
        return 0;
    rc = start_output(drv, &drv->priq, REF_REG_PRIQ_BASE, REF_MASK(CR0_PRIQEN), cr0);
    if (rc)
        return rc;
    *cr0 |= (uint32_t)REF_MASK(CR0_ATSCHK);
    return write_cr0(drv, *cr0);
}

/* Wired interrupts: a zero MSI address sends none (3.18). */
static int start_irqs(struct drv *drv)
{
    uint64_t enabled = REF_MASK(IRQ_CTRL_EVENTQ_IRQEN) | REF_MASK(IRQ_CTRL_GERROR_IRQEN);
    int rc = write_acked(drv, REF_REG_IRQ_CTRL, REF_REG_IRQ_CTRLACK, 0);

    if (rc)
        return rc;
    if (drv->features.msi) {
        drv->ops.write64(drv->ops.ctx, REF_REG_GERROR_IRQ_CFG0, 0);
        drv->ops.write64(drv->ops.ctx, REF_REG_EVENTQ_IRQ_CFG0, 0);
        if (drv->features.pri)
            drv->ops.write64(drv->ops.ctx, REF_REG_PRIQ_IRQ_CFG0, 0);
    }
    if (drv->config.page_requests)
        enabled |= REF_MASK(IRQ_CTRL_PRIQ_IRQEN);
    return write_acked(drv, REF_REG_IRQ_CTRL, REF_REG_IRQ_CTRLACK, (uint32_t)enabled);
}

/* What happens between CMDQEN and SMMUEN. */
static int start_queues(struct drv *drv, uint32_t *cr0)
{
    int rc = start_cmdq(drv, cr0);

    if (rc == 0)
        rc = invalidate_everything(drv);
    if (rc == 0)
        rc = drv_start_ecmdqs(drv);
    if (rc == 0)
        rc = start_evtq(drv, cr0);
    if (rc == 0)
        rc = start_page_requests(drv, cr0);
    if (rc == 0)
        rc = start_irqs(drv);
    return rc;
}

int drv_disable(struct drv *drv)
{
    return write_cr0(drv, 0);
}

int drv_reset(struct drv *drv)
{
    const uint32_t was = drv->ops.read32(drv->ops.ctx, REF_REG_CR0);
    uint32_t cr0 = 0;
    int rc = 0;

    if (was & REF_MASK(CR0_SMMUEN)) {
        drv_log(drv, "SMMU currently enabled! Resetting...");
        rc = abort_while_disabled(drv);
    }
    if (rc == 0)
        rc = drv_disable(drv);
    if (rc)
        return rc;

    drv->ops.write32(drv->ops.ctx, REF_REG_CR1, cr1_value());
    drv->ops.write32(drv->ops.ctx, REF_REG_CR2, cr2_value(drv));
    drv->ops.write64(drv->ops.ctx, REF_REG_STRTAB_BASE, tbl_stream_table_base_reg(&drv->strtab));
    drv->ops.write32(drv->ops.ctx, REF_REG_STRTAB_BASE_CFG,
                     tbl_stream_table_base_cfg_reg(&drv->strtab));
    rc = start_queues(drv, &cr0);
    if (rc)
        return rc;
    return write_cr0(drv, cr0 | (uint32_t)REF_MASK(CR0_SMMUEN));
}
