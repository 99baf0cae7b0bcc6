/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory types and shareability (chapter 13): decoding, overrides, stage 1, consistency. A type is
 * taken apart here into what it means, transformed by the words of 13.1.4, 13.1.5, 13.1.7 and
 * 13.4.2, and compared with what the model's byte means.
 */
#include <gtest/gtest.h>

#include <cstdint>

#include "unit/memory_types.h"

extern "C" {
#include "attrs.h"
}

namespace {

Type type_of(attrs a)
{
    return ::type_of(a.memattr, a.sh);
}

Level with_hints_of(Level l, const Level &hints)
{
    l.ra = hints.ra;
    l.wa = hints.wa;
    l.transient = hints.transient;
    return l;
}

/* 13.1.4, 13.1.3 */
Level replaced(Level type, const Level &incoming, unsigned alloccfg)
{
    if (type.cache == NC)
        return {};
    if (alloccfg & 8)
        return with_hints_of(type,
                             {WB, (alloccfg & 4) != 0, (alloccfg & 2) != 0, (alloccfg & 1) != 0});
    if (incoming.cache == NC)
        return with_hints_of(type, {WB, true, true, false});
    return with_hints_of(type, incoming);
}

Type replaced(const overrides &o, Type incoming)
{
    Type t = o.mtcfg ? type_of({o.memattr, 0}) : incoming;
    Level none; /* a Device type has no cacheable level to take hints from */
    t.outer = replaced(t.outer, incoming.device ? none : incoming.outer, o.alloccfg);
    t.inner = replaced(t.inner, incoming.device ? none : incoming.inner, o.alloccfg);
    t.sh = o.shcfg == 1 ? incoming.sh : o.shcfg;
    return t;
}

overrides make(bool mtcfg, uint8_t memattr, unsigned alloccfg, unsigned shcfg)
{
    overrides o = {};
    o.mtcfg = mtcfg;
    o.memattr = memattr;
    o.alloccfg = static_cast<uint8_t>(alloccfg);
    o.shcfg = static_cast<uint8_t>(shcfg);
    return o;
}

/* rule: ATB-002 ATB-005 ATB-006 ATB-014 BYP-008 */
TEST(Attributes, 340_bypass_overrides_of_every_incoming_type)
{
    for (uint8_t in : all_types())
        for (unsigned sh : {0U, 2U, 3U})
            for (unsigned alloccfg = 0; alloccfg < 16; ++alloccfg)
                for (unsigned shcfg = 0; shcfg < 4; ++shcfg) {
                    attrs incoming = {in, static_cast<uint8_t>(sh)};
                    overrides o = make(false, 0, alloccfg, shcfg);
                    Type expected = consistent(replaced(o, type_of(incoming)));
                    ASSERT_EQ(type_of(smmu__attrs_bypass(&o, incoming)), expected)
                        << std::hex << int{in} << " " << alloccfg << " " << shcfg;
                }
}

/* rule: ATB-004 ATB-005 ATB-006 ATB-007 ATB-014 */
TEST(Attributes, 341_bypass_with_the_type_replaced)
{
    for (uint8_t in : all_types())
        for (unsigned memattr4 = 0; memattr4 < 16; ++memattr4)
            for (unsigned alloccfg : {0U, 7U, 8U, 9U, 12U, 14U, 15U})
                for (unsigned shcfg = 0; shcfg < 4; ++shcfg) {
                    attrs incoming = {in, 3};
                    overrides o = make(true, smmu__attrs_from_memattr4(memattr4), alloccfg, shcfg);
                    Type expected = consistent(replaced(o, type_of(incoming)));
                    ASSERT_EQ(type_of(smmu__attrs_bypass(&o, incoming)), expected)
                        << std::hex << int{in} << " " << memattr4 << " " << alloccfg;
                }
}

/* rule: ATB-008 ATB-009 ATB-014 */
TEST(Attributes, 342_stage_1_takes_the_leafs_type_and_combines_hints)
{
    for (uint8_t in : all_types())
        for (uint8_t leaf : all_types())
            for (unsigned alloccfg : {0U, 8U, 13U, 14U}) {
                attrs incoming = {in, 3};
                overrides o = make(false, 0, alloccfg, 0);
                Type i = replaced(o, type_of(incoming)), expected = type_of({leaf, 3});
                auto combine = [](Level own, const Level &input) {
                    if (own.cache != NC && input.cache != NC) {
                        own.ra = own.ra && input.ra;
                        own.wa = own.wa && input.wa;
                        own.transient = own.transient || input.transient;
                    }
                    return own;
                };
                if (!i.device) {
                    expected.outer = combine(expected.outer, i.outer);
                    expected.inner = combine(expected.inner, i.inner);
                }
                attrs normal = smmu__attrs_normalise({leaf, 3});
                ASSERT_EQ(type_of(smmu__attrs_stage1(&o, incoming, normal)), consistent(expected))
                    << std::hex << int{in} << " " << int{leaf} << " " << alloccfg;
            }
}

/* rule: ATB-008 */
TEST(Attributes, 343_mtcfg_and_shcfg_are_lost_behind_stage_1)
{
    for (unsigned memattr4 = 0; memattr4 < 16; ++memattr4)
        for (unsigned shcfg = 0; shcfg < 4; ++shcfg) {
            overrides o = make(true, smmu__attrs_from_memattr4(memattr4), 0, shcfg);
            attrs out = smmu__attrs_stage1(&o, {0xFF, 0}, {0xFF, 3});
            EXPECT_EQ(out.memattr, 0xFF) << memattr4;
            EXPECT_EQ(out.sh, 3) << shcfg;
        }
}

/* rule: ATB-004 */
TEST(Attributes, 344_four_bit_memory_types)
{
    /* 5.2 MemAttr: Device by [1:0], or outer and inner of NC, WT, WB */
    for (unsigned code = 0; code < 16; ++code) {
        unsigned outer = code >> 2, inner = code & 3;
        Type expected;
        expected.device = outer == 0 || inner == 0;
        expected.kind = outer == 0 ? inner : 0;
        auto level = [](unsigned c) {
            return c == 1 ? Level{} : Level{c == 2 ? WT : WB, true, true, false};
        };
        expected.outer = level(outer);
        expected.inner = level(inner);
        EXPECT_EQ(type_of({smmu__attrs_from_memattr4(code), 0}), expected) << code;
    }
}

/* rule: ATB-019 */
TEST(Attributes, 354_cr1_gives_accesses_to_queues_and_tables_their_type)
{
    for (unsigned ic = 0; ic < 4; ++ic)
        for (unsigned oc = 0; oc < 4; ++oc)
            for (unsigned sh = 0; sh < 4; ++sh)
                for (bool allocate : {false, true}) {
                    auto level = [&](unsigned c) {
                        return c == 0 || c == 3
                                   ? Level{}
                                   : Level{c == 1 ? WB : WT, allocate, allocate, false};
                    };
                    Type expected;
                    expected.outer = level(oc);
                    expected.inner = level(ic);
                    expected.sh = sh == 1 ? 0 : sh;
                    EXPECT_EQ(type_of(smmu__attrs_from_cr1(ic, oc, sh, allocate)),
                              consistent(expected))
                        << ic << oc << sh << allocate;
                }
}

/* rule: S1W-031 */
TEST(Attributes, 355_reserved_types_of_clients_act_like_those_of_mair)
{
    overrides o = make(false, 0, 0, 1);
    EXPECT_EQ(smmu__attrs_bypass(&o, {0x05, 0}).memattr, 0x04);
    EXPECT_EQ(smmu__attrs_bypass(&o, {0x0F, 0}).memattr, 0x0C);
    EXPECT_EQ(smmu__attrs_bypass(&o, {0xF0, 0}).memattr, 0xF3);
    EXPECT_EQ(smmu__attrs_bypass(&o, {0xFF, 1}).sh, 0) << "SH 0b01 is Reserved";
}

/* rule: PRM-001 PRM-002 PRM-003 BYP-009 */
TEST(Attributes, 359_privilege_and_instruction_overrides)
{
    for (unsigned cfg = 0; cfg < 4; ++cfg)
        for (bool in : {false, true}) {
            overrides o = {};
            o.privcfg = o.instcfg = static_cast<uint8_t>(cfg);
            bool expected = cfg < 2 ? in : cfg == 3;
            EXPECT_EQ(attrs_privileged(&o, in), expected) << cfg;
            EXPECT_EQ(attrs_instruction(&o, false, in), expected) << cfg;
            EXPECT_FALSE(attrs_instruction(&o, true, in)) << "a write is data";
        }
}

} // namespace
