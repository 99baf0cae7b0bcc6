/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See pmcg_regs.h. 64-bit accesses are two 32-bit ones in the same cycle, so nothing happens
 * between them.
 */
#include "pmcg_regs.h"

#include "irq.h"
#include "mpam.h"
#include "state.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* -------------------------------------------------------------------------------- pages */

/*
 * CHOICE: 10.1, 10.5: where groups and their pages are. The TCU's lie in space that the SMMU's own
 * pages leave to the implementation (6.2.1) and behind them, each TBU has a span of its own.
 */
enum {
    PAGE = 0x1000,
    TCU_PAGE0 = 0x02000,
    TCU_PAGE1 = 0x22000,
    TBU_FIRST = 0x40000,
    TBU_SPAN = 0x20000,
    TBU_PAGE0 = 0x02000,
    TBU_PAGE1 = 0x12000,
};

/* A place in one of the two pages of a group; group NULL: none of them. */
struct page_place {
    struct pmcg *group;
    unsigned page;
    uint32_t offset; /* in the page */
};

static struct page_place in_page(struct pmcg *g, uint32_t offset, uint32_t page0, uint32_t page1)
{
    if (offset - page0 < PAGE)
        return (struct page_place){g, 0, offset - page0};
    if (offset - page1 < PAGE)
        return (struct page_place){g, 1, offset - page1};
    return (struct page_place){0};
}

static struct page_place find_page(const struct smmu *s, uint32_t offset)
{
    if (offset < TBU_FIRST)
        return in_page(&s->pmcg[PMCG_TCU], offset, TCU_PAGE0, TCU_PAGE1);
    uint32_t tbu = (offset - TBU_FIRST) / TBU_SPAN;
    if (PMCG_FIRST_TBU + tbu >= s->pmcg_count)
        return (struct page_place){0};
    return in_page(&s->pmcg[PMCG_FIRST_TBU + tbu], (offset - TBU_FIRST) % TBU_SPAN, TBU_PAGE0,
                   TBU_PAGE1);
}

bool smmu__pmcg_regs_have(const struct smmu *s, uint32_t offset)
{
    return find_page(s, offset).group;
}

uint32_t smmu__pmcg_regs_end(const struct smmu *s)
{
    return TBU_FIRST + TBU_SPAN * (s->pmcg_count - PMCG_FIRST_TBU);
}

/* ------------------------------------------------------------- what takes what was written */

/* word: of the register's value; written: the bits, those of 'lanes' alone. */
typedef void on_write_fn(struct smmu *s, struct pmcg *g, unsigned word, uint64_t written,
                         uint64_t lanes);

static void store(struct smmu *s, struct pmcg *g, unsigned word, uint64_t written, uint64_t lanes)
{
    (void)s;
    g->word[word] = (g->word[word] & ~lanes) | written;
}

/* CHOICE: 10.5.2.10: an overflow status that software sets neither interrupts nor captures. */
static void set_bits(struct smmu *s, struct pmcg *g, unsigned word, uint64_t written,
                     uint64_t lanes)
{
    (void)s, (void)lanes;
    g->word[word] |= written;
}

static void clear_bits(struct smmu *s, struct pmcg *g, unsigned word, uint64_t written,
                       uint64_t lanes)
{
    (void)s, (void)lanes;
    g->word[word] &= ~written;
}

static void write_capr(struct smmu *s, struct pmcg *g, unsigned word, uint64_t written,
                       uint64_t lanes)
{
    (void)word, (void)lanes;
    if (written & SMMU_FIELD_MASK(PMCG_CAPR, CAPTURE))
        smmu__pmcg_capture(s, g);
}

/* As the SMMU's own (6.3.42): without Update a write is ignored, and Update never reads 1. */
static void write_gmpam(struct smmu *s, struct pmcg *g, unsigned word, uint64_t written,
                        uint64_t lanes)
{
    uint64_t update = SMMU_FIELD_MASK(PMCG_GMPAM, Update);
    if (written & update)
        store(s, g, word, written & ~update, lanes);
}

/* IRQEN is acknowledged as 0 when the MSIs before it have landed (10.5.2.19). */
static void update_ack(struct pmcg *g)
{
    if (!g->msi_in_flight)
        PMCG_OF(g, IRQ_CTRLACK) = PMCG_OF(g, IRQ_CTRL);
}

/* CHOICE: 10.5.2.19, as 6.3.9: a change that comes before the acknowledge of the last is ignored.
 */
static void write_irq_ctrl(struct smmu *s, struct pmcg *g, unsigned word, uint64_t written,
                           uint64_t lanes)
{
    if (PMCG_OF(g, IRQ_CTRL) != PMCG_OF(g, IRQ_CTRLACK))
        return;
    store(s, g, word, written, lanes);
    if (PMCG_FIELD(g, IRQ_CTRL, IRQEN) && !PMCG_FIELD(g, IRQ_CTRLACK, IRQEN))
        PMCG_OF(g, IRQ_STATUS) = 0;
    update_ack(g);
}

/* -------------------------------------------------------------------------------- access */

enum { RO, RW, WO };
enum { GUARD_NONE, GUARD_IRQEN };
enum { COUNTER = 0 }; /* width: as wide as the counters */

static const struct reg_row {
    uint8_t page, number, bits, access, guard, feature;
    uint16_t offset, word;
    on_write_fn *on_write;
} rows[] = {
#define COUNTERS SMMU_PMCG_COUNTERS_MAX
#define PMCG_REG(name, page, offset, number, bits, access, guard, feature, word, section,          \
                 on_write)                                                                         \
    {page,   number,           bits,    access, GUARD_##guard, SMMU_FEAT_##feature,                \
     offset, SMMU_PMCG_##word, on_write},
#include "pmcg_regs.def"
#undef PMCG_REG
#undef COUNTERS
};

static const struct {
    uint16_t word; /* of the register that it is a field of */
    uint8_t msb, lsb, feature;
} fields[] = {
#define FIELD(object, name, word, msb, lsb, feature) {SMMU_##object, msb, lsb, SMMU_FEAT_##feature},
#include "fields_pmcg.def"
#undef FIELD
};

/* One register, or half of it; row NULL: RES0. */
struct place {
    struct pmcg *group;
    const struct reg_row *row;
    unsigned n; /* of an array */
    bool high;  /* bits 63:32 */
};

static unsigned bytes_of(const struct pmcg *g, const struct reg_row *row)
{
    return row->bits == COUNTER ? (g->counter_mask > UINT32_MAX ? 8 : 4) : row->bits / 8u;
}

static struct place locate(const struct smmu *s, uint32_t offset)
{
    struct page_place at = find_page(s, offset);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct reg_row *row = &rows[i];
        unsigned bytes = bytes_of(at.group, row);
        uint32_t n = (at.offset - row->offset) / bytes;
        if (row->page != at.page || at.offset < row->offset || n >= row->number)
            continue;
        if ((row->number > 1 && n >= at.group->counters) ||
            !smmu__feature(&s->config, (enum smmu_feature)row->feature))
            break;
        return (struct place){at.group, row, n, bytes == 8 && (at.offset & 4)};
    }
    return (struct place){.group = at.group};
}

/* Of a register of an array, of which it is the n-th: the bits that exist. */
static uint64_t implemented(const struct smmu *s, const struct pmcg *g, unsigned array, unsigned n)
{
    bool has_filter = n == 0 || !CFG(s, PMCG_SID_FILTER_TYPE);
    switch (array) {
    case SMMU_PMCG_EVCNTR:
        return g->counter_mask;
    case SMMU_PMCG_SMR:
        return has_filter ? g->implemented_sid : 0;
    case SMMU_PMCG_EVTYPER:
        return has_filter
                   ? UINT64_MAX
                   : SMMU_FIELD_MASK(PMCG_EVTYPER, EVENT) | SMMU_FIELD_MASK(PMCG_EVTYPER, OVFCAP);
    case SMMU_PMCG_CNTENSET0:
    case SMMU_PMCG_INTENSET0:
    case SMMU_PMCG_OVSSET0:
        return low_mask(g->counters);
    case SMMU_PMCG_IRQ_CFG0: /* CHOICE: 10.5.2.21: address bits at and above OAS are not stored */
        return low_mask(s->oas_bits);
    case SMMU_PMCG_GMPAM:
        return smmu__mpam_register_mask(&s->config);
    default:
        return UINT64_MAX;
    }
}

/* The bits that a write may change. */
static uint64_t writable(const struct smmu *s, struct place at)
{
    const struct pmcg *g = at.group;
    uint64_t irqen = PMCG_OF(g, IRQ_CTRL) | PMCG_OF(g, IRQ_CTRLACK), mask = 0;
    if (!at.row || at.row->access == RO || (at.row->guard == GUARD_IRQEN && irqen))
        return 0;
    for (size_t i = 0; i < COUNT(fields); i++)
        if (fields[i].word == at.row->word &&
            smmu__feature(&s->config, (enum smmu_feature)fields[i].feature))
            mask |= SMMU_BITS_MASK(fields[i].msb, fields[i].lsb);
    return mask & implemented(s, g, at.row->word, at.n);
}

/* Registers answer to every address space: the groups have no Secure state (10.6). */
uint64_t smmu__pmcg_regs_read_word(struct smmu *s, smmu_pas_t pas, uint32_t offset)
{
    struct place at = locate(s, offset);
    (void)pas;
    if (!at.row) {
        STAT(s, guest_errors, 1);
        return 0;
    }
    smmu__pmcg_catch_up(s, at.group);
    return (at.group->word[at.row->word + at.n] >> (at.high ? 32 : 0)) & low_mask(32);
}

void smmu__pmcg_regs_write_word(struct smmu *s, smmu_pas_t pas, uint32_t offset, uint64_t value)
{
    struct place at = locate(s, offset);
    unsigned shift = at.high ? 32 : 0;
    uint64_t mask = writable(s, at);
    (void)pas;
    if (!mask) {
        STAT(s, guest_errors, 1);
        return;
    }
    mask &= low_mask(32) << shift;
    smmu__pmcg_catch_up(s, at.group);
    at.row->on_write(s, at.group, at.row->word + at.n, (value << shift) & mask, mask);
    smmu__pmcg_refresh(s, at.group);
}

/* -------------------------------------------------------------------------------- interrupt */

static void send_msi(struct smmu *s, struct pmcg *g)
{
    const struct msi msi = {
        .addr = PMCG_OF(g, IRQ_CFG0),
        .data = (uint32_t)PMCG_OF(g, IRQ_CFG1),
        .memattr4 = (uint8_t)PMCG_FIELD(g, IRQ_CFG2, MEMATTR),
        .sh = (uint8_t)PMCG_FIELD(g, IRQ_CFG2, SH),
        .mpam = smmu__mpam(&s->config, PMCG_FIELD(g, GMPAM, PO_PARTID),
                           PMCG_FIELD(g, GMPAM, PO_PMG)),
    };
    if (!CFG(s, PMCG_MSI) || !msi.addr)
        return;
    if (g->msi_in_flight) {
        g->msi_again = true;
        return;
    }
    g->msi_in_flight = true;
    TIMELINE_BEGIN(s, MSI, 0, SMMU_IRQ_PMCG + g->number, msi.addr, msi.data);
    smmu__msi_write(s, OWNER_PMCG, g->number, SMMU_PAS_NS, &msi);
}

void smmu__pmcg_signal(struct smmu *s)
{
    for (uint32_t i = 0; i < s->pmcg_count; i++) {
        struct pmcg *g = &s->pmcg[i];
        if (!g->irq_due)
            continue;
        g->irq_due = false;
        smmu__irq_edge(
            s, (smmu_out_irq_t){.source = SMMU_IRQ_PMCG, .pas = SMMU_PAS_NS, .group = g->number});
        send_msi(s, g);
    }
}

void smmu__pmcg_msi_done(struct smmu *s, unsigned group, smmu_mem_status_t status)
{
    struct pmcg *g = &s->pmcg[group];
    g->msi_in_flight = false;
    TIMELINE_END(s, MSI, 0, SMMU_IRQ_PMCG + g->number, status, 0);
    if (status != SMMU_MEM_OK)
        PMCG_OF(g, IRQ_STATUS) |= SMMU_FIELD_MASK(PMCG_IRQ_STATUS, IRQ_ABT);
    if (g->msi_again) {
        g->msi_again = false;
        send_msi(s, g);
    }
    update_ack(g);
}

/* -------------------------------------------------------------------------------- reset */

/* CHOICE: 10.5.2.15, 10.5.2.29: a group's identification has the numbers of the SMMU's. */
static void reset_component_id(const struct smmu *s, struct pmcg *g)
{
    uint64_t product = CFG(s, IIDR_ProductID), implementer = CFG(s, IIDR_Implementer);
    PMCG_OF(g, IIDR) = SMMU_FIELD_PUT(PMCG_IIDR, ProductID, product) |
                       SMMU_FIELD_PUT(PMCG_IIDR, Variant, CFG(s, IIDR_Variant)) |
                       SMMU_FIELD_PUT(PMCG_IIDR, Revision, CFG(s, IIDR_Revision)) |
                       SMMU_FIELD_PUT(PMCG_IIDR, Implementer, implementer);
    PMCG_OF(g, PMDEVARCH) = SMMU_FIELD_PUT(PMCG_PMDEVARCH, ARCHITECT, 0x23B) |
                            SMMU_FIELD_PUT(PMCG_PMDEVARCH, PRESENT, 1) |
                            SMMU_FIELD_PUT(PMCG_PMDEVARCH, ARCHID, 0x2A56);
    PMCG_OF(g, PMDEVTYPE) =
        SMMU_FIELD_PUT(PMCG_PMDEVTYPE, SUBTYPE, 5) | SMMU_FIELD_PUT(PMCG_PMDEVTYPE, CLASS, 6);
    PMCG_OF(g, PIDR0) = SMMU_FIELD_PUT(PMCG_PIDR0, PART_0, product);
    PMCG_OF(g, PIDR1) = SMMU_FIELD_PUT(PMCG_PIDR1, PART_1, product >> 8) |
                        SMMU_FIELD_PUT(PMCG_PIDR1, DES_0, implementer);
    PMCG_OF(g, PIDR2) = SMMU_FIELD_PUT(PMCG_PIDR2, REVISION, CFG(s, IIDR_Variant)) |
                        SMMU_FIELD_PUT(PMCG_PIDR2, JEDEC, 1) |
                        SMMU_FIELD_PUT(PMCG_PIDR2, DES_1, implementer >> 4);
    PMCG_OF(g, PIDR3) = SMMU_FIELD_PUT(PMCG_PIDR3, REVAND, CFG(s, IIDR_Revision));
    PMCG_OF(g, PIDR4) = SMMU_FIELD_PUT(PMCG_PIDR4, DES_2, implementer >> 8);
    PMCG_OF(g, CIDR0) = SMMU_FIELD_PUT(PMCG_CIDR0, Preamble, 0x0D);
    PMCG_OF(g, CIDR1) = SMMU_FIELD_PUT(PMCG_CIDR1, CLASS, 0x9);
    PMCG_OF(g, CIDR2) = SMMU_FIELD_PUT(PMCG_CIDR2, Preamble, 0x05);
    PMCG_OF(g, CIDR3) = SMMU_FIELD_PUT(PMCG_CIDR3, Preamble, 0xB1);
}

/* CHOICE: 10.5.2: fields that reset to an UNKNOWN value reset to 0. */
void smmu__pmcg_regs_reset(struct smmu *s)
{
    for (uint32_t i = 0; i < s->pmcg_count; i++) {
        struct pmcg *g = &s->pmcg[i];
        smmu__pmcg_reset(s, g);
        PMCG_OF(g, CFGR) = SMMU_FIELD_PUT(PMCG_CFGR, NCTR, g->counters - 1u) |
                           SMMU_FIELD_PUT(PMCG_CFGR, SIZE, CFG(s, PMCG_COUNTER_BITS) - 1) |
                           SMMU_FIELD_PUT(PMCG_CFGR, RELOC_CTRS, 1) |
                           SMMU_FIELD_PUT(PMCG_CFGR, MSI, CFG(s, PMCG_MSI)) |
                           SMMU_FIELD_PUT(PMCG_CFGR, CAPTURE, CFG(s, PMCG_CAPTURE)) |
                           SMMU_FIELD_PUT(PMCG_CFGR, SID_FILTER_TYPE,
                                          CFG(s, PMCG_SID_FILTER_TYPE)) |
                           SMMU_FIELD_PUT(PMCG_CFGR, MPAM, smmu__feature(&s->config, SMMU_FEAT_PMCG_MPAM));
        PMCG_OF(g, MPAMIDR) =
            SMMU_FIELD_PUT(PMCG_MPAMIDR, PARTID_MAX, CFG(s, MPAMIDR_PARTID_MAX)) |
            SMMU_FIELD_PUT(PMCG_MPAMIDR, PMG_MAX, CFG(s, MPAMIDR_PMG_MAX));
        PMCG_OF(g, CEID0) = smmu__pmcg_ceid(s, g, 0);
        PMCG_OF(g, CEID1) = smmu__pmcg_ceid(s, g, 64);
        PMCG_OF(g, AIDR) = SMMU_FIELD_PUT(PMCG_AIDR, ArchMinorRev, CFG(s, AIDR_ArchMinorRev));
        reset_component_id(s, g);
    }
}
