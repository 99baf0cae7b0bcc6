/* SPDX-License-Identifier: Apache-2.0 */
/* The enhanced command queues of a random guest: it enables and disables them, gives them commands,
 * repairs what failed, and now and then writes noise into their registers. */
#ifndef SMMUSIM_UNIT_RANDOM_ECMDQS_H
#define SMMUSIM_UNIT_RANDOM_ECMDQS_H

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "smmusim/smmu.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

class RandomEcmdqs {
public:
    using Pick = std::function<uint64_t(uint64_t)>;
    using Store = std::function<void(uint64_t, uint64_t)>;

    /* The first few of those that the model has, maybe none. */
    void find(smmu_t *smmu, uint64_t now)
    {
        constexpr unsigned some = 4;
        smmu_ = smmu;
        now_ = now;
        const uint32_t idr6 = static_cast<uint32_t>(read(REF_REG_IDR6));
        const unsigned log2 =
            static_cast<unsigned>(REF_FIELD(IDR6_CMDQ_CONTROL_PAGE_LOG2NUMQ, idr6));
        const uint64_t page = read(REF_REG_CMDQ_CONTROL_PAGE_BASE);
        queues_.clear();
        for (unsigned i = 0; page && i < some && i < 1u << log2; i++)
            queues_.push_back({static_cast<uint32_t>(page & REF_MASK(CMDQ_CONTROL_PAGE_BASE_ADDR)) +
                                   i * (REF_ECMDQ_PAGE_BYTES >> log2),
                               0, 0});
    }
    bool any() const { return !queues_.empty(); }

    /* One more command at one of them. */
    void push(uint64_t now, const Pick &pick, const Store &store, const uint64_t words[2])
    {
        now_ = now;
        Queue &q = queues_[pick(queues_.size())];
        const uint64_t prod = read(q.place + REF_REG_ECMDQ_PROD);
        observe(q);
        if (!(prod & REF_MASK(ECMDQ_PROD_EN)) || pick(256) == 0)
            enable_or_disable(q, prod, pick);
        else if (pick(256) == 0)
            write(q.place + static_cast<uint32_t>(pick(4)) * 4, pick(UINT64_MAX) & UINT32_MAX);
        else
            put(q, prod, store, words);
        repair(q, pick, store);
    }

    uint64_t consumed = 0, errors = 0;

private:
    struct Queue {
        uint32_t place;
        uint64_t base;
        uint32_t cons;
    };

    uint64_t read(uint32_t offset)
    {
        uint64_t value = 0;
        EXPECT_EQ(smmu_reg_read(smmu_, now_, SMMU_PAS_NS, offset, 4, &value), SMMU_OK);
        return value;
    }
    void write(uint32_t offset, uint64_t value)
    {
        EXPECT_EQ(smmu_reg_write(smmu_, now_, SMMU_PAS_NS, offset, 4, value & UINT32_MAX), SMMU_OK);
    }
    static uint32_t index_mask(const Queue &q) { return (2u << (q.base & 0x1F)) - 1; }
    static uint64_t entry(const Queue &q, uint64_t index)
    {
        return (q.base & ~uint64_t{0x1F}) + 16 * (index & index_mask(q) >> 1);
    }
    void observe(Queue &q)
    {
        const uint32_t cons = static_cast<uint32_t>(read(q.place + REF_REG_ECMDQ_CONS));
        consumed += (cons - q.cons) & index_mask(q);
        q.cons = cons & index_mask(q);
    }
    void enable_or_disable(Queue &q, uint64_t prod, const Pick &pick)
    {
        write(q.place + REF_REG_ECMDQ_PROD, prod & ~REF_MASK(ECMDQ_PROD_EN));
        if (read(q.place + REF_REG_ECMDQ_CONS) & REF_MASK(ECMDQ_CONS_ENACK))
            return; /* it finishes something */
        q.base = (pick(16) << 16) | pick(8);
        q.cons = 0;
        write(q.place + REF_REG_ECMDQ_BASE, q.base);
        write(q.place + REF_REG_ECMDQ_PROD, 0);
        write(q.place + REF_REG_ECMDQ_CONS, 0);
        write(q.place + REF_REG_ECMDQ_PROD, REF_MASK(ECMDQ_PROD_EN));
    }
    void put(const Queue &q, uint64_t prod, const Store &store, const uint64_t words[2])
    {
        store(entry(q, prod), words[0]);
        store(entry(q, prod) + 8, words[1]);
        const uint64_t index = (prod + 1) & index_mask(q);
        write(q.place + REF_REG_ECMDQ_PROD,
              index | (prod & (REF_MASK(ECMDQ_PROD_EN) | REF_MASK(ECMDQ_PROD_ERRACK))));
    }
    /* The bad command becomes a CMD_SYNC, then the error is acknowledged. */
    void repair(const Queue &q, const Pick &pick, const Store &store)
    {
        const uint64_t prod = read(q.place + REF_REG_ECMDQ_PROD);
        const uint64_t cons = read(q.place + REF_REG_ECMDQ_CONS);
        if (REF_FIELD(ECMDQ_PROD_ERRACK, prod) == REF_FIELD(ECMDQ_CONS_ERR, cons) || pick(2))
            return;
        errors++;
        store(entry(q, cons), REF_CMD_SYNC);
        store(entry(q, cons) + 8, 0);
        write(q.place + REF_REG_ECMDQ_PROD, prod ^ REF_MASK(ECMDQ_PROD_ERRACK));
    }

    smmu_t *smmu_ = nullptr;
    uint64_t now_ = 0;
    std::vector<Queue> queues_;
};

#endif
