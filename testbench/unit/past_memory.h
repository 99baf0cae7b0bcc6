/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory together with what it held before, as far as caches may still know it: a value that was
 * replaced goes on being possible for a reader until an invalidation that covers it, given after
 * the change, is complete (3.21, 4.3, 4.4). The reference is run once for every combination.
 */
#ifndef SMMUSIM_UNIT_PAST_MEMORY_H
#define SMMUSIM_UNIT_PAST_MEMORY_H

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "reference/reference.h"
#include "unit/random_memory.h"

/* A CFGI or TLBI command, as far as it matters what it covers. */
struct Invalidation {
    unsigned opcode; /* REF_CMD_* */
    uint16_t vmid = 0, asid = 0;
    uint64_t addr = 0; /* VA or IPA */
    bool leaf = false;
    uint32_t streamid = 0, substreamid = 0;
    unsigned range = 31;                          /* CFGI_STE_RANGE: 31 is all */
    unsigned tg = 0, num = 0, scale = 0, ttl = 0; /* 4.4.1.1; tg 0: one address, any granule */

    std::array<uint64_t, 2> command() const;
};

class PastMemory : public reference::Memory {
public:
    PastMemory(RandomMemory &present, const reference::Registers &registers)
        : present(present), registers(registers)
    {
    }

    void clear();
    /* Another descriptor, or another instead of a run; what was there stays possible. */
    void change_descriptor(const reference::Fetch &fetch);
    /* Likewise a whole STE or CD. */
    void change_structure(uint64_t addr, const std::array<uint64_t, 8> &words);
    std::array<uint64_t, 8> structure(uint64_t addr) const;

    void give(const Invalidation &invalidation);
    void complete(); /* all that were given */

    /* Before each run of the reference: the first combination, then the next. */
    void first(const reference::Access &access);
    bool next();
    bool read(const reference::Fetch &fetch, uint64_t &word) override;
    /* Of the run before: something that it took may be known as part of a global translation alone,
     * and it has come to none. */
    bool impossible() const { return wants_global && !came_to_global; }

    /* What was replaced and what was invalidated, in the order of time, for people. */
    std::string describe() const;

    size_t changed_places() const { return changed.size(); }
    /* What the run with present values alone has read. */
    struct Seen {
        reference::Fetch fetch;
        reference::TableShape shape;
        bool global; /* a leaf of stage 1 */
    };
    const std::vector<Seen> &seen() const { return seen_; }

private:
    struct Old {
        std::array<uint64_t, 8> words;
        uint64_t replaced_at;
    };
    struct Given {
        Invalidation what;
        uint64_t at, complete_at; /* 0: not complete */
    };

    /* How far an invalidation goes: a table that is gone for one ASID may still have led, with
     * another or before it went, to a global translation that stays (4.4.2). */
    enum class Cover { None, AllButGlobal, All };
    Cover covered(const Old &value, const reference::Fetch &fetch) const;
    Cover covers(const Given &given, const Old &value, const reference::Fetch &fetch) const;
    Cover covers_stage1(const Invalidation &i, uint64_t value, const reference::Fetch &fetch) const;
    bool covers_stage2(const Given &g, uint64_t value, const reference::Fetch &fetch) const;
    bool covers_structure(const Invalidation &i, const reference::Fetch &fetch) const;
    bool page_covered(const Invalidation &i, uint64_t input, uint64_t value,
                      const reference::Fetch &fetch) const;
    bool same_vmid(uint16_t a, uint16_t b) const;
    bool later_nh_all(const Given &before, uint16_t vmid) const;
    bool later_cfgi(const Given &before, const reference::Fetch &fetch) const;
    unsigned choose(unsigned options);
    void begin_run();
    bool read_one(const reference::Fetch &fetch, uint64_t &word);

    RandomMemory &present;
    const reference::Registers &registers;
    std::map<uint64_t, std::vector<Old>> old; /* by the address of the descriptor or structure */
    std::set<uint64_t> changed;               /* likewise, of a run one */
    std::vector<Given> given;
    uint64_t clock = 0;
    reference::Access access = {};
    std::vector<unsigned> choice, options_;
    size_t position = 0;
    std::map<uint64_t, unsigned> chosen; /* of structures in this run: all their words alike */
    bool wants_global = false, came_to_global = false;
    std::vector<Seen> seen_;
};

#endif
