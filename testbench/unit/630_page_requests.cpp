/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page requests (chapter 8) while the writes of their entries are on their way: the test answers them
 * in whatever order it likes. What a device sees in a quiet machine is in traces/conformance/8*.
 */
#include <gtest/gtest.h>

#include <cstring>

#include "spec_ref/ref_events.h"
#include "spec_ref/ref_structures.h"
#include "unit/bare_smmu.h"

namespace {

constexpr uint64_t strtab_at = 0x200000, priq_at = 0x400000, eventq_at = 0x300000;
constexpr unsigned failure = 15, success = 0; /* 8.3 */

struct Machine : BareSmmu {
    Machine(unsigned log2size, std::initializer_list<Setting> settings) : BareSmmu(settings)
    {
        w64(REF_REG_STRTAB_BASE, strtab_at);
        w32(REF_REG_STRTAB_BASE_CFG, 4);
        w64(REF_REG_PRIQ_BASE, priq_at | log2size);
        w64(REF_REG_EVENTQ_BASE, eventq_at | 3);
        w32(REF_REG_IRQ_CTRL, REF_MASK(IRQ_CTRL_PRIQ_IRQEN) | REF_MASK(IRQ_CTRL_GERROR_IRQEN));
        w32(REF_REG_CR0, REF_MASK(CR0_SMMUEN) | REF_MASK(CR0_PRIQEN) | REF_MASK(CR0_EVENTQEN));
    }
    explicit Machine(unsigned log2size) : Machine(log2size, {{"IDR0.ATS", 1}}) {}

    /* A read without PASID, the last of its group unless said otherwise. */
    int request(uint16_t group, uint8_t flags = SMMU_PPR_READ | SMMU_PPR_LAST, uint32_t pasid = 0)
    {
        smmu_page_request_t r = {};
        r.addr = 0x1000;
        r.streamid = 1;
        r.substreamid = pasid;
        r.prg_index = group;
        r.flags = flags;
        int verdict = smmu_page_request(s, now, &r);
        run();
        return verdict;
    }
    uint32_t prod() { return r32(REF_REG_PRIQ_PROD); }
};

constexpr uint8_t with_pasid = SMMU_PPR_READ | SMMU_PPR_LAST | SMMU_PPR_SSV;

unsigned group_of(const smmu_out_mem_t &write)
{
    uint64_t word1;
    std::memcpy(&word1, write.data + 8, sizeof word1);
    return static_cast<unsigned>(REF_FIELD(PRI_PRGINDEX, word1));
}

} // namespace

/* rule: PQ-005 PQ-001 PQ-034 */
TEST(PageRequests, 630_prod_passes_entries_in_order_and_only_when_they_are_in_memory)
{
    Machine d(3);
    for (uint16_t group = 1; group <= 3; group++)
        EXPECT_EQ(d.request(group), SMMU_DONE);
    smmu_out_mem_t write[3];
    for (unsigned i = 0; i < 3; i++) {
        write[i] = d.take(SMMU_SRC_PRIQ);
        EXPECT_EQ(write[i].op, SMMU_MEM_WRITE);
        EXPECT_EQ(write[i].size, REF_PRI_ENTRY_BYTES);
        EXPECT_EQ(write[i].addr, priq_at + i * REF_PRI_ENTRY_BYTES);
        EXPECT_EQ(group_of(write[i]), i + 1);
    }
    d.answer(write[1], SMMU_MEM_OK);
    d.answer(write[2], SMMU_MEM_OK);
    EXPECT_EQ(d.prod(), 0U);
    EXPECT_EQ(d.edges[SMMU_IRQ_PRIQ], 0U);
    d.answer(write[0], SMMU_MEM_OK);
    EXPECT_EQ(d.prod(), 3U);
    EXPECT_EQ(d.edges[SMMU_IRQ_PRIQ], 1U);
}

/* rule: PQ-035 */
TEST(PageRequests, 631_last_only_the_interrupt_comes_with_the_entry_and_not_before)
{
    Machine d(3);
    d.w32(REF_REG_IRQ_CTRL, 0);
    d.w32(REF_REG_PRIQ_IRQ_CFG2, REF_MASK(PRIQ_IRQ_CFG2_LO));
    d.w32(REF_REG_IRQ_CTRL, REF_MASK(IRQ_CTRL_PRIQ_IRQEN));
    d.request(1, SMMU_PPR_READ);
    d.request(1);
    const smmu_out_mem_t first = d.take(SMMU_SRC_PRIQ), last = d.take(SMMU_SRC_PRIQ);
    d.answer(last, SMMU_MEM_OK);
    EXPECT_EQ(d.edges[SMMU_IRQ_PRIQ], 0U);
    d.answer(first, SMMU_MEM_OK);
    EXPECT_EQ(d.edges[SMMU_IRQ_PRIQ], 1U);
    EXPECT_EQ(d.prod(), 2U);
}

/* rule: PQ-008 PQ-012 */
TEST(PageRequests, 632_an_overflow_shows_with_the_full_queue_and_not_before)
{
    Machine d(1);
    EXPECT_EQ(d.request(1), SMMU_DONE);
    EXPECT_EQ(d.request(2), SMMU_DONE);
    EXPECT_EQ(d.request(3), SMMU_BUSY) << "software may still make room while PROD is behind";
    const smmu_out_mem_t first = d.take(SMMU_SRC_PRIQ), second = d.take(SMMU_SRC_PRIQ);
    d.answer(first, SMMU_MEM_OK);
    EXPECT_EQ(d.request(3), SMMU_BUSY);
    d.answer(second, SMMU_MEM_OK);
    EXPECT_EQ(d.prod(), 2U);
    EXPECT_EQ(d.request(3), SMMU_DONE);
    EXPECT_EQ(d.prod(), REF_MASK(PRIQ_PROD_OVFLG) | 2);
    ASSERT_EQ(d.responses.size(), 1U);
    EXPECT_EQ(d.responses[0].prg_index, 3U);
    EXPECT_EQ(d.responses[0].code, success);
}

/* rule: PQ-031 PQ-030 */
TEST(PageRequests, 633_each_request_whose_entry_an_abort_takes_is_refused_once)
{
    Machine d(4);
    for (uint16_t group = 1; group <= 4; group++)
        d.request(group);
    smmu_out_mem_t write[4];
    for (smmu_out_mem_t &w : write)
        w = d.take(SMMU_SRC_PRIQ);
    d.answer(write[1], SMMU_MEM_ABORT);
    EXPECT_EQ(d.request(5, with_pasid, 7), SMMU_DONE);
    EXPECT_FALSE(d.waits_for(SMMU_SRC_PRIQ)) << "a write after the abort was known";
    ASSERT_EQ(d.responses.size(), 1U);
    EXPECT_EQ(d.responses[0].prg_index, 5U);
    d.answer(write[2], SMMU_MEM_OK);
    d.answer(write[0], SMMU_MEM_OK);
    EXPECT_EQ(d.r32(REF_REG_GERROR), 0U) << "a write is outstanding";
    d.answer(write[3], SMMU_MEM_OK);
    EXPECT_EQ(d.r32(REF_REG_GERROR), REF_MASK(GERROR_PRIQ_ABT_ERR));
    EXPECT_EQ(d.prod(), 1U);
    ASSERT_EQ(d.responses.size(), 4U);
    for (unsigned i = 0; i < 4; i++) {
        EXPECT_EQ(d.responses[i].prg_index, i == 0 ? 5U : i + 1);
        EXPECT_EQ(d.responses[i].code, failure);
        EXPECT_FALSE(d.responses[i].ssv);
    }
    EXPECT_EQ(d.edges[SMMU_IRQ_GERROR], 1U);
}

/* rule: UP-016 UP-019 PQ-039 */
TEST(PageRequests, 634_disabling_is_acknowledged_when_the_entries_on_their_way_are_visible)
{
    for (uint64_t cleared : {REF_MASK(CR0_PRIQEN), REF_MASK(CR0_SMMUEN)}) {
        Machine d(3);
        d.request(1);
        const smmu_out_mem_t write = d.take(SMMU_SRC_PRIQ);
        const uint64_t enabled = d.r32(REF_REG_CR0);
        d.w32(REF_REG_CR0, enabled & ~cleared);
        EXPECT_EQ(d.r32(REF_REG_CR0ACK), enabled);
        d.request(2);
        EXPECT_FALSE(d.waits_for(SMMU_SRC_PRIQ));
        ASSERT_EQ(d.responses.size(), 1U);
        EXPECT_EQ(d.responses[0].code, failure);
        d.answer(write, SMMU_MEM_OK);
        EXPECT_EQ(d.r32(REF_REG_CR0ACK), enabled & ~cleared);
        EXPECT_EQ(d.prod(), 1U);
    }
}

/* rule: PQ-007 PQ-038 */
TEST(PageRequests, 635_the_first_entry_goes_to_prod_as_software_has_set_it)
{
    Machine d(3);
    d.w32(REF_REG_CR0, 0);
    d.w64(REF_REG_PRIQ_BASE, priq_at | 2);
    d.w32(REF_REG_PRIQ_PROD, 7);
    d.w32(REF_REG_PRIQ_CONS, 7);
    d.w32(REF_REG_CR0, REF_MASK(CR0_SMMUEN) | REF_MASK(CR0_PRIQEN));
    d.request(1);
    d.request(2);
    const smmu_out_mem_t first = d.take(SMMU_SRC_PRIQ), second = d.take(SMMU_SRC_PRIQ);
    EXPECT_EQ(first.addr, priq_at + 3 * REF_PRI_ENTRY_BYTES);
    EXPECT_EQ(second.addr, priq_at);
    d.answer(first, SMMU_MEM_OK);
    d.answer(second, SMMU_MEM_OK);
    EXPECT_EQ(d.prod(), 1U);
}

/* rule: PQ-017 PQ-002 PQ-003 CI-029 */
TEST(PageRequests, 636_without_substreams_nothing_has_a_pasid)
{
    Machine d(0, {{"IDR0.ATS", 1}, {"IDR1.SSIDSIZE", 0}});
    d.request(1, with_pasid | SMMU_PPR_PRIV | SMMU_PPR_EXEC, 5);
    const smmu_out_mem_t write = d.take(SMMU_SRC_PRIQ);
    uint64_t words[2];
    std::memcpy(words, write.data, sizeof words);
    EXPECT_EQ(REF_GET(PRI_SSV, words), 0U);
    EXPECT_EQ(REF_GET(PRI_X, words), 0U);
    EXPECT_EQ(REF_GET(PRI_PRIV, words), 0U);
    EXPECT_EQ(REF_GET(PRI_LAST, words), 1U);
    d.answer(write, SMMU_MEM_OK);
    d.request(2, with_pasid, 5);
    ASSERT_EQ(d.responses.size(), 1U);
    EXPECT_FALSE(d.responses[0].ssv);
    EXPECT_EQ(d.responses[0].code, success);
    EXPECT_TRUE(d.accesses.empty()) << "no STE is asked";
}

/* rule: PQ-014 SY-001 */
TEST(PageRequests, 637_a_sync_after_an_invalidation_waits_for_the_ste_of_a_response)
{
    Machine d(0, {{"IDR0.ATS", 1}, {"IDR3.PPS", 0}});
    d.request(1);
    d.answer(d.take(SMMU_SRC_PRIQ), SMMU_MEM_OK);
    d.request(2, with_pasid, 5);
    const smmu_out_mem_t ste = d.take(SMMU_SRC_STE);
    EXPECT_EQ(ste.addr, strtab_at + REF_STE_BYTES);
    EXPECT_EQ(d.request(3, with_pasid, 5), SMMU_BUSY) << "one check at a time";
    EXPECT_EQ(d.request(3, SMMU_PPR_READ | SMMU_PPR_LAST), SMMU_DONE) << "this needs none";
    d.enable_cmdq(0x500000, 3);
    d.w32(REF_REG_CMDQ_PROD, 2);
    d.give_command(REF_CMD_CFGI_STE | uint64_t{1} << 32, 1);
    if (d.waits_for(SMMU_SRC_CMDQ))
        d.give_command(REF_CMD_SYNC, 0);
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), 1U);
    uint64_t words[8] = {};
    REF_SET(STE_V, words, 1);
    REF_SET(STE_CONFIG, words, 4);
    REF_SET(STE_PPAR, words, 1);
    d.answer(ste, SMMU_MEM_OK, words);
    d.run();
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), 2U);
    ASSERT_EQ(d.responses.size(), 2U);
    EXPECT_EQ(d.responses[1].prg_index, 2U);
    EXPECT_TRUE(d.responses[1].ssv);
}

/* rule: UP-019 */
TEST(PageRequests, 638_smmuen_waits_for_the_ste_of_a_response)
{
    Machine d(0, {{"IDR0.ATS", 1}, {"IDR3.PPS", 0}});
    d.request(1);
    d.answer(d.take(SMMU_SRC_PRIQ), SMMU_MEM_OK);
    d.request(2, with_pasid, 5);
    const smmu_out_mem_t ste = d.take(SMMU_SRC_STE);
    d.w32(REF_REG_CR0, REF_MASK(CR0_PRIQEN));
    EXPECT_TRUE(REF_FIELD(CR0ACK_SMMUEN, d.r32(REF_REG_CR0ACK)));
    d.answer(ste, SMMU_MEM_ABORT);
    EXPECT_FALSE(REF_FIELD(CR0ACK_SMMUEN, d.r32(REF_REG_CR0ACK)));
    ASSERT_EQ(d.responses.size(), 1U);
    EXPECT_EQ(d.responses[0].code, failure);
}

/* rule: PQ-023 */
TEST(PageRequests, 639_of_a_secure_stream_is_refused)
{
    Machine d(3);
    smmu_page_request_t r = {};
    r.sec_sid = SMMU_PAS_S;
    r.flags = SMMU_PPR_READ | SMMU_PPR_SSV;
    EXPECT_EQ(smmu_page_request(d.s, d.now, &r), SMMU_DONE);
    d.run();
    EXPECT_TRUE(d.accesses.empty());
    ASSERT_EQ(d.responses.size(), 1U);
    EXPECT_EQ(d.responses[0].code, failure);
    EXPECT_EQ(d.responses[0].sec_sid, SMMU_PAS_S);
    EXPECT_FALSE(d.responses[0].ssv);
}

TEST(PageRequests, 639_responses_that_nobody_takes_make_devices_wait)
{
    Machine d(3, {{"IDR0.ATS", 1}});
    d.w32(REF_REG_CR0, 0);
    smmu_page_request_t r = {};
    r.flags = SMMU_PPR_READ;
    unsigned taken = 0;
    while (taken < 1000 && smmu_page_request(d.s, d.now, &r) == SMMU_DONE)
        taken++;
    EXPECT_LT(taken, 1000U);
    EXPECT_GT(taken, 4U);
    d.drain();
    EXPECT_EQ(d.responses.size(), taken) << "none is lost";
    EXPECT_EQ(smmu_page_request(d.s, d.now, &r), SMMU_DONE);
}

TEST(PageRequests, 639_a_reset_forgets_entries_on_their_way)
{
    Machine d(3);
    d.request(1);
    const smmu_out_mem_t write = d.take(SMMU_SRC_PRIQ);
    smmu_reset(d.s);
    d.answer(write, SMMU_MEM_OK);
    EXPECT_EQ(d.prod(), 0U);
    EXPECT_EQ(d.edges[SMMU_IRQ_PRIQ], 0U);
    d.run();
    EXPECT_TRUE(smmu_idle(d.s));
}

TEST(PageRequests, 639_misuse_is_refused)
{
    Machine d(3);
    smmu_page_request_t r = {};
    EXPECT_EQ(smmu_page_request(nullptr, 0, &r), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_page_request(d.s, 0, nullptr), SMMU_E_ARGUMENT);
    r.prg_index = 512;
    EXPECT_EQ(smmu_page_request(d.s, d.now, &r), SMMU_E_ARGUMENT);
    r.prg_index = 511;
    r.substreamid = 1U << 20;
    EXPECT_EQ(smmu_page_request(d.s, d.now, &r), SMMU_E_ARGUMENT);
    r.substreamid = 0;
    r.sec_sid = SMMU_PAS_REALM;
    EXPECT_EQ(smmu_page_request(d.s, d.now, &r), SMMU_E_UNSUPPORTED);
    r.sec_sid = SMMU_PAS_ROOT;
    EXPECT_EQ(smmu_page_request(d.s, d.now, &r), SMMU_E_ARGUMENT);
    r.sec_sid = SMMU_PAS_NS;
    smmu_advance(d.s, d.now = 100);
    EXPECT_EQ(smmu_page_request(d.s, 99, &r), SMMU_E_TIME);
    BareSmmu without({{"IDR0.PRI", 0}});
    EXPECT_EQ(smmu_page_request(without.s, 0, &r), SMMU_E_UNSUPPORTED);
}
