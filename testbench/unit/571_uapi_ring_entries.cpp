/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of the drafted invalidation ring: which are admitted, where a call stops, and what it
 * reports. The numbers are those of the table in docs/uapi-ring.md.
 */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "unit/uapi_fixture.h"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(UapiRing, 571_case_30_34_unreadable_entry_stops_there_with_the_prefix_complete)
{
    may_read = [&](uint64_t at, size_t n) { return at + n <= entry_at(5) || at >= entry_at(6); };
    EXPECT_EQ(call(2, 9), -EFAULT);
    EXPECT_THAT(executed_asids(), ElementsAre(2, 3, 4));
    EXPECT_EQ(drv_cmd_opcode(&smmu.executed.back()), unsigned{REF_CMD_SYNC});
    EXPECT_EQ(cons(), 5U);
    expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ABT, 5, 5);
}

TEST_F(UapiRing, 571_case_31_32_33_refused_entry_at_first_last_and_after_the_wrap)
{
    const drv_cmd bad = {{REF_CMD_CFGI_STE, 1}};
    entry(4, bad);
    EXPECT_EQ(call(4, 8), -EIO);
    EXPECT_EQ(cons(), 4U);
    EXPECT_THAT(smmu.written, IsEmpty());

    EXPECT_EQ(call(0, 5), -EIO);
    EXPECT_EQ(cons(), 4U);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 1, 2, 3));

    fill(16);
    entry(0, bad);
    EXPECT_EQ(call(14, 0x13), -EIO);
    EXPECT_EQ(cons(), 0x10U); // index 0 with the wrap flag toggled
    expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ILL, 0x10, 0x10);
    EXPECT_THAT(executed_asids(), ElementsAre(14, 15));
}

TEST_F(UapiRing, 571_case_35_illegal_command_found_by_hardware_is_named_and_the_rest_withdrawn)
{
    smmu.fault = [](const drv_cmd &cmd) { return cmd.word[0] >> 48 == 1 ? 1U : 0U; };
    EXPECT_EQ(call(14, 0x16), -EIO); // entries 14, 15, 0, 1, ...
    EXPECT_EQ(cons(), 0x11U);
    expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ILL, 0x11, 0x11);
    EXPECT_THAT(executed_asids(), ElementsAre(14, 15, 0));
    EXPECT_EQ(front.stats.completed, front.stats.reported);

    smmu.fault = [](const drv_cmd &) { return 0U; };
    EXPECT_EQ(call(cons(), 0x16), 0); // and the queue goes on
    EXPECT_THAT(executed_asids(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(UapiRing, 571_case_35_error_in_a_later_batch_counts_from_the_ring)
{
    front.options.batch = 4;
    smmu.fault = [](const drv_cmd &cmd) { return cmd.word[0] >> 48 == 10 ? 1U : 0U; };
    EXPECT_EQ(call(0, 16), -EIO);
    EXPECT_EQ(cons(), 10U);
    expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ILL, 10, 10);
    EXPECT_EQ(executed_asids().size(), 10U);
}

TEST_F(UapiRing, 571_case_36_aborted_fetch_that_persists_vouches_for_nothing_in_its_batch)
{
    driver.config.cmdq_abort_retries = 1;
    front.options.batch = 4;
    smmu.fault = [](const drv_cmd &cmd) { return cmd.word[0] >> 48 == 6 ? 2U : 0U; };
    EXPECT_EQ(call(0, 12), -EIO);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_EQ(cons(), 4U); // 4 and 5 are consumed, but no CMD_SYNC has followed them (4.8)
    expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ABT, 6, 6);
    EXPECT_EQ(driver.stats.cmdq_errors[REF_CERROR_ABT], 2U);
    EXPECT_EQ(front.stats.completed, 4U);
    EXPECT_EQ(front.stats.reported, 4U);
}

TEST_F(UapiRing, 571_case_38_illegal_command_before_a_sync_that_never_completes)
{
    front.options.batch = 4;
    smmu.fault = [&](const drv_cmd &cmd) {
        const bool illegal = cmd.word[0] >> 48 == 6;
        smmu.hangs = driver.stats.cmdq_errors[REF_CERROR_ILL] > 0;
        return illegal ? 1U : 0U;
    };
    EXPECT_EQ(call(0, 12), -ETIMEDOUT);
    EXPECT_EQ(cons(), 4U);
    expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ILL, 6, 6);
    EXPECT_EQ(front.stats.reported, 4U);
}

TEST_F(UapiRing, 571_refused_sync_of_our_own_makes_the_whole_batch_suspect)
{
    for (drv_sync_mode mode : {DRV_SYNC_MSI, DRV_SYNC_NONE}) {
        bring_up(mode);
        front.options.batch = 8;
        bool once = true;
        smmu.fault = [&](const drv_cmd &cmd) {
            return drv_cmd_opcode(&cmd) == REF_CMD_SYNC && std::exchange(once, false) ? 1U : 0U;
        };
        EXPECT_EQ(call(8, 16), -EIO);
        expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ILL, 8, 15);
        EXPECT_EQ(cons(), 8U);                           // what replaced it is not awaited
        smmu.fault = [](const drv_cmd &) { return 0U; }; // the other refers to this turn's 'once'
    }
}

TEST_F(UapiRing, 571_case_37_atc_timeout_suspects_a_range)
{
    driver.features.ats = true;
    bool once = true;
    smmu.fault = [&](const drv_cmd &cmd) {
        return drv_cmd_opcode(&cmd) == REF_CMD_SYNC && std::exchange(once, false) ? 3U : 0U;
    };
    entry(2, drv_cmd{{REF_CMD_ATC_INV | UINT64_C(3) << 32, 0}});
    entry(4, drv_cmd{{REF_CMD_ATC_INV | UINT64_C(4) << 32, 52}});
    EXPECT_EQ(call(0, 6), -EIO);
    EXPECT_EQ(cons(), 2U);
    expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ATC_INV_SYNC, 2, 4);
}

TEST_F(UapiRing, 571_case_38_sync_that_never_completes)
{
    front.options.batch = 4;
    smmu.fault = [&](const drv_cmd &cmd) {
        smmu.hangs = cmd.word[0] >> 48 == 6;
        return 0U;
    };
    EXPECT_EQ(call(0, 12), -ETIMEDOUT);
    EXPECT_EQ(cons(), 4U);
    EXPECT_EQ(error.valid, 0U);
    EXPECT_EQ(front.stats.reported, 4U);
    EXPECT_EQ(front.stats.issued, 8U);
}

TEST_F(UapiRing, 571_case_39_commands_that_are_not_the_guests)
{
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        const bool allowed = opcode == REF_CMD_CFGI_CD || opcode == REF_CMD_CFGI_CD_ALL ||
                             opcode == REF_CMD_TLBI_NH_ALL || opcode == REF_CMD_TLBI_NH_ASID ||
                             opcode == REF_CMD_TLBI_NH_VA || opcode == REF_CMD_TLBI_NH_VAA ||
                             opcode == REF_CMD_TLBI_NSNH_ALL;
        entry(1, drv_cmd{{opcode, 0}});
        EXPECT_EQ(call(0, 3), allowed ? 0 : -EIO) << opcode;
        EXPECT_EQ(cons(), allowed ? 3U : 1U) << opcode;
        if (!allowed)
            expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ILL, 1, 1);
    }
}

TEST_F(UapiRing, 571_case_40_sync_in_the_ring_is_refused_or_a_barrier)
{
    entry(2, drv_cmd_sync(DRV_SIG_NONE));
    EXPECT_EQ(call(0, 5), -EIO);
    EXPECT_EQ(cons(), 2U);

    front.options.sync_is_barrier = true;
    EXPECT_EQ(call(0, 5), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 1, 3, 4));
    EXPECT_EQ(drv_cmd_opcode(&smmu.executed[2]), unsigned{REF_CMD_SYNC});
    EXPECT_EQ(cons(), 5U);
    EXPECT_EQ(call(2, 3), 0); // alone
    EXPECT_THAT(executed_asids(), IsEmpty());
    EXPECT_EQ(cons(), 3U);
}

TEST_F(UapiRing, 571_case_41_unknown_stream_is_no_hardware_error)
{
    entry(1, drv_cmd_cfgi_cd_all(0x10));
    EXPECT_EQ(call(0, 3), -EIO);
    EXPECT_EQ(cons(), 1U);
    EXPECT_EQ(error.valid, 0U);
}

TEST_F(UapiRing, 571_case_42_reserved_bits_are_refused_unless_permissive)
{
    const drv_cmd doubtful[] = {
        {{REF_CMD_TLBI_NH_ALL | UINT64_C(1) << 48, 0}},       // no ASID in this one
        {{REF_CMD_TLBI_NH_ASID, 1}},                          // no Leaf
        {{REF_CMD_TLBI_NH_VA | UINT64_C(1) << 25, 1U << 10}}, // sixth bit of SCALE
        {{REF_CMD_TLBI_NH_VA, 1U << 10}},                     // one granule without a level
        {{REF_CMD_TLBI_NH_VA | 1U << 12, 0}},                 // NUM without TG
        {{REF_CMD_TLBI_NH_VA, 2U << 10 | 1U << 8}},           // 16KB, level 1
        {{REF_CMD_CFGI_CD | 1U << 11, 0}},                    // no SSV
    };
    for (const drv_cmd &cmd : doubtful) {
        hwpts[0].guest.permissive = false;
        entry(0, cmd);
        EXPECT_EQ(call(0, 1), -EIO) << std::hex << cmd.word[0] << " " << cmd.word[1];
        expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ILL, 0, 0);
        hwpts[0].guest.permissive = true;
        EXPECT_EQ(call(0, 1), 0);
        EXPECT_EQ(smmu.executed.size(), 2U);
    }
    hwpts[0].guest.permissive = false;
    entry(0, drv_cmd{{REF_CMD_TLBI_NH_VA | 3U << 12 | 2U << 20, 1U << 10}});
    EXPECT_EQ(call(0, 1), 0);
    driver.features.ranges = false;
    EXPECT_EQ(call(0, 1), -EIO);
    driver.features.asid_bits = 8;
    entry(0, drv_cmd_tlbi_nh_asid(0, 0x100));
    EXPECT_EQ(call(0, 1), -EIO);
}

TEST_F(UapiRing, 571_case_44_producer_is_the_one_given)
{
    may_read = [&](uint64_t at, size_t) {
        if (at == entry_at(1))
            put(arg_at + offsetof(iommu_hwpt_invalidate_ring, q_prod), uint32_t{9});
        return true;
    };
    EXPECT_EQ(call(0, 2), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 1));
}

TEST_F(UapiRing, 571_case_45_47_cons_is_stored_once_and_after_the_sync)
{
    std::vector<size_t> executed_then;
    may_write = [&](uint64_t at, size_t) {
        if (at == cons_at)
            executed_then.push_back(smmu.executed.size());
        return true;
    };
    front.options.batch = 2;
    EXPECT_EQ(call(0, 6), 0);
    EXPECT_THAT(executed_then, ElementsAre(0, 9)); // the probe; after three batches and their SYNCs
}

TEST_F(UapiRing, 571_case_48_ring_longer_than_the_hardware_queue)
{
    ring(10);
    fill(1024);
    EXPECT_EQ(call(1000, 1000 + 1024), 0);
    const auto asids = executed_asids();
    ASSERT_EQ(asids.size(), 1024U);
    for (unsigned i = 0; i < 1024; i++)
        ASSERT_EQ(asids[i], (1000 + i) % 1024);
    EXPECT_EQ(front.stats.batches, 17U); // of 63
}

TEST_F(UapiRing, 571_identities_are_the_guests_whatever_it_writes)
{
    hwpts[0].guest.vmid = 0x33;
    entry(0, drv_cmd_tlbi_nh_asid(0xffff, 5));
    entry(1, drv_cmd_tlbi_nsnh_all());
    entry(2, drv_cmd_cfgi_cd(0xf, 9, true));
    EXPECT_EQ(call(0, 3), 0);
    EXPECT_EQ(smmu.executed[0].word[0], 0x0005003300000011U);
    EXPECT_EQ(smmu.executed[1].word[0], 0x0000003300000010U);
    EXPECT_EQ(smmu.executed[2].word[0], 0x0000010f00009005U);
    EXPECT_EQ(smmu.executed[2].word[1], 1U);
}

TEST_F(UapiRing, 571_earlier_hardware_error_wins_over_a_later_refusal)
{
    smmu.fault = [](const drv_cmd &cmd) { return cmd.word[0] >> 48 == 1 ? 1U : 0U; };
    entry(3, drv_cmd{{0xff, 0}});
    EXPECT_EQ(call(0, 5), -EIO);
    EXPECT_EQ(cons(), 1U);
    expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ILL, 1, 1);
}

TEST_F(UapiRing, 571_nothing_is_reported_that_was_not_completed)
{
    /* Every kind of failure at every place, over several laps and batch sizes. */
    uint32_t position = 0;
    for (unsigned round = 0; round < 2000; round++) {
        const unsigned bad = round * 7 % 16, kind = round % 4;
        front.options.batch = round % 5 + 1;
        fill(16);
        smmu.fault = [=](const drv_cmd &cmd) {
            return kind == 1 && drv_cmd_opcode(&cmd) == REF_CMD_TLBI_NH_ASID &&
                           cmd.word[0] >> 48 == bad
                       ? 1U
                       : 0U;
        };
        if (kind == 2)
            entry(bad, drv_cmd{{0xff, 0}});
        may_read = [=](uint64_t at, size_t) { return kind != 3 || at != entry_at(bad); };
        const uint32_t prod = (position + round % 17) % 32;
        const uint64_t reported = front.stats.reported;
        const int rc = call(position, prod);
        const uint32_t advanced = (cons() - position) & 31;
        ASSERT_EQ(rc == 0, cons() == prod);
        ASSERT_EQ(front.stats.reported - reported, advanced);
        ASSERT_EQ(executed_asids().size(), advanced);
        ASSERT_LE(front.stats.reported, front.stats.completed);
        ASSERT_LE(front.stats.completed, front.stats.issued);
        if (rc) {
            ASSERT_EQ(cons() & 15, bad);
        }
        position = cons();
    }
}

} // namespace
