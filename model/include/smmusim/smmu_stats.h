/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of the model. One row a counter: name, unit, meaning. Read them by index or by name;
 * a snapshot is an array of values, so that two snapshots subtract.
 */
#ifndef SMMUSIM_SMMU_STATS_H
#define SMMUSIM_SMMU_STATS_H

#include "smmusim/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SMMU_STAT_LIST(X)                                                                        \
    X(requests, "requests", "client transactions taken by smmu_submit")                          \
    X(forwarded, "requests", "transactions let through")                                         \
    X(aborted, "requests", "transactions terminated with an abort")                              \
    X(raz_wi, "requests", "transactions terminated as RAZ/WI")                                   \
    X(bypassed, "requests", "transactions that no stage touched")                                \
    X(busy, "requests", "submissions refused for want of a translation slot")                    \
    X(tlb_lookup, "lookups", "requests that looked up the TLB")                                  \
    X(tlb_hit, "lookups", "of these, found")                                                     \
    X(tlb_miss, "lookups", "of these, not found")                                                \
    X(tlb_fill, "entries", "translations inserted into the TLB")                                 \
    X(tlb_evict, "entries", "live translations replaced")                                        \
    X(tlb_nofill, "entries", "walk results kept out because an invalidation overtook the walk")  \
    X(cfg_lookup, "lookups", "requests that looked up the configuration cache")                  \
    X(cfg_hit, "lookups", "of these, found")                                                     \
    X(cfg_miss, "lookups", "of these, not found")                                                \
    X(cfg_fetch, "reads", "memory reads of L1STD, STE, L1CD and CD")                             \
    X(wc_lookup, "lookups", "walks that looked up the walk caches")                              \
    X(wc_hit, "lookups", "of these, that skipped at least one level")                            \
    X(walks, "walks", "translation table walks started")                                         \
    X(walk_reads, "reads", "memory reads of translation table descriptors")                      \
    X(walker_waits, "walks", "walks that waited for a walker")                                   \
    X(cmd_reads, "reads", "memory reads of commands")                                            \
    X(cmd_consumed, "commands", "commands consumed")                                             \
    X(cmd_sync, "commands", "of these, CMD_SYNC")                                                \
    X(cmd_tlbi, "commands", "of these, CMD_TLBI_*")                                              \
    X(cmd_cfgi, "commands", "of these, CMD_CFGI_*")                                              \
    X(cmd_errors, "errors", "command errors raised")                                             \
    X(sync_wait_cycles, "cycles", "CMD_SYNCs spent waiting for earlier work")                    \
    X(slots_marked, "slots", "translations in flight marked by an invalidation")                 \
    X(events_recorded, "events", "event records written")                                        \
    X(events_lost, "events", "event records dropped: queue full, disabled or aborted")           \
    X(msi_writes, "writes", "MSIs sent")                                                         \
    X(irq_edges, "edges", "wired interrupt edges")                                               \
    X(reg_reads, "accesses", "register reads")                                                   \
    X(reg_writes, "accesses", "register writes")                                                 \
    X(guest_errors, "accesses", "register accesses that the architecture ignores")

/* Of each TBU. */
#define SMMU_TBU_STAT_LIST(X)                                                                     \
    X(transactions, "requests", "client transactions taken")                                     \
    X(bypassed, "requests", "of these, that needed no translation")                              \
    X(utlb_lookup, "lookups", "transactions that looked up the micro-TLB")                       \
    X(utlb_miss, "lookups", "of these, not found")                                               \
    X(mtlb_lookup, "lookups", "transactions that looked up the main TLB")                        \
    X(mtlb_miss, "lookups", "of these, not found")                                               \
    X(mtlb_reads, "reads", "probes of the main TLB's memory")                                    \
    X(relookup, "lookups", "look-ups after another's answer")                                    \
    X(merged, "requests", "misses that another's answer served")                                 \
    X(requests_sent, "requests", "translation requests sent to the TCU")                         \
    X(order_waits, "requests", "transactions that waited for others of their ID")                \
    X(inval_received, "messages", "invalidations received")

/* Of the TCU. */
#define SMMU_TCU_STAT_LIST(X)                                                                     \
    X(requests, "requests", "translation requests received")                                     \
    X(requests_speculative, "requests", "walks of a next page that nobody has asked for yet")    \
    X(buffered, "requests", "requests that waited for a walker")                                 \
    X(cc_lookup, "lookups", "requests that looked up the configuration cache")                   \
    X(cc_miss, "lookups", "of these, not found")                                                 \
    X(cc_reads, "reads", "reads of the configuration cache's memory")                            \
    X(config_walks, "walks", "configuration walks that read for themselves")                     \
    X(config_reads, "reads", "memory reads of L1STD, STE, L1CD and CD")                          \
    X(ctw_merged, "walks", "configuration walks that another's reads served")                    \
    X(wc_l0_lookup, "lookups", "look-ups of the walk cache of level 0")                          \
    X(wc_l0_miss, "lookups", "of these, not found")                                              \
    X(wc_l1_lookup, "lookups", "of level 1")                                                     \
    X(wc_l1_miss, "lookups", "of these, not found")                                              \
    X(wc_l2_lookup, "lookups", "of level 2")                                                     \
    X(wc_l2_miss, "lookups", "of these, not found")                                              \
    X(wc_l3_lookup, "lookups", "of level 3")                                                     \
    X(wc_l3_miss, "lookups", "of these, not found")                                              \
    X(wc_reads, "reads", "reads of the walk caches' memory")                                     \
    X(walks, "walks", "translation table walks that read descriptors")                           \
    X(walk_reads, "reads", "memory reads of descriptors")                                        \
    X(ptw_merged, "reads", "descriptors that another's read brought")                            \
    X(prefetch, "walks", "prefetches begun")                                                     \
    X(qtw_reads, "reads", "memory reads of any kind")                                            \
    X(qtw_writes, "writes", "memory writes of any kind")                                         \
    X(inval_sent, "messages", "invalidations sent to TBUs")

typedef enum smmu_tbu_stat {
#define SMMU_TBU_STAT_ENUM(name, unit, meaning) SMMU_TBU_STAT_##name,
    SMMU_TBU_STAT_LIST(SMMU_TBU_STAT_ENUM)
#undef SMMU_TBU_STAT_ENUM
    SMMU_TBU_STAT_COUNT
} smmu_tbu_stat_t;

typedef enum smmu_tcu_stat {
#define SMMU_TCU_STAT_ENUM(name, unit, meaning) SMMU_TCU_STAT_##name,
    SMMU_TCU_STAT_LIST(SMMU_TCU_STAT_ENUM)
#undef SMMU_TCU_STAT_ENUM
    SMMU_TCU_STAT_COUNT
} smmu_tcu_stat_t;

typedef enum smmu_stat {
#define SMMU_STAT_ENUM(name, unit, meaning) SMMU_STAT_##name,
    SMMU_STAT_LIST(SMMU_STAT_ENUM)
#undef SMMU_STAT_ENUM
    SMMU_STAT_COUNT
} smmu_stat_t;

typedef struct smmu_stat_info {
    const char *name, *unit, *meaning;
} smmu_stat_info_t;

/* The i-th counter's description, or NULL at the end. */
const smmu_stat_info_t *smmu_stat_info(size_t i);
/* Index of a counter by name (case-insensitive), or -1. */
int smmu_stat_find(const char *name);
uint64_t smmu_stat_value(const smmu_t *s, smmu_stat_t stat);
void smmu_stats_clear(smmu_t *s);

#ifdef __cplusplus
}
#endif
#endif
