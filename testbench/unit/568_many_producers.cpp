/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight threads, one command queue, one SMMU in a thread of its own (3.5, 4.7.3, 7.1). Commands are
 * numbered; what is executed is seen from outside, by the invalidations that the model announces
 * and by the commands that CONS has passed. The suite runs it under the thread sanitizer too.
 *
 * SMMUSIM_COMMANDS: how many commands for each way of waiting; SMMUSIM_SEED: which ones.
 */
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "driver/driver.h"
#include "driver/producers.h"
#include "driver/threads.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "unit/environment.h"

namespace {

constexpr unsigned producers = 8;
constexpr uint64_t memory_base = 0x80000000, memory_bytes = 1 << 21;
constexpr unsigned page_bits = 12, number_bits = 28;
constexpr unsigned illegal_opcode = 0xff;

drv_cmd numbered(unsigned producer, uint64_t number)
{
    drv_tlbi tlbi = {};
    tlbi.asid = 1;
    tlbi.addr = (static_cast<uint64_t>(producer) << number_bits | number) << page_bits;
    return drv_cmd_tlbi_nh_va(&tlbi);
}

/* In the order in which they happen, each producer's commands must be 0, 1, 2 and so on. */
struct Sequence {
    std::atomic<uint64_t> next[producers] = {};
    uint64_t out_of_order = 0; // lost, doubled or overtaken

    void happens(uint64_t addr)
    {
        const uint64_t producer = addr >> (page_bits + number_bits);
        const uint64_t number = addr >> page_bits & ((UINT64_C(1) << number_bits) - 1);
        if (producer >= producers || number != next[producer])
            out_of_order++;
        else
            next[producer]++;
    }
};

/* What the model does; its thread calls. */
struct Witness {
    Sequence invalidated, consumed;
    uint64_t illegal_consumed = 0;

    drv_threads_watch watch()
    {
        drv_threads_watch w = {};
        w.ctx = this;
        w.invalidated = [](void *ctx, const smmu_out_inval_t *inval) {
            if (!inval->all_addresses)
                static_cast<Witness *>(ctx)->invalidated.happens(inval->addr_first);
        };
        w.consumed = [](void *ctx, const drv_cmd *cmd) {
            auto &self = *static_cast<Witness *>(ctx);
            self.illegal_consumed += drv_cmd_opcode(cmd) == illegal_opcode;
            if (drv_cmd_opcode(cmd) == REF_CMD_TLBI_NH_VA)
                self.consumed.happens(cmd->word[1] & ~UINT64_C(0xfff));
        };
        return w;
    }
};

/* One thread's driver, and what it is about to do. */
struct Producer {
    drv_thread thread = {};
    drv_ops machine_ops = {};
    drv driver = {};
    std::mt19937_64 random;
    unsigned id;
    uint64_t quota, number = 0, illegal = 0;
    uint64_t failed = 0, not_yet_done = 0; // calls; waits that ended before the commands
    Witness *witness;

    Producer(drv *first, drv_threads *machine, Witness *w, unsigned p, uint64_t seed, uint64_t n)
        : random(seed + p), id(p), quota(n), witness(w)
    {
        thread.machine = machine;
        machine_ops = drv_thread_ops(&thread);
        drv_ops ops = machine_ops;
        ops.ctx = this;
        ops.mem_write64 = [](void *c, uint64_t pa, uint64_t value) {
            auto &self = *static_cast<Producer *>(c);
            if (self.random() % 256 ==
                0) // others come in between, however few processors there are
                std::this_thread::yield();
            self.machine_ops.mem_write64(&self.thread, pa, value);
        };
        forward(ops);
        drv_join(&driver, first, &ops);
    }

    static Producer &self(void *c) { return *static_cast<Producer *>(c); }

    static void forward(drv_ops &ops)
    {
        ops.read32 = [](void *c, uint32_t r) {
            return self(c).machine_ops.read32(&self(c).thread, r);
        };
        ops.write32 = [](void *c, uint32_t r, uint32_t v) {
            self(c).machine_ops.write32(&self(c).thread, r, v);
        };
        ops.mem_read64 = [](void *c, uint64_t pa) {
            return self(c).machine_ops.mem_read64(&self(c).thread, pa);
        };
        ops.wait = [](void *c, uint64_t n) { self(c).machine_ops.wait(&self(c).thread, n); };
        ops.take_irqs = [](void *c) { return self(c).machine_ops.take_irqs(&self(c).thread); };
        ops.log = nullptr;
    }

    drv_cmd next_command()
    {
        if (random() % 400 == 0) {
            illegal++;
            return drv_cmd{{illegal_opcode, id}};
        }
        return numbered(id, number++);
    }

    void issue(bool sync)
    {
        std::vector<drv_cmd> list(1 + random() % DRV_BATCH_ENTRIES);
        for (drv_cmd &cmd : list)
            cmd = next_command();
        failed +=
            drv_cmdq_issue(&driver, list.data(), static_cast<unsigned>(list.size()), sync) != 0;
    }

    void issue_batch()
    {
        drv_batch batch = {};
        for (uint64_t n = random() % (3 * DRV_BATCH_ENTRIES); n; n--) {
            const drv_cmd cmd = next_command();
            failed += drv_batch_add(&driver, &batch, &cmd) != 0;
        }
        failed += drv_batch_submit(&driver, &batch) != 0;
    }

    void run()
    {
        while (number < quota && !failed) {
            const uint64_t kind = random() % 8;
            if (kind == 0)
                issue_batch();
            else
                issue(kind < 3);
            if (kind < 3) // a CMD_SYNC has completed, and all before it with it
                not_yet_done += witness->invalidated.next[id] != number;
        }
        failed += drv_cmdq_issue(&driver, nullptr, 0, true) != 0;
        not_yet_done += witness->invalidated.next[id] != number;
    }
};

smmu_config_t model_config()
{
    smmu_config_t cfg;
    EXPECT_EQ(smmu_config_init(&cfg, "ideal"), SMMU_OK);
    for (const auto &[key, value] :
         {std::pair<const char *, uint64_t>{"mode", 2}, {"inval.notify", 1}, {"IDR1.SIDSIZE", 8}})
        EXPECT_EQ(smmu_config_set(&cfg, key, value, nullptr, 0), SMMU_OK) << key;
    return cfg;
}

struct Way {
    const char *name;
    drv_sync_mode sync;
    drv_insertion insertion;
    unsigned cmdq_log2;
};

class ManyProducers : public testing::TestWithParam<Way> {};

TEST_P(ManyProducers, 568_nothing_is_lost_doubled_or_reordered_while_errors_are_repaired)
{
    const uint64_t commands = from_environment("SMMUSIM_COMMANDS", 100000);
    const uint64_t seed = from_environment("SMMUSIM_SEED", std::random_device{}());
    RecordProperty("seed", std::to_string(seed));
    SCOPED_TRACE("SMMUSIM_SEED=" + std::to_string(seed));

    char why[200] = "";
    Witness witness;
    const drv_threads_watch watch = witness.watch();
    const smmu_config_t cfg = model_config();
    drv_threads *machine =
        drv_threads_start(&cfg, memory_base, memory_bytes, &watch, why, sizeof why);
    ASSERT_NE(machine, nullptr) << why;

    drv_thread first_thread = {};
    first_thread.machine = machine;
    first_thread.takes_irqs = true;
    drv first = {};
    drv_config config = {};
    config.memory_base = memory_base;
    config.memory_size = memory_bytes;
    config.cmdq_log2 = GetParam().cmdq_log2;
    config.sync_mode = GetParam().sync;
    config.insertion = GetParam().insertion;
    config.timeout_cycles =
        UINT64_C(100000000000); // a hundred seconds: others may need the machine
    const drv_ops ops = drv_thread_ops(&first_thread);
    ASSERT_EQ(drv_probe(&first, &ops, &config), 0);
    ASSERT_EQ(drv_reset(&first), 0);

    std::vector<std::unique_ptr<Producer>> all;
    for (unsigned p = 0; p < producers; p++)
        all.push_back(
            std::make_unique<Producer>(&first, machine, &witness, p, seed, commands / producers));
    std::atomic<bool> finished = false;
    std::thread interrupts([&] {
        while (!finished)
            drv_relax(&first, 100000);
    });
    std::vector<std::thread> threads;
    for (auto &producer : all)
        threads.emplace_back([&producer] { producer->run(); });
    for (std::thread &thread : threads)
        thread.join();
    finished = true;
    interrupts.join();
    EXPECT_EQ(drv_threads_error(machine), nullptr);
    drv_threads_stop(machine); // from here on the witness is nobody else's

    uint64_t illegal = 0, space_waits = 0, publications = 0, calls = 0;
    for (const auto &producer : all) {
        EXPECT_EQ(producer->failed, 0U);
        EXPECT_EQ(producer->not_yet_done, 0U);
        EXPECT_EQ(witness.invalidated.next[producer->id], producer->number);
        EXPECT_EQ(witness.consumed.next[producer->id], producer->number);
        illegal += producer->illegal;
        space_waits += producer->driver.stats.space_waits;
        publications += producer->driver.stats.publications;
        calls += producer->driver.stats.commands;
    }
    EXPECT_EQ(witness.invalidated.out_of_order, 0U);
    EXPECT_EQ(witness.consumed.out_of_order, 0U);
    EXPECT_EQ(witness.illegal_consumed, 0U);
    EXPECT_EQ(first.stats.cmdq_errors[REF_CERROR_ILL], illegal);
    EXPECT_GT(illegal, commands / 1000);
    EXPECT_GT(space_waits, 0U);
    RecordProperty("publications", std::to_string(publications));
    if (std::getenv("SMMUSIM_COMMANDS"))
        std::printf("%llu commands, %llu illegal, %llu publications, %llu waits for room\n",
                    static_cast<unsigned long long>(calls),
                    static_cast<unsigned long long>(illegal),
                    static_cast<unsigned long long>(publications),
                    static_cast<unsigned long long>(space_waits));
}

/* Whoever takes by addition counts in the word; the count must not reach what lies above it. */
TEST(TakenByAddition, 568_there_is_no_room_for_more_takers_than_are_counted)
{
    constexpr unsigned log2size = 12;
    auto p = std::make_unique<drv_producers>();
    drv_producers_init(p.get(), log2size);
    const drv_producer_ops ops = {};
    unsigned owners = 0, taken = 0;
    for (; drv_producers_has_room(p.get(), 1, &ops) && taken < 1U << log2size; taken++) {
        drv_claim claim = {};
        drv_producers_take(p.get(), 1, &claim, &ops);
        EXPECT_EQ(claim.first, taken);
        owners += claim.owner;
    }
    EXPECT_EQ(owners, 1U);
    EXPECT_GT(taken, 64U);
    EXPECT_LT(taken, 1024U - 256U) << "as many threads may have asked before";
    EXPECT_EQ(drv_producers_known_cons(p.get()), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, ManyProducers,
    testing::Values(Way{"msi", DRV_SYNC_MSI, DRV_LOCK_FREE, DRV_CMDQ_LOG2_MIN},
                    Way{"cons", DRV_SYNC_CONS, DRV_LOCK_FREE, DRV_CMDQ_LOG2_MIN},
                    Way{"none", DRV_SYNC_NONE, DRV_LOCK_FREE, DRV_CMDQ_LOG2_MIN},
                    Way{"addition", DRV_SYNC_MSI, DRV_BY_ADDITION, DRV_CMDQ_LOG2_MIN + 3},
                    Way{"lock", DRV_SYNC_CONS, DRV_ONE_AT_A_TIME, DRV_CMDQ_LOG2_MIN}),
    [](const auto &way) { return way.param.name; });

} // namespace
