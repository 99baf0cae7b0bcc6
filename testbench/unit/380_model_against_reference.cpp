/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model against the reference translation: random configurations, structures, tables and
 * accesses, every answer and every record compared in all that the specification determines. The
 * seed is printed and can be given (SMMUSIM_SEED), as can the number of accesses
 * (SMMUSIM_ACCESSES).
 */
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>

#include "smmusim/smmu.h"
#include "spec_ref/ref_events.h"
#include "unit/random_machine.h"
#include "unit/seeded_run.h"

namespace {

constexpr unsigned rounds = 40, accesses_per_round = 60;

using reference::Result;

/* Ends that each must come so often, if the model can be configured to what they need. */
const struct Floor {
    Ending ending;
    const char *key; /* nullptr: nothing */
    uint64_t value;
} floors[] = {
    {{Result::Forward, 0, false, 0}, nullptr, 0},
    {{Result::RazWi, 0, false, 0}, nullptr, 0},
    {{Result::Abort, REF_EVT_C_BAD_STREAMID, false, 0}, nullptr, 0},
    {{Result::Abort, REF_EVT_F_STE_FETCH, false, 0}, nullptr, 0},
    {{Result::Abort, REF_EVT_C_BAD_STE, false, 0}, nullptr, 0},
    {{Result::Abort, REF_EVT_F_STREAM_DISABLED, false, 0}, nullptr, 0},
    {{Result::Abort, REF_EVT_C_BAD_SUBSTREAMID, false, 0}, nullptr, 0},
    {{Result::Abort, REF_EVT_F_CD_FETCH, false, 0}, nullptr, 0},
    {{Result::Abort, REF_EVT_C_BAD_CD, false, 0}, nullptr, 0},
    {{Result::Abort, REF_EVT_F_VMS_FETCH, false, 0}, "IDR3.MPAM", 1},
    {{Result::Abort, REF_EVT_F_WALK_EABT, false, REF_CLASS_TT}, nullptr, 0},
    {{Result::Abort, REF_EVT_F_TRANSLATION, false, REF_CLASS_IN}, nullptr, 0},
    {{Result::Abort, REF_EVT_F_ADDR_SIZE, false, REF_CLASS_IN}, nullptr, 0},
    {{Result::Abort, REF_EVT_F_ACCESS, false, REF_CLASS_IN}, nullptr, 0},
    {{Result::Abort, REF_EVT_F_PERMISSION, false, REF_CLASS_IN}, nullptr, 0},
    {{Result::RazWi, REF_EVT_F_TRANSLATION, false, REF_CLASS_IN}, nullptr, 0},
    {{Result::RazWi, REF_EVT_F_PERMISSION, false, REF_CLASS_IN}, nullptr, 0},
    {{Result::Abort, REF_EVT_F_WALK_EABT, true, REF_CLASS_CD}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_WALK_EABT, true, REF_CLASS_TT}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_WALK_EABT, true, REF_CLASS_IN}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_TRANSLATION, true, REF_CLASS_CD}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_TRANSLATION, true, REF_CLASS_TT}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_TRANSLATION, true, REF_CLASS_IN}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_ADDR_SIZE, true, REF_CLASS_IN}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_ACCESS, true, REF_CLASS_CD}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_ACCESS, true, REF_CLASS_TT}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_ACCESS, true, REF_CLASS_IN}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_PERMISSION, true, REF_CLASS_CD}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_PERMISSION, true, REF_CLASS_TT}, "IDR0.S2P", 1},
    {{Result::Abort, REF_EVT_F_PERMISSION, true, REF_CLASS_IN}, "IDR0.S2P", 1},
    {{Result::Stall, REF_EVT_F_TRANSLATION, false, REF_CLASS_IN}, "IDR0.STALL_MODEL", 2},
    {{Result::Stall, REF_EVT_F_PERMISSION, false, REF_CLASS_IN}, "IDR0.STALL_MODEL", 2},
};

/* Some numbered key's largest value that this build serves. */
uint64_t most_of(const char *name)
{
    for (size_t i = 0; smmu_config_key(i); ++i)
        if (std::string(smmu_config_key(i)->name) == name)
            return smmu_config_key(i)->max;
    ADD_FAILURE() << name;
    return 0;
}

/* Once in 100,000 accesses at least. */
void expect_enough_of_everything(const std::map<Ending, uint64_t> &endings, uint64_t accesses)
{
    for (const Floor &floor : floors) {
        if (floor.key && most_of(floor.key) < floor.value)
            continue;
        auto found = endings.find(floor.ending);
        EXPECT_GE(found == endings.end() ? 0 : found->second, accesses / 100'000)
            << floor.ending.text();
    }
}

/* rule: PRI-001 PRI-002 CCH-019 HTU-026 CF-023 CCH-015 CCH-016 */
TEST(ModelAgainstReference, 380_every_answer_and_every_record)
{
    const SeededRun run(1'000'000, 50'000);
    std::map<Ending, uint64_t> endings;
    uint64_t done = 0, updating = 0;
    for (uint64_t n = run.seed; done < run.accesses; ++n) {
        RandomMachine machine(n);
        for (unsigned round = 0; round < rounds && done < run.accesses; ++round) {
            machine.new_round();
            for (unsigned i = 0; i < accesses_per_round && machine.access(); ++i, ++done) {
                if (testing::Test::HasFailure()) {
                    std::cout << "SMMUSIM_SEED=" << n << ", round " << round << ", access " << i
                              << "\n"
                              << machine.describe();
                    return;
                }
            }
        }
        for (const auto &[ending, times] : machine.endings)
            endings[ending] += times;
        updating += machine.updating_accesses;
    }
    std::cout << "seed " << run.seed << ", " << done << " accesses\n";
    for (const auto &[ending, times] : endings)
        std::cout << "  " << ending.text() << ": " << times << "\n";
    std::cout << "  hardware updates in: " << updating << "\n";
    expect_enough_of_everything(endings, done);
    EXPECT_GE(updating, done / 1000);
}

} // namespace
