/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine whose every latency is known: a host, one stream with 4 KiB tables of four levels, a
 * command queue. Timing tests let it run and compare cycles with arithmetic.
 */
#ifndef SMMUSIM_UNIT_TIMED_MACHINE_H
#define SMMUSIM_UNIT_TIMED_MACHINE_H

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mem/host.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "tables/context_table.h"
#include "tables/page_table.h"
#include "tables/stream_table.h"

/* Costs in cycles, and counts; the names are those of the configuration without "timing.". */
struct Timing {
    uint64_t mem_read_lat = 100, mem_write_lat = 60;
    uint64_t tbu_front_lat = 1, mtlb_lat = 3, cc_lat = 3, wc_lat = 4, walk_step_lat = 2;
    uint64_t cmd_decode_lat = 2, inv_tcu_va_lat = 5, sync_signal_lat = 1;
    uint64_t cmdq_reads_in_flight = 1, ptw_slots = 4, tbu_xlate_slots = 64;

    uint64_t hit() const { return tbu_front_lat + mtlb_lat; }
    /* Look-ups of a miss whose configuration is cached, before the first descriptor is read. */
    uint64_t miss() const { return tbu_front_lat + mtlb_lat + cc_lat + wc_lat; }
    /* A walker's work for a walk that reads n descriptors. */
    uint64_t walk(uint64_t n) const { return n * (mem_read_lat + walk_step_lat); }
};

class TimedMachine {
public:
    static constexpr uint32_t kStreamId = 3;
    static constexpr uint16_t kAsid = 9;
    static constexpr uint64_t kVa =
        uint64_t{0x12} << 39 | uint64_t{0x34} << 30 | uint64_t{0x56} << 21;
    static constexpr uint64_t kPa = uint64_t{1} << 32;
    static constexpr uint64_t kRing = 0x200000;
    static constexpr unsigned kRingLog2 = 10;

    explicit TimedMachine(const Timing &timing, const std::map<std::string, uint64_t> &more = {})
        : t(timing)
    {
        smmu_config_t config;
        char why[200] = "";
        smmu_config_init(&config, nullptr);
        std::map<std::string, uint64_t> settings = {
            {"timing.mem_read_lat", t.mem_read_lat},
            {"timing.mem_write_lat", t.mem_write_lat},
            {"timing.tbu_front_lat", t.tbu_front_lat},
            {"timing.mtlb_lat", t.mtlb_lat},
            {"timing.cc_lat", t.cc_lat},
            {"timing.wc_lat", t.wc_lat},
            {"timing.walk_step_lat", t.walk_step_lat},
            {"timing.cmd_decode_lat", t.cmd_decode_lat},
            {"timing.inv_tcu_va_lat", t.inv_tcu_va_lat},
            {"timing.sync_signal_lat", t.sync_signal_lat},
            {"timing.ptw_slots", t.ptw_slots},
            {"timing.tbu_xlate_slots", t.tbu_xlate_slots},
            {"timing.cmdq_reads_in_flight", t.cmdq_reads_in_flight}};
        for (const auto &one : more)
            settings[one.first] = one.second;
        for (const auto &[key, value] : settings)
            EXPECT_EQ(smmu_config_set(&config, key.c_str(), value, why, sizeof why), SMMU_OK)
                << why;
        host.reset(host_create(&config, why, sizeof why));
        EXPECT_TRUE(host) << why;
        build();
    }

    ~TimedMachine() { EXPECT_EQ(host_error(host.get()), nullptr); }

    uint64_t now() const { return host_now(host.get()); }
    void until(uint64_t cycle) { host_run_until(host.get(), cycle); }
    void idle() { EXPECT_TRUE(host_run_idle(host.get(), now() + 10000000)); }
    uint64_t stat(smmu_stat_t which) const { return smmu_stat_value(host_smmu(host.get()), which); }
    void w32(uint32_t offset, uint64_t value)
    {
        host_reg_write(host.get(), SMMU_PAS_NS, offset, 4, value);
    }
    uint64_t r32(uint32_t offset) { return host_reg_read(host.get(), SMMU_PAS_NS, offset, 4); }
    uint64_t cons() { return r32(REF_REG_CMDQ_CONS) & 0xFFFFF; }

    void map_pages(uint64_t va, uint64_t pages)
    {
        tbl_leaf leaf{};
        leaf.unprivileged = leaf.af = leaf.ng = true;
        leaf.sh = 3;
        EXPECT_EQ(tbl_map(&pages_, va, kPa + (va & 0xFFFFFFF), pages << 12, tbl_leaf_bits(&leaf),
                          nullptr),
                  TBL_OK);
    }

    /* Where the n-th page's memory is. */
    static uint64_t pa_of(uint64_t va) { return kPa + (va & 0xFFFFFFF); }

    void push(uint64_t word0, uint64_t word1 = 0)
    {
        uint64_t at = kRing + 16 * (prod_ & ((1u << kRingLog2) - 1));
        memory_store64(memory(), at, word0);
        memory_store64(memory(), at + 8, word1);
        prod_ = (prod_ + 1) & ((2u << kRingLog2) - 1);
    }
    void push_tlbi_va(uint64_t va)
    {
        uint64_t words[2] = {0, 0};
        REF_SET(CMD_TLBI_NH_VA_OPCODE, words, REF_CMD_TLBI_NH_VA);
        REF_SET(CMD_TLBI_NH_VA_ASID, words, kAsid);
        REF_SET(CMD_TLBI_NH_VA_LEAF, words, 1);
        REF_SET(CMD_TLBI_NH_VA_ADDR, words, va >> 12);
        push(words[0], words[1]);
    }
    void push_sync() { push(REF_CMD_SYNC); }
    /* The doorbell; returns the consumer index at which everything pushed has been consumed. */
    uint64_t ring()
    {
        w32(REF_REG_CMDQ_PROD, prod_);
        return prod_;
    }

    uint32_t start(uint64_t va, bool write = false)
    {
        client_access access = client_access_default();
        access.streamid = kStreamId;
        access.addr = va;
        access.write = write;
        uint32_t ticket = host_submit(host.get(), &access);
        EXPECT_NE(ticket, 0u);
        return ticket;
    }
    client_result finish(uint32_t ticket)
    {
        client_result result{};
        EXPECT_TRUE(host_await(host.get(), ticket, &result, nullptr));
        return result;
    }
    client_result access(uint64_t va) { return finish(start(va)); }

    sim_memory *memory() { return host_memory(host.get()); }
    tbl_page_table *pages() { return &pages_; }

    const Timing t;
    std::unique_ptr<sim_host, void (*)(sim_host *)> host{nullptr, host_destroy};

private:
    void build()
    {
        port_ = {
            memory(),
            [](void *m, uint64_t at) { return memory_load64(static_cast<sim_memory *>(m), at); },
            [](void *m, uint64_t at, uint64_t value) {
                memory_store64(static_cast<sim_memory *>(m), at, value);
            }};
        tbl_region_init(&region_, 0x1000000, 0x10000000);
        tbl_page_table_config geometry{};
        geometry.granule = TBL_GRANULE_4K;
        geometry.input_bits = geometry.output_bits = 48;
        geometry.pages_only = true;
        EXPECT_EQ(tbl_page_table_init(&pages_, &port_, &region_, &geometry), TBL_OK);
        EXPECT_TRUE(tbl_context_table_init(&contexts_, &port_, &region_, 0, 0));
        EXPECT_TRUE(tbl_stream_table_init(&streams_, &port_, &region_, 4, 0));
        tbl_cd_settings settings{};
        settings.asid = kAsid;
        settings.mair = 0xFF;
        settings.abort = settings.record = true;
        tbl_cd cd = tbl_cd_stage1(&settings, &pages_, nullptr);
        tbl_cd_write(&port_, tbl_context_table_entry(&contexts_, 0), &cd);
        tbl_ste_stage1_fields fields{};
        fields.s1contextptr = contexts_.base;
        tbl_ste ste = tbl_ste_stage1(&fields);
        tbl_ste_write(&port_, tbl_stream_table_entry(&streams_, kStreamId), &ste);

        auto w64 = [this](uint32_t offset, uint64_t value) {
            host_reg_write(host.get(), SMMU_PAS_NS, offset, 8, value);
        };
        w64(REF_REG_STRTAB_BASE, tbl_stream_table_base_reg(&streams_));
        w32(REF_REG_STRTAB_BASE_CFG, tbl_stream_table_base_cfg_reg(&streams_));
        w64(REF_REG_CMDQ_BASE, kRing | REF_PREP(CMDQ_BASE_LOG2SIZE, kRingLog2));
        w32(REF_REG_CMDQ_PROD, 0);
        w32(REF_REG_CMDQ_CONS, 0);
        w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1));
        idle();
    }

    tbl_port port_{};
    tbl_region region_{};
    tbl_stream_table streams_{};
    tbl_context_table contexts_{};
    tbl_page_table pages_{};
    uint32_t prod_ = 0;
};

#endif
