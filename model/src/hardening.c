/* SPDX-License-Identifier: Apache-2.0 */
/* L1. See hardening.h. */
#include "hardening.h"

void smmu__harden_cd(struct xctx *x, uint8_t marks)
{
    x->cd_assured = x->cd_assured && marks & LEAF_ASSURED_ONLY;
}

void smmu__harden_begin(const struct xctx *x, struct walk *w)
{
    w->assured = x->cd_assured && x->hardening & (w->half == TTB_HIGH ? HARDEN_TL1 : HARDEN_TL0);
}

void smmu__harden_step(const struct xctx *x, struct walk *w, uint64_t descriptor, uint8_t marks)
{
    w->assured = w->assured && marks & LEAF_MRO && smmu__walk_is_protected(x, w, descriptor);
}

/* CDs may lie in AssuredOnly memory; everything else needs an assured stage 1 to get there. */
static bool assured(const struct xctx *x, const struct walk *w, enum fault_class class_,
                    uint8_t marks)
{
    return !(marks & LEAF_ASSURED_ONLY) || class_ == CLASS_CD ||
           (x->kind == XCTX_NESTED && w->assured);
}

/* The table that TTB0 or TTB1 points at; any page may be the others. */
static bool may_be_top_level(const struct xctx *x, const struct walk *w, enum fault_class class_,
                             uint8_t marks)
{
    bool high = w->half == TTB_HIGH;
    uint8_t own = high ? LEAF_TOP1 : LEAF_TOP0, others = high ? LEAF_TOP0 : LEAF_TOP1;
    if (class_ != CLASS_TT || w->level != x->ttb[w->half].start_level || marks & own)
        return true;
    if (x->hardening & (high ? HARDEN_TL1 : HARDEN_TL0))
        return false;
    return !(x->hardening & (high ? HARDEN_TL0 : HARDEN_TL1) && marks & others);
}

enum hardening_verdict smmu__harden_verdict(const struct xctx *x, const struct walk *w,
                                            enum fault_class class_, uint8_t marks)
{
    if (!may_be_top_level(x, w, class_, marks))
        return HARDENING_TOP_LEVEL;
    return assured(x, w, class_, marks) ? HARDENING_PERMITS : HARDENING_ASSURED_ONLY;
}
