/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See outq.h. Write aborts are synchronous (7.2.2, 8.2). */
#include "outq.h"

#include "le.h"
#include "own_access.h"
#include "state.h"

enum { RECORD_WORDS_MAX = 4 };

bool smmu__outq_works(const struct prog_if *pi, const struct outq_kind *k, const struct outq *q)
{
    return (REG_OF(pi, CR0) & k->enables) == k->enables && !q->aborting &&
           !smmu__gerror_active(pi, (enum gerror_bit)k->abort_error);
}

bool smmu__outq_full(const struct smmu *s, const struct prog_if *pi, const struct outq_kind *k,
                     const struct outq *q)
{
    struct ring ring = smmu__queue_ring(s, pi, k->regs);
    return smmu__ring_full(&ring, q->write_index, (uint32_t)pi->reg[k->regs->cons]);
}

bool smmu__outq_ready(const struct smmu *s, const struct prog_if *pi, const struct outq_kind *k,
                      const struct outq *q)
{
    return q->count == 0 || (q->count < OUTQ_WRITES && !smmu__outq_full(s, pi, k, q));
}

bool smmu__outq_overflows(const struct prog_if *pi, const struct outq_kind *k)
{
    return SMMU_REG_GET(EVENTQ_PROD, OVFLG, pi->reg[k->regs->prod]) !=
           SMMU_REG_GET(EVENTQ_CONS, OVACKFLG, pi->reg[k->regs->cons]);
}

void smmu__outq_show_overflow(struct prog_if *pi, const struct outq_kind *k)
{
    if (!smmu__outq_overflows(pi, k))
        pi->reg[k->regs->prod] ^= SMMU_FIELD_MASK(EVENTQ_PROD, OVFLG);
}

unsigned smmu__outq_write(struct smmu *s, struct prog_if *pi, const struct outq_kind *k,
                          struct outq *q, const uint64_t *words)
{
    struct ring ring = smmu__queue_ring(s, pi, k->regs);
    unsigned size = 1U << k->regs->log2_entry;
    uint8_t bytes[RECORD_WORDS_MAX * sizeof words[0]];
    for (unsigned i = 0; i < size / sizeof words[0]; i++)
        store_le64(bytes + sizeof words[0] * i, words[i]);
    unsigned entry = (q->head + q->count++) % OUTQ_WRITES;
    q->write[entry] = OUTQ_WRITING;
    smmu__mem_write(s, (enum access_owner)k->owner, access_index(pi->number, entry),
                    (smmu_mem_source_t)k->source, smmu__ring_address(&ring, q->write_index), size,
                    smmu__queue_attrs(
                        s, pi, SMMU_REG_GET(EVENTQ_BASE, WA, pi->reg[k->regs->base]) != 0),
                    bytes);
    q->write_index = smmu__ring_next(&ring, q->write_index);
    return entry;
}

bool smmu__outq_quiet(const struct outq *q)
{
    return q->count == 0;
}

/* The oldest record leaves q->write; returns its entry. */
static unsigned drop(struct outq *q)
{
    unsigned entry = q->head;
    q->write[entry] = OUTQ_FREE;
    q->head = (uint8_t)((q->head + 1) % OUTQ_WRITES);
    q->count--;
    return entry;
}

/* The oldest record is in memory. */
static void publish(struct smmu *s, struct prog_if *pi, const struct outq_kind *k, struct outq *q)
{
    struct ring ring = smmu__queue_ring(s, pi, k->regs);
    uint32_t prod = smmu__ring_index(&ring, pi->reg[k->regs->prod]);
    bool was_empty = smmu__ring_empty(&ring, prod, (uint32_t)pi->reg[k->regs->cons]);
    uint64_t overflow_flag = pi->reg[k->regs->prod] & SMMU_FIELD_MASK(EVENTQ_PROD, OVFLG);
    pi->reg[k->regs->prod] = overflow_flag | smmu__ring_next(&ring, prod);
    k->published(s, pi, drop(q), was_empty);
}

static bool any_writing(const struct outq *q)
{
    for (unsigned i = 0; i < OUTQ_WRITES; i++)
        if (q->write[i] == OUTQ_WRITING)
            return true;
    return false;
}

static void give_up(struct smmu *s, struct prog_if *pi, const struct outq_kind *k, struct outq *q)
{
    while (q->count)
        k->lost(s, pi, drop(q));
    q->aborting = false;
    smmu__outq_follow_prod(s, pi, k, q);
    smmu__gerror_raise(s, pi, (enum gerror_bit)k->abort_error);
}

void smmu__outq_write_done(struct smmu *s, struct prog_if *pi, const struct outq_kind *k,
                           struct outq *q, unsigned entry, smmu_mem_status_t status)
{
    q->write[entry] = status == SMMU_MEM_OK ? OUTQ_WRITTEN : OUTQ_ABORTED;
    q->aborting |= status != SMMU_MEM_OK;
    while (q->count && q->write[q->head] == OUTQ_WRITTEN)
        publish(s, pi, k, q);
    if (q->aborting && !any_writing(q))
        give_up(s, pi, k, q);
}

void smmu__outq_follow_prod(const struct smmu *s, const struct prog_if *pi,
                            const struct outq_kind *k, struct outq *q)
{
    struct ring ring = smmu__queue_ring(s, pi, k->regs);
    if (q->count == 0)
        q->write_index = smmu__ring_index(&ring, pi->reg[k->regs->prod]);
}
