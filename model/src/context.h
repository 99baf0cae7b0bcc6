/* SPDX-License-Identifier: Apache-2.0 */
/* L3. From a SubstreamID to its CD: where it lies, whether it is legal, what it says
 * (3.3.2, 5.3, 5.4, 5.4.2). Pure. */
#ifndef SMMUSIM_CONTEXT_H
#define SMMUSIM_CONTEXT_H

#include "stream.h"

enum cd_where {
    CD_HERE, /* the CD is at *addr (64 bytes) */
    CD_L1CD, /* first read the L1CD at *addr (8 bytes), then ask smmu__context_from_l1cd */
    CD_OUT,  /* L1CD.V=0 or L2Ptr out of range: C_BAD_SUBSTREAMID (7.3.9, 3.4.3) */
};

enum cd_where smmu__context_locate(const struct cd_locator *locator, uint32_t cd_index,
                                   uint64_t *addr);
enum cd_where smmu__context_from_l1cd(const smmu_config_t *cfg, const struct cd_locator *locator,
                                      uint32_t cd_index, uint64_t l1cd, uint64_t *addr);

/* NULL if the CD is legal for a stream of this locator and StreamWorld, else what makes it ILLEGAL
 * (5.4.2). */
const char *smmu__cd_illegal(const smmu_config_t *cfg, const struct cd_locator *locator,
                             uint8_t world, const uint64_t cd[8]);

/* Completes *x from the CD. False: ILLEGAL, C_BAD_CD (5.4.2). */
bool smmu__cd_decode(const smmu_config_t *cfg, const struct cd_locator *locator,
                     const uint64_t cd[8], struct xctx *x);

/* x->from_vms: from the part of the VMS that was read for it (mpam.h), its PARTID (17.2). */
void smmu__xctx_map_partid(const smmu_config_t *cfg, uint64_t read, struct xctx *x);

#endif
