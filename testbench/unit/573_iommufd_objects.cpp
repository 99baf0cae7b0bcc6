/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of an iommufd: what can be made, what cannot be destroyed before what, and which
 * errno each misuse has.
 */
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

#include "unit/iommufd_fixture.h"

namespace {

TEST_F(Iommufd, 573_structures_are_as_large_as_the_merged_ones)
{
    EXPECT_EQ(sizeof(iommu_hwpt_invalidate), 32U);
    EXPECT_EQ(sizeof(iommu_viommu_arm_smmuv3_invalidate), 16U);
    EXPECT_EQ(sizeof(iommu_viommu_alloc), 40U);
    EXPECT_EQ(sizeof(iommu_vdevice_alloc), 24U);
    EXPECT_EQ(sizeof(iommu_hw_queue_alloc), 40U);
}

TEST_F(Iommufd, 573_viommu_errno)
{
    iommufd_object *plain = iommufd_add_hwpt_paging(&ctx, ioas, 1, false);
    const struct {
        const char *what;
        int rc;
        std::function<void(iommu_viommu_alloc &)> change;
    } rows[] = {
        {"as it should be", 0, [](auto &) {}},
        {"size too small", -EINVAL, [](auto &a) { a.size = sizeof a - 1; }},
        {"flags", -EOPNOTSUPP, [](auto &a) { a.flags = 1; }},
        {"the type that is none", -EOPNOTSUPP, [](auto &a) { a.type = 0; }},
        {"an unknown type", -EOPNOTSUPP, [](auto &a) { a.type = 77; }},
        {"unknown device", -ENOENT, [](auto &a) { a.dev_id = unknown_id; }},
        {"page table for a device", -ENOENT, [&](auto &a) { a.dev_id = parent->id; }},
        {"unknown page table", -ENOENT, [](auto &a) { a.hwpt_id = unknown_id; }},
        {"address space for a page table", -ENOENT, [&](auto &a) { a.hwpt_id = ioas->id; }},
        {"page table that nothing nests in", -EINVAL, [&](auto &a) { a.hwpt_id = plain->id; }},
        {"number 0", -ENOENT, [](auto &a) { a.dev_id = 0; }},
        {"largest number", -ENOENT, [](auto &a) { a.dev_id = UINT32_MAX; }},
    };
    for (const auto &row : rows) {
        iommu_viommu_alloc a = viommu_request(IOMMU_VIOMMU_TYPE_ARM_SMMUV3);
        const unsigned users = parent->users;
        row.change(a);
        EXPECT_EQ(ioctl(iommufd_viommu_alloc, a), row.rc) << row.what;
        EXPECT_EQ(a.out_viommu_id != 0, row.rc == 0) << row.what;
        EXPECT_EQ(parent->users, users + (row.rc == 0)) << row.what;
    }
}

TEST_F(Iommufd, 573_viommu_needs_both_stages_and_coherence)
{
    bool *const needed[] = {&driver.features.stage1, &driver.features.stage2,
                            &driver.features.coherent};
    for (bool *feature : needed) {
        iommu_viommu_alloc a = viommu_request(IOMMU_VIOMMU_TYPE_ARM_SMMUV3);
        *feature = false;
        EXPECT_EQ(ioctl(iommufd_viommu_alloc, a), -EOPNOTSUPP);
        *feature = true;
        EXPECT_EQ(ioctl(iommufd_viommu_alloc, a), 0);
    }
}

TEST_F(Iommufd, 573_vdevice_errno)
{
    const uint32_t other = new_viommu(IOMMU_VIOMMU_TYPE_ARM_SMMUV3);
    const struct {
        const char *what;
        int rc;
        std::function<void(iommu_vdevice_alloc &)> change;
    } rows[] = {
        {"size too small", -EINVAL, [](auto &a) { a.size = 8; }},
        {"unknown vIOMMU", -ENOENT, [](auto &a) { a.viommu_id = unknown_id; }},
        {"page table for a vIOMMU", -ENOENT, [&](auto &a) { a.viommu_id = parent->id; }},
        {"unknown device", -ENOENT, [](auto &a) { a.dev_id = unknown_id; }},
        {"StreamID of more than 32 bits", -EINVAL,
         [](auto &a) { a.virt_id = UINT64_C(1) << 32 | 5; }},
        {"StreamID that the guest has", -EEXIST, [](auto &a) { a.virt_id = vsid; }},
        {"device that a guest has", -EEXIST, [&](auto &a) { a.dev_id = device->id; }},
        {"the same StreamID in another vIOMMU", 0,
         [&](auto &a) {
             a.viommu_id = other;
             a.virt_id = vsid;
         }},
    };
    for (const auto &row : rows) {
        iommu_vdevice_alloc a = {};
        a.size = sizeof a;
        a.viommu_id = viommu_id;
        a.dev_id = second_device->id;
        a.virt_id = 5;
        row.change(a);
        EXPECT_EQ(ioctl(iommufd_vdevice_alloc, a), row.rc) << row.what;
        EXPECT_EQ(a.out_vdevice_id != 0, row.rc == 0) << row.what;
    }
}

TEST_F(Iommufd, 573_what_others_need_is_not_destroyed)
{
    const uint32_t vdevice = new_vdevice(viommu_id, second_device->id, 7);
    EXPECT_EQ(destroy(ioas->id), -EBUSY);
    EXPECT_EQ(destroy(parent->id), -EBUSY);
    EXPECT_EQ(destroy(viommu_id), -EBUSY);
    EXPECT_EQ(destroy(second_device->id), -EBUSY);
    EXPECT_EQ(destroy(vdevice), 0);
    EXPECT_EQ(destroy(vdevice), -ENOENT);
    EXPECT_EQ(destroy(second_device->id), 0);
    EXPECT_EQ(destroy(viommu_id), -EBUSY); // the first device is still there
    EXPECT_EQ(destroy(device->u.device.vdevice->id), 0);
    EXPECT_EQ(destroy(viommu_id), 0);
    EXPECT_EQ(destroy(parent->id), 0);
    EXPECT_EQ(destroy(ioas->id), 0);
}

TEST_F(Iommufd, 573_a_structure_that_cannot_be_answered_leaves_no_object)
{
    iommu_viommu_alloc a = viommu_request(IOMMU_VIOMMU_TYPE_ARM_SMMUV3);
    const unsigned users = parent->users;
    space.hole[space.holes++] = {arg_at, arg_at + 1, true, false};
    EXPECT_EQ(ioctl(iommufd_viommu_alloc, a), -EFAULT);
    EXPECT_EQ(parent->users, users);
    space.holes = 0;
    for (unsigned i = 0; i < 2 * IOMMUFD_OBJECTS_MAX; i++)
        EXPECT_EQ(destroy(new_viommu(IOMMU_VIOMMU_TYPE_ARM_SMMUV3)), 0);
}

TEST_F(Iommufd, 573_objects_run_out_with_an_errno)
{
    iommu_viommu_alloc a = viommu_request(IOMMU_VIOMMU_TYPE_ARM_SMMUV3);
    int rc = 0;
    unsigned n = 0;
    while (rc == 0 && n++ < 2 * IOMMUFD_OBJECTS_MAX)
        rc = ioctl(iommufd_viommu_alloc, a);
    EXPECT_EQ(rc, -ENOMEM);
    EXPECT_LE(n, unsigned{IOMMUFD_OBJECTS_MAX});
}

TEST_F(Iommufd, 573_structures_may_be_longer_if_nothing_is_there)
{
    struct {
        iommu_viommu_alloc a;
        uint64_t tail;
    } longer = {viommu_request(IOMMU_VIOMMU_TYPE_ARM_SMMUV3), 0};
    longer.a.size = sizeof longer;
    EXPECT_EQ(ioctl(iommufd_viommu_alloc, longer), 0);
    longer.tail = UINT64_C(1) << 63;
    EXPECT_EQ(ioctl(iommufd_viommu_alloc, longer), -E2BIG);
}

} // namespace
