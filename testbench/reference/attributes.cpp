/* SPDX-License-Identifier: Apache-2.0 */
/* See attributes.h. */
#include "reference/attributes.h"

namespace reference {

namespace {

CacheLevel level_of_nibble(unsigned nibble)
{
    if (nibble == 4)
        return {};
    return {nibble & 4 ? 'B' : 'T', (nibble & 2) != 0, (nibble & 1) != 0, !(nibble & 8), true};
}

/* 13.1.7 */
unsigned nibble_of_level(const CacheLevel &level)
{
    if (level.kind == 'N')
        return 4;
    bool transient = level.transient && (level.ra || level.wa);
    return (transient ? 0U : 8U) | (level.kind == 'B' ? 4U : 0U) | (level.ra ? 2U : 0U) |
           (level.wa ? 1U : 0U);
}

/* Device and non-cacheable at both levels are Outer Shareable whatever else is said (13.1.1). */
bool always_outer_shareable(const Type &type)
{
    return type.device || (type.outer.kind == 'N' && type.inner.kind == 'N');
}

unsigned shareability(const Type &type)
{
    return always_outer_shareable(type) ? 2 : type.sh == 1 ? 0 : type.sh;
}

CacheLevel with_hints(char kind, const CacheLevel &hints)
{
    return {kind, hints.ra, hints.wa, hints.transient, true};
}

constexpr CacheLevel usual_hints = {'N', true, true, false, true}; /* 13.1.3 */

/* 13.1.4: hints of the incoming level if it has any, else the usual ones, or ALLOCCFG. */
CacheLevel replaced_level(CacheLevel level, const CacheLevel &incoming, unsigned alloccfg)
{
    if (level.kind == 'N')
        return level;
    if (alloccfg & 8)
        return {level.kind, (alloccfg & 4) != 0, (alloccfg & 2) != 0, (alloccfg & 1) != 0, true};
    return with_hints(level.kind, incoming.hinted ? incoming : usual_hints);
}

/*
 * 13.4.2, level by level, as the model chooses for types that are cacheable at one level only.
 * Where stage 1 has no hints of its own, those of the input go on: stage 2 may force write-back.
 */
void take_hints(CacheLevel &leaf, const CacheLevel &input)
{
    if (!input.hinted)
        return;
    if (!leaf.hinted)
        leaf = with_hints(leaf.kind, input);
    leaf.ra = leaf.ra && input.ra;
    leaf.wa = leaf.wa && input.wa;
    leaf.transient = leaf.transient || input.transient;
}

/* 13.1.5: the stronger of two, N before T before B. Stage 2 has no hints of its own. */
void weaken(CacheLevel &level, char other)
{
    if (level.kind == 'N' || other == 'N')
        level = {};
    else if (other == 'T')
        level.kind = 'T';
}

/* DDI 0487 D8.6.6: to write-back, with what hints there are. */
CacheLevel forced_write_back(const CacheLevel &level)
{
    return with_hints('B', level.hinted ? level : usual_hints);
}

Type device(unsigned kind)
{
    Type type;
    type.device = true;
    type.device_kind = kind;
    return type;
}

/* Outer before inner shareable before not shareable. */
unsigned stronger_sh(unsigned a, unsigned b)
{
    return a == 2 || b == 2 ? 2 : a == 3 || b == 3 ? 3 : 0;
}

Type combined(Type type, const Type &leaf)
{
    if (type.device || leaf.device) {
        unsigned a = type.device ? type.device_kind : 3, b = leaf.device ? leaf.device_kind : 3;
        return device(a < b ? a : b);
    }
    weaken(type.outer, leaf.outer.kind);
    weaken(type.inner, leaf.inner.kind);
    return type;
}

/* DDI 0487 D8.6.6, without FEAT_MTE_PERM: MemAttr[3] says nothing. */
Type forced(const Type &incoming, unsigned memattr)
{
    if (!(memattr & 4))
        return combined(incoming, device(memattr & 3));
    if ((memattr & 3) == 3)
        return incoming;
    if ((memattr & 3) == 2) {
        Type type;
        type.outer = forced_write_back(incoming.outer);
        type.inner = forced_write_back(incoming.inner);
        return type;
    }
    return incoming.device ? incoming : Type();
}

} // namespace

/* 5.4 MAIR0, with its Reserved encodings. */
Type type_of_mair(unsigned byte, unsigned sh)
{
    Type type;
    type.sh = sh;
    if (byte >> 4 == 0) {
        type.device = true;
        type.device_kind = byte >> 2;
        return type;
    }
    type.outer = level_of_nibble(byte >> 4);
    type.inner =
        (byte & 15) == 0 ? CacheLevel{'T', true, true, true, true} : level_of_nibble(byte & 15);
    return type;
}

/* 5.2 MemAttr */
Type type_of_memattr(unsigned code, unsigned sh)
{
    unsigned outer = code >> 2, inner = code & 3;
    if (outer == 0)
        return device(inner);
    if (inner == 0)
        return device(0);
    auto level = [](unsigned c) {
        return c == 1 ? CacheLevel{} : CacheLevel{c == 2 ? 'T' : 'B', true, true, false, true};
    };
    Type type;
    type.sh = sh;
    type.outer = level(outer);
    type.inner = level(inner);
    return type;
}

Type replaced(const Overrides &o, const Type &incoming)
{
    Type type = o.mtcfg ? type_of_memattr(o.memattr, 0) : incoming;
    type.outer = replaced_level(type.outer, incoming.outer, o.alloccfg);
    type.inner = replaced_level(type.inner, incoming.inner, o.alloccfg);
    type.sh = o.shcfg == 1 ? incoming.sh : o.shcfg;
    return type;
}

Type through_stage1(const Type &incoming, Type leaf)
{
    take_hints(leaf.outer, incoming.outer);
    take_hints(leaf.inner, incoming.inner);
    return leaf;
}

Type through_stage2(const Type &incoming, unsigned memattr, unsigned sh, bool fwb)
{
    Type leaf = type_of_memattr(memattr, sh);
    Type type = fwb ? forced(incoming, memattr) : combined(incoming, leaf);
    type.sh = stronger_sh(shareability(incoming), sh == 1 ? 0 : sh);
    return type;
}

bool stage2_leaf_is_device(unsigned memattr, bool fwb)
{
    return fwb ? !(memattr & 4) : type_of_memattr(memattr, 0).device;
}

uint8_t output_memattr(const Type &type)
{
    if (type.device)
        return static_cast<uint8_t>(type.device_kind << 2);
    return static_cast<uint8_t>(nibble_of_level(type.outer) << 4 | nibble_of_level(type.inner));
}

uint8_t output_sh(const Type &type)
{
    return static_cast<uint8_t>(shareability(type));
}

} // namespace reference
