/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. The PRI queue: takes page requests into it, or answers for software when it cannot
 * (chapter 8, 6.3.36). What software answers is CMD_PRI_RESP's (4.5.2), which does not touch the
 * queue.
 */
#ifndef SMMUSIM_PRIQ_H
#define SMMUSIM_PRIQ_H

#include "outq.h"
#include "ppar.h"
#include "smmusim/smmu_types.h"

struct smmu;
struct prog_if;

/* Automatic responses of an interface that may be due or wait in the outbox. */
#define PRIQ_RESPONSES_MAX 32

struct priq {
    struct outq out;
    smmu_page_request_t request[OUTQ_WRITES]; /* of the records that are being written */
    struct ppar check;
};

/* SMMU_DONE, or SMMU_BUSY: there is no place for it now. pi: NULL for a Secure stream. */
int smmu__priq_take(struct smmu *s, struct prog_if *pi, const smmu_page_request_t *request);
void smmu__priq_respond(struct smmu *s, const smmu_page_request_t *request, uint8_t code,
                        bool with_pasid);
void smmu__priq_write_done(struct smmu *s, struct prog_if *pi, unsigned entry,
                           smmu_mem_status_t status);
/* PRIQEN, SMMUEN or PROD has changed. */
void smmu__priq_follow_prod(const struct smmu *s, struct prog_if *pi);
bool smmu__priq_quiet(const struct prog_if *pi);
void smmu__priq_reset(struct prog_if *pi);

#endif
