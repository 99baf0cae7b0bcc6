/* SPDX-License-Identifier: Apache-2.0 */
/* See stream_entry.h. */
#include "reference/stream_entry.h"

#include <climits>

#include "spec_ref/ref_structures.h"

namespace reference {

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

#define STE(field) REF_GET(STE_##field, words)

unsigned StreamEntry::config() const
{
    return static_cast<unsigned>(STE(CONFIG));
}

/* ------------------------------------------------- 5.2.2, in the order there */

bool StreamEntry::strw_unused(const Features &f) const
{
    return !f.s1p || !f.hyp || stage2() || config() == REF_CONFIG_BYPASS;
}

bool StreamEntry::vmid_unused(const Features &f) const
{
    return !f.s2p || config() == REF_CONFIG_BYPASS || (STE(STRW) != 0 && !strw_unused(f));
}

bool StreamEntry::ats_illegal(const Features &f) const
{
    if (!f.ats || (config() & 3) == 0)
        return false;
    bool stalls = STE(S2S);
    switch (STE(EATS)) {
    case REF_EATS_SPLIT:
        return config() != REF_CONFIG_NESTED || stalls || f.ns1ats;
    case REF_EATS_FULL:
        return stage2() && stalls;
    case REF_EATS_DPT: /* the field's text; the pseudocode says nothing of it. 0b00 without DPT */
        return f.dpt && ((stage2() && stalls) || (STE(STRW) != 0 && !strw_unused(f)));
    default:
        return false;
    }
}

bool StreamEntry::stage1_illegal(const Features &f) const
{
    if (STE(S1STALLD) && f.stall_model != 0)
        return true;
    if (f.ssidsize && STE(S1CDMAX) > f.ssidsize)
        return true;
    if (f.ssidsize && STE(S1CDMAX) && !f.cd2l &&
        (STE(S1FMT) == REF_S1FMT_4K_L2 || STE(S1FMT) == REF_S1FMT_64K_L2))
        return true;
    /* 3.4.3: of an IPA, one of two permitted outcomes. */
    return (words[0] & REF_MASK(STE_S1CONTEXTPTR)) > ones(stage2() ? f.ias : f.oas);
}

bool StreamEntry::uses_ds(const Features &f) const
{
    return f.ds && STE(S2DS) && granule_of_tg0(STE(S2TG)) != 16;
}

int StreamEntry::start_level() const
{
    uint64_t sl0 = STE(S2SL0);
    switch (granule_of_tg0(STE(S2TG))) {
    case 12: {
        static const int levels[4] = {2, 1, 0, 3};
        if (STE(S2DS) && STE(S2SL0_2))
            return sl0 == 0 ? -1 : INT_MAX;
        return levels[sl0];
    }
    case 14:
        return 3 - static_cast<int>(sl0);
    default:
        return sl0 == 3 ? INT_MAX : 3 - static_cast<int>(sl0);
    }
}

/* J1.1.4.40 AArch64.S2InvalidSL: levels that addresses of the supported size never reach. */
bool StreamEntry::start_level_is_out_of_reach(const Features &f, int level) const
{
    switch (granule_of_tg0(STE(S2TG))) {
    case 12:
        return f.oas < (level < 0 ? 52u : level == 0 ? 44u : 0u);
    case 14:
        return f.oas < (level == 0 ? 52u : level == 1 ? 42u : 0u);
    default:
        return level == 1 && f.oas < 44;
    }
}

/* 5.2 S2T0SZ, S2TG, S2SL0, S2TTB; D8.2 tables D8-20 to D8-41 */
bool StreamEntry::stage2_tables_illegal(const Features &f) const
{
    unsigned granule = granule_of_tg0(STE(S2TG)), t0sz = static_cast<unsigned>(STE(S2T0SZ));
    if (!f.granule(granule))
        return true;
    bool wide = granule == 16 || uses_ds(f);
    unsigned output = smaller(size_of_code(STE(S2PS)), wide ? f.oas : smaller(f.oas, 48));
    if ((words[3] & REF_MASK(STE_S2TTB) & ones(52)) > ones(output))
        return true;
    unsigned max = !f.stt ? 39 : granule == 16 ? 47 : 48;
    if (t0sz > max || t0sz < larger(wide ? 12 : 16, 64 - f.ias))
        return true;
    StreamEntry effective = *this;
    REF_SET(STE_S2DS, effective.words.data(), uses_ds(f));
    int level = effective.start_level();
    if (level == INT_MAX || (granule == 12 && level == 3 && !f.stt) ||
        (granule == 14 && level == 0 && !uses_ds(f)) ||
        effective.start_level_is_out_of_reach(f, level))
        return true;
    /* One table, or up to 16 concatenated ones. */
    unsigned input = 64 - t0sz, low = entry_log2(granule, level);
    return input <= low || input - low > stride(granule) + 4;
}

bool StreamEntry::stage2_illegal(const Features &f) const
{
    bool v32 = !STE(S2AA64);
    if (v32 && f.fwb && STE(S2FWB))
        return true;
    if (STE(S2S) ? f.stall_model == 1 : f.stall_model == 2)
        return true;
    if (v32 ? !f.vmsav8_32 : !f.vmsav8_64)
        return true;
    if ((STE(S2HA) || STE(S2HD)) && (v32 || f.httu == 0))
        return true;
    if ((STE(S2HD) && f.httu == 1) || (STE(S2HAFT) && !STE(S2HA) && f.httu == 3))
        return true;
    if (v32) {
        /* Table base in 40 bits and the OAS (3.4.3); S2T0SZ from -8 to 7; start level 1 with 31 to 43 bits, level 2
         * with 22 to 34 (G5). */
        int t0sz = static_cast<int>(STE(S2T0SZ) & 15);
        int input = 32 - (t0sz >= 8 ? t0sz - 16 : t0sz);
        bool bad_base = (words[3] & REF_MASK(STE_S2TTB) & ones(52)) > ones(smaller(40, f.oas));
        bool bad_level = STE(S2SL0) > 1 || (STE(S2SL0) == 1 ? input < 31 : input > 34);
        if (bad_base || bad_level)
            return true;
    } else if (stage2_tables_illegal(f)) {
        return true;
    }
    if (f.ttendian == 2 ? STE(S2ENDI) != 0 : f.ttendian == 3 && STE(S2ENDI) == 0)
        return true;
    if (f.s2pi && STE(S2PIE) && v32)
        return true;
    if (!f.s2po || !STE(S2POE))
        return false;
    bool hardware_bits = STE(S2HWU59) || STE(S2HWU60) || STE(S2HWU61) || STE(S2HWU62);
    if (!STE(S2PIE) || (f.pbha && hardware_bits))
        return true;
    for (unsigned i = 0; i < 16; ++i) {
        uint64_t overlay = words[7] >> (REF_S2POI_BITS * i) & 15;
        if (overlay == 1 || overlay == 5)
            return true;
    }
    return false;
}

bool StreamEntry::illegal(const Features &f) const
{
    if (!STE(V))
        return true;
    if (config() < REF_CONFIG_BYPASS)
        return false;
    if ((stage1() && !f.s1p) || (stage2() && !f.s2p))
        return true;
    if (ats_illegal(f) || (!strw_unused(f) && (STE(STRW) & 1)))
        return true;
    if ((stage1() && stage1_illegal(f)) || (stage2() && stage2_illegal(f)))
        return true;
    if (!vmid_unused(f) && !f.vmid16 && STE(S2VMID) > 0xFF)
        return true;
    return has_vms(f) && (words[5] & REF_MASK(STE_VMSPTR)) > ones(f.oas);
}

bool StreamEntry::has_vms(const Features &f) const
{
    return f.partid_max && config() == REF_CONFIG_NESTED && STE(S1MPAM);
}

/* -------------------------------------------------------------- what it says */

World StreamEntry::world(const Features &f, bool e2h) const
{
    if (strw_unused(f) || STE(STRW) != REF_STRW_EL2)
        return World::EL1;
    return e2h ? World::EL2E2H : World::EL2;
}

Overrides StreamEntry::overrides(const Features &f) const
{
    Overrides o;
    if (f.types_overridden) {
        o.mtcfg = STE(MTCFG);
        o.memattr = static_cast<unsigned>(STE(MEMATTR));
        o.alloccfg = static_cast<unsigned>(STE(ALLOCCFG));
        o.shcfg = static_cast<unsigned>(STE(SHCFG));
    }
    if (f.perms_overridden) {
        o.privcfg = static_cast<unsigned>(STE(PRIVCFG));
        o.instcfg = static_cast<unsigned>(STE(INSTCFG));
    }
    return o;
}

TableFormat StreamEntry::stage2_format(const Features &f) const
{
    TableFormat t;
    t.lpae32 = !STE(S2AA64);
    t.big_endian = STE(S2ENDI);
    t.affd = STE(S2AFFD);
    uint64_t base = words[3] & REF_MASK(STE_S2TTB) & ones(52);
    if (t.lpae32) {
        int t0sz = static_cast<int>(STE(S2T0SZ) & 15);
        t.input_bits = static_cast<unsigned>(32 - (t0sz >= 8 ? t0sz - 16 : t0sz));
        t.output_bits = 40;
        t.start_level = STE(S2SL0) ? 1 : 2;
    } else {
        t.granule_log2 = granule_of_tg0(STE(S2TG));
        t.ds = uses_ds(f);
        t.wide_64k = t.granule_log2 == 16 && f.oas == 52;
        t.input_bits = 64 - static_cast<unsigned>(STE(S2T0SZ));
        t.output_bits = smaller(size_of_code(STE(S2PS)), f.oas);
        StreamEntry effective = *this;
        REF_SET(STE_S2DS, effective.words.data(), t.ds);
        t.start_level = effective.start_level();
        t.ha = STE(S2HA);
        t.hd = t.ha && STE(S2HD);
        t.haft = t.ha && f.httu == 3 && STE(S2HAFT);
    }
    t.base = aligned_base(t, base);
    return t;
}

Stage2Indirection StreamEntry::indirection(const Features &f, uint64_t s2pii) const
{
    bool base = f.s2pi && STE(S2PIE);
    return {base, base && f.s2po && STE(S2POE), s2pii, words[7]};
}

bool StreamEntry::forced_write_back(const Features &f) const
{
    return f.fwb && STE(S2FWB);
}

} // namespace reference
