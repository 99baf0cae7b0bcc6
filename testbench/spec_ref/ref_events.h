/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference constants: Event queue records (7.3), 32 bytes, and PRI queue entries (chapter 8),
 * 16 bytes, both little-endian.
 *
 * Positions that the text gives only in a diagram were checked against what Linux reads. A row
 * that has neither behind it stands in REF_EVENT_FIELDS_UNCONFIRMED, not in REF_EVENT_FIELDS.
 */
#ifndef SMMUSIM_SPEC_REF_EVENTS_H
#define SMMUSIM_SPEC_REF_EVENTS_H

#include "ref_field.h"

enum { REF_EVENT_BYTES = 32, REF_PRI_ENTRY_BYTES = 16 };

/* X(event, number) */
#define REF_EVENTS(X)                                                                              \
    X(F_UUT, 0x01)                                                                                 \
    X(C_BAD_STREAMID, 0x02)                                                                        \
    X(F_STE_FETCH, 0x03)                                                                           \
    X(C_BAD_STE, 0x04)                                                                             \
    X(F_BAD_ATS_TREQ, 0x05)                                                                        \
    X(F_STREAM_DISABLED, 0x06)                                                                     \
    X(F_TRANSL_FORBIDDEN, 0x07)                                                                    \
    X(C_BAD_SUBSTREAMID, 0x08)                                                                     \
    X(F_CD_FETCH, 0x09)                                                                            \
    X(C_BAD_CD, 0x0A)                                                                              \
    X(F_WALK_EABT, 0x0B)                                                                           \
    X(F_TRANSLATION, 0x10)                                                                         \
    X(F_ADDR_SIZE, 0x11)                                                                           \
    X(F_ACCESS, 0x12)                                                                              \
    X(F_PERMISSION, 0x13)                                                                          \
    X(F_TLB_CONFLICT, 0x20)                                                                        \
    X(F_CFG_CONFLICT, 0x21)                                                                        \
    X(E_PAGE_REQUEST, 0x24)                                                                        \
    X(F_VMS_FETCH, 0x25)

#define REF_EVENT_ENUM(name, number) REF_EVT_##name = (number),
enum ref_event {
    REF_EVENTS(REF_EVENT_ENUM) REF_EVT_IMPDEF_FIRST = 0xE0,
    REF_EVT_IMPDEF_LAST = 0xEF
};

/* Parts that several records share at one place */
#define REF_EVT_STREAM(X, evt)                                                                     \
    X(evt, TYPE, 0, 7, 0)                                                                          \
    X(evt, STREAMID, 0, 63, 32)
#define REF_EVT_HEADER(X, evt)                                                                     \
    REF_EVT_STREAM(X, evt)                                                                         \
    X(evt, SSV, 0, 11, 11)                                                                         \
    X(evt, SUBSTREAMID, 0, 31, 12)
#define REF_EVT_ACCESS(X, evt)                                                                     \
    X(evt, PNU, 1, 33, 33)                                                                         \
    X(evt, IND, 1, 34, 34)                                                                         \
    X(evt, RNW, 1, 35, 35)
#define REF_EVT_INPUTADDR(X, evt) X(evt, INPUTADDR, 2, 63, 0)
#define REF_EVT_FETCHADDR(X, evt) X(evt, FETCHADDR, 3, 55, 3)
#define REF_EVT_IPA(X, evt) X(evt, IPA, 3, 55, 12)
#define REF_EVT_STAGE(X, evt)                                                                      \
    X(evt, S2, 1, 39, 39)                                                                          \
    X(evt, CLASS, 1, 41, 40)
#define REF_EVT_FAULT(X, evt)                                                                      \
    REF_EVT_HEADER(X, evt)                                                                         \
    X(evt, STAG, 1, 15, 0)                                                                         \
    X(evt, STALL, 1, 31, 31)                                                                       \
    REF_EVT_ACCESS(X, evt)                                                                         \
    REF_EVT_STAGE(X, evt)                                                                          \
    REF_EVT_INPUTADDR(X, evt)                                                                      \
    REF_EVT_IPA(X, evt)
#define REF_EVT_FETCH(X, evt)                                                                      \
    REF_EVT_HEADER(X, evt)                                                                         \
    X(evt, REASON, 1, 15, 0)                                                                       \
    X(evt, GPCF, 1, 16, 16)                                                                        \
    REF_EVT_FETCHADDR(X, evt)

#define REF_EVENT_FIELDS(X)                                                                        \
    REF_EVT_HEADER(X, F_UUT)                                                                       \
    X(F_UUT, REASON, 1, 15, 0)                                                                     \
    REF_EVT_ACCESS(X, F_UUT)                                                                       \
    REF_EVT_INPUTADDR(X, F_UUT)                                                                    \
    REF_EVT_HEADER(X, C_BAD_STREAMID)                                                              \
    REF_EVT_FETCH(X, F_STE_FETCH)                                                                  \
    REF_EVT_HEADER(X, C_BAD_STE)                                                                   \
    REF_EVT_HEADER(X, F_BAD_ATS_TREQ)                                                              \
    REF_EVT_STREAM(X, F_STREAM_DISABLED)                                                           \
    REF_EVT_STREAM(X, F_TRANSL_FORBIDDEN)                                                          \
    X(F_TRANSL_FORBIDDEN, RNW, 1, 35, 35)                                                          \
    REF_EVT_INPUTADDR(X, F_TRANSL_FORBIDDEN)                                                       \
    REF_EVT_STREAM(X, C_BAD_SUBSTREAMID)                                                           \
    X(C_BAD_SUBSTREAMID, SUBSTREAMID, 0, 31, 12)                                                   \
    REF_EVT_FETCH(X, F_CD_FETCH)                                                                   \
    REF_EVT_HEADER(X, C_BAD_CD)                                                                    \
    REF_EVT_HEADER(X, F_WALK_EABT)                                                                 \
    REF_EVT_ACCESS(X, F_WALK_EABT)                                                                 \
    REF_EVT_STAGE(X, F_WALK_EABT)                                                                  \
    REF_EVT_INPUTADDR(X, F_WALK_EABT)                                                              \
    REF_EVT_FETCHADDR(X, F_WALK_EABT)                                                              \
    REF_EVT_FAULT(X, F_TRANSLATION)                                                                \
    REF_EVT_FAULT(X, F_ADDR_SIZE)                                                                  \
    REF_EVT_FAULT(X, F_ACCESS)                                                                     \
    REF_EVT_FAULT(X, F_PERMISSION)                                                                 \
    X(F_PERMISSION, TTRNW, 1, 44, 44)                                                              \
    REF_EVT_HEADER(X, F_TLB_CONFLICT)                                                              \
    REF_EVT_ACCESS(X, F_TLB_CONFLICT)                                                              \
    REF_EVT_INPUTADDR(X, F_TLB_CONFLICT)                                                           \
    REF_EVT_IPA(X, F_TLB_CONFLICT)                                                                 \
    REF_EVT_HEADER(X, F_CFG_CONFLICT)                                                              \
    X(F_CFG_CONFLICT, REASON, 1, 31, 0)                                                            \
    REF_EVT_HEADER(X, E_PAGE_REQUEST)                                                              \
    X(E_PAGE_REQUEST, UX, 1, 33, 33)                                                               \
    X(E_PAGE_REQUEST, UW, 1, 34, 34)                                                               \
    X(E_PAGE_REQUEST, UR, 1, 35, 35)                                                               \
    X(E_PAGE_REQUEST, PX, 1, 37, 37)                                                               \
    X(E_PAGE_REQUEST, PW, 1, 38, 38)                                                               \
    X(E_PAGE_REQUEST, PR, 1, 39, 39)                                                               \
    X(E_PAGE_REQUEST, SPAN, 1, 51, 44)                                                             \
    X(E_PAGE_REQUEST, INPUTADDR, 2, 63, 12)                                                        \
    REF_EVT_FETCH(X, F_VMS_FETCH)

/* The parameter is not X: one of the fields is. */
/* NSIPA is zero in every record of a Non-secure stream. */
#define REF_EVENT_FIELDS_UNCONFIRMED(ROW)                                                          \
    ROW(F_WALK_EABT, NSIPA, 1, 38, 38)                                                             \
    ROW(F_TRANSLATION, NSIPA, 1, 38, 38)                                                           \
    ROW(F_ADDR_SIZE, NSIPA, 1, 38, 38)                                                             \
    ROW(F_ACCESS, NSIPA, 1, 38, 38)                                                                \
    ROW(F_PERMISSION, NSIPA, 1, 38, 38)                                                            \
    ROW(F_BAD_ATS_TREQ, SPAN, 1, 3, 0)                                                             \
    ROW(F_BAD_ATS_TREQ, P, 1, 28, 28)                                                              \
    ROW(F_BAD_ATS_TREQ, X, 1, 29, 29)                                                              \
    ROW(F_BAD_ATS_TREQ, W, 1, 30, 30)                                                              \
    ROW(F_BAD_ATS_TREQ, R, 1, 31, 31)                                                              \
    ROW(F_BAD_ATS_TREQ, INPUTADDR, 2, 63, 12)                                                      \
    ROW(F_WALK_EABT, REASON, 1, 15, 0)                                                             \
    ROW(F_WALK_EABT, GPCF, 1, 16, 16)                                                              \
    ROW(F_PERMISSION, DIRTYBIT, 1, 42, 42)                                                         \
    ROW(F_PERMISSION, ASSUREDONLY, 1, 43, 43)                                                      \
    ROW(F_PERMISSION, OVERLAY, 1, 45, 45)                                                          \
    ROW(F_TLB_CONFLICT, REASON, 1, 31, 0)                                                          \
    ROW(F_TLB_CONFLICT, NSIPA, 1, 38, 38)                                                          \
    ROW(F_TLB_CONFLICT, S2, 1, 39, 39)

/* The common header under a short name, for code that does not know the record's type yet */
#define REF_EVENT_HEADER_FIELDS(X) REF_EVT_HEADER(X, EVT)

enum ref_event_field {
    REF_EVENT_HEADER_FIELDS(REF_FIELD_ENUM) REF_EVENT_FIELDS(REF_FIELD_ENUM)
        REF_EVENT_FIELDS_UNCONFIRMED(REF_FIELD_ENUM) REF_EVENT_FIELD_END
};

enum { REF_CLASS_CD = 0, REF_CLASS_TT = 1, REF_CLASS_IN = 2 };

/* 8.1: PRI queue entry */
#define REF_PRI_FIELDS(ROW)                                                                        \
    ROW(PRI, STREAMID, 0, 31, 0)                                                                   \
    ROW(PRI, SUBSTREAMID, 0, 51, 32)                                                               \
    ROW(PRI, PRIV, 0, 58, 58)                                                                      \
    ROW(PRI, X, 0, 59, 59)                                                                         \
    ROW(PRI, R, 0, 60, 60)                                                                         \
    ROW(PRI, W, 0, 61, 61)                                                                         \
    ROW(PRI, LAST, 0, 62, 62)                                                                      \
    ROW(PRI, SSV, 0, 63, 63)                                                                       \
    ROW(PRI, PRGINDEX, 1, 8, 0)                                                                    \
    ROW(PRI, ADDR, 1, 63, 12)

enum ref_pri_field { REF_PRI_FIELDS(REF_FIELD_ENUM) REF_PRI_FIELD_END };

#endif
