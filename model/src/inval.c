/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. See inval.h. An invalidation removes what it names at once; what may still act on the old
 * state is marked (slots), counted (forwarded accesses) or told (the owner), and CMD_SYNC waits for
 * these three.
 */
#include <assert.h>
#include <string.h>

#include "state.h"

/* Without a VA, or for a configuration change, every address of the streams is meant. */
static OFF_PATH void tell_owner(struct smmu *s, const struct inval_scope *scope)
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

/* --------------------------------------------------------------- what it costs (docs/timing.md) */

static inline bool by_address(const struct inval_scope *scope)
{
    const struct inval_config *c = &scope->u.config;
    if (scope->kind == INVAL_TLB)
        return scope->u.tlb.by_va;
    return !c->all && (c->sid_first == c->sid_last || c->one_substream);
}

static uint64_t scan(uint64_t sets, uint64_t per_cycle)
{
    return per_cycle ? (sets + per_cycle - 1) / per_cycle : 0;
}

static uint64_t most_sets(const struct walk_cache *w)
{
    uint64_t sets = 0;
    for (unsigned i = 0; i < w->arrays; i++)
        if (w->array[i].sets > sets)
            sets = w->array[i].sets;
    return sets;
}

void smmu__inval_init(struct smmu *s)
{
    const uint64_t sets[INVAL_KINDS] = {
        [INVAL_CONFIG] = s->cfgcache.sets, [INVAL_TLB] = most_sets(&s->walk_cache)};
    for (unsigned kind = 0; kind < INVAL_KINDS; kind++) {
        struct inval_cost *c = s->inval.cost[kind];
        c[false].in_tcu = scan(sets[kind], CFG(s, TIMING_INV_TCU_SCAN));
        c[false].in_tbu = scan(s->tbu[0].mtlb.sets, CFG(s, TIMING_INV_TBU_SCAN));
        c[true].in_tcu = CFG(s, TIMING_INV_TCU_VA_LAT);
        c[true].in_tbu = CFG(s, TIMING_INV_TBU_VA_LAT);
    }
}

/* Beyond the first one, at most as many as there are sets. */
static OFF_PATH uint64_t further_probes(const struct smmu *s, const struct inval_tlb *t)
{
    uint64_t sets = s->tbu[0].mtlb.sets;
    uint64_t pages = (t->va_last - t->va_first) >> (t->granule_log2 ? t->granule_log2 : 12);
    return pages < sets ? pages : sets ? sets - 1 : 0;
}

static inline struct inval_cost cost_of(const struct smmu *s, const struct inval_scope *scope)
{
    bool address = by_address(scope);
    struct inval_cost c = s->inval.cost[scope->kind][address];
    if (address && scope->kind == INVAL_TLB && CFG(s, TIMING_INV_RANGE_PROBES))
        c.in_tbu += further_probes(s, &scope->u.tlb);
    return c;
}

/* Those that were complete before the oldest that is remembered cannot matter any more. */
void smmu__inval_block_lookups(struct smmu *s, struct tbu *t)
{
    const struct inval_state *v = &s->inval;
    const uint64_t tokens = CFG(s, TIMING_DTI_INV_TOKENS);
    if (v->count - t->invals_seen > tokens)
        t->invals_seen = v->count - tokens;
    for (; t->invals_seen < v->count; t->invals_seen++) {
        const struct inval_work *w = &v->work[t->invals_seen % INVAL_TOKENS_MAX];
        uint64_t from = w->from + t->number * w->apart, to = from + w->length;
        if (from < s->sched.now)
            from = s->sched.now; /* what is over blocks nobody */
        for (uint64_t bank = 0; bank < CFG(s, TIMING_MTLB_BANKS) && from < to; bank++)
            smmu__turn(s, &t->bank[bank], from, to - from);
    }
}

static OFF_PATH void note_in_tbus(struct smmu *s, const struct inval_work *w)
{
    for (uint32_t i = 0; i < s->tbus; i++) {
        uint64_t from = w->from + i * w->apart;
        TIMELINE_AT(s, from, BEGIN, TBU_INVALIDATION, i, TIMELINE_INVAL_ROW | s->inval.count, 0, 0);
        TIMELINE_AT(s, from + w->length, END, TBU_INVALIDATION, i,
                    TIMELINE_INVAL_ROW | s->inval.count, 0, 0);
    }
}

/* To each TBU; returns when the last acknowledge is back. */
static inline uint64_t send_to_tbus(struct smmu *s, uint64_t now, uint64_t work)
{
    const uint64_t there = CFG(s, TIMING_DTI_INV_REQ_LAT), back = CFG(s, TIMING_DTI_INV_ACK_LAT);
    const uint64_t apart = CFG(s, TIMING_INV_FANOUT) ? there + work + back : s->message.tcu_beats;
    struct inval_work *w = &s->inval.work[s->inval.count % INVAL_TOKENS_MAX];
    w->from = now + there;
    w->length = work;
    w->apart = apart;
    if (s->timeline.capacity)
        note_in_tbus(s, w);
    TCU_STAT(s, inval_sent, s->tbus);
    return now + (s->tbus - 1) * apart + there + work + back;
}

inline uint64_t smmu__inval_free_at(const struct smmu *s)
{
    return s->inval.free_at;
}

static OFF_PATH void note(struct smmu *s, const struct inval_scope *scope, uint64_t done)
{
    bool config = scope->kind == INVAL_CONFIG;
    uint64_t what = (config ? SMMU_TIMELINE_INVAL_CONFIG : 0) |
                    (by_address(scope) ? SMMU_TIMELINE_INVAL_BY_ADDRESS : 0);
    uint64_t first = config ? scope->u.config.sid_first : scope->u.tlb.va_first;
    TIMELINE_AT(s, s->sched.now, BEGIN, INVALIDATION, 0, s->inval.count, what, first);
    TIMELINE_AT(s, done, END, INVALIDATION, 0, s->inval.count, 0, 0);
}

static inline void charge(struct smmu *s, const struct inval_scope *scope)
{
    struct inval_state *v = &s->inval;
    const struct inval_cost c = cost_of(s, scope);
    /* Commands wait for a token, broadcast invalidations (broadcast.h) are in line for one. */
    uint64_t free_at = smmu__inval_free_at(s), now = s->sched.now;
    if (UNLIKELY(free_at > now))
        now = free_at;
    uint64_t tcu = now + c.in_tcu, done = send_to_tbus(s, now, c.in_tbu);
    if (done < tcu)
        done = tcu;
    if (s->timeline.capacity)
        note(s, scope, done);
    const uint64_t tokens = CFG(s, TIMING_DTI_INV_TOKENS);
    v->latest_done = v->done[v->count++ % INVAL_TOKENS_MAX] = done;
    v->free_at = v->count < tokens ? 0 : v->done[(v->count - tokens) % INVAL_TOKENS_MAX];
}

inline uint64_t smmu__inval_latest_done(const struct smmu *s)
{
    return s->inval.latest_done;
}

/* ------------------------------------------------------------------------------- what it does */

static inline void invalidate_translations(struct smmu *s, const struct inval_tlb *scope)
{
    if (UNLIKELY(!scope->by_va)) {
        struct tag_filter tags = smmu__tag_filter(scope);
        smmu__tags_drop(s, &tags);
        return;
    }
    struct tlb_range range = smmu__tlb_range(scope);
    for (struct tbu *t = s->tbu, *end = t + s->tbus; t < end; t++) {
        smmu__tlb_drop(s, &t->utlb, &range);
        smmu__tlb_drop(s, &t->mtlb, &range);
    }
    for (unsigned i = 0; i < s->walk_cache.arrays; i++)
        smmu__tlb_drop(s, &s->walk_cache.array[i], &range);
}

/* What is marked already stays where it is. */
static inline void mark_own(struct inval_state *v)
{
    v->own_marked[v->epoch] |= v->own_running & (uint16_t)~v->own_marked[v->epoch ^ 1];
}

void smmu__invalidate(struct smmu *s, const struct inval_scope *scope)
{
    if (UNLIKELY(scope->kind == INVAL_CONFIG))
        smmu__cfgcache_invalidate(s, &scope->u.config);
    else
        invalidate_translations(s, &scope->u.tlb);
    smmu__slots_mark(s, scope);
    mark_own(&s->inval);
    charge(s, scope);
    s->inval.dirty = true;
    if (CFG(s, INVAL_NOTIFY))
        tell_owner(s, scope);
}

/* ---------------------------------------------------------------------------- completion */

/* Accesses forwarded after the next change used no translation that was invalidated before it. If
 * nothing was, the latest one will do, or none if there was none since the reset. */
struct inval_wait smmu__inval_sync_begin(const struct smmu *s)
{
    const struct inval_state *v = &s->inval;
    uint64_t latest = v->changes == v->reset_changes ? 0 : v->changes;
    return (struct inval_wait){.change = v->dirty ? v->changes + 1 : latest,
                               .ack_tag = v->next_ack_tag};
}

static bool empty(const struct smmu *s, unsigned epoch)
{
    const struct inval_state *v = &s->inval;
    return !v->tracked[epoch] && !s->slots.marked[epoch] && !v->own_marked[epoch];
}

/* Were all SMMU_OUT_INVAL before this one acknowledged? */
static bool acknowledged(const struct inval_state *v, uint64_t before)
{
    uint64_t later = v->next_ack_tag - before;
    if (later >= INVAL_ACKS_MAX || !v->acks_pending)
        return true;
    for (uint64_t tag = before;
         tag-- > v->forgotten_ack_tag && v->next_ack_tag - tag <= INVAL_ACKS_MAX;)
        if (bit_of(v->acks_pending, tag % INVAL_ACKS_MAX))
            return false;
    return true;
}

bool smmu__inval_complete(struct smmu *s, const struct inval_wait *wait)
{
    struct inval_state *v = &s->inval;
    if (v->changes < wait->change && empty(s, v->epoch ^ 1)) {
        v->epoch ^= 1;
        v->changes++;
        v->dirty = false;
    }
    bool emptied =
        v->changes > wait->change || (v->changes == wait->change && empty(s, v->epoch ^ 1));
    return emptied && acknowledged(v, wait->ack_tag);
}

uint8_t smmu__inval_epoch_of(const struct smmu *s, uint8_t marks)
{
    return marks ? (marks & SLOT_MARKED_IN_1) != 0 : s->inval.epoch;
}

static uint16_t own_bit(const struct prog_if *pi, enum own_operation which)
{
    static_assert(PROG_IF_COUNT * OWN_OPERATIONS <= 16, "own_running has too few bits");
    return (uint16_t)(1U << (pi->number * OWN_OPERATIONS + which));
}

void smmu__inval_own_begin(struct smmu *s, const struct prog_if *pi, enum own_operation which)
{
    s->inval.own_running |= own_bit(pi, which);
}

bool smmu__inval_own_marked(const struct smmu *s, const struct prog_if *pi,
                            enum own_operation which)
{
    return ((s->inval.own_marked[0] | s->inval.own_marked[1]) & own_bit(pi, which)) != 0;
}

void smmu__inval_own_done(struct smmu *s, const struct prog_if *pi, enum own_operation which)
{
    struct inval_state *v = &s->inval;
    const uint16_t others = (uint16_t)~own_bit(pi, which);
    v->own_running &= others;
    v->own_marked[0] &= others;
    v->own_marked[1] &= others;
}

inline bool smmu__inval_ready(const struct smmu *s)
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
    v->own_running = v->own_marked[0] = v->own_marked[1] = 0;
    memset(v->done, 0, sizeof v->done);
    v->free_at = v->latest_done = 0;
    memset(v->work, 0, sizeof v->work);
    v->forgotten_ack_tag = v->next_ack_tag;
    v->dirty = false;
    v->reset_changes = ++v->changes; /* accesses forwarded before stay counted: their owner still
                                        reports them */
}
