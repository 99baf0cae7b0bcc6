/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the reference constants are written down and used: every bit field is one row
 * X(OBJECT, FIELD, dword, msb, lsb) of a list, and REF_FIELD_ENUM turns a row into the constants
 * REF_<OBJECT>_<FIELD>_DW, _MSB and _LSB. Bit numbers count within the 64-bit little-endian word
 * `dword` of the object; registers have only word 0.
 *
 * Written from the specification alone. Nothing here, and nothing that includes it, looks at the
 * model's own tables: the two are compared row by row in a unit test.
 */
#ifndef SMMUSIM_SPEC_REF_FIELD_H
#define SMMUSIM_SPEC_REF_FIELD_H

#include <stdint.h>

#define REF_FIELD_ENUM(object, field, dword, msb, lsb)                                             \
    REF_##object##_##field##_DW = (dword), REF_##object##_##field##_MSB = (msb),                   \
    REF_##object##_##field##_LSB = (lsb),

static inline uint64_t ref_mask(unsigned msb, unsigned lsb)
{
    return (UINT64_MAX >> (63U - (msb - lsb))) << lsb;
}

static inline uint64_t ref_prep(unsigned msb, unsigned lsb, uint64_t value)
{
    return (value << lsb) & ref_mask(msb, lsb);
}

static inline uint64_t ref_get(uint64_t word, unsigned msb, unsigned lsb)
{
    return (word & ref_mask(msb, lsb)) >> lsb;
}

static inline void ref_set(uint64_t *words, unsigned dword, unsigned msb, unsigned lsb,
                           uint64_t value)
{
    words[dword] = (words[dword] & ~ref_mask(msb, lsb)) | ref_prep(msb, lsb, value);
}

/* REF_MASK(CR0_SMMUEN), REF_PREP(CR0_SMMUEN, 1): the field in place within its 64-bit word. */
#define REF_MASK(name) ref_mask(REF_##name##_MSB, REF_##name##_LSB)
#define REF_PREP(name, value) ref_prep(REF_##name##_MSB, REF_##name##_LSB, (value))

/* REF_FIELD(CR0_SMMUEN, word): the field's value in the 64-bit word that holds it. */
#define REF_FIELD(name, word) ref_get((word), REF_##name##_MSB, REF_##name##_LSB)

/* REF_GET(STE_CONFIG, ste), REF_SET(STE_CONFIG, ste, 5): within an array of 64-bit words. */
#define REF_GET(name, words) ref_get((words)[REF_##name##_DW], REF_##name##_MSB, REF_##name##_LSB)
#define REF_SET(name, words, value)                                                                \
    ref_set((words), REF_##name##_DW, REF_##name##_MSB, REF_##name##_LSB, (value))

#endif
