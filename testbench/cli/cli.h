/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smmusim tool: one row a verb, one file a verb. Results go to stdout, diagnostics to
 * stderr; exit status 0: all held, 1: an expectation or check failed, 2: unusable input.
 */
#ifndef SMMUSIM_CLI_CLI_H
#define SMMUSIM_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cli_exit { CLI_HELD = 0, CLI_FAILED = 1, CLI_UNUSABLE = 2 };

int cli_main(int argc, char **argv);

/* argv[0] is the verb. */
struct cli_verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

int verb_replay(int argc, char **argv);
int verb_import(int argc, char **argv);
int verb_decode(int argc, char **argv);
int verb_errors(int argc, char **argv);
int verb_bench(int argc, char **argv);
int verb_report(int argc, char **argv);
int verb_demo(int argc, char **argv);
int verb_config(int argc, char **argv);

/* ---- options */

/* Exactly one of text, flag, number is set. */
struct cli_option {
    const char *name;     /* without -- */
    const char *argument; /* what --help calls it; NULL: a flag */
    const char *help;
    const char **text;
    bool *flag;
    uint64_t *number;
};

struct cli_usage {
    const char *verb;
    const char *arguments; /* "[options] TRACE..." */
    const char *text;      /* what the verb does, for --help */
    const struct cli_option *options;
    size_t count;
};

/*
 * The index of the first argument that is not an option, or -1: *status is then what to exit
 * with (--help was given, or a message was printed). Options and arguments may be mixed.
 */
int cli_parse(const struct cli_usage *usage, int argc, char **argv, int *status);

/* "smmusim VERB: message" on stderr; returns CLI_UNUSABLE. */
int cli_unusable(const char *verb, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Standard output is complete. Returns status, or CLI_UNUSABLE with a message if it is not. */
int cli_finish(int status);

#ifdef __cplusplus
}
#endif

#endif
