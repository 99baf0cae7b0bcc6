/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See ppar.h. CHOICE 4.7.3: a CMD_SYNC after an invalidation waits for a check that ran when it
 * was made, as it waits for address translation operations.
 */
#include "ppar.h"

#include <string.h>

#include "le.h"
#include "own_access.h"
#include "state.h"
#include "stream.h"

static void finish(struct smmu *s, struct prog_if *pi, uint8_t code, bool with_pasid)
{
    smmu__inval_own_done(s, pi, OWN_STE_CHECK);
    s->settle |= SETTLE_SYNC | SETTLE_ACKS;
    pi->priq.check.state = PPAR_IDLE;
    smmu__priq_respond(s, &pi->priq.check.request, code, with_pasid);
}

/* 8.1: which of the errors are recorded. */
static bool recorded(const struct prog_if *pi, uint8_t event)
{
    return REG_FIELD(pi, CR2, REC_CFG_ATS) &&
           (event != SMMU_EVT_C_BAD_STREAMID || REG_FIELD(pi, CR2, RECINVSID));
}

static void fail(struct smmu *s, struct prog_if *pi, uint8_t event, uint64_t fetch_addr)
{
    struct ppar *p = &pi->priq.check;
    if (!recorded(pi, event)) {
        finish(s, pi, SMMU_PRG_FAILURE, false);
        return;
    }
    p->fault = (struct fault){.event = event,
                              .ssv = true,
                              .streamid = p->request.streamid,
                              .substreamid = p->request.substreamid,
                              .fetch_addr = fetch_addr};
    p->state = PPAR_RECORD;
    smmu__ppar_event_room(s, pi);
}

void smmu__ppar_event_room(struct smmu *s, struct prog_if *pi)
{
    struct ppar *p = &pi->priq.check;
    if (p->state != PPAR_RECORD || !smmu__evtq_ready(s, pi))
        return;
    smmu__evtq_record(s, pi, &p->fault, smmu__inval_own_marked(s, pi, OWN_STE_CHECK));
    finish(s, pi, SMMU_PRG_FAILURE, false);
}

static void fetch(struct smmu *s, struct prog_if *pi, enum stream_where where, uint64_t addr)
{
    struct ppar *p = &pi->priq.check;
    if (where == STREAM_OUT) {
        fail(s, pi, SMMU_EVT_C_BAD_STREAMID, 0);
        return;
    }
    if (addr >> s->oas_bits) { /* CHOICE 3.4.3: as for a transaction */
        fail(s, pi, SMMU_EVT_F_STE_FETCH, addr);
        return;
    }
    bool l1std = where == STREAM_L1STD;
    STAT(s, page_request_reads, 1);
    p->state = l1std ? PPAR_L1STD : PPAR_STE;
    p->read_addr = addr;
    smmu__mem_read(s, OWNER_PPAR, pi->number, l1std ? SMMU_SRC_L1STD : SMMU_SRC_STE, addr,
                   l1std ? 8 : 64, smmu__table_attrs(s, pi), NULL);
}

void smmu__ppar_begin(struct smmu *s, struct prog_if *pi, const smmu_page_request_t *request)
{
    uint64_t addr = 0;
    pi->priq.check.request = *request;
    smmu__inval_own_begin(s, pi, OWN_STE_CHECK);
    enum stream_where where = smmu__stream_locate(&s->config, pi, request->streamid, &addr);
    fetch(s, pi, where, addr);
}

static void got_ste(struct smmu *s, struct prog_if *pi, const uint8_t *data)
{
    uint64_t ste[8];
    load_structure(ste, data);
    if (smmu__ste_illegal(&s->config, pi, ste))
        fail(s, pi, SMMU_EVT_C_BAD_STE, 0);
    else
        finish(s, pi, SMMU_PRG_SUCCESS, SMMU_FIELD_GET(STE, PPAR, ste) != 0);
}

void smmu__ppar_read_done(struct smmu *s, struct prog_if *pi, smmu_mem_status_t status,
                          const uint8_t *data)
{
    struct ppar *p = &pi->priq.check;
    uint64_t addr = 0;
    if (status != SMMU_MEM_OK) {
        fail(s, pi, SMMU_EVT_F_STE_FETCH, p->read_addr);
    } else if (p->state == PPAR_L1STD) {
        enum stream_where where = smmu__stream_from_l1std(&s->config, pi, p->request.streamid,
                                                          load_le64(data), &addr);
        fetch(s, pi, where, addr);
    } else {
        got_ste(s, pi, data);
    }
}

void smmu__ppar_reset(struct prog_if *pi)
{
    memset(&pi->priq.check, 0, sizeof pi->priq.check);
}
