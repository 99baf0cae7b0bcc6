/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See cmdq_line.h. */
#include "cmdq_line.h"

#include "ecmdq.h"
#include "state.h"

/* -------------------------------------------------------------------------------- the queues */

unsigned smmu__cmdq_buffer(const smmu_config_t *cfg)
{
    uint64_t per_read = cfg->value[SMMU_CFG_TIMING_CMDS_PER_READ];
    uint64_t at_once = cfg->value[SMMU_CFG_TIMING_CMDQ_READS_IN_FLIGHT] * per_read;
    unsigned commands = 2;
    while (commands < 2 * at_once + per_read - 1) /* the last read may bring more than is missing */
        commands *= 2;
    return commands;
}

uint32_t smmu__cmdq_count(const smmu_config_t *cfg)
{
    return CMD_QUEUES_OF_INTERFACES + smmu__ecmdq_count(cfg);
}

void smmu__cmdq_init(struct smmu *s)
{
    for (uint32_t queue = 0; queue < s->cmdqs; queue++) {
        struct cmdq *q = &s->cmdq[queue];
        q->number = queue;
        q->fetch_mask = (uint8_t)(smmu__cmdq_buffer(&s->config) - 1);
        q->enhanced = queue >= CMD_QUEUES_OF_INTERFACES;
        q->prog_if = (uint8_t)(q->enhanced ? PROG_IF_NS : queue);
        if (q->enhanced)
            smmu__ecmdq_init(s, queue);
        else
            q->reg = &s->pi[queue].reg[SMMU_REG_CMDQ_BASE];
    }
}

/* ------------------------------------------------------------------------------------- turns */

static OFF_PATH bool queue_up(struct smmu *s, unsigned queue)
{
    struct cmdq_line *l = &s->cmdq_line;
    if (s->cmdq[queue].in_line)
        return false;
    if (l->waits)
        s->cmdq[l->last].next_in_line = queue;
    else
        l->first = queue;
    l->last = queue;
    l->waits = s->cmdq[queue].in_line = true;
    return false;
}

inline bool smmu__cmdq_take_turn(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    if (q->has_turn)
        return true;
    if (UNLIKELY(s->cmdq_line.taken || s->cmdq_line.waits))
        return queue_up(s, queue);
    return s->cmdq_line.taken = q->has_turn = true;
}

inline void smmu__cmdq_give_turn(struct smmu *s, struct cmdq *q)
{
    if (!q->has_turn)
        return;
    s->cmdq_line.taken = q->has_turn = false;
    if (UNLIKELY(s->cmdq_line.waits))
        s->settle |= SETTLE_TURNS;
}

/* Who was in line may have been disabled meanwhile. */
void smmu__cmdq_next_turn(struct smmu *s)
{
    struct cmdq_line *l = &s->cmdq_line;
    while (l->waits && !l->taken) {
        unsigned queue = l->first;
        struct cmdq *q = &s->cmdq[queue];
        l->waits = queue != l->last;
        l->first = q->next_in_line;
        q->in_line = false;
        if (q->state != CMDQ_DECODE_WAIT && q->state != CMDQ_INVAL_TURN)
            continue;
        l->taken = q->has_turn = true;
        smmu__cmdq_turn(s, queue);
    }
}

/* ------------------------------------------------------------------------------------- pokes */

void smmu__cmdq_await_poke(struct smmu *s, unsigned queue)
{
    uint64_t *word = &s->cmdq_line.waits_of[queue / 64], bit = UINT64_C(1) << queue % 64;
    s->cmdq_line.waiting += !(*word & bit);
    *word |= bit;
}

void smmu__cmdq_await_no_poke(struct smmu *s, unsigned queue)
{
    s->cmdq_line.waits_of[queue / 64] &= ~(UINT64_C(1) << queue % 64);
    s->cmdq_line.waiting--;
}

/* Those that wait, from 'first' on, before 'end'. */
static void poke_from(struct smmu *s, uint32_t first, uint32_t end)
{
    struct cmdq_line *l = &s->cmdq_line;
    for (uint32_t word = first / 64; word * 64 < end; word++) {
        uint64_t bits = l->waits_of[word];
        for (; bits; bits &= bits - 1) {
            uint32_t queue = word * 64 + lowest_bit(bits);
            if (queue >= first && queue < end)
                smmu__cmdq_go_on(s, queue);
        }
    }
}

/* Each begins with another queue, so that none has all the room. */
void smmu__cmdq_poke(struct smmu *s)
{
    uint32_t first = s->cmdq_line.poked;
    if (!s->cmdq_line.waiting)
        return;
    s->cmdq_line.poked = first + 1 < s->cmdqs ? first + 1 : 0;
    poke_from(s, first, s->cmdqs);
    poke_from(s, 0, first);
}

void smmu__cmdq_line_reset(struct smmu *s)
{
    struct cmdq_line *l = &s->cmdq_line;
    l->taken = l->waits = false;
    l->waiting = 0;
    for (uint32_t i = 0; i < (s->cmdqs + 63) / 64; i++)
        l->waits_of[i] = 0;
}
