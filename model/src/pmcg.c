/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See pmcg.h. */
#include "pmcg.h"

#include <string.h>

#include "state.h"

enum { UNIT_TCU = 1, UNIT_TBU = 2, UNIT_BOTH = 3 };
enum { FILTER_NONE, FILTER_SID };
enum { COUNTS_EACH, COUNTS_CYCLES };

static const struct event_row {
    uint8_t number, units, filter, counts, feature;
} events[] = {
#define PMCG_EVENT(name, number, unit, filter, feature, counts, basis, meaning)                    \
    {number, UNIT_##unit, FILTER_##filter, COUNTS_##counts, SMMU_FEAT_##feature},
#include "pmcg_events.def"
#undef PMCG_EVENT
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The event of this number in this group; NULL: its counters cannot count it. */
static const struct event_row *find_event(const struct smmu *s, const struct pmcg *g,
                                          uint64_t number)
{
    unsigned unit = g->number == PMCG_TCU ? UNIT_TCU : UNIT_TBU;
    for (size_t i = 0; i < COUNT(events); i++)
        if (events[i].number == number && (events[i].units & unit) &&
            smmu__feature(&s->config, (enum smmu_feature)events[i].feature))
            return &events[i];
    return NULL;
}

uint64_t smmu__pmcg_ceid(const struct smmu *s, const struct pmcg *g, unsigned first)
{
    uint64_t ceid = 0;
    for (unsigned bit = 0; bit < 64; bit++)
        if (find_event(s, g, first + bit))
            ceid |= UINT64_C(1) << bit;
    return ceid;
}

/* ----------------------------------------------------------------------------- registers' view */

static uint64_t *counter(struct pmcg *g, unsigned n)
{
    return &g->word[SMMU_PMCG_EVCNTR + n];
}

static uint64_t evtyper(const struct pmcg *g, unsigned n)
{
    return g->word[SMMU_PMCG_EVTYPER + n];
}

static bool capture_on_overflow(const struct pmcg *g, unsigned n)
{
    return SMMU_REG_GET(PMCG_EVTYPER, OVFCAP, evtyper(g, n));
}

static bool interrupts(const struct pmcg *g, uint64_t overflowed)
{
    return (overflowed & PMCG_OF(g, INTENSET0)) && PMCG_FIELD(g, IRQ_CTRL, IRQEN);
}

/*
 * 10.4. A mask of all ones, or of ones below the most significant bit that exists, matches every
 * StreamID; another one ignores the bits up to its lowest zero.
 */
static struct pmcg_filter filter_of(const struct smmu *s, const struct pmcg *g, unsigned n)
{
    unsigned from = CFG(s, PMCG_SID_FILTER_TYPE) ? 0 : n;
    uint64_t mask = g->word[SMMU_PMCG_SMR + from];
    struct pmcg_filter exact = {(uint32_t)mask, UINT32_MAX};
    if (!SMMU_REG_GET(PMCG_EVTYPER, FILTER_SID_SPAN, evtyper(g, from)))
        return exact;
    uint64_t ignored = mask ^ (mask + 1);
    if ((ignored & g->implemented_sid) == g->implemented_sid)
        return (struct pmcg_filter){0, 0};
    return (struct pmcg_filter){(uint32_t)mask, (uint32_t)~ignored};
}

/* -------------------------------------------------------------------------------- counting */

/* True if the counter wraps. */
static bool add(struct pmcg *g, unsigned n, uint64_t amount)
{
    uint64_t *value = counter(g, n);
    bool carry = amount > g->counter_mask - *value;
    *value = (*value + amount) & g->counter_mask;
    return carry;
}

void smmu__pmcg_capture(struct smmu *s, struct pmcg *g)
{
    if (CFG(s, PMCG_CAPTURE))
        memcpy(&g->word[SMMU_PMCG_SVR], &g->word[SMMU_PMCG_EVCNTR],
               g->counters * sizeof g->word[0]);
}

/* All counters have their new values: status, then capture, then (when this input ends) the
 * interrupt (10.2.1). */
static void overflow(struct smmu *s, struct pmcg *g, uint64_t overflowed)
{
    if (!overflowed)
        return;
    PMCG_OF(g, OVSSET0) |= overflowed;
    for (uint64_t left = overflowed; left; left &= left - 1)
        if (capture_on_overflow(g, lowest_bit(left))) {
            smmu__pmcg_capture(s, g);
            break;
        }
    if (interrupts(g, overflowed)) {
        g->irq_due = true;
        s->settle |= SETTLE_PMCG;
    }
}

void smmu__pmcg_catch_up(struct smmu *s, struct pmcg *g)
{
    uint64_t elapsed = s->sched.now - g->counted_until, overflowed = 0;
    g->counted_until = s->sched.now;
    for (uint64_t left = elapsed ? g->running : 0; left; left &= left - 1)
        if (add(g, lowest_bit(left), elapsed))
            overflowed |= left & (~left + 1);
    overflow(s, g, overflowed);
}

void smmu__pmcg_add(struct smmu *s, struct pmcg *g, enum smmu_pmcg_event event, uint64_t n,
                    uint8_t sec, uint32_t streamid)
{
    uint64_t overflowed = 0;
    if (sec !=
        SMMU_PAS_NS) /* a group without Secure and Realm state does not observe them (10.6) */
        return;
    smmu__pmcg_catch_up(s, g);
    for (uint64_t left = PMCG_OF(g, CNTENSET0); left; left &= left - 1) {
        unsigned at = lowest_bit(left);
        const struct pmcg_filter *f = &g->filter[at];
        if (SMMU_REG_GET(PMCG_EVTYPER, EVENT, evtyper(g, at)) == event &&
            !((streamid ^ f->streamid) & f->care) && add(g, at, n))
            overflowed |= UINT64_C(1) << at;
    }
    overflow(s, g, overflowed);
}

/* -------------------------------------------------------------------------------- what follows */

/*
 * Wakes the group when a counter of cycles wraps, if that shows of itself: an interrupt, or a
 * capture of counters that have moved on when software looks. Status alone can wait.
 */
static void arm(struct smmu *s, struct pmcg *g)
{
    uint64_t first = 0; /* cycles to the first such wrap */
    for (uint64_t left = g->running; left; left &= left - 1) {
        unsigned n = lowest_bit(left);
        uint64_t cycles = g->counter_mask - *counter(g, n) + 1; /* 0: 2^64 */
        if (cycles && (!first || cycles < first) &&
            (interrupts(g, UINT64_C(1) << n) || capture_on_overflow(g, n)))
            first = cycles;
    }
    if (first)
        smmu__timer_set(s, TIMER_PMCG, g->number, first);
    else
        smmu__timer_clear(s, TIMER_PMCG, g->number);
}

void smmu__pmcg_refresh(struct smmu *s, struct pmcg *g)
{
    memset(g->listening, 0, sizeof g->listening);
    g->running = 0;
    for (uint64_t left = PMCG_FIELD(g, CR, E) ? PMCG_OF(g, CNTENSET0) : 0; left; left &= left - 1) {
        unsigned n = lowest_bit(left);
        uint64_t number = SMMU_REG_GET(PMCG_EVTYPER, EVENT, evtyper(g, n));
        const struct event_row *event = find_event(s, g, number);
        if (!event)
            continue;
        g->filter[n] = event->filter == FILTER_SID ? filter_of(s, g, n) : (struct pmcg_filter){0};
        if (event->counts == COUNTS_EACH)
            g->listening[number / 64] |= UINT64_C(1) << (number % 64);
        else if (bit_of(g->level[number / 64], number % 64))
            g->running |= UINT64_C(1) << n;
    }
    arm(s, g);
}

void smmu__pmcg_level(struct smmu *s, unsigned group, enum smmu_pmcg_event event, bool on)
{
    struct pmcg *g = &s->pmcg[group];
    uint64_t *level = &g->level[event / 64], bit = UINT64_C(1) << (event % 64);
    if (!(*level & bit) == !on)
        return;
    smmu__pmcg_catch_up(s, g);
    *level ^= bit;
    if (PMCG_FIELD(g, CR, E))
        smmu__pmcg_refresh(s, g);
}

void smmu__pmcg_due(struct smmu *s, unsigned group)
{
    struct pmcg *g = &s->pmcg[group];
    smmu__pmcg_catch_up(s, g);
    arm(s, g);
}

uint32_t smmu__pmcg_timers_set(const struct smmu *s)
{
    const struct timer *timer = &s->sched.timer[s->sched.first[TIMER_PMCG]];
    uint32_t set = 0;
    for (uint32_t i = 0; i < s->pmcg_count; i++)
        set += timer[i].heap_place != 0;
    return set;
}

/* -------------------------------------------------------------------------------- life */

uint32_t smmu__pmcg_groups(const smmu_config_t *cfg)
{
    return PMCG_FIRST_TBU + (uint32_t)cfg->value[SMMU_CFG_TIMING_TBUS];
}

void smmu__pmcg_init(struct smmu *s)
{
    for (uint32_t i = 0; i < s->pmcg_count; i++) {
        struct pmcg *g = &s->pmcg[i];
        g->number = (uint16_t)i;
        g->counters =
            (uint8_t)(i == PMCG_TCU ? CFG(s, PMCG_TCU_COUNTERS) : CFG(s, PMCG_TBU_COUNTERS));
        g->counter_mask = low_mask((unsigned)CFG(s, PMCG_COUNTER_BITS));
        g->implemented_sid = low_mask((unsigned)CFG(s, IDR1_SIDSIZE));
    }
}

void smmu__pmcg_reset(struct smmu *s, struct pmcg *g)
{
    memset(g->word, 0, sizeof g->word);
    memset(g->level, 0, sizeof g->level);
    g->level[0] = UINT64_C(1) << SMMU_PMCG_EV_CYCLES; /* every cycle is one */
    g->counted_until = s->sched.now;
    g->irq_due = g->msi_in_flight = g->msi_again = false;
    smmu__pmcg_refresh(s, g);
}
