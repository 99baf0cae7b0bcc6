/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's access from ticket to result: issue, translation, the access to memory at the
 * translated address, and the report to the model that it is globally visible (3.21.1).
 */
#include <stdlib.h>
#include <string.h>

#include "mem/host_impl.h"

static struct client_slot *slot_of(struct sim_host *host, uint64_t ticket)
{
    if (!ticket || ticket > host->clients)
        return NULL;
    return &host->client[ticket - 1];
}

/* A client that supplies no attributes (13.1.3). */
struct client_access client_access_default(void)
{
    return (struct client_access){
        .len = 4, .memattr = SMMU_MEMATTR_WB_RAWA, .sh = SMMU_SH_NSH, .sec_sid = SMMU_PAS_NS};
}

static uint32_t free_ticket(struct sim_host *host)
{
    uint32_t ticket = host->first_free;
    if (ticket) {
        host->first_free = host->client[ticket - 1].next;
        return ticket;
    }
    if (host->clients == CLIENT_MAX_ACCESSES)
        return 0;
    if (host->clients == host->client_capacity) {
        uint32_t capacity = host->client_capacity ? 2 * host->client_capacity : 16;
        struct client_slot *grown = realloc(host->client, capacity * sizeof(*grown));
        if (!grown)
            return 0;
        host->client = grown;
        host->client_capacity = capacity;
    }
    host->client[host->clients] = (struct client_slot){.state = CLIENT_FREE};
    return ++host->clients;
}

static void give_back(struct sim_host *host, uint32_t ticket)
{
    struct client_slot *slot = slot_of(host, ticket);
    free(slot->data);
    *slot = (struct client_slot){.state = CLIENT_FREE, .next = host->first_free};
    host->first_free = ticket;
}

/* ---- into the SMMU */

static void schedule_client(struct sim_host *host, uint64_t cycle, enum host_event_kind kind,
                            uint32_t ticket, bool aborted)
{
    struct host_event *event = host_schedule(host, cycle, kind);
    if (event) {
        event->ticket = ticket;
        event->aborted = aborted;
    }
}

static smmu_request_t request_of(const struct client_access *access, uint32_t ticket)
{
    smmu_request_t request = {
        .addr = access->addr,
        .tag = ticket,
        .streamid = access->streamid,
        .substreamid = access->substreamid,
        .sec_sid = access->sec_sid,
        .tbu = access->tbu,
        .memattr = access->memattr,
        .sh = access->sh,
        .order_id = access->order_id,
        .size = (uint16_t)access->len,
        .ats_units = access->ats_units,
        .flags = SMMU_REQ_TRACKED,
    };
    if (access->write)
        request.flags |= SMMU_REQ_WRITE;
    if (access->inst)
        request.flags |= SMMU_REQ_INST;
    if (access->priv)
        request.flags |= SMMU_REQ_PRIV;
    if (access->ssv)
        request.flags |= SMMU_REQ_SSV;
    if (access->ats == CLIENT_ATS_REQUEST)
        request.flags |= SMMU_REQ_ATS_REQUEST;
    if (access->ats == CLIENT_TRANSLATED)
        request.flags |= SMMU_REQ_ATS_TRANSLATED;
    return request;
}

static void responded(struct sim_host *host, uint32_t ticket, const smmu_response_t *response,
                      uint64_t leaves)
{
    struct client_slot *slot = slot_of(host, ticket);
    slot->result = (struct client_result){
        .result = response->result,
        .bypass = (response->flags & SMMU_RSP_BYPASS) != 0,
        .pa = response->pa,
        .memattr = response->memattr,
        .sh = response->sh,
        .pas = response->pas,
        .region_log2 = response->region_log2,
        .perms = response->perms,
        .mpam = response->mpam,
        .priv = (response->flags & SMMU_RSP_PRIV) != 0,
        .cycles = leaves - slot->issued,
    };
    slot->epoch = response->epoch;
    slot->tracked = (response->flags & SMMU_RSP_TRACKED) != 0;
    schedule_client(host, leaves, HOST_CLIENT_LEAVES, ticket, false);
}

/* False: refused for want of a slot. */
static bool hand_in(struct sim_host *host, uint32_t ticket)
{
    struct client_slot *slot = slot_of(host, ticket);
    smmu_request_t request = request_of(&slot->access, ticket);
    smmu_response_t response;
    int verdict = smmu_submit(host->smmu, host->now, &request, &response);
    if (verdict == SMMU_BUSY)
        return false;
    host_check(host, "smmu_submit", verdict);
    slot->state = CLIENT_IN_SMMU;
    if (verdict == SMMU_DONE)
        responded(host, ticket, &response, host->now + response.latency);
    return true;
}

static void wait_for_slot(struct sim_host *host, uint32_t ticket)
{
    struct client_slot *slot = slot_of(host, ticket);
    struct client_queue *queue = &host->waiting[slot->access.tbu];
    slot->state = CLIENT_WAITS_FOR_SLOT;
    slot->next = 0;
    if (queue->last)
        slot_of(host, queue->last)->next = ticket;
    else
        queue->first = ticket;
    host->tbus_waiting += queue->last == 0;
    queue->last = ticket;
}

static void issue(struct sim_host *host, uint32_t ticket)
{
    struct client_slot *slot = slot_of(host, ticket);
    slot->issued = host->now;
    if (host->waiting[slot->access.tbu].first || !hand_in(host, ticket))
        wait_for_slot(host, ticket);
}

static bool retry_queue(struct sim_host *host, struct client_queue *queue)
{
    bool any = false;
    while (queue->first && hand_in(host, queue->first)) {
        queue->first = slot_of(host, queue->first)->next;
        if (!queue->first) {
            queue->last = 0;
            host->tbus_waiting--;
        }
        any = true;
    }
    return any;
}

bool host_client_retry(struct sim_host *host)
{
    bool any = false;
    for (size_t tbu = 0; host->tbus_waiting && tbu < HOST_TBUS; ++tbu)
        any = retry_queue(host, &host->waiting[tbu]) || any;
    return any;
}

/* ---- out of it */

void host_client_answered(struct sim_host *host, const smmu_response_t *answer)
{
    struct client_slot *slot = slot_of(host, answer->tag);
    if (!slot || slot->state != CLIENT_IN_SMMU) {
        host_fail(host, "the model answered a request that is not pending");
        return;
    }
    /* In the modes without a common clock an answer says how much later it stands (smmu_types.h).
     */
    uint64_t leaves = host->now + (host->one_clock ? 0 : answer->latency);
    responded(host, (uint32_t)answer->tag, answer, leaves);
}

static void access_memory(struct sim_host *host, uint32_t ticket)
{
    struct client_slot *slot = slot_of(host, ticket);
    const struct client_access *access = &slot->access;
    bool aborted = false;
    slot->state = CLIENT_IN_MEMORY;
    if (!access->write) {
        aborted = memory_aborts(host->memory, slot->result.pa, access->len, MEMORY_ABORT_READ);
        if (!aborted)
            memory_load(host->memory, slot->result.pa, slot->data, access->len);
    }
    schedule_client(host, host->now + (access->write ? host->write_latency : host->read_latency),
                    HOST_CLIENT_DONE, ticket, aborted);
}

static void finish(struct sim_host *host, uint32_t ticket)
{
    struct client_slot *slot = slot_of(host, ticket);
    slot->state = CLIENT_FINISHED;
    if (slot->tracked)
        host_check(host, "smmu_access_done", smmu_access_done(host->smmu, host->now, slot->epoch));
    if (slot->access.finished)
        slot->access.finished(slot->access.finished_ctx, ticket);
}

static void leave_smmu(struct sim_host *host, uint32_t ticket)
{
    struct client_slot *slot = slot_of(host, ticket);
    if (slot->result.result == SMMU_RESULT_FORWARD) {
        access_memory(host, ticket);
        return;
    }
    if (!slot->access.write)
        memset(slot->data, 0, slot->access.len);
    finish(host, ticket);
}

static void memory_answered(struct sim_host *host, uint32_t ticket, bool aborted)
{
    struct client_slot *slot = slot_of(host, ticket);
    const struct client_access *access = &slot->access;
    if (access->write) {
        aborted = memory_aborts(host->memory, slot->result.pa, access->len, MEMORY_ABORT_WRITE);
        if (!aborted)
            host_store(host, slot->result.pa, slot->data, access->len);
    }
    slot->result.memory_abort = aborted;
    finish(host, ticket);
}

void host_client_event(struct sim_host *host, const struct host_event *event)
{
    if (event->kind == HOST_CLIENT_START)
        issue(host, event->ticket);
    else if (event->kind == HOST_CLIENT_LEAVES)
        leave_smmu(host, event->ticket);
    else
        memory_answered(host, event->ticket, event->aborted);
}

/* ---- what the owner of a ticket calls */

static bool fits(const struct client_access *access)
{
    return access->len && access->len <= CLIENT_MAX_BYTES &&
           access->addr % MEMORY_PAGE_BYTES + access->len <= MEMORY_PAGE_BYTES;
}

uint32_t host_submit(struct sim_host *host, const struct client_access *access)
{
    uint32_t ticket = fits(access) ? free_ticket(host) : 0;
    if (!ticket)
        return 0;
    struct client_slot *slot = slot_of(host, ticket);
    uint8_t *data = calloc(1, access->len);
    *slot = (struct client_slot){.state = CLIENT_NOT_YET_ISSUED, .access = *access, .data = data};
    if (!data) {
        give_back(host, ticket);
        return 0;
    }
    if (access->write && access->data)
        memcpy(data, access->data, access->len);
    slot->access.data = NULL;
    if (access->start > host->now)
        schedule_client(host, access->start, HOST_CLIENT_START, ticket, false);
    else
        issue(host, ticket);
    host_settle(host);
    return ticket;
}

bool host_take(struct sim_host *host, uint32_t ticket, struct client_result *result, uint8_t *data)
{
    struct client_slot *slot = slot_of(host, ticket);
    if (!slot || slot->state != CLIENT_FINISHED)
        return false;
    *result = slot->result;
    if (data && !slot->access.write)
        memcpy(data, slot->data, slot->access.len);
    give_back(host, ticket);
    return true;
}

bool host_stalled(const struct sim_host *host, uint32_t ticket, smmu_stall_t *stall)
{
    return ticket && ticket <= host->clients && host->client[ticket - 1].state == CLIENT_IN_SMMU &&
           smmu_stalled(host->smmu, ticket, stall);
}

bool host_await(struct sim_host *host, uint32_t ticket, struct client_result *result, uint8_t *data)
{
    while (!host_take(host, ticket, result, data)) {
        if (!host_step(host, SMMU_NEVER))
            return false;
    }
    return true;
}

void host_client_destroy(struct sim_host *host)
{
    for (uint32_t i = 0; i < host->clients; ++i)
        free(host->client[i].data);
    free(host->client);
}
