/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 52 cases that the drafted invalidation ring leaves to its implementation, or decides: one row
 * a call, named by the number of the case in docs/uapi.md. Each says what the call returns, where
 * the consumer index stands, what the error record holds, and how many commands were issued, known
 * complete and reported.
 */
#include <gtest/gtest.h>

#include <cctype>
#include <cerrno>
#include <numeric>
#include <ostream>
#include <set>
#include <string>

#include "unit/uapi_fixture.h"

namespace {

using T = UapiRing;

enum Written { UNTOUCHED, WRITTEN, TORN };

struct Record {
    Written written;
    uint32_t valid, source, code, first, last;
};

constexpr Record untouched = {UNTOUCHED, 0, 0, 0, 0, 0}, nothing = {WRITTEN, 0, 0, 0, 0, 0},
                 torn = {TORN, 0, 0, 0, 0, 0};

constexpr Record software(uint32_t code, uint32_t at)
{
    return {WRITTEN, 1, UAPI_ERROR_SOFTWARE, code, at, at};
}

constexpr Record hardware(uint32_t code, uint32_t first, uint32_t last)
{
    return {WRITTEN, 1, UAPI_ERROR_HARDWARE, code, first, last};
}

/* issued, completed, reported */
struct Counts {
    unsigned issued, completed, reported;
};

constexpr Counts none = {0, 0, 0};
constexpr Counts all(unsigned n)
{
    return {n, n, n};
}

struct Case {
    unsigned number;
    const char *what;
    std::function<void(T &)> given;
    uint32_t cons, prod;
    int rc;
    uint32_t then; /* the consumer index afterwards */
    Record record;
    Counts counts;
    std::vector<unsigned> executed = {}; /* ASIDs: the numbers of the entries, as filled in */
};

void PrintTo(const Case &c, std::ostream *out)
{
    *out << c.number << ": " << c.what;
}

constexpr uint32_t ILL = REF_CERROR_ILL, ABT = REF_CERROR_ABT, ATC = REF_CERROR_ATC_INV_SYNC;
constexpr uint32_t huge = 1U << 31;

const drv_cmd forbidden = {{REF_CMD_CFGI_STE, 1}};
const drv_cmd atc_inv_of_3 = {{REF_CMD_ATC_INV | UINT64_C(3) << 32, 52}};

void plain(T &) {}

/* The caller's array of 12. */
void array_of_12(T &t)
{
    t.arg.ring.q_entry_num = 12;
}

void ring_of_one(T &t)
{
    t.ring(0);
    t.fill(1);
}

/* The last two entries of a ring of 2^31 lie in memory. */
void largest_ring(T &t)
{
    t.arg.ring.q_index_bits = 31;
    t.arg.ring.q_entry_num = huge;
    t.arg.ring.q_uptr = T::ring_at + 32 - (UINT64_C(16) << 31);
}

void longer_entries(T &t)
{
    t.user.assign(T::user_size, 0);
    t.arg.ring.q_entry_len = 24;
    t.fill(16);
}

std::vector<unsigned> from_to(unsigned first, unsigned last)
{
    std::vector<unsigned> list(last - first + 1);
    std::iota(list.begin(), list.end(), first);
    return list;
}

std::vector<unsigned> modulo(unsigned first, unsigned n, unsigned size)
{
    std::vector<unsigned> list(n);
    for (unsigned i = 0; i < n; i++)
        list[i] = (first + i) % size;
    return list;
}

/* The user does something when a copy reaches an address. */
std::function<void(T &)> at_copy_of(uint64_t where, bool writes, std::function<void(T &)> what)
{
    return [=](T &t) {
        t.meanwhile = [&t, where, writes, what](uint64_t at, size_t, bool write) {
            if (at == where && write == writes)
                what(t);
        };
    };
}

/* clang-format off */
const Case cases[] = {
    {1, "32 index bits",
     [](T &t) { t.arg.ring.q_index_bits = 32; }, 0, 1, -EINVAL, 0, nothing, none},
    {1, "2^32-1 index bits",
     [](T &t) { t.arg.ring.q_index_bits = UINT32_MAX; }, 0, 1, -EINVAL, 0, nothing, none},
    {2, "31 index bits, over the wrap flag in bit 31",
     largest_ring, huge - 2, huge, 0, huge, nothing, all(2), {0, 1}},
    {3, "ring of one entry", ring_of_one, 0, 1, 0, 1, nothing, all(1), {0}},
    {3, "ring of one entry, second lap", ring_of_one, 1, 0, 0, 0, nothing, all(1), {0}},
    {3, "ring of one entry, position 2", ring_of_one, 0, 2, -EINVAL, 0, nothing, none},
    {4, "no entries, a probe", [](T &t) { t.arg.ring.q_entry_num = 0; }, 0, 0, 0, 0, nothing, none},
    {4, "no entries, prod 1",
     [](T &t) { t.arg.ring.q_entry_num = 0; }, 0, 1, -EINVAL, 0, nothing, none},
    {4, "no entries, both at 1",
     [](T &t) { t.arg.ring.q_entry_num = 0; }, 1, 1, -EINVAL, 1, nothing, none},
    {5, "more entries than indexes",
     [](T &t) { t.arg.ring.q_entry_num = 17; }, 0, 1, -EINVAL, 0, nothing, none},
    {6, "odd length with a wrap flag in prod", array_of_12, 0, 0x10, -EINVAL, 0, nothing, none},
    {6, "odd length with both wrap flags", array_of_12, 0x10, 0x11, -EINVAL, 0x10, nothing, none},
    {6, "odd length that would wrap", array_of_12, 5, 3, -EINVAL, 5, nothing, none},
    {7, "array of any length", array_of_12, 0, 12, 0, 12, nothing, all(12), from_to(0, 11)},
    {7, "rest of an array", array_of_12, 9, 12, 0, 12, nothing, all(3), {9, 10, 11}},
    {8, "full ring and full array agree", plain, 0, 16, 0, 16, nothing, all(16), from_to(0, 15)},
    {9, "array that is finished", array_of_12, 12, 12, 0, 12, nothing, none},
    {9, "array that was not set back", array_of_12, 12, 5, -EINVAL, 12, nothing, none},
    {10, "bit above the wrap flag in prod", plain, 0, 0x21, -EINVAL, 0, nothing, none},
    {10, "bit above the wrap flag in cons", plain, 0x20, 1, -EINVAL, 0x20, nothing, none},
    {11, "error code left in cons", plain, 1U << 24, 1, -EINVAL, 1U << 24, nothing, none},
    {12, "empty", plain, 7, 7, 0, 7, nothing, none},
    {12, "empty on the second lap", plain, 0x13, 0x13, 0, 0x13, nothing, none},
    {13, "full", plain, 5, 0x15, 0, 0x15, nothing, all(16), modulo(5, 16, 16)},
    {14, "cons ahead of prod", plain, 6, 5, -EINVAL, 6, nothing, none},
    {14, "cons a lap ahead", plain, 0x10, 0x0f, -EINVAL, 0x10, nothing, none},
    {15, "more than the array holds", array_of_12, 0, 13, -EINVAL, 0, nothing, none},
    {16, "both indexes beyond the array", array_of_12, 13, 13, -EINVAL, 13, nothing, none},
    {16, "cons beyond the array", array_of_12, 13, 12, -EINVAL, 13, nothing, none},
    {17, "the example of the draft", plain, 0x0f, 0x11, 0, 0x11, nothing, all(2), {15, 0}},
    {18, "entries of no length",
     [](T &t) { t.arg.ring.q_entry_len = 0; }, 0, 1, -EINVAL, 0, nothing, none},
    {18, "entries of no length, and none",
     [](T &t) { t.arg.ring.q_entry_len = 0; }, 3, 3, 0, 3, nothing, none},
    {19, "entries of 15 bytes",
     [](T &t) { t.arg.ring.q_entry_len = 15; }, 0, 1, -EINVAL, 0, nothing, none},
    {19, "entries of 8 bytes",
     [](T &t) { t.arg.ring.q_entry_len = 8; }, 0, 1, -EINVAL, 0, nothing, none},
    {20, "longer entries with tails of zeros",
     longer_entries, 0, 5, 0, 5, nothing, all(5), from_to(0, 4)},
    {20, "longer entry with something in its last byte",
     [](T &t) { longer_entries(t); t.user[t.entry_at(4) - 1 - T::user_base] = 1; },
     0, 5, -E2BIG, 3, nothing, all(3), {0, 1, 2}},
    {21, "addresses of the ring wrap",
     [](T &t) { t.arg.ring.q_uptr = UINT64_MAX - 16 * 16 + 1; }, 0, 1, -EINVAL, 0, nothing, none},
    {22, "entries of more than a page",
     [](T &t) { t.arg.ring.q_entry_len = 4097; }, 0, 1, -EINVAL, 0, nothing, none},
    {22, "more entries than the largest queue",
     [](T &t) { t.arg.ring.q_index_bits = 20; t.arg.ring.q_entry_num = 1 << 20; },
     0, (1 << 19) + 1, -EINVAL, 0, nothing, none},
    {23, "ring at null", [](T &t) { t.arg.ring.q_uptr = 0; }, 0, 1, -EINVAL, 0, nothing, none},
    {23, "ring at null, and empty", [](T &t) { t.arg.ring.q_uptr = 0; }, 4, 4, 0, 4, nothing, none},
    {24, "unaligned ring",
     [](T &t) {
         t.arg.ring.q_uptr = T::ring_at + 3;
         t.put(T::ring_at + 3, drv_cmd_tlbi_nh_asid(0, 0x99));
     },
     0, 1, 0, 1, nothing, all(1), {0x99}},
    {25, "cons cannot be read",
     [](T &t) { t.hole(T::cons_at, T::cons_at + 4); }, 0, 1, -EFAULT, 0, nothing, none},
    {25, "last byte of cons cannot be read",
     [](T &t) { t.hole(T::cons_at + 3, T::cons_at + 4); }, 0, 1, -EFAULT, 0, nothing, none},
    {26, "unaligned cons",
     [](T &t) { t.arg.ring.q_cons_uptr = T::cons_at + 2; }, 0, 1, -EINVAL, 0, nothing, none},
    {27, "cons cannot be written",
     [](T &t) { t.hole(T::cons_at, T::cons_at + 4, true); }, 0, 1, -EFAULT, 0, nothing, none},
    {27, "cons cannot be written at the end: done, but not reported",
     [](T &t) {
         t.meanwhile = [&t, writes = 0](uint64_t at, size_t, bool write) mutable {
             if (at == T::cons_at && write && writes++ == 1)
                 t.hole(T::cons_at, T::cons_at + 4, true);
         };
     }, 0, 3, -EFAULT, 0, nothing, {3, 3, 0}, {0, 1, 2}},
    {28, "cons within an entry",
     [](T &t) { t.arg.ring.q_cons_uptr = t.entry_at(1) + 12; },
     0, 2, 0, 2, nothing, all(2), {0, 1}},
    {28, "cons within the structure, which was read before",
     [](T &t) {
         t.arg.ring.q_cons_uptr = T::arg_at + offsetof(iommu_hwpt_invalidate_ring, hwpt_id);
     },
     T::nested_id, 9, 0, 9, nothing, all(2), {7, 8}},
    {29, "entry changed after it was copied",
     [](T &t) {
         t.front.options.batch = 2;
         at_copy_of(T::ring_at + 16 * 5, false, [](T &u) { u.entry(4, forbidden); })(t);
     },
     3, 7, 0, 7, nothing, all(4), {3, 4, 5, 6}},
    {30, "unreadable entry amid others", [](T &t) { t.hole(t.entry_at(5), t.entry_at(6)); },
     2, 9, -EFAULT, 5, software(ABT, 5), all(3), {2, 3, 4}},
    {30, "entry of which the tenth byte cannot be read",
     [](T &t) { t.hole(t.entry_at(5) + 9, t.entry_at(5) + 10); },
     2, 9, -EFAULT, 5, software(ABT, 5), all(3), {2, 3, 4}},
    {31, "first entry refused",
     [](T &t) { t.entry(4, forbidden); }, 4, 8, -EIO, 4, software(ILL, 4), none},
    {32, "last entry refused",
     [](T &t) { t.entry(4, forbidden); }, 0, 5, -EIO, 4, software(ILL, 4), all(4), from_to(0, 3)},
    {33, "entry after the wrap refused", [](T &t) { t.entry(0, forbidden); },
     14, 0x13, -EIO, 0x10, software(ILL, 0x10), all(2), {14, 15}},
    {33, "entry after the wrap, on the second lap", [](T &t) { t.entry(0, forbidden); },
     0x1e, 3, -EIO, 0, software(ILL, 0), all(2), {14, 15}},
    {34, "entry refused while others are gathered",
     [](T &t) { t.front.options.batch = 8; t.entry(13, forbidden); },
     0, 16, -EIO, 13, software(ILL, 13), all(13), from_to(0, 12)},
    {35, "hardware refuses an entry, the rest is withdrawn", [](T &t) { t.fail(1, ILL); },
     14, 0x16, -EIO, 0x11, hardware(ILL, 0x11, 0x11), {8, 3, 3}, {14, 15, 0}},
    {35, "hardware refuses an entry of a later chunk",
     [](T &t) { t.front.options.batch = 4; t.fail(10, ILL); },
     0, 16, -EIO, 10, hardware(ILL, 10, 10), {12, 10, 10}, from_to(0, 9)},
    {36, "hardware cannot read an entry again and again",
     [](T &t) {
         t.driver.config.cmdq_abort_retries = 1;
         t.front.options.batch = 4;
         t.fail(6, ABT);
     },
     0, 12, -EIO, 4, hardware(ABT, 6, 6), {8, 4, 4}, from_to(0, 5)},
    {37, "ATS invalidation that is not completed",
     [](T &t) {
         t.driver.features.ats = true;
         t.entry(2, atc_inv_of_3);
         t.entry(4, atc_inv_of_3);
         t.fail_sync(ATC);
     },
     0, 6, -EIO, 2, hardware(ATC, 2, 4), {6, 2, 2}, {0, 1, 3, 5}},
    {38, "CMD_SYNC that never completes",
     [](T &t) {
         t.front.options.batch = 4;
         t.smmu.fault = [&t](const drv_cmd &cmd) {
             t.smmu.hangs = cmd.word[0] >> 48 == 6;
             return 0U;
         };
     }, 0, 12, -ETIMEDOUT, 4, nothing, {8, 4, 4}, from_to(0, 6)},
    {39, "command that is not for guests",
     [](T &t) { t.entry(1, forbidden); }, 0, 3, -EIO, 1, software(ILL, 1), all(1), {0}},
    {40, "CMD_SYNC in the ring",
     [](T &t) { t.entry(2, drv_cmd_sync(DRV_SIG_NONE)); },
     0, 5, -EIO, 2, software(ILL, 2), all(2), {0, 1}},
    {40, "CMD_SYNC as a barrier",
     [](T &t) { t.entry(2, drv_cmd_sync(DRV_SIG_NONE)); t.front.options.sync_is_barrier = true; },
     0, 5, 0, 5, nothing, all(5), {0, 1, 3, 4}},
    {41, "StreamID that the guest has not",
     [](T &t) { t.entry(1, drv_cmd_cfgi_cd_all(0x10)); }, 0, 3, -EIO, 1, nothing, all(1), {0}},
    {42, "reserved bits",
     [](T &t) { t.entry(0, drv_cmd{{REF_CMD_TLBI_NH_ASID, 1}}); },
     0, 2, -EIO, 0, software(ILL, 0), none},
    {42, "reserved bits, permissively",
     [](T &t) {
         t.entry(0, drv_cmd{{REF_CMD_TLBI_NH_ASID, 1}});
         t.hwpts[0].guest.permissive = true;
     },
     0, 2, 0, 2, nothing, all(2), {0, 1}},
    {43, "another call never leaves the ring",
     [](T &t) { t.hwpts[0].consumer.busy = 1; }, 0, 1, -EBUSY, 0, nothing, none},
    {44, "producer moves meanwhile",
     at_copy_of(T::ring_at, false,
                [](T &t) {
                    t.put(T::arg_at + offsetof(iommu_hwpt_invalidate_ring, q_prod), uint32_t{9});
                }),
     0, 2, 0, 2, nothing, all(2), {0, 1}},
    {45, "user writes cons meanwhile",
     at_copy_of(T::ring_at, false, [](T &t) { t.put(T::cons_at, uint32_t{9}); }),
     0, 2, 0, 2, nothing, all(2), {0, 1}},
    {46, "signal between two chunks",
     [](T &t) {
         t.front.options.batch = 4;
         t.front.signal_ctx = &t;
         t.front.signal_pending = [](void *c) {
             return static_cast<T *>(c)->front.stats.completed >= 8;
         };
     }, 0, 16, -EINTR, 8, nothing, all(8), from_to(0, 7)},
    {46, "signal that comes too late to matter",
     [](T &t) { t.front.signal_pending = [](void *) { return true; }; },
     0, 16, 0, 16, nothing, all(16), from_to(0, 15)},
    {47, "cons is stored after the CMD_SYNC",
     at_copy_of(T::cons_at, true,
                [](T &t) {
                    const size_t n = t.smmu.executed.size();
                    EXPECT_TRUE(n == 0 || n == 7) << n; /* the probe; six commands and theirs */
                }),
     0, 6, 0, 6, nothing, all(6), from_to(0, 5)},
    {48, "ring longer than the queue of the hardware", [](T &t) { t.ring(10); t.fill(1024); },
     1000, 2024, 0, 2024, nothing, all(1024), modulo(1000, 1024, 1024)},
    {49, "structure too small",
     [](T &t) { t.arg.ring.size = 39; }, 0, 1, -EINVAL, 0, untouched, none},
    {49, "structure of no size",
     [](T &t) { t.arg.ring.size = 0; }, 0, 1, -EINVAL, 0, untouched, none},
    {49, "structure as drafted",
     [](T &t) { t.arg.ring.size = 40; }, 0, 1, 0, 1, untouched, all(1), {0}},
    {49, "structure that ends within a member, zero there",
     [](T &t) { t.arg.ring.size = 44; t.arg.out_error_uptr = UINT64_C(0xff) << 32; },
     0, 1, 0, 1, untouched, all(1), {0}},
    {49, "structure with a tail of zeros",
     [](T &t) { t.arg.ring.size = 64; }, 0, 1, 0, 1, nothing, all(1), {0}},
    {49, "structure with something in its tail",
     [](T &t) { t.arg.ring.size = 64; t.put(T::arg_at + 63, uint8_t{1}); },
     0, 1, -E2BIG, 0, untouched, none},
    {49, "structure of more than a page",
     [](T &t) { t.arg.ring.size = 4097; }, 0, 1, -E2BIG, 0, untouched, none},
    {49, "structure of which the last byte cannot be read",
     [](T &t) { t.hole(T::arg_at + 47, T::arg_at + 48); },
     0, 1, -EFAULT, 0, untouched, none},
    {49, "tail that cannot be read",
     [](T &t) { t.arg.ring.size = 64; t.hole(T::arg_at + 60, T::arg_at + 61); },
     0, 1, -EFAULT, 0, untouched, none},
    {50, "no such page table",
     [](T &t) { t.arg.ring.hwpt_id = 1234; }, 0, 1, -ENOENT, 0, nothing, none},
    {50, "page table of the kernel",
     [](T &t) { t.arg.ring.hwpt_id = T::paging_id; }, 0, 1, -ENOENT, 0, nothing, none},
    {50, "page table of other hardware",
     [](T &t) { t.arg.ring.hwpt_id = T::foreign_id; }, 0, 1, -EOPNOTSUPP, 0, nothing, none},
    {51, "entries are little-endian",
     [](T &t) {
         const uint8_t bytes[16] = {0x11, 0, 0, 0, 0, 0, 0x34, 0x12};
         t.put(t.entry_at(0), bytes);
     }, 0, 1, 0, 1, nothing, all(1), {0x1234}},
    {52, "record when all went well", plain, 0, 1, 0, 1, nothing, all(1), {0}},
    {52, "no record is wanted",
     [](T &t) { t.arg.out_error_uptr = 0; }, 0, 1, 0, 1, untouched, all(1), {0}},
    {52, "no place for the record",
     [](T &t) { t.hole(T::error_at, T::error_at + 24); }, 0, 1, -EFAULT, 0, untouched, none},
    {52, "no place for the end of the record",
     [](T &t) { t.hole(T::error_at + 23, T::error_at + 24); }, 0, 1, -EFAULT, 0, torn, none},
};
/* clang-format on */

class UapiRingCase : public UapiRing, public testing::WithParamInterface<Case> {
protected:
    void expect_record(const Record &r)
    {
        if (r.written == TORN)
            return;
        if (r.written == UNTOUCHED) {
            for (uint32_t word : {error.valid, error.source, error.code, error.first_suspect,
                                  error.last_suspect, error.reserved})
                EXPECT_EQ(word, uint32_t{garbage});
            return;
        }
        EXPECT_EQ(error.valid, r.valid);
        EXPECT_EQ(error.source, r.source);
        EXPECT_EQ(error.code, r.code);
        EXPECT_EQ(error.first_suspect, r.first);
        EXPECT_EQ(error.last_suspect, r.last);
        EXPECT_EQ(error.reserved, 0U);
    }
};

TEST_P(UapiRingCase, 570)
{
    const Case &c = GetParam();

    c.given(*this);
    EXPECT_EQ(call(c.cons, c.prod), c.rc);
    EXPECT_EQ(cons(), c.then);
    expect_record(c.record);
    EXPECT_EQ(front.stats.issued, c.counts.issued);
    EXPECT_EQ(front.stats.completed, c.counts.completed);
    EXPECT_EQ(front.stats.reported, c.counts.reported);
    EXPECT_EQ(executed_asids(), c.executed);
    EXPECT_EQ(smmu.written.empty(), c.counts.issued == 0) << "the hardware is left alone";
}

std::string name_of(const testing::TestParamInfo<Case> &info)
{
    std::string name =
        (info.param.number < 10 ? "case_0" : "case_") + std::to_string(info.param.number) + "_";
    for (const char *p = info.param.what; *p; p++) {
        if (std::isalnum(static_cast<unsigned char>(*p)))
            name += *p;
        else if (name.back() != '_')
            name += '_';
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(Draft, UapiRingCase, testing::ValuesIn(cases), name_of);

TEST(UapiRingCases, 570_none_of_the_52_is_missing)
{
    std::set<unsigned> numbers;
    for (const Case &c : cases)
        numbers.insert(c.number);
    EXPECT_EQ(numbers.size(), 52U);
    EXPECT_EQ(*numbers.begin(), 1U);
    EXPECT_EQ(*numbers.rbegin(), 52U);
}

} // namespace
