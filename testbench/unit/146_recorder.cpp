/* SPDX-License-Identifier: Apache-2.0 */
/* What a recorder writes is a trace that holds, and that records to itself. */
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "unit/played_trace.h"
#include "unit/temporary_file.h"

namespace {

std::string load(const std::string &path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/* The recording of a trace that is played, without its first line. */
std::string record(const std::string &statements, const std::string &name)
{
    char why[200] = "";
    std::string path = temporary_file(name);
    recorder *recorder = recorder_create(path.c_str());
    PlayedTrace played(statements, recorder);
    EXPECT_TRUE(played.held()) << played.story();
    EXPECT_TRUE(recorder_close(recorder, why, sizeof why)) << why;
    std::string text = load(path);
    std::string first = "smmu-trace 1\n";
    EXPECT_EQ(text.rfind(first, 0), 0U) << text;
    return text.substr(first.size());
}

/* Every statement, with a translation, a fault, an error and variables. */
const std::string everything =
    "config IDR1.SIDSIZE=9 timing.mem_read_lat=50\n" + queues_and_tables() +
    "mem 0x300c0 0x000000000004000b 0 0 0 0 0 0 0\n"  /* STE of stream 3: stage 1, CD at 0x40000 */
    "mem 0x40000 0x00016205c0003519 0x50000 0 0xff\n" /* CD: T0SZ 25, EPD1, TTB0 at 0x50000 */
    "mem 0x50000 0x51003\nmem 0x51000 0x52003\nmem 0x52008 0x7000743\n"
    "mem32 0x60000 1 2 3\nmem32? 0x60000 1 2 3 mask 1 1 1\n"
    "dma r 3 0x1010 -> ok pa=?pa\nmem $pa 7\n"
    "dma w 3 0x1010 priv=1 len=8 data=5\n"
    "dma r 3 0x9000 id=3 -> abort\n"
    "event F_TRANSLATION streamid=?sid inputaddr=0x9000\n"
    "dma r $sid 0x1010\n"
    "dma& x 3 0x1010 name=a\ndma& w 3 0x1018 name=b data=9 memattr=0x44 sh=0\njoin b\njoin a\n"
    "dma r 5 0 -> abort\nevent 4|0x500000004 0 0 0\n"
    "cmd TLBI_NH_VA asid=1 addr=0x1000 leaf=1\npush CFGI_ALL\npush SYNC cs=irq\nring\n"
    "irq cmd_sync\nirq eventq\nno-irq\n"
    "cmd 0x146 0\n" /* reserved bits: as words */
    "cmd 0xff 0\ncons 4 err=1\n"
    "abort 0x60000 16 w\nabort-end 0x60000 8\n"
    "r32 GERROR ?g\nmem 0x10040 0x30 0\nw32 GERRORN $g\nr64 CMDQ_BASE\nr32 0x44\n"
    "poll32 CMDQ_CONS 5 0xf within=500\ndrain\nno-event\n"
    "mark m\nrun 10\ntime 100000\nelapsed m > 10\nstat walks > 0\nstats-clear\nreset\nr32 CR0\n";

TEST(Recorder, 146_recording_holds_and_records_to_itself)
{
    std::string once = record(everything, "once");
    std::string twice = record(once, "twice");
    EXPECT_EQ(once, twice);
}

TEST(Recorder, 146_recording_says_what_was_found)
{
    std::string text = record(everything, "once");
    for (const char *line :
         {"config IDR1.SIDSIZE=9\n", "config timing.mem_read_lat=50\n", "mem 0x7000010 0x7\n",
          "dma r 3 0x9000 id=3 -> abort\n", "event C_BAD_STE ",
          "cmd TLBI_NH_VA leaf=0x1 asid=0x1 addr=0x1000\n", "push CFGI_STE_RANGE range=0x1f\n",
          "cmd 0x146 0x0\n", "cons 0x4 err=1\n", "w32 GERRORN 0x1\n", "abort 0x60000 0x10 w\n",
          "abort-end 0x60000 0x8\n", "irq cmd_sync count=1\n", "r32 CR0 0x0\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << "is not in\n" << text;
    EXPECT_EQ(text.find('$'), std::string::npos) << "variables are replaced by numbers";
    EXPECT_EQ(text.find('?' + std::string("g")), std::string::npos);
}

TEST(Recorder, 146_recording_differs_where_the_behaviour_does)
{
    std::string text = record("w32 GERROR_IRQ_CFG1 5\nr32 GERROR_IRQ_CFG1\n", "r");
    std::string::size_type at = text.find("w32 GERROR_IRQ_CFG1 0x5");
    ASSERT_NE(at, std::string::npos);
    text.replace(at, 22, "w32 GERROR_IRQ_CFG1 0x6");
    PlayedTrace played(text);
    ASSERT_EQ(played.failures.size(), 1U);
    EXPECT_EQ(played.failures[0].expected, "GERROR_IRQ_CFG1=5");
}

TEST(Recorder, 146_recording_that_cannot_be_written_is_said)
{
    char why[200] = "";
    recorder *recorder = recorder_create((temporary_file("no") + "/such/folder").c_str());
    ASSERT_NE(recorder, nullptr);
    EXPECT_FALSE(recorder_close(recorder, why, sizeof why));
    EXPECT_STRNE(why, "");
}

TEST(Recorder, 146_functions_take_no_recorder)
{
    char why[200] = "";
    recorder_line(nullptr, "run 1");
    recorder_register_write(nullptr, 0x20, 4, 1);
    EXPECT_TRUE(recorder_close(nullptr, why, sizeof why));
}

} // namespace
