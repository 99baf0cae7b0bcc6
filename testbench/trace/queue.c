/* SPDX-License-Identifier: Apache-2.0 */
/* Queues through their registers. */
#include "trace/queue.h"

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"

static uint64_t read64(struct player *player, uint32_t offset)
{
    return player->backend->ops->reg_read(player->backend, SMMU_PAS_NS, offset, 8);
}

/* A base is aligned to the size of the queue, at least to 32 bytes; lower bits count as zero. */
static struct queue_view view(uint64_t base, uint32_t largest, uint32_t entry_bytes)
{
    struct queue_view queue = {0};
    uint32_t log2size = (uint32_t)REF_FIELD(CMDQ_BASE_LOG2SIZE, base);
    uint64_t address = base & REF_MASK(CMDQ_BASE_ADDR);
    if (log2size > largest)
        log2size = largest;
    queue.wrap = UINT32_C(1) << log2size;
    queue.index_mask = queue.wrap - 1;
    queue.base = address & ~(((uint64_t)entry_bytes << log2size) - 1);
    return queue;
}

/* One of the queues by its registers; limit: the largest log2 size that IDR1 allows. */
static struct queue_view view_of(struct player *player, uint32_t base, uint32_t prod, uint32_t cons,
                                 uint32_t limit, uint32_t entry_bytes)
{
    struct queue_view queue = view(read64(player, base), limit, entry_bytes);
    queue.cons_register = player_read32(player, cons);
    queue.prod = player_read32(player, prod) & (queue.wrap | queue.index_mask);
    queue.cons = queue.cons_register & (queue.wrap | queue.index_mask);
    return queue;
}

bool ecmdq_place(struct player *player, uint32_t ecmdq, uint32_t *offset)
{
    uint32_t idr6 = player_read32(player, REF_REG_IDR6);
    uint32_t log2_queues = (uint32_t)REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMQ, idr6);
    uint32_t pages = UINT32_C(1) << REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMP, idr6);
    uint32_t page = ecmdq >> log2_queues, queue = ecmdq & ((UINT32_C(1) << log2_queues) - 1);
    if (!REF_FIELD(IDR1_ECMDQ, player_read32(player, REF_REG_IDR1)) || page >= pages) {
        player_void(player, "the configured SMMU has no ECMDQ %u", (unsigned)ecmdq);
        return false;
    }
    uint64_t page_base = read64(player, REF_REG_CMDQ_CONTROL_PAGE_BASE +
                                            page * REF_CMDQ_CONTROL_PAGE_STRIDE);
    *offset = (uint32_t)(page_base & REF_MASK(CMDQ_CONTROL_PAGE_BASE_ADDR)) +
              queue * (REF_ECMDQ_PAGE_BYTES >> log2_queues);
    return true;
}

static void read_ecmdq(struct player *player, uint32_t place, struct queue_view *queue)
{
    uint32_t prod = player_read32(player, place + REF_REG_ECMDQ_PROD);
    uint32_t cons = player_read32(player, place + REF_REG_ECMDQ_CONS);
    queue->prod_offset = place + REF_REG_ECMDQ_PROD;
    queue->prod = prod;
    queue->prod_flags =
        prod & (uint32_t)(REF_MASK(ECMDQ_PROD_EN) | REF_MASK(ECMDQ_PROD_ERRACK));
    queue->cons_register = cons;
    queue->error = REF_FIELD(ECMDQ_PROD_ERRACK, prod) != REF_FIELD(ECMDQ_CONS_ERR, cons);
    queue->err = (uint32_t)REF_FIELD(ECMDQ_CONS_ERR_REASON, cons);
}

static void read_cmdq(struct player *player, struct queue_view *queue)
{
    uint32_t active =
        player_read32(player, REF_REG_GERROR) ^ player_read32(player, REF_REG_GERRORN);
    queue->prod_offset = REF_REG_CMDQ_PROD;
    queue->prod = player_read32(player, REF_REG_CMDQ_PROD);
    queue->cons_register = player_read32(player, REF_REG_CMDQ_CONS);
    queue->error = REF_FIELD(GERROR_CMDQ_ERR, active);
    queue->err = (uint32_t)REF_FIELD(CMDQ_CONS_ERR, queue->cons_register);
}

bool command_queue_view(struct player *player, uint32_t number, struct queue_view *queue)
{
    uint32_t place = 0, base = REF_REG_CMDQ_BASE;
    uint32_t idr1 = player_read32(player, REF_REG_IDR1);
    if (number >= QUEUE_ECMDQ0) {
        if (!ecmdq_place(player, number - QUEUE_ECMDQ0, &place))
            return false;
        base = place + REF_REG_ECMDQ_BASE;
    }
    *queue = view(read64(player, base), (uint32_t)REF_FIELD(IDR1_CMDQS, idr1), REF_COMMAND_BYTES);
    if (number >= QUEUE_ECMDQ0)
        read_ecmdq(player, place, queue);
    else
        read_cmdq(player, queue);
    queue->prod &= queue->wrap | queue->index_mask;
    queue->cons = queue->cons_register & (queue->wrap | queue->index_mask);
    return true;
}

struct queue_view event_queue_view(struct player *player)
{
    uint32_t idr1 = player_read32(player, REF_REG_IDR1);
    return view_of(player, REF_REG_EVENTQ_BASE, REF_REG_EVENTQ_PROD, REF_REG_EVENTQ_CONS,
                   (uint32_t)REF_FIELD(IDR1_EVENTQS, idr1), REF_EVENT_BYTES);
}

struct queue_view pri_queue_view(struct player *player)
{
    uint32_t idr1 = player_read32(player, REF_REG_IDR1);
    return view_of(player, REF_REG_PRIQ_BASE, REF_REG_PRIQ_PROD, REF_REG_PRIQ_CONS,
                   (uint32_t)REF_FIELD(IDR1_PRIQS, idr1), REF_PRI_ENTRY_BYTES);
}

uint64_t queue_entry(const struct queue_view *queue, uint32_t index, uint32_t entry_bytes)
{
    return queue->base + (uint64_t)(index & queue->index_mask) * entry_bytes;
}
