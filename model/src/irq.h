/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Global errors, wired interrupts and MSIs (3.18, 6.3.16 to 6.3.23, 7.5). Interrupts are edges:
 * nothing is pending, nothing needs clearing. At most one MSI of a source is in flight; later ones
 * of the same source coalesce to one. For CMD_SYNC each command queue is a source of its own.
 */
#ifndef SMMUSIM_IRQ_H
#define SMMUSIM_IRQ_H

#include "outbox.h"

struct smmu;
struct prog_if;

/* GERROR bits (6.3.19). */
enum gerror_bit {
    GERROR_CMDQ_ERR = 0,
    GERROR_EVENTQ_ABT_ERR = 2,
    GERROR_PRIQ_ABT_ERR = 3,
    GERROR_MSI_CMDQ_ABT_ERR = 4,
    GERROR_MSI_EVENTQ_ABT_ERR = 5,
    GERROR_MSI_PRIQ_ABT_ERR = 6,
    GERROR_MSI_GERROR_ABT_ERR = 7,
    GERROR_SFM_ERR = 8,
    GERROR_CMDQP_ERR = 9,
};

/*
 * What interrupts may have in the outbox at once: MSI writes, one a source and interface; edges up
 * to IRQ_EDGES_MAX, from there on an edge whose source has one waiting already is merged with it.
 */
#define IRQ_MSIS_MAX SMMU_IRQ_COUNT /* of each programming interface */
#define IRQ_EDGES_MAX 64
#define IRQ_OUTBOX_EDGES(interfaces) (IRQ_EDGES_MAX + SMMU_IRQ_COUNT * (interfaces))

struct irq {
    bool in_flight[SMMU_IRQ_COUNT]; /* an MSI of this source awaits its write */
    bool again[SMMU_IRQ_COUNT];     /* another cause came meanwhile */
};

/* An MSI as registers or a CMD_SYNC describe it. */
struct msi {
    uint64_t addr; /* before truncation to OAS */
    uint32_t data;
    uint8_t memattr4, sh;
    smmu_mpam_t mpam; /* of the programming interface, or of the counter group (17.4, 17.5) */
};

bool smmu__gerror_active(const struct prog_if *pi, enum gerror_bit bit);
/* Toggles the bit if it is inactive, and signals (7.5). */
void smmu__gerror_raise(struct smmu *s, struct prog_if *pi, enum gerror_bit bit);
/* EVENTQ, PRIQ, GERROR: if enabled in IRQ_CTRL, wired edge and, if configured, MSI. */
void smmu__irq_raise(struct smmu *s, struct prog_if *pi, smmu_irq_source_t source);
/* Completion signal of CMD_SYNC with CS=SIG_IRQ (4.7.3): wired edge, and an MSI as the command
 * says: true if its write is on its way. It is the queue's (OWNER_SYNC), which reports an abort. */
bool smmu__irq_cmd_sync(struct smmu *s, struct prog_if *pi, unsigned queue,
                        const uint64_t command[2]);
void smmu__irq_cmd_sync_done(struct smmu *s, struct prog_if *pi, unsigned queue,
                             smmu_mem_status_t status);
/* The event output (CS=SIG_SEV, queue no longer full). */
void smmu__irq_sev(struct smmu *s, struct prog_if *pi);
void smmu__msi_done(struct smmu *s, struct prog_if *pi, smmu_irq_source_t source,
                    smmu_mem_status_t status);
/* In IRQ_CTRL: those whose sources have an MSI in flight. */
uint64_t smmu__irq_busy_enables(const struct prog_if *pi);
void smmu__irq_reset(struct prog_if *pi);

/* For interrupts that are no programming interface's: an edge, and the write of an MSI. */
void smmu__irq_edge(struct smmu *s, smmu_out_irq_t irq);
void smmu__msi_write(struct smmu *s, enum access_owner owner, unsigned index, uint8_t pas,
                     const struct msi *msi);

#endif
