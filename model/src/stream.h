/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. From a StreamID to its STE: where it lies, whether it is legal, what it says
 * (3.3.1, 5.1, 5.2, 6.3.24, 6.3.25). Pure functions over register values, configuration and fetched
 * words; who fetches is flight_config.c.
 */
#ifndef SMMUSIM_STREAM_H
#define SMMUSIM_STREAM_H

#include "smmusim/smmu.h"
#include "xctx.h"

struct prog_if;

enum stream_where {
    STREAM_STE,   /* the STE is at *addr (64 bytes) */
    STREAM_L1STD, /* first read the L1STD at *addr (8 bytes), then ask smmu__stream_from_l1std */
    STREAM_OUT,   /* StreamID out of range: C_BAD_STREAMID (7.3.3) */
};

/* *addr may lie beyond the OAS; 3.4.3 leaves open what then, and flight_config.c decides. */
enum stream_where smmu__stream_locate(const smmu_config_t *cfg, const struct prog_if *pi,
                                      uint32_t streamid, uint64_t *addr);
/* STREAM_STE with *addr, or STREAM_OUT. */
enum stream_where smmu__stream_from_l1std(const smmu_config_t *cfg, const struct prog_if *pi,
                                          uint32_t streamid, uint64_t l1std, uint64_t *addr);

/* NULL if the STE is legal, else what makes it ILLEGAL (5.2.2). */
const char *smmu__ste_illegal(const smmu_config_t *cfg, const struct prog_if *pi,
                              const uint64_t ste[8]);

/* Translations of a legal STE have this VMID in their tags (5.2 S2VMID, 9.1.6). */
bool smmu__ste_has_vmid(const smmu_config_t *cfg, const struct prog_if *pi, const uint64_t ste[8],
                        uint16_t vmid);

enum ste_verdict {
    STE_DECIDED,       /* *x is complete: abort or bypass, no CD needed */
    STE_NEEDS_CD,      /* stage 1: the CD of x->cd_index, through *locator */
    STE_ILLEGAL,       /* C_BAD_STE (5.2.2) */
    STE_BAD_SUBSTREAM, /* C_BAD_SUBSTREAMID (7.3.9) */
    STE_DISABLED,      /* F_STREAM_DISABLED (7.3.7) */
};

/* ssv, substreamid: of the transaction. */
enum ste_verdict smmu__ste_decode(const smmu_config_t *cfg, const struct prog_if *pi,
                                  const uint64_t ste[8], bool ssv, uint32_t substreamid,
                                  struct xctx *x, struct cd_locator *locator);

/* What it says of transactions that come translated (3.9.1.3). One that has a PASID needs the CD,
 * which has to be a good one and gives its label; then *x keeps what is left of its stages. */
enum ste_verdict smmu__ste_decode_translated(const smmu_config_t *cfg, const struct prog_if *pi,
                                             const uint64_t ste[8], bool ssv, uint32_t substreamid,
                                             struct xctx *x, struct cd_locator *locator);
void smmu__ste_translated(struct xctx *x);

/* The overrides of global bypass (6.3.14), from a value of GBPA. */
struct overrides smmu__overrides_from_gbpa(const smmu_config_t *cfg, uint64_t gbpa);

#endif
