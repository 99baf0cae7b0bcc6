/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The importer of QEMU logs on small logs: register accesses, commands, and damaged input. The
 * expected statements are written from what the driver did, and from the encodings of the
 * specification.
 */

#include "unit/import_log.h"

namespace {

using namespace import_log;
using testing::HasSubstr;
using testing::Not;

/* -------------------------------------------------------------- registers */

TEST(import_qemu, 151_register_accesses_become_statements_with_names)
{
    const Import result = import(
        read32("0x24", "0xd") + write32("0x28", "0xd75") + write64("0x80", "0x4000000042ceb000") +
        "smmuv3_read_mmio addr: 0x80 val:0x4000000042ceb000 size: 0x8(0)\n" +
        write32("0x84", "0x40000000") + read32("0xe00", "0x0"));
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_EQ(statements(result), "r32 CR0ACK 0xd\n"
                                  "w32 CR1 0xd75\n"
                                  "w64 STRTAB_BASE 0x4000000042ceb000\n"
                                  "r64 STRTAB_BASE 0x4000000042ceb000\n"
                                  "w32 0x84 0x40000000\n"
                                  "r32 0xe00 0x0\n");
    EXPECT_THAT(result.trace, testing::StartsWith("smmu-trace 1\n"));
    EXPECT_THAT(result.said, HasSubstr("3 register reads, 3 register writes"));
}

TEST(import_qemu, 151_queue_indexes_of_page_1_are_told_from_page_0)
{
    const Import result =
        import(write32("0xa8", "0x0") + write32("0xac", "0x1") + read32("0xc8", "0x2") +
               read32("0xcc", "0x3") + read32("0x100ac", "0x1"));
    EXPECT_EQ(statements(result), "w32 EVENTQ_PROD 0x0\n"
                                  "w32 EVENTQ_CONS 0x1\n"
                                  "r32 PRIQ_PROD 0x2\n"
                                  "r32 PRIQ_CONS 0x3\n"
                                  "r32 EVENTQ_CONS 0x1\n");
}

TEST(import_qemu, 151_identification_becomes_config_by_field)
{
    const Import result =
        import(read32("0x0", "0xd40101a") + read32("0x14", "0x74") + read32("0x18", "0x4832043b"));
    EXPECT_EQ(result.status, 0) << result.said;
    for (const char *field :
         {" IDR0.S1P=1 ", " IDR0.S2P=0 ", " IDR0.TTF=2 ", " IDR0.ASID16=1 ", " IDR0.MSI=0 ",
          " IDR0.TTENDIAN=2 ", " IDR0.STALL_MODEL=1 ", " IDR0.TERM_MODEL=1 ", " IDR0.ST_LEVEL=1 "})
        EXPECT_THAT(result.trace, HasSubstr(field));
    EXPECT_THAT(result.trace, HasSubstr("\nconfig IDR5.OAS=4 IDR5.GRAN4K=1 IDR5.GRAN16K=1 "));
    EXPECT_THAT(result.trace, HasSubstr("IIDR.IMPLEMENTER=1083 IIDR.REVISION=0 IIDR.VARIANT=2 "
                                        "IIDR.PRODUCTID=1155\n"));
    EXPECT_THAT(result.trace, Not(HasSubstr("IDR1.")));
    EXPECT_LT(result.trace.rfind("config"), result.trace.find("r32"));
}

TEST(import_qemu, 151_version_follows_from_idr3_unless_aidr_was_read)
{
    EXPECT_THAT(import(read32("0xc", "0x1404")).trace, HasSubstr("\nconfig AIDR.ARCHMINORREV=1 "));
    EXPECT_THAT(import(read32("0xc", "0x1504")).trace, Not(HasSubstr("AIDR")));
    const std::string both = import(read32("0xc", "0x1404") + read32("0x1c", "0x0")).trace;
    EXPECT_THAT(both, HasSubstr("\nconfig AIDR.ARCHMINORREV=0 AIDR.ARCHMAJORREV=0\n"));
    EXPECT_THAT(both, Not(HasSubstr("ARCHMINORREV=1")));
}

TEST(import_qemu, 151_read_that_qemu_refused_expects_nothing)
{
    const Import result = import("smmuv3_read_mmio addr: 0x24 val:0x0 size: 0x4(2)\n");
    EXPECT_EQ(statements(result), "r32 CR0ACK\n");
}

TEST(import_qemu, 151_lines_with_a_time_stamp_are_read)
{
    const Import result = import("4711@1700000000.123456:smmuv3_read_mmio addr: 0x24 val:0x8 "
                                 "size: 0x4(0)\n");
    EXPECT_EQ(statements(result), "r32 CR0ACK 0x8\n");
}

TEST(import_qemu, 151_impossible_accesses_are_refused)
{
    expect_refused(import("smmuv3_read_mmio addr: 0x24 val:0x0 size: 0x2(0)\n"),
                   "qemu.log:1: ", "2 bytes");
    expect_refused(import(read32("0x24", "0x0") + read32("0x22", "0x0")),
                   "qemu.log:2: ", "no register");
    expect_refused(import(read32("0x20000", "0x0")), "qemu.log:1: ", "no register");
    expect_refused(import(read32("0x24", "0x100000000")), "qemu.log:1: ", "does not fit");
}

/* --------------------------------------------------------------- commands */

TEST(import_qemu, 151_commands_are_in_memory_before_their_doorbell)
{
    const Import result = import(
        command_queue() + consume(2, 0, "CMD_TLBI_NH_ASID") +
            "smmuv3_cmdq_tlbi_nh_asid asid=7\nsmmu_iotlb_inv_asid IOTLB invalidate asid=7\n" +
            consume(2, 1, "CMD_SYNC") + consumed(2, 2) + write32("0x98", "0x2") +
            read32("0x9c", "0x2"),
        "0x10000: 0x0007000000000011\n0x10010: 0x0000000000000046\n");
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_EQ(statements(result), "w64 CMDQ_BASE 0x4000000000010002\n"
                                  "mem 0x10000 0x7000000000011 # CMD_TLBI_NH_ASID\n"
                                  "mem 0x10010 0x46 # CMD_SYNC\n"
                                  "w32 CMDQ_PROD 0x2\n"
                                  "cons 0x2\n"
                                  "r32 CMDQ_CONS 0x2\n");
    EXPECT_THAT(result.said, HasSubstr("2 commands"));
    EXPECT_THAT(result.said, HasSubstr("1 smmu_iotlb_inv_asid: "));
}

TEST(import_qemu, 151_consumer_index_carries_its_wrap_bit)
{
    const Import result = import(command_queue() + consume(0, 3, "CMD_SYNC", 1) +
                                     consumed(0, 0, 1) + write32("0x98", "0x4"),
                                 "0x10030: 0x46\n");
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_THAT(statements(result), HasSubstr("mem 0x10030 0x46 # CMD_SYNC\n"
                                              "w32 CMDQ_PROD 0x4\ncons 0x4\n"));
}

TEST(import_qemu, 151_command_error_is_expected_at_the_consumer_index)
{
    const Import result =
        import(command_queue() + consume(2, 0, "CMD_SYNC") +
                   "smmuv3_cmdq_consume_error Error on SMMU_CMD_SYNC command execution: 1\n" +
                   consumed(2, 0) + write32("0x98", "0x2"),
               "0x10000: 0x3046\n0x10010: 0x46\n");
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_THAT(statements(result), HasSubstr("mem 0x10000 0x3046 # CMD_SYNC\n"
                                              "mem 0x10010 0x46 # CMD_SYNC\n"
                                              "w32 CMDQ_PROD 0x2\ncons 0x0 err=1\n"));
}

TEST(import_qemu, 151_enabling_the_queue_starts_commands)
{
    const Import result =
        import(command_queue() + write32("0x98", "0x1") + consume(1, 0, "CMD_SYNC") +
                   consumed(1, 1) + write32("0x20", "0x8"),
               "0x10000: 0x46\n");
    EXPECT_EQ(statements(result), "w64 CMDQ_BASE 0x4000000000010002\n"
                                  "w32 CMDQ_PROD 0x1\n"
                                  "mem 0x10000 0x46 # CMD_SYNC\n"
                                  "w32 CR0 0x8\n"
                                  "cons 0x1\n");
}

TEST(import_qemu, 151_opcode_that_is_not_in_memory_is_refused)
{
    expect_refused(import(command_queue() + consume(1, 0, "CMD_TLBI_NH_ALL"), "0x10000: 0x46\n"),
                   "qemu.log:3: ",
                   "the log has SMMU_CMD_TLBI_NH_ALL, the memory listing has opcode "
                   "0x46 (CMD_SYNC)");
}

TEST(import_qemu, 151_command_that_is_not_in_the_listing_is_refused)
{
    expect_refused(import(command_queue() + consume(2, 1, "CMD_SYNC"), "0x10000: 0x46\n"),
                   "qemu.log:2: ", "0x10010");
    expect_refused(import(command_queue() + consume(1, 0, "CMD_SYNC")), "qemu.log:2: ", "0x10000");
}

TEST(import_qemu, 151_slot_that_is_used_twice_is_refused)
{
    expect_refused(import(command_queue() + consume(1, 0, "CMD_SYNC") + consumed(1, 1) +
                              write32("0x98", "0x1") + consume(1, 0, "CMD_SYNC"),
                          "0x10000: 0x46\n"),
                   "qemu.log:6: ", "second time");
}

TEST(import_qemu, 151_command_before_the_queue_has_a_base_is_refused)
{
    expect_refused(import(consume(1, 0, "CMD_SYNC"), "0x10000: 0x46\n"),
                   "qemu.log:1: ", "CMDQ_BASE");
}

/* One command with one parameter line. */
Import import_command(const std::string &words, const std::string &opcode,
                      const std::string &parameters)
{
    return import(command_queue() + consume(1, 0, opcode) + parameters + consumed(1, 1) +
                      write32("0x98", "0x1"),
                  words);
}

struct Parameter {
    const char *words, *opcode, *right, *wrong, *why;
};

class Parameters : public testing::TestWithParam<Parameter> {};

TEST_P(Parameters, 151_log_and_memory_must_agree_on_a_command)
{
    const Parameter &p = GetParam();
    const Import good = import_command(p.words, p.opcode, p.right);
    EXPECT_EQ(good.status, 0) << good.said;
    const Import bad = import_command(p.words, p.opcode, p.wrong);
    EXPECT_EQ(bad.status, 2) << p.wrong;
    EXPECT_THAT(bad.said, HasSubstr("qemu.log:"));
    EXPECT_THAT(bad.said, HasSubstr(p.why));
}

INSTANTIATE_TEST_SUITE_P(
    import_qemu, Parameters,
    testing::Values(
        Parameter{"0x10000: 0x1800000003\n0x10008: 0x1\n", "CMD_CFGI_STE",
                  "smmuv3_cmdq_cfgi_ste streamid= 0x18\n", "smmuv3_cmdq_cfgi_ste streamid= 0x19\n",
                  "StreamID"},
        Parameter{"0x10000: 0x1800000005\n", "CMD_CFGI_CD", "smmuv3_cmdq_cfgi_cd sid=0x18\n",
                  "smmuv3_cmdq_cfgi_cd sid=0x8\n", "StreamID"},
        Parameter{"0x10000: 0x1b00000004\n0x10008: 0x2\n", "CMD_CFGI_STE_RANGE",
                  "smmuv3_cmdq_cfgi_ste_range start=0x18 - end=0x1f\n",
                  "smmuv3_cmdq_cfgi_ste_range start=0x18 - end=0x1b\n", "last StreamID"},
        Parameter{"0x10000: 0x1b00000004\n0x10008: 0x2\n", "CMD_CFGI_STE_RANGE",
                  "smmuv3_cmdq_cfgi_ste_range start=0x18 - end=0x1f\n",
                  "smmuv3_cmdq_cfgi_ste_range start=0x1b - end=0x1f\n", "first StreamID"},
        Parameter{"0x10000: 0x0002000000000011\n", "CMD_TLBI_NH_ASID",
                  "smmuv3_cmdq_tlbi_nh_asid asid=2\n", "smmuv3_cmdq_tlbi_nh_asid asid=1\n", "ASID"},
        /* one page, no hint */
        Parameter{"0x10000: 0x0002000500000012\n0x10008: 0xffff6001\n", "CMD_TLBI_NH_VA",
                  "smmuv3_s1_range_inval vmid=5 asid=2 addr=0xffff6000 tg=0 num_pages=0x1 ttl=0 "
                  "leaf=1\n",
                  "smmuv3_s1_range_inval vmid=5 asid=2 addr=0xffff7000 tg=0 num_pages=0x1 ttl=0 "
                  "leaf=1\n",
                  "address"},
        Parameter{"0x10000: 0x0002000500000012\n0x10008: 0xffff6001\n", "CMD_TLBI_NH_VA",
                  "smmuv3_s1_range_inval vmid=5 asid=2 addr=0xffff6000 tg=0 num_pages=0x1 ttl=0 "
                  "leaf=1\n",
                  "smmuv3_s1_range_inval vmid=4 asid=2 addr=0xffff6000 tg=0 num_pages=0x1 ttl=0 "
                  "leaf=1\n",
                  "VMID"},
        /* 3 * 2 pages of 4K (NUM 2, SCALE 1, TTL 3), which QEMU reports as 4 and 2 */
        Parameter{"0x10000: 0x0002000000102012\n0x10008: 0xffff0701\n", "CMD_TLBI_NH_VA",
                  "smmuv3_s1_range_inval vmid=0 asid=2 addr=0xffff0000 tg=1 num_pages=0x4 ttl=3 "
                  "leaf=1\n"
                  "smmuv3_s1_range_inval vmid=0 asid=2 addr=0xffff4000 tg=1 num_pages=0x2 ttl=3 "
                  "leaf=1\n",
                  "smmuv3_s1_range_inval vmid=0 asid=2 addr=0xffff0000 tg=1 num_pages=0x4 ttl=3 "
                  "leaf=1\n",
                  "invalidates 6 pages, the log reports 4"},
        Parameter{"0x10000: 0x0002000000102012\n0x10008: 0xffff0701\n", "CMD_TLBI_NH_VA",
                  "smmuv3_range_inval vmid=0 asid=2 addr=0xffff0000 tg=1 num_pages=0x4 ttl=3 "
                  "leaf=1 stage=1\n"
                  "smmuv3_range_inval vmid=0 asid=2 addr=0xffff4000 tg=1 num_pages=0x2 ttl=3 "
                  "leaf=1 stage=1\n",
                  "smmuv3_range_inval vmid=0 asid=2 addr=0xffff0000 tg=1 num_pages=0x6 ttl=2 "
                  "leaf=1 stage=1\n",
                  "TTL"},
        /* by VA for all ASIDs, 16K granule */
        Parameter{"0x10000: 0x0000000500000013\n0x10008: 0xffff0800\n", "CMD_TLBI_NH_VAA",
                  "smmuv3_s1_range_inval vmid=5 asid=-1 addr=0xffff0000 tg=2 num_pages=0x1 ttl=0 "
                  "leaf=0\n",
                  "smmuv3_s1_range_inval vmid=5 asid=-1 addr=0xffff0000 tg=2 num_pages=0x1 ttl=0 "
                  "leaf=1\n",
                  "Leaf"}));

TEST(import_qemu, 151_doorbell_must_agree_with_what_was_consumed)
{
    expect_refused(import(command_queue() + consume(1, 0, "CMD_SYNC") + consumed(1, 1) +
                              write32("0x98", "0x2"),
                          "0x10000: 0x46\n"),
                   "qemu.log:5: ", "CMDQ_PROD");
    expect_refused(import(command_queue() + consume(1, 0, "CMD_SYNC") + consumed(1, 1) +
                              write32("0x28", "0x0"),
                          "0x10000: 0x46\n"),
                   "qemu.log:5: ", "does not start commands");
}

/* ----------------------------------------------------------- damaged input */

TEST(import_qemu, 151_malformed_lines_are_refused_with_their_place)
{
    const std::string good = read32("0x24", "0x0");
    for (const char *bad :
         {"smmuv3_read_mmio addr: 0x24 val:", "smmuv3_read_mmio addr: x val:0x0 size: 0x4(0)",
          "smmuv3_read_mmio addr: 0x24 val:0x size: 0x4(0)",
          "smmuv3_read_mmio addr: 0x24 val:0x12345678901234567 size: 0x4(0)", "smmuv3_cmdq_opcode",
          "smmuv3_cmdq_opcode <--- ", "smmuv3_translate_success x sid=0x1 iova=0x0",
          "smmuv3_record_event ", "smmuv3_read_mmio", "smmuv3_cmdq_consume prod=1z cons=0"})
        expect_refused(import(good + bad + "\n"), "qemu.log:2: ", " after '");
    expect_refused(import(good + "hello\n"), "qemu.log:2: ", "not a trace event of an SMMU");
    expect_refused(import(good + "virtio_notify vdev 0x1\n"),
                   "qemu.log:2: ", "not a trace event of an SMMU");
}

TEST(import_qemu, 151_unknown_smmu_events_are_counted_and_left_out)
{
    const Import result = import(read32("0x24", "0x0") + "smmuv3_from_the_future a=1\n"
                                                         "smmu_from_the_future\n");
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(statements(result), "r32 CR0ACK 0x0\n");
    EXPECT_THAT(result.said, HasSubstr("2 other smmu events: "));
}

TEST(import_qemu, 151_cut_off_logs_are_refused)
{
    const std::string good = read32("0x24", "0x0");
    expect_refused(import(""), "qemu.log:1: ", "no events");
    expect_refused(import(good + "smmuv3_read_mmio addr: 0x24 val:0x0 size: 0x4(0)"),
                   "qemu.log:2: ", "cut off");
    expect_refused(import(command_queue() + consume(1, 0, "CMD_SYNC"), "0x10000: 0x46\n"),
                   "qemu.log:3: ", "cut off");
    expect_refused(
        import(command_queue() + consume(1, 0, "CMD_SYNC") + consumed(1, 1), "0x10000: 0x46\n"),
        "qemu.log:4: ", "cut off");
}

TEST(import_qemu, 151_damaged_listings_are_refused_with_their_place)
{
    const std::string log = read32("0x24", "0x0");
    expect_refused(import(log, "0x1000: 0x1\n0x1008 0x1\n"), "memory.txt:2: ", "ADDRESS: WORD");
    expect_refused(import(log, "0x1000: 0x1 0x2\n"), "memory.txt:1: ", "ADDRESS: WORD");
    expect_refused(import(log, "0x1000: 0x\n"), "memory.txt:1: ", "ADDRESS: WORD");
    expect_refused(import(log, "0x1000: 0x12345678901234567\n"), "memory.txt:1: ", "ADDRESS: WORD");
    expect_refused(import(log, "0x1004: 0x1\n"), "memory.txt:1: ", "multiple of 8");
    expect_refused(import(log, "0x1000: 0x1\n\n0x1000: 0x2\n"), "memory.txt:3: ", "before");
    expect_refused(import(log, "0x1000: 0x1\n0x1008: 0x"), "memory.txt:2: ", "");
    expect_refused(import(log, "0x1000: 0x1\n0x1008: 0x12"), "memory.txt:2: ", "cut off");
    expect_refused(import(log, "# nothing\n"), "memory.txt:1: ", "no words");
}

TEST(import_qemu, 151_missing_files_are_refused)
{
    const std::string log = temporary_file("there.log"), out = temporary_file("missing.trace");
    const std::string absent = temporary_file("absent"), said_path = temporary_file("said");
    store(log, read32("0x24", "0x0"));

    const struct {
        trace_import_qemu_options options;
        std::string place;
    } cases[] = {
        {{absent.c_str(), nullptr, out.c_str()}, absent},
        {{log.c_str(), absent.c_str(), out.c_str()}, absent},
        {{log.c_str(), nullptr, "/no/such/folder/x.trace"}, "/no/such/folder/x.trace"},
    };
    for (const auto &c : cases) {
        std::FILE *said = std::fopen(said_path.c_str(), "w");
        EXPECT_EQ(trace_import_qemu(&c.options, said), 2);
        std::fclose(said);
        EXPECT_THAT(load(said_path), testing::StartsWith(c.place + ": "));
    }
}

} // namespace
