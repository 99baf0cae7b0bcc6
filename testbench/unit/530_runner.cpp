/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smmu_run_request() and smmu_run_until_idle(), for callers without a scheduler: nothing that the
 * SMMU asks for is lost, and there is an answer or an error.
 */
#include <gtest/gtest.h>

#include "unit/bare_smmu.h"

namespace {

constexpr uint64_t queue_at = 0x100000, strtab_at = 0x200000, eventq_at = 0x300000;

/* Memory of zeros: every STE is invalid. */
smmu_mem_status_t zeros(void *, const smmu_out_mem_t *access, void *data, uint64_t *latency)
{
    for (unsigned i = 0; access->op == SMMU_MEM_READ && i < access->size; i++)
        static_cast<uint8_t *>(data)[i] = 0;
    *latency += 10;
    return SMMU_MEM_OK;
}

smmu_runner_t runner_of(smmu_memory_fn memory)
{
    smmu_runner_t r = {};
    r.memory = memory;
    return r;
}
const smmu_runner_t runner = runner_of(zeros);

void bring_up(BareSmmu &d)
{
    d.w64(REF_REG_STRTAB_BASE, strtab_at);
    d.w32(REF_REG_STRTAB_BASE_CFG, 4);
    d.w64(REF_REG_EVENTQ_BASE, eventq_at | 4);
    d.w32(REF_REG_EVENTQ_CONS, 0);
    d.w64(REF_REG_CMDQ_BASE, queue_at | 5);
    d.w32(REF_REG_CR0, REF_MASK(CR0_SMMUEN) | REF_MASK(CR0_EVENTQEN) | REF_MASK(CR0_CMDQEN));
}

} // namespace

TEST(Runner, 530_a_record_is_written_for_a_caller_who_is_behind_the_models_clock)
{
    BareSmmu d({{"mode", SMMU_MODE_LT}});
    d.now = 1000;
    bring_up(d);
    smmu_request_t request = {};
    smmu_response_t response = {};
    uint64_t behind = 100;
    ASSERT_EQ(smmu_run_request(d.s, &runner, &behind, &request, &response), SMMU_OK);
    EXPECT_EQ(response.result, SMMU_RESULT_ABORT);
    EXPECT_TRUE(smmu_run_until_idle(d.s, &runner, &behind, SMMU_NEVER - 1));
    d.now = smmu_now(d.s);
    EXPECT_EQ(d.r32(REF_REG_EVENTQ_PROD), 1u);
}

TEST(Runner, 531_commands_are_read_for_a_caller_who_is_behind_the_models_clock)
{
    BareSmmu d({{"mode", SMMU_MODE_LT}});
    d.now = 1000;
    bring_up(d);
    ASSERT_EQ(smmu_reg_write(d.s, d.now, SMMU_PAS_NS, REF_REG_CMDQ_PROD, 4, 1), SMMU_OK);
    uint64_t behind = 100;
    EXPECT_TRUE(smmu_run_until_idle(d.s, &runner, &behind, SMMU_NEVER - 1));
    d.now = smmu_now(d.s);
    EXPECT_EQ(d.r32(REF_REG_GERROR), REF_MASK(GERROR_CMDQ_ERR)) << "opcode 0 is illegal";
}

/* The read of the only slot's request is in other hands, so no answer can come. */
TEST(Runner, 532_no_slot_and_nothing_that_could_free_one_is_an_error)
{
    BareSmmu d({{"timing.tbu_xlate_slots", 1}, {"timing.ptw_slots", 1}});
    bring_up(d);
    d.submit(0, 0x1000);
    ASSERT_TRUE(d.waits_for(SMMU_SRC_STE));
    smmu_request_t request = {};
    smmu_response_t response = {};
    EXPECT_LT(smmu_run_request(d.s, &runner, &d.now, &request, &response), 0);
}
