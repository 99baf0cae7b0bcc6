/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients: streams of transactions on a host, each with a pattern of addresses and a way of
 * arriving, which go on by themselves as the host's time passes.
 *
 * Open loop: requests arrive at random times that owe nothing to the answers; one that finds its
 * stream's limit reached waits at the client, and its latency counts from its arrival. Closed
 * loop: a stream keeps so many requests outstanding. A stream issues at most one a cycle.
 *
 * Latency is from arrival until the request leaves the SMMU translated; the access to memory that
 * follows is not in it, but keeps the request outstanding.
 */
#ifndef SMMUSIM_LOAD_LOAD_H
#define SMMUSIM_LOAD_LOAD_H

#include "load/samples.h"
#include "mem/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pages of the working set: any; one after the other, 64 bytes a request; mostly a few of them. */
enum load_pattern { LOAD_UNIFORM, LOAD_SEQUENTIAL, LOAD_HOT };

enum { LOAD_PAGE_BYTES = 4096, LOAD_ACCESS_BYTES = 64, LOAD_MAX_OUTSTANDING = 1024 };

struct load_stream {
    uint32_t streamid;
    uint8_t tbu;
    enum load_pattern pattern;
    uint64_t base;        /* of the working set */
    uint32_t pages;       /* of 4 KiB; at least 1 */
    uint32_t hot_pages;   /* LOAD_HOT: the first so many... */
    uint32_t hot_percent; /* ...get so many of the requests */
    uint32_t write_percent;
    uint32_t rate;        /* open loop: arrivals in 1000 cycles, 1 to 1000; 0: closed loop */
    uint32_t outstanding; /* at most, 1 to LOAD_MAX_OUTSTANDING; closed loop: always */
};

struct load_counts {
    uint64_t requests; /* that arrived within the measurement, all of them answered */
    uint64_t aborted;  /* of these */
    uint64_t in_time;  /* finished by its end, whenever they arrived */
};

struct load;

/* NULL: no memory. */
struct load *load_create(struct sim_host *host, uint64_t seed);
/* The host still knows of it: it goes away next, or at least lets no more time pass. */
void load_destroy(struct load *load);
/* False: no memory, or a value outside its range. */
bool load_add(struct load *load, const struct load_stream *stream);

void load_start(struct load *load); /* requests arrive from now on */
/* No more arrive. Those that have are still issued and answered as time passes: false, if time
 * is up before all are. */
bool load_finish(struct load *load, uint64_t limit);

/* What follows is of requests that arrive from now on. */
void load_measure(struct load *load);
struct load_counts load_counted(const struct load *load);
struct samples *load_latency(struct load *load);

#ifdef __cplusplus
}
#endif

#endif
