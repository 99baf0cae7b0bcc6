/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the verb. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "smmusim/smmu.h"

static const struct cli_verb verbs[] = {
    {"replay", verb_replay, "play trace files and check their expectations"},
    {"import", verb_import, "turn a log of another simulator into a trace"},
    {"decode", verb_decode, "name every field of a command, record or table entry"},
    {"errors", verb_errors, "every way a command can fail, expected and measured"},
    {"bench", verb_bench, "invalidation throughput and other experiments in simulated time"},
    {"report", verb_report, "an HTML page with plots out of measured results"},
    {"demo", verb_demo, "all of it: captures, ring, throughput, errors, report"},
    {"config", verb_config, "print the effective configuration"},
};
enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static int help(void)
{
    printf("usage: smmusim VERB [options]\n\n");
    for (size_t i = 0; i < VERBS; ++i)
        printf("  %-8s %s\n", verbs[i].name, verbs[i].summary);
    printf("\nsmmusim VERB --help says more. Exit status: 0 all held, 1 an expectation or check\n"
           "failed, 2 unusable input.\n");
    return cli_finish(CLI_HELD);
}

int cli_main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name)
        return cli_unusable(NULL, "a verb is missing; smmusim --help lists them");
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return help();
    if (strcmp(name, "--version") == 0) {
        printf("smmusim %s\n", smmu_version());
        return cli_finish(CLI_HELD);
    }
    for (size_t i = 0; i < VERBS; ++i) {
        if (strcmp(verbs[i].name, name) == 0)
            return cli_finish(verbs[i].run(argc - 1, argv + 1));
    }
    return cli_unusable(NULL, "unknown verb '%s'; smmusim --help lists them", name);
}
