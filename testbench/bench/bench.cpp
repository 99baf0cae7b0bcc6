/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host speed, as ratios to two bare loops measured in the same run: the machines that run this are
 * shared and noisy, so an absolute time proves nothing.
 *
 * bare probe: look a random sequence over 1,024 resident pages up in a 512-set 4-way array of
 * 16-byte entries.
 * bare decode: load 16-byte commands from a full 2^19-entry ring and count them by opcode.
 */
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "machine.h"
#include "smmusim/smmu_stats.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

namespace {

constexpr uint64_t kPages = 1024, kTlbEntries = 2048;
constexpr size_t kSequence = 1 << 16;
constexpr uint64_t kBase = uint64_t{1} << 30;

std::vector<uint64_t> random_pages()
{
    std::mt19937_64 random(1);
    std::vector<uint64_t> sequence(kSequence);
    for (uint64_t &va : sequence)
        va = kBase + (random() % kPages << 12) + (random() & 0xFFC);
    return sequence;
}

struct BareEntry {
    uint64_t key, data;
};

void bare_probe(benchmark::State &state)
{
    constexpr size_t kSets = 512, kWays = 4;
    std::vector<BareEntry> table(kSets * kWays);
    for (uint64_t p = 0; p < kPages; p++) {
        uint64_t page = (kBase >> 12) + p;
        for (size_t w = 0; w < kWays; w++) {
            BareEntry &e = table[page % kSets * kWays + w];
            if (!e.key) {
                e = {page, p * 3 + 1};
                break;
            }
        }
    }
    const std::vector<uint64_t> sequence = random_pages();
    uint64_t sum = 0;
    for (auto _ : state) {
        for (uint64_t va : sequence) {
            const BareEntry *set = &table[(va >> 12) % kSets * kWays];
            for (size_t w = 0; w < kWays; w++)
                if (set[w].key == va >> 12) {
                    sum += set[w].data;
                    break;
                }
        }
        benchmark::DoNotOptimize(sum);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kSequence));
}

/* Mode of the model: functional costs no simulated time; at is event-driven, with the default
 * preset's timing. */
void tlb_hit(benchmark::State &state, smmu_mode_t mode, Machine::Stages stages)
{
    Machine m({{"mode", mode}, {"timing.mtlb_entries", kTlbEntries}}, size_t{64} << 20, stages);
    m.map(kBase, kPages);
    m.start();
    for (uint64_t p = 0; p < kPages; p++)
        m.access(m.request(kBase + (p << 12)));
    const std::vector<uint64_t> sequence = random_pages();
    smmu_request_t request = m.request(0);
    smmu_response_t response;
    uint64_t sum = 0;
    for (auto _ : state) {
        for (uint64_t va : sequence) {
            request.addr = va;
            if (smmu_submit(m.smmu(), m.now++, &request, &response) != SMMU_DONE)
                state.SkipWithError("a resident page missed");
            sum += response.pa;
        }
        benchmark::DoNotOptimize(sum);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kSequence));
}

/* The walk's address of number n: they share no table below the first level, and their descriptors
 * are spread over the tables, as those of addresses in use are: all at the same offset would fight
 * for the same few lines of the host's caches. */
uint64_t cold_address(uint64_t n)
{
    return n << 39 | n << 30 | n << 21 | n << 12;
}

/* 512 addresses, and caches too small for any of what leads to them: every walk is cold. */
void cold_walk(benchmark::State &state, smmu_mode_t mode)
{
    constexpr uint64_t kWalks = 512;
    Machine m({{"mode", mode},
               {"timing.mtlb_entries", 4},
               {"timing.mtlb_ways", 4},
               {"timing.wc_entries", 8},
               {"timing.wc_ways", 8}});
    for (uint64_t i = 0; i < kWalks; i++)
        m.map(cold_address(i), 1);
    m.start();
    m.access(m.request(
        cold_address(kWalks - 1))); /* its configuration stays, its translation will be gone */
    smmu_stats_clear(m.smmu());
    for (auto _ : state)
        for (uint64_t i = 0; i < kWalks; i++)
            benchmark::DoNotOptimize(m.access(m.request(cold_address(i))).pa);
    const uint64_t walks = smmu_stat_value(m.smmu(), SMMU_STAT_walks);
    if (walks != static_cast<uint64_t>(state.iterations()) * kWalks ||
        smmu_stat_value(m.smmu(), SMMU_STAT_walk_reads) != 4 * walks)
        state.SkipWithError("a walk was not a cold one of four levels");
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kWalks));
}

/* Nothing of a walk is kept: four levels of each stage, 24 reads. */
void nested_cold_walk(benchmark::State &state, smmu_mode_t mode)
{
    constexpr uint64_t kWalks = 64;
    Machine m({{"mode", mode},
               {"timing.mtlb_entries", 4},
               {"timing.mtlb_ways", 4},
               {"timing.wc_levels", 0}},
              size_t{64} << 20, Machine::Stages::Both);
    for (uint64_t i = 0; i < kWalks; i++)
        m.map(cold_address(i), 1);
    m.start();
    m.access(m.request(cold_address(kWalks - 1)));
    smmu_stats_clear(m.smmu());
    for (auto _ : state)
        for (uint64_t i = 0; i < kWalks; i++)
            benchmark::DoNotOptimize(m.access(m.request(cold_address(i))).pa);
    const uint64_t walks = smmu_stat_value(m.smmu(), SMMU_STAT_walks);
    if (walks != static_cast<uint64_t>(state.iterations()) * kWalks ||
        smmu_stat_value(m.smmu(), SMMU_STAT_walk_reads) != 24 * walks)
        state.SkipWithError("a walk was not a cold one of four levels of each stage");
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kWalks));
}

constexpr size_t kRingEntries = size_t{1} << Machine::kRingLog2;

/* TLBI_NH_VA with a CMD_SYNC as every 64th command, over the resident pages. */
void fill_ring(uint8_t *ring)
{
    for (size_t i = 0; i < kRingEntries; i++) {
        uint64_t command[2] = {0, 0};
        if (i % 64 == 63) {
            command[0] = REF_CMD_SYNC;
        } else {
            REF_SET(CMD_TLBI_NH_VA_OPCODE, command, REF_CMD_TLBI_NH_VA);
            REF_SET(CMD_TLBI_NH_VA_ASID, command, Machine::kAsid);
            REF_SET(CMD_TLBI_NH_VA_LEAF, command, 1);
            REF_SET(CMD_TLBI_NH_VA_ADDR, command, (kBase >> 12) + i % kPages);
        }
        std::memcpy(ring + 16 * i, command, sizeof command);
    }
}

/*
 * 10 million requests, one each cycle, with several misses in flight: to a working set of 256 pages
 * and, once in a while, to the next page of a large range, so that with what those push out one in
 * a hundred misses. Memory takes its time. The default preset as it is.
 */
class Traffic {
public:
    static constexpr uint64_t kWorkingSet = 256, kRange = 16384, kOneIn = 171;

    Traffic() : m_({{"mode", SMMU_MODE_AT}}), random_(1)
    {
        m_.map(kBase, kWorkingSet + kRange);
        m_.start();
        for (uint64_t p = 0; p < kWorkingSet; p++)
            m_.access(m_.request(kBase + (p << 12)));
        for (uint32_t i = 0; i < kSequence; i++)
            page_.push_back(i % kOneIn ? random_() % kWorkingSet : kWorkingSet);
        smmu_stats_clear(m_.smmu());
    }

    void sequence()
    {
        for (uint64_t page : page_) {
            if (page == kWorkingSet)
                page += next_++ % kRange;
            request_.addr = kBase + (page << 12);
            request_.order_id = static_cast<uint16_t>(m_.now % kOrders);
            step();
        }
    }

    bool one_in_a_hundred_missed()
    {
        const double misses = static_cast<double>(smmu_stat_value(m_.smmu(), SMMU_STAT_tlb_miss));
        const double all = static_cast<double>(smmu_stat_value(m_.smmu(), SMMU_STAT_tlb_lookup));
        return misses > 0.0095 * all && misses < 0.0105 * all;
    }
    bool all_went_through() const { return refused_ == 0; }

private:
    static constexpr uint64_t kOrders = 64, kMemory = 100;
    struct Access {
        uint64_t due;
        smmu_out_mem_t mem;
    };

    /* One cycle: memory answers, the request comes, accesses leave. */
    void step()
    {
        smmu_response_t response;
        for (m_.now++; !waiting_.empty() && waiting_.front().due <= m_.now; waiting_.pop_front())
            m_.answer(waiting_.front().mem);
        const int verdict = smmu_submit(m_.smmu(), m_.now, &request_, &response);
        refused_ += verdict < 0 || verdict == SMMU_BUSY;
        for (smmu_out_t out; smmu_pop(m_.smmu(), &out);)
            if (out.kind == SMMU_OUT_MEM)
                waiting_.push_back({m_.now + kMemory, out.u.mem});
    }

    Machine m_;
    std::mt19937_64 random_;
    std::vector<uint64_t> page_;
    std::deque<Access> waiting_;
    smmu_request_t request_ = m_.request(0);
    uint64_t next_ = 0, refused_ = 0;
};

void traffic(benchmark::State &state)
{
    Traffic t;
    for (auto _ : state)
        t.sequence();
    if (!t.all_went_through())
        state.SkipWithError("a request was refused");
    if (!t.one_in_a_hundred_missed())
        state.SkipWithError("not one in a hundred missed");
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kSequence));
}

void bare_decode(benchmark::State &state)
{
    std::vector<uint8_t> ring(16 * kRingEntries);
    fill_ring(ring.data());
    std::vector<uint64_t> count(256);
    for (auto _ : state) {
        for (size_t i = 0; i < kRingEntries; i++) {
            uint64_t command[2];
            std::memcpy(command, &ring[16 * i], sizeof command);
            count[command[0] & 0xFF] += 1 + (command[1] & 0);
        }
        benchmark::DoNotOptimize(count.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRingEntries));
}

void tlbi_nh_va(benchmark::State &state, smmu_mode_t mode)
{
    Machine m({{"mode", mode}, {"timing.mtlb_entries", kTlbEntries}});
    m.map(kBase, kPages);
    m.start();
    for (uint64_t p = 0; p < kPages; p++)
        m.access(m.request(kBase + (p << 12)));
    fill_ring(m.at(m.command_ring()));
    uint32_t wrap = 0;
    for (auto _ : state) {
        wrap ^= static_cast<uint32_t>(kRingEntries);
        m.write32(REF_REG_CMDQ_PROD, wrap);
        m.run_until_idle();
    }
    uint64_t cons = 0;
    smmu_reg_read(m.smmu(), m.now, SMMU_PAS_NS, REF_REG_CMDQ_CONS, 4, &cons);
    if ((cons & 0xFFFFF) != wrap)
        state.SkipWithError("the ring was not consumed");
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRingEntries));
}

/* By ASID, on a TLB full of live entries of 15 ASIDs, of which 8 are named in turn. */
void tlbi_nh_asid(benchmark::State &state)
{
    constexpr uint32_t kAsids = (1u << Machine::kSubstreamsLog2) - 1, kNamed = 8,
                       kCommands = 1 << 15;
    const uint64_t entries = static_cast<uint64_t>(state.range(0));
    Machine m(
        {{"mode", SMMU_MODE_FUNCTIONAL}, {"timing.tbus", 1}, {"timing.mtlb_entries", entries}});
    m.map(kBase, entries);
    m.start();
    for (uint64_t p = 0; p < entries; p++)
        m.access(m.request(kBase + (p << 12), static_cast<uint32_t>(1 + p % kAsids)));
    for (size_t i = 0; i < kRingEntries; i++) {
        uint64_t command[2] = {0, 0};
        REF_SET(CMD_TLBI_NH_ASID_OPCODE, command, REF_CMD_TLBI_NH_ASID);
        REF_SET(CMD_TLBI_NH_ASID_ASID, command, Machine::kAsid + 1 + i % kNamed);
        std::memcpy(m.at(m.command_ring()) + 16 * i, command, sizeof command);
    }
    if (smmu_stat_value(m.smmu(), SMMU_STAT_tlb_fill) != entries ||
        smmu_stat_value(m.smmu(), SMMU_STAT_tlb_evict) != 0)
        state.SkipWithError("the TLB is not full");
    uint32_t prod = 0;
    for (auto _ : state) {
        prod = (prod + kCommands) % (2 * static_cast<uint32_t>(kRingEntries));
        m.write32(REF_REG_CMDQ_PROD, prod);
        m.run_until_idle();
    }
    state.SetItemsProcessed(state.iterations() * kCommands);
}

BENCHMARK(bare_probe);
BENCHMARK(bare_decode);
BENCHMARK_CAPTURE(tlb_hit, untimed, SMMU_MODE_FUNCTIONAL, Machine::Stages::One);
BENCHMARK_CAPTURE(tlb_hit, timed, SMMU_MODE_AT, Machine::Stages::One);
BENCHMARK_CAPTURE(tlb_hit, nested, SMMU_MODE_FUNCTIONAL, Machine::Stages::Both);
BENCHMARK_CAPTURE(cold_walk, untimed, SMMU_MODE_FUNCTIONAL);
BENCHMARK_CAPTURE(cold_walk, timed, SMMU_MODE_AT);
BENCHMARK_CAPTURE(nested_cold_walk, untimed, SMMU_MODE_FUNCTIONAL);
BENCHMARK_CAPTURE(nested_cold_walk, timed, SMMU_MODE_AT);
BENCHMARK_CAPTURE(tlbi_nh_va, untimed, SMMU_MODE_FUNCTIONAL);
BENCHMARK_CAPTURE(tlbi_nh_va, timed, SMMU_MODE_AT);
BENCHMARK(traffic)->Iterations(153); /* 10 million requests */
BENCHMARK(tlbi_nh_asid)->Arg(64)->Arg(1024)->Arg(16384)->Arg(65536);

/* --------------------------------------------------------------- ratios */

struct Ratio {
    const char *what, *to;
    double limit;
};

constexpr Ratio kRatios[] = {
    {"tlb_hit/untimed", "bare_probe", 6},
    {"cold_walk/untimed", "bare_probe", 80},
    {"tlbi_nh_va/untimed", "bare_decode", 40},
    {"tlb_hit/timed", "bare_probe", 8},
    {"cold_walk/timed", "bare_probe", 150},
    {"tlbi_nh_va/timed", "bare_decode", 60},
    {"traffic", "bare_probe", 12},
    {"tlb_hit/nested", "bare_probe", 6},
    {"nested_cold_walk/untimed", "bare_probe", 480},
    {"nested_cold_walk/timed", "bare_probe", 900},
};

/* The slowest size of TLBs in units of the fastest. */
constexpr Ratio kFlat = {"tlbi_nh_asid", "any size", 1.1};

class RatioReporter : public benchmark::ConsoleReporter {
public:
    RatioReporter() : ConsoleReporter(isatty(STDOUT_FILENO) ? OO_ColorTabular : OO_Tabular) {}

    void ReportRuns(const std::vector<Run> &runs) override
    {
        ConsoleReporter::ReportRuns(runs);
        for (const Run &run : runs) {
            failed |= run.error_occurred;
            auto items = run.counters.find("items_per_second");
            if (!run.error_occurred && run.run_type == Run::RT_Iteration &&
                items != run.counters.end())
                fastest_[name_of(run)] =
                    std::max(fastest_[name_of(run)], static_cast<double>(items->second));
        }
    }

    static std::string name_of(const Run &run)
    {
        const std::string &arguments = run.run_name.args;
        return arguments.empty() ? run.run_name.function_name
                                 : run.run_name.function_name + "/" + arguments;
    }

    bool print_ratios()
    {
        std::printf("\n%-24s %-12s %10s %8s\n", "what", "in units of", "ratio", "limit");
        bool held = true;
        for (const Ratio &r : kRatios) {
            if (!fastest_.count(r.what) || !fastest_.count(r.to))
                continue;
            held &= print(r, fastest_[r.to] / fastest_[r.what]);
        }
        return print_flatness() && held;
    }

    bool failed = false;

private:
    static bool print(const Ratio &r, double ratio)
    {
        std::printf("%-24s %-12s %10.2f %8.1f%s\n", r.what, r.to, ratio, r.limit,
                    ratio > r.limit ? "  EXCEEDED" : "");
        return ratio <= r.limit;
    }

    bool print_flatness() const
    {
        double least = 0, most = 0;
        for (const auto &[name, speed] : fastest_)
            if (name.rfind(kFlat.what, 0) == 0) {
                least = least == 0 ? speed : std::min(least, speed);
                most = std::max(most, speed);
            }
        return least == 0 || print(kFlat, most / least);
    }

    std::map<std::string, double>
        fastest_; /* items a second, the best repetition: noise only slows down */
};

} // namespace

/* Several short repetitions in mixed order, of which the fastest counts: a noisy neighbour hits all
 * alike. */
int main(int argc, char **argv)
{
    std::vector<std::string> words = {argv[0], "--benchmark_repetitions=7",
                                      "--benchmark_min_time=0.1",
                                      "--benchmark_enable_random_interleaving=true"};
    words.insert(words.end(), argv + 1, argv + argc);
    std::vector<char *> arguments;
    for (std::string &word : words)
        arguments.push_back(&word[0]);
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data()))
        return 2;
    RatioReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    bool held = reporter.print_ratios();
    return reporter.failed ? 2 : held ? 0 : 1;
}
