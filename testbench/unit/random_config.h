/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration drawn at random from what this build of the model can serve: it is asked for the
 * range of each key, so that a feature that exists is drawn without anybody saying so here.
 */
#ifndef SMMUSIM_UNIT_RANDOM_CONFIG_H
#define SMMUSIM_UNIT_RANDOM_CONFIG_H

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "smmusim/smmu.h"

class RandomConfig {
public:
    explicit RandomConfig(std::mt19937_64 &random) : random(random) {}

    smmu_config_t draw()
    {
        EXPECT_EQ(smmu_config_init(&config, "ideal"), SMMU_OK);
        small_machine();
        if (one_in(4)) /* what belongs to stage 2 goes with it */
            try_all({"IDR0.S2P", "IDR0.Hyp", "IDR0.VMW", "IDR3.XNX", "IDR3.PTWNNC", "IDR3.S2PI",
                     "IDR3.S2PO", "IDR3.MTEPERM", "IDR3.THE", "IDR0.VATOS", "IDR0.NS1ATS"});
        if (one_in(4)) /* what belongs to MPAM likewise */
            try_all({"MPAMIDR.PARTID_MAX", "MPAMIDR.PMG_MAX", "IDR3.MPAM"});
        if (one_in(3)) /* what belongs to 52-bit addresses likewise */
            try_all({"IDR5.DS", "IDR5.VAX", "IDR5.D128"});
        if (one_in(3)) /* mostly, both table formats */
            set("IDR0.TTF", one_in(3) ? 1 : 2);
        if (one_in(2)) /* stalls need room */
            try_both("IDR0.STALL_MODEL", one_in(4) ? 2 : 0, "IDR5.STALL_MAX", 8);
        for (unsigned i = 0; i < 60; ++i)
            change_one(drawn_keys[below(sizeof drawn_keys / sizeof *drawn_keys)]);
        set("IDR1.SIDSIZE", 8);
        return config;
    }

private:
    static constexpr const char *drawn_keys[] = {
        "IDR0.HTTU",
        "IDR0.ASID16",
        "IDR0.VMID16",
        "IDR0.CD2L",
        "IDR0.TTENDIAN",
        "IDR0.STALL_MODEL",
        "IDR0.TERM_MODEL",
        "IDR0.ST_LEVEL",
        "IDR1.SSIDSIZE",
        "IDR1.ATTR_PERMS_OVR",
        "IDR1.ATTR_TYPES_OVR",
        "IDR3.HAD",
        "IDR3.XNX",
        "IDR3.FWB",
        "IDR3.STT",
        "IDR3.E0PD",
        "IDR3.PTWNNC",
        "IDR3.EPAN",
        "IDR3.S1PI",
        "IDR3.S2PI",
        "IDR3.S2PO",
        "IDR3.AIE",
        "IDR3.THE",
        "MPAMIDR.PARTID_MAX",
        "MPAMIDR.PMG_MAX",
        "IDR5.OAS",
        "IDR5.GRAN4K",
        "IDR5.GRAN16K",
        "IDR5.GRAN64K",
        "IDR5.DS",
        "IDR5.VAX",
        "AIDR.ArchMinorRev",
    };

    bool one_in(unsigned n) { return random() % n == 0; }
    uint64_t below(uint64_t n) { return random() % n; }

    bool legal()
    {
        char why[200];
        return smmu_config_check(&config, why, sizeof why) == SMMU_OK;
    }

    void set(const char *name, uint64_t value)
    {
        char why[200] = "";
        EXPECT_EQ(smmu_config_set(&config, name, value, why, sizeof why), SMMU_OK) << why;
    }

    static const smmu_config_key_t *find(const char *name)
    {
        for (size_t i = 0; smmu_config_key(i); ++i)
            if (!std::strcmp(smmu_config_key(i)->name, name))
                return smmu_config_key(i);
        return nullptr;
    }

    /* As low as they go, all of them or none. */
    void try_all(std::initializer_list<const char *> names)
    {
        smmu_config_t before = config;
        for (const char *name : names)
            if (const smmu_config_key_t *key = find(name))
                set(name, key->min);
        if (!legal())
            config = before;
    }

    void try_both(const char *first, uint64_t value, const char *second, uint64_t other)
    {
        smmu_config_t before = config;
        char why[200] = "";
        bool set_both = smmu_config_set(&config, first, value, why, sizeof why) == SMMU_OK &&
                        smmu_config_set(&config, second, other, why, sizeof why) == SMMU_OK;
        if (!set_both || !legal())
            config = before;
    }

    void change_one(const char *name)
    {
        const smmu_config_key_t *key = find(name);
        if (!key)
            return;
        smmu_config_t before = config;
        bool flag = key->max - key->min == 1;
        uint64_t value = flag ? key->max - one_in(4) : key->min + below(key->max - key->min + 1);
        set(name, value);
        if (!legal())
            config = before;
    }

    /* Caches in which things meet, and which cost little to set up. */
    void small_machine()
    {
        static const struct {
            const char *name;
            uint64_t value;
        } sizes[] = {{"timing.mtlb_entries", 64},
                     {"timing.utlb_entries", 4},
                     {"timing.cc_entries", 16},
                     {"timing.wc_entries", 64},
                     {"timing.tbus", 1},
                     {"timing.tbu_xlate_slots", 4},
                     {"timing.tcu_xlate_slots", 8},
                     {"timing.dti_trans_tokens", 4},
                     {"timing.wc_l0_entries", 16},
                     {"timing.wc_l1_entries", 16},
                     {"timing.wc_l2_entries", 16},
                     {"timing.wc_l3_entries", 16},
                     {"timing.wc_s2l0_entries", 16},
                     {"timing.wc_s2l1_entries", 16},
                     {"timing.wc_s2l2_entries", 16},
                     {"timing.wc_s2l3_entries", 16}};
        for (const auto &size : sizes)
            if (find(size.name))
                set(size.name, size.value);
        set("mode", below(3));
        ASSERT_TRUE(legal());
    }

    std::mt19937_64 &random;
    smmu_config_t config = {};
};

#endif
