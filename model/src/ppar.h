/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Whether an automatic response carries the PASID of its page request: STE.PPAR, read from
 * memory without a cache, once a response (8.1). One check at a time for a programming interface.
 */
#ifndef SMMUSIM_PPAR_H
#define SMMUSIM_PPAR_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "smmusim/smmu_types.h"

struct smmu;
struct prog_if;

enum ppar_state { PPAR_IDLE, PPAR_L1STD, PPAR_STE, PPAR_RECORD };

struct ppar {
    uint8_t state; /* enum ppar_state: the read that is outstanding, or PPAR_RECORD: 'fault' waits
                      for room in the event queue's write buffer */
    uint64_t read_addr;
    smmu_page_request_t request;
    struct fault fault;
};

/* Only while it is idle. Its end is a call of smmu__priq_respond(). */
void smmu__ppar_begin(struct smmu *s, struct prog_if *pi, const smmu_page_request_t *request);
void smmu__ppar_read_done(struct smmu *s, struct prog_if *pi, smmu_mem_status_t status,
                          const uint8_t *data);
/* The event queue may be ready again. */
void smmu__ppar_event_room(struct smmu *s, struct prog_if *pi);
void smmu__ppar_reset(struct prog_if *pi);

#endif
