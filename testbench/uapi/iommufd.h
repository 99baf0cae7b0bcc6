/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The structures of the merged iommufd interface that invalidation needs, byte for byte, with its
 * own names. Integers have the machine's byte order but where a name says le64; pointers are
 * carried as 64-bit numbers.
 *
 * Owns no behaviour: objects.h, array.h and hw_queue.h have the calls.
 */
#ifndef SMMUSIM_UAPI_IOMMUFD_H
#define SMMUSIM_UAPI_IOMMUFD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iommu_destroy {
    uint32_t size;
    uint32_t id;
};

enum iommu_viommu_type {
    IOMMU_VIOMMU_TYPE_DEFAULT = 0,
    IOMMU_VIOMMU_TYPE_ARM_SMMUV3 = 1,
    IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV = 2,
};

/* A slice of a physical IOMMU for one guest. */
struct iommu_viommu_alloc {
    uint32_t size;
    uint32_t flags;
    uint32_t type; /* enum iommu_viommu_type */
    uint32_t dev_id;
    uint32_t hwpt_id; /* the stage 2 that is the guest's memory */
    uint32_t out_viommu_id;
    uint32_t data_len;
    uint32_t reserved;
    uint64_t data_uptr;
};

/* A device as the guest sees it. */
struct iommu_vdevice_alloc {
    uint32_t size;
    uint32_t viommu_id;
    uint32_t dev_id;
    uint32_t out_vdevice_id;
    uint64_t virt_id; /* the guest's StreamID for it */
};

enum iommu_hwpt_invalidate_data_type {
    IOMMU_HWPT_INVALIDATE_DATA_VTD_S1 = 0,
    IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3 = 1,
};

/* An array of invalidations. entry_num comes back as how many of them were handled. */
struct iommu_hwpt_invalidate {
    uint32_t size;
    uint32_t hwpt_id; /* or of a vIOMMU */
    uint64_t data_uptr;
    uint32_t data_type;
    uint32_t entry_len;
    uint32_t entry_num;
    uint32_t reserved;
};

/* What the merged form lacks, as an extension: the structure may be longer and point to a record,
 * which every call fills. */
struct iommu_hwpt_invalidate_reporting {
    struct iommu_hwpt_invalidate array;
    uint64_t out_error_uptr; /* of a struct uapi_error_record; 0: none wanted */
};

/* What was said on the list to be better than a ring, and never drafted: the same for an array in
 * several pieces, such as a queue that wraps. The layout is ours. */
struct iommu_hwpt_invalidate_gather {
    uint32_t size;
    uint32_t hwpt_id; /* or of a vIOMMU */
    uint64_t segments_uptr;
    uint32_t segment_num;
    uint32_t data_type;
    uint32_t entry_len;
    uint32_t entry_num; /* comes back as how many entries were handled */
    uint64_t out_error_uptr;
};

struct iommu_invalidate_segment {
    uint64_t data_uptr;
    uint32_t entry_num;
    uint32_t reserved;
};

/* An entry for an SMMUv3: one native command. */
struct iommu_viommu_arm_smmuv3_invalidate {
    uint64_t cmd[2]; /* le64 */
};

enum iommu_hw_queue_type {
    IOMMU_HW_QUEUE_TYPE_DEFAULT = 0,
    IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV = 1,
};

/* A queue in guest memory that hardware reads without the kernel. */
struct iommu_hw_queue_alloc {
    uint32_t size;
    uint32_t flags;
    uint32_t viommu_id;
    uint32_t type; /* enum iommu_hw_queue_type */
    uint32_t index;
    uint32_t out_hw_queue_id;
    uint64_t nesting_parent_iova; /* the guest's physical address of it */
    uint64_t length;
};

#ifdef __cplusplus
}
#endif

#endif
