/* SPDX-License-Identifier: Apache-2.0 */
/* A machine whose timeline is watched, and the parts of the closed forms of docs/timing.md that its
 * spans are compared with. */
#ifndef SMMUSIM_UNIT_WATCHED_MACHINE_H
#define SMMUSIM_UNIT_WATCHED_MACHINE_H

#include <algorithm>

#include "smmusim/smmu_timeline.h"
#include "unit/timed_machine.h"

struct Span {
    smmu_timeline_record_t begin{}, end{};
    bool ended = false;

    uint64_t cycles() const { return end.cycle - begin.cycle; }
};

/* A TimedMachine and what its timeline says. */
struct Watched : TimedMachine {
    explicit Watched(const std::map<std::string, uint64_t> &more = {}, const Timing &timing = {})
        : TimedMachine(timing, with_timeline(more))
    {
        host_watch_timeline(host.get(), keep, this);
        spans.clear();
    }

    static std::map<std::string, uint64_t> with_timeline(std::map<std::string, uint64_t> keys)
    {
        keys["timeline.records"] = 65536;
        return keys;
    }

    static void keep(void *ctx, const smmu_timeline_record_t *records, size_t count, uint64_t lost)
    {
        EXPECT_EQ(lost, 0u);
        for (size_t i = 0; i < count; i++)
            static_cast<Watched *>(ctx)->take(records[i]);
    }

    void take(const smmu_timeline_record_t &r)
    {
        if (r.phase == SMMU_TIMELINE_BEGIN)
            spans.push_back({r, {}, false});
        if (r.phase == SMMU_TIMELINE_INSTANT)
            instants[r.kind]++;
        if (r.phase == SMMU_TIMELINE_COUNTER) {
            most[r.kind] = std::max(most[r.kind], r.number[0]);
            last[r.kind] = r.number[0];
        }
        if (r.phase == SMMU_TIMELINE_END)
            end(r);
    }

    /* What has begun inside it ends with it. */
    void end(const smmu_timeline_record_t &r)
    {
        auto on_its_row = [&](const Span &s) {
            return !s.ended && s.begin.unit == r.unit && s.begin.index == r.index &&
                   s.begin.id == r.id;
        };
        auto open = std::find_if(spans.rbegin(), spans.rend(), [&](const Span &s) {
            return on_its_row(s) && s.begin.kind == r.kind;
        });
        ASSERT_NE(open, spans.rend()) << smmu_timeline_info(r.kind)->name;
        for (auto s = spans.rbegin(); s != open; ++s) {
            if (on_its_row(*s)) {
                s->end.cycle = r.cycle;
                s->ended = true;
            }
        }
        open->end = r;
        open->ended = true;
    }

    /* Of that kind, in the order in which they began. */
    std::vector<Span> of(smmu_timeline_kind_t kind) const
    {
        std::vector<Span> found;
        for (const Span &s : spans)
            if (s.begin.kind == kind)
                found.push_back(s);
        return found;
    }
    std::vector<uint64_t> cycles(smmu_timeline_kind_t kind) const
    {
        std::vector<uint64_t> all;
        for (const Span &s : of(kind))
            all.push_back(s.cycles());
        return all;
    }

    uint64_t key(const std::string &name) const
    {
        uint64_t value = 0;
        EXPECT_EQ(smmu_config_get(smmu_get_config(host_smmu(host.get())),
                                  ("timing." + name).c_str(), &value),
                  SMMU_OK);
        return value;
    }
    static uint64_t beats(uint64_t bytes, uint64_t width)
    {
        return width ? (bytes + width - 1) / width : 1;
    }
    uint64_t read(uint64_t bytes) const
    {
        return key("qtw_ar_lat") + key("mem_read_lat") + beats(bytes, key("qtw_read_bytes")) - 1;
    }
    uint64_t port() const { return key("tbu_slice_lat") + key("tbu_front_lat"); }
    uint64_t message(const std::string &latency) const
    {
        return key(latency) + beats(key("dti_msg_bytes"), key("dti_link_bytes")) - 1;
    }

    std::vector<Span> spans;
    std::map<int, uint64_t> most, last; /* of counters */
    std::map<int, unsigned> instants;
};

#endif
