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

#include "driver/driver_impl.h"
#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

enum { SPINS_BEFORE_DELAY = 10, TURNS_PER_CONS_READ_WITH_SEV = 64 };

/* A thread of the driver at a queue. */
struct issuer {
    struct drv *drv;
    struct drv_cmdq *q;
};

static uint64_t slot_address(const struct drv_cmdq *q, uint32_t position)
{
    return drv_ring_address(q->base, q->log2size, position, REF_COMMAND_BYTES);
}

static bool too_late(struct drv *drv, uint64_t started)
{
    return drv->ops.now(drv->ops.ctx) - started >= drv->config.timeout_cycles;
}

/* ---- what producers.c needs */

static uint32_t read_cons(void *ctx)
{
    const struct issuer *self = ctx;
    const uint32_t cons = self->drv->ops.read32(self->drv->ops.ctx, self->q->cons_reg);

    return drv_ring_position(self->q->log2size, REF_FIELD(CMDQ_CONS_RD, cons));
}

static void write_prod(void *ctx, uint32_t position)
{
    const struct issuer *self = ctx;

    self->drv->stats.publications++;
    drv_cmdq_write_prod(self->drv, self->q, position);
}

static void pause_for_others(void *ctx)
{
    const struct issuer *self = ctx;

    drv_relax_until_written(self->drv);
}

static void reach(void *ctx, unsigned line, enum drv_access access)
{
    const struct issuer *self = ctx;

    self->drv->ops.reach(self->drv->ops.ctx, drv_line(DRV_LINE_OF_PRODUCERS, self->q->number, line),
                         access);
}

static struct drv_producer_ops producer_ops(struct issuer *self)
{
    return (struct drv_producer_ops){self, read_cons, write_prod, pause_for_others,
                                     self->drv->ops.reach ? reach : NULL};
}

/* ---- queues and threads */

static struct drv_cmdq *main_queue(struct drv *drv)
{
    return drv->joined ? &drv->joined->cmdq : &drv->cmdq;
}

static bool goes_to_ecmdq(const struct drv *drv, const struct drv_cmd *cmds, unsigned n)
{
    return drv->ecmdq && (!drv->config.ecmdq_takes || drv->config.ecmdq_takes(cmds, n));
}

void drv_join(struct drv *thread, struct drv *drv, const struct drv_ops *ops)
{
    *thread = (struct drv){.ops = *ops,
                           .config = drv->config,
                           .features = drv->features,
                           .ecmdqs = drv->ecmdqs,
                           .joined = drv};
    thread->cmdq.base = drv->cmdq.base;
    thread->cmdq.log2size = drv->cmdq.log2size;
    thread->number = 1 + atomic_fetch_add_explicit(&drv->threads, 1, memory_order_relaxed);
    thread->joined_before = atomic_load_explicit(&drv->last_joined, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&drv->last_joined, &thread->joined_before, thread,
                                                  memory_order_release, memory_order_relaxed))
        ;
}

void drv_use_ecmdq_of(struct drv *thread, unsigned cpu)
{
    thread->ecmdq = thread->ecmdqs ? &thread->config.ecmdq[cpu % thread->ecmdqs] : NULL;
}

bool drv_vcmdq_takes(const struct drv_cmd *cmds, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const unsigned opcode = drv_cmd_opcode(&cmds[i]);

        if (opcode != REF_CMD_TLBI_NH_ASID && opcode != REF_CMD_TLBI_NH_VA &&
            opcode != REF_CMD_ATC_INV)
            return false;
    }
    return true;
}

uint32_t drv_cmdq_next(const struct drv *drv)
{
    return drv_producers_next(drv->joined ? &drv->joined->cmdq.producers : &drv->cmdq.producers);
}

/* ---- one at a time */

static void reach_tickets(struct issuer *self, enum drv_access access)
{
    const struct drv_ops *ops = &self->drv->ops;

    if (ops->reach)
        ops->reach(ops->ctx, drv_line(DRV_LINE_OF_TICKETS, self->q->number, 0), access);
}

static void enter(struct issuer *self)
{
    uint32_t ticket;

    if (self->drv->config.insertion != DRV_ONE_AT_A_TIME)
        return;
    reach_tickets(self, DRV_ACCESS_WRITE);
    ticket = atomic_fetch_add_explicit(&self->q->tickets, 1, memory_order_relaxed);
    reach_tickets(self, DRV_ACCESS_READ);
    while (atomic_load_explicit(&self->q->served, memory_order_acquire) != ticket) {
        drv_relax_until_written(self->drv);
        reach_tickets(self, DRV_ACCESS_READ);
    }
}

static void leave(struct issuer *self)
{
    if (self->drv->config.insertion != DRV_ONE_AT_A_TIME)
        return;
    reach_tickets(self, DRV_ACCESS_WRITE);
    atomic_fetch_add_explicit(&self->q->served, 1, memory_order_release);
}

/* ---- room */

/* What all threads may take at the same time, each having found as much room. */
static uint64_t taken_at_once(struct drv *drv)
{
    struct drv *first = drv->joined ? drv->joined : drv;

    return (1 + atomic_load_explicit(&first->threads, memory_order_relaxed)) *
           (uint64_t)(DRV_BATCH_ENTRIES + 1);
}

static bool may_be_added(struct issuer *self, unsigned n)
{
    return self->drv->config.insertion != DRV_BY_ADDITION ||
           (n <= DRV_BATCH_ENTRIES + 1 &&
            taken_at_once(self->drv) <= drv_ring_size(self->q->log2size));
}

static bool claim_slots(struct issuer *self, unsigned n, struct drv_claim *claim)
{
    const struct drv_producer_ops ops = producer_ops(self);
    struct drv_producers *producers = &self->q->producers;

    if (self->drv->config.insertion != DRV_BY_ADDITION)
        return drv_producers_reserve(producers, n, claim, &ops);
    if (!drv_producers_has_room(producers, taken_at_once(self->drv), &ops))
        return false;
    drv_producers_take(producers, n, claim, &ops);
    return true;
}

static bool try_to_reserve(struct issuer *self, unsigned n, struct drv_claim *claim)
{
    if (!claim_slots(self, n, claim))
        return false;
    self->drv->stats.reservations++;
    self->drv->stats.attempts += claim->attempts;
    return true;
}

static bool reserve_after_a_look(struct issuer *self, unsigned n, struct drv_claim *claim)
{
    const struct drv_producer_ops ops = producer_ops(self);

    drv_producers_learn_cons(&self->q->producers, &ops);
    return try_to_reserve(self, n, claim);
}

static int no_room(struct issuer *self)
{
    self->drv->stats.timeouts++;
    drv_log(self->drv, "CMDQ timeout: no room, prod 0x%" PRIx32 " cons 0x%" PRIx32,
            drv_producers_next(&self->q->producers), drv_producers_known_cons(&self->q->producers));
    return -ETIMEDOUT;
}

static int reserve(struct issuer *self, unsigned n, struct drv_claim *claim)
{
    struct drv *drv = self->drv;
    uint64_t started;

    if (n > drv_ring_size(self->q->log2size) || !may_be_added(self, n))
        return -EINVAL;
    if (try_to_reserve(self, n, claim) || reserve_after_a_look(self, n, claim))
        return 0;
    drv->stats.space_waits++;
    started = drv->ops.now(drv->ops.ctx);
    do {
        drv_relax(drv, drv->config.relax_cycles);
        if (too_late(drv, started))
            return no_room(self);
    } while (!reserve_after_a_look(self, n, claim));
    return 0;
}

/* ---- entries */

static void write_entry(struct issuer *self, uint32_t position, const struct drv_cmd *cmd)
{
    const struct drv_ops *ops = &self->drv->ops;
    const uint64_t at = slot_address(self->q, position);

    ops->mem_write64(ops->ctx, at, cmd->word[0]);
    ops->mem_write64(ops->ctx, at + 8, cmd->word[1]);
}

static void write_entries(struct issuer *self, uint32_t first, const struct drv_cmd *cmds,
                          unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        write_entry(self, drv_ring_advance(self->q->log2size, first, i), &cmds[i]);
}

static enum drv_sync_mode sync_mode(const struct drv *drv)
{
    if (drv->config.sync_mode != DRV_SYNC_AUTO)
        return drv->config.sync_mode;
    return drv->features.msi && drv->features.coherent ? DRV_SYNC_MSI : DRV_SYNC_CONS;
}

static void write_sync(struct issuer *self, uint32_t position)
{
    static const enum drv_sync_signal signal_of_mode[] = {
        [DRV_SYNC_CONS] = DRV_SIG_SEV, [DRV_SYNC_NONE] = DRV_SIG_NONE};
    const enum drv_sync_mode mode = sync_mode(self->drv);
    const struct drv_cmd sync = mode == DRV_SYNC_MSI
                                    ? drv_cmd_sync_msi(slot_address(self->q, position), 0)
                                    : drv_cmd_sync(signal_of_mode[mode]);

    self->drv->stats.syncs++;
    write_entry(self, position, &sync);
}

/* ---- completion */

static int sync_timeout(struct issuer *self, uint32_t position)
{
    const struct drv_ops *ops = &self->drv->ops;

    self->drv->stats.timeouts++;
    drv_log(self->drv, "CMD_SYNC timeout at 0x%" PRIx32 ": hwprod 0x%" PRIx32 " hwcons 0x%" PRIx32,
            position, ops->read32(ops->ctx, self->q->prod_reg),
            ops->read32(ops->ctx, self->q->cons_reg));
    return -ETIMEDOUT;
}

static bool is_hopeless(struct drv_inflight *list)
{
    return atomic_load_explicit(&list->hopeless, memory_order_acquire);
}

/* The MSI overwrites the CMD_SYNC's own first word, opcode and all, with zero. It may come before
 * CONS moves past the CMD_SYNC (4.7.3), so all that it tells of CONS is that it has come there. */
static int await_msi(struct issuer *self, struct drv_inflight *list, uint32_t position,
                     uint32_t *cons)
{
    struct drv *drv = self->drv;
    const uint64_t slot = slot_address(self->q, position);
    const uint64_t started = drv->ops.now(drv->ops.ctx);

    while ((uint32_t)drv->ops.mem_read64(drv->ops.ctx, slot) != 0) {
        if (is_hopeless(list))
            return -EIO;
        if (too_late(drv, started))
            return sync_timeout(self, position);
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

static int await_cons(struct issuer *self, struct drv_inflight *list, uint32_t position,
                      uint32_t *cons)
{
    struct drv *drv = self->drv;
    const bool wfe = drv->features.sev && sync_mode(drv) == DRV_SYNC_CONS;
    const uint64_t started = drv->ops.now(drv->ops.ctx);
    uint64_t delay = drv->config.delay_cycles;
    unsigned spins = 0;

    for (;;) {
        *cons = read_cons(self);
        if (drv_ring_passed(self->q->log2size, *cons, position))
            return 0;
        if (is_hopeless(list))
            return -EIO;
        if (too_late(drv, started))
            return sync_timeout(self, position);
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
static int await_sync(struct issuer *self, struct drv_inflight *list, uint32_t *cons)
{
    const uint32_t position = drv_ring_advance(self->q->log2size, list->first, list->count);

    return sync_mode(self->drv) == DRV_SYNC_MSI ? await_msi(self, list, position, cons)
                                                : await_cons(self, list, position, cons);
}

static void publish(struct issuer *self, const struct drv_claim *claim)
{
    const struct drv_producer_ops ops = producer_ops(self);

    drv_producers_publish(&self->q->producers, claim, &ops);
    leave(self);
}

static int publish_and_wait(struct issuer *self, struct drv_inflight *list,
                            const struct drv_claim *claim)
{
    const struct drv_producer_ops ops = producer_ops(self);
    uint32_t cons = 0;
    int rc;

    drv_inflight_add(self->drv, list);
    drv_producers_hold_cons(&self->q->producers, &ops);
    publish(self, claim);
    rc = await_sync(self, list, &cons);
    drv_producers_release_cons(&self->q->producers, rc == 0 ? &cons : NULL, &ops);
    drv_inflight_remove(self->drv, list);
    return rc;
}

/* ---- lists */

static int issue(struct drv *drv, struct drv_cmdq *q, struct drv_inflight *list, bool sync)
{
    struct issuer self = {drv, q};
    struct drv_claim claim;
    int rc;

    enter(&self);
    rc = reserve(&self, list->count + sync, &claim);
    if (rc) {
        leave(&self);
        return rc;
    }
    list->queue = q;
    list->first = claim.first;
    write_entries(&self, list->first, list->cmds, list->count);
    drv->stats.commands += list->count;
    if (sync) {
        write_sync(&self, drv_ring_advance(q->log2size, list->first, list->count));
        return publish_and_wait(&self, list, &claim);
    }
    publish(&self, &claim);
    return 0;
}

static bool is_repeated(const struct drv_cmd *cmd)
{
    const unsigned opcode = drv_cmd_opcode(cmd);

    return opcode >= REF_CMD_CFGI_STE && opcode < REF_CMD_ATC_INV;
}

/* An error of a piece is one of the list whose entries those of the piece are. */
static void report_piece(struct drv_inflight *list, const struct drv_inflight *piece,
                         const unsigned *entry)
{
    const struct drv_cmd_error *e = &piece->error;

    list->error = *e;
    if (!e->valid)
        return;
    list->error.first = e->first < piece->count ? entry[e->first] : list->count;
    list->error.last = e->last < piece->count ? entry[e->last] : list->count;
}

/* Commands of a list once more, in pieces that fit a batch. */
static int issue_again(struct drv *drv, struct drv_cmdq *q, struct drv_inflight *list,
                       bool (*wanted)(const struct drv_cmd *cmd))
{
    struct drv_cmd cmds[DRV_BATCH_ENTRIES];
    unsigned entry[DRV_BATCH_ENTRIES];
    int rc = 0;

    for (unsigned i = 0; rc == 0 && !list->error.valid && i < list->count;) {
        struct drv_inflight piece = {.cmds = cmds, .reports = list->reports};

        for (; i < list->count && piece.count < DRV_BATCH_ENTRIES; i++)
            if (wanted(&list->cmds[i])) {
                entry[piece.count] = i;
                cmds[piece.count++] = list->cmds[i];
            }
        if (!piece.count)
            break;
        rc = issue(drv, q, &piece, true);
        report_piece(list, &piece, entry);
    }
    return rc;
}

static bool has_any(const struct drv_inflight *list, bool (*wanted)(const struct drv_cmd *cmd))
{
    for (unsigned i = 0; i < list->count; i++)
        if (wanted(&list->cmds[i]))
            return true;
    return false;
}

static int issue_with_repeats(struct drv *drv, struct drv_cmdq *q, struct drv_inflight *list,
                              bool sync)
{
    const unsigned repeats = has_any(list, is_repeated) ? drv->config.repeats : 0;
    int rc = issue(drv, q, list, sync || drv->config.repeats);

    for (unsigned i = 0; rc == 0 && !list->error.valid && i < repeats; i++)
        rc = issue_again(drv, q, list, is_repeated);
    /* A device may have refilled its cache from what the repetition has removed (3.9.1). */
    if (rc == 0 && repeats)
        rc = issue_again(drv, q, list, drv_cmd_is_atc_inv);
    return rc;
}

static struct drv_cmdq *queue_for(struct drv *drv, const struct drv_cmd *cmds, unsigned n)
{
    return goes_to_ecmdq(drv, cmds, n) ? drv->ecmdq : main_queue(drv);
}

int drv_cmdq_issue(struct drv *drv, const struct drv_cmd *cmds, unsigned n, bool sync)
{
    struct drv_inflight list = {.cmds = cmds, .count = n};

    return issue_with_repeats(drv, queue_for(drv, cmds, n), &list, sync);
}

int drv_cmdq_issue_checked(struct drv *drv, const struct drv_cmd *cmds, unsigned n,
                           struct drv_cmd_error *error)
{
    struct drv_inflight list = {.cmds = cmds, .count = n, .reports = true};
    const int rc = issue_with_repeats(drv, queue_for(drv, cmds, n), &list, true);

    *error = list.error;
    error->complete = rc ? 0 : error->valid ? error->first : n;
    return rc == 0 && list.error.valid ? -EIO : rc;
}

/* ---- batches */

static int issue_batch(struct drv *drv, struct drv_batch *batch, bool sync)
{
    struct drv_cmdq *q = batch->main_queue || !drv->ecmdq ? main_queue(drv) : drv->ecmdq;
    struct drv_inflight list = {.cmds = batch->cmds, .count = batch->n};
    const int rc = issue_with_repeats(drv, q, &list, sync);

    batch->n = 0;
    return rc;
}

int drv_batch_add(struct drv *drv, struct drv_batch *batch, const struct drv_cmd *cmd)
{
    const unsigned forced = drv->config.force_sync_every;
    const bool leaves_ecmdq = !batch->main_queue && !goes_to_ecmdq(drv, cmd, 1);
    int rc = 0;

    if (batch->begun && leaves_ecmdq && drv->ecmdq)
        rc = issue_batch(drv, batch, true);
    else if (batch->n == (forced ? forced : DRV_BATCH_ENTRIES))
        rc = issue_batch(drv, batch, forced != 0);
    batch->main_queue |= leaves_ecmdq;
    batch->begun = true;
    batch->cmds[batch->n++] = *cmd;
    return rc;
}

int drv_batch_submit(struct drv *drv, struct drv_batch *batch)
{
    const int rc = issue_batch(drv, batch, true);

    batch->begun = batch->main_queue = false;
    return rc;
}
