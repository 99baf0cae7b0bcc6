/* SPDX-License-Identifier: Apache-2.0 */
/* L3. The way in of a client transaction: disabled, hit, or into a slot (3.4, 6.3.9.6). */
#ifndef SMMUSIM_XLATE_H
#define SMMUSIM_XLATE_H

#include "state.h"

/* SMMUEN, and acknowledged: what comes is translated (6.3.9.6). */
static inline bool smmu__xlate_enabled(const struct prog_if *pi)
{
    return REG_FIELD(pi, CR0, SMMUEN) && REG_FIELD(pi, CR0ACK, SMMUEN);
}

/* An smmu_verdict_t. pi: the interface that governs the request's stream. */
int smmu__xlate_submit(struct smmu *s, const struct prog_if *pi, const smmu_request_t *request,
                       smmu_response_t *response);

#endif
