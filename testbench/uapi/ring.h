/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The consumer side of the ring that was drafted for IOMMU_HWPT_INVALIDATE in August 2023: user
 * memory holds a ring (or a flat array) of native SMMUv3 commands and a consumer index; the call
 * executes what lies between that and q_prod, and stores where it stopped.
 *
 * The draft leaves much open. Our answers, the rows of the table in docs/uapi-ring.md, keep two
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

struct uapi_hwpt {
    uint32_t id;
    enum uapi_hwpt_kind kind;
    struct uapi_guest guest;
};

enum { UAPI_BATCH_MAX = UAPI_CHUNK_MAX, UAPI_BATCH_DEFAULT = UAPI_CHUNK_MAX - 1 };

struct uapi_options {
    unsigned batch; /* commands before a CMD_SYNC, 1 to UAPI_BATCH_MAX; 0: UAPI_BATCH_DEFAULT */
    bool sync_is_barrier; /* a CMD_SYNC in the ring ends a batch; otherwise it is refused */
    enum uapi_attribution attribution;
};

struct uapi {
    struct drv *drv;
    struct uapi_user_memory user;
    const struct uapi_hwpt *hwpts;
    size_t hwpt_count;
    struct uapi_options options;
    struct uapi_stats stats; /* reported: what the stored index has passed */
};

/*
 * The ioctl: 'arg' is the user address of a struct iommu_hwpt_invalidate_ring, whose size member
 * says how much of it there is. 0 or a negative errno.
 *
 * EINVAL    size, index width, entry number or length, indexes that do not belong together, null or
 * wrapping pointers: nothing was done E2BIG     size or an entry longer than known, and not zero
 * behind what is known ENOENT    no such page table, or one managed by the kernel EOPNOTSUPP the
 * page table's hardware has no such operation EFAULT    user memory that cannot be read or written
 * EIO       a command was refused or has failed: the record says which, and the consumer index
 * names it unless the hardware could not get past it ETIMEDOUT a CMD_SYNC did not complete: nothing
 * behind the consumer index is known to be done
 */
int uapi_ring_invalidate(struct uapi *uapi, uint64_t arg);

/* Entries from 'cons' up to q_prod, in a ring whose q_index_bits and q_entry_num belong together.
 * -EINVAL: the two indexes do not. */
int uapi_ring_count(const struct iommu_hwpt_invalidate_ring *ring, uint32_t cons, uint64_t *count);

#ifdef __cplusplus
}
#endif

#endif
