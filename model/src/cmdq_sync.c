/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See cmdq.h: what a CMD_SYNC waits for, and whether it is done (4.7.3, 3.5.6.1). */
#include "state.h"

/* What it waits for: not before devices have let go of what they cached, so that the accesses they
 * made until then are among it (4.5.1). */
void smmu__cmdq_sync_collect(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    q->sync_wait = smmu__inval_sync_begin(s);
    q->sync_emptied = false;
    q->sync_event_ticket = s->pi[s->cmdq[queue].prog_if].evtq.recorded;
    q->sync_begun = true;
}

/* Earlier invalidations, event records of terminated transactions, MSIs of earlier CMD_SYNCs of its
 * queue. Records that other queues' invalidations make stale later are not its affair. */
bool smmu__cmdq_sync_complete(struct smmu *s, unsigned queue)
{
    const struct evtq *events = &s->pi[s->cmdq[queue].prog_if].evtq;
    struct cmdq *q = &s->cmdq[queue];
    if (!q->sync_emptied) {
        if (!smmu__inval_complete(s, &q->sync_wait))
            return false;
        q->sync_emptied = true;
        if (q->sync_event_ticket < events->stale_ticket)
            q->sync_event_ticket = events->stale_ticket;
    }
    return q->inval_done <= s->sched.now && events->settled >= q->sync_event_ticket &&
           !q->msi_in_flight;
}

void smmu__cmdq_sync_msi_done(struct smmu *s, unsigned queue, smmu_mem_status_t status)
{
    s->cmdq[queue].msi_in_flight = false;
    smmu__irq_cmd_sync_done(s, &s->pi[s->cmdq[queue].prog_if], queue, status);
}
