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
#include "spec_ref/ref_commands.h"

/* The first operations of a processor are no steady state. */
enum { WARM_UP_PERCENT = 25, SPOILT_EVERY = 4, MOST_ECMDQS = 256 };

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
    uint64_t begin, end;             /* of the window */
    uint64_t stall_begin, stall_end; /* of the last error */
    struct samples operation, stall;
    struct samples caught, spared; /* operations of other processors than the first */
    struct drv_cmdq *ecmdq;
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
    while (!drv_cpus_finished(run->machine)) {
        const uint64_t before = run->driver.stats.gerrors;

        drv_relax(&run->driver, run->config.timeout_cycles);
        if (run->driver.stats.gerrors == before)
            continue;
        run->stall_begin = drv_cpus_raised(run->machine, DRV_IRQ_GERROR);
        run->stall_end = now_of(run);
        samples_add(&run->stall, run->stall_end - run->stall_begin);
    }
}

/* No command of its own kind is illegal in itself: another one stands in its place. */
static void spoil(struct drv_cmd *cmd, enum exp_illegal how)
{
    const struct drv_cmd commands[] = {
        [EXP_NO_OPCODE] = {{0xff, 0}},
        [EXP_SECURE_OPCODE] = {{REF_CMD_TLBI_S_EL2_ALL, 0}},
        [EXP_SSEC] = {{REF_CMD_CFGI_STE | REF_MASK(CMD_CFGI_STE_RANGE_SSEC), 0}},
        [EXP_RESERVED_CS] = {{REF_CMD_SYNC | REF_MASK(CMD_SYNC_CS), 0}},
    };

    *cmd = commands[how];
}

static int issue_operation(struct processor *p, bool spoilt)
{
    const struct exp_setup *setup = p->run->setup;
    struct drv_batch batch = {0};
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < setup->sync_every; i++) {
        struct drv_cmd cmd = exp_command((enum exp_form)setup->form, p->number++);

        if (spoilt && i == 0)
            spoil(&cmd, (enum exp_illegal)setup->illegal);
        rc = drv_batch_add(&p->driver, &batch, &cmd);
    }
    return rc ? rc : drv_batch_submit(&p->driver, &batch);
}

static void note_operation(struct run *run, unsigned cpu, uint64_t begun)
{
    const uint64_t end = now_of(run);
    const bool caught = begun < run->stall_end && end > run->stall_begin;

    if (end < run->begin || end >= run->end)
        return;
    samples_add(&run->operation, end - begun);
    if (cpu)
        samples_add(caught ? &run->caught : &run->spared, end - begun);
}

static void invalidate_until_the_end(void *ctx, unsigned cpu)
{
    struct processor *p = ctx;
    struct run *run = p->run;
    const uint64_t think = run->setup->think;

    for (uint64_t n = 0; p->rc == 0 && now_of(run) < run->end; n++) {
        const bool spoilt = cpu == 0 && run->setup->illegal && n % SPOILT_EVERY == 0;
        uint64_t begun;

        drv_cpus_work(run->machine, cpu, think / 2 + rng_below(&p->random, (uint32_t)think + 1));
        begun = now_of(run);
        p->rc = issue_operation(p, spoilt);
        note_operation(run, cpu, begun);
    }
}

/* ---- the measurement */

static bool open_machine(struct run *run, char why[EXP_WHY_SIZE])
{
    const struct exp_setup *setup = run->setup;
    struct drv_cpu_costs costs = drv_cpu_costs_usual();
    smmu_config_t cfg = setup->cfg;

    run->config = (struct drv_config){
        .memory_base = MEMORY_BASE,
        .memory_size = MEMORY_SIZE,
        .sync_mode = exp_sync_mode(setup),
        .insertion = (enum drv_insertion)setup->insertion,
        .force_sync_every = (unsigned)setup->forced,
        .repeats = (unsigned)setup->repeats,
        .ecmdq = run->ecmdq,
        .ecmdqs = (unsigned)setup->ecmdqs,
    };
    if (!exp_queue_log2(setup, &run->config.cmdq_log2, why) ||
        smmu_config_set(&cfg, "timing.seed", setup->seed, why, EXP_WHY_SIZE) != SMMU_OK)
        return false;
    run->host = host_create(&cfg, why, EXP_WHY_SIZE);
    if (!run->host)
        return false;
    costs.line_move = (uint32_t)setup->line;
    costs.line_turn = (uint32_t)setup->line / 2;
    costs.irq_latency = (uint32_t)setup->irq;
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
        drv_use_ecmdq_of(&p->driver, i);
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
    if (setup->illegal == EXP_ALL_LEGAL)
        return;
    r->errors = (double)run->stall.count;
    r->stall_mean = samples_mean(&run->stall);
    r->stall_max = (double)samples_percentile(&run->stall, 1000);
    r->spared_p50 = (double)samples_percentile(&run->spared, 500);
    r->caught_p50 = (double)samples_percentile(&run->caught, 500);
    r->caught_p99 = (double)samples_percentile(&run->caught, 990);
}

static bool applies(const struct exp_setup *setup, char why[EXP_WHY_SIZE])
{
    if (setup->form == EXP_NO_INVALIDATION)
        snprintf(why, EXP_WHY_SIZE, "form=none: nothing goes through the queue");
    else if (setup->window == 0)
        snprintf(why, EXP_WHY_SIZE, "window=0: nothing is measured");
    else if (setup->ecmdqs > MOST_ECMDQS)
        snprintf(why, EXP_WHY_SIZE, "ecmdqs=%llu: at most %d", (unsigned long long)setup->ecmdqs,
                 MOST_ECMDQS);
    else
        return true;
    return false;
}

static enum exp_outcome measure(struct run *run, struct exp_result *result, char why[EXP_WHY_SIZE])
{
    if (!applies(run->setup, why) || !open_machine(run, why) || !bring_machine_up(run, why))
        return EXP_FAILED;
    if (run->driver.ecmdqs != run->setup->ecmdqs)
        return EXP_DOES_NOT_APPLY; /* there are not so many */
    if (!run_all(run, why))
        return EXP_FAILED;
    report(run, result);
    return EXP_MEASURED;
}

static void close_machine(struct run *run)
{
    drv_cpus_destroy(run->machine);
    host_destroy(run->host);
    samples_free(&run->operation);
    samples_free(&run->stall);
    samples_free(&run->caught);
    samples_free(&run->spared);
}

enum exp_outcome exp_measure_smp(const struct exp_setup *setup, struct exp_result *result,
                                 char why[EXP_WHY_SIZE])
{
    struct run *run = calloc(1, sizeof *run);
    struct processor *processor = calloc(setup->cpus, sizeof *processor);
    struct drv_cmdq *ecmdq = calloc(setup->ecmdqs + 1, sizeof *ecmdq);
    enum exp_outcome outcome = EXP_FAILED;

    *result = exp_result_nothing();
    snprintf(why, EXP_WHY_SIZE, "%s", strerror(ENOMEM));
    if (run && processor && ecmdq) {
        run->setup = setup;
        run->processor = processor;
        run->ecmdq = ecmdq;
        outcome = measure(run, result, why);
        close_machine(run);
    }
    free(ecmdq);
    free(processor);
    free(run);
    return outcome;
}
