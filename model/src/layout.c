/* SPDX-License-Identifier: Apache-2.0 */
/* L4. See layout.h. Of what exists in a number, the configuration says how many. */
#include "layout.h"

#include "pmcg_regs.h"
#include "state.h"

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
    if (t->sets == 1) /* fully associative: few of its misses search it */
        t->holders = carve(a, TLB_BUCKETS, sizeof *t->holders);
    lay_out_repl(a, &t->repl, t->sets, ways, policy);
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
        lay_out_tlb(a, &t->utlb, utlb_entries(v), utlb_entries(v),
                    v[SMMU_CFG_TIMING_UTLB_REPL]);
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

size_t smmu__layout_size(const smmu_config_t *cfg)
{
    struct arena measure = {0};
    struct smmu unused = {0};
    carve(&measure, 1, sizeof(struct smmu));
    lay_out(&measure, &unused, cfg);
    return measure.used;
}

struct smmu *smmu__lay_out(void *memory, const smmu_config_t *cfg)
{
    struct arena arena = {.base = memory};
    struct smmu *s = carve(&arena, 1, sizeof *s);
    lay_out(&arena, s, cfg);
    return s;
}
