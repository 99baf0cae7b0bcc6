/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The invalidation cases of the kernel's own selftests, 15 for nested page tables and 14 for
 * vIOMMUs, against our front end with the same mock hardware: four cached entries, which an
 * invalidation clears. And the 14 once more with native commands.
 */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>

#include "unit/iommufd_fixture.h"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint32_t mock_type = 0xdeadbeef, mock_flag_all = 1, mock_entries = 4;

struct MockCache {
    std::array<bool, mock_entries> cached = {true, true, true, true};
};

struct NestedEntry {
    uint32_t flags, iotlb_id;
};

struct ViommuEntry {
    uint32_t flags, vdev_id, cache_id;
};

/* Entry by entry: what is before a bad one is done. */
int invalidate_nested(iommufd_ctx *ctx, iommufd_object *object, iommufd_array *array)
{
    auto &cache = static_cast<MockCache *>(object->u.nested.driver)->cached;
    const uint32_t n = array->entry_num;
    array->entry_num = 0;
    if (array->data_type != mock_type)
        return -EINVAL;
    for (uint32_t i = 0; i < n; i++) {
        NestedEntry e;
        const int rc = iommufd_copy_entry(ctx, array, mock_type, i, &e, sizeof e, sizeof e);
        if (rc)
            return rc;
        if (e.flags & ~mock_flag_all)
            return -EOPNOTSUPP;
        if (e.iotlb_id >= mock_entries)
            return -EINVAL;
        if (e.flags & mock_flag_all)
            cache.fill(false);
        cache[e.iotlb_id] = false;
        array->entry_num++;
    }
    return 0;
}

/* The array is copied as a whole, then executed entry by entry. */
int invalidate_viommu(iommufd_ctx *ctx, iommufd_object *viommu, iommufd_array *array)
{
    auto &cache = static_cast<MockCache *>(viommu->u.viommu.hardware)->cached;
    const uint32_t n = array->entry_num;
    std::vector<ViommuEntry> entries(n);
    uint32_t failed, physical;
    array->entry_num = 0;
    if (array->data_type != mock_type)
        return -EINVAL;
    if (const int rc =
            iommufd_copy_entries(ctx, array, 0, n, entries.data(), sizeof(ViommuEntry), &failed))
        return rc;
    for (const ViommuEntry &e : entries) {
        if (e.flags & ~mock_flag_all)
            return -EOPNOTSUPP;
        if (e.cache_id >= mock_entries)
            return -EINVAL;
        if (!iommufd_find_sid(ctx, viommu, e.vdev_id, &physical))
            return -EINVAL;
        if (e.flags & mock_flag_all)
            cache.fill(false);
        cache[e.cache_id] = false;
        array->entry_num++;
    }
    return 0;
}

const iommufd_viommu_driver mock_driver = {
    mock_type,
    [](const iommufd_ctx *, const iommufd_object *) { return 0; },
    invalidate_viommu,
    0,
    nullptr,
    nullptr,
    nullptr};

class Selftests : public Iommufd {
protected:
    MockCache cache, second_cache;
    iommufd_object *nested = nullptr, *second_nested = nullptr;
    uint32_t mock_viommu = 0;

    void SetUp() override
    {
        Iommufd::SetUp();
        nested = iommufd_add_hwpt_nested(&ctx, invalidate_nested, &cache);
        second_nested = iommufd_add_hwpt_nested(&ctx, invalidate_nested, &second_cache);
        drivers[1] = &mock_driver;
        ctx.viommu_hardware = &cache;
        mock_viommu = new_viommu(mock_type);
        new_vdevice(mock_viommu, second_device->id, vsid);
    }

    template <typename Entry>
    void entries(uint32_t object, std::initializer_list<Entry> list)
    {
        request(static_cast<uint32_t>(list.size()));
        arg.array.hwpt_id = object;
        arg.array.data_type = mock_type;
        arg.array.entry_len = sizeof(Entry);
        std::memset(user_space_at(&space, array_at, 256), 0, 256);
        for (uint32_t i = 0; i < list.size(); i++)
            put(entry_at(i), list.begin()[i]);
    }

    struct Case {
        int number;
        int rc;
        uint32_t num;
        std::array<bool, mock_entries> left;
        std::function<void()> given;
    };

    void check(const Case &c, bool merged)
    {
        SCOPED_TRACE("case " + std::to_string(c.number) + (merged ? ", as merged" : ""));
        ctx.options.merged = merged;
        cache = second_cache = {};
        c.given();
        EXPECT_EQ(call(), c.rc);
        EXPECT_EQ(done(), c.num);
        EXPECT_EQ(cache.cached, c.left);
    }

    void check_all(const std::vector<Case> &cases)
    {
        for (const Case &c : cases)
            for (const bool merged : {true, false})
                check(c, merged);
    }
};

constexpr std::array<bool, 4> all = {true, true, true, true}, none = {false, false, false, false},
                              but_0 = {false, true, true, true};

TEST_F(Selftests, 575_nested_page_tables)
{
    using E = NestedEntry;
    auto &a = arg.array;
    const auto valid = [&] { entries<E>(nested->id, {E{0, 0}}); };
    check_all({
        {1, -ENOENT, 0, all,
         [&] {
             entries<E>(parent->id, {E{0, 0}});
             ctx.options.typed_lookup = true;
         }},
        {2, 0, 0, all,
         [&] {
             ctx.options.typed_lookup = false;
             entries<E>(nested->id, {});
         }},
        {3, -EINVAL, 0, all,
         [&] {
             valid();
             a.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1;
         }},
        {4, -EINVAL, 0, all,
         [&] {
             valid();
             a.entry_len++;
         }},
        {5, -EINVAL, 0, all,
         [&] {
             valid();
             a.entry_len = 1;
         }},
        {6, -EOPNOTSUPP, 0, all,
         [&] {
             entries<E>(nested->id, {E{0xffffffff, 0}});
         }},
        {7, -EINVAL, 0, all,
         [&] {
             valid();
             a.data_uptr = 0;
         }},
        {8, -EINVAL, 0, all,
         [&] {
             valid();
             a.entry_len = 0;
         }},
        {9, -EINVAL, 0, all,
         [&] {
             entries<E>(nested->id, {E{0, mock_entries}});
         }},
        {10, -EOPNOTSUPP, 1, but_0,
         [&] {
             entries<E>(nested->id, {E{0, 0}, E{0xffffffff, 1}});
         }},
        {11, -EINVAL, 1, but_0,
         [&] {
             entries<E>(nested->id, {E{0, 0}, E{0, mock_entries}});
         }},
        {12,
         0,
         1,
         {true, false, true, true},
         [&] {
             entries<E>(nested->id, {E{0, 1}});
         }},
        {13,
         0,
         2,
         {true, true, false, false},
         [&] {
             entries<E>(nested->id, {E{0, 2}, E{0, 3}});
         }},
        {14, 0, 1, all,
         [&] {
             entries<E>(second_nested->id, {E{mock_flag_all, 0}});
         }},
    });
    EXPECT_EQ(second_cache.cached, none);     // by case 14
    for (const bool merged : {true, false}) { // case 15
        ctx.options.merged = merged;
        valid();
        arg.array.size = 31;
        EXPECT_EQ(call(), -EINVAL);
        struct {
            iommu_hwpt_invalidate_reporting known;
            uint8_t more[8];
        } longer = {};
        longer.known.array = arg.array;
        longer.known.array.size = static_cast<uint32_t>(sizeof longer.known) + 1;
        longer.more[0] = 1;
        EXPECT_EQ(ioctl(iommufd_hwpt_invalidate, longer), -E2BIG);
    }
}

TEST_F(Selftests, 575_viommus)
{
    using E = ViommuEntry;
    auto &a = arg.array;
    const auto valid = [&] { entries<E>(mock_viommu, {E{0, vsid, 0}}); };
    const auto zero = [&] { entries<E>(mock_viommu, {E{0, 0, 0}}); };
    check_all({
        {1, 0, 0, all, [&] { entries<E>(mock_viommu, {}); }},
        {2, -EINVAL, 0, all,
         [&] {
             valid();
             a.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1;
         }},
        {3, -EINVAL, 0, all,
         [&] {
             zero();
             a.entry_len++;
         }},
        {4, -EINVAL, 0, all,
         [&] {
             zero();
             a.entry_len = 1;
         }},
        {5, -EOPNOTSUPP, 0, all,
         [&] {
             entries<E>(mock_viommu, {E{0xffffffff, vsid, 0}});
         }},
        {6, -EINVAL, 0, all,
         [&] {
             valid();
             a.data_uptr = 0;
         }},
        {7, -EINVAL, 0, all,
         [&] {
             valid();
             a.entry_len = 0;
         }},
        {8, -EINVAL, 0, all,
         [&] {
             entries<E>(mock_viommu, {E{0, vsid, mock_entries}});
         }},
        {9, -EINVAL, 0, all,
         [&] {
             entries<E>(mock_viommu, {E{0, 0x9, 0}});
         }},
        {10, -EOPNOTSUPP, 1, but_0,
         [&] {
             entries<E>(mock_viommu, {E{0, vsid, 0}, E{0xffffffff, vsid, 1}});
         }},
        {11, -EINVAL, 1, but_0,
         [&] {
             entries<E>(mock_viommu, {E{0, vsid, 0}, E{0, vsid, mock_entries}});
         }},
        {12,
         0,
         1,
         {true, false, true, true},
         [&] {
             entries<E>(mock_viommu, {E{0, vsid, 1}});
         }},
        {13,
         0,
         2,
         {true, true, false, false},
         [&] {
             entries<E>(mock_viommu, {E{0, vsid, 2}, E{0, vsid, 3}});
         }},
        {14, 0, 1, none,
         [&] {
             entries<E>(mock_viommu, {E{mock_flag_all, vsid, 0}});
         }},
    });
}

/* Cases 3 and 4 fail for the device that their zeros name, not for their lengths: with a device
 * that is there, both lengths are taken. */
TEST_F(Selftests, 575_what_cases_3_and_4_of_viommus_do_not_test)
{
    entries<ViommuEntry>(mock_viommu, {ViommuEntry{0, vsid, 1}});
    arg.array.entry_len++;
    EXPECT_EQ(call(), 0);
    EXPECT_EQ(done(), 1U);
    new_vdevice(mock_viommu, iommufd_add_device(&ctx, 5)->id, 0);
    entries<ViommuEntry>(mock_viommu, {ViommuEntry{0, 0, 0}});
    arg.array.entry_len = 1;
    EXPECT_EQ(call(), 0);
    EXPECT_EQ(cache.cached, (std::array<bool, 4>{false, false, true, true}));
}

/* The same cases with commands. Where the two kernels differ the row says how. */
TEST_F(Selftests, 575_viommus_with_native_commands)
{
    struct NativeCase {
        int number;
        int merged_rc, rc;
        uint32_t merged_num, num;
        std::vector<unsigned> merged_executed, executed;
        std::function<void()> given;
    };
    auto &a = arg.array;
    const drv_cmd forbidden = {{REF_CMD_CFGI_STE, 1}};
    const auto one_bad = [&](const drv_cmd &cmd) {
        fill(1);
        entry(0, cmd);
    };
    const auto second_bad = [&](const drv_cmd &cmd) {
        fill(2);
        entry(1, cmd);
    };
    const NativeCase cases[] = {
        {1, -EINVAL, 0, 0, 0, {}, {}, [&] { fill(0); }},
        {2,
         -EINVAL,
         -EINVAL,
         0,
         0,
         {},
         {},
         [&] {
             fill(1);
             a.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1;
         }},
        {3,
         0,
         0,
         1,
         1,
         {0},
         {0},
         [&] {
             fill(1);
             a.entry_len++;
             put(array_at + 16, uint8_t{0});
         }},
        {4,
         -EIO,
         -EINVAL,
         0,
         0,
         {},
         {}, // one byte, the opcode; the rest is zero
         [&] {
             one_bad(forbidden);
             a.entry_len = 1;
         }},
        {5, -EIO, -EIO, 0, 0, {}, {}, [&] { one_bad(forbidden); }},
        {6,
         -EINVAL,
         -EINVAL,
         0,
         0,
         {},
         {},
         [&] {
             fill(1);
             a.data_uptr = 0;
         }},
        {7,
         -EINVAL,
         -EINVAL,
         0,
         0,
         {},
         {},
         [&] {
             fill(1);
             a.entry_len = 0;
         }},
        {8,
         -EIO,
         -EIO,
         0,
         0,
         {},
         {},
         [&] {
             one_bad({{0xff, 0}});
         }},
        {9, -EIO, -EIO, 0, 0, {}, {}, [&] { one_bad(drv_cmd_cfgi_cd_all(0x9)); }},
        {10, -EIO, -EIO, 1, 0, {}, {}, [&] { second_bad(forbidden); }},
        {11, -EIO, -EIO, 1, 0, {}, {}, [&] { second_bad(drv_cmd_cfgi_cd_all(0x9)); }},
        {12, 0, 0, 1, 1, {0}, {0}, [&] { fill(1); }},
        {13, 0, 0, 2, 2, {0, 1}, {0, 1}, [&] { fill(2); }},
        {14, 0, 0, 1, 1, {}, {}, [&] { one_bad(drv_cmd_tlbi_nsnh_all()); }},
    };
    for (const NativeCase &c : cases)
        for (const bool merged : {true, false}) {
            SCOPED_TRACE("case " + std::to_string(c.number) + (merged ? ", as merged" : ""));
            ctx.options.merged = merged;
            c.given();
            EXPECT_EQ(call(), merged ? c.merged_rc : c.rc);
            EXPECT_EQ(done(), merged ? c.merged_num : c.num);
            EXPECT_EQ(executed_asids(), merged ? c.merged_executed : c.executed);
        }
}

} // namespace
