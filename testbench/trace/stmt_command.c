/* SPDX-License-Identifier: Apache-2.0 */
/* cmd, push, ring, cons: the Command queue as a driver uses it (4.1.2, 7.1). */
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
    bool raw;
    struct value word[2];
    uint64_t base[2]; /* opcode, and what the name implies */
    struct command_field field[MAX_COMMAND_FIELDS + 1];
};

struct cons_args {
    struct expected index;
    struct expected err;
};

/* ---- reading */

static bool parse_queue(struct parser *parser, const char *text)
{
    if (!text || lexer_equal(text, "cmdq"))
        return true;
    if (lexer_equal(text, "s_cmdq"))
        return parse_fail(parser, "q=%s: the configured SMMU has no Secure state", text);
    if (lexer_equal(text, "r_cmdq"))
        return parse_fail(parser, "q=%s: the configured SMMU has no Realm state", text);
    char prefix[6] = "";
    strncpy(prefix, text, sizeof(prefix) - 1);
    if (lexer_equal(prefix, "ecmdq"))
        return parse_fail(parser, "q=%s: the configured SMMU has no ECMDQ", text);
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
            if (!parse_queue(parser, word + 2))
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
           PARSE_OPTIONS(parser, options) && parse_queue(parser, queue);
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
    (void)statement;
    return PARSE_OPTIONS(parser, options) && parse_queue(parser, queue);
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
           PARSE_OPTIONS(parser, options) && parse_queue(parser, queue);
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

static void publish(struct player *player, const struct queue_view *queue)
{
    uint32_t prod = queue_step(queue, queue->prod, player->pushed);
    player->pushed = 0;
    player_write32(player, REF_REG_CMDQ_PROD, prod);
}

/* Puts one command behind those that were pushed; waits for room like a driver. */
static void run_command(struct player *player, const void *data)
{
    const struct command_args *args = data;
    uint64_t words[2];
    uint8_t bytes[REF_COMMAND_BYTES];
    if (!build(player, args, words))
        return;
    struct queue_view queue = command_queue_view(player);
    while (queue_full_after(&queue, player->pushed)) {
        if (!player_step(player, SMMU_NEVER)) {
            player_check(player, false, "room in the Command queue",
                         "a full queue, and nothing more is due");
            return;
        }
        queue = command_queue_view(player);
    }
    for (unsigned i = 0; i < REF_COMMAND_BYTES; ++i)
        bytes[i] = (uint8_t)(words[i / 8] >> (8 * (i % 8)));
    uint32_t index = queue_step(&queue, queue.prod, player->pushed);
    player_store(player, queue_entry(&queue, index, REF_COMMAND_BYTES), bytes, sizeof(bytes));
    player->pushed++;
    if (args->publish)
        publish(player, &queue);
    recorder_command(player->options->recorder, args->publish ? "cmd" : "push", words);
}

static void run_ring(struct player *player, const void *data)
{
    (void)data;
    struct queue_view queue = command_queue_view(player);
    publish(player, &queue);
    recorder_line(player->options->recorder, "ring");
}

static void run_cons(struct player *player, const void *data)
{
    const struct cons_args *args = data;
    struct comparison comparison;
    player_settle(player, SMMU_NEVER);
    struct queue_view queue = command_queue_view(player);
    uint32_t active =
        player_read32(player, REF_REG_GERROR) ^ player_read32(player, REF_REG_GERRORN);
    uint64_t err = REF_FIELD(GERROR_CMDQ_ERR, active)
                       ? REF_FIELD(CMDQ_CONS_ERR, queue.cons_register)
                       : REF_CERROR_NONE;
    compare_begin(&comparison, player);
    compare_number(&comparison, "CONS.RD", &args->index, queue.cons, UINT64_MAX, STYLE_HEX);
    compare_number(&comparison, "err", &args->err, err, UINT64_MAX, STYLE_DECIMAL);
    compare_end(&comparison);
    recorder_line(player->options->recorder, "cons 0x%x err=%u", (unsigned)queue.cons,
                  (unsigned)err);
}

static const struct statement_row rows[] = {
    {"cmd", parse_cmd, run_command},
    {"push", parse_push, run_command},
    {"ring", parse_ring, run_ring},
    {"cons", parse_cons, run_cons},
};
STATEMENT_GROUP(command_statements, rows);
