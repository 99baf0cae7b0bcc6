/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference constants: the registers of a Performance Monitor Counter Group (10.5), the architected
 * events (10.3), and where this SMMU has its groups. The counters stand in Page 1, which exists
 * (CFGR.RELOC_CTRS=1).
 */
#ifndef SMMUSIM_SPEC_REF_PMCG_H
#define SMMUSIM_SPEC_REF_PMCG_H

#include "ref_field.h"

enum { REF_PMCG_COUNTERS = 64 };

/*
 * X(register, page, offset, number, width, access, guard, reset, present)
 *
 * number  1, or one for each counter
 * width   0: that of the counters, 32 bits up to CFGR.SIZE = 31, otherwise 64; their stride too
 * access  RO, RW, WO
 * guard   IRQEN: read-only while IRQ_CTRL.IRQEN or IRQ_CTRLACK.IRQEN is 1
 * reset   CONSTANT (identification), ZERO, UNKNOWN, IMPDEF
 * present the feature without which the register is RES0
 */
#define REF_PMCG_REGISTERS(X)                                                                      \
    X(EVTYPER, 0, 0x400, REF_PMCG_COUNTERS, 32, RW, NONE, UNKNOWN, ALWAYS)                         \
    X(SMR, 0, 0xA00, REF_PMCG_COUNTERS, 32, RW, NONE, UNKNOWN, ALWAYS)                             \
    X(CNTENSET0, 0, 0xC00, 1, 64, RW, NONE, UNKNOWN, ALWAYS)                                       \
    X(CNTENCLR0, 0, 0xC20, 1, 64, RW, NONE, UNKNOWN, ALWAYS)                                       \
    X(INTENSET0, 0, 0xC40, 1, 64, RW, NONE, UNKNOWN, ALWAYS)                                       \
    X(INTENCLR0, 0, 0xC60, 1, 64, RW, NONE, UNKNOWN, ALWAYS)                                       \
    X(SCR, 0, 0xDF8, 1, 32, RW, NONE, IMPDEF, SECURE)                                              \
    X(CFGR, 0, 0xE00, 1, 32, RO, NONE, CONSTANT, ALWAYS)                                           \
    X(CR, 0, 0xE04, 1, 32, RW, NONE, ZERO, ALWAYS)                                                 \
    X(IIDR, 0, 0xE08, 1, 32, RO, NONE, CONSTANT, ALWAYS)                                           \
    X(CEID0, 0, 0xE20, 1, 64, RO, NONE, CONSTANT, ALWAYS)                                          \
    X(CEID1, 0, 0xE28, 1, 64, RO, NONE, CONSTANT, ALWAYS)                                          \
    X(SCR_ALIAS, 0, 0xE40, 1, 32, RW, NONE, IMPDEF, RME)                                           \
    X(ROOTCR, 0, 0xE48, 1, 32, RW, NONE, IMPDEF, RME)                                              \
    X(IRQ_CTRL, 0, 0xE50, 1, 32, RW, NONE, ZERO, ALWAYS)                                           \
    X(IRQ_CTRLACK, 0, 0xE54, 1, 32, RO, NONE, ZERO, ALWAYS)                                        \
    X(IRQ_CFG0, 0, 0xE58, 1, 64, RW, IRQEN, UNKNOWN, PMCG_MSI)                                     \
    X(IRQ_CFG1, 0, 0xE60, 1, 32, RW, IRQEN, UNKNOWN, PMCG_MSI)                                     \
    X(IRQ_CFG2, 0, 0xE64, 1, 32, RW, IRQEN, UNKNOWN, PMCG_MSI)                                     \
    X(IRQ_STATUS, 0, 0xE68, 1, 32, RO, NONE, UNKNOWN, PMCG_MSI)                                    \
    X(GMPAM, 0, 0xE6C, 1, 32, RW, NONE, ZERO, PMCG_MPAM)                                           \
    X(AIDR, 0, 0xE70, 1, 32, RO, NONE, CONSTANT, ALWAYS)                                           \
    X(MPAMIDR, 0, 0xE74, 1, 32, RO, NONE, CONSTANT, PMCG_MPAM)                                     \
    X(S_MPAMIDR, 0, 0xE78, 1, 32, RO, NONE, CONSTANT, SECURE)                                      \
    X(PMDEVARCH, 0, 0xFBC, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                        \
    X(PMDEVTYPE, 0, 0xFCC, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                        \
    X(PIDR4, 0, 0xFD0, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                            \
    X(PIDR0, 0, 0xFE0, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                            \
    X(PIDR1, 0, 0xFE4, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                            \
    X(PIDR2, 0, 0xFE8, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                            \
    X(PIDR3, 0, 0xFEC, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                            \
    X(CIDR0, 0, 0xFF0, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                            \
    X(CIDR1, 0, 0xFF4, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                            \
    X(CIDR2, 0, 0xFF8, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                            \
    X(CIDR3, 0, 0xFFC, 1, 32, RO, NONE, IMPDEF, ALWAYS)                                            \
    X(EVCNTR, 1, 0x000, REF_PMCG_COUNTERS, 0, RW, NONE, UNKNOWN, ALWAYS)                           \
    X(SVR, 1, 0x600, REF_PMCG_COUNTERS, 0, RO, NONE, UNKNOWN, PMCG_CAPTURE)                        \
    X(OVSCLR0, 1, 0xC80, 1, 64, RW, NONE, UNKNOWN, ALWAYS)                                         \
    X(OVSSET0, 1, 0xCC0, 1, 64, RW, NONE, UNKNOWN, ALWAYS)                                         \
    X(CAPR, 1, 0xD88, 1, 32, WO, NONE, ZERO, PMCG_CAPTURE)

#define REF_PMCG_ENUM(name, page, offset, number, width, access, guard, reset, present)            \
    REF_PMCG_##name = (offset), REF_PMCG_##name##_PAGE = (page),
enum ref_pmcg_offset { REF_PMCG_REGISTERS(REF_PMCG_ENUM) REF_PMCG_END = 0x1000 };

/* IMPLEMENTATION DEFINED (10.1): the pages of the TCU's group, and of TBU t's in its span */
enum {
    REF_PMCG_TCU_PAGE0 = 0x02000,
    REF_PMCG_TCU_PAGE1 = 0x22000,
    REF_PMCG_TBU_FIRST = 0x40000,
    REF_PMCG_TBU_SPAN = 0x20000,
    REF_PMCG_TBU_PAGE0 = 0x02000,
    REF_PMCG_TBU_PAGE1 = 0x12000
};

#define REF_PMCG_FIELDS(X)                                                                         \
    X(PMCG_EVTYPER, EVENT, 0, 15, 0)                                                               \
    X(PMCG_EVTYPER, FILTER_PARTID, 0, 16, 16)                                                      \
    X(PMCG_EVTYPER, FILTER_PMG, 0, 17, 17)                                                         \
    X(PMCG_EVTYPER, FILTER_MPAM_SP, 0, 19, 18)                                                     \
    X(PMCG_EVTYPER, FILTER_REALM_SID, 0, 28, 28)                                                   \
    X(PMCG_EVTYPER, FILTER_SID_SPAN, 0, 29, 29)                                                    \
    X(PMCG_EVTYPER, FILTER_SEC_SID, 0, 30, 30)                                                     \
    X(PMCG_EVTYPER, OVFCAP, 0, 31, 31)                                                             \
    X(PMCG_SMR, STREAMID, 0, 31, 0)                                                                \
    X(PMCG_CNTENSET0, CNTEN, 0, 63, 0)                                                             \
    X(PMCG_CNTENCLR0, CNTEN, 0, 63, 0)                                                             \
    X(PMCG_INTENSET0, INTEN, 0, 63, 0)                                                             \
    X(PMCG_INTENCLR0, INTEN, 0, 63, 0)                                                             \
    X(PMCG_SCR, SO, 0, 0, 0)                                                                       \
    X(PMCG_SCR, NSRA, 0, 1, 1)                                                                     \
    X(PMCG_SCR, NSMSI, 0, 2, 2)                                                                    \
    X(PMCG_SCR, MSI_MPAM_NS, 0, 3, 3)                                                              \
    X(PMCG_SCR, NAO, 0, 4, 4)                                                                      \
    X(PMCG_SCR, READS_AS_ONE, 0, 31, 31)                                                           \
    X(PMCG_CFGR, NCTR, 0, 5, 0)                                                                    \
    X(PMCG_CFGR, SIZE, 0, 13, 8)                                                                   \
    X(PMCG_CFGR, RELOC_CTRS, 0, 20, 20)                                                            \
    X(PMCG_CFGR, MSI, 0, 21, 21)                                                                   \
    X(PMCG_CFGR, CAPTURE, 0, 22, 22)                                                               \
    X(PMCG_CFGR, SID_FILTER_TYPE, 0, 23, 23)                                                       \
    X(PMCG_CFGR, MPAM, 0, 24, 24)                                                                  \
    X(PMCG_CFGR, FILTER_PARTID_PMG, 0, 25, 25)                                                     \
    X(PMCG_CR, E, 0, 0, 0)                                                                         \
    X(PMCG_IIDR, IMPLEMENTER, 0, 11, 0)                                                            \
    X(PMCG_IIDR, REVISION, 0, 15, 12)                                                              \
    X(PMCG_IIDR, VARIANT, 0, 19, 16)                                                               \
    X(PMCG_IIDR, PRODUCTID, 0, 31, 20)                                                             \
    X(PMCG_CEID0, N, 0, 63, 0)                                                                     \
    X(PMCG_CEID1, N, 0, 63, 0)                                                                     \
    X(PMCG_ROOTCR, RTO, 0, 0, 0)                                                                   \
    X(PMCG_ROOTCR, RLO, 0, 1, 1)                                                                   \
    X(PMCG_ROOTCR, NAO, 0, 3, 3)                                                                   \
    X(PMCG_ROOTCR, ROOTCR_IMPL, 0, 31, 31)                                                         \
    X(PMCG_IRQ_CTRL, IRQEN, 0, 0, 0)                                                               \
    X(PMCG_IRQ_CTRLACK, IRQEN, 0, 0, 0)                                                            \
    X(PMCG_IRQ_CFG0, ADDR, 0, 55, 2)                                                               \
    X(PMCG_IRQ_CFG1, DATA, 0, 31, 0)                                                               \
    X(PMCG_IRQ_CFG2, MEMATTR, 0, 3, 0)                                                             \
    X(PMCG_IRQ_CFG2, SH, 0, 5, 4)                                                                  \
    X(PMCG_IRQ_STATUS, IRQ_ABT, 0, 0, 0)                                                           \
    X(PMCG_GMPAM, PO_PARTID, 0, 15, 0)                                                             \
    X(PMCG_GMPAM, PO_PMG, 0, 23, 16)                                                               \
    X(PMCG_GMPAM, UPDATE, 0, 31, 31)                                                               \
    X(PMCG_AIDR, ARCHMINORREV, 0, 3, 0)                                                            \
    X(PMCG_AIDR, ARCHMAJORREV, 0, 7, 4)                                                            \
    X(PMCG_MPAMIDR, PARTID_MAX, 0, 15, 0)                                                          \
    X(PMCG_MPAMIDR, PMG_MAX, 0, 23, 16)                                                            \
    X(PMCG_S_MPAMIDR, PARTID_MAX, 0, 15, 0)                                                        \
    X(PMCG_S_MPAMIDR, PMG_MAX, 0, 23, 16)                                                          \
    X(PMCG_S_MPAMIDR, HAS_MPAM_NS, 0, 25, 25)                                                      \
    X(PMCG_PMDEVARCH, ARCHID, 0, 15, 0)                                                            \
    X(PMCG_PMDEVARCH, REVISION, 0, 19, 16)                                                         \
    X(PMCG_PMDEVARCH, PRESENT, 0, 20, 20)                                                          \
    X(PMCG_PMDEVARCH, ARCHITECT, 0, 31, 21)                                                        \
    X(PMCG_PMDEVTYPE, CLASS, 0, 3, 0)                                                              \
    X(PMCG_PMDEVTYPE, SUBTYPE, 0, 7, 4)                                                            \
    X(PMCG_PIDR4, DES_2, 0, 3, 0)                                                                  \
    X(PMCG_PIDR4, SIZE, 0, 7, 4)                                                                   \
    X(PMCG_PIDR0, PART_0, 0, 7, 0)                                                                 \
    X(PMCG_PIDR1, PART_1, 0, 3, 0)                                                                 \
    X(PMCG_PIDR1, DES_0, 0, 7, 4)                                                                  \
    X(PMCG_PIDR2, DES_1, 0, 2, 0)                                                                  \
    X(PMCG_PIDR2, JEDEC, 0, 3, 3)                                                                  \
    X(PMCG_PIDR2, REVISION, 0, 7, 4)                                                               \
    X(PMCG_PIDR3, CMOD, 0, 3, 0)                                                                   \
    X(PMCG_PIDR3, REVAND, 0, 7, 4)                                                                 \
    X(PMCG_CIDR0, PREAMBLE, 0, 7, 0)                                                               \
    X(PMCG_CIDR1, PREAMBLE, 0, 3, 0)                                                               \
    X(PMCG_CIDR1, CLASS, 0, 7, 4)                                                                  \
    X(PMCG_CIDR2, PREAMBLE, 0, 7, 0)                                                               \
    X(PMCG_CIDR3, PREAMBLE, 0, 7, 0)                                                               \
    X(PMCG_EVCNTR, COUNTER_VALUE, 0, 63, 0)                                                        \
    X(PMCG_SVR, SHADOW_COUNTER_VALUE, 0, 63, 0)                                                    \
    X(PMCG_OVSCLR0, OVS, 0, 63, 0)                                                                 \
    X(PMCG_OVSSET0, OVS, 0, 63, 0)                                                                 \
    X(PMCG_CAPR, CAPTURE, 0, 0, 0)

enum ref_pmcg_field { REF_PMCG_FIELDS(REF_FIELD_ENUM) REF_PMCG_FIELD_END };

/* 10.3 */
#define REF_PMCG_EVENTS(X)                                                                         \
    X(CYCLES, 0)                                                                                   \
    X(TRANSACTION, 1)                                                                              \
    X(TLB_MISS, 2)                                                                                 \
    X(CONFIG_MISS, 3)                                                                              \
    X(WALK_ACCESS, 4)                                                                              \
    X(CONFIG_ACCESS, 5)                                                                            \
    X(ATS_REQUEST, 6)                                                                              \
    X(ATS_TRANSLATED, 7)

#define REF_PMCG_EVENT_ENUM(name, number) REF_PMCG_EV_##name = (number),
enum ref_pmcg_event { REF_PMCG_EVENTS(REF_PMCG_EVENT_ENUM) REF_PMCG_EV_IMPDEF = 0x80 };

/* Values of the identification space (10.5.2.29) and of fields. */
enum { REF_PMCG_ARCHITECT_ARM = 0x23B, REF_PMCG_ARCHID_SMMU = 0x2A56, REF_PMCG_DEVTYPE = 0x56 };

#endif
