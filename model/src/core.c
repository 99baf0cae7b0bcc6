/* SPDX-License-Identifier: Apache-2.0 */
/* L4. An instance's life: created in a block of memory, reset. */
#include <stdalign.h>
#include <string.h>

#include "flight.h"
#include "layout.h"
#include "modes.h"
#include "pmcg_regs.h"
#include "regs.h"
#include "state.h"

size_t smmu_size(const smmu_config_t *cfg)
{
    return cfg && smmu_config_check(cfg, NULL, 0) == SMMU_OK ? smmu__layout_size(cfg) : 0;
}

/* The programming interfaces that exist, and the Security state of each. */
static const uint8_t interfaces[PROG_IF_COUNT] = {[PROG_IF_NS] = SMMU_PAS_NS};

smmu_status_t smmu_create(smmu_t **out, const smmu_config_t *cfg, void *memory, size_t size)
{
    if (!out || !cfg || !memory)
        return SMMU_E_ARGUMENT;
    size_t need = smmu_size(cfg);
    if (need == 0)
        return SMMU_E_CONFIG;
    if (size < need || (uintptr_t)memory % alignof(max_align_t))
        return SMMU_E_MEMORY;
    memset(memory, 0, need);
    struct smmu *s = smmu__lay_out(memory, cfg);
    smmu__take_config(s, cfg);
    for (uint8_t i = 0; i < PROG_IF_COUNT; i++)
        s->pi[i] = (struct prog_if){.number = i, .sec = interfaces[i]};
    smmu__cmdq_init(s);
    smmu__regs_init(s);
    smmu__pmcg_init(s);
    smmu__qtw_init(s);
    smmu__tbus_init(s);
    smmu__inval_init(s);
    smmu__cmds_init(s);
    s->slots.free = (struct slot_list){SLOT_NONE, SLOT_NONE};
    for (uint32_t i = 0; i < s->slots.capacity; i++)
        smmu__slot_list_push(s, &s->slots.free, &s->slots.slot[i]);
    smmu_reset(s);
    smmu_stats_clear(s);
    *out = s;
    return SMMU_OK;
}

const smmu_config_t *smmu_get_config(const smmu_t *s)
{
    return &s->config;
}

/* ----------------------------------------------------------------- reset */

void smmu_reset(smmu_t *s)
{
    TIMELINE_INSTANT(s, RESET, 0, 0, 0);
    smmu__qtw_reset(s);
    smmu__outbox_reset(s);
    smmu__flight_reset(s);
    smmu__cfgcache_reset(s);
    smmu__translations_reset(s);
    smmu__inval_reset(s);
    smmu__atc_inv_reset(s);
    smmu__broadcast_reset(s);
    for (unsigned q = 0; q < s->cmdqs; q++)
        smmu__cmdq_reset(s, q);
    smmu__cmdq_line_reset(s);
    for (unsigned i = 0; i < PROG_IF_COUNT; i++) {
        smmu__evtq_reset(&s->pi[i]);
        smmu__priq_reset(&s->pi[i]);
        smmu__irq_reset(&s->pi[i]);
        smmu__regs_reset(s, &s->pi[i]);
    }
    smmu__pmcg_regs_reset(s);
    s->settle = 0;
    s->room_wanted = false;
}
