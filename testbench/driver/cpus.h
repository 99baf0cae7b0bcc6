/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's operations on simulated processors: as many as wanted, on one simulated host, in
 * simulated time. Each runs ordinary code of the driver on a stack of its own and gives the others
 * their turn whenever an access of its takes time, so that everything they do to each other happens
 * in the order of simulated time, the same in every run.
 *
 * What they share lies in cache lines, which move: a line is in any number of processors to be
 * read, or in one to be written, and it is handed on in the order in which it is asked for. Who
 * asks for a line again must wait behind those who ask already: this is how an exchange comes to
 * fail. Registers are reached through one port.
 *
 * driver/threads.h shows what threads can do to each other, this how long it takes.
 */
#ifndef SMMUSIM_DRIVER_CPUS_H
#define SMMUSIM_DRIVER_CPUS_H

#include <stdbool.h>

#include "driver/ops.h"
#include "mem/host.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DRV_CPUS_MAX = 128 };

/* In cycles of the SMMU clock. */
struct drv_cpu_costs {
    uint32_t line_hit;      /* an access to a line that is here */
    uint32_t line_move;     /* until a line is here; to be written it has left all others by then */
    uint32_t line_turn;     /* from one who will write it to the next move */
    uint32_t line_share;    /* from one who will read it to the next move */
    uint32_t reg_read;      /* there and back */
    uint32_t reg_write;     /* until a write is there, on which the processor waits */
    uint32_t reg_port;      /* from one access at the SMMU's registers to the next */
    uint32_t irq_latency;   /* from an interrupt to its handler */
    uint32_t event_latency; /* from the SMMU's event to those who wait for it */
};

/* Assumed, and chosen round: docs/driver.md. */
struct drv_cpu_costs drv_cpu_costs_usual(void);

struct drv_cpus;
typedef void drv_cpu_fn(void *ctx, unsigned cpu);

/* NULL: no memory. 'host' outlives it. */
struct drv_cpus *drv_cpus_create(struct sim_host *host, unsigned cpus,
                                 const struct drv_cpu_costs *costs);
void drv_cpus_destroy(struct drv_cpus *machine); /* what still runs is forgotten */

struct drv_ops drv_cpu_ops(struct drv_cpus *machine, unsigned cpu);
/* Of every driver on the machine; NULL: silent. */
void drv_cpus_log_to(struct drv_cpus *machine, void (*log)(void *ctx, const char *line), void *ctx);

/* The interrupts that a processor takes: enum drv_irq. All of them see the event. */
void drv_cpus_route(struct drv_cpus *machine, unsigned cpu, uint32_t irqs);

/* The cycle of the last edge; 0: none yet. */
uint64_t drv_cpus_raised(const struct drv_cpus *machine, enum drv_irq irq);

/* A processor that has nothing to do will run fn at 'cycle', or at once. A server does not keep the
 * machine running: it is to return when drv_cpus_finished(). */
void drv_cpus_start(struct drv_cpus *machine, unsigned cpu, bool server, uint64_t cycle,
                    drv_cpu_fn *fn, void *ctx);
/* Lets time pass until all that were started have returned, servers last. False: the host has an
 * error, and nothing goes on. */
bool drv_cpus_run(struct drv_cpus *machine);
bool drv_cpus_finished(const struct drv_cpus *machine);

/* Time that a processor spends on work of its own. */
void drv_cpus_work(struct drv_cpus *machine, unsigned cpu, uint64_t cycles);

struct drv_cpus_stats {
    uint64_t moves, hits; /* of lines */
};
struct drv_cpus_stats drv_cpus_stats(const struct drv_cpus *machine);

#ifdef __cplusplus
}
#endif

#endif
