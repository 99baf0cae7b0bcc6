/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration that breaks a rule between keys is reported where its last part stands. */

#include "trace/program.h"
#include "unit/temporary_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace {

/* The message about a trace that cannot be played. */
std::string refusal(const std::string &trace, const char *config_file = nullptr)
{
    char error[PROGRAM_ERROR_SIZE] = "";
    trace_settings settings = {};
    settings.config_file = config_file;
    trace_program *program = trace_read_text("t", trace.c_str(), &settings, error);
    EXPECT_EQ(program, nullptr);
    trace_free(program);
    return error;
}

TEST(trace_configuration, 154_rule_between_keys_names_the_last_config)
{
    /* FWB is 1 in SMMUv3.2 and later (6.3.4). */
    const std::string said = refusal("smmu-trace 1\nconfig IDR3.FWB=0\n"
                                     "config AIDR.ArchMinorRev=2\nr32 IDR0\nr32 IDR1\n");
    EXPECT_EQ(said.rfind("t:3: ", 0), 0U) << said;
}

TEST(trace_configuration, 154_rule_between_keys_names_the_configuration_file)
{
    const std::string path = temporary_file("configuration");
    std::ofstream(path) << "IDR3.FWB=0\nAIDR.ArchMinorRev=2\n";
    const std::string said = refusal("smmu-trace 1\nr32 IDR0\n", path.c_str());
    EXPECT_EQ(said.rfind(path + ": ", 0), 0U) << said;
}

TEST(trace_configuration, 154_impossible_value_names_its_line)
{
    const std::string said = refusal("smmu-trace 1\n\nconfig IDR1.SIDSIZE=99\nr32 IDR0\n");
    EXPECT_EQ(said.rfind("t:3: ", 0), 0U) << said;
}

} // namespace
