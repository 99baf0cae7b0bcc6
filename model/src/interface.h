/* SPDX-License-Identifier: Apache-2.0 */
/* L4. Which programming interface a caller's request belongs to, if it is one that can be made. */
#ifndef SMMUSIM_INTERFACE_H
#define SMMUSIM_INTERFACE_H

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
    if (r->substreamid > low_mask(20) || r->sh > SMMU_SH_ISH || r->tbu >= s->tbus ||
        r->ats_units > 15)
        return SMMU_E_ARGUMENT;
    *pi = smmu__interface_of(s, r->sec_sid);
    if (*pi)
        return SMMU_OK;
    return r->sec_sid > SMMU_PAS_REALM ? SMMU_E_ARGUMENT : SMMU_E_UNSUPPORTED;
}

#endif
