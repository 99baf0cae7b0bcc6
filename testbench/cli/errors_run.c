/* SPDX-License-Identifier: Apache-2.0 */
/* See errors.h: one case of the ERR table on a fresh model, on the main queue or on an ECMDQ. */
#include <stdio.h>

#include "cli/errors.h"
#include "mem/host.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_field.h"
#include "spec_ref/ref_registers.h"

enum { QUEUE_BASE = 0x10000, QUEUE_LOG2SIZE = 3 };

/* A queue as software sees it. */
struct queue_place {
    uint32_t base, prod, cons;
    uint32_t enabled; /* what PROD holds besides the index */
};

static void write32(struct sim_host *host, uint32_t offset, uint32_t value)
{
    host_reg_write(host, SMMU_PAS_NS, offset, 4, value);
}

static uint32_t read32(struct sim_host *host, uint32_t offset)
{
    return (uint32_t)host_reg_read(host, SMMU_PAS_NS, offset, 4);
}

static struct queue_place place_of(struct sim_host *host, enum error_queue queue)
{
    if (queue == ERROR_ON_CMDQ)
        return (struct queue_place){REF_REG_CMDQ_BASE, REF_REG_CMDQ_PROD, REF_REG_CMDQ_CONS, 0};
    const uint64_t page = host_reg_read(host, SMMU_PAS_NS, REF_REG_CMDQ_CONTROL_PAGE_BASE, 8);
    const uint32_t first = (uint32_t)(page & REF_MASK(CMDQ_CONTROL_PAGE_BASE_ADDR));
    return (struct queue_place){first + REF_REG_ECMDQ_BASE, first + REF_REG_ECMDQ_PROD,
                                first + REF_REG_ECMDQ_CONS, (uint32_t)REF_MASK(ECMDQ_PROD_EN)};
}

static void store_command(struct sim_host *host, unsigned index, const uint64_t words[2])
{
    uint64_t addr = QUEUE_BASE + (uint64_t)index * REF_COMMAND_BYTES;
    memory_store64(host_memory(host), addr, words[0]);
    memory_store64(host_memory(host), addr + 8, words[1]);
}

static struct error_outcome outcome_of(struct sim_host *host, const struct queue_place *queue)
{
    const uint32_t prod = read32(host, queue->prod), cons = read32(host, queue->cons);
    struct error_outcome outcome = {
        .rd = (unsigned)REF_FIELD(CMDQ_CONS_RD, cons),
        .gerror = read32(host, REF_REG_GERROR) ^ read32(host, REF_REG_GERRORN),
    };
    if (queue->cons == REF_REG_CMDQ_CONS) {
        if (REF_FIELD(GERROR_CMDQ_ERR, outcome.gerror))
            outcome.err = (unsigned)REF_FIELD(CMDQ_CONS_ERR, cons);
    } else if (REF_FIELD(ECMDQ_PROD_ERRACK, prod) != REF_FIELD(ECMDQ_CONS_ERR, cons)) {
        outcome.err = (unsigned)REF_FIELD(ECMDQ_CONS_ERR_REASON, cons);
    }
    return outcome;
}

static void enable(struct sim_host *host, const struct queue_place *queue)
{
    host_reg_write(host, SMMU_PAS_NS, queue->base, 8, QUEUE_BASE | QUEUE_LOG2SIZE);
    write32(host, queue->prod, 0);
    write32(host, queue->cons, 0);
    write32(host, queue->prod, queue->enabled);
    write32(host, REF_REG_CR0, (uint32_t)(REF_MASK(CR0_CMDQEN) | REF_MASK(CR0_SMMUEN)));
    host_run_idle(host, SMMU_NEVER);
}

/* A device that receives it and never completes it. */
static void ignore_invalidation(void *ctx, const smmu_out_atc_inv_t *inv)
{
    (void)ctx;
    (void)inv;
}

static void store_commands(struct sim_host *host, const struct error_case *c)
{
    static const uint64_t good[2] = {REF_CMD_TLBI_NSNH_ALL, 0};
    static const uint64_t atc_inv[2] = {REF_CMD_ATC_INV, 0};

    for (unsigned i = 0; i < ERROR_COMMANDS; ++i)
        store_command(host, i, i == ERROR_INDEX ? c->words : good);
    if (c->behind_atc_inv)
        store_command(host, 0, atc_inv);
    if (c->fetch_aborts)
        memory_abort_begin(host_memory(host), QUEUE_BASE + ERROR_INDEX * REF_COMMAND_BYTES,
                           REF_COMMAND_BYTES, MEMORY_ABORT_READ);
}

bool errors_run(const smmu_config_t *cfg, enum error_queue on, const struct error_case *c,
                struct error_outcome *outcome, char *why, size_t why_size)
{
    static const struct host_devices silent = {.atc_inv = ignore_invalidation};
    struct sim_host *host = host_create(cfg, why, why_size);
    bool usable;

    *outcome = (struct error_outcome){0};
    if (!host)
        return false;
    const struct queue_place queue = place_of(host, on);
    host_attach_devices(host, c->behind_atc_inv ? &silent : NULL);
    store_commands(host, c);
    enable(host, &queue);
    write32(host, queue.prod, queue.enabled | ERROR_COMMANDS);
    host_run_idle(host, SMMU_NEVER);
    *outcome = outcome_of(host, &queue);
    usable = !host_error(host);
    if (!usable)
        snprintf(why, why_size, "%s", host_error(host));
    host_destroy(host);
    return usable;
}
