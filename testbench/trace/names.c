/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in the reference tables by name and by number. */
#include "trace/names.h"

#include <string.h>

#include "spec_ref/ref_field.h"
#include "trace/lexer.h"

struct field_table command_fields(void)
{
    return (struct field_table){ref_command_field_table, ref_command_field_count};
}

struct field_table event_fields(void)
{
    return (struct field_table){ref_event_field_table, ref_event_field_count};
}

struct field_table structure_fields(void)
{
    return (struct field_table){ref_structure_field_table, ref_structure_field_count};
}

const struct ref_register_row *register_named(const char *name)
{
    for (size_t i = 0; i < ref_register_count; ++i) {
        if (lexer_equal(ref_register_table[i].name, name))
            return &ref_register_table[i];
    }
    return NULL;
}

const struct ref_register_row *register_at(uint32_t offset)
{
    for (size_t i = 0; i < ref_register_count; ++i) {
        if (ref_register_table[i].offset == offset)
            return &ref_register_table[i];
    }
    return NULL;
}

static const struct ref_number_row *named(const struct ref_number_row *table, size_t count,
                                          const char *prefix, const char *name)
{
    size_t skip = strlen(prefix);
    for (size_t i = 0; i < count; ++i) {
        if (lexer_equal(table[i].name, name) ||
            (strncmp(table[i].name, prefix, skip) == 0 && lexer_equal(table[i].name + skip, name)))
            return &table[i];
    }
    return NULL;
}

static const struct ref_number_row *numbered(const struct ref_number_row *table, size_t count,
                                             unsigned number)
{
    for (size_t i = 0; i < count; ++i) {
        if (table[i].number == number)
            return &table[i];
    }
    return NULL;
}

const struct ref_number_row *command_named(const char *name)
{
    return named(ref_command_table, ref_command_count, "CMD_", name);
}

const struct ref_number_row *command_numbered(unsigned opcode)
{
    return numbered(ref_command_table, ref_command_count, opcode);
}

const struct ref_number_row *event_named(const char *name)
{
    return named(ref_event_table, ref_event_count, "", name);
}

const struct ref_number_row *event_numbered(unsigned number)
{
    return numbered(ref_event_table, ref_event_count, number);
}

const struct ref_number_row *cerror_named(const char *name)
{
    return named(ref_cerror_table, ref_cerror_count, "", name);
}

const struct ref_number_row *cerror_numbered(unsigned number)
{
    return numbered(ref_cerror_table, ref_cerror_count, number);
}

void field_spelling(const struct ref_field_row *row, char spelling[FIELD_NAME_SIZE])
{
    size_t length = 0;
    for (const char *c = row->field; *c && length < FIELD_NAME_SIZE - 1; ++c) {
        if (*c != '_')
            spelling[length++] = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    }
    spelling[length] = '\0';
}

const struct ref_field_row *field_named(struct field_table table, const char *object,
                                        const char *field)
{
    for (size_t i = 0; i < table.count; ++i) {
        char spelling[FIELD_NAME_SIZE];
        if (strcmp(table.rows[i].object, object) != 0)
            continue;
        field_spelling(&table.rows[i], spelling);
        if (lexer_equal(spelling, field))
            return &table.rows[i];
    }
    return NULL;
}

bool field_is_address(const struct ref_field_row *row)
{
    static const char *const addresses[] = {
        "ADDR",  "IPA",     "FETCHADDR", "INPUTADDR", "MSIADDRESS", "S1CONTEXTPTR",
        "S2TTB", "S_S2TTB", "VMSPTR",    "TTB0",      "TTB1",       "L2PTR",
    };
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); ++i) {
        if (strcmp(row->field, addresses[i]) == 0)
            return true;
    }
    return false;
}

uint64_t field_get(const struct ref_field_row *row, const uint64_t *words)
{
    uint64_t word = words[row->dword];
    return field_is_address(row) ? word & ref_mask(row->msb, row->lsb)
                                 : ref_get(word, row->msb, row->lsb);
}

void field_set(const struct ref_field_row *row, uint64_t *words, uint64_t value)
{
    if (field_is_address(row))
        value >>= row->lsb;
    ref_set(words, row->dword, row->msb, row->lsb, value);
}

uint64_t field_mask(const struct ref_field_row *row)
{
    uint64_t mask = ref_mask(row->msb, row->lsb);
    return field_is_address(row) ? mask : mask >> row->lsb;
}
