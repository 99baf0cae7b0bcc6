/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SMMU reads for a stream with both stages, in which order and with which attributes:
 * every address of the guest's goes through stage 2 (3.3.2, 5.2 S2PTW, 13.8; DDI 0487 D8.2).
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include "spec_ref/ref_events.h"
#include "unit/bare_smmu.h"
#include "unit/nested_tables.h"

namespace {

struct Read {
    uint64_t addr;
    unsigned size, memattr, sh;
};

class Nested : public testing::Test {
protected:
    using T = NestedTables;
    NestedTables tables;
    std::map<uint64_t, uint64_t> memory;
    uint64_t input = T::va | 0x123;

    /* Everything that is read for one access, in order. */
    std::vector<Read> reads_of_access(BareSmmu &smmu, uint64_t memattr = 15)
    {
        tables.store([this](uint64_t at, uint64_t word) { memory[at] = word; }, memattr);
        smmu.w64(REF_REG_STRTAB_BASE, T::ste_at);
        smmu.w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1));
        smmu.submit(0, input);
        std::vector<Read> reads;
        while (!smmu.accesses.empty()) {
            EXPECT_EQ(smmu.accesses.size(), 1u) << "one read after another";
            smmu_out_mem_t read = smmu.accesses.front();
            smmu.accesses.clear();
            reads.push_back({read.addr, read.size, read.memattr, read.sh});
            answer(smmu, read);
        }
        return reads;
    }
    void answer(BareSmmu &smmu, const smmu_out_mem_t &read)
    {
        uint64_t words[8];
        for (unsigned i = 0; i < read.size / 8u; ++i)
            words[i] = memory[read.addr + 8 * i];
        smmu.answer(read, SMMU_MEM_OK, words);
        smmu.run();
    }

    static void expect_stage2(const std::vector<Read> &reads, size_t &at, unsigned n)
    {
        for (unsigned level = 0; level < 4; ++level, ++at) {
            ASSERT_LT(at, reads.size());
            EXPECT_EQ(reads[at].addr, T::s2_descriptor(n, level)) << at;
            EXPECT_EQ(reads[at].size, 8u);
            EXPECT_EQ(reads[at].memattr, 0xAAu) << "as S2IR0 and S2OR0 say";
            EXPECT_EQ(reads[at].sh, 2u);
        }
    }
    static void expect_read(const std::vector<Read> &reads, size_t &at, uint64_t addr,
                            unsigned size)
    {
        ASSERT_LT(at, reads.size());
        EXPECT_EQ(reads[at].addr, addr) << at;
        EXPECT_EQ(reads[at].size, size) << at;
        ++at;
    }
};

/* rule: CDF-009 S2W-007 S2W-008 ATB-019. A cold walk reads (4 + 1)(4 + 1) - 1 descriptors. */
TEST_F(Nested, 310_every_address_of_the_guest_goes_through_stage_2)
{
    BareSmmu smmu;
    std::vector<Read> reads = reads_of_access(smmu);
    size_t at = 0;
    expect_read(reads, at, T::ste_at, 64);
    expect_stage2(reads, at, T::CDS);
    expect_read(reads, at, T::pa_of(T::CDS), 64);
    for (unsigned level = 0; level < 4; ++level) {
        expect_stage2(reads, at, T::TABLE0 + level);
        expect_read(reads, at, T::s1_descriptor(level), 8);
    }
    expect_stage2(reads, at, T::PAGE);
    EXPECT_EQ(at, reads.size());
    EXPECT_EQ(at, 2u + 4u + 24u);
    ASSERT_EQ(smmu.answers.size(), 1u);
    EXPECT_EQ(smmu.answers[0].result, SMMU_RESULT_FORWARD);
    EXPECT_EQ(smmu.answers[0].pa, T::pa_of(T::PAGE) | 0x123);
}

/* rule: S2W-014 CDF-018 CDF-013 */
TEST_F(Nested, 311_what_the_guest_owns_is_read_with_the_types_of_both_stages)
{
    struct {
        uint64_t memattr; /* of stage 2 */
        bool fwb, ptwnnc;
        unsigned type, sh;
    } const rows[] = {
        {15, false, true, 0xFF, 3}, /* write-back: what S1C* and IR0, OR0 say */
        {10, false, true, 0xBB, 3}, /* write-through is stronger */
        {5, false, true, 0x44, 2},  /* so is Non-cacheable */
        {1, false, true, 0x44, 2},  /* Device as Normal Non-cacheable */
        {1, false, false, 0x04, 2}, /* or as it is (IDR3.PTWNNC=0, up to SMMUv3.2) */
        {6, true, true, 0xFF, 3},   {7, true, true, 0xFF, 3},
        {5, true, true, 0x44, 2},   {3, true, true, 0x44, 2},
    };
    for (const auto &row : rows) {
        REF_SET(STE_S2FWB, tables.ste.data(), row.fwb);
        BareSmmu smmu{{"AIDR.ArchMinorRev", row.ptwnnc ? 3u : 2u},
                      {"IDR3.EPAN", 0},
                      {"IDR5.DS", 0},
                      {"IDR5.VAX", 0},
                      {"IDR3.PTWNNC", row.ptwnnc}};
        std::vector<Read> reads = reads_of_access(smmu, row.memattr);
        ASSERT_EQ(reads.size(), 30u);
        /* The CD, then the four stage 1 descriptors: each after four of stage 2. */
        for (size_t at : {5u, 10u, 15u, 20u, 25u}) {
            unsigned hints = at == 5 ? 0xEE : 0xFF; /* write-allocation of a CD says nothing */
            EXPECT_EQ(reads[at].memattr & hints, row.type & hints) << row.memattr << " " << at;
            EXPECT_EQ(reads[at].sh, row.sh) << row.memattr << " " << at;
        }
    }
}

/* rule: S2W-001 CFG-005 */
TEST_F(Nested, 312_stage_2_alone_reads_no_cd)
{
    REF_SET(STE_CONFIG, tables.ste.data(), REF_CONFIG_S2);
    input = T::ipa_of(T::PAGE) | 0x123;
    BareSmmu smmu;
    std::vector<Read> reads = reads_of_access(smmu);
    size_t at = 0;
    expect_read(reads, at, T::ste_at, 64);
    expect_stage2(reads, at, T::PAGE);
    EXPECT_EQ(at, reads.size());
    ASSERT_EQ(smmu.answers.size(), 1u);
    EXPECT_EQ(smmu.answers[0].pa, T::pa_of(T::PAGE) | 0x123);
}

/* The tables of a second access lie near: what stage 2 has found for the first one serves it. */
TEST_F(Nested, 313_a_second_walk_finds_the_guests_tables_translated)
{
    BareSmmu smmu;
    reads_of_access(smmu);
    const uint64_t near = T::va + 0x1000;
    memory[T::s1_descriptor(3, near)] = T::s1_leaf(T::ipa_of(T::PAGE));
    smmu.submit(0, near);
    ASSERT_EQ(smmu.accesses.size(), 1u);
    smmu_out_mem_t read = smmu.accesses.front();
    smmu.accesses.clear();
    EXPECT_EQ(read.addr, T::s1_descriptor(3, near)) << "not the stage 2 tables again";
    answer(smmu, read);
    ASSERT_EQ(smmu.answers.size(), 2u);
    EXPECT_EQ(smmu.answers[1].pa, T::pa_of(T::PAGE));
}

/* One of the two: the specification leaves it open which. */
/* rule: STE-029 */
TEST_F(Nested, 314_a_cd_beyond_the_ias_is_a_bad_ste_or_a_stage_2_fault)
{
    const uint64_t beyond = UINT64_C(1) << 46;
    tables.ste[0] |= beyond;
    REF_SET(STE_S2T0SZ, tables.ste.data(), 64 - 44);
    REF_SET(STE_S2PS, tables.ste.data(), REF_OAS_44);
    REF_SET(STE_S2R, tables.ste.data(), 1);
    BareSmmu smmu{{"IDR5.OAS", REF_OAS_44}, {"IDR5.DS", 0}, {"IDR5.VAX", 0}};
    smmu.w64(REF_REG_EVENTQ_BASE, 0x5000'0000 | 4);
    smmu.w32(REF_REG_CR0, REF_PREP(CR0_EVENTQEN, 1));
    tables.store([this](uint64_t at, uint64_t word) { memory[at] = word; });
    smmu.w64(REF_REG_STRTAB_BASE, T::ste_at);
    smmu.w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_EVENTQEN, 1));
    smmu.submit(0, input);
    answer(smmu, smmu.take(SMMU_SRC_STE));
    ASSERT_EQ(smmu.accesses.size(), 1u) << "the record alone: no CD is read, no table";
    uint64_t record[4];
    std::memcpy(record, smmu.take(SMMU_SRC_EVENTQ).data, sizeof record);
    const uint64_t number = REF_GET(F_TRANSLATION_TYPE, record);
    ASSERT_TRUE(number == REF_EVT_C_BAD_STE || number == REF_EVT_F_TRANSLATION) << number;
    if (number == REF_EVT_F_TRANSLATION) {
        EXPECT_EQ(REF_GET(F_TRANSLATION_S2, record), 1u);
        EXPECT_EQ(REF_GET(F_TRANSLATION_CLASS, record), unsigned{REF_CLASS_CD});
        EXPECT_EQ(record[3] & ~UINT64_C(0xFFF), beyond | T::ipa_of(T::CDS)) << "the whole IPA";
    }
}

} // namespace
