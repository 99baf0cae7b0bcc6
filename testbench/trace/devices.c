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

void devices_free(struct trace_devices *devices)
{
    free(devices->prg_response);
}
