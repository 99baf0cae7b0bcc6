/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 871: statistics of a running model: names, snapshots and their differences, sums over units,
 * latencies as the client itself sees them, and what a clear leaves.
 */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "unit/timed_machine.h"

namespace {

/* A snapshot that owns its memory. */
class Snapshot {
public:
    explicit Snapshot(const smmu_t *smmu) : memory_(smmu_stats_size(smmu) / sizeof(uint64_t) + 1)
    {
        stats_ = smmu_stats_take(smmu, memory_.data(), memory_.size() * sizeof(uint64_t));
        EXPECT_NE(stats_, nullptr);
    }
    explicit Snapshot(TimedMachine &m) : Snapshot(host_smmu(m.host.get())) {}

    uint64_t operator[](const std::string &name) const
    {
        smmu_stats_place_t place;
        uint64_t value = 0;
        EXPECT_TRUE(smmu_stats_find(name.c_str(), &place)) << name;
        EXPECT_TRUE(smmu_stats_value(stats_, &place, &value)) << name;
        return value;
    }
    smmu_stats_t *get() const { return stats_; }

private:
    std::vector<uint64_t> memory_;
    smmu_stats_t *stats_;
};

const char *const pool_parts[] = {"capacity", "used", "peak", "taken", "integral", "full"};
const char *const time_parts[] = {"count", "sum", "min", "max", "p50", "p90", "p99"};

/* Every name of every instance. */
std::vector<std::string> all_names(const smmu_stats_t *stats)
{
    std::vector<std::string> names;
    const smmu_stat_info_t *info;
    for (unsigned unit = 0; unit < SMMU_STATS_UNIT_COUNT; unit++) {
        const smmu_stats_unit_t u = static_cast<smmu_stats_unit_t>(unit);
        for (unsigned i = 0; i < smmu_stats_instances(stats, u); i++) {
            std::string prefix = smmu_stats_instance(stats, u, i).text;
            prefix += prefix.empty() ? "" : ".";
            for (unsigned n = 0; (info = smmu_stats_info(u, SMMU_STATS_COUNTER, n)); n++)
                names.push_back(prefix + info->name);
            for (unsigned n = 0; (info = smmu_stats_info(u, SMMU_STATS_POOL, n)); n++)
                for (const char *part : pool_parts)
                    names.push_back(prefix + info->name + "." + part);
            for (unsigned n = 0; (info = smmu_stats_info(u, SMMU_STATS_HISTOGRAM, n)); n++)
                for (const char *part : time_parts)
                    names.push_back(prefix + info->name + "." + part);
        }
    }
    return names;
}

/* Some traffic on two TBUs, with misses, hits, merging, invalidations and CMD_SYNC. */
void traffic(TimedMachine &m, uint64_t round)
{
    std::vector<Access> accesses;
    for (uint64_t i = 0; i < 12; i++) {
        if (round == 0)
            m.map_pages(TimedMachine::far(i), 1);
        accesses.push_back(Access(TimedMachine::far((i + round) % 12)).tbu(i % 2).id(i));
    }
    accesses.push_back(Access(TimedMachine::far(0)).tbu(1).id(40));
    m.leave(accesses);
    m.push_tlbi_va(TimedMachine::far(round));
    m.push_sync();
    m.ring();
    m.idle();
}

TEST(Statistics, 871_every_name_is_found_and_no_two_are_the_same)
{
    TimedMachine m{Timing()};
    traffic(m, 0);
    const Snapshot stats(m);
    const std::vector<std::string> names = all_names(stats.get());
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    for (const std::string &name : names)
        stats[name];
}

TEST(Statistics, 871_rows_have_unit_and_meaning)
{
    const smmu_stat_info_t *info;
    for (unsigned unit = 0; unit < SMMU_STATS_UNIT_COUNT; unit++)
        for (unsigned kind = 0; kind < SMMU_STATS_KIND_COUNT; kind++)
            for (unsigned n = 0; (info = smmu_stats_info(static_cast<smmu_stats_unit_t>(unit),
                                                         static_cast<smmu_stats_kind_t>(kind), n));
                 n++) {
                EXPECT_STRNE(info->unit, "") << info->name;
                EXPECT_STRNE(info->meaning, "") << info->name;
            }
}

TEST(Statistics, 871_names_are_free_of_case_and_wrong_ones_are_refused)
{
    smmu_stats_place_t place;
    for (const char *name :
         {"TBU0.uTLB_Lookup", "Tcu.Walks", "STREAM.0X3.Latency.P99", "stream.3.latency.count",
          "stream.others.latency.max", "slots.peak", "latency.p50", "tbu255.slots.taken"})
        EXPECT_TRUE(smmu_stats_find(name, &place)) << name;
    for (const char *name : {"",
                             ".",
                             "nothing",
                             "walks.",
                             "walks.count",
                             "slots",
                             "tbu0",
                             "tbu0.",
                             "tbu.slots.peak",
                             "tbu0.walks",
                             "tbu0.slots.",
                             "tbu0.slots.p50",
                             "tbu0.slots.peak.x",
                             "tbu0x.slots.peak",
                             "tbu99999999999.slots.peak",
                             "tbu4294967295.slots.peak",
                             "tcu",
                             "tcu.utlb_lookup",
                             "tcu.wc_l4_miss",
                             "stream.latency.p50",
                             "stream.3",
                             "stream.3.latency",
                             "stream.0x.latency.p50",
                             "stream.-1.latency.p50",
                             "latency.p51"})
        EXPECT_FALSE(smmu_stats_find(name, &place)) << name;
}

TEST(Statistics, 871_unit_or_stream_that_does_not_exist_has_no_value)
{
    TimedMachine m{Timing()};
    m.map_pages(TimedMachine::kVa, 1);
    m.access(TimedMachine::kVa);
    const Snapshot stats(m);
    const std::string beyond =
        "tbu" + std::to_string(smmu_stats_instances(stats.get(), SMMU_STATS_TBU));
    for (const std::string &name : {beyond + ".slots.peak", std::string("stream.77.latency.p50")}) {
        smmu_stats_place_t place;
        uint64_t value;
        ASSERT_TRUE(smmu_stats_find(name.c_str(), &place)) << name;
        EXPECT_FALSE(smmu_stats_value(stats.get(), &place, &value)) << name;
    }
    EXPECT_EQ(stats["stream.3.latency.count"], 1u);
}

TEST(Statistics, 871_name_without_instance_is_the_sum_over_the_tbus)
{
    TimedMachine m{Timing()};
    traffic(m, 0);
    const Snapshot stats(m);
    const smmu_stat_info_t *info;
    const unsigned tbus = smmu_stats_instances(stats.get(), SMMU_STATS_TBU);
    EXPECT_GT(tbus, 1u);
    EXPECT_GT(stats["tbu0.utlb_lookup"], 0u);
    EXPECT_GT(stats["tbu1.utlb_lookup"], 0u);
    for (unsigned n = 0; (info = smmu_stats_info(SMMU_STATS_TBU, SMMU_STATS_COUNTER, n)); n++) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < tbus; i++)
            sum += stats["tbu" + std::to_string(i) + "." + info->name];
        EXPECT_EQ(stats[info->name], sum) << info->name;
    }
    EXPECT_EQ(stats["tbu0.latency.count"] + stats["tbu1.latency.count"], stats["latency.count"]);
    EXPECT_EQ(std::max(stats["tbu0.latency.max"], stats["tbu1.latency.max"]), stats["latency.max"]);
    EXPECT_EQ(std::max(stats["tbu0.slots.peak"], stats["tbu1.slots.peak"]), stats["slots.peak"]);
}

TEST(Statistics, 871_model_and_snapshot_tell_the_same)
{
    TimedMachine m{Timing()};
    traffic(m, 0);
    const Snapshot stats(m);
    for (size_t i = 0; i < SMMU_STAT_COUNT; i++)
        EXPECT_EQ(stats[smmu_stat_info(i)->name], m.stat(static_cast<smmu_stat_t>(i)))
            << smmu_stat_info(i)->name;
}

bool is_state(const std::string &name)
{
    const std::string last = name.substr(name.find_last_of("._") + 1);
    return std::set<std::string>{"live", "capacity", "used", "peak", "min",
                                 "max",  "p50",      "p90",  "p99"}
               .count(last) != 0;
}

/* Three rounds of traffic: the first two together, and the second and third, are the parts. */
TEST(Statistics, 871_differences_are_what_happened_in_between)
{
    TimedMachine m{Timing()};
    traffic(m, 0);
    const Snapshot first(m);
    const uint64_t begin = m.now();
    traffic(m, 1);
    const Snapshot second(m);
    const Snapshot difference(m);
    ASSERT_EQ(smmu_stats_subtract(difference.get(), first.get()), SMMU_OK);
    EXPECT_EQ(smmu_stats_cycles(difference.get()), m.now() - begin);
    for (const std::string &name : all_names(second.get()))
        if (!is_state(name)) {
            EXPECT_EQ(difference[name], second[name] - first[name]) << name;
        }
    EXPECT_EQ(difference["requests"], 13u);
    EXPECT_EQ(difference["tcu.sync_wait.count"], 1u);
    EXPECT_EQ(difference["tbu0.slots.peak"], second["tbu0.slots.peak"]);
    EXPECT_EQ(difference["mtlb_live"], second["mtlb_live"]);
}

/* The second round has other latencies than the first: only its own may be answered. */
TEST(Statistics, 871_difference_of_histograms_answers_for_the_interval)
{
    TimedMachine m{Timing()};
    m.map_pages(TimedMachine::kVa, 1);
    const uint64_t cold = m.access(TimedMachine::kVa).cycles;
    const Snapshot first(m);
    const uint64_t hit = m.access(TimedMachine::kVa).cycles;
    for (unsigned i = 0; i < 9; i++)
        m.access(TimedMachine::kVa);
    const Snapshot all(m), difference(m);
    ASSERT_EQ(smmu_stats_subtract(difference.get(), first.get()), SMMU_OK);
    ASSERT_LT(hit, 16u); /* a bucket of its own: answers are exact */
    EXPECT_EQ(all["tbu0.latency.max"], cold);
    EXPECT_EQ(difference["tbu0.latency.count"], 10u);
    for (const char *part : {"min", "max", "p50", "p90", "p99"})
        EXPECT_EQ(difference[std::string("tbu0.latency.") + part], hit) << part;
}

TEST(Statistics, 871_snapshots_that_do_not_follow_each_other_are_refused)
{
    TimedMachine m{Timing()}, other{Timing().with({{"tbus", 1}})};
    const Snapshot first(m), alien(other);
    traffic(m, 0);
    const Snapshot second(m);
    EXPECT_EQ(smmu_stats_subtract(first.get(), second.get()), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_stats_subtract(second.get(), alien.get()), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_stats_subtract(nullptr, first.get()), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_stats_subtract(second.get(), nullptr), SMMU_E_ARGUMENT);
    smmu_stats_clear(host_smmu(m.host.get()));
    m.run.since_creation = false;
    const Snapshot third(m);
    EXPECT_EQ(smmu_stats_subtract(third.get(), second.get()), SMMU_E_ARGUMENT);
}

TEST(Statistics, 871_memory_that_is_too_small_or_not_aligned_is_refused)
{
    TimedMachine m{Timing()};
    const smmu_t *smmu = host_smmu(m.host.get());
    const size_t size = smmu_stats_size(smmu);
    std::vector<uint64_t> memory(size / sizeof(uint64_t) + 2);
    EXPECT_EQ(smmu_stats_take(smmu, memory.data(), size - 1), nullptr);
    EXPECT_EQ(smmu_stats_take(smmu, reinterpret_cast<char *>(memory.data()) + 4, size), nullptr);
    EXPECT_EQ(smmu_stats_take(smmu, nullptr, size), nullptr);
    EXPECT_NE(smmu_stats_take(smmu, memory.data(), size), nullptr);
}

TEST(Statistics, 871_clear_begins_anew_and_keeps_what_is_in_place)
{
    TimedMachine m{Timing()};
    traffic(m, 0);
    const Snapshot before(m);
    smmu_stats_clear(host_smmu(m.host.get()));
    m.run.since_creation = false;
    const Snapshot after(m);
    EXPECT_EQ(smmu_stats_cycles(after.get()), 0u);
    for (const std::string &name : all_names(after.get()))
        if (!is_state(name)) {
            EXPECT_EQ(after[name], 0u) << name;
        }
    for (const char *name : {"mtlb_live", "utlb_live", "tcu.cc_live", "tcu.wc_live"}) {
        EXPECT_GT(before[name], 0u) << name;
        EXPECT_EQ(after[name], before[name]) << name;
    }
    EXPECT_EQ(after["tbu0.slots.capacity"], before["tbu0.slots.capacity"]);
    EXPECT_EQ(after["tbu0.slots.peak"], 0u);
    EXPECT_EQ(after["stream.3.latency.count"], 0u);
}

/* Invalidation by ASID leaves dead entries where they are: they are invalidated all the same. */
TEST(Statistics, 871_entries_are_conserved_under_invalidation_by_asid)
{
    TimedMachine m{Timing()};
    traffic(m, 0);
    const Snapshot before(m);
    m.push_tlbi_asid();
    m.push_sync();
    m.ring();
    m.idle();
    const Snapshot after(m);
    EXPECT_GT(before["mtlb_live"], 0u);
    for (const char *cache : {"utlb", "mtlb", "tcu.wc"}) {
        const std::string c = cache;
        EXPECT_EQ(after[c + "_live"], 0u) << c;
        EXPECT_EQ(after[c + "_invalidated"], before[c + "_invalidated"] + before[c + "_live"]) << c;
        EXPECT_EQ(after[c + "_inserted"], before[c + "_inserted"]) << c;
    }
    traffic(m, 2); /* replaces what is dead */
}

/* What the client measures at its own end is what the TBU's and the stream's histograms have. */
TEST(Statistics, 871_latencies_are_those_that_the_client_sees)
{
    TimedMachine m{Timing()};
    std::vector<uint64_t> seen;
    for (uint64_t i = 0; i < 6; i++) {
        m.map_pages(TimedMachine::far(i), 1);
        for (unsigned again = 0; again < 3; again++)
            seen.push_back(m.access(Access(TimedMachine::far(i)).tbu(1)).cycles);
    }
    uint64_t sum = 0;
    for (uint64_t cycles : seen)
        sum += cycles;
    const Snapshot stats(m);
    for (const char *unit : {"tbu1.latency.", "stream.3.latency."}) {
        const std::string u = unit;
        EXPECT_EQ(stats[u + "count"], seen.size());
        EXPECT_EQ(stats[u + "sum"], sum);
        EXPECT_EQ(stats[u + "min"], *std::min_element(seen.begin(), seen.end()));
        EXPECT_EQ(stats[u + "max"], *std::max_element(seen.begin(), seen.end()));
    }
    EXPECT_EQ(stats["tbu0.latency.count"], 0u);
}

/* Little, from the client's own record: no access hits, so each has a slot for its whole time. */
TEST(Statistics, 871_integral_of_slots_is_the_sum_of_the_clients_latencies)
{
    TimedMachine m{Timing().with({{"ptw_slots", 2}})};
    std::vector<Access> accesses;
    for (uint64_t i = 0; i < 20; i++) {
        m.map_pages(TimedMachine::far(i), 1);
        accesses.push_back(Access(TimedMachine::far(i)).id(i));
    }
    std::vector<uint32_t> tickets;
    uint64_t sum = 0;
    const uint64_t begin = m.now();
    for (const Access &a : accesses)
        tickets.push_back(m.start(a));
    for (uint32_t ticket : tickets)
        sum += m.finish(ticket).cycles;
    m.idle();
    const Snapshot stats(m);
    EXPECT_EQ(stats["tbu0.slots.taken"], accesses.size());
    EXPECT_EQ(stats["tbu0.latency.count"], accesses.size());
    EXPECT_EQ(stats["tbu0.slots.integral"], stats["tbu0.latency.sum"]);
    EXPECT_EQ(stats["tbu0.latency.sum"], sum);
    EXPECT_EQ(stats["tcu.ptw_slots.peak"], 2u);
    EXPECT_GT(stats["tcu.ptw_slots.full"], 0u);
    EXPECT_LE(stats["tcu.ptw_slots.integral"], 2 * (m.now() - begin));
}

Timing with_streams(uint64_t count)
{
    Timing timing;
    EXPECT_EQ(smmu_config_set(&timing.config(), "stats.streams", count, nullptr, 0), SMMU_OK);
    return timing;
}

TEST(Statistics, 871_first_streams_have_a_histogram_each_and_the_others_one_together)
{
    TimedMachine m{with_streams(2)};
    m.map_pages(TimedMachine::kVa, 1);
    for (uint32_t stream : {3u, 4u, 5u, 6u}) {
        if (stream != TimedMachine::kStreamId)
            m.add_stream(stream);
        for (uint32_t i = 0; i < stream; i++)
            m.access(Access(TimedMachine::kVa, stream));
    }
    const Snapshot stats(m);
    EXPECT_EQ(smmu_stats_instances(stats.get(), SMMU_STATS_STREAM), 3u);
    EXPECT_EQ(stats["stream.3.latency.count"], 3u);
    EXPECT_EQ(stats["stream.0x4.latency.count"], 4u);
    EXPECT_EQ(stats["stream.others.latency.count"], 11u);
    EXPECT_STREQ(smmu_stats_instance(stats.get(), SMMU_STATS_STREAM, 1).text, "stream.0x4");
    EXPECT_STREQ(smmu_stats_instance(stats.get(), SMMU_STATS_STREAM, 2).text, "stream.others");
    EXPECT_STREQ(smmu_stats_instance(stats.get(), SMMU_STATS_STREAM, 3).text, "");
}

TEST(Statistics, 871_streams_can_all_be_others)
{
    TimedMachine m{with_streams(0)};
    m.map_pages(TimedMachine::kVa, 1);
    EXPECT_EQ(smmu_stats_instances(Snapshot(m).get(), SMMU_STATS_STREAM), 0u);
    m.access(TimedMachine::kVa);
    EXPECT_EQ(Snapshot(m)["stream.others.latency.count"], 1u);
}

/* 11 of docs/statistics.md: leaf-first search, all levels cached, pages of four levels, no merging.
 */
TEST(Statistics, 871_walks_read_the_levels_that_the_walk_caches_miss)
{
    TimedMachine m{Timing().with({{"wc_serial", 1},
                                  {"wc_levels", 15},
                                  {"tcu_hazard_entries", 0},
                                  {"tbu_hazard_entries", 0}})};
    m.run.pages_only = true;
    for (uint64_t i = 0; i < 3; i++) {
        m.map_pages(TimedMachine::far(i), 1);
        m.map_pages(TimedMachine::far(i) + (uint64_t{i} << 21) + 0x5000, 4);
        for (uint64_t page = 0; page < 4; page++)
            m.access(TimedMachine::far(i) + (uint64_t{i} << 21) + 0x5000 + (page << 12));
        m.access(Access(TimedMachine::far(i)).tbu(1));
        m.access(Access(TimedMachine::far(i)).tbu(2));
    }
    const Snapshot stats(m);
    EXPECT_GT(stats["tcu.wc_l3_lookup"], stats["tcu.walks"]); /* some are answered by a leaf */
    EXPECT_GT(stats["tcu.walk_reads"], stats["tcu.walks"]);
}

/* Likewise with both stages, where each address on the way is looked up and read for itself. */
TEST(Statistics, 871_walks_of_both_stages_read_the_levels_that_the_walk_caches_miss)
{
    TimedMachine::Tables tables;
    tables.stage2_input_bits = 48;
    TimedMachine m{Timing().with({{"wc_serial", 1},
                                  {"wc_levels", 15},
                                  {"wc_s2_tables", 1},
                                  {"tcu_hazard_entries", 0},
                                  {"tbu_hazard_entries", 0}}),
                   tables};
    m.run.pages_only = true;
    for (uint64_t i = 0; i < 3; i++) {
        const uint64_t va = TimedMachine::kVa + (i << 30) + (i << 21);
        m.map_pages(va, 4);
        for (uint64_t page = 0; page < 4; page++)
            m.access(va + (page << 12));
        m.access(Access(va).tbu(1));
        if (i == 1) {
            m.push_tlbi_asid();
            m.push_sync();
            m.ring();
            m.idle();
        }
        m.access(Access(va).tbu(2));
    }
    const Snapshot stats(m);
    EXPECT_GT(stats["tcu.wc_s2l3_lookup"], stats["tcu.walks"]) << "each, and those on the way";
    EXPECT_GT(stats["tcu.wc_s2l3_miss"], 0u);
    EXPECT_LT(stats["tcu.wc_s2l3_miss"], stats["tcu.wc_s2l3_lookup"]);
    EXPECT_GT(stats["tcu.walk_reads"], 2 * stats["tcu.walks"]);
}

/* The checker itself: it can find something. */
TEST(Statistics, 871_equations_do_not_hold_in_flight_or_over_a_clear)
{
    using testing::Contains;
    using testing::HasSubstr;
    TimedMachine m{Timing()};
    const smmu_t *smmu = host_smmu(m.host.get());
    m.map_pages(TimedMachine::kVa, 1);
    const uint32_t ticket = m.start(TimedMachine::kVa);
    m.until(m.now() + 20);
    EXPECT_THAT(violated_identities(smmu), Contains(HasSubstr("18: tbu0.slots.used")));
    EXPECT_THAT(violated_identities(smmu), Contains(HasSubstr("sum: requests = latency.count")));
    m.finish(ticket);
    m.idle();
    EXPECT_THAT(violated_identities(smmu), testing::IsEmpty());
    smmu_stats_clear(host_smmu(m.host.get()));
    EXPECT_THAT(violated_identities(smmu), Contains(HasSubstr("22: tcu.cc_inserted")));
    m.run.since_creation = false;
}

/* The buckets are the histogram: they add up and lie where the values are. */
TEST(Statistics, 871_buckets_add_up)
{
    TimedMachine m{Timing()};
    traffic(m, 0);
    const Snapshot stats(m);
    smmu_bucket_t bucket;
    uint64_t count = 0, next = 0;
    for (unsigned b = 0; smmu_stats_bucket(stats.get(), SMMU_STATS_TBU, SMMU_STATS_ALL,
                                           SMMU_TBU_HISTOGRAM_latency, b, &bucket);
         b++) {
        EXPECT_EQ(bucket.first, next);
        next = bucket.last + 1;
        count += bucket.count;
        if (bucket.count) {
            EXPECT_LE(bucket.first, stats["latency.max"]);
            EXPECT_GE(bucket.last, stats["latency.min"]);
        }
    }
    EXPECT_EQ(next, 0u);
    EXPECT_EQ(count, stats["latency.count"]);
}

} // namespace
