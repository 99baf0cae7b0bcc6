/* SPDX-License-Identifier: Apache-2.0 */
/* What the SMMU's own accesses looked like on the bus, the latest ones: attributes (13.8), labels (17.4). */
#ifndef SMMUSIM_MEM_OWN_ACCESSES_H
#define SMMUSIM_MEM_OWN_ACCESSES_H

#include "smmusim/smmu_types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { OWN_ACCESSES_KEPT = 64 };

struct own_access {
    uint64_t addr;
    uint8_t size;   /* bytes */
    uint8_t source; /* smmu_mem_source_t */
    uint8_t pas;    /* smmu_pas_t */
    uint8_t memattr, sh;
    smmu_mpam_t mpam;
};

struct own_accesses {
    uint64_t count; /* ever */
    struct own_access kept[OWN_ACCESSES_KEPT];
};

void own_accesses_note(struct own_accesses *accesses, const struct own_access *access);
/* The latest one of those kept that has touched addr; NULL: none. */
const struct own_access *own_accesses_latest(const struct own_accesses *accesses, uint64_t addr);

#ifdef __cplusplus
}
#endif

#endif
