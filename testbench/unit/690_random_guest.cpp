/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 690: whatever a guest does, the model answers every request exactly once, stays within its outbox
 * and goes on.
 *
 * Run under the sanitizers this is the test of "never a crash, a hang or growth".
 * SMMUSIM_RANDOM_SEED and SMMUSIM_RANDOM_OPERATIONS change seed and length.
 */
#include <string>

#include "unit/environment.h"
#include "unit/random_guest.h"
#include "unit/random_timing.h"

namespace {

/* What came of it; over all runs of a test, so that one slow configuration does no harm. */
class Activity {
public:
    /* A reset drops what is in flight: without any, more equations between counters hold. */
    void run(const smmu_config_t &config, uint64_t operations, bool may_reset = true)
    {
        const uint64_t seed = from_environment("SMMUSIM_RANDOM_SEED", 20260101);
        operations = from_environment("SMMUSIM_RANDOM_OPERATIONS", operations);
        SCOPED_TRACE("SMMUSIM_RANDOM_SEED=" + std::to_string(seed));
        RandomGuest guest(seed, config);
        guest.may_reset = may_reset;
        for (uint64_t i = 0; i < operations && !testing::Test::HasFatalFailure(); i++)
            guest.operate();
        guest.finish();
        EXPECT_THAT(guest.violations(), testing::IsEmpty());
        operations_ += operations;
        answers_ += guest.answers;
        forwards_ += guest.forwards;
        ecmdq_consumed_ += guest.ecmdqs().consumed;
        ecmdq_errors_ += guest.ecmdqs().errors;
        for (size_t i = 0; i < SMMU_STAT_COUNT; i++)
            count_[i] += guest.count(static_cast<smmu_stat_t>(i));
    }

    uint64_t count(smmu_stat_t which) const { return count_[which]; }

    /* Otherwise the guest never got anywhere, and the test tests nothing. */
    void expect_enough() const
    {
        EXPECT_GT(answers_, operations_ / 20);
        EXPECT_GT(forwards_, operations_ / 50);
        EXPECT_GT(count_[SMMU_STAT_cmd_consumed], operations_ / 2000);
        EXPECT_GT(count_[SMMU_STAT_tlb_fill], operations_ / 50000);
        EXPECT_GT(count_[SMMU_STAT_slots_marked], operations_ / 2000);
        EXPECT_GT(count_[SMMU_STAT_events_recorded], operations_ / 1000);
        EXPECT_GT(count_[SMMU_STAT_stalls], operations_ / 20000);
        EXPECT_GT(count_[SMMU_STAT_stalls_terminated], operations_ / 20000);
        EXPECT_GT(count_[SMMU_STAT_stall_waits], operations_ / 50000);
        EXPECT_GT(count_[SMMU_STAT_page_requests_recorded], operations_ / 2000);
        EXPECT_GT(count_[SMMU_STAT_page_requests_lost], operations_ / 2000);
        EXPECT_GT(count_[SMMU_STAT_page_request_reads], 0u);
        EXPECT_GT(count_[SMMU_STAT_broadcast_tlbi], 0u);
        EXPECT_GT(count_[SMMU_STAT_ats_requests], operations_ / 500);
        EXPECT_GT(count_[SMMU_STAT_ats_granted], 0u);
        EXPECT_GT(count_[SMMU_STAT_ats_translated], operations_ / 500);
        EXPECT_GT(count_[SMMU_STAT_atc_invs], 0u);
        EXPECT_GT(ecmdq_consumed_, operations_ / 1000);
        EXPECT_GT(ecmdq_errors_, operations_ / 10000);
    }

private:
    uint64_t operations_ = 0, answers_ = 0, forwards_ = 0;
    uint64_t ecmdq_consumed_ = 0, ecmdq_errors_ = 0;
    uint64_t count_[SMMU_STAT_COUNT] = {};
};

void run_one(const smmu_config_t &config)
{
    Activity activity;
    activity.run(config, 300000);
    activity.run(config, 200000, false);
    activity.expect_enough();
    EXPECT_GT(activity.count(SMMU_STAT_stalls_retried), 0u);
}

smmu_config_t config_of(const std::vector<std::pair<const char *, uint64_t>> &settings)
{
    smmu_config_t config;
    smmu_config_init(&config, nullptr);
    EXPECT_EQ(smmu_config_set(&config, "timing.atc_inv_timeout", 20000, nullptr, 0), SMMU_OK);
    for (const auto &s : settings)
        EXPECT_EQ(smmu_config_set(&config, s.first, s.second, nullptr, 0), SMMU_OK) << s.first;
    return config;
}

} // namespace

TEST(RandomGuest, 690_few_slots_and_walkers)
{
    run_one(config_of({{"timing.tbu_xlate_slots", 4},
                       {"timing.ptw_slots", 2},
                       {"timing.mtlb_entries", 16},
                       {"timing.wc_entries", 8},
                       {"timing.cc_entries", 8},
                       {"IDR5.STALL_MAX", 3},
                       {"IDR0.ATS", 1},
                       {"IDR3.PPS", 0},
                       {"timing.cmdq_reads_in_flight", 4}}));
}

TEST(RandomGuest, 690_without_time_and_with_invalidation_notices)
{
    run_one(config_of({{"mode", SMMU_MODE_FUNCTIONAL},
                       {"inval.notify", 1},
                       {"IDR0.ATS", 1},
                       {"IDR3.PPS", 0},
                       {"choice.reserved_bits", 1},
                       {"timing.wr_events", 8}}));
}

TEST(RandomGuest, 690_under_random_timing)
{
    Activity activity;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        SCOPED_TRACE("timing seed " + std::to_string(seed));
        smmu_config_t config =
            config_of({{"inval.notify", seed % 2}, {"IDR5.STALL_MAX", 1 + seed * seed}, {"IDR0.ATS", 1}, {"IDR3.PPS", seed % 2}});
        RandomTiming(seed).draw(&config);
        activity.run(config, 100000, seed % 3 == 0);
    }
    activity.expect_enough();
}
