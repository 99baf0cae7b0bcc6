/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. Where something that happened finds the unit it belongs to: a timer is due, an access is
 * finished, a unit has left consequences for others.
 */
#ifndef SMMUSIM_DISPATCH_H
#define SMMUSIM_DISPATCH_H

#include "state.h"

/* Timers due by 'now', in their order; then the clock stands at the last of them. */
void smmu__run_due(struct smmu *s, uint64_t now);
void smmu__mem_done(struct smmu *s, const struct access *a, smmu_mem_status_t status,
                    const void *data);
void smmu__settle_now(struct smmu *s);

/* Draws what SETTLE_* asks for, if anything. After every input. */
static inline void smmu__settle(struct smmu *s)
{
    if (s->settle)
        smmu__settle_now(s);
}

#endif
