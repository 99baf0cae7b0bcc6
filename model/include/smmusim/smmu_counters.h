/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted and measured: one row a counter, pool or histogram, in a list of the unit that
 * has it. Names, units and meanings are data of smmu_stats.h's functions; docs/statistics.md
 * explains them together with the equations that hold between them.
 */
#ifndef SMMUSIM_SMMU_COUNTERS_H
#define SMMUSIM_SMMU_COUNTERS_H

/* Of the SMMU as a whole, and totals of what its units count. */
#define SMMU_STAT_LIST(X)                                                                          \
    X(requests, "requests", "client transactions taken by smmu_submit")                            \
    X(forwarded, "requests", "transactions let through")                                           \
    X(aborted, "requests", "transactions terminated with an abort")                                \
    X(raz_wi, "requests", "transactions terminated as RAZ/WI")                                     \
    X(bypassed, "requests", "transactions that no stage touched")                                  \
    X(busy, "requests", "submissions refused for want of a translation slot")                      \
    X(tlb_lookup, "lookups", "transactions that looked up the TLBs: sum of the TBUs")              \
    X(tlb_hit, "lookups", "of these, found in one of them")                                        \
    X(tlb_miss, "lookups", "of these, not found in any")                                           \
    X(tlb_fill, "entries", "translations inserted into a TBU's TLBs by an answer")                 \
    X(tlb_evict, "entries", "translations replaced in the main TLBs: sum of mtlb_evicted")         \
    X(tlb_nofill, "entries", "walk results kept out because an invalidation overtook the walk")    \
    X(cfg_lookup, "lookups", "configuration cache lookups: tcu.cc_lookup")                         \
    X(cfg_hit, "lookups", "of these, found")                                                       \
    X(cfg_miss, "lookups", "of these, not found: tcu.cc_miss")                                     \
    X(cfg_fetch, "reads", "memory reads of L1STD, STE, L1CD, CD and VMS: tcu.config_reads")        \
    X(wc_lookup, "lookups", "walks that looked up the walk caches")                                \
    X(wc_hit, "lookups", "of these, that skipped at least one level")                              \
    X(walks, "walks", "translation table walks started: tcu.walks")                                \
    X(walk_reads, "reads", "memory reads of translation table descriptors: tcu.walk_reads")        \
    X(walker_waits, "requests", "requests that waited for a walker: tcu.buffered")                 \
    X(atos, "requests", "address translation operations asked for by registers")                   \
    X(atos_reads, "reads", "memory reads of these")                                                \
    X(cmd_reads, "reads", "memory reads of commands")                                              \
    X(cmd_consumed, "commands", "commands consumed")                                               \
    X(cmd_sync, "commands", "of these, CMD_SYNC")                                                  \
    X(cmd_tlbi, "commands", "of these, CMD_TLBI_*")                                                \
    X(cmd_cfgi, "commands", "of these, CMD_CFGI_*")                                                \
    X(atc_invs, "invalidations", "ATS invalidations sent to devices (CMD_ATC_INV)")                \
    X(atc_inv_failures, "invalidations", "of these, given up: not completed in time")              \
    X(ats_requests, "requests", "ATS Translation Requests taken: sum of ats_requests")             \
    X(ats_granted, "requests", "of these, answered with Success and some access")                  \
    X(ats_translated, "requests", "client transactions that came translated")                      \
    X(cmd_errors, "errors", "command errors raised")                                               \
    X(sync_wait_cycles, "cycles", "CMD_SYNCs spent waiting for earlier work")                      \
    X(stalls, "stalls", "faults that stalled a transaction, and were recorded so")                 \
    X(stalls_retried, "stalls", "of these, retried by CMD_RESUME")                                 \
    X(stalls_terminated, "stalls", "of these, terminated by a command, SMMUEN or a reset")         \
    X(stall_waits, "stalls", "faults that were to stall and had to wait for room: tried again")    \
    X(slots_marked, "slots", "translations in flight marked by an invalidation")                   \
    X(events_recorded, "events", "event records written")                                          \
    X(events_lost, "events", "event records dropped: queue full, disabled or aborted")             \
    X(broadcast_tlbi, "messages", "broadcast TLB invalidations that were obeyed")                   \
    X(broadcast_ignored, "messages", "broadcast TLB invalidations that were ignored")              \
    X(broadcast_syncs, "messages", "synchronisations of broadcast TLB maintenance")                \
    X(page_requests, "requests", "page requests and stop markers taken by smmu_page_request")       \
    X(page_requests_recorded, "requests", "of these, written to the PRI queue")                    \
    X(page_requests_lost, "requests", "of these, discarded: queue full, disabled or aborted")      \
    X(page_request_reads, "reads", "memory reads of L1STD and STE for automatic responses")         \
    X(prg_responses, "responses", "responses to page request groups: automatic, or by a command")  \
    X(msi_writes, "writes", "MSIs sent")                                                           \
    X(irq_edges, "edges", "wired interrupt edges")                                                 \
    X(reg_reads, "accesses", "register reads")                                                     \
    X(reg_writes, "accesses", "register writes")                                                   \
    X(guest_errors, "accesses", "register accesses that the architecture ignores")

/* Of each TBU. */
#define SMMU_TBU_STAT_LIST(X)                                                                      \
    X(transactions, "requests", "client transactions taken")                                       \
    X(untranslated, "requests", "of these, that needed no translation: bypassed or refused")       \
    X(ats_checked, "requests", "of these, that came translated and were for the TCU to judge")     \
    X(ats_requests, "requests", "ATS Translation Requests taken; they are no transactions")        \
    X(utlb_lookup, "lookups", "transactions that looked up the micro-TLB")                         \
    X(utlb_miss, "lookups", "of these, not found")                                                 \
    X(mtlb_lookup, "lookups", "transactions that looked up the main TLB")                          \
    X(mtlb_miss, "lookups", "of these, not found")                                                 \
    X(mtlb_reads, "reads", "probes of the main TLB's memory")                                      \
    X(relookup, "lookups", "look-ups after another's answer")                                      \
    X(merged, "requests", "misses that another's answer served")                                   \
    X(requests_sent, "requests", "translation requests sent to the TCU")                           \
    X(retried, "requests", "transactions that started anew: resumed, or having waited for room")   \
    X(order_waits, "requests", "transactions that waited for others of their ID")                  \
    X(inval_received, "messages", "invalidations received")                                        \
    X(utlb_inserted, "entries", "entries put into the micro-TLB")                                  \
    X(utlb_evicted, "entries", "of these, replaced while alive")                                   \
    X(utlb_invalidated, "entries", "of these, dropped by invalidations")                           \
    X(utlb_live, "entries", "entries in the micro-TLB now, whatever the interval")                    \
    X(mtlb_inserted, "entries", "entries put into the main TLB")                                   \
    X(mtlb_evicted, "entries", "of these, replaced while alive")                                   \
    X(mtlb_invalidated, "entries", "of these, dropped by invalidations")                           \
    X(mtlb_live, "entries", "entries in the main TLB now, whatever the interval")

/* Of the TCU. wc_l<n>: the walk cache of stage 1 level n; wc_s2l<n>: of stage 2. */
#define SMMU_TCU_STAT_LIST(X)                                                                      \
    X(requests, "requests", "translation requests received")                                       \
    X(requests_speculative, "requests", "walks of a next page that nobody has asked for yet")      \
    X(buffered, "requests", "requests that waited for a walker")                                   \
    X(cc_lookup, "lookups", "requests that looked up the configuration cache")                     \
    X(cc_miss, "lookups", "of these, not found")                                                   \
    X(cc_reads, "reads", "reads of the configuration cache's memory")                              \
    X(config_walks, "walks", "configuration walks that read for themselves")                       \
    X(config_reads, "reads", "memory reads of L1STD, STE, L1CD, CD and VMS")                       \
    X(ctw_merged, "walks", "configuration walks that another's reads served")                      \
    X(wc_l0_lookup, "lookups", "look-ups of the walk cache of level 0")                            \
    X(wc_l0_miss, "lookups", "of these, not found")                                                \
    X(wc_l1_lookup, "lookups", "of level 1")                                                       \
    X(wc_l1_miss, "lookups", "of these, not found")                                                \
    X(wc_l2_lookup, "lookups", "of level 2")                                                       \
    X(wc_l2_miss, "lookups", "of these, not found")                                                \
    X(wc_l3_lookup, "lookups", "of level 3")                                                       \
    X(wc_l3_miss, "lookups", "of these, not found")                                                \
    X(wc_s2l0_lookup, "lookups", "look-ups of the walk cache of stage 2 level 0")                  \
    X(wc_s2l0_miss, "lookups", "of these, not found")                                              \
    X(wc_s2l1_lookup, "lookups", "of stage 2 level 1")                                             \
    X(wc_s2l1_miss, "lookups", "of these, not found")                                              \
    X(wc_s2l2_lookup, "lookups", "of stage 2 level 2")                                             \
    X(wc_s2l2_miss, "lookups", "of these, not found")                                              \
    X(wc_s2l3_lookup, "lookups", "of stage 2 level 3")                                             \
    X(wc_s2l3_miss, "lookups", "of these, not found")                                              \
    X(wc_reads, "reads", "reads of the walk caches' memory")                                       \
    X(walks, "walks", "translation table walks that read descriptors")                             \
    X(walk_reads, "reads", "memory reads of descriptors")                                          \
    X(ptw_merged, "reads", "descriptors that another's read brought")                              \
    X(prefetch, "walks", "prefetches begun")                                                       \
    X(qtw_reads, "reads", "memory reads of any kind")                                              \
    X(qtw_writes, "writes", "memory writes of any kind")                                           \
    X(inval_sent, "messages", "invalidations sent to TBUs")                                        \
    X(cc_inserted, "entries", "entries put into the configuration cache")                          \
    X(cc_evicted, "entries", "of these, replaced while alive")                                     \
    X(cc_invalidated, "entries", "of these, dropped by invalidations")                             \
    X(cc_live, "entries", "entries in the configuration cache now, whatever the interval")            \
    X(wc_inserted, "entries", "entries put into the walk caches")                                  \
    X(wc_evicted, "entries", "of these, replaced while alive")                                     \
    X(wc_invalidated, "entries", "of these, dropped by invalidations")                             \
    X(wc_live, "entries", "entries in the walk caches now, whatever the interval")

/* Counted resources: so many can be in use at once, the next one waits. */
#define SMMU_TBU_POOL_LIST(X)                                                                      \
    X(slots, "slots", "translation slots: transactions that did not hit")                          \
    X(tokens, "tokens", "translation requests that the TCU has let it have outstanding")           \
    X(wbuf, "beats", "write data waiting for its translation")

#define SMMU_TCU_POOL_LIST(X)                                                                      \
    X(slots, "slots", "places of translation requests in the TCU")                                 \
    X(ptw_slots, "slots", "walkers for translation tables, and configuration if ctw_slots is 0")   \
    X(ctw_slots, "slots", "walkers for the configuration")                                         \
    X(stalls, "requests", "places of stalled transactions, of which IDR5.STALL_MAX exist")         \
    X(read_slots, "reads", "reads outstanding in memory")                                          \
    X(event_slots, "writes", "writes of event records outstanding in memory")                      \
    X(msi_slots, "writes", "writes of MSIs outstanding in memory")

/* Distributions of durations. */
#define SMMU_TBU_HISTOGRAM_LIST(X)                                                                 \
    X(latency, "cycles", "from acceptance of a transaction to its answer, hit or not")

#define SMMU_TCU_HISTOGRAM_LIST(X)                                                                 \
    X(walk_latency, "cycles", "a translation table walk: walk cache look-up, to its leaf or fault")   \
    X(sync_wait, "cycles", "a CMD_SYNC waited for earlier work")

/* Of each of the first stats.streams streams, and of all others together. */
#define SMMU_STREAM_HISTOGRAM_LIST(X)                                                              \
    X(latency, "cycles", "from acceptance of a transaction to its answer, hit or not")

#define SMMU_STATS_ENUM_SMMU_COUNTER(name, unit, meaning) SMMU_STAT_##name,
#define SMMU_STATS_ENUM_TBU_COUNTER(name, unit, meaning) SMMU_TBU_STAT_##name,
#define SMMU_STATS_ENUM_TCU_COUNTER(name, unit, meaning) SMMU_TCU_STAT_##name,
#define SMMU_STATS_ENUM_TBU_POOL(name, unit, meaning) SMMU_TBU_POOL_##name,
#define SMMU_STATS_ENUM_TCU_POOL(name, unit, meaning) SMMU_TCU_POOL_##name,
#define SMMU_STATS_ENUM_TBU_HISTOGRAM(name, unit, meaning) SMMU_TBU_HISTOGRAM_##name,
#define SMMU_STATS_ENUM_TCU_HISTOGRAM(name, unit, meaning) SMMU_TCU_HISTOGRAM_##name,
#define SMMU_STATS_ENUM_STREAM_HISTOGRAM(name, unit, meaning) SMMU_STREAM_HISTOGRAM_##name,

typedef enum smmu_stat {
    SMMU_STAT_LIST(SMMU_STATS_ENUM_SMMU_COUNTER) SMMU_STAT_COUNT
} smmu_stat_t;

typedef enum smmu_tbu_stat {
    SMMU_TBU_STAT_LIST(SMMU_STATS_ENUM_TBU_COUNTER) SMMU_TBU_STAT_COUNT
} smmu_tbu_stat_t;

typedef enum smmu_tcu_stat {
    SMMU_TCU_STAT_LIST(SMMU_STATS_ENUM_TCU_COUNTER) SMMU_TCU_STAT_COUNT
} smmu_tcu_stat_t;

enum { SMMU_TBU_POOL_LIST(SMMU_STATS_ENUM_TBU_POOL) SMMU_TBU_POOL_COUNT };
enum { SMMU_TCU_POOL_LIST(SMMU_STATS_ENUM_TCU_POOL) SMMU_TCU_POOL_COUNT };
enum { SMMU_TBU_HISTOGRAM_LIST(SMMU_STATS_ENUM_TBU_HISTOGRAM) SMMU_TBU_HISTOGRAM_COUNT };
enum { SMMU_TCU_HISTOGRAM_LIST(SMMU_STATS_ENUM_TCU_HISTOGRAM) SMMU_TCU_HISTOGRAM_COUNT };
enum { SMMU_STREAM_HISTOGRAM_LIST(SMMU_STATS_ENUM_STREAM_HISTOGRAM) SMMU_STREAM_HISTOGRAM_COUNT };

#endif
