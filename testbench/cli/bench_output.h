/* SPDX-License-Identifier: Apache-2.0 */
/* Results of an experiment as a table, as comma-separated values, as JSON and as a picture. */
#ifndef SMMUSIM_CLI_BENCH_OUTPUT_H
#define SMMUSIM_CLI_BENCH_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

#include "cli/plot.h"
#include "experiment/plan.h"

struct bench_row {
    size_t point;
    struct exp_result result;
};

struct bench_results {
    struct exp_plan plan;
    struct bench_row *row;
    size_t count;
};

/* What the kind is for, its axes and columns. */
void bench_print_about(FILE *out, const struct exp_plan *plan);
void bench_print_head(FILE *out, const struct exp_plan *plan);
void bench_print_row(FILE *out, const struct exp_plan *plan, const struct bench_row *row);

/* A header, with units in brackets, and a line a row. */
void bench_write_csv(FILE *out, const struct bench_results *results);

json_t *bench_kind_json(const struct bench_results *results);
/* Appends its rows. */
void bench_rows_json(const struct bench_results *results, json_t *rows);

/* NULL: no memory, or more curves than a picture can hold. plot_free() is due. */
struct plot *bench_plot(const struct bench_results *results);

#endif
