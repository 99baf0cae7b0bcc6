/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel-style SMMUv3 driver: finds out what the SMMU can do, brings it up, feeds its command
 * queue, and repairs what goes wrong, in the order and manner of Linux's driver.
 *
 * Owns the queues and the stream table, which lie in a region of memory that the caller gives.
 * Calls that can fail return 0 or a negative errno, as in the kernel.
 *
 * One thread at a time may use an instance, and each further one that issues commands has an
 * instance of its own (drv_join()): they share the command queue without locks (producers.h).
 */
#ifndef SMMUSIM_DRIVER_DRIVER_H
#define SMMUSIM_DRIVER_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/commands.h"
#include "driver/ops.h"
#include "driver/producers.h"
#include "tables/stream_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why a probe refuses an SMMU: name, what the log says. */
#define DRV_REFUSALS(X)                                                                            \
    X(NONE, "not refused")                                                                         \
    X(ENDIANNESS, "no little-endian translation tables (IDR0.TTENDIAN)")                           \
    X(NO_TRANSLATION, "neither stage of translation (IDR0.S1P, S2P)")                              \
    X(NO_AARCH64_TABLES, "no VMSAv8-64 tables (IDR0.TTF)")                                         \
    X(PRESET, "preset tables or queues, or relative bases (IDR1)")                                 \
    X(CMDQ_TOO_SMALL, "a command queue without room for a batch (IDR1.CMDQS)")                     \
    X(NO_GRANULE, "no translation granule (IDR5)")

#define DRV_REFUSAL_ENUM(name, text) DRV_REFUSED_##name,
enum drv_refusal { DRV_REFUSALS(DRV_REFUSAL_ENUM) DRV_REFUSAL_COUNT };

const char *drv_refusal_text(enum drv_refusal refusal);

struct drv_features {
    uint32_t idr0, idr1, idr3, idr5, iidr; /* as read */
    bool stage1, stage2, two_level_strtab, two_level_cd, coherent, msi, sev, hyp, ats, pri, ranges;
    bool stalls, stalls_forced, big_endian_tables;
    unsigned asid_bits, vmid_bits, sid_bits, ssid_bits;
    unsigned cmdq_log2, evtq_log2, priq_log2;
    unsigned input_bits, output_bits;
    uint64_t page_sizes; /* one bit a leaf size */
};

/* How a CMD_SYNC is awaited. */
enum drv_sync_mode {
    DRV_SYNC_AUTO, /* by MSI where the SMMU has MSIs and is coherent, else by CONS */
    DRV_SYNC_MSI,  /* the MSI goes to the CMD_SYNC's own slot, and the slot is polled */
    DRV_SYNC_CONS, /* CMDQ_CONS is polled, with WFE in between where there is SEV */
    DRV_SYNC_NONE, /* CMDQ_CONS is polled, no completion signal */
};

/* How threads put commands into a queue that they share. */
enum drv_insertion {
    DRV_LOCK_FREE,   /* Linux's: an exchange reserves, if there is room */
    DRV_BY_ADDITION, /* room for all is awaited, then an addition takes positions, which cannot fail
                      */
    DRV_ONE_AT_A_TIME /* all of it under a lock, in the order of arrival */
};

enum { DRV_BATCH_ENTRIES = 64, DRV_EVENT_WORDS = 4, DRV_PRI_WORDS = 2, DRV_CMDQ_LOG2_MIN = 7 };

struct drv_cmdq;

/* Zero means the default that the comment names. */
struct drv_config {
    uint64_t memory_base, memory_size; /* no default */
    unsigned cmdq_log2, evtq_log2;     /* at most what IDR1 allows; 18 and 7 */
    bool page_requests; /* a PRI queue, and translated traffic checked; with IDR0.PRI */
    unsigned priq_log2; /* 7 */
    enum drv_sync_mode sync_mode;
    /* By addition no list may be longer than a batch, and the queue must hold one of each thread.
     */
    enum drv_insertion insertion;
    bool linear_strtab;      /* although the SMMU has two-level ones */
    bool e2h;                /* as a kernel at EL2 with E2H; counts only with IDR0.Hyp */
    uint64_t timeout_cycles; /* 10,000,000; Linux gives up after a second */
    uint64_t relax_cycles;   /* 8: one turn of a polling loop */
    uint64_t delay_cycles;   /* 1,000: the shortest delay between polls, a microsecond at 1 GHz */
    unsigned
        cmdq_abort_retries; /* 16: aborted fetches of one command before its caller is given up */

    /* Secondary queues, as many as wanted (3.5.6), and room for them, which the caller provides. If
     * one cannot be had, none is: everything goes through the main queue then. */
    struct drv_cmdq *ecmdq;
    unsigned ecmdqs, ecmdq_log2; /* 0 queues of 2^8 entries */
    /* Lists that they take; NULL: all. */
    bool (*ecmdq_takes)(const struct drv_cmd *cmds, unsigned n);

    /* Errata. A CMD_SYNC at least after so many commands of a batch; 0: at its end alone. MMU-700
     * 2812531 asks for one after 63. */
    unsigned force_sync_every;
    /* Every list of invalidations is issued, and awaited, so many more times: entries may survive
     * the first one (Tegra264). CMD_ATC_INVs are not repeated. */
    unsigned repeats;
};

/* How a command of a list failed, for a caller who wants to know. Entries are numbers within the
 * list. */
struct drv_cmd_error {
    bool valid;
    uint8_t code;         /* CMDQ_CONS.ERR */
    unsigned first, last; /* the entries that may have caused it */
    unsigned complete;    /* entries that a completed CMD_SYNC vouches for, from the front */
    struct drv_cmd cmd;   /* the command that CONS pointed to */
    /* An illegal command behind 'last' was taken out with what follows it: the list is not done,
     * whatever becomes of the suspects. */
    bool withdrawn;
};

/* Where a queue lies. */
struct drv_queue {
    uint64_t base;
    unsigned log2size;
};

/* A queue that the SMMU writes: events, page requests. */
struct drv_output {
    uint64_t base;
    unsigned log2size;
    uint32_t prod_reg, cons_reg;
    uint32_t prod, cons; /* shadows of the registers, positions with wrap bit */
    uint32_t overflow;   /* OVACKFLG as last written, in place */
};

/* A command queue and those who share it. */
struct drv_cmdq {
    uint64_t base;
    unsigned log2size;
    uint32_t prod_reg, cons_reg;
    unsigned number; /* 0: the main queue, else an ECMDQ */

    /* PROD of an ECMDQ has more in it than the position: its owner and who repairs an error write
     * it in turn. */
    DRV_ATOMIC(uint32_t) prod_lock;
    uint32_t prod, flags; /* as last written: the position; EN and ERRACK, in place */

    DRV_ATOMIC(uint32_t) tickets, served; /* of those who insert one at a time */
    struct drv_producers producers;
};

/* A published list that its issuer still waits for. */
struct drv_inflight {
    struct drv_inflight *next;
    struct drv_cmdq *queue;
    const struct drv_cmd *cmds;
    uint32_t first; /* position of its first command */
    unsigned count; /* without the CMD_SYNC */
    bool reports;   /* its issuer wants to know of errors, and wants nothing done after one */
    DRV_ATOMIC(bool) hopeless; /* will not complete */
    struct drv_cmd_error error;
};

struct drv_stats {
    uint64_t commands, syncs, publications; /* CMD_SYNCs are not counted among the commands */
    uint64_t reservations, attempts;        /* at the exchange that reserves */
    uint64_t space_waits, timeouts;
    uint64_t cmdq_errors[4]; /* by CMDQ_CONS.ERR; codes above 3 count as 0 */
    uint64_t gerrors, events, event_overflows, page_requests, page_request_overflows;
};

/* The last command queue error that was repaired. */
struct drv_error_record {
    uint8_t code;
    unsigned queue; /* its number */
    uint32_t position;
    struct drv_cmd cmd;
};

struct drv {
    struct drv_ops ops;
    struct drv_config config;
    struct drv_features features;
    enum drv_refusal refusal;

    struct tbl_region region;
    struct tbl_port port;
    struct tbl_stream_table strtab;
    struct drv_cmdq cmdq;         /* of an instance that has joined another: where it is, no more */
    struct drv_output evtq, priq; /* not used in an instance that has joined another */
    unsigned ecmdqs;              /* that were had */
    struct drv *joined;           /* whose queues are used then */
    struct drv_cmdq *ecmdq;       /* that this instance uses; NULL: none */
    unsigned number;              /* 0, and of those that have joined, from 1 on */
    DRV_ATOMIC(uint32_t) threads; /* instances that have joined */
    DRV_ATOMIC(struct drv *) last_joined; /* of this one, and of them the one before */
    struct drv *joined_before;

    /* Looked at by the issuer and by who repairs an error. */
    DRV_ATOMIC(uint32_t) inflight_lock;
    struct drv_inflight *inflight;

    unsigned aborts_in_a_row;
    uint32_t irqs_pending; /* taken, not yet served: enum drv_irq */

    struct drv_stats stats;
    struct drv_error_record last_error;
};

/* probe.c: reads the identification and lays out memory. -ENXIO: refused, see drv->refusal;
 * -ENOMEM; -EINVAL: the configuration asks for what the SMMU has not. */
int drv_probe(struct drv *drv, const struct drv_ops *ops, const struct drv_config *config);

/* reset.c: from any state to translating with every stream aborting. -ETIMEDOUT: an acknowledge did
 * not come. */
int drv_reset(struct drv *drv);
int drv_disable(struct drv *drv);

/* cmdq.c: an instance for one more thread, with registers, memory and time as that
 * thread has them. It may issue commands and batches, and nothing else, while 'drv' is up; both
 * stay where they are as long as one of them is used.
 *
 * A command queue error is served by 'drv', whoever issued the command. */
void drv_join(struct drv *thread, struct drv *drv, const struct drv_ops *ops);
/* Issues through the ECMDQ that belongs to this processor, if there are any: those share them in
 * turn. */
void drv_use_ecmdq_of(struct drv *thread, unsigned cpu);

/* Lists of the commands alone that a guest's own hardware queue takes on NVIDIA's Grace. */
bool drv_vcmdq_takes(const struct drv_cmd *cmds, unsigned n);

/* The position that the next command will have. */
uint32_t drv_cmdq_next(const struct drv *drv);

/* cmdq.c: puts n commands, and a CMD_SYNC if asked to wait, into the queue with one move of PROD.
 *
 * With sync the call returns when the CMD_SYNC has completed. An error that the hardware finds in a
 * command is repaired behind the caller's back, as in Linux: the command is lost and the call
 * succeeds. -ETIMEDOUT: no room, or no completion, in time; nothing is withdrawn. -EINVAL: more
 * than the queue can hold. */
int drv_cmdq_issue(struct drv *drv, const struct drv_cmd *cmds, unsigned n, bool sync);

/* The same with a CMD_SYNC, but errors are reported: -EIO, or whatever kept the CMD_SYNC from
 * completing, and *error. After an illegal command the rest of the list is withdrawn, and
 * error->complete is error->first; where the CMD_SYNC did not get through, it is 0: a command that
 * is consumed need not have taken effect (4.8). */
int drv_cmdq_issue_checked(struct drv *drv, const struct drv_cmd *cmds, unsigned n,
                           struct drv_cmd_error *error);

/* Commands gathered to be issued together: a full batch is published without a CMD_SYNC when one
 * more comes. */
struct drv_batch {
    struct drv_cmd cmds[DRV_BATCH_ENTRIES];
    unsigned n;
    bool begun;      /* something is in it, or has been published without a CMD_SYNC */
    bool main_queue; /* and stays there: a CMD_SYNC covers its own queue */
};

int drv_batch_add(struct drv *drv, struct drv_batch *batch, const struct drv_cmd *cmd);
int drv_batch_submit(struct drv *drv, struct drv_batch *batch); /* the rest, with a CMD_SYNC */

/* gerror.c: the GERROR interrupt handler. False: nothing was active. */
bool drv_gerror_handle(struct drv *drv);

/* evtq.c: takes all records, acknowledging overflow; answers how many. 'each' may be NULL. One
 * thread at a time, which may be one that has joined. */
typedef void drv_event_fn(void *ctx, const uint64_t record[DRV_EVENT_WORDS]);
unsigned drv_evtq_drain(struct drv *drv, drv_event_fn *each, void *ctx);

/* Likewise of page requests. The last of a group is answered by what 'each' says of it: Resp of a
 * CMD_PRI_RESP. NULL: failure. */
typedef unsigned drv_page_request_fn(void *ctx, const uint64_t entry[DRV_PRI_WORDS]);
unsigned drv_priq_drain(struct drv *drv, drv_page_request_fn *each, void *ctx);

/* One turn of a waiting loop: time passes, and interrupts that came meanwhile are served or noted.
 */
void drv_relax(struct drv *drv, uint64_t cycles);
/* One that waits for what somebody else writes to the word that was looked at last. */
void drv_relax_until_written(struct drv *drv);

void drv_log(struct drv *drv, const char *format, ...);

#ifdef __cplusplus
}
#endif

#endif
