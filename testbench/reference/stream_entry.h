/* SPDX-License-Identifier: Apache-2.0 */
/* A Stream Table Entry: whether it is legal, and what it says (5.2). */
#ifndef SMMUSIM_REFERENCE_STREAM_ENTRY_H
#define SMMUSIM_REFERENCE_STREAM_ENTRY_H

#include <array>
#include <cstdint>

#include "reference/attributes.h"
#include "reference/features.h"
#include "reference/table_format.h"

namespace reference {

/* Where stage 2 takes permissions from, if not from the descriptor (3.26.2). */
struct Stage2Indirection {
    bool base, overlay;
    uint64_t s2pii, s2poi;
};

enum class World { EL1, EL2, EL2E2H };

struct StreamEntry {
    std::array<uint64_t, 8> words = {};

    unsigned config() const;
    bool stage1() const { return config() & 1; }
    bool stage2() const { return config() & 2; }

    bool illegal(const Features &features) const;
    /* The VMS is enabled (5.2 VMSPtr). */
    bool has_vms(const Features &features) const;

    World world(const Features &features, bool e2h) const;
    Overrides overrides(const Features &features) const;
    /* Of a legal entry with stage 2. */
    TableFormat stage2_format(const Features &features) const;
    bool forced_write_back(const Features &features) const;
    Stage2Indirection indirection(const Features &features, uint64_t s2pii) const;

private:
    bool strw_unused(const Features &features) const;
    bool vmid_unused(const Features &features) const;
    bool ats_illegal(const Features &features) const;
    bool stage1_illegal(const Features &features) const;
    bool stage2_illegal(const Features &features) const;
    bool stage2_tables_illegal(const Features &features) const;
    bool uses_ds(const Features &features) const;
    int start_level() const; /* of VMSAv8-64; INT_MAX: Reserved */
    bool start_level_is_out_of_reach(const Features &features, int level) const;
};

} // namespace reference

#endif
