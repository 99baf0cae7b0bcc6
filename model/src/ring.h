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
    uint8_t log2_size;  /* QS: entries, capped at the IDR1 limit */
    uint8_t log2_entry; /* bytes of an entry */
};

/* From a *Q_BASE register's value. */
struct ring smmu__ring_of(uint64_t base_reg, unsigned log2_limit, unsigned log2_entry,
                          unsigned oas_bits);
/* The index as the SMMU sees it: bits above the wrap bit dropped. */
uint32_t smmu__ring_index(const struct ring *r, uint64_t reg);
bool smmu__ring_empty(const struct ring *r, uint32_t prod, uint32_t cons);
bool smmu__ring_full(const struct ring *r, uint32_t prod, uint32_t cons);
/* False in the states that 3.5.1 forbids: PROD more than a queue's length ahead of CONS. */
bool smmu__ring_consistent(const struct ring *r, uint32_t prod, uint32_t cons);
uint32_t smmu__ring_next(const struct ring *r, uint32_t index);
/* Entries between cons and prod; more than there are if the pair is inconsistent. */
uint32_t smmu__ring_used(const struct ring *r, uint32_t prod, uint32_t cons);
uint64_t smmu__ring_address(const struct ring *r, uint32_t index);

#endif
