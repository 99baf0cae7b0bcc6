/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The equations that hold between the statistics of a model at rest (docs/statistics.md, by whose
 * numbers they are called here). A test that leaves a model at rest asks for those that are
 * violated and expects none:
 *
 *     EXPECT_THAT(violated_identities(smmu), testing::IsEmpty());
 *
 * Not here: 16 and 17, which are about performance monitor counter groups; 21, and the parts about
 * ATS, PRI and broadcast invalidation of 6, 7, 8, 15 and 19, which need features that the
 * model does not have; that at most one invalidation is outstanding at a TBU (19), which the model
 * has as a time and not as a count.
 */
#ifndef SMMUSIM_UNIT_COUNTER_IDENTITIES_H
#define SMMUSIM_UNIT_COUNTER_IDENTITIES_H

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "smmusim/smmu_stats.h"

/* What is known about the run; without knowledge only what always holds is checked. */
struct RunWas {
    bool without_reset = true;  /* since creation or clear; a reset drops what is in flight */
    bool since_creation = true; /* statistics were never cleared */
    bool pages_only = false;    /* four levels of each stage, 4 KiB pages, one size alive: 11 */
    bool both_stages = false;   /* perhaps: 10 */
    /* No queue was disabled or in error with commands read ahead. */
    bool commands_undisturbed = true;
    bool sizes_alive = true; /* whenever a walk cache was looked up, it had an entry: 12 */
};

class CounterIdentities {
public:
    CounterIdentities(const smmu_t *smmu, const RunWas &run) : smmu_(smmu), run_(run)
    {
        memory_.resize(smmu_stats_size(smmu) / sizeof(uint64_t) + 1);
        stats_ = smmu_stats_take(smmu, memory_.data(), memory_.size() * sizeof(uint64_t));
        tbus_ = smmu_stats_instances(stats_, SMMU_STATS_TBU);
        /* A prefetch's fault leaves no trace. */
        faultless_ = value("aborted") + value("raz_wi") + value("events_recorded") +
                         value("events_lost") + value("tcu.prefetch") +
                         value("ats_requests") - value("ats_granted") ==
                     0;
    }

    std::vector<std::string> violated()
    {
        for (unsigned i = 0; i < tbus_; i++)
            of_tbu("tbu" + std::to_string(i) + ".");
        if (run_.without_reset)
            between_tbus_and_tcu();
        of_tcu();
        of_memory();
        of_pools();
        of_commands();
        if (run_.since_creation)
            of_caches();
        if (run_.without_reset)
            of_transactions(), of_stalls();
        return violated_;
    }

private:
    uint64_t value(const std::string &name)
    {
        smmu_stats_place_t place;
        uint64_t value = 0;
        if (!smmu_stats_find(name.c_str(), &place) || !smmu_stats_value(stats_, &place, &value))
            violated_.push_back("there is no " + name);
        return value;
    }
    uint64_t config(const char *key) const
    {
        uint64_t value = 0;
        EXPECT_EQ(smmu_config_get(smmu_get_config(smmu_), key, &value), SMMU_OK) << key;
        return value;
    }

    void note(const char *number, const std::string &left, const char *relation,
              const std::string &right, uint64_t a, uint64_t b)
    {
        violated_.push_back(std::string(number) + ": " + left + " " + relation + " " + right +
                            ", but these are " + std::to_string(a) + " and " + std::to_string(b));
    }
    void equal(const char *number, const std::string &left, const std::string &right, uint64_t a,
               uint64_t b)
    {
        if (a != b)
            note(number, left, "=", right, a, b);
    }
    void at_most(const char *number, const std::string &left, const std::string &right, uint64_t a,
                 uint64_t b)
    {
        if (a > b)
            note(number, left, "<=", right, a, b);
    }
    void same(const char *number, const std::string &left, const std::string &right)
    {
        equal(number, left, right, value(left), value(right));
    }
    void no_more(const char *number, const std::string &left, const std::string &right)
    {
        at_most(number, left, right, value(left), value(right));
    }

    void of_tbu(const std::string &t)
    {
        const bool mtlb = config("timing.mtlb_entries");
        /* Where nothing costs time the main TLB serves alone. */
        const bool functional = config("mode") == SMMU_MODE_FUNCTIONAL;
        const bool utlb = config("timing.utlb_entries") && !(functional && mtlb);
        const uint64_t transactions = value(t + "transactions") + value(t + "retried");
        const uint64_t checked = value(t + "ats_checked"), asked = value(t + "ats_requests");
        const uint64_t merged = value(t + "merged");
        const uint64_t untranslated = value(t + "untranslated"), sent = value(t + "requests_sent");
        const uint64_t lookups = value(t + (utlb ? "utlb_lookup" : "mtlb_lookup"));
        const uint64_t misses = value(t + (mtlb ? "mtlb_miss" : "utlb_miss"));
        no_more("1", t + "utlb_miss", t + "utlb_lookup");
        no_more("1", t + "mtlb_miss", t + "mtlb_lookup");
        no_more("12", t + "mtlb_lookup", t + "mtlb_reads");
        at_most("14", t + "slots.full", "cycles", value(t + "slots.full"),
                smmu_stats_cycles(stats_));
        full_means_peak(t + "slots");
        full_means_peak(t + "tokens");
        if (!mtlb)
            equal("3", t + "mtlb_lookup", "0", value(t + "mtlb_lookup"), 0);
        if (!run_.without_reset)
            return;
        equal("2", t + "transactions + retried", "untranslated + ats_checked + lookups",
              transactions, untranslated + checked + lookups);
        if (utlb && mtlb)
            same("3", t + "mtlb_lookup", t + "utlb_miss");
        equal("4", t + "misses + ats_checked + ats_requests", "merged + requests_sent",
              misses + checked + asked, merged + sent);
        equal("5", t + "transactions + ats_requests + retried",
              "untranslated + hits + merged + requests_sent", transactions + asked,
              untranslated + (lookups - misses) + merged + sent);
        at_most("4", t + "merged", "relookup", merged, value(t + "relookup"));
    }

    void full_means_peak(const std::string &pool)
    {
        if (value(pool + ".full"))
            equal("14", pool + ".peak", pool + ".capacity", value(pool + ".peak"),
                  value(pool + ".capacity"));
    }

    void between_tbus_and_tcu()
    {
        same("6", "requests_sent", "tcu.requests");
        same("7", "tcu.requests_speculative", "tcu.prefetch");
        same("8", "tcu.cc_lookup", "tcu.requests");
        equal("8", "tcu.cc_miss", "config_walks + ctw_merged", value("tcu.cc_miss"),
              value("tcu.config_walks") + value("tcu.ctw_merged"));
    }

    void of_tcu()
    {
        const uint64_t again = faultless_ ? 1 : 2; /* a fault is read for oneself, anew */
        const uint64_t config_walks = value("tcu.config_walks"), walks = value("tcu.walks");
        const uint64_t descriptors = value("tcu.walk_reads") + value("tcu.ptw_merged");
        uint64_t wc_lookups = 0;
        no_more("1", "tcu.cc_miss", "tcu.cc_lookup");
        for (const char *stage : {"tcu.wc_l", "tcu.wc_s2l"})
            for (char level = '0'; level <= '3'; level++) {
                const std::string cache = std::string(stage) + level;
                no_more("1", cache + "_miss", cache + "_lookup");
                wc_lookups += value(cache + "_lookup");
            }
        at_most("9", "tcu.config_reads", "5 * (config_walks + ctw_merged)",
                value("tcu.config_reads"), 5 * again * (config_walks + value("tcu.ctw_merged")));
        if (faultless_)
            no_more("9", "tcu.config_walks", "tcu.config_reads");
        if (run_.without_reset)
            at_most("10", "tcu.walks", "walk_reads + ptw_merged", walks, descriptors);
        if (run_.both_stages) /* and for the addresses of an L1CD and a CD */
            at_most("10", "tcu.walk_reads + ptw_merged", "35 * walks + 10 * configuration walks",
                    descriptors,
                    again * (35 * walks + 10 * (config_walks + value("tcu.ctw_merged"))));
        else
            at_most("10", "tcu.walk_reads + ptw_merged", "5 * walks", descriptors,
                    5 * again * walks);
        if (run_.pages_only && faultless_)
            leaf_first();
        if (run_.sizes_alive)
            at_most("12", "lookups of all walk caches", "tcu.wc_reads", wc_lookups,
                    value("tcu.wc_reads"));
        same("12", "tcu.cc_lookup", "tcu.cc_reads");
        at_most("13", "tcu.buffered", "2 * requests + prefetch", value("tcu.buffered"),
                2 * value("tcu.requests") + value("tcu.prefetch"));
        if (value("tcu.buffered") && value("tcu.ptw_slots.peak") < value("tcu.ptw_slots.capacity"))
            equal("13", "tcu.ctw_slots.peak", "its capacity where requests were buffered",
                  value("tcu.ctw_slots.peak"), value("tcu.ctw_slots.capacity"));
    }

    /* 11: every level is looked up, the deepest first, until one has it; the others are read. */
    void leaf_first()
    {
        uint64_t misses = 0;
        for (const std::string stage : {"tcu.wc_l", "tcu.wc_s2l"}) {
            misses += value(stage + "0_miss");
            for (char level = '1'; level <= '3'; level++) {
                const std::string cache = stage + level;
                misses += value(cache + "_miss");
                same("11", stage + static_cast<char>(level - 1) + "_lookup", cache + "_miss");
            }
        }
        equal("11", "tcu.walk_reads", "misses of all levels", value("tcu.walk_reads"), misses);
    }

    void of_memory()
    {
        const uint64_t writes =
            value("events_recorded") + value("page_requests_recorded") + value("msi_writes");
        equal("15", "tcu.qtw_reads",
              "walk_reads + config_reads + cmd_reads + atos_reads + page_request_reads",
              value("tcu.qtw_reads"),
              value("atos_reads") + value("page_request_reads") + value("tcu.walk_reads") +
                  value("tcu.config_reads") + value("cmd_reads"));
        at_most("15", "events_recorded + page_requests_recorded + msi_writes", "tcu.qtw_writes",
                writes, value("tcu.qtw_writes"));
        if (run_.without_reset)
            at_most("15", "tcu.qtw_writes", "these + events_lost + page_requests_lost",
                    value("tcu.qtw_writes"),
                    writes + value("events_lost") + value("page_requests_lost"));
    }

    void of_pools()
    {
        for (unsigned unit = 0; unit < SMMU_STATS_UNIT_COUNT; unit++)
            for (unsigned i = 0; i < smmu_stats_instances(stats_, smmu_stats_unit_t(unit)); i++)
                pools_at_rest(smmu_stats_unit_t(unit), i);
        if (!run_.without_reset)
            return;
        same("18", "tokens.taken", "requests_sent");
        equal("18", "tcu.slots.taken", "requests + prefetch", value("tcu.slots.taken"),
              value("tcu.requests") + value("tcu.prefetch"));
        if (config("mode") == SMMU_MODE_AT) /* else reads for requests do not meet at the port */
            same("18", "tcu.read_slots.taken", "tcu.qtw_reads");
        equal("18", "event_slots + msi_slots taken", "tcu.qtw_writes",
              value("tcu.event_slots.taken") + value("tcu.msi_slots.taken"),
              value("tcu.qtw_writes"));
    }

    void pools_at_rest(smmu_stats_unit_t unit, unsigned instance)
    {
        const smmu_stat_info_t *info;
        for (unsigned i = 0; (info = smmu_stats_info(unit, SMMU_STATS_POOL, i)); i++) {
            const smmu_pool_stats_t p = smmu_stats_pool(stats_, unit, instance, i);
            const std::string name =
                std::string(smmu_stats_instance(stats_, unit, instance).text) + "." + info->name;
            equal("18", name + ".used", "0", p.used, 0);
            at_most("18", name + ".peak", "capacity", p.peak, p.capacity);
            at_most("18", name + ".integral", "peak * cycles", p.integral,
                    p.peak * smmu_stats_cycles(stats_));
        }
    }

    void of_commands()
    {
        const uint64_t invalidations =
            value("cmd_tlbi") + value("cmd_cfgi") + value("broadcast_tlbi");
        equal("19", "tcu.inval_sent", "TBUs * (cmd_tlbi + cmd_cfgi + broadcast_tlbi)", value("tcu.inval_sent"),
              tbus_ * invalidations);
        same("19", "inval_received", "tcu.inval_sent");
        if (run_.without_reset) /* which may come between a wait and its signal */
            same("20", "tcu.sync_wait.count", "cmd_sync");
        same("20", "tcu.sync_wait.sum", "sync_wait_cycles");
        if (config("timing.cmds_per_read") != 1)
            return;
        no_more("20", "cmd_consumed", "cmd_reads");
        if (run_.commands_undisturbed && value("cmd_errors") == 0)
            same("20", "cmd_reads", "cmd_consumed");
    }

    void of_stalls()
    {
        const uint64_t retried = value("retried"), resumed = value("stalls_retried");
        equal("21", "stalls", "stalls_retried + stalls_terminated", value("stalls"),
              resumed + value("stalls_terminated"));
        at_most("21", "stalls_retried", "retried", resumed, retried);
        at_most("21", "retried", "stalls_retried + stall_waits", retried,
                resumed + value("stall_waits"));
    }

    void of_caches()
    {
        for (const char *cache : {"tcu.cc", "tcu.wc"})
            conserved(cache);
        for (unsigned i = 0; i < tbus_; i++)
            for (const char *cache : {".utlb", ".mtlb"})
                conserved("tbu" + std::to_string(i) + cache);
    }

    void conserved(const std::string &cache)
    {
        equal("22", cache + "_inserted", "evicted + invalidated + live", value(cache + "_inserted"),
              value(cache + "_evicted") + value(cache + "_invalidated") + value(cache + "_live"));
    }

    void of_transactions()
    {
        uint64_t of_streams = 0;
        for (unsigned i = 0; i < smmu_stats_instances(stats_, SMMU_STATS_STREAM); i++)
            of_streams +=
                smmu_stats_histogram(stats_, SMMU_STATS_STREAM, i, SMMU_STREAM_HISTOGRAM_latency)
                    .count;
        same("sum", "requests", "transactions");
        equal("sum", "requests", "forwarded + aborted + raz_wi", value("requests"),
              value("forwarded") + value("aborted") + value("raz_wi"));
        same("sum", "requests", "latency.count");
        equal("sum", "requests", "latency.count of all streams", value("requests"), of_streams);
        same("sum", "tcu.walk_latency.count", "tcu.walks");
        for (unsigned i = 0; i < tbus_ && config("mode") == SMMU_MODE_AT; i++)
            residence("tbu" + std::to_string(i) + ".");
    }

    /* 18: a transaction has a slot from its acceptance to its answer, unless it hits. So has an ATS
     * request, whose latency nobody counts. */
    void residence(const std::string &t)
    {
        if (value(t + "ats_requests"))
            return;
        at_most("18", t + "slots.integral", "latency.sum", value(t + "slots.integral"),
                value(t + "latency.sum"));
        if (value(t + "slots.taken") == value(t + "latency.count") && !value("tcu.stalls.taken"))
            same("18", t + "slots.integral", t + "latency.sum");
    }

    const smmu_t *smmu_;
    const RunWas run_;
    std::vector<uint64_t> memory_;
    smmu_stats_t *stats_ = nullptr;
    unsigned tbus_ = 0;
    bool faultless_ = false;
    std::vector<std::string> violated_;
};

inline std::vector<std::string> violated_identities(const smmu_t *smmu, const RunWas &run = {})
{
    return CounterIdentities(smmu, run).violated();
}

#endif
