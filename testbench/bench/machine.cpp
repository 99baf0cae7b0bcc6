/* SPDX-License-Identifier: Apache-2.0 */
/* See machine.h. */
#include "machine.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sys/mman.h>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

namespace {

[[noreturn]] void stop(const char *what, const char *why)
{
    std::fprintf(stderr, "bench: %s: %s\n", what, why);
    std::exit(2);
}

void check(bool good, const char *what)
{
    if (!good)
        stop(what, "failed");
}

/* In huge pages, where the host has them: what its own translations cost is not the model's. */
uint8_t *zeroed_memory(size_t bytes)
{
    constexpr size_t kHuge = size_t{2} << 20;
    void *memory = std::aligned_alloc(kHuge, (bytes + kHuge - 1) & ~(kHuge - 1));
    check(memory, "memory");
    madvise(memory, bytes, MADV_HUGEPAGE);
    return static_cast<uint8_t *>(std::memset(memory, 0, bytes));
}

} // namespace

uint64_t Machine::load64(void *ctx, uint64_t address)
{
    uint64_t value;
    std::memcpy(&value, static_cast<Machine *>(ctx)->at(address), sizeof value);
    return value;
}

void Machine::store64(void *ctx, uint64_t address, uint64_t value)
{
    std::memcpy(static_cast<Machine *>(ctx)->at(address), &value, sizeof value);
}

Machine::Machine(const std::vector<Setting> &settings, size_t memory_bytes, Stages stages)
    : stages_(stages), memory_bytes_(memory_bytes), memory_(zeroed_memory(memory_bytes), std::free)
{
    smmu_config_t config;
    char why[256];
    smmu_config_init(&config, nullptr);
    for (const Setting &s : settings)
        if (smmu_config_set(&config, s.first, s.second, why, sizeof why) != SMMU_OK)
            stop(s.first, why);
    if (smmu_config_check(&config, why, sizeof why) != SMMU_OK)
        stop("configuration", why);
    instance_.resize((smmu_size(&config) + 7) / 8);
    check(smmu_create(&smmu_, &config, instance_.data(), instance_.size() * 8) == SMMU_OK,
          "create");
    build_tables();
}

void Machine::build_tables()
{
    port_ = {this, load64, store64};
    tbl_region_init(&region_, 1u << 16, memory_bytes_ - (1u << 16));
    ring_ = tbl_region_take(&region_, uint64_t{16} << kRingLog2, uint64_t{16} << kRingLog2);
    tbl_page_table_config geometry{};
    geometry.granule = TBL_GRANULE_4K;
    geometry.input_bits = 48;
    geometry.output_bits = 48;
    geometry.pages_only = true;
    check(tbl_page_table_init(&pages_, &port_, &region_, &geometry) == TBL_OK, "page table");
    if (stages_ == Stages::Both) {
        check(tbl_page_table_init(&stage2_, &port_, &region_, &geometry) == TBL_OK, "stage 2");
        map_stage2(0, memory_bytes_);
    }
    check(tbl_context_table_init(&contexts_, &port_, &region_, 0, kSubstreamsLog2),
          "context table");
    check(tbl_stream_table_init(&streams_, &port_, &region_, 4, 0), "stream table");

    for (uint32_t substream = 0; substream < 1u << kSubstreamsLog2; substream++) {
        tbl_cd_settings cd{};
        cd.asid = static_cast<uint16_t>(kAsid + substream);
        cd.mair = 0xFF;
        cd.abort = cd.record = true;
        tbl_cd words = tbl_cd_stage1(&cd, &pages_, nullptr);
        tbl_cd_write(&port_, tbl_context_table_entry(&contexts_, substream), &words);
    }

    tbl_ste_stage1_fields fields{};
    fields.s1contextptr = contexts_.base;
    fields.s1cdmax = kSubstreamsLog2;
    fields.s1dss = 2; /* without a substream: as substream 0 */
    tbl_ste ste = tbl_ste_stage1(&fields);
    if (stages_ == Stages::Both) {
        const tbl_ste_stage2_settings settings{};
        tbl_ste_add_stage2(&ste, &settings, &stage2_);
    }
    tbl_ste_write(&port_, tbl_stream_table_entry(&streams_, kStreamId), &ste);
}

/* Every guest address is where it seems to be. */
void Machine::map_stage2(uint64_t address, uint64_t bytes)
{
    const uint64_t leaf = REF_PREP(S2_LEAF_AF, 1) | REF_PREP(S2_LEAF_SH, REF_SH_ISH) |
                          REF_PREP(S2_LEAF_MEMATTR, REF_MEMATTR_OWB_IWB) |
                          REF_PREP(S2_LEAF_S2AP, REF_S2AP_READ | REF_S2AP_WRITE);
    tbl_result result = tbl_map(&stage2_, address, address, bytes, leaf, nullptr);
    check(result == TBL_OK || result == TBL_ALREADY_MAPPED, "map at stage 2");
}

void Machine::map(uint64_t va, uint64_t pages)
{
    const uint64_t output = uint64_t{1} << 32 | (va & 0xFFFFF000);
    if (stages_ == Stages::Both)
        map_stage2(output, pages << 12);
    tbl_leaf leaf{};
    leaf.unprivileged = leaf.af = leaf.ng = true;
    leaf.sh = 3;
    check(tbl_map(&pages_, va, output, pages << 12, tbl_leaf_bits(&leaf), nullptr) == TBL_OK,
          "map");
}

void Machine::write32(uint32_t offset, uint32_t value)
{
    smmu_reg_write(smmu_, now, SMMU_PAS_NS, offset, 4, value);
}

void Machine::write64(uint32_t offset, uint64_t value)
{
    smmu_reg_write(smmu_, now, SMMU_PAS_NS, offset, 8, value);
}

void Machine::start()
{
    smmu_reset(smmu_);
    write64(REF_REG_STRTAB_BASE, tbl_stream_table_base_reg(&streams_));
    write32(REF_REG_STRTAB_BASE_CFG, tbl_stream_table_base_cfg_reg(&streams_));
    write64(REF_REG_CMDQ_BASE, ring_ | REF_PREP(CMDQ_BASE_LOG2SIZE, kRingLog2));
    write32(REF_REG_CMDQ_PROD, 0);
    write32(REF_REG_CMDQ_CONS, 0);
    write32(REF_REG_CR0, static_cast<uint32_t>(REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1)));
    run_until_idle();
}

smmu_request_t Machine::request(uint64_t va) const
{
    smmu_request_t r{};
    r.addr = va;
    r.streamid = kStreamId;
    r.memattr = SMMU_MEMATTR_WB_RAWA;
    return r;
}

smmu_request_t Machine::request(uint64_t va, uint32_t substream) const
{
    smmu_request_t r = request(va);
    r.flags |= SMMU_REQ_SSV;
    r.substreamid = substream;
    return r;
}

void Machine::answer(const smmu_out_mem_t &access)
{
    check(access.addr + SMMU_MEM_MAX_BYTES <= memory_bytes_, "access");
    uint8_t *place = at(access.addr);
    if (access.op == SMMU_MEM_WRITE)
        std::memcpy(place, access.data, access.size);
    smmu_mem_done(smmu_, now, access.tag, SMMU_MEM_OK, place);
}

void Machine::serve()
{
    smmu_out_t out;
    while (smmu_pop(smmu_, &out)) {
        if (out.kind == SMMU_OUT_MEM) {
            answer(out.u.mem);
        } else if (out.kind == SMMU_OUT_ANSWER) {
            answer_ = out.u.answer;
            answered_ = true;
        }
    }
}

void Machine::run_until_idle()
{
    for (serve(); smmu_next_due(smmu_) != SMMU_NEVER; serve()) {
        now = smmu_next_due(smmu_);
        smmu_advance(smmu_, now);
    }
}

smmu_response_t Machine::access(const smmu_request_t &r)
{
    smmu_response_t response;
    int verdict = smmu_submit(smmu_, now, &r, &response);
    if (verdict == SMMU_DONE)
        return response;
    answered_ = false;
    for (serve(); !answered_; serve()) {
        now = smmu_next_due(smmu_);
        smmu_advance(smmu_, now);
    }
    return answer_;
}
