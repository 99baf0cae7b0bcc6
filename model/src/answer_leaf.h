/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. The answer that a leaf gives (13.1 to 13.4), which every hit ends in: inline, as it is a good
 * part of a hit's cost. The other answers are answer.h's.
 */
#ifndef SMMUSIM_ANSWER_LEAF_H
#define SMMUSIM_ANSWER_LEAF_H

#include "answer.h"
#include "state.h"

static inline void smmu__output_kind(const struct smmu *s, struct access_kind k,
                                     smmu_response_t *out)
{
    if (s->always_privileged_data)
        k = (struct access_kind){.priv = true};
    out->flags |= (uint8_t)((k.priv ? SMMU_RSP_PRIV : 0) | (k.inst ? SMMU_RSP_INST : 0));
}

/* Nobody counts it. */
static ON_PATH void smmu__response_leaf(const struct smmu *s, const smmu_request_t *r,
                                        const struct xctx *x, struct access_kind k,
                                        const struct leaf *leaf, smmu_response_t *out)
{
    const struct overrides *o = &x->overrides;
    const struct attrs in = {r->memattr, r->sh};
    struct attrs a = x->kind == XCTX_S2
                         ? smmu__attrs_stage2(o, in, leaf->memattr, leaf->sh)
                         : smmu__attrs_stage1(o, in, (struct attrs){leaf->memattr, leaf->sh});
    *out = (smmu_response_t){.pa = leaf->pa | (r->addr & low_mask(leaf->region_log2)),
                             .tag = r->tag,
                             .result = SMMU_RESULT_FORWARD,
                             .memattr = a.memattr,
                             .sh = a.sh,
                             .pas = SMMU_PAS_NS,
                             .region_log2 = leaf->region_log2,
                             .perms = (uint8_t)(leaf->perms >> (k.priv ? 0 : 3) & 7),
                             .mpam = x->mpam};
    smmu__output_kind(s, k, out);
}

static ON_PATH void smmu__answer_leaf(struct smmu *s, const smmu_request_t *r,
                                      const struct xctx *x, struct access_kind k,
                                      const struct leaf *leaf, smmu_response_t *out)
{
    smmu__response_leaf(s, r, x, k, leaf, out);
    STAT(s, forwarded, 1);
}

#endif
