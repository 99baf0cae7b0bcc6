/* SPDX-License-Identifier: Apache-2.0 */
/* smmusim report: an HTML file out of what the other verbs have measured. */
#include <stddef.h>

#include "cli/cli.h"
#include "cli/report.h"

static const char *const about =
    "Reads the results in a directory, as --json of the verbs wrote them (" REPORT_REPLAY_FILE
    ",\n" REPORT_BENCH_FILE ", " REPORT_ERRORS_FILE "; those that are there), and writes\n"
    "report.html beside them: one file with tables and plots.";

int verb_report(int argc, char **argv)
{
    const char *dir = NULL;
    const struct cli_option options[] = {
        {.name = "out", .argument = "DIR", .help = "where the results are", .text = &dir},
    };
    const struct cli_usage usage = {"report", "--out DIR", about, options,
                                    sizeof(options) / sizeof(options[0])};
    int status;
    const int first = cli_parse(&usage, argc, argv, &status);

    if (first < 0)
        return status;
    if (first != argc)
        return cli_unusable("report", "unexpected '%s'", argv[first]);
    if (!dir)
        return cli_unusable("report", "--out DIR is needed");
    return report_from_directory(dir);
}
