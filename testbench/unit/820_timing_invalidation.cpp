/* SPDX-License-Identifier: Apache-2.0 */
/* 82x: an invalidation that meets a translation in flight (3.21.1, 4.7.3): what stays out of the
 * TLB, what CMD_SYNC waits for, to the cycle. */
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;
constexpr uint64_t kOther = TimedMachine::far(1); /* shares no table with it */

/* Both are mapped; the configuration is cached, no table of kVa's path is. */
void warm_configuration(TimedMachine &m)
{
    m.map_pages(kOther, 1);
    m.map_pages(kVa, 1);
    m.warm({kOther});
}

/* When the walk of a transaction begun at 'begin' issues its read of descriptor n (0 to 3). */
uint64_t read_at(const Timing &t, uint64_t begin, uint64_t n)
{
    return begin + forms::to_request(t) + t["dti_req_lat"] + t["cc_lat"] + forms::W(t, n) +
           t["qtw_ar_lat"];
}

/* A TLBI that arrives at any moment of a walk: sweep its issue over the whole walk. */
TEST(Invalidation, 821_walk_overtaken_by_a_tlbi_leaves_nothing_in_the_tlb_and_sync_waits_for_it)
{
    /* Reads of commands and of the walk do not meet at the port. */
    const Timing t("mmu-700-like", {{"inv_tbu_va_lat", 20}, {"qtw_ar_lat", 0}});
    const uint64_t leaves_after = forms::miss(t, forms::W(t, 4));
    for (uint64_t offset = 0; offset <= leaves_after; offset += 7) {
        TimedMachine m(t);
        warm_configuration(m);
        const uint64_t begin = m.now();
        const uint32_t ticket = m.start(kVa);
        m.until(begin + offset);
        m.push_tlbi_va(kVa);
        m.push_sync();
        const uint64_t rung = m.now(), all = m.ring();
        forms::CommandQueue form(t);
        form.invalidation(forms::I_by_address(t));
        const uint64_t executed = rung + form.passes_last();
        form.sync();
        /* The access went out before or after the TLBI took effect; either way it used the old
         * translation, and has to be done in memory. */
        const uint64_t leaves = begin + leaves_after;
        const uint64_t visible = leaves + t["mem_read_lat"];
        m.expect_consumed(all, std::max(rung + form.passes_last(), visible + t["sync_signal_lat"]),
                          "TLBI " + std::to_string(offset) + " cycles into the walk");
        EXPECT_EQ(m.finish(ticket).result, SMMU_RESULT_FORWARD);
        const uint64_t walks = m.stat(SMMU_STAT_walks);
        m.access(kVa);
        EXPECT_EQ(m.stat(SMMU_STAT_walks), walks + 1)
            << "TLBI " << offset << " cycles into the walk";
        if (executed < leaves) {
            EXPECT_EQ(m.stat(SMMU_STAT_slots_marked), 1u) << offset;
        }
    }
}

TEST(Invalidation, 822_changed_descriptor_is_seen_by_the_first_access_after_the_sync)
{
    for (uint64_t level = 0; level < 4; level++) {
        const Timing t;
        TimedMachine m(t);
        warm_configuration(m);
        const uint64_t begin = m.now();
        const uint32_t ticket = m.start(kVa);
        /* That read is on its way with the old table's content. */
        m.until(read_at(t, begin, level) + 1);
        EXPECT_TRUE(
            tbl_leaf_update(m.pages(), kVa, 0, uint64_t{1} << 40)); /* another output address */
        m.push_tlbi_va(kVa);
        m.push_sync();
        m.ring();
        m.idle();
        m.finish(ticket);
        EXPECT_EQ(m.access(kVa).pa, TimedMachine::pa_of(kVa) | uint64_t{1} << 40)
            << "level " << level;
    }
}

TEST(Invalidation, 823_sync_without_invalidation_does_not_wait_for_translations)
{
    const Timing t;
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    const uint32_t ticket = m.start(kVa);
    m.push_sync();
    forms::CommandQueue form(t);
    form.sync();
    const uint64_t begin = m.now(), all = m.ring();
    m.expect_consumed(all, begin + form.passes_last());
    client_result result;
    EXPECT_FALSE(host_take(m.host.get(), ticket, &result, nullptr))
        << "the walk is still under way";
}

TEST(Invalidation, 824_walk_of_another_asid_is_not_waited_for)
{
    const Timing t;
    TimedMachine m(t);
    warm_configuration(m);
    const uint32_t ticket = m.start(kVa);
    m.push_tlbi_asid(TimedMachine::kAsid + 1);
    m.ring();
    m.idle();
    m.finish(ticket);
    EXPECT_EQ(m.stat(SMMU_STAT_slots_marked), 0u);
    EXPECT_EQ(m.access(kVa).cycles, forms::utlb_hit(t)) << "its result was kept";
}

TEST(Invalidation, 825_sync_waits_until_a_forwarded_access_is_visible)
{
    const Timing t("mmu-700-like", {{"mem_write_lat", 2000}});
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.warm({kVa});
    m.push_tlbi_va(kVa);
    m.push_sync();
    const uint64_t executed = m.now() + forms::read(t, 16) + t["cmd_decode_lat"], all = m.ring();
    /* A hit that leaves just before the TLBI takes effect, and is 2000 cycles on its way. */
    m.until(executed - 1 - forms::utlb_hit(t));
    const uint64_t visible = m.now() + forms::utlb_hit(t) + t["mem_write_lat"];
    m.start(Access(kVa).write());
    m.expect_consumed(all, visible + t["sync_signal_lat"]);
}

TEST(Size, 830_default_instance_is_below_two_mebibytes)
{
    smmu_config_t config;
    smmu_config_init(&config, nullptr);
    EXPECT_GT(smmu_size(&config), 0u);
    EXPECT_LT(smmu_size(&config), size_t{2} << 20);
}

/* The main TLBs' entries take 32 bytes each at most, everything else two mebibytes together. */
void expect_within_limit(const smmu_config_t &config, const char *preset)
{
    const auto value = [&config](const char *key) {
        uint64_t v = 0;
        EXPECT_EQ(smmu_config_get(&config, key, &v), SMMU_OK) << key;
        return v;
    };
    const uint64_t entries = value("timing.tbus") * value("timing.mtlb_entries");
    EXPECT_GT(smmu_size(&config), 0u) << preset;
    EXPECT_LE(smmu_size(&config), 32 * entries + (size_t{2} << 20)) << preset;
}

TEST(Size, 830_every_preset_takes_32_bytes_a_tlb_entry_and_two_mebibytes)
{
    for (size_t i = 0; const char *preset = smmu_config_preset(i); i++) {
        smmu_config_t config;
        smmu_config_init(&config, preset);
        expect_within_limit(config, preset);
    }
}

TEST(Size, 830_the_largest_main_tlbs_take_no_more_than_that)
{
    for (size_t i = 0; const char *preset = smmu_config_preset(i); i++) {
        smmu_config_t config;
        char why[200] = "";
        smmu_config_init(&config, preset);
        EXPECT_EQ(smmu_config_set(&config, "timing.mtlb_entries", 65536, why, sizeof why), SMMU_OK)
            << why;
        expect_within_limit(config, preset);
    }
}

} // namespace
