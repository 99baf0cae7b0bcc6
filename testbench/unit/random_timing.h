/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timing values drawn at random, every timing.* key but one, within ranges that keep a run short.
 * What a draw breaks of the rules between keys is drawn again. The same seed gives the same values.
 */
#ifndef SMMUSIM_UNIT_RANDOM_TIMING_H
#define SMMUSIM_UNIT_RANDOM_TIMING_H

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <sstream>
#include <string>

#include "smmusim/smmu.h"

/* When a device counts as failed is not how long something takes: it decides what comes of it. */
inline bool is_timing(const char *name)
{
    return std::strncmp(name, "timing.", 7) == 0 &&
           std::strcmp(name, "timing.atc_inv_timeout") != 0;
}

class RandomTiming {
public:
    explicit RandomTiming(uint64_t seed) : random_(seed) {}

    /* Draws every timing.* key, or those of one unit. */
    void draw(smmu_config_t *config, const char *unit = nullptr)
    {
        for (size_t i = 0; smmu_config_key(i) != nullptr; i++)
            if (is_drawn(smmu_config_key(i), unit))
                draw_key(config, smmu_config_key(i));
        char why[256];
        while (smmu_config_check(config, why, sizeof why) != SMMU_OK)
            draw_what_is_wrong(config, why);
    }

private:
    static bool is_drawn(const smmu_config_key_t *key, const char *unit)
    {
        return is_timing(key->name) && (unit == nullptr || std::strcmp(key->unit, unit) == 0);
    }

    uint64_t pick(uint64_t least, uint64_t most) { return least + random_() % (most - least + 1); }

    /* Mostly small, which is where things meet; now and then large. */
    uint64_t most_of(const smmu_config_key_t *key)
    {
        const std::string unit = key->unit;
        if (std::strcmp(key->name, "timing.seed") == 0)
            return 1000;
        if (std::strcmp(key->name, "timing.tbu_priority") == 0)
            return 0xFF;
        if (std::strcmp(key->name, "timing.wbuf_beats") == 0)
            return 64;
        if (unit == "cycles")
            return pick(0, 3) == 0 ? 200 : 12;
        if (unit == "entries")
            return pick(0, 1) == 0 ? 16 : 1024;
        return pick(0, 1) == 0 ? 4 : 64;
    }

    void draw_key(smmu_config_t *config, const smmu_config_key_t *key)
    {
        const uint64_t most = std::max(key->min, std::min(key->max, most_of(key)));
        EXPECT_EQ(smmu_config_set(config, key->name, pick(key->min, most), nullptr, 0), SMMU_OK)
            << key->name;
    }

    /* "KEY=VALUE: rule" names one key; the rule may need any of the others that it is about. */
    void draw_what_is_wrong(smmu_config_t *config, const char *why)
    {
        const std::string text = why;
        for (size_t i = 0; smmu_config_key(i) != nullptr; i++) {
            const smmu_config_key_t *key = smmu_config_key(i);
            if (is_drawn(key, nullptr) && text.find(key->name) != std::string::npos)
                draw_key(config, key);
        }
    }

    std::mt19937_64 random_;
};

/* All timing.* values as lines of a configuration file. */
inline std::string timing_lines(const smmu_config_t &config)
{
    std::ostringstream lines;
    for (size_t i = 0; smmu_config_key(i) != nullptr; i++)
        if (is_timing(smmu_config_key(i)->name))
            lines << smmu_config_key(i)->name << "=" << config.value[i] << "\n";
    return lines.str();
}

inline std::string random_timing_lines(uint64_t seed)
{
    smmu_config_t config;
    EXPECT_EQ(smmu_config_init(&config, nullptr), SMMU_OK);
    RandomTiming(seed).draw(&config);
    return timing_lines(config);
}

#endif
