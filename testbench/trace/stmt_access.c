/* SPDX-License-Identifier: Apache-2.0 */
/* dma, dma&, join: transactions of clients. */
#include <string.h>

#include "trace/access.h"
#include "trace/data_words.h"
#include "trace/lexer.h"
#include "trace/statements.h"

struct access_args {
    bool background;
    bool write, inst, translated;
    uint32_t name; /* index + 1; 0: none */
    struct value sid, addr;
    struct value ssid, len, priv, inst_option, tbu, id, at, memattr, sh;
    struct value *data; /* words; NULL: zeros */
    uint32_t data_count;
    struct result_args result;
};

struct join_args {
    uint32_t name;
    struct result_args result;
};

/* ---- reading */

static const char *const crossing =
    "an access of %llu bytes at 0x%llx: 1 to 4096 bytes, and not beyond a 4 KiB boundary, "
    "where a client divides it";

static bool within_page(uint64_t addr, uint64_t len)
{
    return len && len <= CLIENT_MAX_BYTES && addr % MEMORY_PAGE_BYTES + len <= MEMORY_PAGE_BYTES;
}

static bool parse_direction(struct parser *parser, struct access_args *args)
{
    char *word = parse_word(parser, "r, w or x");
    if (!word)
        return false;
    args->write = lexer_equal(word, "w");
    args->inst = lexer_equal(word, "x");
    return args->write || args->inst || lexer_equal(word, "r") ||
           parse_fail(parser, "'%s' is not one of r, w, x", word);
}

static bool parse_data(struct parser *parser, char *text, struct access_args *args)
{
    if (!args->write)
        return parse_fail(parser, "data= of a read stands after '->'");
    args->data_count = 1;
    for (const char *c = text; *c; ++c)
        args->data_count += *c == ',';
    args->data = parse_alloc(parser, args->data_count * sizeof(*args->data));
    for (uint32_t i = 0; args->data && i < args->data_count; ++i) {
        char *comma = strchr(text, ',');
        if (comma)
            *comma = '\0';
        if (!parse_value_text(parser, text, "data", UINT64_MAX, NO_NAMES, &args->data[i]))
            return false;
        text = comma ? comma + 1 : text;
    }
    return args->data != NULL;
}

static bool parse_name(struct parser *parser, const char *name, struct access_args *args)
{
    struct trace_program *program = parser->program;
    if (!name)
        return !args->background || parse_fail(parser, "name= is missing: a join needs it");
    args->name =
        parse_intern(parser, &program->access, &program->accesses, &program->access_capacity, name);
    return args->name != 0;
}

/* What the literals alone show to be wrong. */
static bool check_literals(struct parser *parser, const struct access_args *args)
{
    uint64_t len = is_given(&args->len) ? args->len.literal : 4;
    if (args->addr.variable || args->len.variable)
        return true;
    if (!within_page(args->addr.literal, len))
        return parse_fail(parser, crossing, (unsigned long long)len,
                          (unsigned long long)args->addr.literal);
    if (args->data_count > data_words((uint32_t)len))
        return parse_fail(parser, "data: %u words are more than %llu bytes", args->data_count,
                          (unsigned long long)len);
    for (uint32_t i = 0; i < args->data_count; ++i) {
        if (args->data[i].literal & ~data_mask((uint32_t)len, i))
            return parse_fail(parser, "data: 0x%llx does not fit into %llu bytes",
                              (unsigned long long)args->data[i].literal, (unsigned long long)len);
    }
    return true;
}

static bool parse_ats(struct parser *parser, const char *text, struct access_args *args)
{
    uint64_t ats = 0;
    (void)smmu_config_get(&parser->program->config, "IDR0.ATS", &ats);
    args->translated = lexer_equal(text, "translated");
    if (!args->translated && !lexer_equal(text, "untranslated"))
        return parse_fail(parser, "ats=%s is not one of translated, untranslated", text);
    return !args->translated || ats ||
           parse_fail(parser, "ats=%s: the configured SMMU has no ATS (IDR0.ATS=0)", text);
}

static bool parse_access_options(struct parser *parser, struct access_args *args)
{
    char *name = NULL, *data = NULL, *sec = NULL, *ats = NULL;
    smmu_pas_t pas;
    const struct option_row options[] = {
        {.key = "ssid", .kind = OPTION_VALUE, .target = &args->ssid, .max = 0xFFFFF},
        {.key = "len", .kind = OPTION_VALUE, .target = &args->len, .max = CLIENT_MAX_BYTES},
        {.key = "priv", .kind = OPTION_VALUE, .target = &args->priv, .max = 1},
        {.key = "inst", .kind = OPTION_VALUE, .target = &args->inst_option, .max = 1},
        {.key = "tbu", .kind = OPTION_VALUE, .target = &args->tbu, .max = UINT8_MAX},
        {.key = "id", .kind = OPTION_VALUE, .target = &args->id, .max = UINT16_MAX},
        {.key = "at", .kind = OPTION_VALUE, .target = &args->at, .max = UINT64_MAX - 1},
        {.key = "memattr", .kind = OPTION_VALUE, .target = &args->memattr, .max = UINT8_MAX},
        {.key = "sh", .kind = OPTION_VALUE, .target = &args->sh, .max = 3},
        {.key = "name", .kind = OPTION_TEXT, .target = &name},
        {.key = "data", .kind = OPTION_TEXT, .target = &data},
        {.key = "sec", .kind = OPTION_TEXT, .target = &sec},
        {.key = "ats", .kind = OPTION_TEXT, .target = &ats},
    };
    if (!PARSE_OPTIONS(parser, options) || !parse_pas(parser, sec, &pas))
        return false;
    if (ats && !parse_ats(parser, ats, args))
        return false;
    return (!data || parse_data(parser, data, args)) && parse_name(parser, name, args) &&
           check_literals(parser, args);
}

static bool parse_access(struct parser *parser, struct statement *statement, bool background)
{
    struct access_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args)
        return false;
    args->background = background;
    if (!parse_direction(parser, args) || !parse_value(parser, "SID", UINT32_MAX, &args->sid) ||
        !parse_value(parser, "ADDR", UINT64_MAX, &args->addr) ||
        !parse_access_options(parser, args))
        return false;
    if (background && parse_peek(parser))
        return parse_fail(parser, "the result of a dma& stands at its join");
    return parse_result(parser, &args->result);
}

static bool parse_dma(struct parser *parser, struct statement *statement)
{
    return parse_access(parser, statement, false);
}

static bool parse_dma_background(struct parser *parser, struct statement *statement)
{
    return parse_access(parser, statement, true);
}

static bool parse_join(struct parser *parser, struct statement *statement)
{
    struct trace_program *program = parser->program;
    struct join_args *args = parse_alloc(parser, sizeof(*args));
    char *name = args ? parse_word(parser, "NAME") : NULL;
    statement->args = args;
    if (!name)
        return false;
    args->name = parse_find(program->access, program->accesses, name);
    if (!args->name)
        return parse_fail(parser, "there is no 'dma& ... name=%s' before this", name);
    return parse_result(parser, &args->result);
}

/* ---- playing */

/* The numbers of a statement, in the order of struct access_args. */
static bool resolve(struct player *player, const struct access_args *args,
                    struct client_access *access)
{
    uint64_t sid, ssid, len, priv, inst, tbu, id, memattr, sh;
    bool fine = player_value(player, &args->sid, &sid) &&
                player_value(player, &args->addr, &access->addr) &&
                player_value_or(player, &args->ssid, 0, &ssid) &&
                player_value_or(player, &args->len, access->len, &len) &&
                player_value_or(player, &args->priv, 0, &priv) &&
                player_value_or(player, &args->inst_option, args->inst, &inst) &&
                player_value_or(player, &args->tbu, 0, &tbu) &&
                player_value_or(player, &args->id, 0, &id) &&
                player_value_or(player, &args->at, 0, &access->start) &&
                player_value_or(player, &args->memattr, access->memattr, &memattr) &&
                player_value_or(player, &args->sh, access->sh, &sh);
    if (!fine)
        return false;
    access->write = args->write;
    access->ats = args->translated ? CLIENT_TRANSLATED : CLIENT_UNTRANSLATED;
    access->streamid = (uint32_t)sid;
    access->substreamid = (uint32_t)ssid;
    access->ssv = is_given(&args->ssid);
    access->len = (uint32_t)len;
    access->priv = priv != 0;
    access->inst = inst != 0;
    access->tbu = (uint8_t)tbu;
    access->order_id = (uint16_t)id;
    access->memattr = (uint8_t)memattr;
    access->sh = (uint8_t)sh;
    return true;
}

static bool resolve_data(struct player *player, const struct access_args *args, uint32_t len,
                         uint8_t *bytes)
{
    memset(bytes, 0, len);
    for (uint32_t i = 0; i < args->data_count; ++i) {
        uint64_t word;
        if (!player_value(player, &args->data[i], &word))
            return false;
        for (uint32_t j = 0; j < 8 && 8 * i + j < len; ++j)
            bytes[8 * i + j] = (uint8_t)(word >> (8 * j));
    }
    return true;
}

bool tbu_exists(struct player *player, unsigned tbu)
{
    uint64_t tbus = 1;
    (void)smmu_config_get(&player->program->config, "timing.tbus", &tbus);
    if (tbu < tbus)
        return true;
    player_void(player, "tbu=%u: there are TBUs 0 to %u (timing.tbus=%u)", tbu,
                (unsigned)tbus - 1, (unsigned)tbus);
    return false;
}

/* A ticket, or 0 after the replay became void or a failure was counted. */
static uint32_t start(struct player *player, const struct access_args *args,
                      struct client_access *access, uint8_t *bytes)
{
    *access = client_access_default();
    if (!resolve(player, args, access) || !tbu_exists(player, access->tbu))
        return 0;
    if (!within_page(access->addr, access->len)) {
        player_void(player, crossing, (unsigned long long)access->len,
                    (unsigned long long)access->addr);
        return 0;
    }
    if (!resolve_data(player, args, access->len, bytes))
        return 0;
    access->data = bytes;
    uint32_t ticket = player->backend->ops->submit(player->backend, access);
    if (!ticket)
        player_void(player, "more than %d accesses are in flight", CLIENT_MAX_ACCESSES);
    return ticket;
}

bool await_access(struct player *player, uint32_t ticket, struct client_result *result,
                  uint8_t *bytes)
{
    while (!player->backend->ops->take(player->backend, ticket, result, bytes)) {
        if (!player_step(player, SMMU_NEVER))
            return player->backend->ops->take(player->backend, ticket, result, bytes);
    }
    return true;
}

/* To be joined. */
static void keep(struct pending_access *pending, uint32_t ticket,
                 const struct client_access *access)
{
    pending->ticket = ticket;
    pending->access = *access;
    pending->access.data = NULL;
}

/* The name under which it is to be joined, which must not be in use; NULL: none, or a message. */
static const char *name_of(struct player *player, const struct access_args *args)
{
    if (!args->name)
        return NULL;
    const char *name = player->program->access[args->name - 1];
    if (!player->pending[args->name - 1].ticket)
        return name;
    player_void(player, "name=%s is in flight and was not joined", name);
    return NULL;
}

static void run_dma(struct player *player, const void *data)
{
    const struct access_args *args = data;
    const char *name = name_of(player, args);
    struct client_access access;
    struct client_result result;
    uint8_t bytes[CLIENT_MAX_BYTES];
    if (args->name && !name)
        return;
    uint32_t ticket = start(player, args, &access, bytes);
    if (!ticket)
        return;
    bool done = await_access(player, ticket, &result, bytes);
    recorder_access(player->options->recorder, &access, name, done ? &result : NULL, bytes);
    check_result(player, &args->result, ticket, &access, done ? &result : NULL, bytes);
    if (args->name && !done)
        keep(&player->pending[args->name - 1], ticket, &access);
}

static void run_dma_background(struct player *player, const void *data)
{
    const struct access_args *args = data;
    const char *name = name_of(player, args);
    struct client_access access;
    uint8_t bytes[CLIENT_MAX_BYTES];
    uint32_t ticket = name ? start(player, args, &access, bytes) : 0;
    if (!ticket)
        return;
    recorder_access_start(player->options->recorder, &access, name);
    keep(&player->pending[args->name - 1], ticket, &access);
}

static void run_join(struct player *player, const void *data)
{
    const struct join_args *args = data;
    struct pending_access *pending = &player->pending[args->name - 1];
    const char *name = player->program->access[args->name - 1];
    const struct client_access *access = &pending->access;
    struct client_result result;
    uint8_t bytes[CLIENT_MAX_BYTES] = {0};
    if (!pending->ticket) {
        player_void(player, "no dma with name=%s is in flight", name);
        return;
    }
    bool done = await_access(player, pending->ticket, &result, bytes);
    recorder_access_join(player->options->recorder, name, access, done ? &result : NULL, bytes);
    check_result(player, &args->result, pending->ticket, access, done ? &result : NULL, bytes);
    if (done)
        pending->ticket = 0;
}

static const struct statement_row rows[] = {
    {"dma", parse_dma, run_dma},
    {"dma&", parse_dma_background, run_dma_background},
    {"join", parse_join, run_join},
};
STATEMENT_GROUP(access_statements, rows);
