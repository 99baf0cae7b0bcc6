/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. Performance Monitor Counter Groups (chapter 10): counters, their filters, overflow and
 * capture. Group 0 is the TCU's, group 1 + t that of TBU t. What units report costs next to nothing
 * while nobody counts it: smmu__pmcg_count (state.h) looks at one bit.
 *
 * Cycles are counted by intervals: a counter of them is brought up to date when somebody looks, and
 * a timer wakes the group at an overflow that would show of itself. pmcg_regs.c is the group as
 * software sees it, and signals its interrupt.
 */
#ifndef SMMUSIM_PMCG_H
#define SMMUSIM_PMCG_H

#include <stdbool.h>
#include <stdint.h>

#include "smmusim/smmu.h"
#include "spec.h"

struct smmu;

enum { PMCG_TCU, PMCG_FIRST_TBU };

/* How many items a group may have in the outbox at once beyond what edges share (irq.h). */
enum { PMCG_OUTBOX_PLACES = 2 };

/* Which StreamIDs count (10.4): those that equal 'streamid' in the bits of 'care'. */
struct pmcg_filter {
    uint32_t streamid, care;
};

struct pmcg {
    /* What follows from the registers and from what is going on; made anew when either changes. */
    uint64_t listening[SMMU_PMCG_EVENTS / 64]; /* by event: some counter counts its occurrences */
    uint64_t running;                          /* by counter: it counts every cycle from now on */
    struct pmcg_filter filter[SMMU_PMCG_COUNTERS_MAX];
    /* What is going on. */
    uint64_t level[SMMU_PMCG_EVENTS / 64]; /* by event: it is so now */
    uint64_t counted_until;                /* cycle up to which cycles are counted */
    bool irq_due;                          /* an overflow has called for it */
    bool msi_in_flight, msi_again;
    /* Architectural state. */
    uint64_t word[SMMU_PMCG_WORDS]; /* as software reads them, RES0 applied */
    /* Fixed. */
    uint16_t number; /* of the group */
    uint8_t counters;
    uint64_t counter_mask;
    uint64_t implemented_sid; /* StreamID bits that exist (10.4.1) */
};

#define PMCG_OF(g, name) ((g)->word[SMMU_PMCG_##name])
#define PMCG_FIELD(g, name, field) SMMU_REG_GET(PMCG_##name, field, PMCG_OF(g, name))

uint32_t smmu__pmcg_groups(const smmu_config_t *cfg);
void smmu__pmcg_init(struct smmu *s);
/* Registers 0, nothing going on; pmcg_regs.c fills the identification in. */
void smmu__pmcg_reset(struct smmu *s, struct pmcg *g);

static inline bool smmu__pmcg_listens(const struct pmcg *g, enum smmu_pmcg_event event)
{
    return (g->listening[event / 64] >> (event % 64)) & 1;
}
/* What smmu__pmcg_count does if the group listens. */
void smmu__pmcg_add(struct smmu *s, struct pmcg *g, enum smmu_pmcg_event event, uint64_t n,
                    uint8_t sec, uint32_t streamid);
/* An event that counts cycles begins or ends to be so; cheap if it is so already. */
void smmu__pmcg_level(struct smmu *s, unsigned group, enum smmu_pmcg_event event, bool on);

/* Brings counters of cycles up to the present. Before registers are read or written. */
void smmu__pmcg_catch_up(struct smmu *s, struct pmcg *g);
/* After registers have been written. */
void smmu__pmcg_refresh(struct smmu *s, struct pmcg *g);
void smmu__pmcg_capture(struct smmu *s, struct pmcg *g);
void smmu__pmcg_due(struct smmu *s, unsigned group);
/* Timers of counter groups that are set: what waits for them alone is idle. */
uint32_t smmu__pmcg_timers_set(const struct smmu *s);
/* CEID0, CEID1: architected events from 'first' on that the group counts. */
uint64_t smmu__pmcg_ceid(const struct smmu *s, const struct pmcg *g, unsigned first);

#endif
