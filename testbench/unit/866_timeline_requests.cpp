/* SPDX-License-Identifier: Apache-2.0 */
/* 866, 867: requests and walks on the timeline, against the closed forms of docs/timing.md. */
#include "unit/watched_machine.h"

namespace {

using Cycles = std::vector<uint64_t>;

TEST(Timeline, 866_stages_of_a_cold_walk_take_what_the_closed_form_says)
{
    const Timing t = telling_timing();
    Watched m(t);
    m.map_pages(Watched::kVa, 1);
    const uint64_t begin = m.now();
    const client_result result = m.access(Watched::kVa);
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_LOOKUP), Cycles({forms::to_request(t)}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_DTI_REQUEST), Cycles({t["dti_req_lat"]}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_CONFIG_LOOKUP), Cycles({t["cc_lat"]}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_CONFIG_READ),
              Cycles({forms::read(t, t["ste_read_bytes"]), forms::read(t, t["cd_read_bytes"])}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_CONFIG), Cycles({t["cc_lat"] + forms::C(t)}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_WALK_LOOKUP), Cycles({t["wc_lat"] + t["walk_start_lat"]}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_WALK_READ), Cycles(4, forms::read(t, 8)));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_WALK_STEP), Cycles(4, t["walk_step_lat"]));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_WALK), Cycles({forms::W(t, 4)}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_DTI_ANSWER), Cycles({t["dti_rsp_lat"]}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_LEAVE), Cycles({t["tbu_back_lat"]}));

    const auto whole = m.of(SMMU_TIMELINE_REQUEST);
    ASSERT_EQ(whole.size(), 1u);
    EXPECT_EQ(whole[0].begin.cycle, begin);
    EXPECT_EQ(whole[0].cycles(), result.cycles);
    EXPECT_EQ(whole[0].begin.number[0], Watched::kVa);
    EXPECT_EQ(SMMU_TIMELINE_STREAM_SID(whole[0].begin.number[1]), Watched::kStreamId);
    EXPECT_EQ(whole[0].end.number[0], Watched::pa_of(Watched::kVa));
    EXPECT_EQ(SMMU_TIMELINE_RESULT(whole[0].end.number[1]),
              static_cast<uint64_t>(SMMU_RESULT_FORWARD));
    /* Nothing is missing between the stages. */
    EXPECT_EQ(result.cycles, forms::miss(t, forms::W(t, 4), forms::C(t)));
    const auto reads = m.of(SMMU_TIMELINE_WALK_READ);
    for (size_t level = 0; level < reads.size(); level++)
        EXPECT_EQ(static_cast<size_t>(SMMU_TIMELINE_READ_LEVEL(reads[level].begin.number[1])),
                  level);
}

TEST(Timeline, 866_memory_has_each_access_for_as_long_as_it_takes)
{
    Watched m;
    m.map_pages(Watched::kVa, 1);
    m.access(Watched::kVa);
    const auto accesses = m.of(SMMU_TIMELINE_ACCESS);
    ASSERT_EQ(accesses.size(), 6u) << "STE, CD, four descriptors";
    const smmu_mem_source_t sources[] = {SMMU_SRC_STE, SMMU_SRC_CD,  SMMU_SRC_TTD,
                                         SMMU_SRC_TTD, SMMU_SRC_TTD, SMMU_SRC_TTD};
    for (size_t i = 0; i < accesses.size(); i++) {
        EXPECT_EQ(accesses[i].cycles(), m.t["mem_read_lat"]);
        EXPECT_EQ(SMMU_TIMELINE_ACCESS_SOURCE(accesses[i].begin.number[1]),
                  static_cast<uint64_t>(sources[i]));
        EXPECT_EQ(accesses[i].end.number[0], static_cast<uint64_t>(SMMU_MEM_OK));
    }
}

TEST(Timeline, 866_hit_is_its_look_up_and_its_way_out)
{
    Watched m;
    m.map_pages(Watched::kVa, 1);
    m.access(Watched::kVa);
    m.spans.clear();
    const client_result result = m.access(Watched::kVa);
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_REQUEST), Cycles({result.cycles}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_LOOKUP), Cycles({forms::P(m.t) + forms::utlb(m.t)}));
    EXPECT_TRUE(m.of(SMMU_TIMELINE_WALK).empty());
}

TEST(Timeline, 866_fault_ends_the_request_with_its_result)
{
    Watched m;
    m.access(Watched::kVa); /* nothing is mapped */
    m.idle();
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_EVENT), Cycles({m.t["mem_write_lat"]}));
    const auto whole = m.of(SMMU_TIMELINE_REQUEST);
    ASSERT_EQ(whole.size(), 1u);
    EXPECT_EQ(SMMU_TIMELINE_RESULT(whole[0].end.number[1]),
              static_cast<uint64_t>(SMMU_RESULT_ABORT));
    for (const Span &s : m.spans)
        EXPECT_TRUE(s.ended) << smmu_timeline_info(s.begin.kind)->name;
}

/* Two walks of one read, one walker: the second one waits for as long as the first one has it. */
TEST(Timeline, 867_wait_for_the_only_walker_is_the_walk_before)
{
    Watched m(telling_timing().with({{"ptw_slots", 1}, {"tbu_hazard_entries", 0}}));
    m.map_pages(Watched::kVa, 3);
    m.access(Watched::kVa);
    m.idle();
    m.spans.clear();
    m.most.clear();
    const uint32_t a = m.start(Watched::kVa + 0x1000), b = m.start(Watched::kVa + 0x2000);
    m.finish(a);
    m.finish(b);
    const auto walk = m.of(SMMU_TIMELINE_WALK), wait = m.of(SMMU_TIMELINE_PTW_WAIT);
    ASSERT_EQ(walk.size(), 2u);
    ASSERT_EQ(wait.size(), 1u);
    EXPECT_EQ(walk[0].cycles(), forms::W(m.t, 1));
    EXPECT_EQ(wait[0].begin.id, walk[1].begin.id);
    EXPECT_EQ(wait[0].end.cycle, walk[0].end.cycle);
    EXPECT_EQ(walk[1].begin.cycle, walk[0].end.cycle);
    EXPECT_EQ(m.most[SMMU_TIMELINE_PTW], 1u);
    EXPECT_EQ(m.most[SMMU_TIMELINE_SLOTS], 2u);
    for (auto kind :
         {SMMU_TIMELINE_PTW, SMMU_TIMELINE_SLOTS, SMMU_TIMELINE_TOKENS, SMMU_TIMELINE_TCU_SLOTS})
        EXPECT_EQ(m.last[kind], 0u) << smmu_timeline_info(kind)->name;
}

TEST(Timeline, 867_second_miss_of_a_page_waits_for_the_first)
{
    Watched m;
    m.map_pages(Watched::kVa, 1);
    const uint32_t a = m.start(Watched::kVa), b = m.start(Watched::kVa + 8);
    m.finish(a);
    m.finish(b);
    const auto wait = m.of(SMMU_TIMELINE_PAGE_WAIT), answer = m.of(SMMU_TIMELINE_DTI_ANSWER);
    ASSERT_EQ(wait.size(), 1u);
    ASSERT_EQ(answer.size(), 1u);
    EXPECT_EQ(wait[0].end.cycle, answer[0].end.cycle);
    EXPECT_EQ(m.of(SMMU_TIMELINE_WALK).size(), 1u);
}

TEST(Timeline, 867_invalidation_occupies_each_tbu_and_is_over_when_the_last_one_acknowledged)
{
    Watched m;
    m.push_tlbi_va(Watched::kVa);
    m.push_sync();
    m.ring();
    m.idle();
    const auto whole = m.of(SMMU_TIMELINE_INVALIDATION),
               each = m.of(SMMU_TIMELINE_TBU_INVALIDATION), wait = m.of(SMMU_TIMELINE_SYNC_WAIT),
               command = m.of(SMMU_TIMELINE_COMMAND);
    ASSERT_EQ(whole.size(), 1u);
    ASSERT_EQ(each.size(), m.t["tbus"]);
    ASSERT_EQ(command.size(), 2u);
    ASSERT_EQ(wait.size(), 1u);
    const uint64_t apart = forms::beats(m.t["dti_msg_bytes"], m.t["dti_tcu_bytes"]);
    for (size_t i = 0; i < each.size(); i++) {
        EXPECT_EQ(each[i].begin.index, i);
        EXPECT_EQ(each[i].cycles(), forms::tbu_by_address(m.t));
        EXPECT_EQ(each[i].begin.cycle, whole[0].begin.cycle + i * apart + m.t["dti_inv_req_lat"]);
    }
    EXPECT_EQ(whole[0].begin.cycle, command[0].end.cycle) << "consumed when it takes effect";
    EXPECT_EQ(whole[0].cycles(), forms::I_by_address(m.t));
    EXPECT_EQ(wait[0].end.cycle, std::max(whole[0].end.cycle, wait[0].begin.cycle));
}

/* STE[121:120] = 1 asks for the next page; a slot of its own makes nobody wait. */
TEST(Timeline, 867_prefetch_is_a_row_of_its_own)
{
    for (unsigned wanted : {0, 1}) {
        Watched::Tables tables;
        tables.prefetch = wanted;
        Watched m(telling_timing().with({{"prefetch", 2}}), tables);
        m.map_pages(Watched::kVa, 2);
        m.access(Watched::kVa);
        m.idle();
        const auto prefetch = m.of(SMMU_TIMELINE_PREFETCH), request = m.of(SMMU_TIMELINE_REQUEST);
        ASSERT_EQ(prefetch.size(), wanted);
        ASSERT_EQ(request.size(), 1u);
        if (!wanted)
            continue;
        EXPECT_EQ(prefetch[0].begin.number[0], Watched::kVa + 0x1000);
        EXPECT_NE(prefetch[0].begin.id, request[0].begin.id);
        EXPECT_TRUE(prefetch[0].ended);
        EXPECT_EQ(m.of(SMMU_TIMELINE_WALK).size(), 2u);
        EXPECT_EQ(m.last[SMMU_TIMELINE_TCU_SLOTS], 0u);
    }
}

/* Requests of mode lt have a time of their own: the owner's, and what is ours on top of it. */
TEST(Timeline, 867_stages_nest_and_add_up_in_mode_lt)
{
    Timing t = telling_timing();
    ASSERT_EQ(smmu_config_set(&t.config(), "mode", SMMU_MODE_LT, nullptr, 0), SMMU_OK);
    Watched m(t);
    m.map_pages(Watched::kVa, 1);
    const client_result result = m.access(Watched::kVa);
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_REQUEST), Cycles({result.cycles}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_CONFIG), Cycles({t["cc_lat"] + forms::C(t)}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_WALK_READ), Cycles(4, forms::read(t, 8)));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_WALK), Cycles({forms::W(t, 4)}));
    EXPECT_EQ(m.cycles(SMMU_TIMELINE_ACCESS), Cycles(6, t["mem_read_lat"]));
}

} // namespace
