/* SPDX-License-Identifier: Apache-2.0 */
/* L1. See ring.h. The *Q_BASE registers share one layout: CMDQ_BASE's stands for all
 * (6.3.26, 6.3.29, 6.3.33). */
#include "ring.h"

#include "bits.h"
#include "spec.h"

struct ring smmu__ring_of(uint64_t base_reg, unsigned log2_limit, unsigned log2_entry,
                          unsigned oas_bits)
{
    unsigned log2_size = (unsigned)SMMU_REG_GET(CMDQ_BASE, LOG2SIZE, base_reg);
    if (log2_size > log2_limit)
        log2_size = log2_limit;
    unsigned alignment = log2_size + log2_entry > 5 ? log2_size + log2_entry : 5;
    uint64_t address = base_reg & SMMU_FIELD_MASK(CMDQ_BASE, ADDR) & low_mask(oas_bits);
    return (struct ring){.base = align_down(address, alignment),
                         .index_mask = (UINT32_C(2) << log2_size) - 1,
                         .log2_entry = (uint8_t)log2_entry};
}
