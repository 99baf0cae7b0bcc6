/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See xlate.h. A request that hits is answered at once and leaves nothing behind; one that does
 * not takes off in a slot (flight.h).
 */
#include "xlate.h"
#include "answer.h"
#include "flight.h"
#include "state.h"
#include "stream.h"

/* SMMUEN=0: GBPA decides, nothing is looked up, nothing is recorded (3.4, 6.3.9.6, 6.3.14). */
static void submit_disabled(struct smmu *s, const struct prog_if *pi, const smmu_request_t *r,
                            smmu_response_t *out)
{
    if (REG_FIELD(pi, GBPA, ABORT) || r->addr >> s->oas_bits) {
        smmu__answer_terminated(s, r, SMMU_RESULT_ABORT, out);
    } else {
        struct overrides o = smmu__overrides_from_gbpa(&s->config, REG_OF(pi, GBPA));
        smmu__answer_bypass(s, r, &o, out);
    }
    out->latency = (uint32_t)CFG(s, TIMING_TBU_FRONT_LAT);
}

/* True if the TLB lets the access through. Faults and misses need a slot. */
static bool try_hit(struct smmu *s, struct xctx *x, const smmu_request_t *r, smmu_response_t *out)
{
    struct access_kind k = smmu__access_kind(r, &x->overrides);
    struct walk w;
    struct leaf leaf;
    if (smmu__walk_start(x, r->addr, !k.priv, &w) != WALK_NEXT)
        return false;
    smmu__tags_use(s, x);
    STAT(s, tlb_lookup, 1);
    if (!smmu__tlb_lookup(s, x, smmu__canonical(r->addr), &leaf)) {
        STAT(s, tlb_miss, 1);
        return false;
    }
    STAT(s, tlb_hit, 1);
    if (!(leaf.perms & smmu__access_need(k)))
        return false;
    smmu__answer_leaf(s, r, &x->overrides, k, &leaf, out);
    return true;
}

int smmu__xlate_submit(struct smmu *s, const struct prog_if *pi, const smmu_request_t *r,
                       smmu_response_t *out)
{
    if (!(REG_FIELD(pi, CR0, SMMUEN) && REG_FIELD(pi, CR0ACK, SMMUEN))) {
        STAT(s, requests, 1);
        submit_disabled(s, pi, r, out);
        smmu__answer_track(s, r, s->inval.epoch, out);
        return SMMU_DONE;
    }
    uint64_t key = smmu__cfg_key(r->sec_sid, r->streamid, r->flags & SMMU_REQ_SSV, r->substreamid);
    struct xctx *x = smmu__cfgcache_lookup(s, key);
    STAT(s, cfg_lookup, 1);
    if (x) {
        STAT(s, cfg_hit, 1);
        if (x->kind == XCTX_S1 ? try_hit(s, x, r, out) : smmu__answer_untranslated(s, x, r, out)) {
            smmu__answer_track(s, r, s->inval.epoch, out);
            out->latency = (uint32_t)(CFG(s, TIMING_TBU_FRONT_LAT) + CFG(s, TIMING_MTLB_LAT));
            STAT(s, requests, 1);
            return SMMU_DONE;
        }
    } else {
        STAT(s, cfg_miss, 1);
    }
    if (!smmu__flight_start(s, pi, r, key)) {
        STAT(s, busy, 1);
        return SMMU_BUSY;
    }
    STAT(s, requests, 1);
    return SMMU_PENDING;
}
