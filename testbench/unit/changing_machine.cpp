/* SPDX-License-Identifier: Apache-2.0 */
/* See changing_machine.h. */
#include "unit/changing_machine.h"

#include <gtest/gtest.h>

#include <iostream>

#include "reference/features.h"
#include "reference/table_format.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"

using reference::Object;

namespace {

constexpr size_t remembered_accesses = 6, remembered_places = 48;
/* Combinations grow with what has changed and is not yet invalidated. */
constexpr size_t most_changed_places = 5;
constexpr unsigned most_combinations = 400;

bool takes_address(unsigned opcode)
{
    return opcode == REF_CMD_TLBI_NH_VA || opcode == REF_CMD_TLBI_NH_VAA ||
           opcode == REF_CMD_TLBI_EL2_VA || opcode == REF_CMD_TLBI_EL2_VAA ||
           opcode == REF_CMD_TLBI_S2_IPA;
}

template <typename T>
void remember(std::vector<T> &list, const T &item, size_t most)
{
    if (list.size() >= most)
        list.erase(list.begin());
    list.push_back(item);
}

} // namespace

ChangingMachine::ChangingMachine(uint64_t seed) : RandomMachine(seed, Faults::TerminateAlone)
{
    past = std::make_unique<PastMemory>(*memory, registers);
}

void ChangingMachine::start_round()
{
    new_round();
    past->clear();
    recent.clear();
    places.clear();
    over = false;
}

bool ChangingMachine::step()
{
    switch (below(10)) {
    case 0:
    case 1:
        change();
        break;
    case 2:
    case 3:
        invalidate();
        break;
    case 4:
        sync();
        break;
    default:
        access_again();
    }
    return !over;
}

std::string ChangingMachine::describe_all() const
{
    return describe() + past->describe();
}

/* ---------------------------------------------------------------------- accesses */

void ChangingMachine::access_again()
{
    given = some_access();
    if (!recent.empty() && !one_in(4)) {
        bool write = given.write, priv = given.priv;
        given = recent[below(recent.size())];
        given.write = one_in(4) ? write : given.write;
        given.priv = one_in(4) ? priv : given.priv;
    }
    memory->begin_access(given.streamid);
    past->first(given);
    std::vector<reference::Outcome> possible;
    unsigned combinations = 0;
    do {
        reference::Outcome outcome = reference::translate(registers, *past, given);
        if (!past->impossible())
            possible.push_back(outcome);
    } while (past->next() && ++combinations < most_combinations);
    if (memory->crowded() || combinations >= most_combinations) {
        over = true;
        return;
    }
    expected = possible[0];
    for (const PastMemory::Seen &seen : past->seen())
        remember(places, seen, remembered_places);
    remember(recent, given, remembered_accesses);
    run_model();
    size_t which = 0;
    while (which < possible.size() && !agrees(possible[which]))
        ++which;
    EXPECT_LT(which, possible.size())
        << "none of " << possible.size() << " possible outcomes; the present's is expected";
    count(which == 0, possible.size());
    acknowledge();
}

void ChangingMachine::count(bool present, size_t outcomes)
{
    const bool changed = past->changed_places() > 0;
    bool global = false, run = false, el2 = false;
    for (const PastMemory::Seen &seen : past->seen()) {
        run = run || memory->run_of(seen.fetch.addr).size() > 1;
        global = global || seen.global;
        el2 = el2 || seen.fetch.el2;
    }
    ++counts.accesses;
    counts.several += outcomes > 1;
    counts.old_shown += !present;
    counts.made_single += changed && outcomes == 1;
    counts.global += changed && global;
    counts.run += changed && run;
    counts.el2 += changed && el2 && !REF_FIELD(CR2_E2H, registers.cr2);
    counts.wildcard += changed && REF_FIELD(CR0_VMW, registers.cr0);
}

void ChangingMachine::Counts::add(const Counts &other)
{
    uint64_t Counts::*const each[] = {
        &Counts::accesses,  &Counts::changes, &Counts::invalidations, &Counts::syncs,
        &Counts::old_shown, &Counts::several, &Counts::made_single,   &Counts::global,
        &Counts::run,       &Counts::el2,     &Counts::wildcard};
    for (uint64_t Counts::*one : each)
        this->*one += other.*one;
}

/* ----------------------------------------------------------------------- changes */

void ChangingMachine::change()
{
    if (places.empty() || past->changed_places() >= most_changed_places)
        return;
    PastMemory::Seen place = places[below(places.size())];
    if (!place.fetch.table) {
        change_structure(place);
        return;
    }
    place.fetch.table = &place.shape;
    memory->begin_access(recent.back().streamid);
    past->change_descriptor(place.fetch);
    ++counts.changes;
}

/* Only fields that no translation may be cached with (5.2.1, 5.4.1). */
void ChangingMachine::change_structure(const PastMemory::Seen &place)
{
    std::array<uint64_t, 8> words = past->structure(place.fetch.addr);
    if (place.fetch.object == Object::Cd) {
        if (one_in(3))
            REF_SET(CD_V, words.data(), !REF_GET(CD_V, words));
        else
            REF_SET(CD_R, words.data(), !REF_GET(CD_R, words));
        REF_SET(CD_PARTID, words.data(), below(reference::Features(registers).partid_max + 1));
    } else if (one_in(4)) {
        REF_SET(STE_V, words.data(), !REF_GET(STE_V, words));
    } else {
        REF_SET(STE_SHCFG, words.data(), below(4));
        REF_SET(STE_PRIVCFG, words.data(), below(4));
        REF_SET(STE_INSTCFG, words.data(), below(4));
        REF_SET(STE_S2R, words.data(), below(2));
        REF_SET(STE_PARTID, words.data(), below(reference::Features(registers).partid_max + 1));
    }
    past->change_structure(place.fetch.addr, words);
    ++counts.changes;
}

/* ----------------------------------------------------------------- invalidations */

Invalidation ChangingMachine::some_configuration()
{
    static const unsigned opcodes[] = {REF_CMD_CFGI_STE, REF_CMD_CFGI_STE_RANGE, REF_CMD_CFGI_CD,
                                       REF_CMD_CFGI_CD_ALL};
    const reference::Access &a = recent[below(recent.size())];
    Invalidation i = {};
    i.opcode = opcodes[below(4)];
    i.streamid = a.streamid;
    i.substreamid = a.ssv ? a.substreamid : 0;
    i.range = one_in(3) ? 31 : static_cast<unsigned>(below(8));
    return i;
}

Invalidation ChangingMachine::some_invalidation()
{
    reference::Features f(registers);
    bool e2h = REF_FIELD(CR2_E2H, registers.cr2);
    std::vector<unsigned> opcodes = {REF_CMD_TLBI_NH_ALL, REF_CMD_TLBI_NH_ASID,
                                     REF_CMD_TLBI_NH_VA,  REF_CMD_TLBI_NH_VA,
                                     REF_CMD_TLBI_NH_VAA, REF_CMD_TLBI_NSNH_ALL};
    if (f.s2p)
        opcodes.insert(opcodes.end(), {REF_CMD_TLBI_S12_VMALL, REF_CMD_TLBI_S2_IPA,
                                       REF_CMD_TLBI_S2_IPA, REF_CMD_TLBI_S2_IPA});
    if (f.hyp)
        opcodes.insert(opcodes.end(), {REF_CMD_TLBI_EL2_ALL, REF_CMD_TLBI_EL2_VA});
    if (f.hyp && e2h)
        opcodes.insert(opcodes.end(), {REF_CMD_TLBI_EL2_ASID, REF_CMD_TLBI_EL2_VAA});
    Invalidation i = {};
    i.opcode = opcodes[below(opcodes.size())];
    const size_t which = below(places.size());
    const PastMemory::Seen &place = places[which];
    if (place.fetch.el2 && one_in(2))
        i.opcode = REF_CMD_TLBI_EL2_VA;
    i.asid = places[one_in(4) ? below(places.size()) : which].fetch.asid;
    i.vmid = place.fetch.vmid;
    if (f.s2p && one_in(4)) /* a neighbour's, or the same under a wildcard */
        i.vmid ^= static_cast<uint16_t>(below(4));
    i.leaf = one_in(2);
    i.addr =
        i.opcode == REF_CMD_TLBI_S2_IPA ? place.fetch.input : recent[below(recent.size())].addr;
    if (REF_FIELD(IDR3_RIL, registers.idr3) && place.fetch.table && takes_address(i.opcode) &&
        one_in(2))
        make_range(i, place);
    return i;
}

/* Around the address, for tables like those of the place; aligned as the level wants it. */
void ChangingMachine::make_range(Invalidation &i, const PastMemory::Seen &place)
{
    const reference::TableShape &shape = place.shape;
    i.tg = (shape.granule_log2 - 10) / 2;
    i.num = static_cast<unsigned>(below(32));
    i.scale = static_cast<unsigned>(one_in(2) ? below(4) : below(20));
    bool hinted = one_in(3) && shape.level >= 2;
    i.ttl = hinted ? static_cast<unsigned>(shape.level) : 0;
    unsigned aligned =
        hinted ? reference::entry_log2(shape.granule_log2, shape.level) : shape.granule_log2;
    i.addr &= ~reference::ones(aligned);
    if (one_in(2)) /* not at its beginning */
        i.addr -= below(i.num + 1) << aligned;
    if (!i.num && !i.scale && !i.ttl) /* Reserved */
        i.num = 1;
}

/* A hint, which must reach no further than accesses do (3.21.3); no CMD_SYNC, no effect. */
void ChangingMachine::prefetch()
{
    const reference::Access &a = recent[below(recent.size())];
    std::array<uint64_t, 2> words = {
        one_in(2) ? unsigned{REF_CMD_PREFETCH_CONFIG} : unsigned{REF_CMD_PREFETCH_ADDR}, 0};
    REF_SET(CMD_PREFETCH_CONFIG_STREAMID, words.data(), a.streamid ^ (one_in(4) ? below(8) : 0));
    if (words[0] == REF_CMD_PREFETCH_ADDR)
        words[1] = a.addr & ~reference::ones(12);
    command(words);
}

void ChangingMachine::invalidate()
{
    if (places.empty())
        return;
    if (one_in(8))
        prefetch();
    Invalidation i = one_in(3) ? some_configuration() : some_invalidation();
    past->give(i);
    command(i.command());
    ++counts.invalidations;
    if (one_in(2))
        sync();
}

void ChangingMachine::sync()
{
    command({REF_CMD_SYNC, 0});
    smmu_run_until_idle(s, &runner, &now, now + 1'000'000);
    EXPECT_EQ(read(REF_REG_CMDQ_CONS, 4), cmdq_prod) << "all is consumed, without an error";
    past->complete();
    ++counts.syncs;
}
