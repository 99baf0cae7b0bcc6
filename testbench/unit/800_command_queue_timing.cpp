/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 800 to 802: the time that a command queue takes, against the recursion of docs/timing.md, to the
 * cycle: one cycle earlier a command is not consumed, at the cycle it is. R: reading a command; F:
 * reads in flight; D: decoding a command; I: an invalidation; S: the signal of a CMD_SYNC.
 */
#include "unit/timed_machine.h"

namespace {

const Timing::Settings timings[] = {
    {{"cmdq_reads_in_flight", 1}},
    {{"cmdq_reads_in_flight", 2}},
    {{"cmdq_reads_in_flight", 4}},
    {{"cmdq_reads_in_flight", 16}},
    {{"cmdq_reads_in_flight", 1}, {"cmd_decode_lat", 90}, {"inv_tbu_va_lat", 130}},
    {{"cmdq_reads_in_flight", 2}, {"cmd_decode_lat", 40}, {"inv_tbu_va_lat", 30}},
    {{"cmdq_reads_in_flight", 4}, {"cmd_decode_lat", 10}, {"sync_signal_lat", 7}},
    {{"cmdq_reads_in_flight", 4}, {"cmd_decode_lat", 25}, {"qtw_ar_lat", 0}}, /* F D = R */
    {{"cmdq_reads_in_flight", 16}, {"mem_read_lat", 64}, {"cmd_decode_lat", 4}, {"qtw_ar_lat", 0}},
    {{"cmdq_reads_in_flight", 16}, {"mem_read_lat", 65}, {"cmd_decode_lat", 4}, {"qtw_ar_lat", 3}},
    {{"cmdq_reads_in_flight", 1}, {"mem_read_lat", 0}, {"cmdq_start_lat", 3}},
    {{"cmdq_reads_in_flight", 4}, {"mem_read_lat", 0}, {"cmd_decode_lat", 0}, {"qtw_ar_lat", 0}},
    {{"cmdq_reads_in_flight", 1}, {"mem_read_lat", 7}, {"cmd_decode_lat", 0}},
    {{"cmdq_reads_in_flight", 4}, {"mem_read_lat", 7}, {"dti_inv_tokens", 3}},
    {{"cmdq_reads_in_flight", 2}, {"qtw_read_bytes", 4}}, /* four beats a command */
};

std::string describe(const Timing::Settings &settings, unsigned N)
{
    std::string text = "N " + std::to_string(N);
    for (const auto &[name, value] : settings)
        text += std::string(" ") + name + "=" + std::to_string(value);
    return text;
}

/* N commands, invalidations or not, a CMD_SYNC behind them or not; CONS on its way and at the end.
 */
void expect_form(const Timing::Settings &settings, unsigned N, bool invalidations, bool sync)
{
    const Timing t("mmu-700-like", settings);
    TimedMachine m(t);
    forms::CommandQueue form(t);
    for (unsigned i = 0; i < N; i++)
        if (invalidations) {
            m.push_tlbi_va(TimedMachine::kVa);
            form.invalidation(forms::I_by_address(t));
        } else {
            m.push_nothing();
            form.command();
        }
    if (sync) {
        m.push_sync();
        form.sync();
    }
    const uint64_t begin = m.now();
    m.ring();
    for (uint64_t index : {uint64_t{N} / 2, uint64_t{N}, form.size()}) {
        /* Several are consumed at once where nothing takes time. */
        while (index > 0 && index < form.size() && form.passes(index) == form.passes(index - 1))
            index++;
        if (index > 0)
            m.expect_consumed(index, begin + form.passes(index - 1), describe(settings, N));
    }
}

TEST(CommandQueueTiming, 800_commands_take_what_the_recursion_says)
{
    for (const Timing::Settings &settings : timings)
        for (unsigned N : {1, 2, 3, 4, 5, 8, 31, 64, 100})
            expect_form(settings, N, false, false);
}

TEST(CommandQueueTiming, 801_invalidations_and_a_sync_take_what_the_recursion_says)
{
    for (const Timing::Settings &settings : timings)
        for (unsigned N : {1, 2, 3, 4, 7, 16, 33, 64})
            expect_form(settings, N, true, true);
}

/* max(R / F, D, I / T): more reads in flight help until something else is the limit. */
TEST(CommandQueueTiming, 802_throughput_is_the_slowest_of_reading_decoding_and_invalidating)
{
    for (uint64_t F : {1, 2, 4, 8, 16})
        for (uint64_t decode : {1, 8, 40}) {
            const Timing t("mmu-700-like", {{"mem_read_lat", 95},
                                            {"qtw_ar_lat", 1},
                                            {"cmdq_reads_in_flight", F},
                                            {"cmd_decode_lat", decode},
                                            {"inv_tbu_va_lat", 9}});
            for (bool invalidations : {false, true}) {
                const unsigned N = 640;
                TimedMachine m(t);
                forms::CommandQueue form(t);
                for (unsigned i = 0; i < N; i++)
                    if (invalidations) {
                        m.push_tlbi_va(TimedMachine::kVa);
                        form.invalidation(forms::I_by_address(t));
                    } else {
                        m.push_nothing();
                        form.command();
                    }
                const double slowest =
                    std::max({96.0 / double(F), double(decode),
                              invalidations ? double(forms::I_by_address(t)) : 0.0});
                /* The first read and the last commands are what is left over. */
                EXPECT_NEAR(double(form.passes_last()), N * slowest, 96 + 16 * slowest);
                const uint64_t begin = m.now(), all = m.ring();
                m.expect_consumed(all, begin + form.passes_last(),
                                  "F " + std::to_string(F) + " D " + std::to_string(decode));
            }
        }
}

} // namespace
