/* SPDX-License-Identifier: Apache-2.0 */
/* See plan.h. */
#include "experiment/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_SIZE 64

const char *exp_axis_name(const struct exp_axis *axis)
{
    return axis->parameter ? axis->parameter->name : axis->key->name;
}

const char *exp_axis_unit(const struct exp_axis *axis)
{
    return axis->parameter ? axis->parameter->unit : axis->key->unit;
}

const char *exp_axis_meaning(const struct exp_axis *axis)
{
    return axis->parameter ? axis->parameter->meaning : axis->key->meaning;
}

const char *exp_axis_word(const struct exp_axis *axis, uint64_t value)
{
    return axis->parameter && axis->parameter->word ? axis->parameter->word(value) : NULL;
}

/* ---- values from text */

static bool refuse(char why[EXP_WHY_SIZE], const struct exp_axis *axis, const char *text,
                   const char *reason)
{
    snprintf(why, EXP_WHY_SIZE, "%s=%s: %s", exp_axis_name(axis), text, reason);
    return false;
}

static bool append(struct exp_axis *axis, uint64_t value)
{
    if (axis->count == EXP_MAX_VALUES)
        return false;
    axis->value[axis->count++] = value;
    return true;
}

/* Not every word that a parameter knows is among its values. */
static bool word_value(const struct exp_axis *axis, const char *text, uint64_t *value)
{
    const struct exp_parameter *p = axis->parameter;

    for (*value = p->min; *value <= p->max && p->word(*value); ++*value)
        if (strcasecmp(p->word(*value), text) == 0)
            return true;
    return false;
}

static bool add_value(struct exp_axis *axis, const char *text, char why[EXP_WHY_SIZE])
{
    const uint64_t min = axis->parameter ? axis->parameter->min : axis->key->min;
    const uint64_t max = axis->parameter ? axis->parameter->max : axis->key->max;
    uint64_t value = 0;
    char *end, reason[96];

    if (axis->parameter && axis->parameter->word) {
        if (!word_value(axis, text, &value))
            return refuse(why, axis, text, "no such value");
    } else {
        value = strtoull(text, &end, 0);
        if (end == text || *end || *text == '-')
            return refuse(why, axis, text, "not a number");
        if (value < min || value > max) {
            snprintf(reason, sizeof reason, "must be %llu to %llu", (unsigned long long)min,
                     (unsigned long long)max);
            return refuse(why, axis, text, reason);
        }
    }
    return append(axis, value) || refuse(why, axis, text, "too many values");
}

/* Every value of the configuration that rests on nothing but an assumption. */
static bool add_assumptions(struct exp_axis *axis, const smmu_config_t *cfg)
{
    const smmu_config_key_t *key;

    for (size_t i = 0; (key = smmu_config_key(i)); i++)
        if (strcmp(smmu_config_basis(cfg, i), "assumed") == 0 &&
            strcmp(key->name, "timing.seed") != 0 && !append(axis, i))
            return false;
    return true;
}

static bool add_values(struct exp_axis *axis, const char *text, const smmu_config_t *cfg,
                       char why[EXP_WHY_SIZE])
{
    char one[NAME_SIZE];

    if (strcmp(text, "assumed") == 0 &&
        axis->parameter == &exp_parameters[EXP_PARAMETER_assumption])
        return add_assumptions(axis, cfg) || refuse(why, axis, text, "too many values");
    for (;;) {
        const size_t length = strcspn(text, ",");

        if (length == 0 || length >= sizeof one)
            return refuse(why, axis, text, length ? "too long a value" : "a value is missing");
        memcpy(one, text, length);
        one[length] = '\0';
        if (!add_value(axis, one, why))
            return false;
        if (!text[length])
            return true;
        text += length + 1;
    }
}

/* ---- axes */

static const smmu_config_key_t *key_named(const char *name)
{
    const smmu_config_key_t *key;

    for (size_t i = 0; (key = smmu_config_key(i)); i++)
        if (strcasecmp(key->name, name) == 0)
            return key;
    return NULL;
}

static bool name_axis(struct exp_axis *axis, const struct exp_kind *kind, const char *name,
                      char why[EXP_WHY_SIZE])
{
    *axis = (struct exp_axis){0};
    for (int id = 0; id < EXP_PARAMETER_COUNT; id++)
        if (strcasecmp(exp_parameters[id].name, name) == 0 &&
            exp_kind_takes(kind, (enum exp_parameter_id)id))
            axis->parameter = &exp_parameters[id];
    if (!axis->parameter)
        axis->key = key_named(name);
    if (axis->parameter || axis->key)
        return true;
    snprintf(why, EXP_WHY_SIZE, "'%s' is no parameter of %s and no key of the configuration", name,
             kind->name);
    return false;
}

/* Where the axis of this name is, or will be: NULL if there is no room. */
static struct exp_axis *place_of(struct exp_plan *plan, const struct exp_axis *axis)
{
    for (size_t i = 0; i < plan->axes; i++)
        if (plan->axis[i].parameter == axis->parameter && plan->axis[i].key == axis->key)
            return &plan->axis[i];
    return plan->axes < EXP_PLAN_AXES ? &plan->axis[plan->axes++] : NULL;
}

static bool vary(struct exp_plan *plan, const char *name, const char *values,
                 char why[EXP_WHY_SIZE])
{
    struct exp_axis axis, *place;

    if (!name_axis(&axis, plan->kind, name, why) ||
        !add_values(&axis, values, &plan->base.cfg, why))
        return false;
    place = place_of(plan, &axis);
    if (!place)
        return refuse(why, &axis, values, "too many axes");
    *place = axis;
    return true;
}

bool exp_plan_begin(struct exp_plan *plan, const struct exp_kind *kind, const smmu_config_t *cfg,
                    uint64_t seed, char why[EXP_WHY_SIZE])
{
    *plan = (struct exp_plan){.kind = kind, .base = exp_setup_default(cfg)};
    plan->base.seed = seed;
    for (size_t i = 0; i < EXP_MAX_AXES && kind->axes[i].name; i++)
        if (!vary(plan, kind->axes[i].name, kind->axes[i].values, why))
            return false;
    return true;
}

bool exp_plan_vary(struct exp_plan *plan, const char *text, char why[EXP_WHY_SIZE])
{
    const size_t length = strcspn(text, "=");
    char name[NAME_SIZE];

    if (!text[length] || length >= sizeof name) {
        snprintf(why, EXP_WHY_SIZE, "'%s': NAME=VALUE[,VALUE...] is expected", text);
        return false;
    }
    memcpy(name, text, length);
    name[length] = '\0';
    return vary(plan, name, text + length + 1, why);
}

/* ---- points */

size_t exp_plan_points(const struct exp_plan *plan)
{
    size_t points = 1;

    for (size_t i = 0; i < plan->axes && points <= EXP_MAX_POINTS; i++)
        points *= plan->axis[i].count;
    return points;
}

size_t exp_plan_index(const struct exp_plan *plan, size_t axis, size_t point)
{
    for (size_t i = plan->axes - 1; i > axis; i--)
        point /= plan->axis[i].count;
    return point % plan->axis[axis].count;
}

static uint64_t value_at(const struct exp_plan *plan, size_t axis, size_t point)
{
    return plan->axis[axis].value[exp_plan_index(plan, axis, point)];
}

/* The configuration on another preset: what was set stays set. */
static bool rebase(smmu_config_t *cfg, uint64_t preset, char why[EXP_WHY_SIZE])
{
    const smmu_config_t was = *cfg;
    const smmu_config_key_t *key;
    smmu_config_t unset;

    smmu_config_init(&unset, smmu_config_preset(was.preset));
    smmu_config_init(cfg, smmu_config_preset((size_t)preset));
    for (size_t i = 0; (key = smmu_config_key(i)); i++) {
        uint64_t now = 0, normal = 0;

        smmu_config_get(&was, key->name, &now);
        smmu_config_get(&unset, key->name, &normal);
        if (now != normal && smmu_config_set(cfg, key->name, now, why, EXP_WHY_SIZE) != SMMU_OK)
            return false;
    }
    return true;
}

enum exp_outcome exp_plan_measure(const struct exp_plan *plan, size_t point,
                                  struct exp_result *result, char why[EXP_WHY_SIZE])
{
    struct exp_setup setup = plan->base;

    for (size_t i = 0; i < plan->axes; i++)
        if (plan->axis[i].parameter)
            *exp_parameter_in(&setup,
                              (enum exp_parameter_id)(plan->axis[i].parameter - exp_parameters)) =
                value_at(plan, i, point);
    if (setup.preset != setup.cfg.preset && !rebase(&setup.cfg, setup.preset, why))
        return EXP_FAILED;
    for (size_t i = 0; i < plan->axes; i++)
        if (plan->axis[i].key &&
            smmu_config_set(&setup.cfg, plan->axis[i].key->name, value_at(plan, i, point), why,
                            EXP_WHY_SIZE) != SMMU_OK)
            return EXP_FAILED;
    return plan->kind->measure(&setup, result, why);
}
