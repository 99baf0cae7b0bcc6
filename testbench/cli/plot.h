/* SPDX-License-Identifier: Apache-2.0 */
/* Line charts as inline SVG, drawn by gnuplot: a few series over one axis, from zero up. */
#ifndef SMMUSIM_CLI_PLOT_H
#define SMMUSIM_CLI_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PLOT_MAX_SERIES = 6, PLOT_MAX_POINTS = 32 };

struct plot_series {
    char label[32];
    struct {
        double x, y;
    } point[PLOT_MAX_POINTS];
    size_t count;
};

struct plot {
    const char *title, *x_label, *y_label;
    bool log2_x; /* every x is then positive */
    struct plot_series series[PLOT_MAX_SERIES];
    size_t count;
};

/* False: no room for another series or point, and nothing added. Points of a series come in order
 * of x. */
bool plot_add(struct plot *plot, const char *label, double x, double y);

/* NULL, or why there is no picture: a sentence for the user. */
const char *plot_write(FILE *out, const struct plot *plot);

/* Text with what HTML keeps for itself replaced. */
void html_text(FILE *out, const char *text);

#endif
