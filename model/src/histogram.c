/* SPDX-License-Identifier: Apache-2.0 */
/* L1. See histogram.h. */
#include "histogram.h"

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t greatest(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The middle of a bucket, as far as values of the histogram reach. */
static uint64_t answer_of(const struct histogram *h, unsigned bucket)
{
    const uint64_t max = smmu__histogram_max(h);
    const uint64_t first = greatest(histogram_floor(bucket), h->min);
    const uint64_t last = least(histogram_ceiling(bucket), max);
    return first + (last - first) / 2;
}

uint64_t smmu__histogram_quantile(const struct histogram *h, unsigned permille)
{
    const uint64_t count = smmu__histogram_count(h);
    const uint64_t share = permille < 1000 ? permille : 1000;
    /* ceil(count * share / 1000), without overflow */
    uint64_t rank = count / 1000 * share + (count % 1000 * share + 999) / 1000, seen = 0;
    rank = greatest(rank, 1);
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen >= rank)
            return answer_of(h, i);
    }
    return 0;
}

void smmu__histogram_add(struct histogram *to, const struct histogram *h)
{
    if (h->min == UINT64_MAX)
        return;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        to->bucket[i] += h->bucket[i];
    to->sum += h->sum;
    smmu__histogram_widen(to, h->min);
    smmu__histogram_widen(to, smmu__histogram_max(h));
}

void smmu__histogram_subtract(struct histogram *later, const struct histogram *earlier)
{
    uint64_t min = UINT64_MAX, max = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        later->bucket[i] -= earlier->bucket[i];
        if (!later->bucket[i])
            continue;
        min = least(min, greatest(histogram_floor(i), later->min));
        max = greatest(max, least(histogram_ceiling(i), smmu__histogram_max(later)));
    }
    later->sum -= earlier->sum;
    later->min = min;
    later->span = min == UINT64_MAX ? 0 : max - min;
}
