/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. One place where something is counted (smmu_counters.h): of the SMMU, of a TBU, of the TCU.
 * Durations go into histograms, a transaction's into its TBU's and its stream's. A stream gets its
 * histogram when it is first met; which one it is is kept with its configuration (struct xctx), so
 * that a hit need not search.
 * What is a monitor event of a request's stream (10.3) is counted by its unit's counter group too.
 */
#ifndef SMMUSIM_COUNT_H
#define SMMUSIM_COUNT_H

#include <stdint.h>

#include "histogram.h"
#include "smmusim/smmu_counters.h"
#include "smmusim/smmu_types.h"

struct smmu;

#define STAT(s, name, n) ((s)->stat[SMMU_STAT_##name] += (n))
#define TBU_STAT(t, name, n) ((t)->stat[SMMU_TBU_STAT_##name] += (n))
#define TCU_STAT(s, name, n) ((s)->tcu_stat[SMMU_TCU_STAT_##name] += (n))
#define TBU_EVENT(s, t, name, event, n, request)                                                   \
    (TBU_STAT(t, name, n), smmu__pmcg_count_in(s, (t)->pmcg, SMMU_PMCG_EV_##event, n,              \
                                               (request)->sec_sid, (request)->streamid))
#define TCU_EVENT(s, name, event, n, request)                                                      \
    (TCU_STAT(s, name, n), smmu__pmcg_count(s, PMCG_TCU, SMMU_PMCG_EV_##event, n,                  \
                                            (request)->sec_sid, (request)->streamid))

#define TCU_TIME(s, name, cycles)                                                                  \
    smmu__histogram_record(&(s)->tcu_time[SMMU_TCU_HISTOGRAM_##name], cycles)

struct stream_times {
    uint32_t streamid;
    uint8_t sec;
    struct histogram time[SMMU_STREAM_HISTOGRAM_COUNT];
};

struct streams {
    uint32_t capacity, seen;
    struct stream_times *stream; /* [capacity + 1]; the last one: all others */
};

/* Which histograms the stream of the request has. */
uint16_t smmu__stream_number(struct smmu *s, uint8_t sec, uint32_t streamid);

#define TRANSACTION_TIME(s, t, stream_number, cycles)                                              \
    smmu__histogram_record_both(                                                                   \
        &(t)->time[SMMU_TBU_HISTOGRAM_latency],                                                    \
        &(s)->streams.stream[stream_number].time[SMMU_STREAM_HISTOGRAM_latency], cycles)

#endif
