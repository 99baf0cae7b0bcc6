/* SPDX-License-Identifier: Apache-2.0 */
/* 940: interrupt outputs are pulses of one clock, none lost; unbound ones do no harm; the reset
 * input resets. */
#include "module_bench.h"
#include "spec_ref/ref_pmcg.h"

int sc_main(int, char *[])
{
    unsigned edges[SMMU_IRQ_COUNT] = {0};
    smmusim::smmu_module_config config;
    config.on_interrupt = [&](smmu_irq_source_t source) { edges[source]++; };
    module_bench b("bench", config);
    sc_core::sc_signal<bool> sync_line("sync_line"), reset_line("reset_line");
    sc_core::sc_signal<bool> tcu_line("tcu_line"), tbu_line("tbu_line");
    b.smmu.irq_cmd_sync.bind(sync_line); /* the other outputs stay unbound */
    b.smmu.irq_pmcg[0].bind(tcu_line);
    b.smmu.irq_pmcg[1].bind(tbu_line);
    unsigned tcu_pulses = 0;
    sc_time tbu_rose;
    sc_core::sc_spawn([&] {
        for (;; tcu_pulses++)
            sc_core::wait(tcu_line.posedge_event());
    });
    sc_core::sc_spawn([&] {
        sc_core::wait(tbu_line.posedge_event());
        tbu_rose = sc_core::sc_time_stamp();
    });
    b.smmu.rst.bind(reset_line);
    unsigned pulses = 0;
    sc_time rose;
    sc_core::sc_spawn([&] {
        for (;;) {
            sc_core::wait(sync_line.posedge_event());
            pulses++;
            rose = sc_core::sc_time_stamp();
            sc_core::wait(sync_line.negedge_event());
            CHECK(sc_core::sc_time_stamp() - rose == sc_time(1, SC_NS));
        }
    });
    return module_bench::run(b, [&] {
        b.memory.latency = SC_ZERO_TIME;
        b.enable();
        for (unsigned i = 0; i < 5; i++)
            b.command(REF_CMD_SYNC | uint64_t{1} << 12, 0);
        b.command(0xFF,
                  0); /* reserved: CERROR_ILL, a GERROR interrupt if it is enabled: it is not */
        sc_core::wait(200, SC_NS);
        CHECK(edges[SMMU_IRQ_CMD_SYNC] == 5 && pulses == 5 && !sync_line.read());
        CHECK(edges[SMMU_IRQ_GERROR] == 0);
        CHECK(b.read(REF_REG_GERROR) == 1);

        /* Counter groups have wires of their own; TBU 0 counts cycles, of 1 ns. */
        const uint32_t page0 = REF_PMCG_TBU_FIRST + REF_PMCG_TBU_PAGE0;
        const uint32_t page1 = REF_PMCG_TBU_FIRST + REF_PMCG_TBU_PAGE1;
        b.write(page0 + REF_PMCG_EVTYPER, REF_PMCG_EV_CYCLES);
        b.write(page1 + REF_PMCG_EVCNTR, 0xFFFFFFFF - 499);
        b.write(page0 + REF_PMCG_CNTENSET0, 1);
        b.write(page0 + REF_PMCG_INTENSET0, 1);
        b.write(page0 + REF_PMCG_IRQ_CTRL, 1);
        b.write(page0 + REF_PMCG_CR, 1);
        const sc_time counting_from = sc_core::sc_time_stamp();
        sc_core::wait(600, SC_NS);
        CHECK(edges[SMMU_IRQ_PMCG] == 1 && tcu_pulses == 0);
        CHECK(tbu_rose == counting_from + sc_time(500, SC_NS));

        reset_line.write(true);
        sc_core::wait(5, SC_NS);
        CHECK(b.read(REF_REG_GERROR) == 0 && b.read(REF_REG_CR0) == 0);
        reset_line.write(false);
        uint32_t word = 0;
        CHECK(b.access(false, 0x9000, &word, 4) == tlm::TLM_OK_RESPONSE); /* bypass again */
    });
}
