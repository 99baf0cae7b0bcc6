/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See ecmdq.h. */
#include "ecmdq.h"

#include "pmcg_regs.h"
#include "state.h"

/* ---------------------------------------------------------------------------- where they are */

enum {
    PAGE_REGS = 0x4000, /* of page 0; those of the others follow */
    PAGE_REGS_SPAN = 0x20,
    PAGE_LOG2 = 16,
    CMDQGS_64K = 1
};

static unsigned log2_queues(const smmu_config_t *cfg)
{
    return (unsigned)cfg->value[SMMU_CFG_IDR6_LOG2NUMQ];
}

static uint32_t pages(const smmu_config_t *cfg)
{
    return cfg->value[SMMU_CFG_IDR1_ECMDQ] ? UINT32_C(1) << cfg->value[SMMU_CFG_IDR6_LOG2NUMP] : 0;
}

uint32_t smmu__ecmdq_count(const smmu_config_t *cfg)
{
    return pages(cfg) << log2_queues(cfg);
}

/* CHOICE: 6.1: behind all other pages. */
static uint32_t first_page(const struct smmu *s)
{
    return smmu__pmcg_regs_end(s);
}

uint32_t smmu__ecmdq_regs_end(const struct smmu *s)
{
    return first_page(s) + (pages(&s->config) << PAGE_LOG2);
}

static bool in_page_regs(const struct smmu *s, uint32_t offset)
{
    return offset - PAGE_REGS < PAGE_REGS_SPAN * pages(&s->config);
}

bool smmu__ecmdq_regs_have(const struct smmu *s, uint32_t offset)
{
    return in_page_regs(s, offset) || (offset >= first_page(s) && offset < smmu__ecmdq_regs_end(s));
}

/* A location of a control page: a queue is a number of smmu.cmdq. */
struct queue_place {
    uint32_t queue, offset;
};

/* CHOICE: 6.2.5 spreads the queues evenly over their page; the 0x100 that 6.3.107 to 6.3.109 put
 * between them hold for a page of 256. */
static struct queue_place find_queue(const struct smmu *s, uint32_t offset)
{
    uint32_t log2_span = PAGE_LOG2 - log2_queues(&s->config);
    offset -= first_page(s);
    return (struct queue_place){.queue = CMD_QUEUES_OF_INTERFACES + (offset >> log2_span),
                                .offset = offset & (uint32_t)low_mask(log2_span)};
}

/* --------------------------------------------------------------------------- state of a queue */

static bool is_enabled(const struct cmdq *q)
{
    return SMMU_REG_GET(ECMDQ_PROD, EN, q->reg[CMDQ_REG_PROD]);
}

static bool is_acknowledged(const struct cmdq *q)
{
    return SMMU_REG_GET(ECMDQ_CONS, ENACK, q->reg[CMDQ_REG_CONS]);
}

void smmu__ecmdq_init(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    q->reg = &s->ecmdq_reg[(queue - CMD_QUEUES_OF_INTERFACES) * CMDQ_REGS];
    q->cons_keeps = ~SMMU_FIELD_MASK(ECMDQ_CONS, RD);
}

/* CHOICE: 6.3: fields that reset to an UNKNOWN value reset to 0. */
void smmu__ecmdq_reset(struct cmdq *q)
{
    for (unsigned i = 0; i < CMDQ_REGS; i++)
        q->reg[i] = 0;
}

void smmu__ecmdq_fail(struct cmdq *q, unsigned code)
{
    uint64_t *cons = &q->reg[CMDQ_REG_CONS];
    *cons &= ~SMMU_FIELD_MASK(ECMDQ_CONS, ERR_REASON);
    *cons |= SMMU_FIELD_PUT(ECMDQ_CONS, ERR_REASON, code);
    *cons ^= SMMU_FIELD_MASK(ECMDQ_CONS, ERR);
}

void smmu__ecmdq_acknowledge(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    if (is_enabled(q) || !is_acknowledged(q) || !smmu__cmdq_quiet(s, queue))
        return;
    q->reg[CMDQ_REG_CONS] &= ~SMMU_FIELD_MASK(ECMDQ_CONS, ENACK);
    s->pi[q->prog_if].ecmdqs_enabled--;
}

/* ------------------------------------------------------------------------------ control pages */

/* The two words of each register of a page; both control and status say enabled (6.3.50). */
static uint64_t read_page_word(const struct smmu *s, uint32_t offset)
{
    uint32_t page = (offset - PAGE_REGS) / PAGE_REGS_SPAN;
    switch ((offset - PAGE_REGS) % PAGE_REGS_SPAN) {
    case 0x0:
        return SMMU_FIELD_PUT(CMDQ_CONTROL_PAGE_BASE, CMDQ_CONTROL_PAGE_PRESET, 1) |
               SMMU_FIELD_PUT(CMDQ_CONTROL_PAGE_BASE, CMDQGS, CMDQGS_64K) |
               (first_page(s) + (page << PAGE_LOG2));
    case 0x8:
        return SMMU_FIELD_PUT(CMDQ_CONTROL_PAGE_CFG, EN, 1);
    case 0xC:
        return SMMU_FIELD_PUT(CMDQ_CONTROL_PAGE_STATUS, ENACK, 1);
    default: /* what is above 4 GiB, and what is no register */
        return 0;
    }
}

static uint64_t read_queue_word(struct smmu *s, uint32_t offset)
{
    struct queue_place at = find_queue(s, offset);
    const struct cmdq *q = &s->cmdq[at.queue];
    switch (at.offset) {
    case 0x0:
        return q->reg[CMDQ_REG_BASE] & low_mask(32);
    case 0x4:
        return q->reg[CMDQ_REG_BASE] >> 32;
    case 0x8:
        return q->reg[CMDQ_REG_PROD];
    case 0xC:
        return q->reg[CMDQ_REG_CONS];
    default:
        STAT(s, guest_errors, 1);
        return 0;
    }
}

uint64_t smmu__ecmdq_regs_read_word(struct smmu *s, smmu_pas_t pas, uint32_t offset)
{
    (void)pas;
    return in_page_regs(s, offset) ? read_page_word(s, offset) : read_queue_word(s, offset);
}

/* ------------------------------------------------------------------------------------- writes */

/* An index keeps what the queue's size has of it, as a main queue's does (regs.c). */
static uint64_t fit_index(const struct smmu *s, const struct cmdq *q, uint64_t value)
{
    struct ring ring = smmu__cmdq_ring(s, q);
    return value & ~(SMMU_FIELD_MASK(ECMDQ_PROD, WR) & ~(uint64_t)ring.index_mask);
}

static bool write_base(struct smmu *s, struct cmdq *q, uint64_t value, uint64_t lanes)
{
    const uint64_t fields = (SMMU_FIELD_MASK(ECMDQ_BASE, LOG2SIZE) |
                             (SMMU_FIELD_MASK(ECMDQ_BASE, ADDR) & low_mask(s->oas_bits)) |
                             SMMU_FIELD_MASK(ECMDQ_BASE, RA)) &
                            lanes;
    if (is_enabled(q) || is_acknowledged(q))
        return false;
    q->reg[CMDQ_REG_BASE] = (q->reg[CMDQ_REG_BASE] & ~fields) | (value & fields);
    q->reg[CMDQ_REG_PROD] = fit_index(s, q, q->reg[CMDQ_REG_PROD]);
    q->reg[CMDQ_REG_CONS] = fit_index(s, q, q->reg[CMDQ_REG_CONS]);
    return true;
}

/*
 * 3.5.6.2. CHOICE: 3.5.6.3: where ERRACK was made to differ from ERR without an error, nothing is
 * consumed until they are equal.
 */
static bool write_prod(struct smmu *s, unsigned queue, uint64_t value)
{
    struct cmdq *q = &s->cmdq[queue];
    const uint64_t fields = SMMU_FIELD_MASK(ECMDQ_PROD, WR) | SMMU_FIELD_MASK(ECMDQ_PROD, ERRACK) |
                            SMMU_FIELD_MASK(ECMDQ_PROD, EN);
    bool was_enabled = is_enabled(q);
    if (was_enabled != is_acknowledged(q))
        return false;
    q->reg[CMDQ_REG_PROD] = fit_index(s, q, value & fields);
    if (was_enabled && !is_enabled(q)) {
        smmu__cmdq_disable(s, queue);
    } else if (!was_enabled && is_enabled(q)) {
        q->reg[CMDQ_REG_CONS] |= SMMU_FIELD_MASK(ECMDQ_CONS, ENACK);
        s->pi[q->prog_if].ecmdqs_enabled++;
    }
    if (was_enabled || is_enabled(q))
        smmu__cmdq_kick(s, queue);
    return true;
}

/* CHOICE: 6.3.109: ENACK follows EN alone, and ERR_REASON, which is UNKNOWN then, is not stored. */
static bool write_cons(struct smmu *s, struct cmdq *q, uint64_t value)
{
    const uint64_t fields = SMMU_FIELD_MASK(ECMDQ_CONS, RD) | SMMU_FIELD_MASK(ECMDQ_CONS, ERR);
    if (is_enabled(q) || is_acknowledged(q))
        return false;
    q->reg[CMDQ_REG_CONS] = fit_index(s, q, (q->reg[CMDQ_REG_CONS] & ~fields) | (value & fields));
    return true;
}

static bool write_queue_word(struct smmu *s, uint32_t offset, uint64_t value)
{
    struct queue_place at = find_queue(s, offset);
    struct cmdq *q = &s->cmdq[at.queue];
    switch (at.offset) {
    case 0x0:
        return write_base(s, q, value, low_mask(32));
    case 0x4:
        return write_base(s, q, value << 32, ~low_mask(32));
    case 0x8:
        return write_prod(s, at.queue, value);
    case 0xC:
        return write_cons(s, q, value);
    default:
        return false;
    }
}

void smmu__ecmdq_regs_write_word(struct smmu *s, smmu_pas_t pas, uint32_t offset, uint64_t value)
{
    (void)pas;
    if (in_page_regs(s, offset) || !write_queue_word(s, offset, value))
        STAT(s, guest_errors, 1);
}
