/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. What the modes functional, lt and at make of the configuration. What costs no time in a mode,
 * or is not scarce in it, is configured so: no unit asks for the mode on that account.
 */
#ifndef SMMUSIM_MODES_H
#define SMMUSIM_MODES_H

#include "smmusim/smmu.h"

/* Of an instance that is laid out. */
void smmu__take_config(struct smmu *s, const smmu_config_t *cfg);

#endif
