/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the command queue engine reads its queue (3.21.2, 4.1.2, 7.1), seen from memory: which
 * entries, how many at a time, what becomes of answers that come late, in another order, or as
 * aborts.
 */
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "unit/bare_smmu.h"

namespace {

constexpr uint64_t queue_at = 0x100000;
constexpr unsigned log2size = 5;

struct Words {
    uint64_t word[2];
};

constexpr Words nsnh_all = {{REF_CMD_TLBI_NSNH_ALL, 0}};
constexpr Words illegal = {{0xFF, 0}};
constexpr Words sync_none = {{REF_CMD_SYNC, 0}};

/* Puts PROD there without draining more than its own consequences. */
void publish(BareSmmu &d, uint32_t prod)
{
    d.w32(REF_REG_CMDQ_PROD, prod);
    d.run();
}

std::vector<uint64_t> entries_being_read(const BareSmmu &d)
{
    std::vector<uint64_t> entries;
    for (const smmu_out_mem_t &access : d.accesses) {
        EXPECT_EQ(access.op, SMMU_MEM_READ);
        EXPECT_EQ(access.source, SMMU_SRC_CMDQ);
        EXPECT_EQ(access.size, REF_COMMAND_BYTES);
        entries.push_back((access.addr - queue_at) / REF_COMMAND_BYTES);
    }
    return entries;
}

using Entries = std::vector<uint64_t>;

/* Answers the read of this entry, wherever it stands among those outstanding. */
void answer_entry(BareSmmu &d, uint64_t entry, const Words &words,
                  smmu_mem_status_t status = SMMU_MEM_OK)
{
    for (size_t i = 0; i < d.accesses.size(); i++)
        if (d.accesses[i].addr == queue_at + entry * REF_COMMAND_BYTES) {
            const smmu_out_mem_t access = d.accesses[i];
            d.accesses.erase(d.accesses.begin() + static_cast<std::ptrdiff_t>(i));
            d.answer(access, status, words.word);
            d.run();
            return;
        }
    ADD_FAILURE() << "entry " << entry << " is not being read";
}

uint32_t cons(BareSmmu &d)
{
    return d.r32(REF_REG_CMDQ_CONS) & static_cast<uint32_t>(REF_MASK(CMDQ_CONS_RD));
}
bool error_active(BareSmmu &d)
{
    return (d.r32(REF_REG_GERROR) ^ d.r32(REF_REG_GERRORN)) & REF_MASK(GERROR_CMDQ_ERR);
}
void acknowledge(BareSmmu &d)
{
    d.w32(REF_REG_GERRORN, d.r32(REF_REG_GERROR));
    d.run();
}

/* rule: CQ-003 QA-022 QA-024 QA-010 */
TEST(CommandFetch, 510_reads_as_many_as_allowed_in_order_and_none_at_or_beyond_prod)
{
    for (uint64_t in_flight : {1U, 2U, 4U, 16U}) {
        BareSmmu d({{"timing.cmdq_reads_in_flight", in_flight}});
        d.enable_cmdq(queue_at, log2size);
        publish(d, 6);
        uint64_t next = 0;
        Entries expected;
        while (next < std::min<uint64_t>(in_flight, 6))
            expected.push_back(next++);
        EXPECT_EQ(entries_being_read(d), expected);
        for (uint64_t entry = 0; entry < 6; entry++) {
            answer_entry(d, entry, nsnh_all);
            expected.erase(expected.begin());
            if (next < 6)
                expected.push_back(next++);
            EXPECT_EQ(entries_being_read(d), expected) << in_flight << " " << entry;
        }
        EXPECT_EQ(cons(d), 6U);
        EXPECT_EQ(d.stat(SMMU_STAT_cmd_reads), 6U);
        EXPECT_TRUE(smmu_idle(d.s));
    }
}

/* rule: CQ-004 CQ-005 */
TEST(CommandFetch, 511_answers_in_any_order_are_executed_in_queue_order)
{
    BareSmmu d({{"timing.cmdq_reads_in_flight", 4}});
    d.enable_cmdq(queue_at, log2size);
    publish(d, 4);
    answer_entry(d, 3, nsnh_all);
    answer_entry(d, 1, illegal);
    answer_entry(d, 2, nsnh_all);
    EXPECT_EQ(cons(d), 0U);
    EXPECT_FALSE(error_active(d));
    answer_entry(d, 0, nsnh_all);
    EXPECT_EQ(cons(d), 1U);
    EXPECT_TRUE(error_active(d));
}

/* rule: CE-020 CE-022 */
TEST(CommandFetch, 512_abort_of_a_read_ahead_counts_when_its_command_is_reached)
{
    BareSmmu d({{"timing.cmdq_reads_in_flight", 4}});
    d.enable_cmdq(queue_at, log2size);
    publish(d, 3);
    answer_entry(d, 2, {}, SMMU_MEM_ABORT);
    EXPECT_FALSE(error_active(d));
    answer_entry(d, 0, nsnh_all);
    EXPECT_FALSE(error_active(d));
    answer_entry(d, 1, nsnh_all);
    EXPECT_TRUE(error_active(d));
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), REF_PREP(CMDQ_CONS_ERR, REF_CERROR_ABT) | 2);
}

/* rule: CE-008 CE-015 CE-022 CQ-012 */
TEST(CommandFetch, 513_error_drops_what_was_read_ahead_and_reads_it_again_after_the_acknowledge)
{
    BareSmmu d({{"timing.cmdq_reads_in_flight", 4}});
    d.enable_cmdq(queue_at, log2size);
    publish(d, 4);
    answer_entry(d, 1, illegal);
    answer_entry(d, 2, {}, SMMU_MEM_ABORT);
    answer_entry(d, 0, illegal);
    EXPECT_TRUE(error_active(d));
    EXPECT_EQ(entries_being_read(d), Entries({3}));
    acknowledge(d);
    /* The read of entry 3 belongs to the time before: its data must not be used. */
    answer_entry(d, 3, illegal);
    EXPECT_FALSE(error_active(d));
    EXPECT_EQ(entries_being_read(d), Entries({0, 1, 2, 3}));
    for (uint64_t entry = 0; entry < 4; entry++)
        answer_entry(d, entry, nsnh_all);
    EXPECT_EQ(cons(d), 4U);
    EXPECT_FALSE(error_active(d));
}

/* rule: CE-015 CQ-012 */
TEST(CommandFetch, 513_a_read_from_before_the_error_is_never_taken_for_a_later_one)
{
    BareSmmu d({{"timing.cmdq_reads_in_flight", 4}});
    d.enable_cmdq(queue_at, log2size);
    publish(d, 12);
    answer_entry(d, 0, illegal);
    /* Entries 1 to 3 are on their way; the last of these reads is the slowest of all. */
    answer_entry(d, 1, illegal);
    answer_entry(d, 2, illegal);
    const smmu_out_mem_t slowest = d.take(SMMU_SRC_CMDQ);
    acknowledge(d);
    while (!d.accesses.empty() && entries_being_read(d)[0] != 3)
        answer_entry(d, entries_being_read(d)[0], nsnh_all);
    d.answer(slowest, SMMU_MEM_OK, illegal.word); /* also if entry 3 is being read again by now */
    d.run();
    while (!d.accesses.empty())
        answer_entry(d, entries_being_read(d)[0], nsnh_all);
    EXPECT_EQ(cons(d), 12U);
    EXPECT_FALSE(error_active(d));
}

/* rule: CE-017 CE-022 */
TEST(CommandFetch, 514_commands_that_prod_took_back_are_not_read_again)
{
    BareSmmu d({{"timing.cmdq_reads_in_flight", 4}});
    d.enable_cmdq(queue_at, log2size);
    publish(d, 4);
    answer_entry(d, 0, nsnh_all);
    answer_entry(d, 1, illegal);
    for (uint64_t entry : {2U, 3U})
        answer_entry(d, entry, illegal);
    publish(d, 2);
    acknowledge(d);
    EXPECT_EQ(entries_being_read(d), Entries({1}));
    answer_entry(d, 1, nsnh_all);
    EXPECT_EQ(cons(d), 2U);
    EXPECT_FALSE(error_active(d));
    EXPECT_TRUE(smmu_idle(d.s));
}

/* rule: UP-009 CQ-012 */
TEST(CommandFetch, 515_disable_finishes_the_command_that_was_started_and_drops_the_others)
{
    BareSmmu d({{"timing.cmdq_reads_in_flight", 4}, {"timing.cmd_decode_lat", 10}});
    d.enable_cmdq(queue_at, log2size);
    d.w32(REF_REG_CMDQ_PROD, 4);
    /* Entry 0 is being decoded, entry 1 is read, entries 2 and 3 are on their way. */
    for (unsigned i = 0; i < 2; i++)
        d.answer(d.take(SMMU_SRC_CMDQ), SMMU_MEM_OK, nsnh_all.word);
    d.w32(REF_REG_CR0, 0);
    EXPECT_EQ(d.r32(REF_REG_CR0ACK), REF_MASK(CR0_CMDQEN));
    d.run();
    EXPECT_EQ(cons(d), 1U);
    EXPECT_EQ(d.r32(REF_REG_CR0ACK), REF_MASK(CR0_CMDQEN)) << "reads are outstanding";
    answer_entry(d, 2, illegal);
    EXPECT_EQ(d.r32(REF_REG_CR0ACK), REF_MASK(CR0_CMDQEN));
    answer_entry(d, 3, illegal);
    EXPECT_EQ(d.r32(REF_REG_CR0ACK), 0U);
    EXPECT_EQ(cons(d), 1U);
    EXPECT_FALSE(error_active(d));

    d.w32(REF_REG_CR0, REF_MASK(CR0_CMDQEN));
    EXPECT_EQ(entries_being_read(d), Entries({1, 2, 3}));
}

/* rule: QA-012 CQ-002 QA-003 */
TEST(CommandFetch, 516_the_largest_queue_full_of_commands_at_one_write_of_prod)
{
    BareSmmu d({{"mode", SMMU_MODE_FUNCTIONAL}, {"timing.cmdq_reads_in_flight", 16}});
    const uint32_t size = 1U << 19;
    d.w64(REF_REG_CMDQ_BASE, 19);
    d.w32(REF_REG_CMDQ_CONS, 5);
    d.w32(REF_REG_CR0, REF_MASK(CR0_CMDQEN));
    ASSERT_EQ(smmu_reg_write(d.s, 0, SMMU_PAS_NS, REF_REG_CMDQ_PROD, 4, size + 5), SMMU_OK);
    uint64_t entry = 5;
    smmu_out_t out;
    while (smmu_pop(d.s, &out))
        if (out.kind == SMMU_OUT_MEM) {
            ASSERT_EQ(out.u.mem.addr, entry++ % size * REF_COMMAND_BYTES);
            const Words &words = entry % 64 == 63 ? sync_none : nsnh_all;
            ASSERT_EQ(smmu_mem_done(d.s, 0, out.u.mem.tag, SMMU_MEM_OK, words.word), SMMU_OK);
        }
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), size + 5);
    EXPECT_EQ(d.stat(SMMU_STAT_cmd_consumed), size);
    EXPECT_EQ(d.stat(SMMU_STAT_cmd_sync), size / 64);
    EXPECT_EQ(d.stat(SMMU_STAT_cmd_reads), size);
}

/* A commands' owner who takes one item at a time can neither overrun the outbox nor stop the queue.
 */
TEST(CommandFetch, 517_signals_that_nobody_takes_hold_the_queue_but_do_not_lose_it)
{
    BareSmmu d({{"mode", SMMU_MODE_FUNCTIONAL}, {"timing.cmdq_reads_in_flight", 16}});
    d.enable_cmdq(0, 10);
    ASSERT_EQ(smmu_reg_write(d.s, 0, SMMU_PAS_NS, REF_REG_CMDQ_PROD, 4, 1U << 10), SMMU_OK);
    const Words sync = {{REF_CMD_SYNC | REF_PREP(CMD_SYNC_CS, REF_SYNC_CS_IRQ), 0}};
    std::vector<uint64_t> reads;
    smmu_out_t out;
    /* Answers the newest read first, so that most commands wait for the oldest. */
    for (bool more = true; more;) {
        for (unsigned i = 0; i < 4 && (more = smmu_pop(d.s, &out)); i++)
            if (out.kind == SMMU_OUT_MEM)
                reads.push_back(out.u.mem.tag);
        while (!reads.empty()) {
            ASSERT_EQ(smmu_mem_done(d.s, 0, reads.back(), SMMU_MEM_OK, sync.word), SMMU_OK);
            reads.pop_back();
            more = true;
        }
    }
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), 1U << 10);
    EXPECT_TRUE(smmu_idle(d.s));
}

/* rule: QA-025 */
TEST(CommandFetch, 518_reads_carry_the_attributes_of_cr1_and_the_hint_of_the_base_register)
{
    struct Case {
        unsigned ic, oc, sh;
        bool ra;
        unsigned type_mask, type, sh_out;
    };
    /* MAIR bytes: 0b11RW write-back, 0b10RW write-through, 0b0100 non-cacheable, outer above inner.
     */
    const Case cases[] = {
        {0, 0, 0, false, 0xFF, 0x44, SMMU_SH_OSH}, /* both non-cacheable: outer shareable */
        {0, 0, 3, true, 0xFF, 0x44, SMMU_SH_OSH},
        {3, 3, 3, true, 0xFF, 0x44, SMMU_SH_OSH}, /* Reserved IC, OC: as 0 */
        {1, 1, 3, true, 0xEE, 0xEE, SMMU_SH_ISH},
        {1, 1, 3, false, 0xEE, 0xCC, SMMU_SH_ISH},
        {2, 2, 2, true, 0xEE, 0xAA, SMMU_SH_OSH},
        {1, 2, 0, true, 0xEE, 0xAE, SMMU_SH_NSH},
        {1, 0, 1, true, 0xFE, 0x4E, SMMU_SH_NSH}, /* Reserved SH: as 0 */
    };
    for (const Case &c : cases) {
        BareSmmu d;
        d.w32(REF_REG_CR1, REF_PREP(CR1_QUEUE_IC, c.ic) | REF_PREP(CR1_QUEUE_OC, c.oc) |
                               REF_PREP(CR1_QUEUE_SH, c.sh));
        d.enable_cmdq(queue_at | (c.ra ? REF_MASK(CMDQ_BASE_RA) : 0), log2size);
        publish(d, 1);
        ASSERT_EQ(d.accesses.size(), 1U);
        EXPECT_EQ(d.accesses[0].memattr & c.type_mask, c.type) << c.ic << c.oc << c.sh << c.ra;
        EXPECT_EQ(d.accesses[0].sh, c.sh_out) << c.ic << c.oc << c.sh;
        EXPECT_EQ(d.accesses[0].pas, SMMU_PAS_NS);
    }
}

} // namespace
