/* SPDX-License-Identifier: Apache-2.0 */
/* irq, no-irq: edges on the wired outputs since each was last checked (3.18). */
#include <string.h>

#include "trace/lexer.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/statements.h"

struct irq_args {
    smmu_irq_source_t source;
    struct expected count; /* not given: at least one */
};

static const char *const source_names[SMMU_IRQ_COUNT] = {
    [SMMU_IRQ_EVENTQ] = "eventq", [SMMU_IRQ_PRIQ] = "priq", [SMMU_IRQ_CMD_SYNC] = "cmd_sync",
    [SMMU_IRQ_GERROR] = "gerror", [SMMU_IRQ_SEV] = "sev",   [SMMU_IRQ_PMCG] = "pmcg",
};

static bool parse_source(struct parser *parser, smmu_irq_source_t *source)
{
    char *word = parse_word(parser, "the interrupt");
    for (unsigned i = 0; word && i < SMMU_IRQ_COUNT; ++i) {
        if (lexer_equal(source_names[i], word)) {
            *source = (smmu_irq_source_t)i;
            return true;
        }
    }
    return parse_fail(parser, "'%s' is not one of gerror, eventq, priq, cmd_sync, sev, pmcg", word);
}

static bool parse_irq(struct parser *parser, struct statement *statement)
{
    struct irq_args *args = parse_alloc(parser, sizeof(*args));
    char *pas_text = NULL;
    smmu_pas_t pas;
    statement->args = args;
    if (!args)
        return false;
    const struct option_row options[] = {
        {.key = "count", .kind = OPTION_EXPECTED, .target = &args->count, .max = UINT64_MAX},
        {.key = "pas", .kind = OPTION_TEXT, .target = &pas_text},
    };
    return parse_source(parser, &args->source) && PARSE_OPTIONS(parser, options) &&
           parse_pas(parser, pas_text, &pas);
}

static bool parse_no_irq(struct parser *parser, struct statement *statement)
{
    char *pas_text = NULL;
    smmu_pas_t pas;
    const struct option_row options[] = {{.key = "pas", .kind = OPTION_TEXT, .target = &pas_text}};
    (void)statement;
    return PARSE_OPTIONS(parser, options) && parse_pas(parser, pas_text, &pas);
}

static uint64_t unseen(struct player *player, smmu_irq_source_t source)
{
    return player->backend->ops->irq_count(player->backend, SMMU_PAS_NS, source) -
           player->irqs_seen[source];
}

static bool satisfied(const struct player *player, const struct irq_args *args, uint64_t edges)
{
    return is_expected(&args->count) ? expected_holds(player, &args->count, edges, UINT64_MAX)
                                     : edges > 0;
}

static void run_irq(struct player *player, const void *data)
{
    const struct irq_args *args = data;
    struct comparison comparison;
    uint64_t edges = unseen(player, args->source);
    while (!satisfied(player, args, edges) && player_step(player, SMMU_NEVER))
        edges = unseen(player, args->source);
    player->irqs_seen[args->source] += edges;
    compare_begin(&comparison, player);
    if (is_expected(&args->count))
        compare_number(&comparison, source_names[args->source], &args->count, edges, UINT64_MAX,
                       STYLE_DECIMAL);
    else
        compare_text(&comparison, edges > 0, source_names[args->source],
                     "no edge, and nothing more is due");
    compare_end(&comparison);
    recorder_line(player->options->recorder, "irq %s count=%llu", source_names[args->source],
                  (unsigned long long)edges);
}

static void run_no_irq(struct player *player, const void *data)
{
    struct comparison comparison;
    bool any = false;
    (void)data;
    player_settle(player, SMMU_NEVER);
    compare_begin(&comparison, player);
    for (unsigned i = 0; i < SMMU_IRQ_COUNT; ++i) {
        char expected[32], got[48];
        uint64_t edges = unseen(player, (smmu_irq_source_t)i);
        any = any || edges;
        snprintf(expected, sizeof(expected), "no %s", source_names[i]);
        snprintf(got, sizeof(got), "%s %llu times", source_names[i], (unsigned long long)edges);
        compare_text(&comparison, !edges, expected, got);
    }
    compare_end(&comparison);
    if (!any)
        recorder_line(player->options->recorder, "no-irq");
}

static const struct statement_row rows[] = {
    {"irq", parse_irq, run_irq},
    {"no-irq", parse_no_irq, run_no_irq},
};
STATEMENT_GROUP(irq_statements, rows);
