/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hypervisor and its guests that change stage 2 and stage 1 tables at random, and send no more
 * invalidations than they must (3.21, 4.4; Arm ARM D8.17), against tables read anew for every
 * access. After CMD_SYNC nothing stale is seen; an access on its way meanwhile sees the old tables
 * or the new ones.
 */
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "driver/commands.h"
#include "mem/host.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"
#include "unit/environment.h"

namespace {

/*
 * Guest g has VMID g + 1, two address spaces with ASIDs 1 and 2, and StreamIDs 4g (the first one),
 * 4g
 * + 1 (the second one) and 4g + 2 (stage 2 alone). All tables are of 4 KiB granules and 39 bits; of
 * each input range the first 4 MiB are used. IPAs: 0 to 64 KiB are the guest's structures, then
 * come pages, and from 2 MiB on a region that stage 2 has as a block or in pages.
 */
constexpr unsigned guests = 2, spaces = 2, pages = 12;
constexpr uint64_t page = 0x1000, region = 0x200000;
constexpr uint64_t first_page = 0x100000; /* IPA of the pages */

constexpr uint64_t stes = 0x10'0000, ring_at = 0x20'0000, events_at = 0x30'0000;
constexpr uint64_t s2_tables(unsigned g)
{
    return 0x100'0000 + g * 0x10'0000;
}
constexpr uint64_t guest_memory(unsigned g)
{
    return 0x4000'0000 + g * uint64_t{0x1000'0000};
}

/* Of a guest, by IPA. */
constexpr uint64_t cd_at(unsigned space)
{
    return space * 64;
}
constexpr uint64_t s1_level(unsigned space, unsigned level) /* 1 to 3 */
{
    return 0x1000 + space * 0x3000 + (level - 1) * page;
}

/* The two tables of level 3 of which the guest uses one. */
constexpr uint64_t s1_last(unsigned space, unsigned which)
{
    return which ? 0x8000 + space * page : s1_level(space, 3);
}

struct Outcome {
    bool forward;
    uint64_t pa;
    bool operator==(const Outcome &o) const
    {
        return forward == o.forward && (!forward || pa == o.pa);
    }
};

uint64_t s2_leaf(uint64_t pa, bool writable, bool block = false)
{
    return pa | REF_PREP(S2_LEAF_AF, 1) | REF_PREP(S2_LEAF_MEMATTR, 15) |
           REF_PREP(S2_LEAF_S2AP, writable ? 3 : 1) | (block ? 1 : 3);
}

uint64_t s1_leaf(uint64_t ipa, bool writable, bool block = false)
{
    return ipa | REF_PREP(S1_LEAF_AF, 1) | REF_PREP(S1_LEAF_NG, 1) |
           REF_PREP(S1_LEAF_AP, writable ? REF_AP_PU_RW : REF_AP_PU_RO) | (block ? 1 : 3);
}

class Hypervisor {
public:
    Hypervisor(unsigned seed, const char *preset) : random(seed)
    {
        smmu_config_t config;
        char why[200] = "";
        EXPECT_EQ(smmu_config_init(&config, preset), SMMU_OK);
        auto set = [&](const char *key, uint64_t value) {
            EXPECT_EQ(smmu_config_set(&config, key, value, why, sizeof why), SMMU_OK) << why;
        };
        if (odd()) { /* caches in which things have to give way */
            set("timing.utlb_entries", 4);
            set("timing.mtlb_entries", 16);
        }
        set("mode", below(3));
        host.reset(host_create(&config, why, sizeof why));
        EXPECT_TRUE(host) << why;
        for (unsigned g = 0; g < guests; ++g)
            set_up(g);
        reg(REF_REG_STRTAB_BASE, 8, stes);
        reg(REF_REG_STRTAB_BASE_CFG, 4, 4);
        reg(REF_REG_CMDQ_BASE, 8, ring_at | 8);
        reg(REF_REG_EVENTQ_BASE, 8, events_at | 4);
        reg(REF_REG_CR0, 4,
            REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1) | REF_PREP(CR0_EVENTQEN, 1));
    }

    void step()
    {
        for (unsigned n = below(6); n; --n) {
            Access a = some_access();
            expect(a, finish(start(a)), tables(a), tables(a));
        }
        std::vector<std::pair<Access, uint32_t>> on_their_way;
        for (unsigned n = below(4); n; --n) {
            Access a = some_access();
            on_their_way.push_back({a, start(a)});
        }
        host_run_until(host.get(), host_now(host.get()) + below(900));
        std::map<uint64_t, uint64_t> before = words;
        change();
        for (auto &[a, ticket] : on_their_way) {
            Outcome now = tables(a);
            std::swap(words, before);
            Outcome then = tables(a);
            std::swap(words, before);
            expect(a, finish(ticket), then, now);
        }
    }

    void settle() { EXPECT_EQ(host_error(host.get()), nullptr); }
    std::string last; /* what was changed */

private:
    struct Access {
        unsigned guest, stream; /* 0, 1: address space; 2: stage 2 alone */
        uint64_t addr;
        bool write;
    };

    unsigned below(unsigned n) { return static_cast<unsigned>(random() % n); }
    bool odd() { return below(2); }
    void reg(uint32_t at, unsigned size, uint64_t value)
    {
        host_reg_write(host.get(), SMMU_PAS_NS, at, size, value);
        host_run_idle(host.get(), host_now(host.get()) + 100000);
    }

    /* ---- tables */

    void put(uint64_t at, uint64_t word)
    {
        words[at] = word;
        memory_store64(host_memory(host.get()), at, word);
    }
    uint64_t s2_l3(unsigned g, unsigned r) { return s2_tables(g) + (2 + r) * page; }
    void put_s2(unsigned g, uint64_t ipa, uint64_t word)
    {
        put(s2_l3(g, static_cast<unsigned>(ipa / region)) + ipa % region / page * 8, word);
    }
    /* A word of the guest's memory, at home. */
    void put_guest(unsigned g, uint64_t ipa, uint64_t word) { put(guest_memory(g) + ipa, word); }
    uint64_t some_pa(unsigned g) { return guest_memory(g) + 0x80'0000 + below(64) * page; }
    uint64_t some_ipa()
    {
        return odd() ? first_page + below(pages) * page : region + below(4) * page;
    }

    void set_up(unsigned g)
    {
        put(s2_tables(g), (s2_tables(g) + page) | 3);
        for (unsigned r = 0; r < 2; ++r)
            put(s2_tables(g) + page + 8 * r, s2_l3(g, r) | 3);
        for (uint64_t ipa = 0; ipa < 0x10000; ipa += page)
            put_s2(g, ipa, s2_leaf(guest_memory(g) + ipa, true));
        for (unsigned p = 0; p < pages; ++p) {
            put_s2(g, first_page + p * page, s2_leaf(some_pa(g), true));
            put_s2(g, region + p * page, s2_leaf(some_pa(g), true));
        }
        for (unsigned space = 0; space < spaces; ++space) {
            put_guest(g, s1_level(space, 1), s1_level(space, 2) | 3);
            put_guest(g, s1_level(space, 2), s1_level(space, 3) | 3);
            put_guest(g, s1_level(space, 2) + 8, s1_leaf(region, true, true));
            for (unsigned p = 0; p < pages; ++p)
                for (unsigned which = 0; which < 2; ++which)
                    put_guest(g, s1_last(space, which) + 8 * p, s1_leaf(some_ipa(), true));
            uint64_t cd[8] = {};
            REF_SET(CD_V, cd, 1);
            REF_SET(CD_AA64, cd, 1);
            REF_SET(CD_A, cd, 1);
            REF_SET(CD_IPS, cd, 5);
            REF_SET(CD_T0SZ, cd, 25);
            REF_SET(CD_EPD1, cd, 1);
            REF_SET(CD_ASID, cd, space + 1);
            REF_SET(CD_TTB0, cd, s1_level(space, 1) >> 4);
            cd[3] = REF_MAIR_NORMAL_WB_RAWA;
            for (unsigned i = 0; i < 8; ++i)
                put_guest(g, cd_at(space) + 8 * i, cd[i]);
        }
        for (unsigned stream = 0; stream < 3; ++stream) {
            uint64_t ste[8] = {};
            REF_SET(STE_V, ste, 1);
            REF_SET(STE_CONFIG, ste, stream == 2 ? REF_CONFIG_S2 : REF_CONFIG_NESTED);
            if (stream < 2)
                ste[0] |= cd_at(stream);
            REF_SET(STE_SHCFG, ste, 1);
            REF_SET(STE_S2VMID, ste, g + 1);
            REF_SET(STE_S2AA64, ste, 1);
            REF_SET(STE_S2T0SZ, ste, 25);
            REF_SET(STE_S2SL0, ste, 1);
            REF_SET(STE_S2PS, ste, 5);
            REF_SET(STE_S2TTB, ste, s2_tables(g) >> 4);
            for (unsigned i = 0; i < 8; ++i)
                put(stes + (4 * g + stream) * 64 + 8 * i, ste[i]);
        }
    }

    /* ---- what the tables say */

    static constexpr uint64_t address_bits = 0xFFFF'FFFF'F000;

    Outcome stage2(unsigned g, uint64_t ipa, bool write)
    {
        if (ipa >= 2 * region)
            return {false, 0};
        uint64_t d = words[s2_tables(g) + page + 8 * (ipa / region)], span = region;
        if ((d & 3) == 3) {
            d = words[(d & address_bits) + ipa % region / page * 8];
            span = page;
        }
        unsigned need = write ? REF_S2AP_WRITE : REF_S2AP_READ;
        if (!(d & 1) || !(REF_GET(S2_LEAF_S2AP, &d) & need))
            return {false, 0};
        return {true, (d & address_bits) | ipa % span};
    }
    uint64_t guest_word(unsigned g, uint64_t ipa)
    {
        Outcome at = stage2(g, ipa, false);
        return at.forward ? words[at.pa] : 0;
    }
    Outcome tables(const Access &a)
    {
        if (a.stream == 2)
            return stage2(a.guest, a.addr, a.write);
        uint64_t d = guest_word(a.guest, s1_level(a.stream, 2) + 8 * (a.addr / region));
        uint64_t span = region;
        if ((d & 3) == 3) {
            d = guest_word(a.guest, (d & address_bits) + a.addr % region / page * 8);
            span = page;
        }
        if (!(d & 1) || (a.write && REF_GET(S1_LEAF_AP, &d) == REF_AP_PU_RO))
            return {false, 0};
        return stage2(a.guest, (d & address_bits) | a.addr % span, a.write);
    }

    /* ---- accesses */

    Access some_access()
    {
        Access a = {below(guests), below(3), 0, odd()};
        a.addr =
            a.stream == 2 ? some_ipa() : (odd() ? below(pages) * page : region + below(4) * page);
        a.addr += below(512) * 8;
        return a;
    }
    uint32_t start(const Access &a)
    {
        client_access is = client_access_default();
        is.streamid = 4 * a.guest + a.stream;
        is.addr = a.addr;
        is.len = 4;
        is.write = a.write;
        is.order_id = static_cast<uint16_t>(below(64));
        uint32_t ticket = host_submit(host.get(), &is);
        EXPECT_NE(ticket, 0u);
        return ticket;
    }
    Outcome finish(uint32_t ticket)
    {
        client_result r = {};
        EXPECT_TRUE(host_await(host.get(), ticket, &r, nullptr));
        /* Records are not looked at: none has S2R, none CD.R. */
        return {r.result == SMMU_RESULT_FORWARD, r.pa};
    }
    void expect(const Access &a, Outcome is, Outcome one, Outcome other)
    {
        EXPECT_TRUE(is == one || is == other)
            << last << "; guest " << a.guest << " stream " << a.stream << " address " << std::hex
            << a.addr << (a.write ? " write" : " read") << ": " << is.forward << " " << is.pa
            << ", not " << one.forward << " " << one.pa << " or " << other.forward << " "
            << other.pa;
    }

    /* ---- changes, and what makes them seen */

    void command(const drv_cmd &c)
    {
        memory_store64(host_memory(host.get()), ring_at + 16 * (prod & 255), c.word[0]);
        memory_store64(host_memory(host.get()), ring_at + 16 * (prod & 255) + 8, c.word[1]);
        prod = (prod + 1) & 511;
        reg_now(REF_REG_CMDQ_PROD, prod);
    }
    void reg_now(uint32_t at, uint64_t value)
    {
        host_reg_write(host.get(), SMMU_PAS_NS, at, 4, value);
    }
    static drv_cmd with_address(unsigned opcode, const drv_tlbi &t)
    {
        drv_cmd c = drv_cmd_tlbi_nh_va(&t);
        c.word[0] = (c.word[0] & ~uint64_t{0xFF}) | opcode;
        if (opcode == REF_CMD_TLBI_S2_IPA)
            c.word[0] &= ~(uint64_t{0xFFFF} << 48); /* no ASID */
        return c;
    }
    drv_cmd of_vmid(unsigned opcode, unsigned g)
    {
        drv_cmd c = drv_cmd_tlbi_nh_all(static_cast<uint16_t>(g + 1));
        c.word[0] = (c.word[0] & ~uint64_t{0xFF}) | opcode;
        return c;
    }
    void everything(unsigned g)
    {
        command(odd() ? of_vmid(REF_CMD_TLBI_S12_VMALL, g) : drv_cmd_tlbi_nsnh_all());
    }
    /* After a change of stage 2. */
    void stage2_changed(unsigned g, const drv_tlbi &of)
    {
        if (below(4) == 0)
            return everything(g);
        bool first = odd();
        if (first)
            command(with_address(REF_CMD_TLBI_S2_IPA, of));
        command(of_vmid(REF_CMD_TLBI_NH_ALL, g));
        if (!first)
            command(with_address(REF_CMD_TLBI_S2_IPA, of));
    }
    /* After a change of stage 1. */
    void stage1_changed(unsigned g, unsigned space, drv_tlbi of)
    {
        of.asid = static_cast<uint16_t>(space + 1);
        switch (below(6)) {
        case 0:
            return everything(g);
        case 1:
            return command(of_vmid(REF_CMD_TLBI_NH_ALL, g));
        case 2:
            return command(drv_cmd_tlbi_nh_asid(of.vmid, of.asid));
        case 3:
            return command(drv_cmd_tlbi_nh_vaa(&of));
        default:
            return command(drv_cmd_tlbi_nh_va(&of));
        }
    }

    void change()
    {
        unsigned g = below(guests), space = below(spaces), p = below(pages);
        drv_tlbi of = {};
        of.vmid = static_cast<uint16_t>(g + 1);
        of.leaf = odd();
        switch (below(6)) {
        case 0: { /* where a page is at stage 2 */
            last = "page at stage 2";
            of.addr = odd() ? first_page + p * page : region + below(4) * page;
            put_s2(g, of.addr, below(5) ? s2_leaf(some_pa(g), odd()) : 0);
            stage2_changed(g, of);
            break;
        }
        case 1: { /* the region at stage 2: a block or pages */
            last = "region at stage 2";
            uint64_t entry = s2_tables(g) + page + 8;
            bool block = (words[entry] & 3) == 1;
            put(entry, block ? s2_l3(g, 1) | 3 : s2_leaf(guest_memory(g) + 0x80'0000, odd(), true));
            of.addr = region;
            of.leaf = false;
            of.tg = 1; /* 512 pages */
            of.num = 31;
            of.scale = 4;
            stage2_changed(g, of);
            break;
        }
        case 2: /* a page at stage 1 */
            last = "page at stage 1";
            put_guest(g, s1_last(space, below(2)) + 8 * p,
                      below(5) ? s1_leaf(some_ipa(), odd()) : 0);
            of.addr = p * page;
            stage1_changed(g, space, of);
            break;
        case 3: /* the block at stage 1: any address of it, with or without its level */
            last = "block at stage 1";
            put_guest(g, s1_level(space, 2) + 8,
                      below(5) ? s1_leaf(below(4) ? region : 2 * region, odd(), true) : 0);
            of.addr = region + (odd() ? below(512) * page : 0);
            if (of.addr == region && odd()) {
                of.tg = 1;
                of.ttl = 2;
            }
            stage1_changed(g, space, of);
            break;
        case 4: { /* the guest's last table is elsewhere, with other words in it */
            last = "a table of stage 1 moves at stage 2";
            uint64_t ipa = s1_level(space, 3), copy = guest_memory(g) + 0x40'0000 + space * page;
            bool home = stage2(g, ipa, false).pa == guest_memory(g) + ipa;
            for (unsigned i = 0; home && i < pages; ++i)
                put(copy + 8 * i, s1_leaf(some_ipa(), odd()));
            put_s2(g, ipa, s2_leaf(home ? copy : guest_memory(g) + ipa, true));
            of.addr = ipa;
            stage2_changed(g, of);
            break;
        }
        default: /* the guest uses another table */
            last = "another table of stage 1";
            put_guest(g, s1_level(space, 2), s1_last(space, below(2)) | 3);
            if (odd())
                command(of_vmid(REF_CMD_TLBI_NH_ALL, g));
            else
                command(drv_cmd_tlbi_nh_asid(of.vmid, static_cast<uint16_t>(space + 1)));
        }
        command(drv_cmd_sync(DRV_SIG_NONE));
        for (unsigned tries = 0;
             (host_reg_read(host.get(), SMMU_PAS_NS, REF_REG_CMDQ_CONS, 4) & 0xFFFFF) != prod;
             ++tries) {
            ASSERT_LT(tries, 10000u) << "CMD_SYNC does not complete";
            host_run_until(host.get(), host_now(host.get()) + 10);
        }
    }

    std::mt19937_64 random;
    std::unique_ptr<sim_host, void (*)(sim_host *)> host{nullptr, host_destroy};
    std::map<uint64_t, uint64_t> words;
    uint32_t prod = 0;
};

/* rule: INV-011 INV-012 INV-013 INV-014 INV-017 INV-018 INV-021 INV-022 CCH-019 */
TEST(RandomNested, 791_what_was_invalidated_is_not_seen_again)
{
    const auto seed = static_cast<unsigned>(from_environment("SMMUSIM_SEED", 1));
    std::cout << "seed " << seed << "\n";
    for (unsigned round = 0; round < 30; ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        const char *presets[] = {"mmu-600-like", "mmu-700-like", "gem5", "ideal"};
        Hypervisor h(seed * 1000 + round, presets[round % 4]);
        for (unsigned i = 0; i < 200 && !testing::Test::HasFailure(); ++i)
            h.step();
        h.settle();
        if (testing::Test::HasFailure())
            return;
    }
}

} // namespace
