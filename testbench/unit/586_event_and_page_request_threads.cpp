/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 586: threads of the driver for events (7.4), page requests (8) and errors (7.5), on a processor
 * each, beside others that issue commands.
 */
#include <gtest/gtest.h>

#include <map>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "unit/processors.h"

namespace {

constexpr unsigned event_thread = 0, page_request_thread = 1, issuer = 2, devices = 3, threads = 4;
constexpr unsigned queue_log2 = 3;
constexpr uint32_t device = 1, unknown_stream = 1U << 20;

class InterruptThreads : public Processors {
protected:
    std::map<unsigned, unsigned> responses; // by group
    std::map<unsigned, unsigned> codes;
    unsigned events = 0, page_requests = 0;
    uint64_t late = 0; // both threads come so late

    void bring_up_all()
    {
        drv_config config = {};
        config.page_requests = true;
        config.evtq_log2 = config.priq_log2 = queue_log2;
        settings = {{"IDR1.SIDSIZE", 16}};
        bring_up(threads, config);
        drv_cpus_route(machine, event_thread, DRV_IRQ_EVENTQ);
        drv_cpus_route(machine, page_request_thread, DRV_IRQ_PRIQ);
        host_devices attached = {};
        attached.ctx = this;
        attached.prg_response = [](void *ctx, const smmu_out_prg_response_t *response) {
            auto &self = *static_cast<InterruptThreads *>(ctx);
            self.responses[response->prg_index]++;
            self.codes[response->code]++;
        };
        host_attach_devices(host, &attached);
        start(
            event_thread,
            [&](unsigned cpu) {
                while (!drv_cpus_finished(machine)) {
                    drv_relax(&thread[cpu], 100000);
                    drv_cpus_work(machine, cpu, late);
                    drv_evtq_drain(
                        &thread[cpu],
                        [](void *ctx, const uint64_t *record) {
                            EXPECT_EQ(REF_FIELD(EVT_TYPE, record[0]), REF_EVT_C_BAD_STREAMID);
                            ++*static_cast<unsigned *>(ctx);
                        },
                        &events);
                }
            },
            true);
        start(
            page_request_thread,
            [&](unsigned cpu) {
                while (!drv_cpus_finished(machine)) {
                    drv_relax(&thread[cpu], 100000);
                    drv_cpus_work(machine, cpu, late);
                    drv_priq_drain(
                        &thread[cpu],
                        [](void *ctx, const uint64_t *entry) -> unsigned {
                            EXPECT_EQ(REF_FIELD(PRI_STREAMID, entry[0]), device);
                            ++*static_cast<unsigned *>(ctx);
                            return REF_PRI_RESP_SUCCESS;
                        },
                        &page_requests);
                }
            },
            true);
    }

    void request_page(unsigned cpu, uint16_t group, bool last)
    {
        smmu_page_request_t request = {};
        request.addr = 0x1000U * group;
        request.streamid = device;
        request.prg_index = group;
        request.flags =
            static_cast<uint8_t>(SMMU_PPR_READ | (last ? uint8_t{SMMU_PPR_LAST} : uint8_t{0}));
        while (!host_page_request(host, &request))
            drv_cpus_work(machine, cpu, 10);
    }
    void access_unknown_stream()
    {
        client_access access = client_access_default();
        access.addr = 0x1000;
        access.len = 8;
        access.streamid = unknown_stream;
        EXPECT_NE(host_submit(host, &access), 0U);
    }
    /* Groups of two requests, in bursts of so many, each burst when the last one is over. */
    void issue_bursts(unsigned cpu, unsigned bursts, unsigned groups)
    {
        for (unsigned burst = 0; burst < bursts; burst++) {
            for (unsigned i = 0; i < groups; i++) {
                const auto group = static_cast<uint16_t>(burst * groups + i);
                request_page(cpu, group, false);
                request_page(cpu, group, true);
                access_unknown_stream();
            }
            drv_cpus_work(machine, cpu, 100000);
        }
    }
    /* Meanwhile commands, some of them illegal, for the thread that serves GERROR. */
    void issue_commands(unsigned cpu)
    {
        for (unsigned i = 0; i < 200; i++) {
            const drv_cmd cmd = i % 10 ? drv_cmd_tlbi_nh_asid(0, 1) : drv_cmd{{0xff, 0}};
            EXPECT_EQ(drv_cmdq_issue(&thread[cpu], &cmd, 1, true), 0);
        }
    }
    void run_bursts(unsigned bursts, unsigned groups)
    {
        bring_up_all();
        start(issuer, [&](unsigned cpu) { issue_commands(cpu); });
        start(devices, [&, bursts, groups](unsigned cpu) { issue_bursts(cpu, bursts, groups); });
        run();
        EXPECT_EQ(root.stats.cmdq_errors[REF_CERROR_ILL], 20U);
        for (unsigned group = 0; group < bursts * groups; group++)
            EXPECT_EQ(responses[group], 1U) << "group " << group;
    }
};

TEST_F(InterruptThreads, 586_all_records_are_taken_and_all_groups_answered)
{
    run_bursts(20, 3);
    EXPECT_EQ(events, 60U);
    EXPECT_EQ(page_requests, 120U);
    EXPECT_EQ(codes[SMMU_PRG_SUCCESS], 60U);
    EXPECT_EQ(thread[event_thread].stats.event_overflows, 0U);
    EXPECT_EQ(thread[page_request_thread].stats.page_request_overflows, 0U);
}

/* More than the queues hold. What is lost is noticed, once each time; no group is without an
 * answer, and what comes afterwards is taken again. */
TEST_F(InterruptThreads, 586_overflow_is_noticed_and_acknowledged_and_nobody_is_left_waiting)
{
    late = 20000;
    constexpr unsigned bursts = 5, groups = 20, entries = 1 << queue_log2;
    run_bursts(bursts, groups);
    EXPECT_EQ(thread[event_thread].stats.event_overflows, bursts);
    EXPECT_EQ(thread[page_request_thread].stats.page_request_overflows, bursts);
    EXPECT_GE(events, bursts * entries);
    EXPECT_LT(events, bursts * groups);
    EXPECT_GE(page_requests, bursts * entries);
    EXPECT_LT(page_requests, bursts * groups * 2);
    EXPECT_GE(codes[SMMU_PRG_SUCCESS], bursts);
    const auto reg = [&](uint32_t offset) { return host_reg_read(host, SMMU_PAS_NS, offset, 4); };
    EXPECT_EQ(reg(REF_REG_EVENTQ_PROD), reg(REF_REG_EVENTQ_CONS)) << "overflow flags included";
    EXPECT_EQ(reg(REF_REG_PRIQ_PROD), reg(REF_REG_PRIQ_CONS));
    EXPECT_EQ(reg(REF_REG_GERROR), reg(REF_REG_GERRORN));
}

TEST_F(InterruptThreads, 586_page_requests_need_an_smmu_that_has_them)
{
    settings = {{"IDR0.PRI", 0}};
    build(1);
    start(0, [&](unsigned cpu) {
        drv_config config = {};
        config.memory_base = memory_base;
        config.memory_size = memory_bytes;
        config.page_requests = true;
        const drv_ops o = ops(cpu);
        EXPECT_EQ(drv_probe(&root, &o, &config), -EINVAL);
    });
    run();
}

} // namespace
