/* SPDX-License-Identifier: Apache-2.0 */
/* See table_format.h. */
#include "reference/table_format.h"

namespace reference {

int usual_start_level(unsigned granule_log2, unsigned input_bits)
{
    int level = 3;
    while (entry_log2(granule_log2, level) + stride(granule_log2) < input_bits)
        --level;
    return level;
}

uint64_t aligned_base(const TableFormat &format, uint64_t base)
{
    unsigned index_bits = format.input_bits - entry_log2(format.granule_log2, format.start_level);
    uint64_t size = UINT64_C(8) << index_bits;
    if (!format.lpae32 && format.output_bits == 52 && size < 64)
        size = 64;
    return base - base % size;
}

static bool block_exists(const TableFormat &format, int level)
{
    switch (format.granule_log2) {
    case 12:
        return level == 1 || level == 2 || (level == 0 && format.ds);
    case 14:
        return level == 2 || (level == 1 && format.ds);
    default:
        return level == 2 || (level == 1 && format.wide_64k);
    }
}

DescriptorKind kind_of(const TableFormat &format, int level, uint64_t descriptor)
{
    switch (descriptor & 3) {
    case 3:
        return level == 3 ? DescriptorKind::Leaf : DescriptorKind::Table;
    case 1:
        return level < 3 && block_exists(format, level) ? DescriptorKind::Leaf
                                                        : DescriptorKind::Invalid;
    default:
        return DescriptorKind::Invalid;
    }
}

uint64_t address_in(const TableFormat &format, int level, DescriptorKind kind, uint64_t descriptor)
{
    unsigned low = kind == DescriptorKind::Table ? format.granule_log2
                                                 : entry_log2(format.granule_log2, level);
    uint64_t high = 0;
    if (format.ds) /* [49:48], and [51:50] from [9:8] */
        high = (descriptor & UINT64_C(3) << 48) | (descriptor >> 8 & 3) << 50;
    else if (format.granule_log2 == 16 && format.wide_64k) /* [51:48] from [15:12] */
        high = (descriptor >> 12 & 0xF) << 48;
    return high | (descriptor & ones(48) & ~ones(low));
}

bool has_shareability(const TableFormat &format)
{
    return !format.ds;
}

uint64_t byte_swapped(uint64_t word)
{
    uint64_t swapped = 0;
    for (unsigned i = 0; i < 8; ++i)
        swapped |= (word >> (8 * i) & 0xFF) << (56 - 8 * i);
    return swapped;
}

unsigned granule_of_tg0(uint64_t code)
{
    static const unsigned log2[4] = {12, 16, 14, 0};
    return log2[code & 3];
}

unsigned granule_of_tg1(uint64_t code)
{
    static const unsigned log2[4] = {0, 14, 12, 16};
    return log2[code & 3];
}

} // namespace reference
