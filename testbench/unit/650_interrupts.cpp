/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Global errors and interrupts at the boundary of the model (3.18, 7.5): which wires pulse, what
 * an MSI write looks like, what becomes of an aborted one.
 */

#include <gtest/gtest.h>

#include "unit/bare_smmu.h"

namespace {

const uint64_t ILLEGAL[2] = {0xFF, 0};

uint64_t sync_with_irq(uint32_t data, unsigned memattr, unsigned sh)
{
    return REF_CMD_SYNC | REF_PREP(CMD_SYNC_CS, REF_SYNC_CS_IRQ) |
           REF_PREP(CMD_SYNC_MSIDATA, data) | REF_PREP(CMD_SYNC_MSIATTR, memattr) |
           REF_PREP(CMD_SYNC_MSH, sh);
}

uint32_t word(const smmu_out_mem_t &access)
{
    return static_cast<uint32_t>(access.data[0] | access.data[1] << 8 | access.data[2] << 16) |
           static_cast<uint32_t>(access.data[3]) << 24;
}

uint32_t active(BareSmmu &d)
{
    return d.r32(REF_REG_GERROR) ^ d.r32(REF_REG_GERRORN);
}

/* A command queue that holds one command more; the SMMU has asked for it. */
void ring(BareSmmu &d)
{
    d.w32(REF_REG_CMDQ_PROD, (d.r32(REF_REG_CMDQ_CONS) + 1) & 0x1F);
    d.run();
}

/* Acknowledges CMDQ_ERR; the illegal command is read again and gets another chance. */
void acknowledge(BareSmmu &d)
{
    d.w32(REF_REG_GERRORN, d.r32(REF_REG_GERROR));
    d.run();
}

/* rule: GE-001 GE-002 GE-003 GE-004 GE-005 GE-016 GE-019 IR-008 IR-013 */
TEST(GlobalErrors, 650_error_toggles_once_and_again_after_its_acknowledge)
{
    BareSmmu d;
    d.w32(REF_REG_IRQ_CTRL, REF_PREP(IRQ_CTRL_GERROR_IRQEN, 1));
    d.enable_cmdq(0x10000, 4);
    ring(d);
    for (unsigned round = 1; round <= 3; round++) {
        uint32_t gerrorn = d.r32(REF_REG_GERRORN);
        d.give_command(ILLEGAL[0], ILLEGAL[1]);
        EXPECT_EQ(active(d), REF_MASK(GERROR_CMDQ_ERR));
        EXPECT_EQ(d.r32(REF_REG_GERROR), round % 2);
        EXPECT_EQ(d.r32(REF_REG_GERRORN), gerrorn);
        EXPECT_EQ(REF_FIELD(CMDQ_CONS_ERR, d.r32(REF_REG_CMDQ_CONS)), unsigned{REF_CERROR_ILL});
        EXPECT_EQ(d.edges[SMMU_IRQ_GERROR], round);
        d.w32(REF_REG_CMDQ_PROD, d.r32(REF_REG_CMDQ_PROD));
        d.run();
        EXPECT_FALSE(d.waits_for(SMMU_SRC_CMDQ)) << "stopped until acknowledged";
        acknowledge(d);
        EXPECT_EQ(active(d), 0U);
        EXPECT_EQ(d.edges[SMMU_IRQ_GERROR], round);
    }
}

/* rule: GE-007 */
/* Software toggles a bit that was not active: the error may become active or not. */
TEST(GlobalErrors, 650_toggling_an_inactive_bit_breaks_nothing)
{
    BareSmmu d;
    d.w32(REF_REG_IRQ_CTRL, REF_PREP(IRQ_CTRL_GERROR_IRQEN, 1));
    d.enable_cmdq(0x10000, 4);
    d.w32(REF_REG_GERRORN, ~UINT32_C(0));
    ring(d);
    EXPECT_EQ(d.r32(REF_REG_GERROR), 0U);
    EXPECT_EQ(d.edges[SMMU_IRQ_GERROR], 0U);
    d.w32(REF_REG_GERRORN, 0);
    d.run();
    EXPECT_EQ(active(d), 0U);
    d.give_command(sync_with_irq(0, 0, 0), 0);
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), 1U);
}

/* rule: IR-005 IR-006 IR-007 SY-005 SY-009 */
TEST(Interrupts, 651_msi_is_one_32_bit_write_with_its_own_attributes)
{
    const struct {
        unsigned memattr4, sh;
        uint8_t memattr, out_sh;
    } cases[] = {
        {0x0, REF_SH_ISH, SMMU_MEMATTR_DEVICE_nGnRnE, SMMU_SH_OSH},
        {0x5, REF_SH_NSH, SMMU_MEMATTR_NC, SMMU_SH_OSH},
        {0xF, REF_SH_ISH, SMMU_MEMATTR_WB_RAWA, SMMU_SH_ISH},
        {0xF, REF_SH_NSH, SMMU_MEMATTR_WB_RAWA, SMMU_SH_NSH},
        {0xF, 1, SMMU_MEMATTR_WB_RAWA, SMMU_SH_NSH},
    };
    for (const auto &c : cases) {
        BareSmmu d({{"IDR5.OAS", REF_OAS_40}});
        d.enable_cmdq(0x10000, 4);
        ring(d);
        d.give_command(sync_with_irq(0x89ABCDEF, c.memattr4, c.sh), UINT64_C(0x00FF123456789ABC));
        smmu_out_mem_t msi = d.take(SMMU_SRC_MSI);
        EXPECT_EQ(msi.op, SMMU_MEM_WRITE);
        EXPECT_EQ(msi.size, 4U);
        EXPECT_EQ(msi.addr, UINT64_C(0x3456789ABC)) << "truncated to the output address size";
        EXPECT_EQ(word(msi), 0x89ABCDEFU);
        EXPECT_EQ(msi.memattr, c.memattr);
        EXPECT_EQ(msi.sh, c.out_sh);
        EXPECT_EQ(msi.pas, SMMU_PAS_NS);
        EXPECT_EQ(d.edges[SMMU_IRQ_CMD_SYNC], 1U);
    }
}

/* rule: SY-008 */
/* Whether there is an address is judged before truncation. */
TEST(Interrupts, 651_msi_address_beyond_oas_alone_writes_address_0)
{
    BareSmmu d({{"IDR5.OAS", REF_OAS_44}});
    d.enable_cmdq(0x10000, 4);
    ring(d);
    d.give_command(sync_with_irq(1, 0, 0), UINT64_C(1) << 55);
    EXPECT_EQ(d.take(SMMU_SRC_MSI).addr, 0U);
}

/* rule: IR-004 IR-024 SY-006 */
TEST(Interrupts, 651_sync_pulses_its_wire_without_enable_and_without_address)
{
    BareSmmu d;
    d.enable_cmdq(0x10000, 4);
    ring(d);
    d.give_command(sync_with_irq(1, 0, 0), 0);
    EXPECT_FALSE(d.waits_for(SMMU_SRC_MSI));
    EXPECT_EQ(d.edges[SMMU_IRQ_CMD_SYNC], 1U);
}

/* rule: IR-023 SY-007 */
TEST(Interrupts, 651_without_msi_support_only_wires_signal)
{
    BareSmmu d({{"IDR0.MSI", 0}});
    d.enable_cmdq(0x10000, 4);
    ring(d);
    d.give_command(sync_with_irq(1, 0, 0), 0x1000);
    EXPECT_FALSE(d.waits_for(SMMU_SRC_MSI));
    EXPECT_EQ(d.edges[SMMU_IRQ_CMD_SYNC], 1U);
}

/* rule: SY-010 */
TEST(Interrupts, 651_without_sev_support_there_is_no_event)
{
    for (uint64_t sev : {0, 1}) {
        BareSmmu d({{"IDR0.SEV", sev}});
        d.enable_cmdq(0x10000, 4);
        ring(d);
        d.give_command(REF_CMD_SYNC | REF_PREP(CMD_SYNC_CS, REF_SYNC_CS_SEV), 0);
        EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), 1U);
        EXPECT_EQ(d.edges[SMMU_IRQ_SEV], sev);
    }
}

/* rule: SY-019 IR-015 GE-002 GE-012 GE-013 */
TEST(Interrupts, 652_aborted_sync_msi_is_a_global_error_and_stops_nothing)
{
    BareSmmu d;
    d.w32(REF_REG_IRQ_CTRL, REF_PREP(IRQ_CTRL_GERROR_IRQEN, 1));
    d.enable_cmdq(0x10000, 4);
    ring(d);
    d.give_command(sync_with_irq(1, 0, 0), 0x1000);
    d.answer(d.take(SMMU_SRC_MSI), SMMU_MEM_ABORT);
    EXPECT_EQ(active(d), REF_MASK(GERROR_MSI_CMDQ_ABT_ERR));
    EXPECT_EQ(d.edges[SMMU_IRQ_GERROR], 1U);
    ring(d);
    d.give_command(sync_with_irq(2, 0, 0), 0x1000);
    smmu_out_mem_t msi = d.take(SMMU_SRC_MSI);
    EXPECT_EQ(word(msi), 2U);
    d.answer(msi, SMMU_MEM_ABORT);
    EXPECT_EQ(active(d), REF_MASK(GERROR_MSI_CMDQ_ABT_ERR)) << "an active error stays";
    EXPECT_EQ(d.edges[SMMU_IRQ_GERROR], 1U);
}

/* rule: IR-025 SY-016 SY-017 */
TEST(Interrupts, 652_sync_waits_for_the_msi_of_the_sync_before)
{
    BareSmmu d;
    d.enable_cmdq(0x10000, 4);
    ring(d);
    d.give_command(sync_with_irq(1, 0, 0), 0x1000);
    ring(d);
    d.give_command(REF_CMD_SYNC, 0);
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), 1U);
    d.answer(d.take(SMMU_SRC_MSI), SMMU_MEM_ABORT);
    d.run();
    EXPECT_EQ(d.r32(REF_REG_CMDQ_CONS), 2U);
    EXPECT_EQ(active(d), REF_MASK(GERROR_MSI_CMDQ_ABT_ERR));
}

/* rule: IR-013 IR-014 IR-016 */
TEST(Interrupts, 652_aborted_gerror_msi_does_not_call_for_another)
{
    BareSmmu d;
    d.w64(REF_REG_GERROR_IRQ_CFG0, 0x4000);
    d.w32(REF_REG_GERROR_IRQ_CFG1, 0x77);
    d.w32(REF_REG_IRQ_CTRL, REF_PREP(IRQ_CTRL_GERROR_IRQEN, 1));
    d.enable_cmdq(0x10000, 4);
    ring(d);
    d.give_command(ILLEGAL[0], ILLEGAL[1]);
    smmu_out_mem_t msi = d.take(SMMU_SRC_MSI);
    EXPECT_EQ(msi.addr, 0x4000U);
    EXPECT_EQ(word(msi), 0x77U);
    d.answer(msi, SMMU_MEM_ABORT);
    d.run();
    EXPECT_EQ(active(d), REF_MASK(GERROR_CMDQ_ERR) | REF_MASK(GERROR_MSI_GERROR_ABT_ERR));
    EXPECT_FALSE(d.waits_for(SMMU_SRC_MSI));
    EXPECT_EQ(d.edges[SMMU_IRQ_GERROR], 1U);
}

/* rule: IR-009 */
/* While an MSI is on its way, further causes of its source make one more. */
TEST(Interrupts, 652_causes_during_an_msi_coalesce_to_one_more)
{
    BareSmmu d;
    d.w64(REF_REG_GERROR_IRQ_CFG0, 0x4000);
    d.w32(REF_REG_IRQ_CTRL, REF_PREP(IRQ_CTRL_GERROR_IRQEN, 1));
    d.enable_cmdq(0x10000, 4);
    ring(d);
    for (int cause = 0; cause < 4; cause++) {
        d.give_command(ILLEGAL[0], ILLEGAL[1]);
        acknowledge(d);
    }
    EXPECT_EQ(d.edges[SMMU_IRQ_GERROR], 4U);
    d.answer(d.take(SMMU_SRC_MSI), SMMU_MEM_OK);
    d.answer(d.take(SMMU_SRC_MSI), SMMU_MEM_OK);
    d.run();
    EXPECT_FALSE(d.waits_for(SMMU_SRC_MSI));
    EXPECT_EQ(d.stat(SMMU_STAT_msi_writes), 2U);
}

} // namespace
