/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's operations on a simulated host: registers and memory of the model, the host's clock,
 * and interrupts from its wired outputs. The only part of the driver that knows a model.
 */
#ifndef SMMUSIM_DRIVER_HOST_OPS_H
#define SMMUSIM_DRIVER_HOST_OPS_H

#include "driver/ops.h"
#include "mem/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the processor's own accesses cost, in cycles of the SMMU clock; they pass before the access
 * takes effect. */
struct drv_host_costs {
    uint32_t reg_read;  /* uncached, there and back */
    uint32_t reg_write; /* until a posted write arrives */
    uint32_t memory;    /* one word, through the processor's caches */
};

enum { DRV_HOST_IRQ_SOURCES = SMMU_IRQ_COUNT };

struct drv_host {
    struct sim_host *host;
    struct drv_host_costs costs;
    uint64_t seen[DRV_HOST_IRQ_SOURCES];      /* edges that have been taken */
    void (*log)(void *ctx, const char *line); /* NULL: silent */
    void *log_ctx;
};

/* 'host' outlives 'machine', and 'machine' the driver that gets its operations. */
void drv_host_init(struct drv_host *machine, struct sim_host *host,
                   const struct drv_host_costs *costs);
struct drv_ops drv_host_ops(struct drv_host *machine);

#ifdef __cplusplus
}
#endif

#endif
