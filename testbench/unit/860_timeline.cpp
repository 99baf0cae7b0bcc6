/* SPDX-License-Identifier: Apache-2.0 */
/* 86x: the timeline. What it shows is what happened, at the cycle at which it happened; looking
 * changes nothing. */
#include "unit/watched_machine.h"

namespace {

TEST(Timeline, 860_without_its_key_there_is_none_and_no_memory_for_one)
{
    smmu_config_t config;
    smmu_timeline_record_t record;
    Timing t;
    TimedMachine m(t);
    m.push_sync();
    m.ring();
    m.idle();
    EXPECT_EQ(smmu_timeline_read(host_smmu(m.host.get()), &record, 1), 0u);
    EXPECT_EQ(smmu_timeline_lost(host_smmu(m.host.get())), 0u);
    ASSERT_EQ(smmu_config_init(&config, nullptr), SMMU_OK);
    const size_t without = smmu_size(&config);
    ASSERT_EQ(smmu_config_set(&config, "timeline.records", 1000, nullptr, 0), SMMU_OK);
    EXPECT_GE(smmu_size(&config), without + 1000 * sizeof record);
    EXPECT_LT(smmu_size(&config), without + 1000 * sizeof record + 4096);
}

TEST(Timeline, 861_records_that_nobody_took_are_lost_oldest_first_and_counted)
{
    Timing t;
    std::vector<smmu_timeline_record_t> all, kept(65536);
    for (uint64_t records : {65536, 16}) {
        TimedMachine m(Watched::with_timeline(t, records));
        for (unsigned i = 0; i < 10; i++)
            m.push_sync();
        m.ring();
        m.idle();
        smmu_t *s = host_smmu(m.host.get());
        kept.resize(smmu_timeline_read(s, kept.data(), 65536));
        if (records == 65536) {
            EXPECT_EQ(smmu_timeline_lost(s), 0u);
            all = kept;
            kept.resize(65536);
        } else {
            ASSERT_EQ(kept.size(), 16u);
            EXPECT_EQ(smmu_timeline_lost(s), all.size() - 16);
            for (size_t i = 0; i < 16; i++) {
                EXPECT_EQ(kept[i].cycle, all[all.size() - 16 + i].cycle);
                EXPECT_EQ(kept[i].kind, all[all.size() - 16 + i].kind);
                EXPECT_EQ(kept[i].id, all[all.size() - 16 + i].id);
            }
            EXPECT_EQ(smmu_timeline_read(s, kept.data(), 16), 0u) << "taken once";
        }
    }
}

TEST(Timeline, 862_every_kind_and_unit_has_a_name_and_a_meaning)
{
    size_t kinds = 0;
    for (; const smmu_timeline_info_t *info = smmu_timeline_info(kinds); kinds++) {
        EXPECT_NE(std::string(info->name), "");
        EXPECT_NE(std::string(info->meaning), "") << info->name;
        EXPECT_NE(smmu_unit_name(info->unit), nullptr) << info->name;
    }
    EXPECT_EQ(kinds, static_cast<size_t>(SMMU_TIMELINE_KINDS));
    EXPECT_EQ(smmu_unit_name(SMMU_UNIT_COUNT), nullptr);
}

/* One read at a time, two commands deep: r and e of docs/timing.md. */
TEST(Timeline, 863_commands_arrive_and_are_consumed_when_the_closed_form_says)
{
    constexpr unsigned kCommands = 8;
    for (uint64_t latency : {1, 3, 50}) {
        const Timing t = telling_timing().with({{"mem_read_lat", latency}});
        Watched m(t);
        for (unsigned i = 0; i < kCommands; i++)
            m.push_sync();
        const uint64_t begin = m.now();
        m.ring();
        m.idle();
        const auto fetch = m.of(SMMU_TIMELINE_CMD_FETCH), command = m.of(SMMU_TIMELINE_COMMAND);
        ASSERT_EQ(fetch.size(), kCommands);
        ASSERT_EQ(command.size(), kCommands);
        uint64_t r[kCommands], e[kCommands];
        const uint64_t d = t["cmd_decode_lat"] + t["sync_signal_lat"];
        for (unsigned i = 0; i < kCommands; i++) {
            r[i] = forms::read(t, 16) + std::max(i >= 1 ? r[i - 1] : 0, i >= 2 ? e[i - 2] : 0);
            e[i] = std::max(i >= 1 ? e[i - 1] : 0, r[i]) + d;
            EXPECT_EQ(fetch[i].end.cycle, begin + r[i]) << i;
            EXPECT_EQ(command[i].begin.cycle, begin + r[i]) << i;
            EXPECT_EQ(command[i].end.cycle, begin + e[i]) << i;
            EXPECT_EQ(command[i].begin.number[0] & 0xFF, static_cast<uint64_t>(REF_CMD_SYNC));
            EXPECT_EQ(command[i].end.number[0], static_cast<uint64_t>(SMMU_COMMAND_CONSUMED));
        }
        EXPECT_EQ(m.most[SMMU_TIMELINE_CMDQ_WAITING], kCommands);
        EXPECT_EQ(m.last[SMMU_TIMELINE_CMDQ_WAITING], 0u);
        EXPECT_EQ(m.last[SMMU_TIMELINE_CMDQ_CONS], kCommands);
    }
}

/* The CMD_SYNC's own wait stands between its decoding and its signal. */
TEST(Timeline, 864_sync_waits_for_as_long_as_the_walk_that_a_tlbi_met)
{
    Watched m;
    m.map_pages(Watched::kVa, 1);
    const uint32_t walk = m.start(Watched::kVa);
    m.until(m.now() + 50);
    m.push_tlbi_va(Watched::kVa);
    m.push_sync();
    m.ring();
    m.finish(walk);
    const uint64_t walk_done = m.now();
    m.idle();
    const auto wait = m.of(SMMU_TIMELINE_SYNC_WAIT), signal = m.of(SMMU_TIMELINE_SYNC_SIGNAL);
    const auto command = m.of(SMMU_TIMELINE_COMMAND);
    ASSERT_EQ(wait.size(), 1u);
    ASSERT_EQ(command.size(), 2u);
    EXPECT_EQ(wait[0].end.cycle, walk_done) << "its access is done in memory";
    EXPECT_EQ(command[1].end.cycle, walk_done + m.t["sync_signal_lat"]);
    EXPECT_EQ(signal[0].cycles(), m.t["sync_signal_lat"]);
    EXPECT_EQ(wait[0].cycles(), m.stat(SMMU_STAT_sync_wait_cycles));
}

TEST(Timeline, 865_a_command_that_fails_ends_with_its_error)
{
    Watched m;
    m.push(0xFF);
    m.push_sync();
    m.ring();
    m.idle();
    const auto command = m.of(SMMU_TIMELINE_COMMAND);
    ASSERT_FALSE(command.empty());
    EXPECT_EQ(command[0].end.number[0], static_cast<uint64_t>(SMMU_COMMAND_FAILED));
    EXPECT_EQ(command[0].end.number[1], static_cast<uint64_t>(REF_CERROR_ILL));
    for (const Span &span : m.spans)
        EXPECT_TRUE(span.ended) << "what was read ahead is dropped";
    EXPECT_EQ(m.instants[SMMU_TIMELINE_GERROR], 1u);
}

} // namespace
