/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be written while (6.3.9 to 6.3.29): guards of enables and of their acknowledges, CR1
 * field by field, the GBPA update, indexes and the size of their queue.
 */

#include <gtest/gtest.h>

#include <cstring>

#include "spec_ref/ref_tables.h"
#include "unit/bare_smmu.h"

namespace {

struct Enable {
    const char *guard; /* as spec_ref names it */
    uint32_t control;
    uint64_t bit;
};

const Enable enables[] = {
    {"SMMUEN", REF_REG_CR0, REF_MASK(CR0_SMMUEN)},
    {"CMDQEN", REF_REG_CR0, REF_MASK(CR0_CMDQEN)},
    {"EVENTQEN", REF_REG_CR0, REF_MASK(CR0_EVENTQEN)},
    {"GERROR_IRQEN", REF_REG_IRQ_CTRL, REF_MASK(IRQ_CTRL_GERROR_IRQEN)},
    {"EVENTQ_IRQEN", REF_REG_IRQ_CTRL, REF_MASK(IRQ_CTRL_EVENTQ_IRQEN)},
};

/* Differs from 0 in fields of every plain register, and keeps queues empty. */
const uint64_t PROBE = UINT64_C(0x0000000200000010);

/* Does a write change the register? Leaves it as it was. */
bool writable(BareSmmu &d, const ref_register_row &row)
{
    const uint64_t probe = row.offset == REF_REG_CR2 ? REF_MASK(CR2_RECINVSID) : PROBE;
    uint64_t before = d.read(row.offset, row.width / 8);
    d.write(row.offset, row.width / 8, before ^ probe);
    bool changed = d.read(row.offset, row.width / 8) != before;
    d.write(row.offset, row.width / 8, before);
    return changed;
}

/* Registers that are plain storage with at most one guard, in the default configuration. */
bool plain(const ref_register_row &row)
{
    for (uint32_t other : {REF_REG_CR0, REF_REG_CR1, REF_REG_IRQ_CTRL, REF_REG_GBPA, REF_REG_AGBPA,
                           REF_REG_CMDQ_PROD})
        if (row.offset == other)
            return false;
    return !std::strcmp(row.access, "RW") &&
           (!std::strcmp(row.present, "ALWAYS") || !std::strcmp(row.present, "MSI"));
}

/* rule: GD-001 GD-002 GD-004 GD-005 GD-008 GD-012 GD-013 GD-019 GD-021 IR-022 EV-049 */
TEST(Guards, 118_each_register_is_closed_by_its_own_enable_alone)
{
    for (const Enable &enable : enables) {
        unsigned closed = 0;
        for (size_t r = 0; r < ref_register_count; r++) {
            const ref_register_row &row = ref_register_table[r];
            if (!plain(row))
                continue;
            BareSmmu d;
            d.w64(REF_REG_CMDQ_BASE, 19); /* so that indexes can be stored */
            d.w64(REF_REG_EVENTQ_BASE, 19);
            bool own = !std::strcmp(row.guard, enable.guard);
            closed += own;
            EXPECT_TRUE(writable(d, row)) << row.name << " with everything disabled";
            d.w32(enable.control, enable.bit);
            EXPECT_EQ(writable(d, row), !own) << row.name << " with " << enable.guard;
            d.w32(enable.control, 0);
            EXPECT_TRUE(writable(d, row)) << row.name << " after " << enable.guard;
        }
        EXPECT_GT(closed, 0U) << enable.guard;
    }
}

/* rule: GD-003 UP-011 */
TEST(Guards, 118_cmdq_prod_is_always_writable)
{
    BareSmmu d;
    d.w64(REF_REG_CMDQ_BASE, 4);
    d.w32(REF_REG_CMDQ_PROD, 3);
    EXPECT_EQ(d.r32(REF_REG_CMDQ_PROD), 3U);
    EXPECT_TRUE(d.accesses.empty()) << "a disabled queue is not read";
    d.w32(REF_REG_CR0, REF_PREP(CR0_CMDQEN, 1));
    d.w32(REF_REG_CMDQ_PROD, 5);
    EXPECT_EQ(d.r32(REF_REG_CMDQ_PROD), 5U);
}

/* rule: GD-020 */
TEST(Guards, 118_guards_hold_for_halves)
{
    BareSmmu d;
    d.w64(REF_REG_CMDQ_BASE, 0x4000001200000004);
    d.w32(REF_REG_CR0, REF_PREP(CR0_CMDQEN, 1));
    d.w32(REF_REG_CMDQ_BASE, 0);
    d.w32(REF_REG_CMDQ_BASE + 4, 0);
    EXPECT_EQ(d.r64(REF_REG_CMDQ_BASE), 0x4000001200000004U);
}

const uint32_t TABLE_FIELDS = 0xFC0, QUEUE_FIELDS = 0x03F;

/* rule: GD-009 GD-010 GD-011 */
TEST(Guards, 118_halves_of_cr1_have_guards_of_their_own)
{
    const struct {
        uint64_t cr0;
        uint32_t open;
    } cases[] = {
        {0, TABLE_FIELDS | QUEUE_FIELDS},
        {REF_MASK(CR0_SMMUEN), QUEUE_FIELDS},
        {REF_MASK(CR0_CMDQEN), TABLE_FIELDS},
        {REF_MASK(CR0_EVENTQEN), TABLE_FIELDS},
        {REF_MASK(CR0_CMDQEN) | REF_MASK(CR0_EVENTQEN), TABLE_FIELDS},
        {REF_MASK(CR0_SMMUEN) | REF_MASK(CR0_EVENTQEN), 0},
    };
    for (const auto &c : cases) {
        BareSmmu d;
        d.w32(REF_REG_CR0, c.cr0);
        d.w32(REF_REG_CR1, ~UINT32_C(0));
        EXPECT_EQ(d.r32(REF_REG_CR1), c.open) << std::hex << c.cr0;
    }
}

/* rule: GB-001 GB-002 GB-003 GB-008 */
TEST(Guards, 119_gbpa_takes_writes_with_update_only)
{
    BareSmmu d;
    uint32_t before = d.r32(REF_REG_GBPA);
    d.w32(REF_REG_GBPA, before ^ REF_PREP(GBPA_ABORT, 1));
    EXPECT_EQ(d.r32(REF_REG_GBPA), before);
    d.w32(REF_REG_GBPA, ~UINT32_C(0));
    EXPECT_EQ(d.r32(REF_REG_GBPA) & 0x7FFFFFFF, 0x001F3F1FU);
    EXPECT_EQ(REF_FIELD(GBPA_UPDATE, d.r32(REF_REG_GBPA)), 0U);
    d.w32(REF_REG_AGBPA, ~UINT32_C(0));
    EXPECT_EQ(d.r32(REF_REG_AGBPA), 0U);
}

/* rule: RS-019 GB-004 */
TEST(Guards, 119_gbpa_decides_at_once_about_disabled_traffic)
{
    BareSmmu d;
    d.submit(0, 0x1000);
    ASSERT_EQ(d.answers.size(), 1U);
    EXPECT_EQ(d.answers[0].result, SMMU_RESULT_FORWARD);
    EXPECT_EQ(d.answers[0].pa, 0x1000U);
    EXPECT_EQ(d.answers[0].memattr, SMMU_MEMATTR_WB_RAWA) << "attributes as they came in";
    EXPECT_EQ(d.answers[0].sh, SMMU_SH_ISH);
    d.w32(REF_REG_GBPA, REF_PREP(GBPA_UPDATE, 1) | REF_PREP(GBPA_ABORT, 1));
    d.submit(0, 0x1000);
    ASSERT_EQ(d.answers.size(), 2U);
    EXPECT_EQ(d.answers[1].result, SMMU_RESULT_ABORT);
}

/* rule: QA-011 */
TEST(Guards, 119_log2size_reads_as_written)
{
    BareSmmu d({{"IDR1.CMDQS", 5}, {"IDR1.EVENTQS", 4}});
    for (uint32_t base : {REF_REG_CMDQ_BASE, REF_REG_EVENTQ_BASE})
        for (uint32_t log2 = 0; log2 < 32; log2++) {
            d.w64(base, log2);
            EXPECT_EQ(d.r64(base), log2);
        }
}

struct Indexes {
    uint32_t base, prod, cons;
    unsigned limit;
};

/* rule: QA-004 QA-006 QA-008 QA-018 QA-020 */
/* Both indexes of a queue keep what lies up to the wrap bit. */
TEST(Guards, 119_indexes_fit_the_size_of_their_queue)
{
    BareSmmu d({{"IDR1.CMDQS", 5}, {"IDR1.EVENTQS", 4}});
    const Indexes queues[] = {
        {REF_REG_CMDQ_BASE, REF_REG_CMDQ_PROD, REF_REG_CMDQ_CONS, 5},
        {REF_REG_EVENTQ_BASE, REF_REG_EVENTQ_PROD, REF_REG_EVENTQ_CONS, 4},
    };
    for (const Indexes &q : queues) {
        uint32_t smmu_owned = q.prod == REF_REG_CMDQ_PROD ? q.cons : q.prod;
        for (unsigned log2 : {0U, 1U, 3U, q.limit, 19U, 31U}) {
            unsigned wrap = log2 < q.limit ? log2 : q.limit;
            uint32_t up_to_wrap = (2U << wrap) - 1;
            d.w64(q.base, log2);
            d.w32(q.prod, 0xFFFFF);
            d.w32(q.cons, 0xFFFFF);
            EXPECT_EQ(d.r32(q.prod) & up_to_wrap, up_to_wrap) << log2;
            EXPECT_EQ(d.r32(q.cons) & up_to_wrap, up_to_wrap) << log2;
            EXPECT_EQ(d.r32(smmu_owned), up_to_wrap) << log2;
        }
        d.w64(q.base, 3);
        d.w32(q.prod, 0xD);
        d.w32(q.cons, 0xB);
        d.w64(q.base, UINT64_C(0x7000) | 3); /* same size: nothing moves */
        EXPECT_EQ(d.r32(q.prod), 0xDU);
        EXPECT_EQ(d.r32(q.cons), 0xBU);
        d.w64(q.base, 1); /* smaller: truncated to bits 1:0 */
        EXPECT_EQ(d.r32(q.prod), 0x1U);
        EXPECT_EQ(d.r32(q.cons), 0x3U);
    }
}

/* The overflow flags are beside the index and untouched by its size. */
TEST(Guards, 119_overflow_flags_survive_a_change_of_size)
{
    BareSmmu d;
    d.w64(REF_REG_EVENTQ_BASE, 4);
    d.w32(REF_REG_EVENTQ_PROD, 0x80000013);
    d.w32(REF_REG_EVENTQ_CONS, 0x80000013);
    d.w64(REF_REG_EVENTQ_BASE, 1);
    EXPECT_EQ(d.r32(REF_REG_EVENTQ_PROD), 0x80000003U);
    EXPECT_EQ(d.r32(REF_REG_EVENTQ_CONS), 0x80000003U);
}

} // namespace
