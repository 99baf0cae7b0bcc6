/* SPDX-License-Identifier: Apache-2.0 */
/* The SMMU's own accesses as transactions on 'walk'. */
#include <cstring>

#include "impl.h"

namespace smmusim {

namespace {

void fill(payload_pool::handle &p, const smmu_out_mem_t &access)
{
    p->set_command(access.op == SMMU_MEM_WRITE ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    p->set_address(access.addr);
    p->set_data_length(access.size);
    p->set_streaming_width(access.size);
    p->side.is_walk = true;
    p->side.walk_source = access.source;
    p->side.identity.sec_sid = access.pas;
    p->side.identity.memattr = access.memattr;
    p->side.identity.sh = access.sh;
}

} // namespace

smmu_mem_status_t smmu_module::impl::access_memory(const smmu_out_mem_t &access,
                                                   unsigned char *data, sc_core::sc_time &delay)
{
    payload_pool::handle p(pool.take());
    fill(p, access);
    if (access.op == SMMU_MEM_WRITE)
        std::memcpy(p->buffer, access.data, access.size);
    module.walk->b_transport(*p, delay);
    if (!p->is_response_ok())
        return SMMU_MEM_ABORT;
    std::memcpy(data, p->buffer, access.size);
    return SMMU_MEM_OK;
}

/* Memory without debug accesses aborts them. */
smmu_mem_status_t smmu_module::impl::debug_read(void *ctx, const smmu_out_mem_t *access, void *data,
                                                uint64_t *)
{
    impl &m = *static_cast<impl *>(ctx);
    payload_pool::handle p(m.pool.take());
    fill(p, *access);
    if (m.module.walk->transport_dbg(*p) != access->size)
        return SMMU_MEM_ABORT;
    std::memcpy(data, p->buffer, access->size);
    return SMMU_MEM_OK;
}

} // namespace smmusim
