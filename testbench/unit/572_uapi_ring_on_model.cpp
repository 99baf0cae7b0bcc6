/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drafted ring on the model: what the consumer index has passed is invalid in every cache of
 * the SMMU, whichever way the call ended, and a hostile guest harms itself alone.
 */
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "uapi/ring.h"
#include "uapi/user_space.h"
#include "unit/model_fixture.h"

namespace {

constexpr uint64_t page = 4096, iova = 0x100000, pa = 0x60000000;
constexpr uint64_t user_base = 0x7000000000;
constexpr unsigned RW = DRV_READ | DRV_WRITE;
constexpr uint32_t sid = 0x21;

class UapiRingOnModel : public DriverOnModel {
protected:
    struct User {
        iommu_hwpt_invalidate_ring_reporting arg;
        uapi_error_record error;
        uint32_t cons;
        drv_cmd ring[16];
    } user = {};
    user_space space = {};
    uapi_hwpt hwpt = {};
    uapi front = {};
    drv_domain domain = {};
    drv_stream stream = {};

    void start(bool permissive)
    {
        drv_domain_config c = {};
        c.asid = 1;
        c.granule = TBL_GRANULE_4K;
        c.pages_only = true;
        bring_up({{"timing.mem_read_lat", 20}});
        ASSERT_EQ(drv_domain_init(&driver, &domain, &c), 0);
        ASSERT_EQ(drv_stream_init(&driver, &stream, sid, 0), 0);
        ASSERT_EQ(drv_attach(&driver, &stream, &domain, 0), 0);

        hwpt.id = 1;
        hwpt.kind = UAPI_HWPT_NESTED_SMMUV3;
        hwpt.guest.permissive = permissive;
        front.drv = &driver;
        front.hwpts = &hwpt;
        front.hwpt_count = 1;
        user_space_init(&space, user_base, &user, sizeof user);
        front.user = user_space_memory(&space);
        user.arg.ring.size = sizeof user.arg;
        user.arg.ring.hwpt_id = 1;
        user.arg.ring.q_uptr = user_base + offsetof(User, ring);
        user.arg.ring.q_cons_uptr = user_base + offsetof(User, cons);
        user.arg.ring.q_index_bits = 4;
        user.arg.ring.q_entry_num = 16;
        user.arg.ring.q_entry_len = 16;
        user.arg.out_error_uptr = user_base + offsetof(User, error);
    }

    int invalidate(uint32_t n)
    {
        user.arg.ring.q_prod = (user.cons + n) & 31;
        return uapi_ring_invalidate(&front, user_base);
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

    /* Pages that the SMMU has cached and whose descriptors are gone. */
    void make_stale()
    {
        ASSERT_EQ(drv_map(&driver, &domain, iova, pa, 16 * page, RW, DRV_MEMORY_CACHED), 0);
        for (unsigned i = 0; i < 16; i++)
            ASSERT_TRUE(reaches_memory(i));
        ASSERT_EQ(drv_unmap(&driver, &domain, iova, 16 * page, DRV_FLUSH_NONE), 0);
    }
};

TEST_F(UapiRingOnModel, 572_no_reported_invalidation_leaves_a_live_translation)
{
    const drv_cmd illegal = {{REF_CMD_TLBI_NH_VA, REF_TG_4K << 10}}; // no level, no range (4.4.1.1)
    const drv_cmd forbidden = drv_cmd_cfgi_all();
    unsigned alive = 0, refused_by_hardware = 0;

    start(true);
    for (unsigned round = 0; round < 64; round++) {
        const unsigned bad = round * 5 % 16, kind = round % 4;

        front.options.batch = round % 7 + 1;
        make_stale();
        for (unsigned i = 0; i < 16; i++)
            user.ring[i] = by_page(i);
        if (kind == 1)
            user.ring[bad] = illegal;
        if (kind == 2)
            user.ring[bad] = forbidden;
        space.hole[0].first = user_base + offsetof(User, ring) + 16 * bad;
        space.hole[0].end = space.hole[0].first + 16;
        space.holes = kind == 3;

        const uint32_t from = user.cons;
        const int rc = invalidate(16);
        const uint32_t passed = (user.cons - from) & 31;
        ASSERT_EQ(rc, kind == 0 ? 0 : kind == 3 ? -EFAULT : -EIO);
        ASSERT_EQ(passed, kind == 0 ? 16 : (bad - from) & 15);
        refused_by_hardware += user.error.source == UAPI_ERROR_HARDWARE;
        for (uint32_t k = 0; k < 16; k++) {
            const bool live = reaches_memory((from + k) % 16);
            if (k < passed) {
                ASSERT_FALSE(live) << "round " << round << " entry " << k;
            } else if (live) {
                alive++;
            }
        }
        drv_evtq_drain(&driver, nullptr, nullptr);
        ASSERT_EQ(drv_flush_asid(&driver, &domain), 0);
    }
    EXPECT_GT(alive, 0U); // without an invalidation the stale entries are used: the test can fail
    EXPECT_EQ(refused_by_hardware, 16U);
    EXPECT_EQ(driver.stats.timeouts, 0U);
}

TEST_F(UapiRingOnModel, 572_hostile_entries_never_wedge_the_queue_of_the_others)
{
    std::mt19937 random(1);

    start(true);
    for (unsigned round = 0; round < 400; round++) {
        for (drv_cmd &cmd : user.ring) {
            cmd.word[0] = random() | static_cast<uint64_t>(random()) << 32;
            cmd.word[1] = random() | static_cast<uint64_t>(random()) << 32;
            if (random() % 4) // mostly something that gets as far as the hardware
                cmd.word[0] =
                    (cmd.word[0] & ~UINT64_C(0xff)) | (REF_CMD_TLBI_NH_ALL + random() % 4);
        }
        const uint32_t from = user.cons;
        const int rc = invalidate(static_cast<uint32_t>(random() % 17));
        ASSERT_TRUE(rc == 0 || rc == -EIO) << rc;
        ASSERT_EQ(rc == 0, user.cons == user.arg.ring.q_prod);
        if (rc) // the guest gives that entry up
            user.cons = (user.cons + 1) & 31;
        ASSERT_LE((user.cons - from) & 31, 16U);

        const drv_cmd other = drv_cmd_tlbi_nh_asid(0, 2);
        drv_cmd_error error;
        ASSERT_EQ(drv_cmdq_issue_checked(&driver, &other, 1, &error), 0);
    }
    EXPECT_EQ(driver.stats.timeouts, 0U);
    EXPECT_LE(front.stats.reported, front.stats.completed);
}

} // namespace
