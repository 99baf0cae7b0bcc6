/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan: an experiment with its axes, as they are in its row or as somebody wants them instead,
 * and the points that they span.
 */
#ifndef SMMUSIM_EXPERIMENT_PLAN_H
#define SMMUSIM_EXPERIMENT_PLAN_H

#include "experiment/kinds.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EXP_MAX_VALUES = 192, EXP_PLAN_AXES = 32, EXP_MAX_POINTS = 100000 };

struct exp_axis {
    const struct exp_parameter *parameter; /* NULL: a key of the configuration */
    const smmu_config_key_t *key;
    uint64_t value[EXP_MAX_VALUES];
    size_t count;
};

struct exp_plan {
    const struct exp_kind *kind;
    struct exp_setup base;
    struct exp_axis axis[EXP_PLAN_AXES];
    size_t axes;
};

bool exp_plan_begin(struct exp_plan *plan, const struct exp_kind *kind, const smmu_config_t *cfg,
                    uint64_t seed, char why[EXP_WHY_SIZE]);
/* "NAME=VALUE,VALUE...": instead of the axis of this name, or as another one. */
bool exp_plan_vary(struct exp_plan *plan, const char *text, char why[EXP_WHY_SIZE]);

/* More than EXP_MAX_POINTS: too many. 0 where nothing is assumed, for an axis of all assumptions.
 */
size_t exp_plan_points(const struct exp_plan *plan);
/* Number of the axis' value at a point. */
size_t exp_plan_index(const struct exp_plan *plan, size_t axis, size_t point);
enum exp_outcome exp_plan_measure(const struct exp_plan *plan, size_t point,
                                  struct exp_result *result, char why[EXP_WHY_SIZE]);

const char *exp_axis_name(const struct exp_axis *axis);
const char *exp_axis_unit(const struct exp_axis *axis);
const char *exp_axis_meaning(const struct exp_axis *axis);
/* The word for a value; NULL: it is a number. */
const char *exp_axis_word(const struct exp_axis *axis, uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
