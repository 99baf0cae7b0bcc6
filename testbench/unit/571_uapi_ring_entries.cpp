/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drafted invalidation ring beyond its table of cases (570): which commands are admitted, where
 * chunks end, faults at every byte of a call, entries that change while they are read, and several
 * calls at a time.
 */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "unit/uapi_fixture.h"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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
        space.holes = 0;
        if (kind == 3)
            hole(entry_at(bad), entry_at(bad) + 1);
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

TEST_F(UapiRing, 571_refused_structure_has_no_effect_whatever_is_wrong_with_it)
{
    /* Every member with every interesting value: one errno, or what the members say. */
    const uint64_t values[] = {0,
                               1,
                               15,
                               16,
                               17,
                               31,
                               32,
                               39,
                               40,
                               48,
                               64,
                               0x7fffffff,
                               0x80000000,
                               0xffffffff,
                               ring_at,
                               cons_at,
                               user_base + user_size - 4,
                               UINT64_MAX - 3,
                               UINT64_MAX};
    const size_t members[][2] = {{0, 4},  {4, 4},  {8, 8},  {16, 8}, {24, 4},
                                 {28, 4}, {32, 4}, {36, 4}, {40, 8}};
    for (const auto &[offset, bytes] : members)
        for (const auto &[offset2, bytes2] : members)
            for (uint64_t a : values)
                for (uint64_t b : values) {
                    ring(4);
                    put(cons_at, uint32_t{0});
                    arg.ring.q_prod = 1;
                    put(arg_at, arg);
                    std::memcpy(&user[arg_at + offset - user_base], &a, bytes);
                    std::memcpy(&user[arg_at + offset2 - user_base], &b, bytes2);
                    smmu.executed.clear();
                    const uint64_t before = front.stats.issued;
                    const int rc = uapi_ring_invalidate(&front, arg_at);
                    const uint64_t issued = front.stats.issued - before;
                    switch (rc) {
                    case -EINVAL:
                    case -E2BIG:
                    case -ENOENT:
                    case -EOPNOTSUPP:
                        ASSERT_EQ(issued, 0U) << offset << "=" << a << " " << offset2 << "=" << b;
                        break;
                    case 0:
                    case -EFAULT:
                    case -EIO:
                        break;
                    default:
                        FAIL() << rc << " for " << offset << "=" << a << " " << offset2 << "=" << b;
                    }
                    for (const drv_cmd &cmd : smmu.executed)
                        ASSERT_TRUE(drv_cmd_opcode(&cmd) == REF_CMD_SYNC ||
                                    drv_cmd_opcode(&cmd) == REF_CMD_TLBI_NH_ASID);
                    fill(16); /* the cons word may have been stored into the ring */
                }
}

TEST_F(UapiRing, 571_memory_that_fails_at_any_byte_of_a_call)
{
    front.options.batch = 3;
    unsigned failed = 0;
    for (uint64_t bytes = 0;; bytes++) {
        const uapi_stats before = front.stats;
        space.faults_after = bytes;
        const int rc = call(13, 0x14); // 7 entries over the wrap, 3 chunks
        const uint64_t left = std::exchange(space.faults_after, UINT64_MAX);
        const uint64_t issued = front.stats.issued - before.issued,
                       completed = front.stats.completed - before.completed,
                       reported = front.stats.reported - before.reported;

        ASSERT_LE(reported, completed) << bytes;
        ASSERT_LE(completed, issued) << bytes;
        ASSERT_EQ(completed, executed_asids().size()) << bytes;
        if (rc == 0) {
            EXPECT_EQ(cons(), 0x14U);
            EXPECT_EQ(left, 0U); // the last byte of all was needed
            EXPECT_EQ(reported, 7U);
            EXPECT_GT(failed, 7U * 16U);
            break;
        }
        ASSERT_EQ(rc, -EFAULT) << bytes;
        /* A store of cons that fails may be torn; otherwise what it says is what was reported. */
        if (left == 0 && reported == 0 && completed)
            continue;
        ASSERT_EQ(((cons() - 13) & 31), reported) << bytes;
        failed++;
    }
}

class UapiRingChunks : public UapiRing, public testing::WithParamInterface<unsigned> {};

/* Around the 63 commands that a chunk has: all of them, a refused one at each place, and the same
 * with the wrap of the ring at each place. */
TEST_P(UapiRingChunks, 571_failure_at_any_place_of_lists_around_the_size_of_a_chunk)
{
    const unsigned n = GetParam();

    ring(8);
    for (unsigned wrap_after : {0U, 1U, 62U, 63U, 64U}) {
        const uint32_t first = 256 - wrap_after;
        for (unsigned bad = 0; bad <= n; bad++) {
            const uapi_stats before = front.stats;
            fill(256);
            if (bad < n)
                entry((first + bad) % 256, drv_cmd{{0xff, 0}});
            ASSERT_EQ(call(first % 512, (first + n) % 512), bad < n ? -EIO : 0);
            ASSERT_EQ(cons(), (first + bad) % 512);
            ASSERT_EQ(front.stats.reported - before.reported, bad);
            ASSERT_EQ(front.stats.issued - before.issued, bad);
            ASSERT_EQ(front.stats.batches - before.batches, (bad + 62) / 63);
            ASSERT_EQ(executed_asids().size(), bad);
            if (bad < n)
                expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ILL, (first + bad) % 512,
                             (first + bad) % 512);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, UapiRingChunks, testing::Values(1, 62, 63, 64, 65, 126, 127));

/* The same refused by hardware, which has the whole chunk by then. */
TEST_F(UapiRing, 571_hardware_error_in_a_later_chunk_right_after_the_wrap)
{
    ring(8);
    fill(256);
    for (unsigned chunk : {63U, 64U}) {
        front.options.batch = chunk;
        const uint32_t first = 256 - chunk; // the second chunk begins at index 0
        fail(0, REF_CERROR_ILL);
        const uapi_stats before = front.stats;
        EXPECT_EQ(call(first, first + 2 * chunk), -EIO);
        EXPECT_EQ(cons(), 256U); // the wrap flag
        expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ILL, 256, 256);
        EXPECT_EQ(front.stats.issued - before.issued, 2 * chunk);
        EXPECT_EQ(front.stats.completed - before.completed, chunk);
        EXPECT_EQ(front.stats.reported - before.reported, chunk);
        EXPECT_EQ(executed_asids().size(), chunk);
    }
}

TEST_F(UapiRing, 571_case_29_entries_that_change_at_every_copy_are_read_once)
{
    /* Another thread makes each entry forbidden the moment before it is copied, legal the moment
     * before the next copy, and the other way round: what is executed is what was judged. */
    const drv_cmd legal = drv_cmd_tlbi_nh_asid(0xffff, 5), illegal = drv_cmd_tlbi_el2_all();
    std::vector<unsigned> reads(16);
    bool start_legal = true;
    meanwhile = [&](uint64_t at, size_t n, bool write) {
        if (write || at < ring_at || at >= entry_at(16))
            return;
        for (uint64_t i = (at - ring_at) / 16; i <= (at + n - 1 - ring_at) / 16; i++)
            entry(static_cast<uint32_t>(i), (reads[i]++ % 2 == 0) == start_legal ? legal : illegal);
    };
    hwpts[0].guest.vmid = 0x33;
    EXPECT_EQ(call(0, 16), 0);
    EXPECT_EQ(reads, std::vector<unsigned>(16, 1)); // once, neither more nor in pieces
    for (const drv_cmd &cmd : smmu.executed)
        if (drv_cmd_opcode(&cmd) != REF_CMD_SYNC) {
            EXPECT_EQ(cmd.word[0], 0x0005003300000011U);
        }
    start_legal = false;
    reads.assign(16, 0);
    EXPECT_EQ(call(0, 16), -EIO);
    EXPECT_EQ(cons(), 0U);
    EXPECT_EQ(front.stats.issued, 16U);
}

TEST_F(UapiRing, 571_case_43_consumer_index_that_moves_back_is_noticed)
{
    EXPECT_EQ(call(0, 12), 0);
    EXPECT_EQ(call(12, 14), 0);   // goes on
    EXPECT_EQ(call(15, 0x10), 0); // has left out an entry
    EXPECT_EQ(hwpts[0].consumer.moved_back, 0U);
    EXPECT_EQ(call(14, 0x10), 0);
    EXPECT_EQ(hwpts[0].consumer.moved_back, 1U);
    EXPECT_EQ(call(0x10, 0x12), 0);
    EXPECT_EQ(hwpts[0].consumer.moved_back, 1U);
    arg.ring.q_entry_num = 12; // an array is set back every time
    EXPECT_EQ(call(0, 12), 0);
    EXPECT_EQ(call(0, 12), 0);
    EXPECT_EQ(hwpts[0].consumer.moved_back, 1U);
}

} // namespace
