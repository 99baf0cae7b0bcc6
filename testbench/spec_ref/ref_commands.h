/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference constants: Command queue entries (chapter 4), 16 bytes, little-endian.
 *
 * Positions that the text gives only in a diagram were checked against what Linux programs. A row
 * that has neither behind it stands in REF_COMMAND_FIELDS_UNCONFIRMED, not in REF_COMMAND_FIELDS.
 */
#ifndef SMMUSIM_SPEC_REF_COMMANDS_H
#define SMMUSIM_SPEC_REF_COMMANDS_H

#include "ref_field.h"

enum { REF_COMMAND_BYTES = 16 };

/* X(command, opcode). CMD_CFGI_ALL is CMD_CFGI_STE_RANGE with Range = 31 (4.3.6). */
#define REF_COMMANDS(X)                                                                            \
    X(CMD_PREFETCH_CONFIG, 0x01)                                                                   \
    X(CMD_PREFETCH_ADDR, 0x02)                                                                     \
    X(CMD_CFGI_STE, 0x03)                                                                          \
    X(CMD_CFGI_STE_RANGE, 0x04)                                                                    \
    X(CMD_CFGI_CD, 0x05)                                                                           \
    X(CMD_CFGI_CD_ALL, 0x06)                                                                       \
    X(CMD_CFGI_VMS_PIDM, 0x07)                                                                     \
    X(CMD_TLBI_NH_ALL, 0x10)                                                                       \
    X(CMD_TLBI_NH_ASID, 0x11)                                                                      \
    X(CMD_TLBI_NH_VA, 0x12)                                                                        \
    X(CMD_TLBI_NH_VAA, 0x13)                                                                       \
    X(CMD_TLBI_EL3_ALL, 0x18)                                                                      \
    X(CMD_TLBI_EL3_VA, 0x1A)                                                                       \
    X(CMD_TLBI_EL2_ALL, 0x20)                                                                      \
    X(CMD_TLBI_EL2_ASID, 0x21)                                                                     \
    X(CMD_TLBI_EL2_VA, 0x22)                                                                       \
    X(CMD_TLBI_EL2_VAA, 0x23)                                                                      \
    X(CMD_TLBI_S12_VMALL, 0x28)                                                                    \
    X(CMD_TLBI_S2_IPA, 0x2A)                                                                       \
    X(CMD_TLBI_NSNH_ALL, 0x30)                                                                     \
    X(CMD_ATC_INV, 0x40)                                                                           \
    X(CMD_PRI_RESP, 0x41)                                                                          \
    X(CMD_RESUME, 0x44)                                                                            \
    X(CMD_STALL_TERM, 0x45)                                                                        \
    X(CMD_SYNC, 0x46)                                                                              \
    X(CMD_TLBI_S_EL2_ALL, 0x50)                                                                    \
    X(CMD_TLBI_S_EL2_ASID, 0x51)                                                                   \
    X(CMD_TLBI_S_EL2_VA, 0x52)                                                                     \
    X(CMD_TLBI_S_EL2_VAA, 0x53)                                                                    \
    X(CMD_TLBI_S_S12_VMALL, 0x58)                                                                  \
    X(CMD_TLBI_S_S2_IPA, 0x5A)                                                                     \
    X(CMD_TLBI_SNH_ALL, 0x60)                                                                      \
    X(CMD_DPTI_ALL, 0x70)                                                                          \
    X(CMD_DPTI_PA, 0x73)

#define REF_COMMAND_ENUM(name, opcode) REF_##name = (opcode),
enum ref_command {
    REF_COMMANDS(REF_COMMAND_ENUM) REF_CMD_IMPDEF_FIRST = 0x80,
    REF_CMD_IMPDEF_LAST = 0x8F
};

/* Fields that several commands share at one place (4.1.6, 4.4.1.1) */
#define REF_CMD_STREAM(X, cmd)                                                                     \
    X(cmd, OPCODE, 0, 7, 0)                                                                        \
    X(cmd, SSEC, 0, 10, 10)                                                                        \
    X(cmd, STREAMID, 0, 63, 32)
#define REF_CMD_SUBSTREAM(X, cmd)                                                                  \
    X(cmd, SSV, 0, 11, 11)                                                                         \
    X(cmd, SUBSTREAMID, 0, 31, 12)
#define REF_CMD_RANGE(X, cmd)                                                                      \
    X(cmd, NUM, 0, 16, 12)                                                                         \
    X(cmd, SCALE, 0, 25, 20)                                                                       \
    X(cmd, LEAF, 1, 0, 0)                                                                          \
    X(cmd, TTL128, 1, 7, 7)                                                                        \
    X(cmd, TTL, 1, 9, 8)                                                                           \
    X(cmd, TG, 1, 11, 10)
#define REF_CMD_OPCODE(X, cmd) X(cmd, OPCODE, 0, 7, 0)
#define REF_CMD_VMID(X, cmd) X(cmd, VMID, 0, 47, 32)
#define REF_CMD_ASID(X, cmd) X(cmd, ASID, 0, 63, 48)
#define REF_CMD_VA(X, cmd) X(cmd, ADDR, 1, 63, 12)
#define REF_CMD_IPA(X, cmd) X(cmd, ADDR, 1, 55, 12)

/* 4.2, 4.3: prefetch and configuration invalidation */
#define REF_CFG_COMMAND_FIELDS(X)                                                                  \
    REF_CMD_STREAM(X, CMD_PREFETCH_CONFIG)                                                         \
    REF_CMD_SUBSTREAM(X, CMD_PREFETCH_CONFIG)                                                      \
    REF_CMD_STREAM(X, CMD_PREFETCH_ADDR)                                                           \
    REF_CMD_SUBSTREAM(X, CMD_PREFETCH_ADDR)                                                        \
    X(CMD_PREFETCH_ADDR, SIZE, 1, 4, 0)                                                            \
    X(CMD_PREFETCH_ADDR, ADDR, 1, 63, 12)                                                          \
    REF_CMD_STREAM(X, CMD_CFGI_STE)                                                                \
    X(CMD_CFGI_STE, LEAF, 1, 0, 0)                                                                 \
    REF_CMD_STREAM(X, CMD_CFGI_STE_RANGE)                                                          \
    X(CMD_CFGI_STE_RANGE, RANGE, 1, 4, 0)                                                          \
    REF_CMD_STREAM(X, CMD_CFGI_CD)                                                                 \
    X(CMD_CFGI_CD, SUBSTREAMID, 0, 31, 12)                                                         \
    X(CMD_CFGI_CD, LEAF, 1, 0, 0)                                                                  \
    REF_CMD_STREAM(X, CMD_CFGI_CD_ALL)                                                             \
    X(CMD_CFGI_VMS_PIDM, OPCODE, 0, 7, 0)                                                          \
    X(CMD_CFGI_VMS_PIDM, SSEC, 0, 10, 10)

/* 4.4: TLB invalidation */
#define REF_TLBI_COMMAND_FIELDS(X)                                                                 \
    REF_CMD_OPCODE(X, CMD_TLBI_NH_ALL)                                                             \
    REF_CMD_VMID(X, CMD_TLBI_NH_ALL)                                                               \
    REF_CMD_OPCODE(X, CMD_TLBI_NH_ASID)                                                            \
    REF_CMD_VMID(X, CMD_TLBI_NH_ASID)                                                              \
    REF_CMD_ASID(X, CMD_TLBI_NH_ASID)                                                              \
    REF_CMD_OPCODE(X, CMD_TLBI_NH_VA)                                                              \
    REF_CMD_RANGE(X, CMD_TLBI_NH_VA)                                                               \
    REF_CMD_VMID(X, CMD_TLBI_NH_VA)                                                                \
    REF_CMD_ASID(X, CMD_TLBI_NH_VA)                                                                \
    REF_CMD_VA(X, CMD_TLBI_NH_VA)                                                                  \
    REF_CMD_OPCODE(X, CMD_TLBI_NH_VAA)                                                             \
    REF_CMD_RANGE(X, CMD_TLBI_NH_VAA)                                                              \
    REF_CMD_VMID(X, CMD_TLBI_NH_VAA)                                                               \
    REF_CMD_VA(X, CMD_TLBI_NH_VAA)                                                                 \
    REF_CMD_OPCODE(X, CMD_TLBI_EL3_ALL)                                                            \
    REF_CMD_OPCODE(X, CMD_TLBI_EL3_VA)                                                             \
    REF_CMD_RANGE(X, CMD_TLBI_EL3_VA)                                                              \
    REF_CMD_VA(X, CMD_TLBI_EL3_VA)                                                                 \
    REF_CMD_OPCODE(X, CMD_TLBI_EL2_ALL)                                                            \
    REF_CMD_OPCODE(X, CMD_TLBI_EL2_ASID)                                                           \
    REF_CMD_ASID(X, CMD_TLBI_EL2_ASID)                                                             \
    REF_CMD_OPCODE(X, CMD_TLBI_EL2_VA)                                                             \
    REF_CMD_RANGE(X, CMD_TLBI_EL2_VA)                                                              \
    REF_CMD_ASID(X, CMD_TLBI_EL2_VA)                                                               \
    REF_CMD_VA(X, CMD_TLBI_EL2_VA)                                                                 \
    REF_CMD_OPCODE(X, CMD_TLBI_EL2_VAA)                                                            \
    REF_CMD_RANGE(X, CMD_TLBI_EL2_VAA)                                                             \
    REF_CMD_VA(X, CMD_TLBI_EL2_VAA)                                                                \
    REF_CMD_OPCODE(X, CMD_TLBI_S12_VMALL)                                                          \
    REF_CMD_VMID(X, CMD_TLBI_S12_VMALL)                                                            \
    REF_CMD_OPCODE(X, CMD_TLBI_S2_IPA)                                                             \
    REF_CMD_RANGE(X, CMD_TLBI_S2_IPA)                                                              \
    REF_CMD_VMID(X, CMD_TLBI_S2_IPA)                                                               \
    REF_CMD_IPA(X, CMD_TLBI_S2_IPA)                                                                \
    REF_CMD_OPCODE(X, CMD_TLBI_NSNH_ALL)

/* 4.4: TLB invalidation that only the Secure queue takes */
#define REF_SECURE_TLBI_COMMAND_FIELDS(X)                                                          \
    REF_CMD_OPCODE(X, CMD_TLBI_S_EL2_ALL)                                                          \
    REF_CMD_OPCODE(X, CMD_TLBI_S_EL2_ASID)                                                         \
    REF_CMD_ASID(X, CMD_TLBI_S_EL2_ASID)                                                           \
    REF_CMD_OPCODE(X, CMD_TLBI_S_EL2_VA)                                                           \
    REF_CMD_RANGE(X, CMD_TLBI_S_EL2_VA)                                                            \
    REF_CMD_ASID(X, CMD_TLBI_S_EL2_VA)                                                             \
    REF_CMD_VA(X, CMD_TLBI_S_EL2_VA)                                                               \
    REF_CMD_OPCODE(X, CMD_TLBI_S_EL2_VAA)                                                          \
    REF_CMD_RANGE(X, CMD_TLBI_S_EL2_VAA)                                                           \
    REF_CMD_VA(X, CMD_TLBI_S_EL2_VAA)                                                              \
    REF_CMD_OPCODE(X, CMD_TLBI_S_S12_VMALL)                                                        \
    REF_CMD_VMID(X, CMD_TLBI_S_S12_VMALL)                                                          \
    REF_CMD_OPCODE(X, CMD_TLBI_S_S2_IPA)                                                           \
    REF_CMD_RANGE(X, CMD_TLBI_S_S2_IPA)                                                            \
    REF_CMD_VMID(X, CMD_TLBI_S_S2_IPA)                                                             \
    REF_CMD_IPA(X, CMD_TLBI_S_S2_IPA)                                                              \
    REF_CMD_OPCODE(X, CMD_TLBI_SNH_ALL)

/* 4.5 to 4.7: ATS, PRI, DPT, stalls and synchronisation */
#define REF_OTHER_COMMAND_FIELDS(X)                                                                \
    REF_CMD_OPCODE(X, CMD_ATC_INV)                                                                 \
    X(CMD_ATC_INV, GLOBAL, 0, 9, 9)                                                                \
    REF_CMD_SUBSTREAM(X, CMD_ATC_INV)                                                              \
    X(CMD_ATC_INV, STREAMID, 0, 63, 32)                                                            \
    X(CMD_ATC_INV, SIZE, 1, 5, 0)                                                                  \
    X(CMD_ATC_INV, ADDR, 1, 63, 12)                                                                \
    REF_CMD_OPCODE(X, CMD_PRI_RESP)                                                                \
    REF_CMD_SUBSTREAM(X, CMD_PRI_RESP)                                                             \
    X(CMD_PRI_RESP, STREAMID, 0, 63, 32)                                                           \
    X(CMD_PRI_RESP, PRGINDEX, 1, 8, 0)                                                             \
    X(CMD_PRI_RESP, RESP, 1, 13, 12)                                                               \
    REF_CMD_STREAM(X, CMD_RESUME)                                                                  \
    X(CMD_RESUME, AC, 0, 12, 12)                                                                   \
    X(CMD_RESUME, AB, 0, 13, 13)                                                                   \
    X(CMD_RESUME, STAG, 1, 15, 0)                                                                  \
    REF_CMD_STREAM(X, CMD_STALL_TERM)                                                              \
    REF_CMD_OPCODE(X, CMD_SYNC)                                                                    \
    X(CMD_SYNC, CS, 0, 13, 12)                                                                     \
    X(CMD_SYNC, MSH, 0, 23, 22)                                                                    \
    X(CMD_SYNC, MSIATTR, 0, 27, 24)                                                                \
    X(CMD_SYNC, MSIDATA, 0, 63, 32)                                                                \
    X(CMD_SYNC, MSIADDRESS, 1, 55, 2)                                                              \
    REF_CMD_OPCODE(X, CMD_DPTI_ALL)                                                                \
    REF_CMD_OPCODE(X, CMD_DPTI_PA)

#define REF_COMMAND_FIELDS(X)                                                                      \
    REF_CFG_COMMAND_FIELDS(X)                                                                      \
    REF_TLBI_COMMAND_FIELDS(X)                                                                     \
    REF_SECURE_TLBI_COMMAND_FIELDS(X)                                                              \
    REF_OTHER_COMMAND_FIELDS(X)

/*
 * Positions by analogy only. But for STRIDE, which is a hint, all of them are Reserved or without
 * meaning on a Non-secure SMMU that has neither MPAM nor DPT. The fields of CMD_DPTI_PA are not
 * known at all.
 */
#define REF_COMMAND_FIELDS_UNCONFIRMED(X)                                                          \
    X(CMD_PREFETCH_ADDR, STRIDE, 1, 9, 5)                                                          \
    X(CMD_PREFETCH_ADDR, NS, 1, 11, 11)                                                            \
    X(CMD_CFGI_VMS_PIDM, VMID, 0, 47, 32)                                                          \
    X(CMD_TLBI_S_S2_IPA, NS, 1, 1, 1)                                                              \
    X(CMD_SYNC, MSI_NS, 1, 63, 63)

enum ref_command_field {
    REF_COMMAND_FIELDS(REF_FIELD_ENUM) REF_COMMAND_FIELDS_UNCONFIRMED(REF_FIELD_ENUM)
        REF_COMMAND_FIELD_END
};

/* Values of fields. */
enum {
    REF_SYNC_CS_NONE = 0,
    REF_SYNC_CS_IRQ = 1,
    REF_SYNC_CS_SEV = 2,
    REF_SYNC_CS_RESERVED = 3, /* CERROR_ILL */
    REF_CFGI_RANGE_ALL = 31,  /* CMD_CFGI_ALL */
    REF_TG_NONE = 0,          /* single address, no hint */
    REF_TG_4K = 1,
    REF_TG_16K = 2,
    REF_TG_64K = 3,
    REF_TTL_ANY = 0, /* 1 to 3: the level of the leaf */
    REF_SCALE_MAX = 39,
    REF_ATC_INV_SIZE_ALL = 52,
    REF_PRI_RESP_FAILURE = 0,
    REF_PRI_RESP_INVALID = 1,
    REF_PRI_RESP_SUCCESS = 2,
    REF_PRI_RESP_RESERVED = 3 /* CERROR_ILL */
};

#endif
