/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Memory types and shareability: decoding, overrides, combining, normalising (chapter 13).
 * Types are MAIR-format bytes throughout: one nibble a cache level, outer in [7:4].
 */
#ifndef SMMUSIM_ATTRS_H
#define SMMUSIM_ATTRS_H

#include <stdbool.h>
#include <stdint.h>

#include "xctx.h"

struct attrs {
    uint8_t memattr, sh;
};

/* Normal, inner and outer write-back, read- and write-allocate: what 13.1.3 gives clients without
 * attributes. */
#define ATTRS_WB_RAWA 0xFF

/* STE.MemAttr, GBPA.MemAttr, MSIAttr, IRQ_CFG2.MemAttr (4 bits) to MAIR format with RA=WA=1
 * (5.2, 6.3.14). */
uint8_t smmu__attrs_from_memattr4(unsigned memattr4);
/* IC/OC/SH fields of CR1 (6.3.11: 0 NC, 1 WB, 2 WT) with a read- or write-allocate hint. */
struct attrs smmu__attrs_from_cr1(unsigned ic, unsigned oc, unsigned sh, bool allocate);
/* IRx/ORx/SHx of a CD, S2IR0/S2OR0/S2SH0: 0 NC, 1 WB RA WA, 2 WT RA, 3 WB RA no-WA (5.4, 5.2). */
struct attrs smmu__attrs_from_walk(unsigned ir, unsigned or_, unsigned sh);
/* S1CIR/S1COR/S1CSH: 0 NC, 1 WB RA, 2 WT RA, 3 WB no-RA (5.2). */
struct attrs smmu__attrs_from_s1c(unsigned cir, unsigned cor, unsigned csh);
/* The four Device types or a Normal type: Reserved encodings resolved (5.4 MAIR0). */
uint8_t smmu__attrs_resolve(uint8_t memattr);
bool smmu__attrs_is_device(uint8_t memattr);
/* 13.1.7: Device and NC-NC are outer shareable; Reserved encodings resolved. The format itself
 * cannot say the rest. */
struct attrs smmu__attrs_normalise(struct attrs a);
/* Bypass with overrides: STE Config=0b100 or GBPA (13.2, 13.3). */
struct attrs smmu__attrs_bypass(const struct overrides *o, struct attrs incoming);
/*
 * Stage 2 codes: what a stage 2 leaf says of the type, with S2FWB, and what it makes of its input,
 * which is a stage 1 leaf's or the client's (13.1.5, 13.1.6; D8.6). Its shareability is SH itself.
 */
uint8_t smmu__attrs_stage2_code(unsigned memattr4, bool fwb, bool mteperm);
bool smmu__attrs_stage2_is_device(uint8_t code);
/* The input must be normalised. */
struct attrs smmu__attrs_combine(struct attrs input, uint8_t code, unsigned sh);
/* Output of stage 2 alone: the overridden input combined with the leaf (13.4.3). */
struct attrs smmu__attrs_stage2(const struct overrides *o, struct attrs incoming, uint8_t code,
                                unsigned sh);
/* As below, for any input. */
struct attrs smmu__attrs_stage1_hints(const struct overrides *o, struct attrs incoming,
                                      struct attrs leaf);

/*
 * Stage 1 output: type and shareability of the (normalised) leaf, its hints combined with those of
 * the overridden input (13.4.2). Input without a wish of its own takes the short way.
 */
static inline struct attrs smmu__attrs_stage1(const struct overrides *o, struct attrs incoming,
                                              struct attrs leaf)
{
    if (incoming.memattr == ATTRS_WB_RAWA && !o->mtcfg && !(o->alloccfg & 8))
        return leaf;
    return smmu__attrs_stage1_hints(o, incoming, leaf);
}

/* Privilege and instruction marking after PRIVCFG and INSTCFG; writes are always data (13.1.2). */
static inline bool attrs_privileged(const struct overrides *o, bool incoming)
{
    return o->privcfg & 2 ? o->privcfg & 1 : incoming;
}

static inline bool attrs_instruction(const struct overrides *o, bool write, bool incoming)
{
    return !write && (o->instcfg & 2 ? o->instcfg & 1 : incoming);
}

#endif
