/* SPDX-License-Identifier: Apache-2.0 */
/* See record.h. */
#include "reference/record.h"

#include "reference/features.h"
#include "spec_ref/ref_events.h"

namespace reference {

bool Record::matches(const std::array<uint64_t, 4> &got) const
{
    for (unsigned i = 0; i < 4; ++i)
        if ((got[i] ^ words[i]) & known[i])
            return false;
    return true;
}

/* Position of a field that all records that have it share; F_PERMISSION has most of them. */
#define SET(field, value) REF_SET(F_PERMISSION_##field, record.words.data(), (value))
#define UNKNOWN(field) REF_SET(F_PERMISSION_##field, record.known.data(), 0)

/* Three records have a header of their own (7.3.7, 7.3.8, 7.3.9). */
static void fill_header(Record &record, const Access &access, unsigned number)
{
    REF_SET(EVT_STREAMID, record.words.data(), access.streamid);
    if (number == REF_EVT_F_STREAM_DISABLED)
        return;
    if (number == REF_EVT_C_BAD_SUBSTREAMID) {
        REF_SET(C_BAD_SUBSTREAMID_SUBSTREAMID, record.words.data(),
                access.ssv ? access.substreamid : 0);
        return;
    }
    REF_SET(EVT_SSV, record.words.data(), access.ssv);
    if (access.ssv)
        REF_SET(EVT_SUBSTREAMID, record.words.data(), access.substreamid);
    else
        REF_SET(EVT_SUBSTREAMID, record.known.data(), 0);
}

static void fill_access(Record &record, const Access &access, const Event &event)
{
    SET(PNU, event.priv);
    SET(IND, event.inst);
    SET(RNW, !access.write);
    SET(INPUTADDR, access.addr);
    SET(S2, event.stage2);
    SET(CLASS, event.reported_class);
}

/* F_TRANSLATION, F_ADDR_SIZE, F_ACCESS, F_PERMISSION */
static void fill_fault(Record &record, const Features &f, const Event &event)
{
    SET(STALL, event.stalled);
    UNKNOWN(STAG);               /* its value is free */
    record.known[1] &= ones(48); /* IMPLEMENTATION DEFINED above */
    if (event.stage2)
        record.words[3] = event.ipa & ones(f.oas) & ~ones(12);
    else
        record.known[3] &= ~(ones(56) & ~ones(12));
    if (event.number != REF_EVT_F_PERMISSION)
        return;
    if (event.stage2 && event.reported_class == REF_CLASS_TT)
        SET(TTRNW, !event.table_write);
    else
        UNKNOWN(TTRNW);
    SET(DIRTYBIT, event.dirty_bit);
    SET(OVERLAY, event.overlay);
    SET(ASSUREDONLY, event.assured_only);
}

Record record_of(const Registers &registers, const Access &access, const Event &event)
{
    Features f(registers);
    Record record;
    record.known.fill(UINT64_MAX);
    record.words[0] = event.number;
    fill_header(record, access, event.number);
    switch (event.number) {
    case REF_EVT_F_STE_FETCH:
    case REF_EVT_F_CD_FETCH:
    case REF_EVT_F_VMS_FETCH:
    case REF_EVT_F_WALK_EABT:
        record.words[3] = event.fetch_addr & ones(f.oas) & ~ones(3);
        record.known[1] &= ~ones(16); /* Reason */
        if (event.number == REF_EVT_F_WALK_EABT)
            fill_access(record, access, event);
        break;
    case REF_EVT_F_TRANSLATION:
    case REF_EVT_F_ADDR_SIZE:
    case REF_EVT_F_ACCESS:
    case REF_EVT_F_PERMISSION:
        fill_access(record, access, event);
        fill_fault(record, f, event);
        break;
    default:
        break;
    }
    return record;
}

} // namespace reference
