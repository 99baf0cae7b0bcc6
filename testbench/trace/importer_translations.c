/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The importer's translations: brings structures and descriptors into memory before the
 * transaction that needs them, and checks that memory explains each result, also where QEMU took
 * it from its TLB.
 */

#include "trace/importer.h"

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 4096, DEFAULT_DMA_BYTES = 4, MAX_INPUT_BITS = 48, PERMISSION_WRITE_ONLY = 2 };

/* Makes the stream current; a new one at its first use. */
static bool select_stream(struct importer *importer, uint32_t streamid)
{
    struct import_stream *streams = importer->streams;
    size_t i = 0;

    while (i < importer->stream_count && streams[i].streamid != streamid)
        i++;
    importer->stream = i;
    if (i < importer->stream_count)
        return true;
    streams = realloc(streams, (i + 1) * sizeof *streams);
    if (streams == NULL)
        return importer_fail(importer, "out of memory");
    streams[i] = (struct import_stream){.streamid = streamid};
    importer->streams = streams;
    importer->stream_count = i + 1;
    return true;
}

static bool close_translation(struct importer *importer)
{
    importer->translating = false;
    return true;
}

/* ---------------------------------------------------------- configuration */

bool importer_config_cache(struct importer *importer, const qemu_event *event)
{
    /* Invalidation commands look a configuration up, too. */
    importer->translating = !importer->command.open;
    return select_stream(importer, (uint32_t)event->number[0]);
}

static struct import_stream *current_stream(struct importer *importer)
{
    if (importer->stream_count == 0) {
        importer_fail(importer, "a configuration fetch of no stream");
        return NULL;
    }
    return &importer->streams[importer->stream];
}

bool importer_find_ste_2lvl(struct importer *importer, const qemu_event *event)
{
    import_memory *memory = &importer->memory;
    uint64_t l1std = event->number[1], l2ptr = event->number[3], word;
    const struct import_stream *stream = current_stream(importer);

    if (stream == NULL)
        return false;
    import_memory_publish_stream(memory, importer->strtab_base, importer->strtab_base_cfg,
                                 stream->streamid);
    word = import_memory_word(memory, l1std);
    if ((word & REF_MASK(L1STD_L2PTR)) != l2ptr)
        return importer_fail(importer,
                             "the Level 1 Stream table descriptor at 0x%" PRIx64
                             " leads to 0x%" PRIx64
                             " in the log; the memory listing has 0x%" PRIx64,
                             l1std, l2ptr, word);
    import_memory_expect(memory, l1std, REF_L1STD_BYTES, "fetched");
    return true;
}

bool importer_get_ste(struct importer *importer, const qemu_event *event)
{
    import_memory *memory = &importer->memory;
    struct import_stream *stream = current_stream(importer);
    uint64_t ste = event->number[0];

    if (stream == NULL)
        return false;
    import_memory_publish_stream(memory, importer->strtab_base, importer->strtab_base_cfg,
                                 stream->streamid);
    if (REF_FIELD(STE_V, import_memory_word(memory, ste)) == 0)
        return importer_fail(importer, "the STE at 0x%" PRIx64 " is not in the memory listing",
                             ste);
    import_memory_expect(memory, ste, REF_STE_BYTES, "fetched");
    *stream = (struct import_stream){.streamid = stream->streamid, .ste = ste};
    importer->fetches++;
    return true;
}

bool importer_get_cd(struct importer *importer, const qemu_event *event)
{
    import_memory *memory = &importer->memory;
    struct import_stream *stream = current_stream(importer);
    uint64_t cd = event->number[0];

    if (stream == NULL)
        return false;
    if (import_memory_context(memory, stream->ste) != cd)
        return importer_fail(importer,
                             "the STE at 0x%" PRIx64 " leads to 0x%" PRIx64
                             " in the memory listing, to 0x%" PRIx64 " in the log",
                             stream->ste, import_memory_context(memory, stream->ste), cd);
    if (REF_FIELD(CD_V, import_memory_word(memory, cd)) == 0)
        return importer_fail(importer, "the CD at 0x%" PRIx64 " is not in the memory listing", cd);
    import_memory_expect(memory, cd, REF_CD_BYTES, "fetched");
    return true;
}

/* The context descriptor as QEMU decoded it must be the one in memory. */
bool importer_decode_cd_tt(struct importer *importer, const qemu_event *event)
{
    const import_memory *memory = &importer->memory;
    struct import_stream *stream = current_stream(importer);
    const uint64_t *number = event->number;
    uint64_t cd, size, base;

    if (stream == NULL)
        return false;
    if (number[0] > 1)
        return importer_fail(importer, "there is no TT[%" PRIu64 "]", number[0]);
    cd = import_memory_context(memory, stream->ste);
    size = import_memory_word(memory, cd);
    size = number[0] == 0 ? REF_FIELD(CD_T0SZ, size) : REF_FIELD(CD_T1SZ, size);
    base = import_memory_word(memory, cd + 8 + 8 * number[0]) & REF_MASK(CD_TTB0);
    if (size != number[1] || base != number[2])
        return importer_fail(importer,
                             "the CD at 0x%" PRIx64 " has size %" PRIu64 " and table 0x%" PRIx64
                             " in the memory listing, %" PRIu64 " and 0x%" PRIx64 " in the log",
                             cd, size, base, number[1], number[2]);
    if (number[3] < 12 || number[3] > 16 || number[1] >= 64 - number[3])
        return importer_fail(importer, "no translation table has these sizes");
    stream->table_known[number[0]] =
        import_memory_stage1_only(memory, stream->ste) && 64 - number[1] <= MAX_INPUT_BITS;
    stream->table[number[0]] = (import_table){base, 64 - (unsigned)number[1], (unsigned)number[3]};
    return true;
}

/* ----------------------------------------------------------- translations */

bool importer_iotlb_lookup(struct importer *importer, const qemu_event *event)
{
    importer->looked_up = event->number[1];
    importer->found_in_tlb = event->kind == QEMU_EVENT_IOTLB_LOOKUP_HIT;
    return true;
}

bool importer_get_pte(struct importer *importer, const qemu_event *event)
{
    if (event->number[2] % 8 != 0)
        return importer_fail(importer, "a descriptor at 0x%" PRIx64 ", not a multiple of 8",
                             event->number[2]);
    import_memory_store(&importer->memory, event->number[2], &event->number[3], 1, NULL);
    return true;
}

/* What the tables in memory say; true also if it is not known where they are. */
static bool memory_explains(const struct importer *importer, const qemu_event *event)
{
    const struct import_stream *stream = &importer->streams[importer->stream];
    uint64_t address = event->number[1], output = 0;
    size_t upper = (size_t)(address >> 63);

    if (!stream->table_known[upper])
        return true;
    return import_memory_walk(&importer->memory, &stream->table[upper], address, &output) &&
           output == event->number[2];
}

/*
 * The log has the permissions of the page, not the access. A read is what it must have been
 * able to be, unless the page can only be written.
 */
static void print_dma(struct importer *importer, char direction, uint64_t streamid,
                      uint64_t address)
{
    uint64_t in_page = PAGE_BYTES - address % PAGE_BYTES;

    text_buffer_print(&importer->body, "dma %c 0x%" PRIx64 " 0x%" PRIx64, direction, streamid,
                      address);
    if (in_page < DEFAULT_DMA_BYTES)
        text_buffer_print(&importer->body, " len=%" PRIu64, in_page);
}

bool importer_translate_success(struct importer *importer, const qemu_event *event)
{
    const uint64_t *number = event->number;
    bool explained;

    if (!select_stream(importer, (uint32_t)number[0]))
        return false;
    explained = memory_explains(importer, event);
    if (!explained && !importer->found_in_tlb)
        return importer_fail(importer,
                             "the descriptors in the log do not lead to this translation");
    print_dma(importer, number[3] == PERMISSION_WRITE_ONLY ? 'w' : 'r', number[0], number[1]);
    if (explained)
        text_buffer_print(&importer->body, " -> ok pa=0x%" PRIx64 "\n", number[2]);
    else
        text_buffer_print(&importer->body,
                          " # from QEMU's TLB: 0x%" PRIx64 "; memory has changed\n", number[2]);
    importer->older_mappings += !explained;
    return close_translation(importer);
}

/* Disabled, bypassed or aborted by its STE. */
bool importer_translate_untouched(struct importer *importer, const qemu_event *event)
{
    const uint64_t *number = event->number;

    print_dma(importer, number[2] != 0 ? 'w' : 'r', number[0], number[1]);
    text_buffer_print(&importer->body, " -> %s\n",
                      event->kind == QEMU_EVENT_TRANSLATE_ABORT ? "abort" : "bypass");
    return close_translation(importer);
}

/*
 * A translation that failed. Its address is known to the page from the TLB look-up, if it got
 * that far; its direction is not: a page forbids writes more often than reads.
 */
bool importer_record_event(struct importer *importer, const qemu_event *event)
{
    char direction = strcmp(event->word, "F_PERMISSION") == 0 ? 'w' : 'r';

    print_dma(importer, direction, event->number[0], importer->looked_up);
    text_buffer_print(&importer->body, " -> abort # %s\n", event->word);
    return close_translation(importer);
}
