/* SPDX-License-Identifier: Apache-2.0 */
/* A Context Descriptor, seen through the STE that leads to it: whether it is legal, and what it
 * says (5.4). */
#ifndef SMMUSIM_REFERENCE_CONTEXT_ENTRY_H
#define SMMUSIM_REFERENCE_CONTEXT_ENTRY_H

#include <array>
#include <cstdint>

#include "reference/stream_entry.h"

namespace reference {

/* One of the two halves of the input range. */
struct Half {
    bool disabled;
    unsigned txsz, granule_log2; /* 0: Reserved */
    bool tbi, had, e0pd;
    unsigned sh;
    uint64_t ttb;
};

/* Permissions of an indirection entry, of PIIP or PIIU. */
struct Indirect {
    bool read, write, execute;
};

struct ContextEntry {
    std::array<uint64_t, 8> words = {};
    World world = World::EL1;

    bool illegal(const Features &features, const StreamEntry &ste) const;

    bool one_half() const { return world == World::EL2; }
    Half half(const Features &features, bool upper) const;
    /* Of a half that is not disabled. */
    TableFormat format(const Features &features, bool upper) const;
    bool indirect(const Features &features, const StreamEntry &ste) const;
    Indirect privileged(unsigned index) const;
    Indirect unprivileged(unsigned index) const;
    unsigned mair(unsigned index) const;

private:
    unsigned output_bits(const Features &features) const;
    bool uses_ds(const Features &features, const Half &half) const;
    bool half_illegal(const Features &features, const StreamEntry &ste, bool upper) const;
    bool faults_illegal(const Features &features, const StreamEntry &ste) const;
    bool updates_illegal(const Features &features) const;
    bool indirection_illegal() const;
};

} // namespace reference

#endif
