/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Translations in flight: a slot goes through the states of slots.h, each of which is one
 * function. flight.c moves slots and ends them, flight_config.c finds a stream's configuration,
 * flight_walk.c walks the tables.
 */
#ifndef SMMUSIM_FLIGHT_H
#define SMMUSIM_FLIGHT_H

#include "outbox.h"
#include "slots.h"
#include "state.h"

/* Takes off, in a slot. False: none is free. */
bool smmu__flight_start(struct smmu *s, const struct prog_if *pi, const smmu_request_t *request,
                        uint64_t cfg_key);

/* ---- what moves a slot on */
void smmu__flight_due(struct smmu *s, unsigned slot);
void smmu__flight_read_done(struct smmu *s, unsigned slot, smmu_mem_status_t status,
                            const uint8_t *data);
/* The event queue has room again. */
void smmu__flight_event_room(struct smmu *s);
/* Gives a free walker to the slot that waits longest. False: none free or none waiting. */
bool smmu__flight_walkers(struct smmu *s);

/* Whose stream it is. */
static inline struct prog_if *smmu__flight_interface(struct smmu *s, const struct slot *slot)
{
    return &s->pi[slot->prog_if];
}

/*
 * ---- among the flight_*.c: a step changes the slot's state. True: go on with it at once; false:
 * it waits for time, memory, a walker or the event queue, or is over.
 */
bool smmu__flight_delay(struct smmu *s, struct slot *slot, uint64_t cycles, enum slot_state next);
bool smmu__flight_read(struct smmu *s, struct slot *slot, enum slot_state state,
                       smmu_mem_source_t source, uint64_t addr, unsigned size,
                       struct mem_attrs attrs);

/* Ends. */
bool smmu__flight_answer(struct smmu *s, struct slot *slot);
/* Configuration errors and aborted reads: always abort, always try to record (5.5). */
bool smmu__flight_config_error(struct smmu *s, struct slot *slot, uint8_t event);
/* A stage 1 bypass beyond the address size: likewise, whatever A and R say (3.4, 7.3.14). */
bool smmu__flight_bypass_fault(struct smmu *s, struct slot *slot);
/* The four faults that CD.A and CD.R govern (3.12, 5.5). */
bool smmu__flight_stage1_fault(struct smmu *s, struct slot *slot, uint8_t event);
void smmu__flight_release_walker(struct smmu *s, struct slot *slot);

bool smmu__flight_config(struct smmu *s, struct slot *slot);
bool smmu__flight_got_l1std(struct smmu *s, struct slot *slot, const uint8_t *data);
bool smmu__flight_got_ste(struct smmu *s, struct slot *slot, const uint8_t *data);
bool smmu__flight_got_l1cd(struct smmu *s, struct slot *slot, const uint8_t *data);
bool smmu__flight_got_cd(struct smmu *s, struct slot *slot, const uint8_t *data);

bool smmu__flight_tlb(struct smmu *s, struct slot *slot);
bool smmu__flight_walker_wait(struct smmu *s, struct slot *slot);
bool smmu__flight_walk(struct smmu *s, struct slot *slot);
bool smmu__flight_got_ttd(struct smmu *s, struct slot *slot, const uint8_t *data);
bool smmu__flight_ttd_step(struct smmu *s, struct slot *slot);

#endif
