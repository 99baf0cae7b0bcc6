/* SPDX-License-Identifier: Apache-2.0 */
/* L4. Snapshots read by place and by name, and what their rows are called. */
#include <stdio.h>
#include <string.h>

#include "name.h"
#include "stats_block.h"

/* ------------------------------------------------------------------------------- rows */

#define INFO(name, unit, meaning) {#name, unit, meaning},
static const smmu_stat_info_t smmu_counters[] = {SMMU_STAT_LIST(INFO)};
static const smmu_stat_info_t tbu_counters[] = {SMMU_TBU_STAT_LIST(INFO)};
static const smmu_stat_info_t tcu_counters[] = {SMMU_TCU_STAT_LIST(INFO)};
static const smmu_stat_info_t tbu_pools[] = {SMMU_TBU_POOL_LIST(INFO)};
static const smmu_stat_info_t tcu_pools[] = {SMMU_TCU_POOL_LIST(INFO)};
static const smmu_stat_info_t tbu_times[] = {SMMU_TBU_HISTOGRAM_LIST(INFO)};
static const smmu_stat_info_t tcu_times[] = {SMMU_TCU_HISTOGRAM_LIST(INFO)};
static const smmu_stat_info_t stream_times[] = {SMMU_STREAM_HISTOGRAM_LIST(INFO)};
#undef INFO

struct rows {
    const smmu_stat_info_t *info;
    size_t count;
};

static struct rows rows_of(smmu_stats_unit_t unit, smmu_stats_kind_t kind)
{
    static const struct rows rows[SMMU_STATS_UNIT_COUNT][SMMU_STATS_KIND_COUNT] = {
        [SMMU_STATS_SMMU] = {[SMMU_STATS_COUNTER] = {smmu_counters, SMMU_STAT_COUNT}},
        [SMMU_STATS_TBU] = {[SMMU_STATS_COUNTER] = {tbu_counters, SMMU_TBU_STAT_COUNT},
                            [SMMU_STATS_POOL] = {tbu_pools, SMMU_TBU_POOL_COUNT},
                            [SMMU_STATS_HISTOGRAM] = {tbu_times, SMMU_TBU_HISTOGRAM_COUNT}},
        [SMMU_STATS_TCU] = {[SMMU_STATS_COUNTER] = {tcu_counters, SMMU_TCU_STAT_COUNT},
                            [SMMU_STATS_POOL] = {tcu_pools, SMMU_TCU_POOL_COUNT},
                            [SMMU_STATS_HISTOGRAM] = {tcu_times, SMMU_TCU_HISTOGRAM_COUNT}},
        [SMMU_STATS_STREAM] = {[SMMU_STATS_HISTOGRAM] = {stream_times,
                                                         SMMU_STREAM_HISTOGRAM_COUNT}},
    };
    if ((unsigned)unit >= SMMU_STATS_UNIT_COUNT || (unsigned)kind >= SMMU_STATS_KIND_COUNT)
        return (struct rows){0};
    return rows[unit][kind];
}

const smmu_stat_info_t *smmu_stats_info(smmu_stats_unit_t unit, smmu_stats_kind_t kind,
                                        size_t index)
{
    struct rows rows = rows_of(unit, kind);
    return index < rows.count ? &rows.info[index] : NULL;
}

const smmu_stat_info_t *smmu_stat_info(size_t i)
{
    return smmu_stats_info(SMMU_STATS_SMMU, SMMU_STATS_COUNTER, i);
}

int smmu_stat_find(const char *name)
{
    for (int i = 0; i < SMMU_STAT_COUNT; i++)
        if (same_name(smmu_counters[i].name, name))
            return i;
    return -1;
}

/* -------------------------------------------------------------------------- instances */

uint64_t smmu_stats_cycles(const smmu_stats_t *b)
{
    return b->to - b->from;
}

/* The last place stands for all streams that have none; without any it is not there. */
static bool has_others(const smmu_stats_t *b)
{
    return smmu__histogram_count(&stats_streams(b)[b->streams - 1].time[0]) != 0;
}

unsigned smmu_stats_instances(const smmu_stats_t *b, smmu_stats_unit_t unit)
{
    switch (unit) {
    case SMMU_STATS_SMMU:
    case SMMU_STATS_TCU:
        return 1;
    case SMMU_STATS_TBU:
        return b->tbus;
    case SMMU_STATS_STREAM:
        return b->streams_seen + has_others(b);
    case SMMU_STATS_UNIT_COUNT:
        break;
    }
    return 0;
}

smmu_stats_name_t smmu_stats_instance(const smmu_stats_t *b, smmu_stats_unit_t unit,
                                      unsigned instance)
{
    smmu_stats_name_t name = {""};
    if (instance >= smmu_stats_instances(b, unit) || unit == SMMU_STATS_SMMU)
        return name;
    if (unit == SMMU_STATS_TBU)
        snprintf(name.text, sizeof name.text, "tbu%u", instance);
    else if (unit == SMMU_STATS_TCU)
        snprintf(name.text, sizeof name.text, "tcu");
    else if (instance < b->streams_seen)
        snprintf(name.text, sizeof name.text, "stream.0x%x", stats_streams(b)[instance].streamid);
    else
        snprintf(name.text, sizeof name.text, "stream.others");
    return name;
}

/* ----------------------------------------------------------------------------- values */

/* One instance's part of a snapshot. */
struct part {
    const uint64_t *counter;
    const struct pool *pool;
    const struct histogram *time;
};

static struct part part_of(const smmu_stats_t *b, smmu_stats_unit_t unit, unsigned instance)
{
    if (instance >= smmu_stats_instances(b, unit))
        return (struct part){0};
    const struct stream_block *stream =
        &stats_streams(b)[instance < b->streams_seen ? instance : b->streams - 1];
    switch (unit) {
    case SMMU_STATS_SMMU:
        return (struct part){.counter = b->counter};
    case SMMU_STATS_TBU:
        return (struct part){b->tbu[instance].counter, b->tbu[instance].pool,
                             b->tbu[instance].time};
    case SMMU_STATS_TCU:
        return (struct part){b->tcu.counter, b->tcu.pool, b->tcu.time};
    case SMMU_STATS_STREAM:
        return (struct part){.time = stream->time};
    case SMMU_STATS_UNIT_COUNT:
        break;
    }
    return (struct part){0};
}

/* Which instances are meant: [first, end). */
struct span {
    unsigned first, end;
};

static struct span span_of(const smmu_stats_t *b, smmu_stats_unit_t unit, smmu_stats_kind_t kind,
                           unsigned instance, unsigned index)
{
    unsigned instances = smmu_stats_instances(b, unit);
    if (!smmu_stats_info(unit, kind, index))
        return (struct span){0, 0};
    if (instance == SMMU_STATS_ALL)
        return (struct span){0, instances};
    return instance < instances ? (struct span){instance, instance + 1} : (struct span){0, 0};
}

uint64_t smmu_stats_counter(const smmu_stats_t *b, smmu_stats_unit_t unit, unsigned instance,
                            unsigned index)
{
    struct span span = span_of(b, unit, SMMU_STATS_COUNTER, instance, index);
    uint64_t sum = 0;
    for (unsigned i = span.first; i < span.end; i++)
        sum += part_of(b, unit, i).counter[index];
    return sum;
}

smmu_pool_stats_t smmu_stats_pool(const smmu_stats_t *b, smmu_stats_unit_t unit, unsigned instance,
                                  unsigned index)
{
    struct span span = span_of(b, unit, SMMU_STATS_POOL, instance, index);
    smmu_pool_stats_t sum = {0};
    for (unsigned i = span.first; i < span.end; i++) {
        const struct pool *p = &part_of(b, unit, i).pool[index];
        sum.capacity += p->capacity;
        sum.used += p->used;
        sum.peak = p->peak > sum.peak ? p->peak : sum.peak;
        sum.taken += p->taken;
        sum.integral += p->integral;
        sum.full += p->full;
    }
    return sum;
}

static struct histogram time_of(const smmu_stats_t *b, smmu_stats_unit_t unit, unsigned instance,
                                unsigned index)
{
    struct span span = span_of(b, unit, SMMU_STATS_HISTOGRAM, instance, index);
    struct histogram sum;
    smmu__histogram_clear(&sum);
    for (unsigned i = span.first; i < span.end; i++)
        smmu__histogram_add(&sum, &part_of(b, unit, i).time[index]);
    return sum;
}

smmu_histogram_stats_t smmu_stats_histogram(const smmu_stats_t *b, smmu_stats_unit_t unit,
                                            unsigned instance, unsigned index)
{
    const struct histogram h = time_of(b, unit, instance, index);
    const uint64_t count = smmu__histogram_count(&h);
    return (smmu_histogram_stats_t){.count = count,
                                    .sum = h.sum,
                                    .min = count ? h.min : 0,
                                    .max = smmu__histogram_max(&h),
                                    .p50 = smmu__histogram_quantile(&h, 500),
                                    .p90 = smmu__histogram_quantile(&h, 900),
                                    .p99 = smmu__histogram_quantile(&h, 990)};
}

uint64_t smmu_stats_quantile(const smmu_stats_t *b, smmu_stats_unit_t unit, unsigned instance,
                             unsigned index, unsigned permille)
{
    const struct histogram h = time_of(b, unit, instance, index);
    return smmu__histogram_quantile(&h, permille);
}

bool smmu_stats_bucket(const smmu_stats_t *b, smmu_stats_unit_t unit, unsigned instance,
                       unsigned index, unsigned bucket, smmu_bucket_t *out)
{
    struct span span = span_of(b, unit, SMMU_STATS_HISTOGRAM, instance, index);
    if (bucket >= HISTOGRAM_BUCKETS || span.first == span.end)
        return false;
    *out = (smmu_bucket_t){.first = histogram_floor(bucket), .last = histogram_ceiling(bucket)};
    for (unsigned i = span.first; i < span.end; i++)
        out->count += part_of(b, unit, i).time[index].bucket[bucket];
    return true;
}

/* ----------------------------------------------------------------------------- by name */

/* What follows the word (and a dot behind it, unless it is the last); NULL: another word is there.
 */
static const char *after_word(const char *text, const char *word)
{
    while (*word && name_lower(*text) == name_lower(*word))
        text++, word++;
    if (*word || (*text && *text != '.') || (*text && !text[1]))
        return NULL;
    return *text ? text + 1 : text;
}

static int digit_of(char c, unsigned base)
{
    c = name_lower(c);
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
    return digit < (int)base ? digit : -1;
}

/* A number up to a dot. */
static const char *after_number(const char *text, uint32_t *number)
{
    unsigned base = 10;
    uint64_t value = 0;
    if (text[0] == '0' && name_lower(text[1]) == 'x') {
        base = 16;
        text += 2;
    }
    if (digit_of(*text, base) < 0)
        return NULL;
    for (; digit_of(*text, base) >= 0; text++) {
        value = value * base + (unsigned)digit_of(*text, base);
        if (value > UINT32_MAX)
            return NULL;
    }
    *number = (uint32_t)value;
    return *text == '.' ? text + 1 : NULL;
}

static const char *const pool_parts[] = {"capacity", "used", "peak", "taken", "integral", "full"};
static const char *const time_parts[] = {"count", "sum", "min", "max", "p50", "p90", "p99"};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool find_part(const char *text, smmu_stats_place_t *place)
{
    static const struct {
        const char *const *name;
        size_t count;
    } parts[SMMU_STATS_KIND_COUNT] = {
        [SMMU_STATS_POOL] = {pool_parts, LENGTH(pool_parts)},
        [SMMU_STATS_HISTOGRAM] = {time_parts, LENGTH(time_parts)},
    };
    place->part = 0;
    if (place->kind == SMMU_STATS_COUNTER)
        return *text == '\0';
    for (size_t i = 0; i < parts[place->kind].count; i++) {
        if (same_name(text, parts[place->kind].name[i])) {
            place->part = (uint8_t)i;
            return true;
        }
    }
    return false;
}

static bool find_row(smmu_stats_unit_t unit, const char *text, smmu_stats_place_t *place)
{
    for (unsigned kind = 0; kind < SMMU_STATS_KIND_COUNT; kind++) {
        struct rows rows = rows_of(unit, (smmu_stats_kind_t)kind);
        for (size_t i = 0; i < rows.count; i++) {
            const char *rest = after_word(text, rows.info[i].name);
            place->unit = (uint8_t)unit;
            place->kind = (uint8_t)kind;
            place->index = (uint16_t)i;
            if (rest && find_part(rest, place))
                return true;
        }
    }
    return false;
}

bool smmu_stats_find(const char *name, smmu_stats_place_t *place)
{
    static const smmu_stats_unit_t without_instance[] = {SMMU_STATS_SMMU, SMMU_STATS_TBU,
                                                         SMMU_STATS_TCU};
    const char *rest;
    *place = (smmu_stats_place_t){.instance = SMMU_STATS_ALL};
    if ((rest = after_word(name, "tcu")))
        return find_row(SMMU_STATS_TCU, rest, place);
    if ((rest = after_word(name, "stream"))) {
        const char *row = after_word(rest, "others");
        place->others = row != NULL;
        if (!row)
            row = after_number(rest, &place->instance);
        return row && find_row(SMMU_STATS_STREAM, row, place);
    }
    if (name_lower(name[0]) == 't' && name_lower(name[1]) == 'b' && name_lower(name[2]) == 'u' &&
        (rest = after_number(name + 3, &place->instance)))
        return place->instance != SMMU_STATS_ALL && find_row(SMMU_STATS_TBU, rest, place);
    for (size_t i = 0; i < LENGTH(without_instance); i++)
        if (find_row(without_instance[i], name, place))
            return true;
    return false;
}

/* The instance that a place means in this snapshot; false: there is none. */
static bool resolve(const smmu_stats_t *b, const smmu_stats_place_t *place, unsigned *instance)
{
    *instance = place->instance;
    if (place->unit == SMMU_STATS_TBU)
        return *instance == SMMU_STATS_ALL || *instance < b->tbus;
    if (place->unit != SMMU_STATS_STREAM)
        return true;
    for (*instance = 0; *instance < b->streams_seen; ++*instance)
        if (!place->others && stats_streams(b)[*instance].streamid == place->instance)
            return true;
    return place->others; /* the place behind those that were seen */
}

bool smmu_stats_value(const smmu_stats_t *b, const smmu_stats_place_t *place, uint64_t *value)
{
    const smmu_stats_unit_t unit = (smmu_stats_unit_t)place->unit;
    unsigned instance;
    if (!resolve(b, place, &instance))
        return false;
    if (place->kind == SMMU_STATS_COUNTER) {
        *value = smmu_stats_counter(b, unit, instance, place->index);
    } else if (place->kind == SMMU_STATS_POOL) {
        const smmu_pool_stats_t p = smmu_stats_pool(b, unit, instance, place->index);
        const uint64_t parts[] = {p.capacity, p.used, p.peak, p.taken, p.integral, p.full};
        *value = parts[place->part];
    } else {
        const smmu_histogram_stats_t h = smmu_stats_histogram(b, unit, instance, place->index);
        const uint64_t parts[] = {h.count, h.sum, h.min, h.max, h.p50, h.p90, h.p99};
        *value = parts[place->part];
    }
    return true;
}
