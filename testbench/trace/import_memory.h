/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory as an imported trace builds it up: what the trace has stored so far, what the listing
 * says that the driver's structures were, and the 'mem' statements that make the one the other.
 * Knows where structures point to (chapter 5) and how stage 1 tables are walked, so that the
 * importer can see whether memory explains what the log reports.
 */
#ifndef SMMUSIM_IMPORT_MEMORY_H
#define SMMUSIM_IMPORT_MEMORY_H

#include "trace/text_buffer.h"
#include "trace/word_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct import_memory {
    word_map listing;
    word_map stored;
    text_buffer *trace; /* 'mem' statements are printed here */
    bool out_of_memory;
} import_memory;

/* The word that memory has at this point of the trace: 0 where nothing was stored. */
uint64_t import_memory_word(const import_memory *memory, uint64_t address);

/* Stores words, with a 'mem' statement for each run of those that memory does not hold already. */
void import_memory_store(import_memory *memory, uint64_t address, const uint64_t *words,
                         size_t count, const char *remark);

/* Stores a structure as the listing has it; a word that the listing does not have is zero. */
void import_memory_publish(import_memory *memory, uint64_t address, size_t bytes,
                           const char *remark);

/* A 'mem?' statement: the structure is in memory as an SMMU fetched it here. */
void import_memory_expect(const import_memory *memory, uint64_t address, size_t bytes,
                          const char *remark);

/*
 * Publishes what an SMMU reads to configure a stream: Level 1 descriptor, Stream table, Context
 * descriptor. Does nothing for what the listing does not have.
 */
void import_memory_publish_stream(import_memory *memory, uint64_t strtab_base,
                                  uint64_t strtab_base_cfg, uint32_t streamid);

/* Where a stream's STE points to, and whether stage 1 is all that translates (5.2). */
uint64_t import_memory_context(const import_memory *memory, uint64_t ste);
bool import_memory_stage1_only(const import_memory *memory, uint64_t ste);

typedef struct import_table {
    uint64_t base;
    unsigned input_bits;
    unsigned granule_bits;
} import_table;

/* Walks stage 1 tables as they stand in memory; false if they map nothing there. */
bool import_memory_walk(const import_memory *memory, const import_table *table, uint64_t address,
                        uint64_t *output);

#endif
