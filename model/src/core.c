/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. An instance's life: how much memory, what lies where in it, reset, and the two places where
 * something that happened finds the unit it belongs to (timers and finished memory accesses).
 */
#include <stdalign.h>
#include <string.h>

#include "core.h"
#include "flight.h"
#include "pmcg_regs.h"
#include "regs.h"

/* ---------------------------------------------------------------- layout */

/* Walks through the memory of an instance; with base NULL it only measures. */
struct arena {
    unsigned char *base;
    size_t used;
};

enum { CACHE_LINE = 64 };

static void *carve(struct arena *a, size_t count, size_t size)
{
    size_t at = (a->used + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
    a->used = at + count * size;
    return a->base ? a->base + at : NULL;
}

static uint32_t power_of_two_at_least(uint64_t n)
{
    uint32_t p = 1;
    while (p < n)
        p *= 2;
    return p;
}

static void lay_out_repl(struct arena *a, struct repl *r, uint64_t sets, uint64_t ways,
                         uint64_t policy)
{
    r->policy = (uint8_t)policy;
    r->ways = (uint32_t)ways;
    if (repl_uses_ways((enum repl_policy)policy))
        r->of_way = carve(a, sets * ways, sizeof *r->of_way);
    if (repl_uses_sets((enum repl_policy)policy))
        r->of_set = carve(a, sets, sizeof *r->of_set);
    if (policy == REPL_PLRU)
        r->path = carve(a, ways, sizeof *r->path);
    smmu__repl_init(r);
}

/* What masks a set's number out of a region's. */
static uint32_t mask_of(uint32_t sets)
{
    return (sets & (sets - 1)) == 0 ? sets - 1 : NO_SET_MASK;
}

/* Without entries it has no ways, and is never asked. */
static void lay_out_tlb(struct arena *a, struct tlb *t, uint64_t entries, uint64_t ways,
                        uint64_t policy)
{
    if (!entries)
        return;
    t->ways = (uint32_t)ways;
    t->sets = (uint32_t)(entries / ways);
    t->set_mask = mask_of(t->sets);
    t->entry = carve(a, entries, sizeof *t->entry);
    lay_out_repl(a, &t->repl, t->sets, ways, policy);
}

/* Fully associative: few of its misses search it. */
static void lay_out_utlb(struct arena *a, struct tlb *t, uint64_t entries, uint64_t policy)
{
    lay_out_tlb(a, t, entries, entries, policy);
    if (!entries)
        return;
    t->holders = carve(a, TLB_BUCKETS, sizeof *t->holders);
}

static void lay_out_cfgcache(struct arena *a, struct cfgcache *c, uint64_t entries, uint64_t ways,
                             uint64_t policy)
{
    c->ways = (uint32_t)ways;
    c->sets = (uint32_t)(entries / ways);
    c->set_mask = mask_of(c->sets);
    c->key = carve(a, entries, sizeof *c->key);
    c->entry = carve(a, entries, sizeof *c->entry);
    lay_out_repl(a, &c->repl, c->sets, ways, policy);
}

/* Where nothing costs time, a second TLB serves nobody. */
static uint64_t utlb_entries(const uint64_t *v)
{
    bool useless = v[SMMU_CFG_MODE] == SMMU_MODE_FUNCTIONAL && v[SMMU_CFG_TIMING_MTLB_ENTRIES];
    return useless ? 0 : v[SMMU_CFG_TIMING_UTLB_ENTRIES];
}

static void lay_out_tbus(struct arena *a, struct smmu *s, const uint64_t *v)
{
    s->tbus = (uint32_t)v[SMMU_CFG_TIMING_TBUS];
    s->tbu = carve(a, s->tbus, sizeof *s->tbu);
    for (uint32_t i = 0; i < s->tbus; i++) {
        struct tbu measured = {0}, *t = s->tbu ? &s->tbu[i] : &measured;
        t->number = (uint16_t)i;
        t->pmcg = s->pmcg ? &s->pmcg[PMCG_FIRST_TBU + i] : NULL;
        lay_out_utlb(a, &t->utlb, utlb_entries(v), v[SMMU_CFG_TIMING_UTLB_REPL]);
        lay_out_tlb(a, &t->mtlb, v[SMMU_CFG_TIMING_MTLB_ENTRIES], v[SMMU_CFG_TIMING_MTLB_WAYS],
                    v[SMMU_CFG_TIMING_MTLB_REPL]);
        t->order = carve(a, 2 * v[SMMU_CFG_TIMING_ORDER_IDS], sizeof *t->order);
    }
}

static void lay_out_walk_caches(struct arena *a, struct walk_cache *c, const uint64_t *v)
{
    const uint64_t split[WALK_ARRAYS] = {
        v[SMMU_CFG_TIMING_WC_L0_ENTRIES],   v[SMMU_CFG_TIMING_WC_L1_ENTRIES],
        v[SMMU_CFG_TIMING_WC_L2_ENTRIES],   v[SMMU_CFG_TIMING_WC_L3_ENTRIES],
        v[SMMU_CFG_TIMING_WC_S2L0_ENTRIES], v[SMMU_CFG_TIMING_WC_S2L1_ENTRIES],
        v[SMMU_CFG_TIMING_WC_S2L2_ENTRIES], v[SMMU_CFG_TIMING_WC_S2L3_ENTRIES]};
    c->arrays = (uint8_t)(!v[SMMU_CFG_TIMING_WC_SPLIT] ? 1
                          : v[SMMU_CFG_IDR0_S2P]       ? WALK_ARRAYS
                                                       : WALK_LEVELS);
    c->kept = (uint8_t)v[SMMU_CFG_TIMING_WC_LEVELS];
    for (unsigned i = 0; i < c->arrays; i++)
        lay_out_tlb(a, &c->array[i], c->arrays == 1 ? v[SMMU_CFG_TIMING_WC_ENTRIES] : split[i],
                    v[SMMU_CFG_TIMING_WC_WAYS], v[SMMU_CFG_TIMING_WC_REPL]);
}

static void lay_out_cmdqs(struct arena *a, struct smmu *s, const smmu_config_t *cfg)
{
    const unsigned buffer = smmu__cmdq_buffer(cfg);
    s->cmdqs = smmu__cmdq_count(cfg);
    s->cmdq = carve(a, s->cmdqs, sizeof *s->cmdq);
    struct cmdq_fetch *fetch = carve(a, (uint64_t)s->cmdqs * buffer, sizeof *fetch);
    for (uint32_t i = 0; s->cmdq && i < s->cmdqs; i++)
        s->cmdq[i].fetch = fetch + (size_t)i * buffer;
    s->ecmdq_reg = carve(a, (uint64_t)smmu__ecmdq_count(cfg) * CMDQ_REGS, sizeof *s->ecmdq_reg);
    s->cmdq_line.waits_of = carve(a, (s->cmdqs + 63) / 64, sizeof *s->cmdq_line.waits_of);
}

/* Reads of a command queue that can be outstanding: of what it reads ahead, the half. */
static uint32_t cmdq_reads(const smmu_config_t *cfg)
{
    return smmu__cmdq_count(cfg) * (smmu__cmdq_buffer(cfg) / 2);
}

/* So many of each kind. */
static void lay_out_timers(struct arena *a, struct sched *q, const uint32_t count_of[TIMER_KINDS])
{
    q->timer_count = 0;
    for (unsigned kind = 0; kind < TIMER_KINDS; kind++) {
        q->first[kind] = q->timer_count;
        q->timer_count += count_of[kind];
    }
    q->timer = carve(a, q->timer_count, sizeof *q->timer);
    q->heap = carve(a, q->timer_count, sizeof *q->heap);
    for (unsigned kind = 0; q->timer && kind < TIMER_KINDS; kind++)
        for (uint32_t i = 0; i < count_of[kind]; i++)
            q->timer[q->first[kind] + i] =
                (struct timer){.kind = kind & 0xFF, .index = i & 0xFFFFFF};
}

static void lay_out_port(struct arena *a, struct qtw *q, uint32_t slots, uint32_t groups,
                         const smmu_config_t *cfg)
{
    const uint32_t waiting[QTW_KINDS] = {
        [QTW_READ] = slots + cmdq_reads(cfg) + PROG_IF_COUNT * (ATOS_GROUPS + 1),
        [QTW_EVENT] = PROG_IF_COUNT * 2 * OUTQ_WRITES,
        [QTW_MSI] = PROG_IF_COUNT * SMMU_IRQ_COUNT + smmu__cmdq_count(cfg) + groups,
    };
    for (unsigned kind = 0; kind < QTW_KINDS; kind++) {
        q->queue[kind].capacity = waiting[kind];
        q->queue[kind].item = carve(a, waiting[kind], sizeof *q->queue[kind].item);
    }
}

static uint64_t stall_max(const uint64_t *v)
{
    return v[SMMU_CFG_IDR0_STALL_MODEL] == 1 ? 0 : v[SMMU_CFG_IDR5_STALL_MAX];
}

/* Translations in flight at most: those of the TBUs, those that have stalled, and prefetches. */
static uint32_t slots_of(const uint64_t *v)
{
    uint64_t slots = v[SMMU_CFG_TIMING_TBUS] * v[SMMU_CFG_TIMING_TBU_XLATE_SLOTS];
    uint64_t prefetches = v[SMMU_CFG_TIMING_PREFETCH] ? v[SMMU_CFG_TIMING_PTW_SLOTS] : 0;
    return (uint32_t)(slots + stall_max(v) + prefetches);
}

static void lay_out_stalls(struct arena *a, struct stalls *p, const uint64_t *v)
{
    p->pool.capacity = (uint32_t)stall_max(v);
    while (p->pool.capacity > UINT32_C(1) << p->stag_bits)
        p->stag_bits++;
    p->place = carve(a, p->pool.capacity, sizeof *p->place);
}

static uint32_t at_most(uint64_t n, uint64_t limit)
{
    return (uint32_t)(n < limit ? n : limit);
}

/* What counter groups and ECMDQs can have in the outbox: no more accesses than can be
 * outstanding. */
static void lay_out_outbox(struct arena *a, struct outbox *o, uint32_t slots, uint32_t groups,
                           const smmu_config_t *cfg)
{
    const uint64_t *v = cfg->value;
    const uint32_t cmdqs = smmu__cmdq_count(cfg), reads = cmdq_reads(cfg);
    o->kept = PMCG_OUTBOX_PLACES * groups + at_most(reads, v[SMMU_CFG_TIMING_QTW_MAX_READS]) +
              at_most(cmdqs, v[SMMU_CFG_TIMING_WR_MSIS]);
    o->capacity = 2 * slots + OUTBOX_FOR_OTHERS + o->kept;
    o->item = carve(a, o->capacity, sizeof *o->item);
    o->access_capacity = slots + reads + cmdqs +
                         PROG_IF_COUNT * (2 * OUTQ_WRITES + SMMU_IRQ_COUNT + ATOS_GROUPS + 1) +
                         groups;
    o->access = carve(a, o->access_capacity, sizeof *o->access);
}

enum { TAGS_MAX = 4096, TAGS_MIN = 64 };

static void lay_out(struct arena *a, struct smmu *s, const smmu_config_t *cfg)
{
    const uint64_t *v = cfg->value;
    const uint32_t slots = slots_of(v);
    const uint64_t entries = v[SMMU_CFG_TIMING_TBUS] * v[SMMU_CFG_TIMING_MTLB_ENTRIES];

    s->pmcg_count = smmu__pmcg_groups(cfg);
    s->pmcg = carve(a, s->pmcg_count, sizeof *s->pmcg);
    s->atc_invs.capacity = v[SMMU_CFG_IDR0_ATS] ? (uint32_t)v[SMMU_CFG_TIMING_ATC_INVS] : 0;
    s->atc_invs.inv = carve(a, s->atc_invs.capacity, sizeof *s->atc_invs.inv);
    lay_out_cmdqs(a, s, cfg);
    lay_out_timers(a, &s->sched,
                   (const uint32_t[TIMER_KINDS]){[TIMER_SLOT] = slots,
                                                 [TIMER_CMDQ] = s->cmdqs,
                                                 [TIMER_PMCG] = s->pmcg_count,
                                                 [TIMER_ATC] = s->atc_invs.capacity,
                                                 [TIMER_BROADCAST] = BROADCAST_SYNCS});
    lay_out_port(a, &s->qtw, slots, s->pmcg_count, cfg);
    lay_out_outbox(a, &s->outbox, slots, s->pmcg_count, cfg);
    s->slots.capacity = slots;
    s->slots.slot = carve(a, slots, sizeof *s->slots.slot);
    s->slots.in_use = carve(a, (slots + 63) / 64, sizeof *s->slots.in_use);
    lay_out_stalls(a, &s->stalls, v);
    lay_out_cfgcache(a, &s->cfgcache, v[SMMU_CFG_TIMING_CC_ENTRIES], v[SMMU_CFG_TIMING_CC_WAYS],
                     v[SMMU_CFG_TIMING_CC_REPL]);
    s->tags.capacity = power_of_two_at_least(entries < TAGS_MIN   ? TAGS_MIN
                                             : entries < TAGS_MAX ? entries
                                                                  : TAGS_MAX);
    s->tags.tag = carve(a, s->tags.capacity, sizeof *s->tags.tag);
    lay_out_tbus(a, s, v);
    s->streams.capacity = (uint32_t)v[SMMU_CFG_STATS_STREAMS];
    s->streams.stream = carve(a, s->streams.capacity + 1, sizeof *s->streams.stream);
    lay_out_walk_caches(a, &s->walk_cache, v);
    s->timeline.capacity = (uint32_t)v[SMMU_CFG_TIMELINE_RECORDS];
    s->timeline.record = carve(a, s->timeline.capacity, sizeof *s->timeline.record);
}

size_t smmu_size(const smmu_config_t *cfg)
{
    struct arena measure = {0};
    struct smmu unused = {0};
    if (!cfg || smmu_config_check(cfg, NULL, 0) != SMMU_OK)
        return 0;
    carve(&measure, 1, sizeof(struct smmu));
    lay_out(&measure, &unused, cfg);
    return measure.used;
}

/* ---------------------------------------------------------------- create */

/* Latencies, and what takes a turn: free in mode functional. */
static const uint8_t costs[] = {
    SMMU_CFG_TIMING_TBU_FRONT_LAT,     SMMU_CFG_TIMING_TBU_SLICE_LAT,
    SMMU_CFG_TIMING_TBU_PORT_BYTES,    SMMU_CFG_TIMING_TBU_BACK_LAT,
    SMMU_CFG_TIMING_UTLB_LAT,          SMMU_CFG_TIMING_MTLB_LAT,
    SMMU_CFG_TIMING_MTLB_SIZES_SERIAL, SMMU_CFG_TIMING_DTI_REQ_LAT,
    SMMU_CFG_TIMING_DTI_RSP_LAT,       SMMU_CFG_TIMING_DTI_LINK_BYTES,
    SMMU_CFG_TIMING_DTI_TCU_BYTES,     SMMU_CFG_TIMING_DTI_INV_REQ_LAT,
    SMMU_CFG_TIMING_DTI_INV_ACK_LAT,   SMMU_CFG_TIMING_CC_LAT,
    SMMU_CFG_TIMING_WC_LAT,            SMMU_CFG_TIMING_WALK_START_LAT,
    SMMU_CFG_TIMING_WALK_STEP_LAT,     SMMU_CFG_TIMING_QTW_AR_LAT,
    SMMU_CFG_TIMING_QTW_READ_BYTES,    SMMU_CFG_TIMING_QTW_WRITE_BYTES,
    SMMU_CFG_TIMING_CMDQ_START_LAT,    SMMU_CFG_TIMING_CMD_DECODE_LAT,
    SMMU_CFG_TIMING_INV_TCU_VA_LAT,    SMMU_CFG_TIMING_INV_TCU_SCAN,
    SMMU_CFG_TIMING_INV_TBU_VA_LAT,    SMMU_CFG_TIMING_INV_TBU_SCAN,
    SMMU_CFG_TIMING_INV_RANGE_PROBES,  SMMU_CFG_TIMING_SYNC_SIGNAL_LAT};

/* What requests meet each other at: only in mode at. */
static const uint8_t encounters[] = {
    SMMU_CFG_TIMING_INV_BLOCKS_LOOKUP,  SMMU_CFG_TIMING_CMD_SERIAL,
    SMMU_CFG_TIMING_ORDER_BY_ID,        SMMU_CFG_TIMING_TBU_HAZARD_ENTRIES,
    SMMU_CFG_TIMING_TCU_HAZARD_ENTRIES, SMMU_CFG_TIMING_PREFETCH,
    SMMU_CFG_TIMING_EVENT_HOLDS_SLOT,   SMMU_CFG_TIMING_QTW_SHARED_WITH_CLIENT};

static void zero(struct smmu *s, const uint8_t *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        s->config.value[keys[i]] = 0;
}

/* Pools are as large as configured; where requests do not meet, as all slots together. */
static void size_pools(struct smmu *s)
{
    const bool scarce = s->mode == SMMU_MODE_AT;
    const uint32_t all = s->slots.capacity;
    const struct {
        struct pool *pool;
        uint64_t size;
    } pools[] = {{&s->slots.tcu, CFG(s, TIMING_TCU_XLATE_SLOTS)},
                 {&s->slots.ctw.pool, CFG(s, TIMING_CTW_SLOTS)},
                 {&s->slots.ptw.pool, CFG(s, TIMING_PTW_SLOTS)}};
    for (unsigned i = 0; i < sizeof pools / sizeof pools[0]; i++)
        pools[i].pool->capacity = scarce ? (uint32_t)pools[i].size : all;
    s->qtw.outstanding[QTW_READ].capacity = (uint32_t)CFG(s, TIMING_QTW_MAX_READS);
    s->qtw.outstanding[QTW_EVENT].capacity = (uint32_t)CFG(s, TIMING_WR_EVENTS);
    s->qtw.outstanding[QTW_MSI].capacity = (uint32_t)CFG(s, TIMING_WR_MSIS);
    for (uint32_t i = 0; i < s->tbus; i++) {
        struct tbu *t = &s->tbu[i];
        t->slots.capacity = (uint32_t)CFG(s, TIMING_TBU_XLATE_SLOTS);
        t->tokens.capacity = scarce ? (uint32_t)CFG(s, TIMING_DTI_TRANS_TOKENS) : all;
        t->wbuf.capacity = scarce ? (uint32_t)CFG(s, TIMING_WBUF_BEATS) : UINT32_MAX;
    }
}

/* What costs no time in a mode, or is not scarce in it, is configured so: no unit asks for the mode
 * on that account. What does not exist costs nothing. */
static void take_config(struct smmu *s, const smmu_config_t *cfg)
{
    s->config = *cfg;
    s->mode = (uint8_t)cfg->value[SMMU_CFG_MODE];
    if (s->mode == SMMU_MODE_FUNCTIONAL)
        zero(s, costs, sizeof costs);
    if (s->mode != SMMU_MODE_AT)
        zero(s, encounters, sizeof encounters);
    if (!CFG(s, TIMING_UTLB_ENTRIES))
        CFG(s, TIMING_UTLB_LAT) = 0;
    s->oas_bits = (uint8_t)smmu__oas_bits(cfg);
    s->ias_bits = (uint8_t)smmu__ias_bits(cfg);
    s->always_privileged_data = cfg->value[SMMU_CFG_AIDR_ArchMinorRev] >= 4;
    size_pools(s);
}

/* The programming interfaces that exist, and the Security state of each. */
static const uint8_t interfaces[PROG_IF_COUNT] = {[PROG_IF_NS] = SMMU_PAS_NS};

smmu_status_t smmu_create(smmu_t **out, const smmu_config_t *cfg, void *memory, size_t size)
{
    if (!out || !cfg || !memory)
        return SMMU_E_ARGUMENT;
    size_t need = smmu_size(cfg);
    if (need == 0)
        return SMMU_E_CONFIG;
    if (size < need || (uintptr_t)memory % alignof(max_align_t))
        return SMMU_E_MEMORY;
    memset(memory, 0, need);
    struct arena arena = {.base = memory};
    struct smmu *s = carve(&arena, 1, sizeof *s);
    lay_out(&arena, s, cfg);
    take_config(s, cfg);
    for (uint8_t i = 0; i < PROG_IF_COUNT; i++)
        s->pi[i] = (struct prog_if){.number = i, .sec = interfaces[i]};
    smmu__cmdq_init(s);
    smmu__regs_init(s);
    smmu__pmcg_init(s);
    smmu__qtw_init(s);
    smmu__tbus_init(s);
    smmu__inval_init(s);
    smmu__cmds_init(s);
    s->slots.free = (struct slot_list){SLOT_NONE, SLOT_NONE};
    for (uint32_t i = 0; i < s->slots.capacity; i++)
        smmu__slot_list_push(s, &s->slots.free, &s->slots.slot[i]);
    smmu_reset(s);
    smmu_stats_clear(s);
    *out = s;
    return SMMU_OK;
}

const smmu_config_t *smmu_get_config(const smmu_t *s)
{
    return &s->config;
}

/* ----------------------------------------------------------------- reset */

void smmu_reset(smmu_t *s)
{
    TIMELINE_INSTANT(s, RESET, 0, 0, 0);
    smmu__qtw_reset(s);
    smmu__outbox_reset(s);
    smmu__flight_reset(s);
    smmu__cfgcache_reset(s);
    smmu__translations_reset(s);
    smmu__inval_reset(s);
    smmu__atc_inv_reset(s);
    smmu__broadcast_reset(s);
    for (unsigned q = 0; q < s->cmdqs; q++)
        smmu__cmdq_reset(s, q);
    smmu__cmdq_line_reset(s);
    for (unsigned i = 0; i < PROG_IF_COUNT; i++) {
        smmu__evtq_reset(&s->pi[i]);
        smmu__priq_reset(&s->pi[i]);
        smmu__irq_reset(&s->pi[i]);
        smmu__regs_reset(s, &s->pi[i]);
    }
    smmu__pmcg_regs_reset(s);
    s->settle = 0;
    s->room_wanted = false;
}

/* -------------------------------------------------------------- dispatch */

/* Consequences that a unit must not draw itself while another one is still at work. */
void smmu__settle_now(struct smmu *s)
{
    for (uint8_t due; (due = s->settle);) {
        s->settle = 0;
        if (due & SETTLE_WALKERS)
            smmu__flight_walkers(s);
        if (due & SETTLE_PLACES)
            smmu__flight_places(s);
        if (due & SETTLE_EVENT_ROOM) {
            smmu__flight_event_room(s);
            for (unsigned i = 0; i < PROG_IF_COUNT; i++)
                smmu__ppar_event_room(s, &s->pi[i]);
        }
        if (due & SETTLE_STALLS)
            smmu__stall_serve(s);
        if (due & SETTLE_ACKS)
            for (unsigned i = 0; i < PROG_IF_COUNT; i++)
                smmu__regs_update_acks(s, &s->pi[i]);
        if (due & SETTLE_SYNC) {
            smmu__cmdq_poke(s);
            smmu__broadcast_poke(s);
        }
        if (due & SETTLE_TURNS)
            smmu__cmdq_next_turn(s);
        if (due & SETTLE_PMCG)
            smmu__pmcg_signal(s);
    }
}

void smmu__run_due(struct smmu *s, uint64_t now)
{
    static void (*const due[TIMER_KINDS])(struct smmu *, unsigned) = {
        [TIMER_SLOT] = smmu__flight_due,
        [TIMER_CMDQ] = smmu__cmdq_due,
        [TIMER_PMCG] = smmu__pmcg_due,
        [TIMER_ATC] = smmu__atc_inv_due,
        [TIMER_BROADCAST] = smmu__broadcast_due};
    for (struct timer *t; (t = smmu__sched_take(s, now));) {
        due[t->kind](s, t->index);
        smmu__settle(s);
    }
}

static void slot_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    smmu__flight_read_done(s, index, status, data);
}

static void cmdq_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    smmu__cmdq_read_done(s, index >> 8, index & 255, status, data);
}

static void sync_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    (void)data;
    smmu__cmdq_sync_msi_done(s, index, status);
}

static void evtq_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    (void)data;
    smmu__evtq_write_done(s, &s->pi[index >> 8], index & 255, status);
}

static void priq_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    (void)data;
    smmu__priq_write_done(s, &s->pi[index >> 8], index & 255, status);
}

static void ppar_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    smmu__ppar_read_done(s, &s->pi[index], status, data);
}

static void msi_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                       const uint8_t *data)
{
    (void)data;
    smmu__msi_done(s, &s->pi[index >> 8], (smmu_irq_source_t)(index & 255), status);
}

static void pmcg_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    (void)data;
    smmu__pmcg_msi_done(s, index, status);
}

void smmu__mem_done(struct smmu *s, const struct access *a, smmu_mem_status_t status,
                    const void *data)
{
    static void (*const done[OWNER_KINDS])(struct smmu *, unsigned, smmu_mem_status_t,
                                           const uint8_t *) = {[OWNER_SLOT] = slot_access,
                                                               [OWNER_CMDQ] = cmdq_access,
                                                               [OWNER_SYNC] = sync_access,
                                                               [OWNER_EVTQ] = evtq_access,
                                                               [OWNER_MSI] = msi_access,
                                                               [OWNER_PMCG] = pmcg_access,
                                                               [OWNER_ATOS] = smmu__atos_read_done,
                                                               [OWNER_PRIQ] = priq_access,
                                                               [OWNER_PPAR] = ppar_access};
    done[a->owner](s, a->index, status, data);
    smmu__settle(s);
}
