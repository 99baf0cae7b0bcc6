/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See query.h. The order of what may fail is that of 7.3.22 and 9.1.5. */
#include "query.h"

#include <string.h>

#include "answer.h"
#include "context.h"
#include "flight.h"
#include "hardening.h"
#include "le.h"
#include "mpam.h"
#include "own_access.h"
#include "state.h"
#include "stream.h"

static enum query_verdict fault(struct query *q, uint8_t event)
{
    q->fault = (struct fault){.event = event, .class_ = CLASS_IN};
    return QUERY_FAULT;
}

static enum query_verdict stage2_fault(struct query *q, uint8_t event)
{
    q->fault = (struct fault){
        .event = event, .s2 = true, .class_ = q->s2.class_, .ipa = q->s2.ipa};
    return QUERY_FAULT;
}

static enum query_verdict read(struct query *q, enum query_step step, uint64_t addr,
                               struct mem_attrs attrs)
{
    static const struct {
        uint8_t source, size;
    } of[] = {[QUERY_L1STD] = {SMMU_SRC_L1STD, 8}, [QUERY_STE] = {SMMU_SRC_STE, 64},
              [QUERY_L1CD] = {SMMU_SRC_L1CD, 8},   [QUERY_CD] = {SMMU_SRC_CD, 64},
              [QUERY_VMS] = {SMMU_SRC_VMS, 8},     [QUERY_TTD] = {SMMU_SRC_TTD, 8},
              [QUERY_S2_TTD] = {SMMU_SRC_TTD, 8},  [QUERY_FLAGS] = {SMMU_SRC_TTD, 8},
              [QUERY_S2_FLAGS] = {SMMU_SRC_TTD, 8}};
    q->step = (uint8_t)step;
    q->source = of[step].source;
    q->size = of[step].size;
    q->read_addr = addr;
    q->attrs = attrs;
    return QUERY_READ;
}

/* The access as permissions see it (9.1.3). */
static struct access_kind kind_of(const struct query *q)
{
    static const struct overrides none = {0};
    return smmu__access_kind(&q->request,
                             q->stages == QUERY_TRANSACTION ? &q->x.overrides : &none);
}

static enum query_verdict update(struct query *q, enum query_step step, uint64_t addr,
                                 struct mem_attrs attrs)
{
    read(q, step, addr, attrs);
    return QUERY_UPDATE;
}

static bool lacks(const struct leaf *leaf, uint8_t need)
{
    return !(leaf->perms & need);
}

/* ------------------------------------------------------------------------------- stage 2 */

/* As flight_update.c does. */
static enum query_verdict update_stage2(const struct prog_if *pi, struct query *q)
{
    const struct ttb *t = &q->x.ttb[TTB_STAGE2];
    const struct leaf *leaf = &q->s2.leaf;
    bool dirty = q->s2.class_ == CLASS_IN ? lacks(leaf, kind_of(q).need)
                                          : smmu__stage2_of_update(&q->s2) && smmu__stage2_update_dirties(leaf);
    q->from = q->stage2_descriptor;
    q->to = smmu__walk_updated(&q->x, &q->s2.walk, q->from, dirty);
    return update(q, QUERY_S2_FLAGS, smmu__walk_address(&q->x, &q->s2.walk),
                  (struct mem_attrs){t->walk_memattr, t->walk_sh, pi->sec, q->x.ste_mpam});
}

static enum query_verdict update_stage1_at(struct query *q, uint64_t addr, struct mem_attrs attrs)
{
    q->from = q->stage1_descriptor;
    q->to = smmu__walk_updated(&q->x, &q->walk, q->from,
                               lacks(&q->leaf, kind_of(q).need));
    return update(q, QUERY_FLAGS, addr, attrs);
}

static enum query_verdict read_stage2(const struct prog_if *pi, struct query *q)
{
    const struct ttb *t = &q->x.ttb[TTB_STAGE2];
    return read(q, QUERY_S2_TTD, smmu__walk_address(&q->x, &q->s2.walk),
                (struct mem_attrs){t->walk_memattr, t->walk_sh, pi->sec, q->x.ste_mpam});
}

static enum query_verdict stage2(const struct prog_if *pi, struct query *q, uint64_t ipa,
                                 enum fault_class class_)
{
    q->s2.ipa = ipa;
    q->s2.class_ = (uint8_t)class_;
    if (smmu__walk_start_stage2(&q->x, ipa, &q->s2.walk) != WALK_NEXT)
        return stage2_fault(q, SMMU_EVT_F_TRANSLATION);
    return read_stage2(pi, q);
}

static struct mem_attrs attrs_of(const struct prog_if *pi, const struct query *q,
                                 enum query_step step)
{
    const struct ttb *t = &q->x.ttb[q->walk.half];
    return step == QUERY_TTD || step == QUERY_FLAGS
               ? (struct mem_attrs){t->walk_memattr, t->walk_sh, pi->sec, q->x.mpam}
               : (struct mem_attrs){q->locator.memattr, q->locator.sh, pi->sec, q->x.ste_mpam};
}

static enum query_verdict access_at(struct query *q, enum query_step step, uint64_t addr,
                                    struct mem_attrs attrs)
{
    return step == QUERY_FLAGS ? update_stage1_at(q, addr, attrs) : read(q, step, addr, attrs);
}

/* A CD or a descriptor of stage 1, through stage 2 if there is one. */
static enum query_verdict read_input(const struct prog_if *pi, struct query *q,
                                     enum query_step step, uint64_t addr)
{
    q->s2.read = (uint8_t)step;
    q->s2.update = step == QUERY_FLAGS;
    if (q->x.kind == XCTX_NESTED)
        return stage2(pi, q, addr, step == QUERY_TTD || step == QUERY_FLAGS ? CLASS_TT : CLASS_CD);
    return access_at(q, step, addr, attrs_of(pi, q, step));
}

static enum query_verdict own_access(const struct smmu *s, const struct prog_if *pi,
                                     struct query *q)
{
    enum query_step step = (enum query_step)q->s2.read;
    const struct leaf *leaf = &q->s2.leaf;
    if (!smmu__stage2_readable(&q->x, &q->walk, &q->s2) ||
        (smmu__stage2_of_update(&q->s2) && !smmu__stage2_updatable(&q->x, leaf)))
        return stage2_fault(q, SMMU_EVT_F_PERMISSION);
    if (smmu__stage2_wants_update(&q->s2))
        return update_stage2(pi, q);
    if (q->s2.class_ == CLASS_CD)
        smmu__harden_cd(&q->x, leaf->marks);
    return access_at(q, step, smmu__stage2_output(&q->s2),
                     smmu__stage2_read_attrs(s, &q->s2, attrs_of(pi, q, step)));
}

static enum query_verdict stage2_leaf(const struct smmu *s, const struct prog_if *pi,
                                      struct query *q)
{
    if (q->s2.class_ != CLASS_IN)
        return own_access(s, pi, q);
    uint8_t need = kind_of(q).need;
    if (!smmu__stage2_permits(&q->x, &q->walk, &q->s2, need))
        return stage2_fault(q, SMMU_EVT_F_PERMISSION);
    if (smmu__leaf_wants_update(&q->s2.leaf, need))
        return update_stage2(pi, q);
    q->s2.leaf.perms = smmu__stage2_permissions(&q->x, &q->s2.leaf);
    if (q->x.kind == XCTX_NESTED && q->stages != QUERY_STAGE2)
        smmu__stage2_combine(&q->leaf, &q->s2);
    else
        q->leaf = q->s2.leaf;
    return QUERY_TRANSLATED;
}

static enum query_verdict got_stage2_descriptor(const struct smmu *s, const struct prog_if *pi,
                                                struct query *q, const uint8_t *data)
{
    if (q->step == QUERY_S2_TTD || load_le64(data) != q->from)
        q->stage2_descriptor = load_le64(data);
    else
        q->stage2_descriptor = q->to;
    enum walk_outcome o =
        smmu__walk_step(&q->x, &q->s2.walk, q->stage2_descriptor, &q->s2.leaf);
    if (o == WALK_NEXT)
        return read_stage2(pi, q);
    return o == WALK_LEAF ? stage2_leaf(s, pi, q) : stage2_fault(q, smmu__flight_event_of(o));
}

/* ------------------------------------------------------------------------------- stage 1 */

static enum query_verdict context_known(const struct smmu *s, const struct prog_if *pi,
                                        struct query *q)
{
    const struct xctx *x = &q->x;
    uint64_t addr = q->request.addr;
    bool only_stage2 = x->kind == XCTX_S2 || q->stages == QUERY_STAGE2;
    bool limited = only_stage2 || q->stages == QUERY_STAGE1; /* of a stage 1 that bypasses (3.4) */
    q->known = true;
    if (!xctx_translates(x) || only_stage2) {
        if (limited && addr >> s->ias_bits)
            return fault(q, SMMU_EVT_F_ADDR_SIZE);
        return only_stage2 && q->stages != QUERY_STAGE1 ? stage2(pi, q, addr, CLASS_IN)
                                                        : QUERY_UNTRANSLATED;
    }
    if (smmu__walk_start(x, addr, !kind_of(q).priv, &q->walk) != WALK_NEXT)
        return fault(q, SMMU_EVT_F_TRANSLATION);
    smmu__harden_begin(x, &q->walk);
    return read_input(pi, q, QUERY_TTD, smmu__walk_address(x, &q->walk));
}

/* A write of stage 1's table that nobody makes is nothing that stage 2 can forbid (9). */
static enum query_verdict update_stage1(const struct prog_if *pi, struct query *q)
{
    uint64_t addr = smmu__walk_address(&q->x, &q->walk);
    return q->inhibits_updates ? update_stage1_at(q, addr, attrs_of(pi, q, QUERY_FLAGS))
                               : read_input(pi, q, QUERY_FLAGS, addr);
}

static enum query_verdict got_descriptor(const struct smmu *s, const struct prog_if *pi,
                                         struct query *q, const uint8_t *data)
{
    (void)s;
    uint8_t need = kind_of(q).need;
    if (q->step == QUERY_TTD || load_le64(data) != q->from)
        q->stage1_descriptor = load_le64(data);
    else
        q->stage1_descriptor = q->to;
    enum walk_outcome o = smmu__walk_step(&q->x, &q->walk, q->stage1_descriptor, &q->leaf);
    if (o == WALK_NEXT) {
        smmu__harden_step(&q->x, &q->walk, q->stage1_descriptor, q->s2.leaf.marks);
        return read_input(pi, q, QUERY_TTD, smmu__walk_address(&q->x, &q->walk));
    }
    if (o != WALK_LEAF)
        return fault(q, smmu__flight_event_of(o));
    if (!(leaf_may_permit(&q->x.ttb[q->walk.half], &q->leaf) & need))
        return fault(q, SMMU_EVT_F_PERMISSION);
    if (smmu__leaf_wants_update(&q->leaf, need))
        return update_stage1(pi, q);
    smmu__harden_step(&q->x, &q->walk, q->stage1_descriptor, q->s2.leaf.marks);
    if (q->x.kind != XCTX_NESTED || q->stages == QUERY_STAGE1)
        return QUERY_TRANSLATED;
    return stage2(pi, q, q->leaf.pa | (q->request.addr & low_mask(q->leaf.region_log2)), CLASS_IN);
}

/* ------------------------------------------------------------------------- configuration */

static enum query_verdict read_ste(const struct smmu *s, const struct prog_if *pi, struct query *q,
                                   enum stream_where where, uint64_t addr)
{
    if (where == STREAM_OUT)
        return fault(q, SMMU_EVT_C_BAD_STREAMID);
    if (addr >> s->oas_bits) /* as in flight_config.c */
        return fault(q, SMMU_EVT_F_STE_FETCH);
    return read(q, where == STREAM_L1STD ? QUERY_L1STD : QUERY_STE, addr,
                smmu__table_attrs(s, pi));
}

enum query_verdict smmu__query_begin(const struct smmu *s, const struct prog_if *pi,
                                     struct query *q)
{
    uint64_t addr = 0;
    q->known = false;
    memset(&q->x, 0, sizeof q->x);
    enum stream_where where =
        smmu__stream_locate(&s->config, pi, q->request.streamid, &addr);
    return read_ste(s, pi, q, where, addr);
}

static enum query_verdict got_l1std(const struct smmu *s, const struct prog_if *pi,
                                    struct query *q, const uint8_t *data)
{
    uint64_t addr = 0;
    enum stream_where where =
        smmu__stream_from_l1std(&s->config, pi, q->request.streamid, load_le64(data), &addr);
    return read_ste(s, pi, q, where, addr);
}

/* STE.Config has what is asked for, whatever S1DSS says (9.1.3). */
static bool stages_there(const struct query *q, const uint64_t ste[8])
{
    static const uint8_t needed[] = {0, 5, 6, 7};
    return (SMMU_FIELD_GET(STE, Config, ste) & needed[q->stages]) == needed[q->stages];
}

static enum query_verdict read_cd(const struct prog_if *pi, struct query *q, enum cd_where where,
                                  uint64_t addr)
{
    if (where == CD_OUT)
        return fault(q, SMMU_EVT_C_BAD_SUBSTREAMID);
    return read_input(pi, q, where == CD_L1CD ? QUERY_L1CD : QUERY_CD, addr);
}

static enum query_verdict got_ste(const struct smmu *s, const struct prog_if *pi, struct query *q,
                                  const uint8_t *data)
{
    uint64_t words[8], addr = 0;
    const smmu_request_t *r = &q->request;
    load_structure(words, data);
    enum ste_verdict verdict = smmu__ste_decode(&s->config, pi, words, r->flags & SMMU_REQ_SSV,
                                                r->substreamid, &q->x, &q->locator);
    if (verdict == STE_ILLEGAL)
        return fault(q, SMMU_EVT_C_BAD_STE);
    if (q->for_vmid && !smmu__ste_has_vmid(&s->config, pi, words, q->vmid))
        return fault(q, SMMU_EVT_C_BAD_STE);
    if (!stages_there(q, words))
        return fault(q, QUERY_INV_STAGE);
    if (verdict == STE_DECIDED || q->stages == QUERY_STAGE2)
        return context_known(s, pi, q);
    if (verdict == STE_NEEDS_CD) {
        enum cd_where where = smmu__context_locate(&q->locator, q->x.cd_index, &addr);
        return read_cd(pi, q, where, addr);
    }
    return fault(q, verdict == STE_DISABLED ? SMMU_EVT_F_STREAM_DISABLED
                                            : SMMU_EVT_C_BAD_SUBSTREAMID);
}

static enum query_verdict got_l1cd(const struct smmu *s, const struct prog_if *pi, struct query *q,
                                   const uint8_t *data)
{
    uint64_t addr = 0;
    enum cd_where where = smmu__context_from_l1cd(&s->config, &q->locator, q->x.cd_index,
                                                  load_le64(data), &addr);
    return read_cd(pi, q, where, addr);
}

static enum query_verdict got_cd(const struct smmu *s, const struct prog_if *pi, struct query *q,
                                 const uint8_t *data)
{
    uint64_t words[8];
    load_structure(words, data);
    if (!smmu__cd_decode(&s->config, &q->locator, words, &q->x))
        return fault(q, SMMU_EVT_C_BAD_CD);
    if (!q->x.from_vms)
        return context_known(s, pi, q);
    return read(q, QUERY_VMS, partid_map_address(q->locator.vms, q->x.mpam.partid),
                smmu__table_attrs(s, pi));
}

static enum query_verdict got_vms(const struct smmu *s, const struct prog_if *pi, struct query *q,
                                  const uint8_t *data)
{
    smmu__xctx_map_partid(&s->config, load_le64(data), &q->x);
    return context_known(s, pi, q);
}

enum query_verdict smmu__query_got(const struct smmu *s, const struct prog_if *pi, struct query *q,
                                   const uint8_t *data)
{
    static const struct {
        enum query_verdict (*got)(const struct smmu *s, const struct prog_if *pi, struct query *q,
                                  const uint8_t *data);
        uint8_t abort_event;
    } steps[] = {[QUERY_L1STD] = {got_l1std, SMMU_EVT_F_STE_FETCH},
                 [QUERY_STE] = {got_ste, SMMU_EVT_F_STE_FETCH},
                 [QUERY_L1CD] = {got_l1cd, SMMU_EVT_F_CD_FETCH},
                 [QUERY_CD] = {got_cd, SMMU_EVT_F_CD_FETCH},
                 [QUERY_VMS] = {got_vms, SMMU_EVT_F_VMS_FETCH},
                 [QUERY_TTD] = {got_descriptor, SMMU_EVT_F_WALK_EABT},
                 [QUERY_S2_TTD] = {got_stage2_descriptor, SMMU_EVT_F_WALK_EABT},
                 [QUERY_FLAGS] = {got_descriptor, SMMU_EVT_F_WALK_EABT},
                 [QUERY_S2_FLAGS] = {got_stage2_descriptor, SMMU_EVT_F_WALK_EABT}};
    if (data)
        return steps[q->step].got(s, pi, q, data);
    return q->step == QUERY_S2_TTD || q->step == QUERY_S2_FLAGS
               ? stage2_fault(q, SMMU_EVT_F_WALK_EABT)
               : fault(q, steps[q->step].abort_event);
}

enum query_verdict smmu__query_pretend(const struct smmu *s, const struct prog_if *pi,
                                       struct query *q)
{
    uint8_t found[8];
    store_le64(found, q->from);
    return smmu__query_got(s, pi, q, found);
}
