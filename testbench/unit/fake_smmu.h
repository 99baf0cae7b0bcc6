/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least SMMU that the driver can be tested against: it acknowledges what is enabled and
 * consumes commands (3.5.1, 4.7.3, 7.1), one per wait, and does what a test has planned. It
 * translates nothing and caches nothing.
 */
#ifndef SMMUSIM_UNIT_FAKE_SMMU_H
#define SMMUSIM_UNIT_FAKE_SMMU_H

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "driver/driver.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

class FakeSmmu {
public:
    std::map<uint32_t, uint64_t> reg;
    std::unordered_map<uint64_t, uint64_t> memory;
    std::vector<drv_cmd> executed; // CMD_SYNCs included
    std::vector<std::pair<uint32_t, uint64_t>> written;
    std::vector<std::string> log;
    uint64_t cycle = 0;
    uint32_t irqs = 0;
    bool hangs = false;           // consumes nothing
    bool never_acks = false;      // CR0ACK and IRQ_CTRLACK stay as they are
    bool msi_before_cons = false; // shows the MSI one wait before CONS moves
    // The error code that a command ends in; 0: none. Asked each time a command is looked at.
    std::function<unsigned(const drv_cmd &)> fault = [](const drv_cmd &) { return 0U; };

    FakeSmmu()
    {
        reg[REF_REG_IDR0] = REF_PREP(IDR0_S1P, 1) | REF_PREP(IDR0_TTF, REF_TTF_AARCH64) |
                            REF_PREP(IDR0_COHACC, 1) | REF_PREP(IDR0_MSI, 1) |
                            REF_PREP(IDR0_SEV, 1) | REF_PREP(IDR0_ASID16, 1) |
                            REF_PREP(IDR0_CD2L, 1) | REF_PREP(IDR0_TTENDIAN, REF_TTENDIAN_LITTLE) |
                            REF_PREP(IDR0_ST_LEVEL, REF_ST_LEVEL_TWO);
        reg[REF_REG_IDR1] = REF_PREP(IDR1_CMDQS, 19) | REF_PREP(IDR1_EVENTQS, 19) |
                            REF_PREP(IDR1_SIDSIZE, 16) | REF_PREP(IDR1_SSIDSIZE, 20);
        reg[REF_REG_IDR3] = REF_PREP(IDR3_RIL, 1);
        reg[REF_REG_IDR5] = REF_PREP(IDR5_OAS, REF_OAS_48) | REF_PREP(IDR5_GRAN4K, 1) |
                            REF_PREP(IDR5_GRAN16K, 1) | REF_PREP(IDR5_GRAN64K, 1);
    }

    drv_ops ops()
    {
        drv_ops o = {};
        o.ctx = this;
        o.read32 = [](void *c, uint32_t r) { return static_cast<uint32_t>(self(c).read(r)); };
        o.read64 = [](void *c, uint32_t r) { return self(c).read(r); };
        o.write32 = [](void *c, uint32_t r, uint32_t v) { self(c).write(r, v); };
        o.write64 = [](void *c, uint32_t r, uint64_t v) { self(c).write(r, v); };
        o.mem_read64 = [](void *c, uint64_t a) { return self(c).load(a); };
        o.mem_write64 = [](void *c, uint64_t a, uint64_t v) { self(c).memory[a] = v; };
        o.wait = [](void *c, uint64_t n) { self(c).wait(n); };
        o.now = [](void *c) { return self(c).cycle; };
        o.take_irqs = [](void *c) { return std::exchange(self(c).irqs, 0U); };
        o.log = [](void *c, const char *line) { self(c).log.emplace_back(line); };
        return o;
    }

    bool error_active() const
    {
        return (value(REF_REG_GERROR) ^ value(REF_REG_GERRORN)) & REF_MASK(GERROR_CMDQ_ERR);
    }

    std::vector<unsigned> opcodes(bool with_syncs = false) const
    {
        std::vector<unsigned> list;
        for (const drv_cmd &cmd : executed)
            if (with_syncs || drv_cmd_opcode(&cmd) != REF_CMD_SYNC)
                list.push_back(drv_cmd_opcode(&cmd));
        return list;
    }

private:
    static FakeSmmu &self(void *c) { return *static_cast<FakeSmmu *>(c); }

    uint64_t value(uint32_t r) const
    {
        const auto it = reg.find(r);
        return it == reg.end() ? 0 : it->second;
    }

    uint64_t read(uint32_t r)
    {
        cycle++;
        return value(r);
    }

    uint64_t load(uint64_t a) const
    {
        const auto it = memory.find(a);
        return it == memory.end() ? 0 : it->second;
    }

    void write(uint32_t r, uint64_t v)
    {
        cycle++;
        written.emplace_back(r, v);
        reg[r] = r == REF_REG_GBPA ? v & ~REF_MASK(GBPA_UPDATE) : v;
        if (r == REF_REG_CR0 && !never_acks)
            reg[REF_REG_CR0ACK] = v;
        if (r == REF_REG_IRQ_CTRL && !never_acks)
            reg[REF_REG_IRQ_CTRLACK] = v;
    }

    void wait(uint64_t n)
    {
        cycle += n;
        if (!hangs && !error_active() && (value(REF_REG_CR0) & REF_MASK(CR0_CMDQEN)))
            consume_one();
    }

    void consume_one()
    {
        const uint64_t base = value(REF_REG_CMDQ_BASE);
        const uint64_t size = UINT64_C(1) << REF_FIELD(CMDQ_BASE_LOG2SIZE, base);
        const uint64_t rd = value(REF_REG_CMDQ_CONS) & (2 * size - 1);
        const uint64_t at = (base & REF_MASK(CMDQ_BASE_ADDR)) + 16 * (rd & (size - 1));
        const drv_cmd cmd = {{load(at), load(at + 8)}};

        if (rd == (value(REF_REG_CMDQ_PROD) & (2 * size - 1)))
            return;
        if (!msi_pending_) {
            if (const unsigned code = fault(cmd))
                return stop(rd, code);
            executed.push_back(cmd);
            if (drv_cmd_opcode(&cmd) == REF_CMD_SYNC)
                signal(cmd);
        }
        msi_pending_ = !msi_pending_ && msi_before_cons && drv_cmd_opcode(&cmd) == REF_CMD_SYNC;
        if (!msi_pending_)
            reg[REF_REG_CMDQ_CONS] = (rd + 1) & (2 * size - 1);
    }

    void stop(uint64_t rd, unsigned code)
    {
        reg[REF_REG_CMDQ_CONS] = rd | REF_PREP(CMDQ_CONS_ERR, code);
        reg[REF_REG_GERROR] = value(REF_REG_GERROR) ^ REF_MASK(GERROR_CMDQ_ERR);
        irqs |= DRV_IRQ_GERROR;
    }

    void signal(const drv_cmd &sync)
    {
        const uint64_t at = sync.word[1] & REF_MASK(CMD_SYNC_MSIADDRESS);
        const uint64_t data = REF_GET(CMD_SYNC_MSIDATA, sync.word);
        const uint64_t shift = 8 * (at & 7);

        if (REF_GET(CMD_SYNC_CS, sync.word) == REF_SYNC_CS_SEV)
            irqs |= DRV_IRQ_SEV;
        if (REF_GET(CMD_SYNC_CS, sync.word) == REF_SYNC_CS_IRQ && at)
            memory[at & ~UINT64_C(7)] =
                (load(at & ~UINT64_C(7)) & ~(UINT64_C(0xffffffff) << shift)) | data << shift;
    }

    bool msi_pending_ = false;
};

#endif
