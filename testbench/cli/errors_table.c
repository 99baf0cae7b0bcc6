/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the specification says about illegal commands on the Non-secure queue, written from 4.1 to
 * 4.7 and not from the model. What needs a feature that cannot be configured is here as well: it
 * has to be illegal without it.
 */
#include "cli/errors.h"
#include "spec_ref/ref_commands.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct error_command error_commands[] = {
    {REF_CMD_PREFETCH_CONFIG, NEEDS_NOTHING, "4.2.1"},
    {REF_CMD_PREFETCH_ADDR, NEEDS_NOTHING, "4.2.2"},
    {REF_CMD_CFGI_STE, NEEDS_NOTHING, "4.3.1"},
    {REF_CMD_CFGI_STE_RANGE, NEEDS_NOTHING, "4.3.2"},
    {REF_CMD_CFGI_CD, NEEDS_S1P, "4.3.3"},
    {REF_CMD_CFGI_CD_ALL, NEEDS_S1P, "4.3.4"},
    {REF_CMD_CFGI_VMS_PIDM, NEEDS_MPAM, "4.3.5"},
    {REF_CMD_TLBI_NH_ALL, NEEDS_S1P, "4.4.2.1"},
    {REF_CMD_TLBI_NH_ASID, NEEDS_S1P, "4.4.2.2"},
    {REF_CMD_TLBI_NH_VA, NEEDS_S1P, "4.4.2.4"},
    {REF_CMD_TLBI_NH_VAA, NEEDS_S1P, "4.4.2.3"},
    {REF_CMD_TLBI_EL3_ALL, NEEDS_SECURE_QUEUE, "4.4.2.5"},
    {REF_CMD_TLBI_EL3_VA, NEEDS_SECURE_QUEUE, "4.4.2.6"},
    {REF_CMD_TLBI_EL2_ALL, NEEDS_HYP, "4.4.2.7"},
    {REF_CMD_TLBI_EL2_ASID, NEEDS_HYP, "4.4.2.10"},
    {REF_CMD_TLBI_EL2_VA, NEEDS_HYP, "4.4.2.8"},
    {REF_CMD_TLBI_EL2_VAA, NEEDS_HYP, "4.4.2.9"},
    {REF_CMD_TLBI_S12_VMALL, NEEDS_S2P, "4.4.3.2"},
    {REF_CMD_TLBI_S2_IPA, NEEDS_S2P, "4.4.3.1"},
    {REF_CMD_TLBI_NSNH_ALL, NEEDS_NOTHING, "4.4.4.1"},
    {REF_CMD_ATC_INV, NEEDS_ATS, "4.5.1"},
    {REF_CMD_PRI_RESP, NEEDS_PRI, "4.5.2"},
    {REF_CMD_RESUME, NEEDS_STALL, "4.7.1"},
    {REF_CMD_STALL_TERM, NEEDS_STALL, "4.7.2"},
    {REF_CMD_SYNC, NEEDS_NOTHING, "4.7.3"},
    {REF_CMD_TLBI_S_EL2_ALL, NEEDS_SECURE_QUEUE, "4.4.2.11"},
    {REF_CMD_TLBI_S_EL2_ASID, NEEDS_SECURE_QUEUE, "4.4.2.14"},
    {REF_CMD_TLBI_S_EL2_VA, NEEDS_SECURE_QUEUE, "4.4.2.12"},
    {REF_CMD_TLBI_S_EL2_VAA, NEEDS_SECURE_QUEUE, "4.4.2.13"},
    {REF_CMD_TLBI_S_S12_VMALL, NEEDS_SECURE_QUEUE, "4.4.3.4"},
    {REF_CMD_TLBI_S_S2_IPA, NEEDS_SECURE_QUEUE, "4.4.3.3"},
    {REF_CMD_TLBI_SNH_ALL, NEEDS_SECURE_QUEUE, "4.4.4.2"},
    {REF_CMD_DPTI_ALL, NEEDS_DPT, "4.6.1"},
    {REF_CMD_DPTI_PA, NEEDS_DPT, "4.6.2"},
};
const size_t error_command_count = COUNT(error_commands);

/*
 * 0x0B to 0x0F stand in no row of 4.1.1. No IMPLEMENTATION DEFINED command exists here, so that
 * their opcodes are unknown ones (7.1).
 */
#define RESERVED "reserved opcode"
const struct error_opcodes error_opcodes[] = {
    {0x00, 0x00, RESERVED}, {0x08, 0x0F, RESERVED},
    {0x14, 0x17, RESERVED}, {0x19, 0x19, RESERVED},
    {0x1B, 0x1F, RESERVED}, {0x24, 0x27, RESERVED},
    {0x29, 0x29, RESERVED}, {0x2B, 0x2F, RESERVED},
    {0x31, 0x3F, RESERVED}, {0x42, 0x43, RESERVED},
    {0x47, 0x4F, RESERVED}, {0x54, 0x57, RESERVED},
    {0x59, 0x59, RESERVED}, {0x5B, 0x5F, RESERVED},
    {0x61, 0x6F, RESERVED}, {0x71, 0x72, RESERVED},
    {0x74, 0x7F, RESERVED}, {0x80, 0x8F, "implementation defined, not implemented"},
    {0x90, 0xFF, RESERVED},
};
const size_t error_opcodes_count = COUNT(error_opcodes);

/* ---- parameters */

/* A constant expression, unlike REF_PREP(). */
#define AT(name, value) ((uint64_t)(value) << REF_##name##_LSB)

#define SSEC(command)                                                                              \
    {                                                                                              \
        REF_##command, "SSec = 1", "4.1.6", {AT(command##_SSEC, 1), 0}, false, ANY_DS, true        \
    }
/* Range and level of an address invalidation (4.4.1.1); level: TTL. */
#define RANGE_DS(command, cause, granule, num, scale, level, ds, illegal)                          \
    {                                                                                              \
        REF_##command, cause, "4.4.1.1",                                                           \
            {AT(command##_NUM, num) | AT(command##_SCALE, scale),                                  \
             AT(command##_TG, granule) | AT(command##_TTL, level)},                                \
            true, ds, illegal                                                                      \
    }
#define RANGE(command, cause, granule, num, scale, level, illegal)                                 \
    RANGE_DS(command, cause, granule, num, scale, level, ANY_DS, illegal)
#define RANGES(command)                                                                            \
    RANGE(command, "TG = 4KB, NUM = SCALE = TTL = 0", REF_TG_4K, 0, 0, 0, true),                   \
        RANGE(command, "TG = 16KB, NUM = SCALE = TTL = 0", REF_TG_16K, 0, 0, 0, true),             \
        RANGE(command, "TG = 64KB, NUM = SCALE = TTL = 0", REF_TG_64K, 0, 0, 0, true),             \
        RANGE_DS(command, "TG = 16KB, TTL = 1, NUM = SCALE = 0, DS = 0", REF_TG_16K, 0, 0, 1,      \
                 WITHOUT_DS, true),                                                                \
        RANGE_DS(command, "TG = 16KB, TTL = NUM = 1, DS = 0", REF_TG_16K, 1, 0, 1, WITHOUT_DS,     \
                 false),                                                                           \
        RANGE_DS(command, "TG = 16KB, TTL = 1, NUM = SCALE = 0, DS = 1", REF_TG_16K, 0, 0, 1,      \
                 WITH_DS, false),                                                                  \
        RANGE(command, "TG = 4KB, NUM = SCALE = 0, TTL = 3", REF_TG_4K, 0, 0, 3, false),           \
        RANGE(command, "TG = 4KB, SCALE = 1, NUM = TTL = 0", REF_TG_4K, 0, 1, 0, false),           \
        RANGE(command, "TG = 64KB, NUM = 31, SCALE = 31, TTL = 2", REF_TG_64K, 31, 31, 2, false)

const struct error_parameter error_parameters[] = {
    SSEC(CMD_PREFETCH_CONFIG),
    SSEC(CMD_PREFETCH_ADDR),
    SSEC(CMD_CFGI_STE),
    SSEC(CMD_CFGI_STE_RANGE),
    {REF_CMD_CFGI_STE_RANGE,
     "SSec = 1 in CMD_CFGI_ALL",
     "4.1.6",
     {AT(CMD_CFGI_STE_RANGE_SSEC, 1), REF_CFGI_RANGE_ALL},
     false,
     ANY_DS,
     true},
    {REF_CMD_CFGI_STE_RANGE,
     "Range = 31 (CMD_CFGI_ALL)",
     "4.3.6",
     {0, REF_CFGI_RANGE_ALL},
     false,
     ANY_DS,
     false},
    SSEC(CMD_CFGI_CD),
    SSEC(CMD_CFGI_CD_ALL),
    SSEC(CMD_CFGI_VMS_PIDM),
    RANGES(CMD_TLBI_NH_VA),
    RANGES(CMD_TLBI_NH_VAA),
    RANGES(CMD_TLBI_EL2_VA),
    RANGES(CMD_TLBI_EL2_VAA),
    RANGES(CMD_TLBI_S2_IPA),
    {REF_CMD_PRI_RESP, "Resp = 0b11", "4.5.2", {0, AT(CMD_PRI_RESP_RESP, 3)}, false, ANY_DS, true},
    SSEC(CMD_RESUME),
    SSEC(CMD_STALL_TERM),
    {REF_CMD_SYNC,
     "CS = 0b11",
     "4.7.3",
     {AT(CMD_SYNC_CS, REF_SYNC_CS_RESERVED), 0},
     false,
     ANY_DS,
     true},
    {REF_CMD_SYNC,
     "CS = SIG_IRQ, no MSI",
     "4.7.3",
     {AT(CMD_SYNC_CS, REF_SYNC_CS_IRQ), 0},
     false,
     ANY_DS,
     false},
    {REF_CMD_SYNC,
     "CS = SIG_SEV",
     "4.7.3",
     {AT(CMD_SYNC_CS, REF_SYNC_CS_SEV), 0},
     false,
     ANY_DS,
     false},
};
const size_t error_parameter_count = COUNT(error_parameters);

/* ---- fields that are reserved under a condition (4.1.5) */

#define WITHOUT_RIL(command)                                                                       \
    {                                                                                              \
        REF_##command, "NUM, SCALE, TTL, TG with IDR3.RIL = 0", "4.4.1.1", "IDR3.RIL",             \
            {(UINT64_C(0x1F) << REF_##command##_NUM_LSB) |                                         \
                 (UINT64_C(0x3F) << REF_##command##_SCALE_LSB),                                    \
             UINT64_C(0xF) << REF_##command##_TTL_LSB},                                            \
            false                                                                                  \
    }
#define WITHOUT_TG(command)                                                                        \
    {                                                                                              \
        REF_##command, "NUM, SCALE, TTL, TTL128 with TG = 0", "4.4.1.1", NULL,                     \
            {(UINT64_C(0x1F) << REF_##command##_NUM_LSB) |                                         \
                 (UINT64_C(0x3F) << REF_##command##_SCALE_LSB),                                    \
             (UINT64_C(0x3) << REF_##command##_TTL_LSB) |                                          \
                 (UINT64_C(1) << REF_##command##_TTL128_LSB)},                                     \
            false                                                                                  \
    }
#define WITHOUT_DS_BIT(command)                                                                    \
    {                                                                                              \
        REF_##command, "SCALE[5] with IDR5.DS = 0", "4.4.1.1", "IDR5.DS",                          \
            {UINT64_C(0x20) << REF_##command##_SCALE_LSB, 0}, false                                \
    }
/* 4.4: no entry need be affected, and as a reserved field it may be checked or ignored */
#define WITHOUT_ASID16(command)                                                                    \
    {                                                                                              \
        REF_##command, "ASID[15:8] with IDR0.ASID16 = 0", "4.4", "IDR0.ASID16",                    \
            {UINT64_C(0xFF) << (REF_##command##_ASID_LSB + 8), 0}, true                            \
    }

#define WITHOUT_VMID16(command)                                                                    \
    {                                                                                              \
        REF_##command, "VMID[15:8] with IDR0.VMID16 = 0", "4.4", "IDR0.VMID16",                    \
            {UINT64_C(0xFF) << (REF_##command##_VMID_LSB + 8), 0}, true                            \
    }

const struct error_reserved error_reserved[] = {
    WITHOUT_ASID16(CMD_TLBI_NH_ASID),   WITHOUT_ASID16(CMD_TLBI_NH_VA),
    WITHOUT_RIL(CMD_TLBI_NH_VA),        WITHOUT_RIL(CMD_TLBI_NH_VAA),
    WITHOUT_TG(CMD_TLBI_NH_VA),         WITHOUT_TG(CMD_TLBI_NH_VAA),
    WITHOUT_RIL(CMD_TLBI_EL2_VA),       WITHOUT_RIL(CMD_TLBI_EL2_VAA),
    WITHOUT_RIL(CMD_TLBI_S2_IPA),       WITHOUT_TG(CMD_TLBI_EL2_VA),
    WITHOUT_TG(CMD_TLBI_EL2_VAA),       WITHOUT_TG(CMD_TLBI_S2_IPA),
    WITHOUT_ASID16(CMD_TLBI_EL2_VA),    WITHOUT_ASID16(CMD_TLBI_EL2_ASID),
    WITHOUT_DS_BIT(CMD_TLBI_NH_VA),     WITHOUT_DS_BIT(CMD_TLBI_NH_VAA),
    WITHOUT_DS_BIT(CMD_TLBI_EL2_VA),    WITHOUT_DS_BIT(CMD_TLBI_EL2_VAA),
    WITHOUT_DS_BIT(CMD_TLBI_S2_IPA),    WITHOUT_VMID16(CMD_TLBI_NH_ALL),
    WITHOUT_VMID16(CMD_TLBI_NH_VA),     WITHOUT_VMID16(CMD_TLBI_S2_IPA),
    WITHOUT_VMID16(CMD_TLBI_S12_VMALL),
};
const size_t error_reserved_count = COUNT(error_reserved);
