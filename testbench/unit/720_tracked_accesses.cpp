/* SPDX-License-Identifier: Apache-2.0 */
/* 720: which accesses their owner has to report as done (3.21.1): those that were let through, and
 * no others. */
// rule: INV-021 GB-001
#include "unit/bare_smmu.h"

namespace {

smmu_response_t tracked_write(BareSmmu &smmu, uint64_t addr)
{
    smmu_request_t request = {};
    request.addr = addr;
    request.flags = SMMU_REQ_WRITE | SMMU_REQ_TRACKED;
    smmu_response_t response = {};
    EXPECT_EQ(smmu_submit(smmu.s, smmu.now, &request, &response), SMMU_DONE);
    return response;
}

TEST(TrackedAccesses, 720_an_access_that_gbpa_aborts_is_owed_no_report)
{
    BareSmmu smmu;
    EXPECT_TRUE(tracked_write(smmu, 0x1000).flags & SMMU_RSP_TRACKED);
    EXPECT_EQ(smmu_access_done(smmu.s, smmu.now, 0), SMMU_OK);

    smmu.w32(REF_REG_GBPA, REF_PREP(GBPA_ABORT, 1) | REF_PREP(GBPA_UPDATE, 1));
    const smmu_response_t aborted = tracked_write(smmu, 0x1000);
    EXPECT_EQ(aborted.result, SMMU_RESULT_ABORT);
    EXPECT_FALSE(aborted.flags & SMMU_RSP_TRACKED);
    EXPECT_EQ(smmu_access_done(smmu.s, smmu.now, 0), SMMU_E_TAG) << "nothing is on its way";

    /* Nor does a CMD_SYNC behind an invalidation wait for it. */
    smmu.enable_cmdq(0x10000, 4);
    smmu.w32(REF_REG_CMDQ_PROD, 2);
    smmu.give_command(REF_CMD_TLBI_NSNH_ALL, 0);
    smmu.give_command(REF_CMD_SYNC, 0);
    EXPECT_EQ(smmu.r32(REF_REG_CMDQ_CONS), 2u);
}

TEST(TrackedAccesses, 721_a_sync_waits_for_an_access_that_is_let_through)
{
    BareSmmu smmu;
    const smmu_response_t forwarded = tracked_write(smmu, 0x1000);
    smmu.enable_cmdq(0x10000, 4);
    smmu.w32(REF_REG_CMDQ_PROD, 2);
    smmu.give_command(REF_CMD_TLBI_NSNH_ALL, 0);
    smmu.give_command(REF_CMD_SYNC, 0);
    EXPECT_EQ(smmu.r32(REF_REG_CMDQ_CONS), 1u);
    EXPECT_EQ(smmu_access_done(smmu.s, smmu.now, forwarded.epoch), SMMU_OK);
    smmu.run();
    EXPECT_EQ(smmu.r32(REF_REG_CMDQ_CONS), 2u);
}

} // namespace
