/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overflows that show of themselves (10.2.1, 10.5.2.19 to 10.5.2.24): the cycle, the wire, the MSI,
 * and software that works as Linux's driver does. The event is the clock cycle, which needs no
 * traffic.
 */
#include <gtest/gtest.h>

#include <vector>

#include "unit/counter_group.h"

namespace {

/* Lets time pass up to a cycle; what comes out of the SMMU on the way is kept. */
void until(BareSmmu &d, uint64_t cycle)
{
    for (uint64_t due; (due = smmu_next_due(d.s)) <= cycle; d.drain())
        smmu_advance(d.s, d.now = due);
    smmu_advance(d.s, d.now = cycle);
    d.drain();
}

/* Counter n of the group counts cycles and overflows so many cycles from now. */
void count_cycles(CounterGroup &g, unsigned n, uint64_t overflow_in)
{
    g.set_event(n, REF_PMCG_EV_CYCLES, n ? 0 : CounterGroup::SPAN);
    g.set_counter(n, UINT32_MAX - (overflow_in - 1));
}

/* rule: PMC-002 PMC-022 */
TEST(PmcgInterrupts, 857_cycles_are_counted_from_enable_to_disable)
{
    BareSmmu d;
    CounterGroup g(d);
    until(d, 100);
    g.set_event(0, REF_PMCG_EV_CYCLES);
    until(d, 200);
    EXPECT_EQ(g.counter(0), 0U);
    g.enable(1);
    EXPECT_EQ(g.counter(0), 0U);
    until(d, 201);
    EXPECT_EQ(g.counter(0), 1U);
    until(d, 1200);
    EXPECT_EQ(g.counter(0), 1000U);
    g.w64(REF_PMCG_CNTENCLR0, 1);
    until(d, 5000);
    EXPECT_EQ(g.counter(0), 1000U);
    g.set_counter(0, 5);
    g.w64(REF_PMCG_CNTENSET0, 1);
    until(d, 5010);
    EXPECT_EQ(g.counter(0), 15U);
}

/* Nobody is woken for a status that software reads when it likes.
 * rule: PMC-031 */
TEST(PmcgInterrupts, 857_without_interrupt_or_capture_nothing_is_due)
{
    BareSmmu d;
    CounterGroup g(d);
    count_cycles(g, 0, 50);
    g.enable(1);
    EXPECT_EQ(smmu_next_due(d.s), SMMU_NEVER);
    until(d, 49);
    EXPECT_EQ(g.overflows(), 0U);
    until(d, 50);
    EXPECT_EQ(g.overflows(), 1U);
    EXPECT_EQ(g.counter(0), 0U);
    EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], 0U);
    g.clear_overflows(1);
    until(d, 50 + (UINT64_C(3) << 32) + 7); /* several wraps at once */
    EXPECT_EQ(g.overflows(), 1U);
    EXPECT_EQ(g.counter(0), 7U);
}

/* rule: PMC-036 PMC-037 */
TEST(PmcgInterrupts, 857_the_edge_comes_in_the_cycle_of_the_overflow)
{
    BareSmmu d({{"timing.tbus", 3}});
    CounterGroup g(d, 2);
    until(d, 1000);
    count_cycles(g, 0, 500);
    g.enable(1);
    g.enable_interrupts(1);
    EXPECT_EQ(smmu_next_due(d.s), 1500U);
    EXPECT_TRUE(smmu_idle(d.s)) << "counting is no work that anybody waits for";
    until(d, 1499);
    EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], 0U);
    EXPECT_EQ(g.overflows(), 0U);
    smmu_advance(d.s, d.now = 1500);
    /* When the interrupt can be seen, so can status and counter (10.2.1). */
    smmu_out_t out;
    ASSERT_TRUE(smmu_pop(d.s, &out));
    ASSERT_EQ(out.kind, SMMU_OUT_IRQ);
    EXPECT_EQ(out.u.irq.source, SMMU_IRQ_PMCG);
    EXPECT_EQ(out.u.irq.group, 2U) << "TBU 1";
    EXPECT_EQ(out.u.irq.pas, SMMU_PAS_NS);
    EXPECT_EQ(g.overflows(), 1U);
    EXPECT_EQ(g.counter(0), 0U);
    EXPECT_FALSE(smmu_pop(d.s, &out));
    /* The next one is a whole round later. */
    EXPECT_EQ(smmu_next_due(d.s), 1500 + (UINT64_C(1) << 32));
}

/* INTEN and IRQEN as they are when it overflows.
 * rule: PMC-036 */
TEST(PmcgInterrupts, 857_no_interrupt_without_both_enables)
{
    for (unsigned enables = 0; enables < 4; enables++) {
        BareSmmu d;
        CounterGroup g(d);
        count_cycles(g, 0, 20);
        count_cycles(g, 1, 30);
        g.enable(3);
        g.w64(REF_PMCG_INTENSET0, enables & 1 ? 2 : 0);
        g.w32(REF_PMCG_IRQ_CTRL, enables >> 1);
        until(d, 29);
        EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], 0U) << enables;
        until(d, 30);
        EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], enables == 3 ? 1U : 0U) << enables;
        EXPECT_EQ(g.overflows(), 3U);
        /* Too late for an overflow that has been. */
        g.enable_interrupts(3);
        until(d, 100);
        EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], enables == 3 ? 1U : 0U) << enables;
    }
}

/* rule: PMC-037 */
TEST(PmcgInterrupts, 857_the_due_cycle_follows_what_software_writes)
{
    BareSmmu d;
    CounterGroup g(d);
    count_cycles(g, 0, 100);
    count_cycles(g, 5, 300);
    g.enable(0x21);
    g.enable_interrupts(0x21);
    EXPECT_EQ(smmu_next_due(d.s), 100U);
    until(d, 40);
    g.w64(REF_PMCG_CNTENCLR0, 1);
    EXPECT_EQ(smmu_next_due(d.s), 300U);
    until(d, 60);
    g.w64(REF_PMCG_CNTENSET0, 1);
    EXPECT_EQ(smmu_next_due(d.s), 120U) << "20 cycles were not counted";
    g.set_counter(0, UINT32_MAX);
    EXPECT_EQ(smmu_next_due(d.s), 61U);
    g.w64(REF_PMCG_INTENCLR0, 1);
    EXPECT_EQ(smmu_next_due(d.s), 300U);
    g.w32(REF_PMCG_IRQ_CTRL, 0);
    EXPECT_EQ(smmu_next_due(d.s), SMMU_NEVER);
    g.w32(REF_PMCG_IRQ_CTRL, 1);
    g.w32(REF_PMCG_CR, 0);
    EXPECT_EQ(smmu_next_due(d.s), SMMU_NEVER);
    g.w32(REF_PMCG_CR, 1);
    smmu_reset(d.s);
    EXPECT_EQ(smmu_next_due(d.s), SMMU_NEVER);
}

/* rule: PMC-034 */
TEST(PmcgInterrupts, 857_a_capture_by_overflow_takes_the_values_of_its_cycle)
{
    BareSmmu d;
    CounterGroup g(d);
    count_cycles(g, 0, 25);
    g.set_event(0, REF_PMCG_EV_CYCLES, CounterGroup::SPAN | CounterGroup::OVFCAP);
    g.set_event(1, REF_PMCG_EV_CYCLES);
    g.enable(3);
    until(d, 24);
    EXPECT_EQ(g.shadow(1), 0U);
    smmu_advance(d.s, d.now = 90);
    EXPECT_EQ(g.shadow(0), 0U);
    EXPECT_EQ(g.shadow(1), 25U);
    EXPECT_EQ(g.counter(1), 90U);
}

/* What is answered at once overflows at once.
 * rule: PMC-036 */
TEST(PmcgInterrupts, 857_a_transaction_that_is_answered_at_once_interrupts_at_once)
{
    BareSmmu d;
    CounterGroup g(d, 1);
    g.set_filter(0, REF_PMCG_EV_TRANSACTION, CounterGroup::ALL_STREAMS, true);
    g.set_counter(0, UINT32_MAX - 1);
    g.enable(1);
    g.enable_interrupts(1);
    d.submit(5, 0x1000); /* disabled: bypassed */
    EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], 0U);
    d.submit(5, 0x1000);
    ASSERT_EQ(d.answers.size(), 2U);
    EXPECT_EQ(d.edges[SMMU_IRQ_PMCG], 1U);
    EXPECT_EQ(d.now, 0U);
}

/* Loops that wait for an idle SMMU end, though a counter will interrupt. */
TEST(PmcgInterrupts, 857_a_runner_is_not_kept_busy_by_a_counter)
{
    BareSmmu d;
    CounterGroup g(d);
    count_cycles(g, 0, 1000);
    g.enable(1);
    g.enable_interrupts(1);
    smmu_runner_t runner = {};
    uint64_t now = d.now;
    EXPECT_TRUE(smmu_run_until_idle(d.s, &runner, &now, SMMU_NEVER));
    EXPECT_EQ(now, d.now);
}

/* An owner that takes nothing out for long: edges merge, group by group.
 * rule: PMC-037 */
TEST(PmcgInterrupts, 857_edges_that_nobody_takes_are_bounded)
{
    BareSmmu d({{"timing.tbus", 2}});
    for (unsigned group : {0, 1, 2}) {
        CounterGroup g(d, group);
        count_cycles(g, 0, 10);
        g.enable(1);
        g.enable_interrupts(1);
    }
    smmu_advance(d.s, d.now = UINT64_C(200) << 32);
    unsigned edges[3] = {};
    smmu_out_t out;
    while (smmu_pop(d.s, &out)) {
        ASSERT_EQ(out.kind, SMMU_OUT_IRQ);
        edges[out.u.irq.group]++;
    }
    for (unsigned count : edges) {
        EXPECT_GE(count, 1U);
        EXPECT_LE(count, 64U);
    }
}

/* ---------------------------------------------------------------------------------- MSI */

const uint64_t DOORBELL = 0xABCD0040;

struct MsiGroup {
    MsiGroup()
    {
        g.w64(REF_PMCG_IRQ_CFG0, DOORBELL);
        g.w32(REF_PMCG_IRQ_CFG1, 0x1234);
        g.w32(REF_PMCG_IRQ_CFG2, 0x1); /* Device-nGnRE */
        count_cycles(g, 0, 10);
        count_cycles(g, 1, 20);
        count_cycles(g, 2, 30);
        g.enable(7);
        g.enable_interrupts(7);
    }
    BareSmmu d{{"pmcg.msi", 1}, {"IDR0.MSI", 0}}; /* independent of the SMMU's own (10.5.2.13) */
    CounterGroup g{d, 1};
};

/* rule: PMC-038 PMC-014 */
TEST(PmcgInterrupts, 858_an_msi_is_written_in_the_cycle_of_the_overflow)
{
    MsiGroup m;
    until(m.d, 9);
    EXPECT_FALSE(m.d.waits_for(SMMU_SRC_MSI));
    until(m.d, 10);
    smmu_out_mem_t msi = m.d.take(SMMU_SRC_MSI);
    EXPECT_EQ(msi.op, SMMU_MEM_WRITE);
    EXPECT_EQ(msi.addr, DOORBELL);
    EXPECT_EQ(msi.size, 4U);
    EXPECT_EQ(msi.pas, SMMU_PAS_NS);
    EXPECT_EQ(msi.memattr, 0x04U);
    EXPECT_EQ(msi.sh, SMMU_SH_OSH) << "Device is outer shareable";
    EXPECT_EQ(msi.data[0] | msi.data[1] << 8 | msi.data[2] << 16 | msi.data[3] << 24, 0x1234);
    EXPECT_EQ(m.d.edges[SMMU_IRQ_PMCG], 1U) << "the wire exists too";
    EXPECT_EQ(m.g.overflows(), 1U);
    m.d.answer(msi, SMMU_MEM_OK);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_STATUS), 0U);
}

/* rule: PMC-039 */
TEST(PmcgInterrupts, 858_without_an_address_none_is_sent)
{
    MsiGroup m;
    m.g.w32(REF_PMCG_IRQ_CTRL, 0);
    m.g.w64(REF_PMCG_IRQ_CFG0, 0);
    m.g.w32(REF_PMCG_IRQ_CTRL, 1);
    until(m.d, 40);
    EXPECT_FALSE(m.d.waits_for(SMMU_SRC_MSI));
    EXPECT_EQ(m.d.edges[SMMU_IRQ_PMCG], 3U);
}

/* The group's own label (10.5.2.25, 17.5). */
TEST(PmcgInterrupts, 858_an_msi_is_labelled_as_the_group_s_register_says)
{
    MsiGroup m;
    EXPECT_EQ(m.g.r32(REF_PMCG_MPAMIDR), m.d.r32(REF_REG_MPAMIDR)) << "as recommended";
    m.d.w32(REF_REG_GMPAM, REF_MASK(GMPAM_UPDATE) | REF_PREP(GMPAM_SO_PARTID, 9));
    m.g.w32(REF_PMCG_GMPAM, 0x1'0007);
    EXPECT_EQ(m.g.r32(REF_PMCG_GMPAM), 0U) << "a write without Update";
    m.g.w32(REF_PMCG_GMPAM, REF_MASK(PMCG_GMPAM_UPDATE) | 0xFF'FF00 | 7);
    EXPECT_EQ(m.g.r32(REF_PMCG_GMPAM), 0x1'0007U);
    until(m.d, 10);
    const smmu_out_mem_t msi = m.d.take(SMMU_SRC_MSI);
    EXPECT_EQ(msi.mpam.partid, 7);
    EXPECT_EQ(msi.mpam.pmg, 1);
}

/* rule: PMC-040 */
TEST(PmcgInterrupts, 858_irqen_is_acknowledged_as_0_when_msis_have_landed)
{
    MsiGroup m;
    until(m.d, 10);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_CTRLACK), 1U);
    m.g.w32(REF_PMCG_IRQ_CTRL, 0);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_CTRL), 0U);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_CTRLACK), 1U);
    m.g.w32(REF_PMCG_IRQ_CFG1, 0x77);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_CFG1), 0x1234U) << "guarded until the acknowledge";
    m.g.w32(REF_PMCG_IRQ_CTRL, 1);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_CTRL), 0U) << "CHOICE (6.3.9): the first change stands";
    until(m.d, 25);
    EXPECT_EQ(m.d.accesses.size(), 1U) << "nothing new after IRQEN was cleared";
    m.d.answer(m.d.take(SMMU_SRC_MSI), SMMU_MEM_OK);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_CTRLACK), 0U);
}

/* Causes that come while one is on its way make one more. */
TEST(PmcgInterrupts, 858_msis_of_a_group_merge_while_one_is_on_its_way)
{
    MsiGroup m;
    until(m.d, 40);
    smmu_out_mem_t first = m.d.take(SMMU_SRC_MSI);
    EXPECT_FALSE(m.d.waits_for(SMMU_SRC_MSI));
    m.d.answer(first, SMMU_MEM_OK);
    m.d.answer(m.d.take(SMMU_SRC_MSI), SMMU_MEM_OK);
    EXPECT_FALSE(m.d.waits_for(SMMU_SRC_MSI));
}

/* rule: PMC-041 */
TEST(PmcgInterrupts, 858_an_aborted_msi_is_noted_until_irqen_rises)
{
    MsiGroup m;
    until(m.d, 10);
    m.d.answer(m.d.take(SMMU_SRC_MSI), SMMU_MEM_ABORT);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_STATUS), 1U);
    EXPECT_EQ(m.d.r32(REF_REG_GERROR), 0U) << "no global error: the group has a status of its own";
    m.g.w32(REF_PMCG_IRQ_CTRL, 0);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_STATUS), 1U);
    m.g.w32(REF_PMCG_IRQ_CTRL, 1);
    EXPECT_EQ(m.g.r32(REF_PMCG_IRQ_STATUS), 0U);
}

/* -------------------------------------------------------------------------------- driver */

/* Software that uses a group as Linux's driver does: counters start at half their range, an
 * interrupt adds what was counted and starts them there again. */
class PmuDriver {
public:
    explicit PmuDriver(CounterGroup &group) : g(group) { probe(); }

    void probe()
    {
        uint32_t cfgr = g.r32(REF_PMCG_CFGR);
        counters = static_cast<unsigned>(REF_FIELD(PMCG_CFGR_NCTR, cfgr)) + 1;
        mask = UINT64_MAX >> (63 - REF_FIELD(PMCG_CFGR_SIZE, cfgr));
        global_filter = REF_FIELD(PMCG_CFGR_SID_FILTER_TYPE, cfgr);
        uint64_t all = counters == 64 ? UINT64_MAX : (UINT64_C(1) << counters) - 1;
        g.w64(REF_PMCG_CNTENCLR0, all);
        g.w64(REF_PMCG_INTENCLR0, all);
        g.clear_overflows(all);
        last.assign(counters, 0);
        total.assign(counters, 0);
    }
    void enable()
    {
        g.w32(REF_PMCG_IRQ_CTRL, 1);
        g.w32(REF_PMCG_CR, 1);
    }
    void start(unsigned n, uint32_t event)
    {
        last[n] = mask / 2;
        g.set_counter(n, last[n]);
        g.set_filter(n, event, CounterGroup::ALL_STREAMS, true);
        g.w64(REF_PMCG_INTENSET0, UINT64_C(1) << n);
        g.w64(REF_PMCG_CNTENSET0, UINT64_C(1) << n);
    }
    void update(unsigned n)
    {
        uint64_t value = g.counter(n);
        total[n] += (value - last[n]) & mask;
        last[n] = value;
    }
    void interrupt()
    {
        uint64_t overflowed = g.overflows();
        ASSERT_NE(overflowed, 0U) << "status is visible before the interrupt";
        g.clear_overflows(overflowed);
        for (unsigned n = 0; n < counters; n++) {
            if (!(overflowed >> n & 1))
                continue;
            update(n);
            last[n] = mask / 2;
            g.set_counter(n, last[n]);
        }
    }

    CounterGroup &g;
    unsigned counters = 0;
    uint64_t mask = 0;
    bool global_filter = false;
    std::vector<uint64_t> last, total;
};

/* rule: PMC-031 PMC-036 */
TEST(PmcgInterrupts, 858_a_driver_that_rearms_at_half_range_loses_no_cycle)
{
    for (uint64_t bits : {32, 36}) {
        BareSmmu d({{"pmcg.counter_bits", bits}});
        CounterGroup g(d, 0, bits > 32 ? 8 : 4);
        PmuDriver pmu(g);
        EXPECT_EQ(pmu.counters, 16U);
        EXPECT_EQ(pmu.mask, (UINT64_C(1) << bits) - 1);
        EXPECT_TRUE(pmu.global_filter);
        pmu.enable();
        until(d, 777);
        pmu.start(4, REF_PMCG_EV_CYCLES);
        uint64_t half = UINT64_C(1) << (bits - 1);
        for (unsigned round = 1; round <= 5; round++) {
            uint64_t due = 777 + round * (half + 1);
            EXPECT_EQ(smmu_next_due(d.s), due);
            until(d, due);
            ASSERT_EQ(d.edges[SMMU_IRQ_PMCG], round);
            pmu.interrupt();
        }
        until(d, d.now + 123456);
        pmu.update(4);
        EXPECT_EQ(pmu.total[4], 5 * (half + 1) + 123456);
        EXPECT_EQ(pmu.total[4], d.now - 777);
        EXPECT_EQ(pmu.total[0], 0U);
    }
}

} // namespace
