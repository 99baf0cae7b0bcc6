/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hardware update of access flag and dirty state as memory sees it: what is exchanged, with which
 * attributes, what follows when somebody else was faster, and what is done ahead of time (3.13; DDI
 * 0487 D8.5). Outcomes: traces 3.13-*.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <vector>

#include "unit/bare_smmu.h"
#include "unit/nested_tables.h"

namespace {

class HardwareUpdate : public testing::Test {
protected:
    using T = NestedTables;
    NestedTables tables;
    std::map<uint64_t, uint64_t> memory;
    std::vector<smmu_out_mem_t> exchanges;
    /* What somebody does to memory before an exchange reaches it. */
    std::function<void(const smmu_out_mem_t &exchange)> meanwhile = [](const smmu_out_mem_t &) {};
    const uint64_t leaf = T::s1_descriptor(3);
    const uint64_t used = T::s1_leaf(T::ipa_of(T::PAGE));
    const uint64_t af = REF_MASK(S1_LEAF_AF), dbm = REF_MASK(S1_LEAF_DBM);
    const uint64_t read_only = UINT64_C(1) << 7;

    void SetUp() override
    {
        REF_SET(CD_HA, tables.cd.data(), 1);
        REF_SET(CD_HD, tables.cd.data(), 1);
        REF_SET(STE_S2HA, tables.ste.data(), 1);
        REF_SET(STE_S2HD, tables.ste.data(), 1);
    }
    void store() { tables.store([this](uint64_t at, uint64_t word) { memory[at] = word; }); }

    static uint64_t word_of(const smmu_out_mem_t &exchange, unsigned n)
    {
        uint64_t word;
        std::memcpy(&word, exchange.data + 8 * n, 8);
        return word;
    }
    static void request(BareSmmu &smmu, uint64_t addr, bool write)
    {
        smmu_request_t r = {};
        r.addr = addr;
        r.flags = write ? SMMU_REQ_WRITE : 0;
        r.memattr = SMMU_MEMATTR_WB_RAWA;
        r.sh = SMMU_SH_ISH;
        smmu_response_t response = {};
        int verdict = smmu_submit(smmu.s, smmu.now, &r, &response);
        if (verdict == SMMU_DONE)
            smmu.answers.push_back(response);
        smmu.run();
    }
    void access(BareSmmu &smmu, uint64_t addr, bool write)
    {
        smmu.answers.clear();
        smmu.w64(REF_REG_STRTAB_BASE, T::ste_at);
        smmu.w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1));
        request(smmu, addr, write);
        serve(smmu);
    }
    void serve(BareSmmu &smmu)
    {
        for (smmu.run(); !smmu.accesses.empty(); smmu.run()) {
            smmu_out_mem_t a = smmu.accesses.front();
            smmu.accesses.erase(smmu.accesses.begin());
            a.op == SMMU_MEM_CAS ? exchange(smmu, a) : read(smmu, a);
        }
    }
    void read(BareSmmu &smmu, const smmu_out_mem_t &a)
    {
        uint64_t words[8];
        EXPECT_EQ(a.op, SMMU_MEM_READ);
        for (unsigned i = 0; i < a.size / 8u; ++i)
            words[i] = memory[a.addr + 8 * i];
        smmu.answer(a, SMMU_MEM_OK, words);
    }
    void exchange(BareSmmu &smmu, const smmu_out_mem_t &a)
    {
        meanwhile(a);
        exchanges.push_back(a);
        uint64_t found = memory[a.addr];
        if (found == word_of(a, 0))
            memory[a.addr] = word_of(a, 1);
        EXPECT_EQ(smmu_mem_done(smmu.s, smmu.now, a.tag, SMMU_MEM_OK, nullptr), SMMU_E_ARGUMENT)
            << "an exchange tells what was there";
        smmu.answer(a, SMMU_MEM_OK, &found);
    }
    static void expect_forwarded(const BareSmmu &smmu)
    {
        ASSERT_EQ(smmu.answers.size(), 1u);
        EXPECT_EQ(smmu.answers[0].result, SMMU_RESULT_FORWARD);
    }
};

/* rule: HTU-001 HTU-027 */
TEST_F(HardwareUpdate, 345_one_exchange_of_what_was_read)
{
    BareSmmu smmu;
    store();
    memory[leaf] = used & ~af;
    access(smmu, T::va, false);
    expect_forwarded(smmu);
    ASSERT_EQ(exchanges.size(), 1u);
    EXPECT_EQ(exchanges[0].addr, leaf);
    EXPECT_EQ(exchanges[0].size, 8u);
    EXPECT_EQ(exchanges[0].source, SMMU_SRC_TTD);
    EXPECT_EQ(word_of(exchanges[0], 0), used & ~af);
    EXPECT_EQ(word_of(exchanges[0], 1), used);
    EXPECT_EQ(memory[leaf], used);
    access(smmu, T::va, true);
    EXPECT_EQ(exchanges.size(), 1u) << "nothing is left to do";
}

/* rule: HTU-027 */
TEST_F(HardwareUpdate, 346_who_was_faster_is_believed)
{
    BareSmmu smmu;
    store();
    memory[leaf] = (used & ~af) | dbm | read_only;
    meanwhile = [this](const smmu_out_mem_t &) { memory[leaf] = used | dbm; };
    access(smmu, T::va, true);
    expect_forwarded(smmu);
    EXPECT_EQ(exchanges.size(), 1u) << "accessed and dirty already";
    EXPECT_EQ(memory[leaf], used | dbm);
}

/* rule: HTU-027 HTU-029 */
TEST_F(HardwareUpdate, 347_what_changed_otherwise_is_tried_again)
{
    BareSmmu smmu;
    const uint64_t other = UINT64_C(1) << 55; /* software's */
    store();
    memory[leaf] = used & ~af;
    unsigned before = 0;
    meanwhile = [&](const smmu_out_mem_t &) {
        if (!before++)
            memory[leaf] |= other;
    };
    access(smmu, T::va, false);
    expect_forwarded(smmu);
    ASSERT_EQ(exchanges.size(), 2u);
    EXPECT_EQ(word_of(exchanges[1], 0), (used & ~af) | other);
    EXPECT_EQ(memory[leaf], used | other);
}

/* rule: HTU-027 */
TEST_F(HardwareUpdate, 348_a_page_that_went_away_is_a_fault)
{
    BareSmmu smmu;
    const uint64_t gone = T::s2_descriptor(T::PAGE, 3);
    store();
    memory[gone] &= ~af;
    meanwhile = [&](const smmu_out_mem_t &) { memory[gone] = 0; };
    access(smmu, T::va, false);
    ASSERT_EQ(smmu.answers.size(), 1u);
    EXPECT_EQ(smmu.answers[0].result, SMMU_RESULT_ABORT);
    EXPECT_EQ(memory[gone], 0u);
}

/* rule: HTU-012 HTU-013 */
/* Every page on the way in its turn, each before it is used. */
TEST_F(HardwareUpdate, 349_the_order_of_a_nested_walk)
{
    BareSmmu smmu;
    store();
    std::vector<uint64_t> expected;
    for (unsigned n = 0; n < T::ADDRESSES; ++n)
        memory[T::s2_descriptor(n, 3)] &= ~af;
    memory[leaf] &= ~af;
    for (unsigned n : {T::CDS, T::TABLE0, T::TABLE1, T::TABLE2, T::TABLE3})
        expected.push_back(T::s2_descriptor(n, 3));
    expected.push_back(leaf);
    expected.push_back(T::s2_descriptor(T::PAGE, 3));
    access(smmu, T::va, true);
    expect_forwarded(smmu);
    std::vector<uint64_t> order;
    for (const smmu_out_mem_t &a : exchanges)
        order.push_back(a.addr);
    EXPECT_EQ(order, expected);
}

/* rule: HTU-022 */
/* The neighbour is walked on account of a write, and nobody writes it. */
TEST_F(HardwareUpdate, 350_what_is_prefetched_is_accessed_and_never_dirty)
{
    BareSmmu smmu({{"timing.prefetch", 2}});
    const uint64_t neighbour = T::s1_descriptor(3, T::va + 0x1000);
    const uint64_t clean = used | dbm | read_only;
    tables.ste[1] |= UINT64_C(1) << (120 - 64); /* the next page */
    store();
    memory[leaf] = clean;
    memory[neighbour] = clean & ~af;
    access(smmu, T::va, true);
    expect_forwarded(smmu);
    EXPECT_EQ(memory[leaf], used | dbm);
    EXPECT_EQ(memory[neighbour], clean);
}

class UpdateByOperation : public HardwareUpdate {
protected:
    const uint64_t dirty = used | dbm, clean = (dirty | read_only) & ~af;
    const uint64_t page = T::s2_descriptor(T::PAGE, 3);
    const uint64_t page_dirty = T::s2_leaf(T::pa_of(T::PAGE)) | dbm, writable = UINT64_C(1) << 7;
    BareSmmu smmu;

    /* An operation for a write; both stages have the page clean. */
    void operate(unsigned type, bool httui)
    {
        store();
        memory[leaf] = clean;
        memory[page] = page_dirty & ~writable;
        smmu.w64(REF_REG_STRTAB_BASE, T::ste_at);
        smmu.w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1));
        smmu.w64(REF_REG_GATOS_SID, 0);
        smmu.w64(REF_REG_GATOS_ADDR, (T::va & ~UINT64_C(0xFFF)) |
                                         REF_PREP(GATOS_ADDR_TYPE, type) |
                                         REF_PREP(GATOS_ADDR_HTTUI, httui));
        smmu.w32(REF_REG_GATOS_CTRL, 1);
        serve(smmu);
        EXPECT_EQ(smmu.r32(REF_REG_GATOS_CTRL), 0u);
        EXPECT_EQ(smmu.r64(REF_REG_GATOS_PAR) & 1, 0u) << "what is clean is writable";
    }
};

/* rule: ATO-021 */
TEST_F(UpdateByOperation, 351_operations_update_as_transactions_do)
{
    operate(3, false);
    EXPECT_EQ(memory[leaf], dirty);
    EXPECT_EQ(memory[page], page_dirty);
}

/* rule: ATO-022 */
TEST_F(UpdateByOperation, 352_what_httui_inhibits_counts_as_done)
{
    operate(3, true);
    EXPECT_EQ(memory[leaf], clean);
    EXPECT_EQ(memory[page], page_dirty & ~writable);
    EXPECT_TRUE(exchanges.empty());
}

/* rule: ATO-023 */
TEST_F(UpdateByOperation, 353_stage_1_alone_leaves_the_page_of_its_output_clean)
{
    operate(1, false);
    EXPECT_EQ(memory[leaf], dirty);
    EXPECT_EQ(memory[page] & writable, 0u);
}

} // namespace
