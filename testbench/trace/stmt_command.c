/* SPDX-License-Identifier: Apache-2.0 */
/* cmd, push, ring, cons: command queues as a driver uses them (4.1.2, 7.1, 3.5.6). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "trace/lexer.h"
#include "trace/names.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/queue.h"
#include "trace/statements.h"

enum { MAX_COMMAND_FIELDS = 16 };

struct command_field {
    const struct ref_field_row *row; /* NULL: end */
    struct value value;
};

struct command_args {
    bool publish; /* cmd; otherwise push */
    uint32_t queue;
    bool raw;
    struct value word[2];
    uint64_t base[2]; /* opcode, and what the name implies */
    struct command_field field[MAX_COMMAND_FIELDS + 1];
};

struct ring_args {
    uint32_t queue;
};

struct cons_args {
    uint32_t queue;
    struct expected index;
    struct expected err;
};

/* ---- reading */

/* As many as IDR6 can say. */
enum { MAX_ECMDQS = 0x10000 };

static bool parse_ecmdq(const char *text, uint32_t *queue)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long number = strtoul(text, &end, 10);
    *queue = QUEUE_ECMDQ0 + (uint32_t)number;
    return !*end && number < MAX_ECMDQS;
}

static bool parse_queue(struct parser *parser, const char *text, uint32_t *queue)
{
    *queue = QUEUE_CMDQ;
    if (!text || lexer_equal(text, "cmdq"))
        return true;
    if (lexer_equal(text, "s_cmdq"))
        return parse_fail(parser, "q=%s: the configured SMMU has no Secure state", text);
    if (lexer_equal(text, "r_cmdq"))
        return parse_fail(parser, "q=%s: the configured SMMU has no Realm state", text);
    char prefix[6] = "";
    strncpy(prefix, text, sizeof(prefix) - 1);
    uint64_t exist;
    if (lexer_equal(prefix, "ecmdq") && parse_ecmdq(text + strlen(prefix), queue)) {
        if (smmu_config_get(&parser->program->config, "IDR1.ECMDQ", &exist) != SMMU_OK || !exist)
            return parse_fail(parser, "q=%s: the configured SMMU has no ECMDQ", text);
        if (parser->program->command_queues <= *queue)
            parser->program->command_queues = *queue + 1;
        return true;
    }
    return parse_fail(parser, "q=%s: not one of cmdq, s_cmdq, r_cmdq, ecmdq<n>", text);
}

static const struct number_name sync_signals[] = {
    {"none", REF_SYNC_CS_NONE}, {"irq", REF_SYNC_CS_IRQ}, {"sev", REF_SYNC_CS_SEV}};

/* An address may have lower bits than the field carries; they are dropped. */
static uint64_t largest(const struct ref_field_row *row)
{
    return field_is_address(row) ? UINT64_MAX >> (63 - row->msb) : field_mask(row);
}

static bool parse_named_field(struct parser *parser, const struct ref_number_row *command,
                              char *word, struct command_args *args, size_t count)
{
    char *equals = strchr(word, '=');
    if (!equals || equals == word)
        return parse_fail(parser, "unexpected '%s'", word);
    *equals = '\0';
    const struct ref_field_row *row = field_named(command_fields(), command->name, word);
    if (!row || strcmp(row->field, "OPCODE") == 0)
        return parse_fail(parser, "%s has no field '%s'", command->name, word);
    for (size_t i = 0; i < count; ++i) {
        if (args->field[i].row == row)
            return parse_fail(parser, "%s is given twice", word);
    }
    if (count == MAX_COMMAND_FIELDS)
        return parse_fail(parser, "too many fields");
    bool is_signal = strcmp(row->field, "CS") == 0;
    args->field[count].row = row;
    return parse_value_text(parser, equals + 1, row->field, largest(row),
                            is_signal ? NAMES(sync_signals) : NO_NAMES, &args->field[count].value);
}

static bool parse_named_command(struct parser *parser, const char *name, struct command_args *args)
{
    const struct ref_number_row *command = command_named(name);
    bool all = lexer_equal(name, "CFGI_ALL") || lexer_equal(name, "CMD_CFGI_ALL");
    size_t count = 0;
    if (all)
        command = command_named("CMD_CFGI_STE_RANGE");
    if (!command)
        return parse_fail(parser, "unknown command '%s'", name);
    args->base[0] = command->number;
    if (all)
        REF_SET(CMD_CFGI_STE_RANGE_RANGE, args->base, REF_CFGI_RANGE_ALL);
    for (char *word; (word = parse_next(parser)) != NULL;) {
        if (strncmp(word, "q=", 2) == 0) {
            if (!parse_queue(parser, word + 2, &args->queue))
                return false;
        } else if (!parse_named_field(parser, command, word, args, count++)) {
            return false;
        }
    }
    return true;
}

static bool parse_raw_command(struct parser *parser, const char *first, struct command_args *args)
{
    char *queue = NULL;
    const struct option_row options[] = {{.key = "q", .kind = OPTION_TEXT, .target = &queue}};
    args->raw = true;
    return parse_value_text(parser, first, "W0", UINT64_MAX, NO_NAMES, &args->word[0]) &&
           parse_value(parser, "W1", UINT64_MAX, &args->word[1]) &&
           PARSE_OPTIONS(parser, options) && parse_queue(parser, queue, &args->queue);
}

static bool parse_command(struct parser *parser, struct statement *statement, bool publish)
{
    struct command_args *args = parse_alloc(parser, sizeof(*args));
    char *first = args ? parse_word(parser, "the command") : NULL;
    statement->args = args;
    if (!first)
        return false;
    args->publish = publish;
    if (*first == '$' || (*first >= '0' && *first <= '9'))
        return parse_raw_command(parser, first, args);
    return parse_named_command(parser, first, args);
}

static bool parse_cmd(struct parser *parser, struct statement *statement)
{
    return parse_command(parser, statement, true);
}

static bool parse_push(struct parser *parser, struct statement *statement)
{
    return parse_command(parser, statement, false);
}

static bool parse_ring(struct parser *parser, struct statement *statement)
{
    char *queue = NULL;
    const struct option_row options[] = {{.key = "q", .kind = OPTION_TEXT, .target = &queue}};
    struct ring_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    return args && PARSE_OPTIONS(parser, options) && parse_queue(parser, queue, &args->queue);
}

static bool parse_cons(struct parser *parser, struct statement *statement)
{
    static const struct number_name codes[] = {
        {"none", REF_CERROR_NONE},
        {"CERROR_NONE", REF_CERROR_NONE},
        {"CERROR_ILL", REF_CERROR_ILL},
        {"CERROR_ABT", REF_CERROR_ABT},
        {"CERROR_ATC_INV_SYNC", REF_CERROR_ATC_INV_SYNC},
    };
    struct cons_args *args = parse_alloc(parser, sizeof(*args));
    char *queue = NULL;
    statement->args = args;
    if (!args)
        return false;
    const struct option_row options[] = {
        {"err", OPTION_EXPECTED, &args->err, REF_MASK(CMDQ_CONS_ERR) >> REF_CMDQ_CONS_ERR_LSB,
         NAMES(codes)},
        {.key = "q", .kind = OPTION_TEXT, .target = &queue},
    };
    return parse_expected(parser, "INDEX", REF_MASK(CMDQ_CONS_RD), &args->index) &&
           PARSE_OPTIONS(parser, options) && parse_queue(parser, queue, &args->queue);
}

/* ---- playing */

static bool build(struct player *player, const struct command_args *args, uint64_t words[2])
{
    words[0] = args->base[0];
    words[1] = args->base[1];
    if (args->raw)
        return player_value(player, &args->word[0], &words[0]) &&
               player_value(player, &args->word[1], &words[1]);
    for (const struct command_field *field = args->field; field->row; ++field) {
        uint64_t value;
        if (!player_value(player, &field->value, &value))
            return false;
        field_set(field->row, words, value);
    }
    return true;
}

static void publish(struct player *player, const struct queue_view *queue, uint32_t *pushed)
{
    uint32_t prod = queue_step(queue, queue->prod, *pushed);
    *pushed = 0;
    player_write32(player, queue->prod_offset, prod | queue->prod_flags);
}

enum { QUEUE_OPTION_SIZE = 24 };

/* What a statement says of its queue. */
static const char *queue_option(uint32_t queue, char option[QUEUE_OPTION_SIZE])
{
    option[0] = '\0';
    if (queue != QUEUE_CMDQ)
        snprintf(option, QUEUE_OPTION_SIZE, " q=ecmdq%u", (unsigned)(queue - QUEUE_ECMDQ0));
    return option;
}

/* Puts one command behind those that were pushed; waits for room like a driver. */
static void run_command(struct player *player, const void *data)
{
    const struct command_args *args = data;
    uint64_t words[2];
    uint8_t bytes[REF_COMMAND_BYTES];
    char option[QUEUE_OPTION_SIZE];
    if (!build(player, args, words))
        return;
    uint32_t *pushed = &player->pushed[args->queue];
    struct queue_view queue;
    if (!command_queue_view(player, args->queue, &queue))
        return;
    while (queue_full_after(&queue, *pushed)) {
        if (!player_step(player, SMMU_NEVER)) {
            player_check(player, false, "room in the Command queue",
                         "a full queue, and nothing more is due");
            return;
        }
        command_queue_view(player, args->queue, &queue);
    }
    for (unsigned i = 0; i < REF_COMMAND_BYTES; ++i)
        bytes[i] = (uint8_t)(words[i / 8] >> (8 * (i % 8)));
    uint32_t index = queue_step(&queue, queue.prod, *pushed);
    player_store(player, queue_entry(&queue, index, REF_COMMAND_BYTES), bytes, sizeof(bytes));
    ++*pushed;
    if (args->publish)
        publish(player, &queue, pushed);
    recorder_command(player->options->recorder, args->publish ? "cmd" : "push", words,
                     queue_option(args->queue, option));
}

static void run_ring(struct player *player, const void *data)
{
    const struct ring_args *args = data;
    struct queue_view queue;
    char option[QUEUE_OPTION_SIZE];
    if (!command_queue_view(player, args->queue, &queue))
        return;
    publish(player, &queue, &player->pushed[args->queue]);
    recorder_line(player->options->recorder, "ring%s", queue_option(args->queue, option));
}

static void run_cons(struct player *player, const void *data)
{
    const struct cons_args *args = data;
    struct comparison comparison;
    player_settle(player, SMMU_NEVER);
    struct queue_view queue;
    char option[QUEUE_OPTION_SIZE];
    if (!command_queue_view(player, args->queue, &queue))
        return;
    uint64_t err = queue.error ? queue.err : REF_CERROR_NONE;
    compare_begin(&comparison, player);
    compare_number(&comparison, "CONS.RD", &args->index, queue.cons, UINT64_MAX, STYLE_HEX);
    compare_number(&comparison, "err", &args->err, err, UINT64_MAX, STYLE_DECIMAL);
    compare_end(&comparison);
    recorder_line(player->options->recorder, "cons 0x%x err=%u%s", (unsigned)queue.cons,
                  (unsigned)err, queue_option(args->queue, option));
}

static const struct statement_row rows[] = {
    {"cmd", parse_cmd, run_command},
    {"push", parse_push, run_command},
    {"ring", parse_ring, run_ring},
    {"cons", parse_cons, run_cons},
};
STATEMENT_GROUP(command_statements, rows);
