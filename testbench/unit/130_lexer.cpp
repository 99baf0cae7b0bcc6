/* SPDX-License-Identifier: Apache-2.0 */
/* Words and numbers of the trace language, and the specification's names in it. */
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "spec_ref/ref_commands.h"
#include "trace/lexer.h"
#include "trace/names.h"

namespace {

std::vector<std::string> split(std::string line)
{
    char *words[8];
    long count = lexer_split(line.data(), words, 8);
    std::vector<std::string> found;
    for (long i = 0; i < count; ++i)
        found.emplace_back(words[i]);
    return found;
}

using Words = std::vector<std::string>;

TEST(Lexer, 130_words_are_cut_at_white_space)
{
    EXPECT_EQ(split("  mem\t0x10   1\r"), (Words{"mem", "0x10", "1"}));
    EXPECT_EQ(split(""), Words{});
    EXPECT_EQ(split("   "), Words{});
}

TEST(Lexer, 130_comment_ends_a_line_anywhere)
{
    EXPECT_EQ(split("# all of it"), Words{});
    EXPECT_EQ(split("run 5 # five"), (Words{"run", "5"}));
    EXPECT_EQ(split("run 5#five"), (Words{"run", "5"}));
}

TEST(Lexer, 130_too_many_words_are_refused)
{
    char line[] = "1 2 3 4";
    char *words[3];
    EXPECT_EQ(lexer_split(line, words, 3), -1);
    char shorter[] = "1 2 3";
    EXPECT_EQ(lexer_split(shorter, words, 3), 3);
}

struct Number {
    const char *text;
    uint64_t value;
};

TEST(Lexer, 131_numbers_are_decimal_or_hexadecimal_with_separators)
{
    const Number numbers[] = {
        {"0", 0},
        {"42", 42},
        {"0x2A", 42},
        {"0X2a", 42},
        {"1_000_000", 1000000},
        {"0xdead_beef", 0xDEADBEEF},
        {"18446744073709551615", UINT64_MAX},
        {"0xffff_ffff_ffff_ffff", UINT64_MAX},
        {"007", 7},
    };
    for (const Number &number : numbers) {
        uint64_t value = 1;
        EXPECT_EQ(lexer_number(number.text, &value), nullptr) << number.text;
        EXPECT_EQ(value, number.value) << number.text;
    }
}

TEST(Lexer, 131_what_is_not_a_number_is_refused)
{
    for (const char *text : {"", "0x", "0x_f", "_1", "1_", "1__0", "-1", "+1", "1.5", "0b1", "12a",
                             "0xg", "x", " 1", "1e3"}) {
        uint64_t value;
        EXPECT_NE(lexer_number(text, &value), nullptr) << "'" << text << "'";
    }
}

TEST(Lexer, 131_numbers_beyond_64_bits_are_refused)
{
    for (const char *text :
         {"18446744073709551616", "0x1_0000_0000_0000_0000", "99999999999999999999999999"}) {
        uint64_t value;
        ASSERT_NE(lexer_number(text, &value), nullptr) << text;
        EXPECT_STREQ(lexer_number(text, &value), "does not fit into 64 bits");
    }
}

TEST(Names, 132_names_are_found_in_either_case)
{
    ASSERT_NE(register_named("cr0Ack"), nullptr);
    EXPECT_EQ(register_named("cr0Ack")->offset, 0x24U);
    EXPECT_EQ(register_named("EVENTQ_PROD")->offset, 0x100A8U);
    EXPECT_EQ(register_named("CR9"), nullptr);
    EXPECT_EQ(event_named("f_permission")->number, 0x13U);
    EXPECT_EQ(event_named("F_NOTHING"), nullptr);
}

TEST(Names, 132_registers_of_counter_groups_name_their_unit_and_counter)
{
    const struct {
        const char *name;
        uint32_t offset;
    } registers[] = {
        {"CR0", 0x20},
        {"PMCG_EVTYPER0", 0x02400},
        {"PMCG_CR", 0x02E04},
        {"PMCG_SMR63", 0x02AFC},
        {"PMCG_EVCNTR5", 0x22014},
        {"PMCG_OVSSET0", 0x22CC0},
        {"TBU0_PMCG_CFGR", 0x42E00},
        {"TBU0_PMCG_CAPR", 0x52D88},
        {"TBU12_PMCG_SVR3", 0x40000 + 12 * 0x20000 + 0x12000 + 0x60C},
    };
    for (const auto &one : registers) {
        uint32_t offset = 0;
        char spelling[REGISTER_NAME_SIZE];
        EXPECT_TRUE(register_offset(one.name, &offset)) << one.name;
        EXPECT_EQ(offset, one.offset) << one.name;
        EXPECT_STREQ(register_spelling(one.offset, spelling), one.name);
    }
    uint32_t offset = 0;
    EXPECT_TRUE(register_offset("tbu1_pmcg_evcntr2", &offset));
    EXPECT_EQ(offset, 0x72008U);
    for (const char *wrong : {"PMCG_EVCNTR", "PMCG_EVCNTR64", "PMCG_CR0", "PMCG_", "TBU_PMCG_CR",
                              "TBU0PMCG_CR", "TBU256_PMCG_CR", "TBU0_CR0", "PMCG_EVCNTR1x", "TBU"})
        EXPECT_FALSE(register_offset(wrong, &offset)) << wrong;
    char spelling[REGISTER_NAME_SIZE];
    EXPECT_STREQ(register_spelling(0x2000, spelling), "0x2000");
    EXPECT_STREQ(register_spelling(0x22002, spelling), "0x22002");
}

TEST(Names, 132_commands_are_named_with_or_without_prefix)
{
    EXPECT_EQ(command_named("CMD_TLBI_NH_VA")->number, 0x12U);
    EXPECT_EQ(command_named("tlbi_nh_va")->number, 0x12U);
    EXPECT_EQ(command_named("NH_VA"), nullptr);
}

TEST(Names, 132_fields_are_spelled_without_separators)
{
    EXPECT_NE(field_named(command_fields(), "CMD_SYNC", "msiaddress"), nullptr);
    EXPECT_NE(field_named(command_fields(), "CMD_SYNC", "MSINS"), nullptr);
    EXPECT_EQ(field_named(command_fields(), "CMD_SYNC", "msi_ns"), nullptr);
    EXPECT_EQ(field_named(command_fields(), "CMD_TLBI_NH_ALL", "asid"), nullptr);
}

TEST(Names, 132_addresses_are_whole_and_other_fields_are_shifted)
{
    uint64_t words[2] = {REF_CMD_TLBI_NH_VA, 0};
    const ref_field_row *addr = field_named(command_fields(), "CMD_TLBI_NH_VA", "addr");
    const ref_field_row *asid = field_named(command_fields(), "CMD_TLBI_NH_VA", "asid");
    field_set(addr, words, 0x1234567);
    field_set(asid, words, 0x1234);
    EXPECT_EQ(words[1], 0x1234000U) << "bits [11:0] are not carried";
    EXPECT_EQ(words[0] >> 48, 0x1234U);
    EXPECT_EQ(field_get(addr, words), 0x1234000U);
    EXPECT_EQ(field_get(asid, words), 0x1234U);
}

} // namespace
