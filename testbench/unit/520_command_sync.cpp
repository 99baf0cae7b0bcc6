/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a CMD_SYNC waits for (4.7.3, 3.21.1, 4.3.8): each kind of earlier work is held back by hand,
 * and CONS must stand on the CMD_SYNC as long as it is and pass when it is over.
 */
#include <gtest/gtest.h>

#include <cstring>

#include "spec_ref/ref_structures.h"
#include "unit/bare_smmu.h"

namespace {

constexpr uint64_t queue_at = 0x100000, strtab_at = 0x200000, eventq_at = 0x300000;
constexpr uint64_t NSNH_ALL = REF_CMD_TLBI_NSNH_ALL;

constexpr uint64_t cfgi_ste(uint32_t sid)
{
    return REF_CMD_CFGI_STE | static_cast<uint64_t>(sid) << REF_CMD_CFGI_STE_STREAMID_LSB;
}

/* Translating, with 16 streams, a command queue of 32 and an event queue of 16. */
void bring_up(BareSmmu &d)
{
    d.w64(REF_REG_STRTAB_BASE, strtab_at);
    d.w32(REF_REG_STRTAB_BASE_CFG, 4);
    d.w64(REF_REG_EVENTQ_BASE, eventq_at | 4);
    d.w32(REF_REG_EVENTQ_CONS, 0);
    d.enable_cmdq(queue_at, 5);
    d.w32(REF_REG_CR0, REF_MASK(CR0_SMMUEN) | REF_MASK(CR0_EVENTQEN) | REF_MASK(CR0_CMDQEN));
}

uint32_t cons(BareSmmu &d)
{
    return d.r32(REF_REG_CMDQ_CONS) & static_cast<uint32_t>(REF_MASK(CMDQ_CONS_RD));
}

/* Publishes one more command and gives it when it is read. */
void command(BareSmmu &d, uint64_t word0, uint64_t word1 = 0)
{
    d.w32(REF_REG_CMDQ_PROD, (d.r32(REF_REG_CMDQ_PROD) + 1) & 0x3F);
    d.run();
    d.give_command(word0, word1);
}

/* Answers the STE fetch that is outstanding with a bypass STE. */
void give_bypass_ste(BareSmmu &d)
{
    uint64_t ste[8] = {};
    REF_SET(STE_V, ste, 1);
    REF_SET(STE_CONFIG, ste, 4);
    REF_SET(STE_SHCFG, ste, 1);
    d.answer(d.take(SMMU_SRC_STE), SMMU_MEM_OK, ste);
    d.run();
}

/* A transaction whose owner reports when it is visible; its answer is the last of d.answers. */
void submit_tracked(BareSmmu &d, uint32_t sid)
{
    smmu_request_t request = {};
    request.addr = 0x1000;
    request.streamid = sid;
    request.flags = SMMU_REQ_TRACKED;
    request.memattr = SMMU_MEMATTR_WB_RAWA;
    smmu_response_t response = {};
    if (smmu_submit(d.s, d.now, &request, &response) == SMMU_DONE)
        d.answers.push_back(response);
    d.run();
    if (d.waits_for(SMMU_SRC_STE))
        give_bypass_ste(d);
}

void report_visible(BareSmmu &d, const smmu_response_t &response)
{
    ASSERT_TRUE(response.flags & SMMU_RSP_TRACKED);
    ASSERT_EQ(smmu_access_done(d.s, d.now, response.epoch), SMMU_OK);
    d.run();
}

/* rule: SY-001 CF-020 TI-001 */
TEST(CommandSync, 520_waits_for_accesses_that_used_what_was_invalidated)
{
    for (uint64_t invalidation : {cfgi_ste(1), NSNH_ALL}) {
        BareSmmu d;
        bring_up(d);
        submit_tracked(d, 1);
        ASSERT_EQ(d.answers.size(), 1U);
        command(d, invalidation);
        command(d, REF_CMD_SYNC);
        EXPECT_EQ(cons(d), 1U);
        report_visible(d, d.answers[0]);
        EXPECT_EQ(cons(d), 2U);
    }
}

/* rule: SY-001 CF-020 */
TEST(CommandSync, 521_waits_for_all_of_them_and_not_for_later_ones)
{
    BareSmmu d;
    bring_up(d);
    submit_tracked(d, 1);
    submit_tracked(d, 1);
    command(d, cfgi_ste(1));
    command(d, REF_CMD_SYNC);
    submit_tracked(d, 2); /* forwarded after the CMD_SYNC began */
    ASSERT_EQ(d.answers.size(), 3U);
    report_visible(d, d.answers[1]);
    EXPECT_EQ(cons(d), 1U);
    report_visible(d, d.answers[0]);
    EXPECT_EQ(cons(d), 2U);
    /* The third is of the next CMD_SYNC's concern. */
    command(d, cfgi_ste(2));
    command(d, REF_CMD_SYNC);
    EXPECT_EQ(cons(d), 3U);
    report_visible(d, d.answers[2]);
    EXPECT_EQ(cons(d), 4U);
}

/* rule: SY-001 CF-019 CF-001 SY-015 */
TEST(CommandSync, 522_waits_for_a_structure_fetch_that_an_invalidation_overtook)
{
    BareSmmu d;
    bring_up(d);
    d.submit(1, 0x1000);
    ASSERT_TRUE(d.waits_for(SMMU_SRC_STE));
    const smmu_out_mem_t old_fetch = d.take(SMMU_SRC_STE);
    command(d, cfgi_ste(1));
    EXPECT_EQ(cons(d), 1U);
    command(d, REF_CMD_SYNC);
    EXPECT_EQ(cons(d), 1U) << "the old STE may still come";
    uint64_t ste[8] = {};
    REF_SET(STE_V, ste, 1);
    d.answer(old_fetch, SMMU_MEM_OK, ste);
    d.run();
    EXPECT_EQ(cons(d), 2U);
    /* What came in was not kept: the next transaction fetches anew. */
    d.submit(1, 0x1000);
    EXPECT_TRUE(d.waits_for(SMMU_SRC_STE));
}

/* rule: SY-002 SY-027 */
TEST(CommandSync, 523_younger_commands_do_not_begin_while_it_waits)
{
    BareSmmu d({{"timing.cmdq_reads_in_flight", 4}});
    bring_up(d);
    submit_tracked(d, 1);
    d.w32(REF_REG_CMDQ_PROD, 3);
    d.give_command(cfgi_ste(1), 0);
    d.give_command(REF_CMD_SYNC, 0);
    d.give_command(0xFF, 0); /* illegal, if it were looked at */
    EXPECT_EQ(cons(d), 1U);
    EXPECT_EQ(d.r32(REF_REG_GERROR), 0U);
    report_visible(d, d.answers[0]);
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), REF_PREP(CMDQ_CONS_ERR, REF_CERROR_ILL) | 2);
    EXPECT_EQ(d.r32(REF_REG_GERROR), REF_MASK(GERROR_CMDQ_ERR));
}

/* rule: SY-014 EV-016 EVQ-010 */
TEST(CommandSync, 524_waits_for_the_record_of_a_transaction_that_was_terminated)
{
    BareSmmu d;
    bring_up(d);
    d.submit(1, 0x1000);
    const uint64_t invalid_ste[8] = {};
    d.answer(d.take(SMMU_SRC_STE), SMMU_MEM_OK, invalid_ste);
    d.run();
    const smmu_out_mem_t record = d.take(SMMU_SRC_EVENTQ);
    command(d, REF_CMD_SYNC);
    EXPECT_EQ(cons(d), 0U);
    EXPECT_EQ(d.r32(REF_REG_EVENTQ_PROD), 0U);
    d.answer(record, SMMU_MEM_OK);
    d.run();
    EXPECT_EQ(cons(d), 1U);
    EXPECT_EQ(d.r32(REF_REG_EVENTQ_PROD), 1U);
}

/* rule: SY-014 EV-034 */
TEST(CommandSync, 525_a_record_whose_write_aborts_is_reported_and_waited_for_no_longer)
{
    BareSmmu d;
    bring_up(d);
    d.submit(1, 0x1000);
    const uint64_t invalid_ste[8] = {};
    d.answer(d.take(SMMU_SRC_STE), SMMU_MEM_OK, invalid_ste);
    d.run();
    const smmu_out_mem_t record = d.take(SMMU_SRC_EVENTQ);
    command(d, REF_CMD_SYNC);
    EXPECT_EQ(cons(d), 0U);
    d.answer(record, SMMU_MEM_ABORT);
    d.run();
    EXPECT_EQ(cons(d), 1U);
    EXPECT_EQ(d.r32(REF_REG_GERROR), REF_MASK(GERROR_EVENTQ_ABT_ERR));
    EXPECT_EQ(d.r32(REF_REG_EVENTQ_PROD), 0U);
}

/* rule: SY-020 */
TEST(CommandSync, 526_does_not_wait_for_interrupts_of_other_sources)
{
    BareSmmu d;
    bring_up(d);
    d.w64(REF_REG_EVENTQ_IRQ_CFG0, 0x6000);
    d.w32(REF_REG_IRQ_CTRL, REF_MASK(IRQ_CTRL_EVENTQ_IRQEN));
    d.submit(1, 0x1000);
    const uint64_t invalid_ste[8] = {};
    d.answer(d.take(SMMU_SRC_STE), SMMU_MEM_OK, invalid_ste);
    d.run();
    d.answer(d.take(SMMU_SRC_EVENTQ), SMMU_MEM_OK);
    d.run();
    ASSERT_TRUE(d.waits_for(SMMU_SRC_MSI));
    command(d, REF_CMD_SYNC);
    EXPECT_EQ(cons(d), 1U);
}

/* An owner who was told to drop derived translations acknowledges before the CMD_SYNC completes. */
TEST(CommandSync, 527_waits_for_the_owner_who_derived_something_from_translations)
{
    BareSmmu d({{"inval.notify", 1}});
    bring_up(d);
    d.w32(REF_REG_CMDQ_PROD, 2);
    const uint64_t commands[2][2] = {{NSNH_ALL, 0}, {REF_CMD_SYNC, 0}};
    uint64_t owed = 0;
    bool told = false;
    for (unsigned i = 0; i < 2; i++) {
        const smmu_out_mem_t read = d.take(SMMU_SRC_CMDQ);
        ASSERT_EQ(smmu_mem_done(d.s, d.now, read.tag, SMMU_MEM_OK, commands[i]), SMMU_OK);
        for (uint64_t due; (due = smmu_next_due(d.s)) != SMMU_NEVER;)
            smmu_advance(d.s, d.now = due);
        smmu_out_t out;
        while (smmu_pop(d.s, &out)) {
            if (out.kind == SMMU_OUT_MEM)
                d.accesses.push_back(out.u.mem);
            if (out.kind == SMMU_OUT_INVAL) {
                told = true;
                owed = out.u.inval.tag;
                EXPECT_TRUE(out.u.inval.all_addresses);
            }
        }
    }
    ASSERT_TRUE(told);
    EXPECT_EQ(cons(d), 1U);
    ASSERT_EQ(smmu_inval_done(d.s, d.now, owed), SMMU_OK);
    d.run();
    EXPECT_EQ(cons(d), 2U);
}

/* rule: UP-009 UP-012 */
TEST(CommandSync, 528_disable_lets_a_waiting_one_complete_first)
{
    BareSmmu d;
    bring_up(d);
    submit_tracked(d, 1);
    command(d, cfgi_ste(1));
    command(d, REF_CMD_SYNC);
    const uint32_t others = static_cast<uint32_t>(REF_MASK(CR0_SMMUEN) | REF_MASK(CR0_EVENTQEN));
    d.w32(REF_REG_CR0, others);
    EXPECT_EQ(d.r32(REF_REG_CR0ACK), others | REF_MASK(CR0_CMDQEN));
    report_visible(d, d.answers[0]);
    EXPECT_EQ(d.r32(REF_REG_CR0ACK), others);
    EXPECT_EQ(cons(d), 2U);
}

} // namespace
