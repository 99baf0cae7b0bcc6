/* SPDX-License-Identifier: Apache-2.0 */
/* Line charts as inline SVG: a few series over one axis, from zero up. */
#ifndef SMMUSIM_CLI_SVG_CHART_H
#define SMMUSIM_CLI_SVG_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { CHART_MAX_SERIES = 6, CHART_MAX_POINTS = 32 };

struct chart_series {
    char label[32];
    struct {
        double x, y;
    } point[CHART_MAX_POINTS];
    size_t count;
};

struct chart {
    const char *title, *x_label, *y_label;
    bool log2_x; /* every x is then positive */
    struct chart_series series[CHART_MAX_SERIES];
    size_t count;
};

/* False: no room for another series or point, and nothing added. Points of a series come in order
 * of x. */
bool chart_add(struct chart *chart, const char *label, double x, double y);

void chart_write(FILE *out, const struct chart *chart);

/* Text with what HTML keeps for itself replaced. */
void html_text(FILE *out, const char *text);

#endif
