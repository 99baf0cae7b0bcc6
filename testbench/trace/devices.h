/* SPDX-License-Identifier: Apache-2.0 */
/* What the devices of a trace have received from the SMMU and no statement has asked for yet. */
#ifndef SMMUSIM_TRACE_DEVICES_H
#define SMMUSIM_TRACE_DEVICES_H

#include <stdbool.h>
#include <stddef.h>

#include "device/atc.h"

struct trace_devices {
    struct atc *atc;             /* what they cache, and how they answer */
    smmu_out_atc_inv_t *atc_inv; /* in the order in which they came */
    size_t atc_invs, atc_inv_capacity;
    smmu_out_prg_response_t *prg_response; /* in the order in which they came */
    size_t prg_responses, prg_capacity;
    uint64_t syncs_begun, syncs_ended; /* broadcast synchronisations: tags are counted up */
    bool no_memory; /* something is lost: the replay is void */
};

void devices_take_prg_response(struct trace_devices *devices,
                               const smmu_out_prg_response_t *response);
/* The oldest one of a stream; NULL if there is none. */
const smmu_out_prg_response_t *devices_prg_response(const struct trace_devices *devices,
                                                    uint32_t streamid);
/* It has been asked for. */
void devices_drop_prg_response(struct trace_devices *devices,
                               const smmu_out_prg_response_t *response);
/* The same for ATS invalidations, which the devices' caches receive as well. */
void devices_take_atc_inv(struct trace_devices *devices, uint64_t now,
                          const smmu_out_atc_inv_t *inv);
const smmu_out_atc_inv_t *devices_atc_inv(const struct trace_devices *devices, uint32_t streamid);
void devices_drop_atc_inv(struct trace_devices *devices, const smmu_out_atc_inv_t *inv);
void devices_free(struct trace_devices *devices);

#endif
