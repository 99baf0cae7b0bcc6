/* SPDX-License-Identifier: Apache-2.0 */
/* A record of an output queue as a statement expects it: raw words under a mask, or fields by name. */
#ifndef SMMUSIM_TRACE_RECORD_H
#define SMMUSIM_TRACE_RECORD_H

#include "trace/names.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/queue.h"

enum { RECORD_MAX_WORDS = 4, RECORD_MAX_FIELDS = 24 };

struct record_field {
    const struct ref_field_row *row; /* NULL: end */
    char name[FIELD_NAME_SIZE];
    struct expected expected;
};

struct record_args {
    unsigned raw; /* words that are given as such; 0: fields are */
    struct expected word[RECORD_MAX_WORDS];
    struct value mask[RECORD_MAX_WORDS];
    struct record_field field[RECORD_MAX_FIELDS + 1];
};

/* Does the record stand there as words? */
bool parse_record_is_raw(const struct parser *parser);
/* The words, and `mask` with as many; options may follow. */
bool parse_record_words(struct parser *parser, unsigned words, struct record_args *args);
/* One NAME=VALUE of an object of the table. */
bool parse_record_field(struct parser *parser, char *word, struct field_table table,
                        const char *object, struct record_args *args);

/* False after a failure was counted: a mask has no value. */
bool compare_record(struct comparison *comparison, const struct record_args *args,
                    const uint64_t *words);

/* The oldest record of a queue. */
void record_load(struct player *player, const struct queue_view *queue, uint64_t *words,
                 unsigned count);

#endif
