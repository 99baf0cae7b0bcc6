/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. One translation table walk, a step at a time (Arm ARM D8.2 to D8.5, G5.5 to G5.7; 3.4, 7.3.12
 * to 7.3.16). Pure: it says which descriptor it wants and is given the descriptor. The same steps
 * serve both stages; a nested walk is several of them (flight_stage2.c).
 */
#ifndef SMMUSIM_WALK_H
#define SMMUSIM_WALK_H

#include "bits.h"
#include "xctx.h"

/* What upper table descriptors took away (APTable, XNTable, PXNTable): restrictions that add up
 * (D8.4). */
enum { TABLE_NO_WRITE = 1, TABLE_NO_UNPRIV = 2, TABLE_UXN = 4, TABLE_PXN = 8 };

struct walk {
    uint64_t va;    /* input address, without the bits above the input range */
    uint64_t table; /* address of the table of 'level' */
    uint8_t half;   /* which tables: TTB_LOW, TTB_HIGH or TTB_STAGE2 */
    int8_t level;
    uint8_t restrictions; /* TABLE_* */
    bool assured; /* so far, the Assured Translation property (3.27.2) */
    /* Stage 1 under stage 2: 'table' is a physical address already, read with these attributes. */
    bool physical;
    uint8_t memattr, sh;
};

/* Permissions of a leaf, hierarchical bits, WXN and PAN included: one bit for each
 * kind of access. */
enum {
    LEAF_PR = 1,
    LEAF_PW = 2,
    LEAF_PX = 4, /* privileged read, write, execute */
    LEAF_UR = 8,
    LEAF_UW = 16,
    LEAF_UX = 32 /* unprivileged */
};

/*
 * Who could write if the page were marked dirty: by DBM, or nDirty of indirect permissions
 * (D8.5.2). With indirect permissions of stage 2: mostly read-only, which hardware may write that
 * updates stage 1's descriptors; and what translation hardening asks for: fit for TTB0's or TTB1's
 * table, reached by assured translations alone (D8.4.2.2, 3.27.2). And what hardware has not done
 * yet: set the access flag (HA), or, with indirect permissions of stage 2, mark the page dirty.
 */
enum {
    LEAF_CLEAN_P = 1,
    LEAF_CLEAN_U = 2,
    LEAF_MRO = 4,
    LEAF_TOP0 = 8,
    LEAF_TOP1 = 16,
    LEAF_ASSURED_ONLY = 32,
    LEAF_UNACCESSED = 64,
    LEAF_UNDIRTIED = 128
};

struct leaf {
    uint64_t pa;         /* of the region's first byte */
    uint8_t region_log2; /* log2 bytes: page, block or contiguous run */
    uint8_t perms;       /* LEAF_* */
    uint8_t memattr, sh; /* normalised (13.1.7); of a stage 2 leaf: see stage 2 codes in attrs.h */
    int8_t level;
    uint8_t marks; /* LEAF_CLEAN_*; the others are never cached */
    uint8_t overlay; /* LEAF_*: what a stage 2 overlay leaves, if there is one; never cached */
    bool global; /* nG=0; stage 2 leaves have no ASID either way */
};

/* The permission that an access needs: marking after PRIVCFG and INSTCFG; writes are data. */
static inline uint8_t leaf_permission(bool privileged, bool instruction, bool write)
{
    unsigned unprivileged_bit = write ? LEAF_UW : instruction ? LEAF_UX : LEAF_UR;
    return (uint8_t)(privileged ? unprivileged_bit >> 3 : unprivileged_bit);
}

/* A write that nothing but the dirty state forbids. */
static inline bool leaf_is_clean(const struct leaf *leaf, bool privileged)
{
    return leaf->marks & (privileged ? LEAF_CLEAN_P : LEAF_CLEAN_U);
}

/* What it permits, or would once hardware has marked it dirty (3.13.3). */
static inline uint8_t leaf_may_permit(const struct ttb *t, const struct leaf *leaf)
{
    uint8_t perms = leaf->perms;
    if (t->hd && leaf->marks & LEAF_CLEAN_P)
        perms |= LEAF_PW;
    if (t->hd && leaf->marks & LEAF_CLEAN_U)
        perms |= LEAF_UW;
    return perms;
}

enum walk_outcome {
    WALK_NEXT,        /* read the descriptor at smmu__walk_address() */
    WALK_LEAF,        /* *leaf is complete */
    WALK_TRANSLATION, /* F_TRANSLATION */
    WALK_ADDR_SIZE,   /* F_ADDR_SIZE */
    WALK_ACCESS,      /* F_ACCESS */
};

/* Bits 63:56 copied from bit 55: the address that caches know, whether or not the tag byte counts
 * (3.4.1). */
static inline uint64_t smmu__canonical(uint64_t addr)
{
    return (uint64_t)((int64_t)(addr << 8) >> 8);
}

/* VMSAv8-32: TTB_LOW, TTB_HIGH, or TTBS: no tables translate the address (3.4.1; Arm ARM G5.5.5).
 * TTBS whatever the address with VMSAv8-64. */
unsigned smmu__walk_half_32(const struct xctx *x, uint64_t addr);

/*
 * Which half, input range, EPD, E0PD (which needs the access's privilege, after PRIVCFG). WALK_NEXT
 * or WALK_TRANSLATION. Inline: TLB hits come by here too. CHOICE: EPDx and E0PDx stop TLB hits as
 * well (5.4).
 */
static inline enum walk_outcome smmu__walk_start(const struct xctx *x, uint64_t addr,
                                                 bool unprivileged, struct walk *w)
{
    unsigned half = addr >> 55 & 1;
    const struct ttb *t = &x->ttb[half];
    if (UNLIKELY((addr & t->range_mask) != (half ? t->range_mask : 0) || t->disabled ||
                 (unprivileged && t->e0pd))) {
        half = smmu__walk_half_32(x, addr);
        if (half == TTBS)
            return WALK_TRANSLATION;
        t = &x->ttb[half];
    }
    w->va = addr & low_mask(t->input_bits);
    w->table = t->base;
    w->half = (uint8_t)half;
    w->level = t->start_level;
    w->restrictions = 0;
    w->physical = false;
    return WALK_NEXT;
}

/* log2 of the bytes that one descriptor of this level maps. */
static inline unsigned smmu__walk_level_log2(unsigned granule_log2, int level)
{
    return granule_log2 + (unsigned)(3 - level) * (granule_log2 - 3);
}

/* The same for stage 2: is the IPA within the range of S2T0SZ (3.4)? */
static inline enum walk_outcome smmu__walk_start_stage2(const struct xctx *x, uint64_t ipa,
                                                        struct walk *w)
{
    const struct ttb *t = &x->ttb[TTB_STAGE2];
    if (ipa & t->range_mask)
        return WALK_TRANSLATION;
    w->va = ipa;
    w->table = t->base;
    w->half = TTB_STAGE2;
    w->level = t->start_level;
    w->restrictions = 0;
    w->physical = false;
    return WALK_NEXT;
}

/* First level of a walk over that many input bits (D8.2). */
int smmu__walk_start_level(unsigned granule_log2, unsigned input_bits);

/* The start level's tables may be shorter or, concatenated, longer than a granule: their base is
 * aligned to their own size (D8.2). t: granule, input bits, start level and output size are
 * known. */
uint64_t smmu__walk_table_base(const struct ttb *t, uint64_t base);

/* Where the descriptor of w->level lies (8 bytes). */
uint64_t smmu__walk_address(const struct xctx *x, const struct walk *w);
/* The leaf descriptor, as read, as hardware updates it: accessed, and dirty (D8.5). */
uint64_t smmu__walk_updated(const struct xctx *x, const struct walk *w, uint64_t descriptor,
                            bool dirty);
/* Is it stage 2's overlay that keeps updates of stage 1's descriptors from the page of this one? */
bool smmu__walk_overlay_bars_update(const struct xctx *x, uint64_t descriptor);
/* Is the descriptor, as read, a Protected one (3.27.1)? */
bool smmu__walk_is_protected(const struct xctx *x, const struct walk *w, uint64_t descriptor);
/* Digests that descriptor (as read, endianness not yet applied). WALK_NEXT: w has moved one level
 * down. */
enum walk_outcome smmu__walk_step(const struct xctx *x, struct walk *w, uint64_t descriptor,
                                  struct leaf *leaf);

#endif
