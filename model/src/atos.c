/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See atos.h. CHOICES: an operation costs the time of its reads alone. 4.7.3: a CMD_SYNC after
 * an invalidation waits for the operations that ran when it was made. 6.3.37: an operation that
 * runs when SMMUEN goes to 0 completes normally. 6.3.40: faults of no stage have REASON 0 for every
 * type.
 */
#include "atos.h"

#include "answer.h"
#include "flight.h"
#include "state.h"
#include "xlate.h"

enum { INV_REQ = 0xFF }; /* 9.1.5 */

static const struct group {
    uint8_t ctrl, sid, addr, par;
} groups[] = {
    [ATOS_GLOBAL] = {SMMU_REG_GATOS_CTRL, SMMU_REG_GATOS_SID, SMMU_REG_GATOS_ADDR,
                     SMMU_REG_GATOS_PAR},
    [ATOS_VIRTUAL] = {SMMU_REG_VATOS_CTRL, SMMU_REG_VATOS_SID, SMMU_REG_VATOS_ADDR,
                      SMMU_REG_VATOS_PAR},
};

#define SID_FIELD(name, value) SMMU_REG_GET(GATOS_SID, name, value)
#define ADDR_FIELD(name, value) SMMU_REG_GET(GATOS_ADDR, name, value)

/* ---------------------------------------------------------------------------- the result */

/* The aligned address; above 4KB a bit below it says how large (6.3.40). */
static uint64_t sized(uint64_t addr, unsigned log2)
{
    uint64_t marked = align_down(addr, log2) | UINT64_C(1) << (log2 - 1);
    return log2 > 12 ? (marked & SMMU_FIELD_MASK(GATOS_PAR, ADDR)) |
                           SMMU_FIELD_PUT(GATOS_PAR, Size, 1)
                     : align_down(addr, 12) & SMMU_FIELD_MASK(GATOS_PAR, ADDR);
}

/* Of stage 2 alone: as if what it combines with were the most cacheable, with every hint. */
static struct attrs attrs_of(const struct query *q)
{
    bool stage2_alone = q->stages == QUERY_STAGE2 || q->x.kind == XCTX_S2;
    if (!stage2_alone)
        return (struct attrs){q->leaf.memattr, q->leaf.sh};
    return smmu__attrs_combine((struct attrs){SMMU_MEMATTR_WB_RAWA, SMMU_SH_NSH}, q->leaf.memattr,
                               q->leaf.sh);
}

static uint64_t success(uint64_t addr, unsigned log2, struct attrs a)
{
    uint8_t sh = smmu__attrs_is_device(a.memattr) ? SMMU_SH_OSH : a.sh;
    return sized(addr, log2) | SMMU_FIELD_PUT(GATOS_PAR, ATTR, a.memattr) |
           SMMU_FIELD_PUT(GATOS_PAR, SH, sh);
}

static uint64_t failure(uint8_t code, unsigned reason, uint64_t faddr)
{
    return SMMU_FIELD_PUT(GATOS_PAR_FAULT, FAULT, 1) |
           SMMU_FIELD_PUT(GATOS_PAR_FAULT, REASON, reason) |
           SMMU_FIELD_PUT(GATOS_PAR_FAULT, FAULTCODE, code) |
           (faddr & SMMU_FIELD_MASK(GATOS_PAR_FAULT, FADDR));
}

/* 9.1.4: to who asks for stage 1 alone, what stage 2 refuses is an abort. */
static uint64_t fault_result(const struct query *q)
{
    const struct fault *f = &q->fault;
    if (!f->s2)
        return failure(f->event, 0, 0);
    if (q->stages == QUERY_STAGE1)
        return failure(f->class_ == CLASS_CD ? SMMU_EVT_F_CD_FETCH : SMMU_EVT_F_WALK_EABT, 0, 0);
    bool address = q->stages == QUERY_BOTH && f->event != SMMU_EVT_F_WALK_EABT;
    return failure(f->event, f->class_ + 1U, address ? f->ipa : 0);
}

static uint64_t result(const struct query *q, enum query_verdict verdict)
{
    switch (verdict) {
    case QUERY_TRANSLATED:
        return success(q->leaf.pa, q->leaf.region_log2, attrs_of(q));
    case QUERY_UNTRANSLATED: /* S1DSS bypasses stage 1; the attributes are IMPLEMENTATION DEFINED */
        return success(q->request.addr, 12, (struct attrs){SMMU_MEMATTR_WB_RAWA, SMMU_SH_NSH});
    default:
        return fault_result(q);
    }
}

/* ----------------------------------------------------------------------------- the operation */

static enum own_operation operation_of(enum atos_group group)
{
    return group == ATOS_GLOBAL ? OWN_ATOS_GLOBAL : OWN_ATOS_VIRTUAL;
}

static void finish(struct smmu *s, struct prog_if *pi, enum atos_group group, uint64_t par)
{
    pi->reg[groups[group].par] = par;
    pi->reg[groups[group].ctrl] = 0;
    smmu__inval_own_done(s, pi, operation_of(group));
    s->settle |= SETTLE_SYNC | SETTLE_ACKS;
}

static void go_on(struct smmu *s, struct prog_if *pi, enum atos_group group,
                  enum query_verdict verdict)
{
    struct query *q = &pi->atos.group[group];
    const unsigned index = access_index(pi->number, group);
    while (verdict == QUERY_UPDATE && q->inhibits_updates)
        verdict = smmu__query_pretend(s, pi, q);
    if (verdict != QUERY_READ && verdict != QUERY_UPDATE) {
        finish(s, pi, group, result(q, verdict));
        return;
    }
    STAT(s, atos_reads, 1);
    if (verdict == QUERY_UPDATE)
        smmu__mem_exchange(s, OWNER_ATOS, index, SMMU_SRC_TTD, q->read_addr, q->attrs, q->from,
                           q->to, NULL);
    else
        smmu__mem_read(s, OWNER_ATOS, index, (smmu_mem_source_t)q->source, q->read_addr, q->size,
                       q->attrs, NULL);
}

/* 9.1.3: what no stream can answer. */
static bool invalid(const struct smmu *s, const struct query *q, enum atos_group group)
{
    bool missing = (q->stages & QUERY_STAGE1 && !CFG(s, IDR0_S1P)) ||
                   (q->stages & QUERY_STAGE2 && !CFG(s, IDR0_S2P));
    bool substream = q->request.flags & SMMU_REQ_SSV;
    return q->stages == 0 || missing || (q->stages == QUERY_STAGE2 && substream) ||
           (group == ATOS_VIRTUAL && q->stages != QUERY_STAGE1);
}

static smmu_request_t request_of(const struct prog_if *pi, uint64_t sid, uint64_t addr)
{
    return (smmu_request_t){
        .addr = addr & SMMU_FIELD_MASK(GATOS_ADDR, ADDR),
        .streamid = (uint32_t)SID_FIELD(STREAMID, sid),
        .substreamid = (uint32_t)SID_FIELD(SUBSTREAMID, sid),
        .flags = (uint16_t)((ADDR_FIELD(RnW, addr) ? 0 : SMMU_REQ_WRITE) |
                            (ADDR_FIELD(InD, addr) ? SMMU_REQ_INST : 0) |
                            (ADDR_FIELD(PnU, addr) ? SMMU_REQ_PRIV : 0) |
                            (SID_FIELD(SSID_VALID, sid) ? SMMU_REQ_SSV : 0)),
        .sec_sid = pi->sec};
}

void smmu__atos_run(struct smmu *s, struct prog_if *pi, enum atos_group group)
{
    const struct group *g = &groups[group];
    struct query *q = &pi->atos.group[group];
    *q = (struct query){.request = request_of(pi, pi->reg[g->sid], pi->reg[g->addr]),
                        .stages = (uint8_t)ADDR_FIELD(TYPE, pi->reg[g->addr]),
                        .for_vmid = group == ATOS_VIRTUAL,
                        .vmid = (uint16_t)REG_FIELD(pi, VATOS_SEL, VMID),
                        .inhibits_updates = ADDR_FIELD(HTTUI, pi->reg[g->addr])};
    pi->reg[g->ctrl] = SMMU_FIELD_MASK(GATOS_CTRL, RUN);
    smmu__inval_own_begin(s, pi, operation_of(group));
    STAT(s, atos, 1);
    if (invalid(s, q, group))
        finish(s, pi, group, failure(INV_REQ, 0, 0));
    else
        go_on(s, pi, group, smmu__query_begin(s, pi, q));
}

void smmu__atos_read_done(struct smmu *s, struct prog_if *pi, enum atos_group group,
                          smmu_mem_status_t status, const uint8_t *data)
{
    go_on(s, pi, group,
          smmu__query_got(s, pi, &pi->atos.group[group], status == SMMU_MEM_OK ? data : NULL));
}
