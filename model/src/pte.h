/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Descriptors of both stages: kind, addresses, attributes, permissions (Arm ARM D8.3 to D8.7).
 * VMSAv8-32's long descriptors are VMSAv8-64's of 4 KiB, but for permissions (G5.5, G5.6). Pure
 * functions of one descriptor in CPU byte order; how a walk strings them together is
 * walk.c's.
 */
#ifndef SMMUSIM_PTE_H
#define SMMUSIM_PTE_H

#include <stdbool.h>
#include <stdint.h>

#include "bits.h"
#include "xctx.h"

enum pte_kind { PTE_INVALID, PTE_TABLE, PTE_LEAF };

/* Bits of leaves and of tables. */
#define PTE_READ_ONLY (UINT64_C(1) << 7) /* stage 1: AP[2] */
#define PTE_WRITABLE (UINT64_C(1) << 7)  /* stage 2: S2AP[1] */
#define PTE_NDIRTY PTE_READ_ONLY         /* stage 1, with indirect permissions */
#define PTE_DIRTY PTE_WRITABLE           /* stage 2, likewise */
#define PTE_AF (UINT64_C(1) << 10)
#define PTE_NG (UINT64_C(1) << 11)
#define PTE_DBM (UINT64_C(1) << 51) /* without indirect permissions */
#define PTE_CONTIGUOUS (UINT64_C(1) << 52)
#define PTE_PROTECTED PTE_CONTIGUOUS            /* with PnCH */
#define PTE_ASSURED_ONLY (UINT64_C(1) << 58)    /* stage 2 */

/* AttrIndx[3], where there is one, leaves only the last attribute (5.4 MAIR0). */
static inline unsigned pte_attr_index(uint64_t descriptor, bool has_bit_3)
{
    return has_bit_3 && bit_of(descriptor, 59) ? 7 : (unsigned)bits_of(descriptor, 4, 2);
}
static inline unsigned pte_pi_index(uint64_t descriptor)
{
    return (unsigned)(bit_of(descriptor, 6) | bits_of(descriptor, 51, 51) << 1 |
                      bits_of(descriptor, 54, 53) << 2);
}
static inline unsigned pte_memattr(uint64_t descriptor) /* stage 2 */
{
    return (unsigned)bits_of(descriptor, 5, 2);
}
static inline unsigned pte_sh(uint64_t descriptor)
{
    return (unsigned)bits_of(descriptor, 9, 8);
}

static inline unsigned pte_po_index(uint64_t descriptor) /* stage 2 */
{
    return (unsigned)bits_of(descriptor, 62, 59);
}

/* Kind of a descriptor at a level; blocks only where granule and address size have them (D8.3). */
enum pte_kind smmu__pte_kind(uint64_t descriptor, unsigned granule_log2, int level,
                             enum pte_high high);
/* Address of the table that a table descriptor points at. */
uint64_t smmu__pte_next_table(uint64_t descriptor, unsigned granule_log2, enum pte_high high);
/* Output address of a leaf of 2^log2 bytes. */
uint64_t smmu__pte_output(uint64_t descriptor, unsigned log2, enum pte_high high);
/* log2 of the entries in a contiguous run, 0 if the bit has no meaning there (D8.7). */
unsigned smmu__pte_contiguous_log2(unsigned granule_log2, int level);
/* TABLE_* bits of walk.h that a table descriptor adds (D8.4). */
uint8_t smmu__pte_table_restrictions(uint64_t descriptor);

struct pte_controls {     /* from the CD */
    uint8_t restrictions; /* TABLE_* of walk.h, 0 if hierarchical attributes are off */
    bool wxn;
    bool uwxn; /* no privileged execution where others can write */
    bool pan, epan;
    bool one_privilege; /* the regime knows no other (EL2): AP[1], PXN, PAN have no meaning */
    bool vmsav8_32; /* XN is of both privileges, and execution needs to read (G5.6.3) */
};
/* LEAF_* bits of walk.h. */
uint8_t smmu__pte_stage1_permissions(uint64_t descriptor, struct pte_controls c);
/* S2AP and XN, which has two bits wherever there is stage 2 (IDR3.XNX). */
uint8_t smmu__pte_stage2_permissions(uint64_t descriptor, bool vmsav8_32);
/* What an entry of S2PII or S2POI permits (6.3.17, 5.2 S2POI). */
uint8_t smmu__pte_stage2_indirect(unsigned entry);
enum { PTE_ENTRY_RW = 12 };
/* Is what both entries permit Mostly Read Only, and of which TopLevel (D8.4.2.2)? LEAF_MRO,
 * LEAF_TOP*. */
uint8_t smmu__pte_stage2_marks(unsigned base, unsigned overlay);

#endif
