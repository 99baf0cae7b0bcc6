/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. The clock and the things that are due: one timer for every unit that can wait.
 * A timer is a fixed place, so nothing is ever allocated and a timer set twice moves.
 */
#ifndef SMMUSIM_SCHED_H
#define SMMUSIM_SCHED_H

#include <stdint.h>

#include "smmusim/smmu_types.h"

struct smmu;

/* Who a timer belongs to; 'index' says which one of that kind. */
enum timer_kind {
    TIMER_SLOT, /* a translation slot's next step */
    TIMER_CMDQ, /* a command queue engine's next step */
    TIMER_PMCG, /* a counter group's next overflow that shows */
    TIMER_ATC,  /* an ATS invalidation that its device should have completed by then */
    TIMER_BROADCAST, /* TCU and TBUs have done what a broadcast synchronisation waits for */
    TIMER_KINDS
};

struct sched {
    uint64_t now;
    uint64_t sequence;    /* equal due cycles: first set, first served */
    uint32_t count;       /* timers that are set */
    uint32_t timer_count; /* all timers */
    uint32_t first[TIMER_KINDS];
    struct timer *timer; /* [timer_count] */
    uint32_t *heap;      /* [timer_count] timer numbers, a binary heap by (due, sequence) */
};

struct timer {
    uint64_t due;
    uint64_t sequence;
    uint32_t heap_place; /* place in heap + 1; 0: not set */
    uint32_t kind : 8;
    uint32_t index : 24;
};

/* The cycle of the earliest timer, SMMU_NEVER if none is set. */
static inline uint64_t smmu__sched_next(const struct sched *q)
{
    return q->count ? q->timer[q->heap[0]].due : SMMU_NEVER;
}

void smmu__timer_set(struct smmu *s, enum timer_kind kind, unsigned index, uint64_t delay);
void smmu__timer_clear(struct smmu *s, enum timer_kind kind, unsigned index);
/* Takes the earliest timer if it is due by 'now'. */
struct timer *smmu__sched_take(struct smmu *s, uint64_t now);

#endif
