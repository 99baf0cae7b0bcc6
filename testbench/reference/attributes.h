/* SPDX-License-Identifier: Apache-2.0 */
/* Memory types and shareability (chapter 13; DDI 0487 D8.6), level by level. */
#ifndef SMMUSIM_REFERENCE_ATTRIBUTES_H
#define SMMUSIM_REFERENCE_ATTRIBUTES_H

#include <cstdint>

namespace reference {

/* One cache level of a Normal type. */
struct CacheLevel {
    char kind = 'N'; /* N: non-cacheable, T: write-through, B: write-back */
    bool ra = false, wa = false, transient = false;
    bool hinted = false; /* the three say something, maybe of what came in alone */
};

struct Type {
    bool device = false;
    unsigned device_kind = 0; /* 0 to 3: nGnRnE, nGnRE, nGRE, GRE */
    CacheLevel outer, inner;
    unsigned sh = 0; /* 0 NSH, 2 OSH, 3 ISH */
};

/* What an STE or GBPA replaces. */
struct Overrides {
    bool mtcfg = false;
    unsigned memattr = 0, alloccfg = 0, shcfg = 1, privcfg = 0, instcfg = 0;
};

Type type_of_mair(unsigned byte, unsigned sh);
Type type_of_memattr(unsigned code, unsigned sh);

Type replaced(const Overrides &overrides, const Type &incoming);
/* The leaf of stage 1, with the hints of what came in (13.4.2). */
Type through_stage1(const Type &incoming, Type leaf);
/* The leaf of stage 2 (13.4.3); memattr: its MemAttr. */
Type through_stage2(const Type &incoming, unsigned memattr, unsigned sh, bool fwb);
/* Whether a stage 2 leaf is of any Device type, whatever comes to it. */
bool stage2_leaf_is_device(unsigned memattr, bool fwb);

/* As it goes out (13.1.7): MAIR format. */
uint8_t output_memattr(const Type &type);
uint8_t output_sh(const Type &type);

} // namespace reference

#endif
