/* SPDX-License-Identifier: Apache-2.0 */
/* Statements into a text, and the text into a file when all is recorded. */
#include "trace/recorder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/data_words.h"
#include "trace/names.h"
#include "trace/text_buffer.h"
#include "trace/text_file.h"

enum { WORDS_A_LINE = 4 };

struct recorder {
    char *path;
    text_buffer text;
    /* A mem statement that the next word may go on */
    const char *open;
    uint64_t open_end;
    unsigned open_words;
};

struct recorder *recorder_create(const char *path)
{
    struct recorder *recorder = calloc(1, sizeof(*recorder));
    size_t size = strlen(path) + 1;
    if (!recorder)
        return NULL;
    recorder->path = malloc(size);
    if (!recorder->path) {
        free(recorder);
        return NULL;
    }
    memcpy(recorder->path, path, size);
    text_buffer_print(&recorder->text, "smmu-trace 1\n");
    return recorder;
}

static void finish_line(struct recorder *recorder)
{
    if (recorder->open)
        text_buffer_print(&recorder->text, "\n");
    recorder->open = NULL;
}

bool recorder_close(struct recorder *recorder, char *why, size_t why_size)
{
    bool fine = false;
    if (!recorder)
        return true;
    finish_line(recorder);
    if (recorder->text.out_of_memory)
        snprintf(why, why_size, "no memory for the recorded trace");
    else
        fine = text_file_write(recorder->path, recorder->text.text, recorder->text.length, why,
                               why_size);
    text_buffer_free(&recorder->text);
    free(recorder->path);
    free(recorder);
    return fine;
}

void recorder_line(struct recorder *recorder, const char *format, ...)
{
    char line[512];
    va_list args;
    if (!recorder)
        return;
    finish_line(recorder);
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    text_buffer_print(&recorder->text, "%s\n", line);
}

void recorder_config(struct recorder *recorder, const smmu_config_t *cfg)
{
    smmu_config_t defaults;
    const smmu_config_key_t *key;
    if (!recorder || smmu_config_init(&defaults, NULL) != SMMU_OK)
        return;
    for (size_t i = 0; (key = smmu_config_key(i)) != NULL; ++i) {
        uint64_t value = 0, usual = 0;
        (void)smmu_config_get(cfg, key->name, &value);
        (void)smmu_config_get(&defaults, key->name, &usual);
        if (value != usual)
            recorder_line(recorder, "config %s=%llu", key->name, (unsigned long long)value);
    }
}

static void record_word(struct recorder *recorder, const char *statement, uint64_t addr,
                        unsigned bytes, uint64_t word)
{
    bool goes_on = recorder->open && strcmp(recorder->open, statement) == 0 &&
                   recorder->open_end == addr && recorder->open_words < WORDS_A_LINE;
    if (!goes_on) {
        finish_line(recorder);
        text_buffer_print(&recorder->text, "%s 0x%llx", statement, (unsigned long long)addr);
        recorder->open = statement;
        recorder->open_words = 0;
    }
    text_buffer_print(&recorder->text, " 0x%llx", (unsigned long long)word);
    recorder->open_words++;
    recorder->open_end = addr + bytes;
}

void recorder_memory(struct recorder *recorder, uint64_t addr, unsigned bytes, uint64_t word)
{
    if (recorder)
        record_word(recorder, bytes == 4 ? "mem32" : "mem", addr, bytes, word);
}

void recorder_memory_found(struct recorder *recorder, uint64_t addr, unsigned bytes, uint64_t word)
{
    if (recorder)
        record_word(recorder, bytes == 4 ? "mem32?" : "mem?", addr, bytes, word);
}

void recorder_register_write(struct recorder *recorder, uint32_t offset, unsigned size,
                             uint64_t value)
{
    char name[REGISTER_NAME_SIZE];
    recorder_line(recorder, "w%u %s 0x%llx", 8 * size, register_spelling(offset, name),
                  (unsigned long long)value);
}

void recorder_register_read(struct recorder *recorder, uint32_t offset, unsigned size,
                            uint64_t value)
{
    char name[REGISTER_NAME_SIZE];
    recorder_line(recorder, "r%u %s 0x%llx", 8 * size, register_spelling(offset, name),
                  (unsigned long long)value);
}

void recorder_poll(struct recorder *recorder, uint32_t offset, unsigned size, uint64_t value,
                   uint64_t mask, uint64_t within)
{
    char name[REGISTER_NAME_SIZE], limit[40] = "";
    uint64_t all = size == 4 ? UINT32_MAX : UINT64_MAX;
    if (within != SMMU_NEVER)
        snprintf(limit, sizeof(limit), " within=%llu", (unsigned long long)within);
    recorder_line(recorder, "poll%u %s 0x%llx 0x%llx%s", 8 * size, register_spelling(offset, name),
                  (unsigned long long)(value & all), (unsigned long long)(mask & all), limit);
}

/* ---- queues */

/* True if the fields that the table has say all of the words. */
static bool fields_tell_all(struct field_table table, const char *object, const uint64_t *words,
                            size_t count)
{
    uint64_t told[4] = {0};
    for (size_t i = 0; i < table.count; ++i) {
        const struct ref_field_row *row = &table.rows[i];
        if (strcmp(row->object, object) == 0)
            field_set(row, told, field_get(row, words));
    }
    return memcmp(told, words, count * sizeof(*words)) == 0;
}

static void print_fields(text_buffer *text, struct field_table table, const char *object,
                         const char *except, const uint64_t *words, bool zeros)
{
    for (size_t i = 0; i < table.count; ++i) {
        const struct ref_field_row *row = &table.rows[i];
        char name[FIELD_NAME_SIZE];
        uint64_t value = field_get(row, words);
        if (strcmp(row->object, object) != 0 || strcmp(row->field, except) == 0 ||
            (!value && !zeros))
            continue;
        field_spelling(row, name);
        text_buffer_print(text, " %s=0x%llx", name, (unsigned long long)value);
    }
}

void recorder_command(struct recorder *recorder, const char *how, const uint64_t words[2],
                      const char *queue)
{
    const struct ref_number_row *command = command_numbered((unsigned)(words[0] & 0xFF));
    if (!recorder)
        return;
    if (!command || !fields_tell_all(command_fields(), command->name, words, 2)) {
        recorder_line(recorder, "%s 0x%llx 0x%llx%s", how, (unsigned long long)words[0],
                      (unsigned long long)words[1], queue);
        return;
    }
    finish_line(recorder);
    text_buffer_print(&recorder->text, "%s %s", how, command->name + strlen("CMD_"));
    print_fields(&recorder->text, command_fields(), command->name, "OPCODE", words, false);
    text_buffer_print(&recorder->text, "%s\n", queue);
}

void recorder_event(struct recorder *recorder, const uint64_t words[4])
{
    const struct ref_number_row *event = event_numbered((unsigned)(words[0] & 0xFF));
    if (!recorder)
        return;
    if (!event || !fields_tell_all(event_fields(), event->name, words, 4)) {
        recorder_line(recorder, "event 0x%llx 0x%llx 0x%llx 0x%llx", (unsigned long long)words[0],
                      (unsigned long long)words[1], (unsigned long long)words[2],
                      (unsigned long long)words[3]);
        return;
    }
    finish_line(recorder);
    text_buffer_print(&recorder->text, "event %s", event->name);
    print_fields(&recorder->text, event_fields(), event->name, "TYPE", words, true);
    text_buffer_print(&recorder->text, "\n");
}

/* ---- clients */

static void print_data(text_buffer *text, const uint8_t *data, uint32_t len)
{
    text_buffer_print(text, " data=");
    for (uint32_t i = 0; i < data_words(len); ++i)
        text_buffer_print(text, "%s0x%llx", i ? "," : "",
                          (unsigned long long)data_word(data, len, i));
}

static void print_access(text_buffer *text, const char *statement,
                         const struct client_access *access, const uint8_t *data)
{
    struct client_access usual = client_access_default();
    bool execute = access->inst && !access->write;
    text_buffer_print(text, "%s %s %u 0x%llx", statement,
                      access->write ? "w"
                      : execute     ? "x"
                                    : "r",
                      (unsigned)access->streamid, (unsigned long long)access->addr);
    if (access->ssv)
        text_buffer_print(text, " ssid=%u", (unsigned)access->substreamid);
    if (access->len != usual.len)
        text_buffer_print(text, " len=%u", (unsigned)access->len);
    if (access->priv)
        text_buffer_print(text, " priv=1");
    if (access->inst && !execute)
        text_buffer_print(text, " inst=1");
    if (access->tbu)
        text_buffer_print(text, " tbu=%u", (unsigned)access->tbu);
    if (access->ats == CLIENT_TRANSLATED)
        text_buffer_print(text, " ats=translated");
    if (access->order_id)
        text_buffer_print(text, " id=%u", (unsigned)access->order_id);
    if (access->start)
        text_buffer_print(text, " at=%llu", (unsigned long long)access->start);
    if (access->memattr != usual.memattr)
        text_buffer_print(text, " memattr=0x%x", (unsigned)access->memattr);
    if (access->sh != usual.sh)
        text_buffer_print(text, " sh=%u", (unsigned)access->sh);
    if (access->write && data)
        print_data(text, data, access->len);
}

static void print_result(text_buffer *text, const struct client_access *access,
                         const struct client_result *result, const uint8_t *data)
{
    if (!result) {
        text_buffer_print(text, " -> stall");
    } else if (result->result == SMMU_RESULT_RAZ_WI) {
        text_buffer_print(text, " -> %s", access->write ? "wi" : "raz");
    } else if (result->result == SMMU_RESULT_ABORT || result->memory_abort) {
        text_buffer_print(text, " -> abort");
    } else {
        text_buffer_print(text, " -> %s pa=0x%llx memattr=0x%x sh=%u ns=%u partid=%u pmg=%u",
                          result->bypass ? "bypass" : "ok", (unsigned long long)result->pa,
                          (unsigned)result->memattr, (unsigned)result->sh,
                          (unsigned)(result->pas == SMMU_PAS_NS), (unsigned)result->mpam.partid,
                          (unsigned)result->mpam.pmg);
        if (!access->write)
            print_data(text, data, access->len);
    }
}

void recorder_access(struct recorder *recorder, const struct client_access *access,
                     const char *name, const struct client_result *result, const uint8_t *data)
{
    if (!recorder)
        return;
    finish_line(recorder);
    print_access(&recorder->text, "dma", access, data);
    if (name)
        text_buffer_print(&recorder->text, " name=%s", name);
    print_result(&recorder->text, access, result, data);
    text_buffer_print(&recorder->text, "\n");
}

void recorder_access_start(struct recorder *recorder, const struct client_access *access,
                           const char *name)
{
    if (!recorder)
        return;
    finish_line(recorder);
    print_access(&recorder->text, "dma&", access, access->data);
    text_buffer_print(&recorder->text, " name=%s\n", name);
}

void recorder_access_join(struct recorder *recorder, const char *name,
                          const struct client_access *access, const struct client_result *result,
                          const uint8_t *data)
{
    if (!recorder)
        return;
    finish_line(recorder);
    text_buffer_print(&recorder->text, "join %s", name);
    print_result(&recorder->text, access, result, data);
    text_buffer_print(&recorder->text, "\n");
}

/* ---- ATS */

static void print_completion(text_buffer *text, const struct client_result *result)
{
    if (result->result == SMMU_RESULT_ATS_SUCCESS)
        text_buffer_print(text, " -> ok pa=0x%llx len=0x%llx r=%u w=%u x=%u u=0 priv=%u\n",
                          (unsigned long long)result->pa,
                          (unsigned long long)(UINT64_C(1) << result->region_log2),
                          (result->perms & SMMU_PERM_R) != 0, (result->perms & SMMU_PERM_W) != 0,
                          (result->perms & SMMU_PERM_X) != 0, result->priv);
    else
        text_buffer_print(text, " -> %s\n",
                          result->result == SMMU_RESULT_ATS_CA ? "ca" : "ur");
}

void recorder_ats(struct recorder *recorder, const struct client_access *access,
                  const struct client_result *result)
{
    if (!recorder || !result)
        return;
    finish_line(recorder);
    text_buffer *text = &recorder->text;
    text_buffer_print(text, "ats %u 0x%llx", (unsigned)access->streamid,
                      (unsigned long long)access->addr);
    if (access->ssv)
        text_buffer_print(text, " ssid=%u", (unsigned)access->substreamid);
    if (access->len != 1)
        text_buffer_print(text, " len=%u", (unsigned)access->len);
    if (access->ats_units > 1)
        text_buffer_print(text, " units=%u", (unsigned)access->ats_units);
    text_buffer_print(text, " nw=%u exec=%u priv=%u", !access->write, access->inst, access->priv);
    if (access->tbu)
        text_buffer_print(text, " tbu=%u", (unsigned)access->tbu);
    if (access->start)
        text_buffer_print(text, " at=%llu", (unsigned long long)access->start);
    print_completion(text, result);
}

void recorder_atc(struct recorder *recorder, uint32_t streamid, enum atc_answer answer,
                  uint64_t after)
{
    static const char *const answers[] = {
        [ATC_COMPLETES] = "ok", [ATC_NEVER_ANSWERS] = "never", [ATC_UNSUPPORTED] = "ur"};
    if (after && answer == ATC_COMPLETES)
        recorder_line(recorder, "atc %u respond=after:%llu", (unsigned)streamid,
                      (unsigned long long)after);
    else
        recorder_line(recorder, "atc %u respond=%s", (unsigned)streamid, answers[answer]);
}

void recorder_atc_inv(struct recorder *recorder, const smmu_out_atc_inv_t *inv)
{
    char pasid[24] = "";
    if (inv->ssv)
        snprintf(pasid, sizeof(pasid), " ssid=%u", (unsigned)inv->substreamid);
    recorder_line(recorder, "atc-inv %u addr=0x%llx size=%u ssv=%u%s global=%u",
                  (unsigned)inv->streamid, (unsigned long long)inv->addr,
                  inv->span_log2 - 12U, inv->ssv, pasid, inv->global);
}
