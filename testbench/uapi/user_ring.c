/* SPDX-License-Identifier: Apache-2.0 */
/* The user's side of the invalidation ring. */
#include "uapi/user_ring.h"

#include <string.h>

#include "driver/ring.h"

#define USER_BASE UINT64_C(0x7f0000000000)

void user_ring_init(struct user_ring *ring, uint32_t hwpt_id, unsigned index_bits)
{
    memset(ring, 0, sizeof *ring);
    user_space_init(&ring->space, USER_BASE, &ring->memory, sizeof ring->memory);
    ring->memory.arg.ring = (struct iommu_hwpt_invalidate_ring){
        .size = sizeof ring->memory.arg,
        .hwpt_id = hwpt_id,
        .q_uptr = USER_BASE + offsetof(struct user_ring_memory, entries),
        .q_cons_uptr = USER_BASE + offsetof(struct user_ring_memory, cons),
        .q_index_bits = index_bits,
        .q_entry_num = 1U << index_bits,
        .q_entry_len = UAPI_COMMAND_BYTES,
    };
    ring->memory.arg.out_error_uptr = USER_BASE + offsetof(struct user_ring_memory, error);
}

void user_ring_put(struct user_ring *ring, uint32_t index, const struct drv_cmd *cmd)
{
    for (unsigned i = 0; i < UAPI_COMMAND_BYTES; i++)
        ring->memory.entries[index][i] = (unsigned char)(cmd->word[i / 8] >> 8 * (i % 8));
}

int user_ring_invalidate(struct user_ring *ring, struct uapi *uapi, uint32_t n)
{
    struct iommu_hwpt_invalidate_ring *arg = &ring->memory.arg.ring;

    arg->q_prod = drv_ring_advance(arg->q_index_bits, ring->memory.cons, n);
    return uapi_ring_invalidate(uapi, USER_BASE + offsetof(struct user_ring_memory, arg));
}
