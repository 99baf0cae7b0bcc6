/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a byte in MAIR format and a shareability mean, taken apart into types of the Arm ARM's, and
 * the rules of consistency (13.1.7): for tests that compare meanings and not bytes.
 */
#ifndef SMMUSIM_UNIT_MEMORY_TYPES_H
#define SMMUSIM_UNIT_MEMORY_TYPES_H

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <vector>

enum Cacheability { NC, WT, WB };

/* One cache level of a Normal type. */
struct Level {
    Cacheability cache = NC;
    bool ra = false, wa = false, transient = false;

    bool operator==(const Level &o) const
    {
        return cache == o.cache && ra == o.ra && wa == o.wa && transient == o.transient;
    }
};

struct Type {
    bool device = false;
    unsigned kind = 0; /* of Device: 0 nGnRnE, 1 nGnRE, 2 nGRE, 3 GRE */
    Level outer, inner;
    unsigned sh = 0; /* 0 NSH, 2 OSH, 3 ISH */

    bool operator==(const Type &o) const
    {
        if (device != o.device || sh != o.sh)
            return false;
        return device ? kind == o.kind : outer == o.outer && inner == o.inner;
    }
};

inline std::ostream &operator<<(std::ostream &out, const Type &t)
{
    static const char *const cache[] = {"NC", "WT", "WB"};
    auto level = [&](const Level &l) {
        out << cache[l.cache] << (l.ra ? "/RA" : "/-") << (l.wa ? "WA" : "-")
            << (l.transient ? "T" : "");
    };
    if (t.device) {
        out << "Device" << t.kind;
    } else {
        out << "o";
        level(t.outer);
        out << " i";
        level(t.inner);
    }
    return out << " sh" << t.sh;
}

/* MAIR nibbles of Normal memory by the Arm ARM's table. */
inline Level level_of(unsigned nibble)
{
    if (nibble == 4)
        return {};
    Level l;
    l.cache = nibble & 4 ? WB : WT;
    l.transient = !(nibble & 8);
    l.ra = nibble & 2;
    l.wa = nibble & 1;
    return l;
}

inline Type type_of(uint8_t memattr, unsigned sh)
{
    Type t;
    t.sh = sh;
    t.device = memattr < 0x10;
    if (t.device) {
        t.kind = memattr >> 2;
        EXPECT_EQ(memattr & 3, 0) << "Reserved encoding";
    } else {
        EXPECT_NE(memattr & 15, 0) << "Reserved encoding";
        t.outer = level_of(memattr >> 4);
        t.inner = level_of(memattr & 15);
    }
    return t;
}

/* 13.1.7 */
inline Type consistent(Type t)
{
    for (Level *l : {&t.outer, &t.inner}) {
        if (l->cache == NC)
            *l = {};
        if (!l->ra && !l->wa)
            l->transient = false;
    }
    if (t.device || (t.outer.cache == NC && t.inner.cache == NC))
        t.sh = 2;
    return t;
}

/* Every MAIR byte that is not Reserved. */
inline std::vector<uint8_t> all_types()
{
    std::vector<uint8_t> types = {0x00, 0x04, 0x08, 0x0C};
    for (unsigned byte = 0x10; byte < 0x100; ++byte)
        if (byte & 15)
            types.push_back(static_cast<uint8_t>(byte));
    return types;
}

#endif
