/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CR0 and IRQ_CTRL against their acknowledges (6.3.9, 6.3.16): what must be over before an
 * acknowledge falls. The tests hold memory accesses back to keep it from being over.
 */

#include <gtest/gtest.h>

#include <cstddef>
#include <random>

#include "unit/bare_smmu.h"

namespace {

const uint64_t SMMUEN = REF_MASK(CR0_SMMUEN), CMDQEN = REF_MASK(CR0_CMDQEN),
               EVENTQEN = REF_MASK(CR0_EVENTQEN);
const uint64_t CFGI_ALL[2] = {REF_CMD_CFGI_STE_RANGE, 31};

uint32_t cr0(BareSmmu &d)
{
    return d.r32(REF_REG_CR0);
}
uint32_t ack(BareSmmu &d)
{
    return d.r32(REF_REG_CR0ACK);
}

/* An SMMU whose streams beyond 0 are out of range, which is recorded (7.3.3). */
void enable_translation(BareSmmu &d)
{
    d.w64(REF_REG_EVENTQ_BASE, UINT64_C(0x40000) | 4);
    d.w32(REF_REG_CR2, REF_PREP(CR2_RECINVSID, 1));
    d.w32(REF_REG_CR0, EVENTQEN | SMMUEN);
}

/* One record in flight: a transaction on a stream that does not exist. */
void cause_event(BareSmmu &d)
{
    d.submit(1, 0x1000);
}

/* rule: UP-001 UP-002 UP-006 */
TEST(Handshakes, 120_enables_are_acknowledged)
{
    BareSmmu d;
    for (uint64_t enabled : {CMDQEN, CMDQEN | EVENTQEN, CMDQEN | EVENTQEN | SMMUEN}) {
        d.w32(REF_REG_CR0, enabled);
        EXPECT_EQ(cr0(d), enabled);
        EXPECT_EQ(ack(d), enabled);
    }
    d.w32(REF_REG_CR0, 0);
    EXPECT_EQ(ack(d), 0U);
}

/* rule: UP-010 UP-011 */
TEST(Handshakes, 120_enabling_a_filled_command_queue_starts_it)
{
    BareSmmu d;
    d.w64(REF_REG_CMDQ_BASE, UINT64_C(0x10000) | 4);
    d.w32(REF_REG_CMDQ_PROD, 1);
    d.run();
    EXPECT_TRUE(d.accesses.empty());
    d.w32(REF_REG_CR0, CMDQEN);
    d.run();
    EXPECT_EQ(d.take(SMMU_SRC_CMDQ).addr, 0x10000U);
}

/* rule: UP-005 UP-007 UP-009 GD-019 */
TEST(Handshakes, 121_cmdqen_falls_when_no_command_read_is_outstanding)
{
    BareSmmu d;
    d.enable_cmdq(0x10000, 4);
    d.w32(REF_REG_CMDQ_PROD, 2);
    d.run();
    ASSERT_TRUE(d.waits_for(SMMU_SRC_CMDQ));
    d.w32(REF_REG_CR0, 0);
    d.run();
    EXPECT_EQ(cr0(d), 0U);
    EXPECT_EQ(ack(d), CMDQEN);

    /* Still closed, and other fields do not wait for it. */
    d.w64(REF_REG_CMDQ_BASE, 0);
    d.w32(REF_REG_CMDQ_CONS, 1);
    EXPECT_EQ(d.r64(REF_REG_CMDQ_BASE), 0x10004U);
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), 0U);
    d.w32(REF_REG_CR0, EVENTQEN);
    EXPECT_EQ(ack(d), CMDQEN | EVENTQEN);

    d.answer(d.take(SMMU_SRC_CMDQ), SMMU_MEM_OK, CFGI_ALL);
    d.run();
    EXPECT_EQ(ack(d), EVENTQEN);
    EXPECT_TRUE(d.accesses.empty()) << "nothing is fetched any more";
    d.w64(REF_REG_CMDQ_BASE, UINT64_C(0x20000) | 4);
    EXPECT_EQ(d.r64(REF_REG_CMDQ_BASE), 0x20004U);
    EXPECT_LE(d.r32(REF_REG_CMDQ_CONS), 1U);
}

/* rule: UP-007 */
/* Changing a field that waits: the change is ignored, or the update is cancelled. */
TEST(Handshakes, 121_second_change_of_a_waiting_field_does_not_confuse)
{
    BareSmmu d;
    d.enable_cmdq(0x10000, 4);
    d.w32(REF_REG_CMDQ_PROD, 1);
    d.run();
    d.w32(REF_REG_CR0, 0);
    d.w32(REF_REG_CR0, CMDQEN);
    d.answer(d.take(SMMU_SRC_CMDQ), SMMU_MEM_OK, CFGI_ALL);
    d.run();
    EXPECT_EQ(cr0(d), ack(d));
    d.w32(REF_REG_CR0, 0);
    while (d.waits_for(SMMU_SRC_CMDQ))
        d.give_command(CFGI_ALL[0], CFGI_ALL[1]);
    d.run();
    EXPECT_EQ(ack(d), 0U);
    d.w32(REF_REG_CR0, CMDQEN);
    d.run();
    EXPECT_EQ(ack(d), CMDQEN);
}

/* rule: UP-015 EV-040 QA-021 GE-015 */
TEST(Handshakes, 122_eventqen_falls_when_records_have_landed)
{
    for (smmu_mem_status_t status : {SMMU_MEM_OK, SMMU_MEM_ABORT}) {
        BareSmmu d;
        enable_translation(d);
        cause_event(d);
        ASSERT_TRUE(d.waits_for(SMMU_SRC_EVENTQ));
        d.w32(REF_REG_CR0, SMMUEN);
        d.run();
        EXPECT_EQ(ack(d), SMMUEN | EVENTQEN);
        EXPECT_EQ(d.r32(REF_REG_EVENTQ_PROD), 0U) << "not before the record is visible";
        d.answer(d.take(SMMU_SRC_EVENTQ), status);
        d.run();
        EXPECT_EQ(ack(d), SMMUEN);
        EXPECT_EQ(d.r32(REF_REG_EVENTQ_PROD), status == SMMU_MEM_OK ? 1U : 0U);
        EXPECT_EQ(REF_FIELD(GERROR_EVENTQ_ABT_ERR, d.r32(REF_REG_GERROR)),
                  status == SMMU_MEM_OK ? 0U : 1U);
        cause_event(d);
        EXPECT_FALSE(d.waits_for(SMMU_SRC_EVENTQ)) << "the queue is disabled";
    }
}

/* rule: UP-020 UP-021 */
TEST(Handshakes, 123_smmuen_falls_when_translations_in_flight_are_over)
{
    BareSmmu d;
    enable_translation(d);
    d.submit(0, 0x1000);
    ASSERT_TRUE(d.waits_for(SMMU_SRC_STE));
    EXPECT_TRUE(d.answers.empty());
    d.w32(REF_REG_CR0, 0);
    d.run();
    EXPECT_EQ(ack(d), SMMUEN);
    d.submit(0, 0x2000);
    ASSERT_EQ(d.answers.size(), 1U);
    EXPECT_EQ(d.answers[0].pa, 0x2000U);
    EXPECT_EQ(d.answers[0].flags & SMMU_RSP_BYPASS, SMMU_RSP_BYPASS);

    const uint64_t abort_ste[8] = {1}; /* V=1, Config=0b000 */
    d.answer(d.take(SMMU_SRC_STE), SMMU_MEM_OK, abort_ste);
    d.run();
    ASSERT_EQ(d.answers.size(), 2U);
    EXPECT_EQ(d.answers[1].result, SMMU_RESULT_ABORT);
    EXPECT_EQ(ack(d), 0U);
    EXPECT_TRUE(d.accesses.empty());
}

void configure_event_msi(BareSmmu &d)
{
    d.w64(REF_REG_EVENTQ_IRQ_CFG0, 0x123450);
    d.w32(REF_REG_EVENTQ_IRQ_CFG1, 0xCAFE);
    d.w32(REF_REG_IRQ_CTRL,
          REF_PREP(IRQ_CTRL_EVENTQ_IRQEN, 1) | REF_PREP(IRQ_CTRL_GERROR_IRQEN, 1));
}

/* rule: UP-030 IR-019 IR-020 */
TEST(Handshakes, 124_irq_enable_falls_when_its_msi_has_landed_or_aborted)
{
    for (smmu_mem_status_t status : {SMMU_MEM_OK, SMMU_MEM_ABORT}) {
        BareSmmu d;
        configure_event_msi(d);
        enable_translation(d);
        cause_event(d);
        d.answer(d.take(SMMU_SRC_EVENTQ), SMMU_MEM_OK);
        d.run();
        ASSERT_TRUE(d.waits_for(SMMU_SRC_MSI));
        d.w32(REF_REG_IRQ_CTRL, 0);
        EXPECT_EQ(d.r32(REF_REG_IRQ_CTRLACK), REF_MASK(IRQ_CTRL_EVENTQ_IRQEN))
            << "the other source does not wait";
        d.w32(REF_REG_EVENTQ_IRQ_CFG1, 0xBAD);
        EXPECT_EQ(d.r32(REF_REG_EVENTQ_IRQ_CFG1), 0xCAFEU) << "still guarded";
        d.answer(d.take(SMMU_SRC_MSI), status);
        EXPECT_EQ(d.r32(REF_REG_IRQ_CTRLACK), 0U);
        EXPECT_EQ(REF_FIELD(GERROR_MSI_EVENTQ_ABT_ERR, d.r32(REF_REG_GERROR)),
                  status == SMMU_MEM_OK ? 0U : 1U);
    }
}

/* rule: UP-031 IR-017 IR-018 IR-021 */
TEST(Handshakes, 124_enabling_an_interrupt_does_not_replay_its_cause)
{
    BareSmmu d;
    enable_translation(d);
    cause_event(d);
    d.answer(d.take(SMMU_SRC_EVENTQ), SMMU_MEM_OK);
    configure_event_msi(d);
    d.run();
    EXPECT_FALSE(d.waits_for(SMMU_SRC_MSI));
    EXPECT_EQ(d.edges[SMMU_IRQ_EVENTQ], 0U);

    d.w32(REF_REG_EVENTQ_CONS, d.r32(REF_REG_EVENTQ_PROD)); /* emptied: the next record counts */
    cause_event(d);
    d.answer(d.take(SMMU_SRC_EVENTQ), SMMU_MEM_OK);
    d.run();
    smmu_out_mem_t msi = d.take(SMMU_SRC_MSI);
    EXPECT_EQ(msi.addr, 0x123450U);
    EXPECT_EQ(msi.data[0] | msi.data[1] << 8, 0xCAFE);
    EXPECT_EQ(d.edges[SMMU_IRQ_EVENTQ], 1U);
}

/* Answers one outstanding access: a command, a structure of zeros, or a write that may abort. */
void answer_one(BareSmmu &d, std::mt19937 &random)
{
    const uint64_t nothing[8] = {};
    size_t which = random() % d.accesses.size();
    smmu_out_mem_t access = d.accesses[which];
    d.accesses.erase(d.accesses.begin() + static_cast<std::ptrdiff_t>(which));
    smmu_mem_status_t status = random() % 8 ? SMMU_MEM_OK : SMMU_MEM_ABORT;
    d.answer(access, status, access.source == SMMU_SRC_CMDQ ? CFGI_ALL : nothing);
    d.run();
}

/* rule: UP-002 UP-005 UP-009 UP-015 UP-030 */
TEST(Handshakes, 124_acknowledges_follow_once_everything_is_answered)
{
    std::mt19937 random(127);
    for (int round = 0; round < 50; round++) {
        BareSmmu d;
        configure_event_msi(d);
        enable_translation(d);
        d.enable_cmdq(0x10000, 4);
        for (int step = 0; step < 200; step++) {
            switch (random() % 6) {
            case 0:
                d.w32(REF_REG_CR0, random());
                break;
            case 1:
                d.w32(REF_REG_IRQ_CTRL, random());
                break;
            case 2:
                d.w32(REF_REG_CMDQ_PROD, random());
                break;
            case 3:
                d.w32(REF_REG_GERRORN, d.r32(REF_REG_GERROR));
                break;
            case 4:
                d.submit(random() % 2, 0x1000);
                break;
            default:
                if (!d.accesses.empty())
                    answer_one(d, random);
            }
            d.run();
            EXPECT_EQ(ack(d) & ~(cr0(d) | 0xD), 0U);
        }
        d.w32(REF_REG_CMDQ_PROD, d.r32(REF_REG_CMDQ_CONS) & 0x1F);
        for (int limit = 0; !d.accesses.empty(); limit++) {
            ASSERT_LT(limit, 1000) << "it ends";
            answer_one(d, random);
        }
        EXPECT_EQ(ack(d), cr0(d)) << round;
        EXPECT_EQ(d.r32(REF_REG_IRQ_CTRLACK), d.r32(REF_REG_IRQ_CTRL)) << round;
    }
}

} // namespace
