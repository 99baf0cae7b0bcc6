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
                         .log2_size = (uint8_t)log2_size,
                         .log2_entry = (uint8_t)log2_entry};
}

uint32_t smmu__ring_index(const struct ring *r, uint64_t reg)
{
    return (uint32_t)(reg & low_mask(r->log2_size + 1U));
}

uint32_t smmu__ring_used(const struct ring *r, uint32_t prod, uint32_t cons)
{
    return (prod - cons) & (uint32_t)low_mask(r->log2_size + 1U);
}

bool smmu__ring_empty(const struct ring *r, uint32_t prod, uint32_t cons)
{
    return smmu__ring_used(r, prod, cons) == 0;
}

/* CHOICE: an inconsistent pair of indexes counts as full (3.5.1): nothing is produced until
 * software mends it. */
bool smmu__ring_full(const struct ring *r, uint32_t prod, uint32_t cons)
{
    return smmu__ring_used(r, prod, cons) >= UINT32_C(1) << r->log2_size;
}

bool smmu__ring_consistent(const struct ring *r, uint32_t prod, uint32_t cons)
{
    return smmu__ring_used(r, prod, cons) <= UINT32_C(1) << r->log2_size;
}

uint32_t smmu__ring_next(const struct ring *r, uint32_t index)
{
    return (index + 1) & (uint32_t)low_mask(r->log2_size + 1U);
}

uint64_t smmu__ring_address(const struct ring *r, uint32_t index)
{
    return r->base + ((index & low_mask(r->log2_size)) << r->log2_entry);
}
