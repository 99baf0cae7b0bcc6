/* SPDX-License-Identifier: Apache-2.0 */
/* See cpu_lines.h. */
#include "driver/cpu_lines.h"

#include <stdlib.h>

enum { FIRST_PLACES = 1024 };

/* Nobody has a line at first: it comes from memory, which takes as long. */
static struct cpu_line *place_of(struct cpu_line *table, size_t places, uint64_t number)
{
    size_t at = (size_t)(number * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (places - 1);

    while (table[at].used && table[at].number != number)
        at = (at + 1) & (places - 1);
    return &table[at];
}

bool cpu_lines_init(struct cpu_lines *lines)
{
    *lines = (struct cpu_lines){.places = FIRST_PLACES};
    lines->line = calloc(lines->places, sizeof *lines->line);
    return lines->line != NULL;
}

void cpu_lines_free(struct cpu_lines *lines)
{
    free(lines->line);
}

static bool grow(struct cpu_lines *lines)
{
    const size_t places = 2 * lines->places;
    struct cpu_line *table = calloc(places, sizeof *table);

    if (!table)
        return false;
    for (size_t i = 0; i < lines->places; i++)
        if (lines->line[i].used)
            *place_of(table, places, lines->line[i].number) = lines->line[i];
    free(lines->line);
    lines->line = table;
    lines->places = places;
    return true;
}

struct cpu_line *cpu_lines_find(struct cpu_lines *lines, uint64_t number)
{
    struct cpu_line *line = place_of(lines->line, lines->places, number);

    if (line->used)
        return line;
    if (2 * (lines->count + 1) > lines->places) {
        if (!grow(lines))
            return NULL;
        line = place_of(lines->line, lines->places, number);
    }
    lines->count++;
    line->used = true;
    line->number = number;
    return line;
}

bool cpu_line_here(const struct cpu_line *line, unsigned cpu, bool write)
{
    return cpu_set_has(&line->holders, cpu) && !line->leaving && (!write || line->exclusive);
}

uint64_t cpu_line_ask(struct cpu_line *line, uint64_t now, bool write, uint32_t move, uint32_t next)
{
    const uint64_t begin = line->free_from > now ? line->free_from : now;

    line->leaving += write;
    line->free_from = begin + next;
    return begin + move;
}

struct cpu_set cpu_line_arrive(struct cpu_line *line, unsigned cpu, bool write)
{
    struct cpu_set losers = {{0}};

    if (write) {
        losers = line->holders;
        losers.word[cpu / 64] &= ~(UINT64_C(1) << cpu % 64);
        line->holders = (struct cpu_set){{0}};
        line->leaving--;
    }
    line->exclusive = write;
    cpu_set_add(&line->holders, cpu);
    return losers;
}

struct cpu_set cpu_line_take_away(struct cpu_line *line)
{
    const struct cpu_set losers = line->holders;

    line->holders = (struct cpu_set){{0}};
    return losers;
}
