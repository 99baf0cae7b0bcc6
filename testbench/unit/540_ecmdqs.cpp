/* SPDX-License-Identifier: Apache-2.0 */
/* 540-546: enhanced command queues beside each other (3.5.6), by who is served when and what a
 * CMD_SYNC waits for; what one queue does is in traces/conformance/3.5.6*. */

#include <gtest/gtest.h>

#include "unit/bare_smmu.h"

namespace {

const uint64_t QUEUES = 0x100000, QUEUE_BYTES = 0x10000;
const unsigned LOG2SIZE = 4;
const uint32_t EN = static_cast<uint32_t>(REF_MASK(ECMDQ_PROD_EN));

struct Ecmdqs : BareSmmu {
    explicit Ecmdqs(std::initializer_list<Setting> settings = {}) : BareSmmu(settings)
    {
        const uint32_t idr6 = r32(REF_REG_IDR6);
        log2_queues = static_cast<unsigned>(REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMQ, idr6));
    }
    uint32_t place(uint32_t queue)
    {
        const uint32_t page = queue >> log2_queues, in_page = queue & ((1U << log2_queues) - 1);
        const uint64_t base =
            r64(REF_REG_CMDQ_CONTROL_PAGE_BASE + page * REF_CMDQ_CONTROL_PAGE_STRIDE);
        return static_cast<uint32_t>(base & REF_MASK(CMDQ_CONTROL_PAGE_BASE_ADDR)) +
               in_page * (REF_ECMDQ_PAGE_BYTES >> log2_queues);
    }
    void enable(uint32_t queue)
    {
        w64(place(queue) + REF_REG_ECMDQ_BASE, (QUEUES + queue * QUEUE_BYTES) | LOG2SIZE);
        w32(place(queue) + REF_REG_ECMDQ_PROD, EN);
        EXPECT_EQ(r32(place(queue) + REF_REG_ECMDQ_CONS), REF_MASK(ECMDQ_CONS_ENACK));
    }
    void publish(uint32_t queue, uint32_t prod)
    {
        w32(place(queue) + REF_REG_ECMDQ_PROD, EN | prod);
    }
    uint32_t cons(uint32_t queue)
    {
        return r32(place(queue) + REF_REG_ECMDQ_CONS) &
               static_cast<uint32_t>(REF_MASK(ECMDQ_CONS_RD));
    }
    /* Answers a queue's oldest read with this command. False: it reads none. */
    bool give(uint32_t queue, unsigned opcode)
    {
        const uint64_t words[2] = {opcode, 0};
        for (size_t i = 0; i < accesses.size(); i++)
            if (accesses[i].source == SMMU_SRC_CMDQ &&
                accesses[i].addr / QUEUE_BYTES == QUEUES / QUEUE_BYTES + queue) {
                const smmu_out_mem_t read = accesses[i];
                accesses.erase(accesses.begin() + static_cast<std::ptrdiff_t>(i));
                answer(read, SMMU_MEM_OK, words);
                return true;
            }
        return false;
    }
    smmu_response_t tracked_write(uint64_t addr)
    {
        smmu_request_t request = {};
        request.addr = addr;
        request.flags = SMMU_REQ_WRITE | SMMU_REQ_TRACKED;
        smmu_response_t response = {};
        EXPECT_EQ(smmu_submit(s, now, &request, &response), SMMU_DONE);
        return response;
    }
    void done(const smmu_response_t &access)
    {
        EXPECT_EQ(smmu_access_done(s, now, access.epoch), SMMU_OK);
        run();
    }
    unsigned log2_queues;
};

// rule: EC-017 INV-021
TEST(Ecmdqs, 540_a_sync_waits_for_what_was_there_and_not_for_what_other_queues_bring)
{
    Ecmdqs d;
    d.enable(0);
    d.enable(1);
    d.publish(0, 2);
    const smmu_response_t before = d.tracked_write(0x1000);
    d.give(0, REF_CMD_TLBI_NSNH_ALL);
    d.run();
    d.give(0, REF_CMD_SYNC);
    d.run();
    EXPECT_EQ(d.cons(0), 1u);
    /* The other queue invalidates, and more accesses go out, without an end. */
    std::vector<smmu_response_t> later;
    for (uint32_t i = 1; i <= 5; i++) {
        later.push_back(d.tracked_write(0x1000));
        d.publish(1, i);
        d.give(1, REF_CMD_TLBI_NSNH_ALL);
        d.run();
        EXPECT_EQ(d.cons(1), i) << "which waits for no CMD_SYNC of another queue";
        EXPECT_EQ(d.cons(0), 1u);
    }
    d.done(before);
    EXPECT_EQ(d.cons(0), 2u);
    /* A CMD_SYNC of the other queue has to wait for all of them. */
    d.publish(1, 6);
    d.give(1, REF_CMD_SYNC);
    d.run();
    for (const smmu_response_t &access : later) {
        EXPECT_EQ(d.cons(1), 5u);
        d.done(access);
    }
    EXPECT_EQ(d.cons(1), 6u);
}

// rule: EC-017 SY-013
TEST(Ecmdqs, 541_syncs_that_begin_while_another_waits_each_wait_for_their_own)
{
    Ecmdqs d;
    std::vector<smmu_response_t> access;
    for (uint32_t queue = 0; queue < 4; queue++) {
        d.enable(queue);
        d.publish(queue, 2);
        access.push_back(d.tracked_write(0x1000));
        d.give(queue, REF_CMD_TLBI_NSNH_ALL);
        d.run();
        d.give(queue, REF_CMD_SYNC);
        d.run();
        EXPECT_EQ(d.cons(queue), 1u);
    }
    /* In the opposite order: none may end before the accesses that were out when it began. */
    for (uint32_t queue = 4; queue-- > 1;) {
        d.done(access[queue]);
        EXPECT_EQ(d.cons(0), 1u);
        EXPECT_EQ(d.cons(3), 1u);
    }
    d.done(access[0]);
    for (uint32_t queue = 0; queue < 4; queue++)
        EXPECT_EQ(d.cons(queue), 2u) << queue;
}

// rule: EC-001 EC-004
TEST(Ecmdqs, 542_as_many_as_idr6_can_say_and_the_last_one_works)
{
    Ecmdqs d({{"IDR6.CMDQ_CONTROL_PAGE_LOG2NUMP", 8}, {"IDR6.CMDQ_CONTROL_PAGE_LOG2NUMQ", 8}});
    for (uint32_t queue : {0U, 255U, 256U, 65535U}) {
        d.enable(queue);
        d.publish(queue, 2);
        EXPECT_TRUE(d.give(queue, REF_CMD_TLBI_NSNH_ALL));
        d.run();
        EXPECT_TRUE(d.give(queue, REF_CMD_SYNC));
        d.run();
        EXPECT_EQ(d.cons(queue), 2u) << queue;
    }
    EXPECT_EQ(d.cons(1), 0u);
    EXPECT_EQ(smmu_reg_span(d.s) % REF_ECMDQ_PAGE_BYTES, 0u);
    EXPECT_EQ(d.place(65535) + REF_ECMDQ_PAGE_BYTES / 256, smmu_reg_span(d.s));
}

/* All have commands without an end; whether execution or invalidations are scarce, none falls
 * behind. */
TEST(Ecmdqs, 543_queues_that_compete_are_served_in_turn)
{
    for (uint64_t serial : {0, 1})
        for (uint64_t decode : {0, 2, 50}) {
            Ecmdqs d({{"timing.cmd_serial", serial},
                      {"timing.cmd_decode_lat", decode},
                      {"timing.cmdq_reads_in_flight", 4},
                      {"timing.dti_inv_req_lat", 20}});
            for (uint32_t queue = 0; queue < 3; queue++) {
                d.enable(queue);
                d.publish(queue, 8);
            }
            d.drain();
            uint32_t most = 0;
            while (most < 40) {
                for (uint32_t queue = 0; queue < 3; queue++)
                    while (d.give(queue, REF_CMD_TLBI_NSNH_ALL))
                        ;
                smmu_advance(d.s, d.now = std::max(smmu_next_due(d.s), d.now));
                d.drain();
                uint64_t consumed = smmu_stat_value(d.s, SMMU_STAT_cmd_consumed);
                uint32_t least = 32;
                for (uint32_t queue = 0; queue < 3; queue++) {
                    /* PROD keeps 8 ahead of CONS: indexes count modulo 32. */
                    d.publish(queue, (d.cons(queue) + 8) % 32);
                    least = std::min(least, d.cons(queue));
                }
                for (uint32_t queue = 0; queue < 3 && consumed < 90; queue++)
                    EXPECT_LE(d.cons(queue), least + 2)
                        << "serial " << serial << " decode " << decode;
                most = static_cast<uint32_t>(consumed / 3);
            }
        }
}

// rule: EC-006 EC-008 EC-009 GD-018
TEST(Ecmdqs, 544_a_queue_that_is_disabled_while_it_waits_for_its_turn_holds_nobody_up)
{
    Ecmdqs d({{"timing.cmd_serial", 1}, {"timing.cmd_decode_lat", 100}});
    for (uint32_t queue = 0; queue < 3; queue++) {
        d.enable(queue);
        d.publish(queue, 1);
        d.give(queue, REF_CMD_TLBI_NSNH_ALL);
    }
    /* Queue 0 executes, 1 and 2 are in line. */
    d.w32(d.place(1) + REF_REG_ECMDQ_PROD, 1);
    EXPECT_EQ(d.r32(d.place(1) + REF_REG_ECMDQ_CONS), 0u)
        << "nothing was begun: ENACK is 0 at once";
    d.w32(d.place(0) + REF_REG_ECMDQ_PROD, 1);
    EXPECT_EQ(d.r32(d.place(0) + REF_REG_ECMDQ_CONS), REF_MASK(ECMDQ_CONS_ENACK))
        << "begun: it ends";
    /* Until then none of its registers can be written. */
    d.w32(d.place(0) + REF_REG_ECMDQ_PROD, EN | 5);
    d.w32(d.place(0) + REF_REG_ECMDQ_CONS, 7);
    d.w64(d.place(0) + REF_REG_ECMDQ_BASE, 0);
    EXPECT_EQ(d.r32(d.place(0) + REF_REG_ECMDQ_PROD), 1u);
    EXPECT_EQ(d.r64(d.place(0) + REF_REG_ECMDQ_BASE), QUEUES | LOG2SIZE);
    d.run();
    EXPECT_EQ(d.r32(d.place(0) + REF_REG_ECMDQ_CONS), 1u);
    EXPECT_EQ(d.cons(1), 0u);
    EXPECT_EQ(d.cons(2), 1u);
    /* Enabled again it takes its place in line once more. */
    d.w32(d.place(1) + REF_REG_ECMDQ_PROD, EN | 1);
    d.give(1, REF_CMD_TLBI_NSNH_ALL);
    d.run();
    EXPECT_EQ(d.cons(1), 1u);
}

// rule: EC-023 RS-014
TEST(Ecmdqs, 545_a_reset_in_the_midst_of_it_leaves_every_queue_disabled_and_able_to_start)
{
    Ecmdqs d({{"timing.cmd_serial", 1}, {"timing.cmd_decode_lat", 100}});
    const smmu_response_t access = d.tracked_write(0x1000);
    for (uint32_t queue = 0; queue < 4; queue++) {
        d.enable(queue);
        d.publish(queue, 2);
    }
    d.give(0, REF_CMD_TLBI_NSNH_ALL);
    d.run();
    d.give(0, REF_CMD_SYNC);
    d.run(); /* queue 0 waits, */
    for (uint32_t queue = 1; queue < 3; queue++)
        d.give(queue, REF_CMD_TLBI_NSNH_ALL); /* 1 executes, 2 is in line, 3 reads */
    smmu_reset(d.s);
    d.accesses.clear();
    EXPECT_EQ(smmu_next_due(d.s), SMMU_NEVER);
    for (uint32_t queue = 0; queue < 4; queue++) {
        EXPECT_EQ(d.r32(d.place(queue) + REF_REG_ECMDQ_CONS), 0u);
        EXPECT_EQ(d.r32(d.place(queue) + REF_REG_ECMDQ_PROD), 0u);
        d.enable(queue);
        d.publish(queue, 1);
        EXPECT_TRUE(d.give(queue, REF_CMD_SYNC));
        d.run();
        EXPECT_EQ(d.cons(queue), 1u) << "nothing from before the reset keeps it";
    }
    d.done(access);
}

// rule: SY-016 SY-028 EC-019
TEST(Ecmdqs, 546_a_sync_waits_for_msis_of_its_own_queue_alone)
{
    Ecmdqs d;
    d.enable(0);
    d.enable(1);
    d.publish(0, 2);
    d.publish(1, 1);
    const uint64_t by_msi[2] = {REF_CMD_SYNC | REF_PREP(CMD_SYNC_CS, REF_SYNC_CS_IRQ), 0x5000};
    for (size_t i = 0; i < d.accesses.size(); i++)
        if (d.accesses[i].addr == QUEUES) {
            const smmu_out_mem_t read = d.accesses[i];
            d.accesses.erase(d.accesses.begin() + static_cast<std::ptrdiff_t>(i));
            d.answer(read, SMMU_MEM_OK, by_msi);
            break;
        }
    d.run();
    EXPECT_EQ(d.cons(0), 1u);
    ASSERT_TRUE(d.waits_for(SMMU_SRC_MSI));
    d.give(0, REF_CMD_SYNC);
    d.give(1, REF_CMD_SYNC);
    d.run();
    EXPECT_EQ(d.cons(0), 1u) << "the MSI of its first CMD_SYNC has not landed";
    EXPECT_EQ(d.cons(1), 1u) << "which is none of the other queue's";
    d.enable_cmdq(0x10000, 4);
    d.w32(REF_REG_CMDQ_PROD, 1);
    d.give_command(REF_CMD_SYNC, 0);
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), 1u) << "nor of the main queue's";
    d.answer(d.take(SMMU_SRC_MSI), SMMU_MEM_ABORT);
    d.run();
    EXPECT_EQ(d.cons(0), 2u);
    EXPECT_EQ(d.r32(REF_REG_GERROR), REF_MASK(GERROR_MSI_CMDQ_ABT_ERR));
}

} // namespace
