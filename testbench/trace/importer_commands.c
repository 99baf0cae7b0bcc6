/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The importer's Command queue: stores the commands that the log consumes, as the memory listing
 * has them, and checks that the log and the listing speak of the same ones.
 */

#include "trace/importer.h"

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_tables.h"

#include <inttypes.h>
#include <string.h>

unsigned importer_queue_log2size(const struct importer *importer)
{
    uint64_t log2size = REF_FIELD(CMDQ_BASE_LOG2SIZE, importer->cmdq_base);

    return log2size < REF_QUEUE_LOG2SIZE_MAX ? (unsigned)log2size : REF_QUEUE_LOG2SIZE_MAX;
}

static uint32_t queue_index(const struct importer *importer, uint64_t index, uint64_t wrap)
{
    unsigned log2size = importer_queue_log2size(importer);

    return (uint32_t)((index & ref_mask(log2size, 0)) ^ (wrap & 1) << log2size);
}

static bool close_command(struct importer *importer)
{
    struct import_command *command = &importer->command;
    uint64_t expected;

    if (!command->open || !command->range_seen) {
        command->open = false;
        return true;
    }
    command->open = false;
    expected = REF_GET(CMD_TLBI_NH_VA_TG, command->word) == REF_TG_NONE
                   ? 1
                   : (REF_GET(CMD_TLBI_NH_VA_NUM, command->word) + 1)
                         << REF_GET(CMD_TLBI_NH_VA_SCALE, command->word);
    if (command->pages != expected)
        return importer_fail(importer,
                             "the command in memory invalidates %" PRIu64 " pages, the log "
                             "reports %" PRIu64,
                             expected, command->pages);
    return true;
}

static uint64_t slot_address(const struct importer *importer, uint32_t index)
{
    uint64_t slot = index & (ref_mask(importer_queue_log2size(importer), 0) >> 1);

    return (importer->cmdq_base & REF_MASK(CMDQ_BASE_ADDR)) + slot * REF_COMMAND_BYTES;
}

static const char *command_name(uint64_t opcode)
{
    for (size_t i = 0; i < ref_command_count; i++)
        if (ref_command_table[i].number == opcode)
            return ref_command_table[i].name;
    return "unknown opcode";
}

/* Stores what lies between two indexes of the queue. */
static void publish_commands(struct importer *importer, uint32_t from, uint32_t to)
{
    uint32_t mask = (uint32_t)ref_mask(importer_queue_log2size(importer), 0);

    for (; from != to; from = (from + 1) & mask) {
        uint64_t address = slot_address(importer, from), opcode = 0;

        word_map_get(&importer->memory.listing, address, &opcode);
        import_memory_publish(&importer->memory, address, REF_COMMAND_BYTES,
                              command_name(REF_FIELD(CMD_SYNC_OPCODE, opcode)));
    }
}

/*
 * A driver has written a stream's configuration by the time it publishes a command about it. The
 * listing has the last state alone, so that is what is stored.
 */
static bool names_a_stream(uint64_t opcode)
{
    return opcode == REF_CMD_PREFETCH_CONFIG || opcode == REF_CMD_PREFETCH_ADDR ||
           opcode == REF_CMD_CFGI_STE || opcode == REF_CMD_CFGI_CD || opcode == REF_CMD_CFGI_CD_ALL;
}

bool importer_cmdq_consume(struct importer *importer, const qemu_event *event)
{
    uint32_t prod = queue_index(importer, event->number[0], event->number[2]);
    uint32_t cons = queue_index(importer, event->number[1], event->number[3]);
    uint64_t address = slot_address(importer, cons), before = 0;
    struct import_command *command = &importer->command;

    if (!importer->cmdq_base_written)
        return importer_fail(importer, "a command is consumed before CMDQ_BASE is written");
    if (!close_command(importer))
        return false;
    if (!word_map_get(&importer->memory.listing, address, &command->word[0]))
        return importer_fail(importer,
                             "the command at 0x%" PRIx64 " (queue index 0x%" PRIx32 ") is not in "
                             "the memory listing",
                             address, cons);
    if (word_map_get(&importer->consumed_slots, address, &before))
        return importer_fail(importer,
                             "the queue slot at 0x%" PRIx64 " is used a second time; the memory "
                             "listing can have only one of its commands",
                             address);
    if (!word_map_set(&importer->consumed_slots, address, 1))
        return importer_fail(importer, "out of memory");
    if (!importer->batch.open)
        publish_commands(importer, cons, prod);
    importer->batch.open = true;
    command->open = true;
    command->range_seen = false;
    command->pages = 0;
    command->word[1] = import_memory_word(&importer->memory, address + 8);
    if (names_a_stream(REF_GET(CMD_SYNC_OPCODE, command->word)))
        import_memory_publish_stream(&importer->memory, importer->strtab_base,
                                     importer->strtab_base_cfg,
                                     (uint32_t)REF_GET(CMD_CFGI_STE_STREAMID, command->word));
    return true;
}

static bool is_opcode(const struct importer *importer, uint64_t opcode)
{
    return REF_GET(CMD_SYNC_OPCODE, importer->command.word) == opcode;
}

/* QEMU names commands as the specification does, with SMMU_ before it. */
bool importer_cmdq_opcode(struct importer *importer, const qemu_event *event)
{
    uint64_t opcode = REF_GET(CMD_SYNC_OPCODE, importer->command.word);
    const char *in_memory = command_name(opcode);
    bool unknown = strcmp(event->word, "INVALID") == 0 || strcmp(event->word, "UNKNOWN") == 0;

    if (!importer->command.open)
        return importer_fail(importer, "an opcode without a command");
    if (unknown || (strncmp(event->word, "SMMU_", 5) == 0 && !strcmp(event->word + 5, in_memory)))
        return true;
    return importer_fail(importer,
                         "the log has %s, the memory listing has opcode 0x%02" PRIx64 " (%s)",
                         event->word, opcode, in_memory);
}

/* A parameter that the log reports of the command in memory. */
static bool check_parameter(struct importer *importer, const char *name, uint64_t in_log,
                            uint64_t in_memory)
{
    if (!importer->command.open)
        return importer_fail(importer, "a command's parameter without a command");
    if (in_log != in_memory)
        return importer_fail(importer,
                             "the log has %s 0x%" PRIx64 ", the command in memory 0x%" PRIx64, name,
                             in_log, in_memory);
    return true;
}

bool importer_cmdq_cfgi_stream(struct importer *importer, const qemu_event *event)
{
    return check_parameter(importer, "StreamID", event->number[0],
                           REF_GET(CMD_CFGI_STE_STREAMID, importer->command.word));
}

bool importer_cmdq_cfgi_ste_range(struct importer *importer, const qemu_event *event)
{
    const uint64_t *words = importer->command.word;
    uint64_t last = ref_mask((unsigned)REF_GET(CMD_CFGI_STE_RANGE_RANGE, words), 0);
    uint64_t first = REF_GET(CMD_CFGI_STE_RANGE_STREAMID, words) & ~last;

    return check_parameter(importer, "first StreamID", event->number[0], first) &&
           check_parameter(importer, "last StreamID", event->number[1], first + last);
}

bool importer_cmdq_tlbi_nh_asid(struct importer *importer, const qemu_event *event)
{
    return check_parameter(importer, "ASID", event->number[0],
                           REF_GET(CMD_TLBI_NH_ASID_ASID, importer->command.word));
}

/* QEMU cuts a range whose size is no power of two into several. */
bool importer_range_inval(struct importer *importer, const qemu_event *event)
{
    struct import_command *command = &importer->command;
    const uint64_t *words = command->word, *number = event->number;
    uint64_t address = (words[1] & REF_MASK(CMD_TLBI_NH_VA_ADDR));
    uint64_t tg = REF_GET(CMD_TLBI_NH_VA_TG, words);

    address += tg != REF_TG_NONE ? command->pages << (2 * tg + 10) : 0;
    command->pages += number[4];
    command->range_seen = true;
    return (is_opcode(importer, REF_CMD_TLBI_NH_VAA) || is_opcode(importer, REF_CMD_TLBI_S2_IPA) ||
            check_parameter(importer, "ASID", number[1], REF_GET(CMD_TLBI_NH_VA_ASID, words))) &&
           check_parameter(importer, "VMID", number[0], REF_GET(CMD_TLBI_NH_VA_VMID, words)) &&
           check_parameter(importer, "address", number[2], address) &&
           check_parameter(importer, "TG", number[3], tg) &&
           (tg == REF_TG_NONE ||
            check_parameter(importer, "TTL", number[5], REF_GET(CMD_TLBI_NH_VA_TTL, words))) &&
           check_parameter(importer, "Leaf", number[6], REF_GET(CMD_TLBI_NH_VA_LEAF, words));
}

bool importer_cmdq_consume_out(struct importer *importer, const qemu_event *event)
{
    importer->batch.published_to = queue_index(importer, event->number[0], event->number[2]);
    importer->batch.consumed_to = queue_index(importer, event->number[1], event->number[3]);
    importer->batch.consumed = true;
    return close_command(importer);
}

bool importer_cmdq_consume_error(struct importer *importer, const qemu_event *event)
{
    importer->batch.error = (unsigned)event->number[0];
    return true;
}
