/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's operations on real threads: memory is the host's, the model lives in a thread of its
 * own and nobody else touches it. The command queue's PROD and CONS are words that both sides see,
 * as doorbells are; every other register access is carried to the model's thread and back.
 *
 * Nothing here is deterministic, and model time means nothing: this machine shows what threads can
 * do to each other, driver/host_ops.h shows how long things take.
 */
#ifndef SMMUSIM_DRIVER_THREADS_H
#define SMMUSIM_DRIVER_THREADS_H

#include "driver/commands.h"
#include "driver/ops.h"
#include "smmusim/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

struct drv_threads;

/* Told in the model's thread, before CONS or a completion signal shows it to anybody. NULL: not
 * wanted. */
struct drv_threads_watch {
    void *ctx;
    /* CONS has passed a command; it is what was last read from the slot. */
    void (*consumed)(void *ctx, const struct drv_cmd *cmd);
    /* With the configuration key inval.notify. */
    void (*invalidated)(void *ctx, const smmu_out_inval_t *inval);
};

/* Memory from 'base' on, both multiples of 64, zero at first; the model's accesses elsewhere abort.
 * NULL: why says what is wrong. */
struct drv_threads *drv_threads_start(const smmu_config_t *cfg, uint64_t base, uint64_t bytes,
                                      const struct drv_threads_watch *watch, char *why,
                                      size_t why_size);
/* No thread is using it any more. */
void drv_threads_stop(struct drv_threads *machine);

/* NULL, or what the model has refused although it must not. */
const char *drv_threads_error(const struct drv_threads *machine);

/* What one thread runs the driver on. */
struct drv_thread {
    struct drv_threads *machine;
    bool takes_irqs; /* one of them at most */
    uint64_t sevs_seen;
    void (*log)(void *ctx, const char *line); /* NULL: silent */
    void *log_ctx;
};

/* Cycles are nanoseconds of the host. */
struct drv_ops drv_thread_ops(struct drv_thread *thread);

#ifdef __cplusplus
}
#endif

#endif
