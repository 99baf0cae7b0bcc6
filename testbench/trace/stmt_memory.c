/* SPDX-License-Identifier: Apache-2.0 */
/* mem, mem32, mem?, mem32?, abort, abort-end. */
#include "trace/lexer.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/statements.h"

struct store_args {
    struct value addr;
    unsigned bytes; /* of a word */
    size_t count;
    struct value word[];
};

struct expect_args {
    struct value addr;
    unsigned bytes;
    size_t count;
    const struct value *mask; /* NULL: all bits; otherwise count of them */
    struct expected word[];
};

struct abort_args {
    struct value addr, len;
    enum memory_abort_on on; /* 0: abort-end */
};

static uint64_t word_max(unsigned bytes)
{
    return bytes == 4 ? UINT32_MAX : UINT64_MAX;
}

/* ---- mem, mem32 */

static bool parse_store(struct parser *parser, struct statement *statement, unsigned bytes)
{
    struct value addr;
    if (!parse_value(parser, "ADDR", UINT64_MAX, &addr))
        return false;
    size_t count = parser->words - parser->at;
    if (!count)
        return parse_fail(parser, "the words to store are missing");
    struct store_args *args = parse_alloc(parser, sizeof(*args) + count * sizeof(args->word[0]));
    if (!args)
        return false;
    args->addr = addr;
    args->bytes = bytes;
    args->count = count;
    statement->args = args;
    for (size_t i = 0; i < count; ++i) {
        if (!parse_value(parser, "word", word_max(bytes), &args->word[i]))
            return false;
    }
    return true;
}

static bool parse_mem(struct parser *parser, struct statement *statement)
{
    return parse_store(parser, statement, 8);
}

static bool parse_mem32(struct parser *parser, struct statement *statement)
{
    return parse_store(parser, statement, 4);
}

static void to_bytes(uint64_t word, unsigned bytes, uint8_t *to)
{
    for (unsigned i = 0; i < bytes; ++i)
        to[i] = (uint8_t)(word >> (8 * i));
}

static void run_store(struct player *player, const void *data)
{
    const struct store_args *args = data;
    struct recorder *recorder = player->options->recorder;
    uint64_t addr, word;
    if (!player_value(player, &args->addr, &addr))
        return;
    for (size_t i = 0; i < args->count; ++i, addr += args->bytes) {
        uint8_t bytes[8];
        if (!player_value(player, &args->word[i], &word))
            return;
        to_bytes(word, args->bytes, bytes);
        player_store(player, addr, bytes, args->bytes);
        recorder_memory(recorder, addr, args->bytes, word);
    }
}

/* ---- mem?, mem32? */

static size_t words_before_mask(const struct parser *parser)
{
    size_t at = parser->at;
    while (at < parser->words && !lexer_equal(parser->word[at], "mask"))
        at++;
    return at - parser->at;
}

static bool parse_masks(struct parser *parser, struct expect_args *args)
{
    if (!parse_accept(parser, "mask"))
        return true;
    struct value *mask = parse_alloc(parser, args->count * sizeof(*mask));
    if (!mask)
        return false;
    args->mask = mask;
    if (parser->words - parser->at != args->count)
        return parse_fail(parser, "%zu words and %zu masks", args->count,
                          parser->words - parser->at);
    for (size_t i = 0; i < args->count; ++i) {
        if (!parse_value(parser, "mask", word_max(args->bytes), &mask[i]))
            return false;
    }
    return true;
}

static bool parse_expect(struct parser *parser, struct statement *statement, unsigned bytes)
{
    struct value addr;
    if (!parse_value(parser, "ADDR", UINT64_MAX, &addr))
        return false;
    size_t count = words_before_mask(parser);
    if (!count)
        return parse_fail(parser, "the expected words are missing");
    struct expect_args *args = parse_alloc(parser, sizeof(*args) + count * sizeof(args->word[0]));
    if (!args)
        return false;
    args->addr = addr;
    args->bytes = bytes;
    args->count = count;
    statement->args = args;
    for (size_t i = 0; i < count; ++i) {
        if (!parse_expected(parser, "word", word_max(bytes), &args->word[i]))
            return false;
    }
    return parse_masks(parser, args);
}

static bool parse_mem_expect(struct parser *parser, struct statement *statement)
{
    return parse_expect(parser, statement, 8);
}

static bool parse_mem32_expect(struct parser *parser, struct statement *statement)
{
    return parse_expect(parser, statement, 4);
}

static uint64_t load(struct player *player, uint64_t addr, unsigned bytes)
{
    return bytes == 4 ? memory_load32(player_memory(player), addr)
                      : memory_load64(player_memory(player), addr);
}

static bool all_there(struct player *player, const struct expect_args *args, uint64_t addr)
{
    for (size_t i = 0; i < args->count; ++i, addr += args->bytes) {
        uint64_t mask = UINT64_MAX;
        if (args->mask && !value_known(player, &args->mask[i], &mask))
            return true; /* is reported later; nothing to wait for */
        if (!expected_holds(player, &args->word[i], load(player, addr, args->bytes), mask))
            return false;
    }
    return true;
}

static void run_expect(struct player *player, const void *data)
{
    const struct expect_args *args = data;
    struct comparison comparison;
    uint64_t addr;
    if (!player_value(player, &args->addr, &addr))
        return;
    while (!all_there(player, args, addr) && player_step(player, SMMU_NEVER))
        ;
    compare_begin(&comparison, player);
    for (size_t i = 0; i < args->count; ++i, addr += args->bytes) {
        char name[32];
        uint64_t mask = UINT64_MAX, word = load(player, addr, args->bytes);
        if (args->mask && !player_value(player, &args->mask[i], &mask))
            return;
        snprintf(name, sizeof(name), "[0x%llx]", (unsigned long long)addr);
        compare_number(&comparison, name, &args->word[i], word, mask, STYLE_HEX);
        recorder_memory_found(player->options->recorder, addr, args->bytes, word);
    }
    compare_end(&comparison);
}

/* ---- abort, abort-end */

static bool parse_range(struct parser *parser, struct abort_args *args)
{
    return parse_value(parser, "ADDR", UINT64_MAX, &args->addr) &&
           parse_value(parser, "LEN", UINT64_MAX, &args->len);
}

static bool parse_abort(struct parser *parser, struct statement *statement)
{
    struct abort_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args || !parse_range(parser, args))
        return false;
    if (parse_accept(parser, "r"))
        args->on = MEMORY_ABORT_READ;
    else if (parse_accept(parser, "w"))
        args->on = MEMORY_ABORT_WRITE;
    else {
        parse_accept(parser, "rw");
        args->on = MEMORY_ABORT_ALL;
    }
    return true;
}

static bool parse_abort_end(struct parser *parser, struct statement *statement)
{
    struct abort_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    return args && parse_range(parser, args);
}

static void run_abort(struct player *player, const void *data)
{
    const struct abort_args *args = data;
    static const char *const spelling[] = {"", " r", " w", " rw"};
    uint64_t addr, len;
    if (!player_value(player, &args->addr, &addr) || !player_value(player, &args->len, &len))
        return;
    bool fine = args->on ? memory_abort_begin(player_memory(player), addr, len, args->on)
                         : memory_abort_end(player_memory(player), addr, len);
    if (!fine)
        player_void(player,
                    "a range of 0x%llx bytes at 0x%llx: it is empty, goes beyond the last "
                    "address, or there are more than %d ranges",
                    (unsigned long long)len, (unsigned long long)addr, MEMORY_MAX_ABORT_RANGES);
    recorder_line(player->options->recorder, "%s 0x%llx 0x%llx%s", args->on ? "abort" : "abort-end",
                  (unsigned long long)addr, (unsigned long long)len, spelling[args->on]);
}

static const struct statement_row rows[] = {
    {"mem", parse_mem, run_store},          {"mem32", parse_mem32, run_store},
    {"mem?", parse_mem_expect, run_expect}, {"mem32?", parse_mem32_expect, run_expect},
    {"abort", parse_abort, run_abort},      {"abort-end", parse_abort_end, run_abort},
};
STATEMENT_GROUP(memory_statements, rows);
