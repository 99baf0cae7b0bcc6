/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. The register file: table-driven reads and writes, guards, enable/acknowledge handshakes,
 * hooks (chapter 6).
 */
#ifndef SMMUSIM_REGS_H
#define SMMUSIM_REGS_H

#include "smmusim/smmu.h"

struct smmu;
struct prog_if;

/* Once, at creation: what follows from the configuration (write masks). */
void smmu__regs_init(struct smmu *s);
void smmu__regs_reset(struct smmu *s, struct prog_if *pi);
/* Offset and size already checked by the caller for alignment and span; both halves of 64-bit
 * registers. */
uint64_t smmu__regs_read(struct smmu *s, smmu_pas_t pas, uint32_t offset, unsigned size);
void smmu__regs_write(struct smmu *s, smmu_pas_t pas, uint32_t offset, unsigned size,
                      uint64_t value);
/*
 * Copies enables to CR0ACK and IRQ_CTRLACK whose conditions hold now (6.3.9, 6.3.16). Units that
 * have become quiet (a command queue that stopped fetching, an MSI that landed, ...) ask for it by
 * SETTLE_ACKS.
 */
void smmu__regs_update_acks(struct smmu *s, struct prog_if *pi);

#endif
