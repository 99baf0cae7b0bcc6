/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The merged array form: the errno of every bad input, what entry_num tells then, and what has
 * reached the hardware; as merged and as it should be.
 */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

#include "unit/iommufd_fixture.h"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint32_t untouched = UINT32_MAX; // entry_num stays as it was given

struct Expected {
    int rc;
    uint32_t num;
};

class ArrayErrno : public Iommufd {
protected:
    struct Row {
        const char *what;
        Expected merged, repaired;
        std::function<void()> change; // of a call for three valid commands
    };

    void check(const Row &row, bool merged)
    {
        const Expected &expected = merged ? row.merged : row.repaired;
        ctx.options = {};
        ctx.options.merged = merged;
        ctx.allocate = nullptr;
        space.holes = 0;
        fill(3);
        row.change();
        const uint32_t given = arg.array.entry_num;
        EXPECT_EQ(call(), expected.rc) << row.what << (merged ? ", as merged" : "");
        EXPECT_EQ(done(), expected.num == untouched ? given : expected.num)
            << row.what << (merged ? ", as merged" : "");
        if (expected.rc) {
            EXPECT_THAT(smmu.written, IsEmpty()) << row.what;
        }
    }
};

TEST_F(ArrayErrno, 574_every_row)
{
    iommufd_object *const nested = iommufd_add_hwpt_nested(&ctx, nullptr, nullptr);
    auto &a = arg.array;
    const Row rows[] = {
        {"as it should be", {0, 3}, {0, 3}, [] {}},
        {"size one too small", {-EINVAL, untouched}, {-EINVAL, untouched}, [&] { a.size = 31; }},
        {"size nothing", {-EINVAL, untouched}, {-EINVAL, untouched}, [&] { a.size = 0; }},
        {"size of the merged structure", {0, 3}, {0, 3}, [&] { a.size = 32; }},
        {"longer, zero behind",
         {0, 3},
         {0, 3},
         [&] {
             a.size = sizeof arg;
             arg.out_error_uptr = 0;
         }},
        {"longer than known, not zero behind",
         {-E2BIG, untouched},
         {-E2BIG, untouched},
         [&] {
             a.size = sizeof arg + 8;
             put(arg_at + sizeof arg, UINT64_C(1));
         }},
        {"one byte cannot be read",
         {-EFAULT, untouched},
         {-EFAULT, untouched},
         [&] { make_unreadable(arg_at + 31, arg_at + 32); }},
        {"reserved", {-EOPNOTSUPP, 0}, {-EOPNOTSUPP, 0}, [&] { a.reserved = 1; }},
        {"no array", {-EINVAL, 0}, {-EINVAL, 0}, [&] { a.data_uptr = 0; }},
        {"no length", {-EINVAL, 0}, {-EINVAL, 0}, [&] { a.entry_len = 0; }},
        {"longer than a page", {-EINVAL, 0}, {-EINVAL, 0}, [&] { a.entry_len = 4097; }},
        {"more than a queue has",
         {-EINVAL, 0},
         {-EINVAL, 0},
         [&] { a.entry_num = (1U << 19) + 1; }},
        {"unknown object", {-ENOENT, 0}, {-ENOENT, 0}, [&] { a.hwpt_id = unknown_id; }},
        {"no object", {-ENOENT, 0}, {-ENOENT, 0}, [&] { a.hwpt_id = 0; }},
        {"the kernel's page table", {-EINVAL, 0}, {-EINVAL, 0}, [&] { a.hwpt_id = parent->id; }},
        {"the kernel's page table, before vIOMMUs",
         {-ENOENT, 0},
         {-ENOENT, 0},
         [&] {
             a.hwpt_id = parent->id;
             ctx.options.typed_lookup = true;
         }},
        {"a page table without the operation",
         {-EOPNOTSUPP, 0},
         {-EOPNOTSUPP, 0},
         [&] { a.hwpt_id = nested->id; }},
        {"other data type",
         {-EINVAL, 0},
         {-EINVAL, 0},
         [&] { a.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1; }},
        {"nothing, other data type",
         {-EINVAL, 0},
         {-EINVAL, 0},
         [&] {
             a.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1;
             a.entry_num = 0;
         }},
        {"nothing: is the type known?", {-EINVAL, 0}, {0, 0}, [&] { a.entry_num = 0; }},
        {"nothing, nowhere",
         {-EINVAL, 0},
         {0, 0},
         [&] {
             a.entry_num = a.entry_len = 0;
             a.data_uptr = 0;
         }},
        {"shorter entries",
         {0, 3},
         {-EINVAL, 0},
         [&] {
             a.entry_len = 8;
             for (uint32_t i = 0; i < 3; i++)
                 put(entry_at(i), drv_cmd_tlbi_nh_asid(0, 1).word[0]);
         }},
        {"longer entries, zero behind",
         {0, 3},
         {0, 3},
         [&] {
             std::memset(user_space_at(&space, array_at, 120), 0, 120);
             a.entry_len = 40;
             for (uint32_t i = 0; i < 3; i++)
                 entry(i, drv_cmd_tlbi_nh_asid(0, 1));
         }},
        {"longer entries, not zero behind the last",
         {-E2BIG, 0},
         {-E2BIG, 0},
         [&] {
             std::memset(user_space_at(&space, array_at, 120), 0, 120);
             a.entry_len = 40;
             for (uint32_t i = 0; i < 3; i++)
                 entry(i, drv_cmd_tlbi_nh_asid(0, 1));
             put(entry_at(2) + 39, uint8_t{1});
         }},
        {"last byte of the array cannot be read",
         {-EFAULT, 0},
         {-EFAULT, 0},
         [&] { make_unreadable(entry_at(3) - 1, entry_at(3)); }},
        {"array that nobody has mapped", {-EFAULT, 0}, {-EFAULT, 0}, [&] { a.data_uptr = 16; }},
        {"array up to the end of all addresses",
         {-EFAULT, 0},
         {-EFAULT, 0},
         [&] { a.data_uptr = UINT64_MAX - 16; }},
        {"refused opcode",
         {-EIO, 1},
         {-EIO, 0},
         [&] { entry(1, drv_cmd_cfgi_all()); }}, // the one before was not issued: the defect
        {"unknown device", {-EIO, 2}, {-EIO, 0}, [&] { entry(2, drv_cmd_cfgi_cd_all(vsid + 1)); }},
        {"undefined bits",
         {0, 3},
         {-EIO, 0},
         [&] {
             entry(1, drv_cmd{{REF_CMD_TLBI_NH_ASID, 1}});
         }},
        {"no memory for the copy",
         {-ENOMEM, untouched},
         {0, 3}, // all seem done: the defect
         [&] { ctx.allocate = [](size_t) -> void * { return nullptr; }; }},
    };
    for (const Row &row : rows)
        for (const bool merged : {true, false})
            check(row, merged);
}

TEST_F(ArrayErrno, 574_every_opcode)
{
    const std::vector<unsigned> allowed = {
        REF_CMD_CFGI_CD,    REF_CMD_CFGI_CD_ALL, REF_CMD_TLBI_NH_ALL, REF_CMD_TLBI_NH_ASID,
        REF_CMD_TLBI_NH_VA, REF_CMD_TLBI_NH_VAA, REF_CMD_ATC_INV,     REF_CMD_TLBI_NSNH_ALL};
    for (const bool merged : {true, false})
        for (unsigned opcode = 0; opcode < 256; opcode++) {
            const bool stream = opcode == REF_CMD_CFGI_CD || opcode == REF_CMD_CFGI_CD_ALL ||
                                opcode == REF_CMD_ATC_INV;
            ctx.options.merged = merged;
            request(1);
            entry(0, drv_cmd{{opcode | (stream ? uint64_t{vsid} << 32 : 0), 0}});
            const bool goes = std::count(allowed.begin(), allowed.end(), opcode) > 0;
            EXPECT_EQ(call(), goes ? 0 : -EIO) << opcode;
            EXPECT_EQ(done(), goes ? 1U : 0U) << opcode;
            if (!goes && !merged)
                expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ILL, 0, 0);
        }
}

TEST_F(ArrayErrno, 574_identities_are_the_guests_whatever_it_writes)
{
    for (const bool merged : {true, false}) {
        ctx.options.merged = merged;
        request(4);
        entry(0, drv_cmd_tlbi_nh_asid(0xffff, 5));
        entry(1, drv_cmd{{REF_CMD_TLBI_NSNH_ALL, merged ? UINT64_MAX : 0}});
        entry(2, drv_cmd_cfgi_cd(vsid, 9, true));
        entry(3, drv_cmd{{REF_CMD_ATC_INV | uint64_t{vsid} << 32, 52}});
        EXPECT_EQ(call(), 0);
        ASSERT_EQ(smmu.executed.size(), 5U);
        EXPECT_EQ(smmu.executed[0].word[0], 0x0005003300000011U);
        EXPECT_EQ(smmu.executed[1].word[0], 0x0000003300000010U);
        EXPECT_EQ(smmu.executed[1].word[1], 0U);
        EXPECT_EQ(smmu.executed[2].word[0], 0x0000123400009005U);
        EXPECT_EQ(smmu.executed[2].word[1], 1U);
        EXPECT_EQ(smmu.executed[3].word[0], 0x0000123400000040U);
        EXPECT_EQ(smmu.executed[3].word[1], 52U);
    }
}

TEST_F(ArrayErrno, 574_the_same_stream_number_is_another_device_in_another_viommu)
{
    const uint32_t other = new_viommu(IOMMU_VIOMMU_TYPE_ARM_SMMUV3);
    new_vdevice(other, second_device->id, vsid);
    request(1);
    entry(0, drv_cmd_cfgi_cd_all(vsid));
    EXPECT_EQ(call(), 0);
    EXPECT_EQ(smmu.executed[0].word[0] >> 32, uint64_t{sid});
    request(1);
    arg.array.hwpt_id = other;
    EXPECT_EQ(call(), 0);
    EXPECT_EQ(smmu.executed[0].word[0] >> 32, uint64_t{sid} + 1);
}

TEST_F(ArrayErrno, 574_an_unwritable_result_is_efault_whatever_else_there_is)
{
    for (const bool merged : {true, false})
        for (const bool bad : {true, false}) {
            ctx.options.merged = merged;
            space.holes = 0;
            fill(2);
            arg.array.reserved = bad;
            space.hole[space.holes++] = {arg_at + 24, arg_at + 28, true, false};
            EXPECT_EQ(call(), -EFAULT);
            EXPECT_EQ(executed_asids().size(), bad ? 0U : 2U); // a repeat does no harm
        }
}

TEST_F(ArrayErrno, 574_a_record_that_cannot_be_stored_is_known_before_anything_is_done)
{
    fill(2);
    space.hole[space.holes++] = {error_at + 20, error_at + 24, true, false};
    EXPECT_EQ(call(), -EFAULT);
    EXPECT_THAT(smmu.written, IsEmpty());
}

TEST_F(ArrayErrno, 574_the_record_is_filled_by_every_call)
{
    fill(1);
    put(error_at, uapi_error_record{1, 2, 3, 4, 5, 6});
    put(arg_at, arg);
    EXPECT_EQ(iommufd_hwpt_invalidate(&ctx, arg_at), 0);
    error = get<uapi_error_record>(error_at);
    EXPECT_EQ(error.valid, 0U);
    EXPECT_EQ(error.code, 0U);
    EXPECT_EQ(error.reserved, 0U);
}

TEST_F(ArrayErrno, 574_a_merged_kernel_does_not_know_the_record)
{
    fill(1);
    ctx.options.merged = true;
    EXPECT_EQ(call(), -E2BIG);
}

TEST_F(ArrayErrno, 574_entries_changed_while_they_are_copied)
{
    /* What is checked is what is executed, whenever another thread makes the commands evil. */
    for (const bool merged : {true, false})
        for (unsigned copy = 0; copy < 12; copy++) {
            struct Other {
                Iommufd *test;
                std::function<void()> change;
                unsigned left;
            } other = {this, [&] { entry(1, drv_cmd_cfgi_all()); }, copy};
            ctx.options.merged = merged;
            fill(3);
            space.before = [](void *c, uint64_t, size_t, bool) {
                auto &o = *static_cast<Other *>(c);
                if (o.left-- == 0)
                    o.change();
            };
            space.before_ctx = &other;
            const int rc = call();
            space.before = nullptr;
            EXPECT_TRUE(rc == 0 || rc == -EIO) << rc;
            for (const drv_cmd &cmd : smmu.executed)
                EXPECT_NE(drv_cmd_opcode(&cmd), unsigned{REF_CMD_CFGI_STE_RANGE});
        }
}

TEST_F(ArrayErrno, 574_bytes_copied_for_each_command)
{
    /* As merged, everything is copied twice. */
    for (const bool merged : {true, false}) {
        ctx.options.merged = merged;
        fill(100);
        space.copies = {};
        EXPECT_EQ(call(), 0);
        const uint64_t call_bytes = 4 + arg.array.size;
        EXPECT_EQ(space.copies.bytes_read - call_bytes, merged ? 3200U : 1600U);
    }
}

} // namespace
