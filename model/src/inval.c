/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. See inval.h. An invalidation removes what it names at once; what may still act on the old
 * state is marked (slots), counted (forwarded accesses) or told (the owner), and CMD_SYNC waits for
 * these three.
 */
#include "state.h"

/* Without a VA, or for a configuration change, every address of the streams is meant. */
static void tell_owner(struct smmu *s, const struct inval_scope *scope)
{
    smmu_out_inval_t *o = &smmu__outbox_put(s, SMMU_OUT_INVAL)->u.inval;
    uint64_t tag = s->inval.next_ack_tag++;
    *o = (smmu_out_inval_t){.tag = tag, .all_streams = true, .all_addresses = true};
    s->inval.acks_pending |= UINT64_C(1) << tag % INVAL_ACKS_MAX;
    if (scope->kind == INVAL_CONFIG && !scope->u.config.all) {
        o->all_streams = false;
        o->streamid_first = scope->u.config.sid_first;
        o->streamid_last = scope->u.config.sid_last;
    }
    if (scope->kind == INVAL_TLB && scope->u.tlb.by_va) {
        o->all_addresses = false;
        o->addr_first = scope->u.tlb.va_first;
        o->addr_last = scope->u.tlb.va_last;
    }
}

void smmu__invalidate(struct smmu *s, const struct inval_scope *scope)
{
    if (scope->kind == INVAL_CONFIG)
        smmu__cfgcache_invalidate(s, &scope->u.config);
    else
        smmu__tlb_invalidate(s, &scope->u.tlb);
    smmu__slots_mark(s, scope);
    s->inval.dirty = true;
    if (CFG(s, INVAL_NOTIFY))
        tell_owner(s, scope);
}

void smmu__inval_sync_begin(struct smmu *s)
{
    struct inval_state *v = &s->inval;
    if (!v->dirty)
        return;
    v->dirty = false;
    v->epoch ^= 1; /* accesses forwarded from now on used no invalidated translation */
    v->waiting = true;
}

bool smmu__inval_complete(const struct smmu *s)
{
    const struct inval_state *v = &s->inval;
    if (s->slots.marked || v->acks_pending)
        return false;
    return !v->waiting || v->tracked[v->epoch ^ 1] == 0;
}

bool smmu__inval_ready(const struct smmu *s)
{
    return !CFG(s, INVAL_NOTIFY) ||
           !bit_of(s->inval.acks_pending, s->inval.next_ack_tag % INVAL_ACKS_MAX);
}

smmu_status_t smmu__inval_ack(struct smmu *s, uint64_t tag)
{
    struct inval_state *v = &s->inval;
    if (tag >= v->next_ack_tag)
        return SMMU_E_TAG;
    if (tag < v->forgotten_ack_tag)
        return SMMU_OK;
    uint64_t bit = UINT64_C(1) << tag % INVAL_ACKS_MAX;
    if (v->next_ack_tag - tag > INVAL_ACKS_MAX || !(v->acks_pending & bit))
        return SMMU_E_TAG;
    v->acks_pending &= ~bit;
    s->settle |= SETTLE_SYNC;
    return SMMU_OK;
}

smmu_status_t smmu__inval_access_done(struct smmu *s, uint8_t epoch)
{
    struct inval_state *v = &s->inval;
    if (epoch > 1 || v->tracked[epoch] == 0)
        return SMMU_E_TAG;
    if (--v->tracked[epoch] == 0)
        s->settle |= SETTLE_SYNC;
    return SMMU_OK;
}

void smmu__inval_reset(struct smmu *s)
{
    struct inval_state *v = &s->inval;
    v->acks_pending = 0;
    v->forgotten_ack_tag = v->next_ack_tag;
    v->dirty = v->waiting =
        false; /* accesses forwarded before stay counted: their owner still reports them */
}
