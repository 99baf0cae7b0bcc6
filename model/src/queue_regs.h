/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. The registers of a programming interface's queues, and the rings that they describe (6.3.26
 * to 6.3.33, 6.3.96 to 6.3.98). An ECMDQ has registers of its own (ecmdq.h).
 */
#ifndef SMMUSIM_QUEUE_REGS_H
#define SMMUSIM_QUEUE_REGS_H

#include "ring.h"

struct smmu;
struct prog_if;

struct queue_regs {
    uint8_t base, prod, cons; /* enum smmu_reg_id */
    uint8_t limit;            /* configuration key of its largest log2 size */
    uint8_t log2_entry;       /* bytes */
};

extern const struct queue_regs smmu__cmdq_regs, smmu__evtq_regs, smmu__priq_regs;

struct ring smmu__queue_ring(const struct smmu *s, const struct prog_if *pi,
                             const struct queue_regs *q);

#endif
