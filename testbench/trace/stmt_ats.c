/* SPDX-License-Identifier: Apache-2.0 */
/* ats, atc, atc-inv, no-atc-inv: devices that ask for translations and cache them (3.9.1). */
#include <string.h>

#include "device/atc.h"
#include "trace/access.h"
#include "trace/lexer.h"
#include "trace/statements.h"

/* Translation Completions. */
enum completion { COMPLETION_OK = 1, COMPLETION_UR = 2, COMPLETION_CA = 4 };

static const struct {
    const char *name;
    enum completion kind;
    uint8_t result;
} completions[] = {
    {"ok", COMPLETION_OK, SMMU_RESULT_ATS_SUCCESS},
    {"ur", COMPLETION_UR, SMMU_RESULT_ATS_UR},
    {"ca", COMPLETION_CA, SMMU_RESULT_ATS_CA},
};
enum { COMPLETIONS = sizeof(completions) / sizeof(completions[0]) };

struct ats_args {
    struct value sid, addr;
    struct value ssid, len, units, nw, exec, priv, tbu, at;
    unsigned completions; /* 0: nothing is expected */
    struct expected pa, bytes, r, w, x, u, granted_priv;
    struct limit cycles;
};

struct atc_args {
    struct value sid, after;
    enum atc_answer answer;
};

struct atc_inv_args {
    struct value sid;
    struct expected addr, size, ssv, ssid, global;
};

static bool has_ats(struct parser *parser)
{
    uint64_t ats = 0;
    (void)smmu_config_get(&parser->program->config, "IDR0.ATS", &ats);
    return ats || parse_fail(parser, "%s: the configured SMMU has no ATS (IDR0.ATS=0)",
                             parser->word[0]);
}

/* ---- ats */

static bool parse_completion(struct parser *parser, const char *name, unsigned *kinds)
{
    for (unsigned i = 0; i < COMPLETIONS; ++i) {
        if (!lexer_equal(completions[i].name, name))
            continue;
        *kinds |= (unsigned)completions[i].kind;
        return true;
    }
    return parse_fail(parser, "'%s' is not one of ok, ur, ca", name);
}

static bool parse_ats_result(struct parser *parser, struct ats_args *args)
{
    const struct option_row options[] = {
        {.key = "pa", .kind = OPTION_EXPECTED, .target = &args->pa, .max = UINT64_MAX},
        {.key = "len", .kind = OPTION_EXPECTED, .target = &args->bytes, .max = UINT64_MAX},
        {.key = "r", .kind = OPTION_EXPECTED, .target = &args->r, .max = 1},
        {.key = "w", .kind = OPTION_EXPECTED, .target = &args->w, .max = 1},
        {.key = "x", .kind = OPTION_EXPECTED, .target = &args->x, .max = 1},
        {.key = "u", .kind = OPTION_EXPECTED, .target = &args->u, .max = 1},
        {.key = "priv", .kind = OPTION_EXPECTED, .target = &args->granted_priv, .max = 1},
        {.key = "cycles", .kind = OPTION_LIMIT, .target = &args->cycles, .max = UINT64_MAX},
    };
    return !parse_accept(parser, "->") ||
           (parse_alternatives(parser, "the result after '->'", parse_completion,
                               &args->completions) &&
            PARSE_OPTIONS(parser, options));
}

static bool parse_ats(struct parser *parser, struct statement *statement)
{
    struct ats_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args || !has_ats(parser) || !parse_value(parser, "SID", UINT32_MAX, &args->sid) ||
        !parse_value(parser, "ADDR", UINT64_MAX, &args->addr))
        return false;
    const struct option_row options[] = {
        {.key = "ssid", .kind = OPTION_VALUE, .target = &args->ssid, .max = 0xFFFFF},
        {.key = "len", .kind = OPTION_VALUE, .target = &args->len, .max = CLIENT_MAX_BYTES},
        {.key = "units", .kind = OPTION_VALUE, .target = &args->units, .max = 15},
        {.key = "nw", .kind = OPTION_VALUE, .target = &args->nw, .max = 1},
        {.key = "exec", .kind = OPTION_VALUE, .target = &args->exec, .max = 1},
        {.key = "priv", .kind = OPTION_VALUE, .target = &args->priv, .max = 1},
        {.key = "tbu", .kind = OPTION_VALUE, .target = &args->tbu, .max = UINT8_MAX},
        {.key = "at", .kind = OPTION_VALUE, .target = &args->at, .max = UINT64_MAX - 1},
    };
    return PARSE_OPTIONS(parser, options) && parse_ats_result(parser, args);
}

static bool resolve(struct player *player, const struct ats_args *args,
                    struct client_access *access)
{
    uint64_t sid, ssid, len, units, nw, exec, priv, tbu;
    *access = client_access_default();
    bool fine = player_value(player, &args->sid, &sid) &&
                player_value(player, &args->addr, &access->addr) &&
                player_value_or(player, &args->ssid, 0, &ssid) &&
                player_value_or(player, &args->len, 1, &len) &&
                player_value_or(player, &args->units, 1, &units) &&
                player_value_or(player, &args->nw, 0, &nw) &&
                player_value_or(player, &args->exec, 0, &exec) &&
                player_value_or(player, &args->priv, 0, &priv) &&
                player_value_or(player, &args->tbu, 0, &tbu) &&
                player_value_or(player, &args->at, 0, &access->start);
    if (!fine || !tbu_exists(player, (unsigned)tbu))
        return false;
    access->ats = CLIENT_ATS_REQUEST;
    access->write = !nw;
    access->streamid = (uint32_t)sid;
    access->substreamid = (uint32_t)ssid;
    access->ssv = is_given(&args->ssid);
    access->len = (uint32_t)len;
    access->ats_units = (uint8_t)units;
    access->inst = exec != 0;
    access->priv = priv != 0;
    access->tbu = (uint8_t)tbu;
    return true;
}

static uint64_t bytes_of(const struct client_result *result)
{
    return UINT64_C(1) << result->region_log2;
}

static void print_completion(const struct client_result *result, char *text, size_t size)
{
    snprintf(text, size, "no completion, and nothing more is due");
    for (unsigned i = 0; result && i < COMPLETIONS; ++i) {
        if (completions[i].result != result->result)
            continue;
        if (completions[i].kind != COMPLETION_OK)
            snprintf(text, size, "%s", completions[i].name);
        else
            snprintf(text, size, "ok pa=0x%llx len=0x%llx r=%u w=%u x=%u u=0 priv=%u",
                     (unsigned long long)result->pa, (unsigned long long)bytes_of(result),
                     (result->perms & SMMU_PERM_R) != 0, (result->perms & SMMU_PERM_W) != 0,
                     (result->perms & SMMU_PERM_X) != 0, result->priv);
    }
}

static void print_wanted(unsigned kinds, char *text, size_t size)
{
    size_t used = 0;
    for (unsigned i = 0; i < COMPLETIONS; ++i) {
        if (kinds & (unsigned)completions[i].kind)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "|" : "",
                                     completions[i].name);
    }
}

static unsigned kind_of(const struct client_result *result)
{
    for (unsigned i = 0; result && i < COMPLETIONS; ++i) {
        if (completions[i].result == result->result)
            return (unsigned)completions[i].kind;
    }
    return 0;
}

static void compare_grant(struct comparison *comparison, const struct ats_args *args,
                          const struct client_result *result)
{
    const struct {
        const char *name;
        const struct expected *expected;
        uint64_t found;
    } parts[] = {
        {"pa", &args->pa, result->pa},
        {"len", &args->bytes, bytes_of(result)},
        {"r", &args->r, (result->perms & SMMU_PERM_R) != 0},
        {"w", &args->w, (result->perms & SMMU_PERM_W) != 0},
        {"x", &args->x, (result->perms & SMMU_PERM_X) != 0},
        {"u", &args->u, 0},
        {"priv", &args->granted_priv, result->priv},
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); ++i)
        compare_number(comparison, parts[i].name, parts[i].expected, parts[i].found, UINT64_MAX,
                       STYLE_HEX);
}

static void check_completion(struct player *player, const struct ats_args *args,
                             const struct client_result *result)
{
    struct comparison comparison;
    char wanted[16], found[128];
    unsigned kind = kind_of(result);
    if (!args->completions)
        return;
    print_wanted(args->completions, wanted, sizeof(wanted));
    print_completion(result, found, sizeof(found));
    compare_begin(&comparison, player);
    compare_text(&comparison, (args->completions & kind) != 0, wanted, found);
    if (kind == COMPLETION_OK)
        compare_grant(&comparison, args, result);
    if (kind)
        compare_limit(&comparison, "cycles", &args->cycles, result->cycles);
    compare_end(&comparison);
}

static void run_ats(struct player *player, const void *data)
{
    const struct ats_args *args = data;
    struct client_access access;
    struct client_result result;
    uint8_t unused[CLIENT_MAX_BYTES];
    if (!resolve(player, args, &access))
        return;
    uint32_t ticket = player->backend->ops->submit(player->backend, &access);
    if (!ticket) {
        player_void(player, "more than %d accesses are in flight, or the request is beyond a page",
                    CLIENT_MAX_ACCESSES);
        return;
    }
    bool done = await_access(player, ticket, &result, unused);
    recorder_ats(player->options->recorder, &access, done ? &result : NULL);
    check_completion(player, args, done ? &result : NULL);
}

/* ---- atc */

static bool parse_answer(struct parser *parser, const char *text, struct atc_args *args)
{
    if (!text)
        return parse_fail(parser, "respond= is missing");
    if (strncmp(text, "after:", 6) == 0)
        return parse_value_text(parser, text + 6, "after", UINT64_MAX, NO_NAMES, &args->after);
    if (lexer_equal(text, "never"))
        args->answer = ATC_NEVER_ANSWERS;
    else if (lexer_equal(text, "ur"))
        args->answer = ATC_UNSUPPORTED;
    else if (!lexer_equal(text, "ok"))
        return parse_fail(parser, "'%s' is not one of ok, ur, never, after:CYCLES", text);
    return true;
}

static bool parse_atc(struct parser *parser, struct statement *statement)
{
    struct atc_args *args = parse_alloc(parser, sizeof(*args));
    char *respond = NULL;
    const struct option_row options[] = {
        {.key = "respond", .kind = OPTION_TEXT, .target = &respond}};
    statement->args = args;
    return args && has_ats(parser) && parse_value(parser, "SID", UINT32_MAX, &args->sid) &&
           PARSE_OPTIONS(parser, options) && parse_answer(parser, respond, args);
}

static void run_atc(struct player *player, const void *data)
{
    const struct atc_args *args = data;
    uint64_t sid, after;
    if (!player_value(player, &args->sid, &sid) ||
        !player_value_or(player, &args->after, 0, &after))
        return;
    if (!atc_answer(player->devices.atc, (uint32_t)sid, args->answer, after))
        player_void(player, "no memory");
    recorder_atc(player->options->recorder, (uint32_t)sid, args->answer, after);
}

/* ---- atc-inv */

static bool parse_atc_inv(struct parser *parser, struct statement *statement)
{
    struct atc_inv_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args || !has_ats(parser) || !parse_value(parser, "SID", UINT32_MAX, &args->sid))
        return false;
    const struct option_row options[] = {
        {.key = "addr", .kind = OPTION_EXPECTED, .target = &args->addr, .max = UINT64_MAX},
        {.key = "size", .kind = OPTION_EXPECTED, .target = &args->size, .max = 52},
        {.key = "ssv", .kind = OPTION_EXPECTED, .target = &args->ssv, .max = 1},
        {.key = "ssid", .kind = OPTION_EXPECTED, .target = &args->ssid, .max = 0xFFFFF},
        {.key = "global", .kind = OPTION_EXPECTED, .target = &args->global, .max = 1},
    };
    return PARSE_OPTIONS(parser, options);
}

static bool parse_no_atc_inv(struct parser *parser, struct statement *statement)
{
    struct atc_inv_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    return args && has_ats(parser) && parse_value(parser, "SID", UINT32_MAX, &args->sid);
}

static void compare_atc_inv(struct comparison *comparison, const struct atc_inv_args *args,
                            const smmu_out_atc_inv_t *inv)
{
    compare_number(comparison, "addr", &args->addr, inv->addr, UINT64_MAX, STYLE_HEX);
    compare_number(comparison, "size", &args->size, inv->span_log2 - 12U, UINT64_MAX,
                   STYLE_DECIMAL);
    compare_number(comparison, "ssv", &args->ssv, inv->ssv, UINT64_MAX, STYLE_DECIMAL);
    compare_number(comparison, "global", &args->global, inv->global, UINT64_MAX, STYLE_DECIMAL);
    if (is_expected(&args->ssid) && !inv->ssv)
        compare_text(comparison, false, "a PASID", "none");
    else
        compare_number(comparison, "ssid", &args->ssid, inv->substreamid, UINT64_MAX, STYLE_DECIMAL);
}

static void run_atc_inv(struct player *player, const void *data)
{
    const struct atc_inv_args *args = data;
    const smmu_out_atc_inv_t *inv;
    struct comparison comparison;
    uint64_t sid;
    if (!player_value(player, &args->sid, &sid))
        return;
    while (!(inv = devices_atc_inv(&player->devices, (uint32_t)sid)) &&
           player_step(player, SMMU_NEVER))
        ;
    compare_begin(&comparison, player);
    compare_text(&comparison, inv != NULL, "an invalidation", "none, and nothing more is due");
    if (inv) {
        compare_atc_inv(&comparison, args, inv);
        recorder_atc_inv(player->options->recorder, inv);
        devices_drop_atc_inv(&player->devices, inv);
    }
    compare_end(&comparison);
}

static void run_no_atc_inv(struct player *player, const void *data)
{
    const struct atc_inv_args *args = data;
    char got[64] = "";
    uint64_t sid;
    if (!player_value(player, &args->sid, &sid))
        return;
    player_settle(player, SMMU_NEVER);
    const smmu_out_atc_inv_t *inv = devices_atc_inv(&player->devices, (uint32_t)sid);
    if (inv)
        snprintf(got, sizeof(got), "one of addr=0x%llx size=%u", (unsigned long long)inv->addr,
                 inv->span_log2 - 12U);
    else
        recorder_line(player->options->recorder, "no-atc-inv %llu", (unsigned long long)sid);
    player_check(player, !inv, "no invalidation for the device", got);
}

static const struct statement_row rows[] = {
    {"ats", parse_ats, run_ats},
    {"atc", parse_atc, run_atc},
    {"atc-inv", parse_atc_inv, run_atc_inv},
    {"no-atc-inv", parse_no_atc_inv, run_no_atc_inv},
};
STATEMENT_GROUP(ats_statements, rows);
