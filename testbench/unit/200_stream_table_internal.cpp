/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a StreamID to the address of its STE: linear and two-level stream tables, effective sizes,
 * alignment, Span (3.3.1, 5.1, 6.3.24, 6.3.25). Expectations are address arithmetic written out
 * here, from the specification.
 */
#include <gtest/gtest.h>

#include <cstdint>

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"

extern "C" {
#include "state.h"
#include "stream.h"
}

namespace {

constexpr uint64_t base = 0x8'0000'0000;

class StreamTable : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        set("IDR1.SIDSIZE", 16);
    }

    void set(const char *key, uint64_t value)
    {
        char why[200] = "";
        ASSERT_EQ(smmu_config_set(&cfg, key, value, why, sizeof why), SMMU_OK) << why;
    }

    void table(uint64_t at, uint64_t log2size, uint64_t fmt = 0, uint64_t split = 0)
    {
        pi.reg[SMMU_REG_STRTAB_BASE] = at;
        pi.reg[SMMU_REG_STRTAB_BASE_CFG] = REF_PREP(STRTAB_BASE_CFG_LOG2SIZE, log2size) |
                                           REF_PREP(STRTAB_BASE_CFG_SPLIT, split) |
                                           REF_PREP(STRTAB_BASE_CFG_FMT, fmt);
    }

    /* Address, or 0 for a StreamID outside the table. */
    uint64_t locate(uint32_t sid, stream_where expected)
    {
        uint64_t addr = 0;
        stream_where where = smmu__stream_locate(&cfg, &pi, sid, &addr);
        if (where == STREAM_OUT)
            return 0;
        EXPECT_EQ(where, expected);
        return addr;
    }
    uint64_t ste(uint32_t sid) { return locate(sid, STREAM_STE); }
    uint64_t l1std(uint32_t sid) { return locate(sid, STREAM_L1STD); }

    uint64_t second(uint32_t sid, uint64_t span, uint64_t l2ptr)
    {
        uint64_t addr = 0;
        uint64_t descriptor = REF_PREP(L1STD_SPAN, span) | l2ptr;
        if (smmu__stream_from_l1std(&cfg, &pi, sid, descriptor, &addr) == STREAM_OUT)
            return 0;
        return addr;
    }

    smmu_config_t cfg;
    prog_if pi = {};
};

/* rule: SID-001 */
TEST_F(StreamTable, 200_linear_ste_of_n_is_64n_behind_the_base)
{
    table(base, 8);
    for (uint32_t sid = 0; sid < 256; ++sid)
        EXPECT_EQ(ste(sid), base + 64 * sid);
}

/* rule: SID-010 */
TEST_F(StreamTable, 201_streamid_at_two_to_log2size_is_outside)
{
    for (unsigned log2size = 0; log2size <= 16; ++log2size) {
        table(base, log2size);
        uint32_t size = 1U << log2size;
        EXPECT_EQ(ste(size - 1), base + 64 * (size - 1)) << log2size;
        EXPECT_EQ(ste(size), 0U) << log2size;
        EXPECT_EQ(ste(0xFFFF'FFFF), 0U) << log2size;
    }
}

/* rule: SID-003 SID-004 */
TEST_F(StreamTable, 202_log2size_above_sidsize_counts_for_alignment_alone)
{
    /* 2^17 STEs of 64 bytes: aligned to bit 23, although 16 bits of StreamID are all there is */
    table(base + 0x40'0000, 17);
    EXPECT_EQ(ste(0), base);
    EXPECT_EQ(ste(0xFFFF), base + 0xFFFF * 64);
    EXPECT_EQ(ste(0x1'0000), 0U);
    table(base, 63);
    EXPECT_EQ(ste(5), 5U * 64) << "nothing is left of the base";
    EXPECT_EQ(ste(0x1'0000), 0U);
}

/* rule: SID-002 */
TEST_F(StreamTable, 203_linear_base_is_aligned_to_the_table)
{
    for (unsigned log2size = 0; log2size <= 16; ++log2size) {
        table(base + 0x3F'FFC0, log2size);
        uint64_t size = 64ULL << log2size;
        EXPECT_EQ(ste(0), (base + 0x3F'FFC0) / size * size) << log2size;
    }
}

TEST_F(StreamTable, 204_read_allocate_hint_is_no_address)
{
    table(base | REF_PREP(STRTAB_BASE_RA, 1), 4);
    EXPECT_EQ(ste(3), base + 192);
}

TEST_F(StreamTable, 205_all_32_streamid_bits)
{
    set("IDR1.SIDSIZE", 32);
    table(0, 32);
    EXPECT_EQ(ste(0xFFFF'FFFF), 0xFFFF'FFFFULL * 64);
}

/* rule: SID-008 */
TEST_F(StreamTable, 206_reserved_formats_are_linear)
{
    for (unsigned fmt : {0U, 2U, 3U}) {
        table(base, 10, fmt, 6);
        EXPECT_EQ(ste(65), base + 65 * 64) << fmt;
    }
}

/* rule: SID-008 */
TEST_F(StreamTable, 207_format_is_linear_without_two_level_support)
{
    set("IDR1.SIDSIZE", 6);
    set("IDR0.ST_LEVEL", 0);
    table(base, 6, 1, 6);
    EXPECT_EQ(ste(5), base + 5 * 64);
}

/* rule: SID-006 */
TEST_F(StreamTable, 208_two_level_first_level_index_is_the_streamid_above_split)
{
    for (unsigned split : {6U, 8U, 10U}) {
        table(base, 16, 1, split);
        for (uint32_t sid = 0; sid < 0x1'0000; sid += 61)
            ASSERT_EQ(l1std(sid), base + 8 * (sid / (1U << split))) << split << " " << sid;
        EXPECT_EQ(l1std(0x1'0000), 0U);
    }
}

/* rule: SID-007 */
TEST_F(StreamTable, 208_reserved_split_is_6)
{
    for (unsigned split = 0; split < 32; ++split) {
        unsigned effective = split == 8 || split == 10 ? split : 6;
        table(base, 16, 1, split);
        EXPECT_EQ(l1std(0x640), base + 8 * (0x640 >> effective)) << split;
        /* 64 STEs: with 6 bits in the second level StreamID 0x43 is number 3, with more it is
         * outside */
        EXPECT_EQ(second(0x43, 7, base), effective == 6 ? base + 64 * 3 : 0U) << split;
    }
}

/* rule: SID-005 */
TEST_F(StreamTable, 208_first_level_is_aligned_to_its_size_and_at_least_to_64)
{
    /* LOG2SIZE 9, SPLIT 6: 8 descriptors, 64 bytes */
    table(base + 0x40, 9, 1, 6);
    EXPECT_EQ(l1std(0), base + 0x40);
    /* LOG2SIZE 10: 16 descriptors, 128 bytes */
    table(base + 0x40, 10, 1, 6);
    EXPECT_EQ(l1std(0), base);
    /* by the LOG2SIZE that was written, not by what is usable of it: 2^14 descriptors */
    table(base + 0x1'0000, 20, 1, 6);
    EXPECT_EQ(l1std(0), base);
}

/* rule: SID-009 */
TEST_F(StreamTable, 208_split_at_or_above_log2size_leaves_one_descriptor)
{
    table(base, 4, 1, 8);
    EXPECT_EQ(l1std(15), base);
    EXPECT_EQ(l1std(16), 0U);
    EXPECT_EQ(second(15, 9, 0x1'0000), 0x1'0000U + 15 * 64) << "Span may still be SPLIT + 1";
}

/* rule: SID-015 */
TEST_F(StreamTable, 209_span_says_how_many_stes_there_are)
{
    for (unsigned split : {6U, 8U, 10U}) {
        table(base, 16, 1, split);
        for (unsigned span = 1; span <= split + 1; ++span) {
            uint32_t count = 1U << (span - 1);
            EXPECT_EQ(second(count - 1, span, 0x2'0000), 0x2'0000U + 64 * (count - 1)) << span;
            if (span <= split) {
                EXPECT_EQ(second(count, span, 0x2'0000), 0U) << span;
            }
        }
    }
}

/* rule: SID-012 SID-013 SID-014 */
TEST_F(StreamTable, 209_span_0_reserved_or_beyond_the_split_is_no_table)
{
    for (unsigned split : {6U, 8U, 10U}) {
        table(base, 16, 1, split);
        for (unsigned span = 0; span < 32; ++span) {
            bool usable = span >= 1 && span <= split + 1;
            EXPECT_EQ(second(0, span, 0x2'0000) != 0, usable)
                << "split " << split << " span " << span;
        }
    }
}

/* rule: SID-016 */
TEST_F(StreamTable, 209_second_level_is_aligned_to_its_size)
{
    table(base, 16, 1, 10);
    for (unsigned span = 1; span <= 11; ++span) {
        uint64_t size = 64ULL << (span - 1);
        uint64_t pointer = base + 0xF'FFC0;
        EXPECT_EQ(second(0, span, pointer), pointer / size * size) << span;
    }
}

/* rule: SID-016 */
TEST_F(StreamTable, 209_bits_around_l2ptr_do_not_move_the_table)
{
    table(base, 16, 1, 8);
    EXPECT_EQ(second(2, 3, base | 0x20 | 0xFF00'0000'0000'0000), base + 128);
}

/* rule: SID-006 */
TEST_F(StreamTable, 209_upper_streamid_bits_do_not_count_in_the_second_level)
{
    table(base, 16, 1, 8);
    EXPECT_EQ(second(0xAB03, 3, base), base + 3 * 64);
}

} // namespace
