/* SPDX-License-Identifier: Apache-2.0 */
/* Line charts as SVG, drawn by gnuplot: a few series over one axis, of numbers or of names. */
#ifndef SMMUSIM_CLI_PLOT_H
#define SMMUSIM_CLI_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PLOT_MAX_SERIES = 24, PLOT_MAX_POINTS = 192, PLOT_TEXT = 128, PLOT_CAPTION = 400 };

struct plot_series {
    char label[PLOT_TEXT];
    struct {
        double x, y;
    } point[PLOT_MAX_POINTS];
    size_t count;
};

struct plot {
    char title[PLOT_TEXT], x_label[PLOT_TEXT], y_label[PLOT_TEXT];
    char caption[PLOT_CAPTION]; /* under the picture, in as many lines as it takes */
    bool log2_x, log_y;         /* every such value is then positive */
    char (*name)[PLOT_TEXT];    /* NULL: x are numbers; else x counts these names from 0 */
    size_t names;
    struct plot_series series[PLOT_MAX_SERIES];
    size_t count;
};

/* False: no room for another series or point, and nothing added. Points of a series come in order
 * of x. */
bool plot_add(struct plot *plot, const char *label, double x, double y);

/* An <svg> element, for a page. NULL, or why there is no picture: a sentence for the user. */
const char *plot_write(FILE *out, const struct plot *plot);
/* A file of its own. Likewise. */
const char *plot_write_file(const char *path, const struct plot *plot);

/* Text with what HTML keeps for itself replaced. */
void html_text(FILE *out, const char *text);

#endif
