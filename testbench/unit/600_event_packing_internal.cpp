/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event records as they are packed (7.3), field by field against the reference positions: each
 * field of each record alone, with nothing else set, and a record of all ones for what must stay
 * zero.
 */
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string>

extern "C" {
#include "evtq.h"
}

#include "spec_ref/ref_events.h"
#include "spec_ref/ref_tables.h"

namespace {

using Record = std::array<uint64_t, 4>;

Record pack(const fault &f)
{
    Record words;
    smmu__evtq_pack(&f, words.data());
    return words;
}

/* A fault in which one thing is so, and the value that its field then has. */
struct Source {
    std::function<void(fault &)> set;
    uint64_t value;
};

const std::map<std::string, Source> sources = {
    {"STREAMID", {[](fault &f) { f.streamid = 0xA5A5F00D; }, 0xA5A5F00D}},
    {"SSV", {[](fault &f) { f.ssv = true; }, 1}},
    {"PNU", {[](fault &f) { f.priv = true; }, 1}},
    {"IND", {[](fault &f) { f.inst = true; }, 1}},
    {"RNW", {[](fault &f) { f.read = true; }, 1}},
    {"NSIPA", {[](fault &f) { f.nsipa = true; }, 1}},
    {"S2", {[](fault &f) { f.s2 = true; }, 1}},
    {"CLASS", {[](fault &f) { f.class_ = CLASS_IN; }, REF_CLASS_IN}},
    {"STALL", {[](fault &f) { f.stall = true; }, 1}},
    {"STAG", {[](fault &f) { f.stag = 0xBEEF; }, 0xBEEF}},
    {"TTRNW", {[](fault &f) { f.ttrnw = true; }, 1}},
    {"DIRTYBIT", {[](fault &f) { f.dirty_bit = true; }, 1}},
    {"ASSUREDONLY", {[](fault &f) { f.assured_only = true; }, 1}},
    {"OVERLAY", {[](fault &f) { f.overlay = true; }, 1}},
    {"P", {[](fault &f) { f.priv = true; }, 1}},
    {"X", {[](fault &f) { f.inst = true; }, 1}},
};

/* Addresses: the field holds the address's own bits from its lsb up (7.3). */
const std::map<std::string, std::function<void(fault &)>> address_sources = {
    {"INPUTADDR", [](fault &f) { f.input_addr = 0xFEDCBA9876543210; }},
    {"FETCHADDR", [](fault &f) { f.fetch_addr = 0xFEDCBA9876543210; }},
    {"IPA", [](fault &f) { f.ipa = 0xFEDCBA9876543210; }},
};

/* Records of features that are not built are packed by nobody. */
const std::set<std::string> not_built = {"E_PAGE_REQUEST", "F_VMS_FETCH"};

/* Zero in every record: what is IMPLEMENTATION DEFINED, and of granule protection checks. */
const std::set<std::string> always_zero = {"REASON", "GPCF"};

/* A translation request asks to read, one STU or as many as it says, and to write unless it says
 * that it does not (7.3.6). */
uint64_t request_fields(unsigned number, bool writes, unsigned units = 1)
{
    if (number != REF_EVT_F_BAD_ATS_TREQ)
        return 0;
    return REF_PREP(F_BAD_ATS_TREQ_SPAN, units) | REF_PREP(F_BAD_ATS_TREQ_R, 1) |
           REF_PREP(F_BAD_ATS_TREQ_W, writes);
}

template <typename Visit>
void for_each_field(Visit visit)
{
    for (size_t e = 0; e < ref_event_count; ++e) {
        if (not_built.count(ref_event_table[e].name))
            continue;
        for (size_t i = 0; i < ref_event_field_count; ++i)
            if (std::strcmp(ref_event_field_table[i].object, ref_event_table[e].name) == 0)
                visit(ref_event_table[e].number, ref_event_field_table[i]);
    }
}

/* rule: ER-001 ER-002 ER-003 ER-010 ER-018 7.3 */
TEST(EventPacking, 600_every_field_alone_lands_at_its_place)
{
    unsigned checked = 0;
    for_each_field([&](unsigned number, const ref_field_row &row) {
        fault f = {};
        f.event = static_cast<uint8_t>(number);
        Record expected = {number, request_fields(number, true), 0, 0};
        const auto plain = sources.find(row.field);
        const auto address = address_sources.find(row.field);
        if (plain != sources.end()) {
            plain->second.set(f);
            expected[row.dword] |= ref_prep(row.msb, row.lsb, plain->second.value);
        } else if (address != address_sources.end()) {
            address->second(f);
            expected[row.dword] |= 0xFEDCBA9876543210 & ref_mask(row.msb, row.lsb);
        } else {
            return;
        }
        EXPECT_EQ(pack(f), expected) << row.object << "." << row.field;
        ++checked;
    });
    EXPECT_GT(checked, 90U);
}

/* rule: ER-001 ER-021 7.3 */
TEST(EventPacking, 601_nothing_is_set_outside_the_fields_of_the_record)
{
    for (size_t e = 0; e < ref_event_count; ++e) {
        const unsigned number = ref_event_table[e].number;
        if (not_built.count(ref_event_table[e].name))
            continue;
        Record full = {};
        for_each_field([&](unsigned of, const ref_field_row &row) {
            if (of == number && !always_zero.count(row.field))
                full[row.dword] |= ref_mask(row.msb, row.lsb);
        });
        fault f = {};
        f.event = static_cast<uint8_t>(number);
        f.class_ = 3;
        f.s2 = f.nsipa = f.ttrnw = f.stall = f.priv = f.inst = f.read = f.ssv = true;
        f.dirty_bit = f.assured_only = f.overlay = true;
        f.ats_units = 15;
        f.stag = UINT16_MAX;
        f.streamid = UINT32_MAX;
        f.substreamid = 0xFFFFF;
        f.input_addr = f.fetch_addr = f.ipa = UINT64_MAX;
        full[0] = (full[0] & ~REF_MASK(EVT_TYPE)) | number;
        if (number == REF_EVT_F_BAD_ATS_TREQ)
            full[1] = request_fields(number, false, 15) | REF_MASK(F_BAD_ATS_TREQ_P) |
                      REF_MASK(F_BAD_ATS_TREQ_X);
        EXPECT_EQ(pack(f), full) << ref_event_table[e].name;
    }
}

/* rule: ER-004 ER-006 7.3 7.3.9 */
TEST(EventPacking, 602_a_substream_stands_there_only_if_the_transaction_had_one)
{
    for_each_field([&](unsigned number, const ref_field_row &row) {
        if (std::strcmp(row.field, "SUBSTREAMID") != 0)
            return;
        fault f = {};
        f.event = static_cast<uint8_t>(number);
        f.substreamid = 0xABCDE;
        EXPECT_EQ(pack(f)[0], number) << row.object;
        f.ssv = true;
        uint64_t with = number | REF_PREP(EVT_SUBSTREAMID, 0xABCDE);
        if (number != REF_EVT_C_BAD_SUBSTREAMID) /* SubstreamID is always valid: no SSV */
            with |= REF_MASK(EVT_SSV);
        EXPECT_EQ(pack(f)[0], with) << row.object;
    });
}

} // namespace
