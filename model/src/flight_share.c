/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See flight.h: merging of equal fetches. A read that is shared may have been issued before the
 * request that joins it. That is harmless as long as nothing was invalidated in between and nothing
 * comes of it but success: what software may change without an invalidation is what was invalid
 * (3.21.1), and a fault makes the joiner read for itself (flight.c).
 * CHOICE 17.4: the label is that of whoever makes the read.
 */
#include "flight.h"
#include "state.h"

static uint16_t *bucket_of(struct smmu *s, uint64_t addr)
{
    return &s->slots.read_bucket[(addr * UINT64_C(0x9E3779B97F4A7C15)) >> 56];
}

static bool same_read(const struct smmu *s, const struct slot *a, const struct slot *b)
{
    return a->fetch_addr == b->fetch_addr && a->state == b->state && a->prog_if == b->prog_if &&
           a->read_inval_count == s->inval.count;
}

bool smmu__flight_share_join(struct smmu *s, struct slot *slot)
{
    slot->borrowed = false;
    if (!s->slots.shared_reads || slot->no_share)
        return false;
    for (uint16_t n = *bucket_of(s, slot->fetch_addr); n != SLOT_NONE;) {
        struct slot *other = &s->slots.slot[n];
        if (same_read(s, other, slot)) {
            slot->borrowed = true;
            smmu__slot_list_push(s, &other->sharing, slot);
            return true;
        }
        n = other->read_next;
    }
    return false;
}

void smmu__flight_share_offer(struct smmu *s, struct slot *slot)
{
    if (s->mode != SMMU_MODE_AT || s->slots.shared_reads >= CFG(s, TIMING_TCU_HAZARD_ENTRIES))
        return;
    uint16_t *bucket = bucket_of(s, slot->fetch_addr);
    slot->read_inval_count = s->inval.count;
    slot->read_next = *bucket;
    *bucket = (uint16_t)smmu__slot_number(s, slot);
    slot->offers_read = true;
    s->slots.shared_reads++;
}

void smmu__flight_share_close(struct smmu *s, struct slot *slot)
{
    if (!slot->offers_read)
        return;
    uint16_t *link = bucket_of(s, slot->fetch_addr);
    while (*link != smmu__slot_number(s, slot))
        link = &s->slots.slot[*link].read_next;
    *link = slot->read_next;
    slot->offers_read = false;
    s->slots.shared_reads--;
}
