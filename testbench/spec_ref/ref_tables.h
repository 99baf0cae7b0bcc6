/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference constants as tables to iterate over, one row a fact. Names are those of the
 * constants without REF_.
 */
#ifndef SMMUSIM_SPEC_REF_TABLES_H
#define SMMUSIM_SPEC_REF_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ref_register_row {
    const char *name;
    uint32_t offset; /* page 1 registers at 0x10000 and up */
    unsigned width;
    const char *access;  /* RO, RW */
    const char *guard;   /* see ref_registers.h */
    const char *reset;   /* CONSTANT, ZERO, UNKNOWN, IMPDEF */
    const char *present; /* the feature it belongs to, or ALWAYS */
};

/* A register of a counter group, or an array of them: one a counter. */
struct ref_pmcg_row {
    const char *name;
    unsigned page;
    uint32_t offset; /* in the page */
    unsigned number;
    unsigned width; /* 0: that of the counters */
    const char *access;
    const char *guard;
    const char *reset;
    const char *present;
};

struct ref_field_row {
    const char *object; /* a register, command, event or structure */
    const char *field;
    unsigned dword;
    unsigned msb;
    unsigned lsb;
    bool confirmed; /* by the text or by what Linux does; false: position by analogy only */
};

struct ref_number_row {
    const char *name;
    unsigned number;
};

extern const struct ref_register_row ref_register_table[];
extern const size_t ref_register_count;

extern const struct ref_field_row ref_register_field_table[];
extern const size_t ref_register_field_count;

/* Of an ECMDQ; offsets count from its place */
extern const struct ref_register_row ref_ecmdq_table[];
extern const size_t ref_ecmdq_count;
extern const struct ref_field_row ref_ecmdq_field_table[];
extern const size_t ref_ecmdq_field_count;

extern const struct ref_pmcg_row ref_pmcg_table[];
extern const size_t ref_pmcg_count;

/* Objects: PMCG_ and a register of ref_pmcg_table */
extern const struct ref_field_row ref_pmcg_field_table[];
extern const size_t ref_pmcg_field_count;

/* The architected monitor events */
extern const struct ref_number_row ref_pmcg_event_table[];
extern const size_t ref_pmcg_event_count;

extern const struct ref_number_row ref_command_table[];
extern const size_t ref_command_count;

extern const struct ref_field_row ref_command_field_table[];
extern const size_t ref_command_field_count;

extern const struct ref_number_row ref_cerror_table[];
extern const size_t ref_cerror_count;

extern const struct ref_number_row ref_event_table[];
extern const size_t ref_event_count;

extern const struct ref_field_row ref_event_field_table[];
extern const size_t ref_event_field_count;

/* L1STD, STE, L1CD, CD */
extern const struct ref_field_row ref_structure_field_table[];
extern const size_t ref_structure_field_count;

/* PRI: entries of the PRI queue */
extern const struct ref_field_row ref_pri_field_table[];
extern const size_t ref_pri_field_count;

/* S1_LEAF, S2_LEAF, S1_TABLE */
extern const struct ref_field_row ref_descriptor_field_table[];
extern const size_t ref_descriptor_field_count;

#ifdef __cplusplus
}
#endif

#endif
