/* SPDX-License-Identifier: Apache-2.0 */
/* Options of a verb, from its table, by getopt_long; --help from the same table. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "trace/lexer.h"

enum { MAX_OPTIONS = 24, HELP_COLUMN = 24 };

int cli_unusable(const char *verb, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "smmusim%s%s: ", verb ? " " : "", verb ? verb : "");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return CLI_UNUSABLE;
}

int cli_finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return cli_unusable(NULL, "standard output: %s", strerror(errno));
}

static void print_help(const struct cli_usage *usage)
{
    printf("usage: smmusim %s %s\n\n%s\n", usage->verb, usage->arguments, usage->text);
    if (usage->count)
        printf("\n");
    for (size_t i = 0; i < usage->count; ++i) {
        const struct cli_option *option = &usage->options[i];
        int width = printf("  --%s%s%s", option->name, option->argument ? " " : "",
                           option->argument ? option->argument : "");
        printf("%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 1, "", option->help);
    }
}

static int set_option(const struct cli_usage *usage, const struct cli_option *option,
                      const char *argument)
{
    if (option->flag)
        *option->flag = true;
    if (option->text)
        *option->text = argument;
    if (option->number) {
        const char *wrong = lexer_number(argument, option->number);
        if (wrong)
            return cli_unusable(usage->verb, "--%s: '%s' %s", option->name, argument, wrong);
    }
    return CLI_HELD;
}

int cli_parse(const struct cli_usage *usage, int argc, char **argv, int *status)
{
    struct option known[MAX_OPTIONS + 2] = {{"help", no_argument, NULL, MAX_OPTIONS}};
    int found;

    for (size_t i = 0; i < usage->count && i < MAX_OPTIONS; ++i)
        known[i + 1] = (struct option){usage->options[i].name,
                                       usage->options[i].argument ? required_argument : no_argument,
                                       NULL, (int)i};
    opterr = 0;
    optind = 0;
    *status = CLI_HELD;
    while ((found = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
        if (found == MAX_OPTIONS || found == 'h') {
            print_help(usage);
            return -1;
        }
        if (found == ':')
            *status = cli_unusable(usage->verb, "'%s' needs an argument", argv[optind - 1]);
        else if (found == '?')
            *status = cli_unusable(usage->verb, "unknown option '%s'; --help lists them",
                                   argv[optind - 1]);
        else
            *status = set_option(usage, &usage->options[found], optarg);
        if (*status != CLI_HELD)
            return -1;
    }
    return optind;
}
