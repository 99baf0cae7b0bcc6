/* SPDX-License-Identifier: Apache-2.0 */
/* The call and the copying of its entries; see array.h. */
#include "uapi/array.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>

#define AT(type, member, offset)                                                                   \
    static_assert(offsetof(struct type, member) == (offset), "as merged")

static_assert(sizeof(struct iommu_hwpt_invalidate) == 32, "as merged");
AT(iommu_hwpt_invalidate, hwpt_id, 4);
AT(iommu_hwpt_invalidate, data_uptr, 8);
AT(iommu_hwpt_invalidate, data_type, 16);
AT(iommu_hwpt_invalidate, entry_len, 20);
AT(iommu_hwpt_invalidate, entry_num, 24);
AT(iommu_hwpt_invalidate, reserved, 28);
static_assert(sizeof(struct iommu_hwpt_invalidate_reporting) == 40, "no padding");
AT(iommu_hwpt_invalidate_reporting, out_error_uptr, 32);
static_assert(sizeof(struct iommu_viommu_arm_smmuv3_invalidate) == 16, "as merged");
AT(iommu_viommu_arm_smmuv3_invalidate, cmd, 0);

int iommufd_copy_entry(const struct iommufd_ctx *ctx, const struct iommufd_array *array,
                       uint32_t data_type, uint32_t i, void *to, size_t least, size_t known)
{
    if (array->data_type != data_type)
        return -EINVAL;
    if (array->entry_len < least || array->entry_len > known)
        return -EINVAL;
    return uapi_copy_struct(&ctx->user, to, known,
                            array->data_uptr + (uint64_t)array->entry_len * i, array->entry_len);
}

/* In one piece if entries have the known length. As merged, each is then copied a second time. */
int iommufd_copy_entries(const struct iommufd_ctx *ctx, const struct iommufd_array *array,
                         uint32_t first, uint32_t n, void *to, size_t known, uint32_t *failed)
{
    const uint64_t from = array->data_uptr + (uint64_t)array->entry_len * first;

    if (array->entry_len == known && uapi_copy_from(&ctx->user, to, from, known * n) == 0 &&
        !ctx->options.merged)
        return 0;
    for (uint32_t i = 0; i < n; i++) {
        const int rc = uapi_copy_struct(&ctx->user, (unsigned char *)to + known * i, known,
                                        from + (uint64_t)array->entry_len * i, array->entry_len);

        if (rc) {
            *failed = first + i;
            return rc;
        }
    }
    return 0;
}

static int check_entries(const struct iommu_hwpt_invalidate *arg)
{
    const uint64_t bytes = (uint64_t)arg->entry_num * arg->entry_len;

    if (arg->reserved)
        return -EOPNOTSUPP;
    if (arg->entry_num && (!arg->data_uptr || !arg->entry_len))
        return -EINVAL;
    /* So that one call cannot hold a processor for ever. */
    if (arg->entry_num > UINT32_C(1) << IOMMUFD_ENTRIES_MAX_LOG2 ||
        arg->entry_len > IOMMUFD_ENTRY_BYTES_MAX)
        return -EINVAL;
    return bytes > UINT64_MAX - arg->data_uptr ? -EFAULT : 0;
}

static iommufd_invalidate_fn *invalidation_of(const struct iommufd_object *object)
{
    return object->type == IOMMUFD_OBJ_VIOMMU ? object->u.viommu.driver->invalidate
                                              : object->u.nested.invalidate;
}

static int find_target(struct iommufd_ctx *ctx, uint32_t id, struct iommufd_object **object)
{
    *object = iommufd_find(ctx, id,
                           ctx->options.typed_lookup ? IOMMUFD_OBJ_HWPT_NESTED : IOMMUFD_OBJ_NONE);
    if (!*object)
        return -ENOENT;
    if ((*object)->type != IOMMUFD_OBJ_HWPT_NESTED && (*object)->type != IOMMUFD_OBJ_VIOMMU)
        return -EINVAL;
    return invalidation_of(*object) ? 0 : -EOPNOTSUPP;
}

/* *array: what is done and what went wrong. */
static int execute(struct iommufd_ctx *ctx, const struct iommu_hwpt_invalidate *arg,
                   struct iommufd_array *array)
{
    struct iommufd_object *object;
    int rc = check_entries(arg);

    if (rc == 0)
        rc = find_target(ctx, arg->hwpt_id, &object);
    if (rc)
        return rc;
    *array = (struct iommufd_array){.data_type = arg->data_type,
                                    .entry_len = arg->entry_len,
                                    .data_uptr = arg->data_uptr,
                                    .entry_num = arg->entry_num};
    return invalidation_of(object)(ctx, object, array);
}

int iommufd_hwpt_invalidate(struct iommufd_ctx *ctx, uint64_t arg_at)
{
    struct iommu_hwpt_invalidate_reporting arg = {0};
    struct iommufd_array array = {0};
    const size_t known = ctx->options.merged ? sizeof arg.array : sizeof arg;
    int rc = uapi_copy_argument(&ctx->user, &arg, sizeof arg.array, known, arg_at);

    ctx->stats.calls++;
    if (rc)
        return rc;
    /* That there is a place for the record, before anything is done. */
    if (arg.out_error_uptr &&
        uapi_copy_to(&ctx->user, arg.out_error_uptr, &array.error, sizeof array.error))
        return -EFAULT;
    rc = execute(ctx, &arg.array, &array);
    arg.array.entry_num = array.entry_num;
    if (uapi_copy_to(&ctx->user, arg_at, &arg.array, sizeof arg.array))
        return -EFAULT;
    ctx->stats.reported += array.entry_num;
    if (arg.out_error_uptr)
        rc = uapi_copy_to(&ctx->user, arg.out_error_uptr, &array.error, sizeof array.error)
                 ? -EFAULT
                 : rc;
    return rc;
}
