/* SPDX-License-Identifier: Apache-2.0 */
/* L1. See pte.h. */
#include "pte.h"

#include "walk.h"

enum { LAST_LEVEL = 3 };

/* Levels at which a leaf may stand, as a set of bits: level n is bit n. [granule][with addresses
 * above 48 bits] */
static const uint8_t leaf_levels[3][2] = {
    {1 << 1 | 1 << 2 | 1 << 3, 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3}, /* 4 KiB */
    {1 << 2 | 1 << 3, 1 << 1 | 1 << 2 | 1 << 3},                   /* 16 KiB */
    {1 << 2 | 1 << 3, 1 << 1 | 1 << 2 | 1 << 3},                   /* 64 KiB */
};

/* log2 of the entries of a contiguous run: [granule][level]. */
static const uint8_t contiguous_log2[3][4] = {
    {0, 4, 4, 4},
    {0, 0, 5, 7},
    {0, 0, 5, 5},
};

static unsigned granule_row(unsigned granule_log2)
{
    return (granule_log2 - 12) / 2;
}

enum pte_kind smmu__pte_kind(uint64_t descriptor, unsigned granule_log2, int level,
                             enum pte_high high)
{
    if (!(descriptor & 1))
        return PTE_INVALID;
    if (level == LAST_LEVEL)
        return descriptor & 2 ? PTE_LEAF : PTE_INVALID;
    if (descriptor & 2)
        return PTE_TABLE;
    bool block =
        level >= 0 && leaf_levels[granule_row(granule_log2)][high != PTE_HIGH_NONE] >> level & 1;
    return block ? PTE_LEAF : PTE_INVALID;
}

static uint64_t address(uint64_t descriptor, unsigned low_bit, enum pte_high high)
{
    uint64_t a = align_down(descriptor & low_mask(48), low_bit);
    if (high == PTE_HIGH_64K)
        a |= bits_of(descriptor, 15, 12) << 48;
    else if (high == PTE_HIGH_DS)
        a |= bits_of(descriptor, 49, 48) << 48 | bits_of(descriptor, 9, 8) << 50;
    return a;
}

uint64_t smmu__pte_next_table(uint64_t descriptor, unsigned granule_log2, enum pte_high high)
{
    return address(descriptor, granule_log2, high);
}

uint64_t smmu__pte_output(uint64_t descriptor, unsigned log2, enum pte_high high)
{
    return address(descriptor, log2, high);
}

unsigned smmu__pte_contiguous_log2(unsigned granule_log2, int level)
{
    return level < 0 ? 0 : contiguous_log2[granule_row(granule_log2)][level];
}

uint8_t smmu__pte_table_restrictions(uint64_t descriptor)
{
    return (uint8_t)((bit_of(descriptor, 59) ? TABLE_PXN : 0) |
                     (bit_of(descriptor, 60) ? TABLE_UXN : 0) |
                     (bit_of(descriptor, 61) ? TABLE_NO_UNPRIV : 0) |
                     (bit_of(descriptor, 62) ? TABLE_NO_WRITE : 0));
}

/* Every access may do what any may; bit 54 is XN (D8.4, 13.4.1). */
static uint8_t one_privilege(uint64_t descriptor, struct pte_controls c)
{
    bool writable = !bit_of(descriptor, 7) && !(c.restrictions & TABLE_NO_WRITE);
    bool xn = bit_of(descriptor, 54) || (c.restrictions & TABLE_UXN) || (c.wxn && writable);
    return (uint8_t)(LEAF_PR | LEAF_UR | (writable ? LEAF_PW | LEAF_UW : 0) |
                     (xn ? 0 : LEAF_PX | LEAF_UX));
}

uint8_t smmu__pte_stage1_permissions(uint64_t descriptor, struct pte_controls c)
{
    if (c.one_privilege)
        return one_privilege(descriptor, c);
    bool unprivileged = bit_of(descriptor, 6) && !(c.restrictions & TABLE_NO_UNPRIV);
    bool writable = !bit_of(descriptor, 7) && !(c.restrictions & TABLE_NO_WRITE);
    bool pxn = bit_of(descriptor, 53) || (c.restrictions & TABLE_PXN);
    bool uxn = bit_of(descriptor, 54) || (c.restrictions & TABLE_UXN);

    unsigned perms = LEAF_PR;
    if (writable)
        perms |= LEAF_PW;
    if (unprivileged)
        perms |= LEAF_UR;
    if (unprivileged && writable)
        perms |= LEAF_UW;
    if (!pxn && !(c.vmsav8_32 && uxn) && !(c.uwxn && perms & LEAF_UW) &&
        !(c.wxn && writable))
        perms |= LEAF_PX;
    if (!uxn && !(c.vmsav8_32 && !unprivileged) && !(c.wxn && (perms & LEAF_UW)))
        perms |= LEAF_UX;
    /* PAN stops data accesses, not instruction fetches (5.4 PAN, EPAN). */
    if (c.pan && (perms & (c.epan ? LEAF_UR | LEAF_UX : LEAF_UR)))
        perms &= ~(unsigned)(LEAF_PR | LEAF_PW);
    return (uint8_t)perms;
}

uint8_t smmu__pte_stage2_permissions(uint64_t descriptor, bool vmsav8_32)
{
    static const uint8_t execute[4] = {LEAF_PX | LEAF_UX, LEAF_UX, 0, LEAF_PX};
    bool readable = bit_of(descriptor, 6), executes = readable || !vmsav8_32;
    return (uint8_t)((readable ? LEAF_PR | LEAF_UR : 0) |
                     (bit_of(descriptor, 7) ? LEAF_PW | LEAF_UW : 0) |
                     (executes ? execute[bits_of(descriptor, 54, 53)] : 0));
}

uint8_t smmu__pte_stage2_indirect(unsigned entry)
{
    enum { READ = LEAF_PR | LEAF_UR, WRITE = LEAF_PW | LEAF_UW };
    static const uint8_t special[8] = {[2] = READ, [3] = READ, [4] = WRITE, [6] = READ, [7] = READ};
    if (!(entry & 8))
        return special[entry & 7];
    return (uint8_t)(READ | (entry & 4 ? WRITE : 0) | (entry & 2 ? LEAF_PX : 0) |
                     (entry & 1 ? LEAF_UX : 0));
}

static bool mostly_read_only(unsigned entry)
{
    return (entry & 10) == 2;
}

static bool read_write(unsigned entry)
{
    return (entry & PTE_ENTRY_RW) == PTE_ENTRY_RW;
}

uint8_t smmu__pte_stage2_marks(unsigned base, unsigned overlay)
{
    bool b = mostly_read_only(base), o = mostly_read_only(overlay);
    if (!(b && (o || read_write(overlay))) && !(o && read_write(base)))
        return 0;
    unsigned tops = (b ? base : 0) | (o ? overlay : 0);
    return (uint8_t)(LEAF_MRO | (tops & 4 ? LEAF_TOP0 : 0) | (tops & 1 ? LEAF_TOP1 : 0));
}
