/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See outbox.h. */
#include <assert.h>
#include <string.h>

#include "le.h"
#include "state.h"

static inline smmu_out_t *append(struct outbox *o, smmu_out_kind_t kind)
{
    assert(o->count < o->capacity);
    uint32_t at = o->head + o->count++;
    smmu_out_t *item = &o->item[at >= o->capacity ? at - o->capacity : at];
    item->kind = kind;
    return item;
}

/* What has left the port before it comes before it. */
inline smmu_out_t *smmu__outbox_put(struct smmu *s, smmu_out_kind_t kind)
{
    while (s->qtw.next <= s->sched.now)
        smmu__qtw_take(s, &append(&s->outbox, SMMU_OUT_MEM)->u.mem);
    return append(&s->outbox, kind);
}

static inline uint32_t room(const struct smmu *s)
{
    uint32_t taken = s->outbox.count + s->outbox.kept;
    return taken < s->outbox.capacity ? s->outbox.capacity - taken : 0;
}

inline bool smmu__outbox_has_room_for_slot(const struct smmu *s)
{
    return room(s) > OUTBOX_FOR_OTHERS + s->slots.used;
}

inline bool smmu__outbox_has_room_for_command(const struct smmu *s)
{
    return room(s) >= OUTBOX_FOR_OTHERS / 2 + s->slots.used;
}

uint32_t smmu__outbox_count(const struct smmu *s, smmu_out_kind_t kind)
{
    const struct outbox *o = &s->outbox;
    uint32_t count = 0;
    for (uint32_t i = 0; i < o->count; i++)
        count += outbox_item(o, i)->kind == kind;
    return count;
}

inline bool smmu__outbox_take(struct smmu *s, smmu_out_t *out)
{
    struct outbox *o = &s->outbox;
    if (!o->count) {
        if (s->qtw.next > s->sched.now)
            return false;
        out->kind = SMMU_OUT_MEM;
        smmu__qtw_take(s, &out->u.mem);
        return true;
    }
    const smmu_out_t *item = &o->item[o->head];
    /* The commonest items, reads, carry no data. */
    if (item->kind == SMMU_OUT_MEM && item->u.mem.op == SMMU_MEM_READ)
        memcpy(out, item, offsetof(smmu_out_t, u) + offsetof(smmu_out_mem_t, data));
    else
        *out = *item;
    if (++o->head == o->capacity)
        o->head = 0;
    o->count--;
    return true;
}

inline void smmu__outbox_copy_mem(smmu_out_mem_t *to, const smmu_out_mem_t *from)
{
    if (from->op == SMMU_MEM_READ)
        memcpy(to, from, offsetof(smmu_out_mem_t, data));
    else
        *to = *from;
}

/* Which part of the port an owner's accesses use. In the modes lt and functional requests do not
 * meet: the port's time is added to theirs (flight.c). */
static inline enum qtw_kind port_of(const struct smmu *s, enum access_owner owner)
{
    static const uint8_t kinds[OWNER_KINDS] = {[OWNER_SLOT] = QTW_READ,
                                               [OWNER_CMDQ] = QTW_READ,
                                               [OWNER_SYNC] = QTW_MSI,
                                               [OWNER_EVTQ] = QTW_EVENT,
                                               [OWNER_MSI] = QTW_MSI,
                                               [OWNER_PMCG] = QTW_MSI,
                                               [OWNER_ATOS] = QTW_READ,
                                               [OWNER_PRIQ] = QTW_EVENT,
                                               [OWNER_PPAR] = QTW_READ};
    bool meets = owner != OWNER_SLOT || s->mode == SMMU_MODE_AT;
    return meets ? (enum qtw_kind)kinds[owner] : QTW_KINDS;
}

/* A tag is the access's place and the generation of that place: a late or invented tag is
 * recognised. */
static inline uint64_t access_new(struct smmu *s, enum access_owner owner, unsigned index,
                           enum qtw_kind port, bool read)
{
    struct outbox *o = &s->outbox;
    assert(o->access_busy < o->access_capacity);
    uint32_t at = o->access_hint;
    while (o->access[at].busy)
        at = at + 1 == o->access_capacity ? 0 : at + 1;
    o->access_hint = at + 1 == o->access_capacity ? 0 : at + 1;
    o->access[at] = (struct access){.generation = o->access[at].generation + 1,
                                    .index = index,
                                    .owner = (uint8_t)owner,
                                    .port = (uint8_t)port,
                                    .busy = true,
                                    .read = read};
    o->access_busy++;
    return (uint64_t)o->access[at].generation << 32 | at;
}

/* A new access where it waits to leave; it is filled before it is sent. */
static inline smmu_out_mem_t *access_place(struct smmu *s, enum qtw_kind port)
{
    return port != QTW_KINDS ? smmu__qtw_place(s, port)
                             : &smmu__outbox_put(s, SMMU_OUT_MEM)->u.mem;
}

static inline void send(struct smmu *s, enum qtw_kind port, const smmu_out_mem_t *m)
{
    if (port != QTW_KINDS)
        smmu__qtw_send(s, port);
    else
        TIMELINE_ACCESS(s, s->sched.now, BEGIN, m->tag, m->addr, timeline_access_args(m));
}

static inline void fill_mem(smmu_out_mem_t *m, uint64_t tag, smmu_mem_op_t op,
                            smmu_mem_source_t source, uint64_t addr, unsigned size,
                            struct mem_attrs attrs)
{
    m->tag = tag;
    m->op = (uint8_t)op;
    m->addr = addr;
    m->request_tag = 0;
    m->size = (uint8_t)size;
    m->source = (uint8_t)source;
    m->pas = attrs.pas;
    m->memattr = attrs.memattr;
    m->sh = attrs.sh;
    m->for_request = false;
    m->mpam = attrs.mpam;
}

ON_PATH void smmu__mem_read(struct smmu *s, enum access_owner owner, unsigned index,
                    smmu_mem_source_t source, uint64_t addr, unsigned size, struct mem_attrs attrs,
                    const smmu_request_t *request)
{
    enum qtw_kind port = port_of(s, owner);
    smmu_out_mem_t *m = access_place(s, port);
    fill_mem(m, access_new(s, owner, index, port, true), SMMU_MEM_READ, source, addr, size, attrs);
    if (request) {
        m->for_request = true;
        m->request_tag = request->tag;
    }
    TCU_STAT(s, qtw_reads, 1);
    send(s, port, m);
}

void smmu__mem_write(struct smmu *s, enum access_owner owner, unsigned index,
                     smmu_mem_source_t source, uint64_t addr, unsigned size, struct mem_attrs attrs,
                     const void *data)
{
    enum qtw_kind port = port_of(s, owner);
    smmu_out_mem_t *m = access_place(s, port);
    fill_mem(m, access_new(s, owner, index, port, false), SMMU_MEM_WRITE, source, addr, size,
             attrs);
    memcpy(m->data, data, size);
    TCU_STAT(s, qtw_writes, 1);
    send(s, port, m);
}

void smmu__mem_exchange(struct smmu *s, enum access_owner owner, unsigned index,
                        smmu_mem_source_t source, uint64_t addr, struct mem_attrs attrs,
                        uint64_t from, uint64_t to, const smmu_request_t *request)
{
    enum qtw_kind port = port_of(s, owner);
    smmu_out_mem_t *m = access_place(s, port);
    fill_mem(m, access_new(s, owner, index, port, true), SMMU_MEM_CAS, source, addr, 8, attrs);
    store_le64(m->data, from);
    store_le64(m->data + 8, to);
    if (request) {
        m->for_request = true;
        m->request_tag = request->tag;
    }
    TCU_STAT(s, qtw_reads, 1);
    send(s, port, m);
}

inline int smmu__access_find(const struct smmu *s, uint64_t tag, struct access *found)
{
    const struct outbox *o = &s->outbox;
    uint32_t at = (uint32_t)tag, generation = (uint32_t)(tag >> 32);
    if (at >= o->access_capacity || generation == 0 || generation > o->access[at].generation)
        return SMMU_E_TAG;
    if (generation <= o->forgotten_generation)
        return 0;
    if (generation < o->access[at].generation || !o->access[at].busy)
        return SMMU_E_TAG;
    *found = o->access[at];
    return 1;
}

inline void smmu__access_free(struct smmu *s, uint64_t tag)
{
    struct access *a = &s->outbox.access[(uint32_t)tag];
    a->busy = false;
    s->outbox.access_busy--;
    if (a->port != QTW_KINDS)
        smmu__qtw_done(s, (enum qtw_kind)a->port);
}

static void keep_answers(struct outbox *o)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < o->count; i++) {
        const smmu_out_t *item = outbox_item(o, i);
        if (item->kind == SMMU_OUT_ANSWER || item->kind == SMMU_OUT_PRG_RESPONSE ||
            item->kind == SMMU_OUT_BROADCAST_SYNC)
            *outbox_item(o, kept++) = *item;
    }
    o->count = kept;
}

void smmu__outbox_reset(struct smmu *s)
{
    struct outbox *o = &s->outbox;
    keep_answers(o);
    for (uint32_t i = 0; i < o->access_capacity; i++)
        if (o->access[i].generation > o->forgotten_generation)
            o->forgotten_generation = o->access[i].generation;
    /* New accesses start beyond every forgotten generation, so that a late answer can never meet a
     * new access. */
    for (uint32_t i = 0; i < o->access_capacity; i++)
        o->access[i] = (struct access){.generation = o->forgotten_generation};
    o->access_busy = 0;
}
