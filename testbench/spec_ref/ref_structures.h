/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference constants: configuration structures in memory (chapter 5), all little-endian:
 * Level 1 Stream table descriptor, STE, Level 1 CD descriptor, CD.
 */
#ifndef SMMUSIM_SPEC_REF_STRUCTURES_H
#define SMMUSIM_SPEC_REF_STRUCTURES_H

#include "ref_field.h"

enum { REF_L1STD_BYTES = 8, REF_STE_BYTES = 64, REF_L1CD_BYTES = 8, REF_CD_BYTES = 64 };

/* 5.1 */
#define REF_L1STD_FIELDS(X)                                                                        \
    X(L1STD, SPAN, 0, 4, 0)                                                                        \
    X(L1STD, L2PTR, 0, 55, 6)

/* 5.2. S2POI is sixteen entries of REF_S2POI_BITS bits. */
#define REF_STE_FIELDS(X)                                                                          \
    X(STE, V, 0, 0, 0)                                                                             \
    X(STE, CONFIG, 0, 3, 1)                                                                        \
    X(STE, S1FMT, 0, 5, 4)                                                                         \
    X(STE, S1CONTEXTPTR, 0, 55, 6)                                                                 \
    X(STE, S1CDMAX, 0, 63, 59)                                                                     \
    X(STE, S1DSS, 1, 1, 0)                                                                         \
    X(STE, S1CIR, 1, 3, 2)                                                                         \
    X(STE, S1COR, 1, 5, 4)                                                                         \
    X(STE, S1CSH, 1, 7, 6)                                                                         \
    X(STE, S2HWU59, 1, 8, 8)                                                                       \
    X(STE, S2HWU60, 1, 9, 9)                                                                       \
    X(STE, S2HWU61, 1, 10, 10)                                                                     \
    X(STE, S2HWU62, 1, 11, 11)                                                                     \
    X(STE, DRE, 1, 12, 12)                                                                         \
    X(STE, CONT, 1, 16, 13)                                                                        \
    X(STE, DCP, 1, 17, 17)                                                                         \
    X(STE, PPAR, 1, 18, 18)                                                                        \
    X(STE, MEV, 1, 19, 19)                                                                         \
    X(STE, SW_RESERVED, 1, 23, 20)                                                                 \
    X(STE, S1PIE, 1, 24, 24)                                                                       \
    X(STE, S2FWB, 1, 25, 25)                                                                       \
    X(STE, S1MPAM, 1, 26, 26)                                                                      \
    X(STE, S1STALLD, 1, 27, 27)                                                                    \
    X(STE, EATS, 1, 29, 28)                                                                        \
    X(STE, STRW, 1, 31, 30)                                                                        \
    X(STE, MEMATTR, 1, 35, 32)                                                                     \
    X(STE, MTCFG, 1, 36, 36)                                                                       \
    X(STE, ALLOCCFG, 1, 40, 37)                                                                    \
    X(STE, SHCFG, 1, 45, 44)                                                                       \
    X(STE, NSCFG, 1, 47, 46)                                                                       \
    X(STE, PRIVCFG, 1, 49, 48)                                                                     \
    X(STE, INSTCFG, 1, 51, 50)                                                                     \
    X(STE, S2VMID, 2, 15, 0)                                                                       \
    X(STE, S2T0SZ, 2, 37, 32)                                                                      \
    X(STE, S2SL0, 2, 39, 38)                                                                       \
    X(STE, S2IR0, 2, 41, 40)                                                                       \
    X(STE, S2OR0, 2, 43, 42)                                                                       \
    X(STE, S2SH0, 2, 45, 44)                                                                       \
    X(STE, S2TG, 2, 47, 46)                                                                        \
    X(STE, S2PS, 2, 50, 48)                                                                        \
    X(STE, S2AA64, 2, 51, 51)                                                                      \
    X(STE, S2ENDI, 2, 52, 52)                                                                      \
    X(STE, S2AFFD, 2, 53, 53)                                                                      \
    X(STE, S2PTW, 2, 54, 54)                                                                       \
    X(STE, S2HD, 2, 55, 55)                                                                        \
    X(STE, S2HA, 2, 56, 56)                                                                        \
    X(STE, S2S, 2, 57, 57)                                                                         \
    X(STE, S2R, 2, 58, 58)                                                                         \
    X(STE, S2HAFT, 2, 59, 59)                                                                      \
    X(STE, S2PIE, 2, 60, 60)                                                                       \
    X(STE, S2POE, 2, 61, 61)                                                                       \
    X(STE, DPT_VMATCH, 2, 63, 62)                                                                  \
    X(STE, S2NSW, 3, 0, 0)                                                                         \
    X(STE, S2NSA, 3, 1, 1)                                                                         \
    X(STE, S2SL0_2, 3, 2, 2)                                                                       \
    X(STE, S2DS, 3, 3, 3)                                                                          \
    X(STE, S2TTB, 3, 55, 4)                                                                        \
    X(STE, S2SKL, 3, 62, 61)                                                                       \
    X(STE, PARTID, 4, 31, 16)                                                                      \
    X(STE, S_S2T0SZ, 4, 37, 32)                                                                    \
    X(STE, S_S2SL0, 4, 39, 38)                                                                     \
    X(STE, S_S2TG, 4, 47, 46)                                                                      \
    X(STE, MECID, 4, 63, 48)                                                                       \
    X(STE, PMG, 5, 7, 0)                                                                           \
    X(STE, MPAM_NS, 5, 8, 8)                                                                       \
    X(STE, ASSUREDONLY, 5, 9, 9)                                                                   \
    X(STE, TL0, 5, 10, 10)                                                                         \
    X(STE, TL1, 5, 11, 11)                                                                         \
    X(STE, VMSPTR, 5, 55, 12)                                                                      \
    X(STE, S2SW, 6, 0, 0)                                                                          \
    X(STE, S2SA, 6, 1, 1)                                                                          \
    X(STE, S_S2SL0_2, 6, 2, 2)                                                                     \
    X(STE, S_S2TTB, 6, 55, 4)                                                                      \
    X(STE, S_S2SKL, 6, 62, 61)                                                                     \
    X(STE, S2POI, 7, 63, 0)

/* 5.3 */
#define REF_L1CD_FIELDS(X)                                                                         \
    X(L1CD, V, 0, 0, 0)                                                                            \
    X(L1CD, L2PTR, 0, 55, 12)

/*
 * 5.4. PIIU and PIIP are sixteen entries of REF_PII_BITS bits. DISCH0, DISCH1, SKL0 and SKL1 are
 * the VMSAv9-128 meaning of the bits that are HAD0, HAD1 and HWUn61, HWUn62 otherwise.
 */
#define REF_CD_FIELDS(X)                                                                           \
    X(CD, T0SZ, 0, 5, 0)                                                                           \
    X(CD, TG0, 0, 7, 6)                                                                            \
    X(CD, IR0, 0, 9, 8)                                                                            \
    X(CD, OR0, 0, 11, 10)                                                                          \
    X(CD, SH0, 0, 13, 12)                                                                          \
    X(CD, EPD0, 0, 14, 14)                                                                         \
    X(CD, ENDI, 0, 15, 15)                                                                         \
    X(CD, T1SZ, 0, 21, 16)                                                                         \
    X(CD, TG1, 0, 23, 22)                                                                          \
    X(CD, IR1, 0, 25, 24)                                                                          \
    X(CD, OR1, 0, 27, 26)                                                                          \
    X(CD, SH1, 0, 29, 28)                                                                          \
    X(CD, EPD1, 0, 30, 30)                                                                         \
    X(CD, V, 0, 31, 31)                                                                            \
    X(CD, IPS, 0, 34, 32)                                                                          \
    X(CD, AFFD, 0, 35, 35)                                                                         \
    X(CD, WXN, 0, 36, 36)                                                                          \
    X(CD, UWXN, 0, 37, 37)                                                                         \
    X(CD, TBI0, 0, 38, 38)                                                                         \
    X(CD, TBI1, 0, 39, 39)                                                                         \
    X(CD, PAN, 0, 40, 40)                                                                          \
    X(CD, AA64, 0, 41, 41)                                                                         \
    X(CD, HD, 0, 42, 42)                                                                           \
    X(CD, HA, 0, 43, 43)                                                                           \
    X(CD, S, 0, 44, 44)                                                                            \
    X(CD, R, 0, 45, 45)                                                                            \
    X(CD, A, 0, 46, 46)                                                                            \
    X(CD, ASET, 0, 47, 47)                                                                         \
    X(CD, ASID, 0, 63, 48)                                                                         \
    X(CD, NSCFG0, 1, 0, 0)                                                                         \
    X(CD, DISCH0, 1, 1, 1)                                                                         \
    X(CD, HAD0, 1, 1, 1)                                                                           \
    X(CD, E0PD0, 1, 2, 2)                                                                          \
    X(CD, HAFT, 1, 3, 3)                                                                           \
    X(CD, TTB0, 1, 55, 4)                                                                          \
    X(CD, PNCH, 1, 58, 58)                                                                         \
    X(CD, EPAN, 1, 59, 59)                                                                         \
    X(CD, HWU059, 1, 60, 60)                                                                       \
    X(CD, HWU060, 1, 61, 61)                                                                       \
    X(CD, SKL0, 1, 63, 62)                                                                         \
    X(CD, HWU061, 1, 62, 62)                                                                       \
    X(CD, HWU062, 1, 63, 63)                                                                       \
    X(CD, NSCFG1, 2, 0, 0)                                                                         \
    X(CD, DISCH1, 2, 1, 1)                                                                         \
    X(CD, HAD1, 2, 1, 1)                                                                           \
    X(CD, E0PD1, 2, 2, 2)                                                                          \
    X(CD, AIE, 2, 3, 3)                                                                            \
    X(CD, TTB1, 2, 55, 4)                                                                          \
    X(CD, DS, 2, 58, 58)                                                                           \
    X(CD, PIE, 2, 59, 59)                                                                          \
    X(CD, HWU159, 2, 60, 60)                                                                       \
    X(CD, HWU160, 2, 61, 61)                                                                       \
    X(CD, SKL1, 2, 63, 62)                                                                         \
    X(CD, HWU161, 2, 62, 62)                                                                       \
    X(CD, HWU162, 2, 63, 63)                                                                       \
    X(CD, MAIR0, 3, 31, 0)                                                                         \
    X(CD, MAIR1, 3, 63, 32)                                                                        \
    X(CD, AMAIR0, 4, 31, 0)                                                                        \
    X(CD, AMAIR1, 4, 63, 32)                                                                       \
    X(CD, PARTID, 5, 47, 32)                                                                       \
    X(CD, PMG, 5, 55, 48)                                                                          \
    X(CD, PIIU, 6, 47, 0)                                                                          \
    X(CD, PIIP, 7, 47, 0)

#define REF_STRUCTURE_FIELDS(X)                                                                    \
    REF_L1STD_FIELDS(X)                                                                            \
    REF_STE_FIELDS(X)                                                                              \
    REF_L1CD_FIELDS(X)                                                                             \
    REF_CD_FIELDS(X)

enum ref_structure_field { REF_STRUCTURE_FIELDS(REF_FIELD_ENUM) REF_STRUCTURE_FIELD_END };

/* Values of fields. */
enum {
    REF_S2POI_BITS = 4,
    REF_PII_BITS = 3,
    REF_L1STD_SPAN_INVALID = 0,
    REF_L1STD_SPAN_MAX = 11,
    /* Config: 0b0xx aborts without a record */
    REF_CONFIG_ABORT = 0,
    REF_CONFIG_BYPASS = 4,
    REF_CONFIG_S1 = 5,
    REF_CONFIG_S2 = 6,
    REF_CONFIG_NESTED = 7,
    REF_S1FMT_LINEAR = 0,
    REF_S1FMT_4K_L2 = 1,
    REF_S1FMT_64K_L2 = 2,
    REF_S1DSS_TERMINATE = 0,
    REF_S1DSS_BYPASS = 1,
    REF_S1DSS_SSID0 = 2,
    REF_EATS_DENY = 0,
    REF_EATS_FULL = 1,
    REF_EATS_SPLIT = 2,
    REF_EATS_DPT = 3,
    REF_STRW_EL1 = 0,
    REF_STRW_EL2 = 2,
    /* S1CIR, S1COR: for structures that are only read */
    REF_S1C_NC = 0,
    REF_S1C_WB_RA = 1,
    REF_S1C_WT_RA = 2,
    REF_S1C_WB_NRA = 3,
    /* IR0, OR0, IR1, OR1, S2IR0, S2OR0 */
    REF_WALK_NC = 0,
    REF_WALK_WB_RAWA = 1,
    REF_WALK_WT_RA = 2,
    REF_WALK_WB_RA = 3,
    /* TG0 and S2TG; TG1 is encoded differently */
    REF_TG0_4K = 0,
    REF_TG0_64K = 1,
    REF_TG0_16K = 2,
    REF_TG0_RESERVED = 3,
    REF_TG1_RESERVED = 0,
    REF_TG1_16K = 1,
    REF_TG1_4K = 2,
    REF_TG1_64K = 3
};

#endif
