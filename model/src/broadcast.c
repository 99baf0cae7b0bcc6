/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. See broadcast.h. CHOICES 3.17: with CR2.PTM they are ignored; contexts with CD.ASET are
 * spared by what names an ASID; an ASID or VMID wider than the SMMU's matches nothing. nXS forms
 * are as their others (3.17.8).
 */
#include "broadcast.h"

#include "state.h"

enum needs { NEEDS_NOTHING, NEEDS_STAGE1, NEEDS_STAGE2, NEEDS_HYP };

/* As the command that stands beside it (4.4). */
static const struct tlbi_rule {
    uint8_t world, needs;
    bool by_vmid, by_asid, by_va, spare_stage1, spare_stage2;
} rules[SMMU_TLBI_COUNT] = {
    [SMMU_TLBI_ALLE1] = {.world = WORLD_NS_EL1}, /* NSNH_ALL */
    [SMMU_TLBI_VMALLE1] = {.world = WORLD_NS_EL1, .needs = NEEDS_STAGE1, .by_vmid = true,
                           .spare_stage2 = true}, /* NH_ALL */
    [SMMU_TLBI_VMALLS12E1] = {.world = WORLD_NS_EL1, .by_vmid = true}, /* S12_VMALL */
    [SMMU_TLBI_ASIDE1] = {.world = WORLD_NS_EL1, .needs = NEEDS_STAGE1, .by_vmid = true,
                          .by_asid = true, .spare_stage2 = true}, /* NH_ASID */
    [SMMU_TLBI_VAE1] = {.world = WORLD_NS_EL1, .needs = NEEDS_STAGE1, .by_vmid = true,
                        .by_asid = true, .by_va = true, .spare_stage2 = true}, /* NH_VA */
    [SMMU_TLBI_VAAE1] = {.world = WORLD_NS_EL1, .needs = NEEDS_STAGE1, .by_vmid = true,
                         .by_va = true, .spare_stage2 = true}, /* NH_VAA */
    [SMMU_TLBI_IPAS2E1] = {.world = WORLD_NS_EL1, .needs = NEEDS_STAGE2, .by_vmid = true,
                           .by_va = true, .spare_stage1 = true}, /* S2_IPA */
    [SMMU_TLBI_ALLE2] = {.world = WORLD_NS_EL2, .needs = NEEDS_HYP},
    [SMMU_TLBI_ASIDE2] = {.world = WORLD_NS_EL2, .needs = NEEDS_HYP, .by_asid = true},
    [SMMU_TLBI_VAE2] = {.world = WORLD_NS_EL2, .needs = NEEDS_HYP, .by_va = true},
    [SMMU_TLBI_VAAE2] = {.world = WORLD_NS_EL2, .needs = NEEDS_HYP, .by_va = true},
};

static bool built(const struct smmu *s, uint8_t needs)
{
    const bool have[] = {[NEEDS_NOTHING] = true,
                         [NEEDS_STAGE1] = CFG(s, IDR0_S1P) != 0,
                         [NEEDS_STAGE2] = CFG(s, IDR0_S2P) != 0,
                         [NEEDS_HYP] = CFG(s, IDR0_Hyp) != 0};
    return have[needs];
}

/* Does it name an ASID? Of EL2's by VA only a PE in E2H mode does (3.17.5). */
static bool names_asid(const smmu_broadcast_tlbi_t *t)
{
    return rules[t->op].by_asid || (t->op == SMMU_TLBI_VAE2 && t->e2h);
}

/* Can an entry have this VMID and ASID (3.17, 3.17.4)? Without stage 2 every VMID is 0. */
static bool may_match(const struct smmu *s, const smmu_broadcast_tlbi_t *t)
{
    bool wide_asid = t->asid >> 8 && !CFG(s, IDR0_ASID16);
    bool wide_vmid = CFG(s, IDR0_S2P) ? t->vmid >> 8 && !CFG(s, IDR0_VMID16) : t->vmid != 0;
    return !(names_asid(t) && wide_asid) && !(rules[t->op].by_vmid && wide_vmid);
}

static struct inval_scope scope_of(const struct smmu *s, const struct prog_if *pi,
                                   const smmu_broadcast_tlbi_t *t)
{
    const struct tlbi_rule *r = &rules[t->op];
    bool ignored_hint = t->granule_log2 == 14 && t->level == 1 && !CFG(s, IDR5_DS);
    return (struct inval_scope){
        .kind = INVAL_TLB,
        .u.tlb = {.world = r->world,
                  .by_vmid = r->by_vmid && CFG(s, IDR0_S2P),
                  .by_asid = names_asid(t),
                  .by_va = r->by_va,
                  .spare_global = r->by_asid && !r->by_va,
                  .spare_aset = names_asid(t),
                  .spare_stage1 = r->spare_stage1,
                  .spare_stage2 = r->spare_stage2,
                  .vmid = t->vmid,
                  .vmid_ignored = smmu__vmid_wildcard(pi),
                  .asid = t->asid,
                  .leaf_only = r->by_va && t->leaf,
                  .va_first = r->by_va ? t->first : 0,
                  .va_last = r->by_va ? t->last : 0,
                  .granule_log2 = r->by_va ? t->granule_log2 : 0,
                  .level_hint = r->by_va && t->granule_log2 && !ignored_hint ? t->level : 0}};
}

int smmu__broadcast_tlbi(struct smmu *s, const struct prog_if *pi,
                         const smmu_broadcast_tlbi_t *t)
{
    if (!pi || REG_FIELD(pi, CR2, PTM) || !built(s, rules[t->op].needs) || !may_match(s, t)) {
        STAT(s, broadcast_ignored, 1);
        return SMMU_DONE;
    }
    if (!smmu__inval_ready(s) || !smmu__outbox_has_room_for_command(s))
        return SMMU_BUSY;
    struct inval_scope scope = scope_of(s, pi, t);
    smmu__invalidate(s, &scope);
    STAT(s, broadcast_tlbi, 1);
    s->broadcast.dirty = true;
    s->broadcast.done = smmu__inval_latest_done(s);
    return SMMU_DONE;
}

/* ----------------------------------------------------------------------- synchronisation */

static void end(struct smmu *s, uint64_t tag)
{
    smmu__outbox_put(s, SMMU_OUT_BROADCAST_SYNC)->u.broadcast_sync.tag = tag;
}

static void go_on(struct smmu *s, unsigned number)
{
    struct broadcast_sync *sync = &s->broadcast.sync[number];
    if (!sync->busy || !smmu__inval_complete(s, &sync->wait))
        return;
    if (sync->done > s->sched.now) {
        smmu__timer_set(s, TIMER_BROADCAST, number, sync->done - s->sched.now);
        return;
    }
    smmu__timer_clear(s, TIMER_BROADCAST, number); /* it may be due in this very cycle */
    sync->busy = false;
    s->broadcast.waiting--;
    end(s, sync->tag);
}

/* What came before the last one that still waits is awaited with it. */
int smmu__broadcast_sync(struct smmu *s, uint64_t tag)
{
    struct broadcast *b = &s->broadcast;
    unsigned number = 0;
    if (b->waiting + smmu__outbox_count(s, SMMU_OUT_BROADCAST_SYNC) >= BROADCAST_SYNCS)
        return SMMU_BUSY;
    STAT(s, broadcast_syncs, 1);
    if (!b->dirty && !b->waiting) {
        end(s, tag);
        return SMMU_DONE;
    }
    while (b->sync[number].busy)
        number++;
    struct broadcast_sync next = {.busy = true, .tag = tag, .done = b->done};
    next.wait = b->dirty || !b->sync[b->latest].busy ? smmu__inval_sync_begin(s)
                                                     : b->sync[b->latest].wait;
    b->sync[number] = next;
    b->latest = (uint8_t)number;
    b->waiting++;
    b->dirty = false;
    go_on(s, number);
    return SMMU_DONE;
}

void smmu__broadcast_due(struct smmu *s, unsigned number)
{
    go_on(s, number);
}

void smmu__broadcast_poke(struct smmu *s)
{
    if (!s->broadcast.waiting)
        return;
    for (unsigned i = 0; i < BROADCAST_SYNCS; i++)
        go_on(s, i);
}

void smmu__broadcast_reset(struct smmu *s)
{
    for (unsigned i = 0; i < BROADCAST_SYNCS; i++) {
        smmu__timer_clear(s, TIMER_BROADCAST, i);
        if (s->broadcast.sync[i].busy)
            end(s, s->broadcast.sync[i].tag);
    }
    s->broadcast = (struct broadcast){0};
}
