/* SPDX-License-Identifier: Apache-2.0 */
/* L1. VMSAv8-64 stage 1 descriptors: kind, addresses, attributes, permissions (Arm ARM D8.3 to D8.7). Pure functions. */
#ifndef SMMUSIM_PTE_H
#define SMMUSIM_PTE_H

#include <stdbool.h>
#include <stdint.h>

enum pte_kind { PTE_INVALID, PTE_TABLE, PTE_LEAF };

/* Kind of a descriptor at a level; blocks only where the granule has them (D8.3). ds: 52-bit addresses with 4K/16K. */
enum pte_kind smmu__pte_kind(uint64_t descriptor, unsigned granule_log2, int level, bool ds);
uint64_t smmu__pte_next_table(uint64_t descriptor, unsigned granule_log2, bool ds);
/* Output address of a leaf of 2^log2 bytes. */
uint64_t smmu__pte_output(uint64_t descriptor, unsigned granule_log2, unsigned log2, bool ds);
/* log2 of the entries in a contiguous run, 0 if the bit has no meaning there (D8.7). */
unsigned smmu__pte_contiguous_log2(unsigned granule_log2, int level);

struct pte_controls { /* from the CD */
    uint8_t restrictions; /* TABLE_* of walk.h, 0 if hierarchical attributes are off */
    bool wxn, pan, epan;
};
/* LEAF_* bits of walk.h. */
uint8_t smmu__pte_stage1_permissions(uint64_t descriptor, struct pte_controls c);

#endif
