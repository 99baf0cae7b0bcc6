/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host: one SMMU model, the memory behind it, one clock, and counters on its interrupt
 * outputs. It drains the model's outbox and answers it in order of completion: an access takes
 * timing.mem_read_lat or timing.mem_write_lat cycles and any number of them are in flight. A read
 * returns what memory held when it was issued, a write lands when it completes: the widest
 * window for races that a real system would allow.
 *
 * Players, drivers and tests embed it. Time passes in host_step(), host_run_until(),
 * host_run_idle() and host_await() only; everything else happens at host_now().
 */
#ifndef SMMUSIM_MEM_HOST_H
#define SMMUSIM_MEM_HOST_H

#include "mem/memory.h"
#include "mem/own_accesses.h"
#include "smmusim/smmu.h"
#include "smmusim/smmu_stats.h"
#include "smmusim/smmu_timeline.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    CLIENT_MAX_BYTES = 4096,    /* and an access stays within one 4 KiB page */
    CLIENT_MAX_ACCESSES = 4096, /* started and not yet taken */
    HOST_PAS_COUNT = 4
};

/* Called while something happens at host_now(). It may submit and take accesses and arrange further
 * calls; it must not let time pass. */
typedef void host_call_fn(void *ctx);
typedef void host_finished_fn(void *ctx, uint32_t ticket);

/* PCIe ATS (3.9.1): a plain transaction, a Translation Request (write: NW=0), one that comes
 * translated. */
enum client_ats { CLIENT_UNTRANSLATED, CLIENT_ATS_REQUEST, CLIENT_TRANSLATED };

/* A client transaction: translated, then carried out on memory at the translated address. */
struct client_access {
    uint64_t addr;
    uint64_t start;      /* cycle at which it is issued; a cycle in the past means now */
    const uint8_t *data; /* bytes of a write, copied at once; NULL writes zeros */
    uint32_t len;        /* 1 to CLIENT_MAX_BYTES, within one 4 KiB page */
    uint32_t streamid;
    uint32_t substreamid;
    bool ssv;
    bool write;
    bool inst;
    bool priv;
    uint8_t sec_sid; /* smmu_pas_t */
    uint8_t tbu;
    uint16_t order_id;
    uint8_t ats;                /* enum client_ats */
    uint8_t ats_units;          /* STUs that a Translation Request asks for; 0: one */
    uint8_t memattr;            /* MAIR format */
    uint8_t sh;                 /* smmu_sh_t */
    host_finished_fn *finished; /* called when it can be taken; NULL: its owner asks */
    void *finished_ctx;
};

/* What client_access fields are when a client says nothing about them. */
struct client_access client_access_default(void);

struct client_result {
    uint8_t result;    /* smmu_result_t: what the SMMU said */
    bool bypass;       /* no stage of translation touched it */
    bool memory_abort; /* it was let through and memory answered with an abort */
    uint64_t pa;       /* valid if result is SMMU_RESULT_FORWARD, as are the next three; and of what
                          SMMU_RESULT_ATS_SUCCESS grants, which the three after them say */
    uint8_t memattr;
    uint8_t sh;
    uint8_t pas;
    uint8_t region_log2;
    uint8_t perms; /* SMMU_PERM_* */
    smmu_mpam_t mpam; /* valid with SMMU_RESULT_FORWARD */
    bool priv;
    uint64_t cycles; /* from issue until it left the SMMU or was terminated: the SMMU's share */
};

/* What devices receive from the SMMU. Called while something happens at host_now(); see
 * host_call_fn. */
struct host_devices {
    void (*atc_inv)(void *ctx,
                    const smmu_out_atc_inv_t *inv); /* completed by host_atc_inv_done() */
    void (*prg_response)(void *ctx, const smmu_out_prg_response_t *response);
    void (*broadcast_sync)(void *ctx, uint64_t tag); /* the end of a host_broadcast_sync() */
    void *ctx;
};

struct sim_host;

/* NULL if the configuration is not usable or there is no memory; why says which. */
struct sim_host *host_create(const smmu_config_t *cfg, char *why, size_t why_size);
void host_destroy(struct sim_host *host);

struct sim_memory *host_memory(struct sim_host *host);
const struct own_accesses *host_own_accesses(const struct sim_host *host);
smmu_t *host_smmu(struct sim_host *host);

/* NULL, or a sentence: the model refused something that it must not refuse, or memory is full. */
const char *host_error(const struct sim_host *host);

/*
 * Who receives the model's timeline (timeline.records), in pieces, as soon as it is there; lost:
 * how many records the model has lost so far, all of them before these.
 */
typedef void (*timeline_sink_fn)(void *ctx, const smmu_timeline_record_t *records, size_t count,
                                 uint64_t lost);
void host_watch_timeline(struct sim_host *host, timeline_sink_fn sink, void *ctx);

/* Told of each write of the model's in the cycle in which it lands. */
typedef void host_write_fn(void *ctx, uint64_t addr, uint32_t bytes);
void host_watch_writes(struct sim_host *host, host_write_fn *fn, void *ctx);

/* ---- time */

uint64_t host_now(const struct sim_host *host);
/* The next cycle at which something happens, SMMU_NEVER if nothing will. */
uint64_t host_next_due(const struct sim_host *host);
/* Nothing is due, but for the overflow of a counter of cycles. */
bool host_idle(const struct sim_host *host);
/* Goes on to the next cycle at which something happens. False: nothing is due by limit. */
bool host_step(struct sim_host *host, uint64_t limit);
void host_run_until(struct sim_host *host, uint64_t cycle);
/* Until nothing is due; false if cycle 'limit' comes first. */
bool host_run_idle(struct sim_host *host, uint64_t limit);
/* Calls fn(ctx) at that cycle, or now if it is past. */
void host_call_at(struct sim_host *host, uint64_t cycle, host_call_fn *fn, void *ctx);

/* ---- software */

uint64_t host_reg_read(struct sim_host *host, smmu_pas_t pas, uint32_t offset, unsigned size);
void host_reg_write(struct sim_host *host, smmu_pas_t pas, uint32_t offset, unsigned size,
                    uint64_t value);
/* Edges since creation. */
uint64_t host_irq_count(const struct sim_host *host, smmu_pas_t pas, smmu_irq_source_t source);
void host_reset(struct sim_host *host);

/* ---- devices */

/* NULL: none, as in a system without ATS; invalidations are then complete at once (4.5.1). So may
 * its functions be. */
void host_attach_devices(struct sim_host *host, const struct host_devices *devices);
void host_atc_inv_done(struct sim_host *host, uint64_t tag, smmu_atc_inv_result_t result);
/* False: the SMMU has no place for it now (smmu_page_request()); ask again at a later cycle. */
bool host_page_request(struct sim_host *host, const smmu_page_request_t *request);
/* The same of what PEs broadcast. */
bool host_broadcast_tlbi(struct sim_host *host, const smmu_broadcast_tlbi_t *tlbi);
bool host_broadcast_sync(struct sim_host *host, uint64_t tag);

/* ---- clients */

/* A ticket, or 0: too many accesses are pending, or the access breaks the rules above. */
uint32_t host_submit(struct sim_host *host, const struct client_access *access);
/*
 * True if the access is finished; the ticket is given back. data, if not NULL, receives the
 * len bytes of a read (zeros if it was not let through).
 */
bool host_take(struct sim_host *host, uint32_t ticket, struct client_result *result, uint8_t *data);
/* As smmu_stalled(). */
bool host_stalled(const struct sim_host *host, uint32_t ticket, smmu_stall_t *stall);
/* Lets time pass until it is finished; false if nothing more is due and it is still pending. */
bool host_await(struct sim_host *host, uint32_t ticket, struct client_result *result,
                uint8_t *data);

#ifdef __cplusplus
}
#endif

#endif
