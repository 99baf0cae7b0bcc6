/* SPDX-License-Identifier: Apache-2.0 */
/* See random_machine.h. */
#include "unit/random_machine.h"

#include <gtest/gtest.h>

#include <cstring>
#include <sstream>

#include "reference/record.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_tables.h"
#include "unit/random_config.h"

using reference::Object;
using reference::Result;

namespace {

/* No queue lies in the memory that is made up. */
constexpr uint64_t eventq = 0x9000'0000, cmdq = 0xA000'0000;
constexpr unsigned eventq_log2 = 4, cmdq_log2 = 8;

const char *const result_names[] = {"forward", "abort", "RAZ/WI", "stall"};

std::string event_name(unsigned number)
{
    for (size_t i = 0; i < ref_event_count; ++i)
        if (ref_event_table[i].number == number)
            return ref_event_table[i].name;
    return "no record";
}

/* Fields of a structure that are not zero. */
std::string fields_of(const char *object, const uint64_t *words)
{
    std::ostringstream text;
    text << std::hex;
    for (size_t i = 0; i < ref_structure_field_count; ++i) {
        const ref_field_row &row = ref_structure_field_table[i];
        if (std::string(row.object) != object)
            continue;
        uint64_t value = ref_get(words[row.dword], row.msb, row.lsb);
        if (value)
            text << " " << row.field << "=" << value;
    }
    return text.str();
}

} // namespace

std::string Ending::text() const
{
    static const char *const classes[] = {"CD", "TT", "IN", "?"};
    std::string text =
        std::string(result_names[static_cast<int>(result)]) + ", " + event_name(event);
    if (event >= REF_EVT_F_WALK_EABT)
        text += std::string(stage2 ? " stage 2 " : " stage 1 ") + classes[reported_class & 3];
    return text;
}

/* ------------------------------------------------------------------- setting up */

RandomMachine::RandomMachine(uint64_t seed, Faults faults) : random(seed)
{
    create(faults);
    runner.memory = serve;
    runner.answer = take_late_answer;
    runner.ctx = this;
    registers.idr0 = static_cast<uint32_t>(read(REF_REG_IDR0, 4));
    registers.idr1 = static_cast<uint32_t>(read(REF_REG_IDR1, 4));
    registers.idr3 = static_cast<uint32_t>(read(REF_REG_IDR3, 4));
    registers.idr5 = static_cast<uint32_t>(read(REF_REG_IDR5, 4));
    registers.mpamidr = static_cast<uint32_t>(read(REF_REG_MPAMIDR, 4));
    registers.aidr = static_cast<uint32_t>(read(REF_REG_AIDR, 4));
    memory = std::make_unique<RandomMemory>(random, registers);
}

void RandomMachine::create(Faults faults)
{
    config = RandomConfig(random).draw();
    if (faults == Faults::TerminateAlone) {
        ASSERT_EQ(smmu_config_set(&config, "IDR5.STALL_MAX", 0, nullptr, 0), SMMU_OK);
        ASSERT_EQ(smmu_config_set(&config, "IDR0.STALL_MODEL", 1, nullptr, 0), SMMU_OK);
        ASSERT_EQ(smmu_config_set(&config, "IDR0.HTTU", 0, nullptr, 0), SMMU_OK);
    }
    size_t size = smmu_size(&config);
    ASSERT_NE(size, 0U);
    room.resize(size / sizeof(std::max_align_t) + 1);
    ASSERT_EQ(smmu_create(&s, &config, room.data(), room.size() * sizeof(std::max_align_t)),
              SMMU_OK);
}

void RandomMachine::write(uint32_t offset, unsigned size, uint64_t value)
{
    ASSERT_EQ(smmu_reg_write(s, now, SMMU_PAS_NS, offset, size, value), SMMU_OK);
}

uint64_t RandomMachine::read(uint32_t offset, unsigned size)
{
    uint64_t value = 0;
    EXPECT_EQ(smmu_reg_read(s, now, SMMU_PAS_NS, offset, size, &value), SMMU_OK);
    return value;
}

void RandomMachine::program()
{
    reference::Features f(registers);
    uint64_t split = one_in(4) ? below(32) : 6 + 2 * below(3);
    registers.strtab_base_cfg = static_cast<uint32_t>(
        REF_PREP(STRTAB_BASE_CFG_LOG2SIZE, 4 + below(6)) | REF_PREP(STRTAB_BASE_CFG_SPLIT, split) |
        REF_PREP(STRTAB_BASE_CFG_FMT, one_in(2)));
    registers.strtab_base = random() & reference::ones(f.oas) & REF_MASK(STRTAB_BASE_ADDR);
    registers.cr2 = static_cast<uint32_t>(REF_PREP(CR2_RECINVSID, !one_in(4)) |
                                          REF_PREP(CR2_E2H, f.hyp && one_in(2)));
    registers.cr0 = static_cast<uint32_t>(
        REF_PREP(CR0_EVENTQEN, 1) | REF_PREP(CR0_CMDQEN, 1) | REF_PREP(CR0_SMMUEN, !one_in(40)) |
        REF_PREP(CR0_VMW, REF_FIELD(IDR0_VMW, registers.idr0) ? below(5) : 0));
    uint64_t gbpa = random();
    registers.gbpa = static_cast<uint32_t>(
        (gbpa & (REF_MASK(GBPA_MEMATTR) | REF_MASK(GBPA_MTCFG) | REF_MASK(GBPA_ALLOCCFG) |
                 REF_MASK(GBPA_SHCFG) | REF_MASK(GBPA_PRIVCFG) | REF_MASK(GBPA_INSTCFG))) |
        REF_PREP(GBPA_ABORT, one_in(4)));
    write(REF_REG_GBPA, 4, registers.gbpa | REF_MASK(GBPA_UPDATE));
    registers.gbpmpam =
        static_cast<uint32_t>(REF_PREP(GBPMPAM_GBP_PARTID, below(f.partid_max + 1)) |
                              REF_PREP(GBPMPAM_GBP_PMG, below(f.pmg_max + 1)));
    write(REF_REG_GBPMPAM, 4, registers.gbpmpam | REF_MASK(GBPMPAM_UPDATE));
    write(REF_REG_STRTAB_BASE, 8, registers.strtab_base);
    write(REF_REG_STRTAB_BASE_CFG, 4, registers.strtab_base_cfg);
    write(REF_REG_EVENTQ_BASE, 8, eventq | eventq_log2);
    write(REF_REG_EVENTQ_PROD, 4, 0);
    write(REF_REG_EVENTQ_CONS, 4, 0);
    write(REF_REG_CMDQ_BASE, 8, cmdq | cmdq_log2);
    write(REF_REG_CMDQ_PROD, 4, cmdq_prod = 0);
    write(REF_REG_CMDQ_CONS, 4, 0);
    write(REF_REG_CR2, 4, registers.cr2);
    registers.s2pii = one_in(2) ? random() : random() | UINT64_C(0xCCCC'8888'CCCC'8888);
    write(REF_REG_S2PII, 8, registers.s2pii);
    write(REF_REG_CR0, 4, registers.cr0);
    smmu_run_until_idle(s, &runner, &now, now + 1'000'000);
}

void RandomMachine::new_round()
{
    smmu_reset(s);
    program();
    memory->new_round();
    streamids.clear();
    for (unsigned i = 0; i < 3; ++i)
        streamids.push_back(static_cast<uint32_t>(below(one_in(6) ? 256 : 16)));
}

/* --------------------------------------------------------------------- one access */

reference::Access RandomMachine::some_access()
{
    reference::Access t = {};
    t.streamid = one_in(60) ? static_cast<uint32_t>(random() >> below(64))
                            : streamids[below(streamids.size())];
    t.ssv = one_in(5);
    t.substreamid = t.ssv ? static_cast<uint32_t>(one_in(10)  ? below(1 << 20)
                                                  : one_in(4) ? below(1024)
                                                              : below(3))
                          : 0;
    t.addr = memory->some_address(t.streamid);
    t.write = one_in(3);
    t.inst = one_in(3);
    t.priv = one_in(2);
    t.memattr = one_in(2) ? 0xFF : static_cast<uint8_t>(random());
    t.sh = one_in(2) ? 3 : static_cast<uint8_t>(below(4));
    return t;
}

/* What nobody reaches from the registers is never touched (3.21.3): each word has been read before
 * by the reference, as the same kind of thing, and is read whole. Queues are kept to. */
void RandomMachine::expect_permitted(const smmu_out_mem_t &access) const
{
    static const struct {
        unsigned bytes;
        std::vector<Object> objects;
    } reads[] = {{8, {Object::L1std}},
                 {64, {Object::Ste}},
                 {8, {Object::L1cd}},
                 {64, {Object::Cd}},
                 {8, {Object::Vms}},
                 {8, {Object::Stage1, Object::Stage2}}};
    static_assert(SMMU_SRC_L1STD == 0 && SMMU_SRC_TTD == 5, "in this order");
    if (access.source == SMMU_SRC_CMDQ || access.source == SMMU_SRC_EVENTQ) {
        const bool commands_ = access.source == SMMU_SRC_CMDQ;
        const uint64_t first = commands_ ? cmdq : eventq;
        const uint64_t bytes = commands_ ? 16U << cmdq_log2 : 32U << eventq_log2;
        EXPECT_EQ(access.op, commands_ ? SMMU_MEM_READ : SMMU_MEM_WRITE);
        EXPECT_TRUE(access.addr >= first && access.addr + access.size <= first + bytes)
            << std::hex << access.addr << " is outside the queue";
        return;
    }
    ASSERT_LE(access.source, SMMU_SRC_TTD);
    EXPECT_EQ(access.size, access.op == SMMU_MEM_CAS ? 8U : reads[access.source].bytes);
    EXPECT_EQ(access.addr % access.size, 0U) << "read at once";
    EXPECT_TRUE(access.op == SMMU_MEM_READ ||
                (access.op == SMMU_MEM_CAS && access.source == SMMU_SRC_TTD));
    for (unsigned i = 0; i < access.size / 8U; ++i) {
        bool known = false;
        for (Object object : reads[access.source].objects)
            known = known || memory->is_a(object, access.addr + 8 * i);
        EXPECT_TRUE(known) << std::hex << access.addr << " was read as " << int{access.source}
                           << ", which nothing leads to";
    }
}

smmu_mem_status_t RandomMachine::exchange(const smmu_out_mem_t &access, void *data)
{
    uint64_t found = 0, from = 0, to = 0;
    if (!memory->load(access.addr, found))
        return SMMU_MEM_ABORT;
    std::memcpy(&from, access.data, 8);
    std::memcpy(&to, access.data + 8, 8);
    std::memcpy(data, &found, 8);
    if (found == from) {
        changes.push_back({access.addr, from, to, false});
        memory->store(access.addr, to);
    }
    return SMMU_MEM_OK;
}

smmu_mem_status_t RandomMachine::serve(void *ctx, const smmu_out_mem_t *access, void *data,
                                       uint64_t *)
{
    auto *machine = static_cast<RandomMachine *>(ctx);
    machine->expect_permitted(*access);
    if (access->op == SMMU_MEM_CAS)
        return machine->exchange(*access, data);
    if (access->op == SMMU_MEM_WRITE) {
        EventRecord record;
        std::memcpy(record.data(), access->data, sizeof record);
        machine->records.push_back(record);
        return SMMU_MEM_OK;
    }
    for (unsigned i = 0; i < access->size / 8U; ++i) {
        uint64_t word = 0;
        if (access->source == SMMU_SRC_CMDQ)
            word = machine->commands[access->addr + 8 * i];
        else if (!machine->memory->load(access->addr + 8 * i, word))
            return SMMU_MEM_ABORT;
        std::memcpy(static_cast<uint8_t *>(data) + 8 * i, &word, 8);
    }
    return SMMU_MEM_OK;
}

smmu_request_t RandomMachine::request_of_access() const
{
    smmu_request_t request = {};
    request.addr = given.addr;
    request.streamid = given.streamid;
    request.substreamid = given.substreamid;
    request.flags = static_cast<uint16_t>(
        (given.write ? SMMU_REQ_WRITE : 0) | (given.inst ? SMMU_REQ_INST : 0) |
        (given.priv ? SMMU_REQ_PRIV : 0) | (given.ssv ? SMMU_REQ_SSV : 0));
    request.memattr = given.memattr;
    request.sh = given.sh;
    return request;
}

/* Nothing of the instance may change. */
void RandomMachine::ask_as_debugger()
{
    const smmu_request_t request = request_of_access();
    const std::vector<std::max_align_t> before = one_in(64) ? room : decltype(room)();
    ASSERT_EQ(smmu_debug_translate(s, &request, serve, this, &asked), SMMU_OK);
    if (!before.empty()) {
        EXPECT_EQ(std::memcmp(before.data(), room.data(), room.size() * sizeof room[0]), 0);
    }
}

void RandomMachine::run_model()
{
    const smmu_request_t request = request_of_access();
    got = {};
    records.clear();
    changes.clear();
    status = smmu_run_request(s, &runner, &now, &request, &got);
    smmu_run_until_idle(s, &runner, &now, now + 1'000'000);
}

bool RandomMachine::access()
{
    given = some_access();
    memory->begin_access(given.streamid);
    expected = reference::translate(registers, *memory, given);
    if (memory->crowded())
        return false;
    ask_as_debugger();
    run_model();
    compare();
    compare_debugger();
    updating_accesses += !changes.empty();
    const reference::Event &event = expected.event;
    ++endings[{expected.result, event.number, event.number && event.stage2,
               event.number ? event.reported_class : 0}];
    if (expected.result == Result::Stall)
        finish_stalled();
    acknowledge();
    return true;
}

/* What would stall goes nowhere. */
void RandomMachine::compare_debugger()
{
    static const smmu_result_t results[] = {SMMU_RESULT_FORWARD, SMMU_RESULT_ABORT,
                                            SMMU_RESULT_RAZ_WI, SMMU_RESULT_ABORT};
    EXPECT_EQ(asked.result, results[static_cast<int>(expected.result)]) << "to a debugger";
    if (expected.result != Result::Forward || asked.result != SMMU_RESULT_FORWARD)
        return;
    EXPECT_EQ(asked.pa, expected.pa) << "to a debugger";
    EXPECT_EQ(asked.memattr, got.memattr) << "to a debugger";
    EXPECT_EQ(asked.sh, got.sh) << "to a debugger";
    EXPECT_TRUE(expected.label.allows(asked.mpam.partid, asked.mpam.pmg)) << "to a debugger";
    EXPECT_EQ(asked.flags, got.flags) << "to a debugger";
    /* What caches have as clean may be dirty by now; and of a run, dirty through another member. */
    bool dirties = REF_FIELD(IDR0_HTTU, registers.idr0) >= REF_HTTU_ACCESS_DIRTY;
    EXPECT_EQ((asked.perms ^ got.perms) & ~(dirties ? SMMU_PERM_W : 0), 0) << "to a debugger";
    EXPECT_EQ(asked.region_log2, got.region_log2) << "to a debugger";
}

void RandomMachine::compare()
{
    static const smmu_result_t results[] = {SMMU_RESULT_FORWARD, SMMU_RESULT_ABORT,
                                            SMMU_RESULT_RAZ_WI};
    if (expected.result == Result::Stall) {
        EXPECT_EQ(status, SMMU_E_UNSUPPORTED) << "stalled: nobody answers yet";
    } else {
        ASSERT_EQ(status, SMMU_OK);
        EXPECT_EQ(got.result, results[static_cast<int>(expected.result)]);
    }
    if (expected.result == Result::Forward && got.result == SMMU_RESULT_FORWARD) {
        EXPECT_EQ(got.pa, expected.pa);
        EXPECT_EQ(got.memattr, expected.memattr);
        EXPECT_EQ(got.sh, expected.sh);
        EXPECT_TRUE(expected.label.allows(got.mpam.partid, got.mpam.pmg));
        EXPECT_EQ((got.flags & SMMU_RSP_BYPASS) != 0, expected.bypass);
        EXPECT_EQ((got.flags & SMMU_RSP_PRIV) != 0, expected.priv);
        EXPECT_EQ((got.flags & SMMU_RSP_INST) != 0, expected.inst);
    }
    ASSERT_EQ(records.size(), expected.event.number ? 1U : 0U);
    if (expected.event.number) {
        reference::Record want = record_of(registers, given, expected.event);
        EXPECT_TRUE(want.matches(records[0]));
    }
    compare_updates();
}

/* The same question for an outcome that is one of several. */
bool RandomMachine::agrees(const reference::Outcome &outcome) const
{
    static const smmu_result_t results[] = {SMMU_RESULT_FORWARD, SMMU_RESULT_ABORT,
                                            SMMU_RESULT_RAZ_WI};
    if (status != SMMU_OK || outcome.result == Result::Stall ||
        got.result != results[static_cast<int>(outcome.result)] ||
        records.size() != (outcome.event.number ? 1U : 0U))
        return false;
    if (outcome.event.number)
        return record_of(registers, given, outcome.event).matches(records[0]);
    return outcome.result != Result::Forward ||
           (got.pa == outcome.pa && got.memattr == outcome.memattr && got.sh == outcome.sh &&
            outcome.label.allows(got.mpam.partid, got.mpam.pmg));
}

/* What hardware had to change is changed, and nothing else. */
void RandomMachine::compare_updates()
{
    bool required = expected.result == Result::Forward;
    for (const reference::Update &update : expected.updates)
        required = required && !update.in_run;
    if (required) {
        for (const reference::Update &update : expected.updates) {
            uint64_t word = 0;
            memory->load(update.addr, word);
            bool last = true;
            for (const reference::Update &later : expected.updates)
                last = last && (later.addr != update.addr || &later <= &update);
            EXPECT_TRUE(!last || word == update.to) << std::hex << "at " << update.addr;
        }
    }
    for (const reference::Update &change : changes) {
        bool permitted = false;
        for (const reference::Update &update : expected.updates)
            permitted = permitted || update.addr == change.addr;
        /* The access flag of a leaf that denies the access: UNKNOWN (3.13.2). */
        permitted = permitted || expected.event.number == REF_EVT_F_PERMISSION;
        EXPECT_TRUE(permitted) << std::hex << change.from << " became " << change.to << " at "
                               << change.addr;
    }
}

void RandomMachine::command(std::array<uint64_t, 2> words)
{
    uint64_t at = cmdq + 16 * (cmdq_prod & reference::ones(cmdq_log2));
    commands[at] = words[0];
    commands[at + 8] = words[1];
    cmdq_prod = (cmdq_prod + 1) & static_cast<uint32_t>(reference::ones(cmdq_log2 + 1));
    write(REF_REG_CMDQ_PROD, 4, cmdq_prod);
}

void RandomMachine::take_late_answer(void *ctx, const smmu_response_t *answer)
{
    auto *machine = static_cast<RandomMachine *>(ctx);
    machine->got = *answer;
    machine->answered_late = true;
}

/* Software terminates it, one way or the other (4.7.1). */
void RandomMachine::finish_stalled()
{
    if (testing::Test::HasFailure())
        return;
    bool abort = one_in(2);
    std::array<uint64_t, 2> resume = {REF_CMD_RESUME, 0};
    REF_SET(CMD_RESUME_STREAMID, resume.data(), given.streamid);
    REF_SET(CMD_RESUME_AB, resume.data(), abort);
    REF_SET(CMD_RESUME_STAG, resume.data(), REF_GET(F_PERMISSION_STAG, records[0].data()));
    answered_late = false;
    command(resume);
    smmu_run_until_idle(s, &runner, &now, now + 1'000'000);
    bool raz_wi = !abort && !REF_FIELD(IDR0_TERM_MODEL, registers.idr0);
    EXPECT_TRUE(answered_late);
    EXPECT_EQ(got.result, raz_wi ? SMMU_RESULT_RAZ_WI : SMMU_RESULT_ABORT);
}

void RandomMachine::acknowledge()
{
    if (!records.empty())
        write(REF_REG_EVENTQ_CONS, 4, read(REF_REG_EVENTQ_PROD, 4));
}

/* ----------------------------------------------------------------------- for people */

namespace {

/* Reads what is there and says what it was. */
class Witness : public reference::Memory {
public:
    Witness(const RandomMemory &memory, std::ostringstream &text) : memory(memory), text(text) {}

    bool read(const reference::Fetch &fetch, uint64_t &word) override
    {
        static const char *const objects[] = {"L1STD", "STE", "L1CD", "CD",
                                              "VMS",   "TTD", "S2TTD"};
        bool readable = memory.load(fetch.addr, word);
        auto object = static_cast<int>(fetch.object);
        bool first = fetch.object != last || (fetch.table != nullptr) || fetch.addr != at + 8;
        last = fetch.object;
        at = fetch.addr;
        if (first)
            text << objects[object] << " " << std::hex << fetch.addr << ": ";
        if (first &&
            (fetch.object == reference::Object::Ste || fetch.object == reference::Object::Cd)) {
            uint64_t words[8];
            for (unsigned i = 0; i < 8; ++i)
                memory.load(fetch.addr + 8 * i, words[i]);
            text << fields_of(objects[object], words) << "\n";
        } else if (first) {
            text << word;
            if (fetch.table)
                text << std::dec << " level " << fetch.table->level << " granule "
                     << fetch.table->granule_log2 << " output " << fetch.table->output_bits
                     << (fetch.table->ds ? " DS" : "") << (fetch.table->big_endian ? " BE" : "");
            text << "\n";
        }
        if (!readable)
            text << "  aborts\n";
        return readable;
    }

private:
    const RandomMemory &memory;
    std::ostringstream &text;
    reference::Object last = reference::Object::L1std;
    uint64_t at = 0;
};

} // namespace

std::string RandomMachine::describe() const
{
    std::ostringstream text;
    for (size_t i = 0; smmu_config_key(i); ++i)
        if (!std::strncmp(smmu_config_key(i)->name, "IDR", 3) ||
            !std::strncmp(smmu_config_key(i)->name, "AIDR", 4))
            text << smmu_config_key(i)->name << "=" << config.value[i] << " ";
    text << std::hex << "\naddr " << given.addr << " sid " << given.streamid << " ssv " << given.ssv
         << " " << given.substreamid << (given.write ? " write" : " read")
         << (given.inst ? " inst" : "") << (given.priv ? " priv" : "") << " memattr "
         << unsigned{given.memattr} << " sh " << unsigned{given.sh} << " cr2 " << registers.cr2
         << "\n";
    Witness witness(*memory, text);
    reference::Outcome now_expected = reference::translate(registers, witness, given);
    const reference::Event &event = expected.event;
    text << std::hex << "reference: " << result_names[static_cast<int>(expected.result)] << " pa "
         << expected.pa << " memattr " << unsigned{expected.memattr} << " sh "
         << unsigned{expected.sh} << " priv " << expected.priv << " inst " << expected.inst
         << " bypass " << expected.bypass << "; " << event_name(event.number)
         << (event.stage2 ? " stage 2" : "") << " class " << event.reported_class << " ipa "
         << event.ipa << " fetch " << event.fetch_addr << "\n";
    if (now_expected.event.number != event.number || now_expected.pa != expected.pa)
        text << "  (with memory as it is now: " << event_name(now_expected.event.number) << " pa "
             << now_expected.pa << ")\n";
    for (const auto &update : expected.updates)
        text << "  update " << update.addr << " " << update.from << " -> " << update.to << "\n";
    text << "model: status " << status << " result " << unsigned{got.result} << " pa " << got.pa
         << " memattr " << unsigned{got.memattr} << " sh " << unsigned{got.sh} << " flags "
         << unsigned{got.flags} << "\n";
    for (const auto &change : changes)
        text << "  change " << change.addr << " " << change.from << " -> " << change.to << "\n";
    for (const auto &record : records)
        text << "  " << event_name(record[0] & 0xFF) << " " << record[0] << " " << record[1] << " "
             << record[2] << " " << record[3] << "\n";
    if (event.number) {
        reference::Record want = record_of(registers, given, event);
        text << "  want " << want.words[0] << " " << want.words[1] << " " << want.words[2] << " "
             << want.words[3] << "\n  known " << want.known[0] << " " << want.known[1] << " "
             << want.known[2] << " " << want.known[3] << "\n";
    }
    return text.str();
}
