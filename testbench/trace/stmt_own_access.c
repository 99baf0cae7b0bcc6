/* SPDX-License-Identifier: Apache-2.0 */
/* own-access: what an access that the SMMU has made itself looked like on the bus (13.8, 17.4). */
#include "trace/lexer.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/statements.h"

struct own_access_args {
    struct value addr;
    struct expected source, memattr, sh, ns, partid, pmg;
};

static const struct number_name source_names[] = {
    {"L1STD", SMMU_SRC_L1STD}, {"STE", SMMU_SRC_STE},       {"L1CD", SMMU_SRC_L1CD},
    {"CD", SMMU_SRC_CD},       {"VMS", SMMU_SRC_VMS},       {"TTD", SMMU_SRC_TTD},
    {"CMDQ", SMMU_SRC_CMDQ},   {"EVENTQ", SMMU_SRC_EVENTQ}, {"PRIQ", SMMU_SRC_PRIQ},
    {"MSI", SMMU_SRC_MSI},
};

static bool parse_own_access(struct parser *parser, struct statement *statement)
{
    struct own_access_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args)
        return false;
    const struct option_row options[] = {
        {.key = "source",
         .kind = OPTION_EXPECTED,
         .target = &args->source,
         .max = SMMU_SRC_COUNT - 1,
         .names = NAMES(source_names)},
        {.key = "memattr", .kind = OPTION_EXPECTED, .target = &args->memattr, .max = UINT8_MAX},
        {.key = "sh", .kind = OPTION_EXPECTED, .target = &args->sh, .max = 3},
        {.key = "ns", .kind = OPTION_EXPECTED, .target = &args->ns, .max = 1},
        {.key = "partid", .kind = OPTION_EXPECTED, .target = &args->partid, .max = UINT16_MAX},
        {.key = "pmg", .kind = OPTION_EXPECTED, .target = &args->pmg, .max = UINT8_MAX},
    };
    return parse_value(parser, "ADDR", UINT64_MAX, &args->addr) && PARSE_OPTIONS(parser, options);
}

static void compare(struct comparison *c, const struct own_access_args *args,
                    const struct own_access *found)
{
    compare_number(c, "source", &args->source, found->source, UINT64_MAX, STYLE_DECIMAL);
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
                      (unsigned long long)addr, source_names[found->source].name,
                      (unsigned)found->memattr, (unsigned)found->sh,
                      (unsigned)(found->pas == SMMU_PAS_NS), (unsigned)found->mpam.partid,
                      (unsigned)found->mpam.pmg);
}

static const struct statement_row rows[] = {{"own-access", parse_own_access, run_own_access}};
STATEMENT_GROUP(own_access_statements, rows);
