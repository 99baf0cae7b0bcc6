/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in the reference tables by name and by number. */
#include "trace/names.h"

#include <stdio.h>
#include <string.h>

#include "spec_ref/ref_field.h"
#include "spec_ref/ref_pmcg.h"
#include "spec_ref/ref_registers.h"
#include "trace/lexer.h"

enum { ECMDQS_MAX = 0x10000 };
enum { GROUPS_MAX = 257 }; /* counter groups: the TCU's and those of 256 TBUs */

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

struct field_table pri_fields(void)
{
    return (struct field_table){ref_pri_field_table, ref_pri_field_count};
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

/* ---- registers of counter groups */

/* Where a group's page is. */
static uint32_t group_page(unsigned group, unsigned page)
{
    if (group == 0)
        return page ? REF_PMCG_TCU_PAGE1 : REF_PMCG_TCU_PAGE0;
    return REF_PMCG_TBU_FIRST + (group - 1) * REF_PMCG_TBU_SPAN +
           (page ? REF_PMCG_TBU_PAGE1 : REF_PMCG_TBU_PAGE0);
}

static unsigned stride_of(const struct ref_pmcg_row *row)
{
    return row->width == 64 ? 8 : 4;
}

/* Reads digits; false if there are none or too many. */
static bool take_number(const char **text, unsigned limit, unsigned *number)
{
    const char *at = *text;
    for (*number = 0; *at >= '0' && *at <= '9'; ++at) {
        *number = *number * 10 + (unsigned)(*at - '0');
        if (*number >= limit)
            return false;
    }
    bool any = at != *text;
    *text = at;
    return any;
}

static bool take_word(const char **text, const char *word)
{
    size_t length = strlen(word);
    char start[REGISTER_NAME_SIZE] = "";
    if (length >= sizeof(start) || strlen(*text) < length)
        return false;
    memcpy(start, *text, length);
    if (!lexer_equal(start, word))
        return false;
    *text += length;
    return true;
}

static bool group_register(const char *name, uint32_t *offset)
{
    unsigned tbu, group = 0;
    if (take_word(&name, "TBU")) {
        if (!take_number(&name, GROUPS_MAX - 1, &tbu) || !take_word(&name, "_"))
            return false;
        group = 1 + tbu;
    }
    if (!take_word(&name, "PMCG_"))
        return false;
    for (size_t i = 0; i < ref_pmcg_count; ++i) {
        const struct ref_pmcg_row *row = &ref_pmcg_table[i];
        const char *rest = name;
        unsigned n = 0;
        if (take_word(&rest, row->name) &&
            (row->number == 1 || take_number(&rest, row->number, &n)) && !*rest) {
            *offset = group_page(group, row->page) + row->offset + n * stride_of(row);
            return true;
        }
    }
    return false;
}

bool ecmdq_register_offset(const char *name, uint32_t *ecmdq, uint32_t *offset)
{
    unsigned number;
    if (!take_word(&name, "ECMDQ") || !take_number(&name, ECMDQS_MAX, &number) ||
        !take_word(&name, "_"))
        return false;
    for (size_t i = 0; i < ref_ecmdq_count; ++i) {
        if (lexer_equal(ref_ecmdq_table[i].name + strlen("ECMDQ_"), name)) {
            *ecmdq = number;
            *offset = ref_ecmdq_table[i].offset;
            return true;
        }
    }
    return false;
}

/* CMDQ_CONTROL_PAGE_BASE<n>, _CFG<n>, _STATUS<n>; without n the first. */
static bool page_register(const char *name, uint32_t *offset)
{
    unsigned n;
    for (size_t i = 0; i < ref_register_count; ++i) {
        const char *rest = name;
        if (take_word(&rest, ref_register_table[i].name) &&
            ref_register_table[i].offset >= REF_REG_CMDQ_CONTROL_PAGE_BASE &&
            ref_register_table[i].offset <= REF_REG_CMDQ_CONTROL_PAGE_STATUS &&
            take_number(&rest, REF_CMDQ_CONTROL_PAGE_COUNT, &n) && !*rest) {
            *offset = ref_register_table[i].offset + n * REF_CMDQ_CONTROL_PAGE_STRIDE;
            return true;
        }
    }
    return false;
}

bool register_offset(const char *name, uint32_t *offset)
{
    const struct ref_register_row *row = register_named(name);
    if (!row)
        return group_register(name, offset) || page_register(name, offset);
    *offset = row->offset;
    return true;
}

static bool spell_in_page(unsigned group, unsigned page, uint32_t offset,
                          char buffer[REGISTER_NAME_SIZE])
{
    char tbu[16] = "", number[16] = "";
    if (group > 0)
        snprintf(tbu, sizeof(tbu), "TBU%u_", group - 1);
    for (size_t i = 0; i < ref_pmcg_count; ++i) {
        const struct ref_pmcg_row *row = &ref_pmcg_table[i];
        uint32_t n = (offset - row->offset) / stride_of(row);
        if (row->page != page || offset < row->offset || offset % stride_of(row) ||
            n >= row->number)
            continue;
        if (row->number > 1)
            snprintf(number, sizeof(number), "%u", (unsigned)n);
        snprintf(buffer, REGISTER_NAME_SIZE, "%sPMCG_%s%s", tbu, row->name, number);
        return true;
    }
    return false;
}

static bool spell_group_register(uint32_t offset, char buffer[REGISTER_NAME_SIZE])
{
    unsigned group =
        offset < REF_PMCG_TBU_FIRST ? 0 : 1 + (offset - REF_PMCG_TBU_FIRST) / REF_PMCG_TBU_SPAN;
    for (unsigned page = 0; page < 2 && group < GROUPS_MAX; ++page) {
        uint32_t within = offset - group_page(group, page);
        if (within < REF_PMCG_END && spell_in_page(group, page, within, buffer))
            return true;
    }
    return false;
}

const char *register_spelling(uint32_t offset, char buffer[REGISTER_NAME_SIZE])
{
    const struct ref_register_row *row = register_at(offset);
    if (row)
        return row->name;
    if (!spell_group_register(offset, buffer))
        snprintf(buffer, REGISTER_NAME_SIZE, "0x%x", (unsigned)offset);
    return buffer;
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
