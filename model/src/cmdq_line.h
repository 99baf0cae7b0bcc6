/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. The command queues together: which there are, who has the turn, and who waits for something
 * that any unit may bring about. What is scarce they take by turns: execution, if one command
 * executes at a time over all of them (timing.cmd_serial), or else the wait for one more
 * invalidation to be allowed (timing.dti_inv_tokens).
 */
#ifndef SMMUSIM_CMDQ_LINE_H
#define SMMUSIM_CMDQ_LINE_H

#include "cmdq.h"

struct cmdq_line {
    bool taken;           /* the turn */
    bool waits;           /* somebody is in line for it */
    uint32_t first, last; /* queue numbers */
    uint32_t waiting;     /* in SYNC_WAIT or ROOM_WAIT: so many, and a bit each in 'waits_of' */
    uint32_t poked;       /* where the next poke begins: each queue comes to be first */
    uint64_t *waits_of;
};

/* Commands read or being read: as many again as reads in flight bring, so that reading never waits
 * for execution. A power of two. */
unsigned smmu__cmdq_buffer(const smmu_config_t *cfg);
/* Command queues that a configuration has: the interfaces' main queues, then the ECMDQs. */
uint32_t smmu__cmdq_count(const smmu_config_t *cfg);
/* Each queue's place, once: its registers and its interface. */
void smmu__cmdq_init(struct smmu *s);

/* A turn, or a place in line (false), after which smmu__cmdq_turn() comes. CHOICE: 3.5.6.1 leaves
 * the order to us: as they come, so that none is passed over. */
bool smmu__cmdq_take_turn(struct smmu *s, unsigned queue);
void smmu__cmdq_give_turn(struct smmu *s, struct cmdq *q);
/* It has been given up. */
void smmu__cmdq_next_turn(struct smmu *s);

/* From now on, and no longer, a poke concerns the queue. */
void smmu__cmdq_await_poke(struct smmu *s, unsigned queue);
void smmu__cmdq_await_no_poke(struct smmu *s, unsigned queue);
/* Something a waiting CMD_SYNC may depend on has finished, or the outbox has room again. */
void smmu__cmdq_poke(struct smmu *s);

void smmu__cmdq_line_reset(struct smmu *s);

#endif
