/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Enhanced command queues as software meets them (3.5.6, 6.2.5, 6.3.49 to 6.3.51, 6.3.107 to
 * 6.3.109): control pages, and for each queue its registers, enable, acknowledge and error. What a
 * queue does with its commands is the engine's (cmdq.h).
 */
#ifndef SMMUSIM_ECMDQ_H
#define SMMUSIM_ECMDQ_H

#include "bits.h"
#include "cmdq.h"
#include "spec.h"

/* Of all pages: those of a page lie together. */
uint32_t smmu__ecmdq_count(const smmu_config_t *cfg);
void smmu__ecmdq_init(struct smmu *s, unsigned queue);
void smmu__ecmdq_reset(struct cmdq *q);

/* Enabled, and its error, if there was one, is acknowledged. */
static inline bool smmu__ecmdq_works(const struct cmdq *q)
{
    uint64_t prod = q->reg[CMDQ_REG_PROD];
    return SMMU_REG_GET(ECMDQ_PROD, EN, prod) &&
           SMMU_REG_GET(ECMDQ_PROD, ERRACK, prod) ==
               SMMU_REG_GET(ECMDQ_CONS, ERR, q->reg[CMDQ_REG_CONS]);
}

/* The error of the command at CONS.RD: a CMDQ_CONS.ERR code. */
void smmu__ecmdq_fail(struct cmdq *q, unsigned code);
/* ENACK follows EN to 0 when the queue has become quiet. */
void smmu__ecmdq_acknowledge(struct smmu *s, unsigned queue);

/* Is the 32-bit location one of theirs? Then these make the access. */
bool smmu__ecmdq_regs_have(const struct smmu *s, uint32_t offset);
uint64_t smmu__ecmdq_regs_read_word(struct smmu *s, smmu_pas_t pas, uint32_t offset);
void smmu__ecmdq_regs_write_word(struct smmu *s, smmu_pas_t pas, uint32_t offset, uint64_t value);
/* The first offset behind the control pages. */
uint32_t smmu__ecmdq_regs_end(const struct smmu *s);

#endif
