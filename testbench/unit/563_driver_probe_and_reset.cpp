/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver asks an SMMU before it uses it, whom it refuses, and the order of its reset
 * (6.3), which is Linux's. */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "unit/fake_smmu.h"

namespace {

class DriverProbe : public testing::Test {
protected:
    FakeSmmu smmu;
    drv driver = {};
    drv_config config = {};

    DriverProbe()
    {
        config.memory_base = 0x80000000;
        config.memory_size = UINT64_C(1) << 30;
        config.cmdq_log2 = 8;
        config.timeout_cycles = 100000;
    }

    int probe()
    {
        const drv_ops ops = smmu.ops();
        return drv_probe(&driver, &ops, &config);
    }

    void set(uint32_t reg, uint64_t mask, uint64_t value)
    {
        smmu.reg[reg] = (smmu.reg[reg] & ~mask) | value;
    }
};

#define SET(r, f, v) set(REF_REG_##r, REF_MASK(r##_##f), REF_PREP(r##_##f, v))

TEST_F(DriverProbe, 563_refuses_what_linux_refuses_and_says_why)
{
    struct {
        const char *what;
        std::function<void()> change;
        drv_refusal refusal;
    } const cases[] = {
        {"big-endian tables only", [&] { SET(IDR0, TTENDIAN, REF_TTENDIAN_BIG); },
         DRV_REFUSED_ENDIANNESS},
        {"reserved endianness", [&] { SET(IDR0, TTENDIAN, 1); }, DRV_REFUSED_ENDIANNESS},
        {"no stage", [&] { SET(IDR0, S1P, 0); }, DRV_REFUSED_NO_TRANSLATION},
        {"AArch32 tables only", [&] { SET(IDR0, TTF, REF_TTF_AARCH32); },
         DRV_REFUSED_NO_AARCH64_TABLES},
        {"preset tables", [&] { SET(IDR1, TABLES_PRESET, 1); }, DRV_REFUSED_PRESET},
        {"preset queues", [&] { SET(IDR1, QUEUES_PRESET, 1); }, DRV_REFUSED_PRESET},
        {"relative bases", [&] { SET(IDR1, REL, 1); }, DRV_REFUSED_PRESET},
        {"64-entry command queue", [&] { SET(IDR1, CMDQS, 6); }, DRV_REFUSED_CMDQ_TOO_SMALL},
        {"no granule", [&] { SET(IDR5, GRAN4K, 0), SET(IDR5, GRAN16K, 0), SET(IDR5, GRAN64K, 0); },
         DRV_REFUSED_NO_GRANULE},
    };
    for (const auto &c : cases) {
        smmu = FakeSmmu();
        c.change();
        EXPECT_EQ(probe(), -ENXIO) << c.what;
        EXPECT_EQ(driver.refusal, c.refusal) << c.what;
        EXPECT_THAT(smmu.log, testing::Contains(testing::HasSubstr(drv_refusal_text(c.refusal))));
        EXPECT_TRUE(smmu.written.empty()) << c.what;
    }
}

TEST_F(DriverProbe, 563_features_are_those_of_the_identification_registers)
{
    SET(IDR0, STALL_MODEL, REF_STALL_MODEL_FORCED);
    SET(IDR0, VMID16, 1);
    SET(IDR0, TTENDIAN, REF_TTENDIAN_MIXED);
    SET(IDR0, TTF, 3);
    SET(IDR5, OAS, REF_OAS_52);
    SET(IDR5, VAX, 1);
    ASSERT_EQ(probe(), 0);
    const drv_features &f = driver.features;
    EXPECT_TRUE(f.stage1 && f.coherent && f.msi && f.sev && f.ranges && f.two_level_strtab);
    EXPECT_TRUE(f.stalls && f.stalls_forced && f.big_endian_tables);
    EXPECT_FALSE(f.stage2 || f.hyp || f.ats || f.pri);
    EXPECT_EQ(f.asid_bits, 16U);
    EXPECT_EQ(f.vmid_bits, 16U);
    EXPECT_EQ(f.sid_bits, 16U);
    EXPECT_EQ(f.ssid_bits, 20U);
    EXPECT_EQ(f.input_bits, 52U);
    EXPECT_EQ(f.output_bits, 52U);
    EXPECT_EQ(f.page_sizes, UINT64_C(0x62215000));
}

TEST_F(DriverProbe, 563_queue_sizes_are_the_smaller_of_wish_and_possibility)
{
    SET(IDR1, CMDQS, 7);
    SET(IDR1, EVENTQS, 3);
    config.evtq_log2 = 9;
    ASSERT_EQ(probe(), 0);
    EXPECT_EQ(driver.cmdq.log2size, 7U);
    EXPECT_EQ(driver.evtq.log2size, 3U);
    EXPECT_EQ(driver.cmdq.base % (16U << 7), 0U);
    EXPECT_EQ(driver.evtq.base % (32U << 3), 0U);
}

TEST_F(DriverProbe, 563_small_stream_spaces_get_a_linear_table)
{
    ASSERT_EQ(probe(), 0);
    EXPECT_EQ(driver.strtab.split, 8U);
    SET(IDR1, SIDSIZE, 8);
    ASSERT_EQ(probe(), 0);
    EXPECT_EQ(driver.strtab.split, 0U);
    SET(IDR1, SIDSIZE, 12);
    config.linear_strtab = true;
    ASSERT_EQ(probe(), 0);
    EXPECT_EQ(driver.strtab.split, 0U);
}

TEST_F(DriverProbe, 563_region_that_is_too_small_or_wraps_is_an_error)
{
    config.memory_size = 0x1000;
    EXPECT_EQ(probe(), -ENOMEM);
    config.memory_base = UINT64_MAX - 0xfff;
    config.memory_size = 0x2000;
    EXPECT_EQ(probe(), -EINVAL);
}

TEST_F(DriverProbe, 563_waiting_by_msi_needs_an_smmu_with_msis)
{
    config.sync_mode = DRV_SYNC_MSI;
    EXPECT_EQ(probe(), 0);
    SET(IDR0, MSI, 0);
    EXPECT_EQ(probe(), -EINVAL);
}

TEST_F(DriverProbe, 563_reset_follows_the_order_of_linux)
{
    ASSERT_EQ(probe(), 0);
    SET(CR0, SMMUEN, 1);
    ASSERT_EQ(drv_reset(&driver), 0);

    std::vector<uint32_t> order;
    for (const auto &[r, v] : smmu.written)
        order.push_back(r);
    const std::vector<uint32_t> expected = {REF_REG_GBPA,
                                            REF_REG_CR0,
                                            REF_REG_CR1,
                                            REF_REG_CR2,
                                            REF_REG_STRTAB_BASE,
                                            REF_REG_STRTAB_BASE_CFG,
                                            REF_REG_CMDQ_BASE,
                                            REF_REG_CMDQ_PROD,
                                            REF_REG_CMDQ_CONS,
                                            REF_REG_CR0,
                                            REF_REG_CMDQ_PROD, // CFGI_ALL, SYNC
                                            REF_REG_CMDQ_PROD, // TLBI_NSNH_ALL, SYNC
                                            REF_REG_EVENTQ_BASE,
                                            REF_REG_EVENTQ_PROD,
                                            REF_REG_EVENTQ_CONS,
                                            REF_REG_CR0,
                                            REF_REG_IRQ_CTRL,
                                            REF_REG_GERROR_IRQ_CFG0,
                                            REF_REG_EVENTQ_IRQ_CFG0,
                                            REF_REG_IRQ_CTRL,
                                            REF_REG_CR0};
    EXPECT_EQ(order, expected);
    EXPECT_EQ(smmu.opcodes(true), (std::vector<unsigned>{REF_CMD_CFGI_STE_RANGE, REF_CMD_SYNC,
                                                         REF_CMD_TLBI_NSNH_ALL, REF_CMD_SYNC}));
    EXPECT_EQ(smmu.written[0].second & REF_MASK(GBPA_ABORT), REF_MASK(GBPA_ABORT));
    EXPECT_EQ(smmu.reg[REF_REG_CR0], 0xdU);   // CMDQEN, EVENTQEN, SMMUEN
    EXPECT_EQ(smmu.reg[REF_REG_CR1], 0xd75U); // inner-shareable write-back, tables and queues
    EXPECT_EQ(smmu.reg[REF_REG_CR2], 6U);     // PTM, RECINVSID
    EXPECT_EQ(smmu.reg[REF_REG_IRQ_CTRL], 5U);
}

TEST_F(DriverProbe, 563_el2_entries_are_invalidated_where_there_is_el2)
{
    SET(IDR0, HYP, 1);
    ASSERT_EQ(probe(), 0);
    ASSERT_EQ(drv_reset(&driver), 0);
    EXPECT_EQ(smmu.opcodes(), (std::vector<unsigned>{REF_CMD_CFGI_STE_RANGE, REF_CMD_TLBI_EL2_ALL,
                                                     REF_CMD_TLBI_NSNH_ALL}));
}

TEST_F(DriverProbe, 563_missing_acknowledge_ends_the_reset_in_time)
{
    ASSERT_EQ(probe(), 0);
    smmu.reg[REF_REG_CR0ACK] = 1;
    smmu.never_acks = true;
    const uint64_t started = smmu.cycle;
    EXPECT_EQ(drv_reset(&driver), -ETIMEDOUT);
    EXPECT_GE(smmu.cycle - started, config.timeout_cycles);
    EXPECT_EQ(driver.stats.timeouts, 1U);
}

TEST_F(DriverProbe, 563_command_queue_that_does_not_run_ends_the_reset_in_time)
{
    ASSERT_EQ(probe(), 0);
    smmu.hangs = true;
    EXPECT_EQ(drv_reset(&driver), -ETIMEDOUT);
    EXPECT_EQ(smmu.reg[REF_REG_CR0] & REF_MASK(CR0_SMMUEN), 0U);
}

} // namespace
