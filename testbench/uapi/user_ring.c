/* SPDX-License-Identifier: Apache-2.0 */
/* The user's side of the invalidation ring. */
#include "uapi/user_ring.h"

#include <string.h>

#include "driver/ring.h"

#define USER_BASE UINT64_C(0x7f0000000000)

static bool within(uint64_t at, size_t bytes)
{
    return at >= USER_BASE && at - USER_BASE <= sizeof(struct user_ring) &&
           bytes <= sizeof(struct user_ring) - (at - USER_BASE);
}

static bool copy_from(void *ctx, void *to, uint64_t from, size_t bytes)
{
    if (!within(from, bytes))
        return false;
    memcpy(to, (const unsigned char *)ctx + (from - USER_BASE), bytes);
    return true;
}

static bool copy_to(void *ctx, uint64_t to, const void *from, size_t bytes)
{
    if (!within(to, bytes))
        return false;
    memcpy((unsigned char *)ctx + (to - USER_BASE), from, bytes);
    return true;
}

void user_ring_init(struct user_ring *ring, uint32_t hwpt_id, unsigned index_bits)
{
    memset(ring, 0, sizeof *ring);
    ring->arg.ring = (struct iommu_hwpt_invalidate){
        .size = sizeof ring->arg,
        .hwpt_id = hwpt_id,
        .q_uptr = USER_BASE + offsetof(struct user_ring, entries),
        .q_cons_uptr = USER_BASE + offsetof(struct user_ring, cons),
        .q_index_bits = index_bits,
        .q_entry_num = 1U << index_bits,
        .q_entry_len = UAPI_COMMAND_BYTES,
    };
    ring->arg.out_error_uptr = USER_BASE + offsetof(struct user_ring, error);
}

struct uapi_user_memory user_ring_memory(struct user_ring *ring)
{
    return (struct uapi_user_memory){.ctx = ring, .copy_from = copy_from, .copy_to = copy_to};
}

void user_ring_put(struct user_ring *ring, uint32_t index, const struct drv_cmd *cmd)
{
    for (unsigned i = 0; i < UAPI_COMMAND_BYTES; i++)
        ring->entries[index][i] = (unsigned char)(cmd->word[i / 8] >> 8 * (i % 8));
}

int user_ring_invalidate(struct user_ring *ring, struct uapi *uapi, uint32_t n)
{
    ring->arg.ring.q_prod = drv_ring_advance(ring->arg.ring.q_index_bits, ring->cons, n);
    return uapi_hwpt_invalidate(uapi, USER_BASE + offsetof(struct user_ring, arg));
}
