/* SPDX-License-Identifier: Apache-2.0 */
/* L4. See modes.h. */
#include "modes.h"

#include "state.h"

/* Latencies, and what takes a turn: free in mode functional. */
static const uint8_t costs[] = {
    SMMU_CFG_TIMING_TBU_FRONT_LAT,     SMMU_CFG_TIMING_TBU_SLICE_LAT,
    SMMU_CFG_TIMING_TBU_PORT_BYTES,    SMMU_CFG_TIMING_TBU_BACK_LAT,
    SMMU_CFG_TIMING_UTLB_LAT,          SMMU_CFG_TIMING_MTLB_LAT,
    SMMU_CFG_TIMING_MTLB_SIZES_SERIAL, SMMU_CFG_TIMING_DTI_REQ_LAT,
    SMMU_CFG_TIMING_DTI_RSP_LAT,       SMMU_CFG_TIMING_DTI_LINK_BYTES,
    SMMU_CFG_TIMING_DTI_TCU_BYTES,     SMMU_CFG_TIMING_DTI_INV_REQ_LAT,
    SMMU_CFG_TIMING_DTI_INV_ACK_LAT,   SMMU_CFG_TIMING_CC_LAT,
    SMMU_CFG_TIMING_WC_LAT,            SMMU_CFG_TIMING_WALK_START_LAT,
    SMMU_CFG_TIMING_WALK_STEP_LAT,     SMMU_CFG_TIMING_QTW_AR_LAT,
    SMMU_CFG_TIMING_QTW_READ_BYTES,    SMMU_CFG_TIMING_QTW_WRITE_BYTES,
    SMMU_CFG_TIMING_CMDQ_START_LAT,    SMMU_CFG_TIMING_CMD_DECODE_LAT,
    SMMU_CFG_TIMING_INV_TCU_VA_LAT,    SMMU_CFG_TIMING_INV_TCU_SCAN,
    SMMU_CFG_TIMING_INV_TBU_VA_LAT,    SMMU_CFG_TIMING_INV_TBU_SCAN,
    SMMU_CFG_TIMING_INV_RANGE_PROBES,  SMMU_CFG_TIMING_SYNC_SIGNAL_LAT};

/* What requests meet each other at: only in mode at. */
static const uint8_t encounters[] = {
    SMMU_CFG_TIMING_INV_BLOCKS_LOOKUP,  SMMU_CFG_TIMING_CMD_SERIAL,
    SMMU_CFG_TIMING_ORDER_BY_ID,        SMMU_CFG_TIMING_TBU_HAZARD_ENTRIES,
    SMMU_CFG_TIMING_TCU_HAZARD_ENTRIES, SMMU_CFG_TIMING_PREFETCH,
    SMMU_CFG_TIMING_EVENT_HOLDS_SLOT,   SMMU_CFG_TIMING_QTW_SHARED_WITH_CLIENT};

static void zero(struct smmu *s, const uint8_t *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        s->config.value[keys[i]] = 0;
}

/* Pools are as large as configured; where requests do not meet, as all slots together. */
static void size_pools(struct smmu *s)
{
    const bool scarce = s->mode == SMMU_MODE_AT;
    const uint32_t all = s->slots.capacity;
    const struct {
        struct pool *pool;
        uint64_t size;
    } pools[] = {{&s->slots.tcu, CFG(s, TIMING_TCU_XLATE_SLOTS)},
                 {&s->slots.ctw.pool, CFG(s, TIMING_CTW_SLOTS)},
                 {&s->slots.ptw.pool, CFG(s, TIMING_PTW_SLOTS)}};
    for (unsigned i = 0; i < sizeof pools / sizeof pools[0]; i++)
        pools[i].pool->capacity = scarce ? (uint32_t)pools[i].size : all;
    s->qtw.outstanding[QTW_READ].capacity = (uint32_t)CFG(s, TIMING_QTW_MAX_READS);
    s->qtw.outstanding[QTW_EVENT].capacity = (uint32_t)CFG(s, TIMING_WR_EVENTS);
    s->qtw.outstanding[QTW_MSI].capacity = (uint32_t)CFG(s, TIMING_WR_MSIS);
    for (uint32_t i = 0; i < s->tbus; i++) {
        struct tbu *t = &s->tbu[i];
        t->slots.capacity = (uint32_t)CFG(s, TIMING_TBU_XLATE_SLOTS);
        t->tokens.capacity = scarce ? (uint32_t)CFG(s, TIMING_DTI_TRANS_TOKENS) : all;
        t->wbuf.capacity = scarce ? (uint32_t)CFG(s, TIMING_WBUF_BEATS) : UINT32_MAX;
    }
}

/* What costs no time in a mode, or is not scarce in it, is configured so: no unit asks for the mode
 * on that account. What does not exist costs nothing. */
void smmu__take_config(struct smmu *s, const smmu_config_t *cfg)
{
    s->config = *cfg;
    s->mode = (uint8_t)cfg->value[SMMU_CFG_MODE];
    if (s->mode == SMMU_MODE_FUNCTIONAL)
        zero(s, costs, sizeof costs);
    if (s->mode != SMMU_MODE_AT)
        zero(s, encounters, sizeof encounters);
    if (!CFG(s, TIMING_UTLB_ENTRIES))
        CFG(s, TIMING_UTLB_LAT) = 0;
    s->oas_bits = (uint8_t)smmu__oas_bits(cfg);
    s->ias_bits = (uint8_t)smmu__ias_bits(cfg);
    s->always_privileged_data = cfg->value[SMMU_CFG_AIDR_ArchMinorRev] >= 4;
    size_pools(s);
}
