/* SPDX-License-Identifier: Apache-2.0 */
/* A map of 64-bit words for the table builders to write into; reads zero where nothing was stored.
 */
#ifndef SMMUSIM_UNIT_WORD_MEMORY_H
#define SMMUSIM_UNIT_WORD_MEMORY_H

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tables/memory_port.h"

struct WordMemory {
    std::unordered_map<uint64_t, uint64_t> words;
    std::vector<uint64_t> stores; // addresses, in order

    uint64_t at(uint64_t addr) const
    {
        const auto it = words.find(addr);
        return it == words.end() ? 0 : it->second;
    }

    tbl_port port()
    {
        tbl_port p = {};
        p.ctx = this;
        p.load64 = [](void *c, uint64_t addr) { return static_cast<WordMemory *>(c)->at(addr); };
        p.store64 = [](void *c, uint64_t addr, uint64_t value) {
            static_cast<WordMemory *>(c)->words[addr] = value;
            static_cast<WordMemory *>(c)->stores.push_back(addr);
        };
        return p;
    }
};

#endif
