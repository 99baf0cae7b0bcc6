/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of counter groups from outside (10.5): where they are, their widths, halves and reset
 * values, what is RES0, the set and clear pairs, guards, identification.
 */
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "spec_ref/ref_tables.h"
#include "unit/counter_group.h"

namespace {

const uint64_t ONES = ~UINT64_C(0);

const ref_pmcg_row &row_of(const char *name)
{
    for (size_t i = 0; i < ref_pmcg_count; i++)
        if (!std::strcmp(ref_pmcg_table[i].name, name))
            return ref_pmcg_table[i];
    ADD_FAILURE() << name;
    return ref_pmcg_table[0];
}

bool is_present(const ref_pmcg_row &row)
{
    return !std::strcmp(row.present, "ALWAYS") || !std::strcmp(row.present, "PMCG_CAPTURE");
}

bool is_counter_bitmap(const std::string &name)
{
    return name.substr(0, 5) == "CNTEN" || name.substr(0, 5) == "INTEN" ||
           name.substr(0, 3) == "OVS";
}

/* rule: PMC-004 PMC-005 PMC-026 */
TEST(PmcgRegisters, 850_each_tbu_and_the_tcu_have_a_group_in_their_pages)
{
    BareSmmu d({{"timing.tbus", 3},
                {"pmcg.tcu_counters", 16},
                {"pmcg.tbu_counters", 4},
                {"IDR1.ECMDQ", 0}});
    EXPECT_EQ(smmu_reg_span(d.s), REF_PMCG_TBU_FIRST + 3U * REF_PMCG_TBU_SPAN);
    for (unsigned number = 0; number < 4; number++) {
        CounterGroup g(d, number);
        uint32_t cfgr = g.r32(REF_PMCG_CFGR);
        EXPECT_EQ(REF_FIELD(PMCG_CFGR_NCTR, cfgr), number ? 3U : 15U);
        EXPECT_EQ(REF_FIELD(PMCG_CFGR_RELOC_CTRS, cfgr), 1U);
        g.set_counter(1, 0x100 + number);
    }
    for (unsigned number = 0; number < 4; number++)
        EXPECT_EQ(CounterGroup(d, number).counter(1), 0x100 + number);
    /* Behind the last TBU there is none. */
    CounterGroup absent(d, 4);
    uint64_t value = 1;
    EXPECT_EQ(smmu_reg_read(d.s, d.now, SMMU_PAS_NS, absent.at(0, REF_PMCG_CFGR), 4, &value),
              SMMU_OK);
    EXPECT_EQ(value, 0U);
}

/* rule: PMC-006 */
TEST(PmcgRegisters, 850_cfgr_is_the_configuration)
{
    const struct {
        unsigned bits, size;
    } widths[] = {{32, 0x1F}, {36, 0x23}, {40, 0x27}, {44, 0x2B}, {48, 0x2F}, {64, 0x3F}};
    for (const auto &width : widths) {
        BareSmmu d({{"pmcg.counter_bits", width.bits},
                    {"pmcg.tcu_counters", 64},
                    {"pmcg.sid_filter_type", 0},
                    {"pmcg.capture", 0},
                    {"pmcg.msi", 1}});
        uint32_t cfgr = CounterGroup(d).r32(REF_PMCG_CFGR);
        EXPECT_EQ(cfgr, REF_PREP(PMCG_CFGR_NCTR, 63) | REF_PREP(PMCG_CFGR_SIZE, width.size) |
                            REF_PREP(PMCG_CFGR_RELOC_CTRS, 1) | REF_PREP(PMCG_CFGR_MSI, 1) |
                            REF_PREP(PMCG_CFGR_MPAM, 1));
    }
    BareSmmu d;
    EXPECT_EQ(CounterGroup(d).r32(REF_PMCG_CFGR),
              REF_PREP(PMCG_CFGR_NCTR, 15) | REF_PREP(PMCG_CFGR_SIZE, 31) |
                  REF_PREP(PMCG_CFGR_RELOC_CTRS, 1) | REF_PREP(PMCG_CFGR_CAPTURE, 1) |
                  REF_PREP(PMCG_CFGR_SID_FILTER_TYPE, 1));
}

/* 10.5.2.13 has six widths.
 * rule: PMC-006 */
TEST(PmcgRegisters, 850_other_widths_are_refused)
{
    smmu_config_t config;
    char why[200];
    for (uint64_t bits : {33, 35, 52, 60, 63}) {
        ASSERT_EQ(smmu_config_init(&config, nullptr), SMMU_OK);
        ASSERT_EQ(smmu_config_set(&config, "pmcg.counter_bits", bits, why, sizeof why), SMMU_OK);
        EXPECT_EQ(smmu_config_check(&config, why, sizeof why), SMMU_E_CONFIG) << bits;
    }
}

/* rule: PMC-007 */
TEST(PmcgRegisters, 850_ceid_has_what_each_unit_counts)
{
    BareSmmu d, without({{"IDR0.ATS", 0}});
    EXPECT_EQ(CounterGroup(d, 0).r64(REF_PMCG_CEID0), 0x7FU) << "TCU: 0 to 5, ATS requests";
    EXPECT_EQ(CounterGroup(d, 1).r64(REF_PMCG_CEID0), 0x87U) << "TBU: 0 to 2, what came translated";
    EXPECT_EQ(CounterGroup(without, 0).r64(REF_PMCG_CEID0), 0x3FU) << "TCU: 0 to 5, no ATS";
    EXPECT_EQ(CounterGroup(without, 1).r64(REF_PMCG_CEID0), 0x07U) << "TBU: 0 to 2, no ATS";
    for (unsigned number : {0, 1})
        EXPECT_EQ(CounterGroup(d, number).r64(REF_PMCG_CEID1), 0U);
}

/* rule: PMC-008 */
TEST(PmcgRegisters, 850_identification_space)
{
    BareSmmu d({{"AIDR.ArchMinorRev", 2},
                {"IIDR.Implementer", 0x43B},
                {"IIDR.ProductID", 0x487},
                {"IIDR.Variant", 2},
                {"IIDR.Revision", 1}});
    for (unsigned number : {0, 1}) {
        CounterGroup g(d, number);
        EXPECT_EQ(g.r32(REF_PMCG_PMDEVARCH), REF_PREP(PMCG_PMDEVARCH_ARCHITECT, 0x23B) |
                                                 REF_PREP(PMCG_PMDEVARCH_PRESENT, 1) | 0x2A56U);
        EXPECT_EQ(g.r32(REF_PMCG_PMDEVTYPE), 0x56U);
        EXPECT_EQ(g.r32(REF_PMCG_AIDR), 2U) << "SMMUv3.2";
        EXPECT_EQ(g.r32(REF_PMCG_IIDR), 0x4872143BU);
        const uint32_t pidr[] = {0x87, 0xB4, 0x2B, 0x10};
        const uint32_t cidr[] = {0x0D, 0x90, 0x05, 0xB1};
        for (uint32_t i = 0; i < 4; i++) {
            EXPECT_EQ(g.r32(REF_PMCG_PIDR0 + 4 * i), pidr[i]);
            EXPECT_EQ(g.r32(REF_PMCG_CIDR0 + 4 * i), cidr[i]);
        }
        EXPECT_EQ(g.r32(REF_PMCG_PIDR4), 4U);
    }
}

/* rule: PMC-009 */
TEST(PmcgRegisters, 851_enables_and_acknowledge_are_0_after_reset)
{
    BareSmmu d;
    CounterGroup g(d);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < ref_pmcg_count; i++) {
            const ref_pmcg_row &row = ref_pmcg_table[i];
            if (std::strcmp(row.reset, "ZERO"))
                continue;
            EXPECT_EQ(d.r32(g.at(row)), 0U) << row.name;
        }
        g.set_event(0, 1);
        g.enable(1);
        g.enable_interrupts(1);
        smmu_reset(d.s);
    }
}

/* Every implemented field is stored, everything else is RES0.
 * rule: PMC-010 PMC-011 */
TEST(PmcgRegisters, 851_defined_fields_are_stored_and_the_rest_is_res0)
{
    BareSmmu d({{"pmcg.tcu_counters", 5}, {"pmcg.sid_filter_type", 0}, {"IDR1.SIDSIZE", 12}});
    CounterGroup g(d);
    for (size_t i = 0; i < ref_pmcg_count; i++) {
        const ref_pmcg_row &row = ref_pmcg_table[i];
        std::string name = row.name;
        if (!is_present(row) || std::strcmp(row.access, "RW"))
            continue;
        for (unsigned n = 0; n < row.number; n++) {
            d.w32(g.at(row, n), ONES);
            uint64_t expected = n >= 5                               ? 0
                                : name == "SMR"                      ? 0xFFF
                                : name == "CR" || name == "IRQ_CTRL" ? 1
                                : name == "EVTYPER"                  ? 0xA000FFFF
                                                                     : 0xFFFFFFFF;
            if (is_counter_bitmap(name))
                expected = name.find("CLR") == std::string::npos ? 0x1F : 0;
            EXPECT_EQ(d.r32(g.at(row, n)), expected) << name << n;
        }
    }
}

/* rule: PMC-012 */
TEST(PmcgRegisters, 851_one_filter_for_all_counters_has_no_fields_in_the_others)
{
    BareSmmu d({{"pmcg.sid_filter_type", 1}});
    CounterGroup g(d);
    for (unsigned n = 0; n < 16; n++) {
        g.w32(REF_PMCG_EVTYPER + 4 * n, ONES);
        g.w32(REF_PMCG_SMR + 4 * n, ONES);
        EXPECT_EQ(g.r32(REF_PMCG_EVTYPER + 4 * n), n ? 0x8000FFFFU : 0xA000FFFFU) << n;
        EXPECT_EQ(g.r32(REF_PMCG_SMR + 4 * n), n ? 0U : 0xFFFFU) << n;
    }
}

/* rule: PMC-013 */
TEST(PmcgRegisters, 851_without_capture_its_registers_are_res0)
{
    BareSmmu d({{"pmcg.capture", 0}});
    CounterGroup g(d);
    g.set_counter(0, 77);
    g.capture();
    EXPECT_EQ(g.shadow(0), 0U);
    g.set_event(0, 1, CounterGroup::OVFCAP);
    EXPECT_EQ(g.r32(REF_PMCG_EVTYPER), 1U);
}

/* rule: PMC-014 */
TEST(PmcgRegisters, 851_without_msi_its_registers_are_res0)
{
    BareSmmu with({{"pmcg.msi", 1}}), without;
    for (const char *name : {"IRQ_CFG0", "IRQ_CFG1", "IRQ_CFG2"}) {
        const ref_pmcg_row &row = row_of(name);
        CounterGroup a(with), b(without);
        with.write(a.at(row), row.width / 8, ONES);
        without.write(b.at(row), row.width / 8, ONES);
        uint64_t all = row.width == 64                   ? 0x0000FFFFFFFFFFFC
                       : row.offset == REF_PMCG_IRQ_CFG1 ? 0xFFFFFFFF
                                                         : 0x3F;
        EXPECT_EQ(with.read(a.at(row), row.width / 8), all) << name;
        EXPECT_EQ(without.read(b.at(row), row.width / 8), 0U) << name;
    }
}

/* Secure, Root, and without MSIs MPAM: not there, so RAZ/WI.
 * rule: PMC-015 */
TEST(PmcgRegisters, 851_registers_of_absent_features_are_res0)
{
    BareSmmu d;
    CounterGroup g(d);
    unsigned absent = 0;
    for (size_t i = 0; i < ref_pmcg_count; i++) {
        const ref_pmcg_row &row = ref_pmcg_table[i];
        if (is_present(row))
            continue;
        for (smmu_pas_t pas : {SMMU_PAS_NS, SMMU_PAS_S}) {
            d.write(g.at(row), row.width / 8, ONES, pas);
            EXPECT_EQ(d.read(g.at(row), row.width / 8, pas), 0U) << row.name;
        }
        absent++;
    }
    EXPECT_GE(absent, 10U);
}

/* rule: PMC-016 */
TEST(PmcgRegisters, 851_read_only_registers_ignore_writes)
{
    BareSmmu d;
    CounterGroup g(d);
    g.set_counter(0, 5);
    g.capture();
    for (size_t i = 0; i < ref_pmcg_count; i++) {
        const ref_pmcg_row &row = ref_pmcg_table[i];
        if (std::strcmp(row.access, "RO"))
            continue;
        uint32_t before = d.r32(g.at(row));
        d.w32(g.at(row), ONES);
        EXPECT_EQ(d.r32(g.at(row)), before) << row.name;
    }
    d.w32(g.at(1, REF_PMCG_CAPR), ONES);
    EXPECT_EQ(d.r32(g.at(1, REF_PMCG_CAPR)), 0U) << "reads as zero";
}

/* What Page 1 has is RES0 in Page 0; so is every hole of both.
 * rule: PMC-005 */
TEST(PmcgRegisters, 851_holes_and_what_was_relocated_are_res0)
{
    BareSmmu d;
    for (unsigned number : {0, 1}) {
        CounterGroup g(d, number);
        std::set<uint32_t> known;
        for (size_t i = 0; i < ref_pmcg_count; i++)
            for (unsigned n = 0; n < ref_pmcg_table[i].number; n++) {
                known.insert(g.at(ref_pmcg_table[i], n));
                if (ref_pmcg_table[i].width == 64)
                    known.insert(g.at(ref_pmcg_table[i], n) + 4);
            }
        for (unsigned page : {0, 1})
            for (uint32_t offset = 0; offset < REF_PMCG_END; offset += 4) {
                if (known.count(g.at(page, offset)))
                    continue;
                d.w32(g.at(page, offset), ONES);
                EXPECT_EQ(d.r32(g.at(page, offset)), 0U) << page << " " << std::hex << offset;
            }
    }
}

/* rule: PMC-017 */
TEST(PmcgRegisters, 852_set_and_clear_registers_are_two_views_of_one_bitmap)
{
    BareSmmu d;
    CounterGroup g(d);
    for (const char *name : {"CNTEN", "INTEN", "OVS"}) {
        uint32_t set = g.at(row_of((std::string(name) + "SET0").c_str()));
        uint32_t clear = g.at(row_of((std::string(name) + "CLR0").c_str()));
        d.w64(set, 0x00F3);
        d.w64(set, 0x0100);
        EXPECT_EQ(d.r64(set), 0x01F3U) << name;
        EXPECT_EQ(d.r64(clear), 0x01F3U) << name;
        d.w64(clear, 0x0012);
        d.w32(set, 0);
        EXPECT_EQ(d.r64(set), 0x01E1U) << name;
        d.w32(clear, 0x0001);
        EXPECT_EQ(d.r32(clear), 0x01E0U) << name;
        d.w64(clear, ONES);
        EXPECT_EQ(d.r64(set), 0U) << name;
    }
}

/* rule: PMC-018 */
TEST(PmcgRegisters, 852_halves_of_64_bit_registers)
{
    BareSmmu d({{"pmcg.tcu_counters", 64}, {"pmcg.counter_bits", 64}});
    CounterGroup g(d, 0, 8);
    g.w32(REF_PMCG_CNTENSET0 + 4, 0x80000001);
    EXPECT_EQ(g.r64(REF_PMCG_CNTENSET0), UINT64_C(0x8000000100000000));
    g.w64(REF_PMCG_CNTENSET0, 0xF0);
    EXPECT_EQ(g.r32(REF_PMCG_CNTENCLR0), 0xF0U);
    EXPECT_EQ(g.r32(REF_PMCG_CNTENCLR0 + 4), 0x80000001U);
    for (unsigned n : {0U, 1U, 63U}) {
        g.set_counter(n, UINT64_C(0x1122334455667700) + n);
        uint32_t at = g.at(1, REF_PMCG_EVCNTR + 8 * n);
        EXPECT_EQ(d.r32(at), 0x55667700U + n);
        EXPECT_EQ(d.r32(at + 4), 0x11223344U);
        d.w32(at + 4, 0x99);
        EXPECT_EQ(g.counter(n), UINT64_C(0x9955667700) + n);
    }
}

/* Up to 32 bits a counter takes 4 bytes; 64 bits over two registers access both.
 * rule: PMC-019 */
TEST(PmcgRegisters, 852_counters_have_the_stride_and_the_bits_of_their_width)
{
    BareSmmu narrow, wide({{"pmcg.counter_bits", 40}});
    narrow.w64(CounterGroup(narrow).at(1, 8), UINT64_C(0x3333333322222222));
    EXPECT_EQ(CounterGroup(narrow).counter(2), 0x22222222U);
    EXPECT_EQ(CounterGroup(narrow).counter(3), 0x33333333U);
    CounterGroup g(wide, 0, 8);
    g.set_counter(1, ONES);
    EXPECT_EQ(g.counter(1), UINT64_C(0xFFFFFFFFFF));
    EXPECT_EQ(g.counter(0), 0U);
    EXPECT_EQ(g.counter(2), 0U);
}

/* rule: PMC-020 */
TEST(PmcgRegisters, 852_msi_configuration_is_guarded_by_irqen)
{
    BareSmmu d({{"pmcg.msi", 1}});
    CounterGroup g(d);
    g.w64(REF_PMCG_IRQ_CFG0, 0x1000);
    g.w32(REF_PMCG_IRQ_CFG1, 0x11);
    g.w32(REF_PMCG_IRQ_CFG2, 0x1);
    g.w32(REF_PMCG_IRQ_CTRL, 1);
    g.w64(REF_PMCG_IRQ_CFG0, 0x2000);
    g.w32(REF_PMCG_IRQ_CFG1, 0x22);
    g.w32(REF_PMCG_IRQ_CFG2, 0x2);
    EXPECT_EQ(g.r64(REF_PMCG_IRQ_CFG0), 0x1000U);
    EXPECT_EQ(g.r32(REF_PMCG_IRQ_CFG1), 0x11U);
    EXPECT_EQ(g.r32(REF_PMCG_IRQ_CFG2), 0x1U);
    g.w32(REF_PMCG_IRQ_CTRL, 0);
    g.w32(REF_PMCG_IRQ_CFG1, 0x22);
    EXPECT_EQ(g.r32(REF_PMCG_IRQ_CFG1), 0x22U);
}

} // namespace
