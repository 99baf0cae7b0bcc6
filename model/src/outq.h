/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. What the event queue and the PRI queue have in common: records whose writes overlap, PROD
 * that passes them in order, each when it is in memory, and the overflow flag (3.5, 7.2, 8.1). When
 * a record may be written, and what becomes of one that may not, is the queues' own affair.
 */
#ifndef SMMUSIM_OUTQ_H
#define SMMUSIM_OUTQ_H

#include <stdbool.h>
#include <stdint.h>

#include "queue_regs.h"
#include "smmusim/smmu_types.h"

struct smmu;
struct prog_if;

#define OUTQ_WRITES 8 /* records of a queue whose writes are in flight */

enum outq_write { OUTQ_FREE, OUTQ_WRITING, OUTQ_WRITTEN, OUTQ_ABORTED };

struct outq {
    uint8_t write[OUTQ_WRITES]; /* enum outq_write; a ring in record order */
    uint8_t head, count;
    bool aborting; /* a write aborted; the error is flagged when the others are done (7.2.2) */
    uint32_t write_index; /* index of the next record to write: PROD plus the writes in flight */
};

/* Which of the queues. Their registers have one layout: EVENTQ's stands for both. */
struct outq_kind {
    const struct queue_regs *regs;
    uint64_t enables;    /* bits of CR0, all of which it needs */
    uint8_t owner;       /* enum access_owner */
    uint8_t source;      /* smmu_mem_source_t */
    uint8_t abort_error; /* enum gerror_bit */
    /* PROD has passed the record of this entry, which may have ended emptiness; or it is lost. */
    void (*published)(struct smmu *s, struct prog_if *pi, unsigned entry, bool was_empty);
    void (*lost)(struct smmu *s, struct prog_if *pi, unsigned entry);
};

/* Enabled and without an error (7.2.1, 8.2); room apart. */
bool smmu__outq_works(const struct prog_if *pi, const struct outq_kind *k, const struct outq *q);
bool smmu__outq_full(const struct smmu *s, const struct prog_if *pi, const struct outq_kind *k,
                     const struct outq *q);
/*
 * Can it take a record up now, or say that there is no room for it? No record is lost for want of
 * room before PROD shows that there is none: software may still make some while the last writes are
 * on their way (7.4).
 */
bool smmu__outq_ready(const struct smmu *s, const struct prog_if *pi, const struct outq_kind *k,
                      const struct outq *q);

bool smmu__outq_overflows(const struct prog_if *pi, const struct outq_kind *k);
/* A second overflow before the first is acknowledged cannot be shown (7.4, 8.1). */
void smmu__outq_show_overflow(struct prog_if *pi, const struct outq_kind *k);

/* Sends a record; returns its entry in q->write. */
unsigned smmu__outq_write(struct smmu *s, struct prog_if *pi, const struct outq_kind *k,
                          struct outq *q, const uint64_t *words);
/* A write is answered: PROD passes what is in memory. After an abort, when every write has been
 * answered, the records at and beyond it are lost, even if their writes went well (7.2.2). */
void smmu__outq_write_done(struct smmu *s, struct prog_if *pi, const struct outq_kind *k,
                           struct outq *q, unsigned entry, smmu_mem_status_t status);
/* No write is in flight. */
bool smmu__outq_quiet(const struct outq *q);

/* Its enable or PROD has changed: the next record goes to PROD, unless some are on their way: those
 * still come first (6.3.9.4, 6.3.9.5). */
void smmu__outq_follow_prod(const struct smmu *s, const struct prog_if *pi,
                            const struct outq_kind *k, struct outq *q);

#endif
