/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See xlate.h. A request that hits is answered inside smmu__xlate_submit and leaves nothing
 * behind. One that does not becomes a slot and goes through the states of slots.h, each state one
 * function of the table 'steps'.
 */
#include <assert.h>
#include <string.h>

#include "attrs.h"
#include "context.h"
#include "core.h"
#include "le.h"
#include "stream.h"
#include "xlate.h"

/* ------------------------------------------------------------ the access */

struct access_kind {
    bool write, inst, priv;
};

static struct access_kind kind_of(const smmu_request_t *r, const struct overrides *o)
{
    bool write = r->flags & SMMU_REQ_WRITE;
    return (struct access_kind){.write = write,
                                .inst = attrs_instruction(o, write, r->flags & SMMU_REQ_INST),
                                .priv = attrs_privileged(o, r->flags & SMMU_REQ_PRIV)};
}

/* The LEAF_* bit that this access needs. */
static uint8_t need_of(struct access_kind k)
{
    return leaf_permission(k.priv, k.inst, k.write);
}

/* Bits 63:56 copied from bit 55: the address that caches know, whether or not the tag byte counts
 * (3.4.1). */
static uint64_t canonical(uint64_t addr)
{
    return (uint64_t)((int64_t)(addr << 8) >> 8);
}

/* ----------------------------------------------------------- the answers */

static void track(struct smmu *s, const smmu_request_t *r, uint8_t epoch, smmu_response_t *out)
{
    if (!(r->flags & SMMU_REQ_TRACKED))
        return;
    out->flags |= SMMU_RSP_TRACKED;
    out->epoch = epoch;
    s->inval.tracked[epoch]++;
}

static void output_kind(struct access_kind k, smmu_response_t *out)
{
    out->flags |= (uint8_t)((k.priv ? SMMU_RSP_PRIV : 0) | (k.inst ? SMMU_RSP_INST : 0));
}

static void answer_leaf(struct smmu *s, const smmu_request_t *r, const struct overrides *o,
                        struct access_kind k, const struct leaf *leaf, smmu_response_t *out)
{
    struct attrs a = smmu__attrs_stage1(o, (struct attrs){r->memattr, r->sh},
                                        (struct attrs){leaf->memattr, leaf->sh});
    *out = (smmu_response_t){.pa = leaf->pa | (r->addr & low_mask(leaf->region_log2)),
                             .tag = r->tag,
                             .result = SMMU_RESULT_FORWARD,
                             .memattr = a.memattr,
                             .sh = a.sh,
                             .pas = SMMU_PAS_NS,
                             .region_log2 = leaf->region_log2,
                             .perms = (uint8_t)(leaf->perms >> (k.priv ? 0 : 3) & 7)};
    output_kind(k, out);
    STAT(s, forwarded, 1);
}

static void answer_bypass(struct smmu *s, const smmu_request_t *r, const struct overrides *o,
                          smmu_response_t *out)
{
    struct attrs a = smmu__attrs_bypass(o, (struct attrs){r->memattr, r->sh});
    *out = (smmu_response_t){.pa = r->addr,
                             .tag = r->tag,
                             .result = SMMU_RESULT_FORWARD,
                             .flags = SMMU_RSP_BYPASS,
                             .memattr = a.memattr,
                             .sh = a.sh,
                             .pas = SMMU_PAS_NS,
                             .region_log2 = s->oas_bits,
                             .perms = SMMU_PERM_R | SMMU_PERM_W | SMMU_PERM_X};
    output_kind(kind_of(r, o), out);
    STAT(s, forwarded, 1);
    STAT(s, bypassed, 1);
}

static void answer_terminated(struct smmu *s, const smmu_request_t *r, smmu_result_t result,
                              smmu_response_t *out)
{
    *out = (smmu_response_t){.tag = r->tag, .result = (uint8_t)result};
    if (result == SMMU_RESULT_ABORT)
        STAT(s, aborted, 1);
    else
        STAT(s, raz_wi, 1);
}

/* ------------------------------------------------- answers without a slot */

/* SMMUEN=0: GBPA decides, nothing is looked up, nothing is recorded (3.4, 6.3.9.6, 6.3.14). */
static void submit_disabled(struct smmu *s, const struct prog_if *pi, const smmu_request_t *r,
                            smmu_response_t *out)
{
    if (REG_FIELD(pi, GBPA, ABORT) || r->addr >> s->oas_bits) {
        answer_terminated(s, r, SMMU_RESULT_ABORT, out);
    } else {
        struct overrides o = smmu__overrides_from_gbpa(&s->config, REG_OF(pi, GBPA));
        answer_bypass(s, r, &o, out);
    }
    out->latency = (uint32_t)CFG(s, TIMING_TBU_FRONT_LAT);
}

static void bind(struct smmu *s, struct xctx *x)
{
    if (x->kind == XCTX_S1 && !tags_bound(&s->tags, x))
        smmu__tags_bind(s, x);
}

/* True if the TLB lets the access through. Faults and misses need a slot. */
static bool try_hit(struct smmu *s, struct xctx *x, const smmu_request_t *r, smmu_response_t *out)
{
    struct access_kind k = kind_of(r, &x->overrides);
    struct walk w;
    struct leaf leaf;
    if (smmu__walk_start(x, r->addr, !k.priv, &w) != WALK_NEXT)
        return false;
    bind(s, x);
    STAT(s, tlb_lookup, 1);
    if (!smmu__tlb_lookup(s, x, canonical(r->addr), &leaf)) {
        STAT(s, tlb_miss, 1);
        return false;
    }
    STAT(s, tlb_hit, 1);
    if (!(leaf.perms & need_of(k)))
        return false;
    answer_leaf(s, r, &x->overrides, k, &leaf, out);
    track(s, r, s->inval.epoch, out);
    return true;
}

static bool try_bypass(struct smmu *s, const struct xctx *x, const smmu_request_t *r,
                       smmu_response_t *out)
{
    if (x->kind == XCTX_ABORT) { /* Config=0b0xx: no record (5.2) */
        answer_terminated(s, r, SMMU_RESULT_ABORT, out);
        return true;
    }
    if (r->addr >> (x->s1dss_bypass ? s->ias_bits : s->oas_bits))
        return false;
    answer_bypass(s, r, &x->overrides, out);
    track(s, r, s->inval.epoch, out);
    return true;
}

static void run(struct smmu *s, struct slot *slot);
static bool delay(struct smmu *s, struct slot *slot, uint64_t cycles, enum slot_state next);

static int submit_slow(struct smmu *s, const smmu_request_t *r, uint64_t key)
{
    struct slot *slot = smmu__outbox_has_room_for_slot(s) ? smmu__slot_take(s) : NULL;
    if (!slot) {
        STAT(s, busy, 1);
        return SMMU_BUSY;
    }
    STAT(s, requests, 1);
    slot->request = *r;
    slot->cfg_key = key;
    slot->latency = 0;
    slot->has_config = slot->has_walker = false;
    slot->marks = 0;
    uint64_t look_up =
        CFG(s, TIMING_TBU_FRONT_LAT) + CFG(s, TIMING_MTLB_LAT) + CFG(s, TIMING_CC_LAT);
    if (delay(s, slot, look_up, SLOT_CONFIG))
        run(s, slot);
    return SMMU_PENDING;
}

int smmu__xlate_submit(struct smmu *s, const smmu_request_t *r, smmu_response_t *out)
{
    const struct prog_if *pi = &s->pi[PROG_IF_NS];
    if (!(REG_FIELD(pi, CR0, SMMUEN) && REG_FIELD(pi, CR0ACK, SMMUEN))) {
        STAT(s, requests, 1);
        submit_disabled(s, pi, r, out);
        track(s, r, s->inval.epoch, out);
        return SMMU_DONE;
    }
    uint64_t key = smmu__cfg_key(r->sec_sid, r->streamid, r->flags & SMMU_REQ_SSV, r->substreamid);
    struct xctx *x = smmu__cfgcache_lookup(s, key);
    STAT(s, cfg_lookup, 1);
    if (x) {
        STAT(s, cfg_hit, 1);
        if (x->kind == XCTX_S1 ? try_hit(s, x, r, out) : try_bypass(s, x, r, out)) {
            out->latency = (uint32_t)(CFG(s, TIMING_TBU_FRONT_LAT) + CFG(s, TIMING_MTLB_LAT));
            STAT(s, requests, 1);
            return SMMU_DONE;
        }
    } else {
        STAT(s, cfg_miss, 1);
    }
    return submit_slow(s, r, key);
}

/* ------------------------------------------------------- ends of a slot */

static void release_walker(struct smmu *s, struct slot *slot)
{
    if (slot->has_walker) {
        slot->has_walker = false;
        s->slots.walkers_busy--;
    }
}

/* A marked slot used what was invalidated: if the CMD_SYNC has begun, it waits for this access too
 * (3.21.1). */
static uint8_t epoch_of(const struct smmu *s, const struct slot *slot)
{
    return slot->marks && !s->inval.dirty ? s->inval.epoch ^ 1 : s->inval.epoch;
}

static bool answer(struct smmu *s, struct slot *slot)
{
    smmu_response_t *a = &slot->response;
    if (a->result == SMMU_RESULT_FORWARD)
        track(s, &slot->request, epoch_of(s, slot), a);
    a->latency = slot->latency;
    smmu__outbox_put(s, SMMU_OUT_ANSWER)->u.answer = *a;
    smmu__slot_free(s, slot);
    return false;
}

static bool forward(struct smmu *s, struct slot *slot, const struct leaf *leaf)
{
    const struct xctx *x = &slot->x;
    answer_leaf(s, &slot->request, &x->overrides, kind_of(&slot->request, &x->overrides), leaf,
                &slot->response);
    return answer(s, slot);
}

static bool step_event_wait(struct smmu *s, struct slot *slot)
{
    struct prog_if *pi = &s->pi[PROG_IF_NS];
    if (!smmu__evtq_ready(s, pi)) {
        slot->state = SLOT_EVENT_WAIT;
        smmu__slot_list_push(s, &s->slots.event_wait, slot);
        return false;
    }
    smmu__evtq_record(s, pi, &slot->fault);
    return answer(s, slot);
}

static bool terminate(struct smmu *s, struct slot *slot, smmu_result_t result, bool record)
{
    release_walker(s, slot);
    answer_terminated(s, &slot->request, result, &slot->response);
    return record ? step_event_wait(s, slot) : answer(s, slot);
}

/* Fills what every record has; PnU and InD are those after the STE's overrides (7.3). */
static struct fault *fault_begin(struct slot *slot, uint8_t event)
{
    const smmu_request_t *r = &slot->request;
    static const struct overrides none = {0};
    struct access_kind k = kind_of(r, slot->has_config ? &slot->x.overrides : &none);
    slot->fault = (struct fault){.event = event,
                                 .class_ = CLASS_IN,
                                 .priv = k.priv,
                                 .inst = k.inst,
                                 .read = !k.write,
                                 .ssv = r->flags & SMMU_REQ_SSV,
                                 .streamid = r->streamid,
                                 .substreamid = r->flags & SMMU_REQ_SSV ? r->substreamid : 0,
                                 .input_addr = r->addr};
    return &slot->fault;
}

/* Configuration errors and aborts: always abort, always try to record (5.5, 7.3.3: RECINVSID
 * decides for one). */
static bool config_error(struct smmu *s, struct slot *slot, uint8_t event)
{
    const struct prog_if *pi = &s->pi[PROG_IF_NS];
    fault_begin(slot, event)->fetch_addr = slot->fetch_addr;
    bool record = event != SMMU_EVT_C_BAD_STREAMID || REG_FIELD(pi, CR2, RECINVSID);
    return terminate(s, slot, SMMU_RESULT_ABORT, record);
}

/* The four faults that CD.A and CD.R govern (3.12, 5.5). */
static bool stage1_fault(struct smmu *s, struct slot *slot, uint8_t event)
{
    fault_begin(slot, event);
    return terminate(s, slot, slot->x.a ? SMMU_RESULT_ABORT : SMMU_RESULT_RAZ_WI, slot->x.r);
}

/* -------------------------------------------------------- time and reads */

/* True: go on at once. Only mode at spends scheduler time; the others add the cost to the answer.
 */
static bool delay(struct smmu *s, struct slot *slot, uint64_t cycles, enum slot_state next)
{
    slot->state = (uint8_t)next;
    if (s->mode != SMMU_MODE_AT) {
        slot->latency += (uint32_t)cycles;
        return true;
    }
    if (!cycles)
        return true;
    smmu__timer_set(s, TIMER_SLOT, smmu__slot_number(s, slot), cycles);
    return false;
}

static bool read_memory(struct smmu *s, struct slot *slot, enum slot_state state,
                        smmu_mem_source_t source, uint64_t addr, unsigned size,
                        struct mem_attrs attrs)
{
    slot->state = (uint8_t)state;
    slot->fetch_addr = addr;
    smmu__mem_read(s, OWNER_SLOT, smmu__slot_number(s, slot), source, addr, size, attrs,
                   &slot->request);
    return false;
}

/* -------------------------------------------------------- configuration */

static bool fetch_ste(struct smmu *s, struct slot *slot, enum stream_where where, uint64_t addr)
{
    struct mem_attrs attrs = smmu__table_attrs(&s->pi[PROG_IF_NS]);
    if (where == STREAM_OUT)
        return config_error(s, slot, SMMU_EVT_C_BAD_STREAMID);
    if (addr >> s->oas_bits) { /* CHOICE 3.4.3: not truncated, but F_STE_FETCH */
        slot->fetch_addr = addr;
        return config_error(s, slot, SMMU_EVT_F_STE_FETCH);
    }
    STAT(s, cfg_fetch, 1);
    return where == STREAM_L1STD ? read_memory(s, slot, SLOT_L1STD, SMMU_SRC_L1STD, addr, 8, attrs)
                                 : read_memory(s, slot, SLOT_STE, SMMU_SRC_STE, addr, 64, attrs);
}

static bool fetch_cd(struct smmu *s, struct slot *slot, enum cd_where where, uint64_t addr)
{
    struct mem_attrs attrs = {slot->locator.memattr, slot->locator.sh, s->pi[PROG_IF_NS].sec};
    if (where == CD_OUT)
        return config_error(s, slot, SMMU_EVT_C_BAD_SUBSTREAMID);
    STAT(s, cfg_fetch, 1);
    return where == CD_L1CD ? read_memory(s, slot, SLOT_L1CD, SMMU_SRC_L1CD, addr, 8, attrs)
                            : read_memory(s, slot, SLOT_CD, SMMU_SRC_CD, addr, 64, attrs);
}

static bool step_config(struct smmu *s, struct slot *slot)
{
    const struct xctx *cached = smmu__cfgcache_lookup(s, slot->cfg_key);
    if (cached) {
        slot->x = *cached;
        slot->has_config = true;
        slot->state = SLOT_TLB;
        return true;
    }
    uint64_t addr = 0;
    enum stream_where where =
        smmu__stream_locate(&s->config, &s->pi[PROG_IF_NS], slot->request.streamid, &addr);
    return fetch_ste(s, slot, where, addr);
}

static bool config_known(struct smmu *s, struct slot *slot, uint32_t cd_index)
{
    slot->has_config = true;
    slot->cd_index = cd_index;
    if (slot->x.kind == XCTX_S1)
        smmu__tags_bind(s, &slot->x);
    if (!(slot->marks & SLOT_NO_CFG_FILL))
        smmu__cfgcache_fill(s, slot->cfg_key, cd_index, &slot->x);
    slot->state = SLOT_TLB;
    return true;
}

static bool got_l1std(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    uint64_t addr = 0;
    enum stream_where where = smmu__stream_from_l1std(
        &s->config, &s->pi[PROG_IF_NS], slot->request.streamid, load_le64(data), &addr);
    return fetch_ste(s, slot, where, addr);
}

static void load_words(uint64_t words[8], const uint8_t *data)
{
    for (unsigned i = 0; i < 8; i++)
        words[i] = load_le64(data + 8 * i);
}

static bool got_ste(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    uint64_t words[8], addr = 0;
    const smmu_request_t *r = &slot->request;
    load_words(words, data);
    memset(&slot->x, 0, sizeof slot->x);
    switch (smmu__ste_decode(&s->config, &s->pi[PROG_IF_NS], words, r->flags & SMMU_REQ_SSV,
                             r->substreamid, &slot->x, &slot->locator, &slot->cd_index)) {
    case STE_DECIDED:
        return config_known(s, slot, UINT32_MAX);
    case STE_NEEDS_CD: {
        enum cd_where where = smmu__context_locate(&slot->locator, slot->cd_index, &addr);
        return fetch_cd(s, slot, where, addr);
    }
    case STE_ILLEGAL:
        return config_error(s, slot, SMMU_EVT_C_BAD_STE);
    case STE_BAD_SUBSTREAM:
        return config_error(s, slot, SMMU_EVT_C_BAD_SUBSTREAMID);
    case STE_DISABLED:
        break;
    }
    return config_error(s, slot, SMMU_EVT_F_STREAM_DISABLED);
}

static bool got_l1cd(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    uint64_t addr = 0;
    enum cd_where where =
        smmu__context_from_l1cd(&s->config, &slot->locator, slot->cd_index, load_le64(data), &addr);
    return fetch_cd(s, slot, where, addr);
}

static bool got_cd(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    uint64_t words[8];
    load_words(words, data);
    if (!smmu__cd_decode(&s->config, &slot->locator, words, &slot->x))
        return config_error(s, slot, SMMU_EVT_C_BAD_CD);
    return config_known(s, slot, slot->cd_index);
}

/* ------------------------------------------------------------------ walk */

/* CHOICE 3.4, 7.3.14: stage 1 bypass faults abort and are recorded whatever A and R say. */
static bool finish_bypass(struct smmu *s, struct slot *slot)
{
    if (try_bypass(s, &slot->x, &slot->request, &slot->response)) {
        slot->response.latency = slot->latency;
        smmu__outbox_put(s, SMMU_OUT_ANSWER)->u.answer = slot->response;
        smmu__slot_free(s, slot);
        return false;
    }
    fault_begin(slot, SMMU_EVT_F_ADDR_SIZE);
    return terminate(s, slot, SMMU_RESULT_ABORT, true);
}

static bool permitted(struct smmu *s, struct slot *slot, const struct leaf *leaf)
{
    release_walker(s, slot);
    if (leaf->perms & need_of(kind_of(&slot->request, &slot->x.overrides)))
        return forward(s, slot, leaf);
    return stage1_fault(s, slot, SMMU_EVT_F_PERMISSION);
}

static bool step_tlb(struct smmu *s, struct slot *slot)
{
    struct xctx *x = &slot->x;
    struct leaf leaf;
    if (x->kind != XCTX_S1)
        return finish_bypass(s, slot);
    bind(s, x);
    struct access_kind k = kind_of(&slot->request, &x->overrides);
    if (smmu__walk_start(x, slot->request.addr, !k.priv, &slot->walk) != WALK_NEXT)
        return stage1_fault(s, slot, SMMU_EVT_F_TRANSLATION);
    if (smmu__tlb_lookup(s, x, canonical(slot->request.addr), &leaf))
        return permitted(s, slot, &leaf);
    return delay(s, slot, CFG(s, TIMING_WC_LAT), SLOT_WALKER_WAIT);
}

static bool step_walker_wait(struct smmu *s, struct slot *slot)
{
    struct slots *p = &s->slots;
    if (p->walkers_busy == p->walkers) {
        STAT(s, walker_waits, 1);
        smmu__slot_list_push(s, &p->walker_wait, slot);
        return false;
    }
    p->walkers_busy++;
    slot->has_walker = true;
    STAT(s, walks, 1);
    bind(s, &slot->x);
    smmu__walk_cache_lookup(s, &slot->x, &slot->walk);
    slot->state = SLOT_WALK;
    return true;
}

static bool step_walk(struct smmu *s, struct slot *slot)
{
    const struct ttb *t = &slot->x.ttb[slot->walk.half];
    struct mem_attrs attrs = {t->walk_memattr, t->walk_sh, s->pi[PROG_IF_NS].sec};
    STAT(s, walk_reads, 1);
    return read_memory(s, slot, SLOT_TTD, SMMU_SRC_TTD, smmu__walk_address(&slot->x, &slot->walk),
                       8, attrs);
}

static bool got_ttd(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    slot->descriptor = load_le64(data);
    return delay(s, slot, CFG(s, TIMING_WALK_STEP_LAT), SLOT_TTD_STEP);
}

/* Nothing that an invalidation overtook may stay behind (3.21.1). */
static bool may_fill(struct smmu *s, struct slot *slot)
{
    if (slot->marks & SLOT_NO_TLB_FILL)
        return false;
    bind(s, &slot->x);
    return true;
}

static bool step_ttd(struct smmu *s, struct slot *slot)
{
    static const uint8_t fault_of[] = {[WALK_TRANSLATION] = SMMU_EVT_F_TRANSLATION,
                                       [WALK_ADDR_SIZE] = SMMU_EVT_F_ADDR_SIZE,
                                       [WALK_ACCESS] = SMMU_EVT_F_ACCESS};
    struct leaf leaf;
    enum walk_outcome o = smmu__walk_step(&slot->x, &slot->walk, slot->descriptor, &leaf);
    if (o == WALK_NEXT) {
        if (may_fill(s, slot))
            smmu__walk_cache_fill(s, &slot->x, &slot->walk);
        slot->state = SLOT_WALK;
        return true;
    }
    if (o != WALK_LEAF)
        return stage1_fault(s, slot, fault_of[o]);
    if (may_fill(s, slot))
        smmu__tlb_fill(s, &slot->x, canonical(slot->request.addr),
                       slot->x.ttb[slot->walk.half].granule_log2, &leaf);
    else
        STAT(s, tlb_nofill, 1);
    return permitted(s, slot, &leaf);
}

/* ---------------------------------------------------------------- driving */

typedef bool (*step_fn)(struct smmu *s, struct slot *slot);

static const step_fn steps[] = {
    [SLOT_CONFIG] = step_config, [SLOT_TLB] = step_tlb,      [SLOT_WALKER_WAIT] = step_walker_wait,
    [SLOT_WALK] = step_walk,     [SLOT_TTD_STEP] = step_ttd, [SLOT_EVENT_WAIT] = step_event_wait,
};

static void run(struct smmu *s, struct slot *slot)
{
    while (steps[slot->state](s, slot))
        continue;
}

void smmu__xlate_due(struct smmu *s, unsigned slot)
{
    run(s, &s->slots.slot[slot]);
}

struct read_kind {
    bool (*got)(struct smmu *s, struct slot *slot, const uint8_t *data);
    uint8_t abort_event;
};

static const struct read_kind reads[] = {
    [SLOT_L1STD] = {got_l1std, SMMU_EVT_F_STE_FETCH}, [SLOT_STE] = {got_ste, SMMU_EVT_F_STE_FETCH},
    [SLOT_L1CD] = {got_l1cd, SMMU_EVT_F_CD_FETCH},    [SLOT_CD] = {got_cd, SMMU_EVT_F_CD_FETCH},
    [SLOT_TTD] = {got_ttd, SMMU_EVT_F_WALK_EABT},
};

void smmu__xlate_read_done(struct smmu *s, unsigned number, smmu_mem_status_t status,
                           const uint8_t *data)
{
    struct slot *slot = &s->slots.slot[number];
    const struct read_kind *kind = &reads[slot->state];
    bool go_on;
    if (status == SMMU_MEM_OK) {
        go_on = kind->got(s, slot, data);
    } else {
        struct fault *f = fault_begin(slot, kind->abort_event);
        f->class_ = CLASS_TT; /* only F_WALK_EABT has it: a stage 1 descriptor (7.3.12) */
        f->fetch_addr = slot->fetch_addr;
        go_on = terminate(s, slot, SMMU_RESULT_ABORT, true);
    }
    if (go_on)
        run(s, slot);
}

void smmu__xlate_event_room(struct smmu *s)
{
    while (s->slots.event_wait.first != SLOT_NONE && smmu__evtq_ready(s, &s->pi[PROG_IF_NS]))
        run(s, smmu__slot_list_pop(s, &s->slots.event_wait));
}

bool smmu__xlate_walkers(struct smmu *s)
{
    struct slots *p = &s->slots;
    if (p->walkers_busy == p->walkers || p->walker_wait.first == SLOT_NONE)
        return false;
    run(s, smmu__slot_list_pop(s, &p->walker_wait));
    return true;
}
