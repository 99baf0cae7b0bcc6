/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caches of the model against the reference that has none: accesses, changes of tables and
 * structures, CFGI and TLBI of all forms, with and without CMD_SYNC, in random order. After a
 * completed CMD_SYNC nothing shows that its invalidations cover; before it, any combination of
 * what the memory holds and has held since may (3.21, 4.3, 4.4, 4.7.3).
 */
#include <gtest/gtest.h>

#include <iostream>

#include "unit/changing_machine.h"
#include "unit/seeded_run.h"

namespace {

constexpr unsigned rounds = 20, steps_in_a_round = 200;

/* rule: PF-011 INV-002 INV-004 INV-009 INV-011 INV-012 INV-013 INV-014 INV-020 CCH-001 CCH-019
 * TLB-007 TLB-008 TLB-012 TI-005 TI-006 TI-007 TI-008 TI-011 TI-013 TI-021 TI-022 TI-026 */
TEST(CacheAgainstReference, 381_nothing_old_shows_after_its_invalidation_and_sync)
{
    const SeededRun run(200'000, 20'000);
    ChangingMachine::Counts all = {};
    for (uint64_t n = run.seed; all.accesses < run.accesses; ++n) {
        ChangingMachine machine(n);
        for (unsigned round = 0; round < rounds; ++round) {
            machine.start_round();
            for (unsigned i = 0; i < steps_in_a_round && machine.step(); ++i) {
                if (testing::Test::HasFailure()) {
                    std::cout << "SMMUSIM_SEED=" << n << ", round " << round << ", step " << i
                              << "\n"
                              << machine.describe_all();
                    return;
                }
            }
        }
        all.add(machine.counts);
    }
    std::cout << "seed " << run.seed << ": " << all.accesses << " accesses, " << all.changes
              << " changes, " << all.invalidations << " invalidations, " << all.syncs
              << " CMD_SYNCs; " << all.several << " accesses with several possible answers, "
              << all.old_shown << " answered as before a change, " << all.made_single
              << " with one answer in spite of changes; " << all.global << " of global entries, "
              << all.run << " of contiguous runs, " << all.el2 << " of EL2 without ASIDs, "
              << all.wildcard << " under wildcards\n";
    EXPECT_GT(all.several, all.accesses / 100);
    EXPECT_GT(all.old_shown, all.accesses / 1000);
    EXPECT_GT(all.made_single, all.accesses / 10);
    for (uint64_t often : {all.global, all.run, all.el2, all.wildcard})
        EXPECT_GT(often, all.accesses / 1000);
}

} // namespace
