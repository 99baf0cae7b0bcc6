/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pri, prg-response, no-prg-response: what a device asks and is told; prireq, no-prireq: the PRI
 * queue as a driver reads it (chapter 8).
 */
#include <string.h>

#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "trace/record.h"
#include "trace/statements.h"

enum { PRI_WORDS = REF_PRI_ENTRY_BYTES / 8, DESCRIPTION_SIZE = 160, MAX_PRGI = 0x1FF };

struct pri_args {
    struct value sid, addr, ssid, prgi, r, w, x, priv, last;
};

struct prg_response_args {
    struct value sid;
    struct expected prgi, code, ssid, ssv;
};

struct prireq_args {
    struct record_args record;
};

/* ---- reading */

static bool has_pri(struct parser *parser)
{
    uint64_t pri = 0;
    (void)smmu_config_get(&parser->program->config, "IDR0.PRI", &pri);
    return pri || parse_fail(parser, "%s: the configured SMMU has no PRI", parser->word[0]);
}

static bool parse_pri(struct parser *parser, struct statement *statement)
{
    struct pri_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args)
        return false;
    const struct option_row options[] = {
        {.key = "ssid", .kind = OPTION_VALUE, .target = &args->ssid, .max = 0xFFFFF},
        {.key = "prgi", .kind = OPTION_VALUE, .target = &args->prgi, .max = MAX_PRGI},
        {.key = "r", .kind = OPTION_VALUE, .target = &args->r, .max = 1},
        {.key = "w", .kind = OPTION_VALUE, .target = &args->w, .max = 1},
        {.key = "x", .kind = OPTION_VALUE, .target = &args->x, .max = 1},
        {.key = "priv", .kind = OPTION_VALUE, .target = &args->priv, .max = 1},
        {.key = "last", .kind = OPTION_VALUE, .target = &args->last, .max = 1},
    };
    if (!has_pri(parser) || !parse_value(parser, "SID", UINT32_MAX, &args->sid) ||
        !parse_value(parser, "ADDR", UINT64_MAX, &args->addr) || !PARSE_OPTIONS(parser, options))
        return false;
    return is_given(&args->prgi) || parse_fail(parser, "prgi= is missing");
}

static const struct number_name codes[] = {{"success", SMMU_PRG_SUCCESS},
                                           {"invalid", SMMU_PRG_INVALID},
                                           {"failure", SMMU_PRG_FAILURE}};

static bool parse_prg_response(struct parser *parser, struct statement *statement)
{
    struct prg_response_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args)
        return false;
    const struct option_row options[] = {
        {.key = "prgi", .kind = OPTION_EXPECTED, .target = &args->prgi, .max = MAX_PRGI},
        {.key = "code", .kind = OPTION_EXPECTED, .target = &args->code, .max = 15,
         .names = NAMES(codes)},
        {.key = "ssid", .kind = OPTION_EXPECTED, .target = &args->ssid, .max = 0xFFFFF},
        {.key = "ssv", .kind = OPTION_EXPECTED, .target = &args->ssv, .max = 1},
    };
    return has_pri(parser) && parse_value(parser, "SID", UINT32_MAX, &args->sid) &&
           PARSE_OPTIONS(parser, options);
}

static bool parse_no_prg_response(struct parser *parser, struct statement *statement)
{
    struct prg_response_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    return args && has_pri(parser) && parse_value(parser, "SID", UINT32_MAX, &args->sid);
}

static bool parse_prireq(struct parser *parser, struct statement *statement)
{
    struct prireq_args *args = parse_alloc(parser, sizeof(*args));
    statement->args = args;
    if (!args || !has_pri(parser))
        return false;
    if (!parse_peek(parser))
        return parse_fail(parser, "the record is missing");
    if (parse_record_is_raw(parser))
        return parse_record_words(parser, PRI_WORDS, &args->record);
    for (char *word; (word = parse_next(parser)) != NULL;) {
        if (!parse_record_field(parser, word, pri_fields(), "PRI", &args->record))
            return false;
    }
    return true;
}

static bool parse_no_prireq(struct parser *parser, struct statement *statement)
{
    (void)statement;
    return has_pri(parser);
}

/* ---- a device */

static bool flag(struct player *player, const struct value *value, uint8_t bit, uint8_t *flags)
{
    uint64_t set;
    if (!player_value_or(player, value, 0, &set))
        return false;
    *flags = (uint8_t)(set ? *flags | bit : *flags);
    return true;
}

static bool page_request_of(struct player *player, const struct pri_args *args,
                            smmu_page_request_t *request)
{
    uint64_t sid, addr, ssid, prgi;
    *request = (smmu_page_request_t){.sec_sid = SMMU_PAS_NS};
    if (!player_value(player, &args->sid, &sid) || !player_value(player, &args->addr, &addr) ||
        !player_value(player, &args->prgi, &prgi) ||
        !player_value_or(player, &args->ssid, 0, &ssid) ||
        !flag(player, &args->r, SMMU_PPR_READ, &request->flags) ||
        !flag(player, &args->w, SMMU_PPR_WRITE, &request->flags) ||
        !flag(player, &args->x, SMMU_PPR_EXEC, &request->flags) ||
        !flag(player, &args->priv, SMMU_PPR_PRIV, &request->flags) ||
        !flag(player, &args->last, SMMU_PPR_LAST, &request->flags))
        return false;
    if (is_given(&args->ssid))
        request->flags |= SMMU_PPR_SSV;
    request->streamid = (uint32_t)sid;
    request->addr = addr;
    request->substreamid = (uint32_t)ssid;
    request->prg_index = (uint16_t)prgi;
    return true;
}

static void run_pri(struct player *player, const void *data)
{
    smmu_page_request_t r;
    if (!page_request_of(player, data, &r))
        return;
    bool taken;
    while (!(taken = player->backend->ops->page_request(player->backend, &r)) &&
           player_step(player, SMMU_NEVER))
        ;
    if (!taken)
        player_check(player, false, "that the page request is taken",
                     "no place for it, and nothing more is due");
    struct recorder *to = player->options->recorder;
    if (r.flags & SMMU_PPR_SSV)
        recorder_line(to, "pri %u 0x%llx ssid=%u prgi=%u r=%d w=%d x=%d priv=%d last=%d",
                      r.streamid, (unsigned long long)r.addr, r.substreamid, r.prg_index,
                      (r.flags & SMMU_PPR_READ) != 0, (r.flags & SMMU_PPR_WRITE) != 0,
                      (r.flags & SMMU_PPR_EXEC) != 0, (r.flags & SMMU_PPR_PRIV) != 0,
                      (r.flags & SMMU_PPR_LAST) != 0);
    else
        recorder_line(to, "pri %u 0x%llx prgi=%u r=%d w=%d last=%d", r.streamid,
                      (unsigned long long)r.addr, r.prg_index, (r.flags & SMMU_PPR_READ) != 0,
                      (r.flags & SMMU_PPR_WRITE) != 0, (r.flags & SMMU_PPR_LAST) != 0);
}

static void describe_response(const smmu_out_prg_response_t *response, char *text, size_t size)
{
    snprintf(text, size, response->ssv ? "a response prgi=%u code=%u ssid=%u"
                                       : "a response prgi=%u code=%u without PASID",
             response->prg_index, response->code, response->substreamid);
}

static void compare_response(struct comparison *comparison, const struct prg_response_args *args,
                             const smmu_out_prg_response_t *response)
{
    char text[DESCRIPTION_SIZE], context[DESCRIPTION_SIZE + 4];
    describe_response(response, text, sizeof(text));
    snprintf(context, sizeof(context), "in %s", text);
    compare_number(comparison, "prgi", &args->prgi, response->prg_index, UINT64_MAX, STYLE_DECIMAL);
    compare_number(comparison, "code", &args->code, response->code, UINT64_MAX, STYLE_DECIMAL);
    compare_number(comparison, "ssv", &args->ssv, response->ssv, UINT64_MAX, STYLE_DECIMAL);
    if (is_expected(&args->ssid)) {
        compare_text(comparison, response->ssv, "a PASID", text);
        if (response->ssv)
            compare_number(comparison, "ssid", &args->ssid, response->substreamid, UINT64_MAX,
                           STYLE_DECIMAL);
    }
    compare_context(comparison, context);
}

static void run_prg_response(struct player *player, const void *data)
{
    const struct prg_response_args *args = data;
    const smmu_out_prg_response_t *response;
    struct comparison comparison;
    uint64_t sid;
    if (!player_value(player, &args->sid, &sid))
        return;
    while (!(response = devices_prg_response(&player->devices, (uint32_t)sid)) &&
           player_step(player, SMMU_NEVER))
        ;
    if (!response) {
        player_check(player, false, "a response to a page request group",
                     "none, and nothing more is due");
        return;
    }
    compare_begin(&comparison, player);
    compare_response(&comparison, args, response);
    compare_end(&comparison);
    recorder_line(player->options->recorder,
                  response->ssv ? "prg-response %u prgi=%u code=%u ssv=1 ssid=%u"
                                : "prg-response %u prgi=%u code=%u ssv=0",
                  response->streamid, response->prg_index, response->code, response->substreamid);
    devices_drop_prg_response(&player->devices, response);
}

static void run_no_prg_response(struct player *player, const void *data)
{
    const struct prg_response_args *args = data;
    char text[DESCRIPTION_SIZE] = "";
    uint64_t sid;
    if (!player_value(player, &args->sid, &sid))
        return;
    player_settle(player, SMMU_NEVER);
    const smmu_out_prg_response_t *response =
        devices_prg_response(&player->devices, (uint32_t)sid);
    if (response)
        describe_response(response, text, sizeof(text));
    player_check(player, !response, "no response to a page request group", text);
    if (!response)
        recorder_line(player->options->recorder, "no-prg-response %llu", (unsigned long long)sid);
}

/* ---- the queue */

/* OVACKFLG stays as it was: acknowledging an overflow is the trace's business. */
static void consume(struct player *player, const struct queue_view *queue)
{
    uint32_t kept = queue->cons_register & (uint32_t)REF_MASK(PRIQ_CONS_OVACKFLG);
    player_write32(player, REF_REG_PRIQ_CONS, queue_step(queue, queue->cons, 1) | kept);
}

static void describe(const uint64_t words[PRI_WORDS], char *text, size_t size)
{
    snprintf(text, size, "the entry 0x%016llx 0x%016llx", (unsigned long long)words[0],
             (unsigned long long)words[1]);
}

static void run_prireq(struct player *player, const void *data)
{
    const struct prireq_args *args = data;
    struct comparison comparison;
    uint64_t words[PRI_WORDS];
    char text[DESCRIPTION_SIZE], context[DESCRIPTION_SIZE + 4];
    struct queue_view queue = pri_queue_view(player);
    while (queue_empty(&queue) && player_step(player, SMMU_NEVER))
        queue = pri_queue_view(player);
    if (queue_empty(&queue)) {
        player_check(player, false, "a page request",
                     "an empty PRI queue, and nothing more is due");
        return;
    }
    record_load(player, &queue, words, PRI_WORDS);
    consume(player, &queue);
    describe(words, text, sizeof(text));
    recorder_line(player->options->recorder, "prireq 0x%llx 0x%llx", (unsigned long long)words[0],
                  (unsigned long long)words[1]);
    compare_begin(&comparison, player);
    if (!compare_record(&comparison, &args->record, words))
        return;
    snprintf(context, sizeof(context), "in %s", text);
    compare_context(&comparison, context);
    compare_end(&comparison);
}

static void run_no_prireq(struct player *player, const void *data)
{
    uint64_t words[PRI_WORDS];
    char text[DESCRIPTION_SIZE] = "";
    (void)data;
    player_settle(player, SMMU_NEVER);
    struct queue_view queue = pri_queue_view(player);
    if (!queue_empty(&queue)) {
        record_load(player, &queue, words, PRI_WORDS);
        describe(words, text, sizeof(text));
    }
    player_check(player, queue_empty(&queue), "an empty PRI queue", text);
    if (queue_empty(&queue))
        recorder_line(player->options->recorder, "no-prireq");
}

static const struct statement_row rows[] = {
    {"pri", parse_pri, run_pri},
    {"prg-response", parse_prg_response, run_prg_response},
    {"no-prg-response", parse_no_prg_response, run_no_prg_response},
    {"prireq", parse_prireq, run_prireq},
    {"no-prireq", parse_no_prireq, run_no_prireq},
};
STATEMENT_GROUP(pri_statements, rows);
