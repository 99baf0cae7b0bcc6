/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: names, ranges, rules between keys (6.3.1 to 6.3.8, 2.9), what it refuses. */

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "smmusim/smmu.h"

namespace {

using testing::AllOf;
using testing::HasSubstr;

struct Configuration : testing::Test {
    Configuration() { smmu_config_init(&config, nullptr); }

    smmu_status_t set(const char *name, uint64_t value)
    {
        why[0] = '\0';
        return smmu_config_set(&config, name, value, why, sizeof why);
    }
    uint64_t get(const char *name)
    {
        uint64_t value = ~UINT64_C(0);
        EXPECT_EQ(smmu_config_get(&config, name, &value), SMMU_OK) << name;
        return value;
    }
    smmu_status_t check()
    {
        why[0] = '\0';
        return smmu_config_check(&config, why, sizeof why);
    }

    smmu_config_t config;
    char why[200] = "";
};

TEST_F(Configuration, 110_presets_are_usable)
{
    const char *preset;
    for (size_t i = 0; (preset = smmu_config_preset(i)) != nullptr; i++) {
        EXPECT_EQ(smmu_config_init(&config, preset), SMMU_OK) << preset;
        EXPECT_EQ(check(), SMMU_OK) << preset << ": " << why;
        EXPECT_GT(smmu_size(&config), 0U);
    }
    EXPECT_EQ(smmu_config_init(&config, "MMU-700-LIKE"), SMMU_OK);
    EXPECT_EQ(smmu_config_init(&config, "no such"), SMMU_E_CONFIG);
    EXPECT_EQ(smmu_config_init(nullptr, nullptr), SMMU_E_ARGUMENT);
}

/* What users are promised when they configure nothing. */
TEST_F(Configuration, 110_default_is_everything_that_is_built)
{
    EXPECT_EQ(get("IDR0.S1P"), 1U);
    EXPECT_EQ(get("IDR1.SIDSIZE"), 16U);
    EXPECT_EQ(get("IDR1.SSIDSIZE"), 20U);
    EXPECT_EQ(get("IDR1.CMDQS"), 19U);
    EXPECT_EQ(get("IDR1.EVENTQS"), 19U);
    EXPECT_EQ(get("IDR5.OAS"), 5U);
    EXPECT_EQ(get("IDR5.GRAN4K") + get("IDR5.GRAN16K") + get("IDR5.GRAN64K"), 3U);
    EXPECT_EQ(get("IDR0.TERM_MODEL"), 0U);
}

TEST_F(Configuration, 110_names_are_case_insensitive)
{
    EXPECT_EQ(set("idr1.sidsize", 8), SMMU_OK);
    EXPECT_EQ(get("IDR1.SIDSIZE"), 8U);
    EXPECT_EQ(get("Timing.MTLB_Ways"), get("timing.mtlb_ways"));
}

TEST_F(Configuration, 110_unknown_name_is_refused_by_name)
{
    EXPECT_EQ(set("timing.mtlbways", 4), SMMU_E_CONFIG);
    EXPECT_THAT(why, HasSubstr("timing.mtlbways"));
    EXPECT_EQ(set("", 4), SMMU_E_CONFIG);
    uint64_t value;
    EXPECT_EQ(smmu_config_get(&config, "IDR0", &value), SMMU_E_CONFIG);
}

TEST_F(Configuration, 110_feature_that_is_not_built_is_refused)
{
    EXPECT_EQ(set("IDR3.PBHA", 1), SMMU_E_CONFIG);
    EXPECT_THAT(why, AllOf(HasSubstr("IDR3.PBHA=1"), HasSubstr("only 0")));
    EXPECT_EQ(get("IDR3.PBHA"), 0U);
    EXPECT_EQ(set("IDR3.PBHA", 0), SMMU_OK);
}

TEST_F(Configuration, 110_value_out_of_range_leaves_the_old_one)
{
    EXPECT_EQ(set("IDR1.SIDSIZE", 33), SMMU_E_CONFIG);
    EXPECT_THAT(why, AllOf(HasSubstr("IDR1.SIDSIZE=33"), HasSubstr("0 to 32")));
    EXPECT_EQ(get("IDR1.SIDSIZE"), 16U);
}

TEST_F(Configuration, 110_reasons_may_be_left_unasked_and_are_cut_to_fit)
{
    EXPECT_EQ(smmu_config_set(&config, "IDR3.PBHA", 1, nullptr, 0), SMMU_E_CONFIG);
    char small[8];
    EXPECT_EQ(smmu_config_set(&config, "IDR3.PBHA", 1, small, sizeof small), SMMU_E_CONFIG);
    EXPECT_EQ(std::strlen(small), sizeof small - 1);
}

/* Every key is listed once, its default can be served, and what is outside its range cannot. */
TEST_F(Configuration, 110_every_key_keeps_its_own_range)
{
    std::set<std::string> names;
    for (size_t i = 0; smmu_config_key(i); i++) {
        const smmu_config_key_t *key = smmu_config_key(i);
        EXPECT_TRUE(names.insert(key->name).second) << key->name;
        EXPECT_EQ(set(key->name, get(key->name)), SMMU_OK) << why;
        EXPECT_EQ(set(key->name, key->min), SMMU_OK) << why;
        EXPECT_EQ(set(key->name, key->max), SMMU_OK) << why;
        if (key->min > 0) {
            EXPECT_EQ(set(key->name, key->min - 1), SMMU_E_CONFIG) << key->name;
        }
        if (key->max < UINT64_MAX) {
            EXPECT_EQ(set(key->name, key->max + 1), SMMU_E_CONFIG) << key->name;
        }
        EXPECT_STRNE(key->meaning, "");
        EXPECT_STRNE(key->unit, "");
        EXPECT_STRNE(key->basis, "");
    }
    EXPECT_GT(names.size(), 80U);
}

struct Broken {
    const char *key;
    uint64_t value;
    const char *other;
    uint64_t other_value;
    const char *reason;
};

/* rule: ID-001 ID-009 ID-010 ID-016 ID-017 ID-035 */
const Broken broken[] = {
    {"IDR0.TTENDIAN", 1, nullptr, 0, "IDR0.TTENDIAN=1"},
    {"IDR0.ST_LEVEL", 0, "IDR1.SIDSIZE", 7, "IDR1.SIDSIZE=7"},
    {"IDR3.RIL", 0, nullptr, 0, "IDR3.RIL=0"},
    {"IDR3.FWB", 0, nullptr, 0, "IDR3.FWB=0"},
    {"IDR3.BBML", 0, nullptr, 0, "IDR3.BBML=0"},
    {"IDR3.HAD", 0, nullptr, 0, "IDR3.HAD=0"},
    {"AIDR.ArchMinorRev", 1, "IDR3.E0PD", 1, "IDR3.E0PD=1"},
    {"IIDR.Implementer", 0x80, nullptr, 0, "IIDR.Implementer=128"},
    {"timing.mtlb_entries", 30, "timing.mtlb_ways", 4, "timing.mtlb_entries=30"},
    {"timing.mtlb_entries", 1024, "timing.mtlb_ways", 3, "timing.mtlb_entries=1024"},
    {"timing.cc_entries", 98, "timing.cc_ways", 8, "timing.cc_entries=98"},
    {"timing.wc_entries", 100, "timing.wc_ways", 8, "timing.wc_entries=100"},
    {"timing.dti_trans_tokens", 65, "timing.tcu_xlate_slots", 256, "timing.dti_trans_tokens=65"},
};

TEST_F(Configuration, 111_combinations_that_break_a_rule_are_refused)
{
    for (const Broken &b : broken) {
        smmu_config_init(&config, nullptr);
        EXPECT_EQ(set(b.key, b.value), SMMU_OK) << why;
        if (b.other) {
            EXPECT_EQ(set(b.other, b.other_value), SMMU_OK) << why;
        }
        EXPECT_EQ(check(), SMMU_E_CONFIG) << b.reason;
        EXPECT_THAT(why, HasSubstr(b.reason));
        EXPECT_EQ(smmu_size(&config), 0U) << b.reason;
    }
}

TEST_F(Configuration, 111_granules_may_be_any_but_none)
{
    set("IDR0.TTF", 2);
    for (unsigned granules = 0; granules < 8; granules++) {
        set("IDR5.GRAN4K", granules & 1);
        set("IDR5.GRAN16K", granules >> 1 & 1);
        set("IDR5.GRAN64K", granules >> 2);
        EXPECT_EQ(check(), granules ? SMMU_OK : SMMU_E_CONFIG) << granules;
    }
}

/* rule: ID-010 */
TEST_F(Configuration, 111_linear_tables_alone_serve_up_to_6_streamid_bits)
{
    set("IDR0.ST_LEVEL", 0);
    for (unsigned bits = 0; bits <= 32; bits++) {
        set("IDR1.SIDSIZE", bits);
        EXPECT_EQ(check(), bits < 7 ? SMMU_OK : SMMU_E_CONFIG) << bits;
    }
}

/* A part of SMMUv3.1, as many emulators are: the features of v3.2 are optional there (2.9). */
TEST_F(Configuration, 111_smmuv3_1_may_lack_what_v3_2_demands)
{
    set("AIDR.ArchMinorRev", 1);
    set("IDR3.E0PD", 0);
    set("IDR3.FWB", 0);
    set("IDR3.RIL", 0);
    set("IDR3.BBML", 0);
    EXPECT_EQ(check(), SMMU_OK) << why;
}

/* A configuration that takes something away need not name what else goes with it. */
TEST_F(Configuration, 111_features_that_nobody_set_go_and_come_with_what_they_need)
{
    const struct {
        const char *key;
        uint64_t value;
        std::vector<const char *> gone;
    } cases[] = {
        {"IDR0.S2P", 0, {"IDR0.Hyp", "IDR0.VMW", "IDR0.VMID16", "IDR3.XNX", "IDR3.PTWNNC"}},
        {"AIDR.ArchMinorRev", 2, {"IDR3.EPAN", "IDR3.S1PI", "IDR3.AIE", "IDR3.PASIDTT", "IDR5.DS"}},
        {"AIDR.ArchMinorRev", 1, {"IDR3.EPAN", "IDR3.E0PD", "IDR3.PTWNNC", "IDR5.DS"}},
        {"IDR5.VAX", 0, {"IDR5.DS"}},
        {"IDR1.SSIDSIZE", 0, {"IDR3.PPS", "IDR3.PASIDTT"}},
        {"IDR0.ATS", 0, {"IDR0.PRI", "IDR3.PPS", "IDR3.PASIDTT"}},
    };
    for (const auto &c : cases) {
        smmu_config_init(&config, nullptr);
        smmu_config_t whole = config;
        uint64_t before = get(c.key);
        set(c.key, c.value);
        EXPECT_EQ(check(), SMMU_OK) << why;
        for (const char *key : c.gone)
            EXPECT_EQ(get(key), 0U) << key;
        set(c.key, before);
        EXPECT_EQ(std::memcmp(config.value, whole.value, sizeof config.value), 0) << c.key;
    }
    set("IDR0.Hyp", 1);
    set("IDR0.S2P", 0);
    EXPECT_EQ(check(), SMMU_E_CONFIG) << "what was set is not taken back";
    EXPECT_THAT(why, HasSubstr("IDR0.Hyp=1"));
}

TEST_F(Configuration, 112_creation_refuses_what_check_refuses)
{
    std::vector<unsigned char> memory(smmu_size(&config) + 64);
    smmu_t *s = nullptr;
    set("IDR0.TTENDIAN", 1);
    EXPECT_EQ(smmu_create(&s, &config, memory.data(), memory.size()), SMMU_E_CONFIG);
    EXPECT_EQ(s, nullptr);
    std::memset(&config, 0, sizeof config);
    EXPECT_EQ(smmu_size(&config), 0U);
    EXPECT_EQ(smmu_config_set(&config, "IDR0.MSI", 0, nullptr, 0), SMMU_E_ARGUMENT);
}

TEST(Version, 113_statuses_and_version_have_texts)
{
    EXPECT_STRNE(smmu_version(), "");
    EXPECT_STREQ(smmu_strerror(SMMU_OK), "no error");
    std::set<std::string> texts;
    for (int status = 0; status >= SMMU_E_UNSUPPORTED; status--)
        EXPECT_TRUE(texts.insert(smmu_strerror(status)).second) << status;
    EXPECT_STRNE(smmu_strerror(-1000), "");
}

} // namespace
