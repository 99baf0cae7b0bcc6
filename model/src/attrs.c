/* SPDX-License-Identifier: Apache-2.0 */
/* L1. Memory types and shareability (chapter 13, 5.2, 5.4, 6.3.11, 6.3.14). Who applies which, and
 * when, is answer.c's and own_access.c's. */
#include "attrs.h"

#include "smmusim/smmu_types.h"

/* A nibble of a Normal type: NC, or {non-transient, write-back, read-allocate, write-allocate}. */
enum { LEVEL_NC = 4, LEVEL_NON_TRANSIENT = 8, LEVEL_WB = 4, LEVEL_RA = 2, LEVEL_WA = 1 };
enum { LEVEL_HINTS = LEVEL_NON_TRANSIENT | LEVEL_RA | LEVEL_WA };
/* What a level that expresses no hints counts as (13.1.3). */
enum { DEFAULT_HINTS = LEVEL_HINTS };

static unsigned level_of(uint8_t memattr, unsigned shift)
{
    return (memattr >> shift) & 0xF;
}

/* A cacheable level: write-back or write-through with these hints. No allocation, no transience
 * (13.1.7). */
static unsigned cacheable_level(unsigned write_back, unsigned hints)
{
    if (!(hints & (LEVEL_RA | LEVEL_WA)))
        hints = LEVEL_NON_TRANSIENT;
    return write_back | hints;
}

/* Hints of one level of a type, or 'otherwise' if it has none there. */
static unsigned hints_of(uint8_t memattr, unsigned shift, unsigned otherwise)
{
    unsigned level = level_of(memattr, shift);
    if (smmu__attrs_is_device(memattr) || level == LEVEL_NC)
        return otherwise;
    return level & LEVEL_HINTS;
}

/* The stronger of two: no-allocate over allocate, transient over not (13.1.5). */
static unsigned combine_hints(unsigned a, unsigned b)
{
    return a & b;
}

bool smmu__attrs_is_device(uint8_t memattr)
{
    return !(memattr & 0xF0);
}

uint8_t smmu__attrs_resolve(uint8_t memattr)
{
    if (smmu__attrs_is_device(memattr))
        return memattr & 0x0C;
    if (!(memattr & 0x0F))
        return memattr | LEVEL_RA | LEVEL_WA;
    return memattr;
}

/* Shareability codes: 1 is Reserved and behaves as Non-shareable (5.2, 5.4, 6.3.11). */
static uint8_t resolve_sh(unsigned sh)
{
    return (uint8_t)(sh == 1 ? SMMU_SH_NSH : sh);
}

struct attrs smmu__attrs_normalise(struct attrs a)
{
    a.memattr = smmu__attrs_resolve(a.memattr);
    if (smmu__attrs_is_device(a.memattr) || a.memattr == SMMU_MEMATTR_NC)
        a.sh = SMMU_SH_OSH;
    else
        a.sh = resolve_sh(a.sh);
    return a;
}

/* ------------------------------------------------------------- decoding */

uint8_t smmu__attrs_from_memattr4(unsigned memattr4)
{
    static const uint8_t level[4] = {0, LEVEL_NC, LEVEL_HINTS, LEVEL_HINTS | LEVEL_WB};
    unsigned outer = memattr4 >> 2 & 3, inner = memattr4 & 3;
    if (outer == 0)
        return (uint8_t)(inner << 2); /* Device */
    if (inner == 0)
        return SMMU_MEMATTR_DEVICE_nGnRnE; /* Reserved */
    return (uint8_t)(level[outer] << 4 | level[inner]);
}

static struct attrs normal(unsigned outer, unsigned inner, unsigned sh)
{
    return smmu__attrs_normalise((struct attrs){(uint8_t)(outer << 4 | inner), (uint8_t)sh});
}

static unsigned cr1_level(unsigned code, unsigned hints)
{
    if (code == 1)
        return cacheable_level(LEVEL_WB, hints);
    if (code == 2)
        return cacheable_level(0, hints);
    return LEVEL_NC; /* 0, and 3, which is Reserved */
}

struct attrs smmu__attrs_from_cr1(unsigned ic, unsigned oc, unsigned sh, bool allocate)
{
    /* CHOICE: the hint for the direction that such an access never takes follows the other. */
    unsigned hints = allocate ? LEVEL_HINTS : LEVEL_NON_TRANSIENT;
    return normal(cr1_level(oc, hints), cr1_level(ic, hints), sh);
}

struct attrs smmu__attrs_from_walk(unsigned ir, unsigned or_, unsigned sh)
{
    static const uint8_t level[4] = {LEVEL_NC, LEVEL_HINTS | LEVEL_WB,
                                     LEVEL_NON_TRANSIENT | LEVEL_RA,
                                     LEVEL_NON_TRANSIENT | LEVEL_WB | LEVEL_RA};
    return normal(level[or_ & 3], level[ir & 3], sh);
}

struct attrs smmu__attrs_from_s1c(unsigned cir, unsigned cor, unsigned csh)
{
    /* CHOICE: CDs are never written; their write-allocate hint follows the read-allocate one (5.2
     * S1CIR). */
    static const uint8_t level[4] = {LEVEL_NC, LEVEL_HINTS | LEVEL_WB, LEVEL_HINTS,
                                     LEVEL_NON_TRANSIENT | LEVEL_WB};
    return normal(level[cor & 3], level[cir & 3], csh);
}

/* ---------------------------------------------------- overrides, combining */

static unsigned alloccfg_hints(unsigned alloccfg)
{
    unsigned r = alloccfg >> 2 & 1, w = alloccfg >> 1 & 1, t = alloccfg & 1;
    return (t ? 0U : LEVEL_NON_TRANSIENT) | (r ? LEVEL_RA : 0U) | (w ? LEVEL_WA : 0U);
}

static unsigned override_level(const struct overrides *o, uint8_t incoming, uint8_t type,
                               unsigned shift)
{
    unsigned level = level_of(type, shift);
    if (level == LEVEL_NC)
        return level;
    /* CHOICE: ALLOCCFG applies without MTCFG too (5.2 ALLOCCFG). */
    unsigned hints =
        o->alloccfg & 8 ? alloccfg_hints(o->alloccfg) : hints_of(incoming, shift, DEFAULT_HINTS);
    return cacheable_level(level & LEVEL_WB, hints);
}

/* 13.1.4, per cache level. */
static struct attrs replace(const struct overrides *o, struct attrs incoming)
{
    uint8_t was = smmu__attrs_resolve(incoming.memattr);
    struct attrs a = {o->mtcfg ? o->memattr : was, o->shcfg == 1 ? incoming.sh : o->shcfg};
    if (!smmu__attrs_is_device(a.memattr))
        a.memattr = (uint8_t)(override_level(o, was, a.memattr, 4) << 4 |
                              override_level(o, was, a.memattr, 0));
    return a;
}

struct attrs smmu__attrs_bypass(const struct overrides *o, struct attrs incoming)
{
    return smmu__attrs_normalise(replace(o, incoming));
}

static unsigned stage1_level(uint8_t input, uint8_t leaf, unsigned shift)
{
    unsigned level = level_of(leaf, shift);
    if (level == LEVEL_NC)
        return level;
    /* CHOICE: per cache level; an input that is Non-cacheable at this one has no say in it
     * (13.4.2). */
    unsigned own = level & LEVEL_HINTS;
    return cacheable_level(level & LEVEL_WB, combine_hints(own, hints_of(input, shift, own)));
}

struct attrs smmu__attrs_stage1_hints(const struct overrides *o, struct attrs incoming,
                                      struct attrs leaf)
{
    uint8_t input = replace(o, incoming).memattr;
    if (!smmu__attrs_is_device(leaf.memattr))
        leaf.memattr = (uint8_t)(stage1_level(input, leaf.memattr, 4) << 4 |
                                 stage1_level(input, leaf.memattr, 0));
    return smmu__attrs_normalise(leaf);
}

/* ---------------------------------------------------------------------- stage 2 */

enum { CODE_FWB = 0x10, FWB_NC = 5, FWB_WB = 6, FWB_AS_STAGE1 = 7 };
enum { MEMATTR4_WB = 15, MEMATTR4_WB_NO_TAGS = 4 };

/* Codes that keep tags away are what they are without (3.23.1). CHOICE: with S2FWB, Reserved codes
 * count without bit 3 too. */
uint8_t smmu__attrs_stage2_code(unsigned memattr4, bool fwb, bool mteperm)
{
    if (fwb)
        return (uint8_t)(CODE_FWB | (memattr4 & 7));
    return (uint8_t)(mteperm && memattr4 == MEMATTR4_WB_NO_TAGS ? MEMATTR4_WB : memattr4);
}

/* CHOICE: Reserved codes are Device-nGnRnE, with S2FWB too (D8.6.5, D8.6.6). */
static uint8_t stage2_type(uint8_t code)
{
    if (!(code & CODE_FWB))
        return smmu__attrs_from_memattr4(code);
    if ((code & 7) >= FWB_NC)
        return (code & 7) == FWB_NC ? SMMU_MEMATTR_NC : ATTRS_WB_RAWA;
    return (uint8_t)(code & 4 ? SMMU_MEMATTR_DEVICE_nGnRnE : (code & 3) << 2);
}

bool smmu__attrs_stage2_is_device(uint8_t code)
{
    return smmu__attrs_is_device(stage2_type(code));
}

/* Stage 2 has no hints: those of the input remain wherever the result is cacheable. */
static unsigned combine_level(unsigned input, unsigned stage2)
{
    if (input == LEVEL_NC || stage2 == LEVEL_NC)
        return LEVEL_NC;
    return cacheable_level(input & stage2 & LEVEL_WB, input & LEVEL_HINTS);
}

static uint8_t combine_types(uint8_t input, uint8_t stage2)
{
    bool device1 = smmu__attrs_is_device(input), device2 = smmu__attrs_is_device(stage2);
    if (device1 && device2)
        return input < stage2 ? input : stage2; /* the codes rise with what is permitted */
    if (device1 || device2)
        return device1 ? input : stage2;
    return (uint8_t)(combine_level(level_of(input, 4), level_of(stage2, 4)) << 4 |
                     combine_level(level_of(input, 0), level_of(stage2, 0)));
}

/* Write-back whatever the input; where that expresses no hints, it counts as allocating. */
static uint8_t forced_write_back(uint8_t input)
{
    return (uint8_t)(cacheable_level(LEVEL_WB, hints_of(input, 4, DEFAULT_HINTS)) << 4 |
                     cacheable_level(LEVEL_WB, hints_of(input, 0, DEFAULT_HINTS)));
}

static uint8_t combined_sh(unsigned a, unsigned b)
{
    if (a == SMMU_SH_OSH || b == SMMU_SH_OSH)
        return SMMU_SH_OSH;
    return a == SMMU_SH_ISH || b == SMMU_SH_ISH ? SMMU_SH_ISH : SMMU_SH_NSH;
}

struct attrs smmu__attrs_combine(struct attrs input, uint8_t code, unsigned sh)
{
    struct attrs a = {input.memattr, combined_sh(input.sh, resolve_sh(sh))};
    if (code == (CODE_FWB | FWB_WB))
        a.memattr = forced_write_back(input.memattr);
    else if (code != (CODE_FWB | FWB_AS_STAGE1))
        a.memattr = combine_types(input.memattr, stage2_type(code));
    return smmu__attrs_normalise(a);
}

struct attrs smmu__attrs_stage2(const struct overrides *o, struct attrs incoming, uint8_t code,
                                unsigned sh)
{
    return smmu__attrs_combine(smmu__attrs_bypass(o, incoming), code, sh);
}
