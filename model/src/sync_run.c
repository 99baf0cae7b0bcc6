/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. For callers without a scheduler: loops over a plain memory function until the answer is there
 * or nothing is left to do. Accesses overlap: each is done at the cycle it left plus its latency.
 */
#include <string.h>

#include "smmusim/smmu.h"

enum { IN_FLIGHT = 64 }; /* more wait in the outbox */

struct done_later {
    uint64_t at, tag;
    smmu_mem_status_t status;
    uint8_t data[SMMU_MEM_MAX_BYTES];
};

struct loop {
    smmu_t *s;
    const smmu_runner_t *r;
    uint64_t now;
    unsigned count;
    struct done_later later[IN_FLIGHT];
    bool waiting; /* for the answer with this tag */
    uint64_t tag;
    smmu_response_t *response;
};

/* Callers of the modes lt and functional may be behind the model's clock; what is no request's
 * cannot be. */
static uint64_t model_time(const struct loop *l)
{
    return l->now < smmu_now(l->s) ? smmu_now(l->s) : l->now;
}

static void start_access(struct loop *l, const smmu_out_mem_t *m)
{
    struct done_later *d = &l->later[l->count++];
    uint64_t latency = 0;
    d->tag = m->tag;
    d->status = l->r->memory(l->r->ctx, m, d->data, &latency);
    d->at = l->now + latency;
}

static void take_answer(struct loop *l, const smmu_response_t *answer)
{
    if (l->waiting && answer->tag == l->tag) {
        *l->response = *answer;
        l->waiting = false;
    } else if (l->r->answer) {
        l->r->answer(l->r->ctx, answer);
    }
}

static void drain(struct loop *l)
{
    smmu_out_t out;
    while (l->count < IN_FLIGHT && smmu_pop(l->s, &out)) {
        switch (out.kind) {
        case SMMU_OUT_MEM:
            start_access(l, &out.u.mem);
            break;
        case SMMU_OUT_ANSWER:
            take_answer(l, &out.u.answer);
            break;
        case SMMU_OUT_IRQ:
            if (l->r->irq)
                l->r->irq(l->r->ctx, &out.u.irq);
            break;
        case SMMU_OUT_PRG_RESPONSE:
            if (l->r->prg_response)
                l->r->prg_response(l->r->ctx, &out.u.prg_response);
            break;
        case SMMU_OUT_BROADCAST_SYNC:
            if (l->r->broadcast_sync)
                l->r->broadcast_sync(l->r->ctx, out.u.broadcast_sync.tag);
            break;
        case SMMU_OUT_INVAL: /* nothing is derived from translations here */
            smmu_inval_done(l->s, model_time(l), out.u.inval.tag);
            break;
        case SMMU_OUT_ATC_INV: /* no device caches anything: as a system without ATS (4.5.1) */
            smmu_atc_inv_done(l->s, model_time(l), out.u.atc_inv.tag, SMMU_ATC_INV_COMPLETED);
            break;
        }
    }
}

static unsigned earliest(const struct loop *l)
{
    unsigned best = 0;
    for (unsigned i = 1; i < l->count; i++)
        if (l->later[i].at < l->later[best].at)
            best = i;
    return best;
}

/* One thing happens: the next memory access is done or the next timer is due. False: nothing within
 * the limit. */
static bool step(struct loop *l, uint64_t limit)
{
    uint64_t due = smmu_next_due(l->s);
    unsigned first = earliest(l);
    if (l->count && l->later[first].at <= due) {
        struct done_later d = l->later[first];
        if (d.at > limit)
            return false;
        memmove(&l->later[first], &l->later[first + 1], (l->count - first - 1) * sizeof d);
        l->count--;
        l->now = d.at > l->now ? d.at : l->now;
        smmu_mem_done(l->s, model_time(l), d.tag, d.status, d.data);
        return true;
    }
    if (due == SMMU_NEVER || due > limit)
        return false;
    l->now = due > l->now ? due : l->now;
    smmu_advance(l->s, l->now);
    return true;
}

smmu_status_t smmu_run_request(smmu_t *s, const smmu_runner_t *r, uint64_t *now,
                               const smmu_request_t *request, smmu_response_t *response)
{
    if (!s || !r || !r->memory || !now || !request || !response)
        return SMMU_E_ARGUMENT;
    struct loop l = {
        .s = s, .r = r, .now = *now, .waiting = true, .tag = request->tag, .response = response};
    int verdict = smmu_submit(s, l.now, request, response);
    while (verdict == SMMU_BUSY && (drain(&l), step(&l, SMMU_NEVER)))
        verdict = smmu_submit(s, l.now, request, response);
    if (verdict < 0)
        return (smmu_status_t)verdict;
    if (verdict == SMMU_BUSY) /* what holds the slots is in the hands of others */
        return SMMU_E_UNSUPPORTED;
    while (verdict == SMMU_PENDING && (drain(&l), l.waiting))
        if (!step(&l, SMMU_NEVER))
            return SMMU_E_UNSUPPORTED;
    *now = l.now + response->latency;
    for (drain(&l); l.count;
         drain(&l)) /* accesses already begun are carried through, so that none is lost */
        if (!step(&l, SMMU_NEVER))
            break;
    if (l.now > *now)
        *now = l.now;
    return SMMU_OK;
}

bool smmu_run_until_idle(smmu_t *s, const smmu_runner_t *r, uint64_t *now, uint64_t limit)
{
    struct loop l = {.s = s, .r = r, .now = *now};
    drain(&l);
    while (!smmu_idle(s) && step(&l, limit))
        drain(&l);
    while (l.count) { /* beyond the limit, but begun */
        step(&l, SMMU_NEVER);
        drain(&l);
    }
    *now = l.now;
    return smmu_idle(s);
}
