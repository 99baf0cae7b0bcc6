/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. The one way out: a ring of items for the owner, and the table of memory accesses whose
 * results are awaited. Capacities are sums of what every unit may have outstanding, so
 * putting never fails; who takes up new work asks first whether there is room for it.
 */
#ifndef SMMUSIM_OUTBOX_H
#define SMMUSIM_OUTBOX_H

#include "smmusim/smmu_types.h"

struct smmu;

/* Who is told when an access is done; each kind has one handler (dispatch.c). */
enum access_owner {
    OWNER_SLOT, /* index: slot */
    OWNER_CMDQ, /* index: queue number, entry of its fetch buffer */
    OWNER_SYNC, /* the MSI of a CMD_SYNC; index: queue number */
    OWNER_EVTQ, /* index: programming interface, entry of its write buffer */
    OWNER_MSI,  /* index: programming interface, smmu_irq_source_t */
    OWNER_PMCG, /* index: counter group */
    OWNER_ATOS, /* index: programming interface, enum atos_group */
    OWNER_PRIQ, /* as OWNER_EVTQ */
    OWNER_PPAR, /* index: programming interface */
    OWNER_KINDS
};

/* An index of two parts: whose it is, and which of its entries. */
static inline unsigned access_index(unsigned whose, unsigned entry)
{
    return whose << 8 | entry;
}

static inline unsigned access_whose(unsigned index)
{
    return index >> 8;
}

static inline unsigned access_entry(unsigned index)
{
    return index & 0xFF;
}

struct access {
    uint32_t generation;
    uint32_t index;
    uint8_t owner; /* enum access_owner */
    uint8_t port;  /* enum qtw_kind; QTW_KINDS: it did not go through the port */
    bool busy;
    bool read;
};

/* Places for everything that is no slot's: command reads, event and MSI writes, invalidations,
 * interrupt edges; without what ECMDQs add. */
enum { OUTBOX_FOR_OTHERS = 256 };

struct outbox {
    uint32_t head, count, capacity;
    uint32_t kept; /* of the capacity: places of counter groups and ECMDQs, which nobody else has */
    smmu_out_t *item;
    uint32_t access_capacity, access_busy, access_hint;
    uint32_t forgotten_generation; /* accesses up to here were given up by a reset */
    struct access *access;
};

/* Attributes of an access that the SMMU makes itself (13.8), and its label (17.4). */
struct mem_attrs {
    uint8_t memattr; /* MAIR format */
    uint8_t sh;
    uint8_t pas;
    smmu_mpam_t mpam;
};

/* A new item, zeroed, of this kind. */
smmu_out_t *smmu__outbox_put(struct smmu *s, smmu_out_kind_t kind);
/* Every slot in use keeps one place free for its next item; is there one more? */
bool smmu__outbox_has_room_for_slot(const struct smmu *s);
/* Is there room for what a command may leave, besides the slots' places and half of those for
 * others? */
bool smmu__outbox_has_room_for_command(const struct smmu *s);
/* The items that wait for the owner, from 0, the oldest, to count - 1. */
static inline smmu_out_t *outbox_item(const struct outbox *o, uint32_t i)
{
    return &o->item[(o->head + i) % o->capacity];
}

/* Of this kind. */
uint32_t smmu__outbox_count(const struct smmu *s, smmu_out_kind_t kind);
/* The oldest item; false if there is none. */
bool smmu__outbox_take(struct smmu *s, smmu_out_t *out);

/* Copies what counts: a read carries no data. */
void smmu__outbox_copy_mem(smmu_out_mem_t *to, const smmu_out_mem_t *from);
/* Has the port (qtw.h) send an SMMU_OUT_MEM. request: the client request it is made for, or NULL.
 * data: the bytes of a write. */
void smmu__mem_read(struct smmu *s, enum access_owner owner, unsigned index,
                    smmu_mem_source_t source, uint64_t addr, unsigned size, struct mem_attrs attrs,
                    const smmu_request_t *request);
void smmu__mem_write(struct smmu *s, enum access_owner owner, unsigned index,
                     smmu_mem_source_t source, uint64_t addr, unsigned size, struct mem_attrs attrs,
                     const void *data);

/* The same of eight bytes that are to become 'to' if they are 'from'. */
void smmu__mem_exchange(struct smmu *s, enum access_owner owner, unsigned index,
                        smmu_mem_source_t source, uint64_t addr, struct mem_attrs attrs,
                        uint64_t from, uint64_t to, const smmu_request_t *request);

/* The outstanding access with this tag, whether it has left or not. Returns 1, 0 for one forgotten
 * by a reset, or a negative status. */
int smmu__access_find(const struct smmu *s, uint64_t tag, struct access *found);
void smmu__access_free(struct smmu *s, uint64_t tag);
/* Accesses outstanding are given up, items that no longer matter go; answers stay. */
void smmu__outbox_reset(struct smmu *s);

#endif
