/* SPDX-License-Identifier: Apache-2.0 */
/* L1. See stage2.h. */
#include "stage2.h"

#include "attrs.h"
#include "bits.h"
#include "hardening.h"

uint64_t smmu__stage2_output(const struct stage2 *t)
{
    return t->leaf.pa | (t->ipa & low_mask(t->leaf.region_log2));
}

uint8_t smmu__stage2_permissions(const struct xctx *x, const struct leaf *leaf)
{
    return x->s2poe ? leaf->perms & leaf->overlay : leaf->perms;
}

bool smmu__stage2_permits(const struct xctx *x, const struct walk *stage1, struct stage2 *t,
                          uint8_t need)
{
    enum fault_class class_ = (enum fault_class)t->class_;
    uint8_t may = leaf_may_permit(&x->ttb[TTB_STAGE2], &t->leaf);
    bool allowed = may & need && (!x->s2poe || t->leaf.overlay & need);
    t->hardening = (uint8_t)smmu__harden_verdict(x, stage1, class_, t->leaf.marks);
    return allowed && t->hardening == HARDENING_PERMITS;
}

bool smmu__stage2_readable(const struct xctx *x, const struct walk *stage1, struct stage2 *t)
{
    bool barred = x->s2ptw && smmu__attrs_stage2_is_device(t->leaf.memattr);
    return smmu__stage2_permits(x, stage1, t, LEAF_PR) && !barred;
}

bool smmu__stage2_updatable(const struct xctx *x, const struct leaf *leaf)
{
    const struct ttb *t = &x->ttb[TTB_STAGE2];
    bool writable = leaf_may_permit(t, leaf) & LEAF_PW && (!x->s2poe || leaf->overlay & LEAF_PW);
    return (writable || leaf->marks & LEAF_MRO) && (t->hd || !(leaf->marks & LEAF_UNDIRTIED));
}

bool smmu__stage2_update_dirties(const struct leaf *leaf)
{
    return leaf->marks & LEAF_UNDIRTIED || !(leaf->perms & LEAF_PW || leaf->marks & LEAF_MRO);
}

bool smmu__stage2_wants_update(const struct stage2 *t)
{
    return t->leaf.marks & LEAF_UNACCESSED ||
           (smmu__stage2_of_update(t) && smmu__stage2_update_dirties(&t->leaf));
}

void smmu__stage2_combine(struct leaf *one, const struct stage2 *t)
{
    const struct leaf *two = &t->leaf;
    struct attrs a =
        smmu__attrs_combine((struct attrs){one->memattr, one->sh}, two->memattr, two->sh);
    if (two->region_log2 < one->region_log2)
        one->region_log2 = two->region_log2;
    one->pa = align_down(smmu__stage2_output(t), one->region_log2);
    one->perms &= two->perms;
    one->memattr = a.memattr;
    one->sh = a.sh;
}
