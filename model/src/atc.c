/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See atc.h. */
#include "atc.h"

#include "state.h"

enum { SPAN_LOG2_MIN = 12 };

bool smmu__atc_inv_ready(const struct smmu *s, const struct prog_if *pi)
{
    return s->atc_invs.busy < s->atc_invs.capacity || !REG_FIELD(pi, CR0, SMMUEN);
}

static uint64_t place_new(struct smmu *s, unsigned queue)
{
    struct atc_invs *p = &s->atc_invs;
    unsigned at = 0;
    while (p->inv[at].busy)
        at++;
    p->inv[at].generation++;
    p->inv[at].queue = queue;
    p->inv[at].busy = true;
    p->busy++;
    s->cmdq[queue].atc_outstanding++;
    smmu__timer_set(s, TIMER_ATC, at, CFG(s, TIMING_ATC_INV_TIMEOUT));
    return (uint64_t)p->inv[at].generation << 32 | at;
}

/* CHOICE 4.5.1: without SubstreamIDs SSV counts as 0. */
void smmu__atc_inv_send(struct smmu *s, unsigned queue, const struct prog_if *pi,
                        const uint64_t words[2])
{
    unsigned span_log2 = SPAN_LOG2_MIN + (unsigned)SMMU_FIELD_GET(CMD_ATC_INV, Size, words);
    bool ssv = CFG(s, IDR1_SSIDSIZE) && SMMU_FIELD_GET(CMD_ATC_INV, SSV, words);
    if (!REG_FIELD(pi, CR0, SMMUEN))
        return;
    uint64_t addr = SMMU_FIELD_IN_PLACE(CMD_ATC_INV, Addr, words) & ~low_mask(span_log2);
    smmu__outbox_put(s, SMMU_OUT_ATC_INV)->u.atc_inv = (smmu_out_atc_inv_t){
        .tag = place_new(s, queue),
        .addr = addr,
        .streamid = (uint32_t)SMMU_FIELD_GET(CMD_ATC_INV, StreamID, words),
        .substreamid = ssv ? (uint32_t)SMMU_FIELD_GET(CMD_ATC_INV, SubstreamID, words) : 0,
        .sec_sid = pi->sec,
        .span_log2 = (uint8_t)span_log2,
        .ssv = ssv,
        .global = ssv && SMMU_FIELD_GET(CMD_ATC_INV, Global, words)};
    STAT(s, atc_invs, 1);
}

/* Its CMD_SYNC may go on, and a queue that waits for a place. What the device did until now is
 * waited for by the next CMD_SYNC that completes (4.5.1, 4.7.3). */
static void place_free(struct smmu *s, struct atc_inv *inv, bool failed)
{
    struct cmdq *q = &s->cmdq[inv->queue];
    inv->busy = false;
    s->atc_invs.busy--;
    q->atc_outstanding--;
    q->atc_failed |= failed;
    STAT(s, atc_inv_failures, failed);
    s->inval.dirty = true;
    smmu__slots_mark_translated(s);
    s->settle |= SETTLE_SYNC;
}

void smmu__atc_inv_due(struct smmu *s, unsigned place)
{
    place_free(s, &s->atc_invs.inv[place], true);
}

smmu_status_t smmu__atc_inv_done(struct smmu *s, uint64_t tag, smmu_atc_inv_result_t result)
{
    uint32_t place = (uint32_t)tag, generation = (uint32_t)(tag >> 32);
    if (place >= s->atc_invs.capacity || !generation ||
        generation > s->atc_invs.inv[place].generation)
        return SMMU_E_TAG;
    struct atc_inv *inv = &s->atc_invs.inv[place];
    if (!inv->busy || generation < inv->generation)
        return SMMU_OK;
    smmu__timer_clear(s, TIMER_ATC, place);
    place_free(s, inv, result == SMMU_ATC_INV_FAILED);
    return SMMU_OK;
}

void smmu__atc_inv_reset(struct smmu *s)
{
    for (uint32_t i = 0; i < s->atc_invs.capacity; i++) {
        smmu__timer_clear(s, TIMER_ATC, i);
        s->atc_invs.inv[i].busy = false;
    }
    s->atc_invs.busy = 0;
}
