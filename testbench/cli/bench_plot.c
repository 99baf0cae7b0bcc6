/* SPDX-License-Identifier: Apache-2.0 */
/* The picture of an experiment: which axis is x, and what the curves are called. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bench_output.h"
#include "cli/plot_json.h"

/* Of many names, those whose every change is smaller are left out. */
enum { MANY_NAMES = 12, LEAST_CHANGE_PERCENT = 3 };

static const char *short_name(const struct exp_axis *axis)
{
    const char *name = exp_axis_name(axis), *dot = strrchr(name, '.');

    return dot ? dot + 1 : name;
}

/* What does not fit is left out. */
static void append(char *to, size_t size, const char *separator, const char *text)
{
    size_t used = strlen(to);

    for (const char *part = used ? separator : ""; *part && used + 1 < size; part++)
        to[used++] = *part;
    for (; *text && used + 1 < size; text++)
        to[used++] = *text;
    to[used] = '\0';
}

static void append_value(char *to, size_t size, const char *separator, const struct exp_axis *axis,
                         uint64_t value)
{
    const char *word = exp_axis_word(axis, value);
    char text[PLOT_TEXT];

    if (word)
        snprintf(text, sizeof text, "%s", word);
    else
        snprintf(text, sizeof text, "%s=%llu", short_name(axis), (unsigned long long)value);
    append(to, size, separator, text);
}

/* Of all axes with several values but x. */
static void curve_label(const struct exp_plan *plan, size_t x, size_t point, unsigned curve,
                        char label[PLOT_TEXT])
{
    label[0] = '\0';
    for (size_t i = 0; i < plan->axes; i++)
        if (i != x && plan->axis[i].count > 1)
            append_value(label, PLOT_TEXT, ", ", &plan->axis[i],
                         plan->axis[i].value[exp_plan_index(plan, i, point)]);
    if (plan->kind->plot.curves > 1 || !label[0])
        append(label, PLOT_TEXT, ", ", exp_measures[plan->kind->plot.y[curve]].name);
}

/* The configuration and whatever is the same for all points. */
static void write_caption(const struct exp_plan *plan, size_t x, struct plot *plot)
{
    const smmu_config_t *cfg = &plan->base.cfg;
    const char *preset = smmu_config_preset(cfg->preset);
    const smmu_config_key_t *key;
    char text[PLOT_TEXT];

    snprintf(plot->caption, sizeof plot->caption, "%s: preset %s", plan->kind->name,
             preset ? preset : "?");
    for (size_t i = 0; (key = smmu_config_key(i)); i++) {
        uint64_t value = 0;

        if (strcmp(smmu_config_basis(cfg, i), "set") != 0)
            continue;
        smmu_config_get(cfg, key->name, &value);
        snprintf(text, sizeof text, "%s=%llu", key->name, (unsigned long long)value);
        append(plot->caption, sizeof plot->caption, ", ", text);
    }
    for (size_t i = 0; i < plan->axes; i++)
        if (i != x && plan->axis[i].count == 1) {
            const struct exp_axis *axis = &plan->axis[i];
            const char *word = exp_axis_word(axis, axis->value[0]);

            if (word)
                snprintf(text, sizeof text, "%s=%s", exp_axis_name(axis), word);
            else
                snprintf(text, sizeof text, "%s=%llu", exp_axis_name(axis),
                         (unsigned long long)axis->value[0]);
            append(plot->caption, sizeof plot->caption, ", ", text);
        }
    snprintf(text, sizeof text, "seed=%llu; cycles of the simulated SMMU's clock",
             (unsigned long long)plan->base.seed);
    append(plot->caption, sizeof plot->caption, ", ", text);
}

/* Names of x that are worth a place: index of value to index of name, SIZE_MAX for the others. */
static size_t choose_names(const struct bench_results *results, size_t x, size_t *place)
{
    const struct exp_plan *plan = &results->plan;
    const bool all = plan->axis[x].count <= MANY_NAMES;
    bool wanted[EXP_MAX_VALUES] = {false};
    size_t names = 0;

    for (size_t r = 0; r < results->count; r++)
        for (unsigned c = 0; c < plan->kind->plot.curves; c++) {
            const double y = exp_measured(&results->row[r].result, plan->kind->plot.y[c]);

            if (all || fabs(y) >= LEAST_CHANGE_PERCENT)
                wanted[exp_plan_index(plan, x, results->row[r].point)] = true;
        }
    for (size_t i = 0; i < plan->axis[x].count; i++)
        place[i] = wanted[i] ? names++ : SIZE_MAX;
    return names;
}

static bool name_places(struct plot *plot, const struct exp_axis *axis, const size_t *place,
                        size_t names)
{
    plot->name = calloc(names ? names : 1, sizeof *plot->name);
    if (!plot->name)
        return false;
    plot->names = names;
    for (size_t i = 0; i < axis->count; i++)
        if (place[i] != SIZE_MAX) {
            const char *word = exp_axis_word(axis, axis->value[i]);
            const char *dot = word ? strrchr(word, '.') : NULL;

            snprintf(plot->name[place[i]], PLOT_TEXT, "%s", dot ? dot + 1 : word);
        }
    return true;
}

static bool add_points(struct plot *plot, const struct bench_results *results, size_t x,
                       const size_t *place)
{
    const struct exp_plan *plan = &results->plan;

    for (unsigned c = 0; c < plan->kind->plot.curves; c++)
        for (size_t r = 0; r < results->count; r++) {
            const struct bench_row *row = &results->row[r];
            const size_t index = exp_plan_index(plan, x, row->point);
            const double y = exp_measured(&row->result, plan->kind->plot.y[c]);
            const double at =
                plot->names ? (double)place[index] : (double)plan->axis[x].value[index];
            char label[PLOT_TEXT];

            if (isnan(y) || (plot->log_y && y <= 0) || (plot->names && place[index] == SIZE_MAX))
                continue;
            curve_label(plan, x, row->point, c, label);
            if (!plot_add(plot, label, at, y))
                return false;
        }
    return true;
}

static size_t axis_of(const struct exp_plan *plan, const char *name)
{
    size_t x = 0;

    while (x < plan->axes && strcmp(exp_axis_name(&plan->axis[x]), name) != 0)
        x++;
    return x;
}

struct plot *bench_plot(const struct bench_results *results)
{
    const struct exp_plan *plan = &results->plan;
    const struct exp_plot *what = &plan->kind->plot;
    const size_t x = axis_of(plan, what->x);
    const struct exp_axis *axis = &plan->axis[x];
    struct plot *plot = calloc(1, sizeof *plot);
    size_t place[EXP_MAX_VALUES];
    bool fine = plot != NULL;

    if (!fine)
        return NULL;
    snprintf(plot->title, sizeof plot->title, "%s", what->title);
    snprintf(plot->y_label, sizeof plot->y_label, "%s", what->y_label);
    snprintf(plot->x_label, sizeof plot->x_label, *exp_axis_unit(axis) ? "%s [%s]" : "%s",
             exp_axis_meaning(axis), exp_axis_unit(axis));
    plot->log2_x = what->log2_x;
    plot->log_y = what->log_y;
    write_caption(plan, x, plot);
    if (exp_axis_word(axis, axis->value[0]))
        fine = name_places(plot, axis, place, choose_names(results, x, place));
    for (size_t i = 0; i < axis->count; i++)
        plot->log2_x &= axis->value[i] > 0;
    if (fine && add_points(plot, results, x, place))
        return plot;
    plot_free(plot);
    return NULL;
}
