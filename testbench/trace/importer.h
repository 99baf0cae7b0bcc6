/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the importer share: its state, which is the little that one event of the log
 * leaves for the next, and one function an event. import_qemu.h is the importer's interface.
 */
#ifndef SMMUSIM_IMPORTER_H
#define SMMUSIM_IMPORTER_H

#include "trace/import_memory.h"
#include "trace/qemu_log.h"
#include "trace/text_buffer.h"
#include "trace/word_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMPORTER_MAX_REGISTERS = 128 };

/* The command that QEMU executes, between smmuv3_cmdq_consume and what follows it. */
struct import_command {
    bool open;
    uint64_t word[2];
    bool range_seen;
    uint64_t pages; /* of a range invalidation, which QEMU may report in several parts */
};

/* Between the consumption of commands and the register write that started it. */
struct import_batch {
    bool open;
    bool consumed;                      /* the two indexes below are known */
    uint32_t published_to, consumed_to; /* with their wrap bit */
    unsigned error;                     /* CMDQ_CONS.ERR */
};

struct import_stream {
    uint32_t streamid;
    uint64_t ste;
    bool table_known[2];
    import_table table[2]; /* TTB0, TTB1 */
};

struct importer {
    import_memory memory;
    text_buffer body; /* the statements after 'config' */
    char why[512];

    uint64_t identification[IMPORTER_MAX_REGISTERS]; /* by row of ref_register_table */
    bool identification_seen[IMPORTER_MAX_REGISTERS];
    uint64_t strtab_base, strtab_base_cfg, cmdq_base;
    bool cmdq_base_written;

    word_map consumed_slots;
    struct import_command command;
    struct import_batch batch;

    struct import_stream *streams;
    size_t stream_count;
    size_t stream; /* the one that QEMU translates for */
    bool translating;
    bool found_in_tlb;
    uint64_t looked_up; /* the address of the last TLB look-up */

    unsigned long fetches;
    unsigned long older_mappings;
};

/* Sets 'why'; returns false, as every function below does then. */
bool importer_fail(struct importer *importer, const char *format, ...) TEXT_BUFFER_PRINTF;

/* importer_registers.c */
bool importer_read_mmio(struct importer *importer, const qemu_event *event);
bool importer_write_mmio(struct importer *importer, const qemu_event *event);
void importer_print_config(const struct importer *importer, text_buffer *trace);

/* importer_commands.c */
unsigned importer_queue_log2size(const struct importer *importer);
bool importer_cmdq_consume(struct importer *importer, const qemu_event *event);
bool importer_cmdq_opcode(struct importer *importer, const qemu_event *event);
bool importer_cmdq_cfgi_stream(struct importer *importer, const qemu_event *event);
bool importer_cmdq_cfgi_ste_range(struct importer *importer, const qemu_event *event);
bool importer_cmdq_tlbi_nh_asid(struct importer *importer, const qemu_event *event);
bool importer_range_inval(struct importer *importer, const qemu_event *event);
bool importer_cmdq_consume_error(struct importer *importer, const qemu_event *event);
bool importer_cmdq_consume_out(struct importer *importer, const qemu_event *event);

/* importer_translations.c */
bool importer_config_cache(struct importer *importer, const qemu_event *event);
bool importer_find_ste_2lvl(struct importer *importer, const qemu_event *event);
bool importer_get_ste(struct importer *importer, const qemu_event *event);
bool importer_get_cd(struct importer *importer, const qemu_event *event);
bool importer_decode_cd_tt(struct importer *importer, const qemu_event *event);
bool importer_iotlb_lookup(struct importer *importer, const qemu_event *event);
bool importer_get_pte(struct importer *importer, const qemu_event *event);
bool importer_translate_success(struct importer *importer, const qemu_event *event);
bool importer_translate_untouched(struct importer *importer, const qemu_event *event);
bool importer_record_event(struct importer *importer, const qemu_event *event);

#endif
