/* SPDX-License-Identifier: Apache-2.0 */
/* smmusim import */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "trace/import_qemu.h"

int verb_import(int argc, char **argv)
{
    struct trace_import_qemu_options import = {0};
    const struct cli_option options[] = {
        {.name = "log", .argument = "FILE", .help = "QEMU's trace log", .text = &import.log},
        {.name = "memory",
         .argument = "FILE",
         .help = "listing of the structures in memory",
         .text = &import.memory},
        {.name = "out", .argument = "TRACE", .help = "the trace to write", .text = &import.out},
    };
    const struct cli_usage usage = {
        .verb = "import",
        .arguments = "qemu --log FILE [--memory FILE] --out TRACE",
        .text = "Turns a QEMU `-trace 'smmu*'` log, and a listing of the SMMU's structures in\n"
                "memory, into a trace with expectations. Files may be compressed (.xz, .gz, .zst).",
        .options = options,
        .count = sizeof(options) / sizeof(options[0]),
    };
    int status;
    int first = cli_parse(&usage, argc, argv, &status);
    if (first < 0)
        return status;
    if (first + 1 != argc || strcmp(argv[first], "qemu") != 0)
        return cli_unusable("import", "one kind of log is expected: qemu");
    if (!import.log || !import.out)
        return cli_unusable("import", "--%s is missing", import.log ? "out" : "log");
    return trace_import_qemu(&import, stderr);
}
