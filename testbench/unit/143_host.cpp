/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host: clock, latencies of memory, several accesses in flight, tracked accesses. Timing
 * tests say both sides: not before t, at t.
 */
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "mem/host.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

namespace {

constexpr uint64_t read_latency = 70;
constexpr uint64_t write_latency = 30;
constexpr uint64_t front_latency = 5;

struct Destroy {
    void operator()(sim_host *host) const { host_destroy(host); }
};

class Host : public testing::Test {
protected:
    std::unique_ptr<sim_host, Destroy> owner;
    sim_host *host = nullptr;

    void SetUp() override
    {
        smmu_config_t cfg;
        char why[200] = "";
        smmu_config_init(&cfg, nullptr);
        set(cfg, "timing.mem_read_lat", read_latency);
        set(cfg, "timing.mem_write_lat", write_latency);
        set(cfg, "timing.tbu_front_lat", front_latency);
        set(cfg, "timing.utlb_lat", 0);
        owner.reset(host_create(&cfg, why, sizeof why));
        host = owner.get();
        ASSERT_NE(host, nullptr) << why;
    }

    static void set(smmu_config_t &cfg, const char *key, uint64_t value)
    {
        char why[200] = "";
        ASSERT_EQ(smmu_config_set(&cfg, key, value, why, sizeof why), SMMU_OK) << why;
    }

    static client_access access_to(uint64_t addr, bool write, const uint8_t *data = nullptr)
    {
        client_access access = client_access_default();
        access.addr = addr;
        access.write = write;
        access.data = data;
        return access;
    }

    bool takes(uint32_t ticket, client_result *result, uint8_t *data = nullptr)
    {
        return host_take(host, ticket, result, data);
    }
};

/* SMMUEN is 0 after reset and GBPA lets through: only the front of the SMMU takes time. */
void let_through(sim_host *host)
{
    host_reg_write(host, SMMU_PAS_NS, REF_REG_GBPA, 4, REF_MASK(GBPA_UPDATE));
    host_run_idle(host, SMMU_NEVER);
}

TEST_F(Host, 143_read_takes_the_smmus_share_and_memorys)
{
    let_through(host);
    memory_store32(host_memory(host), 0x1000, 0xCAFE);
    client_access access = access_to(0x1000, false);
    client_result result;
    uint8_t data[4] = {};
    uint64_t begin = host_now(host);
    uint32_t ticket = host_submit(host, &access);
    ASSERT_NE(ticket, 0U);
    host_run_until(host, begin + front_latency + read_latency - 1);
    EXPECT_FALSE(takes(ticket, &result, data));
    host_run_until(host, begin + front_latency + read_latency);
    ASSERT_TRUE(takes(ticket, &result, data));
    EXPECT_EQ(result.cycles, front_latency);
    EXPECT_TRUE(result.bypass);
    EXPECT_EQ(data[0], 0xFE);
    EXPECT_EQ(data[1], 0xCA);
}

TEST_F(Host, 143_write_lands_when_it_completes)
{
    let_through(host);
    const uint8_t data[4] = {1, 2, 3, 4};
    client_access access = access_to(0x1000, true, data);
    uint64_t begin = host_now(host);
    uint32_t ticket = host_submit(host, &access);
    client_result result;
    host_run_until(host, begin + front_latency + write_latency - 1);
    EXPECT_EQ(memory_load32(host_memory(host), 0x1000), 0U);
    host_run_until(host, begin + front_latency + write_latency);
    EXPECT_EQ(memory_load32(host_memory(host), 0x1000), 0x04030201U);
    EXPECT_TRUE(takes(ticket, &result));
}

TEST_F(Host, 143_read_returns_what_was_there_when_it_was_issued)
{
    let_through(host);
    memory_store32(host_memory(host), 0x1000, 1);
    client_access access = access_to(0x1000, false);
    uint32_t ticket = host_submit(host, &access);
    host_run_until(host, host_now(host) + front_latency);
    memory_store32(host_memory(host), 0x1000, 2);
    client_result result;
    uint8_t data[4] = {};
    ASSERT_TRUE(host_await(host, ticket, &result, data));
    EXPECT_EQ(data[0], 1);
}

TEST_F(Host, 143_accesses_in_flight_overlap)
{
    let_through(host);
    uint64_t begin = host_now(host);
    uint32_t tickets[8];
    for (uint32_t i = 0; i < 8; ++i) {
        client_access access = access_to(0x1000 * i, false);
        tickets[i] = host_submit(host, &access);
    }
    client_result result;
    for (uint32_t ticket : tickets)
        ASSERT_TRUE(host_await(host, ticket, &result, nullptr));
    EXPECT_LT(host_now(host), begin + 2 * read_latency) << "not one after the other";
}

TEST_F(Host, 143_access_starts_at_its_cycle)
{
    let_through(host);
    client_access access = access_to(0x1000, false);
    access.start = host_now(host) + 1000;
    uint32_t ticket = host_submit(host, &access);
    client_result result;
    ASSERT_TRUE(host_await(host, ticket, &result, nullptr));
    EXPECT_EQ(host_now(host), access.start + front_latency + read_latency);
    EXPECT_EQ(result.cycles, front_latency);
}

TEST_F(Host, 143_tickets_are_bounded_and_come_back)
{
    client_access access = access_to(0x1000, false);
    access.start = 1000000;
    for (uint32_t i = 0; i < CLIENT_MAX_ACCESSES; ++i)
        ASSERT_NE(host_submit(host, &access), 0U) << i;
    EXPECT_EQ(host_submit(host, &access), 0U);
    host_run_idle(host, SMMU_NEVER);
    client_result result;
    EXPECT_TRUE(takes(1, &result));
    EXPECT_FALSE(takes(1, &result)) << "taken already";
    EXPECT_NE(host_submit(host, &access), 0U);
}

TEST_F(Host, 143_access_over_a_page_boundary_is_refused)
{
    client_access access = access_to(0x1FFD, false);
    EXPECT_EQ(host_submit(host, &access), 0U);
    access.addr = 0x1FFC;
    EXPECT_NE(host_submit(host, &access), 0U);
}

/* 3.21.1: a CMD_SYNC after an invalidation waits for accesses that the old translation let out. */
TEST_F(Host, 143_sync_after_invalidation_waits_for_what_was_let_through)
{
    const uint64_t commands[4] = {REF_CMD_TLBI_NSNH_ALL, 0, REF_CMD_SYNC, 0};
    let_through(host);
    memory_store(host_memory(host), 0x10000, commands, sizeof commands);
    host_reg_write(host, SMMU_PAS_NS, REF_REG_CMDQ_BASE, 8, 0x10003);
    host_reg_write(host, SMMU_PAS_NS, REF_REG_CMDQ_PROD, 4, 0);
    host_reg_write(host, SMMU_PAS_NS, REF_REG_CMDQ_CONS, 4, 0);
    host_reg_write(host, SMMU_PAS_NS, REF_REG_CR0, 4, REF_MASK(CR0_CMDQEN));
    host_run_idle(host, SMMU_NEVER);
    host_reg_write(host, SMMU_PAS_NS, REF_REG_CMDQ_PROD, 4, 2);
    client_access access = access_to(0x1000, false);
    /* It leaves the SMMU before the invalidation is executed, and its data takes long. */
    host_run_until(host, host_now(host) + read_latency - front_latency);
    uint32_t ticket = host_submit(host, &access);
    uint64_t visible = host_now(host) + front_latency + read_latency;
    host_run_until(host, visible - 1);
    client_result result;
    EXPECT_FALSE(takes(ticket, &result));
    EXPECT_LT(host_reg_read(host, SMMU_PAS_NS, REF_REG_CMDQ_CONS, 4), 2U);
    host_run_idle(host, SMMU_NEVER);
    EXPECT_TRUE(takes(ticket, &result));
    EXPECT_EQ(host_reg_read(host, SMMU_PAS_NS, REF_REG_CMDQ_CONS, 4), 2U);
}

TEST_F(Host, 143_full_memory_is_said)
{
    let_through(host);
    memory_limit(host_memory(host), 1);
    memory_store32(host_memory(host), 0x1000, 1);
    const uint8_t data[4] = {1, 2, 3, 4};
    client_access access = access_to(0x5000, true, data);
    host_submit(host, &access);
    host_run_idle(host, SMMU_NEVER);
    ASSERT_NE(host_error(host), nullptr);
    EXPECT_STREQ(host_error(host), "physical memory is full: more pages are written than allowed");
}

TEST_F(Host, 143_calls_come_at_their_cycle_in_the_order_of_asking)
{
    std::vector<std::pair<int, uint64_t>> calls;
    struct Call {
        std::vector<std::pair<int, uint64_t>> *calls;
        sim_host *host;
        int number;
        static void note(void *ctx)
        {
            auto *c = static_cast<Call *>(ctx);
            c->calls->emplace_back(c->number, host_now(c->host));
        }
    } one{&calls, host, 1}, two{&calls, host, 2}, three{&calls, host, 3};
    host_call_at(host, 50, Call::note, &one);
    host_call_at(host, 20, Call::note, &two);
    host_call_at(host, 50, Call::note, &three);
    EXPECT_EQ(host_next_due(host), 20u);
    host_run_until(host, 49);
    EXPECT_EQ(calls, (std::vector<std::pair<int, uint64_t>>{{2, 20}}));
    host_run_until(host, 50);
    EXPECT_EQ(calls, (std::vector<std::pair<int, uint64_t>>{{2, 20}, {1, 50}, {3, 50}}));
}

TEST_F(Host, 143_finished_access_is_announced_and_another_may_follow_from_there)
{
    struct Chain {
        sim_host *host;
        client_access access;
        std::vector<uint64_t> finished;
        static void next(void *ctx, uint32_t ticket)
        {
            auto *c = static_cast<Chain *>(ctx);
            client_result result;
            EXPECT_TRUE(host_take(c->host, ticket, &result, nullptr));
            c->finished.push_back(host_now(c->host));
            if (c->finished.size() < 3) {
                EXPECT_NE(host_submit(c->host, &c->access), 0u);
            }
        }
    } chain{host, access_to(0x1000, false), {}};
    chain.access.finished = Chain::next;
    chain.access.finished_ctx = &chain;
    ASSERT_NE(host_submit(host, &chain.access), 0u);
    EXPECT_TRUE(host_run_idle(host, 10000));
    ASSERT_EQ(chain.finished.size(), 3u);
    EXPECT_EQ(chain.finished[1], 2 * chain.finished[0]);
    EXPECT_EQ(chain.finished[2], 3 * chain.finished[0]);
}

} // namespace
