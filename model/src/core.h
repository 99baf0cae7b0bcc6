/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. What happens to an instance as a whole: something is due, an access is finished, a unit has
 * left consequences.
 */
#ifndef SMMUSIM_CORE_H
#define SMMUSIM_CORE_H

#include "state.h"

/* The programming interface that governs the streams of a Security state; NULL: there is none. */
static inline const struct prog_if *smmu__interface_of(const struct smmu *s, unsigned sec)
{
    for (unsigned i = 0; i < PROG_IF_COUNT; i++)
        if (s->pi[i].sec == sec)
            return &s->pi[i];
    return NULL;
}

/* Is the request one that can be made (smmu_types.h), and which interface governs it? */
static inline smmu_status_t smmu__request_check(const struct smmu *s, const smmu_request_t *r,
                                                const struct prog_if **pi)
{
    if (r->substreamid > low_mask(20) || r->sh > SMMU_SH_ISH || r->tbu >= s->tbus)
        return SMMU_E_ARGUMENT;
    *pi = smmu__interface_of(s, r->sec_sid);
    if (*pi)
        return SMMU_OK;
    return r->sec_sid > SMMU_PAS_REALM ? SMMU_E_ARGUMENT : SMMU_E_UNSUPPORTED;
}

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
