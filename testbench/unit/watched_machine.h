/* SPDX-License-Identifier: Apache-2.0 */
/* A machine whose timeline is watched. */
#ifndef SMMUSIM_UNIT_WATCHED_MACHINE_H
#define SMMUSIM_UNIT_WATCHED_MACHINE_H

#include <algorithm>
#include <map>
#include <vector>

#include "smmusim/smmu_timeline.h"
#include "unit/timed_machine.h"

struct Span {
    smmu_timeline_record_t begin{}, end{};
    bool ended = false;

    uint64_t cycles() const { return end.cycle - begin.cycle; }
};

/* A TimedMachine and what its timeline says. */
struct Watched : TimedMachine {
    explicit Watched(const Timing &timing = telling_timing(), const Tables &tables = {})
        : TimedMachine(with_timeline(timing), tables)
    {
        host_watch_timeline(host.get(), keep, this);
        spans.clear();
    }
    /* What is still to come, the machine lets happen without us. */
    ~Watched() { host_watch_timeline(host.get(), nullptr, nullptr); }

    static Timing with_timeline(Timing timing, uint64_t records = 65536)
    {
        EXPECT_EQ(smmu_config_set(&timing.config(), "timeline.records", records, nullptr, 0),
                  SMMU_OK);
        return timing;
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

    std::vector<Span> spans;
    std::map<int, uint64_t> most, last; /* of counters */
    std::map<int, unsigned> instants;
};

#endif
