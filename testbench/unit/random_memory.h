/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory whose content is made up when the reference first reads it: it says what it expects there
 * (a structure, a descriptor of a table of this shape), and something of the kind is drawn, mostly
 * legal, now and then not, or memory that cannot be read. From then on it stays, until somebody
 * stores over it. Addresses are drawn from all that the sizes allow.
 */
#ifndef SMMUSIM_UNIT_RANDOM_MEMORY_H
#define SMMUSIM_UNIT_RANDOM_MEMORY_H

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "reference/features.h"
#include "reference/reference.h"

class RandomMemory : public reference::Memory {
public:
    RandomMemory(std::mt19937_64 &random, const reference::Registers &registers)
        : features(registers), registers(registers), random(random)
    {
    }

    /* Forgets everything, and draws how wild the round is. */
    void new_round();
    /* Whose structures the next reads belong to. */
    void begin_access(uint32_t streamid) { streamid_ = streamid; }

    bool read(const reference::Fetch &fetch, uint64_t &word) override;
    /* For everybody else; what was never made up is 0. False: external abort. */
    bool load(uint64_t addr, uint64_t &word) const;
    /* Made up as such a thing, or as a part of one. */
    bool is_a(reference::Object object, uint64_t addr) const
    {
        auto placed = words.find(addr);
        return placed != words.end() && placed->second.made_as == object;
    }
    void store(uint64_t addr, uint64_t word) { words[addr].word = word; }

    /* A word was made for one thing and read as another. Tags may then be used twice, in different
     * ways, and nothing can be said of the round any more. */
    bool crowded() const { return crowded_; }

    /* The descriptors that say the same as this one, itself among them: a run with the Contiguous
     * bit, or this one alone. */
    std::vector<uint64_t> run_of(uint64_t addr) const;
    /* Something else of the same kind, in place of what was there, of a run in its whole length. */
    void make_again(const reference::Fetch &fetch);

    /* An address that the stream's tables may translate, of few distinct pages. */
    uint64_t some_address(uint32_t streamid);
    /* One in n, or what goes wrong in this round. */
    bool one_in(unsigned n) { return random() % n == 0; }
    uint64_t below(uint64_t n) { return random() % n; }
    bool odd() { return wildness && one_in(wildness); }

private:
    using Words = std::array<uint64_t, 8>;

    struct Placed {
        uint64_t word;
        reference::Object made_as;
        uint8_t run_log2 = 0; /* of how many descriptors in a row, aligned to as many */
        unsigned granule_log2 = 0; /* of descriptors: a run of one granule is none of another */
    };

    /* What of a stream's structures decides which addresses are worth trying. */
    struct Input {
        unsigned bits;
        bool upper;
        unsigned of_bits = 64; /* VMSAv8-32: the upper range is below 2^32 */
    };
    struct StreamShape {
        std::vector<Input> inputs;
        unsigned ipa_bits = 0; /* 0: no stage 2 */
        bool forced_write_back = false;
        bool has_asids = true;
        bool stage2_is_32 = false; /* VMSAv8-32 */
        bool el2_e2h = false;
    };

    uint64_t some_id(uint64_t max);
    uint64_t make_part_of_vms();
    uint64_t make_l1std();
    Words make_ste();
    void make_stage1_part(Words &ste, StreamShape &shape);
    void make_stage2_part(Words &ste, StreamShape &shape);
    unsigned make_stage2_size(Words &ste);
    unsigned make_stage2_size_32(Words &ste);
    bool vmsav8_32(unsigned usually_one_in);
    uint64_t make_l1cd();
    Words make_cd();
    void make_half(Words &cd, bool upper, unsigned output);
    uint64_t make_descriptor(const reference::Fetch &fetch);
    uint64_t make_table(const reference::TableShape &shape);
    uint64_t make_leaf(const reference::Fetch &fetch);
    uint64_t with_address(const reference::TableShape &shape, bool stage1, unsigned low);
    uint64_t stage1_attributes();
    uint64_t stage2_attributes();
    void make_contiguous(const reference::Fetch &fetch, uint64_t leaf);
    void place(reference::Object object, uint64_t addr, const Words &from);
    void make(const reference::Fetch &fetch);
    uint64_t some_tag(uint64_t &next, bool sixteen_bits);
    unsigned some_granule();
    uint64_t some_wrong_size(uint64_t least, uint64_t most);
    bool big_endian();
    uint64_t some_structure(unsigned alignment_log2);

    reference::Features features;
    const reference::Registers &registers;
    std::mt19937_64 &random;
    std::unordered_map<uint64_t, Placed> words;
    std::unordered_set<uint64_t> unreadable;
    bool crowded_ = false;
    std::map<uint32_t, StreamShape> streams;
    uint32_t streamid_ = 0;
    unsigned wildness = 0;  /* one in so many things is odd; 0: none */
    bool one_space = false; /* one set of tables for each ASET, under any ASID */
    bool s1pie = false;
    bool protects = false; /* bit 52 of stage 1 is Protected */
    uint64_t next_asid = 0, next_vmid = 0;
    struct Space {
        Words cd;
        std::vector<Input> inputs;
    };
    std::array<Space, 2> spaces = {}; /* by ASET */
};

#endif
