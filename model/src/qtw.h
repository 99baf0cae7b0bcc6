/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. The port through which the SMMU's own accesses leave for memory: reads of structures, tables
 * and commands, writes of event records and MSIs. It keeps them in order, one kind behind another,
 * until the port is free and the number outstanding allows it; from then on the owner finds them in
 * the outbox. Who asks for an access (outbox.h) does not see it wait.
 */
#ifndef SMMUSIM_QTW_H
#define SMMUSIM_QTW_H

#include "lane.h"
#include "pool.h"
#include "smmusim/smmu_types.h"

struct smmu;

enum qtw_kind { QTW_READ, QTW_EVENT, QTW_MSI, QTW_KINDS };

enum { QTW_SIZES = 7 }; /* 1 to SMMU_MEM_MAX_BYTES bytes */

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
    uint64_t next; /* cycle at which the next access leaves; SMMU_NEVER: none that is known */
    struct lane port;
    struct qtw_queue queue[QTW_KINDS];
    struct pool outstanding[QTW_KINDS];
    uint64_t next_order;
    uint32_t waiting; /* accesses, of all kinds, that are not scheduled yet */
    /* How long data is not complete beyond its first beat: of 2^n bytes, of an STE, of a CD. */
    uint32_t lag[QTW_SIZES], lag_of_ste, lag_of_cd;
};

void smmu__qtw_init(struct smmu *s);

/* The place for one more access of this kind, and that it is filled: it leaves when its turn
 * comes. */
smmu_out_mem_t *smmu__qtw_place(struct smmu *s, enum qtw_kind kind);
void smmu__qtw_send(struct smmu *s, enum qtw_kind kind);
/* The access that has left first, if s->qtw.next has come. */
void smmu__qtw_take(struct smmu *s, smmu_out_mem_t *mem);
/* An access of this kind has been answered. */
void smmu__qtw_done(struct smmu *s, enum qtw_kind kind);
/* Cycles from asking for an access of this kind and size to its leaving, if nothing else does. */
uint64_t smmu__qtw_unloaded(const struct smmu *s, enum qtw_kind kind, smmu_mem_source_t source,
                            unsigned size);
void smmu__qtw_reset(struct smmu *s);

#endif
