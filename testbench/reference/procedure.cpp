/* SPDX-License-Identifier: Apache-2.0 */
/* The procedure of chapter 15, for one access. Sections stand where a sentence of the specification
 * was turned into code. */
#include <array>

#include "reference/attributes.h"
#include "reference/context_entry.h"
#include "reference/features.h"
#include "reference/permissions.h"
#include "reference/reference.h"
#include "reference/stream_entry.h"
#include "reference/table_format.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

namespace reference {

namespace {

/* Thrown where a transaction ends early: the outcome as it stands. */
struct End {};

enum class Stage { One, Two };

/* What stage 2 is asked for: CLASS, and how. */
struct Purpose {
    unsigned reported_class; /* REF_CLASS_* */
    Use use;
};

/* Where a descriptor was found, and what it said. */
struct Found {
    uint64_t pa = 0, ipa = 0; /* of the descriptor */
    uint64_t word = 0;        /* as in memory */
    uint64_t descriptor = 0;
    uint64_t output = 0; /* of the leaf, with the bits of the input below it */
    Restrictions restrictions;
    bool mostly_read_only = false; /* of a stage 1 descriptor's place (D8.2.7.3) */
};

/* What the last stage 2 translation says of the place that it found. */
struct Place {
    bool assured_only = false;
    TableMarks tables = {};
};

constexpr uint64_t access_flag = UINT64_C(1) << 10;

class Procedure {
public:
    Procedure(const Registers &registers, Memory &memory, const Access &access)
        : r(registers), f(registers), memory(memory), t(access)
    {
        if (t.write) /* 13.1.2 */
            t.inst = false;
    }

    Outcome run()
    {
        try {
            if (REF_FIELD(CR0_SMMUEN, r.cr0))
                translate_stream();
            else
                bypass_smmu();
        } catch (const End &) {
        }
        return out;
    }

private:
    /* ------------------------------------------------------------- the end */

    [[noreturn]] void end_with(unsigned event)
    {
        out.event.number = event;
        throw End();
    }

    void forward(uint64_t pa, const Type &type)
    {
        out.result = Result::Forward;
        out.pa = pa;
        out.memattr = output_memattr(type);
        out.sh = output_sh(type);
        bool constant = f.minor >= 4; /* 13.1.2 */
        out.priv = constant || use.priv;
        out.inst = !constant && use.inst;
    }

    void set_use(const Overrides &o)
    {
        use.write = t.write;
        use.priv = o.privcfg < 2 ? t.priv : o.privcfg == 3;
        use.inst = !t.write && (o.instcfg < 2 ? t.inst : o.instcfg == 3);
        out.event.priv = use.priv;
        out.event.inst = use.inst;
    }

    /* The four faults that are configured (5.5). */
    [[noreturn]] void stage1_fault(unsigned event)
    {
        out.event.reported_class = REF_CLASS_IN;
        bool stalls = REF_GET(CD_S, cd.words);
        out.result = stalls                    ? Result::Stall
                     : REF_GET(CD_A, cd.words) ? Result::Abort
                                               : Result::RazWi;
        out.event.stalled = stalls;
        out.event.number = stalls || REF_GET(CD_R, cd.words) ? event : 0;
        throw End();
    }

    [[noreturn]] void stage2_fault(unsigned event, const Purpose &purpose, uint64_t ipa)
    {
        out.event.reported_class = purpose.reported_class;
        out.event.stage2 = true;
        out.event.ipa = ipa;
        out.event.table_write = purpose.use.write;
        bool stalls = REF_GET(STE_S2S, ste.words);
        out.result = stalls ? Result::Stall : Result::Abort;
        out.event.stalled = stalls;
        out.event.number = stalls || REF_GET(STE_S2R, ste.words) ? event : 0;
        throw End();
    }

    /* Of stage 1 bypass, which nothing configures (3.4, 3.12). */
    [[noreturn]] void input_size_fault()
    {
        out.event.reported_class = REF_CLASS_IN;
        end_with(REF_EVT_F_ADDR_SIZE);
    }

    /* ------------------------------------------------------------- reading */

    /* Hardware updates of this very access count as made. */
    bool read_word(const Fetch &fetch, uint64_t &word)
    {
        if (!memory.read(fetch, word))
            return false;
        for (const Update &update : out.updates)
            if (update.addr == fetch.addr)
                word = update.to;
        return true;
    }

    uint64_t read_or_end(Object object, uint64_t addr, uint64_t reported, unsigned event)
    {
        uint64_t word = 0;
        if (!read_word({object, addr}, word)) {
            out.event.fetch_addr = reported;
            end_with(event);
        }
        return word;
    }

    std::array<uint64_t, 8> read_structure(Object object, uint64_t addr, unsigned event)
    {
        std::array<uint64_t, 8> words;
        for (unsigned i = 0; i < 8; ++i)
            words[i] = read_or_end(object, addr + 8 * i, addr, event);
        return words;
    }

    /* --------------------------------------------------- SMMUEN=0 (3.4, 13.2) */

    void bypass_smmu()
    {
        Overrides o;
        if (f.types_overridden) {
            o.mtcfg = REF_FIELD(GBPA_MTCFG, r.gbpa);
            o.memattr = static_cast<unsigned>(REF_FIELD(GBPA_MEMATTR, r.gbpa));
            o.alloccfg = static_cast<unsigned>(REF_FIELD(GBPA_ALLOCCFG, r.gbpa));
            o.shcfg = static_cast<unsigned>(REF_FIELD(GBPA_SHCFG, r.gbpa));
        }
        if (f.perms_overridden) {
            o.privcfg = static_cast<unsigned>(REF_FIELD(GBPA_PRIVCFG, r.gbpa));
            o.instcfg = static_cast<unsigned>(REF_FIELD(GBPA_INSTCFG, r.gbpa));
        }
        if (REF_FIELD(GBPA_ABORT, r.gbpa) || t.addr > ones(f.oas))
            throw End();
        set_use(o);
        out.bypass = true;
        out.label = f.label(REF_FIELD(GBPMPAM_GBP_PARTID, r.gbpmpam),
                            REF_FIELD(GBPMPAM_GBP_PMG, r.gbpmpam));
        forward(t.addr, replaced(o, type_of_mair(t.memattr, t.sh)));
    }

    /* ------------------------------------------------------- the STE (3.3.1) */

    [[noreturn]] void bad_streamid()
    {
        end_with(REF_FIELD(CR2_RECINVSID, r.cr2) ? unsigned{REF_EVT_C_BAD_STREAMID} : 0);
    }

    /* 6.3.24, 6.3.25, 5.1 */
    void find_ste()
    {
        auto log2size =
            static_cast<unsigned>(REF_FIELD(STRTAB_BASE_CFG_LOG2SIZE, r.strtab_base_cfg));
        auto split = static_cast<unsigned>(REF_FIELD(STRTAB_BASE_CFG_SPLIT, r.strtab_base_cfg));
        bool two_level =
            f.two_level_streams && REF_FIELD(STRTAB_BASE_CFG_FMT, r.strtab_base_cfg) == 1;
        uint64_t base = r.strtab_base & REF_MASK(STRTAB_BASE_ADDR);
        if (t.streamid > ones(log2size < f.sidsize ? log2size : f.sidsize))
            bad_streamid();
        if (!two_level) {
            base -= base % (UINT64_C(64) << log2size);
            fetch_ste(base + UINT64_C(64) * t.streamid);
            return;
        }
        if (split != 8 && split != 10)
            split = 6;
        uint64_t entries = log2size > split ? UINT64_C(1) << (log2size - split) : 1;
        base -= base % (8 * entries > 64 ? 8 * entries : 64);
        uint64_t at = base + 8 * (t.streamid >> split);
        uint64_t l1std = read_or_end(Object::L1std, at, at, REF_EVT_F_STE_FETCH);
        auto span = static_cast<unsigned>(REF_FIELD(L1STD_SPAN, l1std));
        uint64_t index = t.streamid & ones(split);
        if (span == 0 || span > 11 || span > split + 1 || index >= UINT64_C(1) << (span - 1))
            bad_streamid();
        uint64_t array = l1std & REF_MASK(L1STD_L2PTR);
        array -= array % (UINT64_C(64) << (span - 1));
        fetch_ste(array + 64 * index);
    }

    void fetch_ste(uint64_t addr)
    {
        if (addr > ones(f.oas)) { /* 3.4.3, one of two permitted outcomes */
            out.event.fetch_addr = addr;
            end_with(REF_EVT_F_STE_FETCH);
        }
        ste.words = read_structure(Object::Ste, addr, REF_EVT_F_STE_FETCH);
    }

    void translate_stream()
    {
        find_ste();
        if (ste.illegal(f))
            end_with(REF_EVT_C_BAD_STE);
        if (ste.config() < REF_CONFIG_BYPASS)
            throw End(); /* aborted, silently */
        Overrides o = ste.overrides(f);
        set_use(o);
        type = replaced(o, type_of_mair(t.memattr, t.sh));
        out.label = f.label(REF_GET(STE_PARTID, ste.words), REF_GET(STE_PMG, ste.words));
        bool uses_cd = choose_cd();
        uint64_t ipa = uses_cd ? translate_stage1() : bypass_stage1();
        if (!ste.stage2()) {
            out.bypass = !uses_cd;
            forward(ipa & ones(f.oas), type);
            return;
        }
        uint64_t pa = translate_stage2(ipa, {REF_CLASS_IN, use}, true);
        forward(pa, type);
    }

    /* 3.4: with neither stage the limit is the OAS, before stage 2 the IAS. */
    uint64_t bypass_stage1()
    {
        if (t.addr > ones(ste.config() == REF_CONFIG_BYPASS ? f.oas : f.ias))
            input_size_fault();
        return t.addr;
    }

    /* 5.2 S1CDMax, S1DSS. False: stage 1 is bypassed. */
    bool choose_cd()
    {
        auto cdmax = static_cast<unsigned>(REF_GET(STE_S1CDMAX, ste.words));
        if (!ste.stage1() || !f.ssidsize)
            cdmax = 0;
        uint64_t dss = REF_GET(STE_S1DSS, ste.words);
        if (t.ssv && (cdmax == 0 || t.substreamid > ones(cdmax)))
            end_with(REF_EVT_C_BAD_SUBSTREAMID);
        if (!ste.stage1())
            return false;
        if (cdmax && t.ssv && t.substreamid == 0 && dss == REF_S1DSS_SSID0)
            end_with(REF_EVT_F_STREAM_DISABLED);
        if (cdmax && !t.ssv && dss == REF_S1DSS_BYPASS)
            return false;
        if (cdmax && !t.ssv && dss != REF_S1DSS_SSID0)
            end_with(REF_EVT_F_STREAM_DISABLED);
        find_cd(cdmax, t.ssv ? t.substreamid : 0);
        cd.world = ste.world(f, REF_FIELD(CR2_E2H, r.cr2));
        if (cd.illegal(f, ste))
            end_with(REF_EVT_C_BAD_CD);
        if (REF_GET(STE_S1MPAM, ste.words))
            label_by_cd();
        return true;
    }

    /* 17.2; 7.3.20 leaves open when the VMS is fetched: here behind the CD. */
    void label_by_cd()
    {
        uint64_t partid = REF_GET(CD_PARTID, cd.words);
        if (ste.has_vms(f)) {
            uint64_t at = (ste.words[5] & REF_MASK(STE_VMSPTR)) + 2 * (partid & 31);
            uint64_t word = read_or_end(Object::Vms, at - at % 8, at - at % 8,
                                        REF_EVT_F_VMS_FETCH);
            partid = word >> (8 * (at % 8)) & 0xFFFF;
        }
        out.label = f.label(partid, REF_GET(CD_PMG, cd.words));
    }

    /* 5.2 S1Fmt, 5.3 */
    void find_cd(unsigned cdmax, uint64_t index)
    {
        uint64_t format = cdmax ? REF_GET(STE_S1FMT, ste.words) : 0;
        uint64_t base = ste.words[0] & REF_MASK(STE_S1CONTEXTPTR);
        if (format != REF_S1FMT_4K_L2 && format != REF_S1FMT_64K_L2) {
            base -= base % (UINT64_C(64) << cdmax);
            fetch_cd(base + 64 * index);
            return;
        }
        uint64_t leaf = format == REF_S1FMT_4K_L2 ? 64 : 1024;
        uint64_t l1_bytes = (UINT64_C(1) << cdmax) / leaf * 8;
        base -= base % (l1_bytes > 64 ? l1_bytes : 64);
        uint64_t at = structure_pa(base + index / leaf * 8);
        uint64_t l1cd = read_or_end(Object::L1cd, at, at, REF_EVT_F_CD_FETCH);
        uint64_t l2ptr = l1cd & REF_MASK(L1CD_L2PTR);
        /* 3.4.3: of an IPA, one of two permitted outcomes. */
        if (!REF_FIELD(L1CD_V, l1cd) || l2ptr > ones(ste.stage2() ? f.ias : f.oas))
            end_with(REF_EVT_C_BAD_SUBSTREAMID);
        l2ptr -= l2ptr % (leaf * 64);
        fetch_cd(l2ptr + index % leaf * 64);
    }

    /* 3.27.2 */
    bool hardened(uint64_t ste_control) const
    {
        return f.the && ste.stage2() && REF_GET(STE_S2AA64, ste.words) && ste_control;
    }

    void fetch_cd(uint64_t addr)
    {
        cd.words = read_structure(Object::Cd, structure_pa(addr), REF_EVT_F_CD_FETCH);
    }

    uint64_t structure_pa(uint64_t addr)
    {
        if (!ste.stage2())
            return addr;
        uint64_t pa = translate_stage2(addr, {REF_CLASS_CD, {false, false, true}}, false);
        cd_assured = cd_assured && last.assured_only;
        return pa;
    }

    /* ------------------------------------------------------------- the walk */

    [[noreturn]] void walk_fault(Stage stage, unsigned event, const Purpose &purpose,
                                 uint64_t input)
    {
        if (stage == Stage::One)
            stage1_fault(event);
        stage2_fault(event, purpose, input);
    }

    /* D8.2; the order of 7.3.22 */
    Found walk(Stage stage, const TableFormat &format, uint64_t input, const Purpose &purpose)
    {
        Found found;
        uint64_t table = format.base;
        unsigned above = format.input_bits;
        for (int level = format.start_level;; ++level) {
            unsigned low = entry_log2(format.granule_log2, level);
            uint64_t index = (input & ones(above)) >> low;
            TableShape shape = {
                format.granule_log2, level,           above - low,   format.output_bits,
                format.ds,           format.wide_64k, format.lpae32, format.big_endian};
            if (stage == Stage::One)
                first_lookup_of_stage1 = level == format.start_level;
            read_descriptor(stage, table + 8 * index, shape, input, purpose, found);
            DescriptorKind kind = kind_of(format, level, found.descriptor);
            if (kind == DescriptorKind::Invalid)
                walk_fault(stage, REF_EVT_F_TRANSLATION, purpose, input);
            uint64_t output = address_in(format, level, kind, found.descriptor);
            if (kind == DescriptorKind::Leaf)
                output |= input & ones(low); /* a block may be larger than the output size */
            bool physical = stage == Stage::Two || !ste.stage2();
            bool unreachable = physical && kind == DescriptorKind::Table && output > ones(f.oas);
            if (output > ones(format.output_bits) || unreachable) /* 3.4.3 */
                walk_fault(stage, REF_EVT_F_ADDR_SIZE, purpose, input);
            if (stage == Stage::One) /* for what this descriptor points to */
                assured = assured && found.mostly_read_only && REF_GET(CD_PNCH, cd.words) &&
                          (found.descriptor >> 52 & 1);
            if (kind == DescriptorKind::Leaf) {
                found.output = output;
                return found;
            }
            if (format.haft)
                update(stage, format, found, found.descriptor | access_flag);
            found.restrictions.add(found.descriptor);
            table = output;
            above = low;
        }
    }

    void read_descriptor(Stage stage, uint64_t at, const TableShape &shape, uint64_t input,
                         const Purpose &purpose, Found &found)
    {
        bool one = stage == Stage::One;
        found.ipa = at;
        found.pa = at;
        if (one && ste.stage2()) {
            found.pa = translate_stage2(at, {REF_CLASS_TT, {false, false, true}}, false);
            found.mostly_read_only = last.tables.mostly_read_only;
        }
        Fetch fetch = {one ? Object::Stage1 : Object::Stage2, found.pa, &shape, input};
        fetch.vmid = static_cast<uint16_t>(REF_GET(STE_S2VMID, ste.words));
        fetch.el2 = one && cd.world != World::EL1;
        fetch.for_cd = !one && purpose.reported_class == REF_CLASS_CD;
        fetch.stage2_alone = !ste.stage1();
        fetch.asid = static_cast<uint16_t>(one ? REF_GET(CD_ASID, cd.words) : 0);
        if (!read_word(fetch, found.word)) {
            out.event.fetch_addr = found.pa;
            out.event.stage2 = !one;
            out.event.reported_class = one ? unsigned{REF_CLASS_TT} : purpose.reported_class;
            end_with(REF_EVT_F_WALK_EABT);
        }
        found.descriptor = shape.big_endian ? byte_swapped(found.word) : found.word;
    }

    /* 3.13.5: a change to a stage 1 table is a write through stage 2. */
    void update(Stage stage, const TableFormat &format, Found &found, uint64_t to)
    {
        if (to == found.descriptor)
            return;
        if (stage == Stage::One && ste.stage2())
            translate_stage2(found.ipa, {REF_CLASS_TT, {true, false, true}}, false);
        uint64_t word = format.big_endian ? byte_swapped(to) : to;
        bool in_run = found.descriptor >> 52 & 1; /* at most: the bit may mean something else */
        out.updates.push_back({found.pa, found.word, word, in_run});
        found.word = word;
        found.descriptor = to;
    }

    /* ------------------------------------------------------------- stage 1 */

    /* The half of the input range, or a fault (3.4.1). */
    bool choose_half()
    {
        if (REF_GET(CD_AA64, cd.words))
            return choose_half_64();
        uint64_t t0sz = cd.half(f, false).txsz, t1sz = cd.half(f, true).txsz;
        uint64_t top0 = t.addr >> (32 - t0sz) & ones(32), top1 = t.addr >> (32 - t1sz);
        if (t.addr > ones(32))
            stage1_fault(REF_EVT_F_TRANSLATION);
        if (cd.one_half()) {
            if (top0 != 0)
                stage1_fault(REF_EVT_F_TRANSLATION);
            return false;
        }
        /* G5.5: TTB1 has what its T1SZ says, or with 0 all that TTB0 has not. */
        bool upper = t1sz ? top1 == ones(static_cast<unsigned>(t1sz)) : t0sz && top0 != 0;
        if (!upper && top0 != 0)
            stage1_fault(REF_EVT_F_TRANSLATION);
        return upper;
    }

    bool choose_half_64()
    {
        bool upper = !cd.one_half() && (t.addr >> 55 & 1);
        Half half = cd.half(f, upper);
        if (half.disabled)
            stage1_fault(REF_EVT_F_TRANSLATION);
        unsigned top = half.tbi ? 55 : 63;
        for (unsigned bit = 64 - half.txsz; bit <= top; ++bit)
            if ((t.addr >> bit & 1) != upper)
                stage1_fault(REF_EVT_F_TRANSLATION);
        return upper;
    }

    uint64_t translate_stage1()
    {
        bool upper = choose_half();
        Half half = cd.half(f, upper);
        if (half.disabled || (half.e0pd && !use.priv))
            stage1_fault(REF_EVT_F_TRANSLATION);
        TableFormat format = cd.format(f, upper);
        uses_upper = upper;
        assured = cd_assured &&
                  hardened(upper ? REF_GET(STE_TL1, ste.words) : REF_GET(STE_TL0, ste.words));
        Found found = walk(Stage::One, format, t.addr & ones(format.input_bits), {});
        uint64_t leaf = found.descriptor;
        if (!(leaf & access_flag) && !format.affd && !format.ha)
            stage1_fault(REF_EVT_F_ACCESS);

        bool indirect = cd.indirect(f, ste);
        Restrictions restrictions = half.had || indirect ? Restrictions() : found.restrictions;
        Permissions allowed =
            stage1_permissions(cd, format, f, indirect, restrictions, leaf, use.priv);
        if (!allowed.allow(use)) {
            out.event.dirty_bit = indirect && allowed.wait_for_dirty(use);
            stage1_fault(REF_EVT_F_PERMISSION);
        }
        uint64_t to = format.ha ? leaf | access_flag : leaf;
        if (allowed.wait_for_dirty(use))
            to = dirtied_stage1(to);
        update(Stage::One, format, found, to);

        auto index = static_cast<unsigned>(REF_FIELD(S1_LEAF_ATTRINDX, leaf));
        if (f.aie && !format.lpae32 && REF_GET(CD_AIE, cd.words) && (leaf >> 59 & 1))
            index = 7; /* AttrIndx[3]: 8 to 15 (5.4 MAIR1) */
        auto sh =
            static_cast<unsigned>(has_shareability(format) ? REF_FIELD(S1_LEAF_SH, leaf) : half.sh);
        type = through_stage1(type, type_of_mair(cd.mair(index), sh));
        return found.output;
    }

    /* ------------------------------------------------------------- stage 2 */

    /* Tables D8-14 and D8-15 */
    bool top_level_denied(const TableMarks &marks) const
    {
        bool own = uses_upper ? marks.top_level1 : marks.top_level0;
        bool others = uses_upper ? marks.top_level0 : marks.top_level1;
        bool tl0 = hardened(REF_GET(STE_TL0, ste.words)),
             tl1 = hardened(REF_GET(STE_TL1, ste.words));
        return first_lookup_of_stage1 && !own &&
               ((uses_upper ? tl1 : tl0) || ((uses_upper ? tl0 : tl1) && others));
    }

    /* IPA to PA; for the access itself with what that does to its memory type. */
    uint64_t translate_stage2(uint64_t ipa, const Purpose &purpose, bool itself)
    {
        TableFormat format = ste.stage2_format(f);
        if (ipa > ones(format.input_bits)) /* 3.4 */
            stage2_fault(REF_EVT_F_TRANSLATION, purpose, ipa);
        Found found = walk(Stage::Two, format, ipa, purpose);
        uint64_t leaf = found.descriptor;
        if (!(leaf & access_flag) && !format.affd && !format.ha)
            stage2_fault(REF_EVT_F_ACCESS, purpose, ipa);

        auto memattr = static_cast<unsigned>(REF_FIELD(S2_LEAF_MEMATTR, leaf));
        bool fwb = ste.forced_write_back(f);
        if (f.mteperm && !fwb && memattr == 4) /* 3.23.1: write-back without tag access */
            memattr = 15;
        Stage2Indirection indirection = ste.indirection(f, r.s2pii);
        bool by_walk = purpose.reported_class == REF_CLASS_TT;
        Permissions allowed =
            indirection.base ? stage2_indirect(format, indirection, leaf, purpose.use.priv, by_walk)
                             : stage2_permissions(format, f, leaf, purpose.use.priv);
        bool device = !itself && ste.stage1() && REF_GET(STE_S2PTW, ste.words) &&
                      stage2_leaf_is_device(memattr, fwb);
        Place place = {hardened(REF_GET(STE_ASSUREDONLY, ste.words)) && (leaf >> 58 & 1),
                       table_marks(indirection, leaf)};
        bool exposed = place.assured_only && purpose.reported_class != REF_CLASS_CD && !assured;
        /* In the order of 3.26.2 and D8.15.5.1; J1.1.4.34 */
        if (by_walk && top_level_denied(place.tables))
            stage2_fault(REF_EVT_F_PERMISSION, purpose, ipa);
        if (exposed) {
            out.event.assured_only = true;
            stage2_fault(REF_EVT_F_PERMISSION, purpose, ipa);
        }
        if (!allowed.allow(purpose.use) || device) {
            out.event.overlay = overlay_denies(indirection, leaf, purpose.use, by_walk);
            out.event.dirty_bit = !out.event.overlay && !device && indirection.base &&
                                  allowed.wait_for_dirty(purpose.use);
            stage2_fault(REF_EVT_F_PERMISSION, purpose, ipa);
        }
        uint64_t to = format.ha ? leaf | access_flag : leaf;
        if (allowed.wait_for_dirty(purpose.use))
            to = dirtied_stage2(to);
        update(Stage::Two, format, found, to);
        last = place;

        if (itself) {
            auto sh =
                static_cast<unsigned>(has_shareability(format) ? REF_FIELD(S2_LEAF_SH, leaf)
                                                               : REF_GET(STE_S2SH0, ste.words));
            type = through_stage2(type, memattr, sh, fwb);
        }
        /* 3.4: the 40 bits of VMSAv8-32 into a smaller OAS. */
        return found.output & ones(f.oas);
    }

    const Registers &r;
    const Features f;
    Memory &memory;
    Access t;
    Outcome out;
    StreamEntry ste;
    ContextEntry cd;
    Use use = {};
    Type type;
    bool cd_assured = true, assured = false; /* 3.27.2, D8.2.7.3 */
    bool uses_upper = false, first_lookup_of_stage1 = false;
    Place last;
};

} // namespace

Outcome translate(const Registers &registers, Memory &memory, const Access &access)
{
    return Procedure(registers, memory, access).run();
}

} // namespace reference
