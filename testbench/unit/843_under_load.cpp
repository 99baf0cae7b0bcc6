/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 843: what is finite stays so under load: places in the TCU beside prefetches, and the update of
 * SMMUEN beside transactions that bypass (6.3.9).
 */
#include "smmusim/smmu_stats.h"
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;

/* Every token of two TBUs in use, and a prefetch behind each translation: as many places as tokens. */
TEST(UnderLoad, 843_prefetches_leave_the_tcu_no_fuller_than_it_is)
{
    for (const char *preset : all_presets)
        for (uint64_t mode : {1, 2})
            for (uint64_t tokens : {1, 2, 8}) {
                const Timing t = Timing(preset, {{"tbus", 2},
                                                 {"dti_trans_tokens", tokens},
                                                 {"tcu_xlate_slots", 2 * tokens},
                                                 {"ptw_slots", 32},
                                                 {"prefetch", mode}});
                TimedMachine::Tables tables;
                tables.prefetch = 1;
                TimedMachine m(t, tables);
                m.map_pages(kVa, 128);
                std::vector<Access> accesses;
                for (uint64_t i = 0; i < 48; i++)
                    accesses.push_back(Access(TimedMachine::page(2 * i)).tbu(i % 2).id(i));
                m.leave(accesses); /* every one is let through */
                m.idle();
                const smmu_t *smmu = host_smmu(m.host.get());
                std::vector<uint64_t> memory(smmu_stats_size(smmu) / sizeof(uint64_t) + 1);
                const smmu_stats_t *stats =
                    smmu_stats_take(smmu, memory.data(), memory.size() * sizeof(uint64_t));
                const smmu_pool_stats_t places =
                    smmu_stats_pool(stats, SMMU_STATS_TCU, 0, SMMU_TCU_POOL_slots);
                EXPECT_EQ(places.capacity, 2 * tokens);
                EXPECT_LE(places.peak, places.capacity) << preset << ", prefetch " << mode;
                EXPECT_EQ(places.used, 0u);
            }
}

/* Transactions of one ID keep one another in order, so that one of them is always on its way. */
TEST(UnderLoad, 843_smmuen_is_acknowledged_as_0_beside_transactions_that_bypass)
{
    const Timing t = telling_timing().set({{"order_by_id", 1}, {"utlb_lat", 20}});
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.start(Access(kVa).at(m.now() + 10));
    m.until(m.now() + 11);
    const uint64_t begin = m.now();
    m.w32(REF_REG_CR0, REF_PREP(CR0_CMDQEN, 1) | REF_PREP(CR0_EVENTQEN, 1));
    EXPECT_EQ(m.r32(REF_REG_CR0ACK) & 1, 1u) << "a translation is in flight";
    for (uint64_t i = 0; i < 400; i++)
        m.start(Access(0x1000).at(begin + 10 * i));
    m.until(begin + 3000);
    EXPECT_EQ(m.r32(REF_REG_CR0ACK) & 1, 0u);
    EXPECT_GT(m.stat(SMMU_STAT_bypassed), 250u);
    m.idle();
}

} // namespace
