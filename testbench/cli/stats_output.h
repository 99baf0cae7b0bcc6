/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot of statistics as text and as JSON; docs/statistics.md says what is in them. */
#ifndef SMMUSIM_CLI_STATS_OUTPUT_H
#define SMMUSIM_CLI_STATS_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "smmusim/smmu_stats.h"

/* zeros: also what counted nothing. */
void stats_print(FILE *out, const smmu_stats_t *stats, bool zeros);
json_t *stats_json(const smmu_stats_t *stats);

#endif
