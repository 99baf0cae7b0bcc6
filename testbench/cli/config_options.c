/* SPDX-License-Identifier: Apache-2.0 */
/* See config_options.h. */
#include "cli/config_options.h"

#include <stdio.h>

#include "cli/cli.h"
#include "trace/program.h"

int config_from_options(const char *verb, const char *preset, const char *file, smmu_config_t *cfg)
{
    char error[PROGRAM_ERROR_SIZE] = "";
    if (smmu_config_init(cfg, preset) != SMMU_OK)
        return cli_unusable(verb, "unknown preset '%s'", preset);
    if (file && !trace_config_file(file, cfg, error)) {
        fprintf(stderr, "%s\n", error);
        return CLI_UNUSABLE;
    }
    return CLI_HELD;
}
