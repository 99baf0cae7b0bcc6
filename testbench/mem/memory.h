/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sparse physical memory: the whole address space, zero where nothing was written, with ranges
 * that answer with an external abort. Owns bytes and nothing else; time is the host's.
 *
 * memory_load() and memory_store() work behind everybody's back: abort ranges do not matter.
 * Whoever makes an access that a bus would carry asks memory_aborts() first.
 */
#ifndef SMMUSIM_MEM_MEMORY_H
#define SMMUSIM_MEM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MEMORY_PAGE_BYTES = 4096,
    MEMORY_DEFAULT_PAGES = 1 << 18, /* 1 GiB of pages that hold something */
    MEMORY_MAX_ABORT_RANGES = 1024
};

enum memory_abort_on { MEMORY_ABORT_READ = 1, MEMORY_ABORT_WRITE = 2, MEMORY_ABORT_ALL = 3 };

struct sim_memory;

/* max_pages: pages that may hold something other than zero; 0 for the default. NULL: no memory. */
struct sim_memory *memory_create(size_t max_pages);
void memory_destroy(struct sim_memory *memory);

/* Pages that hold something already stay. */
void memory_limit(struct sim_memory *memory, size_t max_pages);

/* Addresses wrap at 2^64. */
void memory_load(const struct sim_memory *memory, uint64_t addr, void *data, size_t len);

/* False, and nothing stored, if this needs more pages than allowed; memory_full() says so later. */
bool memory_store(struct sim_memory *memory, uint64_t addr, const void *data, size_t len);
bool memory_full(const struct sim_memory *memory);

/* Little-endian words. */
uint32_t memory_load32(const struct sim_memory *memory, uint64_t addr);
uint64_t memory_load64(const struct sim_memory *memory, uint64_t addr);
bool memory_store32(struct sim_memory *memory, uint64_t addr, uint32_t value);
bool memory_store64(struct sim_memory *memory, uint64_t addr, uint64_t value);

/* Ranges may overlap. False if the range is empty, wraps, or there are too many. */
bool memory_abort_begin(struct sim_memory *memory, uint64_t addr, uint64_t len,
                        enum memory_abort_on on);
/* Accesses to this range no longer abort, whichever ranges made them. */
bool memory_abort_end(struct sim_memory *memory, uint64_t addr, uint64_t len);
bool memory_aborts(const struct sim_memory *memory, uint64_t addr, uint64_t len,
                   enum memory_abort_on on);

#ifdef __cplusplus
}
#endif

#endif
