/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the importer share: small logs, and what became of them. */
#ifndef SMMUSIM_UNIT_IMPORT_LOG_H
#define SMMUSIM_UNIT_IMPORT_LOG_H

#include "trace/import_qemu.h"
#include "unit/temporary_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace import_log {

inline void store(const std::string &path, const std::string &text)
{
    std::ofstream(path, std::ios::binary) << text;
}

inline std::string load(const std::string &path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

struct Import {
    int status;
    std::string said; /* on stderr */
    std::string trace;
};

inline Import import(const std::string &log, const std::string &memory = "")
{
    const std::string log_path = temporary_file("qemu.log"),
                      memory_path = temporary_file("memory.txt"),
                      out_path = temporary_file("out.trace"), said_path = temporary_file("said");
    store(log_path, log);
    if (!memory.empty())
        store(memory_path, memory);
    std::filesystem::remove(out_path);

    trace_import_qemu_options options = {};
    options.log = log_path.c_str();
    options.memory = memory.empty() ? nullptr : memory_path.c_str();
    options.out = out_path.c_str();
    std::FILE *said = std::fopen(said_path.c_str(), "w");
    const int status = trace_import_qemu(&options, said);
    std::fclose(said);
    EXPECT_EQ(std::filesystem::exists(out_path), status == 0)
        << "a trace, if and only if it is whole";
    return {status, load(said_path), status == 0 ? load(out_path) : ""};
}

/* Without the lines before the body: name of the format, comment, config. */
inline std::string statements(const Import &result)
{
    std::istringstream lines(result.trace);
    std::string body, line;
    while (std::getline(lines, line))
        if (line.rfind("smmu-trace", 0) != 0 && line.rfind("config", 0) != 0 && line[0] != '#')
            body += line + "\n";
    return body;
}

inline void expect_refused(const Import &result, const std::string &place, const std::string &why)
{
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.said, testing::HasSubstr(place));
    EXPECT_THAT(result.said, testing::HasSubstr(why));
    EXPECT_EQ(std::count(result.said.begin(), result.said.end(), '\n'), 1) << result.said;
}

inline std::string read32(const std::string &offset, const std::string &value)
{
    return "smmuv3_read_mmio addr: " + offset + " val:" + value + " size: 0x4(0)\n";
}

inline std::string write32(const std::string &offset, const std::string &value)
{
    return "smmuv3_write_mmio addr: " + offset + " val:" + value + " size: 0x4(0)\n";
}

inline std::string write64(const std::string &offset, const std::string &value)
{
    return "smmuv3_write_mmio addr: " + offset + " val:" + value + " size: 0x8(0)\n";
}

/* A queue of 4 commands at 0x10000. */
inline std::string command_queue()
{
    return write64("0x90", "0x4000000000010002");
}

inline std::string consume(int prod, int cons, const std::string &opcode, int prod_wrap = 0)
{
    return "smmuv3_cmdq_consume prod=" + std::to_string(prod) + " cons=" + std::to_string(cons) +
           " prod.wrap=" + std::to_string(prod_wrap) + " cons.wrap=0\n" +
           "smmuv3_cmdq_opcode <--- SMMU_" + opcode + "\n";
}

inline std::string consumed(int prod, int cons, int prod_wrap = 0)
{
    return "smmuv3_cmdq_consume_out prod:" + std::to_string(prod) +
           ", cons:" + std::to_string(cons) + ", prod_wrap:" + std::to_string(prod_wrap) +
           ", cons_wrap:" + std::to_string(prod_wrap) + " \n";
}

} // namespace import_log

#endif
