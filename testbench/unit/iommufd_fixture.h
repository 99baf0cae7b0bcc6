/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An iommufd over a driver on a fake SMMU: a guest with a vIOMMU, two devices, and memory of which
 * every byte can be made unreachable.
 */
#ifndef SMMUSIM_UNIT_IOMMUFD_FIXTURE_H
#define SMMUSIM_UNIT_IOMMUFD_FIXTURE_H

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "uapi/arm_vsmmu.h"
#include "uapi/user_space.h"
#include "unit/driver_fixture.h"

class Iommufd : public DriverFixture {
protected:
    static constexpr uint64_t user_base = UINT64_C(1) << 40, user_size = 1 << 20;
    static constexpr uint64_t arg_at = user_base + 0x1000, error_at = user_base + 0x3000,
                              array_at = user_base + 0x10000;
    static constexpr uint16_t vmid = 0x33;
    static constexpr uint32_t vsid = 0x99, sid = 0x1234, unknown_id = 200;

    std::vector<uint8_t> memory = std::vector<uint8_t>(user_size);
    user_space space = {};
    const iommufd_viommu_driver *drivers[4] = {&iommufd_arm_smmuv3, nullptr, nullptr, nullptr};
    iommufd_ctx ctx = {};
    iommufd_object *device = nullptr, *second_device = nullptr, *ioas = nullptr, *parent = nullptr;
    uint32_t viommu_id = 0;
    iommu_hwpt_invalidate_reporting arg = {};
    uapi_error_record error = {};

    void SetUp() override
    {
        bring_up();
        driver.features.stage2 = driver.features.ats = true;
        user_space_init(&space, user_base, memory.data(), memory.size());
        ctx.drv = &driver;
        ctx.user = user_space_memory(&space);
        ctx.drivers = drivers;
        device = iommufd_add_device(&ctx, sid);
        second_device = iommufd_add_device(&ctx, sid + 1);
        ioas = iommufd_add_ioas(&ctx);
        parent = iommufd_add_hwpt_paging(&ctx, ioas, vmid, true);
        viommu_id = new_viommu(IOMMU_VIOMMU_TYPE_ARM_SMMUV3);
        new_vdevice(viommu_id, device->id, vsid);
        space.copies = {};
    }

    template <typename T>
    void put(uint64_t at, const T &value)
    {
        std::memcpy(user_space_at(&space, at, sizeof value), &value, sizeof value);
    }

    template <typename T>
    T get(uint64_t at)
    {
        T value;
        std::memcpy(&value, user_space_at(&space, at, sizeof value), sizeof value);
        return value;
    }

    /* An ioctl whose structure lies at arg_at; comes back as the call leaves it. */
    template <typename T>
    int ioctl(int (*call)(iommufd_ctx *, uint64_t), T &structure)
    {
        put(arg_at, structure);
        const int rc = call(&ctx, arg_at);
        structure = get<T>(arg_at);
        return rc;
    }

    iommu_viommu_alloc viommu_request(uint32_t type) const
    {
        iommu_viommu_alloc a = {};
        a.size = sizeof a;
        a.type = type;
        a.dev_id = device->id;
        a.hwpt_id = parent->id;
        return a;
    }

    uint32_t new_viommu(uint32_t type)
    {
        iommu_viommu_alloc a = viommu_request(type);
        EXPECT_EQ(ioctl(iommufd_viommu_alloc, a), 0);
        return a.out_viommu_id;
    }

    uint32_t new_vdevice(uint32_t viommu, uint32_t dev, uint64_t virt_id)
    {
        iommu_vdevice_alloc a = {};
        a.size = sizeof a;
        a.viommu_id = viommu;
        a.dev_id = dev;
        a.virt_id = virt_id;
        EXPECT_EQ(ioctl(iommufd_vdevice_alloc, a), 0);
        return a.out_vdevice_id;
    }

    int destroy(uint32_t id)
    {
        iommu_destroy a = {sizeof a, id};
        return ioctl(iommufd_destroy, a);
    }

    /* A call for n commands, with a place for the error record unless the kernel does not know it.
     */
    void request(uint32_t n)
    {
        arg = {};
        arg.array.size = ctx.options.merged ? sizeof arg.array : sizeof arg;
        arg.array.hwpt_id = viommu_id;
        arg.array.data_uptr = array_at;
        arg.array.data_type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3;
        arg.array.entry_len = sizeof(iommu_viommu_arm_smmuv3_invalidate);
        arg.array.entry_num = n;
        arg.out_error_uptr = ctx.options.merged ? 0 : error_at;
    }

    uint64_t entry_at(uint32_t i) const { return array_at + uint64_t{arg.array.entry_len} * i; }
    void entry(uint32_t i, const drv_cmd &cmd) { put(entry_at(i), cmd); }

    /* A call for n valid commands that can be told apart by their ASID, the index. */
    void fill(uint32_t n)
    {
        request(n);
        for (uint32_t i = 0; i < n; i++)
            entry(i, drv_cmd_tlbi_nh_asid(0x77, static_cast<uint16_t>(i)));
    }

    int call()
    {
        smmu.executed.clear();
        smmu.written.clear();
        driver.stats = {};
        error = {};
        put(error_at, error);
        const int rc = ioctl(iommufd_hwpt_invalidate, arg);
        error = get<uapi_error_record>(error_at);
        return rc;
    }

    uint32_t done() const { return arg.array.entry_num; }

    void make_unreadable(uint64_t first, uint64_t end)
    {
        space.hole[space.holes++] = {first, end, false, true};
    }

    void expect_error(uint32_t source, uint32_t code, uint32_t first, uint32_t last)
    {
        EXPECT_EQ(error.valid, 1U);
        EXPECT_EQ(error.source, source);
        EXPECT_EQ(error.code, code);
        EXPECT_EQ(error.first_suspect, first);
        EXPECT_EQ(error.last_suspect, last);
    }
};

#endif
