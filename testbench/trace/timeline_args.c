/* SPDX-License-Identifier: Apache-2.0 */
/* See timeline_args.h: one row a kind of record. */
#include "trace/timeline_args.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trace/names.h"

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
add(struct timeline_args *args, const char *format, ...)
{
    size_t room = sizeof(args->text) - args->length;
    va_list list;
    va_start(list, format);
    int length = vsnprintf(args->text + args->length, room, format, list);
    va_end(list);
    if (length > 0 && (size_t)length < room)
        args->length += (size_t)length;
    else
        args->text[args->length] = '\0'; /* what does not fit is left out whole */
}

static void add_hex(struct timeline_args *args, const char *name, uint64_t number)
{
    add(args, ",\"%s\":\"0x%" PRIx64 "\"", name, number);
}

static void add_number(struct timeline_args *args, const char *name, uint64_t number)
{
    add(args, ",\"%s\":%" PRIu64, name, number);
}

static void add_text(struct timeline_args *args, const char *name, const char *text)
{
    add(args, ",\"%s\":\"%s\"", name, text);
}

/* names: ended by NULL. */
static const char *choose(const char *const *names, uint64_t number)
{
    for (; *names; ++names, --number)
        if (number == 0)
            return *names;
    return "?";
}

static const char *const statuses[] = {"ok", "abort", NULL};
static const char *const irq_sources[] = {"EVENTQ", "PRIQ", "CMD_SYNC", "GERROR",
                                          "SEV",    "PMCG", NULL};
static const char *const fates[] = {"consumed", "failed", "dropped", NULL};
static const char *const access_sources[] = {"L1STD",   "STE",   "L1CD",         "CD",  "VMS", "TTD",
                                             "command", "event", "page request", "MSI", NULL};

/* ---- requests */

static const char *request_name(const smmu_timeline_record_t *r)
{
    const uint64_t flags = SMMU_TIMELINE_STREAM_FLAGS(r->number[1]);
    return flags & SMMU_REQ_WRITE ? "write" : flags & SMMU_REQ_INST ? "instruction fetch" : "read";
}

static void request(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    const uint64_t flags = SMMU_TIMELINE_STREAM_FLAGS(r->number[1]);
    add_hex(args, "address", r->number[0]);
    add_hex(args, "sid", SMMU_TIMELINE_STREAM_SID(r->number[1]));
    if (flags & SMMU_REQ_SSV)
        add_hex(args, "ssid", SMMU_TIMELINE_STREAM_SSID(r->number[1]));
    if (flags & SMMU_REQ_PRIV)
        add_number(args, "priv", 1);
}

static void answer(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    static const char *const results[] = {"forwarded", "abort", "RAZ/WI", NULL};
    const uint64_t result = SMMU_TIMELINE_RESULT(r->number[1]);
    add_text(args, "result", choose(results, result));
    if (result == SMMU_RESULT_FORWARD)
        add_hex(args, "pa", r->number[0]);
    if (SMMU_TIMELINE_RESULT_FLAGS(r->number[1]) & SMMU_RSP_BYPASS)
        add_number(args, "bypass", 1);
}

static const char *read_name(const smmu_timeline_record_t *r)
{
    return choose(access_sources, SMMU_TIMELINE_READ_SOURCE(r->number[1]));
}

static void structure_read(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    add_hex(args, "address", r->number[0]);
    if (SMMU_TIMELINE_READ_SHARED(r->number[1]))
        add_number(args, "shared", 1);
}

static void descriptor_read(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    structure_read(r, args);
    add(args, ",\"level\":%d", SMMU_TIMELINE_READ_LEVEL(r->number[1]));
    if (SMMU_TIMELINE_READ_STAGE2(r->number[1]))
        add_number(args, "stage", 2);
}

static void invalidation(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    const bool config = r->number[0] & SMMU_TIMELINE_INVAL_CONFIG;
    add_text(args, "of", config ? "configuration" : "translations");
    if (r->number[0] & SMMU_TIMELINE_INVAL_BY_ADDRESS)
        add_hex(args, config ? "sid" : "address", r->number[1]);
}

/* ---- commands */

static const char *command_name(const smmu_timeline_record_t *r)
{
    const struct ref_number_row *row = command_numbered(r->number[0] & 0xFF);
    return row ? row->name : "unknown command";
}

static void fetch(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    add_hex(args, "index", r->number[0]);
}

static void fetched(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    if (r->number[0])
        add_text(args, "fate", "not needed any more");
    add_text(args, "status", choose(statuses, r->number[1]));
}

static void command(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    const struct field_table fields = command_fields();
    const char *name = command_name(r);
    add_hex(args, "word 0", r->number[0]);
    add_hex(args, "word 1", r->number[1]);
    for (size_t i = 0; i < fields.count; ++i) {
        const struct ref_field_row *row = &fields.rows[i];
        char spelling[FIELD_NAME_SIZE];
        if (strcmp(row->object, name) != 0 || strcmp(row->field, "OPCODE") == 0)
            continue;
        field_spelling(row, spelling);
        add_hex(args, spelling, field_get(row, r->number));
    }
}

static void command_over(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    add_text(args, "fate", choose(fates, r->number[0]));
    if (r->number[0] == SMMU_COMMAND_FAILED) {
        const struct ref_number_row *error = cerror_numbered((unsigned)r->number[1]);
        add_text(args, "error", error ? error->name : "?");
    }
}

/* ---- events */

static const char *event_name(unsigned number)
{
    const struct ref_number_row *row = event_numbered(number);
    return row ? row->name : "unknown event";
}

static const char *record_name(const smmu_timeline_record_t *r)
{
    return event_name(r->number[0] & 0xFF);
}

static void event_record(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    add_hex(args, "sid", r->number[0] >> 32);
    add_hex(args, "input address", r->number[1]);
}

static void event_over(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    add_text(args, "fate", r->number[0] ? "lost" : "visible");
}

static void event_lost(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    add_text(args, "event", event_name((unsigned)r->number[0]));
    add_hex(args, "sid", r->number[1]);
}

/* ---- interrupts and memory */

static const char *edge_name(const smmu_timeline_record_t *r)
{
    return choose(irq_sources, r->number[0]);
}

static const char *msi_name(const smmu_timeline_record_t *r)
{
    static const char *const names[] = {"MSI EVENTQ", "MSI PRIQ", "MSI CMD_SYNC", "MSI GERROR",
                                        NULL};
    return (r->id & 0xFFFF) >= SMMU_IRQ_PMCG ? "MSI PMCG" : choose(names, r->id & 0xFFFF);
}

static void msi(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    add_hex(args, "address", r->number[0]);
    add_hex(args, "data", r->number[1]);
}

static void status(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    add_text(args, "status", choose(statuses, r->number[0]));
}

static void gerror(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    add_number(args, "bit", r->number[0]);
    add_hex(args, "GERROR", r->number[1]);
}

static const char *access_name(const smmu_timeline_record_t *r)
{
    return choose(access_sources, SMMU_TIMELINE_ACCESS_SOURCE(r->number[1]));
}

static void memory_access(const smmu_timeline_record_t *r, struct timeline_args *args)
{
    static const char *const operations[] = {"read", "write", "compare and swap", NULL};
    add_hex(args, "address", r->number[0]);
    add_text(args, "operation", choose(operations, SMMU_TIMELINE_ACCESS_OP(r->number[1])));
    add_number(args, "bytes", SMMU_TIMELINE_ACCESS_BYTES(r->number[1]));
}

/* ---- one row a kind; what has no entry is called as the model calls it and shows no number */

typedef void numbers_fn(const smmu_timeline_record_t *record, struct timeline_args *args);

static const struct {
    const char *(*name)(const smmu_timeline_record_t *record);
    numbers_fn *begins; /* also of instants */
    numbers_fn *ends;
} kinds[SMMU_TIMELINE_KINDS] = {
    [SMMU_TIMELINE_REQUEST] = {request_name, request, answer},
    [SMMU_TIMELINE_CONFIG_READ] = {read_name, structure_read, NULL},
    [SMMU_TIMELINE_WALK_READ] = {read_name, descriptor_read, NULL},
    [SMMU_TIMELINE_PREFETCH] = {NULL, request, NULL},
    [SMMU_TIMELINE_INVALIDATION] = {NULL, invalidation, NULL},
    [SMMU_TIMELINE_CMD_FETCH] = {NULL, fetch, fetched},
    [SMMU_TIMELINE_COMMAND] = {command_name, command, command_over},
    [SMMU_TIMELINE_EVENT] = {record_name, event_record, event_over},
    [SMMU_TIMELINE_EVENT_LOST] = {NULL, event_lost, NULL},
    [SMMU_TIMELINE_IRQ_EDGE] = {edge_name, NULL, NULL},
    [SMMU_TIMELINE_MSI] = {msi_name, msi, status},
    [SMMU_TIMELINE_GERROR] = {NULL, gerror, NULL},
    [SMMU_TIMELINE_ACCESS] = {access_name, memory_access, status},
};

const char *timeline_name(const smmu_timeline_record_t *record)
{
    if (kinds[record->kind].name)
        return kinds[record->kind].name(record);
    return smmu_timeline_info(record->kind)->name;
}

void timeline_args(const smmu_timeline_record_t *record, struct timeline_args *args)
{
    numbers_fn *numbers =
        record->phase == SMMU_TIMELINE_END ? kinds[record->kind].ends : kinds[record->kind].begins;
    args->length = 0;
    args->text[0] = '\0';
    if (numbers)
        numbers(record, args);
}
