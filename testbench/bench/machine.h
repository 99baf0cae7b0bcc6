/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest machine around a model: flat memory, one stream whose substreams have an ASID each
 * and share a stage 1 table, over a stage 2 or not, a command queue. Host speed is measured on it,
 * so it does nothing that a caller would not have to do as well.
 */
#ifndef SMMUSIM_BENCH_MACHINE_H
#define SMMUSIM_BENCH_MACHINE_H

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "smmusim/smmu.h"
#include "tables/context_table.h"
#include "tables/page_table.h"
#include "tables/stream_table.h"

class Machine {
public:
    static constexpr uint32_t kStreamId = 5;
    static constexpr uint16_t kAsid =
        7; /* of requests without a substream; n more for substream n */
    static constexpr unsigned kSubstreamsLog2 = 4;

    using Setting = std::pair<const char *, uint64_t>;

    enum class Stages { One, Both };

    /* settings: configuration keys on top of the default preset. */
    explicit Machine(const std::vector<Setting> &settings, size_t memory_bytes = size_t{64} << 20,
                     Stages stages = Stages::One);

    /* Maps 'pages' 4 KiB pages from va on. */
    void map(uint64_t va, uint64_t pages);
    /* Caches empty; registers programmed, translation and command queue on. */
    void start();

    smmu_t *smmu() { return smmu_; }
    uint64_t now = 0;

    /* Submits, serves memory, returns the response. */
    smmu_response_t access(const smmu_request_t &request);
    /* Serves memory until the outbox is empty. */
    void serve();
    /* The memory's answer to one access. */
    void answer(const smmu_out_mem_t &access);
    /* Serves and lets time pass until nothing is due. */
    void run_until_idle();

    smmu_request_t request(uint64_t va) const;
    /* Not substream 0: that is what requests without one use (5.2 S1DSS). */
    smmu_request_t request(uint64_t va, uint32_t substream) const;
    void write32(uint32_t offset, uint32_t value);
    void write64(uint32_t offset, uint64_t value);
    uint8_t *at(uint64_t address) { return memory_.get() + address; }
    uint64_t command_ring() const { return ring_; }
    static constexpr unsigned kRingLog2 = 19;

private:
    void build_tables();
    void map_stage2(uint64_t address, uint64_t bytes);
    static uint64_t load64(void *ctx, uint64_t address);
    static void store64(void *ctx, uint64_t address, uint64_t value);

    const Stages stages_;
    size_t memory_bytes_;
    std::unique_ptr<uint8_t, decltype(&std::free)> memory_;
    std::vector<uint64_t> instance_;
    smmu_t *smmu_ = nullptr;
    tbl_port port_{};
    tbl_region region_{};
    tbl_stream_table streams_{};
    tbl_context_table contexts_{};
    tbl_page_table pages_{}, stage2_{};
    uint64_t ring_ = 0;
    smmu_response_t answer_{};
    bool answered_ = false;
};

#endif
