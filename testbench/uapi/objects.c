/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of an iommufd; see objects.h. */
#include "uapi/objects.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#define AT(type, member, offset)                                                                   \
    static_assert(offsetof(struct type, member) == (offset), "as merged")

static_assert(sizeof(struct iommu_destroy) == 8, "as merged");
static_assert(sizeof(struct iommu_viommu_alloc) == 40, "as merged");
AT(iommu_viommu_alloc, flags, 4);
AT(iommu_viommu_alloc, type, 8);
AT(iommu_viommu_alloc, dev_id, 12);
AT(iommu_viommu_alloc, hwpt_id, 16);
AT(iommu_viommu_alloc, out_viommu_id, 20);
AT(iommu_viommu_alloc, data_len, 24);
AT(iommu_viommu_alloc, reserved, 28);
AT(iommu_viommu_alloc, data_uptr, 32);
static_assert(sizeof(struct iommu_vdevice_alloc) == 24, "as merged");
AT(iommu_vdevice_alloc, viommu_id, 4);
AT(iommu_vdevice_alloc, dev_id, 8);
AT(iommu_vdevice_alloc, out_vdevice_id, 12);
AT(iommu_vdevice_alloc, virt_id, 16);

struct iommufd_object *iommufd_find(struct iommufd_ctx *ctx, uint32_t id,
                                    enum iommufd_object_type type)
{
    struct iommufd_object *object;

    if (id == 0 || id > IOMMUFD_OBJECTS_MAX)
        return NULL;
    object = &ctx->object[id - 1];
    if (object->type == IOMMUFD_OBJ_NONE)
        return NULL;
    return type == IOMMUFD_OBJ_NONE || object->type == type ? object : NULL;
}

struct iommufd_object *iommufd_new(struct iommufd_ctx *ctx, enum iommufd_object_type type)
{
    for (uint32_t i = 0; i < IOMMUFD_OBJECTS_MAX; i++)
        if (ctx->object[i].type == IOMMUFD_OBJ_NONE) {
            ctx->object[i] = (struct iommufd_object){.type = type, .id = i + 1};
            return &ctx->object[i];
        }
    return NULL;
}

void iommufd_forget(struct iommufd_object *object)
{
    *object = (struct iommufd_object){0};
}

/* ---- given by the embedding program */

struct iommufd_object *iommufd_add_device(struct iommufd_ctx *ctx, uint32_t sid)
{
    struct iommufd_object *object = iommufd_new(ctx, IOMMUFD_OBJ_DEVICE);

    if (object)
        object->u.device.sid = sid;
    return object;
}

struct iommufd_object *iommufd_add_ioas(struct iommufd_ctx *ctx)
{
    return iommufd_new(ctx, IOMMUFD_OBJ_IOAS);
}

struct iommufd_object *iommufd_add_hwpt_paging(struct iommufd_ctx *ctx, struct iommufd_object *ioas,
                                               uint16_t vmid, bool nest_parent)
{
    struct iommufd_object *object = iommufd_new(ctx, IOMMUFD_OBJ_HWPT_PAGING);

    if (!object)
        return NULL;
    object->u.paging = (struct iommufd_hwpt_paging){ioas, nest_parent, vmid};
    ioas->users++;
    return object;
}

struct iommufd_object *iommufd_add_hwpt_nested(struct iommufd_ctx *ctx,
                                               iommufd_invalidate_fn *invalidate, void *driver)
{
    struct iommufd_object *object = iommufd_new(ctx, IOMMUFD_OBJ_HWPT_NESTED);

    if (object)
        object->u.nested = (struct iommufd_hwpt_nested){invalidate, driver};
    return object;
}

/* ---- address spaces */

static bool is_whole_pages(uint64_t at, uint64_t length)
{
    return length && at % IOMMUFD_PAGE_BYTES == 0 && length % IOMMUFD_PAGE_BYTES == 0 &&
           length - 1 <= UINT64_MAX - at;
}

/* The mapping that an address lies in. */
static struct iommufd_mapping *mapping_at(struct iommufd_ioas *ioas, uint64_t iova)
{
    for (unsigned i = 0; i < ioas->mappings; i++)
        if (iova >= ioas->mapping[i].iova && iova - ioas->mapping[i].iova < ioas->mapping[i].length)
            return &ioas->mapping[i];
    return NULL;
}

int iommufd_ioas_map(struct iommufd_object *object, uint64_t iova, uint64_t length, uint64_t pa)
{
    struct iommufd_ioas *ioas = &object->u.ioas;

    if (!is_whole_pages(iova, length) || !is_whole_pages(pa, length))
        return -EINVAL;
    for (unsigned i = 0; i < ioas->mappings; i++) {
        const struct iommufd_mapping *m = &ioas->mapping[i];

        if (iova <= m->iova + (m->length - 1) && m->iova <= iova + (length - 1))
            return -EEXIST;
    }
    if (ioas->mappings == IOMMUFD_MAPPINGS_MAX)
        return -ENOSPC;
    ioas->mapping[ioas->mappings++] = (struct iommufd_mapping){iova, length, pa, 0};
    return 0;
}

int iommufd_ioas_unmap(struct iommufd_object *object, uint64_t iova, uint64_t length)
{
    struct iommufd_ioas *ioas = &object->u.ioas;
    struct iommufd_mapping *m = mapping_at(ioas, iova);

    if (!m || m->iova != iova || m->length != length)
        return -ENOENT;
    if (m->pins)
        return -EBUSY;
    *m = ioas->mapping[--ioas->mappings];
    return 0;
}

/* Counts all mappings of a range up or down. */
static void count_pins(struct iommufd_ioas *ioas, uint64_t iova, uint64_t length, int change)
{
    while (length) {
        struct iommufd_mapping *m = mapping_at(ioas, iova);
        const uint64_t here = m->length - (iova - m->iova);
        const uint64_t n = here < length ? here : length;

        m->pins += (unsigned)change;
        iova += n;
        length -= n;
    }
}

int iommufd_ioas_pin(struct iommufd_object *object, uint64_t iova, uint64_t length, uint64_t *pa)
{
    struct iommufd_ioas *ioas = &object->u.ioas;
    uint64_t next = 0;
    bool in_one_piece = true;

    for (uint64_t done = 0; done < length;) {
        const struct iommufd_mapping *m = mapping_at(ioas, iova + done);
        uint64_t here;

        if (!m)
            return -ENOENT;
        here = m->pa + (iova + done - m->iova);
        if (done == 0)
            *pa = here;
        else if (here != next)
            in_one_piece = false;
        done += m->length - (iova + done - m->iova);
        next = m->pa + m->length;
    }
    if (!in_one_piece)
        return -EFAULT;
    count_pins(ioas, iova, length, 1);
    return 0;
}

void iommufd_ioas_unpin(struct iommufd_object *object, uint64_t iova, uint64_t length)
{
    count_pins(&object->u.ioas, iova, length, -1);
}

/* ---- vIOMMUs and vDEVICEs */

static const struct iommufd_viommu_driver *driver_of(const struct iommufd_ctx *ctx, uint32_t type)
{
    if (ctx->drivers)
        for (size_t i = 0; ctx->drivers[i]; i++)
            if (ctx->drivers[i]->type == type)
                return ctx->drivers[i];
    return NULL;
}

static int check_viommu(struct iommufd_ctx *ctx, const struct iommu_viommu_alloc *arg)
{
    const struct iommufd_object *device, *hwpt;

    if (arg->flags || arg->type == IOMMU_VIOMMU_TYPE_DEFAULT)
        return -EOPNOTSUPP;
    device = iommufd_find(ctx, arg->dev_id, IOMMUFD_OBJ_DEVICE);
    hwpt = iommufd_find(ctx, arg->hwpt_id, IOMMUFD_OBJ_HWPT_PAGING);
    if (!device || !hwpt)
        return -ENOENT;
    if (!driver_of(ctx, arg->type))
        return -EOPNOTSUPP;
    if (!hwpt->u.paging.nest_parent)
        return -EINVAL;
    return driver_of(ctx, arg->type)->check(ctx, device);
}

int iommufd_viommu_alloc(struct iommufd_ctx *ctx, uint64_t arg_at)
{
    struct iommu_viommu_alloc arg;
    struct iommufd_object *viommu;
    int rc = uapi_copy_argument(&ctx->user, &arg, sizeof arg, sizeof arg, arg_at);

    if (rc == 0)
        rc = check_viommu(ctx, &arg);
    if (rc)
        return rc;
    viommu = iommufd_new(ctx, IOMMUFD_OBJ_VIOMMU);
    if (!viommu)
        return -ENOMEM;
    viommu->u.viommu = (struct iommufd_viommu){
        .driver = driver_of(ctx, arg.type),
        .hwpt = iommufd_find(ctx, arg.hwpt_id, IOMMUFD_OBJ_HWPT_PAGING),
        .hardware = ctx->viommu_hardware,
    };
    arg.out_viommu_id = viommu->id;
    if (uapi_copy_to(&ctx->user, arg_at, &arg, sizeof arg)) {
        iommufd_forget(viommu);
        return -EFAULT;
    }
    viommu->u.viommu.hwpt->users++;
    return 0;
}

bool iommufd_find_sid(const struct iommufd_ctx *ctx, const struct iommufd_object *viommu,
                      uint32_t virtual_sid, uint32_t *sid)
{
    for (size_t i = 0; i < IOMMUFD_OBJECTS_MAX; i++) {
        const struct iommufd_object *object = &ctx->object[i];

        if (object->type == IOMMUFD_OBJ_VDEVICE && object->u.vdevice.viommu == viommu &&
            object->u.vdevice.virtual_sid == virtual_sid) {
            *sid = object->u.vdevice.device->u.device.sid;
            return true;
        }
    }
    return false;
}

int iommufd_vdevice_alloc(struct iommufd_ctx *ctx, uint64_t arg_at)
{
    struct iommu_vdevice_alloc arg;
    struct iommufd_object *viommu, *device, *vdevice;
    uint32_t sid;
    int rc = uapi_copy_argument(&ctx->user, &arg, sizeof arg, sizeof arg, arg_at);

    if (rc)
        return rc;
    if (arg.virt_id > UINT32_MAX)
        return -EINVAL;
    viommu = iommufd_find(ctx, arg.viommu_id, IOMMUFD_OBJ_VIOMMU);
    device = iommufd_find(ctx, arg.dev_id, IOMMUFD_OBJ_DEVICE);
    if (!viommu || !device)
        return -ENOENT;
    if (device->u.device.vdevice || iommufd_find_sid(ctx, viommu, (uint32_t)arg.virt_id, &sid))
        return -EEXIST;
    vdevice = iommufd_new(ctx, IOMMUFD_OBJ_VDEVICE);
    if (!vdevice)
        return -ENOMEM;
    arg.out_vdevice_id = vdevice->id;
    if (uapi_copy_to(&ctx->user, arg_at, &arg, sizeof arg)) {
        iommufd_forget(vdevice);
        return -EFAULT;
    }
    vdevice->u.vdevice = (struct iommufd_vdevice){viommu, device, (uint32_t)arg.virt_id};
    device->u.device.vdevice = vdevice;
    viommu->users++;
    device->users++;
    return 0;
}

/* ---- the end of objects */

static void end_hwpt_paging(struct iommufd_object *object)
{
    object->u.paging.ioas->users--;
}

static void end_viommu(struct iommufd_object *object)
{
    object->u.viommu.hwpt->users--;
}

static void end_vdevice(struct iommufd_object *object)
{
    struct iommufd_vdevice *vdevice = &object->u.vdevice;

    vdevice->device->u.device.vdevice = NULL;
    vdevice->device->users--;
    vdevice->viommu->users--;
}

static void end_hw_queue(struct iommufd_object *object)
{
    const struct iommufd_hw_queue *queue = &object->u.hw_queue;
    const struct iommufd_viommu *viommu = &queue->viommu->u.viommu;

    viommu->driver->stop_hw_queue(queue->viommu, queue->index);
    iommufd_ioas_unpin(viommu->hwpt->u.paging.ioas, queue->iova, queue->length);
    if (queue->below)
        queue->below->users--;
    queue->viommu->users--;
}

void iommufd_end(struct iommufd_object *object)
{
    static void (*const end[])(struct iommufd_object *) = {
        [IOMMUFD_OBJ_HWPT_PAGING] = end_hwpt_paging,
        [IOMMUFD_OBJ_VIOMMU] = end_viommu,
        [IOMMUFD_OBJ_VDEVICE] = end_vdevice,
        [IOMMUFD_OBJ_HW_QUEUE] = end_hw_queue,
    };

    if (end[object->type])
        end[object->type](object);
    iommufd_forget(object);
}

int iommufd_destroy(struct iommufd_ctx *ctx, uint64_t arg_at)
{
    struct iommu_destroy arg;
    struct iommufd_object *object;
    const int rc = uapi_copy_argument(&ctx->user, &arg, sizeof arg, sizeof arg, arg_at);

    if (rc)
        return rc;
    object = iommufd_find(ctx, arg.id, IOMMUFD_OBJ_NONE);
    if (!object)
        return -ENOENT;
    if (object->users)
        return -EBUSY;
    iommufd_end(object);
    return 0;
}
