/* SPDX-License-Identifier: Apache-2.0 */
/* 144: clients on a host whose SMMU is disabled, so that every latency is known: how requests
 * arrive, where they go, what is recorded. */
#include <gtest/gtest.h>

#include <memory>

#include "load/load.h"
#include "load/samples.h"

namespace {

constexpr uint64_t kBase = 0x40000000;
constexpr uint64_t kMemory = 40;

class ClientLoad : public testing::Test {
protected:
    struct Machine {
        explicit Machine(uint64_t memory_latency = kMemory, uint64_t seed = 7)
        {
            smmu_config_t cfg;
            char why[200] = "";
            smmu_config_init(&cfg, nullptr);
            EXPECT_EQ(smmu_config_set(&cfg, "timing.mem_read_lat", memory_latency, why, sizeof why),
                      SMMU_OK);
            host = host_create(&cfg, why, sizeof why);
            load = load_create(host, seed);
        }
        ~Machine()
        {
            EXPECT_EQ(host_error(host), nullptr);
            load_destroy(load);
            host_destroy(host);
        }
        Machine(const Machine &) = delete;
        Machine &operator=(const Machine &) = delete;

        load_counts run(uint64_t cycles)
        {
            load_start(load);
            host_run_until(host, host_now(host) + cycles);
            EXPECT_TRUE(load_finish(load, SMMU_NEVER));
            return load_counted(load);
        }
        void abort_pages(uint64_t first, uint64_t count)
        {
            memory_abort_begin(host_memory(host), kBase + first * LOAD_PAGE_BYTES,
                               count * LOAD_PAGE_BYTES, MEMORY_ABORT_READ);
        }
        sim_host *host;
        struct load *load;
    };

    static load_stream stream(uint32_t rate, uint32_t outstanding, uint32_t pages = 16)
    {
        load_stream what{};
        what.streamid = 1;
        what.base = kBase;
        what.pages = pages;
        what.rate = rate;
        what.outstanding = outstanding;
        return what;
    }
};

TEST_F(ClientLoad, 144_closed_loop_of_one_sends_the_next_when_the_last_is_answered)
{
    uint64_t own = 0;
    {
        Machine m;
        client_access access = client_access_default();
        client_result result{};
        access.addr = kBase;
        ASSERT_TRUE(host_await(m.host, host_submit(m.host, &access), &result, nullptr));
        own = result.cycles;
    }
    for (uint64_t early : {0, 1}) {
        Machine m;
        const load_stream one = stream(0, 1);
        ASSERT_TRUE(load_add(m.load, &one));
        EXPECT_EQ(m.run(100 * (own + kMemory) - early).in_time, 100 - early);
        EXPECT_EQ(samples_percentile(load_latency(m.load), 0), own);
        EXPECT_EQ(samples_percentile(load_latency(m.load), 1000), own);
    }
}

TEST_F(ClientLoad, 144_open_loop_arrives_at_its_rate_whatever_the_answers_do)
{
    constexpr uint64_t kCycles = 200000;
    uint64_t requests = 0;
    for (uint64_t memory : {0, 40, 2000}) {
        Machine m(memory);
        const load_stream some = stream(100, 4);
        ASSERT_TRUE(load_add(m.load, &some));
        const load_counts counts = m.run(kCycles);
        if (requests) {
            EXPECT_EQ(counts.requests, requests) << memory;
        }
        requests = counts.requests;
    }
    EXPECT_NEAR(static_cast<double>(requests), kCycles * 0.1, 4 * 141.4) << "four deviations";
}

TEST_F(ClientLoad, 144_latency_counts_from_arrival)
{
    Machine free_of_limits(2000), limited(2000);
    const load_stream many = stream(100, 1024), one = stream(100, 1);
    ASSERT_TRUE(load_add(free_of_limits.load, &many));
    ASSERT_TRUE(load_add(limited.load, &one));
    free_of_limits.run(10000);
    const load_counts counts = limited.run(10000);
    EXPECT_EQ(counts.in_time, 4u) << "one in 2000 cycles and a bit, of some 1000 that arrive";
    /* They wait for one another: a thousand at one in 2000 cycles. */
    EXPECT_GT(samples_mean(load_latency(limited.load)), 500000);
    EXPECT_LT(samples_mean(load_latency(free_of_limits.load)), 100);
    EXPECT_EQ(load_latency(limited.load)->count, load_latency(free_of_limits.load)->count);
}

TEST_F(ClientLoad, 144_patterns_go_where_they_say)
{
    struct {
        load_pattern pattern;
        uint64_t abort_first, abort_count;
        double share;
    } const cases[] = {{LOAD_UNIFORM, 0, 4, 0.25},
                       {LOAD_SEQUENTIAL, 3, 1, 1.0 / 16},
                       {LOAD_HOT, 0, 2, 0.8},
                       {LOAD_HOT, 2, 14, 0.2},
                       {LOAD_UNIFORM, 16, 1000, 0}};
    for (const auto &one : cases) {
        Machine m;
        load_stream what = stream(500, 64);
        what.pattern = one.pattern;
        what.hot_pages = 2;
        what.hot_percent = 80;
        ASSERT_TRUE(load_add(m.load, &what));
        m.abort_pages(one.abort_first, one.abort_count);
        const load_counts counts = m.run(1024 * 64 * 2);
        ASSERT_GT(counts.requests, 60000u);
        EXPECT_NEAR(static_cast<double>(counts.aborted) / static_cast<double>(counts.requests),
                    one.share, one.share ? 0.01 : 0)
            << one.pattern << " " << one.abort_first;
    }
}

TEST_F(ClientLoad, 144_seed_decides)
{
    uint64_t requests[3];
    double mean[3];
    const uint64_t seeds[3] = {7, 7, 8};
    for (int i = 0; i < 3; i++) {
        Machine m(kMemory, seeds[i]);
        const load_stream some = stream(300, 8);
        ASSERT_TRUE(load_add(m.load, &some));
        ASSERT_TRUE(load_add(m.load, &some));
        requests[i] = m.run(10000).requests;
        mean[i] = samples_mean(load_latency(m.load));
    }
    EXPECT_EQ(requests[0], requests[1]);
    EXPECT_EQ(mean[0], mean[1]);
    EXPECT_NE(requests[0], requests[2]);
}

TEST_F(ClientLoad, 144_what_cannot_be_is_refused)
{
    Machine m;
    load_stream what = stream(1001, 1);
    EXPECT_FALSE(load_add(m.load, &what));
    what = stream(0, 0);
    EXPECT_FALSE(load_add(m.load, &what));
    what = stream(0, LOAD_MAX_OUTSTANDING + 1);
    EXPECT_FALSE(load_add(m.load, &what));
    what = stream(0, 1, 0);
    EXPECT_FALSE(load_add(m.load, &what));
    what = stream(0, 1);
    what.pattern = LOAD_HOT;
    EXPECT_FALSE(load_add(m.load, &what)) << "a hot set of no pages";
}

TEST(Samples, 144_percentiles_are_exact)
{
    samples s{};
    for (uint64_t i = 1000; i >= 1; i--)
        samples_add(&s, i);
    EXPECT_EQ(samples_percentile(&s, 500), 500u);
    EXPECT_EQ(samples_percentile(&s, 990), 990u);
    EXPECT_EQ(samples_percentile(&s, 1000), 1000u);
    EXPECT_EQ(samples_percentile(&s, 0), 1u);
    EXPECT_EQ(samples_mean(&s), 500.5);
    samples_add(&s, 5000);
    EXPECT_EQ(samples_percentile(&s, 1000), 5000u) << "sorted again";
    samples_clear(&s);
    EXPECT_EQ(samples_percentile(&s, 500), 0u);
    EXPECT_EQ(samples_mean(&s), 0);
    samples_free(&s);
}

} // namespace
