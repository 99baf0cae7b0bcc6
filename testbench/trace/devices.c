/* SPDX-License-Identifier: Apache-2.0 */
/* Mailboxes of devices. */
#include "trace/devices.h"

#include <stdlib.h>
#include <string.h>

static bool grow(struct trace_devices *devices)
{
    size_t capacity = devices->prg_capacity ? 2 * devices->prg_capacity : 16;
    smmu_out_prg_response_t *grown =
        realloc(devices->prg_response, capacity * sizeof(*devices->prg_response));
    if (!grown)
        return false;
    devices->prg_response = grown;
    devices->prg_capacity = capacity;
    return true;
}

void devices_take_prg_response(struct trace_devices *devices,
                               const smmu_out_prg_response_t *response)
{
    if (devices->prg_responses == devices->prg_capacity && !grow(devices))
        devices->no_memory = true;
    else
        devices->prg_response[devices->prg_responses++] = *response;
}

const smmu_out_prg_response_t *devices_prg_response(const struct trace_devices *devices,
                                                    uint32_t streamid)
{
    for (size_t i = 0; i < devices->prg_responses; ++i) {
        if (devices->prg_response[i].streamid == streamid)
            return &devices->prg_response[i];
    }
    return NULL;
}

void devices_drop_prg_response(struct trace_devices *devices,
                               const smmu_out_prg_response_t *response)
{
    size_t at = (size_t)(response - devices->prg_response);
    devices->prg_responses--;
    memmove(&devices->prg_response[at], &devices->prg_response[at + 1],
            (devices->prg_responses - at) * sizeof(*response));
}

static bool grow_atc_invs(struct trace_devices *devices)
{
    size_t capacity = devices->atc_inv_capacity ? 2 * devices->atc_inv_capacity : 16;
    smmu_out_atc_inv_t *grown = realloc(devices->atc_inv, capacity * sizeof(*devices->atc_inv));
    if (!grown)
        return false;
    devices->atc_inv = grown;
    devices->atc_inv_capacity = capacity;
    return true;
}

void devices_take_atc_inv(struct trace_devices *devices, uint64_t now,
                          const smmu_out_atc_inv_t *inv)
{
    if ((devices->atc_invs == devices->atc_inv_capacity && !grow_atc_invs(devices)) ||
        !atc_invalidate(devices->atc, now, inv))
        devices->no_memory = true;
    else
        devices->atc_inv[devices->atc_invs++] = *inv;
}

const smmu_out_atc_inv_t *devices_atc_inv(const struct trace_devices *devices, uint32_t streamid)
{
    for (size_t i = 0; i < devices->atc_invs; ++i) {
        if (devices->atc_inv[i].streamid == streamid)
            return &devices->atc_inv[i];
    }
    return NULL;
}

void devices_drop_atc_inv(struct trace_devices *devices, const smmu_out_atc_inv_t *inv)
{
    size_t at = (size_t)(inv - devices->atc_inv);
    devices->atc_invs--;
    memmove(&devices->atc_inv[at], &devices->atc_inv[at + 1],
            (devices->atc_invs - at) * sizeof(*inv));
}

void devices_free(struct trace_devices *devices)
{
    atc_destroy(devices->atc);
    free(devices->atc_inv);
    free(devices->prg_response);
}
