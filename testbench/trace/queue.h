/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Command, Event and PRI queues as a driver sees them: through their base and index registers as
 * they are programmed (3.5, 6.3.26, 6.3.28, 6.2.5).
 */
#ifndef SMMUSIM_TRACE_QUEUE_H
#define SMMUSIM_TRACE_QUEUE_H

#include "trace/player_impl.h"

struct queue_view {
    uint64_t base;
    uint32_t index_mask; /* entries - 1 */
    uint32_t wrap;       /* the wrap bit of an index */
    uint32_t prod, cons; /* with wrap bit */
    uint32_t cons_register;
    uint32_t prod_offset; /* of the register, and what it holds besides the index */
    uint32_t prod_flags;
    bool error; /* a command queue's: active */
    uint32_t err;
};

/* Command queues by number. */
enum { QUEUE_CMDQ, QUEUE_ECMDQ0 };

/* Finds an ECMDQ as software does, through IDR1, IDR6 and the registers of its page; the replay is
 * void if there is none of this number. */
bool ecmdq_place(struct player *player, uint32_t ecmdq, uint32_t *offset);
/* False as ecmdq_place(). */
bool command_queue_view(struct player *player, uint32_t number, struct queue_view *queue);
struct queue_view event_queue_view(struct player *player);
struct queue_view pri_queue_view(struct player *player);

static inline uint32_t queue_step(const struct queue_view *queue, uint32_t index, uint32_t count)
{
    return (index + count) & (queue->wrap | queue->index_mask);
}

static inline bool queue_empty(const struct queue_view *queue)
{
    return queue->prod == queue->cons;
}

/* True if 'more' commands behind PROD leave no room. */
static inline bool queue_full_after(const struct queue_view *queue, uint32_t more)
{
    uint32_t used = (queue->prod - queue->cons) & (queue->wrap | queue->index_mask);
    return used + more > queue->index_mask;
}

uint64_t queue_entry(const struct queue_view *queue, uint32_t index, uint32_t entry_bytes);

#endif
