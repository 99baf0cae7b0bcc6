/* SPDX-License-Identifier: Apache-2.0 */
/* A machine of real threads: memory, doorbells, a mailbox for registers, the model's thread. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime, nanosleep */
#include "driver/threads.h"

#include <assert.h>
#include <pthread.h> /* makes <sched.h> visible */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

enum { STEPS_PER_TURN = 16, WORD_BYTES = 8 };

/* A shorter wait only lets others run: sleeping takes longer than that. */
#define SHORTEST_SLEEP UINT64_C(100000)
#define LONGEST_SLEEP UINT64_C(1000000)

/* 'request' belongs to the thread that holds the mailbox, until it is posted; then to the model's
 * thread, until that answers. */
enum mail { MAIL_NONE, MAIL_POSTED, MAIL_ANSWERED };

struct mailbox {
    pthread_mutex_t mutex;
    atomic_int state; /* enum mail */
    bool write;
    uint32_t offset;
    unsigned size;
    uint64_t value;
};

struct drv_threads {
    /* shared */
    uint64_t base, bytes;
    uint64_t *words; /* plain: that nobody races for an entry is what the driver has to ensure */
    atomic_uint prod, cons;
    atomic_uint irqs; /* enum drv_irq, without SEV */
    atomic_uint_fast64_t sevs;
    atomic_bool stopping;
    struct mailbox mailbox;

    /* the model's thread alone */
    smmu_t *smmu;
    void *instance;
    uint64_t now;
    uint32_t prod_seen, cons_shown;
    uint32_t irqs_raised; /* to be shown after CONS */
    uint64_t *fetched;    /* like 'words': what the model has last read as a command */
    struct drv_threads_watch watch;
    pthread_t thread;

    char error[160]; /* of the model's thread; to be read after it has set 'failed' */
    atomic_bool failed;
};

/* ---- the model's thread */

static void check(struct drv_threads *m, const char *what, int status)
{
    if (status >= 0 || atomic_load(&m->failed))
        return;
    snprintf(m->error, sizeof m->error, "%s: %s", what, smmu_strerror(status));
    atomic_store(&m->failed, true);
}

static uint64_t model_read(struct drv_threads *m, uint32_t offset, unsigned size)
{
    uint64_t value = 0;

    check(m, "smmu_reg_read", smmu_reg_read(m->smmu, m->now, SMMU_PAS_NS, offset, size, &value));
    return value;
}

static void model_write(struct drv_threads *m, uint32_t offset, unsigned size, uint64_t value)
{
    check(m, "smmu_reg_write", smmu_reg_write(m->smmu, m->now, SMMU_PAS_NS, offset, size, value));
}

static bool inside(const struct drv_threads *m, uint64_t addr, uint64_t bytes)
{
    return addr >= m->base && addr - m->base <= m->bytes && bytes <= m->bytes - (addr - m->base);
}

static uint64_t little_endian(const uint8_t *bytes, unsigned n)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < n; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

/* Somebody may be polling the word that an MSI goes to; see mem_read64(). */
static _Atomic(uint64_t) *polled_word(struct drv_threads *m, uint64_t addr)
{
    static_assert(sizeof(_Atomic(uint64_t)) == sizeof(uint64_t), "the same word in memory");

    return (_Atomic(uint64_t) *)&m->words[(addr - m->base) / WORD_BYTES];
}

static void write_msi(struct drv_threads *m, const smmu_out_mem_t *access)
{
    _Atomic(uint64_t) *word = polled_word(m, access->addr);
    const unsigned shift = 8 * (access->addr % WORD_BYTES);
    const uint64_t mask = UINT64_C(0xffffffff) << shift;
    const uint64_t was = atomic_load_explicit(word, memory_order_relaxed);

    atomic_store_explicit(word, (was & ~mask) | little_endian(access->data, 4) << shift,
                          memory_order_release);
}

/* Queues and structures are accessed in whole words. */
static void do_access(struct drv_threads *m, const smmu_out_mem_t *access)
{
    const uint64_t first = (access->addr - m->base) / WORD_BYTES;
    const unsigned words = access->size / WORD_BYTES;
    uint8_t data[SMMU_MEM_MAX_BYTES];

    if (!inside(m, access->addr, access->size) || access->op == SMMU_MEM_CAS) {
        check(m, "smmu_mem_done",
              smmu_mem_done(m->smmu, m->now, access->tag, SMMU_MEM_ABORT, NULL));
        return;
    }
    if (access->op == SMMU_MEM_WRITE && access->size == 4)
        write_msi(m, access);
    for (unsigned i = 0; i < words; i++) {
        if (access->op == SMMU_MEM_WRITE)
            m->words[first + i] = little_endian(access->data + WORD_BYTES * i, WORD_BYTES);
        else
            for (unsigned byte = 0; byte < WORD_BYTES; byte++)
                data[WORD_BYTES * i + byte] = (uint8_t)(m->words[first + i] >> 8 * byte);
        if (access->source == SMMU_SRC_CMDQ)
            m->fetched[first + i] = m->words[first + i];
    }
    check(m, "smmu_mem_done", smmu_mem_done(m->smmu, m->now, access->tag, SMMU_MEM_OK, data));
}

static void raise_irq(struct drv_threads *m, const smmu_out_irq_t *irq)
{
    static const uint32_t irq_of_source[SMMU_IRQ_COUNT] = {
        [SMMU_IRQ_EVENTQ] = DRV_IRQ_EVENTQ,     [SMMU_IRQ_PRIQ] = DRV_IRQ_PRIQ,
        [SMMU_IRQ_CMD_SYNC] = DRV_IRQ_CMD_SYNC, [SMMU_IRQ_GERROR] = DRV_IRQ_GERROR,
        [SMMU_IRQ_SEV] = DRV_IRQ_SEV,
    };

    m->irqs_raised |= irq_of_source[irq->source];
}

static bool drain_outbox(struct drv_threads *m)
{
    smmu_out_t out;
    bool any = false;

    while (smmu_pop(m->smmu, &out)) {
        any = true;
        switch (out.kind) {
        case SMMU_OUT_MEM:
            do_access(m, &out.u.mem);
            break;
        case SMMU_OUT_IRQ:
            raise_irq(m, &out.u.irq);
            break;
        case SMMU_OUT_INVAL:
            if (m->watch.invalidated)
                m->watch.invalidated(m->watch.ctx, &out.u.inval);
            check(m, "smmu_inval_done", smmu_inval_done(m->smmu, m->now, out.u.inval.tag));
            break;
        case SMMU_OUT_ATC_INV:
            check(m, "smmu_atc_inv_done",
                  smmu_atc_inv_done(m->smmu, m->now, out.u.atc_inv.tag, SMMU_ATC_INV_COMPLETED));
            break;
        case SMMU_OUT_ANSWER: /* there are no clients, no devices, and no PEs that broadcast */
        case SMMU_OUT_BROADCAST_SYNC:
        case SMMU_OUT_PRG_RESPONSE:
            break;
        }
    }
    return any;
}

static void tell_consumed(struct drv_threads *m, uint32_t cons)
{
    const uint64_t base = model_read(m, REF_REG_CMDQ_BASE, 8);
    const unsigned log2size = (unsigned)REF_FIELD(CMDQ_BASE_LOG2SIZE, base);
    uint32_t at = drv_ring_position(log2size, REF_FIELD(CMDQ_CONS_RD, m->cons_shown));
    const uint32_t end = drv_ring_position(log2size, REF_FIELD(CMDQ_CONS_RD, cons));

    for (; at != end; at = drv_ring_advance(log2size, at, 1)) {
        const uint64_t addr =
            drv_ring_address(base & REF_MASK(CMDQ_BASE_ADDR), log2size, at, REF_COMMAND_BYTES);
        const uint64_t *words = &m->fetched[(addr - m->base) / WORD_BYTES];

        m->watch.consumed(m->watch.ctx, &(struct drv_cmd){{words[0], words[1]}});
    }
}

/* CONS first: whoever is interrupted for an error finds it there. */
static void show_progress(struct drv_threads *m)
{
    const uint32_t cons = (uint32_t)model_read(m, REF_REG_CMDQ_CONS, 4);

    if (cons != m->cons_shown) {
        if (m->watch.consumed)
            tell_consumed(m, cons);
        m->cons_shown = cons;
        atomic_store_explicit(&m->cons, cons, memory_order_release);
    }
    if (m->irqs_raised & DRV_IRQ_SEV)
        atomic_fetch_add_explicit(&m->sevs, 1, memory_order_release);
    if (m->irqs_raised & ~(uint32_t)DRV_IRQ_SEV)
        atomic_fetch_or_explicit(&m->irqs, m->irqs_raised & ~(uint32_t)DRV_IRQ_SEV,
                                 memory_order_release);
    m->irqs_raised = 0;
}

static bool look_at_doorbell(struct drv_threads *m)
{
    const uint32_t prod = atomic_load_explicit(&m->prod, memory_order_acquire);

    if (prod == m->prod_seen)
        return false;
    m->prod_seen = prod;
    model_write(m, REF_REG_CMDQ_PROD, 4, prod);
    return true;
}

static bool let_time_pass(struct drv_threads *m)
{
    const uint64_t due = smmu_next_due(m->smmu);

    if (due == SMMU_NEVER)
        return false;
    if (due > m->now)
        m->now = due;
    smmu_advance(m->smmu, m->now);
    return true;
}

static bool answer_mail(struct drv_threads *m)
{
    struct mailbox *mail = &m->mailbox;

    if (atomic_load_explicit(&mail->state, memory_order_acquire) != MAIL_POSTED)
        return false;
    look_at_doorbell(m); /* rung before, by the same thread perhaps */
    if (mail->write)
        model_write(m, mail->offset, mail->size, mail->value);
    else
        mail->value = model_read(m, mail->offset, mail->size);
    show_progress(m);
    atomic_store_explicit(&mail->state, MAIL_ANSWERED, memory_order_release);
    return true;
}

static void *model_thread(void *ctx)
{
    struct drv_threads *m = ctx;

    while (!atomic_load_explicit(&m->stopping, memory_order_acquire)) {
        bool busy = answer_mail(m) | look_at_doorbell(m);

        for (unsigned step = 0; step < STEPS_PER_TURN; step++) {
            const bool more = drain_outbox(m) | let_time_pass(m);

            busy |= more;
            if (!more)
                break;
        }
        show_progress(m);
        if (!busy)
            sched_yield();
    }
    return NULL;
}

/* ---- what the driver's threads do */

static uint64_t send_mail(struct drv_threads *m, bool write, uint32_t offset, unsigned size,
                          uint64_t value)
{
    struct mailbox *mail = &m->mailbox;

    pthread_mutex_lock(&mail->mutex);
    mail->write = write;
    mail->offset = offset;
    mail->size = size;
    mail->value = value;
    atomic_store_explicit(&mail->state, MAIL_POSTED, memory_order_release);
    while (atomic_load_explicit(&mail->state, memory_order_acquire) != MAIL_ANSWERED)
        sched_yield();
    value = mail->value;
    atomic_store_explicit(&mail->state, MAIL_NONE, memory_order_relaxed);
    pthread_mutex_unlock(&mail->mutex);
    return value;
}

static struct drv_threads *machine_of(void *ctx)
{
    return ((const struct drv_thread *)ctx)->machine;
}

static uint32_t read32(void *ctx, uint32_t offset)
{
    struct drv_threads *m = machine_of(ctx);

    if (offset == REF_REG_CMDQ_CONS)
        return atomic_load_explicit(&m->cons, memory_order_acquire);
    return (uint32_t)send_mail(m, false, offset, 4, 0);
}

static void write32(void *ctx, uint32_t offset, uint32_t value)
{
    struct drv_threads *m = machine_of(ctx);

    if (offset == REF_REG_CMDQ_PROD)
        atomic_store_explicit(&m->prod, value, memory_order_release);
    else
        send_mail(m, true, offset, 4, value);
}

static uint64_t read64(void *ctx, uint32_t offset)
{
    return send_mail(machine_of(ctx), false, offset, 8, 0);
}

static void write64(void *ctx, uint32_t offset, uint64_t value)
{
    send_mail(machine_of(ctx), true, offset, 8, value);
}

/* The driver polls memory for MSIs. */
static uint64_t mem_read64(void *ctx, uint64_t pa)
{
    struct drv_threads *m = machine_of(ctx);

    assert(inside(m, pa, WORD_BYTES));
    return atomic_load_explicit(polled_word(m, pa), memory_order_acquire);
}

static void mem_write64(void *ctx, uint64_t pa, uint64_t value)
{
    struct drv_threads *m = machine_of(ctx);

    assert(inside(m, pa, WORD_BYTES));
    m->words[(pa - m->base) / WORD_BYTES] = value;
}

static uint64_t now(void *ctx)
{
    struct timespec t;

    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* There may be fewer processors than threads. */
static void wait_cycles(void *ctx, uint64_t cycles)
{
    const uint64_t longest = cycles < LONGEST_SLEEP ? cycles : LONGEST_SLEEP;

    (void)ctx;
    if (cycles < SHORTEST_SLEEP)
        sched_yield();
    else
        nanosleep(&(struct timespec){.tv_nsec = (long)longest}, NULL);
}

static uint32_t take_irqs(void *ctx)
{
    struct drv_thread *thread = ctx;
    struct drv_threads *m = thread->machine;
    const uint64_t sevs = atomic_load_explicit(&m->sevs, memory_order_acquire);
    uint32_t raised = sevs != thread->sevs_seen ? DRV_IRQ_SEV : 0;

    thread->sevs_seen = sevs;
    if (thread->takes_irqs)
        raised |= atomic_exchange_explicit(&m->irqs, 0, memory_order_acquire);
    return raised;
}

static void log_line(void *ctx, const char *line)
{
    const struct drv_thread *thread = ctx;

    if (thread->log)
        thread->log(thread->log_ctx, line);
}

struct drv_ops drv_thread_ops(struct drv_thread *thread)
{
    return (struct drv_ops){
        .ctx = thread,
        .read32 = read32,
        .write32 = write32,
        .read64 = read64,
        .write64 = write64,
        .mem_read64 = mem_read64,
        .mem_write64 = mem_write64,
        .wait = wait_cycles,
        .now = now,
        .take_irqs = take_irqs,
        .log = log_line,
    };
}

/* ---- lifetime */

static void free_machine(struct drv_threads *m)
{
    pthread_mutex_destroy(&m->mailbox.mutex);
    free(m->words);
    free(m->fetched);
    free(m->instance);
    free(m);
}

static bool build(struct drv_threads *m, const smmu_config_t *cfg, char *why, size_t why_size)
{
    smmu_status_t status = smmu_config_check(cfg, why, why_size);

    if (status != SMMU_OK)
        return false;
    m->words = calloc(m->bytes / WORD_BYTES, WORD_BYTES);
    m->fetched = calloc(m->bytes / WORD_BYTES, WORD_BYTES);
    m->instance = malloc(smmu_size(cfg));
    status = m->words && m->fetched && m->instance
                 ? smmu_create(&m->smmu, cfg, m->instance, smmu_size(cfg))
                 : SMMU_E_MEMORY;
    if (status == SMMU_OK && pthread_create(&m->thread, NULL, model_thread, m) != 0)
        status = SMMU_E_MEMORY;
    if (status != SMMU_OK)
        snprintf(why, why_size, "%s", smmu_strerror(status));
    return status == SMMU_OK;
}

struct drv_threads *drv_threads_start(const smmu_config_t *cfg, uint64_t base, uint64_t bytes,
                                      const struct drv_threads_watch *watch, char *why,
                                      size_t why_size)
{
    struct drv_threads *m = calloc(1, sizeof *m);

    if (!m) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    m->base = base;
    m->bytes = bytes;
    m->watch = watch ? *watch : (struct drv_threads_watch){0};
    pthread_mutex_init(&m->mailbox.mutex, NULL);
    if (build(m, cfg, why, why_size))
        return m;
    free_machine(m);
    return NULL;
}

void drv_threads_stop(struct drv_threads *m)
{
    atomic_store_explicit(&m->stopping, true, memory_order_release);
    pthread_join(m->thread, NULL);
    free_machine(m);
}

const char *drv_threads_error(const struct drv_threads *m)
{
    return atomic_load(&m->failed) ? m->error : NULL;
}
