/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IOMMU_HW_QUEUE_ALLOC: what is checked before a guest owns a queue, what the kernel holds on to,
 * and in which order queues come and go.
 */
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

#include "uapi/hw_queue.h"
#include "unit/iommufd_fixture.h"

namespace {

class HwQueueAlloc : public Iommufd {
protected:
    static constexpr uint64_t memory_iova = 0x10000000, memory_pa = 0x40000000,
                              memory_bytes = 0x100000, copies = 0x50000000;
    static constexpr uint64_t queue_bytes = 4096; // 256 commands

    iommufd_cmdqv cmdqv = {};
    uint32_t guest = 0;

    void SetUp() override
    {
        Iommufd::SetUp();
        smmu.reg[REF_REG_IDR1] |= REF_MASK(IDR1_ECMDQ);
        smmu.reg[REF_REG_IDR6] = REF_PREP(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMQ, 2);
        smmu.reg[REF_REG_CMDQ_CONTROL_PAGE_BASE] = 0x30000;
        const drv_ops ops = smmu.ops();
        vcmdq_config c = {};
        c.queues = 3;
        c.log2size_max = 10;
        c.copies = copies;
        ASSERT_TRUE(vcmdq_init(&cmdqv.interface, &ops, &c));
        cmdqv.ctx = &ctx;
        drivers[1] = &iommufd_tegra241_cmdqv;
        ctx.viommu_hardware = &cmdqv;
        guest = new_viommu(IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV);
        ASSERT_EQ(iommufd_ioas_map(ioas, memory_iova, memory_bytes, memory_pa), 0);
    }

    iommu_hw_queue_alloc queue_request(uint32_t index) const
    {
        iommu_hw_queue_alloc a = {};
        a.size = sizeof a;
        a.viommu_id = guest;
        a.type = IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV;
        a.index = index;
        a.nesting_parent_iova = memory_iova + index * queue_bytes;
        a.length = queue_bytes;
        return a;
    }

    uint32_t new_queue(uint32_t index)
    {
        iommu_hw_queue_alloc a = queue_request(index);
        EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, a), 0);
        return a.out_hw_queue_id;
    }
};

TEST_F(HwQueueAlloc, 577_errno_of_every_bad_request)
{
    const struct {
        const char *what;
        int rc;
        std::function<void(iommu_hw_queue_alloc &)> change;
    } rows[] = {
        {"size too small", -EINVAL, [](auto &a) { a.size = 39; }},
        {"flags", -EOPNOTSUPP, [](auto &a) { a.flags = 1; }},
        {"the type that is none", -EOPNOTSUPP, [](auto &a) { a.type = 0; }},
        {"unknown type", -EOPNOTSUPP, [](auto &a) { a.type = 2; }},
        {"unknown vIOMMU", -ENOENT, [](auto &a) { a.viommu_id = unknown_id; }},
        {"page table for a vIOMMU", -ENOENT, [&](auto &a) { a.viommu_id = parent->id; }},
        {"vIOMMU without queues", -EOPNOTSUPP, [&](auto &a) { a.viommu_id = viommu_id; }},
        {"nothing", -EINVAL, [](auto &a) { a.length = 0; }},
        {"addresses wrap", -EOVERFLOW,
         [](auto &a) { a.length = UINT64_MAX - a.nesting_parent_iova + 2; }},
        {"all that is left", -ENOENT,
         [](auto &a) { a.length = UINT64_MAX - a.nesting_parent_iova + 1; }},
        {"addresses wrap with the rest of the page", -ERANGE,
         [](auto &a) {
             a.nesting_parent_iova = 16;
             a.length = UINT64_MAX - 15;
         }},
        {"not mapped", -ENOENT, [](auto &a) { a.nesting_parent_iova = 0; }},
        {"mapped in part", -ENOENT,
         [](auto &a) { a.nesting_parent_iova = memory_iova + memory_bytes - 2048; }},
        {"one command", -EINVAL, [](auto &a) { a.length = 16; }},
        {"no power of two", -EINVAL, [](auto &a) { a.length = 3072; }},
        {"larger than a queue can be", -EINVAL, [](auto &a) { a.length = 32768; }},
        {"not aligned to its length", -EINVAL, [](auto &a) { a.nesting_parent_iova += 2048; }},
        {"index too high", -EINVAL, [](auto &a) { a.index = 3; }},
        {"index before the one below", -EIO, [](auto &a) { a.index = 1; }},
        {"structure longer, not zero", -E2BIG, [](auto &a) { a.size = sizeof a + 8; }},
    };
    put(arg_at + sizeof(iommu_hw_queue_alloc), UINT64_C(1));
    for (const auto &row : rows) {
        iommu_hw_queue_alloc a = queue_request(0);
        row.change(a);
        EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, a), row.rc) << row.what;
        EXPECT_EQ(a.out_hw_queue_id, 0U) << row.what;
        EXPECT_FALSE(cmdqv.interface.queue[0].given) << row.what;
    }
    /* None of them holds on to anything. */
    EXPECT_EQ(iommufd_ioas_unmap(ioas, memory_iova, memory_bytes), 0);
    EXPECT_EQ(destroy(guest), 0);
}

TEST_F(HwQueueAlloc, 577_sizes_from_two_commands_to_the_largest)
{
    for (uint64_t length = 16; length <= 65536; length *= 2) {
        iommu_hw_queue_alloc a = queue_request(0);
        a.nesting_parent_iova = memory_iova + 65536 + (length < 4096 ? length : 0);
        a.length = length;
        const bool fits = length >= 32 && length <= 16384;
        EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, a), fits ? 0 : -EINVAL) << length;
        if (fits) {
            EXPECT_EQ(cmdqv.interface.queue[0].base,
                      memory_pa + a.nesting_parent_iova - memory_iova);
            EXPECT_EQ(UINT64_C(16) << cmdqv.interface.queue[0].log2size, length);
            EXPECT_EQ(destroy(a.out_hw_queue_id), 0);
        }
    }
}

TEST_F(HwQueueAlloc, 577_memory_must_be_in_one_piece)
{
    ASSERT_EQ(iommufd_ioas_map(ioas, 0x20000000, 4096, 0x60002000), 0);
    ASSERT_EQ(iommufd_ioas_map(ioas, 0x20001000, 4096, 0x60001000), 0);
    ASSERT_EQ(iommufd_ioas_map(ioas, 0x20002000, 4096, 0x60004000), 0);
    ASSERT_EQ(iommufd_ioas_map(ioas, 0x20003000, 4096, 0x60005000), 0);
    iommu_hw_queue_alloc a = queue_request(0);
    a.length = 8192;
    a.nesting_parent_iova = 0x20000000;
    EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, a), -EFAULT);
    EXPECT_EQ(iommufd_ioas_unmap(ioas, 0x20000000, 4096), 0);
    a.nesting_parent_iova = 0x20002000; // two mappings side by side
    EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, a), 0);
    EXPECT_EQ(iommufd_ioas_unmap(ioas, 0x20002000, 4096), -EBUSY);
    EXPECT_EQ(iommufd_ioas_unmap(ioas, 0x20003000, 4096), -EBUSY);
    EXPECT_EQ(destroy(a.out_hw_queue_id), 0);
    EXPECT_EQ(iommufd_ioas_unmap(ioas, 0x20002000, 4096), 0);
    EXPECT_EQ(iommufd_ioas_unmap(ioas, 0x20003000, 4096), 0);
}

TEST_F(HwQueueAlloc, 577_queues_come_upward_and_go_downward)
{
    const uint32_t first = new_queue(0), second = new_queue(1), third = new_queue(2);
    for (uint32_t index = 0; index < 3; index++) {
        iommu_hw_queue_alloc again = queue_request(index);
        EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, again), -EEXIST);
    }
    iommu_hw_queue_alloc fourth = queue_request(3); // the hardware has three
    EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, fourth), -EINVAL);
    EXPECT_EQ(destroy(guest), -EBUSY);
    EXPECT_EQ(destroy(first), -EBUSY);
    EXPECT_EQ(destroy(second), -EBUSY);
    EXPECT_EQ(destroy(third), 0);
    EXPECT_EQ(destroy(first), -EBUSY);
    EXPECT_EQ(destroy(second), 0);
    new_queue(1);
}

TEST_F(HwQueueAlloc, 577_pinned_memory_stays_until_the_last_queue_in_it_is_gone)
{
    const uint32_t first = new_queue(0), second = new_queue(1);
    EXPECT_EQ(iommufd_ioas_unmap(ioas, memory_iova, memory_bytes), -EBUSY);
    EXPECT_EQ(destroy(second), 0);
    EXPECT_EQ(iommufd_ioas_unmap(ioas, memory_iova, memory_bytes), -EBUSY);
    EXPECT_EQ(destroy(first), 0);
    EXPECT_EQ(iommufd_ioas_unmap(ioas, memory_iova, memory_bytes), 0);
}

TEST_F(HwQueueAlloc, 577_a_queue_that_cannot_be_answered_does_not_exist)
{
    iommu_hw_queue_alloc a = queue_request(0);
    space.hole[space.holes++] = {arg_at + 20, arg_at + 24, true, false};
    EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, a), -EFAULT);
    EXPECT_FALSE(cmdqv.interface.queue[0].given);
    EXPECT_EQ(iommufd_ioas_unmap(ioas, memory_iova, memory_bytes), 0);
}

TEST_F(HwQueueAlloc, 577_the_hardware_is_one_guests_at_a_time)
{
    const uint32_t other = new_viommu(IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV);
    const uint32_t queue = new_queue(0);
    iommu_hw_queue_alloc a = queue_request(0);
    a.viommu_id = other;
    EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, a), -EBUSY);
    EXPECT_EQ(destroy(queue), 0);
    EXPECT_EQ(ioctl(iommufd_hw_queue_alloc, a), 0);
}

TEST_F(HwQueueAlloc, 577_no_queues_without_hardware_for_them)
{
    ctx.viommu_hardware = nullptr;
    iommu_viommu_alloc a = viommu_request(IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV);
    EXPECT_EQ(ioctl(iommufd_viommu_alloc, a), -EOPNOTSUPP);

    const drv_ops ops = smmu.ops();
    vcmdq_interface interface = {};
    vcmdq_config c = {};
    c.log2size_max = 10;
    c.queues = 4;
    EXPECT_TRUE(vcmdq_init(&interface, &ops, &c));
    c.first_ecmdq = 1; // the SMMU has four
    EXPECT_FALSE(vcmdq_init(&interface, &ops, &c));
    c.first_ecmdq = 0;
    c.log2size_max = 20;
    EXPECT_FALSE(vcmdq_init(&interface, &ops, &c));
    c.log2size_max = 10;
    smmu.reg[REF_REG_IDR1] &= ~REF_MASK(IDR1_ECMDQ);
    EXPECT_FALSE(vcmdq_init(&interface, &ops, &c));
}

TEST_F(HwQueueAlloc, 577_arrays_are_there_beside_the_queues)
{
    new_queue(0);
    fill(5);
    arg.array.hwpt_id = guest;
    EXPECT_EQ(call(), 0);
    EXPECT_EQ(done(), 5U);
}

} // namespace
