/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. A TBU: its port, its micro-TLB and main TLB, its link to the TCU, its slots, tokens and write
 * buffer, the order of its IDs, and the pages for which a miss is under way. What each costs and
 * when it has to be waited for is docs/timing.md's; how a request goes through it, xlate.c's and
 * flight_tbu.c's.
 */
#ifndef SMMUSIM_TBU_H
#define SMMUSIM_TBU_H

#include "count.h"
#include "lane.h"
#include "pool.h"
#include "slots.h"
#include "tlb.h"

struct smmu;
struct pmcg;

enum { TBU_BANKS = 4, PAGE_BUCKETS = 64 };

/* Transactions of one direction whose IDs share an order. */
struct order {
    struct slot_list in_flight; /* in the order in which they came */
    uint64_t left_at;           /* the youngest of those that have been handed on */
};

struct tbu {
    uint16_t number;
    uint64_t port_free; /* cycle from which the port takes the next transaction */
    uint64_t invals_seen; /* invalidations that its banks know of */
    struct lane back, bank[TBU_BANKS], link_out, link_home;
    struct tlb utlb, mtlb; /* no sets: there is none */
    struct pool slots, tokens, wbuf;
    struct slot_list token_wait;
    struct pmcg *pmcg;   /* its counter group */
    struct order *order; /* [2 * timing.order_ids]: reads, then writes */
    uint32_t pages;      /* tracked */
    uint16_t page_bucket[PAGE_BUCKETS];
    uint64_t stat[SMMU_TBU_STAT_COUNT];
    struct histogram time[SMMU_TBU_HISTOGRAM_COUNT];
};

enum tbu_where { TBU_MISS, TBU_UTLB_HIT, TBU_MTLB_HIT };

/* What the TLBs have for an address; nothing of it is counted yet. */
struct tbu_lookup {
    uint8_t where;   /* enum tbu_where */
    uint32_t probes; /* of the main TLB, one after the other */
    struct tlb_entry *entry; /* of a hit, until the TLBs change */
};

/* Beats of a message between TBU and TCU: on a TBU's link, at the TCU's port. */
struct message {
    uint64_t link_beats, tcu_beats;
};

void smmu__tbus_init(struct smmu *s);

/* Looks; a leaf that does not permit what is needed (LEAF_*) is no hit. */
void smmu__tbu_look_up(const struct smmu *s, const struct tbu *t, const struct xctx *x,
                       uint64_t va, uint8_t need, struct tbu_lookup *found);
/* Counts the look-up; a hit is used, and copied to the micro-TLB. */
void smmu__tbu_looked_up(struct smmu *s, struct tbu *t, const struct tbu_lookup *found,
                         const smmu_request_t *r);
void smmu__tbu_fill(struct smmu *s, struct tbu *t, const struct xctx *x, uint64_t va,
                    const struct leaf *leaf);

/* ---- time; all in cycles of the clock. In the modes lt and functional nothing is occupied. */

/* The port takes the transaction: when its look-ups begin. */
uint64_t smmu__tbu_accept(struct smmu *s, struct tbu *t, const smmu_request_t *r);
/* When look-ups that begin at 'from' have their result. */
uint64_t smmu__tbu_lookup_done(struct smmu *s, struct tbu *t, uint64_t va,
                               const struct tbu_lookup *found, uint64_t from);
uint64_t smmu__tbu_relookup_done(struct smmu *s, struct tbu *t, uint64_t va);
/* When a message that is ready now is at the other end. */
uint64_t smmu__tbu_to_tcu(struct smmu *s, struct tbu *t);
uint64_t smmu__tbu_from_tcu(struct smmu *s, struct tbu *t);
/* When a transaction that is ready at 'ready' and keeps this order, if any, has been handed on. */
uint64_t smmu__tbu_hand_on(struct smmu *s, struct tbu *t, struct order *o, uint64_t ready);

/* ---- resources */

/* The order it has to keep; NULL: none. */
struct order *smmu__tbu_order(struct smmu *s, struct tbu *t, const smmu_request_t *r);
/* Beats of the write buffer that a waiting transaction needs. */
uint32_t smmu__tbu_wbuf_need(const struct tbu *t, const smmu_request_t *r);
/* The slot whose answer a miss may wait for; NULL: none. */
struct slot *smmu__tbu_page_leader(struct smmu *s, struct tbu *t, const struct slot *slot);
/* From now on, if the number of pages allows it, later misses wait for this one. */
void smmu__tbu_track_page(struct smmu *s, struct tbu *t, struct slot *slot);
void smmu__tbu_forget_page(struct smmu *s, struct tbu *t, struct slot *slot);

void smmu__tbu_reset(struct smmu *s, struct tbu *t);
/* Every TLB, every walk cache and all tags. */
void smmu__translations_reset(struct smmu *s);

#endif
