/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the driver: what its files share and nobody else sees. */
#ifndef SMMUSIM_DRIVER_DRIVER_IMPL_H
#define SMMUSIM_DRIVER_DRIVER_IMPL_H

#include <stdatomic.h>

#include "driver/driver.h"

/* ---- inflight.c: lists that are awaited, for whoever repairs a queue */

void drv_inflight_add(struct drv *drv, struct drv_inflight *list);
void drv_inflight_remove(struct drv *drv, struct drv_inflight *list);

/* Of which instance a list is, and which entry of it is meant. */
struct drv_found {
    struct drv_inflight *list; /* NULL: nobody waits for it, and there is nothing to release */
    struct drv *whose;
    unsigned offset;
};

/* The list that a position of a queue belongs to, its CMD_SYNC included. It stays until it is
 * released. */
struct drv_found drv_inflight_find(struct drv *drv, const struct drv_cmdq *q, uint32_t position);
void drv_inflight_release(struct drv *drv, const struct drv_found *found);

/* ---- probe.c */

/* A lock that is held for a few accesses; 'line' is its cache line, for simulated processors. */
void drv_spin_lock(struct drv *drv, _Atomic(uint32_t) *lock, uint64_t line);
void drv_spin_unlock(struct drv *drv, _Atomic(uint32_t) *lock, uint64_t line);

/* Cache lines of what threads share are numbered by what it belongs to. */
enum drv_line_of {
    DRV_LINE_OF_PRODUCERS,
    DRV_LINE_OF_PROD,
    DRV_LINE_OF_TICKETS,
    DRV_LINE_OF_THREAD
};

static inline uint64_t drv_line(enum drv_line_of what, unsigned number, unsigned line)
{
    return (uint64_t)what << 56 | (uint64_t)number << 24 | line;
}

/* ---- ecmdq.c */

void drv_cmdq_init(struct drv_cmdq *q); /* empty, shared by nobody yet */

void drv_cmdq_write_prod(struct drv *drv, struct drv_cmdq *q, uint32_t position);
/* As many ECMDQs as configured, or none. */
int drv_start_ecmdqs(struct drv *drv);
/* Error of an ECMDQ: CONS while one is active there. */
bool drv_ecmdq_error(struct drv *drv, struct drv_cmdq *q, uint32_t *cons);
/* Consumption goes on. */
void drv_ecmdq_acknowledge(struct drv *drv, struct drv_cmdq *q);

#endif
