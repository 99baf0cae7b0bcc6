/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 2 permissions (DDI D8.4.2; 3.26.2): S2AP and XN, entries of S2PII and S2POI, and which
 * pages a stage 1 walk or the fetch of a CD may read (5.2 S2PTW), one kind of access at a time.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "spec_ref/ref_vmsa.h"

extern "C" {
#include "attrs.h"
#include "flight.h"
#include "pte.h"
#include "walk.h"
}

namespace {

/* "rwxrwx", unprivileged first; a dash for what is not permitted. */
std::string in_words(uint8_t perms)
{
    std::string said;
    for (bool priv : {false, true}) {
        said += perms & leaf_permission(priv, false, false) ? "r" : "-";
        said += perms & leaf_permission(priv, false, true) ? "w" : "-";
        said += perms & leaf_permission(priv, true, false) ? "x" : "-";
    }
    return said;
}

uint64_t page(unsigned s2ap, unsigned xn)
{
    return REF_PREP(S2_LEAF_S2AP, s2ap) | REF_PREP(S2_LEAF_XN, xn) | REF_PREP(S2_LEAF_AF, 1) | 3;
}

/* Data by S2AP without regard to privilege, execution by XN[1:0] without regard to S2AP. */
/* rule: PRM-021 PRM-022 */
TEST(Stage2Permissions, 322_s2ap_permits_data_and_xn_forbids_execution)
{
    const char *const data[4] = {"--", "r-", "-w", "rw"};
    const char *const executes[4] = {"xx", "x-", "--", "-x"}; /* unprivileged, privileged */
    for (unsigned s2ap = 0; s2ap < 4; ++s2ap)
        for (unsigned xn = 0; xn < 4; ++xn) {
            const std::string d = data[s2ap], x = executes[xn];
            const std::string expected = d + x[0] + d + x[1];
            EXPECT_EQ(in_words(smmu__pte_stage2_permissions(page(s2ap, xn), false)), expected)
                << s2ap << xn;
            const uint64_t rest = ~(REF_MASK(S2_LEAF_S2AP) | REF_MASK(S2_LEAF_XN));
            EXPECT_EQ(in_words(smmu__pte_stage2_permissions(page(s2ap, xn) | rest, false)),
                      expected)
                << "nothing else in the descriptor counts " << s2ap << xn;
        }
}

/* D8-82, D8-80: MRO, with or without TopLevel, permits a client to read. */
/* rule: 3.26.2 */
TEST(Stage2Permissions, 323_entries_of_indirection_and_overlays)
{
    const char *const expected[16] = {
        "------", "------", "r--r--", "r--r--", "-w--w-", "------", "r--r--", "r--r--",
        "r--r--", "r-xr--", "r--r-x", "r-xr-x", "rw-rw-", "rwxrw-", "rw-rwx", "rwxrwx",
    };
    for (unsigned entry = 0; entry < 16; ++entry)
        EXPECT_EQ(in_words(smmu__pte_stage2_indirect(entry)), expected[entry]) << entry;
}

/* A walk reads as data, whatever XN says; with S2PTW no Device page of any kind (5.2). */
/* rule: S2W-012 S2W-013 */
TEST(Stage2Permissions, 324_pages_that_a_walk_or_a_cd_may_come_from)
{
    for (bool s2ptw : {false, true})
        for (bool fwb : {false, true})
            for (unsigned memattr = 0; memattr < 16; ++memattr)
                for (unsigned s2ap = 0; s2ap < 4; ++s2ap)
                    for (unsigned xn = 0; xn < 4; ++xn)
                        for (fault_class reader : {CLASS_CD, CLASS_TT}) {
                            const bool reserved =
                                fwb ? (memattr & 7) == 4
                                    : memattr == 4 || memattr == 8 || memattr == 12;
                            if (reserved)
                                continue;
                            const bool is_device = fwb ? (memattr & 7) < 4 : memattr < 4;
                            xctx x = {};
                            x.kind = XCTX_NESTED;
                            x.s2ptw = s2ptw;
                            walk w = {};
                            stage2 t = {};
                            t.class_ = static_cast<uint8_t>(reader);
                            t.leaf.perms = smmu__pte_stage2_permissions(page(s2ap, xn), false);
                            t.leaf.memattr = smmu__attrs_stage2_code(memattr, fwb, false);
                            EXPECT_EQ(smmu__stage2_readable(&x, &w, &t),
                                      (s2ap & 1) && !(s2ptw && is_device))
                                << "S2PTW " << s2ptw << " S2FWB " << fwb << " MemAttr " << memattr
                                << " S2AP " << s2ap << " XN " << xn;
                        }
}

} // namespace
