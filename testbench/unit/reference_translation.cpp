/* SPDX-License-Identifier: Apache-2.0 */
/* See reference_translation.h. Sections stand where a sentence of the specification was turned into
 * code. */
#include "unit/reference_translation.h"

#include <stdexcept>

#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

namespace reference {

namespace {

using Words = std::array<uint64_t, 8>;

uint64_t ones(unsigned n)
{
    return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* Thrown where a transaction ends early: the outcome as it stands. */
struct End {};

struct Overrides {
    bool mtcfg = false;
    unsigned memattr = 0, alloccfg = 0, shcfg = 1, privcfg = 0, instcfg = 0;
};

/* ------------------------------------------------------ memory types (13) */

struct Level {
    char kind = 'N'; /* N: non-cacheable, T: write-through, B: write-back */
    bool ra = false, wa = false, transient = false;
};

struct Type {
    bool device = false;
    unsigned device_kind = 0;
    Level outer, inner;
    unsigned sh = 0;
};

Level decode_level(unsigned nibble)
{
    if (nibble == 4)
        return {};
    return {nibble & 4 ? 'B' : 'T', (nibble & 2) != 0, (nibble & 1) != 0, !(nibble & 8)};
}

/* MAIR byte, Reserved encodings as 5.4 MAIR0 says. */
Type decode_mair(unsigned byte, unsigned sh)
{
    Type t;
    t.sh = sh;
    if (byte >> 4 == 0) {
        t.device = true;
        t.device_kind = byte >> 2;
        return t;
    }
    t.outer = decode_level(byte >> 4);
    t.inner = (byte & 15) == 0 ? Level{'T', true, true, true} : decode_level(byte & 15);
    return t;
}

/* 5.2 MemAttr */
Type decode_memattr(unsigned code)
{
    Type t;
    unsigned outer = code >> 2, inner = code & 3;
    t.device = outer == 0 || inner == 0;
    t.device_kind = outer == 0 ? inner : 0;
    auto level = [](unsigned c) {
        return c == 1 ? Level{} : Level{c == 2 ? 'T' : 'B', true, true, false};
    };
    t.outer = level(outer);
    t.inner = level(inner);
    return t;
}

unsigned encode_level(const Level &l)
{
    if (l.kind == 'N')
        return 4;
    bool transient = l.transient && (l.ra || l.wa); /* 13.1.7 */
    return (transient ? 0U : 8U) | (l.kind == 'B' ? 4U : 0U) | (l.ra ? 2U : 0U) | (l.wa ? 1U : 0U);
}

void output_type(const Type &t, Outcome &out)
{
    out.memattr = static_cast<uint8_t>(
        t.device ? t.device_kind << 2 : encode_level(t.outer) << 4 | encode_level(t.inner));
    bool outer = t.device || (t.outer.kind == 'N' && t.inner.kind == 'N');
    out.sh = static_cast<uint8_t>(outer ? 2 : t.sh == 1 ? 0 : t.sh);
}

/* 13.1.4: hints of the incoming level if it has any, else the defaults of 13.1.3, or ALLOCCFG. */
Level replace_level(Level level, const Type &incoming, const Level &incoming_level,
                    unsigned alloccfg)
{
    if (level.kind == 'N')
        return level;
    bool has_hints = !incoming.device && incoming_level.kind != 'N';
    if (alloccfg & 8)
        return {level.kind, (alloccfg & 4) != 0, (alloccfg & 2) != 0, (alloccfg & 1) != 0};
    if (has_hints)
        return {level.kind, incoming_level.ra, incoming_level.wa, incoming_level.transient};
    return {level.kind, true, true, false};
}

Type replace_attrs(const Overrides &o, const Type &incoming)
{
    Type t = o.mtcfg ? decode_memattr(o.memattr) : incoming;
    t.outer = replace_level(t.outer, incoming, incoming.outer, o.alloccfg);
    t.inner = replace_level(t.inner, incoming, incoming.inner, o.alloccfg);
    t.sh = o.shcfg == 1 ? incoming.sh : o.shcfg;
    return t;
}

/* 13.4.2, level by level, as the model chooses for types that are cacheable at one level only. */
void combine_hints(Level &leaf, const Type &input, const Level &input_level)
{
    if (leaf.kind == 'N' || input.device || input_level.kind == 'N')
        return;
    leaf.ra = leaf.ra && input_level.ra;
    leaf.wa = leaf.wa && input_level.wa;
    leaf.transient = leaf.transient || input_level.transient;
}

/* ---------------------------------------------------------- the procedure */

/* Input address bits that each level resolves, by granule (DDI D8.2); {0, 0}: no such level. */
struct Bits {
    unsigned msb, lsb;
};
const Bits level_bits[3][4] = {{{47, 39}, {38, 30}, {29, 21}, {20, 12}},
                               {{47, 47}, {46, 36}, {35, 25}, {24, 14}},
                               {{0, 0}, {47, 42}, {41, 29}, {28, 16}}};
const bool has_block[3][4] = {
    {false, true, true, false}, {false, false, true, false}, {false, false, true, false}};
const unsigned page_bits[3] = {12, 14, 16};

struct Half {
    bool epd;
    unsigned txsz, granule; /* 0 to 2, 3: Reserved */
    bool tbi, had, e0pd;
    uint64_t ttb;
};

class Procedure {
public:
    Procedure(const Features &f, const Stream &s, const Memory &m, const Transaction &t)
        : f(f), s(s), memory(m), t(t)
    {
    }

    Outcome run()
    {
        try {
            find_ste();
            use_ste();
        } catch (const End &) {
        }
        return out;
    }

private:
    [[noreturn]] void end_with(unsigned event)
    {
        out.event = event;
        throw End();
    }

    uint64_t fetch(uint64_t addr, unsigned event)
    {
        uint64_t word = 0;
        if (!memory(addr, word)) {
            out.fetch_addr = addr;
            end_with(event);
        }
        return word;
    }

    Words fetch_structure(uint64_t addr, unsigned event)
    {
        Words words;
        for (unsigned i = 0; i < 8; ++i) {
            uint64_t word = 0;
            if (!memory(addr + 8 * i, word)) {
                out.fetch_addr = addr;
                end_with(event);
            }
            words[i] = word;
        }
        return words;
    }

    /* 3.3.1, 6.3.24, 6.3.25, 5.1 */
    void find_ste()
    {
        auto field = [&](uint64_t mask, unsigned lsb) {
            return static_cast<unsigned>((s.strtab_base_cfg & mask) >> lsb);
        };
        unsigned log2size = field(REF_MASK(STRTAB_BASE_CFG_LOG2SIZE), 0);
        unsigned split = field(REF_MASK(STRTAB_BASE_CFG_SPLIT), REF_STRTAB_BASE_CFG_SPLIT_LSB);
        unsigned fmt = field(REF_MASK(STRTAB_BASE_CFG_FMT), REF_STRTAB_BASE_CFG_FMT_LSB);
        unsigned usable = log2size < f.sidsize ? log2size : f.sidsize;
        uint64_t base = s.strtab_base & REF_MASK(STRTAB_BASE_ADDR);
        if (t.streamid > ones(usable))
            end_with(REF_EVT_C_BAD_STREAMID);
        if (fmt != 1 || !f.st_level) {
            base -= base % (UINT64_C(64) << log2size);
            ste = fetch_structure(base + UINT64_C(64) * t.streamid, REF_EVT_F_STE_FETCH);
            return;
        }
        if (split != 8 && split != 10)
            split = 6;
        uint64_t entries = log2size > split ? UINT64_C(1) << (log2size - split) : 1;
        base -= base % (8 * entries > 64 ? 8 * entries : 64);
        uint64_t l1std = fetch(base + 8 * (t.streamid >> split), REF_EVT_F_STE_FETCH);
        unsigned span = static_cast<unsigned>(REF_FIELD(L1STD_SPAN, l1std));
        uint64_t index = t.streamid & ones(split);
        if (span == 0 || span > 11 || span > split + 1 || index >= UINT64_C(1) << (span - 1))
            end_with(REF_EVT_C_BAD_STREAMID);
        uint64_t array = l1std & REF_MASK(L1STD_L2PTR);
        array -= array % (UINT64_C(64) << (span - 1));
        ste = fetch_structure(array + 64 * index, REF_EVT_F_STE_FETCH);
    }

    /* 5.2.2 for the features that there are */
    bool ste_illegal(unsigned config)
    {
        if (!REF_GET(STE_V, ste))
            return true;
        if (config < REF_CONFIG_BYPASS || config == REF_CONFIG_BYPASS)
            return false;
        if (config & 2)
            return true; /* no stage 2 */
        unsigned s1cdmax = static_cast<unsigned>(REF_GET(STE_S1CDMAX, ste));
        unsigned s1fmt = static_cast<unsigned>(REF_GET(STE_S1FMT, ste));
        if (REF_GET(STE_S1STALLD, ste))
            return true; /* terminate-only */
        if (f.ssidsize && s1cdmax > f.ssidsize)
            return true;
        if (f.ssidsize && s1cdmax && !f.cd2l && (s1fmt == 1 || s1fmt == 2))
            return true;
        return (ste[0] & REF_MASK(STE_S1CONTEXTPTR)) > ones(f.oas_bits);
    }

    void use_ste()
    {
        unsigned config = static_cast<unsigned>(REF_GET(STE_CONFIG, ste));
        if (ste_illegal(config))
            end_with(REF_EVT_C_BAD_STE);
        if (config < REF_CONFIG_BYPASS)
            throw End(); /* aborted, silently */
        read_overrides();
        out.event_priv = o.privcfg < 2 ? t.priv : o.privcfg == 3;
        out.event_inst = !t.write && (o.instcfg < 2 ? t.inst : o.instcfg == 3);
        if (config == REF_CONFIG_BYPASS) {
            if (t.ssv)
                end_with(REF_EVT_C_BAD_SUBSTREAMID);
            bypass();
            return;
        }
        unsigned s1cdmax = f.ssidsize ? static_cast<unsigned>(REF_GET(STE_S1CDMAX, ste)) : 0;
        unsigned s1dss = static_cast<unsigned>(REF_GET(STE_S1DSS, ste));
        if (t.ssv && (s1cdmax == 0 || t.substreamid >= UINT64_C(1) << s1cdmax))
            end_with(REF_EVT_C_BAD_SUBSTREAMID);
        if (s1cdmax && t.ssv && s1dss == REF_S1DSS_SSID0 && t.substreamid == 0)
            end_with(REF_EVT_F_STREAM_DISABLED);
        if (s1cdmax && !t.ssv && s1dss == REF_S1DSS_BYPASS) {
            bypass();
            return;
        }
        if (s1cdmax && !t.ssv && s1dss != REF_S1DSS_SSID0)
            end_with(REF_EVT_F_STREAM_DISABLED);
        find_cd(s1cdmax, t.ssv ? t.substreamid : 0);
        if (cd_illegal())
            end_with(REF_EVT_C_BAD_CD);
        walk();
    }

    void read_overrides()
    {
        if (f.types_ovr) {
            o.mtcfg = REF_GET(STE_MTCFG, ste);
            o.memattr = static_cast<unsigned>(REF_GET(STE_MEMATTR, ste));
            o.alloccfg = static_cast<unsigned>(REF_GET(STE_ALLOCCFG, ste));
            o.shcfg = static_cast<unsigned>(REF_GET(STE_SHCFG, ste));
        }
        if (f.perms_ovr) {
            o.privcfg = static_cast<unsigned>(REF_GET(STE_PRIVCFG, ste));
            o.instcfg = static_cast<unsigned>(REF_GET(STE_INSTCFG, ste));
        }
    }

    void bypass()
    {
        if (t.addr > ones(f.oas_bits)) { /* 3.4 */
            out.event_class = REF_CLASS_IN;
            end_with(REF_EVT_F_ADDR_SIZE);
        }
        out.result = Result::Forward;
        out.bypass = true;
        out.pa = t.addr;
        output_type(replace_attrs(o, decode_mair(t.memattr, t.sh)), out);
    }

    /* 5.2 S1Fmt, 5.3 */
    void find_cd(unsigned s1cdmax, uint64_t index)
    {
        unsigned s1fmt = s1cdmax ? static_cast<unsigned>(REF_GET(STE_S1FMT, ste)) : 0;
        uint64_t base = ste[0] & REF_MASK(STE_S1CONTEXTPTR);
        if (s1fmt == 0 || s1fmt == 3) {
            base -= base % (UINT64_C(64) << s1cdmax);
            cd = fetch_structure(base + 64 * index, REF_EVT_F_CD_FETCH);
            return;
        }
        uint64_t leaf = s1fmt == 1 ? 64 : 1024;
        uint64_t l1_bytes = (UINT64_C(1) << s1cdmax) / leaf * 8;
        base -= base % (l1_bytes > 64 ? l1_bytes : 64);
        uint64_t l1cd = fetch(base + index / leaf * 8, REF_EVT_F_CD_FETCH);
        uint64_t l2ptr = l1cd & REF_MASK(L1CD_L2PTR);
        if (!REF_FIELD(L1CD_V, l1cd) || l2ptr > ones(f.oas_bits))
            end_with(REF_EVT_C_BAD_SUBSTREAMID);
        l2ptr -= l2ptr % (leaf * 64);
        cd = fetch_structure(l2ptr + index % leaf * 64, REF_EVT_F_CD_FETCH);
    }

    Half half(bool upper) const
    {
        static const unsigned tg0[4] = {0, 2, 1, 3}, tg1[4] = {3, 1, 0, 2};
        Half h = {};
        h.epd = upper ? REF_GET(CD_EPD1, cd) : REF_GET(CD_EPD0, cd);
        h.txsz = static_cast<unsigned>(upper ? REF_GET(CD_T1SZ, cd) : REF_GET(CD_T0SZ, cd));
        h.granule = upper ? tg1[REF_GET(CD_TG1, cd)] : tg0[REF_GET(CD_TG0, cd)];
        h.tbi = upper ? REF_GET(CD_TBI1, cd) : REF_GET(CD_TBI0, cd);
        h.had = f.had && (upper ? REF_GET(CD_HAD1, cd) : REF_GET(CD_HAD0, cd));
        h.e0pd = f.e0pd && (upper ? REF_GET(CD_E0PD1, cd) : REF_GET(CD_E0PD0, cd));
        h.ttb = cd[upper ? 2 : 1] & ones(52) & ~UINT64_C(15);
        return h;
    }

    unsigned ips_bits() const
    {
        static const unsigned code[8] = {32, 36, 40, 42, 44, 48, 52, 52};
        unsigned bits = code[REF_GET(CD_IPS, cd)];
        return bits < f.oas_bits ? bits : f.oas_bits;
    }

    /* 5.4.2 for the features that there are */
    bool cd_illegal() const
    {
        if (!REF_GET(CD_V, cd) || REF_GET(CD_S, cd) || (f.term_model && !REF_GET(CD_A, cd)))
            return true;
        bool off = REF_GET(CD_EPD0, cd) && REF_GET(CD_EPD1, cd);
        bool big = REF_GET(CD_ENDI, cd);
        if (!off && ((f.ttendian == 2 && big) || (f.ttendian == 3 && !big)))
            return true;
        if (!REF_GET(CD_AA64, cd) || REF_GET(CD_HA, cd) || REF_GET(CD_HD, cd))
            return true;
        if (!f.asid16 && REF_GET(CD_ASID, cd) > 0xFF)
            return true;
        for (bool upper : {false, true}) {
            Half h = half(upper);
            if (h.epd)
                continue;
            unsigned max = !f.stt ? 39 : h.granule == 2 ? 47 : 48;
            if (h.granule == 3 || !f.granule[h.granule] || h.txsz < 16 || h.txsz > max)
                return true;
            if (h.ttb > ones(ips_bits()))
                return true;
        }
        return false;
    }

    /* The four faults of 5.5. */
    [[noreturn]] void fault(unsigned event)
    {
        out.result = REF_GET(CD_A, cd) ? Result::Abort : Result::RazWi;
        out.event_class = REF_CLASS_IN;
        out.event = REF_GET(CD_R, cd) ? event : 0;
        throw End();
    }

    uint64_t read_descriptor(uint64_t at)
    {
        out.event_class = REF_CLASS_TT;
        uint64_t d = fetch(at, REF_EVT_F_WALK_EABT);
        out.event_class = 0;
        if (!REF_GET(CD_ENDI, cd))
            return d;
        uint64_t swapped = 0;
        for (unsigned i = 0; i < 8; ++i)
            swapped |= (d >> (8 * i) & 0xFF) << (56 - 8 * i);
        return swapped;
    }

    void walk()
    {
        bool upper = t.addr >> 55 & 1;
        Half h = half(upper);
        if (h.epd || (h.e0pd && !out.event_priv))
            fault(REF_EVT_F_TRANSLATION);
        unsigned bits = 64 - h.txsz; /* 3.4.1: bits [Top:N] are all alike */
        for (unsigned bit = bits; bit <= (h.tbi ? 55U : 63U); ++bit)
            if ((t.addr >> bit & 1) != upper)
                fault(REF_EVT_F_TRANSLATION);
        uint64_t input = t.addr & ones(bits);

        unsigned level = 0;
        while (level < 3 &&
               (level_bits[h.granule][level].msb == 0 || level_bits[h.granule][level].lsb >= bits))
            ++level;
        uint64_t entries = UINT64_C(1) << (bits - level_bits[h.granule][level].lsb);
        uint64_t table = h.ttb - h.ttb % (8 * entries);
        bool no_unprivileged = false, read_only = false, uxn = false, pxn = false;
        for (;; ++level) {
            const Bits &b = level_bits[h.granule][level];
            uint64_t d = read_descriptor(table + 8 * (input >> b.lsb & ones(b.msb - b.lsb + 1)));
            bool is_table = level < 3 && (d & 3) == 3;
            bool is_leaf = level == 3 ? (d & 3) == 3 : (d & 3) == 1 && has_block[h.granule][level];
            if (!is_table && !is_leaf)
                fault(REF_EVT_F_TRANSLATION);
            unsigned low = is_table ? page_bits[h.granule] : b.lsb;
            uint64_t output = d & ones(48) & ~ones(low);
            if (output > ones(ips_bits()))
                fault(REF_EVT_F_ADDR_SIZE);
            if (is_leaf) {
                if (!REF_FIELD(S1_LEAF_AF, d) && !REF_GET(CD_AFFD, cd))
                    fault(REF_EVT_F_ACCESS);
                check(d, no_unprivileged, read_only, uxn, pxn);
                forward(d, output | (input & ones(low)));
                return;
            }
            table = output;
            if (h.had)
                continue;
            no_unprivileged |= REF_FIELD(S1_TABLE_APTABLE, d) & REF_APTABLE_NO_UNPRIVILEGED;
            read_only |= (REF_FIELD(S1_TABLE_APTABLE, d) & REF_APTABLE_NO_WRITE) != 0;
            uxn |= REF_FIELD(S1_TABLE_UXNTABLE, d) != 0;
            pxn |= REF_FIELD(S1_TABLE_PXNTABLE, d) != 0;
        }
    }

    /* DDI D8.4, 5.4 WXN and PAN */
    void check(uint64_t d, bool no_unprivileged, bool read_only, bool uxn, bool pxn)
    {
        bool user = (REF_FIELD(S1_LEAF_AP, d) & 1) && !no_unprivileged;
        bool writable = !(REF_FIELD(S1_LEAF_AP, d) & 2) && !read_only;
        bool wxn = REF_GET(CD_WXN, cd);
        bool allowed;
        if (out.event_inst && out.event_priv)
            allowed =
                !pxn && !REF_FIELD(S1_LEAF_PXN, d) && !(user && writable) && !(wxn && writable);
        else if (out.event_inst)
            allowed = !uxn && !REF_FIELD(S1_LEAF_UXN, d) && !(wxn && user && writable);
        else if (out.event_priv)
            allowed = (!t.write || writable) && !(REF_GET(CD_PAN, cd) && user);
        else
            allowed = user && (!t.write || writable);
        if (!allowed)
            fault(REF_EVT_F_PERMISSION);
    }

    void forward(uint64_t d, uint64_t pa)
    {
        unsigned shift = static_cast<unsigned>(8 * REF_FIELD(S1_LEAF_ATTRINDX, d));
        Type input = replace_attrs(o, decode_mair(t.memattr, t.sh));
        Type leaf = decode_mair(static_cast<unsigned>(cd[3] >> shift & 0xFF),
                                static_cast<unsigned>(REF_FIELD(S1_LEAF_SH, d)));
        combine_hints(leaf.outer, input, input.outer);
        combine_hints(leaf.inner, input, input.inner);
        out.result = Result::Forward;
        out.pa = pa;
        output_type(leaf, out);
    }

    const Features &f;
    const Stream &s;
    const Memory &memory;
    const Transaction &t;
    Outcome out;
    Words ste = {}, cd = {};
    Overrides o;
};

} // namespace

Outcome translate(const Features &features, const Stream &stream, const Memory &memory,
                  const Transaction &transaction)
{
    return Procedure(features, stream, memory, transaction).run();
}

} // namespace reference
