/* SPDX-License-Identifier: Apache-2.0 */
/* Translation tables of one stage: how they are indexed and what their descriptors say
 * (DDI 0487 D8.2, D8.3; for VMSAv8-32 G5). Nothing about permissions. */
#ifndef SMMUSIM_REFERENCE_TABLE_FORMAT_H
#define SMMUSIM_REFERENCE_TABLE_FORMAT_H

#include <cstdint>

#include "reference/features.h"

namespace reference {

struct TableFormat {
    bool lpae32 = false, big_endian = false;
    bool ds = false, wide_64k = false;
    unsigned granule_log2 = 12, input_bits = 0, output_bits = 0;
    int start_level = 3;
    uint64_t base = 0; /* aligned as the hardware does it */
    bool affd = false, ha = false, hd = false, haft = false;
};

enum class DescriptorKind { Invalid, Table, Leaf };

/* Index bits of a full table. */
inline unsigned stride(unsigned granule_log2)
{
    return granule_log2 - 3;
}

/* log2 of the bytes that one entry of this level maps. */
inline unsigned entry_log2(unsigned granule_log2, int level)
{
    return granule_log2 + static_cast<unsigned>(3 - level) * stride(granule_log2);
}

/* Where a walk without concatenation starts. */
int usual_start_level(unsigned granule_log2, unsigned input_bits);

/* The start level's tables are aligned to their size, to 64 bytes at least with 52-bit output. */
uint64_t aligned_base(const TableFormat &format, uint64_t base);

DescriptorKind kind_of(const TableFormat &format, int level, uint64_t descriptor);

/* The next table, or what the leaf maps to. */
uint64_t address_in(const TableFormat &format, int level, DescriptorKind kind, uint64_t descriptor);

/* SH comes from the descriptor, unless these bits are address. */
bool has_shareability(const TableFormat &format);

uint64_t byte_swapped(uint64_t word);

/* Codes of TG0 and S2TG, and of TG1; 0: Reserved. */
unsigned granule_of_tg0(uint64_t code);
unsigned granule_of_tg1(uint64_t code);

} // namespace reference

#endif
