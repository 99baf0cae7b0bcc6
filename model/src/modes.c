/* SPDX-License-Identifier: Apache-2.0 */
/* L4. See modes.h. */
#include "modes.h"

#include "state.h"

/* The modes in which a key has the value that it was given. */
enum {
    AT = 1 << SMMU_MODE_AT,
    TIMED = AT | 1 << SMMU_MODE_LT,
    ALL = TIMED | 1 << SMMU_MODE_FUNCTIONAL
};

static const uint8_t modes_of[SMMU_CFG_COUNT] = {
#define KEY(id, ...) [SMMU_CFG_##id] = ALL,
#define TIMING(id, name, modes, ...) [SMMU_CFG_TIMING_##id] = modes,
#include "config.def"
#include "timing.def"
#undef TIMING
#undef KEY
};

static void take_values(struct smmu *s, const smmu_config_t *cfg)
{
    s->config = *cfg;
    for (unsigned key = 0; key < SMMU_CFG_COUNT; key++)
        if (!bit_of(modes_of[key], s->mode))
            s->config.value[key] = 0;
    if (!CFG(s, TIMING_UTLB_ENTRIES)) /* what does not exist costs nothing */
        CFG(s, TIMING_UTLB_LAT) = 0;
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

void smmu__take_config(struct smmu *s, const smmu_config_t *cfg)
{
    s->mode = (uint8_t)cfg->value[SMMU_CFG_MODE];
    take_values(s, cfg);
    s->oas_bits = (uint8_t)smmu__oas_bits(cfg);
    s->ias_bits = (uint8_t)smmu__ias_bits(cfg);
    s->always_privileged_data = cfg->value[SMMU_CFG_AIDR_ArchMinorRev] >= 4;
    size_pools(s);
}
