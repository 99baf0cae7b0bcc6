/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several command queues gain: as many producers, each with an enhanced command queue of its
 * own, which it fills with a batch of invalidations and a CMD_SYNC and then waits for (3.5.6). None
 * of them takes time or waits for another; what they still share is the SMMU.
 */
#include <stdio.h>
#include <stdlib.h>

#include "experiment/setup.h"
#include "load/samples.h"
#include "mem/host.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_field.h"
#include "spec_ref/ref_registers.h"

enum { QUEUE_LOG2SIZE = 7, QUEUE_BYTES = 1 << 16, ASID = 1, PAGES_A_RANGE = 32 };

#define FIRST_QUEUE UINT64_C(0x80000000)

/* A producer and its queue. */
struct producer {
    uint32_t prod_offset, cons_offset;
    uint32_t enabled; /* what PROD holds besides the index */
    uint64_t base;
    uint32_t prod;
    uint64_t commands; /* still to come */
    uint64_t number;   /* of those that came */
    uint64_t begun;    /* the batch that it waits for */
    bool waits;
};

struct run {
    const struct exp_setup *setup;
    struct sim_host *host;
    struct producer *producer;
    uint64_t producers;
    uint64_t syncs, waiting;
    struct samples batch;
};

static uint32_t read32(struct run *run, uint32_t offset)
{
    return (uint32_t)host_reg_read(run->host, SMMU_PAS_NS, offset, 4);
}

static void write32(struct run *run, uint32_t offset, uint32_t value)
{
    host_reg_write(run->host, SMMU_PAS_NS, offset, 4, value);
}

/* ---- queues */

/* The main queue, as producer 0 of one. */
static void enable_main_queue(struct run *run, struct producer *p)
{
    host_reg_write(run->host, SMMU_PAS_NS, REF_REG_CMDQ_BASE, 8, p->base | QUEUE_LOG2SIZE);
    write32(run, REF_REG_CMDQ_PROD, 0);
    write32(run, REF_REG_CMDQ_CONS, 0);
    write32(run, REF_REG_CR0, (uint32_t)REF_MASK(CR0_CMDQEN));
    p->prod_offset = REF_REG_CMDQ_PROD;
    p->cons_offset = REF_REG_CMDQ_CONS;
}

/* False: there are not so many. */
static bool enable_ecmdq(struct run *run, struct producer *p, uint32_t number)
{
    const uint32_t idr6 = read32(run, REF_REG_IDR6);
    const uint32_t log2_queues = (uint32_t)REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMQ, idr6);
    const uint32_t pages = UINT32_C(1) << REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMP, idr6);
    const uint32_t page = number >> log2_queues;
    uint32_t place;

    if (!REF_FIELD(IDR1_ECMDQ, read32(run, REF_REG_IDR1)) || page >= pages)
        return false;
    place =
        (uint32_t)(host_reg_read(
                       run->host, SMMU_PAS_NS,
                       REF_REG_CMDQ_CONTROL_PAGE_BASE + page * REF_CMDQ_CONTROL_PAGE_STRIDE, 8) &
                   REF_MASK(CMDQ_CONTROL_PAGE_BASE_ADDR)) +
        (number & ((UINT32_C(1) << log2_queues) - 1)) * (REF_ECMDQ_PAGE_BYTES >> log2_queues);
    host_reg_write(run->host, SMMU_PAS_NS, place + REF_REG_ECMDQ_BASE, 8, p->base | QUEUE_LOG2SIZE);
    write32(run, place + REF_REG_ECMDQ_PROD, 0);
    write32(run, place + REF_REG_ECMDQ_CONS, 0);
    p->enabled = (uint32_t)REF_MASK(ECMDQ_PROD_EN);
    p->prod_offset = place + REF_REG_ECMDQ_PROD;
    p->cons_offset = place + REF_REG_ECMDQ_CONS;
    write32(run, p->prod_offset, p->enabled);
    return true;
}

static bool enable_queues(struct run *run)
{
    for (uint64_t i = 0; i < run->producers; i++) {
        struct producer *p = &run->producer[i];

        p->base = FIRST_QUEUE + i * QUEUE_BYTES;
        p->commands = run->setup->commands / run->producers;
        if (run->setup->ecmdqs == 0)
            enable_main_queue(run, p);
        else if (!enable_ecmdq(run, p, (uint32_t)i))
            return false;
    }
    return host_run_idle(run->host, SMMU_NEVER);
}

/* ---- commands */

static void store(struct run *run, struct producer *p, const uint64_t words[2])
{
    const uint64_t entry = p->prod & ((UINT32_C(1) << QUEUE_LOG2SIZE) - 1);

    memory_store64(host_memory(run->host), p->base + entry * REF_COMMAND_BYTES, words[0]);
    memory_store64(host_memory(run->host), p->base + entry * REF_COMMAND_BYTES + 8, words[1]);
    p->prod = (p->prod + 1) & ((UINT32_C(2) << QUEUE_LOG2SIZE) - 1);
}

static void store_invalidation(struct run *run, struct producer *p)
{
    static const unsigned opcode[] = {[EXP_BY_PAGE] = REF_CMD_TLBI_NH_VA,
                                      [EXP_BY_RANGE] = REF_CMD_TLBI_NH_VA,
                                      [EXP_BY_ASID] = REF_CMD_TLBI_NH_ASID,
                                      [EXP_ALL] = REF_CMD_TLBI_NH_ALL};
    const enum exp_form form = (enum exp_form)run->setup->form;
    uint64_t words[2] = {opcode[form], 0};

    if (form != EXP_ALL)
        REF_SET(CMD_TLBI_NH_VA_ASID, words, ASID);
    if (form == EXP_BY_PAGE || form == EXP_BY_RANGE) {
        REF_SET(CMD_TLBI_NH_VA_LEAF, words, 1);
        REF_SET(CMD_TLBI_NH_VA_ADDR, words, p->number * (form == EXP_BY_RANGE ? PAGES_A_RANGE : 1));
    }
    if (form == EXP_BY_RANGE) {
        REF_SET(CMD_TLBI_NH_VA_TG, words, REF_TG_4K);
        REF_SET(CMD_TLBI_NH_VA_NUM, words, PAGES_A_RANGE - 1);
    }
    store(run, p, words);
    p->number++;
}

static void begin_batch(struct run *run, struct producer *p)
{
    const uint64_t sync[2] = {REF_CMD_SYNC, 0};
    uint64_t n = run->setup->sync_every < p->commands ? run->setup->sync_every : p->commands;

    p->commands -= n;
    while (n--)
        store_invalidation(run, p);
    store(run, p, sync);
    run->syncs++;
    p->begun = host_now(run->host);
    p->waits = true;
    run->waiting++;
    write32(run, p->prod_offset, p->enabled | p->prod);
}

/* A producer whose CMD_SYNC is over goes on at once. */
static void look_at(struct run *run, struct producer *p)
{
    const uint32_t cons = read32(run, p->cons_offset) & (uint32_t)REF_MASK(CMDQ_CONS_RD);

    if (!p->waits || cons != p->prod)
        return;
    samples_add(&run->batch, host_now(run->host) - p->begun);
    p->waits = false;
    run->waiting--;
    if (p->commands)
        begin_batch(run, p);
}

static bool run_all(struct run *run, char why[EXP_WHY_SIZE])
{
    for (uint64_t i = 0; i < run->producers; i++)
        if (run->producer[i].commands)
            begin_batch(run, &run->producer[i]);
    while (run->waiting) {
        /* Without time everything is done already. */
        for (uint64_t i = 0; i < run->producers; i++)
            look_at(run, &run->producer[i]);
        if (run->waiting && !host_step(run->host, SMMU_NEVER)) {
            snprintf(why, EXP_WHY_SIZE, "a command queue stands still");
            return false;
        }
    }
    if (host_error(run->host))
        snprintf(why, EXP_WHY_SIZE, "%s", host_error(run->host));
    return !host_error(run->host);
}

static void report(struct run *run, uint64_t begun, struct exp_result *r)
{
    const uint64_t commands = run->setup->commands / run->producers * run->producers;

    r->operations = r->syncs = (double)run->syncs;
    r->commands = (double)commands;
    r->cycles = (double)(host_now(run->host) - begun);
    if (commands)
        r->cycles_per_command = r->cycles / r->commands;
    if (r->cycles > 0)
        r->commands_rate = 1000 * r->commands / r->cycles;
    r->op_p50 = (double)samples_percentile(&run->batch, 500);
    r->op_p99 = (double)samples_percentile(&run->batch, 990);
}

static enum exp_outcome measure(struct run *run, struct exp_result *result, char why[EXP_WHY_SIZE])
{
    uint64_t begun;

    if (!run->host)
        return EXP_FAILED;
    if (!enable_queues(run))
        return EXP_DOES_NOT_APPLY;
    begun = host_now(run->host);
    if (!run_all(run, why))
        return EXP_FAILED;
    report(run, begun, result);
    return EXP_MEASURED;
}

enum exp_outcome exp_measure_ecmdq(const struct exp_setup *setup, struct exp_result *result,
                                   char why[EXP_WHY_SIZE])
{
    struct run run = {.setup = setup, .producers = setup->ecmdqs ? setup->ecmdqs : 1};
    enum exp_outcome outcome = EXP_FAILED;

    *result = exp_result_nothing();
    if (setup->form == EXP_NO_INVALIDATION) {
        snprintf(why, EXP_WHY_SIZE, "form=none: nothing goes through the queues");
        return EXP_FAILED;
    }
    run.producer = calloc(run.producers, sizeof *run.producer);
    run.host = host_create(&setup->cfg, why, EXP_WHY_SIZE);
    if (run.producer)
        outcome = measure(&run, result, why);
    else
        snprintf(why, EXP_WHY_SIZE, "no memory");
    host_destroy(run.host);
    free(run.producer);
    samples_free(&run.batch);
    return outcome;
}
