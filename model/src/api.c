/* SPDX-License-Identifier: Apache-2.0 */
/* L4. The public functions: check the caller, advance the clock, hand over, draw the consequences.
 */
#include "dispatch.h"
#include "interface.h"
#include "pmcg_regs.h"
#include "regs.h"
#include "xlate.h"

/* Callers of modes lt and functional share no clock: their requests do not move ours (smmu.h). */
static bool requests_have_time(const smmu_t *s)
{
    return s->mode == SMMU_MODE_AT;
}

static inline smmu_status_t advance_to(smmu_t *s, uint64_t now)
{
    if (UNLIKELY(now < s->sched.now))
        return SMMU_E_TIME;
    if (UNLIKELY(smmu__sched_next(&s->sched) <= now))
        smmu__run_due(s, now);
    s->sched.now = now;
    return SMMU_OK;
}

uint64_t smmu_now(const smmu_t *s)
{
    return s->sched.now;
}

/* A unit's timer, or an access that leaves; one that has left is the owner's to take. */
uint64_t smmu_next_due(const smmu_t *s)
{
    uint64_t timer = smmu__sched_next(&s->sched), leaves = s->qtw.next;
    return leaves < timer && leaves > s->sched.now ? leaves : timer;
}

uint64_t smmu_advance(smmu_t *s, uint64_t now)
{
    advance_to(s, now);
    return smmu_next_due(s);
}

bool smmu_idle(const smmu_t *s)
{
    return s->sched.count == smmu__pmcg_timers_set(s) && s->outbox.access_busy == 0 &&
           s->outbox.count == 0;
}

bool smmu_pop(smmu_t *s, smmu_out_t *out)
{
    if (!smmu__outbox_take(s, out))
        return false;
    if (s->room_wanted && smmu__outbox_has_room_for_command(s)) {
        s->room_wanted = false;
        s->settle |= SETTLE_SYNC;
        smmu__settle(s);
    }
    return true;
}

int smmu_submit(smmu_t *s, uint64_t now, const smmu_request_t *request, smmu_response_t *response)
{
    const struct prog_if *pi;
    if (!s || !request || !response)
        return SMMU_E_ARGUMENT;
    smmu_status_t refused = smmu__request_check(s, request, &pi);
    if (refused != SMMU_OK)
        return refused;
    if (requests_have_time(s)) {
        smmu_status_t status = advance_to(s, now);
        if (status != SMMU_OK)
            return status;
    }
    s->timeline.owner_now = now;
    int verdict = smmu__xlate_submit(s, pi, request, response);
    if (verdict == SMMU_PENDING || s->settle)
        smmu__settle(s);
    return verdict;
}

smmu_status_t smmu_access_done(smmu_t *s, uint64_t now, uint8_t epoch)
{
    if (!s)
        return SMMU_E_ARGUMENT;
    if (requests_have_time(s)) {
        smmu_status_t status = advance_to(s, now);
        if (status != SMMU_OK)
            return status;
    }
    smmu_status_t status = smmu__inval_access_done(s, epoch);
    smmu__settle(s);
    return status;
}

smmu_status_t smmu_mem_done(smmu_t *s, uint64_t now, uint64_t tag, smmu_mem_status_t status,
                            const void *data)
{
    struct access a;
    if (!s || (status != SMMU_MEM_OK && status != SMMU_MEM_ABORT))
        return SMMU_E_ARGUMENT;
    int found = smmu__access_find(s, tag, &a);
    if (found <= 0)
        return (smmu_status_t)found;
    if (a.read && status == SMMU_MEM_OK && !data)
        return SMMU_E_ARGUMENT;
    if (a.owner != OWNER_SLOT || requests_have_time(s)) {
        smmu_status_t time = advance_to(s, now);
        if (time != SMMU_OK)
            return time;
    }
    s->timeline.owner_now = now;
    TIMELINE_ACCESS(s, s->sched.now, END, tag, status, 0);
    smmu__access_free(s, tag);
    smmu__mem_done(s, &a, status, data);
    return SMMU_OK;
}

smmu_status_t smmu_inval_done(smmu_t *s, uint64_t now, uint64_t tag)
{
    if (!s)
        return SMMU_E_ARGUMENT;
    smmu_status_t status = advance_to(s, now);
    if (status != SMMU_OK)
        return status;
    status = smmu__inval_ack(s, tag);
    smmu__settle(s);
    return status;
}

smmu_status_t smmu_atc_inv_done(smmu_t *s, uint64_t now, uint64_t tag, smmu_atc_inv_result_t result)
{
    if (!s || (unsigned)result > SMMU_ATC_INV_FAILED)
        return SMMU_E_ARGUMENT;
    smmu_status_t status = advance_to(s, now);
    if (status != SMMU_OK)
        return status;
    status = smmu__atc_inv_done(s, tag, result);
    smmu__settle(s);
    return status;
}

static struct prog_if *interface_of(smmu_t *s, unsigned sec)
{
    const struct prog_if *pi = smmu__interface_of(s, sec);
    return pi ? &s->pi[pi->number] : NULL;
}

int smmu_page_request(smmu_t *s, uint64_t now, const smmu_page_request_t *request)
{
    if (!s || !request || request->substreamid > low_mask(20) || request->prg_index > low_mask(9) ||
        request->sec_sid > SMMU_PAS_REALM)
        return SMMU_E_ARGUMENT;
    struct prog_if *pi = interface_of(s, request->sec_sid);
    if (!CFG(s, IDR0_PRI) || (!pi && request->sec_sid != SMMU_PAS_S))
        return SMMU_E_UNSUPPORTED;
    smmu_status_t status = advance_to(s, now);
    if (status != SMMU_OK)
        return status;
    int verdict = smmu__priq_take(s, pi && pi->sec != SMMU_PAS_S ? pi : NULL, request);
    smmu__settle(s);
    return verdict;
}

static bool well_formed(const smmu_broadcast_tlbi_t *t)
{
    bool granule = t->granule_log2 == 0 || t->granule_log2 == 12 || t->granule_log2 == 14 ||
                   t->granule_log2 == 16;
    return t->op < SMMU_TLBI_COUNT && t->sec <= SMMU_PAS_ROOT && t->first <= t->last && granule &&
           t->level <= 3;
}

static smmu_status_t hear_broadcast(smmu_t *s, uint64_t now)
{
    return CFG(s, IDR0_BTM) ? advance_to(s, now) : SMMU_E_UNSUPPORTED;
}

int smmu_broadcast_tlbi(smmu_t *s, uint64_t now, const smmu_broadcast_tlbi_t *tlbi)
{
    if (!s || !tlbi || !well_formed(tlbi))
        return SMMU_E_ARGUMENT;
    smmu_status_t status = hear_broadcast(s, now);
    if (status != SMMU_OK)
        return status;
    int verdict = smmu__broadcast_tlbi(s, smmu__interface_of(s, tlbi->sec), tlbi);
    smmu__settle(s);
    return verdict;
}

int smmu_broadcast_sync(smmu_t *s, uint64_t now, uint64_t tag)
{
    if (!s)
        return SMMU_E_ARGUMENT;
    smmu_status_t status = hear_broadcast(s, now);
    if (status != SMMU_OK)
        return status;
    int verdict = smmu__broadcast_sync(s, tag);
    smmu__settle(s);
    return verdict;
}

bool smmu_stalled(const smmu_t *s, uint64_t tag, smmu_stall_t *stall)
{
    return s && smmu__stall_find(s, tag, stall);
}

size_t smmu_stalled_count(const smmu_t *s)
{
    return s ? s->stalls.stalled : 0;
}

bool smmu_bypasses(const smmu_t *s, smmu_pas_t sec_sid)
{
    const struct prog_if *pi = smmu__interface_of(s, sec_sid);
    return pi && !REG_FIELD(pi, CR0, SMMUEN) && !REG_FIELD(pi, GBPA, ABORT);
}

uint32_t smmu_reg_span(const smmu_t *s)
{
    return smmu__ecmdq_regs_end(s); /* behind pages 0 and 1 (6.1) */
}

/* Accesses of another size, unaligned or beyond the last page: RAZ/WI, CHOICE (6.2). */
static bool reg_access_taken(smmu_t *s, uint32_t offset, unsigned size)
{
    if ((size == 4 || size == 8) && offset % size == 0 && offset <= smmu_reg_span(s) - size)
        return true;
    STAT(s, guest_errors, 1);
    return false;
}

smmu_status_t smmu_reg_read(smmu_t *s, uint64_t now, smmu_pas_t pas, uint32_t offset, unsigned size,
                            uint64_t *value)
{
    if (!s || !value)
        return SMMU_E_ARGUMENT;
    smmu_status_t status = advance_to(s, now);
    if (status != SMMU_OK)
        return status;
    *value = reg_access_taken(s, offset, size) ? smmu__regs_read(s, pas, offset, size) : 0;
    return SMMU_OK;
}

smmu_status_t smmu_reg_write(smmu_t *s, uint64_t now, smmu_pas_t pas, uint32_t offset,
                             unsigned size, uint64_t value)
{
    if (!s)
        return SMMU_E_ARGUMENT;
    smmu_status_t status = advance_to(s, now);
    if (status != SMMU_OK)
        return status;
    if (reg_access_taken(s, offset, size)) {
        smmu__regs_write(s, pas, offset, size, value);
        smmu__settle(s);
    }
    return SMMU_OK;
}
