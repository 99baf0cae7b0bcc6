/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Knowledge without behaviour: what the .def tables in this folder say, as enums, field
 * accessors and descriptor arrays. Nothing here knows about an SMMU instance.
 *
 * config.def  KEY(id, name, unit, basis, min, max, value, meaning)
 * config_follows.def  FOLLOWS(id, condition over V(config id)): keys that are 0 with others unless set
 * timing.def  TIMING(id, name, modes, unit, min, max, value and basis a preset, meaning)
 * regs.def    REG(name, offset, bits, access, guard, feature, section, on_write)
 * fields.def  FIELD(object, name, word, msb, lsb, feature)
 *             object: a register of regs.def, STE, CD, L1STD, L1CD, CMD_<name of cmds.def>, EVT_<name of events.def>, PRI;
 *             word: 64-bit little-endian word of the object; msb, lsb: bits of that word
 * cmds.def    CMD(name, opcode, kind, legal, queues, check, handler, section)
 *             kind: CMD_IS_<kind> of cmds.h; queues: SMMU_QUEUES_<queues>, those that take it;
 *             check, handler: functions of cmds.c, or none
 * pmcg_regs.def, fields_pmcg.def, pmcg_events.def: a counter group's registers, their fields, its events
 * events.def  EVENT(name, number, section)
 *
 * feature, legal: one of the FEATURE() names of features.def, a predicate over the configuration.
 * A field's write mask, its RES0 behaviour and a command's defined bits follow from the FIELD rows:
 * a row whose feature is absent is RES0.
 */
#ifndef SMMUSIM_SPEC_H
#define SMMUSIM_SPEC_H

#include <stdbool.h>
#include <stdint.h>

enum smmu_config_id {
#define KEY(id, ...) SMMU_CFG_##id,
#define TIMING(id, ...) SMMU_CFG_TIMING_##id,
#include "config.def"
#include "timing.def"
#undef TIMING
#undef KEY
    SMMU_CFG_COUNT
};

/* FEATURE(name, condition over V(config id)) */
enum smmu_feature {
#define FEATURE(name, ...) SMMU_FEAT_##name,
#include "features.def"
#undef FEATURE
    SMMU_FEAT_COUNT
};

enum smmu_reg_id {
#define REG(name, ...) SMMU_REG_##name,
#include "regs.def"
#undef REG
    SMMU_REG_COUNT
};

/* Field geometry as compile-time constants: SMMU_F_<object>_<name>_{WORD,MSB,LSB}. */
enum {
#define FIELD(object, name, word, msb, lsb, feature) \
    SMMU_F_##object##_##name##_WORD = (word),         \
    SMMU_F_##object##_##name##_MSB = (msb),           \
    SMMU_F_##object##_##name##_LSB = (lsb),
#include "fields.def"
#undef FIELD
};

#define SMMU_BITS_MASK(msb, lsb) ((UINT64_MAX >> (63 - (msb))) & (UINT64_MAX << (lsb)))
/* Mask of a field inside its word. */
#define SMMU_FIELD_MASK(object, name) \
    SMMU_BITS_MASK(SMMU_F_##object##_##name##_MSB, SMMU_F_##object##_##name##_LSB)
/* Value of a field of an object held as an array of 64-bit words. */
#define SMMU_FIELD_GET(object, name, words)                                            \
    (((words)[SMMU_F_##object##_##name##_WORD] & SMMU_FIELD_MASK(object, name)) >>      \
     SMMU_F_##object##_##name##_LSB)
/* A field that holds an address "in place": the bits where they stand, others zero. */
#define SMMU_FIELD_IN_PLACE(object, name, words) \
    ((words)[SMMU_F_##object##_##name##_WORD] & SMMU_FIELD_MASK(object, name))
/* Value of a register field held in one 64-bit value. */
#define SMMU_REG_GET(object, name, value) \
    (((uint64_t)(value) & SMMU_FIELD_MASK(object, name)) >> SMMU_F_##object##_##name##_LSB)
/* A field's contribution to its word. */
#define SMMU_FIELD_PUT(object, name, v) \
    (((uint64_t)(v) << SMMU_F_##object##_##name##_LSB) & SMMU_FIELD_MASK(object, name))

enum smmu_command_id {
#define CMD(name, ...) SMMU_CMD_##name,
#include "cmds.def"
#undef CMD
    SMMU_CMD_COUNT
};

/* Command queues that take a command: one bit a Security state, 1 << smmu_pas_t. */
enum smmu_command_queues { SMMU_QUEUES_S = 2, SMMU_QUEUES_NS_S = 3, SMMU_QUEUES_ALL = 7 };

enum smmu_event_number {
#define EVENT(name, number, ...) SMMU_EVT_##name = (number),
#include "events.def"
#undef EVENT
};

/* Counter groups: as many counters as a group can have, and where the value of each register stands. */
enum { SMMU_PMCG_COUNTERS_MAX = 64 };
enum smmu_pmcg_word {
#define COUNTERS SMMU_PMCG_COUNTERS_MAX
#define PMCG_REG(name, page, offset, number, ...) \
    SMMU_PMCG_##name, SMMU_PMCG_##name##_LAST = SMMU_PMCG_##name + (number)-1,
#include "pmcg_regs.def"
#undef PMCG_REG
#undef COUNTERS
    SMMU_PMCG_WORDS
};

enum smmu_pmcg_event {
#define PMCG_EVENT(name, number, ...) SMMU_PMCG_EV_##name = (number),
#include "pmcg_events.def"
#undef PMCG_EVENT
    SMMU_PMCG_EVENTS = 256 /* numbers below this can be counted */
};

#endif
