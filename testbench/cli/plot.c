/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See plot.h. gnuplot takes the script with the data from a pipe and writes a file; a page gets its
 * <svg> element. No picture is made up when it fails.
 */
#define _XOPEN_SOURCE 700

#include "cli/plot.h"

#include <errno.h>
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

enum { WIDTH = 860, PLOT_HEIGHT = 400, CAPTION_LINE_CHARACTERS = 140, CAPTION_LINE_HEIGHT = 14 };

/* Bytes of the text that go into one line, broken at a space. */
static size_t line_of(const char *text)
{
    size_t end = strlen(text);

    if (end <= CAPTION_LINE_CHARACTERS)
        return end;
    for (end = CAPTION_LINE_CHARACTERS; end && text[end] != ' '; end--)
        ;
    return end ? end : CAPTION_LINE_CHARACTERS;
}

static unsigned caption_lines(const char *text)
{
    unsigned lines = 0;

    for (; *text; lines++) {
        text += line_of(text);
        text += *text == ' ';
    }
    return lines;
}

static void write_caption(FILE *script, const char *text, unsigned lines, double height)
{
    char line[CAPTION_LINE_CHARACTERS + 1];

    for (unsigned n = 0; n < lines; n++) {
        const size_t length = line_of(text);

        memcpy(line, text, length);
        line[length] = '\0';
        fputs("set label ", script);
        quoted(script, line);
        fprintf(script, " at screen 0.02, screen %.4f left font ',9'\n",
                ((lines - n) * CAPTION_LINE_HEIGHT - CAPTION_LINE_HEIGHT / 2.0 + 4) / height);
        text += length;
        text += *text == ' ';
    }
}

static void write_setting(FILE *script, const char *what, const char *text)
{
    fprintf(script, "set %s ", what);
    quoted(script, text);
    fputc('\n', script);
}

static void write_axes(FILE *script, const struct plot *plot)
{
    write_setting(script, "xlabel", plot->x_label);
    write_setting(script, "ylabel", plot->y_label);
    fputs("set grid\nset key outside right top vertical Left reverse\n", script);
    if (plot->log2_x)
        fputs("set logscale x 2\n", script);
    if (plot->log_y)
        fputs("set logscale y 10\nset yrange [*:*]\n", script);
    else
        fputs("set yrange [*<0:*]\n", script);
    if (plot->names) {
        fprintf(script, "set xrange [-0.5:%zu.5]\nset xtics %s(", plot->names - 1,
                plot->names > 6 ? "rotate by -40 " : "");
        for (size_t i = 0; i < plot->names; i++) {
            fputs(i ? ", " : "", script);
            quoted(script, plot->name[i]);
            fprintf(script, " %zu", i);
        }
        fputs(")\n", script);
    }
}

static void write_script(FILE *script, const struct plot *plot, const char *svg_path)
{
    const unsigned lines = caption_lines(plot->caption);
    const unsigned caption = (lines + 1) * CAPTION_LINE_HEIGHT, height = PLOT_HEIGHT + caption;

    fprintf(script, "set terminal svg size %d,%u dynamic noenhanced font 'sans-serif,12'\n", WIDTH,
            height);
    write_setting(script, "output", svg_path);
    write_setting(script, "title", plot->title);
    write_axes(script, plot);
    /* The caption's place is kept free below everything that belongs to the axes. */
    fprintf(script, "set origin 0, %.4f\nset size 1, %.4f\n", (double)caption / height,
            (double)PLOT_HEIGHT / height);
    write_caption(script, plot->caption, lines, height);
    for (size_t i = 0; i < plot->count; i++) {
        fprintf(script, "%s '-' with %s title ", i ? "," : "plot",
                plot->names ? "points pointsize 1.2" : "linespoints");
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

static const char *draw(const struct plot *plot, const char *svg_path)
{
    FILE *script = plot->count ? popen("gnuplot 2>/dev/null", "w") : NULL;

    if (script) {
        write_script(script, plot, svg_path);
        if (pclose(script) == 0)
            return NULL;
    }
    return plot->count
               ? "gnuplot, which draws the plots, is not there or failed (package gnuplot-nox)"
               : "there is nothing to draw";
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
    const char *folder = getenv("TMPDIR"), *failure;
    char svg_path[512];
    int used =
        snprintf(svg_path, sizeof svg_path, "%s/smmusim-plot-XXXXXX", folder ? folder : P_tmpdir);
    int file = used > 0 && (size_t)used < sizeof svg_path ? mkstemp(svg_path) : -1;
    if (file < 0)
        return "no temporary file for a plot can be made";
    close(file);
    failure = draw(plot, svg_path);
    if (!failure && !copy_svg(out, svg_path))
        failure = "gnuplot wrote no picture";
    unlink(svg_path);
    return failure;
}

const char *plot_write_file(const char *path, const struct plot *plot)
{
    FILE *file = fopen(path, "w"); /* gnuplot would not say why it cannot */

    if (!file)
        return strerror(errno);
    fclose(file);
    return draw(plot, path);
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
