/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. ATS invalidations on their way to devices and back (CMD_ATC_INV: 3.9.1.4, 3.9.1.5, 4.5.1).
 * What a device caches is its own business; when a CMD_SYNC waits for it is the engine's (cmdq.c).
 */
#ifndef SMMUSIM_ATC_H
#define SMMUSIM_ATC_H

#include <stdbool.h>
#include <stdint.h>

#include "smmusim/smmu_types.h"

struct smmu;
struct prog_if;

/* A place among those outstanding; with its generation it makes a tag. */
struct atc_inv {
    uint32_t generation;
    uint32_t queue; /* number of the command queue whose CMD_SYNC waits for it */
    bool busy;
};

struct atc_invs {
    uint32_t capacity, busy;
    struct atc_inv *inv; /* [capacity]: timing.atc_invs */
};

/* May one more be outstanding, or will it be ignored? (Room in the outbox is asked for apart.) */
bool smmu__atc_inv_ready(const struct smmu *s, const struct prog_if *pi);
/* The command is carried out, or ignored (4.5.1). */
void smmu__atc_inv_send(struct smmu *s, unsigned queue, const struct prog_if *pi,
                        const uint64_t words[2]);
/* The device has not answered in time. */
void smmu__atc_inv_due(struct smmu *s, unsigned place);
smmu_status_t smmu__atc_inv_done(struct smmu *s, uint64_t tag, smmu_atc_inv_result_t result);
void smmu__atc_inv_reset(struct smmu *s);

#endif
