/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the player plays on. A backend is an SMMU with memory behind it and a clock: `core` drives
 * the model through a host, the TLM backends drive the SystemC module through its sockets.
 *
 * The player alone decides when time passes: it calls step(), and between two steps the backend
 * stands still at now(). Register accesses and submissions happen at now(). Whatever is due at
 * now() without further time passing has happened when an operation returns.
 */
#ifndef SMMUSIM_TRACE_BACKEND_H
#define SMMUSIM_TRACE_BACKEND_H

#include "mem/host.h"
#include "smmusim/smmu_stats.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trace_backend;

struct trace_backend_ops {
    void (*destroy)(struct trace_backend *backend);

    /* The memory behind the SMMU. The player loads and stores behind the SMMU's back, and
       sets abort ranges; accesses that the backend carries out obey them. */
    struct sim_memory *(*memory)(struct trace_backend *backend);

    /* In cycles of the SMMU clock. */
    uint64_t (*now)(struct trace_backend *backend);
    /* Goes on to the next cycle at which something happens and lets it happen. If nothing is due
       by 'limit', false, and now() is 'limit' unless that is SMMU_NEVER. */
    bool (*step)(struct trace_backend *backend, uint64_t limit);
    /* Nothing is due: only an input can make something happen. */
    bool (*idle)(struct trace_backend *backend);

    /* size: 4 or 8. Never block. */
    uint64_t (*reg_read)(struct trace_backend *backend, smmu_pas_t pas, uint32_t offset,
                         unsigned size);
    void (*reg_write)(struct trace_backend *backend, smmu_pas_t pas, uint32_t offset, unsigned size,
                      uint64_t value);

    /* As host_submit() and host_take(): starts a client access, at access->start if that is
       later than now(), and asks for its outcome. */
    uint32_t (*submit)(struct trace_backend *backend, const struct client_access *access);
    bool (*take)(struct trace_backend *backend, uint32_t ticket, struct client_result *result,
                 uint8_t *data);

    /* What the SMMU has made itself. */
    const struct own_accesses *(*own_accesses)(struct trace_backend *backend);

    /* Is it stalled now (3.12.2)? */
    bool (*stalled)(struct trace_backend *backend, uint32_t ticket, smmu_stall_t *stall);

    /* What devices receive, and what they send; see host_attach_devices(), host_page_request(). */
    void (*attach_devices)(struct trace_backend *backend, const struct host_devices *devices);
    void (*atc_inv_done)(struct trace_backend *backend, uint64_t tag, smmu_atc_inv_result_t result);
    bool (*page_request)(struct trace_backend *backend, const smmu_page_request_t *request);
    bool (*broadcast_tlbi)(struct trace_backend *backend, const smmu_broadcast_tlbi_t *tlbi);
    bool (*broadcast_sync)(struct trace_backend *backend, uint64_t tag);

    /* Edges on a wired output since creation. */
    uint64_t (*irq_count)(struct trace_backend *backend, smmu_pas_t pas, smmu_irq_source_t source);

    /* The model, for its statistics; valid until the backend is destroyed. */
    const smmu_t *(*model)(struct trace_backend *backend);
    void (*stats_clear)(struct trace_backend *backend);

    /* Cold reset of the SMMU; memory and time stay. */
    void (*reset)(struct trace_backend *backend);

    /* See host_watch_timeline(). */
    void (*watch_timeline)(struct trace_backend *backend, timeline_sink_fn sink, void *ctx);

    /* Writes the SMMU's signals to a VCD (a path that ends in ".vcd") from now on until it is
       destroyed; needs timeline.records. NULL: this backend has no signals. False: why says why. */
    bool (*write_vcd)(struct trace_backend *backend, const char *path, char *why, size_t why_size);

    /* NULL, or a sentence: the backend itself failed and the replay is void. */
    const char *(*error)(struct trace_backend *backend);
};

/* First member of every backend. */
struct trace_backend {
    const struct trace_backend_ops *ops;
};

/* NULL if it cannot be built with this configuration; why says why. */
typedef struct trace_backend *(*trace_backend_create_fn)(const smmu_config_t *cfg, char *why,
                                                         size_t why_size);

struct trace_backend *trace_backend_core(const smmu_config_t *cfg, char *why, size_t why_size);

/*
 * Of the library that knows the TLM module; the tool has them where SystemC is there. SystemC
 * elaborates once a process, so these succeed once; the tool forks for each of several traces.
 */
struct trace_backend *trace_backend_tlm_lt(const smmu_config_t *cfg, char *why, size_t why_size);
struct trace_backend *trace_backend_tlm_at(const smmu_config_t *cfg, char *why, size_t why_size);

/* A snapshot of the statistics; free() it. NULL: no memory. */
smmu_stats_t *trace_backend_stats(struct trace_backend *backend);

#ifdef __cplusplus
}
#endif

#endif
