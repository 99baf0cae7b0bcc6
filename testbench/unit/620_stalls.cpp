/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stalled transactions (3.12.2, 4.7.1, 6.3.9.6): what they hold and what they give back, and what
 * comes in between a fault, its record and the command that resumes it.
 */
#include <set>

#include "spec_ref/ref_events.h"
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;
constexpr TimedMachine::Tables kStalling = {48, false, false, 0, true};

class Stalls : public testing::Test {
protected:
    explicit Stalls(uint64_t stall_max = 64) : m(timing(stall_max), kStalling) {}

    static Timing timing(uint64_t stall_max)
    {
        Timing t = telling_timing().set({{"tbu_xlate_slots", 4}, {"order_by_id", 1}});
        EXPECT_EQ(smmu_config_set(&t.config(), "IDR5.STALL_MAX", stall_max, nullptr, 0), SMMU_OK);
        return t;
    }

    /* A transaction to a page that is not there; nothing is due when it returns. */
    uint32_t stall(uint64_t va, uint64_t id = 0)
    {
        const uint32_t ticket = m.start(Access(va).id(id));
        m.idle();
        EXPECT_TRUE(is_stalled(ticket)) << std::hex << va;
        return ticket;
    }
    bool is_stalled(uint32_t ticket) const
    {
        return host_stalled(m.host.get(), ticket, nullptr);
    }
    uint16_t stag(uint32_t ticket) const
    {
        smmu_stall_t stall = {};
        EXPECT_TRUE(host_stalled(m.host.get(), ticket, &stall) && stall.recorded);
        return stall.stag;
    }
    void resume(uint32_t ticket, drv_resume action)
    {
        m.push(drv_cmd_resume(TimedMachine::kStreamId, stag(ticket), action));
        m.ring();
    }
    void consume_events() { m.w32(REF_REG_EVENTQ_CONS, m.events()); }
    uint64_t statistic(const char *name) const
    {
        const smmu_t *s = host_smmu(m.host.get());
        std::vector<uint64_t> memory(smmu_stats_size(s) / 8 + 1);
        const smmu_stats_t *stats = smmu_stats_take(s, memory.data(), memory.size() * 8);
        smmu_stats_place_t place;
        uint64_t value = ~uint64_t{0};
        EXPECT_TRUE(smmu_stats_find(name, &place) && smmu_stats_value(stats, &place, &value)) << name;
        return value;
    }
    smmu_result_t result(uint32_t ticket)
    {
        return static_cast<smmu_result_t>(m.finish(ticket).result);
    }

    TimedMachine m;
};

class FewStalls : public Stalls {
protected:
    FewStalls() : Stalls(3) {}
};

/* rule: ST-020 STL-020 */
TEST_F(Stalls, 620_a_stalled_transaction_holds_nothing_but_its_place)
{
    const uint32_t ticket = stall(kVa);
    for (const char *pool : {"tbu0.slots.used", "tbu0.tokens.used", "tbu0.wbuf.used",
                             "tcu.slots.used", "tcu.ptw_slots.used", "tcu.ctw_slots.used"})
        EXPECT_EQ(statistic(pool), 0u) << pool;
    EXPECT_EQ(statistic("tcu.stalls.used"), 1u);
    EXPECT_EQ(smmu_stalled_count(host_smmu(m.host.get())), 1u);
    EXPECT_TRUE(host_idle(m.host.get()));
    resume(ticket, DRV_RESUME_ABORT);
    EXPECT_EQ(result(ticket), SMMU_RESULT_ABORT);
    EXPECT_EQ(statistic("tcu.stalls.used"), 0u);
}

/* rule: STL-002 STL-020 */
TEST_F(Stalls, 621_many_more_than_a_tbu_has_slots_stall_and_others_go_on)
{
    m.map_pages(kVa, 1);
    std::vector<uint32_t> tickets;
    for (unsigned n = 1; n <= 40; n++)
        tickets.push_back(stall(TimedMachine::page(n), n));
    EXPECT_EQ(m.access(kVa).result, SMMU_RESULT_FORWARD);
    EXPECT_EQ(m.access(kVa).result, SMMU_RESULT_FORWARD) << "a hit";
    for (size_t i = tickets.size(); i-- > 0;) {
        resume(tickets[i], DRV_RESUME_TERMINATE);
        EXPECT_EQ(result(tickets[i]), SMMU_RESULT_RAZ_WI);
    }
}

/* rule: STL-002 3.12.2 */
TEST_F(Stalls, 622_those_of_its_bus_id_that_came_later_pass_and_it_queues_up_again)
{
    m.map_pages(kVa, 1);
    const uint32_t first = m.start(Access(TimedMachine::far(1)).id(5));
    const uint32_t second = m.start(Access(kVa).id(5));
    EXPECT_EQ(m.finish(second).result, SMMU_RESULT_FORWARD);
    m.idle();
    EXPECT_TRUE(is_stalled(first));
    m.map_pages(TimedMachine::far(1), 1);
    resume(first, DRV_RESUME_RETRY);
    EXPECT_EQ(m.finish(first).pa, TimedMachine::pa_of(TimedMachine::far(1)));
}

/* rule: INV-027 STL-014 */
TEST_F(Stalls, 623_a_command_sync_waits_for_its_record_and_not_for_itself)
{
    m.map_pages(TimedMachine::page(1), 1); /* so that there is a table to walk */
    const uint32_t ticket = m.start(kVa);
    m.until(m.now() + 900); /* it walks */
    ASSERT_FALSE(is_stalled(ticket));
    m.push_tlbi_asid();
    m.push_sync();
    const uint64_t end = m.ring();
    while (m.cons() != end && host_step(m.host.get(), SMMU_NEVER))
        EXPECT_TRUE(m.cons() != end || m.events() == 1) << "at " << m.now();
    EXPECT_EQ(m.cons(), end);
    EXPECT_EQ(m.events(), 1u) << "a record of what was invalidated came after the CMD_SYNC (4.7.3)";
    m.idle();
    ASSERT_TRUE(is_stalled(ticket));
    m.push_tlbi_asid();
    m.push_sync();
    const uint64_t next = m.ring();
    m.idle();
    EXPECT_EQ(m.cons(), next);
    EXPECT_TRUE(is_stalled(ticket));
    resume(ticket, DRV_RESUME_ABORT);
    EXPECT_EQ(result(ticket), SMMU_RESULT_ABORT);
}

/* rule: UP-018 STL-019 */
TEST_F(Stalls, 624_what_faults_after_smmuen_went_to_0_is_aborted_and_recorded_as_such)
{
    const uint32_t ticket = m.start(kVa);
    m.until(m.now() + 300); /* it reads its STE */
    m.w32(REF_REG_CR0, REF_PREP(CR0_CMDQEN, 1) | REF_PREP(CR0_EVENTQEN, 1));
    EXPECT_TRUE(m.r32(REF_REG_CR0ACK) & REF_MASK(CR0_SMMUEN)) << "it is in flight";
    m.idle();
    EXPECT_FALSE(m.r32(REF_REG_CR0ACK) & REF_MASK(CR0_SMMUEN));
    EXPECT_EQ(result(ticket), SMMU_RESULT_ABORT);
    ASSERT_EQ(m.events(), 1u);
    uint64_t record[2];
    memory_load(m.memory(), TimedMachine::kEvents, record, sizeof record);
    EXPECT_EQ(REF_GET(F_TRANSLATION_STALL, record), 0u);
    EXPECT_EQ(m.stat(SMMU_STAT_stalls), 0u);
}

/* Whenever SMMUEN goes to 0, between the submission and its rest and after. rule: UP-018 */
TEST_F(Stalls, 625_smmuen_to_0_at_any_cycle_leaves_nothing_stalled)
{
    const uint64_t enables = REF_PREP(CR0_CMDQEN, 1) | REF_PREP(CR0_EVENTQEN, 1);
    for (uint64_t cycle = 0; cycle < 2400; cycle += 17) {
        const uint32_t ticket = m.start(kVa);
        m.until(m.now() + cycle);
        m.w32(REF_REG_CR0, enables);
        m.idle();
        ASSERT_EQ(result(ticket), SMMU_RESULT_ABORT) << cycle;
        ASSERT_EQ(m.r32(REF_REG_CR0ACK), enables) << cycle;
        ASSERT_EQ(smmu_stalled_count(host_smmu(m.host.get())), 0u) << cycle;
        consume_events();
        m.w32(REF_REG_CR0, enables | REF_PREP(CR0_SMMUEN, 1));
        m.push(drv_cmd_cfgi_all());
        m.push_tlbi_asid();
        m.push_sync();
        m.ring();
        m.idle();
    }
    EXPECT_GT(m.stat(SMMU_STAT_stalls), 0u);
}

/* rule: ST-010 */
TEST_F(Stalls, 626_a_command_that_comes_before_the_record_is_visible_is_carried_out_once)
{
    m.map_pages(kVa, 1);
    const uint32_t known = stall(TimedMachine::page(1), 1);
    const auto next = static_cast<uint16_t>(stag(known) + 1); /* the place beside it */
    const uint32_t ticket = m.start(Access(TimedMachine::page(2)).id(2));
    for (int i = 0; i < 60; i++) { /* one of them comes at the right time */
        m.push(drv_cmd_resume(TimedMachine::kStreamId, next, DRV_RESUME_ABORT));
        m.ring();
        m.until(m.now() + 40);
    }
    m.idle();
    EXPECT_EQ(result(ticket), SMMU_RESULT_ABORT);
    EXPECT_TRUE(is_stalled(known));
    EXPECT_EQ(m.events(), 2u);
    resume(known, DRV_RESUME_ABORT);
    EXPECT_EQ(result(known), SMMU_RESULT_ABORT);
    EXPECT_EQ(m.stat(SMMU_STAT_stalls_terminated), 2u);
}

/* rule: STL-003 STL-004 ST-009 ER-023 */
TEST_F(FewStalls, 627_tags_are_unique_while_they_are_owed_and_repeat_late)
{
    std::set<uint16_t> seen;
    for (unsigned round = 0; round < 100; round++) {
        std::vector<uint32_t> tickets;
        for (unsigned n = 0; n < 3; n++) {
            tickets.push_back(stall(TimedMachine::page(n), n));
            EXPECT_TRUE(seen.insert(stag(tickets.back())).second) << round;
        }
        for (uint32_t ticket : tickets) {
            resume(ticket, DRV_RESUME_ABORT);
            EXPECT_EQ(result(ticket), SMMU_RESULT_ABORT);
        }
        consume_events();
    }
}

/* The first is resumed only when those behind it are through: nobody waits for ever for a place that
 * one of them holds. rule: STL-020 */
TEST_F(FewStalls, 628_places_go_round)
{
    std::vector<uint32_t> tickets;
    for (unsigned n = 0; n < 7; n++) { /* three recorded, four wait in the TBU: it has no slot left */
        tickets.push_back(m.start(TimedMachine::page(n)));
        m.idle();
    }
    EXPECT_EQ(m.events(), 3u);
    EXPECT_EQ(statistic("tbu0.slots.used"), 4u);
    const uint32_t blocked = m.start(TimedMachine::page(7));
    m.idle();
    EXPECT_FALSE(is_stalled(blocked)) << "there is no slot for it";
    for (unsigned n : {2, 1, 3, 4, 0, 6, 5}) {
        m.map_pages(TimedMachine::page(n), 1);
        resume(tickets[n], DRV_RESUME_RETRY);
        EXPECT_EQ(m.finish(tickets[n]).pa, TimedMachine::pa_of(TimedMachine::page(n))) << n;
        m.idle();
    }
    EXPECT_EQ(m.events(), 8u);
    EXPECT_TRUE(is_stalled(blocked));
    resume(blocked, DRV_RESUME_ABORT);
    EXPECT_EQ(result(blocked), SMMU_RESULT_ABORT);
}

/* rule: 3.11 */
TEST_F(FewStalls, 629_a_reset_at_any_cycle_answers_all_and_frees_every_place)
{
    for (uint64_t cycle = 0; cycle < 3000; cycle += 111) {
        std::vector<uint32_t> tickets;
        for (unsigned n = 0; n < 4; n++)
            tickets.push_back(m.start(Access(TimedMachine::page(n)).id(n)));
        m.until(m.now() + cycle);
        m.reset();
        for (uint32_t ticket : tickets)
            EXPECT_EQ(result(ticket), SMMU_RESULT_ABORT) << cycle;
        EXPECT_EQ(statistic("tcu.stalls.used"), 0u) << cycle;
        EXPECT_EQ(smmu_stalled_count(host_smmu(m.host.get())), 0u) << cycle;
        for (unsigned n = 0; n < 3; n++)
            stall(TimedMachine::page(n), n);
        m.reset();
    }
}

} // namespace
