/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of several threads on the same rings, while another thread of the guest changes the entries
 * (cases 29 and 43 of docs/uapi.md), with the SMMU in a thread of its own. Nothing forbidden is
 * ever consumed, and the consumer indexes never move back. The suite runs it under the thread
 * sanitizer too: user memory is the one thing that everybody may race for, and here it is made of
 * atomics.
 */
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "driver/threads.h"
#include "spec_ref/ref_commands.h"
#include "uapi/ring.h"

namespace {

constexpr unsigned callers = 4, rings = 2, index_bits = 5, entries = 1 << index_bits;
constexpr unsigned calls_of_each = 300;
constexpr uint16_t vmid = 0x33;
constexpr uint64_t memory_base = 0x80000000, memory_bytes = 1 << 21;

/* What the threads share: a byte at a time, as torn as can be. */
struct SharedMemory {
    static constexpr uint64_t base = UINT64_C(1) << 40;
    std::vector<std::atomic<uint8_t>> bytes = std::vector<std::atomic<uint8_t>>(1 << 16);

    static uint64_t ring_at(unsigned r) { return base + 0x4000 + 0x1000 * r; }
    static uint64_t cons_at(unsigned r) { return base + 0x2000 + 0x100 * r; }
    static uint64_t arg_at(unsigned caller) { return base + 0x100 * caller; }

    template <typename T>
    void put(uint64_t at, const T &value)
    {
        write(this, at, &value, sizeof value);
    }

    template <typename T>
    T get(uint64_t at)
    {
        T value;
        read(this, &value, at, sizeof value);
        return value;
    }

    static size_t read(void *ctx, void *to, uint64_t from, size_t n)
    {
        auto &self = *static_cast<SharedMemory *>(ctx);
        for (size_t i = 0; i < n; i++)
            static_cast<uint8_t *>(to)[i] =
                self.bytes.at(from - base + i).load(std::memory_order_relaxed);
        return n;
    }

    static size_t write(void *ctx, uint64_t to, const void *from, size_t n)
    {
        auto &self = *static_cast<SharedMemory *>(ctx);
        for (size_t i = 0; i < n; i++)
            self.bytes.at(to - base + i)
                .store(static_cast<const uint8_t *>(from)[i], std::memory_order_relaxed);
        return n;
    }
};

/* In the model's thread. */
struct Witness {
    std::atomic<uint64_t> good = 0, bad = 0;

    static void consumed(void *ctx, const drv_cmd *cmd)
    {
        auto &self = *static_cast<Witness *>(ctx);
        if (drv_cmd_opcode(cmd) == REF_CMD_SYNC || cmd->word[0] == 0) // overwritten by its MSI
            return;
        const bool fine = drv_cmd_opcode(cmd) == REF_CMD_TLBI_NH_ASID &&
                          REF_GET(CMD_TLBI_NH_VA_VMID, cmd->word) == vmid && cmd->word[1] == 0;
        (fine ? self.good : self.bad)++;
    }
};

struct Caller {
    drv_thread thread = {};
    drv driver = {};
    uapi front = {};
    SharedMemory *memory;
    unsigned id;
    uint64_t refused = 0, unexpected = 0;
    std::mt19937 random;

    Caller(drv *first, drv_threads *machine, SharedMemory *m, uapi_hwpt *hwpts, unsigned n)
        : memory(m), id(n), random(n)
    {
        thread.machine = machine;
        const drv_ops ops = drv_thread_ops(&thread);
        drv_join(&driver, first, &ops);
        front.drv = &driver;
        front.user = {m, SharedMemory::read, SharedMemory::write};
        front.hwpts = hwpts;
        front.hwpt_count = rings;
        front.options.batch = 4;
    }

    void call()
    {
        const unsigned r = static_cast<unsigned>(random() % rings);
        const uint32_t cons = memory->get<uint32_t>(SharedMemory::cons_at(r));
        iommu_hwpt_invalidate_ring arg = {};
        arg.size = sizeof arg;
        arg.hwpt_id = r;
        arg.q_uptr = SharedMemory::ring_at(r);
        arg.q_cons_uptr = SharedMemory::cons_at(r);
        arg.q_prod = (cons + static_cast<uint32_t>(random() % (entries / 2))) % (2 * entries);
        arg.q_index_bits = index_bits;
        arg.q_entry_num = entries;
        arg.q_entry_len = UAPI_COMMAND_BYTES;
        memory->put(SharedMemory::arg_at(id), arg);
        /* EINVAL: others have consumed beyond this thread's producer index by now. */
        const int rc = uapi_ring_invalidate(&front, SharedMemory::arg_at(id));
        refused += rc == -EIO;
        unexpected += rc != 0 && rc != -EIO && rc != -EINVAL;
    }
};

TEST(RingCallsOfThreads, 583_nothing_forbidden_is_executed_and_no_index_moves_back)
{
    char why[200] = "";
    smmu_config_t cfg;
    ASSERT_EQ(smmu_config_init(&cfg, "ideal"), SMMU_OK);
    ASSERT_EQ(smmu_config_set(&cfg, "mode", 2, nullptr, 0), SMMU_OK);
    ASSERT_EQ(smmu_config_set(&cfg, "IDR1.SIDSIZE", 8, nullptr, 0), SMMU_OK);
    Witness witness;
    const drv_threads_watch watch = {&witness, Witness::consumed, nullptr};
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
    config.cmdq_log2 = DRV_CMDQ_LOG2_MIN;
    config.timeout_cycles = UINT64_C(100000000000);
    const drv_ops ops = drv_thread_ops(&first_thread);
    ASSERT_EQ(drv_probe(&first, &ops, &config), 0);
    ASSERT_EQ(drv_reset(&first), 0);
    const uint64_t before = witness.bad; // what the reset itself has invalidated

    SharedMemory memory;
    uapi_hwpt hwpts[rings] = {};
    for (unsigned r = 0; r < rings; r++) {
        hwpts[r].id = r;
        hwpts[r].kind = UAPI_HWPT_NESTED_SMMUV3;
        hwpts[r].guest.vmid = vmid;
        for (unsigned i = 0; i < entries; i++)
            memory.put(SharedMemory::ring_at(r) + 16 * i, drv_cmd_tlbi_nh_asid(0xffff, 1));
    }
    std::vector<std::unique_ptr<Caller>> all;
    for (unsigned i = 0; i < callers; i++)
        all.push_back(std::make_unique<Caller>(&first, machine, &memory, hwpts, i));

    std::atomic<bool> finished = false;
    std::thread hostile([&] {
        const drv_cmd forms[] = {drv_cmd_tlbi_nh_asid(0x1234, 1), drv_cmd_tlbi_el2_all(),
                                 drv_cmd_tlbi_nh_asid(0x4321, 2), drv_cmd_cfgi_all()};
        for (unsigned n = 0; !finished; n++) {
            const uint64_t at = SharedMemory::ring_at(n % rings) + 16 * (n / rings % entries);
            memory.put(at, forms[n % 7 < 4 ? n % 7 : 0]);
            std::this_thread::yield();
            memory.put(at, forms[0]);
        }
    });
    std::vector<std::thread> threads;
    for (auto &caller : all)
        threads.emplace_back([&caller] {
            for (unsigned n = 0; n < calls_of_each; n++)
                caller->call();
        });
    for (std::thread &thread : threads)
        thread.join();
    finished = true;
    hostile.join();
    EXPECT_EQ(drv_threads_error(machine), nullptr);
    drv_threads_stop(machine);

    uint64_t completed = 0, reported = 0;
    for (const auto &caller : all) {
        EXPECT_EQ(caller->unexpected, 0U);
        EXPECT_LE(caller->front.stats.reported, caller->front.stats.completed);
        completed += caller->front.stats.completed;
        reported += caller->front.stats.reported;
    }
    EXPECT_GT(reported, 0U);
    EXPECT_EQ(witness.bad - before, 0U);
    EXPECT_EQ(witness.good, completed);
    for (unsigned r = 0; r < rings; r++) {
        EXPECT_EQ(hwpts[r].consumer.moved_back, 0U) << r;
        EXPECT_EQ(memory.get<uint32_t>(SharedMemory::cons_at(r)), hwpts[r].consumer.cons);
    }
}

} // namespace
