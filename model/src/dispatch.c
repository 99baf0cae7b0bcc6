/* SPDX-License-Identifier: Apache-2.0 */
/* L4. See dispatch.h. */
#include "dispatch.h"

#include "flight.h"
#include "pmcg_regs.h"
#include "regs.h"

/* Consequences that a unit must not draw itself while another one is still at work. */
void smmu__settle_now(struct smmu *s)
{
    for (uint8_t due; (due = s->settle);) {
        s->settle = 0;
        if (due & SETTLE_WALKERS)
            smmu__flight_walkers(s);
        if (due & SETTLE_PLACES)
            smmu__flight_places(s);
        if (due & SETTLE_EVENT_ROOM) {
            smmu__flight_event_room(s);
            for (unsigned i = 0; i < PROG_IF_COUNT; i++)
                smmu__ppar_event_room(s, &s->pi[i]);
        }
        if (due & SETTLE_STALLS)
            smmu__stall_serve(s);
        if (due & SETTLE_ACKS)
            for (unsigned i = 0; i < PROG_IF_COUNT; i++)
                smmu__regs_update_acks(s, &s->pi[i]);
        if (due & SETTLE_SYNC) {
            smmu__cmdq_poke(s);
            smmu__broadcast_poke(s);
        }
        if (due & SETTLE_TURNS)
            smmu__cmdq_next_turn(s);
        if (due & SETTLE_PMCG)
            smmu__pmcg_signal(s);
    }
}

void smmu__run_due(struct smmu *s, uint64_t now)
{
    static void (*const due[TIMER_KINDS])(struct smmu *s, unsigned index) = {
        [TIMER_SLOT] = smmu__flight_due,
        [TIMER_CMDQ] = smmu__cmdq_due,
        [TIMER_PMCG] = smmu__pmcg_due,
        [TIMER_ATC] = smmu__atc_inv_due,
        [TIMER_BROADCAST] = smmu__broadcast_due,
    };
    for (struct timer *t; (t = smmu__sched_take(s, now));) {
        due[t->kind](s, t->index);
        smmu__settle(s);
    }
}

/* An access of this index is finished. */
typedef void finished_fn(struct smmu *s, unsigned index, smmu_mem_status_t status,
                         const uint8_t *data);

static void cmdq_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    smmu__cmdq_read_done(s, access_whose(index), access_entry(index), status, data);
}

static void sync_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    (void)data;
    smmu__cmdq_sync_msi_done(s, index, status);
}

static void evtq_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    (void)data;
    smmu__evtq_write_done(s, &s->pi[access_whose(index)], access_entry(index), status);
}

static void priq_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    (void)data;
    smmu__priq_write_done(s, &s->pi[access_whose(index)], access_entry(index), status);
}

static void ppar_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    smmu__ppar_read_done(s, &s->pi[index], status, data);
}

static void msi_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                       const uint8_t *data)
{
    (void)data;
    smmu__msi_done(s, &s->pi[access_whose(index)], (smmu_irq_source_t)access_entry(index), status);
}

static void atos_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    smmu__atos_read_done(s, &s->pi[access_whose(index)], (enum atos_group)access_entry(index),
                         status, data);
}

static void pmcg_access(struct smmu *s, unsigned index, smmu_mem_status_t status,
                        const uint8_t *data)
{
    (void)data;
    smmu__pmcg_msi_done(s, index, status);
}

void smmu__mem_done(struct smmu *s, const struct access *a, smmu_mem_status_t status,
                    const void *data)
{
    static finished_fn *const done[OWNER_KINDS] = {
        [OWNER_SLOT] = smmu__flight_read_done,
        [OWNER_CMDQ] = cmdq_access,
        [OWNER_SYNC] = sync_access,
        [OWNER_EVTQ] = evtq_access,
        [OWNER_MSI] = msi_access,
        [OWNER_PMCG] = pmcg_access,
        [OWNER_ATOS] = atos_access,
        [OWNER_PRIQ] = priq_access,
        [OWNER_PPAR] = ppar_access,
    };
    done[a->owner](s, a->index, status, data);
    smmu__settle(s);
}
