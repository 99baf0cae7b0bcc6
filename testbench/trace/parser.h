/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the statements' parse functions work with. Every function that returns bool returns false
 * after it has put a message into the parser; the caller passes that on.
 */
#ifndef SMMUSIM_TRACE_PARSER_H
#define SMMUSIM_TRACE_PARSER_H

#include "trace/program_impl.h"

enum { PARSER_MAX_WORDS = 16384 };

struct parser {
    struct trace_program *program;
    const struct trace_settings *settings;
    unsigned long line;
    unsigned long config_line; /* of the last config; 0: there is none */
    char *word[PARSER_MAX_WORDS];
    size_t words, at; /* words of this line, and the next of them */
    bool started;     /* smmu-trace was seen */
    bool acted;       /* a statement that is not config or rule was seen */
    bool preset;      /* the trace chose one */
    char *error;      /* PROGRAM_ERROR_SIZE bytes */
};

/* A name that stands for a number. */
struct number_name {
    const char *name;
    uint64_t number;
};

/* NAMES(table): how names are handed over. NULL, 0 where only numbers are allowed. */
struct number_names {
    const struct number_name *row;
    size_t count;
};
#define NAMES(table) ((struct number_names){(table), sizeof(table) / sizeof((table)[0])})
#define NO_NAMES ((struct number_names){NULL, 0})

/* "FILE:LINE: message"; the first message stays. Always false. */
bool parse_fail(struct parser *parser, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

void *parse_alloc(struct parser *parser, size_t size);

/* The next word, or NULL at the end of the line. */
const char *parse_peek(const struct parser *parser);
char *parse_next(struct parser *parser);
/* Takes the next word if it is this one. */
bool parse_accept(struct parser *parser, const char *word);
/* The next word; a message that 'what' is missing if there is none. */
char *parse_word(struct parser *parser, const char *what);
bool parse_end(struct parser *parser);
/* No further words but key=value. */
bool parse_at_options(const struct parser *parser);

/* Numbers. text: the word or the part of it; what: for messages, lives as long as the program. */
bool parse_value_text(struct parser *parser, const char *text, const char *what, uint64_t max,
                      struct number_names names, struct value *value);
bool parse_value(struct parser *parser, const char *what, uint64_t max, struct value *value);
bool parse_expected_text(struct parser *parser, char *text, const char *what, uint64_t max,
                         struct number_names names, struct expected *expected);
bool parse_expected(struct parser *parser, const char *what, uint64_t max,
                    struct expected *expected);
/* The next word, alternatives with '|' between them: 'take' adds each to the set. */
bool parse_alternatives(struct parser *parser, const char *what,
                        bool (*take)(struct parser *parser, const char *name, unsigned *set),
                        unsigned *set);
/* One of == != < <= > >=. */
bool parse_op(struct parser *parser, const char *text, enum comparison_op *op);

/* key=value words. */
enum option_kind { OPTION_VALUE, OPTION_EXPECTED, OPTION_LIMIT, OPTION_TEXT };

struct option_row {
    const char *key;
    enum option_kind kind;
    void *target; /* struct value, expected, limit, or const char * */
    uint64_t max;
    struct number_names names;
};

/* Takes words up to the end of the line or `->`. */
bool parse_options(struct parser *parser, const struct option_row *rows, size_t count);
#define PARSE_OPTIONS(parser, rows) parse_options((parser), (rows), sizeof(rows) / sizeof(*(rows)))

/* pas= and the like: 'Secure', 'Realm' and 'Root' are not built. */
bool parse_pas(struct parser *parser, const char *text, smmu_pas_t *pas);

/* Index + 1 of a name in one of the program's lists, added if it is new; 0: no memory. */
uint32_t parse_intern(struct parser *parser, const char ***list, uint32_t *count,
                      uint32_t *capacity, const char *name);
uint32_t parse_find(const char *const *list, uint32_t count, const char *name);

#endif
