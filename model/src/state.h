/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of an instance, in three sections: architectural (what the specification calls
 * registers and queues), micro-architectural (caches, slots, timers, engines), host (configuration,
 * derived numbers, memory layout). Every unit declares its own part; this header puts them together
 * and has the few inline functions that reach from one part into another.
 */
#ifndef SMMUSIM_STATE_H
#define SMMUSIM_STATE_H

#include "atc.h"
#include "atos.h"
#include "bits.h"
#include "broadcast.h"
#include "cfgcache.h"
#include "cmdq_line.h"
#include "cmds.h"
#include "config.h"
#include "count.h"
#include "ecmdq.h"
#include "evtq.h"
#include "inval.h"
#include "irq.h"
#include "outbox.h"
#include "pmcg.h"
#include "priq.h"
#include "qtw.h"
#include "sched.h"
#include "slots.h"
#include "smmusim/smmu.h"
#include "smmusim/smmu_stats.h"
#include "spec.h"
#include "stall.h"
#include "tags.h"
#include "tbu.h"
#include "timeline.h"
#include "walk_cache.h"

/*
 * One programming interface: Non-secure now, Secure and Realm as further instances. Code takes a
 * prog_if and never asks which one it is.
 */
struct prog_if {
    uint8_t number;               /* place in smmu.pi */
    uint8_t sec;                  /* smmu_pas_t: state of its streams, space of its accesses */
    uint32_t ecmdqs_enabled;      /* or not yet acknowledged as disabled */
    uint64_t reg[SMMU_REG_COUNT]; /* as software reads them, RES0 applied */
    struct evtq evtq;
    struct priq priq;
    struct irq irq;
    struct atos atos;
};

enum { PROG_IF_NS, PROG_IF_COUNT };
/* A main command queue has its interface's number; ECMDQs follow. */
enum { CMD_QUEUES_OF_INTERFACES = PROG_IF_COUNT };

/* What a unit leaves to be done after it, so that no unit calls one that may be calling it. */
enum {
    SETTLE_SYNC = 1,       /* something a waiting CMD_SYNC may depend on has finished */
    SETTLE_EVENT_ROOM = 2, /* an event record is in memory, or the queue can take another one */
    SETTLE_ACKS = 4,       /* CR0ACK or IRQ_CTRLACK may follow: something has become quiet */
    SETTLE_WALKERS = 8,    /* a walker is free */
    SETTLE_PMCG = 16,      /* a counter has overflowed, which interrupts */
    SETTLE_PLACES = 32,    /* a place in the TCU is free */
    SETTLE_STALLS = 64,    /* there may be a STAG and room for the record of one that waits */
    SETTLE_TURNS = 128     /* a command queue may have the turn (cmdq.h) */
};

struct smmu {
    /* ---- architectural */
    struct prog_if pi[PROG_IF_COUNT];
    uint32_t cmdqs;
    struct cmdq *cmdq;   /* [cmdqs] */
    uint64_t *ecmdq_reg; /* CMDQ_REGS of each ECMDQ */
    struct pmcg *pmcg; /* [pmcg_count] counter groups: the TCU's, then one a TBU */
    uint32_t pmcg_count;

    /* ---- micro-architectural */
    struct sched sched;
    struct outbox outbox;
    struct slots slots;
    struct stalls stalls;
    struct cfgcache cfgcache;
    struct tags tags;
    uint32_t tbus;
    struct tbu *tbu;             /* [tbus] */
    struct message message;      /* between them and the TCU */
    struct lane tcu_in, tcu_out; /* the TCU's port to all TBUs */
    struct lane walk_step;       /* digests descriptors (timing.walk_step_interval) */
    struct walk_cache walk_cache;
    struct qtw qtw;
    struct inval_state inval;
    struct broadcast broadcast;
    struct atc_invs atc_invs;
    struct cmdq_line cmdq_line;
    uint8_t settle;   /* SETTLE_*: consequences that dispatch.c draws when the unit at work is done */
    bool room_wanted; /* a command waits until the owner has taken items */

    /* ---- host */
    smmu_config_t config;
    uint8_t mode;                        /* smmu_mode_t */
    uint8_t oas_bits;                    /* from IDR5.OAS */
    uint8_t ias_bits;                    /* 3.4 */
    bool always_privileged_data;         /* what goes out, since SMMUv3.4 (13.1.2) */
    uint64_t write_mask[SMMU_REG_COUNT]; /* software-writable bits, absent features excluded */
    struct cmd_rules cmd_rules;
    uint64_t stat[SMMU_STAT_COUNT];
    uint64_t tcu_stat[SMMU_TCU_STAT_COUNT];
    struct histogram tcu_time[SMMU_TCU_HISTOGRAM_COUNT];
    struct streams streams;
    uint64_t stats_since;   /* cycle of the last clear */
    uint32_t stats_cleared; /* how often */
    struct timeline timeline;
};

#define CFG(s, id) ((s)->config.value[SMMU_CFG_##id])

/* An occurrence of an event in a counter group, of a stream; n of them at once. */
static inline void smmu__pmcg_count_in(struct smmu *s, struct pmcg *g, enum smmu_pmcg_event event,
                                       uint64_t n, uint8_t sec, uint32_t streamid)
{
    if (UNLIKELY(smmu__pmcg_listens(g, event)))
        smmu__pmcg_add(s, g, event, n, sec, streamid);
}

static ON_PATH void smmu__pmcg_count(struct smmu *s, unsigned group, enum smmu_pmcg_event event,
                                     uint64_t n, uint8_t sec, uint32_t streamid)
{
    smmu__pmcg_count_in(s, &s->pmcg[group], event, n, sec, streamid);
}

/* A turn at something that serves one at a time, if it is scarce: only in mode at. */
static ON_PATH uint64_t smmu__turn(struct smmu *s, struct lane *l, uint64_t from, uint64_t length)
{
    return length && s->mode == SMMU_MODE_AT ? smmu__lane_take(l, s->sched.now, from, length)
                                             : from;
}

/* A register of a programming interface, and one of its fields. */
#define REG_OF(pi, name) ((pi)->reg[SMMU_REG_##name])
#define REG_FIELD(pi, reg_name, field) SMMU_REG_GET(reg_name, field, REG_OF(pi, reg_name))

#endif
