/* SPDX-License-Identifier: Apache-2.0 */
/* See payload_pool.h. */
#include "payload_pool.h"

namespace smmusim {

payload_pool::payload *payload_pool::take()
{
    if (idle_.empty()) {
        all_.push_back(std::make_unique<payload>(this));
        idle_.push_back(all_.back().get());
    }
    payload *p = idle_.back();
    idle_.pop_back();
    p->set_data_ptr(p->buffer);
    p->set_byte_enable_ptr(nullptr);
    p->set_byte_enable_length(0);
    p->set_dmi_allowed(false);
    p->set_gp_option(tlm::TLM_MIN_PAYLOAD);
    p->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    p->side = sideband();
    return p;
}

void payload_pool::free(tlm::tlm_generic_payload *trans)
{
    idle_.push_back(static_cast<payload *>(trans));
}

} // namespace smmusim
