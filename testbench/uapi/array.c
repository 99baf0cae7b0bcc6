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

static_assert(sizeof(struct iommu_hwpt_invalidate_gather) == 40, "no padding");
static_assert(sizeof(struct iommu_invalidate_segment) == 16, "no padding");

/* ---- entries */

/* Where entry i is; *left: how many there are from it on, until its piece ends. */
static uint64_t find_entry(const struct iommufd_array *array, uint32_t i, uint32_t *left)
{
    const struct iommu_invalidate_segment *s = array->segment;

    while (i >= s->entry_num) {
        i -= s->entry_num;
        s++;
    }
    *left = s->entry_num - i;
    return s->data_uptr + (uint64_t)array->entry_len * i;
}

int iommufd_copy_entry(const struct iommufd_ctx *ctx, const struct iommufd_array *array,
                       uint32_t data_type, uint32_t i, void *to, size_t least, size_t known)
{
    uint32_t left;

    if (array->data_type != data_type)
        return -EINVAL;
    if (array->entry_len < least || array->entry_len > known)
        return -EINVAL;
    return uapi_copy_struct(&ctx->user, to, known, find_entry(array, i, &left), array->entry_len);
}

/* In one copy if entries have the known length. As merged, each is then copied a second time. */
static int copy_piece(const struct iommufd_ctx *ctx, const struct iommufd_array *array,
                      uint64_t from, uint32_t n, void *to, size_t known, uint32_t *failed)
{
    if (array->entry_len == known && uapi_copy_from(&ctx->user, to, from, known * n) == 0 &&
        !ctx->options.merged)
        return 0;
    for (uint32_t i = 0; i < n; i++) {
        const int rc = uapi_copy_struct(&ctx->user, (unsigned char *)to + known * i, known,
                                        from + (uint64_t)array->entry_len * i, array->entry_len);

        if (rc) {
            *failed = i;
            return rc;
        }
    }
    return 0;
}

int iommufd_copy_entries(const struct iommufd_ctx *ctx, const struct iommufd_array *array,
                         uint32_t first, uint32_t n, void *to, size_t known, uint32_t *failed)
{
    for (uint32_t done = 0, left; done < n; done += left) {
        const uint64_t from = find_entry(array, first + done, &left);
        int rc;

        if (left > n - done)
            left = n - done;
        rc = copy_piece(ctx, array, from, left, (unsigned char *)to + known * done, known, failed);
        if (rc) {
            *failed += first + done;
            return rc;
        }
    }
    return 0;
}

/* ---- the calls */

/* A piece, and how many entries there are with it. */
static int check_segment(const struct iommufd_array *array,
                         const struct iommu_invalidate_segment *segment, uint32_t *entry_num)
{
    const uint64_t bytes = (uint64_t)segment->entry_num * array->entry_len;

    if (segment->reserved)
        return -EOPNOTSUPP;
    if (segment->entry_num && (!segment->data_uptr || !array->entry_len))
        return -EINVAL;
    /* So that one call cannot hold a processor for ever. */
    if (segment->entry_num > (UINT32_C(1) << IOMMUFD_ENTRIES_MAX_LOG2) - *entry_num ||
        array->entry_len > IOMMUFD_ENTRY_BYTES_MAX)
        return -EINVAL;
    *entry_num += segment->entry_num;
    return bytes > UINT64_MAX - segment->data_uptr ? -EFAULT : 0;
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

/* Afterwards array->entry_num is what is done. */
static int execute(struct iommufd_ctx *ctx, uint32_t id, struct iommufd_array *array)
{
    struct iommufd_object *object;
    uint32_t entry_num = 0;
    int rc = 0;

    array->entry_num = 0;
    for (uint32_t i = 0; rc == 0 && i < array->segments; i++)
        rc = check_segment(array, &array->segment[i], &entry_num);
    if (rc == 0)
        rc = find_target(ctx, id, &object);
    if (rc)
        return rc;
    array->entry_num = entry_num;
    return invalidation_of(object)(ctx, object, array);
}

/* Before anything is done it is known that there is a place for the record. */
static int store_error(const struct iommufd_ctx *ctx, uint64_t at,
                       const struct iommufd_array *array)
{
    return at ? uapi_copy_to(&ctx->user, at, &array->error, sizeof array->error) : 0;
}

int iommufd_hwpt_invalidate(struct iommufd_ctx *ctx, uint64_t arg_at)
{
    struct iommu_hwpt_invalidate_reporting arg = {0};
    struct iommufd_array array = {.segments = 1};
    const size_t known = ctx->options.merged ? sizeof arg.array : sizeof arg;
    int rc = uapi_copy_argument(&ctx->user, &arg, sizeof arg.array, known, arg_at);

    ctx->stats.calls++;
    if (rc)
        return rc;
    if (store_error(ctx, arg.out_error_uptr, &array))
        return -EFAULT;
    array.data_type = arg.array.data_type;
    array.entry_len = arg.array.entry_len;
    array.segment[0] = (struct iommu_invalidate_segment){arg.array.data_uptr, arg.array.entry_num,
                                                         arg.array.reserved};
    rc = execute(ctx, arg.array.hwpt_id, &array);
    arg.array.entry_num = array.entry_num;
    if (uapi_copy_to(&ctx->user, arg_at, &arg.array, sizeof arg.array))
        return -EFAULT;
    ctx->stats.reported += array.entry_num;
    return store_error(ctx, arg.out_error_uptr, &array) ? -EFAULT : rc;
}

int iommufd_hwpt_invalidate_gather(struct iommufd_ctx *ctx, uint64_t arg_at)
{
    struct iommu_hwpt_invalidate_gather arg;
    struct iommufd_array array = {.segments = 0};
    int rc = uapi_copy_argument(&ctx->user, &arg, sizeof arg, sizeof arg, arg_at);

    ctx->stats.calls++;
    if (rc)
        return rc;
    if (store_error(ctx, arg.out_error_uptr, &array))
        return -EFAULT;
    array.data_type = arg.data_type;
    array.entry_len = arg.entry_len;
    array.segments = arg.segment_num;
    if (ctx->options.merged)
        rc = -EOPNOTSUPP;
    else if (arg.segment_num > IOMMUFD_SEGMENTS_MAX)
        rc = -EINVAL;
    else
        rc = uapi_copy_from(&ctx->user, array.segment, arg.segments_uptr,
                            arg.segment_num * sizeof array.segment[0]);
    if (rc == 0)
        rc = execute(ctx, arg.hwpt_id, &array);
    arg.entry_num = array.entry_num;
    if (uapi_copy_to(&ctx->user, arg_at, &arg, sizeof arg))
        return -EFAULT;
    ctx->stats.reported += array.entry_num;
    return store_error(ctx, arg.out_error_uptr, &array) ? -EFAULT : rc;
}
