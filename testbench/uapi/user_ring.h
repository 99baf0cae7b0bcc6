/* SPDX-License-Identifier: Apache-2.0 */
/* The user's side of the invalidation ring: its memory, and the calls it makes. */
#ifndef SMMUSIM_UAPI_USER_RING_H
#define SMMUSIM_UAPI_USER_RING_H

#include "uapi/ring.h"
#include "uapi/user_space.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { USER_RING_MAX_INDEX_BITS = 10 };

/* What lies in the user's memory. */
struct user_ring_memory {
    struct iommu_hwpt_invalidate_ring_reporting arg;
    struct uapi_error_record error;
    uint32_t cons;
    unsigned char entries[1 << USER_RING_MAX_INDEX_BITS][UAPI_COMMAND_BYTES];
};

struct user_ring {
    struct user_space space;
    struct user_ring_memory memory;
};

/* uapi_user_memory: user_space_memory(&ring->space). */
void user_ring_init(struct user_ring *ring, uint32_t hwpt_id, unsigned index_bits);
void user_ring_put(struct user_ring *ring, uint32_t index, const struct drv_cmd *cmd);

/* n more entries are ready: asks for them to be executed. As uapi_ring_invalidate(). */
int user_ring_invalidate(struct user_ring *ring, struct uapi *uapi, uint32_t n);

#ifdef __cplusplus
}
#endif

#endif
