/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Counter groups as software sees them: where their pages are, their registers (10.5), their
 * interrupt (10.2.1, 10.5.2.19).
 */
#ifndef SMMUSIM_PMCG_REGS_H
#define SMMUSIM_PMCG_REGS_H

#include "pmcg.h"

/* Is there a page of a counter group at this offset of the register block? */
bool smmu__pmcg_regs_have(const struct smmu *s, uint32_t offset);
/* The aligned word at such an offset. */
uint64_t smmu__pmcg_regs_read_word(struct smmu *s, smmu_pas_t pas, uint32_t offset);
void smmu__pmcg_regs_write_word(struct smmu *s, smmu_pas_t pas, uint32_t offset, uint64_t value);
/* First offset behind the pages of all groups. */
uint32_t smmu__pmcg_regs_end(const struct smmu *s);
void smmu__pmcg_regs_reset(struct smmu *s);
/* Interrupts that overflows have called for: after everything else that shows (10.2.1). */
void smmu__pmcg_signal(struct smmu *s);
void smmu__pmcg_msi_done(struct smmu *s, unsigned group, smmu_mem_status_t status);

#endif
