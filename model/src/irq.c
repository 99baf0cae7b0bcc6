/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Global errors and interrupts (3.18, 7.5): toggles GERROR, emits wired edges and MSI writes,
 * turns an aborted MSI into its global error. Both forms exist: a source that is enabled pulses its
 * wire, and sends an MSI as well if one is configured. When to raise is the affair of the queues.
 */
#include "irq.h"

#include <assert.h>

#include "attrs.h"
#include "le.h"
#include "own_access.h"
#include "state.h"

static_assert(IRQ_OUTBOX_EDGES(PROG_IF_COUNT) + IRQ_MSIS_MAX * PROG_IF_COUNT <=
                  OUTBOX_FOR_OTHERS / 2,
              "the outbox has too few places for interrupts");

/* For each source: its enable, where its MSI is configured, and the error of an aborted MSI. */
static const struct source {
    uint64_t enable; /* in IRQ_CTRL; 0: always enabled */
    bool by_registers;
    uint8_t cfg0, cfg1, cfg2;
    uint8_t abort_error; /* enum gerror_bit */
} sources[SMMU_IRQ_COUNT] = {
    [SMMU_IRQ_EVENTQ] = {SMMU_FIELD_MASK(IRQ_CTRL, EVENTQ_IRQEN), true, SMMU_REG_EVENTQ_IRQ_CFG0,
                         SMMU_REG_EVENTQ_IRQ_CFG1, SMMU_REG_EVENTQ_IRQ_CFG2,
                         GERROR_MSI_EVENTQ_ABT_ERR},
    [SMMU_IRQ_PRIQ] = {SMMU_FIELD_MASK(IRQ_CTRL, PRIQ_IRQEN), true, SMMU_REG_PRIQ_IRQ_CFG0,
                       SMMU_REG_PRIQ_IRQ_CFG1, SMMU_REG_PRIQ_IRQ_CFG2, GERROR_MSI_PRIQ_ABT_ERR},
    [SMMU_IRQ_GERROR] = {SMMU_FIELD_MASK(IRQ_CTRL, GERROR_IRQEN), true, SMMU_REG_GERROR_IRQ_CFG0,
                         SMMU_REG_GERROR_IRQ_CFG1, SMMU_REG_GERROR_IRQ_CFG2,
                         GERROR_MSI_GERROR_ABT_ERR},
};

/* Edges in the outbox; *same: one of this source is among them. */
static unsigned waiting_edges(const struct smmu *s, smmu_out_irq_t irq, bool *same)
{
    unsigned edges = 0;
    *same = false;
    for (uint32_t i = 0; i < s->outbox.count; i++) {
        const smmu_out_t *out = outbox_item(&s->outbox, i);
        if (out->kind != SMMU_OUT_IRQ)
            continue;
        edges++;
        if (out->u.irq.source == irq.source && out->u.irq.pas == irq.pas &&
            out->u.irq.group == irq.group)
            *same = true;
    }
    return edges;
}

/* CHOICE: 3.18: identical edges coalesce only while the owner leaves the outbox undrained. */
void smmu__irq_edge(struct smmu *s, smmu_out_irq_t irq)
{
    bool same;
    if (waiting_edges(s, irq, &same) >= IRQ_EDGES_MAX && same)
        return;
    STAT(s, irq_edges, 1);
    TIMELINE_INSTANT(s, IRQ_EDGE, irq.pas, irq.source, irq.group);
    smmu__outbox_put(s, SMMU_OUT_IRQ)->u.irq = irq;
}

static void pulse(struct smmu *s, const struct prog_if *pi, smmu_irq_source_t source)
{
    smmu__irq_edge(s, (smmu_out_irq_t){.source = (uint8_t)source, .pas = pi->sec});
}

void smmu__msi_write(struct smmu *s, enum access_owner owner, unsigned index, uint8_t pas,
                     const struct msi *msi)
{
    /* Inconsistent attributes are not put out: Device and Normal-NC are outer shareable (3.18). */
    struct attrs a = {.memattr = smmu__attrs_from_memattr4(msi->memattr4), .sh = msi->sh};
    a = smmu__attrs_normalise(a);
    struct mem_attrs attrs = {.memattr = a.memattr, .sh = a.sh, .pas = pas, .mpam = msi->mpam};
    uint8_t bytes[4];
    store_le32(bytes, msi->data);
    STAT(s, msi_writes, 1);
    smmu__mem_write(s, owner, index, SMMU_SRC_MSI, msi->addr & low_mask(s->oas_bits), sizeof bytes,
                    attrs, bytes);
}

static void send(struct smmu *s, struct prog_if *pi, smmu_irq_source_t source,
                 const struct msi *msi)
{
    pi->irq.in_flight[source] = true;
    TIMELINE_BEGIN(s, MSI, pi->number, source, msi->addr & low_mask(s->oas_bits), msi->data);
    smmu__msi_write(s, OWNER_MSI, access_index(pi->number, source), pi->sec, msi);
}

/* The MSI that registers configure for a source, if they do (3.18.2: an address of 0 sends none).
 */
static void send_configured(struct smmu *s, struct prog_if *pi, smmu_irq_source_t source)
{
    const struct source *from = &sources[source];
    const struct msi msi = {
        .addr = pi->reg[from->cfg0],
        .data = (uint32_t)pi->reg[from->cfg1],
        .memattr4 = (uint8_t)SMMU_REG_GET(GERROR_IRQ_CFG2, MemAttr, pi->reg[from->cfg2]),
        .sh = (uint8_t)SMMU_REG_GET(GERROR_IRQ_CFG2, SH, pi->reg[from->cfg2]),
        .mpam = smmu__own_mpam(s, pi),
    };
    if (!CFG(s, IDR0_MSI) || !msi.addr)
        return;
    if (pi->irq.in_flight[source])
        pi->irq.again[source] = true;
    else
        send(s, pi, source, &msi);
}

bool smmu__gerror_active(const struct prog_if *pi, enum gerror_bit bit)
{
    return bit_of(REG_OF(pi, GERROR) ^ REG_OF(pi, GERRORN), bit);
}

void smmu__gerror_raise(struct smmu *s, struct prog_if *pi, enum gerror_bit bit)
{
    if (smmu__gerror_active(pi, bit))
        return;
    REG_OF(pi, GERROR) ^= UINT64_C(1) << bit;
    TIMELINE_INSTANT(s, GERROR, pi->number, bit, REG_OF(pi, GERROR));
    /* Another MSI to the same address might abort again (7.5.1). */
    if (bit != GERROR_MSI_GERROR_ABT_ERR)
        smmu__irq_raise(s, pi, SMMU_IRQ_GERROR);
}

void smmu__irq_raise(struct smmu *s, struct prog_if *pi, smmu_irq_source_t source)
{
    assert(sources[source].by_registers);
    if (!(REG_OF(pi, IRQ_CTRL) & sources[source].enable))
        return;
    pulse(s, pi, source);
    send_configured(s, pi, source);
}

/* In a timeline its queue tells it from those of the sources. */
static uint64_t row_of_queue(unsigned queue)
{
    return (uint64_t)queue << 16 | SMMU_IRQ_CMD_SYNC;
}

bool smmu__irq_cmd_sync(struct smmu *s, struct prog_if *pi, unsigned queue,
                        const uint64_t command[2])
{
    const struct msi msi = {
        .addr = SMMU_FIELD_IN_PLACE(CMD_SYNC, MSIAddress, command),
        .data = (uint32_t)SMMU_FIELD_GET(CMD_SYNC, MSIData, command),
        .memattr4 = (uint8_t)SMMU_FIELD_GET(CMD_SYNC, MSIAttr, command),
        .sh = (uint8_t)SMMU_FIELD_GET(CMD_SYNC, MSH, command),
        .mpam = smmu__own_mpam(s, pi),
    };
    pulse(s, pi, SMMU_IRQ_CMD_SYNC);
    if (!CFG(s, IDR0_MSI) || !msi.addr)
        return false;
    TIMELINE_BEGIN(s, MSI, pi->number, row_of_queue(queue), msi.addr & low_mask(s->oas_bits),
                   msi.data);
    smmu__msi_write(s, OWNER_SYNC, queue, pi->sec, &msi);
    return true;
}

void smmu__irq_cmd_sync_done(struct smmu *s, struct prog_if *pi, unsigned queue,
                             smmu_mem_status_t status)
{
    TIMELINE_END(s, MSI, pi->number, row_of_queue(queue), status, 0);
    if (status != SMMU_MEM_OK)
        smmu__gerror_raise(s, pi, GERROR_MSI_CMDQ_ABT_ERR);
    s->settle |= SETTLE_SYNC;
}

void smmu__irq_sev(struct smmu *s, struct prog_if *pi)
{
    if (CFG(s, IDR0_SEV))
        pulse(s, pi, SMMU_IRQ_SEV);
}

void smmu__msi_done(struct smmu *s, struct prog_if *pi, smmu_irq_source_t source,
                    smmu_mem_status_t status)
{
    pi->irq.in_flight[source] = false;
    TIMELINE_END(s, MSI, pi->number, source, status, 0);
    if (status != SMMU_MEM_OK)
        smmu__gerror_raise(s, pi, (enum gerror_bit)sources[source].abort_error);
    /* The cause came while the source was enabled, so it is sent even if IRQ_CTRL was cleared
     * meanwhile: the acknowledge waits for it (6.3.16). */
    if (pi->irq.again[source]) {
        pi->irq.again[source] = false;
        send_configured(s, pi, source);
    }
    s->settle |= SETTLE_ACKS; /* IRQ_CTRLACK may wait for it */
}

uint64_t smmu__irq_busy_enables(const struct prog_if *pi)
{
    uint64_t busy = 0;
    for (unsigned source = 0; source < SMMU_IRQ_COUNT; source++)
        if (pi->irq.in_flight[source])
            busy |= sources[source].enable;
    return busy;
}

void smmu__irq_reset(struct prog_if *pi)
{
    for (unsigned source = 0; source < SMMU_IRQ_COUNT; source++)
        pi->irq.in_flight[source] = pi->irq.again[source] = false;
}
