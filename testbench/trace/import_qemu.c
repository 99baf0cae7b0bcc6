/* SPDX-License-Identifier: Apache-2.0 */
/* The importer: reads the log event by event; see import_qemu.h. */

#include "trace/import_qemu.h"

#include "trace/importer.h"
#include "trace/memory_listing.h"
#include "trace/text_file.h"

#include <stdlib.h>
#include <string.h>

typedef bool (*event_handler)(struct importer *importer, const qemu_event *event);

static const event_handler handlers[QEMU_EVENT_KINDS] = {
    [QEMU_EVENT_READ_MMIO] = importer_read_mmio,
    [QEMU_EVENT_WRITE_MMIO] = importer_write_mmio,
    [QEMU_EVENT_CMDQ_CONSUME] = importer_cmdq_consume,
    [QEMU_EVENT_CMDQ_OPCODE] = importer_cmdq_opcode,
    [QEMU_EVENT_CMDQ_CONSUME_ERROR] = importer_cmdq_consume_error,
    [QEMU_EVENT_CMDQ_CONSUME_OUT] = importer_cmdq_consume_out,
    [QEMU_EVENT_CMDQ_CFGI_STE] = importer_cmdq_cfgi_stream,
    [QEMU_EVENT_CMDQ_CFGI_STE_RANGE] = importer_cmdq_cfgi_ste_range,
    [QEMU_EVENT_CMDQ_CFGI_CD] = importer_cmdq_cfgi_stream,
    [QEMU_EVENT_CMDQ_TLBI_NH_ASID] = importer_cmdq_tlbi_nh_asid,
    [QEMU_EVENT_S1_RANGE_INVAL] = importer_range_inval,
    [QEMU_EVENT_RANGE_INVAL] = importer_range_inval,
    [QEMU_EVENT_CONFIG_CACHE_HIT] = importer_config_cache,
    [QEMU_EVENT_CONFIG_CACHE_MISS] = importer_config_cache,
    [QEMU_EVENT_FIND_STE_2LVL] = importer_find_ste_2lvl,
    [QEMU_EVENT_GET_STE] = importer_get_ste,
    [QEMU_EVENT_GET_CD] = importer_get_cd,
    [QEMU_EVENT_DECODE_CD_TT] = importer_decode_cd_tt,
    [QEMU_EVENT_IOTLB_LOOKUP_HIT] = importer_iotlb_lookup,
    [QEMU_EVENT_IOTLB_LOOKUP_MISS] = importer_iotlb_lookup,
    [QEMU_EVENT_GET_PTE] = importer_get_pte,
    [QEMU_EVENT_TRANSLATE_SUCCESS] = importer_translate_success,
    [QEMU_EVENT_TRANSLATE_DISABLE] = importer_translate_untouched,
    [QEMU_EVENT_TRANSLATE_BYPASS] = importer_translate_untouched,
    [QEMU_EVENT_TRANSLATE_ABORT] = importer_translate_untouched,
    [QEMU_EVENT_RECORD_EVENT] = importer_record_event,
};

static bool take_line(struct importer *importer, const char *line, unsigned long *counts)
{
    qemu_event event;

    if (!qemu_event_parse(line, &event, importer->why, sizeof importer->why))
        return false;
    counts[event.kind]++;
    return handlers[event.kind] == NULL || handlers[event.kind](importer, &event);
}

static bool check_end(struct importer *importer, bool any_event)
{
    if (!any_event)
        return importer_fail(importer, "the log has no events");
    if (importer->batch.open || importer->batch.consumed)
        return importer_fail(importer, "the log ends before the register write that started its "
                                       "last commands: it is cut off");
    if (importer->translating)
        return importer_fail(importer, "the log ends within a translation: it is cut off");
    if (importer->body.out_of_memory || importer->memory.out_of_memory)
        return importer_fail(importer, "out of memory");
    return true;
}

static bool read_log(struct importer *importer, text_file *log, unsigned long *counts)
{
    text_file_result result;
    bool any_event = false;
    char *line;

    while ((result = text_file_next(log, &line)) == TEXT_FILE_LINE) {
        if (!text_file_line_ended(log))
            return importer_fail(importer, "the line has no end: the log is cut off");
        if (line[0] == '\0')
            continue;
        if (!take_line(importer, line, counts))
            return false;
        any_event = true;
    }
    if (result == TEXT_FILE_ERROR)
        return importer_fail(importer, "%s", text_file_error(log));
    return check_end(importer, any_event);
}

/* ----------------------------------------------------------------- result */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static bool write_trace(const struct importer *importer,
                        const struct trace_import_qemu_options *options, char *why, size_t why_size)
{
    text_buffer trace = {NULL, 0, 0, false};
    bool good;

    text_buffer_print(&trace, "smmu-trace 1\n# imported from %s", base_name(options->log));
    if (options->memory != NULL)
        text_buffer_print(&trace, " and %s", base_name(options->memory));
    text_buffer_print(&trace, ", a QEMU log and what its driver kept in memory\n");
    importer_print_config(importer, &trace);
    if (importer->body.text != NULL)
        text_buffer_append(&trace, importer->body.text, importer->body.length);
    if (trace.out_of_memory)
        snprintf(why, why_size, "out of memory");
    good = !trace.out_of_memory &&
           text_file_write(options->out, trace.text, trace.length, why, why_size);
    text_buffer_free(&trace);
    return good;
}

static void print_summary(const struct importer *importer, const unsigned long *counts,
                          FILE *diagnostics)
{
    unsigned long translations =
        counts[QEMU_EVENT_TRANSLATE_SUCCESS] + counts[QEMU_EVENT_TRANSLATE_DISABLE] +
        counts[QEMU_EVENT_TRANSLATE_BYPASS] + counts[QEMU_EVENT_TRANSLATE_ABORT] +
        counts[QEMU_EVENT_RECORD_EVENT];

    fprintf(diagnostics,
            "imported: %lu register reads, %lu register writes, %lu commands, "
            "%lu configuration fetches, %lu descriptor reads, %lu translations\n",
            counts[QEMU_EVENT_READ_MMIO], counts[QEMU_EVENT_WRITE_MMIO],
            counts[QEMU_EVENT_CMDQ_CONSUME], importer->fetches, counts[QEMU_EVENT_GET_PTE],
            translations);
    fprintf(diagnostics,
            "within the translations: %lu TLB look-ups (%lu hits), %lu configuration look-ups "
            "(%lu hits)\n",
            counts[QEMU_EVENT_IOTLB_LOOKUP_HIT] + counts[QEMU_EVENT_IOTLB_LOOKUP_MISS],
            counts[QEMU_EVENT_IOTLB_LOOKUP_HIT],
            counts[QEMU_EVENT_CONFIG_CACHE_HIT] + counts[QEMU_EVENT_CONFIG_CACHE_MISS],
            counts[QEMU_EVENT_CONFIG_CACHE_HIT]);
    if (importer->older_mappings != 0)
        fprintf(diagnostics,
                "%lu translations came from QEMU's TLB after memory had changed: "
                "they expect nothing\n",
                importer->older_mappings);
    fprintf(diagnostics, "left out, by kind of event:\n");
    for (int kind = 0; kind < QEMU_EVENT_KINDS; kind++) {
        const char *why = qemu_event_why_left_out((qemu_event_kind)kind);

        if (why != NULL && counts[kind] != 0)
            fprintf(diagnostics, "%8lu %s: %s\n", counts[kind],
                    qemu_event_name((qemu_event_kind)kind), why);
    }
}

static bool import(struct importer *importer, const struct trace_import_qemu_options *options,
                   FILE *diagnostics)
{
    unsigned long counts[QEMU_EVENT_KINDS] = {0};
    char why[256];
    text_file *log;
    bool good;

    if (options->memory != NULL && !memory_listing_read(options->memory, &importer->memory.listing,
                                                        importer->why, sizeof importer->why)) {
        fprintf(diagnostics, "%s\n", importer->why);
        return false;
    }
    log = text_file_open(options->log, why, sizeof why);
    if (log == NULL) {
        fprintf(diagnostics, "%s: %s\n", options->log, why);
        return false;
    }
    good = read_log(importer, log, counts);
    if (!good)
        fprintf(diagnostics, "%s:%lu: %s\n", options->log, text_file_line_number(log),
                importer->why);
    text_file_close(log);
    if (good && !write_trace(importer, options, why, sizeof why)) {
        fprintf(diagnostics, "%s: %s\n", options->out, why);
        good = false;
    }
    if (good)
        print_summary(importer, counts, diagnostics);
    return good;
}

int trace_import_qemu(const struct trace_import_qemu_options *options, FILE *diagnostics)
{
    struct importer *importer = calloc(1, sizeof *importer);
    bool good;

    if (importer == NULL) {
        fprintf(diagnostics, "out of memory\n");
        return 2;
    }
    importer->memory.trace = &importer->body;
    good = import(importer, options, diagnostics);
    word_map_free(&importer->memory.listing);
    word_map_free(&importer->memory.stored);
    word_map_free(&importer->consumed_slots);
    text_buffer_free(&importer->body);
    free(importer->streams);
    free(importer);
    return good ? 0 : 2;
}
