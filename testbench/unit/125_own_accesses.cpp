/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What registers say about accesses: attributes of those that the SMMU makes itself (6.3.11, 13.8),
 * where the queues lie (6.3.26, 6.3.29), and the overrides of GBPA (6.3.14).
 */

#include <gtest/gtest.h>

#include "spec_ref/ref_events.h"
#include "unit/bare_smmu.h"

namespace {

/* One half of a MAIR-format byte of Normal memory, allocation hints apart. */
enum Cacheability { NON_CACHEABLE, WRITE_THROUGH, WRITE_BACK };

Cacheability cacheability(unsigned nibble)
{
    if (nibble == 4)
        return NON_CACHEABLE;
    return nibble & 4 ? WRITE_BACK : WRITE_THROUGH;
}

struct Attributes {
    unsigned ic, oc, sh; /* as CR1 holds them */
    Cacheability inner, outer;
    uint8_t out_sh;
};

const Attributes attributes[] = {
    {REF_CR1_CACHE_WB, REF_CR1_CACHE_WB, REF_SH_ISH, WRITE_BACK, WRITE_BACK, SMMU_SH_ISH},
    {REF_CR1_CACHE_WT, REF_CR1_CACHE_WT, REF_SH_OSH, WRITE_THROUGH, WRITE_THROUGH, SMMU_SH_OSH},
    {REF_CR1_CACHE_WB, REF_CR1_CACHE_NC, REF_SH_NSH, WRITE_BACK, NON_CACHEABLE, SMMU_SH_NSH},
    {REF_CR1_CACHE_NC, REF_CR1_CACHE_WT, REF_SH_ISH, NON_CACHEABLE, WRITE_THROUGH, SMMU_SH_ISH},
    /* Non-cacheable is outer shareable, whatever SH says. */
    {REF_CR1_CACHE_NC, REF_CR1_CACHE_NC, REF_SH_NSH, NON_CACHEABLE, NON_CACHEABLE, SMMU_SH_OSH},
    /* Reserved: 3 is non-cacheable, shareability 1 is non-shareable. */
    {3, REF_CR1_CACHE_WB, 1, NON_CACHEABLE, WRITE_BACK, SMMU_SH_NSH},
    {3, 3, REF_SH_ISH, NON_CACHEABLE, NON_CACHEABLE, SMMU_SH_OSH},
};

void expect_attributes(const smmu_out_mem_t &access, const Attributes &a)
{
    EXPECT_EQ(cacheability(access.memattr & 15), a.inner);
    EXPECT_EQ(cacheability(access.memattr >> 4), a.outer);
    EXPECT_EQ(access.sh, a.out_sh);
    EXPECT_EQ(access.pas, SMMU_PAS_NS);
}

/* rule: QA-025 */
TEST(OwnAccesses, 125_queues_and_tables_use_their_half_of_cr1)
{
    for (const Attributes &a : attributes) {
        const Attributes other = {REF_CR1_CACHE_WT, REF_CR1_CACHE_WB, REF_SH_OSH,
                                  WRITE_THROUGH,    WRITE_BACK,       SMMU_SH_OSH};
        for (bool queue : {true, false}) {
            const Attributes &q = queue ? a : other, &t = queue ? other : a;
            BareSmmu d;
            d.w32(REF_REG_CR1, REF_PREP(CR1_QUEUE_IC, q.ic) | REF_PREP(CR1_QUEUE_OC, q.oc) |
                                   REF_PREP(CR1_QUEUE_SH, q.sh) | REF_PREP(CR1_TABLE_IC, t.ic) |
                                   REF_PREP(CR1_TABLE_OC, t.oc) | REF_PREP(CR1_TABLE_SH, t.sh));
            d.w32(REF_REG_CR2, REF_PREP(CR2_RECINVSID, 1));
            d.w64(REF_REG_EVENTQ_BASE, UINT64_C(0x40000) | 4);
            d.enable_cmdq(0x10000, 4);
            d.w32(REF_REG_CMDQ_PROD, 1);
            d.w32(REF_REG_CR0, 0xD);
            d.run();
            expect_attributes(d.take(SMMU_SRC_CMDQ), q);
            d.submit(1, 0);
            expect_attributes(d.take(SMMU_SRC_EVENTQ), q);
            d.submit(0, 0);
            expect_attributes(d.take(SMMU_SRC_STE), t);
        }
    }
}

/* rule: QA-010 QA-013 QA-014 QA-015 EV-052 */
TEST(OwnAccesses, 125_queue_addresses_are_aligned_and_truncated)
{
    const struct {
        unsigned log2;
        uint64_t base, command, event; /* ADDR, and where the first entries are */
    } cases[] = {
        {0, 0x12340, 0x12340, 0x12340},
        {1, 0x12360, 0x12360, 0x12340},
        {4, 0x123E0, 0x12300, 0x12200},
        {8, 0x12340, 0x12000, 0x12000},
        {8, UINT64_C(0x00F5123456712340), UINT64_C(0x3456712000), UINT64_C(0x3456712000)},
    };
    for (const auto &c : cases) {
        BareSmmu d({{"IDR5.OAS", REF_OAS_40}});
        d.w32(REF_REG_CR2, REF_PREP(CR2_RECINVSID, 1));
        d.w64(REF_REG_EVENTQ_BASE, c.base | c.log2);
        d.enable_cmdq(c.base, c.log2);
        d.w32(REF_REG_CMDQ_PROD, 1);
        d.w32(REF_REG_CR0, 0xD);
        d.run();
        EXPECT_EQ(d.take(SMMU_SRC_CMDQ).addr, c.command) << c.log2;
        d.submit(1, 0);
        EXPECT_EQ(d.take(SMMU_SRC_EVENTQ).addr, c.event) << c.log2;
    }
}

bool inside(const smmu_out_mem_t &access, uint64_t base, uint64_t bytes)
{
    return access.addr >= base && access.addr + access.size <= base + bytes;
}

/* Memory that takes Non-cacheable accesses for an abort, as 13.1.2 allows it. */
smmu_mem_status_t unless_cacheable(const smmu_out_mem_t &access)
{
    return access.memattr == SMMU_MEMATTR_NC ? SMMU_MEM_ABORT : SMMU_MEM_OK;
}

/* rule: FLT-009 QA-026 */
TEST(OwnAccesses, 126_a_memory_type_that_is_not_supported_is_an_abort_of_the_access)
{
    for (bool cacheable : {false, true}) {
        const unsigned type = cacheable ? REF_CR1_CACHE_WB : REF_CR1_CACHE_NC;
        BareSmmu d;
        d.w32(REF_REG_CR1, REF_PREP(CR1_QUEUE_IC, type) | REF_PREP(CR1_QUEUE_OC, type) |
                               REF_PREP(CR1_TABLE_IC, type) | REF_PREP(CR1_TABLE_OC, type));
        d.w32(REF_REG_CR2, REF_PREP(CR2_RECINVSID, 1));
        d.w64(REF_REG_EVENTQ_BASE, UINT64_C(0x40000) | 4);
        d.enable_cmdq(0x10000, 4);
        d.w32(REF_REG_CR0, 0xD);
        /* An STE: all zeros, invalid, if it can be read. */
        const uint64_t zeros[8] = {};
        d.submit(0, 0);
        const smmu_out_mem_t ste = d.take(SMMU_SRC_STE);
        d.answer(ste, unless_cacheable(ste), zeros);
        d.run();
        const smmu_out_mem_t record = d.take(SMMU_SRC_EVENTQ);
        EXPECT_EQ(record.data[0], cacheable ? REF_EVT_C_BAD_STE : REF_EVT_F_STE_FETCH);
        d.answer(record, unless_cacheable(record));
        d.run();
        EXPECT_EQ(REF_FIELD(GERROR_EVENTQ_ABT_ERR, d.r32(REF_REG_GERROR)), !cacheable);
        /* A command: of opcode 0, which is none. */
        d.w32(REF_REG_CMDQ_PROD, 1);
        d.run();
        const smmu_out_mem_t command = d.take(SMMU_SRC_CMDQ);
        d.answer(command, unless_cacheable(command), zeros);
        d.run();
        EXPECT_EQ(REF_FIELD(GERROR_CMDQ_ERR, d.r32(REF_REG_GERROR)), 1u);
        EXPECT_EQ(REF_FIELD(CMDQ_CONS_ERR, d.r32(REF_REG_CMDQ_CONS)),
                  cacheable ? unsigned{REF_CERROR_ILL} : unsigned{REF_CERROR_ABT});
    }
}

/* rule: QA-023 QA-024 */
TEST(OwnAccesses, 125_queues_are_accessed_inside_and_in_their_direction)
{
    BareSmmu d;
    const uint64_t commands = 0x20000, events = 0x30000;
    d.w32(REF_REG_CR2, REF_PREP(CR2_RECINVSID, 1));
    d.w64(REF_REG_EVENTQ_BASE, events | 1);
    d.enable_cmdq(commands, 2);
    d.w32(REF_REG_CR0, 0xD);
    for (uint32_t i = 0; i < 40; i++) {
        d.w32(REF_REG_CMDQ_PROD, (i + 1) & 7);
        d.run();
        EXPECT_TRUE(inside(d.accesses.at(0), commands, 4 * 16));
        EXPECT_EQ(d.accesses.at(0).op, SMMU_MEM_READ);
        d.give_command(REF_CMD_SYNC, 0);
        d.submit(1, 0);
        EXPECT_TRUE(inside(d.accesses.at(0), events, 2 * 32));
        EXPECT_EQ(d.accesses.at(0).op, SMMU_MEM_WRITE);
        d.answer(d.take(SMMU_SRC_EVENTQ), SMMU_MEM_OK);
        d.run();
        EXPECT_TRUE(d.accesses.empty());
        d.w32(REF_REG_EVENTQ_CONS, d.r32(REF_REG_EVENTQ_PROD));
    }
}

/* rule: ID-040 GB-007 */
TEST(OwnAccesses, 126_overrides_of_gbpa_work_where_they_exist)
{
    const uint64_t gbpa = REF_PREP(GBPA_UPDATE, 1) | REF_PREP(GBPA_MTCFG, 1) |
                          REF_PREP(GBPA_MEMATTR, 0) | REF_PREP(GBPA_SHCFG, REF_SHCFG_ISH) |
                          REF_PREP(GBPA_PRIVCFG, REF_PRIVCFG_PRIVILEGED);
    for (uint64_t types : {0, 1})
        for (uint64_t perms : {0, 1}) {
            BareSmmu d({{"IDR1.ATTR_TYPES_OVR", types}, {"IDR1.ATTR_PERMS_OVR", perms}});
            d.w32(REF_REG_GBPA, gbpa);
            const uint64_t mtcfg = REF_FIELD(GBPA_MTCFG, d.r32(REF_REG_GBPA));
            EXPECT_TRUE(mtcfg == 1 || (mtcfg == 0 && !types));
            d.submit(0, 0x1000);
            ASSERT_EQ(d.answers.size(), 1U);
            EXPECT_EQ(d.answers[0].result, SMMU_RESULT_FORWARD);
            EXPECT_EQ(d.answers[0].memattr,
                      types ? SMMU_MEMATTR_DEVICE_nGnRnE : SMMU_MEMATTR_WB_RAWA);
            EXPECT_EQ(d.answers[0].flags & SMMU_RSP_PRIV, perms ? SMMU_RSP_PRIV : 0);
        }
}

} // namespace
