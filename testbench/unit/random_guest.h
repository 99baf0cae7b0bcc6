/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest with a seed, and the machine around it: writes registers, structures and commands, half of
 * them plausible and half of them noise, while memory answers late, out of order and sometimes with
 * an abort. All physical addresses fall into one small memory, so that garbage pointers lead to
 * structures.
 */
#ifndef SMMUSIM_UNIT_RANDOM_GUEST_H
#define SMMUSIM_UNIT_RANDOM_GUEST_H

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <random>
#include <unordered_set>
#include <vector>

#include "smmusim/smmu.h"
#include "smmusim/smmu_stats.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_tables.h"
#include "unit/counter_identities.h"
#include "unit/random_ecmdqs.h"

class RandomGuest {
    static constexpr size_t kMemoryBytes = size_t{1} << 20;
    static constexpr size_t kOutstandingMax = 4096;

public:
    RandomGuest(uint64_t seed, const smmu_config_t &config)
        : random_(seed), memory_(kMemoryBytes + SMMU_MEM_MAX_BYTES)
    {
        uint64_t ats = 0;
        EXPECT_EQ(smmu_config_get(&config, "timing.tbus", &tbus_), SMMU_OK);
        EXPECT_EQ(smmu_config_get(&config, "IDR0.ATS", &ats), SMMU_OK);
        has_ats_ = ats != 0;
        instance_.resize((smmu_size(&config) + 7) / 8);
        EXPECT_EQ(smmu_create(&smmu_, &config, instance_.data(), instance_.size() * 8), SMMU_OK);
        /* Most pages begin as a table whose first entries lead on. */
        for (uint64_t at = 0; at < kMemoryBytes; at += 8)
            store(at, at % 4096 < 256 && !one_in(4) ? address() | 0x743 : plausible_word());
        ecmdqs_.find(smmu_, now_);
        plausible_start();
    }

    void operate()
    {
        switch (pick(16)) {
        case 0:
            write_register();
            break;
        case 1:
            write_plausible_register();
            break;
        case 2:
            read_register();
            break;
        case 3:
        case 4:
            store(pick(kMemoryBytes / 8) * 8, plausible_word());
            break;
        case 5:
            write_ste();
            break;
        case 6:
        case 7:
            push_command();
            break;
        case 8:
            pass_time();
            break;
        case 9:
            pick(2000) == 0 ? reset() : plausible_restart();
            break;
        case 10:
            one_in(2) ? report_access() : complete_invalidation();
            break;
        case 11:
            one_in(2) ? submit() : request_page();
            break;
        default:
            submit();
            break;
        }
        if (one_in(4))
            repair();
        if (one_in(32))
            consume_events();
        if (one_in(64))
            consume_page_requests();
        if (one_in(4096))
            broadcast();
        collect();
        while (outstanding_.size() > pick(16))
            answer_one();
    }

    /* Everything is answered once memory answers and time passes; what has stalled, because SMMUEN
     * goes to 0 (6.3.9.6). */
    void finish()
    {
        come_to_rest();
        write32(REF_REG_CR0, 0);
        come_to_rest();
        EXPECT_TRUE(waiting_.empty()) << waiting_.size() << " requests were never answered";
        EXPECT_TRUE(outstanding_.empty());
        EXPECT_EQ(smmu_stalled_count(smmu_), 0u);
        while (!epochs_.empty())
            report_access();
        come_to_rest();
        EXPECT_TRUE(syncs_.empty()) << syncs_.size() << " synchronisations never ended";
    }

    /* Until only software can make something happen. */
    void come_to_rest()
    {
        for (unsigned i = 0; i < 1000000; i++) {
            collect();
            if (!outstanding_.empty())
                answer_one();
            else if (!invalidations_.empty())
                complete_invalidation();
            else if (smmu_next_due(smmu_) != SMMU_NEVER)
                smmu_advance(smmu_, now_ = std::max(now_, smmu_next_due(smmu_)));
            else
                break;
        }
        EXPECT_TRUE(outstanding_.empty());
        for (uint64_t tag : waiting_)
            EXPECT_TRUE(smmu_stalled(smmu_, tag, nullptr)) << "request " << tag << " is lost";
    }

    std::vector<std::string> violations() const
    {
        RunWas run;
        run.without_reset = resets == 0;
        run.commands_undisturbed = run.sizes_alive = false;
        return violated_identities(smmu_, run);
    }

    uint64_t count(smmu_stat_t which) const { return smmu_stat_value(smmu_, which); }

    const RandomEcmdqs &ecmdqs() const { return ecmdqs_; }
    uint64_t answers = 0, forwards = 0, resets = 0;
    bool may_reset = true;

private:
    void reset()
    {
        if (!may_reset)
            return;
        smmu_reset(smmu_);
        resets++;
    }

    uint64_t pick(uint64_t n) { return random_() % n; }
    bool one_in(uint64_t n) { return pick(n) == 0; }

    void store(uint64_t address, uint64_t word)
    {
        std::memcpy(&memory_[address], &word, sizeof word);
    }
    uint8_t *place(uint64_t address) { return &memory_[address % kMemoryBytes]; }
    uint64_t address() { return pick(kMemoryBytes) & ~uint64_t{0xFFF}; }

    /* A word that may pass for a descriptor, a CD's or STE's word, or for nothing. */
    uint64_t plausible_word()
    {
        switch (pick(8)) {
        case 0:
            return address() | 3; /* table, or a page that must not be used yet */
        case 1:
            return (pick(1u << 19) & ~uint64_t{0x1FFFFF}) | 0x741; /* block */
        case 2:
            return 0;
        case 3:
            return random_() & random_();
        case 4:
            return random_();
        default:
            return address() | 0x743 |
                   pick(2) << 11; /* table; at the last level a page for everybody */
        }
    }

    void write_ste()
    {
        uint64_t ste[8] = {0}, at = strtab_ + pick(64) * 64;
        REF_SET(STE_V, ste, !one_in(16));
        REF_SET(STE_CONFIG, ste, one_in(4) ? pick(8) : 5);
        REF_SET(STE_S1CONTEXTPTR, ste, address() >> 6);
        REF_SET(STE_S1CDMAX, ste, one_in(2) ? 0 : pick(8));
        REF_SET(STE_S1FMT, ste, pick(4));
        REF_SET(STE_S1DSS, ste, pick(4));
        REF_SET(STE_EATS, ste, one_in(2) ? uint64_t{REF_EATS_FULL} : pick(4));
        if (one_in(8))
            ste[pick(8)] = random_();
        for (unsigned i = 0; i < 8; i++)
            store(at + 8 * i, ste[i]);
        write_cd(REF_GET(STE_S1CONTEXTPTR, ste) << 6);
    }

    void write_cd(uint64_t at)
    {
        uint64_t cd[8] = {0};
        REF_SET(CD_V, cd, !one_in(16));
        REF_SET(CD_AA64, cd, 1);
        REF_SET(CD_T0SZ, cd, 16 + pick(24));
        REF_SET(CD_TG0, cd, pick(3));
        REF_SET(CD_T1SZ, cd, 16 + pick(24));
        REF_SET(CD_TG1, cd, 1 + pick(3));
        REF_SET(CD_EPD1, cd, pick(2));
        REF_SET(CD_IPS, cd, pick(6));
        REF_SET(CD_A, cd, pick(2));
        REF_SET(CD_R, cd, pick(2));
        REF_SET(CD_S, cd, pick(2));
        REF_SET(CD_ASID, cd, pick(4));
        REF_SET(CD_TTB0, cd, address() >> 4);
        REF_SET(CD_TTB1, cd, address() >> 4);
        if (one_in(8))
            cd[pick(8)] = random_();
        for (unsigned i = 0; i < 8; i++)
            store((at + 8 * i) % kMemoryBytes, cd[i]);
    }

    void write32(uint32_t offset, uint64_t value)
    {
        EXPECT_EQ(smmu_reg_write(smmu_, now_, SMMU_PAS_NS, offset, 4, value & UINT32_MAX), SMMU_OK);
    }
    void write64(uint32_t offset, uint64_t value)
    {
        EXPECT_EQ(smmu_reg_write(smmu_, now_, SMMU_PAS_NS, offset, 8, value), SMMU_OK);
    }

    void plausible_start()
    {
        strtab_ = address() & ~uint64_t{0xFFFF};
        cmdq_ = address() & ~uint64_t{0xFFFF};
        log2_ = static_cast<unsigned>(pick(10));
        write64(REF_REG_STRTAB_BASE, strtab_);
        write32(REF_REG_STRTAB_BASE_CFG, one_in(2) ? 6 : 8 | 6u << 6 | 1u << 16);
        write64(REF_REG_CMDQ_BASE, cmdq_ | log2_);
        write32(REF_REG_CMDQ_PROD, 0);
        write32(REF_REG_CMDQ_CONS, 0);
        prod_ = 0;
        eventq_ = address();
        eventq_log2_ = static_cast<unsigned>(pick(8));
        write64(REF_REG_EVENTQ_BASE, eventq_ | eventq_log2_);
        write32(REF_REG_EVENTQ_PROD, 0);
        write32(REF_REG_EVENTQ_CONS, 0);
        write64(REF_REG_PRIQ_BASE, address() | pick(6));
        write32(REF_REG_PRIQ_PROD, 0);
        write32(REF_REG_PRIQ_CONS, 0);
        write32(REF_REG_CR2, REF_PREP(CR2_RECINVSID, 1) | REF_PREP(CR2_REC_CFG_ATS, 1));
        write64(REF_REG_GERROR_IRQ_CFG0, address());
        write32(REF_REG_IRQ_CTRL, pick(8));
        write32(REF_REG_CR0, 0xF);
    }

    void plausible_restart()
    {
        if (!one_in(40))
            return;
        write32(REF_REG_CR0, 0);
        for (unsigned i = 0; i < 64 && !outstanding_.empty(); i++)
            answer_one();
        plausible_start();
    }

    void write_register()
    {
        static const unsigned sizes[] = {4, 8, 4, 8, 1, 2, 3, 16, 0};
        uint32_t offset = static_cast<uint32_t>(one_in(4) ? random_() : pick(0x22000));
        unsigned size = sizes[pick(9)];
        auto pas = static_cast<smmu_pas_t>(pick(4));
        EXPECT_EQ(smmu_reg_write(smmu_, now_, pas, offset, size, random_()), SMMU_OK);
    }

    void write_plausible_register()
    {
        static const uint32_t offsets[] = {REF_REG_CR0,         REF_REG_CR1,
                                           REF_REG_CR2,         REF_REG_GBPA,
                                           REF_REG_IRQ_CTRL,    REF_REG_GERRORN,
                                           REF_REG_CMDQ_BASE,   REF_REG_CMDQ_PROD,
                                           REF_REG_CMDQ_CONS,   REF_REG_EVENTQ_BASE,
                                           REF_REG_EVENTQ_PROD, REF_REG_EVENTQ_CONS,
                                           REF_REG_STRTAB_BASE, REF_REG_STRTAB_BASE_CFG,
                                           REF_REG_PRIQ_BASE,   REF_REG_PRIQ_PROD};
        uint32_t offset = offsets[pick(sizeof offsets / sizeof *offsets)];
        if (offset == REF_REG_GERRORN && !one_in(4)) {
            uint64_t gerror = 0;
            smmu_reg_read(smmu_, now_, SMMU_PAS_NS, REF_REG_GERROR, 4, &gerror);
            write32(offset, gerror);
        } else if (offset == REF_REG_CR0) {
            write32(offset, one_in(3) ? random_() : 0xF);
        } else if (one_in(8)) {
            write32(offset, random_() & random_());
        }
    }

    void read_register()
    {
        uint64_t value = 0;
        auto offset = static_cast<uint32_t>(pick(0x22000));
        EXPECT_EQ(smmu_reg_read(smmu_, now_, static_cast<smmu_pas_t>(pick(4)), offset,
                                one_in(2) ? 4 : 8, &value),
                  SMMU_OK);
    }

    /* As a driver would: the bad command becomes a CMD_SYNC, then the errors are acknowledged. */
    void repair()
    {
        uint64_t gerror = 0, gerrorn = 0, cons = 0;
        smmu_reg_read(smmu_, now_, SMMU_PAS_NS, REF_REG_GERROR, 4, &gerror);
        smmu_reg_read(smmu_, now_, SMMU_PAS_NS, REF_REG_GERRORN, 4, &gerrorn);
        smmu_reg_read(smmu_, now_, SMMU_PAS_NS, REF_REG_CMDQ_CONS, 4, &cons);
        if (gerror == gerrorn)
            return;
        uint64_t at = (cmdq_ + 16 * (cons & ((1u << log2_) - 1))) % kMemoryBytes;
        store(at, REF_CMD_SYNC);
        store(at + 8, 0);
        write32(REF_REG_GERRORN, gerror);
    }

    void consume_events()
    {
        uint64_t prod = 0, cons = 0;
        smmu_reg_read(smmu_, now_, SMMU_PAS_NS, REF_REG_EVENTQ_PROD, 4, &prod);
        smmu_reg_read(smmu_, now_, SMMU_PAS_NS, REF_REG_EVENTQ_CONS, 4, &cons);
        const uint64_t entries = uint64_t{1} << eventq_log2_;
        for (uint64_t used = (prod - cons) & (2 * entries - 1); used; used--, cons++) {
            uint64_t record[4];
            std::memcpy(record, place(eventq_ + 32 * (cons & (entries - 1))), sizeof record);
            if (REF_GET(F_TRANSLATION_STALL, record) && stalls_.size() < 64)
                stalls_.emplace_back(static_cast<uint32_t>(record[0] >> 32),
                                     static_cast<uint16_t>(record[1]));
        }
        write32(REF_REG_EVENTQ_CONS, prod);
        if (!stalls_.empty()) {
            uint64_t words[2] = {REF_CMD_RESUME, 0};
            name_a_stall(words);
            push(words);
        }
    }

    void push_command()
    {
        static const uint8_t opcodes[] = {
            REF_CMD_CFGI_STE,    REF_CMD_CFGI_STE_RANGE, REF_CMD_CFGI_CD,
            REF_CMD_CFGI_CD_ALL, REF_CMD_TLBI_NH_ALL,    REF_CMD_TLBI_NH_ASID,
            REF_CMD_TLBI_NH_VA,  REF_CMD_TLBI_NH_VAA,    REF_CMD_TLBI_NSNH_ALL,
            REF_CMD_SYNC,        REF_CMD_SYNC,           REF_CMD_PREFETCH_CONFIG,
            REF_CMD_RESUME,      REF_CMD_RESUME,         REF_CMD_STALL_TERM,
            REF_CMD_PRI_RESP,    REF_CMD_ATC_INV};
        uint64_t words[2] = {one_in(16) ? random_() : 0,
                             one_in(16) ? random_() : pick(1u << 20) << 12};
        words[0] =
            (words[0] & ~uint64_t{0xFF}) | (one_in(32) ? pick(256) : opcodes[pick(sizeof opcodes)]);
        words[0] |= pick(4) << 48;
        if ((words[0] & 0xFF) == REF_CMD_SYNC)
            words[0] |= pick(4) << 12;
        if ((words[0] & 0xFF) == REF_CMD_PRI_RESP && !one_in(16)) {
            REF_SET(CMD_PRI_RESP_RESP, words, pick(3));
            words[0] &= ~(UINT64_C(0xF) << 48);
            words[1] &= 0x31FF;
        }
        if ((words[0] & 0xFF) == REF_CMD_ATC_INV && !one_in(16)) {
            words[0] = REF_CMD_ATC_INV | pick(64) << 32;
            words[1] &= ~UINT64_C(0xFFF);
        }
        if ((words[0] & 0xFF) == REF_CMD_RESUME || (words[0] & 0xFF) == REF_CMD_STALL_TERM)
            name_a_stall(words);
        ecmdqs_.any() && one_in(3) ? push_aside(words) : push(words);
    }

    void push_aside(const uint64_t words[2])
    {
        ecmdqs_.push(
            now_, [this](uint64_t n) { return pick(n); },
            [this](uint64_t at, uint64_t word) { store(at % kMemoryBytes, word); }, words);
    }

    void push(const uint64_t words[2])
    {
        uint64_t at = cmdq_ + 16 * (prod_ & ((1u << log2_) - 1));
        store(at % kMemoryBytes, words[0]);
        store((at + 8) % kMemoryBytes, words[1]);
        prod_ = (prod_ + 1) & ((2u << log2_) - 1);
        write32(REF_REG_CMDQ_PROD, prod_);
    }

    /* Mostly one of those whose record was read. */
    void name_a_stall(uint64_t words[2])
    {
        words[0] = (words[0] & ~UINT64_C(0x3000)) | pick(4) << 12;
        if (stalls_.empty() || one_in(16))
            return;
        std::swap(stalls_[pick(stalls_.size())], stalls_.back());
        words[0] = (words[0] & UINT32_MAX) | uint64_t{stalls_.back().first} << 32;
        words[1] = stalls_.back().second;
        stalls_.pop_back();
    }

    void pass_time()
    {
        now_ += pick(300);
        smmu_advance(smmu_, now_);
    }

    void submit()
    {
        smmu_request_t r{};
        r.tag = next_tag_++;
        r.addr = one_in(8) ? random_() : one_in(8) ? ~address() : address() | pick(4096);
        r.streamid = static_cast<uint32_t>(one_in(16) ? random_() : pick(64));
        r.substreamid = static_cast<uint32_t>(one_in(4) ? pick(1u << 20) : pick(4));
        r.flags = static_cast<uint16_t>(pick(32));
        if (!one_in(3))
            r.flags &= static_cast<uint16_t>(~SMMU_REQ_SSV);
        if (has_ats_ && one_in(4))
            r.flags = static_cast<uint16_t>(
                r.flags | (one_in(3) ? SMMU_REQ_ATS_TRANSLATED : SMMU_REQ_ATS_REQUEST));
        r.memattr = static_cast<uint8_t>(random_());
        r.sh = static_cast<uint8_t>(pick(4));
        r.tbu = static_cast<uint8_t>(pick(tbus_));
        r.order_id = static_cast<uint16_t>(pick(4));
        smmu_response_t response;
        int verdict = smmu_submit(smmu_, now_, &r, &response);
        ASSERT_GE(verdict, 0);
        if (verdict == SMMU_DONE) {
            take(response);
        } else if (verdict == SMMU_PENDING) {
            EXPECT_TRUE(waiting_.insert(r.tag).second);
        }
    }

    void take(const smmu_response_t &response)
    {
        answers++;
        forwards += response.result == SMMU_RESULT_FORWARD;
        if (response.flags & SMMU_RSP_TRACKED)
            epochs_.push_back(response.epoch);
    }

    /* Each request that is not a stop marker is recorded, answered or, not being the last of its
     * group, lost in an overflow. */
    void request_page()
    {
        smmu_page_request_t r{};
        r.addr = random_();
        r.streamid = static_cast<uint32_t>(one_in(16) ? random_() : pick(64));
        r.substreamid = static_cast<uint32_t>(pick(1u << 20));
        r.prg_index = static_cast<uint16_t>(pick(512));
        r.flags = static_cast<uint8_t>(pick(64));
        r.sec_sid = one_in(32) ? SMMU_PAS_S : SMMU_PAS_NS;
        int verdict = smmu_page_request(smmu_, now_, &r);
        ASSERT_TRUE(verdict == SMMU_DONE || verdict == SMMU_BUSY) << verdict;
    }

    /* Of PEs; every synchronisation that is taken ends once. */
    void broadcast()
    {
        smmu_broadcast_tlbi_t t{};
        t.op = static_cast<uint8_t>(pick(SMMU_TLBI_COUNT));
        t.vmid = static_cast<uint16_t>(pick(4));
        t.asid = static_cast<uint16_t>(pick(4));
        t.first = address();
        t.last = t.first | (one_in(2) ? 0xFFF : 0xFFFFF);
        t.granule_log2 = one_in(2) ? 0 : 12;
        t.level = static_cast<uint8_t>(pick(4));
        t.leaf = one_in(2);
        t.e2h = one_in(2);
        t.sec = one_in(16) ? SMMU_PAS_S : SMMU_PAS_NS;
        int verdict = smmu_broadcast_tlbi(smmu_, now_, &t);
        ASSERT_TRUE(verdict == SMMU_DONE || verdict == SMMU_BUSY) << verdict;
        if (one_in(2))
            return;
        verdict = smmu_broadcast_sync(smmu_, now_, next_sync_);
        ASSERT_TRUE(verdict == SMMU_DONE || verdict == SMMU_BUSY) << verdict;
        if (verdict == SMMU_DONE)
            syncs_.insert(next_sync_++);
    }

    void consume_page_requests()
    {
        uint64_t prod = 0;
        smmu_reg_read(smmu_, now_, SMMU_PAS_NS, REF_REG_PRIQ_PROD, 4, &prod);
        write32(REF_REG_PRIQ_CONS, prod); /* OVACKFLG is where OVFLG is */
    }

    /* A device's, in any order and not always well. */
    void complete_invalidation()
    {
        if (invalidations_.empty())
            return;
        std::swap(invalidations_[pick(invalidations_.size())], invalidations_.back());
        EXPECT_EQ(smmu_atc_inv_done(smmu_, now_, invalidations_.back(),
                                    static_cast<smmu_atc_inv_result_t>(one_in(8) ? pick(3) : 0)),
                  SMMU_OK);
        invalidations_.pop_back();
    }

    void report_access()
    {
        if (epochs_.empty())
            return;
        std::swap(epochs_[pick(epochs_.size())], epochs_.back());
        EXPECT_EQ(smmu_access_done(smmu_, now_, epochs_.back()), SMMU_OK);
        epochs_.pop_back();
    }

    void collect()
    {
        smmu_out_t out;
        while (smmu_pop(smmu_, &out)) {
            if (out.kind == SMMU_OUT_MEM) {
                ASSERT_TRUE(out.u.mem.addr % out.u.mem.size == 0);
                ASSERT_LT(out.u.mem.addr, uint64_t{1} << 48);
                outstanding_.push_back(out.u.mem);
            } else if (out.kind == SMMU_OUT_ANSWER) {
                EXPECT_EQ(waiting_.erase(out.u.answer.tag), 1u);
                take(out.u.answer);
            } else if (out.kind == SMMU_OUT_BROADCAST_SYNC) {
                EXPECT_EQ(syncs_.erase(out.u.broadcast_sync.tag), 1u);
            } else if (out.kind == SMMU_OUT_INVAL) {
                EXPECT_EQ(smmu_inval_done(smmu_, now_, out.u.inval.tag), SMMU_OK);
            } else if (out.kind == SMMU_OUT_ATC_INV) {
                if (!one_in(64)) /* else never */
                    invalidations_.push_back(out.u.atc_inv.tag);
            }
        }
        ASSERT_LT(outstanding_.size(), kOutstandingMax);
    }

    void answer_one()
    {
        std::swap(outstanding_[pick(outstanding_.size())], outstanding_.back());
        smmu_out_mem_t m = outstanding_.back();
        outstanding_.pop_back();
        bool abort = one_in(64);
        if (m.op == SMMU_MEM_WRITE && !abort)
            std::memcpy(place(m.addr), m.data, m.size);
        if (one_in(2))
            now_ = std::max(now_ + pick(20), smmu_now(smmu_));
        EXPECT_EQ(
            smmu_mem_done(smmu_, now_, m.tag, abort ? SMMU_MEM_ABORT : SMMU_MEM_OK, place(m.addr)),
            SMMU_OK);
        collect();
    }

    std::mt19937_64 random_;
    std::vector<uint8_t> memory_;
    std::vector<uint64_t> instance_;
    smmu_t *smmu_ = nullptr;
    uint64_t now_ = 0, next_tag_ = 1;
    RandomEcmdqs ecmdqs_;
    uint64_t strtab_ = 0, cmdq_ = 0, eventq_ = 0, tbus_ = 0;
    unsigned log2_ = 0, eventq_log2_ = 0;
    uint32_t prod_ = 0;
    std::vector<smmu_out_mem_t> outstanding_;
    std::vector<uint64_t> invalidations_;
    bool has_ats_ = false;
    std::unordered_set<uint64_t> waiting_, syncs_;
    uint64_t next_sync_ = 1;
    std::vector<uint8_t> epochs_;
    std::vector<std::pair<uint32_t, uint16_t>> stalls_; /* StreamID, STAG */
};

#endif
