/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The experiments of `smmusim bench`. A new one is a row here and, if it measures something new, a
 * function in a file of its own (setup.h).
 */
#ifndef SMMUSIM_EXPERIMENT_KINDS_H
#define SMMUSIM_EXPERIMENT_KINDS_H

#include "experiment/setup.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EXP_MAX_AXES = 16, EXP_MAX_COLUMNS = 12, EXP_MAX_CURVES = 3 };

/* A parameter, or a key of the configuration, and the values that it takes one after the other:
 * "1,2,4". */
struct exp_axis_text {
    const char *name, *values;
};

/* What a picture of the results shows: curves over an axis, one for each combination of the other
 * axes that have several values. */
struct exp_plot {
    const char *title, *x;
    const char *y_label; /* "what [unit]" */
    enum exp_measure_id y[EXP_MAX_CURVES];
    unsigned curves;
    bool log2_x, log_y;
};

struct exp_kind {
    const char *name, *meaning;
    const char *answers; /* the question, for who chooses an experiment */
    exp_measure_fn *measure;
    struct exp_axis_text axes[EXP_MAX_AXES]; /* the first changes slowest; those with one value
                                                say where it differs from the default */
    enum exp_measure_id columns[EXP_MAX_COLUMNS];
    unsigned column_count;
    struct exp_plot plot;
};

/* NULL beyond the last. */
const struct exp_kind *exp_kind_at(size_t i);
/* NULL: none of that name. */
const struct exp_kind *exp_kind_named(const char *name);
/* What its measurement understands; keys of the configuration can be varied in all. */
bool exp_kind_takes(const struct exp_kind *kind, enum exp_parameter_id id);

#ifdef __cplusplus
}
#endif

#endif
