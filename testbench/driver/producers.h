/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many producers and one command queue (3.5): who writes which slots, and what PROD is moved to.
 *
 * The algorithm is Linux's. A producer reserves positions with one compare-and-swap, fills them and
 * marks them valid; PROD is moved by whichever producer found nobody gathering, past everything
 * that was reserved by then. No producer waits for a lock; only such an owner waits, for entries
 * that others have reserved and not yet filled.
 *
 * Owns indexes, not entries: what is written where, and how a CMD_SYNC is awaited, is cmdq.c's.
 * Any number of threads may call anything here but drv_producers_init().
 */
#ifndef SMMUSIM_DRIVER_PRODUCERS_H
#define SMMUSIM_DRIVER_PRODUCERS_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/ops.h"

#ifdef __cplusplus
extern "C" {
/* C++ embeds what is shared between threads, and leaves it to C to touch it. */
#define DRV_ATOMIC(type) type
#else
#define DRV_ATOMIC(type) _Atomic(type)
#endif

enum { DRV_PRODUCERS_LOG2_MAX = 19, DRV_CACHE_LINE = 64 };

struct drv_producers {
    /* Up to where positions are reserved, whether somebody gathers, and up to where CONS is known
     * to have come: in one word, so that room is judged and taken at once. */
    DRV_ATOMIC(uint64_t) indexes;
    char line_of_indexes[DRV_CACHE_LINE - sizeof(uint64_t)];

    /* What PROD was last moved to: the turn of the owner that begins there. */
    DRV_ATOMIC(uint32_t) published;
    /* Producers that need the known CONS to stay, and one that may move it. */
    DRV_ATOMIC(uint32_t) cons_lock;
    unsigned log2size;
    char line_of_turns[DRV_CACHE_LINE - 2 * sizeof(uint32_t) - sizeof(unsigned)];

    /* One bit a slot. What it means changes with every lap, so that nobody has to clear it. */
    DRV_ATOMIC(uint64_t) valid[(1 << DRV_PRODUCERS_LOG2_MAX) / 64];
};

/* What a producer does to its machine. */
struct drv_producer_ops {
    void *ctx;
    uint32_t (*read_cons)(void *ctx); /* a position */
    void (*write_prod)(void *ctx, uint32_t position);
    void (*pause)(void *ctx); /* a turn of a loop that waits for another producer */
    /* Called before each access to what producers share: the number of its cache line. Where
     * processors are simulated this takes the time of the access. NULL: it takes what it takes. */
    void (*reach)(void *ctx, unsigned line, enum drv_access access);
};

/* Positions that are one producer's to fill. */
struct drv_claim {
    uint32_t first;
    unsigned count, attempts; /* at the exchange */
    bool owner; /* must move PROD, past these and whatever others have reserved by then */
};

/* Empty, both registers at position 0. */
void drv_producers_init(struct drv_producers *p, unsigned log2size);

/* False: as far as is known there is no room for so many. */
bool drv_producers_reserve(struct drv_producers *p, unsigned count, struct drv_claim *claim,
                           const struct drv_producer_ops *ops);
/* The same without an exchange that can fail: an addition, after a look whether there is room for
 * whatever all who have looked may take. All producers of a queue do it in the same way. */
bool drv_producers_has_room(struct drv_producers *p, uint64_t slots,
                            const struct drv_producer_ops *ops);
void drv_producers_take(struct drv_producers *p, unsigned count, struct drv_claim *claim,
                        const struct drv_producer_ops *ops);
/* Looks at CONS, unless somebody else does or needs what is known to stay. */
void drv_producers_learn_cons(struct drv_producers *p, const struct drv_producer_ops *ops);

/* While held, what is known of CONS stays: nobody can reuse the slots of a claim, and a look at
 * CONS tells whether they are consumed. To be held before the claim is published. */
void drv_producers_hold_cons(struct drv_producers *p, const struct drv_producer_ops *ops);
/* 'cons': where it is by now, NULL if the holder has not found out. */
void drv_producers_release_cons(struct drv_producers *p, const uint32_t *cons,
                                const struct drv_producer_ops *ops);

/* The claim's slots are filled. On return PROD has passed them, or some owner is about to move it
 * there. */
void drv_producers_publish(struct drv_producers *p, const struct drv_claim *claim,
                           const struct drv_producer_ops *ops);

/* What the next claim would begin with, and up to where CONS is known to have come. */
uint32_t drv_producers_next(const struct drv_producers *p);
uint32_t drv_producers_known_cons(const struct drv_producers *p);

#ifdef __cplusplus
}
#endif

#endif
