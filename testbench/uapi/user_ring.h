/* SPDX-License-Identifier: Apache-2.0 */
/* The user's side of the invalidation ring: its memory, and the calls it makes. */
#ifndef SMMUSIM_UAPI_USER_RING_H
#define SMMUSIM_UAPI_USER_RING_H

#include "uapi/ring.h"

enum { USER_RING_MAX_INDEX_BITS = 10 };

/* Everything that a call reads or writes; lies at an address of its own in the user's space. */
struct user_ring {
    struct iommu_hwpt_invalidate_reporting arg;
    struct iommu_hwpt_invalidate_error error;
    uint32_t cons;
    unsigned char entries[1 << USER_RING_MAX_INDEX_BITS][UAPI_COMMAND_BYTES];
};

void user_ring_init(struct user_ring *ring, uint32_t hwpt_id, unsigned index_bits);
struct uapi_user_memory user_ring_memory(struct user_ring *ring);
void user_ring_put(struct user_ring *ring, uint32_t index, const struct drv_cmd *cmd);

/* n more entries are ready: asks for them to be executed. As uapi_hwpt_invalidate(). */
int user_ring_invalidate(struct user_ring *ring, struct uapi *uapi, uint32_t n);

#endif
