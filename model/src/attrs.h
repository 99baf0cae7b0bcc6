/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Memory types and shareability: decoding, overrides, combining, normalising (chapter 13). Types are MAIR-format
 * bytes throughout.
 */
#ifndef SMMUSIM_ATTRS_H
#define SMMUSIM_ATTRS_H

#include <stdbool.h>
#include <stdint.h>

#include "xctx.h"

struct attrs {
    uint8_t memattr, sh;
};

/* STE.MemAttr, GBPA.MemAttr, MSIAttr, IRQ_CFG2.MemAttr (4 bits) to MAIR format with RA=WA=1 (5.2, 6.3.14). */
uint8_t smmu__attrs_from_memattr4(unsigned memattr4);
/* IC/OC/SH fields of CR1 (6.3.11: 0 NC, 1 WB, 2 WT) with a read- or write-allocate hint. */
struct attrs smmu__attrs_from_cr1(unsigned ic, unsigned oc, unsigned sh, bool allocate);
/* IRx/ORx/SHx of a CD, S1CIR/S1COR/S1CSH of an STE: 0 NC, 1 WB RA WA, 2 WT RA, 3 WB RA no-WA (5.4, 5.2). */
struct attrs smmu__attrs_from_ir_or_sh(unsigned ir, unsigned or_, unsigned sh);
/* Attr<n> of MAIR with the reserved encodings resolved (5.4). */
uint8_t smmu__attrs_from_mair(uint64_t mair, unsigned index);
bool smmu__attrs_is_device(uint8_t memattr);
/* 13.1.7: Device and NC-NC are outer shareable, NC levels have no hints, ... */
struct attrs smmu__attrs_normalise(struct attrs a);
/* Bypass with overrides: STE Config=0b100 or GBPA (13.2, 13.3). */
struct attrs smmu__attrs_bypass(const struct overrides *o, struct attrs incoming);
/* Stage 1 output: type and shareability from the leaf, allocation hints combined with the (overridden) input (13.4.2). */
struct attrs smmu__attrs_stage1(const struct overrides *o, struct attrs incoming, struct attrs leaf);

#endif
