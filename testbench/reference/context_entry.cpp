/* SPDX-License-Identifier: Apache-2.0 */
/* See context_entry.h. */
#include "reference/context_entry.h"

#include "spec_ref/ref_structures.h"

namespace reference {

#define CD(field) REF_GET(CD_##field, words)

/* ---------------------------------------------------------------- the halves */

/* EPD counts only where there are two halves; with one, the upper does not exist (5.4 EPD0). */
Half ContextEntry::half(const Features &f, bool upper) const
{
    bool vmsav8_64 = CD(AA64);
    Half h = {};
    h.disabled = one_half() ? upper : upper ? CD(EPD1) : CD(EPD0);
    h.txsz = static_cast<unsigned>(upper ? CD(T1SZ) : CD(T0SZ));
    h.granule_log2 = upper ? granule_of_tg1(CD(TG1)) : granule_of_tg0(CD(TG0));
    h.tbi = upper ? CD(TBI1) : CD(TBI0);
    h.had = f.had && (upper ? CD(HAD1) : CD(HAD0));
    h.e0pd = f.e0pd && vmsav8_64 && !one_half() && (upper ? CD(E0PD1) : CD(E0PD0));
    h.sh = static_cast<unsigned>(upper ? CD(SH1) : CD(SH0));
    h.ttb = (upper ? words[2] & REF_MASK(CD_TTB1) : words[1] & REF_MASK(CD_TTB0)) & ones(52);
    if (!vmsav8_64) {
        h.txsz &= 7;
        h.granule_log2 = 12;
    }
    return h;
}

/* Effective IPS; fixed with VMSAv8-32. */
unsigned ContextEntry::output_bits(const Features &f) const
{
    if (!CD(AA64))
        return 40;
    unsigned ips = size_of_code(CD(IPS));
    return ips < f.oas ? ips : f.oas;
}

bool ContextEntry::uses_ds(const Features &f, const Half &h) const
{
    return f.ds && CD(AA64) && CD(DS) && h.granule_log2 != 16;
}

TableFormat ContextEntry::format(const Features &f, bool upper) const
{
    Half h = half(f, upper);
    TableFormat t;
    t.lpae32 = !CD(AA64);
    t.big_endian = CD(ENDI);
    t.affd = CD(AFFD);
    t.granule_log2 = h.granule_log2;
    t.output_bits = output_bits(f);
    t.input_bits = (t.lpae32 ? 32 : 64) - h.txsz;
    t.start_level = usual_start_level(t.granule_log2, t.input_bits);
    if (!t.lpae32) {
        t.ds = uses_ds(f, h);
        t.wide_64k = h.granule_log2 == 16 && f.oas == 52;
        t.ha = CD(HA);
        t.hd = t.ha && CD(HD);
        t.haft = t.ha && f.httu == 3 && CD(HAFT);
    }
    t.base = aligned_base(t, h.ttb);
    return t;
}

/* --------------------------------------------------------------------- 5.4.2 */

bool ContextEntry::half_illegal(const Features &f, const StreamEntry &ste, bool upper) const
{
    Half h = half(f, upper);
    if (h.disabled)
        return false;
    bool wide = h.granule_log2 == 16 || uses_ds(f, h);
    unsigned output = output_bits(f);
    if (CD(AA64)) {
        unsigned max = !f.stt ? 39 : h.granule_log2 == 16 ? 47 : 48;
        if (h.txsz > max || h.txsz < (f.va_52 && wide ? 12U : 16U))
            return true;
        if (!f.granule(h.granule_log2))
            return true;
        if (!wide && output > 48)
            output = 48;
    } else if (!ste.stage2() && output > f.oas) { /* 3.4.3: a PA */
        output = f.oas;
    }
    return h.ttb > ones(output);
}

bool ContextEntry::faults_illegal(const Features &f, const StreamEntry &ste) const
{
    if (REF_GET(STE_S1STALLD, ste.words) && CD(S))
        return true;
    if (f.term_model && !CD(A))
        return true;
    return CD(S) ? f.stall_model == 1 : f.stall_model == 2;
}

bool ContextEntry::updates_illegal(const Features &f) const
{
    if (!CD(AA64))
        return false;
    return ((CD(HA) || CD(HD)) && f.httu == 0) || (CD(HD) && f.httu == 1) ||
           (f.httu == 3 && CD(HAFT) && !CD(HA));
}

/* 3.26.1 */
bool ContextEntry::indirect(const Features &f, const StreamEntry &ste) const
{
    return f.s1pi && CD(AA64) && CD(PIE) && REF_GET(STE_S1PIE, ste.words);
}

bool ContextEntry::indirection_illegal() const
{
    for (unsigned i = 0; i < 16; ++i) {
        unsigned shift = REF_PII_BITS * i;
        uint64_t p = words[7] >> shift & 7, u = words[6] >> shift & 7;
        if (p == 4 || p == 6)
            return true;
        if (!one_half() && (u == 4 || u == 6 || ((p & 2) && (u & 4))))
            return true;
    }
    return false;
}

bool ContextEntry::illegal(const Features &f, const StreamEntry &ste) const
{
    bool vmsav8_64 = CD(AA64);
    if (!CD(V) || faults_illegal(f, ste))
        return true;
    bool walks = !half(f, false).disabled || !half(f, true).disabled;
    if (walks && (f.ttendian == 2 ? CD(ENDI) != 0 : f.ttendian == 3 && CD(ENDI) == 0))
        return true;
    if (!vmsav8_64 && (!f.vmsav8_32 || world == World::EL2E2H))
        return true;
    if (vmsav8_64 && (!f.vmsav8_64 || (ste.stage2() && !REF_GET(STE_S2AA64, ste.words))))
        return true;
    if (updates_illegal(f))
        return true;
    if (world != World::EL2 && !f.asid16 && CD(ASID) > 0xFF)
        return true;
    if (half_illegal(f, ste, false) || half_illegal(f, ste, true))
        return true;
    return indirect(f, ste) && indirection_illegal();
}

/* -------------------------------------------------------------- what it says */

static Indirect decoded(uint64_t permission)
{
    return {(permission & 1) != 0, (permission & 4) != 0, (permission & 2) != 0};
}

Indirect ContextEntry::privileged(unsigned index) const
{
    return decoded(words[7] >> (REF_PII_BITS * index));
}

Indirect ContextEntry::unprivileged(unsigned index) const
{
    return decoded(words[6] >> (REF_PII_BITS * index));
}

unsigned ContextEntry::mair(unsigned index) const
{
    return static_cast<unsigned>(words[3] >> (8 * index) & 0xFF);
}

} // namespace reference
