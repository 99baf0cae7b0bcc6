/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens inside the model, and when: a ring of records in the instance's memory, as many as
 * the configuration key "timeline.records" says; 0, the default, records nothing. It is an
 * observation: results, cycles and counters are the same with and without.
 *
 * The owner takes records out after its inputs, often enough that none is overwritten.
 * smmu_timeline_lost() tells when it was not. Tools that draw them: docs/timeline.md.
 */
#ifndef SMMUSIM_SMMU_TIMELINE_H
#define SMMUSIM_SMMU_TIMELINE_H

#include "smmusim/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where it happens; a record says which one of several. X(unit, name) */
#define SMMU_UNIT_LIST(X)                                                                          \
    X(TBU, "TBU")                                                                                  \
    X(TCU, "TCU")                                                                                  \
    X(CMDQ, "command queue")                                                                       \
    X(EVTQ, "event queue")                                                                         \
    X(IRQ, "interrupts")                                                                           \
    X(MEMORY, "memory")

typedef enum smmu_unit {
#define SMMU_UNIT_ENUM(unit, name) SMMU_UNIT_##unit,
    SMMU_UNIT_LIST(SMMU_UNIT_ENUM)
#undef SMMU_UNIT_ENUM
        SMMU_UNIT_COUNT
} smmu_unit_t;

typedef enum smmu_timeline_phase {
    SMMU_TIMELINE_BEGIN,
    SMMU_TIMELINE_END,
    SMMU_TIMELINE_INSTANT,
    SMMU_TIMELINE_COUNTER /* the first number is a value that holds from now on */
} smmu_timeline_phase_t;

/*
 * X(kind, unit, name, meaning). Meanings give the two numbers of a record in square brackets: those
 * of an instant or counter, or those of begin / end. Numbers that are not mentioned are 0.
 */
#define SMMU_TIMELINE_LIST(X)                                                                      \
    X(REQUEST, TBU, "request",                                                                     \
      "a client transaction until it leaves [address, SMMU_TIMELINE_STREAM_* / PA, result]")       \
    X(LOOKUP, TBU, "look-up", "port, micro-TLB and main TLB")                                      \
    X(PAGE_WAIT, TBU, "wait for the same page", "until an earlier miss of the page is answered")   \
    X(TOKEN_WAIT, TBU, "wait for a token", "until it may ask the TCU")                             \
    X(DTI_REQUEST, TBU, "to the TCU", "the request on its way")                                    \
    X(CONFIG, TBU, "configuration", "from its arrival to its context")                             \
    X(CONFIG_LOOKUP, TBU, "look-up", "configuration cache")                                        \
    X(CTW_WAIT, TBU, "wait for a walker", "for the configuration")                                 \
    X(CONFIG_READ, TBU, "read",                                                                    \
      "a structure, with its wait for the port [address, SMMU_TIMELINE_READ_*]")                   \
    X(PTW_WAIT, TBU, "wait for a walker", "for the translation")                                   \
    X(WALK, TBU, "walk", "of the translation tables, with a walker")                               \
    X(WALK_LOOKUP, TBU, "look-up", "walk caches")                                                  \
    X(WALK_READ, TBU, "read",                                                                      \
      "a descriptor, with its wait for the port [address, SMMU_TIMELINE_READ_*]")                  \
    X(WALK_STEP, TBU, "digest", "a descriptor")                                                    \
    X(EVENT_WAIT, TBU, "wait for the event queue", "until its fault is recorded")                  \
    X(DTI_ANSWER, TBU, "to the TBU", "the answer on its way")                                      \
    X(STALL, TBU, "stall", "until software resumes it, or there is room to record it")             \
    X(ORDER_WAIT, TBU, "wait for its turn", "until those of its ID before it have left")           \
    X(LEAVE, TBU, "leave", "on its way out of the TBU")                                            \
    X(PREFETCH, TBU, "prefetch", "a walk that nobody waits for [address, SMMU_TIMELINE_STREAM_*]") \
    X(SLOTS, TBU, "translation slots in use", "[slots]")                                           \
    X(TOKENS, TBU, "tokens in use", "[tokens]")                                                    \
    X(TCU_SLOTS, TCU, "requests in the buffer", "[requests]")                                      \
    X(PTW, TCU, "translation walkers busy", "[walkers]")                                           \
    X(CTW, TCU, "configuration walkers busy", "[walkers]")                                         \
    X(INVALIDATION, TCU, "invalidation",                                                           \
      "until the TCU has done it and every TBU has acknowledged "                                  \
      "[SMMU_TIMELINE_INVAL_*, first address or StreamID]")                                        \
    X(TBU_INVALIDATION, TBU, "invalidation", "as long as it occupies the TBU")                     \
    X(CMD_FETCH, CMDQ, "fetch", "a command is being read [queue index / 1: not needed any more]")  \
    X(COMMAND, CMDQ, "command",                                                                    \
      "from its arrival to its consumption [its two words / smmu_command_end_t, CERROR code]")     \
    X(CMD_EXECUTE, CMDQ, "execute", "its decoding and execution")                                  \
    X(CMD_INVAL_WAIT, CMDQ, "wait for invalidations", "until one more may be outstanding")         \
    X(CMD_ROOM_WAIT, CMDQ, "wait for the owner", "until the owner has taken items")                \
    X(SYNC_WAIT, CMDQ, "wait", "CMD_SYNC waits for earlier work")                                  \
    X(SYNC_SIGNAL, CMDQ, "signal", "from completion of CMD_SYNC to its signal")                    \
    X(CMDQ_WAITING, CMDQ, "commands waiting", "[commands between CONS and PROD]")                  \
    X(CMDQ_PROD, CMDQ, "PROD", "[CMDQ_PROD.WR]")                                                   \
    X(CMDQ_CONS, CMDQ, "CONS", "[CMDQ_CONS.RD]")                                                   \
    X(EVENT, EVTQ, "event",                                                                        \
      "a record from its write to its being visible [first word, InputAddr / 1: lost]")            \
    X(EVENT_LOST, EVTQ, "event lost", "a record that was not even written [event number, SID]")    \
    X(EVTQ_PROD, EVTQ, "PROD", "[EVENTQ_PROD.WR]")                                                 \
    X(EVTQ_CONS, EVTQ, "CONS", "[EVENTQ_CONS.RD]")                                                 \
    X(IRQ_EDGE, IRQ, "edge", "an edge on a wired output [smmu_irq_source_t, counter group]")       \
    X(MSI, IRQ, "MSI",                                                                             \
      "an MSI is being written; the id is its source, plus its counter group or, from bit 16, the " \
      "queue of its CMD_SYNC "                                                                     \
      "[address, data / status]")                                                                  \
    X(GERROR, IRQ, "GERROR", "a global error becomes active [bit, GERROR]")                        \
    X(ACCESS, MEMORY, "access",                                                                    \
      "a memory access [address, SMMU_TIMELINE_ACCESS_* / smmu_mem_status_t]")                     \
    X(RESET, TCU, "reset", "cold reset: everything that has begun ends here")

typedef enum smmu_timeline_kind {
#define SMMU_TIMELINE_ENUM(kind, unit, name, meaning) SMMU_TIMELINE_##kind,
    SMMU_TIMELINE_LIST(SMMU_TIMELINE_ENUM)
#undef SMMU_TIMELINE_ENUM
        SMMU_TIMELINE_KINDS
} smmu_timeline_kind_t;

/* How a command ends. */
typedef enum smmu_command_end {
    SMMU_COMMAND_CONSUMED,
    SMMU_COMMAND_FAILED, /* it is what CONS.ERR is about */
    SMMU_COMMAND_DROPPED /* read ahead, not needed any more; it will be read again */
} smmu_command_end_t;

/* Parts of a request's second number, at its begin and its end. */
#define SMMU_TIMELINE_STREAM_SID(n) ((n)&0xFFFFFFFF)
#define SMMU_TIMELINE_STREAM_SSID(n) ((n) >> 32 & 0xFFFFF)
#define SMMU_TIMELINE_STREAM_FLAGS(n) ((n) >> 52 & 0xFF) /* SMMU_REQ_* */
#define SMMU_TIMELINE_RESULT(n) ((n)&0xFF)               /* smmu_result_t */
#define SMMU_TIMELINE_RESULT_FLAGS(n) ((n) >> 8 & 0xFF)  /* SMMU_RSP_* */

/* Parts of a read's second number. */
#define SMMU_TIMELINE_READ_SOURCE(n) ((n)&0xFF)                 /* smmu_mem_source_t */
#define SMMU_TIMELINE_READ_LEVEL(n) ((int8_t)((n) >> 8 & 0xFF)) /* of a descriptor */
#define SMMU_TIMELINE_READ_SHARED(n) ((n) >> 16 & 1)            /* another request makes it */
#define SMMU_TIMELINE_READ_STAGE2(n) ((n) >> 17 & 1)            /* of a descriptor */

/* Of an invalidation's first number. */
enum { SMMU_TIMELINE_INVAL_CONFIG = 1, SMMU_TIMELINE_INVAL_BY_ADDRESS = 2 };

/* Parts of an access's second number. */
#define SMMU_TIMELINE_ACCESS_OP(n) ((n)&0xFF)            /* smmu_mem_op_t */
#define SMMU_TIMELINE_ACCESS_SOURCE(n) ((n) >> 8 & 0xFF) /* smmu_mem_source_t */
#define SMMU_TIMELINE_ACCESS_BYTES(n) ((n) >> 16)

/*
 * Spans with the same unit, index and id lie inside each other; an end also ends what has begun
 * inside it. Records come in the order in which they were made: the end of what takes a known time
 * is there at once, with the cycle that is still to come.
 */
typedef struct smmu_timeline_record {
    uint64_t cycle;
    uint64_t id; /* of a request, a command, an event record, an access, an invalidation: a number
                    of its own */
    uint64_t number[2];
    uint8_t kind;   /* smmu_timeline_kind_t */
    uint8_t phase;  /* smmu_timeline_phase_t */
    uint8_t unit;   /* smmu_unit_t */
    uint16_t index; /* TBU, queue or programming interface 0, 1, ... */
} smmu_timeline_record_t;

typedef struct smmu_timeline_info {
    const char *name, *meaning;
    smmu_unit_t unit;
} smmu_timeline_info_t;

/* The i-th kind's description, or NULL at the end. */
const smmu_timeline_info_t *smmu_timeline_info(size_t i);
const char *smmu_unit_name(smmu_unit_t unit);

/* Takes the oldest records out, at most max of them; returns how many. */
size_t smmu_timeline_read(smmu_t *s, smmu_timeline_record_t *records, size_t max);
/* Records that were overwritten before they were taken, since creation. */
uint64_t smmu_timeline_lost(const smmu_t *s);

#ifdef __cplusplus
}
#endif
#endif
