/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 870: what statistics are made of. A histogram's answers against a sorted list of what was
 * recorded; a pool's integral against a list of when each was taken and given back.
 */
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

extern "C" {
#include "histogram.h"
#include "pool.h"
}

namespace {

constexpr uint64_t kBeyond = uint64_t{1} << 32;

TEST(Histogram, 870_every_value_has_one_bucket_and_buckets_are_in_order)
{
    for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++) {
        const uint64_t first = histogram_floor(b), last = histogram_ceiling(b);
        ASSERT_LE(first, last);
        EXPECT_EQ(histogram_bucket(first), b);
        EXPECT_EQ(histogram_bucket(last), b);
        if (b) {
            EXPECT_EQ(histogram_ceiling(b - 1) + 1, first);
        }
    }
    EXPECT_EQ(histogram_floor(0), 0u);
    EXPECT_EQ(histogram_ceiling(HISTOGRAM_BUCKETS - 1), UINT64_MAX);
}

TEST(Histogram, 870_bucket_is_one_value_below_16_and_at_most_an_eighth_wide_above)
{
    for (uint64_t v = 0; v < 16; v++)
        EXPECT_EQ(histogram_floor(histogram_bucket(v)), histogram_ceiling(histogram_bucket(v)));
    for (uint64_t v = 16; v < kBeyond; v += v / 7 + 1) {
        const unsigned b = histogram_bucket(v);
        if (b + 1 < HISTOGRAM_BUCKETS) {
            EXPECT_LE((histogram_ceiling(b) - histogram_floor(b) + 1) * 8, histogram_floor(b));
        }
    }
}

/* Small, large, and over many orders of magnitude. */
std::vector<uint64_t> values(std::mt19937_64 &random, unsigned how, size_t count)
{
    std::vector<uint64_t> all;
    for (size_t i = 0; i < count; i++)
        all.push_back(how == 0   ? random() % 16
                      : how == 1 ? 100 + random() % 900
                      : how == 2 ? random() % (kBeyond - 1) >> random() % 32
                                 : 77);
    return all;
}

uint64_t nearest_rank(std::vector<uint64_t> sorted, unsigned permille)
{
    std::sort(sorted.begin(), sorted.end());
    const size_t rank = (sorted.size() * permille + 999) / 1000;
    return sorted[std::max<size_t>(rank, 1) - 1];
}

struct histogram record(const std::vector<uint64_t> &all)
{
    struct histogram h;
    smmu__histogram_clear(&h);
    for (uint64_t v : all)
        smmu__histogram_record(&h, v);
    return h;
}

void expect_answers_of(const struct histogram &h, const std::vector<uint64_t> &all)
{
    uint64_t sum = 0;
    for (uint64_t v : all)
        sum += v;
    EXPECT_EQ(smmu__histogram_count(&h), all.size());
    EXPECT_EQ(h.sum, sum);
    EXPECT_EQ(h.min, *std::min_element(all.begin(), all.end()));
    EXPECT_EQ(smmu__histogram_max(&h), *std::max_element(all.begin(), all.end()));
    for (unsigned permille : {0u, 1u, 500u, 900u, 990u, 999u, 1000u}) {
        const uint64_t exact = nearest_rank(all, permille);
        const uint64_t got = smmu__histogram_quantile(&h, permille);
        const uint64_t error = got > exact ? got - exact : exact - got;
        EXPECT_LE(error * 16, exact) << permille << ": " << got << " for " << exact;
        if (exact < 16) {
            EXPECT_EQ(got, exact);
        }
    }
}

TEST(Histogram, 870_quantiles_are_within_a_sixteenth_of_the_sorted_values)
{
    std::mt19937_64 random(870);
    for (unsigned how = 0; how < 4; how++)
        for (size_t count : {1u, 2u, 3u, 10u, 99u, 1000u, 5000u}) {
            const std::vector<uint64_t> all = values(random, how, count);
            expect_answers_of(record(all), all);
        }
}

TEST(Histogram, 870_sum_of_two_is_that_of_all_values)
{
    std::mt19937_64 random(871);
    std::vector<uint64_t> a = values(random, 1, 500), b = values(random, 2, 700);
    struct histogram sum = record(a), other = record(b), nothing = record({});
    smmu__histogram_add(&sum, &nothing);
    smmu__histogram_add(&sum, &other);
    a.insert(a.end(), b.begin(), b.end());
    expect_answers_of(sum, a);
}

TEST(Histogram, 870_difference_has_the_later_values_alone)
{
    std::mt19937_64 random(872);
    for (unsigned how = 0; how < 4; how++) {
        std::vector<uint64_t> before = values(random, 2, 300), after = values(random, how, 400);
        const struct histogram earlier = record(before), alone = record(after);
        before.insert(before.end(), after.begin(), after.end());
        struct histogram later = record(before);
        smmu__histogram_subtract(&later, &earlier);
        EXPECT_TRUE(std::equal(later.bucket, later.bucket + HISTOGRAM_BUCKETS, alone.bucket));
        EXPECT_EQ(later.sum, alone.sum);
        EXPECT_LE(later.min, alone.min);
        EXPECT_GE(smmu__histogram_max(&later), smmu__histogram_max(&alone));
        EXPECT_EQ(histogram_bucket(later.min), histogram_bucket(alone.min));
        EXPECT_EQ(histogram_bucket(smmu__histogram_max(&later)),
                  histogram_bucket(smmu__histogram_max(&alone)));
    }
}

TEST(Histogram, 870_empty_one_answers_zero)
{
    struct histogram h = record({5, 9}), same = h;
    smmu__histogram_subtract(&h, &same);
    EXPECT_EQ(smmu__histogram_count(&h), 0u);
    EXPECT_EQ(smmu__histogram_max(&h), 0u);
    EXPECT_EQ(smmu__histogram_quantile(&h, 990), 0u);
}

TEST(Histogram, 870_values_beyond_the_last_bucket_are_kept_in_sum_and_maximum)
{
    const struct histogram h = record({1, kBeyond + 5, 3 * kBeyond});
    EXPECT_EQ(smmu__histogram_count(&h), 3u);
    EXPECT_EQ(h.sum, 4 * kBeyond + 6);
    EXPECT_EQ(smmu__histogram_max(&h), 3 * kBeyond);
}

/* Little: the integral is the sum of the times for which each was in use. */
TEST(Pool, 870_integral_is_the_sum_of_residence_times)
{
    std::mt19937 random(873);
    struct pool p = {};
    p.capacity = 7;
    std::vector<uint64_t> taken_at;
    uint64_t now = 0, residence = 0, taken = 0, full = 0, peak = 0;
    for (unsigned i = 0; i < 20000; i++) {
        const uint64_t step = random() % 5;
        full += taken_at.size() == p.capacity ? step : 0;
        now += step;
        EXPECT_EQ(smmu__pool_free(&p), taken_at.size() < p.capacity);
        if (random() % 2 && smmu__pool_free(&p)) {
            smmu__pool_take(&p, now);
            taken_at.push_back(now);
            taken++;
            peak = std::max<uint64_t>(peak, taken_at.size());
        } else if (!taken_at.empty()) {
            const size_t which = random() % taken_at.size();
            residence += now - taken_at[which];
            taken_at.erase(taken_at.begin() + static_cast<std::ptrdiff_t>(which));
            smmu__pool_give(&p, now);
        }
        ASSERT_EQ(p.used, taken_at.size());
    }
    for (uint64_t since : taken_at) {
        residence += now - since;
        smmu__pool_give(&p, now);
    }
    EXPECT_EQ(p.integral, residence);
    EXPECT_EQ(p.taken, taken);
    EXPECT_EQ(p.full, full);
    EXPECT_EQ(p.peak, peak);
    EXPECT_GT(full, 0u);
}

} // namespace
