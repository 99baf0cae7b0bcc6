/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. The command queue engine: fetch, legality, execution in order, CONS, errors, CMD_SYNC
 * (4.1, 4.7.3, 7.1). One engine serves every command queue: each has its indexes, its error and its
 * CMD_SYNC. What they share is cmdq_line.h's. The registers of an ECMDQ are ecmdq.c's.
 */
#ifndef SMMUSIM_CMDQ_H
#define SMMUSIM_CMDQ_H

#include <stdbool.h>

#include "inval.h"
#include "outbox.h"
#include "ring.h"
#include "smmusim/smmu.h"

struct smmu;
struct prog_if;

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
    CMDQ_DECODE_WAIT, /* read, but another queue has the turn */
    CMDQ_DECODE,      /* decode and execution time of the head command passes */
    CMDQ_INVAL_WAIT,  /* decoded, but as many invalidations are outstanding as may be */
    CMDQ_INVAL_TURN,  /* likewise, and another queue waits for that, too */
    CMDQ_ROOM_WAIT,   /* the owner has to take items before the head command may act */
    CMDQ_SYNC_WAIT,   /* CMD_SYNC waits for earlier work (4.7.3) */
    CMDQ_SYNC_SIGNAL, /* its completion is being signalled */
};

/* The registers of a queue, one behind the other. */
enum cmdq_reg { CMDQ_REG_BASE, CMDQ_REG_PROD, CMDQ_REG_CONS, CMDQ_REGS };

struct cmdq {
    /* its identity */
    uint64_t *reg;           /* [CMDQ_REGS] of its interface, or of its own if it is an ECMDQ */
    struct cmdq_fetch *fetch; /* [fetch_mask + 1] a ring */
    uint64_t cons_keeps;      /* what an advance of CONS.RD leaves alone */
    uint32_t number;
    uint8_t fetch_mask;
    uint8_t prog_if;          /* number of its programming interface */
    bool enhanced;            /* an ECMDQ */
    /* its state */
    uint8_t state;        /* enum cmdq_state */
    bool in_line;         /* it has a place among those who want a turn */
    bool has_turn;
    bool msi_in_flight;   /* the MSI of a CMD_SYNC awaits its write */
    bool sync_emptied;    /* nothing that the CMD_SYNC waits for can make an event record now */
    uint8_t head_rule;    /* number of the head command's rule, from CMDQ_DECODE on */
    uint8_t head;         /* of fetch[]: the next commands in queue order */
    uint8_t buffered;     /* entries in use, being read or read */
    uint8_t reading;      /* reads outstanding, dropped ones included */
    uint32_t available;   /* commands that may be consumed now: up to PROD, if the queue runs */
    uint32_t cons;        /* CONS.RD */
    uint32_t fetch_index; /* queue index of the next command to read */
    uint32_t reads;       /* so far; the number of the next one */
    uint32_t next_in_line; /* queue number */
    uint64_t inval_done;   /* when its invalidations are complete */
    uint64_t sync_since;   /* cycle at which the CMD_SYNC began to wait */
    uint64_t sync_event_ticket; /* event records it has to wait for (4.7.3) */
    struct inval_wait sync_wait; /* what else */
    uint16_t atc_outstanding;   /* its CMD_ATC_INVs that devices have not completed yet */
    bool atc_failed;            /* one was given up since its last CMD_SYNC (3.9.1.4) */
    bool sync_begun;            /* the CMD_SYNC knows all that it waits for */
    struct ring ring;           /* from its BASE, which is guarded while the queue is enabled */
    struct mem_attrs attrs;     /* of its reads, likewise, but for their label (GMPAM) */
};

/* The ring that its registers describe now. */
struct ring smmu__cmdq_ring(const struct smmu *s, const struct cmdq *q);
/* Something that may let it run has changed: PROD, its enable, the acknowledge of its error. */
void smmu__cmdq_kick(struct smmu *s, unsigned queue);
/* Its enable was cleared: no new command is started, prefetched ones are dropped. */
void smmu__cmdq_disable(struct smmu *s, unsigned queue);
/* What its reads are labelled with has changed. */
void smmu__cmdq_follow_attrs(struct smmu *s, unsigned queue);
/* No fetch outstanding and no command started (6.3.9.3). */
bool smmu__cmdq_quiet(const struct smmu *s, unsigned queue);
void smmu__cmdq_due(struct smmu *s, unsigned queue);
void smmu__cmdq_read_done(struct smmu *s, unsigned queue, unsigned entry, smmu_mem_status_t status,
                          const uint8_t *data);
/* The CMD_SYNC at its head waits for what there is now; is that done? (cmdq_sync.c) */
void smmu__cmdq_sync_collect(struct smmu *s, unsigned queue);
bool smmu__cmdq_sync_complete(struct smmu *s, unsigned queue);
void smmu__cmdq_sync_msi_done(struct smmu *s, unsigned queue, smmu_mem_status_t status);
/* The engine goes on as far as it gets; likewise with the turn that it was in line for. */
void smmu__cmdq_go_on(struct smmu *s, unsigned queue);
void smmu__cmdq_turn(struct smmu *s, unsigned queue);
void smmu__cmdq_reset(struct smmu *s, unsigned queue);

#endif
