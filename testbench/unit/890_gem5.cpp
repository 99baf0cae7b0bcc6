/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 890: preset gem5 against the accounting of gem5's SMMUv3 (version 24.0, read, not run), to the
 * cycle, for reads of one beat and a memory of constant latency M (experiment 25 of
 * docs/timing.md). The numbers stand here as that model's structure gives them, not by the forms of
 * ours. Traffic against gem5's own statistics is not here.
 */
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;
constexpr uint64_t kLatencies[] = {0, 1, 50, 100};

/* 4 KiB pages, since gem5's main TLB finds only the first page of a block. */
Timing gem5_timing(uint64_t M)
{
    return Timing("gem5", {{"mem_read_lat", M}, {"mem_write_lat", M}});
}

/* Every access with an ID of its own: nothing waits for the one before. */
TEST(Gem5, 890_disabled_smmu)
{
    for (uint64_t M : kLatencies) {
        TimedMachine m(gem5_timing(M));
        m.w32(REF_REG_CR0, 0);
        m.idle();
        EXPECT_EQ(m.access(kVa).cycles, 3u) << "M " << M;
    }
}

TEST(Gem5, 890_hits)
{
    for (uint64_t M : kLatencies) {
        TimedMachine m(gem5_timing(M));
        m.map_pages(kVa, 33);
        m.warm({kVa});
        EXPECT_EQ(m.access(kVa).cycles, 3u) << "micro-TLB, M " << M;
        m.idle();
        for (uint64_t i = 1; i <= 32; i++)
            m.warm({TimedMachine::page(i)});
        EXPECT_EQ(m.access(kVa).cycles, 6u) << "main TLB, after 32 other pages, M " << M;
    }
}

/* 25 of a miss and 3 levels, 4 levels: 15 + 3M and 21 + 4M of the walk. */
TEST(Gem5, 890_cold_walks)
{
    for (uint64_t M : kLatencies)
        for (unsigned levels : {3, 4}) {
            TimedMachine::Tables tables;
            tables.input_bits = levels == 4 ? 48 : 39;
            TimedMachine m(gem5_timing(M), tables);
            const uint64_t va = 0x1000, other = va | uint64_t{1} << (levels == 4 ? 47 : 38);
            m.map_pages(va, 1);
            m.map_pages(other, 1);
            const uint64_t walk = levels == 4 ? 21 + 4 * M : 15 + 3 * M;
            EXPECT_EQ(m.access(va).cycles, 25 + walk + 2 * (1 + M))
                << levels << " levels, M " << M << ", configuration not cached";
            m.idle();
            EXPECT_EQ(m.access(other).cycles, 25 + walk) << levels << " levels, M " << M;
        }
}

/* k look-ups from level 2 upwards, level 3 is not kept: 4k + 1 + n (M + 2). */
TEST(Gem5, 890_walks_that_a_walk_cache_shortens)
{
    const uint64_t pages[] = {kVa, kVa + 0x1000, kVa + (1 << 21), kVa + (1 << 30)};
    for (uint64_t M : kLatencies) {
        TimedMachine m(gem5_timing(M));
        for (uint64_t va : pages)
            m.map_pages(va, 1);
        m.warm({pages[0]});
        const uint64_t walk[] = {0, 7 + M, 4 * 2 + 1 + 2 * (M + 2), 4 * 3 + 1 + 3 * (M + 2)};
        for (unsigned n = 1; n <= 3; n++) {
            EXPECT_EQ(m.access(pages[n]).cycles, 25 + walk[n]) << n << " reads, M " << M;
            m.idle();
        }
    }
}

TEST(Gem5, 890_worked_examples_of_a_hundred_cycles)
{
    TimedMachine m(gem5_timing(100));
    m.map_pages(kVa, 2);
    m.map_pages(TimedMachine::far(1), 1);
    EXPECT_EQ(m.access(kVa).cycles, 446u + 202u) << "cold, configuration not cached";
    m.idle();
    EXPECT_EQ(m.access(TimedMachine::page(1)).cycles, 132u) << "level 2 cached";
    m.idle();
    EXPECT_EQ(m.access(TimedMachine::far(1)).cycles, 446u) << "cold";
}

/* 1 + M for each structure that is read. */
TEST(Gem5, 890_configuration_misses)
{
    for (uint64_t M : kLatencies)
        for (bool two_level_streams : {false, true})
            for (bool two_level_cds : {false, true}) {
                TimedMachine::Tables tables;
                tables.two_level_stream_table = two_level_streams;
                tables.two_level_cds = two_level_cds;
                TimedMachine m(gem5_timing(M), tables);
                m.map_pages(kVa, 2);
                m.add_stream(4);
                m.warm({kVa});
                const uint64_t reads = 2u + two_level_streams + two_level_cds;
                EXPECT_EQ(m.access(Access(TimedMachine::page(1), 4)).cycles,
                          25 + 7 + M + reads * (1 + M))
                    << "M " << M << ", " << reads << " reads";
            }
}

/*
 * Two stages of n1 and n2 levels: 4 (3 + k2) + n1 + 2 + (M + 2)(n1 + n2 (n1 + 1)), k2 levels of stage
 * 2 being looked up, which are those above level 3. The configuration costs a stage 2 walk of the
 * CD's address, 1 + n2 (M + 2), beside its reads.
 */
TEST(Gem5, 890_nested_cold_walks)
{
    for (uint64_t M : kLatencies)
        for (unsigned n2 : {3, 4}) {
            TimedMachine::Tables tables;
            tables.stage2_input_bits = n2 == 4 ? 48 : 39;
            TimedMachine m(gem5_timing(M), tables);
            m.map_pages(kVa, 1);
            const uint64_t walk = n2 == 4 ? 78 + 24 * M : 64 + 19 * M;
            EXPECT_EQ(m.access(kVa).cycles, 25 + walk + 2 * (1 + M) + 1 + n2 * (M + 2))
                << n2 << " levels of stage 2, M " << M << ", configuration not cached";
            m.idle();
            m.push(drv_cmd_tlbi_nsnh_all());
            m.ring();
            m.idle();
            EXPECT_EQ(m.access(kVa).cycles, 25 + walk) << n2 << " levels of stage 2, M " << M;
        }
}

/* The address of an L1CD costs what that of a CD does. */
TEST(Gem5, 890_configuration_misses_of_nested_streams)
{
    for (uint64_t M : kLatencies)
        for (unsigned n2 : {3, 4})
            for (bool two_level_streams : {false, true})
                for (bool two_level_cds : {false, true}) {
                    TimedMachine::Tables tables;
                    tables.stage2_input_bits = n2 == 4 ? 48 : 39;
                    tables.two_level_stream_table = two_level_streams;
                    tables.two_level_cds = two_level_cds;
                    TimedMachine m(gem5_timing(M), tables);
                    m.map_pages(kVa, 2);
                    m.add_stream(4);
                    m.warm({kVa});
                    const uint64_t reads = 2u + two_level_streams + two_level_cds;
                    const uint64_t stage2_walks = 1u + two_level_cds;
                    EXPECT_EQ(m.access(Access(TimedMachine::page(1), 4)).cycles,
                              25 + 14 + 2 * M + reads * (1 + M) +
                                  stage2_walks * (1 + n2 * (M + 2)))
                        << "M " << M << ", " << reads << " reads, " << n2 << " levels of stage 2";
                }
}

/* Level 2 of both stages is cached, stage 1's with the physical address of the next table. */
TEST(Gem5, 890_nested_walks_that_the_walk_caches_shorten)
{
    for (uint64_t M : kLatencies)
        for (unsigned bits : {39, 48}) {
            TimedMachine::Tables tables;
            tables.stage2_input_bits = bits;
            TimedMachine m(gem5_timing(M), tables);
            m.map_pages(kVa, 2);
            m.warm({kVa});
            EXPECT_EQ(m.access(TimedMachine::page(1)).cycles, 25 + 14 + 2 * M) << "M " << M;
            m.idle();
            EXPECT_EQ(m.access(TimedMachine::page(1)).cycles, 3u) << "micro-TLB";
        }
}

/* N commands: 1 + N (1 + M), strictly one after the other; invalidations take no time. */
TEST(Gem5, 890_commands)
{
    for (uint64_t M : kLatencies)
        for (unsigned N : {1, 2, 7, 30}) {
            TimedMachine m(gem5_timing(M));
            m.map_pages(kVa, 1);
            m.warm({kVa});
            for (unsigned i = 0; i + 1 < N; i++)
                i % 2 ? m.push_tlbi_asid() : m.push_tlbi_va(kVa);
            m.push_sync();
            const uint64_t begin = m.now(), all = m.ring();
            m.expect_consumed(all, begin + 1 + N * (1 + M),
                              std::to_string(N) + " commands, M " + std::to_string(M));
        }
}

TEST(Gem5, 890_an_invalidation_acts_when_its_command_is_there)
{
    for (uint64_t M : {50, 100}) {
        TimedMachine m(gem5_timing(M));
        m.map_pages(kVa, 1);
        m.warm({kVa});
        m.push_tlbi_va(kVa);
        const uint64_t begin = m.now();
        m.ring();
        m.until(begin + 1 + M);
        EXPECT_EQ(m.access(kVa).cycles, 3u) << "a cycle before";
        m.idle();
        /* The walk caches keep what is above the leaf: it was invalidated alone. */
        EXPECT_EQ(m.access(kVa).cycles, 25 + 7 + M) << "after it";
    }
}

/* Two beats of the port and a memory write; an MSI is one beat and another. The faulting
 * transaction keeps its slot meanwhile. */
TEST(Gem5, 890_event_records)
{
    constexpr uint64_t target = 0x8000;
    for (uint64_t M : kLatencies) {
        TimedMachine m(gem5_timing(M));
        m.w64(REF_REG_EVENTQ_IRQ_CFG0, target);
        m.w32(REF_REG_EVENTQ_IRQ_CFG0 + 8, 0x5A5A);
        m.w32(REF_REG_IRQ_CTRL, REF_PREP(IRQ_CTRL_EVENTQ_IRQEN, 1));
        m.map_pages(kVa, 1);
        m.warm({kVa});
        const uint64_t begin = m.now();
        const uint32_t ticket = m.start(TimedMachine::page(1));
        /* Up to the fault: 1 + 1 + 3 in the TBU, 8 of the link, 3 + 7 + M in the TCU. */
        const uint64_t recorded = begin + 23 + M + 2 + M;
        m.until(recorded - 1);
        EXPECT_EQ(m.events(), 0u) << "M " << M;
        m.until(recorded);
        EXPECT_EQ(m.events(), 1u) << "M " << M;
        m.until(recorded + 1 + M - 1);
        EXPECT_EQ(memory_load32(m.memory(), target), 0u) << "M " << M;
        m.until(recorded + 1 + M);
        EXPECT_EQ(memory_load32(m.memory(), target), 0x5A5Au) << "M " << M;
        const client_result result = m.finish(ticket);
        EXPECT_EQ(result.result, SMMU_RESULT_ABORT);
        EXPECT_EQ(result.cycles, recorded - begin + 8 + 1) << "M " << M;
    }
}

/* ---- what bounds it */

TEST(Gem5, 890_one_page_is_asked_for_once)
{
    constexpr unsigned K = 8;
    for (uint64_t M : kLatencies) {
        TimedMachine m(gem5_timing(M));
        m.map_pages(kVa, 2);
        m.warm({kVa});
        std::vector<Access> accesses;
        for (unsigned i = 0; i < K; i++)
            accesses.push_back(Access(TimedMachine::page(1)).id(i));
        const uint64_t walks = m.stat(SMMU_STAT_walks);
        const std::vector<uint64_t> left = m.leave(accesses);
        EXPECT_EQ(m.stat(SMMU_STAT_walks) - walks, 1u);
        EXPECT_EQ(left[0], 25 + 7 + M);
        for (unsigned i = 1; i < K; i++)
            EXPECT_EQ(left[i], left[0] + 3 + i - 1) << "look up the main TLB again";
    }
}

/* Sixteen slots in a TBU, and as many walkers: cold walks in batches of sixteen. */
TEST(Gem5, 890_a_tbu_has_sixteen_translations_in_flight)
{
    constexpr unsigned K = 48;
    TimedMachine m(gem5_timing(100));
    for (unsigned i = 0; i <= K; i++)
        m.map_pages(TimedMachine::far(i), 1);
    m.warm({kVa});
    std::vector<Access> accesses;
    for (unsigned i = 1; i <= K; i++)
        accesses.push_back(Access(TimedMachine::far(i)).id(i));
    const std::vector<uint64_t> left = m.leave(accesses);
    for (unsigned i = 0; i < K; i++)
        EXPECT_EQ(left[i], (i / 16 + 1) * 446 + i % 16) << i;
}

TEST(Gem5, 890_data_of_a_write_passes_the_port_sixteen_bytes_a_cycle)
{
    TimedMachine m(gem5_timing(100));
    m.map_pages(kVa, 1);
    m.warm({kVa});
    EXPECT_EQ(m.access(Access(kVa).write(16)).cycles, 3u);
    m.idle();
    EXPECT_EQ(m.access(Access(kVa).write(64)).cycles, 3u + 3u);
}

} // namespace
