/* SPDX-License-Identifier: Apache-2.0 */
/* See random_memory.h. */
#include "unit/random_memory.h"

#include "reference/table_format.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

using reference::Object;
using reference::ones;

void RandomMemory::new_round()
{
    static const unsigned degrees[] = {0, 12, 40, 40, 120, 400, 400};
    words.clear();
    unreadable.clear();
    crowded_ = false;
    streams.clear();
    wildness = degrees[below(7)];
    one_space = one_in(3);
    s1pie = one_in(2);
    protects = features.the && one_in(3);
    next_asid = next_vmid = 1;
    spaces = {};
}

bool RandomMemory::load(uint64_t addr, uint64_t &word) const
{
    auto it = words.find(addr);
    word = it == words.end() ? 0 : it->second.word;
    return unreadable.empty() || !unreadable.count(addr);
}

void RandomMemory::place(Object object, uint64_t addr, const Words &from)
{
    for (unsigned i = 0; i < 8; ++i)
        if (!words.insert({addr + 8 * i, {from[i], object}}).second)
            crowded_ = true;
}

void RandomMemory::make(const reference::Fetch &fetch)
{
    size_t before = words.size();
    uint64_t word = 0;
    switch (fetch.object) {
    case Object::Ste:
        place(fetch.object, fetch.addr, make_ste());
        break;
    case Object::Cd:
        place(fetch.object, fetch.addr, make_cd());
        break;
    default:
        word = fetch.object == Object::L1std  ? make_l1std()
               : fetch.object == Object::L1cd ? make_l1cd()
               : fetch.object == Object::Vms  ? make_part_of_vms()
                                              : make_descriptor(fetch);
        words.insert({fetch.addr, /* with a run it is there already */
                      {word, fetch.object, 0, fetch.table ? fetch.table->granule_log2 : 0}});
    }
    bool run = fetch.table && words.size() > before + 1; /* may be known without being read */
    if (wildness && !run && one_in(4 * wildness))
        unreadable.insert(fetch.addr);
}

std::vector<uint64_t> RandomMemory::run_of(uint64_t addr) const
{
    auto placed = words.find(addr);
    uint64_t bytes = placed == words.end() ? 8 : UINT64_C(8) << placed->second.run_log2;
    std::vector<uint64_t> run;
    for (uint64_t first = addr - addr % bytes, at = first; at < first + bytes; at += 8)
        run.push_back(at);
    return run;
}

void RandomMemory::make_again(const reference::Fetch &fetch)
{
    for (uint64_t at : run_of(fetch.addr))
        words.erase(at);
    unreadable.erase(fetch.addr);
    make(fetch);
}

bool RandomMemory::read(const reference::Fetch &fetch, uint64_t &word)
{
    auto placed = words.find(fetch.addr);
    if (placed == words.end())
        make(fetch);
    else if (placed->second.made_as != fetch.object ||
             (fetch.table && placed->second.granule_log2 != fetch.table->granule_log2))
        crowded_ = true;
    return load(fetch.addr, word);
}

/* ------------------------------------------------------------------ structures */

uint64_t RandomMemory::some_structure(unsigned alignment_log2)
{
    return random() & ones(features.oas) & ~ones(alignment_log2);
}

unsigned RandomMemory::some_granule()
{
    static const unsigned log2[] = {12, 14, 16};
    for (;;) {
        unsigned granule = log2[below(3)];
        if (features.granule(granule) || odd())
            return granule;
    }
}

/* ASIDs and VMIDs that nobody has; where they have 16 bits, some differ in the upper ones alone. */
uint64_t RandomMemory::some_tag(uint64_t &next, bool sixteen_bits)
{
    uint64_t tag = next++;
    if (sixteen_bits && one_in(2))
        return (tag & 0xFF) << 8;
    return odd() ? tag | UINT64_C(1) << (8 + below(8)) : tag;
}

/* Just outside the range, mostly. */
uint64_t RandomMemory::some_wrong_size(uint64_t least, uint64_t most)
{
    return one_in(3) ? below(64) : one_in(2) ? most + 1 : least - 1;
}

bool RandomMemory::big_endian()
{
    bool big = features.ttendian == 3 || (features.ttendian == 0 && one_in(4));
    return odd() ? !big : big;
}

/* A PARTID or a PMG. */
uint64_t RandomMemory::some_id(uint64_t max)
{
    return one_in(12) ? random() : below(max + 1);
}

uint64_t RandomMemory::make_part_of_vms()
{
    uint64_t partids = 0;
    for (unsigned i = 0; i < 4; ++i)
        partids = partids << 16 | (some_id(features.partid_max) & 0xFFFF);
    return partids;
}

uint64_t RandomMemory::make_l1std()
{
    auto split = static_cast<unsigned>(REF_FIELD(STRTAB_BASE_CFG_SPLIT, registers.strtab_base_cfg));
    uint64_t most = (split == 8 || split == 10 ? split : 6) + 1;
    return some_structure(6) | (odd() ? below(32) : most);
}

RandomMemory::Words RandomMemory::make_ste()
{
    Words ste;
    for (uint64_t &word : ste)
        word = random();
    ste[0] = 0;
    StreamShape shape;
    static const unsigned usual[] = {REF_CONFIG_S1,     REF_CONFIG_S1,     REF_CONFIG_NESTED,
                                     REF_CONFIG_NESTED, REF_CONFIG_NESTED, REF_CONFIG_S2,
                                     REF_CONFIG_S2};
    uint64_t config = odd()        ? below(8)
                      : one_in(20) ? uint64_t{REF_CONFIG_BYPASS}
                                   : usual[below(features.s2p ? 7 : 2)];
    REF_SET(STE_V, ste.data(), !odd());
    REF_SET(STE_CONFIG, ste.data(), config);
    REF_SET(STE_S1PIE, ste.data(), s1pie);
    REF_SET(STE_EATS, ste.data(), odd() ? below(4) : 0);
    bool el2 =
        one_in(config == REF_CONFIG_S1 ? 2 : 3) && (one_space || REF_FIELD(CR2_E2H, registers.cr2));
    REF_SET(STE_STRW, ste.data(), odd() && one_space ? below(4) : el2 ? uint64_t{REF_STRW_EL2} : 0);
    shape.el2_e2h = REF_GET(STE_STRW, ste) && !(config & 2) && REF_FIELD(CR2_E2H, registers.cr2);
    if (one_in(3)) {
        REF_SET(STE_MTCFG, ste.data(), 0);
        REF_SET(STE_ALLOCCFG, ste.data(), 0);
    }
    bool shares_vmid = one_space && config == REF_CONFIG_S1 && !one_in(4);
    REF_SET(STE_S2VMID, ste.data(), shares_vmid ? 0 : some_tag(next_vmid, features.vmid16));
    shape.has_asids = REF_GET(STE_STRW, ste) != REF_STRW_EL2 || REF_FIELD(CR2_E2H, registers.cr2);
    shape.stage2_is_32 = (config & 2) && vmsav8_32(4);
    if (shape.stage2_is_32)
        REF_SET(STE_S2FWB, ste.data(), odd());
    shape.forced_write_back = features.fwb && REF_GET(STE_S2FWB, ste);
    REF_SET(STE_S1MPAM, ste.data(), one_in(2));
    REF_SET(STE_PARTID, ste.data(), some_id(features.partid_max));
    REF_SET(STE_PMG, ste.data(), some_id(features.pmg_max));
    ste[5] &= ~REF_MASK(STE_VMSPTR);
    ste[5] |= (odd() ? random() : some_structure(12)) & REF_MASK(STE_VMSPTR);
    if (config & 2)
        make_stage2_part(ste, shape);
    make_stage1_part(ste, shape);
    if (config == REF_CONFIG_BYPASS)
        shape.inputs.push_back({features.oas, false});
    streams[streamid_] = shape;
    return ste;
}

void RandomMemory::make_stage1_part(Words &ste, StreamShape &shape)
{
    unsigned cdmax = one_in(3) ? 0 : static_cast<unsigned>(1 + below(10));
    if (cdmax > features.ssidsize && !odd())
        cdmax = features.ssidsize;
    uint64_t format = features.cd2l || odd() ? below(4) : below(2) * 3;
    REF_SET(STE_S1CDMAX, ste.data(), odd() ? below(32) : cdmax);
    REF_SET(STE_S1FMT, ste.data(), format);
    unsigned limit =
        shape.ipa_bits && shape.ipa_bits < features.oas ? shape.ipa_bits : features.oas;
    ste[0] |= some_structure(6) & ones(odd() ? 56 : limit) & REF_MASK(STE_S1CONTEXTPTR);
    if (odd())
        ste[0] |= (UINT64_C(1) << (30 + below(26))) & REF_MASK(STE_S1CONTEXTPTR);
    REF_SET(STE_S1STALLD, ste.data(), features.stall_model == 0 ? one_in(4) : odd());
    if (!one_in(4))
        REF_SET(STE_S1DSS, ste.data(), REF_S1DSS_SSID0);
}

bool RandomMemory::vmsav8_32(unsigned usually_one_in)
{
    bool one = !features.vmsav8_64 || (features.vmsav8_32 && one_in(usually_one_in));
    return odd() ? !one : one;
}

/* S2T0SZ of four bits with a sign, and the start levels that fit it; what is IGNORED is random. */
unsigned RandomMemory::make_stage2_size_32(Words &ste)
{
    unsigned input = static_cast<unsigned>(25 + below(16));
    bool from_2 = input <= 30 || (input <= 34 && one_in(2));
    REF_SET(STE_S2T0SZ, ste.data(), ((32U - input) & 15) | below(4) << 4);
    REF_SET(STE_S2SL0, ste.data(), odd() ? below(4) : !from_2);
    REF_SET(STE_S2TG, ste.data(), below(4));
    REF_SET(STE_S2PS, ste.data(), below(8));
    unsigned output = features.oas < 40 && !one_in(4) ? features.oas : 40;
    ste[3] &= ~REF_MASK(STE_S2TTB);
    ste[3] |= random() & ones(odd() ? 52 : output) & REF_MASK(STE_S2TTB);
    return input;
}

/* Input, start level, granule and output of VMSAv8-64. */
unsigned RandomMemory::make_stage2_size(Words &ste)
{
    unsigned granule = some_granule();
    bool ds = features.ds && one_in(2);
    bool wide = granule == 16 || ds;
    unsigned least = wide ? 12 : 16, most = !features.stt ? 39 : granule == 16 ? 47 : 48;
    if (64 - features.ias > least)
        least = 64 - features.ias;
    unsigned t0sz = static_cast<unsigned>(least + below(most - least + 1));
    if (!one_in(4) && t0sz > 32 &&
        least <= 32) /* more that is large: what lies there is larger too */
        t0sz = static_cast<unsigned>(least + below(32 - least + 1));
    int level = reference::usual_start_level(granule, 64 - t0sz);
    if (level < 3) { /* concatenated, if it must be or may */
        unsigned low = reference::entry_log2(granule, level + 1);
        bool may = 64 - t0sz - low <= reference::stride(granule) + 4;
        if (may && (one_in(2) || (granule == 14 && level == 0 && !ds)))
            ++level;
    }
    static const unsigned tg[] = {REF_TG0_4K, REF_TG0_16K, REF_TG0_64K};
    static const unsigned sl_4k[] = {0, 2, 1, 0, 3}; /* levels -1 to 3 */
    REF_SET(STE_S2TG, ste.data(), odd() ? below(4) : tg[(granule - 12) / 2]);
    REF_SET(STE_S2T0SZ, ste.data(), odd() ? some_wrong_size(least, most) : t0sz);
    REF_SET(STE_S2DS, ste.data(), ds);
    uint64_t sl0 = granule == 12 ? sl_4k[level + 1] : static_cast<unsigned>(3 - level);
    REF_SET(STE_S2SL0, ste.data(), odd() ? below(4) : sl0);
    REF_SET(STE_S2SL0_2, ste.data(), level == -1);
    uint64_t ps = one_in(3) ? below(8) : REF_FIELD(IDR5_OAS, registers.idr5);
    REF_SET(STE_S2PS, ste.data(), ps);
    unsigned output = reference::size_of_code(ps);
    if (output > (wide ? features.oas : 48))
        output = wide ? features.oas : 48;
    if (output > features.oas)
        output = features.oas;
    ste[3] &= ~REF_MASK(STE_S2TTB);
    ste[3] |= random() & ones(odd() ? 52 : output) & REF_MASK(STE_S2TTB);
    return 64 - t0sz;
}

void RandomMemory::make_stage2_part(Words &ste, StreamShape &shape)
{
    bool is_32 = shape.stage2_is_32;
    shape.ipa_bits = is_32 ? make_stage2_size_32(ste) : make_stage2_size(ste);
    REF_SET(STE_S2AA64, ste.data(), !is_32);
    REF_SET(STE_S2ENDI, ste.data(), big_endian());
    REF_SET(STE_S2HA, ste.data(), odd() || (!is_32 && features.httu && one_in(2)));
    REF_SET(STE_S2HD, ste.data(), odd() || (!is_32 && features.httu >= 2 && one_in(2)));
    REF_SET(STE_S2HAFT, ste.data(), REF_GET(STE_S2HA, ste) && one_in(2));
    REF_SET(STE_S2PTW, ste.data(), one_in(4));
    bool stalls = features.stall_model == 2 || (features.stall_model == 0 && one_in(4));
    REF_SET(STE_S2S, ste.data(), odd() ? !stalls : stalls);
    bool indirect = features.s2pi && !is_32 && one_in(3);
    REF_SET(STE_S2PIE, ste.data(), indirect || odd());
    REF_SET(STE_S2POE, ste.data(), (indirect && one_in(2)) || odd());
    REF_SET(STE_ASSUREDONLY, ste.data(), one_in(3));
    REF_SET(STE_TL0, ste.data(), one_in(4));
    REF_SET(STE_TL1, ste.data(), one_in(4));
    for (unsigned i = 0; i < 16; ++i) { /* mostly legal overlays that permit much */
        static const uint64_t usual[] = {15, 15, 15, 12, 13, 14, 8, 11, 4, 2, 3, 6, 7, 0};
        uint64_t overlay = odd() ? below(16) : usual[below(14)];
        ste[7] = (ste[7] & ~(UINT64_C(15) << (4 * i))) | overlay << (4 * i);
    }
    shape.inputs.push_back({shape.ipa_bits, false});
}

uint64_t RandomMemory::make_l1cd()
{
    unsigned ipa = streams[streamid_].ipa_bits;
    unsigned limit = ipa && ipa < features.oas ? ipa : features.oas;
    uint64_t l1cd = some_structure(12) & ones(limit);
    if (odd())
        l1cd |= UINT64_C(1) << (30 + below(26));
    return l1cd | !odd();
}

void RandomMemory::make_half(Words &cd, bool upper, unsigned output)
{
    bool is_32 = !REF_GET(CD_AA64, cd);
    unsigned granule = some_granule();
    bool wide = granule == 16 || (features.ds && REF_GET(CD_DS, cd));
    unsigned most = !features.stt ? 39 : granule == 16 ? 47 : 48;
    unsigned least = features.va_52 && wide ? 12 : 16;
    uint64_t txsz = odd() ? some_wrong_size(least, most) : least + below(most - least + 1);
    if (is_32) /* three bits */
        txsz = (one_in(2) ? 0 : below(8)) | below(8) << 3;
    static const unsigned tg0[] = {REF_TG0_4K, REF_TG0_16K, REF_TG0_64K};
    static const unsigned tg1[] = {REF_TG1_4K, REF_TG1_16K, REF_TG1_64K};
    unsigned which = (granule - 12) / 2;
    if (!wide && output > 48)
        output = 48;
    if (is_32)
        output = features.oas < 40 && !one_in(4) ? features.oas : 40;
    unsigned ipa = streams[streamid_].ipa_bits;
    if (ipa && ipa < output)
        output = ipa;
    uint64_t ttb = random() & ones(odd() ? 52 : output) & ~UINT64_C(0xF);
    if (upper) {
        REF_SET(CD_T1SZ, cd.data(), txsz);
        REF_SET(CD_TG1, cd.data(), odd() ? below(4) : tg1[which]);
        REF_SET(CD_EPD1, cd.data(), one_in(8));
        cd[2] = (cd[2] & ~REF_MASK(CD_TTB1)) | (ttb & REF_MASK(CD_TTB1));
    } else {
        REF_SET(CD_T0SZ, cd.data(), txsz);
        REF_SET(CD_TG0, cd.data(), odd() ? below(4) : tg0[which]);
        REF_SET(CD_EPD0, cd.data(), one_in(8));
        cd[1] = (cd[1] & ~REF_MASK(CD_TTB0)) | (ttb & REF_MASK(CD_TTB0));
    }
    if (is_32)
        streams[streamid_].inputs.push_back({static_cast<unsigned>(32 - txsz % 8), upper, 32});
    else
        streams[streamid_].inputs.push_back({static_cast<unsigned>(64 - txsz), upper});
}

RandomMemory::Words RandomMemory::make_cd()
{
    std::vector<Input> &inputs = streams[streamid_].inputs;
    uint64_t asid = some_tag(next_asid, features.asid16);
    /* Without ASIDs nothing has to tell the two apart (5.4, ASET). */
    bool aset = one_space && streams[streamid_].has_asids && one_in(3);
    Space &space = spaces[aset];
    if (one_space && space.cd[0]) {
        Words cd = space.cd;
        if (one_in(2))
            REF_SET(CD_ASID, cd.data(), asid);
        inputs.insert(inputs.end(), space.inputs.begin(), space.inputs.end());
        return cd;
    }
    Words cd;
    for (uint64_t &word : cd)
        word = random();
    for (unsigned i = 0; i < 16 && !odd(); ++i) { /* legal permissions of indirection */
        static const unsigned pairs[][2] = {{0, 0}, {1, 1}, {5, 5}, {3, 1}, {7, 1}, {5, 7},
                                            {3, 3}, {7, 3}, {5, 0}, {2, 2}, {1, 5}, {7, 2}};
        const unsigned *pair = pairs[below(12)];
        cd[7] = (cd[7] & ~(UINT64_C(7) << (3 * i))) | uint64_t{pair[0]} << (3 * i);
        cd[6] = (cd[6] & ~(UINT64_C(7) << (3 * i))) | uint64_t{pair[1]} << (3 * i);
    }
    REF_SET(CD_V, cd.data(), !odd());
    REF_SET(CD_PARTID, cd.data(), some_id(features.partid_max));
    REF_SET(CD_PMG, cd.data(), some_id(features.pmg_max));
    const StreamShape &stream = streams[streamid_];
    bool is_32 = vmsav8_32(stream.stage2_is_32 ? 1 : stream.el2_e2h ? 40 : 4);
    REF_SET(CD_AA64, cd.data(), !is_32);
    REF_SET(CD_DS, cd.data(), one_in(2));
    bool stalls = features.stall_model == 2 || (features.stall_model == 0 && one_in(4));
    REF_SET(CD_S, cd.data(), odd() ? !stalls : stalls);
    if (features.term_model)
        REF_SET(CD_A, cd.data(), !odd());
    REF_SET(CD_HA, cd.data(), odd() || ((is_32 || features.httu) && one_in(2)));
    REF_SET(CD_HD, cd.data(), odd() || ((is_32 || features.httu >= 2) && one_in(2)));
    REF_SET(CD_HAFT, cd.data(), REF_GET(CD_HA, cd) && one_in(2));
    REF_SET(CD_ENDI, cd.data(), big_endian());
    REF_SET(CD_ASID, cd.data(), asid);
    if (one_space)
        REF_SET(CD_ASET, cd.data(), aset);
    REF_SET(CD_E0PD0, cd.data(), one_in(8));
    REF_SET(CD_E0PD1, cd.data(), one_in(8));
    REF_SET(CD_WXN, cd.data(), one_in(4));
    REF_SET(CD_PAN, cd.data(), one_in(4));
    REF_SET(CD_PNCH, cd.data(), protects);
    uint64_t ips = one_in(3) ? below(8) : REF_FIELD(IDR5_OAS, registers.idr5);
    REF_SET(CD_IPS, cd.data(), ips);
    unsigned output = reference::size_of_code(ips);
    size_t before = inputs.size();
    make_half(cd, false, output < features.oas ? output : features.oas);
    make_half(cd, true, output < features.oas ? output : features.oas);
    space.cd = cd;
    space.inputs.assign(inputs.begin() + static_cast<std::ptrdiff_t>(before), inputs.end());
    return cd;
}

/* ----------------------------------------------------------------- descriptors */

/* Low bits of the result are zero. */
uint64_t RandomMemory::with_address(const reference::TableShape &shape, bool stage1, unsigned low)
{
    bool wide = shape.ds || shape.wide_64k;
    unsigned bits = wide ? 52 : 48, limit = shape.output_bits < bits ? shape.output_bits : bits;
    if (features.oas < limit && !one_in(4)) /* VMSAv8-32 has 40 bits whatever there is */
        limit = features.oas;
    unsigned ipa = streams[streamid_].ipa_bits;
    if (stage1 && ipa && ipa < limit)
        limit = ipa;
    uint64_t address = random() & ones(odd() ? bits : limit) & ~ones(low);
    uint64_t d = address & ones(48);
    if (shape.ds)
        d |= (address & UINT64_C(3) << 48) | (address >> 50 & 3) << 8;
    else if (shape.wide_64k)
        d |= (address >> 48 & 15) << 12;
    return d;
}

uint64_t RandomMemory::make_table(const reference::TableShape &shape)
{
    uint64_t d =
        3 | (one_in(4) ? random() & (ones(58) & ~ones(53)) : 0); /* bit 52 would be Contiguous */
    if (!one_in(8))
        d |= UINT64_C(1) << 10; /* AF, where there is one */
    if (one_in(16))
        d |= random() & ~ones(59);
    if (!shape.ds)
        d |= random() & 0xBFC;
    if (protects && !shape.lpae32 && !one_in(4))
        d |= UINT64_C(1) << 52;
    if (!one_space)
        d |= UINT64_C(1) << 11; /* nG, should it be read as a leaf too */
    return d;
}

uint64_t RandomMemory::stage1_attributes()
{
    uint64_t d = (random() & 7) << 2;
    d |= one_in(3) ? below(4) << 6 : UINT64_C(1) << 6; /* AP */
    d |= odd() || one_in(40) ? 0 : UINT64_C(1) << 10;  /* AF */
    d |= (one_space ? below(2) : 1) << 11;             /* nG */
    d |= static_cast<uint64_t>(one_in(4)) << 53 | static_cast<uint64_t>(one_in(4)) << 54;
    d |= below(2) << 51; /* DBM */
    return d | (random() & UINT64_C(0x8F80'0000'0000'0020));
}

uint64_t RandomMemory::stage2_attributes()
{
    static const unsigned plain[] = {0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15};
    static const unsigned forced[] = {0, 1, 2, 3, 5, 6, 7};
    bool fwb = streams[streamid_].forced_write_back;
    uint64_t memattr =
        fwb ? (one_in(3) ? forced[below(7)] : 6 + below(2)) : (one_in(3) ? plain[below(13)] : 15);
    uint64_t d = memattr << 2;
    d |= odd() || one_in(10) ? below(4) << 6 : UINT64_C(3) << 6; /* S2AP */
    d |= odd() || one_in(40) ? 0 : UINT64_C(1) << 10;            /* AF */
    d |= one_in(4) ? below(4) << 53 : 0;                         /* XN */
    d |= below(2) << 51;                                         /* DBM */
    return d | (random() & UINT64_C(0x7F80'0000'0000'0000));
}

/* Entries of a run, all alike but for the address, if the table has them all to itself. */
void RandomMemory::make_contiguous(const reference::Fetch &fetch, uint64_t leaf)
{
    static const struct {
        unsigned granule;
        int level;
        unsigned log2;
    } runs[] = {{12, 1, 4}, {12, 2, 4}, {12, 3, 4}, {14, 2, 5}, {14, 3, 7}, {16, 2, 5}, {16, 3, 5}};
    const reference::TableShape &shape = *fetch.table;
    for (const auto &run : runs) {
        if (run.granule != shape.granule_log2 || run.level != shape.level ||
            run.log2 > shape.index_bits)
            continue;
        unsigned low = reference::entry_log2(shape.granule_log2, shape.level);
        uint64_t bytes = UINT64_C(8) << run.log2, first = fetch.addr - fetch.addr % bytes;
        uint64_t output = leaf & ones(48) & ~ones(low + run.log2);
        for (uint64_t at = first; at < first + bytes; at += 8)
            if (words.count(at))
                return;
        for (unsigned i = 0; i < 1U << run.log2; ++i) {
            uint64_t d = (leaf & ~(ones(48) & ~ones(low))) | output | uint64_t{i} << low;
            d |= UINT64_C(1) << 52;
            words[first + 8 * i] = {shape.big_endian ? reference::byte_swapped(d) : d, fetch.object,
                                    static_cast<uint8_t>(run.log2), shape.granule_log2};
        }
    }
}

uint64_t RandomMemory::make_leaf(const reference::Fetch &fetch)
{
    const reference::TableShape &shape = *fetch.table;
    bool stage1 = fetch.object == Object::Stage1;
    unsigned low = reference::entry_log2(shape.granule_log2, shape.level);
    uint64_t d = with_address(shape, stage1, low) | (shape.level == 3 ? 3 : 1);
    d |= stage1 ? stage1_attributes() : stage2_attributes();
    static const uint64_t sh[] = {0, 2, 3, 3};
    if (!shape.ds)
        d |= (one_in(16) ? 1 : sh[below(4)]) << 8;
    if (shape.level < 3 && one_in(4))
        d |= UINT64_C(1) << 16; /* nT */
    if (stage1 && protects && !shape.lpae32)
        d |= static_cast<uint64_t>(!one_in(4)) << 52;
    else if (one_in(8) && !shape.wide_64k)
        make_contiguous(fetch, d);
    return d;
}

uint64_t RandomMemory::make_descriptor(const reference::Fetch &fetch)
{
    const reference::TableShape &shape = *fetch.table;
    reference::TableFormat format;
    format.granule_log2 = shape.granule_log2;
    format.ds = shape.ds;
    format.wide_64k = shape.wide_64k;
    bool block = shape.level < 3 &&
                 reference::kind_of(format, shape.level, 1) == reference::DescriptorKind::Leaf;
    uint64_t d;
    if (odd()) /* invalid, or a block where there is none */
        d = make_leaf(fetch) & (one_in(2) ? ~UINT64_C(1) : ~UINT64_C(2));
    else if (shape.level == 3 || (block && one_in(3)))
        d = make_leaf(fetch);
    else
        d = make_table(shape) |
            with_address(shape, fetch.object == Object::Stage1, shape.granule_log2);
    return shape.big_endian ? reference::byte_swapped(d) : d;
}

/* -------------------------------------------------------------------- addresses */

uint64_t RandomMemory::some_address(uint32_t streamid)
{
    const std::vector<Input> &inputs = streams[streamid].inputs;
    if (inputs.empty())
        return random() >> below(40);
    const Input &input = inputs[below(inputs.size())];
    uint64_t page = (below(3) << below(48)) ^ (one_in(2) ? 0 : UINT64_C(0x5A5A'A5A5'5A5A'0000));
    uint64_t addr = (page ^ below(0x4000)) & ones(input.bits);
    if (input.upper)
        addr |= ones(input.of_bits) & ~ones(input.bits);
    if (one_in(20) || odd())
        addr ^= UINT64_C(1) << below(64);
    if (one_in(20))
        addr ^= random() << 56;
    return addr;
}
