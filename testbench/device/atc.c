/* SPDX-License-Identifier: Apache-2.0 */
/* See atc.h. A list of devices, each with its translations and the invalidations it works on. */
#include "device/atc.h"

#include <stdlib.h>
#include <string.h>

struct pending_inv {
    smmu_out_atc_inv_t inv;
    uint64_t due;
    enum atc_answer answer;
};

struct device {
    uint32_t streamid;
    enum atc_answer answer;
    uint64_t cycles;
    uint64_t invalidations;        /* that have come */
    bool unanswered;               /* of these, some never will be */
    struct atc_translation *entry; /* [entries] */
    uint32_t used, next;           /* the next to be replaced */
    struct pending_inv *pending;
    size_t pendings, pending_capacity;
};

struct atc {
    uint32_t entries;
    struct device *device;
    size_t devices, capacity;
};

struct atc *atc_create(uint32_t entries)
{
    struct atc *atc = calloc(1, sizeof(*atc));
    if (atc)
        atc->entries = entries;
    return atc;
}

void atc_destroy(struct atc *atc)
{
    for (size_t i = 0; atc && i < atc->devices; ++i) {
        free(atc->device[i].entry);
        free(atc->device[i].pending);
    }
    if (atc)
        free(atc->device);
    free(atc);
}

static struct device *known_device(const struct atc *atc, uint32_t streamid)
{
    for (size_t i = 0; i < atc->devices; ++i) {
        if (atc->device[i].streamid == streamid)
            return &atc->device[i];
    }
    return NULL;
}

/* Doubled if it is full; NULL: no memory, and what there was stays. */
static void *with_room(void *list, size_t count, size_t *capacity, size_t size)
{
    size_t wanted = *capacity ? 2 * *capacity : 8;
    if (count < *capacity)
        return list;
    void *grown = realloc(list, wanted * size);
    if (grown)
        *capacity = wanted;
    return grown;
}

static struct device *device_of(struct atc *atc, uint32_t streamid)
{
    struct device *device = known_device(atc, streamid);
    if (device)
        return device;
    void *grown = with_room(atc->device, atc->devices, &atc->capacity, sizeof(*atc->device));
    if (!grown)
        return NULL;
    atc->device = grown;
    struct atc_translation *entry = calloc(atc->entries ? atc->entries : 1, sizeof(*entry));
    if (!entry)
        return NULL;
    atc->device[atc->devices] = (struct device){.streamid = streamid, .entry = entry};
    return &atc->device[atc->devices++];
}

bool atc_answer(struct atc *atc, uint32_t streamid, enum atc_answer answer, uint64_t cycles)
{
    struct device *device = device_of(atc, streamid);
    if (device) {
        device->answer = answer;
        device->cycles = cycles;
    }
    return device;
}

void atc_reset(struct atc *atc, uint32_t streamid)
{
    struct device *device = known_device(atc, streamid);
    if (!device)
        return;
    device->answer = ATC_COMPLETES;
    device->cycles = 0;
    device->invalidations++; /* completions under way are of the time before */
    device->used = device->next = 0;
    device->pendings = 0;
    device->unanswered = false;
}

/* ---- translations */

uint64_t atc_request(struct atc *atc, uint32_t streamid)
{
    const struct device *device = known_device(atc, streamid);
    return device ? device->invalidations : 0;
}

bool atc_completion(struct atc *atc, uint64_t request, const struct atc_requester *requester,
                    uint64_t addr, const smmu_response_t *response)
{
    struct device *device = device_of(atc, requester->streamid);
    if (!device || !atc->entries || device->invalidations != request || device->pendings ||
        device->unanswered || response->result != SMMU_RESULT_ATS_SUCCESS || !response->perms)
        return false;
    uint64_t within =
        response->region_log2 >= 64 ? UINT64_MAX : (UINT64_C(1) << response->region_log2) - 1;
    device->entry[device->next] = (struct atc_translation){.requester = *requester,
                                                           .addr = addr & ~within,
                                                           .pa = response->pa & ~within,
                                                           .log2 = response->region_log2,
                                                           .perms = response->perms};
    device->next = (device->next + 1) % atc->entries;
    if (device->used < atc->entries)
        device->used++;
    return true;
}

static bool same_requester(const struct atc_requester *a, const struct atc_requester *b)
{
    return a->streamid == b->streamid && a->ssv == b->ssv && a->priv == b->priv &&
           (!a->ssv || a->substreamid == b->substreamid);
}

const struct atc_translation *atc_look_up(const struct atc *atc,
                                          const struct atc_requester *requester, uint64_t addr,
                                          uint8_t need)
{
    const struct device *device = known_device(atc, requester->streamid);
    for (uint32_t i = 0; device && i < device->used; ++i) {
        const struct atc_translation *t = &device->entry[i];
        if (same_requester(&t->requester, requester) && addr >> t->log2 == t->addr >> t->log2 &&
            (t->perms & need) == need)
            return t;
    }
    return NULL;
}

/* ---- invalidations */

static uint64_t last_of(uint64_t addr, unsigned log2)
{
    return log2 >= 64 ? UINT64_MAX : addr | ((UINT64_C(1) << log2) - 1);
}

static bool names_range(const smmu_out_atc_inv_t *inv, const struct atc_requester *requester,
                        uint64_t first, uint64_t last)
{
    bool same_pasid = inv->ssv == requester->ssv &&
                      (!inv->ssv || inv->global || inv->substreamid == requester->substreamid);
    return inv->streamid == requester->streamid && same_pasid &&
           first <= last_of(inv->addr, inv->span_log2) && last >= inv->addr;
}

bool atc_inv_names(const smmu_out_atc_inv_t *inv, const struct atc_requester *requester,
                   uint64_t addr)
{
    return names_range(inv, requester, addr, addr);
}

static void drop(struct atc *atc, struct device *device, const smmu_out_atc_inv_t *inv)
{
    for (uint32_t i = 0; i < device->used;) {
        const struct atc_translation *t = &device->entry[i];
        if (names_range(inv, &t->requester, t->addr, last_of(t->addr, t->log2)))
            device->entry[i] = device->entry[--device->used];
        else
            ++i;
    }
    device->next = atc->entries ? device->used % atc->entries : 0;
}

bool atc_invalidate(struct atc *atc, uint64_t now, const smmu_out_atc_inv_t *inv)
{
    struct device *device = device_of(atc, inv->streamid);
    if (!device)
        return false;
    device->invalidations++;
    if (device->answer == ATC_NEVER_ANSWERS || device->cycles >= SMMU_NEVER - now) {
        device->unanswered = true;
        return true;
    }
    void *grown = with_room(device->pending, device->pendings, &device->pending_capacity,
                            sizeof(*device->pending));
    if (!grown)
        return false;
    device->pending = grown;
    device->pending[device->pendings++] =
        (struct pending_inv){.inv = *inv, .due = now + device->cycles, .answer = device->answer};
    return true;
}

uint64_t atc_next_due(const struct atc *atc)
{
    uint64_t due = SMMU_NEVER;
    for (size_t i = 0; i < atc->devices; ++i) {
        const struct device *device = &atc->device[i];
        for (size_t j = 0; j < device->pendings; ++j) {
            if (device->pending[j].due < due)
                due = device->pending[j].due;
        }
    }
    return due;
}

/* Those of one device in the order in which they came. */
bool atc_take_due(struct atc *atc, uint64_t now, uint64_t *tag, smmu_atc_inv_result_t *result)
{
    for (size_t i = 0; i < atc->devices; ++i) {
        struct device *device = &atc->device[i];
        for (size_t j = 0; j < device->pendings; ++j) {
            const struct pending_inv pending = device->pending[j];
            if (pending.due > now)
                continue;
            device->pendings--;
            memmove(&device->pending[j], &device->pending[j + 1],
                    (device->pendings - j) * sizeof(pending));
            if (pending.answer == ATC_COMPLETES)
                drop(atc, device, &pending.inv);
            *tag = pending.inv.tag;
            *result =
                pending.answer == ATC_COMPLETES ? SMMU_ATC_INV_COMPLETED : SMMU_ATC_INV_UNSUPPORTED;
            return true;
        }
    }
    return false;
}
