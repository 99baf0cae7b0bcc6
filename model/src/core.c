/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. An instance's life: how much memory, what lies where in it, reset, and the two places where
 * something that happened finds the unit it belongs to (timers and finished memory accesses).
 */
#include <stdalign.h>
#include <string.h>

#include "core.h"
#include "flight.h"
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

static void lay_out_tlb(struct arena *a, struct tlb *t, uint64_t entries, uint64_t ways)
{
    t->ways = (uint32_t)ways;
    t->sets = (uint32_t)(entries / ways);
    t->entry = carve(a, entries, sizeof *t->entry);
    t->victim = carve(a, t->sets, 1);
}

static void lay_out_cfgcache(struct arena *a, struct cfgcache *c, uint64_t entries, uint64_t ways)
{
    c->ways = (uint32_t)ways;
    c->sets = (uint32_t)(entries / ways);
    c->key = carve(a, entries, sizeof *c->key);
    c->entry = carve(a, entries, sizeof *c->entry);
    c->victim = carve(a, c->sets, 1);
}

static void lay_out_timers(struct arena *a, struct sched *q, uint32_t slots)
{
    const uint32_t count_of[TIMER_KINDS] = {[TIMER_SLOT] = slots, [TIMER_CMDQ] = CMD_QUEUE_COUNT};
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
                (struct timer){.kind = (uint16_t)kind, .index = (uint16_t)i};
}

enum { TAGS_MAX = 4096, TAGS_MIN = 64 };

static void lay_out(struct arena *a, struct smmu *s, const smmu_config_t *cfg)
{
    const uint64_t *v = cfg->value;
    uint32_t slots = (uint32_t)v[SMMU_CFG_TIMING_TBU_XLATE_SLOTS];
    uint64_t tlb = v[SMMU_CFG_TIMING_MTLB_ENTRIES];

    lay_out_timers(a, &s->sched, slots);
    s->outbox.capacity = 2 * slots + OUTBOX_FOR_OTHERS;
    s->outbox.item = carve(a, s->outbox.capacity, sizeof *s->outbox.item);
    s->outbox.access_capacity =
        slots + CMD_QUEUE_COUNT * CMDQ_FETCH_MAX + PROG_IF_COUNT * (EVTQ_WRITES + SMMU_IRQ_COUNT);
    s->outbox.access = carve(a, s->outbox.access_capacity, sizeof *s->outbox.access);
    s->slots.capacity = slots;
    s->slots.slot = carve(a, slots, sizeof *s->slots.slot);
    lay_out_cfgcache(a, &s->cfgcache, v[SMMU_CFG_TIMING_CC_ENTRIES], v[SMMU_CFG_TIMING_CC_WAYS]);
    s->tags.capacity = power_of_two_at_least(tlb < TAGS_MIN   ? TAGS_MIN
                                             : tlb < TAGS_MAX ? tlb
                                                              : TAGS_MAX);
    s->tags.tag = carve(a, s->tags.capacity, sizeof *s->tags.tag);
    lay_out_tlb(a, &s->tlb, tlb, v[SMMU_CFG_TIMING_MTLB_WAYS]);
    lay_out_tlb(a, &s->walk_cache, v[SMMU_CFG_TIMING_WC_ENTRIES], v[SMMU_CFG_TIMING_WC_WAYS]);
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

/* What costs no time in a mode is configured as free of time, so that no unit needs to ask for the
 * mode. */
static void take_config(struct smmu *s, const smmu_config_t *cfg)
{
    static const uint8_t latencies[] = {
        SMMU_CFG_TIMING_TBU_FRONT_LAT, SMMU_CFG_TIMING_MTLB_LAT,
        SMMU_CFG_TIMING_CC_LAT,        SMMU_CFG_TIMING_WC_LAT,
        SMMU_CFG_TIMING_WALK_STEP_LAT, SMMU_CFG_TIMING_CMD_DECODE_LAT,
        SMMU_CFG_TIMING_INV_TCU_VA_LAT,       SMMU_CFG_TIMING_SYNC_SIGNAL_LAT};
    s->config = *cfg;
    s->mode = (uint8_t)cfg->value[SMMU_CFG_MODE];
    if (s->mode == SMMU_MODE_FUNCTIONAL)
        for (unsigned i = 0; i < sizeof latencies; i++)
            s->config.value[latencies[i]] = 0;
    if (s->mode != SMMU_MODE_AT) /* contention is mode at's alone */
        s->config.value[SMMU_CFG_TIMING_PTW_SLOTS] =
            s->config.value[SMMU_CFG_TIMING_TBU_XLATE_SLOTS];
    s->oas_bits = (uint8_t)smmu__oas_bits(cfg);
    s->ias_bits = (uint8_t)smmu__ias_bits(cfg);
    s->slots.walkers = (uint32_t)CFG(s, TIMING_PTW_SLOTS);
}

/* The programming interfaces that exist. */
static const struct {
    uint8_t sec, cmd_queue;
} interfaces[PROG_IF_COUNT] = {[PROG_IF_NS] = {SMMU_PAS_NS, CMD_QUEUE_NS}};

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
        s->pi[i] = (struct prog_if){
            .number = i, .sec = interfaces[i].sec, .cmd_queue = interfaces[i].cmd_queue};
    smmu__regs_init(s);
    smmu__cmds_init(s);
    s->slots.free = s->slots.walker_wait = s->slots.event_wait =
        (struct slot_list){SLOT_NONE, SLOT_NONE};
    for (uint32_t i = 0; i < s->slots.capacity; i++)
        smmu__slot_list_push(s, &s->slots.free, &s->slots.slot[i]);
    smmu_reset(s);
    *out = s;
    return SMMU_OK;
}

const smmu_config_t *smmu_get_config(const smmu_t *s)
{
    return &s->config;
}

/* ----------------------------------------------------------------- reset */

static void abort_pending(struct smmu *s)
{
    s->slots.walker_wait = s->slots.event_wait = (struct slot_list){SLOT_NONE, SLOT_NONE};
    s->slots.walkers_busy = 0;
    for (uint32_t i = 0; i < s->slots.capacity; i++) {
        struct slot *slot = &s->slots.slot[i];
        if (slot->state == SLOT_FREE)
            continue;
        smmu__timer_clear(s, TIMER_SLOT, i);
        smmu__outbox_put(s, SMMU_OUT_ANSWER)->u.answer =
            (smmu_response_t){.tag = slot->request.tag, .result = SMMU_RESULT_ABORT};
        STAT(s, aborted, 1);
        slot->has_walker = false;
        smmu__slot_free(s, slot);
    }
}

void smmu_reset(smmu_t *s)
{
    TIMELINE_INSTANT(s, RESET, 0, 0, 0);
    smmu__outbox_reset(s);
    abort_pending(s);
    smmu__cfgcache_reset(s);
    smmu__tlb_reset(s);
    smmu__inval_reset(s);
    for (unsigned q = 0; q < CMD_QUEUE_COUNT; q++) {
        smmu__timer_clear(s, TIMER_CMDQ, q);
        smmu__cmdq_reset(s, q);
    }
    for (unsigned i = 0; i < PROG_IF_COUNT; i++) {
        smmu__evtq_reset(&s->pi[i]);
        smmu__irq_reset(&s->pi[i]);
        smmu__regs_reset(s, &s->pi[i]);
    }
    s->settle = 0;
    s->room_wanted = false;
}

/* -------------------------------------------------------------- dispatch */

/* Consequences that a unit must not draw itself while another one is still at work. */
void smmu__settle(struct smmu *s)
{
    for (;;) {
        if (s->slots.walker_wait.first != SLOT_NONE && smmu__flight_walkers(s))
            continue;
        uint8_t due = s->settle;
        if (!due)
            break;
        s->settle = 0;
        if (due & SETTLE_EVENT_ROOM)
            smmu__flight_event_room(s);
        if (due & SETTLE_ACKS)
            for (unsigned i = 0; i < PROG_IF_COUNT; i++)
                smmu__regs_update_acks(s, &s->pi[i]);
        if (due & SETTLE_SYNC)
            smmu__cmdq_poke(s);
    }
}

void smmu__run_due(struct smmu *s, uint64_t now)
{
    static void (*const due[TIMER_KINDS])(struct smmu *, unsigned) = {
        [TIMER_SLOT] = smmu__flight_due, [TIMER_CMDQ] = smmu__cmdq_due};
    for (struct timer *t; (t = smmu__sched_take(s, now));) {
        due[t->kind](s, t->index);
        smmu__settle(s);
    }
    if (now > s->sched.now)
        s->sched.now = now;
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

static void evtq_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    (void)data;
    smmu__evtq_write_done(s, &s->pi[index >> 8], index & 255, status);
}

static void msi_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                       const uint8_t *data)
{
    (void)data;
    smmu__msi_done(s, &s->pi[index >> 8], (smmu_irq_source_t)(index & 255), status);
}

void smmu__mem_done(struct smmu *s, const struct access *a, smmu_mem_status_t status,
                    const void *data)
{
    static void (*const done[OWNER_KINDS])(struct smmu *, unsigned, smmu_mem_status_t,
                                           const uint8_t *) = {[OWNER_SLOT] = slot_access,
                                                               [OWNER_CMDQ] = cmdq_access,
                                                               [OWNER_EVTQ] = evtq_access,
                                                               [OWNER_MSI] = msi_access};
    done[a->owner](s, a->index, status, data);
    smmu__settle(s);
}
