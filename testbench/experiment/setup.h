/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an experiment can vary and what it can measure: one row each.
 *
 * A setup is one point of an experiment: a configuration of the SMMU and the parameters of what
 * goes on around it. A measurement takes a setup and fills in a result; what it does not measure
 * stays NAN.
 */
#ifndef SMMUSIM_EXPERIMENT_SETUP_H
#define SMMUSIM_EXPERIMENT_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smmusim/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum exp_form { EXP_BY_PAGE, EXP_BY_RANGE, EXP_BY_ASID, EXP_ALL, EXP_NO_INVALIDATION };
enum exp_sync { EXP_SYNC_MSI, EXP_SYNC_SEV, EXP_SYNC_POLL };
enum exp_cpu { EXP_CPU_FREE, EXP_CPU_USUAL };
enum exp_loop { EXP_LOOP_OPEN, EXP_LOOP_CLOSED };
enum exp_insertion { EXP_LOCK_FREE, EXP_BY_ADDITION, EXP_ONE_AT_A_TIME };
enum exp_illegal { EXP_ALL_LEGAL, EXP_NO_OPCODE, EXP_SECURE_OPCODE, EXP_SSEC, EXP_RESERVED_CS };
enum exp_change { EXP_LESS, EXP_MORE };
enum exp_call { EXP_CALL_RING, EXP_CALL_ARRAY, EXP_CALL_PIECES, EXP_CALL_GATHER, EXP_CALL_QUEUE };

/* X(name, words, unit, min, max, default, meaning): words name the values from 0 on, NULL: numbers
 */
#define EXP_PARAMETERS(X)                                                                          \
    X(preset, exp_preset_words, "", 0, 63, 0, "preset that the configuration begins with")         \
    X(form, exp_form_words, "", 0, 4, EXP_BY_PAGE, "what a command of an operation invalidates")   \
    X(pages, NULL, "pages", 1, 65536, 1, "pages that an operation invalidates")                    \
    X(sync, exp_sync_words, "", 0, 2, EXP_SYNC_SEV, "how the CMD_SYNC is awaited")                 \
    X(cpu, exp_cpu_words, "", 0, 1, EXP_CPU_FREE, "whether the processor's accesses take time")    \
    X(queue, NULL, "commands", 128, 1 << 19, 1 << 18, "size of the command queue")                 \
    X(period, NULL, "cycles", 0, 1000000000, 0,                                                    \
      "from the start of an operation to the next one's; 0: at once")                              \
    X(operations, NULL, "operations", 0, 1000000, 32, "operations measured, at least")             \
    X(window, NULL, "cycles", 0, 1000000000, 0, "time measured, at least")                         \
    X(loop, exp_loop_words, "", 0, 1, EXP_LOOP_OPEN, "how clients' requests arrive")               \
    X(rate, NULL, "requests / 1000 cycles", 0, 1000, 0, "requests that arrive at each TBU")        \
    X(outstanding, NULL, "requests", 1, 1024, 64,                                                  \
      "requests of a stream that are out, at most; in a closed loop always")                       \
    X(pattern, exp_pattern_words, "", 0, 2, 0, "addresses of the requests")                        \
    X(set, NULL, "pages", 1, 65536, 256, "working set of a stream")                                \
    X(hot, NULL, "pages", 1, 65536, 16, "hot part of the working set")                             \
    X(hot_share, NULL, "%", 0, 100, 90, "requests to the hot part")                                \
    X(writes, NULL, "%", 0, 100, 0, "requests that write")                                         \
    X(streams, NULL, "streams", 1, 16, 1, "streams at each TBU")                                   \
    X(commands, NULL, "commands", 1, 1000000, 1024, "commands put through the ring")               \
    X(sync_every, NULL, "commands", 1, 64, 1, "commands before each CMD_SYNC")                     \
    X(ecmdqs, NULL, "queues", 0, 65536, 0, "enhanced command queues; 0: the main queue")           \
    X(cpus, NULL, "processors", 1, 120, 8, "processors that invalidate at the same time")          \
    X(think, NULL, "cycles", 0, 1000000, 500,                                                      \
      "work of a processor between its operations, which needs nobody else, on average")           \
    X(line, NULL, "cycles", 1, 10000, 40,                                                          \
      "until a cache line is where another processor wants it")                                    \
    X(call, exp_call_words, "", 0, 4, EXP_CALL_RING, "form of call for a guest's commands")        \
    X(batch, NULL, "commands", 1, 1024, 16, "commands that a guest hands over at a time")          \
    X(entries, NULL, "entries", 1, 1024, 256, "of the guest's queue")                              \
    X(trap, NULL, "cycles", 0, 1000000, 2000, "until a guest's kick is served, and back")          \
    X(syscall, NULL, "cycles", 0, 1000000, 200, "a system call, there and back")                   \
    X(copy, NULL, "cycles", 0, 10000, 10, "a copy from or to user memory, however short")          \
    X(copy_rate, NULL, "bytes / cycle", 1, 1024, 16, "of copies")                                  \
    X(blame, exp_blame_words, "", 0, 4, 0, "who is suspected of an ATS invalidation's time-out")   \
    X(devices, NULL, "devices", 1, 64, 16,                                                         \
      "that a batch's CMD_ATC_INVs go to, one after the other")                                    \
    X(dead, NULL, "devices", 0, 64, 0, "that do not answer, in the middle of the batch")           \
    X(answer, NULL, "cycles", 0, 1000000, 500, "until a device has completed an ATS invalidation") \
    X(insertion, exp_insertion_words, "", 0, 2, EXP_LOCK_FREE,                                     \
      "how processors put commands into a queue that they share")                                  \
    X(forced, NULL, "commands", 0, 64, 0, "after which a batch must have a CMD_SYNC; 0: none")     \
    X(repeats, NULL, "times", 0, 16, 0, "that each invalidation is repeated with its CMD_SYNC")    \
    X(illegal, exp_illegal_words, "", 0, 4, EXP_ALL_LEGAL,                                         \
      "what is wrong with a command of each fourth operation of the first processor")              \
    X(irq, NULL, "cycles", 0, 1000000, 1000, "from an interrupt until its handler runs")           \
    X(assumption, exp_key_words, "", 0, SMMU_CONFIG_MAX_KEYS - 1, 0, "value that is assumed")      \
    X(change, exp_change_words, "", 0, 1, 0,                                                       \
      "half or twice of it; of choices the one before or after")                                   \
    X(seed, NULL, "", 0, UINT64_MAX, 1, "start of all random numbers")

enum exp_parameter_id {
#define EXP_PARAMETER_ID(name, ...) EXP_PARAMETER_##name,
    EXP_PARAMETERS(EXP_PARAMETER_ID)
#undef EXP_PARAMETER_ID
        EXP_PARAMETER_COUNT
};

struct exp_setup {
    smmu_config_t cfg;
#define EXP_PARAMETER_MEMBER(name, ...) uint64_t name;
    EXP_PARAMETERS(EXP_PARAMETER_MEMBER)
#undef EXP_PARAMETER_MEMBER
};

struct exp_parameter {
    const char *name, *unit, *meaning;
    const char *(*word)(uint64_t value); /* NULL beyond the last; member NULL: numbers */
    uint64_t min, max, normal;
    size_t offset; /* in struct exp_setup */
};

extern const struct exp_parameter exp_parameters[EXP_PARAMETER_COUNT];

uint64_t *exp_parameter_in(struct exp_setup *setup, enum exp_parameter_id id);
/* Everything at its default, on this configuration. */
struct exp_setup exp_setup_default(const smmu_config_t *cfg);

/* X(name, unit, decimals, meaning) */
#define EXP_MEASURES(X)                                                                            \
    X(operations, "operations", 0,                                                                 \
      "measured: each a call of the driver that ends with a CMD_SYNC")                             \
    X(commands, "commands", 0, "without the CMD_SYNCs")                                            \
    X(syncs, "commands", 0, "CMD_SYNCs")                                                           \
    X(cycles, "cycles", 0, "that the measurement took")                                            \
    X(commands_per_operation, "commands", 2, "without the CMD_SYNC")                               \
    X(cycles_per_operation, "cycles", 2, "from one operation to the next")                         \
    X(cycles_per_command, "cycles", 3, "time over commands, CMD_SYNCs not counted")                \
    X(cycles_per_page, "cycles", 3, "time over pages that were named")                             \
    X(commands_rate, "commands / 1000 cycles", 3, "invalidations, CMD_SYNCs not counted")          \
    X(pages_rate, "pages / 1000 cycles", 3, "pages that were named")                               \
    X(op_p50, "cycles", 0, "an operation as its caller sees it, median")                           \
    X(op_p99, "cycles", 0, "99 % of them take no longer")                                          \
    X(sync_p50, "cycles", 0, "from the last move of PROD until the CMD_SYNC is seen, median")      \
    X(sync_p99, "cycles", 0, "99 % of them take no longer")                                        \
    X(operations_rate, "operations / 1000 cycles", 3, "of all processors")                         \
    X(cpu_rate, "operations / 1000000 cycles", 1, "of each processor, mean")                       \
    X(attempts, "exchanges", 2, "for each reservation of slots in the command queue, mean")        \
    X(gathered, "operations", 2, "that a write of PROD makes known, mean")                         \
    X(calls, "calls", 0, "system calls")                                                           \
    X(copied, "bytes / command", 2, "copied from and to user memory, and by the caller itself")    \
    X(wrapped, "%", 1, "batches that go over the end of the guest's queue")                        \
    X(suspects, "commands", 0, "from the first to the last suspect")                               \
    X(reissued, "commands", 0, "issued again to find the one to blame")                            \
    X(timeouts, "time-outs", 2, "of ATS invalidations that the measurement took")                  \
    X(errors, "commands", 0, "that were illegal and have been repaired")                           \
    X(stall_mean, "cycles", 1, "from the error until the queue goes on, mean")                     \
    X(stall_max, "cycles", 0, "likewise, the longest")                                             \
    X(spared_p50, "cycles", 0, "an operation of another processor while no queue stood, median")   \
    X(caught_p50, "cycles", 0,                                                                     \
      "an operation of another processor during which a queue stood, median")                      \
    X(caught_p99, "cycles", 0, "99 % of them take no longer")                                      \
    X(waits, "waits", 0, "of the driver for room in the command queue")                            \
    X(requests, "requests", 0, "of clients that arrived")                                          \
    X(served, "requests / 1000 cycles", 3, "of all clients, finished in time")                     \
    X(client_mean, "cycles", 2, "a request from arrival until it leaves the SMMU, mean")           \
    X(client_p50, "cycles", 0, "likewise, median")                                                 \
    X(client_p99, "cycles", 0, "99 % of them take no longer")                                      \
    X(hit_rate, "%", 3, "look-ups of the TLBs that hit")                                           \
    X(walks, "walks / 1000 cycles", 3, "translation table walks")                                  \
    X(value, "", 0, "the assumed value")                                                           \
    X(changed_to, "", 0, "what was measured instead of it")                                        \
    X(operation_change, "%", 2, "of the time an operation takes, one after the other")             \
    X(sync_change, "%", 2, "of the median of a CMD_SYNC")                                          \
    X(quiet_change, "%", 2, "of a client's mean latency with no invalidation about")               \
    X(disturbed_change, "%", 2, "of a client's mean latency while pages are invalidated")

enum exp_measure_id {
#define EXP_MEASURE_ID(name, ...) EXP_MEASURE_##name,
    EXP_MEASURES(EXP_MEASURE_ID)
#undef EXP_MEASURE_ID
        EXP_MEASURE_COUNT
};

/* Whole numbers below 2^53 are exact; NAN: not measured. */
struct exp_result {
#define EXP_MEASURE_MEMBER(name, ...) double name;
    EXP_MEASURES(EXP_MEASURE_MEMBER)
#undef EXP_MEASURE_MEMBER
};

struct exp_measure {
    const char *name, *unit, *meaning;
    int decimals;
    size_t offset; /* in struct exp_result */
};

extern const struct exp_measure exp_measures[EXP_MEASURE_COUNT];

double exp_measured(const struct exp_result *result, enum exp_measure_id id);
struct exp_result exp_result_nothing(void);

/* ---- measurements: one function each */

enum exp_outcome {
    EXP_MEASURED,
    EXP_DOES_NOT_APPLY, /* there is no such point; no row */
    EXP_FAILED          /* and *why says why */
};

enum { EXP_WHY_SIZE = 256 };

typedef enum exp_outcome exp_measure_fn(const struct exp_setup *setup, struct exp_result *result,
                                        char why[EXP_WHY_SIZE]);

/* invalidation.c: operations of the kernel-style driver, and clients meanwhile. */
exp_measure_fn exp_measure_invalidation;
/* ring.c: the same commands through the ring of the iommufd-style front end. */
exp_measure_fn exp_measure_ring;
/* ecmdq.c: producers with a command queue each. */
exp_measure_fn exp_measure_ecmdq;
/* uapi.c: a guest's commands by each form of call. */
exp_measure_fn exp_measure_uapi;
/* blame.c: ATS invalidations that are not completed, and finding the device. */
exp_measure_fn exp_measure_blame;
/* smp.c: processors that share command queues. */
exp_measure_fn exp_measure_smp;
/* broadcast.c: a PE's TLBIs and their synchronisation, without commands. */
exp_measure_fn exp_measure_broadcast;
/* sensitivity.c: how four figures change with one value of the configuration. */
exp_measure_fn exp_measure_sensitivity;

#ifdef __cplusplus
}
#endif

#endif
