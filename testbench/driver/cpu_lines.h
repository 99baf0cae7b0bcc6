/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cache lines that simulated processors share: where each is, and from when on it can move again.
 * Owns no time: who asks is told when it will have the line, and says when that has come.
 */
#ifndef SMMUSIM_DRIVER_CPU_LINES_H
#define SMMUSIM_DRIVER_CPU_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CPU_LINES_MAX_CPUS = 128 };

struct cpu_set {
    uint64_t word[CPU_LINES_MAX_CPUS / 64];
};

static inline bool cpu_set_has(const struct cpu_set *set, unsigned cpu)
{
    return set->word[cpu / 64] >> cpu % 64 & 1;
}

static inline void cpu_set_add(struct cpu_set *set, unsigned cpu)
{
    set->word[cpu / 64] |= UINT64_C(1) << cpu % 64;
}

struct cpu_line {
    uint64_t number;
    struct cpu_set holders;
    bool exclusive;     /* one holder, which may write */
    uint64_t free_from; /* when the next move of it can begin */
    uint32_t leaving;   /* moves under way to somebody who will write */
    bool used;          /* this place of the table */
};

struct cpu_lines {
    struct cpu_line *line; /* a table by number, of a power of two of places */
    size_t places, count;
};

/* False: no memory. */
bool cpu_lines_init(struct cpu_lines *lines);
void cpu_lines_free(struct cpu_lines *lines);

/* NULL: no memory. Valid until the next call. */
struct cpu_line *cpu_lines_find(struct cpu_lines *lines, uint64_t number);

/* Can this processor read, or write, without moving anything? Not a line that somebody else is
 * about to get to write. */
bool cpu_line_here(const struct cpu_line *line, unsigned cpu, bool write);
/* A move that begins as soon as it can: when it ends. The next one can begin 'next' later than it.
 */
uint64_t cpu_line_ask(struct cpu_line *line, uint64_t now, bool write, uint32_t move,
                      uint32_t next);
/* It has ended; answers who has lost the line by it. */
struct cpu_set cpu_line_arrive(struct cpu_line *line, unsigned cpu, bool write);
/* Somebody who is no processor has written it. */
struct cpu_set cpu_line_take_away(struct cpu_line *line);

#ifdef __cplusplus
}
#endif

#endif
