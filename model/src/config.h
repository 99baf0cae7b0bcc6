/* SPDX-License-Identifier: Apache-2.0 */
/* L1. What the rest of the model asks a configuration; keys, presets and rules are public (smmu.h).
 * Pure functions. */
#ifndef SMMUSIM_CONFIG_H
#define SMMUSIM_CONFIG_H

#include "smmusim/smmu.h"
#include "spec.h"

/* Is the feature there? (features.def) */
bool smmu__feature(const smmu_config_t *cfg, enum smmu_feature f);
/* Sizes of output and intermediate addresses in bits (3.4, 6.3.6). */
unsigned smmu__oas_bits(const smmu_config_t *cfg);
unsigned smmu__ias_bits(const smmu_config_t *cfg);

#endif
