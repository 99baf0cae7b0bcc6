/* SPDX-License-Identifier: Apache-2.0 */
/* Sparse memory: an open-addressed table of pages, and a short list of abort ranges. */
#include "mem/memory.h"

#include <stdlib.h>
#include <string.h>

struct page {
    uint64_t number; /* address / MEMORY_PAGE_BYTES */
    uint8_t *bytes;  /* NULL: free place in the table */
};

struct abort_range {
    uint64_t first, last; /* both inclusive */
    enum memory_abort_on on;
};

struct sim_memory {
    struct page *table;
    size_t table_size; /* a power of two, more than half of it free */
    size_t pages;
    size_t max_pages;
    bool full;
    size_t abort_ranges;
    struct abort_range abort_range[MEMORY_MAX_ABORT_RANGES];
};

enum { SMALLEST_TABLE = 256 };

struct sim_memory *memory_create(size_t max_pages)
{
    struct sim_memory *memory = calloc(1, sizeof(*memory));
    if (!memory)
        return NULL;
    memory->table = calloc(SMALLEST_TABLE, sizeof(*memory->table));
    memory->table_size = SMALLEST_TABLE;
    memory_limit(memory, max_pages);
    if (!memory->table) {
        free(memory);
        return NULL;
    }
    return memory;
}

void memory_destroy(struct sim_memory *memory)
{
    if (!memory)
        return;
    for (size_t i = 0; i < memory->table_size; ++i)
        free(memory->table[i].bytes);
    free(memory->table);
    free(memory);
}

void memory_limit(struct sim_memory *memory, size_t max_pages)
{
    memory->max_pages = max_pages ? max_pages : MEMORY_DEFAULT_PAGES;
}

bool memory_full(const struct sim_memory *memory)
{
    return memory->full;
}

/* The page's place: where it is, or where it would be put. */
static struct page *place_of(struct page *table, size_t size, uint64_t number)
{
    /* Fibonacci hashing: neighbouring pages spread over the table. */
    size_t i = (size_t)((number * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (size - 1);
    while (table[i].bytes && table[i].number != number)
        i = (i + 1) & (size - 1);
    return &table[i];
}

static bool grow(struct sim_memory *memory)
{
    size_t size = memory->table_size * 2;
    struct page *table = calloc(size, sizeof(*table));
    if (!table)
        return false;
    for (size_t i = 0; i < memory->table_size; ++i) {
        if (memory->table[i].bytes)
            *place_of(table, size, memory->table[i].number) = memory->table[i];
    }
    free(memory->table);
    memory->table = table;
    memory->table_size = size;
    return true;
}

static uint8_t *page_to_write(struct sim_memory *memory, uint64_t number)
{
    struct page *place = place_of(memory->table, memory->table_size, number);
    if (place->bytes)
        return place->bytes;
    if (memory->pages >= memory->max_pages)
        return NULL;
    if (memory->pages * 2 >= memory->table_size) {
        if (!grow(memory))
            return NULL;
        place = place_of(memory->table, memory->table_size, number);
    }
    place->bytes = calloc(1, MEMORY_PAGE_BYTES);
    if (!place->bytes)
        return NULL;
    place->number = number;
    memory->pages++;
    return place->bytes;
}

static size_t part_within_page(uint64_t addr, size_t len)
{
    size_t room = MEMORY_PAGE_BYTES - (size_t)(addr % MEMORY_PAGE_BYTES);
    return len < room ? len : room;
}

void memory_load(const struct sim_memory *memory, uint64_t addr, void *data, size_t len)
{
    uint8_t *to = data;
    while (len) {
        size_t part = part_within_page(addr, len);
        const struct page *page =
            place_of(memory->table, memory->table_size, addr / MEMORY_PAGE_BYTES);
        if (page->bytes)
            memcpy(to, page->bytes + addr % MEMORY_PAGE_BYTES, part);
        else
            memset(to, 0, part);
        to += part;
        addr += part;
        len -= part;
    }
}

static bool all_zero(const uint8_t *bytes, size_t len)
{
    while (len && !*bytes) {
        bytes++;
        len--;
    }
    return !len;
}

/* Makes sure that every page of the range that needs one exists; zeros need none. */
static bool reserve(struct sim_memory *memory, uint64_t addr, const uint8_t *from, size_t len)
{
    while (len) {
        size_t part = part_within_page(addr, len);
        if (!all_zero(from, part) && !page_to_write(memory, addr / MEMORY_PAGE_BYTES))
            return false;
        from += part;
        addr += part;
        len -= part;
    }
    return true;
}

bool memory_store(struct sim_memory *memory, uint64_t addr, const void *data, size_t len)
{
    const uint8_t *from = data;
    if (!reserve(memory, addr, from, len)) {
        memory->full = true;
        return false;
    }
    while (len) {
        size_t part = part_within_page(addr, len);
        struct page *page = place_of(memory->table, memory->table_size, addr / MEMORY_PAGE_BYTES);
        if (page->bytes)
            memcpy(page->bytes + addr % MEMORY_PAGE_BYTES, from, part);
        from += part;
        addr += part;
        len -= part;
    }
    return true;
}

uint64_t memory_load64(const struct sim_memory *memory, uint64_t addr)
{
    uint8_t bytes[8];
    uint64_t value = 0;
    memory_load(memory, addr, bytes, sizeof(bytes));
    for (unsigned i = 0; i < 8; ++i)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

uint32_t memory_load32(const struct sim_memory *memory, uint64_t addr)
{
    uint8_t bytes[4];
    uint32_t value = 0;
    memory_load(memory, addr, bytes, sizeof(bytes));
    for (unsigned i = 0; i < 4; ++i)
        value |= (uint32_t)bytes[i] << (8 * i);
    return value;
}

bool memory_store64(struct sim_memory *memory, uint64_t addr, uint64_t value)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < 8; ++i)
        bytes[i] = (uint8_t)(value >> (8 * i));
    return memory_store(memory, addr, bytes, sizeof(bytes));
}

bool memory_store32(struct sim_memory *memory, uint64_t addr, uint32_t value)
{
    uint8_t bytes[4];
    for (unsigned i = 0; i < 4; ++i)
        bytes[i] = (uint8_t)(value >> (8 * i));
    return memory_store(memory, addr, bytes, sizeof(bytes));
}

static bool add_range(struct sim_memory *memory, uint64_t first, uint64_t last,
                      enum memory_abort_on on)
{
    if (memory->abort_ranges == MEMORY_MAX_ABORT_RANGES)
        return false;
    memory->abort_range[memory->abort_ranges++] = (struct abort_range){first, last, on};
    return true;
}

static bool is_range(uint64_t addr, uint64_t len)
{
    return len && addr + (len - 1) >= addr;
}

bool memory_abort_begin(struct sim_memory *memory, uint64_t addr, uint64_t len,
                        enum memory_abort_on on)
{
    return is_range(addr, len) && add_range(memory, addr, addr + (len - 1), on);
}

bool memory_abort_end(struct sim_memory *memory, uint64_t addr, uint64_t len)
{
    if (!is_range(addr, len))
        return false;
    uint64_t last = addr + (len - 1);
    size_t before = memory->abort_ranges;
    struct abort_range *range = memory->abort_range;
    bool fits = true;
    /* What is left of a range is appended behind those to look at, then the range goes. */
    for (size_t i = before; i-- > 0;) {
        struct abort_range old = range[i];
        if (old.last < addr || last < old.first)
            continue;
        range[i] = range[--memory->abort_ranges];
        if (old.first < addr)
            fits = add_range(memory, old.first, addr - 1, old.on) && fits;
        if (last < old.last)
            fits = add_range(memory, last + 1, old.last, old.on) && fits;
    }
    return fits;
}

bool memory_aborts(const struct sim_memory *memory, uint64_t addr, uint64_t len,
                   enum memory_abort_on on)
{
    uint64_t last = addr + (len - 1);
    for (size_t i = 0; i < memory->abort_ranges; ++i) {
        const struct abort_range *range = &memory->abort_range[i];
        if ((range->on & on) && addr <= range->last && range->first <= last)
            return true;
    }
    return false;
}
