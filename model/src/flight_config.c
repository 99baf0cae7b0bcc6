/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See flight.h: from the StreamID to a translation context, read by read
 * (3.3.1, 3.3.2, 7.3.22). */
#include <string.h>

#include "answer.h"
#include "context.h"
#include "flight.h"
#include "le.h"
#include "mpam.h"
#include "own_access.h"
#include "state.h"
#include "stream.h"

static bool fetch_ste(struct smmu *s, struct slot *slot, enum stream_where where, uint64_t addr)
{
    struct mem_attrs attrs = smmu__table_attrs(s, smmu__flight_interface(s, slot));
    if (where == STREAM_OUT)
        return smmu__flight_config_error(s, slot, SMMU_EVT_C_BAD_STREAMID);
    if (addr >> s->oas_bits) { /* CHOICE 3.4.3: not truncated, but F_STE_FETCH */
        slot->fetch_addr = addr;
        return smmu__flight_config_error(s, slot, SMMU_EVT_F_STE_FETCH);
    }
    return where == STREAM_L1STD
               ? smmu__flight_read(s, slot, SLOT_L1STD, SMMU_SRC_L1STD, addr, 8, attrs)
               : smmu__flight_read(s, slot, SLOT_STE, SMMU_SRC_STE, addr, 64, attrs);
}

static bool fetch_cd(struct smmu *s, struct slot *slot, enum cd_where where, uint64_t addr)
{
    if (where == CD_OUT)
        return smmu__flight_config_error(s, slot, SMMU_EVT_C_BAD_SUBSTREAMID);
    return smmu__flight_read_input(s, slot, where == CD_L1CD ? SLOT_L1CD : SLOT_CD, addr);
}

/* CHOICE 5.6.1, 7.3.20: for what needs it, behind the CD. */
static OFF_PATH bool fetch_vms(struct smmu *s, struct slot *slot)
{
    uint64_t addr = partid_map_address(slot->locator.vms, slot->x.mpam.partid);
    return smmu__flight_read(s, slot, SLOT_VMS, SMMU_SRC_VMS, addr, 8,
                             smmu__table_attrs(s, smmu__flight_interface(s, slot)));
}

bool smmu__flight_config(struct smmu *s, struct slot *slot)
{
    TCU_EVENT(s, cc_lookup, CC_LOOKUP, 1, &slot->request);
    TCU_EVENT(s, cc_reads, CC_READ, 1, &slot->request);
    if (UNLIKELY(!slot->cfg_key)) /* SMMUEN=0: there is no ATS (3.9.1.2, 3.9.1.3) */
        return smmu__flight_ats_forbidden(s, slot);
    const struct xctx *cached = smmu__cfgcache_lookup(s, slot->cfg_key);
    if (cached) {
        smmu__cfgcache_used(s, cached);
        slot->x = *cached;
        slot->has_config = true;
        slot->state = SLOT_CONTEXT;
        return true;
    }
    TCU_EVENT(s, cc_miss, CC_MISS, 1, &slot->request);
    slot->state = SLOT_CTW_WAIT;
    slot->counts_walk = true;
    struct walkers *w = CFG(s, TIMING_CTW_SLOTS) ? &s->slots.ctw : &s->slots.ptw;
    bool taken = smmu__walker_take(s, w, slot);
    if (!taken)
        TIMELINE_STAGE(s, slot, CTW_WAIT);
    return taken;
}

bool smmu__flight_config_walk(struct smmu *s, struct slot *slot)
{
    uint64_t addr = 0;
    enum stream_where where = smmu__stream_locate(&s->config, smmu__flight_interface(s, slot),
                                                  slot->request.streamid, &addr);
    return fetch_ste(s, slot, where, addr);
}

static bool config_known(struct smmu *s, struct slot *slot)
{
    const smmu_request_t *r = &slot->request;
    slot->x.stream_number = smmu__stream_number(s, r->sec_sid, r->streamid);
    for (unsigned flags = 0; flags <= XCTX_ACCESS_FLAGS; flags++)
        slot->x.access[flags] = smmu__access_kind_of(flags, &slot->x.overrides);
    slot->has_config = true;
    slot->borrowed = slot->no_share = false;
    if (xctx_translates(&slot->x))
        smmu__tags_bind(s, &slot->x);
    if (!(slot->marks & SLOT_NO_CFG_FILL) && !xctx_uncached(&slot->x))
        smmu__cfgcache_fill(s, slot->cfg_key, &slot->x);
    if (slot->walker == WALKER_CTW)
        smmu__walker_give(s, slot);
    slot->state = SLOT_CONTEXT;
    return true;
}

bool smmu__flight_got_l1std(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    uint64_t addr = 0;
    enum stream_where where =
        smmu__stream_from_l1std(&s->config, smmu__flight_interface(s, slot), slot->request.streamid,
                                load_le64(data), &addr);
    return fetch_ste(s, slot, where, addr);
}

static enum ste_verdict decode_ste(struct smmu *s, struct slot *slot, const uint64_t words[8])
{
    const smmu_request_t *r = &slot->request;
    const struct prog_if *pi = smmu__flight_interface(s, slot);
    if (UNLIKELY(r->flags & SMMU_REQ_ATS_TRANSLATED))
        return smmu__ste_decode_translated(&s->config, pi, words, r->flags & SMMU_REQ_SSV,
                                           r->substreamid, &slot->x, &slot->locator);
    return smmu__ste_decode(&s->config, pi, words, r->flags & SMMU_REQ_SSV, r->substreamid,
                            &slot->x, &slot->locator);
}

bool smmu__flight_got_ste(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    uint64_t words[8], addr = 0;
    load_structure(words, data);
    memset(&slot->x, 0, sizeof slot->x);
    enum ste_verdict verdict = decode_ste(s, slot, words);
    /* What prevents ATS comes before what is wrong with the substream (7.3.6). */
    if (UNLIKELY(slot_asks(slot)) && verdict != STE_ILLEGAL && verdict != STE_DECIDED &&
        slot->x.eats == EATS_NONE)
        return smmu__flight_ats_forbidden(s, slot);
    switch (verdict) {
    case STE_DECIDED:
        return config_known(s, slot);
    case STE_NEEDS_CD: {
        slot->has_ste = true;
        enum cd_where where = smmu__context_locate(&slot->locator, slot->x.cd_index, &addr);
        return fetch_cd(s, slot, where, addr);
    }
    case STE_ILLEGAL:
        return smmu__flight_config_error(s, slot, SMMU_EVT_C_BAD_STE);
    case STE_BAD_SUBSTREAM:
        return smmu__flight_config_error(s, slot, SMMU_EVT_C_BAD_SUBSTREAMID);
    case STE_DISABLED:
        break;
    }
    return smmu__flight_config_error(s, slot, SMMU_EVT_F_STREAM_DISABLED);
}

bool smmu__flight_got_l1cd(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    uint64_t addr = 0;
    enum cd_where where = smmu__context_from_l1cd(&s->config, &slot->locator, slot->x.cd_index,
                                                  load_le64(data), &addr);
    return fetch_cd(s, slot, where, addr);
}

/* Of a translated transaction's CD nothing but the label counts (3.9.1.3, 17.3). */
static OFF_PATH bool translated_cd(struct smmu *s, struct slot *slot, const uint64_t words[8])
{
    struct xctx cd = slot->x;
    if (!smmu__cd_decode(&s->config, &slot->locator, words, &cd))
        return smmu__flight_config_error(s, slot, SMMU_EVT_C_BAD_CD);
    slot->x.mpam = cd.mpam;
    if (slot->x.from_vms)
        return fetch_vms(s, slot);
    smmu__ste_translated(&slot->x);
    return config_known(s, slot);
}

bool smmu__flight_got_cd(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    uint64_t words[8];
    load_structure(words, data);
    if (UNLIKELY(slot->request.flags & SMMU_REQ_ATS_TRANSLATED))
        return translated_cd(s, slot, words);
    if (!smmu__cd_decode(&s->config, &slot->locator, words, &slot->x))
        return smmu__flight_config_error(s, slot, SMMU_EVT_C_BAD_CD);
    return UNLIKELY(slot->x.from_vms) ? fetch_vms(s, slot) : config_known(s, slot);
}

bool smmu__flight_got_vms(struct smmu *s, struct slot *slot, const uint8_t *data)
{
    smmu__xctx_map_partid(&s->config, load_le64(data), &slot->x);
    if (slot->request.flags & SMMU_REQ_ATS_TRANSLATED)
        smmu__ste_translated(&slot->x);
    return config_known(s, slot);
}
