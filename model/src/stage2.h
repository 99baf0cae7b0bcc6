/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Stage 2 of one address: what its leaf means for what wants to go there (5.2, 3.13.5, 3.26.2,
 * 3.27.2, 7.3.16, 13.4.3). Pure. How a slot gets to the leaf is flight_stage2.c's, how a query does
 * query.c's.
 */
#ifndef SMMUSIM_STAGE2_H
#define SMMUSIM_STAGE2_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "walk.h"
#include "xctx.h"

/* What an address needs of stage 2, and what goes on with the result. */
struct stage2 {
    uint64_t ipa;
    struct walk walk;
    struct leaf leaf;
    uint8_t class_;    /* enum fault_class: what the address is of */
    uint8_t hardening; /* enum hardening_verdict: what it says of the access (3.27.2) */
    uint8_t read;      /* CLASS_CD, CLASS_TT: what waits for it: slot_state, or query_step */
    bool update;       /* CLASS_TT: that is the update of a stage 1 descriptor (3.13.5) */
};

static inline bool smmu__stage2_of_update(const struct stage2 *t)
{
    return t->class_ == CLASS_TT && t->update;
}

/* LEAF_*: what the page permits, and its overlay if there is one (3.26.2). */
uint8_t smmu__stage2_permissions(const struct xctx *x, const struct leaf *leaf);
/* The address that it leads to. */
uint64_t smmu__stage2_output(const struct stage2 *t);
/* Does it permit what is needed (LEAF_*) after this walk of stage 1 (3.26.2)? */
bool smmu__stage2_permits(const struct xctx *x, const struct walk *stage1, struct stage2 *t,
                          uint8_t need);
/* May the SMMU read there, which is data, and from Device memory unless S2PTW (5.2 S2PTW,
 * 7.3.16)? */
bool smmu__stage2_readable(const struct xctx *x, const struct walk *stage1, struct stage2 *t);
/* May hardware update a stage 1 descriptor there, and does that make the page dirty (3.13.5,
 * D8.4.2.2)? */
bool smmu__stage2_updatable(const struct xctx *x, const struct leaf *leaf);
bool smmu__stage2_update_dirties(const struct leaf *leaf);
/* Must its own descriptor be updated before what waits for it is done there? Not of CLASS_IN. */
bool smmu__stage2_wants_update(const struct stage2 *t);
/* One translation out of two: the smaller region, what both permit, the types combined. Its level
 * and ASID are stage 1's, by which it is invalidated. */
void smmu__stage2_combine(struct leaf *one, const struct stage2 *t);

#endif
