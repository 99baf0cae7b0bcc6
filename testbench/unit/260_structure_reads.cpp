/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the SMMU reads L1STD, STE, L1CD, CD and descriptors: order, sizes, addresses, memory types
 * and shareability (13.8, 3.3.1, 3.3.2, 6.3.11, 6.3.24), as they leave the model.
 */
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"
#include "unit/bare_smmu.h"

namespace {

using Words = std::array<uint64_t, 8>;

constexpr uint64_t l1std_at = 0x1000'0000, stes_at = 0x1100'0000, l1cd_at = 0x1200'0000,
                   cds_at = 0x1300'0000, tables_at = 0x1400'0000;

/* MAIR nibbles of a cacheable level with these hints; NC is 4. */
unsigned nibble(bool write_back, bool read_allocate, bool write_allocate)
{
    return 8U | write_back * 4U | read_allocate * 2U | write_allocate;
}

struct Reader {
    BareSmmu smmu;
    Words ste = {}, cd = {};

    explicit Reader(unsigned cr1 = 0xD75, bool read_allocate = true)
    {
        REF_SET(STE_V, ste.data(), 1);
        REF_SET(STE_CONFIG, ste.data(), REF_CONFIG_S1);
        REF_SET(STE_S1FMT, ste.data(), REF_S1FMT_4K_L2);
        REF_SET(STE_S1CDMAX, ste.data(), 8);
        REF_SET(STE_S1DSS, ste.data(), REF_S1DSS_SSID0);
        ste[0] |= l1cd_at;
        REF_SET(CD_V, cd.data(), 1);
        REF_SET(CD_AA64, cd.data(), 1);
        REF_SET(CD_A, cd.data(), 1);
        REF_SET(CD_IPS, cd.data(), 5);
        REF_SET(CD_T0SZ, cd.data(), 25);
        REF_SET(CD_EPD1, cd.data(), 1);
        REF_SET(CD_TTB0, cd.data(), tables_at >> 4);
        smmu.w64(REF_REG_STRTAB_BASE, l1std_at | REF_PREP(STRTAB_BASE_RA, read_allocate));
        smmu.w32(REF_REG_STRTAB_BASE_CFG, REF_PREP(STRTAB_BASE_CFG_FMT, 1) |
                                              REF_PREP(STRTAB_BASE_CFG_SPLIT, 8) |
                                              REF_PREP(STRTAB_BASE_CFG_LOG2SIZE, 16));
        smmu.w32(REF_REG_CR1, cr1);
        smmu.w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1));
    }

    /* The one read that is outstanding after an access of StreamID 0x345. */
    smmu_out_mem_t l1std()
    {
        smmu.submit(0x345, 0x12'3456'7008);
        smmu.run();
        return only(SMMU_SRC_L1STD);
    }
    smmu_out_mem_t then_ste() { return next(l1std(), stes_at | 9, SMMU_SRC_STE); }
    smmu_out_mem_t then_l1cd() { return next(then_ste(), ste.data(), SMMU_SRC_L1CD); }
    smmu_out_mem_t then_cd() { return next(then_l1cd(), cds_at | 1, SMMU_SRC_CD); }
    smmu_out_mem_t then_descriptor() { return next(then_cd(), cd.data(), SMMU_SRC_TTD); }
    smmu_out_mem_t then_descriptor(const smmu_out_mem_t &before, uint64_t descriptor)
    {
        return next(before, descriptor, SMMU_SRC_TTD);
    }

private:
    smmu_out_mem_t next(const smmu_out_mem_t &read, const void *data, smmu_mem_source_t source)
    {
        smmu.answer(read, SMMU_MEM_OK, data);
        smmu.run();
        return only(source);
    }
    smmu_out_mem_t next(const smmu_out_mem_t &read, uint64_t word, smmu_mem_source_t source)
    {
        return next(read, &word, source);
    }
    smmu_out_mem_t only(smmu_mem_source_t source)
    {
        EXPECT_EQ(smmu.accesses.size(), 1U) << "nothing else is read";
        return smmu.take(source);
    }
};

/* rule: SID-006 CDF-003 S1W-028 SID-023 CDF-020 */
TEST(StructureReads, 260_one_read_after_another_each_where_and_as_long_as_its_structure)
{
    Reader r;
    struct {
        smmu_out_mem_t read;
        uint64_t addr;
        unsigned size;
    } const steps[] = {
        {Reader().l1std(), l1std_at + 8 * 3, 8},
        {Reader().then_ste(), stes_at + 64 * 0x45, 64},
        {Reader().then_l1cd(), l1cd_at, 8},
        {Reader().then_cd(), cds_at, 64},
        {Reader().then_descriptor(), tables_at + 8 * (0x12'3456'7008 >> 30), 8},
    };
    for (const auto &step : steps) {
        EXPECT_EQ(step.read.op, SMMU_MEM_READ);
        EXPECT_EQ(step.read.addr, step.addr);
        EXPECT_EQ(step.read.size, step.size);
        EXPECT_EQ(step.read.pas, SMMU_PAS_NS);
    }
}

/* rule: ATB-019 */
TEST(StructureReads, 261_stream_tables_are_read_as_cr1_and_the_read_allocate_hint_say)
{
    for (unsigned ic = 0; ic < 4; ++ic)
        for (unsigned oc = 0; oc < 4; ++oc)
            for (unsigned sh = 0; sh < 4; ++sh)
                for (bool ra : {false, true}) {
                    auto cr1 = static_cast<unsigned>(REF_PREP(CR1_TABLE_IC, ic) |
                                                     REF_PREP(CR1_TABLE_OC, oc) |
                                                     REF_PREP(CR1_TABLE_SH, sh));
                    auto matches = [&](unsigned level, unsigned code) {
                        if (code == 0 || code == 3)
                            return level == 4;
                        return (level & 0xE) == (nibble(code == 1, ra, false) & 0xE);
                    };
                    unsigned expected_sh = (ic == 0 || ic == 3) && (oc == 0 || oc == 3) ? 2U
                                           : sh == 1                                    ? 0U
                                                                                        : sh;
                    for (const smmu_out_mem_t &read :
                         {Reader(cr1, ra).l1std(), Reader(cr1, ra).then_ste()}) {
                        EXPECT_TRUE(matches(read.memattr & 15, ic)) << ic << oc << ra;
                        EXPECT_TRUE(matches(read.memattr >> 4, oc)) << ic << oc << ra;
                        EXPECT_EQ(read.sh, expected_sh) << ic << oc << sh;
                    }
                }
}

/* rule: ATB-019 CDF-018 */
TEST(StructureReads, 262_context_tables_are_read_as_the_ste_says)
{
    /* S1CIR and S1COR: NC, WB RA, WT RA, WB no-RA */
    const unsigned level[4] = {4, nibble(true, true, false), nibble(false, true, false),
                               nibble(true, false, false)};
    auto same = [](unsigned a, unsigned b) { return (a & 0xE) == (b & 0xE); };
    for (unsigned inner = 0; inner < 4; ++inner)
        for (unsigned outer = 0; outer < 4; ++outer) {
            Reader one, two;
            for (Reader *r : {&one, &two}) {
                REF_SET(STE_S1CIR, r->ste.data(), inner);
                REF_SET(STE_S1COR, r->ste.data(), outer);
                REF_SET(STE_S1CSH, r->ste.data(), REF_SH_ISH);
            }
            for (const smmu_out_mem_t &read : {one.then_l1cd(), two.then_cd()}) {
                EXPECT_TRUE(same(read.memattr & 15, level[inner])) << inner << outer;
                EXPECT_TRUE(same(read.memattr >> 4, level[outer])) << inner << outer;
                EXPECT_EQ(read.sh, inner || outer ? 3 : 2);
            }
        }
}

/* rule: ATB-019 S1W-023 */
TEST(StructureReads, 263_descriptors_are_read_as_the_cd_says_at_every_level)
{
    const unsigned level[4] = {4, nibble(true, true, true), nibble(false, true, false),
                               nibble(true, true, false)};
    for (unsigned ir = 0; ir < 4; ++ir)
        for (unsigned outer = 0; outer < 4; ++outer) {
            Reader r;
            REF_SET(CD_IR0, r.cd.data(), ir);
            REF_SET(CD_OR0, r.cd.data(), outer);
            REF_SET(CD_SH0, r.cd.data(), REF_SH_OSH);
            smmu_out_mem_t read = r.then_descriptor();
            for (unsigned n = 1; n <= 3; ++n) {
                EXPECT_EQ(read.memattr, level[outer] << 4 | level[ir]) << "level " << n;
                EXPECT_EQ(read.sh, 2);
                if (n < 3)
                    read = r.then_descriptor(read, (tables_at + n * 0x1000) | 3);
            }
        }
}

} // namespace
