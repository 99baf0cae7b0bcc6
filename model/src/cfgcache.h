/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. The configuration cache: one entry is the decoded STE and CD of one {Security state,
 * StreamID, SubstreamID}. Intermediate structures and anything that failed are not kept (3.21.3
 * permits, does not require it).
 */
#ifndef SMMUSIM_CFGCACHE_H
#define SMMUSIM_CFGCACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "repl.h"
#include "xctx.h"

struct smmu;
struct inval_config;

struct cfgcache {
    uint32_t sets, ways;
    uint32_t set_mask; /* sets - 1, or NO_SET_MASK */
    uint32_t latest;   /* place of the entry found last: where the next search begins */
    uint64_t *key; /* [sets][ways], apart for quick search: bit 63 valid, 55 of translated
                      transactions, 54:53 Security state, 52
                      SSV, 51:32 SubstreamID, 31:0 StreamID */
    struct xctx *entry;
    struct repl repl;
    /* As those of struct tlb. */
    uint64_t inserted, evicted, invalidated;
};

uint64_t smmu__cfg_key(uint8_t sec, uint32_t streamid, bool ssv, uint32_t substreamid);
/* Of what an STE alone says of transactions that come translated. */
uint64_t smmu__cfg_key_translated(uint8_t sec, uint32_t streamid, bool ssv, uint32_t substreamid);
/* Does the scope name the configuration with this key and this CD? Of what a VMS has said to x, or
 * will. */
bool smmu__cfg_named(const struct inval_config *scope, uint64_t key, uint32_t cd_index,
                     const struct xctx *x);
struct xctx *smmu__cfgcache_lookup(struct smmu *s, uint64_t key);
/* The entry that was found was used. */
void smmu__cfgcache_used(struct smmu *s, const struct xctx *entry);
void smmu__cfgcache_fill(struct smmu *s, uint64_t key, const struct xctx *x);
void smmu__cfgcache_invalidate(struct smmu *s, const struct inval_config *scope);
void smmu__cfgcache_reset(struct smmu *s);

#endif
