/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An invalidation arrives while a nested walk waits for one of its reads, each of them in turn
 * (3.21.1, 4.3.8, 4.4.3): CMD_SYNC waits for that read and what comes of it, and nothing that was
 * found through the old tables stays behind.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "driver/commands.h"
#include "unit/bare_smmu.h"
#include "unit/nested_tables.h"

namespace {

using T = NestedTables;
/* The STE; 4 descriptors of stage 2 and the CD; four times 4 of stage 2 and one of stage 1; 4 of
 * stage 2. */
enum { STE, S2_OF_CD, S2_OF_TABLE0 = 6, S2_OF_TABLE3 = 21, S2_OF_PAGE = 26, READS_OF_A_WALK = 30 };
constexpr uint64_t elsewhere = 0x9F00'0000;

struct Invalidation {
    const char *name;
    std::vector<drv_cmd> commands;
    uint64_t at, word; /* what changes in memory before they are given */
    uint64_t pa;       /* what the access leads to from then on */
    unsigned
        waits; /* CMD_SYNC waits for this read and later ones: the walk may have used what goes */
};

drv_cmd raw(uint64_t word0, uint64_t word1)
{
    drv_cmd c = {};
    c.word[0] = word0;
    c.word[1] = word1;
    return c;
}

drv_cmd s2_ipa(uint64_t ipa)
{
    return raw(REF_CMD_TLBI_S2_IPA | uint64_t{7} << 32, ipa);
}
const drv_cmd nh_all = raw(REF_CMD_TLBI_NH_ALL | uint64_t{7} << 32, 0);
const drv_cmd s12_vmall = raw(REF_CMD_TLBI_S12_VMALL | uint64_t{7} << 32, 0);
const drv_cmd nsnh_all = raw(REF_CMD_TLBI_NSNH_ALL, 0);
const drv_cmd cfgi_ste = raw(REF_CMD_CFGI_STE, 1);

struct Machine {
    BareSmmu smmu;
    std::map<uint64_t, uint64_t> memory;
    uint32_t prod = 0;

    Machine()
    {
        NestedTables().store([this](uint64_t at, uint64_t word) { memory[at] = word; });
        for (unsigned i = 0; i < 512; ++i)
            memory[elsewhere + 8 * i] = memory[T::pa_of(T::TABLE3) + 8 * i];
        memory[elsewhere + (T::s1_descriptor(3) & 0xFFF)] = T::s1_leaf(T::ipa_of(T::CDS));
        smmu.w64(REF_REG_STRTAB_BASE, T::ste_at);
        smmu.enable_cmdq(0x5000'0000, 8);
        smmu.w32(REF_REG_CR0, smmu.r32(REF_REG_CR0) | REF_PREP(CR0_SMMUEN, 1));
    }

    static bool is_command(const smmu_out_mem_t &access) { return access.source == SMMU_SRC_CMDQ; }
    /* The one read of the walk that is outstanding; false: none. */
    bool walk_waits() const
    {
        for (const smmu_out_mem_t &access : smmu.accesses)
            if (!is_command(access))
                return true;
        return false;
    }
    void answer_walk()
    {
        for (size_t i = 0; i < smmu.accesses.size(); ++i) {
            smmu_out_mem_t read = smmu.accesses[i];
            if (is_command(read))
                continue;
            smmu.accesses.erase(smmu.accesses.begin() + static_cast<std::ptrdiff_t>(i));
            uint64_t words[8];
            for (unsigned w = 0; w < read.size / 8u; ++w)
                words[w] = memory[read.addr + 8 * w];
            smmu.answer(read, SMMU_MEM_OK, words);
            smmu.run();
            return;
        }
    }
    void command(const drv_cmd &c)
    {
        smmu.w32(REF_REG_CMDQ_PROD, ++prod);
        smmu.run();
        smmu.give_command(c.word[0], c.word[1]);
    }
    uint32_t consumed() { return smmu.r32(REF_REG_CMDQ_CONS) & 0xFFFFF; }
};

void race(const Invalidation &invalidation)
{
    for (unsigned step = 0; step <= READS_OF_A_WALK; ++step) {
        SCOPED_TRACE(invalidation.name + std::string(", read ") + std::to_string(step));
        Machine m;
        const uint64_t before = T::pa_of(T::PAGE) | 0x10;
        m.smmu.submit(0, T::va | 0x10);
        for (unsigned i = 0; i < step; ++i) {
            ASSERT_TRUE(m.walk_waits());
            m.answer_walk();
        }
        ASSERT_EQ(m.walk_waits(), step < READS_OF_A_WALK);
        m.memory[invalidation.at] = invalidation.word;
        for (const drv_cmd &c : invalidation.commands)
            m.command(c);
        m.command(drv_cmd_sync(DRV_SIG_NONE));
        if (m.walk_waits() && step >= invalidation.waits) {
            EXPECT_LT(m.consumed(), m.prod) << "CMD_SYNC does not wait for the read";
        }
        while (m.walk_waits())
            m.answer_walk();
        EXPECT_EQ(m.consumed(), m.prod) << "CMD_SYNC waits for nothing any more";
        ASSERT_EQ(m.smmu.answers.size(), 1u);
        EXPECT_EQ(m.smmu.answers[0].result, SMMU_RESULT_FORWARD);
        EXPECT_TRUE(m.smmu.answers[0].pa == before || m.smmu.answers[0].pa == invalidation.pa);
        m.smmu.submit(0, T::va | 0x10);
        while (m.walk_waits())
            m.answer_walk();
        ASSERT_EQ(m.smmu.answers.size(), 2u);
        EXPECT_EQ(m.smmu.answers[1].pa, invalidation.pa) << "something stale was kept";
    }
}

/* rule: INV-021 INV-022 */
TEST(NestedInFlight, 740_the_page_moves_at_stage_2)
{
    race({"S2_IPA, NH_ALL",
          {s2_ipa(T::ipa_of(T::PAGE)), nh_all},
          T::s2_descriptor(T::PAGE, 3),
          T::s2_leaf(elsewhere),
          elsewhere | 0x10,
          S2_OF_PAGE});
    race({"NH_ALL, S2_IPA",
          {nh_all, s2_ipa(T::ipa_of(T::PAGE))},
          T::s2_descriptor(T::PAGE, 3),
          T::s2_leaf(elsewhere),
          elsewhere | 0x10,
          S2_OF_PAGE});
}

/* rule: INV-021 INV-023 */
TEST(NestedInFlight, 741_a_stage_1_table_moves_at_stage_2)
{
    race({"S2_IPA, NH_ALL",
          {s2_ipa(T::ipa_of(T::TABLE3)), nh_all},
          T::s2_descriptor(T::TABLE3, 3),
          T::s2_leaf(elsewhere),
          T::pa_of(T::CDS) | 0x10,
          S2_OF_TABLE3});
    race({"S12_VMALL",
          {s12_vmall},
          T::s2_descriptor(T::TABLE3, 3),
          T::s2_leaf(elsewhere),
          T::pa_of(T::CDS) | 0x10,
          S2_OF_CD});
}

/* rule: INV-021 */
TEST(NestedInFlight, 741_a_stage_1_descriptor_changes)
{
    for (const drv_cmd &c : {nh_all, s12_vmall, nsnh_all})
        race({"one of NH_ALL, S12_VMALL, NSNH_ALL",
              {c},
              T::s1_descriptor(3),
              T::s1_leaf(T::ipa_of(T::CDS)),
              T::pa_of(T::CDS) | 0x10,
              S2_OF_TABLE0});
}

/* rule: INV-021 CFG-014 */
TEST(NestedInFlight, 743_a_stage_2_table_goes)
{
    /* Level 2 of the page's stage 2 becomes a block of 2 MiB. */
    const uint64_t block = T::s2_leaf(0x4000'0000) & ~uint64_t{2};
    race({"S12_VMALL",
          {s12_vmall},
          T::s2_descriptor(T::PAGE, 2),
          block,
          0x4000'0000 | (T::ipa_of(T::PAGE) & 0x1FFFFF) | 0x10,
          S2_OF_CD});
}

/* rule: INV-022 INV-024. The other CD is a copy whose tables are those of another guest address. */
TEST(NestedInFlight, 744_the_cd_moves_at_stage_2)
{
    const uint64_t other = 0x9E00'0000;
    for (bool cfgi_first : {false, true})
        for (unsigned step = 0; step <= READS_OF_A_WALK; ++step) {
            SCOPED_TRACE(step);
            Machine m;
            NestedTables tables;
            REF_SET(CD_ASID, tables.cd.data(), 5);
            REF_SET(CD_EPD0, tables.cd.data(), 1); /* the new CD translates nothing */
            for (unsigned i = 0; i < 8; ++i)
                m.memory[other + 8 * i] = tables.cd[i];
            m.smmu.submit(0, T::va);
            for (unsigned i = 0; i < step; ++i)
                m.answer_walk();
            m.memory[T::s2_descriptor(T::CDS, 3)] = T::s2_leaf(other);
            if (cfgi_first)
                m.command(cfgi_ste);
            m.command(s2_ipa(T::ipa_of(T::CDS)));
            if (!cfgi_first)
                m.command(cfgi_ste);
            m.command(drv_cmd_sync(DRV_SIG_NONE));
            while (m.walk_waits())
                m.answer_walk();
            EXPECT_EQ(m.consumed(), m.prod);
            m.smmu.submit(0, T::va);
            while (m.walk_waits())
                m.answer_walk();
            ASSERT_EQ(m.smmu.answers.size(), 2u);
            EXPECT_EQ(m.smmu.answers[1].result, SMMU_RESULT_ABORT) << "the old CD was kept";
        }
}

} // namespace
