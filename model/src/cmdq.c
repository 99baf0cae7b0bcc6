/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See cmdq.h. An engine is a state machine that step() drives as far as it gets: every path
 * that may let it go on ends in run(). What a command does is cmds.c's; interrupts are irq.c's.
 * A main queue and an ECMDQ differ in where their enable and their error are (7.1, 3.5.6).
 */
#include <assert.h>
#include <string.h>

#include "ecmdq.h"
#include "le.h"
#include "own_access.h"
#include "queue_regs.h"
#include "state.h"

/* CMDQ_CONS.ERR (7.1), ECMDQ_CONS.ERR_REASON. */
enum cerror { CERROR_ILL = 1, CERROR_ABT = 2, CERROR_ATC_INV_SYNC = 3 };

/* CMD_SYNC.CS (4.7.3). */
enum { SIG_NONE = 0, SIG_IRQ = 1, SIG_SEV = 2 };

static_assert(SMMU_REG_CMDQ_PROD == SMMU_REG_CMDQ_BASE + CMDQ_REG_PROD &&
                  SMMU_REG_CMDQ_CONS == SMMU_REG_CMDQ_BASE + CMDQ_REG_CONS,
              "the registers of a main queue do not lie as an ECMDQ's do");

static inline struct prog_if *interface_of(struct smmu *s, const struct cmdq *q)
{
    return &s->pi[q->prog_if];
}

/* Enabled and without an error that is not acknowledged. */
static inline bool works(const struct cmdq *q, const struct prog_if *pi)
{
    if (q->enhanced)
        return smmu__ecmdq_works(q);
    return REG_FIELD(pi, CR0, CMDQEN) && !smmu__gerror_active(pi, GERROR_CMDQ_ERR);
}

/*
 * How many commands may be consumed as things stand (4.1.2): those between CONS and PROD, if the
 * queue is enabled and without an error. Every change of these comes in through kick, disable or
 * fail. CHOICE: none while the indexes are inconsistent (3.5.1), which is also what becomes of a
 * PROD that was moved backwards beyond CONS (3.21.2).
 */
static void look_around(struct cmdq *q, const struct prog_if *pi)
{
    uint32_t prod = smmu__ring_index(&q->ring, q->reg[CMDQ_REG_PROD]);
    bool runs = works(q, pi) && smmu__ring_consistent(&q->ring, prod, q->cons);
    q->available = runs ? smmu__ring_used(&q->ring, prod, q->cons) : 0;
}

static inline struct cmdq_fetch *buffer_entry(struct cmdq *q, unsigned place)
{
    return &q->fetch[(q->head + place) & q->fetch_mask];
}

static inline const struct cmd_rule *head_rule(const struct smmu *s, const struct cmdq *q)
{
    return &s->cmd_rules.rule[q->head_rule];
}

static inline struct cmdq_fetch *head_of(struct cmdq *q)
{
    return &q->fetch[q->head];
}

struct ring smmu__cmdq_ring(const struct smmu *s, const struct cmdq *q)
{
    return smmu__ring_of(q->reg[CMDQ_REG_BASE], (unsigned)CFG(s, IDR1_CMDQS),
                         smmu__cmdq_regs.log2_entry, s->oas_bits);
}

static OFF_PATH void note_indexes(struct smmu *s, struct cmdq *q)
{
    const uint64_t *reg = q->reg;
    struct ring ring = smmu__cmdq_ring(s, q);
    uint32_t prod = smmu__ring_index(&ring, reg[CMDQ_REG_PROD]);
    uint32_t cons = smmu__ring_index(&ring, reg[CMDQ_REG_CONS]);
    TIMELINE_COUNTER(s, CMDQ_PROD, q->number, prod);
    TIMELINE_COUNTER(s, CMDQ_CONS, q->number, cons);
    TIMELINE_COUNTER(s, CMDQ_WAITING, q->number, smmu__ring_used(&ring, prod, cons));
}

/* --------------------------------------------------------------------------------- reading */

/*
 * Is there a command to be read, and room for it? A read counts as in flight until its data is
 * there; its entry of the buffer stays until the command is consumed. Nothing is read at or beyond
 * PROD.
 */
static inline bool may_read(const struct smmu *s, const struct cmdq *q)
{
    uint32_t in_flight = (uint32_t)CFG(s, TIMING_CMDQ_READS_IN_FLIGHT);
    return q->reading < in_flight && q->buffered < q->available &&
           q->buffered < 2 * in_flight * CFG(s, TIMING_CMDS_PER_READ);
}

/* A read brings a power of two of commands that are aligned to as many. */
static inline unsigned commands_of_read(const struct smmu *s, const struct cmdq *q)
{
    unsigned n = (unsigned)CFG(s, TIMING_CMDS_PER_READ);
    while (n > q->available - q->buffered || (q->fetch_index & (n - 1)))
        n /= 2;
    return n;
}

static inline void read_commands(struct smmu *s, struct cmdq *q, unsigned entry, uint32_t index,
                                 unsigned n)
{
    q->fetch[entry].covered = (uint8_t)n;
    q->reading++;
    STAT(s, cmd_reads, 1);
    smmu__mem_read(s, OWNER_CMDQ, access_index(q->number, entry), SMMU_SRC_CMDQ,
                   smmu__ring_address(&q->ring, index), 16 * n, q->attrs, NULL);
}

static inline void read_next(struct smmu *s, struct cmdq *q)
{
    unsigned n = commands_of_read(s, q), first = (unsigned)(q->head + q->buffered) & q->fetch_mask;
    uint32_t index = q->fetch_index;
    for (unsigned i = 0; i < n; i++) {
        struct cmdq_fetch *f = &q->fetch[(first + i) & q->fetch_mask];
        f->state = FETCH_READING;
        f->covered = 0;
        f->index = q->fetch_index;
        f->number = q->reads++;
        TIMELINE_BEGIN(s, CMD_FETCH, q->number, f->number, f->index, 0);
        q->fetch_index = smmu__ring_next(&q->ring, q->fetch_index);
    }
    q->buffered += (uint8_t)n;
    read_commands(s, q, first, index, n);
}

static OFF_PATH void read_more(struct smmu *s, struct cmdq *q)
{
    do
        read_next(s, q);
    while (may_read(s, q));
}

/* Keeps as many reads outstanding as allowed and the buffer filled. */
static inline void read_ahead(struct smmu *s, struct cmdq *q)
{
    if (may_read(s, q))
        read_more(s, q);
}

/* Forgets the commands that were read ahead (3.21.2). Those on their way are awaited, but not
 * used. */
static OFF_PATH void drop_read_ahead(struct smmu *s, struct cmdq *q)
{
    for (; q->buffered > 0; q->buffered--) {
        struct cmdq_fetch *f = buffer_entry(q, q->buffered - 1U);
        if (f->state == FETCH_READ)
            TIMELINE_END(s, COMMAND, q->number, f->number, SMMU_COMMAND_DROPPED, 0);
        f->state = f->state == FETCH_READING ? FETCH_DROPPED : FETCH_FREE;
    }
}

static void follow_attrs(struct smmu *s, struct cmdq *q)
{
    bool ra = SMMU_REG_GET(CMDQ_BASE, RA, q->reg[CMDQ_REG_BASE]) != 0;
    q->attrs = smmu__queue_attrs(s, interface_of(s, q), ra);
}

void smmu__cmdq_follow_attrs(struct smmu *s, unsigned queue)
{
    follow_attrs(s, &s->cmdq[queue]);
}

/* Where the queue stands, and whether there is anything to do. */
static bool prepare(struct smmu *s, struct cmdq *q)
{
    const struct prog_if *pi = interface_of(s, q);
    q->ring = smmu__cmdq_ring(s, q);
    follow_attrs(s, q);
    q->cons = smmu__ring_index(&q->ring, q->reg[CMDQ_REG_CONS]);
    q->fetch_index = q->cons;
    look_around(q, pi);
    return q->available;
}

static void begin(struct smmu *s, struct cmdq *q)
{
    q->state = CMDQ_STOPPED;
    if (!prepare(s, q))
        return;
    q->state = CMDQ_AWAIT;
    read_ahead(s, q);
}

/* Not before every earlier read has come back. */
static OFF_PATH bool start(struct smmu *s, struct cmdq *q)
{
    uint64_t delay = CFG(s, TIMING_CMDQ_START_LAT);
    if (q->reading || !prepare(s, q))
        return false;
    if (delay) {
        q->state = CMDQ_START;
        smmu__timer_set(s, TIMER_CMDQ, q->number, delay);
        return false;
    }
    begin(s, q);
    return true;
}

static OFF_PATH void stop(struct smmu *s, struct cmdq *q)
{
    smmu__cmdq_give_turn(s, q);
    drop_read_ahead(s, q);
    q->available = 0;
    q->state = CMDQ_STOPPED;
}

/* ----------------------------------------------------------------------------- consumption */

/* 7.1, 3.5.6.3: ERR is there before the error is; CONS.RD stays on the command. */
static OFF_PATH void fail(struct smmu *s, struct cmdq *q, enum cerror code)
{
    struct prog_if *pi = interface_of(s, q);
    if (q->enhanced)
        smmu__ecmdq_fail(q, code);
    else
        q->reg[CMDQ_REG_CONS] = SMMU_FIELD_PUT(CMDQ_CONS, ERR, code) | q->cons;
    STAT(s, cmd_errors, 1);
    if (head_of(q)->state == FETCH_READ)
        TIMELINE_END(s, COMMAND, q->number, head_of(q)->number, SMMU_COMMAND_FAILED, code);
    head_of(q)->state = FETCH_FREE;
    stop(s, q);
    smmu__gerror_raise(s, pi, q->enhanced ? GERROR_CMDQP_ERR : GERROR_CMDQ_ERR);
}

/* What else consuming a command counts as; CMD_ATC_INV is counted where it is sent. */
static const uint8_t stat_of_kind[] = {
    [CMD_IS_CFGI] = SMMU_STAT_cmd_cfgi,
    [CMD_IS_TLBI] = SMMU_STAT_cmd_tlbi,
    [CMD_IS_SYNC] = SMMU_STAT_cmd_sync,
};

/* CONS passes the head command. A queue that could be seen to be full wakes those who wait for room
 * (4.1.2). */
static inline void consume(struct smmu *s, struct cmdq *q)
{
    uint32_t prod = smmu__ring_index(&q->ring, q->reg[CMDQ_REG_PROD]);
    bool was_full = smmu__ring_full(&q->ring, prod, q->cons);
    q->cons = smmu__ring_next(&q->ring, q->cons);
    q->reg[CMDQ_REG_CONS] = (q->reg[CMDQ_REG_CONS] & q->cons_keeps) | q->cons;
    smmu__cmdq_give_turn(s, q);
    TIMELINE_END(s, COMMAND, q->number, head_of(q)->number, SMMU_COMMAND_CONSUMED, 0);
    if (UNLIKELY(s->timeline.capacity))
        note_indexes(s, q);
    head_of(q)->state = FETCH_FREE;
    q->head = (uint8_t)((q->head + 1) & q->fetch_mask);
    q->buffered--;
    q->available -= q->available > 0;
    q->state = CMDQ_AWAIT;
    STAT(s, cmd_consumed, 1);
    unsigned kind = head_rule(s, q)->kind;
    if (kind >= CMD_IS_CFGI && kind <= CMD_IS_SYNC)
        s->stat[stat_of_kind[kind]]++;
    read_ahead(s, q);
    if (was_full)
        smmu__irq_sev(s, interface_of(s, q));
}

/* --------------------------------------------------------------------------- CMD_SYNC (4.7.3) */

static OFF_PATH void sync_begin(struct smmu *s, struct cmdq *q)
{
    TIMELINE_END(s, CMD_EXECUTE, q->number, head_of(q)->number, 0, 0);
    smmu__cmdq_give_turn(s, q);
    q->sync_since = s->sched.now;
    q->sync_begun = false;
    smmu__cmdq_await_poke(s, q->number);
    q->state = CMDQ_SYNC_WAIT;
    TIMELINE_BEGIN(s, SYNC_WAIT, q->number, head_of(q)->number, 0, 0);
}

/* Who sees the signal sees CONS beyond the command. */
static OFF_PATH void sync_signal(struct smmu *s, struct cmdq *q)
{
    struct prog_if *pi = interface_of(s, q);
    uint64_t words[2];
    memcpy(words, head_of(q)->words, sizeof words);
    consume(s, q);
    uint64_t signal = SMMU_FIELD_GET(CMD_SYNC, CS, words);
    if (signal == SIG_IRQ)
        q->msi_in_flight = smmu__irq_cmd_sync(s, pi, q->number, words);
    else if (signal == SIG_SEV)
        smmu__irq_sev(s, pi);
}

static OFF_PATH bool sync_wait(struct smmu *s, struct cmdq *q)
{
    if (q->atc_outstanding)
        return false;
    if (q->atc_failed) { /* what else it stood for is left to the next one (4.7.3) */
        q->atc_failed = false;
        smmu__cmdq_await_no_poke(s, q->number);
        TIMELINE_END(s, SYNC_WAIT, q->number, head_of(q)->number, 0, 0);
        fail(s, q, CERROR_ATC_INV_SYNC);
        return false;
    }
    if (!q->sync_begun)
        smmu__cmdq_sync_collect(s, q->number);
    if (!smmu__cmdq_sync_complete(s, q->number)) {
        if (q->inval_done > s->sched.now)
            smmu__timer_set(s, TIMER_CMDQ, q->number, q->inval_done - s->sched.now);
        return false;
    }
    smmu__cmdq_await_no_poke(s, q->number);
    smmu__timer_clear(s, TIMER_CMDQ, q->number); /* it may be due in this very cycle */
    STAT(s, sync_wait_cycles, s->sched.now - q->sync_since);
    TCU_TIME(s, sync_wait, s->sched.now - q->sync_since);
    uint64_t delay = CFG(s, TIMING_SYNC_SIGNAL_LAT);
    q->state = CMDQ_SYNC_SIGNAL;
    TIMELINE_END(s, SYNC_WAIT, q->number, head_of(q)->number, 0, 0);
    TIMELINE_BEGIN(s, SYNC_SIGNAL, q->number, head_of(q)->number, 0, 0);
    if (delay) {
        smmu__timer_set(s, TIMER_CMDQ, q->number, delay);
        return false;
    }
    sync_signal(s, q);
    return true;
}

/* ------------------------------------------------------------------------------------ steps */

static inline bool invalidates(const struct cmd_rule *rule)
{
    return rule->kind == CMD_IS_TLBI || rule->kind == CMD_IS_CFGI;
}

/* One more invalidation may be outstanding only later, or others have been waiting for that. */
static inline bool must_wait(const struct smmu *s, const struct cmdq *q)
{
    return smmu__inval_free_at(s) > s->sched.now ||
           (!q->has_turn && (s->cmdq_line.taken || s->cmdq_line.waits));
}

static OFF_PATH void wait_for_inval(struct smmu *s, struct cmdq *q)
{
    uint64_t free_at = smmu__inval_free_at(s);
    if (q->state != CMDQ_INVAL_WAIT && q->state != CMDQ_INVAL_TURN)
        TIMELINE_BEGIN(s, CMD_INVAL_WAIT, q->number, head_of(q)->number, 0, 0);
    if (!smmu__cmdq_take_turn(s, q->number)) {
        q->state = CMDQ_INVAL_TURN;
        return;
    }
    q->state = CMDQ_INVAL_WAIT;
    smmu__timer_set(s, TIMER_CMDQ, q->number, free_at > s->sched.now ? free_at - s->sched.now : 0);
}

static OFF_PATH bool wait_for_room(struct smmu *s, struct cmdq *q, bool room)
{
    if (q->state != CMDQ_ROOM_WAIT)
        TIMELINE_BEGIN(s, CMD_ROOM_WAIT, q->number, head_of(q)->number, 0, 0);
    if (head_rule(s, q)->kind == CMD_IS_ATC_INV) /* for a device: other queues need not (3.5.6.1) */
        smmu__cmdq_give_turn(s, q);
    s->room_wanted |= !room;
    smmu__cmdq_await_poke(s, q->number);
    q->state = CMDQ_ROOM_WAIT;
    return false;
}

/* Decoded, its time has passed: the head command fails, acts or begins to wait. */
static inline bool act(struct smmu *s, struct cmdq *q)
{
    const struct cmd_rule *rule = head_rule(s, q);
    bool room = smmu__outbox_has_room_for_command(s);
    if (UNLIKELY(!room || !smmu__inval_ready(s) ||
                 (rule->kind == CMD_IS_ATC_INV &&
                  !smmu__atc_inv_ready(s, interface_of(s, q)))))
        return wait_for_room(s, q, room);
    if (UNLIKELY(q->state == CMDQ_ROOM_WAIT))
        smmu__cmdq_await_no_poke(s, q->number);
    if (invalidates(rule) && must_wait(s, q)) {
        wait_for_inval(s, q);
        return false;
    }
    if (rule->kind == CMD_ILLEGAL) {
        fail(s, q, CERROR_ILL);
        return false;
    }
    if (rule->kind == CMD_IS_SYNC) {
        sync_begin(s, q);
        return true;
    }
    if (rule->kind == CMD_IS_ATC_INV)
        smmu__atc_inv_send(s, q->number, interface_of(s, q), head_of(q)->words);
    if (rule->handle)
        rule->handle(s, interface_of(s, q), head_of(q)->words);
    if (invalidates(rule) && q->inval_done < smmu__inval_latest_done(s))
        q->inval_done = smmu__inval_latest_done(s);
    consume(s, q);
    return true;
}

/*
 * Its decoding, and what is known already of the wait for an invalidation to end (act() asks
 * again); in a timeline the two are told apart.
 */
static inline uint64_t time_to_act(const struct smmu *s, const struct cmd_rule *rule)
{
    uint64_t delay = CFG(s, TIMING_CMD_DECODE_LAT), free_at = smmu__inval_free_at(s);
    bool waits = invalidates(rule) && free_at > s->sched.now + delay;
    return waits && !s->timeline.capacity ? free_at - s->sched.now : delay;
}

static inline bool decode(struct smmu *s, struct cmdq *q)
{
    if (CFG(s, TIMING_CMD_SERIAL) && !smmu__cmdq_take_turn(s, q->number)) {
        q->state = CMDQ_DECODE_WAIT;
        return false;
    }
    q->head_rule = smmu__cmd_judge(s, interface_of(s, q), head_of(q)->words);
    uint64_t delay = time_to_act(s, head_rule(s, q));
    q->state = CMDQ_DECODE;
    TIMELINE_BEGIN(s, CMD_EXECUTE, q->number, head_of(q)->number, 0, 0);
    if (delay) {
        smmu__timer_set(s, TIMER_CMDQ, q->number, delay);
        return false;
    }
    return act(s, q);
}

static inline bool await(struct smmu *s, struct cmdq *q)
{
    if (!q->available) {
        stop(s, q);
        return false;
    }
    switch (head_of(q)->state) {
    case FETCH_READ:
        return decode(s, q);
    case FETCH_ABORTED:
        fail(s, q, CERROR_ABT);
        return false;
    default:
        return false;
    }
}

/* One step on; false if something has to happen first. */
static inline bool step(struct smmu *s, struct cmdq *q)
{
    switch (q->state) {
    case CMDQ_STOPPED:
        return start(s, q);
    case CMDQ_AWAIT:
        return await(s, q);
    case CMDQ_ROOM_WAIT:
        return act(s, q);
    case CMDQ_SYNC_WAIT:
        return sync_wait(s, q);
    default: /* a timer runs */
        return false;
    }
}

static inline void run(struct smmu *s, struct cmdq *q)
{
    while (step(s, q))
        ;
    const struct prog_if *pi = interface_of(s, q);
    if (UNLIKELY(q->enhanced))
        smmu__ecmdq_acknowledge(s, q->number);
    else if (REG_OF(pi, CR0) != REG_OF(pi, CR0ACK) && smmu__cmdq_quiet(s, q->number))
        s->settle |= SETTLE_ACKS; /* CR0ACK.CMDQEN may wait for this */
}

/* ------------------------------------------------------------------------------------ inputs */

void smmu__cmdq_kick(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    if (UNLIKELY(s->timeline.capacity))
        note_indexes(s, q);
    if (q->state != CMDQ_STOPPED && q->state != CMDQ_START) {
        look_around(q, interface_of(s, q));
        read_ahead(s, q);
    }
    run(s, q);
}

/* A command that has been started is consumed in its entirety (6.3.9.3). */
void smmu__cmdq_disable(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    q->available = 0;
    if (q->state == CMDQ_START)
        smmu__timer_clear(s, TIMER_CMDQ, queue);
    if (q->state == CMDQ_AWAIT || q->state == CMDQ_START || q->state == CMDQ_DECODE_WAIT)
        stop(s, q);
}

bool smmu__cmdq_quiet(const struct smmu *s, unsigned queue)
{
    const struct cmdq *q = &s->cmdq[queue];
    return q->state == CMDQ_STOPPED && q->reading == 0;
}

inline void smmu__cmdq_due(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    switch (q->state) {
    case CMDQ_START:
        begin(s, q);
        break;
    case CMDQ_SYNC_WAIT: /* its invalidations are complete */
        break;
    case CMDQ_SYNC_SIGNAL:
        sync_signal(s, q);
        break;
    default:
        act(s, q);
        break;
    }
    run(s, q);
}

/* data: NULL if the read aborted. */
static inline void got(struct smmu *s, struct cmdq *q, unsigned entry, const uint8_t *data)
{
    struct cmdq_fetch *f = &q->fetch[entry];
    TIMELINE_END(s, CMD_FETCH, q->number, f->number, f->state == FETCH_DROPPED, !data);
    if (f->state == FETCH_DROPPED) {
        f->state = FETCH_FREE;
    } else if (data) {
        f->state = FETCH_READ;
        f->words[0] = load_le64(data);
        f->words[1] = load_le64(data + 8);
        TIMELINE_BEGIN(s, COMMAND, q->number, f->number, f->words[0], f->words[1]);
    } else {
        f->state = FETCH_ABORTED; /* an error only if the command is ever needed (7.1) */
    }
}

/* Which of its commands aborted, a read of several does not say: they are read one by one. */
static OFF_PATH void read_again(struct smmu *s, struct cmdq *q, unsigned entry)
{
    struct cmdq_fetch *f = &q->fetch[entry];
    if (f->state == FETCH_DROPPED)
        got(s, q, entry, NULL);
    else
        read_commands(s, q, entry, f->index, 1);
}

inline void smmu__cmdq_read_done(struct smmu *s, unsigned queue, unsigned entry,
                                 smmu_mem_status_t status, const uint8_t *data)
{
    struct cmdq *q = &s->cmdq[queue];
    unsigned n = q->fetch[entry].covered;
    bool one_by_one = status != SMMU_MEM_OK && n > 1;
    q->reading--;
    for (unsigned i = 0; i < n; i++) {
        unsigned at = (entry + i) & q->fetch_mask;
        if (one_by_one)
            read_again(s, q, at);
        else
            got(s, q, at, status == SMMU_MEM_OK ? data + 16 * i : NULL);
    }
    read_ahead(s, q);
    if (q->state == CMDQ_AWAIT || q->state == CMDQ_STOPPED)
        run(s, q);
}

void smmu__cmdq_go_on(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    run(s, q);
}

/* Where it was when it asked for the turn. */
void smmu__cmdq_turn(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    if (q->state == CMDQ_DECODE_WAIT)
        q->state = CMDQ_AWAIT;
    else
        act(s, q);
    run(s, q);
}

void smmu__cmdq_reset(struct smmu *s, unsigned queue)
{
    struct cmdq *q = &s->cmdq[queue];
    smmu__timer_clear(s, TIMER_CMDQ, queue);
    memset(&q->state, 0, sizeof *q - offsetof(struct cmdq, state));
    for (unsigned i = 0; i <= q->fetch_mask; i++)
        q->fetch[i].state = FETCH_FREE;
    if (q->enhanced)
        smmu__ecmdq_reset(q);
}
