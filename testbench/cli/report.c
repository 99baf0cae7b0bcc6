/* SPDX-License-Identifier: Apache-2.0 */
/* One self-contained HTML file out of what the verbs wrote as JSON. */
#include "cli/report.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/plot_json.h"
#include "smmusim/smmu.h"

/* Results as the verbs write them with --json; NULL where there is none. */
struct report_inputs {
    json_t *replay, *bench, *errors;
};

static const char *const style =
    "<style>\n"
    ":root { color-scheme: light dark; }\n"
    "body { font: 15px/1.5 system-ui, sans-serif; max-width: 74rem; margin: 2rem auto;\n"
    "       padding: 0 1rem; }\n"
    "table { border-collapse: collapse; font-size: 13px; }\n"
    "th, td { padding: .2rem .7rem; text-align: left; border-bottom: 1px solid #8884; }\n"
    "td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }\n"
    "code { font-size: 13px; }\n"
    ".bad { color: #c00; font-weight: bold; }\n"
    ".charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); }\n"
    "figure { margin: .5rem; }\n"
    "svg { width: 100%; height: auto; background: #fff; }\n"
    "</style>\n";

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static json_int_t integer_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void cell(FILE *out, const char *text)
{
    fputs("<td>", out);
    html_text(out, text);
    fputs("</td>", out);
}

static void number_cell(FILE *out, json_int_t value)
{
    fprintf(out, "<td class=\"n\">%lld</td>", (long long)value);
}

/* ---- captures */

static void write_replays(FILE *out, const json_t *replay)
{
    const json_t *trace;
    size_t i;

    fputs(
        "<h2>Captures of a Linux driver</h2>\n<p>Register accesses, commands and memory of a real "
        "arm-smmu-v3 driver, played on the model through <code>",
        out);
    html_text(out, text_of(replay, "via"));
    fputs(
        "</code>; register reads and translation results are expectations.</p>\n<table><tr>"
        "<th>trace<th class=\"n\">statements<th class=\"n\">expectations<th class=\"n\">mismatches"
        "<th class=\"n\">cycles</tr>\n",
        out);
    json_array_foreach(json_object_get(replay, "traces"), i, trace)
    {
        fputs("<tr>", out);
        cell(out, text_of(trace, "file"));
        number_cell(out, integer_of(trace, "statements"));
        number_cell(out, integer_of(trace, "expectations"));
        number_cell(out, integer_of(trace, "failures"));
        number_cell(out, integer_of(trace, "cycles"));
        fputs("</tr>\n", out);
    }
    fputs("</table>\n", out);
}

/* ---- throughput */

/* NULL, or why the plot is missing. */
static const char *write_plot(FILE *out, const json_t *json)
{
    struct plot *plot = plot_from_json(json);
    const char *failure;

    if (!plot)
        return "a plot of the experiments cannot be read";
    fputs("<figure>\n", out);
    failure = plot_write(out, plot);
    fputs("</figure>\n", out);
    plot_free(plot);
    return failure;
}

static void write_throughput_row(FILE *out, const json_t *row)
{
    const json_t *page = json_object_get(row, "cycles_per_page");

    fputs("<tr>", out);
    cell(out, text_of(row, "form"));
    number_cell(out, integer_of(row, "sync_every"));
    cell(out, text_of(row, "sync"));
    number_cell(out, integer_of(row, "commands"));
    number_cell(out, integer_of(row, "cycles"));
    fprintf(out, "<td class=\"n\">%.2f</td>",
            json_number_value(json_object_get(row, "cycles_per_command")));
    if (json_is_number(page))
        fprintf(out, "<td class=\"n\">%.2f</td>", json_number_value(page));
    else
        fputs("<td></td>", out);
    fputs("</tr>\n", out);
}

static const char *write_plots(FILE *out, const json_t *plots)
{
    const json_t *plot;
    const char *failure = NULL;
    size_t i;

    fputs("<div class=\"charts\">\n", out);
    json_array_foreach(plots, i, plot) if (!failure) failure = write_plot(out, plot);
    fputs("</div>\n", out);
    return failure;
}

static const char *write_throughput(FILE *out, const json_t *bench)
{
    const char *failure;
    const json_t *row;
    size_t i;

    fputs(
        "<h2>Invalidation</h2>\n<p>Commands reach the SMMU through the kernel-style driver, those "
        "of a guest's ring through the iommufd-style front end before it. A CMD_SYNC is awaited "
        "by MSI into its own slot (msi), by WFE and CMDQ_CONS (sev) or by polling CMDQ_CONS "
        "(poll). Time is in cycles of the simulated SMMU's clock; the latencies behind it are "
        "assumptions of the configuration, not measurements of a product.</p>\n",
        out);
    failure = write_plots(out, json_object_get(bench, "plots"));
    fputs("<table><tr><th>form<th class=\"n\">SYNC every<th>wait<th class=\"n\">commands"
          "<th class=\"n\">cycles<th class=\"n\">cycles a command<th class=\"n\">cycles a page"
          "</tr>\n",
          out);
    json_array_foreach(json_object_get(bench, "rows"), i, row)
    {
        if (strcmp(text_of(row, "kind"), "invalidation") == 0)
            write_throughput_row(out, row);
    }
    fputs("</table>\n", out);
    return failure;
}

/* ---- errors */

static void write_outcome(FILE *out, const json_t *outcome)
{
    cell(out, text_of(outcome, "err"));
    number_cell(out, integer_of(outcome, "rd"));
    fprintf(out, "<td><code>0x%llx</code></td>", (unsigned long long)integer_of(outcome, "gerror"));
}

static void write_errors(FILE *out, const json_t *errors)
{
    const json_t *line;
    size_t i;

    fprintf(out,
            "<h2>Command errors</h2>\n<p>Every opcode with every cause for a command error: what "
            "the specification expects, and what was measured. Lines that differ: %lld.</p>\n",
            (long long)integer_of(errors, "differ"));
    fputs("<table><tr><th>queue<th>command<th>cause<th>section<th>expected ERR<th class=\"n\">RD<th>GERROR"
          "<th>measured ERR<th class=\"n\">RD<th>GERROR<th class=\"n\">runs<th></tr>\n",
          out);
    json_array_foreach(json_object_get(errors, "lines"), i, line)
    {
        const bool held = json_is_true(json_object_get(line, "held"));

        fputs("<tr>", out);
        cell(out, text_of(line, "queue"));
        cell(out, text_of(line, "command"));
        cell(out, text_of(line, "cause"));
        cell(out, text_of(line, "section"));
        write_outcome(out, json_object_get(line, "expected"));
        write_outcome(out, json_object_get(line, "measured"));
        number_cell(out, integer_of(line, "runs"));
        fprintf(out, "<td%s</td></tr>\n", held ? ">ok" : " class=\"bad\">differs");
    }
    fputs("</table>\n", out);
}

/* ---- the whole */

/* NULL, or why something is missing. */
static const char *write_page(FILE *out, const struct report_inputs *inputs)
{
    const char *failure = NULL;

    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<title>smmusim report</title>\n",
          out);
    fputs(style, out);
    fprintf(out, "</head>\n<body>\n<h1>smmusim %s</h1>\n", smmu_version());
    if (inputs->replay)
        write_replays(out, inputs->replay);
    if (inputs->bench)
        failure = write_throughput(out, inputs->bench);
    if (inputs->errors)
        write_errors(out, inputs->errors);
    fputs("</body>\n</html>\n", out);
    return failure;
}

static int write_report(const char *path, const struct report_inputs *inputs)
{
    FILE *out = fopen(path, "w");
    const char *failure;
    bool fine;

    if (!out)
        return cli_unusable("report", "%s: %s", path, strerror(errno));
    failure = write_page(out, inputs);
    fine = !ferror(out);
    if (fclose(out) != 0 || !fine)
        return cli_unusable("report", "%s: %s", path, strerror(errno));
    if (!failure)
        return CLI_HELD;
    unlink(path); /* no half a report */
    return cli_unusable("report", "%s: %s", path, failure);
}

/* A file that is not there is no error: the report is of what there is. */
static int load(const char *dir, const char *name, json_t **root)
{
    char path[4096];
    json_error_t error;

    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
        return cli_unusable("report", "%s: the path is too long", dir);
    *root = NULL;
    if (access(path, F_OK) != 0)
        return CLI_HELD;
    *root = json_load_file(path, 0, &error);
    return *root ? CLI_HELD : cli_unusable("report", "%s:%d: %s", path, error.line, error.text);
}

int report_from_directory(const char *dir)
{
    struct report_inputs inputs = {0};
    char path[4096];
    int status = load(dir, REPORT_REPLAY_FILE, &inputs.replay);

    if (status == CLI_HELD)
        status = load(dir, REPORT_BENCH_FILE, &inputs.bench);
    if (status == CLI_HELD)
        status = load(dir, REPORT_ERRORS_FILE, &inputs.errors);
    if (status == CLI_HELD && !inputs.replay && !inputs.bench && !inputs.errors)
        status = cli_unusable("report",
                              "%s has none of " REPORT_REPLAY_FILE ", " REPORT_BENCH_FILE
                              ", " REPORT_ERRORS_FILE,
                              dir);
    snprintf(path, sizeof path, "%s/report.html", dir);
    if (status == CLI_HELD)
        status = write_report(path, &inputs);
    if (status == CLI_HELD)
        printf("%s\n", path);
    json_decref(inputs.replay);
    json_decref(inputs.bench);
    json_decref(inputs.errors);
    return status;
}
