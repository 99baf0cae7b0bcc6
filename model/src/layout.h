/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. What lies where in the one block of memory of an instance, and how large it is: both follow
 * from the configuration, which has been checked.
 */
#ifndef SMMUSIM_LAYOUT_H
#define SMMUSIM_LAYOUT_H

#include <stddef.h>

#include "smmusim/smmu.h"

size_t smmu__layout_size(const smmu_config_t *cfg);
/* The instance at the start of the block, which is zeroed: pointers and capacities set, no more. */
struct smmu *smmu__lay_out(void *memory, const smmu_config_t *cfg);

#endif
