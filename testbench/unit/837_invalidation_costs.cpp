/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 837: what invalidations and CMD_SYNC cost (experiments 16 to 20 of docs/timing.md). 800 to 806
 * have the command queue by itself, 821 to 825 what a CMD_SYNC waits for.
 */
#include <set>

#include "unit/timed_machine.h"

namespace {

constexpr uint64_t kVa = TimedMachine::kVa;

/* Nothing about the queue takes the same time as anything else. */
Timing queue_timing()
{
    return Timing("mmu-700-like", {{"mem_read_lat", 100},
                                   {"mem_write_lat", 60},
                                   {"cmd_decode_lat", 2},
                                   {"sync_signal_lat", 7},
                                   {"inv_tcu_va_lat", 5},
                                   {"inv_tbu_va_lat", 11},
                                   {"dti_inv_req_lat", 13},
                                   {"dti_inv_ack_lat", 17},
                                   {"tbus", 4},
                                   {"order_by_id", 0}});
}

/* Rings, and finds CONS where the form says that each of 'indexes' commands has been consumed. */
void expect_form(TimedMachine &m, const forms::CommandQueue &form, const std::set<size_t> &indexes,
                 const std::string &what)
{
    const uint64_t before = m.cons(), begin = m.now();
    m.ring();
    for (size_t index : indexes)
        m.expect_consumed(before + index, begin + form.passes(index - 1),
                          what + ", command " + std::to_string(index));
}

/* ---- experiment 16 */

/* R = M = 100, D = 2, I = 23: 100, 50, 25, 23 cycles a command with 1, 2, 4, 8 reads in flight. */
TEST(InvalidationCosts, 837_command_rate_is_the_slowest_of_reading_decoding_and_invalidating)
{
    constexpr unsigned N = 160;
    const std::pair<uint64_t, uint64_t> cycles_of_8[] = {{1, 800}, {2, 400}, {4, 200}, {8, 184}};
    for (const auto &[F, expected] : cycles_of_8) {
        const Timing t = queue_timing().set({{"qtw_ar_lat", 0},
                                             {"dti_inv_req_lat", 10},
                                             {"dti_inv_ack_lat", 10},
                                             {"inv_tbu_va_lat", 0},
                                             {"cmdq_reads_in_flight", F}});
        ASSERT_EQ(forms::I_by_address(t), 23u);
        forms::CommandQueue form(t);
        TimedMachine m(t);
        for (unsigned i = 0; i < N; i++) {
            m.push_tlbi_va(kVa);
            form.invalidation(forms::I_by_address(t));
        }
        EXPECT_EQ(form.passes(N - 1) - form.passes(N - 9), expected) << "the form itself, F " << F;
        expect_form(m, form, {1, 2, 3, F, F + 1, 2 * F, 2 * F + 1, 80, N - 8, N},
                    "F " + std::to_string(F));
    }
}

TEST(InvalidationCosts, 837_each_bound_of_the_command_rate_shows)
{
    constexpr unsigned N = 100;
    const Timing::Settings cases[] = {
        {{"cmdq_reads_in_flight", 1}},
        {{"cmdq_reads_in_flight", 4}, {"qtw_ar_lat", 1}},
        {{"cmdq_reads_in_flight", 16}, {"qtw_ar_lat", 9}},
        {{"cmdq_reads_in_flight", 16}, {"cmd_decode_lat", 70}},
        {{"cmdq_reads_in_flight", 16}, {"dti_inv_tokens", 2}},
        {{"cmdq_reads_in_flight", 16}, {"dti_inv_tokens", 4}, {"mem_read_lat", 10}},
        {{"inv_tbu_va_lat", 300}},
        {{"inv_tcu_va_lat", 300}},
        {{"inv_fanout", 1}},
        {{"tbus", 1}, {"inv_fanout", 1}},
        {{"dti_tcu_bytes", 1}},
        {{"dti_tcu_bytes", 0}, {"cmdq_start_lat", 5}},
    };
    for (const Timing::Settings &settings : cases) {
        const Timing t = queue_timing().set(settings);
        forms::CommandQueue form(t);
        TimedMachine m(t);
        for (unsigned i = 0; i < N; i++)
            if (i % 5 == 4) {
                m.push_nothing();
                form.command();
            } else {
                m.push_tlbi_va(kVa);
                form.invalidation(forms::I_by_address(t));
            }
        m.push_sync();
        form.sync();
        std::string what;
        for (const auto &[name, value] : settings)
            what += name + ("=" + std::to_string(value)) + " ";
        expect_form(m, form, {1, 2, 4, 5, 6, 7, 31, 64, N - 1, N, N + 1}, what);
    }
}

/* ---- experiment 17 */

TEST(InvalidationCosts, 837_sync_behind_an_invalidation_waits_for_every_tbu)
{
    for (uint64_t fanout : {0, 1})
        for (uint64_t tbus : {1, 2, 4}) {
            const Timing t = queue_timing().set(
                {{"inv_tbu_va_lat", 400}, {"inv_fanout", fanout}, {"tbus", tbus}});
            const uint64_t round_trip = t["dti_inv_req_lat"] + t["dti_inv_ack_lat"] + 400;
            const uint64_t I = fanout ? tbus * round_trip : round_trip + tbus - 1;
            TimedMachine m(t);
            m.push_tlbi_va(kVa);
            m.push_sync();
            const uint64_t begin = m.now(), all = m.ring();
            m.expect_consumed(
                all, begin + forms::read(t, 16) + t["cmd_decode_lat"] + I + t["sync_signal_lat"],
                std::to_string(tbus) + " TBUs, fan-out " + std::to_string(fanout));
        }
}

TEST(InvalidationCosts, 837_msi_of_a_sync_lands_a_memory_write_later)
{
    const Timing t = queue_timing().set("inv_tbu_va_lat", 400);
    const uint64_t target = 0x8000;
    TimedMachine m(t);
    m.push_tlbi_va(kVa);
    m.push(drv_cmd_sync_msi(target, 0x5A5A));
    const uint64_t passed = m.now() + forms::read(t, 16) + t["cmd_decode_lat"] +
                            forms::I_by_address(t) + t["sync_signal_lat"];
    m.ring();
    m.until(passed + t["mem_write_lat"] - 1);
    EXPECT_EQ(memory_load32(m.memory(), target), 0u);
    m.until(passed + t["mem_write_lat"]);
    EXPECT_EQ(memory_load32(m.memory(), target), 0x5A5Au);
}

/* The residual of a transaction whose walk has begun: from nearly its whole service to nothing. */
TEST(InvalidationCosts, 837_busy_sync_waits_for_the_rest_of_the_oldest_affected_transaction)
{
    /* Reads do not meet at the port; the CMD_SYNC begins right behind the invalidation. */
    const Timing t = queue_timing().set({{"qtw_ar_lat", 0}, {"cmdq_reads_in_flight", 2}});
    const uint64_t service = forms::miss(t, forms::W(t, 1)) + t["mem_read_lat"];
    const uint64_t walk_begins = forms::to_request(t) + t["dti_req_lat"] + t["cc_lat"];
    for (uint64_t age = walk_begins + 1; age <= service + 20; age += 20) {
        TimedMachine m(t);
        m.map_pages(kVa, 2);
        m.warm({kVa});
        const uint64_t begin = m.now() + service + 100;
        m.start(Access(TimedMachine::page(1)).at(begin - age));
        m.until(begin - forms::read(t, 16) - t["cmd_decode_lat"]); /* takes effect at 'begin' */
        m.push_tlbi_va(TimedMachine::page(1));
        m.push_sync();
        const uint64_t rung = m.now();
        forms::CommandQueue form(t);
        form.invalidation(forms::I_by_address(t));
        form.sync();
        const uint64_t idle = rung + form.passes_last();
        const uint64_t visible = begin - age + service;
        const uint64_t all = m.ring();
        m.expect_consumed(all, std::max(idle, visible + t["sync_signal_lat"]),
                          "a transaction of age " + std::to_string(age));
    }
}

TEST(InvalidationCosts, 837_sync_does_not_complete_while_an_access_is_blocked_downstream)
{
    constexpr uint64_t blocked = 1000000;
    const Timing t = queue_timing().set("mem_write_lat", blocked);
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.warm({kVa});
    m.start(Access(kVa).write());
    const uint64_t visible = m.now() + forms::utlb_hit(t) + blocked;
    m.push_tlbi_va(kVa);
    m.push_sync();
    const uint64_t all = m.ring();
    m.expect_consumed(all, visible + t["sync_signal_lat"], "");
}

/* ---- experiment 18 */

unsigned push_range(TimedMachine &m, forms::CommandQueue &form, uint64_t pages, bool ranges)
{
    drv_range range = {};
    range.addr = kVa & ~((uint64_t{1} << 30) - 1);
    range.size = pages << 12;
    range.granule = 4096;
    range.page_bits = 12;
    range.asid = TimedMachine::kAsid;
    range.leaf = true;
    range.ranges = ranges;
    drv_range_begin(&range);
    drv_tlbi tlbi = {};
    unsigned commands = 0;
    for (; drv_range_next(&range, &tlbi); commands++) {
        m.push(drv_cmd_tlbi_nh_va(&tlbi));
        const uint64_t covered = tlbi.tg ? (uint64_t{tlbi.num} + 1) << tlbi.scale : 1;
        form.invalidation(forms::I_by_address(m.t, covered));
    }
    m.push_sync();
    form.sync();
    return commands;
}

TEST(InvalidationCosts, 837_unmap_by_pages_grows_by_one_command_a_page)
{
    /* Bound by reading commands, and by invalidating. */
    for (uint64_t tbu_lat : {11, 300}) {
        const Timing t = queue_timing().set("inv_tbu_va_lat", tbu_lat);
        const uint64_t R = forms::read(t, 16), I = forms::I_by_address(t);
        for (uint64_t N : {1, 2, 33, 512, 1000, 1023}) {
            TimedMachine m(t);
            forms::CommandQueue form(t);
            EXPECT_EQ(push_range(m, form, N, false), N);
            const uint64_t T = R + t["cmd_decode_lat"] + t["sync_signal_lat"] + N * std::max(R, I);
            EXPECT_EQ(form.passes_last(), T) << "N t_cmd + T_sync against the recursion";
            const uint64_t begin = m.now(), all = m.ring();
            m.expect_consumed(all, begin + T, std::to_string(N) + " pages");
        }
    }
}

TEST(InvalidationCosts, 837_unmap_by_ranges_takes_a_command_for_each_group_of_five_bits)
{
    const std::pair<uint64_t, unsigned> commands_of[] = {{32, 1},   {33, 2},   {512, 1},
                                                         {1000, 2}, {1023, 2}, {65535, 4}};
    for (uint64_t probes : {0, 1})
        for (const auto &[N, r] : commands_of) {
            const Timing t = queue_timing().set("inv_range_probes", probes);
            TimedMachine m(t);
            forms::CommandQueue form(t);
            EXPECT_EQ(push_range(m, form, N, true), r) << N << " pages";
            const uint64_t begin = m.now(), all = m.ring();
            m.expect_consumed(all, begin + form.passes_last(), std::to_string(N) + " pages");
            if (probes == 0) {
                EXPECT_EQ(form.passes_last(),
                          (r + 1) * forms::read(t, 16) + t["cmd_decode_lat"] + t["sync_signal_lat"])
                    << "r t_cmd + T_sync";
            }
        }
}

/* ---- experiment 19 */

uint64_t time_of_sync_behind(const Timing &t, const drv_cmd &command)
{
    TimedMachine m(t);
    m.push(command);
    m.push_sync();
    const uint64_t begin = m.now(), all = m.ring();
    while (m.cons() != all)
        host_step(m.host.get(), SMMU_NEVER);
    return m.now() - begin;
}

drv_cmd by_address()
{
    drv_tlbi tlbi = {};
    tlbi.asid = TimedMachine::kAsid;
    tlbi.addr = kVa;
    return drv_cmd_tlbi_nh_va(&tlbi);
}

constexpr uint16_t kVmid = 0; /* of the streams of a TimedMachine that have none */

drv_cmd all_of_vmid()
{
    return {{REF_CMD_TLBI_S12_VMALL | REF_PREP(CMD_TLBI_S12_VMALL_VMID, kVmid), 0}};
}

/* num: of further pages. */
drv_cmd by_ipa(uint64_t num = 0)
{
    drv_cmd command = {{REF_CMD_TLBI_S2_IPA | REF_PREP(CMD_TLBI_S2_IPA_VMID, kVmid),
                        TimedMachine::ipa_of(kVa)}};
    if (num) {
        REF_SET(CMD_TLBI_S2_IPA_TG, command.word, 1);
        REF_SET(CMD_TLBI_S2_IPA_NUM, command.word, num);
    }
    return command;
}

TEST(InvalidationCosts, 837_scans_cost_their_sets_and_addresses_do_not)
{
    const auto t_of = [](uint64_t entries) {
        return queue_timing().set({{"mtlb_entries", entries}, {"inv_tbu_scan", 1}});
    };
    const Timing least = t_of(2048);
    const drv_cmd scans[] = {drv_cmd_tlbi_nh_asid(0, TimedMachine::kAsid), drv_cmd_tlbi_nh_all(0),
                             drv_cmd_tlbi_nsnh_all(), all_of_vmid()};
    for (const drv_cmd &scan : scans) {
        const uint64_t base = time_of_sync_behind(least, scan);
        EXPECT_EQ(base, forms::read(least, 16) + least["cmd_decode_lat"] +
                            forms::I_of_translations(least) + least["sync_signal_lat"]);
        for (uint64_t entries : {4096, 16384, 65536})
            EXPECT_EQ(time_of_sync_behind(t_of(entries), scan) - base, (entries - 2048) / 4)
                << "one cycle a set";
    }
    /* As short as that of one address: the read of the CMD_SYNC behind it takes longer. */
    const Timing slow = least.with({{"inv_tbu_va_lat", 400}});
    for (const drv_cmd &address : {by_address(), by_ipa()})
        for (uint64_t entries : {2048, 4096, 16384, 65536}) {
            EXPECT_EQ(time_of_sync_behind(t_of(entries), address),
                      2 * forms::read(least, 16) + least["cmd_decode_lat"] +
                          least["sync_signal_lat"]);
            EXPECT_EQ(time_of_sync_behind(t_of(entries).with({{"inv_tbu_va_lat", 400}}), address),
                      forms::read(slow, 16) + slow["cmd_decode_lat"] + forms::I_by_address(slow) +
                          slow["sync_signal_lat"]);
        }
}

/* What is of both stages stays (4.4.3.1), so an IPA is looked for like any other address. */
TEST(InvalidationCosts, 837_a_range_of_ipas_costs_as_one_of_addresses)
{
    for (uint64_t probes : {0, 1})
        for (uint64_t num : {1, 7, 31}) {
            const Timing t =
                queue_timing().set({{"inv_range_probes", probes}, {"inv_tbu_va_lat", 400}});
            EXPECT_EQ(time_of_sync_behind(t, by_ipa(num)),
                      forms::read(t, 16) + t["cmd_decode_lat"] + forms::I_by_address(t, num + 1) +
                          t["sync_signal_lat"])
                << num << ", probes " << probes;
        }
}

/* The walk that a stage 2 invalidation leaves behind, by the reads of what is gone. */
TEST(InvalidationCosts, 837_what_an_invalidation_of_stage_2_takes_away_is_read_again)
{
    const drv_cmd nothing = drv_cmd_tlbi_nh_asid(kVmid, TimedMachine::kAsid + 1);
    const drv_cmd other = {{REF_CMD_TLBI_S12_VMALL | REF_PREP(CMD_TLBI_S12_VMALL_VMID, 5), 0}};
    TimedMachine::Tables tables;
    tables.stage2_input_bits = 48;
    const Timing t = telling_timing().set({{"wc_s2_tables", 0}, {"inv_blocks_lookup", 0}});
    const uint64_t leaf = forms::W(t, 0), whole = forms::W(t, 4);
    const struct {
        const char *what;
        std::vector<drv_cmd> commands;
        uint64_t cycles;
    } rows[] = {
        {"another ASID", {nothing}, forms::utlb_hit(t)},
        {"another VMID", {other}, forms::utlb_hit(t)},
        {"stage 2 of the page", {by_ipa()}, forms::utlb_hit(t)},
        {"stage 1 of the VMID", {drv_cmd_tlbi_nh_all(kVmid)},
         forms::miss(t, whole + 4 * forms::on_the_way(t, 4) + leaf)},
        {"both", {by_ipa(), drv_cmd_tlbi_nh_all(kVmid)}, forms::miss(t, forms::Wn(t, 4, 4))},
        {"all of the VMID", {all_of_vmid()}, forms::miss(t, forms::Wn(t, 4, 4))},
        {"everything", {drv_cmd_tlbi_nsnh_all()}, forms::miss(t, forms::Wn(t, 4, 4))},
    };
    for (const auto &row : rows) {
        TimedMachine m(t, tables);
        m.map_pages(kVa, 1);
        m.warm({kVa});
        for (const drv_cmd &command : row.commands)
            m.push(command);
        m.push_sync();
        m.ring();
        m.idle();
        EXPECT_EQ(m.access(kVa).cycles, row.cycles) << row.what;
    }
}

TEST(InvalidationCosts, 837_the_largest_cache_of_a_kind_in_the_tcu_decides_its_scan)
{
    const Timing base = queue_timing().set({{"inv_tcu_scan", 1}, {"inv_tbu_scan", 0}});
    const Timing cases[] = {
        base.with({{"wc_entries", 8192}}),
        base.with({{"wc_split", 1}, {"wc_ways", 4}, {"wc_l2_entries", 4096}}),
        base.with({{"wc_split", 1}, {"wc_ways", 4}, {"wc_l0_entries", 2048}}),
        base.with({{"wc_entries", 8192}, {"inv_tcu_scan", 3}}),
        base.with({{"wc_entries", 8192}, {"inv_tcu_scan", 0}}),
    };
    for (const Timing &t : cases)
        EXPECT_EQ(time_of_sync_behind(t, drv_cmd_tlbi_nh_asid(0, TimedMachine::kAsid)),
                  std::max(forms::read(t, 16) + t["cmd_decode_lat"] + forms::I_of_translations(t),
                           2 * forms::read(t, 16) + t["cmd_decode_lat"]) +
                      t["sync_signal_lat"]);
}

/* One stream's is found at once, everything's is not, in the TCU and in the TBUs alike. */
TEST(InvalidationCosts, 837_configuration_invalidations_cost_a_look_up_or_a_scan)
{
    const Timing t =
        queue_timing().set({{"cc_entries", 4096}, {"mtlb_entries", 4096}, {"inv_tbu_va_lat", 200}});
    const uint64_t before = forms::read(t, 16) + t["cmd_decode_lat"], S = t["sync_signal_lat"];
    EXPECT_EQ(time_of_sync_behind(t, drv_cmd_cfgi_ste(TimedMachine::kStreamId, true)),
              before + forms::invalidation(t, t["inv_tcu_va_lat"], 200) + S);
    EXPECT_EQ(time_of_sync_behind(t, drv_cmd_cfgi_cd(TimedMachine::kStreamId, 0, true)),
              before + forms::invalidation(t, t["inv_tcu_va_lat"], 200) + S);
    EXPECT_EQ(
        time_of_sync_behind(t, drv_cmd_cfgi_all()),
        before +
            forms::invalidation(t, forms::scan(t["cc_entries"] / t["cc_ways"], t["inv_tcu_scan"]),
                                forms::scan(forms::mtlb_sets(t), t["inv_tbu_scan"])) +
            S);
    const Timing deep = t.with({{"inv_tbu_scan", 0}, {"inv_tcu_scan", 1}});
    EXPECT_EQ(time_of_sync_behind(deep, drv_cmd_cfgi_all()),
              before + forms::invalidation(deep, deep["cc_entries"] / deep["cc_ways"], 0) + S);
}

/* Only the main TLB of the TBU that is at work takes no look-ups, and only then. */
TEST(InvalidationCosts, 837_a_scan_keeps_look_ups_from_the_main_tlb)
{
    for (uint64_t blocks : {0, 1}) {
        const Timing t = queue_timing().set({{"mtlb_entries", 4096},
                                             {"utlb_entries", 1},
                                             {"utlb_repl", 2},
                                             {"inv_blocks_lookup", blocks}});
        const uint64_t scan = forms::mtlb_sets(t); /* 1024 cycles */
        const uint64_t before_look_up = forms::P(t) + t["utlb_lat"];
        for (uint64_t into : {1, 500, 1000, 1023, 1024, 1100}) {
            TimedMachine m(t);
            m.map_pages(kVa, 2);
            m.warm({kVa, TimedMachine::page(1)});
            m.push_tlbi_asid(TimedMachine::kAsid + 1); /* keeps what is there */
            const uint64_t consumed = m.now() + forms::read(t, 16) + t["cmd_decode_lat"];
            const uint64_t works_from = consumed + t["dti_inv_req_lat"];
            m.ring();
            /* TBU 0 is told first. */
            m.until(works_from + into - before_look_up);
            const uint64_t cycles = m.access(kVa).cycles;
            const uint64_t wait = blocks && into < scan ? scan - into : 0;
            EXPECT_EQ(cycles, forms::mtlb_hit(t) + wait) << into << " cycles into the scan";
        }
    }
}

TEST(InvalidationCosts, 837_micro_tlb_hits_go_on_during_a_scan)
{
    const Timing t = queue_timing().set("mtlb_entries", 4096);
    TimedMachine m(t);
    m.map_pages(kVa, 1);
    m.warm({kVa});
    m.push_tlbi_asid(TimedMachine::kAsid + 1);
    m.ring();
    m.until(m.now() + forms::read(t, 16) + t["cmd_decode_lat"] + t["dti_inv_req_lat"] + 500);
    EXPECT_EQ(m.access(kVa).cycles, forms::utlb_hit(t));
}

/* Hits in the main TLB that leave within 'window' cycles, eight asked for whenever eight have left.
 */
unsigned hits_in(TimedMachine &m, uint64_t window)
{
    const uint64_t end = m.now() + window;
    unsigned hits = 0;
    while (m.now() < end) {
        std::vector<Access> burst;
        for (uint64_t i = 0; i < 8; i++)
            burst.emplace_back(TimedMachine::page(i % 2));
        m.leave(burst);
        hits += 8;
    }
    return hits;
}

/* Scans back to back: the main TLB is free for the rest of each invalidation's time. */
TEST(InvalidationCosts, 837_hits_drop_by_the_duty_cycle_of_the_scans)
{
    constexpr unsigned invalidations = 24;
    const Timing t = queue_timing().set({{"mem_read_lat", 0},
                                         {"dti_inv_req_lat", 150},
                                         {"dti_inv_ack_lat", 150},
                                         {"utlb_entries", 1},
                                         {"utlb_repl", 2}});
    const uint64_t I = forms::I_of_translations(t), scan = forms::mtlb_sets(t);
    const uint64_t window = (invalidations - 4) * I;
    unsigned hits[2];
    for (bool invalidating : {false, true}) {
        TimedMachine m(t);
        m.map_pages(kVa, 2);
        m.warm({kVa, TimedMachine::page(1)});
        for (unsigned i = 0; invalidating && i < invalidations; i++)
            m.push_tlbi_asid(TimedMachine::kAsid + 1);
        m.ring();
        m.until(m.now() + I);
        hits[invalidating] = hits_in(m, window);
    }
    EXPECT_NEAR(double(hits[1]) / double(hits[0]), double(I - scan) / double(I), 0.02);
}

/* ---- experiment 20 */

TEST(InvalidationCosts, 837_a_batch_pays_for_each_forced_sync)
{
    constexpr unsigned N = 630, batch = 63;
    for (uint64_t tbu_lat : {11, 300}) {
        const Timing t = queue_timing().set("inv_tbu_va_lat", tbu_lat);
        const uint64_t R = forms::read(t, 16), I = forms::I_by_address(t);
        const uint64_t D = t["cmd_decode_lat"], S = t["sync_signal_lat"];
        forms::CommandQueue form(t);
        TimedMachine m(t);
        for (unsigned i = 1; i <= N; i++) {
            m.push_tlbi_va(kVa);
            form.invalidation(I);
            if (i % batch == 0) {
                m.push_sync();
                form.sync();
            }
        }
        /* Bound by reading, a CMD_SYNC is one more command; else its own time is what it adds. */
        const uint64_t syncs = N / batch;
        EXPECT_EQ(form.passes_last(),
                  R > I ? (N + syncs) * R + D + S : R + N * I + syncs * (D + S));
        const uint64_t begin = m.now(), all = m.ring();
        m.expect_consumed(all, begin + form.passes_last(), "");
    }
}

} // namespace
