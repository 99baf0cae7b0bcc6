/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See timeline.h. Every unit is a process; a span is a nestable asynchronous slice, whose id tells
 * its row; instants and statements are on threads. What a span is called and which numbers it
 * shows is timeline_args.c's.
 */
#include "trace/timeline.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/text_file.h"
#include "trace/timeline_args.h"

enum { STATEMENTS_PID = 1, EVENT_BYTES = 2048 };

/* A span that has begun. */
struct open_span {
    uint64_t row;
    const char *name;
    uint32_t pid;
    uint8_t kind, unit;
};

struct timeline_writer {
    text_file_writer *file;
    uint64_t clk_mhz;
    uint64_t lost;
    bool any; /* an event has been written */
    bool out_of_memory;
    struct open_span *open; /* in the order in which they began */
    size_t opens, open_capacity;
    uint32_t *pid; /* processes that have their name */
    size_t pids, pid_capacity;
};

/* ---- events */

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
event(struct timeline_writer *w, const char *format, ...)
{
    char text[EVENT_BYTES];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof(text))
        return;
    text_file_put(w->file, w->any ? ",\n" : "\n", w->any ? 2 : 1);
    text_file_put(w->file, text, (size_t)length);
    w->any = true;
}

/* Microseconds, as the format wants them; exact where the clock divides 1 us into 10^-6 parts. */
struct stamp {
    char text[48];
};

static struct stamp stamp_of(const struct timeline_writer *w, uint64_t cycle)
{
    struct stamp stamp;
    snprintf(stamp.text, sizeof(stamp.text), "%" PRIu64 ".%06" PRIu64, cycle / w->clk_mhz,
             cycle % w->clk_mhz * 1000000 / w->clk_mhz);
    return stamp;
}

/* Room for one more; false: there is no memory. */
static bool grow(void **array, size_t used, size_t *capacity, size_t size)
{
    if (used < *capacity)
        return true;
    size_t more = *capacity ? 2 * *capacity : 32;
    void *grown = realloc(*array, more * size);
    if (!grown)
        return false;
    *array = grown;
    *capacity = more;
    return true;
}

/* ---- processes and rows */

static void name_process(struct timeline_writer *w, uint32_t pid, const char *name)
{
    event(w,
          "{\"ph\":\"M\",\"pid\":%" PRIu32 ",\"name\":\"process_name\",\"args\":{\"name\":\"%s\"}}",
          pid, name);
    event(w,
          "{\"ph\":\"M\",\"pid\":%" PRIu32
          ",\"name\":\"process_sort_index\",\"args\":{\"sort_index\":%" PRIu32 "}}",
          pid, pid);
}

static uint32_t pid_of(struct timeline_writer *w, const smmu_timeline_record_t *r)
{
    uint32_t pid = (uint32_t)(r->unit + 1) * 1000 + r->index;
    char name[64];
    for (size_t i = 0; i < w->pids; ++i)
        if (w->pid[i] == pid)
            return pid;
    if (!grow((void **)&w->pid, w->pids, &w->pid_capacity, sizeof(*w->pid))) {
        w->out_of_memory = true;
        return pid;
    }
    w->pid[w->pids++] = pid;
    if (r->unit == SMMU_UNIT_TBU || r->index)
        snprintf(name, sizeof(name), "%s %u", smmu_unit_name(r->unit), r->index);
    else
        snprintf(name, sizeof(name), "%s", smmu_unit_name(r->unit));
    name_process(w, pid, name);
    return pid;
}

/* Unique in the whole file, since viewers differ in whether an id belongs to its process, among
 * what is open at a time. */
static uint64_t row_of(const smmu_timeline_record_t *r)
{
    return (uint64_t)(r->unit + 1) << 60 | (uint64_t)(r->index & 0xFFF) << 48 |
           (r->id & 0xFFFFFFFFFFFF);
}

/* ---- spans */

static void end_span(struct timeline_writer *w, const struct open_span *o, uint64_t cycle,
                     const char *args)
{
    event(w,
          "{\"ph\":\"e\",\"pid\":%" PRIu32 ",\"tid\":1,\"cat\":\"%s\",\"id\":\"0x%" PRIx64
          "\",\"name\":\"%s\",\"ts\":%s,\"args\":{\"cycle\":%" PRIu64 "%s}}",
          o->pid, smmu_unit_name(o->unit), o->row, o->name, stamp_of(w, cycle).text, cycle, args);
}

static void begin(struct timeline_writer *w, const smmu_timeline_record_t *r)
{
    if (!grow((void **)&w->open, w->opens, &w->open_capacity, sizeof(*w->open))) {
        w->out_of_memory = true;
        return;
    }
    struct timeline_args args;
    struct open_span o = {.row = row_of(r),
                          .name = timeline_name(r),
                          .pid = pid_of(w, r),
                          .kind = r->kind,
                          .unit = r->unit};
    timeline_args(r, &args);
    w->open[w->opens++] = o;
    event(w,
          "{\"ph\":\"b\",\"pid\":%" PRIu32 ",\"tid\":1,\"cat\":\"%s\",\"id\":\"0x%" PRIx64
          "\",\"name\":\"%s\",\"ts\":%s,\"args\":{\"cycle\":%" PRIu64 "%s}}",
          o.pid, smmu_unit_name(o.unit), o.row, o.name, stamp_of(w, r->cycle).text, r->cycle,
          args.text);
}

/* What has begun inside it ends with it. An end whose begin was lost shows nothing. */
static void end(struct timeline_writer *w, const smmu_timeline_record_t *r)
{
    uint64_t row = row_of(r);
    size_t outer = w->opens, kept;
    struct timeline_args args;
    while (outer > 0 && (w->open[outer - 1].row != row || w->open[outer - 1].kind != r->kind))
        outer--;
    if (outer == 0)
        return;
    outer--;
    timeline_args(r, &args);
    for (size_t i = w->opens; i-- > outer;)
        if (w->open[i].row == row)
            end_span(w, &w->open[i], r->cycle, i == outer ? args.text : "");
    kept = outer;
    for (size_t i = outer; i < w->opens; ++i)
        if (w->open[i].row != row)
            w->open[kept++] = w->open[i];
    w->opens = kept;
}

static void end_all(struct timeline_writer *w, uint64_t cycle, const char *why)
{
    char args[64];
    snprintf(args, sizeof(args), ",\"ended by\":\"%s\"", why);
    while (w->opens > 0)
        end_span(w, &w->open[--w->opens], cycle, args);
}

/* ---- the others */

static void instant(struct timeline_writer *w, const smmu_timeline_record_t *r)
{
    struct timeline_args args;
    timeline_args(r, &args);
    event(w,
          "{\"ph\":\"i\",\"s\":\"p\",\"pid\":%" PRIu32
          ",\"tid\":1,\"cat\":\"%s\",\"name\":\"%s\",\"ts\":%s,\"args\":{\"cycle\":%" PRIu64 "%s}}",
          pid_of(w, r), smmu_unit_name(r->unit), timeline_name(r), stamp_of(w, r->cycle).text,
          r->cycle, args.text);
}

static void counter(struct timeline_writer *w, const smmu_timeline_record_t *r)
{
    event(w,
          "{\"ph\":\"C\",\"pid\":%" PRIu32
          ",\"cat\":\"%s\",\"name\":\"%s\",\"ts\":%s,\"args\":{\"value\":%" PRIu64 "}}",
          pid_of(w, r), smmu_unit_name(r->unit), timeline_name(r), stamp_of(w, r->cycle).text,
          r->number[0]);
}

static void note_lost(struct timeline_writer *w, uint64_t cycle, uint64_t lost)
{
    if (lost == w->lost)
        return;
    end_all(w, cycle, "lost records");
    event(w,
          "{\"ph\":\"i\",\"s\":\"g\",\"pid\":%d,\"tid\":1,\"name\":\"lost records\",\"ts\":%s,"
          "\"args\":{\"cycle\":%" PRIu64 ",\"records\":%" PRIu64 "}}",
          STATEMENTS_PID, stamp_of(w, cycle).text, cycle, lost - w->lost);
    w->lost = lost;
}

void timeline_records(void *writer, const smmu_timeline_record_t *records, size_t count,
                      uint64_t lost)
{
    struct timeline_writer *w = writer;
    static void (*const draw[])(struct timeline_writer *, const smmu_timeline_record_t *) = {
        [SMMU_TIMELINE_BEGIN] = begin,
        [SMMU_TIMELINE_END] = end,
        [SMMU_TIMELINE_INSTANT] = instant,
        [SMMU_TIMELINE_COUNTER] = counter};
    if (count)
        note_lost(w, records[0].cycle, lost);
    for (size_t i = 0; i < count; ++i) {
        draw[records[i].phase](w, &records[i]);
        if (records[i].kind == SMMU_TIMELINE_RESET)
            end_all(w, records[i].cycle, "reset");
    }
}

uint64_t timeline_lost(const struct timeline_writer *w)
{
    return w->lost;
}

void timeline_statement(void *writer, uint64_t begin, uint64_t end, unsigned long line,
                        const char *statement)
{
    struct timeline_writer *w = writer;
    event(w,
          "{\"ph\":\"X\",\"pid\":%d,\"tid\":1,\"cat\":\"statement\",\"name\":\"%s\",\"ts\":%s,"
          "\"dur\":%s,\"args\":{\"cycle\":%" PRIu64 ",\"end\":%" PRIu64 ",\"line\":%lu}}",
          STATEMENTS_PID, statement, stamp_of(w, begin).text, stamp_of(w, end - begin).text, begin,
          end, line);
}

/* ---- life */

struct timeline_writer *timeline_create(const char *path, const smmu_config_t *cfg, char *why,
                                        size_t why_size)
{
    char head[160];
    struct timeline_writer *w = calloc(1, sizeof(*w));
    if (!w) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    w->file = text_file_create(path, why, why_size);
    if (!w->file) {
        free(w);
        return NULL;
    }
    w->clk_mhz = 1;
    smmu_config_get(cfg, "timing.clk_mhz", &w->clk_mhz);
    int length = snprintf(head, sizeof(head),
                          "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"smmusim\":\"%s\","
                          "\"timing.clk_mhz\":%" PRIu64 "},\"traceEvents\":[",
                          smmu_version(), w->clk_mhz);
    text_file_put(w->file, head, (size_t)length);
    name_process(w, STATEMENTS_PID, "trace");
    return w;
}

bool timeline_close(struct timeline_writer *w, uint64_t now, char *why, size_t why_size)
{
    end_all(w, now, "end of the trace");
    text_file_put(w->file, "\n]}\n", 4);
    bool fine = text_file_finish(w->file, why, why_size);
    if (fine && w->out_of_memory) {
        snprintf(why, why_size, "is not whole: no memory for what was open at a time");
        fine = false;
    }
    free(w->open);
    free(w->pid);
    free(w);
    return fine;
}
