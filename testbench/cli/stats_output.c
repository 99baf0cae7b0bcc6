/* SPDX-License-Identifier: Apache-2.0 */
/* See stats_output.h. */
#include "cli/stats_output.h"

#include <inttypes.h>

/* One row of one instance. */
struct row {
    const smmu_stats_t *stats;
    smmu_stats_unit_t unit;
    smmu_stats_kind_t kind;
    unsigned instance, index;
    const smmu_stat_info_t *info;
};

typedef void (*row_visitor)(const struct row *row, void *ctx);

static void visit_rows(const smmu_stats_t *stats, smmu_stats_unit_t unit, unsigned instance,
                       row_visitor visit, void *ctx)
{
    struct row row = {.stats = stats, .unit = unit, .instance = instance};
    for (unsigned kind = 0; kind < SMMU_STATS_KIND_COUNT; ++kind) {
        row.kind = (smmu_stats_kind_t)kind;
        for (row.index = 0; (row.info = smmu_stats_info(unit, row.kind, row.index)); ++row.index)
            visit(&row, ctx);
    }
}

static double quotient(uint64_t a, uint64_t b)
{
    return b ? (double)a / (double)b : 0;
}

static uint64_t counter_of(const struct row *row)
{
    return smmu_stats_counter(row->stats, row->unit, row->instance, row->index);
}

static smmu_pool_stats_t pool_of(const struct row *row)
{
    return smmu_stats_pool(row->stats, row->unit, row->instance, row->index);
}

static smmu_histogram_stats_t histogram_of(const struct row *row)
{
    return smmu_stats_histogram(row->stats, row->unit, row->instance, row->index);
}

/* ---- text */

struct listing {
    FILE *out;
    bool zeros;
    const char *heading; /* to be printed before the first row */
};

static void begin_row(struct listing *listing, const struct row *row)
{
    if (listing->heading)
        fprintf(listing->out, "%s\n", listing->heading);
    listing->heading = NULL;
    fprintf(listing->out, "  %-18s ", row->info->name);
}

static void print_counter(struct listing *listing, const struct row *row)
{
    const uint64_t value = counter_of(row);
    if (!value && !listing->zeros)
        return;
    begin_row(listing, row);
    fprintf(listing->out, "%12" PRIu64 " %-9s %s\n", value, row->info->unit, row->info->meaning);
}

static void print_pool(struct listing *listing, const struct row *row)
{
    const smmu_pool_stats_t p = pool_of(row);
    if (!p.taken && !p.integral && !listing->zeros)
        return;
    begin_row(listing, row);
    fprintf(listing->out,
            "%12" PRIu64 " %-9s taken for %.1f cycles; in use: %.3f of %" PRIu64 ", peak %" PRIu64
            ", all for %" PRIu64 " cycles\n",
            p.taken, row->info->unit, quotient(p.integral, p.taken),
            quotient(p.integral, smmu_stats_cycles(row->stats)), p.capacity, p.peak, p.full);
}

static void print_histogram(struct listing *listing, const struct row *row)
{
    const smmu_histogram_stats_t h = histogram_of(row);
    if (!h.count && !listing->zeros)
        return;
    begin_row(listing, row);
    fprintf(listing->out,
            "%12" PRIu64 " times     mean %.1f, min %" PRIu64 ", p50 %" PRIu64 ", p90 %" PRIu64
            ", p99 %" PRIu64 ", max %" PRIu64 " %s\n",
            h.count, quotient(h.sum, h.count), h.min, h.p50, h.p90, h.p99, h.max, row->info->unit);
}

static void print_row(const struct row *row, void *listing)
{
    static void (*const print[SMMU_STATS_KIND_COUNT])(struct listing *, const struct row *) = {
        [SMMU_STATS_COUNTER] = print_counter,
        [SMMU_STATS_POOL] = print_pool,
        [SMMU_STATS_HISTOGRAM] = print_histogram,
    };
    print[row->kind](listing, row);
}

void stats_print(FILE *out, const smmu_stats_t *stats, bool zeros)
{
    fprintf(out, "statistics of %" PRIu64 " cycles\n", smmu_stats_cycles(stats));
    for (unsigned unit = 0; unit < SMMU_STATS_UNIT_COUNT; ++unit) {
        const unsigned instances = smmu_stats_instances(stats, (smmu_stats_unit_t)unit);
        for (unsigned i = 0; i < instances; ++i) {
            const smmu_stats_name_t name = smmu_stats_instance(stats, (smmu_stats_unit_t)unit, i);
            struct listing listing = {out, zeros, unit == SMMU_STATS_SMMU ? "smmu" : name.text};
            visit_rows(stats, (smmu_stats_unit_t)unit, i, print_row, &listing);
        }
    }
}

/* ---- JSON */

static json_t *integer(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *pool_json(const struct row *row)
{
    const smmu_pool_stats_t p = pool_of(row);
    const uint64_t cycles = smmu_stats_cycles(row->stats);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f}", "capacity", integer(p.capacity),
                     "used", integer(p.used), "peak", integer(p.peak), "taken", integer(p.taken),
                     "integral", integer(p.integral), "full", integer(p.full), "occupancy",
                     quotient(p.integral, cycles), "residence", quotient(p.integral, p.taken));
}

static json_t *buckets_json(const struct row *row)
{
    json_t *buckets = json_array();
    smmu_bucket_t b;
    for (unsigned i = 0; smmu_stats_bucket(row->stats, row->unit, row->instance, row->index, i, &b);
         ++i)
        if (b.count)
            json_array_append_new(buckets, json_pack("[o, o]", integer(b.first), integer(b.count)));
    return buckets;
}

static json_t *histogram_json(const struct row *row)
{
    const smmu_histogram_stats_t h = histogram_of(row);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:o}", "count", integer(h.count),
                     "sum", integer(h.sum), "min", integer(h.min), "max", integer(h.max), "p50",
                     integer(h.p50), "p90", integer(h.p90), "p99", integer(h.p99), "mean",
                     quotient(h.sum, h.count), "buckets", buckets_json(row));
}

static void add_row(const struct row *row, void *object)
{
    json_t *value = row->kind == SMMU_STATS_COUNTER ? integer(counter_of(row))
                    : row->kind == SMMU_STATS_POOL  ? pool_json(row)
                                                    : histogram_json(row);
    json_object_set_new(object, row->info->name, value);
}

json_t *stats_json(const smmu_stats_t *stats)
{
    json_t *root = json_object();
    json_object_set_new(root, "cycles", integer(smmu_stats_cycles(stats)));
    visit_rows(stats, SMMU_STATS_SMMU, 0, add_row, root);
    for (unsigned unit = SMMU_STATS_SMMU + 1; unit < SMMU_STATS_UNIT_COUNT; ++unit) {
        const unsigned instances = smmu_stats_instances(stats, (smmu_stats_unit_t)unit);
        for (unsigned i = 0; i < instances; ++i) {
            json_t *object = json_object();
            visit_rows(stats, (smmu_stats_unit_t)unit, i, add_row, object);
            json_object_set_new(root, smmu_stats_instance(stats, (smmu_stats_unit_t)unit, i).text,
                                object);
        }
    }
    return root;
}
