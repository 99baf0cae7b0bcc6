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

#include "driver/driver.h"
#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

struct error_name {
    uint64_t mask;
    const char *what;
};

static uint64_t slot_address(const struct drv_queue *q, uint32_t position)
{
    return drv_ring_address(q->base, q->log2size, position, REF_COMMAND_BYTES);
}

static struct drv_cmd read_slot(struct drv *drv, uint32_t position)
{
    const uint64_t at = slot_address(&drv->cmdq, position);

    return (struct drv_cmd){
        {drv->ops.mem_read64(drv->ops.ctx, at), drv->ops.mem_read64(drv->ops.ctx, at + 8)}};
}

static void overwrite_with_sync(struct drv *drv, uint32_t position)
{
    const uint64_t at = slot_address(&drv->cmdq, position);
    const struct drv_cmd sync = drv_cmd_sync(DRV_SIG_SEV);

    drv->ops.mem_write64(drv->ops.ctx, at, sync.word[0]);
    drv->ops.mem_write64(drv->ops.ctx, at + 8, sync.word[1]);
}

/* The list that a position belongs to, its CMD_SYNC included; offset is the number of the entry in
 * it. */
static struct drv_inflight *owner_of(struct drv *drv, uint32_t position, unsigned *offset)
{
    for (struct drv_inflight *list = drv->inflight; list; list = list->next) {
        const uint64_t distance =
            drv_ring_position(drv->cmdq.log2size, (uint64_t)position - list->first);

        if (distance <= list->count) {
            *offset = (unsigned)distance;
            return list;
        }
    }
    return NULL;
}

static void blame(struct drv_inflight *list, uint8_t code, unsigned first, unsigned last,
                  const struct drv_cmd *cmd)
{
    if (list->error.valid)
        return; /* the first error counts */
    list->error = (struct drv_cmd_error){
        .valid = true, .code = code, .first = first, .last = last, .cmd = *cmd};
}

static void withdraw_rest(struct drv *drv, const struct drv_inflight *list, unsigned from)
{
    for (unsigned i = from; i < list->count; i++)
        overwrite_with_sync(drv, drv_ring_advance(drv->cmdq.log2size, list->first, i));
}

static void repair_illegal(struct drv *drv, const struct drv_error_record *e)
{
    unsigned offset = 0;
    struct drv_inflight *list = owner_of(drv, e->position, &offset);

    overwrite_with_sync(drv, e->position);
    if (!list || !list->reports)
        return;
    blame(list, e->code, offset, offset, &e->cmd);
    withdraw_rest(drv, list, offset + 1);
    /* The CMD_SYNC was the illegal one: what replaced it signals nothing, so nobody may wait for
     * it. */
    if (offset == list->count)
        list->hopeless = true;
}

/* The fetch is retried; an issuer is given up when that has failed too often. */
static void retry_fetch(struct drv *drv, const struct drv_error_record *e, bool same_as_before)
{
    unsigned offset = 0;
    struct drv_inflight *list = owner_of(drv, e->position, &offset);

    drv->aborts_in_a_row = same_as_before ? drv->aborts_in_a_row + 1 : 1;
    if (!list || drv->aborts_in_a_row <= drv->config.cmdq_abort_retries)
        return;
    blame(list, e->code, offset, offset, &e->cmd);
    list->hopeless = true;
}

/* The CMD_SYNC is blamed for CMD_ATC_INVs before it, back to the CMD_SYNC before; it is fetched
 * again (3.9.1.4). */
static void blame_atc_invalidations(struct drv *drv, const struct drv_error_record *e)
{
    unsigned offset = 0, first, last;
    struct drv_inflight *list = owner_of(drv, e->position, &offset);

    if (!list || !list->reports)
        return;
    for (first = 0; first < list->count; first++)
        if (drv_cmd_opcode(&list->cmds[first]) == REF_CMD_ATC_INV)
            break;
    if (first == list->count)
        first = 0; /* published before, by another list: all of this one is suspect with it */
    for (last = list->count; last > first + 1; last--)
        if (drv_cmd_opcode(&list->cmds[last - 1]) == REF_CMD_ATC_INV)
            break;
    blame(list, e->code, first, last ? last - 1 : 0, &e->cmd);
}

static void handle_cmdq_error(struct drv *drv)
{
    static const char *const name_of_code[] = {"no error", "illegal command", "abort on fetch",
                                               "ATC invalidation timeout"};
    const uint32_t cons = drv->ops.read32(drv->ops.ctx, REF_REG_CMDQ_CONS);
    const uint8_t code = (uint8_t)REF_FIELD(CMDQ_CONS_ERR, cons);
    struct drv_error_record e = {.code = code};
    bool same;

    e.position = drv_ring_position(drv->cmdq.log2size, REF_FIELD(CMDQ_CONS_RD, cons));
    e.cmd = read_slot(drv, e.position);
    same = drv->last_error.code == e.code && drv->last_error.position == e.position;
    drv->stats.cmdq_errors[code <= REF_CERROR_ATC_INV_SYNC ? code : 0]++;
    drv->last_error = e;
    drv_log(drv, "CMDQ error (cons 0x%08" PRIx32 "): %s, command 0x%016" PRIx64 " 0x%016" PRIx64,
            cons, code <= REF_CERROR_ATC_INV_SYNC ? name_of_code[code] : "unknown", e.cmd.word[0],
            e.cmd.word[1]);

    switch (code) {
    case REF_CERROR_NONE:
        break;
    case REF_CERROR_ABT:
        retry_fetch(drv, &e, same);
        break;
    case REF_CERROR_ATC_INV_SYNC:
        blame_atc_invalidations(drv, &e);
        break;
    default: /* CERROR_ILL, and whatever a later SMMU may bring */
        repair_illegal(drv, &e);
        break;
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
    return true;
}
