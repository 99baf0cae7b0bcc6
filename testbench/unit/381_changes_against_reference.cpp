/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 1 alone against a reference of its own, with changes between the accesses. Memory holds
 * random descriptors wherever nothing else was put, so that walks lead on; some words abort. Memory
 * changes together with the invalidations that the change asks for, or not at all: what the model
 * remembers must never show.
 */
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "smmusim/smmu.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"
#include "unit/reference_translation.h"

namespace {

using reference::Outcome;
using reference::Result;

uint64_t ones(unsigned n)
{
    return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

constexpr uint64_t eventq = 0x9000'0000, stream_table = 0x1000'0000, second_level = 0x1100'0000,
                   context_table = 0x1200'0000, context_leaf = 0x1300'0000;
constexpr uint64_t cmdq = 0xA000'0000;
constexpr unsigned eventq_log2 = 4, cmdq_log2 = 8;

class Machine {
public:
    explicit Machine(uint64_t seed) : random(seed)
    {
        configure();
        runner.memory = memory;
        runner.ctx = this;
    }

    /* New structures and descriptors. Nothing of the round before is left. */
    void new_round()
    {
        smmu_reset(s);
        words.clear();
        salt = random();
        records.clear();
        program();
        build();
    }

    void access()
    {
        reference::Transaction t = transaction();
        Outcome expected = reference::translate(
            features, stream, [this](uint64_t a, uint64_t &w) { return load(a, w); }, t);
        smmu_request_t request = {};
        request.addr = t.addr;
        request.streamid = t.streamid;
        request.substreamid = t.substreamid;
        request.flags =
            static_cast<uint16_t>((t.write ? SMMU_REQ_WRITE : 0) | (t.inst ? SMMU_REQ_INST : 0) |
                                  (t.priv ? SMMU_REQ_PRIV : 0) | (t.ssv ? SMMU_REQ_SSV : 0));
        request.memattr = t.memattr;
        request.sh = t.sh;
        smmu_response_t response = {};
        records.clear();
        if (last_descriptors.size() > 16)
            last_descriptors.clear();
        ASSERT_EQ(smmu_run_request(s, &runner, &now, &request, &response), SMMU_OK);
        ASSERT_TRUE(smmu_run_until_idle(s, &runner, &now, now + 1'000'000));
        compare(t, expected, response);
        outcomes[expected.event ? static_cast<int>(expected.event)
                                : -static_cast<int>(expected.result) - 1]++;
        acknowledge();
    }

    /* Something changes, and the commands that make the change count are given. */
    void change()
    {
        bool two_level = REF_FIELD(STRTAB_BASE_CFG_FMT, stream.strtab_base_cfg);
        switch (below(4)) {
        case 0: /* all translation tables */
            salt = random();
            command({REF_CMD_TLBI_NH_ALL});
            break;
        case 1: { /* one leaf of the page that was accessed last, on its way or at its end */
            if (last_descriptors.empty())
                return;
            uint64_t at = last_descriptors[below(last_descriptors.size())];
            words[at] = descriptor(at ^ random() << 3);
            command({REF_CMD_TLBI_NH_ALL});
            break;
        }
        case 2: { /* the STE, and with it the CDs */
            uint64_t ste[8] = {};
            words.erase(context_table);
            make_ste(ste);
            store(two_level ? second_level + 64 * 5 : stream_table + 64 * 5, ste);
            build_contexts();
            command({REF_CMD_CFGI_STE | UINT64_C(5) << 32, 1});
            command({REF_CMD_TLBI_NH_ALL});
            break;
        }
        default: /* the CDs alone */
            build_contexts();
            command({REF_CMD_CFGI_CD_ALL | UINT64_C(5) << 32});
            command({REF_CMD_TLBI_NH_ALL});
        }
        command({REF_CMD_SYNC});
        uint64_t cons = 0;
        smmu_run_until_idle(s, &runner, &now, now + 1'000'000);
        smmu_reg_read(s, now, SMMU_PAS_NS, REF_REG_CMDQ_CONS, 4, &cons);
        ASSERT_EQ(cons, cmdq_prod) << "everything is consumed, without an error";
    }

    std::map<int, unsigned> outcomes; /* by event, or -1 - result where none is recorded */

private:
    bool one_in(unsigned n) { return random() % n == 0; }
    uint64_t below(uint64_t n) { return random() % n; }

    void set(smmu_config_t &config, const char *key, uint64_t value)
    {
        char why[200] = "";
        ASSERT_EQ(smmu_config_set(&config, key, value, why, sizeof why), SMMU_OK) << why;
    }

    void configure()
    {
        static const unsigned sizes[] = {32, 36, 40, 42, 44, 48};
        smmu_config_t config;
        ASSERT_EQ(smmu_config_init(&config, one_in(2) ? nullptr : "ideal"), SMMU_OK);
        auto flag = [&](const char *key) {
            bool on = !one_in(4);
            set(config, key, on);
            return on;
        };
        set(config, "AIDR.ArchMinorRev", 2);
        set(config, "IDR0.S2P", 0);
        set(config, "IDR0.STALL_MODEL", 1);
        for (const char *key : {"IDR5.DS", "IDR5.VAX", "IDR3.EPAN"})
            set(config, key, 0);
        auto oas = static_cast<unsigned>(2 + below(4));
        set(config, "IDR5.OAS", oas);
        features.oas_bits = sizes[oas];
        set(config, "IDR1.SIDSIZE", features.sidsize = 8);
        set(config, "IDR1.SSIDSIZE", features.ssidsize = one_in(6) ? 0 : 10);
        features.st_level = true;
        features.cd2l = flag("IDR0.CD2L");
        features.asid16 = flag("IDR0.ASID16");
        set(config, "IDR0.TERM_MODEL", features.term_model = one_in(3));
        features.had = true;
        features.e0pd = flag("IDR3.E0PD");
        features.stt = flag("IDR3.STT");
        features.types_ovr = flag("IDR1.ATTR_TYPES_OVR");
        features.perms_ovr = flag("IDR1.ATTR_PERMS_OVR");
        features.granule[0] = true;
        features.granule[1] = flag("IDR5.GRAN16K");
        features.granule[2] = flag("IDR5.GRAN64K");
        static const unsigned endian[] = {0, 0, 2, 3};
        set(config, "IDR0.TTENDIAN", features.ttendian = endian[below(4)]);
        char why[200] = "";
        ASSERT_EQ(smmu_config_check(&config, why, sizeof why), SMMU_OK) << why;
        room.resize(smmu_size(&config) / sizeof(std::max_align_t) + 1);
        ASSERT_EQ(smmu_create(&s, &config, room.data(), room.size() * sizeof(std::max_align_t)),
                  SMMU_OK);
    }

    void write(uint32_t offset, unsigned size, uint64_t value)
    {
        ASSERT_EQ(smmu_reg_write(s, now, SMMU_PAS_NS, offset, size, value), SMMU_OK);
    }

    void program()
    {
        bool two_level = one_in(2);
        stream.strtab_base = stream_table;
        stream.strtab_base_cfg =
            static_cast<uint32_t>(REF_PREP(STRTAB_BASE_CFG_LOG2SIZE, 4 + below(6)) |
                                  REF_PREP(STRTAB_BASE_CFG_SPLIT, one_in(4) ? below(32) : 6) |
                                  REF_PREP(STRTAB_BASE_CFG_FMT, two_level));
        write(REF_REG_STRTAB_BASE, 8, stream.strtab_base);
        write(REF_REG_STRTAB_BASE_CFG, 4, stream.strtab_base_cfg);
        write(REF_REG_EVENTQ_BASE, 8, eventq | eventq_log2);
        write(REF_REG_EVENTQ_PROD, 4, 0);
        write(REF_REG_EVENTQ_CONS, 4, 0);
        write(REF_REG_CMDQ_BASE, 8, cmdq | cmdq_log2);
        write(REF_REG_CMDQ_PROD, 4, cmdq_prod = 0);
        write(REF_REG_CMDQ_CONS, 4, 0);
        write(REF_REG_CR2, 4, REF_PREP(CR2_RECINVSID, 1));
        write(REF_REG_CR0, 4,
              REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_EVENTQEN, 1) | REF_PREP(CR0_CMDQEN, 1));
        smmu_run_until_idle(s, &runner, &now, now + 1'000'000);
        for (unsigned n = 0; two_level && n < 16; ++n)
            words[stream_table + 8 * n] =
                second_level + 0x1'0000 * n + (one_in(8) ? below(32) : 1 + below(7));
    }

    void store(uint64_t at, const uint64_t *from)
    {
        for (unsigned i = 0; i < 8; ++i)
            words[at + 8 * i] = from[i];
    }

    /* The structures of StreamID 5, and everything a mistake could reach: mostly legal ones. */
    void build()
    {
        bool two_level = REF_FIELD(STRTAB_BASE_CFG_FMT, stream.strtab_base_cfg);
        uint64_t ste[8] = {};
        make_ste(ste);
        store(two_level ? second_level + 64 * 5 : stream_table + 64 * 5, ste);
        build_contexts();
    }

    /* One address space for every substream: ASIDs must not differ in meaning. */
    void build_contexts()
    {
        uint64_t cd[8] = {};
        make_cd(cd);
        for (unsigned n = 0; n < 8; ++n) {
            store(context_table + 64 * n, cd);
            store(context_leaf + 64 * n, cd);
        }
        bool l1 = ste_fmt == 1 || ste_fmt == 2;
        for (unsigned n = 0; l1 && n < 16; ++n)
            words[context_table + 8 * n] =
                one_in(5) ? below(2) * (UINT64_C(1) << below(56)) : context_leaf | 1;
    }

    void command(std::array<uint64_t, 2> words_of)
    {
        uint64_t at = cmdq + 16 * (cmdq_prod & ones(cmdq_log2));
        words[at] = words_of[0];
        words[at + 8] = words_of[1];
        cmdq_prod = (cmdq_prod + 1) & ones(cmdq_log2 + 1);
        write(REF_REG_CMDQ_PROD, 4, cmdq_prod);
    }

    void make_ste(uint64_t *ste)
    {
        for (unsigned i = 1; i < 8; ++i)
            ste[i] = random();
        REF_SET(STE_V, ste, !one_in(20));
        REF_SET(STE_CONFIG, ste, one_in(4) ? below(8) : uint64_t{REF_CONFIG_S1});
        REF_SET(STE_S1FMT, ste, ste_fmt = static_cast<unsigned>(one_in(3) ? below(4) : 0));
        ste[0] |= context_table | (one_in(30) ? UINT64_C(1) << (30 + below(26)) : 0);
        REF_SET(STE_S1CDMAX, ste, one_in(2) ? 0 : one_in(15) ? below(32) : 1 + below(10));
        REF_SET(STE_S1STALLD, ste, one_in(30));
        if (!features.types_ovr || one_in(3)) {
            REF_SET(STE_MTCFG, ste, 0);
            REF_SET(STE_ALLOCCFG, ste, 0);
        }
    }

    unsigned some_txsz(unsigned granule)
    {
        unsigned max = !features.stt ? 39 : granule == 2 ? 47 : 48;
        return static_cast<unsigned>(one_in(25) ? below(64) : 16 + below(max - 15));
    }

    unsigned some_granule() { return static_cast<unsigned>(one_in(25) ? 3 : below(3)); }

    void make_cd(uint64_t *cd)
    {
        static const unsigned sizes[8] = {32, 36, 40, 42, 44, 48, 52, 52};
        static const unsigned tg0[4] = {0, 2, 1, 3}, tg1[4] = {2, 1, 3, 0};
        for (unsigned i = 3; i < 8; ++i)
            cd[i] = random();
        cd[0] = random();
        REF_SET(CD_V, cd, !one_in(20));
        REF_SET(CD_AA64, cd, !one_in(30));
        REF_SET(CD_S, cd, one_in(30));
        REF_SET(CD_HA, cd, one_in(50));
        REF_SET(CD_HD, cd, one_in(50));
        REF_SET(CD_ENDI, cd, features.ttendian == 3 || (features.ttendian == 0 && one_in(4)));
        REF_SET(CD_ASID, cd, one_in(25) ? below(0x10000) : below(0x100));
        REF_SET(CD_EPD0, cd, one_in(8));
        REF_SET(CD_EPD1, cd, one_in(8));
        unsigned low = some_granule(), high = some_granule();
        REF_SET(CD_TG0, cd, tg0[low]);
        REF_SET(CD_TG1, cd, tg1[high]);
        REF_SET(CD_T0SZ, cd, some_txsz(low));
        REF_SET(CD_T1SZ, cd, some_txsz(high));
        unsigned ips = sizes[REF_GET(CD_IPS, cd)];
        output_bits = ips < features.oas_bits ? ips : features.oas_bits;
        for (unsigned n : {1U, 2U})
            cd[n] = (random() & ones(one_in(20) ? 52 : output_bits) & ~UINT64_C(0xF)) |
                    (random() & (one_in(2) ? 6U : 0U)); /* HAD, E0PD */
        for (unsigned half : {0U, 1U})
            txsz[half] = static_cast<unsigned>(half ? REF_GET(CD_T1SZ, cd) : REF_GET(CD_T0SZ, cd));
    }

    /* A word of memory that nothing was stored to is a descriptor: a hash of its address. */
    uint64_t descriptor(uint64_t at) const
    {
        uint64_t h = (at ^ salt) * 0x9E37'79B9'7F4A'7C15;
        h ^= h >> 29;
        h *= 0xBF58'476D'1CE4'E5B9;
        h ^= h >> 32;
        uint64_t bits = h * 0x94D0'49BB'1331'11EB;
        uint64_t d = (bits & ones(48) & ~ones(12)) | (h & 0xFFC);
        if (h >> 40 & 15)
            d &= ones(output_bits);
        d |= (h >> 44 & 15) ? 1 : 0;                  /* valid, mostly */
        d |= (h >> 48 & 7) ? 2 : 0;                   /* table or page, mostly */
        d |= (h >> 51 & 7) ? UINT64_C(1) << 10 : 0;   /* AF, mostly */
        d |= (h >> 54 & 3) ? 0 : UINT64_C(3) << 53;   /* UXN and PXN, seldom */
        d |= (h >> 56 & 15) ? 0 : (bits >> 59) << 59; /* table restrictions, seldom */
        return d;
    }

    bool load(uint64_t at, uint64_t &word) const
    {
        auto it = words.find(at);
        bool stored = it != words.end();
        uint64_t d = stored ? it->second : descriptor(at);
        word = d;
        if (!stored && unreadable(at))
            return false;
        return true;
    }

    /* One descriptor in 64 cannot be read. */
    bool unreadable(uint64_t at) const { return (at * 0xD6E8'FEB8'6659'FD93 ^ salt) >> 58 == 0; }

    static smmu_mem_status_t memory(void *ctx, const smmu_out_mem_t *access, void *data, uint64_t *)
    {
        auto *m = static_cast<Machine *>(ctx);
        if (access->op == SMMU_MEM_WRITE) {
            std::array<uint64_t, 4> record;
            EXPECT_EQ(access->source, SMMU_SRC_EVENTQ);
            std::memcpy(record.data(), access->data, sizeof record);
            m->records.push_back(record);
            return SMMU_MEM_OK;
        }
        if (access->source == SMMU_SRC_TTD)
            m->last_descriptors.push_back(access->addr);
        for (unsigned i = 0; i < access->size / 8U; ++i) {
            uint64_t word = 0;
            if (!m->load(access->addr + 8 * i, word))
                return SMMU_MEM_ABORT;
            std::memcpy(static_cast<uint8_t *>(data) + 8 * i, &word, 8);
        }
        return SMMU_MEM_OK;
    }

    reference::Transaction transaction()
    {
        reference::Transaction t = {};
        bool upper = one_in(2);
        unsigned bits = 64 - txsz[upper];
        /* few distinct pages, so that what is remembered is used again */
        uint64_t low = (below(3) << below(48)) ^ below(0x4000);
        t.addr = bits < 64 ? (low & ones(bits)) | (upper ? ~ones(bits) : 0) : low;
        if (one_in(8))
            t.addr ^= UINT64_C(1) << below(64);
        if (one_in(6))
            t.addr ^= random() << 56;
        t.streamid = one_in(25) ? static_cast<uint32_t>(random() >> below(64)) : 5;
        t.ssv = one_in(3);
        t.substreamid = t.ssv ? static_cast<uint32_t>(one_in(8) ? below(1 << 20) : below(8)) : 0;
        t.write = one_in(3);
        t.inst = one_in(3);
        t.priv = one_in(2);
        t.memattr = one_in(2) ? 0xFF : static_cast<uint8_t>(random());
        t.sh = one_in(2) ? 3 : 0;
        return t;
    }

    void acknowledge()
    {
        uint64_t prod = 0;
        smmu_reg_read(s, now, SMMU_PAS_NS, REF_REG_EVENTQ_PROD, 4, &prod);
        write(REF_REG_EVENTQ_CONS, 4, prod);
    }

    void compare(const reference::Transaction &t, const Outcome &expected,
                 const smmu_response_t &got)
    {
        SCOPED_TRACE(testing::Message() << std::hex << "addr " << t.addr << " sid " << t.streamid
                                        << " ssv " << t.ssv << " " << t.substreamid << " w "
                                        << t.write << " x " << t.inst << " p " << t.priv);
        static const smmu_result_t results[] = {SMMU_RESULT_FORWARD, SMMU_RESULT_ABORT,
                                                SMMU_RESULT_RAZ_WI};
        EXPECT_EQ(got.result, results[static_cast<int>(expected.result)]);
        if (expected.result == Result::Forward && got.result == SMMU_RESULT_FORWARD) {
            EXPECT_EQ(got.pa, expected.pa);
            EXPECT_EQ(got.memattr, expected.memattr);
            EXPECT_EQ(got.sh, expected.sh);
            EXPECT_EQ((got.flags & SMMU_RSP_BYPASS) != 0, expected.bypass);
        }
        ASSERT_EQ(records.size(), expected.event ? 1U : 0U)
            << "expected " << expected.event << ", got "
            << (records.empty() ? 0 : records[0][0] & 0xFF);
        if (expected.event)
            compare_record(t, expected, records[0]);
    }

    /* 7.3, with what is UNKNOWN left out: SubstreamID without SSV, IPA, TTRnW. */
    void compare_record(const reference::Transaction &t, const Outcome &expected,
                        const std::array<uint64_t, 4> &got)
    {
        std::array<uint64_t, 4> want = {expected.event | static_cast<uint64_t>(t.streamid) << 32};
        std::array<uint64_t, 4> mask = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
        if (expected.event != REF_EVT_F_STREAM_DISABLED && t.ssv)
            want[0] |= UINT64_C(1) << 11 | static_cast<uint64_t>(t.substreamid) << 12;
        if (expected.event == REF_EVT_C_BAD_SUBSTREAMID)
            want[0] &= ~(UINT64_C(1) << 11);
        else if (!t.ssv && expected.event != REF_EVT_F_STREAM_DISABLED)
            mask[0] &= ~(ones(20) << 12);
        bool fault = expected.event >= REF_EVT_F_TRANSLATION;
        if (fault || expected.event == REF_EVT_F_WALK_EABT) {
            want[1] = static_cast<uint64_t>(expected.event_priv) << 33 |
                      static_cast<uint64_t>(expected.event_inst) << 34 |
                      static_cast<uint64_t>(!t.write) << 35 |
                      static_cast<uint64_t>(expected.event_class) << 40;
            mask[1] = ones(48) & ~ones(16) & ~(UINT64_C(1) << 44);
            want[2] = t.addr;
        }
        if (fault)
            mask[3] = 0;
        else
            want[3] = expected.fetch_addr;
        for (unsigned i = 0; i < 4; ++i)
            EXPECT_EQ(got[i] & mask[i], want[i] & mask[i]) << "word " << i;
    }

    std::mt19937_64 random;
    reference::Features features = {};
    reference::Stream stream = {};
    smmu_t *s = nullptr;
    smmu_runner_t runner = {};
    uint64_t now = 0, salt = 0, cmdq_prod = 0;
    std::vector<uint64_t> last_descriptors; /* read by the accesses of late */
    unsigned output_bits = 48, txsz[2] = {16, 16}, ste_fmt = 0;
    std::unordered_map<uint64_t, uint64_t> words;
    std::vector<std::array<uint64_t, 4>> records;
    std::vector<std::max_align_t> room;
};

/* rule: INV-002 INV-004 INV-009 INV-011 INV-020 CCH-001 CCH-019 */
TEST(TranslationAgainstReference, 381_nothing_old_shows_after_changes_and_their_invalidations)
{
    for (unsigned configuration = 101; configuration <= 130; ++configuration) {
        Machine machine(configuration);
        for (unsigned round = 0; round < 12; ++round) {
            SCOPED_TRACE(testing::Message()
                         << "configuration " << configuration << " round " << round);
            machine.new_round();
            for (unsigned n = 0; n < 60; ++n) {
                if (n % 5 == 4)
                    machine.change();
                machine.access();
                if (testing::Test::HasFailure())
                    return;
            }
        }
    }
}

} // namespace
