/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queue arithmetic inside the model (3.5.1, 6.3.26 to 6.3.29) against the definitions in words,
 * over every pair of indexes of every size that is small enough, and at the largest.
 */
#include <gtest/gtest.h>

#include <cstdint>

extern "C" {
#include "ring.h"
}

#include "spec_ref/ref_registers.h"

namespace {

uint64_t base_register(unsigned log2size, uint64_t addr)
{
    return REF_PREP(CMDQ_BASE_LOG2SIZE, log2size) | (addr & REF_MASK(CMDQ_BASE_ADDR));
}

ring command_ring(unsigned log2size, uint64_t addr = 0, unsigned limit = 19, unsigned oas = 48)
{
    return smmu__ring_of(base_register(log2size, addr), limit, 4, oas);
}

struct Position {
    uint32_t index, wrap;
};

Position split(unsigned log2size, uint32_t value)
{
    return {value & ((1U << log2size) - 1), value >> log2size & 1};
}

/* rule: QA-001 QA-002 QA-008 3.5.1 */
TEST(Ring, 500_empty_and_full_are_told_apart_by_the_wrap_bit)
{
    for (unsigned log2size = 0; log2size <= 5; ++log2size) {
        const ring r = command_ring(log2size);
        const uint32_t values = 2U << log2size;
        for (uint32_t prod = 0; prod < values; ++prod) {
            for (uint32_t cons = 0; cons < values; ++cons) {
                const Position p = split(log2size, prod), c = split(log2size, cons);
                const bool same_index = p.index == c.index, same_wrap = p.wrap == c.wrap;
                EXPECT_EQ(smmu__ring_empty(&r, prod, cons), same_index && same_wrap);
                /* The two states that 3.5.1 forbids; the model calls them full. */
                const bool forbidden =
                    (p.index > c.index && !same_wrap) || (p.index < c.index && same_wrap);
                EXPECT_EQ(smmu__ring_consistent(&r, prod, cons), !forbidden);
                EXPECT_EQ(smmu__ring_full(&r, prod, cons), (same_index && !same_wrap) || forbidden);
            }
        }
    }
}

/* rule: QA-003 QA-009 3.5.1 */
TEST(Ring, 501_next_wraps_and_inverts_the_wrap_bit)
{
    for (unsigned log2size = 0; log2size <= 6; ++log2size) {
        const ring r = command_ring(log2size);
        for (uint32_t value = 0; value < (2U << log2size); ++value) {
            const Position now = split(log2size, value);
            const Position next = split(log2size, smmu__ring_next(&r, value));
            const bool last = now.index == (1U << log2size) - 1;
            EXPECT_EQ(next.index, last ? 0 : now.index + 1);
            EXPECT_EQ(next.wrap, last ? now.wrap ^ 1 : now.wrap);
        }
    }
}

/* rule: QA-004 3.5.1 */
TEST(Ring, 502_used_counts_the_steps_from_cons_to_prod)
{
    for (unsigned log2size = 0; log2size <= 5; ++log2size) {
        const ring r = command_ring(log2size);
        for (uint32_t cons = 0; cons < (2U << log2size); ++cons) {
            uint32_t prod = cons;
            for (uint32_t steps = 0; steps <= 1U << log2size; ++steps) {
                EXPECT_EQ(smmu__ring_used(&r, prod, cons), steps);
                prod = smmu__ring_next(&r, prod);
            }
        }
    }
}

/* rule: QA-005 6.3.27 */
TEST(Ring, 503_bits_above_the_wrap_bit_are_dropped)
{
    for (unsigned log2size = 0; log2size <= 19; ++log2size) {
        const ring r = command_ring(log2size);
        EXPECT_EQ(smmu__ring_index(&r, UINT64_MAX), (2U << log2size) - 1);
        EXPECT_EQ(smmu__ring_index(&r, UINT64_MAX << (log2size + 1)), 0U);
        EXPECT_EQ(smmu__ring_index(&r, UINT64_C(1) << log2size), 1U << log2size);
    }
}

/* rule: QA-011 QA-012 6.3.26 */
TEST(Ring, 504_size_is_capped_at_what_the_identification_says)
{
    for (unsigned written = 0; written < 32; ++written)
        for (unsigned limit = 0; limit <= 19; ++limit) {
            const struct ring r = command_ring(written, 0, limit);
            EXPECT_EQ(smmu__ring_entries(&r), 1u << (written < limit ? written : limit));
        }
}

/* rule: QA-013 QA-014 6.3.26 6.3.29 */
TEST(Ring, 505_base_is_aligned_to_the_queue_or_32_bytes_and_cut_to_the_output_size)
{
    for (unsigned log2size = 0; log2size <= 19; ++log2size) {
        for (unsigned log2_entry = 4; log2_entry <= 5; ++log2_entry) {
            const unsigned bytes_log2 = log2size + log2_entry < 5 ? 5 : log2size + log2_entry;
            for (unsigned oas : {32U, 40U, 48U}) {
                const ring r =
                    smmu__ring_of(base_register(log2size, UINT64_MAX), 19, log2_entry, oas);
                const uint64_t within = (UINT64_C(1) << oas) - 1;
                EXPECT_EQ(r.base, within >> bytes_log2 << bytes_log2);
            }
        }
    }
}

/* rule: QA-010 4.1.1 7.3 */
TEST(Ring, 506_entries_lie_one_after_the_other_whatever_the_wrap_bit)
{
    const uint64_t base = 0x12340000;
    const ring commands = command_ring(7, base);
    const ring events = smmu__ring_of(base_register(7, base), 19, 5, 48);
    for (uint32_t value = 0; value < 256; ++value) {
        EXPECT_EQ(smmu__ring_address(&commands, value), base + 16 * (value % 128));
        EXPECT_EQ(smmu__ring_address(&events, value), base + 32 * (value % 128));
    }
}

} // namespace
