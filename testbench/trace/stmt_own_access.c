/* SPDX-License-Identifier: Apache-2.0 */
/* own-access: what an access that the SMMU has made itself looked like on the bus (13.8, 17.4). */
#include "trace/lexer.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/statements.h"

struct own_access_args {
    struct value addr;
    int source; /* smmu_mem_source_t; ANY_SOURCE: whichever */
    struct expected memattr, sh, ns, partid, pmg;
};

enum { ANY_SOURCE = -1 };

static const char *const source_names[SMMU_SRC_COUNT] = {
    [SMMU_SRC_L1STD] = "L1STD", [SMMU_SRC_STE] = "STE",       [SMMU_SRC_L1CD] = "L1CD",
    [SMMU_SRC_CD] = "CD",       [SMMU_SRC_VMS] = "VMS",       [SMMU_SRC_TTD] = "TTD",
    [SMMU_SRC_CMDQ] = "CMDQ",   [SMMU_SRC_EVENTQ] = "EVENTQ", [SMMU_SRC_PRIQ] = "PRIQ",
    [SMMU_SRC_MSI] = "MSI",
};

static bool parse_source(struct parser *parser, const char *text, int *source)
{
    for (*source = SMMU_SRC_COUNT - 1; *source >= 0; --*source)
        if (lexer_equal(source_names[*source], text))
            return true;
    return parse_fail(parser,
                      "'%s' is not one of L1STD, STE, L1CD, CD, VMS, TTD, CMDQ, EVENTQ, "
                      "PRIQ, MSI",
                      text);
}

static bool parse_own_access(struct parser *parser, struct statement *statement)
{
    struct own_access_args *args = parse_alloc(parser, sizeof(*args));
    char *source = NULL;
    statement->args = args;
    if (!args)
        return false;
    const struct option_row options[] = {
        {.key = "source", .kind = OPTION_TEXT, .target = &source},
        {.key = "memattr", .kind = OPTION_EXPECTED, .target = &args->memattr, .max = UINT8_MAX},
        {.key = "sh", .kind = OPTION_EXPECTED, .target = &args->sh, .max = 3},
        {.key = "ns", .kind = OPTION_EXPECTED, .target = &args->ns, .max = 1},
        {.key = "partid", .kind = OPTION_EXPECTED, .target = &args->partid, .max = UINT16_MAX},
        {.key = "pmg", .kind = OPTION_EXPECTED, .target = &args->pmg, .max = UINT8_MAX},
    };
    args->source = ANY_SOURCE;
    return parse_value(parser, "ADDR", UINT64_MAX, &args->addr) && PARSE_OPTIONS(parser, options) &&
           (!source || parse_source(parser, source, &args->source));
}

static void compare(struct comparison *c, const struct own_access_args *args,
                    const struct own_access *found)
{
    if (args->source != ANY_SOURCE)
        compare_text(c, args->source == found->source, source_names[args->source],
                     source_names[found->source]);
    compare_number(c, "memattr", &args->memattr, found->memattr, UINT64_MAX, STYLE_HEX);
    compare_number(c, "sh", &args->sh, found->sh, UINT64_MAX, STYLE_HEX);
    compare_number(c, "ns", &args->ns, found->pas == SMMU_PAS_NS, UINT64_MAX, STYLE_HEX);
    compare_number(c, "partid", &args->partid, found->mpam.partid, UINT64_MAX, STYLE_DECIMAL);
    compare_number(c, "pmg", &args->pmg, found->mpam.pmg, UINT64_MAX, STYLE_DECIMAL);
}

static void run_own_access(struct player *player, const void *data)
{
    const struct own_access_args *args = data;
    struct comparison comparison;
    uint64_t addr;
    if (!player_value(player, &args->addr, &addr))
        return;
    const struct own_access *found =
        own_accesses_latest(player->backend->ops->own_accesses(player->backend), addr);
    compare_begin(&comparison, player);
    if (found)
        compare(&comparison, args, found);
    else
        compare_text(&comparison, false, "an access of the SMMU's own", "none of late");
    compare_end(&comparison);
    if (found)
        recorder_line(player->options->recorder,
                      "own-access 0x%llx source=%s memattr=0x%x sh=%u ns=%u partid=%u pmg=%u",
                      (unsigned long long)addr, source_names[found->source],
                      (unsigned)found->memattr, (unsigned)found->sh,
                      (unsigned)(found->pas == SMMU_PAS_NS), (unsigned)found->mpam.partid,
                      (unsigned)found->mpam.pmg);
}

static const struct statement_row rows[] = {{"own-access", parse_own_access, run_own_access}};
STATEMENT_GROUP(own_access_statements, rows);
