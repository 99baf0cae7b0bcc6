/* SPDX-License-Identifier: Apache-2.0 */
/* smmusim bench: experiments in simulated time, one table each. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/config_options.h"
#include "cli/json_file.h"
#include "cli/ring_bench.h"

enum { COMMANDS_A_CASE = 1024 };

/* One line of a table: what is varied, and one key of the configuration if that is what varies. */
struct bench_row {
    enum ring_form form;
    unsigned sync_every;
    enum drv_sync_mode sync_mode;
    const char *key;
    uint64_t value;
};

struct bench_run {
    const smmu_config_t *cfg;
    bool csv;
    uint64_t commands;
    json_t *rows;
    const char *kind;
};

typedef int bench_row_fn(struct bench_run *run, const struct bench_row *row);

static int each_form(struct bench_run *run, bench_row_fn *take)
{
    static const unsigned every[] = {1, 8, 64};
    static const enum drv_sync_mode modes[] = {DRV_SYNC_MSI, DRV_SYNC_CONS, DRV_SYNC_NONE};
    int status = CLI_HELD;

    for (int form = 0; form < RING_FORM_COUNT; form++)
        for (size_t e = 0; e < sizeof every / sizeof every[0]; e++)
            for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
                if (status == CLI_HELD)
                    status = take(run, &(struct bench_row){(enum ring_form)form, every[e], modes[m],
                                                           NULL, 0});
    return status;
}

static int each_batch(struct bench_run *run, bench_row_fn *take)
{
    static const enum drv_sync_mode modes[] = {DRV_SYNC_MSI, DRV_SYNC_CONS, DRV_SYNC_NONE};
    int status = CLI_HELD;

    for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
        for (unsigned every = 1; every <= 64; every *= 2)
            if (status == CLI_HELD)
                status = take(run, &(struct bench_row){RING_BY_PAGE, every, modes[m], NULL, 0});
    return status;
}

static int each_value(struct bench_run *run, bench_row_fn *take, const char *key,
                      const uint64_t *values, size_t count)
{
    static const unsigned every[] = {1, 8, 64};
    int status = CLI_HELD;

    for (size_t e = 0; e < sizeof every / sizeof every[0]; e++)
        for (size_t i = 0; i < count; i++)
            if (status == CLI_HELD)
                status = take(
                    run, &(struct bench_row){RING_BY_PAGE, every[e], DRV_SYNC_MSI, key, values[i]});
    return status;
}

static int each_read_count(struct bench_run *run, bench_row_fn *take)
{
    static const uint64_t values[] = {1, 2, 4, 8, 16};

    return each_value(run, take, "timing.cmdq_reads_in_flight", values,
                      sizeof values / sizeof values[0]);
}

static int each_latency(struct bench_run *run, bench_row_fn *take)
{
    static const uint64_t values[] = {0, 50, 100, 200, 400};

    return each_value(run, take, "timing.mem_read_lat", values, sizeof values / sizeof values[0]);
}

static const struct bench_kind {
    const char *name, *about;
    int (*each)(struct bench_run *run, bench_row_fn *take);
} kinds[] = {
    {"invalidation", "forms of invalidation x CMD_SYNC every 1, 8, 64 x way to await it",
     each_form},
    {"batch", "single pages, CMD_SYNC every 1 to 64 x way to await it", each_batch},
    {"reads", "single pages, command reads in flight x CMD_SYNC every 1, 8, 64", each_read_count},
    {"latency", "single pages, memory read latency x CMD_SYNC every 1, 8, 64", each_latency},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const char *csv_head = "kind,form,sync_every,sync,key,value,commands,syncs,cycles,cycles_"
                              "per_command,cycles_per_page\n";

static void print_head(const struct bench_run *run, const struct bench_kind *kind)
{
    if (run->csv)
        return;
    printf("%s: %s\n", kind->name, kind->about);
    printf("  %-6s %10s %-5s %-30s %8s %6s %9s %15s %14s\n", "form", "SYNC every", "wait",
           "configuration", "commands", "SYNCs", "cycles", "cycles/command", "cycles/page");
}

static double per(uint64_t cycles, uint64_t n)
{
    return n ? (double)cycles / (double)n : 0;
}

static void print_row(const struct bench_run *run, const struct bench_row *row,
                      const struct ring_result *r)
{
    char setting[64] = "", page[32] = "";

    if (row->key)
        snprintf(setting, sizeof setting, "%s=%llu", row->key, (unsigned long long)row->value);
    if (r->pages)
        snprintf(page, sizeof page, "%.2f", per(r->cycles, r->pages));
    if (run->csv)
        printf("%s,%s,%u,%s,%s,%llu,%llu,%llu,%llu,%.3f,%s\n", run->kind, ring_form_name(row->form),
               row->sync_every, ring_sync_name(row->sync_mode), row->key ? row->key : "",
               (unsigned long long)row->value, (unsigned long long)r->commands,
               (unsigned long long)r->syncs, (unsigned long long)r->cycles,
               per(r->cycles, r->commands), page);
    else
        printf("  %-6s %10u %-5s %-30s %8llu %6llu %9llu %15.2f %14s\n", ring_form_name(row->form),
               row->sync_every, ring_sync_name(row->sync_mode), setting,
               (unsigned long long)r->commands, (unsigned long long)r->syncs,
               (unsigned long long)r->cycles, per(r->cycles, r->commands), page);
}

static int take_row(struct bench_run *run, const struct bench_row *row)
{
    const struct ring_case setup = {
        .form = row->form,
        .sync_every = row->sync_every,
        .sync_mode = row->sync_mode,
        .commands = (unsigned)run->commands,
        .costs = ring_default_costs(),
    };
    smmu_config_t cfg = *run->cfg;
    struct ring_result result;
    char why[256] = "";

    if (row->key && smmu_config_set(&cfg, row->key, row->value, why, sizeof why) != SMMU_OK)
        return cli_unusable("bench", "%s", why);
    if (!ring_bench_run(&cfg, &setup, &result, why, sizeof why))
        return cli_unusable("bench", "%s, form %s: %s", run->kind, ring_form_name(row->form), why);
    print_row(run, row, &result);
    json_array_append_new(
        run->rows,
        json_pack("{s:s, s:s, s:i, s:s, s:s*, s:I, s:I, s:I, s:I, s:I, s:f}", "kind", run->kind,
                  "form", ring_form_name(row->form), "sync_every", (int)row->sync_every, "sync",
                  ring_sync_name(row->sync_mode), "key", row->key, "value", (json_int_t)row->value,
                  "commands", (json_int_t)result.commands, "syncs", (json_int_t)result.syncs,
                  "cycles", (json_int_t)result.cycles, "pages", (json_int_t)result.pages,
                  "cycles_per_command", per(result.cycles, result.commands)));
    return CLI_HELD;
}

static int run_kinds(struct bench_run *run, const char *name)
{
    const bool all = strcmp(name, "all") == 0;
    bool found = false;
    int status = CLI_HELD;

    if (run->csv)
        printf("%s", csv_head);
    for (size_t i = 0; i < KINDS && status == CLI_HELD; i++) {
        if (!all && strcmp(name, kinds[i].name) != 0)
            continue;
        found = true;
        run->kind = kinds[i].name;
        print_head(run, &kinds[i]);
        status = kinds[i].each(run, take_row);
    }
    if (!found)
        return cli_unusable("bench", "unknown kind '%s'; --help lists them", name);
    return status;
}

static const char *const about =
    "Runs experiments in simulated time: a ring of invalidation commands is consumed through the\n"
    "iommufd-style front end and the kernel-style driver, each time on a fresh SMMU. KIND is\n"
    "  invalidation  forms of invalidation x CMD_SYNC every 1, 8, 64 x way to await it\n"
    "  batch         single pages, CMD_SYNC every 1 to 64 x way to await it\n"
    "  reads         single pages, command reads in flight x CMD_SYNC every 1, 8, 64\n"
    "  latency       single pages, memory read latency x CMD_SYNC every 1, 8, 64\n"
    "  all           all of them\n"
    "Ways to await a CMD_SYNC: msi (into its own slot), sev (WFE, then CMDQ_CONS), poll\n"
    "(CMDQ_CONS). Assumed for the processor: a register read takes 100 cycles of the SMMU clock, "
    "a\n"
    "write 50, a turn of a polling loop 8; see docs/driver.md.";

int verb_bench(int argc, char **argv)
{
    const char *preset = NULL, *file = NULL, *json = NULL;
    struct bench_run run = {.commands = COMMANDS_A_CASE};
    const struct cli_option options[] = {
        {.name = "preset",
         .argument = "NAME",
         .help = PRESET_HELP,
         .text = &preset},
        {.name = "config", .argument = "FILE", .help = "KEY=VALUE lines to apply", .text = &file},
        {.name = "commands",
         .argument = "N",
         .help = "commands a measurement (1024)",
         .number = &run.commands},
        {.name = "csv", .help = "print comma-separated values", .flag = &run.csv},
        {.name = "json", .argument = "FILE", .help = "write the results as JSON", .text = &json},
    };
    const struct cli_usage usage = {"bench", "[options] KIND", about, options,
                                    sizeof(options) / sizeof(options[0])};
    smmu_config_t cfg;
    int status;
    const int first = cli_parse(&usage, argc, argv, &status);

    if (first < 0)
        return status;
    if (argc - first != 1)
        return cli_unusable("bench", "exactly one KIND is needed; --help lists them");
    if (run.commands == 0 || run.commands > 1000000)
        return cli_unusable("bench", "--commands: 1 to 1000000");
    status = config_from_options("bench", preset, file, &cfg);
    if (status != CLI_HELD)
        return status;
    run.cfg = &cfg;
    run.rows = json_array();
    status = run_kinds(&run, argv[first]);
    return json_file_write(
        "bench", json,
        json_pack("{s:s, s:i, s:o}", "verb", "bench", "status", status, "rows", run.rows), status);
}
