/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. The configuration as a set of named numbers: keys, presets, ranges, rules between keys
 * (config.def, config_rules.def), and the features that follow from it (features.def). Registers
 * are derived from it in regs.c.
 */
#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "name.h"

static_assert(SMMU_CFG_COUNT <= SMMU_CONFIG_MAX_KEYS, "smmu_config_t is too small for config.def");

static const smmu_config_key_t keys[] = {
#define KEY(id, name, unit, basis, min, max, mmu_700_like, ideal, meaning)                         \
    {name, unit, basis, meaning, min, max},
#include "config.def"
#undef KEY
};

static const struct {
    const char *name;
    uint64_t value[SMMU_CFG_COUNT];
} presets[] = {
#define KEY(id, name, unit, basis, min, max, mmu_700_like, ideal, meaning) mmu_700_like,
    {"mmu-700-like",
     {
#include "config.def"
     }},
#undef KEY
#define KEY(id, name, unit, basis, min, max, mmu_700_like, ideal, meaning) ideal,
    {"ideal",
     {
#include "config.def"
     }},
#undef KEY
};

static int find_key(const char *name)
{
    for (int i = 0; name && i < SMMU_CFG_COUNT; i++)
        if (same_name(keys[i].name, name))
            return i;
    return -1;
}

static bool well_formed(const smmu_config_t *cfg)
{
    return cfg && cfg->size == sizeof *cfg && cfg->count == SMMU_CFG_COUNT;
}

/* Says why in the caller's buffer, if there is one. */
#define REFUSE(why, why_size, ...)                                                                 \
    ((void)((why) && (why_size) ? snprintf(why, why_size, __VA_ARGS__) : 0), SMMU_E_CONFIG)

static smmu_status_t check_range(int key, uint64_t value, char *why, size_t why_size)
{
    const smmu_config_key_t *k = &keys[key];
    if (value >= k->min && value <= k->max)
        return SMMU_OK;
    if (k->min == k->max)
        return REFUSE(why, why_size, "%s=%" PRIu64 ": this build can serve only %" PRIu64 " (%s)",
                      k->name, value, k->min, k->meaning);
    return REFUSE(why, why_size, "%s=%" PRIu64 ": must be from %" PRIu64 " to %" PRIu64 " (%s)",
                  k->name, value, k->min, k->max, k->meaning);
}

smmu_status_t smmu_config_init(smmu_config_t *cfg, const char *preset)
{
    if (!cfg)
        return SMMU_E_ARGUMENT;
    for (size_t p = 0; p < sizeof presets / sizeof presets[0]; p++) {
        if (!same_name(preset ? preset : "mmu-700-like", presets[p].name))
            continue;
        memset(cfg, 0, sizeof *cfg);
        cfg->size = sizeof *cfg;
        cfg->count = SMMU_CFG_COUNT;
        memcpy(cfg->value, presets[p].value, sizeof presets[p].value);
        return SMMU_OK;
    }
    return SMMU_E_CONFIG;
}

smmu_status_t smmu_config_set(smmu_config_t *cfg, const char *name, uint64_t value, char *why,
                              size_t why_size)
{
    if (!well_formed(cfg) || !name)
        return SMMU_E_ARGUMENT;
    int key = find_key(name);
    if (key < 0)
        return REFUSE(why, why_size, "%s: there is no such configuration key", name);
    smmu_status_t status = check_range(key, value, why, why_size);
    if (status == SMMU_OK)
        cfg->value[key] = value;
    return status;
}

smmu_status_t smmu_config_get(const smmu_config_t *cfg, const char *name, uint64_t *value)
{
    if (!well_formed(cfg) || !name || !value)
        return SMMU_E_ARGUMENT;
    int key = find_key(name);
    if (key < 0)
        return SMMU_E_CONFIG;
    *value = cfg->value[key];
    return SMMU_OK;
}

const smmu_config_key_t *smmu_config_key(size_t i)
{
    return i < SMMU_CFG_COUNT ? &keys[i] : NULL;
}

smmu_status_t smmu_config_check(const smmu_config_t *cfg, char *why, size_t why_size)
{
    if (!well_formed(cfg))
        return REFUSE(why, why_size, "the configuration was not made by smmu_config_init()");
    for (int key = 0; key < SMMU_CFG_COUNT; key++)
        if (check_range(key, cfg->value[key], why, why_size) != SMMU_OK)
            return SMMU_E_CONFIG;
#define V(id) (cfg->value[SMMU_CFG_##id])
#define RULE(condition, id, text)                                                                  \
    if (!(condition))                                                                              \
        return REFUSE(why, why_size, "%s=%" PRIu64 ": " text, keys[SMMU_CFG_##id].name, V(id));
#include "config_rules.def"
#undef RULE
#undef V
    return SMMU_OK;
}

bool smmu__feature(const smmu_config_t *cfg, enum smmu_feature f)
{
#define V(id) (cfg->value[SMMU_CFG_##id])
    switch (f) {
#define FEATURE(name, condition)                                                                   \
    case SMMU_FEAT_##name:                                                                         \
        return (condition);
#include "features.def"
#undef FEATURE
    case SMMU_FEAT_COUNT:
        break;
    }
#undef V
    return false;
}

unsigned smmu__oas_bits(const smmu_config_t *cfg)
{
    static const uint8_t bits[] = {32, 36, 40, 42, 44, 48, 52, 56};
    return bits[cfg->value[SMMU_CFG_IDR5_OAS] & 7];
}

unsigned smmu__ias_bits(const smmu_config_t *cfg)
{
    unsigned aarch32 = (cfg->value[SMMU_CFG_IDR0_TTF] & 1) ? 40 : 0;
    unsigned aarch64 = (cfg->value[SMMU_CFG_IDR0_TTF] & 2) ? smmu__oas_bits(cfg) : 0;
    return aarch32 > aarch64 ? aarch32 : aarch64;
}

const char *smmu_strerror(int status)
{
    switch (status) {
#define STATUS_TEXT(name, value, text)                                                             \
    case SMMU_##name:                                                                              \
        return text;
        SMMU_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
    default:
        return "no status of this library";
    }
}

const char *smmu_version(void)
{
    return SMMUSIM_VERSION;
}
