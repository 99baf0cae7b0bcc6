/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver runs on: registers, memory and time, as a machine with an SMMU in it gives them.
 *
 * Every call may take simulated time. Nothing here knows which model, if any, is behind it.
 */
#ifndef SMMUSIM_DRIVER_OPS_H
#define SMMUSIM_DRIVER_OPS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum drv_irq {
    DRV_IRQ_GERROR = 1 << 0,
    DRV_IRQ_EVENTQ = 1 << 1,
    DRV_IRQ_PRIQ = 1 << 2,
    DRV_IRQ_CMD_SYNC = 1 << 3,
    DRV_IRQ_SEV = 1 << 4, /* not an interrupt: the event that ends a WFE */
};

enum drv_access { DRV_ACCESS_READ, DRV_ACCESS_WRITE /* or both at once */ };

struct drv_ops {
    void *ctx;

    uint32_t (*read32)(void *ctx, uint32_t offset);
    void (*write32)(void *ctx, uint32_t offset, uint32_t value);
    uint64_t (*read64)(void *ctx, uint32_t offset);
    void (*write64)(void *ctx, uint32_t offset, uint64_t value);

    /* Physical addresses, multiples of 8; words are numbers, little-endian in memory. */
    uint64_t (*mem_read64)(void *ctx, uint64_t pa);
    void (*mem_write64)(void *ctx, uint64_t pa, uint64_t value);

    /* Time passes; it may be less than asked for when an interrupt or event is raised meanwhile. */
    void (*wait)(void *ctx, uint64_t cycles);
    uint64_t (*now)(void *ctx);

    /* enum drv_irq bits raised since the last call. */
    uint32_t (*take_irqs)(void *ctx);

    void (*log)(void *ctx, const char *line); /* NULL: silent */

    /* Of simulated processors, NULL elsewhere. What threads of the driver share is about to be
     * accessed: the number of its cache line. */
    void (*reach)(void *ctx, uint64_t line, enum drv_access access);
    /* Like wait, and over as well when somebody writes the line that this processor has read last,
     * or when the event comes: WFE. */
    void (*doze)(void *ctx, uint64_t cycles);
};

/* All of the time passes, whatever is raised meanwhile: for those who take no interrupts. */
static inline void drv_ops_let_pass(const struct drv_ops *ops, uint64_t cycles)
{
    const uint64_t started = ops->now(ops->ctx);
    uint64_t passed = 0;

    while (passed < cycles) {
        (void)ops->take_irqs(ops->ctx);
        ops->wait(ops->ctx, cycles - passed);
        passed = ops->now(ops->ctx) - started;
    }
}

#ifdef __cplusplus
}
#endif

#endif
