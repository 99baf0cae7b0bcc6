/* SPDX-License-Identifier: Apache-2.0 */
/* See plot_json.h. */
#include "cli/plot_json.h"

#include <stdlib.h>
#include <string.h>

static json_t *series_to_json(const struct plot_series *series)
{
    json_t *points = json_array();

    for (size_t i = 0; i < series->count; i++)
        json_array_append_new(points, json_pack("[f, f]", series->point[i].x, series->point[i].y));
    return json_pack("{s:s, s:o}", "label", series->label, "points", points);
}

json_t *plot_to_json(const struct plot *plot)
{
    json_t *names = json_array(), *series = json_array();

    for (size_t i = 0; i < plot->names; i++)
        json_array_append_new(names, json_string(plot->name[i]));
    for (size_t i = 0; i < plot->count; i++)
        json_array_append_new(series, series_to_json(&plot->series[i]));
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:o}", "title", plot->title, "x_label",
                     plot->x_label, "y_label", plot->y_label, "caption", plot->caption, "log2_x",
                     plot->log2_x, "log_y", plot->log_y, "names", names, "series", series);
}

static void take_text(char *to, size_t size, const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));

    snprintf(to, size, "%s", text ? text : "");
}

static bool take_names(struct plot *plot, const json_t *names)
{
    const json_t *name;
    size_t i;

    if (!json_array_size(names))
        return true;
    plot->name = calloc(json_array_size(names), sizeof *plot->name);
    if (!plot->name)
        return false;
    plot->names = json_array_size(names);
    json_array_foreach(names, i, name)
    {
        const char *text = json_string_value(name);

        snprintf(plot->name[i], sizeof plot->name[i], "%s", text ? text : "");
    }
    return true;
}

static bool take_series(struct plot *plot, const json_t *all)
{
    const json_t *series, *point;
    size_t i, k;

    json_array_foreach(all, i, series)
    {
        char label[PLOT_TEXT];

        take_text(label, sizeof label, series, "label");
        json_array_foreach(json_object_get(series, "points"), k, point)
        {
            if (!plot_add(plot, label, json_number_value(json_array_get(point, 0)),
                          json_number_value(json_array_get(point, 1))))
                return false;
        }
    }
    return true;
}

struct plot *plot_from_json(const json_t *json)
{
    struct plot *plot = calloc(1, sizeof *plot);

    if (!plot)
        return NULL;
    take_text(plot->title, sizeof plot->title, json, "title");
    take_text(plot->x_label, sizeof plot->x_label, json, "x_label");
    take_text(plot->y_label, sizeof plot->y_label, json, "y_label");
    take_text(plot->caption, sizeof plot->caption, json, "caption");
    plot->log2_x = json_is_true(json_object_get(json, "log2_x"));
    plot->log_y = json_is_true(json_object_get(json, "log_y"));
    if (take_names(plot, json_object_get(json, "names")) &&
        take_series(plot, json_object_get(json, "series")))
        return plot;
    plot_free(plot);
    return NULL;
}

void plot_free(struct plot *plot)
{
    if (plot)
        free(plot->name);
    free(plot);
}
