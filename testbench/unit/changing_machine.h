/* SPDX-License-Identifier: Apache-2.0 */
/* A random machine whose tables change under traffic, with invalidations of all forms, with and
 * without CMD_SYNC after them. */
#ifndef SMMUSIM_UNIT_CHANGING_MACHINE_H
#define SMMUSIM_UNIT_CHANGING_MACHINE_H

#include "unit/past_memory.h"
#include "unit/random_machine.h"

class ChangingMachine : public RandomMachine {
public:
    explicit ChangingMachine(uint64_t seed);

    void start_round();
    /* An access, a change, a command or a CMD_SYNC. False: the round is over. */
    bool step();

    std::string describe_all() const;

    struct Counts {
        uint64_t accesses, changes, invalidations, syncs;
        uint64_t old_shown;   /* the answer was that of an old value, which still was possible */
        uint64_t several;     /* more than one answer was possible */
        uint64_t made_single; /* only the present is possible, though something changed */
        /* Under changes: with a global leaf, with a run of the Contiguous bit, without ASIDs, and
         * with VMIDs that wildcards join. */
        uint64_t global, run, el2, wildcard;

        void add(const Counts &other);
    };
    Counts counts = {};

private:
    void access_again();
    void count(bool present, size_t outcomes);
    void change();
    void change_structure(const PastMemory::Seen &place);
    void prefetch();
    void invalidate();
    Invalidation some_invalidation();
    Invalidation some_configuration();
    void make_range(Invalidation &i, const PastMemory::Seen &place);
    void sync();

    std::unique_ptr<PastMemory> past;
    std::vector<reference::Access> recent;
    std::vector<PastMemory::Seen> places; /* what recent accesses have read */
    bool over = false;
};

#endif
