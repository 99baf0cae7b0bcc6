/* SPDX-License-Identifier: Apache-2.0 */
/* event, no-event: the Event queue as a driver reads it (7.2, 7.3). */
#include <string.h>

#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "trace/lexer.h"
#include "trace/names.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/queue.h"
#include "trace/statements.h"

enum { EVENT_WORDS = REF_EVENT_BYTES / 8, MAX_EVENT_FIELDS = 24, DESCRIPTION_SIZE = 160 };

struct event_field {
    const struct ref_field_row *row; /* NULL: end */
    char name[FIELD_NAME_SIZE];
    struct expected expected;
};

struct event_args {
    const struct ref_number_row *event; /* NULL: raw */
    struct expected word[EVENT_WORDS];
    struct value mask[EVENT_WORDS];
    struct event_field field[MAX_EVENT_FIELDS + 1];
};

/* ---- reading */

static bool parse_raw_event(struct parser *parser, struct event_args *args)
{
    char *pas_text = NULL;
    smmu_pas_t pas;
    const struct option_row options[] = {{.key = "pas", .kind = OPTION_TEXT, .target = &pas_text}};
    for (unsigned i = 0; i < EVENT_WORDS; ++i) {
        if (!parse_expected(parser, "the record's word", UINT64_MAX, &args->word[i]))
            return false;
    }
    bool masked = parse_accept(parser, "mask");
    for (unsigned i = 0; masked && i < EVENT_WORDS; ++i) {
        if (!parse_value(parser, "mask", UINT64_MAX, &args->mask[i]))
            return false;
    }
    return PARSE_OPTIONS(parser, options) && parse_pas(parser, pas_text, &pas);
}

static const struct number_name classes[] = {
    {"CD", REF_CLASS_CD}, {"TT", REF_CLASS_TT}, {"IN", REF_CLASS_IN}};

static bool parse_event_field(struct parser *parser, char *word, struct event_args *args,
                              size_t count)
{
    char *equals = strchr(word, '=');
    if (!equals || equals == word)
        return parse_fail(parser, "unexpected '%s'", word);
    *equals = '\0';
    const struct ref_field_row *row = field_named(event_fields(), args->event->name, word);
    if (!row || strcmp(row->field, "TYPE") == 0)
        return parse_fail(parser, "%s has no field '%s'", args->event->name, word);
    for (size_t i = 0; i < count; ++i) {
        if (args->field[i].row == row)
            return parse_fail(parser, "%s is given twice", word);
    }
    if (count == MAX_EVENT_FIELDS)
        return parse_fail(parser, "too many fields");
    struct event_field *field = &args->field[count];
    field->row = row;
    field_spelling(row, field->name);
    bool is_class = strcmp(row->field, "CLASS") == 0;
    uint64_t max = field_is_address(row) ? UINT64_MAX : field_mask(row);
    return parse_expected_text(parser, equals + 1, field->name, max,
                               is_class ? NAMES(classes) : NO_NAMES, &field->expected);
}

static bool parse_event(struct parser *parser, struct statement *statement)
{
    struct event_args *args = parse_alloc(parser, sizeof(*args));
    const char *first = parse_peek(parser);
    size_t count = 0;
    statement->args = args;
    if (!args)
        return false;
    if (!first)
        return parse_fail(parser, "the record is missing");
    if (*first == '$' || *first == '?' || (*first >= '0' && *first <= '9'))
        return parse_raw_event(parser, args);
    args->event = event_named(parse_next(parser));
    if (!args->event)
        return parse_fail(parser, "unknown event '%s'", first);
    for (char *word; (word = parse_next(parser)) != NULL;) {
        smmu_pas_t pas;
        if (strncmp(word, "pas=", 4) == 0) {
            if (!parse_pas(parser, word + 4, &pas))
                return false;
        } else if (!parse_event_field(parser, word, args, count++)) {
            return false;
        }
    }
    return true;
}

static bool parse_no_event(struct parser *parser, struct statement *statement)
{
    char *pas_text = NULL;
    smmu_pas_t pas;
    const struct option_row options[] = {{.key = "pas", .kind = OPTION_TEXT, .target = &pas_text}};
    (void)statement;
    return PARSE_OPTIONS(parser, options) && parse_pas(parser, pas_text, &pas);
}

/* ---- playing */

static void load_record(struct player *player, const struct queue_view *queue,
                        uint64_t words[EVENT_WORDS])
{
    uint64_t addr = queue_entry(queue, queue->cons, REF_EVENT_BYTES);
    for (unsigned i = 0; i < EVENT_WORDS; ++i)
        words[i] = memory_load64(player_memory(player), addr + 8 * i);
}

/* OVACKFLG stays as it was: acknowledging an overflow is the trace's business. */
static void consume(struct player *player, const struct queue_view *queue)
{
    uint32_t kept = queue->cons_register & (uint32_t)REF_MASK(EVENTQ_CONS_OVACKFLG);
    player_write32(player, REF_REG_EVENTQ_CONS, queue_step(queue, queue->cons, 1) | kept);
}

static void describe(const uint64_t words[EVENT_WORDS], char *text, size_t size)
{
    const struct ref_number_row *event = event_numbered((unsigned)REF_GET(EVT_TYPE, words));
    snprintf(text, size, "%s (0x%016llx 0x%016llx 0x%016llx 0x%016llx)",
             event ? event->name : "an unknown record", (unsigned long long)words[0],
             (unsigned long long)words[1], (unsigned long long)words[2],
             (unsigned long long)words[3]);
}

static bool compare_raw(struct comparison *comparison, const struct event_args *args,
                        const uint64_t words[EVENT_WORDS])
{
    for (unsigned i = 0; i < EVENT_WORDS; ++i) {
        char name[8];
        uint64_t mask;
        if (!player_value_or(comparison->player, &args->mask[i], UINT64_MAX, &mask))
            return false;
        snprintf(name, sizeof(name), "W%u", i);
        compare_number(comparison, name, &args->word[i], words[i], mask, STYLE_HEX);
    }
    return true;
}

static void compare_fields(struct comparison *comparison, const struct event_args *args,
                           const uint64_t words[EVENT_WORDS])
{
    char text[DESCRIPTION_SIZE];
    if (REF_GET(EVT_TYPE, words) != args->event->number) {
        describe(words, text, sizeof(text));
        compare_text(comparison, false, args->event->name, text);
        return;
    }
    for (const struct event_field *field = args->field; field->row; ++field)
        compare_number(comparison, field->name, &field->expected, field_get(field->row, words),
                       UINT64_MAX, STYLE_HEX);
    char context[DESCRIPTION_SIZE + 4];
    describe(words, text, sizeof(text));
    snprintf(context, sizeof(context), "in %s", text);
    compare_context(comparison, context);
}

static void run_event(struct player *player, const void *data)
{
    const struct event_args *args = data;
    struct comparison comparison;
    uint64_t words[EVENT_WORDS];
    struct queue_view queue = event_queue_view(player);
    while (queue_empty(&queue) && player_step(player, SMMU_NEVER))
        queue = event_queue_view(player);
    if (queue_empty(&queue)) {
        player_check(player, false, args->event ? args->event->name : "a record",
                     "an empty Event queue, and nothing more is due");
        return;
    }
    load_record(player, &queue, words);
    consume(player, &queue);
    recorder_event(player->options->recorder, words);
    compare_begin(&comparison, player);
    if (args->event)
        compare_fields(&comparison, args, words);
    else if (!compare_raw(&comparison, args, words))
        return;
    compare_end(&comparison);
}

static void run_no_event(struct player *player, const void *data)
{
    uint64_t words[EVENT_WORDS];
    char text[DESCRIPTION_SIZE] = "";
    (void)data;
    player_settle(player, SMMU_NEVER);
    struct queue_view queue = event_queue_view(player);
    if (!queue_empty(&queue)) {
        load_record(player, &queue, words);
        describe(words, text, sizeof(text));
    }
    player_check(player, queue_empty(&queue), "an empty Event queue", text);
    if (queue_empty(&queue))
        recorder_line(player->options->recorder, "no-event");
}

static const struct statement_row rows[] = {
    {"event", parse_event, run_event},
    {"no-event", parse_no_event, run_no_event},
};
STATEMENT_GROUP(event_statements, rows);
