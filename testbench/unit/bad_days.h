/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine on which every kind of access that the SMMU makes for a transaction lies at an address
 * of its own, so that each can abort alone: a stream of two levels of Stream table, two levels of
 * CDs, a VMS, both stages with three levels, flags that the SMMU updates at both.
 */
#ifndef SMMUSIM_UNIT_BAD_DAYS_H
#define SMMUSIM_UNIT_BAD_DAYS_H

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mem/host.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"

namespace bad_days {

constexpr uint64_t kL1Std = 0x10000, kStes = 0x20000, kS2 = 0x30000, kS2Level2 = 0x31000,
                   kS2Level3 = 0x32000, kPas = 0x40000000;
constexpr uint64_t kCmdq = 0x50000, kEcmdq = 0x54000, kEventq = 0x58000, kPriq = 0x5C000,
                   kVms = 0x60000;
constexpr uint64_t kL1CdIpa = 0x10000, kCdIpa = 0x11000, kS1Level1Ipa = 0x12000,
                   kS1Level2Ipa = 0x13000, kS1Level3Ipa = 0x14000, kOutIpa = 0x20000;
constexpr uint64_t kVa = 0x403000, kVirtualPartid = 9;
constexpr uint32_t kStream = 0x41, kInvalidStream = 0x42;
constexpr uint64_t kS1Page = 0x743, kS2Page = 0x7FF, kAf = 0x400, kTable = 3;
enum { CLASS_CD = 0, CLASS_TT = 1, CLASS_IN = 2 };

constexpr uint64_t s2_leaf(uint64_t ipa)
{
    return kS2Level3 + 8 * (ipa >> 12);
}

/* An access, and how the record says that it aborted (7.3.4, 7.3.10, 7.3.12, 7.3.20). */
struct Kind {
    const char *name;
    uint64_t addr;
    bool update; /* of flags: the descriptor there has AF = 0 */
    uint8_t event;
    unsigned s2, class_;
};

/* In the order in which the SMMU makes them, but for those from kAnyOrder on, which it may begin in
 * any. */
const Kind kinds[] = {
    {"L1STD", kL1Std + 8, false, REF_EVT_F_STE_FETCH, 0, 0},
    {"STE", kStes + 64, false, REF_EVT_F_STE_FETCH, 0, 0},
    {"stage 2 level 1", kS2, false, REF_EVT_F_WALK_EABT, 1, CLASS_CD},
    {"stage 2 level 2", kS2Level2, false, REF_EVT_F_WALK_EABT, 1, CLASS_CD},
    {"stage 2 leaf of the L1CD", s2_leaf(kL1CdIpa), false, REF_EVT_F_WALK_EABT, 1, CLASS_CD},
    {"L1CD", kPas + kL1CdIpa, false, REF_EVT_F_CD_FETCH, 0, 0},
    {"stage 2 leaf of the CD", s2_leaf(kCdIpa), false, REF_EVT_F_WALK_EABT, 1, CLASS_CD},
    {"update of the stage 2 leaf of the CD", s2_leaf(kCdIpa), true, REF_EVT_F_WALK_EABT, 1,
     CLASS_CD},
    {"CD", kPas + kCdIpa, false, REF_EVT_F_CD_FETCH, 0, 0},
    {"VMS", kVms + 2 * kVirtualPartid - 2, false, REF_EVT_F_VMS_FETCH, 0, 0},
    {"stage 2 leaf of stage 1 level 1", s2_leaf(kS1Level1Ipa), false, REF_EVT_F_WALK_EABT, 1,
     CLASS_TT},
    {"stage 1 level 1", kPas + kS1Level1Ipa, false, REF_EVT_F_WALK_EABT, 0, CLASS_TT},
    {"stage 2 leaf of stage 1 level 2", s2_leaf(kS1Level2Ipa), false, REF_EVT_F_WALK_EABT, 1,
     CLASS_TT},
    {"stage 1 level 2", kPas + kS1Level2Ipa + 16, false, REF_EVT_F_WALK_EABT, 0, CLASS_TT},
    {"stage 2 leaf of stage 1 level 3", s2_leaf(kS1Level3Ipa), false, REF_EVT_F_WALK_EABT, 1,
     CLASS_TT},
    {"stage 1 level 3", kPas + kS1Level3Ipa + 24, false, REF_EVT_F_WALK_EABT, 0, CLASS_TT},
    {"update of the stage 1 leaf", kPas + kS1Level3Ipa + 24, true, REF_EVT_F_WALK_EABT, 0,
     CLASS_TT},
    {"stage 2 leaf of the output", s2_leaf(kOutIpa), false, REF_EVT_F_WALK_EABT, 1, CLASS_IN},
    {"update of the stage 2 leaf of the output", s2_leaf(kOutIpa), true, REF_EVT_F_WALK_EABT, 1,
     CLASS_IN},
};
constexpr size_t kKinds = sizeof kinds / sizeof kinds[0], kAnyOrder = 16;

struct Machine {
    using Setting = std::pair<const char *, uint64_t>;

    explicit Machine(const std::vector<Setting> &settings = {})
    {
        smmu_config_t cfg;
        char why[200] = "";
        EXPECT_EQ(smmu_config_init(&cfg, nullptr), SMMU_OK);
        for (const Setting &s : settings)
            EXPECT_EQ(smmu_config_set(&cfg, s.first, s.second, why, sizeof why), SMMU_OK) << why;
        host.reset(host_create(&cfg, why, sizeof why));
        EXPECT_NE(host, nullptr) << why;
        write_structures();
        enable();
    }

    /* ---- software */

    void w32(uint32_t offset, uint64_t value)
    {
        host_reg_write(host.get(), SMMU_PAS_NS, offset, 4, value);
    }
    void w64(uint32_t offset, uint64_t value)
    {
        host_reg_write(host.get(), SMMU_PAS_NS, offset, 8, value);
    }
    uint64_t r32(uint32_t offset) { return host_reg_read(host.get(), SMMU_PAS_NS, offset, 4); }
    uint64_t r64(uint32_t offset) { return host_reg_read(host.get(), SMMU_PAS_NS, offset, 8); }
    void idle() { EXPECT_TRUE(host_run_idle(host.get(), SMMU_NEVER)); }
    uint64_t gerror() { return r32(REF_REG_GERROR) ^ r32(REF_REG_GERRORN); }
    void acknowledge()
    {
        w32(REF_REG_GERRORN, r32(REF_REG_GERROR));
        idle();
    }
    void command(uint64_t word0, uint64_t word1 = 0)
    {
        store(kCmdq + 16 * (prod & 0xF), word0);
        store(kCmdq + 16 * (prod & 0xF) + 8, word1);
        prod = (prod + 1) & 0x1F;
        w32(REF_REG_CMDQ_PROD, prod);
        idle();
    }
    /* Nothing is cached. */
    void forget()
    {
        command(REF_CMD_CFGI_STE_RANGE, REF_CFGI_RANGE_ALL);
        command(REF_CMD_TLBI_NSNH_ALL);
        command(REF_CMD_SYNC);
        EXPECT_EQ(r32(REF_REG_CMDQ_CONS), prod);
    }

    /* ---- memory */

    void store(uint64_t addr, uint64_t word)
    {
        EXPECT_TRUE(memory_store64(host_memory(host.get()), addr, word));
    }
    uint64_t load(uint64_t addr) { return memory_load64(host_memory(host.get()), addr); }
    void abort(uint64_t addr, uint64_t len, bool write)
    {
        EXPECT_TRUE(memory_abort_begin(host_memory(host.get()), addr, len,
                                       write ? MEMORY_ABORT_WRITE : MEMORY_ABORT_READ));
    }
    void repair(uint64_t addr, uint64_t len)
    {
        EXPECT_TRUE(memory_abort_end(host_memory(host.get()), addr, len));
    }
    void begin(const Kind &kind)
    {
        if (kind.update)
            store(kind.addr, load(kind.addr) & ~kAf);
        abort(kind.addr, 8, kind.update);
    }
    void end(const Kind &kind) { repair(kind.addr, 8); }
    /* Flags as at first: what was updated is so no more. */
    void write_tables()
    {
        store(kS2, kS2Level2 | kTable);
        store(kS2Level2, kS2Level3 | kTable);
        for (uint64_t ipa : {kL1CdIpa, kCdIpa, kS1Level1Ipa, kS1Level2Ipa, kS1Level3Ipa, kOutIpa})
            store(s2_leaf(ipa), (kPas + ipa) | kS2Page);
        store(kPas + kS1Level1Ipa, kS1Level2Ipa | kTable);
        store(kPas + kS1Level2Ipa + 16, kS1Level3Ipa | kTable);
        store(kPas + kS1Level3Ipa + 24, kOutIpa | kS1Page);
    }

    /* ---- clients */

    client_result read(uint32_t streamid = kStream)
    {
        return access(streamid, CLIENT_UNTRANSLATED);
    }
    client_result translation_request() { return access(kStream, CLIENT_ATS_REQUEST); }
    client_result access(uint32_t streamid, client_ats ats)
    {
        client_access access = client_access_default();
        access.addr = kVa;
        access.len = 4;
        access.streamid = streamid;
        access.ats = static_cast<uint8_t>(ats);
        client_result result = {};
        const uint32_t ticket = host_submit(host.get(), &access);
        EXPECT_TRUE(ticket && host_await(host.get(), ticket, &result, nullptr));
        idle();
        return result;
    }

    /* ---- events */

    /* The oldest record, taken; all zero: there is none. */
    std::vector<uint64_t> event()
    {
        std::vector<uint64_t> record(4);
        const uint64_t cons = r32(REF_REG_EVENTQ_CONS);
        if (((r32(REF_REG_EVENTQ_PROD) ^ cons) & 0x1F) == 0)
            return record;
        for (unsigned i = 0; i < 4; i++)
            record[i] = load(kEventq + 32 * (cons & 0xF) + 8 * i);
        w32(REF_REG_EVENTQ_CONS, (cons & UINT64_C(0x80000000)) | ((cons + 1) & 0x1F));
        return record;
    }

    struct Destroy {
        void operator()(sim_host *h) const { host_destroy(h); }
    };
    std::unique_ptr<sim_host, Destroy> host;
    uint64_t prod = 0;
    uint32_t ecmdq = 0; /* where its registers are */

private:
    void write_structures()
    {
        uint64_t ste[8] = {}, cd[8] = {};
        REF_SET(STE_V, ste, 1);
        REF_SET(STE_CONFIG, ste, REF_CONFIG_NESTED);
        REF_SET(STE_S1FMT, ste, REF_S1FMT_4K_L2);
        REF_SET(STE_S1CDMAX, ste, 10);
        ste[0] |= kL1CdIpa;
        REF_SET(STE_S1DSS, ste, REF_S1DSS_SSID0);
        REF_SET(STE_EATS, ste, REF_EATS_FULL);
        REF_SET(STE_S1MPAM, ste, 1);
        ste[5] |= kVms;
        REF_SET(STE_S2T0SZ, ste, 25);
        REF_SET(STE_S2SL0, ste, 1);
        REF_SET(STE_S2IR0, ste, REF_WALK_WB_RAWA);
        REF_SET(STE_S2OR0, ste, REF_WALK_WB_RAWA);
        REF_SET(STE_S2SH0, ste, 3);
        REF_SET(STE_S2PS, ste, 5);
        REF_SET(STE_S2AA64, ste, 1);
        REF_SET(STE_S2R, ste, 1);
        REF_SET(STE_S2HA, ste, 1);
        ste[3] |= kS2;
        REF_SET(CD_V, cd, 1);
        REF_SET(CD_AA64, cd, 1);
        REF_SET(CD_A, cd, 1);
        REF_SET(CD_R, cd, 1);
        REF_SET(CD_IPS, cd, 5);
        REF_SET(CD_T0SZ, cd, 25);
        REF_SET(CD_IR0, cd, REF_WALK_WB_RAWA);
        REF_SET(CD_OR0, cd, REF_WALK_WB_RAWA);
        REF_SET(CD_SH0, cd, 3);
        REF_SET(CD_EPD1, cd, 1);
        REF_SET(CD_HA, cd, 1);
        REF_SET(CD_PARTID, cd, kVirtualPartid);
        cd[1] |= kS1Level1Ipa;
        cd[3] = 0xFF;
        store(kL1Std + 8, kStes | 7); /* 64 STEs */
        for (unsigned i = 0; i < 8; i++) {
            store(kStes + 64 * (kStream & 63) + 8 * i, ste[i]);
            store(kPas + kCdIpa + 8 * i, cd[i]);
        }
        store(kPas + kL1CdIpa, kCdIpa | 1);
        write_tables();
    }
    void enable()
    {
        w64(REF_REG_STRTAB_BASE, kL1Std);
        w32(REF_REG_STRTAB_BASE_CFG, REF_PREP(STRTAB_BASE_CFG_FMT, 1) |
                                         REF_PREP(STRTAB_BASE_CFG_SPLIT, 6) |
                                         REF_PREP(STRTAB_BASE_CFG_LOG2SIZE, 8));
        w64(REF_REG_CMDQ_BASE, kCmdq | 4);
        w64(REF_REG_EVENTQ_BASE, kEventq | 4);
        w64(REF_REG_PRIQ_BASE, kPriq | 4);
        w32(REF_REG_CR1, 0xD75);
        w32(REF_REG_CR2, REF_PREP(CR2_RECINVSID, 1) | REF_PREP(CR2_REC_CFG_ATS, 1));
        w32(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1) |
                             REF_PREP(CR0_EVENTQEN, 1) | REF_PREP(CR0_PRIQEN, 1));
        ecmdq = static_cast<uint32_t>(r64(REF_REG_CMDQ_CONTROL_PAGE_BASE) &
                                      REF_MASK(CMDQ_CONTROL_PAGE_BASE_ADDR));
        w64(ecmdq + REF_REG_ECMDQ_BASE, kEcmdq | 4);
        w32(ecmdq + REF_REG_ECMDQ_PROD, REF_MASK(ECMDQ_PROD_EN));
        idle();
    }
};

/* The record says what is expected of the kind. */
inline bool tells(const std::vector<uint64_t> &record, const Kind &kind)
{
    if (REF_GET(F_STE_FETCH_TYPE, record.data()) != kind.event ||
        REF_GET(F_STE_FETCH_STREAMID, record.data()) != kStream ||
        (record[3] & REF_MASK(F_STE_FETCH_FETCHADDR)) != (kind.addr & ~UINT64_C(7)))
        return false;
    return kind.event != REF_EVT_F_WALK_EABT ||
           (REF_GET(F_WALK_EABT_S2, record.data()) == kind.s2 &&
            REF_GET(F_WALK_EABT_CLASS, record.data()) == kind.class_ &&
            REF_GET(F_WALK_EABT_RNW, record.data()) == 1 &&
            REF_GET(F_WALK_EABT_INPUTADDR, record.data()) == kVa);
}

} // namespace bad_days

#endif
