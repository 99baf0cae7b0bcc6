/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Broadcast TLB maintenance (3.17): TLBI instructions of PEs as scopes of inval.h, and the
 * synchronisation (DSB) that waits for them. Participation is CR2.PTM's.
 */
#ifndef SMMUSIM_BROADCAST_H
#define SMMUSIM_BROADCAST_H

#include <stdbool.h>

#include "inval.h"
#include "smmusim/smmu_types.h"

struct smmu;
struct prog_if;

/* Synchronisations that may wait, or whose end may wait in the outbox. */
#define BROADCAST_SYNCS 8

struct broadcast_sync {
    bool busy;
    uint64_t tag;  /* the owner's */
    uint64_t done; /* cycle at which TCU and TBUs have done what came before it */
    struct inval_wait wait;
};

struct broadcast {
    bool dirty;    /* something was invalidated since the last synchronisation began */
    uint64_t done; /* cycle at which TCU and TBUs have done the latest */
    uint8_t latest; /* number of the synchronisation that began last */
    uint8_t waiting; /* of these */
    struct broadcast_sync sync[BROADCAST_SYNCS];
};

/* SMMU_DONE or SMMU_BUSY. pi: NULL, or of the Security state. */
int smmu__broadcast_tlbi(struct smmu *s, const struct prog_if *pi,
                         const smmu_broadcast_tlbi_t *tlbi);
int smmu__broadcast_sync(struct smmu *s, uint64_t tag);
void smmu__broadcast_due(struct smmu *s, unsigned sync);
/* Something that a synchronisation may wait for has finished. */
void smmu__broadcast_poke(struct smmu *s);
/* Nothing is left to wait for. */
void smmu__broadcast_reset(struct smmu *s);

#endif
