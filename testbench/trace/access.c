/* SPDX-License-Identifier: Apache-2.0 */
/* RESULT: reading it, and comparing it with what became of an access. */
#include "trace/access.h"

#include <string.h>

#include "trace/data_words.h"
#include "trace/lexer.h"

static const struct number_name outcome_names[] = {
    {"ok", OUTCOME_OK},   {"bypass", OUTCOME_BYPASS}, {"abort", OUTCOME_ABORT},
    {"raz", OUTCOME_RAZ}, {"wi", OUTCOME_WI},         {"stall", OUTCOME_STALL},
};
enum { OUTCOMES = sizeof(outcome_names) / sizeof(outcome_names[0]) };

static bool parse_outcome(struct parser *parser, const char *name, unsigned *outcomes)
{
    uint64_t stall_model = 0;
    for (unsigned i = 0; i < OUTCOMES; ++i) {
        if (!lexer_equal(outcome_names[i].name, name))
            continue;
        *outcomes |= (unsigned)outcome_names[i].number;
        (void)smmu_config_get(&parser->program->config, "IDR0.STALL_MODEL", &stall_model);
        return outcome_names[i].number != OUTCOME_STALL || stall_model != 1 ||
               parse_fail(parser, "stall: the configured SMMU does not stall "
                                  "(IDR0.STALL_MODEL=1)");
    }
    return parse_fail(parser, "'%s' is not one of ok, bypass, abort, raz, wi, stall", name);
}

static bool parse_data(struct parser *parser, char *text, struct data_expected *data)
{
    uint32_t count = 1;
    for (const char *c = text; *c; ++c)
        count += *c == ',';
    struct expected *word = parse_alloc(parser, count * sizeof(*word));
    data->word = word;
    data->count = count;
    for (uint32_t i = 0; word && i < count; ++i) {
        char *comma = strchr(text, ',');
        if (comma)
            *comma = '\0';
        if (!parse_expected_text(parser, text, "data", UINT64_MAX, NO_NAMES, &word[i]))
            return false;
        text = comma ? comma + 1 : text;
    }
    return word != NULL;
}

bool parse_result(struct parser *parser, struct result_args *args)
{
    char *data = NULL;
    if (!parse_accept(parser, "->"))
        return true;
    const struct option_row options[] = {
        {.key = "pa", .kind = OPTION_EXPECTED, .target = &args->pa, .max = UINT64_MAX},
        {.key = "memattr", .kind = OPTION_EXPECTED, .target = &args->memattr, .max = UINT8_MAX},
        {.key = "sh", .kind = OPTION_EXPECTED, .target = &args->sh, .max = 3},
        {.key = "ns", .kind = OPTION_EXPECTED, .target = &args->ns, .max = 1},
        {.key = "partid", .kind = OPTION_EXPECTED, .target = &args->partid, .max = UINT16_MAX},
        {.key = "pmg", .kind = OPTION_EXPECTED, .target = &args->pmg, .max = UINT8_MAX},
        {.key = "stag", .kind = OPTION_EXPECTED, .target = &args->stag, .max = UINT16_MAX},
        {.key = "data", .kind = OPTION_TEXT, .target = &data},
        {.key = "cycles", .kind = OPTION_LIMIT, .target = &args->cycles, .max = UINT64_MAX},
    };
    if (!parse_alternatives(parser, "the result after '->'", parse_outcome, &args->outcomes) ||
        !PARSE_OPTIONS(parser, options))
        return false;
    bool of_address = is_expected(&args->pa) || is_expected(&args->memattr) ||
                      is_expected(&args->sh) || is_expected(&args->ns) ||
                      is_expected(&args->partid) || is_expected(&args->pmg);
    if (of_address && !(args->outcomes & (OUTCOME_OK | OUTCOME_BYPASS)))
        return parse_fail(parser, "pa, memattr, sh, ns, partid and pmg belong to ok and bypass");
    if (is_expected(&args->stag) && !(args->outcomes & OUTCOME_STALL))
        return parse_fail(parser, "stag belongs to stall");
    return !data || parse_data(parser, data, &args->data);
}

/* ---- comparing */

static unsigned outcomes_of(bool write, const struct client_result *result)
{
    if (!result)
        return OUTCOME_STALL;
    if (result->result == SMMU_RESULT_RAZ_WI)
        return write ? OUTCOME_WI : OUTCOME_RAZ;
    if (result->result == SMMU_RESULT_ABORT || result->memory_abort)
        return OUTCOME_ABORT;
    return result->bypass ? OUTCOME_OK | OUTCOME_BYPASS : OUTCOME_OK;
}

static void print_wanted(unsigned outcomes, char *text, size_t size)
{
    size_t used = 0;
    for (unsigned i = 0; i < OUTCOMES; ++i) {
        if (outcomes & outcome_names[i].number)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "|" : "",
                                     outcome_names[i].name);
    }
}

static void print_found(bool write, const struct client_result *result, char *text, size_t size)
{
    unsigned outcomes = outcomes_of(write, result);
    if (!result)
        snprintf(text, size, "no result, and nothing more is due");
    else if (outcomes & OUTCOME_OK)
        snprintf(text, size, "%s pa=0x%llx", result->bypass ? "bypass" : "ok",
                 (unsigned long long)result->pa);
    else if (result->memory_abort)
        snprintf(text, size, "abort by memory at pa=0x%llx", (unsigned long long)result->pa);
    else
        print_wanted(outcomes, text, size);
}

static void compare_data(struct comparison *comparison, const struct data_expected *data,
                         uint32_t len, const uint8_t *bytes)
{
    if (data->count > data_words(len)) {
        compare_text(comparison, false, "data of more bytes", "fewer");
        return;
    }
    for (uint32_t i = 0; i < data->count; ++i)
        compare_number(comparison, data->count > 1 ? "a word of data" : "data", &data->word[i],
                       data_word(bytes, len, i), UINT64_MAX, STYLE_HEX);
}

/* A stall that could not be recorded has none. */
static void compare_stag(struct comparison *comparison, const struct expected *expected,
                         uint32_t ticket)
{
    struct trace_backend *backend = comparison->player->backend;
    smmu_stall_t stall = {0};
    if (!is_expected(expected))
        return;
    if (backend->ops->stalled(backend, ticket, &stall) && stall.recorded)
        compare_number(comparison, "stag", expected, stall.stag, UINT64_MAX, STYLE_HEX);
    else
        compare_text(comparison, false, "a stag", "no record of it yet");
}

void check_result(struct player *player, const struct result_args *args, uint32_t ticket,
                  const struct client_access *access, const struct client_result *result,
                  const uint8_t *data)
{
    struct comparison comparison;
    char wanted[48], found[64];
    unsigned outcomes = outcomes_of(access->write, result);
    if (!args->outcomes)
        return;
    print_wanted(args->outcomes, wanted, sizeof(wanted));
    print_found(access->write, result, found, sizeof(found));
    compare_begin(&comparison, player);
    compare_text(&comparison, (args->outcomes & outcomes) != 0, wanted, found);
    if (!result && (args->outcomes & OUTCOME_STALL))
        compare_stag(&comparison, &args->stag, ticket);
    if (result && (args->outcomes & outcomes)) {
        if (outcomes & OUTCOME_OK) {
            compare_number(&comparison, "pa", &args->pa, result->pa, UINT64_MAX, STYLE_HEX);
            compare_number(&comparison, "memattr", &args->memattr, result->memattr, UINT64_MAX,
                           STYLE_HEX);
            compare_number(&comparison, "sh", &args->sh, result->sh, UINT64_MAX, STYLE_HEX);
            compare_number(&comparison, "ns", &args->ns, result->pas == SMMU_PAS_NS, UINT64_MAX,
                           STYLE_HEX);
            compare_number(&comparison, "partid", &args->partid, result->mpam.partid, UINT64_MAX,
                           STYLE_DECIMAL);
            compare_number(&comparison, "pmg", &args->pmg, result->mpam.pmg, UINT64_MAX,
                           STYLE_DECIMAL);
        }
        compare_data(&comparison, &args->data, access->len, data);
        compare_limit(&comparison, "cycles", &args->cycles, result->cycles);
    }
    compare_end(&comparison);
}
