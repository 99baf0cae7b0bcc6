/* SPDX-License-Identifier: Apache-2.0 */
/* Words, numbers, variables and key=value options of a statement. */
#include "trace/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/lexer.h"

enum { MAX_ALTERNATIVES = 64, MAX_NAMES = 1 << 14 };

bool parse_fail(struct parser *parser, const char *format, ...)
{
    if (parser->error[0])
        return false;
    int used = snprintf(parser->error, PROGRAM_ERROR_SIZE, "%s:%lu: ", parser->program->path,
                        parser->line);
    if (used < 0 || used >= PROGRAM_ERROR_SIZE)
        return false;
    va_list args;
    va_start(args, format);
    vsnprintf(parser->error + used, PROGRAM_ERROR_SIZE - (size_t)used, format, args);
    va_end(args);
    return false;
}

void *parse_alloc(struct parser *parser, size_t size)
{
    void *place = arena_alloc(parser->program->arena, size);
    if (!place)
        parse_fail(parser, "the trace is too large to be kept in memory");
    return place;
}

/* ---- words */

const char *parse_peek(const struct parser *parser)
{
    return parser->at < parser->words ? parser->word[parser->at] : NULL;
}

char *parse_next(struct parser *parser)
{
    return parser->at < parser->words ? parser->word[parser->at++] : NULL;
}

bool parse_accept(struct parser *parser, const char *word)
{
    const char *next = parse_peek(parser);
    if (!next || !lexer_equal(next, word))
        return false;
    parser->at++;
    return true;
}

char *parse_word(struct parser *parser, const char *what)
{
    char *word = parse_next(parser);
    if (!word)
        parse_fail(parser, "%s is missing", what);
    return word;
}

bool parse_end(struct parser *parser)
{
    const char *word = parse_peek(parser);
    return !word || parse_fail(parser, "unexpected '%s' at the end of the statement", word);
}

bool parse_at_options(const struct parser *parser)
{
    const char *word = parse_peek(parser);
    return !word || strchr(word, '=') || strcmp(word, "->") == 0;
}

/* ---- names of the program */

uint32_t parse_find(const char *const *list, uint32_t count, const char *name)
{
    for (uint32_t i = count; i > 0; --i) {
        if (strcmp(list[i - 1], name) == 0)
            return i;
    }
    return 0;
}

uint32_t parse_intern(struct parser *parser, const char ***list, uint32_t *count,
                      uint32_t *capacity, const char *name)
{
    uint32_t found = parse_find(*list, *count, name);
    if (found)
        return found;
    if (*count == *capacity) {
        uint32_t grown = *capacity ? 2 * *capacity : 16;
        const char **larger = grown <= MAX_NAMES ? realloc(*list, grown * sizeof(*larger)) : NULL;
        if (!larger) {
            parse_fail(parser, "too many names");
            return 0;
        }
        *list = larger;
        *capacity = grown;
    }
    size_t size = strlen(name) + 1;
    char *copy = parse_alloc(parser, size);
    if (!copy)
        return 0;
    memcpy(copy, name, size);
    (*list)[(*count)++] = copy;
    return *count;
}

/* ---- numbers */

static bool check_range(struct parser *parser, const char *text, const char *what, uint64_t number,
                        uint64_t max)
{
    return number <= max || parse_fail(parser, "%s: %s is too large, at most 0x%llx", what, text,
                                       (unsigned long long)max);
}

static bool parse_variable(struct parser *parser, const char *name, struct value *value)
{
    struct trace_program *program = parser->program;
    if (!lexer_is_name(name))
        return parse_fail(parser, "%s: '$%s' is not a variable's name", value->what, name);
    value->variable = parse_find(program->variable, program->variables, name);
    return value->variable || parse_fail(parser, "%s: $%s is used before a ?%s keeps a value",
                                         value->what, name, name);
}

bool parse_value_text(struct parser *parser, const char *text, const char *what, uint64_t max,
                      struct number_names names, struct value *value)
{
    *value = (struct value){.what = what, .max = max};
    if (*text == '$')
        return parse_variable(parser, text + 1, value);
    for (size_t i = 0; i < names.count; ++i) {
        if (lexer_equal(names.row[i].name, text)) {
            value->literal = names.row[i].number;
            return true;
        }
    }
    const char *wrong = lexer_number(text, &value->literal);
    if (wrong)
        return parse_fail(parser, "%s: '%s' %s", what, text, wrong);
    return check_range(parser, text, what, value->literal, max);
}

bool parse_value(struct parser *parser, const char *what, uint64_t max, struct value *value)
{
    char *word = parse_word(parser, what);
    return word && parse_value_text(parser, word, what, max, NO_NAMES, value);
}

static bool parse_keep(struct parser *parser, const char *name, const char *what,
                       struct expected *expected)
{
    struct trace_program *program = parser->program;
    if (!lexer_is_name(name))
        return parse_fail(parser, "%s: '?%s' is not a variable's name", what, name);
    expected->keep = parse_intern(parser, &program->variable, &program->variables,
                                  &program->variable_capacity, name);
    return expected->keep != 0;
}

bool parse_expected_text(struct parser *parser, char *text, const char *what, uint64_t max,
                         struct number_names names, struct expected *expected)
{
    struct value found[MAX_ALTERNATIVES];
    uint32_t count = 0;
    *expected = (struct expected){0};
    if (*text == '?')
        return parse_keep(parser, text + 1, what, expected);
    for (char *next = text; next; ++count) {
        char *bar = strchr(next, '|');
        if (count == MAX_ALTERNATIVES)
            return parse_fail(parser, "%s: more than %d alternatives", what, MAX_ALTERNATIVES);
        if (bar)
            *bar = '\0';
        if (!parse_value_text(parser, next, what, max, names, &found[count]))
            return false;
        next = bar ? bar + 1 : NULL;
    }
    struct value *alternative = parse_alloc(parser, count * sizeof(*alternative));
    if (!alternative)
        return false;
    memcpy(alternative, found, count * sizeof(*alternative));
    expected->alternative = alternative;
    expected->count = count;
    return true;
}

bool parse_alternatives(struct parser *parser, const char *what,
                        bool (*take)(struct parser *parser, const char *name, unsigned *set),
                        unsigned *set)
{
    char *name = parse_word(parser, what);
    if (!name)
        return false;
    while (name) {
        char *bar = strchr(name, '|');
        if (bar)
            *bar = '\0';
        if (!take(parser, name, set))
            return false;
        name = bar ? bar + 1 : NULL;
    }
    return true;
}

bool parse_expected(struct parser *parser, const char *what, uint64_t max,
                    struct expected *expected)
{
    char *word = parse_word(parser, what);
    return word && parse_expected_text(parser, word, what, max, NO_NAMES, expected);
}

static const struct number_name op_names[] = {{"==", OP_EQ}, {"!=", OP_NE}, {"<=", OP_LE},
                                              {">=", OP_GE}, {"<", OP_LT},  {">", OP_GT}};

bool parse_op(struct parser *parser, const char *text, enum comparison_op *op)
{
    for (size_t i = 0; i < sizeof(op_names) / sizeof(op_names[0]); ++i) {
        if (strcmp(op_names[i].name, text) == 0) {
            *op = (enum comparison_op)op_names[i].number;
            return true;
        }
    }
    return parse_fail(parser, "'%s' is not one of == != < <= > >=", text);
}

/* ---- options */

/* key OP value, taken apart. */
struct option {
    char *key;
    char op[3];
    char *text;
};

static bool split_option(char *word, struct option *option)
{
    char *at = strpbrk(word, "=<>!");
    if (!at || at == word)
        return false;
    size_t length = at[1] == '=' ? 2 : 1;
    memcpy(option->op, at, length);
    option->op[length] = '\0';
    option->key = word;
    option->text = at + length;
    *at = '\0';
    return true;
}

static bool parse_option(struct parser *parser, const struct option_row *row, struct option *option)
{
    if (row->kind == OPTION_LIMIT) {
        struct limit *limit = row->target;
        const char *op = strcmp(option->op, "=") == 0 ? "==" : option->op;
        return parse_op(parser, op, &limit->op) &&
               parse_value_text(parser, option->text, row->key, row->max, NO_NAMES, &limit->value);
    }
    if (strcmp(option->op, "=") != 0)
        return parse_fail(parser, "%s takes '=' and a value", row->key);
    if (row->kind == OPTION_TEXT) {
        *(char **)row->target = option->text;
        return true;
    }
    if (row->kind == OPTION_VALUE)
        return parse_value_text(parser, option->text, row->key, row->max, row->names, row->target);
    return parse_expected_text(parser, option->text, row->key, row->max, row->names, row->target);
}

static bool is_set(const struct option_row *row)
{
    switch (row->kind) {
    case OPTION_VALUE:
        return is_given(row->target);
    case OPTION_EXPECTED:
        return is_expected(row->target);
    case OPTION_LIMIT:
        return is_given(&((struct limit *)row->target)->value);
    case OPTION_TEXT:
        break;
    }
    return *(char **)row->target != NULL;
}

bool parse_options(struct parser *parser, const struct option_row *rows, size_t count)
{
    const char *next;
    while ((next = parse_peek(parser)) != NULL && strcmp(next, "->") != 0) {
        char *word = parse_next(parser);
        struct option option;
        const struct option_row *row = NULL;
        if (!split_option(word, &option))
            return parse_fail(parser, "unexpected '%s'", word);
        for (size_t i = 0; i < count && !row; ++i) {
            if (lexer_equal(rows[i].key, option.key))
                row = &rows[i];
        }
        if (!row)
            return parse_fail(parser, "unknown field '%s'", option.key);
        if (is_set(row))
            return parse_fail(parser, "%s is given twice", row->key);
        if (!parse_option(parser, row, &option))
            return false;
    }
    return true;
}

bool parse_pas(struct parser *parser, const char *text, smmu_pas_t *pas)
{
    static const struct {
        const char *name, *state;
        smmu_pas_t pas;
    } states[] = {{"ns", "Non-secure", SMMU_PAS_NS},
                  {"s", "Secure", SMMU_PAS_S},
                  {"realm", "Realm", SMMU_PAS_REALM},
                  {"root", "Root", SMMU_PAS_ROOT}};
    *pas = SMMU_PAS_NS;
    for (size_t i = 0; text && i < sizeof(states) / sizeof(states[0]); ++i) {
        if (!lexer_equal(states[i].name, text))
            continue;
        *pas = states[i].pas;
        return *pas == SMMU_PAS_NS ||
               parse_fail(parser, "%s: the configured SMMU has no %s state", text, states[i].state);
    }
    return !text || parse_fail(parser, "'%s' is not one of ns, s, realm, root", text);
}
