/* SPDX-License-Identifier: Apache-2.0 */
/* Line charts as inline SVG. */
#include "cli/svg_chart.h"

#include <math.h>
#include <string.h>

enum {
    WIDTH = 640,
    HEIGHT = 340,
    LEFT = 64,
    RIGHT = 140, /* the legend */
    TOP = 36,
    BOTTOM = 52,
    Y_TICKS = 5,
};

static const char *const colours[CHART_MAX_SERIES] = {"#0072b2", "#d55e00", "#009e73",
                                                      "#cc79a7", "#e69f00", "#56b4e9"};

struct scale {
    double x_min, x_max, y_max, y_step;
    bool log2_x;
};

void html_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

bool chart_add(struct chart *chart, const char *label, double x, double y)
{
    struct chart_series *series = NULL;

    for (size_t i = 0; i < chart->count && !series; i++)
        if (strcmp(chart->series[i].label, label) == 0)
            series = &chart->series[i];
    if (!series) {
        if (chart->count == CHART_MAX_SERIES)
            return false;
        series = &chart->series[chart->count++];
        series->count = 0;
        snprintf(series->label, sizeof series->label, "%s", label);
    }
    if (series->count == CHART_MAX_POINTS)
        return false;
    series->point[series->count].x = x;
    series->point[series->count].y = y;
    series->count++;
    return true;
}

/* 1, 2 or 5 times a power of ten. */
static double round_step(double rough)
{
    const double power = pow(10, floor(log10(rough)));
    const double digit = rough / power;

    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static double x_value(const struct scale *s, double x)
{
    return s->log2_x ? log2(x) : x;
}

static struct scale scale_of(const struct chart *chart)
{
    struct scale s = {.x_min = HUGE_VAL, .x_max = -HUGE_VAL, .log2_x = chart->log2_x};
    double y_most = 0;

    for (size_t i = 0; i < chart->count; i++) {
        for (size_t k = 0; k < chart->series[i].count; k++) {
            const double x = x_value(&s, chart->series[i].point[k].x);

            s.x_min = fmin(s.x_min, x);
            s.x_max = fmax(s.x_max, x);
            y_most = fmax(y_most, chart->series[i].point[k].y);
        }
    }
    if (s.x_max <= s.x_min)
        s.x_max = s.x_min + 1;
    s.y_step = round_step(y_most > 0 ? y_most / Y_TICKS : 1);
    s.y_max = s.y_step * fmax(1, ceil(y_most / s.y_step));
    return s;
}

static double x_at(const struct scale *s, double x)
{
    return LEFT + (x_value(s, x) - s->x_min) / (s->x_max - s->x_min) * (WIDTH - LEFT - RIGHT);
}

static double y_at(const struct scale *s, double y)
{
    return HEIGHT - BOTTOM - y / s->y_max * (HEIGHT - TOP - BOTTOM);
}

static void write_text(FILE *out, double x, double y, const char *anchor, const char *text)
{
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_text(out, text);
    fputs("</text>\n", out);
}

static void write_y_axis(FILE *out, const struct scale *s)
{
    char text[32];

    for (double y = 0; y <= s->y_max * 1.0001; y += s->y_step) {
        fprintf(out, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n", LEFT,
                WIDTH - RIGHT, y_at(s, y), y_at(s, y));
        snprintf(text, sizeof text, "%g", y);
        write_text(out, LEFT - 8, y_at(s, y) + 4, "end", text);
    }
}

/* A tick where the first series has a point: the series share their x. */
static void write_x_axis(FILE *out, const struct chart *chart, const struct scale *s)
{
    const struct chart_series *first = &chart->series[0];
    char text[32];

    for (size_t k = 0; k < first->count; k++) {
        const double x = first->point[k].x;

        fprintf(out, "<line class=\"tick\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n",
                x_at(s, x), x_at(s, x), HEIGHT - BOTTOM, HEIGHT - BOTTOM + 4);
        snprintf(text, sizeof text, "%g", x);
        write_text(out, x_at(s, x), HEIGHT - BOTTOM + 18, "middle", text);
    }
}

static void write_series(FILE *out, const struct chart_series *series, size_t number,
                         const struct scale *s)
{
    const double legend_y = TOP + 18 * (double)number;

    fprintf(out, "<polyline class=\"series\" stroke=\"%s\" points=\"", colours[number]);
    for (size_t k = 0; k < series->count; k++)
        fprintf(out, "%.1f,%.1f ", x_at(s, series->point[k].x), y_at(s, series->point[k].y));
    fputs("\"/>\n", out);
    for (size_t k = 0; k < series->count; k++)
        fprintf(out,
                "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"><title>%g: "
                "%.2f</title></circle>\n",
                colours[number], x_at(s, series->point[k].x), y_at(s, series->point[k].y),
                series->point[k].x, series->point[k].y);
    fprintf(out, "<circle fill=\"%s\" cx=\"%d\" cy=\"%.1f\" r=\"4\"/>\n", colours[number],
            WIDTH - RIGHT + 20, legend_y);
    write_text(out, WIDTH - RIGHT + 30, legend_y + 4, "start", series->label);
}

void chart_write(FILE *out, const struct chart *chart)
{
    struct scale s;

    if (chart->count == 0)
        return;
    s = scale_of(chart);
    fprintf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\">\n<title>", WIDTH, HEIGHT);
    html_text(out, chart->title);
    fputs("</title>\n", out);
    write_y_axis(out, &s);
    write_x_axis(out, chart, &s);
    write_text(out, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", chart->x_label);
    write_text(out, LEFT - 40, TOP - 14, "start", chart->y_label);
    for (size_t i = 0; i < chart->count; i++)
        write_series(out, &chart->series[i], i, &s);
    fputs("</svg>\n", out);
}
