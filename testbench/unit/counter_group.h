/* SPDX-License-Identifier: Apache-2.0 */
/* A counter group as software sees it: its two pages, by register and counter (10.5). */
#ifndef SMMUSIM_UNIT_COUNTER_GROUP_H
#define SMMUSIM_UNIT_COUNTER_GROUP_H

#include "spec_ref/ref_pmcg.h"
#include "spec_ref/ref_tables.h"
#include "unit/bare_smmu.h"

class CounterGroup {
public:
    static constexpr uint32_t ALL_STREAMS = UINT32_MAX;

    /* Group 0 is the TCU's, 1 + t that of TBU t. */
    explicit CounterGroup(BareSmmu &smmu, unsigned number = 0, unsigned counter_bytes = 4)
        : d(smmu), counter_bytes_(counter_bytes)
    {
        uint32_t base = number ? REF_PMCG_TBU_FIRST + (number - 1) * REF_PMCG_TBU_SPAN : 0;
        page_[0] = number ? base + REF_PMCG_TBU_PAGE0 : uint32_t{REF_PMCG_TCU_PAGE0};
        page_[1] = number ? base + REF_PMCG_TBU_PAGE1 : uint32_t{REF_PMCG_TCU_PAGE1};
    }

    uint32_t at(unsigned page, uint32_t offset) const { return page_[page] + offset; }
    uint32_t at(const ref_pmcg_row &row, unsigned n = 0) const
    {
        return at(row.page, row.offset + n * (row.width ? row.width / 8 : counter_bytes_));
    }
    uint32_t r32(uint32_t offset) { return d.r32(at(0, offset)); }
    uint64_t r64(uint32_t offset) { return d.r64(at(0, offset)); }
    void w32(uint32_t offset, uint64_t value) { d.w32(at(0, offset), value); }
    void w64(uint32_t offset, uint64_t value) { d.w64(at(0, offset), value); }

    uint64_t counter(unsigned n)
    {
        return d.read(at(1, REF_PMCG_EVCNTR + n * counter_bytes_), counter_bytes_);
    }
    void set_counter(unsigned n, uint64_t value)
    {
        d.write(at(1, REF_PMCG_EVCNTR + n * counter_bytes_), counter_bytes_, value);
    }
    uint64_t shadow(unsigned n)
    {
        return d.read(at(1, REF_PMCG_SVR + n * counter_bytes_), counter_bytes_);
    }
    uint64_t overflows() { return d.r64(at(1, REF_PMCG_OVSSET0)); }
    void clear_overflows(uint64_t which) { d.w64(at(1, REF_PMCG_OVSCLR0), which); }
    void set_overflows(uint64_t which) { d.w64(at(1, REF_PMCG_OVSSET0), which); }
    void capture() { d.w32(at(1, REF_PMCG_CAPR), 1); }

    void set_event(unsigned n, uint32_t event, uint32_t flags = 0)
    {
        w32(REF_PMCG_EVTYPER + 4 * n, event | flags);
    }
    /* span: the FILTER_SID_SPAN form of 10.4 */
    void set_filter(unsigned n, uint32_t event, uint32_t streamid, bool span)
    {
        set_event(n, event, span ? SPAN : 0);
        w32(REF_PMCG_SMR + 4 * n, streamid);
    }
    void enable(uint64_t counters)
    {
        w64(REF_PMCG_CNTENSET0, counters);
        w32(REF_PMCG_CR, REF_PREP(PMCG_CR_E, 1));
    }
    void enable_interrupts(uint64_t counters)
    {
        w64(REF_PMCG_INTENSET0, counters);
        w32(REF_PMCG_IRQ_CTRL, REF_PREP(PMCG_IRQ_CTRL_IRQEN, 1));
    }

    static constexpr uint32_t SPAN = UINT32_C(1) << REF_PMCG_EVTYPER_FILTER_SID_SPAN_LSB;
    static constexpr uint32_t OVFCAP = UINT32_C(1) << REF_PMCG_EVTYPER_OVFCAP_LSB;

    BareSmmu &d;

private:
    unsigned counter_bytes_;
    uint32_t page_[2];
};

#endif
