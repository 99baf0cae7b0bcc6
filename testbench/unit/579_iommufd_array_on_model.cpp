/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The array form on the model: what a caller is told is done is invalid in every cache of the SMMU;
 * as merged it is not, and what is left behind is a live translation to memory that is gone.
 */
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "uapi/arm_vsmmu.h"
#include "uapi/user_space.h"
#include "unit/model_fixture.h"

namespace {

constexpr uint64_t page = 4096, iova = 0x100000, pa = 0x60000000, user_base = 0x7000000000;
constexpr unsigned RW = DRV_READ | DRV_WRITE;
constexpr uint32_t sid = 0x21;

class ArrayOnModel : public DriverOnModel {
protected:
    struct User {
        iommu_hwpt_invalidate_reporting arg;
        uapi_error_record error;
        drv_cmd entries[128];
    } user = {};
    user_space space = {};
    const iommufd_viommu_driver *drivers[2] = {&iommufd_arm_smmuv3, nullptr};
    iommufd_ctx ctx = {};
    uint32_t viommu = 0;
    drv_domain domain = {};
    drv_stream stream = {};

    void start()
    {
        drv_domain_config c = {};
        c.asid = 1;
        c.granule = TBL_GRANULE_4K;
        c.pages_only = true;
        bring_up({{"timing.mem_read_lat", 20}});
        ASSERT_EQ(drv_domain_init(&driver, &domain, &c), 0);
        ASSERT_EQ(drv_stream_init(&driver, &stream, sid, 0), 0);
        ASSERT_EQ(drv_attach(&driver, &stream, &domain, 0), 0);

        user_space_init(&space, user_base, &user, sizeof user);
        ctx.drv = &driver;
        ctx.user = user_space_memory(&space);
        ctx.drivers = drivers;
        iommu_viommu_alloc v = {};
        v.size = sizeof v;
        v.type = IOMMU_VIOMMU_TYPE_ARM_SMMUV3;
        v.dev_id = iommufd_add_device(&ctx, sid)->id;
        v.hwpt_id = iommufd_add_hwpt_paging(&ctx, iommufd_add_ioas(&ctx), 0, true)->id;
        std::memcpy(&user, &v, sizeof v);
        ASSERT_EQ(iommufd_viommu_alloc(&ctx, user_base), 0);
        std::memcpy(&v, &user, sizeof v);
        viommu = v.out_viommu_id;
    }

    int invalidate(uint32_t n)
    {
        user.arg = {};
        user.error = {};
        user.arg.array.size = ctx.options.merged ? sizeof user.arg.array : sizeof user.arg;
        user.arg.array.hwpt_id = viommu;
        user.arg.array.data_uptr = user_base + offsetof(User, entries);
        user.arg.array.data_type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3;
        user.arg.array.entry_len = 16;
        user.arg.array.entry_num = n;
        user.arg.out_error_uptr = user_base + offsetof(User, error);
        return iommufd_hwpt_invalidate(&ctx, user_base);
    }

    bool reaches_memory(unsigned i)
    {
        return access(sid, iova + i * page).result == SMMU_RESULT_FORWARD;
    }

    static drv_cmd by_page(unsigned i)
    {
        drv_tlbi t = {};
        t.asid = 1;
        t.addr = iova + i * page;
        t.leaf = true;
        return drv_cmd_tlbi_nh_va(&t);
    }

    /* Pages that the SMMU has cached and whose descriptors are gone, and their invalidations. */
    void make_stale(unsigned pages)
    {
        ASSERT_EQ(drv_map(&driver, &domain, iova, pa, pages * page, RW, DRV_MEMORY_CACHED), 0);
        for (unsigned i = 0; i < pages; i++)
            ASSERT_TRUE(reaches_memory(i));
        ASSERT_EQ(drv_unmap(&driver, &domain, iova, pages * page, DRV_FLUSH_NONE), 0);
        for (unsigned i = 0; i < pages; i++)
            user.entries[i] = by_page(i);
    }

    /* Of the entries that are said to be done, those whose translation is still used. */
    unsigned live_of_done(unsigned bad)
    {
        unsigned n = 0;
        for (unsigned i = 0; i < user.arg.array.entry_num; i++)
            n += i != bad && reaches_memory(i);
        drv_evtq_drain(&driver, nullptr, nullptr);
        return n;
    }
};

const drv_cmd malformed = {{REF_CMD_TLBI_NH_VA, REF_TG_4K << 10}}; // no level, no range (4.4.1.1)

TEST_F(ArrayOnModel, 579_done_means_gone_but_as_merged)
{
    start();
    const struct {
        unsigned n, bad, live_as_merged;
    } rows[] = {{10, 4, 4}, {20, 0, 0}, {64, 63, 0}, {70, 69, 6}, {70, 62, 62}};
    for (const auto &row : rows)
        for (const bool merged : {true, false}) {
            SCOPED_TRACE(std::to_string(row.n) + " entries, bad is " + std::to_string(row.bad) +
                         (merged ? ", as merged" : ""));
            ctx.options.merged = merged;
            make_stale(row.n);
            user.entries[row.bad] = drv_cmd_cfgi_all();
            EXPECT_EQ(invalidate(row.n), -EIO);
            EXPECT_EQ(live_of_done(row.bad), merged ? row.live_as_merged : 0);
            EXPECT_EQ(drv_flush_asid(&driver, &domain), 0);
        }
}

TEST_F(ArrayOnModel, 579_without_memory_everything_is_done_and_live_as_merged)
{
    start();
    ctx.options.merged = true;
    ctx.allocate = [](size_t) -> void * { return nullptr; };
    make_stale(16);
    EXPECT_EQ(invalidate(16), -ENOMEM);
    EXPECT_EQ(user.arg.array.entry_num, 16U);
    EXPECT_EQ(live_of_done(99), 16U);
}

TEST_F(ArrayOnModel, 579_what_the_smmu_refuses_is_named_and_as_merged_is_success)
{
    for (const bool merged : {true, false}) {
        start();
        ctx.options.merged = merged;
        make_stale(8);
        user.entries[5] = malformed;
        if (merged) {
            EXPECT_EQ(invalidate(8), 0);
            EXPECT_EQ(driver.stats.cmdq_errors[REF_CERROR_ILL], 1U);
            EXPECT_TRUE(reaches_memory(5)); // success, and the page is still there
            EXPECT_EQ(ctx.stats.reported, ctx.stats.completed + 1);
        } else { // it is not even issued
            EXPECT_EQ(invalidate(8), -EIO);
            EXPECT_EQ(driver.stats.cmdq_errors[REF_CERROR_ILL], 0U);
            EXPECT_EQ(user.error.source, uint32_t{UAPI_ERROR_SOFTWARE});
            EXPECT_EQ(user.error.first_suspect, 5U);
        }
        ctx = {};
    }
}

TEST_F(ArrayOnModel, 579_hostile_entries_never_wedge_the_queue_of_the_others)
{
    start();
    std::mt19937 engine(1);
    const auto word = [&] { return engine() | static_cast<uint64_t>(engine()) << 32; };
    for (unsigned round = 0; round < 200; round++) {
        ctx.options.merged = round % 2;
        for (drv_cmd &cmd : user.entries) {
            cmd = {{word(), word()}};
            if (engine() % 8) // mostly something that gets as far as the hardware, as merged
                cmd.word[0] =
                    (cmd.word[0] & ~UINT64_C(0xff)) | (REF_CMD_TLBI_NH_ALL + engine() % 4);
        }
        if (engine() % 4 == 0)
            user.entries[0] = malformed;
        const int rc = invalidate(1 + static_cast<uint32_t>(engine() % (round % 8 < 6 ? 3 : 128)));
        ASSERT_TRUE(rc == 0 || rc == -EIO) << rc;
        const drv_cmd other = drv_cmd_tlbi_nh_asid(0, 2);
        drv_cmd_error e;
        ASSERT_EQ(drv_cmdq_issue_checked(&driver, &other, 1, &e), 0);
    }
    EXPECT_GT(driver.stats.cmdq_errors[REF_CERROR_ILL], 0U); // which others have waited for
    EXPECT_EQ(driver.stats.timeouts, 0U);
}

} // namespace
