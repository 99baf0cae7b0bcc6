/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vIOMMU of an SMMUv3: which hardware can have one, and how an array of the guest's commands is
 * executed, as it was merged and as it should be.
 */
#ifndef SMMUSIM_UAPI_ARM_VSMMU_H
#define SMMUSIM_UAPI_ARM_VSMMU_H

#include "uapi/array.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct iommufd_viommu_driver iommufd_arm_smmuv3;

/* -EOPNOTSUPP: not both stages, or not coherent. */
int iommufd_arm_vsmmu_check(const struct iommufd_ctx *ctx, const struct iommufd_object *device);

/*
 * Executes in chunks that a CMD_SYNC ends.
 *
 * As it should be, a chunk with a command that is refused or cannot be read is not issued at all,
 * and entry_num counts what a completed CMD_SYNC vouches for. As merged, the array is copied as a
 * whole before any work, only opcodes are checked, and entry_num is as array.h says.
 */
iommufd_invalidate_fn iommufd_arm_vsmmu_invalidate;

#ifdef __cplusplus
}
#endif

#endif
