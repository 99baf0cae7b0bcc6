/* SPDX-License-Identifier: Apache-2.0 */
/* 82x: an invalidation that meets a translation in flight (3.21.1, 4.7.3): what stays out of the
 * TLB, what CMD_SYNC waits for, to the cycle. */
#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;

/* When the walk started at 'begin' reads descriptor n (0 to 3), on a machine with a warm
 * configuration cache. */
uint64_t read_at(const Timing &t, uint64_t begin, uint64_t n)
{
    return begin + t.miss() + t.walk(n);
}

/* A TLBI that arrives at any moment of a walk: sweep its issue over the whole walk. */
TEST(Invalidation, 821_walk_overtaken_by_a_tlbi_leaves_nothing_in_the_tlb_and_sync_waits_for_it)
{
    for (uint64_t offset = 0; offset <= 420; offset += 7) {
        Timing t;
        TimedMachine m(t);
        m.map_pages(kVa + (UINT64_C(1) << 39), 1);
        m.map_pages(kVa, 1);
        m.access(kVa + (UINT64_C(1) << 39)); /* configuration cached, no table of kVa's path */
        m.idle();
        const uint64_t begin = m.now();
        const uint32_t ticket = m.start(kVa);
        m.until(begin + offset);
        m.push_tlbi_va(kVa);
        m.push_sync();
        const uint64_t all = m.ring();
        const uint64_t executed = begin + offset + t.mem_read_lat + t.cmd_decode_lat + t.inv_tcu_va_lat;
        const uint64_t sync_begins =
            std::max(executed, begin + offset + 2 * t.mem_read_lat) + t.cmd_decode_lat;
        const uint64_t leaves =
            begin + t.miss() + t.walk(4); /* the walk is over, the access goes to memory */
        const uint64_t visible = leaves + t.mem_read_lat; /* and is done there */
        /* The access went out before or after the TLBI took effect; either way it used the old
         * translation. */
        const uint64_t end = std::max(sync_begins, visible) + t.sync_signal_lat;
        m.until(end - 1);
        EXPECT_EQ(m.cons(), all - 1) << "TLBI " << offset << " cycles into the walk";
        m.until(end);
        EXPECT_EQ(m.cons(), all) << "TLBI " << offset << " cycles into the walk";
        EXPECT_EQ(m.finish(ticket).result, SMMU_RESULT_FORWARD);
        const uint64_t misses = m.stat(SMMU_STAT_tlb_miss);
        m.access(kVa);
        EXPECT_EQ(m.stat(SMMU_STAT_tlb_miss), misses + 1)
            << "TLBI " << offset << " cycles into the walk";
        if (executed <= leaves) {
            EXPECT_EQ(m.stat(SMMU_STAT_tlb_nofill), 1u) << offset;
        }
    }
}

TEST(Invalidation, 822_changed_descriptor_is_seen_by_the_first_access_after_the_sync)
{
    for (uint64_t level = 0; level < 4; level++) {
        Timing t;
        TimedMachine m(t);
        m.map_pages(kVa + (UINT64_C(1) << 39), 1);
        m.map_pages(kVa, 1);
        m.access(kVa + (UINT64_C(1) << 39));
        m.idle();
        const uint64_t begin = m.now();
        const uint32_t ticket = m.start(kVa);
        m.until(read_at(t, begin, level) +
                1); /* that read is on its way with the old table's content */
        EXPECT_TRUE(
            tbl_leaf_update(m.pages(), kVa, 0, UINT64_C(1) << 40)); /* another output address */
        m.push_tlbi_va(kVa);
        m.push_sync();
        m.ring();
        m.idle();
        m.finish(ticket);
        EXPECT_EQ(m.access(kVa).pa, TimedMachine::pa_of(kVa) | UINT64_C(1) << 40)
            << "level " << level;
    }
}

TEST(Invalidation, 823_sync_without_invalidation_does_not_wait_for_translations)
{
    Timing t;
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.start(kVa);
    m.push_sync();
    const uint64_t all = m.ring(),
                   end = m.now() + t.mem_read_lat + t.cmd_decode_lat + t.sync_signal_lat;
    m.until(end);
    EXPECT_EQ(m.cons(), all);
    EXPECT_EQ(m.stat(SMMU_STAT_tlb_fill), 0u) << "the walk is still under way";
}

TEST(Invalidation, 824_walk_of_another_asid_is_not_waited_for)
{
    Timing t;
    TimedMachine m(t);
    m.map_pages(kVa + (UINT64_C(1) << 39), 1);
    m.map_pages(kVa, 1);
    m.access(kVa + (UINT64_C(1) << 39));
    m.idle();
    uint64_t words[2] = {0, 0};
    REF_SET(CMD_TLBI_NH_ASID_OPCODE, words, REF_CMD_TLBI_NH_ASID);
    REF_SET(CMD_TLBI_NH_ASID_ASID, words, TimedMachine::kAsid + 1);
    const uint32_t ticket = m.start(kVa);
    m.push(words[0], words[1]);
    m.idle();
    m.ring();
    m.idle();
    m.finish(ticket);
    EXPECT_EQ(m.stat(SMMU_STAT_slots_marked), 0u);
    EXPECT_EQ(m.access(kVa).cycles, t.hit()) << "its result was kept";
}

TEST(Invalidation, 825_sync_waits_until_a_forwarded_access_is_visible)
{
    Timing t;
    t.mem_read_lat = 500;
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.access(kVa);
    m.idle();
    /* The hit leaves at once and is 500 cycles on its way; the commands are read meanwhile. */
    m.push_tlbi_va(kVa);
    m.push_sync();
    const uint64_t all = m.ring();
    m.until(m.now() + 500 + t.cmd_decode_lat + t.inv_tcu_va_lat - 1 -
            t.hit()); /* just before the TLBI takes effect */
    const uint64_t visible = m.now() + t.hit() + 500;
    m.start(kVa);
    const uint64_t end = visible + t.sync_signal_lat;
    m.until(end - 1);
    EXPECT_EQ(m.cons(), all - 1);
    m.until(end);
    EXPECT_EQ(m.cons(), all);
}

TEST(Size, 830_default_instance_is_below_two_mebibytes)
{
    smmu_config_t config;
    smmu_config_init(&config, nullptr);
    EXPECT_GT(smmu_size(&config), 0u);
    EXPECT_LT(smmu_size(&config), size_t{2} << 20);
}

} // namespace
