/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. The port through which the SMMU's own accesses leave for memory: reads of structures, tables
 * and commands, writes of event records and MSIs. It keeps them in order, one kind behind another,
 * until the port is free and the number outstanding allows it; then they go into the outbox. Who
 * asks for an access (outbox.h) does not see it wait.
 */
#ifndef SMMUSIM_QTW_H
#define SMMUSIM_QTW_H

#include "lane.h"
#include "pool.h"
#include "smmusim/smmu_types.h"

struct smmu;

enum qtw_kind { QTW_READ, QTW_EVENT, QTW_MSI, QTW_KINDS };

struct qtw_access {
    uint64_t leaves; /* cycle at which it leaves; SMMU_NEVER: not its turn yet */
    uint64_t order;  /* in which it came, over all kinds */
    smmu_out_mem_t mem;
};

struct qtw_queue {
    uint32_t head, count, capacity;
    uint32_t scheduled; /* of count: those whose leaving is fixed */
    struct qtw_access *item;
};

struct qtw {
    struct lane port;
    struct qtw_queue queue[QTW_KINDS];
    struct pool outstanding[QTW_KINDS];
    uint64_t next_order;
};

/* Now, or when its turn comes. */
void smmu__qtw_send(struct smmu *s, enum qtw_kind kind, const smmu_out_mem_t *mem);
/* An access of this kind has been answered. */
void smmu__qtw_done(struct smmu *s, enum qtw_kind kind);
void smmu__qtw_due(struct smmu *s, unsigned unused);
/* Cycles from asking for an access of this kind and size to its leaving, if nothing else does. */
uint64_t smmu__qtw_unloaded(const struct smmu *s, enum qtw_kind kind, smmu_mem_source_t source,
                            unsigned size);
void smmu__qtw_reset(struct smmu *s);

#endif
