/* SPDX-License-Identifier: Apache-2.0 */
/* See cpus.h. Each processor is a context with a stack of its own; one of them runs at a time. */
#define _XOPEN_SOURCE 700 /* ucontext.h */
#include "driver/cpus.h"

#include <assert.h>
#include <stdlib.h>
#include <ucontext.h>

#include "driver/cpu_lines.h"

enum { STACK_BYTES = 256 * 1024, LINE_BYTES = 64 };

static_assert((int)DRV_CPUS_MAX <= (int)CPU_LINES_MAX_CPUS, "a line knows them all");

/* Lines of memory and lines of what the driver's threads share are numbered apart. */
#define IN_MEMORY (UINT64_C(1) << 63)
#define NO_LINE UINT64_MAX

struct cpu {
    struct drv_cpus *machine;
    unsigned number;
    ucontext_t context;
    void *stack;
    drv_cpu_fn *fn; /* NULL: nothing to do */
    void *ctx;
    bool server;

    uint64_t wakes, order; /* when it goes on, and who does first in that cycle */
    uint64_t watched;      /* the line that it has read last */
    bool dozes, interruptible;

    uint32_t irqs_taken; /* those that are routed here */
    uint32_t raised;     /* and not yet taken */
    uint64_t raised_at[SMMU_IRQ_COUNT];
};

struct drv_cpus {
    struct sim_host *host;
    struct drv_cpu_costs costs;
    struct cpu_lines lines;
    uint64_t port_free;
    uint64_t next_order;
    uint64_t seen[SMMU_IRQ_COUNT]; /* edges */
    uint64_t edge[SMMU_IRQ_COUNT]; /* when the last one was seen */
    ucontext_t scheduler;
    unsigned cpus, clients; /* running, without servers */
    bool out_of_memory;
    struct drv_cpus_stats stats;
    void (*log)(void *ctx, const char *line);
    void *log_ctx;
    struct cpu cpu[];
};

static const uint32_t irq_of_source[SMMU_IRQ_COUNT] = {
    [SMMU_IRQ_EVENTQ] = DRV_IRQ_EVENTQ,     [SMMU_IRQ_PRIQ] = DRV_IRQ_PRIQ,
    [SMMU_IRQ_CMD_SYNC] = DRV_IRQ_CMD_SYNC, [SMMU_IRQ_GERROR] = DRV_IRQ_GERROR,
    [SMMU_IRQ_SEV] = DRV_IRQ_SEV,
};

struct drv_cpu_costs drv_cpu_costs_usual(void)
{
    return (struct drv_cpu_costs){
        .line_hit = 1,
        .line_move = 40,
        .line_turn = 20,
        .line_share = 10,
        .reg_read = 100,
        .reg_write = 50,
        .reg_port = 4,
        .irq_latency = 1000,
        .event_latency = 20,
    };
}

/* ---- whose turn it is */

static uint64_t now_of(const struct drv_cpus *m)
{
    return host_now(m->host);
}

static void wake(struct cpu *cpu, uint64_t cycle)
{
    if (cycle < cpu->wakes)
        cpu->wakes = cycle;
}

static void sleep_until(struct cpu *cpu, uint64_t cycle)
{
    struct drv_cpus *m = cpu->machine;

    cpu->wakes = cycle;
    cpu->order = m->next_order++;
    swapcontext(&cpu->context, &m->scheduler);
    cpu->dozes = cpu->interruptible = false;
}

static void spend(struct cpu *cpu, uint64_t cycles)
{
    if (cycles)
        sleep_until(cpu, now_of(cpu->machine) + cycles);
}

static struct cpu *next_to_run(struct drv_cpus *m)
{
    struct cpu *first = NULL;

    for (unsigned i = 0; i < m->cpus; i++) {
        struct cpu *cpu = &m->cpu[i];

        if (cpu->fn && (!first || cpu->wakes < first->wakes ||
                        (cpu->wakes == first->wakes && cpu->order < first->order)))
            first = cpu;
    }
    return first;
}

/* ---- interrupts and the event */

static void raise_on(struct cpu *cpu, unsigned source, uint64_t at)
{
    const uint32_t irq = irq_of_source[source];

    if (irq != DRV_IRQ_SEV && !(cpu->irqs_taken & irq))
        return;
    if (!(cpu->raised & irq))
        cpu->raised_at[source] = at;
    cpu->raised |= irq;
    if (irq == DRV_IRQ_SEV ? cpu->dozes : cpu->interruptible)
        wake(cpu, at);
}

static void look_at_irqs(struct drv_cpus *m)
{
    for (unsigned source = 0; source < SMMU_IRQ_COUNT; source++) {
        const uint64_t edges = host_irq_count(m->host, SMMU_PAS_NS, (smmu_irq_source_t)source);
        const uint32_t latency =
            source == SMMU_IRQ_SEV ? m->costs.event_latency : m->costs.irq_latency;

        if (edges == m->seen[source])
            continue;
        m->seen[source] = edges;
        m->edge[source] = now_of(m);
        for (unsigned i = 0; i < m->cpus; i++)
            raise_on(&m->cpu[i], source, now_of(m) + latency);
    }
}

/* The earliest cycle at which one of these, raised already, is to be seen. */
static uint64_t when_raised(const struct cpu *cpu, uint32_t irqs)
{
    uint64_t at = UINT64_MAX;

    for (unsigned source = 0; source < SMMU_IRQ_COUNT; source++)
        if (cpu->raised & irqs & irq_of_source[source] && cpu->raised_at[source] < at)
            at = cpu->raised_at[source];
    return at;
}

/* ---- lines */

static struct cpu_line *line_of(struct drv_cpus *m, uint64_t number)
{
    struct cpu_line *line = cpu_lines_find(&m->lines, number);

    if (!line)
        m->out_of_memory = true;
    return line;
}

static void wake_losers(struct drv_cpus *m, const struct cpu_set *losers, uint64_t number)
{
    for (unsigned i = 0; i < m->cpus; i++)
        if (cpu_set_has(losers, i) && m->cpu[i].dozes && m->cpu[i].watched == number)
            wake(&m->cpu[i], now_of(m));
}

static void reach_line(struct cpu *cpu, uint64_t number, enum drv_access access)
{
    struct drv_cpus *m = cpu->machine;
    const bool write = access == DRV_ACCESS_WRITE;
    struct cpu_line *line = line_of(m, number);
    struct cpu_set losers;

    if (!write)
        cpu->watched = number;
    if (!line)
        return;
    if (cpu_line_here(line, cpu->number, write)) {
        m->stats.hits++;
        spend(cpu, m->costs.line_hit);
        return;
    }
    m->stats.moves++;
    sleep_until(cpu, cpu_line_ask(line, now_of(m), write, m->costs.line_move,
                                  write ? m->costs.line_turn : m->costs.line_share));
    line = line_of(m, number); /* the table may have grown */
    losers = cpu_line_arrive(line, cpu->number, write);
    wake_losers(m, &losers, number);
}

static uint64_t line_in_memory(uint64_t pa)
{
    return IN_MEMORY | pa / LINE_BYTES;
}

static void model_writes(void *ctx, uint64_t addr, uint32_t bytes)
{
    struct drv_cpus *m = ctx;

    for (uint64_t at = addr / LINE_BYTES; at <= (addr + bytes - 1) / LINE_BYTES; at++) {
        const uint64_t number = IN_MEMORY | at;
        struct cpu_line *line = line_of(m, number);

        if (line) {
            const struct cpu_set losers = cpu_line_take_away(line);

            wake_losers(m, &losers, number);
        }
    }
}

/* ---- operations */

static void reach(void *ctx, uint64_t line, enum drv_access access)
{
    reach_line(ctx, line, access);
}

/* Accesses from all sides pass one port, in the order in which they arrive. */
static void pass_port(struct cpu *cpu, uint64_t travel)
{
    struct drv_cpus *m = cpu->machine;
    uint64_t at;

    spend(cpu, travel);
    at = m->port_free > now_of(m) ? m->port_free : now_of(m);
    m->port_free = at + m->costs.reg_port;
    if (at > now_of(m))
        sleep_until(cpu, at);
}

static uint64_t read_reg(struct cpu *cpu, uint32_t offset, unsigned size)
{
    const uint32_t there = cpu->machine->costs.reg_read / 2;
    uint64_t value;

    cpu->watched = NO_LINE;
    pass_port(cpu, there);
    value = host_reg_read(cpu->machine->host, SMMU_PAS_NS, offset, size);
    spend(cpu, cpu->machine->costs.reg_read - there);
    return value;
}

static void write_reg(struct cpu *cpu, uint32_t offset, unsigned size, uint64_t value)
{
    pass_port(cpu, cpu->machine->costs.reg_write);
    host_reg_write(cpu->machine->host, SMMU_PAS_NS, offset, size, value);
    look_at_irqs(cpu->machine);
}

static uint32_t read32(void *ctx, uint32_t offset)
{
    return (uint32_t)read_reg(ctx, offset, 4);
}

static uint64_t read64(void *ctx, uint32_t offset)
{
    return read_reg(ctx, offset, 8);
}

static void write32(void *ctx, uint32_t offset, uint32_t value)
{
    write_reg(ctx, offset, 4, value);
}

static void write64(void *ctx, uint32_t offset, uint64_t value)
{
    write_reg(ctx, offset, 8, value);
}

static uint64_t mem_read64(void *ctx, uint64_t pa)
{
    struct cpu *cpu = ctx;

    reach_line(cpu, line_in_memory(pa), DRV_ACCESS_READ);
    return memory_load64(host_memory(cpu->machine->host), pa);
}

static void mem_write64(void *ctx, uint64_t pa, uint64_t value)
{
    struct cpu *cpu = ctx;

    reach_line(cpu, line_in_memory(pa), DRV_ACCESS_WRITE);
    memory_store64(host_memory(cpu->machine->host), pa, value);
}

static void wait_cycles(void *ctx, uint64_t cycles)
{
    struct cpu *cpu = ctx;
    const uint64_t end = now_of(cpu->machine) + cycles;
    const uint64_t irq = when_raised(cpu, ~(uint32_t)DRV_IRQ_SEV);

    cpu->interruptible = true;
    sleep_until(cpu, irq < end ? irq : end);
}

static bool has_lost(struct cpu *cpu)
{
    const struct cpu_line *line =
        cpu->watched == NO_LINE ? NULL : line_of(cpu->machine, cpu->watched);

    return line && !cpu_set_has(&line->holders, cpu->number);
}

static void doze(void *ctx, uint64_t cycles)
{
    struct cpu *cpu = ctx;
    const uint64_t end = now_of(cpu->machine) + cycles;
    const uint64_t raised = when_raised(cpu, UINT32_MAX);

    cpu->dozes = cpu->interruptible = true;
    if (has_lost(cpu))
        sleep_until(cpu, now_of(cpu->machine) + cpu->machine->costs.line_hit);
    else
        sleep_until(cpu, raised < end ? raised : end);
}

static uint64_t now(void *ctx)
{
    return now_of(((const struct cpu *)ctx)->machine);
}

static uint32_t take_irqs(void *ctx)
{
    struct cpu *cpu = ctx;
    uint32_t irqs = 0;

    for (unsigned source = 0; source < SMMU_IRQ_COUNT; source++)
        if (cpu->raised & irq_of_source[source] && cpu->raised_at[source] <= now_of(cpu->machine))
            irqs |= irq_of_source[source];
    cpu->raised &= ~irqs;
    return irqs;
}

static void log_line(void *ctx, const char *line)
{
    const struct drv_cpus *m = ((const struct cpu *)ctx)->machine;

    if (m->log)
        m->log(m->log_ctx, line);
}

struct drv_ops drv_cpu_ops(struct drv_cpus *machine, unsigned cpu)
{
    return (struct drv_ops){
        .ctx = &machine->cpu[cpu],
        .read32 = read32,
        .write32 = write32,
        .read64 = read64,
        .write64 = write64,
        .mem_read64 = mem_read64,
        .mem_write64 = mem_write64,
        .wait = wait_cycles,
        .now = now,
        .take_irqs = take_irqs,
        .log = log_line,
        .reach = reach,
        .doze = doze,
    };
}

void drv_cpus_log_to(struct drv_cpus *machine, void (*log)(void *ctx, const char *line), void *ctx)
{
    machine->log = log;
    machine->log_ctx = ctx;
}

void drv_cpus_route(struct drv_cpus *machine, unsigned cpu, uint32_t irqs)
{
    machine->cpu[cpu].irqs_taken = irqs;
}

uint64_t drv_cpus_raised(const struct drv_cpus *machine, enum drv_irq irq)
{
    for (unsigned source = 0; source < SMMU_IRQ_COUNT; source++)
        if (irq_of_source[source] == irq)
            return machine->edge[source];
    return 0;
}

void drv_cpus_work(struct drv_cpus *machine, unsigned cpu, uint64_t cycles)
{
    spend(&machine->cpu[cpu], cycles);
}

struct drv_cpus_stats drv_cpus_stats(const struct drv_cpus *machine)
{
    return machine->stats;
}

/* ---- running */

/* makecontext() passes ints. */
static void run_fn(unsigned high, unsigned low)
{
    struct cpu *cpu = (struct cpu *)((uintptr_t)high << 32 | low); // NOLINT: back from two halves

    cpu->fn(cpu->ctx, cpu->number);
    cpu->fn = NULL;
    cpu->machine->clients -= !cpu->server;
}

void drv_cpus_start(struct drv_cpus *machine, unsigned cpu, bool server, uint64_t cycle,
                    drv_cpu_fn *fn, void *ctx)
{
    struct cpu *c = &machine->cpu[cpu];
    const uintptr_t self = (uintptr_t)c;

    assert(cpu < machine->cpus && !c->fn);
    c->fn = fn;
    c->ctx = ctx;
    c->server = server;
    c->wakes = cycle;
    c->order = machine->next_order++;
    c->watched = NO_LINE;
    machine->clients += !server;
    getcontext(&c->context);
    c->context.uc_stack.ss_sp = c->stack;
    c->context.uc_stack.ss_size = STACK_BYTES;
    c->context.uc_link = &machine->scheduler;
    makecontext(&c->context, (void (*)(void))run_fn, 2, (unsigned)((uint64_t)self >> 32),
                (unsigned)self);
}

bool drv_cpus_finished(const struct drv_cpus *machine)
{
    return machine->clients == 0;
}

bool drv_cpus_run(struct drv_cpus *machine)
{
    struct cpu *cpu;

    while ((cpu = next_to_run(machine))) {
        if (host_error(machine->host) || machine->out_of_memory)
            return false;
        if (cpu->wakes <= now_of(machine)) {
            swapcontext(&machine->scheduler, &cpu->context);
        } else {
            host_step(machine->host, cpu->wakes);
            look_at_irqs(machine);
        }
    }
    return !host_error(machine->host);
}

struct drv_cpus *drv_cpus_create(struct sim_host *host, unsigned cpus,
                                 const struct drv_cpu_costs *costs)
{
    struct drv_cpus *m = calloc(1, sizeof *m + cpus * sizeof m->cpu[0]);
    bool fine = m != NULL;

    assert(cpus <= DRV_CPUS_MAX);
    if (!m)
        return NULL;
    m->host = host;
    m->costs = *costs;
    m->cpus = cpus;
    fine = cpu_lines_init(&m->lines);
    for (unsigned i = 0; i < cpus; i++) {
        m->cpu[i].machine = m;
        m->cpu[i].number = i;
        m->cpu[i].watched = NO_LINE;
        m->cpu[i].stack = malloc(STACK_BYTES);
        fine = fine && m->cpu[i].stack;
    }
    for (unsigned source = 0; source < SMMU_IRQ_COUNT; source++)
        m->seen[source] = host_irq_count(host, SMMU_PAS_NS, (smmu_irq_source_t)source);
    host_watch_writes(host, model_writes, m);
    if (fine)
        return m;
    drv_cpus_destroy(m);
    return NULL;
}

void drv_cpus_destroy(struct drv_cpus *machine)
{
    if (!machine)
        return;
    host_watch_writes(machine->host, NULL, NULL);
    for (unsigned i = 0; i < machine->cpus; i++)
        free(machine->cpu[i].stack);
    cpu_lines_free(&machine->lines);
    free(machine);
}
