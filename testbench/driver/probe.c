/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SMMU can do, in the order in which Linux asks (6.3.1 to 6.3.7), and where its queues and
 * tables go.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "driver/driver_impl.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"

enum {
    CMDQ_LOG2_DEFAULT = 18,
    EVTQ_LOG2_DEFAULT = 7,
    PRIQ_LOG2_DEFAULT = 7,
    BATCH_LOG2 = DRV_CMDQ_LOG2_MIN - 1,
    STRTAB_SPLIT = 8,
    ABORT_RETRIES_DEFAULT = 16,
    RELAX_DEFAULT = 8,
    DELAY_DEFAULT = 1000,
    ECMDQ_LOG2_DEFAULT = 8,
    PRI_ENTRY_BYTES = 8 * DRV_PRI_WORDS,
};

#define TIMEOUT_DEFAULT UINT64_C(10000000)

const char *drv_refusal_text(enum drv_refusal refusal)
{
#define TEXT(name, text) text,
    static const char *const texts[] = {DRV_REFUSALS(TEXT)};
#undef TEXT

    return refusal < DRV_REFUSAL_COUNT ? texts[refusal] : "unknown";
}

void drv_log(struct drv *drv, const char *format, ...)
{
    char line[200];
    va_list args;

    if (!drv->ops.log)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    drv->ops.log(drv->ops.ctx, line);
}

static void serve_irqs(struct drv *drv)
{
    drv->irqs_pending |= drv->ops.take_irqs(drv->ops.ctx);
    if (drv->irqs_pending & DRV_IRQ_GERROR) {
        drv->irqs_pending &= ~(uint32_t)DRV_IRQ_GERROR;
        drv_gerror_handle(drv);
    }
}

void drv_relax(struct drv *drv, uint64_t cycles)
{
    drv->ops.wait(drv->ops.ctx, cycles);
    serve_irqs(drv);
}

void drv_relax_until_written(struct drv *drv)
{
    if (!drv->ops.doze) {
        drv_relax(drv, drv->config.relax_cycles);
        return;
    }
    drv->ops.doze(drv->ops.ctx, drv->config.delay_cycles);
    serve_irqs(drv);
}

static void reach(struct drv *drv, uint64_t line)
{
    if (drv->ops.reach)
        drv->ops.reach(drv->ops.ctx, line, DRV_ACCESS_WRITE);
}

void drv_spin_lock(struct drv *drv, _Atomic(uint32_t) *lock, uint64_t line)
{
    reach(drv, line);
    while (atomic_exchange_explicit(lock, 1, memory_order_acquire)) {
        drv->ops.wait(drv->ops.ctx, drv->config.relax_cycles);
        reach(drv, line);
    }
}

void drv_spin_unlock(struct drv *drv, _Atomic(uint32_t) *lock, uint64_t line)
{
    reach(drv, line);
    atomic_store_explicit(lock, 0, memory_order_release);
}

static uint32_t read_id(struct drv *drv, uint32_t offset)
{
    return drv->ops.read32(drv->ops.ctx, offset);
}

static enum drv_refusal probe_idr0(struct drv *drv)
{
    struct drv_features *f = &drv->features;
    const uint32_t r = f->idr0 = read_id(drv, REF_REG_IDR0);
    const uint64_t stall_model = REF_FIELD(IDR0_STALL_MODEL, r);
    const uint64_t endian = REF_FIELD(IDR0_TTENDIAN, r);

    f->two_level_strtab = REF_FIELD(IDR0_ST_LEVEL, r) == REF_ST_LEVEL_TWO;
    f->two_level_cd = REF_FIELD(IDR0_CD2L, r);
    f->big_endian_tables = endian == REF_TTENDIAN_MIXED;
    f->pri = REF_FIELD(IDR0_PRI, r);
    f->ats = REF_FIELD(IDR0_ATS, r);
    f->sev = REF_FIELD(IDR0_SEV, r);
    f->msi = REF_FIELD(IDR0_MSI, r);
    f->hyp = REF_FIELD(IDR0_HYP, r);
    f->coherent = REF_FIELD(IDR0_COHACC, r);
    f->stalls_forced = stall_model == REF_STALL_MODEL_FORCED;
    f->stalls = f->stalls_forced || stall_model == REF_STALL_MODEL_BOTH;
    f->stage1 = REF_FIELD(IDR0_S1P, r);
    f->stage2 = REF_FIELD(IDR0_S2P, r);
    f->asid_bits = REF_FIELD(IDR0_ASID16, r) ? 16 : 8;
    f->vmid_bits = REF_FIELD(IDR0_VMID16, r) ? 16 : 8;

    if (endian != REF_TTENDIAN_MIXED && endian != REF_TTENDIAN_LITTLE)
        return DRV_REFUSED_ENDIANNESS;
    if (!f->stage1 && !f->stage2)
        return DRV_REFUSED_NO_TRANSLATION;
    if (!(REF_FIELD(IDR0_TTF, r) & REF_TTF_AARCH64))
        return DRV_REFUSED_NO_AARCH64_TABLES;
    return DRV_REFUSED_NONE;
}

static unsigned smaller(uint64_t a, unsigned b)
{
    return a < b ? (unsigned)a : b;
}

static enum drv_refusal probe_idr1(struct drv *drv)
{
    struct drv_features *f = &drv->features;
    const uint32_t r = f->idr1 = read_id(drv, REF_REG_IDR1);

    if (REF_FIELD(IDR1_TABLES_PRESET, r) || REF_FIELD(IDR1_QUEUES_PRESET, r) ||
        REF_FIELD(IDR1_REL, r))
        return DRV_REFUSED_PRESET;

    f->cmdq_log2 = smaller(REF_FIELD(IDR1_CMDQS, r), drv->config.cmdq_log2);
    f->cmdq_log2 = smaller(f->cmdq_log2, DRV_PRODUCERS_LOG2_MAX);
    if (f->cmdq_log2 <= BATCH_LOG2)
        return DRV_REFUSED_CMDQ_TOO_SMALL;
    f->evtq_log2 = smaller(REF_FIELD(IDR1_EVENTQS, r), drv->config.evtq_log2);
    f->priq_log2 = smaller(REF_FIELD(IDR1_PRIQS, r), drv->config.priq_log2);
    f->ssid_bits = (unsigned)REF_FIELD(IDR1_SSIDSIZE, r);
    f->sid_bits = (unsigned)REF_FIELD(IDR1_SIDSIZE, r);
    if (f->sid_bits <= STRTAB_SPLIT || drv->config.linear_strtab)
        f->two_level_strtab = false;
    return DRV_REFUSED_NONE;
}

static enum drv_refusal probe_idr5(struct drv *drv)
{
    static const unsigned char bits_of_oas[] = {32, 36, 40, 42, 44, 48, 52, 52};
    struct drv_features *f = &drv->features;
    const uint32_t r = f->idr5 = read_id(drv, REF_REG_IDR5);

    if (REF_FIELD(IDR5_GRAN64K, r))
        f->page_sizes |= UINT64_C(1) << 16 | UINT64_C(1) << 29;
    if (REF_FIELD(IDR5_GRAN16K, r))
        f->page_sizes |= UINT64_C(1) << 14 | UINT64_C(1) << 25;
    if (REF_FIELD(IDR5_GRAN4K, r))
        f->page_sizes |= UINT64_C(1) << 12 | UINT64_C(1) << 21 | UINT64_C(1) << 30;
    f->input_bits = REF_FIELD(IDR5_VAX, r) == 1 ? 52 : 48;
    f->output_bits = bits_of_oas[REF_FIELD(IDR5_OAS, r)];
    return f->page_sizes ? DRV_REFUSED_NONE : DRV_REFUSED_NO_GRANULE;
}

static enum drv_refusal probe_features(struct drv *drv)
{
    enum drv_refusal refusal = probe_idr0(drv);

    if (refusal == DRV_REFUSED_NONE)
        refusal = probe_idr1(drv);
    if (refusal != DRV_REFUSED_NONE)
        return refusal;
    drv->features.idr3 = read_id(drv, REF_REG_IDR3);
    drv->features.ranges = REF_FIELD(IDR3_RIL, drv->features.idr3);
    refusal = probe_idr5(drv);
    if (refusal == DRV_REFUSED_NONE)
        drv->features.iidr = read_id(drv, REF_REG_IIDR);
    return refusal;
}

static uint64_t port_load64(void *ctx, uint64_t addr)
{
    const struct drv *drv = ctx;

    return drv->ops.mem_read64(drv->ops.ctx, addr);
}

static void port_store64(void *ctx, uint64_t addr, uint64_t value)
{
    const struct drv *drv = ctx;

    drv->ops.mem_write64(drv->ops.ctx, addr, value);
}

static bool lay_out_queue(struct drv *drv, struct drv_queue *q, unsigned log2size, unsigned bytes)
{
    const uint64_t size = (uint64_t)bytes << log2size;

    q->log2size = log2size;
    q->base = tbl_region_take(&drv->region, size, size);
    return q->base != 0;
}

static int lay_out(struct drv *drv)
{
    const struct drv_features *f = &drv->features;
    struct drv_queue cmdq, evtq, priq = {0};

    tbl_region_init(&drv->region, drv->config.memory_base, drv->config.memory_size);
    drv->port = (struct tbl_port){drv, port_load64, port_store64};
    if (!lay_out_queue(drv, &cmdq, f->cmdq_log2, REF_COMMAND_BYTES) ||
        !lay_out_queue(drv, &evtq, f->evtq_log2, REF_EVENT_BYTES) ||
        (drv->config.page_requests && !lay_out_queue(drv, &priq, f->priq_log2, PRI_ENTRY_BYTES)) ||
        !tbl_stream_table_init(&drv->strtab, &drv->port, &drv->region, f->sid_bits,
                               f->two_level_strtab ? STRTAB_SPLIT : 0))
        return -ENOMEM;
    drv->cmdq.base = cmdq.base;
    drv->cmdq.log2size = cmdq.log2size;
    drv->cmdq.prod_reg = REF_REG_CMDQ_PROD;
    drv->cmdq.cons_reg = REF_REG_CMDQ_CONS;
    drv->evtq = (struct drv_output){.base = evtq.base,
                                    .log2size = evtq.log2size,
                                    .prod_reg = REF_REG_EVENTQ_PROD,
                                    .cons_reg = REF_REG_EVENTQ_CONS};
    drv->priq = (struct drv_output){.base = priq.base,
                                    .log2size = priq.log2size,
                                    .prod_reg = REF_REG_PRIQ_PROD,
                                    .cons_reg = REF_REG_PRIQ_CONS};
    return 0;
}

static uint64_t or_default(uint64_t value, uint64_t otherwise)
{
    return value ? value : otherwise;
}

static void fill_defaults(struct drv_config *c)
{
    c->cmdq_log2 = (unsigned)or_default(c->cmdq_log2, CMDQ_LOG2_DEFAULT);
    c->evtq_log2 = (unsigned)or_default(c->evtq_log2, EVTQ_LOG2_DEFAULT);
    c->priq_log2 = (unsigned)or_default(c->priq_log2, PRIQ_LOG2_DEFAULT);
    c->ecmdq_log2 = (unsigned)or_default(c->ecmdq_log2, ECMDQ_LOG2_DEFAULT);
    c->timeout_cycles = or_default(c->timeout_cycles, TIMEOUT_DEFAULT);
    c->relax_cycles = or_default(c->relax_cycles, RELAX_DEFAULT);
    c->delay_cycles = or_default(c->delay_cycles, DELAY_DEFAULT);
    c->cmdq_abort_retries = (unsigned)or_default(c->cmdq_abort_retries, ABORT_RETRIES_DEFAULT);
}

int drv_probe(struct drv *drv, const struct drv_ops *ops, const struct drv_config *config)
{
    *drv = (struct drv){.ops = *ops, .config = *config};
    fill_defaults(&drv->config);
    for (unsigned i = 0; i < drv->config.ecmdqs; i++)
        drv->config.ecmdq[i].base = 0;
    if (drv->config.memory_size > UINT64_MAX - drv->config.memory_base ||
        (config->cmdq_log2 && config->cmdq_log2 < DRV_CMDQ_LOG2_MIN) ||
        drv->config.ecmdq_log2 < DRV_CMDQ_LOG2_MIN ||
        drv->config.ecmdq_log2 > DRV_PRODUCERS_LOG2_MAX ||
        drv->config.force_sync_every > DRV_BATCH_ENTRIES)
        return -EINVAL;

    drv->refusal = probe_features(drv);
    if (drv->refusal != DRV_REFUSED_NONE) {
        drv_log(drv, "SMMU refused: %s", drv_refusal_text(drv->refusal));
        return -ENXIO;
    }
    if ((drv->config.sync_mode == DRV_SYNC_MSI && !drv->features.msi) ||
        (drv->config.page_requests && !drv->features.pri))
        return -EINVAL;
    return lay_out(drv);
}
