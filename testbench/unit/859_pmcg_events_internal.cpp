/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The units report to their counter groups what they count themselves: every monitor event against
 * the statistics, under mixed traffic, in every mode, and stream by stream. Cycle events
 * against cycles that follow from when transactions come and leave.
 */
#include <gtest/gtest.h>

#include <cinttypes>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "spec_ref/ref_pmcg.h"
#include "unit/timed_machine.h"

extern "C" {
#include "state.h"
}

namespace {

const uint32_t ALL_STREAMS = UINT32_MAX, SPAN = UINT32_C(1) << REF_PMCG_EVTYPER_FILTER_SID_SPAN_LSB;

/* Software at a counter group of a machine. */
struct Group {
    Group(TimedMachine &machine, unsigned number) : m(machine)
    {
        uint32_t base = number ? REF_PMCG_TBU_FIRST + (number - 1) * REF_PMCG_TBU_SPAN : 0;
        page0 = number ? base + REF_PMCG_TBU_PAGE0 : uint32_t{REF_PMCG_TCU_PAGE0};
        page1 = number ? base + REF_PMCG_TBU_PAGE1 : uint32_t{REF_PMCG_TCU_PAGE1};
    }
    void count(unsigned n, uint32_t event, uint32_t streamid = ALL_STREAMS, bool span = true)
    {
        m.w32(page0 + REF_PMCG_EVTYPER + 4 * n, event | (span ? SPAN : 0));
        m.w32(page0 + REF_PMCG_SMR + 4 * n, streamid);
        m.w32(page0 + REF_PMCG_CNTENSET0, UINT32_C(1) << n);
        m.w32(page0 + REF_PMCG_CR, 1);
    }
    uint64_t value(unsigned n) { return m.r32(page1 + REF_PMCG_EVCNTR + 4 * n); }

    TimedMachine &m;
    uint32_t page0, page1;
};

/* Streams 3 to 6 have the same tables, 7 is bypassed, 8 has no valid STE, 400 has a number that
 * the stream table does not reach. */
void make_streams(TimedMachine &m)
{
    for (uint32_t stream = 4; stream <= 6; stream++)
        m.add_stream(stream);
    m.add_stream(7, true);
}

struct Traffic {
    explicit Traffic(TimedMachine &machine) : m(machine) {}

    void one(uint32_t tbus)
    {
        static const uint32_t streams[] = {3, 3, 3, 4, 5, 6, 6, 7, 8, 400};
        client_access a = client_access_default();
        a.streamid = streams[random() % 10];
        a.tbu = static_cast<uint8_t>(random() % tbus);
        a.write = random() % 3 == 0;
        a.len = a.write ? 64 : 4;
        a.order_id = static_cast<uint16_t>(random() % 4);
        a.addr = TimedMachine::kVa + (uint64_t{random() % 40} << 12);
        if (random() % 8 == 0)
            a.addr += uint64_t{1} << 30; /* not mapped */
        uint32_t ticket = host_submit(m.host.get(), &a);
        ASSERT_NE(ticket, 0U);
        tickets.push_back(ticket);
    }
    void invalidate()
    {
        switch (random() % 3) {
        case 0:
            m.push_tlbi_va(TimedMachine::kVa + (uint64_t{random() % 40} << 12));
            break;
        case 1:
            m.push(REF_CMD_TLBI_NH_ALL);
            break;
        default:
            m.push(uint64_t{3 + random() % 4} << 32 | REF_CMD_CFGI_STE, 1);
            break;
        }
        m.push_sync();
        m.ring();
    }
    void run(unsigned rounds, uint32_t tbus)
    {
        for (unsigned round = 0; round < rounds; round++) {
            for (auto burst = random() % 12; burst > 0; burst--)
                one(tbus);
            if (random() % 4 == 0)
                invalidate();
            m.until(m.now() + random() % 150);
            if (random() % 3 == 0)
                m.idle();
        }
        m.idle();
        for (uint32_t ticket : tickets) {
            client_result result{};
            EXPECT_TRUE(host_take(m.host.get(), ticket, &result, nullptr));
        }
        tickets.clear();
    }

    TimedMachine &m;
    std::mt19937 random{11};
    std::vector<uint32_t> tickets;
};

struct Pair {
    uint32_t event;
    unsigned stat;
    const char *name;
};

#define TBU_PAIR(event, name)                                                                      \
    {                                                                                              \
        event, SMMU_TBU_STAT_##name, #name                                                         \
    }
const Pair tbu_pairs[] = {
    TBU_PAIR(REF_PMCG_EV_TRANSACTION, transactions),
    TBU_PAIR(REF_PMCG_EV_TLB_MISS, requests_sent),
    TBU_PAIR(0x80, mtlb_lookup),
    TBU_PAIR(0x81, mtlb_miss),
    TBU_PAIR(0x82, mtlb_reads),
    TBU_PAIR(0x83, utlb_lookup),
    TBU_PAIR(0x84, utlb_miss),
    TBU_PAIR(0x88, requests_sent),
};
#define TCU_PAIR(event, name)                                                                      \
    {                                                                                              \
        event, SMMU_TCU_STAT_##name, #name                                                         \
    }
const Pair tcu_pairs[] = {
    TCU_PAIR(REF_PMCG_EV_TRANSACTION, requests),
    TCU_PAIR(REF_PMCG_EV_TLB_MISS, walks),
    TCU_PAIR(REF_PMCG_EV_CONFIG_MISS, config_walks),
    TCU_PAIR(REF_PMCG_EV_WALK_ACCESS, walk_reads),
    TCU_PAIR(REF_PMCG_EV_CONFIG_ACCESS, config_reads),
    TCU_PAIR(0x80, wc_l0_lookup),
    TCU_PAIR(0x81, wc_l0_miss),
    TCU_PAIR(0x82, wc_l1_lookup),
    TCU_PAIR(0x83, wc_l1_miss),
    TCU_PAIR(0x84, wc_l2_lookup),
    TCU_PAIR(0x85, wc_l2_miss),
    TCU_PAIR(0x86, wc_l3_lookup),
    TCU_PAIR(0x87, wc_l3_miss),
    TCU_PAIR(0x90, wc_reads),
    TCU_PAIR(0x91, buffered),
    TCU_PAIR(0x92, cc_lookup),
    TCU_PAIR(0x93, cc_reads),
    TCU_PAIR(0x94, cc_miss),
    TCU_PAIR(0xA0, requests_speculative),
};

using Settings = std::map<std::string, uint64_t>;

Timing timing_of(const Settings &settings, const char *preset = "mmu-700-like")
{
    Timing t(preset);
    char why[200];
    for (const auto &[key, value] : settings)
        EXPECT_EQ(smmu_config_set(&t.config(), key.c_str(), value, why, sizeof why), SMMU_OK)
            << why;
    return t;
}

/* Few of everything, so that all that can be waited for is waited for. */
Settings scarce()
{
    return {
        {"timing.tbus", 3},         {"pmcg.tbu_counters", 16},      {"pmcg.tcu_counters", 32},
        {"timing.utlb_entries", 4}, {"timing.mtlb_entries", 16},    {"timing.mtlb_ways", 4},
        {"timing.wbuf_beats", 8},   {"timing.dti_trans_tokens", 2}, {"timing.tcu_xlate_slots", 8}};
}

void expect_pmcg_is_stat(const Settings &settings, const char *preset = "mmu-700-like")
{
    TimedMachine m(timing_of(settings, preset));
    m.map_pages(TimedMachine::kVa, 32);
    make_streams(m);
    const smmu *s = host_smmu(m.host.get());
    for (unsigned n = 0; n < std::size(tcu_pairs); n++)
        Group(m, 0).count(n, tcu_pairs[n].event);
    for (unsigned t = 0; t < s->tbus; t++)
        for (unsigned n = 0; n < std::size(tbu_pairs); n++)
            Group(m, 1 + t).count(n, tbu_pairs[n].event);
    std::vector<uint64_t> before(s->tcu_stat, s->tcu_stat + SMMU_TCU_STAT_COUNT);
    Traffic(m).run(150, s->tbus);
    for (unsigned n = 0; n < std::size(tcu_pairs); n++)
        EXPECT_EQ(Group(m, 0).value(n), s->tcu_stat[tcu_pairs[n].stat] - before[tcu_pairs[n].stat])
            << "TCU " << tcu_pairs[n].name;
    for (unsigned t = 0; t < s->tbus; t++)
        for (unsigned n = 0; n < std::size(tbu_pairs); n++)
            EXPECT_EQ(Group(m, 1 + t).value(n), s->tbu[t].stat[tbu_pairs[n].stat])
                << "TBU " << t << " " << tbu_pairs[n].name;
    /* The traffic was worth it. */
    EXPECT_GT(s->tcu_stat[SMMU_TCU_STAT_walk_reads], 100U);
    EXPECT_GT(s->tcu_stat[SMMU_TCU_STAT_config_walks], 5U);
    EXPECT_GT(s->tbu[0].stat[SMMU_TBU_STAT_transactions], 100U);
}

/* rule: PMC-002 PMC-035 */
TEST(PmcgEvents, 859_every_event_is_the_statistic_of_its_unit)
{
    for (uint64_t mode : {0, 1, 2}) {
        SCOPED_TRACE("mode " + std::to_string(mode));
        Settings settings = scarce();
        settings["mode"] = mode;
        expect_pmcg_is_stat(settings);
    }
}

TEST(PmcgEvents, 859_in_every_preset)
{
    for (const char *preset : all_presets) {
        SCOPED_TRACE(preset);
        expect_pmcg_is_stat({{"pmcg.tbu_counters", 16}, {"pmcg.tcu_counters", 32}}, preset);
    }
}

TEST(PmcgEvents, 859_whatever_the_structure)
{
    const std::vector<Settings> structures = {
        {{"timing.wc_serial", 1}, {"timing.wc_split", 1}},
        {{"timing.ctw_slots", 0}, {"timing.tcu_hazard_entries", 0}},
        {{"timing.utlb_entries", 0}},
        {{"timing.order_by_id", 0}, {"timing.tbu_hazard_entries", 0}},
    };
    for (const Settings &structure : structures) {
        SCOPED_TRACE(structure.begin()->first);
        Settings settings = scarce();
        for (const auto &[key, value] : structure)
            settings[key] = value;
        expect_pmcg_is_stat(settings);
    }
}

/* rule: PMC-001 PMC-029 */
TEST(PmcgEvents, 859_streams_add_up_to_all)
{
    Settings settings = scarce();
    settings["pmcg.sid_filter_type"] = 0;
    TimedMachine m(timing_of(settings));
    m.map_pages(TimedMachine::kVa, 32);
    make_streams(m);
    Group tcu(m, 0), tbu(m, 2);
    const uint32_t events[] = {REF_PMCG_EV_TRANSACTION, REF_PMCG_EV_TLB_MISS,
                               REF_PMCG_EV_WALK_ACCESS, 0x92};
    const uint32_t parts[] = {0x01, 0x05, 0x0B, 0x17F}; /* 0 to 3, 4 to 7, 8 to 15, 256 to 511 */
    for (unsigned e = 0; e < 4; e++) {
        for (unsigned part = 0; part < 4; part++)
            tcu.count(5 * e + part, events[e], parts[part]);
        tcu.count(5 * e + 4, events[e]);
    }
    tbu.count(0, REF_PMCG_EV_TRANSACTION, 3, false);
    tbu.count(1, REF_PMCG_EV_TRANSACTION, 7, false);
    tbu.count(2, REF_PMCG_EV_TRANSACTION);
    Traffic(m).run(100, 3);
    for (unsigned e = 0; e < 4; e++) {
        uint64_t sum = 0;
        for (unsigned part = 0; part < 4; part++)
            sum += tcu.value(5 * e + part);
        EXPECT_EQ(sum, tcu.value(5 * e + 4)) << events[e];
        EXPECT_GT(tcu.value(5 * e), 0U) << events[e];
    }
    EXPECT_EQ(tcu.value(5 * 2 + 2), 0U) << "no valid STE: no translation table is walked";
    EXPECT_EQ(tcu.value(5 * 2 + 3), 0U);
    EXPECT_GT(tbu.value(0), 0U);
    EXPECT_GT(tbu.value(1), 0U) << "bypassed transactions are transactions";
    EXPECT_GT(tbu.value(2), tbu.value(0) + tbu.value(1));
}

/* Counters do not disturb what they count.
 * rule: PMC-001 */
TEST(PmcgEvents, 859_counting_changes_nothing)
{
    uint64_t cycles[2], reads[2];
    for (unsigned counting : {0, 1}) {
        TimedMachine m(timing_of(scarce()));
        m.map_pages(TimedMachine::kVa, 32);
        make_streams(m);
        for (unsigned n = 0; counting && n < std::size(tcu_pairs); n++)
            Group(m, 0).count(n, tcu_pairs[n].event);
        for (unsigned n = 0; counting && n < std::size(tbu_pairs); n++)
            Group(m, 1).count(n, tbu_pairs[n].event);
        Traffic(m).run(60, 3);
        cycles[counting] = m.now();
        reads[counting] = host_smmu(m.host.get())->tcu_stat[SMMU_TCU_STAT_qtw_reads];
    }
    EXPECT_EQ(cycles[0], cycles[1]);
    EXPECT_EQ(reads[0], reads[1]);
}

/* With prefetch: in none of the events 1, 2 and 3, but in the accesses of the walker. */
TEST(PmcgEvents, 859_prefetches_are_speculative_requests_and_walk_accesses)
{
    for (uint64_t prefetch : {1, 2}) {
        Settings settings = scarce();
        settings["timing.prefetch"] = prefetch;
        TimedMachine::Tables tables;
        tables.prefetch = 1;
        TimedMachine m(timing_of(settings), tables);
        m.map_pages(TimedMachine::kVa, 32);
        Group tcu(m, 0);
        tcu.count(0, REF_PMCG_EV_TRANSACTION);
        tcu.count(1, REF_PMCG_EV_TLB_MISS);
        tcu.count(2, REF_PMCG_EV_WALK_ACCESS);
        tcu.count(3, 0xA0);
        const smmu *s = host_smmu(m.host.get());
        m.access(TimedMachine::kVa);
        m.idle();
        EXPECT_EQ(tcu.value(0), 1U);
        EXPECT_EQ(tcu.value(1), 1U);
        EXPECT_EQ(tcu.value(2), 4U + 1U) << "four levels, and the next page's leaf";
        EXPECT_EQ(tcu.value(3), 1U);
        EXPECT_EQ(s->tcu_stat[SMMU_TCU_STAT_prefetch], 1U);
    }
}

/* ------------------------------------------------------------------------- cycles */

/* With one slot, it is full while a miss is on its way: identity with its residence. */
TEST(PmcgEvents, 859_slots_full_counts_the_cycles_of_what_holds_the_last_slot)
{
    TimedMachine m(Timing().with({{"tbus", 1}, {"tbu_xlate_slots", 1}}));
    m.map_pages(TimedMachine::kVa, 16);
    Group tbu(m, 1);
    tbu.count(0, 0x85);
    uint64_t residence = 0;
    for (uint64_t page = 0; page < 10; page++) {
        client_result miss = m.access(TimedMachine::kVa + (page << 12));
        residence += miss.cycles;
        m.idle();
        m.access(TimedMachine::kVa + (page << 12)); /* a hit takes no slot */
        m.until(m.now() + 77);
        EXPECT_EQ(tbu.value(0), residence);
    }
    EXPECT_GT(residence, 1000U);
    /* Under load too: the integral of the pool's occupancy. */
    const smmu *s = host_smmu(m.host.get());
    for (uint64_t page = 10; page < 16; page++)
        m.start(TimedMachine::kVa + (page << 12));
    m.idle();
    EXPECT_EQ(tbu.value(0), s->tbu[0].slots.integral);
}

/* Two slots: full from the second's arrival until the first has left. */
TEST(PmcgEvents, 859_slots_full_needs_all_of_them)
{
    TimedMachine m(Timing().with({{"tbus", 1}, {"tbu_xlate_slots", 2}}));
    m.map_pages(TimedMachine::kVa, 16);
    Group tbu(m, 1);
    tbu.count(0, 0x85);
    uint64_t begin = m.now();
    uint32_t first = m.start(TimedMachine::kVa);
    m.until(begin + 50);
    EXPECT_EQ(tbu.value(0), 0U);
    uint32_t second = m.start(TimedMachine::kVa + 0x1000);
    client_result a = m.finish(first), b = m.finish(second);
    m.idle();
    uint64_t first_left = begin + a.cycles, second_left = begin + 50 + b.cycles;
    EXPECT_EQ(tbu.value(0), std::min(first_left, second_left) - (begin + 50));
}

/* One token: the second of two misses waits for it until the first is answered. */
TEST(PmcgEvents, 859_no_token_counts_the_cycles_of_waiting_for_one)
{
    TimedMachine m(Timing().with({{"tbus", 1}, {"dti_trans_tokens", 1}, {"tbu_back_lat", 9}}));
    m.map_pages(TimedMachine::kVa, 16);
    m.access(TimedMachine::kVa); /* configuration and upper levels are cached from here on */
    m.idle();
    Group tbu(m, 1);
    tbu.count(0, 0x86);
    m.access(TimedMachine::kVa + 0x1000);
    m.idle();
    EXPECT_EQ(tbu.value(0), 0U) << "nobody waited";
    uint32_t first = m.start(TimedMachine::kVa + 0x2000);
    uint32_t second = m.start(TimedMachine::kVa + 0x3000);
    client_result a = m.finish(first), b = m.finish(second);
    m.idle();
    /* With the token both take equally long, and the second came to ask one cycle later. */
    EXPECT_EQ(tbu.value(0), b.cycles - a.cycles - 1);
    EXPECT_GT(tbu.value(0), 100U);
}

/* One beat of write data: the second write is refused until the first has left. */
TEST(PmcgEvents, 859_write_buffer_blocks_counts_the_cycles_of_a_refused_write)
{
    TimedMachine m(Timing().with({{"tbus", 1}, {"wbuf_beats", 1}}));
    m.map_pages(TimedMachine::kVa, 16);
    Group tbu(m, 1);
    tbu.count(0, 0x87);
    m.finish(m.start(Access(TimedMachine::kVa).write()));
    m.idle();
    EXPECT_EQ(tbu.value(0), 0U);
    uint64_t begin = m.now();
    uint32_t first = m.start(Access(TimedMachine::kVa + 0x2000).write());
    uint32_t second = m.start(Access(TimedMachine::kVa + 0x3000).write());
    client_result a = m.finish(first);
    EXPECT_EQ(tbu.value(0), a.cycles);
    m.finish(second);
    m.idle();
    EXPECT_EQ(tbu.value(0), a.cycles);
    EXPECT_GT(m.now(), begin + a.cycles);
}

/* rule: PMC-036 */
TEST(PmcgEvents, 859_a_hit_that_overflows_interrupts)
{
    TimedMachine m(Timing{});
    m.map_pages(TimedMachine::kVa, 1);
    m.access(TimedMachine::kVa);
    m.idle();
    Group tbu(m, 1);
    tbu.count(0, REF_PMCG_EV_TRANSACTION);
    m.w32(tbu.page1 + REF_PMCG_EVCNTR, 0xFFFFFFFE);
    m.w32(tbu.page0 + REF_PMCG_INTENSET0, 1);
    m.w32(tbu.page0 + REF_PMCG_IRQ_CTRL, 1);
    auto edges = [&] { return host_irq_count(m.host.get(), SMMU_PAS_NS, SMMU_IRQ_PMCG); };
    m.access(TimedMachine::kVa);
    EXPECT_EQ(edges(), 0U);
    m.access(TimedMachine::kVa);
    EXPECT_EQ(edges(), 1U);
    EXPECT_EQ(tbu.value(0), 0U);
}

} // namespace
