/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of commands whose issuers wait, of all instances that share queues: who repairs an error
 * finds the issuer, wherever it runs. Each instance has its own, behind a lock that is its own as
 * well, so that issuers do not meet here.
 */
#include <stddef.h>

#include "driver/driver_impl.h"
#include "driver/ring.h"

static uint64_t line_of(const struct drv *drv)
{
    return drv_line(DRV_LINE_OF_THREAD, drv->number, 0);
}

static void lock(struct drv *drv, struct drv *whose)
{
    drv_spin_lock(drv, &whose->inflight_lock, line_of(whose));
}

static void unlock(struct drv *drv, struct drv *whose)
{
    drv_spin_unlock(drv, &whose->inflight_lock, line_of(whose));
}

void drv_inflight_add(struct drv *drv, struct drv_inflight *list)
{
    lock(drv, drv);
    list->next = drv->inflight;
    drv->inflight = list;
    unlock(drv, drv);
}

void drv_inflight_remove(struct drv *drv, struct drv_inflight *list)
{
    struct drv_inflight **link = &drv->inflight;

    lock(drv, drv);
    while (*link != list)
        link = &(*link)->next;
    *link = list->next;
    unlock(drv, drv);
}

static struct drv_inflight *find_in(const struct drv *whose, const struct drv_cmdq *q,
                                    uint32_t position, unsigned *offset)
{
    for (struct drv_inflight *list = whose->inflight; list; list = list->next) {
        const uint64_t distance = drv_ring_position(q->log2size, (uint64_t)position - list->first);

        if (list->queue == q && distance <= list->count) {
            *offset = (unsigned)distance;
            return list;
        }
    }
    return NULL;
}

static struct drv *first_of(struct drv *drv)
{
    return drv->joined ? drv->joined : drv;
}

static struct drv *next_of(struct drv *drv)
{
    return drv->joined ? drv->joined_before
                       : atomic_load_explicit(&drv->last_joined, memory_order_acquire);
}

struct drv_found drv_inflight_find(struct drv *drv, const struct drv_cmdq *q, uint32_t position)
{
    struct drv_found found = {0};

    for (found.whose = first_of(drv); found.whose; found.whose = next_of(found.whose)) {
        lock(drv, found.whose);
        found.list = find_in(found.whose, q, position, &found.offset);
        if (found.list)
            return found;
        unlock(drv, found.whose);
    }
    return found;
}

void drv_inflight_release(struct drv *drv, const struct drv_found *found)
{
    if (found->list)
        unlock(drv, found->whose);
}
