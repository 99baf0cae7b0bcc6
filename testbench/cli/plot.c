/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See plot.h. gnuplot takes the script with the data from a pipe and writes a file, whose <svg>
 * element goes into the page. No picture is made up when it fails.
 */
#define _XOPEN_SOURCE 700

#include "cli/plot.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct plot_series *series_named(struct plot *plot, const char *label)
{
    for (size_t i = 0; i < plot->count; i++)
        if (strcmp(plot->series[i].label, label) == 0)
            return &plot->series[i];
    if (plot->count == PLOT_MAX_SERIES)
        return NULL;
    struct plot_series *series = &plot->series[plot->count++];
    snprintf(series->label, sizeof series->label, "%s", label);
    return series;
}

bool plot_add(struct plot *plot, const char *label, double x, double y)
{
    struct plot_series *series = series_named(plot, label);
    if (!series || series->count == PLOT_MAX_POINTS)
        return false;
    series->point[series->count].x = x;
    series->point[series->count].y = y;
    series->count++;
    return true;
}

/* A quoted string of gnuplot's: no escapes but the doubled quote. */
static void quoted(FILE *script, const char *text)
{
    fputc('\'', script);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', script);
        fputc(*text, script);
    }
    fputc('\'', script);
}

static void write_script(FILE *script, const struct plot *plot, const char *svg_path)
{
    fputs("set terminal svg size 600,360 dynamic noenhanced font 'sans-serif,12'\nset output ",
          script);
    quoted(script, svg_path);
    fputs("\nset xlabel ", script);
    quoted(script, plot->x_label);
    fputs("\nset ylabel ", script);
    quoted(script, plot->y_label);
    fputs("\nset yrange [0:*]\nset grid\nset key outside top center horizontal\n", script);
    if (plot->log2_x)
        fputs("set logscale x 2\n", script);
    for (size_t i = 0; i < plot->count; i++) {
        fputs(i ? ", '-' with linespoints title " : "plot '-' with linespoints title ", script);
        quoted(script, plot->series[i].label);
    }
    fputc('\n', script);
    for (size_t i = 0; i < plot->count; i++) {
        const struct plot_series *series = &plot->series[i];
        for (size_t k = 0; k < series->count; k++)
            fprintf(script, "%.17g %.17g\n", series->point[k].x, series->point[k].y);
        fputs("e\n", script);
    }
}

/* The <svg> element without the prolog that makes it a file. */
static bool copy_svg(FILE *out, const char *svg_path)
{
    char line[4096];
    bool inside = false;
    FILE *svg = fopen(svg_path, "r");
    while (svg && fgets(line, sizeof line, svg)) {
        inside |= strstr(line, "<svg") != NULL;
        if (inside)
            fputs(line, out);
    }
    if (svg)
        fclose(svg);
    return inside;
}

const char *plot_write(FILE *out, const struct plot *plot)
{
    const char *folder = getenv("TMPDIR");
    char svg_path[512];
    int used =
        snprintf(svg_path, sizeof svg_path, "%s/smmusim-plot-XXXXXX", folder ? folder : P_tmpdir);
    int file = used > 0 && (size_t)used < sizeof svg_path ? mkstemp(svg_path) : -1;
    if (file < 0)
        return "no temporary file for a plot can be made";
    close(file);
    FILE *script = popen("gnuplot 2>/dev/null", "w");
    bool drawn = script != NULL;
    if (script) {
        write_script(script, plot, svg_path);
        drawn = pclose(script) == 0;
    }
    drawn = drawn && copy_svg(out, svg_path);
    unlink(svg_path);
    return drawn ? NULL
                 : "gnuplot, which draws the plots, is not there or failed (package gnuplot-nox)";
}

void html_text(FILE *out, const char *text)
{
    static const struct {
        char character;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};
    for (; *text; text++) {
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
            if (entities[i].character == *text)
                entity = entities[i].entity;
        if (entity)
            fputs(entity, out);
        else
            fputc(*text, out);
    }
}
