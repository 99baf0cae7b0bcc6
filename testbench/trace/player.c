/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the statements of a program, and the helpers that they share. */
#include "trace/player.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "spec_ref/ref_registers.h"
#include "trace/player_impl.h"

void player_void(struct player *player, const char *format, ...)
{
    if (player->error[0])
        return;
    int used = snprintf(player->error, PROGRAM_ERROR_SIZE, "%s:%lu: ", player->program->path,
                        player->line);
    if (used < 0 || used >= PROGRAM_ERROR_SIZE)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(player->error + used, PROGRAM_ERROR_SIZE - (size_t)used, format, args);
    va_end(args);
}

/* ---- the backend */

static bool backend_works(struct player *player)
{
    const char *why = player->backend->ops->error(player->backend);
    if (why)
        player_void(player, "%s", why);
    if (player->devices.no_memory)
        player_void(player, "no memory for what devices have received");
    return !player->error[0];
}

uint64_t player_now(const struct player *player)
{
    return player->backend->ops->now(player->backend);
}

/* Devices answer when their time has come. */
static bool devices_answer(struct player *player)
{
    uint64_t tag;
    smmu_atc_inv_result_t result;
    bool any = false;
    while (atc_take_due(player->devices.atc, player_now(player), &tag, &result)) {
        player->backend->ops->atc_inv_done(player->backend, tag, result);
        any = true;
    }
    return any;
}

static bool step_with_devices(struct player *player, uint64_t limit)
{
    if (devices_answer(player))
        return true;
    uint64_t due = atc_next_due(player->devices.atc);
    bool stepped = player->backend->ops->step(player->backend, due < limit ? due : limit);
    return devices_answer(player) || stepped;
}

/* Counters of cycles overflow again and again: without a limit, a statement sees one overflow. */
bool player_step(struct player *player, uint64_t limit)
{
    if (limit == SMMU_NEVER && player->backend->ops->idle(player->backend)) {
        if (player->line == player->overflow_seen)
            return false;
        player->overflow_seen = player->line;
    }
    bool stepped = step_with_devices(player, limit);
    return backend_works(player) && stepped;
}

bool player_settle(struct player *player, uint64_t limit)
{
    while (!player->backend->ops->idle(player->backend) && player_step(player, limit))
        ;
    return player->backend->ops->idle(player->backend);
}

uint64_t player_after(const struct player *player, uint64_t cycles)
{
    uint64_t now = player_now(player);
    return cycles < SMMU_NEVER - now ? now + cycles : SMMU_NEVER - 1;
}

uint32_t player_read32(struct player *player, uint32_t offset)
{
    return (uint32_t)player->backend->ops->reg_read(player->backend, SMMU_PAS_NS, offset, 4);
}

void player_write32(struct player *player, uint32_t offset, uint32_t value)
{
    player->backend->ops->reg_write(player->backend, SMMU_PAS_NS, offset, 4, value);
}

struct sim_memory *player_memory(struct player *player)
{
    return player->backend->ops->memory(player->backend);
}

void player_store(struct player *player, uint64_t addr, const void *data, size_t len)
{
    if (!memory_store(player_memory(player), addr, data, len))
        player_void(player, "physical memory is full: more pages are written than allowed");
}

/* ---- expectations */

void player_check(struct player *player, bool holds, const char *expected, const char *got)
{
    struct trace_failure failure = {
        .path = player->program->path, .line = player->line, .expected = expected, .got = got};
    player->report->expectations++;
    if (holds)
        return;
    player->report->failures++;
    if (player->options->failed)
        player->options->failed(player->options->ctx, &failure);
}

/* ---- values */

bool player_value(struct player *player, const struct value *value, uint64_t *number)
{
    char expected[128], got[64];
    *number = value->literal;
    if (!value->variable)
        return true;
    const struct variable *variable = &player->variable[value->variable - 1];
    *number = variable->value;
    if (variable->kept && variable->value <= value->max)
        return true;
    snprintf(expected, sizeof(expected), "%s from $%s, at most 0x%llx", value->what,
             player->program->variable[value->variable - 1], (unsigned long long)value->max);
    if (variable->kept)
        snprintf(got, sizeof(got), "0x%llx", (unsigned long long)variable->value);
    player_check(player, false, expected, variable->kept ? got : "nothing: no value was kept");
    return false;
}

bool player_value_or(struct player *player, const struct value *value, uint64_t otherwise,
                     uint64_t *number)
{
    *number = otherwise;
    return !is_given(value) || player_value(player, value, number);
}

/* ---- statements */

static void received_prg_response(void *ctx, const smmu_out_prg_response_t *response)
{
    struct player *player = ctx;
    devices_take_prg_response(&player->devices, response);
}

static void received_atc_inv(void *ctx, const smmu_out_atc_inv_t *inv)
{
    struct player *player = ctx;
    devices_take_atc_inv(&player->devices, player_now(player), inv);
}

static void ended_broadcast_sync(void *ctx, uint64_t tag)
{
    struct player *player = ctx;
    player->devices.syncs_ended = tag;
}

static bool prepare(struct player *player)
{
    const struct trace_program *program = player->program;
    const struct host_devices devices = {
        .atc_inv = received_atc_inv,
        .prg_response = received_prg_response,
        .broadcast_sync = ended_broadcast_sync,
        .ctx = player};
    player->variable = calloc((size_t)program->variables + 1, sizeof(*player->variable));
    player->mark = calloc((size_t)program->marks + 1, sizeof(*player->mark));
    player->devices.atc = atc_create(0);
    player->pending = calloc((size_t)program->accesses + 1, sizeof(*player->pending));
    player->pushed = calloc((size_t)program->command_queues + 1, sizeof(*player->pushed));
    if (player->variable && player->mark && player->pending && player->pushed &&
        player->devices.atc) {
        player->backend->ops->attach_devices(player->backend, &devices);
        return true;
    }
    player_void(player, "no memory");
    return false;
}

static void note_played(struct player *player, const struct statement *statement, uint64_t begin)
{
    const struct player_options *options = player->options;
    if (options->played)
        options->played(options->played_ctx, begin, player_now(player), statement->line,
                        statement->row->name);
}

static void play(struct player *player)
{
    const struct trace_program *program = player->program;
    struct player_report *report = player->report;
    unsigned long max_failures = player->options->max_failures;

    recorder_config(player->options->recorder, &program->config);
    for (size_t i = 0; i < program->statements && !report->stopped; ++i) {
        const struct statement *statement = &program->statement[i];
        uint64_t begin = player_now(player);
        player->line = statement->line;
        statement->row->run(player, statement->args);
        if (!backend_works(player))
            return;
        report->statements++;
        note_played(player, statement, begin);
        report->stopped = max_failures && report->failures >= max_failures;
    }
    if (report->statements == program->statements)
        report->stopped = false;
}

bool trace_play(const struct trace_program *program, struct trace_backend *backend,
                const struct player_options *options, struct player_report *report, char *error)
{
    struct player player = {.program = program,
                            .backend = backend,
                            .options = options,
                            .report = report,
                            .error = error};
    error[0] = '\0';
    *report = (struct player_report){0};
    if (prepare(&player))
        play(&player);
    report->cycles = player_now(&player);
    free(player.variable);
    free(player.mark);
    free(player.pending);
    backend->ops->attach_devices(backend, NULL);
    devices_free(&player.devices);
    free(player.pushed);
    return !error[0];
}
