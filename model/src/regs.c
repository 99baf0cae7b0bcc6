/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. The register file (chapter 6): finds a register by its offset, applies access, RES0 and
 * guards from the tables, and hands what changed to the unit that acts on it. Registers have no
 * behaviour here beyond that, except the enable/acknowledge handshakes and the identification
 * registers, which are derived from the configuration.
 */
#include "regs.h"

#include "ecmdq.h"
#include "mpam.h"
#include "pmcg_regs.h"
#include "queue_regs.h"
#include "state.h"
#include "xlate.h"

#define PAGE1 0x10000u

enum { RO, RW };

enum guard {
    GUARD_NONE,
    GUARD_SMMUEN,
    GUARD_CMDQEN,
    GUARD_EVENTQEN,
    GUARD_PRIQEN,
    GUARD_DPT_WALK_EN,
    GUARD_GERROR_IRQEN,
    GUARD_EVENTQ_IRQEN,
    GUARD_PRIQ_IRQEN,
    GUARD_FIELDS,
    GUARD_UPDATE,
    GUARD_RUN,
    GUARD_FAULT,
    GUARD_COUNT
};

/* The enables that close each guard, in CR0 or CR0ACK and in IRQ_CTRL or IRQ_CTRLACK. */
static const struct {
    uint64_t cr0, irq_ctrl;
} closed_by[GUARD_COUNT] = {
    [GUARD_SMMUEN] = {SMMU_FIELD_MASK(CR0, SMMUEN), 0},
    [GUARD_CMDQEN] = {SMMU_FIELD_MASK(CR0, CMDQEN), 0},
    [GUARD_EVENTQEN] = {SMMU_FIELD_MASK(CR0, EVENTQEN), 0},
    [GUARD_PRIQEN] = {SMMU_FIELD_MASK(CR0, PRIQEN), 0},
    [GUARD_DPT_WALK_EN] = {SMMU_FIELD_MASK(CR0, DPT_WALK_EN), 0},
    [GUARD_GERROR_IRQEN] = {0, SMMU_FIELD_MASK(IRQ_CTRL, GERROR_IRQEN)},
    [GUARD_EVENTQ_IRQEN] = {0, SMMU_FIELD_MASK(IRQ_CTRL, EVENTQ_IRQEN)},
    [GUARD_PRIQ_IRQEN] = {0, SMMU_FIELD_MASK(IRQ_CTRL, PRIQ_IRQEN)},
};

/* CR1's two halves have guards of their own (6.3.11.1, 6.3.11.2, 3.5.6.1). */
static const struct {
    uint64_t fields, cr0;
    bool any_ecmdq; /* closes it, too */
} cr1_halves[] = {
    {SMMU_FIELD_MASK(CR1, TABLE_SH) | SMMU_FIELD_MASK(CR1, TABLE_OC) |
         SMMU_FIELD_MASK(CR1, TABLE_IC),
     SMMU_FIELD_MASK(CR0, SMMUEN), false},
    {SMMU_FIELD_MASK(CR1, QUEUE_SH) | SMMU_FIELD_MASK(CR1, QUEUE_OC) |
         SMMU_FIELD_MASK(CR1, QUEUE_IC),
     SMMU_FIELD_MASK(CR0, CMDQEN) | SMMU_FIELD_MASK(CR0, EVENTQEN) | SMMU_FIELD_MASK(CR0, PRIQEN),
     true},
};

enum {
    SMMU_REG_GATOS_PAR_FAULT = SMMU_REG_GATOS_PAR,
    SMMU_REG_VATOS_PAR_FAULT = SMMU_REG_VATOS_PAR
};

static const struct reg_field {
    uint8_t reg, msb, lsb, feature;
    const char *key; /* of the configuration, if there is one of this name */
} reg_fields[] = {
#define FIELD(object, name, word, msb, lsb, feature)                                               \
    {SMMU_REG_##object, msb, lsb, SMMU_FEAT_##feature, #object "." #name},
#include "fields_regs.def"
#undef FIELD
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* -------------------------------------------------- what takes a new value */

typedef void on_write_fn(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next);

static void store(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    (void)s;
    pi->reg[id] = next;
}

/*
 * An enable that waits for its acknowledge keeps its value.
 * CHOICE: 6.3.9: of the two outcomes of SMMUv3.2, a second change is ignored rather than cancelling
 * the first.
 */
static uint64_t without_pending(uint64_t control, uint64_t acknowledge, uint64_t next)
{
    uint64_t pending = control ^ acknowledge;
    return (next & ~pending) | (control & pending);
}

static void write_cr0(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    next = without_pending(REG_OF(pi, CR0), REG_OF(pi, CR0ACK), next);
    uint64_t changed = next ^ REG_OF(pi, CR0);
    pi->reg[id] = next;
    if (changed & ~next & SMMU_FIELD_MASK(CR0, CMDQEN))
        smmu__cmdq_disable(s, pi->number);
    if (changed & SMMU_FIELD_MASK(CR0, EVENTQEN))
        smmu__evtq_follow_prod(s, pi);
    if (changed & (SMMU_FIELD_MASK(CR0, PRIQEN) | SMMU_FIELD_MASK(CR0, SMMUEN)))
        smmu__priq_follow_prod(s, pi);
    if (changed & ~next & SMMU_FIELD_MASK(CR0, SMMUEN))
        smmu__stall_terminate_all(s, pi);
    smmu__regs_update_acks(s, pi);
    if (changed & next & SMMU_FIELD_MASK(CR0, CMDQEN))
        smmu__cmdq_kick(s, pi->number);
}

static void write_irq_ctrl(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    pi->reg[id] = without_pending(REG_OF(pi, IRQ_CTRL), REG_OF(pi, IRQ_CTRLACK), next);
    smmu__regs_update_acks(s, pi);
}

/*
 * GBPA, GMPAM, GBPMPAM: a write without Update is ignored (6.3.14.1). The update is complete at
 * once: it concerns transactions that arrive later, so Update never reads 1.
 */
static void write_update(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    uint64_t update = SMMU_FIELD_MASK(GBPA, Update);
    if (next & update)
        pi->reg[id] = next & ~update;
    else
        STAT(s, guest_errors, 1);
}

/* What command queues read from now on has the new label (6.3.42). */
static void write_gmpam(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    write_update(s, pi, id, next);
    for (unsigned queue = 0; queue < s->cmdqs; queue++)
        smmu__cmdq_follow_attrs(s, queue);
}

/* CHOICE: while SMMUEN is on its way to 0 or 1 the write is ignored, too. */
static void run_atos(struct smmu *s, struct prog_if *pi, uint64_t next, enum atos_group group)
{
    if ((next & SMMU_FIELD_MASK(GATOS_CTRL, RUN)) && smmu__xlate_enabled(pi))
        smmu__atos_run(s, pi, group);
}

static void write_gatos_ctrl(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id,
                             uint64_t next)
{
    (void)id;
    run_atos(s, pi, next, ATOS_GLOBAL);
}

static void write_vatos_ctrl(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id,
                             uint64_t next)
{
    (void)id;
    run_atos(s, pi, next, ATOS_VIRTUAL);
}

static void write_gerrorn(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    pi->reg[id] = next;
    s->settle |= SETTLE_STALLS; /* EVENTQ_ABT_ERR may be acknowledged */
    smmu__cmdq_kick(s, pi->number);
}

/* ------------------------------------------------------------ queue indexes */

/*
 * Drops the index bits above the wrap bit of the configured size, keeps the flags beside the index.
 * CHOICE: 6.3.27, 6.3.96: they are not stored for the indexes that software owns either; after a
 * larger LOG2SIZE they read 0.
 */
static uint64_t fit_index(const struct smmu *s, const struct prog_if *pi,
                          const struct queue_regs *q, uint64_t value)
{
    uint64_t beyond =
        SMMU_FIELD_MASK(CMDQ_PROD, WR) & ~(uint64_t)smmu__queue_ring(s, pi, q).index_mask;
    return value & ~beyond;
}

static void write_queue_base(struct smmu *s, struct prog_if *pi, const struct queue_regs *q,
                             uint64_t next)
{
    pi->reg[q->base] = next;
    pi->reg[q->prod] = fit_index(s, pi, q, pi->reg[q->prod]);
    pi->reg[q->cons] = fit_index(s, pi, q, pi->reg[q->cons]);
}

static void write_cmdq_base(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    (void)id;
    write_queue_base(s, pi, &smmu__cmdq_regs, next);
}

static void write_cmdq_prod(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    pi->reg[id] = fit_index(s, pi, &smmu__cmdq_regs, next);
    smmu__cmdq_kick(s, pi->number);
}

static void write_cmdq_cons(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    pi->reg[id] = fit_index(s, pi, &smmu__cmdq_regs, next);
}

static void write_eventq_base(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id,
                              uint64_t next)
{
    (void)id;
    write_queue_base(s, pi, &smmu__evtq_regs, next);
    smmu__evtq_follow_prod(s, pi);
}

static void write_eventq_prod(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id,
                              uint64_t next)
{
    pi->reg[id] = fit_index(s, pi, &smmu__evtq_regs, next);
    TIMELINE_COUNTER(s, EVTQ_PROD, pi->number, REG_FIELD(pi, EVENTQ_PROD, WR));
    smmu__evtq_follow_prod(s, pi);
}

static void write_eventq_cons(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id,
                              uint64_t next)
{
    pi->reg[id] = fit_index(s, pi, &smmu__evtq_regs, next);
    s->settle |= SETTLE_STALLS; /* there may be room */
    TIMELINE_COUNTER(s, EVTQ_CONS, pi->number, REG_FIELD(pi, EVENTQ_CONS, RD));
}

static void write_priq_base(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    (void)id;
    write_queue_base(s, pi, &smmu__priq_regs, next);
    smmu__priq_follow_prod(s, pi);
}

static void write_priq_prod(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    pi->reg[id] = fit_index(s, pi, &smmu__priq_regs, next);
    smmu__priq_follow_prod(s, pi);
}

static void write_priq_cons(struct smmu *s, struct prog_if *pi, enum smmu_reg_id id, uint64_t next)
{
    pi->reg[id] = fit_index(s, pi, &smmu__priq_regs, next);
}

/* ------------------------------------------------------------------- access */

static const struct reg_row {
    uint32_t offset;
    uint8_t bits, access, guard, feature;
    on_write_fn *on_write;
} rows[] = {
#define REG(name, offset, bits, access, guard, feature, section, on_write)                         \
    {offset, bits, access, GUARD_##guard, SMMU_FEAT_##feature, on_write},
#include "regs.def"
#undef REG
};

/* Where an aligned word of the register block lies. */
struct place {
    struct prog_if *pi; /* NULL: no register here */
    enum smmu_reg_id id;
    bool high; /* bits 63:32 of a 64-bit register */
};

/* The rows are in the order of their offsets. */
static bool find(uint32_t offset, enum smmu_reg_id *id)
{
    unsigned low = 0, high = SMMU_REG_COUNT;
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;
        if (rows[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    *id = (enum smmu_reg_id)low;
    return offset - rows[low].offset < rows[low].bits / 8u;
}

/*
 * CHOICE: 6.2: Page 0 locations whose Page 1 counterpart is a register alias it; other Page 1
 * locations are RAZ/WI. Non-secure registers answer to every address space (6.2); no others exist
 * yet.
 */
static struct place locate(struct smmu *s, smmu_pas_t pas, uint32_t offset)
{
    enum smmu_reg_id id = SMMU_REG_IDR0;
    (void)pas;
    if (!find(offset, &id) && !(offset < PAGE1 && find(offset + PAGE1, &id)))
        return (struct place){0};
    if (!smmu__feature(&s->config, (enum smmu_feature)rows[id].feature))
        return (struct place){0};
    bool high = rows[id].bits == 64 && (offset & 4);
    return (struct place){&s->pi[PROG_IF_NS], id, high};
}

/* The operation of the register's group, which must find its registers as they were (6.3.37). */
static bool atos_runs(const struct prog_if *pi, enum smmu_reg_id id)
{
    bool global = id == SMMU_REG_GATOS_CTRL || id == SMMU_REG_GATOS_SID ||
                  id == SMMU_REG_GATOS_ADDR;
    return global ? REG_FIELD(pi, GATOS_CTRL, RUN) : REG_FIELD(pi, VATOS_CTRL, RUN);
}

static uint64_t writable(const struct smmu *s, const struct prog_if *pi, enum smmu_reg_id id)
{
    uint64_t cr0 = REG_OF(pi, CR0) | REG_OF(pi, CR0ACK);
    uint64_t irq_ctrl = REG_OF(pi, IRQ_CTRL) | REG_OF(pi, IRQ_CTRLACK);
    unsigned guard = rows[id].guard;
    if (guard == GUARD_RUN && atos_runs(pi, id))
        return 0;
    if ((cr0 & closed_by[guard].cr0) || (irq_ctrl & closed_by[guard].irq_ctrl))
        return 0;
    uint64_t mask = s->write_mask[id];
    for (size_t i = 0; guard == GUARD_FIELDS && i < COUNT(cr1_halves); i++)
        if ((cr0 & cr1_halves[i].cr0) || (cr1_halves[i].any_ecmdq && pi->ecmdqs_enabled))
            mask &= ~cr1_halves[i].fields;
    return mask;
}

/* lanes: the bits that the access covers. */
static void write_place(struct smmu *s, struct place at, uint64_t value, uint64_t lanes)
{
    uint64_t mask = at.pi ? writable(s, at.pi, at.id) : 0;
    if (!mask) {
        STAT(s, guest_errors, 1);
        return;
    }
    mask &= lanes;
    rows[at.id].on_write(s, at.pi, at.id, (at.pi->reg[at.id] & ~mask) | (value & mask));
}

static void write_word(struct smmu *s, smmu_pas_t pas, uint32_t offset, uint64_t value)
{
    struct place at = locate(s, pas, offset);
    unsigned shift = at.high ? 32 : 0;
    write_place(s, at, value << shift, low_mask(32) << shift);
}

static uint64_t read_word(struct smmu *s, smmu_pas_t pas, uint32_t offset)
{
    struct place at = locate(s, pas, offset);
    if (!at.pi) {
        STAT(s, guest_errors, 1);
        return 0;
    }
    return (at.pi->reg[at.id] >> (at.high ? 32 : 0)) & low_mask(32);
}

/* Whose registers lie there. */
static const struct register_file {
    uint64_t (*read)(struct smmu *s, smmu_pas_t pas, uint32_t offset);
    void (*write)(struct smmu *s, smmu_pas_t pas, uint32_t offset, uint64_t value);
} interface_file = {read_word, write_word},
  counter_file = {smmu__pmcg_regs_read_word, smmu__pmcg_regs_write_word},
  ecmdq_file = {smmu__ecmdq_regs_read_word, smmu__ecmdq_regs_write_word};

static const struct register_file *file_at(const struct smmu *s, uint32_t offset)
{
    if (smmu__ecmdq_regs_have(s, offset))
        return &ecmdq_file;
    return smmu__pmcg_regs_have(s, offset) ? &counter_file : &interface_file;
}

uint64_t smmu__regs_read(struct smmu *s, smmu_pas_t pas, uint32_t offset, unsigned size)
{
    const struct register_file *file = file_at(s, offset);
    STAT(s, reg_reads, 1);
    uint64_t value = file->read(s, pas, offset);
    /* CHOICE: 6.2: 64 bits over two 32-bit registers access both, the lower one first. */
    if (size == 8)
        value |= file->read(s, pas, offset + 4) << 32;
    return value;
}

void smmu__regs_write(struct smmu *s, smmu_pas_t pas, uint32_t offset, unsigned size,
                      uint64_t value)
{
    const struct register_file *file = file_at(s, offset);
    STAT(s, reg_writes, 1);
    struct place at = locate(s, pas, offset);
    if (size == 8 && at.pi && rows[at.id].bits == 64) {
        write_place(s, at, value, UINT64_MAX);
        return;
    }
    file->write(s, pas, offset, value & low_mask(32));
    if (size == 8)
        file->write(s, pas, offset + 4, value >> 32);
}

/* --------------------------------------------------------------- handshakes */

void smmu__regs_update_acks(struct smmu *s, struct prog_if *pi)
{
    if (REG_OF(pi, CR0ACK) == REG_OF(pi, CR0) && REG_OF(pi, IRQ_CTRLACK) == REG_OF(pi, IRQ_CTRL))
        return;
    /* Enables that cannot be acknowledged as 0 yet. */
    uint64_t busy = 0, busy_irqs = smmu__irq_busy_enables(pi);
    if (!smmu__cmdq_quiet(s, pi->number))
        busy |= SMMU_FIELD_MASK(CR0, CMDQEN);
    if (!smmu__evtq_quiet(pi))
        busy |= SMMU_FIELD_MASK(CR0, EVENTQEN);
    /* The effective PRIQEN ends with SMMUEN, and then so do writes to the queue (6.3.9.6). */
    if (!smmu__priq_quiet(pi))
        busy |= SMMU_FIELD_MASK(CR0, PRIQEN) | SMMU_FIELD_MASK(CR0, SMMUEN);
    /* Structures are not accessed and caches not filled while SMMUEN is 0 (6.3.9.6). What came
     * since bypasses, and there may always be some of it. */
    if (s->slots.enabled || s->inval.own_running)
        busy |= SMMU_FIELD_MASK(CR0, SMMUEN);
    REG_OF(pi, CR0ACK) = REG_OF(pi, CR0) | (REG_OF(pi, CR0ACK) & busy);
    REG_OF(pi, IRQ_CTRLACK) = REG_OF(pi, IRQ_CTRL) | (REG_OF(pi, IRQ_CTRLACK) & busy_irqs);
}

/* -------------------------------------------------------------------- reset */

/* 6.3.170. CHOICE: the identification space has Arm's layout, with the numbers of IIDR. */
static void reset_component_id(struct prog_if *pi)
{
    uint64_t product = REG_FIELD(pi, IIDR, ProductID);
    uint64_t implementer = REG_FIELD(pi, IIDR, Implementer);
    REG_OF(pi, PIDR0) = SMMU_FIELD_PUT(PIDR0, PART_0, product);
    REG_OF(pi, PIDR1) =
        SMMU_FIELD_PUT(PIDR1, PART_1, product >> 8) | SMMU_FIELD_PUT(PIDR1, DES_0, implementer);
    REG_OF(pi, PIDR2) = SMMU_FIELD_PUT(PIDR2, REVISION, REG_FIELD(pi, IIDR, Variant)) |
                        SMMU_FIELD_PUT(PIDR2, JEDEC, 1) |
                        SMMU_FIELD_PUT(PIDR2, DES_1, implementer >> 4);
    REG_OF(pi, PIDR3) = SMMU_FIELD_PUT(PIDR3, REVAND, REG_FIELD(pi, IIDR, Revision));
    REG_OF(pi, PIDR4) = SMMU_FIELD_PUT(PIDR4, DES_2, implementer >> 8);
    REG_OF(pi, CIDR0) = SMMU_FIELD_PUT(CIDR0, Preamble, 0x0D);
    REG_OF(pi, CIDR1) = SMMU_FIELD_PUT(CIDR1, CLASS, 0xF);
    REG_OF(pi, CIDR2) = SMMU_FIELD_PUT(CIDR2, Preamble, 0x05);
    REG_OF(pi, CIDR3) = SMMU_FIELD_PUT(CIDR3, Preamble, 0xB1);
}

/* StreamID and SubstreamID bits that do not exist are RES0 (6.3.38). */
static uint64_t atos_sid_bits(const struct smmu *s)
{
    const unsigned ssid_bits = (unsigned)CFG(s, IDR1_SSIDSIZE);
    uint64_t ssid = low_mask(ssid_bits) << 32 | SMMU_FIELD_MASK(GATOS_SID, SSID_VALID);
    return low_mask((unsigned)CFG(s, IDR1_SIDSIZE)) | (ssid_bits ? ssid : 0);
}

/* What software can write: the fields of built features, less what the specification lets us not
 * store. */
void smmu__regs_init(struct smmu *s)
{
    static const uint8_t holds_address[] = {
        SMMU_REG_GERROR_IRQ_CFG0, SMMU_REG_EVENTQ_IRQ_CFG0, SMMU_REG_PRIQ_IRQ_CFG0,
        SMMU_REG_STRTAB_BASE,     SMMU_REG_CMDQ_BASE,       SMMU_REG_EVENTQ_BASE,
        SMMU_REG_PRIQ_BASE,       SMMU_REG_DPT_BASE,
    };
    for (size_t i = 0; i < COUNT(reg_fields); i++) {
        const struct reg_field *f = &reg_fields[i];
        if (rows[f->reg].access == RW && smmu__feature(&s->config, (enum smmu_feature)f->feature))
            s->write_mask[f->reg] |= SMMU_BITS_MASK(f->msb, f->lsb);
    }
    /* CHOICE: 6.3.26 and others: address bits at and above OAS are RES0. ADDR ends at bit 55. */
    uint64_t beyond = low_mask(56) & ~low_mask(smmu__oas_bits(&s->config));
    for (size_t i = 0; i < COUNT(holds_address); i++)
        s->write_mask[holds_address[i]] &= ~beyond;
    s->write_mask[SMMU_REG_GATOS_SID] &= atos_sid_bits(s);
    s->write_mask[SMMU_REG_VATOS_SID] &= atos_sid_bits(s);
    if (!CFG(s, IDR0_VMID16))
        s->write_mask[SMMU_REG_VATOS_SEL] &= low_mask(8);
    s->write_mask[SMMU_REG_GMPAM] &= smmu__mpam_register_mask(&s->config);
    s->write_mask[SMMU_REG_GBPMPAM] &= smmu__mpam_register_mask(&s->config);
    /* CHOICE: 6.3.28: a write leaves ERR alone. */
    s->write_mask[SMMU_REG_CMDQ_CONS] &= ~SMMU_FIELD_MASK(CMDQ_CONS, ERR);
}

/*
 * CHOICE: 6.3: fields that reset to an UNKNOWN value reset to 0. GBPA (6.3.14) resets to bypass
 * with every attribute as incoming.
 */
void smmu__regs_reset(struct smmu *s, struct prog_if *pi)
{
    for (size_t id = 0; id < SMMU_REG_COUNT; id++)
        pi->reg[id] = 0;
    for (size_t i = 0; i < COUNT(reg_fields); i++) {
        const struct reg_field *f = &reg_fields[i];
        uint64_t value;
        if (rows[f->reg].access == RO && smmu__feature(&s->config, (enum smmu_feature)f->feature) &&
            smmu_config_get(&s->config, f->key, &value) == SMMU_OK)
            pi->reg[f->reg] |= (value << f->lsb) & SMMU_BITS_MASK(f->msb, f->lsb);
    }
    reset_component_id(pi);
    REG_OF(pi, GBPA) = SMMU_FIELD_PUT(GBPA, SHCFG, 1);
}
