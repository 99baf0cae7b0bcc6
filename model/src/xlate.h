/* SPDX-License-Identifier: Apache-2.0 */
/* L3. The request state machine: configuration, TLB, walk, permissions, answer or fault (3.3, 3.12, 5.5, 7.3.22, 15). */
#ifndef SMMUSIM_XLATE_H
#define SMMUSIM_XLATE_H

#include "slots.h"

int smmu__xlate_submit(struct smmu *s, const smmu_request_t *request, smmu_response_t *response);
/* Timer of a slot. */
void smmu__xlate_due(struct smmu *s, unsigned slot);
void smmu__xlate_read_done(struct smmu *s, unsigned slot, smmu_mem_status_t status, const uint8_t *data);
/* The event queue has room again. */
void smmu__xlate_event_room(struct smmu *s);
/* Gives a free walker to the slot that waits longest. False: none free or none waiting. */
bool smmu__xlate_walkers(struct smmu *s);

#endif
