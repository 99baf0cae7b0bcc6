/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See queue_regs.h. */
#include "queue_regs.h"

#include "state.h"

const struct queue_regs smmu__cmdq_regs = {
    .base = SMMU_REG_CMDQ_BASE,
    .prod = SMMU_REG_CMDQ_PROD,
    .cons = SMMU_REG_CMDQ_CONS,
    .limit = SMMU_CFG_IDR1_CMDQS,
    .log2_entry = 4,
};

const struct queue_regs smmu__evtq_regs = {
    .base = SMMU_REG_EVENTQ_BASE,
    .prod = SMMU_REG_EVENTQ_PROD,
    .cons = SMMU_REG_EVENTQ_CONS,
    .limit = SMMU_CFG_IDR1_EVENTQS,
    .log2_entry = 5,
};

const struct queue_regs smmu__priq_regs = {
    .base = SMMU_REG_PRIQ_BASE,
    .prod = SMMU_REG_PRIQ_PROD,
    .cons = SMMU_REG_PRIQ_CONS,
    .limit = SMMU_CFG_IDR1_PRIQS,
    .log2_entry = 4,
};

struct ring smmu__queue_ring(const struct smmu *s, const struct prog_if *pi,
                             const struct queue_regs *q)
{
    return smmu__ring_of(pi->reg[q->base], (unsigned)s->config.value[q->limit], q->log2_entry,
                         s->oas_bits);
}
