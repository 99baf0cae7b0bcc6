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

static uint64_t of_all_tbus(const smmu_t *s, smmu_tbu_stat_t stat)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->tbus; i++)
        sum += s->tbu[i].stat[stat];
    return sum;
}

#define TBUS(name) of_all_tbus(s, SMMU_TBU_STAT_##name)
#define TCU(name) (s->tcu_stat[SMMU_TCU_STAT_##name])

/* Totals that follow from what the units count. */
uint64_t smmu_stat_value(const smmu_t *s, smmu_stat_t stat)
{
    switch (stat) {
    case SMMU_STAT_tlb_lookup:
        return TBUS(utlb_lookup);
    case SMMU_STAT_tlb_hit:
        return TBUS(utlb_lookup) - TBUS(mtlb_miss);
    case SMMU_STAT_tlb_miss:
        return TBUS(mtlb_miss);
    case SMMU_STAT_cfg_lookup:
        return TCU(cc_lookup);
    case SMMU_STAT_cfg_miss:
        return TCU(cc_miss);
    case SMMU_STAT_cfg_hit:
        return TCU(cc_lookup) - TCU(cc_miss);
    case SMMU_STAT_cfg_fetch:
        return TCU(config_reads);
    case SMMU_STAT_walks:
        return TCU(walks);
    case SMMU_STAT_walk_reads:
        return TCU(walk_reads);
    default:
        return stat < SMMU_STAT_COUNT ? s->stat[stat] : 0;
    }
}

void smmu_stats_clear(smmu_t *s)
{
    memset(s->stat, 0, sizeof s->stat);
    memset(s->tcu_stat, 0, sizeof s->tcu_stat);
    for (uint32_t i = 0; i < s->tbus; i++)
        memset(s->tbu[i].stat, 0, sizeof s->tbu[i].stat);
}
