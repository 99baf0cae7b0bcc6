/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Translations in flight: a slot goes through the states of slots.h, each of which is one
 * function. flight.c moves slots and ends faults, flight_tbu.c has their way through the TBU and
 * back, flight_config.c finds a stream's configuration, flight_walk.c walks the tables,
 * flight_stage2.c takes the addresses of both through stage 2.
 */
#ifndef SMMUSIM_FLIGHT_H
#define SMMUSIM_FLIGHT_H

#include "outbox.h"
#include "slots.h"
#include "state.h"
#include "tbu.h"

/* What is not simply an untranslated transaction (3.9.1). */
enum { ATS_FLAGS = SMMU_REQ_ATS_REQUEST | SMMU_REQ_ATS_TRANSLATED };

static inline bool slot_is_ats(const struct slot *slot)
{
    return slot->request.flags & ATS_FLAGS;
}

/* An ATS Translation Request. */
static inline bool slot_asks(const struct slot *slot)
{
    return slot->request.flags & SMMU_REQ_ATS_REQUEST;
}

/* Is there a slot, and room for a write's data? */
bool smmu__flight_room(const struct smmu *s, const struct tbu *t, const smmu_request_t *request);
/* It has been told that there is none. */
void smmu__flight_refused(struct smmu *s, const struct tbu *t, const smmu_request_t *r);
/*
 * Takes off, in a slot; there must be room. cfg_key: 0 while SMMUEN is 0. found: what the TLBs had
 * when it was submitted. decided: its response, if it does not depend on them; else NULL.
 */
void smmu__flight_start(struct smmu *s, const struct prog_if *pi, struct tbu *t,
                        const smmu_request_t *request, uint64_t cfg_key,
                        const struct tbu_lookup *found, const smmu_response_t *decided);

/* ---- what moves a slot on */
void smmu__flight_due(struct smmu *s, unsigned slot);
void smmu__flight_read_done(struct smmu *s, unsigned slot, smmu_mem_status_t status,
                            const uint8_t *data);
/* Records are in memory or the event queue has room again: slots that wait for either go on. */
void smmu__flight_event_room(struct smmu *s);
/* Walkers are free: gives them to slots that wait. */
void smmu__flight_walkers(struct smmu *s);
/* Places in the TCU are free: likewise. */
void smmu__flight_places(struct smmu *s);
/* It starts anew, as though it had just arrived (3.12.2). */
void smmu__flight_retry(struct smmu *s, struct slot *slot);
/* Behind those of its bus ID that came before it; and from among them. */
void smmu__flight_join_order(struct smmu *s, struct slot *slot);
void smmu__flight_leave_order(struct smmu *s, struct slot *slot);
/* Its place among the TBU's slots, and the write buffer, go to others. */
void smmu__flight_leave_tbu(struct smmu *s, struct slot *slot);
/* Cold reset: what is in flight is answered with an abort, and everything it held is free. */
void smmu__flight_reset(struct smmu *s);

/* Whose stream it is. */
static inline struct prog_if *smmu__flight_interface(struct smmu *s, const struct slot *slot)
{
    return &s->pi[slot->prog_if];
}

/* What a slot's durations are measured with: in the modes lt and functional its own cycles, without
 * memory's. */
static inline uint64_t smmu__flight_clock(const struct smmu *s, const struct slot *slot)
{
    return s->mode == SMMU_MODE_AT ? s->sched.now : slot->latency;
}

/*
 * ---- among the flight_*.c: a step changes the slot's state. True: go on with it at once; false:
 * it waits for time, memory or another slot, or is over.
 */
void smmu__flight_run(struct smmu *s, struct slot *slot);
bool smmu__flight_delay(struct smmu *s, struct slot *slot, uint64_t cycles, enum slot_state next);
bool smmu__flight_read(struct smmu *s, struct slot *slot, enum slot_state state,
                       smmu_mem_source_t source, uint64_t addr, unsigned size,
                       struct mem_attrs attrs);
/* Eight bytes of a descriptor become "to" if they are "from". */
bool smmu__flight_exchange(struct smmu *s, struct slot *slot, enum slot_state state, uint64_t addr,
                           struct mem_attrs attrs, uint64_t from, uint64_t to);
void smmu__flight_walk_ended(struct smmu *s, struct slot *slot);
/* Nothing that an invalidation overtook may stay behind (3.21.1). */
bool smmu__flight_may_fill(struct smmu *s, struct slot *slot);

/* ---- flight_tbu.c, outward and homeward */
bool smmu__flight_lookup(struct smmu *s, struct slot *slot);
bool smmu__flight_miss(struct smmu *s, struct slot *slot);
bool smmu__flight_relookup(struct smmu *s, struct slot *slot);
bool smmu__flight_request(struct smmu *s, struct slot *slot);
bool smmu__flight_send(struct smmu *s, struct slot *slot);
void smmu__flight_take_place(struct smmu *s, struct slot *slot);
void smmu__flight_give_place(struct smmu *s, struct slot *slot);
/* The TCU has the response: it goes back to the TBU. */
bool smmu__flight_answer(struct smmu *s, struct slot *slot);
bool smmu__flight_answered(struct smmu *s, struct slot *slot);
bool smmu__flight_order(struct smmu *s, struct slot *slot);
bool smmu__flight_leave(struct smmu *s, struct slot *slot);

/* ---- flight.c: faults */
/* Configuration errors and aborted reads: always abort, always try to record (5.5). */
bool smmu__flight_config_error(struct smmu *s, struct slot *slot, uint8_t event);
/* A stage 1 bypass beyond the address size: likewise, whatever A and R say (3.4, 7.3.14). */
bool smmu__flight_bypass_fault(struct smmu *s, struct slot *slot);
/* The four faults that CD.A, CD.R and CD.S govern (3.12, 5.5). */
bool smmu__flight_stage1_fault(struct smmu *s, struct slot *slot, uint8_t event);
/* The same ones at stage 2, of the address slot->s2.ipa: STE.S2R and S2S govern them. */
bool smmu__flight_stage2_fault(struct smmu *s, struct slot *slot, uint8_t event);

/* ATS is prevented for the stream: F_BAD_ATS_TREQ or F_TRANSL_FORBIDDEN (7.3.6, 7.3.8). */
bool smmu__flight_ats_forbidden(struct smmu *s, struct slot *slot);
/* It ends without a record. */
bool smmu__flight_end_silently(struct smmu *s, struct slot *slot, smmu_result_t result);

/* ---- flight_ats.c */
/* What a fault ends it with, and whether it is recorded: 'record', if a transaction's would be
 * (3.9.1.2, 3.9.1.3). */
bool smmu__flight_ats_outcome(struct smmu *s, struct slot *slot, smmu_result_t *result,
                              bool record);
/* Its configuration is known: does STE.EATS let it go on? */
bool smmu__flight_ats_context(struct smmu *s, struct slot *slot);
/* Is there anything to be granted of what the leaf of stage 1, or of both stages together, may
 * permit (LEAF_*)? Then ats_need is what it takes. */
bool smmu__flight_ats_grants(struct slot *slot, const struct leaf *leaf, uint8_t may);
/* What stage 2, and stage 1 before it, may permit. */
uint8_t smmu__flight_ats_may(struct slot *slot);
bool smmu__flight_ats_translated(struct smmu *s, struct slot *slot);

/* ---- flight_config.c */
bool smmu__flight_config(struct smmu *s, struct slot *slot);
bool smmu__flight_config_walk(struct smmu *s, struct slot *slot);
bool smmu__flight_got_l1std(struct smmu *s, struct slot *slot, const uint8_t *data);
bool smmu__flight_got_ste(struct smmu *s, struct slot *slot, const uint8_t *data);
bool smmu__flight_got_l1cd(struct smmu *s, struct slot *slot, const uint8_t *data);
bool smmu__flight_got_cd(struct smmu *s, struct slot *slot, const uint8_t *data);
bool smmu__flight_got_vms(struct smmu *s, struct slot *slot, const uint8_t *data);

/* ---- flight_walk.c */
bool smmu__flight_context(struct smmu *s, struct slot *slot);
bool smmu__flight_walk_cache(struct smmu *s, struct slot *slot);
bool smmu__flight_walk(struct smmu *s, struct slot *slot);
bool smmu__flight_got_ttd(struct smmu *s, struct slot *slot, const uint8_t *data);
bool smmu__flight_ttd_step(struct smmu *s, struct slot *slot);
bool smmu__flight_leaf(struct smmu *s, struct slot *slot);
/* The step of a descriptor that has come takes its time. */
bool smmu__flight_step(struct smmu *s, struct slot *slot, enum slot_state step);
/* It is counted, once a request. */
void smmu__flight_walk_begins(struct smmu *s, struct slot *slot);
/* All stages are through: slot->leaf permits the access. */
bool smmu__flight_translated(struct smmu *s, struct slot *slot);
/* Of an outcome that is a fault. */
uint8_t smmu__flight_event_of(enum walk_outcome o);

/* ---- flight_stage2.c */
/* Reads an L1CD, a CD or a stage 1 descriptor, through stage 2 if there is one. */
bool smmu__flight_read_input(struct smmu *s, struct slot *slot, enum slot_state read,
                             uint64_t addr);
/* The access itself: stage 1's output, or its input address. */
bool smmu__flight_stage2_input(struct smmu *s, struct slot *slot, uint64_t ipa);
bool smmu__flight_stage2_lookup(struct smmu *s, struct slot *slot);
bool smmu__flight_stage2_walk(struct smmu *s, struct slot *slot);
bool smmu__flight_stage2_ttd_step(struct smmu *s, struct slot *slot);
bool smmu__flight_stage2_leaf(struct smmu *s, struct slot *slot);
/* Attributes of a read whose own are these, of a query as well (query.h). */
struct mem_attrs smmu__stage2_read_attrs(const struct smmu *s, const struct stage2 *t,
                                         struct mem_attrs own);

/* ---- flight_update.c: hardware update of a leaf's flags (3.13), before the leaf is used */
/* What the access needs of a leaf: LEAF_*; of a prefetch nothing is needed, so it dirties
 * nothing. */
uint8_t smmu__flight_need(const struct slot *slot);
/* Of what the leaf may permit: does a use that needs this have to change the descriptor? */
bool smmu__leaf_wants_update(const struct leaf *leaf, uint8_t need);
/* The descriptor just read is changed, and stepped through once more as memory has it then. */
bool smmu__flight_update(struct smmu *s, struct slot *slot);
bool smmu__flight_update_at(struct smmu *s, struct slot *slot, uint64_t addr,
                            struct mem_attrs attrs);
bool smmu__flight_update_stage2(struct smmu *s, struct slot *slot);
bool smmu__flight_got_update(struct smmu *s, struct slot *slot, const uint8_t *data);

/*
 * ---- flight_share.c: reads in flight that later equal ones share (timing.tcu_hazard_entries).
 * Joined: another's read serves this slot too. Otherwise, if there is room, others may join its.
 */
bool smmu__flight_share_join(struct smmu *s, struct slot *slot);
void smmu__flight_share_offer(struct smmu *s, struct slot *slot);
/* The read is done: nobody joins any more. */
void smmu__flight_share_close(struct smmu *s, struct slot *slot);

/* ---- flight_prefetch.c: STE[121:120], IMPLEMENTATION DEFINED (5.2; docs/timing.md) */
/* The demand's walk has ended with this leaf; its walker is still its own. */
void smmu__flight_prefetch(struct smmu *s, struct slot *demand);
bool smmu__flight_prefetch_end(struct smmu *s, struct slot *slot);

#endif
