/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Something that serves one at a time: a port, a link, a bank, a look-up pipe. Who wants it
 * says from when and for how long, and gets the first cycle from then on at which it is free for
 * that long. Turns may be taken ahead of time and out of order: the next 64 cycles are exact;
 * further ahead a turn comes behind all others.
 */
#ifndef SMMUSIM_LANE_H
#define SMMUSIM_LANE_H

#include <assert.h>
#include <stdint.h>

#include "bits.h"
#include "hints.h"

struct lane {
    uint64_t base;     /* the cycle of bit 0 of taken */
    uint64_t taken;    /* bit n: cycle base + n */
    uint64_t from, to; /* beyond the window: these cycles, to exclusive */
};

enum { LANE_WINDOW = 64 };

static inline uint64_t lane_bits(unsigned first, uint64_t count)
{
    return (count >= LANE_WINDOW ? ~UINT64_C(0) : low_mask((unsigned)count)) << first;
}

/* Marks cycles from 'first' to 'end', as far as they lie in the window. */
static inline void lane_mark(struct lane *l, uint64_t first, uint64_t end)
{
    uint64_t window_end = l->base + LANE_WINDOW;
    if (first < l->base)
        first = l->base;
    if (end > window_end)
        end = window_end;
    if (first < end)
        l->taken |= lane_bits((unsigned)(first - l->base), end - first);
}

static inline void lane_forget_past(struct lane *l, uint64_t now)
{
    if (now <= l->base)
        return;
    uint64_t passed = now - l->base;
    l->taken = passed >= LANE_WINDOW ? 0 : l->taken >> passed;
    l->base = now;
    if (UNLIKELY(l->to > now))
        lane_mark(l, l->from, l->to);
}

static inline uint64_t lane_take_behind(struct lane *l, uint64_t earliest, uint64_t length)
{
    uint64_t start = l->base + (l->taken ? highest_bit(l->taken) + 1 : 0);
    start = start < l->to ? l->to : start;
    start = start < earliest ? earliest : start;
    lane_mark(l, start, start + length);
    if (l->to <= l->base)
        l->from = start;
    l->to = start + length;
    return start;
}

/* Where the window is to be moved, or searched further than at its next cycle. */
static OFF_PATH uint64_t lane_search(struct lane *l, uint64_t now, uint64_t earliest,
                                     uint64_t length)
{
    lane_forget_past(l, now);
    if (earliest < l->base)
        earliest = l->base;
    for (uint64_t at = earliest - l->base; at + length <= LANE_WINDOW;) {
        uint64_t turn = lane_bits((unsigned)at, length), others = l->taken & turn;
        if (!others) {
            l->taken |= turn;
            return l->base + at;
        }
        at = highest_bit(others) + 1;
    }
    return lane_take_behind(l, earliest, length);
}

/*
 * The first cycle, not before 'earliest', of a turn of that length; 'now' never goes back. Mostly a
 * single cycle that is free: then the window stays where it is, its past does no harm.
 */
static ON_PATH uint64_t smmu__lane_take(struct lane *l, uint64_t now, uint64_t earliest,
                                        uint64_t length)
{
    assert(earliest >= now);
    uint64_t at = earliest - l->base;
    if (UNLIKELY(length != 1 || at >= LANE_WINDOW || bit_of(l->taken, (unsigned)at)))
        return lane_search(l, now, earliest, length);
    l->taken |= UINT64_C(1) << at;
    return earliest;
}

#endif
