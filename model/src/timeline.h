/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. The record of what happens and when (smmu_timeline.h). Units call TIMELINE_*() where they
 * change state; without a ring that is one branch. Nothing ever reads a record to decide anything.
 */
#ifndef SMMUSIM_TIMELINE_H
#define SMMUSIM_TIMELINE_H

#include "hints.h"
#include "smmusim/smmu_timeline.h"
#include "smmusim/smmu_types.h"

struct slot;

struct timeline {
    uint32_t capacity; /* 0: nothing is recorded */
    uint32_t head, count;
    uint64_t lost;
    uint64_t requests;              /* so far; the id of the next one */
    uint64_t owner_now;             /* cycle of the latest input for a request */
    smmu_timeline_record_t *record; /* [capacity], a ring */
};

void smmu__timeline_note(struct smmu *s, uint64_t cycle, smmu_timeline_phase_t phase,
                         smmu_timeline_kind_t kind, unsigned index, uint64_t id, uint64_t first,
                         uint64_t second);

/* index: which of the kind's units; id: see smmu_timeline_record. */
#define TIMELINE_AT(s, cycle, phase, kind, index, id, first, second)                               \
    do {                                                                                           \
        if (UNLIKELY((s)->timeline.capacity))                                                      \
            smmu__timeline_note(s, cycle, SMMU_TIMELINE_##phase, SMMU_TIMELINE_##kind, index, id,  \
                                first, second);                                                    \
    } while (0)
#define TIMELINE_BEGIN(s, kind, index, id, first, second)                                          \
    TIMELINE_AT(s, (s)->sched.now, BEGIN, kind, index, id, first, second)
#define TIMELINE_END(s, kind, index, id, first, second)                                            \
    TIMELINE_AT(s, (s)->sched.now, END, kind, index, id, first, second)
#define TIMELINE_INSTANT(s, kind, index, first, second)                                            \
    TIMELINE_AT(s, (s)->sched.now, INSTANT, kind, index, 0, first, second)
#define TIMELINE_COUNTER(s, kind, index, value)                                                    \
    TIMELINE_AT(s, (s)->sched.now, COUNTER, kind, index, 0, value, 0)

/* What an access's record says beside its address (docs/timeline.md). */
static inline uint64_t timeline_access_args(const smmu_out_mem_t *m)
{
    return (uint64_t)m->op | (uint64_t)m->source << 8 | (uint64_t)m->size << 16;
}

/* cycle: in our time; accesses of a request are noted in the request's. */
void smmu__timeline_access(struct smmu *s, uint64_t cycle, smmu_timeline_phase_t phase,
                           uint64_t tag, uint64_t first, uint64_t second);
#define TIMELINE_ACCESS(s, cycle, phase, tag, first, second)                                       \
    do {                                                                                           \
        if (UNLIKELY((s)->timeline.capacity))                                                      \
            smmu__timeline_access(s, cycle, SMMU_TIMELINE_##phase, tag, first, second);            \
    } while (0)

/*
 * A request's way through its slot: one stage at a time, some of them inside a group. A stage ends
 * when the next one begins, a group when a stage outside it does, and all of them with the request.
 */
struct slot_timeline {
    uint64_t id;
    uint64_t noted;       /* cycle of the latest record */
    uint8_t stage, group; /* smmu_timeline_kind_t, TIMELINE_NONE */
};

/* Ids of invalidations in a TBU, whose other rows are requests. */
#define TIMELINE_INVAL_ROW (UINT64_C(1) << 40)

enum { TIMELINE_NONE = SMMU_TIMELINE_KINDS };

/* These four are called only with a ring. whole: SMMU_TIMELINE_REQUEST or _PREFETCH. */
void smmu__timeline_take_off(struct smmu *s, struct slot *slot, smmu_timeline_kind_t whole);
/* The stage begins in so many cycles. */
void smmu__timeline_stage(struct smmu *s, struct slot *slot, uint64_t in, smmu_timeline_kind_t kind,
                          uint64_t first, uint64_t second);
void smmu__timeline_land(struct smmu *s, struct slot *slot, smmu_timeline_kind_t whole);
/* A request that was answered at once; its look-ups are done in so many cycles. */
void smmu__timeline_hit(struct smmu *s, const smmu_request_t *request, uint64_t looked_up_in,
                        const smmu_response_t *response);

#define TIMELINE_STAGE_IN(s, slot, in, kind)                                                       \
    do {                                                                                           \
        if (UNLIKELY((s)->timeline.capacity))                                                      \
            smmu__timeline_stage(s, slot, in, SMMU_TIMELINE_##kind, 0, 0);                         \
    } while (0)
#define TIMELINE_STAGE(s, slot, kind) TIMELINE_STAGE_IN(s, slot, 0, kind)

#endif
