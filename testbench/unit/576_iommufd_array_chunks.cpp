/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays longer than a chunk, and failures in any of them: what is issued, what is complete and
 * what is said to be done. As merged more is said than is done; as it should be, never.
 */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <numeric>
#include <random>

#include "unit/iommufd_fixture.h"

namespace {

using testing::IsEmpty;

class ArrayChunks : public Iommufd {
protected:
    static std::vector<unsigned> first(unsigned n)
    {
        std::vector<unsigned> list(n);
        std::iota(list.begin(), list.end(), 0U);
        return list;
    }
    unsigned syncs() const
    {
        unsigned n = 0;
        for (const drv_cmd &cmd : smmu.executed)
            n += drv_cmd_opcode(&cmd) == REF_CMD_SYNC;
        return n;
    }
    void count_from_here() { ctx.stats = {}; }
    uint64_t untrue() const
    {
        return ctx.stats.reported > ctx.stats.completed ? ctx.stats.reported - ctx.stats.completed
                                                        : 0;
    }
    static bool has_asid(const drv_cmd &cmd, unsigned asid)
    {
        return drv_cmd_opcode(&cmd) == REF_CMD_TLBI_NH_ASID && cmd.word[0] >> 48 == asid;
    }
};

const drv_cmd forbidden = {{REF_CMD_CFGI_STE, 1}};

TEST_F(ArrayChunks, 576_one_sync_for_each_63_commands)
{
    const struct {
        uint32_t n;
        unsigned syncs;
    } rows[] = {{1, 1}, {62, 1}, {63, 1}, {64, 2}, {65, 2}, {126, 2}, {127, 3}, {1000, 16}};
    for (const auto &row : rows)
        for (const bool merged : {true, false}) {
            ctx.options.merged = merged;
            fill(row.n);
            count_from_here();
            EXPECT_EQ(call(), 0);
            EXPECT_EQ(done(), row.n);
            EXPECT_EQ(executed_asids(), first(row.n));
            EXPECT_EQ(syncs(), row.syncs) << row.n;
            EXPECT_EQ(ctx.stats.batches, row.syncs);
            EXPECT_EQ(ctx.stats.reported, row.n);
            EXPECT_EQ(ctx.stats.completed, row.n);
            EXPECT_EQ(ctx.stats.issued, row.n);
        }
}

/* n commands, the one at 'bad' is refused: what is said to be done, and what was. */
TEST_F(ArrayChunks, 576_a_refused_command_in_any_chunk)
{
    const struct {
        uint32_t n, bad, executed, merged_num;
    } rows[] = {
        {10, 0, 0, 0},     {10, 4, 0, 4},       {10, 9, 0, 9},        {63, 62, 0, 62},
        {64, 62, 0, 62},   {64, 63, 63, 63},    {65, 63, 63, 63},     {65, 64, 63, 64},
        {100, 70, 63, 70}, {200, 125, 63, 125}, {200, 126, 126, 126}, {200, 199, 189, 199},
    };
    for (const auto &row : rows)
        for (const bool merged : {true, false}) {
            SCOPED_TRACE(std::to_string(row.n) + " commands, bad is " + std::to_string(row.bad) +
                         (merged ? ", as merged" : ""));
            ctx.options.merged = merged;
            fill(row.n);
            entry(row.bad, forbidden);
            count_from_here();
            EXPECT_EQ(call(), -EIO);
            EXPECT_EQ(executed_asids(), first(row.executed));
            EXPECT_EQ(ctx.stats.completed, row.executed);
            EXPECT_EQ(done(), merged ? row.merged_num : row.executed);
            EXPECT_EQ(untrue(), merged ? row.merged_num - row.executed : 0);
            if (!merged)
                expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ILL, row.bad, row.bad);
        }
}

/* A caller that goes on behind "the failed one", as entry_num invites to. */
TEST_F(ArrayChunks, 576_resuming_behind_the_failed_one_loses_commands_as_merged)
{
    for (const bool merged : {true, false}) {
        ctx.options.merged = merged;
        fill(10);
        entry(4, forbidden);
        EXPECT_EQ(call(), -EIO);
        std::vector<unsigned> seen = executed_asids();
        const uint32_t next = merged ? done() + 1 : 5; // the record names it
        if (!merged) {
            EXPECT_EQ(error.first_suspect, 4U);
            EXPECT_EQ(done(), 0U);
            request(4);
            EXPECT_EQ(call(), 0);
            seen = executed_asids();
        }
        request(10 - next);
        arg.array.data_uptr = entry_at(next);
        EXPECT_EQ(call(), 0);
        for (unsigned asid : executed_asids())
            seen.push_back(asid);
        EXPECT_EQ(seen, merged ? (std::vector<unsigned>{5, 6, 7, 8, 9})
                               : (std::vector<unsigned>{0, 1, 2, 3, 5, 6, 7, 8, 9}));
    }
}

TEST_F(ArrayChunks, 576_unreadable_memory_in_the_middle)
{
    for (const bool merged : {true, false}) {
        ctx.options.merged = merged;
        space.holes = 0;
        fill(200);
        make_unreadable(entry_at(130) + 7, entry_at(130) + 8);
        count_from_here();
        EXPECT_EQ(call(), -EFAULT);
        EXPECT_EQ(done(), merged ? 0U : 126U); // as merged all is copied before anything is done
        EXPECT_EQ(executed_asids(), first(merged ? 0 : 126));
        EXPECT_EQ(untrue(), 0U);
        if (!merged)
            expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ABT, 130, 130);
    }
}

TEST_F(ArrayChunks, 576_every_byte_of_a_chunk_can_be_the_one_that_faults)
{
    fill(3);
    for (unsigned byte = 0; byte < 48; byte++) {
        space.holes = 0;
        request(3);
        make_unreadable(array_at + byte, array_at + byte + 1);
        EXPECT_EQ(call(), -EFAULT);
        EXPECT_EQ(done(), 0U);
        EXPECT_THAT(smmu.written, IsEmpty());
        expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ABT, byte / 16, byte / 16);
    }
}

TEST_F(ArrayChunks, 576_a_sync_that_does_not_complete_in_the_second_chunk)
{
    for (const bool merged : {true, false}) {
        smmu.hangs = false;
        smmu.fault = [](const drv_cmd &) { return 0U; };
        SetUp();
        ctx.options.merged = merged;
        smmu.fault = [&](const drv_cmd &cmd) {
            smmu.hangs = has_asid(cmd, 70);
            return 0U;
        };
        fill(130);
        count_from_here();
        EXPECT_EQ(call(), -ETIMEDOUT);
        EXPECT_EQ(done(), merged ? 125U : 63U); // 62 of a chunk that nobody knows to be complete
        EXPECT_EQ(ctx.stats.issued, 126U);
        EXPECT_EQ(ctx.stats.completed, 63U);
        EXPECT_EQ(untrue(), merged ? 62U : 0U);
        EXPECT_EQ(error.valid, 0U);
    }
}

TEST_F(ArrayChunks, 576_without_memory_for_the_copy_nothing_is_done_and_all_is_reported_as_merged)
{
    ctx.options.merged = true;
    ctx.allocate = [](size_t) -> void * { return nullptr; };
    fill(100);
    count_from_here();
    EXPECT_EQ(call(), -ENOMEM);
    EXPECT_EQ(done(), 100U);
    EXPECT_EQ(ctx.stats.completed, 0U);
    EXPECT_EQ(untrue(), 100U);
    ctx.options.merged = false; // needs none
    fill(100);
    EXPECT_EQ(call(), 0);
    EXPECT_EQ(executed_asids(), first(100));
}

TEST_F(ArrayChunks, 576_what_the_hardware_refuses_is_success_as_merged)
{
    for (const bool merged : {true, false}) {
        ctx.options.merged = merged;
        smmu.fault = [&](const drv_cmd &cmd) { return has_asid(cmd, 65) ? 1U : 0U; };
        fill(100);
        count_from_here();
        EXPECT_EQ(call(), merged ? 0 : -EIO);
        EXPECT_EQ(done(), merged ? 100U : 65U);
        EXPECT_EQ(ctx.stats.completed, merged ? 99U : 65U);
        EXPECT_EQ(untrue(), merged ? 1U : 0U);
        if (!merged) {
            expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ILL, 65, 65);
            EXPECT_EQ(executed_asids(), first(65)); // the rest of the chunk is withdrawn
        }
    }
}

TEST_F(ArrayChunks, 576_an_ats_timeout_is_success_as_merged_and_a_range_otherwise)
{
    for (const bool merged : {true, false}) {
        bool once = true;
        ctx.options.merged = merged;
        smmu.fault = [&](const drv_cmd &cmd) {
            return drv_cmd_opcode(&cmd) == REF_CMD_SYNC && std::exchange(once, false) ? 3U : 0U;
        };
        fill(6);
        for (uint32_t i : {2U, 4U})
            entry(i, drv_cmd{{REF_CMD_ATC_INV | uint64_t{vsid} << 32, 52}});
        count_from_here();
        EXPECT_EQ(call(), merged ? 0 : -EIO);
        EXPECT_EQ(untrue(), merged ? 2U : 0U);
        if (!merged)
            expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ATC_INV_SYNC, 2, 4);
    }
}

TEST_F(ArrayChunks, 576_an_aborted_fetch_names_its_command)
{
    smmu.fault = [&](const drv_cmd &cmd) { return has_asid(cmd, 64) ? 2U : 0U; };
    fill(100);
    EXPECT_EQ(call(), -EIO);
    EXPECT_EQ(done(), 63U);
    expect_error(UAPI_ERROR_HARDWARE, REF_CERROR_ABT, 64, 64);
}

TEST_F(ArrayChunks, 576_blame_by_device_and_by_command_puts_a_sync_behind_each)
{
    new_vdevice(viommu_id, second_device->id, vsid + 1);
    const struct {
        uapi_attribution attribution;
        unsigned syncs;
    } rows[] = {{UAPI_BLAME_CHUNK, 1}, {UAPI_BLAME_DEVICE, 2}, {UAPI_BLAME_COMMAND, 4}};
    for (const auto &row : rows) {
        ctx.options.attribution = row.attribution;
        fill(4);
        for (uint32_t i = 0; i < 4; i++)
            entry(i, drv_cmd{{REF_CMD_ATC_INV | uint64_t{vsid + i / 2} << 32, 52}});
        EXPECT_EQ(call(), 0);
        EXPECT_EQ(done(), 4U);
        EXPECT_EQ(syncs(), row.syncs);
    }
}

TEST_F(ArrayChunks, 576_chunk_sizes_down_to_one_and_a_queue_that_is_smaller)
{
    for (unsigned chunk : {1U, 2U, 7U, 64U, 1000U}) {
        ctx.options.chunk = chunk;
        const unsigned limit = std::min(chunk, unsigned{UAPI_CHUNK_MAX});
        fill(130);
        EXPECT_EQ(call(), 0);
        EXPECT_EQ(executed_asids(), first(130));
        EXPECT_EQ(syncs(), (130 + limit - 1) / limit);
    }
}

/* Every kind of failure at every place: only as merged is more reported than is complete. */
TEST_F(ArrayChunks, 576_reported_never_exceeds_completed_but_as_merged)
{
    for (const bool merged : {true, false}) {
        std::mt19937 engine(1);
        const auto below = [&](unsigned n) { return static_cast<unsigned>(engine() % n); };
        uint64_t untrue_in_all = 0;
        ctx.options.merged = merged;
        for (unsigned round = 0; round < 600; round++) {
            const uint32_t n = 1 + below(200), bad = below(n);
            const unsigned kind = below(5);
            ctx.options.chunk = merged ? 0 : below(65);
            space.holes = 0;
            fill(n);
            smmu.fault = [=](const drv_cmd &cmd) { return kind == 1 && has_asid(cmd, bad); };
            if (kind == 2)
                entry(bad, forbidden);
            if (kind == 3)
                make_unreadable(entry_at(bad), entry_at(bad) + 1 + below(16));
            if (kind == 4)
                entry(bad, drv_cmd_cfgi_cd_all(vsid + 1));
            count_from_here();
            const int rc = call();
            ASSERT_EQ(rc, kind == 3 ? -EFAULT : kind == 0 || (merged && kind == 1) ? 0 : -EIO);
            ASSERT_LE(ctx.stats.completed, ctx.stats.issued);
            ASSERT_EQ(ctx.stats.reported, done());
            ASSERT_EQ(executed_asids().size(), ctx.stats.completed);
            if (!merged) {
                ASSERT_EQ(untrue(), 0U);
                ASSERT_EQ(executed_asids(), first(done()));
            }
            untrue_in_all += untrue();
        }
        EXPECT_EQ(untrue_in_all > 0, merged);
    }
}

/* ---- an array in several pieces */

class GatheredArray : public ArrayChunks {
protected:
    static constexpr uint64_t segments_at = user_base + 0x4000;
    iommu_hwpt_invalidate_gather gather = {};

    void pieces(std::initializer_list<iommu_invalidate_segment> list)
    {
        gather = {};
        gather.size = sizeof gather;
        gather.hwpt_id = viommu_id;
        gather.segments_uptr = segments_at;
        gather.segment_num = static_cast<uint32_t>(list.size());
        gather.data_type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3;
        gather.entry_len = 16;
        gather.out_error_uptr = error_at;
        for (uint32_t i = 0; i < list.size(); i++)
            put(segments_at + 16 * i, list.begin()[i]);
    }

    int call_gather()
    {
        smmu.executed.clear();
        smmu.written.clear();
        const int rc = ioctl(iommufd_hwpt_invalidate_gather, gather);
        error = get<uapi_error_record>(error_at);
        return rc;
    }
};

TEST_F(GatheredArray, 576_a_queue_that_wraps_is_one_call_and_chunks_go_over_the_wrap)
{
    fill(100);
    pieces({{entry_at(60), 40, 0}, {array_at, 20, 0}});
    count_from_here();
    EXPECT_EQ(call_gather(), 0);
    EXPECT_EQ(gather.entry_num, 60U);
    std::vector<unsigned> expected;
    for (unsigned i = 0; i < 60; i++)
        expected.push_back((60 + i) % 100);
    EXPECT_EQ(executed_asids(), expected);
    EXPECT_EQ(syncs(), 1U);
    EXPECT_EQ(ctx.stats.reported, 60U);
}

TEST_F(GatheredArray, 576_entries_are_numbered_through)
{
    fill(200);
    entry(131, forbidden);
    pieces({{array_at, 50, 0}, {0, 0, 0}, {entry_at(50), 1, 0}, {entry_at(51), 149, 0}});
    EXPECT_EQ(call_gather(), -EIO);
    EXPECT_EQ(gather.entry_num, 126U);
    EXPECT_EQ(executed_asids(), first(126));
    expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ILL, 131, 131);
    entry(131, drv_cmd_tlbi_nh_asid(0, 131));
    make_unreadable(entry_at(50) + 3, entry_at(50) + 4);
    EXPECT_EQ(call_gather(), -EFAULT);
    EXPECT_EQ(gather.entry_num, 0U);
    expect_error(UAPI_ERROR_SOFTWARE, REF_CERROR_ABT, 50, 50);
}

TEST_F(GatheredArray, 576_errno_of_bad_pieces)
{
    constexpr uint32_t most = 1U << 19;
    const struct {
        const char *what;
        int rc;
        std::function<void()> given;
    } rows[] = {
        {"no piece", 0, [&] { pieces({}); }},
        {"pieces of nothing", 0,
         [&] {
             pieces({{0, 0, 0}, {0, 0, 0}});
         }},
        {"nine", -EINVAL,
         [&] {
             pieces({});
             gather.segment_num = 9;
         }},
        {"far too many", -EINVAL,
         [&] {
             pieces({});
             gather.segment_num = UINT32_MAX;
         }},
        {"list unreadable", -EFAULT,
         [&] {
             pieces({{array_at, 1, 0}});
             gather.segments_uptr = 8;
         }},
        {"reserved", -EOPNOTSUPP,
         [&] {
             pieces({{array_at, 1, 0}, {array_at, 1, 1}});
         }},
        {"a piece nowhere", -EINVAL,
         [&] {
             pieces({{array_at, 1, 0}, {0, 1, 0}});
         }},
        {"too many in sum", -EINVAL,
         [&] {
             pieces({{array_at, most, 0}, {array_at, 1, 0}});
         }},
        {"sum wraps", -EINVAL,
         [&] {
             pieces({{array_at, 5, 0}, {array_at, UINT32_MAX, 0}});
         }},
        {"piece wraps", -EFAULT,
         [&] {
             pieces({{array_at, 1, 0}, {UINT64_MAX - 15, 2, 0}});
         }},
        {"size", -EINVAL,
         [&] {
             pieces({{array_at, 1, 0}});
             gather.size = 32;
         }},
        {"object", -ENOENT,
         [&] {
             pieces({{array_at, 1, 0}});
             gather.hwpt_id = unknown_id;
         }},
        {"a kernel that has it not", -EOPNOTSUPP,
         [&] {
             pieces({{array_at, 1, 0}});
             ctx.options.merged = true;
         }},
    };
    fill(4);
    for (const auto &row : rows) {
        row.given();
        EXPECT_EQ(call_gather(), row.rc) << row.what;
        EXPECT_EQ(gather.entry_num, 0U) << row.what;
        EXPECT_THAT(smmu.written, IsEmpty()) << row.what;
    }
}

} // namespace
