/* SPDX-License-Identifier: Apache-2.0 */
/* L1. The steps of a walk (Arm ARM D8.2 to D8.7, G5.5 to G5.7; 3.4, 5.2, 5.4). */
#include "walk.h"

#include "attrs.h"
#include "pte.h"

int smmu__walk_start_level(unsigned granule_log2, unsigned input_bits)
{
    unsigned stride = granule_log2 - 3;
    unsigned levels = (input_bits - granule_log2 + stride - 1) / stride;
    return 4 - (int)(levels ? levels : 1);
}

uint64_t smmu__walk_table_base(const struct ttb *t, uint64_t base)
{
    unsigned index_bits = t->input_bits - smmu__walk_level_log2(t->granule_log2, t->start_level);
    unsigned log2 = index_bits + 3;
    if (t->output_bits == 52 && log2 < 6)
        log2 = 6;
    return align_down(base, log2);
}

uint64_t smmu__walk_address(const struct xctx *x, const struct walk *w)
{
    const struct ttb *t = &x->ttb[w->half];
    uint64_t index = w->va >> smmu__walk_level_log2(t->granule_log2, w->level);
    /* At the start level fewer index bits may be left, or more: w->va ends where the input range
     * does. */
    if (w->level != t->start_level)
        index &= low_mask(t->granule_log2 - 3U);
    return w->table + 8 * index;
}

static uint64_t byte_swap64(uint64_t v)
{
    v = (v & UINT64_C(0x00FF00FF00FF00FF)) << 8 | (v >> 8 & UINT64_C(0x00FF00FF00FF00FF));
    v = (v & UINT64_C(0x0000FFFF0000FFFF)) << 16 | (v >> 16 & UINT64_C(0x0000FFFF0000FFFF));
    return v << 32 | v >> 32;
}

/* Between memory's order, little-endian once read, and the table's. */
static uint64_t in_table_order(const struct ttb *t, uint64_t descriptor)
{
    return t->big_endian ? byte_swap64(descriptor) : descriptor;
}

/* CHOICE: TxSZ divides the range whatever EPDx, as TTBCR's does, though 5.4 has it IGNORED. */
OFF_PATH unsigned smmu__walk_half_32(const struct xctx *x, uint64_t addr)
{
    const struct ttb *low = &x->ttb[TTB_LOW], *high = &x->ttb[TTB_HIGH];
    if (!high->vmsav8_32 || addr >> 32)
        return TTBS;
    bool above_low = addr >> low->input_bits, in_high = above_low;
    if (high->input_bits < 32)
        in_high = (~addr & low_mask(32)) >> high->input_bits == 0;
    unsigned half = in_high ? TTB_HIGH : TTB_LOW;
    return (above_low && !in_high) || x->ttb[half].epd ? TTBS : half;
}

static bool exceeds(uint64_t address, unsigned bits)
{
    return address & ~low_mask(bits);
}

static enum walk_outcome step_down(const struct xctx *x, struct walk *w, uint64_t descriptor)
{
    const struct ttb *t = &x->ttb[w->half];
    uint64_t next = smmu__pte_next_table(descriptor, t->granule_log2, (enum pte_high)t->high);
    if (exceeds(next, t->address_bits))
        return WALK_ADDR_SIZE;
    if (!t->hpd)
        w->restrictions |= smmu__pte_table_restrictions(descriptor);
    w->table = next;
    w->physical = false;
    w->level++;
    return WALK_NEXT;
}

/*
 * log2 of what the leaf maps: its level's size, as far as the output size lets it, or a contiguous
 * run's. CHOICE: the Contiguous bit counts only in runs that fit into the input range and the
 * output size, and map onto addresses of the same alignment (D8.7). CHOICE: VMSAv8-32's blocks that
 * reach into the other half's range end there (G5.5.5.1).
 */
static unsigned leaf_log2(const struct ttb *t, const struct walk *w, uint64_t descriptor,
                          uint64_t output)
{
    unsigned log2 = smmu__walk_level_log2(t->granule_log2, w->level);
    if (log2 > t->region_bits)
        return t->region_bits;
    if (!(descriptor & PTE_CONTIGUOUS) || t->pnch)
        return log2;
    unsigned run = log2 + smmu__pte_contiguous_log2(t->granule_log2, w->level);
    bool in_place = !((output ^ w->va) & low_mask(run) & ~low_mask(log2));
    return run <= t->region_bits && in_place ? run : log2;
}

/* A clean page is not written, unless hardware marks it dirty first (D8.5.2). */
static void mark_clean(struct leaf *leaf)
{
    leaf->marks = (uint8_t)((leaf->perms & LEAF_PW ? LEAF_CLEAN_P : 0) |
                            (leaf->perms & LEAF_UW ? LEAF_CLEAN_U : 0));
    leaf->perms &= (uint8_t) ~(LEAF_PW | LEAF_UW);
}

static void stage1_attributes(const struct xctx *x, const struct walk *w, uint64_t descriptor,
                              struct leaf *leaf)
{
    const struct ttb *t = &x->ttb[w->half];
    bool el2 = world_is_el2(x->world);
    struct pte_controls controls = {w->restrictions, x->wxn, x->uwxn,
                                    x->pan,          x->epan, el2, t->vmsav8_32};
    struct attrs attrs = {(uint8_t)(x->mair >> (8 * pte_attr_index(descriptor, x->aie))),
                          (uint8_t)(t->high == PTE_HIGH_DS ? t->shx : pte_sh(descriptor))};
    attrs = smmu__attrs_normalise(attrs);
    leaf->marks = 0;
    bool clean = descriptor & PTE_READ_ONLY && (x->pie || (t->hd && descriptor & PTE_DBM));
    /* What is clean counts as writable for execution as well (D8.5.2.2). */
    uint64_t as_dirty = clean ? descriptor & ~PTE_READ_ONLY : descriptor;
    leaf->perms = x->pie ? x->indirect[pte_pi_index(descriptor)]
                         : smmu__pte_stage1_permissions(as_dirty, controls);
    if (clean)
        mark_clean(leaf);
    leaf->memattr = attrs.memattr;
    leaf->sh = attrs.sh;
    leaf->global = !(descriptor & PTE_NG) && !el2; /* there nG means nothing (3.17.1) */
}

static unsigned entry_of(uint64_t entries, unsigned index)
{
    return (unsigned)(entries >> (4 * index)) & 0xF;
}

static void stage2_indirect(const struct xctx *x, uint64_t descriptor, struct leaf *leaf)
{
    unsigned base = entry_of(x->s2pii, pte_pi_index(descriptor)), overlay = PTE_ENTRY_RW;
    leaf->perms = smmu__pte_stage2_indirect(base);
    if (!(descriptor & PTE_DIRTY)) {
        mark_clean(leaf);
        leaf->marks |= LEAF_UNDIRTIED;
    }
    if (x->s2poe) {
        overlay = entry_of(x->s2poi, pte_po_index(descriptor));
        leaf->overlay = smmu__pte_stage2_indirect(overlay);
    }
    leaf->marks |= smmu__pte_stage2_marks(base, overlay);
}

static void stage2_direct(const struct ttb *t, uint64_t descriptor, struct leaf *leaf)
{
    bool clean = t->hd && descriptor & PTE_DBM && !(descriptor & PTE_WRITABLE);
    leaf->perms = smmu__pte_stage2_permissions(clean ? descriptor | PTE_WRITABLE : descriptor,
                                               t->vmsav8_32);
    if (clean)
        mark_clean(leaf);
}

static void stage2_attributes(const struct xctx *x, const struct ttb *t, uint64_t descriptor,
                              struct leaf *leaf)
{
    leaf->marks = 0;
    if (x->s2pie)
        stage2_indirect(x, descriptor, leaf);
    else
        stage2_direct(t, descriptor, leaf);
    if (x->hardening & HARDEN_ASSURED_ONLY && descriptor & PTE_ASSURED_ONLY)
        leaf->marks |= LEAF_ASSURED_ONLY;
    leaf->memattr = smmu__attrs_stage2_code(pte_memattr(descriptor), x->s2fwb, x->s2mteperm);
    leaf->sh = (uint8_t)(t->high == PTE_HIGH_DS ? t->shx : pte_sh(descriptor));
    leaf->global = false;
}

static enum walk_outcome step_leaf(const struct xctx *x, const struct walk *w, uint64_t descriptor,
                                   struct leaf *leaf)
{
    const struct ttb *t = &x->ttb[w->half];
    unsigned log2 = smmu__walk_level_log2(t->granule_log2, w->level);
    uint64_t output = smmu__pte_output(descriptor, log2, (enum pte_high)t->high);
    uint64_t of_va = output | (w->va & low_mask(log2));
    if (exceeds(of_va, t->output_bits))
        return WALK_ADDR_SIZE;
    bool accessed = descriptor & PTE_AF;
    if (!accessed && !t->affd && !t->ha)
        return WALK_ACCESS;
    leaf->region_log2 = (uint8_t)leaf_log2(t, w, descriptor, output);
    leaf->pa = align_down(of_va, leaf->region_log2) & low_mask(t->address_bits);
    leaf->level = w->level;
    if (w->half == TTB_STAGE2)
        stage2_attributes(x, t, descriptor, leaf);
    else
        stage1_attributes(x, w, descriptor, leaf);
    if (!accessed && t->ha)
        leaf->marks |= LEAF_UNACCESSED;
    return WALK_LEAF;
}

uint64_t smmu__walk_updated(const struct xctx *x, const struct walk *w, uint64_t descriptor,
                            bool dirty)
{
    const struct ttb *t = &x->ttb[w->half];
    uint64_t d = in_table_order(t, descriptor) | PTE_AF;
    if (dirty && w->half == TTB_STAGE2)
        d |= PTE_WRITABLE;
    else if (dirty)
        d &= ~PTE_READ_ONLY;
    return in_table_order(t, d);
}

bool smmu__walk_overlay_bars_update(const struct xctx *x, uint64_t descriptor)
{
    descriptor = in_table_order(&x->ttb[TTB_STAGE2], descriptor);
    unsigned overlay = entry_of(x->s2poi, pte_po_index(descriptor));
    return x->s2poe && (overlay & PTE_ENTRY_RW) != PTE_ENTRY_RW &&
           !(smmu__pte_stage2_marks(PTE_ENTRY_RW, overlay) & LEAF_MRO);
}

bool smmu__walk_is_protected(const struct xctx *x, const struct walk *w, uint64_t descriptor)
{
    const struct ttb *t = &x->ttb[w->half];
    return t->pnch && in_table_order(t, descriptor) & PTE_PROTECTED;
}

enum walk_outcome smmu__walk_step(const struct xctx *x, struct walk *w, uint64_t descriptor,
                                  struct leaf *leaf)
{
    const struct ttb *t = &x->ttb[w->half];
    descriptor = in_table_order(t, descriptor);
    switch (smmu__pte_kind(descriptor, t->granule_log2, w->level, (enum pte_high)t->high)) {
    case PTE_TABLE:
        return step_down(x, w, descriptor);
    case PTE_LEAF:
        return step_leaf(x, w, descriptor, leaf);
    default:
        return WALK_TRANSLATION;
    }
}
