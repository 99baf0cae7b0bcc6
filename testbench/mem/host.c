/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock and the outbox's owner: a heap of what will complete when, and the loop that makes
 * everything due at one cycle happen before time goes on. What becomes of a client's access is
 * host_client.c's.
 */
#include "mem/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/host_impl.h"

/* More rounds than this at one cycle, and the model cannot be at rest any more. */
enum { MAX_ROUNDS_AT_ONE_CYCLE = 1 << 24 };

void host_fail(struct sim_host *host, const char *format, ...)
{
    if (host->error[0])
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(host->error, sizeof(host->error), format, args);
    va_end(args);
}

/* ---- the heap: earliest first, equal cycles in the order in which they were scheduled */

static bool earlier(const struct host_event *a, const struct host_event *b)
{
    return a->cycle != b->cycle ? a->cycle < b->cycle : a->order < b->order;
}

static void swap_events(struct host_event *a, struct host_event *b)
{
    struct host_event c = *a;
    *a = *b;
    *b = c;
}

struct host_event *host_schedule(struct sim_host *host, uint64_t cycle, enum host_event_kind kind)
{
    if (host->events == host->event_capacity) {
        size_t capacity = host->event_capacity ? 2 * host->event_capacity : 64;
        struct host_event *grown = realloc(host->event, capacity * sizeof(*grown));
        if (!grown) {
            host_fail(host, "no memory for %zu pending completions", capacity);
            return NULL;
        }
        host->event = grown;
        host->event_capacity = capacity;
    }
    size_t i = host->events++;
    memset(&host->event[i], 0, sizeof(host->event[i]));
    host->event[i].cycle = cycle;
    host->event[i].order = host->next_order++;
    host->event[i].kind = kind;
    while (i && earlier(&host->event[i], &host->event[(i - 1) / 2])) {
        swap_events(&host->event[i], &host->event[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    return &host->event[i];
}

static struct host_event take_earliest(struct sim_host *host)
{
    struct host_event first = host->event[0];
    host->event[0] = host->event[--host->events];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2; ++child) {
            if (child < host->events && earlier(&host->event[child], &host->event[least]))
                least = child;
        }
        if (least == i)
            return first;
        swap_events(&host->event[i], &host->event[least]);
        i = least;
    }
}

/* ---- the outbox */

static uint64_t latency_of(const struct sim_host *host, bool write)
{
    return write ? host->write_latency : host->read_latency;
}

static void issue_access(struct sim_host *host, const smmu_out_mem_t *access)
{
    bool read = access->op == SMMU_MEM_READ;
    struct host_event *event =
        host_schedule(host, host->now + latency_of(host, !read), HOST_ACCESS_DONE);
    if (!event)
        return;
    event->access = *access;
    own_accesses_note(&host->own_accesses, &(struct own_access){.addr = access->addr,
                                                                .size = access->size,
                                                                .source = access->source,
                                                                .pas = access->pas,
                                                                .memattr = access->memattr,
                                                                .sh = access->sh,
                                                                .mpam = access->mpam});
    if (read) {
        event->aborted = memory_aborts(host->memory, access->addr, access->size, MEMORY_ABORT_READ);
        memory_load(host->memory, access->addr, event->access.data, access->size);
    }
}

static uint64_t little_endian(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

/* The eight bytes found go into 'found'. */
static void compare_and_swap(struct sim_host *host, const smmu_out_mem_t *access, uint8_t *found)
{
    memory_load(host->memory, access->addr, found, 8);
    if (little_endian(found) == little_endian(access->data))
        host_store(host, access->addr, access->data + 8, 8);
}

static void complete_access(struct sim_host *host, struct host_event *event)
{
    const smmu_out_mem_t *access = &event->access;
    uint8_t found[8];
    const void *data = NULL;

    if (access->op != SMMU_MEM_READ)
        event->aborted =
            memory_aborts(host->memory, access->addr, access->size,
                          access->op == SMMU_MEM_CAS ? MEMORY_ABORT_ALL : MEMORY_ABORT_WRITE);
    if (!event->aborted) {
        if (access->op == SMMU_MEM_WRITE) {
            host_store(host, access->addr, access->data, access->size);
            if (host->write_watch)
                host->write_watch(host->write_watch_ctx, access->addr, access->size);
        } else if (access->op == SMMU_MEM_CAS) {
            compare_and_swap(host, access, found);
            data = found;
        } else {
            data = access->data;
        }
    }
    host_check(host, "smmu_mem_done",
               smmu_mem_done(host->smmu, host->now, access->tag,
                             event->aborted ? SMMU_MEM_ABORT : SMMU_MEM_OK, data));
}

static void count_irq(struct sim_host *host, const smmu_out_irq_t *irq)
{
    if (irq->pas < HOST_PAS_COUNT && irq->source < SMMU_IRQ_COUNT)
        host->irqs[irq->pas][irq->source]++;
}

static void drain_timeline(struct sim_host *host)
{
    smmu_timeline_record_t records[64];
    size_t count;
    if (!host->timeline_sink)
        return;
    while ((count = smmu_timeline_read(host->smmu, records, sizeof(records) / sizeof(*records))))
        host->timeline_sink(host->timeline_ctx, records, count, smmu_timeline_lost(host->smmu));
}

void host_watch_timeline(struct sim_host *host, timeline_sink_fn sink, void *ctx)
{
    drain_timeline(host);
    host->timeline_sink = sink;
    host->timeline_ctx = ctx;
}

void host_watch_writes(struct sim_host *host, host_write_fn *fn, void *ctx)
{
    host->write_watch = fn;
    host->write_watch_ctx = ctx;
}

void host_attach_devices(struct sim_host *host, const struct host_devices *devices)
{
    host->devices = devices ? *devices : (struct host_devices){0};
}

void host_atc_inv_done(struct sim_host *host, uint64_t tag, smmu_atc_inv_result_t result)
{
    host_check(host, "smmu_atc_inv_done", smmu_atc_inv_done(host->smmu, host->now, tag, result));
    host_settle(host);
}

bool host_page_request(struct sim_host *host, const smmu_page_request_t *request)
{
    int verdict = smmu_page_request(host->smmu, host->now, request);
    host_check(host, "smmu_page_request", verdict);
    host_settle(host);
    return verdict != SMMU_BUSY;
}

bool host_broadcast_tlbi(struct sim_host *host, const smmu_broadcast_tlbi_t *tlbi)
{
    int verdict = smmu_broadcast_tlbi(host->smmu, host->now, tlbi);
    host_check(host, "smmu_broadcast_tlbi", verdict);
    host_settle(host);
    return verdict != SMMU_BUSY;
}

bool host_broadcast_sync(struct sim_host *host, uint64_t tag)
{
    int verdict = smmu_broadcast_sync(host->smmu, host->now, tag);
    host_check(host, "smmu_broadcast_sync", verdict);
    host_settle(host);
    return verdict != SMMU_BUSY;
}

static void invalidate_devices(struct sim_host *host, const smmu_out_atc_inv_t *inv)
{
    if (host->devices.atc_inv)
        host->devices.atc_inv(host->devices.ctx, inv);
    else
        host_atc_inv_done(host, inv->tag, SMMU_ATC_INV_COMPLETED);
}

static bool drain_outbox(struct sim_host *host)
{
    smmu_out_t out;
    bool any = false;
    drain_timeline(host);
    while (smmu_pop(host->smmu, &out)) {
        any = true;
        switch (out.kind) {
        case SMMU_OUT_MEM:
            issue_access(host, &out.u.mem);
            break;
        case SMMU_OUT_ANSWER:
            host_client_answered(host, &out.u.answer);
            break;
        case SMMU_OUT_IRQ:
            count_irq(host, &out.u.irq);
            break;
        case SMMU_OUT_INVAL:
            host_check(host, "smmu_inval_done",
                       smmu_inval_done(host->smmu, host->now, out.u.inval.tag));
            break;
        case SMMU_OUT_ATC_INV:
            invalidate_devices(host, &out.u.atc_inv);
            break;
        case SMMU_OUT_BROADCAST_SYNC:
            if (host->devices.broadcast_sync)
                host->devices.broadcast_sync(host->devices.ctx, out.u.broadcast_sync.tag);
            break;
        case SMMU_OUT_PRG_RESPONSE:
            if (host->devices.prg_response)
                host->devices.prg_response(host->devices.ctx, &out.u.prg_response);
            break;
        }
    }
    return any;
}

static bool complete_what_is_due(struct sim_host *host)
{
    bool any = false;
    while (host->events && host->event[0].cycle <= host->now) {
        struct host_event event = take_earliest(host);
        any = true;
        if (event.kind == HOST_ACCESS_DONE)
            complete_access(host, &event);
        else if (event.kind == HOST_CALL)
            event.call(event.call_ctx);
        else
            host_client_event(host, &event);
    }
    return any;
}

/* False: nothing was left to do. */
static bool settle_once(struct sim_host *host)
{
    bool any = drain_outbox(host);
    any = complete_what_is_due(host) || any;
    if (smmu_next_due(host->smmu) <= host->now) {
        smmu_advance(host->smmu, host->now);
        any = true;
    }
    return host_client_retry(host) || any;
}

void host_settle(struct sim_host *host)
{
    if (host->settling) /* somebody who was called does something: the rounds go on anyway */
        return;
    host->settling = true;
    unsigned rounds = 0;
    while (rounds < MAX_ROUNDS_AT_ONE_CYCLE && settle_once(host) && !host->error[0])
        ++rounds;
    if (rounds == MAX_ROUNDS_AT_ONE_CYCLE)
        host_fail(host, "the model does not come to rest at cycle %llu",
                  (unsigned long long)host->now);
    host->settling = false;
}

void host_check(struct sim_host *host, const char *what, int status)
{
    if (status < 0)
        host_fail(host, "%s: %s", what, smmu_strerror(status));
}

void host_store(struct sim_host *host, uint64_t addr, const void *data, size_t len)
{
    if (!memory_store(host->memory, addr, data, len))
        host_fail(host, "physical memory is full: more pages are written than allowed");
}

/* ---- lifetime */

static uint64_t config_value(const smmu_config_t *cfg, const char *key)
{
    uint64_t value = 0;
    (void)smmu_config_get(cfg, key, &value);
    return value;
}

static bool build_model(struct sim_host *host, const smmu_config_t *cfg, char *why, size_t why_size)
{
    smmu_status_t status = smmu_config_check(cfg, why, why_size);
    if (status != SMMU_OK)
        return false;
    size_t size = smmu_size(cfg);
    host->instance = malloc(size ? size : 1);
    if (host->instance)
        status = smmu_create(&host->smmu, cfg, host->instance, size);
    else
        status = SMMU_E_MEMORY;
    if (status != SMMU_OK)
        snprintf(why, why_size, "%s", smmu_strerror(status));
    return status == SMMU_OK;
}

struct sim_host *host_create(const smmu_config_t *cfg, char *why, size_t why_size)
{
    struct sim_host *host = calloc(1, sizeof(*host));
    if (!host) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    host->memory = memory_create(0);
    if (!host->memory)
        snprintf(why, why_size, "no memory");
    if (!host->memory || !build_model(host, cfg, why, why_size)) {
        host_destroy(host);
        return NULL;
    }
    host->read_latency = config_value(cfg, "timing.mem_read_lat");
    host->write_latency = config_value(cfg, "timing.mem_write_lat");
    host->one_clock = config_value(cfg, "mode") == SMMU_MODE_AT;
    return host;
}

void host_destroy(struct sim_host *host)
{
    if (!host)
        return;
    host_client_destroy(host);
    free(host->event);
    free(host->instance);
    memory_destroy(host->memory);
    free(host);
}

const struct own_accesses *host_own_accesses(const struct sim_host *host)
{
    return &host->own_accesses;
}

struct sim_memory *host_memory(struct sim_host *host)
{
    return host->memory;
}

smmu_t *host_smmu(struct sim_host *host)
{
    return host->smmu;
}

const char *host_error(const struct sim_host *host)
{
    return host->error[0] ? host->error : NULL;
}

/* ---- time */

uint64_t host_now(const struct sim_host *host)
{
    return host->now;
}

uint64_t host_next_due(const struct sim_host *host)
{
    uint64_t due = smmu_next_due(host->smmu);
    if (host->events && host->event[0].cycle < due)
        due = host->event[0].cycle;
    return due;
}

bool host_idle(const struct sim_host *host)
{
    return host_next_due(host) == SMMU_NEVER || (!host->events && smmu_idle(host->smmu));
}

static void move_to(struct sim_host *host, uint64_t cycle)
{
    if (cycle > host->now)
        host->now = cycle;
    smmu_advance(host->smmu, host->now);
    host_settle(host);
}

bool host_step(struct sim_host *host, uint64_t limit)
{
    uint64_t due = host_next_due(host);
    if (host->error[0])
        return false;
    if (due == SMMU_NEVER || due > limit) {
        if (limit != SMMU_NEVER)
            move_to(host, limit);
        return false;
    }
    move_to(host, due);
    return true;
}

void host_run_until(struct sim_host *host, uint64_t cycle)
{
    while (host_step(host, cycle))
        ;
}

bool host_run_idle(struct sim_host *host, uint64_t limit)
{
    while (!host_idle(host)) {
        if (!host_step(host, limit))
            return false;
    }
    return true;
}

void host_call_at(struct sim_host *host, uint64_t cycle, host_call_fn *fn, void *ctx)
{
    struct host_event *event = host_schedule(host, cycle, HOST_CALL);
    if (event) {
        event->call = fn;
        event->call_ctx = ctx;
    }
}

/* ---- software */

uint64_t host_reg_read(struct sim_host *host, smmu_pas_t pas, uint32_t offset, unsigned size)
{
    uint64_t value = 0;
    host_check(host, "smmu_reg_read",
               smmu_reg_read(host->smmu, host->now, pas, offset, size, &value));
    host_settle(host);
    return value;
}

void host_reg_write(struct sim_host *host, smmu_pas_t pas, uint32_t offset, unsigned size,
                    uint64_t value)
{
    host_check(host, "smmu_reg_write",
               smmu_reg_write(host->smmu, host->now, pas, offset, size, value));
    host_settle(host);
}

uint64_t host_irq_count(const struct sim_host *host, smmu_pas_t pas, smmu_irq_source_t source)
{
    return host->irqs[pas][source];
}

void host_reset(struct sim_host *host)
{
    smmu_reset(host->smmu);
    host_settle(host);
}
