/* SPDX-License-Identifier: Apache-2.0 */
/* The SMMU's own accesses as transactions on 'walk'. */
#include <cstring>

#include "impl.h"

namespace smmusim {

smmu_mem_status_t smmu_module::impl::access_memory(const smmu_out_mem_t &access,
                                                   unsigned char *data, sc_core::sc_time &delay)
{
    payload_pool::handle p(pool.take());
    p->set_command(access.op == SMMU_MEM_WRITE ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    p->set_address(access.addr);
    p->set_data_length(access.size);
    p->set_streaming_width(access.size);
    p->side.is_walk = true;
    p->side.walk_source = access.source;
    p->side.identity.sec_sid = access.pas;
    p->side.identity.memattr = access.memattr;
    p->side.identity.sh = access.sh;
    if (access.op == SMMU_MEM_WRITE)
        std::memcpy(p->buffer, access.data, access.size);
    module.walk->b_transport(*p, delay);
    if (!p->is_response_ok())
        return SMMU_MEM_ABORT;
    std::memcpy(data, p->buffer, access.size);
    return SMMU_MEM_OK;
}

} // namespace smmusim
