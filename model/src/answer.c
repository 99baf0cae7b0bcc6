/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See answer.h. */
#include "answer.h"
#include "answer_leaf.h"
#include "mpam.h"
#include "state.h"
#include "stream.h"

void smmu__answer_track(struct smmu *s, const smmu_request_t *r, uint8_t epoch,
                        smmu_response_t *out)
{
    if (!(r->flags & SMMU_REQ_TRACKED) || out->result != SMMU_RESULT_FORWARD)
        return;
    out->flags |= SMMU_RSP_TRACKED;
    out->epoch = epoch;
    s->inval.tracked[epoch]++;
}

_Static_assert((SMMU_REQ_WRITE | SMMU_REQ_INST | SMMU_REQ_PRIV) == XCTX_ACCESS_FLAGS,
               "they index xctx.access");

static void bypass(const struct smmu *s, const smmu_request_t *r, const struct overrides *o,
                   smmu_mpam_t mpam, smmu_response_t *out)
{
    struct attrs a = smmu__attrs_bypass(o, (struct attrs){r->memattr, r->sh});
    /* 3.4: what bypasses stage 1 alone may be longer than the OAS. */
    *out = (smmu_response_t){.pa = r->addr & low_mask(s->oas_bits),
                             .tag = r->tag,
                             .result = SMMU_RESULT_FORWARD,
                             .flags = SMMU_RSP_BYPASS,
                             .memattr = a.memattr,
                             .sh = a.sh,
                             .pas = SMMU_PAS_NS,
                             .region_log2 = s->oas_bits,
                             .perms = SMMU_PERM_R | SMMU_PERM_W | SMMU_PERM_X,
                             .mpam = mpam};
    smmu__output_kind(s, smmu__access_kind(r, o), out);
}

/* The smallest granule: STU (3.9.1). */
static uint8_t smallest_unit_log2(const struct smmu *s)
{
    if (CFG(s, IDR5_GRAN4K))
        return 12;
    return CFG(s, IDR5_GRAN16K) ? 14 : 16;
}

void smmu__answer_ats(struct smmu *s, const smmu_request_t *r, uint64_t pa, uint8_t region_log2,
                      uint8_t perms, smmu_response_t *out)
{
    *out = (smmu_response_t){.tag = r->tag,
                             .result = SMMU_RESULT_ATS_SUCCESS,
                             .flags = r->flags & SMMU_REQ_PRIV ? SMMU_RSP_PRIV : 0,
                             .pas = SMMU_PAS_NS,
                             .region_log2 = perms ? region_log2 : smallest_unit_log2(s),
                             .pa = perms ? align_down(pa, region_log2) : 0,
                             .perms = perms};
    STAT(s, ats_granted, perms != 0);
}

static void terminated(const smmu_request_t *r, smmu_result_t result, smmu_response_t *out)
{
    *out = (smmu_response_t){.tag = r->tag, .result = (uint8_t)result};
}

static void count(struct smmu *s, const smmu_response_t *out)
{
    if (out->result == SMMU_RESULT_FORWARD)
        STAT(s, forwarded, 1);
    else if (out->result == SMMU_RESULT_ABORT)
        STAT(s, aborted, 1);
    else if (out->result == SMMU_RESULT_RAZ_WI)
        STAT(s, raz_wi, 1);
    if (out->flags & SMMU_RSP_BYPASS)
        STAT(s, bypassed, 1);
}

void smmu__answer_terminated(struct smmu *s, const smmu_request_t *r, smmu_result_t result,
                             smmu_response_t *out)
{
    if (result == SMMU_RESULT_ATS_SUCCESS) {
        smmu__answer_ats(s, r, 0, 0, 0, out);
        return;
    }
    terminated(r, result, out);
    count(s, out);
}

bool smmu__answer_passed(struct smmu *s, const smmu_request_t *r, const struct overrides *o,
                         smmu_mpam_t mpam, smmu_response_t *out)
{
    if (r->addr >> s->oas_bits)
        return false;
    bypass(s, r, o, mpam, out);
    out->flags &= (uint8_t)~SMMU_RSP_BYPASS; /* its stages have translated it before */
    count(s, out);
    return true;
}

bool smmu__response_untranslated(const struct smmu *s, const struct xctx *x,
                                 const smmu_request_t *r, smmu_response_t *out)
{
    if (x->kind == XCTX_ABORT) { /* Config=0b0xx: no record (5.2) */
        terminated(r, SMMU_RESULT_ABORT, out);
        return true;
    }
    if (r->addr >> (x->s1dss_bypass ? s->ias_bits : s->oas_bits))
        return false;
    bypass(s, r, &x->overrides, x->mpam, out);
    return true;
}

bool smmu__answer_untranslated(struct smmu *s, const struct xctx *x, const smmu_request_t *r,
                               smmu_response_t *out)
{
    if (!smmu__response_untranslated(s, x, r, out))
        return false;
    count(s, out);
    return true;
}

smmu_mpam_t smmu__bypass_mpam(const struct smmu *s, const struct prog_if *pi)
{
    return smmu__mpam(&s->config, REG_FIELD(pi, GBPMPAM, GBP_PARTID),
                      REG_FIELD(pi, GBPMPAM, GBP_PMG));
}

void smmu__response_disabled(const struct smmu *s, const struct prog_if *pi,
                             const smmu_request_t *r, smmu_response_t *out)
{
    struct overrides o = smmu__overrides_from_gbpa(&s->config, REG_OF(pi, GBPA));
    if (REG_FIELD(pi, GBPA, ABORT) || r->addr >> s->oas_bits)
        terminated(r, SMMU_RESULT_ABORT, out);
    else
        bypass(s, r, &o, smmu__bypass_mpam(s, pi), out);
}

void smmu__answer_disabled(struct smmu *s, const struct prog_if *pi, const smmu_request_t *r,
                           smmu_response_t *out)
{
    smmu__response_disabled(s, pi, r, out);
    count(s, out);
}
