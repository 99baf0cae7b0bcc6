/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closed forms of docs/timing.md, one function a form, named as there. Written from that
 * document; nothing here looks at the model. All values are cycles unless they say otherwise.
 */
#ifndef SMMUSIM_UNIT_TIMING_FORMS_H
#define SMMUSIM_UNIT_TIMING_FORMS_H

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "smmusim/smmu.h"

/* A configuration by the names of docs/timing.md: without "timing.". */
class Timing {
public:
    using Settings = std::initializer_list<std::pair<const char *, uint64_t>>;

    explicit Timing(const char *preset = "mmu-700-like", Settings settings = {})
    {
        EXPECT_EQ(smmu_config_init(&config_, preset), SMMU_OK) << preset;
        set(settings);
    }
    Timing &set(const std::string &name, uint64_t value)
    {
        char why[200] = "";
        EXPECT_EQ(smmu_config_set(&config_, ("timing." + name).c_str(), value, why, sizeof why),
                  SMMU_OK)
            << why;
        return *this;
    }
    Timing &set(Settings settings)
    {
        for (const auto &[name, value] : settings)
            set(name, value);
        return *this;
    }
    Timing with(Settings settings) const { return Timing(*this).set(settings); }
    uint64_t operator[](const std::string &name) const
    {
        uint64_t value = 0;
        EXPECT_EQ(smmu_config_get(&config_, ("timing." + name).c_str(), &value), SMMU_OK) << name;
        return value;
    }
    smmu_config_t &config() { return config_; }
    const smmu_config_t &config() const { return config_; }

private:
    smmu_config_t config_;
};

inline const std::vector<const char *> all_presets = [] {
    std::vector<const char *> names;
    for (size_t i = 0; smmu_config_preset(i) != nullptr; i++)
        names.push_back(smmu_config_preset(i));
    return names;
}();

/*
 * Every latency of a transaction's way different from the others and none of them 0, so that a sum
 * that lacks one or counts it twice shows. Nothing waits for another of its ID.
 */
inline Timing telling_timing()
{
    return Timing("mmu-700-like", {{"tbu_slice_lat", 2},
                                   {"tbu_front_lat", 1},
                                   {"utlb_lat", 5},
                                   {"mtlb_lat", 7},
                                   {"tbu_back_lat", 11},
                                   {"dti_req_lat", 13},
                                   {"dti_rsp_lat", 17},
                                   {"cc_lat", 19},
                                   {"wc_lat", 23},
                                   {"walk_start_lat", 29},
                                   {"walk_step_lat", 31},
                                   {"qtw_ar_lat", 1},
                                   {"mem_read_lat", 200},
                                   {"mem_write_lat", 60},
                                   {"order_by_id", 0},
                                   {"tbu_xlate_slots", 256}});
}

namespace forms {

/* What takes so many bytes over a path of that width; a path without a width takes one beat. */
inline uint64_t beats(uint64_t bytes, uint64_t width)
{
    return width == 0 ? 1 : (bytes + width - 1) / width;
}

/* ---- a transaction */

inline uint64_t P(const Timing &t, uint64_t bytes_written = 0)
{
    const uint64_t port = t["tbu_port_bytes"];
    return t["tbu_slice_lat"] + t["tbu_front_lat"] +
           (bytes_written && port ? beats(bytes_written, port) - 1 : 0);
}

/* A micro-TLB that is not there takes no time. */
inline uint64_t utlb(const Timing &t)
{
    return t["utlb_entries"] ? t["utlb_lat"] : 0;
}

inline uint64_t utlb_hit(const Timing &t, uint64_t bytes_written = 0)
{
    return P(t, bytes_written) + utlb(t) + t["tbu_back_lat"];
}

/* Hit by the j-th probe. */
inline uint64_t mtlb_hit(const Timing &t, uint64_t j = 1)
{
    return P(t) + utlb(t) + t["mtlb_lat"] + j - 1 + t["tbu_back_lat"];
}

inline uint64_t read(const Timing &t, uint64_t bytes)
{
    return t["qtw_ar_lat"] + t["mem_read_lat"] + beats(bytes, t["qtw_read_bytes"]) - 1;
}

/* A configuration walk of linear or two-level tables; a stream that only bypasses has no CD. */
inline uint64_t C(const Timing &t, bool two_level_stream_table = false, bool two_level_cds = false,
                  bool has_cd = true)
{
    uint64_t sum = read(t, t["ste_read_bytes"]);
    if (has_cd)
        sum += read(t, t["cd_read_bytes"]);
    return sum + (uint64_t{two_level_stream_table} + uint64_t{two_level_cds}) * read(t, 8);
}

/* A walker's time for n reads after k look-ups in the walk caches. */
inline uint64_t W(const Timing &t, uint64_t n, uint64_t k = 1)
{
    const uint64_t start = n > 0 ? t["walk_start_lat"] : 0;
    return t["wc_lat"] * k + start + n * (read(t, 8) + t["walk_step_lat"]);
}

/* A stage 2 walk of an address that is needed on the way: of a CD, of a stage 1 descriptor. */
inline uint64_t on_the_way(const Timing &t, uint64_t n2, uint64_t k2 = 1)
{
    return W(t, n2, t["wc_s2_tables"] ? k2 : 0);
}

/* Of both stages, n1 and n2 levels being read, the latter for each descriptor of stage 1 anew. */
inline uint64_t Wn(const Timing &t, uint64_t n1, uint64_t n2, uint64_t k1 = 1, uint64_t k2 = 1)
{
    return W(t, n1, k1) + n1 * on_the_way(t, n2, k2) + W(t, n2, k2);
}

inline uint64_t D(const Timing &t)
{
    const uint64_t most = std::max(beats(t["dti_msg_bytes"], t["dti_link_bytes"]),
                                   beats(t["dti_msg_bytes"], t["dti_tcu_bytes"]));
    return t["dti_req_lat"] + t["dti_rsp_lat"] + 2 * (most - 1);
}

/* From submission to the moment at which the request sets out for the TCU; s live sizes. */
inline uint64_t to_request(const Timing &t, uint64_t s = 1)
{
    return P(t) + utlb(t) + t["mtlb_lat"] + s - 1;
}

/* A walk of so many cycles, a configuration walk of so many (0: cached), s live sizes. */
inline uint64_t miss(const Timing &t, uint64_t walk, uint64_t configuration = 0, uint64_t s = 1)
{
    return to_request(t, s) + D(t) + t["cc_lat"] + configuration + walk + t["tbu_back_lat"];
}

/* How long a request holds its token. */
inline uint64_t token(const Timing &t, uint64_t walk)
{
    return D(t) + t["cc_lat"] + walk;
}

/* ---- invalidations */

inline uint64_t scan(uint64_t sets, uint64_t sets_a_cycle)
{
    return sets_a_cycle == 0 ? 0 : (sets + sets_a_cycle - 1) / sets_a_cycle;
}

inline uint64_t mtlb_sets(const Timing &t)
{
    return t["mtlb_entries"] / t["mtlb_ways"];
}

/* The most sets that a walk cache has. */
inline uint64_t wc_sets(const Timing &t)
{
    uint64_t entries = t["wc_entries"];
    if (t["wc_split"])
        entries = std::max(
            {t["wc_l0_entries"], t["wc_l1_entries"], t["wc_l2_entries"], t["wc_l3_entries"]});
    return entries / t["wc_ways"];
}

/* I of an invalidation that keeps the TCU's caches busy so long, and each TBU so long. */
inline uint64_t invalidation(const Timing &t, uint64_t t_tcu, uint64_t t_tbu)
{
    const uint64_t N = t["tbus"], round_trip = t["dti_inv_req_lat"] + t["dti_inv_ack_lat"];
    const uint64_t message = t["dti_tcu_bytes"] ? beats(t["dti_msg_bytes"], t["dti_tcu_bytes"]) : 0;
    if (t["inv_fanout"] == 1)
        return std::max(t_tcu, N * (round_trip + t_tbu));
    return std::max(t_tcu, round_trip + t_tbu + (N - 1) * message);
}

inline uint64_t tbu_by_address(const Timing &t, uint64_t pages = 1)
{
    const uint64_t probes = t["inv_range_probes"] ? std::min(pages, mtlb_sets(t)) : 1;
    return t["inv_tbu_va_lat"] + probes - 1;
}

inline uint64_t I_by_address(const Timing &t, uint64_t pages = 1)
{
    return invalidation(t, t["inv_tcu_va_lat"], tbu_by_address(t, pages));
}

/* By ASID, by VMID, or of everything. */
inline uint64_t I_of_translations(const Timing &t)
{
    return invalidation(t, scan(wc_sets(t), t["inv_tcu_scan"]),
                        scan(mtlb_sets(t), t["inv_tbu_scan"]));
}

/* ---- the command queue */

/*
 * Commands as they go through the queue one after the other, counted from the write of PROD. The
 * document's r(i) leaves out that the port takes one read at a time (`qtw_ar_lat`, said of every
 * read): with several in flight the k-th of them begins no earlier than k times that.
 */
class CommandQueue {
public:
    explicit CommandQueue(const Timing &timing) : t(timing) {}

    void command() { append(0); }
    void invalidation(uint64_t I)
    {
        const uint64_t T = t["dti_inv_tokens"];
        append(complete_.size() >= T ? complete_[complete_.size() - T] : 0);
        complete_.push_back(consumed_.back() + I);
        all_complete_ = std::max(all_complete_, complete_.back());
    }
    /* With nothing else in flight. */
    void sync()
    {
        append(all_complete_);
        consumed_.back() += t["sync_signal_lat"];
    }

    /* The cycle at which CONS passes command i. */
    uint64_t passes(size_t i) const { return consumed_[i]; }
    uint64_t passes_last() const { return consumed_.back(); }
    size_t size() const { return consumed_.size(); }

private:
    void append(uint64_t not_before)
    {
        const size_t i = consumed_.size(), F = t["cmdq_reads_in_flight"];
        const uint64_t A = t["qtw_ar_lat"];
        uint64_t begins = i ? begins_.back() + A : t["cmdq_start_lat"];
        if (i >= F)
            begins = std::max(begins, arrived_[i - F]);
        if (i >= 2 * F)
            begins = std::max(begins, consumed_[i - 2 * F]);
        begins_.push_back(begins);
        arrived_.push_back(begins + read(t, 16));
        const uint64_t decoding = std::max(i ? consumed_.back() : 0, arrived_.back());
        consumed_.push_back(std::max(decoding + t["cmd_decode_lat"], not_before));
    }

    const Timing &t;
    std::vector<uint64_t> begins_, arrived_, consumed_, complete_;
    uint64_t all_complete_ = 0;
};

} // namespace forms

#endif
