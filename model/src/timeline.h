/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. The record of what happens and when (smmu_timeline.h). Units call TIMELINE_*() where they
 * change state; without a ring that is one branch. Nothing ever reads a record to decide anything.
 */
#ifndef SMMUSIM_TIMELINE_H
#define SMMUSIM_TIMELINE_H

#include "smmusim/smmu_timeline.h"

struct timeline {
    uint32_t capacity; /* 0: nothing is recorded */
    uint32_t head, count;
    uint64_t lost;
    smmu_timeline_record_t *record; /* [capacity], a ring */
};

void smmu__timeline_note(struct smmu *s, uint64_t cycle, smmu_timeline_phase_t phase,
                         smmu_timeline_kind_t kind, unsigned index, uint64_t id, uint64_t first,
                         uint64_t second);

/* index: which of the kind's units; id: see smmu_timeline_record. */
#define TIMELINE_AT(s, cycle, phase, kind, index, id, first, second)                               \
    do {                                                                                           \
        if ((s)->timeline.capacity)                                                                \
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

#endif
