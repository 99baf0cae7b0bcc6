/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a PE's own TLBIs cost at the SMMU that takes part in broadcast TLB maintenance (3.17): batches
 * of them, each batch followed by the synchronisation that its DSB waits for. No command is read.
 */
#include <stdio.h>

#include "experiment/setup.h"
#include "load/samples.h"
#include "mem/host.h"

enum { PAGE = 4096, ASID = 1, PAGES_A_RANGE = 32 };

struct run {
    const struct exp_setup *setup;
    struct sim_host *host;
    struct samples batch;
    uint64_t number; /* of TLBIs so far */
    uint64_t syncs, ended;
};

static void sync_ended(void *ctx, uint64_t tag)
{
    struct run *run = ctx;

    run->ended = tag;
}

static smmu_broadcast_tlbi_t tlbi(const struct run *run)
{
    static const uint8_t op[] = {[EXP_BY_PAGE] = SMMU_TLBI_VAE1,
                                 [EXP_BY_RANGE] = SMMU_TLBI_VAE1,
                                 [EXP_BY_ASID] = SMMU_TLBI_ASIDE1,
                                 [EXP_ALL] = SMMU_TLBI_VMALLE1};
    const bool range = run->setup->form == EXP_BY_RANGE;
    const uint64_t bytes = (uint64_t)PAGE * (range ? PAGES_A_RANGE : 1);

    return (smmu_broadcast_tlbi_t){.op = op[run->setup->form],
                                   .sec = SMMU_PAS_NS,
                                   .asid = ASID,
                                   .first = run->number * bytes,
                                   .last = run->number * bytes + bytes - 1,
                                   .granule_log2 = range ? 12 : 0,
                                   .leaf = true};
}

/* Until the host has let something be taken; false: it never will be. */
static bool take_one(struct run *run)
{
    const smmu_broadcast_tlbi_t t = tlbi(run);

    while (!host_broadcast_tlbi(run->host, &t))
        if (!host_step(run->host, SMMU_NEVER))
            return false;
    run->number++;
    return true;
}

static bool synchronise(struct run *run)
{
    const uint64_t tag = ++run->syncs;

    while (!host_broadcast_sync(run->host, tag))
        if (!host_step(run->host, SMMU_NEVER))
            return false;
    while (run->ended != tag)
        if (!host_step(run->host, SMMU_NEVER))
            return false;
    return true;
}

static bool run_all(struct run *run)
{
    const struct exp_setup *setup = run->setup;

    while (run->number < setup->commands) {
        const uint64_t begun = host_now(run->host);
        uint64_t left = setup->commands - run->number;

        for (uint64_t n = left < setup->sync_every ? left : setup->sync_every; n; n--)
            if (!take_one(run))
                return false;
        if (!synchronise(run))
            return false;
        samples_add(&run->batch, host_now(run->host) - begun);
    }
    return true;
}

static void report(struct run *run, struct exp_result *r)
{
    const uint64_t pages = run->setup->form == EXP_BY_PAGE    ? run->number
                           : run->setup->form == EXP_BY_RANGE ? run->number * PAGES_A_RANGE
                                                              : 0;

    r->operations = r->syncs = (double)run->syncs;
    r->commands = (double)run->number;
    r->cycles = (double)host_now(run->host);
    if (run->number)
        r->cycles_per_command = r->cycles / r->commands;
    if (pages)
        r->cycles_per_page = r->cycles / (double)pages;
    if (r->cycles > 0)
        r->commands_rate = 1000 * r->commands / r->cycles;
    r->op_p50 = (double)samples_percentile(&run->batch, 500);
    r->op_p99 = (double)samples_percentile(&run->batch, 990);
}

enum exp_outcome exp_measure_broadcast(const struct exp_setup *setup, struct exp_result *result,
                                       char why[EXP_WHY_SIZE])
{
    struct run run = {.setup = setup};
    const struct host_devices listener = {.broadcast_sync = sync_ended, .ctx = &run};
    uint64_t btm = 0;
    enum exp_outcome outcome = EXP_FAILED;

    *result = exp_result_nothing();
    if (setup->form == EXP_NO_INVALIDATION) {
        snprintf(why, EXP_WHY_SIZE, "form=none: nothing is broadcast");
        return EXP_FAILED;
    }
    smmu_config_get(&setup->cfg, "IDR0.BTM", &btm);
    if (!btm)
        return EXP_DOES_NOT_APPLY;
    run.host = host_create(&setup->cfg, why, EXP_WHY_SIZE);
    if (!run.host)
        return EXP_FAILED;
    host_attach_devices(run.host, &listener);
    if (!run_all(&run))
        snprintf(why, EXP_WHY_SIZE, "a synchronisation does not end");
    else if (host_error(run.host))
        snprintf(why, EXP_WHY_SIZE, "%s", host_error(run.host));
    else
        outcome = EXP_MEASURED;
    if (outcome == EXP_MEASURED)
        report(&run, result);
    host_destroy(run.host);
    samples_free(&run.batch);
    return outcome;
}
