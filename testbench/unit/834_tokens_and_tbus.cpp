/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 834: what bounds one TBU, and how several share the TCU (experiments 9 and 10 of docs/timing.md).
 */
#include "unit/timed_machine.h"

namespace {

/* Every access misses and is one read; walkers, slots and reads are plenty unless a test says less.
 */
Timing missing_timing()
{
    return telling_timing().set({{"wc_levels", 7},
                                 {"mtlb_entries", 4},
                                 {"mtlb_ways", 4},
                                 {"utlb_entries", 1},
                                 {"tbus", 4},
                                 {"tcu_xlate_slots", 1024},
                                 {"dti_trans_tokens", 256},
                                 {"ptw_slots", 512},
                                 {"qtw_max_reads", 1024}});
}

/* ---- experiment 9 */

TEST(Tokens, 834_tokens_bound_the_requests_of_a_tbu)
{
    constexpr unsigned K = 64;
    for (uint64_t tokens : {1, 2, 4, 8, 16, 64}) {
        const Timing t = missing_timing().set("dti_trans_tokens", tokens);
        TimedMachine m(t);
        m.map_pages(TimedMachine::kVa, K + 1);
        m.warm({TimedMachine::kVa});
        std::vector<uint64_t> addresses;
        for (unsigned i = 1; i <= K; i++)
            addresses.push_back(TimedMachine::page(i));
        const std::vector<uint64_t> left = m.leave(addresses);
        const uint64_t walk = forms::W(t, 1);
        for (unsigned i = 0; i < K; i++)
            EXPECT_EQ(left[i],
                      forms::miss(t, walk) + i % tokens + i / tokens * forms::token(t, walk))
                << tokens << " tokens, request " << i;
    }
}

TEST(Tokens, 834_refused_transactions_go_in_when_a_slot_is_free)
{
    constexpr unsigned K = 12;
    constexpr uint64_t slots = 4;
    const Timing t = missing_timing().set("tbu_xlate_slots", slots);
    TimedMachine m(t);
    m.map_pages(TimedMachine::kVa, K + 1);
    m.warm({TimedMachine::kVa});
    std::vector<uint64_t> addresses;
    for (unsigned i = 1; i <= K; i++)
        addresses.push_back(TimedMachine::page(i));
    const std::vector<uint64_t> left = m.leave(addresses);
    const uint64_t one = forms::miss(t, forms::W(t, 1));
    for (unsigned i = 0; i < K; i++)
        EXPECT_EQ(left[i], (i / slots + 1) * one + i % slots) << i;
    EXPECT_GT(m.stat(SMMU_STAT_busy), 0u);
}

/* A write that waits keeps its data in the buffer; one larger than the buffer needs it empty. */
TEST(Tokens, 834_data_of_waiting_writes_has_to_fit_the_buffer)
{
    const Timing t = missing_timing().set("wbuf_beats", 8);
    TimedMachine m(t);
    m.map_pages(TimedMachine::kVa, 6);
    m.warm({TimedMachine::kVa});
    const uint64_t one = forms::miss(t, forms::W(t, 1));
    const auto page = TimedMachine::page;
    const std::vector<uint64_t> left =
        m.leave({Access(page(1)).write(64), Access(page(2)).write(64), Access(page(3)).write(1),
                 Access(page(4)).write(256), Access(page(5))});
    EXPECT_EQ(left[0], one);
    EXPECT_EQ(left[1], one + 1);
    EXPECT_EQ(left[2], one + one) << "a beat is free when the first has left";
    EXPECT_EQ(left[3], left[2] + one) << "sixteen beats need the buffer empty";
    EXPECT_EQ(left[4], left[3] + 1) << "the host hands in in order";
}

/* ---- experiment 10 */

struct Share {
    std::vector<std::vector<uint64_t>> left; /* of each TBU, in order */

    size_t by(size_t tbu, uint64_t cycle) const
    {
        return static_cast<size_t>(std::upper_bound(left[tbu].begin(), left[tbu].end(), cycle) -
                                   left[tbu].begin());
    }
};

/* TBU n misses requests[n] times from now on, as fast as it can; all of them walk one read. */
Share saturate(TimedMachine &m, const std::vector<unsigned> &requests)
{
    uint64_t next = 1;
    unsigned most = 0, all = 0;
    for (unsigned count : requests) {
        most = std::max(most, count);
        all += count;
    }
    m.map_pages(TimedMachine::kVa, all + 1);
    for (unsigned tbu = 0; tbu < requests.size(); tbu++)
        m.warm({TimedMachine::kVa}, tbu);
    std::vector<Access> accesses;
    std::vector<size_t> of_tbu;
    for (unsigned i = 0; i < most; i++)
        for (unsigned tbu = 0; tbu < requests.size(); tbu++)
            if (i < requests[tbu]) {
                accesses.push_back(Access(TimedMachine::page(next++)).tbu(tbu));
                of_tbu.push_back(tbu);
            }
    const std::vector<uint64_t> left = m.leave(accesses);
    Share share;
    share.left.resize(requests.size());
    for (size_t i = 0; i < left.size(); i++)
        share.left[of_tbu[i]].push_back(left[i]);
    for (auto &of_one : share.left)
        std::sort(of_one.begin(), of_one.end());
    return share;
}

/* min(N tokens / (RTT + W), P / W, 1 / beats of the shared port), in the steady state. */
TEST(SeveralTbus, 834_total_throughput_is_the_least_of_its_bounds)
{
    constexpr unsigned K = 120;
    const struct {
        uint64_t tokens, walkers, tcu_bytes;
    } cases[] = {{2, 512, 20}, {16, 4, 20}, {64, 512, 1}, {4, 8, 10}, {8, 16, 2}};
    for (unsigned N : {1, 2, 4})
        for (const auto &c : cases) {
            const Timing t = missing_timing().set({{"dti_trans_tokens", c.tokens},
                                                   {"ptw_slots", c.walkers},
                                                   {"dti_tcu_bytes", c.tcu_bytes}});
            TimedMachine m(t);
            const Share share = saturate(m, std::vector<unsigned>(N, K));
            const double walk = double(forms::W(t, 1));
            const double bound =
                std::min({double(N * c.tokens) / double(forms::token(t, forms::W(t, 1))),
                          double(c.walkers) / walk, 1.0 / double(20 / c.tcu_bytes)});
            const uint64_t from = share.left[0][K / 4], to = share.left[0][3 * K / 4];
            size_t done = 0;
            for (unsigned tbu = 0; tbu < N; tbu++)
                done += share.by(tbu, to) - share.by(tbu, from);
            /* A batch more or less at either end of the window. */
            const double batch = double(std::min<uint64_t>(N * c.tokens, c.walkers));
            EXPECT_NEAR(double(done), bound * double(to - from), batch + 1)
                << N << " TBUs, " << c.tokens << " tokens, " << c.walkers << " walkers, "
                << c.tcu_bytes << " bytes a cycle";
        }
}

TEST(SeveralTbus, 834_equal_priorities_get_equal_shares)
{
    constexpr unsigned K = 60;
    const Timing t = missing_timing().set("ptw_slots", 2);
    TimedMachine m(t);
    const Share share = saturate(m, {K, K, K, K});
    for (unsigned i = 1; i < K; i++) {
        const uint64_t cycle = share.left[0][i];
        for (unsigned tbu = 1; tbu < 4; tbu++)
            EXPECT_NEAR(double(share.by(tbu, cycle)), double(share.by(0, cycle)), 1.0)
                << "TBU " << tbu << " at cycle " << cycle;
    }
}

/* TBU 1 asks at a quarter of what the walkers can do; TBU 0 asks for all of it, all the time. */
TEST(SeveralTbus, 834_high_priority_keeps_its_throughput_and_low_priority_is_served)
{
    constexpr unsigned urgent = 40, background = 120;
    const Timing t =
        missing_timing().set({{"ptw_slots", 1}, {"tbu_priority", 3 << 2}, {"qos_patience", 8}});
    const uint64_t walk = forms::W(t, 1), period = 4 * walk;
    TimedMachine m(t);
    m.map_pages(TimedMachine::kVa, 1 + urgent + background);
    m.warm({TimedMachine::kVa}, 0);
    m.warm({TimedMachine::kVa}, 1);
    const uint64_t begin = m.now();
    std::vector<Access> accesses;
    for (unsigned i = 0; i < background; i++)
        accesses.push_back(Access(TimedMachine::page(1 + i)));
    for (unsigned i = 0; i < urgent; i++)
        accesses.push_back(
            Access(TimedMachine::page(1 + background + i)).tbu(1).at(begin + 1 + i * period));
    const std::vector<uint64_t> left = m.leave(accesses);
    for (unsigned i = 0; i < urgent; i++) {
        /* It waits for the one walk that is under way, and for no other. */
        EXPECT_GE(left[background + i], 1 + i * period + forms::miss(t, walk)) << i;
        EXPECT_LE(left[background + i], 1 + i * period + forms::miss(t, walk) + walk) << i;
    }
    /* The walker never rests: what is not urgent takes the other three quarters. */
    EXPECT_NEAR(double(left[background - 1]), double(background) * double(walk) * 4 / 3,
                3.0 * double(period));
}

/* Everybody asks for everything: one grant in patience + 1 goes to the lower priority. */
TEST(SeveralTbus, 834_patience_bounds_the_wait_of_the_lower_priority)
{
    constexpr unsigned urgent = 170, background = 20;
    for (uint64_t patience : {1, 4, 16}) {
        const Timing t = missing_timing().set(
            {{"ptw_slots", 1}, {"tbu_priority", 3 << 2}, {"qos_patience", patience}});
        TimedMachine m(t);
        const Share share = saturate(m, {background, urgent});
        /* Once both queues have formed; TBU 0 may have come first. */
        for (unsigned i = 2; i < background && share.left[0][i] < share.left[1][urgent - 1]; i++) {
            const size_t between =
                share.by(1, share.left[0][i]) - share.by(1, share.left[0][i - 1]);
            EXPECT_EQ(between, patience) << "before request " << i << " of TBU 0";
        }
        EXPECT_LT(share.left[0][4], share.left[1][urgent - 1]) << "TBU 0 was served meanwhile";
    }
}

/* Three levels: the one in the middle is not forgotten either. */
TEST(SeveralTbus, 834_no_priority_is_starved)
{
    constexpr unsigned K = 60;
    const Timing t = missing_timing().set(
        {{"ptw_slots", 1}, {"tbu_priority", 3 << 4 | 1 << 2 | 0}, {"qos_patience", 4}});
    TimedMachine m(t);
    const Share share = saturate(m, {K, K, 4 * K});
    /* While all three queue. A grant to the middle one passes the lowest over, too. */
    const uint64_t cycle = share.left[2][2 * K - 1];
    for (unsigned tbu : {0, 1}) {
        EXPECT_GE(share.by(tbu, cycle), 2 * K / 5) << "TBU " << tbu;
        EXPECT_LE(share.by(tbu, cycle), 2 * K / 3 + 2) << "TBU " << tbu;
    }
}

} // namespace
