/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enumerated values of fields. A row without an object holds for every object that has the field;
 * a row that names the object goes before it.
 */
#include <stddef.h>
#include <string.h>

#include "cli/decode.h"

struct meaning {
    const char *object; /* NULL: any */
    const char *field;
    uint64_t value;
    const char *text;
};

#define FLAG(object, field, off, on)                                                               \
    {object, field, 0, off},                                                                       \
    {                                                                                              \
        object, field, 1, on                                                                       \
    }
#define SHAREABILITY(object, field)                                                                \
    {object, field, 0, "Non-shareable"}, {object, field, 1, "reserved, acts as Non-shareable"},    \
        {object, field, 2, "Outer Shareable"},                                                     \
    {                                                                                              \
        object, field, 3, "Inner Shareable"                                                        \
    }
#define READ_CACHING(object, field)                                                                \
    {object, field, 0, "Non-cacheable"}, {object, field, 1, "Write-Back, Read-Allocate"},          \
        {object, field, 2, "Write-Through, Read-Allocate"},                                        \
    {                                                                                              \
        object, field, 3, "Write-Back, no Read-Allocate"                                           \
    }
#define WALK_CACHING(object, field)                                                                \
    {object, field, 0, "Non-cacheable"},                                                           \
        {object, field, 1, "Write-Back, Read- and Write-Allocate"},                                \
        {object, field, 2, "Write-Through, Read-Allocate"},                                        \
    {                                                                                              \
        object, field, 3, "Write-Back, Read-Allocate"                                              \
    }
#define ADDRESS_BITS(object, field)                                                                \
    {object, field, 0, "32 bits"}, {object, field, 1, "36 bits"}, {object, field, 2, "40 bits"},   \
        {object, field, 3, "42 bits"}, {object, field, 4, "44 bits"},                              \
        {object, field, 5, "48 bits"}, {object, field, 6, "52 bits"},                              \
    {                                                                                              \
        object, field, 7, "56 bits"                                                                \
    }
#define MEMORY_TYPE(field)                                                                         \
    {NULL, field, 0x0, "Device-nGnRnE"}, {NULL, field, 0x1, "Device-nGnRE"},                       \
        {NULL, field, 0x2, "Device-nGRE"}, {NULL, field, 0x3, "Device-GRE"},                       \
        {NULL, field, 0x4, "reserved, acts as Device-nGnRnE"},                                     \
        {NULL, field, 0x5, "Normal, outer NC, inner NC"},                                          \
        {NULL, field, 0x6, "Normal, outer NC, inner WT"},                                          \
        {NULL, field, 0x7, "Normal, outer NC, inner WB"},                                          \
        {NULL, field, 0x8, "reserved, acts as Device-nGnRnE"},                                     \
        {NULL, field, 0x9, "Normal, outer WT, inner NC"},                                          \
        {NULL, field, 0xA, "Normal, outer WT, inner WT"},                                          \
        {NULL, field, 0xB, "Normal, outer WT, inner WB"},                                          \
        {NULL, field, 0xC, "reserved, acts as Device-nGnRnE"},                                     \
        {NULL, field, 0xD, "Normal, outer WB, inner NC"},                                          \
        {NULL, field, 0xE, "Normal, outer WB, inner WT"},                                          \
    {                                                                                              \
        NULL, field, 0xF, "Normal, outer WB, inner WB"                                             \
    }

static const struct meaning meanings[] = {
    /* Commands (chapter 4) */
    FLAG(NULL, "SSV", "no SubstreamID", "SubstreamID is valid"),
    FLAG(NULL, "SSEC", "Non-secure stream", "Secure stream"),
    FLAG(NULL, "LEAF", "intermediate structures too", "last level only"),
    {NULL, "TG", 0, "one address, no range, no level hint"},
    {NULL, "TG", 1, "4KB granule"},
    {NULL, "TG", 2, "16KB granule"},
    {NULL, "TG", 3, "64KB granule"},
    {NULL, "TTL", 0, "leaf at any level"},
    {NULL, "TTL", 1, "leaf at level 1"},
    {NULL, "TTL", 2, "leaf at level 2"},
    {NULL, "TTL", 3, "leaf at level 3"},
    {"CMD_CFGI_STE_RANGE", "RANGE", 31, "all StreamIDs: CMD_CFGI_ALL"},
    {"CMD_SYNC", "CS", 0, "SIG_NONE"},
    {"CMD_SYNC", "CS", 1, "SIG_IRQ: MSI, or wire if MSIADDRESS is 0"},
    {"CMD_SYNC", "CS", 2, "SIG_SEV"},
    {"CMD_SYNC", "CS", 3, "reserved: CERROR_ILL"},
    SHAREABILITY("CMD_SYNC", "MSH"),
    MEMORY_TYPE("MSIATTR"),
    {"CMD_PRI_RESP", "RESP", 0, "ResponseFailure"},
    {"CMD_PRI_RESP", "RESP", 1, "InvalidRequest"},
    {"CMD_PRI_RESP", "RESP", 2, "Success"},
    {"CMD_PRI_RESP", "RESP", 3, "reserved: CERROR_ILL"},
    FLAG("CMD_RESUME", "AC", "terminate", "retry"),
    FLAG("CMD_RESUME", "AB", "terminate as RAZ/WI", "terminate with an abort"),
    {"CMD_ATC_INV", "SIZE", 52, "everything"},

    /* Records (7.3, 8.1) */
    {NULL, "CLASS", 0, "CD: fetch of a Context descriptor"},
    {NULL, "CLASS", 1, "TT: fetch of a translation table descriptor"},
    {NULL, "CLASS", 2, "IN: the input address itself"},
    {NULL, "CLASS", 3, "reserved"},
    FLAG(NULL, "PNU", "unprivileged", "privileged"),
    FLAG(NULL, "IND", "data", "instruction"),
    FLAG(NULL, "RNW", "write", "read"),
    FLAG(NULL, "TTRNW", "the walk wrote", "the walk read"),
    FLAG(NULL, "S2", "stage 1", "stage 2"),
    FLAG(NULL, "STALL", "not stalled; STAG is UNKNOWN", "stalled"),
    FLAG(NULL, "NSIPA", "Secure IPA space, or not relevant", "Non-secure IPA space"),
    FLAG("PRI", "LAST", "more of this group follow", "last of its group"),

    /* STE (5.2) */
    FLAG("STE", "V", "invalid: C_BAD_STE", "valid"),
    {"STE", "CONFIG", 0, "abort, no record"},
    {"STE", "CONFIG", 1, "abort, no record"},
    {"STE", "CONFIG", 2, "abort, no record"},
    {"STE", "CONFIG", 3, "abort, no record"},
    {"STE", "CONFIG", 4, "bypass"},
    {"STE", "CONFIG", 5, "stage 1 translates, stage 2 bypassed"},
    {"STE", "CONFIG", 6, "stage 1 bypassed, stage 2 translates"},
    {"STE", "CONFIG", 7, "stage 1 and stage 2 translate"},
    {"STE", "S1FMT", 0, "linear CD table"},
    {"STE", "S1FMT", 1, "two-level CD table, 4KB leaf tables"},
    {"STE", "S1FMT", 2, "two-level CD table, 64KB leaf tables"},
    {"STE", "S1FMT", 3, "reserved"},
    {"STE", "S1CDMAX", 0, "one CD, no substreams"},
    {"STE", "S1DSS", 0, "without SubstreamID: terminate"},
    {"STE", "S1DSS", 1, "without SubstreamID: bypass stage 1"},
    {"STE", "S1DSS", 2, "without SubstreamID: CD of substream 0"},
    {"STE", "S1DSS", 3, "reserved"},
    READ_CACHING("STE", "S1CIR"),
    READ_CACHING("STE", "S1COR"),
    SHAREABILITY("STE", "S1CSH"),
    FLAG("STE", "MEV", "faults are recorded one by one", "similar faults may be merged"),
    FLAG("STE", "S1STALLD", "stage 1 may stall", "stage 1 may not stall"),
    {"STE", "EATS", 0, "ATS denied"},
    {"STE", "EATS", 1, "full ATS"},
    {"STE", "EATS", 2, "split-stage ATS"},
    {"STE", "EATS", 3, "full ATS with DPT checks"},
    {"STE", "STRW", 0, "NS-EL1 (Non-secure, stage 1 only)"},
    {"STE", "STRW", 1, "reserved on a Non-secure stream"},
    {"STE", "STRW", 2, "EL2"},
    {"STE", "STRW", 3, "reserved"},
    MEMORY_TYPE("MEMATTR"),
    FLAG("STE", "MTCFG", "incoming memory type", "memory type of MEMATTR"),
    {"STE", "SHCFG", 0, "Non-shareable"},
    {"STE", "SHCFG", 1, "incoming shareability"},
    {"STE", "SHCFG", 2, "Outer Shareable"},
    {"STE", "SHCFG", 3, "Inner Shareable"},
    {"STE", "PRIVCFG", 0, "incoming privilege"},
    {"STE", "PRIVCFG", 1, "reserved, acts as incoming"},
    {"STE", "PRIVCFG", 2, "unprivileged"},
    {"STE", "PRIVCFG", 3, "privileged"},
    {"STE", "INSTCFG", 0, "incoming instruction marking"},
    {"STE", "INSTCFG", 1, "reserved, acts as incoming"},
    {"STE", "INSTCFG", 2, "data"},
    {"STE", "INSTCFG", 3, "instruction"},
    WALK_CACHING("STE", "S2IR0"),
    WALK_CACHING("STE", "S2OR0"),
    SHAREABILITY("STE", "S2SH0"),
    {"STE", "S2TG", 0, "4KB granule"},
    {"STE", "S2TG", 1, "64KB granule"},
    {"STE", "S2TG", 2, "16KB granule"},
    {"STE", "S2TG", 3, "reserved"},
    ADDRESS_BITS("STE", "S2PS"),
    FLAG("STE", "S2AA64", "VMSAv8-32", "VMSAv8-64"),
    FLAG("STE", "S2ENDI", "little-endian tables", "big-endian tables"),

    /* CD (5.4) */
    FLAG("CD", "V", "invalid: C_BAD_CD", "valid"),
    {"CD", "TG0", 0, "4KB granule"},
    {"CD", "TG0", 1, "64KB granule"},
    {"CD", "TG0", 2, "16KB granule"},
    {"CD", "TG0", 3, "reserved"},
    {"CD", "TG1", 0, "reserved"},
    {"CD", "TG1", 1, "16KB granule"},
    {"CD", "TG1", 2, "4KB granule"},
    {"CD", "TG1", 3, "64KB granule"},
    WALK_CACHING("CD", "IR0"),
    WALK_CACHING("CD", "OR0"),
    SHAREABILITY("CD", "SH0"),
    FLAG("CD", "EPD0", "TTB0 is walked", "no walks through TTB0: F_TRANSLATION"),
    FLAG("CD", "ENDI", "little-endian tables", "big-endian tables"),
    WALK_CACHING("CD", "IR1"),
    WALK_CACHING("CD", "OR1"),
    SHAREABILITY("CD", "SH1"),
    FLAG("CD", "EPD1", "TTB1 is walked", "no walks through TTB1: F_TRANSLATION"),
    ADDRESS_BITS("CD", "IPS"),
    FLAG("CD", "AFFD", "AF = 0 faults", "AF = 0 does not fault"),
    FLAG("CD", "TBI0", "the top byte counts", "the top byte is ignored"),
    FLAG("CD", "TBI1", "the top byte counts", "the top byte is ignored"),
    FLAG("CD", "AA64", "VMSAv8-32", "VMSAv8-64"),
    FLAG("CD", "S", "faults do not stall", "faults stall"),
    FLAG("CD", "R", "faults are not recorded", "faults are recorded"),
    FLAG("CD", "A", "terminate as RAZ/WI", "terminate with an abort"),
    FLAG("CD", "ASET", "ASID shared with PEs", "ASID private to the SMMU"),
    FLAG("CD", "HAD0", "permissions of tables count", "permissions of tables are ignored"),
    FLAG("CD", "HAD1", "permissions of tables count", "permissions of tables are ignored"),
    FLAG("L1CD", "V", "invalid", "valid"),
    {"L1STD", "SPAN", 0, "invalid"},

    /* Descriptors (DDI 0487, D8.3) */
    FLAG("S1_LEAF", "AF", "Access flag fault, unless AFFD", "accessed"),
    FLAG("S1_LEAF", "NG", "global", "not global"),
    {"S1_LEAF", "AP", 0, "privileged RW"},
    {"S1_LEAF", "AP", 1, "RW"},
    {"S1_LEAF", "AP", 2, "privileged RO"},
    {"S1_LEAF", "AP", 3, "RO"},
    SHAREABILITY("S1_LEAF", "SH"),
    FLAG("S1_LEAF", "PXN", "privileged execution permitted", "no privileged execution"),
    FLAG("S1_LEAF", "UXN", "unprivileged execution permitted", "no unprivileged execution"),
    FLAG("S1_LEAF", "CONTIGUOUS", "alone", "one of a contiguous run"),
    {"S2_LEAF", "S2AP", 0, "no access"},
    {"S2_LEAF", "S2AP", 1, "RO"},
    {"S2_LEAF", "S2AP", 2, "WO"},
    {"S2_LEAF", "S2AP", 3, "RW"},
    SHAREABILITY("S2_LEAF", "SH"),
    FLAG("S2_LEAF", "AF", "Access flag fault, unless S2AFFD", "accessed"),
    FLAG("S2_LEAF", "CONTIGUOUS", "alone", "one of a contiguous run"),
    {"S1_TABLE", "APTABLE", 0, "no restriction below"},
    {"S1_TABLE", "APTABLE", 1, "no unprivileged access below"},
    {"S1_TABLE", "APTABLE", 2, "no writes below"},
    {"S1_TABLE", "APTABLE", 3, "no writes and no unprivileged access below"},
};

const char *value_meaning(const char *object, const char *field, uint64_t value)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); ++i) {
        const struct meaning *row = &meanings[i];
        if (row->value == value && strcmp(row->field, field) == 0 &&
            (!row->object || strcmp(row->object, object) == 0))
            return row->text;
    }
    return NULL;
}
