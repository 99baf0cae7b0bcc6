/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 1 permissions of regimes with two privileges (DDI D8.4, of VMSAv8-32 G5.6; 5.4 WXN, UWXN,
 * PAN, EPAN): every combination of descriptor bits, table restrictions and controls against the
 * statements of the specification, one kind of access at a time.
 */
#include <gtest/gtest.h>

#include <cstdint>

#include "spec_ref/ref_vmsa.h"

extern "C" {
#include "pte.h"
#include "walk.h"
}

namespace {

struct Page {
    unsigned ap, aptable;
    bool pxn, uxn, pxntable, uxntable, wxn, pan, epan;
    bool vmsav8_32 = false, uwxn = true;

    /* AP[2:1] and APTable[1:0]: what each privilege may do with data, before PAN */
    bool unprivileged_read() const { return (ap & 1) && !(aptable & 1); }
    bool privileged_write() const { return !(ap & 2) && !(aptable & 2); }
    bool unprivileged_write() const { return ap == 1 && aptable == 0; }
    bool unprivileged_execute() const
    {
        bool readable = unprivileged_read() || !vmsav8_32;
        return readable && !uxn && !uxntable && !(wxn && unprivileged_write());
    }
    bool privileged_execute() const
    {
        bool xn = vmsav8_32 && (uxn || uxntable); /* of both privileges */
        return !xn && !pxn && !pxntable && !(uwxn && unprivileged_write()) &&
               !(wxn && privileged_write());
    }
    bool pan_applies() const
    {
        return pan && (unprivileged_read() || (epan && unprivileged_execute()));
    }
};

unsigned permissions(const Page &p)
{
    uint64_t d = REF_PREP(S1_LEAF_AP, p.ap) | REF_PREP(S1_LEAF_PXN, p.pxn) |
                 REF_PREP(S1_LEAF_UXN, p.uxn) | 0x403;
    uint64_t t = REF_PREP(S1_TABLE_APTABLE, p.aptable) | REF_PREP(S1_TABLE_PXNTABLE, p.pxntable) |
                 REF_PREP(S1_TABLE_UXNTABLE, p.uxntable) | 3;
    pte_controls c = {};
    c.restrictions = smmu__pte_table_restrictions(t);
    c.wxn = p.wxn;
    c.uwxn = p.uwxn;
    c.pan = p.pan;
    c.epan = p.epan;
    c.vmsav8_32 = p.vmsav8_32;
    return smmu__pte_stage1_permissions(d, c);
}

bool may(const Page &p, bool privileged, bool instruction, bool write)
{
    return permissions(p) & leaf_permission(privileged, instruction, write);
}

/* rule: PRM-001 PRM-004 PRM-008 PRM-009 PRM-010 PRM-012 PRM-013 PRM-014 PRM-015 */
/* rule: PRM-011 PRM-016 PRM-017 PRM-018 */
TEST(Permissions, 320_every_combination_permits_what_the_architecture_says)
{
    for (unsigned n = 0; n < 3U << 11; ++n) { /* VMSAv8-64; VMSAv8-32 without and with UWXN */
        bool vmsav8_32 = n >> 11, uwxn = n >> 11 != 1;
        Page p = {n & 3,
                  n >> 2 & 3,
                  (n >> 4 & 1) != 0,
                  (n >> 5 & 1) != 0,
                  (n >> 6 & 1) != 0,
                  (n >> 7 & 1) != 0,
                  (n >> 8 & 1) != 0,
                  (n >> 9 & 1) != 0,
                  (n >> 10 & 1) != 0 && !vmsav8_32,
                  vmsav8_32,
                  uwxn};
        EXPECT_EQ(may(p, false, false, false), p.unprivileged_read()) << n;
        EXPECT_EQ(may(p, false, false, true), p.unprivileged_write()) << n;
        EXPECT_EQ(may(p, false, true, false), p.unprivileged_execute()) << n;
        EXPECT_EQ(may(p, true, false, false), !p.pan_applies()) << n;
        EXPECT_EQ(may(p, true, false, true), p.privileged_write() && !p.pan_applies()) << n;
        EXPECT_EQ(may(p, true, true, false), p.privileged_execute()) << n;
    }
}

/* The four rows of AP[2:1] written out, as one would read them in a table. */
/* rule: PRM-004 PRM-010 */
TEST(Permissions, 321_ap_forbids_writes_and_opens_to_unprivileged)
{
    const char *const expected[4] = {"pr pw px -- -- ux", "pr pw -- ur uw ux", "pr -- px -- -- ux",
                                     "pr -- px ur -- ux"};
    static const char *const names[6] = {"pr", "pw", "px", "ur", "uw", "ux"};
    for (unsigned ap = 0; ap < 4; ++ap) {
        std::string said;
        for (unsigned i = 0; i < 6; ++i) {
            bool ok = may({ap, 0, false, false, false, false, false, false, false}, i < 3,
                          i % 3 == 2, i % 3 == 1);
            said += std::string(i ? " " : "") + (ok ? names[i] : "--");
        }
        EXPECT_EQ(said, expected[ap]) << ap;
    }
}

} // namespace
