/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The consumer side of the ring that was drafted for IOMMU_HWPT_INVALIDATE in August 2023: user
 * memory holds a ring (or a flat array) of native SMMUv3 commands and a consumer index; the call
 * executes what lies between that and q_prod, and stores where it stopped.
 *
 * The draft leaves much open. Our answers, the rows of the table in docs/uapi.md, keep two
 * promises: the stored index never passes a command that is not known to be complete, and every
 * misuse has one errno.
 */
#ifndef SMMUSIM_UAPI_RING_H
#define SMMUSIM_UAPI_RING_H

#include <stddef.h>

#include "uapi/chunk.h"
#include "uapi/error_record.h"
#include "uapi/user_command.h"
#include "uapi/user_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The draft's struct iommu_hwpt_invalidate; what was merged under that name is an array. Indexes
 * carry their wrap flag in the bit above q_index_bits. */
struct iommu_hwpt_invalidate_ring {
    uint32_t size;
    uint32_t hwpt_id;
    uint64_t q_uptr;
    uint64_t q_cons_uptr; /* of a 32-bit word */
    uint32_t q_prod;
    uint32_t q_index_bits;
    uint32_t q_entry_num;
    uint32_t q_entry_len;
};

/* The draft asks where the hardware's error code should go. Here: the structure may be longer and
 * point to a record, which every call fills. It cannot share the consumer index: with 24 or more
 * index bits the two collide, and the index is the next call's input. */
struct iommu_hwpt_invalidate_ring_reporting {
    struct iommu_hwpt_invalidate_ring ring;
    uint64_t out_error_uptr; /* of a struct uapi_error_record; 0: none wanted */
};

enum uapi_hwpt_kind {
    UAPI_HWPT_PAGING, /* managed by the kernel: nobody else invalidates it */
    UAPI_HWPT_NESTED_SMMUV3,
    UAPI_HWPT_NESTED_UNKNOWN, /* user-managed, of hardware without this operation */
};

/* One call at a time consumes the rings of a page table; the others wait. */
struct uapi_ring_consumer {
    DRV_ATOMIC(uint32_t) busy;
    uint64_t cons_uptr; /* the ring that was consumed last, and up to where */
    uint32_t index_bits, cons;
    /* Calls that began behind the place where the one before had stopped, so that what lies between
     * was executed twice: harmless, but nothing that a caller does on purpose. */
    uint64_t moved_back;
};

struct uapi_hwpt {
    uint32_t id;
    enum uapi_hwpt_kind kind;
    struct uapi_guest guest;
    struct uapi_ring_consumer consumer;
};

enum { UAPI_BATCH_MAX = UAPI_CHUNK_MAX, UAPI_BATCH_DEFAULT = UAPI_CHUNK_MAX - 1 };

struct uapi_options {
    unsigned batch; /* commands before a CMD_SYNC, 1 to UAPI_BATCH_MAX; 0: UAPI_BATCH_DEFAULT */
    bool sync_is_barrier; /* a CMD_SYNC in the ring ends a batch; otherwise it is refused */
    enum uapi_attribution attribution;
};

/* One thread's way in. Those of several threads may share page tables. */
struct uapi {
    struct drv *drv;
    struct uapi_user_memory user;
    struct uapi_hwpt *hwpts;
    size_t hwpt_count;
    struct uapi_options options;
    bool (*signal_pending)(void *ctx); /* NULL: the caller is never interrupted */
    void *signal_ctx;
    struct uapi_stats stats; /* reported: what the stored index has passed */
};

/*
 * The ioctl: 'arg' is the user address of a struct iommu_hwpt_invalidate_ring, whose size member
 * says how much of it there is. 0 or a negative errno.
 *
 *   EINVAL      size, index width, number or length of entries, indexes that do not belong
 *               together, pointers that are null or wrap: nothing was done
 *   E2BIG       the structure, or an entry, is longer than known, and not zero there
 *   ENOENT      no such page table, or one managed by the kernel
 *   EOPNOTSUPP  the page table's hardware has no such operation
 *   EFAULT      user memory that cannot be read or written
 *   EIO         a command was refused or has failed: the record says which, and the consumer index
 *               names it unless the hardware could not get past it
 *   ETIMEDOUT   a CMD_SYNC did not complete: nothing behind the consumer index is known to be done
 *   EINTR       a signal came between two batches: the rest is still to do
 *   EBUSY       another call has kept the page table's rings for the driver's time-out
 */
int uapi_ring_invalidate(struct uapi *uapi, uint64_t arg);

/* Entries from 'cons' up to q_prod, in a ring whose q_index_bits and q_entry_num belong together.
 * -EINVAL: the two indexes do not. */
int uapi_ring_count(const struct iommu_hwpt_invalidate_ring *ring, uint32_t cons, uint64_t *count);

#ifdef __cplusplus
}
#endif

#endif
