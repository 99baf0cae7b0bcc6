/* SPDX-License-Identifier: Apache-2.0 */
/* See features.h. */
#include "reference/features.h"

#include "spec_ref/ref_registers.h"

namespace reference {

unsigned size_of_code(uint64_t code)
{
    static const unsigned bits[8] = {32, 36, 40, 42, 44, 48, 52, 52};
    return bits[code & 7];
}

Features::Features(const Registers &r)
{
    auto idr0 = [&](uint64_t mask) { return (r.idr0 & mask) != 0; };
    auto idr3 = [&](uint64_t mask) { return (r.idr3 & mask) != 0; };
    s1p = idr0(REF_MASK(IDR0_S1P));
    s2p = idr0(REF_MASK(IDR0_S2P));
    hyp = idr0(REF_MASK(IDR0_HYP));
    asid16 = idr0(REF_MASK(IDR0_ASID16));
    vmid16 = idr0(REF_MASK(IDR0_VMID16));
    cd2l = idr0(REF_MASK(IDR0_CD2L));
    ats = idr0(REF_MASK(IDR0_ATS));
    ns1ats = idr0(REF_MASK(IDR0_NS1ATS));
    term_model = idr0(REF_MASK(IDR0_TERM_MODEL));
    two_level_streams = REF_FIELD(IDR0_ST_LEVEL, r.idr0) == 1;
    vmsav8_32 = REF_FIELD(IDR0_TTF, r.idr0) & 1;
    vmsav8_64 = REF_FIELD(IDR0_TTF, r.idr0) & 2;
    httu = static_cast<unsigned>(REF_FIELD(IDR0_HTTU, r.idr0));
    ttendian = static_cast<unsigned>(REF_FIELD(IDR0_TTENDIAN, r.idr0));
    stall_model = static_cast<unsigned>(REF_FIELD(IDR0_STALL_MODEL, r.idr0));
    sidsize = static_cast<unsigned>(REF_FIELD(IDR1_SIDSIZE, r.idr1));
    ssidsize = static_cast<unsigned>(REF_FIELD(IDR1_SSIDSIZE, r.idr1));
    perms_overridden = REF_FIELD(IDR1_ATTR_PERMS_OVR, r.idr1);
    types_overridden = REF_FIELD(IDR1_ATTR_TYPES_OVR, r.idr1);
    had = idr3(REF_MASK(IDR3_HAD));
    xnx = idr3(REF_MASK(IDR3_XNX));
    fwb = idr3(REF_MASK(IDR3_FWB));
    stt = idr3(REF_MASK(IDR3_STT));
    e0pd = idr3(REF_MASK(IDR3_E0PD));
    epan = idr3(REF_MASK(IDR3_EPAN));
    s1pi = idr3(REF_MASK(IDR3_S1PI));
    s2pi = idr3(REF_MASK(IDR3_S2PI));
    s2po = idr3(REF_MASK(IDR3_S2PO));
    pbha = idr3(REF_MASK(IDR3_PBHA));
    ptwnnc = idr3(REF_MASK(IDR3_PTWNNC));
    aie = idr3(REF_MASK(IDR3_AIE));
    dpt = idr3(REF_MASK(IDR3_DPT));
    the = idr3(REF_MASK(IDR3_THE));
    mteperm = idr3(REF_MASK(IDR3_MTEPERM));
    granule_4k = REF_FIELD(IDR5_GRAN4K, r.idr5);
    granule_16k = REF_FIELD(IDR5_GRAN16K, r.idr5);
    granule_64k = REF_FIELD(IDR5_GRAN64K, r.idr5);
    ds = REF_FIELD(IDR5_DS, r.idr5);
    va_52 = REF_FIELD(IDR5_VAX, r.idr5) != 0;
    partid_max = static_cast<unsigned>(REF_FIELD(MPAMIDR_PARTID_MAX, r.mpamidr));
    pmg_max = static_cast<unsigned>(REF_FIELD(MPAMIDR_PMG_MAX, r.mpamidr));
    oas = size_of_code(REF_FIELD(IDR5_OAS, r.idr5));
    minor = r.aidr & 0xF;
    unsigned from_32 = vmsav8_32 ? 40 : 0, from_64 = vmsav8_64 ? oas : 0; /* 3.4 */
    ias = from_32 > from_64 ? from_32 : from_64;
}

bool Features::granule(unsigned log2) const
{
    return log2 == 12 ? granule_4k : log2 == 14 ? granule_16k : log2 == 16 && granule_64k;
}

/* 5.2 PARTID, PMG; 6.3.43 */
Label Features::label(uint64_t partid, uint64_t pmg) const
{
    return {static_cast<unsigned>(partid), static_cast<unsigned>(pmg), partid > partid_max,
            pmg > pmg_max};
}

} // namespace reference
