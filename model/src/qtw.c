/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. See qtw.h. The beats of read data beyond the first are counted ahead of the access: for
 * memory of constant latency that is the same, and nothing needs to hold data that is not complete.
 */
#include "qtw.h"

#include <assert.h>

#include "state.h"

static inline struct qtw_access *item_at(struct qtw_queue *q, uint32_t place)
{
    uint32_t at = q->head + place;
    return &q->item[at >= q->capacity ? at - q->capacity : at];
}

static uint64_t beats(uint64_t bytes, uint64_t width)
{
    return width ? (bytes + width - 1) / width : 0;
}

/* How long it occupies the port. */
static inline uint64_t turn_of(const struct smmu *s, enum qtw_kind kind, unsigned size)
{
    return kind == QTW_READ ? CFG(s, TIMING_QTW_AR_LAT)
                            : beats(size, CFG(s, TIMING_QTW_WRITE_BYTES));
}

static uint32_t lag(const struct smmu *s, uint64_t bytes)
{
    uint64_t data = beats(bytes, CFG(s, TIMING_QTW_READ_BYTES));
    return (uint32_t)(data > 1 ? data - 1 : 0);
}

void smmu__qtw_init(struct smmu *s)
{
    for (unsigned n = 0; n < QTW_SIZES; n++)
        s->qtw.lag[n] = lag(s, UINT64_C(1) << n);
    s->qtw.lag_of_ste = lag(s, CFG(s, TIMING_STE_READ_BYTES));
    s->qtw.lag_of_cd = lag(s, CFG(s, TIMING_CD_READ_BYTES));
}

static inline uint64_t lag_of(const struct qtw *q, enum qtw_kind kind, smmu_mem_source_t source,
                       unsigned size)
{
    if (kind != QTW_READ)
        return 0;
    return source == SMMU_SRC_STE  ? q->lag_of_ste
           : source == SMMU_SRC_CD ? q->lag_of_cd
                                   : q->lag[highest_bit(size)];
}

uint64_t smmu__qtw_unloaded(const struct smmu *s, enum qtw_kind kind, smmu_mem_source_t source,
                            unsigned size)
{
    return turn_of(s, kind, size) + lag_of(&s->qtw, kind, source, size);
}

static bool write_allowed(const struct smmu *s)
{
    const struct qtw *q = &s->qtw;
    return !CFG(s, TIMING_WR_ONE_IN_ALL) ||
           q->outstanding[QTW_EVENT].used + q->outstanding[QTW_MSI].used == 0;
}

static inline bool allowed(const struct smmu *s, enum qtw_kind kind)
{
    return smmu__pool_free(&s->qtw.outstanding[kind]) && (kind == QTW_READ || write_allowed(s));
}

/* The port's turn is taken as soon as the number outstanding allows it. */
static inline uint64_t schedule(struct smmu *s, enum qtw_kind kind, const smmu_out_mem_t *mem)
{
    uint64_t turn = turn_of(s, kind, mem->size), now = s->sched.now;
    smmu__pool_take(&s->qtw.outstanding[kind], now);
    uint64_t start = turn ? smmu__lane_take(&s->qtw.port, now, now, turn) : now;
    return start + turn + lag_of(&s->qtw, kind, (smmu_mem_source_t)mem->source, mem->size);
}

static inline void find_next(struct qtw *q)
{
    q->next = SMMU_NEVER;
    for (unsigned kind = 0; kind < QTW_KINDS; kind++)
        if (q->queue[kind].scheduled && item_at(&q->queue[kind], 0)->leaves < q->next)
            q->next = item_at(&q->queue[kind], 0)->leaves;
}

inline smmu_out_mem_t *smmu__qtw_place(struct smmu *s, enum qtw_kind kind)
{
    struct qtw_queue *q = &s->qtw.queue[kind];
    assert(q->count < q->capacity);
    return &item_at(q, q->count)->mem;
}

inline void smmu__qtw_send(struct smmu *s, enum qtw_kind kind)
{
    struct qtw_queue *q = &s->qtw.queue[kind];
    struct qtw_access *a = item_at(q, q->count);
    bool first = q->count == q->scheduled && allowed(s, kind);
    q->count++;
    a->order = s->qtw.next_order++;
    a->leaves = SMMU_NEVER;
    if (!first) {
        s->qtw.waiting++;
        return;
    }
    a->leaves = schedule(s, kind, &a->mem);
    if (q->scheduled++ == 0 && a->leaves < s->qtw.next)
        s->qtw.next = a->leaves;
}

inline void smmu__qtw_take(struct smmu *s, smmu_out_mem_t *mem)
{
    struct qtw_queue *q = s->qtw.queue;
    while (!q->scheduled || item_at(q, 0)->leaves != s->qtw.next)
        q++;
    smmu__outbox_copy_mem(mem, &item_at(q, 0)->mem);
    TIMELINE_ACCESS(s, s->qtw.next, BEGIN, mem->tag, mem->addr, timeline_access_args(mem));
    q->head = q->head + 1 == q->capacity ? 0 : q->head + 1;
    q->count--;
    q->scheduled--;
    find_next(&s->qtw);
}

/* The kind whose next unscheduled access has waited longest and may go; QTW_KINDS: none. */
static inline enum qtw_kind next_kind(struct smmu *s)
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

inline void smmu__qtw_done(struct smmu *s, enum qtw_kind kind)
{
    bool any = false;
    smmu__pool_give(&s->qtw.outstanding[kind], s->sched.now);
    for (enum qtw_kind next; s->qtw.waiting && (next = next_kind(s)) != QTW_KINDS; any = true) {
        struct qtw_queue *q = &s->qtw.queue[next];
        struct qtw_access *a = item_at(q, q->scheduled++);
        a->leaves = schedule(s, next, &a->mem);
        s->qtw.waiting--;
    }
    if (any)
        find_next(&s->qtw);
}

void smmu__qtw_reset(struct smmu *s)
{
    struct qtw *q = &s->qtw;
    q->next = SMMU_NEVER;
    q->waiting = 0;
    for (unsigned kind = 0; kind < QTW_KINDS; kind++) {
        q->queue[kind].head = q->queue[kind].count = q->queue[kind].scheduled = 0;
        smmu__pool_give_all(&q->outstanding[kind], s->sched.now);
    }
    q->port = (struct lane){0};
}
