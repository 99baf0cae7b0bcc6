/* SPDX-License-Identifier: Apache-2.0 */
/* Sparse memory: contents over pages, bounds, abort ranges. */
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "mem/memory.h"

namespace {

struct Destroy {
    void operator()(sim_memory *memory) const { memory_destroy(memory); }
};
using Memory = std::unique_ptr<sim_memory, Destroy>;

TEST(Memory, 140_unwritten_reads_zero_and_written_reads_back)
{
    Memory memory(memory_create(0));
    EXPECT_EQ(memory_load64(memory.get(), 0xFFFF'FFFF'F000), 0U);
    EXPECT_TRUE(memory_store64(memory.get(), 0xFFC, 0x1122'3344'5566'7788)) << "over two pages";
    EXPECT_EQ(memory_load64(memory.get(), 0xFFC), 0x1122'3344'5566'7788U);
    EXPECT_EQ(memory_load32(memory.get(), 0x1000), 0x1122'3344U) << "little-endian";
}

TEST(Memory, 140_random_stores_agree_with_a_map_of_bytes)
{
    Memory memory(memory_create(0));
    std::map<uint64_t, uint8_t> naive;
    std::mt19937_64 random(1);
    for (int i = 0; i < 4000; ++i) {
        uint64_t addr = (random() % 600) * 0x1'0000'1000 + random() % 0x1000;
        std::vector<uint8_t> bytes(1 + random() % 64);
        for (size_t j = 0; j < bytes.size(); ++j)
            naive[addr + j] = bytes[j] = static_cast<uint8_t>(random());
        ASSERT_TRUE(memory_store(memory.get(), addr, bytes.data(), bytes.size()));
    }
    for (const auto &[addr, byte] : naive) {
        uint8_t found;
        memory_load(memory.get(), addr, &found, 1);
        ASSERT_EQ(found, byte) << addr;
    }
}

TEST(Memory, 141_pages_are_bounded_and_zeros_take_none)
{
    Memory memory(memory_create(2));
    EXPECT_TRUE(memory_store64(memory.get(), 0x1000, 1));
    EXPECT_TRUE(memory_store64(memory.get(), 0x9000, 0)) << "zero is there already";
    EXPECT_TRUE(memory_store64(memory.get(), 0x5000, 1));
    EXPECT_FALSE(memory_full(memory.get()));
    EXPECT_FALSE(memory_store64(memory.get(), 0x9000, 1));
    EXPECT_TRUE(memory_full(memory.get()));
    EXPECT_EQ(memory_load64(memory.get(), 0x9000), 0U);
    EXPECT_TRUE(memory_store64(memory.get(), 0x1008, 2)) << "pages that are there still take data";
}

TEST(Memory, 142_abort_ranges_hit_whatever_touches_them)
{
    Memory memory(memory_create(0));
    sim_memory *m = memory.get();
    EXPECT_TRUE(memory_abort_begin(m, 0x1000, 0x100, MEMORY_ABORT_READ));
    EXPECT_FALSE(memory_aborts(m, 0xFF8, 8, MEMORY_ABORT_READ));
    EXPECT_TRUE(memory_aborts(m, 0xFF9, 8, MEMORY_ABORT_READ));
    EXPECT_TRUE(memory_aborts(m, 0x10FF, 1, MEMORY_ABORT_READ));
    EXPECT_FALSE(memory_aborts(m, 0x1100, 1, MEMORY_ABORT_READ));
    EXPECT_FALSE(memory_aborts(m, 0x1000, 8, MEMORY_ABORT_WRITE));
    EXPECT_TRUE(memory_abort_begin(m, UINT64_MAX, 1, MEMORY_ABORT_WRITE)) << "the last byte";
    EXPECT_TRUE(memory_aborts(m, UINT64_MAX, 1, MEMORY_ABORT_WRITE));
}

TEST(Memory, 142_ending_a_part_of_a_range_leaves_the_rest)
{
    Memory memory(memory_create(0));
    sim_memory *m = memory.get();
    memory_abort_begin(m, 0x1000, 0x3000, MEMORY_ABORT_ALL);
    memory_abort_begin(m, 0x2000, 0x100, MEMORY_ABORT_WRITE);
    EXPECT_TRUE(memory_abort_end(m, 0x2000, 0x1000));
    EXPECT_TRUE(memory_aborts(m, 0x1FFF, 1, MEMORY_ABORT_READ));
    EXPECT_FALSE(memory_aborts(m, 0x2000, 0x1000, MEMORY_ABORT_ALL));
    EXPECT_TRUE(memory_aborts(m, 0x3000, 1, MEMORY_ABORT_WRITE));
}

TEST(Memory, 142_ranges_that_are_none_or_too_many_are_refused)
{
    Memory memory(memory_create(0));
    sim_memory *m = memory.get();
    EXPECT_FALSE(memory_abort_begin(m, 0x1000, 0, MEMORY_ABORT_ALL));
    EXPECT_FALSE(memory_abort_begin(m, UINT64_MAX, 2, MEMORY_ABORT_ALL));
    for (unsigned i = 0; i < MEMORY_MAX_ABORT_RANGES; ++i)
        EXPECT_TRUE(memory_abort_begin(m, i * 0x1000ULL, 8, MEMORY_ABORT_ALL));
    EXPECT_FALSE(memory_abort_begin(m, 0, 8, MEMORY_ABORT_ALL));
}

} // namespace
