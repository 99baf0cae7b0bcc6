/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of ref_tables.h, made from the lists of the reference headers. */
#include "ref_tables.h"

#include "ref_commands.h"
#include "ref_events.h"
#include "ref_pmcg.h"
#include "ref_registers.h"
#include "ref_structures.h"
#include "ref_vmsa.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define REGISTER_ROW(name, offset, width, access, guard, reset, present)                           \
    {#name, (offset), (width), #access, #guard, #reset, #present},
#define FIELD_ROW(object, field, dword, msb, lsb) {#object, #field, (dword), (msb), (lsb), true},
#define UNCONFIRMED_ROW(object, field, dword, msb, lsb)                                            \
    {#object, #field, (dword), (msb), (lsb), false},
#define NUMBER_ROW(name, number) {#name, (number)},

const struct ref_register_row ref_register_table[] = {REF_REGISTERS(REGISTER_ROW)};
const size_t ref_register_count = COUNT(ref_register_table);

const struct ref_field_row ref_register_field_table[] = {REF_REGISTER_FIELDS(FIELD_ROW)};
const size_t ref_register_field_count = COUNT(ref_register_field_table);

const struct ref_register_row ref_ecmdq_table[] = {REF_ECMDQ_REGISTERS(REGISTER_ROW)};
const size_t ref_ecmdq_count = COUNT(ref_ecmdq_table);

const struct ref_field_row ref_ecmdq_field_table[] = {REF_ECMDQ_FIELDS(FIELD_ROW)};
const size_t ref_ecmdq_field_count = COUNT(ref_ecmdq_field_table);

#define PMCG_ROW(name, page, offset, number, width, access, guard, reset, present)                 \
    {#name, (page), (offset), (number), (width), #access, #guard, #reset, #present},

const struct ref_pmcg_row ref_pmcg_table[] = {REF_PMCG_REGISTERS(PMCG_ROW)};
const size_t ref_pmcg_count = COUNT(ref_pmcg_table);

const struct ref_field_row ref_pmcg_field_table[] = {REF_PMCG_FIELDS(FIELD_ROW)};
const size_t ref_pmcg_field_count = COUNT(ref_pmcg_field_table);

const struct ref_number_row ref_pmcg_event_table[] = {REF_PMCG_EVENTS(NUMBER_ROW)};
const size_t ref_pmcg_event_count = COUNT(ref_pmcg_event_table);

const struct ref_number_row ref_command_table[] = {REF_COMMANDS(NUMBER_ROW)};
const size_t ref_command_count = COUNT(ref_command_table);

const struct ref_field_row ref_command_field_table[] = {
    REF_COMMAND_FIELDS(FIELD_ROW) REF_COMMAND_FIELDS_UNCONFIRMED(UNCONFIRMED_ROW)};
const size_t ref_command_field_count = COUNT(ref_command_field_table);

const struct ref_number_row ref_cerror_table[] = {REF_CERRORS(NUMBER_ROW)};
const size_t ref_cerror_count = COUNT(ref_cerror_table);

const struct ref_number_row ref_event_table[] = {REF_EVENTS(NUMBER_ROW)};
const size_t ref_event_count = COUNT(ref_event_table);

const struct ref_field_row ref_event_field_table[] = {
    REF_EVENT_FIELDS(FIELD_ROW) REF_EVENT_FIELDS_UNCONFIRMED(UNCONFIRMED_ROW)};
const size_t ref_event_field_count = COUNT(ref_event_field_table);

const struct ref_field_row ref_structure_field_table[] = {REF_STRUCTURE_FIELDS(FIELD_ROW)};
const size_t ref_structure_field_count = COUNT(ref_structure_field_table);

const struct ref_field_row ref_pri_field_table[] = {REF_PRI_FIELDS(FIELD_ROW)};
const size_t ref_pri_field_count = COUNT(ref_pri_field_table);

const struct ref_field_row ref_descriptor_field_table[] = {REF_DESCRIPTOR_FIELDS(FIELD_ROW)};
const size_t ref_descriptor_field_count = COUNT(ref_descriptor_field_table);
