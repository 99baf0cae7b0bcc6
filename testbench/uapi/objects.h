/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of an iommufd that invalidation needs, who refers to whom, and the calls that make
 * and destroy those that belong to a guest: devices, address spaces (IOAS), page tables (HWPT),
 * vIOMMUs, vDEVICEs and hardware queues.
 *
 * Devices, address spaces and page tables are given by the embedding program; how the kernel's
 * users get those is no matter of invalidation. Knows no command: what a vIOMMU does with one is
 * its driver's (arm_vsmmu.h).
 */
#ifndef SMMUSIM_UAPI_OBJECTS_H
#define SMMUSIM_UAPI_OBJECTS_H

#include <stdbool.h>

#include "driver/driver.h"
#include "uapi/chunk.h"
#include "uapi/error_record.h"
#include "uapi/iommufd.h"
#include "uapi/stats.h"
#include "uapi/user_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IOMMUFD_OBJECTS_MAX = 256, IOMMUFD_MAPPINGS_MAX = 16, IOMMUFD_PAGE_BYTES = 4096 };

enum iommufd_object_type {
    IOMMUFD_OBJ_NONE,
    IOMMUFD_OBJ_DEVICE,
    IOMMUFD_OBJ_IOAS,
    IOMMUFD_OBJ_HWPT_PAGING,
    IOMMUFD_OBJ_HWPT_NESTED,
    IOMMUFD_OBJ_VIOMMU,
    IOMMUFD_OBJ_VDEVICE,
    IOMMUFD_OBJ_HW_QUEUE,
};

struct iommufd_ctx;
struct iommufd_object;
struct iommufd_array;

/* Executes what an array holds for an object, and leaves in array->entry_num how much it did. */
typedef int iommufd_invalidate_fn(struct iommufd_ctx *ctx, struct iommufd_object *object,
                                  struct iommufd_array *array);

/* What a kind of vIOMMU can do. Functions that are NULL are not there (-EOPNOTSUPP). */
struct iommufd_viommu_driver {
    uint32_t type; /* enum iommu_viommu_type */
    int (*check)(const struct iommufd_ctx *ctx, const struct iommufd_object *device);
    iommufd_invalidate_fn *invalidate;
    /* Hardware queues of this vIOMMU: how many, and the start and end of one whose memory is pinned
     * and in one piece. */
    uint32_t hw_queue_type; /* enum iommu_hw_queue_type */
    unsigned (*hw_queues)(const struct iommufd_object *viommu);
    int (*start_hw_queue)(struct iommufd_object *viommu, uint32_t index, uint64_t pa,
                          uint64_t length);
    void (*stop_hw_queue)(struct iommufd_object *viommu, uint32_t index);
};

struct iommufd_device {
    uint32_t sid;
    struct iommufd_object *vdevice; /* as which a guest has it */
};

/* A stretch of an address space. Pinned ones cannot be unmapped. */
struct iommufd_mapping {
    uint64_t iova, length, pa;
    unsigned pins;
};

struct iommufd_ioas {
    struct iommufd_mapping mapping[IOMMUFD_MAPPINGS_MAX];
    unsigned mappings;
};

struct iommufd_hwpt_paging {
    struct iommufd_object *ioas;
    bool nest_parent;
    uint16_t vmid;
};

struct iommufd_hwpt_nested {
    iommufd_invalidate_fn *invalidate; /* NULL: only a vIOMMU can */
    void *driver;
};

struct iommufd_viommu {
    const struct iommufd_viommu_driver *driver;
    struct iommufd_object *hwpt;
    void *hardware; /* of the driver: what serves hardware queues */
};

struct iommufd_vdevice {
    struct iommufd_object *viommu, *device;
    uint32_t virtual_sid;
};

struct iommufd_hw_queue {
    struct iommufd_object *viommu;
    struct iommufd_object *below; /* the queue of the index before; that one is destroyed later */
    uint32_t index;
    uint64_t iova, length; /* of whole pages */
};

struct iommufd_object {
    enum iommufd_object_type type;
    uint32_t id;
    unsigned users; /* objects that cannot be without it */
    union {
        struct iommufd_device device;
        struct iommufd_ioas ioas;
        struct iommufd_hwpt_paging paging;
        struct iommufd_hwpt_nested nested;
        struct iommufd_viommu viommu;
        struct iommufd_vdevice vdevice;
        struct iommufd_hw_queue hw_queue;
    } u;
};

/* Which kernel is played. All false: the one that is as it should be. */
struct iommufd_options {
    bool merged;       /* the array form as it was merged, defects included */
    bool typed_lookup; /* as before vIOMMUs: an object of another type is not found at all */
    unsigned chunk;    /* commands before a CMD_SYNC, 1 to UAPI_CHUNK_MAX; 0: one less */
    enum uapi_attribution attribution;
};

struct iommufd_ctx {
    struct drv *drv;
    struct uapi_user_memory user;
    const struct iommufd_viommu_driver *const *drivers; /* ends with NULL */
    void *viommu_hardware;                              /* for vIOMMUs to come */
    void *(*allocate)(size_t bytes);                    /* NULL: malloc() */
    struct iommufd_options options;
    struct uapi_stats stats;
    struct iommufd_object object[IOMMUFD_OBJECTS_MAX];
};

/* ---- given by the embedding program; NULL: there are too many objects */

struct iommufd_object *iommufd_add_device(struct iommufd_ctx *ctx, uint32_t sid);
struct iommufd_object *iommufd_add_ioas(struct iommufd_ctx *ctx);
struct iommufd_object *iommufd_add_hwpt_paging(struct iommufd_ctx *ctx, struct iommufd_object *ioas,
                                               uint16_t vmid, bool nest_parent);
struct iommufd_object *iommufd_add_hwpt_nested(struct iommufd_ctx *ctx,
                                               iommufd_invalidate_fn *invalidate, void *driver);

/* -EINVAL: not whole pages, or wraps; -EEXIST: overlaps; -ENOSPC. */
int iommufd_ioas_map(struct iommufd_object *ioas, uint64_t iova, uint64_t length, uint64_t pa);
/* -ENOENT: not mapped as one stretch; -EBUSY: hardware reads it. */
int iommufd_ioas_unmap(struct iommufd_object *ioas, uint64_t iova, uint64_t length);
/* Pins all of it. -ENOENT: not all is mapped; -EFAULT: not in one piece physically. */
int iommufd_ioas_pin(struct iommufd_object *ioas, uint64_t iova, uint64_t length, uint64_t *pa);
void iommufd_ioas_unpin(struct iommufd_object *ioas, uint64_t iova, uint64_t length);

/* ---- ioctls: 'arg' is the user address of the structure; 0 or a negative errno */

int iommufd_viommu_alloc(struct iommufd_ctx *ctx, uint64_t arg);
int iommufd_vdevice_alloc(struct iommufd_ctx *ctx, uint64_t arg);
/* -EBUSY: other objects cannot be without it. */
int iommufd_destroy(struct iommufd_ctx *ctx, uint64_t arg);

/* ---- for the other calls */

/* The object of that number. NULL: none, or none of that type; IOMMUFD_OBJ_NONE: any type. */
struct iommufd_object *iommufd_find(struct iommufd_ctx *ctx, uint32_t id,
                                    enum iommufd_object_type type);
struct iommufd_object *iommufd_new(struct iommufd_ctx *ctx, enum iommufd_object_type type);
/* Gives the number back; for what refers to nothing yet. */
void iommufd_forget(struct iommufd_object *object);
/* The same for what does. Nobody may need it. */
void iommufd_end(struct iommufd_object *object);

/* Physical StreamID of a guest's. */
bool iommufd_find_sid(const struct iommufd_ctx *ctx, const struct iommufd_object *viommu,
                      uint32_t virtual_sid, uint32_t *sid);

#ifdef __cplusplus
}
#endif

#endif
