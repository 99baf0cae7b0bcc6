/* SPDX-License-Identifier: Apache-2.0 */
/* See past_memory.h. */
#include "unit/past_memory.h"

#include <algorithm>
#include <sstream>

#include "reference/table_format.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_vmsa.h"

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

static uint64_t in_order(uint64_t value, const Fetch &fetch)
{
    return fetch.table->big_endian ? reference::byte_swapped(value) : value;
}

static bool is_leaf(uint64_t value, const Fetch &fetch)
{
    return fetch.table->level == 3 || !(in_order(value, fetch) & 2);
}

static bool is_global(uint64_t value, const Fetch &fetch)
{
    return is_leaf(value, fetch) && !REF_FIELD(S1_LEAF_NG, in_order(value, fetch));
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

/* Which of a stage 1 descriptor's cached forms go, address and ASID aside. */
static bool reaches(const Invalidation &i, const Fetch &fetch, bool vmid)
{
    switch (i.opcode) {
    case REF_CMD_TLBI_EL2_ALL:
    case REF_CMD_TLBI_EL2_ASID:
    case REF_CMD_TLBI_EL2_VA:
    case REF_CMD_TLBI_EL2_VAA:
        return fetch.el2;
    case REF_CMD_TLBI_NSNH_ALL:
        return !fetch.el2;
    case REF_CMD_TLBI_NH_ALL:
    case REF_CMD_TLBI_S12_VMALL:
    case REF_CMD_TLBI_NH_ASID:
    case REF_CMD_TLBI_NH_VA:
    case REF_CMD_TLBI_NH_VAA:
        return !fetch.el2 && vmid;
    default:
        return false;
    }
}

PastMemory::Cover PastMemory::covers_stage1(const Invalidation &i, uint64_t value,
                                            const Fetch &fetch) const
{
    bool vmid = !REF_FIELD(IDR0_S2P, registers.idr0) || same_vmid(i.vmid, fetch.vmid);
    if (!reaches(i, fetch, vmid))
        return Cover::None;
    bool by_address = i.opcode == REF_CMD_TLBI_NH_VA || i.opcode == REF_CMD_TLBI_NH_VAA ||
                      i.opcode == REF_CMD_TLBI_EL2_VA || i.opcode == REF_CMD_TLBI_EL2_VAA;
    if (by_address && !page_covered(i, access.addr, value, fetch))
        return Cover::None;
    bool has_asids = !fetch.el2 || REF_FIELD(CR2_E2H, registers.cr2);
    bool whole_asid = i.opcode == REF_CMD_TLBI_NH_ASID || i.opcode == REF_CMD_TLBI_EL2_ASID;
    bool by_asid = whole_asid || i.opcode == REF_CMD_TLBI_NH_VA || i.opcode == REF_CMD_TLBI_EL2_VA;
    if (!by_asid || !has_asids)
        return Cover::All;
    if (is_global(value, fetch))
        return whole_asid ? Cover::None : Cover::All;
    if (i.asid != fetch.asid)
        return Cover::None;
    return is_leaf(value, fetch) ? Cover::All : Cover::AllButGlobal;
}

/* 3.17.6 */
bool PastMemory::same_vmid(uint16_t a, uint16_t b) const
{
    return (a ^ b) >> REF_FIELD(CR0_VMW, registers.cr0) == 0;
}

/* What both stages made together goes with the stage 1 entries of the VMID. */
bool PastMemory::later_nh_all(const Given &before, uint16_t vmid) const
{
    for (const Given &g : given)
        if (g.complete_at && g.at > before.complete_at && g.what.opcode == REF_CMD_TLBI_NH_ALL &&
            same_vmid(g.what.vmid, vmid))
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
    bool vmid = same_vmid(i.vmid, fetch.vmid);
    switch (i.opcode) {
    case REF_CMD_TLBI_NSNH_ALL:
        return true;
    case REF_CMD_TLBI_S12_VMALL:
        return vmid;
    case REF_CMD_TLBI_S2_IPA:
        return vmid && page_covered(i, fetch.input, value, fetch) &&
               (fetch.stage2_alone || later_nh_all(g, fetch.vmid));
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

PastMemory::Cover PastMemory::covers(const Given &g, const Old &value, const Fetch &fetch) const
{
    if (fetch.object == Object::Stage1)
        return covers_stage1(g.what, value.words[0], fetch);
    bool all = fetch.object == Object::Stage2 ? covers_stage2(g, value.words[0], fetch)
                                              : covers_structure(g.what, fetch);
    return all ? Cover::All : Cover::None;
}

PastMemory::Cover PastMemory::covered(const Old &value, const Fetch &fetch) const
{
    Cover most = Cover::None;
    for (const Given &g : given)
        if (g.complete_at && g.at > value.replaced_at && (!fetch.for_cd || later_cfgi(g, fetch)))
            most = std::max(most, covers(g, value, fetch));
    return most;
}

/* ----------------------------------------------------------------------- changes */

void PastMemory::clear()
{
    old.clear();
    changed.clear();
    given.clear();
    seen_.clear();
}

void PastMemory::change_descriptor(const Fetch &fetch)
{
    ++clock;
    changed.insert(present.run_of(fetch.addr).front());
    for (uint64_t at : present.run_of(fetch.addr)) {
        uint64_t word = 0;
        bool readable = present.load(at, word);
        if (readable && (in_order(word, fetch) & 1)) /* what faults is never cached */
            old[at].push_back({{word}, clock});
    }
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
    changed.insert(addr);
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
    begin_run();
}

void PastMemory::begin_run()
{
    position = 0;
    chosen.clear();
    wants_global = came_to_global = false;
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
    begin_run();
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
    bool readable = read_one(fetch, word);
    if (fetch.object == Object::Stage1)
        came_to_global = readable && is_global(word, fetch);
    return readable;
}

bool PastMemory::read_one(const Fetch &fetch, uint64_t &word)
{
    bool readable = present.read(fetch, word),
         whole = fetch.object == Object::Ste || fetch.object == Object::Cd;
    bool present_alone = choice.empty() || (choice.size() == 1 && choice[0] == 0);
    if (readable && present_alone && fetch.table)
        seen_.push_back(
            {fetch, *fetch.table, fetch.object == Object::Stage1 && is_global(word, fetch)});
    else if (readable && present_alone && whole && fetch.addr % 64 == 0)
        seen_.push_back({fetch, {}, false});
    uint64_t place = whole ? fetch.addr & ~UINT64_C(63) : fetch.addr;
    auto known = old.find(place);
    if (known == old.end())
        return readable;
    std::vector<const Old *> possible;
    for (const Old &value : known->second)
        if (covered(value, fetch) != Cover::All)
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
    const Old &taken = *possible[which - 1];
    wants_global = wants_global || covered(taken, fetch) == Cover::AllButGlobal;
    word = taken.words[(fetch.addr - place) / 8];
    return true;
}
