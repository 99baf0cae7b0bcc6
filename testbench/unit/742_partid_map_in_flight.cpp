/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map of virtual PARTIDs changes, and what has been cached of it is invalidated, while a walk
 * waits for one of its reads, each of them in turn (3.21.1, 4.3.5, 5.6.2): CMD_SYNC waits for what
 * may go out with the old label, and the old map is not kept.
 */
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "unit/bare_smmu.h"
#include "unit/nested_tables.h"

namespace {

using T = NestedTables;
using Command = std::array<uint64_t, 2>;

/* Reads of the walk before the one of the VMS: the STE, four of stage 2, the CD. */
enum { VMS = 6, READS_OF_A_WALK = 31 };
constexpr uint64_t vms = 0x7000'0000, virtual_partid = 6, entry = vms + 2 * virtual_partid;
constexpr uint16_t old_partid = 11, new_partid = 22;

const Command vms_pidm = {REF_CMD_CFGI_VMS_PIDM | uint64_t{7} << 32, 0},
              of_another_vm = {REF_CMD_CFGI_VMS_PIDM | uint64_t{8} << 32, 0},
              cfgi_ste = {REF_CMD_CFGI_STE, 1},
              cfgi_all = {REF_CMD_CFGI_STE_RANGE, REF_CFGI_RANGE_ALL}, sync = {REF_CMD_SYNC, 0};

struct Machine {
    BareSmmu smmu;
    std::map<uint64_t, uint64_t> memory;
    uint32_t prod = 0;

    Machine()
    {
        NestedTables tables;
        REF_SET(STE_S1MPAM, tables.ste.data(), 1);
        tables.ste[5] |= vms;
        REF_SET(CD_PARTID, tables.cd.data(), virtual_partid);
        REF_SET(CD_PMG, tables.cd.data(), 1);
        tables.store([this](uint64_t at, uint64_t word) { memory[at] = word; });
        map_to(old_partid);
        smmu.w64(REF_REG_STRTAB_BASE, T::ste_at);
        smmu.enable_cmdq(0x5000'0000, 8);
        smmu.w32(REF_REG_CR0, smmu.r32(REF_REG_CR0) | REF_PREP(CR0_SMMUEN, 1));
    }

    void map_to(uint16_t partid) { memory[entry & ~7ULL] = uint64_t{partid} << (8 * (entry & 7)); }

    /* The read of the walk that is outstanding; nullptr: none. */
    const smmu_out_mem_t *waits_for() const
    {
        for (const smmu_out_mem_t &access : smmu.accesses)
            if (access.source != SMMU_SRC_CMDQ)
                return &access;
        return nullptr;
    }
    void answer_walk()
    {
        const smmu_out_mem_t read = smmu.take(static_cast<smmu_mem_source_t>(waits_for()->source));
        uint64_t words[8];
        for (unsigned w = 0; w < read.size / 8u; ++w)
            words[w] = memory[read.addr + 8 * w];
        smmu.answer(read, SMMU_MEM_OK, words);
        smmu.run();
    }
    void command(const Command &c)
    {
        smmu.w32(REF_REG_CMDQ_PROD, ++prod);
        smmu.run();
        smmu.give_command(c[0], c[1]);
    }
    bool all_consumed() { return (smmu.r32(REF_REG_CMDQ_CONS) & 0xFFFFF) == prod; }
};

/* Gives the commands after so many reads; the walk that was under way ends, and another access. */
std::vector<smmu_response_t> race(const std::vector<Command> &commands, unsigned reads)
{
    Machine m;
    m.smmu.submit(0, T::va);
    for (unsigned i = 0; i < reads; ++i) {
        EXPECT_EQ(m.waits_for()->source == SMMU_SRC_VMS, i == VMS);
        m.answer_walk();
    }
    m.map_to(new_partid);
    for (const Command &c : commands)
        m.command(c);
    m.command(sync);
    if (m.waits_for() && reads > VMS) {
        EXPECT_EQ(m.all_consumed(), commands[0] == of_another_vm) << "the old label is in use";
    }
    while (m.waits_for())
        m.answer_walk();
    EXPECT_TRUE(m.all_consumed()) << "CMD_SYNC waits for nothing any more";
    m.smmu.submit(0, T::va);
    while (m.waits_for())
        m.answer_walk();
    EXPECT_EQ(m.smmu.answers.size(), 2u);
    m.smmu.answers.resize(2);
    return m.smmu.answers;
}

/* rule: CF-018 INV-036 INV-021 CCH-014 */
TEST(PartidMapInFlight, 742_what_was_read_of_the_old_map_is_not_kept)
{
    const std::vector<std::vector<Command>> invalidations = {
        {vms_pidm, cfgi_ste}, {vms_pidm}, {cfgi_ste}, {cfgi_all}};
    for (size_t n = 0; n < invalidations.size(); ++n)
        for (unsigned reads = 0; reads <= READS_OF_A_WALK; ++reads) {
            SCOPED_TRACE(std::to_string(n) + ", read " + std::to_string(reads));
            const std::vector<smmu_response_t> answers = race(invalidations[n], reads);
            EXPECT_EQ(answers[0].mpam.partid, reads > VMS ? old_partid : new_partid);
            EXPECT_EQ(answers[1].mpam.partid, new_partid);
            EXPECT_EQ(answers[1].mpam.pmg, 1);
        }
}

/* rule: INV-036 */
TEST(PartidMapInFlight, 742_another_vmid_s_map_is_nobody_else_s)
{
    for (unsigned reads : {VMS + 1u, unsigned{READS_OF_A_WALK}}) {
        const std::vector<smmu_response_t> answers = race({of_another_vm}, reads);
        EXPECT_EQ(answers[0].mpam.partid, old_partid);
        EXPECT_EQ(answers[1].mpam.partid, old_partid);
    }
}

} // namespace
