/* SPDX-License-Identifier: Apache-2.0 */
/* L1. One place where something is counted: totals, per TBU, in the TCU (smmu_stats.h). */
#ifndef SMMUSIM_COUNT_H
#define SMMUSIM_COUNT_H

#define STAT(s, name, n) ((s)->stat[SMMU_STAT_##name] += (n))
#define TBU_STAT(s, number, name, n) ((s)->tbu[number].stat[SMMU_TBU_STAT_##name] += (n))
#define TCU_STAT(s, name, n) ((s)->tcu_stat[SMMU_TCU_STAT_##name] += (n))

#endif
