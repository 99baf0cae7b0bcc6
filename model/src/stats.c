/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. The model's statistics: the totals that follow from what units count, clearing, and
 * snapshots: taking, subtracting and reading them.
 */
#include <stdalign.h>
#include <string.h>

#include "state.h"
#include "stats_block.h"

/* -------------------------------------------------------------- totals, from the model */

static uint64_t of_all_tbus(const struct smmu *s, smmu_tbu_stat_t stat)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->tbus; i++)
        sum += s->tbu[i].stat[stat];
    return sum;
}

#define TBUS(name) of_all_tbus(s, SMMU_TBU_STAT_##name)
#define TCU(name) (s->tcu_stat[SMMU_TCU_STAT_##name])

/* A transaction looks up the micro-TLB, and what that does not have in the main TLB. */
static uint64_t tlb_lookups(const struct smmu *s)
{
    return s->tbu[0].utlb.ways ? TBUS(utlb_lookup) : TBUS(mtlb_lookup);
}

static uint64_t tlb_misses(const struct smmu *s)
{
    return s->tbu[0].mtlb.ways ? TBUS(mtlb_miss) : TBUS(utlb_miss);
}

static uint64_t main_tlb_evictions(const struct smmu *s)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->tbus; i++)
        sum += s->tbu[i].mtlb.evicted;
    return sum;
}

uint64_t smmu_stat_value(const smmu_t *s, smmu_stat_t stat)
{
    switch (stat) {
    case SMMU_STAT_tlb_lookup:
        return tlb_lookups(s);
    case SMMU_STAT_tlb_hit:
        return tlb_lookups(s) - tlb_misses(s);
    case SMMU_STAT_tlb_miss:
        return tlb_misses(s);
    case SMMU_STAT_tlb_evict:
        return main_tlb_evictions(s);
    case SMMU_STAT_requests:
        return TBUS(transactions);
    case SMMU_STAT_cfg_lookup:
        return TCU(cc_lookup);
    case SMMU_STAT_cfg_miss:
        return TCU(cc_miss);
    case SMMU_STAT_cfg_hit:
        return TCU(cc_lookup) - TCU(cc_miss);
    case SMMU_STAT_cfg_fetch:
        return TCU(config_reads);
    case SMMU_STAT_walks:
        return TCU(walks);
    case SMMU_STAT_walk_reads:
        return TCU(walk_reads);
    case SMMU_STAT_walker_waits:
        return TCU(buffered);
    default:
        return stat < SMMU_STAT_COUNT ? s->stat[stat] : 0;
    }
}

/* ---------------------------------------------------------------------------- clearing */

static const size_t tbu_pools[SMMU_TBU_POOL_COUNT] = {
    [SMMU_TBU_POOL_slots] = offsetof(struct tbu, slots),
    [SMMU_TBU_POOL_tokens] = offsetof(struct tbu, tokens),
    [SMMU_TBU_POOL_wbuf] = offsetof(struct tbu, wbuf),
};

static const size_t tcu_pools[SMMU_TCU_POOL_COUNT] = {
    [SMMU_TCU_POOL_slots] = offsetof(struct smmu, slots.tcu),
    [SMMU_TCU_POOL_ptw_slots] = offsetof(struct smmu, slots.ptw.pool),
    [SMMU_TCU_POOL_ctw_slots] = offsetof(struct smmu, slots.ctw.pool),
    [SMMU_TCU_POOL_stalls] = offsetof(struct smmu, stalls.pool),
    [SMMU_TCU_POOL_read_slots] = offsetof(struct smmu, qtw.outstanding[QTW_READ]),
    [SMMU_TCU_POOL_event_slots] = offsetof(struct smmu, qtw.outstanding[QTW_EVENT]),
    [SMMU_TCU_POOL_msi_slots] = offsetof(struct smmu, qtw.outstanding[QTW_MSI]),
};

static void clear_pools(void *owner, const size_t *at, unsigned count, uint64_t now)
{
    for (unsigned i = 0; i < count; i++) {
        struct pool *p = (struct pool *)(void *)((unsigned char *)owner + at[i]);
        *p = (struct pool){.capacity = p->capacity, .used = p->used, .peak = p->used, .since = now};
    }
}

static void clear_times(struct histogram *time, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        smmu__histogram_clear(&time[i]);
}

/* What invalidations by tag have killed is counted when it is replaced, as if it were later: it is
 * taken off here. */
static void clear_array(const struct smmu *s, struct tlb *t)
{
    uint32_t alive, dead;
    smmu__tlb_census(s, t, &alive, &dead);
    t->inserted = t->evicted = 0;
    t->invalidated = 0 - (uint64_t)dead;
}

void smmu_stats_clear(smmu_t *s)
{
    const uint64_t now = s->sched.now;
    memset(s->stat, 0, sizeof s->stat);
    memset(s->tcu_stat, 0, sizeof s->tcu_stat);
    clear_pools(s, tcu_pools, SMMU_TCU_POOL_COUNT, now);
    clear_times(s->tcu_time, SMMU_TCU_HISTOGRAM_COUNT);
    s->cfgcache.inserted = s->cfgcache.evicted = s->cfgcache.invalidated = 0;
    for (unsigned i = 0; i < s->walk_cache.arrays; i++)
        clear_array(s, &s->walk_cache.array[i]);
    for (uint32_t i = 0; i < s->tbus; i++) {
        struct tbu *t = &s->tbu[i];
        memset(t->stat, 0, sizeof t->stat);
        clear_pools(t, tbu_pools, SMMU_TBU_POOL_COUNT, now);
        clear_times(t->time, SMMU_TBU_HISTOGRAM_COUNT);
        clear_array(s, &t->utlb);
        clear_array(s, &t->mtlb);
    }
    for (uint32_t i = 0; i <= s->streams.capacity; i++)
        clear_times(s->streams.stream[i].time, SMMU_STREAM_HISTOGRAM_COUNT);
    s->stats_since = now;
    s->stats_cleared++;
}

/* ------------------------------------------------------------------------------ taking */

size_t smmu_stats_size(const smmu_t *s)
{
    return sizeof(struct smmu_stats) + s->tbus * sizeof(struct tbu_block) +
           (s->streams.capacity + 1) * sizeof(struct stream_block);
}

static void copy_pools(struct pool *to, const void *owner, const size_t *at, unsigned count,
                       uint64_t now)
{
    for (unsigned i = 0; i < count; i++) {
        to[i] = *(const struct pool *)(const void *)((const unsigned char *)owner + at[i]);
        smmu__pool_integrate(&to[i], now);
    }
}

/* The four counters of a cache; several arrays add up. */
struct cache_counters {
    uint64_t *inserted, *evicted, *invalidated, *live;
};

static void add_array(const struct smmu *s, const struct tlb *t, struct cache_counters to)
{
    uint32_t alive, dead;
    smmu__tlb_census(s, t, &alive, &dead);
    *to.inserted += t->inserted;
    *to.evicted += t->evicted;
    *to.invalidated += t->invalidated + dead;
    *to.live += alive;
}

#define CACHE(counter, list, name)                                                                 \
    ((struct cache_counters){&(counter)[list##name##_inserted], &(counter)[list##name##_evicted],  \
                             &(counter)[list##name##_invalidated], &(counter)[list##name##_live]})

static void take_tbu(const struct smmu *s, const struct tbu *t, struct tbu_block *to)
{
    memcpy(to->counter, t->stat, sizeof to->counter);
    to->counter[SMMU_TBU_STAT_inval_received] = /* each goes to all */
        s->tcu_stat[SMMU_TCU_STAT_inval_sent] / s->tbus;
    add_array(s, &t->utlb, CACHE(to->counter, SMMU_TBU_STAT_, utlb));
    add_array(s, &t->mtlb, CACHE(to->counter, SMMU_TBU_STAT_, mtlb));
    copy_pools(to->pool, t, tbu_pools, SMMU_TBU_POOL_COUNT, s->sched.now);
    memcpy(to->time, t->time, sizeof to->time);
}

static void take_tcu(const struct smmu *s, struct tcu_block *to)
{
    const struct cfgcache *c = &s->cfgcache;
    memcpy(to->counter, s->tcu_stat, sizeof to->counter);
    for (unsigned i = 0; i < s->walk_cache.arrays; i++)
        add_array(s, &s->walk_cache.array[i], CACHE(to->counter, SMMU_TCU_STAT_, wc));
    struct cache_counters cc = CACHE(to->counter, SMMU_TCU_STAT_, cc);
    *cc.inserted = c->inserted;
    *cc.evicted = c->evicted;
    *cc.invalidated = c->invalidated;
    for (uint32_t i = 0; i < c->sets * c->ways; i++)
        *cc.live += c->key[i] != 0;
    copy_pools(to->pool, s, tcu_pools, SMMU_TCU_POOL_COUNT, s->sched.now);
    memcpy(to->time, s->tcu_time, sizeof to->time);
}

static struct stream_block *streams_of(struct smmu_stats *b)
{
    return (struct stream_block *)(void *)&b->tbu[b->tbus];
}

smmu_stats_t *smmu_stats_take(const smmu_t *s, void *memory, size_t size)
{
    struct smmu_stats *b = memory;
    if (!s || !memory || size < smmu_stats_size(s) || (uintptr_t)memory % alignof(uint64_t))
        return NULL;
    memset(memory, 0, smmu_stats_size(s));
    b->from = s->stats_since;
    b->to = s->sched.now;
    b->cleared = s->stats_cleared;
    b->tbus = s->tbus;
    b->streams = s->streams.capacity + 1;
    b->streams_seen = s->streams.seen;
    for (unsigned i = 0; i < SMMU_STAT_COUNT; i++)
        b->counter[i] = smmu_stat_value(s, (smmu_stat_t)i);
    take_tcu(s, &b->tcu);
    for (uint32_t i = 0; i < s->tbus; i++)
        take_tbu(s, &s->tbu[i], &b->tbu[i]);
    for (uint32_t i = 0; i < b->streams; i++) {
        const struct stream_times *from = &s->streams.stream[i];
        streams_of(b)[i].streamid = from->streamid;
        memcpy(streams_of(b)[i].time, from->time, sizeof from->time);
    }
    return b;
}

/* ------------------------------------------------------------------------- subtracting */

static void subtract_counters(uint64_t *later, const uint64_t *earlier, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        later[i] -= earlier[i];
}

static void subtract_pools(struct pool *later, const struct pool *earlier, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        later[i].taken -= earlier[i].taken;
        later[i].integral -= earlier[i].integral;
        later[i].full -= earlier[i].full;
    }
}

static void subtract_times(struct histogram *later, const struct histogram *earlier, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        smmu__histogram_subtract(&later[i], &earlier[i]);
}

static void subtract_tcu(struct tcu_block *later, const struct tcu_block *earlier)
{
    const uint64_t cc = later->counter[SMMU_TCU_STAT_cc_live];
    const uint64_t wc = later->counter[SMMU_TCU_STAT_wc_live];
    subtract_counters(later->counter, earlier->counter, SMMU_TCU_STAT_COUNT);
    later->counter[SMMU_TCU_STAT_cc_live] = cc;
    later->counter[SMMU_TCU_STAT_wc_live] = wc;
    subtract_pools(later->pool, earlier->pool, SMMU_TCU_POOL_COUNT);
    subtract_times(later->time, earlier->time, SMMU_TCU_HISTOGRAM_COUNT);
}

static void subtract_tbu(struct tbu_block *later, const struct tbu_block *earlier)
{
    const uint64_t utlb = later->counter[SMMU_TBU_STAT_utlb_live];
    const uint64_t mtlb = later->counter[SMMU_TBU_STAT_mtlb_live];
    subtract_counters(later->counter, earlier->counter, SMMU_TBU_STAT_COUNT);
    later->counter[SMMU_TBU_STAT_utlb_live] = utlb;
    later->counter[SMMU_TBU_STAT_mtlb_live] = mtlb;
    subtract_pools(later->pool, earlier->pool, SMMU_TBU_POOL_COUNT);
    subtract_times(later->time, earlier->time, SMMU_TBU_HISTOGRAM_COUNT);
}

smmu_status_t smmu_stats_subtract(smmu_stats_t *later, const smmu_stats_t *earlier)
{
    if (!later || !earlier || later->tbus != earlier->tbus || later->streams != earlier->streams ||
        later->streams_seen < earlier->streams_seen || later->cleared != earlier->cleared ||
        later->from != earlier->from || later->to < earlier->to)
        return SMMU_E_ARGUMENT;
    later->from = earlier->to;
    subtract_counters(later->counter, earlier->counter, SMMU_STAT_COUNT);
    subtract_tcu(&later->tcu, &earlier->tcu);
    for (uint32_t i = 0; i < later->tbus; i++)
        subtract_tbu(&later->tbu[i], &earlier->tbu[i]);
    for (uint32_t i = 0; i < later->streams; i++)
        subtract_times(streams_of(later)[i].time, stats_streams(earlier)[i].time,
                       SMMU_STREAM_HISTOGRAM_COUNT);
    return SMMU_OK;
}
