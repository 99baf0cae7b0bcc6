/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference constants: VMSAv8-64 translation table descriptors and memory attribute encodings as
 * the SMMU uses them (DDI 0487, D8.3 to D8.6; IHI 0070 3.4, 3.13, 5.2, 13.1). All descriptors are
 * 64 bits wide; the Arm ARM, not the SMMU specification, is the source of the bit numbers.
 */
#ifndef SMMUSIM_SPEC_REF_VMSA_H
#define SMMUSIM_SPEC_REF_VMSA_H

#include "ref_field.h"

enum { REF_DESCRIPTOR_BYTES = 8 };

/* Stage 1 Block and Page descriptors. PBHA is bits [62:59] where CD.HWU* gives them a meaning. */
#define REF_S1_LEAF_FIELDS(X)                                                                      \
    X(S1_LEAF, VALID, 0, 0, 0)                                                                     \
    X(S1_LEAF, TYPE, 0, 1, 1)                                                                      \
    X(S1_LEAF, ATTRINDX, 0, 4, 2)                                                                  \
    X(S1_LEAF, NS, 0, 5, 5)                                                                        \
    X(S1_LEAF, AP, 0, 7, 6)                                                                        \
    X(S1_LEAF, SH, 0, 9, 8)                                                                        \
    X(S1_LEAF, AF, 0, 10, 10)                                                                      \
    X(S1_LEAF, NG, 0, 11, 11)                                                                      \
    X(S1_LEAF, NT, 0, 16, 16)                                                                      \
    X(S1_LEAF, DBM, 0, 51, 51)                                                                     \
    X(S1_LEAF, CONTIGUOUS, 0, 52, 52)                                                              \
    X(S1_LEAF, PXN, 0, 53, 53)                                                                     \
    X(S1_LEAF, UXN, 0, 54, 54)                                                                     \
    X(S1_LEAF, PBHA, 0, 62, 59)

/* Stage 2 Block and Page descriptors */
#define REF_S2_LEAF_FIELDS(X)                                                                      \
    X(S2_LEAF, VALID, 0, 0, 0)                                                                     \
    X(S2_LEAF, TYPE, 0, 1, 1)                                                                      \
    X(S2_LEAF, MEMATTR, 0, 5, 2)                                                                   \
    X(S2_LEAF, S2AP, 0, 7, 6)                                                                      \
    X(S2_LEAF, SH, 0, 9, 8)                                                                        \
    X(S2_LEAF, AF, 0, 10, 10)                                                                      \
    X(S2_LEAF, NT, 0, 16, 16)                                                                      \
    X(S2_LEAF, DBM, 0, 51, 51)                                                                     \
    X(S2_LEAF, CONTIGUOUS, 0, 52, 52)                                                              \
    X(S2_LEAF, XN, 0, 54, 53)                                                                      \
    X(S2_LEAF, PBHA, 0, 62, 59)

/* Stage 1 Table descriptors */
#define REF_S1_TABLE_FIELDS(X)                                                                     \
    X(S1_TABLE, VALID, 0, 0, 0)                                                                    \
    X(S1_TABLE, TYPE, 0, 1, 1)                                                                     \
    X(S1_TABLE, AF, 0, 10, 10)                                                                     \
    X(S1_TABLE, PXNTABLE, 0, 59, 59)                                                               \
    X(S1_TABLE, UXNTABLE, 0, 60, 60)                                                               \
    X(S1_TABLE, APTABLE, 0, 62, 61)                                                                \
    X(S1_TABLE, NSTABLE, 0, 63, 63)

#define REF_DESCRIPTOR_FIELDS(X)                                                                   \
    REF_S1_LEAF_FIELDS(X)                                                                          \
    REF_S2_LEAF_FIELDS(X)                                                                          \
    REF_S1_TABLE_FIELDS(X)

enum ref_descriptor_field { REF_DESCRIPTOR_FIELDS(REF_FIELD_ENUM) REF_DESCRIPTOR_FIELD_END };

/*
 * X(granule, log2 bytes, index bits of a full table, level 0 block shift, level 1, level 2)
 * A shift of 0 stands for "no block at this level". Level 0 blocks of 4K and level 1 blocks of
 * 16K need DS = 1; level 1 blocks of 64K need 52-bit addresses.
 */
#define REF_GRANULES(X)                                                                            \
    X(4K, 12, 9, 39, 30, 21)                                                                       \
    X(16K, 14, 11, 0, 36, 25)                                                                      \
    X(64K, 16, 13, 0, 42, 29)

/* X(granule, level, descriptors of a Contiguous run) */
#define REF_CONTIGUOUS_RUNS(X)                                                                     \
    X(4K, 1, 16)                                                                                   \
    X(4K, 2, 16)                                                                                   \
    X(4K, 3, 16)                                                                                   \
    X(16K, 2, 32)                                                                                  \
    X(16K, 3, 128)                                                                                 \
    X(64K, 2, 32)                                                                                  \
    X(64K, 3, 32)

enum {
    /* TYPE above level 3 */
    REF_TYPE_BLOCK = 0,
    REF_TYPE_TABLE = 1,
    /* TYPE at level 3; 0 is invalid there */
    REF_TYPE_PAGE = 1,
    /* AP[2:1] of two-privilege regimes */
    REF_AP_P_RW = 0,
    REF_AP_PU_RW = 1,
    REF_AP_P_RO = 2,
    REF_AP_PU_RO = 3,
    /* APTable[1:0] is a set of two restrictions */
    REF_APTABLE_NO_UNPRIVILEGED = 1,
    REF_APTABLE_NO_WRITE = 2,
    /* S2AP is a set of two permissions */
    REF_S2AP_READ = 1,
    REF_S2AP_WRITE = 2
};

/* Bytes of MAIR (CD.MAIR0, CD.MAIR1), the ones tests use most */
enum {
    REF_MAIR_DEVICE_NGNRNE = 0x00,
    REF_MAIR_DEVICE_NGNRE = 0x04,
    REF_MAIR_DEVICE_NGRE = 0x08,
    REF_MAIR_DEVICE_GRE = 0x0C,
    REF_MAIR_NORMAL_NC = 0x44,
    REF_MAIR_NORMAL_WT_RAWA = 0xBB,
    REF_MAIR_NORMAL_WB_RAWA = 0xFF
};

/* Four-bit MemAttr of STE, GBPA, CMD_SYNC (MSIAttr) and *_IRQ_CFG2; 4, 8, 12 act as 0 (5.2) */
enum {
    REF_MEMATTR_DEVICE_NGNRNE = 0x0,
    REF_MEMATTR_DEVICE_NGNRE = 0x1,
    REF_MEMATTR_DEVICE_NGRE = 0x2,
    REF_MEMATTR_DEVICE_GRE = 0x3,
    REF_MEMATTR_ONC_INC = 0x5,
    REF_MEMATTR_OWT_IWT = 0xA,
    REF_MEMATTR_OWB_IWB = 0xF
};

#endif
