/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command queue (3.5, 4.7.3): insertion of command lists, and waiting for room and for
 * completion.
 *
 * Insertion has the steps of Linux's: reserve positions, write the entries, publish them with one
 * move of PROD, wait. Whose turn it is and where there is room is decided in producers.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#include "driver/driver.h"
#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

enum { SPINS_BEFORE_DELAY = 10, TURNS_PER_CONS_READ_WITH_SEV = 64 };

static uint64_t slot_address(const struct drv_queue *q, uint32_t position)
{
    return drv_ring_address(q->base, q->log2size, position, REF_COMMAND_BYTES);
}

static bool too_late(struct drv *drv, uint64_t started)
{
    return drv->ops.now(drv->ops.ctx) - started >= drv->config.timeout_cycles;
}

static struct drv_producers *producers(struct drv *drv)
{
    return drv->joined ? &drv->joined->producers : &drv->producers;
}

static uint32_t read_cons(void *ctx)
{
    struct drv *drv = ctx;
    const uint32_t cons = drv->ops.read32(drv->ops.ctx, REF_REG_CMDQ_CONS);

    return drv_ring_position(drv->cmdq.log2size, REF_FIELD(CMDQ_CONS_RD, cons));
}

static void write_prod(void *ctx, uint32_t position)
{
    struct drv *drv = ctx;

    drv->stats.publications++;
    drv->ops.write32(drv->ops.ctx, REF_REG_CMDQ_PROD, position);
}

static void pause_for_others(void *ctx)
{
    drv_relax_until_written(ctx);
}

static void reach(void *ctx, unsigned line, enum drv_access access)
{
    struct drv *drv = ctx;

    drv->ops.reach(drv->ops.ctx, line, access);
}

static struct drv_producer_ops producer_ops(struct drv *drv)
{
    return (struct drv_producer_ops){drv, read_cons, write_prod, pause_for_others,
                                     drv->ops.reach ? reach : NULL};
}

void drv_join(struct drv *thread, struct drv *drv, const struct drv_ops *ops)
{
    *thread = (struct drv){.ops = *ops,
                           .config = drv->config,
                           .features = drv->features,
                           .cmdq = drv->cmdq,
                           .joined = drv};
}

uint32_t drv_cmdq_next(const struct drv *drv)
{
    return drv_producers_next(drv->joined ? &drv->joined->producers : &drv->producers);
}

static bool try_to_reserve(struct drv *drv, unsigned n, struct drv_claim *claim)
{
    const struct drv_producer_ops ops = producer_ops(drv);

    if (!drv_producers_reserve(producers(drv), n, claim, &ops))
        return false;
    drv->stats.reservations++;
    drv->stats.attempts += claim->attempts;
    return true;
}

static bool reserve_after_a_look(struct drv *drv, unsigned n, struct drv_claim *claim)
{
    const struct drv_producer_ops ops = producer_ops(drv);

    drv_producers_learn_cons(producers(drv), &ops);
    return try_to_reserve(drv, n, claim);
}

static int no_room(struct drv *drv)
{
    drv->stats.timeouts++;
    drv_log(drv, "CMDQ timeout: no room, prod 0x%" PRIx32 " cons 0x%" PRIx32, drv_cmdq_next(drv),
            drv_producers_known_cons(producers(drv)));
    return -ETIMEDOUT;
}

static int reserve(struct drv *drv, unsigned n, struct drv_claim *claim)
{
    uint64_t started;

    if (n > drv_ring_size(drv->cmdq.log2size))
        return -EINVAL;
    if (try_to_reserve(drv, n, claim) || reserve_after_a_look(drv, n, claim))
        return 0;
    drv->stats.space_waits++;
    started = drv->ops.now(drv->ops.ctx);
    do {
        drv_relax(drv, drv->config.relax_cycles);
        if (too_late(drv, started))
            return no_room(drv);
    } while (!reserve_after_a_look(drv, n, claim));
    return 0;
}

static void write_entry(struct drv *drv, uint32_t position, const struct drv_cmd *cmd)
{
    const uint64_t at = slot_address(&drv->cmdq, position);

    drv->ops.mem_write64(drv->ops.ctx, at, cmd->word[0]);
    drv->ops.mem_write64(drv->ops.ctx, at + 8, cmd->word[1]);
}

static void write_entries(struct drv *drv, uint32_t first, const struct drv_cmd *cmds, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        write_entry(drv, drv_ring_advance(drv->cmdq.log2size, first, i), &cmds[i]);
}

static enum drv_sync_mode sync_mode(const struct drv *drv)
{
    if (drv->config.sync_mode != DRV_SYNC_AUTO)
        return drv->config.sync_mode;
    return drv->features.msi && drv->features.coherent ? DRV_SYNC_MSI : DRV_SYNC_CONS;
}

static void write_sync(struct drv *drv, uint32_t position)
{
    static const enum drv_sync_signal signal_of_mode[] = {
        [DRV_SYNC_CONS] = DRV_SIG_SEV, [DRV_SYNC_NONE] = DRV_SIG_NONE};
    const enum drv_sync_mode mode = sync_mode(drv);
    const struct drv_cmd sync = mode == DRV_SYNC_MSI
                                    ? drv_cmd_sync_msi(slot_address(&drv->cmdq, position), 0)
                                    : drv_cmd_sync(signal_of_mode[mode]);

    drv->stats.syncs++;
    write_entry(drv, position, &sync);
}

static int sync_timeout(struct drv *drv, uint32_t position)
{
    drv->stats.timeouts++;
    drv_log(drv, "CMD_SYNC timeout at 0x%" PRIx32 ": hwprod 0x%" PRIx32 " hwcons 0x%" PRIx32,
            position, drv->ops.read32(drv->ops.ctx, REF_REG_CMDQ_PROD),
            drv->ops.read32(drv->ops.ctx, REF_REG_CMDQ_CONS));
    return -ETIMEDOUT;
}

/* The MSI overwrites the CMD_SYNC's own first word, opcode and all, with zero. It may come before
 * CONS moves past the CMD_SYNC (4.7.3), so all that it tells of CONS is that it has come there. */
static int await_msi(struct drv *drv, const struct drv_inflight *list, uint32_t position,
                     uint32_t *cons)
{
    const uint64_t slot = slot_address(&drv->cmdq, position);
    const uint64_t started = drv->ops.now(drv->ops.ctx);

    while ((uint32_t)drv->ops.mem_read64(drv->ops.ctx, slot) != 0) {
        if (list->hopeless)
            return -EIO;
        if (too_late(drv, started))
            return sync_timeout(drv, position);
        drv_relax_until_written(drv);
    }
    *cons = position;
    return 0;
}

static void wait_in_turns_for_event(struct drv *drv)
{
    for (unsigned turn = 0; turn < TURNS_PER_CONS_READ_WITH_SEV; turn++) {
        drv_relax(drv, drv->config.relax_cycles);
        if (drv->irqs_pending & DRV_IRQ_SEV)
            break;
    }
}

/* WFE: wakes up for the event, and now and then without one. */
static void wait_for_event(struct drv *drv)
{
    if (drv->ops.doze)
        drv_relax_until_written(drv);
    else
        wait_in_turns_for_event(drv);
    drv->irqs_pending &= ~(uint32_t)DRV_IRQ_SEV;
}

static int await_cons(struct drv *drv, const struct drv_inflight *list, uint32_t position,
                      uint32_t *cons)
{
    const bool wfe = drv->features.sev && sync_mode(drv) == DRV_SYNC_CONS;
    const uint64_t started = drv->ops.now(drv->ops.ctx);
    uint64_t delay = drv->config.delay_cycles;
    unsigned spins = 0;

    for (;;) {
        *cons = read_cons(drv);
        if (drv_ring_passed(drv->cmdq.log2size, *cons, position))
            return 0;
        if (list->hopeless)
            return -EIO;
        if (too_late(drv, started))
            return sync_timeout(drv, position);
        if (wfe) {
            wait_for_event(drv);
        } else if (++spins < SPINS_BEFORE_DELAY) {
            drv_relax(drv, drv->config.relax_cycles);
        } else {
            drv_relax(drv, delay);
            delay *= 2;
            spins = 0;
        }
    }
}

/* *cons: where it is known to be, after success. */
static int await_sync(struct drv *drv, const struct drv_inflight *list, uint32_t *cons)
{
    const uint32_t position = drv_ring_advance(drv->cmdq.log2size, list->first, list->count);

    return sync_mode(drv) == DRV_SYNC_MSI ? await_msi(drv, list, position, cons)
                                          : await_cons(drv, list, position, cons);
}

static void add_inflight(struct drv *drv, struct drv_inflight *list)
{
    list->next = drv->inflight;
    drv->inflight = list;
}

static void remove_inflight(struct drv *drv, const struct drv_inflight *list)
{
    struct drv_inflight **link = &drv->inflight;

    while (*link != list)
        link = &(*link)->next;
    *link = list->next;
}

static int publish_and_wait(struct drv *drv, struct drv_inflight *list,
                            const struct drv_claim *claim)
{
    const struct drv_producer_ops ops = producer_ops(drv);
    uint32_t cons = 0;
    int rc;

    add_inflight(drv, list);
    drv_producers_hold_cons(producers(drv), &ops);
    drv_producers_publish(producers(drv), claim, &ops);
    rc = await_sync(drv, list, &cons);
    drv_producers_release_cons(producers(drv), rc == 0 ? &cons : NULL, &ops);
    remove_inflight(drv, list);
    return rc;
}

static int issue(struct drv *drv, struct drv_inflight *list, bool sync)
{
    const struct drv_producer_ops ops = producer_ops(drv);
    struct drv_claim claim;
    const int rc = reserve(drv, list->count + sync, &claim);

    if (rc)
        return rc;
    list->first = claim.first;
    write_entries(drv, list->first, list->cmds, list->count);
    drv->stats.commands += list->count;
    if (!sync) {
        drv_producers_publish(producers(drv), &claim, &ops);
        return 0;
    }
    write_sync(drv, drv_ring_advance(drv->cmdq.log2size, list->first, list->count));
    return publish_and_wait(drv, list, &claim);
}

int drv_cmdq_issue(struct drv *drv, const struct drv_cmd *cmds, unsigned n, bool sync)
{
    struct drv_inflight list = {.cmds = cmds, .count = n};

    return issue(drv, &list, sync);
}

int drv_cmdq_issue_checked(struct drv *drv, const struct drv_cmd *cmds, unsigned n,
                           struct drv_cmd_error *error)
{
    struct drv_inflight list = {.cmds = cmds, .count = n, .reports = true};
    const int rc = issue(drv, &list, true);

    *error = list.error;
    error->complete = rc ? 0 : error->valid ? error->first : n;
    return rc == 0 && list.error.valid ? -EIO : rc;
}

int drv_batch_add(struct drv *drv, struct drv_batch *batch, const struct drv_cmd *cmd)
{
    int rc = 0;

    if (batch->n == DRV_BATCH_ENTRIES) {
        rc = drv_cmdq_issue(drv, batch->cmds, batch->n, false);
        batch->n = 0;
    }
    batch->cmds[batch->n++] = *cmd;
    return rc;
}

int drv_batch_submit(struct drv *drv, struct drv_batch *batch)
{
    const int rc = drv_cmdq_issue(drv, batch->cmds, batch->n, true);

    batch->n = 0;
    return rc;
}
