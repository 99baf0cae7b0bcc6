/* SPDX-License-Identifier: Apache-2.0 */
/* event, no-event: the Event queue as a driver reads it (7.2, 7.3). */
#include <string.h>

#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "trace/record.h"
#include "trace/statements.h"

enum { EVENT_WORDS = REF_EVENT_BYTES / 8, DESCRIPTION_SIZE = 160 };

struct event_args {
    const struct ref_number_row *event; /* NULL: raw */
    struct record_args record;
};

/* ---- reading */

static bool parse_raw_event(struct parser *parser, struct event_args *args)
{
    char *pas_text = NULL;
    smmu_pas_t pas;
    const struct option_row options[] = {{.key = "pas", .kind = OPTION_TEXT, .target = &pas_text}};
    return parse_record_words(parser, EVENT_WORDS, &args->record) &&
           PARSE_OPTIONS(parser, options) && parse_pas(parser, pas_text, &pas);
}

static bool parse_event(struct parser *parser, struct statement *statement)
{
    struct event_args *args = parse_alloc(parser, sizeof(*args));
    const char *first = parse_peek(parser);
    statement->args = args;
    if (!args)
        return false;
    if (!first)
        return parse_fail(parser, "the record is missing");
    if (parse_record_is_raw(parser))
        return parse_raw_event(parser, args);
    args->event = event_named(parse_next(parser));
    if (!args->event)
        return parse_fail(parser, "unknown event '%s'", first);
    for (char *word; (word = parse_next(parser)) != NULL;) {
        smmu_pas_t pas;
        if (strncmp(word, "pas=", 4) == 0) {
            if (!parse_pas(parser, word + 4, &pas))
                return false;
        } else if (!parse_record_field(parser, word, event_fields(), args->event->name,
                                       &args->record)) {
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

static bool compare_event(struct comparison *comparison, const struct event_args *args,
                          const uint64_t words[EVENT_WORDS])
{
    char text[DESCRIPTION_SIZE], context[DESCRIPTION_SIZE + 4];
    describe(words, text, sizeof(text));
    if (args->event && REF_GET(EVT_TYPE, words) != args->event->number) {
        compare_text(comparison, false, args->event->name, text);
        return true;
    }
    if (!compare_record(comparison, &args->record, words))
        return false;
    snprintf(context, sizeof(context), "in %s", text);
    if (args->event)
        compare_context(comparison, context);
    return true;
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
    record_load(player, &queue, words, EVENT_WORDS);
    consume(player, &queue);
    recorder_event(player->options->recorder, words);
    compare_begin(&comparison, player);
    if (compare_event(&comparison, args, words))
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
        record_load(player, &queue, words, EVENT_WORDS);
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
