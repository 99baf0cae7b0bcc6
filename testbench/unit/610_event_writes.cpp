/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event records on their way to memory (3.5.2, 7.2.2, 7.4): several writes are outstanding at once,
 * and the test answers them in whatever order it likes.
 */
#include <gtest/gtest.h>

#include <cstring>

#include "spec_ref/ref_events.h"
#include "unit/bare_smmu.h"

namespace {

constexpr uint64_t strtab_at = 0x200000, eventq_at = 0x300000;

/* 16 streams, each of which has an invalid STE; the given event queue. */
void bring_up(BareSmmu &d, unsigned log2size)
{
    d.w64(REF_REG_STRTAB_BASE, strtab_at);
    d.w32(REF_REG_STRTAB_BASE_CFG, 4);
    d.w64(REF_REG_EVENTQ_BASE, eventq_at | log2size);
    d.w32(REF_REG_EVENTQ_CONS, 0);
    d.w32(REF_REG_IRQ_CTRL, REF_MASK(IRQ_CTRL_EVENTQ_IRQEN) | REF_MASK(IRQ_CTRL_GERROR_IRQEN));
    d.w32(REF_REG_CR0, REF_MASK(CR0_SMMUEN) | REF_MASK(CR0_EVENTQEN));
}

/* A transaction that is aborted with C_BAD_STE. */
void cause_record(BareSmmu &d, uint32_t sid)
{
    const uint64_t invalid_ste[8] = {};
    d.submit(sid, 0x1000);
    d.answer(d.take(SMMU_SRC_STE), SMMU_MEM_OK, invalid_ste);
    d.run();
}

uint32_t prod(BareSmmu &d)
{
    return d.r32(REF_REG_EVENTQ_PROD);
}

unsigned entry_of(const smmu_out_mem_t &write)
{
    return static_cast<unsigned>((write.addr - eventq_at) / REF_EVENT_BYTES);
}

uint32_t streamid_of(const smmu_out_mem_t &write)
{
    uint64_t word0;
    std::memcpy(&word0, write.data, sizeof word0);
    return static_cast<uint32_t>(REF_FIELD(EVT_STREAMID, word0));
}

/* rule: QA-021 EV-013 EV-014 IR-010 */
TEST(EventWrites, 610_prod_passes_records_in_order_and_only_when_they_are_in_memory)
{
    BareSmmu d;
    bring_up(d, 3);
    for (uint32_t sid = 1; sid <= 3; sid++)
        cause_record(d, sid);
    smmu_out_mem_t write[3];
    for (unsigned i = 0; i < 3; i++) {
        write[i] = d.take(SMMU_SRC_EVENTQ);
        EXPECT_EQ(write[i].op, SMMU_MEM_WRITE);
        EXPECT_EQ(write[i].size, REF_EVENT_BYTES);
        EXPECT_EQ(entry_of(write[i]), i);
        EXPECT_EQ(streamid_of(write[i]), i + 1);
    }
    d.answer(write[2], SMMU_MEM_OK);
    d.answer(write[1], SMMU_MEM_OK);
    EXPECT_EQ(prod(d), 0U);
    EXPECT_EQ(d.edges[SMMU_IRQ_EVENTQ], 0U);
    d.answer(write[0], SMMU_MEM_OK);
    EXPECT_EQ(prod(d), 3U);
    EXPECT_EQ(d.edges[SMMU_IRQ_EVENTQ], 1U);
}

/* rule: EV-034 EV-032 EV-038 */
TEST(EventWrites, 611_an_abort_shows_when_all_writes_are_over_and_takes_the_later_records_with_it)
{
    BareSmmu d;
    bring_up(d, 3);
    for (uint32_t sid = 1; sid <= 3; sid++)
        cause_record(d, sid);
    smmu_out_mem_t write[3];
    for (smmu_out_mem_t &w : write)
        w = d.take(SMMU_SRC_EVENTQ);
    d.answer(write[1], SMMU_MEM_ABORT);
    EXPECT_EQ(d.r32(REF_REG_GERROR), 0U);
    cause_record(d, 4);
    EXPECT_FALSE(d.waits_for(SMMU_SRC_EVENTQ)) << "a write after the abort was known";
    d.answer(write[0], SMMU_MEM_OK);
    EXPECT_EQ(prod(d), 1U);
    EXPECT_EQ(d.r32(REF_REG_GERROR), 0U) << "a write is outstanding";
    d.answer(write[2], SMMU_MEM_OK);
    EXPECT_EQ(d.r32(REF_REG_GERROR), REF_MASK(GERROR_EVENTQ_ABT_ERR));
    EXPECT_EQ(prod(d), 1U);
    EXPECT_EQ(d.stat(SMMU_STAT_events_recorded), 1U);
    EXPECT_EQ(d.stat(SMMU_STAT_events_lost), 3U);

    d.w32(REF_REG_GERRORN, REF_MASK(GERROR_EVENTQ_ABT_ERR));
    cause_record(d, 5);
    const smmu_out_mem_t next = d.take(SMMU_SRC_EVENTQ);
    EXPECT_EQ(entry_of(next), 1U);
    EXPECT_EQ(streamid_of(next), 5U);
    d.answer(next, SMMU_MEM_OK);
    EXPECT_EQ(prod(d), 2U);
}

/* rule: EV-029 EV-021 */
TEST(EventWrites, 612_an_overflow_shows_with_the_full_queue_and_not_before)
{
    BareSmmu d;
    bring_up(d, 1);
    for (uint32_t sid = 1; sid <= 3; sid++) /* the third finds no place */
        cause_record(d, sid);
    const smmu_out_mem_t first = d.take(SMMU_SRC_EVENTQ), second = d.take(SMMU_SRC_EVENTQ);
    EXPECT_FALSE(d.waits_for(SMMU_SRC_EVENTQ));
    EXPECT_EQ(prod(d), 0U);
    d.answer(first, SMMU_MEM_OK);
    EXPECT_EQ(prod(d), 1U);
    d.answer(second, SMMU_MEM_OK);
    EXPECT_EQ(prod(d), REF_MASK(EVENTQ_PROD_OVFLG) | 2);
}

/* rule: EV-017 EV-016 */
TEST(EventWrites, 613_more_records_than_writes_in_flight_wait_and_none_is_lost)
{
    BareSmmu d;
    bring_up(d, 5);
    for (uint32_t sid = 0; sid < 14; sid++)
        cause_record(d, sid);
    /* Whose record waits is not answered yet: its client learns of the abort when the record is on
     * its way. */
    EXPECT_LT(d.answers.size(), 14U);
    for (uint32_t sid = 0; sid < 14; sid++) {
        const smmu_out_mem_t write = d.take(SMMU_SRC_EVENTQ);
        EXPECT_EQ(entry_of(write), sid);
        EXPECT_EQ(streamid_of(write), sid);
        d.answer(write, SMMU_MEM_OK);
        d.run();
    }
    EXPECT_EQ(prod(d), 14U);
    EXPECT_EQ(d.answers.size(), 14U);
    for (const smmu_response_t &answer : d.answers)
        EXPECT_EQ(answer.result, SMMU_RESULT_ABORT);
    EXPECT_EQ(d.stat(SMMU_STAT_events_lost), 0U);
}

} // namespace
