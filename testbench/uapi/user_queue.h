/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's side of a hardware queue: fills it, waits for it by polling, and finds out by itself
 * what went wrong. No call and no trap in all of it.
 */
#ifndef SMMUSIM_UAPI_USER_QUEUE_H
#define SMMUSIM_UAPI_USER_QUEUE_H

#include "uapi/error_record.h"
#include "uapi/vcmdq.h"

#ifdef __cplusplus
extern "C" {
#endif

struct user_queue_config {
    uint64_t base; /* physical, as the guest's processor reaches its memory in the end */
    unsigned log2size;
    uint32_t reg_read, reg_write; /* what accesses to its page cost */
    uint64_t relax_cycles;        /* between polls of CONS */
    uint64_t delay_cycles;        /* after ten of them, and twice as long each time; 0: never */
    uint64_t timeout_cycles;
};

struct user_queue {
    struct vcmdq_interface *interface;
    unsigned index;
    struct drv_ops ops; /* the guest's processor: memory, time, and interrupts that it ignores */
    struct user_queue_config config;
    uint32_t prod, cons;
    uint64_t register_accesses, syncs;
};

/* Enables it, empty. */
void user_queue_start(struct user_queue *queue, struct vcmdq_interface *interface, unsigned index,
                      const struct drv_ops *ops, const struct user_queue_config *config);

/* Puts n commands and a CMD_SYNC in and waits. -EIO: an error is active, and the queue stands
 * still; -ETIMEDOUT; -EINVAL: more than it can hold. */
int user_queue_issue(struct user_queue *queue, const struct drv_cmd *cmds, unsigned n);

/* What GERROR and CONS.ERR say, in positions of the queue. For CERROR_ATC_INV_SYNC the suspects are
 * the CMD_ATC_INVs back to the CMD_SYNC before. */
void user_queue_error(struct user_queue *queue, struct uapi_error_record *record);

/* Overwrites the command at CONS by a CMD_SYNC if it was illegal, acknowledges, and waits for the
 * rest. As user_queue_issue(). */
int user_queue_recover(struct user_queue *queue);

#ifdef __cplusplus
}
#endif

#endif
