/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Stalled transactions (3.12.2): where they wait for software, their STAGs, and what commands
 * do with them (4.7.1, 4.7.2). A transaction that stalls keeps its slot, and gives back everything
 * else: token, walker, places in TBU and TCU, its turn among those of its ID. It has a place here,
 * one of IDR5.STALL_MAX, until it leaves; while there is none it waits in its TBU. Where the event
 * queue is not writable (7.2.1) it waits without a record, and is tried again from its beginning
 * when there is room.
 */
#ifndef SMMUSIM_STALL_H
#define SMMUSIM_STALL_H

#include "pool.h"
#include "slots.h"
#include "smmusim/smmu.h"

struct smmu;
struct prog_if;

enum stall_action {
    STALL_UNRECORDED,
    STALL_OPEN, /* its record awaits a CMD_RESUME or CMD_STALL_TERM; what this has said: */
    STALL_RETRY,
    STALL_ABORT,
    STALL_RAZ_WI
};

struct stall_place {
    uint16_t slot;       /* whose it is; of a free one: 1 + the next free one, or 0 */
    uint16_t generation; /* how often it was used: the part of its STAGs that changes */
    uint8_t action;      /* enum stall_action */
};

struct stalls {
    struct stall_place *place; /* [pool.capacity] */
    struct pool pool;
    uint8_t stag_bits;   /* of a STAG, those that say which place */
    uint16_t first_free; /* 1 + its number; 0: none */
    uint32_t stalled;    /* transactions at rest, wherever */
    struct slot_list placeless, unrecorded;
    uint32_t expected; /* of the unrecorded, those tried again that may still need a record */
};

/* ---- the way of a transaction that faults */

/* Its fault gets a STAG, which is to be recorded now. False: it has to wait. */
bool smmu__stall_admit(struct smmu *s, const struct prog_if *pi, struct slot *slot);
/* It has given back its token, and comes to rest. True: it does not, go on with it. */
bool smmu__stall_rest(struct smmu *s, struct slot *slot);
/* It leaves. */
void smmu__stall_left(struct smmu *s, struct slot *slot);
/* There may be room for those that wait. */
void smmu__stall_serve(struct smmu *s);

/* ---- software */

/* CMD_RESUME. Without effect unless all three say the same transaction (4.7.1). */
void smmu__stall_resume(struct smmu *s, const struct prog_if *pi, uint32_t streamid, uint16_t stag,
                        enum stall_action action);
/* CMD_STALL_TERM: those of a stream are aborted. */
void smmu__stall_terminate_stream(struct smmu *s, const struct prog_if *pi, uint32_t streamid);
/* SMMUEN has become 0: all of the interface (6.3.9.6). */
void smmu__stall_terminate_all(struct smmu *s, const struct prog_if *pi);

/* ---- the owner */

/* Is the request with this tag stalled? stall, if not NULL: how. */
bool smmu__stall_find(const struct smmu *s, uint64_t tag, smmu_stall_t *stall);

/* Once the slots are free. */
void smmu__stall_reset(struct smmu *s);

#endif
