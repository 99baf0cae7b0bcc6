/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See flight.h: what PCIe ATS makes different (3.9.1, 13.6, 13.7). A Translation Request goes
 * the way of a miss, past the TBU's TLBs, and ends in a Translation Completion, whatever happens; a
 * translated transaction comes here when its STE has to be asked, and again for stage 2 with
 * split-stage ATS.
 */
#include "answer.h"
#include "flight.h"
#include "state.h"

static bool forbidden_event(uint8_t event)
{
    return event == SMMU_EVT_F_BAD_ATS_TREQ || event == SMMU_EVT_F_TRANSL_FORBIDDEN;
}

/* Of the translation of an address: what a transaction may stall on (3.12). */
static bool translation_event(uint8_t event)
{
    return event >= SMMU_EVT_F_TRANSLATION && event <= SMMU_EVT_F_PERMISSION;
}

/* CHOICE 5.2 S1DSS, 7.3.22: F_STREAM_DISABLED and the like are recorded if REC_CFG_ATS=1, as the
 * tables of 3.9.1 have it. */
bool smmu__flight_ats_outcome(struct smmu *s, struct slot *slot, smmu_result_t *result, bool record)
{
    const struct prog_if *pi = smmu__flight_interface(s, slot);
    uint8_t event = slot->fault.event;
    bool asks = slot_asks(slot);
    if (forbidden_event(event)) {
        *result = asks ? SMMU_RESULT_ATS_UR : SMMU_RESULT_ABORT;
        return true;
    }
    if (!asks && (translation_event(event) || event == SMMU_EVT_F_WALK_EABT))
        return record; /* stage 2's, as of any transaction */
    if (asks) {
        slot->fault.stall = false;
        *result = translation_event(event) ? SMMU_RESULT_ATS_SUCCESS : SMMU_RESULT_ATS_CA;
    }
    return record && !translation_event(event) && REG_FIELD(pi, CR2, REC_CFG_ATS);
}

/* 13.6.4: stage 1 is bypassed and there is no other. */
static bool identity(struct smmu *s, struct slot *slot)
{
    const smmu_request_t *r = &slot->request;
    if (r->addr >> s->ias_bits)
        return smmu__flight_bypass_fault(s, slot);
    smmu__walker_give(s, slot);
    smmu__answer_ats(s, r, r->addr, s->oas_bits, SMMU_PERM_R | SMMU_PERM_W, &slot->response);
    return smmu__flight_answer(s, slot);
}

static bool pass(struct smmu *s, struct slot *slot)
{
    const struct xctx *x = &slot->x;
    if (!smmu__answer_passed(s, &slot->request, &x->overrides, x->mpam, &slot->response))
        return smmu__flight_end_silently(s, slot, SMMU_RESULT_ABORT);
    smmu__walker_give(s, slot);
    return smmu__flight_answer(s, slot);
}

bool smmu__flight_ats_context(struct smmu *s, struct slot *slot)
{
    const struct xctx *x = &slot->x;
    bool asks = slot_asks(slot);
    slot->ats_checked = true;
    if (x->kind == XCTX_ABORT)
        return smmu__flight_end_silently(s, slot, asks ? SMMU_RESULT_ATS_UR : SMMU_RESULT_ABORT);
    if (x->eats == EATS_NONE)
        return smmu__flight_ats_forbidden(s, slot);
    if (x->kind == XCTX_BYPASS)
        return asks ? identity(s, slot) : pass(s, slot);
    return true;
}

/* -------------------------------------------------------------- what is granted (13.7.1) */

/* Of permissions (LEAF_*), at the privilege that the STE leaves to the request: SMMU_PERM_*. */
static uint8_t granted(const struct slot *slot, uint8_t perms)
{
    enum { DATA = 2, INSTRUCTION = 3 };
    const struct overrides *o = &slot->x.overrides;
    struct access_kind k = smmu__access_kind(&slot->request, o);
    uint8_t have = perms >> (k.priv ? 0 : 3) & (SMMU_PERM_R | SMMU_PERM_W | SMMU_PERM_X);
    bool read = have & (o->instcfg == INSTRUCTION ? SMMU_PERM_X : SMMU_PERM_R);
    bool execute = read && (o->instcfg == DATA || have & SMMU_PERM_X);
    bool execute_asked = slot->request.flags & SMMU_REQ_INST;
    return (uint8_t)((read ? SMMU_PERM_R : 0) | (have & SMMU_PERM_W) |
                     (execute && execute_asked ? SMMU_PERM_X : 0));
}

/* A clean page becomes dirty for who asks to write, and for nobody else (3.13.7). */
bool smmu__flight_ats_grants(struct slot *slot, const struct leaf *leaf, uint8_t may)
{
    bool write_asked = slot->request.flags & SMMU_REQ_WRITE;
    struct access_kind k = smmu__access_kind(&slot->request, &slot->x.overrides);
    uint8_t grants = granted(slot, write_asked ? may : may & leaf->perms);
    bool writes = write_asked && grants & SMMU_PERM_W;
    slot->ats_need = writes ? leaf_permission(k.priv, false, true) : 0;
    return grants;
}

uint8_t smmu__flight_ats_may(struct slot *slot)
{
    uint8_t may = 0;
    for (unsigned bit = LEAF_PR; bit <= LEAF_UX; bit <<= 1)
        if (smmu__stage2_permits(&slot->x, &slot->walk, &slot->s2, (uint8_t)bit))
            may |= (uint8_t)bit;
    return slot->x.kind == XCTX_NESTED ? may & slot->leaf.perms : may;
}

/* With split-stage ATS the device is told of the IPA. */
bool smmu__flight_ats_translated(struct smmu *s, struct slot *slot)
{
    const struct leaf *leaf = &slot->leaf;
    uint64_t pa = slot->x.eats == EATS_SPLIT ? slot->s2.ipa : leaf->pa;
    smmu__walker_give(s, slot);
    smmu__answer_ats(s, &slot->request, pa, leaf->region_log2, granted(slot, leaf->perms),
                     &slot->response);
    return smmu__flight_answer(s, slot);
}
