/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See cfgcache.h. */
#include <string.h>

#include "state.h"

enum { KEY_VALID = 63, KEY_TRANSLATED = 55, KEY_SEC = 53, KEY_SSV = 52, KEY_SUBSTREAM = 32 };

uint64_t smmu__cfg_key(uint8_t sec, uint32_t streamid, bool ssv, uint32_t substreamid)
{
    return UINT64_C(1) << KEY_VALID | (uint64_t)sec << KEY_SEC | (uint64_t)ssv << KEY_SSV |
           (uint64_t)(ssv ? substreamid & low_mask(20) : 0) << KEY_SUBSTREAM | streamid;
}

uint64_t smmu__cfg_key_translated(uint8_t sec, uint32_t streamid, bool ssv, uint32_t substreamid)
{
    return smmu__cfg_key(sec, streamid, ssv, substreamid) | UINT64_C(1) << KEY_TRANSLATED;
}

static uint32_t set_of(const struct cfgcache *c, uint64_t key)
{
    uint32_t mixed =
        (uint32_t)key ^ (uint32_t)(key >> KEY_SUBSTREAM & low_mask(20)) * UINT32_C(0x9E3779B1);
    return (c->set_mask != NO_SET_MASK ? mixed & c->set_mask : mixed % c->sets) * c->ways;
}

struct xctx *smmu__cfgcache_lookup(struct smmu *s, uint64_t key)
{
    struct cfgcache *c = &s->cfgcache;
    if (c->key[c->latest] == key)
        return &c->entry[c->latest];
    uint32_t first = set_of(c, key);
    for (uint32_t i = first; i < first + c->ways; i++)
        if (c->key[i] == key)
            return &c->entry[c->latest = i];
    return NULL;
}

void smmu__cfgcache_fill(struct smmu *s, uint64_t key, const struct xctx *x)
{
    struct cfgcache *c = &s->cfgcache;
    uint32_t first = set_of(c, key), at = UINT32_MAX;
    for (uint32_t i = first; i < first + c->ways; i++) {
        if (c->key[i] == key) {
            at = i;
            break;
        }
        if (!c->key[i] && at == UINT32_MAX)
            at = i;
    }
    if (at == UINT32_MAX)
        at = first + smmu__repl_victim(&c->repl, first / c->ways);
    c->evicted += c->key[at] != 0; /* perhaps by its successor */
    c->inserted++;
    c->key[at] = key;
    c->entry[at] = *x;
    smmu__repl_fill(&c->repl, first / c->ways, at - first);
}

void smmu__cfgcache_used(struct smmu *s, const struct xctx *entry)
{
    struct cfgcache *c = &s->cfgcache;
    uint32_t at = (uint32_t)(entry - c->entry);
    smmu__repl_hit(&c->repl, at / c->ways, at % c->ways);
}

bool smmu__cfg_named(const struct inval_config *scope, uint64_t key, uint32_t cd_index,
                     const struct xctx *x)
{
    if ((key >> KEY_SEC & 3) != scope->sec)
        return false;
    if (scope->partid_map)
        return x->from_vms && x->vmid == scope->vmid;
    if (scope->all)
        return true;
    uint32_t streamid = (uint32_t)key;
    if (streamid < scope->sid_first || streamid > scope->sid_last)
        return false;
    return !scope->one_substream || cd_index == scope->substreamid;
}

void smmu__cfgcache_invalidate(struct smmu *s, const struct inval_config *scope)
{
    struct cfgcache *c = &s->cfgcache;
    for (uint32_t i = 0; i < c->sets * c->ways; i++)
        if (c->key[i] && smmu__cfg_named(scope, c->key[i], c->entry[i].cd_index, &c->entry[i])) {
            c->key[i] = 0;
            c->invalidated++;
        }
}

void smmu__cfgcache_reset(struct smmu *s)
{
    struct cfgcache *c = &s->cfgcache;
    for (uint32_t i = 0; i < c->sets * c->ways; i++)
        c->invalidated += c->key[i] != 0;
    memset(c->key, 0, (size_t)c->sets * c->ways * sizeof *c->key);
    smmu__repl_reset(&c->repl, c->sets, CFG(s, TIMING_SEED));
}
