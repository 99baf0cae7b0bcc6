/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. The event queue: packs a fault into a record, writes it, moves PROD, signals (3.5, 7.2
 * to 7.4). Records that cannot be written are dropped as 7.2.1 says, with the overflow flag of 7.4.
 */
#ifndef SMMUSIM_EVTQ_H
#define SMMUSIM_EVTQ_H

#include "fault.h"
#include "outq.h"

struct smmu;
struct prog_if;

struct evtq {
    struct outq out;
    uint64_t recorded;    /* tickets given out: records accepted for writing since create */
    uint64_t settled;     /* of these, visible, aborted or lost */
    /* Of the youngest record from an invalidated configuration or translation. */
    uint64_t stale_ticket;
};

/* Room for one more record in flight? If not, the transaction has to wait (it keeps its slot). */
bool smmu__evtq_ready(const struct smmu *s, const struct prog_if *pi);
/* Records that it would not drop now: 0 if it is not writable (7.2.1). */
uint32_t smmu__evtq_room(const struct smmu *s, const struct prog_if *pi);
/* Takes the record or drops it by the rules. Only when smmu__evtq_ready(). stale: it comes from
 * what an invalidation named, so no CMD_SYNC that completes the invalidation may be ahead of it
 * (4.7.3). */
void smmu__evtq_record(struct smmu *s, struct prog_if *pi, const struct fault *f, bool stale);
/* The 32 bytes of a record, as four little-endian words (7.3). */
void smmu__evtq_pack(const struct fault *f, uint64_t words[4]);
void smmu__evtq_write_done(struct smmu *s, struct prog_if *pi, unsigned entry,
                           smmu_mem_status_t status);
/* EVENTQEN or PROD has changed: the next record goes to PROD, unless some are on their way. */
void smmu__evtq_follow_prod(struct smmu *s, struct prog_if *pi);
bool smmu__evtq_quiet(const struct prog_if *pi);
void smmu__evtq_reset(struct prog_if *pi);

#endif
