/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 695-698: external aborts on every kind of access that the SMMU makes, each with its outcome (7.1,
 * 3.9.1.2, 7.2.2, 7.3.4, 7.3.10, 7.3.12, 7.3.20, 7.5, 8.2, 9.1), one by one and in random mixtures.
 */
#include <functional>
#include <random>

#include "unit/bad_days.h"

namespace {

using namespace bad_days;

const std::vector<std::vector<Machine::Setting>> machines = {
    {}, {{"mode", SMMU_MODE_FUNCTIONAL}}, {{"timing.prefetch", 1}, {"timing.event_holds_slot", 1}}};

// rule: SID-019 CDF-008 CDF-015 S1W-029 S2W-010 FLT-005 FLT-006 FLT-020 ER-013 ER-020 ER-027
TEST(BadDays, 695_an_abort_on_each_access_for_a_transaction_is_recorded_as_what_it_is)
{
    for (const auto &settings : machines) {
        Machine m(settings);
        for (const Kind &kind : kinds) {
            SCOPED_TRACE(kind.name);
            m.write_tables();
            m.forget();
            m.begin(kind);
            EXPECT_EQ(m.read().result, SMMU_RESULT_ABORT);
            const std::vector<uint64_t> record = m.event();
            EXPECT_TRUE(tells(record, kind)) << std::hex << record[0] << " " << record[1] << " "
                                             << record[2] << " " << record[3];
            EXPECT_EQ(m.event()[0], 0u) << "one record";
            EXPECT_EQ(m.gerror(), 0u);
            /* Nothing remembers it (3.21.2): what is read again is there. */
            m.end(kind);
            const client_result again = m.read();
            EXPECT_EQ(again.result, SMMU_RESULT_FORWARD);
            EXPECT_EQ(again.pa, kPas + kOutIpa);
            EXPECT_EQ(m.event()[0], 0u);
        }
    }
}

// rule: ATR-007 FLT-006
TEST(BadDays, 695_an_abort_on_each_access_for_a_translation_request_is_a_completer_abort)
{
    for (const auto &settings : machines) {
        Machine m(settings);
        for (const Kind &kind : kinds) {
            SCOPED_TRACE(kind.name);
            m.write_tables();
            m.forget();
            m.begin(kind);
            EXPECT_EQ(m.translation_request().result, SMMU_RESULT_ATS_CA);
            EXPECT_TRUE(tells(m.event(), kind)) << "with CR2.REC_CFG_ATS";
            EXPECT_EQ(m.event()[0], 0u) << "one record";
            EXPECT_EQ(m.gerror(), 0u);
            m.end(kind);
            const client_result again = m.translation_request();
            EXPECT_EQ(again.result, SMMU_RESULT_ATS_SUCCESS);
            EXPECT_EQ(again.pa, kPas + kOutIpa);
            EXPECT_EQ(m.event()[0], 0u);
        }
    }
}

// rule: FLT-008
TEST(BadDays, 695_an_abort_on_the_clients_own_access_is_the_clients)
{
    Machine m;
    m.abort(kPas + kOutIpa, 4, false);
    const client_result result = m.read();
    EXPECT_EQ(result.result, SMMU_RESULT_FORWARD);
    EXPECT_TRUE(result.memory_abort);
    EXPECT_EQ(m.event()[0], 0u);
    EXPECT_EQ(m.gerror(), 0u);
}

// rule: ATO-014
TEST(BadDays, 696_an_address_translation_operation_reports_the_same_in_its_result)
{
    Machine m;
    for (const Kind &kind : kinds) {
        if (kind.update) /* which HTTUI keeps from it */
            continue;
        SCOPED_TRACE(kind.name);
        m.forget();
        m.begin(kind);
        m.w64(REF_REG_GATOS_SID, kStream);
        m.w64(REF_REG_GATOS_ADDR, kVa | REF_PREP(GATOS_ADDR_TYPE, 3) | REF_PREP(GATOS_ADDR_RNW, 1) |
                                      REF_PREP(GATOS_ADDR_HTTUI, 1));
        m.w32(REF_REG_GATOS_CTRL, 1);
        m.idle();
        EXPECT_EQ(m.r32(REF_REG_GATOS_CTRL), 0u);
        const uint64_t par = m.r64(REF_REG_GATOS_PAR);
        EXPECT_EQ(REF_FIELD(GATOS_PAR_FAULT_FAULT, par), 1u);
        EXPECT_EQ(REF_FIELD(GATOS_PAR_FAULT_FAULTCODE, par), kind.event);
        EXPECT_EQ(m.event()[0], 0u) << "no record";
        m.end(kind);
    }
}

/* What is not a transaction's: its place, what makes the SMMU access it, and the global error. */
struct Global {
    const char *name;
    uint64_t addr, len;
    bool write;
    uint64_t error;
    std::function<void(Machine &)> cause;
};

constexpr uint64_t kMsi = 0x70000;

void configure_msi(Machine &m, uint32_t cfg0, uint64_t enable)
{
    m.w32(REF_REG_IRQ_CTRL, 0);
    m.idle();
    m.w64(cfg0, kMsi);
    m.w32(REF_REG_IRQ_CTRL, enable);
    m.idle();
}

void request_page(Machine &m)
{
    smmu_page_request_t request = {};
    request.addr = 0x1000;
    request.streamid = kStream;
    request.prg_index = 1;
    request.flags = SMMU_PPR_READ | SMMU_PPR_LAST;
    request.sec_sid = SMMU_PAS_NS;
    EXPECT_TRUE(host_page_request(m.host.get(), &request));
    m.idle();
}

const std::vector<Global> &globals()
{
    static const std::vector<Global> list = {
        {"a command", kCmdq, 256, false, REF_MASK(GERROR_CMDQ_ERR),
         [](Machine &m) { m.command(REF_CMD_SYNC); }},
        {"a command of an ECMDQ", kEcmdq, 256, false, REF_MASK(GERROR_CMDQP_ERR),
         [](Machine &m) {
             m.w32(m.ecmdq + REF_REG_ECMDQ_PROD, REF_MASK(ECMDQ_PROD_EN) | 1);
             m.idle();
             const uint64_t cons = m.r32(m.ecmdq + REF_REG_ECMDQ_CONS);
             EXPECT_EQ(REF_FIELD(ECMDQ_CONS_ERR, cons), 1u);
             EXPECT_EQ(REF_FIELD(ECMDQ_CONS_ERR_REASON, cons), REF_CERROR_ABT);
             EXPECT_EQ(REF_FIELD(ECMDQ_CONS_RD, cons), 0u);
         }},
        {"an event record", kEventq, 512, true, REF_MASK(GERROR_EVENTQ_ABT_ERR),
         [](Machine &m) {
             EXPECT_EQ(m.read(kInvalidStream).result, SMMU_RESULT_ABORT);
             EXPECT_EQ(m.event()[0], 0u);
         }},
        {"a page request's entry", kPriq, 256, true, REF_MASK(GERROR_PRIQ_ABT_ERR), request_page},
        {"the MSI of a CMD_SYNC", kMsi, 4, true, REF_MASK(GERROR_MSI_CMDQ_ABT_ERR),
         [](Machine &m) {
             m.command(REF_CMD_SYNC | REF_PREP(CMD_SYNC_CS, REF_SYNC_CS_IRQ), kMsi);
             EXPECT_EQ(m.r32(REF_REG_CMDQ_CONS), m.prod) << "which it does not stop";
         }},
        {"the MSI of the event queue", kMsi, 4, true, REF_MASK(GERROR_MSI_EVENTQ_ABT_ERR),
         [](Machine &m) {
             configure_msi(m, REF_REG_EVENTQ_IRQ_CFG0, REF_MASK(IRQ_CTRL_EVENTQ_IRQEN));
             m.read(kInvalidStream);
             EXPECT_EQ(m.event()[0] & 0xFF, REF_EVT_C_BAD_STE) << "the record is there";
         }},
        {"the MSI of the PRI queue", kMsi, 4, true, REF_MASK(GERROR_MSI_PRIQ_ABT_ERR),
         [](Machine &m) {
             configure_msi(m, REF_REG_PRIQ_IRQ_CFG0, REF_MASK(IRQ_CTRL_PRIQ_IRQEN));
             request_page(m);
             EXPECT_EQ(m.r32(REF_REG_PRIQ_PROD), 1u) << "the entry is there";
         }},
        {"the MSI of GERROR", kMsi, 4, true,
         REF_MASK(GERROR_CMDQ_ERR) | REF_MASK(GERROR_MSI_GERROR_ABT_ERR),
         [](Machine &m) {
             configure_msi(m, REF_REG_GERROR_IRQ_CFG0, REF_MASK(IRQ_CTRL_GERROR_IRQEN));
             m.command(0xFF);
         }},
    };
    return list;
}

// rule: CE-020 EC-010 EC-013 EV-030 PQ-030 IR-015 IR-016 GE-013
TEST(BadDays, 697_an_abort_on_each_access_of_queues_and_interrupts_is_its_global_error)
{
    for (const Global &global : globals())
        for (const auto &settings : machines) {
            SCOPED_TRACE(global.name);
            Machine m(settings);
            m.abort(global.addr, global.len, global.write);
            global.cause(m);
            EXPECT_EQ(m.gerror(), global.error);
            /* Translations do not suffer, and the next time all is well. */
            EXPECT_EQ(m.read().result, SMMU_RESULT_FORWARD);
            m.repair(global.addr, global.len);
            m.store(kCmdq, REF_CMD_SYNC);
            m.store(kEcmdq, REF_CMD_SYNC);
            m.acknowledge();
            m.w32(m.ecmdq + REF_REG_ECMDQ_PROD,
                  REF_MASK(ECMDQ_PROD_EN) | REF_PREP(ECMDQ_PROD_ERRACK, 1) | 1);
            m.idle();
            EXPECT_EQ(m.gerror(), 0u);
            EXPECT_EQ(m.r32(REF_REG_CMDQ_CONS), m.prod);
            m.forget();
            EXPECT_EQ(m.read(kInvalidStream).result, SMMU_RESULT_ABORT);
            EXPECT_EQ(m.event()[0] & 0xFF, REF_EVT_C_BAD_STE);
        }
}

/* Several things abort at once: the first that the SMMU meets is what is recorded, if the record
 * can be. */
TEST(BadDays, 698_of_several_aborts_the_first_is_recorded)
{
    for (const auto &settings : machines) {
        std::mt19937_64 random(695);
        auto pick = [&](uint64_t n) { return random() % n; };
        Machine m(settings);
        unsigned met[kKinds] = {}, lost = 0, fine = 0;
        for (unsigned trial = 0; trial < 2500; trial++) {
            std::vector<bool> aborts(kKinds);
            const bool records_abort = pick(8) == 0;
            m.write_tables();
            m.forget();
            for (uint64_t n = pick(4); n > 0; n--) {
                const size_t k = pick(kKinds);
                if (!aborts[k])
                    m.begin(kinds[k]);
                aborts[k] = true;
            }
            if (records_abort)
                m.abort(kEventq, 512, true);
            size_t first = 0;
            while (first < kKinds && !aborts[first])
                first++;
            const client_result result = m.read();
            const std::vector<uint64_t> record = m.event();
            if (first == kKinds) {
                EXPECT_EQ(result.result, SMMU_RESULT_FORWARD);
                EXPECT_EQ(record[0], 0u);
                EXPECT_EQ(m.gerror(), 0u);
                fine++;
            } else if (records_abort) {
                EXPECT_EQ(result.result, SMMU_RESULT_ABORT);
                EXPECT_EQ(record[0], 0u);
                EXPECT_EQ(m.gerror(), REF_MASK(GERROR_EVENTQ_ABT_ERR));
                lost++;
            } else {
                bool told = false;
                for (size_t k = first; k < kKinds && (k == first || first >= kAnyOrder); k++)
                    if (aborts[k] && tells(record, kinds[k])) {
                        met[k] += !told;
                        told = true;
                    }
                EXPECT_TRUE(told) << kinds[first].name << ": " << std::hex << record[0] << " "
                                  << record[1] << " " << record[3];
                EXPECT_EQ(result.result, SMMU_RESULT_ABORT);
                EXPECT_EQ(m.gerror(), 0u);
            }
            for (size_t k = 0; k < kKinds; k++)
                if (aborts[k])
                    m.end(kinds[k]);
            m.repair(kEventq, 512);
            m.acknowledge();
            ASSERT_FALSE(testing::Test::HasFailure()) << "trial " << trial;
        }
        for (size_t k = 0; k < kKinds; k++)
            EXPECT_GE(met[k], 20u) << kinds[k].name;
        EXPECT_GE(lost, 100u);
        EXPECT_GE(fine, 100u);
    }
}

} // namespace
