/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. What an access is after the overrides of its stream (struct access_kind), and the answers it
 * can get: let through by a leaf (answer_leaf.h), let through untouched, terminated (3.12, 13.1 to
 * 13.4).
 */
#ifndef SMMUSIM_ANSWER_H
#define SMMUSIM_ANSWER_H

#include "attrs.h"
#include "smmusim/smmu_types.h"
#include "walk.h"
#include "xctx.h"

struct smmu;
struct prog_if;

/* flags: SMMU_REQ_*. */
static inline struct access_kind smmu__access_kind_of(unsigned flags, const struct overrides *o)
{
    bool write = flags & SMMU_REQ_WRITE;
    struct access_kind k = {.write = write,
                            .inst = attrs_instruction(o, write, flags & SMMU_REQ_INST),
                            .priv = attrs_privileged(o, flags & SMMU_REQ_PRIV)};
    k.need = leaf_permission(k.priv, k.inst, k.write);
    return k;
}

static inline struct access_kind smmu__access_kind(const smmu_request_t *r,
                                                   const struct overrides *o)
{
    return smmu__access_kind_of(r->flags, o);
}

/* An ATS Translation Completion with Success: which access is granted to how much (3.9.1.2). */
void smmu__answer_ats(struct smmu *s, const smmu_request_t *r, uint64_t pa, uint8_t region_log2,
                      uint8_t perms, smmu_response_t *out);
/* A translated transaction that nothing translates goes on as it is; false: beyond what may pass
 * (3.9.1.1). */
bool smmu__answer_passed(struct smmu *s, const smmu_request_t *r, const struct overrides *o,
                         smmu_mpam_t mpam, smmu_response_t *out);
void smmu__answer_terminated(struct smmu *s, const smmu_request_t *r, smmu_result_t result,
                             smmu_response_t *out);
/*
 * The answer of a context that translates nothing: abort (Config=0b0xx, no record, 5.2) or bypass.
 * False: the address is beyond what may pass (3.4).
 */
bool smmu__answer_untranslated(struct smmu *s, const struct xctx *x, const smmu_request_t *r,
                               smmu_response_t *out);
/* SMMUEN=0: GBPA decides, nothing is looked up, nothing is recorded (3.4, 6.3.9.6, 6.3.14). */
void smmu__answer_disabled(struct smmu *s, const struct prog_if *pi, const smmu_request_t *r,
                           smmu_response_t *out);

/* What bypasses an interface as a whole, translated transactions that are not checked among it
 * (6.3.43, 17.3). */
smmu_mpam_t smmu__bypass_mpam(const struct smmu *s, const struct prog_if *pi);

/* ---- the same, and nobody counts it */
bool smmu__response_untranslated(const struct smmu *s, const struct xctx *x,
                                 const smmu_request_t *r, smmu_response_t *out);
void smmu__response_disabled(const struct smmu *s, const struct prog_if *pi,
                             const smmu_request_t *r, smmu_response_t *out);

/* A tracked access that is let through counts in this epoch until its owner reports it done
 * (3.21.1). */
void smmu__answer_track(struct smmu *s, const smmu_request_t *r, uint8_t epoch,
                        smmu_response_t *out);

#endif
