/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 847: broadcast TLB maintenance (3.17) in time: experiment 21 of docs/timing.md. What each operation
 * removes is in traces/conformance/3.17-broadcast*.
 */
#include <vector>

#include "unit/bare_smmu.h"
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;

Timing broadcast_timing(const Timing::Settings &settings = {})
{
    return Timing("mmu-700-like", {{"mem_read_lat", 100},
                                   {"cmd_decode_lat", 2},
                                   {"inv_tcu_va_lat", 5},
                                   {"inv_tbu_va_lat", 11},
                                   {"dti_inv_req_lat", 13},
                                   {"dti_inv_ack_lat", 17},
                                   {"tbus", 4}})
        .set(settings);
}

smmu_broadcast_tlbi_t by_address(uint64_t va)
{
    smmu_broadcast_tlbi_t t = {};
    t.op = SMMU_TLBI_VAE1;
    t.asid = TimedMachine::kAsid;
    t.first = va;
    t.last = va | 0xFFF;
    t.leaf = true;
    return t;
}

smmu_broadcast_tlbi_t by_asid()
{
    smmu_broadcast_tlbi_t t = {};
    t.op = SMMU_TLBI_ASIDE1;
    t.asid = TimedMachine::kAsid;
    return t;
}

/* Hears the ends of synchronisations. */
struct Ears {
    std::vector<uint64_t> ended;
    explicit Ears(TimedMachine &m)
    {
        host_devices devices = {};
        devices.broadcast_sync = [](void *ctx, uint64_t tag) {
            static_cast<Ears *>(ctx)->ended.push_back(tag);
        };
        devices.ctx = this;
        host_attach_devices(m.host.get(), &devices);
    }
    /* Not before that cycle, but then. */
    void expect_end(TimedMachine &m, uint64_t tag, uint64_t cycle)
    {
        if (cycle > m.now()) {
            m.until(cycle - 1);
            EXPECT_TRUE(ended.empty()) << "over before cycle " << cycle;
        }
        m.until(cycle);
        ASSERT_EQ(ended.size(), 1U) << "not over at cycle " << cycle;
        EXPECT_EQ(ended[0], tag);
        ended.clear();
    }
};

} // namespace

TEST(Broadcast, 847_a_synchronisation_without_an_invalidation_sends_nothing_and_is_over_at_once)
{
    TimedMachine m(broadcast_timing());
    Ears ears(m);
    const uint64_t sent = m.stat(SMMU_STAT_tlb_evict);
    EXPECT_TRUE(host_broadcast_sync(m.host.get(), 1));
    ears.expect_end(m, 1, m.now());
    EXPECT_EQ(m.stat(SMMU_STAT_tlb_evict), sent);
    EXPECT_EQ(m.stat(SMMU_STAT_broadcast_syncs), 1U);
}

TEST(Broadcast, 847_behind_an_invalidation_it_takes_what_a_command_takes_without_reading_it)
{
    constexpr std::pair<const char *, uint64_t> settings[] = {
        {"tbus", 4}, {"inv_fanout", 1}, {"inv_tcu_va_lat", 300}, {"dti_tcu_bytes", 1}};
    for (const auto &setting : settings) {
        const Timing t = broadcast_timing({setting});
        TimedMachine m(t);
        Ears ears(m);
        const smmu_broadcast_tlbi_t page = by_address(kVa), asid = by_asid();
        EXPECT_TRUE(host_broadcast_tlbi(m.host.get(), &page));
        EXPECT_TRUE(host_broadcast_sync(m.host.get(), 7));
        ears.expect_end(m, 7, m.now() + forms::I_by_address(t));
        m.idle();
        EXPECT_TRUE(host_broadcast_tlbi(m.host.get(), &asid));
        EXPECT_TRUE(host_broadcast_sync(m.host.get(), 8));
        ears.expect_end(m, 8, m.now() + forms::I_of_translations(t));
    }
}

/* One token: each waits until the one before it is complete. */
TEST(Broadcast, 847_invalidations_stand_in_line_for_a_token)
{
    const Timing t = broadcast_timing({{"dti_inv_tokens", 1}});
    TimedMachine m(t);
    Ears ears(m);
    for (uint64_t n = 0; n < 5; n++) {
        const smmu_broadcast_tlbi_t page = by_address(kVa + (n << 12));
        EXPECT_TRUE(host_broadcast_tlbi(m.host.get(), &page));
    }
    EXPECT_TRUE(host_broadcast_sync(m.host.get(), 1));
    ears.expect_end(m, 1, m.now() + 5 * forms::I_by_address(t));
}

/* A CMD_SYNC takes as long as without them. */
TEST(Broadcast, 847_a_cmd_sync_does_not_wait_for_it)
{
    const Timing t = broadcast_timing({{"dti_inv_ack_lat", 100000}});
    uint64_t alone = 0;
    {
        TimedMachine m(t);
        m.push_sync();
        const uint64_t begin = m.now(), index = m.ring();
        while (m.cons() != index && m.now() < begin + 100000)
            m.until(m.now() + 1);
        alone = m.now() - begin;
    }
    TimedMachine m(t);
    Ears ears(m);
    const smmu_broadcast_tlbi_t page = by_address(kVa);
    const uint64_t begin = m.now();
    EXPECT_TRUE(host_broadcast_tlbi(m.host.get(), &page));
    EXPECT_TRUE(host_broadcast_sync(m.host.get(), 1));
    m.push_sync();
    m.expect_consumed(m.ring(), begin + alone);
    EXPECT_TRUE(ears.ended.empty());
    ears.expect_end(m, 1, begin + forms::I_by_address(t));
}

/* 3.21.1: and for transactions that use what was invalidated, until they are through. */
TEST(Broadcast, 847_it_waits_for_a_translation_in_flight)
{
    const Timing t = broadcast_timing();
    TimedMachine m(t);
    Ears ears(m);
    m.map_pages(kVa, 1);
    const uint32_t ticket = m.start(kVa);
    m.until(m.now() + 250);
    const smmu_broadcast_tlbi_t page = by_address(kVa);
    EXPECT_TRUE(host_broadcast_tlbi(m.host.get(), &page));
    EXPECT_TRUE(host_broadcast_sync(m.host.get(), 1));
    client_result result{};
    while (!host_take(m.host.get(), ticket, &result, nullptr)) {
        EXPECT_TRUE(ears.ended.empty()) << "over before the transaction is, at " << m.now();
        ASSERT_TRUE(host_step(m.host.get(), m.now() + 100000));
    }
    m.idle();
    EXPECT_EQ(ears.ended.size(), 1U);
}

TEST(Broadcast, 847_a_later_synchronisation_waits_for_what_an_earlier_one_waits_for)
{
    const Timing t = broadcast_timing();
    TimedMachine m(t);
    Ears ears(m);
    const smmu_broadcast_tlbi_t page = by_address(kVa);
    EXPECT_TRUE(host_broadcast_tlbi(m.host.get(), &page));
    EXPECT_TRUE(host_broadcast_sync(m.host.get(), 1));
    EXPECT_TRUE(host_broadcast_sync(m.host.get(), 2));
    const uint64_t end = m.now() + forms::I_by_address(t);
    m.until(end - 1);
    EXPECT_TRUE(ears.ended.empty());
    m.until(end);
    EXPECT_EQ(ears.ended, (std::vector<uint64_t>{1, 2}));
}

/* rule: INV-030 INV-031 */
TEST(Broadcast, 848_what_it_is_not_to_obey_costs_nothing)
{
    BareSmmu d;
    smmu_broadcast_tlbi_t t = {};
    t.op = SMMU_TLBI_ALLE1;
    t.sec = SMMU_PAS_S;
    EXPECT_EQ(smmu_broadcast_tlbi(d.s, d.now, &t), SMMU_DONE);
    t.sec = SMMU_PAS_REALM;
    EXPECT_EQ(smmu_broadcast_tlbi(d.s, d.now, &t), SMMU_DONE);
    t.sec = SMMU_PAS_NS;
    d.w32(REF_REG_CR2, REF_MASK(CR2_PTM));
    EXPECT_EQ(smmu_broadcast_tlbi(d.s, d.now, &t), SMMU_DONE);
    EXPECT_EQ(d.stat(SMMU_STAT_broadcast_ignored), 3U);
    EXPECT_EQ(d.stat(SMMU_STAT_broadcast_tlbi), 0U);
    d.w32(REF_REG_CR2, 0);
    EXPECT_EQ(smmu_broadcast_tlbi(d.s, d.now, &t), SMMU_DONE);
    EXPECT_EQ(d.stat(SMMU_STAT_broadcast_tlbi), 1U);
}

TEST(Broadcast, 848_more_synchronisations_than_there_are_places_for_have_to_ask_again)
{
    BareSmmu d;
    unsigned taken = 0;
    while (taken < 100 && smmu_broadcast_sync(d.s, d.now, taken) == SMMU_DONE)
        taken++;
    EXPECT_GT(taken, 1U);
    EXPECT_LT(taken, 100U);
    std::vector<uint64_t> tags;
    smmu_out_t out;
    while (smmu_pop(d.s, &out)) {
        EXPECT_EQ(out.kind, SMMU_OUT_BROADCAST_SYNC);
        tags.push_back(out.u.broadcast_sync.tag);
    }
    EXPECT_EQ(tags.size(), taken) << "none is lost";
    EXPECT_EQ(smmu_broadcast_sync(d.s, d.now, taken), SMMU_DONE);
}

TEST(Broadcast, 848_a_reset_ends_what_waits)
{
    BareSmmu d;
    smmu_broadcast_tlbi_t t = {};
    t.op = SMMU_TLBI_ALLE1;
    EXPECT_EQ(smmu_broadcast_tlbi(d.s, d.now, &t), SMMU_DONE);
    EXPECT_EQ(smmu_broadcast_sync(d.s, d.now, 5), SMMU_DONE);
    smmu_reset(d.s);
    smmu_out_t out;
    bool ended = false;
    while (smmu_pop(d.s, &out))
        ended |= out.kind == SMMU_OUT_BROADCAST_SYNC && out.u.broadcast_sync.tag == 5;
    EXPECT_TRUE(ended);
    d.run();
    EXPECT_TRUE(smmu_idle(d.s));
}

TEST(Broadcast, 848_misuse_is_refused)
{
    BareSmmu d;
    smmu_broadcast_tlbi_t t = {};
    EXPECT_EQ(smmu_broadcast_tlbi(nullptr, 0, &t), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_broadcast_tlbi(d.s, 0, nullptr), SMMU_E_ARGUMENT);
    EXPECT_EQ(smmu_broadcast_sync(nullptr, 0, 0), SMMU_E_ARGUMENT);
    const auto refused = [&](auto change) {
        smmu_broadcast_tlbi_t bad = {};
        change(bad);
        EXPECT_EQ(smmu_broadcast_tlbi(d.s, d.now, &bad), SMMU_E_ARGUMENT);
    };
    refused([](smmu_broadcast_tlbi_t &b) { b.op = SMMU_TLBI_COUNT; });
    refused([](smmu_broadcast_tlbi_t &b) { b.sec = 4; });
    refused([](smmu_broadcast_tlbi_t &b) { b.first = 1; });
    refused([](smmu_broadcast_tlbi_t &b) { b.granule_log2 = 13; });
    refused([](smmu_broadcast_tlbi_t &b) { b.level = 4; });
    smmu_advance(d.s, d.now = 10);
    EXPECT_EQ(smmu_broadcast_tlbi(d.s, 9, &t), SMMU_E_TIME);
    EXPECT_EQ(smmu_broadcast_sync(d.s, 9, 1), SMMU_E_TIME);
    BareSmmu without({{"IDR0.BTM", 0}});
    EXPECT_EQ(smmu_broadcast_tlbi(without.s, 0, &t), SMMU_E_UNSUPPORTED);
    EXPECT_EQ(smmu_broadcast_sync(without.s, 0, 1), SMMU_E_UNSUPPORTED);
}
