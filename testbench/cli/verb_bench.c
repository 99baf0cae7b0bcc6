/* SPDX-License-Identifier: Apache-2.0 */
/* smmusim bench: runs experiments in simulated time (experiment/kinds.c has the table). */
#define _XOPEN_SOURCE 700

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/bench_output.h"
#include "cli/cli.h"
#include "cli/config_options.h"
#include "cli/json_file.h"
#include "cli/plot_json.h"

enum { MAX_WORDS = 64, PATH_BYTES = 4096 };

struct bench {
    smmu_config_t cfg;
    uint64_t seed;
    bool explain;
    const char *csv, *json, *plot; /* files, or NULL */
    const struct exp_kind *kind[MAX_WORDS];
    size_t kinds;
    const char *axis[MAX_WORDS]; /* NAME=VALUE,... as given */
    size_t axes;
    json_t *kinds_json, *rows_json, *plots_json;
};

static int list_kinds(void)
{
    const struct exp_kind *kind;

    printf("smmusim bench KIND... runs\n");
    for (size_t i = 0; (kind = exp_kind_at(i)); i++)
        printf("  %-13s %s\n", kind->name, kind->meaning);
    printf("  %-13s every one of them\n", "all");
    printf("smmusim bench --explain KIND says more of one.\n");
    return CLI_HELD;
}

/* ---- one experiment */

/* With several kinds a file's name gets the kind's: a.csv becomes a-forms.csv. */
static bool path_for(const struct bench *bench, const char *path, const struct exp_kind *kind,
                     char out[PATH_BYTES])
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t stem = strlen(path);
    int length;

    if (dot && (!slash || dot > slash))
        stem = (size_t)(dot - path);
    if (bench->kinds == 1)
        length = snprintf(out, PATH_BYTES, "%s", path);
    else
        length = snprintf(out, PATH_BYTES, "%.*s-%s%s", (int)stem, path, kind->name, path + stem);
    return length > 0 && length < PATH_BYTES;
}

static int write_csv(const struct bench *bench, const struct bench_results *results)
{
    char path[PATH_BYTES];
    FILE *file;
    bool fine;

    if (strcmp(bench->csv, "-") == 0) {
        bench_write_csv(stdout, results);
        return CLI_HELD;
    }
    if (!path_for(bench, bench->csv, results->plan.kind, path))
        return cli_unusable("bench", "%s: the path is too long", bench->csv);
    file = fopen(path, "w");
    if (!file)
        return cli_unusable("bench", "%s: %s", path, strerror(errno));
    bench_write_csv(file, results);
    fine = !ferror(file);
    if (fclose(file) != 0 || !fine)
        return cli_unusable("bench", "%s: %s", path, strerror(errno));
    return CLI_HELD;
}

static int write_plot(struct bench *bench, const struct bench_results *results)
{
    struct plot *plot = bench_plot(results);
    const char *failure = NULL;
    char path[PATH_BYTES];

    if (!plot)
        return bench->plot ? cli_unusable("bench",
                                          "%s: more curves than a plot can hold; give fewer values",
                                          results->plan.kind->name)
                           : CLI_HELD;
    json_array_append_new(bench->plots_json, plot_to_json(plot));
    if (bench->plot) {
        if (!path_for(bench, bench->plot, results->plan.kind, path))
            failure = "the path is too long";
        else
            failure = plot_write_file(path, plot);
    }
    plot_free(plot);
    return failure ? cli_unusable("bench", "%s: %s", bench->plot, failure) : CLI_HELD;
}

/* Where rows go to the terminal themselves, they are the progress. */
static void show_progress(const struct exp_plan *plan, size_t done)
{
    const size_t points = exp_plan_points(plan);

    if (!isatty(STDERR_FILENO) || isatty(STDOUT_FILENO))
        return;
    fprintf(stderr, "\r%s: %zu of %zu%s", plan->kind->name, done, points,
            done == points ? "\n" : "");
}

static int measure_points(struct bench_results *results, bool print)
{
    const struct exp_plan *plan = &results->plan;
    const size_t points = exp_plan_points(plan);
    char why[EXP_WHY_SIZE] = "";

    for (size_t point = 0; point < points; point++) {
        struct bench_row *row = &results->row[results->count];

        show_progress(plan, point);
        row->point = point;
        switch (exp_plan_measure(plan, point, &row->result, why)) {
        case EXP_FAILED:
            return cli_unusable("bench", "%s: %s", plan->kind->name, why);
        case EXP_MEASURED:
            results->count++;
            if (print)
                bench_print_row(stdout, plan, row);
            break;
        case EXP_DOES_NOT_APPLY:
            break;
        }
    }
    show_progress(plan, points);
    return CLI_HELD;
}

static int run_kind(struct bench *bench, struct bench_results *results)
{
    const bool print = !bench->csv || strcmp(bench->csv, "-") != 0;
    int status;

    results->row = calloc(exp_plan_points(&results->plan) + 1, sizeof *results->row);
    if (!results->row)
        return cli_unusable("bench", "no memory");
    if (print)
        bench_print_head(stdout, &results->plan);
    status = measure_points(results, print);
    if (print && status == CLI_HELD && !results->count)
        printf("  there is nothing of this kind under this configuration\n");
    if (status == CLI_HELD && bench->csv)
        status = write_csv(bench, results);
    if (status == CLI_HELD && results->count && (bench->plot || bench->json))
        status = write_plot(bench, results);
    if (status == CLI_HELD) {
        json_array_append_new(bench->kinds_json, bench_kind_json(results));
        bench_rows_json(results, bench->rows_json);
    }
    return status;
}

static int make_plan(const struct bench *bench, const struct exp_kind *kind, struct exp_plan *plan)
{
    char why[EXP_WHY_SIZE] = "";
    bool fine = exp_plan_begin(plan, kind, &bench->cfg, bench->seed, why);

    for (size_t i = 0; fine && i < bench->axes; i++)
        fine = exp_plan_vary(plan, bench->axis[i], why);
    if (fine && exp_plan_points(plan) > EXP_MAX_POINTS) {
        snprintf(why, sizeof why, "more than %d points", EXP_MAX_POINTS);
        fine = false;
    }
    return fine ? CLI_HELD : cli_unusable("bench", "%s: %s", kind->name, why);
}

static int take_kind(struct bench *bench, const struct exp_kind *kind,
                     struct bench_results *results)
{
    int status = make_plan(bench, kind, &results->plan);

    if (status != CLI_HELD)
        return status;
    if (bench->explain) {
        bench_print_about(stdout, &results->plan);
        return CLI_HELD;
    }
    results->count = 0;
    status = run_kind(bench, results);
    free(results->row);
    results->row = NULL;
    return status;
}

/* None is begun unless all can be. */
static int take_kinds(struct bench *bench)
{
    struct bench_results *results = calloc(1, sizeof *results);
    int status = results ? CLI_HELD : cli_unusable("bench", "no memory");

    for (size_t i = 0; i < bench->kinds && status == CLI_HELD; i++)
        status = make_plan(bench, bench->kind[i], &results->plan);
    for (size_t i = 0; i < bench->kinds && status == CLI_HELD; i++) {
        if (i)
            printf("\n");
        status = take_kind(bench, bench->kind[i], results);
    }
    free(results);
    return status;
}

/* ---- the command line */

static int take_word(struct bench *bench, const char *word)
{
    const struct exp_kind *kind;

    if (bench->kinds == MAX_WORDS || bench->axes == MAX_WORDS)
        return cli_unusable("bench", "too many arguments");
    if (strchr(word, '=')) {
        bench->axis[bench->axes++] = word;
        return CLI_HELD;
    }
    if (strcmp(word, "all") == 0) {
        for (bench->kinds = 0; bench->kinds < MAX_WORDS && exp_kind_at(bench->kinds);
             bench->kinds++)
            bench->kind[bench->kinds] = exp_kind_at(bench->kinds);
        return CLI_HELD;
    }
    kind = exp_kind_named(word);
    if (!kind)
        return cli_unusable("bench", "unknown kind '%s'; smmusim bench lists them", word);
    bench->kind[bench->kinds++] = kind;
    return CLI_HELD;
}

static json_t *settings_json(const smmu_config_t *cfg)
{
    json_t *settings = json_object();
    const smmu_config_key_t *key;

    for (size_t i = 0; (key = smmu_config_key(i)); i++) {
        uint64_t value = 0;

        smmu_config_get(cfg, key->name, &value);
        if (strcmp(smmu_config_basis(cfg, i), "set") == 0)
            json_object_set_new(settings, key->name, json_integer((json_int_t)value));
    }
    return settings;
}

static int run_all(struct bench *bench)
{
    int status;

    bench->kinds_json = json_array();
    bench->rows_json = json_array();
    bench->plots_json = json_array();
    status = take_kinds(bench);
    return json_file_write(
        "bench", status == CLI_HELD && !bench->explain ? bench->json : NULL,
        json_pack("{s:s, s:i, s:s, s:I, s:o, s:o, s:o, s:o}", "verb", "bench", "status", status,
                  "preset", smmu_config_preset(bench->cfg.preset), "seed", (json_int_t)bench->seed,
                  "set", settings_json(&bench->cfg), "kinds", bench->kinds_json, "rows",
                  bench->rows_json, "plots", bench->plots_json),
        status);
}

static const char *const about =
    "Runs experiments in simulated time, each point on a fresh SMMU: commands for a fixed driver,\n"
    "clients that send requests meanwhile. Without KIND it lists the experiments; 'all' runs them\n"
    "all. AXIS=VALUE[,VALUE...] sets values of a parameter or of any key of the configuration\n"
    "instead of the experiment's own, or adds it as a further axis. docs/bench.md says how to\n"
    "read the results: they follow from the configuration, most of which is assumed.\n"
    "With several kinds the names of CSV and SVG files get the kind's name.";

int verb_bench(int argc, char **argv)
{
    const char *preset = NULL, *file = NULL;
    struct bench bench = {.seed = 1};
    const struct cli_option options[] = {
        {.name = "preset", .argument = "NAME", .help = PRESET_HELP, .text = &preset},
        {.name = "config", .argument = "FILE", .help = "KEY=VALUE lines to apply", .text = &file},
        {.name = "seed",
         .argument = "N",
         .help = "of all random numbers (1)",
         .number = &bench.seed},
        {.name = "explain", .help = "say what KIND varies and measures", .flag = &bench.explain},
        {.name = "csv",
         .argument = "FILE",
         .help = "also write comma-separated values; -: those instead of the table",
         .text = &bench.csv},
        {.name = "json",
         .argument = "FILE",
         .help = "write the results as JSON",
         .text = &bench.json},
        {.name = "plot", .argument = "FILE", .help = "draw the results (SVG)", .text = &bench.plot},
    };
    const struct cli_usage usage = {"bench", "[options] [KIND...] [AXIS=VALUE,...]", about, options,
                                    sizeof(options) / sizeof(options[0])};
    int status;
    const int first = cli_parse(&usage, argc, argv, &status);

    if (first < 0)
        return status;
    for (int i = first; i < argc && status == CLI_HELD; i++)
        status = take_word(&bench, argv[i]);
    if (status == CLI_HELD)
        status = config_from_options("bench", preset, file, &bench.cfg);
    if (status != CLI_HELD)
        return status;
    if (bench.kinds)
        return run_all(&bench);
    if (argc > 1)
        return cli_unusable("bench", "a KIND is missing; smmusim bench lists them");
    return list_kinds();
}
