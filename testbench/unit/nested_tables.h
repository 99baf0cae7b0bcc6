/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structures and tables of one stream with both stages, of four levels each, in which every address
 * of the guest's has stage 2 descriptors of its own: a cold walk reads as many as there can be.
 */
#ifndef SMMUSIM_UNIT_NESTED_TABLES_H
#define SMMUSIM_UNIT_NESTED_TABLES_H

#include <array>
#include <cstdint>
#include <functional>

#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

class NestedTables {
public:
    /* Addresses of the guest's; each lies in a level 0 entry of stage 2 of its own. */
    enum { CDS, TABLE0, TABLE1, TABLE2, TABLE3, PAGE, ADDRESSES };
    static constexpr uint64_t ipa_of(unsigned n) { return uint64_t{n} << 39 | uint64_t{n} << 12; }
    static constexpr uint64_t pa_of(unsigned n) { return 0x9000'0000 + n * 0x1000; }
    static constexpr uint64_t ste_at = 0x1000'0000, root = 0x2000'0000;
    static constexpr uint64_t va =
        uint64_t{3} << 39 | uint64_t{5} << 30 | uint64_t{7} << 21 | uint64_t{9} << 12;

    /* The stage 2 table of that level on the way to address n. */
    static constexpr uint64_t s2_table(unsigned n, unsigned level)
    {
        return level == 0 ? root : 0x3000'0000 + (n * 3 + level - 1) * 0x1000;
    }
    static constexpr unsigned index_of(uint64_t address, unsigned level)
    {
        return static_cast<unsigned>(address >> (39 - 9 * level) & 511);
    }
    /* Where the descriptors lie. */
    static constexpr uint64_t s2_descriptor(unsigned n, unsigned level)
    {
        return s2_table(n, level) + 8 * index_of(ipa_of(n), level);
    }
    static constexpr uint64_t s1_descriptor(unsigned level, uint64_t address = va)
    {
        return pa_of(TABLE0 + level) + 8 * index_of(address, level);
    }
    static uint64_t s1_leaf(uint64_t ipa)
    {
        return ipa | REF_PREP(S1_LEAF_AF, 1) | REF_PREP(S1_LEAF_SH, REF_SH_ISH) |
               REF_PREP(S1_LEAF_AP, REF_AP_PU_RW) | 3;
    }
    static uint64_t s2_leaf(uint64_t pa, uint64_t memattr = 15)
    {
        return pa | REF_PREP(S2_LEAF_AF, 1) |
               REF_PREP(S2_LEAF_S2AP, REF_S2AP_READ | REF_S2AP_WRITE) |
               REF_PREP(S2_LEAF_SH, REF_SH_ISH) | REF_PREP(S2_LEAF_MEMATTR, memattr) | 3;
    }

    std::array<uint64_t, 8> ste = {}, cd = {};

    NestedTables()
    {
        REF_SET(STE_V, ste.data(), 1);
        REF_SET(STE_CONFIG, ste.data(), REF_CONFIG_NESTED);
        ste[0] |= ipa_of(CDS);
        REF_SET(STE_S1CIR, ste.data(), 1); /* write-back */
        REF_SET(STE_S1COR, ste.data(), 1);
        REF_SET(STE_S1CSH, ste.data(), REF_SH_ISH);
        REF_SET(STE_S2VMID, ste.data(), 7);
        REF_SET(STE_S2AA64, ste.data(), 1);
        REF_SET(STE_S2T0SZ, ste.data(), 16);
        REF_SET(STE_S2SL0, ste.data(), 2);
        REF_SET(STE_S2PS, ste.data(), 5);
        REF_SET(STE_S2IR0, ste.data(), 2); /* write-through */
        REF_SET(STE_S2OR0, ste.data(), 2);
        REF_SET(STE_S2SH0, ste.data(), REF_SH_OSH);
        REF_SET(STE_S2TTB, ste.data(), root >> 4);
        REF_SET(CD_V, cd.data(), 1);
        REF_SET(CD_AA64, cd.data(), 1);
        REF_SET(CD_A, cd.data(), 1);
        REF_SET(CD_IPS, cd.data(), 5);
        REF_SET(CD_T0SZ, cd.data(), 16);
        REF_SET(CD_IR0, cd.data(), 1);
        REF_SET(CD_OR0, cd.data(), 1);
        REF_SET(CD_SH0, cd.data(), REF_SH_ISH);
        REF_SET(CD_EPD1, cd.data(), 1);
        REF_SET(CD_TTB0, cd.data(), ipa_of(TABLE0) >> 4);
        cd[3] = REF_MAIR_NORMAL_WB_RAWA;
    }

    /* Puts everything into memory, a word at a time; memattr: of the stage 2 leaves. */
    void store(const std::function<void(uint64_t at, uint64_t word)> &put,
               uint64_t memattr = 15) const
    {
        for (unsigned i = 0; i < 8; ++i) {
            put(ste_at + 8 * i, ste[i]);
            put(pa_of(CDS) + 8 * i, cd[i]);
        }
        for (unsigned n = 0; n < ADDRESSES; ++n) {
            for (unsigned level = 0; level < 3; ++level)
                put(s2_descriptor(n, level), s2_table(n, level + 1) | 3);
            put(s2_descriptor(n, 3), s2_leaf(pa_of(n), memattr));
        }
        for (unsigned level = 0; level < 3; ++level)
            put(s1_descriptor(level), ipa_of(TABLE0 + level + 1) | 3);
        put(s1_descriptor(3), s1_leaf(ipa_of(PAGE)));
    }
};

#endif
