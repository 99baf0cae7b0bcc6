/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host speed, as ratios to two bare loops measured in the same run: the machines that run this are
 * shared and noisy, so an absolute time proves nothing.
 *
 * bare probe:  look a random sequence over 1,024 resident pages up in a 512-set 4-way array of
 * 16-byte entries bare decode: load 16-byte commands from a full 2^19-entry ring and count them by
 * opcode
 */
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
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
void tlb_hit(benchmark::State &state, smmu_mode_t mode)
{
    Machine m({{"mode", mode}, {"timing.mtlb_entries", kTlbEntries}});
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

/* 512 addresses that share no table below the first level, and caches too small for any of it:
 * every walk is cold. */
void cold_walk(benchmark::State &state, smmu_mode_t mode)
{
    constexpr uint64_t kWalks = 512;
    Machine m({{"mode", mode},
               {"timing.mtlb_entries", 4},
               {"timing.mtlb_ways", 4},
               {"timing.wc_entries", 8},
               {"timing.wc_ways", 8}});
    for (uint64_t i = 0; i < kWalks; i++)
        m.map(i << 39 | 0x1000, 1);
    m.start();
    m.access(m.request((kWalks - 1) << 39 |
                       0x1000)); /* its configuration stays, its translation will be gone */
    smmu_stats_clear(m.smmu());
    for (auto _ : state)
        for (uint64_t i = 0; i < kWalks; i++)
            benchmark::DoNotOptimize(m.access(m.request(i << 39 | 0x1000)).pa);
    const uint64_t walks = smmu_stat_value(m.smmu(), SMMU_STAT_walks);
    if (walks != static_cast<uint64_t>(state.iterations()) * kWalks ||
        smmu_stat_value(m.smmu(), SMMU_STAT_walk_reads) != 4 * walks)
        state.SkipWithError("a walk was not a cold one of four levels");
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

BENCHMARK(bare_probe);
BENCHMARK(bare_decode);
BENCHMARK_CAPTURE(tlb_hit, untimed, SMMU_MODE_FUNCTIONAL);
BENCHMARK_CAPTURE(tlb_hit, timed, SMMU_MODE_AT);
BENCHMARK_CAPTURE(cold_walk, untimed, SMMU_MODE_FUNCTIONAL);
BENCHMARK_CAPTURE(cold_walk, timed, SMMU_MODE_AT);
BENCHMARK_CAPTURE(tlbi_nh_va, untimed, SMMU_MODE_FUNCTIONAL);
BENCHMARK_CAPTURE(tlbi_nh_va, timed, SMMU_MODE_AT);

/* --------------------------------------------------------------- ratios */

struct Ratio {
    const char *what, *to;
    double limit;
};

constexpr Ratio kRatios[] = {
    {"tlb_hit/untimed", "bare_probe", 6},      {"cold_walk/untimed", "bare_probe", 80},
    {"tlbi_nh_va/untimed", "bare_decode", 40}, {"tlb_hit/timed", "bare_probe", 8},
    {"cold_walk/timed", "bare_probe", 150},    {"tlbi_nh_va/timed", "bare_decode", 60},
};

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
                fastest_[run.run_name.function_name] = std::max(
                    fastest_[run.run_name.function_name], static_cast<double>(items->second));
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
        bool held = true;
        std::printf("\n%-20s %-12s %10s %8s\n", "what", "in units of", "ratio", "limit");
        for (const Ratio &r : kRatios) {
            if (!fastest_.count(r.what) || !fastest_.count(r.to))
                continue;
            double ratio = fastest_[r.to] / fastest_[r.what];
            std::printf("%-20s %-12s %10.2f %8.0f%s\n", r.what, r.to, ratio, r.limit,
                        ratio > r.limit ? "  EXCEEDED" : "");
            held &= ratio <= r.limit;
        }
        return held;
    }

    bool failed = false;

private:
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
