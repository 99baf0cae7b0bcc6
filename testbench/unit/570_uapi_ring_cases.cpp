/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arguments of the drafted invalidation ring: its structure, its pointers and its indexes. The
 * numbers are those of the table in docs/uapi-ring.md.
 */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "unit/uapi_fixture.h"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(UapiRing, 570_entries_from_cons_up_to_prod_are_executed_in_order)
{
    EXPECT_EQ(call(2, 6), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(2, 3, 4, 5));
    EXPECT_EQ(drv_cmd_opcode(&smmu.executed.back()), unsigned{REF_CMD_SYNC});
    EXPECT_EQ(cons(), 6U);
    EXPECT_EQ(error.valid, 0U); // 52
    EXPECT_EQ(front.stats.reported, 4U);
    EXPECT_EQ(front.stats.completed, 4U);
}

TEST_F(UapiRing, 570_case_01_index_width_above_31_is_refused)
{
    arg.ring.q_index_bits = 32;
    expect_refused(0, 1, -EINVAL);
    arg.ring.q_index_bits = UINT32_MAX;
    expect_refused(0, 1, -EINVAL);
}

TEST_F(UapiRing, 570_case_02_31_index_bits_have_their_wrap_flag_in_bit_31)
{
    arg.ring.q_index_bits = 31;
    arg.ring.q_entry_num = 1U << 31;
    arg.ring.q_uptr = ring_at - (UINT64_C(16) << 31) + 16 * 8; // the last 8 entries are here
    const uint32_t last = (1U << 31) - 1;
    for (uint32_t i = 0; i < 2; i++)
        put(arg.ring.q_uptr + 16 * uint64_t{last - 1 + i},
            drv_cmd_tlbi_nh_asid(0, static_cast<uint16_t>(i)));
    EXPECT_EQ(call(last - 1, 1U << 31), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 1));
    EXPECT_EQ(cons(), 1U << 31);
}

TEST_F(UapiRing, 570_case_03_ring_of_one_entry)
{
    ring(0);
    EXPECT_EQ(call(0, 1), 0);
    EXPECT_EQ(cons(), 1U);
    EXPECT_EQ(call(1, 0), 0);
    EXPECT_EQ(cons(), 0U);
    EXPECT_EQ(executed_asids().size(), 1U);
    expect_refused(0, 2, -EINVAL);
}

TEST_F(UapiRing, 570_case_04_no_entries_is_a_probe)
{
    arg.ring.q_entry_num = 0;
    EXPECT_EQ(call(0, 0), 0);
    EXPECT_THAT(smmu.written, IsEmpty());
    expect_refused(0, 1, -EINVAL);
    expect_refused(1, 1, -EINVAL);
}

TEST_F(UapiRing, 570_case_05_more_entries_than_indexes_are_refused)
{
    arg.ring.q_entry_num = 17;
    expect_refused(0, 1, -EINVAL);
}

TEST_F(UapiRing, 570_case_06_odd_length_cannot_be_used_as_ring)
{
    arg.ring.q_entry_num = 12;
    expect_refused(0, 0x10, -EINVAL); // wrap flag in prod
    expect_refused(0x10, 0x10, -EINVAL);
    expect_refused(5, 3, -EINVAL); // would have to wrap
    expect_refused(0x1b, 0x02, -EINVAL);
}

TEST_F(UapiRing, 570_case_07_flat_array_of_any_length)
{
    arg.ring.q_entry_num = 12;
    EXPECT_EQ(call(0, 12), 0);
    EXPECT_EQ(executed_asids().size(), 12U);
    EXPECT_EQ(cons(), 12U);
    EXPECT_EQ(call(9, 12), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(9, 10, 11));
    expect_refused(0, 13, -EINVAL); // 15, 16
}

TEST_F(UapiRing, 570_case_08_full_ring_and_full_array_are_the_same)
{
    EXPECT_EQ(call(0, 16), 0);
    EXPECT_EQ(executed_asids().size(), 16U);
    EXPECT_EQ(cons(), 16U);
}

TEST_F(UapiRing, 570_case_09_finished_array_is_empty_until_cons_is_reset)
{
    arg.ring.q_entry_num = 12;
    EXPECT_EQ(call(12, 12), 0);
    EXPECT_THAT(smmu.written, IsEmpty());
    expect_refused(12, 5, -EINVAL);
}

TEST_F(UapiRing, 570_case_10_bits_above_the_wrap_flag_are_refused)
{
    expect_refused(0, 0x21, -EINVAL);
    expect_refused(0x20, 1, -EINVAL);
}

TEST_F(UapiRing, 570_case_11_error_code_left_in_cons_is_refused)
{
    expect_refused(0x01000000, 1, -EINVAL);
}

TEST_F(UapiRing, 570_case_12_equal_positions_mean_nothing_to_do)
{
    for (uint32_t p : {0U, 7U, 0x13U}) {
        EXPECT_EQ(call(p, p), 0);
        EXPECT_EQ(cons(), p);
        EXPECT_THAT(smmu.written, IsEmpty());
    }
    arg.ring.q_entry_len = 0; // 18: counts only with entries
    EXPECT_EQ(call(3, 3), 0);
}

TEST_F(UapiRing, 570_case_13_equal_index_and_other_wrap_is_full)
{
    EXPECT_EQ(call(5, 0x15), 0);
    EXPECT_EQ(executed_asids().size(), 16U);
    EXPECT_EQ(executed_asids().front(), 5U);
    EXPECT_EQ(executed_asids().back(), 4U);
    EXPECT_EQ(cons(), 0x15U);
}

TEST_F(UapiRing, 570_case_14_cons_ahead_of_prod_is_refused)
{
    expect_refused(6, 5, -EINVAL);
    expect_refused(0x10, 0x0f, -EINVAL);
}

TEST_F(UapiRing, 570_case_17_example_of_the_draft)
{
    EXPECT_EQ(call(0x0f, 0x11), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(15, 0));
    EXPECT_EQ(cons(), 0x11U);
}

TEST_F(UapiRing, 570_case_18_19_22_entry_length_out_of_bounds)
{
    for (uint32_t length : {0U, 1U, 8U, 15U, 4097U, UINT32_MAX}) {
        arg.ring.q_entry_len = length;
        expect_refused(0, 1, -EINVAL);
    }
}

TEST_F(UapiRing, 570_case_20_longer_entries_are_accepted_while_their_tail_is_zero)
{
    for (uint32_t length : {17U, 24U, 200U, 4096U}) {
        user.assign(user_size, 0);
        arg.ring.q_entry_len = length;
        fill(16);
        EXPECT_EQ(call(0, 5), 0) << length;
        EXPECT_THAT(executed_asids(), ElementsAre(0, 1, 2, 3, 4));
        user[entry_at(4) - 1 - user_base] = 1; // last byte of entry 3
        EXPECT_EQ(call(0, 5), -E2BIG) << length;
        EXPECT_THAT(executed_asids(), ElementsAre(0, 1, 2));
        EXPECT_EQ(cons(), 3U);
        EXPECT_EQ(error.valid, 0U);
    }
}

TEST_F(UapiRing, 570_case_21_23_queue_pointer_null_or_wrapping)
{
    arg.ring.q_uptr = 0;
    expect_refused(0, 1, -EINVAL);
    arg.ring.q_uptr = UINT64_MAX - 16 * 16 + 1;
    expect_refused(0, 1, -EINVAL);
}

TEST_F(UapiRing, 570_case_22_more_than_the_largest_queue_in_one_call)
{
    arg.ring.q_index_bits = 20;
    arg.ring.q_entry_num = 1 << 20;
    expect_refused(0, (1 << 19) + 1, -EINVAL);
}

TEST_F(UapiRing, 570_case_24_unaligned_queue_pointer_is_fine)
{
    const drv_cmd cmd = drv_cmd_tlbi_nh_asid(0, 0x99);
    arg.ring.q_uptr = ring_at + 3;
    put(ring_at + 3, cmd);
    EXPECT_EQ(call(0, 1), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(0x99));
}

TEST_F(UapiRing, 570_case_25_26_27_consumer_index_must_be_aligned_readable_and_writable)
{
    arg.ring.q_cons_uptr = cons_at + 2;
    EXPECT_EQ(call(0, 1), -EINVAL);
    arg.ring.q_cons_uptr = 0;
    EXPECT_EQ(call(0, 1), -EFAULT);
    arg.ring.q_cons_uptr = user_base + user_size;
    EXPECT_EQ(call(0, 1), -EFAULT);
    arg.ring.q_cons_uptr = cons_at;
    may_write = [](uint64_t at, size_t) { return at != cons_at; };
    EXPECT_EQ(call(0, 1), -EFAULT);
    EXPECT_THAT(smmu.written, IsEmpty());

    unsigned writes = 0; // the probe succeeds, the final store does not
    may_write = [&](uint64_t at, size_t) { return at != cons_at || writes++ == 0; };
    EXPECT_EQ(call(0, 3), -EFAULT);
    EXPECT_EQ(cons(), 0U);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 1, 2)); // work done; a repeat is harmless
    EXPECT_EQ(front.stats.reported, 0U);
}

TEST_F(UapiRing, 570_case_28_consumer_index_inside_the_ring_is_written_last)
{
    arg.ring.q_cons_uptr = entry_at(1) + 12; // upper half of the second word of entry 1
    smmu.executed.clear();
    arg.ring.q_prod = 2;
    put(arg_at, arg);
    EXPECT_EQ(uapi_ring_invalidate(&front, arg_at), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(0, 1));
    EXPECT_EQ(get<uint32_t>(entry_at(1) + 12), 2U);
}

TEST_F(UapiRing, 570_case_29_entry_is_read_once)
{
    unsigned reads = 0;
    may_read = [&](uint64_t at, size_t) {
        reads += at >= entry_at(3) && at < entry_at(4);
        return true;
    };
    EXPECT_EQ(call(3, 4), 0);
    EXPECT_EQ(reads, 1U);
}

TEST_F(UapiRing, 570_case_49_size_of_the_structure)
{
    put(cons_at, uint32_t{0});
    arg.ring.q_prod = 2;
    const auto with_size = [&](uint32_t size) {
        put(cons_at, uint32_t{0});
        arg.ring.size = size;
        put(arg_at, arg);
        return uapi_ring_invalidate(&front, arg_at);
    };
    arg.out_error_uptr = 0;
    EXPECT_EQ(with_size(39), -EINVAL);
    EXPECT_EQ(with_size(0), -EINVAL);
    EXPECT_EQ(with_size(40), 0);
    EXPECT_EQ(with_size(44), 0);
    EXPECT_EQ(with_size(48), 0);
    EXPECT_EQ(with_size(64), 0);
    EXPECT_EQ(with_size(4097), -E2BIG);
    put(arg_at + 63, uint8_t{1});
    EXPECT_EQ(with_size(64), -E2BIG);
    EXPECT_EQ(with_size(63), 0);
    arg.out_error_uptr = error_at;
    EXPECT_EQ(with_size(44), -EFAULT); // half a pointer, as copy_struct_from_user() has it
    EXPECT_EQ(with_size(40), 0);       // what lies behind is somebody else's
    EXPECT_EQ(uapi_ring_invalidate(&front, user_base + user_size), -EFAULT);
}

TEST_F(UapiRing, 570_case_50_page_table_that_cannot_be_invalidated)
{
    arg.ring.hwpt_id = 1234;
    expect_refused(0, 1, -ENOENT);
    arg.ring.hwpt_id = paging_id;
    expect_refused(0, 1, -ENOENT);
    arg.ring.hwpt_id = foreign_id;
    expect_refused(0, 1, -EOPNOTSUPP);
}

TEST_F(UapiRing, 570_case_51_entries_are_little_endian)
{
    const uint8_t bytes[16] = {0x11, 0, 0, 0, 0, 0, 0x34, 0x12};
    put(entry_at(0), bytes);
    EXPECT_EQ(call(0, 1), 0);
    EXPECT_THAT(executed_asids(), ElementsAre(0x1234));
}

TEST_F(UapiRing, 570_case_52_record_is_written_whenever_asked_for)
{
    put(error_at, uapi_error_record{1, 1, 1, 1, 1, 1});
    EXPECT_EQ(call(0, 1), 0);
    EXPECT_EQ(error.valid | error.source | error.code | error.first_suspect | error.last_suspect |
                  error.reserved,
              0U);
    arg.out_error_uptr = user_base + user_size;
    EXPECT_EQ(call(0, 1), -EFAULT);
    EXPECT_THAT(smmu.written, IsEmpty());
    arg.out_error_uptr = 0;
    EXPECT_EQ(call(0, 1), 0);
}

} // namespace
