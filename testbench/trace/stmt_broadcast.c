/* SPDX-License-Identifier: Apache-2.0 */
/* broadcast, broadcast-sync: TLB maintenance that PEs broadcast (3.17). */
#include "trace/lexer.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/statements.h"

struct broadcast_args {
    smmu_tlbi_op_t op;
    struct value vmid, asid, addr, end, granule, level, leaf, e2h;
};

struct sync_args {
    struct value within;
};

enum { PAGE_LAST = 0xFFF };

static const char *const op_names[SMMU_TLBI_COUNT] = {
    [SMMU_TLBI_ALLE1] = "ALLE1",
    [SMMU_TLBI_VMALLE1] = "VMALLE1",
    [SMMU_TLBI_VMALLS12E1] = "VMALLS12E1",
    [SMMU_TLBI_ASIDE1] = "ASIDE1",
    [SMMU_TLBI_VAE1] = "VAE1",
    [SMMU_TLBI_VAAE1] = "VAAE1",
    [SMMU_TLBI_IPAS2E1] = "IPAS2E1",
    [SMMU_TLBI_ALLE2] = "ALLE2",
    [SMMU_TLBI_ASIDE2] = "ASIDE2",
    [SMMU_TLBI_VAE2] = "VAE2",
    [SMMU_TLBI_VAAE2] = "VAAE2",
};

/* ---- reading */

static bool has_btm(struct parser *parser)
{
    uint64_t btm = 0;
    (void)smmu_config_get(&parser->program->config, "IDR0.BTM", &btm);
    return btm || parse_fail(parser, "%s: the configured SMMU takes no broadcast TLB maintenance "
                                     "(IDR0.BTM=0)",
                             parser->word[0]);
}

static bool parse_tlbi_op(struct parser *parser, smmu_tlbi_op_t *op)
{
    char *word = parse_word(parser, "the operation");
    for (unsigned i = 0; word && i < SMMU_TLBI_COUNT; ++i) {
        if (lexer_equal(op_names[i], word)) {
            *op = (smmu_tlbi_op_t)i;
            return true;
        }
    }
    return word && parse_fail(parser, "unknown operation '%s'", word);
}

static bool parse_broadcast(struct parser *parser, struct statement *statement)
{
    struct broadcast_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args)
        return false;
    const struct option_row options[] = {
        {.key = "vmid", .kind = OPTION_VALUE, .target = &args->vmid, .max = UINT16_MAX},
        {.key = "asid", .kind = OPTION_VALUE, .target = &args->asid, .max = UINT16_MAX},
        {.key = "addr", .kind = OPTION_VALUE, .target = &args->addr, .max = UINT64_MAX},
        {.key = "end", .kind = OPTION_VALUE, .target = &args->end, .max = UINT64_MAX},
        {.key = "granule", .kind = OPTION_VALUE, .target = &args->granule, .max = 16},
        {.key = "level", .kind = OPTION_VALUE, .target = &args->level, .max = 3},
        {.key = "leaf", .kind = OPTION_VALUE, .target = &args->leaf, .max = 1},
        {.key = "e2h", .kind = OPTION_VALUE, .target = &args->e2h, .max = 1},
    };
    return has_btm(parser) && parse_tlbi_op(parser, &args->op) && PARSE_OPTIONS(parser, options);
}

static bool parse_broadcast_sync(struct parser *parser, struct statement *statement)
{
    struct sync_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args)
        return false;
    const struct option_row options[] = {
        {.key = "within", .kind = OPTION_VALUE, .target = &args->within, .max = UINT64_MAX}};
    return has_btm(parser) && PARSE_OPTIONS(parser, options);
}

/* ---- playing */

static bool tlbi_of(struct player *player, const struct broadcast_args *args,
                    smmu_broadcast_tlbi_t *t)
{
    uint64_t vmid, asid, addr, end, granule, level, leaf, e2h;
    if (!player_value_or(player, &args->vmid, 0, &vmid) ||
        !player_value_or(player, &args->asid, 0, &asid) ||
        !player_value_or(player, &args->addr, 0, &addr) ||
        !player_value_or(player, &args->end, addr | PAGE_LAST, &end) ||
        !player_value_or(player, &args->granule, 0, &granule) ||
        !player_value_or(player, &args->level, 0, &level) ||
        !player_value_or(player, &args->leaf, 0, &leaf) ||
        !player_value_or(player, &args->e2h, 0, &e2h))
        return false;
    *t = (smmu_broadcast_tlbi_t){.first = addr,
                                 .last = end,
                                 .vmid = (uint16_t)vmid,
                                 .asid = (uint16_t)asid,
                                 .op = (uint8_t)args->op,
                                 .sec = SMMU_PAS_NS,
                                 .granule_log2 = (uint8_t)granule,
                                 .level = (uint8_t)level,
                                 .leaf = leaf != 0,
                                 .e2h = e2h != 0};
    return true;
}

static void run_broadcast(struct player *player, const void *data)
{
    const struct broadcast_args *args = data;
    smmu_broadcast_tlbi_t t;
    if (!tlbi_of(player, args, &t))
        return;
    bool taken;
    while (!(taken = player->backend->ops->broadcast_tlbi(player->backend, &t)) &&
           player_step(player, SMMU_NEVER))
        ;
    if (!taken)
        player_check(player, false, "that the invalidation is taken",
                     "no place for it, and nothing more is due");
    recorder_line(player->options->recorder,
                  "broadcast %s vmid=%u asid=%u addr=0x%llx end=0x%llx granule=%u level=%u "
                  "leaf=%d e2h=%d",
                  op_names[t.op], t.vmid, t.asid, (unsigned long long)t.first,
                  (unsigned long long)t.last, t.granule_log2, t.level, t.leaf, t.e2h);
}

static void run_broadcast_sync(struct player *player, const void *data)
{
    const struct sync_args *args = data;
    uint64_t within, tag = ++player->devices.syncs_begun;
    if (!player_value_or(player, &args->within, SMMU_NEVER, &within))
        return;
    uint64_t limit = within == SMMU_NEVER ? SMMU_NEVER : player_after(player, within);
    while (!player->backend->ops->broadcast_sync(player->backend, tag) &&
           player_step(player, SMMU_NEVER))
        ;
    while (player->devices.syncs_ended < tag && player_step(player, limit))
        ;
    player_check(player, player->devices.syncs_ended >= tag, "the end of the synchronisation",
                 within == SMMU_NEVER ? "none, and nothing more is due" : "none in this time");
    recorder_line(player->options->recorder, "broadcast-sync");
}

static const struct statement_row rows[] = {
    {"broadcast", parse_broadcast, run_broadcast},
    {"broadcast-sync", parse_broadcast_sync, run_broadcast_sync},
};
STATEMENT_GROUP(broadcast_statements, rows);
