/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of a QEMU log of the trace events that match 'smmu*': which event it is, and its
 * numbers. Owns the text form of the events (of QEMU 7.2; later versions name more numbers on a
 * line, which is read too). What an event means to a trace is import_qemu.c's.
 */
#ifndef SMMUSIM_QEMU_LOG_H
#define SMMUSIM_QEMU_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { QEMU_EVENT_MAX_NUMBERS = 7, QEMU_EVENT_MAX_WORD = 64 };

/*
 * X(kind, event name, what stands before the word, what stands before each number, between bars)
 *
 * NULL before the word: the event has none. "": its text starts with the word.
 */
#define QEMU_IMPORTED_EVENTS(X)                                                                    \
    X(READ_MMIO, "smmuv3_read_mmio", NULL, "addr: |val:|size: |(")                                 \
    X(WRITE_MMIO, "smmuv3_write_mmio", NULL, "addr: |val:|size: |(")                               \
    X(CMDQ_CONSUME, "smmuv3_cmdq_consume", NULL, "prod=|cons=|prod.wrap=|cons.wrap=")              \
    X(CMDQ_OPCODE, "smmuv3_cmdq_opcode", "<--- ", "")                                              \
    X(CMDQ_CONSUME_ERROR, "smmuv3_cmdq_consume_error", "Error on ", "command execution: ")         \
    X(CMDQ_CONSUME_OUT, "smmuv3_cmdq_consume_out", NULL, "prod:|cons:|prod_wrap:|cons_wrap:")      \
    X(CMDQ_CFGI_STE, "smmuv3_cmdq_cfgi_ste", NULL, "streamid= ")                                   \
    X(CMDQ_CFGI_STE_RANGE, "smmuv3_cmdq_cfgi_ste_range", NULL, "start=|end=")                      \
    X(CMDQ_CFGI_CD, "smmuv3_cmdq_cfgi_cd", NULL, "sid=")                                           \
    X(CMDQ_TLBI_NH_ASID, "smmuv3_cmdq_tlbi_nh_asid", NULL, "asid=")                                \
    X(S1_RANGE_INVAL, "smmuv3_s1_range_inval", NULL,                                               \
      "vmid=|asid=|addr=|tg=|num_pages=|ttl=|leaf=")                                               \
    X(RANGE_INVAL, "smmuv3_range_inval", NULL, "vmid=|asid=|addr=|tg=|num_pages=|ttl=|leaf=")      \
    X(CONFIG_CACHE_HIT, "smmuv3_config_cache_hit", NULL, "for sid=")                               \
    X(CONFIG_CACHE_MISS, "smmuv3_config_cache_miss", NULL, "for sid=")                             \
    X(FIND_STE_2LVL, "smmuv3_find_ste_2lvl", NULL,                                                 \
      "strtab_base:|l1ptr:|l1_off:|l2ptr:|l2_off:|max_l2_ste:")                                    \
    X(GET_STE, "smmuv3_get_ste", NULL, "STE addr: ")                                               \
    X(GET_CD, "smmuv3_get_cd", NULL, "CD addr: ")                                                  \
    X(DECODE_CD_TT, "smmuv3_decode_cd_tt", NULL, "TT[|tsz:|ttb:|granule_sz:")                      \
    X(IOTLB_LOOKUP_HIT, "smmu_iotlb_lookup_hit", NULL, "asid=|addr=")                              \
    X(IOTLB_LOOKUP_MISS, "smmu_iotlb_lookup_miss", NULL, "asid=|addr=")                            \
    X(GET_PTE, "smmu_get_pte", NULL, "baseaddr=|index=|pteaddr=|pte=")                             \
    X(TRANSLATE_SUCCESS, "smmuv3_translate_success", "", "sid=|iova=|translated=|perm=")           \
    X(TRANSLATE_DISABLE, "smmuv3_translate_disable", "", "sid=|iova:|is_write=")                   \
    X(TRANSLATE_BYPASS, "smmuv3_translate_bypass", "", "sid=|iova:|is_write=")                     \
    X(TRANSLATE_ABORT, "smmuv3_translate_abort", "", "sid=|iova:|is_write=")                       \
    X(RECORD_EVENT, "smmuv3_record_event", "", "sid=")

/* X(kind, event name, why it is no statement of a trace) */
#define QEMU_LEFT_OUT_EVENTS(X)                                                                    \
    X(ADD_MR, "smmu_add_mr", "QEMU's own memory region of a device")                               \
    X(CONFIG_CACHE_INV, "smmuv3_config_cache_inv", REPEATS_COMMAND)                                \
    X(CMDQ_TLBI_NH, "smmuv3_cmdq_tlbi_nh", REPEATS_COMMAND)                                        \
    X(CMDQ_TLBI_NSNH, "smmuv3_cmdq_tlbi_nsnh", REPEATS_COMMAND)                                    \
    X(CMDQ_TLBI_S12_VMID, "smmuv3_cmdq_tlbi_s12_vmid", REPEATS_COMMAND)                            \
    X(IOTLB_INV_ALL, "smmu_iotlb_inv_all", "QEMU's TLB: by a command, or because it was full")     \
    X(IOTLB_INV_ASID, "smmu_iotlb_inv_asid", REPEATS_COMMAND)                                      \
    X(IOTLB_INV_ASID_VMID, "smmu_iotlb_inv_asid_vmid", REPEATS_COMMAND)                            \
    X(IOTLB_INV_VMID, "smmu_iotlb_inv_vmid", REPEATS_COMMAND)                                      \
    X(IOTLB_INV_VMID_S1, "smmu_iotlb_inv_vmid_s1", REPEATS_COMMAND)                                \
    X(IOTLB_INV_IOVA, "smmu_iotlb_inv_iova", REPEATS_COMMAND)                                      \
    X(IOTLB_INSERT, "smmu_iotlb_insert", "QEMU's TLB: what the walk before it found")              \
    X(FIND_STE, "smmuv3_find_ste", "repeats the StreamID of the configuration fetch")              \
    X(DECODE_CD, "smmuv3_decode_cd", "QEMU's own output address size")                             \
    X(PTW_LEVEL, "smmu_ptw_level", REPEATS_DESCRIPTOR)                                             \
    X(PTW_PAGE_PTE, "smmu_ptw_page_pte", REPEATS_DESCRIPTOR)                                       \
    X(PTW_BLOCK_PTE, "smmu_ptw_block_pte", REPEATS_DESCRIPTOR)                                     \
    X(PTW_INVALID_PTE, "smmu_ptw_invalid_pte", REPEATS_DESCRIPTOR)                                 \
    X(UNHANDLED_CMD, "smmuv3_unhandled_cmd", REPEATS_COMMAND)                                      \
    X(UPDATE, "smmuv3_update", "QEMU's view of a queue; the index registers tell it")              \
    X(UPDATE_CHECK_CMD, "smmuv3_update_check_cmd", "QEMU's view of a queue")                       \
    X(TRIGGER_IRQ, "smmuv3_trigger_irq", "a pulse of QEMU's, not an access of the driver")         \
    X(WRITE_GERROR, "smmuv3_write_gerror", "the driver's reads of GERROR tell it")                 \
    X(WRITE_GERRORN, "smmuv3_write_gerrorn", "repeats the write of GERRORN")                       \
    X(WRITE_MMIO_IDR, "smmuv3_write_mmio_idr", "repeats the write of a read-only register")        \
    X(EVTQ_CONS_BEF, "smmuv3_write_mmio_evtq_cons_bef_clear", "QEMU's view of the event queue")    \
    X(EVTQ_CONS_AFTER, "smmuv3_write_mmio_evtq_cons_after_clear", "QEMU's view of the event queue") \
    X(NOTIFY_FLAG_ADD, "smmuv3_notify_flag_add", NOTIFIER)                                         \
    X(NOTIFY_FLAG_DEL, "smmuv3_notify_flag_del", NOTIFIER)                                         \
    X(INV_NOTIFIERS_IOVA, "smmuv3_inv_notifiers_iova", NOTIFIER)                                   \
    X(INV_NOTIFIERS_MR, "smmu_inv_notifiers_mr", NOTIFIER)

typedef enum qemu_event_kind {
#define QEMU_EVENT_ENUM(kind, ...) QEMU_EVENT_##kind,
    QEMU_IMPORTED_EVENTS(QEMU_EVENT_ENUM)
    QEMU_LEFT_OUT_EVENTS(QEMU_EVENT_ENUM)
#undef QEMU_EVENT_ENUM
    QEMU_EVENT_UNKNOWN, /* an smmu event that this table does not have */
    QEMU_EVENT_KINDS
} qemu_event_kind;

typedef struct qemu_event {
    qemu_event_kind kind;
    uint64_t number[QEMU_EVENT_MAX_NUMBERS]; /* in the order of the table */
    char word[QEMU_EVENT_MAX_WORD];
} qemu_event;

/* False if the line is no event of an SMMU or is malformed; then 'why' says how. */
bool qemu_event_parse(const char *line, qemu_event *event, char *why, size_t why_size);

const char *qemu_event_name(qemu_event_kind kind);

/* NULL for an event that is imported. */
const char *qemu_event_why_left_out(qemu_event_kind kind);

#ifdef __cplusplus
}
#endif
#endif
