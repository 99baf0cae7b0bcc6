/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drafted invalidation ring over a driver on a fake SMMU. User memory is a byte array of which
 * parts can be made unreadable or unwritable.
 */
#ifndef SMMUSIM_UNIT_UAPI_FIXTURE_H
#define SMMUSIM_UNIT_UAPI_FIXTURE_H

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <vector>

#include "uapi/ring.h"
#include "unit/driver_fixture.h"

class UapiRing : public DriverFixture {
protected:
    static constexpr uint64_t user_base = UINT64_C(1) << 40, user_size = 1 << 20;
    static constexpr uint64_t arg_at = user_base + 0x1000, cons_at = user_base + 0x2000,
                              error_at = user_base + 0x3000, ring_at = user_base + 0x10000;
    enum : uint32_t { nested_id = 7, paging_id = 8, foreign_id = 9 };

    std::vector<uint8_t> user = std::vector<uint8_t>(user_size);
    std::function<bool(uint64_t, size_t)> may_read = [](uint64_t, size_t) { return true; };
    std::function<bool(uint64_t, size_t)> may_write = [](uint64_t, size_t) { return true; };
    uapi_hwpt hwpts[3] = {};
    uapi front = {};
    iommu_hwpt_invalidate_ring_reporting arg = {};
    uapi_error_record error = {};

    void SetUp() override
    {
        bring_up();
        hwpts[0].id = nested_id;
        hwpts[0].kind = UAPI_HWPT_NESTED_SMMUV3;
        hwpts[0].guest.vmid = 0;
        hwpts[0].guest.find_sid = [](void *, uint32_t virtual_sid, uint32_t *sid) {
            *sid = virtual_sid + 0x100;
            return virtual_sid < 0x10;
        };
        hwpts[1].id = paging_id;
        hwpts[1].kind = UAPI_HWPT_PAGING;
        hwpts[2].id = foreign_id;
        hwpts[2].kind = UAPI_HWPT_NESTED_UNKNOWN;
        front.drv = &driver;
        front.hwpts = hwpts;
        front.hwpt_count = 3;
        front.user.ctx = this;
        front.user.read = [](void *c, void *to, uint64_t from, size_t n) {
            auto &t = *static_cast<UapiRing *>(c);
            if (!t.inside(from, n) || !t.may_read(from, n))
                return size_t{0};
            std::memcpy(to, &t.user[from - user_base], n);
            return n;
        };
        front.user.write = [](void *c, uint64_t to, const void *from, size_t n) {
            auto &t = *static_cast<UapiRing *>(c);
            if (!t.inside(to, n) || !t.may_write(to, n))
                return size_t{0};
            std::memcpy(&t.user[to - user_base], from, n);
            return n;
        };
        ring(4);
        fill(16);
    }

    bool inside(uint64_t at, size_t n) const
    {
        return at >= user_base && at - user_base <= user_size && n <= user_size - (at - user_base);
    }

    template <typename T>
    void put(uint64_t at, const T &value)
    {
        std::memcpy(&user[at - user_base], &value, sizeof value);
    }

    template <typename T>
    T get(uint64_t at) const
    {
        T value;
        std::memcpy(&value, &user[at - user_base], sizeof value);
        return value;
    }

    void ring(unsigned index_bits)
    {
        arg = {};
        arg.ring.size = sizeof arg;
        arg.ring.hwpt_id = nested_id;
        arg.ring.q_uptr = ring_at;
        arg.ring.q_cons_uptr = cons_at;
        arg.ring.q_index_bits = index_bits;
        arg.ring.q_entry_num = 1U << index_bits;
        arg.ring.q_entry_len = UAPI_COMMAND_BYTES;
        arg.out_error_uptr = error_at;
    }

    uint64_t entry_at(uint32_t index) const { return ring_at + arg.ring.q_entry_len * index; }
    void entry(uint32_t index, const drv_cmd &cmd) { put(entry_at(index), cmd); }

    /* Valid entries that can be told apart by their ASID, the index. */
    void fill(uint32_t n)
    {
        for (uint32_t i = 0; i < n; i++)
            entry(i, drv_cmd_tlbi_nh_asid(0x77, static_cast<uint16_t>(i)));
    }

    int call(uint32_t cons, uint32_t prod)
    {
        smmu.executed.clear();
        smmu.written.clear();
        put(cons_at, cons);
        arg.ring.q_prod = prod;
        put(arg_at, arg);
        const int rc = uapi_ring_invalidate(&front, arg_at);
        if (arg.out_error_uptr && inside(arg.out_error_uptr, sizeof error))
            error = get<uapi_error_record>(arg.out_error_uptr);
        return rc;
    }

    uint32_t cons() const { return get<uint32_t>(cons_at); }

    void expect_error(uint32_t source, uint32_t code, uint32_t first, uint32_t last)
    {
        EXPECT_EQ(error.valid, 1U);
        EXPECT_EQ(error.source, source);
        EXPECT_EQ(error.code, code);
        EXPECT_EQ(error.first_suspect, first);
        EXPECT_EQ(error.last_suspect, last);
    }

    /* Refused as a whole: errno, the index as it was, nothing reached the hardware. */
    void expect_refused(uint32_t c, uint32_t p, int rc)
    {
        EXPECT_EQ(call(c, p), rc);
        EXPECT_EQ(cons(), c);
        EXPECT_TRUE(smmu.written.empty());
        EXPECT_EQ(error.valid, 0U);
    }
};

#endif
