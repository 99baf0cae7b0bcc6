/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. TLB tags: each {StreamWorld, VMID, ASID or global, ASET} that is in use, and each
 * {StreamWorld, VMID} of stage 2 entries, which are by IPA, gets a small number and a serial. An
 * entry is live while its serial is its tag's current one, so that dropping everything of an ASID
 * or VMID costs the host the same whatever the TLB's depth (3.17, 4.4).
 */
#ifndef SMMUSIM_TAGS_H
#define SMMUSIM_TAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "xctx.h"

struct smmu;
struct inval_tlb;

struct tag {
    uint64_t key;     /* world, VMID, ASID, stage 2, global, ASET; 0: unused */
    uint32_t serial;  /* current; entries with another are dead */
    uint32_t used_at; /* for reuse: coarse order of last use */
};

struct tags {
    uint32_t capacity; /* power of two */
    uint32_t next_serial;
    uint32_t clock;
    struct tag *tag;
};

/* Makes x->tag and x->global_tag current; the context must be a translating one. With stage 2 alone
 * both are its stage 2 tag. */
void smmu__tags_bind(struct smmu *s, struct xctx *x);
/* Is this context's binding still current? If not, bind again before use. */
static inline bool tags_bound(const struct tags *t, const struct xctx *x)
{
    return t->tag[x->tag].serial == x->tag_serial &&
           t->tag[x->global_tag].serial == x->global_serial;
}

/* Binds anew if the binding has been overtaken by an invalidation. Before every use of a context's
 * entries. */
void smmu__tags_use(struct smmu *s, struct xctx *x);
/* The same for x->s2_tag: before every use of a context's stage 2 entries. Its VMID must be
 * known. */
void smmu__tags_use_stage2(struct smmu *s, struct xctx *x);

struct tag_filter {
    uint8_t world;
    bool by_vmid, by_asid;
    bool spare_global, spare_aset, spare_stage1, spare_stage2;
    uint16_t vmid, vmid_ignored, asid;
};
/* What a TLBI's scope says of tags. */
struct tag_filter smmu__tag_filter(const struct inval_tlb *scope);
bool smmu__tag_matches(uint64_t key, const struct tag_filter *f);
/* Kills every entry of the matching tags. By ASID it is a look-up, else a pass over all tags. */
void smmu__tags_drop(struct smmu *s, const struct tag_filter *f);
void smmu__tags_reset(struct smmu *s);

#endif
