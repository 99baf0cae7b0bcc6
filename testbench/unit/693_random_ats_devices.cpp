/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 693: devices with address translation caches, and software that takes pages away from them.
 * Devices ask for translations, use what they have until they complete an invalidation, answer
 * late, and now and then never; others access the same pages without ATS. Software unmaps a page
 * with CMD_TLBI, CMD_SYNC, CMD_ATC_INV and CMD_SYNC: from then on nobody may reach it
 * (3.9.1, 4.5.1, 4.7.3). A device that does not complete makes the CMD_SYNC fail; software resets
 * it and invalidates once more (3.9.1.4, 7.1).
 *
 * SMMUSIM_FLEET_OPERATIONS: how many operations for each seed.
 */
#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "device/atc.h"
#include "unit/environment.h"
#include "unit/random_timing.h"
#include "unit/timed_machine.h"

namespace {

constexpr unsigned kPages = 16, kDevices = 4;
constexpr uint32_t kFirstStream = TimedMachine::kStreamId;

class Fleet {
public:
    Fleet(const Timing &timing, const TimedMachine::Tables &tables, uint64_t seed)
        : random_(seed), m_(timing, tables), split_(tables.eats == REF_EATS_SPLIT),
          tbus_(timing["tbus"]),
          most_(std::min<uint64_t>({48, timing["tbu_xlate_slots"], timing["wbuf_beats"]}))
    {
        m_.run.commands_undisturbed = false;
        m_.run.pages_only = m_.run.sizes_alive = false;
        for (unsigned i = 1; i < kDevices; i++)
            m_.add_stream(kFirstStream + i);
        m_.w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1) |
                                REF_PREP(CR0_EVENTQEN, 1) |
                                REF_PREP(CR0_ATSCHK, split_ || pick(2)));
        host_devices devices{};
        devices.atc_inv = [](void *fleet, const smmu_out_atc_inv_t *inv) {
            static_cast<Fleet *>(fleet)->told(*inv);
        };
        devices.ctx = this;
        host_attach_devices(m_.host.get(), &devices);
        m_.map_pages(va(0), kPages);
    }

    ~Fleet()
    {
        host_attach_devices(m_.host.get(), nullptr);
        atc_destroy(atc_);
    }

    void work(unsigned operations)
    {
        for (unsigned i = 0; i < operations && !testing::Test::HasFailure(); i++) {
            const uint64_t what = pick(64);
            if (what < 2)
                take_away(pick(kPages));
            else if (what < 8)
                bring(pick(kPages));
            else if (what < 10)
                change_device(kFirstStream + uint32_t(pick(kDevices)));
            else if (what < 20)
                plain_access();
            else
                device_access();
            pass(m_.now() + pick(200));
        }
        for (unsigned i = 0; i < 1000 && (!in_flight_.empty() || !leaving_.empty()); i++)
            pass(m_.now() + 5000);
        EXPECT_TRUE(in_flight_.empty()) << "accesses hang";
        EXPECT_TRUE(leaving_.empty()) << "invalidations hang";
    }

    uint64_t granted = 0, denied = 0, translated = 0, plain = 0, gone = 0, errors = 0;

private:
    enum class Page { Mapped, Leaving, Gone };
    enum class Kind { Request, Translated, Plain };
    struct Pending {
        Kind kind;
        unsigned page;
        uint32_t streamid;
        uint64_t request;
    };

    uint64_t pick(uint64_t n) { return random_() % n; }
    static uint64_t va(unsigned page) { return TimedMachine::page(page); }
    /* What a completion says. */
    uint64_t translation(unsigned page) const
    {
        return split_ ? TimedMachine::ipa_of(va(page)) : TimedMachine::pa_of(va(page));
    }

    /* ---- time */

    /* What becomes of a page is known after everything of a cycle has happened. */
    void pass(uint64_t cycle)
    {
        while (host_step(m_.host.get(), cycle))
            look_around();
        look_around();
    }

    void look_around()
    {
        if ((m_.r32(REF_REG_GERROR) ^ m_.r32(REF_REG_GERRORN)) & REF_MASK(GERROR_CMDQ_ERR))
            repair();
        for (auto at = leaving_.begin(); at != leaving_.end();) {
            if (!consumed(at->index)) {
                ++at;
                continue;
            }
            page_[at->page] = Page::Gone;
            gone++;
            at = leaving_.erase(at);
        }
        m_.w32(REF_REG_EVENTQ_CONS, m_.r32(REF_REG_EVENTQ_PROD));
    }

    /* The ring is never half full. */
    bool consumed(uint64_t index)
    {
        constexpr uint64_t kWrap = (2u << TimedMachine::kRingLog2) - 1;
        return ((m_.cons() - index) & kWrap) < (1u << TimedMachine::kRingLog2);
    }

    /* ---- software */

    /* With stage 2 the frame has stayed where it was. */
    void bring(uint64_t n)
    {
        const auto page = static_cast<unsigned>(n);
        if (page_[page] != Page::Gone)
            return;
        tbl_leaf leaf{};
        leaf.unprivileged = leaf.af = leaf.ng = true;
        leaf.sh = 3;
        EXPECT_EQ(
            tbl_map(m_.pages(), va(page), translation(page), 4096, tbl_leaf_bits(&leaf), nullptr),
            TBL_OK);
        page_[page] = Page::Mapped;
    }

    void invalidate_devices(uint64_t addr, unsigned size)
    {
        for (unsigned i = 0; i < kDevices; i++)
            m_.push(REF_CMD_ATC_INV | uint64_t{kFirstStream + i} << 32, (addr >> 12 << 12) | size);
        m_.push_sync();
    }

    void take_away(uint64_t n)
    {
        const auto page = static_cast<unsigned>(n);
        if (page_[page] != Page::Mapped || leaving_.size() >= 8)
            return;
        EXPECT_EQ(tbl_unmap(m_.pages(), va(page), 4096, nullptr), TBL_OK);
        m_.push_tlbi_va(va(page));
        m_.push_sync();
        static const unsigned sizes[] = {0, 0, 0, 2, 9, 52};
        invalidate_devices(va(page), sizes[pick(6)]);
        leaving_.push_back({page, m_.ring()});
        page_[page] = Page::Leaving;
    }

    /* Every device that has not answered is reset; then all of it once more. */
    void repair()
    {
        const uint64_t cons = m_.r32(REF_REG_CMDQ_CONS);
        EXPECT_EQ(REF_FIELD(CMDQ_CONS_ERR, cons), uint64_t{REF_CERROR_ATC_INV_SYNC});
        EXPECT_TRUE(broken_) << "every device completes";
        for (unsigned i = 0; i < kDevices; i++) {
            if (broken_ >> i & 1)
                atc_reset(atc_, kFirstStream + i);
        }
        broken_ = 0;
        errors++;
        invalidate_devices(0, 52);
        const uint64_t index = m_.ring();
        for (Leaving &leaving : leaving_)
            leaving.index = index;
        m_.w32(REF_REG_GERRORN, m_.r32(REF_REG_GERROR));
    }

    /* ---- devices */

    void told(const smmu_out_atc_inv_t &inv)
    {
        EXPECT_TRUE(atc_invalidate(atc_, m_.now(), &inv));
        answer_when_due();
    }

    void answer_when_due()
    {
        const uint64_t due = atc_next_due(atc_);
        if (due != SMMU_NEVER)
            host_call_at(
                m_.host.get(), due, [](void *f) { static_cast<Fleet *>(f)->answer(); }, this);
    }

    void answer()
    {
        uint64_t tag = 0;
        smmu_atc_inv_result_t result = SMMU_ATC_INV_COMPLETED;
        while (atc_take_due(atc_, m_.now(), &tag, &result))
            host_atc_inv_done(m_.host.get(), tag, result);
        answer_when_due();
    }

    void change_device(uint32_t streamid)
    {
        if (broken_ >> (streamid - kFirstStream) & 1)
            return;
        if (pick(8) == 0) {
            broken_ |= 1u << (streamid - kFirstStream);
            EXPECT_TRUE(atc_answer(atc_, streamid, ATC_NEVER_ANSWERS, 0));
        } else {
            EXPECT_TRUE(atc_answer(atc_, streamid, ATC_COMPLETES, pick(3) * pick(700)));
        }
    }

    void submit(Access access, Kind kind, unsigned page, uint64_t request)
    {
        access.tbu(pick(tbus_)).id(pick(3));
        access.is.finished = [](void *fleet, uint32_t ticket) {
            static_cast<Fleet *>(fleet)->finished(ticket);
        };
        access.is.finished_ctx = this;
        submitted_ = {kind, page, access.is.streamid, request};
        const uint32_t ticket = m_.start(access);
        if (taken_ != ticket)
            in_flight_[ticket] = submitted_;
        taken_ = 0;
    }

    void device_access()
    {
        const atc_requester who = {kFirstStream + uint32_t(pick(kDevices)), 0, false, false};
        const auto page = static_cast<unsigned>(pick(kPages));
        const bool write = pick(2);
        const uint64_t addr = va(page) + 4 * pick(1024);
        if (in_flight_.size() >= most_)
            return;
        const atc_translation *known =
            atc_look_up(atc_, &who, addr, write ? SMMU_PERM_W : SMMU_PERM_R);
        Access access(known ? known->pa | (addr & 0xFFF) : addr, who.streamid);
        access.is.write = write;
        access.is.ats = known ? CLIENT_TRANSLATED : CLIENT_ATS_REQUEST;
        if (known) {
            EXPECT_EQ(known->pa, translation(page));
        }
        submit(access, known ? Kind::Translated : Kind::Request, page,
               known ? 0 : atc_request(atc_, who.streamid));
    }

    void plain_access()
    {
        const auto page = static_cast<unsigned>(pick(kPages));
        if (in_flight_.size() < most_)
            submit(Access(va(page) + 4 * pick(1024), kFirstStream + uint32_t(pick(kDevices))),
                   Kind::Plain, page, 0);
    }

    void finished(uint32_t ticket)
    {
        client_result result{};
        auto at = in_flight_.find(ticket);
        const Pending was = at == in_flight_.end() ? submitted_ : at->second;
        if (at == in_flight_.end())
            taken_ = ticket; /* while it was submitted */
        else
            in_flight_.erase(at);
        ASSERT_TRUE(host_take(m_.host.get(), ticket, &result, nullptr));
        if (was.kind == Kind::Request)
            completed(was, result);
        else
            accessed(was, result);
    }

    void completed(const Pending &was, const client_result &result)
    {
        ASSERT_EQ(result.result, SMMU_RESULT_ATS_SUCCESS);
        (result.perms ? granted : denied)++;
        if (!result.perms)
            return;
        EXPECT_NE(page_[was.page], Page::Gone) << "granted after its invalidation";
        EXPECT_EQ(result.pa, translation(was.page));
        const atc_requester who = {was.streamid, 0, false, false};
        smmu_response_t response{};
        response.result = result.result;
        response.pa = result.pa;
        response.region_log2 = result.region_log2;
        response.perms = result.perms;
        atc_completion(atc_, was.request, &who, va(was.page), &response);
    }

    void accessed(const Pending &was, const client_result &result)
    {
        if (result.result != SMMU_RESULT_FORWARD) {
            EXPECT_EQ(was.kind, Kind::Plain) << "what was granted is refused";
            return;
        }
        (was.kind == Kind::Plain ? plain : translated)++;
        EXPECT_NE(page_[was.page], Page::Gone) << "reached after its invalidation, by "
                                               << (was.kind == Kind::Plain ? "itself" : "ATS");
        EXPECT_EQ(result.pa >> 12, TimedMachine::pa_of(va(was.page)) >> 12);
    }

    struct Leaving {
        unsigned page;
        uint64_t index; /* of the last CMD_SYNC */
    };

    std::mt19937_64 random_;
    TimedMachine m_;
    const bool split_;
    const uint64_t tbus_;
    const uint64_t most_; /* so that no access waits outside when its device completes (4.5.1) */
    atc *atc_ = atc_create(8);
    uint32_t broken_ = 0; /* devices that do not complete */
    Page page_[kPages] = {};
    std::vector<Leaving> leaving_;
    std::map<uint32_t, Pending> in_flight_;
    Pending submitted_{};
    uint32_t taken_ = 0;
};

Timing timing_of(uint64_t seed)
{
    Timing t;
    RandomTiming(seed).draw(&t.config());
    if (t["utlb_entries"] == 0)
        t.set("utlb_entries", 4); /* the equations between counters ask for a TLB */
    t.set("atc_inv_timeout", 4000);
    t.set("atc_invs", 1 + seed % 9);
    return t;
}

unsigned operations()
{
    return static_cast<unsigned>(from_environment("SMMUSIM_FLEET_OPERATIONS", 4000));
}

void run_fleet(const TimedMachine::Tables &tables, uint64_t seeds)
{
    uint64_t granted = 0, denied = 0, translated = 0, plain = 0, gone = 0, errors = 0;
    for (uint64_t seed = 1; seed <= seeds && !testing::Test::HasFailure(); seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Fleet fleet(timing_of(seed), tables, seed);
        fleet.work(operations());
        granted += fleet.granted;
        denied += fleet.denied;
        translated += fleet.translated;
        plain += fleet.plain;
        gone += fleet.gone;
        errors += fleet.errors;
    }
    EXPECT_GT(granted, 100 * seeds);
    EXPECT_GT(denied, 20 * seeds);
    EXPECT_GT(translated, 50 * seeds);
    EXPECT_GT(plain, 20 * seeds);
    EXPECT_GT(gone, 10 * seeds);
    EXPECT_GT(errors, seeds);
}

/* rule: AT-006 AT-007 AT-010 ATT-007 INV-032 */
TEST(RandomAtsDevices, 693_nobody_reaches_a_page_after_its_invalidation)
{
    TimedMachine::Tables tables;
    tables.eats = REF_EATS_FULL;
    run_fleet(tables, 8);
}

/* rule: ATR-025 ATT-008 */
TEST(RandomAtsDevices, 693_nor_with_split_stage_ats)
{
    TimedMachine::Tables tables;
    tables.eats = REF_EATS_SPLIT;
    tables.stage2_input_bits = 39;
    run_fleet(tables, 8);
}

/* What it was told and never did stands between it and new translations until it is reset, however
 * often it was told. */
TEST(RandomAtsDevices, 693_device_that_never_answers_keeps_nothing_new_until_its_reset)
{
    constexpr uint32_t kDevice = 3;
    const atc_requester requester{kDevice, 0, false, false};
    smmu_response_t granted{};
    granted.result = SMMU_RESULT_ATS_SUCCESS;
    granted.perms = SMMU_PERM_R;
    granted.region_log2 = 12;
    smmu_out_atc_inv_t all{};
    all.streamid = kDevice;
    all.span_log2 = 64;
    atc *caches = atc_create(4);
    ASSERT_NE(caches, nullptr);
    const auto keeps = [&] {
        return atc_completion(caches, atc_request(caches, kDevice), &requester, 0x1000, &granted);
    };
    EXPECT_TRUE(keeps());
    EXPECT_TRUE(atc_answer(caches, kDevice, ATC_NEVER_ANSWERS, 0));
    for (uint64_t now = 0; now < 1000; now++)
        EXPECT_TRUE(atc_invalidate(caches, now, &all));
    EXPECT_EQ(atc_next_due(caches), SMMU_NEVER);
    EXPECT_TRUE(atc_answer(caches, kDevice, ATC_COMPLETES, 0));
    EXPECT_FALSE(keeps());
    EXPECT_NE(atc_look_up(caches, &requester, 0x1000, SMMU_PERM_R), nullptr);
    atc_reset(caches, kDevice);
    EXPECT_EQ(atc_look_up(caches, &requester, 0x1000, SMMU_PERM_R), nullptr);
    EXPECT_TRUE(keeps());
    atc_destroy(caches);
}

} // namespace
