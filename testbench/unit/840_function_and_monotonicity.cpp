/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 840: time changes no result, and more of anything is not slower (experiments 26 and 27 of
 * docs/timing.md). 841 holds the first against every trace.
 */
#include <random>
#include <sstream>

#include "unit/random_timing.h"
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;

/* ---- experiment 26 */

/*
 * What software and devices see of a serial run: one thing at a time, everything at rest before the
 * next. Accesses that hit, miss and fault, of several streams and TBUs, commands of every kind, and
 * tables that change under them.
 */
class SerialRun {
public:
    SerialRun(const Timing &t, uint64_t seed) : m_(t), random_(seed)
    {
        for (uint32_t stream : {4, 5, 6})
            m_.add_stream(stream);
        m_.add_stream(7, true);
        m_.map_pages(kVa, kPages);
        m_.map_blocks(kVa + 0x200000, 0x400000);
    }

    void run(unsigned steps)
    {
        for (unsigned i = 0; i < steps; i++) {
            switch (pick(8)) {
            case 0:
                remap();
                break;
            case 1:
                command();
                break;
            default:
                access();
                break;
            }
            m_.idle();
        }
        for (uint64_t at = 0; at < (32u << TimedMachine::kEventsLog2); at += 8)
            seen_ << std::hex << memory_load64(m_.memory(), TimedMachine::kEvents + at) << " ";
        seen_ << "\n" << m_.events() << " " << m_.cons() << "\n";
    }

    std::string seen() const { return seen_.str(); }

    /* Every counter that does not count time. */
    std::string counters() const
    {
        std::ostringstream all;
        for (size_t i = 0; smmu_stat_info(i) != nullptr; i++)
            if (std::string(smmu_stat_info(i)->unit).find("cycles") == std::string::npos)
                all << smmu_stat_info(i)->name << "=" << m_.stat(static_cast<smmu_stat_t>(i))
                    << "\n";
        return all.str();
    }

private:
    static constexpr unsigned kPages = 24;

    uint64_t pick(uint64_t n) { return random_() % n; }

    void access()
    {
        uint64_t va = TimedMachine::page(pick(kPages + 4)); /* four of them are not mapped */
        if (pick(4) == 0)
            va = kVa + 0x200000 + (pick(1024) << 12);
        Access access(va + 4 * pick(64), static_cast<uint32_t>(3 + pick(5)));
        access.tbu(pick(2)).id(pick(4));
        if (pick(3) == 0)
            access.write();
        const client_result result = m_.access(access);
        seen_ << unsigned(result.result) << result.bypass << result.memory_abort << " " << std::hex
              << result.pa << " " << unsigned(result.memattr) << " " << unsigned(result.sh) << "\n";
    }

    void remap()
    {
        const uint64_t va = TimedMachine::page(pick(kPages));
        EXPECT_TRUE(tbl_leaf_update(m_.pages(), va, pick(2) << 40, pick(2) << 39));
        m_.push_tlbi_va(va);
        finish_commands();
    }

    void command()
    {
        const uint32_t stream = static_cast<uint32_t>(3 + pick(5));
        const drv_cmd commands[] = {drv_cmd_tlbi_nh_asid(0, TimedMachine::kAsid),
                                    drv_cmd_tlbi_nsnh_all(),
                                    drv_cmd_cfgi_ste(stream, true),
                                    drv_cmd_cfgi_all(),
                                    drv_cmd_cfgi_cd(stream, 0, true),
                                    drv_cmd_prefetch_config(stream, -1)};
        m_.push(commands[pick(6)]);
        finish_commands();
    }

    void finish_commands()
    {
        m_.push(drv_cmd_sync_msi(0x8000 + 4 * pick(8), static_cast<uint32_t>(pick(1000))));
        m_.ring();
    }

    TimedMachine m_;
    std::mt19937_64 random_;
    std::ostringstream seen_;
};

TEST(TimeAndFunction, 840_latencies_change_no_result_and_no_counter_of_serial_traffic)
{
    constexpr unsigned steps = 600;
    for (uint64_t run = 1; run <= 3; run++)
        for (const char *preset : all_presets) {
            Timing none(preset, {{"mtlb_entries", 16},
                                 {"mtlb_ways", 4},
                                 {"utlb_entries", 4},
                                 {"cc_entries", 4},
                                 {"cc_ways", 4}});
            for (size_t i = 0; smmu_config_key(i) != nullptr; i++)
                if (std::string(smmu_config_key(i)->unit) == "cycles" &&
                    smmu_config_key(i)->min == 0)
                    none.config().value[i] = 0;
            SerialRun without(none, run);
            without.run(steps);
            ASSERT_NE(without.seen(), "");
            for (uint64_t seed = 1; seed <= 3; seed++) {
                Timing some = none;
                RandomTiming(seed).draw(&some.config(), "cycles");
                SerialRun with(some, run);
                with.run(steps);
                EXPECT_EQ(with.seen(), without.seen())
                    << preset << ", run " << run << ", timing seed " << seed;
                EXPECT_EQ(with.counters(), without.counters())
                    << preset << ", run " << run << ", timing seed " << seed;
            }
        }
}

/* The comparison above would see a difference: one entry more is another geometry. */
TEST(TimeAndFunction, 840_another_geometry_changes_counters_but_no_result)
{
    const Timing small("ideal", {{"mtlb_entries", 4}, {"mtlb_ways", 4}, {"utlb_entries", 1}});
    SerialRun one(small, 1), other(small.with({{"mtlb_entries", 64}}), 1);
    one.run(600);
    other.run(600);
    EXPECT_EQ(one.seen(), other.seen());
    EXPECT_NE(one.counters(), other.counters());
}

/* ---- experiment 27 */

struct Load {
    std::vector<Access> accesses;
    uint64_t last = 0; /* cycle of issue of the last */
};

constexpr unsigned kHot = 8, kAccesses = 160;

/*
 * One stream through one TBU. Each access hits one of a few pages that stay in the main TLB, or
 * misses in a page of its own and reads one descriptor: what is a hit does not depend on when.
 */
std::vector<Access> random_load(uint64_t seed, uint64_t begin, bool at_once)
{
    std::mt19937_64 random(seed);
    std::vector<Access> accesses;
    uint64_t at = begin;
    for (unsigned i = 0; i < kAccesses; i++) {
        Access access(TimedMachine::page(random() % 2 ? random() % kHot : kHot + i));
        at += at_once ? 0 : random() % 60;
        access.at(at).id(random() % 8);
        if (random() % 4 == 0)
            access.write(static_cast<uint32_t>(1 + random() % 64));
        accesses.push_back(access);
    }
    return accesses;
}

/* Cycles until the last of them has left. */
uint64_t makespan(const Timing &t, uint64_t seed, bool at_once)
{
    TimedMachine m(t);
    m.map_pages(kVa, kHot + kAccesses);
    for (unsigned page = 0; page < kHot; page++)
        m.warm({TimedMachine::page(page)});
    const std::vector<uint64_t> left = m.leave(random_load(seed, m.now(), at_once));
    return *std::max_element(left.begin(), left.end());
}

/* Deterministic, and all that is to be varied is scarce. */
Timing scarce_timing()
{
    return Timing("mmu-700-like", {{"utlb_entries", 0},
                                   {"mtlb_entries", 1024},
                                   {"mtlb_repl", 2},
                                   {"cc_repl", 2},
                                   {"wc_repl", 2},
                                   {"wc_levels", 7},
                                   {"tbus", 1},
                                   {"tbu_xlate_slots", 8},
                                   {"dti_trans_tokens", 4},
                                   {"ptw_slots", 3},
                                   {"qtw_max_reads", 2},
                                   {"dti_link_bytes", 10},
                                   {"dti_tcu_bytes", 10},
                                   {"wbuf_beats", 6},
                                   {"mem_read_lat", 40},
                                   {"order_by_id", 1}});
}

struct Sweep {
    const char *key;
    std::vector<uint64_t> values; /* from slow to fast */
};

/* Never slower from one value to the next, under any load, and faster under one at least. */
void expect_never_slower(const Sweep &sweep)
{
    bool matters = false;
    for (uint64_t seed = 1; seed <= 4; seed++)
        for (bool at_once : {true, false}) {
            uint64_t before = UINT64_MAX, first = 0;
            for (uint64_t value : sweep.values) {
                const uint64_t cycles =
                    makespan(scarce_timing().set(sweep.key, value), seed, at_once);
                EXPECT_LE(cycles, before) << sweep.key << "=" << value << ", seed " << seed
                                          << (at_once ? ", at once" : ", strewn");
                first = first ? first : cycles;
                before = cycles;
            }
            matters = matters || before < first;
        }
    EXPECT_TRUE(matters) << sweep.key;
}

TEST(Monotonicity, 840_more_of_anything_is_not_slower)
{
    const Sweep sweeps[] = {
        {"tbu_xlate_slots", {1, 2, 4, 8, 16, 64}}, {"dti_trans_tokens", {1, 2, 4, 8, 64}},
        {"ptw_slots", {1, 2, 4, 8, 64}},           {"qtw_max_reads", {1, 2, 3, 4, 8, 64}},
        {"dti_link_bytes", {1, 2, 4, 10, 20, 0}},  {"dti_tcu_bytes", {1, 2, 4, 10, 20, 0}},
        {"qtw_read_bytes", {1, 2, 4, 8, 16, 0}},   {"wbuf_beats", {4, 5, 6, 8, 16, 64}},
        {"tbu_port_bytes", {1, 2, 4, 16, 64, 0}},  {"tbu_back_interval", {9, 5, 2, 1, 0}},
    };
    for (const Sweep &sweep : sweeps)
        expect_never_slower(sweep);
}

/* LRU of a fully associative TLB keeps what a smaller one keeps. */
TEST(Monotonicity, 840_more_entries_of_lru_are_not_slower)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        uint64_t before = UINT64_MAX;
        for (uint64_t entries : {1, 2, 4, 8, 16, 64}) {
            TimedMachine m(Timing("mmu-700-like", {{"utlb_entries", entries},
                                                   {"utlb_repl", 2},
                                                   {"mtlb_entries", 4},
                                                   {"mtlb_repl", 2}}));
            m.map_pages(kVa, 40);
            std::mt19937_64 random(seed);
            for (unsigned i = 0; i < 600; i++)
                m.access(TimedMachine::page(std::min(random() % 40, random() % 40)));
            EXPECT_LT(m.now(), before) << entries << " entries, seed " << seed;
            before = m.now();
        }
    }
}

TEST(Monotonicity, 840_a_longer_latency_is_not_faster)
{
    const char *const keys[] = {"mem_read_lat", "tbu_front_lat",  "tbu_slice_lat", "tbu_back_lat",
                                "mtlb_lat",     "dti_req_lat",    "dti_rsp_lat",   "cc_lat",
                                "wc_lat",       "walk_start_lat", "walk_step_lat", "qtw_ar_lat"};
    for (const char *key : keys)
        expect_never_slower({key, {100, 20, 5, 2, 1, 0}});
}

} // namespace
