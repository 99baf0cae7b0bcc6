/* SPDX-License-Identifier: Apache-2.0 */
/* smmusim decode: every field of an encoding, from the reference tables. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/decode.h"
#include "spec_ref/ref_field.h"
#include "trace/lexer.h"
#include "trace/names.h"

enum { MAX_WORDS = 8 };

struct words {
    uint64_t word[MAX_WORDS];
    size_t count; /* of the encoding; words that are not given are zero */
};

/* ---- fields of one object */

static void print_field(const struct ref_field_row *row, const struct words *words)
{
    uint64_t value = field_get(row, words->word);
    const char *meaning = value_meaning(row->object, row->field, value);
    char bits[16];
    if (row->msb == row->lsb)
        snprintf(bits, sizeof(bits), "[%u]", 64 * row->dword + row->lsb);
    else
        snprintf(bits, sizeof(bits), "[%u:%u]", 64 * row->dword + row->msb,
                 64 * row->dword + row->lsb);
    printf("  %-14s %-10s 0x%-16llx %s%s\n", row->field, bits, (unsigned long long)value,
           meaning ? meaning : "", row->confirmed ? "" : " (position not confirmed)");
}

static void print_rest(const struct words *words, const uint64_t covered[MAX_WORDS])
{
    for (size_t i = 0; i < words->count; ++i) {
        uint64_t rest = words->word[i] & ~covered[i];
        if (rest)
            printf("  bits of no field in word %zu: 0x%016llx\n", i, (unsigned long long)rest);
    }
}

static void print_object(struct field_table table, const char *object, const struct words *words,
                         const struct ref_field_row *also)
{
    uint64_t covered[MAX_WORDS] = {0};
    for (size_t i = 0; i < table.count; ++i) {
        const struct ref_field_row *row = &table.rows[i];
        if (strcmp(row->object, object) != 0)
            continue;
        print_field(row, words);
        covered[row->dword] |= ref_mask(row->msb, row->lsb);
    }
    if (also) {
        print_field(also, words);
        covered[also->dword] |= ref_mask(also->msb, also->lsb);
    }
    print_rest(words, covered);
}

/* ---- kinds */

struct pte_options {
    const char *level, *granule, *stage;
};

static int decode_command(const struct words *words, const struct pte_options *unused)
{
    unsigned opcode = (unsigned)(words->word[0] & 0xFF);
    const struct ref_number_row *row = command_numbered(opcode);
    (void)unused;
    if (!row) {
        printf("opcode 0x%02x: %s\n", opcode,
               opcode >= 0x80 && opcode <= 0x8F ? "IMPLEMENTATION DEFINED"
                                                : "reserved, CERROR_ILL");
        return CLI_HELD;
    }
    printf("%s\n", row->name);
    print_object(command_fields(), row->name, words, NULL);
    return CLI_HELD;
}

static int decode_event(const struct words *words, const struct pte_options *unused)
{
    unsigned number = (unsigned)(words->word[0] & 0xFF);
    const struct ref_number_row *row = event_numbered(number);
    (void)unused;
    if (!row) {
        printf("record 0x%02x: %s\n", number,
               number >= 0xE0 && number <= 0xEF ? "IMPLEMENTATION DEFINED" : "reserved");
        return CLI_HELD;
    }
    printf("%s\n", row->name);
    print_object(event_fields(), row->name, words, NULL);
    return CLI_HELD;
}

static int decode_pri(const struct words *words, const struct pte_options *unused)
{
    (void)unused;
    printf("PRI queue entry\n");
    print_object(pri_fields(), "PRI", words, NULL);
    return CLI_HELD;
}

static int decode_ste(const struct words *words, const struct pte_options *unused)
{
    (void)unused;
    printf("STE\n");
    print_object(structure_fields(), "STE", words, NULL);
    return CLI_HELD;
}

static int decode_cd(const struct words *words, const struct pte_options *unused)
{
    (void)unused;
    printf("CD\n");
    print_object(structure_fields(), "CD", words, NULL);
    return CLI_HELD;
}

/* ---- descriptors (DDI 0487, D8.3) */

struct granule {
    const char *name;
    unsigned page_log2;
    unsigned index_bits; /* that one level resolves */
};

static const struct granule granules[] = {{"4K", 12, 9}, {"16K", 14, 11}, {"64K", 16, 13}};

static const struct granule *granule_named(const char *name)
{
    for (size_t i = 0; i < sizeof(granules) / sizeof(granules[0]); ++i) {
        if (lexer_equal(granules[i].name, name))
            return &granules[i];
    }
    return NULL;
}

static void print_leaf(const char *what, const struct words *words, bool stage2, unsigned low)
{
    struct field_table table = {ref_descriptor_field_table, ref_descriptor_field_count};
    const struct ref_field_row address = {"S1_LEAF", "ADDR", 0, 47, low, true};
    printf("%s descriptor, stage %d\n", what, stage2 ? 2 : 1);
    print_object(table, stage2 ? "S2_LEAF" : "S1_LEAF", words, &address);
}

static void print_table(const struct words *words, bool stage2, unsigned low)
{
    struct field_table table = {ref_descriptor_field_table, ref_descriptor_field_count};
    const struct ref_field_row address = {"S1_TABLE", "ADDR", 0, 47, low, true};
    printf("table descriptor, stage %d\n", stage2 ? 2 : 1);
    /* A stage 2 table descriptor has no attributes of its own. */
    print_object(table, "S1_TABLE", words, &address);
}

static int decode_pte(const struct words *words, const struct pte_options *options)
{
    const struct granule *granule = granule_named(options->granule);
    bool stage2 = strcmp(options->stage, "2") == 0;
    uint64_t level = UINT64_MAX;
    unsigned type = (unsigned)(words->word[0] & 3);
    if (!granule)
        return cli_unusable("decode", "--granule %s: not one of 4K, 16K, 64K", options->granule);
    if (!stage2 && strcmp(options->stage, "1") != 0)
        return cli_unusable("decode", "--stage %s: neither 1 nor 2", options->stage);
    if (options->level && (lexer_number(options->level, &level) || level > 3))
        return cli_unusable("decode", "--level %s: not a level, 0 to 3", options->level);

    if (!(type & 1) || (type == 1 && level == 3)) {
        printf("invalid descriptor\n");
        return CLI_HELD;
    }
    if (type == 1) {
        /* The size of a block depends on its level; without one, all address bits are shown. */
        unsigned low = granule->page_log2;
        if (options->level)
            low += granule->index_bits * (3 - (unsigned)level);
        print_leaf("block", words, stage2, low);
        return CLI_HELD;
    }
    if (!options->level)
        printf("without --level this is a page at level 3 and a table above it\n");
    if (!options->level || level == 3)
        print_leaf("page", words, stage2, granule->page_log2);
    if (!options->level || level < 3)
        print_table(words, stage2, granule->page_log2);
    return CLI_HELD;
}

/* ---- the verb */

static const struct {
    const char *name;
    size_t words;
    int (*decode)(const struct words *words, const struct pte_options *options);
} kinds[] = {
    {"cmd", 2, decode_command}, {"event", 4, decode_event}, {"pri", 2, decode_pri},
    {"ste", 8, decode_ste},     {"cd", 8, decode_cd},       {"pte", 1, decode_pte},
};

static const char *const about =
    "Names every field of a command, an event record, a PRI queue entry, a Stream table entry, a\n"
    "Context descriptor or a translation table descriptor, given as 64-bit words, the lowest\n"
    "address first. Words that are left out at the end are zero. Bit numbers count over the\n"
    "whole encoding.";

static int read_words(int count, char **texts, size_t most, struct words *words)
{
    if (count < 1 || (size_t)count > most)
        return cli_unusable("decode", "%d words; 1 to %zu are expected", count, most);
    words->count = most;
    for (int i = 0; i < count; ++i) {
        const char *wrong = lexer_number(texts[i], &words->word[i]);
        if (wrong)
            return cli_unusable("decode", "word %d: '%s' %s", i, texts[i], wrong);
    }
    return CLI_HELD;
}

int verb_decode(int argc, char **argv)
{
    struct pte_options pte = {.granule = "4K", .stage = "1"};
    const struct cli_option options[] = {
        {.name = "level",
         .argument = "N",
         .help = "pte: the level it was found at",
         .text = &pte.level},
        {.name = "granule",
         .argument = "SIZE",
         .help = "pte: 4K (default), 16K, 64K",
         .text = &pte.granule},
        {.name = "stage", .argument = "N", .help = "pte: 1 (default), 2", .text = &pte.stage},
    };
    const struct cli_usage usage = {"decode", "cmd|event|pri|ste|cd|pte WORD...", about, options,
                                    sizeof(options) / sizeof(options[0])};
    struct words words = {{0}, 0};
    int status;
    int first = cli_parse(&usage, argc, argv, &status);
    if (first < 0)
        return status;
    if (first == argc)
        return cli_unusable("decode", "what to decode is missing: cmd, event, pri, ste, cd, pte");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); ++i) {
        if (strcmp(kinds[i].name, argv[first]) != 0)
            continue;
        status = read_words(argc - first - 1, argv + first + 1, kinds[i].words, &words);
        return status == CLI_HELD ? kinds[i].decode(&words, &pte) : status;
    }
    return cli_unusable("decode", "'%s' is not one of cmd, event, pri, ste, cd, pte", argv[first]);
}
