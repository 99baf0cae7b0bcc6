/* SPDX-License-Identifier: Apache-2.0 */
/* Streams, domains and their invalidations: what is written, and which commands follow it (3.21).
 */
#include <gtest/gtest.h>

#include <cerrno>

#include "driver/domain.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"
#include "unit/driver_fixture.h"

namespace {

constexpr uint64_t K = 1024, M = K * K, G = K * M;
constexpr unsigned RW = DRV_READ | DRV_WRITE;
using Opcodes = std::vector<unsigned>;

class DriverDomain : public DriverFixture {
protected:
    drv_domain domain = {};
    drv_stream stream = {};

    void start(tbl_granule granule = TBL_GRANULE_4K, bool pages_only = false)
    {
        drv_domain_config c = {};
        c.asid = 0x42;
        c.granule = granule;
        c.pages_only = pages_only;
        bring_up();
        ASSERT_EQ(drv_domain_init(&driver, &domain, &c), 0);
        smmu.executed.clear();
    }

    void map(uint64_t iova, uint64_t size)
    {
        ASSERT_EQ(drv_map(&driver, &domain, iova, iova, size, RW, DRV_MEMORY_CACHED), 0);
    }

    tbl_ste ste(uint32_t sid)
    {
        return tbl_ste_read(&driver.port, tbl_stream_table_find(&driver.strtab, sid));
    }

    std::vector<drv_cmd> tlbis() const
    {
        std::vector<drv_cmd> list;
        for (const drv_cmd &cmd : smmu.executed)
            if (drv_cmd_opcode(&cmd) != REF_CMD_SYNC)
                list.push_back(cmd);
        return list;
    }
};

TEST_F(DriverDomain, 565_attach_installs_cd_then_ste_with_a_sync_after_each_step)
{
    start();
    ASSERT_EQ(drv_stream_init(&driver, &stream, 0x1234, 0), 0);
    EXPECT_EQ(smmu.opcodes(), (Opcodes{REF_CMD_CFGI_STE})); // the new first-level descriptor
    EXPECT_EQ(REF_GET(CMD_CFGI_STE_LEAF, smmu.executed[0].word), 0U);
    EXPECT_EQ(ste(0x1234).word[0], 1U); // aborts until attached
    smmu.executed.clear();

    ASSERT_EQ(drv_attach(&driver, &stream, &domain, 0), 0);
    EXPECT_EQ(smmu.opcodes(true), (Opcodes{REF_CMD_CFGI_CD, REF_CMD_SYNC, REF_CMD_CFGI_STE,
                                           REF_CMD_SYNC, REF_CMD_CFGI_STE, REF_CMD_SYNC}));
    EXPECT_EQ(REF_GET(CMD_CFGI_STE_STREAMID, smmu.executed[2].word), 0x1234U);
    const tbl_ste s = ste(0x1234);
    EXPECT_EQ(REF_GET(STE_CONFIG, s.word), unsigned{REF_CONFIG_S1});
    EXPECT_EQ(s.word[0] & REF_MASK(STE_S1CONTEXTPTR), stream.contexts.base);
    const tbl_cd cd = tbl_cd_read(&driver.port, stream.contexts.base);
    EXPECT_EQ(REF_GET(CD_ASID, cd.word), 0x42U);
    EXPECT_EQ(REF_GET(CD_R, cd.word) & REF_GET(CD_A, cd.word) & REF_GET(CD_V, cd.word), 1U);
    EXPECT_EQ(cd.word[1] & REF_MASK(CD_TTB0), domain.table.root);
}

TEST_F(DriverDomain, 565_valid_ste_goes_through_v_clear_to_another_configuration)
{
    start();
    ASSERT_EQ(drv_stream_init(&driver, &stream, 5, 0), 0);
    ASSERT_EQ(drv_attach(&driver, &stream, &domain, 0), 0);
    smmu.executed.clear();
    const uint64_t at = tbl_stream_table_find(&driver.strtab, 5);
    std::vector<uint64_t> v_at_sync;
    smmu.fault = [&](const drv_cmd &cmd) {
        if (drv_cmd_opcode(&cmd) == REF_CMD_SYNC)
            v_at_sync.push_back(smmu.memory[at] & 1);
        return 0U;
    };
    ASSERT_EQ(drv_attach_bypass(&driver, &stream), 0);
    EXPECT_EQ(v_at_sync, (std::vector<uint64_t>{0, 0, 1}));
    EXPECT_EQ(smmu.opcodes(), (Opcodes{REF_CMD_CFGI_STE, REF_CMD_CFGI_STE, REF_CMD_CFGI_STE}));
    EXPECT_EQ(REF_GET(STE_CONFIG, ste(5).word), unsigned{REF_CONFIG_BYPASS});

    smmu.executed.clear();
    ASSERT_EQ(drv_attach_bypass(&driver, &stream), 0);
    EXPECT_TRUE(smmu.executed.empty()); // nothing to change
}

TEST_F(DriverDomain, 565_substreams_grow_the_context_table)
{
    start();
    ASSERT_EQ(drv_stream_init(&driver, &stream, 7, 20), 0);
    ASSERT_EQ(drv_attach(&driver, &stream, &domain, 0x54321), 0);
    const tbl_ste s = ste(7);
    EXPECT_EQ(REF_GET(STE_S1FMT, s.word), unsigned{REF_S1FMT_64K_L2});
    EXPECT_EQ(REF_GET(STE_S1CDMAX, s.word), 20U);
    EXPECT_EQ(REF_GET(STE_S1DSS, s.word), unsigned{REF_S1DSS_SSID0});
    for (const drv_cmd &cmd : smmu.executed) {
        if (drv_cmd_opcode(&cmd) != REF_CMD_CFGI_CD)
            continue;
        EXPECT_EQ(REF_GET(CMD_CFGI_CD_SUBSTREAMID, cmd.word), 0x54321U);
        EXPECT_EQ(REF_GET(CMD_CFGI_CD_LEAF, cmd.word), 0U); // its leaf table is new
    }
    smmu.executed.clear();
    ASSERT_EQ(drv_detach(&driver, &stream, 0x54321), 0);
    EXPECT_EQ(smmu.opcodes(), (Opcodes{REF_CMD_CFGI_CD}));
    EXPECT_EQ(REF_GET(CMD_CFGI_CD_LEAF, smmu.executed[0].word), 1U);
    EXPECT_EQ(drv_detach(&driver, &stream, 0x100), -EINVAL);
    EXPECT_EQ(drv_attach(&driver, &stream, &domain, 1 << 20), -EINVAL);
}

TEST_F(DriverDomain, 565_streams_and_domains_beyond_the_smmu_are_refused)
{
    start();
    drv_domain other;
    drv_domain_config c = {};
    EXPECT_EQ(drv_stream_init(&driver, &stream, 0x10000, 0), -EINVAL);
    EXPECT_EQ(drv_stream_init(&driver, &stream, 0, 21), -EINVAL);
    c.granule = TBL_GRANULE_4K;
    c.input_bits = 49;
    EXPECT_EQ(drv_domain_init(&driver, &other, &c), -EINVAL);
    c.input_bits = 0;
    driver.features.asid_bits = 8;
    c.asid = 0x100;
    EXPECT_EQ(drv_domain_init(&driver, &other, &c), -EINVAL);
    c.asid = 0xff;
    EXPECT_EQ(drv_domain_init(&driver, &other, &c), 0);
    driver.features.page_sizes &= ~(UINT64_C(1) << 12);
    EXPECT_EQ(drv_domain_init(&driver, &other, &c), -EINVAL);
}

TEST_F(DriverDomain, 565_mapping_needs_no_command)
{
    start();
    map(0x1000, 64 * K);
    EXPECT_TRUE(smmu.executed.empty());
    tbl_walk walk;
    ASSERT_TRUE(tbl_lookup(&domain.table, 0x1000, &walk));
    EXPECT_EQ(walk.descriptor & 0xfff, 0xf47U);
    EXPECT_EQ(drv_map(&driver, &domain, 0x1000, 0, 4 * K, RW, DRV_MEMORY_CACHED), -EEXIST);
    ASSERT_EQ(drv_map(&driver, &domain, G, 0, 4 * K, DRV_READ | DRV_PRIVILEGED | DRV_NOEXEC,
                      DRV_MEMORY_DEVICE),
              0);
    ASSERT_TRUE(tbl_lookup(&domain.table, G, &walk));
    EXPECT_EQ(walk.descriptor, UINT64_C(0x60) << 48 | 0xe8b); // PXN UXN nG AF OSH AP[2] AttrIndx 2
}

TEST_F(DriverDomain, 565_unmap_invalidates_before_it_returns)
{
    start();
    map(0x10000, 33 * 4 * K);
    ASSERT_EQ(drv_unmap(&driver, &domain, 0x10000, 33 * 4 * K, DRV_FLUSH_AUTO), 0);
    const auto list = tlbis();
    ASSERT_EQ(list.size(), 2U); // (SCALE,NUM) = (0,0), (5,0)
    for (const drv_cmd &cmd : list) {
        EXPECT_EQ(drv_cmd_opcode(&cmd), unsigned{REF_CMD_TLBI_NH_VA});
        EXPECT_EQ(REF_GET(CMD_TLBI_NH_VA_ASID, cmd.word), 0x42U);
        EXPECT_EQ(REF_GET(CMD_TLBI_NH_VA_LEAF, cmd.word), 1U);
        EXPECT_EQ(REF_GET(CMD_TLBI_NH_VA_TTL, cmd.word), 3U);
    }
    EXPECT_EQ(drv_cmd_opcode(&smmu.executed.back()), unsigned{REF_CMD_SYNC});
    tbl_walk walk;
    EXPECT_FALSE(tbl_lookup(&domain.table, 0x10000, &walk));
}

TEST_F(DriverDomain, 565_mixed_leaf_sizes_are_flushed_each_with_its_level)
{
    start();
    map(2 * M - 8 * K, 8 * K + 4 * M);
    ASSERT_EQ(drv_unmap(&driver, &domain, 2 * M - 8 * K, 8 * K + 4 * M, DRV_FLUSH_RANGE), 0);
    const auto list = tlbis();
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(REF_GET(CMD_TLBI_NH_VA_TTL, list[0].word), 3U);
    EXPECT_EQ(REF_GET(CMD_TLBI_NH_VA_TTL, list[1].word), 2U);
    EXPECT_EQ(list[1].word[1] & REF_MASK(CMD_TLBI_NH_VA_ADDR), 2 * M);
    EXPECT_EQ(REF_GET(CMD_TLBI_NH_VA_SCALE, list[1].word), 10U); // 1024 pages of 4 KiB
}

TEST_F(DriverDomain, 565_each_form_of_flush_sends_its_commands)
{
    start(TBL_GRANULE_4K, true);
    const struct {
        drv_flush flush;
        size_t commands;
        unsigned opcode;
    } forms[] = {{DRV_FLUSH_PAGES, 100, REF_CMD_TLBI_NH_VA},
                 {DRV_FLUSH_RANGE, 1, REF_CMD_TLBI_NH_VA}, // 100 = 25 << 2
                 {DRV_FLUSH_ASID, 1, REF_CMD_TLBI_NH_ASID},
                 {DRV_FLUSH_NONE, 0, 0}};
    for (const auto &f : forms) {
        smmu.executed.clear();
        map(0x100000, 100 * 4 * K);
        ASSERT_EQ(drv_unmap(&driver, &domain, 0x100000, 100 * 4 * K, f.flush), 0);
        EXPECT_EQ(tlbis().size(), f.commands);
        if (f.commands) {
            EXPECT_EQ(drv_cmd_opcode(&tlbis()[0]), f.opcode);
        }
    }
}

TEST_F(DriverDomain, 565_without_ranges_long_runs_go_by_asid)
{
    smmu.reg[REF_REG_IDR3] = 0;
    start(TBL_GRANULE_4K, true);
    map(0, 512 * 4 * K);
    ASSERT_EQ(drv_unmap(&driver, &domain, 0, 511 * 4 * K, DRV_FLUSH_AUTO), 0);
    EXPECT_EQ(tlbis().size(), 511U);
    smmu.executed.clear();
    map(0, 511 * 4 * K);
    ASSERT_EQ(drv_unmap(&driver, &domain, 0, 512 * 4 * K, DRV_FLUSH_AUTO), 0);
    EXPECT_EQ(smmu.opcodes(), (Opcodes{REF_CMD_TLBI_NH_ASID}));
}

TEST_F(DriverDomain, 565_el2_streams_use_el2_commands)
{
    smmu.reg[REF_REG_IDR0] |= REF_MASK(IDR0_HYP);
    config.e2h = true;
    start();
    ASSERT_EQ(drv_stream_init(&driver, &stream, 1, 0), 0);
    ASSERT_EQ(drv_attach(&driver, &stream, &domain, 0), 0);
    EXPECT_EQ(REF_GET(STE_STRW, ste(1).word), unsigned{REF_STRW_EL2});
    smmu.executed.clear();
    map(0x1000, 4 * K);
    ASSERT_EQ(drv_unmap(&driver, &domain, 0x1000, 4 * K, DRV_FLUSH_AUTO), 0);
    ASSERT_EQ(drv_flush_asid(&driver, &domain), 0);
    EXPECT_EQ(smmu.opcodes(), (Opcodes{REF_CMD_TLBI_EL2_VA, REF_CMD_TLBI_EL2_ASID}));
}

TEST_F(DriverDomain, 565_unmap_of_holes_and_parts_of_blocks_fails_but_flushes_what_it_did)
{
    start();
    map(0x1000, 8 * K);
    EXPECT_EQ(drv_unmap(&driver, &domain, 0x1000, 16 * K, DRV_FLUSH_AUTO), -ENOENT);
    EXPECT_EQ(smmu.opcodes(), (Opcodes{REF_CMD_TLBI_NH_VA}));
    map(2 * M, 2 * M);
    EXPECT_EQ(drv_unmap(&driver, &domain, 2 * M, 4 * K, DRV_FLUSH_AUTO), -EINVAL);
    EXPECT_EQ(drv_unmap(&driver, &domain, 2 * M + 4 * K, 2 * M - 4 * K, DRV_FLUSH_AUTO), -EINVAL);
    tbl_walk walk;
    EXPECT_TRUE(tbl_lookup(&domain.table, 2 * M, &walk));
    EXPECT_EQ(drv_unmap(&driver, &domain, 0, 0, DRV_FLUSH_AUTO), -EINVAL);
    EXPECT_EQ(drv_unmap(&driver, &domain, 0x800, 4 * K, DRV_FLUSH_AUTO), -EINVAL);
}

} // namespace
