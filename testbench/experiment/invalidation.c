/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations of the kernel-style driver, one after the other or at a fixed pace: each invalidates
 * some pages in the address space that the clients use, and awaits its CMD_SYNC. Pages stay mapped:
 * what a client loses is the cached translation. Clients send requests meanwhile.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "experiment/machine.h"
#include "load/rng.h"
#include "load/samples.h"
#include "smmusim/smmu_stats.h"

enum {
    PAGE = LOAD_PAGE_BYTES,
    SETTLING_CYCLES = 5000,       /* of clients' traffic before anything is measured */
    WINDOWS_UNTIL_SATURATED = 20, /* requests not answered after so many: more than can be served */
    OPERATION_PURPOSE = 0x4F50,   /* of random numbers, apart from those of the streams */
};

struct counters {
    uint64_t commands, syncs, waits, lookups, hits, walks;
};

struct run {
    struct exp_machine machine;
    const struct exp_setup *setup;
    struct rng random;
    struct samples operation, sync;
    uint64_t pages;
    struct counters before;
    uint64_t begun;
};

static struct counters counters_now(const struct exp_machine *m)
{
    const smmu_t *smmu = host_smmu(m->host);

    return (struct counters){
        .commands = m->driver.stats.commands,
        .syncs = m->driver.stats.syncs,
        .waits = m->driver.stats.space_waits,
        .lookups = smmu_stat_value(smmu, SMMU_STAT_tlb_lookup),
        .hits = smmu_stat_value(smmu, SMMU_STAT_tlb_hit),
        .walks = smmu_stat_value(smmu, SMMU_STAT_walks),
    };
}

static bool has_clients(const struct exp_setup *setup)
{
    return setup->rate || setup->loop == EXP_LOOP_CLOSED;
}

/* Every page of every working set once, so that what is measured is no first time. */
static bool touch_pages(struct exp_machine *m, const struct exp_setup *setup,
                        char why[EXP_WHY_SIZE])
{
    uint64_t tbus = 0;
    struct client_access access = client_access_default();
    struct client_result result;

    smmu_config_get(&setup->cfg, "timing.tbus", &tbus);
    for (uint64_t page = 0; page < tbus * setup->streams * setup->set; page++) {
        const uint64_t stream = page / setup->set;

        access.addr = m->first_address + page * PAGE;
        access.streamid = m->streams[stream].sid;
        access.tbu = (uint8_t)(stream / setup->streams);
        if (!host_await(m->host, host_submit(m->host, &access), &result, NULL) ||
            result.result != SMMU_RESULT_FORWARD)
            return exp_machine_fine(m, -EIO, "the first access to a page", why);
    }
    return true;
}

static int invalidate(struct run *run)
{
    const struct exp_setup *setup = run->setup;
    struct exp_machine *m = &run->machine;
    const uint64_t places = m->address_pages - setup->pages + 1;
    const uint64_t at =
        m->first_address + rng_below(&run->random, (uint32_t)places) * (uint64_t)PAGE;
    const struct drv_cmd all = drv_cmd_tlbi_nh_all(0);

    switch ((enum exp_form)setup->form) {
    case EXP_BY_PAGE:
    case EXP_BY_RANGE:
        run->pages += setup->pages;
        return drv_flush_range(&m->driver, &m->domain, at, setup->pages * PAGE, PAGE, true,
                               setup->form == EXP_BY_PAGE ? DRV_FLUSH_PAGES : DRV_FLUSH_RANGE);
    case EXP_BY_ASID:
        return drv_flush_asid(&m->driver, &m->domain);
    default:
        return drv_cmdq_issue(&m->driver, &all, 1, true);
    }
}

static int timed_operation(struct run *run)
{
    const uint64_t called = exp_machine_now(&run->machine);
    const int rc = invalidate(run);
    const uint64_t now = exp_machine_now(&run->machine);

    samples_add(&run->operation, now - called);
    samples_add(&run->sync, now - run->machine.processor.doorbell);
    return rc;
}

/* When the next one starts: at its pace, or as soon as the last one allows; but no two at one
 * cycle, where nothing takes time. */
static uint64_t next_start(const struct run *run, uint64_t last)
{
    const uint64_t now = exp_machine_now(&run->machine);
    const uint64_t due = last + (run->setup->period ? run->setup->period : 1);

    return due > now ? due : now;
}

/* Whether an operation starts at 'next'. */
static bool goes_on(const struct run *run, uint64_t next)
{
    return run->setup->form != EXP_NO_INVALIDATION &&
           (run->operation.count < run->setup->operations ||
            next - run->begun < run->setup->window);
}

static bool run_operations(struct run *run, char why[EXP_WHY_SIZE])
{
    struct exp_machine *m = &run->machine;

    for (uint64_t next = run->begun; goes_on(run, next); next = next_start(run, next)) {
        host_run_until(m->host, next);
        if (!exp_machine_fine(m, timed_operation(run), "invalidation", why))
            return false;
    }
    host_run_until(m->host, run->begun + run->setup->window);
    return exp_machine_fine(m, 0, "clients", why);
}

/* One operation for nothing; then clients, until their traffic has settled. */
static bool warm_up(struct run *run, char why[EXP_WHY_SIZE])
{
    struct exp_machine *m = &run->machine;

    if (run->setup->form != EXP_NO_INVALIDATION &&
        !exp_machine_fine(m, invalidate(run), "invalidation", why))
        return false;
    if (has_clients(run->setup)) {
        if (!touch_pages(m, run->setup, why))
            return false;
        load_start(m->load);
        host_run_until(m->host, exp_machine_now(m) + SETTLING_CYCLES);
    }
    run->pages = 0;
    run->before = counters_now(m);
    run->begun = exp_machine_now(m);
    load_measure(m->load);
    return true;
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : NAN;
}

static void report_invalidations(struct run *run, const struct counters *after,
                                 struct exp_result *r)
{
    r->operations = (double)run->operation.count;
    r->commands = (double)(after->commands - run->before.commands);
    r->syncs = (double)(after->syncs - run->before.syncs);
    r->waits = (double)(after->waits - run->before.waits);
    if (!run->operation.count)
        return;
    r->commands_per_operation = ratio(r->commands, r->operations);
    r->cycles_per_operation = ratio(r->cycles, r->operations);
    r->cycles_per_command = ratio(r->cycles, r->commands);
    r->cycles_per_page = ratio(r->cycles, (double)run->pages);
    r->commands_rate = ratio(1000 * r->commands, r->cycles);
    if (run->pages)
        r->pages_rate = ratio(1000 * (double)run->pages, r->cycles);
    r->op_p50 = (double)samples_percentile(&run->operation, 500);
    r->op_p99 = (double)samples_percentile(&run->operation, 990);
    r->sync_p50 = (double)samples_percentile(&run->sync, 500);
    r->sync_p99 = (double)samples_percentile(&run->sync, 990);
}

static bool report_clients(struct run *run, const struct counters *after, struct exp_result *r,
                           char why[EXP_WHY_SIZE])
{
    struct exp_machine *m = &run->machine;
    const uint64_t limit =
        exp_machine_now(m) + WINDOWS_UNTIL_SATURATED * ((uint64_t)r->cycles + SETTLING_CYCLES);
    const bool all_answered = load_finish(m->load, limit);
    const struct load_counts counts = load_counted(m->load);
    struct samples *latency = load_latency(m->load);

    if (counts.aborted || latency->incomplete)
        return exp_machine_fine(m, counts.aborted ? -EIO : -ENOMEM, "a client's request", why);
    r->requests = (double)counts.requests;
    r->served = ratio(1000 * (double)counts.in_time, r->cycles);
    r->hit_rate = 100 * ratio((double)(after->hits - run->before.hits),
                              (double)(after->lookups - run->before.lookups));
    r->walks = ratio(1000 * (double)(after->walks - run->before.walks), r->cycles);
    if (all_answered && counts.requests) {
        r->client_mean = samples_mean(latency);
        r->client_p50 = (double)samples_percentile(latency, 500);
        r->client_p99 = (double)samples_percentile(latency, 990);
    }
    return exp_machine_fine(m, 0, "clients", why);
}

static bool measure(struct run *run, struct exp_result *result, char why[EXP_WHY_SIZE])
{
    struct counters after;

    if (!exp_machine_open(&run->machine, run->setup, why) ||
        !exp_machine_add_clients(&run->machine, run->setup, why) || !warm_up(run, why) ||
        !run_operations(run, why))
        return false;
    after = counters_now(&run->machine);
    result->cycles = (double)(exp_machine_now(&run->machine) - run->begun);
    report_invalidations(run, &after, result);
    return !has_clients(run->setup) || report_clients(run, &after, result, why);
}

enum exp_outcome exp_measure_invalidation(const struct exp_setup *setup, struct exp_result *result,
                                          char why[EXP_WHY_SIZE])
{
    struct run run = {.setup = setup, .random = rng_begin(setup->seed, OPERATION_PURPOSE)};
    bool fine;

    *result = exp_result_nothing();
    if (!setup->operations && !setup->window) {
        snprintf(why, EXP_WHY_SIZE, "operations=0 and window=0: nothing would be measured");
        return EXP_FAILED;
    }
    if (setup->form == EXP_NO_INVALIDATION && !setup->window) {
        snprintf(why, EXP_WHY_SIZE, "form=none needs window=CYCLES");
        return EXP_FAILED;
    }
    fine = measure(&run, result, why);
    exp_machine_close(&run.machine);
    samples_free(&run.operation);
    samples_free(&run.sync);
    return fine ? EXP_MEASURED : EXP_FAILED;
}
