/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. See qtw.h. The beats of read data beyond the first are counted ahead of the access: for memory
 * of constant latency that is the same, and nothing needs to hold data that is not complete.
 */
#include "qtw.h"

#include <assert.h>

#include "state.h"

static struct qtw_access *item_at(struct qtw_queue *q, uint32_t place)
{
    uint32_t at = q->head + place;
    return &q->item[at >= q->capacity ? at - q->capacity : at];
}

static uint64_t beats(uint64_t bytes, uint64_t width)
{
    return width ? (bytes + width - 1) / width : 0;
}

/* How long it occupies the port, and how long beyond that it is not there yet. */
static uint64_t turn_of(const struct smmu *s, enum qtw_kind kind, unsigned size)
{
    return kind == QTW_READ ? CFG(s, TIMING_QTW_AR_LAT)
                            : beats(size, CFG(s, TIMING_QTW_WRITE_BYTES));
}

static uint64_t data_of(const struct smmu *s, enum qtw_kind kind, smmu_mem_source_t source,
                        unsigned size)
{
    uint64_t bytes = source == SMMU_SRC_STE  ? CFG(s, TIMING_STE_READ_BYTES)
                     : source == SMMU_SRC_CD ? CFG(s, TIMING_CD_READ_BYTES)
                                             : size;
    uint64_t data = kind == QTW_READ ? beats(bytes, CFG(s, TIMING_QTW_READ_BYTES)) : 0;
    return data > 1 ? data - 1 : 0;
}

uint64_t smmu__qtw_unloaded(const struct smmu *s, enum qtw_kind kind, smmu_mem_source_t source,
                            unsigned size)
{
    return turn_of(s, kind, size) + data_of(s, kind, source, size);
}

static bool write_allowed(const struct smmu *s)
{
    const struct qtw *q = &s->qtw;
    return !CFG(s, TIMING_WR_ONE_IN_ALL) ||
           q->outstanding[QTW_EVENT].used + q->outstanding[QTW_MSI].used == 0;
}

static bool allowed(const struct smmu *s, enum qtw_kind kind)
{
    return smmu__pool_free(&s->qtw.outstanding[kind]) && (kind == QTW_READ || write_allowed(s));
}

/* The port's turn is taken as soon as the number outstanding allows it. */
static uint64_t schedule(struct smmu *s, enum qtw_kind kind, const smmu_out_mem_t *mem)
{
    uint64_t turn = turn_of(s, kind, mem->size), now = s->sched.now;
    smmu__pool_take(&s->qtw.outstanding[kind], now);
    uint64_t start = turn ? smmu__lane_take(&s->qtw.port, now, now, turn) : now;
    return start + turn + data_of(s, kind, (smmu_mem_source_t)mem->source, mem->size);
}

static void set_timer(struct smmu *s)
{
    uint64_t first = SMMU_NEVER;
    for (unsigned kind = 0; kind < QTW_KINDS; kind++) {
        struct qtw_queue *q = &s->qtw.queue[kind];
        if (q->scheduled && item_at(q, 0)->leaves < first)
            first = item_at(q, 0)->leaves;
    }
    if (first != SMMU_NEVER)
        smmu__timer_set(s, TIMER_QTW, 0, first - s->sched.now);
}

void smmu__qtw_send(struct smmu *s, enum qtw_kind kind, const smmu_out_mem_t *mem)
{
    struct qtw_queue *q = &s->qtw.queue[kind];
    uint64_t leaves = SMMU_NEVER;
    if (q->count == q->scheduled && allowed(s, kind))
        leaves = schedule(s, kind, mem);
    if (leaves == s->sched.now && !q->count) {
        smmu__outbox_put_mem(s, mem);
        return;
    }
    assert(q->count < q->capacity);
    struct qtw_access *a = item_at(q, q->count++);
    a->leaves = leaves;
    a->order = s->qtw.next_order++;
    smmu__outbox_copy_mem(&a->mem, mem);
    if (leaves != SMMU_NEVER && q->scheduled++ == 0)
        set_timer(s);
}

/* The kind whose next unscheduled access has waited longest and may go; QTW_KINDS: none. */
static enum qtw_kind next_kind(struct smmu *s)
{
    enum qtw_kind best = QTW_KINDS;
    uint64_t order = 0;
    for (unsigned kind = 0; kind < QTW_KINDS; kind++) {
        struct qtw_queue *q = &s->qtw.queue[kind];
        if (q->count == q->scheduled || !allowed(s, (enum qtw_kind)kind))
            continue;
        uint64_t its = item_at(q, q->scheduled)->order;
        if (best == QTW_KINDS || its < order) {
            best = (enum qtw_kind)kind;
            order = its;
        }
    }
    return best;
}

void smmu__qtw_done(struct smmu *s, enum qtw_kind kind)
{
    bool any = false;
    smmu__pool_give(&s->qtw.outstanding[kind], s->sched.now);
    for (enum qtw_kind next; (next = next_kind(s)) != QTW_KINDS; any = true) {
        struct qtw_queue *q = &s->qtw.queue[next];
        struct qtw_access *a = item_at(q, q->scheduled++);
        a->leaves = schedule(s, next, &a->mem);
    }
    if (any)
        set_timer(s);
}

void smmu__qtw_due(struct smmu *s, unsigned unused)
{
    (void)unused;
    for (unsigned kind = 0; kind < QTW_KINDS; kind++) {
        struct qtw_queue *q = &s->qtw.queue[kind];
        while (q->scheduled && item_at(q, 0)->leaves <= s->sched.now) {
            smmu__outbox_put_mem(s, &item_at(q, 0)->mem);
            q->head = q->head + 1 == q->capacity ? 0 : q->head + 1;
            q->count--;
            q->scheduled--;
        }
    }
    set_timer(s);
}

void smmu__qtw_reset(struct smmu *s)
{
    struct qtw *q = &s->qtw;
    smmu__timer_clear(s, TIMER_QTW, 0);
    for (unsigned kind = 0; kind < QTW_KINDS; kind++) {
        q->queue[kind].head = q->queue[kind].count = q->queue[kind].scheduled = 0;
        smmu__pool_give_all(&q->outstanding[kind], s->sched.now);
    }
    q->port = (struct lane){0};
}
