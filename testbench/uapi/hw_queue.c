/* SPDX-License-Identifier: Apache-2.0 */
/* How hardware queues begin and end; see hw_queue.h. */
#include "uapi/hw_queue.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>

#include "spec_ref/ref_commands.h"

#define AT(type, member, offset)                                                                   \
    static_assert(offsetof(struct type, member) == (offset), "as merged")

static_assert(sizeof(struct iommu_hw_queue_alloc) == 40, "as merged");
AT(iommu_hw_queue_alloc, flags, 4);
AT(iommu_hw_queue_alloc, viommu_id, 8);
AT(iommu_hw_queue_alloc, type, 12);
AT(iommu_hw_queue_alloc, index, 16);
AT(iommu_hw_queue_alloc, out_hw_queue_id, 20);
AT(iommu_hw_queue_alloc, nesting_parent_iova, 24);
AT(iommu_hw_queue_alloc, length, 32);

/* ---- the call */

static int check_request(struct iommufd_ctx *ctx, const struct iommu_hw_queue_alloc *arg,
                         struct iommufd_object **viommu)
{
    const struct iommufd_viommu_driver *driver;

    if (arg->flags || arg->type == IOMMU_HW_QUEUE_TYPE_DEFAULT)
        return -EOPNOTSUPP;
    if (arg->length == 0)
        return -EINVAL;
    if (arg->length - 1 > UINT64_MAX - arg->nesting_parent_iova)
        return -EOVERFLOW;
    *viommu = iommufd_find(ctx, arg->viommu_id, IOMMUFD_OBJ_VIOMMU);
    if (!*viommu)
        return -ENOENT;
    driver = (*viommu)->u.viommu.driver;
    if (!driver->hw_queues || driver->hw_queue_type != arg->type)
        return -EOPNOTSUPP;
    return arg->index < driver->hw_queues(*viommu) ? 0 : -EINVAL;
}

/* The pages of a queue, pinned; *pa is where the queue begins. */
static int pin(const struct iommufd_object *viommu, const struct iommu_hw_queue_alloc *arg,
               struct iommufd_hw_queue *queue, uint64_t *pa)
{
    const uint64_t offset = arg->nesting_parent_iova % IOMMUFD_PAGE_BYTES;
    int rc;

    if (arg->length > UINT64_MAX - offset - (IOMMUFD_PAGE_BYTES - 1))
        return -ERANGE;
    queue->iova = arg->nesting_parent_iova - offset;
    queue->length =
        (arg->length + offset + IOMMUFD_PAGE_BYTES - 1) / IOMMUFD_PAGE_BYTES * IOMMUFD_PAGE_BYTES;
    rc = iommufd_ioas_pin(viommu->u.viommu.hwpt->u.paging.ioas, queue->iova, queue->length, pa);
    *pa += offset;
    return rc;
}

static struct iommufd_object *queue_of(struct iommufd_ctx *ctx, const struct iommufd_object *viommu,
                                       uint32_t index)
{
    for (size_t i = 0; i < IOMMUFD_OBJECTS_MAX; i++) {
        struct iommufd_object *object = &ctx->object[i];

        if (object->type == IOMMUFD_OBJ_HW_QUEUE && object->u.hw_queue.viommu == viommu &&
            object->u.hw_queue.index == index)
            return object;
    }
    return NULL;
}

/* The hardware maps its queues one after the other. */
static int check_index(struct iommufd_ctx *ctx, const struct iommufd_object *viommu, uint32_t index,
                       struct iommufd_object **below)
{
    *below = index ? queue_of(ctx, viommu, index - 1) : NULL;
    if (queue_of(ctx, viommu, index))
        return -EEXIST;
    return index && !*below ? -EIO : 0;
}

static int start(struct iommufd_ctx *ctx, struct iommufd_object *viommu,
                 const struct iommu_hw_queue_alloc *arg, struct iommufd_hw_queue *queue)
{
    struct iommufd_object *ioas = viommu->u.viommu.hwpt->u.paging.ioas;
    uint64_t pa;
    int rc = pin(viommu, arg, queue, &pa);

    if (rc)
        return rc;
    rc = check_index(ctx, viommu, arg->index, &queue->below);
    if (rc == 0)
        rc = viommu->u.viommu.driver->start_hw_queue(viommu, arg->index, pa, arg->length);
    if (rc)
        iommufd_ioas_unpin(ioas, queue->iova, queue->length);
    return rc;
}

int iommufd_hw_queue_alloc(struct iommufd_ctx *ctx, uint64_t arg_at)
{
    struct iommu_hw_queue_alloc arg;
    struct iommufd_object *viommu, *object;
    int rc = uapi_copy_argument(&ctx->user, &arg, sizeof arg, sizeof arg, arg_at);

    if (rc == 0)
        rc = check_request(ctx, &arg, &viommu);
    if (rc)
        return rc;
    object = iommufd_new(ctx, IOMMUFD_OBJ_HW_QUEUE);
    if (!object)
        return -ENOMEM;
    object->u.hw_queue.index = arg.index;
    rc = start(ctx, viommu, &arg, &object->u.hw_queue);
    if (rc) {
        iommufd_forget(object);
        return rc;
    }
    object->u.hw_queue.viommu = viommu;
    viommu->users++;
    if (object->u.hw_queue.below)
        object->u.hw_queue.below->users++;
    arg.out_hw_queue_id = object->id;
    if (uapi_copy_to(&ctx->user, arg_at, &arg, sizeof arg)) {
        iommufd_end(object);
        return -EFAULT;
    }
    return 0;
}

/* ---- queues of a vIOMMU with vcmdqs */

static bool find_sid(void *at, uint32_t virtual_sid, uint32_t *sid)
{
    const struct iommufd_cmdqv *cmdqv = at;

    return iommufd_find_sid(cmdqv->ctx, cmdqv->viommu, virtual_sid, sid);
}

static int check(const struct iommufd_ctx *ctx, const struct iommufd_object *device)
{
    return ctx->viommu_hardware ? iommufd_arm_vsmmu_check(ctx, device) : -EOPNOTSUPP;
}

static unsigned hw_queues(const struct iommufd_object *viommu)
{
    const struct iommufd_cmdqv *cmdqv = viommu->u.viommu.hardware;

    return cmdqv->interface.queues;
}

static int start_hw_queue(struct iommufd_object *viommu, uint32_t index, uint64_t pa,
                          uint64_t length)
{
    struct iommufd_cmdqv *cmdqv = viommu->u.viommu.hardware;
    unsigned log2size = 1;

    if (cmdqv->viommu && cmdqv->viommu != viommu)
        return -EBUSY;
    while (log2size < cmdqv->interface.log2size_max && length > (uint64_t)REF_COMMAND_BYTES
                                                                    << log2size)
        log2size++;
    /* CHOICE: aligned as the hardware will see it. */
    if (length != (uint64_t)REF_COMMAND_BYTES << log2size || pa % length)
        return -EINVAL;
    cmdqv->viommu = viommu;
    cmdqv->interface.guest = (struct uapi_guest){
        .vmid = viommu->u.viommu.hwpt->u.paging.vmid,
        .find_sid = find_sid,
        .ctx = cmdqv,
        .permissive = true, /* what is malformed is the SMMU's to refuse, in this queue alone */
    };
    vcmdq_give(&cmdqv->interface, index, pa, log2size);
    return 0;
}

static void stop_hw_queue(struct iommufd_object *viommu, uint32_t index)
{
    struct iommufd_cmdqv *cmdqv = viommu->u.viommu.hardware;

    vcmdq_take_back(&cmdqv->interface, index);
    if (index == 0) /* the last to go */
        cmdqv->viommu = NULL;
}

const struct iommufd_viommu_driver iommufd_tegra241_cmdqv = {
    .type = IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV,
    .check = check,
    .invalidate = iommufd_arm_vsmmu_invalidate,
    .hw_queue_type = IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV,
    .hw_queues = hw_queues,
    .start_hw_queue = start_hw_queue,
    .stop_hw_queue = stop_hw_queue,
};
