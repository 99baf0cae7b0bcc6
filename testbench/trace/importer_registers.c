/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The importer's register accesses. QEMU reports a write after its effect, so the commands that
 * a write of CMDQ_PROD published stand before it in the log.
 */

#include "trace/importer.h"

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_tables.h"

#include <inttypes.h>
#include <string.h>

/* QEMU does not tell page 1 from page 0, where these offsets are not the registers' own. */
static uint32_t true_offset(uint64_t offset)
{
    switch (offset) {
    case REF_REG_EVENTQ_PROD_ALIAS:
    case REF_REG_EVENTQ_CONS_ALIAS:
    case REF_REG_PRIQ_PROD_ALIAS:
    case REF_REG_PRIQ_CONS_ALIAS:
        return (uint32_t)offset + REF_PAGE1;
    default:
        return (uint32_t)offset;
    }
}

/* The row of ref_register_table, or ref_register_count. */
static size_t find_register(uint32_t offset)
{
    size_t row = 0;

    while (row < ref_register_count && ref_register_table[row].offset != offset)
        row++;
    return row;
}

static void print_access(struct importer *importer, char direction, const qemu_event *event,
                         bool with_value)
{
    uint32_t offset = true_offset(event->number[0]);
    size_t row = find_register(offset);
    text_buffer *body = &importer->body;

    text_buffer_print(body, "%c%u ", direction, event->number[2] == 8 ? 64U : 32U);
    if (row < ref_register_count)
        text_buffer_print(body, "%s", ref_register_table[row].name);
    else
        text_buffer_print(body, "0x%" PRIx32, offset);
    if (with_value)
        text_buffer_print(body, " 0x%" PRIx64, event->number[1]);
    text_buffer_print(body, "\n");
}

static bool check_access(struct importer *importer, const qemu_event *event)
{
    uint64_t offset = event->number[0], size = event->number[2];

    if (size != 4 && size != 8)
        return importer_fail(importer, "an access of %" PRIu64 " bytes; registers have 4 or 8",
                             size);
    if (offset >= REF_REG_END || offset % size != 0)
        return importer_fail(importer, "no register is at 0x%" PRIx64, offset);
    if (size == 4 && event->number[1] > UINT32_MAX)
        return importer_fail(importer, "0x%" PRIx64 " does not fit 4 bytes", event->number[1]);
    return true;
}

/* ---------------------------------------------------------- identification */

static bool is_identification(size_t row)
{
    const char *name = row < ref_register_count ? ref_register_table[row].name : "";

    return row < IMPORTER_MAX_REGISTERS &&
           (strncmp(name, "IDR", 3) == 0 || strcmp(name, "IIDR") == 0 || strcmp(name, "AIDR") == 0);
}

/* True if the log has the register's value. */
static bool identified(const struct importer *importer, uint32_t offset, uint64_t *value)
{
    size_t row = find_register(offset);

    if (row >= IMPORTER_MAX_REGISTERS || !importer->identification_seen[row])
        return false;
    *value = importer->identification[row];
    return true;
}

/* Drivers do not read AIDR, but IDR3 tells whether the version is below 3.2 (6.3.4). */
static void print_version(const struct importer *importer, text_buffer *trace)
{
    uint64_t idr3, aidr;

    if (!identified(importer, REF_REG_AIDR, &aidr) && identified(importer, REF_REG_IDR3, &idr3) &&
        REF_FIELD(IDR3_FWB, idr3) == 0)
        text_buffer_print(trace, "config AIDR.ARCHMINORREV=1 # from IDR3.FWB=0\n");
}

/* Every field, so that the trace does not depend on what a simulator has without 'config'. */
void importer_print_config(const struct importer *importer, text_buffer *trace)
{
    for (size_t row = 0; row < ref_register_count && row < IMPORTER_MAX_REGISTERS; row++) {
        const char *name = ref_register_table[row].name;

        if (!importer->identification_seen[row])
            continue;
        text_buffer_print(trace, "config");
        for (size_t i = 0; i < ref_register_field_count; i++) {
            const struct ref_field_row *field = &ref_register_field_table[i];

            if (strcmp(field->object, name) == 0)
                text_buffer_print(trace, " %s.%s=%" PRIu64, name, field->field,
                                  ref_get(importer->identification[row], field->msb, field->lsb));
        }
        text_buffer_print(trace, "\n");
    }
    print_version(importer, trace);
}

bool importer_read_mmio(struct importer *importer, const qemu_event *event)
{
    size_t row = find_register(true_offset(event->number[0]));
    bool refused = event->number[3] != 0; /* by QEMU: then the value is none */

    if (!check_access(importer, event))
        return false;
    if (is_identification(row) && event->number[2] == 4 && !refused) {
        importer->identification[row] = event->number[1];
        importer->identification_seen[row] = true;
    }
    print_access(importer, 'r', event, !refused);
    return true;
}

/* ----------------------------------------------------------------- writes */

/* A register that may be written whole or in halves. */
static void set_register(uint64_t *value, uint32_t place, const qemu_event *event)
{
    uint64_t offset = event->number[0], written = event->number[1];

    if (event->number[2] == 8)
        *value = written;
    else if (offset == place)
        *value = (*value & ~(uint64_t)UINT32_MAX) | written;
    else
        *value = (*value & UINT32_MAX) | written << 32;
}

static void remember_write(struct importer *importer, const qemu_event *event)
{
    switch (event->number[0]) {
    case REF_REG_STRTAB_BASE:
    case REF_REG_STRTAB_BASE + 4:
        set_register(&importer->strtab_base, REF_REG_STRTAB_BASE, event);
        break;
    case REF_REG_STRTAB_BASE_CFG:
        importer->strtab_base_cfg = event->number[1];
        break;
    case REF_REG_CMDQ_BASE:
    case REF_REG_CMDQ_BASE + 4:
        set_register(&importer->cmdq_base, REF_REG_CMDQ_BASE, event);
        importer->cmdq_base_written = true;
        break;
    default:
        break;
    }
}

/* The writes after which QEMU looks at the Command queue. */
static bool starts_commands(uint64_t offset)
{
    return offset == REF_REG_CMDQ_PROD || offset == REF_REG_CR0 || offset == REF_REG_GERRORN;
}

static bool check_batch(struct importer *importer, const qemu_event *event)
{
    const struct import_batch *batch = &importer->batch;
    uint64_t index = event->number[1] & ref_mask(importer_queue_log2size(importer), 0);

    if ((batch->open || batch->consumed) && !starts_commands(event->number[0]))
        return importer_fail(importer, "commands were consumed before this write, which does not "
                                       "start commands");
    if (batch->open && !batch->consumed)
        return importer_fail(importer, "smmuv3_cmdq_consume_out is missing before this write");
    if (batch->consumed && event->number[0] == REF_REG_CMDQ_PROD && index != batch->published_to)
        return importer_fail(importer,
                             "CMDQ_PROD is written with index 0x%" PRIx64 ", but QEMU consumed "
                             "commands up to 0x%" PRIx32,
                             index, batch->published_to);
    return true;
}

bool importer_write_mmio(struct importer *importer, const qemu_event *event)
{
    struct import_batch *batch = &importer->batch;

    if (!check_access(importer, event) || !check_batch(importer, event))
        return false;
    print_access(importer, 'w', event, true);
    remember_write(importer, event);
    if (batch->consumed) {
        text_buffer_print(&importer->body, "cons 0x%" PRIx32, batch->consumed_to);
        if (batch->error != 0)
            text_buffer_print(&importer->body, " err=%u", batch->error);
        text_buffer_print(&importer->body, "\n");
    }
    *batch = (struct import_batch){0};
    return true;
}
