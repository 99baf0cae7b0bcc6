/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. Translations in flight: a slot holds everything of one request that did not hit, so that
 * nothing lives on a C stack and an invalidation can see and mark it. Walkers are counted; slots
 * that want one wait in order.
 */
#ifndef SMMUSIM_SLOTS_H
#define SMMUSIM_SLOTS_H

#include "fault.h"
#include "smmusim/smmu_types.h"
#include "walk.h"
#include "xctx.h"

struct smmu;
struct inval_scope;

enum slot_state {
    SLOT_FREE,
    SLOT_CONFIG, /* configuration cache, then structure fetches */
    SLOT_L1STD,
    SLOT_STE,
    SLOT_L1CD,
    SLOT_CD,          /* that read is outstanding */
    SLOT_TLB,         /* configuration known: look up the TLB */
    SLOT_WALKER_WAIT, /* wants a walker */
    SLOT_WALK,        /* about to read the next descriptor */
    SLOT_TTD,         /* that read is outstanding */
    SLOT_TTD_STEP,    /* descriptor read; its step time passes */
    SLOT_EVENT_WAIT   /* fault, but no room to record it */
};

/* Marks that an invalidation leaves (3.21.1, 3.21.3): finish, but do not fill; CMD_SYNC waits. */
enum { SLOT_NO_CFG_FILL = 1, SLOT_NO_TLB_FILL = 2 };

struct slot {
    uint8_t state;   /* enum slot_state */
    uint8_t marks;   /* SLOT_NO_* */
    uint8_t prog_if; /* number of the programming interface that governs its stream */
    bool has_walker, has_config;
    uint16_t next;    /* in a waiting list; SLOT_NONE at the end */
    uint32_t latency; /* own cycles so far */
    smmu_request_t request;
    uint64_t cfg_key;
    struct xctx x;
    struct cd_locator locator;
    struct walk walk;
    uint64_t descriptor;
    uint64_t fetch_addr; /* of the read that is outstanding */
    struct fault fault;
    smmu_response_t response;
};

#define SLOT_NONE UINT16_MAX

struct slot_list {
    uint16_t first, last;
};

struct slots {
    uint32_t capacity, used;
    uint32_t marked; /* slots with marks: CMD_SYNC waits for zero */
    uint32_t walkers, walkers_busy;
    struct slot_list free, walker_wait, event_wait;
    struct slot *slot; /* [capacity] */
};

struct slot *smmu__slot_take(struct smmu *s); /* NULL: none free */
void smmu__slot_free(struct smmu *s, struct slot *slot);
unsigned smmu__slot_number(const struct smmu *s, const struct slot *slot);
void smmu__slot_list_push(struct smmu *s, struct slot_list *list, struct slot *slot);
struct slot *smmu__slot_list_pop(struct smmu *s, struct slot_list *list);
/* Marks the slots whose result the invalidation may have made stale. */
void smmu__slots_mark(struct smmu *s, const struct inval_scope *scope);

#endif
