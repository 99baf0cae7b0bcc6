/* SPDX-License-Identifier: Apache-2.0 */
/* Command queues that guests own; see vcmdq.h. */
#include "uapi/vcmdq.h"

#include <stddef.h>

#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

enum { TURNS_UNTIL_DISABLED = 1000, TURN_CYCLES = 100 };

static const uint32_t cmdq_err = (uint32_t)1 << REF_GERROR_CMDQ_ERR_LSB;

/* ---- the ECMDQ behind */

/* Where its registers are; 0: there is none of that number. */
static uint32_t find_ecmdq(const struct drv_ops *ops, unsigned number)
{
    const uint32_t idr1 = ops->read32(ops->ctx, REF_REG_IDR1);
    const uint32_t idr6 = ops->read32(ops->ctx, REF_REG_IDR6);
    const unsigned log2_queues = (unsigned)REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMQ, idr6);
    const unsigned page = number >> log2_queues;
    const unsigned in_page = number & ((1U << log2_queues) - 1);
    uint64_t base;

    if (!REF_FIELD(IDR1_ECMDQ, idr1) ||
        page >= 1U << REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMP, idr6))
        return 0;
    base =
        ops->read64(ops->ctx, REF_REG_CMDQ_CONTROL_PAGE_BASE + page * REF_CMDQ_CONTROL_PAGE_STRIDE);
    return (uint32_t)(base & REF_MASK(CMDQ_CONTROL_PAGE_BASE_ADDR)) +
           in_page * (REF_ECMDQ_PAGE_BYTES >> log2_queues);
}

static uint32_t read_cons(const struct vcmdq_interface *i, const struct vcmdq *q)
{
    return i->ops.read32(i->ops.ctx, q->ecmdq + REF_REG_ECMDQ_CONS);
}

static uint32_t position_of(const struct vcmdq *q, uint32_t cons)
{
    return drv_ring_position(q->log2size, REF_FIELD(ECMDQ_CONS_RD, cons));
}

static void write_prod(const struct vcmdq_interface *i, const struct vcmdq *q)
{
    i->ops.write32(i->ops.ctx, q->ecmdq + REF_REG_ECMDQ_PROD,
                   (q->enabled ? (uint32_t)REF_MASK(ECMDQ_PROD_EN) : 0) | q->errack | q->passed);
}

/* ---- commands on their way */

/* What the hardware has for commands of devices that the guest has not got: to an SMMU an unknown
 * StreamID is no error (4.1.7). One address of the guest's own comes next to nothing. */
static struct drv_cmd next_to_nothing(const struct vcmdq_interface *i)
{
    const struct drv_tlbi tlbi = {.vmid = i->guest.vmid, .leaf = true};

    return drv_cmd_tlbi_nh_va(&tlbi);
}

/* Puts the guest's identities in. False: no command for guests. */
static bool pass_command(const struct vcmdq_interface *i, struct drv_cmd *cmd)
{
    static const struct drv_features features; /* the SMMU itself judges what a permissive one lets
                                                  through */
    switch (drv_cmd_opcode(cmd)) {
    case REF_CMD_SYNC:
        return REF_GET(CMD_SYNC_CS, cmd->word) == REF_SYNC_CS_NONE;
    case REF_CMD_TLBI_NH_ASID:
    case REF_CMD_TLBI_NH_VA:
    case REF_CMD_ATC_INV:
        if (uapi_admit_command(&i->guest, &features, cmd) != UAPI_COMMAND_OK)
            *cmd = next_to_nothing(i);
        return true;
    default:
        return false;
    }
}

static struct drv_cmd fetch(const struct vcmdq_interface *i, const struct vcmdq *q,
                            uint32_t position)
{
    const uint64_t at = drv_ring_address(q->base, q->log2size, position, REF_COMMAND_BYTES);

    return (struct drv_cmd){
        {i->ops.mem_read64(i->ops.ctx, at), i->ops.mem_read64(i->ops.ctx, at + 8)}};
}

static void store(const struct vcmdq_interface *i, const struct vcmdq *q, uint32_t position,
                  const struct drv_cmd *cmd)
{
    const uint64_t at = drv_ring_address(q->copy, q->log2size, position, REF_COMMAND_BYTES);

    i->ops.mem_write64(i->ops.ctx, at, cmd->word[0]);
    i->ops.mem_write64(i->ops.ctx, at + 8, cmd->word[1]);
}

/* CHOICE: a PROD that does not belong to CONS, or that goes back behind what is let through, passes
 * nothing on until the guest writes a better one (3.5.1). */
static bool prod_makes_sense(const struct vcmdq *q, uint32_t cons)
{
    const uint64_t used = drv_ring_used(q->log2size, q->prod, cons);

    return used <= drv_ring_size(q->log2size) &&
           drv_ring_used(q->log2size, q->passed, cons) <= used;
}

static void pass_on(struct vcmdq_interface *i, struct vcmdq *q)
{
    if (!q->enabled || q->refused || !prod_makes_sense(q, position_of(q, read_cons(i, q))))
        return;
    while (q->passed != q->prod) {
        struct drv_cmd cmd = fetch(i, q, q->passed);

        if (!pass_command(i, &cmd)) {
            q->refused = true;
            i->stats.refused++;
            break;
        }
        store(i, q, q->passed, &cmd);
        q->passed = drv_ring_advance(q->log2size, q->passed, 1);
        i->stats.passed++;
    }
    drv_ops_let_pass(&i->ops, i->delay);
    write_prod(i, q);
}

/* ---- errors */

static bool error_active(const struct vcmdq *q)
{
    return (q->gerror ^ q->gerrorn) & cmdq_err;
}

/* The ECMDQ's errors, and those found here, which come up when everything before is consumed. */
static uint8_t error_behind(const struct vcmdq *q, uint32_t cons)
{
    const bool stopped =
        REF_FIELD(ECMDQ_CONS_ERR, cons) != (q->errack >> REF_ECMDQ_PROD_ERRACK_LSB & 1);

    if (stopped)
        return (uint8_t)REF_FIELD(ECMDQ_CONS_ERR_REASON, cons);
    return q->refused && position_of(q, cons) == q->passed ? REF_CERROR_ILL : REF_CERROR_NONE;
}

static void look_for_error(struct vcmdq_interface *i, struct vcmdq *q, uint32_t cons)
{
    uint8_t code;

    if (!q->enabled || error_active(q))
        return;
    code = error_behind(q, cons);
    if (code == REF_CERROR_NONE)
        return;
    q->code = code;
    q->gerror ^= cmdq_err;
    i->stats.errors++;
}

/* Consumption goes on with the command at CONS, as it is in the guest's memory now (7.1). */
static void restart(struct vcmdq_interface *i, struct vcmdq *q)
{
    const uint32_t cons = read_cons(i, q);

    q->code = REF_CERROR_NONE;
    q->refused = false;
    q->passed = position_of(q, cons);
    q->errack = (uint32_t)REF_FIELD(ECMDQ_CONS_ERR, cons) << REF_ECMDQ_PROD_ERRACK_LSB;
    pass_on(i, q);
}

static void acknowledge(struct vcmdq_interface *i, struct vcmdq *q, uint32_t value)
{
    const bool was_active = error_active(q);

    q->gerrorn = value & cmdq_err;
    if (was_active && !error_active(q))
        restart(i, q);
}

/* ---- on and off */

static void enable(struct vcmdq_interface *i, struct vcmdq *q)
{
    q->enabled = true;
    q->refused = false;
    q->passed = q->errack = 0;
    q->gerror = q->gerrorn;
    i->ops.write64(i->ops.ctx, q->ecmdq + REF_REG_ECMDQ_BASE,
                   REF_PREP(ECMDQ_BASE_RA, 1) | (q->copy & REF_MASK(ECMDQ_BASE_ADDR)) |
                       REF_PREP(ECMDQ_BASE_LOG2SIZE, q->log2size));
    i->ops.write32(i->ops.ctx, q->ecmdq + REF_REG_ECMDQ_CONS, 0);
    write_prod(i, q);
    pass_on(i, q);
}

static bool is_enabled(const struct vcmdq_interface *i, const struct vcmdq *q)
{
    return REF_FIELD(ECMDQ_CONS_ENACK, read_cons(i, q));
}

static void disable(struct vcmdq_interface *i, struct vcmdq *q)
{
    q->enabled = false;
    write_prod(i, q);
    for (unsigned turn = 0; is_enabled(i, q) && turn < TURNS_UNTIL_DISABLED; turn++)
        drv_ops_let_pass(&i->ops, TURN_CYCLES);
}

/* ---- the kernel's */

bool vcmdq_init(struct vcmdq_interface *i, const struct drv_ops *ops,
                const struct vcmdq_config *config)
{
    const uint64_t copy_bytes = (uint64_t)REF_COMMAND_BYTES << config->log2size_max;

    *i = (struct vcmdq_interface){.ops = *ops,
                                  .queues = config->queues,
                                  .log2size_max = config->log2size_max,
                                  .delay = config->delay};
    if (config->queues > VCMDQ_QUEUES_MAX ||
        config->log2size_max > REF_FIELD(IDR1_CMDQS, ops->read32(ops->ctx, REF_REG_IDR1)))
        return false;
    for (unsigned n = 0; n < config->queues; n++) {
        i->queue[n].copy = config->copies + n * copy_bytes;
        i->queue[n].ecmdq = find_ecmdq(ops, config->first_ecmdq + n);
        if (!i->queue[n].ecmdq)
            return false;
    }
    return true;
}

void vcmdq_give(struct vcmdq_interface *i, unsigned queue, uint64_t base, unsigned log2size)
{
    struct vcmdq *q = &i->queue[queue];

    *q = (struct vcmdq){
        .given = true, .log2size = log2size, .base = base, .copy = q->copy, .ecmdq = q->ecmdq};
}

void vcmdq_take_back(struct vcmdq_interface *i, unsigned queue)
{
    if (i->queue[queue].enabled)
        disable(i, &i->queue[queue]);
    i->queue[queue].given = false;
}

uint64_t vcmdq_errors(struct vcmdq_interface *i)
{
    uint64_t map = 0;

    for (unsigned n = 0; n < i->queues; n++)
        if (i->queue[n].given) {
            look_for_error(i, &i->queue[n], read_cons(i, &i->queue[n]));
            map |= (uint64_t)error_active(&i->queue[n]) << n;
        }
    return map;
}

/* ---- the guest's */

static struct vcmdq *given(struct vcmdq_interface *i, unsigned queue)
{
    return queue < i->queues && i->queue[queue].given ? &i->queue[queue] : NULL;
}

uint32_t vcmdq_read(struct vcmdq_interface *i, unsigned queue, enum vcmdq_register reg)
{
    struct vcmdq *q = given(i, queue);
    uint32_t cons;

    if (!q)
        return 0;
    cons = read_cons(i, q);
    look_for_error(i, q, cons);
    switch (reg) {
    case VCMDQ_CONS:
        return position_of(q, cons) | (uint32_t)REF_PREP(CMDQ_CONS_ERR, q->code);
    case VCMDQ_PROD:
        return q->prod;
    case VCMDQ_CONFIG:
        return q->enabled ? VCMDQ_EN : 0;
    case VCMDQ_STATUS:
        return is_enabled(i, q) ? VCMDQ_EN : 0;
    case VCMDQ_GERROR:
        return q->gerror;
    case VCMDQ_GERRORN:
        return q->gerrorn;
    default:
        return 0;
    }
}

void vcmdq_write(struct vcmdq_interface *i, unsigned queue, enum vcmdq_register reg, uint32_t value)
{
    struct vcmdq *q = given(i, queue);

    if (!q)
        return;
    switch (reg) {
    case VCMDQ_PROD:
        q->prod = drv_ring_position(q->log2size, value);
        pass_on(i, q);
        break;
    case VCMDQ_CONFIG:
        if ((value & VCMDQ_EN) && !q->enabled)
            enable(i, q);
        else if (!(value & VCMDQ_EN) && q->enabled)
            disable(i, q);
        break;
    case VCMDQ_GERRORN:
        acknowledge(i, q, value);
        break;
    default:
        break; /* read-only; CONS is 0 whenever a queue is enabled */
    }
}
