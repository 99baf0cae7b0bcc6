/* SPDX-License-Identifier: Apache-2.0 */
/* w32, w64, r32, r64, poll32, poll64. */
#include "trace/names.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/queue.h"
#include "trace/statements.h"

struct register_args {
    struct value offset;
    bool of_ecmdq; /* the offset counts from the place of this one */
    uint32_t ecmdq;
    unsigned bytes;
    struct value value; /* written */
    struct expected expected;
    struct value mask;
    struct value within;
};

static uint64_t register_max(unsigned bytes)
{
    return bytes == 4 ? UINT32_MAX : UINT64_MAX;
}

/* A name or an offset. */
static bool parse_register(struct parser *parser, struct register_args *args)
{
    struct value *offset = &args->offset;
    char *word = parse_word(parser, "the register");
    if (!word)
        return false;
    uint32_t number;
    args->of_ecmdq = ecmdq_register_offset(word, &args->ecmdq, &number);
    if (args->of_ecmdq || register_offset(word, &number)) {
        *offset = (struct value){.literal = number, .max = UINT32_MAX, .what = "register"};
        return true;
    }
    if (word[0] != '$' && (word[0] < '0' || word[0] > '9'))
        return parse_fail(parser, "unknown register '%s'", word);
    return parse_value_text(parser, word, "register offset", UINT32_MAX, NO_NAMES, offset);
}

/* pas= and within=, whichever the statement has. */
static bool parse_register_options(struct parser *parser, struct value *within)
{
    char *pas_text = NULL;
    smmu_pas_t pas;
    const struct option_row options[] = {
        {.key = "pas", .kind = OPTION_TEXT, .target = &pas_text},
        {.key = "within", .kind = OPTION_VALUE, .target = within, .max = UINT64_MAX},
    };
    return parse_options(parser, options, within ? 2 : 1) && parse_pas(parser, pas_text, &pas);
}

static struct register_args *begin(struct parser *parser, struct statement *statement,
                                   unsigned bytes)
{
    struct register_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args || !parse_register(parser, args))
        return NULL;
    args->bytes = bytes;
    return args;
}

static bool parse_write(struct parser *parser, struct statement *statement, unsigned bytes)
{
    struct register_args *args = begin(parser, statement, bytes);
    return args && parse_value(parser, "VALUE", register_max(bytes), &args->value) &&
           parse_register_options(parser, NULL);
}

static bool parse_w32(struct parser *parser, struct statement *statement)
{
    return parse_write(parser, statement, 4);
}

static bool parse_w64(struct parser *parser, struct statement *statement)
{
    return parse_write(parser, statement, 8);
}

static bool parse_mask(struct parser *parser, struct register_args *args)
{
    return parse_at_options(parser) ||
           parse_value(parser, "MASK", register_max(args->bytes), &args->mask);
}

static bool parse_read(struct parser *parser, struct statement *statement, unsigned bytes)
{
    struct register_args *args = begin(parser, statement, bytes);
    if (!args)
        return false;
    if (!parse_at_options(parser) &&
        !(parse_expected(parser, "VALUE", register_max(bytes), &args->expected) &&
          parse_mask(parser, args)))
        return false;
    return parse_register_options(parser, NULL);
}

static bool parse_r32(struct parser *parser, struct statement *statement)
{
    return parse_read(parser, statement, 4);
}

static bool parse_r64(struct parser *parser, struct statement *statement)
{
    return parse_read(parser, statement, 8);
}

static bool parse_poll(struct parser *parser, struct statement *statement, unsigned bytes)
{
    struct register_args *args = begin(parser, statement, bytes);
    return args && parse_expected(parser, "VALUE", register_max(bytes), &args->expected) &&
           parse_mask(parser, args) && parse_register_options(parser, &args->within);
}

static bool parse_poll32(struct parser *parser, struct statement *statement)
{
    return parse_poll(parser, statement, 4);
}

static bool parse_poll64(struct parser *parser, struct statement *statement)
{
    return parse_poll(parser, statement, 8);
}

/* ---- running */

static bool register_place(struct player *player, const struct register_args *args,
                           uint64_t *offset)
{
    uint32_t place = 0;
    if (!player_value(player, &args->offset, offset) ||
        (args->of_ecmdq && !ecmdq_place(player, args->ecmdq, &place)))
        return false;
    *offset += place;
    return true;
}

static uint64_t read_register(struct player *player, uint64_t offset, unsigned bytes)
{
    return player->backend->ops->reg_read(player->backend, SMMU_PAS_NS, (uint32_t)offset, bytes);
}

static void run_write(struct player *player, const void *data)
{
    const struct register_args *args = data;
    uint64_t offset, value;
    if (!register_place(player, args, &offset) ||
        !player_value(player, &args->value, &value))
        return;
    player->backend->ops->reg_write(player->backend, SMMU_PAS_NS, (uint32_t)offset, args->bytes,
                                    value);
    recorder_register_write(player->options->recorder, (uint32_t)offset, args->bytes, value);
}

static void compare_register(struct player *player, const struct register_args *args,
                             uint64_t offset, uint64_t value, uint64_t mask)
{
    struct comparison comparison;
    char name[REGISTER_NAME_SIZE];
    compare_begin(&comparison, player);
    compare_number(&comparison, register_spelling((uint32_t)offset, name), &args->expected, value,
                   mask, STYLE_HEX);
    compare_end(&comparison);
}

static void run_read(struct player *player, const void *data)
{
    const struct register_args *args = data;
    uint64_t offset, mask;
    if (!register_place(player, args, &offset) ||
        !player_value_or(player, &args->mask, UINT64_MAX, &mask))
        return;
    uint64_t value = read_register(player, offset, args->bytes);
    recorder_register_read(player->options->recorder, (uint32_t)offset, args->bytes, value);
    if (is_expected(&args->expected))
        compare_register(player, args, offset, value, mask);
}

static void run_poll(struct player *player, const void *data)
{
    const struct register_args *args = data;
    uint64_t offset, mask, within, value;
    if (!register_place(player, args, &offset) ||
        !player_value_or(player, &args->mask, UINT64_MAX, &mask) ||
        !player_value_or(player, &args->within, SMMU_NEVER, &within))
        return;
    uint64_t limit = is_given(&args->within) ? player_after(player, within) : SMMU_NEVER;
    for (;;) {
        value = read_register(player, offset, args->bytes);
        if (expected_holds(player, &args->expected, value, mask) || !player_step(player, limit))
            break;
    }
    if (player_now(player) == limit)
        value = read_register(player, offset, args->bytes);
    recorder_poll(player->options->recorder, (uint32_t)offset, args->bytes, value & mask, mask,
                  within);
    compare_register(player, args, offset, value, mask);
}

static const struct statement_row rows[] = {
    {"w32", parse_w32, run_write},      {"w64", parse_w64, run_write},
    {"r32", parse_r32, run_read},       {"r64", parse_r64, run_read},
    {"poll32", parse_poll32, run_poll}, {"poll64", parse_poll64, run_poll},
};
STATEMENT_GROUP(register_statements, rows);
