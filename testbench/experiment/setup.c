/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of setup.h. */
#include "experiment/setup.h"

#include <math.h>

static const char *word_in(const char *const *words, size_t count, uint64_t value)
{
    return value < count ? words[value] : NULL;
}

#define WORDS(function, ...)                                                                       \
    static const char *function(uint64_t value)                                                    \
    {                                                                                              \
        static const char *const words[] = {__VA_ARGS__};                                          \
                                                                                                   \
        return word_in(words, sizeof words / sizeof words[0], value);                              \
    }

WORDS(exp_form_words, "page", "range", "asid", "all", "none")
WORDS(exp_sync_words, "msi", "sev", "poll")
WORDS(exp_cpu_words, "free", "usual")
WORDS(exp_loop_words, "open", "closed")
WORDS(exp_pattern_words, "uniform", "sequential", "hot")
WORDS(exp_insertion_words, "lock-free", "addition", "lock")
WORDS(exp_illegal_words, "none", "opcode", "secure", "ssec", "cs")
WORDS(exp_change_words, "less", "more")
WORDS(exp_call_words, "ring", "array", "pieces", "gather", "queue")
WORDS(exp_blame_words, "chunk", "device", "command", "halves", "singly")

static const char *exp_preset_words(uint64_t value)
{
    return smmu_config_preset((size_t)value);
}

static const char *exp_key_words(uint64_t value)
{
    const smmu_config_key_t *key = smmu_config_key((size_t)value);

    return key ? key->name : NULL;
}

const struct exp_parameter exp_parameters[EXP_PARAMETER_COUNT] = {
#define ROW(name, words, unit, min, max, normal, meaning)                                          \
    {#name, unit, meaning, words, min, max, normal, offsetof(struct exp_setup, name)},
    EXP_PARAMETERS(ROW)
#undef ROW
};

uint64_t *exp_parameter_in(struct exp_setup *setup, enum exp_parameter_id id)
{
    return (uint64_t *)(void *)((char *)setup + exp_parameters[id].offset);
}

struct exp_setup exp_setup_default(const smmu_config_t *cfg)
{
    struct exp_setup setup = {.cfg = *cfg};

    for (int id = 0; id < EXP_PARAMETER_COUNT; id++)
        *exp_parameter_in(&setup, (enum exp_parameter_id)id) = exp_parameters[id].normal;
    setup.preset = cfg->preset;
    return setup;
}

const struct exp_measure exp_measures[EXP_MEASURE_COUNT] = {
#define ROW(name, unit, decimals, meaning)                                                         \
    {#name, unit, meaning, decimals, offsetof(struct exp_result, name)},
    EXP_MEASURES(ROW)
#undef ROW
};

double exp_measured(const struct exp_result *result, enum exp_measure_id id)
{
    return *(const double *)(const void *)((const char *)result + exp_measures[id].offset);
}

struct exp_result exp_result_nothing(void)
{
    return (struct exp_result){
#define NOTHING(name, ...) .name = NAN,
        EXP_MEASURES(NOTHING)
#undef NOTHING
    };
}
