/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The specification's names as the trace language and the tool spell them, looked up in the
 * reference tables. Names of fields are those of the tables without '_'; case does not matter.
 */
#ifndef SMMUSIM_TRACE_NAMES_H
#define SMMUSIM_TRACE_NAMES_H

#include "spec_ref/ref_tables.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A table of fields: commands, events, structures. */
struct field_table {
    const struct ref_field_row *rows;
    size_t count;
};

struct field_table command_fields(void);
struct field_table event_fields(void);
struct field_table structure_fields(void);
struct field_table pri_fields(void);

/* All of these: NULL if there is none. */
const struct ref_register_row *register_named(const char *name);
const struct ref_register_row *register_at(uint32_t offset);
/*
 * A register of the SMMU or of a counter group: PMCG_<REG> is the TCU's, TBU<n>_PMCG_<REG> that of
 * TBU n; registers of an array have their number behind the name. Those of 64-bit counters
 * (EVCNTR, SVR) have offsets that depend on the configuration, and no names.
 */
bool register_offset(const char *name, uint32_t *offset);
/* ECMDQ<n>_BASE, _PROD, _CONS: the offset counts from the queue's place. */
bool ecmdq_register_offset(const char *name, uint32_t *ecmdq, uint32_t *offset);
enum { REGISTER_NAME_SIZE = 48 };
/* Into the buffer: the name, or the offset as a number if there is none. */
const char *register_spelling(uint32_t offset, char buffer[REGISTER_NAME_SIZE]);
/* With or without CMD_. */
const struct ref_number_row *command_named(const char *name);
const struct ref_number_row *command_numbered(unsigned opcode);
const struct ref_number_row *event_named(const char *name);
const struct ref_number_row *event_numbered(unsigned number);
const struct ref_number_row *cerror_named(const char *name);
const struct ref_number_row *cerror_numbered(unsigned number);
const struct ref_field_row *field_named(struct field_table table, const char *object,
                                        const char *field);

/* The name of a field as a trace spells it, into a buffer that is large enough for all. */
enum { FIELD_NAME_SIZE = 32 };
void field_spelling(const struct ref_field_row *row, char spelling[FIELD_NAME_SIZE]);

/*
 * An address stands in its word bit for bit: its value is the whole address, with the bits that
 * the field does not carry as zero.
 */
bool field_is_address(const struct ref_field_row *row);
uint64_t field_get(const struct ref_field_row *row, const uint64_t *words);
void field_set(const struct ref_field_row *row, uint64_t *words, uint64_t value);
/* Every bit that a value may have. */
uint64_t field_mask(const struct ref_field_row *row);

#ifdef __cplusplus
}
#endif

#endif
