/* SPDX-License-Identifier: Apache-2.0 */
/* smmusim demo: the main job, end to end, by the other verbs and the ring. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/backends.h"
#include "cli/cli.h"
#include "cli/demo_ring.h"
#include "cli/report.h"

enum { MAX_TRACES = 64, PATH_BYTES = 4096 };

struct demo {
    const char *out, *traces;
    int worst;
    int ring_differing;
};

static bool path_in(const char *dir, const char *name, char path[PATH_BYTES])
{
    return (size_t)snprintf(path, PATH_BYTES, "%s/%s", dir, name) < PATH_BYTES;
}

/* The status of a step counts even if later ones hold. */
static int note(struct demo *demo, int status)
{
    if (status > demo->worst)
        demo->worst = status;
    fflush(stdout);
    return status;
}

/* ---- captures */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *copy_of(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

static bool is_trace(const char *name)
{
    return strstr(name, ".trace") != NULL;
}

/* Appends the directory's traces to argv, in the order of their names; -1: there are none, with a
 * message. */
static int find_traces(const struct demo *demo, char **argv, int argc)
{
    char path[PATH_BYTES];
    const struct dirent *entry;
    const int first = argc;
    DIR *dir = opendir(demo->traces);

    if (!dir) {
        cli_unusable("demo", "%s: %s", demo->traces, strerror(errno));
        return -1;
    }
    while (argc - first < MAX_TRACES && (entry = readdir(dir)))
        if (is_trace(entry->d_name) && path_in(demo->traces, entry->d_name, path) &&
            (argv[argc] = copy_of(path)))
            argc++;
    closedir(dir);
    if (argc == first) {
        cli_unusable("demo", "%s: no traces", demo->traces);
        return -1;
    }
    qsort(argv + first, (size_t)(argc - first), sizeof *argv, compare_names);
    return argc;
}

static int replay(struct demo *demo)
{
    char json[PATH_BYTES], *argv[MAX_TRACES + 8] = {"replay", "--via", "tlm-lt", "--json", json};
    const int fixed = 5;
    int argc, status = CLI_UNUSABLE;

    if (!backend_named(argv[2])) {
        fprintf(stderr, "smmusim demo: built without the TLM module, so via core\n");
        argv[2] = "core";
    }
    printf("Captures of Linux's arm-smmu-v3 driver, via %s\n", argv[2]);
    if (!path_in(demo->out, REPORT_REPLAY_FILE, json))
        return cli_unusable("demo", "%s: the path is too long", demo->out);
    argc = find_traces(demo, argv, fixed);
    if (argc >= 0)
        status = verb_replay(argc, argv);
    for (int i = fixed; i < argc; i++)
        free(argv[i]);
    return status;
}

/* ---- the other steps */

static int ring(struct demo *demo)
{
    printf("\nThe kernel-style driver and the drafted invalidation ring\n");
    demo->ring_differing = demo_ring();
    if (demo->ring_differing < 0)
        return CLI_UNUSABLE;
    return demo->ring_differing ? CLI_FAILED : CLI_HELD;
}

static int measure(struct demo *demo)
{
    /* The questions that most ask first, and none that takes long. */
    char json[PATH_BYTES],
        *argv[] = {"bench", "--json", json, "invalidation", "forms", "load", "tbus", NULL};
    const int argc = sizeof argv / sizeof argv[0] - 1;

    printf("\nInvalidation throughput, in cycles of the simulated SMMU\n");
    if (!path_in(demo->out, REPORT_BENCH_FILE, json))
        return cli_unusable("demo", "%s: the path is too long", demo->out);
    return verb_bench(argc, argv);
}

static int errors(struct demo *demo)
{
    char json[PATH_BYTES], *argv[] = {"errors", "--json", json, NULL};

    printf("\nCommand errors: expected by the specification, and measured\n");
    if (!path_in(demo->out, REPORT_ERRORS_FILE, json))
        return cli_unusable("demo", "%s: the path is too long", demo->out);
    return verb_errors(3, argv);
}

static json_int_t total(const json_t *list, const char *key)
{
    const json_t *item;
    json_int_t sum = 0;
    size_t i;

    json_array_foreach(list, i, item) sum += json_integer_value(json_object_get(item, key));
    return sum;
}

static json_t *result_in(const struct demo *demo, const char *name)
{
    char path[PATH_BYTES];

    return path_in(demo->out, name, path) ? json_load_file(path, 0, NULL) : NULL;
}

static void print_summary(const struct demo *demo)
{
    json_t *replays = result_in(demo, REPORT_REPLAY_FILE);
    json_t *table = result_in(demo, REPORT_ERRORS_FILE);
    const json_t *traces = json_object_get(replays, "traces");

    printf("\ndemo: %s: %zu captures, %lld expectations, %lld mismatches; ring: %d steps differ; "
           "error table: %zu lines, %lld differ; %s/report.html\n",
           demo->worst == CLI_HELD ? "all held" : "FAILED", json_array_size(traces),
           (long long)total(traces, "expectations"), (long long)total(traces, "failures"),
           demo->ring_differing, json_array_size(json_object_get(table, "lines")),
           (long long)json_integer_value(json_object_get(table, "differ")), demo->out);
    json_decref(replays);
    json_decref(table);
}

/* Also each directory above it that is missing. */
static int make_directory(const char *path)
{
    char part[PATH_BYTES];

    if ((size_t)snprintf(part, sizeof part, "%s", path) >= sizeof part)
        return cli_unusable("demo", "%s: the path is too long", path);
    for (char *slash = part; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return cli_unusable("demo", "%s: %s", part, strerror(errno));
        *slash = '/';
    }
    if (mkdir(part, 0777) != 0 && errno != EEXIST)
        return cli_unusable("demo", "%s: %s", part, strerror(errno));
    return CLI_HELD;
}

static const char *const about =
    "Replays captures of a real Linux driver through the TLM socket, drives the kernel-style "
    "ring,\n"
    "prints invalidation throughput and the table of command errors, and writes report.html with\n"
    "plots. Exit status 0 only if nothing differed.";

int verb_demo(int argc, char **argv)
{
    struct demo demo = {.out = "build/demo", .traces = "traces/linux"};
    const struct cli_option options[] = {
        {.name = "out",
         .argument = "DIR",
         .help = "where results go (build/demo)",
         .text = &demo.out},
        {.name = "traces",
         .argument = "DIR",
         .help = "the captures (traces/linux)",
         .text = &demo.traces},
    };
    const struct cli_usage usage = {"demo", "[options]", about, options,
                                    sizeof(options) / sizeof(options[0])};
    int status;
    const int first = cli_parse(&usage, argc, argv, &status);

    if (first < 0)
        return status;
    if (first != argc)
        return cli_unusable("demo", "unexpected '%s'", argv[first]);
    status = make_directory(demo.out);
    if (status != CLI_HELD)
        return status;
    if (note(&demo, replay(&demo)) == CLI_UNUSABLE || note(&demo, ring(&demo)) == CLI_UNUSABLE ||
        note(&demo, measure(&demo)) == CLI_UNUSABLE || note(&demo, errors(&demo)) == CLI_UNUSABLE)
        return demo.worst;
    printf("\n");
    if (note(&demo, report_from_directory(demo.out)) == CLI_UNUSABLE)
        return demo.worst;
    print_summary(&demo);
    return demo.worst;
}
