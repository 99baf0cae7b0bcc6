/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory types and shareability behind stage 2 (13.1.5, 13.1.6, 13.4.3; DDI D8.6.5 to D8.6.7):
 * every MemAttr, with S2FWB and without, over every type that stage 1 or the client may bring.
 */
#include <gtest/gtest.h>

#include <cstdint>

#include "spec_ref/ref_registers.h"
#include "unit/memory_types.h"

extern "C" {
#include "attrs.h"
}

namespace {

Type type_of(attrs a)
{
    return ::type_of(a.memattr, a.sh);
}

Type device(unsigned kind)
{
    Type t;
    t.device = true;
    t.kind = kind;
    return t;
}

Type normal(Cacheability outer, Cacheability inner)
{
    Type t;
    t.outer.cache = outer;
    t.inner.cache = inner;
    return t;
}

/* Without S2FWB. CHOICE: Reserved codes are Device-nGnRnE. */
const Type memattr_types[16] = {
    device(0),      device(1),      device(2),      device(3),      device(0),      normal(NC, NC),
    normal(NC, WT), normal(NC, WB), device(0),      normal(WT, NC), normal(WT, WT), normal(WT, WB),
    device(0),      normal(WB, NC), normal(WB, WT), normal(WB, WB),
};

/* Stage 2 has no hints of its own: the input's remain where the result is cacheable. */
Level weaker(const Level &input, const Level &stage2)
{
    Level l = input;
    l.cache = input.cache < stage2.cache ? input.cache : stage2.cache;
    return l;
}

/* Device over Normal; among the Device types the one that permits less; per level of Normal types
 * Non-cacheable over Write-Through over Write-Back. */
Type combined(Type input, const Type &stage2)
{
    if (input.device && stage2.device) {
        input.kind = input.kind < stage2.kind ? input.kind : stage2.kind;
        return input;
    }
    if (input.device || stage2.device)
        return input.device ? input : stage2;
    input.outer = weaker(input.outer, stage2.outer);
    input.inner = weaker(input.inner, stage2.inner);
    return input;
}

/* The stronger: Outer over Inner over Non-shareable. */
unsigned combined_sh(unsigned a, unsigned b)
{
    if (a == REF_SH_OSH || b == REF_SH_OSH)
        return REF_SH_OSH;
    return a == REF_SH_ISH || b == REF_SH_ISH ? unsigned{REF_SH_ISH} : unsigned{REF_SH_NSH};
}

/* What is not cacheable says nothing of allocation, and counts as allocating. */
Level write_back(Level l)
{
    if (l.cache == NC)
        l.ra = l.wa = true, l.transient = false;
    l.cache = WB;
    return l;
}

/* With S2FWB MemAttr[2:0] says it (D8-100, D8-101). CHOICE: so it does where MemAttr[3] is set, and
 * 0b100 is Device-nGnRnE; both are Reserved. */
Type forced(Type input, unsigned memattr)
{
    switch (memattr & 7) {
    case 4:
        return combined(input, device(0));
    case 5:
        return combined(input, normal(NC, NC));
    case 6:
        if (input.device)
            input.outer = input.inner = {};
        input.device = false;
        input.outer = write_back(input.outer);
        input.inner = write_back(input.inner);
        return input;
    case 7:
        return input;
    default:
        return combined(input, device(memattr & 3));
    }
}

Type of_both(Type input, unsigned memattr, bool fwb, unsigned sh)
{
    Type t = fwb ? forced(input, memattr) : combined(input, memattr_types[memattr]);
    t.sh = combined_sh(input.sh, sh == 1 ? unsigned{REF_SH_NSH} : sh); /* 1 is Reserved */
    return consistent(t);
}

/* rule: ATB-010 ATB-011 ATB-013 ATB-014 */
TEST(Stage2Attributes, 365_every_memattr_over_every_type_of_stage_1)
{
    for (bool fwb : {false, true})
        for (unsigned memattr = 0; memattr < 16; ++memattr)
            for (uint8_t one : all_types())
                for (unsigned sh1 : {REF_SH_NSH, REF_SH_OSH, REF_SH_ISH})
                    for (unsigned sh2 = 0; sh2 < 4; ++sh2) {
                        const attrs input = smmu__attrs_normalise({one, static_cast<uint8_t>(sh1)});
                        const uint8_t code = smmu__attrs_stage2_code(memattr, fwb, false);
                        ASSERT_EQ(type_of(smmu__attrs_combine(input, code, sh2)),
                                  of_both(type_of(input), memattr, fwb, sh2))
                            << std::hex << int{one} << " sh " << sh1 << ", MemAttr " << memattr
                            << " sh " << sh2 << (fwb ? ", S2FWB" : "");
                    }
}

/* rule: ATB-011 */
TEST(Stage2Attributes, 366_the_examples_of_13_1_5_1)
{
    const auto combine = [](uint8_t one, unsigned sh1, unsigned memattr, unsigned sh2) {
        const attrs input = smmu__attrs_normalise({one, static_cast<uint8_t>(sh1)});
        return smmu__attrs_combine(input, smmu__attrs_stage2_code(memattr, false, false), sh2);
    };
    EXPECT_EQ(combine(0x4F, REF_SH_ISH, 1, REF_SH_OSH).memattr, 0x04);
    EXPECT_EQ(combine(0x04, REF_SH_OSH, 0, REF_SH_OSH).memattr, 0x00);
    const attrs third = combine(0x4F, REF_SH_ISH, 10, REF_SH_OSH);
    EXPECT_EQ(third.memattr, 0x4B) << "inner write-through, outer non-cacheable";
    EXPECT_EQ(third.sh, unsigned{REF_SH_OSH});
}

/* Where the client alone speaks: its attributes, overridden by the STE. */
/* rule: ATB-012 ATB-013 */
TEST(Stage2Attributes, 367_stage_2_alone_combines_with_the_overridden_input)
{
    for (bool fwb : {false, true})
        for (unsigned memattr = 0; memattr < 16; ++memattr)
            for (uint8_t in : all_types())
                for (unsigned mtcfg = 0; mtcfg < 2; ++mtcfg)
                    for (unsigned shcfg = 0; shcfg < 4; ++shcfg) {
                        overrides o = {};
                        o.mtcfg = mtcfg;
                        o.memattr = 0xBB;
                        o.shcfg = static_cast<uint8_t>(shcfg);
                        const attrs incoming = {in, REF_SH_ISH};
                        const Type input = type_of(smmu__attrs_bypass(&o, incoming));
                        const uint8_t code = smmu__attrs_stage2_code(memattr, fwb, false);
                        ASSERT_EQ(type_of(smmu__attrs_stage2(&o, incoming, code, REF_SH_NSH)),
                                  of_both(input, memattr, fwb, REF_SH_NSH))
                            << std::hex << int{in} << " MemAttr " << memattr << " MTCFG " << mtcfg
                            << " SHCFG " << shcfg << (fwb ? ", S2FWB" : "");
                    }
}

/* With IDR3.MTEPERM three codes also say that tags are not accessed, and are what they are without
 * (3.23.1, D8-96, D8-101). */
/* rule: 3.23.1 */
TEST(Stage2Attributes, 368_codes_without_tags_are_those_with_tags)
{
    const struct {
        bool fwb;
        unsigned without, with;
    } rows[] = {{false, 4, 15}, {true, 14, 6}, {true, 15, 7}};
    for (const auto &row : rows)
        EXPECT_EQ(smmu__attrs_stage2_code(row.without, row.fwb, true),
                  smmu__attrs_stage2_code(row.with, row.fwb, true))
            << row.without;
    for (unsigned memattr = 0; memattr < 16; ++memattr)
        if (memattr != 4) {
            EXPECT_EQ(smmu__attrs_stage2_code(memattr, false, true),
                      smmu__attrs_stage2_code(memattr, false, false))
                << memattr;
        }
}

} // namespace
