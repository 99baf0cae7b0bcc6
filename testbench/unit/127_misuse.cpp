/* SPDX-License-Identifier: Apache-2.0 */
/* What the model's owner does wrong is refused with a negative status, and changes nothing. */
#include <gtest/gtest.h>

#include "unit/bare_smmu.h"

namespace {

constexpr uint64_t strtab_at = 0x200000;

/* An STE fetch is outstanding. */
void fetch(BareSmmu &d)
{
    d.w64(REF_REG_STRTAB_BASE, strtab_at);
    d.w32(REF_REG_STRTAB_BASE_CFG, 4);
    d.w32(REF_REG_CR0, REF_MASK(CR0_SMMUEN));
    d.submit(0, 0x1000);
}

} // namespace

TEST(Misuse, 127_no_instance_or_no_place_for_the_result)
{
    BareSmmu d;
    smmu_request_t request = {};
    smmu_response_t response = {};
    uint64_t value = 0;
    EXPECT_EQ(smmu_submit(nullptr, 0, &request, &response), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_submit(d.s, 0, nullptr, &response), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_submit(d.s, 0, &request, nullptr), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_access_done(nullptr, 0, 0), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_mem_done(nullptr, 0, 0, SMMU_MEM_OK, &value), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_inval_done(nullptr, 0, 0), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_reg_read(nullptr, 0, SMMU_PAS_NS, 0, 4, &value), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_reg_read(d.s, 0, SMMU_PAS_NS, 0, 4, nullptr), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_reg_write(nullptr, 0, SMMU_PAS_NS, 0, 4, 0), SMMU_E_ARGUMENT);
}

TEST(Misuse, 128_requests_out_of_their_documented_range)
{
    BareSmmu d;
    smmu_response_t response = {};
    smmu_request_t request = {};
    request.substreamid = UINT32_C(1) << 20;
    EXPECT_EQ(smmu_submit(d.s, 0, &request, &response), SMMU_E_ARGUMENT);
    request = {};
    request.sec_sid = SMMU_PAS_S;
    EXPECT_EQ(smmu_submit(d.s, 0, &request, &response), SMMU_E_UNSUPPORTED);
    request.sec_sid = 200;
    EXPECT_EQ(smmu_submit(d.s, 0, &request, &response), SMMU_E_ARGUMENT);
    request = {};
    request.flags = SMMU_REQ_ATS_REQUEST;
    request.ats_units = 16;
    EXPECT_EQ(smmu_submit(d.s, 0, &request, &response), SMMU_E_ARGUMENT);
}

TEST(Misuse, 129_time_that_goes_backwards)
{
    BareSmmu d;
    uint64_t value = 0;
    smmu_request_t request = {};
    smmu_response_t response = {};
    smmu_advance(d.s, 10);
    EXPECT_EQ(smmu_reg_read(d.s, 9, SMMU_PAS_NS, 0, 4, &value), SMMU_E_TIME);
    EXPECT_EQ(smmu_reg_write(d.s, 9, SMMU_PAS_NS, REF_REG_CR0, 4, 1), SMMU_E_TIME);
    EXPECT_EQ(smmu_submit(d.s, 9, &request, &response), SMMU_E_TIME);
    d.now = 10;
    EXPECT_EQ(d.r32(REF_REG_CR0), 0u);
}

TEST(Misuse, 129_results_that_nobody_waits_for)
{
    BareSmmu d;
    const unsigned char data[SMMU_MEM_MAX_BYTES] = {};
    fetch(d);
    smmu_out_mem_t access = d.take(SMMU_SRC_STE);
    EXPECT_EQ(smmu_mem_done(d.s, d.now, access.tag + 1, SMMU_MEM_OK, data), SMMU_E_TAG);
    EXPECT_EQ(smmu_mem_done(d.s, d.now, access.tag, SMMU_MEM_OK, nullptr), SMMU_E_ARGUMENT);
    EXPECT_TRUE(d.answers.empty()) << "none of these was the result";
    d.answer(access, SMMU_MEM_OK, data);
    EXPECT_EQ(d.answers.size(), 1u);
    EXPECT_EQ(smmu_mem_done(d.s, d.now, access.tag, SMMU_MEM_OK, data), SMMU_E_TAG);
    EXPECT_EQ(smmu_access_done(d.s, d.now, 0), SMMU_E_TAG);
    EXPECT_EQ(smmu_access_done(d.s, d.now, 2), SMMU_E_TAG);
    EXPECT_EQ(smmu_inval_done(d.s, d.now, 0), SMMU_E_TAG);
}
