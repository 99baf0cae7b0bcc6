/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine whose every latency is known: a host, streams that share one set of 4 KiB tables, a
 * command queue and an event queue. Timing tests let it run and compare cycles with arithmetic.
 */
#ifndef SMMUSIM_UNIT_TIMED_MACHINE_H
#define SMMUSIM_UNIT_TIMED_MACHINE_H

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "driver/commands.h"
#include "mem/host.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"
#include "tables/context_table.h"
#include "tables/page_table.h"
#include "tables/stream_table.h"
#include "unit/counter_identities.h"
#include "unit/timing_forms.h"

/* A transaction of 4 bytes, read through TBU 0 with ID 0 at once, unless it says otherwise. */
struct Access {
    client_access is = client_access_default();

    explicit Access(uint64_t va, uint32_t streamid = 3)
    {
        is.addr = va;
        is.streamid = streamid;
    }
    Access &at(uint64_t cycle)
    {
        is.start = cycle;
        return *this;
    }
    Access &tbu(uint64_t n)
    {
        is.tbu = static_cast<uint8_t>(n);
        return *this;
    }
    Access &id(uint64_t n)
    {
        is.order_id = static_cast<uint16_t>(n);
        return *this;
    }
    Access &write(uint32_t bytes = 4)
    {
        is.write = true;
        is.len = bytes;
        return *this;
    }
};

class TimedMachine {
public:
    static constexpr uint32_t kStreamId = 3;
    static constexpr uint16_t kAsid = 9;
    static constexpr uint64_t kVa =
        uint64_t{0x12} << 39 | uint64_t{0x34} << 30 | uint64_t{0x56} << 21;
    static constexpr uint64_t kPa = uint64_t{1} << 41;
    static constexpr uint64_t kRing = 0x200000, kEvents = 0x300000, kStructures = 0x1000000;
    static constexpr unsigned kRingLog2 = 12, kEventsLog2 = 7;

    /* Addresses in which a walk shares no descriptor with one of another n, below 2^48. */
    static constexpr uint64_t far(uint64_t n) { return kVa + (n << 39); }
    static constexpr uint64_t page(uint64_t n) { return kVa + (n << 12); }
    static constexpr uint64_t pa_of(uint64_t va) { return kPa | (va & ((uint64_t{1} << 38) - 1)); }
    /* What stage 1 makes of it if there is a stage 2. */
    static constexpr uint64_t ipa_of(uint64_t va)
    {
        return uint64_t{1} << 38 | (va & ((uint64_t{1} << 38) - 1));
    }

    struct Tables {
        unsigned input_bits = 48;
        bool two_level_stream_table = false, two_level_cds = false;
        unsigned prefetch = 0; /* STE[121:120] */
        bool stall = false;    /* CD.S */
        unsigned stage2_input_bits = 0; /* 39 or 48: under a stage 2 of 4 KiB pages */
        bool stage2_alone = false;      /* which input addresses go to at once */
        unsigned eats = 0;              /* STE.EATS */
    };

    explicit TimedMachine(const Timing &timing) : TimedMachine(timing, Tables()) {}
    TimedMachine(const Timing &timing, const Tables &tables) : t(timing), tables_(tables)
    {
        char why[200] = "";
        host.reset(host_create(&t.config(), why, sizeof why));
        EXPECT_TRUE(host) << why;
        run.both_stages = tables.stage2_input_bits != 0;
        build();
    }
    /* What a test leaves behind comes to rest, and no equation between counters is violated. */
    ~TimedMachine()
    {
        idle();
        EXPECT_EQ(host_error(host.get()), nullptr);
        EXPECT_THAT(violated_identities(host_smmu(host.get()), run), testing::IsEmpty());
    }

    /* ---- time */

    uint64_t now() const { return host_now(host.get()); }
    void until(uint64_t cycle) { host_run_until(host.get(), cycle); }
    void idle() { EXPECT_TRUE(host_run_idle(host.get(), now() + 100000000)); }
    uint64_t stat(smmu_stat_t which) const { return smmu_stat_value(host_smmu(host.get()), which); }

    /* ---- registers and queues */

    void w32(uint32_t offset, uint64_t value)
    {
        host_reg_write(host.get(), SMMU_PAS_NS, offset, 4, value);
    }
    void w64(uint32_t offset, uint64_t value)
    {
        host_reg_write(host.get(), SMMU_PAS_NS, offset, 8, value);
    }
    uint64_t r32(uint32_t offset) { return host_reg_read(host.get(), SMMU_PAS_NS, offset, 4); }
    /* Cold reset, and what software does after it. What it cuts off counts by halves: cleared. */
    void reset()
    {
        host_reset(host.get());
        smmu_stats_clear(host_smmu(host.get()));
        prod_ = 0;
        enable();
    }
    uint64_t cons() { return r32(REF_REG_CMDQ_CONS) & 0xFFFFF; }
    uint64_t events() { return r32(REF_REG_EVENTQ_PROD) & 0xFFFFF; }

    void push(uint64_t word0, uint64_t word1 = 0)
    {
        const uint64_t at = kRing + 16 * (prod_ & ((1u << kRingLog2) - 1));
        memory_store64(memory(), at, word0);
        memory_store64(memory(), at + 8, word1);
        prod_ = (prod_ + 1) & ((2u << kRingLog2) - 1);
    }
    void push(const drv_cmd &command) { push(command.word[0], command.word[1]); }
    void push_tlbi_va(uint64_t va)
    {
        drv_tlbi tlbi = {};
        tlbi.asid = kAsid;
        tlbi.addr = va;
        tlbi.leaf = true;
        push(drv_cmd_tlbi_nh_va(&tlbi));
    }
    void push_tlbi_asid(uint16_t asid = kAsid) { push(drv_cmd_tlbi_nh_asid(0, asid)); }
    void push_sync() { push(drv_cmd_sync(DRV_SIG_NONE)); }
    /* A command that costs its decoding alone. */
    void push_nothing() { push(drv_cmd_prefetch_config(kStreamId, -1)); }
    /* The doorbell; returns the consumer index at which everything pushed has been consumed. */
    uint64_t ring()
    {
        w32(REF_REG_CMDQ_PROD, prod_);
        return prod_;
    }
    /* CONS gets there at that cycle: it is short of it one cycle before. */
    void expect_consumed(uint64_t index, uint64_t cycle, const std::string &what = "")
    {
        if (cycle > now()) {
            until(cycle - 1);
            EXPECT_NE(cons(), index) << what << ": consumed before cycle " << cycle;
        }
        until(cycle);
        EXPECT_EQ(cons(), index) << what << ": not consumed at cycle " << cycle;
    }

    /* ---- tables */

    void map_pages(uint64_t va, uint64_t pages) { map(va, pages << 12, true); }
    /* The largest blocks that fit. */
    void map_blocks(uint64_t va, uint64_t size) { map(va, size, false); }
    tbl_page_table *pages() { return &pages_; }

    /* A stream with a CD of its own and the same tables and ASID; bypass: no translation. */
    void add_stream(uint32_t streamid, bool bypass = false)
    {
        tbl_ste ste = tbl_ste_bypass();
        if (!bypass && tables_.stage2_alone) {
            add_stage2(ste);
        } else if (!bypass) {
            tbl_context_table contexts{};
            const bool two = tables_.two_level_cds;
            EXPECT_TRUE(tbl_context_table_init(&contexts, &port_, &region_,
                                               two ? REF_S1FMT_4K_L2 : REF_S1FMT_LINEAR,
                                               two ? 8 : 0));
            tbl_cd_settings settings{};
            settings.asid = kAsid;
            settings.mair = 0xFF;
            settings.abort = settings.record = true;
            settings.stall = tables_.stall;
            const tbl_cd cd = tbl_cd_stage1(&settings, &pages_, nullptr);
            tbl_cd_write(&port_, tbl_context_table_entry(&contexts, 0), &cd);
            tbl_ste_stage1_fields fields{};
            fields.s1contextptr = contexts.base;
            fields.s1fmt = contexts.s1fmt;
            fields.s1cdmax = contexts.s1cdmax;
            fields.s1dss = REF_S1DSS_SSID0;
            fields.eats = tables_.eats;
            ste = tbl_ste_stage1(&fields);
            ste.word[1] |= uint64_t{tables_.prefetch} << (120 - 64);
            if (tables_.stage2_input_bits)
                add_stage2(ste);
        }
        tbl_ste_write(&port_, tbl_stream_table_entry(&streams_, streamid), &ste);
    }

    /* ---- transactions */

    uint32_t start(const Access &access)
    {
        const uint32_t ticket = host_submit(host.get(), &access.is);
        EXPECT_NE(ticket, 0u);
        return ticket;
    }
    uint32_t start(uint64_t va) { return start(Access(va)); }
    client_result finish(uint32_t ticket)
    {
        client_result result{};
        EXPECT_TRUE(host_await(host.get(), ticket, &result, nullptr));
        return result;
    }
    client_result access(const Access &access) { return finish(start(access)); }
    client_result access(uint64_t va) { return access(Access(va)); }

    /* All of them from now on; when each left, counted from now. All are let through. */
    std::vector<uint64_t> leave(const std::vector<Access> &accesses)
    {
        const uint64_t begin = now();
        std::vector<uint32_t> tickets;
        std::vector<uint64_t> left;
        for (const Access &access : accesses)
            tickets.push_back(start(access));
        for (size_t i = 0; i < tickets.size(); i++) {
            const client_result result = finish(tickets[i]);
            EXPECT_EQ(result.result, SMMU_RESULT_FORWARD) << i;
            left.push_back(std::max(begin, accesses[i].is.start) - begin + result.cycles);
        }
        return left;
    }
    std::vector<uint64_t> leave(const std::vector<uint64_t> &addresses)
    {
        std::vector<Access> accesses;
        for (uint64_t va : addresses)
            accesses.emplace_back(va);
        return leave(accesses);
    }
    /* Brings each into the TLBs of a TBU, one after the other, and lets everything come to rest. */
    void warm(const std::vector<uint64_t> &addresses, unsigned tbu = 0)
    {
        for (uint64_t va : addresses)
            access(Access(va).tbu(tbu));
        idle();
    }

    sim_memory *memory() { return host_memory(host.get()); }

    const Timing t;
    RunWas run; /* a test that knows more about its run, or disturbs it, says so */
    std::unique_ptr<sim_host, void (*)(sim_host *)> host{nullptr, host_destroy};

private:
    void map(uint64_t va, uint64_t size, bool pages_only)
    {
        tbl_leaf leaf{};
        leaf.unprivileged = leaf.af = leaf.ng = true;
        leaf.sh = 3;
        pages_.config.pages_only = pages_only;
        if (!tables_.stage2_input_bits) {
            EXPECT_EQ(tbl_map(&pages_, va, pa_of(va), size, tbl_leaf_bits(&leaf), nullptr), TBL_OK);
            return;
        }
        if (tables_.stage2_alone) {
            map_stage2(va, pa_of(va), size);
            return;
        }
        EXPECT_EQ(tbl_map(&pages_, va, ipa_of(va), size, tbl_leaf_bits(&leaf), nullptr), TBL_OK);
        map_stage2(ipa_of(va), pa_of(va), size);
    }

    void map_stage2(uint64_t ipa, uint64_t pa, uint64_t size)
    {
        const uint64_t leaf = REF_PREP(S2_LEAF_AF, 1) | REF_PREP(S2_LEAF_SH, REF_SH_ISH) |
                              REF_PREP(S2_LEAF_MEMATTR, REF_MEMATTR_OWB_IWB) |
                              REF_PREP(S2_LEAF_S2AP, REF_S2AP_READ | REF_S2AP_WRITE);
        EXPECT_EQ(tbl_map(&stage2_, ipa, pa, size, leaf, nullptr), TBL_OK);
    }

    void add_stage2(tbl_ste &ste)
    {
        tbl_ste_stage2_settings settings{};
        settings.record = true;
        tbl_ste_add_stage2(&ste, &settings, &stage2_);
    }

    /* What the guest's structures need is where it was. */
    void build_stage2()
    {
        tbl_page_table_config geometry{};
        geometry.granule = TBL_GRANULE_4K;
        geometry.input_bits = tables_.stage2_input_bits;
        geometry.output_bits = 48;
        geometry.pages_only = true;
        EXPECT_EQ(tbl_page_table_init(&stage2_, &port_, &region_, &geometry), TBL_OK);
        map_stage2(kStructures, kStructures, 0x200000);
    }

    void build()
    {
        port_ = {
            memory(),
            [](void *m, uint64_t at) { return memory_load64(static_cast<sim_memory *>(m), at); },
            [](void *m, uint64_t at, uint64_t value) {
                memory_store64(static_cast<sim_memory *>(m), at, value);
            }};
        tbl_region_init(&region_, kStructures, 0x10000000);
        if (tables_.stage2_input_bits)
            build_stage2();
        tbl_page_table_config geometry{};
        geometry.granule = TBL_GRANULE_4K;
        geometry.input_bits = tables_.input_bits;
        geometry.output_bits = 48;
        EXPECT_EQ(tbl_page_table_init(&pages_, &port_, &region_, &geometry), TBL_OK);
        EXPECT_TRUE(tbl_stream_table_init(&streams_, &port_, &region_, 8,
                                          tables_.two_level_stream_table ? 6 : 0));
        add_stream(kStreamId);
        enable();
    }

    void enable()
    {
        w64(REF_REG_STRTAB_BASE, tbl_stream_table_base_reg(&streams_));
        w32(REF_REG_STRTAB_BASE_CFG, tbl_stream_table_base_cfg_reg(&streams_));
        w64(REF_REG_CMDQ_BASE, kRing | REF_PREP(CMDQ_BASE_LOG2SIZE, kRingLog2));
        w32(REF_REG_CMDQ_PROD, 0);
        w32(REF_REG_CMDQ_CONS, 0);
        w64(REF_REG_EVENTQ_BASE, kEvents | REF_PREP(EVENTQ_BASE_LOG2SIZE, kEventsLog2));
        w32(REF_REG_EVENTQ_PROD, 0);
        w32(REF_REG_EVENTQ_CONS, 0);
        w32(REF_REG_CR0,
            REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1) | REF_PREP(CR0_EVENTQEN, 1));
        idle();
    }

    const Tables tables_;
    tbl_port port_{};
    tbl_region region_{};
    tbl_stream_table streams_{};
    tbl_page_table pages_{}, stage2_{};
    uint32_t prod_ = 0;
};

#endif
