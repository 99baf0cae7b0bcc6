/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference constants: the Non-secure registers of pages 0 and 1 (6.2.1, 6.2.2, 6.3.1 to 6.3.51,
 * 6.3.95 to 6.3.98, 6.3.170) and the VATOS page (6.3.99 to 6.3.102). Secure, Realm, Root and
 * command queue control pages are not here.
 */
#ifndef SMMUSIM_SPEC_REF_REGISTERS_H
#define SMMUSIM_SPEC_REF_REGISTERS_H

#include "ref_field.h"

/*
 * X(register, offset, width, access, guard, reset, present)
 *
 * access   RO, RW
 * guard    what must hold for a write to count: NONE; the enable (and its acknowledge) that must
 *          be 0; UPDATE, RUN (of the register's own group) must be 0; FIELDS: each field has its
 *          own (CR1); FAULT: only a write that clears FAULT counts
 * reset    CONSTANT (identification), ZERO, UNKNOWN, IMPDEF. Exceptions within a register:
 *          GBPA.Update and PRIQ_PROD.OVFLG reset to 0; preset tables and queues
 *          (IDR1.TABLES_PRESET, QUEUES_PRESET) make the registers that describe them IMPDEF
 * present  the feature without which the register is RES0
 *
 * The control page registers are the first of 256, REF_CMDQ_CONTROL_PAGE_STRIDE bytes apart.
 */
#define REF_REGISTERS(X)                                                                           \
    X(IDR0, 0x0000, 32, RO, NONE, CONSTANT, ALWAYS)                                                \
    X(IDR1, 0x0004, 32, RO, NONE, CONSTANT, ALWAYS)                                                \
    X(IDR2, 0x0008, 32, RO, NONE, CONSTANT, ALWAYS)                                                \
    X(IDR3, 0x000C, 32, RO, NONE, CONSTANT, ALWAYS)                                                \
    X(IDR4, 0x0010, 32, RO, NONE, IMPDEF, ALWAYS)                                                  \
    X(IDR5, 0x0014, 32, RO, NONE, CONSTANT, ALWAYS)                                                \
    X(IIDR, 0x0018, 32, RO, NONE, CONSTANT, ALWAYS)                                                \
    X(AIDR, 0x001C, 32, RO, NONE, CONSTANT, ALWAYS)                                                \
    X(CR0, 0x0020, 32, RW, NONE, ZERO, ALWAYS)                                                     \
    X(CR0ACK, 0x0024, 32, RO, NONE, ZERO, ALWAYS)                                                  \
    X(CR1, 0x0028, 32, RW, FIELDS, UNKNOWN, ALWAYS)                                                \
    X(CR2, 0x002C, 32, RW, SMMUEN, UNKNOWN, ALWAYS)                                                \
    X(S2PII, 0x0030, 64, RW, NONE, UNKNOWN, S2PI)                                                  \
    X(STATUSR, 0x0040, 32, RO, NONE, ZERO, ALWAYS)                                                 \
    X(GBPA, 0x0044, 32, RW, UPDATE, IMPDEF, ALWAYS)                                                \
    X(AGBPA, 0x0048, 32, RW, NONE, IMPDEF, ALWAYS)                                                 \
    X(IRQ_CTRL, 0x0050, 32, RW, NONE, ZERO, ALWAYS)                                                \
    X(IRQ_CTRLACK, 0x0054, 32, RO, NONE, ZERO, ALWAYS)                                             \
    X(GERROR, 0x0060, 32, RO, NONE, ZERO, ALWAYS)                                                  \
    X(GERRORN, 0x0064, 32, RW, NONE, ZERO, ALWAYS)                                                 \
    X(GERROR_IRQ_CFG0, 0x0068, 64, RW, GERROR_IRQEN, UNKNOWN, MSI)                                 \
    X(GERROR_IRQ_CFG1, 0x0070, 32, RW, GERROR_IRQEN, UNKNOWN, MSI)                                 \
    X(GERROR_IRQ_CFG2, 0x0074, 32, RW, GERROR_IRQEN, UNKNOWN, MSI)                                 \
    X(STRTAB_BASE, 0x0080, 64, RW, SMMUEN, UNKNOWN, ALWAYS)                                        \
    X(STRTAB_BASE_CFG, 0x0088, 32, RW, SMMUEN, UNKNOWN, ALWAYS)                                    \
    X(CMDQ_BASE, 0x0090, 64, RW, CMDQEN, UNKNOWN, ALWAYS)                                          \
    X(CMDQ_PROD, 0x0098, 32, RW, NONE, UNKNOWN, ALWAYS)                                            \
    X(CMDQ_CONS, 0x009C, 32, RW, CMDQEN, UNKNOWN, ALWAYS)                                          \
    X(EVENTQ_BASE, 0x00A0, 64, RW, EVENTQEN, UNKNOWN, ALWAYS)                                      \
    X(EVENTQ_IRQ_CFG0, 0x00B0, 64, RW, EVENTQ_IRQEN, UNKNOWN, MSI)                                 \
    X(EVENTQ_IRQ_CFG1, 0x00B8, 32, RW, EVENTQ_IRQEN, UNKNOWN, MSI)                                 \
    X(EVENTQ_IRQ_CFG2, 0x00BC, 32, RW, EVENTQ_IRQEN, UNKNOWN, MSI)                                 \
    X(PRIQ_BASE, 0x00C0, 64, RW, PRIQEN, UNKNOWN, PRI)                                             \
    X(PRIQ_IRQ_CFG0, 0x00D0, 64, RW, PRIQ_IRQEN, UNKNOWN, PRI_MSI)                                 \
    X(PRIQ_IRQ_CFG1, 0x00D8, 32, RW, PRIQ_IRQEN, UNKNOWN, PRI_MSI)                                 \
    X(PRIQ_IRQ_CFG2, 0x00DC, 32, RW, PRIQ_IRQEN, UNKNOWN, PRI_MSI)                                 \
    X(GATOS_CTRL, 0x0100, 32, RW, RUN, ZERO, ATOS)                                                 \
    X(GATOS_SID, 0x0108, 64, RW, RUN, UNKNOWN, ATOS)                                               \
    X(GATOS_ADDR, 0x0110, 64, RW, RUN, UNKNOWN, ATOS)                                              \
    X(GATOS_PAR, 0x0118, 64, RO, NONE, UNKNOWN, ATOS)                                              \
    X(MPAMIDR, 0x0130, 32, RO, NONE, CONSTANT, MPAM)                                               \
    X(GMPAM, 0x0138, 32, RW, UPDATE, ZERO, MPAM)                                                   \
    X(GBPMPAM, 0x013C, 32, RW, UPDATE, ZERO, MPAM)                                                 \
    X(VATOS_SEL, 0x0180, 32, RW, RUN, UNKNOWN, VATOS)                                              \
    X(IDR6, 0x0190, 32, RO, NONE, CONSTANT, ECMDQ)                                                 \
    X(DPT_BASE, 0x0200, 64, RW, DPT_WALK_EN, UNKNOWN, DPT)                                         \
    X(DPT_BASE_CFG, 0x0208, 32, RW, DPT_WALK_EN, UNKNOWN, DPT)                                     \
    X(DPT_CFG_FAR, 0x0210, 64, RW, FAULT, ZERO, DPT)                                               \
    X(PIDR4, 0x0FD0, 32, RO, NONE, IMPDEF, ALWAYS)                                                 \
    X(PIDR0, 0x0FE0, 32, RO, NONE, IMPDEF, ALWAYS)                                                 \
    X(PIDR1, 0x0FE4, 32, RO, NONE, IMPDEF, ALWAYS)                                                 \
    X(PIDR2, 0x0FE8, 32, RO, NONE, IMPDEF, ALWAYS)                                                 \
    X(PIDR3, 0x0FEC, 32, RO, NONE, IMPDEF, ALWAYS)                                                 \
    X(CIDR0, 0x0FF0, 32, RO, NONE, IMPDEF, ALWAYS)                                                 \
    X(CIDR1, 0x0FF4, 32, RO, NONE, IMPDEF, ALWAYS)                                                 \
    X(CIDR2, 0x0FF8, 32, RO, NONE, IMPDEF, ALWAYS)                                                 \
    X(CIDR3, 0x0FFC, 32, RO, NONE, IMPDEF, ALWAYS)                                                 \
    X(CMDQ_CONTROL_PAGE_BASE, 0x4000, 64, RO, NONE, CONSTANT, ECMDQ)                               \
    X(CMDQ_CONTROL_PAGE_CFG, 0x4008, 32, RO, NONE, CONSTANT, ECMDQ)                                \
    X(CMDQ_CONTROL_PAGE_STATUS, 0x400C, 32, RO, NONE, CONSTANT, ECMDQ)                             \
    X(EVENTQ_PROD, 0x100A8, 32, RW, EVENTQEN, UNKNOWN, ALWAYS)                                     \
    X(EVENTQ_CONS, 0x100AC, 32, RW, NONE, UNKNOWN, ALWAYS)                                         \
    X(PRIQ_PROD, 0x100C8, 32, RW, PRIQEN, UNKNOWN, PRI)                                            \
    X(PRIQ_CONS, 0x100CC, 32, RW, NONE, UNKNOWN, PRI)                                              \
    X(VATOS_CTRL, REF_VATOS_PAGE + 0x0A00, 32, RW, RUN, ZERO, VATOS)                               \
    X(VATOS_SID, REF_VATOS_PAGE + 0x0A08, 64, RW, RUN, UNKNOWN, VATOS)                             \
    X(VATOS_ADDR, REF_VATOS_PAGE + 0x0A10, 64, RW, RUN, UNKNOWN, VATOS)                            \
    X(VATOS_PAR, REF_VATOS_PAGE + 0x0A18, 64, RO, NONE, UNKNOWN, VATOS)

#define REF_REGISTER_ENUM(name, offset, width, access, guard, reset, present)                      \
    REF_REG_##name = (offset),
enum { REF_VATOS_PAGE = 0x30000 }; /* where IDR2.BA_VATOS is 1 (6.3.3) */
enum ref_register_offset { REF_REGISTERS(REF_REGISTER_ENUM) REF_REG_END = 0x20000 };

enum {
    REF_PAGE1 = 0x10000,
    REF_CMDQ_CONTROL_PAGE_STRIDE = 32,
    REF_CMDQ_CONTROL_PAGE_COUNT = 256,
    /* Page 0 places of the page 1 indexes: an alias, or read-as-zero and write-ignored (6.2) */
    REF_REG_EVENTQ_PROD_ALIAS = 0x00A8,
    REF_REG_EVENTQ_CONS_ALIAS = 0x00AC,
    REF_REG_PRIQ_PROD_ALIAS = 0x00C8,
    REF_REG_PRIQ_CONS_ALIAS = 0x00CC,
    REF_REG_ID_REGS_FIRST = 0x0FD0,
    REF_REG_ID_REGS_LAST = 0x0FFC
};

/* 6.3.1 to 6.3.8, 6.3.45: identification */
#define REF_IDR_FIELDS(X)                                                                          \
    X(IDR0, S2P, 0, 0, 0)                                                                          \
    X(IDR0, S1P, 0, 1, 1)                                                                          \
    X(IDR0, TTF, 0, 3, 2)                                                                          \
    X(IDR0, COHACC, 0, 4, 4)                                                                       \
    X(IDR0, BTM, 0, 5, 5)                                                                          \
    X(IDR0, HTTU, 0, 7, 6)                                                                         \
    X(IDR0, DORMHINT, 0, 8, 8)                                                                     \
    X(IDR0, HYP, 0, 9, 9)                                                                          \
    X(IDR0, ATS, 0, 10, 10)                                                                        \
    X(IDR0, NS1ATS, 0, 11, 11)                                                                     \
    X(IDR0, ASID16, 0, 12, 12)                                                                     \
    X(IDR0, MSI, 0, 13, 13)                                                                        \
    X(IDR0, SEV, 0, 14, 14)                                                                        \
    X(IDR0, ATOS, 0, 15, 15)                                                                       \
    X(IDR0, PRI, 0, 16, 16)                                                                        \
    X(IDR0, VMW, 0, 17, 17)                                                                        \
    X(IDR0, VMID16, 0, 18, 18)                                                                     \
    X(IDR0, CD2L, 0, 19, 19)                                                                       \
    X(IDR0, VATOS, 0, 20, 20)                                                                      \
    X(IDR0, TTENDIAN, 0, 22, 21)                                                                   \
    X(IDR0, ATSRECERR, 0, 23, 23)                                                                  \
    X(IDR0, STALL_MODEL, 0, 25, 24)                                                                \
    X(IDR0, TERM_MODEL, 0, 26, 26)                                                                 \
    X(IDR0, ST_LEVEL, 0, 28, 27)                                                                   \
    X(IDR0, RME_IMPL, 0, 30, 30)                                                                   \
    X(IDR1, SIDSIZE, 0, 5, 0)                                                                      \
    X(IDR1, SSIDSIZE, 0, 10, 6)                                                                    \
    X(IDR1, PRIQS, 0, 15, 11)                                                                      \
    X(IDR1, EVENTQS, 0, 20, 16)                                                                    \
    X(IDR1, CMDQS, 0, 25, 21)                                                                      \
    X(IDR1, ATTR_PERMS_OVR, 0, 26, 26)                                                             \
    X(IDR1, ATTR_TYPES_OVR, 0, 27, 27)                                                             \
    X(IDR1, REL, 0, 28, 28)                                                                        \
    X(IDR1, QUEUES_PRESET, 0, 29, 29)                                                              \
    X(IDR1, TABLES_PRESET, 0, 30, 30)                                                              \
    X(IDR1, ECMDQ, 0, 31, 31)                                                                      \
    X(IDR2, BA_VATOS, 0, 9, 0)                                                                     \
    X(IDR3, HAD, 0, 2, 2)                                                                          \
    X(IDR3, PBHA, 0, 3, 3)                                                                         \
    X(IDR3, XNX, 0, 4, 4)                                                                          \
    X(IDR3, PPS, 0, 5, 5)                                                                          \
    X(IDR3, MPAM, 0, 7, 7)                                                                         \
    X(IDR3, FWB, 0, 8, 8)                                                                          \
    X(IDR3, STT, 0, 9, 9)                                                                          \
    X(IDR3, RIL, 0, 10, 10)                                                                        \
    X(IDR3, BBML, 0, 12, 11)                                                                       \
    X(IDR3, E0PD, 0, 13, 13)                                                                       \
    X(IDR3, PTWNNC, 0, 14, 14)                                                                     \
    X(IDR3, DPT, 0, 15, 15)                                                                        \
    X(IDR3, PASIDTT, 0, 16, 16)                                                                    \
    X(IDR3, EPAN, 0, 17, 17)                                                                       \
    X(IDR3, S1PI, 0, 18, 18)                                                                       \
    X(IDR3, S2PI, 0, 19, 19)                                                                       \
    X(IDR3, S2PO, 0, 20, 20)                                                                       \
    X(IDR3, THE, 0, 21, 21)                                                                        \
    X(IDR3, MTEPERM, 0, 22, 22)                                                                    \
    X(IDR3, AIE, 0, 23, 23)                                                                        \
    X(IDR5, OAS, 0, 2, 0)                                                                          \
    X(IDR5, GRAN4K, 0, 4, 4)                                                                       \
    X(IDR5, GRAN16K, 0, 5, 5)                                                                      \
    X(IDR5, GRAN64K, 0, 6, 6)                                                                      \
    X(IDR5, DS, 0, 7, 7)                                                                           \
    X(IDR5, D128, 0, 8, 8)                                                                         \
    X(IDR5, VAX, 0, 11, 10)                                                                        \
    X(IDR5, STALL_MAX, 0, 31, 16)                                                                  \
    X(IDR6, CMDQ_CONTROL_PAGE_LOG2NUMQ, 0, 19, 16)                                                 \
    X(IDR6, CMDQ_CONTROL_PAGE_LOG2NUMP, 0, 27, 24)                                                 \
    X(IIDR, IMPLEMENTER, 0, 11, 0)                                                                 \
    X(IIDR, REVISION, 0, 15, 12)                                                                   \
    X(IIDR, VARIANT, 0, 19, 16)                                                                    \
    X(IIDR, PRODUCTID, 0, 31, 20)                                                                  \
    X(AIDR, ARCHMINORREV, 0, 3, 0)                                                                 \
    X(AIDR, ARCHMAJORREV, 0, 7, 4)

/* 6.3.9 to 6.3.18: control */
#define REF_CONTROL_FIELDS(X)                                                                      \
    X(CR0, SMMUEN, 0, 0, 0)                                                                        \
    X(CR0, PRIQEN, 0, 1, 1)                                                                        \
    X(CR0, EVENTQEN, 0, 2, 2)                                                                      \
    X(CR0, CMDQEN, 0, 3, 3)                                                                        \
    X(CR0, ATSCHK, 0, 4, 4)                                                                        \
    X(CR0, VMW, 0, 8, 6)                                                                           \
    X(CR0, DPT_WALK_EN, 0, 10, 10)                                                                 \
    X(CR0ACK, SMMUEN, 0, 0, 0)                                                                     \
    X(CR0ACK, PRIQEN, 0, 1, 1)                                                                     \
    X(CR0ACK, EVENTQEN, 0, 2, 2)                                                                   \
    X(CR0ACK, CMDQEN, 0, 3, 3)                                                                     \
    X(CR0ACK, ATSCHK, 0, 4, 4)                                                                     \
    X(CR0ACK, VMW, 0, 8, 6)                                                                        \
    X(CR0ACK, DPT_WALK_EN, 0, 10, 10)                                                              \
    X(CR1, QUEUE_IC, 0, 1, 0)                                                                      \
    X(CR1, QUEUE_OC, 0, 3, 2)                                                                      \
    X(CR1, QUEUE_SH, 0, 5, 4)                                                                      \
    X(CR1, TABLE_IC, 0, 7, 6)                                                                      \
    X(CR1, TABLE_OC, 0, 9, 8)                                                                      \
    X(CR1, TABLE_SH, 0, 11, 10)                                                                    \
    X(CR2, E2H, 0, 0, 0)                                                                           \
    X(CR2, RECINVSID, 0, 1, 1)                                                                     \
    X(CR2, PTM, 0, 2, 2)                                                                           \
    X(CR2, REC_CFG_ATS, 0, 3, 3)                                                                   \
    X(STATUSR, DORMANT, 0, 0, 0)                                                                   \
    X(GBPA, MEMATTR, 0, 3, 0)                                                                      \
    X(GBPA, MTCFG, 0, 4, 4)                                                                        \
    X(GBPA, ALLOCCFG, 0, 11, 8)                                                                    \
    X(GBPA, SHCFG, 0, 13, 12)                                                                      \
    X(GBPA, PRIVCFG, 0, 17, 16)                                                                    \
    X(GBPA, INSTCFG, 0, 19, 18)                                                                    \
    X(GBPA, ABORT, 0, 20, 20)                                                                      \
    X(GBPA, UPDATE, 0, 31, 31)                                                                     \
    X(IRQ_CTRL, GERROR_IRQEN, 0, 0, 0)                                                             \
    X(IRQ_CTRL, PRIQ_IRQEN, 0, 1, 1)                                                               \
    X(IRQ_CTRL, EVENTQ_IRQEN, 0, 2, 2)                                                             \
    X(IRQ_CTRLACK, GERROR_IRQEN, 0, 0, 0)                                                          \
    X(IRQ_CTRLACK, PRIQ_IRQEN, 0, 1, 1)                                                            \
    X(IRQ_CTRLACK, EVENTQ_IRQEN, 0, 2, 2)

/* 6.3.19, 6.3.20: GERROR and GERRORN share their layout */
#define REF_GERROR_BITS(X, object)                                                                 \
    X(object, CMDQ_ERR, 0, 0, 0)                                                                   \
    X(object, EVENTQ_ABT_ERR, 0, 2, 2)                                                             \
    X(object, PRIQ_ABT_ERR, 0, 3, 3)                                                               \
    X(object, MSI_CMDQ_ABT_ERR, 0, 4, 4)                                                           \
    X(object, MSI_EVENTQ_ABT_ERR, 0, 5, 5)                                                         \
    X(object, MSI_PRIQ_ABT_ERR, 0, 6, 6)                                                           \
    X(object, MSI_GERROR_ABT_ERR, 0, 7, 7)                                                         \
    X(object, SFM_ERR, 0, 8, 8)                                                                    \
    X(object, CMDQP_ERR, 0, 9, 9)                                                                  \
    X(object, DPT_ERR, 0, 10, 10)

/* 6.3.21 to 6.3.23, 6.3.30 to 6.3.32, 6.3.34 to 6.3.36 */
#define REF_IRQ_CFG_FIELDS(X)                                                                      \
    X(GERROR_IRQ_CFG0, ADDR, 0, 55, 2)                                                             \
    X(GERROR_IRQ_CFG1, DATA, 0, 31, 0)                                                             \
    X(GERROR_IRQ_CFG2, MEMATTR, 0, 3, 0)                                                           \
    X(GERROR_IRQ_CFG2, SH, 0, 5, 4)                                                                \
    X(EVENTQ_IRQ_CFG0, ADDR, 0, 55, 2)                                                             \
    X(EVENTQ_IRQ_CFG1, DATA, 0, 31, 0)                                                             \
    X(EVENTQ_IRQ_CFG2, MEMATTR, 0, 3, 0)                                                           \
    X(EVENTQ_IRQ_CFG2, SH, 0, 5, 4)                                                                \
    X(PRIQ_IRQ_CFG0, ADDR, 0, 55, 2)                                                               \
    X(PRIQ_IRQ_CFG1, DATA, 0, 31, 0)                                                               \
    X(PRIQ_IRQ_CFG2, MEMATTR, 0, 3, 0)                                                             \
    X(PRIQ_IRQ_CFG2, SH, 0, 5, 4)                                                                  \
    X(PRIQ_IRQ_CFG2, LO, 0, 31, 31)

/* 6.3.24 to 6.3.33, 6.3.95 to 6.3.98: the Stream table and the queues */
#define REF_TABLE_AND_QUEUE_FIELDS(X)                                                              \
    X(STRTAB_BASE, ADDR, 0, 55, 6)                                                                 \
    X(STRTAB_BASE, RA, 0, 62, 62)                                                                  \
    X(STRTAB_BASE_CFG, LOG2SIZE, 0, 5, 0)                                                          \
    X(STRTAB_BASE_CFG, SPLIT, 0, 10, 6)                                                            \
    X(STRTAB_BASE_CFG, FMT, 0, 17, 16)                                                             \
    X(CMDQ_BASE, LOG2SIZE, 0, 4, 0)                                                                \
    X(CMDQ_BASE, ADDR, 0, 55, 5)                                                                   \
    X(CMDQ_BASE, RA, 0, 62, 62)                                                                    \
    X(CMDQ_PROD, WR, 0, 19, 0)                                                                     \
    X(CMDQ_CONS, RD, 0, 19, 0)                                                                     \
    X(CMDQ_CONS, ERR, 0, 30, 24)                                                                   \
    X(EVENTQ_BASE, LOG2SIZE, 0, 4, 0)                                                              \
    X(EVENTQ_BASE, ADDR, 0, 55, 5)                                                                 \
    X(EVENTQ_BASE, WA, 0, 62, 62)                                                                  \
    X(EVENTQ_PROD, WR, 0, 19, 0)                                                                   \
    X(EVENTQ_PROD, OVFLG, 0, 31, 31)                                                               \
    X(EVENTQ_CONS, RD, 0, 19, 0)                                                                   \
    X(EVENTQ_CONS, OVACKFLG, 0, 31, 31)                                                            \
    X(PRIQ_BASE, LOG2SIZE, 0, 4, 0)                                                                \
    X(PRIQ_BASE, ADDR, 0, 55, 5)                                                                   \
    X(PRIQ_BASE, WA, 0, 62, 62)                                                                    \
    X(PRIQ_PROD, WR, 0, 19, 0)                                                                     \
    X(PRIQ_PROD, OVFLG, 0, 31, 31)                                                                 \
    X(PRIQ_CONS, RD, 0, 19, 0)                                                                     \
    X(PRIQ_CONS, OVACKFLG, 0, 31, 31)

/*
 * 6.3.17, 6.3.37 to 6.3.51: optional features. GATOS_PAR has two layouts; the fields of a failed
 * translation are under GATOS_PAR_FAULT.
 */
#define REF_FEATURE_FIELDS(X)                                                                      \
    X(S2PII, S2PII0, 0, 3, 0)                                                                      \
    X(S2PII, S2PII1, 0, 7, 4)                                                                      \
    X(S2PII, S2PII2, 0, 11, 8)                                                                     \
    X(S2PII, S2PII3, 0, 15, 12)                                                                    \
    X(S2PII, S2PII4, 0, 19, 16)                                                                    \
    X(S2PII, S2PII5, 0, 23, 20)                                                                    \
    X(S2PII, S2PII6, 0, 27, 24)                                                                    \
    X(S2PII, S2PII7, 0, 31, 28)                                                                    \
    X(S2PII, S2PII8, 0, 35, 32)                                                                    \
    X(S2PII, S2PII9, 0, 39, 36)                                                                    \
    X(S2PII, S2PII10, 0, 43, 40)                                                                   \
    X(S2PII, S2PII11, 0, 47, 44)                                                                   \
    X(S2PII, S2PII12, 0, 51, 48)                                                                   \
    X(S2PII, S2PII13, 0, 55, 52)                                                                   \
    X(S2PII, S2PII14, 0, 59, 56)                                                                   \
    X(S2PII, S2PII15, 0, 63, 60)                                                                   \
    X(GATOS_CTRL, RUN, 0, 0, 0)                                                                    \
    X(GATOS_SID, STREAMID, 0, 31, 0)                                                               \
    X(GATOS_SID, SUBSTREAMID, 0, 51, 32)                                                           \
    X(GATOS_SID, SSID_VALID, 0, 52, 52)                                                            \
    X(GATOS_ADDR, HTTUI, 0, 6, 6)                                                                  \
    X(GATOS_ADDR, IND, 0, 7, 7)                                                                    \
    X(GATOS_ADDR, RNW, 0, 8, 8)                                                                    \
    X(GATOS_ADDR, PNU, 0, 9, 9)                                                                    \
    X(GATOS_ADDR, TYPE, 0, 11, 10)                                                                 \
    X(GATOS_ADDR, ADDR, 0, 63, 12)                                                                 \
    X(GATOS_PAR, FAULT, 0, 0, 0)                                                                   \
    X(GATOS_PAR, SH, 0, 9, 8)                                                                      \
    X(GATOS_PAR, SIZE, 0, 11, 11)                                                                  \
    X(GATOS_PAR, ADDR, 0, 55, 12)                                                                  \
    X(GATOS_PAR, ATTR, 0, 63, 56)                                                                  \
    X(GATOS_PAR_FAULT, FAULT, 0, 0, 0)                                                             \
    X(GATOS_PAR_FAULT, REASON, 0, 2, 1)                                                            \
    X(GATOS_PAR_FAULT, FAULTCODE, 0, 11, 4)                                                        \
    X(GATOS_PAR_FAULT, FADDR, 0, 55, 12)                                                           \
    X(MPAMIDR, PARTID_MAX, 0, 15, 0)                                                               \
    X(MPAMIDR, PMG_MAX, 0, 23, 16)                                                                 \
    X(GMPAM, SO_PARTID, 0, 15, 0)                                                                  \
    X(GMPAM, SO_PMG, 0, 23, 16)                                                                    \
    X(GMPAM, UPDATE, 0, 31, 31)                                                                    \
    X(GBPMPAM, GBP_PARTID, 0, 15, 0)                                                               \
    X(GBPMPAM, GBP_PMG, 0, 23, 16)                                                                 \
    X(GBPMPAM, UPDATE, 0, 31, 31)                                                                  \
    X(VATOS_SEL, VMID, 0, 15, 0)                                                                   \
    X(VATOS_CTRL, RUN, 0, 0, 0)                                                                    \
    X(VATOS_SID, STREAMID, 0, 31, 0)                                                               \
    X(VATOS_SID, SUBSTREAMID, 0, 51, 32)                                                           \
    X(VATOS_SID, SSID_VALID, 0, 52, 52)                                                            \
    X(VATOS_ADDR, HTTUI, 0, 6, 6)                                                                  \
    X(VATOS_ADDR, IND, 0, 7, 7)                                                                    \
    X(VATOS_ADDR, RNW, 0, 8, 8)                                                                    \
    X(VATOS_ADDR, PNU, 0, 9, 9)                                                                    \
    X(VATOS_ADDR, TYPE, 0, 11, 10)                                                                 \
    X(VATOS_ADDR, ADDR, 0, 63, 12)                                                                 \
    X(VATOS_PAR, FAULT, 0, 0, 0)                                                                   \
    X(VATOS_PAR, SH, 0, 9, 8)                                                                      \
    X(VATOS_PAR, SIZE, 0, 11, 11)                                                                  \
    X(VATOS_PAR, ADDR, 0, 55, 12)                                                                  \
    X(VATOS_PAR, ATTR, 0, 63, 56)                                                                  \
    X(VATOS_PAR_FAULT, FAULT, 0, 0, 0)                                                             \
    X(VATOS_PAR_FAULT, REASON, 0, 2, 1)                                                            \
    X(VATOS_PAR_FAULT, FAULTCODE, 0, 11, 4)                                                        \
    X(VATOS_PAR_FAULT, FADDR, 0, 55, 12)                                                           \
    X(DPT_BASE, BADDR, 0, 55, 12)                                                                  \
    X(DPT_BASE, RA, 0, 62, 62)                                                                     \
    X(DPT_BASE_CFG, DPTPS, 0, 2, 0)                                                                \
    X(DPT_BASE_CFG, DPTGS, 0, 15, 14)                                                              \
    X(DPT_BASE_CFG, L0DPTSZ, 0, 23, 20)                                                            \
    X(DPT_CFG_FAR, FAULT, 0, 0, 0)                                                                 \
    X(DPT_CFG_FAR, LEVEL, 0, 1, 1)                                                                 \
    X(DPT_CFG_FAR, DPT_FAULTCODE, 0, 7, 4)                                                         \
    X(DPT_CFG_FAR, FADDR, 0, 55, 12)                                                               \
    X(CMDQ_CONTROL_PAGE_BASE, CMDQ_CONTROL_PAGE_PRESET, 0, 0, 0)                                   \
    X(CMDQ_CONTROL_PAGE_BASE, CMDQGS, 0, 2, 1)                                                     \
    X(CMDQ_CONTROL_PAGE_BASE, ADDR, 0, 55, 16)                                                     \
    X(CMDQ_CONTROL_PAGE_CFG, EN, 0, 0, 0)                                                          \
    X(CMDQ_CONTROL_PAGE_STATUS, ENACK, 0, 0, 0)

/* 6.3.170: the identification space as Arm's own components lay it out */
#define REF_ID_SPACE_FIELDS(X)                                                                     \
    X(PIDR4, DES_2, 0, 3, 0)                                                                       \
    X(PIDR4, SIZE, 0, 7, 4)                                                                        \
    X(PIDR0, PART_0, 0, 7, 0)                                                                      \
    X(PIDR1, PART_1, 0, 3, 0)                                                                      \
    X(PIDR1, DES_0, 0, 7, 4)                                                                       \
    X(PIDR2, DES_1, 0, 2, 0)                                                                       \
    X(PIDR2, JEDEC, 0, 3, 3)                                                                       \
    X(PIDR2, REVISION, 0, 7, 4)                                                                    \
    X(PIDR3, CMOD, 0, 3, 0)                                                                        \
    X(PIDR3, REVAND, 0, 7, 4)                                                                      \
    X(CIDR0, PREAMBLE, 0, 7, 0)                                                                    \
    X(CIDR1, PREAMBLE, 0, 3, 0)                                                                    \
    X(CIDR1, CLASS, 0, 7, 4)                                                                       \
    X(CIDR2, PREAMBLE, 0, 7, 0)                                                                    \
    X(CIDR3, PREAMBLE, 0, 7, 0)

#define REF_REGISTER_FIELDS(X)                                                                     \
    REF_IDR_FIELDS(X)                                                                              \
    REF_CONTROL_FIELDS(X)                                                                          \
    REF_GERROR_BITS(X, GERROR)                                                                     \
    REF_GERROR_BITS(X, GERRORN)                                                                    \
    REF_IRQ_CFG_FIELDS(X)                                                                          \
    REF_TABLE_AND_QUEUE_FIELDS(X)                                                                  \
    REF_FEATURE_FIELDS(X)                                                                          \
    REF_ID_SPACE_FIELDS(X)

enum ref_register_field { REF_REGISTER_FIELDS(REF_FIELD_ENUM) REF_REGISTER_FIELD_END };

/*
 * Registers of an ECMDQ, by their offset from where its place in the control page begins (6.2.5).
 * guard  DISABLED: EN and ENACK are 0; SETTLED: they are equal
 */
#define REF_ECMDQ_REGISTERS(X)                                                                     \
    X(ECMDQ_BASE, 0x0, 64, RW, DISABLED, UNKNOWN, ECMDQ)                                           \
    X(ECMDQ_PROD, 0x8, 32, RW, SETTLED, ZERO, ECMDQ)                                               \
    X(ECMDQ_CONS, 0xC, 32, RW, DISABLED, ZERO, ECMDQ)

enum ref_ecmdq_offset { REF_ECMDQ_REGISTERS(REF_REGISTER_ENUM) REF_ECMDQ_SPAN = 0x10 };

#define REF_ECMDQ_FIELDS(X)                                                                        \
    X(ECMDQ_BASE, LOG2SIZE, 0, 4, 0)                                                               \
    X(ECMDQ_BASE, ADDR, 0, 55, 5)                                                                  \
    X(ECMDQ_BASE, RA, 0, 62, 62)                                                                   \
    X(ECMDQ_PROD, WR, 0, 19, 0)                                                                    \
    X(ECMDQ_PROD, ERRACK, 0, 23, 23)                                                               \
    X(ECMDQ_PROD, EN, 0, 31, 31)                                                                   \
    X(ECMDQ_CONS, RD, 0, 19, 0)                                                                    \
    X(ECMDQ_CONS, ERR, 0, 23, 23)                                                                  \
    X(ECMDQ_CONS, ERR_REASON, 0, 26, 24)                                                           \
    X(ECMDQ_CONS, ENACK, 0, 31, 31)

enum ref_ecmdq_field { REF_ECMDQ_FIELDS(REF_FIELD_ENUM) REF_ECMDQ_FIELD_END };

enum {
    REF_ECMDQ_PAGE_BYTES = 0x10000, /* shared evenly by a page's queues */
    REF_CMDQGS_64K = 1
};

/* Values of fields. */
enum {
    REF_TTF_AARCH32 = 1, /* IDR0.TTF is a set of two bits */
    REF_TTF_AARCH64 = 2,
    REF_HTTU_NONE = 0,
    REF_HTTU_ACCESS = 1,
    REF_HTTU_ACCESS_DIRTY = 2,
    REF_HTTU_ACCESS_DIRTY_TABLE = 3,
    REF_TTENDIAN_MIXED = 0,
    REF_TTENDIAN_LITTLE = 2,
    REF_TTENDIAN_BIG = 3,
    REF_STALL_MODEL_BOTH = 0,
    REF_STALL_MODEL_TERMINATE = 1,
    REF_STALL_MODEL_FORCED = 2,
    REF_ST_LEVEL_LINEAR = 0,
    REF_ST_LEVEL_TWO = 1,
    REF_QUEUE_LOG2SIZE_MAX = 19,
    REF_SIDSIZE_MAX = 32,
    REF_SSIDSIZE_MAX = 20
};

/* IDR5.OAS; also CD.IPS and STE.S2PS */
enum {
    REF_OAS_32 = 0,
    REF_OAS_36 = 1,
    REF_OAS_40 = 2,
    REF_OAS_42 = 3,
    REF_OAS_44 = 4,
    REF_OAS_48 = 5,
    REF_OAS_52 = 6,
    REF_OAS_56 = 7
};

enum {
    /* CR1 cacheability; 3 is Reserved and acts as 0 */
    REF_CR1_CACHE_NC = 0,
    REF_CR1_CACHE_WB = 1,
    REF_CR1_CACHE_WT = 2,
    /* shareability wherever a field has no "incoming" choice; 1 is Reserved and acts as 0 */
    REF_SH_NSH = 0,
    REF_SH_OSH = 2,
    REF_SH_ISH = 3,
    /* SHCFG of GBPA and STE */
    REF_SHCFG_NSH = 0,
    REF_SHCFG_INCOMING = 1,
    REF_SHCFG_OSH = 2,
    REF_SHCFG_ISH = 3,
    /* PRIVCFG of GBPA and STE; 1 is Reserved and acts as 0 */
    REF_PRIVCFG_INCOMING = 0,
    REF_PRIVCFG_UNPRIVILEGED = 2,
    REF_PRIVCFG_PRIVILEGED = 3,
    /* INSTCFG of GBPA and STE; 1 is Reserved and acts as 0 */
    REF_INSTCFG_INCOMING = 0,
    REF_INSTCFG_DATA = 2,
    REF_INSTCFG_INSTRUCTION = 3,
    /* STRTAB_BASE_CFG.FMT; 2 and 3 are Reserved and act as 0 */
    REF_STRTAB_FMT_LINEAR = 0,
    REF_STRTAB_FMT_TWO_LEVEL = 1
};

/* CMDQ_CONS.ERR (7.1) */
#define REF_CERRORS(X)                                                                             \
    X(CERROR_NONE, 0)                                                                              \
    X(CERROR_ILL, 1)                                                                               \
    X(CERROR_ABT, 2)                                                                               \
    X(CERROR_ATC_INV_SYNC, 3)

#define REF_VALUE_ENUM(name, value) REF_##name = (value),
enum ref_cerror { REF_CERRORS(REF_VALUE_ENUM) REF_CERROR_END };

#endif
