/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 692: software that pages. Devices access pages that come and go; each stall that is recorded is
 * answered at some time, after its page was brought or not. The event queue has room for a record or
 * two, and places for stalled transactions are few. Every access must end, none may be recorded
 * twice, none may be lost, and nothing may be terminated that software did not terminate (3.12.2,
 * 4.7.1, 7.2.1), in every mode and under random timing.
 */
#include <map>
#include <random>

#include "spec_ref/ref_events.h"
#include "unit/random_timing.h"
#include "unit/timed_machine.h"

namespace {

constexpr unsigned kPages = 12;
constexpr TimedMachine::Tables kStalling = {48, false, false, 0, true};

/* As much of it as one expects of a demand-paging driver. */
class PagingSoftware {
public:
    PagingSoftware(const Timing &timing, uint64_t seed)
        : random_(seed), m_(timing, kStalling), tbus_(timing["tbus"])
    {
        m_.w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1));
        m_.w64(REF_REG_EVENTQ_BASE, TimedMachine::kEvents | (events_log2_ = unsigned(pick(3))));
        m_.w32(REF_REG_EVENTQ_PROD, 0);
        m_.w32(REF_REG_EVENTQ_CONS, 0);
        m_.w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1) |
                                REF_PREP(CR0_EVENTQEN, 1));
        m_.run.commands_undisturbed = false;
        m_.run.pages_only = false;
    }

    void work(unsigned steps)
    {
        for (unsigned i = 0; i < steps; i++) {
            switch (pick(8)) {
            case 0:
            case 1:
            case 2:
                access();
                break;
            case 3:
                pick(2) ? bring(pick(kPages)) : take_away(pick(kPages));
                break;
            case 4:
                read_records();
                break;
            case 5:
                answer_one();
                break;
            default:
                m_.until(m_.now() + pick(400));
            }
            collect();
        }
        finish();
    }

    void finish()
    {
        for (unsigned round = 0; round < 100000 && !pending_.empty(); round++) {
            m_.idle();
            collect();
            read_records();
            answer_one();
        }
        EXPECT_EQ(pending_.size(), 0u) << "accesses hang";
        while (!owed_.empty())
            answer_one();
        m_.idle();
        EXPECT_EQ(m_.stat(SMMU_STAT_stalls), recorded);
        EXPECT_EQ(m_.stat(SMMU_STAT_events_lost), 0u);
        EXPECT_EQ(m_.stat(SMMU_STAT_stalls_terminated), terminated);
        EXPECT_EQ(m_.stat(SMMU_STAT_aborted) + m_.stat(SMMU_STAT_raz_wi), terminated);
        EXPECT_EQ(m_.stat(SMMU_STAT_stalls_retried), resumed);
    }

    uint64_t recorded = 0, resumed = 0, terminated = 0, waits = 0;
    uint64_t count(smmu_stat_t which) const { return m_.stat(which); }

private:
    uint64_t pick(uint64_t n) { return random_() % n; }

    void access()
    {
        if (pending_.size() >= 40)
            return;
        Access a(TimedMachine::page(pick(kPages)) + 4 * pick(1024));
        a.tbu(pick(tbus_)).id(pick(3));
        if (pick(2))
            a.write();
        pending_[m_.start(a)] = a.is.addr;
    }

    void bring(uint64_t n)
    {
        if (!present_[n])
            m_.map_pages(TimedMachine::page(n), 1);
        present_[n] = true;
    }

    void take_away(uint64_t n)
    {
        if (!present_[n])
            return;
        EXPECT_EQ(tbl_unmap(m_.pages(), TimedMachine::page(n), 4096, nullptr), TBL_OK);
        m_.push_tlbi_va(TimedMachine::page(n));
        m_.push_sync();
        m_.ring();
        present_[n] = false;
    }

    void read_records()
    {
        const uint64_t prod = m_.r32(REF_REG_EVENTQ_PROD);
        EXPECT_FALSE(prod & REF_MASK(EVENTQ_PROD_OVFLG)) << "stalls cause no overflow (7.4)";
        const uint64_t entries = uint64_t{1} << events_log2_;
        while (cons_ != (prod & (2 * entries - 1))) {
            uint64_t record[4];
            memory_load(m_.memory(), TimedMachine::kEvents + 32 * (cons_ & (entries - 1)), record,
                        sizeof record);
            EXPECT_EQ(REF_GET(F_TRANSLATION_STALL, record), 1u);
            EXPECT_EQ(REF_GET(F_TRANSLATION_STREAMID, record), TimedMachine::kStreamId);
            const auto stag = static_cast<uint16_t>(REF_GET(F_TRANSLATION_STAG, record));
            EXPECT_TRUE(owed_.emplace(stag, record[2]).second) << "STAG " << stag << " is owed";
            recorded++;
            cons_ = (cons_ + 1) & (2 * entries - 1);
        }
        m_.w32(REF_REG_EVENTQ_CONS, cons_);
    }

    void answer_one()
    {
        if (owed_.empty())
            return;
        auto at = std::next(owed_.begin(), static_cast<std::ptrdiff_t>(pick(owed_.size())));
        drv_resume action = pick(3) ? DRV_RESUME_RETRY
                                    : pick(2) ? DRV_RESUME_ABORT : DRV_RESUME_TERMINATE;
        if (action == DRV_RESUME_RETRY && pick(4))
            bring((at->second - TimedMachine::page(0)) >> 12);
        (action == DRV_RESUME_RETRY ? resumed : terminated)++;
        m_.push(drv_cmd_resume(TimedMachine::kStreamId, at->first, action));
        m_.ring();
        owed_.erase(at);
    }

    void collect()
    {
        for (auto at = pending_.begin(); at != pending_.end();) {
            client_result result{};
            if (!host_take(m_.host.get(), at->first, &result, nullptr)) {
                ++at;
                continue;
            }
            if (result.result == SMMU_RESULT_FORWARD) {
                EXPECT_EQ(result.pa, TimedMachine::pa_of(at->second));
            }
            at = pending_.erase(at);
        }
    }

    std::mt19937_64 random_;
    TimedMachine m_;
    const uint64_t tbus_;
    unsigned events_log2_ = 0;
    uint64_t cons_ = 0;
    bool present_[kPages] = {};
    std::map<uint32_t, uint64_t> pending_; /* ticket, address */
    std::map<uint16_t, uint64_t> owed_;    /* STAG, address */
};

Timing timing_of(uint64_t seed)
{
    Timing t;
    RandomTiming(seed).draw(&t.config());
    if (t["utlb_entries"] == 0)
        t.set("utlb_entries", 4); /* the equations between counters ask for a TLB */
    EXPECT_EQ(smmu_config_set(&t.config(), "IDR5.STALL_MAX", 1 + seed % 7, nullptr, 0), SMMU_OK);
    EXPECT_EQ(smmu_config_set(&t.config(), "mode", seed % 4 == 3 ? 1 + seed % 2 : 0, nullptr, 0),
              SMMU_OK);
    return t;
}

/* rule: STL-001 STL-003 STL-005 STL-006 STL-020 EVQ-005 EV-003 */
TEST(RandomStalls, 692_every_access_ends_and_every_stall_is_recorded_once)
{
    uint64_t waits = 0, retried = 0, stalls = 0;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        PagingSoftware software(timing_of(seed), seed);
        software.work(600);
        waits += software.count(SMMU_STAT_stall_waits);
        retried += software.count(SMMU_STAT_stalls_retried);
        stalls += software.count(SMMU_STAT_stalls);
        if (testing::Test::HasFailure())
            break;
    }
    EXPECT_GT(waits, 100u);
    EXPECT_GT(retried, 200u);
    EXPECT_GT(stalls, 500u);
}

} // namespace
