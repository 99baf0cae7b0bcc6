/* SPDX-License-Identifier: Apache-2.0 */
/* Positions in mirrored rings: index, wrap bit, fullness (3.5.1). */
#include <gtest/gtest.h>

#include "driver/ring.h"

namespace {

TEST(DriverRing, 560_equal_positions_are_empty_and_different_wraps_full)
{
    for (unsigned log2size = 0; log2size <= 19; log2size++) {
        const uint32_t wrap = 1U << log2size;

        EXPECT_EQ(drv_ring_used(log2size, 0, 0), 0U);
        EXPECT_EQ(drv_ring_used(log2size, wrap, wrap), 0U);
        EXPECT_EQ(drv_ring_used(log2size, wrap, 0), wrap);
        EXPECT_EQ(drv_ring_used(log2size, 0, wrap), wrap);
        EXPECT_EQ(drv_ring_free(log2size, wrap, 0), 0U);
        EXPECT_EQ(drv_ring_free(log2size, wrap, wrap), wrap);
    }
}

TEST(DriverRing, 560_advancing_over_the_end_toggles_the_wrap_bit)
{
    EXPECT_EQ(drv_ring_advance(4, 0x0f, 1), 0x10U);
    EXPECT_EQ(drv_ring_advance(4, 0x1f, 1), 0x00U);
    EXPECT_EQ(drv_ring_advance(4, 0x0f, 2), 0x11U);
    EXPECT_EQ(drv_ring_index(4, 0x11), 1U);
    EXPECT_EQ(drv_ring_advance(0, 0, 1), 1U);
    EXPECT_EQ(drv_ring_advance(0, 1, 1), 0U);
}

TEST(DriverRing, 560_largest_index_width_keeps_its_wrap_bit)
{
    /* 31 index bits: the wrap bit is bit 31 of the word. */
    EXPECT_EQ(drv_ring_advance(31, 0x7fffffff, 1), 0x80000000U);
    EXPECT_EQ(drv_ring_advance(31, 0xffffffff, 1), 0U);
    EXPECT_EQ(drv_ring_used(31, 0x80000000U, 0), UINT64_C(1) << 31);
    EXPECT_EQ(drv_ring_index(31, 0x80000001U), 1U);
}

TEST(DriverRing, 560_consumer_ahead_of_producer_counts_as_more_than_full)
{
    EXPECT_GT(drv_ring_used(4, 0x02, 0x05), 16U);
    EXPECT_EQ(drv_ring_free(4, 0x02, 0x05), 0U);
}

TEST(DriverRing, 560_passed_says_what_a_step_by_step_consumer_finds)
{
    for (unsigned log2size = 0; log2size <= 4; log2size++) {
        const uint32_t size = 1U << log2size;

        for (uint32_t position = 0; position < 2 * size; position++) {
            uint32_t cons = position;

            EXPECT_FALSE(drv_ring_passed(log2size, cons, position));
            for (uint32_t step = 1; step <= size; step++) {
                cons = drv_ring_advance(log2size, cons, 1);
                EXPECT_TRUE(drv_ring_passed(log2size, cons, position)) << log2size << " " << step;
            }
            /* Not yet there: as far behind as a full ring allows. */
            for (uint32_t behind = 1; behind < size; behind++)
                EXPECT_FALSE(drv_ring_passed(
                    log2size, drv_ring_position(log2size, position - behind), position));
        }
    }
}

} // namespace
