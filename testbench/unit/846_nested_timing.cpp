/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 846: walks of stage 2 and of both stages to the cycle (experiments 11 and 13 of docs/timing.md
 * with stage 2), and how many descriptors they read, by the monitor's count. What invalidations of
 * stage 2 cost is 837's.
 */
#include "spec_ref/ref_pmcg.h"
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kMemory[] = {0, 1, 50, 100, 1000};
constexpr uint64_t kPage = 0x3000;

TimedMachine::Tables of_levels(unsigned n1, unsigned n2)
{
    TimedMachine::Tables tables;
    tables.input_bits = n1 == 4 ? 48 : 39;
    tables.stage2_input_bits = n2 == 4 ? 48 : 39;
    return tables;
}

/* Nothing that a walk finds of stage 2 shortens the same walk. */
Timing nested_timing(Timing::Settings settings = {})
{
    return telling_timing().set("wc_s2_tables", 0).set(settings);
}

/* Counter 0 of the TCU's group counts event 4, table walk accesses, of the stream (10.4). */
void count_walk_accesses(TimedMachine &m)
{
    m.w32(REF_PMCG_TCU_PAGE0 + REF_PMCG_EVTYPER, REF_PMCG_EV_WALK_ACCESS);
    m.w32(REF_PMCG_TCU_PAGE0 + REF_PMCG_SMR, TimedMachine::kStreamId);
    m.w32(REF_PMCG_TCU_PAGE1 + REF_PMCG_EVCNTR, 0);
    m.w64(REF_PMCG_TCU_PAGE0 + REF_PMCG_CNTENSET0, 1);
    m.w32(REF_PMCG_TCU_PAGE0 + REF_PMCG_CR, REF_PREP(PMCG_CR_E, 1));
}

uint64_t walk_accesses(TimedMachine &m)
{
    return m.r32(REF_PMCG_TCU_PAGE1 + REF_PMCG_EVCNTR);
}

/* Leaves at that cycle and is done in memory as much later as a read takes, not a cycle before. */
void expect_leaves(TimedMachine &m, const Access &access, uint64_t cycles, const std::string &what)
{
    const uint64_t done = m.now() + cycles + m.t["mem_read_lat"];
    client_result result{};
    const uint32_t ticket = m.start(access);
    m.until(done - 1);
    EXPECT_FALSE(host_take(m.host.get(), ticket, &result, nullptr)) << what << ": too early";
    m.until(done);
    EXPECT_TRUE(host_take(m.host.get(), ticket, &result, nullptr)) << what << ": too late";
    EXPECT_EQ(result.result, SMMU_RESULT_FORWARD) << what;
    EXPECT_EQ(result.cycles, cycles) << what;
}

/* Drops every translation and keeps the configuration. */
void forget_translations(TimedMachine &m)
{
    m.push(drv_cmd_tlbi_nsnh_all());
    m.push_sync();
    m.ring();
    m.idle();
}

/* ---- experiment 11 */

TEST(NestedTiming, 846_cold_walk_of_both_stages_costs_its_reads_and_steps)
{
    for (uint64_t M : kMemory)
        for (unsigned n1 : {3, 4})
            for (unsigned n2 : {3, 4})
                for (uint64_t serial : {0, 1}) {
                    const Timing t = nested_timing({{"mem_read_lat", M}, {"wc_serial", serial}});
                    const uint64_t reads = (n1 + 1) * (n2 + 1) - 1;
                    const uint64_t walk = forms::Wn(t, n1, n2, serial ? n1 : 1, serial ? n2 : 1);
                    TimedMachine m(t, of_levels(n1, n2));
                    m.map_pages(kPage, 1);
                    const std::string what = std::to_string(n1) + " x " + std::to_string(n2) +
                                             ", M " + std::to_string(M) + ", serial " +
                                             std::to_string(serial);
                    expect_leaves(m, Access(kPage),
                                  forms::miss(t, walk, forms::C(t) + forms::on_the_way(t, n2)),
                                  what + ", configuration not cached");
                    forget_translations(m);
                    count_walk_accesses(m);
                    expect_leaves(m, Access(kPage), forms::miss(t, walk), what);
                    EXPECT_EQ(walk_accesses(m), reads) << what;
                }
}

/* 24, 19, 19 and 15 with both stages, as many as there are levels with stage 2 alone. */
TEST(NestedTiming, 846_latency_grows_with_that_of_memory_by_the_number_of_reads)
{
    const struct {
        unsigned n1, n2;
        uint64_t reads;
    } rows[] = {{4, 4, 24}, {4, 3, 19}, {3, 4, 19}, {3, 3, 15}, {0, 4, 4}, {0, 3, 3}};
    for (const auto &row : rows) {
        uint64_t cycles[2];
        for (uint64_t M : {40, 41}) {
            TimedMachine::Tables tables = of_levels(row.n1 ? row.n1 : 4, row.n2);
            tables.stage2_alone = row.n1 == 0;
            TimedMachine m(nested_timing({{"mem_read_lat", M}}), tables);
            m.map_pages(kPage, 1);
            m.warm({kPage});
            forget_translations(m);
            cycles[M - 40] = m.access(kPage).cycles;
        }
        EXPECT_EQ(cycles[1] - cycles[0], row.reads) << row.n1 << " x " << row.n2;
    }
}

TEST(NestedTiming, 846_stage_2_alone_costs_as_a_stage_1_walk_of_as_many_levels)
{
    for (uint64_t M : kMemory)
        for (unsigned n2 : {3, 4})
            for (uint64_t serial : {0, 1}) {
                const Timing t = telling_timing().set({{"mem_read_lat", M}, {"wc_serial", serial}});
                TimedMachine::Tables tables = of_levels(4, n2);
                tables.stage2_alone = true;
                TimedMachine m(t, tables);
                const uint64_t near = kPage + 0x1000, other = kPage + (UINT64_C(1) << 21);
                for (uint64_t ipa : {kPage, near, other})
                    m.map_pages(ipa, 1);
                const std::string what = std::to_string(n2) + " levels, M " + std::to_string(M) +
                                         ", serial " + std::to_string(serial);
                const auto walk = [&](uint64_t n, uint64_t k) {
                    return forms::W(t, n, serial ? k : 1);
                };
                expect_leaves(m, Access(kPage),
                              forms::miss(t, walk(n2, n2), forms::C(t, false, false, false)),
                              what + ", configuration not cached: there is no CD");
                expect_leaves(m, Access(near), forms::miss(t, walk(1, 2)),
                              what + ", level 2 cached");
                expect_leaves(m, Access(other), forms::miss(t, walk(2, 3)),
                              what + ", level 1 cached");
                expect_leaves(m, Access(near).tbu(1), forms::miss(t, walk(0, 1)),
                              what + ", another TBU, the leaf is cached");
            }
}

/* Stage 1's table is known by its physical address, the page's stage 2 table as well. */
TEST(NestedTiming, 846_a_walk_that_hits_in_both_stages_reads_the_two_leaves)
{
    for (uint64_t M : kMemory)
        for (uint64_t serial : {0, 1})
            for (uint64_t s2_tables : {0, 1}) {
                const Timing t = nested_timing(
                    {{"mem_read_lat", M}, {"wc_serial", serial}, {"wc_s2_tables", s2_tables}});
                TimedMachine m(t, of_levels(4, 4));
                m.map_pages(kPage, 2);
                m.warm({kPage});
                count_walk_accesses(m);
                const uint64_t k = serial ? 2 : 1;
                expect_leaves(m, Access(kPage + 0x1000),
                              forms::miss(t, forms::W(t, 1, k) + forms::W(t, 1, k)),
                              "M " + std::to_string(M));
                EXPECT_EQ(walk_accesses(m), 2u);
                expect_leaves(m, Access(kPage).tbu(1),
                              forms::miss(t, forms::W(t, 0) + forms::W(t, 0)), "both leaves");
                expect_leaves(m, Access(kPage), forms::utlb_hit(t), "one entry of both stages");
            }
}

/*
 * With wc_s2_tables a walk finds what it has read of stage 2 before. The guest's tables and its CD
 * lie in pages beside each other, the page itself in another level 1 entry.
 */
TEST(NestedTiming, 846_stage_2_of_the_tables_is_looked_up_only_where_it_is_kept)
{
    for (uint64_t M : kMemory) {
        const Timing t = nested_timing({{"mem_read_lat", M}, {"wc_s2_tables", 1}});
        TimedMachine m(t, of_levels(4, 4));
        m.map_pages(kPage, 1);
        m.warm({kPage});
        forget_translations(m);
        count_walk_accesses(m);
        const uint64_t tables = forms::W(t, 4) + 3 * forms::W(t, 1);
        expect_leaves(m, Access(kPage), forms::miss(t, forms::W(t, 4) + tables + forms::W(t, 3)),
                      "M " + std::to_string(M));
        EXPECT_EQ(walk_accesses(m), 4u + 4u + 3u + 3u);
    }
}

/* ---- experiment 13 */

TEST(NestedTiming, 846_each_structure_of_the_guests_costs_its_stage_2_walk)
{
    for (bool two_level_streams : {false, true})
        for (bool two_level_cds : {false, true})
            for (unsigned n2 : {3, 4}) {
                const Timing t = nested_timing();
                TimedMachine::Tables tables = of_levels(4, n2);
                tables.two_level_stream_table = two_level_streams;
                tables.two_level_cds = two_level_cds;
                TimedMachine m(t, tables);
                m.map_pages(kPage, 1);
                m.add_stream(4);
                m.warm({kPage});
                const uint64_t structures = two_level_cds ? 2 : 1;
                expect_leaves(m, Access(kPage, 4),
                              forms::miss(t, forms::W(t, 0) + forms::W(t, 0),
                                          forms::C(t, two_level_streams, two_level_cds) +
                                              structures * forms::on_the_way(t, n2)),
                              std::to_string(two_level_streams) + std::to_string(two_level_cds));
            }
}

/* Streams in turn, more of them than the configuration cache holds. */
void expect_configuration_walks(const Timing &t, uint64_t servers, uint64_t service)
{
    constexpr unsigned K = 24, first = 16;
    TimedMachine m(t, of_levels(4, 3));
    m.map_pages(kPage, 1);
    std::vector<Access> accesses;
    for (unsigned i = 0; i < K; i++) {
        m.add_stream(first + i);
        accesses.emplace_back(kPage, first + i);
    }
    m.warm({kPage});
    const uint64_t unloaded =
        forms::miss(t, forms::W(t, 0) + forms::W(t, 0), forms::C(t) + forms::on_the_way(t, 3));
    const std::vector<uint64_t> left = m.leave(accesses);
    for (unsigned i = 0; i < K; i++) {
        uint64_t expected = unloaded + i;
        if (i >= servers)
            expected = std::max(expected, left[i - servers] + service);
        EXPECT_EQ(left[i], expected) << servers << " walkers, stream " << i;
    }
}

TEST(NestedTiming, 846_configuration_walkers_are_taken_for_the_stage_2_of_cds_too)
{
    for (uint64_t walkers : {1, 2, 4}) {
        const Timing t =
            nested_timing({{"ctw_slots", walkers}, {"tcu_hazard_entries", 0}, {"cc_entries", 4}});
        expect_configuration_walks(t, walkers, forms::C(t) + forms::on_the_way(t, 3));
    }
}

/* ---- experiments 5 and 6 */

TEST(NestedTiming, 846_p_walkers_sustain_p_walks_of_both_stages_in_their_time)
{
    for (uint64_t P : {1, 2, 4}) {
        constexpr unsigned K = 16;
        const Timing t = nested_timing({{"ptw_slots", P}, {"wc_levels", 0}, {"wc_lat", 0}});
        TimedMachine m(t, of_levels(4, 4));
        m.map_pages(kPage, K + 1);
        m.warm({kPage});
        std::vector<uint64_t> pages;
        for (unsigned i = 1; i <= K; i++)
            pages.push_back(kPage + (uint64_t{i} << 12));
        const uint64_t walk =
            24 * (forms::read(t, 8) + t["walk_step_lat"]) + (1 + 4 + 1) * t["walk_start_lat"];
        const std::vector<uint64_t> left = m.leave(pages);
        for (unsigned i = 0; i < K; i++) {
            uint64_t expected = forms::miss(t, walk) + i;
            if (i >= P)
                expected = std::max(expected, left[i - P] + walk);
            EXPECT_EQ(left[i], expected) << "P " << P << ", walk " << i;
        }
    }
}

} // namespace
