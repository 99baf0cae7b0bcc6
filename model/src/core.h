/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. What happens to an instance as a whole: something is due, an access is finished, a unit has
 * left consequences.
 */
#ifndef SMMUSIM_CORE_H
#define SMMUSIM_CORE_H

#include "state.h"

void smmu__run_due(struct smmu *s, uint64_t now);
void smmu__mem_done(struct smmu *s, const struct access *a, smmu_mem_status_t status,
                    const void *data);
/* Draws what SETTLE_* asks for, and gives walkers to who waits for one. After every input. */
void smmu__settle(struct smmu *s);

#endif
