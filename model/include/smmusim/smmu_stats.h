/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics: counters, pools and histograms of the SMMU and of its units (smmu_counters.h).
 *
 * A snapshot is a value: all statistics of a model at one cycle. Two of them subtract, which gives
 * those of the interval between. Everything is read from a snapshot, by place or by name; the
 * counters of SMMU_STAT_LIST can also be read from the model itself. docs/statistics.md has the
 * names and what holds between them.
 */
#ifndef SMMUSIM_SMMU_STATS_H
#define SMMUSIM_SMMU_STATS_H

#include "smmusim/smmu.h"
#include "smmusim/smmu_counters.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smmu_stat_info {
    const char *name, *unit, *meaning;
} smmu_stat_info_t;

/* ---- counters of the SMMU as a whole, from the model */

/* The i-th counter's description, or NULL at the end. */
const smmu_stat_info_t *smmu_stat_info(size_t i);
/* Index of a counter by name (case-insensitive), or -1. */
int smmu_stat_find(const char *name);
/* 0 of what is no counter. */
uint64_t smmu_stat_value(const smmu_t *s, smmu_stat_t stat);

/* Everything starts anew from zero at the present cycle; what is in use or in place stays. */
void smmu_stats_clear(smmu_t *s);

/* ---- snapshots */

typedef struct smmu_stats smmu_stats_t;

/* Bytes of a snapshot of this model. */
size_t smmu_stats_size(const smmu_t *s);
/* memory: smmu_stats_size() bytes, aligned as for uint64_t. Returns memory as a snapshot, or NULL.
 */
smmu_stats_t *smmu_stats_take(const smmu_t *s, void *memory, size_t size);
/*
 * later becomes the statistics of the interval from 'earlier' to it: counts, sums and integrals are
 * differences. What has no difference stays as it was in 'later': a pool's peak (the greatest since
 * the last clear), capacity and use, entries that are live; a histogram's min and max become the
 * edges of the buckets that the interval filled, if these are narrower. SMMU_E_ARGUMENT: the two
 * are not of one model and in this order, or statistics were cleared in between.
 */
smmu_status_t smmu_stats_subtract(smmu_stats_t *later, const smmu_stats_t *earlier);
/* Length of the interval: since the model's creation or clear, or as subtracted. */
uint64_t smmu_stats_cycles(const smmu_stats_t *stats);

/* ---- places */

typedef enum smmu_stats_unit {
    SMMU_STATS_SMMU,
    SMMU_STATS_TBU,
    SMMU_STATS_TCU,
    SMMU_STATS_STREAM,
    SMMU_STATS_UNIT_COUNT
} smmu_stats_unit_t;

typedef enum smmu_stats_kind {
    SMMU_STATS_COUNTER,
    SMMU_STATS_POOL,
    SMMU_STATS_HISTOGRAM,
    SMMU_STATS_KIND_COUNT
} smmu_stats_kind_t;

/* The index-th row of a unit's list of that kind, or NULL at the end. */
const smmu_stat_info_t *smmu_stats_info(smmu_stats_unit_t unit, smmu_stats_kind_t kind,
                                        size_t index);
/* How many instances of the unit there are: TBUs; streams that were seen, and the others as one. */
unsigned smmu_stats_instances(const smmu_stats_t *stats, smmu_stats_unit_t unit);
/* "", "tbu0", "tcu", "stream.0x2a", "stream.others"; empty if there is none. */
typedef struct smmu_stats_name {
    char text[24];
} smmu_stats_name_t;
smmu_stats_name_t smmu_stats_instance(const smmu_stats_t *stats, smmu_stats_unit_t unit,
                                      unsigned instance);

/* In place of an instance: sums over all of them; of peaks, minima and maxima the extreme one. */
#define SMMU_STATS_ALL UINT32_MAX

/* ---- values; of what does not exist everything is zero */

uint64_t smmu_stats_counter(const smmu_stats_t *stats, smmu_stats_unit_t unit, unsigned instance,
                            unsigned index);

typedef struct smmu_pool_stats {
    uint64_t capacity;
    uint64_t used;     /* now */
    uint64_t peak;     /* most used at once since the last clear */
    uint64_t taken;    /* how many were taken */
    uint64_t integral; /* of used over time: divided by the cycles it is the mean occupancy,
                          divided by taken the mean residence */
    uint64_t full;     /* cycles with all in use */
} smmu_pool_stats_t;
smmu_pool_stats_t smmu_stats_pool(const smmu_stats_t *stats, smmu_stats_unit_t unit,
                                  unsigned instance, unsigned index);

typedef struct smmu_histogram_stats {
    uint64_t count, sum, min, max;
    uint64_t p50, p90, p99; /* within a sixteenth; exact below 16 */
} smmu_histogram_stats_t;
smmu_histogram_stats_t smmu_stats_histogram(const smmu_stats_t *stats, smmu_stats_unit_t unit,
                                            unsigned instance, unsigned index);
/* The least value of which 'permille' thousandths are not greater; within a sixteenth. */
uint64_t smmu_stats_quantile(const smmu_stats_t *stats, smmu_stats_unit_t unit, unsigned instance,
                             unsigned index, unsigned permille);

typedef struct smmu_bucket {
    uint64_t first, last; /* values that fall into it; UINT64_MAX: without limit */
    uint64_t count;
} smmu_bucket_t;
/* The bucket-th bucket, counted from the lowest values. False at the end. */
bool smmu_stats_bucket(const smmu_stats_t *stats, smmu_stats_unit_t unit, unsigned instance,
                       unsigned index, unsigned bucket, smmu_bucket_t *out);

/* ---- by name */

/*
 * [INSTANCE.]ROW[.PART], case-insensitive. INSTANCE is tbuN, tcu, stream.ID or stream.others;
 * without it ROW is searched in the SMMU's list, then in the TBUs' (all of them together), then in
 * the TCU's. PART: of a pool capacity, used, peak, taken, integral, full; of a histogram count,
 * sum, min, max, p50, p90, p99; of a counter none.
 */
typedef struct smmu_stats_place {
    uint8_t unit, kind, part;
    uint16_t index;
    uint32_t instance; /* of a stream: its StreamID */
    bool others;       /* stream.others */
} smmu_stats_place_t;

/* False: there cannot be such a name. */
bool smmu_stats_find(const char *name, smmu_stats_place_t *place);
/* False: this model has no such instance. */
bool smmu_stats_value(const smmu_stats_t *stats, const smmu_stats_place_t *place, uint64_t *value);

#ifdef __cplusplus
}
#endif
#endif
