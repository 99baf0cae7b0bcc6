/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processors that invalidate at the same time, through command queues that they share: the driver
 * on simulated processors (driver/cpus.h). One more takes the interrupts.
 *
 * Each works for a while by itself, then issues an operation: 'sync_every' commands and a CMD_SYNC,
 * which it awaits. What is finished in the window counts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/cpus.h"
#include "experiment/machine.h"
#include "load/rng.h"
#include "load/samples.h"

/* The first operations of a processor are no steady state. */
enum { WARM_UP_PERCENT = 25 };

struct processor {
    struct run *run;
    struct drv driver;
    struct rng random;
    uint64_t number;
    int rc;
};

struct run {
    const struct exp_setup *setup;
    struct sim_host *host;
    struct drv_cpus *machine;
    struct drv driver; /* of the processor that brings everything up and takes interrupts */
    struct drv_config config;
    int rc;
    uint64_t begin, end; /* of the window */
    struct samples operation;
    struct processor *processor;
};

#define MEMORY_BASE UINT64_C(0x80000000)
#define MEMORY_SIZE UINT64_C(0x40000000)

static uint64_t now_of(const struct run *run)
{
    return host_now(run->host);
}

/* ---- what processors do */

static void bring_up(void *ctx, unsigned cpu)
{
    struct run *run = ctx;
    const struct drv_ops ops = drv_cpu_ops(run->machine, cpu);

    run->rc = drv_probe(&run->driver, &ops, &run->config);
    if (run->rc == 0)
        run->rc = drv_reset(&run->driver);
}

static void serve_interrupts(void *ctx, unsigned cpu)
{
    struct run *run = ctx;

    (void)cpu;
    while (!drv_cpus_finished(run->machine))
        drv_relax(&run->driver, run->config.timeout_cycles);
}

static int issue_operation(struct processor *p)
{
    const struct exp_setup *setup = p->run->setup;
    struct drv_cmd list[DRV_BATCH_ENTRIES];

    for (unsigned i = 0; i < setup->sync_every; i++)
        list[i] = exp_command((enum exp_form)setup->form, p->number++);
    return drv_cmdq_issue(&p->driver, list, (unsigned)setup->sync_every, true);
}

static void invalidate_until_the_end(void *ctx, unsigned cpu)
{
    struct processor *p = ctx;
    struct run *run = p->run;
    const uint64_t think = run->setup->think;

    while (p->rc == 0 && now_of(run) < run->end) {
        uint64_t begun;

        drv_cpus_work(run->machine, cpu, think / 2 + rng_below(&p->random, (uint32_t)think + 1));
        begun = now_of(run);
        p->rc = issue_operation(p);
        if (now_of(run) >= run->begin && now_of(run) < run->end)
            samples_add(&run->operation, now_of(run) - begun);
    }
}

/* ---- the measurement */

static bool open_machine(struct run *run, char why[EXP_WHY_SIZE])
{
    const struct exp_setup *setup = run->setup;
    struct drv_cpu_costs costs = drv_cpu_costs_usual();
    smmu_config_t cfg = setup->cfg;

    run->config = (struct drv_config){
        .memory_base = MEMORY_BASE, .memory_size = MEMORY_SIZE, .sync_mode = exp_sync_mode(setup)};
    if (!exp_queue_log2(setup, &run->config.cmdq_log2, why) ||
        smmu_config_set(&cfg, "timing.seed", setup->seed, why, EXP_WHY_SIZE) != SMMU_OK)
        return false;
    run->host = host_create(&cfg, why, EXP_WHY_SIZE);
    if (!run->host)
        return false;
    costs.line_move = (uint32_t)setup->line;
    run->machine = drv_cpus_create(run->host, (unsigned)setup->cpus + 1, &costs);
    if (!run->machine)
        snprintf(why, EXP_WHY_SIZE, "%s", strerror(ENOMEM));
    return run->machine;
}

static bool fine(const struct run *run, int rc, const char *doing, char why[EXP_WHY_SIZE])
{
    const char *error = host_error(run->host);

    if (rc == 0 && !error)
        return true;
    snprintf(why, EXP_WHY_SIZE, "%s: %s", doing, error ? error : strerror(-rc));
    return false;
}

static bool bring_machine_up(struct run *run, char why[EXP_WHY_SIZE])
{
    const unsigned server = (unsigned)run->setup->cpus;

    drv_cpus_route(run->machine, server, DRV_IRQ_GERROR | DRV_IRQ_EVENTQ);
    drv_cpus_start(run->machine, server, false, 0, bring_up, run);
    drv_cpus_run(run->machine);
    if (run->rc == -ENXIO) {
        snprintf(why, EXP_WHY_SIZE, "the driver does not come up: %s",
                 drv_refusal_text(run->driver.refusal));
        return false;
    }
    run->config = run->driver.config;
    return fine(run, run->rc, "probe and reset", why) &&
           exp_driver_usable(&run->driver, run->setup, why);
}

static bool run_all(struct run *run, char why[EXP_WHY_SIZE])
{
    const struct exp_setup *setup = run->setup;
    const unsigned cpus = (unsigned)setup->cpus;
    int rc = 0;

    run->begin = now_of(run) + setup->window * WARM_UP_PERCENT / 100;
    run->end = run->begin + setup->window;
    drv_cpus_start(run->machine, cpus, true, now_of(run), serve_interrupts, run);
    for (unsigned i = 0; i < cpus; i++) {
        struct processor *p = &run->processor[i];
        const struct drv_ops ops = drv_cpu_ops(run->machine, i);

        p->run = run;
        p->random = rng_begin(setup->seed, i);
        p->number = (uint64_t)i << 20;
        drv_join(&p->driver, &run->driver, &ops);
        drv_cpus_start(run->machine, i, false, now_of(run), invalidate_until_the_end, p);
    }
    drv_cpus_run(run->machine);
    for (unsigned i = 0; i < cpus && rc == 0; i++)
        rc = run->processor[i].rc;
    return fine(run, rc, "an operation", why);
}

static double over(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static void report(struct run *run, struct exp_result *r)
{
    const struct exp_setup *setup = run->setup;
    struct drv_stats sum = {0};

    for (unsigned i = 0; i < setup->cpus; i++) {
        const struct drv_stats *one = &run->processor[i].driver.stats;

        sum.reservations += one->reservations;
        sum.attempts += one->attempts;
        sum.publications += one->publications;
        sum.space_waits += one->space_waits;
    }
    r->operations = (double)run->operation.count;
    r->cycles = (double)setup->window;
    r->operations_rate = over(1000 * r->operations, r->cycles);
    r->cpu_rate = over(1000 * r->operations_rate, (double)setup->cpus);
    r->commands_rate = r->operations_rate * (double)setup->sync_every;
    r->op_p50 = (double)samples_percentile(&run->operation, 500);
    r->op_p99 = (double)samples_percentile(&run->operation, 990);
    r->attempts = over((double)sum.attempts, (double)sum.reservations);
    r->gathered = over((double)sum.reservations, (double)sum.publications);
    r->waits = (double)sum.space_waits;
}

static bool applies(const struct exp_setup *setup, char why[EXP_WHY_SIZE])
{
    if (setup->form == EXP_NO_INVALIDATION)
        snprintf(why, EXP_WHY_SIZE, "form=none: nothing goes through the queue");
    else if (setup->window == 0)
        snprintf(why, EXP_WHY_SIZE, "window=0: nothing is measured");
    else
        return true;
    return false;
}

enum exp_outcome exp_measure_smp(const struct exp_setup *setup, struct exp_result *result,
                                 char why[EXP_WHY_SIZE])
{
    struct run *run = calloc(1, sizeof *run);
    struct processor *processor = calloc(setup->cpus, sizeof *processor);
    bool measured = false;

    *result = exp_result_nothing();
    if (run && processor) {
        run->setup = setup;
        run->processor = processor;
        measured = applies(setup, why) && open_machine(run, why) && bring_machine_up(run, why) &&
                   run_all(run, why);
        if (measured)
            report(run, result);
        drv_cpus_destroy(run->machine);
        host_destroy(run->host);
        samples_free(&run->operation);
    } else {
        snprintf(why, EXP_WHY_SIZE, "%s", strerror(ENOMEM));
    }
    free(processor);
    free(run);
    return measured ? EXP_MEASURED : EXP_FAILED;
}
