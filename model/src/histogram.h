/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. A distribution of durations in buckets: one for each value below 16, then eight an octave,
 * so that a bucket is never wider than an eighth of its values. Percentiles answer a bucket's
 * middle and are therefore within a sixteenth of the exact ones.
 */
#ifndef SMMUSIM_HISTOGRAM_H
#define SMMUSIM_HISTOGRAM_H

#include <stdint.h>
#include <string.h>

#include "bits.h"

enum {
    HISTOGRAM_EXACT_LOG2 = 4, /* values below 2^4 have buckets of their own */
    HISTOGRAM_SPLIT_LOG2 = 3, /* 2^3 buckets an octave above */
    HISTOGRAM_TOP_LOG2 = 32,  /* values from here on are in the last bucket */
    HISTOGRAM_BUCKETS = (1 << HISTOGRAM_EXACT_LOG2) +
                        ((HISTOGRAM_TOP_LOG2 - HISTOGRAM_EXACT_LOG2) << HISTOGRAM_SPLIT_LOG2)
};

struct histogram {
    uint64_t bucket[HISTOGRAM_BUCKETS];
    uint64_t sum;
    uint64_t min, span; /* the greatest value is min + span; nothing recorded: UINT64_MAX, 0 */
};

/* ---- buckets */

static inline unsigned histogram_bucket(uint64_t value)
{
    if (LIKELY(value >> HISTOGRAM_EXACT_LOG2 == 0))
        return (unsigned)value;
    if (UNLIKELY(value >> HISTOGRAM_TOP_LOG2))
        return HISTOGRAM_BUCKETS - 1;
    unsigned octave = highest_bit(value);
    unsigned split = (unsigned)(value >> (octave - HISTOGRAM_SPLIT_LOG2)); /* 8 to 15 */
    return ((octave - HISTOGRAM_EXACT_LOG2 + 1) << HISTOGRAM_SPLIT_LOG2) + split;
}

/* The least value of a bucket; of HISTOGRAM_BUCKETS, the first value that has none of its own. */
static inline uint64_t histogram_floor(unsigned bucket)
{
    if (bucket < 1u << HISTOGRAM_EXACT_LOG2)
        return bucket;
    unsigned octave = (bucket >> HISTOGRAM_SPLIT_LOG2) - 2;
    uint64_t split = (bucket & 7u) + 8;
    return split << (octave + 1);
}

/* ---- recording */

static inline void smmu__histogram_clear(struct histogram *h)
{
    memset(h, 0, sizeof *h);
    h->min = UINT64_MAX;
}

static inline void smmu__histogram_widen(struct histogram *h, uint64_t value)
{
    uint64_t max = h->min == UINT64_MAX ? value : h->min + h->span;
    h->min = value < h->min ? value : h->min;
    h->span = (value > max ? value : max) - h->min;
}

/* On the path of every hit: two additions, and one comparison for both ends. */
static inline void histogram_record_in(struct histogram *h, unsigned bucket, uint64_t value)
{
    h->bucket[bucket]++;
    h->sum += value;
    if (UNLIKELY(value - h->min > h->span))
        smmu__histogram_widen(h, value);
}

static inline void smmu__histogram_record(struct histogram *h, uint64_t value)
{
    histogram_record_in(h, histogram_bucket(value), value);
}

static inline void smmu__histogram_record_both(struct histogram *a, struct histogram *b,
                                               uint64_t value)
{
    unsigned bucket = histogram_bucket(value);
    histogram_record_in(a, bucket, value);
    histogram_record_in(b, bucket, value);
}

/* ---- reading */

static inline uint64_t smmu__histogram_max(const struct histogram *h)
{
    return h->min == UINT64_MAX ? 0 : h->min + h->span;
}

static inline uint64_t smmu__histogram_count(const struct histogram *h)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        count += h->bucket[i];
    return count;
}

/* The greatest value of a bucket; the last one has no limit. */
static inline uint64_t histogram_ceiling(unsigned bucket)
{
    return bucket + 1 < HISTOGRAM_BUCKETS ? histogram_floor(bucket + 1) - 1 : UINT64_MAX;
}

/* The least value of which permille thousandths are not greater (nearest rank). */
uint64_t smmu__histogram_quantile(const struct histogram *h, unsigned permille);
void smmu__histogram_add(struct histogram *to, const struct histogram *h);
/* earlier: an earlier state of it. Its ends become those of the buckets that are left. */
void smmu__histogram_subtract(struct histogram *later, const struct histogram *earlier);

#endif
