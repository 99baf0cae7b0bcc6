/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See sched.h: a binary heap of timer numbers, ordered by due cycle and then by who was set
 * first. */
#include <assert.h>

#include "state.h"

static inline bool earlier(const struct sched *q, uint32_t a, uint32_t b)
{
    const struct timer *x = &q->timer[a], *y = &q->timer[b];
    return x->due != y->due ? x->due < y->due : x->sequence < y->sequence;
}

static inline void place(struct sched *q, uint32_t at, uint32_t timer)
{
    q->heap[at] = timer;
    q->timer[timer].heap_place = at + 1;
}

static void sift_up(struct sched *q, uint32_t at, uint32_t timer)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;
        if (!earlier(q, timer, q->heap[parent]))
            break;
        place(q, at, q->heap[parent]);
        at = parent;
    }
    place(q, at, timer);
}

static void sift_down(struct sched *q, uint32_t at, uint32_t timer)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= q->count)
            break;
        if (child + 1 < q->count && earlier(q, q->heap[child + 1], q->heap[child]))
            child++;
        if (!earlier(q, q->heap[child], timer))
            break;
        place(q, at, q->heap[child]);
        at = child;
    }
    place(q, at, timer);
}

static inline void take_out(struct sched *q, uint32_t timer)
{
    uint32_t at = q->timer[timer].heap_place - 1;
    uint32_t last = q->heap[--q->count];
    q->timer[timer].heap_place = 0;
    if (last == timer)
        return;
    if (at > 0 && earlier(q, last, q->heap[(at - 1) / 2]))
        sift_up(q, at, last);
    else
        sift_down(q, at, last);
}

inline void smmu__timer_set(struct smmu *s, enum timer_kind kind, unsigned index, uint64_t delay)
{
    struct sched *q = &s->sched;
    uint32_t timer = q->first[kind] + index;
    struct timer *t = &q->timer[timer];
    assert(timer < q->timer_count && t->kind == kind && t->index == index);
    if (t->heap_place)
        take_out(q, timer);
    t->due = q->now > SMMU_NEVER - 1 - delay ? SMMU_NEVER - 1 : q->now + delay;
    t->sequence = q->sequence++;
    if (q->count == 0)
        place(q, q->count++, timer);
    else
        sift_up(q, q->count++, timer);
}

void smmu__timer_clear(struct smmu *s, enum timer_kind kind, unsigned index)
{
    struct sched *q = &s->sched;
    uint32_t timer = q->first[kind] + index;
    if (q->timer[timer].heap_place)
        take_out(q, timer);
}

inline struct timer *smmu__sched_take(struct smmu *s, uint64_t now)
{
    struct sched *q = &s->sched;
    if (!q->count || q->timer[q->heap[0]].due > now)
        return NULL;
    struct timer *t = &q->timer[q->heap[0]];
    if (t->due > q->now)
        q->now = t->due;
    take_out(q, q->heap[0]);
    return t;
}
