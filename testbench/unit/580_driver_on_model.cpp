/* SPDX-License-Identifier: Apache-2.0 */
/* The driver on the model: bring-up, translation, invalidation, repair, all through the public
 * interface. */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "unit/model_fixture.h"

namespace {

constexpr uint64_t K = 1024, M = K * K;
constexpr unsigned RW = DRV_READ | DRV_WRITE;

TEST_F(DriverOnModel, 580_comes_up_with_every_stream_aborting_silently)
{
    bring_up();
    EXPECT_EQ(access(5, 0x1000).result, SMMU_RESULT_ABORT);
    EXPECT_EQ(drv_evtq_drain(&driver, nullptr, nullptr), 1U); // no second level: C_BAD_STREAMID
    EXPECT_THAT(log, testing::IsEmpty());
}

TEST_F(DriverOnModel, 580_comes_up_again_from_a_running_state)
{
    bring_up();
    ASSERT_EQ(drv_reset(&driver), 0);
    EXPECT_THAT(log, testing::ElementsAre(testing::HasSubstr("currently enabled")));
}

class DriverOnModelGranules : public DriverOnModel,
                              public testing::WithParamInterface<tbl_granule> {};

TEST_P(DriverOnModelGranules, 580_what_is_mapped_translates_until_it_is_unmapped)
{
    drv_domain domain;
    drv_stream stream;
    drv_domain_config c = {};
    const uint64_t page = UINT64_C(1) << GetParam();
    c.granule = GetParam();
    c.asid = 3;
    bring_up();
    ASSERT_EQ(drv_domain_init(&driver, &domain, &c), 0);
    ASSERT_EQ(drv_stream_init(&driver, &stream, 0x123, 0), 0);
    EXPECT_EQ(access(0x123, 0x10000).result, SMMU_RESULT_ABORT); // silently: Config 0b000
    EXPECT_EQ(drv_evtq_drain(&driver, nullptr, nullptr), 0U);
    ASSERT_EQ(drv_attach(&driver, &stream, &domain, 0), 0);

    ASSERT_EQ(drv_map(&driver, &domain, 512 * M - page, UINT64_C(0x140000000) - page,
                      page + 512 * M, RW, DRV_MEMORY_CACHED),
              0);
    for (uint64_t offset : {UINT64_C(0), page - 4, page, page + 512 * M - 4}) {
        const client_result r = access(0x123, 512 * M - page + offset, true);
        ASSERT_EQ(r.result, SMMU_RESULT_FORWARD) << std::hex << offset;
        EXPECT_EQ(r.pa, UINT64_C(0x140000000) - page + offset);
        EXPECT_EQ(r.memattr, 0xff);
        EXPECT_EQ(r.sh, SMMU_SH_ISH);
        EXPECT_FALSE(r.bypass);
    }

    for (drv_flush flush : {DRV_FLUSH_PAGES, DRV_FLUSH_RANGE, DRV_FLUSH_ASID}) {
        const uint64_t iova = 0x40000000;
        ASSERT_EQ(drv_map(&driver, &domain, iova, 0x60000000, 7 * page, RW, DRV_MEMORY_CACHED), 0);
        for (unsigned i = 0; i < 7; i++)
            EXPECT_EQ(access(0x123, iova + i * page).pa, 0x60000000 + i * page);
        ASSERT_EQ(drv_unmap(&driver, &domain, iova, 7 * page, flush), 0);
        for (unsigned i = 0; i < 7; i++)
            EXPECT_EQ(access(0x123, iova + i * page).result, SMMU_RESULT_ABORT) << flush;
        uint64_t record[7][4] = {};
        uint64_t(*next)[4] = record;
        ASSERT_EQ(drv_evtq_drain(
                      &driver,
                      [](void *ctx, const uint64_t r[DRV_EVENT_WORDS]) {
                          auto **to = static_cast<uint64_t(**)[4]>(ctx);
                          std::copy(r, r + 4, **to);
                          ++*to;
                      },
                      &next),
                  7U);
        for (unsigned i = 0; i < 7; i++) {
            EXPECT_EQ(record[i][0] & 0xff, unsigned{REF_EVT_F_TRANSLATION});
            EXPECT_EQ(record[i][0] >> 32, 0x123U);
            EXPECT_EQ(record[i][2], iova + i * page);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Granules, DriverOnModelGranules,
                         testing::Values(TBL_GRANULE_4K, TBL_GRANULE_16K, TBL_GRANULE_64K),
                         [](const auto &i) { return std::to_string((1 << i.param) / 1024) + "K"; });

TEST_F(DriverOnModel, 580_tables_of_every_shape_translate)
{
    struct {
        const char *what;
        std::initializer_list<std::pair<const char *, uint64_t>> keys;
        bool wish_linear, is_linear, contiguous, big_endian;
        unsigned ssid_bits;
    } const shapes[] = {
        {"linear by size", {{"IDR1.SIDSIZE", 8}}, false, true, false, false, 0},
        {"linear by wish", {{"IDR1.SIDSIZE", 10}}, true, true, false, false, 0},
        {"linear only", {{"IDR0.ST_LEVEL", 0}, {"IDR1.SIDSIZE", 6}}, false, true, false, false, 0},
        {"contiguous runs", {}, false, false, true, false, 0},
        {"big endian", {{"IDR0.TTENDIAN", REF_TTENDIAN_MIXED}}, false, false, false, true, 0},
        {"linear contexts", {}, false, false, false, false, 5},
        {"two-level contexts", {}, false, false, false, false, 20},
        {"linear contexts only", {{"IDR0.CD2L", 0}}, false, false, false, false, 12},
    };
    for (const auto &shape : shapes) {
        SCOPED_TRACE(shape.what);
        drv_domain domain;
        drv_stream stream;
        drv_domain_config c = {};
        c.granule = TBL_GRANULE_4K;
        c.contiguous = shape.contiguous;
        c.big_endian = shape.big_endian;
        config.linear_strtab = shape.wish_linear;
        bring_up(shape.keys);
        EXPECT_EQ(driver.strtab.split == 0, shape.is_linear);
        ASSERT_EQ(drv_domain_init(&driver, &domain, &c), 0);
        ASSERT_EQ(drv_stream_init(&driver, &stream, 0x2f, shape.ssid_bits), 0);
        const uint32_t last = (1U << shape.ssid_bits) - 1;
        ASSERT_EQ(drv_attach(&driver, &stream, &domain, last), 0);
        ASSERT_EQ(drv_map(&driver, &domain, 0x100000, 0x40200000, 64 * K, RW, DRV_MEMORY_CACHED),
                  0);

        client_access a = client_access_default();
        client_result result = {};
        a.streamid = 0x2f;
        a.addr = 0x10f123;
        a.len = 1;
        a.ssv = last != 0;
        a.substreamid = last;
        const uint32_t ticket = host_submit(host.get(), &a);
        ASSERT_TRUE(host_await(host.get(), ticket, &result, nullptr));
        EXPECT_EQ(result.result, SMMU_RESULT_FORWARD);
        EXPECT_EQ(result.pa, 0x4020f123U);
        ASSERT_EQ(drv_unmap(&driver, &domain, 0x100000, 64 * K, DRV_FLUSH_AUTO), 0);
        a.start = 0;
        const uint32_t again = host_submit(host.get(), &a);
        ASSERT_TRUE(host_await(host.get(), again, &result, nullptr));
        EXPECT_EQ(result.result, SMMU_RESULT_ABORT);
    }
}

TEST_F(DriverOnModel, 580_streams_move_between_translation_bypass_and_abort)
{
    drv_domain domain;
    drv_stream stream;
    drv_domain_config c = {};
    c.granule = TBL_GRANULE_4K;
    bring_up();
    ASSERT_EQ(drv_domain_init(&driver, &domain, &c), 0);
    ASSERT_EQ(drv_stream_init(&driver, &stream, 9, 0), 0);
    ASSERT_EQ(drv_map(&driver, &domain, 0x1000, 0x5000, 4 * K, RW, DRV_MEMORY_CACHED), 0);
    for (unsigned round = 0; round < 2; round++) {
        ASSERT_EQ(drv_attach(&driver, &stream, &domain, 0), 0);
        EXPECT_EQ(access(9, 0x1000).pa, 0x5000U);
        ASSERT_EQ(drv_attach_bypass(&driver, &stream), 0);
        EXPECT_EQ(access(9, 0x1000).pa, 0x1000U);
        EXPECT_TRUE(access(9, 0x1000).bypass);
        ASSERT_EQ(drv_attach_abort(&driver, &stream), 0);
        EXPECT_EQ(access(9, 0x1000).result, SMMU_RESULT_ABORT);
    }
    EXPECT_EQ(drv_evtq_drain(&driver, nullptr, nullptr), 0U); // none of it is an error
}

TEST_F(DriverOnModel, 580_each_sync_mode_completes_over_several_laps)
{
    for (drv_sync_mode mode : {DRV_SYNC_MSI, DRV_SYNC_CONS, DRV_SYNC_NONE}) {
        config.sync_mode = mode;
        bring_up();
        for (unsigned i = 0; i < 600; i++) {
            const drv_cmd cmd = drv_cmd_tlbi_nh_asid(0, static_cast<uint16_t>(i));
            ASSERT_EQ(drv_cmdq_issue(&driver, &cmd, 1, true), 0) << mode;
        }
        EXPECT_EQ(driver.stats.timeouts, 0U);
    }
}

TEST_F(DriverOnModel, 580_illegal_command_is_repaired_in_place_and_named)
{
    for (drv_sync_mode mode : {DRV_SYNC_MSI, DRV_SYNC_CONS, DRV_SYNC_NONE}) {
        config.sync_mode = mode;
        bring_up();
        for (unsigned bad = 0; bad < 100; bad++) { // over the wrap too
            drv_cmd list[5];
            drv_cmd_error error = {};
            for (drv_cmd &cmd : list)
                cmd = drv_cmd_tlbi_nh_asid(0, 1);
            list[bad % 5] = drv_cmd{{0xff, 0}};
            ASSERT_EQ(drv_cmdq_issue_checked(&driver, list, 5, &error), -EIO);
            EXPECT_EQ(error.code, REF_CERROR_ILL);
            EXPECT_EQ(error.first, bad % 5);
            ASSERT_EQ(drv_cmdq_issue(&driver, list, 5, true), 0); // as Linux has it
        }
        EXPECT_EQ(driver.stats.cmdq_errors[REF_CERROR_ILL], 200U);
        EXPECT_EQ(driver.stats.timeouts, 0U);
    }
}

TEST_F(DriverOnModel, 580_aborted_fetch_is_retried_until_memory_answers)
{
    bring_up();
    const uint64_t slot = driver.cmdq.base + 16 * (drv_cmdq_next(&driver) + 2);
    drv_cmd list[4];
    drv_cmd_error error = {};
    for (drv_cmd &cmd : list)
        cmd = drv_cmd_tlbi_nh_asid(0, 1);
    ASSERT_TRUE(memory_abort_begin(host_memory(host.get()), slot, 16, MEMORY_ABORT_READ));
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, list, 4, &error), -EIO);
    EXPECT_EQ(error.code, REF_CERROR_ABT);
    EXPECT_EQ(error.first, 2U);
    EXPECT_GT(driver.stats.cmdq_errors[REF_CERROR_ABT], 1U);

    ASSERT_TRUE(memory_abort_end(host_memory(host.get()), slot, 16));
    EXPECT_EQ(drv_cmdq_issue_checked(&driver, list, 4, &error), 0);
}

TEST_F(DriverOnModel, 580_small_event_queue_overflows_and_goes_on)
{
    config.evtq_log2 = 2;
    drv_stream stream;
    drv_domain domain;
    drv_domain_config c = {};
    c.granule = TBL_GRANULE_4K;
    bring_up();
    ASSERT_EQ(drv_domain_init(&driver, &domain, &c), 0);
    ASSERT_EQ(drv_stream_init(&driver, &stream, 1, 0), 0);
    ASSERT_EQ(drv_attach(&driver, &stream, &domain, 0), 0);
    for (unsigned round = 1; round <= 3; round++) {
        for (unsigned i = 0; i < 6; i++)
            access(1, 0x1000 * i);
        EXPECT_EQ(drv_evtq_drain(&driver, nullptr, nullptr), 4U);
        EXPECT_EQ(driver.stats.event_overflows, round);
    }
    access(1, 0x1000);
    EXPECT_EQ(drv_evtq_drain(&driver, nullptr, nullptr), 1U);
    EXPECT_EQ(driver.stats.event_overflows, 3U);
}

TEST_F(DriverOnModel, 580_refusals_follow_the_configuration)
{
    const drv_ops ops = drv_host_ops(&machine);
    power_up({{"IDR1.CMDQS", 6}});
    EXPECT_EQ(drv_probe(&driver, &ops, &config), -ENXIO);
    EXPECT_EQ(driver.refusal, DRV_REFUSED_CMDQ_TOO_SMALL);
    power_up({{"IDR0.TTENDIAN", REF_TTENDIAN_BIG}});
    EXPECT_EQ(drv_probe(&driver, &ops, &config), -ENXIO);
    EXPECT_EQ(driver.refusal, DRV_REFUSED_ENDIANNESS);
}

} // namespace
