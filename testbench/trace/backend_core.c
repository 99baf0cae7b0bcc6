/* SPDX-License-Identifier: Apache-2.0 */
/* The backend `core`: the model driven by a host, without SystemC. */
#include <stdio.h>
#include <stdlib.h>

#include "trace/backend.h"

struct core {
    struct trace_backend backend;
    struct sim_host *host;
};

static struct sim_host *host_of(struct trace_backend *backend)
{
    return ((struct core *)(void *)backend)->host;
}

static void core_destroy(struct trace_backend *backend)
{
    host_destroy(host_of(backend));
    free(backend);
}

static struct sim_memory *core_memory(struct trace_backend *backend)
{
    return host_memory(host_of(backend));
}

static uint64_t core_now(struct trace_backend *backend)
{
    return host_now(host_of(backend));
}

static bool core_step(struct trace_backend *backend, uint64_t limit)
{
    return host_step(host_of(backend), limit);
}

static bool core_idle(struct trace_backend *backend)
{
    return host_idle(host_of(backend));
}

static uint64_t core_reg_read(struct trace_backend *backend, smmu_pas_t pas, uint32_t offset,
                              unsigned size)
{
    return host_reg_read(host_of(backend), pas, offset, size);
}

static void core_reg_write(struct trace_backend *backend, smmu_pas_t pas, uint32_t offset,
                           unsigned size, uint64_t value)
{
    host_reg_write(host_of(backend), pas, offset, size, value);
}

static uint32_t core_submit(struct trace_backend *backend, const struct client_access *access)
{
    return host_submit(host_of(backend), access);
}

static bool core_take(struct trace_backend *backend, uint32_t ticket, struct client_result *result,
                      uint8_t *data)
{
    return host_take(host_of(backend), ticket, result, data);
}

static const struct own_accesses *core_own_accesses(struct trace_backend *backend)
{
    return host_own_accesses(host_of(backend));
}

static bool core_stalled(struct trace_backend *backend, uint32_t ticket, smmu_stall_t *stall)
{
    return host_stalled(host_of(backend), ticket, stall);
}

static void core_attach_devices(struct trace_backend *backend, const struct host_devices *devices)
{
    host_attach_devices(host_of(backend), devices);
}

static void core_atc_inv_done(struct trace_backend *backend, uint64_t tag,
                              smmu_atc_inv_result_t result)
{
    host_atc_inv_done(host_of(backend), tag, result);
}

static bool core_page_request(struct trace_backend *backend, const smmu_page_request_t *request)
{
    return host_page_request(host_of(backend), request);
}

static bool core_broadcast_tlbi(struct trace_backend *backend, const smmu_broadcast_tlbi_t *tlbi)
{
    return host_broadcast_tlbi(host_of(backend), tlbi);
}

static bool core_broadcast_sync(struct trace_backend *backend, uint64_t tag)
{
    return host_broadcast_sync(host_of(backend), tag);
}

static uint64_t core_irq_count(struct trace_backend *backend, smmu_pas_t pas,
                               smmu_irq_source_t source)
{
    return host_irq_count(host_of(backend), pas, source);
}

static const smmu_t *core_model(struct trace_backend *backend)
{
    return host_smmu(host_of(backend));
}

static void core_stats_clear(struct trace_backend *backend)
{
    smmu_stats_clear(host_smmu(host_of(backend)));
}

static void core_reset(struct trace_backend *backend)
{
    host_reset(host_of(backend));
}

static void core_watch_timeline(struct trace_backend *backend, timeline_sink_fn sink, void *ctx)
{
    host_watch_timeline(host_of(backend), sink, ctx);
}

static const char *core_error(struct trace_backend *backend)
{
    return host_error(host_of(backend));
}

struct trace_backend *trace_backend_core(const smmu_config_t *cfg, char *why, size_t why_size)
{
    static const struct trace_backend_ops ops = {
        .destroy = core_destroy,
        .memory = core_memory,
        .now = core_now,
        .step = core_step,
        .idle = core_idle,
        .reg_read = core_reg_read,
        .reg_write = core_reg_write,
        .submit = core_submit,
        .take = core_take,
        .own_accesses = core_own_accesses,
        .stalled = core_stalled,
        .attach_devices = core_attach_devices,
        .atc_inv_done = core_atc_inv_done,
        .page_request = core_page_request,
        .broadcast_tlbi = core_broadcast_tlbi,
        .broadcast_sync = core_broadcast_sync,
        .irq_count = core_irq_count,
        .model = core_model,
        .stats_clear = core_stats_clear,
        .reset = core_reset,
        .watch_timeline = core_watch_timeline,
        .error = core_error,
    };
    struct core *core = calloc(1, sizeof(*core));
    if (!core) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    core->backend.ops = &ops;
    core->host = host_create(cfg, why, why_size);
    if (!core->host) {
        free(core);
        return NULL;
    }
    return &core->backend;
}
