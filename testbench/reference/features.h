/* SPDX-License-Identifier: Apache-2.0 */
/* The identification registers, field by field (6.3.1 to 6.3.8). */
#ifndef SMMUSIM_REFERENCE_FEATURES_H
#define SMMUSIM_REFERENCE_FEATURES_H

#include <cstdint>

#include "reference/reference.h"

namespace reference {

inline uint64_t ones(unsigned n)
{
    return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* Codes of IDR5.OAS, CD.IPS and STE.S2PS. 7 is 56 bits from SMMUv3.4 on; nothing here has more
 * than 52. */
unsigned size_of_code(uint64_t code);

struct Features {
    explicit Features(const Registers &registers);

    bool s1p, s2p, hyp, asid16, vmid16, cd2l, ats, ns1ats, term_model, two_level_streams;
    bool vmsav8_32, vmsav8_64;
    unsigned httu, ttendian, stall_model, sidsize, ssidsize;
    bool perms_overridden, types_overridden;
    bool had, xnx, fwb, stt, e0pd, epan, s1pi, s2pi, s2po, pbha, ptwnnc, aie, mteperm, the, dpt;
    bool granule_4k, granule_16k, granule_64k, ds, va_52;
    unsigned partid_max, pmg_max;
    unsigned oas, ias; /* bits */
    unsigned minor;    /* SMMUv3.minor */

    bool granule(unsigned log2) const;
    Label label(uint64_t partid, uint64_t pmg) const;
};

} // namespace reference

#endif
