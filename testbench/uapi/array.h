/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IOMMU_HWPT_INVALIDATE as it was merged: an array of entries for a nested page table or a vIOMMU;
 * and the same for an array in several pieces.
 * Owns what is the same for every kind of entry: the checks of the call, how entries are copied,
 * and how much is said to be done. What an entry means is the object's driver's.
 */
#ifndef SMMUSIM_UAPI_ARRAY_H
#define SMMUSIM_UAPI_ARRAY_H

#include "uapi/objects.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    IOMMUFD_ENTRIES_MAX_LOG2 = 19,
    IOMMUFD_ENTRY_BYTES_MAX = IOMMUFD_PAGE_BYTES,
    IOMMUFD_SEGMENTS_MAX = 8
};

/* Entries in one or more pieces, numbered through. */
struct iommufd_array {
    struct iommu_invalidate_segment segment[IOMMUFD_SEGMENTS_MAX];
    uint32_t segments;
    uint32_t data_type;
    uint32_t entry_len;
    uint32_t entry_num; /* how many there are; afterwards how many are done */
    struct uapi_error_record error;
};

/*
 * The ioctl: 'arg' is the user address of a struct iommu_hwpt_invalidate, whose size member says
 * how much of it there is. 0 or a negative errno; entry_num comes back as what is done.
 *
 *   EINVAL      size; entries without a place or a length, too many or too long; data type
 *   E2BIG       the structure, or an entry, is longer than known, and not zero there
 *   EOPNOTSUPP  reserved is not zero; the object has no invalidation
 *   ENOENT      no such object
 *   EFAULT      user memory that cannot be read or written; if it is the structure itself, what was
 *               done is not told
 *
 * and what the driver says: EIO, a command is refused or has failed; ETIMEDOUT, a CMD_SYNC did not
 * complete. Longer structures with an error record (iommu_hwpt_invalidate_reporting) are known
 * unless options.merged.
 *
 * As merged, entry_num tells less than it should: commands before a refused one count as done
 * though the chunk that they were gathered for is never issued; a chunk whose CMD_SYNC did not
 * complete counts as done but for its last; without memory for the copy all of the array counts;
 * and what the hardware refuses looks like success.
 */
int iommufd_hwpt_invalidate(struct iommufd_ctx *ctx, uint64_t arg);

/* The same for a struct iommu_hwpt_invalidate_gather. Chunks go on from piece to piece. EINVAL:
 * more than IOMMUFD_SEGMENTS_MAX of them; EOPNOTSUPP: options.merged has no such call. */
int iommufd_hwpt_invalidate_gather(struct iommufd_ctx *ctx, uint64_t arg);

/* ---- for drivers */

/* Entry i, with a length from 'least' to 'known'; what it is short of 'known' is zero. -EINVAL:
 * another type, another length; -EFAULT. */
int iommufd_copy_entry(const struct iommufd_ctx *ctx, const struct iommufd_array *array,
                       uint32_t data_type, uint32_t i, void *to, size_t least, size_t known);

/* n entries from the first on, of any length: shorter ones end in zeros, longer ones must (-E2BIG).
 * -EFAULT; *failed is the entry then. */
int iommufd_copy_entries(const struct iommufd_ctx *ctx, const struct iommufd_array *array,
                         uint32_t first, uint32_t n, void *to, size_t known, uint32_t *failed);

#ifdef __cplusplus
}
#endif

#endif
