/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See tbu.h. */
#include "tbu.h"

#include "state.h"

/* ------------------------------------------------------------------------- the TLBs */

static inline bool look_in(const struct tlb *t, const struct xctx *x, uint64_t va, uint8_t need,
                           struct tbu_lookup *found, unsigned *probes)
{
    *probes = 0;
    for (uint64_t sizes = t->sizes[SIZES_LIVE]; sizes; sizes &= sizes - 1) {
        ++*probes;
        found->entry =
            smmu__tlb_find(t, va, lowest_bit(sizes), x->tag_serial, x->global_serial);
        if (found->entry)
            return tlb_entry_permits(found->entry, need);
    }
    return false;
}

inline void smmu__tbu_look_up(const struct smmu *s, const struct tbu *t, const struct xctx *x,
                       uint64_t va, uint8_t need, struct tbu_lookup *found)
{
    unsigned probes;
    found->probes = 0;
    found->where = TBU_UTLB_HIT;
    if (look_in(&t->utlb, x, va, need, found, &probes))
        return;
    found->where = TBU_MISS;
    if (!t->mtlb.ways)
        return;
    if (look_in(&t->mtlb, x, va, need, found, &probes))
        found->where = TBU_MTLB_HIT;
    found->probes = probes && CFG(s, TIMING_MTLB_SIZES_SERIAL) ? probes : 1;
}

/* An entry that is copied carries its tag and serial along. */
static void copy_to_utlb(struct smmu *s, struct tbu *t, const struct tlb_entry *entry)
{
    if (t->utlb.ways)
        smmu__tlb_insert_new(s, &t->utlb, entry);
}

inline void smmu__tbu_looked_up(struct smmu *s, struct tbu *t, const struct tbu_lookup *found,
                         const smmu_request_t *r)
{
    if (t->utlb.ways) {
        TBU_EVENT(s, t, utlb_lookup, UTLB_LOOKUP, 1, r);
        if (found->where == TBU_UTLB_HIT) {
            smmu__tlb_used(&t->utlb, found->entry);
            return;
        }
        TBU_EVENT(s, t, utlb_miss, UTLB_MISS, 1, r);
    }
    if (!t->mtlb.ways)
        return;
    TBU_EVENT(s, t, mtlb_lookup, MTLB_LOOKUP, 1, r);
    TBU_EVENT(s, t, mtlb_reads, MTLB_READ, found->probes, r);
    if (found->where == TBU_MTLB_HIT) {
        smmu__tlb_used(&t->mtlb, found->entry);
        copy_to_utlb(s, t, found->entry);
    } else {
        TBU_EVENT(s, t, mtlb_miss, MTLB_MISS, 1, r);
    }
}

void smmu__tbu_fill(struct smmu *s, struct tbu *t, const struct xctx *x, uint64_t va,
                    const struct leaf *leaf)
{
    struct tlb_entry e = smmu__tlb_leaf_entry(s, leaf->global ? x->global_tag : x->tag,
                                              x->ttb[va >> 55 & 1].granule_log2, va, leaf);
    if (t->mtlb.ways)
        smmu__tlb_insert(s, &t->mtlb, &e);
    if (t->utlb.ways)
        smmu__tlb_insert(s, &t->utlb, &e);
}

/* ------------------------------------------------------------------------------ time */

static uint64_t beats(uint64_t bytes, uint64_t width)
{
    return width ? (bytes + width - 1) / width : 0;
}

void smmu__tbus_init(struct smmu *s)
{
    s->message.link_beats = beats(CFG(s, TIMING_DTI_MSG_BYTES), CFG(s, TIMING_DTI_LINK_BYTES));
    s->message.tcu_beats = beats(CFG(s, TIMING_DTI_MSG_BYTES), CFG(s, TIMING_DTI_TCU_BYTES));
}

static bool contended(const struct smmu *s)
{
    return s->mode == SMMU_MODE_AT;
}

/* A Translation Request has no data. */
static bool is_write(const smmu_request_t *r)
{
    return (r->flags & (SMMU_REQ_WRITE | SMMU_REQ_ATS_REQUEST)) == SMMU_REQ_WRITE;
}

inline uint64_t smmu__tbu_accept(struct smmu *s, struct tbu *t, const smmu_request_t *r)
{
    uint64_t now = s->sched.now, front = CFG(s, TIMING_TBU_FRONT_LAT);
    uint64_t data = is_write(r) ? beats(r->size, CFG(s, TIMING_TBU_PORT_BYTES)) : 0;
    uint64_t more_beats = data > 1 ? data - 1 : 0;
    if (contended(s) && front) {
        now = t->port_free > now ? t->port_free : now;
        t->port_free = now + front + more_beats;
    }
    return now + CFG(s, TIMING_TBU_SLICE_LAT) + front + more_beats;
}

static inline struct lane *bank_of(struct smmu *s, struct tbu *t, uint64_t va)
{
    if (UNLIKELY(t->invals_seen != s->inval.count) && CFG(s, TIMING_INV_BLOCKS_LOOKUP))
        smmu__inval_block_lookups(s, t);
    uint64_t banks = CFG(s, TIMING_MTLB_BANKS);
    if (banks == 1)
        return &t->bank[0];
    uint64_t sizes = t->mtlb.sizes[SIZES_LIVE];
    unsigned log2 = sizes ? lowest_bit(sizes) : 12;
    return &t->bank[smmu__tlb_set(&t->mtlb, va >> log2) & (banks - 1)];
}

inline uint64_t smmu__tbu_lookup_done(struct smmu *s, struct tbu *t, uint64_t va,
                               const struct tbu_lookup *found, uint64_t from)
{
    uint64_t at = from + CFG(s, TIMING_UTLB_LAT);
    if (found->where == TBU_UTLB_HIT || !t->mtlb.ways)
        return at;
    at = smmu__turn(s, bank_of(s, t, va), at, found->probes * CFG(s, TIMING_MTLB_PROBE_INTERVAL));
    return at + CFG(s, TIMING_MTLB_LAT) + found->probes - 1;
}

uint64_t smmu__tbu_relookup_done(struct smmu *s, struct tbu *t, uint64_t va)
{
    uint64_t now = s->sched.now;
    if (!t->mtlb.ways)
        return now + CFG(s, TIMING_UTLB_LAT);
    return smmu__turn(s, bank_of(s, t, va), now, CFG(s, TIMING_MTLB_PROBE_INTERVAL)) +
           CFG(s, TIMING_MTLB_LAT);
}

/*
 * The TBU's own link first or last, the port that all TBUs share at the other end. Beats pass from
 * one to the other as they come: the wider one's are over with the last of the narrower one's.
 */
static uint64_t more(uint64_t beats, uint64_t than)
{
    return beats > than ? beats - than : 0;
}

uint64_t smmu__tbu_to_tcu(struct smmu *s, struct tbu *t)
{
    const uint64_t own = s->message.link_beats, shared = s->message.tcu_beats;
    uint64_t first = smmu__turn(s, &t->link_out, s->sched.now, own) + CFG(s, TIMING_DTI_REQ_LAT);
    if (!shared)
        return first + more(own, 1);
    return smmu__turn(s, &s->tcu_in, first + more(own, shared), shared) + shared - 1;
}

uint64_t smmu__tbu_from_tcu(struct smmu *s, struct tbu *t)
{
    const uint64_t own = s->message.link_beats, shared = s->message.tcu_beats;
    uint64_t first = smmu__turn(s, &s->tcu_out, s->sched.now, shared);
    if (!own)
        return first + more(shared, 1) + CFG(s, TIMING_DTI_RSP_LAT);
    return smmu__turn(s, &t->link_home, first + more(shared, own), own) + own - 1 +
           CFG(s, TIMING_DTI_RSP_LAT);
}

inline uint64_t smmu__tbu_hand_on(struct smmu *s, struct tbu *t, struct order *o, uint64_t ready)
{
    if (o && o->left_at > ready)
        ready = o->left_at;
    uint64_t start = smmu__turn(s, &t->back, ready, CFG(s, TIMING_TBU_BACK_INTERVAL));
    if (UNLIKELY(CFG(s, TIMING_QTW_SHARED_WITH_CLIENT)))
        start = smmu__turn(s, &s->qtw.port, start, 1);
    if (o)
        o->left_at = start;
    return start + CFG(s, TIMING_TBU_BACK_LAT);
}

/* ------------------------------------------------------------------------- resources */

inline struct order *smmu__tbu_order(struct smmu *s, struct tbu *t, const smmu_request_t *r)
{
    if (!CFG(s, TIMING_ORDER_BY_ID))
        return NULL;
    uint64_t ids = CFG(s, TIMING_ORDER_IDS);
    return &t->order[(is_write(r) ? ids : 0) + (r->order_id & (ids - 1))];
}

enum { WBUF_BEAT = 16 };

uint32_t smmu__tbu_wbuf_need(const struct tbu *t, const smmu_request_t *r)
{
    if (!is_write(r))
        return 0;
    uint32_t need = r->size ? (r->size + WBUF_BEAT - 1U) / WBUF_BEAT : 1;
    return need < t->wbuf.capacity ? need : t->wbuf.capacity;
}

/* One page of one stream, as one privilege sees it: what one translation can serve. */
static bool same_page(const struct slot *a, const struct slot *b)
{
    return a->cfg_key == b->cfg_key && a->request.addr >> 12 == b->request.addr >> 12 &&
           !((a->request.flags ^ b->request.flags) & SMMU_REQ_PRIV);
}

static uint16_t *page_bucket(struct tbu *t, const struct slot *slot)
{
    uint64_t page = slot->request.addr >> 12 ^ slot->cfg_key << 20;
    return &t->page_bucket[(page * UINT64_C(0x9E3779B97F4A7C15)) >> 58];
}

struct slot *smmu__tbu_page_leader(struct smmu *s, struct tbu *t, const struct slot *slot)
{
    if (!t->pages)
        return NULL;
    for (uint16_t n = *page_bucket(t, slot); n != SLOT_NONE;) {
        struct slot *other = &s->slots.slot[n];
        if (same_page(other, slot))
            return other;
        n = other->page_next;
    }
    return NULL;
}

void smmu__tbu_track_page(struct smmu *s, struct tbu *t, struct slot *slot)
{
    if (t->pages >= CFG(s, TIMING_TBU_HAZARD_ENTRIES))
        return;
    uint16_t *bucket = page_bucket(t, slot);
    slot->page_next = *bucket;
    *bucket = (uint16_t)smmu__slot_number(s, slot);
    slot->tracks_page = true;
    t->pages++;
}

void smmu__tbu_forget_page(struct smmu *s, struct tbu *t, struct slot *slot)
{
    uint16_t *link = page_bucket(t, slot), number = (uint16_t)smmu__slot_number(s, slot);
    while (*link != number)
        link = &s->slots.slot[*link].page_next;
    *link = slot->page_next;
    slot->tracks_page = false;
    t->pages--;
}

/* ----------------------------------------------------------------------------- reset */

static void reset_tlbs(struct smmu *s, struct tbu *t)
{
    uint64_t seed = CFG(s, TIMING_SEED) + UINT64_C(0x100) * (t->number + 1U);
    if (t->utlb.ways)
        smmu__tlb_reset(&t->utlb, seed);
    if (t->mtlb.ways)
        smmu__tlb_reset(&t->mtlb, seed + 1);
}

void smmu__tbu_reset(struct smmu *s, struct tbu *t)
{
    const struct slot_list none = {SLOT_NONE, SLOT_NONE};
    t->token_wait = none;
    t->pages = 0;
    for (unsigned i = 0; i < PAGE_BUCKETS; i++)
        t->page_bucket[i] = SLOT_NONE;
    for (uint64_t i = 0; i < 2 * CFG(s, TIMING_ORDER_IDS); i++)
        t->order[i] = (struct order){none, 0};
    t->port_free = 0;
    t->back = t->link_out = t->link_home = (struct lane){0};
    for (unsigned i = 0; i < TBU_BANKS; i++)
        t->bank[i] = (struct lane){0};
}

void smmu__translations_reset(struct smmu *s)
{
    for (uint32_t i = 0; i < s->tbus; i++)
        reset_tlbs(s, &s->tbu[i]);
    smmu__walk_cache_reset(s);
    smmu__tags_reset(s);
}
