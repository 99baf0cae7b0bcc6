/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. The command queue engine: fetch, legality, execution in order, CONS, errors, CMD_SYNC
 * (4.1, 4.7.3, 7.1). One engine serves every command queue; each ECMDQ will be one more instance.
 */
#ifndef SMMUSIM_CMDQ_H
#define SMMUSIM_CMDQ_H

#include <stdbool.h>

#include "outbox.h"
#include "ring.h"
#include "smmusim/smmu_types.h"

struct smmu;
struct prog_if;

#define CMDQ_FETCH_MAX 16 /* upper limit of timing.cmdq_reads_in_flight */
#define CMDQ_PER_READ_MAX 4 /* of timing.cmds_per_read */
/* Commands read or being read: as many again as reads in flight bring, so that reading never waits
 * for execution. */
#define CMDQ_BUFFER (2 * CMDQ_FETCH_MAX * CMDQ_PER_READ_MAX)

enum cmdq_fetch_state { FETCH_FREE, FETCH_READING, FETCH_READ, FETCH_ABORTED, FETCH_DROPPED };

struct cmdq_fetch {
    uint8_t state;   /* enum cmdq_fetch_state */
    uint8_t covered; /* commands that the read which begins here brings; 0: another's */
    uint32_t index;  /* of the command in the queue */
    uint32_t number; /* of the command, over all that were read */
    uint64_t words[2];
};

enum cmdq_state {
    CMDQ_STOPPED,     /* disabled, empty, or error active */
    CMDQ_START,       /* about to start */
    CMDQ_AWAIT,       /* head command not read yet */
    CMDQ_DECODE,      /* decode and execution time of the head command passes */
    CMDQ_INVAL_WAIT,  /* decoded, but as many invalidations are outstanding as may be */
    CMDQ_ROOM_WAIT,   /* the owner has to take items before the head command may act */
    CMDQ_SYNC_WAIT,   /* CMD_SYNC waits for earlier work (4.7.3) */
    CMDQ_SYNC_SIGNAL, /* its completion is being signalled */
};

struct cmdq {
    uint8_t state;        /* enum cmdq_state */
    uint8_t head_rule;    /* number of the head command's rule, from CMDQ_DECODE on */
    uint8_t head;         /* fetch[] is a ring of the next commands in queue order */
    uint8_t buffered;     /* entries in use, being read or read */
    uint8_t reading;      /* reads outstanding, dropped ones included */
    uint32_t available;   /* commands that may be consumed now: up to PROD, if the queue runs */
    uint32_t cons;        /* CONS.RD */
    uint32_t fetch_index; /* queue index of the next command to read */
    uint32_t reads;       /* so far; the number of the next one */
    uint64_t sync_since;  /* cycle at which the CMD_SYNC began to wait */
    uint64_t sync_inval_done; /* when the invalidations before it are complete */
    uint64_t sync_event_ticket; /* event records it has to wait for (4.7.3) */
    uint16_t atc_outstanding;   /* its CMD_ATC_INVs that devices have not completed yet */
    bool atc_failed;            /* one was given up since its last CMD_SYNC (3.9.1.4) */
    bool sync_begun;            /* the CMD_SYNC knows all that it waits for */
    struct ring ring;           /* from CMDQ_BASE, which is guarded while the queue is enabled */
    struct mem_attrs attrs;     /* of its reads, likewise */
    struct cmdq_fetch fetch[CMDQ_BUFFER];
};

/* Something that may let it run has changed: PROD, CMDQEN, GERRORN. */
void smmu__cmdq_kick(struct smmu *s, unsigned queue);
/* CMDQEN was cleared: no new command is started, prefetched ones are dropped. */
void smmu__cmdq_disable(struct smmu *s, unsigned queue);
/* No fetch outstanding and no command started (6.3.9.3). */
bool smmu__cmdq_quiet(const struct smmu *s, unsigned queue);
void smmu__cmdq_due(struct smmu *s, unsigned queue);
void smmu__cmdq_read_done(struct smmu *s, unsigned queue, unsigned entry, smmu_mem_status_t status,
                          const uint8_t *data);
/* Something a waiting CMD_SYNC may depend on has finished, or the outbox has room again. */
void smmu__cmdq_poke(struct smmu *s);
void smmu__cmdq_reset(struct smmu *s, unsigned queue);

#endif
