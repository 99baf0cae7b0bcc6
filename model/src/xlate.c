/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See xlate.h. A request that hits is answered at once and leaves nothing behind; one that does
 * not, or has to wait for others of its ID, takes off in a slot (flight.h).
 */
#include "xlate.h"
#include "answer_leaf.h"
#include "flight.h"
#include "state.h"

/* Others of its ID are on their way. */
static bool must_queue(const struct order *o)
{
    return o && !smmu__slot_list_empty(&o->in_flight);
}

/* Accepted, and on its way out: in how many cycles from now. */
static inline void hand_on(struct smmu *s, struct tbu *t, struct order *o, const smmu_request_t *r,
                    uint16_t stream, uint64_t ready, smmu_response_t *out)
{
    smmu__answer_track(s, r, s->inval.epoch, out);
    out->latency = (uint32_t)(smmu__tbu_hand_on(s, t, o, ready) - s->sched.now);
    TRANSACTION_TIME(s, t, stream, out->latency);
    if (UNLIKELY(s->timeline.capacity))
        smmu__timeline_hit(s, r, ready - s->sched.now, out);
    TBU_EVENT(s, t, transactions, TRANSACTION, 1, r);
}

static OFF_PATH int refuse(struct smmu *s, struct tbu *t, const smmu_request_t *r)
{
    STAT(s, busy, 1);
    smmu__flight_refused(s, t, r);
    return SMMU_BUSY;
}

static OFF_PATH int take_off(struct smmu *s, const struct prog_if *pi, struct tbu *t,
                    const smmu_request_t *r, uint64_t key, const struct tbu_lookup *found,
                    const smmu_response_t *decided)
{
    if (!smmu__flight_room(s, t, r))
        return refuse(s, t, r);
    smmu__flight_start(s, pi, t, r, key, found, decided);
    TBU_EVENT(s, t, transactions, TRANSACTION, 1, r);
    return SMMU_PENDING;
}

/* What needs no TLB takes as long as what the micro-TLB has. */
static const struct tbu_lookup no_tlb = {.where = TBU_UTLB_HIT};

static OFF_PATH int submit_untranslated(struct smmu *s, const struct prog_if *pi, struct tbu *t,
                               struct order *o, const smmu_request_t *r, uint64_t key,
                               smmu_response_t *out)
{
    TBU_STAT(t, untranslated, 1);
    if (must_queue(o))
        return take_off(s, pi, t, r, key, &no_tlb, out);
    uint64_t from = smmu__tbu_accept(s, t, r);
    uint64_t ready = smmu__tbu_lookup_done(s, t, r->addr, &no_tlb, from);
    hand_on(s, t, o, r, smmu__stream_number(s, r->sec_sid, r->streamid), ready, out);
    return SMMU_DONE;
}

/* What the TLBs have; a context that stage 1 does not let begin is for the TCU to judge. */
static inline void look_up(struct smmu *s, struct tbu *t, struct xctx *x, const smmu_request_t *r,
                    struct access_kind k, struct tbu_lookup *found)
{
    struct walk unused;
    found->where = TBU_MISS;
    found->probes = 1;
    if (UNLIKELY(!x) || smmu__walk_start(x, r->addr, !k.priv, &unused) != WALK_NEXT)
        return;
    if (UNLIKELY(!tags_bound(&s->tags, x)))
        smmu__tags_use(s, x);
    smmu__tbu_look_up(s, t, x, smmu__canonical(r->addr), k.need, found);
}

/* ------------------------------------------------------------------------ PCIe ATS (3.9.1) */

/* What counts of it: what has no PASID is of unprivileged data, and without IDR3.PASIDTT no
 * translated transaction has one (3.9.1.3, 13.7). */
static smmu_request_t ats_request(const struct smmu *s, const smmu_request_t *r)
{
    smmu_request_t seen = *r;
    if (!(r->flags & SMMU_REQ_ATS_REQUEST) && !CFG(s, IDR3_PASIDTT))
        seen.flags &= (uint16_t)~SMMU_REQ_SSV;
    if (!(seen.flags & SMMU_REQ_SSV))
        seen.flags &= (uint16_t)~(SMMU_REQ_INST | SMMU_REQ_PRIV);
    return seen;
}

/* A translated transaction goes on as it is where nothing is checked, or where it is known that its
 * stream may do this. True: out is filled. CHOICE 17.3: a PASID makes no difference to its label. */
static bool passes(struct smmu *s, const struct prog_if *pi, const smmu_request_t *r, uint64_t key,
                   smmu_response_t *out)
{
    static const struct overrides incoming = {.shcfg = SHCFG_INCOMING};
    const struct overrides *o = &incoming;
    smmu_mpam_t mpam = smmu__bypass_mpam(s, pi);
    if (!key)
        return false;
    if (REG_FIELD(pi, CR0, ATSCHK)) {
        const struct xctx *x = smmu__cfgcache_lookup(s, key);
        if (!x || x->eats != EATS_FULL)
            return false;
        o = &x->overrides;
        mpam = x->mpam;
    }
    /* CHOICE 3.9.1.1: an address beyond the OAS is an abort without a record. */
    if (!smmu__answer_passed(s, r, o, mpam, out))
        smmu__answer_terminated(s, r, SMMU_RESULT_ABORT, out);
    return true;
}

static int submit_translated(struct smmu *s, const struct prog_if *pi, struct tbu *t,
                             const smmu_request_t *r, smmu_response_t *out)
{
    struct order *o = smmu__tbu_order(s, t, r);
    uint64_t own = smmu__cfg_key_translated(r->sec_sid, r->streamid, r->flags & SMMU_REQ_SSV,
                                            r->substreamid);
    uint64_t key = smmu__xlate_enabled(pi) ? own : 0;
    if (must_queue(o) && !smmu__flight_room(s, t, r))
        return refuse(s, t, r);
    bool passed = passes(s, pi, r, key, out);
    int verdict = passed ? submit_untranslated(s, pi, t, o, r, key, out)
                         : take_off(s, pi, t, r, key, &no_tlb, NULL);
    if (verdict == SMMU_BUSY)
        return verdict;
    STAT(s, ats_translated, 1);
    TBU_STAT(t, ats_checked, !passed);
    smmu__pmcg_count_in(s, t->pmcg, SMMU_PMCG_EV_ATS_TRANSLATED, 1, r->sec_sid, r->streamid);
    return verdict;
}

static int submit_ats_request(struct smmu *s, const struct prog_if *pi, struct tbu *t,
                              const smmu_request_t *r)
{
    uint64_t key = smmu__cfg_key(r->sec_sid, r->streamid, r->flags & SMMU_REQ_SSV, r->substreamid);
    if (!smmu__flight_room(s, t, r))
        return refuse(s, t, r);
    smmu__flight_start(s, pi, t, r, smmu__xlate_enabled(pi) ? key : 0, &no_tlb, NULL);
    STAT(s, ats_requests, 1);
    TBU_STAT(t, ats_requests, 1);
    return SMMU_PENDING;
}

static OFF_PATH int submit_ats(struct smmu *s, const struct prog_if *pi, struct tbu *t,
                               const smmu_request_t *r, smmu_response_t *out)
{
    smmu_request_t seen = ats_request(s, r);
    if ((r->flags & ATS_FLAGS) == ATS_FLAGS)
        return SMMU_E_ARGUMENT;
    if (!CFG(s, IDR0_ATS))
        return SMMU_E_UNSUPPORTED;
    return r->flags & SMMU_REQ_ATS_REQUEST ? submit_ats_request(s, pi, t, &seen)
                                           : submit_translated(s, pi, t, &seen, out);
}

int smmu__xlate_submit(struct smmu *s, const struct prog_if *pi, const smmu_request_t *r,
                       smmu_response_t *out)
{
    struct tbu *t = &s->tbu[r->tbu];
    if (UNLIKELY(r->flags & ATS_FLAGS))
        return submit_ats(s, pi, t, r, out);
    struct order *o = smmu__tbu_order(s, t, r);
    bool queue = must_queue(o);
    if (UNLIKELY(queue) && !smmu__flight_room(s, t, r))
        return refuse(s, t, r);
    if (UNLIKELY(!smmu__xlate_enabled(pi))) {
        smmu__answer_disabled(s, pi, r, out);
        return submit_untranslated(s, pi, t, o, r, 0, out);
    }
    uint64_t key = smmu__cfg_key(r->sec_sid, r->streamid, r->flags & SMMU_REQ_SSV, r->substreamid);
    struct xctx *x = smmu__cfgcache_lookup(s, key);
    if (UNLIKELY(x && !xctx_translates(x))) {
        if (smmu__answer_untranslated(s, x, r, out))
            return submit_untranslated(s, pi, t, o, r, key, out);
        x = NULL; /* a fault: the TCU's */
    }
    struct tbu_lookup found;
    struct access_kind k =
        LIKELY(x) ? x->access[r->flags & XCTX_ACCESS_FLAGS] : (struct access_kind){0};
    look_up(s, t, x, r, k, &found);
    if (UNLIKELY(found.where == TBU_MISS || queue))
        return take_off(s, pi, t, r, key, &found, NULL);
    struct leaf leaf;
    smmu__tlb_leaf(found.entry, &leaf);
    smmu__answer_leaf(s, r, x, k, &leaf, out);
    uint64_t from = smmu__tbu_accept(s, t, r);
    uint64_t ready = smmu__tbu_lookup_done(s, t, smmu__canonical(r->addr), &found, from);
    smmu__tbu_looked_up(s, t, &found, r);
    hand_on(s, t, o, r, x->stream_number, ready, out);
    return SMMU_DONE;
}
