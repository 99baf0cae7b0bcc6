/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. What an STE says of stage 2's tables: format, granule, input and output sizes, start level
 * (5.2, 3.4; Arm ARM D8.2, G5.5.7). Whether that is legal is stream.c's.
 */
#ifndef SMMUSIM_STAGE2_TABLES_H
#define SMMUSIM_STAGE2_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "smmusim/smmu.h"
#include "xctx.h"

enum { S2_NO_LEVEL = 4 };

bool smmu__s2_uses_vmsav8_32(const smmu_config_t *cfg, const uint64_t ste[8]);
bool smmu__s2_uses_ds(const smmu_config_t *cfg, const uint64_t ste[8]);
/* 0: Reserved. */
unsigned smmu__s2_granule_log2(const smmu_config_t *cfg, const uint64_t ste[8]);
unsigned smmu__s2_input_bits(const smmu_config_t *cfg, const uint64_t ste[8]);
/* What an output address is to fit into: PAs of VMSAv8-32 may not fit the OAS (3.4). */
unsigned smmu__s2_address_bits(const smmu_config_t *cfg, const uint64_t ste[8]);
/* Level at which the walk begins, or S2_NO_LEVEL: Reserved (VTCR_EL2.SL0; VTCR.SL0). */
int smmu__s2_start_level(const smmu_config_t *cfg, const uint64_t ste[8]);
/* Of a legal STE. */
struct ttb smmu__s2_ttb(const smmu_config_t *cfg, const uint64_t ste[8]);

#endif
