/* SPDX-License-Identifier: Apache-2.0 */
/* smmu-trace, config, rule: what acts on nothing. */
#include <string.h>

#include "trace/lexer.h"
#include "trace/parser.h"
#include "trace/statements.h"

static bool parse_smmu_trace(struct parser *parser, struct statement *statement)
{
    (void)statement;
    char *version = parse_word(parser, "the version");
    if (!version)
        return false;
    if (parser->started)
        return parse_fail(parser, "'smmu-trace' stands once, at the beginning");
    parser->started = true;
    return strcmp(version, "1") == 0 ||
           parse_fail(parser, "version '%s' of the trace language is not known, only 1", version);
}

static bool set_preset(struct parser *parser, const char *name)
{
    if (parser->preset)
        return parse_fail(parser, "preset= is given before all other keys, and once");
    if (smmu_config_init(&parser->program->config, name) != SMMU_OK)
        return parse_fail(parser, "unknown preset '%s'", name);
    /* The command line's preset replaces the trace's, not the keys that follow it. */
    (void)smmu_config_init(&parser->program->config,
                           parser->settings->preset ? parser->settings->preset : name);
    return true;
}

static bool set_key(struct parser *parser, const char *key, const char *text)
{
    uint64_t value;
    char why[256];
    const char *wrong = lexer_number(text, &value);
    if (wrong)
        return parse_fail(parser, "%s: '%s' %s", key, text, wrong);
    return smmu_config_set(&parser->program->config, key, value, why, sizeof(why)) == SMMU_OK ||
           parse_fail(parser, "%s", why);
}

static bool parse_config(struct parser *parser, struct statement *statement)
{
    (void)statement;
    char *word;
    if (parser->acted)
        return parse_fail(parser, "'config' stands before everything that acts");
    if (!parse_peek(parser))
        return parse_fail(parser, "KEY=VALUE is missing");
    parser->config_line = parser->line;
    while ((word = parse_next(parser)) != NULL) {
        char *equals = strchr(word, '=');
        if (!equals || equals == word)
            return parse_fail(parser, "'%s' is not KEY=VALUE", word);
        *equals = '\0';
        bool fine = lexer_equal(word, "preset") ? set_preset(parser, equals + 1)
                                                : set_key(parser, word, equals + 1);
        if (!fine)
            return false;
        parser->preset = true;
    }
    return true;
}

/* XX-001, or a section: 4.1.3, 16.7.2.1, D8.3 */
static bool is_rule(const char *text)
{
    size_t letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    if (text[letters] == '-')
        return letters && strspn(text + letters + 1, "0123456789") &&
               !text[letters + 1 + strspn(text + letters + 1, "0123456789")];
    return text[0] >= '0' && text[0] <= '9' ? !text[strspn(text, "0123456789.")]
                                            : letters && !text[strspn(text, "D0123456789.")];
}

static bool parse_rule(struct parser *parser, struct statement *statement)
{
    (void)statement;
    char *rule = parse_word(parser, "the rule's ID or section");
    if (!rule)
        return false;
    if (!is_rule(rule))
        return parse_fail(parser, "'%s' is neither a rule's ID (CQ-001) nor a section (4.1.3)",
                          rule);
    parser->at = parser->words; /* the rest is for the reader */
    return true;
}

static const struct statement_row rows[] = {
    {"smmu-trace", parse_smmu_trace, NULL},
    {"config", parse_config, NULL},
    {"rule", parse_rule, NULL},
};
STATEMENT_GROUP(setup_statements, rows);
