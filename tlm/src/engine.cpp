/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's one process: lets the model's time pass, makes the accesses that belong to no client
 * request and brings results back when they are due. It looks for work before it waits, so that a
 * notification that arrives while it is out on an access is not lost.
 */
#include "impl.h"

namespace smmusim {

void smmu_module::impl::complete_later(completion c, const sc_core::sc_time &delay)
{
    c.at = sc_core::sc_time_stamp() + delay;
    c.order = completion_order++;
    completions.push(c);
    wake_engine();
}

/* One thing that can be done now. */
bool smmu_module::impl::engine_step()
{
    if (!completions.empty() && completions.top().at <= sc_core::sc_time_stamp()) {
        completion c = completions.top();
        completions.pop();
        if (c.kind == completion::client_done)
            smmu_access_done(model, cycles(), static_cast<uint8_t>(c.tag));
        else
            smmu_mem_done(model, cycles(), c.tag, c.status, c.data);
        deliver();
        return true;
    }
    if (!engine_accesses.empty()) {
        smmu_out_mem_t access = engine_accesses.front();
        engine_accesses.pop_front();
        completion c{completion::access, {}, 0, access.tag, SMMU_MEM_OK, {}};
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        engine_busy = true;
        c.status = access_memory(access, c.data, delay);
        engine_busy = false;
        complete_later(c, delay);
        return true;
    }
    if (smmu_next_due(model) <= cycles()) {
        smmu_advance(model, cycles());
        deliver();
        return true;
    }
    return false;
}

void smmu_module::impl::engine()
{
    for (;;) {
        while (engine_step())
            continue;
        uint64_t due = smmu_next_due(model);
        const sc_core::sc_time now = sc_core::sc_time_stamp();
        bool bounded = due != SMMU_NEVER || !completions.empty();
        sc_core::sc_time next = due != SMMU_NEVER ? time_of(due) : sc_core::sc_max_time();
        if (!completions.empty() && completions.top().at < next)
            next = completions.top().at;
        if (bounded)
            sc_core::wait(next - now, engine_wake);
        else
            sc_core::wait(engine_wake);
    }
}

} // namespace smmusim
