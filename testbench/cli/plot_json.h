/* SPDX-License-Identifier: Apache-2.0 */
/* Plots as they are kept among results, for whoever draws them later. */
#ifndef SMMUSIM_CLI_PLOT_JSON_H
#define SMMUSIM_CLI_PLOT_JSON_H

#include <jansson.h>

#include "cli/plot.h"

json_t *plot_to_json(const struct plot *plot);
/* NULL: not a plot, or no memory. */
struct plot *plot_from_json(const json_t *json);
void plot_free(struct plot *plot);

#endif
