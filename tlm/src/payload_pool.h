/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads that the module makes itself: its own accesses and the parts of split transactions. A
 * payload comes back when the last reference to it is gone, so a memory that keeps one beyond the
 * call is safe.
 */
#ifndef SMMUSIM_TLM_PAYLOAD_POOL_H
#define SMMUSIM_TLM_PAYLOAD_POOL_H

#include <memory>
#include <tlm>
#include <vector>

#include "smmusim/smmu_types.h"
#include "smmusim_tlm/sideband.h"

namespace smmusim {

class payload_pool : public tlm::tlm_mm_interface {
public:
    /* A payload with its own sideband extension and a buffer, as an initiator has to present one.
     */
    class payload : public tlm::tlm_generic_payload {
    public:
        explicit payload(tlm::tlm_mm_interface *pool) : tlm_generic_payload(pool)
        {
            set_extension(&side);
        }
        ~payload() override { clear_extension(&side); }
        sideband side;
        unsigned char buffer[SMMU_MEM_MAX_BYTES];
    };

    /* Holds one reference while it lives. */
    class handle {
    public:
        explicit handle(payload *p) : payload_(p) { payload_->acquire(); }
        ~handle() { payload_->release(); }
        handle(const handle &) = delete;
        handle &operator=(const handle &) = delete;
        payload *operator->() { return payload_; }
        payload &operator*() { return *payload_; }

    private:
        payload *payload_;
    };

    payload *take();
    void free(tlm::tlm_generic_payload *trans) override;

private:
    std::vector<std::unique_ptr<payload>> all_;
    std::vector<payload *> idle_;
};

} // namespace smmusim

#endif
