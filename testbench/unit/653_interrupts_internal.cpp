/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt edges in an outbox that nobody empties: merged, never lost, never too many (irq.h). */

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "spec_ref/ref_registers.h"

extern "C" {
#include "state.h"
}

namespace {

/* rule: IR-009 */
TEST(InterruptEdges, 653_edges_that_nobody_takes_are_merged_by_source)
{
    smmu_config_t config;
    smmu_config_init(&config, nullptr);
    std::vector<std::max_align_t> memory(smmu_size(&config) / sizeof(std::max_align_t) + 1);
    smmu_t *s = nullptr;
    ASSERT_EQ(smmu_create(&s, &config, memory.data(), memory.size() * sizeof(std::max_align_t)),
              SMMU_OK);
    prog_if *pi = &s->pi[PROG_IF_NS];
    smmu_reg_write(s, 0, SMMU_PAS_NS, REF_REG_IRQ_CTRL, 4, REF_MASK(IRQ_CTRL_GERROR_IRQEN));
    for (int i = 0; i < 10000; i++)
        smmu__irq_raise(s, pi, SMMU_IRQ_GERROR);
    EXPECT_EQ(s->stat[SMMU_STAT_irq_edges], unsigned{IRQ_EDGES_MAX});
    for (int i = 0; i < 10000; i++)
        smmu__irq_sev(s, pi);

    unsigned edges[SMMU_IRQ_COUNT] = {};
    smmu_out_t out;
    while (smmu_pop(s, &out)) {
        ASSERT_EQ(out.kind, SMMU_OUT_IRQ);
        edges[out.u.irq.source]++;
    }
    EXPECT_EQ(edges[SMMU_IRQ_GERROR], unsigned{IRQ_EDGES_MAX});
    EXPECT_EQ(edges[SMMU_IRQ_SEV], 1U) << "a source with none waiting still gets one";
}

} // namespace
