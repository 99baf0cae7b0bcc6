/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See load.h. A stream keeps the time of the first arrival that has not been issued; the next one
 * follows from it alone, so that a backlog of any length needs no memory and no answer can move an
 * arrival.
 */
#include "load/load.h"

#include <stdlib.h>

#include "load/rng.h"

enum { PURPOSES_A_STREAM = 2 }; /* arrivals and addresses: neither moves the other */

struct stream;

struct request {
    struct stream *stream;
    struct request *next_free;
    uint64_t arrived;
    uint64_t issued;
};

struct stream {
    struct load *load;
    struct load_stream what;
    struct rng arrivals, addresses;
    struct request *request; /* what.outstanding of them */
    struct request *free;
    uint32_t in_flight;
    uint64_t next_arrival;
    uint64_t next_issue; /* not before: one a cycle */
    uint64_t position;   /* LOAD_SEQUENTIAL: bytes from the base */
    bool call_arranged;
    struct stream *next;
};

struct load {
    struct sim_host *host;
    struct stream *streams;
    uint64_t seed;
    uint64_t count;
    uint64_t measured_from;
    uint64_t ends; /* nothing arrives from here on */
    struct load_counts counts;
    struct samples latency;
};

/* Every cycle brings a request with the same chance: memoryless, and whole numbers all the way. */
static uint64_t next_gap(struct stream *stream)
{
    uint64_t gap = 1;

    while (rng_below(&stream->arrivals, 1000) >= stream->what.rate)
        gap++;
    return gap;
}

static uint64_t next_address(struct stream *stream)
{
    const struct load_stream *what = &stream->what;
    uint32_t pages = what->pages, first = 0;
    uint64_t at;

    if (what->pattern == LOAD_SEQUENTIAL) {
        at = stream->position;
        stream->position = (at + LOAD_ACCESS_BYTES) % ((uint64_t)what->pages * LOAD_PAGE_BYTES);
        return what->base + at;
    }
    if (what->pattern == LOAD_HOT && what->hot_pages < what->pages) {
        if (rng_below(&stream->addresses, 100) < what->hot_percent) {
            pages = what->hot_pages;
        } else {
            first = what->hot_pages;
            pages -= first;
        }
    }
    at = (first + rng_below(&stream->addresses, pages)) * LOAD_PAGE_BYTES;
    at += rng_below(&stream->addresses, LOAD_PAGE_BYTES / LOAD_ACCESS_BYTES) * LOAD_ACCESS_BYTES;
    return what->base + at;
}

static void pump(struct stream *stream);

static void finished(void *ctx, uint32_t ticket)
{
    struct request *request = ctx;
    struct stream *stream = request->stream;
    struct load *load = stream->load;
    struct client_result result;

    if (!host_take(load->host, ticket, &result, NULL))
        return;
    if (request->arrived >= load->measured_from) {
        load->counts.requests++;
        load->counts.aborted += result.result != SMMU_RESULT_FORWARD || result.memory_abort;
        samples_add(&load->latency, request->issued - request->arrived + result.cycles);
    }
    load->counts.in_time += host_now(load->host) <= load->ends;
    request->next_free = stream->free;
    stream->free = request;
    stream->in_flight--;
    pump(stream);
}

/* False: the host has no room for it now; its owner tries again. */
static bool issue(struct stream *stream, uint64_t arrived)
{
    struct sim_host *host = stream->load->host;
    struct request *request = stream->free;
    struct client_access access = client_access_default();
    const uint64_t now = host_now(host);

    access.addr = next_address(stream);
    access.len = LOAD_ACCESS_BYTES;
    access.streamid = stream->what.streamid;
    access.tbu = stream->what.tbu;
    access.write = rng_below(&stream->addresses, 100) < stream->what.write_percent;
    access.finished = finished;
    access.finished_ctx = request;
    stream->free = request->next_free;
    stream->in_flight++;
    request->arrived = arrived;
    request->issued = now;
    stream->next_issue = now + 1;
    if (host_submit(host, &access))
        return true;
    request->next_free = stream->free;
    stream->free = request;
    stream->in_flight--;
    return false;
}

static void called(void *ctx)
{
    struct stream *stream = ctx;

    stream->call_arranged = false;
    pump(stream);
}

static void call_at(struct stream *stream, uint64_t cycle)
{
    if (stream->call_arranged)
        return;
    stream->call_arranged = true;
    host_call_at(stream->load->host, cycle, called, stream);
}

/* Issues what can be issued now, and arranges to be called when more can. */
static void pump(struct stream *stream)
{
    const uint64_t now = host_now(stream->load->host);
    const bool open = stream->what.rate != 0;
    const uint64_t arrives = open ? stream->next_arrival : now;
    uint64_t earliest = arrives > stream->next_issue ? arrives : stream->next_issue;

    if (arrives >= stream->load->ends || !stream->free)
        return; /* a request that comes back pumps again */
    if (earliest > now) {
        call_at(stream, earliest);
        return;
    }
    if (issue(stream, arrives) && open)
        stream->next_arrival += next_gap(stream);
    if (!open || stream->next_arrival < stream->load->ends)
        call_at(stream, stream->next_issue > stream->next_arrival ? stream->next_issue
                                                                  : stream->next_arrival);
}

/* ---- for its owner */

struct load *load_create(struct sim_host *host, uint64_t seed)
{
    struct load *load = calloc(1, sizeof *load);

    if (load) {
        load->host = host;
        load->seed = seed;
    }
    return load;
}

void load_destroy(struct load *load)
{
    struct stream *stream = load ? load->streams : NULL;

    while (stream) {
        struct stream *next = stream->next;

        free(stream->request);
        free(stream);
        stream = next;
    }
    if (load)
        samples_free(&load->latency);
    free(load);
}

static bool in_range(const struct load_stream *what)
{
    return what->pages && what->rate <= 1000 && what->outstanding &&
           what->outstanding <= LOAD_MAX_OUTSTANDING && what->hot_percent <= 100 &&
           what->write_percent <= 100 && (what->pattern != LOAD_HOT || what->hot_pages);
}

bool load_add(struct load *load, const struct load_stream *what)
{
    struct stream *stream = in_range(what) ? calloc(1, sizeof *stream) : NULL;

    if (!stream)
        return false;
    stream->load = load;
    stream->what = *what;
    stream->arrivals = rng_begin(load->seed, load->count * PURPOSES_A_STREAM);
    stream->addresses = rng_begin(load->seed, load->count * PURPOSES_A_STREAM + 1);
    stream->request = calloc(what->outstanding, sizeof *stream->request);
    if (!stream->request) {
        free(stream);
        return false;
    }
    for (uint32_t i = what->outstanding; i--;) {
        stream->request[i].stream = stream;
        stream->request[i].next_free = stream->free;
        stream->free = &stream->request[i];
    }
    stream->next = load->streams;
    load->streams = stream;
    load->count++;
    return true;
}

void load_start(struct load *load)
{
    const uint64_t now = host_now(load->host);

    load->ends = SMMU_NEVER;
    load_measure(load);
    for (struct stream *stream = load->streams; stream; stream = stream->next) {
        if (stream->what.rate)
            stream->next_arrival = now + next_gap(stream);
        pump(stream);
    }
}

static bool all_answered(const struct load *load)
{
    for (const struct stream *stream = load->streams; stream; stream = stream->next)
        if (stream->in_flight || (stream->what.rate && stream->next_arrival < load->ends))
            return false;
    return true;
}

bool load_finish(struct load *load, uint64_t limit)
{
    load->ends = host_now(load->host);
    while (!all_answered(load))
        if (!host_step(load->host, limit))
            return all_answered(load);
    return true;
}

void load_measure(struct load *load)
{
    load->measured_from = host_now(load->host);
    load->counts = (struct load_counts){0};
    samples_clear(&load->latency);
}

struct load_counts load_counted(const struct load *load)
{
    return load->counts;
}

struct samples *load_latency(struct load *load)
{
    return &load->latency;
}
