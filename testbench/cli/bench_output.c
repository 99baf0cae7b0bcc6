/* SPDX-License-Identifier: Apache-2.0 */
/* See bench_output.h. What is the same in all rows of a table is said once, above it. */
#include "cli/bench_output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/plot_json.h"

enum { CELL = 64, LEAST_WIDTH = 8, MANY_VALUES = 12 };

static void axis_text(const struct exp_axis *axis, uint64_t value, char text[CELL])
{
    const char *word = exp_axis_word(axis, value);

    if (word)
        snprintf(text, CELL, "%s", word);
    else
        snprintf(text, CELL, "%llu", (unsigned long long)value);
}

static uint64_t axis_value(const struct exp_plan *plan, size_t axis, size_t point)
{
    return plan->axis[axis].value[exp_plan_index(plan, axis, point)];
}

/* Empty: not measured. */
static void measure_text(const struct exp_result *result, enum exp_measure_id id, char text[CELL])
{
    const double value = exp_measured(result, id);

    text[0] = '\0';
    if (!isnan(value))
        snprintf(text, CELL, "%.*f", exp_measures[id].decimals, value);
}

/* What stands for a unit where values choose between some says which; that is no heading. */
static const char *unit_of(const struct exp_axis *axis)
{
    const char *unit = exp_axis_unit(axis);

    return strncmp(unit, "0 ", 2) == 0 ? "" : unit;
}

/* ---- for people */

/* A unit stands in two lines, if it is one over another: "commands", "/ 1000 cycles". */
static const char *denominator(const char *unit)
{
    const char *over = strstr(unit, " / ");

    return over ? over + 1 : unit + strlen(unit);
}

static size_t numerator_length(const char *unit)
{
    const size_t length = (size_t)(denominator(unit) - unit);

    return length && unit[length - 1] == ' ' ? length - 1 : length;
}

static int widest(const char *name, const char *unit)
{
    const size_t parts[] = {strlen(name), numerator_length(unit), strlen(denominator(unit))};
    size_t width = LEAST_WIDTH;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i] > width)
            width = parts[i];
    return (int)width;
}

static int axis_width(const struct exp_axis *axis)
{
    int width = widest(exp_axis_name(axis), unit_of(axis));
    char text[CELL];

    for (size_t i = 0; i < axis->count; i++) {
        axis_text(axis, axis->value[i], text);
        if ((int)strlen(text) > width)
            width = (int)strlen(text);
    }
    return width;
}

static void print_fixed(FILE *out, const struct exp_plan *plan)
{
    const char *separator = "  with ";
    char text[CELL];

    for (size_t i = 0; i < plan->axes; i++) {
        const struct exp_axis *axis = &plan->axis[i];

        if (axis->count != 1)
            continue;
        axis_text(axis, axis->value[0], text);
        fprintf(out, "%s%s=%s", separator, exp_axis_name(axis), text);
        separator = " ";
    }
    if (separator[0] == ' ' && !separator[1])
        fputc('\n', out);
}

enum heading { HEADING_NAME, HEADING_UNIT, HEADING_DENOMINATOR };

static void print_heading_cell(FILE *out, enum heading line, int width, const char *name,
                               const char *unit)
{
    switch (line) {
    case HEADING_NAME:
        fprintf(out, "  %*s", width, name);
        break;
    case HEADING_UNIT:
        fprintf(out, "  %*.*s", width, (int)numerator_length(unit), unit);
        break;
    case HEADING_DENOMINATOR:
        fprintf(out, "  %*s", width, denominator(unit));
        break;
    }
}

static void print_heading(FILE *out, const struct exp_plan *plan, enum heading line)
{
    for (size_t i = 0; i < plan->axes; i++) {
        const struct exp_axis *axis = &plan->axis[i];

        if (axis->count > 1)
            print_heading_cell(out, line, axis_width(axis), exp_axis_name(axis), unit_of(axis));
    }
    for (unsigned i = 0; i < plan->kind->column_count; i++) {
        const struct exp_measure *m = &exp_measures[plan->kind->columns[i]];

        print_heading_cell(out, line, widest(m->name, m->unit), m->name, m->unit);
    }
    fputc('\n', out);
}

static bool has_denominators(const struct exp_plan *plan)
{
    bool any = false;

    for (unsigned i = 0; i < plan->kind->column_count; i++)
        any |= *denominator(exp_measures[plan->kind->columns[i]].unit) != '\0';
    return any;
}

void bench_print_head(FILE *out, const struct exp_plan *plan)
{
    fprintf(out, "%s: %s\n", plan->kind->name, plan->kind->meaning);
    print_fixed(out, plan);
    print_heading(out, plan, HEADING_NAME);
    print_heading(out, plan, HEADING_UNIT);
    if (has_denominators(plan))
        print_heading(out, plan, HEADING_DENOMINATOR);
}

void bench_print_row(FILE *out, const struct exp_plan *plan, const struct bench_row *row)
{
    char text[CELL];

    for (size_t i = 0; i < plan->axes; i++) {
        if (plan->axis[i].count == 1)
            continue;
        axis_text(&plan->axis[i], axis_value(plan, i, row->point), text);
        fprintf(out, "  %*s", axis_width(&plan->axis[i]), text);
    }
    for (unsigned i = 0; i < plan->kind->column_count; i++) {
        const enum exp_measure_id id = plan->kind->columns[i];

        measure_text(&row->result, id, text);
        fprintf(out, "  %*s", widest(exp_measures[id].name, exp_measures[id].unit), text);
    }
    fputc('\n', out);
}

static void print_entry(FILE *out, const char *name, const char *unit, const char *meaning)
{
    fprintf(out, "  %-28s %s%s%s%s\n", name, meaning, *unit ? " [" : "", unit, *unit ? "]" : "");
}

static void print_values(FILE *out, const struct exp_axis *axis)
{
    char text[CELL];

    fprintf(out, "  %28s ", "");
    for (size_t i = 0; i < axis->count && i < MANY_VALUES; i++) {
        axis_text(axis, axis->value[i], text);
        fprintf(out, "%s%s", i ? "," : "", text);
    }
    if (axis->count > MANY_VALUES)
        fprintf(out, " and %zu more", axis->count - MANY_VALUES);
    fputc('\n', out);
}

/* A parameter that is at its default: what else it could be. */
static void print_parameter(FILE *out, const struct exp_plan *plan, enum exp_parameter_id id)
{
    const struct exp_parameter *p = &exp_parameters[id];
    struct exp_setup setup = plan->base;
    const uint64_t value = *exp_parameter_in(&setup, id);

    print_entry(out, p->name, p->unit, p->meaning);
    if (!p->word) {
        fprintf(out, "  %28s %llu\n", "", (unsigned long long)value);
        return;
    }
    fprintf(out, "  %28s %s, of", "", p->word(value));
    for (uint64_t i = p->min; i <= p->max && p->word(i) && i < MANY_VALUES; i++)
        fprintf(out, " %s", p->word(i));
    fputc('\n', out);
}

static bool is_axis(const struct exp_plan *plan, enum exp_parameter_id id)
{
    bool any = false;

    for (size_t i = 0; i < plan->axes; i++)
        any |= plan->axis[i].parameter == &exp_parameters[id];
    return any;
}

void bench_print_about(FILE *out, const struct exp_plan *plan)
{
    fprintf(out, "%s: %s\n%s\n\naxes, and their values (NAME=VALUE,... sets others):\n",
            plan->kind->name, plan->kind->meaning, plan->kind->answers);
    for (size_t i = 0; i < plan->axes; i++) {
        const struct exp_axis *axis = &plan->axis[i];

        print_entry(out, exp_axis_name(axis), exp_axis_unit(axis), exp_axis_meaning(axis));
        print_values(out, axis);
    }
    fputs("\nothers that it takes, with their defaults, beside every key of the configuration:\n",
          out);
    for (int id = 0; id < EXP_PARAMETER_COUNT; id++)
        if (!is_axis(plan, (enum exp_parameter_id)id) &&
            exp_kind_takes(plan->kind, (enum exp_parameter_id)id))
            print_parameter(out, plan, (enum exp_parameter_id)id);
    fputs("\ncolumns:\n", out);
    for (unsigned i = 0; i < plan->kind->column_count; i++) {
        const struct exp_measure *measure = &exp_measures[plan->kind->columns[i]];

        print_entry(out, measure->name, measure->unit, measure->meaning);
    }
}

/* ---- for machines */

static void csv_name(FILE *out, const char *name, const char *unit)
{
    fprintf(out, ",%s%s%s%s", name, *unit ? " [" : "", unit, *unit ? "]" : "");
}

void bench_write_csv(FILE *out, const struct bench_results *results)
{
    const struct exp_plan *plan = &results->plan;
    char text[CELL];

    fputs("kind", out);
    for (size_t i = 0; i < plan->axes; i++)
        csv_name(out, exp_axis_name(&plan->axis[i]), unit_of(&plan->axis[i]));
    for (unsigned i = 0; i < plan->kind->column_count; i++)
        csv_name(out, exp_measures[plan->kind->columns[i]].name,
                 exp_measures[plan->kind->columns[i]].unit);
    fputc('\n', out);
    for (size_t r = 0; r < results->count; r++) {
        const struct bench_row *row = &results->row[r];

        fputs(plan->kind->name, out);
        for (size_t i = 0; i < plan->axes; i++) {
            axis_text(&plan->axis[i], axis_value(plan, i, row->point), text);
            fprintf(out, ",%s", text);
        }
        for (unsigned i = 0; i < plan->kind->column_count; i++) {
            measure_text(&row->result, plan->kind->columns[i], text);
            fprintf(out, ",%s", text);
        }
        fputc('\n', out);
    }
}

static json_t *entry(const char *name, const char *unit, const char *meaning)
{
    return json_pack("{s:s, s:s, s:s}", "name", name, "unit", unit, "meaning", meaning);
}

json_t *bench_kind_json(const struct bench_results *results)
{
    const struct exp_plan *plan = &results->plan;
    json_t *axes = json_array(), *columns = json_array();

    for (size_t i = 0; i < plan->axes; i++)
        json_array_append_new(axes,
                              entry(exp_axis_name(&plan->axis[i]), exp_axis_unit(&plan->axis[i]),
                                    exp_axis_meaning(&plan->axis[i])));
    for (unsigned i = 0; i < plan->kind->column_count; i++) {
        const struct exp_measure *measure = &exp_measures[plan->kind->columns[i]];

        json_array_append_new(columns, entry(measure->name, measure->unit, measure->meaning));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", plan->kind->name, "meaning",
                     plan->kind->meaning, "answers", plan->kind->answers, "axes", axes, "columns",
                     columns);
}

static json_t *measure_json(const struct exp_result *result, enum exp_measure_id id)
{
    const double value = exp_measured(result, id);

    if (isnan(value))
        return json_null();
    return exp_measures[id].decimals ? json_real(value) : json_integer((json_int_t)value);
}

void bench_rows_json(const struct bench_results *results, json_t *rows)
{
    const struct exp_plan *plan = &results->plan;

    for (size_t r = 0; r < results->count; r++) {
        const struct bench_row *row = &results->row[r];
        json_t *object = json_pack("{s:s}", "kind", plan->kind->name);

        for (size_t i = 0; i < plan->axes; i++) {
            const uint64_t value = axis_value(plan, i, row->point);
            const char *word = exp_axis_word(&plan->axis[i], value);

            json_object_set_new(object, exp_axis_name(&plan->axis[i]),
                                word ? json_string(word) : json_integer((json_int_t)value));
        }
        for (unsigned i = 0; i < plan->kind->column_count; i++)
            json_object_set_new(object, exp_measures[plan->kind->columns[i]].name,
                                measure_json(&row->result, plan->kind->columns[i]));
        json_array_append_new(rows, object);
    }
}
