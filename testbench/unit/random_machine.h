/* SPDX-License-Identifier: Apache-2.0 */
/* An instance of the model on random memory, and the reference beside it: accesses go to both, and
 * what comes of them is compared. */
#ifndef SMMUSIM_UNIT_RANDOM_MACHINE_H
#define SMMUSIM_UNIT_RANDOM_MACHINE_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "reference/reference.h"
#include "smmusim/smmu.h"
#include "unit/random_memory.h"

/* How an access ended, as far as it is counted. */
struct Ending {
    reference::Result result;
    unsigned event;
    bool stage2;
    unsigned reported_class;

    bool operator<(const Ending &other) const
    {
        return std::tie(result, event, stage2, reported_class) <
               std::tie(other.result, other.event, other.stage2, other.reported_class);
    }
    std::string text() const;
};

class RandomMachine {
public:
    enum class Faults { Any, TerminateAlone };
    explicit RandomMachine(uint64_t seed, Faults faults = Faults::Any);
    virtual ~RandomMachine() = default;

    /* Registers, structures and tables anew. Nothing of the round before is left. */
    void new_round();
    /* One access; fails the running test where the two disagree. False: the round is over. */
    bool access();
    /* The last access and what both made of it, for people. */
    std::string describe() const;

    std::map<Ending, uint64_t> endings;
    uint64_t updating_accesses = 0; /* that have changed descriptors */

protected:
    using EventRecord = std::array<uint64_t, 4>;

    void create(Faults faults);
    void program();
    void write(uint32_t offset, unsigned size, uint64_t value);
    uint64_t read(uint32_t offset, unsigned size);
    reference::Access some_access();
    smmu_request_t request_of_access() const;
    void ask_as_debugger();
    void run_model();
    void compare_debugger();
    void compare();
    bool agrees(const reference::Outcome &outcome) const;
    void compare_updates();
    void finish_stalled();
    void command(std::array<uint64_t, 2> words);
    void acknowledge();
    static void take_late_answer(void *ctx, const smmu_response_t *answer);
    static smmu_mem_status_t serve(void *ctx, const smmu_out_mem_t *access, void *data,
                                   uint64_t *latency);
    void expect_permitted(const smmu_out_mem_t &access) const;
    smmu_mem_status_t exchange(const smmu_out_mem_t &access, void *data);

    bool one_in(unsigned n) { return random() % n == 0; }
    uint64_t below(uint64_t n) { return random() % n; }

    std::mt19937_64 random;
    smmu_config_t config = {};
    std::vector<std::max_align_t> room;
    smmu_t *s = nullptr;
    smmu_runner_t runner = {};
    uint64_t now = 0;
    reference::Registers registers = {};
    std::unique_ptr<RandomMemory> memory;
    std::vector<uint32_t> streamids;
    std::map<uint64_t, uint64_t> commands; /* memory of the queue */
    uint32_t cmdq_prod = 0;

    reference::Access given = {};
    reference::Outcome expected;
    smmu_status_t status = SMMU_OK;
    smmu_response_t got = {}, asked = {};
    bool answered_late = false;
    std::vector<EventRecord> records;
    std::vector<reference::Update> changes; /* that the model made */
};

#endif
