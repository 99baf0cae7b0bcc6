/* SPDX-License-Identifier: Apache-2.0 */
/* smmusim config: the whole effective configuration, in a form that --config reads. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/config_options.h"
#include "cli/json_file.h"
#include "mem/host.h"
#include "spec_ref/ref_registers.h"
#include "trace/program.h"

enum { ASSIGNMENT_COLUMN = 34 };

static uint64_t value_of(const smmu_config_t *cfg, const char *name)
{
    uint64_t value = 0;
    (void)smmu_config_get(cfg, name, &value);
    return value;
}

static void print_key(const smmu_config_t *cfg, const smmu_config_t *defaults, size_t i,
                      bool explain)
{
    const smmu_config_key_t *key = smmu_config_key(i);
    uint64_t value = value_of(cfg, key->name);
    int width = printf("%s=%llu", key->name, (unsigned long long)value);
    printf("%*s# %s; default %llu; %s", width < ASSIGNMENT_COLUMN ? ASSIGNMENT_COLUMN - width : 1,
           "", key->unit, (unsigned long long)value_of(defaults, key->name),
           smmu_config_basis(cfg, i));
    if (explain && key->min == key->max)
        printf("; no other value can be served; %s", key->meaning);
    else if (explain)
        printf("; %llu to %llu; %s", (unsigned long long)key->min, (unsigned long long)key->max,
               key->meaning);
    printf("\n");
}

static json_t *json_of_key(const smmu_config_t *cfg, const smmu_config_t *defaults, size_t i)
{
    const smmu_config_key_t *key = smmu_config_key(i);
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:s}", "key", key->name, "value",
                     (json_int_t)value_of(cfg, key->name), "default",
                     (json_int_t)value_of(defaults, key->name), "min", (json_int_t)key->min, "max",
                     (json_int_t)key->max, "unit", key->unit, "basis", smmu_config_basis(cfg, i),
                     "meaning", key->meaning);
}

/* What software reads: the identification registers follow from the keys. */
static int print_registers(const smmu_config_t *cfg)
{
    static const struct {
        const char *name;
        uint32_t offset;
    } registers[] = {{"IDR0", REF_REG_IDR0}, {"IDR1", REF_REG_IDR1}, {"IDR2", REF_REG_IDR2},
                     {"IDR3", REF_REG_IDR3}, {"IDR4", REF_REG_IDR4}, {"IDR5", REF_REG_IDR5},
                     {"IIDR", REF_REG_IIDR}, {"AIDR", REF_REG_AIDR}, {"IDR6", REF_REG_IDR6}};
    char why[256];
    struct sim_host *host = host_create(cfg, why, sizeof(why));
    if (!host)
        return cli_unusable("config", "%s", why);
    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); ++i)
        printf("# %s reads 0x%08llx\n", registers[i].name,
               (unsigned long long)host_reg_read(host, SMMU_PAS_NS, registers[i].offset, 4));
    printf("# an instance takes %zu bytes\n", smmu_size(cfg));
    host_destroy(host);
    return CLI_HELD;
}

static const char *const about =
    "Prints the whole effective configuration, one KEY=VALUE a line with unit, default and basis\n"
    "(architecture or option; of timing: stated, deduced, assumed, idealised or set) as a\n"
    "comment: a file that --config reads. No preset is accurate for a product.";

int verb_config(int argc, char **argv)
{
    const char *preset = NULL, *file = NULL, *json = NULL;
    bool explain = false;
    const struct cli_option options[] = {
        {.name = "preset", .argument = "NAME", .help = PRESET_HELP, .text = &preset},
        {.name = "config", .argument = "FILE", .help = "KEY=VALUE lines to apply", .text = &file},
        {.name = "explain",
         .help = "add range and meaning of each key, and the identification registers",
         .flag = &explain},
        {.name = "json", .argument = "FILE", .help = "write it as JSON", .text = &json},
    };
    const struct cli_usage usage = {"config", "[options]", about, options,
                                    sizeof(options) / sizeof(options[0])};
    smmu_config_t cfg, defaults;
    char error[PROGRAM_ERROR_SIZE] = "";
    int status;
    int first = cli_parse(&usage, argc, argv, &status);
    if (first < 0)
        return status;
    if (first != argc)
        return cli_unusable("config", "unexpected '%s'", argv[first]);
    status = config_from_options("config", preset, file, &cfg);
    if (status != CLI_HELD)
        return status;
    (void)smmu_config_init(&defaults, NULL);
    if (smmu_config_check(&cfg, error, sizeof(error)) != SMMU_OK)
        return cli_unusable("config", "%s", error);

    printf("preset=%s\n", smmu_config_preset(cfg.preset));
    json_t *keys = json_array();
    for (size_t i = 0; smmu_config_key(i) != NULL; ++i) {
        print_key(&cfg, &defaults, i, explain);
        json_array_append_new(keys, json_of_key(&cfg, &defaults, i));
    }
    if (explain)
        status = print_registers(&cfg);
    return json_file_write("config", json,
                           json_pack("{s:s, s:s, s:o}", "verb", "config", "preset",
                                     smmu_config_preset(cfg.preset), "keys", keys),
                           status);
}
