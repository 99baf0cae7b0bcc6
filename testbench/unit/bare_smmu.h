/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SMMU without a world around it: a test plays software with r32() and w32(), and memory by
 * answering accesses itself, when and how it likes.
 */
#ifndef SMMUSIM_UNIT_BARE_SMMU_H
#define SMMUSIM_UNIT_BARE_SMMU_H

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "smmusim/smmu.h"
#include "smmusim/smmu_stats.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

struct BareSmmu {
    using Setting = std::pair<const char *, uint64_t>;

    explicit BareSmmu(std::initializer_list<Setting> settings = {})
    {
        smmu_config_t config;
        char why[200] = "";
        EXPECT_EQ(smmu_config_init(&config, nullptr), SMMU_OK);
        /* Unless a test says otherwise accesses leave at once, links take no time and answers come
         * in any order. */
        for (const char *free : {"timing.qtw_ar_lat", "timing.qtw_read_bytes", "timing.dti_req_lat",
                                 "timing.dti_rsp_lat", "timing.dti_inv_req_lat",
                                 "timing.dti_inv_ack_lat", "timing.order_by_id"})
            EXPECT_EQ(smmu_config_set(&config, free, 0, why, sizeof why), SMMU_OK) << why;
        for (const char *many : {"timing.wr_events", "timing.wr_msis"})
            EXPECT_EQ(smmu_config_set(&config, many, 8, why, sizeof why), SMMU_OK) << why;
        for (const Setting &setting : settings)
            EXPECT_EQ(smmu_config_set(&config, setting.first, setting.second, why, sizeof why),
                      SMMU_OK)
                << why;
        EXPECT_EQ(smmu_config_check(&config, why, sizeof why), SMMU_OK) << why;
        memory.resize(smmu_size(&config) / sizeof(std::max_align_t) + 1);
        EXPECT_EQ(smmu_create(&s, &config, memory.data(), memory.size() * sizeof(std::max_align_t)),
                  SMMU_OK);
    }

    uint64_t read(uint32_t offset, unsigned size, smmu_pas_t pas = SMMU_PAS_NS)
    {
        uint64_t value = ~UINT64_C(0);
        EXPECT_EQ(smmu_reg_read(s, now, pas, offset, size, &value), SMMU_OK);
        return value;
    }
    void write(uint32_t offset, unsigned size, uint64_t value, smmu_pas_t pas = SMMU_PAS_NS)
    {
        EXPECT_EQ(smmu_reg_write(s, now, pas, offset, size, value), SMMU_OK);
        drain();
    }
    uint32_t r32(uint32_t offset) { return static_cast<uint32_t>(read(offset, 4)); }
    uint64_t r64(uint32_t offset) { return read(offset, 8); }
    void w32(uint32_t offset, uint64_t value) { write(offset, 4, value); }
    void w64(uint32_t offset, uint64_t value) { write(offset, 8, value); }

    /* Takes everything out of the outbox. */
    void drain()
    {
        smmu_out_t out;
        while (smmu_pop(s, &out)) {
            if (out.kind == SMMU_OUT_MEM)
                accesses.push_back(out.u.mem);
            else if (out.kind == SMMU_OUT_IRQ)
                edges[out.u.irq.source]++;
            else if (out.kind == SMMU_OUT_ANSWER)
                answers.push_back(out.u.answer);
            else if (out.kind == SMMU_OUT_INVAL)
                smmu_inval_done(s, now, out.u.inval.tag);
            else if (out.kind == SMMU_OUT_PRG_RESPONSE)
                responses.push_back(out.u.prg_response);
        }
    }
    /* Goes on in time until nothing is due. Accesses stay unanswered. */
    void run()
    {
        for (uint64_t due; (due = smmu_next_due(s)) != SMMU_NEVER; drain())
            smmu_advance(s, now = due);
        drain();
    }
    bool waits_for(smmu_mem_source_t source) const
    {
        for (const smmu_out_mem_t &access : accesses)
            if (access.source == source)
                return true;
        return false;
    }
    /* The oldest unanswered access of this kind; fails the test if there is none. */
    smmu_out_mem_t take(smmu_mem_source_t source)
    {
        for (size_t i = 0; i < accesses.size(); i++)
            if (accesses[i].source == source) {
                smmu_out_mem_t access = accesses[i];
                accesses.erase(accesses.begin() + static_cast<std::ptrdiff_t>(i));
                return access;
            }
        ADD_FAILURE() << "no access of source " << source << " is outstanding";
        return {};
    }
    void answer(const smmu_out_mem_t &access, smmu_mem_status_t status, const void *data = nullptr)
    {
        EXPECT_EQ(smmu_mem_done(s, now, access.tag, status, data), SMMU_OK);
        drain();
    }
    /* A command queue of 2^log2 entries at 'base', with index registers at 0, enabled. */
    void enable_cmdq(uint64_t base, unsigned log2)
    {
        w64(REF_REG_CMDQ_BASE, base | log2);
        w32(REF_REG_CMDQ_CONS, 0);
        w32(REF_REG_CMDQ_PROD, 0);
        w32(REF_REG_CR0, r32(REF_REG_CR0) | REF_PREP(CR0_CMDQEN, 1));
    }
    /* The SMMU has asked for its next command: gives it this one and lets it act. */
    void give_command(uint64_t word0, uint64_t word1)
    {
        const uint64_t words[2] = {word0, word1}; /* tests run on little-endian machines */
        answer(take(SMMU_SRC_CMDQ), SMMU_MEM_OK, words);
        run();
    }
    /* A 4-byte read; its answer, given at once or later, ends up in 'answers'. */
    void submit(uint32_t streamid, uint64_t addr)
    {
        smmu_request_t request = {};
        request.addr = addr;
        request.streamid = streamid;
        request.memattr = SMMU_MEMATTR_WB_RAWA;
        request.sh = SMMU_SH_ISH;
        smmu_response_t response = {};
        int verdict = smmu_submit(s, now, &request, &response);
        EXPECT_TRUE(verdict == SMMU_DONE || verdict == SMMU_PENDING) << verdict;
        if (verdict == SMMU_DONE)
            answers.push_back(response);
        run();
    }
    uint64_t stat(smmu_stat_t which) const { return smmu_stat_value(s, which); }

    smmu_t *s = nullptr;
    uint64_t now = 0;
    std::vector<smmu_out_mem_t> accesses;
    std::vector<smmu_response_t> answers;
    std::vector<smmu_out_prg_response_t> responses;
    unsigned edges[SMMU_IRQ_COUNT] = {};

private:
    std::vector<std::max_align_t> memory;
};

#endif
