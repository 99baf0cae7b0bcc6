/* SPDX-License-Identifier: Apache-2.0 */
/* A trace that is wrong is refused as a whole: the line, what, and why. */
#include <gtest/gtest.h>

#include <string>

#include "trace/program.h"
#include "unit/played_trace.h"
#include "unit/temporary_file.h"

#include <fstream>

namespace {

struct BadLine {
    const char *line;
    const char *message; /* after "t.trace:3: " */
};

const BadLine bad_lines[] = {
    {"frobnicate 1", "unknown statement 'frobnicate'"},
    {"smmu-trace 1", "'smmu-trace' stands once, at the beginning"},
    /* numbers */
    {"run", "CYCLES is missing"},
    {"run x", "CYCLES: 'x' is not a number"},
    {"run 0x1_0000_0000_0000_0000", "CYCLES: '0x1_0000_0000_0000_0000' does not fit into 64 bits"},
    {"run 5 6", "unexpected '6' at the end of the statement"},
    {"run 0x4000_0000_0000_0000",
     "CYCLES: 0x4000_0000_0000_0000 is too large, at most 0x3fffffffffffffff"},
    {"time 18446744073709551615",
     "CYCLES: 18446744073709551615 is too large, at most 0x3fffffffffffffff"},
    {"run $n", "CYCLES: $n is used before a ?n keeps a value"},
    {"run ?n", "CYCLES: '?n' is not a number"},
    {"run 1|2", "CYCLES: '1|2' is not a number"},
    /* config, rule */
    {"config", "KEY=VALUE is missing"},
    {"config IDR0", "'IDR0' is not KEY=VALUE"},
    {"config preset=fast", "unknown preset 'fast'"},
    {"config IDR1.SIDSIZE=8 preset=ideal", "preset= is given before all other keys, and once"},
    {"config IDR1.SIDSIZE=many", "IDR1.SIDSIZE: 'many' is not a number"},
    {"rule", "the rule's ID or section is missing"},
    {"rule what ever", "'what' is neither a rule's ID (CQ-001) nor a section (4.1.3)"},
    /* memory */
    {"mem", "ADDR is missing"},
    {"mem 0x1000", "the words to store are missing"},
    {"mem32 0x1000 0x100000000", "word: 0x100000000 is too large, at most 0xffffffff"},
    {"mem? 0x1000", "the expected words are missing"},
    {"mem? 0x1000 1 2 mask 3", "2 words and 1 masks"},
    {"abort 0x1000", "LEN is missing"},
    {"abort 0x1000 16 x", "unexpected 'x' at the end of the statement"},
    /* registers */
    {"w32 CR7 1", "unknown register 'CR7'"},
    {"w32 CR0", "VALUE is missing"},
    {"w32 CR0 0x100000000", "VALUE: 0x100000000 is too large, at most 0xffffffff"},
    {"w32 CR0 1 pas=s", "s: the configured SMMU has no Secure state"},
    {"w32 CR0 1 pas=x", "'x' is not one of ns, s, realm, root"},
    {"w32 CR0 1 mask=3", "unknown field 'mask'"},
    {"r32 CR0 1 2 3", "unexpected '3'"},
    {"poll32 CR0", "VALUE is missing"},
    {"poll32 CR0 1 within=x", "within: 'x' is not a number"},
    /* commands */
    {"cmd", "the command is missing"},
    {"cmd NOP", "unknown command 'NOP'"},
    {"cmd 0x46", "W1 is missing"},
    {"cmd SYNC asid=1", "CMD_SYNC has no field 'asid'"},
    {"cmd SYNC opcode=1", "CMD_SYNC has no field 'opcode'"},
    {"cmd SYNC cs=4", "CS: 4 is too large, at most 0x3"},
    {"cmd SYNC cs=1 cs=1", "cs is given twice"},
    {"cmd SYNC cs", "unexpected 'cs'"},
    {"cmd SYNC q=ecmdq", "q=ecmdq: not one of cmdq, s_cmdq, r_cmdq, ecmdq<n>"},
    {"cmd SYNC q=ecmdq65536", "q=ecmdq65536: not one of cmdq, s_cmdq, r_cmdq, ecmdq<n>"},
    {"r32 ECMDQ3_PRODS", "unknown register 'ECMDQ3_PRODS'"},
    {"cmd SYNC q=s_cmdq", "q=s_cmdq: the configured SMMU has no Secure state"},
    {"ring q=x", "q=x: not one of cmdq, s_cmdq, r_cmdq, ecmdq<n>"},
    {"cons", "INDEX is missing"},
    {"cons 0 err=CERROR_X", "err: 'CERROR_X' is not a number"},
    /* client accesses */
    {"dma", "r, w or x is missing"},
    {"dma q 1 2", "'q' is not one of r, w, x"},
    {"dma r 1", "ADDR is missing"},
    {"dma r 0x100000000 0", "SID: 0x100000000 is too large, at most 0xffffffff"},
    {"dma r 1 0 ssid=0x100000", "ssid: 0x100000 is too large, at most 0xfffff"},
    {"dma r 1 0x1ffe",
     "an access of 4 bytes at 0x1ffe: 1 to 4096 bytes, and not beyond a 4 KiB boundary, where a "
     "client divides it"},
    {"dma r 1 0 len=0",
     "an access of 0 bytes at 0x0: 1 to 4096 bytes, and not beyond a 4 KiB boundary, where a "
     "client divides it"},
    {"dma r 1 0 len=4097", "len: 4097 is too large, at most 0x1000"},
    {"dma r 1 0 data=1", "data= of a read stands after '->'"},
    {"dma w 1 0 data=0x1_0000_0000", "data: 0x100000000 does not fit into 4 bytes"},
    {"dma w 1 0 data=1,2", "data: 2 words are more than 4 bytes"},
    {"dma r 1 0 sec=realm", "realm: the configured SMMU has no Realm state"},
    {"dma r 1 0 ats=maybe", "ats=maybe is not one of translated, untranslated"},
    {"dma r 1 0 ->", "the result after '->' is missing"},
    {"dma r 1 0 -> fine", "'fine' is not one of ok, bypass, abort, raz, wi, stall"},
    {"dma r 1 0 -> abort pa=3", "pa, memattr, sh, ns, partid and pmg belong to ok and bypass"},
    {"dma r 1 0 -> wi pmg=0", "pa, memattr, sh, ns, partid and pmg belong to ok and bypass"},
    {"own-access", "ADDR is missing"},
    {"own-access 0 source=ATC", "'ATC' is not one of L1STD, STE, L1CD, CD, VMS, TTD, CMDQ, "
                               "EVENTQ, PRIQ, MSI"},
    {"own-access 0 partid=0x1_0000", "partid: 0x1_0000 is too large, at most 0xffff"},
    {"dma r 1 0 -> ok pa<3", "pa takes '=' and a value"},
    {"dma r 1 0 -> ok cycles=<3", "cycles: '<3' is not a number"},
    {"dma r 1 0 -> ok stag=3", "stag belongs to stall"},
    {"dma r 1 0 -> stall stag=0x1_0000", "stag: 0x1_0000 is too large, at most 0xffff"},
    {"dma& r 1 0", "name= is missing: a join needs it"},
    {"dma& r 1 0 name=a -> ok", "the result of a dma& stands at its join"},
    {"join a", "there is no 'dma& ... name=a' before this"},
    /* records and interrupts */
    {"event", "the record is missing"},
    {"event F_MYSTERY", "unknown event 'F_MYSTERY'"},
    {"event C_BAD_STE inputaddr=0", "C_BAD_STE has no field 'inputaddr'"},
    {"event C_BAD_STE sid=1", "C_BAD_STE has no field 'sid'"},
    {"event F_TRANSLATION class=TTD", "class: 'TTD' is not a number"},
    {"event 1 2 3", "the record's word is missing"},
    {"event C_BAD_STE streamid=?", "streamid: '?' is not a variable's name"},
    {"irq", "the interrupt is missing"},
    {"irq timer", "'timer' is not one of gerror, eventq, priq, cmd_sync, sev, pmcg"},
    /* time and counters */
    {"elapsed m < 5", "there is no 'mark m' before this"},
    {"stat nothing == 0", "there are no statistics 'nothing'"},
    {"stat tbu0.nothing == 0", "there are no statistics 'tbu0.nothing'"},
    {"stat tbu0.slots == 0", "there are no statistics 'tbu0.slots'"},
    {"stat walks 0", "'0' is not one of == != < <= > >="},
    {"reset now", "unexpected 'now' at the end of the statement"},
    /* devices */
    {"ats 1 0 -> abort", "'abort' is not one of ok, ur, ca"},
    {"ats 1 0 len=4097", "len: 4097 is too large, at most 0x1000"},
    {"ats 1 0 -> ok r=2", "r: 2 is too large, at most 0x1"},
    {"atc 1", "respond= is missing"},
    {"atc 1 respond=soon", "'soon' is not one of ok, ur, never, after:CYCLES"},
    {"atc 1 respond=after:", "after: '' is not a number"},
    {"atc-inv", "SID is missing"},
    {"atc-inv 1 size=53", "size: 53 is too large, at most 0x34"},
};

const BadLine without_ats[] = {
    {"ats 1 0x1000 -> ok", "ats: the configured SMMU has no ATS (IDR0.ATS=0)"},
    {"atc 1 respond=ok", "atc: the configured SMMU has no ATS (IDR0.ATS=0)"},
    {"atc-inv 1 addr=0 size=0", "atc-inv: the configured SMMU has no ATS (IDR0.ATS=0)"},
    {"no-atc-inv 1", "no-atc-inv: the configured SMMU has no ATS (IDR0.ATS=0)"},
    {"dma r 1 0 ats=translated", "ats=translated: the configured SMMU has no ATS (IDR0.ATS=0)"},
};

const BadLine without_pri[] = {
    {"pri 1 0x1000 prgi=1", "pri: the configured SMMU has no PRI"},
    {"prg-response 1 prgi=1 code=0", "prg-response: the configured SMMU has no PRI"},
    {"no-prg-response 1", "no-prg-response: the configured SMMU has no PRI"},
    {"prireq streamid=1", "prireq: the configured SMMU has no PRI"},
    {"no-prireq", "no-prireq: the configured SMMU has no PRI"},
};

const BadLine bad_page_requests[] = {
    {"pri", "SID is missing"},
    {"pri 1", "ADDR is missing"},
    {"pri 1 0x1000", "prgi= is missing"},
    {"pri 1 0x1000 prgi=0x200", "prgi: 0x200 is too large, at most 0x1ff"},
    {"pri 1 0x1000 prgi=1 ssid=0x100000", "ssid: 0x100000 is too large, at most 0xfffff"},
    {"pri 1 0x1000 prgi=1 stop=1", "unknown field 'stop'"},
    {"prg-response 1 code=16", "code: 16 is too large, at most 0xf"},
    {"prg-response 1 code=maybe", "code: 'maybe' is not a number"},
    {"no-prg-response", "SID is missing"},
    {"prireq", "the record is missing"},
    {"prireq 1", "the record's word is missing"},
    {"prireq sid=1", "PRI has no field 'sid'"},
    {"prireq last=2", "last: 2 is too large, at most 0x1"},
    {"prireq last=1 last=0", "last is given twice"},
    {"no-prireq 1", "unexpected '1' at the end of the statement"},
};

void expect_refused(const char *before, const BadLine &bad)
{
    PlayedTrace trace(std::string(before) + "\n" + bad.line + "\nrun 1\n");
    EXPECT_FALSE(trace.read) << bad.line;
    EXPECT_EQ(trace.error, "t.trace:3: " + std::string(bad.message)) << bad.line;
}

TEST(TraceErrors, 133_bad_line_is_refused_with_its_number_and_reason)
{
    for (const BadLine &bad : bad_lines)
        expect_refused("# a comment", bad);
    for (const BadLine &bad : without_ats)
        expect_refused("config IDR0.ATS=0", bad);
    for (const BadLine &bad : without_pri)
        expect_refused("config IDR0.PRI=0", bad);
    for (const BadLine &bad : bad_page_requests)
        expect_refused("config IDR0.ATS=1", bad);
}

TEST(TraceErrors, 133_a_stall_is_not_expected_of_what_does_not_stall)
{
    PlayedTrace trace("config IDR0.STALL_MODEL=1\ndma r 1 0 -> stall\n");
    EXPECT_FALSE(trace.read);
    EXPECT_EQ(trace.error,
              "t.trace:3: stall: the configured SMMU does not stall (IDR0.STALL_MODEL=1)");
}

TEST(TraceErrors, 133_an_ecmdq_is_not_used_where_there_is_none)
{
    PlayedTrace none("config IDR1.ECMDQ=0\ncmd SYNC q=ecmdq3\n");
    EXPECT_FALSE(none.read);
    EXPECT_EQ(none.error, "t.trace:3: q=ecmdq3: the configured SMMU has no ECMDQ");
    PlayedTrace beyond("config IDR6.CMDQ_CONTROL_PAGE_LOG2NUMQ=2\ncons 0 q=ecmdq4\n");
    EXPECT_TRUE(beyond.read);
    EXPECT_EQ(beyond.error, "t.trace:3: the configured SMMU has no ECMDQ 4");
}

TEST(TraceErrors, 133_nothing_is_played_before_everything_was_read)
{
    PlayedTrace trace("r32 CR0 1\nfrobnicate\n");
    EXPECT_FALSE(trace.played);
    EXPECT_TRUE(trace.failures.empty());
}

TEST(TraceErrors, 133_config_after_an_action_is_refused)
{
    PlayedTrace trace("run 1\nconfig IDR1.SIDSIZE=8\n");
    EXPECT_EQ(trace.error, "t.trace:3: 'config' stands before everything that acts");
}

TEST(TraceErrors, 133_feature_that_is_not_built_cannot_be_configured)
{
    PlayedTrace trace("config IDR0.RME_IMPL=1\n");
    EXPECT_FALSE(trace.read);
    EXPECT_EQ(trace.error.rfind("t.trace:2: IDR0.RME_IMPL", 0), 0U) << trace.error;
}

TEST(TraceErrors, 134_trace_without_its_first_statement_is_refused)
{
    char error[PROGRAM_ERROR_SIZE];
    EXPECT_EQ(trace_read_text("t", "\n# nothing\nrun 1\n", nullptr, error), nullptr);
    EXPECT_STREQ(error, "t:3: a trace begins with 'smmu-trace 1', not with 'run'");
    EXPECT_EQ(trace_read_text("t", "", nullptr, error), nullptr);
    EXPECT_STREQ(error, "t:1: the trace is empty: it begins with 'smmu-trace 1'");
    EXPECT_EQ(trace_read_text("t", "smmu-trace 2\n", nullptr, error), nullptr);
    EXPECT_STREQ(error, "t:1: version '2' of the trace language is not known, only 1");
}

TEST(TraceErrors, 134_settings_that_are_wrong_are_refused)
{
    char error[PROGRAM_ERROR_SIZE];
    trace_settings settings = {};
    settings.preset = "no-such";
    EXPECT_EQ(trace_read_text("t", "smmu-trace 1\n", &settings, error), nullptr);
    EXPECT_STREQ(error, "t:1: unknown preset 'no-such'");

    std::string path = temporary_file("config");
    std::ofstream(path) << "# comment\nIDR1.SIDSIZE=8\nIDR1.SIDSIZE=x\n";
    settings.preset = nullptr;
    settings.config_file = path.c_str();
    EXPECT_EQ(trace_read_text("t", "smmu-trace 1\n", &settings, error), nullptr);
    EXPECT_EQ(error, path + ":3: IDR1.SIDSIZE: 'x' is not a number");
}

TEST(TraceErrors, 134_configuration_file_has_the_last_word_and_the_option_replaces_the_preset)
{
    char error[PROGRAM_ERROR_SIZE];
    trace_settings settings = {};
    std::string path = temporary_file("config");
    std::ofstream(path) << "IDR1.SIDSIZE=9 timing.mem_read_lat=7 # two of them\n";
    settings.preset = "ideal";
    settings.config_file = path.c_str();
    trace_program *program = trace_read_text(
        "t", "smmu-trace 1\nconfig preset=mmu-700-like IDR1.SIDSIZE=8 IDR1.SSIDSIZE=5\n", &settings,
        error);
    ASSERT_NE(program, nullptr) << error;
    uint64_t value = 0;
    smmu_config_get(trace_config(program), "IDR1.SIDSIZE", &value);
    EXPECT_EQ(value, 9U);
    smmu_config_get(trace_config(program), "IDR1.SSIDSIZE", &value);
    EXPECT_EQ(value, 5U);
    smmu_config_get(trace_config(program), "timing.mem_read_lat", &value);
    EXPECT_EQ(value, 7U);
    smmu_config_get(trace_config(program), "timing.mem_write_lat", &value);
    EXPECT_EQ(value, 0U) << "memory of the ideal preset costs nothing";
    trace_free(program);
}

} // namespace
