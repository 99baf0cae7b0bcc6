/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transaction carries to the SMMU beside its payload (StreamID, SubstreamID, security,
 * privilege, attributes) and what the SMMU can tell about it. One extension for all of it; an
 * initiator that has its own way of carrying StreamIDs sets smmu_module_config::identify instead.
 */
#ifndef SMMUSIM_TLM_SIDEBAND_H
#define SMMUSIM_TLM_SIDEBAND_H

#include <cstdint>
#include <tlm>

#include "smmusim/smmu_types.h"

namespace smmusim {

/*
 * PCIe ATS state of a client transaction. An SMMU without ATS refuses all but 'untranslated'. A translation request
 * carries no data and is no access: a write command asks for permission to write too (NW=0), its response status is
 * OK, and the Translation Completion is the sideband's result.
 */
enum class ats_state : uint8_t { untranslated, translation_request, translated };

/* Filled for an initiator that asks by attaching one. */
struct translation_result {
    uint64_t request_tag = 0; /* under which the model has it now: for smmu_stalled(model(), ...) */
    bool valid = false;       /* false: the transaction never reached translation (bad payload) */
    smmu_response_t response{}; /* of the last part, if the SMMU had to split the transaction */
    uint64_t cycles = 0;      /* from arrival until it left the SMMU or was terminated */
};

struct stream_identity {
    uint32_t streamid = 0;
    uint32_t substreamid = 0;
    bool ssv = false;              /* substreamid counts */
    uint8_t sec_sid = SMMU_PAS_NS; /* never secure unless said so */
    bool privileged = false;
    bool instruction = false;
    ats_state ats = ats_state::untranslated;
    uint8_t ats_units = 1; /* STUs that a translation request asks for, up to 15 */
    uint8_t memattr =
        SMMU_MEMATTR_WB_RAWA; /* MAIR format (13.1.3: what clients without attributes mean) */
    uint8_t sh = SMMU_SH_NSH;
    uint16_t order_id = 0;
};

/*
 * On a client's payload: identity and, if the initiator wants one, a result. On a payload that the
 * SMMU makes itself (socket 'walk') is_walk is set and identity.sec_sid is the physical address
 * space of the access, memattr and sh its attributes (13.8).
 */
class sideband : public tlm::tlm_extension<sideband> {
public:
    stream_identity identity;
    translation_result *result = nullptr; /* owned by the initiator */
    bool is_walk = false;
    uint8_t walk_source = 0; /* smmu_mem_source_t, if is_walk */
    smmu_mpam_t mpam{}; /* by the SMMU, on 'walk' and 'mem_out': the label of the access (chapter 17) */

    tlm::tlm_extension_base *clone() const override { return new sideband(*this); }
    void copy_from(const tlm::tlm_extension_base &other) override
    {
        *this = static_cast<const sideband &>(other);
    }
};

} // namespace smmusim

#endif
