/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. The configuration as a set of named numbers: keys, presets, ranges, rules between keys
 * (config.def, config_rules.def, config_follows.def), and the features that follow from it
 * (features.def). Registers are derived from it in regs.c.
 */
#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bits.h"
#include "name.h"

static_assert(SMMU_CFG_COUNT <= SMMU_CONFIG_MAX_KEYS, "smmu_config_t is too small for config.def");

/* What a value rests on. */
enum basis { STATED, DEDUCED, ASSUMED, IDEALISED };
static const char *const basis_names[] = {"stated", "deduced", "assumed", "idealised"};

struct preset_value {
    uint64_t value;
    uint8_t basis; /* enum basis */
};

enum preset { MMU_600_LIKE, MMU_700_LIKE, MMU_700_REF, GEM5, IDEAL, PRESETS };
static const char *const preset_names[PRESETS] = {"mmu-600-like", "mmu-700-like", "mmu-700-ref",
                                                  "gem5", "ideal"};
enum { DEFAULT_PRESET = MMU_700_LIKE };

#define S(n) {n, STATED}
#define D(n) {n, DEDUCED}
#define A(n) {n, ASSUMED}
#define I(n) {n, IDEALISED}

/* A timing key's column for each preset; a key that is no timing has one value and a basis by
 * name. */
static const struct {
    smmu_config_key_t key;
    struct preset_value preset[PRESETS];
} keys[] = {
#define KEY(id, name, unit, basis, min, max, value, meaning)                                       \
    {{name, unit, basis, meaning, min, max}, {{value, 0}}},
#define TIMING(id, name, modes, unit, min, max, v600, v700, ref, gem5, ideal, meaning)             \
    {{"timing." name, unit, NULL, meaning, min, max}, {v600, v700, ref, gem5, ideal}},
#include "config.def"
#include "timing.def"
#undef TIMING
#undef KEY
};

#undef S
#undef D
#undef A
#undef I

static int find_key(const char *name)
{
    for (int i = 0; name && i < SMMU_CFG_COUNT; i++)
        if (same_name(keys[i].key.name, name))
            return i;
    return -1;
}

static bool well_formed(const smmu_config_t *cfg)
{
    return cfg && cfg->size == sizeof *cfg && cfg->count == SMMU_CFG_COUNT &&
           cfg->preset < PRESETS;
}

/* Says why in the caller's buffer, if there is one. */
#define REFUSE(why, why_size, ...)                                                                 \
    ((void)((why) && (why_size) ? snprintf(why, why_size, __VA_ARGS__) : 0), SMMU_E_CONFIG)

static smmu_status_t check_range(int key, uint64_t value, char *why, size_t why_size)
{
    const smmu_config_key_t *k = &keys[key].key;
    if (value >= k->min && value <= k->max)
        return SMMU_OK;
    if (k->min == k->max)
        return REFUSE(why, why_size, "%s=%" PRIu64 ": this build can serve only %" PRIu64 " (%s)",
                      k->name, value, k->min, k->meaning);
    return REFUSE(why, why_size, "%s=%" PRIu64 ": must be from %" PRIu64 " to %" PRIu64 " (%s)",
                  k->name, value, k->min, k->max, k->meaning);
}

const char *smmu_config_preset(size_t i)
{
    return i < PRESETS ? preset_names[i] : NULL;
}

static uint64_t preset_value(int key, enum preset preset)
{
    return keys[key].preset[keys[key].key.basis ? 0 : preset].value;
}

/* Features that go or come back with those they need (config_follows.def). */
static void follow(smmu_config_t *cfg)
{
#define V(id) (cfg->value[SMMU_CFG_##id])
#define FOLLOWS_ELSE(id, condition, otherwise)                                                     \
    if (!bit_of(cfg->given[SMMU_CFG_##id / 64], SMMU_CFG_##id % 64))                               \
        V(id) = (condition) ? preset_value(SMMU_CFG_##id, (enum preset)cfg->preset) : (otherwise);
#define FOLLOWS(id, condition) FOLLOWS_ELSE(id, condition, 0)
#include "config_follows.def"
#undef FOLLOWS
#undef FOLLOWS_ELSE
#undef V
}

smmu_status_t smmu_config_init(smmu_config_t *cfg, const char *preset)
{
    if (!cfg)
        return SMMU_E_ARGUMENT;
    for (unsigned p = 0; p < PRESETS; p++) {
        if (!same_name(preset ? preset : preset_names[DEFAULT_PRESET], preset_names[p]))
            continue;
        memset(cfg, 0, sizeof *cfg);
        cfg->size = sizeof *cfg;
        cfg->count = SMMU_CFG_COUNT;
        cfg->preset = p;
        for (int key = 0; key < SMMU_CFG_COUNT; key++)
            cfg->value[key] = preset_value(key, (enum preset)p);
        follow(cfg);
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
    if (status != SMMU_OK)
        return status;
    cfg->value[key] = value;
    cfg->given[key / 64] |= UINT64_C(1) << key % 64;
    follow(cfg);
    return SMMU_OK;
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
    return i < SMMU_CFG_COUNT ? &keys[i].key : NULL;
}

const char *smmu_config_basis(const smmu_config_t *cfg, size_t i)
{
    if (!well_formed(cfg) || i >= SMMU_CFG_COUNT)
        return NULL;
    if (keys[i].key.basis)
        return keys[i].key.basis;
    const struct preset_value *v = &keys[i].preset[cfg->preset];
    return cfg->value[i] == v->value ? basis_names[v->basis] : "set";
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
        return REFUSE(why, why_size, "%s=%" PRIu64 ": " text, keys[SMMU_CFG_##id].key.name, V(id));
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
