/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration as the options --preset and --config ask for it: verbs that need no trace. */
#ifndef SMMUSIM_CLI_CONFIG_OPTIONS_H
#define SMMUSIM_CLI_CONFIG_OPTIONS_H

#include "smmusim/smmu.h"

/* What --help says of --preset (smmu_config_preset() lists them; a test compares). */
#define PRESET_HELP "mmu-600-like, mmu-700-like (default), mmu-700-ref, gem5, ideal"

/* preset, file: NULL if not given. CLI_HELD, or CLI_UNUSABLE after a message. */
int config_from_options(const char *verb, const char *preset, const char *file, smmu_config_t *cfg);

#endif
