/* SPDX-License-Identifier: Apache-2.0 */
/* Records of output queues, expected and found. */
#include "trace/record.h"

#include <string.h>

#include "spec_ref/ref_events.h"

/* ---- reading */

bool parse_record_is_raw(const struct parser *parser)
{
    const char *first = parse_peek(parser);
    return first && (*first == '$' || *first == '?' || (*first >= '0' && *first <= '9'));
}

bool parse_record_words(struct parser *parser, unsigned words, struct record_args *args)
{
    args->raw = words;
    for (unsigned i = 0; i < words; ++i) {
        if (!parse_expected(parser, "the record's word", UINT64_MAX, &args->word[i]))
            return false;
    }
    bool masked = parse_accept(parser, "mask");
    for (unsigned i = 0; masked && i < words; ++i) {
        if (!parse_value(parser, "mask", UINT64_MAX, &args->mask[i]))
            return false;
    }
    return true;
}

static const struct number_name classes[] = {
    {"CD", REF_CLASS_CD}, {"TT", REF_CLASS_TT}, {"IN", REF_CLASS_IN}};

bool parse_record_field(struct parser *parser, char *word, struct field_table table,
                        const char *object, struct record_args *args)
{
    char *equals = strchr(word, '=');
    if (!equals || equals == word)
        return parse_fail(parser, "unexpected '%s'", word);
    *equals = '\0';
    const struct ref_field_row *row = field_named(table, object, word);
    if (!row || strcmp(row->field, "TYPE") == 0)
        return parse_fail(parser, "%s has no field '%s'", object, word);
    struct record_field *field = args->field;
    for (; field->row; ++field) {
        if (field->row == row)
            return parse_fail(parser, "%s is given twice", word);
    }
    if (field == &args->field[RECORD_MAX_FIELDS])
        return parse_fail(parser, "too many fields");
    field->row = row;
    field_spelling(row, field->name);
    bool is_class = strcmp(row->field, "CLASS") == 0;
    uint64_t max = field_is_address(row) ? UINT64_MAX : field_mask(row);
    return parse_expected_text(parser, equals + 1, field->name, max,
                               is_class ? NAMES(classes) : NO_NAMES, &field->expected);
}

/* ---- playing */

static bool compare_words(struct comparison *comparison, const struct record_args *args,
                          const uint64_t *words)
{
    for (unsigned i = 0; i < args->raw; ++i) {
        char name[16];
        uint64_t mask;
        if (!player_value_or(comparison->player, &args->mask[i], UINT64_MAX, &mask))
            return false;
        snprintf(name, sizeof(name), "W%u", i);
        compare_number(comparison, name, &args->word[i], words[i], mask, STYLE_HEX);
    }
    return true;
}

bool compare_record(struct comparison *comparison, const struct record_args *args,
                    const uint64_t *words)
{
    for (const struct record_field *field = args->field; field->row; ++field)
        compare_number(comparison, field->name, &field->expected, field_get(field->row, words),
                       UINT64_MAX, STYLE_HEX);
    return compare_words(comparison, args, words);
}

void record_load(struct player *player, const struct queue_view *queue, uint64_t *words,
                 unsigned count)
{
    uint64_t addr = queue_entry(queue, queue->cons, 8 * count);
    for (unsigned i = 0; i < count; ++i)
        words[i] = memory_load64(player_memory(player), addr + 8 * i);
}
