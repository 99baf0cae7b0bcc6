/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 970: a transaction that stalls waits in its b_transport until software resumes it (3.12.2); others
 * go on, the module is idle, and a reset lets it go with an abort.
 */
#include "module_bench.h"

#include "spec_ref/ref_events.h"

namespace {

constexpr uint64_t kEvents = 0x300000;

struct Device {
    uint32_t word = 0;
    tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
    smmusim::translation_result result;

    bool waits() const { return status == tlm::TLM_INCOMPLETE_RESPONSE; }
    /* In a process of its own. */
    void start(module_bench &b, bool write, uint64_t address)
    {
        status = tlm::TLM_INCOMPLETE_RESPONSE;
        sc_core::sc_spawn(
            [this, &b, write, address] { status = b.access(write, address, &word, 4, &result); });
    }
    bool stalled(const module_bench &b, smmu_stall_t *stall) const
    {
        return smmu_stalled(b.smmu.model(), result.request_tag, stall);
    }
};

void resume(module_bench &b, uint16_t stag, bool retry, bool abort)
{
    uint64_t words[2] = {REF_CMD_RESUME | uint64_t{module_bench::stream} << 32, stag};
    REF_SET(CMD_RESUME_AC, words, retry);
    REF_SET(CMD_RESUME_AB, words, abort);
    b.command(words[0], words[1]);
    sc_core::wait(3, sc_core::SC_US);
}

} // namespace

int sc_main(int, char *[])
{
    module_bench b("bench");
    const uint64_t va = module_bench::va, pa = module_bench::pa;
    b.map(va, pa, 0x1000);
    b.cd.stall = true;
    b.write_cd();
    return module_bench::run(b, [&] {
        b.write(REF_REG_EVENTQ_BASE, kEvents | REF_PREP(EVENTQ_BASE_LOG2SIZE, 5), 8);
        b.write(REF_REG_CR0, REF_PREP(CR0_EVENTQEN, 1));
        b.enable();
        b.write(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1) |
                                 REF_PREP(CR0_EVENTQEN, 1));
        memory_store32(b.memory.store.get(), pa + 0x2000, 0xCAFE);
        Device one, two;
        smmu_stall_t first{}, second{};
        one.start(b, false, va + 0x2000);
        two.start(b, true, va + 0x3000);
        sc_core::wait(5, sc_core::SC_US);
        CHECK(one.waits() && two.waits());
        CHECK(one.stalled(b, &first) && first.recorded);
        CHECK(two.stalled(b, &second) && second.recorded && second.stag != first.stag);
        CHECK(b.read(REF_REG_EVENTQ_PROD) == 2);
        CHECK(b.smmu.idle());

        /* Others, on its port too. */
        uint32_t word = 0;
        CHECK(b.access(false, va, &word, 4) == tlm::TLM_OK_RESPONSE);
        b.command(REF_CMD_SYNC, 0);
        sc_core::wait(3, sc_core::SC_US);
        CHECK(b.all_consumed());

        b.map(va + 0x2000, pa + 0x2000, 0x1000);
        resume(b, first.stag, true, false);
        CHECK(one.status == tlm::TLM_OK_RESPONSE && one.word == 0xCAFE && two.waits());
        resume(b, second.stag, false, true);
        CHECK(two.status == tlm::TLM_ADDRESS_ERROR_RESPONSE);

        one.start(b, false, va + 0x4000);
        sc_core::wait(5, sc_core::SC_US);
        CHECK(one.waits() && one.stalled(b, &first));
        b.smmu.reset();
        sc_core::wait(1, sc_core::SC_US);
        CHECK(one.status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(b.smmu.idle());
    });
}
