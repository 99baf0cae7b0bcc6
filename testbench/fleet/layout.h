/* SPDX-License-Identifier: Apache-2.0 */
/* Where the fleet's driver has its tables and queues in memory, and how large the queues are. */
#ifndef SMMUSIM_FLEET_LAYOUT_H
#define SMMUSIM_FLEET_LAYOUT_H

#include <cstdint>

namespace fleet_layout {

/* Domain d has ASID d + 1 and a level 1 table (T0SZ 25: input of 39 bits, levels 1 to 3). Each of
 * its regions is a level 3 table; they hang in two level 2 tables. */
constexpr uint64_t stream_table = 0x100000, contexts = 0x200000, tables = 0x400000;
constexpr uint64_t command_queue = 0x300000, event_queue = 0x310000, pri_queue = 0x320000;
constexpr uint64_t outputs = 0x1000000000, page_bytes = 0x1000, region_bytes = 0x200000;
constexpr unsigned command_log2 = 8, event_log2 = 4, pri_log2 = 3;
constexpr unsigned stalls_at_once = 6;
enum : unsigned { cerror_ill = 1, cerror_atc_inv_sync = 3 };
constexpr unsigned forgets = 99; /* among the ways to invalidate */

constexpr uint64_t level1_of(unsigned domain)
{
    return tables + domain * 0x10000;
}
constexpr uint64_t level2_of(unsigned domain, unsigned region)
{
    return level1_of(domain) + page_bytes * (1 + region % 2);
}
constexpr uint64_t level3_of(unsigned domain, unsigned region)
{
    return level1_of(domain) + page_bytes * (3 + region);
}
/* Regions of one level 2 table are neighbours; the two tables are 1 GiB apart. */
constexpr uint64_t va_of(unsigned region, unsigned page)
{
    return (region % 2) * UINT64_C(0x40000000) + (region / 2) * region_bytes + page * page_bytes;
}
constexpr uint64_t cd_of(unsigned stream)
{
    return contexts + stream * 64;
}
constexpr uint32_t index_of(uint32_t count, unsigned log2)
{
    return count & ((2U << log2) - 1);
}

} // namespace fleet_layout

#endif
