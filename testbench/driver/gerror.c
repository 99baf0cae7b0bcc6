/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GERROR interrupt: which errors are active, what is done about a command queue error,
 * acknowledgement (7.1, 7.5).
 *
 * As in Linux an illegal command is overwritten by a CMD_SYNC in its place and consumption goes on.
 * An issuer that asked to be told has the rest of its list replaced as well: the SMMU fetches
 * everything from CONS on again once the error is acknowledged (7.1), so nothing of the list takes
 * effect after the command that failed.
 */
#include <inttypes.h>
#include <stddef.h>

#include "driver/driver_impl.h"
#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

struct error_name {
    uint64_t mask;
    const char *what;
};

static uint64_t slot_address(const struct drv_cmdq *q, uint32_t position)
{
    return drv_ring_address(q->base, q->log2size, position, REF_COMMAND_BYTES);
}

static struct drv_cmd read_slot(struct drv *drv, const struct drv_cmdq *q, uint32_t position)
{
    const uint64_t at = slot_address(q, position);

    return (struct drv_cmd){
        {drv->ops.mem_read64(drv->ops.ctx, at), drv->ops.mem_read64(drv->ops.ctx, at + 8)}};
}

static void overwrite_with_sync(struct drv *drv, const struct drv_cmdq *q, uint32_t position)
{
    const uint64_t at = slot_address(q, position);
    const struct drv_cmd sync = drv_cmd_sync(DRV_SIG_SEV);

    drv->ops.mem_write64(drv->ops.ctx, at, sync.word[0]);
    drv->ops.mem_write64(drv->ops.ctx, at + 8, sync.word[1]);
}

static void give_up(struct drv_inflight *list)
{
    atomic_store_explicit(&list->hopeless, true, memory_order_release);
}

static void blame(struct drv_inflight *list, uint8_t code, unsigned first, unsigned last,
                  const struct drv_cmd *cmd)
{
    const bool later = list->error.valid;

    if (later && list->error.first <= first)
        return; /* the error that lies in front counts */
    list->error = (struct drv_cmd_error){
        .valid = true, .code = code, .first = first, .last = last, .cmd = *cmd, .withdrawn = later};
}

static void withdraw_rest(struct drv *drv, const struct drv_inflight *list, unsigned from)
{
    for (unsigned i = from; i < list->count; i++)
        overwrite_with_sync(drv, list->queue,
                            drv_ring_advance(list->queue->log2size, list->first, i));
}

static void repair_illegal(struct drv *drv, const struct drv_cmdq *q, const struct drv_found *found,
                           const struct drv_error_record *e)
{
    struct drv_inflight *list = found->list;

    overwrite_with_sync(drv, q, e->position);
    if (!list || !list->reports)
        return;
    blame(list, e->code, found->offset, found->offset, &e->cmd);
    withdraw_rest(drv, list, found->offset + 1);
    /* The CMD_SYNC was the illegal one: what replaced it signals nothing, so nobody may wait for
     * it. */
    if (found->offset == list->count)
        give_up(list);
}

/* The fetch is retried; an issuer is given up when that has failed too often. */
static void retry_fetch(struct drv *drv, const struct drv_found *found,
                        const struct drv_error_record *e, bool same_as_before)
{
    drv->aborts_in_a_row = same_as_before ? drv->aborts_in_a_row + 1 : 1;
    if (!found->list || drv->aborts_in_a_row <= drv->config.cmdq_abort_retries)
        return;
    blame(found->list, e->code, found->offset, found->offset, &e->cmd);
    give_up(found->list);
}

/* The CMD_SYNC is blamed for CMD_ATC_INVs before it, back to the CMD_SYNC before; it is fetched
 * again (3.9.1.4). It may stand in the place of an illegal command of the list. */
static void blame_atc_invalidations(const struct drv_found *found, const struct drv_error_record *e)
{
    struct drv_inflight *list = found->list;
    unsigned first = 0, end = found->offset;

    if (!list || !list->reports)
        return;
    while (first < end && !drv_cmd_is_atc_inv(&list->cmds[first]))
        first++;
    while (end > first && !drv_cmd_is_atc_inv(&list->cmds[end - 1]))
        end--;
    if (first < end)
        blame(list, e->code, first, end - 1, &e->cmd);
    else if (!list->error.valid) /* published before, by another list: all of this one is suspect */
        blame(list, e->code, 0, found->offset ? found->offset - 1 : 0, &e->cmd);
}

static void repair(struct drv *drv, const struct drv_cmdq *q, const struct drv_error_record *e,
                   bool same_as_before)
{
    const struct drv_found found = drv_inflight_find(drv, q, e->position);

    switch (e->code) {
    case REF_CERROR_NONE:
        break;
    case REF_CERROR_ABT:
        retry_fetch(drv, &found, e, same_as_before);
        break;
    case REF_CERROR_ATC_INV_SYNC:
        blame_atc_invalidations(&found, e);
        break;
    default: /* CERROR_ILL, and whatever a later SMMU may bring */
        repair_illegal(drv, q, &found, e);
        break;
    }
    drv_inflight_release(drv, &found);
}

static void handle_error(struct drv *drv, const struct drv_cmdq *q, uint32_t cons, uint8_t code)
{
    static const char *const name_of_code[] = {"no error", "illegal command", "abort on fetch",
                                               "ATC invalidation timeout"};
    struct drv_error_record e = {.code = code, .queue = q->number};
    bool same;

    e.position = drv_ring_position(q->log2size, REF_FIELD(CMDQ_CONS_RD, cons));
    e.cmd = read_slot(drv, q, e.position);
    same = drv->last_error.code == e.code && drv->last_error.queue == e.queue &&
           drv->last_error.position == e.position;
    drv->stats.cmdq_errors[code <= REF_CERROR_ATC_INV_SYNC ? code : 0]++;
    drv->last_error = e;
    drv_log(drv, "%s error (cons 0x%08" PRIx32 "): %s, command 0x%016" PRIx64 " 0x%016" PRIx64,
            q->number ? "ECMDQ" : "CMDQ", cons,
            code <= REF_CERROR_ATC_INV_SYNC ? name_of_code[code] : "unknown", e.cmd.word[0],
            e.cmd.word[1]);
    repair(drv, q, &e, same);
}

static void handle_cmdq_error(struct drv *drv)
{
    const uint32_t cons = drv->ops.read32(drv->ops.ctx, REF_REG_CMDQ_CONS);

    handle_error(drv, &drv->cmdq, cons, (uint8_t)REF_FIELD(CMDQ_CONS_ERR, cons));
}

/* Each stands by itself until it is acknowledged (3.5.6.3). */
static void handle_ecmdq_errors(struct drv *drv)
{
    for (unsigned i = 0; i < drv->ecmdqs; i++) {
        struct drv_cmdq *q = &drv->config.ecmdq[i];
        uint32_t cons;

        if (!drv_ecmdq_error(drv, q, &cons))
            continue;
        handle_error(drv, q, cons, (uint8_t)REF_FIELD(ECMDQ_CONS_ERR_REASON, cons));
        drv_ecmdq_acknowledge(drv, q);
    }
}

static void log_others(struct drv *drv, uint32_t active)
{
    const struct error_name names[] = {
        {REF_MASK(GERROR_EVENTQ_ABT_ERR), "EVENTQ write aborted, events lost"},
        {REF_MASK(GERROR_PRIQ_ABT_ERR), "PRIQ write aborted, page requests lost"},
        {REF_MASK(GERROR_MSI_CMDQ_ABT_ERR), "CMDQ MSI aborted"},
        {REF_MASK(GERROR_MSI_EVENTQ_ABT_ERR), "EVENTQ MSI aborted"},
        {REF_MASK(GERROR_MSI_PRIQ_ABT_ERR), "PRIQ MSI aborted"},
        {REF_MASK(GERROR_MSI_GERROR_ABT_ERR), "GERROR MSI aborted"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (active & names[i].mask)
            drv_log(drv, "%s", names[i].what);
}

bool drv_gerror_handle(struct drv *drv)
{
    const uint32_t gerror = drv->ops.read32(drv->ops.ctx, REF_REG_GERROR);
    const uint32_t gerrorn = drv->ops.read32(drv->ops.ctx, REF_REG_GERRORN);
    const uint32_t active = gerror ^ gerrorn;

    if (active == 0)
        return false;
    drv->stats.gerrors++;
    if (active & REF_MASK(GERROR_SFM_ERR)) {
        drv_log(drv, "service failure mode: SMMU disabled");
        drv_disable(drv);
    }
    log_others(drv, active);
    if (active & REF_MASK(GERROR_CMDQ_ERR))
        handle_cmdq_error(drv);

    /* Acknowledges what was read, and only after the repair: this is what restarts consumption. */
    drv->ops.write32(drv->ops.ctx, REF_REG_GERRORN, gerror);
    /* Only then: another ECMDQ that fails while this is active is not told of again. */
    if (active & REF_MASK(GERROR_CMDQP_ERR))
        handle_ecmdq_errors(drv);
    return true;
}
