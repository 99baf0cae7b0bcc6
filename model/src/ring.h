/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Circular queue arithmetic, the same for command, event and PRI queues (3.5.1, 6.3.26
 * to 6.3.28). An index is QS index bits with the wrap bit right above them, QS = effective log2
 * size.
 */
#ifndef SMMUSIM_RING_H
#define SMMUSIM_RING_H

#include <stdbool.h>
#include <stdint.h>

struct ring {
    uint64_t base; /* aligned down to max(queue size, 32) and truncated to OAS (6.3.26, 3.4.3) */
    uint32_t index_mask; /* of an index with its wrap bit; QS is capped at the IDR1 limit */
    uint8_t log2_entry;  /* bytes of an entry */
};

/* From a *Q_BASE register's value. */
struct ring smmu__ring_of(uint64_t base_reg, unsigned log2_limit, unsigned log2_entry,
                          unsigned oas_bits);

/* The index as the SMMU sees it: bits above the wrap bit dropped. */
static inline uint32_t smmu__ring_index(const struct ring *r, uint64_t reg)
{
    return (uint32_t)reg & r->index_mask;
}

static inline uint32_t smmu__ring_entries(const struct ring *r)
{
    return (r->index_mask >> 1) + 1;
}

/* Entries between cons and prod; more than there are if the pair is inconsistent. */
static inline uint32_t smmu__ring_used(const struct ring *r, uint32_t prod, uint32_t cons)
{
    return smmu__ring_index(r, prod - cons);
}

static inline bool smmu__ring_empty(const struct ring *r, uint32_t prod, uint32_t cons)
{
    return smmu__ring_used(r, prod, cons) == 0;
}

/* CHOICE: an inconsistent pair counts as full (3.5.1): nothing is produced until software mends it.
 */
static inline bool smmu__ring_full(const struct ring *r, uint32_t prod, uint32_t cons)
{
    return smmu__ring_used(r, prod, cons) >= smmu__ring_entries(r);
}

/* False in the states that 3.5.1 forbids: PROD more than a queue's length ahead of CONS. */
static inline bool smmu__ring_consistent(const struct ring *r, uint32_t prod, uint32_t cons)
{
    return smmu__ring_used(r, prod, cons) <= smmu__ring_entries(r);
}

static inline uint32_t smmu__ring_next(const struct ring *r, uint32_t index)
{
    return smmu__ring_index(r, index + 1);
}

static inline uint64_t smmu__ring_address(const struct ring *r, uint32_t index)
{
    uint64_t entry = index & r->index_mask >> 1;
    return r->base + (entry << r->log2_entry);
}

#endif
