/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smmu_debug_translate: the caller's mistakes, a disabled SMMU, streams that stall, and a machine in
 * the midst of its work, which must not notice. That its answers are those of a transaction, 380
 * shows for every configuration.
 */
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;

smmu_mem_status_t read_memory(void *ctx, const smmu_out_mem_t *access, void *data, uint64_t *)
{
    auto *memory = static_cast<sim_memory *>(ctx);
    EXPECT_EQ(access->op, SMMU_MEM_READ);
    if (memory_aborts(memory, access->addr, access->size, MEMORY_ABORT_READ))
        return SMMU_MEM_ABORT;
    memory_load(memory, access->addr, data, access->size);
    return SMMU_MEM_OK;
}

smmu_request_t request_to(uint64_t va)
{
    smmu_request_t r = {};
    r.addr = va;
    r.tag = 77;
    r.streamid = TimedMachine::kStreamId;
    r.memattr = SMMU_MEMATTR_WB_RAWA;
    return r;
}

smmu_response_t ask(TimedMachine &m, uint64_t va)
{
    const smmu_request_t r = request_to(va);
    smmu_response_t response = {};
    EXPECT_EQ(smmu_debug_translate(host_smmu(m.host.get()), &r, read_memory, m.memory(), &response),
              SMMU_OK);
    EXPECT_EQ(response.tag, 77u);
    return response;
}

TEST(DebugTranslation, 356_what_cannot_be_asked)
{
    TimedMachine m(telling_timing());
    const smmu_t *s = host_smmu(m.host.get());
    smmu_response_t response = {};
    const smmu_request_t good = request_to(kVa);
    EXPECT_EQ(smmu_debug_translate(nullptr, &good, read_memory, nullptr, &response),
              SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_debug_translate(s, nullptr, read_memory, nullptr, &response), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_debug_translate(s, &good, nullptr, nullptr, &response), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_debug_translate(s, &good, read_memory, nullptr, nullptr), SMMU_E_ARGUMENT);
    smmu_request_t bad = good;
    bad.tbu = 200;
    EXPECT_EQ(smmu_debug_translate(s, &bad, read_memory, nullptr, &response), SMMU_E_ARGUMENT);
    bad = good;
    bad.sec_sid = SMMU_PAS_S;
    EXPECT_EQ(smmu_debug_translate(s, &bad, read_memory, nullptr, &response), SMMU_E_UNSUPPORTED);
}

TEST(DebugTranslation, 357_disabled_bypasses_and_unmapped_aborts)
{
    TimedMachine m(telling_timing());
    m.map_pages(kVa, 1);
    EXPECT_EQ(ask(m, kVa + 8).pa, TimedMachine::pa_of(kVa + 8));
    EXPECT_EQ(ask(m, kVa + 0x1000).result, SMMU_RESULT_ABORT);
    m.w32(REF_REG_CR0, 0);
    m.idle();
    const smmu_response_t r = ask(m, 0x1234);
    EXPECT_EQ(r.result, SMMU_RESULT_FORWARD);
    EXPECT_EQ(r.pa, 0x1234u);
    EXPECT_TRUE(r.flags & SMMU_RSP_BYPASS);
}

TEST(DebugTranslation, 357_what_would_stall_goes_nowhere_and_does_not_stall)
{
    TimedMachine m(telling_timing(), {48, false, false, 0, true});
    EXPECT_EQ(ask(m, kVa).result, SMMU_RESULT_ABORT);
    EXPECT_EQ(smmu_stalled_count(host_smmu(m.host.get())), 0u);
    EXPECT_EQ(m.events(), 0u);
}

/* Asked at every cycle or not at all, everything happens in the same cycles. */
TEST(DebugTranslation, 358_a_machine_at_work_does_not_notice)
{
    std::vector<uint64_t> cycles[2];
    for (bool watched : {false, true}) {
        TimedMachine m(telling_timing());
        m.map_pages(kVa, 8);
        std::vector<uint32_t> tickets;
        for (unsigned n = 0; n < 8; n++)
            tickets.push_back(m.start(Access(TimedMachine::page(n)).at(n * 37).id(n)));
        m.push_tlbi_asid();
        m.push_sync();
        m.ring();
        for (unsigned cycle = 0; watched && cycle < 3000; cycle++) {
            m.until(m.now() + 1);
            EXPECT_EQ(ask(m, kVa + 8).pa, TimedMachine::pa_of(kVa + 8));
        }
        for (uint32_t ticket : tickets)
            cycles[watched].push_back(m.finish(ticket).cycles);
        m.idle();
        cycles[watched].push_back(m.stat(SMMU_STAT_walk_reads));
        cycles[watched].push_back(m.stat(SMMU_STAT_sync_wait_cycles));
    }
    EXPECT_EQ(cycles[0], cycles[1]);
}

} // namespace
