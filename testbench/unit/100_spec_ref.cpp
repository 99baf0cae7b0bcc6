/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference constants hang together: no register or field lies over another, every field fits
 * its object, and the accessors put values where the rows say. Their truth is the specification's;
 * 101 compares them with the model's tables.
 */
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_pmcg.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_tables.h"
#include "spec_ref/ref_vmsa.h"

namespace {

struct FieldTable {
    const ref_field_row *rows;
    size_t count;
};

const std::vector<FieldTable> field_tables = {
    {ref_register_field_table, ref_register_field_count},
    {ref_command_field_table, ref_command_field_count},
    {ref_event_field_table, ref_event_field_count},
    {ref_structure_field_table, ref_structure_field_count},
    {ref_pri_field_table, ref_pri_field_count},
    {ref_descriptor_field_table, ref_descriptor_field_count},
    {ref_pmcg_field_table, ref_pmcg_field_count},
    {ref_ecmdq_field_table, ref_ecmdq_field_count},
};

/* Bits that mean one thing in VMSAv8-64 and another in VMSAv9-128 (5.4) */
const std::set<std::pair<std::string, std::string>> two_meanings = {
    {"DISCH0", "HAD0"}, {"DISCH1", "HAD1"}, {"SKL0", "HWU061"},
    {"SKL0", "HWU062"}, {"SKL1", "HWU161"}, {"SKL1", "HWU162"},
};

bool may_overlap(const ref_field_row &a, const ref_field_row &b)
{
    return std::string(a.object) == "CD" &&
           (two_meanings.count({a.field, b.field}) || two_meanings.count({b.field, a.field}));
}

TEST(SpecRef, 100_fields_of_one_object_do_not_overlap)
{
    for (const FieldTable &table : field_tables) {
        std::map<std::string, std::vector<const ref_field_row *>> objects;
        for (size_t i = 0; i < table.count; ++i) {
            const ref_field_row &row = table.rows[i];
            ASSERT_LE(row.lsb, row.msb) << row.object << "." << row.field;
            ASSERT_LE(row.msb, 63U) << row.object << "." << row.field;
            for (const ref_field_row *other : objects[row.object]) {
                EXPECT_STRNE(row.field, other->field) << row.object;
                bool overlap =
                    row.dword == other->dword && row.lsb <= other->msb && other->lsb <= row.msb;
                EXPECT_TRUE(!overlap || may_overlap(row, *other))
                    << row.object << "." << row.field << " lies over " << other->field;
            }
            objects[row.object].push_back(&row);
        }
    }
}

TEST(SpecRef, 100_register_fields_fit_their_register)
{
    std::map<std::string, unsigned> width;
    for (size_t i = 0; i < ref_register_count; ++i)
        width[ref_register_table[i].name] = ref_register_table[i].width;
    width["GATOS_PAR_FAULT"] = width["GATOS_PAR"];
    width["VATOS_PAR_FAULT"] = width["VATOS_PAR"];
    for (size_t i = 0; i < ref_register_field_count; ++i) {
        const ref_field_row &row = ref_register_field_table[i];
        ASSERT_TRUE(width.count(row.object)) << row.object;
        EXPECT_EQ(row.dword, 0U);
        EXPECT_LT(row.msb, width[row.object]) << row.object << "." << row.field;
    }
}

TEST(SpecRef, 100_registers_are_aligned_and_apart)
{
    uint32_t end = 0;
    for (size_t i = 0; i < ref_register_count; ++i) {
        const ref_register_row &row = ref_register_table[i];
        EXPECT_TRUE(row.width == 32 || row.width == 64) << row.name;
        EXPECT_EQ(row.offset % (row.width / 8), 0U) << row.name;
        EXPECT_GE(row.offset, end) << row.name;
        end = row.offset + row.width / 8;
    }
    EXPECT_LT(end, static_cast<uint32_t>(REF_VATOS_PAGE + 0x10000));
}

TEST(SpecRef, 100_counter_group_registers_are_aligned_and_apart_whatever_the_width)
{
    for (unsigned counter_width : {32U, 64U}) {
        uint32_t end = 0;
        unsigned page = 0;
        for (size_t i = 0; i < ref_pmcg_count; ++i) {
            const ref_pmcg_row &row = ref_pmcg_table[i];
            unsigned width = row.width ? row.width : counter_width;
            if (row.page != page)
                end = 0;
            page = row.page;
            EXPECT_EQ(row.offset % (width / 8), 0U) << row.name;
            EXPECT_GE(row.offset, end) << row.name;
            end = row.offset + row.number * (width / 8);
            EXPECT_LE(end, static_cast<uint32_t>(REF_PMCG_END)) << row.name;
        }
    }
}

TEST(SpecRef, 100_every_command_and_event_has_one_number_and_its_type_field)
{
    std::set<std::string> typed;
    for (const FieldTable &table : field_tables)
        for (size_t i = 0; i < table.count; ++i)
            if (std::string(table.rows[i].field) == "OPCODE" ||
                std::string(table.rows[i].field) == "TYPE")
                typed.insert(table.rows[i].object);

    std::set<unsigned> opcodes;
    for (size_t i = 0; i < ref_command_count; ++i) {
        EXPECT_TRUE(opcodes.insert(ref_command_table[i].number).second);
        EXPECT_TRUE(typed.count(ref_command_table[i].name)) << ref_command_table[i].name;
    }
    std::set<unsigned> numbers;
    for (size_t i = 0; i < ref_event_count; ++i) {
        EXPECT_TRUE(numbers.insert(ref_event_table[i].number).second);
        EXPECT_TRUE(typed.count(ref_event_table[i].name)) << ref_event_table[i].name;
    }
}

TEST(SpecRef, 100_accessors_touch_their_field_alone)
{
    uint64_t ste[8] = {0, UINT64_MAX, 0, 0, 0, 0, 0, 0};
    REF_SET(STE_S1CDMAX, ste, 20);
    EXPECT_EQ(ste[0], 20ULL << 59);
    REF_SET(STE_STRW, ste, 0xFF);
    EXPECT_EQ(ste[1], UINT64_MAX);
    REF_SET(STE_STRW, ste, 0);
    EXPECT_EQ(ste[1], ~(3ULL << 30));
    EXPECT_EQ(REF_GET(STE_EATS, ste), 3U);
    EXPECT_EQ(REF_MASK(F_TRANSLATION_INPUTADDR), UINT64_MAX);
    EXPECT_EQ(REF_PREP(CR0_VMW, 5), 5ULL << 6);
    EXPECT_EQ(REF_FIELD(CMDQ_CONS_ERR, 0x01000003U), static_cast<uint64_t>(REF_CERROR_ILL));
}

} // namespace
