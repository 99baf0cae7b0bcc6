/* SPDX-License-Identifier: Apache-2.0 */
/* A guest and its hardware queue; see user_queue.h. */
#include "uapi/user_queue.h"

#include <errno.h>

#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

enum { SPINS_BEFORE_DELAY = 10 };

static uint32_t read_reg(struct user_queue *queue, enum vcmdq_register reg)
{
    queue->register_accesses++;
    drv_ops_let_pass(&queue->ops, queue->config.reg_read);
    return vcmdq_read(queue->interface, queue->index, reg);
}

static void write_reg(struct user_queue *queue, enum vcmdq_register reg, uint32_t value)
{
    queue->register_accesses++;
    drv_ops_let_pass(&queue->ops, queue->config.reg_write);
    vcmdq_write(queue->interface, queue->index, reg, value);
}

static uint64_t slot(const struct user_queue *queue, uint32_t position)
{
    return drv_ring_address(queue->config.base, queue->config.log2size, position,
                            REF_COMMAND_BYTES);
}

static void write_slot(struct user_queue *queue, uint32_t position, const struct drv_cmd *cmd)
{
    const uint64_t at = slot(queue, position);

    queue->ops.mem_write64(queue->ops.ctx, at, cmd->word[0]);
    queue->ops.mem_write64(queue->ops.ctx, at + 8, cmd->word[1]);
}

static unsigned opcode_at(const struct user_queue *queue, uint32_t position)
{
    return (unsigned)(queue->ops.mem_read64(queue->ops.ctx, slot(queue, position)) & 0xff);
}

static uint32_t step(const struct user_queue *queue, uint32_t position, uint64_t by)
{
    return drv_ring_advance(queue->config.log2size, position, by);
}

void user_queue_start(struct user_queue *queue, struct vcmdq_interface *interface, unsigned index,
                      const struct drv_ops *ops, const struct user_queue_config *config)
{
    *queue =
        (struct user_queue){.interface = interface, .index = index, .ops = *ops, .config = *config};
    write_reg(queue, VCMDQ_PROD, 0);
    write_reg(queue, VCMDQ_CONFIG, VCMDQ_EN);
}

static bool error_active(struct user_queue *queue)
{
    const uint32_t active = read_reg(queue, VCMDQ_GERROR) ^ read_reg(queue, VCMDQ_GERRORN);

    return active & REF_MASK(GERROR_CMDQ_ERR);
}

/* Until all is consumed. CONS says at once whether it has to be looked what is wrong: while an
 * error is active its code is not "none". */
static int await(struct user_queue *queue)
{
    const uint64_t started = queue->ops.now(queue->ops.ctx);
    uint64_t delay = queue->config.delay_cycles;
    unsigned spins = 0;

    for (;;) {
        const uint32_t cons = read_reg(queue, VCMDQ_CONS);

        queue->cons = drv_ring_position(queue->config.log2size, REF_FIELD(CMDQ_CONS_RD, cons));
        if (queue->cons == queue->prod)
            return 0;
        if (REF_FIELD(CMDQ_CONS_ERR, cons) != REF_CERROR_NONE && error_active(queue))
            return -EIO;
        if (queue->ops.now(queue->ops.ctx) - started >= queue->config.timeout_cycles)
            return -ETIMEDOUT;
        if (++spins < SPINS_BEFORE_DELAY || delay == 0) {
            drv_ops_let_pass(&queue->ops, queue->config.relax_cycles);
        } else {
            drv_ops_let_pass(&queue->ops, delay);
            delay *= 2;
            spins = 0;
        }
    }
}

int user_queue_issue(struct user_queue *queue, const struct drv_cmd *cmds, unsigned n)
{
    const struct drv_cmd sync = drv_cmd_sync(DRV_SIG_NONE);

    if ((uint64_t)n + 1 > drv_ring_free(queue->config.log2size, queue->prod, queue->cons))
        return -EINVAL;
    for (unsigned i = 0; i < n; i++)
        write_slot(queue, step(queue, queue->prod, i), &cmds[i]);
    write_slot(queue, step(queue, queue->prod, n), &sync);
    queue->prod = step(queue, queue->prod, (uint64_t)n + 1);
    queue->syncs++;
    write_reg(queue, VCMDQ_PROD, queue->prod);
    return await(queue);
}

/* The CMD_ATC_INVs before a CMD_SYNC, as long as their slots are not reused. */
static void widen_to_suspects(struct user_queue *queue, struct uapi_error_record *record)
{
    const uint32_t sync = record->first_suspect;
    const uint64_t kept = drv_ring_free(queue->config.log2size, queue->prod, sync);
    bool any = false;

    for (uint64_t back = 1; back <= kept; back++) {
        const uint32_t position = step(queue, sync, UINT64_MAX - back + 1);
        const unsigned opcode = opcode_at(queue, position);

        if (opcode == REF_CMD_SYNC)
            break;
        if (opcode != REF_CMD_ATC_INV)
            continue;
        record->first_suspect = position;
        if (!any)
            record->last_suspect = position;
        any = true;
    }
}

void user_queue_error(struct user_queue *queue, struct uapi_error_record *record)
{
    const uint32_t cons = read_reg(queue, VCMDQ_CONS);

    *record = (struct uapi_error_record){0};
    if (!error_active(queue))
        return;
    record->valid = 1;
    record->source = UAPI_ERROR_HARDWARE;
    record->code = (uint32_t)REF_FIELD(CMDQ_CONS_ERR, cons);
    record->first_suspect = record->last_suspect =
        drv_ring_position(queue->config.log2size, REF_FIELD(CMDQ_CONS_RD, cons));
    if (record->code == REF_CERROR_ATC_INV_SYNC)
        widen_to_suspects(queue, record);
}

int user_queue_recover(struct user_queue *queue)
{
    const struct drv_cmd sync = drv_cmd_sync(DRV_SIG_NONE);
    const uint32_t cons = read_reg(queue, VCMDQ_CONS);

    if (REF_FIELD(CMDQ_CONS_ERR, cons) == REF_CERROR_ILL)
        write_slot(queue, drv_ring_position(queue->config.log2size, REF_FIELD(CMDQ_CONS_RD, cons)),
                   &sync);
    write_reg(queue, VCMDQ_GERRORN, read_reg(queue, VCMDQ_GERROR));
    return await(queue);
}
