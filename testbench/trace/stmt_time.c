/* SPDX-License-Identifier: Apache-2.0 */
/* run, drain, time, mark, elapsed, stat, stats-clear, reset. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smmusim/smmu_stats.h"
#include "trace/lexer.h"
#include "trace/parser.h"
#include "trace/player_impl.h"
#include "trace/statements.h"

struct elapsed_args {
    uint32_t which; /* mark - 1 */
    const char *name;
    struct limit limit;
};

struct stat_args {
    smmu_stats_place_t place;
    const char *name;
    struct limit limit;
};

/* ---- run, drain, time */

/* Far from the end of 64 bits, so that whatever happens then has cycles to happen in. */
static const uint64_t last_cycle = (UINT64_C(1) << 62) - 1;

static bool parse_cycles(struct parser *parser, struct statement *statement)
{
    struct value *cycles = parse_alloc(parser, sizeof(*cycles));
    statement->args = cycles;
    return cycles && parse_value(parser, "CYCLES", last_cycle, cycles);
}

static void run_until(struct player *player, uint64_t cycle)
{
    while (player_step(player, cycle))
        ;
}

/* A variable may hold more than the statement could say, and many runs add up. */
static bool is_reachable(struct player *player, uint64_t cycle)
{
    if (cycle <= last_cycle)
        return true;
    player_check(player, false, "a cycle below 2^62", "one beyond");
    return false;
}

static void run_run(struct player *player, const void *args)
{
    uint64_t cycles;
    if (!player_value(player, args, &cycles))
        return;
    if (!is_reachable(player, player_after(player, cycles)))
        return;
    run_until(player, player_after(player, cycles));
    recorder_line(player->options->recorder, "run %llu", (unsigned long long)cycles);
}

static void run_time(struct player *player, const void *args)
{
    uint64_t cycle;
    if (!player_value(player, args, &cycle))
        return;
    if (!is_reachable(player, cycle))
        return;
    if (cycle > player_now(player))
        run_until(player, cycle);
    recorder_line(player->options->recorder, "time %llu", (unsigned long long)cycle);
}

static bool parse_drain(struct parser *parser, struct statement *statement)
{
    struct value *within = parse_alloc(parser, sizeof(*within));
    const struct option_row options[] = {
        {.key = "within", .kind = OPTION_VALUE, .target = within, .max = UINT64_MAX}};
    statement->args = within;
    return within && PARSE_OPTIONS(parser, options);
}

static void run_drain(struct player *player, const void *args)
{
    const struct value *within = args;
    uint64_t cycles, begin = player_now(player);
    char expected[64];
    if (!player_value_or(player, within, SMMU_NEVER, &cycles))
        return;
    bool idle = player_settle(player, is_given(within) ? player_after(player, cycles) : SMMU_NEVER);
    if (is_given(within)) {
        snprintf(expected, sizeof(expected), "idle within %llu cycles", (unsigned long long)cycles);
        player_check(player, idle, expected, "something that is still due");
    }
    recorder_line(player->options->recorder, "drain within=%llu",
                  (unsigned long long)(player_now(player) - begin));
}

/* ---- mark, elapsed */

static bool parse_mark(struct parser *parser, struct statement *statement)
{
    struct trace_program *program = parser->program;
    uint32_t *mark = parse_alloc(parser, sizeof(*mark));
    char *name = mark ? parse_word(parser, "NAME") : NULL;
    statement->args = mark;
    if (!name)
        return false;
    *mark = parse_intern(parser, &program->mark, &program->marks, &program->mark_capacity, name);
    return *mark != 0;
}

static void run_mark(struct player *player, const void *args)
{
    uint32_t mark = *(const uint32_t *)args - 1;
    player->mark[mark] = player_now(player);
    recorder_line(player->options->recorder, "mark %s", player->program->mark[mark]);
}

static bool parse_limit(struct parser *parser, const char *what, struct limit *limit)
{
    char *op = parse_word(parser, "one of == != < <= > >=");
    return op && parse_op(parser, op, &limit->op) &&
           parse_value(parser, what, UINT64_MAX, &limit->value);
}

static bool parse_elapsed(struct parser *parser, struct statement *statement)
{
    struct trace_program *program = parser->program;
    struct elapsed_args *args = parse_alloc(parser, sizeof(*args));
    char *name = args ? parse_word(parser, "NAME") : NULL;
    statement->args = args;
    if (!name)
        return false;
    uint32_t mark = parse_find(program->mark, program->marks, name);
    if (!mark)
        return parse_fail(parser, "there is no 'mark %s' before this", name);
    args->which = mark - 1;
    args->name = program->mark[args->which];
    return parse_limit(parser, "CYCLES", &args->limit);
}

static void check_limit(struct player *player, const char *name, const struct limit *limit,
                        uint64_t got)
{
    struct comparison comparison;
    compare_begin(&comparison, player);
    compare_limit(&comparison, name, limit, got);
    compare_end(&comparison);
}

static void run_elapsed(struct player *player, const void *data)
{
    const struct elapsed_args *args = data;
    uint64_t cycles = player_now(player) - player->mark[args->which];
    check_limit(player, args->name, &args->limit, cycles);
    recorder_line(player->options->recorder, "elapsed %s == %llu", args->name,
                  (unsigned long long)cycles);
}

/* ---- stat, stats-clear, reset */

static bool parse_stat(struct parser *parser, struct statement *statement)
{
    struct stat_args *args = parse_alloc(parser, sizeof(*args));
    const char *word = args ? parse_word(parser, "NAME") : NULL;
    char *name = word ? parse_alloc(parser, strlen(word) + 1) : NULL;
    statement->args = args;
    if (!name)
        return false;
    if (!smmu_stats_find(word, &args->place))
        return parse_fail(parser, "there are no statistics '%s'", word);
    args->name = strcpy(name, word);
    return parse_limit(parser, "VALUE", &args->limit);
}

static void run_stat(struct player *player, const void *data)
{
    const struct stat_args *args = data;
    smmu_stats_t *stats = trace_backend_stats(player->backend);
    uint64_t value = 0;
    bool exists = stats && smmu_stats_value(stats, &args->place, &value);
    free(stats);
    if (!exists) {
        player_check(player, false, args->name, "an SMMU that has no such unit or stream");
        return;
    }
    check_limit(player, args->name, &args->limit, value);
    recorder_line(player->options->recorder, "stat %s == %llu", args->name,
                  (unsigned long long)value);
}

static bool parse_nothing(struct parser *parser, struct statement *statement)
{
    (void)parser;
    (void)statement;
    return true;
}

static void run_stats_clear(struct player *player, const void *args)
{
    (void)args;
    player->backend->ops->stats_clear(player->backend);
    recorder_line(player->options->recorder, "stats-clear");
}

static void run_reset(struct player *player, const void *args)
{
    (void)args;
    player->backend->ops->reset(player->backend);
    memset(player->pushed, 0, (player->program->command_queues + 1) * sizeof(*player->pushed));
    recorder_line(player->options->recorder, "reset");
}

static const struct statement_row rows[] = {
    {"run", parse_cycles, run_run},
    {"time", parse_cycles, run_time},
    {"drain", parse_drain, run_drain},
    {"mark", parse_mark, run_mark},
    {"elapsed", parse_elapsed, run_elapsed},
    {"stat", parse_stat, run_stat},
    {"stats-clear", parse_nothing, run_stats_clear},
    {"reset", parse_nothing, run_reset},
};
STATEMENT_GROUP(time_statements, rows);
