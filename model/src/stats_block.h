/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. What a snapshot is inside: copies of everything that is counted, one block of memory without
 * pointers. stats.c makes blocks and subtracts them, stats_read.c reads them and names their
 * contents.
 */
#ifndef SMMUSIM_STATS_BLOCK_H
#define SMMUSIM_STATS_BLOCK_H

#include "histogram.h"
#include "pool.h"
#include "smmusim/smmu_stats.h"

struct tcu_block {
    uint64_t counter[SMMU_TCU_STAT_COUNT];
    struct pool pool[SMMU_TCU_POOL_COUNT];
    struct histogram time[SMMU_TCU_HISTOGRAM_COUNT];
};

struct tbu_block {
    uint64_t counter[SMMU_TBU_STAT_COUNT];
    struct pool pool[SMMU_TBU_POOL_COUNT];
    struct histogram time[SMMU_TBU_HISTOGRAM_COUNT];
};

struct stream_block {
    uint32_t streamid;
    struct histogram time[SMMU_STREAM_HISTOGRAM_COUNT];
};

struct smmu_stats {
    uint64_t from, to; /* cycles */
    uint32_t cleared;  /* how often statistics had been cleared */
    uint32_t tbus;
    uint32_t streams; /* places, one of them for all others */
    uint32_t streams_seen;
    uint64_t counter[SMMU_STAT_COUNT];
    struct tcu_block tcu;
    struct tbu_block tbu[]; /* [tbus], and behind them stream_block [streams] */
};

static inline const struct stream_block *stats_streams(const struct smmu_stats *b)
{
    return (const struct stream_block *)(const void *)&b->tbu[b->tbus];
}

#endif
