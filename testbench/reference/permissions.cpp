/* SPDX-License-Identifier: Apache-2.0 */
/* See permissions.h. */
#include "reference/permissions.h"

#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

namespace reference {

bool Permissions::allow(const Use &use) const
{
    if (use.inst)
        return execute;
    return use.write ? write && (!clean || hardware_dirties) : read;
}

bool Permissions::wait_for_dirty(const Use &use) const
{
    return use.write && write && clean;
}

void Restrictions::add(uint64_t table)
{
    no_unprivileged |= (REF_FIELD(S1_TABLE_APTABLE, table) & REF_APTABLE_NO_UNPRIVILEGED) != 0;
    no_write |= (REF_FIELD(S1_TABLE_APTABLE, table) & REF_APTABLE_NO_WRITE) != 0;
    uxn |= REF_FIELD(S1_TABLE_UXNTABLE, table) != 0;
    pxn |= REF_FIELD(S1_TABLE_PXNTABLE, table) != 0;
}

namespace {

/* What both privileges may do before WXN and PAN have their say. */
struct Pair {
    Indirect priv, user;
};

bool grants_anything(const Indirect &p)
{
    return p.read || p.write || p.execute;
}

/* 5.4 PAN, EPAN */
void apply_pan(Pair &pair, const ContextEntry &cd, bool execution_counts)
{
    bool user = pair.user.read || pair.user.write || (execution_counts && pair.user.execute);
    if (cd.one_half() || !REF_GET(CD_PAN, cd.words) || !user)
        return;
    pair.priv.read = false;
    pair.priv.write = false;
}

/* Table D8-65, and D8-66 for a regime of one privilege level. */
Pair direct(const ContextEntry &cd, const Restrictions &r, uint64_t leaf, bool writable,
            bool lpae32)
{
    bool wxn = REF_GET(CD_WXN, cd.words);
    bool uxn = r.uxn || REF_FIELD(S1_LEAF_UXN, leaf), pxn = r.pxn || REF_FIELD(S1_LEAF_PXN, leaf);
    bool ap1 = (REF_FIELD(S1_LEAF_AP, leaf) & 1) && !r.no_unprivileged;
    Pair p = {};
    if (cd.one_half()) {
        p.priv = {true, writable, !uxn && !(wxn && writable)};
        p.user = p.priv;
        return p;
    }
    bool user_writes = ap1 && writable;
    p.user = {ap1, user_writes, !uxn && !(wxn && user_writes)};
    p.priv = {true, writable, !pxn && !user_writes && !(wxn && writable)};
    if (lpae32) { /* XN for both; execution needs to read; UWXN instead of the fixed rule */
        p.user.execute = p.user.execute && ap1;
        bool uwxn = REF_GET(CD_UWXN, cd.words) && user_writes;
        p.priv.execute = !uxn && !pxn && !uwxn && !(wxn && writable);
    }
    return p;
}

} // namespace

Permissions stage1_permissions(const ContextEntry &cd, const TableFormat &format, const Features &f,
                               bool indirect, Restrictions r, uint64_t leaf, bool priv)
{
    Pair pair;
    bool read_only = REF_FIELD(S1_LEAF_AP, leaf) & 2; /* nDirty with indirection */
    bool clean;
    if (indirect) {
        auto index =
            static_cast<unsigned>((leaf >> 6 & 1) | (leaf >> 51 & 1) << 1 | (leaf >> 53 & 3) << 2);
        pair = {cd.privileged(index), cd.unprivileged(index)};
        if (cd.one_half())
            pair.user = pair.priv;
        else if (grants_anything(pair.user))
            apply_pan(pair, cd, true);
        clean = read_only;
    } else {
        clean = read_only && format.hd && REF_FIELD(S1_LEAF_DBM, leaf) && !r.no_write;
        bool writable = (!read_only || clean) && !r.no_write;
        pair = direct(cd, r, leaf, writable, format.lpae32);
        bool epan = f.epan && !format.lpae32 && REF_GET(CD_EPAN, cd.words);
        apply_pan(pair, cd, epan);
    }
    const Indirect &mine = priv || cd.one_half() ? pair.priv : pair.user;
    return {mine.read, mine.write, mine.execute, clean, format.hd};
}

Permissions stage2_permissions(const TableFormat &format, const Features &f, uint64_t leaf,
                               bool priv)
{
    uint64_t ap = REF_FIELD(S2_LEAF_S2AP, leaf), xn = REF_FIELD(S2_LEAF_XN, leaf);
    bool clean = format.hd && REF_FIELD(S2_LEAF_DBM, leaf) && !(ap & REF_S2AP_WRITE);
    bool execute;
    if (f.xnx)
        execute = xn == 0 || xn == (priv ? 3 : 1);
    else
        execute = !(xn & 2);
    if (format.lpae32) /* execution needs to read */
        execute = execute && (ap & REF_S2AP_READ);
    return {(ap & REF_S2AP_READ) != 0, (ap & REF_S2AP_WRITE) != 0 || clean, execute, clean,
            format.hd};
}

namespace {

/* Table D8-82; what both base and overlay have is permitted (tables D8-83, D8-84). */
struct Capabilities {
    bool read, write, write_by_walk, user_execute, priv_execute;
    bool mostly_read_only, top_level0, top_level1;
};

Capabilities capabilities(uint64_t code)
{
    switch (code) {
    case 0:
    case 1:
    case 5:
        return {};
    case 4: /* write-only */
        return {false, true, false, false, false, false, false, false};
    case 2:
    case 3:
    case 6:
    case 7: /* mostly read-only */
        return {
            true, false, true, false, false, true, code == 6 || code == 7, code == 3 || code == 7};
    default: {
        bool writes = code & 4;
        return {true, writes, writes, (code & 1) != 0, (code & 2) != 0, false, false, false};
    }
    }
}

Permissions for_access(const Capabilities &c, bool priv, bool walk)
{
    return {c.read, walk ? c.write_by_walk : c.write, priv ? c.priv_execute : c.user_execute, false,
            false};
}

Capabilities overlay_of(const Stage2Indirection &indirection, uint64_t leaf)
{
    if (!indirection.overlay)
        return {true, true, true, true, true, false, false, false};
    return capabilities(indirection.s2poi >> (4 * (leaf >> 59 & 15)) & 15);
}

} // namespace

Permissions stage2_indirect(const TableFormat &format, const Stage2Indirection &indirection,
                            uint64_t leaf, bool priv, bool walk)
{
    uint64_t index = (leaf >> 6 & 1) | (leaf >> 51 & 1) << 1 | (leaf >> 53 & 3) << 2;
    Capabilities base = capabilities(indirection.s2pii >> (4 * index) & 15);
    Permissions p = for_access(base, priv, walk);
    Permissions o = for_access(overlay_of(indirection, leaf), priv, walk);
    bool dirty = leaf >> 7 & 1;
    return {p.read && o.read, p.write && o.write, p.execute && o.execute, !dirty, format.hd};
}

/* Marks of either remain if the other leaves the permission what it is. */
TableMarks table_marks(const Stage2Indirection &indirection, uint64_t leaf)
{
    if (!indirection.base)
        return {false, false, false};
    uint64_t index = (leaf >> 6 & 1) | (leaf >> 51 & 1) << 1 | (leaf >> 53 & 3) << 2;
    Capabilities base = capabilities(indirection.s2pii >> (4 * index) & 15);
    Capabilities overlay = overlay_of(indirection, leaf);
    bool both = base.write_by_walk && overlay.write_by_walk;
    return {both && (base.mostly_read_only || overlay.mostly_read_only),
            both && (base.top_level0 || overlay.top_level0),
            both && (base.top_level1 || overlay.top_level1)};
}

bool overlay_denies(const Stage2Indirection &indirection, uint64_t leaf, const Use &use, bool walk)
{
    return indirection.base &&
           !for_access(overlay_of(indirection, leaf), use.priv, walk).allow(use);
}

uint64_t dirtied_stage1(uint64_t leaf)
{
    return leaf & ~(UINT64_C(1) << 7);
}

uint64_t dirtied_stage2(uint64_t leaf)
{
    return leaf | UINT64_C(1) << 7;
}

} // namespace reference
