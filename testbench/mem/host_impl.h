/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a host, shared by host.c (clock, outbox) and host_client.c (clients' accesses). */
#ifndef SMMUSIM_MEM_HOST_IMPL_H
#define SMMUSIM_MEM_HOST_IMPL_H

#include "mem/host.h"

enum host_event_kind {
    HOST_ACCESS_DONE,   /* an access of the model's completes */
    HOST_CLIENT_START,  /* a client issues its access */
    HOST_CLIENT_LEAVES, /* it leaves the SMMU, or is terminated there */
    HOST_CLIENT_DONE,   /* memory has answered it */
    HOST_CALL,          /* somebody wants to be called */
};

struct host_event {
    uint64_t cycle;
    uint64_t order;
    enum host_event_kind kind;
    bool aborted;          /* by memory */
    uint32_t ticket;       /* of the client's access */
    smmu_out_mem_t access; /* HOST_ACCESS_DONE; data: the bytes read */
    host_call_fn *call;    /* HOST_CALL */
    void *call_ctx;
};

enum client_state {
    CLIENT_FREE,
    CLIENT_NOT_YET_ISSUED,
    CLIENT_WAITS_FOR_SLOT,
    CLIENT_IN_SMMU,
    CLIENT_IN_MEMORY,
    CLIENT_FINISHED
};

struct client_slot {
    enum client_state state;
    struct client_access access;
    struct client_result result;
    uint8_t *data; /* access.len bytes, written or read */
    uint64_t issued;
    uint8_t epoch;
    bool tracked;
    uint32_t next; /* ticket behind it in its list, 0 at the end */
};

enum { HOST_TBUS = 256 };

/* Tickets refused for want of a slot, in order of issue: one queue a TBU, as each has its port. */
struct client_queue {
    uint32_t first, last;
};

struct sim_host {
    smmu_t *smmu;
    void *instance;
    struct sim_memory *memory;
    uint64_t now;
    uint64_t read_latency, write_latency;
    bool one_clock; /* mode at: answers come when they are due */
    struct host_event *event;
    size_t events, event_capacity;
    uint64_t next_order;
    struct client_slot *client;
    uint32_t clients; /* places in use or on the free list */
    uint32_t client_capacity;
    uint32_t first_free; /* ticket */
    struct client_queue waiting[HOST_TBUS];
    uint32_t tbus_waiting; /* TBUs whose queue is not empty */
    bool settling;
    uint64_t irqs[HOST_PAS_COUNT][SMMU_IRQ_COUNT];
    struct own_accesses own_accesses;
    struct host_devices devices;    /* no function: none is attached */
    timeline_sink_fn timeline_sink; /* or NULL */
    void *timeline_ctx;
    host_write_fn *write_watch; /* or NULL */
    void *write_watch_ctx;
    char error[160];
};

void host_fail(struct sim_host *host, const char *format, ...);
/* status is what the model's function 'what' returned. */
void host_check(struct sim_host *host, const char *what, int status);
void host_store(struct sim_host *host, uint64_t addr, const void *data, size_t len);
/* The caller fills the event in; NULL if there is no memory. */
struct host_event *host_schedule(struct sim_host *host, uint64_t cycle, enum host_event_kind kind);
/* Lets everything happen that is due now. */
void host_settle(struct sim_host *host);

void host_client_answered(struct sim_host *host, const smmu_response_t *answer);
void host_client_event(struct sim_host *host, const struct host_event *event);
/* Hands in again what was refused; true if the model took one. */
bool host_client_retry(struct sim_host *host);
void host_client_destroy(struct sim_host *host);

#endif
