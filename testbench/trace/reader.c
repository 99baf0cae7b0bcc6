/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a trace, whole: every statement is checked before the first is played. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/lexer.h"
#include "trace/parser.h"
#include "trace/statements.h"
#include "trace/text_file.h"

static const struct statement_group *const groups[] = {
    &setup_statements,   &memory_statements, &register_statements,
    &command_statements, &access_statements, &event_statements,
    &irq_statements,     &time_statements,   &ats_statements,
    &pri_statements,     &broadcast_statements, &own_access_statements,
};

/* Finds a row of any group; NULL if there is no such statement. */
static const struct statement_row *statement_named(const char *name)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); ++i) {
        for (size_t j = 0; j < groups[i]->count; ++j) {
            if (lexer_equal(groups[i]->rows[j].name, name))
                return &groups[i]->rows[j];
        }
    }
    return NULL;
}

/* The others are about the trace itself: what follows may still configure. */
static bool statement_acts(const struct statement_row *row)
{
    return row->run != NULL;
}

/* ---- lines */

static bool parse_statement(struct parser *parser)
{
    const char *name = parse_next(parser);
    struct statement statement = {.line = parser->line};
    if (!parser->started && strcmp(name, "smmu-trace") != 0)
        return parse_fail(parser, "a trace begins with 'smmu-trace 1', not with '%s'", name);
    statement.row = statement_named(name);
    if (!statement.row)
        return parse_fail(parser, "unknown statement '%s'", name);
    if (!statement.row->parse(parser, &statement) || !parse_end(parser))
        return false;
    if (!statement_acts(statement.row))
        return true;
    parser->acted = true;
    return program_append(parser->program, &statement) ||
           parse_fail(parser, "more than %zu statements", parser->program->capacity);
}

static bool parse_line(struct parser *parser, char *line, unsigned long number)
{
    long words = lexer_split(line, parser->word, PARSER_MAX_WORDS);
    parser->line = number;
    parser->at = 0;
    if (words < 0)
        return parse_fail(parser, "more than %d words in a line", PARSER_MAX_WORDS);
    parser->words = (size_t)words;
    return !words || parse_statement(parser);
}

/* ---- from beginning to end */

static struct parser *begin(const char *name, const struct trace_settings *settings, char *error)
{
    static const struct trace_settings none = {0};
    struct parser *parser = calloc(1, sizeof(*parser));
    error[0] = '\0';
    if (parser)
        parser->program = program_create(name);
    if (!parser || !parser->program) {
        snprintf(error, PROGRAM_ERROR_SIZE, "%s: no memory", name);
        free(parser);
        return NULL;
    }
    parser->settings = settings ? settings : &none;
    parser->error = error;
    parser->line = 1;
    if (smmu_config_init(&parser->program->config, parser->settings->preset) != SMMU_OK)
        parse_fail(parser, "unknown preset '%s'", parser->settings->preset);
    return parser;
}

/* Rules between keys hold for the whole configuration, so its last part is to blame. */
static void check_config(struct parser *parser)
{
    char why[256];
    if (smmu_config_check(&parser->program->config, why, sizeof(why)) == SMMU_OK)
        return;
    if (parser->settings->config_file) {
        snprintf(parser->error, PROGRAM_ERROR_SIZE, "%s: %s", parser->settings->config_file, why);
        return;
    }
    if (parser->config_line)
        parser->line = parser->config_line;
    parse_fail(parser, "%s", why);
}

static struct trace_program *end(struct parser *parser)
{
    struct trace_program *program = parser->program;
    if (!parser->error[0] && !parser->started)
        parse_fail(parser, "the trace is empty: it begins with 'smmu-trace 1'");
    if (!parser->error[0] && parser->settings->config_file)
        trace_config_file(parser->settings->config_file, &program->config, parser->error);
    if (!parser->error[0])
        check_config(parser);
    if (parser->error[0]) {
        trace_free(program);
        program = NULL;
    }
    free(parser);
    return program;
}

static void parse_file(struct parser *parser, struct text_file *file)
{
    while (!parser->error[0]) {
        char *line = NULL;
        text_file_result result = text_file_next(file, &line);
        if (result == TEXT_FILE_END)
            return;
        if (result == TEXT_FILE_ERROR) {
            parser->line = text_file_line_number(file);
            parse_fail(parser, "%s", text_file_error(file));
            return;
        }
        parse_line(parser, line, text_file_line_number(file));
    }
}

struct trace_program *trace_read(const char *path, const struct trace_settings *settings,
                                 char *error)
{
    struct parser *parser = begin(path, settings, error);
    char why[256];
    if (!parser)
        return NULL;
    if (!error[0]) {
        text_file *file = text_file_open(path, why, sizeof(why));
        if (file) {
            parse_file(parser, file);
            text_file_close(file);
        } else {
            snprintf(error, PROGRAM_ERROR_SIZE, "%s: %s", path, why);
        }
    }
    return end(parser);
}

struct trace_program *trace_read_text(const char *name, const char *text,
                                      const struct trace_settings *settings, char *error)
{
    struct parser *parser = begin(name, settings, error);
    if (!parser)
        return NULL;
    for (unsigned long number = 1; *text && !error[0]; ++number) {
        size_t length = strcspn(text, "\n");
        char *line = malloc(length + 1);
        if (!line) {
            parse_fail(parser, "no memory");
            break;
        }
        memcpy(line, text, length);
        line[length] = '\0';
        parse_line(parser, line, number);
        free(line);
        text += length + (text[length] == '\n');
    }
    return end(parser);
}
