/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The importer of QEMU logs on small logs: configuration fetches, descriptor reads and
 * translations. The expected statements are written from what the driver did, and from the
 * encodings of the specification.
 */

#include "unit/import_log.h"

namespace {

using namespace import_log;
using testing::HasSubstr;

/*
 * StreamID 1 of a linear Stream table at 0x20000 has its CD at 0x30000 (4K granule, 39 bits of
 * input: three levels from 1 on), ASID 9, tables at 0x40000 (level 1), 0x41000 and 0x42000.
 */
const char *const stream_memory = "# Stream table\n"
                                  "0x20040: 0x000000000003000b\n"
                                  "\n"
                                  "0x30000: 0x0009620080000019\n"
                                  "0x30008: 0x0000000000040000\n";

std::string stream_table()
{
    return write64("0x80", "0x20000") + write32("0x88", "0x8") + write32("0x20", "0x1");
}

std::string fetch()
{
    return "smmuv3_config_cache_miss Config cache MISS for sid=0x1 (hits=0, misses=1, hit rate=0)\n"
           "smmuv3_find_ste sid=0x1 features:0x1, sid_split:0x8\n"
           "smmuv3_get_ste STE addr: 0x20040\n"
           "smmuv3_get_cd CD addr: 0x30000\n"
           "smmuv3_decode_cd oas=44\n"
           "smmuv3_decode_cd_tt TT[0]:tsz:25 ttb:0x40000 granule_sz:12 had:0\n";
}

std::string known_stream()
{
    return "smmuv3_config_cache_hit Config cache HIT for sid=0x1 (hits=1, misses=1, hit rate=50)\n";
}

std::string walk(const std::string &page, const std::string &pte_address, const std::string &pte)
{
    return "smmu_iotlb_lookup_miss IOTLB cache MISS asid=9 addr=" + page +
           " hit=0 miss=1 hit rate=0\n"
           "smmu_get_pte baseaddr=0x40000 index=0x0, pteaddr=0x40000, pte=0x41003\n"
           "smmu_get_pte baseaddr=0x41000 index=0x0, pteaddr=0x41000, pte=0x42003\n"
           "smmu_get_pte baseaddr=0x42000 index=0x0, pteaddr=" +
           pte_address + ", pte=" + pte + "\n";
}

std::string hit(const std::string &page)
{
    return "smmu_iotlb_lookup_hit IOTLB cache HIT asid=9 addr=" + page +
           " hit=1 miss=1 hit rate=50\n";
}

std::string success(const std::string &from, const std::string &to, const std::string &perm)
{
    return "smmuv3_translate_success smmuv3-iommu-memory-region-1-0 sid=0x1 iova=" + from +
           " translated=" + to + " perm=" + perm + "\n";
}

TEST(import_translations, 152_translation_finds_structures_and_descriptors_in_memory)
{
    const Import result = import(stream_table() + fetch() + walk("0x3000", "0x42018", "0x80f43") +
                                     success("0x3008", "0x80008", "0x3") + known_stream() +
                                     hit("0x3000") + success("0x3ffe", "0x80ffe", "0x3"),
                                 stream_memory);
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_EQ(statements(result), "w64 STRTAB_BASE 0x20000\n"
                                  "w32 STRTAB_BASE_CFG 0x8\n"
                                  "w32 CR0 0x1\n"
                                  "mem 0x30000 0x9620080000019 0x40000 # CD\n"
                                  "mem 0x20040 0x3000b # STE\n"
                                  "mem? 0x20040 0x3000b 0x0 0x0 0x0 0x0 0x0 0x0 0x0 # fetched\n"
                                  "mem? 0x30000 0x9620080000019 0x40000 0x0 0x0 0x0 0x0 0x0 0x0 "
                                  "# fetched\n"
                                  "mem 0x40000 0x41003\n"
                                  "mem 0x41000 0x42003\n"
                                  "mem 0x42018 0x80f43\n"
                                  "dma r 0x1 0x3008 -> ok pa=0x80008\n"
                                  "dma r 0x1 0x3ffe len=2 -> ok pa=0x80ffe\n");
    EXPECT_THAT(result.said,
                HasSubstr("1 configuration fetches, 3 descriptor reads, 2 translations"));
}

TEST(import_translations, 152_only_changed_descriptors_are_stored)
{
    const Import result =
        import(stream_table() + fetch() + walk("0x3000", "0x42018", "0x80f43") +
                   success("0x3000", "0x80000", "0x1") + known_stream() +
                   walk("0x4000", "0x42020", "0x81f43") + success("0x4000", "0x81000", "0x1") +
                   known_stream() + walk("0x3000", "0x42018", "0x99f43") +
                   success("0x3000", "0x99000", "0x2"),
               stream_memory);
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_THAT(statements(result), testing::EndsWith("dma r 0x1 0x3000 -> ok pa=0x80000\n"
                                                      "mem 0x42020 0x81f43\n"
                                                      "dma r 0x1 0x4000 -> ok pa=0x81000\n"
                                                      "mem 0x42018 0x99f43\n"
                                                      "dma w 0x1 0x3000 -> ok pa=0x99000\n"));
}

TEST(import_translations, 152_command_that_names_a_stream_brings_its_structures)
{
    const Import result =
        import(command_queue() + write64("0x80", "0x20000") + write32("0x88", "0x8") +
                   consume(1, 0, "CMD_CFGI_STE") + "smmuv3_cmdq_cfgi_ste streamid= 0x1\n" +
                   consumed(1, 1) + write32("0x98", "0x1"),
               std::string(stream_memory) + "0x10000: 0x0000000100000003\n0x10008: 0x1\n");
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_THAT(statements(result), testing::EndsWith("mem 0x10000 0x100000003 0x1 # CMD_CFGI_STE\n"
                                                      "mem 0x30000 0x9620080000019 0x40000 # CD\n"
                                                      "mem 0x20040 0x3000b # STE\n"
                                                      "w32 CMDQ_PROD 0x1\n"
                                                      "cons 0x1\n"));
}

TEST(import_translations, 152_level_2_table_comes_whole_but_for_other_streams_that_translate)
{
    /* SPLIT 8; StreamID 0x101 is entry 1 of the 2^(2-1) that level 1 entry 1 leads to. */
    const Import result = import(
        write64("0x80", "0x28000") + write32("0x88", "0x10210") +
            "smmuv3_config_cache_miss Config cache MISS for sid=0x101 (hits=0, misses=1, hit "
            "rate=0)\n"
            "smmuv3_find_ste_2lvl strtab_base:0x28000 l1ptr:0x28008 l1_off:0x1, "
            "l2ptr:0x50000 l2_off:0x1 max_l2_ste:7\n"
            "smmuv3_get_ste STE addr: 0x50040\n"
            "smmuv3_translate_bypass r sid=0x101 STE bypass iova:0x1234 is_write=1\n",
        "0x28008: 0x50003\n"
        "0x50000: 0x1\n0x50008: 0x0000100000000000\n"
        "0x50040: 0x9\n"
        "0x50080: 0x9\n"
        "0x500c0: 0x3000b\n");
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_THAT(statements(result),
                testing::EndsWith("mem 0x50000 0x1 0x100000000000 # STE\n"
                                  "mem 0x50040 0x9 # STE\n"
                                  "mem 0x50080 0x9 # STE\n"
                                  "mem 0x28008 0x50003 # Level 1 Stream table descriptor\n"
                                  "mem? 0x28008 0x50003 # fetched\n"
                                  "mem? 0x50040 0x9 0x0 0x0 0x0 0x0 0x0 0x0 0x0 # fetched\n"
                                  "dma w 0x101 0x1234 -> bypass\n"));
}

TEST(import_translations, 152_untranslated_and_aborted_transactions)
{
    const Import result =
        import("smmuv3_translate_disable r sid=0x8 bypass (smmu disabled) iova:0x5000 is_write=0\n"
               "smmuv3_translate_abort r sid=0x8 abort on iova:0x6000 is_write=1\n");
    EXPECT_EQ(statements(result), "dma r 0x8 0x5000 -> bypass\n"
                                  "dma w 0x8 0x6000 -> abort\n");
}

TEST(import_translations, 152_failed_translation_becomes_an_abort)
{
    const Import result = import(stream_table() + fetch() +
                                     "smmu_iotlb_lookup_miss IOTLB cache MISS asid=9 addr=0x7000 "
                                     "hit=0 miss=1 hit rate=0\n"
                                     "smmuv3_record_event F_TRANSLATION sid=0x1\n",
                                 stream_memory);
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_THAT(statements(result),
                testing::EndsWith("dma r 0x1 0x7000 -> abort # F_TRANSLATION\n"));
}

TEST(import_translations, 152_tlb_hit_on_an_older_mapping_expects_nothing)
{
    const Import result = import(
        stream_table() + fetch() + walk("0x3000", "0x42018", "0x80f43") +
            success("0x3000", "0x80000", "0x3") + known_stream() +
            walk("0x4000", "0x42018", "0x0") + "smmuv3_record_event F_TRANSLATION sid=0x1\n" +
            known_stream() + hit("0x3000") + success("0x3000", "0x80000", "0x3"),
        stream_memory);
    EXPECT_EQ(result.status, 0) << result.said;
    EXPECT_THAT(statements(result), HasSubstr("dma r 0x1 0x3000 -> ok pa=0x80000\n"
                                              "mem 0x42018 0x0\n"));
    EXPECT_THAT(statements(result), HasSubstr("\ndma r 0x1 0x3000 # from QEMU's TLB"));
    EXPECT_THAT(result.said, HasSubstr("1 translations came from QEMU's TLB after memory"));
}

TEST(import_translations, 152_translation_that_its_descriptors_do_not_explain_is_refused)
{
    expect_refused(import(stream_table() + fetch() + walk("0x3000", "0x42018", "0x80f43") +
                              success("0x3000", "0x81000", "0x3"),
                          stream_memory),
                   "qemu.log:14: ", "do not lead to this translation");
}

TEST(import_translations, 152_structures_that_are_not_in_the_listing_are_refused)
{
    expect_refused(import(stream_table() + fetch(), "0x20080: 0x1\n"),
                   "qemu.log:6: ", "the STE at 0x20040");
    expect_refused(import(stream_table() + fetch(), "0x20040: 0x3000b\n"),
                   "qemu.log:7: ", "the CD at 0x30000");
    expect_refused(import(stream_table() + fetch()), "qemu.log:6: ", "the STE at 0x20040");
}

TEST(import_translations, 152_listing_of_another_time_is_refused)
{
    expect_refused(import(stream_table() + fetch(), "0x20040: 0x3100b\n0x31000: 0x80000019\n"),
                   "qemu.log:7: ", "leads to 0x31000 in the memory listing, to 0x30000 in the log");
    expect_refused(import(stream_table() + fetch(),
                          "0x20040: 0x3000b\n0x30000: 0x9620080000019\n0x30008: 0x48000\n"),
                   "qemu.log:9: ", "table 0x48000 in the memory listing");
}

TEST(import_translations, 152_log_that_ends_within_a_translation_is_refused)
{
    expect_refused(import(stream_table() + fetch(), stream_memory), "qemu.log:9: ", "cut off");
}

} // namespace
