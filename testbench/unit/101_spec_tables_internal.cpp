/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's tables (model/spec) against the reference constants (testbench/spec_ref), row by
 * row: every row of one side exists on the other with the same numbers. The two were written
 * apart from each other; where they differ, the specification decides.
 */
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "spec_ref/ref_tables.h"

namespace {

struct ModelField {
    const char *object;
    const char *field;
    unsigned word;
    unsigned msb;
    unsigned lsb;
};

#define FIELD(object, name, word, msb, lsb, feature) {#object, #name, (word), (msb), (lsb)},
const ModelField model_fields[] = {
#include "fields.def"
};
#undef FIELD

struct ModelRegister {
    const char *name;
    unsigned offset;
    unsigned bits;
    const char *access;
    const char *guard;
    const char *feature;
};

#define REG(name, offset, bits, access, guard, feature, ...)                                       \
    {#name, (offset), (bits), #access, #guard, #feature},
const ModelRegister model_registers[] = {
#include "regs.def"
};
#undef REG

struct ModelPmcgRegister {
    const char *name;
    unsigned page;
    unsigned offset;
    unsigned number;
    unsigned bits;
    const char *access;
    const char *guard;
    const char *feature;
};

enum { COUNTERS = 64, COUNTER = 0 };
#define PMCG_REG(name, page, offset, number, bits, access, guard, feature, ...)                    \
    {#name, (page), (offset), (number), (bits), #access, #guard, #feature},
const ModelPmcgRegister model_pmcg_registers[] = {
#include "pmcg_regs.def"
};
#undef PMCG_REG

struct ModelNumber {
    const char *name;
    unsigned number;
};

#define CMD(name, opcode, ...) {"CMD_" #name, (opcode)},
const ModelNumber model_commands[] = {
#include "cmds.def"
};
#undef CMD

#define EVENT(name, number, ...) {#name, (number)},
const ModelNumber model_events[] = {
#include "events.def"
};
#undef EVENT

#define PMCG_EVENT(name, number, ...) {#name, (number)},
const ModelNumber model_monitor_events[] = {
#include "pmcg_events.def"
};
#undef PMCG_EVENT

/* Name of a row -> its numbers as text */
using Rows = std::map<std::string, std::string>;

std::string upper(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

void add_row(Rows &rows, const std::string &name, const std::string &numbers)
{
    EXPECT_TRUE(rows.emplace(name, numbers).second) << name << " has two rows";
}

std::string position(unsigned word, unsigned msb, unsigned lsb)
{
    std::ostringstream text;
    text << "word " << word << " [" << msb << ":" << lsb << "]";
    return text.str();
}

void expect_same_rows(const Rows &model, const Rows &reference)
{
    for (const auto &[name, numbers] : model) {
        auto other = reference.find(name);
        if (other == reference.end())
            ADD_FAILURE() << name << ": " << numbers << " in model/spec, no row in spec_ref";
        else
            EXPECT_EQ(numbers, other->second) << name << ": model/spec, spec_ref";
    }
    for (const auto &[name, numbers] : reference)
        if (!model.count(name))
            ADD_FAILURE() << name << ": " << numbers << " in spec_ref, no row in model/spec";
}

Rows model_field_rows(const std::set<std::string> &objects, const std::string &prefix = "")
{
    Rows rows;
    for (const ModelField &row : model_fields) {
        std::string object = row.object;
        if (!prefix.empty() && object.compare(0, prefix.size(), prefix) == 0)
            object.erase(0, prefix.size());
        else if (!prefix.empty())
            continue;
        if (objects.count(object))
            add_row(rows, upper(object + "." + row.field), position(row.word, row.msb, row.lsb));
    }
    return rows;
}

Rows reference_field_rows(const ref_field_row *table, size_t count, std::set<std::string> &objects)
{
    Rows rows;
    for (size_t i = 0; i < count; ++i) {
        const ref_field_row &row = table[i];
        objects.insert(row.object);
        add_row(rows, upper(std::string(row.object) + "." + row.field),
                position(row.dword, row.msb, row.lsb));
    }
    return rows;
}

template <size_t count>
Rows model_number_rows(const ModelNumber (&table)[count])
{
    Rows rows;
    for (const ModelNumber &row : table)
        add_row(rows, row.name, std::to_string(row.number));
    return rows;
}

Rows reference_number_rows(const ref_number_row *table, size_t count)
{
    Rows rows;
    for (size_t i = 0; i < count; ++i)
        add_row(rows, table[i].name, std::to_string(table[i].number));
    return rows;
}

std::string register_text(unsigned offset, unsigned width, const std::string &access,
                          const std::string &guard, const std::string &feature)
{
    std::ostringstream text;
    text << "at 0x" << std::hex << offset << std::dec << ", " << width << " bits, " << access
         << ", guard " << guard << ", feature " << feature;
    return text.str();
}

TEST(SpecTables, 101_registers_are_those_of_the_reference)
{
    Rows model;
    for (const ModelRegister &row : model_registers)
        add_row(model, row.name,
                register_text(row.offset, row.bits, row.access, row.guard, row.feature));
    Rows reference;
    for (size_t i = 0; i < ref_register_count; ++i) {
        const ref_register_row &row = ref_register_table[i];
        add_row(reference, row.name,
                register_text(row.offset, row.width, row.access, row.guard, row.present));
    }
    expect_same_rows(model, reference);
}

TEST(SpecTables, 101_register_fields_stand_where_the_reference_has_them)
{
    std::set<std::string> objects;
    Rows reference =
        reference_field_rows(ref_register_field_table, ref_register_field_count, objects);
    expect_same_rows(model_field_rows(objects), reference);
}

TEST(SpecTables, 101_fields_of_an_ecmdq_stand_where_the_reference_has_them)
{
    std::set<std::string> objects;
    Rows reference = reference_field_rows(ref_ecmdq_field_table, ref_ecmdq_field_count, objects);
    expect_same_rows(model_field_rows(objects), reference);
}

TEST(SpecTables, 101_counter_group_registers_are_those_of_the_reference)
{
    Rows model, reference;
    auto place = [](unsigned page, unsigned number) {
        return "page " + std::to_string(page) + ", " + std::to_string(number) + " times ";
    };
    for (const ModelPmcgRegister &row : model_pmcg_registers)
        add_row(model, row.name,
                place(row.page, row.number) +
                    register_text(row.offset, row.bits, row.access, row.guard, row.feature));
    for (size_t i = 0; i < ref_pmcg_count; ++i) {
        const ref_pmcg_row &row = ref_pmcg_table[i];
        add_row(reference, row.name,
                place(row.page, row.number) +
                    register_text(row.offset, row.width, row.access, row.guard, row.present));
    }
    expect_same_rows(model, reference);
}

TEST(SpecTables, 101_counter_group_fields_stand_where_the_reference_has_them)
{
    std::set<std::string> objects;
    Rows reference = reference_field_rows(ref_pmcg_field_table, ref_pmcg_field_count, objects);
    expect_same_rows(model_field_rows(objects), reference);
}

/* rule: PMC-002 */
TEST(SpecTables, 101_monitor_events_have_the_numbers_of_the_reference)
{
    Rows model;
    for (const ModelNumber &row : model_monitor_events)
        if (row.number < 0x80)
            add_row(model, row.name, std::to_string(row.number));
    expect_same_rows(model, reference_number_rows(ref_pmcg_event_table, ref_pmcg_event_count));
}

TEST(SpecTables, 101_commands_have_the_opcodes_of_the_reference)
{
    expect_same_rows(model_number_rows(model_commands),
                     reference_number_rows(ref_command_table, ref_command_count));
}

TEST(SpecTables, 101_command_fields_stand_where_the_reference_has_them)
{
    std::set<std::string> objects;
    Rows reference =
        reference_field_rows(ref_command_field_table, ref_command_field_count, objects);
    expect_same_rows(model_field_rows(objects), reference);
}

/* rule: EVT-017 ER-002 */
TEST(SpecTables, 101_events_have_the_numbers_of_the_reference)
{
    expect_same_rows(model_number_rows(model_events),
                     reference_number_rows(ref_event_table, ref_event_count));
}

TEST(SpecTables, 101_event_fields_stand_where_the_reference_has_them)
{
    std::set<std::string> objects;
    Rows reference = reference_field_rows(ref_event_field_table, ref_event_field_count, objects);
    expect_same_rows(model_field_rows(objects, "EVT_"), reference);
}

TEST(SpecTables, 101_structure_fields_stand_where_the_reference_has_them)
{
    std::set<std::string> objects;
    Rows reference =
        reference_field_rows(ref_structure_field_table, ref_structure_field_count, objects);
    expect_same_rows(model_field_rows(objects), reference);
}

TEST(SpecTables, 101_fields_of_a_page_request_stand_where_the_reference_has_them)
{
    std::set<std::string> objects;
    Rows reference = reference_field_rows(ref_pri_field_table, ref_pri_field_count, objects);
    expect_same_rows(model_field_rows(objects), reference);
}

/* An object that no reference table knows would escape the comparisons above. */
TEST(SpecTables, 101_the_reference_knows_every_object_of_the_model)
{
    std::set<std::string> known;
    reference_field_rows(ref_register_field_table, ref_register_field_count, known);
    reference_field_rows(ref_command_field_table, ref_command_field_count, known);
    reference_field_rows(ref_structure_field_table, ref_structure_field_count, known);
    reference_field_rows(ref_pmcg_field_table, ref_pmcg_field_count, known);
    reference_field_rows(ref_ecmdq_field_table, ref_ecmdq_field_count, known);
    reference_field_rows(ref_pri_field_table, ref_pri_field_count, known);
    for (size_t i = 0; i < ref_event_count; ++i)
        known.insert(std::string("EVT_") + ref_event_table[i].name);
    for (const ModelField &row : model_fields)
        EXPECT_TRUE(known.count(row.object)) << row.object << "." << row.field;
}

} // namespace
