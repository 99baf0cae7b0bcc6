/* SPDX-License-Identifier: Apache-2.0 */
/* smmusim errors: the ERR table, expected by the specification and measured. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/config_options.h"
#include "cli/errors.h"
#include "cli/json_file.h"
#include "trace/names.h"
#include "trace/program.h"

struct report {
    json_t *lines;
    unsigned count, runs;
};

static const char *name_of(unsigned err)
{
    const struct ref_number_row *row = cerror_numbered(err);
    return row ? row->name : "?";
}

static void print_line(const struct error_line *line)
{
    printf("%-5s %-22s %-50s %-8s %-19s%s %2u 0x%03x  %-19s %2u 0x%03x  %4u  %s\n", line->queue,
           line->command, line->cause, line->section, name_of(line->expected.err), line->or_consumed ? "*" : " ",
           line->expected.rd, (unsigned)line->expected.gerror, name_of(line->measured.err),
           line->measured.rd, (unsigned)line->measured.gerror, line->runs,
           line->held ? "ok" : "DIFFERS");
    if (!line->held)
        printf("    with command 0x%016llx 0x%016llx\n", (unsigned long long)line->words[0],
               (unsigned long long)line->words[1]);
}

static json_t *json_of(const struct error_outcome *outcome)
{
    return json_pack("{s:s, s:i, s:i, s:i}", "err", name_of(outcome->err), "err_code",
                     (int)outcome->err, "rd", (int)outcome->rd, "gerror", (int)outcome->gerror);
}

static void take_line(void *ctx, const struct error_line *line)
{
    struct report *report = ctx;
    print_line(line);
    report->count++;
    report->runs += line->runs;
    json_array_append_new(report->lines,
                          json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:b}", "queue",
                                    line->queue, "command", line->command, "cause", line->cause, "section", line->section,
                                    "runs", (int)line->runs, "or_consumed", line->or_consumed,
                                    "expected", json_of(&line->expected), "measured",
                                    json_of(&line->measured), "held", line->held));
}

static const char *const about =
    "Runs every opcode with every cause for a command error on the Non-secure Command queue and on\n"
    "an enhanced command queue, and prints CONS.ERR (ERR_REASON), CONS.RD and the active bits of\n"
    "GERROR as the specification expects them for the configuration and as measured. In each run\n"
    "the command stands at index 1 between two others. Exit status 1 if a line differs.";

int verb_errors(int argc, char **argv)
{
    const char *preset = NULL, *file = NULL, *json = NULL;
    const struct cli_option options[] = {
        {.name = "preset", .argument = "NAME", .help = PRESET_HELP, .text = &preset},
        {.name = "config", .argument = "FILE", .help = "KEY=VALUE lines to apply", .text = &file},
        {.name = "json", .argument = "FILE", .help = "write the table as JSON", .text = &json},
    };
    const struct cli_usage usage = {"errors", "[options]", about, options,
                                    sizeof(options) / sizeof(options[0])};
    smmu_config_t cfg;
    char error[PROGRAM_ERROR_SIZE] = "";
    int status;
    int first = cli_parse(&usage, argc, argv, &status);
    if (first < 0)
        return status;
    if (first != argc)
        return cli_unusable("errors", "unexpected '%s'", argv[first]);
    status = config_from_options("errors", preset, file, &cfg);
    if (status != CLI_HELD)
        return status;

    struct report report = {.lines = json_array()};
    printf("%-5s %-22s %-50s %-8s %-20s RD GERROR %-19s RD GERROR runs\n", "queue", "command",
           "cause", "section", "expected", "measured");
    long deviations = errors_measure(&cfg, take_line, &report, error, sizeof(error));
    if (deviations < 0) {
        json_decref(report.lines);
        return cli_unusable("errors", "%s", error);
    }
    printf("%u lines, %u runs, %ld differ; * consumed without an error is permitted too\n",
           report.count, report.runs, deviations);
    status = deviations ? CLI_FAILED : CLI_HELD;
    return json_file_write("errors", json,
                           json_pack("{s:s, s:i, s:i, s:o}", "verb", "errors", "status", status,
                                     "differ", (int)deviations, "lines", report.lines),
                           status);
}
