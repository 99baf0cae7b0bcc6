/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Insertion by many producers, in C11 atomics. testbench/proof/cmdq_insertion.pml is the same
 * algorithm for a model checker: whoever changes a step here changes it there.
 */
#include "driver/producers.h"

#include <assert.h>
#include <stdatomic.h>

#include "driver/ring.h"

static_assert(sizeof(_Atomic(uint64_t)) == sizeof(uint64_t), "C++ sees the plain type");
static_assert(_Alignof(_Atomic(uint64_t)) == _Alignof(uint64_t), "C++ sees the plain type");
static_assert(sizeof(_Atomic(uint32_t)) == sizeof(uint32_t), "C++ sees the plain type");

/* In 'indexes' beside the reserved position, which has at most 20 bits: that somebody gathers, and
 * how many have been taken without an exchange since the last end of a gathering. */
#define GATHERING (UINT32_C(1) << 31)
#define ONE_TAKER (UINT32_C(1) << 22)
/* Beyond, there is no room: less than half of what is counted, so that as many threads that have
 * asked already do no harm. */
#define TAKERS_MAX 500
#define GATHERS(indexes) ((reserved_of(indexes) & ~(ONE_TAKER - 1)) != 0)
/* In 'cons_lock' beside the number of holders. */
#define MOVES_CONS (UINT32_C(1) << 31)

enum { WORD_BITS = 64 };

static uint64_t join(uint32_t reserved, uint32_t cons)
{
    return (uint64_t)cons << 32 | reserved;
}

static uint32_t reserved_of(uint64_t indexes)
{
    return (uint32_t)indexes;
}

static uint32_t takers_of(uint64_t indexes)
{
    return (reserved_of(indexes) & ~GATHERING) / ONE_TAKER;
}

/* With what has been taken since; to be reduced to a lap and a wrap bit. */
static uint32_t position_of(uint64_t indexes)
{
    return reserved_of(indexes) & (ONE_TAKER - 1);
}

static uint32_t cons_of(uint64_t indexes)
{
    return (uint32_t)(indexes >> 32);
}

/* The machine may let others go first: what was seen before is old afterwards. */
static void reach(const struct drv_producers *p, const struct drv_producer_ops *ops,
                  const volatile void *word, enum drv_access access)
{
    if (ops->reach)
        ops->reach(
            ops->ctx,
            (unsigned)(((const volatile char *)word - (const volatile char *)p) / DRV_CACHE_LINE),
            access);
}

void drv_producers_init(struct drv_producers *p, unsigned log2size)
{
    const uint64_t slots = drv_ring_size(log2size);

    assert(log2size <= DRV_PRODUCERS_LOG2_MAX);
    p->log2size = log2size;
    atomic_init(&p->indexes, 0);
    atomic_init(&p->published, 0);
    atomic_init(&p->cons_lock, 0);
    for (uint64_t i = 0; i * WORD_BITS < slots; i++)
        atomic_init(&p->valid[i], 0);
}

/* Acquires: what was learnt of CONS was learnt before a slot is overwritten. */
bool drv_producers_reserve(struct drv_producers *p, unsigned count, struct drv_claim *claim,
                           const struct drv_producer_ops *ops)
{
    uint64_t seen, wanted;
    unsigned attempts = 0;

    reach(p, ops, &p->indexes, DRV_ACCESS_READ);
    seen = atomic_load_explicit(&p->indexes, memory_order_acquire);
    do {
        attempts++;
        if (drv_ring_free(p->log2size, position_of(seen), cons_of(seen)) < count)
            return false;
        wanted = join(drv_ring_advance(p->log2size, position_of(seen), count) | GATHERING,
                      cons_of(seen));
        reach(p, ops, &p->indexes, DRV_ACCESS_WRITE);
    } while (!atomic_compare_exchange_strong_explicit(&p->indexes, &seen, wanted,
                                                      memory_order_acquire, memory_order_acquire));
    *claim = (struct drv_claim){position_of(seen), count, attempts, !GATHERS(seen)};
    return true;
}

void drv_producers_take(struct drv_producers *p, unsigned count, struct drv_claim *claim,
                        const struct drv_producer_ops *ops)
{
    uint64_t seen;

    reach(p, ops, &p->indexes, DRV_ACCESS_WRITE);
    seen = atomic_fetch_add_explicit(&p->indexes, ONE_TAKER + count, memory_order_acquire);
    *claim = (struct drv_claim){drv_ring_position(p->log2size, position_of(seen)), count, 1,
                                !GATHERS(seen)};
}

/* Acquires, like a reservation. */
bool drv_producers_has_room(struct drv_producers *p, uint64_t slots,
                            const struct drv_producer_ops *ops)
{
    uint64_t seen;

    reach(p, ops, &p->indexes, DRV_ACCESS_READ);
    seen = atomic_load_explicit(&p->indexes, memory_order_acquire);
    return takers_of(seen) < TAKERS_MAX &&
           drv_ring_free(p->log2size, drv_ring_position(p->log2size, position_of(seen)),
                         cons_of(seen)) >= slots;
}

/* One at a time: nobody else changes this half of the word meanwhile. */
static void set_known_cons(struct drv_producers *p, uint32_t cons,
                           const struct drv_producer_ops *ops)
{
    uint32_t known;

    reach(p, ops, &p->indexes, DRV_ACCESS_WRITE);
    known = cons_of(atomic_load_explicit(&p->indexes, memory_order_relaxed));
    atomic_fetch_add_explicit(&p->indexes, (uint64_t)(cons - known) << 32, memory_order_release);
}

void drv_producers_learn_cons(struct drv_producers *p, const struct drv_producer_ops *ops)
{
    uint32_t nobody = 0;

    reach(p, ops, &p->cons_lock, DRV_ACCESS_WRITE);
    if (!atomic_compare_exchange_strong_explicit(&p->cons_lock, &nobody, MOVES_CONS,
                                                 memory_order_acquire, memory_order_relaxed))
        return;
    set_known_cons(p, ops->read_cons(ops->ctx), ops);
    /* Holders that have come meanwhile stay counted. */
    reach(p, ops, &p->cons_lock, DRV_ACCESS_WRITE);
    atomic_fetch_and_explicit(&p->cons_lock, ~MOVES_CONS, memory_order_release);
}

void drv_producers_hold_cons(struct drv_producers *p, const struct drv_producer_ops *ops)
{
    uint32_t lock;

    reach(p, ops, &p->cons_lock, DRV_ACCESS_WRITE);
    lock = atomic_fetch_add_explicit(&p->cons_lock, 1, memory_order_acquire);
    while (lock & MOVES_CONS) {
        ops->pause(ops->ctx);
        reach(p, ops, &p->cons_lock, DRV_ACCESS_READ);
        lock = atomic_load_explicit(&p->cons_lock, memory_order_acquire);
    }
}

/* The last holder tells what it knows of CONS, still holding it. One of an earlier position than
 * what others have seen does no harm: it is past what was known before any of them held it. */
void drv_producers_release_cons(struct drv_producers *p, const uint32_t *cons,
                                const struct drv_producer_ops *ops)
{
    uint32_t lock;

    reach(p, ops, &p->cons_lock, DRV_ACCESS_READ);
    lock = atomic_load_explicit(&p->cons_lock, memory_order_acquire);
    do {
        if (lock == 1 && cons) {
            set_known_cons(p, *cons, ops);
            reach(p, ops, &p->cons_lock, DRV_ACCESS_WRITE);
            atomic_fetch_sub_explicit(&p->cons_lock, 1, memory_order_release);
            return;
        }
        reach(p, ops, &p->cons_lock, DRV_ACCESS_WRITE);
    } while (!atomic_compare_exchange_strong_explicit(&p->cons_lock, &lock, lock - 1,
                                                      memory_order_acq_rel, memory_order_acquire));
}

/* Slots from a position on that share a word of 'valid' and a lap. */
struct run {
    _Atomic(uint64_t) *word;
    uint64_t mask;
    unsigned count;
};

static struct run run_at(struct drv_producers *p, uint32_t position, unsigned most)
{
    const uint32_t index = drv_ring_index(p->log2size, position);
    const uint64_t to_end = drv_ring_size(p->log2size) - index;
    const unsigned bit = index % WORD_BITS;
    unsigned count = WORD_BITS - bit;

    if (count > most)
        count = most;
    if (count > to_end)
        count = (unsigned)to_end;
    return (struct run){&p->valid[index / WORD_BITS], UINT64_MAX >> (WORD_BITS - count) << bit,
                        count};
}

static void mark_valid(struct drv_producers *p, uint32_t position, unsigned count,
                       const struct drv_producer_ops *ops)
{
    while (count) {
        const struct run run = run_at(p, position, count);

        reach(p, ops, run.word, DRV_ACCESS_WRITE);
        atomic_fetch_xor_explicit(run.word, run.mask, memory_order_release);
        position = drv_ring_advance(p->log2size, position, run.count);
        count -= run.count;
    }
}

static void await_valid(struct drv_producers *p, uint32_t position, unsigned count,
                        const struct drv_producer_ops *ops)
{
    while (count) {
        const struct run run = run_at(p, position, count);
        const bool odd_lap = drv_ring_index(p->log2size, position) != position;
        const uint64_t wanted = odd_lap ? 0 : run.mask;

        reach(p, ops, run.word, DRV_ACCESS_READ);
        while ((atomic_load_explicit(run.word, memory_order_acquire) & run.mask) != wanted) {
            ops->pause(ops->ctx);
            reach(p, ops, run.word, DRV_ACCESS_READ);
        }
        position = drv_ring_advance(p->log2size, position, run.count);
        count -= run.count;
    }
}

/* The next to reserve is an owner again. What was reserved by now is this owner's to publish. What
 * takers have added up is cut back to a position. */
static uint32_t end_gathering(struct drv_producers *p, const struct drv_producer_ops *ops)
{
    reach(p, ops, &p->indexes, DRV_ACCESS_WRITE);
    return drv_ring_position(
        p->log2size, position_of(atomic_fetch_and_explicit(
                         &p->indexes, join(drv_ring_position(p->log2size, UINT64_MAX), UINT32_MAX),
                         memory_order_relaxed)));
}

static void await_turn(struct drv_producers *p, uint32_t first, const struct drv_producer_ops *ops)
{
    reach(p, ops, &p->published, DRV_ACCESS_READ);
    while (atomic_load_explicit(&p->published, memory_order_acquire) != first) {
        ops->pause(ops->ctx);
        reach(p, ops, &p->published, DRV_ACCESS_READ);
    }
}

void drv_producers_publish(struct drv_producers *p, const struct drv_claim *claim,
                           const struct drv_producer_ops *ops)
{
    uint32_t end;

    mark_valid(p, claim->first, claim->count, ops);
    if (!claim->owner)
        return;
    await_turn(p, claim->first, ops);
    end = end_gathering(p, ops);
    await_valid(p, claim->first, (unsigned)drv_ring_used(p->log2size, end, claim->first), ops);
    ops->write_prod(ops->ctx, end);
    reach(p, ops, &p->published, DRV_ACCESS_WRITE);
    atomic_store_explicit(&p->published, end, memory_order_release);
}

uint32_t drv_producers_next(const struct drv_producers *p)
{
    return drv_ring_position(p->log2size,
                             position_of(atomic_load_explicit(&p->indexes, memory_order_relaxed)));
}

uint32_t drv_producers_known_cons(const struct drv_producers *p)
{
    return cons_of(atomic_load_explicit(&p->indexes, memory_order_relaxed));
}
