/* SPDX-License-Identifier: Apache-2.0 */
/* smmusim replay: plays traces, one after the other, each on an SMMU of its own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/backends.h"
#include "cli/cli.h"
#include "cli/json_file.h"
#include "cli/stats_output.h"
#include "trace/player.h"
#include "trace/timeline.h"

enum { DEFAULT_MAX_FAILURES = 100, MAX_MEMORY_MIB = 1 << 20, TIMELINE_RECORDS = 1 << 16 };

struct replay {
    const struct backend_row *backend;
    struct trace_settings settings;
    bool stats, stats_all;
    uint64_t max_failures;
    uint64_t max_memory; /* MiB; 0: the default */
    const char *record;
    const char *timeline;
    const char *vcd;
};

/* ---- one trace */

static void report_failure(void *ctx, const struct trace_failure *failure)
{
    printf("%s:%lu: expected %s, got %s\n", failure->path, failure->line, failure->expected,
           failure->got);
    json_array_append_new(ctx, json_pack("{s:I, s:s, s:s}", "line", (json_int_t)failure->line,
                                         "expected", failure->expected, "got", failure->got));
}

static json_t *collect_stats(const struct replay *replay, struct trace_backend *backend)
{
    smmu_stats_t *stats = trace_backend_stats(backend);
    json_t *json = stats ? stats_json(stats) : json_null();
    if (stats && (replay->stats || replay->stats_all))
        stats_print(stdout, stats, replay->stats_all);
    free(stats);
    return json;
}

static void print_report(const char *path, const struct player_report *report, size_t statements)
{
    if (report->stopped)
        printf("%s: stopped after %zu failures: %zu of %zu statements were not played\n", path,
               report->failures, statements - report->statements, statements);
    printf("%s: %zu statements, %zu expectations, %zu failed, %llu cycles\n", path,
           report->statements, report->expectations, report->failures,
           (unsigned long long)report->cycles);
}

static int play(const struct replay *replay, const struct trace_program *program,
                struct trace_backend *backend, const struct player_options *options, json_t *result)
{
    struct player_report report;
    char error[PROGRAM_ERROR_SIZE];
    int status = CLI_HELD;
    if (!trace_play(program, backend, options, &report, error)) {
        fprintf(stderr, "%s\n", error);
        json_object_set_new(result, "error", json_string(error));
        status = CLI_UNUSABLE;
    } else {
        print_report(trace_path(program), &report, trace_statements(program));
        status = report.failures ? CLI_FAILED : CLI_HELD;
    }
    json_object_set_new(result, "statements", json_integer((json_int_t)report.statements));
    json_object_set_new(result, "expectations", json_integer((json_int_t)report.expectations));
    json_object_set_new(result, "failures", json_integer((json_int_t)report.failures));
    json_object_set_new(result, "stopped", json_boolean(report.stopped));
    json_object_set_new(result, "cycles", json_integer((json_int_t)report.cycles));
    json_object_set_new(result, "stats", collect_stats(replay, backend));
    return status;
}

/* The writer of --timeline, fed by player and backend; NULL without, or with a message. */
static struct timeline_writer *watch(const struct replay *replay, const smmu_config_t *cfg,
                                     struct trace_backend *backend, struct player_options *options)
{
    char why[256];
    struct timeline_writer *writer = timeline_create(replay->timeline, cfg, why, sizeof(why));
    if (!writer) {
        cli_unusable("replay", "%s: %s", replay->timeline, why);
        return NULL;
    }
    backend->ops->watch_timeline(backend, timeline_records, writer);
    options->played = timeline_statement;
    options->played_ctx = writer;
    return writer;
}

static int close_timeline(const struct replay *replay, struct timeline_writer *writer,
                          struct trace_backend *backend, json_t *result, int status)
{
    char why[256];
    uint64_t lost = timeline_lost(writer);
    backend->ops->watch_timeline(backend, NULL, NULL);
    json_object_set_new(result, "timeline_lost", json_integer((json_int_t)lost));
    if (lost)
        fprintf(stderr, "%s: %llu records were lost; a larger timeline.records keeps more\n",
                replay->timeline, (unsigned long long)lost);
    if (timeline_close(writer, backend->ops->now(backend), why, sizeof(why)))
        return status;
    return cli_unusable("replay", "%s: %s", replay->timeline, why);
}

static int play_recorded(const struct replay *replay, const struct trace_program *program,
                         struct trace_backend *backend, json_t *result)
{
    json_t *mismatches = json_array();
    struct player_options options = {.max_failures = (unsigned long)replay->max_failures,
                                     .failed = report_failure,
                                     .ctx = mismatches};
    struct timeline_writer *timeline = NULL;
    char why[256];
    json_object_set_new(result, "mismatches", mismatches);
    if (replay->timeline && !(timeline = watch(replay, trace_config(program), backend, &options)))
        return CLI_UNUSABLE;
    if (replay->record)
        options.recorder = recorder_create(replay->record);
    int status = play(replay, program, backend, &options, result);
    if (timeline)
        status = close_timeline(replay, timeline, backend, result, status);
    if (!recorder_close(options.recorder, why, sizeof(why)))
        status = cli_unusable("replay", "%s: %s", replay->record, why);
    return status;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

/* FILE.json and FILE.json.gz have FILE.vcd beside them. */
static void name_beside(const char *timeline, char *vcd, size_t size)
{
    int length = (int)strlen(timeline);
    if (ends_with(timeline, ".gz"))
        length -= 3;
    if (length > 5 && strncmp(timeline + length - 5, ".json", 5) == 0)
        length -= 5;
    snprintf(vcd, size, "%.*s.vcd", length, timeline);
}

/* False: it is wanted and cannot be written, a message says why. */
static bool begin_vcd(const struct replay *replay, struct trace_backend *backend)
{
    char path[4096], why[256];
    if (!backend->ops->write_vcd || !(replay->vcd || replay->timeline))
        return true;
    if (replay->vcd)
        snprintf(path, sizeof(path), "%s", replay->vcd);
    else
        name_beside(replay->timeline, path, sizeof(path));
    if (backend->ops->write_vcd(backend, path, why, sizeof(why)))
        return true;
    cli_unusable("replay", "%s: %s", path, why);
    return false;
}

/* A timeline needs records; how many is the user's affair. */
static smmu_config_t config_of(const struct replay *replay, const struct trace_program *program)
{
    smmu_config_t cfg = *trace_config(program);
    uint64_t records = 0;
    if ((replay->timeline || replay->vcd) &&
        smmu_config_get(&cfg, "timeline.records", &records) == SMMU_OK && records == 0)
        smmu_config_set(&cfg, "timeline.records", TIMELINE_RECORDS, NULL, 0);
    return cfg;
}

static struct trace_backend *build(const struct replay *replay, const struct trace_program *program,
                                   char *why, size_t why_size)
{
    smmu_config_t cfg = config_of(replay, program);
    struct trace_backend *backend = replay->backend->create(&cfg, why, why_size);
    if (backend)
        memory_limit(backend->ops->memory(backend),
                     (size_t)replay->max_memory * (1024 * 1024 / MEMORY_PAGE_BYTES));
    return backend;
}

/* What became of one trace; "status" is the exit status. */
static json_t *replay_trace(const struct replay *replay, const char *path)
{
    char error[PROGRAM_ERROR_SIZE], why[256];
    json_t *result = json_object();
    int status = CLI_UNUSABLE;
    struct trace_backend *backend = NULL;
    struct trace_program *program = trace_read(path, &replay->settings, error);
    json_object_set_new(result, "file", json_string(path));
    if (program && !(backend = build(replay, program, why, sizeof(why))))
        snprintf(error, sizeof(error), "%s: %s", path, why);
    if (backend) {
        if (begin_vcd(replay, backend))
            status = play_recorded(replay, program, backend, result);
        backend->ops->destroy(backend);
    } else {
        fprintf(stderr, "%s\n", error);
        json_object_set_new(result, "error", json_string(error));
    }
    json_object_set_new(result, "status", json_integer(status));
    trace_free(program);
    return result;
}

/* ---- in a process of its own */

static void run_child(const struct replay *replay, const char *path, int to_parent)
{
    json_t *result = replay_trace(replay, path);
    int failed = json_dumpfd(result, to_parent, JSON_COMPACT);
    fflush(stdout);
    _exit(failed ? CLI_UNUSABLE : CLI_HELD);
}

static json_t *replay_trace_apart(const struct replay *replay, const char *path)
{
    int ends[2];
    json_t *result = NULL;
    fflush(stdout);
    fflush(stderr);
    if (pipe(ends) == 0) {
        pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            run_child(replay, path, ends[1]);
        }
        close(ends[1]);
        if (child > 0) {
            result = json_loadfd(ends[0], 0, NULL);
            waitpid(child, NULL, 0);
        }
        close(ends[0]);
    }
    if (!result) {
        cli_unusable("replay", "%s: the process that played it ended without a result", path);
        result = json_pack("{s:s, s:i}", "file", path, "status", CLI_UNUSABLE);
    }
    return result;
}

/* ---- all */

static int replay_all(const struct replay *replay, int count, char **paths, json_t *results)
{
    int worst = CLI_HELD;
    for (int i = 0; i < count; ++i) {
        bool apart = replay->backend->once_a_process && count > 1;
        json_t *result =
            apart ? replay_trace_apart(replay, paths[i]) : replay_trace(replay, paths[i]);
        int status = (int)json_integer_value(json_object_get(result, "status"));
        if (status > worst)
            worst = status;
        json_array_append_new(results, result);
    }
    return worst;
}

static const char *const about =
    "Plays trace files and checks their expectations; docs/trace-format.md is the reference of\n"
    "the language. A failed expectation is one line FILE:LINE: expected ..., got ....";

/* Asked before anything is built: a simulation that has begun is no place to find out. */
static bool can_be_written(const char *path)
{
    FILE *file = fopen(path, "a");
    return file && fclose(file) == 0;
}

int verb_replay(int argc, char **argv)
{
    struct replay replay = {.max_failures = DEFAULT_MAX_FAILURES};
    const char *via = "core", *json = NULL;
    const struct cli_option options[] = {
        {"via", "BACKEND", "what to play on: core (default), tlm-lt", &via, NULL, NULL},
        {"preset", "NAME", "preset in place of the trace's", &replay.settings.preset, NULL, NULL},
        {"config", "FILE", "KEY=VALUE lines that have the last word", &replay.settings.config_file,
         NULL, NULL},
        {"stats", NULL, "print the SMMU's statistics", NULL, &replay.stats, NULL},
        {"stats-all", NULL, "likewise, and what counted nothing", NULL, &replay.stats_all, NULL},
        {"max-failures", "N", "stop a trace after N failures (100); 0: never", NULL, NULL,
         &replay.max_failures},
        {"max-memory", "MIB", "physical memory that may hold data (1024)", NULL, NULL,
         &replay.max_memory},
        {"record", "FILE", "write what was played and found as a trace", &replay.record, NULL,
         NULL},
        {"timeline", "FILE", "write what happens and when, for ui.perfetto.dev", &replay.timeline,
         NULL, NULL},
        {"vcd", "FILE.vcd", "write signals as VCD; with --via tlm-lt, also done beside --timeline",
         &replay.vcd, NULL, NULL},
        {"json", "FILE", "write the results as JSON", &json, NULL, NULL},
    };
    const struct cli_usage usage = {"replay", "[options] TRACE...", about, options,
                                    sizeof(options) / sizeof(options[0])};
    int status;
    int first = cli_parse(&usage, argc, argv, &status);
    if (first < 0)
        return status;
    if (first == argc)
        return cli_unusable("replay", "no trace is given");
    if ((replay.record || replay.timeline || replay.vcd) && argc - first > 1)
        return cli_unusable("replay", "--record, --timeline and --vcd are for one trace");
    if (replay.vcd && !ends_with(replay.vcd, ".vcd"))
        return cli_unusable("replay", "--vcd %s: the name must end in .vcd", replay.vcd);
    if (replay.vcd && strcmp(via, "core") == 0)
        return cli_unusable("replay", "--vcd: signals are SystemC's; --via tlm-lt has them");
    if (replay.vcd && !can_be_written(replay.vcd))
        return cli_unusable("replay", "%s: %s", replay.vcd, strerror(errno));
    if (replay.max_memory > MAX_MEMORY_MIB)
        return cli_unusable("replay", "--max-memory: at most %d", MAX_MEMORY_MIB);
    replay.backend = backend_named(via);
    if (!replay.backend) {
        char names[64];
        backend_names(names, sizeof(names));
        return cli_unusable("replay", "--via %s: this build has %s", via, names);
    }
    json_t *results = json_array();
    status = replay_all(&replay, argc - first, argv + first, results);
    json_t *root = json_pack("{s:s, s:s, s:i, s:o}", "verb", "replay", "via", via, "status", status,
                             "traces", results);
    return json_file_write("replay", json, root, status);
}
