/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 842: what the modes leave of time (docs/timing.md): lt the unloaded latency of each transaction,
 * functional nothing. Memory takes no time here, since in these modes its owner adds that.
 */
#include "unit/timed_machine.h"

namespace {

constexpr unsigned K = 16;
constexpr uint64_t kVa = TimedMachine::kVa;

Timing timing_of(smmu_mode_t mode)
{
    Timing t = telling_timing().set(
        {{"mem_read_lat", 0}, {"ptw_slots", 1}, {"dti_trans_tokens", 1}, {"order_by_id", 1}});
    EXPECT_EQ(smmu_config_set(&t.config(), "mode", mode, nullptr, 0), SMMU_OK);
    return t;
}

void expect_all(const std::vector<uint64_t> &left, uint64_t cycles)
{
    for (size_t i = 0; i < left.size(); i++)
        EXPECT_EQ(left[i], cycles) << i;
}

TEST(Modes, 842_lt_gives_each_transaction_its_unloaded_latency)
{
    const Timing t = timing_of(SMMU_MODE_LT);
    TimedMachine m(t);
    m.map_pages(kVa, K + 1);
    m.warm({kVa});
    std::vector<uint64_t> misses;
    for (unsigned i = 1; i <= K; i++)
        misses.push_back(TimedMachine::page(i));
    expect_all(m.leave(std::vector<uint64_t>(K, kVa)), forms::utlb_hit(t));
    expect_all(m.leave(misses), forms::miss(t, forms::W(t, 1)));
}

TEST(Modes, 842_at_makes_the_same_transactions_wait_for_one_another)
{
    const Timing t = timing_of(SMMU_MODE_AT);
    TimedMachine m(t);
    m.map_pages(kVa, K + 1);
    m.warm({kVa});
    std::vector<uint64_t> misses;
    for (unsigned i = 1; i <= K; i++)
        misses.push_back(TimedMachine::page(i));
    const std::vector<uint64_t> left = m.leave(misses);
    for (unsigned i = 0; i < K; i++)
        EXPECT_EQ(left[i], forms::miss(t, forms::W(t, 1)) + i * forms::token(t, forms::W(t, 1)));
}

TEST(Modes, 842_functional_costs_no_time)
{
    const Timing t = timing_of(SMMU_MODE_FUNCTIONAL);
    TimedMachine m(t);
    m.map_pages(kVa, K + 1);
    m.warm({kVa});
    std::vector<uint64_t> misses;
    for (unsigned i = 1; i <= K; i++)
        misses.push_back(TimedMachine::page(i));
    expect_all(m.leave(misses), 0);
    expect_all(m.leave(std::vector<uint64_t>(K, kVa)), 0);
    m.push_tlbi_asid();
    m.push_sync();
    const uint64_t all = m.ring();
    EXPECT_EQ(m.cons(), all);
}

/* Commands and invalidations take the same time as with contention. */
TEST(Modes, 842_commands_take_the_same_time_in_lt_as_in_at)
{
    for (smmu_mode_t mode : {SMMU_MODE_AT, SMMU_MODE_LT}) {
        const Timing t = timing_of(mode).set({{"mem_read_lat", 100}, {"dti_inv_req_lat", 300}});
        TimedMachine m(t);
        forms::CommandQueue form(t);
        for (unsigned i = 0; i < 20; i++) {
            m.push_tlbi_va(kVa);
            form.invalidation(forms::I_by_address(t));
        }
        m.push_sync();
        form.sync();
        const uint64_t begin = m.now(), all = m.ring();
        m.expect_consumed(all, begin + form.passes_last(), std::to_string(mode));
    }
}

} // namespace
