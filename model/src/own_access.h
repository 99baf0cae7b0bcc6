/* SPDX-License-Identifier: Apache-2.0 */
/* L2. Attributes of the accesses that the SMMU makes itself to queues and tables, from CR1
 * (6.3.11, 13.8), and their label, from GMPAM (6.3.42, 17.4). */
#ifndef SMMUSIM_OWN_ACCESS_H
#define SMMUSIM_OWN_ACCESS_H

#include "outbox.h"

struct prog_if;
struct smmu;

smmu_mpam_t smmu__own_mpam(const struct smmu *s, const struct prog_if *pi);

/* allocate_hint: RA or WA of the queue's base register. */
struct mem_attrs smmu__queue_attrs(const struct smmu *s, const struct prog_if *pi,
                                   bool allocate_hint);
/* Of stream tables, and of a VMS, which has those of STEs (5.6). CHOICE 17.4: their label, too. */
struct mem_attrs smmu__table_attrs(const struct smmu *s, const struct prog_if *pi);

#endif
