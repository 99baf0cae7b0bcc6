/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IOMMU_HW_QUEUE_ALLOC: a queue in a guest's memory that hardware reads directly (vcmdq.h). Owns
 * what the kernel checks once, when the queue is made, and what it holds on to meanwhile; after
 * that there is nothing for it to do.
 */
#ifndef SMMUSIM_UAPI_HW_QUEUE_H
#define SMMUSIM_UAPI_HW_QUEUE_H

#include "uapi/arm_vsmmu.h"
#include "uapi/vcmdq.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What ctx->viommu_hardware points to while a vIOMMU of this kind is made; one has one. */
struct iommufd_cmdqv {
    struct vcmdq_interface interface;
    const struct iommufd_ctx *ctx;
    const struct iommufd_object *viommu;
};

/* An SMMUv3 with such queues: arrays go as with any (arm_vsmmu.h), for all that queues refuse. */
extern const struct iommufd_viommu_driver iommufd_tegra241_cmdqv;

/*
 * The ioctl; ends with iommufd_destroy(), the last index first. 0 or a negative errno:
 *
 *   EOPNOTSUPP  flags; no type, or one that the vIOMMU has no queues of
 *   EINVAL      length 0, not a power of two, less than two commands or more than a queue can have;
 *               an address that is no multiple of it; an index that is too high
 *   EOVERFLOW   the addresses wrap; ERANGE: they do as whole pages
 *   ENOENT      no such vIOMMU; memory that the guest has not got
 *   EFAULT      not in one piece physically; the structure cannot be read or written
 *   EEXIST      the index is in use; EIO: the one before is not; EBUSY: another vIOMMU has the
 *               hardware
 *
 * The memory stays pinned: unmapping it is EBUSY.
 */
int iommufd_hw_queue_alloc(struct iommufd_ctx *ctx, uint64_t arg);

#ifdef __cplusplus
}
#endif

#endif
