/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much results depend on one value of the configuration: four figures with it as it is, and
 * with half or twice of it (an alternative, for values that choose between some).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment/setup.h"

/* Values that choose: their unit names the choices. */
static bool chooses(const smmu_config_key_t *key)
{
    return strcmp(key->unit, "flag") == 0 || strncmp(key->unit, "0 ", 2) == 0;
}

/* False: there is no other value in that direction. */
static bool changed(const smmu_config_key_t *key, enum exp_change change, uint64_t value,
                    uint64_t *other)
{
    const uint64_t less = chooses(key) ? value - (value > 0) : value / 2;
    const uint64_t more = chooses(key) || !value ? value + 1 : 2 * value;

    *other = change == EXP_LESS ? less : more;
    if (*other < key->min)
        *other = key->min;
    if (*other > key->max)
        *other = key->max;
    return *other != value;
}

static double percent(double before, double after)
{
    return before > 0 ? 100 * (after - before) / before : NAN;
}

struct figures {
    double operation, sync, quiet, disturbed;
};

static bool take_figures(const struct exp_setup *setup, struct figures *figures,
                         char why[EXP_WHY_SIZE])
{
    struct exp_setup quiet = *setup, undisturbed = *setup;
    struct exp_result result;

    quiet.rate = 0;
    quiet.window = 0;
    if (exp_measure_invalidation(&quiet, &result, why) != EXP_MEASURED)
        return false;
    figures->operation = result.cycles_per_operation;
    figures->sync = result.sync_p50;
    undisturbed.form = EXP_NO_INVALIDATION;
    if (exp_measure_invalidation(&undisturbed, &result, why) != EXP_MEASURED)
        return false;
    figures->quiet = result.client_mean;
    if (exp_measure_invalidation(setup, &result, why) != EXP_MEASURED)
        return false;
    figures->disturbed = result.client_mean;
    return true;
}

enum exp_outcome exp_measure_sensitivity(const struct exp_setup *setup, struct exp_result *result,
                                         char why[EXP_WHY_SIZE])
{
    const smmu_config_key_t *key = smmu_config_key((size_t)setup->assumption);
    struct exp_setup other = *setup;
    struct figures before, after;
    uint64_t value = 0, to;

    *result = exp_result_nothing();
    smmu_config_get(&setup->cfg, key->name, &value);
    if (!changed(key, (enum exp_change)setup->change, value, &to))
        return EXP_DOES_NOT_APPLY;
    /* What rules between values do not allow is no point either. */
    if (smmu_config_set(&other.cfg, key->name, to, why, EXP_WHY_SIZE) != SMMU_OK ||
        smmu_config_check(&other.cfg, why, EXP_WHY_SIZE) != SMMU_OK)
        return EXP_DOES_NOT_APPLY;
    if (!take_figures(setup, &before, why) || !take_figures(&other, &after, why))
        return EXP_FAILED;
    result->value = (double)value;
    result->changed_to = (double)to;
    result->operation_change = percent(before.operation, after.operation);
    result->sync_change = percent(before.sync, after.sync);
    result->quiet_change = percent(before.quiet, after.quiet);
    result->disturbed_change = percent(before.disturbed, after.disturbed);
    return EXP_MEASURED;
}
