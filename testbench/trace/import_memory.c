/* SPDX-License-Identifier: Apache-2.0 */
/* See import_memory.h. */

#include "trace/import_memory.h"

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

#include <inttypes.h>

enum {
    WORD_BYTES = 8,
    STRUCTURE_WORDS = REF_STE_BYTES / WORD_BYTES,
    L1STD_SPAN_MAX = 11, /* 5.1: a larger Span is Reserved */
    /* STE.Config is a set of the stages that translate, and 4 for not to abort (5.2). */
    CONFIG_STAGE_1 = 1,
    CONFIG_ANY_STAGE = 3,
    CONFIG_STAGE_1_ONLY = 5,
    LAST_LEVEL = 3
};

uint64_t import_memory_word(const import_memory *memory, uint64_t address)
{
    uint64_t word = 0;

    word_map_get(&memory->stored, address, &word);
    return word;
}

static void print_words(text_buffer *trace, const char *statement, uint64_t address,
                        const uint64_t *words, size_t count, const char *remark)
{
    text_buffer_print(trace, "%s 0x%" PRIx64, statement, address);
    for (size_t i = 0; i < count; i++)
        text_buffer_print(trace, " 0x%" PRIx64, words[i]);
    text_buffer_print(trace, "%s%s\n", remark != NULL ? " # " : "", remark != NULL ? remark : "");
}

void import_memory_store(import_memory *memory, uint64_t address, const uint64_t *words,
                         size_t count, const char *remark)
{
    size_t first = 0, next = 0;

    while (next < count) {
        uint64_t at = address + next * WORD_BYTES;

        if (import_memory_word(memory, at) != words[next]) {
            if (!word_map_set(&memory->stored, at, words[next]))
                memory->out_of_memory = true;
            next++;
            if (next < count)
                continue;
        } else if (next == first) {
            first = ++next;
            continue;
        }
        print_words(memory->trace, "mem", address + first * WORD_BYTES, words + first, next - first,
                    remark);
        first = next;
    }
}

static void listed_words(const import_memory *memory, uint64_t address, uint64_t *words,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        words[i] = 0;
        word_map_get(&memory->listing, address + i * WORD_BYTES, &words[i]);
    }
}

void import_memory_publish(import_memory *memory, uint64_t address, size_t bytes,
                           const char *remark)
{
    uint64_t words[STRUCTURE_WORDS];

    for (size_t done = 0; done < bytes; done += sizeof words) {
        size_t now = bytes - done < sizeof words ? bytes - done : sizeof words;

        listed_words(memory, address + done, words, now / WORD_BYTES);
        import_memory_store(memory, address + done, words, now / WORD_BYTES, remark);
    }
}

void import_memory_expect(const import_memory *memory, uint64_t address, size_t bytes,
                          const char *remark)
{
    uint64_t words[STRUCTURE_WORDS];
    size_t count = bytes / WORD_BYTES;

    for (size_t i = 0; i < count; i++)
        words[i] = import_memory_word(memory, address + i * WORD_BYTES);
    print_words(memory->trace, "mem?", address, words, count, remark);
}

/* ------------------------------------------------------------- structures */

uint64_t import_memory_context(const import_memory *memory, uint64_t ste)
{
    return import_memory_word(memory, ste) & REF_MASK(STE_S1CONTEXTPTR);
}

bool import_memory_stage1_only(const import_memory *memory, uint64_t ste)
{
    uint64_t word = import_memory_word(memory, ste);

    return REF_FIELD(STE_V, word) == 1 && REF_FIELD(STE_CONFIG, word) == CONFIG_STAGE_1_ONLY;
}

/* Stream table entries that stand together: a linear table's one, or a whole Level 2 table. */
struct ste_run {
    uint64_t first;
    size_t count;
    uint64_t ste; /* of the stream */
};

/* False if the listing has no table for the stream. */
static bool find_level2(const import_memory *memory, uint64_t l1std, uint64_t index,
                        struct ste_run *run)
{
    uint64_t word = 0, span;

    if (!word_map_get(&memory->listing, l1std, &word))
        return false;
    span = REF_FIELD(L1STD_SPAN, word);
    if (span == 0 || span > L1STD_SPAN_MAX || index >= UINT64_C(1) << (span - 1))
        return false;
    run->first = word & REF_MASK(L1STD_L2PTR);
    run->count = (size_t)1 << (span - 1);
    run->ste = run->first + index * REF_STE_BYTES;
    return true;
}

/*
 * The listing has an STE's last state alone. Where that translates, there was another before,
 * until a command named the stream: it is left out until then, and so is invalid.
 */
static void publish_stes(import_memory *memory, const struct ste_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        uint64_t ste = run->first + i * REF_STE_BYTES, word = 0;

        word_map_get(&memory->listing, ste, &word);
        if (ste == run->ste || (REF_FIELD(STE_CONFIG, word) & CONFIG_ANY_STAGE) == 0)
            import_memory_publish(memory, ste, REF_STE_BYTES, "STE");
    }
}

void import_memory_publish_stream(import_memory *memory, uint64_t strtab_base,
                                  uint64_t strtab_base_cfg, uint32_t streamid)
{
    uint64_t base = strtab_base & REF_MASK(STRTAB_BASE_ADDR);
    bool two_level = REF_FIELD(STRTAB_BASE_CFG_FMT, strtab_base_cfg) == REF_STRTAB_FMT_TWO_LEVEL;
    unsigned split = (unsigned)REF_FIELD(STRTAB_BASE_CFG_SPLIT, strtab_base_cfg);
    uint64_t l1std = base + (uint64_t)(streamid >> split) * REF_L1STD_BYTES;
    struct ste_run run = {.first = base + (uint64_t)streamid * REF_STE_BYTES, .count = 1};
    uint64_t word = 0;

    run.ste = run.first;
    if (two_level && !find_level2(memory, l1std, streamid & ((UINT64_C(1) << split) - 1), &run))
        return;
    if (!word_map_get(&memory->listing, run.ste, &word))
        return;
    if (REF_FIELD(STE_CONFIG, word) & CONFIG_STAGE_1)
        import_memory_publish(memory, word & REF_MASK(STE_S1CONTEXTPTR), REF_CD_BYTES, "CD");
    publish_stes(memory, &run);
    if (two_level)
        import_memory_publish(memory, l1std, REF_L1STD_BYTES, "Level 1 Stream table descriptor");
}

/* ------------------------------------------------------------------ tables */

bool import_memory_walk(const import_memory *memory, const import_table *table, uint64_t address,
                        uint64_t *output)
{
    unsigned stride = table->granule_bits - 3;
    unsigned levels = (table->input_bits - table->granule_bits + stride - 1) / stride;
    uint64_t base = table->base;
    uint64_t high = ref_mask(47, table->granule_bits);

    address &= ref_mask(table->input_bits - 1, 0);
    for (unsigned level = LAST_LEVEL + 1 - levels; level <= LAST_LEVEL; level++) {
        unsigned shift = table->granule_bits + stride * (LAST_LEVEL - level);
        uint64_t index = (address >> shift) & ref_mask(stride - 1, 0);
        uint64_t word = import_memory_word(memory, base + index * REF_DESCRIPTOR_BYTES);
        bool type = REF_FIELD(S1_LEAF_TYPE, word) == REF_TYPE_TABLE;

        if (REF_FIELD(S1_LEAF_VALID, word) == 0 || (level == LAST_LEVEL && !type))
            return false;
        if (level == LAST_LEVEL || !type) {
            uint64_t offset = ref_mask(shift - 1, 0);

            *output = (word & high & ~offset) | (address & offset);
            return true;
        }
        base = word & high;
    }
    return false;
}
