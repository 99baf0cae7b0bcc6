/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. Translations in flight: a slot holds everything of one request that did not hit, so that
 * nothing lives on a C stack and an invalidation can see and mark it. A slot belongs to its TBU
 * until it leaves; on the way it may hold a token, a place in the TCU and a walker.
 */
#ifndef SMMUSIM_SLOTS_H
#define SMMUSIM_SLOTS_H

#include "fault.h"
#include "pool.h"
#include "smmusim/smmu_types.h"
#include "stage2.h"
#include "timeline.h"
#include "walk.h"
#include "xctx.h"

struct smmu;
struct inval_scope;

enum slot_state {
    SLOT_FREE,
    /* in the TBU, outward (flight_tbu.c) */
    SLOT_LOOKUP,     /* its TLB look-ups take their time */
    SLOT_MISS,       /* the TLBs have nothing for it */
    SLOT_MERGED,     /* waits for the answer of an earlier request to the same page */
    SLOT_RELOOKUP,   /* that is there: looks up once more */
    SLOT_TOKEN_WAIT, /* wants a token */
    SLOT_PLACE_WAIT, /* wants a place in the TCU */
    /* in the TCU: configuration (flight_config.c) */
    SLOT_CONFIG,      /* looks up the configuration cache */
    SLOT_CTW_WAIT,    /* wants a walker for the configuration */
    SLOT_CONFIG_WALK, /* about to read the first structure */
    SLOT_L1STD,       /* the read of that structure is outstanding; likewise: */
    SLOT_STE,
    SLOT_L1CD,
    SLOT_CD,
    SLOT_VMS,
    /* in the TCU: translation (flight_walk.c) */
    SLOT_CONTEXT,    /* configuration known */
    SLOT_PTW_WAIT,   /* wants a walker */
    SLOT_WALK,       /* about to read the next descriptor */
    SLOT_TTD,        /* that read is outstanding */
    SLOT_TTD_STEP,   /* descriptor read; its step time passes */
    SLOT_LEAF,       /* found in a walk cache */
    SLOT_UPDATE,     /* the update of its flags is outstanding (flight_update.c) */
    /* in the TCU: the stage 2 translation of one address that it needs (flight_stage2.c) */
    SLOT_S2_LOOKUP,   /* about to look up the walk caches */
    SLOT_S2_WALK,     /* about to read the next descriptor */
    SLOT_S2_TTD,      /* that read is outstanding */
    SLOT_S2_TTD_STEP, /* descriptor read; its step time passes */
    SLOT_S2_LEAF,     /* found in a walk cache */
    SLOT_S2_UPDATE,   /* the update of its flags is outstanding */
    /* ends (flight.c) */
    SLOT_EVENT_WAIT, /* fault, but no room to record it */
    SLOT_EVENT_HELD, /* until its record is in memory */
    SLOT_STALL_WAIT, /* stalls, but cannot be recorded: will be tried again (stall.h) */
    SLOT_STALLED,    /* waits for a command */
    /* in the TBU, homeward (flight_tbu.c) */
    SLOT_ANSWERED,   /* the answer reaches the TBU */
    SLOT_ORDER_WAIT, /* others of its ID leave first */
    SLOT_LEAVING,
    SLOT_STATES
};

/* Marks that an invalidation leaves (3.21.1, 3.21.3): finish, but do not fill; CMD_SYNC waits. The
 * epoch is that of the first (inval.h). */
enum {
    SLOT_NO_CFG_FILL = 1,
    SLOT_NO_TLB_FILL = 2,
    SLOT_AWAITED = 4, /* its device has let go of the translation that made it: CMD_SYNC waits */
    SLOT_MARKED_IN_1 = 8
};

enum slot_walker { WALKER_NONE, WALKER_CTW, WALKER_PTW };

struct slot_list {
    uint16_t first, last;
};

#define SLOT_NONE UINT16_MAX

struct slot {
    uint8_t state;    /* enum slot_state */
    uint8_t marks;    /* SLOT_NO_*, SLOT_MARKED_IN_1 */
    uint8_t prog_if;  /* number of the programming interface that governs its stream */
    uint8_t walker;   /* enum slot_walker */
    bool has_config;
    bool has_ste;     /* its part of 'x' */
    bool has_token;
    bool has_place;   /* in the TCU */
    bool ats_checked; /* STE.EATS lets it go on */
    uint8_t ats_need; /* of an ATS request: LEAF_* that a leaf must be made to permit */
    bool decided;     /* the response is complete without a look-up */
    bool fills;       /* the answer brings a translation for the TLBs: 'leaf' */
    bool enabled;     /* it came while SMMUEN was 1 */
    bool prefetch;    /* nobody waits for it: it ends in the TCU */
    bool kept_in_order; /* could leave, but others of its ID come first */
    bool tracks_page; /* later misses to its page wait for it */
    bool offers_read; /* others may share what it reads now */
    bool counts_walk; /* its configuration walk is still to be counted: by its first read */
    bool walks;       /* its translation table walk has begun and not ended */
    bool borrowed;    /* what it got came from another's read */
    bool no_merge, no_share; /* tried, and it came to nothing */
    bool in_tbu;      /* it holds a place among its TBU's slots */
    bool stalls;      /* its fault does not end it: on its way to rest (stall.h) */
    bool expected;    /* has waited for a record: those that fault now come after it */
    uint16_t next;           /* in a waiting list; SLOT_NONE at the end */
    uint16_t order_next;     /* of the same ID, later */
    uint16_t page_next;      /* others that track a page of the same bucket */
    uint16_t read_next;      /* others whose shared read has the same bucket */
    uint16_t stall_place;    /* 1 + its number; 0: none */
    struct slot_list merged, sharing; /* who waits for its answer, for its read */
    uint32_t latency;                 /* own cycles so far, in the modes lt and functional */
    uint32_t wbuf;                    /* beats of the write buffer that it holds */
    struct slot_timeline timeline;
    uint64_t submitted;               /* smmu__flight_clock() */
    uint64_t walk_begun;              /* likewise */
    uint64_t event_ticket;
    uint64_t read_inval_count; /* invalidations before the read that is outstanding */
    smmu_request_t request;
    uint64_t cfg_key;
    struct xctx x;
    struct cd_locator locator;
    struct walk walk;
    struct leaf leaf;
    struct stage2 s2;
    uint64_t descriptor;
    uint64_t stage1_descriptor; /* to be updated, while stage 2 says whether it may be */
    uint64_t fetch_addr; /* of the read that is outstanding */
    struct fault fault;
    smmu_response_t response;
};

/* Priorities of TBUs at the TCU: 3 is served first. */
enum { PRIORITIES = 4 };

/* Walkers, and those who wait for one: CTWs walk configuration structures, PTWs page tables. */
struct walkers {
    struct pool pool;
    struct slot_list wait[PRIORITIES];
    uint32_t passed_over[PRIORITIES]; /* grants to higher ones since one of these was served */
};

enum { READ_BUCKETS = 256 };

struct slots {
    uint32_t capacity, used;
    uint32_t enabled; /* of 'used': those that came while SMMUEN was 1 */
    uint32_t marked[2]; /* slots with marks, by epoch: CMD_SYNC waits for zero */
    struct slot_list free, event_wait, event_held;
    struct slot *slot;   /* [capacity] */
    uint64_t *in_use;    /* [capacity / 64]: those that an invalidation may concern */
    struct pool tcu;     /* places in the TCU */
    struct slot_list place_wait;
    struct walkers ctw, ptw;
    uint32_t shared_reads; /* reads that others may share: timing.tcu_hazard_entries */
    uint16_t read_bucket[READ_BUCKETS];
};

struct slot *smmu__slot_take(struct smmu *s); /* NULL: none free */
void smmu__slot_free(struct smmu *s, struct slot *slot);
unsigned smmu__slot_number(const struct smmu *s, const struct slot *slot);
void smmu__slot_list_push(struct smmu *s, struct slot_list *list, struct slot *slot);
struct slot *smmu__slot_list_pop(struct smmu *s, struct slot_list *list);
static inline bool smmu__slot_list_empty(const struct slot_list *list)
{
    return list->first == SLOT_NONE;
}
/*
 * It waits for software: no invalidation, CMD_SYNC or CR0ACK concerns it until it starts anew,
 * which it does as though it had just arrived (3.12.2).
 */
void smmu__slot_rest(struct smmu *s, struct slot *slot);
void smmu__slot_start_anew(struct smmu *s, struct slot *slot);
/* Marks the slots whose result the invalidation may have made stale. */
void smmu__slots_mark(struct smmu *s, const struct inval_scope *scope);
/* Marks what came translated. */
void smmu__slots_mark_translated(struct smmu *s);
void smmu__slots_reset(struct smmu *s);

/* A walker, or a place among those who wait for one (false). */
bool smmu__walker_take(struct smmu *s, struct walkers *w, struct slot *slot);
void smmu__walker_give(struct smmu *s, struct slot *slot);
/* Who is to have the walker that is free, taken out of its list; NULL: none free or none waits. */
struct slot *smmu__walker_next(struct smmu *s, struct walkers *w);

#endif
