/* SPDX-License-Identifier: Apache-2.0 */
/* The register file from outside: widths, halves, read-only, RES0, absent features, holes (6.2). */

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "spec_ref/ref_pmcg.h"
#include "spec_ref/ref_tables.h"
#include "unit/bare_smmu.h"

namespace {

const uint64_t ONES = ~UINT64_C(0);

/* Features of the default configuration that own registers. */
bool present(const ref_register_row &row)
{
    for (const char *feature :
         {"ALWAYS", "MSI", "ATOS", "VATOS", "S2PI", "ECMDQ", "PRI", "PRI_MSI", "MPAM"})
        if (!std::strcmp(row.present, feature))
            return true;
    return false;
}

uint64_t key_value(const smmu_t *s, const std::string &name, bool &is_key)
{
    uint64_t value = 0;
    is_key = smmu_config_get(smmu_get_config(s), name.c_str(), &value) == SMMU_OK;
    return value;
}

/* Identification fields hold the configuration; bits of no field are 0. */
void expect_identification(BareSmmu &d)
{
    unsigned fields = 0;
    for (size_t r = 0; r < ref_register_count; r++) {
        const ref_register_row &row = ref_register_table[r];
        std::string name = row.name;
        if (name != "AIDR" && name != "IIDR" && name != "MPAMIDR" && name.substr(0, 3) != "IDR")
            continue;
        uint64_t expected = 0;
        for (size_t i = 0; i < ref_register_field_count; i++) {
            const ref_field_row &field = ref_register_field_table[i];
            bool is_key;
            uint64_t value = key_value(d.s, name + "." + field.field, is_key);
            if (name != field.object || !is_key)
                continue;
            expected |= ref_prep(field.msb, field.lsb, value);
            fields++;
        }
        EXPECT_EQ(d.r32(row.offset), expected) << name;
    }
    EXPECT_GT(fields, 60U);
}

TEST(Registers, 114_identification_is_the_configuration)
{
    BareSmmu d;
    expect_identification(d);
    BareSmmu other({{"IDR0.MSI", 0},
                    {"IDR0.SEV", 0},
                    {"IDR0.TTENDIAN", 2},
                    {"IDR1.SIDSIZE", 32},
                    {"IDR1.SSIDSIZE", 0},
                    {"IDR1.CMDQS", 7},
                    {"IDR3.STT", 0},
                    {"MPAMIDR.PARTID_MAX", 0x1234},
                    {"MPAMIDR.PMG_MAX", 0},
                    {"IDR5.OAS", 2},
                    {"IDR5.GRAN16K", 0},
                    {"IIDR.Implementer", 0x43B},
                    {"IIDR.ProductID", 0x487},
                    {"IIDR.Variant", 2},
                    {"IIDR.Revision", 3}});
    expect_identification(other);
}

/* rule: ID-034 */
TEST(Registers, 114_aidr_reads_minor_3_and_major_0)
{
    EXPECT_EQ(BareSmmu().r32(REF_REG_AIDR), 3U);
    EXPECT_EQ(BareSmmu({{"AIDR.ArchMinorRev", 2}}).r32(REF_REG_AIDR), 2U);
}

/* rule: RA-020 */
TEST(Registers, 114_identification_space_has_the_numbers_of_iidr)
{
    BareSmmu d({{"IIDR.Implementer", 0x43B}, {"IIDR.ProductID", 0x487}, {"IIDR.Variant", 2}});
    EXPECT_EQ(d.r32(0xFE0), 0x87U);
    EXPECT_EQ(d.r32(0xFE4), 0xB4U);
    EXPECT_EQ(d.r32(0xFE8), 0x2BU);
    EXPECT_EQ(d.r32(0xFD0), 0x04U);
    const uint32_t preamble[4] = {0x0D, 0xF0, 0x05, 0xB1};
    for (uint32_t i = 0; i < 4; i++)
        EXPECT_EQ(d.r32(0xFF0 + 4 * i), preamble[i]);
}

/* rule: RA-011 RA-013 GE-006 */
TEST(Registers, 115_read_only_registers_ignore_writes)
{
    BareSmmu d;
    for (size_t r = 0; r < ref_register_count; r++) {
        const ref_register_row &row = ref_register_table[r];
        if (std::strcmp(row.access, "RO"))
            continue;
        uint64_t before = d.read(row.offset, row.width / 8);
        d.write(row.offset, row.width / 8, ONES);
        EXPECT_EQ(d.read(row.offset, row.width / 8), before) << row.name;
    }
}

struct Writable {
    const char *name;
    uint32_t offset;
    unsigned size;
    uint64_t mask;     /* must be writable in the default configuration, everything disabled */
    uint64_t optional; /* may be stored or not */
};

const uint64_t BEYOND_48_BITS = UINT64_C(0x00FF000000000000);

/* rule: RA-012 GE-010 UP-004 QA-014 GD-024 */
const Writable writable[] = {
    {"CR1", REF_REG_CR1, 4, 0xFFF, 0},
    {"CR2", REF_REG_CR2, 4, 0xF, 0},
    {"GERRORN", REF_REG_GERRORN, 4, 0x3FD, 0},
    {"GERROR_IRQ_CFG0", REF_REG_GERROR_IRQ_CFG0, 8, 0x0000FFFFFFFFFFFC, BEYOND_48_BITS},
    {"GERROR_IRQ_CFG1", REF_REG_GERROR_IRQ_CFG1, 4, 0xFFFFFFFF, 0},
    {"GERROR_IRQ_CFG2", REF_REG_GERROR_IRQ_CFG2, 4, 0x3F, 0},
    {"STRTAB_BASE", REF_REG_STRTAB_BASE, 8, 0x4000FFFFFFFFFFC0, BEYOND_48_BITS},
    {"STRTAB_BASE_CFG", REF_REG_STRTAB_BASE_CFG, 4, 0x000307FF, 0},
    {"CMDQ_BASE", REF_REG_CMDQ_BASE, 8, 0x4000FFFFFFFFFFFF, BEYOND_48_BITS},
    {"CMDQ_PROD", REF_REG_CMDQ_PROD, 4, 0xFFFFF, 0},
    {"CMDQ_CONS", REF_REG_CMDQ_CONS, 4, 0xFFFFF, REF_MASK(CMDQ_CONS_ERR)},
    {"EVENTQ_BASE", REF_REG_EVENTQ_BASE, 8, 0x4000FFFFFFFFFFFF, BEYOND_48_BITS},
    {"EVENTQ_PROD", REF_REG_EVENTQ_PROD, 4, 0x800FFFFF, 0},
    {"EVENTQ_CONS", REF_REG_EVENTQ_CONS, 4, 0x800FFFFF, 0},
    {"EVENTQ_IRQ_CFG0", REF_REG_EVENTQ_IRQ_CFG0, 8, 0x0000FFFFFFFFFFFC, BEYOND_48_BITS},
    {"EVENTQ_IRQ_CFG1", REF_REG_EVENTQ_IRQ_CFG1, 4, 0xFFFFFFFF, 0},
    {"EVENTQ_IRQ_CFG2", REF_REG_EVENTQ_IRQ_CFG2, 4, 0x3F, 0},
    {"PRIQ_BASE", REF_REG_PRIQ_BASE, 8, 0x4000FFFFFFFFFFFF, BEYOND_48_BITS},
    {"PRIQ_PROD", REF_REG_PRIQ_PROD, 4, 0x800FFFFF, 0},
    {"PRIQ_CONS", REF_REG_PRIQ_CONS, 4, 0x800FFFFF, 0},
    {"PRIQ_IRQ_CFG0", REF_REG_PRIQ_IRQ_CFG0, 8, 0x0000FFFFFFFFFFFC, BEYOND_48_BITS},
    {"PRIQ_IRQ_CFG1", REF_REG_PRIQ_IRQ_CFG1, 4, 0xFFFFFFFF, 0},
    {"PRIQ_IRQ_CFG2", REF_REG_PRIQ_IRQ_CFG2, 4, 0x8000003F, 0},
    {"IRQ_CTRL", REF_REG_IRQ_CTRL, 4, 0x7, 0},
    {"CR0", REF_REG_CR0, 4, 0x1F | REF_MASK(CR0_VMW), 0},
};

TEST(Registers, 115_defined_fields_are_stored_and_the_rest_is_res0)
{
    BareSmmu d;
    for (const Writable &w : writable) {
        d.write(w.offset, w.size, ONES);
        EXPECT_EQ(d.read(w.offset, w.size) & ~w.optional, w.mask) << w.name;
    }
}

/* rule: UP-003 UP-029 */
TEST(Registers, 115_acknowledges_show_defined_fields_only)
{
    BareSmmu d;
    d.w32(REF_REG_CR0, ONES);
    EXPECT_EQ(d.r32(REF_REG_CR0ACK), 0x1F | REF_MASK(CR0_VMW));
    d.w32(REF_REG_IRQ_CTRL, ONES);
    EXPECT_EQ(d.r32(REF_REG_IRQ_CTRLACK), 0x7U);
}

/* rule: RS-001 RS-002 RS-003 RS-004 RS-005 RS-006 */
TEST(Registers, 115_everything_is_disabled_and_without_error_after_reset)
{
    BareSmmu d;
    for (int round = 0; round < 2; round++) {
        for (uint32_t offset : {REF_REG_CR0, REF_REG_CR0ACK, REF_REG_IRQ_CTRL, REF_REG_IRQ_CTRLACK,
                                REF_REG_GERROR, REF_REG_GERRORN, REF_REG_STATUSR})
            EXPECT_EQ(d.r32(offset), 0U) << std::hex << offset;
        EXPECT_EQ(REF_FIELD(GBPA_UPDATE, d.r32(REF_REG_GBPA)), 0U);
        for (const Writable &w : writable)
            d.write(w.offset, w.size, ONES);
        smmu_reset(d.s);
    }
}

/* rule: RA-016 RA-014 IR-023 */
TEST(Registers, 116_registers_of_absent_features_are_res0)
{
    BareSmmu d;
    unsigned absent = 0;
    for (size_t r = 0; r < ref_register_count; r++) {
        const ref_register_row &row = ref_register_table[r];
        if (present(row))
            continue;
        d.write(row.offset, row.width / 8, ONES);
        EXPECT_EQ(d.read(row.offset, row.width / 8), 0U) << row.name;
        absent++;
    }
    EXPECT_GT(absent, 2U);
    BareSmmu without_pri({{"IDR0.PRI", 0}});
    for (const Writable &w : writable) {
        if (std::strncmp(w.name, "PRIQ_", 5))
            continue;
        without_pri.write(w.offset, w.size, ONES);
        EXPECT_EQ(without_pri.read(w.offset, w.size), 0U) << w.name;
    }
    BareSmmu wired({{"IDR0.MSI", 0}});
    for (const Writable &w : writable) {
        if (!std::strstr(w.name, "_IRQ_CFG"))
            continue;
        wired.write(w.offset, w.size, ONES);
        EXPECT_EQ(wired.read(w.offset, w.size), 0U) << w.name;
    }
    BareSmmu without_mpam({{"IDR3.MPAM", 0}});
    for (uint32_t offset : {REF_REG_MPAMIDR, REF_REG_GMPAM, REF_REG_GBPMPAM}) {
        without_mpam.w32(offset, ONES);
        EXPECT_EQ(without_mpam.r32(offset), 0U) << std::hex << offset;
    }
    wired.w32(REF_REG_GERRORN, ONES);
    EXPECT_EQ(wired.r32(REF_REG_GERRORN), 0x10DU);
}

/* rule: RA-002 RA-003 RA-004 */
TEST(Registers, 116_holes_read_zero_and_drop_writes)
{
    BareSmmu d;
    std::set<uint32_t> known;
    for (size_t r = 0; r < ref_register_count; r++)
        for (unsigned byte = 0; byte < ref_register_table[r].width / 8; byte += 4)
            known.insert(ref_register_table[r].offset + byte);
    auto in_a_counter_group = [](uint32_t offset) {
        bool tbu = offset >= REF_PMCG_TBU_FIRST;
        uint32_t at = tbu ? (offset - REF_PMCG_TBU_FIRST) % REF_PMCG_TBU_SPAN : offset;
        uint32_t page0 = tbu ? REF_PMCG_TBU_PAGE0 : REF_PMCG_TCU_PAGE0;
        uint32_t page1 = tbu ? REF_PMCG_TBU_PAGE1 : REF_PMCG_TCU_PAGE1;
        return at - page0 < REF_PMCG_END || at - page1 < REF_PMCG_END;
    };
    const uint32_t idr6 = d.r32(REF_REG_IDR6);
    const uint32_t ecmdqs = 1U << REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMQ, idr6);
    const uint32_t control_page = static_cast<uint32_t>(
        d.r64(REF_REG_CMDQ_CONTROL_PAGE_BASE) & REF_MASK(CMDQ_CONTROL_PAGE_BASE_ADDR));
    auto of_an_ecmdq = [&](uint32_t offset) {
        return offset >= control_page &&
               (offset - control_page) % (REF_ECMDQ_PAGE_BYTES / ecmdqs) < REF_ECMDQ_SPAN;
    };
    EXPECT_EQ(smmu_reg_span(d.s), control_page + REF_ECMDQ_PAGE_BYTES);
    for (uint32_t offset = 0; offset < smmu_reg_span(d.s); offset += 4) {
        /* Page 1 may alias Page 0 where it has no register of its own, and the reverse. */
        if (known.count(offset) || known.count(offset ^ REF_PAGE1) || in_a_counter_group(offset) ||
            of_an_ecmdq(offset))
            continue;
        d.w32(offset, ONES);
        EXPECT_EQ(d.r32(offset), 0U) << std::hex << offset;
    }
}

/* rule: RA-004 */
TEST(Registers, 116_page_0_places_of_the_event_queue_indexes_alias_them)
{
    BareSmmu d;
    d.w64(REF_REG_EVENTQ_BASE, 8);
    d.w32(REF_REG_EVENTQ_PROD_ALIAS, 0x80000012);
    d.w32(REF_REG_EVENTQ_CONS_ALIAS, 0x34);
    EXPECT_EQ(d.r32(REF_REG_EVENTQ_PROD), 0x80000012U);
    EXPECT_EQ(d.r32(REF_REG_EVENTQ_CONS), 0x34U);
    EXPECT_EQ(d.r32(REF_REG_EVENTQ_CONS_ALIAS), 0x34U);
}

/* rule: RA-005 RA-006 */
TEST(Registers, 117_halves_of_64_bit_registers_are_apart)
{
    for (uint32_t offset : {REF_REG_STRTAB_BASE, REF_REG_CMDQ_BASE, REF_REG_EVENTQ_BASE}) {
        BareSmmu d;
        d.w64(offset, 0x40001234567890C0);
        EXPECT_EQ(d.r64(offset), 0x40001234567890C0U);
        EXPECT_EQ(d.r32(offset), 0x567890C0U);
        EXPECT_EQ(d.r32(offset + 4), 0x40001234U);
        d.w32(offset, 0x11223340);
        EXPECT_EQ(d.r64(offset), 0x4000123411223340U);
        d.w32(offset + 4, 0x4321);
        EXPECT_EQ(d.r64(offset), 0x0000432111223340U);
    }
}

/* rule: RA-010 */
TEST(Registers, 117_64_bits_over_two_registers_access_both)
{
    BareSmmu d;
    d.w64(REF_REG_CR1, UINT64_C(0x0000000200000D75));
    EXPECT_EQ(d.r32(REF_REG_CR1), 0xD75U);
    EXPECT_EQ(d.r32(REF_REG_CR2), 0x2U);
    EXPECT_EQ(d.r64(REF_REG_CR1), UINT64_C(0x0000000200000D75));
}

/* rule: RA-008 */
TEST(Registers, 117_other_sizes_and_unaligned_accesses_are_raz_wi)
{
    BareSmmu d;
    d.w32(REF_REG_CR1, 0xD75);
    const struct {
        uint32_t offset;
        unsigned size;
    } illegal[] = {{REF_REG_CR1, 1},         {REF_REG_CR1, 2},     {REF_REG_CR1 + 2, 4},
                   {REF_REG_CR1 - 4, 16},    {REF_REG_CR1 + 4, 8}, {REF_REG_CR1, 0},
                   {REF_REG_END - 4, 8},     {REF_REG_END, 4},     {0xFFFFFFFC, 4},
                   {REF_REG_CR1, 0x80000004}};
    for (const auto &access : illegal) {
        uint64_t errors = d.stat(SMMU_STAT_guest_errors);
        EXPECT_EQ(d.read(access.offset, access.size), 0U) << access.offset << " " << access.size;
        d.write(access.offset, access.size, ONES);
        EXPECT_EQ(d.stat(SMMU_STAT_guest_errors), errors + 2);
    }
    EXPECT_EQ(d.r32(REF_REG_CR1), 0xD75U);
    EXPECT_EQ(d.r32(REF_REG_CR2), 0U);
}

/* Non-secure registers answer to accesses of every address space (6.2). */
TEST(Registers, 117_non_secure_registers_answer_to_every_space)
{
    BareSmmu d;
    uint32_t value = 1;
    for (smmu_pas_t pas : {SMMU_PAS_NS, SMMU_PAS_S, SMMU_PAS_REALM, SMMU_PAS_ROOT}) {
        d.write(REF_REG_CR1, 4, ++value, pas);
        EXPECT_EQ(d.read(REF_REG_CR1, 4, pas), value);
    }
}

TEST(Registers, 117_accesses_and_ignored_ones_are_counted)
{
    BareSmmu d;
    d.r32(REF_REG_IDR0);
    d.r64(REF_REG_STRTAB_BASE);
    d.w32(REF_REG_CR1, 1);
    EXPECT_EQ(d.stat(SMMU_STAT_reg_reads), 2U);
    EXPECT_EQ(d.stat(SMMU_STAT_reg_writes), 1U);
    EXPECT_EQ(d.stat(SMMU_STAT_guest_errors), 0U);
    d.w32(REF_REG_IDR0, 1);
    d.w32(REF_REG_GBPA, 0);
    d.r32(0x38);
    EXPECT_EQ(d.stat(SMMU_STAT_guest_errors), 3U);
}

} // namespace
