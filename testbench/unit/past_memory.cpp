/* SPDX-License-Identifier: Apache-2.0 */
/* See past_memory.h. */
#include "unit/past_memory.h"

#include <sstream>

#include "reference/table_format.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

using reference::Fetch;
using reference::Object;

std::array<uint64_t, 2> Invalidation::command() const
{
    std::array<uint64_t, 2> words = {opcode, 0};
    bool configuration = opcode < REF_CMD_TLBI_NH_ALL;
    if (configuration) {
        REF_SET(CMD_CFGI_CD_STREAMID, words.data(), streamid);
        if (opcode == REF_CMD_CFGI_CD)
            REF_SET(CMD_CFGI_CD_SUBSTREAMID, words.data(), substreamid);
        if (opcode == REF_CMD_CFGI_STE_RANGE)
            REF_SET(CMD_CFGI_STE_RANGE_RANGE, words.data(), range);
        else
            REF_SET(CMD_CFGI_STE_LEAF, words.data(), leaf);
        return words;
    }
    REF_SET(CMD_TLBI_NH_VA_VMID, words.data(), vmid);
    REF_SET(CMD_TLBI_NH_VA_ASID, words.data(), asid);
    REF_SET(CMD_TLBI_NH_VA_LEAF, words.data(), leaf);
    REF_SET(CMD_TLBI_NH_VA_ADDR, words.data(), addr >> 12);
    REF_SET(CMD_TLBI_NH_VA_TG, words.data(), tg);
    REF_SET(CMD_TLBI_NH_VA_NUM, words.data(), num);
    REF_SET(CMD_TLBI_NH_VA_SCALE, words.data(), scale);
    REF_SET(CMD_TLBI_NH_VA_TTL, words.data(), ttl);
    return words;
}

/* ------------------------------------------------------------------- what covers what */

static bool is_leaf(uint64_t value, const Fetch &fetch)
{
    uint64_t descriptor = fetch.table->big_endian ? reference::byte_swapped(value) : value;
    return fetch.table->level == 3 || !(descriptor & 2);
}

/* An address or a range: what is cached for its pages is gone, with leaf=1 only what came of a
 * leaf. */
bool PastMemory::page_covered(const Invalidation &i, uint64_t input, uint64_t value,
                              const Fetch &fetch) const
{
    bool leaf = is_leaf(value, fetch);
    if (i.leaf && !leaf)
        return false;
    if (!i.tg)
        return i.addr >> 12 == input >> 12;
    /* A range of entries of one granule, with the level of the leaf maybe (4.4.1.1). */
    unsigned granule = 10 + 2 * i.tg;
    /* Under an old table there may have been a leaf of another level than the hint's: it stays. */
    bool meant = !i.ttl || (leaf && fetch.table->level == static_cast<int>(i.ttl));
    uint64_t bytes = static_cast<uint64_t>(i.num + 1) << (i.scale + granule);
    return fetch.table->granule_log2 == granule && meant && input >= i.addr &&
           input - i.addr < bytes;
}

bool PastMemory::covers_stage1(const Invalidation &i, uint64_t value, const Fetch &fetch) const
{
    bool e2h = REF_FIELD(CR2_E2H, registers.cr2);
    bool vmid = !REF_FIELD(IDR0_S2P, registers.idr0) || i.vmid == fetch.vmid;
    bool asid = i.asid == fetch.asid, page = page_covered(i, access.addr, value, fetch);
    switch (i.opcode) {
    case REF_CMD_TLBI_EL2_ALL:
        return fetch.el2;
    case REF_CMD_TLBI_EL2_ASID:
        return fetch.el2 && asid;
    case REF_CMD_TLBI_EL2_VA:
        return fetch.el2 && page && (!e2h || asid);
    case REF_CMD_TLBI_EL2_VAA:
        return fetch.el2 && page;
    case REF_CMD_TLBI_NSNH_ALL:
        return !fetch.el2;
    case REF_CMD_TLBI_NH_ALL:
    case REF_CMD_TLBI_S12_VMALL:
        return !fetch.el2 && vmid;
    case REF_CMD_TLBI_NH_ASID:
        return !fetch.el2 && vmid && asid;
    case REF_CMD_TLBI_NH_VA:
        return !fetch.el2 && vmid && asid && page;
    case REF_CMD_TLBI_NH_VAA:
        return !fetch.el2 && vmid && page;
    default:
        return false;
    }
}

/* What both stages made together goes with the stage 1 entries of the VMID. */
bool PastMemory::later_nh_all(const Given &before) const
{
    for (const Given &g : given)
        if (g.complete_at && g.at > before.complete_at && g.what.opcode == REF_CMD_TLBI_NH_ALL &&
            g.what.vmid == before.what.vmid)
            return true;
    return false;
}

/* A CD that was found through old tables stays known until a CFGI, whatever TLBI says (5.4.1). */
bool PastMemory::later_cfgi(const Given &before, const Fetch &fetch) const
{
    for (const Given &g : given)
        if (g.complete_at && g.at > before.complete_at && covers_structure(g.what, fetch))
            return true;
    return false;
}

bool PastMemory::covers_stage2(const Given &g, uint64_t value, const Fetch &fetch) const
{
    const Invalidation &i = g.what;
    bool vmid = i.vmid == fetch.vmid;
    switch (i.opcode) {
    case REF_CMD_TLBI_NSNH_ALL:
        return true;
    case REF_CMD_TLBI_S12_VMALL:
        return vmid;
    case REF_CMD_TLBI_S2_IPA:
        return vmid && page_covered(i, fetch.input, value, fetch) &&
               (fetch.stage2_alone || later_nh_all(g));
    default:
        return false;
    }
}

bool PastMemory::covers_structure(const Invalidation &i, const Fetch &fetch) const
{
    switch (i.opcode) {
    case REF_CMD_CFGI_STE:
        return i.streamid == access.streamid;
    case REF_CMD_CFGI_STE_RANGE:
        return i.range == 31 || i.streamid >> (i.range + 1) == access.streamid >> (i.range + 1);
    case REF_CMD_CFGI_CD_ALL:
        return (fetch.object == Object::Cd || fetch.for_cd) && i.streamid == access.streamid;
    case REF_CMD_CFGI_CD:
        return (fetch.object == Object::Cd || fetch.for_cd) && i.streamid == access.streamid &&
               i.substreamid == (access.ssv ? access.substreamid : 0);
    default:
        return false;
    }
}

bool PastMemory::covers(const Given &g, const Old &value, const Fetch &fetch) const
{
    if (fetch.object == Object::Stage1)
        return covers_stage1(g.what, value.words[0], fetch);
    if (fetch.object == Object::Stage2)
        return covers_stage2(g, value.words[0], fetch);
    return covers_structure(g.what, fetch);
}

bool PastMemory::covered(const Old &value, const Fetch &fetch) const
{
    for (const Given &g : given)
        if (g.complete_at && g.at > value.replaced_at && covers(g, value, fetch) &&
            (!fetch.for_cd || later_cfgi(g, fetch)))
            return true;
    return false;
}

/* ----------------------------------------------------------------------- changes */

void PastMemory::clear()
{
    old.clear();
    given.clear();
    seen_.clear();
}

void PastMemory::change_descriptor(const Fetch &fetch)
{
    uint64_t word = 0;
    bool readable = present.load(fetch.addr, word);
    uint64_t descriptor = fetch.table->big_endian ? reference::byte_swapped(word) : word;
    if (readable && (descriptor & 1)) /* what faults is never cached */
        old[fetch.addr].push_back({{word}, ++clock});
    present.make_again(fetch);
}

std::array<uint64_t, 8> PastMemory::structure(uint64_t addr) const
{
    std::array<uint64_t, 8> words;
    for (unsigned i = 0; i < 8; ++i)
        present.load(addr + 8 * i, words[i]);
    return words;
}

void PastMemory::change_structure(uint64_t addr, const std::array<uint64_t, 8> &words)
{
    old[addr].push_back({structure(addr), ++clock});
    for (unsigned i = 0; i < 8; ++i)
        present.store(addr + 8 * i, words[i]);
}

void PastMemory::give(const Invalidation &invalidation)
{
    given.push_back({invalidation, ++clock, 0});
}

void PastMemory::complete()
{
    ++clock;
    for (Given &g : given)
        g.complete_at = g.complete_at ? g.complete_at : clock;
}

std::string PastMemory::describe() const
{
    std::map<uint64_t, std::string> lines;
    for (const auto &[addr, values] : old)
        for (const Old &value : values) {
            std::ostringstream line;
            line << std::hex << "  " << addr << " was " << value.words[0] << " " << value.words[1];
            lines[value.replaced_at] = line.str();
        }
    for (const Given &g : given) {
        const Invalidation &i = g.what;
        std::ostringstream line;
        line << std::hex << "  command " << i.opcode << " vmid " << i.vmid << " asid " << i.asid
             << " addr " << i.addr << " leaf " << i.leaf << " sid " << i.streamid << " ssid "
             << i.substreamid << " range " << i.range << " tg " << i.tg << " num " << i.num
             << " scale " << i.scale << " ttl " << i.ttl << (g.complete_at ? ", complete" : "");
        lines[g.at] = line.str();
    }
    std::string text;
    for (const auto &[at, line] : lines)
        text += std::to_string(at) + line + "\n";
    return text;
}

/* ------------------------------------------------------------------- combinations */

void PastMemory::first(const reference::Access &of)
{
    access = of;
    choice.clear();
    options_.clear();
    seen_.clear();
    position = 0;
    chosen.clear();
}

bool PastMemory::next()
{
    while (!choice.empty() && choice.back() + 1 >= options_.back()) {
        choice.pop_back();
        options_.pop_back();
    }
    if (choice.empty())
        return false;
    ++choice.back();
    position = 0;
    chosen.clear();
    return true;
}

unsigned PastMemory::choose(unsigned options)
{
    if (position == choice.size()) {
        choice.push_back(0);
        options_.push_back(options);
    }
    return choice[position++];
}

bool PastMemory::read(const Fetch &fetch, uint64_t &word)
{
    bool readable = present.read(fetch, word),
         whole = fetch.object == Object::Ste || fetch.object == Object::Cd;
    bool present_alone = choice.empty() || (choice.size() == 1 && choice[0] == 0);
    if (readable && present_alone && fetch.table)
        seen_.push_back({fetch, *fetch.table});
    else if (readable && present_alone && whole && fetch.addr % 64 == 0)
        seen_.push_back({fetch, {}});
    uint64_t place = whole ? fetch.addr & ~UINT64_C(63) : fetch.addr;
    auto known = old.find(place);
    if (known == old.end())
        return readable;
    std::vector<const Old *> possible;
    for (const Old &value : known->second)
        if (!covered(value, fetch))
            possible.push_back(&value);
    if (possible.empty())
        return readable;
    auto before = whole ? chosen.find(place) : chosen.end();
    unsigned which = before != chosen.end() ? before->second
                                            : choose(static_cast<unsigned>(possible.size() + 1));
    if (whole)
        chosen[place] = which;
    if (which == 0)
        return readable;
    word = possible[which - 1]->words[(fetch.addr - place) / 8];
    return true;
}
