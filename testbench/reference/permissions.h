/* SPDX-License-Identifier: Apache-2.0 */
/* What a leaf permits (DDI 0487 D8.4, D8.5; 3.13, 3.26, 5.4). */
#ifndef SMMUSIM_REFERENCE_PERMISSIONS_H
#define SMMUSIM_REFERENCE_PERMISSIONS_H

#include <cstdint>

#include "reference/context_entry.h"

namespace reference {

struct Use {
    bool write, inst, priv;
};

struct Permissions {
    bool read, write, execute;
    bool clean; /* writable, but not dirty: a write must say so in the descriptor first */
    bool hardware_dirties;

    bool allow(const Use &use) const;
    /* Only the dirty state is in the way. */
    bool wait_for_dirty(const Use &use) const;
};

/* What table descriptors above the leaf took away. */
struct Restrictions {
    bool no_unprivileged = false, no_write = false, uxn = false, pxn = false;

    void add(uint64_t table_descriptor);
};

Permissions stage1_permissions(const ContextEntry &cd, const TableFormat &format,
                               const Features &features, bool indirect, Restrictions restrictions,
                               uint64_t leaf, bool priv);
Permissions stage2_permissions(const TableFormat &format, const Features &features, uint64_t leaf,
                               bool priv);
/* walk: the access is one of a stage 1 walk. */
Permissions stage2_indirect(const TableFormat &format, const Stage2Indirection &indirection,
                            uint64_t leaf, bool priv, bool walk);
/* What a stage 2 leaf says of stage 1 tables that lie there (D8.2.7.3, D8.2.7.4). */
struct TableMarks {
    bool mostly_read_only, top_level0, top_level1;
};
TableMarks table_marks(const Stage2Indirection &indirection, uint64_t leaf);
/* Whether the overlay alone denies the access already. */
bool overlay_denies(const Stage2Indirection &indirection, uint64_t leaf, const Use &use, bool walk);

/* The descriptor as hardware leaves it after a write to a clean page. */
uint64_t dirtied_stage1(uint64_t leaf);
uint64_t dirtied_stage2(uint64_t leaf);

} // namespace reference

#endif
