/* SPDX-License-Identifier: Apache-2.0 */
/* L4. Names and values of the counters. */
#include <string.h>

#include "name.h"
#include "state.h"

static const smmu_stat_info_t infos[SMMU_STAT_COUNT] = {
#define INFO(name, unit, meaning) {#name, unit, meaning},
    SMMU_STAT_LIST(INFO)
#undef INFO
};

const smmu_stat_info_t *smmu_stat_info(size_t i)
{
    return i < SMMU_STAT_COUNT ? &infos[i] : NULL;
}

int smmu_stat_find(const char *name)
{
    for (int i = 0; i < SMMU_STAT_COUNT; i++)
        if (same_name(infos[i].name, name))
            return i;
    return -1;
}

uint64_t smmu_stat_value(const smmu_t *s, smmu_stat_t stat)
{
    return stat < SMMU_STAT_COUNT ? s->stat[stat] : 0;
}

void smmu_stats_clear(smmu_t *s)
{
    memset(s->stat, 0, sizeof s->stat);
}
