/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 836: Little's law (experiment 7 of docs/timing.md): what a pool holds on average is what passes
 * through it in a cycle, times how long each stays. At rest it is exact, so integrals are compared
 * with residence times that the test sums up itself.
 */
#include <numeric>

#include "unit/timed_machine.h"

namespace {

constexpr unsigned K = 48;

/* The pools of a machine between two moments. */
class Interval {
public:
    explicit Interval(TimedMachine &m) : m_(m), begin_(take()) {}

    smmu_pool_stats_t pool(smmu_stats_unit_t unit, unsigned index)
    {
        std::vector<uint64_t> end = take();
        auto *later = reinterpret_cast<smmu_stats_t *>(end.data());
        EXPECT_EQ(smmu_stats_subtract(later, reinterpret_cast<smmu_stats_t *>(begin_.data())),
                  SMMU_OK);
        return smmu_stats_pool(later, unit, 0, index);
    }

private:
    std::vector<uint64_t> take()
    {
        const smmu_t *smmu = host_smmu(m_.host.get());
        std::vector<uint64_t> memory(smmu_stats_size(smmu) / 8 + 1);
        EXPECT_NE(smmu_stats_take(smmu, memory.data(), memory.size() * 8), nullptr);
        return memory;
    }

    TimedMachine &m_;
    std::vector<uint64_t> begin_;
};

/* Misses of one read each, all at once, over few tokens and fewer walkers. */
class Occupancy : public testing::Test {
protected:
    Occupancy() : m(timing())
    {
        m.map_pages(TimedMachine::kVa, K + 1);
        m.warm({TimedMachine::kVa});
        interval.emplace_back(m);
        std::vector<uint64_t> addresses;
        for (unsigned i = 1; i <= K; i++)
            addresses.push_back(TimedMachine::page(i));
        left = m.leave(addresses);
        m.idle();
    }

    static Timing timing()
    {
        return telling_timing().set({{"dti_trans_tokens", 8}, {"ptw_slots", 2}});
    }

    /* When request i, counted from its submission, gets a token and a walker. */
    uint64_t token_at(unsigned i) const
    {
        const uint64_t asks = forms::to_request(m.t) + i;
        return i < 8 ? asks : std::max(asks, left[i - 8] - m.t["tbu_back_lat"]);
    }

    void expect(const smmu_pool_stats_t &pool, uint64_t times, uint64_t residence)
    {
        EXPECT_EQ(pool.taken, times);
        EXPECT_EQ(pool.integral, residence);
        EXPECT_EQ(pool.used, 0u);
    }

    TimedMachine m;
    std::vector<Interval> interval;
    std::vector<uint64_t> left;
};

TEST_F(Occupancy, 836_slots_are_kept_from_acceptance_to_leaving)
{
    expect(interval[0].pool(SMMU_STATS_TBU, SMMU_TBU_POOL_slots), K,
           std::accumulate(left.begin(), left.end(), uint64_t{0}));
}

TEST_F(Occupancy, 836_tokens_are_kept_from_request_to_answer)
{
    uint64_t residence = 0;
    for (unsigned i = 0; i < K; i++)
        residence += left[i] - m.t["tbu_back_lat"] - token_at(i);
    expect(interval[0].pool(SMMU_STATS_TBU, SMMU_TBU_POOL_tokens), K, residence);
    EXPECT_EQ(interval[0].pool(SMMU_STATS_TBU, SMMU_TBU_POOL_tokens).peak, 8u);
}

TEST_F(Occupancy, 836_walkers_are_kept_for_a_walk)
{
    const smmu_pool_stats_t pool = interval[0].pool(SMMU_STATS_TCU, SMMU_TCU_POOL_ptw_slots);
    expect(pool, K, K * forms::W(m.t, 1));
    EXPECT_EQ(pool.peak, 2u);
    /* Both are busy from the second request's arrival to the last but one's end. */
    EXPECT_EQ(pool.full, K / 2 * forms::W(m.t, 1) - 1);
}

TEST_F(Occupancy, 836_reads_are_outstanding_for_their_latency)
{
    const smmu_pool_stats_t pool = interval[0].pool(SMMU_STATS_TCU, SMMU_TCU_POOL_read_slots);
    expect(pool, K, K * (m.t["qtw_ar_lat"] + m.t["mem_read_lat"]));
}

/* Two walkers are the bound, and the tokens that wait for them are all in use. */
TEST_F(Occupancy, 836_mean_occupancy_is_throughput_times_residence)
{
    const double cycles = double(left.back()), throughput = K / cycles;
    double residence = 0;
    for (unsigned i = 0; i < K; i++)
        residence += double(left[i] - m.t["tbu_back_lat"] - token_at(i)) / K;
    const smmu_pool_stats_t pool = interval[0].pool(SMMU_STATS_TBU, SMMU_TBU_POOL_tokens);
    const double mean = double(pool.integral) / cycles;
    EXPECT_NEAR(mean, throughput * residence, 1e-9);
    EXPECT_NEAR(throughput, 2 / double(forms::W(m.t, 1)), 0.1 * throughput);
    EXPECT_NEAR(mean, 8.0, 1.0);
}

} // namespace
