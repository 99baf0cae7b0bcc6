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
    p->side.mpam = access.mpam;
}

} // namespace

/*
 * GAP (3.13): b_transport knows no atomic operation, so this is a read and a write; what memory's own
 * delay or another initiator puts between them is lost.
 */
smmu_mem_status_t smmu_module::impl::exchange_memory(const smmu_out_mem_t &access,
                                                     unsigned char *data, sc_core::sc_time &delay)
{
    smmu_out_mem_t half = access;
    half.op = SMMU_MEM_READ;
    smmu_mem_status_t status = access_memory(half, data, delay);
    if (status != SMMU_MEM_OK || std::memcmp(data, access.data, access.size) != 0)
        return status;
    half.op = SMMU_MEM_WRITE;
    std::memcpy(half.data, access.data + access.size, access.size);
    unsigned char unused[SMMU_MEM_MAX_BYTES];
    return access_memory(half, unused, delay);
}

smmu_mem_status_t smmu_module::impl::access_memory(const smmu_out_mem_t &access,
                                                   unsigned char *data, sc_core::sc_time &delay)
{
    if (access.op == SMMU_MEM_CAS)
        return exchange_memory(access, data, delay);
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
